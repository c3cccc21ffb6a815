"""Processes around a gate: peers on other engines, taps between, the gate.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import bodies
from brains import Hub, Venue
from wire import TO_GATE, TO_PEER, Message, Tap, join, split

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "system"))
from ports import free_port # pylint: disable=wrong-import-position

WAIT_S = 60.0
HEARTBEAT = 2
GATE = """[GATE]
Name=GATE
Journal=gate.journal
MessageLog=gate.messages
Instruments=instruments.csv
TradingDayEnd=never
PassTypes=C
[DEFAULT]
SenderCompID=GATE
HeartBtInt={heartbeat}
SocketConnectHost=127.0.0.1
ReconnectInterval=1
[SESSION]
Name=client
Role=client
BeginString={begin}
TargetCompID=CLIENT
ConnectionType=acceptor
SocketAcceptPort={port}
Venue=venue
Accounts=ACME
PlainSP2={plain}
[SESSION]
Name=venue
Role=venue
BeginString={begin}
TargetCompID=VENUE
ConnectionType=initiator
SocketConnectPort={venue}
{initiators}[SESSION]
Name=hub
Role=hub
BeginString=FIXT.1.1
TargetCompID=HUB
ConnectionType=initiator
SocketConnectPort={hub}
{initiators}[ACCOUNT]
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


class Failure(Exception):
    """A check that did not hold, in words."""


class Process:
    """A process whose lines are read as they come."""

    def __init__(self, words, folder, environment=None, errors=None):
        # pylint: disable=consider-using-with
        self.log = open(os.path.join(folder, "errors.txt"), "ab")
        self.child = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=errors or self.log, env={**os.environ, **(environment or {})},
            start_new_session=True)
        self.lines = []
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.child.stdout:
            self.heard(line.decode("latin-1").rstrip("\n"))

    def heard(self, line):
        with self.news:
            self.lines.append(line)
            self.news.notify_all()

    def tell(self, words):
        self.child.stdin.write(words.encode() + b"\n")
        self.child.stdin.flush()

    def mark(self):
        with self.news:
            return len(self.lines)

    def see(self, pattern, since=0, timeout=WAIT_S):
        """The first line that holds |pattern| from line |since| on."""
        end = time.monotonic() + timeout
        with self.news:
            at = since
            while True:
                while at < len(self.lines):
                    if re.search(pattern, self.lines[at]):
                        return self.lines[at]
                    at += 1
                left = end - time.monotonic()
                if left <= 0:
                    raise Failure(f"no '{pattern}' from {self}, which said: "
                                  + "; ".join(self.lines[-3:]))
                self.news.wait(left)

    def end(self, number=signal.SIGTERM):
        """Ends the process by its id, and what it has started with it."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.thread.join(5)
        self.child.stdin.close()
        self.child.stdout.close()
        self.log.close()


class Peer(Process):
    """A program on another engine; what its application gets are fields."""

    def __init__(self, engine, role, kind, port, version, folder, *options):
        self.engine = engine
        self.role = role
        self.version = version
        self.brain = None
        self.apps = []
        place = os.path.join(folder, role.lower())
        os.makedirs(place, exist_ok=True)
        words, environment = engine.command(
            kind, port, version, role.upper(), "GATE", HEARTBEAT, place,
            *options)
        super().__init__(words, place, environment)

    def __str__(self):
        return f"{self.role} ({self.engine.name})"

    def heard(self, line):
        match = re.match(r"app (\S+) (\S*)$", line)
        if match:
            fields = split(bytes.fromhex(match.group(2)))
            with self.news:
                self.apps.append((match.group(1), fields))
        super().heard(line)
        if match and self.brain:
            self.brain(self, match.group(1), fields)

    def send(self, kind, fields):
        self.tell(f"send {kind} {join(fields).hex()}")

    def mark_apps(self):
        with self.news:
            return len(self.apps)

    def app(self, kind, since=0, timeout=WAIT_S, **words):
        """What the application got, the first of that kind with those
        fields."""
        end = time.monotonic() + timeout
        with self.news:
            at = since
            while True:
                while at < len(self.apps):
                    if self.apps[at][0] == kind and all(
                            bodies.known(self.apps[at][1], tag[1:]) == value
                            for tag, value in words.items()):
                        return self.apps[at][1]
                    at += 1
                left = end - time.monotonic()
                if left <= 0:
                    said = [line for line in self.lines if "error" in line]
                    raise Failure(f"{self} got no {kind} {words or ''}"
                                  + "".join("; it said " + line
                                            for line in said[-2:]))
                self.news.wait(left)

    def count(self, kind, **words):
        with self.news:
            return sum(1 for name, fields in self.apps
                       if name == kind and all(
                           bodies.known(fields, tag[1:]) == value
                           for tag, value in words.items()))


class Stage:
    """One version: client, venue and hub on their engines, around a gate."""

    def __init__(self, program, root, version, engines):
        self.program = program
        self.version = version
        self.engines = engines
        name = version.replace(".", "") + "-" + "-".join(
            engines[role].name for role in ("client", "venue", "hub"))
        self.title = f"{version} " + " ".join(
            f"{role}={engine.name}" for role, engine in engines.items())
        self.folder = tempfile.mkdtemp(prefix=name + "-", dir=root)
        self.port = free_port()
        self.listen = {"venue": free_port(), "hub": free_port()}
        self.taps = {role: Tap(role, role == "client") for role in engines}
        self.taps["client"].target = self.port
        self.taps["venue"].target = self.listen["venue"]
        self.taps["hub"].target = self.listen["hub"]
        self.hub = Hub()
        self.venue = Venue(version, engines["client"].reads_soh)
        self.peers = {}
        self.gate = None
        self.gate_mark = 0
        self.names = 0
        self.configure()

    def configure(self, initiators=""):
        """|initiators| are more keys of the sessions that the gate begins."""
        begin = "FIXT.1.1" if self.version == "FIX.5.0SP2" else self.version
        plain = "Y" if self.engines["client"].plain_sp2 else "N"
        with open(os.path.join(self.folder, "gate.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(GATE.format(begin=begin, port=self.port, plain=plain,
                                   heartbeat=HEARTBEAT, initiators=initiators,
                                   venue=self.taps["venue"].port,
                                   hub=self.taps["hub"].port))
        with open(os.path.join(self.folder, "instruments.csv"), "w",
                  encoding="utf-8") as file:
            file.write(INSTRUMENTS)

    def start_peer(self, role, *options):
        client = role == "client"
        version = "FIX.5.0SP2" if role == "hub" else self.version
        peer = Peer(self.engines[role], role,
                    "initiator" if client else "acceptor",
                    self.taps[role].port if client else self.listen[role],
                    version, self.folder, *options)
        peer.brain = {"hub": self.hub, "venue": self.venue}.get(role)
        self.peers[role] = peer
        peer.see("^ready")
        return peer

    def start_gate(self):
        self.gate = Process([self.program, "run", "--config", "gate.cfg"],
                            self.folder, errors=subprocess.STDOUT)
        self.gate.see("listens on")

    def start(self):
        for role in ("hub", "venue"):
            self.start_peer(role)
        self.start_gate()
        self.start_peer("client")
        for peer in self.peers.values():
            peer.see("^logon")
        self.gate.see("takes the limit update")

    def end(self):
        for process in (*self.peers.values(), self.gate):
            if process:
                process.end(signal.SIGTERM if process is self.gate
                            else signal.SIGKILL)
        for tap in self.taps.values():
            tap.close()

    def crossed(self, role, way, kind, since=0, timeout=WAIT_S, **words):
        """A message at a tap; |words| as t11="A1"."""
        found = self.taps[role].see(
            way, lambda message: message.has(kind, **words), since, timeout)
        if found is None:
            raise Failure(f"no {kind} {words or ''} {way} at the {role}'s line")
        return found

    def next_name(self, word):
        self.names += 1
        return f"{word}{self.names}"

    def reads_soh(self, role):
        return self.engines[role].reads_soh

    def try_order(self, order):
        """Orders until one goes through: all links are up again."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            try:
                name = order(self, wait=False)
                self.peers["client"].app("8", timeout=2.0, t11=name,
                                         t150="0")
                return
            except Failure:
                pass
        raise Failure("no order goes through any more")

    def logged(self):
        """The gate's own view: (direction, message) of its message log."""
        with open(os.path.join(self.folder, "gate.messages"), "rb") as file:
            text = file.read()
        return text


__all__ = ["Failure", "Message", "Peer", "Stage", "TO_GATE", "TO_PEER"]
