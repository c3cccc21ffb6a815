/*
 * The timers' heap against a plain array.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define IDS 100

/* What the heap must say first: the smallest time, then the smallest id. */
static cg_time first_of(const cg_time *times, uint32_t *id)
{
    cg_time best = CG_TIME_NEVER;
    for (uint32_t i = 0; i < IDS; i++) {
        if (times[i] < best) {
            best = times[i];
            *id = i;
        }
    }
    return best;
}

static void check_first(const struct cg_heap *heap, const cg_time *times)
{
    uint32_t expected = 0;
    uint32_t id = 0;
    cg_time at = first_of(times, &expected);
    assert_int_equal(cg_heap_first(heap, &id), at);
    if (at != CG_TIME_NEVER) {
        assert_int_equal(id, expected);
    }
}

/* Timers set, moved and cleared at random fire in the array's order. */
static void test_heap_random_changes_match_an_array(void **state)
{
    (void)state;
    struct cg_heap heap;
    cg_time times[IDS];
    uint32_t random = 7;
    assert_int_equal(cg_heap_init(&heap, IDS), 0);
    for (uint32_t i = 0; i < IDS; i++) {
        times[i] = CG_TIME_NEVER;
    }
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        uint32_t id = (random >> 8) % IDS;
        times[id] = random % 5 == 0 ? CG_TIME_NEVER
                                    : (cg_time)(random >> 4) % 50;
        cg_heap_set(&heap, id, times[id]);
        check_first(&heap, times);
    }
    uint32_t id = 0;
    while (cg_heap_first(&heap, &id) != CG_TIME_NEVER) {
        check_first(&heap, times);
        times[id] = CG_TIME_NEVER;
        cg_heap_set(&heap, id, CG_TIME_NEVER);
    }
    check_first(&heap, times);
    cg_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap_random_changes_match_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
