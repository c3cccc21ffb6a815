#!/bin/sh
# The headers of libfix8-c by themselves: plain C11 (C++11 too), nothing else
# needed, and no word of what this project builds on them.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
include=$1

compile() {
    printf '#include <fix8c/%s>\n' "$1" |
        ${CC:-cc} "$2" -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
            -I"$include" -x "$3" -
}

compile fix8c.h -std=c11 c
compile fix8c.h -std=c++11 c++
# libuv's header needs what POSIX adds to C.
compile transport.h -std=gnu11 c

if grep -riE 'credit|dv01|token|creditgate' "$include/fix8c"; then
    echo 'the headers speak of what is built on them'
    exit 1
fi
