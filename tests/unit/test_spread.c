/*
 * Numbers in bins: what a share of them is at or below, at most 1 % off.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct cg_spread spread;

static void clear(void)
{
    spread = (struct cg_spread){0};
}

static void near(uint64_t is, uint64_t should)
{
    uint64_t off = is > should ? is - should : should - is;
    if (off * 100 > should) {
        fail_msg("%llu is not near %llu", (unsigned long long)is,
                 (unsigned long long)should);
    }
}

/* Nothing was added. */
static void test_spread_empty_zero(void **state)
{
    (void)state;
    clear();
    assert_int_equal(cg_spread_at(&spread, 500), 0);
    assert_int_equal(cg_spread_at(&spread, 1000), 0);
}

/* Each number by itself, small ones exactly. */
static void test_spread_one_near(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 48; shift++) {
        for (uint64_t add = 0; add < 3; add++) {
            uint64_t number = ((uint64_t)1 << shift) * (4 + add) / 4;
            clear();
            cg_spread_add(&spread, number);
            near(cg_spread_at(&spread, 0), number);
            near(cg_spread_at(&spread, 1000), number);
            if (number < 128) {
                assert_int_equal(cg_spread_at(&spread, 500), number);
            }
        }
    }
}

/* What is too large is counted all the same. */
static void test_spread_too_large_counted(void **state)
{
    (void)state;
    clear();
    cg_spread_add(&spread, UINT64_MAX);
    cg_spread_add(&spread, 0);
    assert_int_equal(spread.count, 2);
    assert_int_equal(cg_spread_at(&spread, 0), 0);
    assert_true(cg_spread_at(&spread, 1000) > (uint64_t)1 << 48);
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Against the sorted numbers themselves. */
static void test_spread_shares_as_sorted(void **state)
{
    enum { COUNT = 10000 };
    static uint64_t numbers[COUNT];
    uint64_t seed = 1;
    (void)state;
    clear();
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        numbers[i] = seed >> (20 + seed % 40);
        numbers[i] &= ((uint64_t)1 << 48) - 1;
        cg_spread_add(&spread, numbers[i]);
    }
    qsort(numbers, COUNT, sizeof(numbers[0]), by_size);
    for (uint64_t permille = 0; permille <= 1000; permille += 10) {
        near(cg_spread_at(&spread, permille),
             numbers[(COUNT - 1) * permille / 1000]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spread_empty_zero),
        cmocka_unit_test(test_spread_one_near),
        cmocka_unit_test(test_spread_too_large_counted),
        cmocka_unit_test(test_spread_shares_as_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
