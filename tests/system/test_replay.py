"""creditgate replay: what it prints, writes and ends with.

    test_replay.py PROGRAM

Logs are made here, message by message, for a gate between a client and a venue
whose clearing firm has pushed a limit.

SPDX-License-Identifier: Apache-2.0
"""
import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])

CONFIG = """[GATE]
Journal=gate.journal
Instruments=instruments.csv
MaxOrders=1000
MaxRequests=4000
MaxLimits=16
MaxReports=1000
MaxWaiting=16
TradingDayEnd=never

[DEFAULT]
SenderCompID=GATE
ConnectionType=acceptor

[SESSION]
Name=client
Role=client
BeginString=FIX.4.4
TargetCompID=CLIENT
SocketAcceptPort=7001
Accounts=ACME

[SESSION]
Name=venue
Role=venue
BeginString=FIX.4.4
TargetCompID=VENUE
SocketAcceptPort=7002

[ACCOUNT]
Account=ACME
ClearingFirm=FCM1

[LIMIT]
RiskLimitID=ACME-USD
Account=ACME
Currency=USD
Model=push
Measure=net
Amount={amount}
"""

START = 12 * 3600 * 1000


def seal(text):
    """A message with the BodyLength and CheckSum that it should have."""
    begin, _, body = text.split("|", 2)
    body = body[:body.rindex("10=")]
    text = "%s|9=%d|%s" % (begin, len(body), body)
    return "%s10=%03d|" % (
        text, sum(text.replace("|", "\x01").encode()) % 256)


class Log:
    """A log of what client and venue say, a message a millisecond."""

    def __init__(self):
        self.lines = []
        self.seq = {"CLIENT": 0, "VENUE": 0, "HUB": 0}
        self.ms = START
        for peer in ("VENUE", "CLIENT"):
            self.say(peer, "A", "98=0|108=30|")

    def hub(self, kind, body):
        self.say("HUB", kind, body, "FIXT.1.1")

    def say(self, peer, kind, body, begin="FIX.4.4"):
        self.ms += 1
        self.seq[peer] += 1
        now = "20260115-%02d:%02d:%02d.%03d" % (
            self.ms // 3600000, self.ms // 60000 % 60, self.ms // 1000 % 60,
            self.ms % 1000)
        text = "35=%s|34=%d|49=%s|52=%s|56=GATE|%s" % (
            kind, self.seq[peer], peer, now, body)
        data = seal("8=%s|9=0|%s10=" % (begin, text)).replace(
            "|", "\x01").encode()
        self.lines.append(now.encode() + b"000 : " + data + b"\n")

    def order(self, number, qty=10000000):
        terms = "55=USSW10|54=%d|38=%d|" % (1 + number % 2, qty)
        self.say("CLIENT", "D",
                 "11=A%d|1=ACME|%s40=2|44=4|60=20260115-12:00:00|"
                 % (number, terms))
        self.say("VENUE", "8", "37=V%d|11=A%d|17=N%d|150=0|39=0|%s151=%d|14=0|"
                 "6=0|" % (number, number, number, terms, qty))
        self.say("VENUE", "8", "37=V%d|11=A%d|17=F%d|150=F|39=2|%s151=0|14=%d|"
                 "6=4|31=4|32=%d|" % (number, number, number, terms, qty, qty))

    def data(self):
        return b"".join(self.lines)


def orders(count):
    log = Log()
    for i in range(count):
        log.order(i)
    return log


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="cg-replay-")
        cls.write("instruments.csv",
                  b"instrument,currency,dv01_per_million\nUSSW10,USD,904\n")
        cls.config = cls.write("gate.cfg",
                               CONFIG.format(amount="100000.00").encode())
        cls.low = cls.write("low.cfg",
                            CONFIG.format(amount="9000.00").encode())
        cls.log = cls.write("day.log", orders(20).data())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def write(cls, name, data):
        with open(cls.path(name), "wb") as file:
            file.write(data)
        return cls.path(name)

    def run_it(self, *words, data=None, config=None):
        done = subprocess.run(
            [PROGRAM, "replay", "--config", config or self.config, *words],
            input=data, capture_output=True, timeout=100, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def report(self, *words, **more):
        status, out, error = self.run_it("--format", "json", *words, **more)
        self.assertEqual((status, error), (0, ""))
        return json.loads(out)

    @staticmethod
    def counts(rows):
        return dict(row.values() for row in rows)

    def test_replay_report_counts(self):
        report = self.report(self.log)
        summary = self.counts(report["replay"])
        self.assertEqual(summary["messages"], "62")
        self.assertEqual(summary["sent"], "60")
        self.assertEqual(summary["books"], "hold")
        self.assertEqual(summary["credit-leaked"], "none")
        self.assertEqual(summary["from"], "2026-01-15T12:00:00.001Z")
        self.assertEqual(summary["to"], "2026-01-15T12:00:00.062Z")
        self.assertEqual([(row["session"], row["in"], row["out"], row["admin"])
                          for row in report["messages"]],
                         [("client", "20", "0", "1"),
                          ("venue", "40", "0", "1")])
        self.assertEqual(report["orders"][0],
                         {"request": "new", "taken": "20", "forwarded": "20",
                          "refused": "0"})
        self.assertEqual(report["trouble"], [])
        self.assertEqual(report["refusals"], [])
        limit = report["limits"][0]
        self.assertEqual((limit["limit"], limit["amount"], limit["peak"],
                          limit["percent"]),
                         ("ACME-USD", "100000.00", "9040.00", "9.04"))
        tokens = self.counts(report["tokens"])
        self.assertEqual((tokens["pushed"], tokens["consumed"],
                          tokens["open"]), ("20", "20", "0"))
        self.assertEqual([(row["side"], row["granted"], row["consumed"])
                          for row in report["amounts"]],
                         [("buy", "90400.00", "90400.00"),
                          ("sell", "90400.00", "90400.00")])
        venue = [row for row in report["times"] if row["time_in"] == "venue"]
        self.assertEqual([(row["firm"], row["count"]) for row in venue],
                         [("FCM1", "20")])
        self.assertAlmostEqual(float(venue[0]["median_ms"]), 1.0, delta=0.01)
        self.assertEqual(report["compared"], [])  # nothing sent is in the log
        self.assertNotIn("expected", report)

    def test_replay_other_limits_refuse(self):
        report = self.report(self.log, config=self.low)
        self.assertEqual(self.counts(report["refusals"]),
                         {"CG101 LIMIT_EXCEEDED": "20"})
        self.assertEqual(report["orders"][0]["refused"], "20")

    def test_replay_formats_tell_the_same(self):
        report = self.report(self.log)
        status, out, _ = self.run_it("--format", "csv", self.log)
        self.assertEqual(status, 0)
        tables = [list(csv.reader(io.StringIO(part)))
                  for part in out.split("\n\n")]
        rows = [[list(row.values()) for row in table]
                for table in report.values() if table]
        self.assertEqual([table[1:] for table in tables], rows)
        status, out, _ = self.run_it(self.log)
        self.assertEqual(status, 0)
        for table in report.values():
            for row in table:
                for cell in row.values():
                    self.assertIn(cell, out)

    def test_replay_output_twice_and_expected(self):
        outputs = [self.path("one.out"), self.path("two.out")]
        for output in outputs:
            self.assertEqual(self.run_it("--output", output, self.log)[0], 0)
        with open(outputs[0], "rb") as one, open(outputs[1], "rb") as two:
            written = one.read()
            self.assertEqual(written, two.read())
        self.assertTrue(written.startswith(b"# creditgate replay"))
        status, out, error = self.run_it("--output", "-", self.log)
        self.assertEqual(status, 0)
        self.assertEqual(out.encode(), written)
        self.assertIn("credit-leaked", error)  # the report
        self.assertEqual(
            self.run_it("--expect", outputs[0], self.log)[0], 0)
        report = self.report("--expect", outputs[0], self.log)
        self.assertEqual([(row["session"], row["only_sent"])
                          for row in report["expected"]],
                         [("client", "0"), ("venue", "0"), ("(decisions)", "0")])

    def test_replay_expect_saved_by_an_editor(self):
        output = self.path("one.out")
        self.assertEqual(self.run_it("--output", output, self.log)[0], 0)
        with open(output, "rb") as file:
            data = file.read()
        # Its decisions count all the same: of other limits they are others.
        for lines in data, data.replace(b"\n", b"\r\n"):
            golden = self.write("edited.out", b"\xef\xbb\xbf" + lines)
            report = self.report("--expect", golden, self.log)
            self.assertEqual([(row["session"], row["only_sent"])
                              for row in report["expected"]],
                             [("client", "0"), ("venue", "0"),
                              ("(decisions)", "0")])
        self.assertIn("a decision", self.run_it(
            "--expect", golden, "--differences", "200", self.log,
            config=self.low)[1])

    def pinged(self):
        """A log of two orders: the hub grants the second, not the first."""
        config = CONFIG.format(amount="100000.00").replace(
            "Model=push", "Model=ping\nHub=hub").replace(
            "ClearingFirm=FCM1", "ClearingFirm=FCM1\nHub=hub").replace(
            "[ACCOUNT]", "[SESSION]\nName=hub\nRole=hub\n"
            "BeginString=FIXT.1.1\nTargetCompID=HUB\n"
            "SocketAcceptPort=7003\n\n[ACCOUNT]", 1)
        log = Log()
        log.hub("A", "98=0|108=30|1137=9|")
        for number in 1, 2:
            log.say("CLIENT", "D", "11=A%d|1=ACME|55=USSW10|54=1|38=10000000|"
                    "40=2|44=4|60=20260115-12:00:00|" % number)
        answer = ("2318=%d|2319=GATE-T%d|2320=0|2321=0|2324=9040.00|%s"
                  "1670=ACME-USD|")
        log.hub("DG", answer % (2, 2, "2325=0|2327=9040.00|"))
        log.hub("DG", answer % (1, 1, "2325=2|"))
        return (self.write("ping.cfg", config.encode()),
                self.write("ping.log", log.data()))

    def golden(self, config, log, change):
        """What is sent, with other ids in it."""
        output = self.path("golden.log")
        self.assertEqual(self.run_it("--output", output, log,
                                     config=config)[0], 0)
        with open(output, encoding="ascii") as file:
            lines = file.read().splitlines()
        for i, line in enumerate(lines):
            if not line.startswith("#"):
                head, text = line.split(" : ")
                lines[i] = head + " : " + seal(change(text))
        return self.write("changed.log", ("\n".join(lines) + "\n").encode())

    def test_replay_expect_decides_nothing(self):
        config, log = self.pinged()
        golden = self.golden(config, log, lambda text: re.sub(
            "(GATE-T|2318=)([0-9]+)",
            lambda found: found[1] + str(int(found[2]) + 1), text))
        outputs = self.path("one.log"), self.path("two.log")
        self.assertEqual(self.run_it("--output", outputs[0], log,
                                     config=config)[0], 0)
        self.assertEqual(self.run_it("--output", outputs[1], "--expect", golden,
                                     log, config=config)[0], 0)
        with open(outputs[0], "rb") as one, open(outputs[1], "rb") as two:
            data = one.read()
            self.assertIn(b"forwards order A2", data)
            self.assertEqual(data, two.read())

    def test_replay_expect_ids_swapped(self):
        config, log = self.pinged()
        golden = self.golden(
            config, log,
            lambda text: text.replace("7350=GATE-T2", "7350=GATE-T1"))
        status, out, _ = self.run_it("--expect", golden, log, config=config)
        self.assertEqual(status, 1)
        self.assertIn("7350: was GATE-T1, is GATE-T2", out)

    def test_replay_expect_differs_status_1(self):
        output = self.path("wrong.out")
        self.assertEqual(self.run_it("--output", output, self.log)[0], 0)
        status, out, error = self.run_it("--expect", output, self.log,
                                         config=self.low)
        self.assertEqual((status, error), (1, ""))
        first = [line for line in out.splitlines() if "expected" in line]
        self.assertTrue(any("is sent, and is not expected: 37=NONE|11=A0|" in
                            line for line in first))
        self.assertFalse(any("differs" in line for line in first))
        self.assertEqual(len([line for line in first if " 35=" in line or
                              "a decision" in line]), 20)
        status, out, error = self.run_it("--expect", output, self.log,
                                         "--differences", "3", "--format",
                                         "json", config=self.low)
        self.assertEqual(status, 1)
        self.assertEqual(len(error.splitlines()), 3)
        json.loads(out)

    def test_replay_recorded_difference_is_no_failure(self):
        output = self.path("sent.out")
        self.assertEqual(self.run_it("--output", output, self.log)[0], 0)
        status, out, error = self.run_it(self.log, output, config=self.low)
        self.assertEqual((status, error), (0, ""))
        self.assertTrue("recorded" in out)
        report = self.report(self.log, output)
        self.assertEqual([(row["session"], row["same"], row["different"])
                          for row in report["compared"]],
                         [("client", "40", "0"), ("venue", "20", "0")])

    def test_replay_pipe_and_packed(self):
        with open(self.log, "rb") as file:
            data = file.read()
        plain = self.report(self.log)
        self.assertEqual(self.report("-", data=data), plain)
        packed = self.write("day.log.gz", gzip.compress(data))
        self.assertEqual(self.report(packed), plain)

    def test_replay_bad_skipped_or_end(self):
        log = orders(30)
        for i in range(2, 90, 3):  # the orders
            log.lines[i] = log.lines[i].replace(b"11=A", b"11=B")
        bad = self.write("bad.log", log.data())
        status, out, error = self.run_it("--format", "json", bad)
        self.assertEqual(status, 0)
        report = json.loads(out)
        trouble = self.counts(report["trouble"])
        self.assertEqual(trouble["checksum"], "30")
        lines = [line for line in error.splitlines() if "CheckSum" in line]
        self.assertEqual(len(lines), 20)
        offset = len(log.lines[0] + log.lines[1]) + log.lines[2].index(b"8=FIX")
        self.assertTrue(lines[0].startswith("%s:%d: " % (bad, offset)))
        self.assertIn("(checksum) is only counted", error)
        status, out, error = self.run_it("--on-bad", "stop", bad)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("%s:%d: " % (bad, offset), error)

    def test_replay_wrong_arguments_status_2(self):
        for words, told in (
                (("--on-bad", "eat", self.log), "--on-bad is skip or stop"),
                (("--format", "xml", self.log), "--format is table, csv or"),
                (("--differences", "-1", self.log), "--differences is a"),
                (("--what", "x", self.log), "there is no option --what"),
                (("--output",), "--output needs a value"),
                ((), "give a log"),
                (("-", "-"), "standard input can be read once"),
                ((self.path("none.log"),), "none.log"),
                (("--expect", self.path("none.log"), self.log), "none.log"),
                (("--output", "/nowhere/x", self.log), "/nowhere/x"),
                ((self.write("empty.log", b""),), "empty.log"),
        ):
            status, out, error = self.run_it(*words)
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn(told, error)
        done = subprocess.run([PROGRAM, "replay", self.log],
                              capture_output=True, check=False, timeout=100)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--config FILE is missing", done.stderr)
        status, _, error = self.run_it(self.log, config=self.path("none.cfg"))
        self.assertEqual(status, 2)
        self.assertIn("none.cfg", error)

    def test_replay_output_spares_what_is_read(self):
        log = self.write("precious.log", orders(2).data())
        os.link(log, self.path("same.log"))
        for words in (("--output", log, log),
                      ("--output", self.path("same.log"), log),
                      ("--output", log, "--expect", log, self.log),
                      ("--output", self.config, log)):
            status, out, error = self.run_it(*words)
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn("would overwrite what is read", error)
        with open(log, "rb") as file:
            self.assertEqual(file.read(), orders(2).data())

    def test_replay_expect_nothing_compared(self):
        config = self.write("other.cfg", CONFIG.format(amount="1").replace(
            "SenderCompID=GATE", "SenderCompID=OTHER").encode())
        status, _, error = self.run_it("--expect", self.log, self.log,
                                       config=config)
        self.assertEqual(status, 1)
        self.assertIn("nothing is expected, and nothing is sent", error)

    def test_replay_full_disk_status_2(self):
        status, _, error = self.run_it("--output", "/dev/full", self.log)
        self.assertEqual(status, 2)
        self.assertIn("cannot be written", error)

    def test_replay_by_par_rates(self):
        """An instrument by its swap is priced by the file of the rates, or the
        file is refused with its line."""
        rates = ("set,curve,tenor,rate_pct,valuation_date\n"
                 "a,USD_SOFR,1Y,3.481,2026-01-15\n"
                 "a,USD_SOFR,10Y,3.703,2026-01-15\n").encode()
        self.write("swaps.csv", b"instrument,currency,dv01_per_million,"
                   b"convention,swap\nUSSW10,USD,,USD_SOFR,10Y\n")
        text = CONFIG.format(amount="100000.00").replace(
            "=instruments.csv", "=swaps.csv")
        config = self.write("rates.cfg", (
            text + "\n[RATES]\nParRates=rates.csv\nMaxAgeMs=never\n").encode())
        self.assertNotEqual(text, CONFIG.format(amount="100000.00"))
        log = self.write("two.log", orders(2).data())
        path = self.write("rates.csv", rates)
        report = self.report(log, config=config)
        self.assertEqual(report["orders"][0]["forwarded"], "2")
        # 10 million of ten years at about 8.6 years of annuity.
        self.assertTrue(8000 < float(report["limits"][0]["peak"]) < 9000,
                        report["limits"])
        status, _, error = self.run_it("--against", config, log, config=config)
        self.assertEqual((status, error), (0, ""))
        self.write("rates.csv", rates.replace(b"3.703", b"high"))
        for words in ((), ("--against", config)):
            status, _, error = self.run_it(*words, log, config=config)
            self.assertEqual(status, 2)
            self.assertIn("rates.csv:3: ", error)
        os.remove(path)
        status, _, error = self.run_it(log, config=config)
        self.assertEqual(status, 2)
        self.assertIn("rates.csv", error)
        # The other configuration's rates are its own.
        other = self.write("other-rates.cfg", (
            text + "\n[RATES]\nParRates=none.csv\nMaxAgeMs=never\n").encode())
        self.write("rates.csv", rates)
        status, _, error = self.run_it("--against", other, log, config=config)
        self.assertEqual(status, 2)
        self.assertIn("none.csv", error)

    def test_replay_help(self):
        done = subprocess.run([PROGRAM, "replay", "--help"], check=True,
                              capture_output=True, timeout=100)
        self.assertIn(b"--expect FILE", done.stdout)

    def peak_kb(self, path):
        """What a run took of memory at the most, in KiB.  The one who starts it
        is small: its own memory would count until the program is there."""
        small = ("import resource, subprocess, sys\n"
                 "subprocess.run(sys.argv[1:], check=True,"
                 " stdout=subprocess.DEVNULL)\n"
                 "print(resource.getrusage(resource.RUSAGE_CHILDREN)"
                 ".ru_maxrss)\n")
        done = subprocess.run([sys.executable, "-c", small, PROGRAM, "replay",
                               "--config", self.config, path],
                              capture_output=True, check=True, timeout=100)
        return int(done.stdout)

    def test_replay_memory_does_not_grow(self):
        short = self.peak_kb(self.write("short.log", orders(6000).data()))
        long = self.peak_kb(self.write("long.log", orders(48000).data()))
        self.assertLess(long, short + 2048)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
