/*
 * The message log: what is written, what is hidden, and what becomes of it when
 * its file fails.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "message_log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SESSION "FIX.4.4:GATE->ACME"
#define FILE_MAX 200000

/* 2026-01-15 12:00:00 and some */
static const cg_time noon = (cg_time)1768478400 * CG_SECOND + 1002003;
#define STAMP "20260115-12:00:00.001002003 : "

struct fixture {
    char folder[64];
    char path[128];
    struct cg_message_log *log;
    int said;
    char line[1024];
    int alarms;
    int shown;
    bool shown_out;
    char text[1024];
};

static void on_say(void *user, enum cg_log_level level, const char *text)
{
    struct fixture *fixture = user;
    fixture->said++;
    fixture->alarms += level == CG_LOG_WARNING;
    snprintf(fixture->line, sizeof(fixture->line), "%s", text);
}

static void on_show(void *user, const char *session, bool out, const char *text)
{
    struct fixture *fixture = user;
    assert_string_equal(session, SESSION);
    fixture->shown++;
    fixture->shown_out = out;
    snprintf(fixture->text, sizeof(fixture->text), "%s", text);
}

static int open_as(struct fixture *fixture, const char *path, bool shows)
{
    char error[512] = "";
    const struct cg_message_log_options options = {
        .path = path,
        .show = shows ? on_show : NULL,
        .say = on_say,
        .user = fixture,
    };
    int status = cg_message_log_open(&options, error, sizeof(error),
                                     &fixture->log);
    assert_int_equal(status != 0, error[0] != '\0');
    snprintf(fixture->line, sizeof(fixture->line), "%s", error);
    return status;
}

static int make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/cg-log-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/messages",
             fixture->folder);
    *state = fixture;
    return 0;
}

static int make_open(void **state)
{
    make(state);
    struct fixture *fixture = *state;
    return open_as(fixture, fixture->path, true);
}

static int remove_all(void **state)
{
    struct fixture *fixture = *state;
    char moved[160];
    cg_message_log_close(fixture->log);
    snprintf(moved, sizeof(moved), "%s.1", fixture->path);
    unlink(moved);
    unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

/* '|' is SOH in all that follows. */
static size_t to_wire(const char *text, char *bytes)
{
    size_t len = strlen(text);
    for (size_t i = 0; i <= len; i++) {
        bytes[i] = text[i] == '|' ? '\001' : text[i];
    }
    return len;
}

static void comes_in(struct fixture *fixture, const char *text)
{
    char bytes[1024];
    size_t len = to_wire(text, bytes);
    cg_message_log_in(fixture->log, SESSION, bytes, len, noon);
}

static void goes_out(struct fixture *fixture, const char *text)
{
    char bytes[1024];
    size_t len = to_wire(text, bytes);
    cg_message_log_out(fixture->log, SESSION, bytes, len);
}

static void turn(struct fixture *fixture)
{
    cg_message_log_release(fixture->log, noon);
    cg_message_log_write(fixture->log);
}

static void expect_file(const char *path, const char *expected)
{
    static char text[FILE_MAX];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] == '\001' ? '|' : text[i];
    }
    assert_string_equal(text, expected);
}

#define IN "8=FIX.4.4|9=5|35=0|10=161|"
#define OUT "8=FIX.4.4|9=5|35=1|10=162|"

/* Nothing is written before its turn ends, and what was held goes after what
 * came in; a log that is opened again goes on at the end. */
static void test_message_log_written_in_turns(void **state)
{
    struct fixture *fixture = *state;
    goes_out(fixture, OUT);
    comes_in(fixture, IN);
    expect_file(fixture->path, "");
    turn(fixture);
    expect_file(fixture->path, STAMP IN "\n" STAMP OUT "\n");
    comes_in(fixture, IN);
    cg_message_log_close(fixture->log);
    assert_int_equal(open_as(fixture, fixture->path, false), 0);
    goes_out(fixture, OUT);
    turn(fixture);
    expect_file(fixture->path,
                STAMP IN "\n" STAMP OUT "\n" STAMP IN "\n" STAMP OUT "\n");
    assert_int_equal(fixture->said, 0);
}

/* What was never let out is not in it; what came in is. */
static void test_message_log_without_what_was_held(void **state)
{
    struct fixture *fixture = *state;
    comes_in(fixture, IN);
    goes_out(fixture, OUT);
    cg_message_log_forget(fixture->log);
    turn(fixture);
    expect_file(fixture->path, STAMP IN "\n");
    assert_int_equal(fixture->shown, 1);
}

/* For people it is one line, whatever is in it. */
static void test_message_log_shown(void **state)
{
    struct fixture *fixture = *state;
    comes_in(fixture, "8=FIX.4.4|9=5|35=B|58=a\nb\x7f|10=000|");
    assert_string_equal(fixture->text, "8=FIX.4.4|9=5|35=B|58=a?b?|10=000|");
    assert_false(fixture->shown_out);
    goes_out(fixture, OUT);
    assert_int_equal(fixture->shown, 1);
    cg_message_log_release(fixture->log, noon);
    assert_int_equal(fixture->shown, 2);
    assert_true(fixture->shown_out);
    assert_string_equal(fixture->text, OUT);
}

/* Without a file it is shown, and nothing is kept. */
static void test_message_log_shown_only(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(open_as(fixture, NULL, true), 0);
    for (int i = 0; i < 1000; i++) {
        comes_in(fixture, IN);
        goes_out(fixture, OUT);
        turn(fixture);
    }
    assert_int_equal(fixture->shown, 2000);
    cg_message_log_reopen(fixture->log);
    assert_int_equal(fixture->said, 0);
}

static unsigned sum_of(const char *message)
{
    unsigned sum = 0;
    const char *trailer = strstr(message, "|10=");
    assert_non_null(trailer);
    for (const char *at = message; at <= trailer; at++) {
        sum += *at == '|' ? 1 : (unsigned char)*at;
    }
    return sum % 256;
}

static void
expect_masked(struct fixture *fixture, const char *message, const char *body)
{
    char expected[1024];
    comes_in(fixture, message);
    snprintf(expected, sizeof(expected), "%s10=", body);
    assert_memory_equal(fixture->text, expected, strlen(expected));
    assert_int_equal(strlen(fixture->text), strlen(message));
    assert_int_equal(atoi(fixture->text + strlen(expected)),
                     sum_of(fixture->text));
}

/* Passwords are stars, and the sum is that of the stars. */
static void test_message_log_masks_passwords(void **state)
{
    struct fixture *fixture = *state;
    expect_masked(fixture, "8=FIX.4.4|9=1|35=A|553=me|554=secret|10=000|",
                  "8=FIX.4.4|9=1|35=A|553=me|554=******|");
    expect_masked(fixture, "8=FIXT.1.1|9=1|35=A|925=n=w|554=|108=30|10=255|",
                  "8=FIXT.1.1|9=1|35=A|925=***|554=|108=30|");
    expect_masked(fixture, "8=FIXT.1.1|9=1|35=BE|923=1|554=a b|10=255|",
                  "8=FIXT.1.1|9=1|35=BE|923=1|554=***|");
    /* Data may hold a SOH. */
    expect_masked(fixture, "8=FIX.4.2|9=1|35=A|95=5|96=a|b=c|141=Y|10=255|",
                  "8=FIX.4.2|9=1|35=A|95=5|96=*****|141=Y|");
    expect_masked(
        fixture,
        "8=FIX.4.4|9=1|35=A|1401=3|1402=|5||1403=2|1404=x||141=Y|10=9|0|",
        "8=FIX.4.4|9=1|35=A|1401=3|1402=***|1403=2|1404=**|141=Y|");
    /* A length that lies, or is not there. */
    expect_masked(fixture, "8=FIX.4.4|9=1|35=A|95=999|96=ab|141=Y|10=255|",
                  "8=FIX.4.4|9=1|35=A|95=999|96=**|141=Y|");
    expect_masked(fixture, "8=FIX.4.4|9=1|35=A|96=ab|141=Y|10=255|",
                  "8=FIX.4.4|9=1|35=A|96=**|141=Y|");
    turn(fixture);
    FILE *file = fopen(fixture->path, "r");
    char line[256];
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        assert_null(strstr(line, "secret"));
    }
    fclose(file);
}

/* All other messages are as they were, sum included, right or wrong. */
static void test_message_log_changes_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    static const char *const messages[] = {
        "8=FIX.4.4|9=1|35=D|554=secret|96=x|10=777|",
        "8=FIX.4.4|9=1|35=A|553=me|10=777|",
        "8=FIX.4.4|9=1|35=AE|554=x|10=777|",
        "8=FIX.4.4|9=1|35=5|58=35=A|554=x|10=777|",
        "|",
        "10=000|",
        "8=FIX.4.4|9=1|35=A|55",
        "35=A|554=",
    };
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        comes_in(fixture, messages[i]);
        assert_string_equal(fixture->text, messages[i]);
    }
}

/* A Logon that is cut anywhere, or has any byte changed, is no way out of the
 * buffer; run under the sanitizers. */
static void test_message_log_broken_logons(void **state)
{
    struct fixture *fixture = *state;
    static const char whole[] = "8=FIX.4.4|9=1|35=A|95=3|96=a|b|554=c|10=000|";
    char text[sizeof(whole)];
    for (size_t cut = 0; cut <= strlen(whole); cut++) {
        snprintf(text, cut + 1, "%s", whole);
        comes_in(fixture, text);
        assert_int_equal(strlen(fixture->text), cut);
    }
    for (size_t i = 0; i < strlen(whole); i++) {
        for (const char *byte = "|=9\x80"; *byte != '\0'; byte++) {
            memcpy(text, whole, sizeof(whole));
            text[i] = *byte;
            comes_in(fixture, text);
            assert_int_equal(strlen(fixture->text), strlen(whole));
        }
    }
}

/* Moved away, and opened again by its name. */
static void test_message_log_reopened(void **state)
{
    struct fixture *fixture = *state;
    char moved[160];
    snprintf(moved, sizeof(moved), "%s.1", fixture->path);
    comes_in(fixture, IN);
    turn(fixture);
    assert_int_equal(rename(fixture->path, moved), 0);
    comes_in(fixture, IN);
    cg_message_log_reopen(fixture->log);
    comes_in(fixture, OUT);
    turn(fixture);
    expect_file(moved, STAMP IN "\n" STAMP IN "\n");
    expect_file(fixture->path, STAMP OUT "\n");
    assert_int_equal(fixture->said, 0);
}

/* It cannot be opened again: an alarm, and it goes on where it was. */
static void test_message_log_not_reopened(void **state)
{
    struct fixture *fixture = *state;
    char moved[160];
    snprintf(moved, sizeof(moved), "%s.1", fixture->path);
    assert_int_equal(rename(fixture->path, moved), 0);
    assert_int_equal(mkdir(fixture->path, 0700), 0);
    cg_message_log_reopen(fixture->log);
    assert_int_equal(fixture->alarms, 1);
    assert_non_null(strstr(fixture->line, "goes on in the file that it had"));
    comes_in(fixture, IN);
    turn(fixture);
    expect_file(moved, STAMP IN "\n");
    assert_int_equal(rmdir(fixture->path), 0);
}

/* No room: one alarm, no line in part; room again: it says how many are
 * missing, and goes on. */
static void test_message_log_full_disk(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before;
    (void)signal(SIGXFSZ, SIG_IGN);
    comes_in(fixture, IN);
    turn(fixture);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {sizeof(STAMP IN "\n") - 1 + 40, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 3; i++) {
        comes_in(fixture, IN);
        goes_out(fixture, OUT);
        turn(fixture);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(fixture->alarms, 1);
    assert_non_null(strstr(fixture->line, "ALARM: the message log"));
    assert_non_null(strstr(fixture->line, "File too large"));
    expect_file(fixture->path, STAMP IN "\n");
    comes_in(fixture, OUT);
    turn(fixture);
    assert_int_equal(fixture->said, 2);
    assert_non_null(strstr(fixture->line, "6 messages are missing"));
    expect_file(fixture->path, STAMP IN "\n" STAMP OUT "\n");
    comes_in(fixture, OUT);
    turn(fixture);
    assert_int_equal(fixture->said, 2);
}

/* A machine that stopped has left a line without its end. */
static void test_message_log_after_a_cut_line(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    fputs("20260115-12:00:00", file);
    fclose(file);
    assert_int_equal(open_as(fixture, fixture->path, false), 0);
    comes_in(fixture, IN);
    turn(fixture);
    comes_in(fixture, OUT);
    turn(fixture);
    expect_file(fixture->path,
                "20260115-12:00:00\n" STAMP IN "\n" STAMP OUT "\n");
}

/* What cannot be a log is refused, and says what to do. */
static void test_message_log_refused(void **state)
{
    struct fixture *fixture = *state;
    char path[160];
    assert_int_equal(open_as(fixture, fixture->folder, false), CG_ERR_IO);
    assert_non_null(strstr(fixture->line, "Is a directory"));
    assert_non_null(strstr(fixture->line, "MessageLog="));
    snprintf(path, sizeof(path), "%s/no/messages", fixture->folder);
    assert_int_equal(open_as(fixture, path, false), CG_ERR_IO);
    assert_non_null(strstr(fixture->line, "No such file"));
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    assert_int_equal(open_as(fixture, fixture->path, false), CG_ERR_IO);
    assert_non_null(strstr(fixture->line, "not a regular file"));
    assert_null(fixture->log);
}

/* Messages of any length and number in a turn. */
static void test_message_log_large_turns(void **state)
{
    struct fixture *fixture = *state;
    static char bytes[100000];
    struct stat of;
    memset(bytes, 'x', sizeof(bytes));
    for (int i = 0; i < 50; i++) {
        cg_message_log_in(fixture->log, SESSION, bytes, sizeof(bytes), noon);
        cg_message_log_out(fixture->log, SESSION, bytes, sizeof(bytes));
    }
    turn(fixture);
    assert_int_equal(stat(fixture->path, &of), 0);
    assert_int_equal(of.st_size,
                     100 * (sizeof(bytes) + sizeof(STAMP "\n") - 1));
    comes_in(fixture, IN);
    turn(fixture);
    assert_int_equal(stat(fixture->path, &of), 0);
    assert_int_equal(of.st_size,
                     100 * (sizeof(bytes) + sizeof(STAMP "\n") - 1) +
                         sizeof(STAMP IN "\n") - 1);
}

/* Nobody wants it. */
static void test_message_log_none(void **state)
{
    (void)state;
    cg_message_log_in(NULL, SESSION, IN, 1, noon);
    cg_message_log_out(NULL, SESSION, IN, 1);
    cg_message_log_release(NULL, noon);
    cg_message_log_forget(NULL);
    cg_message_log_write(NULL);
    cg_message_log_reopen(NULL);
    cg_message_log_close(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_open, remove_all)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, make, remove_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_message_log_written_in_turns),
        CASE(test_message_log_without_what_was_held),
        CASE(test_message_log_shown),
        CLOSED(test_message_log_shown_only),
        CASE(test_message_log_masks_passwords),
        CASE(test_message_log_changes_nothing_else),
        CASE(test_message_log_broken_logons),
        CASE(test_message_log_reopened),
        CASE(test_message_log_not_reopened),
        CASE(test_message_log_full_disk),
        CLOSED(test_message_log_after_a_cut_line),
        CLOSED(test_message_log_refused),
        CASE(test_message_log_large_turns),
        cmocka_unit_test(test_message_log_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
