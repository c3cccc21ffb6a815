#!/usr/bin/env python3
"""Builds with coverage, runs the tests of ordinary kinds, and fails when fewer
branches were taken, or fewer lines reached, than the bars say.

    coverage.py                build, run, report: what CI does
    coverage.py --all          the same with more tests
    coverage.py --list [AREA]  what the last run has missed, line by line
    coverage.py --marked       what can never happen, and why

Ordinary tests only: no simulator, no fuzzing, no planted bugs, no tests drawn
by lot.  Those look for what nobody has thought of; what somebody has thought of
must be shown without luck.

Not counted are the branches of CG_ASSERT, CG_NEVER and CG_ALWAYS (what can never
happen, each with its reason), and the branch of a switch without default for a
value outside its enum, whose cases the compiler holds to be complete.

SPDX-License-Identifier: Apache-2.0
"""
import concurrent.futures
import glob
import json
import os
import re
import resource
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from bars import (  # noqa: E402: leaves nothing in the tree
    AREAS, MORE_TESTS, PROCESS_TESTS, SOME_OF, TESTS)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build-cov")
RESULT = os.path.join(BUILD, "coverage.json")
STACK = 256 << 20
MARKS = r"CG_(NEVER|ALWAYS)\("
NOT_COUNTED = r".*\bCG_(ASSERT|NEVER|ALWAYS)\(.*"


def say(*words):
    print("coverage:", *words, file=sys.stderr, flush=True)


def check_call(*words):
    subprocess.run(words, check=True, stdout=sys.stderr)


def build(tests):
    """Without optimization: a branch of the object is one of the source."""
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", "-Db_coverage=true",
                        "-Doptimization=0", "-Ddebug=false", "-Dwerror=false",
                        # Some of them have threads.
                        "-Dc_args=-fprofile-update=atomic",
                        "-Dcpp_args=-fprofile-update=atomic", BUILD, ROOT], check=True, stdout=subprocess.DEVNULL)
    # Tests that are new are known when it is configured again.
    check_call("ninja", "-C", BUILD, "--quiet", "build.ninja")
    check_call("ninja", "-C", BUILD, "--quiet", *programs_of(tests))


def introspect(what):
    return json.loads(subprocess.check_output(
        ["meson", "introspect", BUILD, "--" + what]))


def programs_of(tests):
    """The files that ninja must make for them."""
    files = {target["id"]: target["filename"]
             for target in introspect("targets")}
    known = {test["name"]: test["depends"] for test in introspect("tests")}
    return sorted({os.path.relpath(path, BUILD) for name in tests
                   for target in known[name] for path in files[target]})


def forget():
    """Counts begin at zero: those of an older run prove nothing."""
    for path in glob.glob(BUILD + "/**/*.gcda", recursive=True):
        os.remove(path)


def play_some(test):
    names = ",".join("/%s_" % n for n in SOME_OF[test["name"]].split())
    done = subprocess.run(
        test["cmd"], env={**os.environ, "CG_TEST_SESSION": names},
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
    return done.returncode == 0


def run_some():
    """Tests that would take too long, with some sessions; True when all
    pass."""
    some = [test for test in introspect("tests") if test["name"] in SOME_OF]
    with concurrent.futures.ThreadPoolExecutor(len(some)) as lanes:
        return all(list(lanes.map(play_some, some)))


def raise_stack():
    """Structs that are written as a whole lie on the stack, unoptimized."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (STACK if hard < 0 else
                                               min(STACK, hard), hard))


def run(tests):
    """True when all pass."""
    done = subprocess.run(
        ["meson", "test", "-C", BUILD, "--no-rebuild", "--print-errorlogs",
         "--num-processes", "4", "--timeout-multiplier", "4", *tests],
        # Memory that meson would have filled is filled in the plain build,
        # where the same tests run; what is counted does not depend on it.
        env={**os.environ, "MALLOC_PERTURB_": "0"},
        check=False, stdout=sys.stderr)
    return done.returncode == 0


def measure():
    folders = sorted({os.path.dirname(path) for path in glob.glob(
        BUILD + "/**/*.gcda", recursive=True)})
    check_call("gcovr", "--root", ROOT, "--object-directory", BUILD,
               # Threads of a test may spoil a count.
               "--gcov-ignore-parse-errors",
               # Of C++: what the compiler adds to each call, in case it throws.
               "--exclude-throw-branches",
               "--filter", os.path.join(ROOT, "src") + "/",
               "--exclude-branches-by-pattern", NOT_COUNTED,
               "--json", RESULT, *folders)


def area_of(path):
    """The first area with a beginning of |path|."""
    for area, row in AREAS.items():
        if path.startswith(tuple("src/" + start for start in row["of"])):
            return area
    return None


def missed_branches(line, text):
    """Those of a line of C that were not taken."""
    missed = [b for b in line["branches"] if b["count"] == 0]
    outside = re.match(r"\s*switch \(", text) and line["count"] > 0
    return len(missed), int(bool(outside and missed and not line["default"]))


def with_defaults(lines, source):
    """Notes at each switch whether it has a default of its own."""
    for line in lines:
        line["default"] = False
        text = source[line["line_number"] - 1]
        if re.match(r"\s*switch \(", text):
            indent = len(text) - len(text.lstrip())
            for below in source[line["line_number"]:]:
                if below.startswith(" " * indent + "default:"):
                    line["default"] = True
                if below.startswith(" " * indent + "}"):
                    break
    return lines


class Sum:
    def __init__(self):
        self.branches = self.taken = self.lines = self.reached = 0
        self.missed = []

    def add(self, path, line, text):
        missed, outside = missed_branches(line, text)
        self.branches += len(line["branches"]) - outside
        self.taken += len(line["branches"]) - missed
        self.lines += 1
        self.reached += line["count"] > 0
        if missed > outside or line["count"] == 0:
            self.missed.append((path, line["line_number"], text.strip(),
                                line["count"], missed - outside,
                                len(line["branches"])))


def sums():
    """What was reached, by area."""
    result = {area: Sum() for area in AREAS}
    with open(RESULT) as f:
        files = json.load(f)["files"]
    for entry in files:
        area = area_of(entry["file"])
        if area is None:
            continue
        with open(os.path.join(ROOT, entry["file"])) as f:
            source = f.read().split("\n")
        for line in with_defaults(entry["lines"], source):
            if not line.get("gcovr/noncode"):
                result[area].add(entry["file"], line,
                                 source[line["line_number"] - 1])
    return result


def percent(part, whole):
    """Rounded down: 100 means all."""
    return int(1000 * part / whole) / 10 if whole else 100.0


def print_missed(area):
    for path, number, text, count, missed, of in area.missed:
        what = "never reached" if count == 0 else \
            "%d of %d branches never taken" % (missed, of)
        print("%s:%d: %s: %s" % (path, number, what, text))


def report(result):
    """True when every area is at its bars."""
    good = True
    print("%-10s %8s %7s %6s  %7s %6s  %s" % (
        "area", "branches", "taken", "bar", "lines", "bar", "what"))
    for area, row in AREAS.items():
        got = result[area]
        bars = [row["branches"], row["lines"]]
        taken = percent(got.taken, got.branches)
        reached = percent(got.reached, got.lines)
        if got.branches == 0:
            print("%s: nothing was measured" % area)
            good = False
        print("%-10s %8d %6.1f%% %5s%%  %6.1f%% %5s%%  %s" % (
            area, got.branches, taken, *bars[:1], reached, *bars[1:],
            " ".join(row["of"])))
        if taken < bars[0] or reached < bars[1]:
            print("%s is below its bar; missed are:" % area)
            print_missed(got)
            good = False
    return good


def marked():
    """Every mark with its reason, from the sources."""
    count = 0
    for path in sorted(glob.glob(ROOT + "/src/**/*.[ch]", recursive=True)):
        with open(path) as f:
            text = f.read()
        for found in re.finditer(MARKS, text):
            if text[:found.start()].endswith("#define "):
                continue
            end, depth = found.end(), 1
            while depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            words = re.sub(r"\s+", " ", text[found.start():end])
            print("%s:%d: %s" % (os.path.relpath(path, ROOT),
                                 text[:found.start()].count("\n") + 1, words))
            count += 1
    print("%d marks" % count)


def main(words):
    if words[:1] == ["--marked"]:
        marked()
        return 0
    if words[:1] == ["--list"]:
        result = sums()
        for area in words[1:] or AREAS:
            print_missed(result[area])
        return 0
    whole = words == ["--all"]
    if words and not whole:
        print(__doc__)
        return 2
    # First those that wait long; meson starts them in this order.
    tests = PROCESS_TESTS + TESTS + (MORE_TESTS if whole else [])
    began = time.time()
    build(tests if whole else tests + list(SOME_OF))
    built = time.time()
    forget()
    raise_stack()
    # Most of the tests that run beside each other wait.
    with concurrent.futures.ThreadPoolExecutor() as lanes:
        some = lanes.submit(run_some) if not whole else None
        passed = run(tests)
        passed = (whole or some.result()) and passed
    ran = time.time()
    measure()
    good = report(sums())
    if not passed:
        say("not every test has passed")
    say("built in %.0f s, ran in %.0f s, counted in %.0f s" % (
        built - began, ran - built, time.time() - ran))
    return 0 if good and passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
