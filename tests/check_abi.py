#!/usr/bin/env python3
"""The C interfaces of the installed libraries against the committed list.

usage: check_abi.py [--write] CC LIST INCLUDE LIBRARY...

LIST holds what a program was compiled against: each exported function with its
declaration, the size and the members of each struct, the values of each enum
and of each number that is #defined.  What is new may be added with --write; a
line that changes or goes means another soname.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MACROS = ("CG_API", "FIX8C_API")


def bare(path):
    """The text of a header without comments and without C++."""
    text = path.read_text()
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"#ifdef __cplusplus.*?#endif", " ", text, flags=re.S)
    return text


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def declarations(text):
    """name -> declaration of every function that is exported."""
    found = {}
    for macro in MACROS:
        for match in re.finditer(rf"^{macro}\s+([^;]*);", text, flags=re.M):
            declared = squeeze(match.group(1))
            name = re.search(r"(\w+)\s*\(", declared).group(1)
            found[name] = declared
    return found


def block(text, start):
    """What stands between the brace at |start| and the one that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start + 1:at]
    raise SystemExit("check_abi: a brace has no end")


def members(body):
    """The names of a struct's members; those of inner structs are inside."""
    body = re.sub(r"\{[^{}]*\}", "", body)
    for declared in body.split(";"):
        declared = squeeze(declared)
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)", declared)
        if pointer:
            yield pointer.group(1)
        elif declared:
            for part in declared.split(","):
                yield re.search(r"(\w+)\s*(\[[^]]*\]\s*)*$", part).group(1)


def layout_program(headers, include):
    """C source that prints the layout of all that the headers define."""
    lines = ["#include <stddef.h>", "#include <stdio.h>"]
    lines += [f"#include <{header.relative_to(include)}>" for header in headers]
    lines.append("int main(void) {")
    for header in headers:
        text = bare(header)
        for match in re.finditer(r"^struct (\w+) \{", text, flags=re.M):
            name = match.group(1)
            lines.append(f'printf("struct {name} %zu bytes\\n", '
                         f"sizeof(struct {name}));")
            for member in members(block(text, match.end() - 1)):
                lines.append(f'printf("struct {name}.{member} at %zu\\n", '
                             f"offsetof(struct {name}, {member}));")
    lines += enums_and_numbers(headers)
    lines += ["return 0;", "}"]
    return "\n".join(lines) + "\n"


def expanded(cc, headers, include):
    """The headers after the preprocessor, which writes the X lists out."""
    text = "".join(f"#include <{header.relative_to(include)}>\n"
                   for header in headers)
    run = subprocess.run([cc, "-E", "-P", f"-I{include}", "-xc", "-"],
                         input=text, text=True, check=True,
                         stdout=subprocess.PIPE)
    return run.stdout


def enums_and_numbers(headers):
    lines = []
    for header in headers:
        for match in re.finditer(r"^#define (\w+) +(\S[^\n]*)$",
                                 bare(header), flags=re.M):
            name, value = match.groups()
            if name not in MACROS and re.fullmatch(r"[\w()+ -]+", value):
                lines.append(f'printf("number {name} %lld\\n", '
                             f"(long long)({name}));")
    return lines


def enum_lines(text):
    lines = []
    for match in re.finditer(r"\benum (\w+) ?\{", text):
        if not match.group(1).startswith(("cg_", "fix8c_")):
            continue
        for item in block(text, match.end() - 1).split(","):
            name = squeeze(item.split("=")[0])
            if name:
                lines.append(f'printf("enum {match.group(1)} {name} %d\\n", '
                             f"(int){name});")
    return lines


def run_program(cc, include, source):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "layout.c"
        path.write_text(source)
        program = path.with_suffix("")
        subprocess.run([cc, "-std=gnu17", f"-I{include}", "-o", str(program),
                        str(path)], check=True)
        return subprocess.run([str(program)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.splitlines()


def exported(library):
    run = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                         text=True, stdout=subprocess.PIPE)
    return {line.split()[-1] for line in run.stdout.splitlines()}


def describe(cc, include, libraries):
    headers = sorted(include.glob("*/*.h"))
    source = layout_program(headers, include)
    enums = enum_lines(expanded(cc, headers, include))
    source = source.replace("return 0;", "\n".join(enums) + "\nreturn 0;")
    lines = run_program(cc, include, source)
    declared = {}
    for header in headers:
        declared.update(declarations(bare(header)))
    symbols = set()
    for library in libraries:
        symbols |= exported(library)
    strange = symbols - set(declared)
    lost = set(declared) - symbols
    if strange or lost:
        raise SystemExit(
            f"check_abi: exported but in no header: {sorted(strange)}; in a "
            f"header but not exported: {sorted(lost)}")
    lines += [f"function {declared[name]}" for name in declared]
    return sorted(set(lines))


def main(arguments):
    write = arguments[:1] == ["--write"]
    cc, committed, include, *libraries = arguments[write:]
    committed = pathlib.Path(committed)
    now = describe(cc, pathlib.Path(include), libraries)
    if write:
        committed.write_text("\n".join(now) + "\n")
        return 0
    before = committed.read_text().splitlines()
    gone = sorted(set(before) - set(now))
    new = sorted(set(now) - set(before))
    for line in gone:
        print("changed or gone:", line)
    for line in new:
        print("new or changed: ", line)
    if gone or new:
        print(f"{committed}: the interface is not the one on record.  If only "
              "lines are new, write it again; if one changed or went, the "
              "soname must change, too:\n  python3 tests/check_abi.py --write "
              f"{cc} {committed} {include} {' '.join(libraries)}")
        return 1
    print(f"{len(now)} lines of the interface are as on record")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
