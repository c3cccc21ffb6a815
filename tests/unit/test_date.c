/*
 * Dates: every day there is, both ways, against days counted one by one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <date.h>
#include <stdio.h>

#define UNTOUCHED 4711

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int length(int year, int month)
{
    if (month == 2) {
        return leap(year) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Every day of 1970 to 2199, counted one by one: number, parts, weekday, text
 * in both forms. */
static void test_date_every_day_both_ways(void **state)
{
    cg_date date = 0;
    int weekday = 3;

    (void)state;
    for (int year = 1970; year <= 2199; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= length(year, month); day++) {
                int parts[3] = {0};
                char text[11];
                char expected[32];
                cg_date parsed = UNTOUCHED;

                assert_int_equal(cg_date_of(year, month, day), date);
                cg_date_split(date, &parts[0], &parts[1], &parts[2]);
                assert_int_equal(parts[0], year);
                assert_int_equal(parts[1], month);
                assert_int_equal(parts[2], day);
                assert_int_equal(cg_date_year(date), year);
                assert_int_equal(cg_date_weekday(date), weekday);
                (void)snprintf(expected, sizeof(expected), "%04d-%02d-%02d",
                               year, month, day);
                cg_date_format(date, text);
                assert_string_equal(text, expected);
                assert_true(cg_date_parse(cg_slice_str(text), &parsed));
                assert_int_equal(parsed, date);
                (void)snprintf(expected, sizeof(expected), "%04d%02d%02d", year,
                               month, day);
                assert_true(cg_date_parse(cg_slice_str(expected), &parsed));
                assert_int_equal(parsed, date);
                date++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_int_equal(date, CG_DATE_MAX + 1);
}

/* Every combination of parts around the valid ones: a day or none. */
static void test_date_parts_that_are_no_day_refused(void **state)
{
    (void)state;
    for (int year = 1968; year <= 2201; year++) {
        for (int month = -1; month <= 14; month++) {
            for (int day = -1; day <= 33; day++) {
                bool good = year >= 1970 && year <= 2199 && month >= 1 &&
                            month <= 12 && day >= 1 &&
                            day <= length(year, month);

                assert_true(good ==
                            (cg_date_of(year, month, day) != CG_DATE_NONE));
            }
        }
    }
    assert_int_equal(cg_date_of(INT32_MIN, 1, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_of(INT32_MAX, 12, 31), CG_DATE_NONE);
    assert_int_equal(cg_date_of(2000, INT32_MAX, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_of(2000, 1, INT32_MAX), CG_DATE_NONE);
}

/* Other text is refused, and nothing is written. */
static void test_date_other_text_refused(void **state)
{
    static const char *const texts[] = {
        "",           "2026",        "2026-01",     "2026-1-15",
        "2026-01-5",  "26-01-15",    "2026/01/15",  "2026-01/15",
        "20260115 ",  " 2026-01-15", "2026-01-15 ", "15-01-2026",
        "2026-13-01", "2026-00-01",  "2026-01-00",  "2026-01-32",
        "2026-02-29", "2100-02-29",  "1969-12-31",  "2200-01-01",
        "2026-0a-15", "2026-01-1x",  "-026-01-15",  "+026-01-15",
        "2026-+1-15", "2026011",     "202601155",   "20261315",
        "2026 1 15",  "2026-01-15T", "0000-00-00",  "99999999",
        "20260230",   "2026- 1-15",  "2026011-5",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cg_date date = UNTOUCHED;

        if (cg_date_parse(cg_slice_str(texts[i]), &date)) {
            fail_msg("'%s' was taken", texts[i]);
        }
        assert_int_equal(date, UNTOUCHED);
    }
}

/* Random bytes are never a date, unless they look exactly like one; spoilt
 * dates neither. */
static void test_date_random_text_only_dates_taken(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[12] = "2026-01-15";
        char again[11];
        cg_date date = UNTOUCHED;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        text[seed % 10] = (char)(seed >> 8);
        text[(seed >> 16) % 10] = (char)('0' + (seed >> 24) % 10);
        if (!cg_date_parse((struct cg_slice){text, 10}, &date)) {
            assert_int_equal(date, UNTOUCHED);
            continue;
        }
        cg_date_format(date, again);
        assert_string_equal(again, text);
    }
}

/* Months are added to month and year alone; the day gives way. */
static void test_date_add_months_caps_the_day(void **state)
{
    (void)state;
    for (cg_date date = 0; date <= CG_DATE_MAX; date += 17) {
        int year;
        int month;
        int day;

        cg_date_split(date, &year, &month, &day);
        for (int months = -800; months <= 800; months += 7) {
            int y = year;
            int m = month + months;
            int d = day;

            for (; m > 12; m -= 12) {
                y++;
            }
            for (; m < 1; m += 12) {
                y--;
            }
            d = d < length(y, m) ? d : length(y, m);
            assert_int_equal(cg_date_add_months(date, months),
                             cg_date_of(y, m, d));
        }
    }
}

/* Beyond what is handled there is no date, whatever is asked of it. */
static void test_date_beyond_the_range_none(void **state)
{
    char text[11];

    (void)state;
    assert_int_equal(cg_date_add_months(0, -1), CG_DATE_NONE);
    assert_int_equal(cg_date_add_months(CG_DATE_MAX, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_add_months(0, INT32_MIN), CG_DATE_NONE);
    assert_int_equal(cg_date_add_months(CG_DATE_MAX, INT32_MAX), CG_DATE_NONE);
    assert_int_equal(cg_date_add_months(CG_DATE_NONE, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(0, -1), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(0, INT32_MIN), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(CG_DATE_MAX, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(CG_DATE_MAX, INT32_MAX), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(CG_DATE_NONE, INT32_MAX), CG_DATE_NONE);
    assert_int_equal(cg_date_add_days(0, CG_DATE_MAX), CG_DATE_MAX);
    assert_int_equal(cg_date_month_end(CG_DATE_NONE), CG_DATE_NONE);
    assert_int_equal(cg_date_month_end(CG_DATE_MAX), CG_DATE_MAX);
    assert_int_equal(cg_date_nth_weekday(2200, 1, CG_MONDAY, 1), CG_DATE_NONE);
    assert_int_equal(cg_date_nth_weekday(2026, 13, CG_MONDAY, 1), CG_DATE_NONE);
    cg_date_format(CG_DATE_NONE, text);
    assert_string_equal(text, "none");
}

static void test_date_month_ends_all_of_them(void **state)
{
    (void)state;
    for (cg_date date = 0; date <= CG_DATE_MAX; date++) {
        int year;
        int month;
        int day;

        cg_date_split(date, &year, &month, &day);
        assert_int_equal(cg_date_month_end(date),
                         cg_date_of(year, month, length(year, month)));
    }
}

/* Counted out day by day: the first to fifth and the last of each weekday in
 * each month. */
static void test_date_nth_weekday_all_of_them(void **state)
{
    (void)state;
    for (int year = 1970; year <= 2199; year++) {
        for (int month = 1; month <= 12; month++) {
            cg_date found[7][6];
            int count[7] = {0};

            for (int day = 1; day <= length(year, month); day++) {
                cg_date date = cg_date_of(year, month, day);
                int weekday = (int)cg_date_weekday(date);

                found[weekday][count[weekday]++] = date;
            }
            for (int weekday = 0; weekday < 7; weekday++) {
                enum cg_weekday which = (enum cg_weekday)weekday;

                for (int nth = 1; nth <= 5; nth++) {
                    cg_date expected = nth <= count[weekday]
                                           ? found[weekday][nth - 1]
                                           : CG_DATE_NONE;

                    assert_int_equal(
                        cg_date_nth_weekday(year, month, which, nth), expected);
                }
                assert_int_equal(cg_date_nth_weekday(year, month, which, -1),
                                 found[weekday][count[weekday] - 1]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_every_day_both_ways),
        cmocka_unit_test(test_date_parts_that_are_no_day_refused),
        cmocka_unit_test(test_date_other_text_refused),
        cmocka_unit_test(test_date_random_text_only_dates_taken),
        cmocka_unit_test(test_date_add_months_caps_the_day),
        cmocka_unit_test(test_date_beyond_the_range_none),
        cmocka_unit_test(test_date_month_ends_all_of_them),
        cmocka_unit_test(test_date_nth_weekday_all_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
