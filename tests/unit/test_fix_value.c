/*
 * Values: exact, or refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix_value.h"
#include "fix_writer.h"

static void assert_int(const char *text, int64_t expected)
{
    int64_t number = 7;

    assert_true(cg_fix_int(cg_slice_str(text), &number));
    assert_int_equal(number, expected);
}

/* The edges of 64 bits are read exactly. */
static void test_fix_int_in_range_exact(void **state)
{
    (void)state;
    assert_int("0", 0);
    assert_int("-0", 0);
    assert_int("00023", 23);
    assert_int("9223372036854775807", INT64_MAX);
    assert_int("-9223372036854775808", INT64_MIN);
}

/* Beyond 64 bits, and what FIX does not call an int, is refused. */
static void test_fix_int_other_text_refused(void **state)
{
    const char *bad[] = {"",
                         "-",
                         "+1",
                         " 1",
                         "1 ",
                         "1.0",
                         "1e3",
                         "--1",
                         "0x1",
                         "9223372036854775808",
                         "-9223372036854775809",
                         "99999999999999999999999999999999"};
    int64_t number = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cg_fix_int(cg_slice_str(bad[i]), &number));
    assert_int_equal(number, 7);
}

static void assert_time(const char *text, cg_time expected)
{
    cg_time time = 7;

    assert_true(cg_fix_time(cg_slice_str(text), &time));
    assert_int_equal(time, expected);
}

/* Zero to nine digits of fraction, leap days, a leap second, the epoch. */
static void test_fix_time_legal_exact(void **state)
{
    (void)state;
    assert_time("19700101-00:00:00", 0);
    assert_time("20260102-10:00:00", INT64_C(1767348000) * CG_SECOND);
    assert_time("20260102-10:00:00.5",
                INT64_C(1767348000) * CG_SECOND + 500 * CG_MS);
    assert_time("20260102-10:00:00.123456789",
                INT64_C(1767348000) * CG_SECOND + 123456789);
    assert_time("20240229-23:59:59.999",
                INT64_C(1709251199) * CG_SECOND + 999 * CG_MS);
    /* The leap second is the second after it. */
    assert_time("20161231-23:59:60", INT64_C(1483228800) * CG_SECOND);
    assert_time("19691231-23:59:59", -CG_SECOND);
    assert_time("22620411-23:47:16.854775807", INT64_MAX);
}

static void test_fix_time_other_text_refused(void **state)
{
    const char *bad[] = {"",
                         "20260102",
                         "20260102-10:00",
                         "20260102 10:00:00",
                         "20260102-10:00:00.",
                         "20260102-10:00:00,5",
                         "20260102-10:00:00.1234567890",
                         "20260102-10:00:00.12a",
                         "20260102-10:00:00Z",
                         "20260102-24:00:00",
                         "20260102-10:60:00",
                         "20260102-10:00:61",
                         "20261301-10:00:00",
                         "20260229-10:00:00",
                         "21000229-10:00:00",
                         "20260100-10:00:00",
                         "2026010a-10:00:00",
                         "99991231-10:00:00",
                         "22620411-23:47:17",
                         "22620411-23:47:16.854775808",
                         "00010101-10:00:00"};
    cg_time time = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cg_fix_time(cg_slice_str(bad[i]), &time));
    assert_int_equal(time, 7);
}

/* What the writer writes reads back, rounded down to a millisecond. */
/* The two digits at |at|, or 100. */
static int pair_at(const char *text, int at)
{
    int tens = text[at] - '0', ones = text[at + 1] - '0';

    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? 100
                                                        : tens * 10 + ones;
}

/* By the digits alone, of a day that every month has. */
static bool is_time(const char *text)
{
    int year = pair_at(text, 0) * 100 + pair_at(text, 2);
    int month = pair_at(text, 4), day = pair_at(text, 6);

    return pair_at(text, 0) < 100 && pair_at(text, 2) < 100 && year > 1677 &&
           year < 2262 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           text[8] == '-' && pair_at(text, 9) < 24 && text[11] == ':' &&
           pair_at(text, 12) < 60 && text[14] == ':' && pair_at(text, 15) <= 60;
}

/* Any byte in any place of a time makes it another one, or none. */
static void test_fix_time_each_byte(void **state)
{
    const char good[] = "20270102-10:20:30";

    (void)state;
    for (size_t i = 0; i < strlen(good); i++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof good];
            cg_time time = 0;
            memcpy(text, good, sizeof good);
            text[i] = (char)byte;
            assert_int_equal(
                cg_fix_time((struct cg_slice){text, strlen(good)}, &time),
                is_time(text));
            if (time != 0 && i >= 9)
                assert_int_equal(time / CG_SECOND - 1798848000,
                                 pair_at(text, 9) * 3600 +
                                     pair_at(text, 12) * 60 +
                                     pair_at(text, 15));
        }
    }
}

static void test_fix_time_written_reads_back(void **state)
{
    const cg_time times[] = {0,
                             -1,
                             INT64_C(1767348000123999999),
                             INT64_C(951782399) * CG_SECOND,  /* 2000-02-28 */
                             INT64_C(951868799) * CG_SECOND,  /* 2000-02-29 */
                             INT64_C(4107542399) * CG_SECOND, /* 2100-02-28 */
                             INT64_MAX,
                             INT64_C(-9223372036000000000)};
    char bytes[64];

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct cg_fix_writer writer = cg_fix_writer_over(bytes, sizeof bytes);
        cg_time time;
        int64_t rest = ((times[i] % CG_MS) + CG_MS) % CG_MS;
        cg_fix_put_time(&writer, 60, times[i]);
        assert_false(writer.full);
        assert_true(
            cg_fix_time((struct cg_slice){bytes + 3, writer.len - 4}, &time));
        assert_int_equal(time, times[i] - rest);
    }
}

static void test_fix_date_legal_and_not(void **state)
{
    int64_t days = 7;

    (void)state;
    assert_true(cg_fix_date(CG_SLICE("19700102"), &days));
    assert_int_equal(days, 1);
    assert_true(cg_fix_date(CG_SLICE("20000301"), &days));
    assert_int_equal(days, 11017);
    assert_true(cg_fix_date(CG_SLICE("00000101"), &days));
    assert_int_equal(days, -719528);
    assert_true(cg_fix_date(CG_SLICE("00000301"), &days));
    assert_int_equal(days, -719468);
    assert_false(cg_fix_date(CG_SLICE("20260431"), &days));
    assert_false(cg_fix_date(CG_SLICE("2026010"), &days));
    assert_false(cg_fix_date(CG_SLICE("202601011"), &days));
}

static void test_fix_bool_and_char_one_byte(void **state)
{
    bool truth = false;
    char c = 0;

    (void)state;
    assert_true(cg_fix_bool(CG_SLICE("Y"), &truth));
    assert_true(truth);
    assert_true(cg_fix_bool(CG_SLICE("N"), &truth));
    assert_false(truth);
    assert_false(cg_fix_bool(CG_SLICE("y"), &truth));
    assert_false(cg_fix_bool(CG_SLICE(""), &truth));
    assert_false(cg_fix_bool(CG_SLICE("YY"), &truth));
    assert_true(cg_fix_char(CG_SLICE("x"), &c));
    assert_int_equal(c, 'x');
    assert_false(cg_fix_char(CG_SLICE(""), &c));
    assert_false(cg_fix_char(CG_SLICE("xy"), &c));
}

static void test_fix_decimal_form(void **state)
{
    const char *good[] = {"0", "-1", "1.", ".5", "-0.50", "007.10"};
    const char *bad[] = {"", "-", ".", "1e5", "+1", "1,0", "1.0.0", "1-", " 1"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(cg_fix_is_decimal(cg_slice_str(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cg_fix_is_decimal(cg_slice_str(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_int_in_range_exact),
        cmocka_unit_test(test_fix_int_other_text_refused),
        cmocka_unit_test(test_fix_time_legal_exact),
        cmocka_unit_test(test_fix_time_other_text_refused),
        cmocka_unit_test(test_fix_time_each_byte),
        cmocka_unit_test(test_fix_time_written_reads_back),
        cmocka_unit_test(test_fix_date_legal_and_not),
        cmocka_unit_test(test_fix_bool_and_char_one_byte),
        cmocka_unit_test(test_fix_decimal_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
