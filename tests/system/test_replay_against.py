"""creditgate replay --against: what it prints, in each form, and ends with.

    test_replay_against.py PROGRAM

Three orders of 10,000,000, each of which is 9,040 at a DV01 of 904: the hub takes
30 ms for its answers.

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])

CONFIG = """[GATE]
Journal=gate.journal
Instruments={instruments}
MaxOrders=1000
MaxRequests=4000
MaxLimits=16
MaxReports=1000
MaxWaiting=16
TradingDayEnd=never

[DEFAULT]
SenderCompID=GATE
ConnectionType=acceptor
SocketAcceptPort=0

[SESSION]
Name={client}
Role=client
BeginString=FIX.4.4
TargetCompID=CLIENT
Accounts=ACME

[SESSION]
Name=venue
Role=venue
BeginString=FIX.4.4
TargetCompID=VENUE

[SESSION]
Name=hub
Role=hub
BeginString=FIXT.1.1
TargetCompID=HUB

[ACCOUNT]
Account=ACME
ClearingFirm=FCM1
Hub=hub

[LIMIT]
RiskLimitID=OWN
Account=ACME
Currency=USD
Model=push
Amount={amount}

[LIMIT]
RiskLimitID=ACME-USD
Account=ACME
Hub=hub
Currency=USD
Model=ping
"""


def say(lines, numbers, peer, ms, kind, body):
    numbers[peer] = numbers.get(peer, 0) + 1
    now = "20260115-12:00:%02d.%03d" % (ms // 1000, ms % 1000)
    text = "35=%s|34=%d|49=%s|52=%s|56=GATE|%s" % (kind, numbers[peer], peer,
                                                   now, body)
    begin = "FIXT.1.1" if peer == "HUB" else "FIX.4.4"
    whole = ("8=%s|9=%d|%s" % (begin, len(text), text)).replace("|", "\x01")
    total = sum(whole.encode()) % 256
    lines.append("%s : %s10=%03d\x01" % (now, whole, total))


def log():
    lines = []
    numbers = {}
    for i in (1, 2, 3):
        say(lines, numbers, "CLIENT", i * 1000, "D",
            "11=A%d|1=ACME|55=USSW10|54=1|38=10000000|40=2|44=4.1|"
            "60=20260115-12:00:00|" % i)
        # A token of the desk's own limit comes before each of the hub's.
        say(lines, numbers, "HUB", i * 1000 + 30, "DG",
            "2318=%d|2319=GATE-T%d|2325=0|2320=0|2321=0|2324=9040.00|"
            "2327=9040.00|" % (i, 2 * i))
        say(lines, numbers, "VENUE", i * 1000 + 35, "8",
            "37=V%d|11=A%d|17=E%d|150=0|39=0|55=USSW10|54=1|38=10000000|"
            "151=10000000|14=0|6=0|" % (i, i, i))
    return "\n".join(lines) + "\n"


class ReplayAgainst(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.write("904.csv", "instrument,currency,dv01_per_million\n"
                              "USSW10,USD,904\n")
        self.write("1000.csv", "instrument,currency,dv01_per_million\n"
                               "USSW10,USD,1000\n")
        self.config("a.cfg")
        self.write("x.log", log())

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def config(self, name, amount="30000", instruments="904.csv",
               client="client"):
        self.write(name, CONFIG.format(amount=amount, instruments=instruments,
                                       client=client))

    def run_replay(self, *arguments, status=0):
        done = subprocess.run(
            [PROGRAM, "replay", "--config", "a.cfg", *arguments, "x.log"],
            cwd=self.folder.name, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_same(self):
        done = self.run_replay("--against", "a.cfg")
        self.assertIn("same                      3\n", done.stdout)
        self.assertTrue(done.stdout.startswith("what-if\n"))

    def test_table(self):
        self.config("b.cfg", amount="20000")
        one = self.run_replay("--against", "b.cfg")
        self.assertTrue(one.stdout.startswith(
            "2026-01-15T12:00:03.000Z client order A3: buy 10000000 USSW10 for "
            "ACME: refused in B only\n"
            "  A: forwarded after 30 ms\n"
            "  B: refused at once: CG101 LIMIT_EXCEEDED req:9040.00 avl:1920.00 "),
            one.stdout)
        self.assertIn(
            "  because limit OWN (USD): B needed 9040.00 with 1920.00 of "
            "20000.00 available; A needed 9040.00 with 11920.00 of 30000.00 "
            "available\n", one.stdout)
        # Peaks side by side.
        self.assertRegex(one.stdout,
                         r"\nOWN +USD +27120\.00 +30000\.00 +\S+ +18080\.00 +"
                         r"20000\.00 ")
        two = self.run_replay("--against", "b.cfg")
        self.assertEqual(one.stdout, two.stdout)

    def test_csv(self):
        self.config("b.cfg", instruments="1000.csv", amount="29999")
        done = self.run_replay("--against", "b.cfg", "--format", "csv")
        tables = done.stdout.split("\n\n")
        rows = list(csv.DictReader(io.StringIO(tables[0])))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["clordid"], "A3")
        self.assertEqual(rows[0]["difference"], "refused in B only")
        self.assertIn("the DV01 per million is 904.00 in A and 1000.00 in B",
                      rows[0]["because"])
        totals = {row["what"]: row["value"]
                  for row in csv.DictReader(io.StringIO(tables[1]))}
        self.assertEqual(totals["compared"], "3")
        self.assertEqual(totals["same"], "2")
        self.assertEqual(totals["books of B"], "hold")

    def test_json(self):
        done = self.run_replay("--hub-latency", "25000", "--format", "json")
        report = json.loads(done.stdout)
        self.assertEqual([row["clordid"] for row in report["decisions"]],
                         ["A1", "A2", "A3"])
        for row in report["decisions"]:
            self.assertEqual(row["difference"], "refused in B only")
            self.assertIn("refused after 20000 ms: CG301", row["b"])
        self.assertEqual(report["waits"][1]["decided"], "3")
        self.assertEqual(len(report["limits"]), 2)

    def test_so_many(self):
        done = self.run_replay("--hub-latency", "100", "--differences", "1")
        self.assertEqual(done.stdout.count(" later in B\n"), 1, done.stdout)
        self.assertIn("(2 more: --differences N)", done.stdout)
        self.assertIn("later in B                3\n", done.stdout)

    def test_mistakes(self):
        self.config("b.cfg", client="other")
        for arguments, words in (
                (("--against", "b.cfg"),
                 "b.cfg: session 1, client, is not the same in both"),
                (("--against", "none.cfg"), "none.cfg: the file cannot be read"),
                (("--hub-latency", "-1"), "--hub-latency is a number"),
                (("--hub-latency", "1", "--unknown-answers", "deny"),
                 "--unknown-answers is grant or silent"),
                (("--unknown-orders", "end"), "need --against or --hub-latency"),
                (("--against",), "--against needs a value")):
            done = subprocess.run(
                [PROGRAM, "replay", "--config", "a.cfg", "x.log", *arguments],
                cwd=self.folder.name, capture_output=True, text=True,
                timeout=60)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
