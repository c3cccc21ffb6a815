"""The reference logs, replayed: the same messages, decisions and report.

    test_reference_logs.py PROGRAM LOGS

record_logs.py has made them, and says how.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, LOGS = (os.path.abspath(path) for path in sys.argv[1:3])
CONFIG = os.path.join(LOGS, "gate.cfg")
KINDS = ("gate", "journal", "jspurefix", "peers", "quickfix")
# What is beside the logs that are replayed.
BESIDE = r"(\.body|\.header|/expected\.log|/gate\.journal)\.gz$"


def files(kind):
    return [os.path.join(kind, name)
            for name in sorted(os.listdir(os.path.join(LOGS, kind)))]


def logs(kind):
    """What is replayed of a folder, as a path from LOGS."""
    return [path for path in files(kind) if re.search(r"\.(gz|zst)$", path)
            and not re.search(BESIDE, path)]


def expected(kind):
    return os.path.join(LOGS, kind, "expected.log.gz")


class ReferenceLogs(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = tempfile.TemporaryDirectory(prefix="cg-logs-")

    def tearDown(self):
        self.place.cleanup()

    def path(self, name):
        return os.path.join(self.place.name, name)

    def replay(self, paths, *options, config=CONFIG, status=0):
        """What is told of the logs, and the report."""
        done = subprocess.run([PROGRAM, "replay", "--config", config, *options,
                               *paths], capture_output=True, text=True,
                              timeout=200, check=False, cwd=LOGS)
        self.assertEqual(done.returncode, status,
                         done.stdout[-2000:] + done.stderr)
        return done.stderr, done.stdout

    def how(self, kind):
        """The logs of a folder, and the journal if there is one."""
        if kind != "journal":
            return logs(kind)
        return logs(kind) + ["--journal", self.unpack("journal/gate.journal.gz")]

    def report(self, kind):
        with open(os.path.join(LOGS, kind, "report.txt"),
                  encoding="utf-8") as file:
            return file.read()

    def test_the_report_is_as_it_was(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.assertEqual("".join(self.replay(self.how(kind))),
                                 self.report(kind))

    # What is sent and decided, to the byte, and once more.
    def test_the_output_is_as_it_was(self):
        for kind in KINDS:
            with self.subTest(kind):
                said = []
                for run in ("1", "2"):
                    self.replay(self.how(kind), "--output", self.path(run))
                    with open(self.path(run), "rb") as file:
                        said.append(file.read())
                with gzip.open(expected(kind)) as file:
                    self.assertEqual(said[0], file.read())
                self.assertEqual(*said)

    # The gate did the same when it was recorded, and nothing leaked.
    def test_nothing_differs(self):
        for kind in KINDS:
            with self.subTest(kind):
                report = json.loads(self.replay(
                    self.how(kind), "--format", "json", "--expect",
                    expected(kind))[1])
                for row in report["compared"] + report["expected"]:
                    self.assertEqual([value for name, value in row.items()
                                      if name.startswith(("diff", "only"))],
                                     ["0", "0", "0"], row)
                self.assertGreater(sum(int(row["same"])
                                       for row in report["compared"]), 300)
                what = dict(row.values() for row in report["replay"])
                self.assertEqual((what["books"], what["credit-leaked"]),
                                 ("hold", "none"))
        self.replay(logs("gate"), "--expect", *logs("gate"))

    def unpack(self, path):
        target = self.path(os.path.basename(path)[:-len(".gz")])
        with gzip.open(os.path.join(LOGS, path)) as file, open(target, "wb") as plain:
            shutil.copyfileobj(file, plain)
        return target

    def messages(self, kind):
        """What is expected without decisions, which tell milliseconds."""
        path = self.path(kind + ".messages")
        with gzip.open(expected(kind)) as file, open(path, "wb") as plain:
            plain.writelines(line for line in file
                             if not line.startswith(b"#"))
        return path

    # A FileStore, packed or by its header, says what a FileLog does, but for
    # times within a millisecond.
    def test_stores_say_the_same(self):
        for kind in ("jspurefix", "quickfix"):
            bodies = [path for path in files(kind) if ".body." in path]
            peers = [path for path in logs(kind)
                     if re.search(r"/(hub|venue)[^/]*$", path)]
            self.assertGreater(len(bodies), 0)
            self.replay(bodies + peers, "--expect", self.messages(kind))
        headers = []
        for body in bodies:
            self.unpack(body)
            headers.append(self.unpack(body.replace(".body.", ".header.")))
        self.replay(headers + peers, "--expect", self.messages("quickfix"))

    # Messages that crossed on their way to the gate: its journal tells in which
    # order they came, the logs of its peers do not.
    def test_only_the_journal_knows_the_order(self):
        self.replay(logs("journal"), "--expect", self.messages("journal"),
                    status=1)
        self.replay(self.how("journal"), "--expect", self.messages("journal"))

    # What these tests would say of a gate that decides otherwise.
    def test_another_limit_is_seen(self):
        with open(CONFIG, encoding="utf-8") as file:
            text = file.read()
        shutil.copy(os.path.join(LOGS, "instruments.csv"), self.place.name)
        with open(self.path("gate.cfg"), "w", encoding="utf-8") as file:
            file.write(text.replace("Amount=40000.00", "Amount=3000.00"))
        for kind in KINDS:
            self.replay(self.how(kind), "--expect", expected(kind),
                        config=self.path("gate.cfg"), status=1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
