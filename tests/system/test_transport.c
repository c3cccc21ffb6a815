/*
 * The transport over loopback sockets: sessions of this library on both ends,
 * or a bare socket that misbehaves on one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transport_sides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Both ends log on over a socket, talk both ways, and end with a Logout. */
static void test_transport_two_ends_talk(void **state)
{
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open(&i, port_of(&a), defaults);
    RUN_UNTIL(a.logons == 1 && i.logons == 1);
    assert_int_equal(send_text(&i, "D", "11=A1|55=USSW10|"), 0);
    assert_int_equal(send_text(&a, "8", "37=1|11=A1|"), 0);
    RUN_UNTIL(a.app == 1 && i.app == 1);
    assert_string_equal(a.body, "11=A1\00155=USSW10\001");
    assert_true(a.flushes > 0);
    side_close(&i);
    assert_int_equal(i.logouts, 1);
    side_close(&a);
    assert_int_equal(a.logouts, 1);
    assert_non_null(strstr(a.events, "Received logout request"));
}

/* Who connects and does not log on in time, is cut. */
static void test_transport_no_logon_is_cut(void **state)
{
    struct side a;
    struct raw silent;
    struct raw dribbling;
    struct fix8c_transport_options options = {.logon_timeout_ms = 200};
    (void)state;
    acceptor_open(&a, "", options);
    raw_open(&silent, port_of(&a));
    raw_open(&dribbling, port_of(&a));
    raw_say(&dribbling, "8=FIX.4.4", 9);
    RUN_UNTIL(silent.ended && dribbling.ended);
    assert_non_null(strstr(a.events, "no Logon in time"));
    raw_close(&silent);
    raw_close(&dribbling);
    side_close(&a);
}

/* A peer that sends its Logon byte by byte does not hold up another. */
static void test_transport_dribbling_peer_stalls_nobody(void **state)
{
    struct side a;
    struct side i;
    struct raw slow;
    char bytes[512];
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open_deaf(&slow, port_of(&a));
    size_t len = message(bytes, "A", 1, "98=0|108=30|");
    for (size_t at = 0; at < len - 1; at++) {
        raw_say(&slow, bytes + at, 1);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    initiator_open(&i, port_of(&a), defaults);
    RUN_UNTIL(a.logons == 1 && i.logons == 1);
    raw_start_read(&slow);
    raw_say(&slow, bytes + len - 1, 1);
    RUN_UNTIL(slow.ended);
    assert_int_equal(a.logons, 1);
    assert_true(fix8c_session_logged_on(a.session));
    raw_close(&slow);
    side_close(&i);
    side_close(&a);
}

/* A Logon by a bare socket is answered. */
static void test_transport_logon_is_answered(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(raw.got > 0);
    assert_non_null(strstr(raw.in, "\00135=A\001"));
    raw_close(&raw);
    RUN_UNTIL(a.logouts == 1);
    side_close(&a);
}

/* A process that stands still for longer than a peer may be silent reads what
 * the peer has said meanwhile, before it judges. */
static void test_transport_stall_is_no_silence(void **state)
{
    const struct timespec stall = {.tv_sec = 3};
    struct side a;
    struct raw raw;
    char bytes[512];
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    raw_say(&raw, bytes, message(bytes, "A", 1, "98=0|108=1|"));
    RUN_UNTIL(a.logons == 1);
    raw_say(&raw, bytes, message(bytes, "0", 2, ""));
    nanosleep(&stall, NULL);
    uint64_t later = uv_now(&loop) + 3000 + 1500;
    RUN_UNTIL(uv_now(&loop) >= later);
    assert_int_equal(a.received, 2);
    assert_null(strstr(a.events, "Timed out"));
    assert_int_equal(a.logouts, 0);
    raw_close(&raw);
    RUN_UNTIL(a.logouts == 1);
    side_close(&a);
}

/* After a broken line the initiator comes back, and what was sent meanwhile
 * arrives. */
static void test_transport_reconnects_after_drop(void **state)
{
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open(&i, port_of(&a), defaults);
    RUN_UNTIL(a.logons == 1 && i.logons == 1);
    fix8c_transport_drop(a.transport, a.session);
    RUN_UNTIL(a.logouts == 1 && i.logouts == 1);
    assert_int_equal(send_text(&i, "D", "11=A1|"), 0);
    RUN_UNTIL(a.app == 1);
    assert_int_equal(a.logons, 2);
    assert_int_equal(a.possdups, 1);
    assert_string_equal(a.body, "11=A1\001");
    side_close(&i);
    side_close(&a);
}

/* An initiator whose peer is not there yet keeps trying. */
static void test_transport_retries_until_peer_listens(void **state)
{
    struct side a;
    struct side i;
    char settings[256];
    (void)state;
    acceptor_open(&a, "", defaults);
    int port = port_of(&a);
    side_close(&a);
    initiator_open(&i, port, defaults);
    RUN_UNTIL(strstr(i.events, "connection refused") != NULL);
    snprintf(settings, sizeof(settings), "SocketAcceptPort=%d", port);
    acceptor_open(&a, settings, defaults);
    RUN_UNTIL(a.logons == 1 && i.logons == 1);
    side_close(&a);
    RUN_UNTIL(i.logouts == 1);
    side_close(&i);
}

/* A host that is a name is looked up. */
static void test_transport_looks_up_names(void **state)
{
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open_to(&i, "localhost", port_of(&a), "", defaults);
    RUN_UNTIL(a.logons == 1 && i.logons == 1);
    side_close(&i);
    side_close(&a);
}

/* A message that claims more than the limit ends the line at once. */
static void test_transport_too_long_is_cut(void **state)
{
    struct fix8c_transport_options options = {.message_max = 1024};
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", options);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    raw_say(&raw, "8=FIX.4.4\0019=5000\001", 18);
    RUN_UNTIL(raw.ended && a.logouts == 1);
    assert_non_null(strstr(a.events, "a message longer than the limit"));
    raw_close(&raw);
    side_close(&a);
}

/* An address that no session allows gets no further than its connect. */
static void test_transport_allow_list(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "AllowedAddresses=10.1.2.3, ::1", defaults);
    raw_open(&raw, port_of(&a));
    RUN_UNTIL(raw.ended);
    assert_non_null(strstr(a.events, "the address is not allowed"));
    raw_close(&raw);
    side_close(&a);
    acceptor_open(&a, "AllowedAddresses=10.1.2.3 127.0.0.1", defaults);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    raw_close(&raw);
    side_close(&a);
}

/* An address may be allowed for one session of a listener and not for its
 * neighbour. */
static void test_transport_allow_list_per_session(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    side_open(&a,
              "[DEFAULT]\nConnectionType=acceptor\nBeginString=FIX.4.4\n"
              "SocketAcceptPort=0\nSenderCompID=ACC\n"
              "[SESSION]\nTargetCompID=INI\nAllowedAddresses=10.1.2.3\n"
              "[SESSION]\nTargetCompID=INJ\n",
              defaults);
    assert_int_equal(
        port_of(&a),
        fix8c_transport_port(a.transport, fix8c_engine_session(a.engine, 1)));
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(raw.ended);
    assert_non_null(strstr(a.events, "not allowed here"));
    assert_int_equal(raw.got, 0);
    raw_close(&raw);
    side_close(&a);
}

/* A second connection for a session that has one is turned away. */
static void test_transport_second_line_is_turned_away(void **state)
{
    struct side a;
    struct raw one;
    struct raw two;
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open_deaf(&one, port_of(&a));
    raw_logon(&one);
    RUN_UNTIL(a.logons == 1);
    raw_open(&two, port_of(&a));
    raw_logon(&two);
    RUN_UNTIL(two.ended);
    assert_true(fix8c_session_logged_on(a.session));
    raw_close(&one);
    raw_close(&two);
    RUN_UNTIL(a.logouts == 1);
    side_close(&a);
}

/* More lines than may wait, which say nothing, keep no client out: the oldest
 * of them goes. */
static void test_transport_silent_lines_make_room(void **state)
{
    enum { MANY = 257 }; /* one more than may wait */
    struct raw *silent = calloc(MANY, sizeof(*silent));
    struct side a;
    struct raw client;
    (void)state;
    assert_non_null(silent);
    acceptor_open(&a, "", defaults);
    for (int n = 0; n < MANY; n++) {
        raw_open(&silent[n], port_of(&a));
    }
    RUN_UNTIL(silent[0].ended);
    raw_open_deaf(&client, port_of(&a));
    raw_logon(&client);
    RUN_UNTIL(a.logons == 1);
    RUN_UNTIL(silent[1].ended);
    assert_false(silent[2].ended);
    assert_false(silent[MANY - 1].ended);
    assert_non_null(strstr(a.events, "too many wait to log on"));
    raw_close(&client);
    for (int n = 0; n < MANY; n++)
        raw_close(&silent[n]);
    RUN_UNTIL(a.logouts == 1);
    side_close(&a);
    free(silent);
}

/* Garbage is the end before the Logon, and is ignored after it. */
static void test_transport_garbage(void **state)
{
    struct side a;
    struct raw raw;
    char bytes[1024];
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    raw_say(&raw, "GET / HTTP/1.1\r\n", 16);
    RUN_UNTIL(raw.ended);
    raw_close(&raw);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    size_t len = message(bytes, "D", 2, "11=A1|");
    bytes[len - 3]++;
    raw_say(&raw, bytes, len);
    raw_say(&raw, "noise\001", 6);
    raw_say(&raw, bytes, message(bytes, "D", 2, "11=A2|"));
    RUN_UNTIL(a.app == 1);
    assert_string_equal(a.body, "11=A2\001");
    assert_non_null(strstr(a.events, "ignored"));
    raw_close(&raw);
    side_close(&a);
}

/* Much input at once is taken in shares, all of it and in order. */
static void test_transport_flood_is_taken_in_shares(void **state)
{
    enum { MANY = 10000 };
    struct side a;
    struct raw raw;
    char bytes[512];
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    for (int n = 0; n < MANY; n++)
        raw_say(&raw, bytes, message(bytes, "D", n + 2, "11=A1|1=x|55=y|"));
    RUN_UNTIL(a.app == MANY);
    assert_int_equal(fix8c_session_next_target(a.session), MANY + 2);
    raw_close(&raw);
    side_close(&a);
}

static void send_big(struct side *side, size_t count)
{
    static char body[4096];
    memset(body, 'x', sizeof(body));
    memcpy(body, "58=", 3);
    body[sizeof(body) - 1] = '\001';
    for (size_t n = 0; n < count; n++)
        (void)fix8c_session_send(side->session, "B", NULL, 0, body,
                                 sizeof(body));
}

/* A peer that has stopped reading is cut after its time of grace. */
static void test_transport_slow_reader_is_cut(void **state)
{
    struct fix8c_transport_options options = {.send_queue_max = 8 * 1024 * 1024,
                                              .send_grace_ms = 200};
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "MemoryStoreMessages=64", options);
    raw_open_deaf(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    for (int n = 0; n < 100; n++) {
        send_big(&a, 64);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    RUN_UNTIL(a.logouts == 1);
    assert_non_null(strstr(a.events, "the peer does not read"));
    raw_close(&raw);
    side_close(&a);
}

/* However long the grace, what waits has a hard bound. */
static void test_transport_queue_has_a_hard_bound(void **state)
{
    struct fix8c_transport_options options = {.send_queue_max = 64 * 1024,
                                              .send_grace_ms = 3600000};
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "MemoryStoreMessages=64", options);
    raw_open_deaf(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    send_big(&a, 300);
    RUN_UNTIL(a.logouts == 1);
    assert_non_null(strstr(a.events, "too much is unread"));
    raw_close(&raw);
    side_close(&a);
}

/* The answer to a long ResendRequest, many times the limit, passes. */
static void test_transport_long_resend_passes(void **state)
{
    enum { MANY = 1500 };
    struct fix8c_transport_options options = {.send_queue_max = 512 * 1024,
                                              .send_grace_ms = 2000};
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", options);
    send_big(&a, MANY);
    initiator_open(&i, port_of(&a), defaults);
    RUN_UNTIL(i.app == MANY);
    assert_int_equal(i.possdups, MANY);
    assert_int_equal(a.logouts, 0);
    assert_int_equal(send_text(&i, "D", "11=A1|"), 0);
    RUN_UNTIL(a.app == 1);
    side_close(&i);
    side_close(&a);
}

/* When the turn cannot be made durable, not one byte of it leaves. */
static void test_transport_failed_flush_lets_nothing_out(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    assert_int_equal(a.flushes, 0);
    a.flush_result = -7;
    raw_logon(&raw);
    RUN_UNTIL(raw.ended);
    assert_int_equal(raw.got, 0);
    assert_int_equal(a.failed, -7);
    assert_int_equal(a.flushes, 1);
    assert_int_equal(send_text(&a, "8", "37=1|"), 0);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(a.flushes, 1);
    raw_close(&raw);
    side_close(&a);
}

/* One turn, however much is said in it, is asked about once. */
static void test_transport_asks_once_a_turn(void **state)
{
    struct side a;
    struct raw raw;
    char bytes[4096];
    size_t len = 0;
    (void)state;
    acceptor_open(&a, "", defaults);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1 && raw.got > 0);
    int before = a.flushes;
    for (int n = 0; n < 10; n++)
        len += message(bytes + len, "1", n + 2, "112=T|");
    raw_say(&raw, bytes, len);
    size_t got = raw.got;
    RUN_UNTIL(raw.got > got && fix8c_session_next_sender(a.session) == 12);
    assert_int_equal(a.flushes, before + 1);
    fix8c_transport_touch(a.transport);
    RUN_UNTIL(a.flushes == before + 2);
    raw_close(&raw);
    side_close(&a);
}

/* What is wrong with addresses is said with the session's name. */
static void test_transport_mistakes_are_named(void **state)
{
    static const struct {
        const char *settings;
        const char *says;
    } cases[] = {
        {"ConnectionType=acceptor", "SocketAcceptPort"},
        {"ConnectionType=acceptor\nSocketAcceptPort=70000", "70000"},
        {"ConnectionType=acceptor\nSocketAcceptPort=0\n"
         "SocketAcceptAddress=nowhere",
         "nowhere"},
        {"ConnectionType=acceptor\nSocketAcceptPort=0\n"
         "AllowedAddresses=127.0.0.1,x",
         "AllowedAddresses"},
        {"ConnectionType=initiator\nSocketConnectPort=1", "SocketConnectHost"},
        {"ConnectionType=initiator\nSocketConnectHost=::1", "ConnectPort"},
        {"ConnectionType=initiator\nSocketConnectHost=::1\n"
         "SocketConnectPort=1\nReconnectInterval=0",
         "ReconnectInterval"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        assert_true(side_refused(cases[n].settings, cases[n].says) < 0);
    }
}

/* Closing with connections in every state leaves nothing behind. */
static void test_transport_closes_in_any_state(void **state)
{
    struct side a;
    struct side lonely;
    struct raw silent;
    struct raw half;
    struct raw on;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open(&lonely, 1, defaults);
    raw_open_deaf(&silent, port_of(&a));
    raw_open_deaf(&half, port_of(&a));
    raw_open_deaf(&on, port_of(&a));
    raw_say(&half, "8=FIX", 5);
    raw_logon(&on);
    RUN_UNTIL(a.logons == 1);
    fix8c_transport_close(a.transport, on_side_closed);
    side_close(&lonely);
    /* |on| never answers the Logout: the time limit ends it. */
    RUN_UNTIL(a.closed);
    assert_int_equal(a.logouts, 1);
    fix8c_engine_close(a.engine);
    raw_close(&silent);
    raw_close(&half);
    raw_close(&on);
}

/* Nobody comes any more, in or out, and who is there goes on. */
static void test_transport_quiesced_goes_on(void **state)
{
    struct side a;
    struct side i;
    struct side lonely;
    struct side other;
    struct raw silent;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open(&i, port_of(&a), defaults);
    RUN_UNTIL(i.logons == 1 && a.logons == 1);
    acceptor_open(&other, "", defaults);
    int free_port = port_of(&other);
    side_close(&other);
    initiator_open(&lonely, free_port, defaults);
    RUN_UNTIL(strstr(lonely.events, "connection refused") != NULL);
    raw_open(&silent, port_of(&a));
    int port = port_of(&a);
    fix8c_transport_quiesce(a.transport);
    fix8c_transport_quiesce(lonely.transport);
    RUN_UNTIL(silent.ended);
    raw_close(&silent);
    /* Its port is free for another one. */
    char settings[256];
    snprintf(settings, sizeof(settings),
             "[SESSION]\nConnectionType=acceptor\nBeginString=FIX.4.4\n"
             "SocketAcceptPort=%d\nSenderCompID=ACC\nTargetCompID=INI\n",
             port);
    side_open(&other, settings, defaults);
    assert_int_equal(send_text(&i, "D", "11=A1|"), 0);
    RUN_UNTIL(a.app == 1);
    assert_int_equal(send_text(&a, "8", "37=1|"), 0);
    RUN_UNTIL(i.app == 1);
    /* A session that is lost does not come back to it, nor goes out. */
    fix8c_transport_drop(i.transport, i.session);
    RUN_UNTIL(a.logouts == 1 && other.logons > 0);
    side_close(&other);
    initiator_open(&other, free_port, defaults);
    RUN_UNTIL(strstr(other.events, "connection refused") != NULL);
    assert_null(strstr(strstr(lonely.events, "connection refused") + 1,
                       "connection refused"));
    assert_int_equal(a.logons, 1);
    side_close(&other);
    side_close(&lonely);
    side_close(&i);
    side_close(&a);
}

/* Its Logouts say why; a second call does not wait for the answer. */
static void test_transport_closed_twice_waits_no_longer(void **state)
{
    struct side a;
    struct raw deaf;
    struct fix8c_transport_options options = {
        .logout_timeout_ms = 10 * GUARD_MS, .logout_text = "time to go"};
    (void)state;
    acceptor_open(&a, "", options);
    raw_open_deaf(&deaf, port_of(&a));
    raw_logon(&deaf);
    RUN_UNTIL(a.logons == 1);
    uv_run(&loop, UV_RUN_NOWAIT);
    fix8c_transport_close(a.transport, on_side_closed);
    int flushes = a.flushes;
    RUN_UNTIL(a.flushes > flushes);
    assert_false(a.closed);
    raw_start_read(&deaf);
    RUN_UNTIL(memmem(deaf.in, sizeof(deaf.in), "35=5\001", 5) != NULL);
    assert_non_null(memmem(deaf.in, sizeof(deaf.in), "58=time to go\001", 14));
    assert_int_equal(a.logouts, 0);
    fix8c_transport_close(a.transport, on_side_closed);
    RUN_UNTIL(a.closed);
    assert_int_equal(a.logouts, 1);
    fix8c_engine_close(a.engine);
    raw_close(&deaf);
}

#define ON_LOOP(test)                                                          \
    cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LOOP(test_transport_two_ends_talk),
        ON_LOOP(test_transport_no_logon_is_cut),
        ON_LOOP(test_transport_dribbling_peer_stalls_nobody),
        ON_LOOP(test_transport_logon_is_answered),
        ON_LOOP(test_transport_stall_is_no_silence),
        ON_LOOP(test_transport_reconnects_after_drop),
        ON_LOOP(test_transport_retries_until_peer_listens),
        ON_LOOP(test_transport_looks_up_names),
        ON_LOOP(test_transport_too_long_is_cut),
        ON_LOOP(test_transport_allow_list),
        ON_LOOP(test_transport_allow_list_per_session),
        ON_LOOP(test_transport_second_line_is_turned_away),
        ON_LOOP(test_transport_silent_lines_make_room),
        ON_LOOP(test_transport_garbage),
        ON_LOOP(test_transport_flood_is_taken_in_shares),
        ON_LOOP(test_transport_slow_reader_is_cut),
        ON_LOOP(test_transport_queue_has_a_hard_bound),
        ON_LOOP(test_transport_long_resend_passes),
        ON_LOOP(test_transport_failed_flush_lets_nothing_out),
        ON_LOOP(test_transport_asks_once_a_turn),
        ON_LOOP(test_transport_mistakes_are_named),
        ON_LOOP(test_transport_closes_in_any_state),
        ON_LOOP(test_transport_quiesced_goes_on),
        ON_LOOP(test_transport_closed_twice_waits_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
