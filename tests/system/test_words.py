"""What people type: options that are wrong, files that cannot be, inputs of
every form; each mistake is told, and the exit status says which kind it was.

    test_words.py PROGRAM CERTIFICATION

SPDX-License-Identifier: Apache-2.0
"""
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM, CASES = [os.path.abspath(path) for path in sys.argv[1:3]]


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Words(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = tempfile.TemporaryDirectory(prefix="cg-words-")
        self.folder = self.place.name

    def tearDown(self):
        self.place.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_it(self, *words, **options):
        done = subprocess.run([PROGRAM, *words], capture_output=True,
                              text=True, timeout=60, check=False,
                              cwd=self.folder, **options)
        return done.returncode, done.stdout + done.stderr

    def told(self, status, part, *words, **options):
        got, text = self.run_it(*words, **options)
        self.assertEqual(got, status, (words, text))
        self.assertIn(part, text, words)

    # --- the program --------------------------------------------------------

    def test_program(self):
        status, text = self.run_it("--version")
        self.assertEqual(status, 0)
        self.assertRegex(text, r"^creditgate \d+\.\d+")

    def test_demo(self):
        self.told(2, "--until is not understood", "demo", "--until")
        self.told(2, "--until is not understood", "demo", "--until", "x")
        self.told(2, "--until is not understood", "demo", "--until", "0")
        self.told(2, "--until is not understood", "demo", "--until", "1000")
        self.told(2, "--keep is not understood", "demo", "--keep")
        self.told(1, "File name too long", "demo", "--keep", "x" * 5000)
        self.told(1, "no directory for its files", "demo", "--keep", "")
        self.told(1, "no directory for its files", "demo", "--keep", "a/b")
        write(self.path("run.d"), "a file")
        self.told(1, "no directory for its files", "demo",
                  env={**os.environ, "TMPDIR": self.path("none")})

    def test_demo_keeps_its_files_here(self):
        status, text = self.run_it("demo", "--verbose", "--until", "1")
        self.assertEqual(status, 0, text)
        self.assertIn("8=FIX", text) # verbose: the raw messages
        made, = os.listdir(self.path("run.d"))
        self.assertIn(f"Files: {self.path('run.d')}/{made}", text)

    # --- certify -------------------------------------------------------------

    def test_certify_wrong_words(self):
        self.told(0, "usage: creditgate certify", "certify", "--help")
        self.told(2, "give the folder of one report", "certify", "verify")
        self.told(2, "give the folder of one report", "certify", "verify",
                  "a", "b")
        self.told(2, "none: No such file", "certify", "verify", "none")
        self.told(2, "give --config FILE", "certify")
        self.told(2, "give --config FILE", "certify", "--config", "x", CASES)
        self.told(2, "--confg is no option", "certify", "--confg", "x")
        for option in ("--config", "--profile", "--peer", "--play", "--report",
                       "--operator", "--skip", "--again"):
            self.told(2, option + " needs a value", "certify", option)
        for text in ("T-1", "T-1=", "=x"):
            self.told(2, f"--skip {text} has no reason", "certify", "--skip",
                      text)
        self.told(2, "too many --skip", "certify", *["--skip", "T-1=x"] * 257)
        self.told(2, "too many --again", "certify", *["--again", "T-1"] * 257)
        self.told(2, "too many files; give their folder", "certify",
                  *["x.session"] * 257)

    def certify(self, status, part, *words, **options):
        self.told(status, part, "certify", "--config", "gate.cfg", *words,
                  **options)

    def test_certify_wrong_files(self):
        self.told(2, "none.cfg", "certify", "--config", "none.cfg", "--report",
                  "r", CASES)
        for name in ("gate.cfg", "instruments.csv", "hubsim.profile"):
            shutil.copy(os.path.join(CASES, name), self.folder)
        self.certify(2, "--play nobody is neither a role", "--peer", "gate",
                     "--play", "client,nobody", "--report", "r", CASES)
        self.certify(2, "--play  is neither a role", "--peer", "gate",
                     "--play", ",", "--report", "r", CASES)
        self.certify(2, "--play names nobody", "--peer", "gate", "--play", "",
                     "--report", "r", CASES)
        self.certify(2, "there is no hub session client", "--peer", "client",
                     "--report", "r", CASES)
        self.certify(2, "none.profile", "--profile", "none.profile",
                     "--report", "r", CASES)
        self.certify(2, "none.session", "--report", "r", "none.session")
        write(self.path("r"), "a file")
        self.certify(2, "creditgate certify: r", "--report", "r", "--skip",
                     "T-101=x", self.first("T101"))

    def first(self, start):
        """The path of the case whose file begins so."""
        return os.path.join(CASES, next(
            name for name in sorted(os.listdir(CASES))
            if name.startswith(start)))

    def test_certify_lists_what_is_ruled_out(self):
        for name in ("gate.cfg", "instruments.csv"):
            shutil.copy(os.path.join(CASES, name), self.folder)
        write(self.path("a.profile"), "[PROFILE]\nName=a\n"
              "Unsupported=amend,denial\n[WAIVE]\nT-101=by mail\n")
        status, text = self.run_it("certify", "--config", "gate.cfg",
                                   "--profile", "a.profile", "--list", CASES)
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"(?m)^T-101 .*\[waived: by mail \(a, line 5\)\]$")
        self.assertRegex(text, r"(?m) \[waived: it needs denial, which ")
        # Those for the other seat are not in the list.
        needs = [name for name in os.listdir(CASES)
                 if name.endswith(".session") and re.search(
                     r"(?m)^needs .*\b(amend|denial)\b",
                     text_of(os.path.join(CASES, name)))]
        count = text.count("[waived: it needs ")
        self.assertTrue(5 < count <= len(needs), (count, len(needs)))

    def test_certify_hub_by_its_role(self):
        """Not named hub, and the only one; nobody there: broken, said step by
        step."""
        config = text_of(os.path.join(CASES, "gate.cfg"))
        shutil.copy(os.path.join(CASES, "instruments.csv"), self.folder)
        write(self.path("gate.cfg"), config.replace("Name=hub\n",
                                                    "Name=credit\n")
              .replace("Hub=hub\n", "Hub=credit\n"))
        write(self.path("a.profile"), "[PROFILE]\nName=a\nConnectMs=100\n")
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("USER", "LOGNAME")}
        status, text = self.run_it(
            "certify", "--config", "gate.cfg", "--profile", "a.profile",
            "--report", "r", "-v", self.first("T101"), env=environment)
        self.assertEqual(status, 1, text)
        self.assertIn("BROKEN", text)
        self.assertIn("not certified", text)
        self.assertIn("The page does not name both firms", text)
        self.assertRegex(text, r"(?m)^ +# ") # a note
        self.told(0, "verified", "certify", "verify", "r")
        # The same command goes on; and where it is not to be written, not.
        os.remove(self.path("r/report.html"))
        os.mkdir(self.path("r/report.html"))
        self.told(1, "report.html: Is a directory", "certify", "verify", "r")
        status, text = self.run_it(
            "certify", "--config", "gate.cfg", "--profile", "a.profile",
            "--report", "r", self.first("T101"), env=environment)
        self.assertEqual(status, 2, text)
        self.assertIn("creditgate certify: ", text)

    # --- simulators ----------------------------------------------------------

    def test_hubsim_wrong_words(self):
        write(self.path("good.csv"), "# limits\n\nL,F,A,USD,100\n"
              "M F B USD 200 net\r\n")
        write(self.path("bad.csv"), "L,F,A,USD,100\nM,F,B,USD\n")
        self.told(2, "none.csv cannot be read", "hubsim", "--listen", "0",
                  "--limits", "none.csv")
        self.told(2, "bad.csv:2: not a limit: M", "hubsim", "--listen", "0",
                  "--limits", "bad.csv")
        self.told(2, "--fault nonsense", "hubsim", "--listen", "0", "--fault",
                  "nonsense")
        for life in ("x", "-1", "86400001"):
            self.told(2, f"--life {life} is not understood", "hubsim",
                      "--listen", "0", "--life", life)
        self.told(2, "--colour red is not understood", "hubsim", "--listen",
                  "0", "--colour", "red")
        for port in ("x", "-1", "65536"):
            self.told(2, "0 to 65535", "hubsim", "--connect", port)
        for tag in ("x", "0", "100000"):
            self.told(2, f"--token-tag {tag} is not understood", "venuesim",
                      "--listen", "0", "--token-tag", tag)
        self.told(2, "is not understood", "venuesim", "--listen", "0",
                  "--colour", "red")
        self.told(2, "is not understood", "clientsim", "--connect", "1",
                  "--colour", "red")
        out = self.sim("hubsim", "books\n", "--limits", "good.csv", "--life",
                       "0", "--limit", "N,F,C,USD,300")
        self.assertIn("books limit L ", out)
        self.assertIn("amount=200.00", out)
        self.assertIn("amount=300.00", out)

    def sim(self, name, text, *words, status=0):
        """What a simulator says to |text|, at whose end it ends."""
        got, out = self.run_it(name, "--listen", "0", *words, input=text)
        self.assertEqual(got, status, out)
        return out

    COMMANDS = (
        "# a comment\n\n  \nhelp\r\nsession 1\nsession 2\nsession x\n"
        "session 0\nwait 1\nwait x\nwait -1\nwait 86400001\nraw\n"
        "raw TOOLONGATYPE 1=2\nraw B 148\nraw B 148=x|58=y|50=desk\nlogout\n"
        "logon\nreset\ndrop\nnonsense\nslow 1")

    def check_commands(self, out):
        wrong = ("session 2", "session x", "session 0", "wait x", "wait -1",
                 "wait 86400001", "raw", "raw TOOLONGATYPE 1=2", "raw B 148",
                 "nonsense")
        for words in wrong:
            self.assertIn("error command not understood or not possible: "
                          + words + "\n", out.replace("\r", ""))
        self.assertEqual(out.count("error command not"), len(wrong), out)
        for words in ("session 1", "wait 1", "logout", "logon", "slow 1"):
            self.assertIn(f" command {words}\n", out.replace("\r", ""))
            self.assertNotIn(f"possible: {words}\n", out.replace("\r", ""))
        self.assertIn("help venuesim --help has the list", out)
        self.assertNotIn("comment", out)

    def test_sim_reads_a_pipe(self):
        self.check_commands(self.sim("venuesim", self.COMMANDS))
        self.assertIn("error the command line is too long",
                      self.sim("venuesim", "x" * 80000 + "\nbook\n"))

    def test_sim_reads_a_file(self):
        write(self.path("commands"), self.COMMANDS)
        with open(self.path("commands"), encoding="utf-8") as file:
            self.check_commands(
                self.run_it("venuesim", "--listen", "0", stdin=file)[1])
        # A wait holds what follows, quit ends before it.
        write(self.path("commands"), "wait 20\nbook\nquit\norders\n")
        with open(self.path("commands"), encoding="utf-8") as file:
            status, out = self.run_it("venuesim", "--listen", "0", stdin=file)
        self.assertEqual(status, 0)
        self.assertIn("book end", out)
        self.assertNotIn("command orders", out)

    def test_sim_reads_a_terminal(self):
        person, terminal = pty.openpty()
        with subprocess.Popen([PROGRAM, "venuesim", "--listen", "0"],
                              stdin=terminal, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as child:
            os.close(terminal)
            self.assertIn("listen", child.stdout.readline())
            os.write(person, b"book\nquit\n")
            out = child.communicate(timeout=60)[0]
        os.close(person)
        self.assertEqual(child.returncode, 0, out)
        self.assertIn("book end", out)

    def test_sim_without_input(self):
        with subprocess.Popen([PROGRAM, "venuesim", "--listen", "0",
                               "--no-input", "--version", "FIX.4.2"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as child:
            self.assertIn("listen", child.stdout.readline())
            child.stdin.write("book\n")
            child.stdin.flush()
            child.send_signal(signal.SIGTERM)
            out = child.communicate(timeout=60)[0]
        self.assertEqual(child.returncode, 0)
        self.assertNotIn("command", out)

    # --- readers -------------------------------------------------------------

    def test_records_moments(self):
        for moment in ("2026-01-15T25:00:00Z", "2026-01-15T12:60:00Z",
                       "2026-01-15T12:00:60Z", "2026-01-15T1x:00:00Z",
                       "2026-01-15T12-00:00Z", "2026-01-15T12:00-00Z",
                       "2026-01-15T12:00:00.5xZ", "2026-01-15T12:00:00.123",
                       "2026-01-15T12:00:00Zx", "2026-01-15 12:00:00Z",
                       "2026-1-15", "x026-01-15", "2026-01-15T1/:00:00Z"):
            self.told(2, "--from " + moment, "records", "--journal", "x",
                      "--from", moment)

    def test_session_record_words(self):
        for part, words in (
                ("--config FILE is missing", ("x.log",)),
                ("give a log", ("--config", "x.cfg")),
                ("read once", ("--config", "x.cfg", "-", "-")),
                ("--config is no option, or needs", ("x.log", "--config")),
                ("--what is no option", ("--what", "x.log"))):
            self.told(2, part, "session", "record", *words)
        self.told(2, "give one file, not -x", "session", "draw", "-x")

    def test_replay_words(self):
        for part, words in (
                ("--differences is a number", ("--differences", "5x", "a")),
                ("--differences is a number", ("--differences", "x", "a")),
                ("--differences is a number",
                 ("--differences", "1234567890", "a")),
                ("--hub-latency is a number", ("--hub-latency", "", "a")),
                ("--hub-latency is a number", ("--hub-latency", "5x", "a")),
                ("--hub-latency is a number",
                 ("--hub-latency", "12345678", "a")),
                ("--unknown-answers is grant or silent",
                 ("--unknown-answers", "maybe", "a")),
                ("--unknown-orders is rest or end",
                 ("--unknown-orders", "maybe", "a")),
                ("need --against", ("--config", "c", "--unknown-orders",
                                    "rest", "a")),
                ("choose one", ("--config", "c", "--journal", "j",
                                "--hub-latency", "5", "a")),
                ("read once", ("--config", "c", "--expect", "-", "-")),
                ("--config FILE is missing", ("a",)),
                ("none.cfg", ("--config", "none.cfg", "a"))):
            self.told(2, part, "replay", *words)
        write(self.path("bad.cfg"), "[GATE]\nJournl=x\n")
        self.told(2, "bad.cfg:2: ", "replay", "--config", "bad.cfg", "a")
        self.told(2, "bad.cfg:2: ", "explain", "--journal", "x", "--config",
                  "bad.cfg", "--order", "A")

    def test_journals_that_are_none(self):
        write(self.path("empty"), "")
        write(self.path("letter"), "this is a letter to a friend\n" * 200)
        os.mkdir(self.path("folder"))
        for name in ("empty", "letter", "folder", "none"):
            for words in (("show", "--journal", name),
                          ("audit", "--journal", name),
                          ("records", "--journal", name),
                          ("explain", "--journal", name, "--order", "A")):
                status, text = self.run_it(*words)
                self.assertEqual(status, 2, (words, text))
                self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
