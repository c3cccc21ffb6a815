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

#define CG_FIX_BLOCK 64

/* Reads CG_FIX_BLOCK bytes at |bytes|.  Returns a bit for each SOH, the first
 * byte's lowest, and adds the bytes to |sum|. */
uint64_t cg_fix_scan(const char *bytes, uint64_t *sum);

/* The sum of |len| bytes. */
uint64_t cg_fix_sum(const char *bytes, size_t len);

#endif
