/*
 * Names of tenors and swaps, and the dates of their coupons: ends of months,
 * short periods, periods of 28 days, IMM dates, dates given one by one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rates_harness.h>
#include <stdlib.h>
#include <string.h>

/* --- names ---------------------------------------------------------------- */

static void expect_tenor(const char *text, int months, int days)
{
    struct cg_tenor tenor;

    assert_true(cg_tenor_parse(cg_slice_str(text), &tenor));
    assert_int_equal(tenor.months, months);
    assert_int_equal(tenor.days, days);
}

static void test_tenor_is_read(void **state)
{
    (void)state;
    expect_tenor("10Y", 120, 0);
    expect_tenor("18M", 18, 0);
    expect_tenor("2W", 0, 14);
    expect_tenor("364D", 0, 364);
    expect_tenor("1Y6M", 18, 0);
    expect_tenor("1Y6M1W2D", 18, 9);
    expect_tenor("1M3D", 1, 3);
    expect_tenor("13x1", 0, 364);
    expect_tenor("13x28D", 0, 364);
    expect_tenor("2x91D", 0, 182);
    expect_tenor("100Y", 1200, 0);
    expect_tenor("1200M", 1200, 0);
    expect_tenor("36525D", 0, 36525);
    expect_tenor("1304x1", 0, 36512);
}

static void test_tenor_of_other_text_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "10",
                                        "Y",
                                        "0Y",
                                        "010Y",
                                        "-1Y",
                                        "+1Y",
                                        "1y",
                                        "1.5Y",
                                        "10Y ",
                                        " 10Y",
                                        "10YY",
                                        "6M1Y",
                                        "1Y1Y",
                                        "101Y",
                                        "1201M",
                                        "36526D",
                                        "100Y1D",
                                        "1Y-6M",
                                        "1Q",
                                        "10 Y",
                                        "13x",
                                        "x1",
                                        "13x2",
                                        "13x0D",
                                        "0x28D",
                                        "13X1",
                                        "13x28",
                                        "13x28M",
                                        "1305x1",
                                        "13x1x1",
                                        "99999Y",
                                        "100000D",
                                        "1Y6",
                                        "ON",
                                        "99999999999999999999Y",
                                        "99999x99999D",
                                        "13x28D1D"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct cg_tenor tenor = {7, 7};

        if (cg_tenor_parse(cg_slice_str(texts[i]), &tenor)) {
            fail_msg("'%s' was read", texts[i]);
        }
        assert_true(tenor.months == 7 && tenor.days == 7);
    }
}

static void test_tenor_order_is_that_of_lengths(void **state)
{
    static const char *const rising[] = {"1D",   "1W",  "27D",  "28D",  "1M",
                                         "31D",  "2M",  "13x1", "365D", "1Y",
                                         "366D", "18M", "2Y",   "100Y"};

    (void)state;
    for (size_t i = 0; i < sizeof(rising) / sizeof(*rising); i++) {
        for (size_t j = 0; j < sizeof(rising) / sizeof(*rising); j++) {
            struct cg_tenor a;
            struct cg_tenor b;

            assert_true(cg_tenor_parse(cg_slice_str(rising[i]), &a));
            assert_true(cg_tenor_parse(cg_slice_str(rising[j]), &b));
            assert_int_equal(cg_tenor_compare(a, b), (i > j) - (i < j));
        }
    }
    assert_int_equal(
        cg_tenor_compare((struct cg_tenor){12, 0}, (struct cg_tenor){12, 0}),
        0);
}

static struct cg_swap_spec spec_of(const char *text)
{
    struct cg_swap_spec spec;

    if (!cg_swap_parse(cg_slice_str(text), &spec)) {
        fail_msg("'%s' was not read", text);
    }
    return spec;
}

static void test_swap_name_is_read(void **state)
{
    struct cg_swap_spec spec = spec_of("10Y");

    (void)state;
    assert_true(spec.start == CG_START_SPOT && spec.tenor.months == 120);
    spec = spec_of("13x1");
    assert_true(spec.start == CG_START_SPOT && spec.tenor.days == 364);
    spec = spec_of("5Yx10Y");
    assert_true(spec.start == CG_START_FORWARD && spec.forward.months == 60 &&
                spec.tenor.months == 120);
    spec = spec_of("3Mx13x1");
    assert_true(spec.start == CG_START_FORWARD && spec.forward.months == 3 &&
                spec.tenor.days == 364);
    spec = spec_of("13x1x26x1");
    assert_true(spec.start == CG_START_FORWARD && spec.forward.days == 364 &&
                spec.tenor.days == 728);
    spec = spec_of("IMM2x5Y");
    assert_true(spec.start == CG_START_IMM && spec.imm == 2 &&
                spec.tenor.months == 60 && !spec.imm_dates);
    spec = spec_of("IMM12x2Y_3W");
    assert_true(spec.imm == 12 && spec.imm_dates && spec.tenor.months == 24);
    spec = spec_of("2026-03-18/2031-03-18");
    assert_true(spec.start == CG_START_DATE && spec.has_end);
    assert_int_equal(spec.start_date, harness_date("2026-03-18"));
    assert_int_equal(spec.end_date, harness_date("2031-03-18"));
    spec = spec_of("20260318/20310318");
    assert_int_equal(spec.end_date, harness_date("2031-03-18"));
    spec = spec_of("2026-03-18/5Y");
    assert_true(spec.start == CG_START_DATE && !spec.has_end &&
                spec.tenor.months == 60);
    spec = spec_of("/2031-03-18");
    assert_true(spec.start == CG_START_SPOT && spec.has_end);
}

static void test_swap_of_other_text_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "5Yx",
                                        "x5Y",
                                        "5Yx5Yx5Y",
                                        "IMMx5Y",
                                        "IMM0x5Y",
                                        "IMM01x5Y",
                                        "IMM100x5Y",
                                        "IMM1",
                                        "IMM1x",
                                        "IMM1x5",
                                        "imm1x5Y",
                                        "IMM1x5Y_3w",
                                        "IMM1x2W_3W",
                                        "IMM1x_3W",
                                        "5Y_3W",
                                        "IMM-1x5Y",
                                        "IMM1x5Y_3W ",
                                        "/",
                                        "2026-03-18/",
                                        "/5Y",
                                        "2026-02-30/5Y",
                                        "2026-03-18/2031-3-18",
                                        "2026-03-18",
                                        "5Y/2031-03-18",
                                        "2026-03-18/2031-03-18/",
                                        "1Y/1Y",
                                        "IM1x5Y",
                                        "I1x5Y",
                                        "IMMAx5Y"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct cg_swap_spec spec = {.imm = 7};

        if (cg_swap_parse(cg_slice_str(texts[i]), &spec)) {
            fail_msg("'%s' was read", texts[i]);
        }
        assert_int_equal(spec.imm, 7);
    }
}

/* --- dates ---------------------------------------------------------------- */

/*
 * PLAIN is closed on 1 January only and lasts from 2020 to 2199; HELD is closed
 * on these days, and lasts to 2028; SHUT is closed from February to April.
 */
static const char held[] = "HELD,2026-01-01\nHELD,2026-03-12\n"
                           "HELD,2026-06-17\nHELD,2027-01-01\n"
                           "HELD,2028-01-03\n";

static void write_holidays(char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size, "calendar,date\n%s", held);

    for (int year = 2020; year <= 2199; year++) {
        at += (size_t)snprintf(text + at, size - at, "PLAIN,%d-01-01\n", year);
    }
    for (int day = 0; day < 89; day++) {
        char date[11];

        cg_date_format(cg_date_of(2026, 2, 1) + day, date);
        at += (size_t)snprintf(text + at, size - at, "SHUT,%s\n", date);
    }
    assert_true(at < size);
}

static const char header[] =
    "convention,type,currency,par_curve,discount_convention,fixed_frequency,"
    "fixed_daycount,float_index,float_frequency,float_daycount,calendar,"
    "business_day_adjustment,end_of_month_rule,spot_lag_days,"
    "payment_lag_days\n";

/* Name, frequency, and all from the calendar on. */
static const char *const conventions[][3] = {
    {"Y", "annual", "PLAIN,modified_following,yes,0,0"},
    {"S", "semiannual", "PLAIN,modified_following,yes,0,0"},
    {"S_ANY_DAY", "semiannual", "PLAIN,modified_following,no,0,0"},
    {"Q", "quarterly", "PLAIN,modified_following,yes,0,0"},
    {"M", "monthly", "PLAIN,modified_following,yes,0,0"},
    {"M_SHUT", "monthly", "SHUT,modified_following,yes,0,0"},
    {"D", "28d", "PLAIN,following,no,0,0"},
    {"D_ENDS", "28d", "PLAIN,modified_following,yes,0,0"},
    {"D_HELD", "28d", "HELD,following,no,0,0"},
    {"D_SHUT", "28d", "SHUT,following,no,0,0"},
    {"ONCE", "once", "PLAIN,modified_following,yes,0,0"},
    {"LAGS", "annual", "PLAIN,modified_following,yes,2,2"},
    {"PRECEDING", "annual", "PLAIN,preceding,no,0,0"},
    {"UNMOVED", "annual", "PLAIN,unadjusted,no,0,1"},
    {"HELD", "annual", "HELD,modified_following,yes,0,0"},
};

static void write_conventions(char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size, "%s", header);

    for (size_t i = 0; i < sizeof(conventions) / sizeof(*conventions); i++) {
        const char *const *row = conventions[i];

        at += (size_t)snprintf(text + at, size - at,
                               "%s,OIS,USD,C,,%s,ACT/360,I,%s,ACT/360,%s\n",
                               row[0], row[1], row[1], row[2]);
    }
    assert_true(at < size);
}

static struct rates_harness harness;

static int open_harness(void **state)
{
    char holidays[8192];
    char table[4096];

    (void)state;
    write_holidays(holidays, sizeof(holidays));
    assert_true(cg_calendars_read(&harness.conventions.calendars,
                                  "holidays.csv", cg_slice_str(holidays),
                                  &harness.mistakes));
    write_conventions(table, sizeof(table));
    harness_conventions(&harness, table);
    return 0;
}

static int close_harness(void **state)
{
    (void)state;
    harness_close(&harness);
    return 0;
}

static enum cg_swap_error list(const char *convention,
                               const char *valuation,
                               const char *instrument,
                               struct cg_coupon *coupons,
                               size_t *count)
{
    size_t at = cg_conventions_find(&harness.conventions, convention);
    struct cg_swap_spec spec = spec_of(instrument);
    struct cg_swap_dates dates;
    enum cg_swap_error error;

    assert_true(at != SIZE_MAX);
    error = cg_swap_dates(&harness.conventions.items[at],
                          harness_date(valuation), &spec, &dates);
    return error != CG_SWAP_OK
               ? error
               : cg_swap_coupons(&harness.conventions.items[at], &dates,
                                 CG_LEG_FIXED, coupons, count);
}

/* |expected| is the start and the ends of all coupons. */
static void expect_dates(const char *convention,
                         const char *valuation,
                         const char *instrument,
                         const char *expected)
{
    static struct cg_coupon coupons[CG_COUPONS_MAX];
    char text[1024] = "";
    size_t count = 0;

    assert_int_equal(list(convention, valuation, instrument, coupons, &count),
                     CG_SWAP_OK);
    assert_true(count > 0 && count < 80);
    cg_date_format(coupons[0].start, text);
    for (size_t i = 0; i < count; i++) {
        char date[11];

        assert_true(i == 0 || coupons[i].start == coupons[i - 1].end);
        cg_date_format(coupons[i].end, date);
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s",
                       date);
    }
    assert_string_equal(text, expected);
}

static void expect_error(const char *convention,
                         const char *valuation,
                         const char *instrument,
                         enum cg_swap_error expected)
{
    static struct cg_coupon coupons[CG_COUPONS_MAX];
    size_t count;

    assert_int_equal(list(convention, valuation, instrument, coupons, &count),
                     expected);
}

/* Counted back from the end; what is over is a short first period. */
static void test_swap_periods_of_months_are_counted_back(void **state)
{
    (void)state;
    expect_dates("Y", "2026-01-15", "2Y", "2026-01-15 2027-01-15 2028-01-17");
    expect_dates("Y", "2026-01-15", "18M", "2026-01-15 2026-07-15 2027-07-15");
    expect_dates("Y", "2026-01-15", "1Y", "2026-01-15 2027-01-15");
    expect_dates("Y", "2026-01-15", "3M", "2026-01-15 2026-04-15");
    expect_dates("Y", "2026-01-15", "2W", "2026-01-15 2026-01-29");
    expect_dates("S", "2026-01-15", "1Y", "2026-01-15 2026-07-15 2027-01-15");
    /* 15 November and 15 February are Sundays, 15 August is a Saturday. */
    expect_dates("Q", "2026-01-15", "10M",
                 "2026-01-15 2026-02-16 2026-05-15 2026-08-17 2026-11-16");
    expect_dates("M", "2026-01-15", "2M", "2026-01-15 2026-02-16 2026-03-16");
    expect_dates("ONCE", "2026-01-15", "5Y", "2026-01-15 2031-01-15");
}

/* The end keeps to the month where the start's day is too late in it. */
static void test_swap_days_of_month_are_capped(void **state)
{
    (void)state;
    /* 28 February 2027 is a Sunday: moved back, not into March. */
    expect_dates("S_ANY_DAY", "2026-08-31", "6M", "2026-08-31 2027-02-26");
    expect_dates("S_ANY_DAY", "2026-08-31", "1Y",
                 "2026-08-31 2027-02-26 2027-08-31");
    expect_dates("S_ANY_DAY", "2027-08-31", "6M", "2027-08-31 2028-02-29");
    expect_dates("S_ANY_DAY", "2028-02-29", "1Y",
                 "2028-02-29 2028-08-28 2029-02-28");
}

/* From the last business day of a month to those of others. */
static void test_swap_month_ends_are_kept(void **state)
{
    (void)state;
    expect_dates("Y", "2026-01-30", "2Y", "2026-01-30 2027-01-29 2028-01-31");
    expect_dates("Y", "2026-01-30", "18M", "2026-01-30 2026-07-31 2027-07-30");
    expect_dates("S_ANY_DAY", "2026-01-30", "18M",
                 "2026-01-30 2026-07-30 2027-01-29 2027-07-30");
    expect_dates("S", "2026-02-27", "1Y", "2026-02-27 2026-08-31 2027-02-26");
    expect_dates("M", "2026-04-30", "3M",
                 "2026-04-30 2026-05-29 2026-06-30 2026-07-31");
    /* Not the last business day. */
    expect_dates("Y", "2026-01-29", "1Y", "2026-01-29 2027-01-29");
    /* Days and weeks are counted, from wherever. */
    expect_dates("Y", "2026-01-30", "2W", "2026-01-30 2026-02-13");
    expect_dates("D", "2026-01-30", "2x1", "2026-01-30 2026-02-27 2026-03-27");
    /* A forward start has its own. */
    expect_dates("Y", "2026-01-30", "1Yx1Y", "2027-01-29 2028-01-31");
    expect_dates("Y", "2026-01-28", "1Mx3M", "2026-02-27 2026-05-29");
}

/* The calendar need not know days before the start. */
static void test_swap_month_ends_in_the_first_year_are_found(void **state)
{
    (void)state;
    expect_dates("Y", "2020-01-31", "18M", "2020-01-31 2020-07-31 2021-07-30");
    expect_dates("Y", "2020-01-31", "1Y", "2020-01-31 2021-01-29");
    expect_dates("Y", "2020-01-15", "1Y", "2020-01-15 2021-01-15");
}

/* Every 28 days back from the end, and a short first period, too. */
static void test_swap_periods_of_days_are_counted_back(void **state)
{
    (void)state;
    expect_dates("D", "2026-01-15", "3x1",
                 "2026-01-15 2026-02-12 2026-03-12 2026-04-09");
    /* A holiday moves one date, and not those before it. */
    expect_dates("D_HELD", "2026-01-15", "3x1",
                 "2026-01-15 2026-02-12 2026-03-13 2026-04-09");
    expect_dates("D", "2026-01-15", "90D",
                 "2026-01-15 2026-01-21 2026-02-18 2026-03-18 2026-04-15");
    expect_dates("D", "2026-01-15", "2W", "2026-01-15 2026-01-29");
    expect_dates("D", "2026-01-15", "13x1",
                 "2026-01-15 2026-02-12 2026-03-12 2026-04-09 2026-05-07 "
                 "2026-06-04 2026-07-02 2026-07-30 2026-08-27 2026-09-24 "
                 "2026-10-22 2026-11-19 2026-12-17 2027-01-14");
    expect_dates("D", "2026-01-15", "56D", "2026-01-15 2026-02-12 2026-03-12");
    /* From the end of a month, and from an IMM date: days all the same. */
    expect_dates("D", "2026-01-30", "2M",
                 "2026-01-30 2026-02-02 2026-03-02 2026-03-30");
    expect_dates("D", "2026-01-15", "IMM1x2x1",
                 "2026-03-18 2026-04-15 2026-05-13");
    /* So they are where the end keeps to the end of a month, or to a third
     * Wednesday. */
    expect_dates("D_ENDS", "2026-01-30", "3M",
                 "2026-01-30 2026-02-05 2026-03-05 2026-04-02 2026-04-30");
    expect_dates("D", "2026-01-15", "IMM1x2M_3W",
                 "2026-03-18 2026-03-25 2026-04-22 2026-05-20");
    /* What is over would end where the start was moved to: no period. */
    expect_dates("D", "2026-01-15", "2026-01-17/2026-02-16",
                 "2026-01-19 2026-02-16");
}

/* Dates that are moved to one business day make one period. */
static void test_swap_dates_over_a_long_holiday(void **state)
{
    (void)state;
    expect_dates("D_SHUT", "2026-01-15", "4x1",
                 "2026-01-15 2026-05-01 2026-05-07");
    expect_dates("M_SHUT", "2026-01-15", "5M",
                 "2026-01-15 2026-01-30 2026-05-15 2026-06-15");
    expect_dates("M_SHUT", "2026-01-30", "5M",
                 "2026-01-30 2026-05-29 2026-06-30");
}

static void test_swap_imm_dates(void **state)
{
    (void)state;
    expect_dates("Y", "2026-01-15", "IMM1x2Y",
                 "2026-03-18 2027-03-18 2028-03-20");
    expect_dates("Y", "2026-01-15", "IMM1x2Y_3W",
                 "2026-03-18 2027-03-17 2028-03-15");
    expect_dates("Y", "2026-01-15", "IMM5x1Y", "2027-03-17 2028-03-17");
    /* On an IMM date the next is the first. */
    expect_dates("Y", "2026-03-17", "IMM1x1Y", "2026-03-18 2027-03-18");
    expect_dates("Y", "2026-03-18", "IMM1x1Y", "2026-06-17 2027-06-17");
    expect_dates("Y", "2026-12-17", "IMM1x1Y", "2027-03-17 2028-03-17");
    expect_dates("Q", "2026-12-15", "IMM1x6M_3W",
                 "2026-12-16 2027-03-17 2027-06-16");
    /* A start that is moved: years are counted from the Wednesday. */
    expect_dates("HELD", "2026-04-01", "IMM1x1Y", "2026-06-18 2027-06-17");
    expect_dates("Q", "2026-01-15", "IMM1x7M_3W",
                 "2026-03-18 2026-04-15 2026-07-15 2026-10-21");
}

static void test_swap_lags_and_adjustments(void **state)
{
    struct cg_coupon coupons[CG_COUPONS_MAX];
    size_t count;

    (void)state;
    /* From a Sunday: Monday and two days. */
    expect_dates("LAGS", "2026-01-18", "1Y", "2026-01-21 2027-01-21");
    expect_dates("LAGS", "2026-01-15", "1Y", "2026-01-19 2027-01-19");
    expect_dates("PRECEDING", "2026-01-15", "2Y",
                 "2026-01-15 2027-01-15 2028-01-14");
    expect_dates("UNMOVED", "2026-01-15", "2Y",
                 "2026-01-15 2027-01-15 2028-01-15");
    assert_int_equal(list("LAGS", "2026-01-15", "1Y", coupons, &count),
                     CG_SWAP_OK);
    assert_int_equal(coupons[0].payment, harness_date("2027-01-21"));
    /* Paid one day behind the business day that follows Saturday. */
    assert_int_equal(list("UNMOVED", "2026-01-15", "2Y", coupons, &count),
                     CG_SWAP_OK);
    assert_int_equal(coupons[1].payment, harness_date("2028-01-18"));
}

static void test_swap_between_dates(void **state)
{
    (void)state;
    /* No whole months: counted back from the end. */
    expect_dates("S", "2026-01-15", "2026-02-10/2027-03-22",
                 "2026-02-10 2026-03-23 2026-09-22 2027-03-22");
    /* A start on a holiday is moved; the end need not be. */
    expect_dates("S", "2026-01-15", "2026-02-14/2026-08-14",
                 "2026-02-16 2026-08-14");
    expect_dates("M", "2026-01-15", "2026-03-14/2026-05-15",
                 "2026-03-16 2026-04-15 2026-05-15");
    expect_dates("Y", "2026-01-15", "2026-01-15/5Y",
                 "2026-01-15 2027-01-15 2028-01-17 2029-01-15 2030-01-15 "
                 "2031-01-15");
    expect_dates("LAGS", "2026-01-15", "/2027-06-16",
                 "2026-01-19 2026-06-16 2027-06-16");
    expect_dates("D", "2026-01-15", "2026-01-15/2026-03-01",
                 "2026-01-15 2026-02-02 2026-03-02");
    /* On the valuation date. */
    expect_dates("Y", "2026-01-15", "2026-01-15/2026-01-16",
                 "2026-01-15 2026-01-16");
}

/* The moved end of a tenor's swap is that swap's end: 15 January 2028 is a
 * Saturday, and the 15th stays the day of all other coupons. */
static void test_swap_between_dates_of_a_tenor_is_that_tenors(void **state)
{
    (void)state;
    expect_dates("S", "2026-01-15", "2026-01-15/2028-01-17",
                 "2026-01-15 2026-07-15 2027-01-15 2027-07-15 2028-01-17");
    expect_dates("S", "2026-01-15", "2026-01-15/2028-01-15",
                 "2026-01-15 2026-07-15 2027-01-15 2027-07-15 2028-01-17");
    expect_dates("Q", "2026-01-15", "2026-03-18/2026-09-16",
                 "2026-03-18 2026-06-17 2026-09-16");
}

/* The rule holds when both are ends of months, and not when one is. */
static void test_swap_between_month_ends(void **state)
{
    (void)state;
    expect_dates("S", "2026-01-15", "2026-02-27/2027-02-26",
                 "2026-02-27 2026-08-31 2027-02-26");
    expect_dates("S", "2026-01-15", "2026-02-28/2027-02-28",
                 "2026-02-27 2026-08-31 2027-02-26");
    expect_dates("S", "2026-01-15", "2026-02-27/2027-08-31",
                 "2026-02-27 2026-08-31 2027-02-26 2027-08-31");
    expect_dates("S", "2026-01-15", "2026-02-27/2027-08-27",
                 "2026-02-27 2026-08-27 2027-02-26 2027-08-27");
    expect_dates("S", "2026-01-15", "2026-02-26/2027-08-31",
                 "2026-02-26 2026-02-27 2026-08-31 2027-02-26 2027-08-31");
}

static void test_swap_that_cannot_be_is_named(void **state)
{
    (void)state;
    expect_error("Y", "2026-01-15", "2026-03-18/2026-03-18",
                 CG_SWAP_END_BEFORE_START);
    expect_error("Y", "2026-01-15", "2026-03-18/2026-03-17",
                 CG_SWAP_END_BEFORE_START);
    expect_error("Y", "2026-01-15", "2026-03-18/1971-01-01",
                 CG_SWAP_END_BEFORE_START);
    expect_error("LAGS", "2026-01-15", "/2026-01-16", CG_SWAP_END_BEFORE_START);
    /* A Saturday and the Sunday behind it are the same Monday. */
    expect_error("Y", "2026-01-15", "2026-01-17/2026-01-18",
                 CG_SWAP_END_BEFORE_START);
    expect_error("Y", "2026-01-15", "2026-01-14/2027-01-15",
                 CG_SWAP_START_PAST);
    /* On a Sunday at the end of a month, which is moved back to Friday. */
    expect_error("Y", "2026-05-31", "2026-05-31/2027-05-31",
                 CG_SWAP_START_PAST);
    expect_error("Y", "2019-12-31", "1Y", CG_SWAP_BEYOND_CALENDAR);
    expect_error("Y", "2026-01-15", "1970-01-01/5Y", CG_SWAP_START_PAST);
    expect_error("HELD", "2026-01-15", "3Y", CG_SWAP_BEYOND_CALENDAR);
    expect_error("HELD", "2026-01-15", "3Yx1Y", CG_SWAP_BEYOND_CALENDAR);
    expect_error("HELD", "2026-01-15", "IMM99x1Y", CG_SWAP_BEYOND_CALENDAR);
    expect_error("HELD", "2026-01-15", "2030-01-15/2031-01-15",
                 CG_SWAP_BEYOND_CALENDAR);
    expect_error("HELD", "2026-01-15", "/2199-12-31", CG_SWAP_BEYOND_CALENDAR);
    expect_error("Y", "2199-06-28", "1Y", CG_SWAP_BEYOND_CALENDAR);
    expect_error("LAGS", "2199-12-31", "1D", CG_SWAP_BEYOND_CALENDAR);
    expect_error("LAGS", "2198-12-31", "363D", CG_SWAP_BEYOND_CALENDAR);
    expect_error("D", "2026-01-15", "100Y", CG_SWAP_TOO_MANY_COUPONS);
    expect_error("M", "2026-01-15", "2026-01-15/2140-01-15",
                 CG_SWAP_TOO_MANY_COUPONS);
}

/* 1280 coupons are the most. */
static void test_swap_coupons_at_the_limit(void **state)
{
    static struct cg_coupon coupons[CG_COUPONS_MAX];
    size_t count;

    (void)state;
    assert_int_equal(list("D", "2026-01-15", "1280x1", coupons, &count),
                     CG_SWAP_OK);
    assert_int_equal((int)count, CG_COUPONS_MAX);
    expect_error("D", "2026-01-15", "1281x1", CG_SWAP_TOO_MANY_COUPONS);
}

static void test_swap_errors_have_words(void **state)
{
    (void)state;
    for (int i = CG_SWAP_OK; i <= CG_SWAP_NO_PRICE; i++) {
        assert_true(strlen(cg_swap_error_text((enum cg_swap_error)i)) > 10);
    }
}

/* --- parts of a year ------------------------------------------------------ */

static void expect_fraction(enum cg_daycount daycount,
                            const char *start,
                            const char *end,
                            double expected)
{
    harness_near(
        cg_daycount_fraction(daycount, harness_date(start), harness_date(end)),
        expected, 1e-15);
}

static void test_daycount_fractions(void **state)
{
    (void)state;
    expect_fraction(CG_ACT_360, "2026-01-20", "2027-01-20", 365 / 360.0);
    expect_fraction(CG_ACT_365F, "2028-01-20", "2029-01-20", 366 / 365.0);
    expect_fraction(CG_30E_360, "2026-01-31", "2026-03-31", 60 / 360.0);
    expect_fraction(CG_30E_360, "2026-01-30", "2026-03-31", 60 / 360.0);
    expect_fraction(CG_30E_360, "2026-01-29", "2026-03-31", 61 / 360.0);
    expect_fraction(CG_30E_360, "2026-02-28", "2026-03-31", 32 / 360.0);
    expect_fraction(CG_30E_360, "2026-08-31", "2027-02-28", 178 / 360.0);
    expect_fraction(CG_30E_360, "2026-01-19", "2027-01-19", 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenor_is_read),
        cmocka_unit_test(test_tenor_of_other_text_is_refused),
        cmocka_unit_test(test_tenor_order_is_that_of_lengths),
        cmocka_unit_test(test_swap_name_is_read),
        cmocka_unit_test(test_swap_of_other_text_is_refused),
        cmocka_unit_test(test_swap_periods_of_months_are_counted_back),
        cmocka_unit_test(test_swap_days_of_month_are_capped),
        cmocka_unit_test(test_swap_month_ends_are_kept),
        cmocka_unit_test(test_swap_month_ends_in_the_first_year_are_found),
        cmocka_unit_test(test_swap_periods_of_days_are_counted_back),
        cmocka_unit_test(test_swap_dates_over_a_long_holiday),
        cmocka_unit_test(test_swap_imm_dates),
        cmocka_unit_test(test_swap_lags_and_adjustments),
        cmocka_unit_test(test_swap_between_dates),
        cmocka_unit_test(test_swap_between_dates_of_a_tenor_is_that_tenors),
        cmocka_unit_test(test_swap_between_month_ends),
        cmocka_unit_test(test_swap_that_cannot_be_is_named),
        cmocka_unit_test(test_swap_coupons_at_the_limit),
        cmocka_unit_test(test_swap_errors_have_words),
        cmocka_unit_test(test_daycount_fractions),
    };

    return cmocka_run_group_tests(tests, open_harness, close_harness);
}
