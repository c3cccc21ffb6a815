/*
 * Every row of the reference tables: dates and counts exactly, numbers to the
 * digits that are printed there and one part in 1e11, which is what the solver
 * that made them leaves open.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <decimal.h>
#include <math.h>
#include <rates_harness.h>
#include <string.h>

static struct rates_harness sample;

static int open_sample(void **state)
{
    (void)state;
    harness_sample(&sample);
    return 0;
}

static int close_sample(void **state)
{
    (void)state;
    harness_close(&sample);
    return 0;
}

#define SOLVER_ERROR 1e-11

/* |actual| is the cell's number to half a unit of its last digit. */
static void expect_digits(const struct reference *reference,
                          const char *column,
                          double actual)
{
    const char *point = strchr(reference_cell(reference, column), '.');
    double places = point != NULL ? (double)strlen(point + 1) : 0.0;
    double expected = reference_number(reference, column);

    if (!(fabs(actual - expected) <=
          0.5 * pow(10.0, -places) + SOLVER_ERROR * fabs(expected))) {
        fail_msg("row %zu, %s: %.15g is not %s", reference->rows, column,
                 actual, reference_cell(reference, column));
    }
}

static const struct cg_convention *
convention_of(const struct reference *reference, size_t *at)
{
    *at = cg_conventions_find(&sample.conventions,
                              reference_cell(reference, "convention"));
    assert_true(*at != SIZE_MAX);
    return &sample.conventions.items[*at];
}

static void price_of(const struct reference *reference,
                     struct cg_swap_price *price)
{
    assert_int_equal(
        harness_price(&sample, reference_cell(reference, "convention"),
                      reference_cell(reference, "instrument"), price),
        CG_SWAP_OK);
}

static void expect_price(const struct reference *reference)
{
    struct cg_swap_price price;
    size_t at;
    const struct cg_convention *convention = convention_of(reference, &at);
    const struct cg_curve *discount = cg_curves_find(sample.curves,
                                                     convention->discount);

    price_of(reference, &price);
    assert_int_equal(price.start, reference_date(reference, "start_date"));
    assert_int_equal(price.end, reference_date(reference, "end_date"));
    assert_int_equal(price.last_payment,
                     reference_date(reference, "last_payment_date"));
    assert_int_equal((int)price.coupons,
                     (int)reference_number(reference, "n_fixed"));
    expect_digits(reference, "fair_rate_pct", price.fair_rate * 100);
    expect_digits(reference, "annuity", price.annuity);
    expect_digits(reference, "dv01_annuity", price.dv01_per_million);
    expect_digits(reference, "df_start",
                  cg_curve_discount(discount, price.start));
    expect_digits(reference, "df_end", cg_curve_discount(discount, price.end));
}

/* Dates, rates, annuities and DV01s of every instrument are the library's. */
static void test_rates_reference_prices_are_met(void **state)
{
    struct reference reference;

    (void)state;
    reference_open(&reference, "sample_dv01.csv");
    while (reference_next(&reference)) {
        expect_price(&reference);
    }
    reference_close(&reference, 90);
}

/* All nodes of every curve are the library's, none more and none less. */
static void test_rates_reference_nodes_are_met(void **state)
{
    struct reference reference;
    size_t nodes = 0;
    size_t next = 0;
    const struct cg_curve *before = NULL;

    (void)state;
    reference_open(&reference, "sample_discounts.csv");
    while (reference_next(&reference)) {
        size_t at;
        const struct cg_convention *convention = convention_of(&reference, &at);
        bool discount = strcmp(reference_cell(&reference, "curve_role"),
                               "discount") == 0;
        const struct cg_curve *curve = cg_curves_find(
            sample.curves, discount ? convention->discount : at);

        next = strcmp(reference_cell(&reference, "discount_factor"),
                      "1.000000000000") == 0
                   ? 0
                   : next + 1;
        assert_true(before == NULL || next > 0 || nodes == before->count);
        assert_int_equal(curve->nodes[next].date,
                         reference_date(&reference, "node_date"));
        expect_digits(&reference, "discount_factor",
                      exp(curve->nodes[next].log_discount));
        nodes = next + 1;
        before = curve;
    }
    assert_int_equal(nodes, before->count);
    reference_close(&reference, 180);
}

/* Each coupon's dates, fraction and discount factor are the library's. */
static void test_rates_reference_coupons_are_met(void **state)
{
    struct reference reference;
    struct cg_coupon coupons[CG_COUPONS_MAX];
    char instrument[128] = "";
    size_t count = 0;
    size_t next = 0;

    (void)state;
    reference_open(&reference, "sample_cashflows.csv");
    while (reference_next(&reference)) {
        size_t at;
        const struct cg_convention *convention = convention_of(&reference, &at);
        char name[128];

        (void)snprintf(name, sizeof(name), "%s %s", convention->name,
                       reference_cell(&reference, "instrument"));
        if (strcmp(name, instrument) != 0) {
            struct cg_swap_spec spec;
            struct cg_swap_dates dates;

            assert_int_equal(next, count);
            assert_true(cg_swap_parse(
                cg_slice_str(reference_cell(&reference, "instrument")), &spec));
            assert_int_equal(cg_swap_dates(convention,
                                           harness_date(HARNESS_DATE), &spec,
                                           &dates),
                             CG_SWAP_OK);
            assert_int_equal(cg_swap_coupons(convention, &dates, CG_LEG_FIXED,
                                             coupons, &count),
                             CG_SWAP_OK);
            memcpy(instrument, name, sizeof(name));
            next = 0;
        }
        assert_true(next < count);
        assert_int_equal(coupons[next].start,
                         reference_date(&reference, "accrual_start"));
        assert_int_equal(coupons[next].end,
                         reference_date(&reference, "accrual_end"));
        assert_int_equal(coupons[next].payment,
                         reference_date(&reference, "payment_date"));
        expect_digits(&reference, "accrual_fraction", coupons[next].fraction);
        expect_digits(&reference, "discount_factor",
                      cg_curve_discount(
                          cg_curves_find(sample.curves, convention->discount),
                          coupons[next].payment));
        next++;
    }
    assert_int_equal(next, count);
    reference_close(&reference, 100);
}

/* Each leg of the packages has the library's DV01. */
static void test_rates_reference_packages_are_met(void **state)
{
    struct reference reference;

    (void)state;
    reference_open(&reference, "sample_packages.csv");
    while (reference_next(&reference)) {
        struct cg_swap_price price;
        double sign = strcmp(reference_cell(&reference, "side"), "PAY") == 0
                          ? 1.0
                          : -1.0;

        price_of(&reference, &price);
        expect_digits(&reference, "dv01_signed",
                      sign * price.dv01_per_million *
                          reference_number(&reference, "notional") / 1e6);
    }
    reference_close(&reference, 8);
}

/* R1: what is charged for any notional is the reference or just above it. */
static void test_rates_reference_charges_are_on_the_safe_side(void **state)
{
    static const cg_qty notionals[] = {1000000, 1000000000, 1000000000000};
    struct reference reference;

    (void)state;
    reference_open(&reference, "sample_dv01.csv");
    while (reference_next(&reference)) {
        struct cg_swap_price price;
        cg_dv01 per_million;

        price_of(&reference, &price);
        assert_true(cg_dv01_round_up(price.dv01_per_million, &per_million));
        for (size_t i = 0; i < 3; i++) {
            /* Printed with six digits: true to half of the last. */
            double expected = (reference_number(&reference, "annuity") -
                               5e-13) *
                              100 * (double)notionals[i] / 1e6 * CG_DV01_SCALE;
            cg_dv01 charge;

            assert_true(cg_dv01_of(notionals[i], per_million, &charge));
            assert_true((double)charge >= expected);
            assert_true((double)charge <= expected * (1 + 1e-5));
        }
    }
    reference_close(&reference, 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_reference_prices_are_met),
        cmocka_unit_test(test_rates_reference_nodes_are_met),
        cmocka_unit_test(test_rates_reference_coupons_are_met),
        cmocka_unit_test(test_rates_reference_packages_are_met),
        cmocka_unit_test(test_rates_reference_charges_are_on_the_safe_side),
    };

    return cmocka_run_group_tests(tests, open_sample, close_sample);
}
