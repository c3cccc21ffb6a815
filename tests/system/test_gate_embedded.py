"""The gate process over the shared libcreditgate: all that test_gate_log.py
shows of it, too.

    CG_TEST_GATE=... test_gate_embedded.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
