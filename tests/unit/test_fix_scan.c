/*
 * Each machine's scan of a block agrees with a plain loop, and stays inside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "fix_scan.h"

static void assert_block(const char *bytes)
{
    uint64_t expected = 0, sum = 0;

    for (unsigned i = 0; i < CG_FIX_BLOCK; i++) {
        expected |= (uint64_t)(bytes[i] == 1) << i;
        sum += (unsigned char)bytes[i];
    }
    assert_true(cg_fix_scan(bytes) == expected);
    assert_int_equal(cg_fix_sum(bytes, CG_FIX_BLOCK), sum);
}

/* Every byte value at every place, and neighbours that could be mistaken. */
static void test_fix_scan_every_value_and_place(void **state)
{
    char bytes[CG_FIX_BLOCK];

    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        memset(bytes, (int)value, sizeof bytes);
        assert_block(bytes);
        for (unsigned i = 0; i < CG_FIX_BLOCK; i++) {
            memset(bytes, 1, sizeof bytes);
            bytes[i] = (char)value;
            assert_block(bytes);
            memset(bytes, 0, sizeof bytes);
            bytes[i] = (char)value;
            assert_block(bytes);
        }
    }
}

/* At the edge of a page that cannot be read, at every alignment. */
static void test_fix_scan_stays_inside_block(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, page * 3, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages, page, PROT_NONE), 0);
    assert_int_equal(mprotect(pages + 2 * page, page, PROT_NONE), 0);
    assert_block(pages + page);
    for (size_t i = 0; i < 16; i++)
        assert_block(pages + 2 * page - CG_FIX_BLOCK - i);
    munmap(pages, page * 3);
}

/* Every place of messages of every length. */
static void test_fix_scan_at_short_blocks(void **state)
{
    char bytes[3 * CG_FIX_BLOCK];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i % 5 == 3 || i % 7 == 0 ? 1 : 'x');
    for (size_t len = 1; len <= sizeof bytes; len++) {
        for (size_t at = 0; at <= len; at++) {
            uint64_t found = cg_fix_scan_at(bytes, len, at);
            for (size_t i = 0; i < CG_FIX_BLOCK; i++)
                assert_int_equal((found >> i) & 1,
                                 at + i < len && bytes[at + i] == 1);
        }
    }
}

/* Sums of every length, at the edge of a page that cannot be read. */
static void test_fix_sum_every_length(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, page * 3, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t expected = 0;

    (void)state;
    assert_ptr_not_equal(pages, MAP_FAILED);
    for (size_t i = 0; i < page; i++)
        pages[page + i] = (char)(255 - i * 7 % 256);
    assert_int_equal(mprotect(pages, page, PROT_NONE), 0);
    assert_int_equal(mprotect(pages + 2 * page, page, PROT_NONE), 0);
    for (size_t len = 0; len < 200; len++) {
        assert_int_equal(cg_fix_sum(pages + page, len), expected);
        expected += (unsigned char)pages[page + len];
    }
    expected = 0;
    for (size_t len = 0; len < 200; len++) {
        const char *from = pages + 2 * page - len;
        expected += len > 0 ? (unsigned char)from[0] : 0;
        assert_int_equal(cg_fix_sum(from, len), expected);
    }
    munmap(pages, page * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_scan_every_value_and_place),
        cmocka_unit_test(test_fix_scan_stays_inside_block),
        cmocka_unit_test(test_fix_scan_at_short_blocks),
        cmocka_unit_test(test_fix_sum_every_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
