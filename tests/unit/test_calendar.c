/*
 * Business days, against days counted one by one, and tables of holidays with
 * every mistake that can be made in them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "calendar_reading.h"

/* --- reading -------------------------------------------------------------- */

/* Rows of several calendars in any order; whole years are known. */
static void test_calendar_rows_in_any_order_read(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;

    (void)state;
    assert_true(read_text(&reading, "# of the desk\n"
                                    "date,calendar,note\n"
                                    "2027-03-02,A,\n"
                                    "20260105,B,a date without dashes\n"
                                    "2026-05-04,A,\"earlier, but later\"\n"));
    assert_int_equal(reading.calendars.count, 2);
    calendar = cg_calendars_find(&reading.calendars, "A");
    assert_non_null(calendar);
    assert_int_equal(calendar->first, day("2026-01-01"));
    assert_int_equal(calendar->last, day("2027-12-31"));
    assert_false(cg_calendar_is_open(calendar, day("2026-05-04")));
    assert_false(cg_calendar_is_open(calendar, day("2027-03-02")));
    assert_true(cg_calendar_is_open(calendar, day("2026-01-05")));
    calendar = cg_calendars_find(&reading.calendars, "B");
    assert_int_equal(calendar->last, day("2026-12-31"));
    assert_false(cg_calendar_is_open(calendar, day("2026-01-05")));
    assert_null(cg_calendars_find(&reading.calendars, "C"));
    assert_null(cg_calendars_find(&reading.calendars, "a"));
    end_reading(&reading);
}

/* A table of the desk's own replaces calendars by their name, and only them. */
static void test_calendar_later_table_replaces_by_name(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;

    (void)state;
    assert_true(read_text(&reading, "calendar,date\n"
                                    "A,2026-05-04\nA,2030-05-06\n"
                                    "A,2027-05-03\nA,2028-05-01\n"
                                    "A,2029-05-07\nB,2026-05-05\n"));
    assert_true(
        read_text(&reading, "calendar,date\nC,2026-05-06\nA,2026-05-07\n"));
    assert_int_equal(reading.calendars.count, 3);
    calendar = cg_calendars_find(&reading.calendars, "A");
    assert_true(cg_calendar_is_open(calendar, day("2026-05-04")));
    assert_false(cg_calendar_is_open(calendar, day("2026-05-07")));
    assert_int_equal(calendar->last, day("2026-12-31"));
    calendar = cg_calendars_find(&reading.calendars, "B");
    assert_false(cg_calendar_is_open(calendar, day("2026-05-05")));
    end_reading(&reading);
}

/* A table with a mistake changes nothing of what was read before. */
static void test_calendar_bad_table_changes_nothing(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;

    (void)state;
    assert_true(read_text(&reading, "calendar,date\nA,2026-05-04\n"));
    assert_false(
        read_text(&reading, "calendar,date\nA,2026-05-05\nB,2026-02-30\n"));
    assert_int_equal(reading.calendars.count, 1);
    calendar = cg_calendars_find(&reading.calendars, "A");
    assert_false(cg_calendar_is_open(calendar, day("2026-05-04")));
    assert_true(cg_calendar_is_open(calendar, day("2026-05-05")));
    end_reading(&reading);
}

/* A Saturday or Sunday is closed, listed or not. */
static void test_calendar_weekend_days_may_be_listed(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;

    (void)state;
    assert_true(read_text(&reading, "calendar,date\nA,2026-05-02\n"));
    calendar = cg_calendars_find(&reading.calendars, "A");
    for (cg_date date = calendar->first; date <= calendar->last; date++) {
        assert_true(cg_calendar_is_open(calendar, date) ==
                    (cg_date_weekday(date) < CG_SATURDAY));
    }
    end_reading(&reading);
}

static void test_calendar_mistakes_told_with_line_and_remedy(void **state)
{
    static const char write_a_day[] = "write a day of 1970 to 2199, such as "
                                      "2026-12-25";
    static const char write_a_name[] = "write 1 to 63 ASCII characters without "
                                       "blanks, such as USGS";

    (void)state;
    expect_refused("", 0, "the file is empty",
                   "begin the table with calendar,date");
    expect_refused("calendar,date\n", 0, "the table has no holiday",
                   "add a row such as USGS,2026-12-25");
    expect_refused("calendar,date\n\nA,2026-02-29\n", 3,
                   "'2026-02-29' is no date", write_a_day);
    expect_refused("calendar,date\nA,\n", 2, "'' is no date", write_a_day);
    expect_refused("calendar,date\nA,25/12/2026\n", 2,
                   "'25/12/2026' is no date", write_a_day);
    expect_refused("calendar,date\nA,2200-01-01\n", 2,
                   "'2200-01-01' is no date", write_a_day);
    expect_refused("calendar,date\n,2026-01-01\n", 2,
                   "'' is no name of a calendar", write_a_name);
    expect_refused("calendar,date\nNew York,2026-01-01\n", 2,
                   "'New York' is no name of a calendar", write_a_name);
    expect_refused("calendar,date\nZ\xc3\xbcrich,2026-01-01\n", 2,
                   "'Z\xc3\xbcrich' is no name of a calendar", write_a_name);
    expect_refused("calendar,date\nA,2026-01-01\nB,2026-01-01\nA,20260101\n", 4,
                   "A lists 2026-01-01 in line 2 already",
                   "keep one of the two lines");
    expect_refused("calendar,date\nA,2024-01-01\nA,2026-01-01\n", 3,
                   "A lists no day of 2025, but 2026-01-01",
                   "list the holidays of every year");
    expect_refused("calendar\nA\n", 1, "the column date is missing",
                   "begin the table with calendar,date");
}

/* All mistakes of a table at once; where a row is missing, a year without
 * holidays says nothing. */
static void test_calendar_mistakes_told_together(void **state)
{
    struct reading reading = {0};

    (void)state;
    assert_false(read_text(&reading, "calendar,date\nA,2026-01-01\n"
                                     "A,2026-01-01\nA,2027-13-01\n"
                                     "A,2028-01-03\nA,2028-01-03\n"));
    expect_mistake(&reading, 0, 4, "'2027-13-01' is no date",
                   "write a day of 1970 to 2199, such as 2026-12-25");
    expect_mistake(&reading, 1, 3, "A lists 2026-01-01 in line 2 already",
                   "keep one of the two lines");
    expect_mistake(&reading, 2, 6, "A lists 2028-01-03 in line 5 already",
                   "keep one of the two lines");
    assert_int_equal(reading.mistakes.count, 3);
    end_reading(&reading);
}

/* Names of 63 bytes, not of 64. */
static void test_calendar_longest_name_taken(void **state)
{
    struct reading reading = {0};
    char name[CG_NAME_MAX + 2];
    char text[128];

    (void)state;
    memset(name, 'N', sizeof(name));
    name[CG_NAME_MAX] = '\0';
    (void)snprintf(text, sizeof(text), "calendar,date\n%s,2026-01-01\n", name);
    assert_true(read_text(&reading, text));
    assert_non_null(cg_calendars_find(&reading.calendars, name));
    (void)snprintf(text, sizeof(text), "calendar,date\n%sN,2026-01-01\n", name);
    assert_false(read_text(&reading, text));
    assert_int_equal(reading.mistakes.count, 1);
    end_reading(&reading);
}

/* As many calendars as are allowed, and one more. */
static void test_calendar_count_has_a_limit(void **state)
{
    for (int more = 0; more <= 1; more++) {
        struct reading reading = {0};
        char text[CG_CALENDARS_MAX * 20] = "calendar,date\n";
        size_t at = strlen(text);

        (void)state;
        for (int i = 0; i < CG_CALENDARS_MAX + more; i++) {
            at += (size_t)snprintf(text + at, sizeof(text) - at,
                                   "C%d,2026-01-01\n", i);
        }
        assert_true(read_text(&reading, text) == (more == 0));
        if (more == 1) {
            expect_mistake(&reading, 0, CG_CALENDARS_MAX + 2,
                           "C256 is one calendar too many, 256 are allowed",
                           "use a table for each market");
        }
        end_reading(&reading);
    }
}

static void test_calendar_nearest_name_found(void **state)
{
    struct reading reading = {0};

    (void)state;
    assert_true(read_text(&reading, "calendar,date\nTARGET,2026-01-01\n"
                                    "TOKYO,2026-01-01\n"));
    assert_string_equal(cg_calendars_nearest(&reading.calendars, "Target2"),
                        "TARGET");
    assert_string_equal(cg_calendars_nearest(&reading.calendars, "TOKIO"),
                        "TOKYO");
    assert_null(cg_calendars_nearest(&reading.calendars, "MEXICO"));
    end_reading(&reading);
}

/* --- business days -------------------------------------------------------- */

static char *reference_text(void)
{
    FILE *file = fopen(REFERENCES "/sample_holidays.csv", "rb");
    char *text = calloc(1, 65536);
    size_t len;

    assert_non_null(file);
    assert_non_null(text);
    len = fread(text, 1, 65535, file);
    assert_in_range(len, 1, 65534);
    (void)fclose(file);
    return text;
}

static void read_reference(struct reading *reading)
{
    char *text = reference_text();

    *reading = (struct reading){0};
    assert_true(read_text(reading, text));
    assert_int_equal(reading->calendars.count, 4);
    free(text);
}

/* True when |text| has a row for that day: the file itself is asked. */
static bool listed(const char *text, const char *name, cg_date date)
{
    char row[96];
    char iso[11];

    cg_date_format(date, iso);
    (void)snprintf(row, sizeof(row), "\n%s,%s\n", name, iso);
    return strstr(text, row) != NULL;
}

/* Every day of 2024 to 2026 of each calendar is open just when the file does
 * not list it and it is no weekend. */
static void test_calendar_open_days_are_those_not_listed(void **state)
{
    struct reading reading;
    char *text = reference_text();

    (void)state;
    read_reference(&reading);
    for (size_t i = 0; i < reading.calendars.count; i++) {
        const struct cg_calendar *calendar = &reading.calendars.items[i];

        assert_int_equal(calendar->first, day("2024-01-01"));
        assert_int_equal(calendar->last, day("2080-12-31"));
        for (cg_date date = day("2024-01-01"); date <= day("2026-12-31");
             date++) {
            assert_true(cg_calendar_is_open(calendar, date) ==
                        (cg_date_weekday(date) < CG_SATURDAY &&
                         !listed(text, calendar->name, date)));
        }
    }
    free(text);
    end_reading(&reading);
}

static int month_of(cg_date date)
{
    int year;
    int month;
    int of_month;

    cg_date_split(date, &year, &month, &of_month);
    return month;
}

/* The nearest open day in one direction, one day at a time. */
static cg_date walk(const struct cg_calendar *calendar, cg_date date, int step)
{
    while (!cg_calendar_is_open(calendar, date)) {
        date += step;
    }
    return date;
}

/* Each day of each calendar, but for the outermost, in all four ways. */
static void test_calendar_adjust_matches_walking(void **state)
{
    struct reading reading;

    (void)state;
    read_reference(&reading);
    for (size_t i = 0; i < reading.calendars.count; i++) {
        const struct cg_calendar *calendar = &reading.calendars.items[i];

        for (cg_date date = calendar->first + 10; date < calendar->last - 10;
             date++) {
            cg_date later = walk(calendar, date, 1);
            cg_date before = walk(calendar, date, -1);
            cg_date modified = month_of(later) == month_of(date) ? later
                                                                 : before;

            assert_int_equal(cg_calendar_adjust(calendar, date, CG_UNADJUSTED),
                             date);
            assert_int_equal(cg_calendar_adjust(calendar, date, CG_FOLLOWING),
                             later);
            assert_int_equal(cg_calendar_adjust(calendar, date, CG_PRECEDING),
                             before);
            assert_int_equal(
                cg_calendar_adjust(calendar, date, CG_MODIFIED_FOLLOWING),
                modified);
        }
    }
    end_reading(&reading);
}

/* From each day of some years, up to 30 business days forth and back. */
static void test_calendar_add_days_matches_counting(void **state)
{
    struct reading reading;

    (void)state;
    read_reference(&reading);
    for (size_t i = 0; i < reading.calendars.count; i++) {
        const struct cg_calendar *calendar = &reading.calendars.items[i];

        for (cg_date date = day("2025-06-01"); date < day("2028-06-01");
             date++) {
            cg_date forth = date;
            cg_date back = date;

            assert_int_equal(cg_calendar_add_days(calendar, date, 0), date);
            for (int days = 1; days <= 30; days++) {
                forth = walk(calendar, forth + 1, 1);
                back = walk(calendar, back - 1, -1);
                assert_int_equal(cg_calendar_add_days(calendar, date, days),
                                 forth);
                assert_int_equal(cg_calendar_add_days(calendar, date, -days),
                                 back);
            }
        }
    }
    end_reading(&reading);
}

static void test_calendar_month_ends_match_walking(void **state)
{
    struct reading reading;

    (void)state;
    read_reference(&reading);
    for (size_t i = 0; i < reading.calendars.count; i++) {
        const struct cg_calendar *calendar = &reading.calendars.items[i];

        for (cg_date date = calendar->first; date <= calendar->last; date++) {
            cg_date last = walk(calendar, cg_date_month_end(date), -1);

            assert_int_equal(cg_calendar_month_end(calendar, date), last);
            assert_true(cg_calendar_is_month_end(calendar, date) ==
                        (date == last));
        }
    }
    end_reading(&reading);
}

/* Known cases: over Easter, a year's end, a month's end on a weekend. */
static void test_calendar_examples(void **state)
{
    struct reading reading;
    const struct cg_calendar *target;

    (void)state;
    read_reference(&reading);
    target = cg_calendars_find(&reading.calendars, "TARGET");
    /* 2026: Good Friday is April 3. */
    assert_int_equal(cg_calendar_add_days(target, day("2026-04-02"), 1),
                     day("2026-04-07"));
    assert_int_equal(cg_calendar_add_days(target, day("2026-04-07"), -1),
                     day("2026-04-02"));
    assert_int_equal(
        cg_calendar_adjust(target, day("2026-01-31"), CG_MODIFIED_FOLLOWING),
        day("2026-01-30"));
    assert_int_equal(
        cg_calendar_adjust(target, day("2026-01-31"), CG_FOLLOWING),
        day("2026-02-02"));
    assert_true(cg_calendar_is_month_end(target, day("2026-01-30")));
    assert_false(cg_calendar_is_month_end(target, day("2026-01-31")));
    assert_int_equal(cg_calendar_month_end(target, day("2026-05-02")),
                     day("2026-05-29"));
    end_reading(&reading);
}

/* What is not known is none, is never open, and stays none. */
static void test_calendar_unknown_days_none(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;
    cg_date outside[4];

    (void)state;
    assert_true(read_text(&reading, "calendar,date\nA,2022-01-03\n"));
    calendar = cg_calendars_find(&reading.calendars, "A");
    outside[0] = calendar->first - 1;
    outside[1] = calendar->last + 1;
    outside[2] = CG_DATE_NONE;
    outside[3] = INT32_MAX;
    for (size_t i = 0; i < 4; i++) {
        assert_false(cg_calendar_knows(calendar, outside[i]));
        assert_false(cg_calendar_is_open(calendar, outside[i]));
        assert_false(cg_calendar_is_month_end(calendar, outside[i]));
        assert_int_equal(cg_calendar_month_end(calendar, outside[i]),
                         CG_DATE_NONE);
        for (int days = -1; days <= 1; days++) {
            assert_int_equal(cg_calendar_add_days(calendar, outside[i], days),
                             CG_DATE_NONE);
        }
        assert_int_equal(
            cg_calendar_adjust(calendar, outside[i], CG_UNADJUSTED),
            CG_DATE_NONE);
        assert_int_equal(
            cg_calendar_adjust(calendar, outside[i], CG_MODIFIED_FOLLOWING),
            CG_DATE_NONE);
    }
    /* 2022 begins on a Saturday with a closed Monday, and ends on one. */
    assert_int_equal(
        cg_calendar_adjust(calendar, calendar->first, CG_PRECEDING),
        CG_DATE_NONE);
    assert_int_equal(
        cg_calendar_adjust(calendar, calendar->first, CG_FOLLOWING),
        day("2022-01-04"));
    assert_int_equal(cg_calendar_adjust(calendar, calendar->last, CG_FOLLOWING),
                     CG_DATE_NONE);
    assert_int_equal(
        cg_calendar_adjust(calendar, calendar->last, CG_MODIFIED_FOLLOWING),
        day("2022-12-30"));
    assert_int_equal(cg_calendar_add_days(calendar, day("2022-12-30"), 1),
                     CG_DATE_NONE);
    assert_int_equal(cg_calendar_add_days(calendar, day("2022-01-04"), -1),
                     CG_DATE_NONE);
    assert_int_equal(cg_calendar_add_days(calendar, day("2022-06-01"), 1000000),
                     CG_DATE_NONE);
    assert_int_equal(
        cg_calendar_add_days(calendar, day("2022-06-01"), INT32_MIN),
        CG_DATE_NONE);
    end_reading(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar_rows_in_any_order_read),
        cmocka_unit_test(test_calendar_later_table_replaces_by_name),
        cmocka_unit_test(test_calendar_bad_table_changes_nothing),
        cmocka_unit_test(test_calendar_weekend_days_may_be_listed),
        cmocka_unit_test(test_calendar_mistakes_told_with_line_and_remedy),
        cmocka_unit_test(test_calendar_mistakes_told_together),
        cmocka_unit_test(test_calendar_longest_name_taken),
        cmocka_unit_test(test_calendar_count_has_a_limit),
        cmocka_unit_test(test_calendar_nearest_name_found),
        cmocka_unit_test(test_calendar_open_days_are_those_not_listed),
        cmocka_unit_test(test_calendar_adjust_matches_walking),
        cmocka_unit_test(test_calendar_add_days_matches_counting),
        cmocka_unit_test(test_calendar_month_ends_match_walking),
        cmocka_unit_test(test_calendar_examples),
        cmocka_unit_test(test_calendar_unknown_days_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
