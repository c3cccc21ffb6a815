#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/rules-of-engagement.md, the page that one sends to an FCM.

    engagement.py ROOT SESSION_MESSAGES PAGE

ROOT is the source tree, SESSION_MESSAGES the program that prints what is said
in sessions, PAGE the file to write.  The page's text is
rules-of-engagement.md.in; put into it are the tables of engagement.csv with
names and values of the dictionaries, the codes of reasons.csv, messages of
sample_sessions/ as the gate really says and hears them, and what the cases of a
certification ask and expect of a hub (engagement_asked.csv).

tests/check_engagement.py holds the same tables against every message of the
sample sessions.
"""

import csv
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # beside the sources
import generate  # noqa: E402

MESSAGE_COLUMNS = ['key', 'type', 'links', 'direction', 'chosen_by', 'others']
ASKED_COLUMNS = ['asked', 'needs', 'what']
ROW_COLUMNS = ['messages', 'tag', 'required', 'check', 'values', 'meaning']
DICTIONARIES = {'42': 'FIX42', '44': 'FIX44', '50': 'FIX50SP2'}

# What a value looks like, and one that must be refused where it is read.
FORMATS = {
    'amount': (r'\d{1,15}(\.\d{0,4})?', 'amount', '1e6'),
    'bool': (r'[YN]', 'Y or N', 'maybe'),
    'code': (r'\d+', 'number', 'x'),
    'count': (r'[1-9]\d*', 'count', 'x'),
    'currency': (r'[A-Z]{3}', 'currency', 'DOLLAR'),
    'date': (r'\d{8}', 'date', 'today'),
    'decimal': (r'-?\d+(\.\d*)?', 'decimal', 'x'),
    'name': (r'[^\x01]{1,63}', 'name', None),
    'number': (r'[1-9]\d{0,18}', 'number', 'x'),
    'percent': (r'[1-9]\d?|100', '1 to 100', '101'),
    'quantity': (r'\d{1,19}(\.0*)?', 'quantity', '1.5'),
    'text': (r'.+', 'text', None),
    'time': (r'\d{8}-\d\d:\d\d:\d\d(\.\d{3,9})?', 'time', 'noon'),
}

# Whose values have the words of another field's.
SAME_VALUES = {'1693': '452', '1565': '452', '1692': '447', '1564': '447',
               '624': '54'}

# The session of every message.
HEADER = {'8', '9', '34', '35', '49', '52', '56', '10'}


class Node:
    """A field; of a group the entries, each a list of nodes."""

    def __init__(self, tag, value):
        self.tag = tag
        self.value = value
        self.entries = []


class Row:
    def __init__(self, cells, path, line):
        self.keys = cells['messages'].split()
        self.block = cells['messages']
        self.tags = cells['tag'].split()
        self.required = cells['required']
        self.check = Check(cells['check'])
        self.values = cells['values']
        self.meaning = cells['meaning']
        kind = self.values[:1]
        if (self.required not in ('Y', 'N', 'C', 'X') or
                (kind not in ('=', '~') and self.values not in FORMATS)):
            sys.exit(f'{path}:{line}: required is Y, N, C or X; values are '
                     f'=a|b, ~a|b or one of {sorted(FORMATS)}')

    def allows(self, value):
        if self.values[0] == '~':
            return value != ''
        if self.values[0] == '=':
            return value in self.listed()
        return re.fullmatch(FORMATS[self.values][0], value) is not None

    def listed(self):
        return self.values[1:].split('|') if self.values[0] in '=~' else []


class Check:
    """`if A;B`: then it must be there; `only A`: else it must not; `iff A`
    both; several of them with ` & ` between.

    A is TAG=VALUE,VALUE or TAG or !TAG or @VERSION,VERSION."""

    def __init__(self, text):
        self.parts = []
        for part in text.split(' & ') if text else []:
            kind, _, terms = part.partition(' ')
            if kind not in ('if', 'only', 'iff') or not terms:
                sys.exit(f'engagement.csv: {text!r} is no check')
            self.parts.append((kind, terms.split(';')))

    def requires(self, version, values):
        return any(self.hold(terms, version, values)
                   for kind, terms in self.parts if kind in ('if', 'iff'))

    def forbids(self, version, values):
        return any(not self.hold(terms, version, values)
                   for kind, terms in self.parts if kind in ('only', 'iff'))

    def hold(self, terms, version, values):
        return all(self.term(term, version, values) for term in terms)

    @staticmethod
    def term(term, version, values):
        if term[0] == '@':
            return version in term[1:].split(',')
        if term[0] == '!':
            return term[1:] not in values
        tag, _, listed = term.partition('=')
        return tag in values and (not listed or
                                  values[tag] in listed.split(','))

    def words(self):
        return ''.join(self.part_words(kind, terms)
                       for kind, terms in self.parts)

    @staticmethod
    def part_words(kind, terms):
        names = {'42': '4.2', '44': '4.4', '50': '5.0 SP2'}
        parts = []
        for term in terms:
            if term[0] == '@':
                parts.append('in ' + ' and '.join(
                    names[v] for v in term[1:].split(',')))
            elif term[0] == '!':
                parts.append(f'without {term[1:]}')
            else:
                parts.append('with ' + term.replace(',', ' or '))
        words = ', '.join(parts)
        return {'if': f'Must be there {words}. ',
                'only': f'Only {words}. ',
                'iff': f'{words[0].upper()}{words[1:]}, never else. '}[kind]


class Tables:
    """engagement.csv and engagement_messages.csv, and the dictionaries."""

    def __init__(self, root):
        self.folder = os.path.join(root, 'fixspec')
        self.dictionaries = {
            version: generate.Dictionary(
                os.path.join(self.folder, name + '.xml'))
            for version, name in DICTIONARIES.items()}
        self.transport = generate.Dictionary(
            os.path.join(self.folder, 'FIXT11.xml'))
        self.messages = {cells['key']: cells for _, cells in
                         self.read('engagement_messages.csv', MESSAGE_COLUMNS)}
        path = 'fixspec/engagement.csv'
        self.rows = [Row(cells, path, line) for line, cells in
                     self.read('engagement.csv', ROW_COLUMNS)]
        self.layouts = {}
        self.by_key = {key: {} for key in self.messages}
        for row in self.rows:
            for key in row.keys:
                for tag in row.tags:
                    if tag in self.by_key[key]:
                        sys.exit(f'{path}: {key} has {tag} twice')
                    self.by_key[key][tag] = row
        self.header = {str(m[0]) for m in self.transport.section('header')}
        self.names = {}
        self.enums = {}
        for dictionary in (self.dictionaries['42'], self.dictionaries['44'],
                           self.transport, self.dictionaries['50']):
            for name, field in dictionary.fields.items():
                tag = field.get('number')
                self.names[tag] = name
                values = {v.get('enum'): v.get('description') for v in field}
                if values:
                    self.enums[tag] = values

    def read(self, name, columns):
        path = os.path.join(self.folder, name)
        with open(path, encoding='ascii', newline='') as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != columns:
                sys.exit(f'fixspec/{name}: columns must be {columns}')
            return [(reader.line_num, cells) for cells in reader]

    def members(self, version, msgtype):
        """The layout of a message; None when the version lacks it."""
        if version not in self.layouts:
            self.layouts[version] = {
                **self.transport.messages(),
                **self.dictionaries[version].messages()}
        found = self.layouts[version].get(msgtype)
        return found[1] if found else None

    def known(self, row):
        """Values to try: those of the row, and of the dictionary."""
        if row.values[0] not in '=~':
            return []
        tag = row.tags[0]
        words = self.enums.get(SAME_VALUES.get(tag, tag), {})
        more = words if row.values[0] == '=' else {}
        return row.listed() + [v for v in more if v not in row.listed()]

    def tree(self, version, msgtype, fields):
        """Fields of a body, its groups as entries."""
        members = self.members(version, msgtype) or []
        nodes, rest = take(fields, members, top=True)
        assert not rest
        return nodes

    def key_of(self, message):
        """The table that a message belongs to, or None."""
        for key, cells in self.messages.items():
            if (cells['type'] == message.type and
                    cells['direction'] == message.direction and
                    message.role in cells['links'].split() and
                    chosen(cells['chosen_by'], message.fields)):
                return key
        return None

    def faults(self, key, version, fields):
        """What of a message is not as its table says."""
        msgtype = self.messages[key]['type']
        body = [f for f in fields if f[0] not in HEADER]
        yield from self.level_faults(key, version,
                                     self.tree(version, msgtype, body),
                                     self.members(version, msgtype) or [], {})

    def level_faults(self, key, version, nodes, members, outer):
        rows = self.by_key[key]
        is_open = self.messages[key]['others'] == 'open'
        values = dict(outer)
        for node in nodes:
            values[node.tag] = node.value
        here = {node.tag for node in nodes}
        inner = {str(m[0]): m[2] for m in members}
        for node in nodes:
            if inner.get(node.tag) and node.value != str(len(node.entries)):
                yield f'{node.tag} counts {len(node.entries)} entries wrongly'
            if node.tag not in inner and node.tag in below(members):
                yield f'{node.tag} stands outside its group'
            row = rows.get(node.tag)
            if row is None:
                if not is_open and node.tag not in self.header:
                    yield f'{node.tag} is in no row'
                continue
            if row.required == 'X':
                yield f'{node.tag} must not be sent'
            elif not row.allows(node.value):
                yield f'{node.tag}={node.value} is not allowed'
            if row.check.forbids(version, values):
                yield f'{node.tag} stands where it must not'
            for entry in node.entries:
                yield from self.level_faults(key, version, entry,
                                             inner[node.tag], values)
        for member in members:
            tag = str(member[0])
            row = rows.get(tag)
            if row is None or tag in here:
                continue
            if row.required == 'Y':
                yield f'{tag} is missing'
            elif row.check.requires(version, values):
                yield f'{tag} is missing here'


def below(members):
    """Tags of the groups in |members|, and of those inside."""
    return {tag for tag, depth in walk(members, 0) if depth > 0}


def take(fields, members, top=False):
    """Nodes from the head of |fields| that belong to |members|, and the rest."""
    inner = {str(m[0]): m[2] for m in members}
    nodes = []
    seen = set()
    while fields:
        tag, value = fields[0]
        if not top and (tag not in inner or tag in seen):
            break
        seen.add(tag)
        node = Node(tag, value)
        fields = fields[1:]
        group = inner.get(tag)
        if group:
            delimiter = str(group[0][0])
            while fields and fields[0][0] == delimiter:
                entry, fields = take(fields, group)
                node.entries.append(entry)
        nodes.append(node)
    return nodes, fields


def chosen(filters, fields):
    """`TAG~part` and `TAG=value`, with blanks between; all must hold."""
    for term in filters.split():
        tag, sign, value = re.fullmatch(r'(\d+)([=~!])(.*)', term).groups()
        found = [v for t, v in fields if t == tag]
        if sign == '!':
            if found:
                return False
        elif not any(value == v if sign == '=' else value in v
                     for v in found):
            return False
    return True


# --- what is said in sessions -------------------------------------------------


class Message:
    def __init__(self, line):
        (self.file, self.actor, self.role, self.version, self.direction,
         text) = line.split('\t', 5)
        self.fields = [tuple(f.split('=', 1)) for f in text.split('\x01')
                       if '=' in f]
        self.type = dict(self.fields).get('35', text)

    def text(self):
        return ''.join(f'{tag}={value}|' for tag, value in self.fields)


def said_in(program, paths):
    """Every message of the sessions at |paths|, in its order."""
    run = subprocess.run([program] + paths, stdout=subprocess.PIPE, check=True)
    lines = run.stdout.decode('latin-1').split('\n')
    return [Message(line) for line in lines if line]


def samples(root):
    folder = os.path.join(root, 'sample_sessions')
    return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                  if re.fullmatch(r'\d{3}_\w+\.session', name))


# --- what a certification wants of a hub --------------------------------------


class Case:
    """One that certifies a hub."""

    def __init__(self, text):
        def line(word):
            return (re.findall(rf'^{word} (.*)$', text, re.M) + [''])[0]

        self.id = line('case')
        self.purpose = line('purpose')
        self.needs = line('needs').split()
        self.mandatory = line('level') == 'mandatory'
        self.asked = re.findall(r'^(?:@\S+ +)?hub +asked (.*?) : ', text, re.M)
        self.hears = re.findall(r'^(?:@\S+ +)?wire +< +(.*)$', text, re.M)


def cases(root):
    folder = os.path.join(root, 'sample_sessions', 'certification')
    for name in sorted(os.listdir(folder)):
        if name.endswith('.session'):
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                text = file.read()
            if re.search(r'^certifies .*\bhub\b', text, re.M):
                yield Case(text)


class Asked:
    """A kind of request: AMOUNT and the like are any one word."""

    def __init__(self, cells):
        self.forms = cells['asked'].split('; ')
        self.needs = cells['needs']
        self.what = cells['what']

    @staticmethod
    def fits(form, words):
        return re.fullmatch(re.sub(r'[A-Z]+', r'\\S+', form), words)

    def wants(self, words):
        return any(self.fits(form, words) for form in self.forms)


def asked_faults(kinds, played):
    """Where the requests of cases are not those of engagement_asked.csv."""
    for case in played:
        for words in case.asked:
            kind = [kind for kind in kinds if kind.wants(words)]
            if len(kind) != 1:
                yield (f'{case.id} asks {words!r}, which is of {len(kind)} '
                       'rows of fixspec/engagement_asked.csv')
            elif kind[0].needs not in case.needs:
                yield (f'{case.id} asks {words!r}, but does not need '
                       f'{kind[0].needs!r}')
    for kind in kinds:
        for form in kind.forms:
            if not any(kind.fits(form, words)
                       for case in played for words in case.asked):
                yield f'no case asks {form!r}'


# --- the page -----------------------------------------------------------------


def plain(name):
    """`PartiallyApproved` as `partially approved`."""
    words = re.sub(r'(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', ' ', name)
    return re.sub(r'\b([A-Z])(?=[a-z])', lambda m: m.group(1).lower(), words)


class Page:
    def __init__(self, root, tables, said):
        self.tables = tables
        self.said = said
        self.cases = list(cases(root))
        self.asked = [Asked(cells) for _, cells in tables.read(
            'engagement_asked.csv', ASKED_COLUMNS)]
        self.reasons = list(csv.DictReader(open(
            os.path.join(root, 'fixspec', 'reasons.csv'), encoding='ascii',
            newline='')))

    def values(self, row):
        tag = row.tags[0]
        if len(row.tags) > 1:
            return ''
        if row.values[0] not in '=~':
            return FORMATS[row.values][1]
        words = self.tables.enums.get(SAME_VALUES.get(tag, tag), {})
        more = ', ...' if row.values[0] == '~' and len(row.listed()) > 1 else ''
        return ', '.join(
            f'{value} {plain(words[value])}' if value in words else value
            for value in row.listed()) + more

    def order(self, keys):
        """(tag, depth) of the dictionary's order, over several messages."""
        for key in keys:
            msgtype = self.tables.messages[key]['type']
            version = '50'
            yield from walk(self.tables.members(version, msgtype), 0)

    def table(self, words):
        """`DF`, or `CR CS/CM CR CS`: the rows of these blocks, in the order of
        the dictionary; `TOP CM` without groups, `IN CM` only these."""
        part, _, rest = words.partition(' ')
        blocks = (rest if part in ('TOP', 'IN') else words).split('/')
        keys = {key: None for block in blocks for key in block.split()}
        places = {}
        for tag, depth in self.order(keys):
            places.setdefault(tag, (len(places), depth))
        rows = [row for row in self.tables.rows if row.block in blocks]
        for row in rows:
            for tag in row.tags:
                places.setdefault(tag, (len(places), 0))
        if part in ('TOP', 'IN'):
            rows = [row for row in rows
                    if (places[row.tags[0]][1] > 0) == (part == 'IN')]
        rows.sort(key=lambda row: places[row.tags[-1]][0])
        lines = ['| tag | name | | values | meaning |', '|---|---|---|---|---|']
        base = min(places[row.tags[0]][1] for row in rows)
        listed = {}
        for row in rows:
            depth = places[row.tags[0]][1] - base
            values = self.values(row)
            if len(values) > 100:
                seen = listed.setdefault(values, row.tags[0])
                values = values if seen == row.tags[0] else f'as {seen}'
            lines.append(self.line(row, depth, values, set(keys)))
        return '\n'.join(lines)

    def line(self, row, depth, values, keys):
        name = self.tables.names[row.tags[0]]
        if len(row.tags) > 1:
            name = 'all other fields of InstrumentScope'
        tag = '. ' * depth + ', '.join(row.tags)
        required = {'X': 'no'}.get(row.required, row.required)
        where = '' if set(row.keys) == keys else f'{", ".join(row.keys)}: '
        meaning = where + row.check.words() + row.meaning
        return (f'| {tag} | {name} | {required} | {values} | '
                f'{meaning.strip()} |').replace('  ', ' ')

    def find(self, words):
        """`101 DF 2320=0`: the message of session 101 that is meant."""
        number, link, filters = (words.split(' ', 2) + [''])[:3]
        role, direction, msgtype = re.fullmatch(
            r'(client|venue|hub)([<>])(\w+)', link).groups()
        for message in self.said:
            if (message.file.startswith(number + '_') and
                    message.role == role and message.direction == direction and
                    message.type == msgtype and
                    chosen(filters, message.fields)):
                return message
        sys.exit(f'rules-of-engagement.md.in: no message is {words!r}')

    def example(self, words):
        return '```\n' + wrap(self.find(words).text()) + '\n```'

    def flow(self, words):
        """`101 8,H`: a session as arrows, without these types, the hub's logons
        and what is merely passed on."""
        number, _, without = words.partition(' ')
        lines = []
        passed = set()
        for message in self.said:
            if (not message.file.startswith(number + '_') or
                    message.type in without.split(',')):
                continue
            exec_id = (message.type, dict(message.fields).get('17'))
            ours = any(t == '58' and v.startswith('CG')
                       for t, v in message.fields)
            if message.direction == '>':
                passed.add(exec_id)
            elif message.type == '8' and exec_id in passed and not ours:
                continue
            if message.direction == '!':
                if lines:
                    lines.append(f'{"":17}{message.actor} is {message.type}')
            elif lines or message.type != 'CL':
                lines.append(arrow(message).rstrip())
        return '```\n' + '\n'.join(lines) + '\n```'

    def codes(self, _):
        lines = ['| 58 begins | 8: 103 in 4.2 | 4.4 | 5.0 SP2 | plain 5.0 SP2 '
                 '| 9: 102 in 4.2 | 4.4, 5.0 SP2 |',
                 '|---|---|---|---|---|---|---|']
        for row in self.reasons:
            new = row['fix50sp2_103']
            if row['fix50sp2_party_103'] != new:
                new += f' or {row["fix50sp2_party_103"]}'
            assert row['fix44_102'] == row['fix50sp2_102']
            lines.append(
                f'| CG{row["code"]} {row["slug"]} | {row["fix42_103"]} '
                f'| {row["fix44_103"]} | {new} | {row["fix50sp2_plain_103"]} '
                f'| {row["fix42_102"]} | {row["fix44_102"]} |')
        return '\n'.join(lines)

    def requests(self, _):
        lines = ['| words | what you do | cases | ruled out by |',
                 '|---|---|---|---|']
        for fault in asked_faults(self.asked, self.cases):
            sys.exit(fault)
        for kind in self.asked:
            count = sum(any(kind.wants(words) for words in case.asked)
                        for case in self.cases)
            forms = ', '.join(f'`{form}`' for form in kind.forms)
            lines.append(f'| {forms} | {kind.what} | {count} '
                         f'| `{kind.needs}` |')
        return '\n'.join(lines)

    def rejects(self, _):
        """The cases that expect a Reject of a hub, and the tag it names."""
        lines = ['| case | what is looked at | 371 |', '|---|---|---|']
        for case in self.cases:
            found = [heard for heard in case.hears
                     if re.match(r'3(\|j)? ', heard)]
            if found and case.mandatory:
                tag = ''.join(re.findall(r'\b371=(\d+)', found[0]))
                lines.append(f'| {case.id} | {case.purpose} | {tag} |'
                             .replace('  ', ' '))
        return '\n'.join(lines)

    def make(self, template):
        makers = {'TABLE': self.table, 'EXAMPLE': self.example,
                  'FLOW': self.flow, 'CODES': self.codes,
                  'REQUESTS': self.requests, 'REJECTS': self.rejects}

        def put(match):
            return makers[match.group(1)]((match.group(2) or '').strip())

        return re.sub(r'^@([A-Z]+)( .*)?@$', put, template,
                      flags=re.M)


def walk(members, depth):
    for tag, _, inner in members:
        yield str(tag), depth
        yield from walk(inner or [], depth + 1)


def wrap(text, width=92):
    """Lines of whole fields."""
    lines = ['']
    for field in re.findall(r'[^|]*\|', text):
        if len(lines[-1]) + len(field) > width and lines[-1]:
            lines.append('')
        lines[-1] += field
    return '\n'.join(lines)


# What is shown of a message beside its arrow.
SHOWN = {
    'D': ['11', '38'], 'G': ['11', '41', '38'], 'F': ['11', '41'],
    '8': ['150', '14', '103', '58'], '9': ['434', '102', '58'],
    'DF': ['97', '2318', '2319', '2322', '2320', '2321', '2324'],
    'DG': ['2318', '2325', '2326', '2327', '126'],
    'CM': ['1667', '1670', '1531'], 'CR': ['1667', '1670', '1531', '1767'],
    'DE': ['1667', '2316', '2317'], 'DH': ['2328', '2329', '448'],
    'DI': ['2328', '2332', '2333'], 'B': ['148'],
}


def arrow(message):
    """One line: `gate --- DF --> hub   2320=0 ...`."""
    shown = []
    for tag in SHOWN.get(message.type, []):
        for found, value in message.fields:
            if found == tag:
                words = value.split(' ') if tag == '58' else [value]
                shown.append(f'{tag}={" ".join(words[:2])}')
                break
    text = message.type.center(4)
    if message.role == 'client':
        line = (f'client --{text}-> gate' if message.direction == '>' else
                f'client <-{text}-- gate')
        line = line.ljust(36)
    else:
        line = ' ' * 17 + (f'gate --{text}-> {message.role}'
                           if message.direction == '<' else
                           f'gate <-{text}-- {message.role}')
    return line.ljust(38) + ' '.join(shown)


def page_of(root, program):
    tables = Tables(root)
    said = said_in(program, samples(root))
    with open(os.path.join(root, 'fixspec', 'rules-of-engagement.md.in'),
              encoding='utf-8') as file:
        return Page(root, tables, said).make(file.read())


def main():
    root, program, page = sys.argv[1:4]
    text = page_of(root, program)
    with open(page, 'w', encoding='utf-8') as file:
        file.write(text)


if __name__ == '__main__':
    main()
