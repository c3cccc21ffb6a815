/*
 * Commands without memory: each allocation fails in turn, once and from then
 * on.  A command says so and fails, or has printed all that it should.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "sanitized.h"
#include "wrapped.h"

#include <app_command.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OUT_MAX ((size_t)1 << 20)
#define WORDS_MAX 24

static char dir[64];
static int files[2] = {-1, -1}; /* of standard output and standard error */
static int kept[2];             /* the test's own */
static char out[OUT_MAX];
static char error[OUT_MAX];
static char reference[OUT_MAX];

/* A command may close standard output as it ends; the next one needs it. */
WRAPPED(fclose);

int __wrap_fclose(FILE *file)
{
    return file == stdout ? fflush(file) : __real_fclose(file);
}

static void redirect(bool away)
{
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        assert_true(dup2(away ? files[i] : kept[i], i + 1) >= 0);
    }
}

static void read_back(int file, char text[OUT_MAX])
{
    ssize_t len = pread(file, text, OUT_MAX - 1, 0);

    assert_true(len >= 0);
    text[len] = '\0';
}

/* |line| are words; those with a $ stand for a file of the folder. */
static int run(int (*command)(int, char **), const char *line)
{
    static char words[WORDS_MAX][256];
    char *argv[WORDS_MAX + 1];
    int argc = 0;
    int status;

    for (const char *at = line; *at != '\0'; argc++) {
        size_t len = strcspn(at, " ");

        assert_true(argc < WORDS_MAX);
        snprintf(words[argc], sizeof(words[0]), "%s%.*s",
                 at[0] == '$'   ? dir
                 : at[0] == '%' ? REFERENCES
                                : "",
                 (int)len - (at[0] == '$' || at[0] == '%' ? 1 : 0),
                 at[0] == '$' || at[0] == '%' ? at + 1 : at);
        argv[argc] = words[argc];
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    argv[argc] = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ftruncate(files[i], 0), 0);
        assert_int_equal(lseek(files[i], 0, SEEK_SET), 0);
    }
    redirect(true);
    status = command(argc, argv);
    countdown = -1;
    redirect(false);
    read_back(files[0], out);
    read_back(files[1], error);
    return status;
}

/* At first each allocation, then some. */
enum { NEAR = 60, FAR = SANITIZED ? 307 : 83 };

static void
without_memory(int (*command)(int, char **), const char *line, int expected)
{
    int status = run(command, line);

    if (status != expected) {
        fail_msg("%s: status %d: %s%s", line, status, error, out);
    }
    memcpy(reference, out, sizeof(out));
    for (int i = 0; i < 2; i++) {
        long n = 1;

        for_good = i == 1;
        for (;; n += n < NEAR && !for_good ? 1 : FAR) {
            failures = 0;
            countdown = n;
            status = run(command, line);
            if (failures == 0) {
                break;
            }
            if (status == expected && strcmp(out, reference) == 0) {
                continue; /* it got by without it */
            }
            if (status == expected || strlen(error) + strlen(out) == 0) {
                fail_msg("%s: behind the %ld-th: status %d, %s%s", line, n,
                         status, error, out);
            }
        }
        assert_true(n > 10);
    }
}

static void write_text(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int make(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/cg-app-XXXXXX");
    if (mkdtemp(dir) == NULL) {
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        FILE *file = tmpfile();

        assert_non_null(file);
        files[i] = fileno(file);
        kept[i] = dup(i + 1);
    }
    return 0;
}

static int clear(void **state)
{
    char line[128];

    (void)state;
    snprintf(line, sizeof(line), "rm -r %s", dir);
    return system(line);
}

/* --- dv01 ------------------------------------------------------------------
 */

#define PRICES                                                                 \
    "dv01 --par-rates %/sample_par_rates.csv --set smp --conventions "         \
    "%/sample_conventions.csv --holidays %/sample_holidays.csv --date "        \
    "2026-01-15"

static void test_app_no_memory_dv01(void **state)
{
    (void)state;
    without_memory(app_dv01, PRICES, 0);
    without_memory(app_dv01, PRICES " --format json --instrument 10Y", 0);
    without_memory(app_dv01,
                   PRICES " --format csv --packages %/sample_packages.csv", 0);
    without_memory(app_dv01, PRICES " --show discounts --format csv", 0);
    without_memory(app_dv01, PRICES " --plot $/plot.svg", 0);
}

/* --- sessions ---------------------------------------------------------------
 */

#define SESSION                                                                \
    "# Two who speak.\n"                                                       \
    "[DEFAULT]\nSenderCompID=G\nConnectionType=acceptor\n"                     \
    "SocketAcceptPort=0\nBeginString=FIX.4.4\n"                                \
    "[SESSION]\nName=c\nRole=client\nTargetCompID=C\nAccounts=A\n"             \
    "[SESSION]\nName=v\nRole=venue\nTargetCompID=V\n"                          \
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\n"                                   \
    "instrument X,USD,1\n"                                                     \
    "c up\n"                                                                   \
    "c > D 11=A1 1=A 55=X 54=1 38=1000000 40=2 44=4 60=@\n"                    \
    "c < 8 11=A1 150=8 ...\n"

static void test_app_no_memory_session(void **state)
{
    (void)state;
    write_text("a.session", SESSION);
    without_memory(app_session, "session run $/a.session", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_app_no_memory_dv01),
        cmocka_unit_test(test_app_no_memory_session),
    };

    return cmocka_run_group_tests(tests, make, clear);
}
