"""The records of a journal, as people and programs read them.

    test_records.py PROGRAM

A short demo makes the journal.  Every format tells the same facts; times and
ids select what they should; what cannot be is told.

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os
import sqlite3
import sys
import unittest

from demo_journal import OnDemo, content, run
from journal_chain import chain_again, chain_of


class Records(OnDemo):
    def records(self, *words):
        return run("records", "--journal", self.journal, *words)

    def parsed(self, *words):
        status, out, error = self.records("--format", "json", *words)
        self.assertEqual((status, error), (0, ""))
        return json.loads(out)["records"]

    def test_records_formats_tell_the_same(self):
        for words in ((), ("--order", "A1"), ("--limit", "ACME-USD"),
                      ("--account", "ACME"), ("--token", "GATE-T1")):
            rows = self.parsed(*words)
            self.assertGreater(len(rows), 5)
            status, out, _ = self.records("--format", "csv", *words)
            self.assertEqual(status, 0)
            cells = list(csv.DictReader(io.StringIO(out)))
            self.assertEqual([{key: "" if value is None else str(value)
                               for key, value in row.items()}
                              for row in rows], cells)
            status, out, _ = self.records(*words)
            self.assertEqual(status, 0)
            for row in rows:
                self.assertIn(row["what"], out)

    def test_records_of_all_are_all_facts(self):
        journal = sqlite3.connect(self.journal)
        facts = journal.execute(
            "SELECT no, kind FROM timeline ORDER BY no").fetchall()
        journal.close()
        self.assertEqual([(row["no"], row["kind"]) for row in self.parsed()],
                         facts)

    def test_records_chain_is_as_written_down(self):
        journal = sqlite3.connect(self.journal)
        for no, chain, stored in chain_of(journal):
            self.assertEqual(chain, stored, no)
        self.assertEqual(journal.execute("SELECT no, digest FROM chain")
                         .fetchone(), (no, chain))
        journal.close()

    def test_records_order_has_its_causes(self):
        rows = self.parsed("--order", "A1")
        self.assertEqual((rows[0]["kind"], rows[0]["cause"]),
                         ("order taken", "client"))
        self.assertGreater(rows[0]["cause_seq"], 0)
        kinds = [row["kind"] for row in rows]
        for kind in ("token charged", "ask sent", "token granted",
                     "order sent", "order filled", "order closed"):
            self.assertIn(kind, kinds)
        charged = rows[kinds.index("token charged")]
        self.assertEqual((charged["amount"], charged["currency"]),
                         ("45200.00", "USD"))
        self.assertEqual({row["order"] for row in rows}, {1})

    def test_records_refusal_has_its_arithmetic(self):
        rows = self.parsed("--order", "A2")
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["reason"], "CG101 LIMIT_EXCEEDED")
        self.assertIn("needs 90400.00 USD, has 54800.00 USD", rows[0]["what"])

    def test_records_times_cut(self):
        rows = self.parsed("--order", "A1")
        first, last = rows[0]["time"], rows[-1]["time"]
        self.assertEqual(self.parsed("--order", "A1", "--from", first, "--to",
                                     last), rows)
        self.assertEqual(self.parsed("--order", "A1", "--to", first),
                         [row for row in rows if row["time"] <= first])
        self.assertEqual(self.parsed("--order", "A1", "--from", last),
                         [row for row in rows if row["time"] >= last])
        self.assertEqual(self.parsed("--order", "A1", "--from", first[:10],
                                     "--to", last[:10]), rows)
        second = first[:19] + "Z"
        self.assertEqual(self.parsed("--order", "A1", "--from", second, "--to",
                                     second),
                         [row for row in rows if row["time"][:19] ==
                          first[:19]])
        for form, empty in (("json", {"records": []}), ("table", None),
                            ("csv", None)):
            status, out, error = self.records("--from", "2199-01-01",
                                              "--format", form)
            self.assertEqual(status, 0)
            self.assertIn("nothing in that time", error)
            if empty is not None:
                self.assertEqual(json.loads(out), empty)

    def test_records_unknown_is_told(self):
        status, out, error = self.records("--limit", "acme-usd")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("there is no limit acme-usd; did you mean ACME-USD?",
                      error)
        status, out, error = self.records("--token", "GATE-T999", "--format",
                                          "json")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("there is no token GATE-T999", error)

    def test_records_change_nothing(self):
        before = content(self.journal)
        self.records("--account", "ACME")
        self.assertEqual(content(self.journal), before)
        status, out, _ = run("show", "--journal", self.journal)
        self.assertEqual(status, 0)
        self.assertIn("proved", out)

    def test_show_differences_in_every_form(self):
        status, out, _ = run("show", "--journal", self.journal, "--format",
                             "json")
        self.assertEqual(status, 0)
        shown = json.loads(out)
        self.assertIn({"with": "venue", "of": "orders"},
                      [{key: row[key] for key in ("with", "of")}
                       for row in shown["comparisons"]])
        self.assertIn(("hub", "limit-amount", "ACME-USD", "none"),
                      [(row["with"], row["what"], row["thing"], row["ours"])
                       for row in shown["differences"]])
        _, out, _ = run("show", "--journal", self.journal, "--format", "csv")
        tables = [list(csv.DictReader(io.StringIO(part)))
                  for part in out.split("\n\n")]
        self.assertEqual(tables[-2], shown["comparisons"])
        self.assertEqual(tables[-1], shown["differences"])
        _, out, _ = run("show", "--journal", self.journal)
        for row in shown["differences"]:
            self.assertIn(row["settled_by"], out)

    def copy_with(self, name, *statements):
        path = os.path.join(self.folder.name, name)
        source = sqlite3.connect(self.journal)
        copy = sqlite3.connect(path)
        source.backup(copy)
        source.close()
        for statement in statements:
            copy.execute(statement)
        copy.commit()
        copy.close()
        return path

    def test_records_ids_from_outside_stay_in_their_cell(self):
        strange = "A,\"1\"\\\x1b[31m\n\xe9"
        path = self.copy_with("strange.journal")
        copy = sqlite3.connect(path)
        copy.execute("UPDATE fact SET id = ? WHERE kind = 'order taken' AND "
                     "id = 'A1'", (strange,))
        chain_again(copy)
        copy.commit()
        copy.close()
        status, out, error = run("records", "--journal", path, "--order",
                                 strange, "--format", "csv")
        self.assertEqual(status, 0, error)
        rows = list(csv.reader(io.StringIO(out, newline="")))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        self.assertEqual(rows[1][4], strange)
        _, out, _ = run("records", "--journal", path, "--order", strange,
                        "--format", "json")
        self.assertGreater(len(json.loads(out)["records"]), 5)
        _, out, _ = run("records", "--journal", path, "--order", strange)
        self.assertTrue(out.replace("\n", "").isprintable())
        self.assertEqual(out.count("\n"), len(rows) + 1)

    def test_records_of_another_version(self):
        path = self.copy_with("other.journal", "PRAGMA user_version = 999")
        status, out, error = run("records", "--journal", path)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("other.journal", error)

    def test_records_with_a_gap(self):
        path = self.copy_with("gap.journal", "DELETE FROM fact WHERE no = 20")
        status, _, error = run("records", "--journal", path)
        self.assertEqual(status, 2)
        self.assertIn("gap.journal", error)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
