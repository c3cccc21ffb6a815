/*
 * What a plot shows: par rates, zero rates and DV01 of a convention by tenor.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DV01_SERIES_H
#define DV01_SERIES_H

#include "dv01.h"

struct dv01_point {
    double years;
    double value;
    const char *name; /* NULL: no mark */
};

enum dv01_kind { DV01_PAR, DV01_ZERO, DV01_DV01, DV01_KINDS };

struct dv01_line {
    struct dv01_point *points; /* by years */
    size_t count;
};

/* Of one convention; names are borrowed from it, points are owned. */
struct dv01_series {
    const char *name;
    const char *currency;
    struct dv01_line lines[DV01_KINDS];
};

/*
 * Gathers what there is of the chosen conventions into as many, zeroed,
 * |series|.  False without memory; dv01_series_deinit() is needed in any case.
 */
bool dv01_series_gather(const struct dv01 *dv01, struct dv01_series *series);
void dv01_series_deinit(struct dv01_series *series, size_t count);

#endif
