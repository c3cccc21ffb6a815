"""Makes the reference logs in sample_sessions/logs (docs/replay.md).

    record_logs.py PROGRAM OUT gate|peers|journal
    record_logs.py PROGRAM OUT quickfix QUICKFIX-CLIENT
    record_logs.py PROGRAM OUT jspurefix FOLDER-WITH-NODE-MODULES
    record_logs.py PROGRAM OUT again

A gate, a client and a venue for each FIX version and a hub are started as
processes, and live through a day of a minute.  Kept are the gate's log or those
of its peers, with what a replay of them says and sends.  A day whose replay is
not what the gate did then is no reference, and is lived again.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import gzip
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from gate_desk import Case, LOGGED_ON, PROGRAM

OUT = os.path.abspath(sys.argv[2])
KIND = sys.argv[3]
ENGINE = [os.path.abspath(path) for path in sys.argv[4:]]
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
SEED = 20260115
TRIES = 5
LIMITS = ("ACME-USD,FCM1,ACME,USD,150000", "BETA-USD,FCM2,BETA,USD,120000",
          "GAMMA-USD,FCM3,GAMMA,USD,90000,net")
# suffix of names, FIX version, account
DESKS = (("", "FIX.4.4", "ACME"), ("42", "FIX.4.2", "BETA"),
         ("50", "FIX.5.0SP2", "GAMMA"))
QUICKFIX = """[DEFAULT]
ConnectionType=initiator
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
ReconnectInterval=1
FileLogPath=quickfix
FileStorePath=quickfix
DataDictionary={spec}/{version}.xml
TransportDataDictionary={spec}/FIXT11.xml
AppDataDictionary={spec}/{version}.xml
DefaultApplVerID=9
ValidateUserDefinedFields=N
[SESSION]
BeginString={begin}
SenderCompID={name}
TargetCompID=GATE
"""
# What is kept beside the logs that are replayed.
STORE = r"(\.(body|header)|^expected\.log|gate\.journal)(\.gz)?$"
KEPT = {"quickfix": r"^FIX.*\.(messages\.current\.log|body|header)$",
        "jspurefix": r"\.(txt|body)$"}
SYMBOLS = ("USSW2", "USSW5", "USSW10", "EUSA10")


class Desk:
    """A client, its venue, and the orders between them."""

    def __init__(self, client, venue, account, chance, pause):
        self.client = client
        self.venue = venue
        self.pause = pause
        self.account = account
        self.chance = chance
        self.made = 0
        self.open = []

    def name(self, letter):
        self.made += 1
        return f"{letter}{self.account[0]}{self.made}"

    def order(self, quantity=None, symbol=None):
        name = self.name("N")
        quantity = quantity or self.chance.randrange(1, 40) * 100000
        symbol = symbol or self.chance.choice(SYMBOLS)
        side = self.chance.choice(("buy", "sell"))
        price = 4 + self.chance.randrange(1000) / 1000
        self.client.tell(f"order {name} {symbol} {side} {quantity} "
                         f"{price:.3f} {self.account}")
        self.open.append(name)
        self.pause()
        return name

    def pick(self):
        """One of the latest orders, which may be over."""
        return self.chance.choice(self.open[-12:])

    def replace(self, old=None):
        name = self.name("R")
        old = old or self.pick()
        self.client.tell(f"replace {name} {old} "
                         f"{self.chance.randrange(1, 50) * 100000} 4.2")
        self.open.append(name)
        self.pause()

    def cancel(self, old=None):
        self.client.tell(f"cancel {self.name('C')} {old or self.pick()}")
        self.pause()

    def fill(self, order=None, quantity=None):
        quantity = quantity or self.chance.randrange(1, 15) * 100000
        self.venue.tell(f"fill {order or self.pick()} {quantity} 4.1")
        self.pause()


class Day(Case):
    """One day of the desks: each part ends with everything answered."""

    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)
        self.desks = []
        self.hub.stop()
        self.hub = self.start("hubsim", "--listen", "0", *(
            word for limit in LIMITS for word in ("--limit", limit)))
        ports = {"7001": str(self.port),
                 "7005": self.hub.see("listen").split()[-1]}
        venues = []
        for at, (suffix, version, _) in enumerate(DESKS):
            venues.append(self.start("venuesim", "--listen", "0", "--version",
                                     version, "--sender", "VENUE" + suffix))
            ports[str(7002 + at)] = venues[-1].see("listen").split()[-1]
        self.configure_ports(ports)
        self.running = self.gate()
        for venue, (suffix, version, account) in zip(venues, DESKS):
            client = self.client_of(suffix, version)
            if client:
                self.desks.append(Desk(client, venue, account,
                                       self.chance, self.pause))
        self.venues = venues

    def configure_ports(self, ports):
        folder = os.path.join(HERE, "..", "..", "sample_sessions", "logs")
        with open(os.path.join(folder, "gate.cfg"), encoding="utf-8") as file:
            text = file.read()
        for port, real in ports.items():
            text = re.sub(rf"(?m)Port={port}$", f"Port={real}", text)
        with open(os.path.join(self.folder, "gate.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        shutil.copy(os.path.join(folder, "instruments.csv"), self.folder)

    def client_of(self, suffix, version):
        """The client of a desk; of another engine it knows the same words."""
        name = "CLIENT" + suffix
        if KIND == "quickfix":
            client = self.start(self.quickfix(name, version),
                                program=ENGINE[0])
        elif KIND == "jspurefix":
            if suffix:
                return None
            client = self.start(os.path.join(HERE, "jspurefix_client.js"),
                                *ENGINE, str(self.port), program="node")
        else:
            client = self.start("clientsim", "--connect", str(self.port),
                                "--version", version, "--sender", name)
        client.see(LOGGED_ON)
        return client

    def quickfix(self, name, version):
        """Settings of QuickFIX, with logs and stores in files."""
        path = os.path.join(self.folder, name + ".cfg")
        begin = "FIXT.1.1" if version == "FIX.5.0SP2" else version
        spec = version.replace(".", "")
        with open(path, "w", encoding="utf-8") as file:
            file.write(QUICKFIX.format(
                begin=begin, name=name, port=self.port,
                spec=os.path.join(ROOT, "fixspec"), version=spec))
        return path

    def quiet(self, seconds=0.4):
        """Waits until nobody says anything for so long."""
        said, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            now = sum(len(process.lines) for process in self.processes)
            if now != said:
                said, since = now, time.monotonic()
            time.sleep(0.02)

    def pause(self):
        """Logs of peers do not say which of two the gate heard first: where
        those are all that is kept, each is answered before the next."""
        if KIND not in ("gate", "journal"):
            self.quiet(0.08)

    def load(self, rounds, orders):
        """All desks at once: what is in flight crosses."""
        for _ in range(rounds):
            for _ in range(orders):
                for desk in self.desks:
                    desk.order()
            self.quiet()
            for _ in range(orders):
                for desk in self.desks:
                    self.chance.choice((desk.fill, desk.fill, desk.replace,
                                        desk.cancel))()
            self.quiet()

    def refusals(self):
        self.hub.tell("deny 2")
        for desk in self.desks:
            desk.order(3000000, "USSW10")
        self.quiet()
        self.hub.tell("normal")
        for desk in self.desks:
            desk.order(900000000, "USSW10")
            desk.client.tell(f"order {desk.open[0]} USSW2 buy 100000 4.1 "
                             f"{desk.account}")
            desk.client.tell(f"order {desk.name('U')} USSW99 buy 100000 4.1 "
                             f"{desk.account}")
            desk.client.tell(f"order {desk.name('U')} USSW2 buy 100000 4.1 "
                             "NOBODY")
        self.quiet()

    def slow_hub(self):
        """Cancels and replaces of orders that wait, part of an amount."""
        self.hub.tell("slow 250")
        for desk in self.desks:
            desk.cancel(desk.order(500000))
            desk.replace(desk.order(600000))
            desk.order(700000)
        self.quiet()
        self.hub.tell("normal")
        self.hub.tell("pending 100")
        for desk in self.desks:
            desk.order(400000)
        self.quiet()
        self.hub.tell("normal")
        self.hub.tell("partial 50")
        for desk in self.desks:
            desk.order(600000)
        self.quiet()
        self.hub.tell("normal")

    def silent_hub(self):
        """Fallback, orders that give up, and grants that come late."""
        self.hub.tell("silent")
        for _ in range(3):
            for desk in self.desks:
                desk.order(200000)
            time.sleep(0.6)
        self.quiet(2.2)
        self.hub.tell("speak")
        self.quiet()

    def limits(self):
        for desk in self.desks:
            for _ in range(6):
                desk.order(4000000, "USSW10")
        self.quiet()
        self.hub.tell("limit ACME-USD 30000")
        self.hub.tell("limit GAMMA-USD 12000")
        self.quiet()
        self.load(1, 4)
        self.hub.tell("limit ACME-USD 150000")
        self.hub.tell("limit GAMMA-USD 90000")
        self.quiet()

    def stops(self):
        for account, stop in (("ACME", "suspend"), ("GAMMA", "halt")):
            self.hub.tell(f"{stop} {account}")
            self.quiet()
            for desk in self.desks:
                desk.order(100000)
                desk.cancel()
            self.quiet()
            self.hub.tell(f"reinstate {account}")
            self.quiet()

    def lines_break(self):
        for desk in self.desks:
            kept = [desk.order(1000000) for _ in range(3)]
            self.quiet()
            desk.client.tell("logout")
            self.quiet()
            desk.fill(kept[0], 300000)
            self.quiet()
            desk.client.tell("logon")
            desk.client.see(LOGGED_ON)
            desk.venue.tell("drop")
            self.quiet(2.5)
            desk.fill(kept[1], 300000)
            desk.cancel(kept[2])
            self.quiet()

    def busts(self):
        for desk in self.desks:
            order = desk.order(2000000)
            self.quiet()
            desk.fill(order, 700000)
            self.quiet()
            fills = [message for way, message in desk.venue.messages()
                     if way == "out" and re.search(r"\|150=[F12]\|", message)]
            desk.venue.tell("bust " + re.search(r"\|17=([^|]+)\|",
                                                fills[-1]).group(1))
            desk.client.tell(f"status {order}")
            self.quiet()

    def end_of_day(self):
        for desk in self.desks:
            desk.venue.tell(f"expire {desk.pick()}")
            self.quiet(0.2)
            for order in desk.open[-20:]:
                desk.cancel(order)
            self.quiet(0.2)
        # Longer than anything waits, as a log does not show why a gate ends.
        self.quiet(4)

    def live(self):
        if KIND == "journal":
            self.short_day()
            return
        self.load(4, 8)
        self.refusals()
        self.slow_hub()
        self.silent_hub()
        self.limits()
        self.stops()
        self.busts()
        self.lines_break()
        self.load(2, 8)
        self.end_of_day()
        self.close()

    def short_day(self):
        """As a journal is larger than logs."""
        self.load(2, 5)
        self.slow_hub()
        self.silent_hub()
        self.load(1, 5)
        self.quiet(4)
        self.close()

    def close(self):
        if self.running.stop() != 0:
            raise SystemExit("\n".join(self.running.lines[-20:]))
        for process in self.processes:
            process.stop()

    def write_log(self, name, process):
        """What a simulator printed of messages, with the date."""
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-")
        with open(os.path.join(self.folder, name), "w",
                  encoding="utf-8") as file:
            for line in process.lines:
                if re.match(r"\S+ (in|out) ", line):
                    file.write(day + line + "\n")

    def logs(self):
        """Paths of the logs that are kept."""
        if KIND == "gate":
            return ["gate.messages"]
        self.write_log("hub.log", self.hub)
        paths = ["hub.log"]
        for suffix, desk in zip((suffix for suffix, _, _ in DESKS), self.desks):
            self.write_log(f"venue{suffix}.log", desk.venue)
            paths.append(f"venue{suffix}.log")
            if KIND in ("peers", "journal"):
                self.write_log(f"client{suffix}.log", desk.client)
                paths.append(f"client{suffix}.log")
        return paths + self.engine_logs()

    def engine_logs(self):
        """What the other engine wrote."""
        if KIND == "peers":
            return []
        if KIND == "journal":
            return ["gate.journal"]
        return sorted(os.path.join(KIND, name) for name in os.listdir(
            os.path.join(self.folder, KIND)) if re.search(KEPT[KIND], name))

    def replay(self, logs, *options):
        return self.command("replay", "--config", "gate.cfg", *options, *logs)


def pack(source, target):
    """Without names and times of files; |target| says with what."""
    if target.endswith(".zst"):
        subprocess.run(["zstd", "-q", "-f", "-19", source, "-o", target],
                       check=True)
        return
    with open(source, "rb") as file, open(target, "wb") as packed:
        with gzip.GzipFile("", "wb", 9, packed, 0) as writer:
            shutil.copyfileobj(file, writer)


def unpack(source, place):
    target = os.path.join(place, os.path.basename(source)[:-len(".gz")])
    with gzip.open(source) as file, open(target, "wb") as plain:
        shutil.copyfileobj(file, plain)
    return target


def keep(day, logs):
    """Puts the logs into OUT."""
    place = os.path.join(OUT, KIND)
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    for path in logs:
        name = os.path.basename(path)
        name += ".zst" if name.startswith("venue") else ".gz"
        pack(os.path.join(day.folder, path), os.path.join(place, name))


def describe(kind):
    """Writes what a replay of the logs in OUT tells and sends."""
    logs = [os.path.join(kind, name)
            for name in sorted(os.listdir(os.path.join(OUT, kind)))
            if re.search(r"\.(gz|zst)$", name) and not re.search(STORE, name)]
    plain = os.path.join(OUT, kind, "expected.log")
    words = ["--output", plain, *logs]
    with tempfile.TemporaryDirectory() as place:
        if kind == "journal":
            words += ["--journal", unpack(os.path.join(
                OUT, kind, "gate.journal.gz"), place)]
        done = subprocess.run(
            [PROGRAM, "replay", "--config",
             os.path.join(ROOT, "sample_sessions", "logs", "gate.cfg"),
             *words],
            cwd=OUT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    with open(os.path.join(OUT, kind, "report.txt"), "w",
              encoding="utf-8") as file:
        file.write(done.stderr + done.stdout)
    pack(plain, plain + ".gz")
    os.remove(plain)


def record():
    """One day; whether it can serve as a reference."""
    day = Day()
    day.setUp()
    try:
        day.live()
        logs = day.logs()
        # A FileStore is kept, too, but says nothing that the FileLog does not.
        words = [log for log in logs if not re.search(STORE, log)]
        if KIND == "journal":
            words += ["--journal", "gate.journal"]
        status, report, error = day.replay(words, "--expect", "gate.messages")
        if status != 0:
            print(report, error)
            return False
        keep(day, logs)
        return True
    finally:
        day.tearDown()


def main():
    if KIND == "again":
        for kind in ("gate", "journal", "jspurefix", "peers", "quickfix"):
            describe(kind)
        return
    for _ in range(TRIES):
        if record():
            describe(KIND)
            return
    raise SystemExit("no day was replayed as it was")


if __name__ == "__main__":
    main()
