/*
 * Times of day in a zone: days of 23 and 25 hours, times that are skipped or
 * come twice, a calendar day that a zone left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR (3600 * CG_SECOND)
#define DAY (24 * HOUR)

/* New York around 2027: summer time from 14 March to 7 November, at 2 o'clock
 * of the time that ends. */
#define SPRING (1805007600 * CG_SECOND)
#define FALL (1825567200 * CG_SECOND)

static struct cg_zone_shift new_york_shifts[] = {
    {1793512800 * CG_SECOND, -5 * HOUR},
    {SPRING, -4 * HOUR},
    {FALL, -5 * HOUR},
};
static const struct cg_zone new_york = {new_york_shifts, 3};
static const struct cg_zone utc = {NULL, 0};

/* Samoa went from a day behind UTC to a day ahead: it had no 30 December. */
#define JUMP (1325239200 * CG_SECOND)
static struct cg_zone_shift samoa_shifts[] = {
    {1316872800 * CG_SECOND, -10 * HOUR},
    {JUMP, 14 * HOUR},
};
static const struct cg_zone samoa = {samoa_shifts, 2};

static void test_zone_utc_days_are_even(void **state)
{
    (void)state;
    cg_time day = 20000 * DAY;
    assert_int_equal(cg_zone_next(&utc, 17 * HOUR, day), day + 17 * HOUR);
    assert_int_equal(cg_zone_next(&utc, 17 * HOUR, day + 17 * HOUR),
                     day + 41 * HOUR);
    assert_int_equal(cg_zone_next(&utc, 17 * HOUR, day + 17 * HOUR - 1),
                     day + 17 * HOUR);
    assert_int_equal(cg_zone_last(&utc, 17 * HOUR, day + 17 * HOUR),
                     day + 17 * HOUR);
    assert_int_equal(cg_zone_last(&utc, 17 * HOUR, day + 17 * HOUR - 1),
                     day - 7 * HOUR);
    assert_int_equal(cg_zone_next(&utc, 0, day), day + DAY);
    assert_int_equal(cg_zone_next(&utc, 17 * HOUR, -1), 17 * HOUR);
    assert_int_equal(cg_zone_last(&utc, 17 * HOUR, -1), -7 * HOUR);
}

static void test_zone_days_of_23_and_25_hours(void **state)
{
    (void)state;
    cg_time spring = cg_zone_next(&new_york, 17 * HOUR, SPRING);
    assert_int_equal(spring, SPRING + 14 * HOUR); /* 3 o'clock to 17 o'clock */
    assert_int_equal(cg_zone_last(&new_york, 17 * HOUR, spring - 1),
                     spring - 23 * HOUR);
    cg_time fall = cg_zone_next(&new_york, 17 * HOUR, FALL);
    assert_int_equal(fall, FALL + 16 * HOUR);
    assert_int_equal(cg_zone_last(&new_york, 17 * HOUR, fall - 1),
                     fall - 25 * HOUR);
}

static void test_zone_skipped_time_counts_at_the_skip(void **state)
{
    (void)state;
    cg_time half_past_two = 2 * HOUR + HOUR / 2;
    assert_int_equal(cg_zone_next(&new_york, half_past_two, SPRING - 1),
                     SPRING);
    assert_int_equal(cg_zone_next(&new_york, half_past_two, SPRING),
                     SPRING + 23 * HOUR + HOUR / 2);
    assert_int_equal(cg_zone_last(&new_york, half_past_two, SPRING + HOUR),
                     SPRING);
}

static void test_zone_time_that_comes_twice_counts_first(void **state)
{
    (void)state;
    cg_time half_past_one = HOUR + HOUR / 2;
    assert_int_equal(cg_zone_next(&new_york, half_past_one, FALL - HOUR),
                     FALL - HOUR / 2);
    assert_int_equal(cg_zone_next(&new_york, half_past_one, FALL - HOUR / 2),
                     FALL - HOUR / 2 + 25 * HOUR);
    assert_int_equal(cg_zone_last(&new_york, half_past_one, FALL + 2 * HOUR),
                     FALL - HOUR / 2);
}

static void test_zone_day_left_out(void **state)
{
    (void)state;
    cg_time before = cg_zone_last(&samoa, 17 * HOUR, JUMP - 1);
    assert_int_equal(before, JUMP - 7 * HOUR);
    assert_int_equal(cg_zone_next(&samoa, 17 * HOUR, before), JUMP);
    assert_int_equal(cg_zone_next(&samoa, 17 * HOUR, JUMP), JUMP + 17 * HOUR);
}

/* Whatever the time of day: one moment per calendar day, in order, and last is
 * the inverse of next. */
static void test_zone_one_moment_a_day(void **state)
{
    (void)state;
    for (cg_time of_day = 0; of_day < DAY; of_day += HOUR / 4) {
        cg_time at = SPRING - 5 * DAY;
        int days = 0;
        while (at < FALL + 5 * DAY) {
            cg_time next = cg_zone_next(&new_york, of_day, at);
            assert_true(next - at <= 25 * HOUR + HOUR / 2);
            assert_int_equal(cg_zone_last(&new_york, of_day, next), next);
            assert_int_equal(cg_zone_last(&new_york, of_day, next + HOUR),
                             next);
            at = next;
            days++;
        }
        assert_in_range(days, 248, 249);
    }
}

/* Before and after its table a zone keeps its first and its last offset. */
static void test_zone_beyond_its_table(void **state)
{
    (void)state;
    assert_int_equal(cg_zone_next(&new_york, 17 * HOUR, 0), 22 * HOUR);
    cg_time late = 150 * 366 * DAY;
    assert_int_equal((cg_zone_next(&new_york, 17 * HOUR, late)) % DAY,
                     22 * HOUR);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_utc_days_are_even),
        cmocka_unit_test(test_zone_days_of_23_and_25_hours),
        cmocka_unit_test(test_zone_skipped_time_counts_at_the_skip),
        cmocka_unit_test(test_zone_time_that_comes_twice_counts_first),
        cmocka_unit_test(test_zone_day_left_out),
        cmocka_unit_test(test_zone_one_moment_a_day),
        cmocka_unit_test(test_zone_beyond_its_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
