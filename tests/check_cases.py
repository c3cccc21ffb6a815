"""Holds what the certification cases say of themselves against FIX.

    check_cases.py ROOT

1. Messages and fields that a reference names are those of the dictionaries;
   numbers of session test cases are those of the FIX Trading Community's list;
   rules are those of docs/rules.md.
2. A case of the session layer has such a number, unless it is about credit or
   says that there is none.
3. Purposes and preconditions are sentences.
4. What somebody must be asked to do is among the needs, and nothing else is.
5. A mandatory case wants nothing of a hub that the rules of engagement leave to
   it, but what they say the certification looks at, and what it is about.
6. Words of needs are those of the table in docs/certification.md, and all of
   them.
7. Every answer (2325) and every result (2326) is told to a gate, and expected
   of a hub.

Then mistakes are planted, and each must be found.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import re
import sys

ROOT = sys.argv[1]
sys.path.insert(0, os.path.join(ROOT, "fixspec"))
sys.dont_write_bytecode = True
import engagement  # noqa: E402
import generate  # noqa: E402

CASES = os.path.join(ROOT, "sample_sessions", "certification")
PAGE = os.path.join(ROOT, "docs", "certification.md")

# Scenarios and their last letters: FIX Session Layer Test Cases, version 1.0.
SCENARIOS = {"1B": "e", "1S": "e", "2": "t", "3": "e", "4": "b", "5": "",
             "6": "", "7": "", "8": "", "9": "", "10": "e", "11": "c",
             "12": "", "13": "b", "14": "n", "15": "", "16": "b", "17": "e",
             "18": "b", "19": "b", "20": ""}

# "Logon(A)", "PossResend (97)", "standard header: 43" is none.
NAMED = re.compile(r"\b([A-Z][A-Za-z]+) ?\((\w+)\)")
TEST_CASES = re.compile(r"FIX session test cases? ((?:\w+(?:\.\w)? ?)+)")

# What a hub may leave out where no case is about it.
LOOKED_AT = {"DG": {"2326", "2327", "126"}, "CM": {"1666", "893", "1669"},
             "CR": {"60", "1559", "1669", "1766", "2339"}, "DH": {"2330"}}

# A grant has no other result, so none is expected of a hub that grants.
EXPECTED_OF_NOBODY = {("hub", "2326", "0")}


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Facts:
    def __init__(self):
        self.messages = {}
        self.fields = {}
        self.values = {}
        for name in ("FIX42", "FIX44", "FIXT11", "FIX50SP2"):
            dictionary = generate.Dictionary(
                os.path.join(ROOT, "fixspec", name + ".xml"))
            for message_type, message in dictionary.messages().items():
                self.messages.setdefault(message_type, set()).add(
                    message[0].get("name"))
            for field, element in dictionary.fields.items():
                tag = element.get("number")
                self.fields.setdefault(tag, set()).add(field)
                self.values[tag] = {value.get("enum") for value in element}
        self.tables = engagement.Tables(ROOT)
        self.rules = set(re.findall(r"\bR\d+\b", text_of(
            os.path.join(ROOT, "docs", "rules.md"))))


def words_of(page):
    """Those that the table of needs explains."""
    table = page.partition("\n| word | a case that has it needs |\n")[2]
    rows = re.match(r"(\|.*\n)*", table).group(0)
    return {word for row in rows.splitlines()
            for word in re.findall(r"`([\w-]+)`", row.split("|")[1])}


def word_faults(texts, page):
    explained = words_of(page)
    used = {}
    for name, text in texts.items():
        for words in re.findall(r"^needs (.*)$", text, re.M):
            used.update(dict.fromkeys(words.split(), name))
    for word in sorted(used.keys() - explained):
        yield f"{used[word]}: docs/certification.md does not explain '{word}'"
    for word in sorted(explained - used.keys()):
        yield f"docs/certification.md explains '{word}', which no case needs"


def is_test_case(word):
    scenario, _, letter = word.partition(".")
    last = SCENARIOS.get(scenario)
    return last is not None and (letter == "" or "a" <= letter <= last)


def reference_faults(text, facts):
    for name, what in NAMED.findall(text):
        if (name not in facts.messages.get(what, ()) and
                name not in facts.fields.get(what, ())):
            yield f"{name} ({what}) is no message and no field"
    for words in TEST_CASES.findall(text):
        for word in words.split():
            if re.match(r"\d", word) and not is_test_case(word):
                yield f"there is no session test case {word}"
    for rule in re.findall(r"\bR\d+\b", text):
        if rule not in facts.rules:
            yield f"there is no rule {rule}"


def wanted(text):
    """(type, tag) of what is expected of a hub."""
    steps = re.sub(r" *\\\n *", " ", text)
    for message_type, fields in re.findall(
            r"^(?:@\S+ +)?(?:hub *>|wire *<) (\w+) (.*)$", steps, re.M):
        for tag in re.findall(r"(?<![!\w])(\d+)=", fields):
            yield message_type, tag


def wanted_faults(text, facts):
    if (not re.search(r"^certifies .*\bhub\b", text, re.M) or
            not re.search(r"^level mandatory", text, re.M)):
        return
    for message_type, tag in sorted(set(wanted(text))):
        row = facts.tables.by_key.get(message_type, {}).get(tag)
        looked_at = LOOKED_AT.get(message_type)
        if (looked_at is not None and tag not in looked_at and
                tag not in facts.tables.header and
                (row is None or row.required == "N")):
            yield f"it wants {tag} of a {message_type}, which may lack it"


def faults(text, facts):
    """What is wrong with one case."""
    lines = {word: re.findall(rf"^{word} (.*)$", text, re.M)
             for word in ("purpose", "precondition", "reference", "needs")}
    for sentence in lines["purpose"] + lines["precondition"]:
        if not re.fullmatch(r"\W*[A-Z0-9].*[^.]\.", sentence):
            yield f"'{sentence}' is no sentence"
    for reference in lines["reference"]:
        yield from reference_faults(reference, facts)
    references = "\n".join(lines["reference"])
    if (re.search(r"^case S-", text, re.M) and "no test case" not in references
            and "EP171" not in references
            and not TEST_CASES.search(references)):
        yield "it has no number of a session test case"
    yield from wanted_faults(text, facts)
    asks = re.search(r"^(@\S+\s+)?\w+ +asked ", text, re.M) is not None
    if asks != ("operator" in " ".join(lines["needs"]).split()):
        yield "'needs operator' is for cases in which somebody is asked"


def said(texts, facts):
    """(seat, tag, value) of the answers that no case has."""
    wanted = {(seat, tag, value) for seat in ("hub", "gate")
              for tag in ("2325", "2326") for value in facts.values[tag]}
    for text in texts:
        seats = re.search(r"^certifies (.*)$", text, re.M).group(1).split()
        for answer in re.findall(r"> DG .*|^wire *< DG .*", text, re.M):
            for tag, value in re.findall(r"\b(232[56])=(\w+)", answer):
                wanted -= {(seat, tag, value) for seat in seats}
    return wanted - EXPECTED_OF_NOBODY


def check(texts, facts, page):
    """Lines about all that is wrong."""
    yield from word_faults(texts, page)
    for name, text in texts.items():
        for fault in faults(text, facts):
            yield f"{name}: {fault}"
    for seat, tag, value in sorted(said(texts.values(), facts)):
        yield f"no case that certifies a {seat} has a DG with {tag}={value}"


# In which case what is put for what, and part of what must be found.
PLANTED = [
    ("T101", "PartyRiskLimitCheckRequest (DF)", "RiskLimitCheckRequest (DF)",
     "RiskLimitCheckRequest (DF) is no message"),
    ("T143", "PossResend (97)", "PossResend (43)", "(43) is no message"),
    ("S921", "13.b", "13.c", "no session test case 13.c"),
    ("S203", "test case 2.c", "test case 22", "no session test case 22"),
    ("S203", "reference FIX session test case 2.c\n", "", "has no number"),
    ("L105", "R15", "R999", "no rule R999"),
    ("L105", "refused.\n", "refused\n", "is no sentence"),
    ("L105", " operator\n", "\n", "'needs operator'"),
    ("L125", "needs push\n", "needs push operator\n", "'needs operator'"),
    ("T101", "2327=9040.00", "2327=9040.00 15=USD", "it wants 15 of a DG"),
    ("L116", "2329=0 453", "2329=0 60=@ 453", "it wants 60 of a DH"),
    ("T104", "2326=0", "2326=1", "gate has a DG with 2326=0"),
    ("L105", " operator\n", " operator hub\n", "does not explain 'hub'"),
    ("O115", "needs fok\n", "", "'fok', which no case needs"),
]


def main():
    facts = Facts()
    texts = {os.path.basename(path): text_of(path) for path in
             sorted(glob.glob(os.path.join(CASES, "*.session")))}
    page = text_of(PAGE)
    found = list(check(texts, facts, page))
    for start, old, new, wanted in PLANTED:
        name = next(name for name in texts if name.startswith(start))
        planted = texts | {name: texts[name].replace(old, new)}
        if planted == texts or not any(wanted in line for line in
                                       check(planted, facts, page)):
            found.append(f"a mistake in {name} is not found: {wanted}")
    print("\n".join(found) or f"{len(texts)} cases")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
