/*
 * Parts of a year.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <convention.h>

static int capped(int day)
{
    return day < 30 ? day : 30;
}

/* ISDA 2006, 4.16(g): the 31st counts as the 30th at either end, and February
 * is left as it is. */
static int days_30e(cg_date start, cg_date end)
{
    int y1;
    int m1;
    int d1;
    int y2;
    int m2;
    int d2;

    cg_date_split(start, &y1, &m1, &d1);
    cg_date_split(end, &y2, &m2, &d2);
    return (y2 - y1) * 360 + (m2 - m1) * 30 + capped(d2) - capped(d1);
}

double
cg_daycount_fraction(enum cg_daycount daycount, cg_date start, cg_date end)
{
    switch (daycount) {
    case CG_ACT_365F:
        return (end - start) / 365.0;
    case CG_30E_360:
        return days_30e(start, end) / 360.0;
    case CG_ACT_360:
    default:
        return (end - start) / 360.0;
    }
}
