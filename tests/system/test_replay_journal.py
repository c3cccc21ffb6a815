"""A replay by the journal of a gate that really ran: under load, with deadlines
that were missed, links that broke, kills and starts, each of its facts is made
again from its message log.

    test_replay_journal.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shutil
import signal
import sqlite3
import sys
import unittest

from gate_desk import Case, LOGGED_ON

SETTINGS = """MessageLog=gate.messages
SoftDeadlineMs=150
HardDeadlineMs=2000
PullTimeMs=300
SnapshotFacts=200
"""
LIMIT = "Model=ping-with-push\nAmount=2500000\nFallbackMaxAgeMs=3600000\n"
SAME = re.compile(r"journal: (\d+) facts made again, (\d+) the same")
LOST = re.compile(r"^(\d+) facts, from fact \d+ on, stand before a start", re.M)


class ReplayJournal(Case):
    def setUp(self):
        super().setUp()
        self.start_venue()

    def desk(self):
        self.configure(SETTINGS)
        path = os.path.join(self.folder, "gate.cfg")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("Model=ping\n", LIMIT)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def crowd(self, client, count, first):
        """Orders all at once, and their answers."""
        for number in range(first, first + count):
            self.order(client, f"M{number}")
        left = {f"M{number}" for number in range(first, first + count)}
        while left:
            line = client.see(r" in .*35=8.*\|11=M\d+\|.*150=[08]\|")
            left.discard(re.search(r"\|11=(M\d+)\|", line).group(1))

    def troubles(self, client, first):
        """What a day has: fills, replaces, late answers, denials, pulls."""
        self.crowd(client, 40, first)
        self.venue.tell(f"fill M{first} 400 4.125")
        client.see(rf" in .*35=8.*\|11=M{first}\|.*150=F\|")
        client.tell(f"replace R{first} M{first + 1} 2000 4.125")
        client.see(rf" in .*35=[89].*\|11=R{first}\|")
        client.tell(f"cancel C{first} M{first + 2}")
        client.see(rf" in .*35=[89].*\|11=C{first}\|")
        self.hub.obey("silent") # the soft deadline is missed: fallback
        self.order(client, f"S{first}")
        client.see(rf" in .*35=8.*\|11=S{first}\|")
        self.hub.obey("speak")
        self.hub.obey("deny 2")
        self.order(client, f"D{first}")
        client.see(rf" in .*35=8.*\|11=D{first}\|")
        self.hub.obey("normal")
        self.hub.obey("limit ACME-USD 1") # below the use: pulled
        client.see(r" in .*35=8.*CG306")
        self.hub.obey("limit ACME-USD 2500000")
        client.tell(f"status M{first}")
        client.see(r" in .*35=8.*\|150=I\|")

    def day(self):
        self.desk()
        gate = self.gate()
        client = self.client()
        self.troubles(client, 100)
        self.venue.tell("drop")
        gate.see("->VENUE logged out")
        gate.see("->VENUE logged on")
        self.hub.obey("drop")
        gate.see("->HUB logged on")
        gate.see("takes the limit update")
        self.crowd(client, 20, 300)
        self.hub.obey("slow 60")
        for number in range(400, 410): # some wait as it is killed
            self.order(client, f"M{number}")
        client.see(r" out .*\|11=M409\|")
        gate.see(r"M405 until|holds M405")
        gate.stop(signal.SIGKILL)
        self.hub.obey("normal")
        gate = self.gate()
        client.see(LOGGED_ON)
        self.crowd(client, 20, 500)
        self.troubles(client, 600)
        self.hub.obey("silent")
        self.order(client, "Z1")
        gate.see("holds Z1")
        self.assertEqual(gate.stop(), 0) # Z1 is refused: it stops
        self.hub.obey("normal")
        gate = self.gate()
        client.see(LOGGED_ON)
        self.crowd(client, 5, 800)
        self.assertEqual(gate.stop(), 0)
        for process in self.processes:
            process.stop()

    # --- what is replayed -------------------------------------------------

    def facts(self):
        with sqlite3.connect(self.journal) as journal:
            count, = journal.execute("SELECT max(no) FROM fact").fetchone()
        journal.close()
        return count

    def replay(self, *logs, options=()):
        return self.command("replay", "--config", "gate.cfg", *options, *logs)

    def by_journal(self, *logs):
        status, out, error = self.replay(*logs, options=("--journal",
                                                         "gate.journal"))
        found = SAME.search(out)
        self.assertIsNotNone(found, out + error)
        # What was in the journal as it was killed, and not yet in the log.
        lost = LOST.search(out)
        return (status, int(found.group(1)), int(found.group(2)),
                out + error, int(lost.group(1)) if lost else 0)

    def lines(self):
        with open(os.path.join(self.folder, "gate.messages"), "rb") as file:
            return file.read().splitlines(keepends=True)

    def write(self, name, lines):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.writelines(lines)
        return name

    def check_whole(self):
        status, made, same, text, lost = self.by_journal("gate.messages")
        self.assertEqual((status, made, same + lost),
                         (0, same, self.facts()), text)
        self.assertLess(lost, 200)
        self.assertNotIn("exact up to there", text)
        self.assertIn("3 starts of the gate", text)
        again = self.by_journal("gate.messages")
        self.assertEqual(again[3], text)

    def check_blurred(self):
        """Milliseconds, and a log for each peer, in a bad order."""
        blurred = [re.sub(rb"(\.\d{3})\d{6} :", rb"\1 :", line, count=1)
                   for line in self.lines()]
        logs = []
        for peer in (b"HUB", b"VENUE", b"CLIENT"):
            mine = [line for line in blurred
                    if b"\x01" + b"49=" + peer + b"\x01" in line]
            logs.append(self.write(f"{peer.decode()}.in", mine))
            mine = [line for line in blurred
                    if b"\x01" + b"56=" + peer + b"\x01" in line]
            logs.append(self.write(f"{peer.decode()}.out", mine))
        status, made, same, text, lost = self.by_journal(*logs)
        self.assertEqual((status, made, same + lost),
                         (0, same, self.facts()), text)
        # Without the journal there is not enough to come to the same.
        _, exact, _ = self.replay("gate.messages",
                                  options=("--output", "-", "--journal",
                                           "gate.journal"))
        _, other, _ = self.replay(*logs, options=("--output", "-"))
        self.assertNotEqual(self.answers(exact), self.answers(other))

    @staticmethod
    def answers(output):
        """What orders came to, without times."""
        return [line.split(" ", 2)[2] for line in output.splitlines()
                if line.startswith("# ")]

    def check_middle(self):
        lines = self.lines()
        for tenths in (3, 6, 9):
            name = self.write("middle.messages",
                              lines[len(lines) * tenths // 10:])
            status, made, same, text, _ = self.by_journal(name)
            self.assertEqual((status, made), (0, same), text)
            self.assertGreater(same, 0)
            self.assertLess(same, self.facts())
            self.assertNotIn("exact up to there", text)

    def check_cut(self):
        lines = self.lines()
        name = self.write("cut.messages", lines[:len(lines) // 2])
        status, made, same, text, _ = self.by_journal(name)
        self.assertEqual((status, made), (0, same), text)
        self.assertIn("exact up to there only: the logs end before fact", text)
        at = next(i for i, line in enumerate(lines)
                  if b"\x0111=M110\x01" in line and b"49=CLIENT" in line)
        name = self.write("hole.messages", lines[:at] + lines[at + 1:])
        status, _, _, text, _ = self.by_journal(name)
        self.assertEqual(status, 1, text)
        self.assertRegex(text, r"needs message 34=\d+ of session client, "
                               r"which is not in the logs")

    def check_other_settings(self):
        """Another configuration decides otherwise: the fact is named."""
        path = os.path.join(self.folder, "gate.cfg")
        shutil.copy(path, path + ".kept")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("SoftDeadlineMs=150",
                                       "SoftDeadlineMs=1900")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        status, _, same, text, _ = self.by_journal("gate.messages")
        shutil.move(path + ".kept", path)
        self.assertEqual(status, 1, text)
        self.assertIn(f"fact {same + 1} is another one", text)
        self.assertRegex(text, r"  was \S+Z hub missed: hub is late")

    def check_refused(self):
        status, _, error = self.replay("gate.messages",
                                       options=("--journal", "none.journal"))
        self.assertEqual(status, 2)
        self.assertIn("none.journal", error)
        with sqlite3.connect(self.journal) as journal:
            journal.execute("UPDATE fact SET amount=amount+1 WHERE no="
                            "(SELECT max(no) FROM fact WHERE amount > 0)")
        journal.close()
        status, _, error = self.replay("gate.messages",
                                       options=("--journal", "gate.journal"))
        self.assertEqual(status, 2)
        self.assertIn("is not as it was written", error)

    def test_day_is_made_again(self):
        self.day()
        self.check_whole()
        self.check_blurred()
        self.check_middle()
        self.check_cut()
        self.check_other_settings()
        self.check_refused()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
