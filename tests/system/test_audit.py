"""The proof of a journal, as a person at a prompt and a program see it.

    test_audit.py PROGRAM

A short demo makes the journal.  It is proved; a copy in which a charge was
edited is not, and the fact is named; what cannot be read is told.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import shutil
import sqlite3
import sys
import unittest

from demo_journal import PROGRAM, OnDemo, run
from journal_chain import chain_again

RULES = ["chain", "facts", "R12", "R13", "R22", "R23"]


class Audit(OnDemo):
    def edited(self, name, sql):
        path = os.path.join(self.folder.name, name)
        shutil.copy(self.journal, path)
        journal = sqlite3.connect(path)
        with journal:
            self.assertGreater(journal.execute(sql).rowcount, 0)
        journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        journal.close()
        return path

    def test_audit_proves_the_demo(self):
        status, out, error = run("audit", "--journal", self.journal)
        self.assertEqual((status, error), (0, ""), out)
        lines = out.splitlines()
        self.assertEqual([line.split()[0] for line in lines[:6]], RULES)
        self.assertNotIn("BROKEN", out)
        self.assertIn("handed back", out)
        self.assertRegex(out, r"ACME-USD +hub +buy +[1-9]")

    def test_audit_json_is_the_same(self):
        status, out, error = run("audit", "--journal", self.journal,
                                 "--format", "json")
        self.assertEqual((status, error), (0, ""))
        told = json.loads(out)
        self.assertTrue(told["proved"])
        self.assertEqual([rule["rule"] for rule in told["rules"]], RULES)
        self.assertTrue(all(rule["proved"] for rule in told["rules"]))
        for limit in told["limits"]:
            for side in ("buy", "sell"):
                amounts = {name: float(text)
                           for name, text in limit[side].items()}
                came = amounts["granted"] + amounts["overrun"]
                self.assertAlmostEqual(2 * came, sum(amounts.values()))
        journal = sqlite3.connect(self.journal)
        facts = journal.execute("SELECT count(*) FROM fact").fetchone()[0]
        journal.close()
        self.assertEqual(told["facts"], facts)

    def test_audit_names_the_edited_fact(self):
        path = self.edited("charge", "UPDATE fact SET amount = amount - 10000 "
                           "WHERE no = (SELECT min(no) FROM fact "
                           "WHERE kind = 'token charged')")
        journal = sqlite3.connect(path)
        number = journal.execute("SELECT min(no) FROM fact WHERE kind = "
                                 "'token charged'").fetchone()[0]
        journal.close()
        status, out, _ = run("audit", "--journal", path, "--format", "json")
        self.assertEqual(status, 1, out)
        broken = [rule for rule in json.loads(out)["rules"] if "why" in rule]
        self.assertEqual(len(broken), 1)
        if broken[0]["rule"] == "R23":
            self.assertEqual(broken[0]["fact"], number)
            self.assertEqual(broken[0]["kind"], "token charged")
            self.assertIn("charges limit", broken[0]["what"])
            self.assertIn("D(", broken[0]["why"])
        else:  # the journal itself shows it
            self.assertEqual(broken[0]["rule"], "chain")
            self.assertIn(str(number), broken[0]["why"])
        self.assertEqual(broken[0]["rule"], "chain")
        # Whoever makes the chain anew has still to get the sums right.
        journal = sqlite3.connect(path)
        with journal:
            chain_again(journal)
        journal.close()
        status, out, _ = run("audit", "--journal", path, "--format", "json")
        self.assertEqual(status, 1, out)
        broken = [rule for rule in json.loads(out)["rules"] if "why" in rule]
        self.assertEqual((broken[0]["rule"], broken[0]["fact"]),
                         ("R23", number))
        status, out, _ = run("audit", "--journal", path)
        self.assertEqual(status, 1)
        self.assertIn("BROKEN", out)

    def test_audit_sees_that_a_fact_is_missing(self):
        path = self.edited("gap", "DELETE FROM fact WHERE no = 20")
        status, out, _ = run("audit", "--journal", path)
        self.assertEqual(status, 1, out)
        self.assertRegex(out, "chain +BROKEN")

    def test_audit_wrong_arguments(self):
        for words, part in ((("audit",), "--journal FILE is missing"),
                            (("audit", "--journal"), "what is --journal"),
                            (("audit", "--journal", "x", "--format", "csv"),
                             "text or json"),
                            (("audit", "--journal", "/no/such"), "/no/such"),
                            (("audit", "--journal", PROGRAM), "journal")):
            status, out, error = run(*words)
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn(part, error)
        status, out, _ = run("audit", "--help")
        self.assertEqual(status, 0)
        self.assertIn("usage: creditgate audit", out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
