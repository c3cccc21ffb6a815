/*
 * Par rates for a gate: one file, checked whole, with the curves and the DV01
 * per 1,000,000 that it makes of every instrument.
 *
 * A host reads a file whenever it has changed, on any thread, and hands it to
 * the gate by cg_gate_take_rates() of gate.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_RATES_H
#define CREDITGATE_RATES_H

#include <creditgate/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable once read. */
struct cg_rates;

struct cg_rates_text {
    const char *file; /* as mistakes name it; borrowed for the call */
    const char *text;
    size_t len;
    /* The file's time: the age of its rates counts from it, or from the end of
       their valuation date when that is earlier. */
    cg_time made_at;
};

/*
 * Checks |text| whole against the conventions and instruments of |config|,
 * builds all curves and prices every row of the table.  |config| is borrowed
 * for the life of the rates.  |before|, or NULL, are the rates in force: what
 * they have rates for, |text| must have as well, so that a file that was cut
 * short is not taken.  Changes nothing of a gate or of |before|, so it may run
 * on a thread of its own.
 *
 * |report| is called for every mistake, in the order of the lines: |file|,
 * |line| (0: the file as a whole), what is wrong, and what to do.
 *
 * Returns 0, or CG_ERR_CONFIG after at least one report, or CG_ERR_MEMORY, or
 * CG_ERR_MISUSE when |config| has no [RATES].
 */
CG_API int cg_rates_read(const struct cg_config *config,
                         const struct cg_rates_text *text,
                         const struct cg_rates *before,
                         void (*report)(void *user,
                                        const char *file,
                                        int line,
                                        const char *wrong,
                                        const char *remedy),
                         void *user,
                         struct cg_rates **rates);

/*
 * The same rates for another configuration: its conventions, its table.  They
 * are as old as before.  Otherwise as cg_rates_read(); |rates| may be closed
 * afterwards.
 */
CG_API int cg_rates_again(const struct cg_config *config,
                          const struct cg_rates *rates,
                          void (*report)(void *user,
                                         const char *file,
                                         int line,
                                         const char *wrong,
                                         const char *remedy),
                          void *user,
                          struct cg_rates **again);

/* NULL is fine; not while a gate borrows them. */
CG_API void cg_rates_close(struct cg_rates *rates);

/* SHA-256 of the text in hex: tells whether a file that was touched has
 * changed. */
CG_API const char *cg_rates_digest(const struct cg_rates *rates);

/* When they were made, as their age counts. */
CG_API cg_time cg_rates_made_at(const struct cg_rates *rates);

/* How old they may be before orders under them are refused (CG107);
 * CG_TIME_NEVER: any age. */
CG_API cg_time cg_rates_max_age(const struct cg_rates *rates);

/* "smp 2026-01-15 rates.csv": the set, the day it is of, the file. */
CG_API const char *cg_rates_words(const struct cg_rates *rates);

/*
 * What 1,000,000 of an instrument of the configuration's table has by these
 * rates, by its index there; 0 when they do not price it, and |why| says so:
 * its DV01 is the table's, it stands for many, or its swap is over.
 */
CG_API cg_dv01 cg_rates_dv01(const struct cg_rates *rates,
                             size_t instrument,
                             const char **why);

/* Whether there are rates for the curve of the |convention| of that name. */
CG_API bool cg_rates_has_curve(const struct cg_rates *rates,
                               const char *convention);

#ifdef __cplusplus
}
#endif
#endif
