/*
 * Files that a gate process lives by, when they cannot be read or written, or
 * memory is short: what is told, and that all goes on afterwards.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_calls.h"
#include "failing_memory.h"
#include "file_text.h"
#include "message_log.h"
#include "reload.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char path[96];

/* --- the clock of files ----------------------------------------------------
 */

/* What stat() says of the last change, when it is set. */
static struct timespec stated_written;
static cg_time stated_age; /* 0: as it is; else so long before now */

WRAPPED(stat64);

int __wrap_stat64(const char *name, struct stat64 *about)
{
    int status = __real_stat64(name, about);
    if (stated_written.tv_sec != 0) {
        about->st_mtim = stated_written;
    }
    if (stated_age != 0) {
        clock_gettime(CLOCK_REALTIME, &about->st_ctim);
        about->st_ctim.tv_sec -= stated_age / CG_SECOND;
    }
    return status;
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/creditgate-files-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
    failing_never();
    countdown = -1;
    for_good = false;
    stated_age = 0;
    stated_written = (struct timespec){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    failing_never();
    countdown = -1;
    (void)unlink(path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

/* --- reading ----------------------------------------------------------------
 */

static enum cg_file_outcome read_text(struct cg_file_text *file)
{
    enum cg_file_outcome outcome = cg_file_text_read(path, 100, file);
    failing_never();
    countdown = -1;
    return outcome;
}

/* What cannot be read is refused, with what to do about it. */
static void test_file_faults_refuse(void **state)
{
    static const struct {
        const char *call;
        const char *wrong;
        const char *remedy;
    } cases[] = {
        {"open64", "it cannot be read: Permission denied",
         "let the gate's user read it"},
        {"fstat64", "it cannot be read: Permission denied",
         "let the gate's user read it"},
        {"read", "it cannot be read: Permission denied",
         "let the gate's user read it"},
        {"malloc", "there is not enough memory", "free some"},
    };
    struct cg_file_text file;
    (void)state;
    write_file("some text");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].call, "malloc") == 0) {
            countdown = 1;
        } else {
            failing_once(cases[i].call, 0, EACCES);
        }
        assert_int_equal(read_text(&file), CG_FILE_REFUSED);
        assert_string_equal(file.wrong, cases[i].wrong);
        assert_string_equal(file.remedy, cases[i].remedy);
        cg_file_text_deinit(&file);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(read_text(&file), CG_FILE_REFUSED);
    assert_string_equal(file.remedy, "put it back, or correct the path");
    cg_file_text_deinit(&file);
}

/* A read that a signal breaks off goes on; a file that nobody can tell whether
 * it has changed has. */
static void test_file_faults_read_goes_on(void **state)
{
    struct cg_file_text file;
    (void)state;
    write_file("some text");
    failing_once("read", 0, EINTR);
    assert_int_equal(read_text(&file), CG_FILE_READ);
    assert_string_equal(file.text, "some text");
    cg_file_text_deinit(&file);
    failing_once("fstat64", 1, EIO);
    assert_int_equal(read_text(&file), CG_FILE_CHANGING);
    cg_file_text_deinit(&file);
}

/* Stamps are the same when all of what they say is. */
static void test_file_faults_stamps(void **state)
{
    const struct cg_file_stamp stamp = {true, true, 1, 2, 3, 4, 5};
    const struct cg_file_stamp absent = {.seen = true};
    const struct cg_file_stamp others[] = {
        {false, true, 1, 2, 3, 4, 5}, {true, false, 1, 2, 3, 4, 5},
        {true, true, 0, 2, 3, 4, 5},  {true, true, 1, 0, 3, 4, 5},
        {true, true, 1, 2, 0, 4, 5},  {true, true, 1, 2, 3, 0, 5},
        {true, true, 1, 2, 3, 4, 0},
    };
    (void)state;
    assert_true(cg_file_stamp_same(&stamp, &stamp));
    assert_true(cg_file_stamp_same(&absent, &others[1]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_false(cg_file_stamp_same(&stamp, &others[i]));
        assert_false(cg_file_stamp_same(&others[i], &stamp));
    }
}

/* A time whose seconds fit into nanoseconds, and whose rest does not, is the
 * last one there is. */
static void test_file_faults_last_time(void **state)
{
    struct cg_file_stamp stamp;
    (void)state;
    write_file("x");
    stated_written = (struct timespec){9223372036, 854775807};
    cg_file_stamp_take(path, &stamp);
    assert_true(stamp.written_ns == INT64_MAX);
    stated_written.tv_nsec = 854775808;
    cg_file_stamp_take(path, &stamp);
    assert_true(stamp.written_ns == INT64_MAX);
    stated_written.tv_nsec = 854775806;
    cg_file_stamp_take(path, &stamp);
    assert_true(stamp.written_ns == INT64_MAX - 1);
}

/* --- reading again ----------------------------------------------------------
 */

static uv_loop_t loop;
static unsigned takes;
static unsigned lines;
static unsigned mistakes_told;
static unsigned closes;

static void *build(void *user,
                   const struct cg_reload_text *text,
                   struct cg_reload_mistakes *mistakes)
{
    (void)user;
    if (strcmp(text->text, "good") == 0) {
        return strdup(text->text);
    }
    cg_reload_mistake(mistakes, text->file, 1, "it is bad", "make it good");
    cg_reload_mistake(mistakes, text->file, 2, "it is bad", "make it good");
    return NULL;
}

static void take(void *user, void *built, bool asked)
{
    (void)user;
    (void)asked;
    takes++;
    free(built);
}

static void drop(void *user, void *built)
{
    (void)user;
    free(built);
}

static void say(void *user, const char *text)
{
    (void)user;
    (void)text;
    lines++;
}

static void refused(void *user, unsigned mistakes)
{
    (void)user;
    mistakes_told = mistakes;
}

static void on_closed(void *user)
{
    (void)user;
    closes++;
}

static const struct cg_reload_hooks hooks = {build, take, drop, say, refused};

static struct cg_reload *open_reload(void)
{
    const struct cg_reload_options options = {
        .loop = &loop,
        .path = path,
        .bytes_max = 100,
        .poll_ms = 2,
        .hooks = &hooks,
    };
    takes = lines = mistakes_told = closes = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    countdown = 1;
    assert_null(cg_reload_open(&options));
    return cg_reload_open(&options);
}

static void close_reload(struct cg_reload *reload)
{
    cg_reload_close(reload, on_closed, NULL);
    cg_reload_poll(reload); /* too late */
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(closes, 1);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* Without memory for what they say, mistakes are counted all the same. */
static void test_file_faults_mistakes_without_memory(void **state)
{
    (void)state;
    write_file("bad");
    struct cg_reload *reload = open_reload();
    stated_age = 60 * CG_SECOND;
    countdown = 1; /* of the text of mistakes */
    cg_reload_first(reload);
    assert_int_equal(mistakes_told, 2);
    assert_int_equal(lines, 0);
    cg_reload_first(reload);
    assert_int_equal(mistakes_told, 2);
    assert_int_equal(lines, 2);
    close_reload(reload);
}

/* A file that changes as the start reads it is neither taken nor refused: the
 * polls find it at rest. */
static void test_file_faults_first_of_a_changing_file(void **state)
{
    (void)state;
    write_file("good");
    struct cg_reload *reload = open_reload();
    stated_age = -60 * CG_SECOND; /* whose clock is ahead is not waited for */
    failing_once("fstat64", 1, EIO);
    cg_reload_first(reload);
    failing_never();
    assert_int_equal(takes, 0);
    assert_int_equal(mistakes_told, 0);
    stated_age = 0;
    while (takes == 0) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    close_reload(reload);
}

/* The start does not wait for ever for one that is always being written. */
static void test_file_faults_first_of_one_always_young(void **state)
{
    (void)state;
    write_file("good");
    struct cg_reload *reload = open_reload();
    stated_age = 1; /* written just now, whenever one looks */
    cg_reload_first(reload);
    assert_int_equal(takes, 1);
    stated_age = 0;
    close_reload(reload);
}

/* --- the message log --------------------------------------------------------
 */

#define MESSAGE "8=FIX.4.4\0019=5\00135=0\00110=161\001"
#define STAMP "20260115-12:00:00.000000000 : "

static const cg_time noon = (cg_time)1768478400 * CG_SECOND;
static struct cg_message_log *messages;
static char told[1024];
static int shown;

static void keep_line(void *user, enum cg_log_level level, const char *text)
{
    (void)user;
    assert_int_equal(level, CG_LOG_WARNING);
    snprintf(told, sizeof(told), "%s", text);
}

static void on_show(void *user, const char *session, bool out, const char *text)
{
    (void)user;
    (void)session;
    (void)out;
    (void)text;
    shown++;
}

static int open_messages(bool shows)
{
    const struct cg_message_log_options options = {
        .path = path, .show = shows ? on_show : NULL, .say = keep_line};
    int status = cg_message_log_open(&options, told, sizeof(told), &messages);
    failing_never();
    countdown = -1;
    shown = 0;
    return status;
}

static void comes_in(void)
{
    cg_message_log_in(messages, "session", MESSAGE, sizeof(MESSAGE) - 1, noon);
}

/* What is in the file: |count| lines, then |more|. */
static void expect_lines(int count, const char *more)
{
    char expected[1024] = "";
    char found[1024] = "";
    for (int i = 0; i < count; i++) {
        strcat(expected, STAMP MESSAGE "\n");
    }
    strcat(expected, more);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(found, 1, sizeof(found) - 1, file);
    found[len] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(found, expected);
}

/* It is not opened without memory, nor when nobody can say what it is. */
static void test_file_faults_message_log_not_opened(void **state)
{
    (void)state;
    countdown = 1;
    assert_int_equal(open_messages(false), CG_ERR_MEMORY);
    assert_string_equal(told, "not enough memory");
    failing_once("fstat64", 0, EIO);
    assert_int_equal(open_messages(false), CG_ERR_IO);
    assert_non_null(strstr(told, "Input/output error; correct MessageLog="));
    assert_null(messages);
}

/* Messages that there is no memory for are missing, and that is told; what is
 * only for people is not written there. */
static void test_file_faults_message_log_no_memory(void **state)
{
    (void)state;
    assert_int_equal(open_messages(true), 0);
    countdown = 1; /* in a line */
    comes_in();
    assert_int_equal(shown, 0);
    countdown = 1; /* held back */
    cg_message_log_out(messages, "session", MESSAGE, sizeof(MESSAGE) - 1);
    cg_message_log_release(messages, noon);
    cg_message_log_write(messages); /* nothing */
    countdown = 2;                  /* a line, and not what is shown */
    comes_in();
    assert_int_equal(shown, 0);
    comes_in();
    assert_int_equal(shown, 1);
    cg_message_log_write(messages);
    assert_non_null(strstr(told, "is written again, 2 messages are missing"));
    cg_message_log_close(messages);
    expect_lines(2, "");
}

/* The last byte cannot be read: the file is taken for whole. */
static void test_file_faults_message_log_end_unknown(void **state)
{
    (void)state;
    write_file("20260115-12");
    failing_once("pread64", 0, EIO);
    assert_int_equal(open_messages(false), 0);
    comes_in();
    cg_message_log_close(messages);
    write_file(STAMP MESSAGE "\n");
    assert_int_equal(open_messages(false), 0);
    failing_once("write", 0, EINTR);
    comes_in();
    cg_message_log_close(messages);
    expect_lines(2, "");
}

static void limit_size(size_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A line in part that cannot be taken back is ended before the next one; and
 * when that end cannot be written, nothing is. */
static void test_file_faults_message_log_cut_for_good(void **state)
{
    static const char *const calls[] = {"fstat64", "ftruncate64"};
    struct rlimit before;
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(open_messages(false), 0);
        limit_size(12);
        failing_once(calls[i], 0, EIO);
        comes_in();
        cg_message_log_write(messages);
        failing_never();
        assert_non_null(strstr(told, "cannot be written: File too large"));
        limit_size(before.rlim_cur);
        expect_lines(0, "20260115-12:");
        failing_once("write", 0, ENOSPC); /* of the end of that line */
        comes_in();
        cg_message_log_write(messages);
        failing_never();
        expect_lines(0, "20260115-12:");
        comes_in();
        cg_message_log_close(messages);
        assert_non_null(strstr(told, "again, 2 messages are missing"));
        expect_lines(0, "20260115-12:\n" STAMP MESSAGE "\n");
        assert_int_equal(unlink(path), 0);
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_file_faults_refuse),
        WITH_FOLDER(test_file_faults_read_goes_on),
        WITH_FOLDER(test_file_faults_stamps),
        WITH_FOLDER(test_file_faults_last_time),
        WITH_FOLDER(test_file_faults_mistakes_without_memory),
        WITH_FOLDER(test_file_faults_first_of_a_changing_file),
        WITH_FOLDER(test_file_faults_first_of_one_always_young),
        WITH_FOLDER(test_file_faults_message_log_not_opened),
        WITH_FOLDER(test_file_faults_message_log_no_memory),
        WITH_FOLDER(test_file_faults_message_log_end_unknown),
        WITH_FOLDER(test_file_faults_message_log_cut_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
