/*
 * Packages: swaps with sides and notionals, and what they add up to (R5).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01.h"

#include <check.h>
#include <csv.h>
#include <decimal.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum column {
    PACKAGE,
    LEG,
    CONVENTION,
    INSTRUMENT,
    SIDE,
    NOTIONAL,
    SET,
    DATE,
    COLUMNS
};

/* The results are those of an earlier run: they are known, and not read. */
static const struct cg_csv_column columns[] = {
    [PACKAGE] = {"package", true},
    [LEG] = {"leg", true},
    [CONVENTION] = {"convention", true},
    [INSTRUMENT] = {"instrument", true},
    [SIDE] = {"side", true},
    [NOTIONAL] = {"notional", true},
    [SET] = {"set", false},
    [DATE] = {"valuation_date", false},
    [COLUMNS] = {"dv01_signed", false},
    {"dv01_net", false},
    {"dv01_gross", false},
};

/* Rows of another set or date are others' business. */
static bool is_ours(struct dv01 *dv01, struct cg_csv *csv)
{
    const char *set = cg_csv_cell(csv, SET);
    const char *text = cg_csv_cell(csv, DATE);
    cg_date date = dv01->options->date;

    if (text[0] != '\0' && !cg_date_parse(cg_slice_str(text), &date)) {
        cg_csv_mistake(csv, "write it as 2026-01-15", "%s is no day", text);
        return false;
    }
    return (set[0] == '\0' || strcmp(set, dv01->rates.set) == 0) &&
           date == dv01->options->date;
}

static bool read_names(struct cg_csv *csv, struct dv01_leg *leg)
{
    static const enum column names[] = {PACKAGE, LEG};

    for (size_t i = 0; i < CG_COUNT(names); i++) {
        const char *name = cg_csv_cell(csv, names[i]);

        if (name[0] == '\0') {
            cg_csv_mistake(csv, "give every row one", "%s is empty",
                           columns[names[i]].name);
            return false;
        }
    }
    leg->package = strdup(cg_csv_cell(csv, PACKAGE));
    leg->name = strdup(cg_csv_cell(csv, LEG));
    return true;
}

static bool read_side(struct cg_csv *csv, struct dv01_leg *leg)
{
    const char *side = cg_csv_cell(csv, SIDE);

    if (strcmp(side, "PAY") == 0) {
        leg->side = DV01_PAY;
    } else if (strcmp(side, "RCV") == 0) {
        leg->side = DV01_RECEIVE;
    } else {
        cg_csv_mistake(csv, "write PAY (pays fixed) or RCV (receives fixed)",
                       "side is '%s'", side);
        return false;
    }
    return true;
}

static bool read_notional(struct cg_csv *csv, struct dv01_leg *leg)
{
    const char *text = cg_csv_cell(csv, NOTIONAL);

    if (!cg_qty_parse(cg_slice_str(text), &leg->notional) ||
        leg->notional == 0) {
        cg_csv_mistake(csv,
                       "write a whole number above 0 without grouping, like "
                       "50000000; side says which way",
                       "notional is '%s'", text);
        return false;
    }
    return true;
}

static bool make_room(struct dv01_legs *legs)
{
    size_t room = legs->room * 2 + 16;
    struct dv01_leg *items;

    if (legs->count < legs->room) {
        return true;
    }
    items = realloc(legs->items, room * sizeof(*items));
    if (items != NULL) {
        legs->items = items;
        legs->room = room;
    }
    return items != NULL;
}

/* The leg and the row of its swap, priced, under the same number. */
static void add_leg(struct dv01 *dv01, struct cg_csv *csv, struct dv01_leg *leg)
{
    const char *instrument = cg_csv_cell(csv, INSTRUMENT);
    struct dv01_row row = {.line = csv->line};
    bool swap = dv01_swap_parse(dv01, instrument, &row.spec, csv->lines.path,
                                csv->line);

    row.convention = dv01_convention_find(dv01, cg_csv_cell(csv, CONVENTION),
                                          csv->lines.path, csv->line);
    if (!swap || row.convention == SIZE_MAX) {
        return;
    }
    dv01_rows_add(&dv01->rows, &dv01->mistakes, instrument, &row);
    if (leg->package == NULL || leg->name == NULL || dv01->mistakes.no_memory ||
        !make_room(&dv01->legs)) {
        dv01->mistakes.no_memory = true;
        return;
    }
    dv01_row_price(dv01, &dv01->rows.items[dv01->rows.count - 1],
                   csv->lines.path, csv->line);
    leg->line = csv->line;
    dv01->legs.items[dv01->legs.count++] = *leg;
    *leg = (struct dv01_leg){0};
}

static void read_leg(struct dv01 *dv01, struct cg_csv *csv)
{
    struct dv01_leg leg = {0};
    bool named = read_names(csv, &leg);
    bool sided = read_side(csv, &leg);
    bool sized = read_notional(csv, &leg);

    if (named && sided && sized) {
        add_leg(dv01, csv, &leg);
    }
    free(leg.package);
    free(leg.name);
}

/* --- sums ----------------------------------------------------------------- */

/* By package, then by leg, then as they came. */
static int compare_legs(const void *left, const void *right, void *user)
{
    const struct dv01_leg *legs = user;
    size_t a = *(const size_t *)left;
    size_t b = *(const size_t *)right;
    int order = strcmp(legs[a].package, legs[b].package);

    order = order != 0 ? order : strcmp(legs[a].name, legs[b].name);
    return order != 0 ? order : (a > b) - (a < b);
}

static bool is_same_package(const struct dv01_leg *a, const struct dv01_leg *b)
{
    return strcmp(a->package, b->package) == 0;
}

/* Tells of a leg that is there twice, and gives those of |sorted| from |from|
 * to |to|, of one package, the first of them. */
static void
join_package(struct dv01 *dv01, const size_t *sorted, size_t from, size_t to)
{
    struct dv01_leg *legs = dv01->legs.items;
    size_t first = sorted[from];

    for (size_t i = from + 1; i < to; i++) {
        const struct dv01_leg *leg = &legs[sorted[i]];
        const struct dv01_leg *before = &legs[sorted[i - 1]];

        first = sorted[i] < first ? sorted[i] : first;
        if (strcmp(leg->name, before->name) == 0) {
            cg_mistakes_add(&dv01->mistakes, dv01->options->packages, leg->line,
                            "number the legs of a package",
                            "leg %s of package %s is in line %d already",
                            leg->name, leg->package, before->line);
        }
    }
    for (size_t i = from; i < to; i++) {
        legs[sorted[i]].first = first;
    }
}

static void join_packages(struct dv01 *dv01)
{
    struct dv01_leg *legs = dv01->legs.items;
    size_t count = dv01->legs.count;
    size_t *sorted = calloc(count + 1, sizeof(*sorted));
    size_t from = 0;

    if (sorted == NULL) {
        dv01->mistakes.no_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = i;
    }
    qsort_r(sorted, count, sizeof(*sorted), compare_legs, legs);
    for (size_t i = 1; i <= count; i++) {
        if (i == count ||
            !is_same_package(&legs[sorted[i]], &legs[sorted[from]])) {
            join_package(dv01, sorted, from, i);
            from = i;
        }
    }
    free(sorted);
}

static const char *currency_of(const struct dv01 *dv01, size_t leg)
{
    return dv01_convention(dv01, dv01->rows.items[leg].convention)->currency;
}

static void add_up(struct dv01 *dv01, size_t number)
{
    const struct dv01_row *row = &dv01->rows.items[number];
    struct dv01_leg *leg = &dv01->legs.items[number];
    struct dv01_leg *first;

    leg->one_currency = true;
    leg->dv01 = leg->side * (double)leg->notional / 1e6 *
                row->price.dv01_per_million;
    if (!cg_dv01_of(leg->notional, row->charge, &leg->charge)) {
        cg_mistakes_add(
            &dv01->mistakes, dv01->options->packages, leg->line, "split it",
            "a DV01 of %.0f is more than can be charged", leg->dv01);
    }
    first = &dv01->legs.items[leg->first];
    if (leg != first) {
        dv01->legs.items[first->last].next = number;
    }
    first->last = number;
    first->net += leg->dv01;
    first->gross += fabs(leg->dv01);
    if (first->one_currency &&
        strcmp(currency_of(dv01, leg->first), currency_of(dv01, number)) != 0) {
        first->one_currency = false;
        fprintf(stderr,
                "%s:%d: note: package %s has legs in %s and in %s: no net and "
                "no gross, which would add up different currencies\n",
                dv01->options->packages, leg->line, leg->package,
                currency_of(dv01, leg->first), currency_of(dv01, number));
    }
}

void dv01_packages_read(struct dv01 *dv01, struct cg_slice text)
{
    struct cg_csv csv;
    size_t before = dv01->mistakes.count;
    size_t others = 0;

    if (cg_csv_init(&csv, dv01->options->packages, text, columns,
                    CG_COUNT(columns), &dv01->mistakes)) {
        while (cg_csv_next(&csv)) {
            if (is_ours(dv01, &csv)) {
                read_leg(dv01, &csv);
            } else {
                others++;
            }
        }
    }
    cg_csv_deinit(&csv);
    if (dv01->mistakes.count > before || dv01->mistakes.no_memory) {
        return;
    }
    if (others > 0) {
        fprintf(stderr,
                "creditgate dv01: note: %zu rows of %s are of another set or "
                "date; passed over\n",
                others, dv01->options->packages);
    }
    if (dv01->legs.count == 0) {
        cg_mistakes_add(&dv01->mistakes, dv01->options->packages, 0,
                        "look at --set and --date",
                        "it has no leg of this set and date");
        return;
    }
    join_packages(dv01);
    for (size_t i = 0; i < dv01->legs.count; i++) {
        add_up(dv01, i);
    }
}

void dv01_legs_deinit(struct dv01_legs *legs)
{
    for (size_t i = 0; i < legs->count; i++) {
        free(legs->items[i].package);
        free(legs->items[i].name);
    }
    free(legs->items);
    *legs = (struct dv01_legs){0};
}
