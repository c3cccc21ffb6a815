"""The unit for systemd: that it says what the program can do.

    test_service.py PROGRAM UNIT

SPDX-License-Identifier: Apache-2.0
"""
import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

from gate_desk import Case, PROGRAM

UNIT = os.path.abspath(sys.argv[2])


def read_unit():
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(UNIT)
    return unit


class Service(Case):
    def setUp(self):
        super().setUp()
        self.start_venue()
        self.unit = read_unit()
        self.service = self.unit["Service"]

    def words(self):
        """Of ExecStart, with this program and configuration."""
        words = self.service["ExecStart"].split()
        self.assertEqual(os.path.basename(words[0]), "creditgate")
        at = words.index("--config") + 1
        self.assertEqual(words[at], "/etc/creditgate/%i.cfg")
        return [*words[1:at], "gate.cfg", *words[at + 1:]]

    def test_starts_reloads_and_ends_as_it_says(self):
        self.configure()
        gate = self.start(*self.words())
        gate.see("listens on")
        client = self.client()
        self.accepted(client, "A1")
        self.assertRegex(self.service["ExecReload"], r"kill -HUP \$MAINPID$")
        gate.child.send_signal(signal.SIGHUP)
        gate.see("SIGHUP")
        self.assertFalse(any("forwards" in line for line in gate.lines))
        self.assertEqual(gate.stop(getattr(signal, self.service["KillSignal"])),
                         0)

    def test_statuses_that_need_a_person(self):
        self.assertEqual(self.service["Restart"], "on-failure")
        prevented = self.service["RestartPreventExitStatus"].split()
        self.assertEqual(prevented, ["1", "2"])
        status, help_text, _ = self.command("run", "--help")
        self.assertEqual(status, 0)
        for status in prevented:
            self.assertRegex(help_text, rf"\b{status} (failed|could)")
        status, _, _ = self.command(*self.words()) # there is no gate.cfg
        self.assertEqual(status, 2)

    def test_paths_are_its_own(self):
        """It may write where the comment says, and nowhere else."""
        self.assertEqual(self.service["ProtectSystem"], "strict")
        self.assertEqual(self.service["StateDirectory"], "creditgate")
        self.assertEqual(self.service["LogsDirectory"], "creditgate")

    def test_systemd_finds_no_mistake(self):
        tool = shutil.which("systemd-analyze")
        if tool is None:
            self.skipTest("there is no systemd-analyze")
        with open(UNIT, encoding="utf-8") as file:
            text = file.read()
        text, count = re.subn(r"(?m)^ExecStart=\S+", f"ExecStart={PROGRAM}",
                              text)
        self.assertEqual(count, 1)
        path = os.path.join(self.folder, "creditgate@desk.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([tool, "verify", "--man=no", path],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        ours = [line for line in done.stderr.splitlines()
                if "creditgate" in line]
        self.assertEqual(ours, [], done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
