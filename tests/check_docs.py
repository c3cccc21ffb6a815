"""Holds the documentation against the repository: what it names must exist.

    check_docs.py ROOT

Rule numbers, links, files, functions, tests, keys, commands, options, reject
codes and scenes of the demo.  Then mistakes are planted, and each must be found:
a check that cannot fail is worth nothing.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import sys

TEXT = (".md", ".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".build", ".cfg",
        ".csv", ".session")
FOLDERS = ("docs", "fixspec", "include", "sample_sessions", "src", "tests")
RULES = "docs/rules.md"
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
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            for name in re.findall(r"`(test_\w+)`", line):
                file = any(key.endswith("/%s.c" % name) for key in tree)
                if not file and not re.search(r"\b%s\b" % name, code):
                    yield path, no, "there is no test %s" % name


def check_keys(tree):
    code = sources(tree, "src/gate/config")
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            for span in SPAN.findall(line):
                match = re.fullmatch(r"([A-Z][a-z]+[A-Z]\w*?)\d*(=.*)?", span)
                if match and '"%s' % match.group(1) not in code:
                    yield path, no, "%s is no key" % match.group(1)


def check_commands(tree):
    program = set(re.findall(r'^    \{"(\w+)", app_', tree["src/app/main.c"],
                             re.M))
    script = set(re.findall(r"^(\w+)(?: \||\))", tree["run"], re.M))
    options = sources(tree, "src/app/", "run")
    for path, text in pages(tree).items():
        for no, line in lines_of(text):
            if not line.startswith("    ") and "`" not in line:
                continue
            for word in re.findall(r"\bcreditgate ([a-z]\w+)(?![\w.])", line):
                if word not in program:
                    yield path, no, "creditgate has no command %s" % word
            for word in re.findall(r"\./run ([a-z]\w*)", line):
                if word not in program | script:
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


CHECKS = (check_rules, check_links, check_files, check_functions, check_tests,
          check_keys, check_commands, check_reasons, check_scenes, check_words)

# Where a mistake is planted, what, and what must be said of it.
PLANTS = (
    ("src/base/map.c", "/* R" "99 */", "R" "99 is no rule"),
    ("README.md", "[x](docs/nowhere.md)", "leads nowhere"),
    ("README.md", "[x](docs/rules.md#nothing)", "no heading"),
    ("docs/architecture.md", "`src/gate/nothing.c`", "there is no src/gate"),
    (RULES, "`src/engine/apply.c`:\n`cg_nothing`", "has no cg_nothing"),
    ("docs/architecture.md", "| x | `src/engine/apply.c` | `cg_nothing` |",
     "no cg_nothing in"),
    (RULES, "`test_gate_nothing`", "there is no test"),
    ("README.md", "`MaxNothing=3`", "MaxNothing is no key"),
    ("README.md", "    creditgate nothing", "no command nothing"),
    ("README.md", "    ./run nothing", "./run has no command"),
    ("README.md", "    ./run demo --nothing", "no option --nothing"),
    ("fixspec/reasons.csv", "999,NOTHING,0", "999 NOTHING is missing"),
    ("README.md", " 4. Nothing happens", "no scene"),
    ("src/base/map.c", "/* TO" "DO */", "not finished"),
    ("README.md", "see /ho" "me/me/x", "somebody's machine"),
)


def problems(tree):
    return [problem for check in CHECKS for problem in check(tree)]


def main():
    tree = read(sys.argv[1])
    failed = 0
    for path, no, what in problems(tree):
        print("%s:%d: %s" % (path, no, what))
        failed = 1
    for path, text, expected in PLANTS:
        planted = dict(tree)
        planted[path] += "\n" + text + "\n"
        if not any(expected in what for _, _, what in problems(planted)):
            print("a planted mistake was not found: %r in %s" % (text, path))
            failed = 1
    return failed


sys.exit(main())
