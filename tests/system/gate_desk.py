"""Processes of the program around a gate, for tests: hub, venue and client
simulators, the gate, and FIX over a plain socket.  The first argument of such a
test is the program.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import os
import queue
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from ports import free_port

PROGRAM = os.path.abspath(sys.argv[1])
# Another program that knows the command "run".
GATE = os.path.abspath(os.environ.get("CG_TEST_GATE", PROGRAM))
WAIT_S = 60
SOH = "\x01"
# Beside the journal's spare, of 4 MiB, there is little room.
FULL_DISK = 4 * 1024 * 1024 + 200 * 1024
LOGGED_ON = r"^\S+ logon "

CONFIG = """[GATE]
Journal=gate.journal
Instruments=instruments.csv
TradingDayEnd=never
{gate}[DEFAULT]
SenderCompID=GATE
HeartBtInt=30
SocketConnectHost=127.0.0.1
ReconnectInterval=1
[SESSION]
Name=client
Role=client
BeginString=FIX.4.4
TargetCompID=CLIENT
ConnectionType=acceptor
SocketAcceptPort={port}
Venue=venue
Accounts=ACME
[SESSION]
Name=venue
Role=venue
BeginString=FIX.4.4
TargetCompID=VENUE
ConnectionType=initiator
SocketConnectPort={venue_port}
{venue}[SESSION]
Name=hub
Role=hub
BeginString=FIXT.1.1
DefaultApplVerID=9
TargetCompID=HUB
ConnectionType=initiator
SocketConnectPort={hub_port}
[ACCOUNT]
Account=ACME
ClearingFirm=FCM1
Hub=hub
[LIMIT]
RiskLimitID=ACME-USD
Hub=hub
Owner=FCM1
Account=ACME
Currency=USD
Model=ping
"""
INSTRUMENTS = "instrument,currency,dv01_per_million\nUSSW10,USD,904.00\n"

# Out of order, with a group and tags of the user's own: as it came it must go
# on.
ORDER = ("11={id}|9001=first|1=ACME|55=USSW10|54=1|38={qty}|40=2|44=4.125|"
         "60={now}|453=2|448=TRADER9|447=D|452=11|448=FCM1|447=D|452=4|"
         "59=0|9000=x=y|")


def utc():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y%m%d-%H:%M:%S.") + "%03d" % (now.microsecond // 1000)


def order(name, qty):
    return ORDER.format(id=name, qty=qty, now=utc())


def fields(text):
    """The fields of a message or a part of it, as pairs in their order."""
    return [tuple(field.split("=", 1))
            for field in text.replace(SOH, "|").strip("|").split("|")]


def value(text, tag):
    """The first value of |tag|, or None."""
    for name, found in fields(text):
        if name == str(tag):
            return found
    return None


def sealed(begin, body):
    """The whole message of |body|, which begins with 35 and has | for SOH."""
    body = body.replace("|", SOH)
    text = f"8={begin}{SOH}9={len(body)}{SOH}{body}"
    return (text + f"10={sum(text.encode()) % 256:03}{SOH}").encode()


def limit_files(limit):
    """No file of this process may grow further."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


class Process:
    """A process whose lines are read as they come."""

    def __init__(self, *words, cwd, limit=None, environment=None, out=None,
                 program=None):
        self.lines = []
        self.queue = queue.Queue()
        # pylint: disable=subprocess-popen-preexec-fn,consider-using-with
        self.child = subprocess.Popen(
            [program or (GATE if words[0] == "run" else PROGRAM), *words],
            cwd=cwd, stdin=subprocess.PIPE,
            stdout=out or subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment, preexec_fn=lambda: limit_files(limit))
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.child.stdout or []:
            self.lines.append(line.rstrip("\n"))
            self.queue.put(line.rstrip("\n"))
        self.queue.put(None)

    def tell(self, words):
        self.child.stdin.write(words + "\n")
        self.child.stdin.flush()

    def obey(self, words):
        """Told to a simulator, which does so before anyone is told more."""
        self.tell(words)
        self.see("command " + re.escape(words))

    def see(self, pattern):
        """The next line that holds |pattern|."""
        end = time.monotonic() + WAIT_S
        while True:
            left = end - time.monotonic()
            try:
                line = self.queue.get(timeout=max(left, 0.001))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(
                    f"{pattern} was not said, but:\n"
                    + "\n".join(self.lines[-30:]))
            if re.search(pattern, line):
                return line

    def said(self, pattern):
        return [line for line in self.lines if re.search(pattern, line)]

    def await_said(self, pattern):
        """Until |pattern| was said, now or before."""
        end = time.monotonic() + WAIT_S
        while not self.said(pattern):
            if time.monotonic() > end:
                raise AssertionError(f"{pattern} was never said")
            time.sleep(0.01)

    def ended(self):
        status = self.child.wait(WAIT_S)
        self.thread.join(WAIT_S)
        return status

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        status = self.ended()
        self.child.stdin.close()
        if self.child.stdout:
            self.child.stdout.close()
        return status

    def messages(self):
        """What a simulator printed: ("in" or "out", message with |)."""
        found = []
        for line in self.lines:
            match = re.match(r"\S+ (in|out) .*?(8=FIX.*)$", line)
            if match:
                found.append((match.group(1), match.group(2)))
        return found


class Peer:
    """The other end of a FIX.4.4 session of the gate, said by hand."""

    def __init__(self, line, name):
        self.line = line
        self.line.settimeout(WAIT_S)
        self.name = name
        self.seq = 1
        self.bytes = b""

    def send(self, kind, body="", seq=None):
        number = self.seq if seq is None else seq
        if seq is None:
            self.seq += 1
        self.line.sendall(sealed(
            "FIX.4.4", f"35={kind}|34={number}|49={self.name}|56=GATE|"
                       f"52={utc()}|{body}"))

    def next(self):
        """The next message with |; None when the line is over."""
        while True:
            match = re.match(rb"8=FIX.*?\x0110=\d{3}\x01", self.bytes, re.S)
            if match:
                self.bytes = self.bytes[match.end():]
                return match.group().decode().replace("\x01", "|")
            try:
                more = self.line.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.bytes += more

    def see(self, kind, words=""):
        """The next message of that type that holds |words|."""
        while True:
            message = self.next()
            if message is None:
                raise AssertionError(f"no {kind} {words}: the line is over")
            if f"|35={kind}|" in message and words in message:
                return message

    def rest(self):
        """All that still comes until the line is over."""
        found = []
        while (message := self.next()) is not None:
            found.append(message)
        return found

    def close(self):
        self.line.close()


class Listener:
    """Where the gate connects to, for a Peer."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def accept(self):
        self.socket.settimeout(WAIT_S)
        return Peer(self.socket.accept()[0], self.name)

    def close(self):
        self.socket.close()


class Case(unittest.TestCase):
    """A folder with a gate's files, and processes that end with it."""

    hub_limit = 2500000

    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = tempfile.TemporaryDirectory(prefix="cg-gate-")
        self.folder = self.place.name
        self.journal = os.path.join(self.folder, "gate.journal")
        self.processes = []
        self.port = free_port() # the client finds it again after a restart
        self.hub = self.start("hubsim", "--listen", "0",
                              "--limit",
                              f"ACME-USD,FCM1,ACME,USD,{self.hub_limit}")
        self.hub_port = self.hub.see("listen").split()[-1]
        self.venue = None
        self.venue_port = None

    def tearDown(self):
        for process in self.processes:
            process.stop(signal.SIGKILL)
        self.place.cleanup()

    def start(self, *words, **options):
        process = Process(*words, cwd=self.folder, **options)
        self.processes.append(process)
        return process

    def start_venue(self):
        self.venue = self.start("venuesim", "--listen", "0")
        self.venue_port = self.venue.see("listen").split()[-1]

    def configure(self, gate="", venue=""):
        """|gate| and |venue| are more lines of their sections."""
        with open(os.path.join(self.folder, "gate.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(CONFIG.format(gate=gate, venue=venue, port=self.port,
                                     venue_port=self.venue_port,
                                     hub_port=self.hub_port))
        with open(os.path.join(self.folder, "instruments.csv"), "w",
                  encoding="utf-8") as file:
            file.write(INSTRUMENTS)

    def gate(self, *words, **options):
        gate = self.start("run", "--config", "gate.cfg", *words, **options)
        gate.see("listens on")
        gate.see("takes the limit update")
        return gate

    def client(self):
        client = self.start("clientsim", "--connect", str(self.port))
        client.see(LOGGED_ON)
        return client

    def command(self, *words):
        program = GATE if words[0] == "run" else PROGRAM
        done = subprocess.run([program, *words], capture_output=True,
                              text=True, timeout=100, check=False,
                              cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def proved(self):
        status, out, error = self.command("show", "--journal", "gate.journal")
        self.assertEqual(status, 0, out + error)

    def order(self, client, name):
        client.tell(f"order {name} USSW10 buy 1000 4.125 ACME")

    def accepted(self, client, name):
        self.order(client, name)
        client.see(rf" in .*35=8.*\|11={name}\|.*150=0\|")
