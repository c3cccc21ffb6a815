/*
 * Memory that runs out while logs are opened and read: each allocation fails in
 * turn.  The caller is told, or reads all that there is; nothing leaks (under
 * sanitizers).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "failing_memory.h"
#include "log_harness.h"
#include "log_samples.h"

static bool on_trouble(void *user,
                       enum cg_log_trouble trouble,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    (void)trouble;
    (void)file;
    (void)offset;
    (void)text;
    ++*(size_t *)user;
    return true;
}

/* Opens and reads all; |*messages| and |*troubles| are counted. */
static int
read_all(const char *const *paths, size_t *messages, size_t *troubles)
{
    const struct cg_log_options options = {.paths = paths,
                                           .count = 4,
                                           .message_max = 1000,
                                           .trouble = on_trouble,
                                           .user = troubles};
    struct cg_log_message message;
    struct cg_log *log;
    char error[256] = "";
    int result = cg_log_open(&options, error, sizeof error, &log);

    *messages = 0;
    *troubles = 0;
    if (result != 0) {
        assert_null(log);
        assert_string_equal(error, "");
        return result;
    }
    while ((result = cg_log_next(log, &message)) == 1)
        ++*messages;
    if (result != 0)
        assert_int_equal(cg_log_next(log, &message), result);
    cg_log_close(log);
    return result;
}

static void write_gzip(const char *path)
{
    gzFile file = gzopen(path, "wb");

    assert_non_null(file);
    assert_true(gzputs(file, M1 "\n" M1 "\n") > 0);
    assert_int_equal(gzclose(file), Z_OK);
}

static void test_log_each_failing_allocation_is_told(void **state)
{
    static const char text[] =
        "8=FIX.4.4^A9=51^A35=D^A8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=135|\n";
    const char *paths[4] = {log_path("a"), log_path("a.gz"),
                            log_path("s.header"), log_path("s.body")};
    struct log_text body = {0};
    size_t messages, troubles, again, again_troubles;
    long n = 0;
    unsigned long before;

    (void)state;
    log_write("a", text, sizeof text - 1);
    write_gzip(paths[1]);
    log_text_bars(&body, M1);
    log_write("s.body", body.data, body.len);
    log_write("s.header", "2,0,73 ", 7);
    log_text_deinit(&body);
    assert_int_equal(read_all(paths, &messages, &troubles), 0);
    assert_int_equal(messages, 4);
    /* A message cut off, and one without a time. */
    assert_int_equal(troubles, 2);
    do {
        int result;
        before = failures;
        countdown = ++n / 2 + 1;
        for_good = n % 2 == 0;
        result = read_all(paths, &again, &again_troubles);
        countdown = -1;
        if (result == 0) {
            assert_int_equal(again, messages);
            assert_int_equal(again_troubles, troubles);
        } else {
            assert_int_equal(result, CG_ERR_MEMORY);
        }
    } while (failures > before);
    /* The reader itself, and for each file its window, what it reads into,
     * what unpacks, and the like. */
    assert_true(failures > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_each_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
