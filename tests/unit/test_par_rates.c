/*
 * Tables of par rates and of conventions, with every mistake that can be made
 * in them: each is said with its line and a remedy, and nothing is taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <rates_harness.h>
#include <stdlib.h>
#include <string.h>

/* --- percent -------------------------------------------------------------- */

static void expect_percent(const char *text, double expected)
{
    double fraction = 7;

    assert_true(cg_percent_parse(cg_slice_str(text), &fraction));
    assert_true(fraction == expected);
}

/* The nearest double to what is written. */
static void test_percent_is_read_exactly(void **state)
{
    (void)state;
    expect_percent("3.44", 0.0344);
    expect_percent("3.695", 0.03695);
    expect_percent("-0.5", -0.005);
    expect_percent("0", 0.0);
    expect_percent("-0", 0.0);
    expect_percent(".5", 0.005);
    expect_percent("5.", 0.05);
    expect_percent("100", 1.0);
    expect_percent("-10", -0.10);
    expect_percent(".000000000000001", 1e-17);
    expect_percent("1.23456789012345", 0.0123456789012345);
    expect_percent("99999999999.9999", 999999999.999999);
}

static void test_percent_of_other_text_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "-",
                                        ".",
                                        "-.",
                                        "+3",
                                        "3e0",
                                        "3,44",
                                        "3.4.4",
                                        "nan",
                                        "NaN",
                                        "inf",
                                        "-inf",
                                        "0x3",
                                        "3 ",
                                        " 3",
                                        "3%",
                                        "--3",
                                        "3-",
                                        "1_000",
                                        "1 000",
                                        "٣",
                                        "3.44f",
                                        "INFINITY",
                                        "1.234567890123456",
                                        "0000000000000003.44"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        double fraction = 7;

        if (cg_percent_parse(cg_slice_str(texts[i]), &fraction)) {
            fail_msg("'%s' was read", texts[i]);
        }
        assert_true(fraction == 7);
    }
}

/* --- par rates ------------------------------------------------------------ */

static struct rates_harness harness;

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

#define HEAD "set,curve,tenor,rate_pct\n"

static bool read_rates(const char *text, const char *set)
{
    cg_par_rates_deinit(&harness.rates);
    return cg_par_rates_read(&harness.rates, "rates.csv", cg_slice_str(text),
                             set, &harness.mistakes);
}

static void expect_refused(const char *text,
                           int line,
                           const char *wrong,
                           const char *remedy)
{
    assert_false(read_rates(text, NULL));
    assert_null(harness.rates.items);
    harness_expect_mistake(&harness, line, wrong, remedy);
}

static void test_par_rates_are_read(void **state)
{
    (void)state;
    assert_true(read_rates("# of the desk\n" HEAD "a,C,1M,-0.25\n"
                           "a,D,13x1,99.9\n\na,C,1Y,2\n",
                           NULL));
    assert_string_equal(harness.rates.set, "a");
    assert_int_equal(harness.rates.date, CG_DATE_NONE);
    assert_int_equal(harness.rates.count, 3);
    assert_string_equal(harness.rates.items[0].curve, "C");
    assert_string_equal(harness.rates.items[1].name, "13x1");
    assert_int_equal(harness.rates.items[1].tenor.days, 364);
    assert_true(harness.rates.items[0].rate == -0.0025);
    assert_int_equal(harness.rates.items[2].line, 6);
    assert_int_equal(harness.mistakes.count, 0);
}

static void test_par_rates_of_one_set_are_taken(void **state)
{
    static const char text[] = "set,valuation_date,curve,tenor,rate_pct\n"
                               "a,2026-01-15,C,1Y,1\nb,2026-01-16,C,1Y,2\n"
                               "a,2026-01-15,C,2Y,3\n";

    (void)state;
    assert_true(read_rates(text, "b"));
    assert_int_equal(harness.rates.count, 1);
    assert_int_equal(harness.rates.date, harness_date("2026-01-16"));
    assert_true(read_rates(text, "a"));
    assert_int_equal(harness.rates.count, 2);
    assert_false(read_rates(text, "c"));
    harness_expect_mistake(&harness, 0,
                           "there is no rate of the set c, but of a",
                           "name a set of the column 'set'");
    expect_refused(text, 3, "there are several sets, a and b",
                   "name the one to take, by --set or Set=");
}

static void test_par_rates_with_a_mistake_are_refused(void **state)
{
    static const char decimal[] =
        "write percent as a decimal number of at most 15 digits, as 3.44";

    (void)state;
    expect_refused(HEAD, 0, "there are no par rates",
                   "add a row for each rate");
    expect_refused(HEAD "a,C,1Y,1\na,C,12M,1\n", 3,
                   "12M of C is as long as 1Y in line 2",
                   "remove one of the two");
    expect_refused(HEAD "a,C,1Y,1\na,C,1Y,1\n", 3,
                   "1Y of C is as long as 1Y in line 2",
                   "remove one of the two");
    expect_refused(HEAD "a,C,2Y,1\na,D,1Y,1\na,C,1Y,1\n", 4,
                   "1Y of C comes after 2Y in line 2",
                   "order each curve by tenor");
    expect_refused(HEAD "a,C,1X,1\n", 2, "'1X' is no tenor",
                   "write it as 1W, 3M, 18M, 10Y or 13x1");
    expect_refused(HEAD "a,C,1Y6M1W1D1D1D1D1D,1\n", 2,
                   "'1Y6M1W1D1D1D1D1D' is no tenor",
                   "write it as 1W, 3M, 18M, 10Y or 13x1");
    expect_refused(HEAD "a,C,1Y,NaN\n", 2, "'NaN' is no rate", decimal);
    expect_refused(HEAD "a,C,1Y,inf\n", 2, "'inf' is no rate", decimal);
    expect_refused(HEAD "a,C,1Y,0x3\n", 2, "'0x3' is no rate", decimal);
    expect_refused(HEAD "a,C,1Y,3e0\n", 2, "'3e0' is no rate", decimal);
    expect_refused(HEAD "a,C,1Y,\n", 2, "'' is no rate", decimal);
    expect_refused(HEAD "a,C,1Y,100.1\n", 2,
                   "a rate of 100.1 percent cannot be",
                   "write percent, from -10 to 100");
    expect_refused(HEAD "a,C,1Y,-10.001\n", 2,
                   "a rate of -10.001 percent cannot be",
                   "write percent, from -10 to 100");
    expect_refused(HEAD ",C,1Y,1\n", 2, "'' is no set",
                   "write 1 to 63 printable ASCII characters");
    expect_refused(HEAD "a,,1Y,1\n", 2, "'' is no curve",
                   "write 1 to 63 printable ASCII characters");
    expect_refused("set,curve,tenor,rate_pct,valuation_date\n"
                   "a,C,1Y,1,2026-02-30\n",
                   2, "'2026-02-30' is no date", "write it as 2026-01-15");
    expect_refused("set,curve,tenor,rate_pct,valuation_date\n"
                   "a,C,1Y,1,2026-01-15\na,C,2Y,1,2026-01-16\n",
                   3, "the valuation_date is 2026-01-15 in line 2",
                   "give each day's rates a set of its own");
}

/* Rates at either end of what can be are fine. */
static void test_par_rates_at_the_limits_are_read(void **state)
{
    (void)state;
    assert_true(read_rates(HEAD "a,C,1Y,-10\na,C,2Y,100.000\n", NULL));
}

/* All mistakes of a file are told at once. */
static void test_par_rates_tell_every_mistake(void **state)
{
    (void)state;
    assert_false(read_rates(HEAD "a,C,?,x\na,C,1Y,1\na,C,1M,1\n", NULL));
    assert_int_equal(harness.mistakes.count, 3);
    cg_mistakes_deinit(&harness.mistakes);
}

static void test_par_rates_too_many_are_refused(void **state)
{
    char *text = calloc(CG_PAR_RATES_MAX + 2, 32);
    size_t at;

    (void)state;
    if (text == NULL) {
        abort();
    }
    at = (size_t)sprintf(text, "%s", HEAD);
    for (int i = 0; i < CG_PAR_RATES_MAX; i++) {
        at += (size_t)sprintf(text + at, "a,C%d,%dD,1\n", i / 5000,
                              i % 5000 + 1);
    }
    assert_true(read_rates(text, NULL));
    assert_int_equal(harness.rates.count, CG_PAR_RATES_MAX);
    (void)sprintf(text + at, "a,D,1Y,1\n");
    expect_refused(text, CG_PAR_RATES_MAX + 2,
                   "there are more than 10000 rates",
                   "remove sets that are not used");
    free(text);
}

/* --- conventions ---------------------------------------------------------- */

#define CONVENTIONS                                                            \
    "convention,type,currency,par_curve,discount_convention,fixed_frequency,"  \
    "fixed_daycount,float_index,float_frequency,float_daycount,calendar,"      \
    "business_day_adjustment,end_of_month_rule,spot_lag_days,"                 \
    "payment_lag_days\n"
#define TAIL "USGS,modified_following,yes,2,2\n"
#define FINE "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360," TAIL

static void expect_convention_refused(const char *text,
                                      int line,
                                      const char *wrong,
                                      const char *remedy)
{
    assert_false(cg_conventions_read(&harness.conventions, "conventions.csv",
                                     cg_slice_str(text), &harness.mistakes));
    assert_int_equal(harness.conventions.count, 0);
    assert_null(harness.conventions.items);
    harness_expect_mistake(&harness, line, wrong, remedy);
}

static void test_convention_is_read(void **state)
{
    const struct cg_convention *item;

    (void)state;
    harness_conventions(
        &harness, CONVENTIONS
        "A,IBOR,EUR,C,B,quarterly,30E/360,I,28d,ACT/365F,TARGET,preceding,no,"
        "0,30\n"
        "B,OIS,EUR,D,,once,ACT/360,J,monthly,ACT/360,TARGET,unadjusted,yes,2,"
        "1\n");
    item = &harness.conventions.items[0];
    assert_string_equal(item->name, "A");
    assert_int_equal(item->type, CG_SWAP_IBOR);
    assert_string_equal(item->currency, "EUR");
    assert_string_equal(item->par_curve, "C");
    assert_string_equal(item->float_index, "I");
    assert_int_equal(item->discount, 1);
    assert_true(item->fixed.months == 3 && item->fixed.days == 0);
    assert_true(item->floating.months == 0 && item->floating.days == 28);
    assert_int_equal(item->fixed_daycount, CG_30E_360);
    assert_int_equal(item->float_daycount, CG_ACT_365F);
    assert_string_equal(item->calendar->name, "TARGET");
    assert_int_equal(item->adjustment, CG_PRECEDING);
    assert_false(item->month_end);
    assert_int_equal(item->spot_lag_days, 0);
    assert_int_equal(item->payment_lag_days, 30);
    assert_int_equal(item->line, 2);
    assert_string_equal(harness.conventions.file, "conventions.csv");
    item = &harness.conventions.items[1];
    assert_int_equal(item->discount, 1);
    assert_true(item->fixed.months == 0 && item->fixed.days == 0);
    assert_true(item->month_end);
    assert_int_equal(cg_conventions_find(&harness.conventions, "B"), 1);
    assert_true(cg_conventions_find(&harness.conventions, "b") == SIZE_MAX);
}

static void test_convention_with_a_mistake_is_refused(void **state)
{
    (void)state;
    expect_convention_refused(CONVENTIONS, 0, "there is no convention",
                              "add a row for each kind of swap");
    expect_convention_refused(
        CONVENTIONS "A,OIZ,USD,C,,annual,ACT/360,I,annual,ACT/360," TAIL, 2,
        "'OIZ' is no type", "write OIS or IBOR");
    expect_convention_refused(
        CONVENTIONS "A,OIS,usd,C,,annual,ACT/360,I,annual,ACT/360," TAIL, 2,
        "'usd' is no currency", "write three capital letters, as USD");
    expect_convention_refused(
        CONVENTIONS ",OIS,USD,C,,annual,ACT/360,I,annual,ACT/360," TAIL, 2,
        "'' is no convention", "write 1 to 63 printable ASCII characters");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,yearly,ACT/360,I,annual,ACT/360," TAIL, 2,
        "'yearly' is no fixed_frequency",
        "write annual, semiannual, quarterly, monthly, 28d or once");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,annual,ACT/365,I,annual,ACT/360," TAIL, 2,
        "'ACT/365' is no fixed_daycount", "write ACT/360, ACT/365F or 30E/360");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,USG,"
                    "modified_following,yes,2,2\n",
        2, "there is no calendar 'USG'", "did you mean USGS?");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,MARS,"
                    "modified_following,yes,2,2\n",
        2, "there is no calendar 'MARS'", "add it to the holidays");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,USGS,"
                    "modified,yes,2,2\n",
        2, "'modified' is no business_day_adjustment",
        "write modified_following, following, preceding or unadjusted");
    expect_convention_refused(
        CONVENTIONS "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,USGS,"
                    "following,true,2,2\n",
        2, "'true' is no end_of_month_rule", "write yes or no");
    expect_convention_refused(
        CONVENTIONS FINE "A,OIS,EUR,C,,annual,ACT/360,I,annual,ACT/360," TAIL,
        3, "convention A is defined in line 2 already",
        "give each a name of its own, or remove one");
}

static void test_convention_lags_are_read_whole(void **state)
{
    static const char *const lags[] = {"",   "31", "-1",  "2.0",
                                       "+2", "2d", "002", "999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(lags) / sizeof(*lags); i++) {
        char text[1024];
        char wrong[64];

        (void)snprintf(text, sizeof(text), "%s%s%s,2\n", CONVENTIONS,
                       "A,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,USGS,"
                       "following,yes,",
                       lags[i]);
        (void)snprintf(wrong, sizeof(wrong), "'%s' is no spot_lag_days",
                       lags[i]);
        expect_convention_refused(text, 2, wrong,
                                  "write business days, 0 to 30");
    }
}

static void test_convention_discounting_must_end(void **state)
{
    static const char empty[] =
        "leave the discount_convention of one of them empty";

    (void)state;
    expect_convention_refused(
        CONVENTIONS FINE "B,OIS,USD,C,AA,annual,ACT/360,I,annual,ACT/360," TAIL,
        3, "there is no discount_convention 'AA'", "did you mean A?");
    expect_convention_refused(
        CONVENTIONS FINE
        "B,OIS,USD,C,XYZW,annual,ACT/360,I,annual,ACT/360," TAIL,
        3, "there is no discount_convention 'XYZW'",
        "name a convention of this file, or leave it empty");
    assert_false(cg_conventions_read(
        &harness.conventions, "conventions.csv",
        cg_slice_str(CONVENTIONS
                     "A,OIS,USD,C,B,annual,ACT/360,I,annual,ACT/360," TAIL
                     "B,OIS,USD,C,A,annual,ACT/360,I,annual,ACT/360," TAIL
                     "C,OIS,USD,C,B,annual,ACT/360,I,annual,ACT/360," TAIL
                     "D,OIS,USD,C,D,annual,ACT/360,I,annual,ACT/360," TAIL),
        &harness.mistakes));
    assert_int_equal(harness.mistakes.count, 3);
    assert_string_equal(harness.mistakes.items[2].wrong,
                        "the discounting of C goes in a circle");
    assert_string_equal(harness.mistakes.items[2].remedy, empty);
    cg_mistakes_deinit(&harness.mistakes);
}

/* Rows of |count| conventions. */
static char *many_conventions(size_t count)
{
    char *text = calloc(count + 4, 128);
    size_t at;

    if (text == NULL) {
        abort();
    }
    at = (size_t)sprintf(text, "%s", CONVENTIONS);
    for (size_t i = 0; i < count; i++) {
        at += (size_t)sprintf(
            text + at, "C%zu,OIS,USD,C,,annual,ACT/360,I,annual,ACT/360,%s", i,
            TAIL);
    }
    return text;
}

static void test_conventions_too_many_are_refused(void **state)
{
    char *most = many_conventions(1000);
    char *more = many_conventions(1001);

    (void)state;
    harness_conventions(&harness, most);
    assert_int_equal(harness.conventions.count, 1000);
    expect_convention_refused(more, 1002,
                              "there are more than 1000 conventions",
                              "remove those that are not used");
    free(most);
    free(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percent_is_read_exactly),
        cmocka_unit_test(test_percent_of_other_text_is_refused),
        cmocka_unit_test(test_par_rates_are_read),
        cmocka_unit_test(test_par_rates_of_one_set_are_taken),
        cmocka_unit_test(test_par_rates_with_a_mistake_are_refused),
        cmocka_unit_test(test_par_rates_at_the_limits_are_read),
        cmocka_unit_test(test_par_rates_tell_every_mistake),
        cmocka_unit_test(test_par_rates_too_many_are_refused),
        cmocka_unit_test(test_convention_is_read),
        cmocka_unit_test(test_convention_with_a_mistake_is_refused),
        cmocka_unit_test(test_convention_lags_are_read_whole),
        cmocka_unit_test(test_convention_discounting_must_end),
        cmocka_unit_test(test_conventions_too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, open_harness, close_harness);
}
