"""Plants the bugs of bugs.txt into copies of the product's sources.

    plant.py bugs.txt SOURCE_ROOT --list [TARGET] the sources that get one
    plant.py bugs.txt SOURCE_ROOT FILE OUT        writes the copy of FILE
    plant.py bugs.txt SOURCE_ROOT --table OUT     writes the list for bugs.c

A copy behaves as its source does while cg_bug is 0.  Each text that is replaced
must be found in its function exactly once, so that the list cannot drift from
the sources.

SPDX-License-Identifier: Apache-2.0
"""
import re
import sys


class Wrong(Exception):
    pass


def read(path):
    """The bugs: dicts with number, name, rule, what, sim, by, and edits
    (file, function, old, new).  Those for the fuzz targets have a target in
    place of rule, sim and by."""
    bugs = []
    edit = None
    with open(path, encoding='ascii') as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip('\n')
            word, _, rest = line.partition(' ')
            if line == '' or line.startswith('#'):
                edit = None
                continue
            if word == 'bug':
                if int(rest.split()[0]) != len(bugs) + 1:
                    raise Wrong(f'{path}:{number}: number it {len(bugs) + 1}')
                bugs.append({'number': len(bugs) + 1, 'name': rest.split()[1],
                             'what': [], 'by': [], 'edits': []})
                continue
            if not bugs:
                raise Wrong(f'{path}:{number}: begin with "bug 1 NAME"')
            bug = bugs[-1]
            if word in ('rule', 'sim', 'target'):
                bug[word] = rest
            elif word == 'what':
                bug['what'].append(rest)
            elif word == 'by':
                bug['by'].append(rest.split())
            elif word == 'at':
                file, function = rest.split()
                edit = {'file': file, 'function': function, 'old': [],
                        'new': []}
                bug['edits'].append(edit)
            elif word in ('<', '>') and edit is not None:
                edit['old' if word == '<' else 'new'].append(rest)
            else:
                raise Wrong(f'{path}:{number}: {word} is not understood')
    for bug in bugs:
        by = ('target',) if 'target' in bug else ('rule', 'sim', 'by')
        for key in (*by, 'what', 'edits'):
            if not bug.get(key):
                raise Wrong(f'{path}: bug {bug["number"]} has no {key}')
    return bugs


def body_of(text, function):
    """Where the definition of a function is."""
    found = [match for match in re.finditer(
        r'^[^\n]*\b' + function + r'\([^;{}]*\)\s*\n\{.*?^\}', text,
        re.MULTILINE | re.DOTALL)]
    return (found[0].start(), found[0].end()) if len(found) == 1 else None


def place_of(text, bug, edit):
    """Where the text is that an edit replaces."""
    where = f'bug {bug["number"]}: {edit["file"]}, {edit["function"]}()'
    body = body_of(text, edit['function'])
    if body is None:
        raise Wrong(f'{where}: there is not one such function')
    old = ' '.join(edit['old'])
    parts = old.split('|')
    if len(parts) != 3 or '' in parts[1:2]:
        parts = ['', old, ''] # no bars, but an "or"
    before, words, after = (r'\s*'.join(re.escape(word)
                                        for word in part.split())
                            for part in parts)
    pattern = re.compile(f'{before}\\s*({words})\\s*{after}')
    found = list(pattern.finditer(text, body[0], body[1]))
    if len(found) != 1:
        raise Wrong(f'{where}: {old!r} is there {len(found)} times, and must '
                    'be once: see what it has become')
    return found[0].start(1), found[0].end(1)


def planted(bugs, root, file):
    with open(f'{root}/{file}', encoding='ascii') as source:
        text = source.read()
    edits = []
    for bug in bugs:
        for edit in bug['edits']:
            if edit['file'] == file:
                edits.append((*place_of(text, bug, edit), bug['number'],
                              '\n'.join(edit['new'])))
    edits.sort()
    out = ['extern int cg_bug;\n', f'#line 1 "{file}"\n']
    at = 0
    for start, end, number, new in edits:
        if start < at:
            raise Wrong(f'bug {number}: {file}: another bug is in its place')
        old = text[start:end]
        if old.endswith((';', '}')):
            one = f'if (cg_bug == {number}) {{ {new} }} else {{ {old} }}'
        else:
            one = f'(cg_bug == {number} ? ({new}) : ({old}))'
        out += [text[at:start], one]
        at = end
    out.append(text[at:])
    return ''.join(out)


def main():
    bugs = read(sys.argv[1])
    root, what = sys.argv[2], sys.argv[3]
    if what == '--list':
        print('\n'.join(sorted({edit['file'] for bug in bugs
                                for edit in bug['edits']
                                if bug.get('target') in (*sys.argv[4:5], None)})))
        return
    if what == '--table':
        text = ''.join(f'{{{bug["number"]}, "{bug["name"]}"}},\n'
                       for bug in bugs)
    else:
        text = planted(bugs, root, what)
    with open(sys.argv[4], 'w', encoding='ascii') as out:
        out.write(text)


if __name__ == '__main__':
    try:
        main()
    except Wrong as wrong:
        sys.exit(f'plant.py: {wrong}')
