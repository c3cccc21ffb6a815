"""A journal that a demo makes, for tests of the commands that read it.  The
first argument of such a test is the program.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])


def content(path):
    with open(path, "rb") as file:
        return file.read()


def run(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          timeout=100, check=False)
    return done.returncode, done.stdout, done.stderr


class OnDemo(unittest.TestCase):
    DEMO = ("--until", "4")

    @classmethod
    def setUpClass(cls):
        # pylint: disable=consider-using-with
        cls.folder = tempfile.TemporaryDirectory(prefix="cg-demo-")
        cls.kept = os.path.join(cls.folder.name, "demo")
        status, out, error = run("demo", "--quiet", *cls.DEMO, "--keep",
                                 cls.kept)
        assert status == 0, out + error
        cls.journal = os.path.join(cls.kept, "gate.journal")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
