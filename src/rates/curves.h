/*
 * The curves of one set of par rates, and the prices of swaps by them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CURVES_H
#define CG_RATES_CURVES_H

#include <creditgate/types.h>
#include <curve.h>
#include <par_rates.h>
#include <swap.h>

/* Does not change once it is built; any number of threads may price by it. */
struct cg_curves;

/*
 * Builds a curve for each convention whose par_curve is in |rates|, and that of
 * what discounts it, such that each quote is worth zero on |valuation|.  The
 * others have no curve.  |file| is where the rates are from, for the mistakes.
 * |conventions| are borrowed until cg_curves_close().
 *
 * It is a mistake when two quotes of a curve end on one day, when no curve
 * gives a quote its rate, and when no convention has a curve.  False after
 * mistakes were added, or without memory.
 */
bool cg_curves_build(const struct cg_conventions *conventions,
                     const struct cg_par_rates *rates,
                     const char *file,
                     cg_date valuation,
                     struct cg_mistakes *mistakes,
                     struct cg_curves **curves);

/* NULL is fine. */
void cg_curves_close(struct cg_curves *curves);

cg_date cg_curves_date(const struct cg_curves *curves);
const struct cg_conventions *
cg_curves_conventions(const struct cg_curves *curves);

/* The curve that |convention| is quoted on, or NULL.  What it is discounted by
 * is the curve of the convention's |discount|. */
const struct cg_curve *cg_curves_find(const struct cg_curves *curves,
                                      size_t convention);

/* Days behind the last node of a curve on which a swap may still end, as a
 * holiday or a third Wednesday can move it there; and how many more when it
 * starts so much later than on the valuation date, by IMM or given dates.  The
 * curve goes on with its last slope. */
#define CG_BEYOND_CURVE_DAYS_MAX 7
#define CG_SHIFT_DAYS_MAX 190

struct cg_swap_price {
    cg_date start;
    cg_date end;
    cg_date last_payment; /* of the fixed leg */
    size_t coupons;       /* of the fixed leg */
    double fair_rate;     /* 0.0344 is 3.44 percent */
    double annuity;       /* of a notional of 1 */
    double dv01_per_million;
};

/* |price| is set when CG_SWAP_OK is returned, to finite numbers. */
enum cg_swap_error cg_swap_price(const struct cg_curves *curves,
                                 size_t convention,
                                 const struct cg_swap_spec *spec,
                                 struct cg_swap_price *price);

/*
 * The only way out of floating point (R1): a DV01 per million, rounded up once
 * to the unit of cg_dv01.  One part in 1e11 is added before, more than the
 * arithmetic can be off by, so that the result is never below the true value.
 * False when |dv01_per_million| is not above 0, not finite or too big.
 */
bool cg_dv01_round_up(double dv01_per_million, cg_dv01 *dv01);

#endif
