"""For the tests of the embedding examples: FIX messages, processes, a desk.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import queue
import re
import resource
import signal
import socket
import subprocess
import threading
import time

WAIT_S = 60
SOH = "\x01"
# Beside the journal's spare, of 4 MiB, there is little room.
FULL_DISK = 4 * 1024 * 1024 + 200 * 1024
LOGGED_ON = r"^\S+ logon "

CONFIG = """[GATE]
Journal=gate.journal
Instruments=instruments.csv
TradingDayEnd=never
PullTimeMs=100
FailureGraceMs=1500
[DEFAULT]
SenderCompID=GATE
HeartBtInt=30
SocketConnectHost=127.0.0.1
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
SocketConnectPort={venue}
TokenTag=7350
[SESSION]
Name=hub
Role=hub
BeginString=FIXT.1.1
DefaultApplVerID=9
TargetCompID=HUB
ConnectionType=initiator
SocketConnectPort={hub}
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


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


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


def limit_files(limit):
    """No file of this process may grow further."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


class Process:
    """A process whose lines are read as they come."""

    def __init__(self, *words, cwd, limit=None):
        self.lines = []
        self.queue = queue.Queue()
        # pylint: disable=subprocess-popen-preexec-fn,consider-using-with
        self.child = subprocess.Popen(
            words, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            preexec_fn=lambda: limit_files(limit))
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.child.stdout:
            self.lines.append(line.rstrip("\n"))
            self.queue.put(line.rstrip("\n"))
        self.queue.put(None)

    def tell(self, words):
        self.child.stdin.write(words + "\n")
        self.child.stdin.flush()

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

    def await_said(self, pattern):
        """Until |pattern| was said, now or before."""
        end = time.monotonic() + WAIT_S
        while not self.said(pattern):
            if time.monotonic() > end:
                raise AssertionError(f"{pattern} was never said")
            time.sleep(0.01)

    def said(self, pattern):
        return [line for line in self.lines if re.search(pattern, line)]

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.ended()

    def ended(self):
        """Its status, when it has ended by itself."""
        status = self.child.wait(WAIT_S)
        self.thread.join(WAIT_S)
        self.child.stdin.close()
        self.child.stdout.close()
        return status


class RawVenue:
    """A venue by hand, for what no simulator would do."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(WAIT_S)
        self.port = self.listener.getsockname()[1]
        self.line = None
        self.buffer = ""
        self.seq = 0

    def log_on(self):
        self.line, _ = self.listener.accept()
        self.line.settimeout(WAIT_S)
        self.buffer = ""
        self.await_type("A")
        self.send("A", "98=0|108=30|")

    def send(self, kind, body):
        self.seq += 1
        inner = (f"35={kind}|34={self.seq}|49=VENUE|56=GATE|52={utc()}|"
                 + body).replace("|", SOH)
        text = f"8=FIX.4.4{SOH}9={len(inner)}{SOH}{inner}"
        text += "10=%03d%s" % (sum(text.encode()) % 256, SOH)
        self.line.sendall(text.encode())

    def next(self):
        while True:
            end = re.search(SOH + "10=[0-9]{3}" + SOH, self.buffer)
            if end:
                message = self.buffer[:end.end()]
                self.buffer = self.buffer[end.end():]
                return message
            data = self.line.recv(65536)
            assert data, "the gate has closed the line"
            self.buffer += data.decode()

    def await_type(self, kind):
        while True:
            message = self.next()
            if value(message, 35) == kind:
                return message

    def drop(self):
        self.line.close()

    def close(self):
        if self.line is not None:
            self.line.close()
        self.listener.close()
