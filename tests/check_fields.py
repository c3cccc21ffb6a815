"""Holds the table of bad input against the sources: what is read has a row.

    check_fields.py ROOT

Follows the decoding functions from each message type's own one through those
that they call, and collects the tags that they name.  Each must be in a row of
that type in tests/unit/gate_field_tables.h.  Then a read is planted in each
function that is followed, and must be found missing: a check that cannot fail
is worth nothing.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import sys

TABLE = "tests/unit/gate_field_tables.h"
# What decodes which types, all of them in src/codec/decode_*.c.
ROOTS = {
    "cg_decode_order": ["D", "G", "F", "H", "AB", "AC"],
    "cg_decode_legs": ["AB", "AC"],
    "cg_decode_report": ["8"],
    "cg_decode_cancel_reject": ["9"],
    "cg_decode_answer": ["DG"],
    "cg_decode_update": ["CM", "CR", "CS"],
    "cg_decode_action": ["DH"],
    "cg_decode_query": ["CL"],
}
# Read from the header of every message, where the session has checked it.
HEADER = {"34", "52"}
# Read only after another field or type has said that it is there.
NOT_THERE = {
    # a quantity is not asked of what needs no credit, nor read in a package's
    # stead; a definition is neither a part of a set nor an answer
    "F": {"38", "152", "516", "854"},
    "H": {"38", "152", "516", "854"},
    "AB": {"41"}, "D": {"41"},
    "CS": {"1667", "1511", "1512", "893"}, "CR": {"1511", "1666"},
    "CM": {"1324"},
}
FUNCTION = re.compile(r"^(?:static )?[\w ]*?[ *]?(\w+)\([^;{}]*?\)\n\{\n(.*?)^\}",
                      re.M | re.S)
READ = re.compile(r"\b(?:cg_fix_find|cg_fix_group|cg_fix_group_find|"
                  r"cg_fix_group_nested|find_int|find_code|find_char|find_qty|"
                  r"group_int|group_is)\(\s*&?\w+(?:->\w+)?,\s*(\d+)\b")
LIST = re.compile(r"static const uint32_t tags\[\] = \{([\d,\s]+)\}")
TABLE_OF_TAGS = re.compile(r"^\} (\w+)\[\] = \{\n(.*?)^\};", re.M | re.S)
NAMED_TAG = re.compile(r"\b([A-Z_]+) = (\d{4})\b")
CALL = re.compile(r"\b(\w+)\(")
ROW = re.compile(r'\{\s*"(\w+)",\s*(\d+),')


def functions(root):
    """Every function of the decoding files by file and name, with its text."""
    found = {}
    folder = os.path.join(root, "src", "codec")
    for name in sorted(os.listdir(folder)):
        if name.startswith("decode_") and name.endswith(".c"):
            text = open(os.path.join(folder, name), encoding="utf-8").read()
            for match in FUNCTION.finditer(text):
                found[name, match.group(1)] = match.group(2)
            # A table of tags belongs to the functions that go through it.
            for match in TABLE_OF_TAGS.finditer(text):
                for key in list(found):
                    if key[0] == name and re.search(
                            r"\b%s\[" % match.group(1), found[key]):
                        found[key] += match.group(2)
            for match in NAMED_TAG.finditer(text):
                for key in list(found):
                    if key[0] == name and re.search(
                            r"\bcase %s:" % match.group(1), found[key]):
                        found[key] += "{%s, " % match.group(2)
    return found


def resolve(code, file, name):
    """A function of the same file, else the one of another."""
    if (file, name) in code:
        return file, name
    for key in code:
        if key[1] == name and name.startswith("cg_"):
            return key
    return None


def reached(code, start):
    seen, left = set(), [resolve(code, "", start)]
    while left:
        key = left.pop()
        if key is None or key in seen:
            continue
        seen.add(key)
        left += [resolve(code, key[0], name) for name in CALL.findall(code[key])]
    return seen


def tags_of(code, start):
    tags = set()
    for key in reached(code, start):
        tags.update(READ.findall(code[key]))
        tags.update(re.findall(r"\{(\d+), ", code[key]))
        for match in LIST.finditer(code[key]):
            tags.update(re.findall(r"\d+", match.group(1)))
    return tags


def missing(code, rows):
    faults = []
    for start, types in ROOTS.items():
        if resolve(code, "", start) is None:
            faults.append("no function %s" % start)
        for kind in types:
            for tag in sorted(tags_of(code, start), key=int):
                if (tag not in HEADER and (kind, tag) not in rows and
                        tag not in NOT_THERE.get(kind, ())):
                    faults.append("35=%s: %s is read by %s, and has no row in "
                                  "%s" % (kind, tag, start, TABLE))
    return faults


def main():
    root = sys.argv[1]
    code = functions(root)
    table = open(os.path.join(root, TABLE), encoding="utf-8").read()
    rows = set(ROW.findall(table))
    faults = missing(code, rows)
    planted = 0
    for start in ROOTS:
        for key in reached(code, start):
            changed = dict(code)
            changed[key] += "    (void)cg_fix_find(message, 4711, &value);\n"
            planted += 1
            if not any("4711" in fault for fault in missing(changed, rows)):
                faults.append("a read planted in %s: %s was not found" % key)
    for fault in faults:
        print(fault)
    print("%d rows, %d planted reads found" % (len(rows), planted))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
