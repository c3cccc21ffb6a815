/*
 * Holidays by rules: each form, where weekends' holidays go, and every mistake
 * that can be made in them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <calendar_rule.h>
#include <cmocka.h>
#include <stdio.h>

#include "calendar_reading.h"

#define HEADER "calendar,holiday,rule,moved,first_year,last_year,every\n"

static const char forms[] = "write december 25, third monday of may, last "
                            "monday of may, easter - 2, march equinox in "
                            "japan, 2026-12-25 or between holidays";

static cg_date day_of(const char *text, int year)
{
    char remedy[CG_RULE_REMEDY_MAX];
    struct cg_rule rule;

    if (!cg_rule_parse(text, &rule, remedy)) {
        fail_msg("'%s' is no rule: %s", text, remedy);
    }
    return cg_rule_day(&rule, year);
}

static void test_rule_forms_read(void **state)
{
    (void)state;
    assert_int_equal(day_of("december 25", 2026), day("2026-12-25"));
    assert_int_equal(day_of("january 1", 2026), day("2026-01-01"));
    assert_int_equal(day_of("february 29", 2028), day("2028-02-29"));
    assert_int_equal(day_of("february 29", 2026), CG_DATE_NONE);
    assert_int_equal(day_of("first monday of september", 2026),
                     day("2026-09-07"));
    assert_int_equal(day_of("fourth thursday of november", 2026),
                     day("2026-11-26"));
    assert_int_equal(day_of("fifth friday of may", 2026), day("2026-05-29"));
    assert_int_equal(day_of("fifth friday of june", 2026), CG_DATE_NONE);
    assert_int_equal(day_of("last monday of may", 2026), day("2026-05-25"));
    assert_int_equal(day_of("easter", 2026), day("2026-04-05"));
    assert_int_equal(day_of("easter - 2", 2026), day("2026-04-03"));
    assert_int_equal(day_of("easter  +  1", 2026), day("2026-04-06"));
    assert_int_equal(day_of("easter + 60", 2026), day("2026-06-04"));
    assert_int_equal(day_of("easter - 60", 2026), day("2026-02-04"));
    assert_int_equal(day_of("march equinox in japan", 2026), day("2026-03-20"));
    assert_int_equal(day_of("september equinox in japan", 2026),
                     day("2026-09-23"));
    assert_int_equal(day_of("2026-12-25", 2026), day("2026-12-25"));
    assert_int_equal(day_of("2026-12-25", 2027), CG_DATE_NONE);
    assert_int_equal(day_of("between holidays", 2026), CG_DATE_NONE);
}

static void expect_no_rule(const char *text, const char *expected)
{
    char remedy[CG_RULE_REMEDY_MAX] = "";
    struct cg_rule rule;

    if (cg_rule_parse(text, &rule, remedy)) {
        fail_msg("'%s' was taken for a rule", text);
    }
    assert_string_equal(remedy, expected);
}

static void test_rule_other_text_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "december",
        "december 0",
        "december 32",
        "february 30",
        "december 0025",
        "december 2x",
        "december -1",
        "25 december",
        "december 25 2026",
        "third monday",
        "third monday of",
        "third monday in may",
        "monday third of may",
        "third monday of may 2026",
        "easter -2",
        "easter 2",
        "easter - -2",
        "easter - 61",
        "easter + 1 2",
        "march equinox",
        "march equinox in",
        "may equinox in japan",
        "between",
        "holidays between",
        "between two holidays",
        "2026-02-30",
        "2026-12-25 2027-12-25",
        "1969-12-31",
        "a b c d e f g",
        "december 25                                                       25",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i], "between two holidays") != 0) {
            expect_no_rule(texts[i], forms);
        }
    }
    expect_no_rule("Decembre 25", "did you mean december?");
    expect_no_rule("December 25", "did you mean december?");
    expect_no_rule("third mondays of may", "did you mean monday?");
    expect_no_rule("easster - 2", "did you mean easter?");
    expect_no_rule("betwen holidays", "did you mean between?");
}

/* Another computus than the one in the code: Meeus's. */
static cg_date easter_by_meeus(int year)
{
    int a = year % 19;
    int b = year / 100;
    int c = year % 100;
    int g = (b - (b + 8) / 25 + 1) / 3;
    int h = (19 * a + b - b / 4 - g + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int day_of_march = h + l - 7 * m + 22;

    return cg_date_of(year, 3, 1) + day_of_march - 1;
}

static void test_rule_easter_every_year(void **state)
{
    (void)state;
    for (int year = CG_YEAR_MIN; year <= CG_YEAR_MAX; year++) {
        assert_int_equal(cg_easter(year), easter_by_meeus(year));
    }
    /* The earliest and the latest that these years have. */
    assert_int_equal(cg_easter(2008), day("2008-03-23"));
    assert_int_equal(cg_easter(2038), day("2038-04-25"));
    assert_int_equal(cg_easter(1969), CG_DATE_NONE);
    assert_int_equal(cg_easter(2200), CG_DATE_NONE);
}

/* Where there were other days than these, an official gazette said so. */
static void test_rule_equinoxes_as_announced(void **state)
{
    (void)state;
    for (int year = 2000; year <= 2027; year++) {
        int march = year % 4 <= 1 || year == 2026 ? 20 : 21;
        int september = year % 4 == 0 && year >= 2012 ? 22 : 23;

        assert_int_equal(day_of("march equinox in japan", year),
                         cg_date_of(year, 3, march));
        assert_int_equal(day_of("september equinox in japan", year),
                         cg_date_of(year, 9, september));
    }
}

/* --- calendars by rules --------------------------------------------------- */

/* The closed days from Monday to Friday of |calendar|, in its first year. */
static void list_closed(const struct cg_calendar *calendar, char list[512])
{
    size_t at = 0;

    list[0] = '\0';
    for (cg_date date = calendar->first; date <= calendar->last; date++) {
        if (cg_date_weekday(date) < CG_SATURDAY &&
            !cg_calendar_is_open(calendar, date)) {
            char text[11];

            cg_date_format(date, text);
            at += (size_t)snprintf(list + at, 512 - at, "%s%s",
                                   at > 0 ? " " : "", text);
        }
    }
}

/* The rows |rows| close |expected|. */
static void expect_closed(const char *rows, const char *expected)
{
    struct reading reading = {0};
    char text[1024];
    char list[512];

    (void)snprintf(text, sizeof(text), HEADER "%s", rows);
    if (!read_text(&reading, text)) {
        fail_msg("%s: %s", rows, reading.mistakes.items[0].wrong);
    }
    list_closed(&reading.calendars.items[0], list);
    assert_string_equal(list, expected);
    end_reading(&reading);
}

/* July 4 is a Saturday in 2026 and a Sunday in 2027. */
static void test_rule_weekend_holidays_move_as_told(void **state)
{
    (void)state;
    expect_closed("A,,july 4,,2026,2027,\n", "");
    expect_closed("A,,july 4,sunday to monday,2026,2027,\n", "2027-07-05");
    expect_closed("A,,july 4,sunday to next free,2026,2027,\n", "2027-07-05");
    expect_closed("A,,july 4,to nearest,2026,2027,\n", "2026-07-03 2027-07-05");
    expect_closed("A,,july 4,to next free,2026,2027,\n",
                  "2026-07-06 2027-07-05");
    expect_closed("A,,july 4,to nearest,2025,2025,\n", "2025-07-04");
}

/* What moves skips all other holidays, whichever row comes first; of two that
 * move, the earlier comes first. */
static void test_rule_moved_holidays_skip_others(void **state)
{
    (void)state;
    /* Christmas on a Saturday (2027), a Sunday (2022), a Friday (2026). */
    expect_closed("A,,december 26,to next free,2027,2027,\n"
                  "A,,december 25,to next free,2027,2027,\n",
                  "2027-12-27 2027-12-28");
    expect_closed("A,,december 25,to next free,2022,2022,\n"
                  "A,,december 26,to next free,2022,2022,\n",
                  "2022-12-26 2022-12-27");
    expect_closed("A,,december 25,to next free,2026,2026,\n"
                  "A,,december 26,to next free,2026,2026,\n",
                  "2026-12-25 2026-12-28");
    /* 2026-05-03 is a Sunday; two holidays follow. */
    expect_closed("A,,may 3,sunday to next free,2026,2026,\n"
                  "A,,may 4,,2026,2026,\nA,,may 5,,2026,2026,\n",
                  "2026-05-04 2026-05-05 2026-05-06");
    expect_closed("A,,may 3,sunday to monday,2026,2026,\n"
                  "A,,may 4,,2026,2026,\n",
                  "2026-05-04");
}

/* The neighbours may be on a weekend, but must be holidays of their own. */
static void test_rule_days_between_holidays_closed(void **state)
{
    (void)state;
    expect_closed("A,,between holidays,,2026,2026,\n"
                  "A,,september 21,,2026,2026,\nA,,september 23,,2026,2026,\n",
                  "2026-09-21 2026-09-22 2026-09-23");
    expect_closed("A,,september 21,,2026,2027,\nA,,september 23,,2026,2027,\n"
                  "A,,between holidays,,2027,2027,\n",
                  "2026-09-21 2026-09-23 2027-09-21 2027-09-22 2027-09-23");
    /* Sunday the 3rd and Tuesday the 5th enclose Monday the 4th. */
    expect_closed("A,,may 3,,2026,2026,\nA,,may 5,,2026,2026,\n"
                  "A,,between holidays,,2026,2026,\n",
                  "2026-05-04 2026-05-05");
    /* A weekend is no holiday, and neither is where one moved to. */
    expect_closed("A,,june 2,,2026,2026,\nA,,between holidays,,2026,2026,\n",
                  "2026-06-02");
    expect_closed("A,,may 31,sunday to monday,2026,2026,\n"
                  "A,,june 3,,2026,2026,\nA,,between holidays,,2026,2026,\n",
                  "2026-06-01 2026-06-03");
}

static void test_rule_years_bound_it(void **state)
{
    struct reading reading = {0};
    const struct cg_calendar *calendar;

    (void)state;
    expect_closed("A,,june 2,,2025,2026,\n", "2025-06-02 2026-06-02");
    expect_closed("A,,june 2,,2025,2027,2\nA,,june 4,,2026,2026,\n",
                  "2025-06-02 2026-06-04 2027-06-02");
    /* The edges of the calendar lose nothing within it. */
    expect_closed("A,,january 1,to nearest,2026,2028,\n"
                  "A,,december 31,sunday to monday,2026,2028,\n",
                  "2026-01-01 2026-12-31 2027-01-01 2027-12-31");
    assert_true(read_text(&reading, HEADER "A,,june 2,,2024,2027,\n"
                                           "A,,june 4,,2026,2030,\n"
                                           "A,,2025-06-03,,,,\n"
                                           "B,,2025-06-03,,,,\n"));
    calendar = cg_calendars_find(&reading.calendars, "A");
    assert_int_equal(calendar->first, day("2024-01-01"));
    assert_int_equal(calendar->last, day("2030-12-31"));
    assert_false(cg_calendar_is_open(calendar, day("2025-06-03")));
    calendar = cg_calendars_find(&reading.calendars, "B");
    assert_int_equal(calendar->first, day("2025-01-01"));
    assert_int_equal(calendar->last, day("2025-12-31"));
    end_reading(&reading);
}

static void test_rule_mistakes_told_with_line_and_remedy(void **state)
{
    static const char years[] = "write a number from 1970 to 2199";

    (void)state;
    expect_refused(HEADER, 0, "the table has no holiday",
                   "add a row such as USGS,2026-12-25");
    expect_refused(HEADER "A,,christmas,,2020,2030,\n", 2,
                   "'christmas' is no rule", forms);
    expect_refused(HEADER "A,,,,2020,2030,\n", 2, "'' is no rule", forms);
    expect_refused(HEADER "A,,june 2,sometimes,2020,2030,\n", 2,
                   "'sometimes' does not say where a weekend's holiday moves",
                   "write sunday to monday, sunday to next free, to nearest, "
                   "to next free, or nothing");
    expect_refused(HEADER "\nA,,june 2,,2030,2020,\n", 3,
                   "the last year, 2020, is before the first, 2030",
                   "give the earlier year first");
    expect_refused(HEADER "A,,june 2,,,2030,\n", 2, "the first_year is ''",
                   years);
    expect_refused(HEADER "A,,june 2,,2020,,\n", 2, "the last_year is ''",
                   years);
    expect_refused(HEADER "A,,june 2,,1969,2030,\n", 2,
                   "the first_year is '1969'", years);
    expect_refused(HEADER "A,,june 2,,2020,2200,\n", 2,
                   "the last_year is '2200'", years);
    expect_refused(HEADER "A,,june 2,,2020,99999999999,\n", 2,
                   "the last_year is '99999999999'", years);
    expect_refused(HEADER "A,,june 2,,2020,+2030,\n", 2,
                   "the last_year is '+2030'", years);
    expect_refused(HEADER "A,,june 2,,2020,2030,0\n", 2, "the every is '0'",
                   "write a number from 1 to 100");
    expect_refused(HEADER "A,,2025-06-02,,2020,2030,\n", 2,
                   "a single date needs no first_year", "leave the cell empty");
    expect_refused(HEADER "A,,2025-06-02,,,,6\n", 2,
                   "a single date needs no every", "leave the cell empty");
    expect_refused(HEADER "A B,,june 2,,2020,2030,\n", 2,
                   "'A B' is no name of a calendar",
                   "write 1 to 63 ASCII characters without blanks, such as "
                   "USGS");
    expect_refused(HEADER "A,,march equinox in japan,,1979,2030,\n", 2,
                   "the equinoxes of all these years are not known",
                   "write years from 1980 to 2099");
    expect_refused(HEADER "A,,september equinox in japan,,2020,2100,\n", 2,
                   "the equinoxes of all these years are not known",
                   "write years from 1980 to 2099");
    expect_refused(HEADER "A,,june 2,,2020,2030,\nA,,2031-06-02,,,,\n", 3,
                   "A has rules for 2020 to 2030, not for 2031",
                   "remove it, or write rules for its year");
    expect_refused(HEADER "A,,june 2,,2020,2022,\nA,,june 2,,2024,2030,\n", 3,
                   "A lists no day of 2023, but 2024-06-02",
                   "list the holidays of every year");
    expect_refused(HEADER "A,,june 2,,2020,2030,\n"
                          "A,,between holidays,,2020,2021,\n"
                          "A,,between holidays,,2025,2026,\n",
                   4, "A closes days between holidays already",
                   "keep one of the two rows");
    expect_refused("calendar,rule,first_year\nA,june 2,2020\n", 1,
                   "the column last_year is missing",
                   "begin the table with calendar,rule,first_year,last_year");
    expect_refused("calendar,rule,first_year,last_year,date\n", 1,
                   "'date' is no column of this table",
                   "the columns are "
                   "calendar,holiday,rule,moved,first_year,last_year,every");
    expect_refused("calendar,date,every\nA,2026-01-01,2\n", 1,
                   "'every' is no column of this table",
                   "the columns are calendar,holiday,date");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_forms_read),
        cmocka_unit_test(test_rule_other_text_refused),
        cmocka_unit_test(test_rule_easter_every_year),
        cmocka_unit_test(test_rule_equinoxes_as_announced),
        cmocka_unit_test(test_rule_weekend_holidays_move_as_told),
        cmocka_unit_test(test_rule_moved_holidays_skip_others),
        cmocka_unit_test(test_rule_days_between_holidays_closed),
        cmocka_unit_test(test_rule_years_bound_it),
        cmocka_unit_test(test_rule_mistakes_told_with_line_and_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
