/*
 * Decimals: exact in and out (R1), one rounding rule per product (R2, R3).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <decimal.h>
#include <inttypes.h>
#include <stdio.h>

__extension__ typedef __int128 wide;

#define UNTOUCHED 4711

static void expect_parse(const char *text, int scale, int64_t expected)
{
    int64_t value = UNTOUCHED;

    if (!cg_decimal_parse(cg_slice_str(text), scale, &value)) {
        fail_msg("'%s' was refused", text);
    }
    if (value != expected) {
        fail_msg("'%s' became %" PRId64, text, value);
    }
}

static void expect_refused(const char *text, int scale)
{
    int64_t value = UNTOUCHED;

    if (cg_decimal_parse(cg_slice_str(text), scale, &value)) {
        fail_msg("'%s' became %" PRId64, text, value);
    }
    assert_int_equal(value, UNTOUCHED);
}

/* FIX's float in all its spellings. */
static void test_decimal_forms_accepted(void **state)
{
    (void)state;
    expect_parse("0", 4, 0);
    expect_parse("-0", 4, 0);
    expect_parse("1.25", 4, 12500);
    expect_parse("-1.25", 4, -12500);
    expect_parse("00023.23", 2, 2323);
    expect_parse("23.", 0, 23);
    expect_parse(".5", 1, 5);
    expect_parse("-.5", 1, -5);
    expect_parse("1.00000000000000000000000000000", 4, 10000);
    expect_parse("0000000000000000000000000000000001", 0, 1);
}

/* What is not a plain number is refused, and nothing is written. */
static void test_decimal_other_text_refused(void **state)
{
    static const char *const bad[] = {
        "",    ".",    "-",     "-.",    "+1",   "1e5", "1E5",      " 1",
        "1 ",  "1 2",  "1,000", "1.2.3", "--1",  "1-",  "0x10",     "nan",
        "inf", "1.0a", "\n1",   "1\n",   "1.-2", "..1", "\xc2\xb2",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect_refused(bad[i], 4);
    }
}

/* The length given counts, not a terminator: a NUL is not a digit. */
static void test_decimal_nul_refused(void **state)
{
    int64_t value = UNTOUCHED;

    (void)state;
    assert_false(cg_decimal_parse(CG_SLICE("12\0"), 0, &value));
    assert_true(cg_decimal_parse((struct cg_slice){"1299", 2}, 0, &value));
    assert_int_equal(value, 12);
}

/* R1: a digit that the scale cannot hold is refused, never rounded. */
static void test_decimal_beyond_scale_refused(void **state)
{
    (void)state;
    expect_parse("1.23450", 4, 12345);
    expect_refused("1.23451", 4);
    expect_refused("0.00000000000000000000000000001", 4);
    expect_refused("1.5", 0);
    expect_parse("1.0", 0, 1);
}

/* The last values that fit, and the first that do not. */
static void test_decimal_edges_exact(void **state)
{
    (void)state;
    expect_parse("9223372036854775807", 0, INT64_MAX);
    expect_parse("-9223372036854775808", 0, INT64_MIN);
    expect_refused("9223372036854775808", 0);
    expect_refused("-9223372036854775809", 0);
    expect_parse("922337203685477.5807", 4, INT64_MAX);
    expect_parse("-922337203685477.5808", 4, INT64_MIN);
    expect_refused("922337203685477.5808", 4);
    expect_refused("-922337203685477.5809", 4);
    expect_refused("922337203685478", 4);
    expect_refused("18446744073709551616", 0);
    expect_refused("18446744073709551617", 0);
    expect_refused("99999999999999999999999999999999999999", 0);
    expect_parse("9.223372036854775807", 18, INT64_MAX);
    expect_refused("10", 18);
}

/* R2: an OrderQty is whole and not negative. */
static void test_qty_whole_units_only(void **state)
{
    cg_qty qty = UNTOUCHED;

    (void)state;
    assert_true(cg_qty_parse(CG_SLICE("50000000.0"), &qty));
    assert_int_equal(qty, 50000000);
    assert_true(cg_qty_parse(CG_SLICE("9223372036854775807"), &qty));
    assert_int_equal(qty, INT64_MAX);
    qty = UNTOUCHED;
    assert_false(cg_qty_parse(CG_SLICE("50000000.5"), &qty));
    assert_false(cg_qty_parse(CG_SLICE("-1"), &qty));
    assert_false(cg_qty_parse(CG_SLICE("9223372036854775808"), &qty));
    assert_false(cg_qty_parse(CG_SLICE(""), &qty));
    assert_int_equal(qty, UNTOUCHED);
}

static void expect_format(cg_dv01 amount, const char *expected)
{
    char text[CG_DV01_TEXT_MAX];
    cg_dv01 back = UNTOUCHED;
    size_t len = cg_dv01_format(amount, text);

    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
    assert_true(cg_dv01_parse((struct cg_slice){text, len}, &back));
    assert_true(back == amount);
}

/* Two decimals at least, four at most, and the same amount when read back. */
static void test_dv01_format_shortest_with_two_decimals(void **state)
{
    (void)state;
    expect_format(452000000, "45200.00");
    expect_format(0, "0.00");
    expect_format(1, "0.0001");
    expect_format(-1, "-0.0001");
    expect_format(10, "0.001");
    expect_format(100, "0.01");
    expect_format(1000, "0.10");
    expect_format(10000, "1.00");
    expect_format(12345, "1.2345");
    expect_format(-12340, "-1.234");
    expect_format(1000000, "100.00");
    expect_format(INT64_MAX, "922337203685477.5807");
    expect_format(INT64_MIN, "-922337203685477.5808");
}

/* R2 by its own words: the smallest amount that is not below the product. */
static void expect_dv01_of(cg_qty qty, cg_dv01 rate)
{
    wide product = (wide)qty * rate;
    cg_dv01 amount = UNTOUCHED;
    bool fits = product <= (wide)INT64_MAX * 1000000;

    assert_int_equal(cg_dv01_of(qty, rate, &amount), fits);
    if (!fits) {
        assert_int_equal(amount, UNTOUCHED);
        return;
    }
    assert_true((wide)amount * 1000000 >= product);
    assert_true(((wide)amount - 1) * 1000000 < product);
}

static void expect_convert(cg_dv01 amount, int64_t rate)
{
    wide product = (wide)amount * rate;
    wide size = product < 0 ? -product : product;
    cg_dv01 out = UNTOUCHED;
    wide max = product < 0 ? -(wide)INT64_MIN : (wide)INT64_MAX;
    bool fits = size <= max * 100000000;

    assert_int_equal(cg_dv01_convert(amount, rate, &out), fits);
    if (!fits) {
        assert_int_equal(out, UNTOUCHED);
        return;
    }
    wide got = out < 0 ? -(wide)out : out;
    assert_true(out == 0 || (out < 0) == (product < 0));
    assert_true(got * 100000000 >= size);
    assert_true((got - 1) * 100000000 < size);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Values of every size, from 1 bit to 63. */
static int64_t random_size(uint64_t *seed)
{
    uint64_t bits = next_random(seed);

    return (int64_t)((next_random(seed) >> 1) >> (bits % 63));
}

/* R2: rounded up once, refused when it does not fit; 200,000 random pairs. */
static void test_dv01_of_random_matches_definition(void **state)
{
    uint64_t seed = 20260115;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        expect_dv01_of(random_size(&seed), random_size(&seed));
    }
}

/* R2 at its edges, and with the numbers of a real swap. */
static void test_dv01_of_edges_exact(void **state)
{
    static const int64_t edges[] = {0,         1,
                                    999999,    1000000,
                                    1000001,   INT64_MAX - 1,
                                    INT64_MAX, INT64_MAX / 1000000};
    cg_dv01 amount = UNTOUCHED;

    (void)state;
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        for (size_t j = 0; j < sizeof(edges) / sizeof(edges[0]); j++) {
            expect_dv01_of(edges[i], edges[j]);
        }
    }
    assert_false(cg_dv01_of(-1, 1, &amount));
    assert_false(cg_dv01_of(1, -1, &amount));
    assert_false(cg_dv01_of(INT64_MAX, INT64_MAX, &amount));
    assert_int_equal(amount, UNTOUCHED);
    assert_true(cg_dv01_of(50000000, 9040000, &amount));
    assert_int_equal(amount, 452000000);
    assert_true(cg_dv01_of(1, 1, &amount));
    assert_int_equal(amount, 1);
}

/* R3: away from zero on both sides; 200,000 random pairs. */
static void test_dv01_convert_random_matches_definition(void **state)
{
    uint64_t seed = 20260116;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t amount = random_size(&seed);
        int64_t rate = random_size(&seed) + (i % 2);

        if (rate > 0) {
            expect_convert(amount, rate);
            expect_convert(-amount, rate);
        }
    }
}

/* R3 at its edges; a missing or senseless rate refuses. */
static void test_dv01_convert_edges_exact(void **state)
{
    cg_dv01 out = UNTOUCHED;

    (void)state;
    assert_false(cg_dv01_convert(1, 0, &out));
    assert_false(cg_dv01_convert(1, -100000000, &out));
    assert_false(cg_dv01_convert(INT64_MIN, 100000001, &out));
    assert_false(cg_dv01_convert(INT64_MAX, 100000001, &out));
    assert_int_equal(out, UNTOUCHED);
    assert_true(cg_dv01_convert(INT64_MIN, 100000000, &out));
    assert_true(out == INT64_MIN);
    assert_true(cg_dv01_convert(INT64_MAX, 100000000, &out));
    assert_true(out == INT64_MAX);
    assert_true(cg_dv01_convert(1, 1, &out));
    assert_int_equal(out, 1);
    assert_true(cg_dv01_convert(-1, 1, &out));
    assert_int_equal(out, -1);
    assert_true(cg_dv01_convert(0, 1, &out));
    assert_int_equal(out, 0);
    expect_convert(INT64_MIN, INT64_MAX);
    expect_convert(INT64_MIN, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_forms_accepted),
        cmocka_unit_test(test_decimal_other_text_refused),
        cmocka_unit_test(test_decimal_nul_refused),
        cmocka_unit_test(test_decimal_beyond_scale_refused),
        cmocka_unit_test(test_decimal_edges_exact),
        cmocka_unit_test(test_qty_whole_units_only),
        cmocka_unit_test(test_dv01_format_shortest_with_two_decimals),
        cmocka_unit_test(test_dv01_of_random_matches_definition),
        cmocka_unit_test(test_dv01_of_edges_exact),
        cmocka_unit_test(test_dv01_convert_random_matches_definition),
        cmocka_unit_test(test_dv01_convert_edges_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
