"""creditgate session record: what it prints, and when it prints nothing.

    test_session_record.py PROGRAM

Logs are made here, message by message, for a gate between a client, a venue and
a hub.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
LOGS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../sample_sessions/logs")

CONFIG = """[GATE]
Name=BIGBANK
Journal=gate.journal
Instruments={instruments}
MaxOrders=20000
MaxRequests=40000
MaxLimits=16
MaxReports=20000
MaxWaiting=16
TradingDayEnd=never

[SESSION]
Name={client}
Role=client
BeginString=FIX.4.4
SenderCompID=BIGBANK-GW
TargetCompID=HEDGEFUND
ConnectionType=initiator
SocketConnectHost=gw.bigbank.example
SocketConnectPort=7001
LogonTag=553=someuser
Accounts=MACRO,PINGED
Venue=sef

[SESSION]
Name=sef
Role=venue
BeginString=FIX.4.4
SenderCompID=BIGBANK-GW
TargetCompID=SEFONE
ConnectionType=acceptor
SocketAcceptPort=7002
TokenTag=9001

[SESSION]
Name=fcmhub
Role=hub
BeginString=FIXT.1.1
SenderCompID=BIGBANK-GW
TargetCompID=CREDITHUB
ConnectionType=acceptor
SocketAcceptPort=7003

[ACCOUNT]
Account=MACRO
ClearingFirm=CLEARCO
Contact=Ann Example 555-0100

[ACCOUNT]
Account=PINGED
ClearingFirm=CLEARCO
Hub=fcmhub

[LIMIT]
RiskLimitID=MACRO-LIMIT
Account=MACRO
Currency=USD
Model=push
Measure=net
Amount=100000.00

[LIMIT]
RiskLimitID=PINGED-LIMIT
Account=PINGED
Hub=fcmhub
Owner=CLEARCO
Currency=USD
Model=ping
"""

NAMES = ("BIGBANK", "HEDGEFUND", "SEFONE", "CREDITHUB", "MACRO", "PINGED",
         "CLEARCO", "Ann", "555-0100", "fcmhub", "hedge", "someuser",
         "bigbank", "day.log", "KEY-", "secret", "4.125", "DESK7", "9001=mine")

START = 12 * 3600 * 1000


class Log:
    """A log of what peers say, a message a millisecond."""

    def __init__(self):
        self.lines = []
        self.seq = {}
        self.ms = START
        for peer in ("SEFONE", "HEDGEFUND", "CREDITHUB"):
            self.say(peer, "A", "98=0|108=30|")

    def say(self, peer, kind, body, header="", to="BIGBANK-GW"):
        self.ms += 1
        self.seq[peer] = self.seq.get(peer, 0) + 1
        now = "20260115-%02d:%02d:%02d.%03d" % (
            self.ms // 3600000, self.ms // 60000 % 60, self.ms // 1000 % 60,
            self.ms % 1000)
        text = "35=%s|34=%d|49=%s|52=%s|56=%s|%s%s" % (
            kind, self.seq[peer], peer, now, to, header, body)
        begin = "FIXT.1.1" if "CREDITHUB" in (peer, to) else "FIX.4.4"
        text = "8=%s|9=%d|%s" % (begin, len(text), text)
        data = text.replace("|", "\x01").encode()
        data += b"10=%03d\x01" % (sum(data) % 256)
        self.lines.append(now.encode() + b"456 : " + data + b"\n")

    def order(self, number, more="", account="MACRO", header=""):
        terms = "55=USSW10|54=%d|38=10000000|" % (1 + number % 2)
        self.say("HEDGEFUND", "D",
                 "11=KEY-%d|1=%s|%s40=2|44=4.125|60=20260115-12:00:00|%s"
                 % (number, account, terms, more), header)
        return terms

    def fill(self, number, terms):
        self.say("SEFONE", "8", "37=V-%d|11=KEY-%d|17=N%d|150=0|39=0|%s"
                 "151=10000000|14=0|6=0|" % (number, number, number, terms))
        self.say("SEFONE", "8", "37=V-%d|11=KEY-%d|17=F%d|150=F|39=2|%s151=0|"
                 "14=10000000|6=4.125|31=4.1250|32=10000000|"
                 % (number, number, number, terms))

    def data(self):
        return b"".join(self.lines)


def day(count, more="", header=""):
    log = Log()
    for i in range(count):
        log.fill(i, log.order(i, more, header=header))
    return log


class SessionRecord(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cg-record-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("instruments.csv",
                   b"instrument,currency,dv01_per_million\nUSSW10,USD,904\n")
        self.configure()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def configure(self, client="hedge", instruments="instruments.csv"):
        self.config = self.write("gate.cfg", CONFIG.format(
            client=client, instruments=instruments).encode())

    def program(self, *words, data=None):
        done = subprocess.run([PROGRAM, "session", *words], input=data,
                              capture_output=True, timeout=100, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def record(self, log, *words):
        return self.program("record", "--config", self.config, *words,
                            self.write("day.log", log.data()))

    def recorded(self, log, *words):
        """The session, which passes."""
        status, out, error = self.record(log, *words)
        self.assertEqual((status, error), (0, ""))
        session = self.write("a.session", out.encode())
        status, told, error = self.program("run", session)
        self.assertEqual((status, told, error), (0, "1 passed, 0 failed\n", ""))
        return out

    def refused(self, log, *words):
        """Nothing is printed; the words of the mistake."""
        status, out, error = self.record(log, *words)
        self.assertEqual((status, out), (2, ""), error)
        return error

    def test_session_record_day_passes(self):
        log = day(3)
        text = self.recorded(log)
        self.assertEqual(text, self.recorded(log))
        self.assertEqual(
            text.split("\n\n")[0],
            "# Recorded from day.log.\n#\n"
            "# From 2026-01-15 12:00:00.001 to 2026-01-15 12:00:00.012:\n"
            "# 9 messages to the gate, 10 from it.")
        for word in (self.folder, "Journal", "SocketConnect", "553", "Instruments="):
            self.assertNotIn(word, text)
        self.assertIn("\nstart 2026-01-15 12:00:00\n", text)
        self.assertIn("sef    < D same 9001=*\n", text)
        self.assertIn("limit MACRO-LIMIT used=9040.00 amount=100000.00", text)

    # From a pipe it is the same, but for the name.
    def test_session_record_pipe_same(self):
        log = day(2)
        text = self.recorded(log)
        status, out, error = self.program("record", "--config", self.config,
                                          "-", data=log.data())
        self.assertEqual((status, error), (0, ""))
        self.assertEqual(out, text.replace("day.log", "standard input"))

    # Nothing says whose it was.
    def test_session_record_anonymised(self):
        more = "58=secret plan|9002=DESK7|9003=7|"
        text = self.recorded(day(3, more, "50=DESK7|"), "--anonymise")
        for name in NAMES:
            self.assertNotIn(name, text)
        for word in ("USSW10", "38=10000000", "100000.00", "11=A1", "58=text",
                     "client1", "CLIENT1", "venue1", "ACC1", "TokenTag=9001",
                     "44=1.01", "31=1.01", " 6=0\n"):
            self.assertIn(word, text)
        # What was equal is equal.
        self.assertEqual(set(re.findall(r" 44=(\S+)", text)), {"1.01"})
        x = re.search(r" 50=(\S+)", text).group(1)
        self.assertIn(" 9002=%s " % x, text.replace("\n", " "))

    # The gate did something between two milliseconds.
    def test_session_record_fine_times(self):
        log = Log()
        terms = log.order(1, account="PINGED")
        log.say("CREDITHUB", "DG", "2318=1|2319=BIGBANK-T1|2324=9040.00|"
                "2327=9040.00|2325=0|2320=0|2321=0|"
                "126=20260115-12:00:05.000123|")
        log.say("SEFONE", "8", "37=V-1|11=KEY-1|17=N1|150=0|39=0|%s"
                "151=10000000|14=0|6=0|" % terms)
        log.ms += 10000
        log.order(2)
        text = self.recorded(log)
        self.assertRegex(text, r"\n@\+\S*[un]s +\S+ +< ")

    def test_session_record_too_long_told(self):
        error = self.refused(day(2000))
        self.assertIn("make 12", error)
        self.assertIn("10000 at the most", error)

    # What no session can say is told; other names may help.
    def test_session_record_value_told(self):
        for value in ("$cheme", "@", "a 11=b", "blank ", "${x}"):
            log = day(2, "58=%s|" % value)
            error = self.refused(log)
            self.assertIn("hedge > D", error)
            self.assertIn("field 58", error)
            self.assertIn("--anonymise", error)
            self.recorded(log, "--anonymise")
        self.assertIn("behind others", self.refused(day(1, "50=DESK7|")))

    def test_session_record_name_told(self):
        for name in ("limit", "a b", "start"):
            self.configure(client=name)
            self.assertIn("begin with %s:" % name, self.refused(day(1)))
            self.recorded(day(1), "--anonymise")

    # Of many instruments those that the log names.
    def test_session_record_many_instruments(self):
        rows = ["instrument,currency,dv01_per_million,note"]
        rows += ["USSW%d,USD,904,\"a, b\"" % i for i in range(1, 400)]
        self.write("many.csv", "\n".join(rows).encode())
        self.configure(instruments="many.csv")
        text = self.recorded(day(2))
        self.assertEqual(re.findall(r"^instrument .*", text, re.M),
                         ["instrument USSW10,USD,904"])

    # Par rates of one set of the file, whatever its age; no conventions.
    def test_session_record_rates(self):
        self.write("curve.csv", b"instrument,currency,dv01_per_million,"
                   b"convention,swap\nUSSW10,,,USD_SOFR,10Y\nUSSW*,,,USD_SOFR,*Y\n")
        rates = [("1Y", "3.481"), ("2Y", "3.392"), ("10Y", "3.7030"),
                 ("30Y", "4")]
        self.write("rates.csv", ("set,curve,tenor,rate_pct,valuation_date\n" +
                                 "".join("%s,USD_SOFR,%s,%s,2026-01-14\n"
                                         % (name, tenor, rate)
                                         for name in ("smp", "other")
                                         for tenor, rate in rates)).encode())
        self.configure(instruments="curve.csv")
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("\n[RATES]\nParRates=rates.csv\nSet=smp\n")
        text = self.recorded(day(2))
        self.assertEqual(re.findall(r"^(?:rate|valuation) .*", text, re.M),
                         ["rate USD_SOFR 1Y 3.481", "rate USD_SOFR 2Y 3.392",
                          "rate USD_SOFR 10Y 3.703", "rate USD_SOFR 30Y 4",
                          "valuation 2026-01-14"])
        self.assertIn("\n[RATES]\n", text)
        self.recorded(day(2), "--anonymise")
        self.write("own.csv", b"convention,type,currency,par_curve,"
                   b"discount_convention,fixed_frequency,fixed_daycount,"
                   b"float_index,float_frequency,float_daycount,calendar,"
                   b"business_day_adjustment,end_of_month_rule,spot_lag_days,"
                   b"payment_lag_days\nMY_SOFR,OIS,USD,USD_SOFR,,annual,ACT/360,"
                   b"SOFR,annual,ACT/360,USGS,modified_following,yes,2,2\n")
        self.write("curve.csv", b"instrument,currency,dv01_per_million,"
                   b"convention,swap\nUSSW10,,,MY_SOFR,10Y\n")
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("Conventions=own.csv\n")
        self.assertIn("conventions of its own", self.refused(day(1)))

    # The gate had given other ids: they are read with those of this one.
    def test_session_record_other_ids(self):
        log = Log()
        terms = log.order(1, account="PINGED")
        log.say("BIGBANK-GW", "DF", "2318=41|2319=BIGBANK-T88|2320=0|2321=0|"
                "1080=BIGBANK-O9|1081=1|2323=0|2324=9040.00|15=USD|"
                "1670=PINGED-LIMIT|453=2|448=PINGED|447=D|452=24|448=CLEARCO|"
                "447=D|452=4|55=USSW10|54=2|60=20260115-12:00:00.004|",
                to="CREDITHUB")
        log.say("CREDITHUB", "DG", "2318=41|2319=BIGBANK-T88|2324=9040.00|"
                "2327=9040.00|2325=0|2320=0|2321=0|")
        log.fill(1, terms)
        for words in ((), ("--anonymise",)):
            text = self.recorded(log, *words)
            self.assertNotIn("T88", text)
            self.assertRegex(text, r" > DG 2318=\$N1 2319=\$T1 ")
            self.assertIn("token $T1 state=closed end=consumed", text)

    # The recorded days of a gate under load, as it wrote them and as others.
    def test_session_record_reference_logs(self):
        for names in (["gate/gate.messages.gz"],
                      ["jspurefix/CLIENT.txt.gz", "jspurefix/hub.log.gz",
                       "jspurefix/venue.log.zst"]):
            logs = [os.path.join(LOGS, name) for name in names]
            for words in ((), ("--anonymise",)):
                status, out, error = self.program(
                    "record", "--config", os.path.join(LOGS, "gate.cfg"),
                    *words, *logs)
                self.assertEqual(status, 0, error)
                self.assertGreater(out.count(" > D "), 50)
                if words:
                    self.assertNotRegex(out, r"ACME|BETA|GAMMA|FCM\d")

    def test_session_record_wrong_told(self):
        for words, told in (
                (("record",), "--config FILE is missing"),
                (("record", "--config", self.config), "give a log"),
                (("record", "--config", self.config, "-", "-"), "once"),
                (("record", "--config"), "--config is no option, or"),
                (("record", "--config", self.config, "--other", "x"),
                 "--other is no option"),
                (("record", "--config", self.path("none.cfg"), "x"),
                 "none.cfg"),
                (("record", "--config", self.config, self.path("none.log")),
                 "none.log")):
            status, out, error = self.program(*words)
            self.assertEqual((status, out), (2, ""))
            self.assertIn(told, error)
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("Colour=red\n")
        with open(self.config, encoding="utf-8") as file:
            line = len(file.readlines())
        self.assertIn("%s:%d: Colour= is not a key" % (self.config, line),
                      self.refused(day(1)))

    # What the log lacks is told on the way.
    def test_session_record_trouble_told(self):
        log = day(3)
        log.lines[5] = log.lines[5].replace(b"10=", b"10=9")
        del log.lines[7]
        status, out, error = self.record(log)
        self.assertEqual(status, 0, error)
        self.assertRegex(error, r"day\.log:\d+: ")
        self.assertIn("gone on without", error)
        session = self.write("a.session", out.encode())
        self.assertEqual(self.program("run", session)[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
