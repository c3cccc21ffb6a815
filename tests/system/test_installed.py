#!/usr/bin/env python3
"""What is installed, used from outside: headers, libraries, pkg-config.

usage: test_installed.py MESON SOURCE BUILD CC CXX

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import subprocess
import sys
import tempfile

passed = failed = 0


def check(what, good, why=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}: {why}")


def run(command, **more):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)


class Installed:
    """A prefix in a folder of its own, and programs built against it."""

    def __init__(self, meson, build, folder):
        self.folder = pathlib.Path(folder)
        root = self.folder / "root"
        done = run([*meson, "install", "-C", build, "--no-rebuild", "--destdir",
                    str(root)])
        check("meson install", done.returncode == 0, done.stdout)
        self.libraries = next(root.rglob("libcreditgate.so")).parent
        self.prefix = next(root.rglob("include")).parent
        self.environment = dict(os.environ)
        self.environment["PKG_CONFIG_PATH"] = str(self.libraries / "pkgconfig")
        self.environment["LD_LIBRARY_PATH"] = str(self.libraries)

    def flags(self, *words):
        done = run(["pkg-config", f"--define-variable=prefix={self.prefix}",
                    *words], env=self.environment)
        check(f"pkg-config {' '.join(words)}", done.returncode == 0,
              done.stdout)
        return done.stdout.split()

    def build(self, compiler, source, modules, *more, static=False):
        """Builds a copy of |source|, so that nothing beside it is found."""
        copy = self.folder / source.name
        copy.write_bytes(source.read_bytes())
        program = copy.with_suffix(".static" if static else ".out")
        words = ["--static"] if static else []
        flags = self.flags("--cflags", "--libs", *words, *modules)
        if static:
            flags = [str(self.libraries / "libcreditgate.a")
                     if flag == "-lcreditgate" else flag for flag in flags]
        done = run([*compiler, "-Wall", "-Wextra", "-Werror", "-o",
                    str(program), str(copy), *more, *flags],
                   cwd=self.folder, env=self.environment)
        check(f"{source.name} builds{' statically' if static else ''}",
              done.returncode == 0, done.stdout)
        return program


def headers(installed, cc, cxx):
    """Each header stands alone, in C and in C++."""
    include = installed.prefix / "include"
    found = sorted(include.glob("*/*.h"))
    check("headers", len(found) > 10, f"only {len(found)}")
    flags = installed.flags("--cflags", "fix8-c-uv", "creditgate")
    for header in found:
        line = f"#include <{header.relative_to(include)}>\n"
        for compiler, language, standard in ((cc, "c", "gnu17"),
                                             (cxx, "c++", "c++14")):
            done = run([*compiler, f"-x{language}", f"-std={standard}", "-Wall",
                        "-Wextra", "-Werror", "-fsyntax-only", "-", *flags],
                       input=line)
            check(f"{header.name} as {language}", done.returncode == 0,
                  done.stdout)


def soname(installed):
    for name in ("libcreditgate", "libfix8-c", "libfix8-c-uv"):
        library = installed.libraries / f"{name}.so"
        done = run(["readelf", "-d", str(library)])
        check(f"{name} has a soname", f"[{name}.so.0]" in done.stdout,
              done.stdout)


def host(installed, source, cc):
    """A gate in a stranger's program, from either library."""
    for static in (False, True):
        program = installed.build(cc, source / "tests/system/installed_host.c",
                                  ["creditgate"], static=static)
        done = run([str(program)], env=installed.environment)
        check(f"{program.name} runs", done.returncode == 0 and
              done.stdout.startswith("forwarded by one gate"), done.stdout)


EXAMPLES = {
    "fix8c_echo.c": ["fix8-c-uv"],
    "fix8c_gate.c": ["creditgate", "fix8-c-uv"],
    "pipe_gate.c": ["creditgate", "libuv"],
    "quickfix_gate.cpp": ["creditgate", "quickfix"],
}


def examples(installed, source, cc, cxx):
    """What the documents show is built with what is installed."""
    folder = source / "docs/examples"
    for header in folder.glob("*.hpp"):
        (installed.folder / header.name).write_bytes(header.read_bytes())
    for name, modules in EXAMPLES.items():
        path = folder / name
        if path.suffix == ".c":
            installed.build(cc, path, modules)
        else:
            installed.build([*cxx, "-std=c++14", "-Wno-deprecated"], path,
                            modules, "-pthread")


def main(meson, source, build, cc, cxx):
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(meson.split(), build, folder)
        soname(installed)
        headers(installed, cc.split(), cxx.split())
        host(installed, pathlib.Path(source), cc.split())
        examples(installed, pathlib.Path(source), cc.split(), cxx.split())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
