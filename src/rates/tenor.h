/*
 * Lengths of time as the market writes them: 10Y, 18M, 2W, 13x1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_TENOR_H
#define CG_RATES_TENOR_H

#include <slice.h>
#include <stdint.h>

#define CG_TENOR_YEARS_MAX 100

/* Months first, then days. */
struct cg_tenor {
    int months;
    int days;
};

/*
 * Reads 10Y, 18M, 2W, 28D and what is put together of them from the longest
 * unit to the shortest (1Y6M); 13x1 and 13x28D, 13 periods of 28 days, as swaps
 * on the TIIE are quoted.  Capital letters, no zero, no leading zeros, at most
 * CG_TENOR_YEARS_MAX years; anything else is refused and |tenor| untouched.
 */
bool cg_tenor_parse(struct cg_slice text, struct cg_tenor *tenor);

/* Below 0, 0 or above 0: |a| is shorter than |b|, as long, or longer, a month
 * being the twelfth of 365.25 days. */
int cg_tenor_compare(struct cg_tenor a, struct cg_tenor b);

#endif
