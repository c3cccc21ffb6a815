/*
 * How numbers are spread: a count in each of a fixed set of bins, each at most
 * 1 % wide, so that memory does not grow with their number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_SPREAD_H
#define CG_BASE_SPREAD_H

#include <stdint.h>

enum {
    CG_SPREAD_BITS = 7,    /* bins of one power of two: 1 << this */
    CG_SPREAD_BINS = 5504, /* for numbers below 1 << 49 */
};

struct cg_spread {
    uint64_t count;
    uint64_t bins[CG_SPREAD_BINS];
};

/* A larger number counts as the largest. */
void cg_spread_add(struct cg_spread *spread, uint64_t number);

/* What |permille| of 1000 numbers are at or below: the middle of its bin; 0
 * when there are none. */
uint64_t cg_spread_at(const struct cg_spread *spread, uint64_t permille);

#endif
