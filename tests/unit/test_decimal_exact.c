/*
 * Roundings against exact rationals.
 *
 * The oracle has no rounding of its own: whole numbers of any size by school
 * arithmetic, digit by digit in base 10, and the words "the smallest number
 * that is not below" and "the largest that is not above".  Rules: R2, R3, R27.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <decide.h>
#include <decimal.h>

/* --- school arithmetic -------------------------------------------------- */

enum { DIGITS = 64 };

struct number {
    uint8_t digit[DIGITS]; /* the lowest first */
};

static struct number of(uint64_t value)
{
    struct number n = {{0}};
    for (int i = 0; value > 0; i++, value /= 10) {
        n.digit[i] = (uint8_t)(value % 10);
    }
    return n;
}

static struct number plus(struct number a, struct number b)
{
    int carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        int sum = a.digit[i] + b.digit[i] + carry;
        a.digit[i] = (uint8_t)(sum % 10);
        carry = sum / 10;
    }
    assert_int_equal(carry, 0);
    return a;
}

static struct number times(struct number a, struct number b)
{
    struct number product = {{0}};
    for (int i = 0; i < DIGITS; i++) {
        int carry = 0;
        for (int j = 0; b.digit[i] != 0 && i + j < DIGITS; j++) {
            int at = product.digit[i + j] + a.digit[j] * b.digit[i] + carry;
            product.digit[i + j] = (uint8_t)(at % 10);
            carry = at / 10;
        }
        assert_int_equal(carry, 0);
    }
    return product;
}

/* Below 0, 0 or above 0. */
static int compare(struct number a, struct number b)
{
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (a.digit[i] != b.digit[i]) {
            return a.digit[i] - b.digit[i];
        }
    }
    return 0;
}

/* |r| is a * b / c, rounded up: c(r - 1) < ab <= cr. */
static bool is_ceiling(uint64_t r, uint64_t a, uint64_t b, uint64_t c)
{
    struct number product = times(of(a), of(b));
    struct number above = times(of(c), of(r));
    /* c(r - 1) < ab is cr < ab + c, without a difference */
    return compare(product, above) <= 0 &&
           (r == 0 || compare(above, plus(product, of(c))) < 0);
}

/* |r| is a * b / c, rounded down: cr <= ab < c(r + 1). */
static bool is_floor(uint64_t r, uint64_t a, uint64_t b, uint64_t c)
{
    struct number product = times(of(a), of(b));
    struct number below = times(of(c), of(r));
    return compare(below, product) <= 0 &&
           compare(product, plus(below, of(c))) < 0;
}

/* a * b / c rounded up is beyond |max|. */
static bool is_beyond(uint64_t max, uint64_t a, uint64_t b, uint64_t c)
{
    return compare(times(of(a), of(b)), times(of(c), of(max))) > 0;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t random_size(uint64_t *seed)
{
    uint64_t bits = next_random(seed);
    return (int64_t)((next_random(seed) >> 1) >> (bits % 63));
}

/* The oracle is right where a child can check it, and can say no. */
static void test_exact_oracle_knows_its_tables(void **state)
{
    (void)state;
    assert_true(is_ceiling(4, 7, 5, 10));
    assert_false(is_ceiling(3, 7, 5, 10));
    assert_false(is_ceiling(5, 7, 5, 10));
    assert_true(is_ceiling(3, 6, 5, 10));
    assert_false(is_ceiling(4, 6, 5, 10));
    assert_true(is_floor(3, 7, 5, 10));
    assert_false(is_floor(4, 7, 5, 10));
    assert_false(is_floor(2, 6, 5, 10));
    assert_true(is_ceiling(0, 0, 5, 10));
    assert_true(is_beyond(3, 7, 5, 10));
    assert_false(is_beyond(4, 7, 5, 10));
    for (uint64_t a = 0; a < 200; a++) {
        for (uint64_t b = 0; b < 200; b++) {
            assert_int_equal(compare(times(of(a), of(b)), of(a * b)), 0);
            assert_int_equal(compare(plus(of(a), of(b)), of(a + b)), 0);
        }
    }
}

/* --- D(q) and conversion (R2, R3) --------------------------------------- */

static void expect_dv01(cg_qty qty, cg_dv01 rate)
{
    cg_dv01 amount = -1;
    bool fits = !is_beyond(INT64_MAX, (uint64_t)qty, (uint64_t)rate, 1000000);
    assert_int_equal(cg_dv01_of(qty, rate, &amount), fits);
    if (fits) {
        assert_true(is_ceiling((uint64_t)amount, (uint64_t)qty, (uint64_t)rate,
                               1000000));
    }
}

static void expect_converted(cg_dv01 amount, int64_t rate)
{
    cg_dv01 out = 0;
    uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    uint64_t max = (uint64_t)INT64_MAX + (amount < 0 ? 1 : 0);
    bool fits = !is_beyond(max, size, (uint64_t)rate, 100000000);
    assert_int_equal(cg_dv01_convert(amount, rate, &out), fits);
    if (fits) {
        uint64_t got = out < 0 ? 0 - (uint64_t)out : (uint64_t)out;
        assert_true(out == 0 || (out < 0) == (amount < 0));
        assert_true(is_ceiling(got, size, (uint64_t)rate, 100000000));
    }
}

/* All small quantities at rates on both sides of each whole unit. */
static void test_exact_small_values_all_of_them(void **state)
{
    (void)state;
    for (cg_qty qty = 0; qty <= 120; qty++) {
        for (cg_dv01 rate = 0; rate <= 3000000; rate += 25000) {
            for (int more = -1; more <= 1; more++) {
                if (rate + more >= 0) {
                    expect_dv01(qty, rate + more);
                }
            }
        }
    }
    for (cg_dv01 amount = -60; amount <= 60; amount++) {
        for (int64_t rate = 5000000; rate <= 300000000; rate += 5000000) {
            for (int more = -1; more <= 1; more++) {
                expect_converted(amount, rate + more);
            }
        }
    }
}

static void test_exact_random_values(void **state)
{
    uint64_t seed = 20270115;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        expect_dv01(random_size(&seed), random_size(&seed));
        int64_t rate = random_size(&seed);
        if (rate > 0) {
            int64_t amount = random_size(&seed);
            expect_converted(i % 2 == 0 ? amount : -amount, rate);
        }
    }
    expect_dv01(INT64_MAX, 1000000);
    expect_dv01(INT64_MAX, 1000001);
    expect_converted(INT64_MIN, 100000000);
    expect_converted(INT64_MIN, 100000001);
}

/* --- the budget of a fallback (R27) ------------------------------------- */

/* The largest charge that the budget takes, found by halving. */
static cg_dv01 largest(const struct cg_engine *engine,
                       const struct cg_limit *limit)
{
    cg_dv01 fits = -1; /* nothing, not even 0 */
    cg_dv01 not_any_more = limit->amount + 1;
    while (not_any_more - fits > 1) {
        cg_dv01 middle = fits + (not_any_more - fits) / 2;
        if (cg_fallback_fits(engine, limit, middle)) {
            fits = middle;
        } else {
            not_any_more = middle;
        }
    }
    return fits;
}

static void expect_budget(struct cg_engine *engine,
                          cg_dv01 amount,
                          cg_time age,
                          cg_time max_age)
{
    struct cg_limit limit = engine->state.limits[0];
    limit.has_amount = true;
    limit.amount = amount;
    limit.fallback_used = 0;
    limit.fallback_max_age_ns = max_age;
    limit.refreshed_at = engine->now - age;
    cg_dv01 most = largest(engine, &limit);
    if (age >= max_age) {
        assert_int_equal(most, -1);
        return;
    }
    assert_true(is_floor((uint64_t)most, (uint64_t)amount,
                         (uint64_t)(max_age - age), (uint64_t)max_age));
}

static void test_exact_fallback_budget_is_rounded_down(void **state)
{
    static struct small_engine small;
    struct cg_config_limit limit = small_limit(
        "L", CG_MEASURE_GROSS, CG_MODEL_PING_WITH_PUSH, 100, false);
    uint64_t seed = 20270116;
    (void)state;
    small_open(&small, &limit, 1);
    for (cg_dv01 amount = 0; amount <= 40; amount++) {
        for (cg_time age = 0; age <= 41; age++) {
            expect_budget(small.engine, amount, age, 40);
        }
    }
    for (int i = 0; i < 3000; i++) {
        cg_time max_age = 1 + random_size(&seed) % (3600 * CG_SECOND);
        cg_time age = random_size(&seed) % (max_age + 2);
        expect_budget(small.engine, random_size(&seed) / 4, age, max_age);
    }
    small_close(&small);
}

/* --- warning levels (R52) ----------------------------------------------- */

/* A use of 7 reaches |percent| of |amount| exactly when 7 * 100 is not below
 * amount * percent: for all amounts and levels around it. */
static void test_exact_warning_levels(void **state)
{
    static struct small_engine small;
    (void)state;
    for (cg_dv01 amount = 7; amount <= 40; amount++) {
        for (uint32_t percent = 1; percent <= 100; percent += 3) {
            struct cg_config_limit limit = small_limit(
                "L", CG_MEASURE_GROSS, CG_MODEL_PUSH, amount, false);
            limit.warnings = 1;
            limit.warning_percent[0] = percent;
            small_open(&small, &limit, 1);
            struct cg_order_event order = small_order("A", "", '1', 10);
            small_begin(&small, SMALL_CLIENT, SMALL_START);
            cg_engine_new(small.engine, &order);
            small_end(&small);
            bool reached = compare(times(of(7), of(100)),
                                   times(of((uint64_t)amount), of(percent))) >=
                           0;
            assert_int_equal(small.engine->state.limits[0].warned != 0,
                             reached);
            small_close(&small);
        }
    }
}

/* --- partitions (R2) ---------------------------------------------------- */

/* However a quantity is filled, slice by slice, what is consumed is the DV01 of
 * the whole, at every step. */
static void test_exact_partitions_add_up_to_the_whole(void **state)
{
    static struct small_engine small;
    const struct cg_config_limit limits[] = {
        small_limit("L0", CG_MEASURE_GROSS, CG_MODEL_PUSH, 1000000, false),
        small_limit("L1", CG_MEASURE_NET, CG_MODEL_PUSH, 1000000, true),
    };
    uint64_t seed = 20270117;
    (void)state;
    for (int round = 0; round < 300; round++) {
        cg_qty total = 1 + (cg_qty)(next_random(&seed) % 500);
        cg_qty cum = 0;
        small_open(&small, limits, 2);
        struct cg_order_event order = small_order("A", "", '1', total);
        small_begin(&small, SMALL_CLIENT, SMALL_START);
        cg_engine_new(small.engine, &order);
        small_end(&small);
        while (cum < total) {
            cum += 1 + (cg_qty)(next_random(&seed) % (uint64_t)(total - cum));
            struct cg_report_event fill = {.kind = CG_REPORT_FILL,
                                           .clordid = CG_SLICE("A"),
                                           .has_cum_qty = true,
                                           .cum_qty = cum};
            small_begin(&small, SMALL_VENUE, SMALL_START);
            cg_engine_report(small.engine, &fill);
            small_end(&small);
            const struct cg_limit *at = small.engine->state.limits;
            assert_true(is_ceiling((uint64_t)at[0].ledger[0].consumed,
                                   (uint64_t)cum, 7, 10));
            assert_true(is_ceiling((uint64_t)at[1].ledger[0].consumed,
                                   (uint64_t)cum, 105, 100));
            assert_true(is_ceiling(
                (uint64_t)(at[0].ledger[0].consumed + at[0].ledger[0].reserved),
                (uint64_t)total, 7, 10));
            assert_int_equal(at[0].ledger[0].overrun, 0);
        }
        small_close(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_oracle_knows_its_tables),
        cmocka_unit_test(test_exact_small_values_all_of_them),
        cmocka_unit_test(test_exact_random_values),
        cmocka_unit_test(test_exact_fallback_budget_is_rounded_down),
        cmocka_unit_test(test_exact_warning_levels),
        cmocka_unit_test(test_exact_partitions_add_up_to_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
