/*
 * Messages behind a gap wait in a room that has an end: at its end, and a
 * message beyond, each is handed on once, in the order of the numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_route.h"
#include "replay_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define START ((cg_time)1800000000 * CG_SECOND)
#define MB ((size_t)1 << 20)

static struct cg_config_session config_sessions[1] = {
    {.name = "venue",
     .role = CG_ROLE_VENUE,
     .begin_string = "FIX.4.4",
     .sender_comp_id = "GATE",
     .target_comp_id = "V"},
};

static struct cg_config config = {
    .gate_name = "GATE", .sessions = config_sessions, .session_count = 1};

/* What was handed on: runs of numbers, "2 4-6". */
static char handed[1024];
static int64_t run_first;
static int64_t run_last;
static char told[2048];
static size_t rejected;
static struct cg_replay_sessions *sessions;

static void end_run(void)
{
    size_t len = strlen(handed);
    if (run_first > 0) {
        snprintf(handed + len, sizeof(handed) - len,
                 run_last > run_first ? "%s%lld-%lld" : "%s%lld",
                 len > 0 ? " " : "", (long long)run_first, (long long)run_last);
    }
    run_first = 0;
}

static int on_link(void *user, cg_session session, bool is, cg_time now)
{
    (void)user;
    (void)session;
    (void)is;
    (void)now;
    return 0;
}

static int
on_sent(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    (void)user;
    (void)session;
    (void)sent;
    (void)now;
    rejected++;
    return 0;
}

static int on_message(void *user, const struct cg_replay_message *message)
{
    (void)user;
    if (run_first > 0 && message->seq == run_last + 1) {
        run_last++;
    } else {
        end_run();
        run_first = message->seq;
        run_last = message->seq;
    }
    return 0;
}

static int on_trouble(void *user,
                      enum cg_replay_trouble trouble,
                      const struct cg_replay_message *message,
                      const char *text)
{
    size_t len = strlen(told);
    (void)user;
    (void)trouble;
    (void)message;
    snprintf(told + len, sizeof(told) - len, "%s\n", text);
    return 0;
}

static int set_up(void **state)
{
    const struct cg_replay_hooks hooks = {
        .link = on_link,
        .renumbered = on_link,
        .rejected = on_sent,
        .resending = on_sent,
        .message = on_message,
        .trouble = on_trouble,
    };
    (void)state;
    handed[0] = '\0';
    told[0] = '\0';
    run_first = 0;
    rejected = 0;
    sessions = cg_replay_sessions_open(&config, &hooks);
    return sessions != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cg_replay_sessions_close(sessions);
    return 0;
}

/* A message with this number, and text of |len| bytes; |in|: to the gate. */
static void
take(bool in, const char *type, int64_t seq, const char *more, size_t len)
{
    char *bytes = malloc(len + 256);
    assert_non_null(bytes);
    int head = snprintf(bytes, 256,
                        "8=FIX.4.4\0019=1\00135=%s\00134=%lld\00149=%s\00156=%s"
                        "\001%s58=",
                        type, (long long)seq, in ? "V" : "GATE",
                        in ? "GATE" : "V", more);
    memset(bytes + head, 'x', len);
    int tail = snprintf(bytes + (size_t)head + len, 16, "\00110=%03d\001",
                        (int)(seq % 256));
    const struct cg_log_message log = {
        .bytes = {bytes, (size_t)(head + tail) + len},
        .file = "f",
        .time = START,
    };
    struct cg_replay_message message;
    struct cg_replay_route route;
    cg_replay_route_init(&route, &config);
    assert_true(cg_replay_message_read(&log, &message) &&
                cg_replay_route(&route, &message));
    assert_int_equal(cg_replay_sessions_take(sessions, &message), 0);
    free(bytes);
}

static void take_orders(int64_t first, int64_t last)
{
    for (int64_t seq = first; seq <= last; seq++) {
        take(true, "8", seq, "", 1);
    }
}

static void expect(const char *all, const char *troubles, uint64_t missing)
{
    assert_int_equal(cg_replay_sessions_end(sessions, START), 0);
    end_run();
    assert_string_equal(handed, all);
    assert_string_equal(told, troubles);
    assert_int_equal(cg_replay_sessions_counts(sessions, 0)->missing, missing);
}

/* As many as there is room for wait, and come behind the one that lacks. */
static void test_replay_gaps_full_room_waits(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(3, 2 + CG_REPLAY_HELD);
    take_orders(2, 2);
    expect("1-1026", "", 0);
}

/* One more, and it is gone on without. */
static void test_replay_gaps_one_more_goes_on(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(3, 3 + CG_REPLAY_HELD);
    take_orders(2, 2);
    expect("1 3-1027", "session venue lacks 1 message, 34=2: gone on without\n",
           1);
}

/* The one more is a part of what lacks: it comes first, and all that was held
 * behind it, if nothing lacks in between. */
static void test_replay_gaps_one_more_in_the_gap(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(5, 4 + CG_REPLAY_HELD);
    take_orders(4, 4);
    take_orders(1029, 1030);
    expect("1 4-1030",
           "session venue lacks 2 messages, 34=2 to 3: gone on without\n", 2);
}

static void test_replay_gaps_one_more_between_gaps(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(7, 6 + CG_REPLAY_HELD);
    take_orders(4, 4);
    take_orders(5, 6);
    take_orders(1031, 1031);
    expect("1 4-1031",
           "session venue lacks 2 messages, 34=2 to 3: gone on without\n", 2);
}

/* The one more is there already. */
static void test_replay_gaps_one_more_again(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(3, 2 + CG_REPLAY_HELD);
    take_orders(500, 500);
    take_orders(1027, 1028);
    expect("1 3-1028", "session venue lacks 1 message, 34=2: gone on without\n",
           1);
    assert_int_equal(cg_replay_sessions_counts(sessions, 0)->repeated, 1);
}

/* Behind two gaps: the first is gone on without, the other waits. */
static void test_replay_gaps_second_gap_waits(void **state)
{
    (void)state;
    take_orders(1, 1);
    take_orders(3, 3);
    take_orders(5, 3 + CG_REPLAY_HELD);
    take_orders(1028, 1028);
    take_orders(4, 4);
    expect("1 3-1028", "session venue lacks 1 message, 34=2: gone on without\n",
           1);
}

/* Of large ones fewer wait. */
static void test_replay_gaps_bytes_are_bounded(void **state)
{
    (void)state;
    take_orders(1, 1);
    take(true, "8", 5, "", MB);
    take(true, "8", 4, "", MB);
    take(true, "8", 3, "", MB);
    assert_string_equal(told, "");
    take(true, "8", 6, "", MB);
    expect("1 3-6", "session venue lacks 1 message, 34=2: gone on without\n",
           1);
}

/* A message that is too large to be kept is not known when it is rejected; the
 * others are, the newest of them. */
static void test_replay_gaps_large_sent_is_not_kept(void **state)
{
    (void)state;
    take(false, "D", 1, "11=A1\001", 1);
    take(false, "D", 2, "11=A2\001", CG_REPLAY_KEPT_BYTES);
    take(false, "D", 3, "11=A3\001", CG_REPLAY_KEPT_BYTES / 2);
    take(true, "3", 1, "45=1\001", 1);
    take(true, "3", 2, "45=2\001", 1);
    take(true, "3", 3, "45=3\001", 1);
    assert_int_equal(rejected, 2);
    /* There is no room for this one and the first ones. */
    take(false, "D", 4, "11=A4\001", CG_REPLAY_KEPT_BYTES * 3 / 4);
    take(true, "3", 4, "45=1\001", 1);
    take(true, "3", 5, "45=3\001", 1);
    take(true, "3", 6, "45=4\001", 1);
    assert_int_equal(rejected, 3);
    expect("1-4",
           "a Reject (3) of a message that is not in the log, or long ago: the "
           "gate is not told\n"
           "a Reject (3) of a message that is not in the log, or long ago: the "
           "gate is not told\n"
           "a Reject (3) of a message that is not in the log, or long ago: the "
           "gate is not told\n",
           0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replay_gaps_full_room_waits),
        TEST(test_replay_gaps_one_more_goes_on),
        TEST(test_replay_gaps_one_more_in_the_gap),
        TEST(test_replay_gaps_one_more_between_gaps),
        TEST(test_replay_gaps_one_more_again),
        TEST(test_replay_gaps_second_gap_waits),
        TEST(test_replay_gaps_bytes_are_bounded),
        TEST(test_replay_gaps_large_sent_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
