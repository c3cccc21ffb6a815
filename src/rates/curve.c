/*
 * Discount factors.  Must never be asked about the past.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curve.h>

#include <check.h>
#include <math.h>

/* The first node of the two that |date| is between, or of the last two. */
static const struct cg_node *segment(struct cg_curve_reader *reader,
                                     cg_date date)
{
    const struct cg_curve *curve = reader->curve;

    while (reader->at > 0 && curve->nodes[reader->at].date > date) {
        reader->at--;
    }
    while (reader->at + 2 < curve->count &&
           curve->nodes[reader->at + 1].date <= date) {
        reader->at++;
    }
    return &curve->nodes[reader->at];
}

double cg_curve_read(struct cg_curve_reader *reader, cg_date date)
{
    const struct cg_node *node;
    double part;

    CG_ASSERT(reader->curve->count >= 2);
    CG_ASSERT(date >= reader->curve->nodes[0].date);
    node = segment(reader, date);
    if (date == node->date) {
        return node->log_discount;
    }
    part = (double)(date - node[0].date) / (double)(node[1].date - node->date);
    return node->log_discount +
           part * (node[1].log_discount - node->log_discount);
}

double cg_curve_log_discount(const struct cg_curve *curve, cg_date date)
{
    struct cg_curve_reader reader = {.curve = curve};

    return cg_curve_read(&reader, date);
}

double cg_curve_discount(const struct cg_curve *curve, cg_date date)
{
    return exp(cg_curve_log_discount(curve, date));
}
