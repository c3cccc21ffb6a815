"""The engine's life cycles, as the model reads them.

Two programs tell them: test_lifecycles prints what every state becomes at every
event and what is said then, as the engine does it; model_moves prints which
moves the engine's own tables allow.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import subprocess

# The order is that of MACHINE_* in gate.pml.
MACHINES = ["TOKEN", "ORDER", "REQUEST", "LIMIT"]
EVENT_PREFIXES = {"TOKEN": "T_", "ORDER": "E_", "REQUEST": "Q_",
                  "LIMIT": "L_"}
# What test_lifecycles calls a state, where that is not its name.
WORDS = {("ORDER", "unknown"): "FREE", ("REQUEST", "unknown"): "FREE"}

# What a step of the model says; the rest of a cell is for people, or follows.
SAYS = {
    "DF new": 1 << 1,
    "DF cancel": 1 << 2,
    "DF raise": 1 << 3,
    "DF lower": 1 << 4,
    "DF renew": 1 << 5,
    "DF consumed": 1 << 6,
    "forward": 256,
    "8 rejected": 512,
    "9": 512,
    "8 cancelled": 1024,
    "F of the gate": 2048,
}


class TableError(Exception):
    """The tables are not what the model was written for."""


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          **more)
    if done.returncode != 0:
        raise TableError("%s failed:\n%s%s" % (command[0], done.stdout,
                                               done.stderr))
    return done.stdout


def read_cells(lifecycles):
    """{machine: {event: {state: (state after, what is said, probe)}}}"""
    text = run([lifecycles], env=dict(os.environ, CG_LIFECYCLES_PRINT="1"))
    cells = {machine: {} for machine in MACHINES}
    machine = state = None
    for line in text.splitlines():
        row = re.match(r"\s*\[CG_([A-Z]+)_([A-Z]+)\] = \{", line)
        if row:
            machine, state = row.groups()
            continue
        cell = re.match(r'\s*\[([A-Z])_(\w+)\] = "(.*)",', line)
        if not cell or machine not in cells:
            continue
        event = cell.group(2)
        if EVENT_PREFIXES[machine] != cell.group(1) + "_":
            raise TableError("row %s has event %s" % (machine, line.strip()))
        cells[machine].setdefault(event, {})[state] = cell.group(3)
    return cells


def read_moves(program):
    """({machine: [state, ...]}, {(machine, from, to), ...})"""
    states = {machine: [] for machine in MACHINES}
    moves = set()
    for line in run([program]).splitlines():
        word, *rest = line.split()
        if word == "state":
            states[rest[0]].append(rest[1])
        elif word == "move":
            moves.add(tuple(rest))
        else:
            raise TableError("model_moves says " + line)
    return states, moves


def split_cell(machine, text):
    """The state after, what is said, and what a new order is told then."""
    text, _, probe = text.partition("; then D: ")
    after, _, said = text.partition(":")
    after = after.split(",")[0].strip()
    after = WORDS.get((machine, after), after.upper())
    bits = 0
    for part in said.split(","):
        part = re.sub(r" CG\d+$", "", part.strip())
        bits |= SAYS.get(part, 0)
    return after, bits, probe


def choose(values):
    """An expression of s: values[s]."""
    last = len(values) - 1
    text = str(values[last])
    for i in range(last - 1, -1, -1):
        text = "((s) == %d -> %s : %s)" % (i, values[i], text)
    return text


def cell_names(cells):
    return ["%s_%s" % (machine, event) for machine in MACHINES
            for event in cells[machine]]


def write(path, cells, states, moves):
    out = ["/* Made by tables.py from what the engine does. */"]
    names = cell_names(cells)
    for machine in MACHINES:
        for number, state in enumerate(states[machine]):
            out.append("#define %s_%s %d" % (machine, state, number))
        masks = []
        for state in states[machine]:
            masks.append(sum(1 << states[machine].index(to)
                             for m, start, to in moves
                             if m == machine and start == state))
        out.append("#define %s_MOVES(s) %s" % (machine, choose(masks)))
        out.append("#define %s_MAY(s, to) ((%s_MOVES(s) >> (to)) & 1)" %
                   (machine, machine))
        for event, row in cells[machine].items():
            split = []
            for state in states[machine]:
                # Only an order of QUEUED and the like may be missing.
                if state not in row:
                    raise TableError("no cell for %s %s x %s" %
                                     (machine, state, event))
                split.append(split_cell(machine, row[state]))
            for after, _, _ in split:
                if after not in states[machine]:
                    raise TableError("%s has no state %s" % (machine, after))
            name = "%s_ON_%s" % (machine, event)
            out.append("#define %s(s) %s" % (name, choose(
                [states[machine].index(after) for after, _, _ in split])))
            out.append("#define %s_SAYS(s) %s" % (name, choose(
                [bits for _, bits, _ in split])))
            out.append("#define CELL_%s_%s %d" %
                       (machine, event,
                        names.index("%s_%s" % (machine, event))))
    # An old update changes nothing: it shows whom a state admits.
    probes = [split_cell("LIMIT", cells["LIMIT"]["OLDER"][state])[2]
              for state in states["LIMIT"]]
    out.append("#define LIMIT_ADMITS(s) %s" % choose(
        [1 if probe == "forward" else 0 for probe in probes]))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")
