/*
 * Par rates as a desk's file gives them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_PAR_RATES_H
#define CG_RATES_PAR_RATES_H

#include <creditgate/config.h>
#include <date.h>
#include <mistake.h>
#include <tenor.h>

#define CG_PAR_RATES_MAX 10000 /* rows of a file */
#define CG_TENOR_TEXT_MAX 15

struct cg_par_rate {
    char curve[CG_NAME_MAX + 1];
    char name[CG_TENOR_TEXT_MAX + 1]; /* the tenor as written */
    struct cg_tenor tenor;
    double rate; /* 0.0344 is 3.44 percent */
    int line;
};

/* Whether two rates are more than |bp| basis points apart. */
bool cg_par_rate_is_far(const struct cg_par_rate *one,
                        const struct cg_par_rate *other,
                        uint32_t bp);

/* Fine when zeroed. */
struct cg_par_rates {
    char set[CG_NAME_MAX + 1];
    cg_date date; /* of the column valuation_date, or CG_DATE_NONE */
    struct cg_par_rate *items; /* by row; those of a curve by rising tenor */
    size_t count;
};

/*
 * Reads the rates of |set| from a table, |text|, which stands for the file
 * |file|: columns set, curve, tenor, rate_pct and, optionally, valuation_date.
 * With |set| NULL or empty the table must hold one set only.  Every row is
 * checked, those of other sets included.
 *
 * A rate is a decimal number of percent, from -10 to 100, of at most 15
 * digits; the tenors of each curve rise.  False after mistakes were added, or
 * without memory; there are no rates then.
 */
bool cg_par_rates_read(struct cg_par_rates *rates,
                       const char *file,
                       struct cg_slice text,
                       const char *set,
                       struct cg_mistakes *mistakes);

void cg_par_rates_deinit(struct cg_par_rates *rates);

/*
 * Reads a decimal number of percent, which becomes |*fraction|: 3.44 is 0.0344.
 * The result is the double nearest to what is written, in every locale.
 */
bool cg_percent_parse(struct cg_slice text, double *fraction);

#endif
