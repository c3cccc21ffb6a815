/*
 * Other rates, days, kinds of swap and swaps than the sample's: rates below
 * zero, at zero, inverted, steep and beyond 10 percent; ends of months, leap
 * days, weekends and holidays to value on; other frequencies, day counts and
 * lags.  The values are an independent library's.
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
#include <stdlib.h>
#include <string.h>

#define ROWS 600
#define NEAR 1e-12

struct more {
    struct rates_harness harness;
    struct reference reference;
    char *rates;
    char set[CG_NAME_MAX + 1]; /* whose curves are built */
};

static void read_calendar(struct more *more, const char *file)
{
    char *text = harness_text(file);

    assert_true(cg_calendars_read(&more->harness.conventions.calendars, file,
                                  cg_slice_str(text), &more->harness.mistakes));
    free(text);
}

static void open_more(struct more *more)
{
    char *conventions = harness_text("more_conventions.csv");

    *more = (struct more){0};
    read_calendar(more, "sample_holidays.csv");
    read_calendar(more, "more_holidays.csv");
    harness_conventions(&more->harness, conventions);
    free(conventions);
    more->rates = harness_text("more_par_rates.csv");
    reference_open(&more->reference, "more_dv01.csv");
}

static void close_more(struct more *more)
{
    reference_close(&more->reference, ROWS);
    free(more->rates);
    harness_close(&more->harness);
}

/* Builds the curves of the row's set, unless they are. */
static void build(struct more *more)
{
    const char *set = reference_cell(&more->reference, "set");
    struct rates_harness *harness = &more->harness;

    if (strcmp(set, more->set) == 0) {
        return;
    }
    (void)snprintf(more->set, sizeof(more->set), "%s", set);
    cg_curves_close(harness->curves);
    harness->curves = NULL;
    cg_par_rates_deinit(&harness->rates);
    assert_true(cg_par_rates_read(&harness->rates, "rates.csv",
                                  cg_slice_str(more->rates), set,
                                  &harness->mistakes));
    assert_true(
        cg_curves_build(&harness->conventions, &harness->rates, "rates.csv",
                        reference_date(&more->reference, "valuation_date"),
                        &harness->mistakes, &harness->curves));
}

/* Prices the row's swap; false at the end. */
static bool next_price(struct more *more, struct cg_swap_price *price)
{
    if (!reference_next(&more->reference)) {
        return false;
    }
    build(more);
    assert_int_equal(
        harness_price(&more->harness,
                      reference_cell(&more->reference, "convention"),
                      reference_cell(&more->reference, "instrument"), price),
        CG_SWAP_OK);
    return true;
}

static void expect_near(const struct reference *reference,
                        const char *column,
                        double actual)
{
    double expected = reference_number(reference, column);

    /* A rate of zero is met to a part of the unit, percent. */
    if (!(fabs(actual - expected) <= NEAR * fmax(fabs(expected), 1.0))) {
        fail_msg("row %zu, %s: %.15g is not %.15g", reference->rows, column,
                 actual, expected);
    }
}

static void expect_date(const struct reference *reference,
                        const char *column,
                        cg_date actual)
{
    char text[11];

    cg_date_format(actual, text);
    if (strcmp(text, reference_cell(reference, column)) != 0) {
        fail_msg("row %zu, %s: %s is not %s", reference->rows, column, text,
                 reference_cell(reference, column));
    }
}

/* Dates exactly, numbers to one part in 1e12. */
static void test_rates_more_prices_are_met(void **state)
{
    struct more more;
    struct cg_swap_price price;

    (void)state;
    open_more(&more);
    while (next_price(&more, &price)) {
        expect_date(&more.reference, "start_date", price.start);
        expect_date(&more.reference, "end_date", price.end);
        expect_date(&more.reference, "last_payment_date", price.last_payment);
        assert_int_equal((int)price.coupons,
                         (int)reference_number(&more.reference, "n_fixed"));
        expect_near(&more.reference, "fair_rate_pct", price.fair_rate * 100);
        expect_near(&more.reference, "annuity", price.annuity);
        expect_near(&more.reference, "dv01_annuity", price.dv01_per_million);
    }
    close_more(&more);
}

/* Rounding goes up by less than a unit: never below the library's value, and
 * within 1e-5 of it from 10 a basis point on. */
static void test_rates_more_rounding_is_up_and_small(void **state)
{
    struct more more;
    struct cg_swap_price price;
    cg_dv01 rounded;

    (void)state;
    open_more(&more);
    while (next_price(&more, &price)) {
        double exact = reference_number(&more.reference, "dv01_annuity");
        double excess;

        assert_true(cg_dv01_round_up(price.dv01_per_million, &rounded));
        excess = (double)rounded / CG_DV01_SCALE - exact;
        assert_true(excess >= 0.0);
        assert_true(excess <= 1.0 / CG_DV01_SCALE + 1e-10 * exact);
        assert_true(exact < 10.0 || excess <= 1.0001e-5 * exact);
    }
    close_more(&more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_more_prices_are_met),
        cmocka_unit_test(test_rates_more_rounding_is_up_and_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
