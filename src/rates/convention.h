/*
 * Kinds of swap, as data: one row of a table each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CONVENTION_H
#define CG_RATES_CONVENTION_H

#include <calendar.h>

enum cg_swap_type {
    CG_SWAP_OIS,  /* the floating leg is an overnight rate, compounded */
    CG_SWAP_IBOR, /* a term rate, fixed at the start of each period */
};

enum cg_daycount {
    CG_ACT_360,
    CG_ACT_365F,
    CG_30E_360, /* both days of the month are capped at 30 */
};

/* Months or days; neither: one period, however long. */
struct cg_frequency {
    int months;
    int days;
};

struct cg_convention {
    char name[CG_NAME_MAX + 1];
    char currency[4];
    char par_curve[CG_NAME_MAX + 1]; /* whose par rates its curve comes from */
    char float_index[CG_NAME_MAX + 1];
    enum cg_swap_type type;
    size_t discount; /* the convention whose curve discounts, itself included */
    struct cg_frequency fixed;
    struct cg_frequency floating;
    enum cg_daycount fixed_daycount;
    enum cg_daycount float_daycount;
    const struct cg_calendar *calendar;
    enum cg_adjustment adjustment;
    bool month_end; /* a start at the end of a month keeps to ends of months */
    int spot_lag_days; /* business days, as the next */
    int payment_lag_days;
    int line;
};

/* Fine when zeroed. */
struct cg_conventions {
    struct cg_convention *items;
    size_t count;
    struct cg_calendars calendars; /* theirs; not to be read again */
    char *file;                    /* where the items are from */
};

/*
 * Reads a table of conventions, |text|, which stands for the file |file|, and
 * takes the place of those read before.  Its calendars must be in
 * |conventions->calendars| already, and must not change any more.
 *
 * False after mistakes were added, or without memory; the conventions are
 * none then.
 */
bool cg_conventions_read(struct cg_conventions *conventions,
                         const char *file,
                         struct cg_slice text,
                         struct cg_mistakes *mistakes);

/* The calendars, too. */
void cg_conventions_deinit(struct cg_conventions *conventions);

/* SIZE_MAX when there is none of that name. */
size_t cg_conventions_find(const struct cg_conventions *conventions,
                           const char *name);

/* The part of a year from |start| to |end|. */
double
cg_daycount_fraction(enum cg_daycount daycount, cg_date start, cg_date end);

#endif
