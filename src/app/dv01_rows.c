/*
 * Which swaps are priced, and their prices.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01.h"

#include <calendar.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

const struct cg_convention *dv01_convention(const struct dv01 *dv01,
                                            size_t convention)
{
    return &dv01->conventions.items[convention];
}

void dv01_rows_add(struct dv01_rows *rows,
                   struct cg_mistakes *mistakes,
                   const char *instrument,
                   const struct dv01_row *row)
{
    char *copy = strdup(instrument);

    if (rows->count == rows->room) {
        size_t room = rows->room * 2 + 64;
        struct dv01_row *items = realloc(rows->items, room * sizeof(*items));

        if (items != NULL) {
            rows->items = items;
            rows->room = room;
        }
    }
    if (copy == NULL || rows->count == rows->room) {
        free(copy);
        mistakes->no_memory = true;
        return;
    }
    rows->items[rows->count] = *row;
    rows->items[rows->count++].instrument = copy;
}

void dv01_rows_deinit(struct dv01_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->items[i].instrument);
    }
    free(rows->items);
    *rows = (struct dv01_rows){0};
}

/* --- conventions ---------------------------------------------------------- */

/* What |convention| lacks to be priced, or NULL: the curve it is named after,
 * or that of the convention whose curve discounts. */
static const char *missing_curve(const struct dv01 *dv01, size_t convention)
{
    const struct cg_convention *one = dv01_convention(dv01, convention);
    const struct cg_convention *discount = dv01_convention(dv01, one->discount);

    if (cg_curves_find(dv01->curves, convention) == NULL) {
        return one->par_curve;
    }
    return cg_curves_find(dv01->curves, one->discount) == NULL
               ? discount->par_curve
               : NULL;
}

static const char *nearest_convention(const struct dv01 *dv01, const char *name)
{
    const char *nearest = NULL;

    for (size_t i = 0; i < dv01->conventions.count; i++) {
        const char *other = dv01_convention(dv01, i)->name;

        if (cg_text_is_near(name, other) &&
            (nearest == NULL ||
             cg_text_distance(name, other) < cg_text_distance(name, nearest))) {
            nearest = other;
        }
    }
    return nearest;
}

size_t dv01_convention_find(struct dv01 *dv01,
                            const char *name,
                            const char *file,
                            int line)
{
    size_t convention = cg_conventions_find(&dv01->conventions, name);
    char remedy[512];
    const char *near = nearest_convention(dv01, name);
    const char *missing;

    if (convention == SIZE_MAX) {
        if (near != NULL) {
            snprintf(remedy, sizeof(remedy), "did you mean %s ?", near);
        } else {
            snprintf(remedy, sizeof(remedy), "take one of %s, or add a row",
                     dv01->conventions.file);
        }
        cg_mistakes_add(&dv01->mistakes, file, line, remedy,
                        "there is no convention %s", name);
        return SIZE_MAX;
    }
    missing = missing_curve(dv01, convention);
    if (missing != NULL) {
        snprintf(remedy, sizeof(remedy), "add rates of %s to %s", missing,
                 dv01->options->par_rates);
        cg_mistakes_add(&dv01->mistakes, file, line, remedy,
                        "%s needs the curve %s, of which set %s has no rates",
                        name, missing, dv01->rates.set);
        return SIZE_MAX;
    }
    return convention;
}

static bool is_chosen(const struct dv01 *dv01, size_t convention)
{
    for (size_t i = 0; i < dv01->chosen_count; i++) {
        if (dv01->chosen[i] == convention) {
            return true;
        }
    }
    return false;
}

/* A convention that is named twice counts once. */
static void choose_named(struct dv01 *dv01)
{
    const struct dv01_words *names = &dv01->options->convention;

    for (size_t i = 0; i < names->count; i++) {
        size_t convention = dv01_convention_find(dv01, names->items[i],
                                                 "--convention", 0);

        if (convention != SIZE_MAX && !is_chosen(dv01, convention)) {
            dv01->chosen[dv01->chosen_count++] = convention;
        }
    }
}

static void choose_all(struct dv01 *dv01)
{
    const char *before = ": ";

    for (size_t i = 0; i < dv01->conventions.count; i++) {
        const char *missing = missing_curve(dv01, i);

        if (missing == NULL) {
            dv01->chosen[dv01->chosen_count++] = i;
            continue;
        }
        if (before[0] == ':') {
            fprintf(stderr,
                    "creditgate dv01: note: left out, as set %s has no rates "
                    "for them",
                    dv01->rates.set);
        }
        fprintf(stderr, "%s%s", before, dv01_convention(dv01, i)->name);
        before = ", ";
    }
    if (before[0] == ',') {
        putc('\n', stderr);
    }
    if (dv01->chosen_count == 0) {
        cg_mistakes_add(&dv01->mistakes, dv01->options->par_rates, 0,
                        "name the curves as par_curve does there",
                        "no convention of %s has its curve in set %s",
                        dv01->conventions.file, dv01->rates.set);
    }
}

void dv01_choose(struct dv01 *dv01)
{
    dv01->chosen = calloc(dv01->conventions.count + 1, sizeof(*dv01->chosen));
    if (dv01->chosen == NULL) {
        dv01->mistakes.no_memory = true;
    } else if (dv01->options->convention.count > 0) {
        choose_named(dv01);
    } else {
        choose_all(dv01);
    }
}

/* --- instruments ---------------------------------------------------------- */

bool dv01_swap_parse(struct dv01 *dv01,
                     const char *text,
                     struct cg_swap_spec *spec,
                     const char *file,
                     int line)
{
    if (cg_swap_parse(cg_slice_str(text), spec)) {
        return true;
    }
    cg_mistakes_add(&dv01->mistakes, file, line,
                    "write it like 10Y, 18M, 5Yx5Y, IMM1x5Y, IMM1x2Y_3W or "
                    "2026-03-18/2031-03-18",
                    "%s is no instrument", text);
    return false;
}

/* Every named instrument, once for each convention. */
static void fill_named(struct dv01 *dv01)
{
    const struct dv01_words *names = &dv01->options->instrument;

    for (size_t i = 0; i < names->count; i++) {
        struct cg_swap_spec spec;

        dv01_swap_parse(dv01, names->items[i], &spec, "--instrument", 0);
    }
    for (size_t c = 0; c < dv01->chosen_count; c++) {
        for (size_t i = 0; i < names->count; i++) {
            struct dv01_row row = {.convention = dv01->chosen[c]};

            if (cg_swap_parse(cg_slice_str(names->items[i]), &row.spec)) {
                dv01_rows_add(&dv01->rows, &dv01->mistakes, names->items[i],
                              &row);
            }
        }
    }
}

/* A quote for less than one period of the other leg is a deposit, no swap. */
static bool is_deposit(const struct cg_convention *convention,
                       struct cg_tenor tenor)
{
    struct cg_tenor period = {convention->floating.months,
                              convention->floating.days};

    return convention->type == CG_SWAP_IBOR &&
           cg_tenor_compare(tenor, period) < 0;
}

void dv01_pillars_fill(struct dv01 *dv01, struct dv01_rows *rows)
{
    for (size_t c = 0; c < dv01->chosen_count; c++) {
        const struct cg_convention *convention = dv01_convention(
            dv01, dv01->chosen[c]);

        for (size_t i = 0; i < dv01->rates.count; i++) {
            const struct cg_par_rate *rate = &dv01->rates.items[i];
            struct dv01_row row = {
                .convention = dv01->chosen[c],
                .spec = {.start = CG_START_SPOT, .tenor = rate->tenor},
                .line = rate->line,
            };

            if (strcmp(rate->curve, convention->par_curve) == 0 &&
                !is_deposit(convention, rate->tenor)) {
                dv01_rows_add(rows, &dv01->mistakes, rate->name, &row);
            }
        }
    }
}

void dv01_rows_fill(struct dv01 *dv01)
{
    if (dv01->options->instrument.count > 0) {
        fill_named(dv01);
    } else {
        dv01_pillars_fill(dv01, &dv01->rows);
    }
}

/* --- prices --------------------------------------------------------------- */

static const char *remedy_of(enum cg_swap_error error)
{
    switch (error) {
    case CG_SWAP_END_BEFORE_START:
        return "put the earlier date first";
    case CG_SWAP_START_PAST:
        return "let it start on the valuation date or later, or change --date";
    case CG_SWAP_BEYOND_CALENDAR:
        return "shorten it, or add these years to the file of --holidays";
    case CG_SWAP_TOO_MANY_COUPONS:
        return "shorten it";
    case CG_SWAP_NO_CURVE:
        return "add them to the file of --par-rates";
    case CG_SWAP_BEYOND_CURVE:
        return "shorten it, or add a par rate as long as it";
    case CG_SWAP_NO_PRICE:
    case CG_SWAP_OK:
        break;
    }
    return "look at the par rates of its curve";
}

static cg_date last_node(const struct dv01 *dv01, size_t convention)
{
    const struct cg_curve *curve = cg_curves_find(dv01->curves, convention);

    return curve->nodes[curve->count - 1].date;
}

/* Where the rates of |convention| end, or of what discounts it, for one who has
 * to add to them. */
static void say_last_rate(const struct dv01 *dv01,
                          size_t convention,
                          char *text,
                          size_t len)
{
    size_t discount = dv01_convention(dv01, convention)->discount;
    bool own = last_node(dv01, convention) <= last_node(dv01, discount);
    const char *curve =
        dv01_convention(dv01, own ? convention : discount)->par_curve;
    const struct cg_par_rate *last = NULL;

    for (size_t i = 0; i < dv01->rates.count; i++) {
        if (strcmp(dv01->rates.items[i].curve, curve) == 0) {
            last = &dv01->rates.items[i];
        }
    }
    (void)snprintf(text, len, " (%s:%d: %s is the last of %s)",
                   dv01->options->par_rates, last != NULL ? last->line : 0,
                   last != NULL ? last->name : "none", curve);
}

void dv01_row_price(struct dv01 *dv01,
                    struct dv01_row *row,
                    const char *file,
                    int line)
{
    char where[512] = "";
    const char *name = dv01_convention(dv01, row->convention)->name;
    enum cg_swap_error error = cg_swap_price(dv01->curves, row->convention,
                                             &row->spec, &row->price);

    if (error == CG_SWAP_BEYOND_CURVE) {
        say_last_rate(dv01, row->convention, where, sizeof(where));
    }
    if (error != CG_SWAP_OK) {
        cg_mistakes_add(&dv01->mistakes, file, line, remedy_of(error),
                        "%s of %s: %s%s", row->instrument, name,
                        cg_swap_error_text(error), where);
    } else if (!cg_dv01_round_up(row->price.dv01_per_million, &row->charge)) {
        cg_mistakes_add(&dv01->mistakes, file, line,
                        "look at the rates of its curve",
                        "%s of %s: its DV01 of %g per million is none that "
                        "can be charged",
                        row->instrument, name, row->price.dv01_per_million);
    }
}
