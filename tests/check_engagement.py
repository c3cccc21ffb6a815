"""Holds docs/rules-of-engagement.md against what the gate really does.

    check_engagement.py ROOT SESSION_MESSAGES

1. The page is what fixspec/engagement.py makes.
2. Every message that a sample session exchanges with a gate is as the tables
   of fixspec/engagement.csv say: tags, what must be there, values.  A peer's
   message that is not so is refused, one that is so gets no 3 and no j.
3. A message of a hub is changed field by field: left out, given another value,
   added.  The gate takes it if the tables allow it, and only then.
4. What the dictionaries require the tables require, too; and no row is about
   what was never seen.
5. What the cases of a certification ask of a hub is in engagement_asked.csv, no
   row of which is asked by none.

Then mistakes are planted in the tables, and each must be found.

SPDX-License-Identifier: Apache-2.0
"""
import copy
import os
import shutil
import sys
import tempfile

ROOT, PROGRAM = sys.argv[1:3]
sys.path.insert(0, os.path.join(ROOT, "fixspec"))
sys.dont_write_bytecode = True
import engagement  # noqa: E402

PAGE = "docs/rules-of-engagement.md"

LIMIT = """
[LIMIT]
RiskLimitID=ACME-USD
Account=ACME
Hub=hub
Owner=FCM1
Currency=USD
Model=%s
Amount=100000.00

"""

# Said before a message of the hub is tried; the message with all that may stand
# in it; and what shows that it was taken.
ASKED = """@1s client > D 11=A1 38=10000000
hub < DF 2318=$R 2319=$T ...
@+10 """
ENTRY = ("1671=1 1691=ACME 1692=D 1693=24 1562=1 1563=FCM1 1564=D 1565=4 "
         "1672=0 1669=1 1529=1 1530=12 1531=50000.00 1767=5 1766=0 1765=0 "
         "1532=USD 1559=1 1769=4 1560=75 1561=low 1534=1 "
         "1535=1 1536=USSW10 1538=X10 1539=4 1544=OIS 1545=5Y-10Y 1547=IRS "
         "1558=1.5 1670=ACME-USD 2339=3 2355=1")
TRIED = {
    "DG": ("ping", ASKED, "2318=1 2319=GATE-T1 2325=0 2326=0 2320=0 2321=0 "
           "2322=1 1328=x 1080=V1 1081=1 54=1 2327=9040.00 2324=9040.00 "
           "1670=ACME-USD 15=USD 126=@+1h 60=@ 58=x", ("venue", "D", "", "")),
    "DG without ids": ("ping", ASKED, "2319=GATE-T1 2325=0 2320=0 2321=0 "
                       "2324=9040.00", ("venue", "D", "", "")),
    "CM": ("push", "@1s ", "1667=S1 1666=L1 1760=3 1511=0 325=N 1512=1 "
           "893=Y 1677=1 " +
           ENTRY + " 60=@ 58=x", ("hub", "DE", "2316", "0")),
    "CR": ("push", "@1s ", "1667=U1 1666=L1 1512=1 893=Y 1677=1 1324=M " +
           ENTRY + " 60=@ 58=x", ("hub", "DE", "2316", "0")),
    "CR by amount": ("push", "@1s ", "1667=U1 1677=1 1324=M 1671=1 1691=ACME "
                     "1692=D 1693=24 1669=1 1529=1 1530=12 1531=50000.00 "
                     "1532=USD 1559=1 1769=2 1768=45000.00 1670=ACME-USD",
                     ("hub", "DE", "2316", "0")),
    "CS": ("push", "@1s ", "1666=Q1 1677=1 1324=M " +
           ENTRY + " 60=@ 58=x", ("hub", "CT", "1762", "0")),
    "DH": ("push", "@1s ", "2328=S1 2329=0 2330=N 453=1 448=ACME 447=D "
           "452=24 60=@ 58=x", ("hub", "DI", "2332", "1")),
    "DH narrowed": ("push", "@1s ", "2328=S1 2329=0 1301=XSEF 1300=A "
                    "1536=USSW10 453=1 448=ACME 447=D 452=24",
                    ("hub", "DI", "2332", "1")),
}

# Values that these messages cannot have: another party, another kind of limit,
# an answer that is no grant, a stop that does not stand, a scope that excludes
# and multiplies.
NOT_TAKEN_HERE = {"DG": {"2325", "2320", "2321"},
                  "CM": {"1530", "1693", "1565", "1535"},
                  "CR": {"1530", "1693", "1565", "1535"},
                  "CS": {"1530", "1693", "1565", "1535", "1324"},
                  "DH": {"2329", "452"}}

# What stands in a field that is not read: another value, of its form.
UNREAD = {"name": "SOMETHING-ELSE", "text": "7", "time": "20260101-00:00:00",
          "decimal": "99.5", "bool": "Y"}

# Said besides, for what no sample session shows: legs that go by dates.
BESIDES = """# R5: a package of swaps by dates, under a limit that is asked for.

include desk.inc
include curve.inc
""" + LIMIT % "ping" + """
@1s client > AB 1=ACME 54=1 55=fly 40=2 44=0.5 60=@ 11=P1 38=1000000 555=2 \
    600=SOFR2 623=1 624=1 654=A \
    600=IRS 956=20280120 611=20370120 623=1 624=2 654=B
hub < DF 2318=$R 2319=$T ...
@+10 hub > DG 2318=$R 2319=$T
venue < AB ...
"""

# Rows that three messages share, and one shows.
UNSEEN = {("CM", "2337"), ("CR", "2337"), ("CM", "1768"), ("CS", "1768")}

REFUSALS = {"3": None, "j": None, "8": "150=8", "9": None, "DE": "2316=1",
            "CT": "1762=", "DI": "2332=2"}


def answers_to(said, i):
    """What the gate says until somebody else says something."""
    for message in said[i + 1:]:
        if message.file != said[i].file or message.direction == ">":
            return
        yield message


def refuses(message):
    if message.type not in REFUSALS:
        return False
    wanted = REFUSALS[message.type]
    if message.type == "CT":
        return dict(message.fields)["1762"] != "0"
    return wanted is None or tuple(wanted.split("=")) in message.fields


def check_said(tables, evidence, only):
    """Every message of the sample sessions."""
    said = evidence.said
    for i, message in enumerate(said):
        key = evidence.keys[i]
        if message.direction == "!":
            continue
        if only is not None and key != only:
            continue
        where = "%s: %s %s %s" % (message.file, message.actor,
                                  message.direction, message.type)
        if key is None:
            if message.role == "hub":
                yield "%s has no table" % where
            continue
        faults = list(tables.faults(key, message.version, message.fields))
        if message.direction == "<":
            for fault in faults:
                yield "%s: %s" % (where, fault)
            continue
        answers = [a for a in answers_to(said, i) if a.actor == message.actor]
        if message.role == "venue" or message.type == "F":
            continue
        if faults and not any(refuses(a) for a in answers):
            yield "%s: %s, but the gate takes it" % (where, faults[0])
        if not faults and any(a.type in ("3", "j") for a in answers):
            yield "%s: the gate refuses what the tables allow" % where


def flat(nodes):
    for node in nodes:
        yield node.tag, node.value
        for entry in node.entries:
            yield from flat(entry)


def levels(nodes):
    """Every list of nodes, the inner ones of first entries only."""
    yield nodes
    for node in nodes:
        if node.entries:
            yield from levels(node.entries[0])


def changed(nodes, at, place, change):
    """A copy of |nodes| with |change| applied to one level's node."""
    twin = copy.deepcopy(nodes)
    change(list(levels(twin))[at], place)
    return list(flat(twin))


def changes(tables, key, nodes):
    """What is changed, and the fields then."""
    def leave_out(level, place):
        del level[place]

    def with_value(value):
        def change(level, place):
            level[place].value = value
        return change

    rows = tables.by_key[key]
    yield "as it is", list(flat(nodes))
    for at, level in enumerate(levels(nodes)):
        for place, node in enumerate(level):
            row = rows[node.tag]
            yield ("without %s" % node.tag,
                   changed(nodes, at, place, leave_out))
            bad = "77"
            if row.values[0] not in "=~":
                bad = engagement.FORMATS[row.values][2]
            if bad and not node.entries and row.values[0] != "~":
                yield ("%s=%s" % (node.tag, bad),
                       changed(nodes, at, place, with_value(bad)))
            if node.tag in NOT_TAKEN_HERE[key]:
                continue
            if row.meaning.startswith("Not read") and not row.listed():
                yield ("%s=%s" % (node.tag, UNREAD[row.values]),
                       changed(nodes, at, place,
                               with_value(UNREAD[row.values])))
            for value in tables.known(row):
                yield ("%s=%s" % (node.tag, value),
                       changed(nodes, at, place, with_value(value)))
    for tag, row in rows.items():
        if row.required == "X":
            yield "with %s" % tag, added(tables, key, nodes, tag)


def added(tables, key, nodes, tag):
    """|tag| at its place in the dictionary's order."""
    msgtype = tables.messages[key]["type"]
    order = [t for t, _ in engagement.walk(tables.members("50", msgtype), 0)]
    fields = list(flat(nodes))
    place = max(i for i, (t, _) in enumerate(fields)
                if t in order and order.index(t) < order.index(tag))
    return fields[:place + 1] + [(tag, "1")] + fields[place + 1:]


def step_of(fields, defaults):
    tags = {tag for tag, _ in fields}
    words = ["%s=%s" % field for field in fields]
    words += ["!%s" % tag for tag in defaults if tag not in tags]
    return " ".join(words)


def tries(tables):
    """Each change with the session that tries it."""
    for name, (model, before, text, taken) in TRIED.items():
        key = name.split(" ")[0]
        fields = [tuple(word.split("=", 1)) for word in text.split(" ")]
        nodes = tables.tree("50", key, fields)
        defaults = ("2325", "2320", "2321") if key == "DG" else ()
        for what, changed_fields in changes(tables, key, nodes):
            yield (key, "%s %s" % (name, what), changed_fields, taken,
                   "# R15: %s\n\ninclude desk.inc\n" % what +
                   LIMIT % model + before + "hub > %s %s\n" % (
                       key, step_of(changed_fields, defaults)))


def resolved(fields):
    """Times as they will be written."""
    return [(tag, "20270115-08:00:01.000" if value.startswith("@") else value)
            for tag, value in fields]


def said_by(texts):
    """What is said in sessions with these texts, by their numbers."""
    by_file = [[] for _ in texts]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("desk.inc", "curve.inc"):
            shutil.copy(os.path.join(ROOT, "sample_sessions", name), folder)
        paths = []
        for i, text in enumerate(texts):
            paths.append(os.path.join(folder, "%03d_case.session" % i))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(text)
        for message in engagement.said_in(PROGRAM, paths):
            by_file[int(message.file[:3])].append(message)
    return by_file


def besides():
    said = said_by([BESIDES])[0]
    if not any(m.role == "venue" and m.type == "AB" for m in said):
        sys.exit("the session besides does not come to its end")
    return said


def play(tables):
    """(key, what, fields, taken, messages) of every change, as played."""
    cases = list(tries(tables))
    by_file = said_by([case[4] for case in cases])
    for i, (key, what, fields, taken, _) in enumerate(cases):
        yield key, what, resolved(fields), taken, by_file[i]


def is_taken(key, messages, taken):
    actor, msgtype, tag, value = taken
    last = max(i for i, m in enumerate(messages)
               if m.direction == ">" and m.type == key)
    return any(m.actor == actor and m.type == msgtype and
               (not tag or (tag, value) in m.fields)
               for m in messages[last + 1:])


def check_tried(tables, evidence, only):
    """The gate takes a change of a message if the tables allow it."""
    for key, what, fields, taken, messages in evidence.played:
        if only is not None and key != only:
            continue
        for message in messages:
            said = tables.key_of(message)
            if message.direction == "<" and said is not None:
                for fault in tables.faults(said, message.version,
                                           message.fields):
                    yield "%s: the gate's %s: %s" % (what, message.type, fault)
        faults = list(tables.faults(key, "50", fields))
        if is_taken(key, messages, taken) and faults:
            yield "%s: %s, but the gate takes it" % (what, faults[0])
        elif not faults and not is_taken(key, messages, taken):
            yield "%s: the gate refuses what the tables allow" % what


def check_dictionaries(tables, _, only):
    """What a dictionary requires is Y, or C with a check of the version."""
    for key, cells in tables.messages.items():
        if only is not None and key != only:
            continue
        for version in engagement.DICTIONARIES:
            members = tables.members(version, cells["type"])
            if members is None or (version != "50" and
                                   cells["links"] == "hub"):
                continue
            for tag, required, _ in members:
                row = tables.by_key[key].get(str(tag))
                if required and (row is None or row.required not in "YC"):
                    yield "%s: FIX %s requires %d" % (key, version, tag)


def check_seen(tables, evidence, only):
    """No row is about a tag that nobody ever sent."""
    if only is not None:
        return
    seen = {}
    messages = [(key, message.fields) for key, message in
                zip(evidence.keys, evidence.said)]
    for key, _, fields, _, messages_then in evidence.played:
        messages.append((key, fields))
        messages += [(tables.key_of(message), message.fields)
                     for message in messages_then]
    for key, fields in messages:
        seen.setdefault(key, set()).update(tag for tag, _ in fields)
    for key, rows in tables.by_key.items():
        if tables.messages[key]["others"] == "open":
            continue
        for tag in rows:
            if tag not in seen.get(key, ()) and (key, tag) not in UNSEEN:
                yield "%s: no message has %s" % (key, tag)
    for key, tag in UNSEEN:
        if tag in seen.get(key, ()):
            yield "%s: %s is not unseen" % (key, tag)


class Evidence:
    """What is held against the tables; it does not change with them."""

    def __init__(self, tables):
        self.samples = engagement.said_in(PROGRAM, engagement.samples(ROOT))
        self.played = list(play(tables))
        self.said = self.samples + besides()
        self.keys = [tables.key_of(message) for message in self.said]


def problems(tables, evidence, only=None):
    """Those of one table, or of all."""
    for check in (check_dictionaries, check_said, check_tried, check_seen):
        yield from check(tables, evidence, only)


def check_page(tables, evidence):
    folder = os.path.join(ROOT, "fixspec", "rules-of-engagement.md.in")
    with open(folder, encoding="utf-8") as file:
        template = file.read()
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        text = file.read()
    if engagement.Page(ROOT, tables, evidence.samples).make(template) != text:
        yield ("%s is not what fixspec/engagement.py makes: run "
               "`ninja -C build engagement`" % PAGE)


# (table, tag, what is changed in its row, what must be said of it)
PLANTS = (
    ("DF", "1670", {"required": "X"}, "1670 must not be sent"),
    ("DF", "2320", {"values": "=0|1"}, "2320=2 is not allowed"),
    ("DF", "541", {"required": "Y"}, "541 is missing"),
    ("DE", "2317", {"check": "iff 2316=0"}, "2317"),
    ("DG", "2325", {"required": "N"}, "the gate refuses what the tables"),
    ("DG", "126", {"required": "Y"}, "126 is missing, but the gate takes it"),
    ("CM", "1693", {"required": "N"}, "the gate refuses what the tables"),
    ("CR", "1767", {"values": "=0|1|2|3|4|5|6|7|8|9|10"},
     "the gate refuses what the tables"),
    ("CR", "1767", {"values": "=0|1|2|4|5"}, "but the gate takes it"),
    ("DH", "447", {"required": "Y"}, "447 is missing, but the gate takes it"),
    ("CS", "1666", {"required": "N"}, "requires 1666"),
    ("8", "20", {"check": "iff @44"}, "20"),
)


# (what is put for what in the requests of a case, what must be said of it)
PLANTED_REQUESTS = (
    ("deny 2", "refuse 2", "asks 'refuse 2', which is of 0 rows"),
    ("fragment 0", "limit A 0 model=2", "but does not need 'push'"),
    ("logon", "logout", "no case asks 'logon'"),
)


def unfound_requests(page):
    for old, new, expected in PLANTED_REQUESTS:
        played = copy.deepcopy(page.cases)
        for case in played:
            case.asked = [new if words == old else words
                          for words in case.asked]
        if not any(expected in fault for fault in
                   engagement.asked_faults(page.asked, played)):
            yield "a planted request was not found: %s" % new


def planted(key, tag, change):
    tables = engagement.Tables(ROOT)
    row = copy.copy(tables.by_key[key][tag])
    for name, value in change.items():
        setattr(row, name, engagement.Check(value) if name == "check"
                else value)
    tables.by_key[key][tag] = row
    return tables


def main():
    tables = engagement.Tables(ROOT)
    evidence = Evidence(tables)
    failed = 0
    for problem in (list(problems(tables, evidence)) +
                    list(check_page(tables, evidence))):
        print(problem)
        failed = 1
    page = engagement.Page(ROOT, tables, evidence.samples)
    for problem in unfound_requests(page):
        print(problem)
        failed = 1
    for key, tag, change, expected in PLANTS:
        if not any(expected in problem for problem in
                   problems(planted(key, tag, change), evidence, key)):
            print("a planted mistake was not found: %s %s %s" %
                  (key, tag, change))
            failed = 1
    unknown = copy.copy(evidence)
    unknown.keys = [None if key == "DI" else key for key in evidence.keys]
    if not any("has no table" in problem for problem in
               check_said(tables, unknown, None)):
        print("a message without a table was not found")
        failed = 1
    print("%d messages of sessions, %d changes tried" %
          (sum(m.direction != "!" for m in evidence.said),
           len(evidence.played)))
    return failed


if __name__ == "__main__":
    sys.exit(main())
