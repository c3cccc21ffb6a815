"""Holds the documentation against the repository: what it names must exist.

    check_docs.py ROOT          checks
    check_docs.py --link ROOT   writes the sessions of each rule into its text

Rule numbers, links, files, functions, tests, keys, commands, options, reject
codes, scenes of the demo, and which session shows which rule.  Then mistakes are planted, and each must be found:
a check that cannot fail is worth nothing.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import sys
import textwrap

TEXT = (".md", ".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".build", ".cfg",
        ".csv", ".session")
FOLDERS = ("docs", "fixspec", "include", "sample_sessions", "src", "tests")
RULES = "docs/rules.md"
RELINK = "run tests/check_docs.py --link ."
RULE = re.compile(r"^### R(\d+) .*$", re.M)
SHOWN = re.compile(r"\n?^\*Sessions:\*(?:\s\[\d{3}\],?)+\n?", re.M)
TARGET = re.compile(r"^\[(\d{3})\]: (.*)\n", re.M)
SPAN = re.compile(r"`([^`\n]+)`")
# Split, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
ELSEWHERE = re.compile(r"(?<![\w.$}])/(?:home|root|work|Users)/")


def read(root):
    """Every text file of the repository by its path, and every folder."""
    tree = {}
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if os.path.isfile(path) and (name.endswith(TEXT) or name in
                                     ("run", "LICENSE")):
            tree[name] = open(path, encoding="utf-8").read()
    for folder in FOLDERS:
        for at, _, names in os.walk(os.path.join(root, folder)):
            tree[os.path.relpath(at, root) + "/"] = ""
            for name in names:
                path = os.path.join(at, name)
                key = os.path.relpath(path, root)
                known = name.endswith(TEXT)
                tree[key] = open(path, encoding="utf-8").read() if known else ""
    return tree


def pages(tree):
    return {path: text for path, text in tree.items() if path.endswith(".md")}


def lines_of(text):
    return enumerate(text.split("\n"), 1)


def sources(tree, *starts):
    return "\n".join(text for path, text in tree.items()
                     if path.startswith(starts))


def anchors(text):
    """Headings as links name them."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(kept.replace(" ", "-"))
    return found


def check_rules(tree):
    known = set(re.findall(r"^### R(\d+) ", tree[RULES], re.M))
    for path, text in tree.items():
        for no, line in lines_of(text):
            for rule in re.findall(r"\bR(\d{1,2})\b", line):
                if rule not in known:
                    yield path, no, "R%s is no rule of %s" % (rule, RULES)


def check_links(tree):
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                if "://" in target:
                    continue
                name, _, anchor = target.partition("#")
                to = os.path.normpath(os.path.join(os.path.dirname(path), name))
                to = to if name else path
                if to not in tree and to + "/" not in tree:
                    yield path, no, "the link to %s leads nowhere" % target
                elif anchor and anchor not in anchors(tree.get(to, "")):
                    yield path, no, "%s has no heading #%s" % (to, anchor)
            for target in TARGET.findall(line + "\n"):
                to = os.path.normpath(
                    os.path.join(os.path.dirname(path), target[1]))
                if to not in tree:
                    yield path, no, "[%s] leads nowhere" % target[0]


def check_files(tree):
    start = re.compile(r"(?:%s|README|CHANGELOG)\b[/.]" % "|".join(FOLDERS))
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            words = SPAN.findall(line)
            words += line.split() if line.startswith("    ") else []
            for word in words:
                word = word.split(" ")[0].rstrip(":,")
                if not start.match(word) or "*" in word:
                    continue
                made = word.endswith((".journal", ".inc"))
                if not made and word not in tree and word + "/" not in tree:
                    yield path, no, "there is no %s" % word


def check_functions(tree):
    """`file`: `name`, `name` in text; a table row with files and names."""
    cited = re.compile(r"`(src/[\w/]+\.\w+)`:((?:\s*`\w+`,?)+)")
    for path, text in pages(tree).items():
        for match in cited.finditer(text):
            no = text.count("\n", 0, match.start()) + 1
            for name in SPAN.findall(match.group(2)):
                if not re.search(r"\b%s\b" % name, tree.get(match.group(1), "")):
                    yield path, no, "%s has no %s" % (match.group(1), name)
        for no, line in lines_of(text):
            spans = SPAN.findall(line)
            files = [span for span in spans if span in tree and
                     span.startswith("src/")]
            names = [span for span in spans if re.fullmatch(
                r"[a-z]\w*_\w+", span)]
            if not line.startswith("|") or not files:
                continue
            for name in names:
                if not any(re.search(r"\b%s\b" % name, tree[file])
                           for file in files):
                    yield path, no, "no %s in %s" % (name, " or ".join(files))


def check_tests(tree):
    code = sources(tree, "tests/unit/", "tests/system/")
    words = set(re.findall(r"\btest_\w+", code))
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            for name in re.findall(r"`(test_\w+)`", line):
                file = any(key.endswith("/%s.c" % name) for key in tree)
                if not file and name not in words:
                    yield path, no, "there is no test %s" % name


def check_keys(tree):
    code = sources(tree, "src/gate/config", "src/certify/profile")
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            for span in SPAN.findall(line):
                match = re.fullmatch(r"([A-Z][a-z]+[A-Z]\w*?)\d*(=.*)?", span)
                if match and '"%s' % match.group(1) not in code:
                    yield path, no, "%s is no key" % match.group(1)


def check_commands(tree):
    program = set(re.findall(r'^    \{"(\w+)", app_', tree["src/app/main.c"],
                             re.M))
    words = "|".join(re.findall(r"^([\w| -]+)\)$", tree["run"], re.M))
    script = set(words.replace(" ", "").split("|"))
    for word in sorted(program - script):
        yield "run", 0, "./run does not take the command %s" % word
    options = sources(tree, "src/app/", "tests/bench/", "run")
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            if not line.startswith("    ") and "`" not in line:
                continue
            for word in re.findall(r"\bcreditgate ([a-z]\w+)(?![\w.])", line):
                if word not in program:
                    yield path, no, "creditgate has no command %s" % word
            for word in re.findall(r"\./run ([a-z]\w*)", line):
                if word not in script:
                    yield path, no, "./run has no command %s" % word
            if re.search(r"(\./run|creditgate) [a-z]", line):
                for option in re.findall(r" (--[a-z-]+)", line):
                    if option not in options:
                        yield path, no, "there is no option %s" % option


def check_reasons(tree):
    for line in tree["fixspec/reasons.csv"].split("\n")[1:]:
        code, _, rest = line.partition(",")
        slug = rest.split(",")[0]
        if code and "| %s | %s" % (code, slug) not in tree[RULES]:
            yield RULES, 0, "%s %s is missing" % (code, slug)


def check_scenes(tree):
    story = tree["src/app/demo_story.c"]
    for no, line in lines_of(tree["README.md"]):
        scene = re.fullmatch(r" ?\d+\. (\S.*)", line)
        if scene and line[:1] == " " and scene.group(1) not in story:
            yield "README.md", no, "the demo has no scene: " + scene.group(1)


def check_words(tree):
    for path, text in tree.items():
        for no, line in lines_of(text):
            if UNFINISHED.search(line):
                yield path, no, "something is not finished"
            if ELSEWHERE.search(line):
                yield path, no, "a path of somebody's machine"


def citations(tree):
    """The rules that the prose of each session cites, by path.  The cases of
    a certification cite them in lines of their own, for who reads a report."""
    found = {}
    for path, text in tree.items():
        if path.endswith(".session") and "/certification/" not in path and \
                not path.startswith("tests/"):
            prose = re.match(r"(?:#.*\n)*", text).group(0)
            found[path] = sorted({int(rule) for rule in
                                  re.findall(r"\bR(\d{1,2})\b", prose)})
    return found


def sections(text):
    """Number, first line and text of each rule."""
    starts = list(RULE.finditer(text))
    for match in starts:
        end = re.compile(r"^##|^\[\d{3}\]: |\Z", re.M).search(
            text, match.end())
        yield (int(match.group(1)), text.count("\n", 0, match.start()) + 1,
               text[match.start():end.start()])


def session_no(path):
    return os.path.basename(path)[:3]


def link(tree):
    """The rules with the sessions that cite them, and where those are."""
    cited = citations(tree)
    text = TARGET.sub("", SHOWN.sub("", tree[RULES])).rstrip() + "\n"
    for rule, _, body in list(sections(text)):
        numbers = [session_no(path) for path in sorted(cited)
                   if rule in cited[path]]
        if numbers:
            line = "*Sessions:* " + ", ".join("[%s]" % n for n in numbers)
            line = textwrap.fill(line, 90, break_long_words=False)
            text = text.replace(body, body.rstrip() + "\n\n" + line +
                                body[len(body.rstrip()):])
    return text + "\n" + "".join(
        "[%s]: ../%s\n" % (session_no(path), path) for path in sorted(cited)
        if cited[path])


def check_sessions(tree):
    """A session cites rules; a rule names the sessions that cite it."""
    cited = citations(tree)
    targets = dict(TARGET.findall(tree[RULES]))
    for path, rules in cited.items():
        if not rules:
            yield path, 1, "its prose cites no rule"
        elif targets.get(session_no(path)) != "../" + path:
            yield RULES, 0, "no link to %s: %s" % (path, RELINK)
    for rule, no, body in sections(tree[RULES]):
        shown = SHOWN.search(body)
        shown = set(re.findall(r"\[(\d{3})\]", shown.group(0))
                    if shown else ())
        wanted = {session_no(path) for path in cited if rule in cited[path]}
        for number in sorted(wanted - shown):
            yield RULES, no, "R%d does not name session %s: %s" % (
                rule, number, RELINK)
        for number in sorted(shown - wanted):
            yield RULES, no, "session %s does not cite R%d: %s" % (
                number, rule, RELINK)


def check_shown(tree):
    """A rule of which anything is built has a session or a test."""
    for rule, no, body in sections(tree[RULES]):
        today = body.split("\n", 1)[-1].lstrip().startswith("**Today**")
        if not today and not SHOWN.search(body) and not re.search(
                r"\*Test:\*[^*]*(`test_|\bdemo \d)", body):
            yield RULES, no, "R%d has no session and no test" % rule


CHECKS = (check_rules, check_links, check_files, check_functions, check_tests,
          check_keys, check_commands, check_reasons, check_scenes, check_words,
          check_sessions, check_shown)

# The check that must find it, where a mistake is planted, what, and what must be
# said of it.
PLANTS = (
    (check_rules, "src/base/map.c", "/* R" "99 */", "R" "99 is no rule"),
    (check_links, "README.md", "[x](docs/nowhere.md)", "leads nowhere"),
    (check_links, "README.md", "[x](docs/rules.md#nothing)", "no heading"),
    (check_files, "docs/architecture.md",
     "`src/gate/nothing.c`", "there is no src/gate"),
    (check_functions, RULES,
     "`src/engine/apply.c`:\n`cg_nothing`", "has no cg_nothing"),
    (check_functions, "docs/architecture.md",
     "| x | `src/engine/apply.c` | `cg_nothing` |", "no cg_nothing in"),
    (check_tests, RULES, "`test_gate_nothing`", "there is no test"),
    (check_keys, "README.md", "`MaxNothing=3`", "MaxNothing is no key"),
    (check_commands, "README.md",
     "    creditgate nothing", "no command nothing"),
    (check_commands, "README.md", "    ./run nothing", "./run has no command"),
    (check_commands, "src/app/main.c",
     '    {"nothing", app_nothing, ""},', "./run does not take"),
    (check_commands, "README.md",
     "    ./run demo --nothing", "no option --nothing"),
    (check_reasons, "fixspec/reasons.csv",
     "999,NOTHING,0", "999 NOTHING is missing"),
    (check_scenes, "README.md", " 4. Nothing happens", "no scene"),
    (check_words, "src/base/map.c", "/* TO" "DO */", "not finished"),
    (check_words, "README.md", "see /ho" "me/me/x", "somebody's machine"),
    (check_sessions, "sample_sessions/999_new.session",
     "# Nothing.", "cites no rule"),
    (check_sessions, "sample_sessions/999_new.session",
     "# R" "20", "no link to"),
    (check_sessions, "sample_sessions/999_new.session",
     "# R" "20", "does not name session"),
    (check_sessions, RULES,
     "### R" "98 Nothing\nx\n*Sessions:* [101]\n",
     "session 101 does not cite"),
    (check_shown, RULES,
     "### R" "98 Nothing\nAll of it is built.\n*Test:* none",
     "R" "98 has no session"),
    (check_links, RULES,
     "[998]: ../sample_sessions/998_x.session", "[998] leads nowhere"),
)


def problems(tree):
    return (problem for check in CHECKS for problem in check(tree))


def main():
    tree = read(sys.argv[-1])
    if sys.argv[1] == "--link":
        with open(os.path.join(sys.argv[-1], RULES), "w",
                  encoding="utf-8") as rules:
            rules.write(link(tree))
        return 0
    failed = 0
    for path, no, what in problems(tree):
        print("%s:%d: %s" % (path, no, what))
        failed = 1
    for check, path, text, expected in PLANTS:
        planted = dict(tree)
        planted[path] = (planted[path] + "\n" if path in planted else
                         "") + text + "\n"
        if not any(expected in what for _, _, what in check(planted)):
            print("a planted mistake was not found: %r in %s" % (text, path))
            failed = 1
    return failed


sys.exit(main())
