"""Every bug that is planted for a fuzz target is found by it.

    check_bugs.py BUILD FOUND LIST PAGE [NAME=SPOILT ...]

BUILD is where the programs and packs are, FOUND the folder of inputs that failed
once.  A program fuzz_NAME runs what the target at the end of NAME does in every
test: the inputs, and SPOILT spoilt ones.  A bug of LIST counts as found when an
input fails then; PAGE must have it in its table.

SPDX-License-Identifier: Apache-2.0
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "bugs"))
import plant  # noqa: E402

# Of tests/bugs/bugs.txt, what targets find that play whole gates.
PRODUCT = {
    "stage": [number for number in range(1, 39)
              if number not in (17, 19, 27, 29)],
    "talk": [1, 7, 9, 13, 22, 31, 32],
}


def run(build, found, name, bug, spoilt):
    target = name.rpartition("_")[2]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    began = time.monotonic()
    # A bug that is found ends the program, which leaves its files then.
    with tempfile.TemporaryDirectory(prefix="cg-fuzz-", dir=memory) as folder:
        done = subprocess.run(
            [os.path.join(build, "fuzz_" + name), "--spoil", str(spoilt),
             os.path.join(build, target + ".pack"),
             os.path.join(found, target)],
            env=dict(os.environ, CG_BUG=str(bug), CG_FUZZ_FOLDER=folder),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode("utf-8", "replace")
    return name, bug, done.returncode, said, time.monotonic() - began


def place(said):
    """At which input it ended."""
    spoilt = re.search(r"spoilt, number (\d+): signal", said)
    if spoilt:
        return "spoilt %d" % (int(spoilt.group(1)) + 1)
    at = re.search(r"#(\d+): signal", said)
    return "input %d" % (int(at.group(1)) + 1) if at else "?"


def row(bug):
    return "| %d | `%s` | %s |" % (bug["number"], bug["target"],
                                   " ".join(bug["what"]))


def main():
    build, found, bugs_list, page = sys.argv[1:5]
    budget = dict(word.split("=") for word in sys.argv[5:])
    bugs = plant.read(bugs_list)
    runs = [("bugs_" + bug["target"], bug["number"]) for bug in bugs]
    for target, numbers in PRODUCT.items():
        runs += [("product_bugs_" + target, number) for number in numbers]
    bad = 0
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for bug in bugs:
        if row(bug) not in text:
            print("%s has no row %s" % (page, row(bug)))
            bad = 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        calls = [pool.submit(run, build, found, name, bug, budget[name])
                 for name, bug in runs]
        for call in calls:
            name, bug, status, said, seconds = call.result()
            words = said.strip().splitlines()
            why = next((line for line in words if "signal" not in line), "")
            print("%-18s bug %2d %-9s %-12s %5.1f s  %s" %
                  (name, bug, "found" if status else "NOT FOUND",
                   place(said) if status else "", seconds, why[:80]),
                  flush=True)
            bad |= status == 0
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
