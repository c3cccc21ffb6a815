/*
 * Where logs come from: several files as one, pipes, packed files, and
 * FileStores.
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "log_harness.h"
#include "log_samples.h"

#define LINE(time, message) "20260115-12:00:" time " : " message "\n"

static void expect(struct log_reading *reading, const char *told)
{
    assert_int_equal(log_read(reading), 0);
    assert_string_equal(reading->told.data, told);
    log_text_deinit(&reading->told);
}

static const char *write_bars(const char *name, const char *bars)
{
    struct log_text log = {0};
    const char *path;

    log_text_bars(&log, bars);
    path = log_write(name, log.data, log.len);
    log_text_deinit(&log);
    return path;
}

static int rank_by_name(void *user, const struct cg_log_message *message)
{
    (void)user;
    /* The first letter of the file: 'h' before 'v' before 'c'. */
    switch (strrchr(message->file, '/')[1]) {
    case 'h':
        return 0;
    case 'v':
        return 1;
    default:
        return 2;
    }
}

/* By time; at the same time by rank, then by the order of the files, and never
 * against the order of one file. */
static void test_log_files_are_merged_by_time(void **state)
{
    const char *paths[] = {
        write_bars("c1", LINE("02", M1) LINE("03", M2) LINE("03", M3)),
        write_bars("v1", LINE("01", M1) LINE("03", M1) LINE("04", M1)),
        write_bars("c2", LINE("03", M1)),
        write_bars("h1", LINE("03", M2)),
        write_bars("none", "# nothing\n"),
    };
    struct log_reading reading = {.paths = paths, .count = 5};

    (void)state;
    reading.rank = rank_by_name;
    expect(&reading, "v1 1768478401.000000000 20 " M1 "\n"
                     "c1 1768478402.000000000 20 " M1 "\n"
                     "h1 1768478403.000000000 20 " M2 "\n"
                     "v1 1768478403.000000000 114 " M1 "\n"
                     "c1 1768478403.000000000 114 " M2 "\n"
                     "c1 1768478403.000000000 206 " M3 "\n"
                     "c2 1768478403.000000000 20 " M1 "\n"
                     "v1 1768478404.000000000 208 " M1 "\n");
    reading.rank = NULL;
    expect(&reading, "v1 1768478401.000000000 20 " M1 "\n"
                     "c1 1768478402.000000000 20 " M1 "\n"
                     "c1 1768478403.000000000 114 " M2 "\n"
                     "c1 1768478403.000000000 206 " M3 "\n"
                     "v1 1768478403.000000000 114 " M1 "\n"
                     "c2 1768478403.000000000 20 " M1 "\n"
                     "h1 1768478403.000000000 20 " M2 "\n"
                     "v1 1768478404.000000000 208 " M1 "\n");
}

/* A time that goes back counts as the newest of its own file only. */
static void test_log_backwards_is_of_one_file(void **state)
{
    const char *paths[] = {
        write_bars("c1", LINE("05", M1) LINE("02", M2) LINE("06", M1)),
        write_bars("v1", LINE("03", M1) LINE("05", M1)),
    };
    struct log_reading reading = {.paths = paths, .count = 2};

    (void)state;
    expect(&reading, "v1 1768478403.000000000 20 " M1 "\n"
                     "c1 1768478405.000000000 20 " M1 "\n"
                     "c1 ! BACKWARDS 114: its time is 3.000000000 s before "
                     "that of the message before it\n"
                     "c1 1768478405.000000000 114 " M2 "\n"
                     "v1 1768478405.000000000 114 " M1 "\n"
                     "c1 1768478406.000000000 206 " M1 "\n");
}

/* 200 files, by lot: what comes out is sorted, and each file in its order. */
static void test_log_many_files_are_merged(void **state)
{
    enum { FILES = 200, LINES = 20 };
    static char names[FILES][8];
    static const char *paths[FILES];
    struct log_reading reading = {.paths = paths, .count = FILES};
    uint32_t seed = 1;
    long long last = 0;
    char *line;

    (void)state;
    for (size_t i = 0; i < FILES; i++) {
        struct log_text log = {0};
        unsigned at = 0;
        snprintf(names[i], sizeof names[i], "m%zu", i);
        for (size_t j = 0; j < LINES; j++) {
            char time[24];
            seed = seed * 1664525 + 1013904223;
            at += seed >> 30;
            snprintf(time, sizeof time, "20260115-12:00:%02u : ", at);
            log_text_format(&log, "%s", time);
            log_text_bars(&log, M1 "\n");
        }
        paths[i] = log_write(names[i], log.data, log.len);
        log_text_deinit(&log);
    }
    assert_int_equal(log_read(&reading), 0);
    assert_int_equal(reading.messages, FILES * LINES);
    assert_int_equal(reading.troubles, 0);
    for (line = reading.told.data; *line != '\0';
         line = strchr(line, '\n') + 1) {
        unsigned file;
        long long seconds;
        assert_int_equal(sscanf(line, "m%u %lld.", &file, &seconds), 2);
        assert_true(last <= seconds * 1000 + file);
        last = seconds * 1000 + file;
    }
    log_text_deinit(&reading.told);
}

/* Lines enough to be more than any window, and what is told of them. */
static void long_log(struct log_text *log)
{
    for (unsigned i = 0; log->len < 3000000; i++) {
        log_text_format(log, "20260115-12:%02u:%02u : ", i / 600 % 60,
                        i / 10 % 60);
        log_text_bars(log, i % 3 == 0 ? M1 : i % 3 == 1 ? M2 : M3);
        log_text_format(log, i % 1000 == 77 ? "\nrubbish\n" : "\n");
    }
}

static char *told_of(const char *path)
{
    struct log_reading reading = {.paths = &path, .count = 1};

    assert_int_equal(log_read(&reading), 0);
    assert_true(reading.messages > 30000);
    return reading.told.data;
}

/* Runs |reading| with |bytes| coming through a pipe as standard input, |chunk|
 * at a time. */
static int read_pipe(struct log_reading *reading,
                     const struct log_text *bytes,
                     size_t chunk)
{
    static const char *const path = "-";
    int ends[2];
    int saved = dup(STDIN_FILENO);
    pid_t child;
    int result;

    reading->paths = &path;
    reading->count = 1;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        for (size_t i = 0; i < bytes->len; i += chunk) {
            size_t len = bytes->len - i < chunk ? bytes->len - i : chunk;
            if (write(ends[1], bytes->data + i, len) != (ssize_t)len)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    result = log_read(reading);
    if (saved >= 0)
        dup2(saved, STDIN_FILENO);
    else
        close(STDIN_FILENO);
    close(saved);
    waitpid(child, NULL, 0);
    return result;
}

/* The same from a pipe as from a file, however it comes. */
static void test_log_pipe_is_read(void **state)
{
    static const size_t chunks[] = {1, 7, 4096};
    struct log_text log = {0};
    const char *path;
    struct log_reading file = {.paths = &path, .count = 1};

    (void)state;
    for (size_t i = 0; i < 20; i++)
        log_text_bars(&log, LINE("02", M1) "2026-01-15 12:00:03 " M2
                                           "\nx y z\n" LINE("04", M1 M3));
    log_text_format(&log, "8=FIX.4.4^A9=20^A35=0^A49=C^A56=G^A34=4^A10=135^A"
                          "8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=135|8=FIX.4.4|"
                          "9=20|35=0|49=C|8=FI");
    path = log_write("-", log.data, log.len);
    assert_int_equal(log_read(&file), 0);
    assert_int_equal(file.messages, 82);
    for (size_t i = 0; i < 3; i++) {
        struct log_reading reading = {0};
        assert_int_equal(read_pipe(&reading, &log, chunks[i]), 0);
        assert_string_equal(reading.told.data, file.told.data);
        log_text_deinit(&reading.told);
    }
    log_text_deinit(&file.told);
    log_text_deinit(&log);
}

/* Standard input can be named once. */
static void test_log_pipe_twice_is_refused(void **state)
{
    const char *paths[] = {"-", "-"};
    struct log_reading reading = {.paths = paths, .count = 2};
    int null;

    (void)state;
    null = dup(STDIN_FILENO);
    assert_non_null(freopen("/dev/null", "r", stdin));
    assert_int_equal(log_read(&reading), CG_ERR_IO);
    assert_string_equal(reading.error,
                        "-: is standard input, and can be read only once");
    dup2(null, STDIN_FILENO);
    close(null);
    log_text_deinit(&reading.told);
}

static void add_gzip(struct log_text *out, const char *bytes, size_t len)
{
    size_t max = compressBound(len) + 64;
    char *packed = malloc(max);
    z_stream gzip = {0};

    assert_non_null(packed);
    assert_int_equal(deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    gzip.next_in = (z_const Bytef *)bytes;
    gzip.avail_in = (uInt)len;
    gzip.next_out = (Bytef *)packed;
    gzip.avail_out = (uInt)max;
    assert_int_equal(deflate(&gzip, Z_FINISH), Z_STREAM_END);
    log_text_add(out, packed, max - gzip.avail_out);
    deflateEnd(&gzip);
    free(packed);
}

static void add_zstd(struct log_text *out, const char *bytes, size_t len)
{
    size_t max = ZSTD_compressBound(len);
    char *packed = malloc(max);
    size_t made;

    assert_non_null(packed);
    made = ZSTD_compress(packed, max, bytes, len, 3);
    assert_false(ZSTD_isError(made));
    log_text_add(out, packed, made);
    free(packed);
}

typedef void add_function(struct log_text *, const char *, size_t);

/* Packed as one, and as members or frames one after the other, from a file and
 * from a pipe: the same comes out. */
static void test_log_packed_is_read(void **state)
{
    static add_function *const adds[] = {add_gzip, add_zstd};
    struct log_text log = {0};
    char *plain;

    (void)state;
    long_log(&log);
    log_write("a", log.data, log.len);
    plain = told_of(log_path("a"));
    for (size_t i = 0; i < 2; i++) {
        struct log_text packed = {0};
        struct log_reading piped = {0};
        char *told;
        adds[i](&packed, log.data, log.len);
        log_write("a", packed.data, packed.len);
        told = told_of(log_path("a"));
        assert_string_equal(told, plain);
        free(told);
        packed.len = 0;
        adds[i](&packed, log.data, 1000);
        adds[i](&packed, log.data, 0);
        adds[i](&packed, log.data + 1000, 1);
        adds[i](&packed, log.data + 1001, log.len - 1001);
        log_write("a", packed.data, packed.len);
        told = told_of(log_path("a"));
        assert_string_equal(told, plain);
        free(told);
        assert_int_equal(read_pipe(&piped, &packed, 777), 0);
        assert_int_equal(strlen(piped.told.data), strlen(plain));
        log_text_deinit(&piped.told);
        log_text_deinit(&packed);
    }
    free(plain);
    log_text_deinit(&log);
}

/* Zeros behind a gzip file are none of it, as gzip says. */
static void test_log_padded_gzip_is_read(void **state)
{
    struct log_text log = {0}, packed = {0}, told = {0};

    (void)state;
    log_text_bars(&log, M1);
    add_gzip(&packed, log.data, log.len);
    for (size_t i = 0; i < 1000; i++)
        log_text_add(&packed, "\0", 1);
    log_expect(packed.data, packed.len, "a " T1 " 0 " M1 "\n");
    log_text_format(&told,
                    "a " T1 " 0 " M1
                    "\na ! FILE 73: the gzip file is damaged within its first "
                    "%zu bytes: bytes behind its end are no gzip\n",
                    packed.len);
    log_text_add(&packed, "x", 1);
    log_expect(packed.data, packed.len, told.data);
    packed.len--;
    add_gzip(&packed, log.data, log.len);
    log_expect(packed.data, packed.len, told.data);
    log_text_deinit(&told);
    log_text_deinit(&log);
    log_text_deinit(&packed);
}

/* Each cut and each flipped byte of a packed file: what was whole before it is
 * read, and the damage is told, once. */
static void test_log_damaged_packing_is_told(void **state)
{
    static add_function *const adds[] = {add_gzip, add_zstd};
    struct log_text log = {0};

    (void)state;
    log_text_bars(&log, M1 M2 M1 M3 M2);
    for (size_t i = 0; i < 2; i++) {
        struct log_text packed = {0};
        const char *path;
        adds[i](&packed, log.data, log.len);
        for (size_t len = 8; len < packed.len; len++) {
            struct log_reading reading = {.paths = &path, .count = 1};
            path = log_write("a", packed.data, len);
            if (log_read(&reading) == 0)
                assert_int_equal(reading.kinds[CG_LOG_FILE], 1);
            else
                assert_non_null(strstr(reading.error, "cut off after"));
            log_text_deinit(&reading.told);
        }
        for (size_t at = 4; at < packed.len; at++) {
            struct log_reading reading = {.paths = &path, .count = 1};
            packed.data[at] ^= 0x55;
            path = log_write("a", packed.data, packed.len);
            /* Some bytes of the head say nothing of the data. */
            if (log_read(&reading) != 0)
                assert_non_null(strstr(reading.error, "is "));
            else if (reading.messages < 5)
                assert_true(reading.troubles > 0);
            assert_true(reading.kinds[CG_LOG_FILE] <= 1);
            packed.data[at] ^= 0x55;
            log_text_deinit(&reading.told);
        }
        log_text_deinit(&packed);
    }
    log_text_deinit(&log);
}

/* Damage far into a packed file. */
static void test_log_damage_in_packing_keeps_what_was_before(void **state)
{
    static add_function *const adds[] = {add_gzip, add_zstd};
    struct log_text log = {0};

    (void)state;
    long_log(&log);
    for (size_t i = 0; i < 2; i++) {
        struct log_text packed = {0};
        const char *path;
        struct log_reading reading = {.paths = &path, .count = 1};
        for (size_t at = 0; at < log.len; at += 100000)
            adds[i](&packed, log.data + at,
                    log.len - at < 100000 ? log.len - at : 100000);
        packed.data[packed.len / 2] ^= 0x55;
        path = log_write("a", packed.data, packed.len);
        assert_int_equal(log_read(&reading), 0);
        assert_int_equal(reading.kinds[CG_LOG_FILE], 1);
        assert_true(reading.messages > 10000);
        log_text_deinit(&reading.told);
        log_text_deinit(&packed);
    }
    log_text_deinit(&log);
}

/* A pipe ends when it ends; a file that shrinks does, too. */
static void test_log_fifo_is_read(void **state)
{
    const char *path = log_path("fifo");
    struct log_reading reading = {.paths = &path, .count = 1};
    pid_t child;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    child = fork();
    if (child == 0) {
        struct log_text log = {0};
        FILE *file = fopen(path, "wb");
        log_text_bars(&log, M1 M2);
        fwrite(log.data, 1, log.len, file);
        fclose(file);
        _exit(0);
    }
    expect(&reading, "fifo " T1 " 0 " M1 "\nfifo " T2 " 73 " M2 "\n");
    waitpid(child, NULL, 0);
}

/* The header says which bytes of the body are messages, and in which order. */
static void test_log_store_is_read(void **state)
{
    const char *paths[] = {log_path("s.header"), log_path("s.body")};
    struct log_reading reading = {.paths = paths, .count = 1};

    (void)state;
    write_bars("s.body", M1 M2 M3 "left over" M2);
    log_write("s.header", "2,0,73 3,73,71 4,144,42 5,195,71 ", 33);
    expect(&reading,
           "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2
           "\ns.body ! NO_TIME 144: the message has neither a time before it "
           "nor a SendingTime(52)\ns.body " T2 " 144 " M3 "\ns.body " T2
           " 195 " M2 "\n");
    /* quickfixgo has a line each; the order is the header's; and when both
     * files are named, the body is read once. */
    log_write("s.header", "2,195,71\n3,73,71\n4,195,71\n", 26);
    reading.count = 2;
    expect(&reading, "s.body " T2 " 195 " M2 "\ns.body " T2 " 73 " M2
                     "\ns.body " T2 " 195 " M2 "\n");
    /* The body by itself is messages, one after the other. */
    reading.paths = &paths[1];
    reading.count = 1;
    expect(&reading,
           "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2
           "\ns.body ! NO_TIME 144: the message has neither a time before it "
           "nor a SendingTime(52)\ns.body " T2 " 144 " M3
           "\ns.body ! GARBAGE 186: 9 bytes are no part of a message\n"
           "s.body " T2 " 195 " M2 "\n");
}

/* An engine's store may have something that can be seen in place of SOH. */
static void test_log_text_store_is_read(void **state)
{
    static const char bars[] = M1 M2 M1;
    static const char carets[] =
        "8=FIX.4.4^A9=20^A35=0^A49=C^A56=G^A34=4^A10=135^A"
        "8=FIX.4.4^A9=20^A35=0^A49=C^A56=G^A34=4^A10=134^A";
    const char *path = log_path("s.header");
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    log_write("s.body", bars, sizeof bars - 1);
    log_write("s.header", "3,73,71 2,0,73 4,144,73 ", 24);
    expect(&reading,
           "s.body " T2 " 73 " M2
           "\ns.body ! BACKWARDS 0: its time is 1.377000000 s before "
           "that of the message before it\ns.body " T2 " 0 " M1
           "\ns.body ! BACKWARDS 144: its time is 1.377000000 s "
           "before that of the message before it\ns.body " T2 " 144 " M1 "\n");
    /* A bar in a value cannot be told from a separator. */
    log_write("s.body", "8=FIX.4.4|9=17|35=0|58=a|b|34=4|10=153|", 39);
    log_write("s.header", "4,0,39 ", 7);
    expect(&reading, "s.body ! CHECKSUM 0: CheckSum(10) is missing, or not the "
                     "sum of the message\n");
    log_write("s.body", carets, sizeof carets - 1);
    log_write("s.header", "4,0,49 5,49,49 ", 15);
    expect(&reading,
           "s.body ! NO_TIME 0: the message has neither a time before it nor a "
           "SendingTime(52)\ns.body 0.000000000 0 " M3
           "\ns.body ! CHECKSUM 49: CheckSum(10) is missing, or not the sum of "
           "the message\n");
}

/* QuickFIX/J's header holds numbers of 4, 8 and 4 bytes. */
static void test_log_binary_store_is_read(void **state)
{
    static const unsigned char header[] = {0, 0, 0, 2, 0,  0,  0, 0, 0, 0, 0,
                                           0, 0, 0, 0, 73, 0,  0, 0, 3, 0, 0,
                                           0, 0, 0, 0, 0,  73, 0, 0, 0, 71};
    const char *path = log_path("s.header");
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    write_bars("s.body", M1 M2);
    log_write("s.header", header, sizeof header);
    expect(&reading, "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2 "\n");
    log_write("s.header", header, sizeof header - 1);
    expect(&reading,
           "s.body " T1 " 0 " M1 "\ns.header ! GARBAGE 16: here is no entry of "
           "number, offset and length\n");
}

static void test_log_store_damage_is_told(void **state)
{
    static const struct {
        const char *header;
        const char *told;
    } rows[] = {
        {"3,10000,71 2,0,73 ",
         "s.body ! CUT 10000: the body has 0 of the 71 bytes of the message "
         "that the header tells of\ns.body " T1 " 0 " M1 "\n"},
        /* The length in the header may be another one. */
        {"2,0,72 3,73,72 ",
         "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2 "\n"},
        {"2,1,73 3,73,71 ",
         "s.body ! GARBAGE 1: 73 bytes that the header tells of are no "
         "message\ns.body " T2 " 73 " M2 "\n"},
        {"2,0,100000 3,73,71 ",
         "s.body ! TOO_LONG 0: the message has 100000 bytes, and at most 4096 "
         "are read\ns.body " T2 " 73 " M2 "\n"},
        {"2,0 x,1,2 ,,, 99999999999999999999,0,73 3,73,71 ",
         "s.header ! GARBAGE 0: here is no entry of number, offset and length\n"
         "s.header ! GARBAGE 4: here is no entry of number, offset and length\n"
         "s.header ! GARBAGE 10: here is no entry of number, offset and "
         "length\n"
         "s.header ! GARBAGE 14: here is no entry of number, offset and "
         "length\n"
         "s.body " T2 " 73 " M2 "\n"},
        /* Tabs and ends of lines of all systems; numbers that are none. */
        {"\t\r\n2,0,73\t3,73,71\r\n",
         "s.body " T1 " 0 " M1 "\ns.body " T2 " 73 " M2 "\n"},
        {"2;0,73\r2,9999999999999999999,1\t2,0;73\n2,0,x 2,0,73x\n3,73,71\n",
         "s.header ! GARBAGE 0: here is no entry of number, offset and length\n"
         "s.header ! GARBAGE 7: here is no entry of number, offset and length\n"
         "s.header ! GARBAGE 31: here is no entry of number, offset and "
         "length\n"
         "s.header ! GARBAGE 38: here is no entry of number, offset and "
         "length\n"
         "s.header ! GARBAGE 44: here is no entry of number, offset and "
         "length\n"
         "s.body " T2 " 73 " M2 "\n"},
        {"2,999999999999999999,73 3,73,71 ",
         "s.body ! CUT 999999999999999999: the body has 0 of the 73 bytes of "
         "the message that the header tells of\ns.body " T2 " 73 " M2 "\n"},
        {"3,73,71 4,0,7",
         "s.body " T2 " 73 " M2 "\ns.header ! GARBAGE 8: here is no entry of "
         "number, offset and length\n"},
        {"", "s.header ! FILE 0: the file is empty\n"},
    };
    const char *path = log_path("s.header");
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    write_bars("s.body", M1 M2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        log_write("s.header", rows[i].header, strlen(rows[i].header));
        expect(&reading, rows[i].told);
    }
    write_bars("s.body", "8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=134|");
    log_write("s.header", "4,0,42 ", 7);
    expect(&reading, "s.body ! CHECKSUM 0: CheckSum(10) is missing, or not the "
                     "sum of the message\n");
    log_write("s.header", "4,0,41 ", 7);
    expect(&reading, "s.body ! LENGTH 0: the message has 42 bytes by its "
                     "BodyLength(9), and 41 by the header\n");
    write_bars("s.body", "8=FIX.4.4|9=20|35=0|49=C|56=G|");
    log_write("s.header", "4,0,42 ", 7);
    expect(&reading, "s.body ! CUT 0: the body has 30 of the 42 bytes of the "
                     "message that the header tells of\n");
    unlink(log_path("s.body"));
    assert_int_equal(log_read(&reading), CG_ERR_IO);
    assert_string_equal(strrchr(reading.error, '/') + 1,
                        "s.body: cannot be opened: No such file or directory");
    log_text_deinit(&reading.told);
}

/* The files beside a FileStore have no messages. */
static void test_log_files_beside_a_store_are_told(void **state)
{
    (void)state;
    log_expect_bars("0000000012 : 0000000034",
                    "a ! GARBAGE 0: no message is in all 23 bytes of the "
                    "file\n");
    log_expect_bars("20260115-12:00:00\n",
                    "a ! GARBAGE 0: no message is in all 18 bytes of the "
                    "file\n");
}

struct progress {
    uint64_t done, total;
    size_t calls;
};

static void on_progress(void *user, uint64_t done, uint64_t total)
{
    struct progress *progress = user;

    assert_true(done > progress->done);
    progress->done = done;
    progress->total = total;
    progress->calls++;
}

/* Of all files as they are, packed or not; without a total when one of them is
 * a pipe. */
static void test_log_progress_is_told(void **state)
{
    struct log_text log = {0}, packed = {0};
    const char *paths[2];
    struct progress progress = {0};
    struct cg_log_options options = {.paths = paths,
                                     .count = 2,
                                     .message_max = LOG_MESSAGE_MAX,
                                     .progress = on_progress,
                                     .user = &progress};
    struct cg_log_message message;
    struct cg_log *reader;
    char error[256];

    (void)state;
    long_log(&log);
    add_gzip(&packed, log.data, log.len);
    paths[0] = log_write("a", log.data, log.len);
    paths[1] = log_write("b", packed.data, packed.len);
    assert_int_equal(cg_log_open(&options, error, sizeof error, &reader), 0);
    while (cg_log_next(reader, &message) == 1) {
    }
    cg_log_close(reader);
    assert_int_equal(progress.total, log.len + packed.len);
    assert_true(progress.done <= progress.total);
    assert_true(progress.done > progress.total - 65536);
    assert_true(progress.calls > 4);
    log_text_deinit(&log);
    log_text_deinit(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_files_are_merged_by_time),
        cmocka_unit_test(test_log_backwards_is_of_one_file),
        cmocka_unit_test(test_log_many_files_are_merged),
        cmocka_unit_test(test_log_pipe_is_read),
        cmocka_unit_test(test_log_pipe_twice_is_refused),
        cmocka_unit_test(test_log_packed_is_read),
        cmocka_unit_test(test_log_padded_gzip_is_read),
        cmocka_unit_test(test_log_damaged_packing_is_told),
        cmocka_unit_test(test_log_damage_in_packing_keeps_what_was_before),
        cmocka_unit_test(test_log_fifo_is_read),
        cmocka_unit_test(test_log_store_is_read),
        cmocka_unit_test(test_log_text_store_is_read),
        cmocka_unit_test(test_log_binary_store_is_read),
        cmocka_unit_test(test_log_store_damage_is_told),
        cmocka_unit_test(test_log_files_beside_a_store_are_told),
        cmocka_unit_test(test_log_progress_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
