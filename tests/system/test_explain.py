"""Explanations of orders, as people and programs read them.

    test_explain.py PROGRAM

A demo makes the journal.  Both formats tell the same; every sentence names a
fact that the file has; what cannot be is told.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re
import sqlite3
import sys
import unittest

from demo_journal import OnDemo, content, run
from journal_chain import chain_again


class Explain(OnDemo):
    DEMO = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.facts = {}
        journal = sqlite3.connect(cls.journal)
        for no, utc, kind, ident, session, seq, reason in journal.execute(
                "SELECT no, utc, kind, id, cause, cause_seq, reason "
                "FROM timeline"):
            cls.facts[no] = (utc, kind, ident, None if session == "timer" else session, seq, reason)
        journal.close()

    def explain(self, *words):
        return run("explain", "--journal", self.journal, *words)

    def parsed(self, *words):
        status, out, error = self.explain("--format", "json", *words)
        self.assertEqual((status, error), (0, ""))
        return json.loads(out)["explanations"]

    def ids(self):
        kinds = ("order taken", "order refused", "request taken",
                 "request refused")
        return sorted({ident for _, kind, ident, _, _, _ in self.facts.values()
                       if kind in kinds and ident})

    def test_explain_refusal_has_its_arithmetic(self):
        status, out, error = self.explain("--order", "A2")
        self.assertEqual((status, error), (0, ""))
        out = re.sub(r"20\d\d-[-0-9T:.]+Z", "TIME", out)
        out = re.sub(r"fact \d+ +", "fact N  ", out)
        self.assertEqual(out, """\
order A2: refused, CG101 LIMIT_EXCEEDED
  TIME, client 34=3
    fact N  asked    client asks to buy 100000000 of USD-SOFR-10Y for account \
ACME, by order A2
    fact N  refused  order A2 of client is refused: CG101 LIMIT_EXCEEDED by \
limit ACME-USD of hub: needs 90400.00 USD, has 54800.00 USD
    fact N  amount   100000000 at a DV01 of 904.00 USD per million comes to \
90400.00 USD
  TIME, hub 34=2
    fact N  limit    limit ACME-USD of hub on ACME of FCM1 is 100000.00 USD \
(DV01, gross): its owner is asked, or the pushed amount stands in
  TIME, client 34=3
    fact N  use      in use: 45200.00 USD = fills 45200.00 + open buys B 0.00 \
+ open sells S 0.00 + use by others 0.00
    fact N  use      that leaves 54800.00 of 100000.00 USD for a buy
    fact N  so       90400.00 USD was asked for and 54800.00 was available: \
35600.00 USD too little
  what now
               do       contact the hub credit desk for a top-up
               call     the credit desk of FCM1
""")

    def test_explain_names_facts_that_are_there(self):
        for ident in self.ids():
            for told in self.parsed("--order", ident):
                self.assertTrue(told["outcome"])
                self.assertTrue(told["sentences"])
                for sentence in told["sentences"]:
                    self.check_sentence(sentence)

    def check_sentence(self, sentence):
        if sentence["about"] in ("do", "call"):
            self.assertIsNone(sentence["fact"])
            self.assertIsNone(sentence["time"])
            return
        utc, _, _, name, seq, _ = self.facts[sentence["fact"]]
        self.assertEqual(sentence["time"][:19], utc[:19].replace(" ", "T"))
        self.assertEqual(sentence["cause_seq"], seq if seq else None)
        if name is not None:
            self.assertEqual(sentence["cause"], name)

    def test_explain_every_reason_is_told(self):
        reasons = {reason for _, kind, _, _, _, reason in self.facts.values()
                   if reason and kind != "ask answered"}
        self.assertGreaterEqual(len(reasons), 3)
        texts = "".join(sentence["text"] for ident in self.ids()
                        for told in self.parsed("--order", ident)
                        for sentence in told["sentences"])
        for reason in reasons:
            self.assertIn("CG%d " % reason, texts)

    def test_explain_formats_tell_the_same(self):
        for ident in self.ids():
            _, out, _ = self.explain("--order", ident)
            for told in self.parsed("--order", ident):
                self.assertIn(told["clordid"], out)
                for sentence in told["sentences"]:
                    self.assertIn(" " + sentence["text"] + "\n", out)

    def test_explain_any_id_of_the_order(self):
        first = self.parsed("--order", "A3")
        self.assertEqual(first[0]["refused"], "A5")
        self.assertEqual(first[0]["reason"], "CG101 LIMIT_EXCEEDED")
        for ident in ("A4", "A5", "A6"):
            self.assertEqual(self.parsed("--order", ident), first)

    def test_explain_names_of_the_configuration(self):
        config = os.path.join(self.kept, "gate.cfg")
        told = self.parsed("--order", "A2", "--config", config)
        texts = [s["text"] for s in told[0]["sentences"]]
        self.assertIn("contact the FCM1 credit desk for a top-up", texts)
        status, out, error = self.explain("--order", "A2", "--config",
                                          "/nonexistent.cfg")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("/nonexistent.cfg", error)

    def test_explain_unknown_id(self):
        for form in ("text", "json"):
            status, out, error = self.explain("--order", "A22", "--format",
                                              form)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("there is no order A22; did you mean A", error)

    def test_explain_wrong_arguments(self):
        for words in ((), ("--order",), ("--order", "A1", "--format", "xml"),
                      ("--limit", "ACME-USD"), ("--order", "A1", "more")):
            status, out, error = self.explain(*words)
            self.assertEqual((status, out), (2, ""))
            self.assertTrue(error.startswith("creditgate explain: "))
        status, out, error = run("explain", "--order", "A1")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("--journal FILE is missing", error)

    def test_explain_help(self):
        status, out, error = run("explain", "--help")
        self.assertEqual((status, error), (0, ""))
        self.assertIn("usage: creditgate explain --journal FILE --order ID",
                      out)

    def test_explain_unreadable_files(self):
        empty = os.path.join(self.folder.name, "empty.journal")
        with open(empty, "wb"):
            pass
        text = os.path.join(self.folder.name, "text.journal")
        with open(text, "w", encoding="ascii") as file:
            file.write("no journal at all, but words in a file\n" * 100)
        missing = os.path.join(self.folder.name, "none.journal")
        for path in (missing, empty, text, self.folder.name):
            status, out, error = run("explain", "--journal", path, "--order",
                                     "A1")
            self.assertEqual((status, out), (2, ""))
            self.assertIn(path, error)
        self.assertFalse(os.path.exists(missing))
        self.assertEqual(content(empty), b"")

    def test_explain_changes_nothing(self):
        before = content(self.journal)
        self.explain("--order", "A1")
        self.assertEqual(content(self.journal), before)

    def copy_with(self, name, statement, *values):
        path = os.path.join(self.folder.name, name)
        source = sqlite3.connect(self.journal)
        copy = sqlite3.connect(path)
        source.backup(copy)
        source.close()
        copy.execute(statement, values)
        chain_again(copy)
        copy.commit()
        copy.close()
        return path

    def test_explain_ids_from_outside_stay_in_their_line(self):
        strange = "A,\"1\"\\\x1b[31m\n\xe9"
        path = self.copy_with(
            "strange.journal", "UPDATE fact SET id = ? WHERE kind = "
            "'order taken' AND id = 'A1'", strange)
        status, out, error = run("explain", "--journal", path, "--order",
                                 strange)
        self.assertEqual(status, 0, error)
        self.assertTrue(out.replace("\n", "").isprintable())
        _, told, _ = run("explain", "--journal", path, "--order", strange,
                         "--format", "json")
        told = json.loads(told)["explanations"]
        self.assertGreater(len(told[0]["sentences"]), 5)
        _, plain, _ = self.explain("--order", "A1")
        self.assertEqual(out.count("\n"), plain.count("\n"))

    def test_explain_of_another_version(self):
        path = self.copy_with("other.journal", "PRAGMA user_version = 999")
        status, out, error = run("explain", "--journal", path, "--order", "A1")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("other.journal", error)

    def test_explain_with_a_gap(self):
        path = self.copy_with("gap.journal", "DELETE FROM fact WHERE no = 20")
        status, out, error = run("explain", "--journal", path, "--order", "A2")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("gap.journal", error)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
