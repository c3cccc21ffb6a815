/*
 * Logs at the edges of what is read: zones of times, lines that end as on other
 * systems, packed files of more than one block, stores that are packed, files
 * that cannot be read.
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

#include "log_harness.h"
#include "log_samples.h"

static void
write_gzip(const char *name, const char *mode, const void *bytes, size_t len)
{
    gzFile file = gzopen(log_path(name), mode);

    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)len), (int)len);
    assert_int_equal(gzclose(file), Z_OK);
}

static void expect(struct log_reading *reading,
                   int result,
                   const char *told,
                   const char *error)
{
    assert_int_equal(log_read(reading), result);
    if (strstr(reading->error, error) == NULL)
        fail_msg("'%s' does not say '%s'", reading->error, error);
    if (told != NULL)
        assert_string_equal(
            reading->told.data != NULL ? reading->told.data : "", told);
    log_text_deinit(&reading->told);
}

/* What the zone of a time takes off it; what is none is not part of it. */
static void test_log_zones_are_read(void **state)
{
    static const struct {
        const char *zone;
        const char *time;
    } rows[] = {
        {"", "1768478400.000000000"},       {"Z", "1768478400.000000000"},
        {"+00:00", "1768478400.000000000"}, {"+02:00", "1768471200.000000000"},
        {"-0130", "1768483800.000000000"},  {"+2359", "1768392060.000000000"},
        {"+24:00", "1768478400.000000000"}, {"+02:60", "1768478400.000000000"},
        {"+02000", "1768478400.000000000"}, {"*02:00", "1768478400.000000000"},
    };
    char log[200], told[200];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int at = snprintf(log, sizeof log,
                          "2026-01-15 12:00:00%s : ", rows[i].zone);
        snprintf(log + at, sizeof log - (size_t)at, "%s\n", M3);
        snprintf(told, sizeof told, "a %s %d %s\n", rows[i].time, at, M3);
        log_expect_bars(log, told);
    }
}

static void
on_comment(void *user, const char *file, uint64_t offset, struct cg_slice text)
{
    struct log_text *comments = user;

    (void)file;
    log_text_format(comments, "%d:%.*s;", (int)offset, (int)text.len,
                    text.data);
}

/* Comments whose lines end in CR and LF, an empty one, and a long one. */
static void test_log_comments_are_told(void **state)
{
    struct log_text log = {0}, comments = {0};
    const char *path = log_path("a");
    const struct cg_log_options options = {.paths = &path,
                                           .count = 1,
                                           .message_max = LOG_MESSAGE_MAX,
                                           .comment = on_comment,
                                           .user = &comments};
    struct cg_log_message message;
    struct cg_log *reader;
    char error[256] = "";

    (void)state;
    log_text_bars(&log, "# one\r\n#\n" M1 "\r\n# two\n");
    log_text_add(&log, "#", 1);
    for (int i = 0; i < 100000; i++)
        log_text_add(&log, "x", 1);
    log_text_add(&log, "\n", 1);
    log_write("a", log.data, log.len);
    assert_int_equal(cg_log_open(&options, error, sizeof error, &reader), 0);
    assert_int_equal(cg_log_next(reader, &message), 1);
    assert_int_equal(cg_log_next(reader, &message), 0);
    cg_log_close(reader);
    assert_int_equal(strncmp(comments.data, "0: one;7:;84: two;90:xxxx", 25),
                     0);
    /* Of a long one the beginning. */
    assert_true(comments.len < 2000);
    log_text_deinit(&comments);
    log_text_deinit(&log);
}

/* Packed, and longer than what is read of a file at once. */
static void test_log_long_packing_is_read(void **state)
{
    enum { MANY = 5000 };
    struct log_text log = {0};
    const char *path = log_path("a");
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    for (int i = 0; i < MANY; i++)
        log_text_bars(&log, M1 "\n");
    write_gzip("a", "wb0", log.data, log.len);
    assert_int_equal(log_read(&reading), 0);
    assert_int_equal(reading.messages, MANY);
    assert_int_equal(reading.troubles, 0);
    log_text_deinit(&reading.told);
    log_text_deinit(&log);
}

/* A store goes to places in its body, which a packed one does not have; its
 * header may be packed, and cut off. */
static void test_log_packed_store_is_told(void **state)
{
    struct log_text body = {0}, packed = {0};
    const char *path = log_path("s.header");
    struct log_reading reading = {.paths = &path, .count = 1};
    FILE *file;
    char bytes[200];

    (void)state;
    log_text_bars(&body, M1 M2);
    log_write("s.header", "2,0,73 3,73,71 ", 15);
    write_gzip("s.body", "wb", body.data, body.len);
    expect(&reading, CG_ERR_IO, NULL,
           "is packed; unpack it, or read it without its header");
    log_write("s.body", body.data, body.len);
    write_gzip("s.header", "wb", "2,0,73 3,73,71 ", 15);
    expect(&reading, 0, "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2 "\n",
           "");
    file = fopen(path, "rb");
    assert_non_null(file);
    log_text_add(&packed, bytes, fread(bytes, 1, sizeof bytes, file));
    assert_int_equal(fclose(file), 0);
    assert_true(packed.len > 20);
    log_write("s.header", bytes, packed.len - 6);
    reading.kinds[CG_LOG_FILE] = 0;
    assert_int_equal(log_read(&reading), 0);
    assert_int_equal(reading.kinds[CG_LOG_FILE], 1);
    assert_non_null(strstr(reading.told.data, "the gzip file is cut off"));
    log_text_deinit(&reading.told);
    log_text_deinit(&packed);
    log_text_deinit(&body);
}

/* A file that opens, and whose bytes cannot be read. */
static void test_log_unreadable_file_is_refused(void **state)
{
    const char *path = "/proc/self/mem";
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    expect(&reading, CG_ERR_IO, "", "/proc/self/mem: Input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_zones_are_read),
        cmocka_unit_test(test_log_comments_are_told),
        cmocka_unit_test(test_log_long_packing_is_read),
        cmocka_unit_test(test_log_packed_store_is_told),
        cmocka_unit_test(test_log_unreadable_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
