"""The chain over a journal's facts, computed as docs/journal.md says and not as
the program does.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import struct


def row_bytes(values):
    """A row as the chain covers it."""
    parts = []
    for value in values:
        if value is None:
            parts.append(b"\0")
        elif isinstance(value, int):
            parts.append(b"\1" + struct.pack("<q", value))
        else:
            text = value.encode()
            parts.append(b"\2" + struct.pack("<I", len(text)) + text)
    return b"".join(parts)


def chain_of(journal, start=bytes(32)):
    """Yields the number of each fact, the chain up to it, and what the journal
    has for that."""
    before = start
    for row in journal.execute("SELECT * FROM fact ORDER BY no"):
        before = hashlib.sha256(before + row_bytes(row[:-1])).digest()
        yield row[0], before, row[-1]


def chain_again(journal):
    """Makes the chain fit what the rows say now."""
    chains = [(chain, no) for no, chain, _ in chain_of(journal)]
    journal.executemany("UPDATE fact SET chain = ? WHERE no = ?", chains)
    journal.execute("UPDATE chain SET no = ?, digest = ?",
                    (chains[-1][1], chains[-1][0]))
