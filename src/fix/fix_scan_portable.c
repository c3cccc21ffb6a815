/*
 * Blocks on any machine.  Never reads past what it is given.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_scan.h"

uint64_t cg_fix_scan(const char *bytes)
{
    uint64_t found = 0;

    for (unsigned i = 0; i < CG_FIX_BLOCK; i++)
        found |= (uint64_t)(bytes[i] == '\001') << i;
    return found;
}

uint64_t cg_fix_sum(const char *bytes, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)bytes[i];
    return sum;
}
