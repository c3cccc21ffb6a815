"""The certification kit: our gate and our hub certify, a hub with planted
faults does not, a run stops and goes on, and bad peers are told.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import csv
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import xml.etree.ElementTree

import gate_desk
from gate_desk import PROGRAM, free_port

CASES = os.path.abspath(sys.argv[2])
FAULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "certify_faults.csv")
# What certify_matrix.py has found: all cases that each fault fails.
MATRIX = os.path.join(os.path.dirname(FAULTS), "certify_matrix.csv")
# By what each port of gate.cfg is for.
PORTS = {"7101": "client", "7102": "venue", "7103": "hub", "7104": "venue42",
         "7105": "venue50", "7106": "fcm", "7107": "chain"}
LANES = 6 # certifications at a time: they mostly wait
SHARE = int(sys.argv[3]) # every so manyth of the planted faults is tried


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def case_of(path):
    return re.search(r"^case (\S+)", text_of(path), re.M).group(1)


def seats_of(path):
    return re.search(r"^certifies (.*)$", text_of(path), re.M).group(1).split()


def fault_names():
    """All that a hub can be told to do wrong."""
    done = subprocess.run([PROGRAM, "hubsim", "--fault", "help"],
                          capture_output=True, text=True, check=True)
    return re.findall(r"(?m)^([a-z-]+)(?:\[=MS\])?$", done.stdout)


def case_files(seat):
    names = sorted(name for name in os.listdir(CASES)
                   if name.endswith(".session"))
    paths = [os.path.join(CASES, name) for name in names]
    return [path for path in paths if seat in seats_of(path)]


def cases_named(*ids):
    return [path for path in sorted({*case_files("gate"), *case_files("hub")})
            if case_of(path) in ids]


def end_lines(listener):
    """A peer that closes each line when something comes."""
    while True:
        try:
            line = listener.accept()[0]
        except OSError:
            return
        with line, contextlib.suppress(OSError):
            line.recv(4096)


class Desk:
    """A folder with a configuration on free ports, and its processes."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.ports = {name: free_port() for name in PORTS.values()}
        config = text_of(os.path.join(CASES, "gate.cfg"))
        for number, name in PORTS.items():
            config = config.replace(f"Port={number}\n",
                                    f"Port={self.ports[name]}\n")
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, "gate.cfg"), config)
        shutil.copy(os.path.join(CASES, "instruments.csv"), folder)
        self.profile("hubsim.profile", "OperatorCommand=./tell.sh\n")
        self.program("#!/bin/sh\nexit 1\n") # until there is a hub

    def profile(self, name, lines=""):
        text = text_of(os.path.join(CASES, name))
        head, values, rest = text.partition("[VALUES]")
        write(os.path.join(self.folder, name),
              head.rstrip() + "\n" + lines + values + rest)

    def program(self, text):
        """What is asked.  It is written by a process of its own: what starts
        in another lane meanwhile would hold it open to be written, and then it
        cannot be run."""
        script = os.path.join(self.folder, "tell.sh")
        write(script + ".text", text)
        subprocess.run(["install", "-m", "755", script + ".text", script],
                       check=True)

    def start(self, *words):
        process = gate_desk.Process(*words, cwd=self.folder)
        self.processes.append(process)
        return process

    def hub(self, *words, port="hub", sender="HUB", limits=None):
        """A hub that obeys what is asked of it."""
        hub = self.start("hubsim", "--listen", str(self.ports[port]),
                         "--sender", sender, "--target", "CERTGATE",
                         "--limits",
                         limits or os.path.join(CASES, "limits.csv"),
                         "--dictionaries",
                         os.path.join(CASES, "../../fixspec"), *words)
        hub.see("listen")

        def obey(line):
            hub.tell(line)
            hub.tell("faults")
            hub.see("faults end")
        self.operator(obey)
        return hub

    def operator(self, obey):
        """tell.sh hands on what is asked, and is over when it was obeyed."""
        pipes = [os.path.join(self.folder, name) for name in ("tell", "told")]
        for pipe in pipes:
            os.mkfifo(pipe)

        def carry():
            with open(pipes[0], encoding="utf-8") as told:
                while True:
                    line = told.readline()
                    if line == "end\n":
                        return
                    if line:
                        # Who has ended does nothing: the case tells.
                        with contextlib.suppress(AssertionError, OSError):
                            obey(line.rstrip("\n"))
                        write(pipes[1], "done\n")
                    else:
                        time.sleep(0.002)
        self.carrier = threading.Thread(target=carry, daemon=True)
        self.carrier.start()
        self.program(f"#!/bin/sh\necho \"$2\" > '{pipes[0]}'\n"
                     # Who said it of the one before may not be gone yet.
                     f"until read x < '{pipes[1]}'; do :; done\n")

    def limit(self, name, **limits):
        """Other limits in a profile."""
        path = os.path.join(self.folder, name)
        text = text_of(path)
        for key, value in limits.items():
            text = re.sub(rf"{key}=\d+", f"{key}={value}", text)
        write(path, text)

    def change(self, old, new):
        path = os.path.join(self.folder, "gate.cfg")
        assert old in text_of(path), old
        write(path, text_of(path).replace(old, new))

    def without_command(self):
        path = os.path.join(self.folder, "hubsim.profile")
        write(path, text_of(path).replace("OperatorCommand=./tell.sh\n", ""))

    def values(self, values):
        """What names of the cases stand for, in the profile of the hub."""
        path = os.path.join(self.folder, "hubsim.profile")
        write(path, text_of(path) + "\n[VALUES]\n" + "".join(
            f"{name}={text}\n" for name, text in values.items()))

    def one_account(self):
        """Not the next one in turn: each run is as the one before it."""
        self.values({"ACCOUNT": "CERT-002", "LIMIT": "CERT-002-USD",
                     "FIRM": "FCM1"})

    def fcm(self, values):
        """An FCM's own engine at the port of the session fcm, with its two
        accounts; and the values of its profile."""
        limits = os.path.join(self.folder, "fcm.csv")
        write(limits, "CERT-F1-LINE,FCM2,CERT-F1,USD,1000000,gross\n"
              "CERT-F2-LINE,FCM2,CERT-F2,USD,1000000,gross\n")
        self.values(values)
        return self.hub(port="fcm", sender="FCM2", limits=limits)

    def gate(self):
        gate = self.start("run", "--config", "gate.cfg")
        gate.see("listens on")
        return gate

    def gate_that_obeys(self):
        """Stops when it is asked to, and starts again."""
        gates = [self.gate()]

        def obey(line):
            if line == "stop":
                gates[-1].child.send_signal(signal.SIGTERM)
            else:
                gates[-1].ended()
                gates.append(self.gate())
        self.operator(obey)
        self.profile("creditgate.profile", "OperatorCommand=./tell.sh\n")

    def certify(self, *words, timeout=280):
        done = subprocess.run(
            [PROGRAM, "certify", "--config", "gate.cfg", *words],
            capture_output=True, text=True, timeout=timeout, check=False,
            cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def records(self, report):
        lines = text_of(os.path.join(self.folder, report, "evidence.jsonl"))
        return [json.loads(line) for line in lines.splitlines()]

    def verdicts(self, report):
        return {record["case"]: record for record in self.records(report)
                if record["kind"] == "verdict"}

    def close(self):
        pipe = os.path.join(self.folder, "tell")
        if os.path.exists(pipe):
            write(pipe, "end\n")
            self.carrier.join(10)
            os.remove(pipe)
        for process in self.processes:
            process.stop(signal.SIGKILL)
        self.processes = []


class Stranger:
    """Whoever listens at a port, and talks with each that comes."""

    def __init__(self, port, talk):
        self.talk = talk
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                line = self.listener.accept()[0]
            except OSError: # it is closed
                return
            threading.Thread(target=self.serve, args=(line,),
                             daemon=True).start()

    def serve(self, line):
        with line:
            try:
                self.talk(line)
            except OSError:
                pass # the kit is gone

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Terminal:
    """A certification with a person at a terminal."""

    def __init__(self, desk, *words):
        self.text = ""
        self.seen = 0
        self.reasons = ["  ", "nobody is there"]
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(desk.folder)
            os.execv(PROGRAM, [PROGRAM, "certify", "--config", "gate.cfg",
                               *words])

    def read(self):
        """Some more of what is printed; False at the end."""
        if not select.select([self.file], [], [], gate_desk.WAIT_S)[0]:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"nothing more is printed:\n{self.text}")
        try:
            some = os.read(self.file, 4096)
        except OSError: # it has ended
            some = b""
        self.text += some.decode(errors="replace").replace("\r\n", "\n")
        return some != b""

    def see(self, pattern):
        """Reads on until |pattern| has come behind what was seen before."""
        while True:
            found = re.search(pattern, self.text[self.seen:])
            if found:
                self.seen += found.end()
                return
            if not self.read():
                raise AssertionError(f"not printed: {pattern}\n{self.text}")

    def type(self, text):
        os.write(self.file, text.encode())

    def answer(self, pattern, text):
        self.see(pattern)
        self.type(text + "\n")

    def signal(self, number):
        os.kill(self.pid, number)

    def end(self):
        """Its exit status, and all that it has printed."""
        while self.read():
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.file)
        return os.waitstatus_to_exitcode(status), self.text


class Desks(unittest.TestCase):
    """Each test has desks of its own."""

    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = gate_desk.tempfile.TemporaryDirectory(prefix="cg-certify-")
        self.desks = []

    def tearDown(self):
        for desk in self.desks:
            desk.close()
        self.place.cleanup()

    def desk(self, name="desk"):
        desk = Desk(os.path.join(self.place.name, name))
        self.desks.append(desk)
        return desk

    def in_lanes(self, jobs):
        """Runs functions, LANES at a time; the first failure is raised."""
        failures = []
        jobs = list(jobs)

        def lane():
            while jobs and not failures:
                job = jobs.pop()
                try:
                    job()
                except Exception as wrong: # pylint: disable=broad-except
                    failures.append(wrong)
        threads = [threading.Thread(target=lane) for _ in range(LANES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def check_report(self, desk, report, cases):
        folder = os.path.join(desk.folder, report)
        done = subprocess.run([PROGRAM, "certify", "verify", folder],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        suites = xml.etree.ElementTree.parse(os.path.join(folder, "junit.xml"))
        self.assertGreaterEqual(len(suites.findall(".//testcase")), cases)
        page = text_of(os.path.join(folder, "report.html"))
        for case in desk.verdicts(report):
            self.assertIn(case, page)
        credit = [record for record in desk.records(report)
                  if record["kind"] == "credit"][-1]
        self.assertTrue(credit["all_returned"], credit["open_tokens"])
        self.assertTrue(credit["equal"], [
            row for row in credit["rows"] if not row["equal"]])
        return credit

    def passes(self, desk, report, seat, cases, *words):
        status, out, error = desk.certify(
            "--peer", seat, "--report", report, "--unattended",
            "--operator", "a test", *words, *cases)
        self.assertEqual(status, 0, out + error)
        verdicts = desk.verdicts(report)
        self.assertEqual(set(verdicts), {case_of(path) for path in cases})
        self.assertFalse([case for case, record in verdicts.items()
                          if record["verdict"] not in ("passed", "waived")])
        return [case for case, record in verdicts.items()
                if record["verdict"] == "passed"]

    def certifies(self, seat, profile, peer):
        """All cases of a seat, in lanes: each with a peer of its own."""
        files = case_files(seat)
        passed = []

        def part(number):
            def play():
                desk = self.desk(f"{seat}{number}")
                peer(desk)
                mine = files[number::LANES]
                passed.extend(self.passes(desk, "report", seat, mine,
                                          "--profile", profile))
                self.check_report(desk, "report", len(mine))
            return play
        self.in_lanes(part(number) for number in range(LANES))
        # None is for nobody: each passes in each seat that it is for.
        self.assertEqual(set(passed), {case_of(path) for path in files})
        return passed


class Cases(Desks):
    """Every case, in its seats; and what finds each planted fault."""

    def test_our_gate_certifies(self):
        passed = self.certifies("gate", "creditgate.profile",
                                lambda desk: desk.gate_that_obeys())
        credit = [case for case in passed if not case.startswith("S")]
        session = [case for case in passed if case.startswith("S")]
        self.assertGreaterEqual(len(credit), 60)
        self.assertGreaterEqual(len(session), 25)

    def test_our_hub_certifies(self):
        passed = self.certifies("hub", "hubsim.profile",
                                lambda desk: desk.hub())
        self.assertGreaterEqual(
            len([case for case in passed if not case.startswith("S")]), 25)
        self.assertGreaterEqual(
            len([case for case in passed if case.startswith("S")]), 25)

    def test_fcm_beside_a_hub(self):
        """Cases speak of a hub: it is whoever is certified."""
        values = {"ACCOUNT": "CERT-F1", "LIMIT": "CERT-F1-LINE",
                  "FIRM": "FCM2", "CONTACT": "FCM2 credit desk",
                  "FIRST_LIMIT": "CERT-F1-LINE", "FRAGMENT": "1",
                  "LEVEL_ACCOUNT": "CERT-F2", "LEVEL_LIMIT": "CERT-F2-LINE"}
        files = [path for path in case_files("hub")
                 if case_of(path)[0] in "AKLOT"][::SHARE]
        files += [path for path in case_files("hub")
                  if case_of(path) in ("L-105", "S-962", "T-101")
                  and path not in files]
        lanes = LANES
        passed = []

        def part(number):
            def play():
                desk = self.desk(f"fcm{number}")
                desk.fcm(values)
                mine = files[number::lanes]
                passed.extend(self.passes(desk, "report", "fcm", mine,
                                          "--profile", "hubsim.profile"))
                self.check_report(desk, "report", len(mine))
            return play
        self.in_lanes(part(number) for number in range(lanes))
        self.assertGreaterEqual(len(passed), 65 // SHARE)
        self.assertLessEqual({"L-105", "S-962", "T-101"}, set(passed))

    def test_hub_that_chains(self):
        """It names tokens by 2318 and 2322 alone."""
        files = [path for path in case_files("hub") if case_of(path)[0] in
                 "AKLOT"][::SHARE]
        passed = []

        def part(number):
            def play():
                desk = self.desk(f"chain{number}")
                config = os.path.join(desk.folder, "gate.cfg")
                write(config, text_of(config).replace(
                    "\nName=hub\n", "\nName=hub\nIdentification=chaining\n"))
                desk.profile("chaining.profile", "OperatorCommand=./tell.sh\n")
                desk.hub()
                mine = files[number::LANES]
                passed.extend(self.passes(desk, "report", "hub", mine,
                                          "--profile", "chaining.profile"))
                self.check_report(desk, "report", len(mine))
                said = text_of(os.path.join(desk.folder, "report",
                                            "evidence.jsonl"))
                self.assertIn("\\u00012318=", said)
                self.assertNotIn("\\u00012319=", said)
            return play
        self.in_lanes(part(number) for number in range(LANES))
        self.assertGreaterEqual(len(passed), 80 // SHARE)

    def test_gate_that_chains(self):
        desk = self.desk()
        desk.change("Name=hub\n", "Name=hub\nIdentification=chaining\n")
        desk.gate()
        status, out, _ = desk.certify(
            "--peer", "gate", "--profile",
            os.path.join(CASES, "chaining.profile"), "--report", "report",
            "--unattended", *cases_named("T-102", "O-101"))
        self.assertEqual(status, 0, out)

    def test_rehearsal(self):
        """As docs/certification.md has it, in both seats."""
        for seat, ids in ("hub", ["T-101", "L-116"]), ("gate", ["T-101"]):
            desk = self.desk(seat)
            desk.without_command()
            done = subprocess.run(
                [os.path.join(CASES, "rehearse.sh"), seat, desk.folder,
                 *cases_named(*ids)], capture_output=True, text=True,
                timeout=60, check=False,
                env={**os.environ, "CREDITGATE": PROGRAM})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"{len(set(ids))} passed, 0 failed", done.stdout)

    def test_gate_beside_a_hub_of_its_own(self):
        """The kit plays clients and venues; the hub is somebody else's, and
        does what it is asked to."""
        hub_cases = set(case_files("hub"))
        files = [path for path in case_files("gate") if path in hub_cases
                 and case_of(path)[0] in "AKLOT"][::SHARE]
        passed = []

        def part(number):
            def play():
                desk = self.desk(f"beside{number}")
                desk.hub()
                desk.gate()
                desk.profile("creditgate.profile",
                             "OperatorCommand=./tell.sh\n")
                passed.extend(self.passes(
                    desk, "report", "gate", files[number::LANES], "--play",
                    "client,venue", "--profile", "creditgate.profile"))
                steps = [record for record in desk.records("report")
                         if record["kind"] == "step"
                         and record["actor"] == "hub"]
                self.assertEqual({step["verdict"] for step in steps
                                  if " asked" not in step["text"]}, {"waived"})
            return play
        self.in_lanes(part(number) for number in range(LANES))
        self.assertGreaterEqual(len(passed), 60 // SHARE)

    def test_account_of_another_hub(self):
        """What the peer does not decide about is waived, and says so."""
        desk = self.desk()
        desk.fcm({"LEVEL_ACCOUNT": "NOBODY", "ACCOUNT_42": "CERT-F1"})
        wanted = {"T-101": "", "A-101": "the configuration has no account "
                  "NOBODY", "L-101": "the limit CERT-001-USD is for hub to "
                  "decide about, not for fcm", "T-145": "the account CERT-USE "
                  "is for hub to decide about", "O-131": "client42 does not "
                  "trade for the account CERT-F1"}
        files = [path for path in case_files("hub") if case_of(path) in wanted]
        passed = self.passes(desk, "report", "fcm", files, "--profile",
                             "hubsim.profile")
        self.assertEqual(passed, ["T-101"])
        for case, record in desk.verdicts("report").items():
            self.assertIn(wanted[case], record["reason"])

    def test_each_planted_fault_fails_its_cases(self):
        with open(FAULTS, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        files = {case_of(path): path for path in case_files("hub")}
        with open(MATRIX, encoding="utf-8") as file:
            matrix = {row["fault"]: set(row["fails"].split())
                      for row in csv.DictReader(file)}
        self.assertEqual(list(matrix), fault_names())
        self.assertTrue(all(matrix.values())) # each is caught
        self.assertEqual({row["fault"] for row in rows}, set(matrix))
        for row in rows:
            self.assertLessEqual(set(row["fails"].split()),
                                 matrix[row["fault"]])
            self.assertFalse(set(row["passes"].split())
                             & matrix[row["fault"]])

        def play(row):
            fails = row["fails"].split()
            # What a fault leaves behind may fail others, too.
            cases = row["passes"].split() + fails
            desk = self.desk("fault-" + row["fault"])
            desk.one_account()
            desk.hub("--fault", row["fault"])
            out = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *[files[case] for case in cases])[1]
            failed = [case for case, record in desk.verdicts("report").items()
                      if record["verdict"] in ("failed", "broken")]
            self.assertEqual(sorted(failed), sorted(fails),
                             row["fault"] + ":\n" + out)
            desk.close()
        self.in_lanes(lambda row=row: play(row) for row in rows[::SHARE])


class Runs(Desks):
    """Operators, bad peers, and what is printed and kept."""

    def test_stops_and_goes_on(self):
        desk = self.desk()
        desk.gate()
        files = [path for path in case_files("gate")
                 if case_of(path).startswith("T-1")][:4]
        ids = [case_of(path) for path in files]
        words = ["certify", "--config", "gate.cfg", "--peer", "gate",
                 "--report", "report", "--unattended"]
        running = desk.start(*words, "--skip", f"{ids[0]}=not today", *files)
        running.see(rf"{ids[1]}.*passed")
        running.stop(signal.SIGINT)
        verdicts = desk.verdicts("report")
        self.assertEqual(verdicts[ids[0]]["verdict"], "skipped")
        self.assertEqual(verdicts[ids[0]]["reason"], "not today")
        self.assertLess(len(verdicts), 4)
        self.assertEqual({record["verdict"] for record in verdicts.values()},
                         {"skipped", "passed"}) # the one under way, too
        # Killed in the middle of a case: what is on record stays.
        running = desk.start(*words, "-v", *files)
        running.see(rf"{ids[3]}")
        running.stop(signal.SIGKILL)
        self.assertNotIn(ids[3], desk.verdicts("report"))
        status, out, error = desk.certify(*words[3:], *files)
        self.assertEqual(status, 1, out + error) # one is skipped
        self.assertNotIn(ids[1], out)
        status, out, error = desk.certify(*words[3:], "--again", ids[0],
                                          *files)
        self.assertEqual(status, 0, out + error)
        attempts = [record for record in desk.records("report")
                    if record["kind"] == "attempt"]
        self.assertEqual(len([a for a in attempts if a["case"] == ids[0]]), 2)
        self.assertEqual(
            [a["attempt"] for a in attempts if a["case"] == ids[3]], [1, 2])
        tokens = self.check_report(desk, "report", 4)["tokens"]
        # Of all runs, not of this one.
        self.assertGreaterEqual(tokens, 4)
        status, out, error = desk.certify(*words[3:], *files)
        self.assertEqual(status, 0, out + error)
        self.assertEqual(self.check_report(desk, "report", 4)["tokens"], tokens)
        page = text_of(os.path.join(desk.folder, "report", "report.html"))
        self.assertNotIn("not compared", page)

    def test_profile_waives(self):
        desk = self.desk()
        desk.gate()
        desk.profile("creditgate.profile", "Unsupported=nothing\n")
        path = os.path.join(desk.folder, "creditgate.profile")
        files = case_files("gate")[:2]
        ids = [case_of(name) for name in files]
        write(path, text_of(path) + f"\n[WAIVE]\n{ids[0]}=agreed by mail\n")
        status, out, error = desk.certify(
            "--peer", "gate", "--profile", "creditgate.profile", "--report",
            "report", "--unattended", *files)
        self.assertEqual(status, 0, out + error)
        verdict = desk.verdicts("report")[ids[0]]
        self.assertEqual(verdict["verdict"], "waived")
        self.assertIn("agreed by mail", verdict["reason"])

    def test_peer_that_never_logs_on(self):
        desk = self.desk()
        desk.limit("hubsim.profile", ConnectMs=500)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", desk.ports["hub"]))
            silent.listen(8)
            status, out, error = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *case_files("hub")[:6], timeout=60)
        self.assertEqual(status, 1, out + error)
        self.assertIn("has not logged on", out)
        self.assertIn("was not there in three attempts in a row", out)
        self.assertEqual([record["verdict"]
                          for record in desk.verdicts("report").values()
                          if record["verdict"] != "waived"], ["broken"] * 3)

    def test_peer_that_ends_every_line(self):
        """To refuse everybody is no way to pass a case of refusals."""
        files = [path for path in case_files("hub")
                 if "\nwire closed" in text_of(path)
                 and "\nhub asked" not in text_of(path)]
        self.assertGreaterEqual(len(files), 19)

        def part(number):
            def play():
                desk = self.desk(f"ends{number}")
                profile = os.path.join(desk.folder, "hubsim.profile")
                write(profile, re.sub(r"ConnectMs=\d+", "ConnectMs=300",
                                      text_of(profile)))
                with socket.create_server(
                        ("127.0.0.1", desk.ports["hub"])) as listener:
                    threading.Thread(target=end_lines, args=[listener],
                                     daemon=True).start()
                    # The kit gives up after three such cases.
                    for at, path in enumerate(files[number::LANES]):
                        report = f"report{at}"
                        desk.certify("--profile", "hubsim.profile", "--report",
                                     report, "--unattended", path)
                        (record,) = desk.verdicts(report).values()
                        self.assertIn(record["verdict"], ("failed", "broken"),
                                      record)
            return play
        self.in_lanes(part(number) for number in range(LANES))

    def test_operator_at_a_terminal(self):
        """Repeats, skips with a reason, stops; and goes on later."""
        desk = self.desk()
        desk.limit("hubsim.profile", ConnectMs=300)
        files = [path for path in case_files("hub")
                 if case_of(path) in ("T-101", "T-102")]
        words = ["--profile", "hubsim.profile", "--report", "report", *files]
        terminal = Terminal(desk, *words)
        for answer in ("x", "r", "s", "s"):
            terminal.answer(r"\[q\] stop here: $", answer)
            if answer == "s":
                terminal.answer("reason, for the report: $",
                                terminal.reasons.pop(0))
        terminal.answer(r"T-102(.|\n)*\[q\] stop here: $", "q")
        status, out = terminal.end()
        self.assertEqual(status, 1, out)
        told = [(record["case"], record["attempt"], record["verdict"],
                 record["reason"]) for record in desk.records("report")
                if record["kind"] == "verdict"]
        self.assertEqual([row[:3] for row in told],
                         [("T-101", 1, "broken"), ("T-101", 2, "broken"),
                          ("T-101", 3, "skipped"), ("T-102", 1, "broken")])
        self.assertEqual(told[2][3], "nobody is there")
        desk.hub()
        status, out, error = desk.certify(*words, "--unattended",
                                          "--again", "T-101")
        self.assertEqual(status, 0, out + error)
        self.check_report(desk, "report", 2)

    def test_operator_interrupts(self):
        """Ctrl-C at a question, where it is asked what is next, and in a case;
        other signals.  What was typed before a question is no answer to it."""
        desk = self.desk()
        desk.hub()
        desk.without_command()
        by_id = {case_of(path): path for path in case_files("hub")}
        words = ["--profile", "hubsim.profile", "--report", "report",
                 by_id["A-106"], by_id["T-101"]]

        def ends(terminal, verdicts):
            status, out = terminal.end()
            self.assertEqual(status, 1, out)
            records = [record["verdict"] for record in desk.records("report")
                       if record["kind"] == "verdict"]
            self.assertEqual(records[-len(verdicts):], verdicts, out)
            self.assertEqual(desk.records("report")[-1]["kind"], "end")
            done = subprocess.run(
                [PROGRAM, "certify", "verify",
                 os.path.join(desk.folder, "report")],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)
            return out
        terminal = Terminal(desk, *words)
        terminal.type("\n\n\n")
        terminal.see(r"Suspend the account CERT-\d+\n.*stop here: $")
        terminal.type("\x03")
        # It may have been done: so it is to be undone.
        terminal.answer(r"Reinstate the account CERT-\d+\n.*stop here: $", "")
        out = ends(terminal, ["stopped"])
        self.assertNotIn("left to do", out)
        terminal = Terminal(desk, *words)
        terminal.answer("stop here: $", "n")
        terminal.see(r"\]epeat.*stop here: $")
        terminal.type("\x03")
        out = ends(terminal, ["broken"])
        self.assertIn("the operator says that it cannot be done", out)
        terminal = Terminal(desk, *words)
        terminal.answer("stop here: $", "") # it was not done
        terminal.answer(r"the case has ended: hub should say DH(.|\n)*is to be "
                        r"undone:\n  > Reinstate the account CERT-\d+\n"
                        "(.|\n)*stop here: $", "n")
        terminal.answer(r"\]epeat.*stop here: $", "q")
        ends(terminal, ["failed"])
        words[4:4] = ["--again", "failed"]
        terminal = Terminal(desk, *words)
        terminal.answer("stop here: $", "q")
        terminal.answer(r"Reinstate the account CERT-\d+\n.*stop here: $", "q")
        out = ends(terminal, ["stopped"])
        self.assertRegex(out, r'left to do: "Reinstate the account CERT-\d+" '
                         "was not done: the run was stopped")
        for number in (signal.SIGTERM, signal.SIGHUP):
            terminal = Terminal(desk, *words)
            terminal.see("stop here: $")
            terminal.signal(number)
            out = ends(terminal, ["stopped"])
            self.assertIn('left to do: "Reinstate', out)
        words[-2:] = [by_id["T-101"], by_id["T-102"]]
        terminal = Terminal(desk, *words)
        terminal.see("T-101")
        terminal.type("\x03")
        out = ends(terminal, ["passed"])
        self.assertIn("stops after this case", out)
        self.assertNotIn("T-102", out)

    def test_hand_that_dies_at_it(self):
        """What somebody may have done is undone, though he never said so."""
        desk = self.desk()
        desk.hub()
        tell = text_of(os.path.join(desk.folder, "tell.sh.text"))
        desk.program(tell.replace("\n", "\necho \"$2\" >> asked\n"
                                  "case $2 in suspend*) kill -9 $$ ;; esac\n",
                                  1))
        status, out, error = desk.certify(
            "--profile", "hubsim.profile", "--report", "report",
            "--unattended", *[path for path in case_files("hub")
                              if case_of(path) == "L-116"])
        self.assertEqual(status, 1, out + error)
        self.assertRegex(out, r'"Suspend the account CERT-\d+" was not done: '
                         "signal 9 ended ")
        self.assertNotIn("left to do", out)
        self.assertRegex(text_of(os.path.join(desk.folder, "asked")),
                         r"^suspend (CERT-\d+)\nreinstate \1\n$")

    def test_what_a_crash_has_left(self):
        """Whoever goes on is told what had been asked for."""
        desk = self.desk()
        hub = desk.hub()
        words = ["--profile", "hubsim.profile", "--report", "report",
                 "--unattended", *[path for path in case_files("hub")
                                   if case_of(path) == "L-116"]]
        running = desk.start("certify", "--config", "gate.cfg", "-v", *words)
        running.see("hub < DI .*2332=0")
        running.stop(signal.SIGKILL)
        hub.tell([record["words"] for record in desk.records("report")
                  if record["kind"] == "asks"][0].replace("suspend",
                                                          "reinstate"))
        status, out, error = desk.certify(*words)
        self.assertEqual(status, 0, out + error)
        self.assertRegex(out + error,
                         r'L-116 was cut off when it had asked for "Suspend '
                         r'the account CERT-\d+": see that nothing of it is '
                         "left")
        _, out, error = desk.certify("--again", "L-116", *words)
        self.assertNotIn("cut off", out + error)

    def test_nobody_is_asked(self):
        """What could not be done is said once, with names as they are, and
        why; on the terminal, in the evidence and in the page."""
        desk = self.desk()
        desk.hub()
        desk.without_command()
        words = ["--profile", "hubsim.profile", "--report", "report",
                 *[path for path in case_files("hub")
                   if case_of(path) == "L-105"]]
        why = ('"Set the limit CERT-LEVEL-LINE to 50,000.00 USD, as a pushed '
               'limit" was not done: nobody was asked: %s, and the profile has '
               'no OperatorCommand')
        for option, cause in (([], "standard input is no terminal"),
                              (["--unattended"], "--unattended")):
            status, out, error = desk.certify(*words, *option)
            self.assertEqual(status, 1, out + error)
            case, _, summary = out.partition("not passed:")
            self.assertEqual(case.count(why % cause), 1, out)
            self.assertNotIn("expected", case)
            self.assertIn("L-105", summary)
            self.assertRegex(out, "(?m)^next: the same command plays what has "
                             "no verdict on the peer: 1$")
        evidence = text_of(os.path.join(desk.folder, "report",
                                        "evidence.jsonl"))
        asked = [record for record in desk.records("report")
                 if record["kind"] in ("asked", "note", "step", "verdict")]
        self.assertNotIn("${", json.dumps(asked))
        self.assertIn("nobody was asked: --unattended", evidence)
        page = text_of(os.path.join(desk.folder, "report", "report.html"))
        self.assertIn("nobody was asked: --unattended", page)

    def test_hand_that_is_slow(self):
        """What was asked shows before anybody says that it is done: the case
        goes on, and waits with the next thing."""
        desk = self.desk()
        desk.hub()
        script = os.path.join(desk.folder, "tell.sh")
        desk.program(text_of(script) + "sleep 2\n")
        files = [path for path in case_files("hub")
                 if case_of(path) in ("A-105", "S-992")]
        self.assertEqual(self.passes(desk, "report", "hub", files, "--profile",
                                     "hubsim.profile"), ["A-105", "S-992"])
        asked = [record for record in desk.records("report")
                 if record["kind"] == "asked"]
        self.assertEqual([record["answer"] for record in asked], ["done"] * 4)
        desk.without_command()
        path = os.path.join(desk.folder, "tell")
        terminal = Terminal(desk, "--profile", "hubsim.profile", "--report",
                            "report", "--again", "A-105", *files[:1])
        for words in ("limit CERT-LEVEL-LINE 5000",
                      "limit CERT-LEVEL-LINE 1000000"):
            terminal.see("stop here: $")
            write(path, words + "\n")
            terminal.see("it has come")
            text_of(os.path.join(desk.folder, "told"))
        status, out = terminal.end()
        self.assertEqual(status, 0, out)

    def test_limits_after_a_logon_are_nobodys_business(self):
        """A hub tells them, asked or not: a plain profile need not say so."""
        desk = self.desk()
        desk.hub()
        write(os.path.join(desk.folder, "plain.profile"),
              "[PROFILE]\nName=plain\nOperatorCommand=./tell.sh\n")
        files = [path for path in case_files("hub")
                 if case_of(path) in ("A-105", "K-103", "L-101", "T-101")]
        self.assertEqual(
            len(self.passes(desk, "report", "hub", files, "--profile",
                            "plain.profile")), 4)

    def test_hand_that_takes_its_time(self):
        """Three seconds before what is asked is done, or behind it: nothing
        that a timer of the gate does comes between."""
        cases = ["O-120", "T-155"]
        files = [path for path in case_files("hub") if case_of(path) in cases]

        def part(name, change):
            def play():
                desk = self.desk(name)
                desk.hub()
                script = os.path.join(desk.folder, "tell.sh")
                write(script + ".text", change(text_of(script)))
                subprocess.run(["install", "-m", "755", script + ".text",
                                script], check=True)
                self.assertEqual(self.passes(desk, "report", "hub", files,
                                             "--profile", "hubsim.profile"),
                                 cases)
            return play
        self.in_lanes([
            part("behind", lambda text: text + "sleep 3\n"),
            part("before", lambda text: text.replace("\n", "\nsleep 3\n", 1))])

    def test_program_that_is_asked(self):
        """It fails, is not there, or hangs while the peer floods: each case
        has its own outcome, and the run ends."""
        desk = self.desk()
        desk.hub()
        script = os.path.join(desk.folder, "tell.sh")
        words = ["--profile", "hubsim.profile", "--report", "report",
                 "--unattended", "--again", "failed",
                 *[path for path in case_files("hub")
                   if case_of(path) in ("L-105", "T-101")]]
        for text, why in (("exit 3", "tell.sh ended with exit status 3"),
                          ("kill -9 $$", "signal 9 ended ./tell.sh"),
                          ("seq 1 100000 >&2; exit 1",
                           "tell.sh ended with exit status 1")):
            desk.program(f"#!/bin/sh\n{text}\n")
            status, out, error = desk.certify(*words)
            self.assertEqual(status, 1, out + error[-200:])
            self.assertIn(why, out)
        os.remove(script)
        status, out, error = desk.certify(*words)
        self.assertEqual(status, 2, out + error)
        self.assertIn("OperatorCommand=: ./tell.sh cannot be run: No such file",
                      error)
        self.assertEqual(desk.verdicts("report")["T-101"]["verdict"], "passed")

    def test_peer_that_is_somebody_else(self):
        """Another version, other names, another time, or no FIX at all: what
        is wrong is said, and the other cases are not waited for as long."""
        def stranger(begin="FIXT.1.1", sender="HUB", late_s=0, raw=None):
            def talk(line):
                line.recv(4096)
                stamp = time.gmtime(time.time() - late_s)
                line.sendall(raw or gate_desk.sealed(
                    begin, f"35=A|34=1|49={sender}|56=CERTGATE|52="
                    + time.strftime("%Y%m%d-%H:%M:%S", stamp)
                    + ".000|98=0|108=30|141=Y|1137=9|"))
                while line.recv(4096):
                    pass
            return talk
        rows = [
            ("it speaks FIX.4.4, not FIXT.1.1", stranger(begin="FIX.4.4")),
            ("it calls itself HUG and us CERTGATE, not HUB and CERTGATE",
             stranger(sender="HUG")),
            (r"its clock is \d+ s behind ours", stranger(late_s=600)),
            ("it said 35=0 before a Logon", stranger(raw=gate_desk.sealed(
                "FIXT.1.1", "35=0|34=1|49=HUB|56=CERTGATE|52="
                + gate_desk.utc() + "|"))),
            ("the connection: .*not FIX", stranger(raw=b"\x1b[2J\xff\x00" * 9)),
        ]
        files = [path for path in case_files("hub")
                 if case_of(path)[0] == "T"][:4]

        def play(number, wrong, talk):
            desk = self.desk(f"stranger{number}")
            desk.limit("hubsim.profile", ConnectMs=1500)
            with Stranger(desk.ports["hub"], talk):
                status, out, error = desk.certify(
                    "--profile", "hubsim.profile", "--report", "report",
                    "--unattended", *files, timeout=60)
            self.assertEqual(status, 1, out + error)
            self.assertRegex(out, "hub has not logged on within 1.500 s.*; "
                             + wrong)
            self.assertIn("was not there in three attempts in a row", out)
            self.assertNotIn("\x1b", out)
            self.assertEqual(len(desk.verdicts("report")), 3)
        self.in_lanes(lambda row=row, i=i: play(i, *row)
                      for i, row in enumerate(rows))

    def test_what_a_peer_says_is_printed_safely(self):
        """No order to the terminal, and no pages of it."""
        def talk(line):
            line.recv(4096)
            line.sendall(b"8=\x1b]0;mine\x07" + b"\x9b\xff" * 20000 + b"\n")
            while line.recv(4096):
                pass
        desk = self.desk()
        with Stranger(desk.ports["hub"], talk):
            status, out, error = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *[path for path in case_files("hub")
                                  if case_of(path) == "S-101"], timeout=60)
        self.assertEqual(status, 1, out + error)
        self.assertIn(r"observed  garbled: 8=\x1B]0;mine\x07", out)
        self.assertLess(max(len(line) for line in out.splitlines()), 4000)
        self.assertNotIn("nothing expected", out)

    def test_what_differs_is_printed(self):
        """Tag by tag, also what is absent; what a group has shows below."""
        def talk(line):
            line.recv(4096)
            line.sendall(gate_desk.sealed(
                "FIXT.1.1", "35=A|34=1|49=HUG|56=CERTGATE|52="
                + gate_desk.utc() + "|98=0|141=Y|1137=9|"))
            line.recv(4096)
        desk = self.desk()
        with Stranger(desk.ports["hub"], talk):
            out = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *[path for path in case_files("hub")
                                  if case_of(path) == "S-101"], timeout=60)[1]
        self.assertIn("FAILED, ", out)
        self.assertIn("A is not as expected: fields 49, 108 differ\n"
                      "        49        HUB expected, HUG observed\n"
                      "        108       30 expected, nothing observed\n"
                      "        expected  A ", out)

    def test_other_folder_is_wanted(self):
        """Two certifications in one folder, at a time or one after another."""
        desk = self.desk()
        desk.gate()
        file = case_files("gate")[-1]
        self.passes(desk, "report", "gate", [file])
        status, _, error = desk.certify("--report", "report", file)
        self.assertEqual(status, 2)
        self.assertIn("holds a certification of a gate, not of a hub", error)
        words = ["--peer", "gate", "--report", "report", "--unattended",
                 "--again", case_of(file), file]
        first = desk.start("certify", "--config", "gate.cfg", "-v", *words)
        first.see(case_of(file))
        status, _, error = desk.certify(*words)
        self.assertEqual(status, 2)
        self.assertIn("another certification is writing it", error)
        self.assertEqual(first.ended(), 0)
        self.check_report(desk, "report", 1)

    def test_signed_page_stays(self):
        """The same command with nothing left to play writes nothing; and no
        folder of something else is filled."""
        desk = self.desk()
        desk.gate()
        file = case_files("gate")[-1]
        self.passes(desk, "report", "gate", [file])
        run = desk.records("report")[0]
        self.assertEqual(run["played"], ",".join(
            session["name"] for session in run["sessions"]))
        where = {session["name"]: (session["host"], session["port"])
                 for session in run["sessions"]}
        self.assertEqual(where["client"], ("", str(desk.ports["client"])))
        self.assertEqual(where["hub"], ("127.0.0.1", str(desk.ports["hub"])))
        names = ("evidence.jsonl", "report.html", "report.json", "junit.xml")
        before = [text_of(os.path.join(desk.folder, "report", name))
                  for name in names]
        status, out, error = desk.certify("--peer", "gate", "--report",
                                          "report", "--operator", "another",
                                          "--unattended", file)
        self.assertEqual(status, 0, out + error)
        self.assertIn("nothing is left to play", out)
        self.assertIn("certified", out)
        self.assertEqual(before, [
            text_of(os.path.join(desk.folder, "report", name))
            for name in names])
        status, _, error = desk.certify("--peer", "gate", "--report", ".",
                                        file)
        self.assertEqual(status, 2)
        self.assertIn("--report . has other files, and no evidence.jsonl",
                      error)
        self.assertFalse(os.path.exists(
            os.path.join(desk.folder, "evidence.jsonl")))
        status, _, error = desk.certify("--report", "new", "--play", "client",
                                        file)
        self.assertEqual(status, 2)
        self.assertIn("--play is of --peer gate only", error)

    def test_what_is_included_has_changed(self):
        """A verdict is on the whole text of a case."""
        desk = self.desk()
        desk.gate()
        for name in os.listdir(CASES):
            if name.endswith(".inc"):
                shutil.copy(os.path.join(CASES, name), desk.folder)
        source = case_files("gate")[-1]
        included = re.findall(r"(?m)^include (\S+)", text_of(source))[0]
        case = os.path.basename(source)
        shutil.copy(source, desk.folder)
        self.passes(desk, "report", "gate", [os.path.join(desk.folder, case)])
        run = desk.records("report")[0]
        path = os.path.join(desk.folder, included)
        self.assertIn(text_of(path), [file["text"]
                                      for file in run["included"]])
        write(path, text_of(path) + "# Another text.\n")
        status, out, error = desk.certify("--peer", "gate", "--report",
                                          "report", "--unattended",
                                          case)
        self.assertEqual(status, 0, out + error)
        attempts = [record for record in desk.records("report")
                    if record["kind"] == "attempt"]
        self.assertEqual(len(attempts), 2, out)
        self.assertNotEqual(*[record["included"] for record in attempts])
        page = text_of(os.path.join(desk.folder, "report", "report.html"))
        self.assertIn("What the script includes was another text then.", page)
        _, out, _ = desk.certify("--peer", "gate", "--report", "report",
                                 "--unattended", case)
        self.assertIn("nothing is left to play", out)

    def test_limit_is_raised_again(self):
        """A case that fails behind its lowering: the kit's hub undoes it."""
        desk = self.desk()
        desk.gate()
        source = [path for path in case_files("gate")
                  if case_of(path) == "A-105"][0]
        for name in os.listdir(CASES):
            if name.endswith(".inc"):
                shutil.copy(os.path.join(CASES, name), desk.folder)
        text, count = re.subn(r"(?m)^hub +< DE 1667=\$U1.*$",
                              r"\g<0>\nclient < 8 11=nobody", text_of(source))
        self.assertEqual(count, 1)
        write(os.path.join(desk.folder, "fails.session"),
              text.replace("case A-105", "case A-999"))
        status, out, error = desk.certify(
            "--peer", "gate", "--report", "report", "--unattended",
            "fails.session", source)
        self.assertEqual(status, 1, out + error)
        self.assertEqual({case: record["verdict"] for case, record
                          in desk.verdicts("report").items()},
                         {"A-999": "failed", "A-105": "passed"}, out)

    def test_limit_that_only_a_hand_names(self):
        """What the configuration lacks rules out a case that asks for it."""
        desk = self.desk()
        desk.hub()
        path = os.path.join(desk.folder, "gate.cfg")
        config = re.sub(r"\[(ACCOUNT|LIMIT)\]\n(.*\n)?Account=CERT-LEVEL\n"
                        r"(.+\n)+", "", text_of(path))
        write(path, config.replace(",CERT-LEVEL", ""))
        passed = self.passes(
            desk, "report", "hub", [path for path in case_files("hub")
                                    if case_of(path) in ("L-136", "T-101")],
            "--profile", "hubsim.profile")
        self.assertEqual(passed, ["T-101"])
        self.assertIn("the configuration has no account or limit "
                      "CERT-LEVEL-LINE",
                      desk.verdicts("report")["L-136"]["reason"])

    def test_peer_that_says_too_much(self):
        """A few hundred messages, each of them as long as may be."""
        text = "x" * 60000

        def talk(line):
            line.recv(4096)
            seq = 1
            while True:
                body = ("A", "98=0|108=30|141=Y|1137=9|") if seq == 1 else (
                    "0", f"112={text}|")
                line.sendall(gate_desk.sealed(
                    "FIXT.1.1", f"35={body[0]}|34={seq}|49=HUB|56=CERTGATE|52="
                    + gate_desk.utc() + "|" + body[1]))
                seq += 1
        desk = self.desk()
        with Stranger(desk.ports["hub"], talk):
            status, out, error = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *reversed([
                    path for path in case_files("hub")
                    if case_of(path) in ("K-103", "S-101")]), timeout=60)
        self.assertEqual(status, 1, out + error)
        case = out.partition("not passed:")[0]
        for who in ("the peer", "hub"):
            self.assertIn(f"        {who} has sent more than 8 MiB in one case: "
                          "a flood", case)
        evidence = os.path.getsize(os.path.join(desk.folder, "report",
                                                "evidence.jsonl"))
        self.assertLess(evidence, 64 * 1024 * 1024)

    def test_peer_that_never_comes_is_not_waited_for(self):
        """But for a second, once it has not come in three cases."""
        def talk(line):
            line.recv(4096)
            line.sendall(gate_desk.sealed(
                "FIXT.1.1", "35=5|34=1|49=HUB|56=CERTGATE|52="
                + gate_desk.utc() + "|58=closed today|"))
        desk = self.desk()
        desk.limit("hubsim.profile", ConnectMs=1300)
        by_id = {case_of(path): path for path in case_files("hub")}
        with Stranger(desk.ports["hub"], talk):
            status, out, error = desk.certify(
                "--profile", "hubsim.profile", "--report", "report",
                "--unattended", *[by_id[case] for case in (
                    "T-101", "T-102", "S-101", "T-103", "T-111")], timeout=60)
        self.assertEqual(status, 1, out + error)
        case = out.partition("not passed:")[0]
        self.assertEqual(case.count("hub has not logged on within 1.300 s; it "
                                    "said: closed today"), 3, out)
        self.assertIn("hub has not logged on within 1.000 s, nor in the 3 "
                      "attempts before; it said: closed today", case)

    def test_nothing_has_passed(self):
        """All cases are waived: that certifies nobody."""
        desk = self.desk()
        desk.profile("hubsim.profile", "Unsupported=operator\n")
        files = [path for path in case_files("hub") if re.search(
            r"(?m)^needs .*\boperator\b", text_of(path))][:2]
        status, out, error = desk.certify(
            "--profile", "hubsim.profile", "--report", "report",
            "--unattended", *files)
        self.assertEqual(status, 1, out + error)
        self.assertIn("not certified: no case has passed", out)

    def test_names_that_no_case_has(self):
        desk = self.desk()
        file = case_files("hub")[0]
        status, _, error = desk.certify(
            "--report", "report", "--skip", "T-998=not today", "--again",
            "T-999", "--again", "failed", file)
        self.assertEqual(status, 2)
        self.assertIn("--skip T-998: it is none of the 1 cases given", error)
        self.assertIn("--again T-999: it is none of the 1 cases given", error)
        self.assertNotIn("failed", error)
        status, _, error = desk.certify("--report", "report", "--skip",
                                        case_of(file) + "= ", file)
        self.assertEqual(status, 2)
        self.assertIn("has no reason", error)
        self.assertFalse(os.path.exists(os.path.join(desk.folder, "report")))
        desk.profile("hubsim.profile", "Unsupported=operator, partail\n")
        desk.values({"ACOUNT": "CERT-001", "ACCOUNT": "CERT-002",
                     "LEVEL_LIMIT": "CERT-LEVEL-LINE"})
        path = os.path.join(desk.folder, "hubsim.profile")
        write(path, text_of(path) + "[WAIVE]\nA-1=a\nA-101=b\n")
        status, out, error = desk.certify("--profile", "hubsim.profile",
                                          "--list", CASES)
        self.assertEqual(status, 0, error)
        self.assertEqual(re.findall(r"(?m)^hubsim\.profile.*$", out), [
            "hubsim.profile: [VALUES] ACOUNT=: no case here has such a name",
            f"hubsim.profile:{text_of(path).count(chr(10)) - 1}: [WAIVE] A-1=: "
            "it is none of the cases here",
            "hubsim.profile: Unsupported=partail: no case here needs it"])

    def test_mistakes_are_told(self):
        desk = self.desk()
        profile = os.path.join(desk.folder, "bad.profile")
        write(profile, "[PROFILE]\nTolerance=5\nIgnoreTags=x\n[WAIVE]\nT-1=\n"
              "[OTHER]\n")
        status, _, error = desk.certify(
            "--profile", "bad.profile", "--report", "report", CASES)
        self.assertEqual(status, 2)
        for words in ("bad.profile:2: Tolerance= is not a key of [PROFILE]; "
                      "did you mean ToleranceMs= ?",
                      "has no Name=", "'x' is no tag", "without a reason",
                      "no section [OTHER]"):
            self.assertIn(words, error)
        case = os.path.join(desk.folder, "x.session")
        write(case, f"# X\ninclude {os.path.relpath(CASES, desk.folder)}"
              "/open.inc\n\ncase T-999\n\nnobody > D 11=A\n")
        status, _, error = desk.certify("--report", "report", case)
        self.assertEqual(status, 2)
        self.assertIn("the case has no purpose", error)
        self.assertIn("the case certifies nobody", error)
        status, _, error = desk.certify("--peer", "nobody", "--report",
                                        "report", CASES)
        self.assertEqual(status, 2)
        self.assertIn("there is no hub session nobody", error)
        status, _, error = desk.certify("--report", "report")
        self.assertEqual(status, 2)

    def test_list(self):
        desk = self.desk()
        status, out, error = desk.certify("--list", CASES)
        self.assertEqual(status, 0, error)
        self.assertRegex(out, r"(?m)^T-101 +mandatory [^\[]*$")
        self.assertRegex(out, r"(?m)^T-120 .* \[hands: 2\]$")
        self.assertRegex(out, r"(?m)^\d+ cases, 0 of them waived; \d+ times ")
        self.assertRegex(out, r"\d+ more in these folders are for the other "
                         "seat")

    def test_list_says_what_is_waived(self):
        """By the profile, by the seat and by what the configuration lacks, as
        the run has it."""
        desk = self.desk()
        desk.change("Name=client42\n", "Name=another\n")
        desk.profile("hubsim.profile", "Unsupported=partial\n")
        words = ["--profile", "hubsim.profile", *cases_named("A-108", "T-120")]
        _, listed, _ = desk.certify("--list", *words)
        reasons = re.findall(r"(?m)^\S+ .* \[waived: (.*)\]$", listed)
        self.assertEqual(len(reasons), 2, listed)
        _, out, _ = desk.certify("--report", "report", "--unattended", *words)
        for reason in reasons:
            self.assertIn(reason, out)

    def test_changed_evidence_is_found(self):
        desk = self.desk()
        desk.gate()
        self.passes(desk, "report", "gate", case_files("gate")[-1:])
        path = os.path.join(desk.folder, "report", "evidence.jsonl")
        text = text_of(path)
        write(path, text.replace('"passed"', '"PASSED"', 1))
        done = subprocess.run(
            [PROGRAM, "certify", "verify",
             os.path.join(desk.folder, "report")],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=1)
