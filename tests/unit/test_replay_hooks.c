/*
 * Whoever follows a replay may end it: each call of a hook, and each verdict of
 * a judge, fails in turn, and its status is what comes out, at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_match.h"
#include "replay_route.h"
#include "replay_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define START ((cg_time)1800000000 * CG_SECOND)

static struct cg_config_session config_sessions[2] = {
    {.name = "client",
     .role = CG_ROLE_CLIENT,
     .begin_string = "FIX.4.4",
     .sender_comp_id = "GATE",
     .target_comp_id = "C"},
    {.name = "venue",
     .role = CG_ROLE_VENUE,
     .begin_string = "FIX.4.4",
     .sender_comp_id = "GATE",
     .target_comp_id = "V",
     .token_tag = 7350},
};

static struct cg_config config = {
    .gate_name = "GATE", .sessions = config_sessions, .session_count = 2};

/* Calls until one fails; 0: none does. */
static size_t countdown;
static size_t calls;

static int call(void)
{
    calls++;
    return countdown > 0 && --countdown == 0 ? CG_ERR_FULL : 0;
}

/* |play| with the n-th call failing, until none does. */
static void each_fails(int (*play)(void), size_t least)
{
    countdown = 0;
    calls = 0;
    assert_int_equal(play(), 0);
    size_t all = calls;
    assert_true(all >= least);
    for (size_t n = 1; n <= all; n++) {
        countdown = n;
        calls = 0;
        int got = play();
        if (got != CG_ERR_FULL || calls != n) {
            fail_msg("call %zu of %zu: %d after %zu", n, all, got, calls);
        }
    }
}

/* --- sessions ------------------------------------------------------------- */

static int on_link(void *user, cg_session session, bool up, cg_time now)
{
    (void)user;
    (void)session;
    (void)up;
    (void)now;
    return call();
}

static int
on_sent(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    (void)user;
    (void)session;
    (void)now;
    assert_true(sent.len > 20);
    return call();
}

static int on_stopping(void *user, cg_time now)
{
    (void)user;
    (void)now;
    return call();
}

static int on_message(void *user, const struct cg_replay_message *message)
{
    (void)user;
    assert_false(message->admin);
    return call();
}

static int on_trouble(void *user,
                      enum cg_replay_trouble trouble,
                      const struct cg_replay_message *message,
                      const char *text)
{
    (void)user;
    (void)trouble;
    (void)message;
    assert_true(*text != '\0');
    return call();
}

/* What a log has: seconds since the start, "C>" from the client, "V<" to the
 * venue, number and the rest. */
static const struct {
    int second;
    const char *way;
    const char *type;
    int seq;
    const char *fields;
} lines[] = {
    {0, "C>", "A", 1, "98=0|108=30|141=Y|"},
    {0, "C<", "A", 1, "98=0|108=30|141=Y|"},
    {0, "V<", "A", 1, "98=0|108=30|"},
    {0, "V>", "A", 1, "98=0|108=30|"},
    {1, "C>", "D", 2, "11=A1|"},
    {1, "V<", "D", 2, "11=A1|"},
    {2, "V>", "8", 2, "11=A1|"},
    {2, "C<", "8", 2, "11=A1|"},
    /* A gap, filled; then one that is not. */
    {3, "C>", "D", 4, "11=A3|"},
    {3, "C>", "D", 3, "43=Y|11=A2|"},
    {3, "C>", "D", 4, "43=Y|11=A3|"},
    {4, "V>", "8", 5, "11=A3|"},
    {4, "V>", "2", 6, "7=1|16=0|"},
    {4, "V<", "D", 3, "11=A3|"},
    {4, "V>", "4", 3, "123=Y|36=5|"},
    {5, "V>", "3", 7, "45=2|"},
    {5, "V>", "3", 8, "45=77|"},
    {5, "C>", "0", 5, ""},
    {6, "C>", "D", 9, "11=A9|"},
    {45, "V>", "0", 9, ""},
    {46, "C>", "D", 10, "11=A10|"},
    /* Numbers that begin anew, and lower ones without a word. */
    {47, "V>", "4", 10, "36=20|"},
    {48, "V>", "8", 20, "11=A9|"},
    {49, "V>", "8", 3, "11=A10|"},
    {50, "V<", "4", 4, "36=9|"},
    {50, "V<", "D", 9, "11=A10|"},
    /* The ends, and a beginning. */
    {51, "C<", "5", 3, "58=the gate is stopping|"},
    {51, "C>", "5", 11, "58=bye|"},
    {52, "C>", "A", 12, "98=0|108=30|"},
    {52, "C<", "A", 4, "98=0|108=30|"},
    {53, "C>", "D", 13, "11=A11|"},
    {54, "V>", "5", 21, "58=bye|"},
    {60, "C>", "D", 20, "11=A20|"},
};

/* The message of a line; valid until the next one. */
static bool read_line(size_t i, struct cg_replay_message *message)
{
    static char bytes[512];
    char peer[2] = {lines[i].way[0], '\0'};
    bool in = lines[i].way[1] == '>';
    int len = snprintf(bytes, sizeof(bytes),
                       "8=FIX.4.4|9=1|35=%s|34=%d|49=%s|56=%s|%s10=000|",
                       lines[i].type, lines[i].seq, in ? peer : "GATE",
                       in ? "GATE" : peer, lines[i].fields);
    for (int j = 0; j < len; j++) {
        bytes[j] = bytes[j] == '|' ? '\001' : bytes[j];
    }
    const struct cg_log_message log = {
        .bytes = {bytes, (size_t)len},
        .file = "f",
        .time = START + lines[i].second * CG_SECOND,
    };
    struct cg_replay_route route;
    cg_replay_route_init(&route, &config);
    return cg_replay_message_read(&log, message) &&
           cg_replay_route(&route, message);
}

static int play_sessions(void)
{
    const struct cg_replay_hooks hooks = {
        .link = on_link,
        .renumbered = on_link,
        .rejected = on_sent,
        .resending = on_sent,
        .stopping = on_stopping,
        .message = on_message,
        .trouble = on_trouble,
    };
    struct cg_replay_sessions *sessions = cg_replay_sessions_open(&config,
                                                                  &hooks);
    int status = 0;
    assert_non_null(sessions);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && status == 0;
         i++) {
        struct cg_replay_message message;
        assert_true(read_line(i, &message));
        status = cg_replay_sessions_take(sessions, &message);
    }
    if (status == 0) {
        status = cg_replay_sessions_end(sessions, START + 100 * CG_SECOND);
    }
    cg_replay_sessions_close(sessions);
    return status;
}

static void test_replay_each_hook_ends_it(void **state)
{
    (void)state;
    each_fails(play_sessions, 25);
}

/* --- verdicts ------------------------------------------------------------- */

static int judge(void *user,
                 cg_session session,
                 enum cg_replay_verdict verdict,
                 const struct cg_replay_said *recorded,
                 const struct cg_replay_said *produced)
{
    (void)user;
    (void)session;
    (void)verdict;
    assert_true(recorded != NULL || produced != NULL);
    return call();
}

/* The same on every machine. */
static unsigned next(unsigned *state, unsigned below)
{
    *state = *state * 1103515245U + 12345U;
    return (*state >> 16) % below;
}

/* Orders that were recorded and produced, in another order now and then, with
 * other fields, or on one side alone; pauses, and what goes to nobody. */
static int play_match(unsigned seed, size_t count)
{
    struct cg_replay_ids ids;
    struct cg_replay_match match;
    cg_time now = START;
    int status;
    cg_replay_ids_init(&ids, &config);
    status = cg_replay_match_init(&match, &ids, 2, judge, NULL);
    for (size_t i = 0; i < count && status == 0; i++) {
        bool recorded = next(&seed, 2) == 0;
        unsigned id = (unsigned)i / 2 + next(&seed, 4);
        char body[64];
        int len = snprintf(body, sizeof(body),
                           "11=A%u\00138=%u\00117=GATE-E%u-0\001", id,
                           next(&seed, 12) == 0, id + recorded);
        struct cg_replay_said said = {
            .time = now,
            .type = CG_SLICE("8"),
            .body = {body, (size_t)len},
            .unsent = !recorded && next(&seed, 9) == 0,
        };
        status = recorded ? cg_replay_match_recorded(&match, 0, &said)
                          : cg_replay_match_produced(&match, 0, &said);
        now += next(&seed, 20) == 0 ? 20 * CG_SECOND : CG_MS;
    }
    if (status == 0) {
        status = cg_replay_match_end(&match);
    }
    cg_replay_match_deinit(&match);
    cg_replay_ids_deinit(&ids);
    return status;
}

static int play_short(void)
{
    return play_match(7, 120);
}

/* One side is far ahead. */
static int play_long(void)
{
    return play_match(11, 700);
}

static void test_replay_each_verdict_ends_it(void **state)
{
    (void)state;
    each_fails(play_short, 60);
    each_fails(play_long, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_each_hook_ends_it),
        cmocka_unit_test(test_replay_each_verdict_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
