"""The journal of a running gate: a disk that is full, pictures of the books,
archives; all of it on real processes and sockets.

    test_gate_kept.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import re
import signal
import sqlite3
import sys
import unittest

from gate_desk import Case, LOGGED_ON


class Kept(Case):
    def setUp(self):
        super().setUp()
        self.start_venue()

    def keep(self, facts):
        self.configure(f"FailureGraceMs=1500\nSnapshotFacts={facts}\n")

    def test_disk_full_refuses_new_risk_and_lets_cancels_pass(self):
        self.keep(1000000)
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
        self.keep(1000000)
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

    def bound(self):
        """The snapshot that the next start takes. There can be others beside
        it: one whose writer has outlived a killed gate."""
        with sqlite3.connect(self.journal) as journal:
            snapshot, = journal.execute(
                "SELECT snapshot FROM chain").fetchone()
            self.assertGreater(snapshot, 0)
            taken, = journal.execute("SELECT number FROM fact WHERE no = ?",
                                     (snapshot,)).fetchone()
        journal.close()
        return f"{self.journal}-snapshot-{taken}"

    def test_pictures_bound_the_start(self):
        self.keep(60)
        gate = self.gate()
        client = self.client()
        for count in range(1, 30):
            self.accepted(client, f"A{count}")
        gate.see("a snapshot is taken")
        self.accepted(client, "A30")
        gate.stop(signal.SIGKILL)
        self.assertIn(self.bound(), self.snapshots())

        gate = self.gate()
        client.see(LOGGED_ON)
        self.assertFalse(any("all facts are read" in line
                             for line in gate.lines))
        self.accepted(client, "B1")
        client.tell("cancel C1 A1")
        client.see(r" in .*35=8.*\|11=C1\|.*150=4\|")
        gate.stop(signal.SIGKILL)

        # A damaged picture is no picture: the facts say the same.
        with open(self.bound(), "r+b") as file:
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
        self.keep(1000000)
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
