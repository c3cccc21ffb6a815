/*
 * The parts of creditgate dv01: what was asked for, the curves, the rows that
 * were priced.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DV01_H
#define DV01_H

#include <calendar.h>
#include <convention.h>
#include <creditgate/types.h>
#include <curves.h>
#include <mistake.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <swap.h>

enum dv01_format { DV01_CSV, DV01_TABLE, DV01_JSON };
enum dv01_show { DV01_PRICES, DV01_CASHFLOWS, DV01_DISCOUNTS };

/* Words of options that may be given several times, each owned. */
struct dv01_words {
    char **items;
    size_t count;
};

struct dv01_options {
    const char *par_rates;
    const char *conventions; /* NULL: those of this program */
    const char *holidays;    /* NULL: as well */
    const char *set;         /* NULL: the file's only one */
    const char *packages;
    const char *plot;
    cg_date date;
    struct dv01_words convention;
    struct dv01_words instrument;
    enum dv01_format format;
    enum dv01_show show;
};

/* Reads the arguments.  What is wrong has been told, all of it. */
enum dv01_start { DV01_GO, DV01_HELP, DV01_WRONG, DV01_NO_MEMORY };
enum dv01_start
dv01_options_read(struct dv01_options *options, int argc, char **argv);
void dv01_options_deinit(struct dv01_options *options);

/* One swap, priced. */
struct dv01_row {
    size_t convention;
    char *instrument; /* as it was asked for, owned */
    struct cg_swap_spec spec;
    int line; /* of its quote, or 0 */
    struct cg_swap_price price;
    cg_dv01 charge; /* per million, as the gate would have it */
};

struct dv01_rows {
    struct dv01_row *items;
    size_t count;
    size_t room;
};

enum dv01_side { DV01_PAY = 1, DV01_RECEIVE = -1 };

/* A leg of a package; the row of the same number is its swap. */
struct dv01_leg {
    char *package; /* owned */
    char *name;
    cg_qty notional;
    enum dv01_side side;
    int line;
    double dv01;       /* with its sign */
    cg_dv01 charge;    /* as the gate would charge it, no sign */
    size_t first;      /* the first leg of its package */
    size_t next;       /* the next one, or 0 */
    size_t last;       /* so far, of the package: in its first leg */
    double net, gross; /* of the package: in its first leg */
    bool one_currency; /* else net and gross mean nothing: in its first leg */
};

struct dv01_legs {
    struct dv01_leg *items;
    size_t count;
    size_t room;
};

enum { DV01_PAR_RATES, DV01_CONVENTIONS, DV01_HOLIDAYS, DV01_INPUTS };

/* What a result comes from, told with it. */
struct dv01_input {
    const char *name;
    const char *file; /* NULL: none */
    char digest[65];  /* SHA-256 */
};

/* All of one run.  Zeroed to begin with. */
struct dv01 {
    const struct dv01_options *options;
    struct dv01_input inputs[DV01_INPUTS];
    struct cg_mistakes mistakes;
    size_t shipped_calendars; /* the first so many of conventions.calendars */
    struct cg_conventions conventions;
    struct cg_par_rates rates;
    struct cg_curves *curves;
    size_t *chosen; /* conventions, in the order asked for */
    size_t chosen_count;
    struct dv01_rows rows;    /* what is printed, or the legs' swaps */
    struct dv01_rows pillars; /* of the chosen ones, for the plot */
    struct dv01_legs legs;
};

const struct cg_convention *dv01_convention(const struct dv01 *dv01,
                                            size_t convention);

/*
 * Adds a row, not priced yet, with a copy of |instrument|; sets no_memory
 * of the mistakes without memory.
 */
void dv01_rows_add(struct dv01_rows *rows,
                   struct cg_mistakes *mistakes,
                   const char *instrument,
                   const struct dv01_row *row);

/* Prices a row; what is wrong is a mistake of |file| and |line|. */
void dv01_row_price(struct dv01 *dv01,
                    struct dv01_row *row,
                    const char *file,
                    int line);
void dv01_rows_deinit(struct dv01_rows *rows);

/*
 * The convention |name| when it has all the curves it needs, or SIZE_MAX after
 * a mistake of |file| and |line| was added.
 */
size_t dv01_convention_find(struct dv01 *dv01,
                            const char *name,
                            const char *file,
                            int line);

/* cg_swap_parse(), or a mistake. */
bool dv01_swap_parse(struct dv01 *dv01,
                     const char *text,
                     struct cg_swap_spec *spec,
                     const char *file,
                     int line);

/* What to print when no package is: chosen conventions and instruments. */
void dv01_choose(struct dv01 *dv01);
void dv01_rows_fill(struct dv01 *dv01);
void dv01_pillars_fill(struct dv01 *dv01, struct dv01_rows *rows);

/* Reads and prices the packages of |text|; needs curves. */
void dv01_packages_read(struct dv01 *dv01, struct cg_slice text);
void dv01_legs_deinit(struct dv01_legs *legs);

/* Prints all that was asked for, as it was asked for; false without memory. */
bool dv01_print(const struct dv01 *dv01, FILE *to);

/* Draws par rates, zero rates and DV01 by tenor, as SVG; false without memory.
 */
bool dv01_plot(const struct dv01 *dv01, FILE *to);

#endif
