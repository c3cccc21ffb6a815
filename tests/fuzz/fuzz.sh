#!/bin/sh
# Fuzzes each target for a while, with libFuzzer under address and
# undefined-behaviour sanitizers, in a build of its own.
#
#     tests/fuzz/fuzz.sh SECONDS [TARGET ...]
#
# For less than a minute the build is one without optimization, which takes a
# quarter of the time to make, and tries the same inputs each time, as far as the
# time goes; nothing of what is found new is gathered then.  An input that fails is kept in
# tests/fuzz/found/TARGET/, where each test run finds it, and how to see it again
# is printed.  BUILD= is the folder of the build (build-fuzz, or
# build-fuzz-quick), CORPUS= where inputs are gathered (its folder "corpus").
# Ends with 77 when there is no clang with libFuzzer.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

[ $# -ge 1 ] || { sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 2; }
seconds=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
targets=${*:-config journal log message session stage talk}
level=-O1
[ "$seconds" -ge 60 ] || level=-O0
case $level in
-O0) build=${BUILD:-$root/build-fuzz-quick} ;;
*) build=${BUILD:-$root/build-fuzz} ;;
esac
corpus=${CORPUS:-$build/corpus}

# The newest clang that has libFuzzer.
clang=
for name in clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
    if command -v "$name" > /dev/null &&
        [ -e "$("$name" -print-file-name=libclang_rt.fuzzer-x86_64.a)" ]; then
        clang=$name
        break
    fi
done
if [ -z "$clang" ]; then
    echo "no clang with libFuzzer: nothing is fuzzed; on Debian:" \
        "apt-get install clang libclang-rt-14-dev" >&2
    exit 77
fi

began=$(date +%s)
mkdir -p "$build"
if [ ! -e "$build/build.ninja" ]; then
    cache=$(command -v ccache > /dev/null && echo "ccache " || true)
    flags="$level -gline-tables-only"
    CC="$cache$clang" CXX="$cache$(echo "$clang" | sed 's/clang/clang++/')" \
        meson setup "$build" "$root" -Dbuildtype=plain -Dwerror=false \
        -Dwarning_level=0 -Db_sanitize=address,undefined -Db_lundef=false \
        "-Dc_args=$flags -fsanitize=fuzzer-no-link -w" \
        "-Dcpp_args=$flags -w" > "$build/make.log" || { cat "$build/make.log"; exit 1; }
fi
programs=
for target in $targets; do
    programs="$programs tests/fuzz/libfuzzer_$target"
done
# shellcheck disable=SC2086
ninja -C "$build" $programs tests/fuzz/fuzz_message tests/fuzz/message.pack \
    > "$build/make.log" || { tail -50 "$build/make.log"; exit 1; }
echo "built in $(($(date +%s) - began)) s"

# Fuzzes target $1, and says in $build/$1.result what came of it.
fuzz() {
    target=$1
    folder=$corpus/$target
    found=$root/tests/fuzz/found/$target
    log=$build/$target.log
    if [ ! -d "$folder" ]; then
        mkdir -p "$folder"
        "$build/tests/fuzz/fuzz_message" --unpack "$folder" \
            "$build/tests/fuzz/$target.pack"
    fi
    mkdir -p "$found"
    inputs="$folder $found"
    if [ "$level" = -O0 ]; then
        # What is compared are addresses, too, other ones each time.
        find "$folder" "$found" -type f | sort | paste -s -d, \
            > "$build/$target.inputs"
        inputs="-seed=1 -use_cmp=0 -seed_inputs=@$build/$target.inputs"
    fi
    dictionary=
    if [ -e "$root/tests/fuzz/$target.dict" ]; then
        dictionary=-dict=$root/tests/fuzz/$target.dict
    fi
    # shellcheck disable=SC2086
    if UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        ASAN_OPTIONS=allocator_may_return_null=1 \
        "$build/tests/fuzz/libfuzzer_$target" $dictionary \
        -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 \
        -entropic=0 -artifact_prefix="$found/" -print_final_stats=1 \
        $inputs > "$log" 2>&1; then
        grep -E 'stat::(number_of_executed|average_exec)' "$log" |
            sed "s/^/$target: /"
        grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -1 |
            sed "s/^/$target: /"
        return 0
    fi
    tail -40 "$log"
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    echo "$target failed; again: $build/tests/fuzz/libfuzzer_$target" \
        "${input:-?}"
    return 1
}

# An input that fails ends its program, which leaves its files then.
memory=/dev/shm
[ -w "$memory" ] || memory=/tmp
CG_FUZZ_FOLDER=$(mktemp -d "$memory/cg-fuzz-XXXXXX")
export CG_FUZZ_FOLDER
trap 'rm -rf "$CG_FUZZ_FOLDER"' EXIT

# The targets in turn to each of the cores.  What a shell starts beside itself
# does not hear of an interrupt.
trap 'trap "" TERM; kill 0; exit 130' INT
lanes=$(nproc)
lane=0
pids=
while [ "$lane" -lt "$lanes" ]; do
    (
        failed=0
        at=0
        for target in $targets; do
            at=$((at + 1))
            [ $((at % lanes)) -eq $lane ] || continue
            fuzz "$target" > "$build/$target.result" || failed=1
            cat "$build/$target.result"
        done
        exit $failed
    ) &
    pids="$pids $!"
    lane=$((lane + 1))
done
failed=0
for pid in $pids; do
    wait "$pid" || failed=1
done
exit $failed
