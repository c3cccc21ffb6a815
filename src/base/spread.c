/*
 * Bins that grow with the numbers in them: numbers below 128 have a bin each,
 * and each power of two above has 128.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "spread.h"

#define BINS_PER_POWER ((uint64_t)1 << CG_SPREAD_BITS)

static uint32_t bin_of(uint64_t number)
{
    if (number < BINS_PER_POWER) {
        return (uint32_t)number;
    }
    unsigned shift = 63U - (unsigned)__builtin_clzll(number) - CG_SPREAD_BITS;
    uint64_t bin = (shift + 1) * BINS_PER_POWER +
                   ((number >> shift) & (BINS_PER_POWER - 1));
    return bin < CG_SPREAD_BINS ? (uint32_t)bin : CG_SPREAD_BINS - 1;
}

static uint64_t middle_of(uint64_t bin)
{
    if (bin < 2 * BINS_PER_POWER) {
        return bin;
    }
    unsigned shift = (unsigned)(bin / BINS_PER_POWER) - 1;
    uint64_t first = (BINS_PER_POWER + bin % BINS_PER_POWER) << shift;
    return first + ((uint64_t)1 << shift) / 2;
}

void cg_spread_add(struct cg_spread *spread, uint64_t number)
{
    spread->bins[bin_of(number)]++;
    spread->count++;
}

uint64_t cg_spread_at(const struct cg_spread *spread, uint64_t permille)
{
    uint64_t before = spread->count > 0 ? (spread->count - 1) * permille / 1000
                                        : 0;
    for (uint64_t i = 0; i < CG_SPREAD_BINS && spread->count > 0; i++) {
        if (before < spread->bins[i]) {
            return middle_of(i);
        }
        before -= spread->bins[i];
    }
    return 0;
}
