/*
 * The newest pairs against a plain list.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX = 7, STEPS = 5000, KEYS = 5, VALUES = 4 };

struct pair {
    uint64_t key;
    uint64_t value;
};

static struct pair added[STEPS];

static enum cg_recent_match expected(int count, uint64_t key, uint64_t value)
{
    enum cg_recent_match match = CG_RECENT_NONE;
    for (int i = count > MAX ? count - MAX : 0; i < count; i++) {
        if (added[i].key == key && added[i].value == value) {
            return CG_RECENT_SAME;
        }
        match = added[i].key == key ? CG_RECENT_OTHER : match;
    }
    return match;
}

/* Keys that repeat, with equal and other values: the last MAX are known. */
static void test_recent_knows_the_newest_only(void **state)
{
    (void)state;
    struct cg_recent recent;
    uint32_t random = 3;
    assert_int_equal(cg_recent_init(&recent, MAX), 0);
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525u + 1013904223u;
        added[step] = (struct pair){(random >> 8) % KEYS,
                                    (random >> 16) % VALUES};
        cg_recent_add(&recent, added[step].key, added[step].value);
        for (uint64_t key = 0; key < KEYS; key++) {
            for (uint64_t value = 0; value < VALUES; value++) {
                assert_int_equal(cg_recent_find(&recent, key, value),
                                 expected(step + 1, key, value));
            }
        }
    }
    cg_recent_deinit(&recent);
}

/* Room for one is room for one. */
static void test_recent_of_one(void **state)
{
    (void)state;
    struct cg_recent recent;
    assert_int_equal(cg_recent_init(&recent, 1), 0);
    assert_int_equal(cg_recent_find(&recent, 1, 1), CG_RECENT_NONE);
    cg_recent_add(&recent, 1, 1);
    assert_int_equal(cg_recent_find(&recent, 1, 1), CG_RECENT_SAME);
    cg_recent_add(&recent, 2, 1);
    assert_int_equal(cg_recent_find(&recent, 1, 1), CG_RECENT_NONE);
    assert_int_equal(cg_recent_find(&recent, 2, 2), CG_RECENT_OTHER);
    cg_recent_deinit(&recent);
}

/* Keys that differ are never taken for each other, not even when half of their
 * bits, folded, is the same. */
static void test_recent_keys_of_one_place(void **state)
{
    (void)state;
    const uint64_t one = 0x0000000100000004;
    const uint64_t other = 0x0000000200000007;
    struct cg_recent recent;
    assert_int_equal(cg_recent_init(&recent, MAX), 0);
    cg_recent_add(&recent, one, 1);
    assert_int_equal(cg_recent_find(&recent, other, 1), CG_RECENT_NONE);
    assert_int_equal(cg_recent_find(&recent, other, 2), CG_RECENT_NONE);
    cg_recent_add(&recent, other, 2);
    assert_int_equal(cg_recent_find(&recent, other, 1), CG_RECENT_OTHER);
    assert_int_equal(cg_recent_find(&recent, one, 1), CG_RECENT_SAME);
    assert_int_equal(cg_recent_find(&recent, other, 2), CG_RECENT_SAME);
    cg_recent_deinit(&recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recent_knows_the_newest_only),
        cmocka_unit_test(test_recent_of_one),
        cmocka_unit_test(test_recent_keys_of_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
