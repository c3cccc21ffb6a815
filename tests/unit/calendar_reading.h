/*
 * Calendars read from a text, and what reading it told: for tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TEST_CALENDAR_READING_H
#define CG_TEST_CALENDAR_READING_H

#include <calendar.h>

struct reading {
    struct cg_calendars calendars;
    struct cg_mistakes mistakes;
};

static inline bool read_text(struct reading *reading, const char *text)
{
    return cg_calendars_read(&reading->calendars, "holidays.csv",
                             cg_slice_str(text), &reading->mistakes);
}

static inline void end_reading(struct reading *reading)
{
    cg_calendars_deinit(&reading->calendars);
    cg_mistakes_deinit(&reading->mistakes);
}

static inline void expect_mistake(const struct reading *reading,
                                  size_t i,
                                  int line,
                                  const char *wrong,
                                  const char *remedy)
{
    const struct cg_mistake *mistake;

    assert_true(i < reading->mistakes.count);
    mistake = &reading->mistakes.items[i];
    assert_string_equal(mistake->wrong, wrong);
    assert_string_equal(mistake->remedy, remedy);
    assert_string_equal(mistake->file, "holidays.csv");
    assert_int_equal(mistake->line, line);
}

/* The only mistake of |text|, of which nothing is taken. */
static inline void expect_refused(const char *text,
                                  int line,
                                  const char *wrong,
                                  const char *remedy)
{
    struct reading reading = {0};

    assert_false(read_text(&reading, text));
    expect_mistake(&reading, 0, line, wrong, remedy);
    assert_int_equal(reading.mistakes.count, 1);
    assert_int_equal(reading.calendars.count, 0);
    end_reading(&reading);
}

static inline cg_date day(const char *text)
{
    cg_date date = CG_DATE_NONE;

    assert_true(cg_date_parse(cg_slice_str(text), &date));
    return date;
}

#endif
