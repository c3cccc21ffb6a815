#!/usr/bin/env python3
"""Searches the model of the gate to its last state, with spin.

  check_model.py search       every model, whole: safety, liveness, and that
                              its moves and outcomes are the engine's
  check_model.py larger       safety, at sizes that take longer
  check_model.py mistakes     every planted mistake is found, and so is a
                              change of the engine's tables
  check_model.py window       the window of R29, as spin tells it
  check_model.py print MODEL  one model, and how it fails, if it does

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

import tables

# Name, model, what it is told.
SEARCHES = [
    ("limit", "limit", []),
    ("limit with replaces", "limit", ["REPLACES=1", "UPDATES=1"]),
    ("expiry", "expiry", []),
    ("orders", "orders", []),
    ("crash", "crash", []),
    ("replaces", "replaces", []),
    ("deaf", "deaf", []),
    ("fallback", "fallback", []),
    ("limits", "limits", []),
    ("replaces overtaking", "replaces", ["OVERTAKE=2", "REPLACES=1"]),
]

# Those that take longer.
LARGER = [
    ("limit, three updates", "limit", ["UPDATES=3"]),
    ("crash, three losses", "crash", ["CUTS=3"]),
    ("orders, two answers twice", "orders", ["TWICE=2"]),
]

# No cycle at all: every run ends, and ends where judge_rest() finds no fault.
ENDLESS = ["replaces", "deaf", "limits"]

CLAIMS = ["order_is_answered", "replace_is_answered", "token_is_over"]

# To compile takes longer than to find a mistake.
QUICK = ("-O0", "-DSAFETY", "-DNOCLAIM")

# A mistake, and the models that must find it.
MISTAKES = [
    ("BUG_LATE_GRANT_DROPPED", "replaces", ["OVERTAKE=2", "REPLACES=1"]),
    ("BUG_LATE_GRANT_DROPPED", "orders", []),
    ("BUG_RELEASE_FORGOTTEN", "limits", []),
    ("BUG_RELEASE_SAID_ONCE", "deaf", []),
    ("BUG_RELEASE_SAID_ONCE", "crash", []),
    ("BUG_RAISE_NOT_WITHDRAWN", "replaces", []),
    ("BUG_RAISE_BEFORE_GRANT", "replaces", []),
    ("BUG_FALL_TOLD_EARLY", "replaces", []),
    ("BUG_RENEWAL_IS_RAISE", "expiry", []),
    ("BUG_GOES_ON_ONE_TOKEN", "limits", []),
    ("BUG_PART_IS_WHOLE", "limits", []),
    ("BUG_LAPSED_FILL_NOT_TOLD", "limits", []),
    ("BUG_RESENT_WITHOUT_COVER", "crash", []),
    ("BUG_CRASH_ANSWERS_NOBODY", "crash", []),
    ("BUG_NO_MARGIN", "expiry", []),
    ("BUG_NO_PULL", "expiry", []),
    ("BUG_LOWERED_LIMIT_IGNORED", "limit", []),
    ("BUG_PULL_GIVES_UP", "limits", []),
    ("BUG_SPENDS_TWICE", "limits", []),
]

# A cell of the engine's tables that says otherwise, and who must notice.
DRIFTS = [
    ("TOKEN", "REPEAT", "CLOSED", "closed, handed back: note", "orders"),
    ("TOKEN", "CANCELLED", "RETURNING", "returning, handed back", "limits"),
    ("ORDER", "CANCEL", "WAITING", "closed: 8 cancelled", "orders"),
    ("ORDER", "REPORT_CANCELLED", "OPEN", "closed: pass", "orders"),
    ("REQUEST", "DENIAL", "WAITING", "waiting, order open", "deaf"),
]

# Moves that the engine's tables allow and no model makes.
OUTSIDE = {
    # Places that are used again, once a day is over (R48).
    ("TOKEN", "CLOSED", "FREE"),
    ("ORDER", "CLOSED", "FREE"),
    ("REQUEST", "WAITING", "FREE"),
    ("REQUEST", "SENT", "FREE"),
    ("REQUEST", "ACCEPTED", "FREE"),
    ("REQUEST", "REFUSED", "FREE"),
    # Queues for capacity are the business of test_gate_queue (R44).
    ("ORDER", "WAITING", "QUEUED"),
    ("ORDER", "QUEUED", "WAITING"),
}

# What numbers mean in a trail; see gate.pml.
ASKS = ["", "NEW", "CANCEL", "RAISE", "LOWER", "RENEW", "CONSUMED"]
ANSWERS = ["", "APPROVED", "PARTIAL", "REJECTED", "CANCELLED"]
WORDS = [
    (r"(gate asks )(\d)", ASKS),
    (r"(to ask )(\d)", ASKS),
    (r"(hears )(\d)(?= to ask)", ANSWERS),
    (r"(answers )(\d)", ANSWERS),
    (r"(hears report )(\d)", ["", "NEW", "FILL", "CANCELLED", "REPLACED",
                              "REJECTED", "CANCEL REJECT", "STATUS",
                              "UNKNOWN"]),
    (r"(venue has )(\d)", ["", "D", "G", "F", "H"]),
]


class Model:
    """Where to work, and with what."""

    def __init__(self, options):
        self.options = options
        self.source = os.path.dirname(os.path.abspath(__file__))
        self.cells = tables.read_cells(options.lifecycles)
        self.states, self.moves = tables.read_moves(options.moves)

    def build(self, name, model, defines, flags, cells=None):
        """Makes the searching program; returns its folder."""
        folder = os.path.join(self.options.work, re.sub(r"\W+", "_", name))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        tables.write(os.path.join(folder, "tables.pml"), cells or self.cells,
                     self.states, self.moves)
        for file in os.listdir(self.source):
            if file.endswith(".pml"):
                shutil.copy(os.path.join(self.source, file), folder)
        said = tables.run([self.options.spin, "-a"] +
                          ["-D" + define for define in defines] +
                          [model + ".pml"], cwd=folder)
        if "rror" in said:
            raise tables.TableError("spin -a %s: %s" % (model, said))
        tables.run([self.options.cc, "-w", "-DVECTORSZ=2048",
                    "-DMEMLIM=6000"] + flags + ["-o", "pan", "pan.c"],
                   cwd=folder)
        return folder

    def search(self, name, model, defines=(), flags=("-O1", "-DSAFETY", "-DNOCLAIM"),
               options=(), cells=None):
        folder = self.build(name, model, list(defines), list(flags), cells)
        done = subprocess.run(["./pan", "-m1000000"] + list(options),
                              cwd=folder, capture_output=True, text=True,
                              check=False)
        return Result(name, model, folder, done.stdout + done.stderr)

    def told(self, result):
        """The trail of a failure, in words."""
        if not os.path.exists(os.path.join(result.folder,
                                           result.model + ".pml.trail")):
            return ""
        text = subprocess.run(["./pan", "-r"], cwd=result.folder,
                              capture_output=True, text=True,
                              check=False).stdout
        text = text.partition("#processes")[0]
        lines = [line.strip() for line in text.splitlines()
                 if not re.match(r"\s*\d+:|\s*(proc|seen-|spin:|pan:)", line)]
        return "\n".join(self.in_words(line) for line in lines if line) + "\n"

    def in_words(self, line):
        """A line of a trail with names for its numbers."""
        for machine in tables.MACHINES:
            names = self.states[machine]
            word = {"REQUEST": "replace"}.get(machine, machine.lower())
            line = re.sub(
                r"^(%s ?\d*): (\d+) to (\d+)" % word,
                lambda m: "  %s: %s to %s" % (m[1], names[int(m[2])],
                                              names[int(m[3])]), line)
        for pattern, names in WORDS:
            line = re.sub(pattern, lambda m: m[1] + names[int(m[2])], line)
        return "  " + line if line.startswith("gate asks") else line


class Result:
    """What one search came to."""

    def __init__(self, name, model, folder, text):
        self.name = name
        self.model = model
        self.folder = folder
        self.text = text
        found = re.search(r"errors: (\d+)", text)
        self.errors = int(found.group(1)) if found else None
        found = re.search(r"(\d+) states, stored", text)
        self.states = int(found.group(1)) if found else 0
        found = re.search(r"elapsed time ([\d.]+)", text)
        self.seconds = float(found.group(1)) if found else 0
        found = re.search(r"^pan:\d+: (.*)", text, re.M)
        self.why = found.group(1) if found else ""
        self.seen = {tuple(map(int, m.groups())) for m in
                     re.finditer(r"^seen-move (\d+) (\d+) (\d+)", text, re.M)}
        self.met = {tuple(map(int, m.groups())) for m in
                    re.finditer(r"^seen-cell (\d+) (\d+)", text, re.M)}

    def whole(self):
        return (self.errors == 0 and "not completed" not in self.text and
                "max search depth too small" not in self.text and
                "MEMLIM" not in self.text)


def fail(text):
    print("FAILED: " + text)
    return 1


def in_parallel(calls):
    workers = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda call: call(), calls))


def whole_of(model, searches):
    return [lambda s=s: model.search(s[0], s[1], s[2]) for s in searches]


def tell_whole(model, results):
    """Says what each came to; 0, or 1 when one is not whole."""
    bad = 0
    for result in results:
        print("%-34s %9d states %6.1f s  %s" %
              (result.name, result.states, result.seconds,
               "" if result.whole() else "FAILED"))
        if not result.whole():
            bad |= fail("%s: %s\n%s\n%s" % (result.name, result.why,
                                            result.text[-2000:],
                                            model.told(result)))
    return bad


def search_larger(model):
    return tell_whole(model, in_parallel(whole_of(model, LARGER)))


def search_all(model):
    calls = whole_of(model, SEARCHES)
    calls += [lambda n=n: model.search(n + " ends", n, (), ("-O1", "-DNP", "-DNOCLAIM"),
                                       ("-l",)) for n in ENDLESS]
    calls += [lambda c=c: model.search("claim " + c, "replaces",
                                       ("REPLACES=1", "LIVENESS"), (),
                                       ("-a", "-f", "-N", c)) for c in CLAIMS]
    results = in_parallel(calls)
    bad = tell_whole(model, results)
    seen = set().union(*(result.seen for result in results))
    met = set().union(*(result.met for result in results))
    return bad | compare_moves(model, seen) | count_cells(model, met)


def compare_moves(model, seen):
    """Both ways: no move that the engine does not allow, and none left out."""
    made = set()
    for machine, start, to in seen:
        name = tables.MACHINES[machine]
        if start != to:
            made.add((name, model.states[name][start],
                      model.states[name][to]))
    bad = 0
    for move in sorted(made - model.moves):
        bad |= fail("the model moves %s from %s to %s; the engine may not" %
                    move)
    for move in sorted(model.moves - made - OUTSIDE):
        bad |= fail("the engine may move %s from %s to %s; no model does: add "
                    "it there, or to OUTSIDE with a reason" % move)
    for move in sorted(OUTSIDE - (model.moves - made)):
        bad |= fail("%s from %s to %s is not outside any more" % move)
    print("%d moves, of %d that the engine allows" % (len(made),
                                                      len(model.moves)))
    return bad


def count_cells(model, met):
    """How much of the engine's tables was held against the model."""
    names = tables.cell_names(model.cells)
    print("%d cells of the engine's tables agree" % len(met))
    events = {names[cell] for cell, _ in met}
    wanted = {"TOKEN_GRANT", "TOKEN_PARTIAL", "TOKEN_DENIAL", "TOKEN_REPEAT",
              "TOKEN_CANCELLED", "TOKEN_TAKEN_BACK", "TOKEN_HARD_DEADLINE",
              "TOKEN_RENEWAL_DUE", "TOKEN_EXPIRY", "ORDER_NEW_SAME_ID",
              "ORDER_REPLACE_UP", "ORDER_REPLACE_DOWN", "ORDER_CANCEL",
              "ORDER_GRANT", "ORDER_PARTIAL_GRANT", "ORDER_DENIAL",
              "ORDER_TAKEN_BACK", "ORDER_HARD_DEADLINE", "ORDER_HUB_DOWN",
              "ORDER_REPORT_NEW", "ORDER_REPORT_FILL",
              "ORDER_REPORT_FILL_ALL", "ORDER_REPORT_CANCELLED",
              "ORDER_REPORT_REJECTED", "ORDER_NINE", "REQUEST_GRANT",
              "REQUEST_DENIAL", "REQUEST_CONFIRMED", "REQUEST_NINE",
              "REQUEST_HARD_DEADLINE", "REQUEST_CANCEL_OF_ORDER",
              "LIMIT_AMOUNT", "LIMIT_ENABLED", "LIMIT_SUSPENDED",
              "LIMIT_HALTED", "LIMIT_REMOVED", "LIMIT_UNENFORCEABLE",
              "LIMIT_NOT_IN_SNAPSHOT"}
    missing = wanted - events
    return fail("never compared: " + ", ".join(sorted(missing))) \
        if missing else 0


def drifted(model, drift):
    machine, event, state, text, _ = drift
    cells = {m: {e: dict(row) for e, row in events.items()}
             for m, events in model.cells.items()}
    if cells[machine][event][state] == text:
        raise tables.TableError("no drift: %s %s" % (event, text))
    cells[machine][event][state] = text
    return cells


def find_mistakes(model):
    calls = [lambda m=m: model.search("%s %s" % (m[0], m[1]), m[1],
                                      ["BUG=" + m[0]] + m[2], QUICK, ["-w20"])
             for m in MISTAKES]
    calls += [lambda d=d: model.search("drift %s %s %s" % d[:3], d[4],
                                       (), QUICK, ["-w20"],
                                       drifted(model, d))
              for d in DRIFTS]
    bad = 0
    for result in in_parallel(calls):
        print("%-44s %9d states %6.1f s  %s" %
              (result.name, result.states, result.seconds,
               "found" if result.errors else "NOT FOUND"))
        if not result.errors:
            bad |= fail(result.name + " is not found\n" + result.text[-2000:])
    return bad


def show_window(model):
    """A venue that is late, and a hub that frees by its own clock (R29)."""
    result = model.search("window", "expiry", ["TIMELY=0"],
                          options=("-i", "-m400"))
    told = model.told(result)
    print(told)
    freed = told.find("the hub frees the token")
    if not result.errors or freed < 0 or \
            not 0 <= told.find("order 0: WAITING to SENT") < freed:
        return fail("no counterexample: " + result.text[-2000:])
    return 0


def print_one(model, name):
    result = model.search(name, name, model.options.define)
    print(result.text)
    print(model.told(result))
    return 0 if result.whole() else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["search", "larger", "mistakes",
                                         "window", "print"])
    parser.add_argument("model", nargs="?")
    parser.add_argument("--spin", default="spin")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--lifecycles", required=True)
    parser.add_argument("--moves", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("-D", dest="define", action="append", default=[])
    options = parser.parse_args()
    if shutil.which(options.spin) is None:
        return fail("%s is not installed (Debian package: spin)" %
                    options.spin)
    model = Model(options)
    if options.what == "print":
        return print_one(model, options.model)
    return {"search": search_all, "larger": search_larger,
            "mistakes": find_mistakes,
            "window": show_window}[options.what](model)


if __name__ == "__main__":
    sys.exit(main())
