/*
 * Discount factors.  Must never be asked about the past.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curve.h>

#include <check.h>
#include <math.h>

/* The first node of the two that |date| is between, or of the last two. */
static const struct cg_node *segment(const struct cg_curve *curve, cg_date date)
{
    size_t low = 0;
    size_t high = curve->count - 1;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (curve->nodes[middle].date <= date) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &curve->nodes[low];
}

double cg_curve_log_discount(const struct cg_curve *curve, cg_date date)
{
    const struct cg_node *node;
    double part;

    CG_ASSERT(curve->count >= 2);
    CG_ASSERT(date >= curve->nodes[0].date);
    node = segment(curve, date);
    if (date == node->date) {
        return node->log_discount;
    }
    part = (double)(date - node[0].date) / (double)(node[1].date - node->date);
    return node->log_discount +
           part * (node[1].log_discount - node->log_discount);
}

double cg_curve_discount(const struct cg_curve *curve, cg_date date)
{
    return exp(cg_curve_log_discount(curve, date));
}
