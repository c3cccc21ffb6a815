#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the dictionaries and the reasons into what the build needs.

    generate.py SOURCE_DIR OUTPUT_DIR

writes into OUTPUT_DIR

    session-*.xml        per version, the session-only dictionary: header,
                         trailer, session messages and all field definitions;
                         every application type keeps its name and one optional
                         field, 99999, that stands for its whole body
    fix_dictionaries.c   the same texts as C arrays
    fix_tables.c         tags, messages and groups for the reader in src/fix
    reason_list.inc      one X() line per reason, from reasons.csv
    shipped.c            the tables of src/rates/shipped.h as C arrays

A dictionary that contradicts itself stops the build.
"""

import csv
import os
import sys
import xml.etree.ElementTree as xml

BODY_TAG = 99999
BODY_NAME = 'OpaqueBody'

# CG_FIX_WORDS of fix_dictionary.h.
WORDS = 16

# (C enumerator, application dictionary, session dictionary)
VERSIONS = [
    ('CG_FIX42', 'FIX42', 'FIX42'),
    ('CG_FIX44', 'FIX44', 'FIX44'),
    ('CG_FIX50SP2', 'FIX50SP2', 'FIXT11'),
]

TYPES = {
    'AMT': 'DECIMAL', 'BOOLEAN': 'BOOLEAN', 'CHAR': 'CHAR',
    'COUNTRY': 'STRING', 'CURRENCY': 'STRING', 'DATA': 'DATA',
    'DAYOFMONTH': 'INT', 'EXCHANGE': 'STRING', 'FLOAT': 'DECIMAL',
    'INT': 'INT', 'LENGTH': 'UINT', 'LOCALMKTDATE': 'DATE',
    'MONTHYEAR': 'STRING', 'MULTIPLECHARVALUE': 'LIST',
    'MULTIPLESTRINGVALUE': 'LIST', 'MULTIPLEVALUESTRING': 'LIST',
    'NUMINGROUP': 'UINT', 'PERCENTAGE': 'DECIMAL', 'PRICE': 'DECIMAL',
    'PRICEOFFSET': 'DECIMAL', 'QTY': 'DECIMAL', 'SEQNUM': 'UINT',
    'STRING': 'STRING', 'UTCDATEONLY': 'DATE', 'UTCTIMEONLY': 'STRING',
    'UTCTIMESTAMP': 'TIME',
}


class Dictionary:
    """One XML file: fields by name, messages by type, components inlined."""

    def __init__(self, path):
        self.path = path
        self.root = xml.parse(path).getroot()
        self.fields = {}
        self.components = {}
        for node in self.root.find('fields'):
            if node.get('name') in self.fields:
                self.fail(f'field {node.get("name")} is defined twice')
            self.fields[node.get('name')] = node
        for node in self.root.find('components'):
            self.components[node.get('name')] = node
        numbers = [int(node.get('number')) for node in self.fields.values()]
        if numbers != sorted(set(numbers)):
            self.fail('fields are not sorted by number, or repeat')

    def fail(self, why):
        sys.exit(f'{self.path}: {why}')

    def number(self, name):
        if name not in self.fields:
            self.fail(f'{name} is used but not defined')
        return int(self.fields[name].get('number'))

    def members(self, node, required=True, nested=False):
        """(tag, required, members or None) of a message, group or header."""
        result = []
        for child in node:
            wanted = child.get('required') == 'Y'
            if child.tag == 'component':
                # QuickFIX takes a required component inside a component or
                # group for one that the message requires.
                if nested and wanted:
                    self.fail(f'{child.get("name")}: required inside a block')
                inner = self.components[child.get('name')]
                result += self.members(inner, wanted or nested, True)
                continue
            inner = None
            if child.tag == 'group':
                inner = self.members(child, True, True)
                self.check_group(child)
            tag = self.number(child.get('name'))
            result.append((tag, wanted and required, inner))
        return result

    def check_group(self, group):
        """The first member must be found by QuickFIX as the delimiter."""
        first = group[0]
        if first.tag == 'component':
            first = self.components[first.get('name')][0]
        if first.tag == 'component':
            self.fail(f'{group.get("name")}: delimiter is two blocks deep')

    def section(self, name):
        return self.members(self.root.find(name))

    def messages(self):
        return {
            node.get('msgtype'): (node, self.members(node))
            for node in self.root.find('messages')
        }

    def known_types(self):
        """Every message type of the version with its name: 35's values."""
        return [(value.get('enum'), value.get('description'))
                for value in self.fields['MsgType']]


# --- session-only dictionaries ---------------------------------------------


def tags_below(members):
    for tag, _, inner in members:
        yield tag
        yield from tags_below(inner or [])


def used_by_session(dictionary):
    """Tags of header, trailer and session messages."""
    tags = set(tags_below(dictionary.section('header')))
    tags |= set(tags_below(dictionary.section('trailer')))
    for node, members in dictionary.messages().values():
        if node.get('msgcat') == 'admin':
            tags |= set(tags_below(members))
    return tags


def copy_section(root, dictionary, name):
    """Header or trailer, in the words that QuickFIX 1.15.1 understands."""
    section = xml.SubElement(root, name)
    for child in dictionary.root.find(name):
        section.append(child)
    for child in section:
        required = child.get('required') == 'Y'
        child.set('required', 'true' if required else 'false')


def session_only(dictionary, types):
    """The text of |dictionary| cut down to what a session checks."""
    used = used_by_session(dictionary)
    root = xml.Element('fix', dictionary.root.attrib)
    copy_section(root, dictionary, 'header')
    copy_section(root, dictionary, 'trailer')
    messages = xml.SubElement(root, 'messages')
    admin = set()
    for msgtype, (node, _) in dictionary.messages().items():
        if node.get('msgcat') == 'admin':
            admin.add(msgtype)
            messages.append(node)
    for msgtype, name in types:
        if msgtype in admin:
            continue
        node = xml.SubElement(messages, 'message', name=name, msgtype=msgtype,
                              msgcat='app')
        xml.SubElement(node, 'field', name=BODY_NAME, required='N')
    xml.SubElement(root, 'components')
    fields = xml.SubElement(root, 'fields')
    for name, field in dictionary.fields.items():
        copy = xml.SubElement(fields, 'field', field.attrib)
        if dictionary.number(name) in used:
            copy.extend(list(field))
    xml.SubElement(fields, 'field', number=str(BODY_TAG), name=BODY_NAME,
                   type='STRING')
    xml.indent(root)
    return xml.tostring(root, encoding='unicode') + '\n'


def session_dictionaries(source):
    """{file stem: text} of every session-only dictionary."""
    def load(name):
        return Dictionary(os.path.join(source, name + '.xml'))

    texts = {}
    for name in ('FIX42', 'FIX44'):
        dictionary = load(name)
        texts[name] = session_only(dictionary, dictionary.known_types())
    transport = load('FIXT11')
    admin = [t for t, (node, _) in transport.messages().items()
             if node.get('msgcat') == 'admin']
    types = [t for t in transport.known_types() if t[0] not in admin]
    texts['FIXT11'] = session_only(transport, [])
    texts['FIX50SP2'] = session_only(load('FIX50SP2'), types)
    return texts


def c_bytes(text):
    """A C array's elements: string literals have a length limit."""
    data = text.encode('ascii') + b'\0'
    lines = []
    for at in range(0, len(data), 24):
        lines.append(''.join(f'{byte},' for byte in data[at:at + 24]))
    return '\n'.join(lines)


def write_dictionaries(out, texts):
    parts = ['#include <creditgate/dictionary.h>\n', '#include <stddef.h>\n']
    for name, text in texts.items():
        parts.append(f'static const char {name.lower()}[] = {{\n'
                     f'{c_bytes(text)}}};\n')
    parts.append('''\
const char *cg_fix_session_dictionary(enum cg_version version)
{
    static const char *const texts[CG_VERSIONS] = {
        [CG_FIX42] = fix42, [CG_FIX44] = fix44, [CG_FIX50SP2] = fix50sp2};

    return version < CG_VERSIONS ? texts[version] : NULL;
}

const char *cg_fix_transport_dictionary(enum cg_version version)
{
    return version == CG_FIX50SP2 ? fixt11 : NULL;
}
''')
    write(out, 'fix_dictionaries.c', '\n'.join(parts))
    for name, text in texts.items():
        write(out, f'session-{name}.xml', text)


# --- tables for the reader --------------------------------------------------


class Tables:
    """The C tables of one version."""

    def __init__(self, application, session):
        self.sources = [application]
        if session is not application:
            self.sources.insert(0, session)
        self.levels = []    # (delimiter, members), members sorted by tag
        self.index = {}
        self.pairs = {}     # length tag -> data tag
        self.groups = set()
        self.fields = {}    # tag -> (name, type, values)
        for source in self.sources:
            self.take_fields(source)
        self.header = self.level(session, session.section('header'))
        self.trailer = self.level(session, session.section('trailer'))
        self.messages = []
        for source in self.sources:
            for msgtype, (node, members) in source.messages().items():
                self.messages.append((msgtype, node.get('name'),
                                      node.get('msgcat') == 'admin',
                                      self.level(source, members)))
        self.messages.sort(key=lambda m: m[0].encode())

    def take_fields(self, source):
        for name, node in source.fields.items():
            values = tuple((v.get('enum'), v.get('description')) for v in node)
            kind = TYPES[node.get('type')]
            tag = source.number(name)
            known = self.fields.get(tag)
            if known and (known[0] != name or known[1] != kind):
                source.fail(f'{name}({tag}) differs from the session\'s')
            if not known or values:
                self.fields[tag] = (name, kind, values)

    def level(self, source, members):
        """Index of the level with these members; equal levels are shared."""
        rows = []
        previous = None
        for tag, required, inner in members:
            group = 0
            if inner is not None:
                self.groups.add(tag)
                group = self.level(source, inner)
            self.pair(source, previous, tag)
            previous = tag
            rows.append((tag, group, required))
        key = (members[0][0] if members else 0, tuple(sorted(rows)))
        tags = [row[0] for row in rows]
        if len(tags) != len(set(tags)):
            source.fail(f'a tag is listed twice in one level: {sorted(tags)}')
        if key not in self.index:
            self.levels.append(key)
            self.index[key] = len(self.levels)    # 0 is "no group"
        return self.index[key]

    def pair(self, source, length, data):
        if self.fields[data][1] != 'DATA':
            return
        if length is None or self.fields[length][1] != 'UINT':
            source.fail(f'{data}: its length does not stand before it')
        if self.pairs.setdefault(length, data) != data:
            source.fail(f'{length} is the length of two fields')


def flags_by_tag(tables):
    """The flags of each tag of one version, in C."""
    header = {row[0] for row in tables.levels[tables.header - 1][1]}
    trailer = {row[0] for row in tables.levels[tables.trailer - 1][1]}
    flags = {}
    for tag, (_, kind, enums) in sorted(tables.fields.items()):
        flags[tag] = ' | '.join(flag for flag, is_set in (
            ('CG_FIX_TAG_HEADER', tag in header),
            ('CG_FIX_TAG_TRAILER', tag in trailer),
            ('CG_FIX_TAG_GROUP', tag in tables.groups),
            ('CG_FIX_TAG_LENGTH', tag in tables.pairs),
            ('CG_FIX_TAG_FORMED',
             kind not in ('STRING', 'LIST', 'DATA') or enums)) if is_set)
    return flags


def tag_rows(tables, name):
    """Values and tags of one version."""
    values = []
    rows = []
    flags = flags_by_tag(tables)
    for tag, (field, kind, enums) in sorted(tables.fields.items()):
        rows.append(f'    {{{tag}, {tables.pairs.get(tag, 0)}, '
                    f'{len(values)}, {len(enums)}, CG_FIX_TYPE_{kind}, '
                    f'{flags[tag] or 0}, "{field}"}},')
        values += [f'    {{"{value}", "{text}"}},' for value, text in enums]
    return (f'static const struct cg_fix_value {name}_values[] = {{\n'
            + '\n'.join(values) + '\n};\n\n'
            f'static const struct cg_fix_tag {name}_tags[] = {{\n'
            + '\n'.join(rows) + '\n};\n')


def level_rows(tables, name):
    members = []
    rows = ['    {0, 0, 0},']
    for delimiter, level in tables.levels:
        rows.append(f'    {{{delimiter}, {len(members)}, {len(level)}}},')
        members += [f'    {{{tag}, {group}, {int(required)}}},'
                    for tag, group, required in level]
    return (f'static const struct cg_fix_member {name}_members[] = {{\n'
            + '\n'.join(members) + '\n};\n\n'
            f'static const struct cg_fix_level {name}_levels[] = {{\n'
            + '\n'.join(rows) + '\n};\n')


def hex_words(places):
    """Bits in 64-bit words, as a C initializer."""
    words = [0] * WORDS
    for place in places:
        words[place // 64] |= 1 << place % 64
    while len(words) > 1 and words[-1] == 0:
        words.pop()
    return ', '.join(f'{word:#x}' for word in words)


def bit_rows(tables, name):
    """Places of tags, and each level's members and required members."""
    places = {tag: place for place, tag in enumerate(sorted(tables.fields), 1)}
    if len(places) >= WORDS * 64:
        sys.exit(f'{name}: too many tags for {WORDS} words')
    by_tag = '\n'.join(f'    [{tag}] = {place},'
                       for tag, place in places.items())
    rows = ['    {{0}, {0}},']
    for _, level in tables.levels:
        members = hex_words([places[row[0]] for row in level])
        required = hex_words([places[row[0]] for row in level if row[2]])
        rows.append(f'    {{{{{members}}}, {{{required}}}}},')
    return (f'static const uint16_t {name}_places[CG_FIX_TAGS] = {{\n'
            f'{by_tag}\n}};\n\n'
            f'static const struct cg_fix_bits {name}_bits[] = {{\n'
            + '\n'.join(rows) + '\n};\n')


def type_key(msgtype):
    """The type as type_key() in fix_dictionary.c makes it."""
    return int.from_bytes(msgtype.encode().ljust(4, b'\0'), 'big')


def message_rows(tables, name):
    rows = [f'    {{{type_key(msgtype):#x}, "{msgtype}", {int(admin)}, '
            f'{level}, "{text}"}},'
            for msgtype, text, admin, level in tables.messages]
    return (f'static const struct cg_fix_layout {name}_layouts[] = {{\n'
            + '\n'.join(rows) + '\n};\n')


def flag_rows(tables, name):
    """One byte per tag, so that the reader need not search."""
    text = '\n'.join(f'    [{tag}] = {flags},'
                     for tag, flags in flags_by_tag(tables).items() if flags)
    return (f'static const uint8_t {name}_flags[CG_FIX_TAGS] = {{\n'
            f'{text}\n}};\n')


def version_row(enumerator, name, tables):
    return f'''\
    [{enumerator}] =
        {{
            .flags = {name}_flags,
            .places = {name}_places,
            .tags = {name}_tags,
            .tag_count = {len(tables.fields)},
            .values = {name}_values,
            .members = {name}_members,
            .levels = {name}_levels,
            .bits = {name}_bits,
            .layouts = {name}_layouts,
            .layout_count = {len(tables.messages)},
            .header = {tables.header},
            .trailer = {tables.trailer},
        }},'''


def write_tables(out, source):
    parts = ['#include "fix_dictionary.h"\n']
    rows = []
    for enumerator, application, session in VERSIONS:
        outer = Dictionary(os.path.join(source, session + '.xml'))
        inner = outer
        if application != session:
            inner = Dictionary(os.path.join(source, application + '.xml'))
        tables = Tables(inner, outer)
        name = application.lower()
        parts += [tag_rows(tables, name), level_rows(tables, name),
                  bit_rows(tables, name), message_rows(tables, name),
                  flag_rows(tables, name)]
        rows.append(version_row(enumerator, name, tables))
    parts.append('const struct cg_fix_dictionary '
                 'cg_fix_dictionaries[CG_VERSIONS] = {\n'
                 + '\n'.join(rows) + '\n};\n')
    write(out, 'fix_tables.c', '\n'.join(parts))


# --- reasons -----------------------------------------------------------------

REASON_COLUMNS = ['code', 'slug', 'fix42_103', 'fix44_103', 'fix50sp2_103',
                  'fix50sp2_plain_103', 'fix50sp2_party_103', 'fix42_102',
                  'fix44_102', 'fix50sp2_102', 'advice']


def check_reason(row, path):
    advice = row['advice']
    bad = [c for c in advice if not 32 <= ord(c) < 127 or c in '="\\']
    if bad or not advice:
        sys.exit(f'{path}: CG{row["code"]}: advice holds {bad}')
    for name, highest in (('fix42_103', 8), ('fix42_102', 3)):
        if int(row[name]) > highest:
            sys.exit(f'{path}: CG{row["code"]}: FIX 4.2 has no {row[name]}')


def write_reasons(out, source):
    path = os.path.join(source, 'reasons.csv')
    lines = []
    with open(path, encoding='ascii', newline='') as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != REASON_COLUMNS:
            sys.exit(f'{path}: columns must be {REASON_COLUMNS}')
        for row in reader:
            check_reason(row, path)
            values = [row[name] for name in REASON_COLUMNS[:-1]]
            lines.append(f'X({", ".join(values)}, "{row["advice"]}")')
    write(out, 'reason_list.inc', '\n'.join(lines) + '\n')


# --- tables that are part of the program ------------------------------------


SHIPPED = ['calendars', 'conventions']


def write_shipped(out, source):
    parts = ['#include <shipped.h>\n']
    for name in SHIPPED:
        with open(os.path.join(source, f'{name}.csv'), encoding='ascii') as f:
            parts.append(f'const char cg_shipped_{name}[] = {{\n'
                         f'{c_bytes(f.read())}}};\n')
    write(out, 'shipped.c', '\n'.join(parts))


def write(out, name, text):
    if name.endswith(('.c', '.inc')):
        text = ('/* Generated by fixspec/generate.py.\n *\n'
                ' * SPDX-License-Identifier: Apache-2.0\n */\n' + text)
    with open(os.path.join(out, name), 'w', encoding='ascii') as file:
        file.write(text)


def main():
    source, out = sys.argv[1:3]
    write_dictionaries(out, session_dictionaries(source))
    write_tables(out, source)
    write_reasons(out, source)
    write_shipped(out, source)


if __name__ == '__main__':
    main()
