"""Finds every field that the decoders read, and its rows in the test of bad
input: a field without a row fails.

    check_mistakes.py ROOT

The rows are those of tests/unit/gate_mistakes_*.c.  The test itself fails for a
field that it sees read; this finds what stands on a path that no row takes.
Then reads are planted, and each must be found: a check that cannot fail is
worth nothing.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import re
import sys

READERS = ("src/codec/decode_*.c", "src/gate/gate.c",
           "src/gate/gate_hear.c")
ROWS = "tests/unit/gate_mistakes_*.c"

# A call whose first argument is a message or a group, and whose others begin
# with a tag: cg_fix_find(message, 11, ...), find_int(message, 2318, ...).
CALL = re.compile(r"\b(\w+)\(\s*&?(?:\w+(?:->|\.))?\w+,\s*(?:[a-z]\w*,\s*)?"
                  r"(\d+)(?:,\s*(\d+))?\s*[,)]")
# Tables of tags, and tags with names.
TABLE = re.compile(r"\btags\[\]\s*=\s*\{([^}]*)\}")
PAIR = re.compile(r"\{(\d+),\s*CG_TERM_")
NAMED = re.compile(r"\benum \{([^}]*)\}")

# First arguments of calls like the above that are no fields: roles, codes.
NO_READS = {"party", "reject_business", "cg_limit_unmodelled", "memcpy", "scan",
            "cg_decimal_parse", "cg_fix_put", "cg_fix_put_int",
            "cg_fix_put_str"}
# Names in enums that are values, not tags.
NO_TAGS = {"USER_TAGS"}
# Read of a message that was rejected (3), or of what waits in a store to be
# sent again: these are the gate's own and were looked at before.
OWN = {"cg_gate_rejected", "cg_gate_may_resend"}


def functions(text):
    """The text without what is read of the gate's own messages."""
    for name in OWN:
        text = re.sub(r"\n\w+ %s\(.*?\n\}\n" % name, "\n", text, flags=re.S)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def tags_read(text):
    found = set()
    text = functions(text)
    for name, first, second in CALL.findall(text):
        if name not in NO_READS:
            # What find_code() says of an absent field is no field.
            both = (first, second if name != "find_code" else "")
            found.update(int(tag) for tag in both if tag)
    for numbers in TABLE.findall(text):
        found.update(int(tag) for tag in re.findall(r"\d+", numbers))
    found.update(int(tag) for tag in PAIR.findall(text))
    for names in NAMED.findall(text):
        for name, tag in re.findall(r"(\w+) = (\d+)", names):
            if name not in NO_TAGS:
                found.add(int(tag))
    found.discard(0)
    return found


def tags_with_rows(text):
    return {int(tag) for tag in
            re.findall(r"^\{[A-Z0-9a-z\" -]+, (\d+), \d+, [A-Z]+,", text, re.M)}


def main():
    root = sys.argv[1]
    read = lambda path: open(path, encoding="utf-8").read()
    rows = set()
    for path in sorted(glob.glob(os.path.join(root, ROWS))):
        rows |= tags_with_rows(read(path))
    failures = 0
    total = set()
    for pattern in READERS:
        for path in sorted(glob.glob(os.path.join(root, pattern))):
            tags = tags_read(read(path))
            total |= tags
            for tag in sorted(tags - rows):
                print("%s: field %d is read and has no row in %s"
                      % (os.path.relpath(path, root), tag, ROWS))
                failures += 1
    if len(total) < 100:
        print("only %d fields found: the decoders are written otherwise now"
              % len(total))
        failures += 1
    for planted in ("cg_fix_find(message, 9001, &value)",
                    "find_int(message, 9001, &number)",
                    "group_int(&group, 9001, &number)",
                    "cg_fix_find(&gate->message, 9001,\n    &event.id)",
                    "find(message, leg, 600, 9001, &value)",
                    "static const uint32_t tags[] = {11, 9001};",
                    "enum { OPERATOR = 9001, ID = 1539 };"):
        if 9001 not in tags_read("x = %s;" % planted):
            print("planted and not found: %s" % planted)
            failures += 1
    print("%d fields are read, %d have rows" % (len(total), len(total & rows)))
    return 1 if failures else 0


sys.exit(main())
