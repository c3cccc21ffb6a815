/*
 * Curves: what must hold for any rates, rates that no curve gives, and how
 * mistakes are told.  The random cases come from a fixed seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <rates_harness.h>
#include <stdlib.h>
#include <string.h>

static struct rates_harness harness;

static int open_sample(void **state)
{
    (void)state;
    harness_sample(&harness);
    return 0;
}

static int open_harness(void **state)
{
    (void)state;
    harness_open(&harness);
    return 0;
}

static int close_harness(void **state)
{
    (void)state;
    harness_close(&harness);
    return 0;
}

/* --- properties ----------------------------------------------------------- */

/* A deposit's own rate, which is not a swap's. */
static double deposit_rate(size_t at, const struct cg_par_rate *rate)
{
    const struct cg_convention *convention = &harness.conventions.items[at];
    const struct cg_curve *curve = cg_curves_find(harness.curves, at);
    struct cg_swap_spec spec = {.tenor = rate->tenor};
    struct cg_swap_dates dates;

    assert_int_equal(cg_swap_dates(convention, cg_curves_date(harness.curves),
                                   &spec, &dates),
                     CG_SWAP_OK);
    return (cg_curve_discount(curve, dates.start) /
                cg_curve_discount(curve, dates.end) -
            1) /
           cg_daycount_fraction(convention->float_daycount, dates.start,
                                dates.end);
}

static bool is_deposit(size_t at, const struct cg_par_rate *rate)
{
    const struct cg_convention *convention = &harness.conventions.items[at];

    return convention->type == CG_SWAP_IBOR &&
           rate->tenor.months <= convention->floating.months;
}

/* Every quote comes back from its curve; the number of quotes looked at. */
static size_t expect_quotes(double most_off)
{
    size_t seen = 0;

    for (size_t at = 0; at < harness.conventions.count; at++) {
        for (size_t i = 0; i < harness.rates.count; i++) {
            const struct cg_par_rate *rate = &harness.rates.items[i];
            const char *name = harness.conventions.items[at].name;
            struct cg_swap_price price;

            if (strcmp(rate->curve, harness.conventions.items[at].par_curve) !=
                0) {
                continue;
            }
            assert_int_equal(harness_price(&harness, name, rate->name, &price),
                             CG_SWAP_OK);
            if (is_deposit(at, rate)) {
                price.fair_rate = deposit_rate(at, rate);
            }
            if (!(fabs(price.fair_rate - rate->rate) <= most_off)) {
                fail_msg("%s %s: %.17g is not %.17g", name, rate->name,
                         price.fair_rate, rate->rate);
            }
            seen++;
        }
    }
    return seen;
}

static void test_curves_give_their_quotes_back(void **state)
{
    (void)state;
    assert_true(expect_quotes(1e-14) > 170);
}

/* The dates of an instrument, as an order may give them, are the same swap. */
static void test_swap_by_its_dates_has_the_same_price(void **state)
{
    struct reference reference;

    (void)state;
    reference_open(&reference, "sample_dv01.csv");
    while (reference_next(&reference)) {
        const char *convention = reference_cell(&reference, "convention");
        struct cg_swap_price by_name;
        struct cg_swap_price by_dates;
        char dates[64];

        (void)snprintf(dates, sizeof(dates), "%s/%s",
                       reference_cell(&reference, "start_date"),
                       reference_cell(&reference, "end_date"));
        assert_int_equal(harness_price(&harness, convention,
                                       reference_cell(&reference, "instrument"),
                                       &by_name),
                         CG_SWAP_OK);
        assert_int_equal(harness_price(&harness, convention, dates, &by_dates),
                         CG_SWAP_OK);
        assert_true(by_name.annuity == by_dates.annuity);
        assert_true(by_name.fair_rate == by_dates.fair_rate);
    }
    reference_close(&reference, 90);
}

/* Without a short period, 10Y is 5Y and then 5Yx5Y; with equal dates, exactly.
 */
static void test_forward_annuities_add_up(void **state)
{
    static const char *const conventions[] = {"GBP_SONIA", "EUR_ESTR",
                                              "EUR_6M_ESTRDISC"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct cg_swap_price ten;
        struct cg_swap_price five;
        struct cg_swap_price forward;

        assert_int_equal(harness_price(&harness, conventions[i], "10Y", &ten),
                         CG_SWAP_OK);
        assert_int_equal(harness_price(&harness, conventions[i], "5Y", &five),
                         CG_SWAP_OK);
        assert_int_equal(
            harness_price(&harness, conventions[i], "5Yx5Y", &forward),
            CG_SWAP_OK);
        assert_int_equal(five.end, forward.start);
        assert_int_equal(ten.end, forward.end);
        /* Dates between may be a day apart where the 5Y's end was moved. */
        harness_near(five.annuity + forward.annuity, ten.annuity,
                     i == 0 ? 1e-14 : 1e-4);
    }
}

/* Discount factors at and between nodes, and beyond the last. */
static void test_curve_is_log_linear(void **state)
{
    struct cg_node nodes[] = {{100, 0.0}, {110, -0.1}, {130, -0.5}};
    const struct cg_curve curve = {nodes, 3};

    (void)state;
    harness_near(cg_curve_discount(&curve, 100), 1.0, 0.0);
    harness_near(cg_curve_log_discount(&curve, 105), -0.05, 1e-15);
    harness_near(cg_curve_log_discount(&curve, 110), -0.1, 0.0);
    harness_near(cg_curve_log_discount(&curve, 120), -0.3, 1e-15);
    harness_near(cg_curve_log_discount(&curve, 130), -0.5, 1e-15);
    harness_near(cg_curve_log_discount(&curve, 140), -0.7, 1e-15);
    harness_near(cg_curve_discount(&curve, 140), exp(-0.7), 1e-15);
}

/* --- any rates ------------------------------------------------------------ */

/* Numerical Recipes' xorshift: the same everywhere. */
static uint64_t seed = 88172645463325252U;

static double random_between(double low, double high)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return low + (high - low) * (double)(seed >> 11) / 9007199254740992.0;
}

static const char *const curves[] = {"USD_SOFR", "EUR_ESTR", "EUR_6M",
                                     "GBP_SONIA", "JPY_TONA"};
static const char *const tenors[] = {"1M", "3M",  "6M",  "1Y", "2Y",
                                     "5Y", "10Y", "30Y", "50Y"};

#define TENORS (sizeof(tenors) / sizeof(*tenors))

/* Rates of |base| percent, each off by up to |spread|, of the first |count|
 * tenors. */
static void write_rates(char *text, double base, double spread, size_t count)
{
    size_t at = (size_t)sprintf(text, "set,curve,tenor,rate_pct\n");

    for (size_t i = 0; i < 5; i++) {
        for (size_t j = strcmp(curves[i], "EUR_6M") == 0 ? 2 : 0; j < count;
             j++) {
            at += (size_t)sprintf(text + at, "s,%s,%s,%.6f\n", curves[i],
                                  tenors[j],
                                  base + random_between(-spread, spread));
        }
    }
}

/* Prices are numbers, and there is one for each swap. */
static void expect_prices(void)
{
    static const char *const names[] = {"3M",    "18M",     "11Y",
                                        "7Yx8Y", "IMM1x5Y", "IMM3x2Y_3W"};

    for (size_t at = 0; at < harness.conventions.count; at++) {
        for (size_t i = 0; i < 6; i++) {
            struct cg_swap_price price;
            cg_dv01 dv01;

            assert_int_equal(harness_price(&harness,
                                           harness.conventions.items[at].name,
                                           names[i], &price),
                             CG_SWAP_OK);
            assert_true(isfinite(price.annuity) && isfinite(price.fair_rate));
            assert_true(cg_dv01_round_up(price.dv01_per_million, &dv01));
            assert_true(dv01 > 0);
        }
    }
}

/* Curves near |base| are built |times| times, and give their quotes back. */
static void expect_built(double base, double spread, size_t count, int times)
{
    char text[4096];

    for (int i = 0; i < times; i++) {
        write_rates(text, base, spread, count);
        assert_true(harness_build(&harness, text, HARNESS_DATE));
        assert_true(expect_quotes(1e-12) >= 9 * (count - 2));
        if (count == TENORS) {
            expect_prices();
        }
    }
}

static void test_curves_of_usual_rates_are_built(void **state)
{
    (void)state;
    expect_built(3.0, 1.0, TENORS, 20);
    expect_built(0.0, 0.2, TENORS, 20);
}

static void test_curves_of_negative_rates_are_built(void **state)
{
    (void)state;
    expect_built(-0.6, 0.1, TENORS, 20);
    expect_built(-5.0, 0.1, TENORS, 20);
    expect_built(-9.9, 0.05, TENORS, 5);
}

/* The higher the rates, the sooner nothing is left for long tenors. */
static void test_curves_of_high_rates_are_built(void **state)
{
    (void)state;
    expect_built(12.0, 0.1, TENORS, 20);
    expect_built(30.0, 0.3, 7, 20);
    expect_built(60.0, 1.0, 6, 20);
    expect_built(99.0, 1.0, 5, 20);
}

/* Whatever the rates are: curves that price them, or a mistake. */
static void test_curves_of_any_rates_are_numbers_or_refused(void **state)
{
    size_t built = 0;
    size_t refused = 0;
    char text[4096];

    (void)state;
    for (int i = 0; i < 300; i++) {
        double spread = 10.0 * pow(random_between(0.0, 1.0), 3.0);
        double above = 70.0 * pow(random_between(0.0, 1.0), 3.0);

        write_rates(text, -10.0 + spread + above, spread, TENORS);
        if (harness_build(&harness, text, HARNESS_DATE)) {
            (void)expect_quotes(1e-12);
            expect_prices();
            built++;
        } else {
            assert_true(harness.mistakes.count > 0);
            assert_false(harness.mistakes.no_memory);
            cg_mistakes_deinit(&harness.mistakes);
            refused++;
        }
    }
    assert_true(built > 50 && refused > 50);
}

/* Rates that fall steeply, and rise steeply. */
static void test_curves_of_steep_rates_are_built(void **state)
{
    static const char head[] = "set,curve,tenor,rate_pct\n";
    char text[1024];

    (void)state;
    (void)snprintf(text, sizeof(text), "%s%s", head,
                   "s,GBP_SONIA,1Y,20\ns,GBP_SONIA,2Y,11\ns,GBP_SONIA,3Y,7\n"
                   "s,GBP_SONIA,10Y,2\ns,GBP_SONIA,50Y,-1\n");
    assert_true(harness_build(&harness, text, HARNESS_DATE));
    assert_int_equal(expect_quotes(1e-13), 5);
    (void)snprintf(text, sizeof(text), "%s%s", head,
                   "s,GBP_SONIA,1Y,-1\ns,GBP_SONIA,2Y,1\ns,GBP_SONIA,10Y,7\n"
                   "s,GBP_SONIA,30Y,9\n");
    assert_true(harness_build(&harness, text, HARNESS_DATE));
    assert_int_equal(expect_quotes(1e-13), 4);
    /* One quote makes a curve. */
    (void)snprintf(text, sizeof(text), "%s%s", head, "s,GBP_SONIA,50Y,100\n");
    assert_true(harness_build(&harness, text, HARNESS_DATE));
    assert_int_equal(expect_quotes(1e-10), 1);
}

/* When all rates rise, every annuity falls. */
static void test_annuity_falls_when_rates_rise(void **state)
{
    static const char *const names[] = {"18M", "11Y", "30Y", "5Yx5Y"};
    double before[9][4];
    char text[4096];

    (void)state;
    for (int step = 0; step < 30; step++) {
        write_rates(text, -3.0 + step * 0.5, 0.0, TENORS);
        assert_true(harness_build(&harness, text, HARNESS_DATE));
        for (size_t at = 0; at < 9; at++) {
            for (size_t i = 0; i < 4; i++) {
                struct cg_swap_price price;

                assert_int_equal(
                    harness_price(&harness, harness.conventions.items[at].name,
                                  names[i], &price),
                    CG_SWAP_OK);
                assert_true(step == 0 || price.annuity < before[at][i]);
                before[at][i] = price.annuity;
            }
        }
    }
}

/* --- mistakes ------------------------------------------------------------- */

#define HEAD "set,curve,tenor,rate_pct\n"

static void expect_refused(const char *rates,
                           const char *date,
                           int line,
                           const char *wrong,
                           const char *remedy)
{
    assert_false(harness_build(&harness, rates, date));
    assert_null(harness.curves);
    harness_expect_mistake(&harness, line, wrong, remedy);
}

static void test_curves_without_solution_are_refused(void **state)
{
    (void)state;
    /* Nothing is left to be paid after the second year's 90 percent. */
    expect_refused(HEAD "s,GBP_SONIA,1Y,1\ns,GBP_SONIA,10Y,1\n"
                        "s,GBP_SONIA,11Y,50\n",
                   HARNESS_DATE, 4,
                   "11Y of GBP_SONIA, as a swap of GBP_SONIA: no curve gives "
                   "these rates",
                   "check this rate and those before it");
}

static void test_curves_of_quotes_that_end_together_are_refused(void **state)
{
    (void)state;
    /* 15 January 2028 is a Saturday, the 17th the Monday behind it. */
    expect_refused(HEAD "s,GBP_SONIA,2Y,1\ns,GBP_SONIA,2Y2D,1\n", HARNESS_DATE,
                   3,
                   "2Y2D of GBP_SONIA, as a swap of GBP_SONIA: it ends no "
                   "later than the rate before it",
                   "remove one of the two");
}

static void test_curves_beyond_the_calendar_are_refused(void **state)
{
    (void)state;
    expect_refused(HEAD "s,GBP_SONIA,54Y,1\ns,GBP_SONIA,55Y,1\n", HARNESS_DATE,
                   3,
                   "55Y of GBP_SONIA, as a swap of GBP_SONIA: it needs days "
                   "that its calendar does not know",
                   "remove the rate, or give holidays of LONDON for more years "
                   "than 2024 to 2080");
    expect_refused(HEAD "s,GBP_SONIA,1Y,1\n", "2023-12-29", 2,
                   "1Y of GBP_SONIA, as a swap of GBP_SONIA: it needs days "
                   "that its calendar does not know",
                   "remove the rate, or give holidays of LONDON for more years "
                   "than 2024 to 2080");
}

static void test_curves_without_rates_are_refused(void **state)
{
    (void)state;
    expect_refused(HEAD "s,USD_SOFT,1Y,1\n", HARNESS_DATE, 0,
                   "no convention has its rates, and those of what discounts "
                   "it, in the set s",
                   "name the curves as the conventions' par_curve does");
}

/* What cannot be discounted has no curve, and the others do without it. */
static void test_curves_without_discounting_are_left_out(void **state)
{
    struct cg_swap_price price;

    (void)state;
    assert_true(harness_build(&harness, HEAD "s,EUR_6M,6M,2\ns,EUR_6M,1Y,2\n",
                              HARNESS_DATE));
    assert_int_equal(harness_price(&harness, "EUR_6M_ESTRDISC", "1Y", &price),
                     CG_SWAP_NO_CURVE);
    assert_int_equal(harness_price(&harness, "EUR_6M_SINGLE", "1Y", &price),
                     CG_SWAP_OK);
}

/* A convention without rates has no curve, and no price. */
static void test_price_without_a_price_is_named(void **state)
{
    struct cg_swap_price price = {.annuity = 7};

    (void)state;
    assert_true(harness_build(
        &harness, HEAD "s,GBP_SONIA,1Y,1\ns,GBP_SONIA,10Y,1\n", HARNESS_DATE));
    assert_int_equal(harness_price(&harness, "USD_SOFR", "1Y", &price),
                     CG_SWAP_NO_CURVE);
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "11Y", &price),
                     CG_SWAP_BEYOND_CURVE);
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "IMM1x11Y", &price),
                     CG_SWAP_BEYOND_CURVE);
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "5Yx6Y", &price),
                     CG_SWAP_BEYOND_CURVE);
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "60Y", &price),
                     CG_SWAP_BEYOND_CALENDAR);
    assert_int_equal(
        harness_price(&harness, "GBP_SONIA", "2026-01-14/5Y", &price),
        CG_SWAP_START_PAST);
    assert_int_equal(
        harness_price(&harness, "GBP_SONIA", "2026-02-16/2026-02-16", &price),
        CG_SWAP_END_BEFORE_START);
    assert_true(price.annuity == 7);
    /* Those that start within half a year may be as long as the last quote. */
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "IMM2x10Y", &price),
                     CG_SWAP_OK);
    assert_int_equal(harness_price(&harness, "GBP_SONIA", "IMM3x10Y", &price),
                     CG_SWAP_BEYOND_CURVE);
    assert_int_equal(
        harness_price(&harness, "GBP_SONIA", "2026-07-01/10Y", &price),
        CG_SWAP_OK);
    /* Else a week behind the last quote is fine, and no more. */
    assert_int_equal(
        harness_price(&harness, "GBP_SONIA", "/2036-01-22", &price),
        CG_SWAP_OK);
    assert_int_equal(
        harness_price(&harness, "GBP_SONIA", "/2036-01-23", &price),
        CG_SWAP_BEYOND_CURVE);
}

/* A curve may be longer than the one that discounts it, which is no reason to
 * price by rates that nobody gave. */
static void test_price_beyond_the_discounting_is_refused(void **state)
{
    struct cg_swap_price price;

    (void)state;
    assert_true(harness_build(&harness,
                              HEAD "s,EUR_ESTR,5Y,2\ns,EUR_6M,5Y,2\n"
                                   "s,EUR_6M,10Y,2\n",
                              HARNESS_DATE));
    assert_int_equal(harness_price(&harness, "EUR_6M_ESTRDISC", "5Y", &price),
                     CG_SWAP_OK);
    assert_int_equal(harness_price(&harness, "EUR_6M_ESTRDISC", "6Y", &price),
                     CG_SWAP_BEYOND_CURVE);
    assert_int_equal(harness_price(&harness, "EUR_6M_SINGLE", "10Y", &price),
                     CG_SWAP_OK);
}

/* A deposit is one period, though from 2 September it is six months to where
 * 182 days from the 1st lead. */
static void test_curves_take_a_deposit_as_one_period(void **state)
{
    struct rates_harness own;
    const struct cg_curve *curve;

    (void)state;
    harness_open(&own);
    harness_conventions(
        &own,
        "convention,type,currency,par_curve,discount_convention,"
        "fixed_frequency,fixed_daycount,float_index,float_frequency,"
        "float_daycount,calendar,business_day_adjustment,end_of_month_rule,"
        "spot_lag_days,payment_lag_days\n"
        "A,IBOR,EUR,C,,annual,30E/360,I,semiannual,ACT/360,TARGET,"
        "modified_following,yes,0,0\n");
    assert_true(
        harness_build(&own, HEAD "s,C,182D,3\ns,C,1Y,3\n", "2026-09-01"));
    curve = cg_curves_find(own.curves, 0);
    assert_int_equal(curve->count, 3);
    assert_int_equal(curve->nodes[1].date, harness_date("2027-03-02"));
    harness_near(exp(-curve->nodes[1].log_discount), 1 + 0.03 * 182 / 360,
                 1e-15);
    harness_close(&own);
}

/* --- integers ------------------------------------------------------------- */

static void expect_rounded(double dv01_per_million, cg_dv01 expected)
{
    cg_dv01 dv01 = 0;

    assert_true(cg_dv01_round_up(dv01_per_million, &dv01));
    assert_int_equal(dv01, expected);
}

/* R1: up to the next ten-thousandth, and over a whole number, of which the
 * arithmetic may have been short. */
static void test_dv01_is_rounded_up(void **state)
{
    (void)state;
    expect_rounded(838.643290, 8386433);
    expect_rounded(838.6433, 8386434);
    expect_rounded(100.0, 1000001);
    expect_rounded(0.00001, 1);
    expect_rounded(5e-324, 1);
    expect_rounded(9e10, 900000000009000);
}

static void test_dv01_that_is_none_is_refused(void **state)
{
    static const double none[] = {0.0,
                                  -0.0,
                                  -1.0,
                                  1e11,
                                  1e300,
                                  (double)NAN,
                                  (double)INFINITY,
                                  -(double)INFINITY};

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        cg_dv01 dv01 = 7;

        assert_false(cg_dv01_round_up(none[i], &dv01));
        assert_int_equal(dv01, 7);
    }
}

int main(void)
{
    const struct CMUnitTest of_the_sample[] = {
        cmocka_unit_test(test_curves_give_their_quotes_back),
        cmocka_unit_test(test_swap_by_its_dates_has_the_same_price),
        cmocka_unit_test(test_forward_annuities_add_up),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curve_is_log_linear),
        cmocka_unit_test(test_curves_of_usual_rates_are_built),
        cmocka_unit_test(test_curves_of_negative_rates_are_built),
        cmocka_unit_test(test_curves_of_high_rates_are_built),
        cmocka_unit_test(test_curves_of_any_rates_are_numbers_or_refused),
        cmocka_unit_test(test_curves_of_steep_rates_are_built),
        cmocka_unit_test(test_annuity_falls_when_rates_rise),
        cmocka_unit_test(test_curves_without_solution_are_refused),
        cmocka_unit_test(test_curves_of_quotes_that_end_together_are_refused),
        cmocka_unit_test(test_curves_beyond_the_calendar_are_refused),
        cmocka_unit_test(test_curves_without_rates_are_refused),
        cmocka_unit_test(test_price_without_a_price_is_named),
        cmocka_unit_test(test_curves_without_discounting_are_left_out),
        cmocka_unit_test(test_price_beyond_the_discounting_is_refused),
        cmocka_unit_test(test_curves_take_a_deposit_as_one_period),
        cmocka_unit_test(test_dv01_is_rounded_up),
        cmocka_unit_test(test_dv01_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(of_the_sample, open_sample, close_harness) +
           cmocka_run_group_tests(tests, open_harness, close_harness);
}
