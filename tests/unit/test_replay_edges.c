/*
 * Logs at the edges of what a replay takes: messages without a header, of more
 * strangers and more bytes than are remembered, more differences than are told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "replay_runner.h"
#include "script_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HEADLESS (CG_LOG_TROUBLES + CG_REPLAY_HEADLESS)
#define STRANGER (CG_LOG_TROUBLES + CG_REPLAY_STRANGER)

/* A log in the making. */
static char *text;
static size_t len;
static FILE *out;

static struct recorder desk;

static int set_up(void **state)
{
    (void)state;
    return recorder_play_text(&desk, SCRIPT_DESK SCRIPT_UP) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    recorder_deinit(&desk);
    return 0;
}

static void begin(void)
{
    out = open_memstream(&text, &len);
    assert_non_null(out);
}

static const char *end(size_t slot)
{
    assert_int_equal(fclose(out), 0);
    const char *path = recorder_write_text(slot, text, len);
    free(text);
    return path;
}

/* A line with a message of this body, |ms| after the start; '|' for SOH. */
static void put(int ms, const char *body)
{
    unsigned sum = 0;
    char head[64];
    snprintf(head, sizeof(head), "8=FIX.4.4|9=%zu|", strlen(body));
    fprintf(out, "20270115-08:00:%02d.%03d : ", ms / 1000, ms % 1000);
    for (int i = 0; i < 2; i++) {
        for (const char *at = i == 0 ? head : body; *at != '\0'; at++) {
            char c = *at == '|' ? '\001' : *at;
            sum += (unsigned char)c;
            fputc(c, out);
        }
    }
    fprintf(out, "10=%03u\001\n", sum % 256);
}

#define ORDER "1=ACME|55=NONE|54=1|38=1000|40=2|44=4|60=20270115-08:00:00.000|"

static void put_order(int ms, int seq, const char *more)
{
    static char body[1 << 17];
    snprintf(body, sizeof(body), "35=D|49=C|56=GATE|34=%d|11=A%d|" ORDER "%s",
             seq, seq, more);
    put(ms, body);
}

static void replay(struct replay_run *run, const char *path, bool stops)
{
    *run = (struct replay_run){.stops = stops};
    replay_run(run, &desk.script.config, NULL, &path, 1, NULL);
}

/* --- no header ------------------------------------------------------------ */

/* What has no sender, receiver or number is told, with its place, and passed
 * over; where that is told is where a replay may end. */
static void test_replay_edges_headless_told(void **state)
{
    static const char *const bodies[] = {
        "35=D|56=GATE|34=2|11=H1|",
        "35=D|49=C|34=2|11=H2|",
        "35=D|49=C|56=GATE|11=H3|",
    };
    struct replay_run run;
    (void)state;
    begin();
    put(0, bodies[0]);
    put_order(1, 2, "");
    put(2, bodies[1]);
    put(3, bodies[2]);
    put_order(4, 3, "");
    const char *path = end(0);
    replay(&run, path, false);
    assert_int_equal(run.status, 0);
    assert_int_equal(run.totals.troubles[HEADLESS], 3);
    assert_int_equal(cg_replay_session_counts(run.replay, 0)->in, 2);
    assert_non_null(strstr(run.words, ":24: headless: a message without "
                                      "SenderCompID(49), TargetCompID(56) or "
                                      "MsgSeqNum(34): skipped\n"));
    replay_run_deinit(&run);
    replay(&run, path, true);
    assert_int_equal(run.status, CG_ERR_CORRUPT);
    assert_int_equal(run.totals.troubles[HEADLESS], 1);
    replay_run_deinit(&run);
}

/* --- strangers ------------------------------------------------------------ */

/* As many pairs as are remembered are told once each, those beyond each time;
 * names that are long are cut. */
static void test_replay_edges_many_strangers_told(void **state)
{
    enum { KNOWN = 64, ALL = KNOWN + 2 };
    struct replay_run run;
    char body[512];
    char long_name[101];
    size_t lines = 0;
    (void)state;
    memset(long_name, 'N', 100);
    long_name[100] = '\0';
    begin();
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < ALL; i++) {
            snprintf(body, sizeof(body), "35=0|49=%s%d|56=%s|34=1|",
                     i == 0 ? long_name : "X", i, i == 0 ? long_name : "GATE");
            put(round, body);
        }
    }
    put_order(3, 2, "");
    replay(&run, end(0), false);
    assert_int_equal(run.status, 0);
    assert_int_equal(run.totals.troubles[STRANGER], 2 * ALL);
    for (const char *at = run.words; (at = strstr(at, "stranger")) != NULL;
         at++) {
        lines++;
    }
    assert_int_equal(lines, KNOWN + 2 * (ALL - KNOWN));
    long_name[64] = '\0';
    snprintf(body, sizeof(body), "49=%s and 56=%s in either direction",
             long_name, long_name);
    assert_non_null(strstr(run.words, body));
    replay_run_deinit(&run);
}

/* --- much ----------------------------------------------------------------- */

/* More bytes than are looked at ahead: all is read, each message once. */
static void test_replay_edges_large_beginning(void **state)
{
    enum { MANY = 90, LARGE = 60000 };
    struct replay_run run;
    char *more = malloc(LARGE + 8);
    (void)state;
    assert_non_null(more);
    snprintf(more, 8, "58=");
    memset(more + 3, 'x', LARGE);
    snprintf(more + 3 + LARGE, 4, "|");
    begin();
    for (int i = 0; i < MANY; i++) {
        put_order(i, 2 + i, more);
    }
    free(more);
    const char *path = end(0);
    replay(&run, path, false);
    assert_int_equal(run.status, 0);
    assert_int_equal(run.totals.messages, MANY);
    assert_int_equal(cg_replay_session_counts(run.replay, 0)->in, MANY);
    assert_int_equal(replay_run_troubles(&run), 0);
    replay_run_deinit(&run);
    /* And it may be closed while they wait. */
    struct cg_replay *unread = NULL;
    char error[256];
    const struct cg_replay_options options = {
        .config = &desk.script.config, .logs = &path, .log_count = 1};
    assert_int_equal(cg_replay_open(&options, error, sizeof(error), &unread),
                     0);
    cg_replay_close(unread);
}

static size_t told;

static void tell(void *user, const struct cg_replay_difference *difference)
{
    (void)user;
    assert_string_equal(difference->session, "client");
    told++;
}

/* Of the differences as many are told as one likes; all are counted. */
static void test_replay_edges_differences_bounded(void **state)
{
    (void)state;
    begin();
    put_order(0, 2, "");
    for (int i = 0; i < 5; i++) { /* no such answers are given */
        char body[256];
        snprintf(body, sizeof(body),
                 "35=8|49=GATE|56=C|34=%d|11=B%d|37=X|150=0|39=0|", 2 + i, i);
        put(1 + i, body);
    }
    const char *path = end(0);
    for (uint64_t max = 0; max <= 7; max++) {
        const struct cg_replay_options options = {
            .config = &desk.script.config,
            .logs = &path,
            .log_count = 1,
            .difference = tell,
            .difference_max = max,
        };
        struct cg_replay *run = NULL;
        char error[256];
        told = 0;
        assert_int_equal(cg_replay_open(&options, error, sizeof(error), &run),
                         0);
        assert_int_equal(cg_replay_run(run, error, sizeof(error)), 0);
        const uint64_t *counts = cg_replay_verdicts(run, CG_REPLAY_RECORDED, 0);
        assert_int_equal(counts[CG_REPLAY_ONLY_RECORDED], 5);
        assert_int_equal(counts[CG_REPLAY_ONLY_PRODUCED], 1);
        assert_int_equal(told, max == 0 || max > 6 ? 6 : max);
        cg_replay_close(run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_edges_headless_told),
        cmocka_unit_test(test_replay_edges_many_strangers_told),
        cmocka_unit_test(test_replay_edges_large_beginning),
        cmocka_unit_test(test_replay_edges_differences_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
