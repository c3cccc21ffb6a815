"""Holds the sources against the layers of docs/architecture.md, and finds calls
and headers that have no place in them.

    check_banned.py ROOT [LIBRARY]

LIBRARY must have no variable that all gates of a process would share: two of
them on two threads know nothing of each other.

Each mistake names file, line and remedy.  Then mistakes are planted, and each
must be found: a check that cannot fail is worth nothing.

SPDX-License-Identifier: Apache-2.0
"""
import functools
import os
import re
import subprocess
import sys

PAGE = "docs/architecture.md"
ENDS = (".c", ".h", ".cpp", ".hpp")
CORE = ("base", "fix", "rates", "engine", "codec", "journal", "gate")

# A call, and what to do instead.
ANYWHERE = {
    "gets": "use getline(), which knows how much room there is",
    "strcpy": "use snprintf() or cg_text_..., which know how much room there is",
    "stpcpy": "use snprintf(), which knows how much room there is",
    "strcat": "use snprintf() with all parts at once",
    "strncpy": "use snprintf(): strncpy() may leave no end",
    "strncat": "use snprintf() with all parts at once",
    "sprintf": "use snprintf(), which knows how much room there is",
    "vsprintf": "use vsnprintf(), which knows how much room there is",
    "strtok": "use struct cg_slice: strtok() changes the text, and keeps state",
    "alloca": "allocate when it is opened: a large size ends the process",
    "rand": "take a seed and a generator of your own: a run must come again",
    "srand": "take a seed and a generator of your own",
    "random": "take a seed and a generator of your own",
    "atoi": "use cg_decimal_parse() or strtol() with its end: atoi() takes any "
            "text, and a large number is undefined",
    "atol": "use cg_decimal_parse() or strtol() with its end",
    "atoll": "use cg_decimal_parse() or strtoll() with its end",
    "atof": "use cg_decimal_parse(): money is in integers",
    "strtod": "use cg_decimal_parse(): money is in integers",
    "strtof": "use cg_decimal_parse(): money is in integers",
    "scanf": "use cg_text_... or cg_decimal_parse()",
    "fscanf": "use getline() and cg_text_...",
    "sscanf": "use cg_decimal_parse() or strtol(): a large number is undefined",
    "system": "use uv_spawn(): no shell reads what came from outside",
    "popen": "use uv_spawn(): no shell reads what came from outside",
    "tmpnam": "use mkstemp()",
    "mktemp": "use mkstemp()",
    "localtime": "use cg_zone_...: localtime() has state that all share",
    "gmtime": "use gmtime_r(): gmtime() has state that all share",
    "asctime": "use strftime()",
    "ctime": "use strftime()",
    "gethostbyname": "use uv_getaddrinfo(), which does not wait",
    "sleep": "use a timer of the loop: nothing waits",
    "usleep": "use a timer of the loop: nothing waits",
    "vfork": "use uv_spawn()",
    "setjmp": "return an error",
    "longjmp": "return an error",
    "assert": "use CG_ASSERT(), which stays on in a release",
}
# The core has no clock, no randomness, no sockets, no threads.
IN_CORE = {
    name: "take it from the caller: the core has no clock, and a replay must "
          "decide the same"
    for name in ("time", "clock", "clock_gettime", "gettimeofday", "getrandom")
}
IN_CORE["getenv"] = "make it a key of the configuration"
IN_CORE["abort"] = "use CG_ASSERT()"
IN_CORE["exit"] = "return an error: a library does not end its host"
# The engine allocates when it is opened, in these files, and never again.
ALLOCATES = ("malloc", "calloc", "realloc", "strdup", "strndup", "asprintf")
OPENS = ("engine.c", "state.c", "image.c", "package.c", "update_set.c",
         "audit.c", "audit_instrument.c")

# Who may include what is not ours: folders, or one file.
HEADERS = (
    (r"sqlite3\.h", ("journal/database.c",), "SQLite is in one file"),
    (r"glib.*", ("gate/config_zone.c",), "GLib is in one file"),
    (r"openssl/.*", ("base/digest.c",), "OpenSSL is in one file"),
    (r"uv\.h", ("link", "certify", "app"), "libuv is above the core"),
    (r"quickfix/.*", ("fix8c",), "QuickFIX is behind libfix8-c"),
    (r"jansson\.h", ("certify",), "JSON is for evidence only"),
    (r"(zlib|zstd)\.h", ("script/log_unpack.c",), "one file unpacks logs"),
    (r"math\.h", ("rates", "app"), "floating point is in the rates only"),
    (r"(sys/socket|netdb|netinet/.*|sys/un|poll|sys/epoll)\.h",
     ("link", "app"), "sockets are above the core"),
    (r"(pthread|threads|stdatomic|semaphore)\.h", (),
     "one thread owns everything"),
    (r"fix8c/.*", ("fix8c", "link", "certify", "app"),
     "the core knows no FIX sessions"),
)
# file: calls that it may make, and why.
EXCEPT = {
    # Four digits at most a number, in a text of the certification's own form.
    "src/app/sim_fault_table.c": ("sscanf",),
    # CG_ASSERT() itself.
    "src/base/check.h": ("abort",),
}


def read(root):
    tree = {}
    for top in ("src", "include"):
        for at, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(ENDS):
                    path = os.path.join(at, name)
                    with open(path, encoding="utf-8") as file:
                        tree[os.path.relpath(path, root)] = file.read()
    with open(os.path.join(root, PAGE), encoding="utf-8") as file:
        return tree, file.read()


def layers(page):
    """For each folder, those below it; from the lines of arrows."""
    below = {}
    block = page.split("## Layers", 1)[1].split("An arrow reads", 1)[0]
    for line in block.splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split(" ◀ ")
        steps = [[word.strip() for word in name.split(",")] for name in names]
        for lower, upper in zip(steps, steps[1:]):
            for name in upper:
                below.setdefault(name, set()).update(lower)
            for name in lower:
                below.setdefault(name, set())
    grown = True
    while grown:
        grown = False
        for name, others in below.items():
            more = set().union(*(below[other] for other in others), others)
            grown |= more != others
            below[name] = more
    return below


@functools.lru_cache(maxsize=None)
def blank(text):
    """Without comments and strings, with every line where it was."""
    def kept(found):
        return found.group("include") or "\n" * found.group(0).count("\n")
    return re.sub(r"(?P<include>^[ \t]*#[ \t]*include[^\n]*)"
                  r"|/\*.*?\*/|//[^\n]*"
                  r'|"(?:\\.|[^"\\\n])*"' r"|'(?:\\.|[^'\\\n])*'",
                  kept, text, flags=re.S | re.M)


def folder_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" else None


def homes_of(tree):
    """In which folders of src/ a file of that name is."""
    homes = {}
    for path in tree:
        if path.startswith("src/"):
            homes.setdefault(os.path.basename(path), set()).add(folder_of(path))
    return homes


def includes(tree, homes, below):
    for path, text in tree.items():
        folder = folder_of(path)
        if folder is None:
            continue
        if folder not in below:
            yield path, 1, "the folder %s has no place in %s; add it to the " \
                "layers there" % (folder, PAGE)
            continue
        for no, line in enumerate(blank(text).split("\n"), 1):
            found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)', line)
            if found:
                name = found.group(1)
                for wrong in include_wrong(path, folder, name, homes, below):
                    yield path, no, wrong


def include_wrong(path, folder, name, homes, below):
    home = homes.get(name, {folder})
    if folder not in home and not home & below[folder]:
        yield "%s is of %s, which is not below %s in %s; move what is needed " \
            "down, or take it as an argument" % (
                name, "/".join(sorted(home)), folder, PAGE)
    for pattern, places, why in HEADERS:
        if re.fullmatch(pattern, name) and folder not in places and \
                path[len("src/"):] not in places:
            yield "<%s> has no place here: %s; use what %s offers" % (
                name, why, " or ".join(places) or "the loop")


def calls(tree):
    for path, text in tree.items():
        folder = folder_of(path)
        core = folder in CORE or folder is None
        rules = dict(ANYWHERE)
        if core:
            rules.update(IN_CORE)
        if folder in ("engine", "codec", "fix") and \
                os.path.basename(path) not in OPENS:
            rules.update((name, "allocate when it is opened: the core never "
                          "does again") for name in ALLOCATES)
        pattern = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(rules))
        for no, line in enumerate(blank(text).split("\n"), 1):
            for found in pattern.finditer(line):
                name = found.group(1)
                if name not in EXCEPT.get(path, ()):
                    yield path, no, "%s() is banned; %s" % (name, rules[name])
            if core and folder not in ("rates", None) and \
                    re.search(r"\b(double|float)\b", line):
                yield path, no, "floating point; it stays in src/rates, which " \
                    "hands over integers"


def check(tree, homes, below):
    return list(includes(tree, homes, below)) + list(calls(tree))


def shared(symbols):
    """The variables in what objdump -t prints that can be written to; the
    compiler's own have no size, or a byte for the end of the process."""
    for line in symbols.splitlines():
        found = re.match(r"\S+ .{7} \.(?:data|bss)\t([0-9a-f]+)\s+(\S+)", line)
        if found and int(found.group(1), 16) > 0 and \
                not re.fullmatch(r"completed\.\d+", found.group(2)):
            yield found.group(2)


def variables(library):
    done = subprocess.run(["objdump", "-t", library], capture_output=True,
                          text=True, check=True)
    for name in shared(done.stdout):
        yield "%s: all gates share the variable %s; put it into the gate, or " \
            "make it const" % (library, name)


SYMBOLS = """\
0000000000143320 l     O .bss\t0000000000000001              completed.0
0000000000143318 l     O .data\t0000000000000000              __dso_handle
0000000000143440 l     O .bss\t0000000000000004              next.1
0000000000143340 g     O .data\t0000000000000100              texts
0000000000133340 l     O .data.rel.ro\t0000000000000100              names
0000000000000040 l       .tbss\t0000000000000004              own.1
"""

PLANTED = (
    ("src/base/map.c", '#include "state.h"\n'),
    ("src/fix/fix_value.c", '#include "gate_internal.h"\n'),
    ("src/engine/cover.c", '#include "fix_message.h"\n'),
    ("src/engine/cover.c", '#include "codec.h"\n'),
    ("src/codec/decode_hub.c", '#include "gate_internal.h"\n'),
    ("src/journal/database.c", '#include "state.h"\n'),
    ("src/gate/park.c", '#include "script.h"\n'),
    ("src/gate/park.c", "#include <uv.h>\n"),
    ("src/gate/gate.c", "#include <sqlite3.h>\n"),
    ("src/engine/cover.c", "#include <math.h>\n"),
    ("src/link/gateway.c", "#include <pthread.h>\n"),
    ("src/certify/kit.c", "#include <quickfix/Message.h>\n"),
    ("src/engine/cover.c", "int planted(void) { return (int)time(0); }\n"),
    ("src/codec/decode_hub.c", "void *planted(void) { return malloc(3); }\n"),
    ("src/gate/park.c", "double planted;\n"),
    ("src/new/new.c", "int planted;\n"),
) + tuple(("src/app/main.c", "void planted(void) { %s (0); }\n" % name)
          for name in ANYWHERE)
HARMLESS = (
    ("src/engine/cover.c", "/* strcpy() and double are banned. */\n"),
    ("src/app/main.c", 'const char planted[] = "system(1); // \\" gets(2)";\n'),
    ("src/app/main.c", "void planted(void) { app->time(1); cg_strcat(2); }\n"),
)


def planted(tree, homes, below):
    """What is planted and not found, and what is harmless and found."""
    for path, text in PLANTED:
        one = {path: text + tree.get(path, "")}
        if len(check(one, homes, below)) != 1:
            yield "planted, and not found once: %s in %s" % (text.strip(), path)
    for path, text in HARMLESS:
        if check({path: text + tree[path]}, homes, below):
            yield "harmless, and found: %s in %s" % (text.strip(), path)
    if list(shared(SYMBOLS)) != ["next.1", "texts"]:
        yield "planted, and not found: variables that are shared"


def main():
    tree, page = read(sys.argv[1])
    homes = homes_of(tree)
    below = layers(page)
    wrong = ["%s:%d: %s" % found for found in check(tree, homes, below)]
    if not wrong:
        wrong += planted(tree, homes, below)
    for library in sys.argv[2:]:
        wrong += variables(library)
    print("\n".join(wrong) or "%d files, nothing banned" % len(tree))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
