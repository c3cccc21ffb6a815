"""What a real gate wrote down, replayed: it decides and sends the same.

    test_replay_gate.py PROGRAM

Hub, venue and client are simulators; the gate writes its message log.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import sys
import unittest

from gate_desk import Case, LOGGED_ON


class ReplayGate(Case):
    def setUp(self):
        super().setUp()
        self.start_venue()
        self.configure("MessageLog=gate.messages\nSoftDeadlineMs=300\n"
                       "HardDeadlineMs=600\n")
        self.running = self.gate()
        self.trader = self.client()

    def end(self):
        self.assertEqual(self.running.stop(), 0)
        for process in self.processes:
            process.stop()

    def replay(self, told=""):
        """The report; |told| are the only differences."""
        status, out, error = self.command("replay", "--config", "gate.cfg",
                                          "--format", "json", "gate.messages")
        self.assertEqual(status, 0, error)
        self.assertRegex(error, r"\A" + told + r"\Z")
        return json.loads(out)

    def same(self, report):
        """Nothing differs, and each session had something to compare."""
        self.assertEqual(len(report["compared"]), 3)
        for row in report["compared"]:
            self.assertGreater(int(row["same"]), 0)
            self.assertEqual((row["different"], row["only_recorded"],
                              row["only_sent"]), ("0", "0", "0"), report)
        self.assertEqual(report["trouble"], [])
        self.assertEqual(dict(row.values() for row in report["replay"])
                         ["credit-leaked"], "none")

    def say(self, words, seen):
        self.trader.tell(words)
        self.trader.see(seen)

    def test_a_day_is_the_same(self):
        for i in range(20):
            self.say(f"order A{i} USSW10 buy 1000000 4.125 ACME",
                     rf" in .*35=8.*\|11=A{i}\|.*150=0\|")
        for i in range(0, 20, 2):
            self.venue.tell(f"fill A{i} 400000 4.125")
            self.trader.see(rf" in .*35=8.*\|11=A{i}\|.*150=F\|")
        self.say("replace B1 A1 2000000 4.125", r" in .*35=8.*\|11=B1\|.*150=5")
        self.say("replace B3 A3 500000 4.125", r" in .*35=8.*\|11=B3\|.*150=5")
        self.say("cancel C5 A5", r" in .*35=8.*\|11=C5\|.*150=4")
        self.say("order A0 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*CG401")
        self.say("order X1 USSW10 buy 9000000000 4.125 ACME",
                 r" in .*35=8.*\|11=X1\|.*150=8")
        # The hub is silent, and too late.
        self.hub.obey("silent")
        self.say("order X2 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*CG301")
        self.hub.obey("speak")
        self.say("order A30 USSW10 sell 1000000 4.125 ACME",
                 r" in .*35=8.*\|11=A30\|.*150=0\|")
        # A limit that falls below its use pulls orders.
        self.hub.tell("limit ACME-USD 5000")
        self.trader.see(r" in .*35=B.*")
        self.say("status A30", r" in .*35=8.*\|11=A30\|")
        self.end()
        report = self.replay()
        self.same(report)
        reasons = {row["reason"].split()[0] for row in report["refusals"]}
        self.assertLessEqual({"CG401", "CG301"}, reasons)
        firm = report["times"][0]
        self.assertEqual(firm["firm"], "FCM1")
        status, out, error = self.command("replay", "--config", "gate.cfg",
                                          "gate.messages", "--expect",
                                          "gate.messages")
        self.assertEqual((status, error), (0, ""), out)

    def test_links_that_break(self):
        self.say("order A1 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*\|11=A1\|.*150=0\|")
        self.venue.tell("logout")
        self.venue.see(r"logout")
        self.say("order A2 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*CG304")
        self.say("order A3 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*CG304")
        self.trader.tell("cancel C1 A1")
        self.venue.tell("logon")
        self.trader.see(r" in .*35=8.*\|11=C1\|.*150=4")
        self.trader.tell("logout")
        self.trader.see("logout")
        self.trader.tell("logon")
        self.trader.see(LOGGED_ON)
        self.say("order A4 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*\|11=A4\|.*150=0\|")
        self.end()
        report = self.replay()
        self.assertEqual(report["trouble"], [])
        for row in report["compared"]:
            self.assertEqual((row["different"], row["only_recorded"]),
                             ("0", "0"), report["compared"])

    def test_a_stop_and_a_start(self):
        """What waited when the gate was told to end, and who comes after."""
        self.assertEqual(self.running.stop(), 0)
        self.configure("MessageLog=gate.messages\nSoftDeadlineMs=300\n"
                       "HardDeadlineMs=600000\n")
        self.running = self.gate()
        self.trader.see(LOGGED_ON)
        self.say("order A1 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*\|11=A1\|.*150=0\|")
        self.hub.obey("silent")
        self.trader.tell("order W1 USSW10 buy 2000000 4.125 ACME")
        self.hub.see(r" in .*35=DF.*\|2320=0\|2321=0\|.*\|2324=1808.00")
        self.assertEqual(self.running.stop(), 0)
        self.trader.see(r" in .*35=8.*\|11=W1\|.*CG501")
        self.hub.obey("speak")
        self.running = self.gate()
        self.trader.see(LOGGED_ON)
        self.say("order A2 USSW10 buy 1000000 4.125 ACME",
                 r" in .*35=8.*\|11=A2\|.*150=0\|")
        self.say("cancel C1 A1", r" in .*35=8.*\|11=C1\|.*150=4")
        self.end()
        report = self.replay()
        orders = {row["request"]: row for row in report["orders"]}
        self.assertEqual((orders["new"]["taken"], orders["new"]["forwarded"]),
                         ("3", "2"))
        self.assertEqual([row["reason"] for row in report["refusals"]],
                         ["CG501 GATE_STOPPING"])
        self.same(report)

    def test_cut_at_the_front(self):
        for i in range(30):
            self.say(f"order A{i} USSW10 buy 1000000 4.125 ACME",
                     rf" in .*35=8.*\|11=A{i}\|.*150=0\|")
            self.venue.tell(f"fill A{i} 1000000 4.125")
            self.trader.see(rf" in .*35=8.*\|11=A{i}\|.*150=F\|")
        self.end()
        path = os.path.join(self.folder, "gate.messages")
        with open(path, "rb") as file:
            lines = file.read().splitlines(True)
        first = next(i for i, line in enumerate(lines)
                     if b"\x0135=D\x01" in line and b"\x0111=A15\x01" in line)
        with open(path, "wb") as file:
            file.writelines(lines[first:])
        # The hub is there from the start, so it is asked for its limits.
        report = self.replay(r"\S+ hub 35=CL is sent, and was not .*\n")
        orders = {row["request"]: row for row in report["orders"]}
        self.assertEqual((orders["new"]["taken"], orders["new"]["forwarded"]),
                         ("15", "15"))
        for row in report["compared"]:
            self.assertEqual((row["different"], row["only_recorded"]),
                             ("0", "0"), report["compared"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
