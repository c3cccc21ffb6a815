/*
 * One node of a curve from one quote.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_BOOTSTRAP_H
#define CG_RATES_BOOTSTRAP_H

#include <curve.h>
#include <swap.h>

struct cg_quote {
    double rate;
    const struct cg_coupon *fixed;
    size_t fixed_count;
    const struct cg_coupon *floating;
    size_t floating_count;
};

/* amount * exp(log + slope * x), x being what is looked for. */
struct cg_term {
    double amount;
    double log;
    double slope;
};

/* Three terms for each coupon of either leg are enough. */
#define CG_TERMS_MAX ((size_t)3 * CG_COUPONS_MAX)

/* The day of the last payment of either leg. */
cg_date cg_quote_last_payment(const struct cg_quote *quote);

/*
 * Adds a node to |curve|, which has room for it, on the day of the last
 * payment, which must be behind the nodes there are, such that the quote is
 * worth zero.  |discount| discounts; NULL stands for |curve| itself.  |terms|
 * holds CG_TERMS_MAX.  False when there is no such node.
 */
bool cg_curve_add_node(struct cg_curve *curve,
                       const struct cg_curve *discount,
                       const struct cg_quote *quote,
                       struct cg_term *terms);

#endif
