/*
 * The curves of the sample rates, and the tables of reference values beside
 * them, which are read here without the program's own reader.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RATES_HARNESS_H
#define RATES_HARNESS_H

#include <curves.h>
#include <stdio.h>

#define HARNESS_DATE "2026-01-15"

struct rates_harness {
    struct cg_conventions conventions;
    struct cg_par_rates rates;
    struct cg_mistakes mistakes;
    struct cg_curves *curves; /* NULL: refused */
};

/* The text of a file of the reference tables; free() it. */
char *harness_text(const char *file);

/* Reads the sample's holidays and conventions. */
void harness_open(struct rates_harness *harness);

/* Takes other conventions. */
void harness_conventions(struct rates_harness *harness, const char *text);

/* Builds the curves of |rates| on |date|; false with mistakes. */
bool harness_build(struct rates_harness *harness,
                   const char *rates,
                   const char *date);

/* All of the sample, which must be fine. */
void harness_sample(struct rates_harness *harness);
void harness_close(struct rates_harness *harness);

cg_date harness_date(const char *text);

/* The outcome of pricing |instrument|, which must be a swap's name. */
enum cg_swap_error harness_price(const struct rates_harness *harness,
                                 const char *convention,
                                 const char *instrument,
                                 struct cg_swap_price *price);

/* The only mistake is this one; takes it away. */
void harness_expect_mistake(struct rates_harness *harness,
                            int line,
                            const char *wrong,
                            const char *remedy);

/* |actual| is |expected| but for |relative| of it. */
void harness_near(double actual, double expected, double relative);

/* --- reference tables ----------------------------------------------------- */

#define REFERENCE_COLUMNS_MAX 24

struct reference {
    char *text;
    char *next;
    char *names[REFERENCE_COLUMNS_MAX];
    char *cells[REFERENCE_COLUMNS_MAX];
    size_t columns;
    size_t rows; /* taken so far */
};

void reference_open(struct reference *reference, const char *file);
bool reference_next(struct reference *reference);
const char *reference_cell(const struct reference *reference, const char *name);
double reference_number(const struct reference *reference, const char *name);
cg_date reference_date(const struct reference *reference, const char *name);

/* At least |rows| were seen. */
void reference_close(struct reference *reference, size_t rows);

#endif
