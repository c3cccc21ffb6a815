"""The gate process over the shared libcreditgate: all that test_gate_log.py
shows of it, too.

    CG_TEST_GATE=... test_gate_embedded.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import subprocess
import sys
import unittest

import gate_desk
import test_gate_log


class Embedded(test_gate_log.GateLog):
    def test_shared_library_is_what_it_uses(self):
        """And nothing else of the gate is in the program."""
        with open(gate_desk.GATE, "rb") as file:
            self.assertNotIn(b"cg_engine_", file.read())
        self.configure()
        gate = self.gate()
        with open(f"/proc/{gate.child.pid}/maps", encoding="utf-8") as file:
            self.assertIn("libcreditgate.so", file.read())
        self.end(gate)

    def test_check_config(self):
        """Of instruments by rates and by table, as the program says it."""
        self.configure("[RATES]\nParRates=rates.csv\nSet=eod\n"
                       "MaxAgeMs=31622400000\n")
        with open(os.path.join(self.folder, "instruments.csv"), "w",
                  encoding="utf-8") as file:
            file.write("instrument,currency,dv01_per_million,convention,swap\n"
                       "USSW10,USD,904.00,,\nUSD5,USD,,USD_SOFR,5Y\n")
        with open(os.path.join(self.folder, "rates.csv"), "w",
                  encoding="utf-8") as file:
            file.write("set,curve,tenor,rate_pct,valuation_date\n"
                       "eod,USD_SOFR,1Y,4.0,2026-01-15\n"
                       "eod,USD_SOFR,10Y,4.0,2026-01-15\n")
        words = ["run", "--check-config", "--config", "gate.cfg"]
        here = self.command(*words)
        there = subprocess.run([gate_desk.PROGRAM, *words], cwd=self.folder,
                               capture_output=True, text=True, check=False)
        self.assertEqual(here[0], 0, here)
        self.assertIn("USD5 ", here[1])
        self.assertNotIn("USSW10 ", here[1])
        self.assertIn("3 sessions, 1 account, 1 limit, 2 instruments", here[1])
        self.assertEqual(re.sub(r"\S+ old", "", here[1]),
                         re.sub(r"\S+ old", "", there.stdout))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
