"""Peers on other FIX engines around a gate: ./run interop [--write] [WORD...]

For each FIX version client, venue and hub are played by other engines, so that
each engine plays each role.  The session layer of every peer is tried, then
trade from one engine to another with no field lost.  One line for each check,
then "N passed, N failed".

    --write        puts what came out into docs/interoperability.md
    --keep DIR     keeps the files of the stages that failed there
    --jobs N       so many stages at a time; 3 by default
    --program FILE the gate; build/creditgate by default
    WORD...        stages whose name holds each WORD, such as FIX.4.4

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import checks_session
import checks_trade
import outcome
import selfcheck
from bodies import VERSIONS
from desk import Failure, Stage
from engines import ENGINES, Missing
from wire import TO_GATE, TO_PEER

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    "..", ".."))
ROLES = ("client", "venue", "hub")
LOG_S = 5 # until a message that crossed a line is in the log


class Run:
    """What was checked, and what came out."""

    def __init__(self):
        self.results = []
        self.missing = []

    def check(self, stage, role, part, function, *words):
        """Says and keeps whether function(*words) holds."""
        name = (function.__doc__ or function.__name__).split("\n\n")[0]
        name = " ".join(name.split())
        begin = time.monotonic()
        why = None
        try:
            function(*words)
        except Failure as failure:
            why = str(failure)
        except Exception as error: # pylint: disable=broad-except
            why = f"{error!r} at {traceback.extract_tb(error.__traceback__)[-1]}"
        seconds = time.monotonic() - begin
        self.results.append({"stage": stage, "role": role, "part": part,
                             "check": name, "good": why is None})
        where = f"{stage.title if stage else 'self'}: {role or 'all'}"
        print(f"{'ok    ' if why is None else 'FAILED'} {where}: {name} "
              f"({seconds:.1f} s)" + (f"\n       {why[:600]}" if why else ""),
              flush=True)
        return why is None

    def count(self, good):
        return sum(1 for result in self.results if result["good"] is good)


def starts(stage):
    """client, venue and hub log on, limits are taken"""
    stage.start()


def unread(messages, at):
    """Whether the gate may never have read this message to it: it crossed
    with a Logout of the gate, or with the end of the line."""
    def ours(message):
        return message.way.startswith(TO_PEER)
    before = next(filter(ours, reversed(messages[:at])), None)
    after = next(filter(ours, messages[at:]), None)
    return (messages[at].way.startswith(TO_GATE)
            and ((before and before.type == "5")
                 or after is None or after.type in ("5", "A")))


def not_in_log(crossed, log):
    """The first message that is missing in the log, and at whose line."""
    for role, messages in crossed.items():
        for at, message in enumerate(messages):
            if (message.raw not in log and not unread(messages, at)
                    and not message.way.startswith(TO_GATE + ",")):
                return role, message
    return None, None


def log_has_all(stage):
    """the gate's message log has every message that crossed a line"""
    crossed = {role: list(tap.messages) for role, tap in stage.taps.items()}
    end = time.monotonic() + LOG_S
    role, message = not_in_log(crossed, stage.logged())
    while message is not None:
        # What crossed the tap just now may not have arrived.
        if time.monotonic() > end:
            raise Failure(f"at the {role}'s line, {message.way}, but not "
                          f"in the log: {message}")
        time.sleep(0.2)
        role, message = not_in_log(crossed, stage.logged())


def books_are_proved(stage):
    """the gate ends with status 0, and its journal proves its totals"""
    stage.gate.end()
    status = stage.gate.child.returncode
    if status != 0:
        raise Failure(f"it ended with {status}: {stage.gate.lines[-1]}")
    for word in ("show", "audit"):
        done = subprocess.run([stage.program, word, "--journal",
                               "gate.journal"], cwd=stage.folder, check=False,
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Failure(f"{word}: {done.stdout[-300:]}{done.stderr[-300:]}")


def still_runs(stage):
    """the gate runs until it is told to end"""
    status = stage.gate.child.poll()
    if status is not None:
        raise Failure(f"it has ended with {status}: "
                      + " / ".join(stage.gate.lines[-3:]))


def steps(stage):
    """(role or none, part, function, its further words) of one stage."""
    yield None, "session", starts, ()
    stage.venue.auto = False
    for function in checks_trade.TRADE_CHECKS:
        yield None, "trade", function, ()
    stage.venue.auto = True
    for role in ROLES:
        for function in checks_session.ROLE_CHECKS:
            yield role, "session", function, (role,)
    yield "client", "session", checks_session.reset, ("client",)
    yield None, "session", checks_session.gate_stops, ()
    yield None, "session", checks_session.gate_resets, ()
    yield None, "trade", log_has_all, ()


def play(run, stage):
    """All checks of one stage; whether each of them held.  Without a gate, or
    when it has not even started, there is nothing more to check."""
    for role, part, function, words in steps(stage):
        for tap in stage.taps.values():
            tap.rules.clear()
        good = run.check(stage, role, part, function, stage, *words)
        if not good and (function is starts or not run.check(
                stage, None, "trade", still_runs, stage)):
            return False
    run.check(stage, None, "trade", books_are_proved, stage)
    return all(result["good"] for result in run.results
               if result["stage"] is stage)


def stages(engines):
    """(version, engine of each role): each engine plays each role in each
    version, and peers are mixed."""
    for version in VERSIONS:
        for turn in range(len(engines)):
            yield version, {role: engines[(turn + place) % len(engines)]
                            for place, role in enumerate(ROLES)}


def install(run, place):
    found = []
    for make in ENGINES:
        engine = make(place)
        print(f"run: {engine.title} ...", file=sys.stderr, flush=True)
        try:
            engine.install()
            found.append(engine)
        except Missing as words:
            run.missing.append((engine, str(words)))
            print(f"FAILED {engine.title} cannot be had: {words}")
    return found


def arguments():
    parser = argparse.ArgumentParser(prog="run interop", description=__doc__,
                                     formatter_class=argparse.
                                     RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--program",
                        default=os.path.join(ROOT, "build", "creditgate"))
    parser.add_argument("words", nargs="*", metavar="WORD")
    return parser.parse_args()


def play_one(run, stage, keep):
    good = False
    try:
        good = play(run, stage)
    finally:
        stage.end()
        if keep and not good:
            shutil.copytree(stage.folder, os.path.join(
                keep, os.path.basename(stage.folder)))


def play_all(run, options, engines, root):
    chosen = []
    for version, cast in stages(engines):
        stage = Stage(os.path.abspath(options.program), root, version, cast)
        if all(word in stage.title for word in options.words):
            chosen.append(stage)
        else:
            stage.end()
    if engines and not chosen:
        sys.exit("no stage has all of these words in its name: "
                 + " ".join(options.words))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        played = [pool.submit(play_one, run, stage, options.keep)
                  for stage in chosen]
        for stage in played:
            stage.result()


def main():
    options = arguments()
    run = Run()
    for function in selfcheck.CHECKS:
        run.check(None, None, "self", function)
    engines = install(run, os.path.join(ROOT, "build", "interop"))
    with tempfile.TemporaryDirectory(prefix="creditgate-interop-") as root:
        play_all(run, options, engines, root)
    failed = run.count(False) + len(run.missing)
    if options.write:
        if options.words or failed:
            print("run: nothing written: only the outcome of all stages, all "
                  "passed, goes into the page", file=sys.stderr)
        else:
            outcome.write(ROOT, run, engines)
    print(f"{run.count(True)} passed, {failed} failed")
    return 1 if failed or run.count(True) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
