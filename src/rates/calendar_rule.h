/*
 * The rule that a holiday follows from year to year.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CALENDAR_RULE_H
#define CG_RATES_CALENDAR_RULE_H

#include <date.h>

#define CG_RULE_REMEDY_MAX 256 /* bytes, with the NUL */

enum cg_rule_form {
    CG_RULE_FIXED,             /* december 25 */
    CG_RULE_WEEKDAY,           /* third monday of may, last monday of may */
    CG_RULE_EASTER,            /* easter, easter - 2, easter + 1 */
    CG_RULE_MARCH_EQUINOX,     /* march equinox in japan */
    CG_RULE_SEPTEMBER_EQUINOX, /* september equinox in japan */
    CG_RULE_DATE,              /* 2026-12-25 */
    CG_RULE_BETWEEN,           /* between holidays */
};

struct cg_rule {
    enum cg_rule_form form;
    int month;
    int day;
    enum cg_weekday weekday;
    int nth;    /* 1 to 5, -1: the last */
    int offset; /* days from Easter Sunday */
    cg_date date;
};

/*
 * Reads a rule in words.  False, and what to do in |remedy|, when |text| is
 * none.
 */
bool cg_rule_parse(const char *text,
                   struct cg_rule *rule,
                   char remedy[CG_RULE_REMEDY_MAX]);

/* False when the equinoxes of |year| are not known well enough. */
bool cg_rule_knows(const struct cg_rule *rule, int year);

/*
 * The day in |year|, which the rule must know; CG_DATE_NONE in years without
 * one, and for a rule that names no day.
 */
cg_date cg_rule_day(const struct cg_rule *rule, int year);

/* Easter Sunday of the western churches. */
cg_date cg_easter(int year);

#endif
