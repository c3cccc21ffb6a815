/*
 * The calendars that are part of the program, against a reference for the
 * years to come and against what is known of those that are past.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <shipped.h>
#include <stdio.h>
#include <stdlib.h>

#include "calendar_reading.h"

static void read_shipped(struct reading *reading)
{
    *reading = (struct reading){0};
    if (!read_text(reading, cg_shipped_calendars)) {
        fail_msg("line %d: %s", reading->mistakes.items[0].line,
                 reading->mistakes.items[0].wrong);
    }
}

/* Good for at least the years that the longest swaps of today need. */
static void test_shipped_calendars_last_to_2099(void **state)
{
    static const char *const names[] = {"USGS", "TARGET", "LONDON", "TOKYO",
                                        "MEXICO"};
    struct reading reading;

    (void)state;
    read_shipped(&reading);
    assert_int_equal(reading.calendars.count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct cg_calendar *calendar = cg_calendars_find(
            &reading.calendars, names[i]);

        assert_non_null(calendar);
        assert_int_equal(calendar->first, day("2000-01-01"));
        assert_int_equal(calendar->last, day("2099-12-31"));
    }
    end_reading(&reading);
}

static char *reference_text(void)
{
    FILE *file = fopen(REFERENCES "/sample_holidays.csv", "rb");
    char *text = calloc(1, 65536);

    assert_non_null(file);
    assert_non_null(text);
    assert_in_range(fread(text, 1, 65535, file), 1, 65534);
    (void)fclose(file);
    return text;
}

/* The reference is a list of days from another library.  There is no
 * difference, on any day of 2024 to 2080 in any of its four calendars. */
static void test_shipped_calendars_equal_the_reference(void **state)
{
    struct reading shipped;
    struct reading reference = {0};
    char *text = reference_text();

    (void)state;
    read_shipped(&shipped);
    assert_true(read_text(&reference, text));
    assert_int_equal(reference.calendars.count, 4);
    for (size_t i = 0; i < reference.calendars.count; i++) {
        const struct cg_calendar *theirs = &reference.calendars.items[i];
        const struct cg_calendar *ours = cg_calendars_find(&shipped.calendars,
                                                           theirs->name);

        assert_non_null(ours);
        assert_int_equal(theirs->first, day("2024-01-01"));
        assert_int_equal(theirs->last, day("2080-12-31"));
        for (cg_date date = theirs->first; date <= theirs->last; date++) {
            if (cg_calendar_is_open(ours, date) !=
                cg_calendar_is_open(theirs, date)) {
                char iso[11];

                cg_date_format(date, iso);
                fail_msg("%s differs on %s", theirs->name, iso);
            }
        }
    }
    free(text);
    end_reading(&shipped);
    end_reading(&reference);
}

/* All days from Monday to Friday of |year| on which |calendar| is closed. */
static void expect_year(const char *name, int year, const char *expected)
{
    struct reading reading;
    const struct cg_calendar *calendar;
    char list[256] = "";
    size_t at = 0;

    read_shipped(&reading);
    calendar = cg_calendars_find(&reading.calendars, name);
    for (cg_date date = cg_date_of(year, 1, 1);
         date <= cg_date_of(year, 12, 31); date++) {
        char iso[11];

        cg_date_format(date, iso);
        if (cg_date_weekday(date) < CG_SATURDAY &&
            !cg_calendar_is_open(calendar, date)) {
            at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
                                   at > 0 ? " " : "", iso + 5);
        }
    }
    assert_string_equal(list, expected);
    end_reading(&reading);
}

/* As the CNBV published them; what it lists on weekends is left out here:
 * 2016-05-01, 2016-12-25, 2018-07-01 (elections), 2018-09-16, 2018-12-01 (the
 * new president), 2019-11-02, 2024-11-02, 2025-11-02, 2026-12-12. */
static void test_shipped_mexico_equals_published_lists(void **state)
{
    (void)state;
    expect_year("MEXICO", 2016,
                "01-01 02-01 03-21 03-24 03-25 09-16 11-02 11-21 12-12");
    expect_year("MEXICO", 2018,
                "01-01 02-05 03-19 03-29 03-30 05-01 11-02 11-19 12-12 12-25");
    expect_year("MEXICO", 2019,
                "01-01 02-04 03-18 04-18 04-19 05-01 09-16 11-18 12-12 12-25");
    expect_year("MEXICO", 2024,
                "01-01 02-05 03-18 03-28 03-29 05-01 09-16 10-01 11-18 12-12 "
                "12-25");
    expect_year("MEXICO", 2025,
                "01-01 02-03 03-17 04-17 04-18 05-01 09-16 11-17 12-12 12-25");
    expect_year("MEXICO", 2026,
                "01-01 02-02 03-16 04-02 04-03 05-01 09-16 11-02 11-16 12-25");
}

/* Years with everything in them that is out of the ordinary. */
static void test_shipped_past_years_as_they_were(void **state)
{
    (void)state;
    expect_year("TOKYO", 2019,
                "01-01 01-02 01-03 01-14 02-11 03-21 04-29 04-30 05-01 05-02 "
                "05-03 05-06 07-15 08-12 09-16 09-23 10-14 10-22 11-04 12-31");
    expect_year("TOKYO", 2020,
                "01-01 01-02 01-03 01-13 02-11 02-24 03-20 04-29 05-04 05-05 "
                "05-06 07-23 07-24 08-10 09-21 09-22 11-03 11-23 12-31");
    expect_year("TOKYO", 2021,
                "01-01 01-11 02-11 02-23 04-29 05-03 05-04 05-05 07-22 07-23 "
                "08-09 09-20 09-23 11-03 11-23 12-31");
    expect_year("TOKYO", 2005,
                "01-03 01-10 02-11 03-21 04-29 05-03 05-04 05-05 07-18 09-19 "
                "09-23 10-10 11-03 11-23 12-23");
    expect_year("TOKYO", 2009,
                "01-01 01-02 01-12 02-11 03-20 04-29 05-04 05-05 05-06 07-20 "
                "09-21 09-22 09-23 10-12 11-03 11-23 12-23 12-31");
    expect_year("LONDON", 2002,
                "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26");
    expect_year("LONDON", 2012,
                "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26");
    expect_year("LONDON", 2020,
                "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
    expect_year("LONDON", 2022,
                "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
    expect_year("LONDON", 2023,
                "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26");
    expect_year("TARGET", 2001, "01-01 04-13 04-16 05-01 12-25 12-26 12-31");
    expect_year("USGS", 2018,
                "01-01 01-15 02-19 03-30 05-28 07-04 09-03 10-08 11-12 11-22 "
                "12-05 12-25");
    expect_year("USGS", 2020,
                "01-01 01-20 02-17 04-10 05-25 07-03 09-07 10-12 11-11 11-26 "
                "12-25");
    expect_year("USGS", 2021,
                "01-01 01-18 02-15 04-02 05-31 07-05 09-06 10-11 11-11 11-25 "
                "12-24");
    expect_year("USGS", 2022,
                "01-17 02-21 04-15 05-30 06-20 07-04 09-05 10-10 11-11 11-24 "
                "12-26");
}

/* A desk's table to 2027 takes TOKYO over as a whole, and nothing else: what it
 * does not cover is not known any more. */
static void test_shipped_calendar_replaced_by_the_desk(void **state)
{
    struct reading reading;
    const struct cg_calendar *calendar;

    (void)state;
    read_shipped(&reading);
    assert_true(read_text(&reading, "calendar,date\nTOKYO,2026-01-01\n"
                                    "TOKYO,2027-06-09\n"));
    assert_int_equal(reading.calendars.count, 5);
    calendar = cg_calendars_find(&reading.calendars, "TOKYO");
    assert_int_equal(calendar->last, day("2027-12-31"));
    assert_false(cg_calendar_is_open(calendar, day("2027-06-09")));
    assert_true(cg_calendar_is_open(calendar, day("2026-05-05")));
    assert_int_equal(
        cg_calendar_adjust(calendar, day("2028-01-04"), CG_FOLLOWING),
        CG_DATE_NONE);
    calendar = cg_calendars_find(&reading.calendars, "LONDON");
    assert_int_equal(calendar->last, day("2099-12-31"));
    end_reading(&reading);
}

/* --- spoilt tables -------------------------------------------------------- */

static uint64_t seed = 2463534242u;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* Changes, drops or repeats a few bytes; how long the text is then. */
static size_t spoil(char *text, size_t len)
{
    static const char bytes[] = ",\n\"#-0129 aez\r\xc3\x01";

    for (uint64_t i = 0; i <= draw() % 4; i++) {
        size_t at = draw() % len;
        size_t count = draw() % 12;

        count = at + count < len ? count : len - at;
        switch (draw() % 3) {
        case 0:
            text[at] = bytes[draw() % (sizeof(bytes) - 1)];
            break;
        case 1:
            memmove(text + at, text + at + count, len - at - count);
            len -= count < len ? count : 0;
            break;
        default:
            memmove(text + at + count, text + at, len - at);
            len += count;
            break;
        }
    }
    return len;
}

/* Reads |len| bytes: either they are taken, or at least one mistake is told,
 * with a line of the table. */
static void read_spoilt(const char *text, size_t len)
{
    struct reading reading = {0};
    bool good = cg_calendars_read(&reading.calendars, "holidays.csv",
                                  (struct cg_slice){text, len},
                                  &reading.mistakes);

    assert_true(good == (reading.mistakes.count == 0));
    assert_true(good == (reading.calendars.count > 0));
    for (size_t i = 0; i < reading.mistakes.count; i++) {
        assert_in_range(reading.mistakes.items[i].line, 0, len + 1);
        assert_string_not_equal(reading.mistakes.items[i].remedy, "");
    }
    for (size_t i = 0; i < reading.calendars.count; i++) {
        const struct cg_calendar *calendar = &reading.calendars.items[i];

        assert_true(calendar->first <= calendar->last);
        (void)cg_calendar_add_days(calendar, calendar->first, 100);
    }
    end_reading(&reading);
}

/* Pieces of good tables with a few bytes spoilt. */
static void test_shipped_spoilt_tables_refused_or_read(void **state)
{
    static const char rules[] =
        "calendar,rule,moved,first_year,last_year,every\n";
    static const char dates[] = "calendar,date\n";
    const char *shipped = strstr(cg_shipped_calendars, "\nUSGS");
    char *listed = reference_text();

    (void)state;
    for (int i = 0; i < 4000; i++) {
        const char *head = i % 2 == 0 ? rules : dates;
        const char *body = i % 2 == 0 ? shipped : listed;
        char text[1024];
        size_t len = strlen(head);

        memcpy(text, i % 4 < 2 ? head : cg_shipped_calendars, len);
        memcpy(text + len, body + draw() % (strlen(body) - 600), 600);
        read_spoilt(text, spoil(text, len + 600));
    }
    free(listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_calendars_last_to_2099),
        cmocka_unit_test(test_shipped_calendars_equal_the_reference),
        cmocka_unit_test(test_shipped_mexico_equals_published_lists),
        cmocka_unit_test(test_shipped_past_years_as_they_were),
        cmocka_unit_test(test_shipped_calendar_replaced_by_the_desk),
        cmocka_unit_test(test_shipped_spoilt_tables_refused_or_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
