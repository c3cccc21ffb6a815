/*
 * Discount factors by date.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CURVE_H
#define CG_RATES_CURVE_H

#include <date.h>
#include <stddef.h>

struct cg_node {
    cg_date date;
    double log_discount;
};

/* At least two nodes by rising date; the first is the valuation date with 0. */
struct cg_curve {
    struct cg_node *nodes;
    size_t count;
};

/*
 * The logarithm is linear in days between nodes; beyond the last the last slope
 * goes on.  |date| must not be before the valuation date.
 */
double cg_curve_log_discount(const struct cg_curve *curve, cg_date date);
double cg_curve_discount(const struct cg_curve *curve, cg_date date);

/* For many dates that mostly rise: goes on from the node of the last.  Zeroed
 * but for |curve|. */
struct cg_curve_reader {
    const struct cg_curve *curve;
    size_t at;
};

double cg_curve_read(struct cg_curve_reader *reader, cg_date date);

#endif
