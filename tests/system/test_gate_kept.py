"""The journal of a running gate: a disk that is full, pictures of the books,
archives; all of it on real processes and sockets.

    test_gate_kept.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import queue
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
WAIT_S = 60
LOGGED_ON = r"^\S+ logon "

CONFIG = """[GATE]
Journal=gate.journal
Instruments=instruments.csv
TradingDayEnd=never
FailureGraceMs=1500
SnapshotFacts={facts}
[DEFAULT]
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
SocketConnectPort={venue}
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


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Process:
    """A process whose lines are read as they come."""

    def __init__(self, *words, cwd, limit=None):
        def before():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        self.lines = []
        self.queue = queue.Queue()
        # pylint: disable=subprocess-popen-preexec-fn,consider-using-with
        self.child = subprocess.Popen(
            [PROGRAM, *words], cwd=cwd, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=before)
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
                    + "\n".join(self.lines[-12:]))
            if re.search(pattern, line):
                return line

    def ended(self):
        status = self.child.wait(WAIT_S)
        self.thread.join(WAIT_S)
        return status

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        status = self.ended()
        self.child.stdin.close()
        self.child.stdout.close()
        return status


class Kept(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = tempfile.TemporaryDirectory(prefix="cg-kept-")
        self.folder = self.place.name
        self.journal = os.path.join(self.folder, "gate.journal")
        self.processes = []
        self.port = free_port() # the client finds it again after a restart
        self.hub = self.start("hubsim", "--listen", "0",
                              "--limit", "ACME-USD,FCM1,ACME,USD,2500000")
        self.hub_port = self.hub.see("listen").split()[-1]
        self.venue = self.start("venuesim", "--listen", "0")
        self.venue_port = self.venue.see("listen").split()[-1]

    def tearDown(self):
        for process in self.processes:
            if process.child.poll() is None:
                process.stop(signal.SIGKILL)
        self.place.cleanup()

    def start(self, *words, limit=None):
        process = Process(*words, cwd=self.folder, limit=limit)
        self.processes.append(process)
        return process

    def configure(self, facts):
        with open(os.path.join(self.folder, "gate.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(CONFIG.format(facts=facts, port=self.port,
                                     venue=self.venue_port,
                                     hub=self.hub_port))
        with open(os.path.join(self.folder, "instruments.csv"), "w",
                  encoding="utf-8") as file:
            file.write(INSTRUMENTS)

    def gate(self, limit=None):
        gate = self.start("run", "--config", "gate.cfg", limit=limit)
        gate.see("listens on")
        gate.see("takes the limit update")
        return gate

    def client(self):
        client = self.start("clientsim", "--connect", str(self.port))
        client.see(LOGGED_ON)
        return client

    def command(self, *words):
        done = subprocess.run([PROGRAM, *words], capture_output=True,
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

    def test_disk_full_refuses_new_risk_and_lets_cancels_pass(self):
        self.configure(1000000)
        # Beside the spare there is little room: the log of the journal is
        # the file that grows.
        gate = self.gate(limit=4 * 1024 * 1024 + 200 * 1024)
        client = self.client()
        count = 0
        while not any("-spare" in line for line in gate.lines):
            count += 1
            self.assertLess(count, 3000, "the disk was never full")
            self.order(client, f"A{count}")
            # Each has an answer, whatever the disk does.
            answer = client.see(rf" in .*35=8.*\|11=A{count}\|.*150=[08]\|")
        gate.see("new risk is refused from now on")
        self.order(client, "N1")
        self.assertIn("58=CG501", client.see(r" in .*35=8.*\|11=N1\|"))
        live = count if "|150=0|" in answer else count - 1
        client.tell(f"cancel C1 A{live - 1}")
        client.see(r" in .*35=8.*\|11=C1\|.*150=4\|")
        self.venue.tell(f"fill A{live} 400 4.125")
        client.see(rf" in .*35=8.*\|11=A{live}\|.*150=F\|")
        self.assertEqual(gate.ended(), 1)
        self.assertIn("ended because the journal gate.journal failed",
                      gate.lines[-1])
        self.assertFalse(any("11=N1|" in line for line in self.venue.lines))

        # The disk has room again: all of it is taken over.
        gate = self.gate()
        client.see(LOGGED_ON)
        self.accepted(client, "Z1")
        self.assertEqual(gate.stop(), 0)
        self.proved()
        status, out, _ = self.command("records", "--journal", "gate.journal",
                                      "--order", f"A{live}")
        self.assertEqual(status, 0)
        self.assertIn("filled: 400", out)
        status, out, _ = self.command("records", "--journal", "gate.journal",
                                      "--order", "C1")
        self.assertEqual(status, 0, "the cancel was lost")

    def test_disk_still_full_starts_nothing_and_loses_nothing(self):
        self.configure(1000000)
        limit = 4 * 1024 * 1024 + 100 * 1024
        gate = self.gate(limit=limit)
        client = self.client()
        count = 0
        while not any("-spare" in line for line in gate.lines):
            count += 1
            self.order(client, f"A{count}")
            client.see(rf" in .*35=8.*\|11=A{count}\|")
        self.assertEqual(gate.ended(), 1)
        gate = self.start("run", "--config", "gate.cfg", limit=100000)
        self.assertEqual(gate.ended(), 2)
        self.assertIn("gate.journal", gate.lines[-1])
        gate = self.gate()
        self.assertEqual(gate.stop(), 0)
        self.proved()
        status, _, error = self.command("records", "--journal", "gate.journal",
                                        "--order", f"A{count}")
        self.assertEqual(status, 0, error)

    def snapshots(self):
        return glob.glob(self.journal + "-snapshot-*")

    def test_pictures_bound_the_start(self):
        self.configure(60)
        gate = self.gate()
        client = self.client()
        for count in range(1, 30):
            self.accepted(client, f"A{count}")
        gate.see("a snapshot is taken")
        self.accepted(client, "A30")
        gate.stop(signal.SIGKILL)
        with sqlite3.connect(self.journal) as journal:
            snapshot, = journal.execute(
                "SELECT snapshot FROM chain").fetchone()
            self.assertGreater(snapshot, 0)
            taken, = journal.execute("SELECT number FROM fact WHERE no = ?",
                                     (snapshot,)).fetchone()
        journal.close()
        picture = f"{self.journal}-snapshot-{taken}"
        self.assertIn(picture, self.snapshots())

        gate = self.gate()
        client.see(LOGGED_ON)
        self.assertFalse(any("all facts are read" in line
                             for line in gate.lines))
        self.accepted(client, "B1")
        client.tell("cancel C1 A1")
        client.see(r" in .*35=8.*\|11=C1\|.*150=4\|")
        gate.stop(signal.SIGKILL)

        # A damaged picture is no picture: the facts say the same.
        with open(self.snapshots()[0], "r+b") as file:
            file.seek(5000)
            file.write(b"damaged")
        gate = self.gate()
        self.assertTrue(any("the snapshot is missing or damaged" in line
                            for line in gate.lines))
        client.see(LOGGED_ON)
        self.accepted(client, "B2")
        self.assertEqual(gate.stop(), 0)
        self.proved()

    def test_archive_while_the_gate_runs(self):
        self.configure(1000000)
        gate = self.gate()
        client = self.client()
        for count in range(1, 40):
            self.accepted(client, f"A{count}")
        gate.child.send_signal(signal.SIGUSR1)
        for count in range(40, 60):
            self.accepted(client, f"A{count}")
        line = gate.see("older facts are in")
        archive = os.path.join(self.folder, re.search(r"in (\S+) now",
                                                      line).group(1))
        self.assertTrue(os.path.exists(archive))
        gate.stop(signal.SIGKILL)
        gate = self.gate()
        self.assertFalse(any("all facts are read" in line
                             for line in gate.lines))
        client.see(LOGGED_ON)
        self.accepted(client, "B1")
        self.assertEqual(gate.stop(), 0)
        self.proved()
        with sqlite3.connect(self.journal) as journal:
            first, = journal.execute("SELECT min(no) FROM fact").fetchone()
        journal.close()
        self.assertGreater(first, 100)
        status, out, _ = self.command("records", "--journal", "gate.journal",
                                      "--order", "A1")
        self.assertEqual(status, 0)
        self.assertIn("order A1 is taken", out)

        # A gate starts without the archive; who reads all of it does not.
        os.rename(archive, archive + ".away")
        gate = self.gate()
        self.assertEqual(gate.stop(), 0)
        status, _, error = self.command("records", "--journal", "gate.journal")
        self.assertEqual(status, 2)
        self.assertIn("put it back beside the journal", error)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
