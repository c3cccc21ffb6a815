"""What a gate and the readers of its journal make of a bad one.

    test_bad_journal.py PROGRAM

A demo makes the journal; each case spoils a copy and has the real program run
on it, its peers absent.  Whatever the file is: no crash, no hang, and whoever
refuses it says which file it is, what to do, and leaves it as it was.

CG_TEST_VARIANTS says how many journals with random bytes are tried (200).

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
VARIANTS = int(os.environ.get("CG_TEST_VARIANTS", "200"))
TIMEOUT = 90

# A refusal tells what to do: one of these words is in it.
REMEDY = re.compile(r"name another|name the|check that|stop that|allow this|"
                    r"free |copy|restore|use the|make room|move|see docs",
                    re.IGNORECASE)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def run(*words, **options):
    done = subprocess.run([*options.pop("before", ()), PROGRAM, *words],
                          capture_output=True, text=True, errors="replace",
                          timeout=TIMEOUT, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def orders(count, first=0):
    return "".join("order Z%d USD-SOFR-10Y buy 1000 4.1 ACME\n" % i
                   for i in range(first, first + count))


class Gate:
    """A gate; it is ready when it listens, or has ended before."""

    def __init__(self, folder, before=(), **options):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*before, PROGRAM, "run", "--config",
             os.path.join(folder, "gate.cfg")],
            stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True, **options)
        self.lines = []
        self.port = None
        for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace"))
            found = re.search(r"line client listens on (\d+)", self.lines[-1])
            if found:
                self.port = int(found.group(1))
                break

    def end(self, number=signal.SIGTERM):
        """The status; what it said is in |said|."""
        if self.port is not None and number is not None:
            os.killpg(self.process.pid, number)
        try:
            out, _ = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            raise
        self.errors.seek(0)
        self.error = self.errors.read().decode(errors="replace")
        self.errors.close()
        self.said = "".join(self.lines) + out.decode(errors="replace")
        return self.process.returncode


class BadJournals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="cg-bad-")
        os.chmod(cls.folder.name, 0o755)
        cls.number = 0
        cls.clean = os.path.join(cls.folder.name, "demo")
        status, out, error = run("demo", "--quiet", "--no-timing", "--keep",
                                 cls.clean)
        assert status == 0, out + error
        config = os.path.join(cls.clean, "gate.cfg")
        with open(config, encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"SocketAcceptPort=\d+", "SocketAcceptPort=0", text)
        text = re.sub(r"SocketConnectPort=\d+", "SocketConnectPort=1", text)
        text = text.replace("[GATE]\n", "[GATE]\nFailureGraceMs=2000\n", 1)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        # One as a kill -9 leaves it: the newest facts are in the -wal.
        cls.killed = cls.copy("killed")
        gate = Gate(cls.killed)
        client = subprocess.Popen(
            [PROGRAM, "clientsim", "--connect", str(gate.port), "--reset"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        client.stdin.write("wait logon\n" + orders(20))
        client.stdin.flush()
        assert any("|11=Z19|" in line for line in client.stdout
                   if "|35=8|" in line)
        assert gate.end(signal.SIGKILL) == -signal.SIGKILL
        client.kill()
        client.communicate()
        assert os.path.getsize(cls.path(cls.killed) + "-wal") > 0

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def copy(cls, name=None, of=None):
        cls.number += 1
        path = os.path.join(cls.folder.name, name or "copy%d" % cls.number)
        os.mkdir(path)
        for file in os.listdir(of or cls.clean):
            if file.startswith("gate.") or file.endswith(".csv"):
                shutil.copy(os.path.join(of or cls.clean, file), path)
        return path

    @staticmethod
    def path(folder):
        return os.path.join(folder, "gate.journal")

    def write(self, folder, data, suffix=""):
        with open(self.path(folder) + suffix, "wb") as file:
            file.write(data)

    def check_refusal(self, status, error, folder, what):
        """Status 1 or 2, the file's name, a remedy, on standard error."""
        self.assertIn(status, (1, 2), (what, error))
        self.assertIn("gate.journal", error, what)
        self.assertRegex(error, REMEDY, what)
        self.assertLess(len(error), 4000, what)

    def refused(self, folder, what="", commands=("run", "show", "records")):
        """All refuse it and leave it as it is."""
        path = self.path(folder)
        before = content(path) if os.path.isfile(path) else None
        for command in commands:
            words = (what, command)
            if command == "run":
                gate = Gate(folder)
                self.assertIsNone(gate.port, words)
                status, error = gate.end(), gate.error
            else:
                status, _, error = run(command, "--journal", path)
            self.check_refusal(status, error, folder, words)
            if before is not None:
                self.assertEqual(content(path), before, words)

    def survives(self, folder, what):
        """It is taken or refused, as may be; 0 where it is taken."""
        path = self.path(folder)
        taken = {}
        for command in ("show", "records", "run"):
            before = content(path)
            logged = os.path.exists(path + "-wal")
            words = (what, command)
            if command == "run":
                gate = Gate(folder)
                status = gate.end()
                error = gate.error
                started = gate.port is not None
            else:
                status, _, error = run(command, "--journal", path)
                started = status == 0 or (command == "show" and status == 1)
            self.assertIn(status, (0, 1, 2), (words, error))
            if not started:
                self.check_refusal(status, error, folder, words)
                if not logged:
                    self.assertEqual(content(path), before, words)
            taken[command] = started
        return taken

    # --- no journal at all -------------------------------------------------

    def test_another_version_is_refused(self):
        for version in (0, 999, -1, 2147483647):
            folder = self.copy()
            journal = sqlite3.connect(self.path(folder))
            journal.execute("PRAGMA user_version = %d" % version)
            journal.close()
            self.refused(folder, version)

    def test_no_database_is_refused(self):
        for data in (b"This is a text.\n" * 400, b"\0" * 8192, b"xy",
                     b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 84,
                     bytes(range(256)) * 64):
            folder = self.copy()
            self.write(folder, data)
            self.refused(folder, data[:16])

    def test_another_programs_database_is_refused(self):
        for statement in ("CREATE TABLE fact (no INTEGER PRIMARY KEY)",
                          "PRAGMA application_id = 7"):
            folder = self.copy()
            os.remove(self.path(folder))
            other = sqlite3.connect(self.path(folder))
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("CREATE TABLE mine (a)")
            other.execute("INSERT INTO mine VALUES (42)")
            other.execute(statement)
            other.commit()
            other.close()
            self.refused(folder, statement)
            other = sqlite3.connect(self.path(folder))
            self.assertEqual(other.execute("SELECT a FROM mine").fetchall(),
                             [(42,)])
            other.close()

    def test_a_journal_without_its_tables_is_refused(self):
        for table in ("fact", "session", "message"):
            folder = self.copy()
            journal = sqlite3.connect(self.path(folder))
            journal.execute("ALTER TABLE %s RENAME TO gone" % table)
            journal.commit()
            journal.close()
            taken = self.survives(folder, table)
            self.assertFalse(taken["run"], table)

    def test_empty_file_is_a_new_journal_for_the_gate_only(self):
        folder = self.copy()
        self.write(folder, b"")
        self.refused(folder, "empty", ("show", "records"))
        self.assertEqual(content(self.path(folder)), b"")
        gate = Gate(folder)
        self.assertIsNotNone(gate.port)
        self.assertEqual(gate.end(), 0, gate.error)
        self.assertEqual(run("show", "--journal", self.path(folder))[0], 0)

    def test_folder_and_what_is_not_there_are_refused(self):
        folder = self.copy()
        os.remove(self.path(folder))
        for command in ("show", "records"):
            status, _, error = run(command, "--journal", self.path(folder))
            self.check_refusal(status, error, folder, command)
            self.assertFalse(os.path.exists(self.path(folder)))
        os.mkdir(self.path(folder))
        self.refused(folder, "a folder")
        folder = self.copy()
        config = os.path.join(folder, "gate.cfg")
        text = content(config).replace(b"Journal=gate.journal",
                                       b"Journal=missing/gate.journal")
        with open(config, "wb") as file:
            file.write(text)
        gate = Gate(folder)
        self.assertIsNone(gate.port)
        self.assertEqual(gate.end(), 2)
        self.assertRegex(gate.error, r"gate\.cfg:\d+: .*journal.*; create it")
        self.assertFalse(os.path.exists(os.path.join(folder, "missing")))

    # --- cut ---------------------------------------------------------------

    def test_cut_journal_is_refused(self):
        whole = content(self.path(self.clean))
        chance = random.Random(1)
        # One byte alone is an empty file to SQLite.
        cuts = [2, 15, 16, 99, 100, 511, 512, 4095, 4096, 4097, 8192, 8191,
                len(whole) - 1, len(whole) - 4096]
        cuts += [chance.randrange(1, len(whole)) for _ in range(16)]
        for cut in cuts:
            folder = self.copy()
            self.write(folder, whole[:cut])
            taken = self.survives(folder, "cut at %d" % cut)
            self.assertEqual(set(taken.values()), {False}, cut)
            shutil.rmtree(folder)

    def test_cut_journal_with_its_log(self):
        whole = content(self.path(self.killed))
        chance = random.Random(2)
        for cut in [0, 1, 4096, 4097, len(whole) - 4096] + [
                chance.randrange(1, len(whole)) for _ in range(8)]:
            folder = self.copy(of=self.killed)
            self.write(folder, whole[:cut])
            self.survives(folder, "cut at %d, with its log" % cut)
            shutil.rmtree(folder)

    def test_cut_log_is_a_crash_of_before(self):
        """A log that is cut holds fewer commits, and every one whole."""
        log = content(self.path(self.killed) + "-wal")
        chance = random.Random(3)
        for cut in [0, 1, 31, 32, 33, 4152, len(log) - 1] + [
                chance.randrange(1, len(log)) for _ in range(8)]:
            folder = self.copy(of=self.killed)
            self.write(folder, log[:cut], "-wal")
            taken = self.survives(folder, "log cut at %d" % cut)
            self.assertEqual(set(taken.values()), {True}, cut)
            shutil.rmtree(folder)

    def test_log_of_another_journal(self):
        folder = self.copy()
        self.write(folder, content(self.path(self.killed) + "-wal")[:4152],
                   "-wal")
        self.survives(folder, "a log that is not its own")

    # --- random bytes ------------------------------------------------------

    def spoiled(self, data, chance):
        data = bytearray(data)
        kind = chance.randrange(4)
        if kind == 0:  # single bits
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        elif kind == 1:  # bytes
            for _ in range(chance.randrange(1, 40)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        elif kind == 2:  # a stretch of noise, or of nothing
            at = chance.randrange(len(data))
            size = min(chance.choice((8, 100, 512, 4096)), len(data) - at)
            data[at:at + size] = (bytes(size) if chance.randrange(2)
                                  else chance.randbytes(size))
        else:  # a page stands where another one should
            pages = len(data) // 4096
            one, other = chance.randrange(pages), chance.randrange(pages)
            data[one * 4096:(one + 1) * 4096] = \
                data[other * 4096:(other + 1) * 4096]
        return bytes(data)

    def test_random_bytes_never_crash(self):
        counts = {"show": 0, "records": 0, "run": 0}
        whole = content(self.path(self.clean))
        for seed in range(VARIANTS):
            folder = self.copy()
            self.write(folder, self.spoiled(whole, random.Random(seed)))
            with self.subTest(seed=seed):
                for command, taken in self.survives(
                        folder, "seed %d" % seed).items():
                    counts[command] += not taken
            shutil.rmtree(folder)
        print("of %d: refused by %s" % (VARIANTS, counts))

    def test_random_bytes_in_the_log_never_crash(self):
        log = content(self.path(self.killed) + "-wal")
        for seed in range(VARIANTS // 8):
            folder = self.copy(of=self.killed)
            self.write(folder, self.spoiled(log, random.Random(seed)), "-wal")
            with self.subTest(seed=seed):
                self.survives(folder, "seed %d, log" % seed)
            shutil.rmtree(folder)

    # --- whose it is -------------------------------------------------------

    def test_two_gates_on_one_journal(self):
        folder = self.copy()
        first = Gate(folder)
        self.assertIsNotNone(first.port)
        second = Gate(folder)
        self.assertIsNone(second.port)
        self.check_refusal(second.end(), second.error, folder, "two gates")
        for command in ("show", "records"):
            status, _, error = run(command, "--journal", self.path(folder))
            self.check_refusal(status, error, folder, command)
        self.assertIsNone(first.process.poll())
        self.assertEqual(first.end(), 0, first.error)
        self.assertEqual(run("show", "--journal", self.path(folder))[0], 0)

    def test_reader_of_its_lines_leaves(self):
        """Nobody reads what the gate prints any more: it goes on."""
        folder = self.copy()
        gate = Gate(folder)
        gate.process.stdout.close()
        gate.process.stdout = None
        client = subprocess.Popen(
            [PROGRAM, "clientsim", "--connect", str(gate.port), "--reset"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        client.stdin.write("wait logon\n" + orders(20))
        client.stdin.flush()
        late = threading.Timer(TIMEOUT, client.kill)
        late.start()
        answered = any("|11=Z19|" in line for line in client.stdout
                       if "|35=8|" in line)
        late.cancel()
        client.kill()
        client.communicate()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(gate.process.pid, signal.SIGTERM)
        self.assertEqual(gate.process.wait(timeout=TIMEOUT), 0)
        self.assertTrue(answered)
        gate.errors.close()

    def as_nobody(self):
        """How to be somebody who may not do all."""
        if os.geteuid() != 0:
            return ()
        setpriv = shutil.which("setpriv")
        words = (setpriv, "--reuid=65534", "--regid=65534", "--clear-groups")
        if setpriv is None or subprocess.run(
                [*words, PROGRAM, "--help"], capture_output=True,
                check=False).returncode != 0:
            self.skipTest("root may write all, and cannot become nobody")
        return words

    def test_read_only_is_refused(self):
        nobody = self.as_nobody()
        for what, file_mode, folder_mode in (("file", 0o444, 0o777),
                                             ("folder", 0o666, 0o555),
                                             ("neither", 0o444, 0o555),
                                             ("unreadable", 0o000, 0o755)):
            folder = self.copy()
            path = self.path(folder)
            before = content(path)
            os.chmod(path, file_mode)
            os.chmod(folder, folder_mode)
            gate = Gate(folder, before=nobody)
            self.assertIsNone(gate.port, what)
            self.check_refusal(gate.end(), gate.error, folder, what)
            os.chmod(folder, 0o755)
            os.chmod(path, 0o644)
            self.assertEqual(content(path), before, what)

    # --- no space ----------------------------------------------------------

    def trade_until_it_ends(self, gate):
        """Orders until the gate has ended; what the client saw of it."""
        with tempfile.TemporaryFile() as seen:
            client = subprocess.Popen(
                [PROGRAM, "clientsim", "--connect", str(gate.port), "--reset"],
                stdin=subprocess.PIPE, stdout=seen)

            def trade():
                try:
                    client.stdin.write(b"wait logon\n")
                    for first in range(0, 100000, 100):
                        client.stdin.write(orders(100, first).encode())
                        client.stdin.flush()
                except BrokenPipeError:
                    pass

            thread = threading.Thread(target=trade)
            thread.start()
            try:
                status = gate.end(None)
            finally:
                client.kill()
                client.wait()
                thread.join()
                with contextlib.suppress(BrokenPipeError):
                    client.stdin.close()
            seen.seek(0)
            return status, seen.read().decode(errors="replace")

    def check_full(self, gate, path):
        if gate.port is None:
            self.fail("status %d: %s" % (gate.end(), gate.error))
        status, seen = self.trade_until_it_ends(gate)
        self.assertEqual(status, 1, gate.error)
        self.assertRegex(gate.said + gate.error, "journal")
        self.assertRegex(gate.said, "FATAL")
        self.assertIn("logon", seen)
        # What is in it is whole, and what was said before is in it.
        status, out, error = run("show", "--journal", path)
        self.assertEqual(status, 0, error)
        self.assertIn("proved", out)
        status, out, error = run("records", "--journal", path, "--format",
                                 "csv")
        self.assertEqual(status, 0, error)
        for answered in re.findall(r" in .*\|35=8\|.*\|11=(Z\d+)\|", seen):
            self.assertIn(answered + ",", out)

    def on_disk(self, size):
        """A gate whose folder is a file system of that size; what it leaves is
        copied to the folder that comes first."""
        folder = self.copy()
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        unshare = shutil.which("unshare")
        mount = "mount -t tmpfs -o size=%s none '%s'" % (size, disk)
        if unshare is None or subprocess.run(
                [unshare, "-rm", "sh", "-c", mount], capture_output=True,
                check=False).returncode != 0:
            self.skipTest("no file system of its own can be mounted")
        script = ("%s && cd '%s' && cp gate.cfg gate.journal *.csv disk && "
                  "\"$@\"; status=$?; cp disk/gate.journal* .; exit $status" %
                  (mount, folder))
        return folder, Gate(disk, before=(unshare, "-rm", "sh", "-c", script,
                                          "sh"))

    def test_full_disk_ends_the_gate_with_words(self):
        folder, gate = self.on_disk("5m")
        self.check_full(gate, self.path(folder))

    def test_disk_without_room_to_start_is_refused(self):
        folder, gate = self.on_disk("200k")
        before = content(self.path(folder))
        status = gate.end()
        if gate.port is None:
            self.check_refusal(status, gate.error, folder, "no room")
            self.assertEqual(content(self.path(folder)), before)
        self.assertEqual(run("show", "--journal", self.path(folder))[0], 0)

    def test_limit_of_file_size_ends_the_gate_with_words(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))
        folder = self.copy()
        gate = Gate(folder, preexec_fn=limit)
        self.check_full(gate, self.path(folder))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
