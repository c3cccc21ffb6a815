/*
 * Where the field separators of a block are, and the sum of its bytes.
 *
 * The loops that touch every byte of a message; a file per kind of machine
 * holds them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_SCAN_H
#define CG_FIX_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CG_FIX_BLOCK 64

/* Reads CG_FIX_BLOCK bytes at |bytes|.  Returns a bit for each SOH, the first
 * byte's lowest. */
uint64_t cg_fix_scan(const char *bytes);

/* The sum of |len| bytes. */
uint64_t cg_fix_sum(const char *bytes, size_t len);

/* The same as cg_fix_scan() of the block at |at| of |len| bytes, which may be
 * the last and short one. */
static inline uint64_t cg_fix_scan_at(const char *bytes, size_t len, size_t at)
{
    char rest[CG_FIX_BLOCK];
    size_t left = len - at;

    if (left >= CG_FIX_BLOCK)
        return cg_fix_scan(bytes + at);
    /* What comes before the last bytes is scanned again and left out. */
    if (len >= CG_FIX_BLOCK && left > 0)
        return cg_fix_scan(bytes + len - CG_FIX_BLOCK) >> (CG_FIX_BLOCK - left);
    memset(rest, 0, sizeof rest);
    memcpy(rest, bytes + at, left);
    return cg_fix_scan(rest);
}

#endif
