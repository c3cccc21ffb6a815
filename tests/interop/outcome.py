"""Puts what ./run interop found into docs/interoperability.md, between two
marks.

SPDX-License-Identifier: Apache-2.0
"""
import os

BEGIN = "<!-- outcome: written by ./run interop --write -->"
END = "<!-- end of the outcome -->"


def counted(run, engine, version, role, part):
    """How many checks that this engine took part in passed, in that role."""
    return sum(1 for result in run.results
               if result["stage"] and result["stage"].version == version
               and result["stage"].engines[role] is engine
               and result["role"] in (None, role)
               and result["part"] == part and result["good"])


def rows(run, engines):
    versions = sorted({result["stage"].version for result in run.results
                       if result["stage"]})
    yield "| engine | version | role | " + " | ".join(
        f"{version}: session, trade" for version in versions) + " |"
    yield "| --- " * (3 + len(versions)) + "|"
    for engine in engines:
        for role in ("client", "venue", "hub"):
            cells = (f"{counted(run, engine, version, role, 'session')}, "
                     f"{counted(run, engine, version, role, 'trade')}"
                     for version in versions)
            yield (f"| {engine.title} ({engine.language}) | {engine.version} "
                   f"| {role} | " + " | ".join(cells) + " |")


def checks(run):
    for part, title in (("session", "Session layer"), ("trade", "Trade")):
        names = dict.fromkeys(result["check"] for result in run.results
                              if result["stage"] and result["part"] == part)
        yield f"{title}, {len(names)} checks:\n"
        for name in names:
            yield f"* {name}"
        yield ""


def write(root, run, engines):
    path = os.path.join(root, "docs", "interoperability.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    made = "\n".join([*rows(run, engines), "", *checks(run)]).rstrip()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{made}\n{END}{after}")
