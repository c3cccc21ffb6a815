/*
 * What a plot shows, out of rates, curves and prices.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01_series.h"

#include <stdlib.h>
#include <string.h>

static double tenor_years(struct cg_tenor tenor)
{
    return tenor.months / 12.0 + tenor.days / 365.0;
}

static void
add_point(struct dv01_line *line, double years, double value, const char *name)
{
    line->points[line->count++] = (struct dv01_point){years, value, name};
}

static void gather_par(const struct dv01 *dv01,
                       const struct cg_convention *convention,
                       struct dv01_line *line)
{
    for (size_t i = 0; i < dv01->rates.count; i++) {
        const struct cg_par_rate *rate = &dv01->rates.items[i];

        if (strcmp(rate->curve, convention->par_curve) == 0) {
            add_point(line, tenor_years(rate->tenor), rate->rate * 100,
                      rate->name);
        }
    }
}

/* Continuous, ACT/365F, at the curve's nodes behind the first. */
static void gather_zero(const struct cg_curve *curve, struct dv01_line *line)
{
    for (size_t i = 1; i < curve->count; i++) {
        const struct cg_node *node = &curve->nodes[i];
        double years = (node->date - curve->nodes[0].date) / 365.0;

        add_point(line, years, -node->log_discount / years * 100, NULL);
    }
}

static void
gather_dv01(const struct dv01 *dv01, size_t convention, struct dv01_line *line)
{
    for (size_t i = 0; i < dv01->pillars.count; i++) {
        const struct dv01_row *row = &dv01->pillars.items[i];

        if (row->convention == convention) {
            add_point(line, tenor_years(row->spec.tenor),
                      row->price.dv01_per_million, row->instrument);
        }
    }
}

static int compare_points(const void *left, const void *right)
{
    const struct dv01_point *a = left;
    const struct dv01_point *b = right;

    return a->years < b->years ? -1 : a->years > b->years;
}

static bool gather_one(const struct dv01 *dv01,
                       size_t convention,
                       struct dv01_series *series)
{
    const struct cg_convention *about = dv01_convention(dv01, convention);
    const struct cg_curve *curve = cg_curves_find(dv01->curves, convention);
    size_t room = dv01->rates.count + curve->count;

    series->name = about->name;
    series->currency = about->currency;
    for (size_t kind = 0; kind < DV01_KINDS; kind++) {
        series->lines[kind].points = calloc(room, sizeof(struct dv01_point));
        if (series->lines[kind].points == NULL) {
            return false;
        }
    }
    gather_par(dv01, about, &series->lines[DV01_PAR]);
    gather_zero(curve, &series->lines[DV01_ZERO]);
    gather_dv01(dv01, convention, &series->lines[DV01_DV01]);
    for (size_t kind = 0; kind < DV01_KINDS; kind++) {
        qsort(series->lines[kind].points, series->lines[kind].count,
              sizeof(struct dv01_point), compare_points);
    }
    return true;
}

bool dv01_series_gather(const struct dv01 *dv01, struct dv01_series *series)
{
    for (size_t i = 0; i < dv01->chosen_count; i++) {
        if (!gather_one(dv01, dv01->chosen[i], &series[i])) {
            return false;
        }
    }
    return true;
}

void dv01_series_deinit(struct dv01_series *series, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t kind = 0; kind < DV01_KINDS; kind++) {
            free(series[i].lines[kind].points);
        }
    }
}
