"""Runs an analyzer over the C sources, and tells what it finds.

    check_static.py ROOT BUILD tidy|cppcheck|analyzer [FILE...]

tidy is clang-tidy by .clang-tidy, analyzer is gcc -fanalyzer.  BUILD is a build
folder, whose compile_commands.json says how each file is compiled.
tests/suppressed.txt allows findings, each with its reason; what it allows and is
not found is a mistake, too, unless only some files are looked at: those whose
path ends with a FILE.

SPDX-License-Identifier: Apache-2.0
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys

ROOT, BUILD, PART = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
FILES = tuple(sys.argv[4:])
LIST = os.path.join(ROOT, "tests", "suppressed.txt")
SOURCES = ("src/", "docs/examples/")
# A source that several programs have is looked at once: clang's analyzer finds
# what is not there when it looks again (valist.Uninitialized).
ONCE = os.path.join(BUILD, "once")
# How far clang's analyzer follows a function: a fourth of what it would by
# itself, and in a fourth of the time, which is nearly all that tidy takes.
PATHS = ["--extra-arg=" + word for word in
         ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000")]
FOUND = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):(?:\d+:)? "
                   r"(?:warning|error|performance|portability): "
                   r"(?P<text>.*?) \[(?P<check>[^\]]+)\]"
                   r"(?: \[(?P<option>-W[^\]]+)\])?$")


def commands():
    """Each C source once: its path and how it is compiled."""
    seen = {}
    with open(os.path.join(BUILD, "compile_commands.json"),
              encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.relpath(os.path.join(entry["directory"],
                                                entry["file"]), ROOT)
            if path.startswith(SOURCES) and path.endswith(FILES or ".c"):
                seen.setdefault(path, entry)
    return sorted(seen.items())


def without_output(words):
    """A command line that writes nothing."""
    words = [word for word in words if word not in ("ccache", "-MD", "-Werror")]
    kept = []
    skip = False
    for word in words:
        if not skip and word not in ("-o", "-MF", "-MQ"):
            kept.append(word)
        skip = word in ("-o", "-MF", "-MQ")
    return kept


def command(path, entry):
    if PART == "tidy":
        return ["clang-tidy", "-p", ONCE, "--quiet", *PATHS,
                os.path.join(ROOT, path)]
    words = without_output(shlex.split(entry["command"]))
    if PART == "analyzer":
        return words + ["-fanalyzer", "-fdiagnostics-plain-output",
                        "-o", os.devnull]
    options = [word for word in words if word.startswith(("-I", "-D"))]
    return ["cppcheck", "--quiet", "--std=c11", "--inline-suppr",
            "--enable=warning,performance,portability",
            "--suppress=missingIncludeSystem", "--template="
            "{file}:{line}:{column}: warning: {message} [{id}]",
            "--template-location=", *options, os.path.join(ROOT, path)]


def run(item):
    path, entry = item
    done = subprocess.run(command(path, entry), cwd=entry["directory"],
                          capture_output=True, text=True, errors="replace",
                          check=False)
    found = []
    for line in (done.stdout + done.stderr).splitlines():
        match = FOUND.match(line)
        if match:
            at = os.path.relpath(os.path.join(entry["directory"],
                                              match["path"]), ROOT)
            check = match["option"] or match["check"]
            if at.startswith(SOURCES + ("include/",)):
                found.append((at, int(match["line"]),
                              check.split(",")[0].removeprefix("-W"),
                              match["text"]))
    if done.returncode != 0 and not found:
        found.append((path, 1, "broken", (done.stderr or done.stdout)[-2000:]))
    return found


def suppressed():
    """(path, check) -> line number; of this part."""
    rows = {}
    with open(LIST, encoding="utf-8") as file:
        for no, line in enumerate(file, 1):
            words = line.split(None, 3)
            if words and not line.startswith("#"):
                if len(words) < 4:
                    sys.exit("%s:%d: no reason; write part, file, check and "
                             "reason" % (LIST, no))
                if words[0] == PART:
                    rows[words[1], words[2]] = no
    return rows


def main():
    allowed = suppressed()
    used = set()
    wrong = set()

    def say(line):
        # At once: a whole run takes minutes.
        if line not in wrong:
            print(line, flush=True)
        wrong.add(line)

    items = commands()
    os.makedirs(ONCE, exist_ok=True)
    with open(os.path.join(ONCE, "compile_commands.json"), "w",
              encoding="utf-8") as file:
        json.dump([entry for _, entry in items], file)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(run, items):
            for path, line, check, text in found:
                if (path, check) in allowed:
                    used.add((path, check))
                else:
                    say("%s:%d: %s [%s]" % (path, line, text, check))
    for key in [] if FILES else sorted(set(allowed) - used):
        say("%s:%d: %s is not found any more; take the line out" %
            (LIST, allowed[key], " ".join(key)))
    print("%s: %d files, %s" % (PART, len(items), "%d found" % len(wrong)
                                if wrong else "nothing found"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
