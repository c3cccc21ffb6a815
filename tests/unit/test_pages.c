/*
 * Pools: zero whatever their size, and at a page when they are large; what
 * cannot be had is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const size_t sizes[] = {0,
                               1,
                               63,
                               64,
                               65,
                               CG_PAGES_MAPPED - 64,
                               CG_PAGES_MAPPED,
                               CG_PAGES_MAPPED + 1,
                               (1 << 20) - 64,
                               1 << 20,
                               (1 << 20) + 1,
                               (8 << 20) - 64,
                               8 << 20,
                               (8 << 20) + 1};

static void test_pages_zero_whatever_their_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int again = 0; again < 2; again++) {
            char *pages = cg_pages_take(sizes[i], 1);
            assert_non_null(pages);
            assert_int_equal(
                (uintptr_t)pages % (sizes[i] < CG_PAGES_MAPPED ? 8 : 4096), 0);
            for (size_t at = 0; at < sizes[i]; at++) {
                if (pages[at] != 0) {
                    fail_msg("byte %zu of %zu is not zero", at, sizes[i]);
                }
            }
            memset(pages, 0xa5, sizes[i]);
            cg_pages_give(pages, sizes[i], 1);
        }
    }
    cg_pages_give(NULL, 1000, 1000);
}

static void test_pages_too_many_refused(void **state)
{
    (void)state;
    assert_null(cg_pages_take(SIZE_MAX, 2));
    assert_null(cg_pages_take(SIZE_MAX / 2, 2));
    assert_null(cg_pages_take(SIZE_MAX / 4, 1));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_zero_whatever_their_size),
        cmocka_unit_test(test_pages_too_many_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
