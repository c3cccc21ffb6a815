/*
 * Finding messages in a stream of bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

#define TEXT                                                                   \
    "35=D|49=INI|56=ACC|212=9|213=a|10=000||34=2|52=@T|95=6|96=|34=x||11=A|"

/* Copies to the end of a page behind which nothing can be read. */
static char *at_edge(char *page, size_t page_len, const char *bytes, size_t len)
{
    memcpy(page + page_len - len, bytes, len);
    return page + page_len - len;
}

/* A prefix of a message is not yet a message, whatever its length; nothing is
 * read behind it, and the whole is found. */
static void test_frame_every_prefix(void **state)
{
    char bytes[512];
    size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
    char *page = mmap(NULL, page_len * 2, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)state;
    assert_ptr_not_equal(page, MAP_FAILED);
    assert_int_equal(mprotect(page + page_len, page_len, PROT_NONE), 0);
    size_t len = pair_message("FIX.4.4", TEXT, bytes);
    for (size_t n = 0; n <= len; n++) {
        size_t skip = 0;
        char *edge = at_edge(page, page_len, bytes, n);
        assert_int_equal(fix8c_frame(edge, n, 4096, &skip),
                         n == len ? (long)len : 0);
    }
    munmap(page, page_len * 2);
}

/* Every byte that changes makes it something else, and what is dropped then
 * brings the next message to the front. */
static void test_frame_every_flip(void **state)
{
    char one[512];
    char two[1024];
    (void)state;
    size_t len = pair_message("FIX.4.4", TEXT, one);
    for (size_t at = 0; at < len; at++) {
        size_t skip = 0;
        memcpy(two, one, len);
        memcpy(two + len, one, len);
        two[at] = (char)(two[at] ^ 0x01);
        size_t from = 0;
        long n = 0;
        for (int tries = 0; tries < 20; tries++) {
            n = fix8c_frame(two + from, 2 * len - from, 4096, &skip);
            if (n != FIX8C_ERR_GARBLED)
                break;
            assert_true(skip > 0 && from + skip <= 2 * len);
            from += skip;
        }
        /* A wrong BodyLength can ask for more than there is. */
        if (n == 0 || n == FIX8C_ERR_TOO_LONG)
            continue;
        assert_int_equal(n, (long)len);
        assert_int_equal(from, len);
    }
}

/* A CheckSum that is too short or too long is garbled, and costs nothing of the
 * message behind it. */
static void test_frame_checksum_not_three_digits(void **state)
{
    static const char *const sums[] = {"10=\001", "10=7\001", "10=07\001",
                                       "10=0007\001", "10=\0010=1\001"};
    char one[512];
    char two[1024];
    (void)state;
    size_t len = pair_message("FIX.4.4", TEXT, one);
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        size_t skip = 0;
        size_t at = len - 7 + strlen(sums[i]);
        memcpy(two, one, len - 7);
        memcpy(two + len - 7, sums[i], strlen(sums[i]));
        memcpy(two + at, one, len);
        assert_int_equal(fix8c_frame(two, at + len, 4096, &skip),
                         FIX8C_ERR_GARBLED);
        assert_int_equal(skip, at);
        assert_int_equal(fix8c_frame(two + at, len, 4096, &skip), (long)len);
    }
}

static void assert_frame(const char *bytes, long expected)
{
    size_t skip = 0;
    assert_int_equal(fix8c_frame(bytes, strlen(bytes), 1000, &skip), expected);
}

/* What is no message is seen as soon as it can be. */
static void test_frame_refuses_early(void **state)
{
    (void)state;
    assert_frame("GET / HTTP/1.1", FIX8C_ERR_GARBLED);
    assert_frame("8=FIY", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4.4.4.4.4.4.4", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\00135=D\001", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\0019=-5\001", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\0019=\001", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\0019=5\00149=A", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\0019=2000000000", FIX8C_ERR_GARBLED);
    assert_frame("8=FIX.4.4\0019=200000000\001", FIX8C_ERR_TOO_LONG);
    assert_frame("8=FIX.4.4\0019=977\001", 0);
    assert_frame("8=FIX.4.4\0019=978\001", FIX8C_ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_every_prefix),
        cmocka_unit_test(test_frame_every_flip),
        cmocka_unit_test(test_frame_checksum_not_three_digits),
        cmocka_unit_test(test_frame_refuses_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
