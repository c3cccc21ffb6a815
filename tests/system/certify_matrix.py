"""Every planted fault of a hub against every case that certifies one: which
cases fail, against certify_matrix.csv.

    python3 tests/system/certify_matrix.py build/creditgate CASES 1 [option ...]

    --write        put what came out into certify_matrix.csv
    --lanes N      so many hubs at a time; they mostly wait (12)
    --log FILE     why each case failed
    --case ID      this case alone; repeat it
    WORD ...       only faults with one of these names

Each credit case has a hub of its own, so that nothing but the fault itself can
fail it; those of the session layer, which leave nothing behind, share some.  A
case that does not end as the table says is played again, twice at most: a slow
machine is no fault.  All of it takes twenty-five minutes.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import csv
import os
import queue
import sys
import tempfile
import threading
import time

import ports
import test_certify
from test_certify import Desk, case_files, case_of

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "certify_matrix.csv")
SHARED = 24 # cases of the session layer with one hub
# But for those whose answers would come while the next case is played.
LATE = ("late-answer", "grants-after-withdrawal")
ATTEMPTS = 3


def read_table():
    if not os.path.exists(TABLE):
        return {}
    with open(TABLE, encoding="utf-8") as file:
        return {row["fault"]: set(row["fails"].split())
                for row in csv.DictReader(file)}


def write_table(table):
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write("fault,fails\n")
        for fault, fails in table.items():
            file.write(f"{fault},{' '.join(sorted(fails))}\n")


class Matrix:
    def __init__(self, options, place):
        self.options = options
        self.place = place
        self.table = read_table()
        self.files = {case_of(path): path for path in case_files("hub")
                      if not options.case or case_of(path) in options.case}
        self.lock = threading.Lock()
        self.jobs = queue.Queue()
        self.number = 0
        self.failing = {} # by fault: case -> why
        self.tries = {}   # by (fault, case)
        self.log = (open(options.log, "w", encoding="utf-8")
                    if options.log else None)

    def fill(self, faults):
        session = [case for case, path in self.files.items()
                   if case.startswith("S")
                   and "ACCOUNT" not in test_certify.text_of(path)]
        credit = [case for case in self.files if case not in session]
        alone = [[case] for case in credit]
        shared = [session[at:at + SHARED]
                  for at in range(0, len(session), SHARED)]
        for fault in faults:
            self.failing[fault] = {}
        for part in alone + shared:
            for fault in faults:
                for cases in ([[case] for case in part] if fault in LATE
                              else [part]):
                    self.jobs.put((fault, cases))

    def play(self, fault, cases):
        with self.lock:
            self.number += 1
            desk = Desk(os.path.join(self.place, str(self.number)))
        try:
            desk.one_account()
            desk.hub("--fault", fault)
            desk.certify("--profile", "hubsim.profile", "--report", "report",
                         "--unattended", *[self.files[case] for case in cases],
                         timeout=1200)
            return desk.verdicts("report")
        finally:
            desk.close()
            # There are more desks than ports.
            ports.PORTS_GIVEN.difference_update(desk.ports.values())
            test_certify.shutil.rmtree(desk.folder, ignore_errors=True)

    def judge(self, fault, case, record):
        """Keeps the verdict; one that is not expected is sought again."""
        failed = record is None or record["verdict"] not in ("passed", "waived")
        key = (fault, case)
        self.tries[key] = self.tries.get(key, 0) + 1
        expected = case in self.table.get(fault, set())
        why = record["reason"] if record else "it was not played"
        if self.log is not None and failed:
            self.log.write(f"{fault}\t{case}\t{record and record['verdict']}"
                           f"\t{why}\n")
            self.log.flush()
        if self.tries[key] < ATTEMPTS and (record is None or
                                           failed != expected):
            self.jobs.put((fault, [case]))
            return
        if failed:
            self.failing[fault][case] = why

    def work(self):
        while True:
            job = self.jobs.get()
            if job is None:
                return
            try:
                verdicts = self.play(*job)
            except Exception as wrong: # pylint: disable=broad-except
                verdicts = {}
                print(f"{job}: {wrong}", file=sys.stderr, flush=True)
            with self.lock:
                for case in job[1]:
                    self.judge(job[0], case, verdicts.get(case))
            self.jobs.task_done()

    def run(self, faults):
        self.fill(faults)
        lanes = [threading.Thread(target=self.work)
                 for _ in range(self.options.lanes)]
        for lane in lanes:
            lane.start()
        self.jobs.join()
        for _ in lanes:
            self.jobs.put(None)
        for lane in lanes:
            lane.join()

    def report(self, faults):
        """Whether all is as the table says."""
        good = True
        for fault in faults:
            expected = self.table.get(fault, set()) & set(self.files)
            for case in sorted(expected ^ set(self.failing[fault])):
                good = False
                print(f"{fault}: {case} "
                      + ("should fail, but passes" if case in expected else
                         f"should pass, but fails: {self.failing[fault][case]}"))
        return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--lanes", type=int, default=12)
    parser.add_argument("--log")
    parser.add_argument("--case", action="append")
    parser.add_argument("faults", nargs="*")
    options = parser.parse_args(sys.argv[4:])
    names = test_certify.fault_names()
    faults = [name for name in names
              if not options.faults or name in options.faults]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cg-matrix-") as place:
        matrix = Matrix(options, place)
        matrix.run(faults)
    good = matrix.report(faults)
    if options.write:
        for fault in faults:
            matrix.table[fault] = (matrix.table.get(fault, set())
                                   - set(matrix.files)
                                   | set(matrix.failing[fault]))
        write_table({name: matrix.table.get(name, set()) for name in names})
    print(f"{len(faults)} faults, {len(matrix.files)} cases, "
          f"{sum(len(fails) for fails in matrix.failing.values())} failures, "
          f"{time.monotonic() - begin:.0f} s")
    return 0 if good or options.write else 1


if __name__ == "__main__":
    sys.exit(main())
