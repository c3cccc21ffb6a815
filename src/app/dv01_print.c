/*
 * What creditgate dv01 prints.  The columns of the CSV are a promise: their
 * names, order and decimals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01.h"
#include "dv01_table.h"

#include <check.h>
#include <decimal.h>
#include <math.h>
#include <string.h>

/*
 * A kind of output: its columns, those of the CSV first.  What is the same in
 * all rows, the set and the date, comes before |own|, and is said once in JSON
 * and in a table for people.
 */
struct layout {
    const char *name; /* of the rows, in JSON */
    const struct dv01_column *columns;
    size_t count;
    size_t own;
    size_t csv_from;
    size_t csv_to;
};

static const struct dv01_column price_columns[] = {
    {"set", false},
    {"valuation_date", false},
    {"convention", false},
    {"instrument", false},
    {"start_date", false},
    {"end_date", false},
    {"last_payment_date", false},
    {"n_fixed", true},
    {"fair_rate_pct", true},
    {"annuity", true},
    {"dv01_annuity", true},
    {"charge_per_million", true},
    {"currency", false},
};

static const struct dv01_column package_columns[] = {
    {"set", false},      {"valuation_date", false}, {"package", false},
    {"leg", false},      {"convention", false},     {"instrument", false},
    {"side", false},     {"notional", true},        {"dv01_signed", true},
    {"dv01_net", true},  {"dv01_gross", true},      {"charge", true},
    {"currency", false},
};

static const struct dv01_column cashflow_columns[] = {
    {"set", false},
    {"valuation_date", false},
    {"convention", false},
    {"instrument", false},
    {"accrual_start", false},
    {"accrual_end", false},
    {"payment_date", false},
    {"accrual_fraction", true},
    {"discount_factor", true},
};

static const struct dv01_column discount_columns[] = {
    {"set", false},        {"valuation_date", false}, {"convention", false},
    {"curve_role", false}, {"node_date", false},      {"discount_factor", true},
};

#define LAYOUT(rows, of, first, last)                                          \
    {                                                                          \
        .name = (rows), .columns = (of), .count = CG_COUNT(of), .own = 2,      \
        .csv_from = (first), .csv_to = (last)                                  \
    }

static const struct layout price_layout = LAYOUT("swaps", price_columns, 0, 11);
static const struct layout package_layout = LAYOUT(
    "packages", package_columns, 2, 11);
static const struct layout cashflow_layout = LAYOUT(
    "cashflows", cashflow_columns, 0, 9);
static const struct layout discount_layout = LAYOUT(
    "discounts", discount_columns, 0, 6);

/* --- cells ---------------------------------------------------------------- */

static void add_date(struct dv01_table *table, cg_date date)
{
    char text[11];

    cg_date_format(date, text);
    dv01_table_add(table, "%s", text);
}

static void add_begin(struct dv01_table *table, const struct dv01 *dv01)
{
    dv01_table_add(table, "%s", dv01->rates.set);
    add_date(table, dv01->options->date);
}

/* An amount of the gate, never below 0, in its unit (R1). */
static void add_amount(struct dv01_table *table, cg_dv01 amount)
{
    dv01_table_add(table, "%lld.%0*lld", (long long)(amount / CG_DV01_SCALE),
                   CG_DV01_SCALE_DIGITS, (long long)(amount % CG_DV01_SCALE));
}

static void fill_prices(const struct dv01 *dv01, struct dv01_table *table)
{
    for (size_t i = 0; i < dv01->rows.count; i++) {
        const struct dv01_row *row = &dv01->rows.items[i];
        const struct cg_convention *convention = dv01_convention(
            dv01, row->convention);

        add_begin(table, dv01);
        dv01_table_add(table, "%s", convention->name);
        dv01_table_add(table, "%s", row->instrument);
        add_date(table, row->price.start);
        add_date(table, row->price.end);
        add_date(table, row->price.last_payment);
        dv01_table_add(table, "%zu", row->price.coupons);
        dv01_table_add_number(table, row->price.fair_rate * 100, 8);
        dv01_table_add_number(table, row->price.annuity, 12);
        dv01_table_add_number(table, row->price.dv01_per_million, 6);
        add_amount(table, row->charge);
        dv01_table_add(table, "%s", convention->currency);
    }
}

/* Legs in different currencies add up to nothing that could be told. */
static void add_sums(struct dv01_table *table, const struct dv01_leg *first)
{
    if (first->one_currency) {
        dv01_table_add_number(table, first->net, 4);
        dv01_table_add_number(table, first->gross, 4);
    } else {
        dv01_table_add(table, "%s", "");
        dv01_table_add(table, "%s", "");
    }
}

static void fill_packages(const struct dv01 *dv01, struct dv01_table *table)
{
    for (size_t i = 0; i < dv01->legs.count; i++) {
        const struct dv01_leg *leg = &dv01->legs.items[i];
        const struct dv01_row *row = &dv01->rows.items[i];
        const struct cg_convention *convention = dv01_convention(
            dv01, row->convention);

        add_begin(table, dv01);
        dv01_table_add(table, "%s", leg->package);
        dv01_table_add(table, "%s", leg->name);
        dv01_table_add(table, "%s", convention->name);
        dv01_table_add(table, "%s", row->instrument);
        dv01_table_add(table, "%s", leg->side == DV01_PAY ? "PAY" : "RCV");
        dv01_table_add(table, "%lld", (long long)leg->notional);
        dv01_table_add_number(table, leg->dv01, 4);
        add_sums(table, &dv01->legs.items[leg->first]);
        add_amount(table, leg->charge);
        dv01_table_add(table, "%s", convention->currency);
    }
}

static void add_cashflows(const struct dv01 *dv01,
                          const struct dv01_row *row,
                          struct dv01_table *table)
{
    const struct cg_convention *convention = dv01_convention(dv01,
                                                             row->convention);
    const struct cg_curve *curve = cg_curves_find(dv01->curves,
                                                  convention->discount);
    struct cg_coupon coupons[CG_COUPONS_MAX];
    struct cg_swap_dates dates;
    size_t count = 0;
    enum cg_swap_error error = cg_swap_dates(convention, dv01->options->date,
                                             &row->spec, &dates);

    CG_ASSERT(error == CG_SWAP_OK); /* it was priced */
    error = cg_swap_coupons(convention, &dates, CG_LEG_FIXED, coupons, &count);
    CG_ASSERT(error == CG_SWAP_OK);
    for (size_t i = 0; i < count; i++) {
        add_begin(table, dv01);
        dv01_table_add(table, "%s", convention->name);
        dv01_table_add(table, "%s", row->instrument);
        add_date(table, coupons[i].start);
        add_date(table, coupons[i].end);
        add_date(table, coupons[i].payment);
        dv01_table_add_number(table, coupons[i].fraction, 12);
        dv01_table_add_number(table,
                              cg_curve_discount(curve, coupons[i].payment), 12);
    }
}

static void fill_cashflows(const struct dv01 *dv01, struct dv01_table *table)
{
    for (size_t i = 0; i < dv01->rows.count; i++) {
        add_cashflows(dv01, &dv01->rows.items[i], table);
    }
}

static void add_nodes(const struct dv01 *dv01,
                      size_t convention,
                      const char *role,
                      const struct cg_curve *curve,
                      struct dv01_table *table)
{
    for (size_t i = 0; i < curve->count; i++) {
        add_begin(table, dv01);
        dv01_table_add(table, "%s", dv01_convention(dv01, convention)->name);
        dv01_table_add(table, "%s", role);
        add_date(table, curve->nodes[i].date);
        dv01_table_add_number(table, exp(curve->nodes[i].log_discount), 12);
    }
}

static void fill_discounts(const struct dv01 *dv01, struct dv01_table *table)
{
    for (size_t i = 0; i < dv01->chosen_count; i++) {
        size_t convention = dv01->chosen[i];
        size_t discount = dv01_convention(dv01, convention)->discount;
        const struct cg_curve *own = cg_curves_find(dv01->curves, convention);

        if (discount == convention) {
            add_nodes(dv01, convention, "both", own, table);
        } else {
            add_nodes(dv01, convention, "discount",
                      cg_curves_find(dv01->curves, discount), table);
            add_nodes(dv01, convention, "projection", own, table);
        }
    }
}

/* --- forms ---------------------------------------------------------------- */

static void print_input(const struct dv01_input *input, FILE *to)
{
    fprintf(to, ",\n \"%s\":{\"file\":", input->name);
    dv01_print_string(input->file, to);
    fprintf(to, ",\"sha256\":\"%s\"}", input->digest);
}

static void print_json_head(const struct dv01 *dv01, FILE *to)
{
    char date[11];

    cg_date_format(dv01->options->date, date);
    fputs("{\"set\":", to);
    dv01_print_string(dv01->rates.set, to);
    fprintf(to, ",\"valuation_date\":\"%s\"", date);
    for (size_t i = 0; i < DV01_INPUTS; i++) {
        if (dv01->inputs[i].file != NULL) {
            print_input(&dv01->inputs[i], to);
        }
    }
}

static void
print_json_rows(const struct dv01_table *table, struct dv01_span span, FILE *to)
{
    for (size_t row = 0; row < dv01_table_rows(table); row++) {
        fputs(row > 0 ? ",\n  {" : "\n  {", to);
        dv01_table_print_members(table, row, span, to);
        putc('}', to);
    }
}

static void print_json_leg(const struct dv01_table *table, size_t leg, FILE *to)
{
    fputs("\n   {", to);
    dv01_table_print_members(table, leg, (struct dv01_span){3, 9}, to);
    putc(',', to);
    dv01_table_print_members(table, leg, (struct dv01_span){11, 13}, to);
    putc('}', to);
}

/* Packages have their legs inside, wherever their rows were. */
static void print_json_packages(const struct dv01 *dv01,
                                const struct dv01_table *table,
                                FILE *to)
{
    const struct dv01_leg *legs = dv01->legs.items;

    for (size_t i = 0; i < dv01->legs.count; i++) {
        if (legs[i].first != i) {
            continue;
        }
        fputs(i > 0 ? ",\n  {" : "\n  {", to);
        dv01_table_print_members(table, i, (struct dv01_span){2, 3}, to);
        putc(',', to);
        dv01_table_print_members(table, i, (struct dv01_span){9, 11}, to);
        fputs(",\"legs\":[", to);
        print_json_leg(table, i, to);
        for (size_t leg = legs[i].next; leg != 0; leg = legs[leg].next) {
            putc(',', to);
            print_json_leg(table, leg, to);
        }
        fputs("]}", to);
    }
}

static void print_json(const struct dv01 *dv01,
                       const struct layout *layout,
                       const struct dv01_table *table,
                       FILE *to)
{
    struct dv01_span span = {layout->own, layout->count};

    print_json_head(dv01, to);
    fprintf(to, ",\n \"%s\":[", layout->name);
    if (layout == &package_layout) {
        print_json_packages(dv01, table, to);
    } else {
        print_json_rows(table, span, to);
    }
    fputs("]}\n", to);
}

/* For people: what the numbers come from, then the numbers. */
static void print_text(const struct dv01 *dv01,
                       const struct layout *layout,
                       const struct dv01_table *table,
                       FILE *to)
{
    char date[11];

    cg_date_format(dv01->options->date, date);
    fprintf(to, "set %s on %s\n", dv01->rates.set, date);
    for (size_t i = 0; i < DV01_INPUTS; i++) {
        const struct dv01_input *input = &dv01->inputs[i];

        if (input->file != NULL) {
            fprintf(to, "%-12s %s, sha256 %.16s\n", input->name, input->file,
                    input->digest);
        }
    }
    putc('\n', to);
    dv01_table_print_text(table, (struct dv01_span){layout->own, layout->count},
                          to);
}

static const struct layout *fill(const struct dv01 *dv01,
                                 struct dv01_table *table)
{
    static const struct {
        const struct layout *layout;
        void (*fill)(const struct dv01 *dv01, struct dv01_table *table);
    } kinds[] = {
        [DV01_PRICES] = {&price_layout, fill_prices},
        [DV01_CASHFLOWS] = {&cashflow_layout, fill_cashflows},
        [DV01_DISCOUNTS] = {&discount_layout, fill_discounts},
        {&package_layout, fill_packages},
    };
    size_t kind = dv01->options->packages != NULL ? CG_COUNT(kinds) - 1
                                                  : dv01->options->show;

    table->columns = kinds[kind].layout->columns;
    table->width = kinds[kind].layout->count;
    kinds[kind].fill(dv01, table);
    return kinds[kind].layout;
}

bool dv01_print(const struct dv01 *dv01, FILE *to)
{
    struct dv01_table table = {0};
    const struct layout *layout = fill(dv01, &table);
    bool whole = !table.no_memory;

    if (whole) {
        switch (dv01->options->format) {
        case DV01_CSV:
            dv01_table_print_csv(
                &table, (struct dv01_span){layout->csv_from, layout->csv_to},
                to);
            break;
        case DV01_TABLE:
            print_text(dv01, layout, &table, to);
            break;
        case DV01_JSON:
            print_json(dv01, layout, &table, to);
            break;
        }
    }
    dv01_table_deinit(&table);
    return whole;
}
