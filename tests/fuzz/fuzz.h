/*
 * What the fuzz targets share.  A target is a file with one
 * LLVMFuzzerTestOneInput(); it is linked with libFuzzer, or with replay.c,
 * which runs it on files.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <slice.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what is wrong, and ends the process as a crash does. */
__attribute__((noreturn, format(printf, 1, 2))) void
fuzz_fail(const char *format, ...);

/*
 * A copy of |len| bytes whose end, or whose beginning, is that of a page: the
 * page behind it, or before it, cannot be read.  Good until the next call.
 */
const char *fuzz_at_end(const void *bytes, size_t len);
const char *fuzz_at_start(const void *bytes, size_t len);

/* A file |name| in a folder that is this process' own and goes with it; NULL
 * |bytes|: only its path.  The path is good until the next call but three. */
const char *fuzz_file(const char *name, const void *bytes, size_t len);

/* Puts 8, 9 and 10 around the rest of a message, from 35 on; |version| 0: 4.2,
 * 1: 4.4, 2: 5.0 SP2.  The length; 0 without room. */
size_t
fuzz_seal(int version, const void *rest, size_t len, char *sealed, size_t room);

/* Takes numbers, and texts, off the front of an input; 0 and "" at its end. */
struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
};
uint64_t fuzz_take(struct fuzz_bytes *bytes, size_t count);
/* All up to the next |end|, which goes, too. */
struct cg_slice fuzz_take_text(struct fuzz_bytes *bytes, uint8_t end);

#endif
