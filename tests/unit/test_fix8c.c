/*
 * Sessions over a wire in memory: logon, messages both ways with their own
 * bytes, resends, refusals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

/* Tags out of order, nested groups, custom tags inside entries, a group that no
 * dictionary knows, and a data field that holds SOHs and what looks like a
 * header. */
#define ORDER                                                                  \
    "55=USSW10|11=A1|54=1|38=50000000|20001=x|453=2|448=FCM1|447=D|452=4|"     \
    "20007=in|802=2|523=S1|803=1|20008=deep|523=S2|803=2|448=ACC|447=D|"       \
    "452=24|9001=1|9002=a|9003=b|9002=c|9003=d|"                               \
    "354=14|355=a|34=99|35=X|b|60=20261120-18:00:00|"

static const char *const versions[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};

static size_t order_body(char *out)
{
    size_t len = strlen(ORDER);
    for (size_t i = 0; i < len; i++)
        out[i] = ORDER[i] == '|' ? '\001' : ORDER[i];
    return len;
}

static void assert_body(const struct pair_seen *seen, const char *text)
{
    char body[4096];
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        body[i] = text[i] == '|' ? '\001' : text[i];
    assert_int_equal(seen->body_len, len);
    assert_memory_equal(seen->message.body, body, len);
}

/* Both sides log on, exchange messages both ways and log out, in all
 * versions; bodies arrive byte by byte as they were given. */
static void test_fix8c_orders_both_ways_keep_bytes(void **state)
{
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct pair p;
        pair_open(&p, versions[v], "", NULL, NULL);
        pair_connect(&p);
        assert_int_equal(p.a.logons, 1);
        assert_int_equal(p.i.logons, 1);
        assert_int_equal(pair_send(&p.i, "D", ORDER), 0);
        assert_int_equal(pair_send(&p.a, "8", ORDER), 0);
        pair_pump(&p);
        assert_int_equal(p.a.app_len, 1);
        assert_int_equal(p.i.app_len, 1);
        assert_body(&p.a.app[0], ORDER);
        assert_body(&p.i.app[0], ORDER);
        assert_int_equal(p.a.app[0].message.seq, 2);
        assert_int_equal(fix8c_session_logout(p.i.session, "bye"), 0);
        pair_pump(&p);
        assert_true(p.a.closed || p.i.closed);
        assert_int_equal(p.a.logouts, 1);
        assert_int_equal(p.i.logouts, 1);
        assert_false(fix8c_session_logged_on(p.a.session));
        pair_close(&p);
    }
}

/* A resend carries the same body bytes and the same header routing tags. */
static void test_fix8c_resend_keeps_bytes(void **state)
{
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct pair p;
        char body[4096];
        const char *routing = "50=SUB\001115=OBO\001116=OBS\001128=DLV\001"
                              "129=DLS\001142=L1\001143=L2\001144=L3\001"
                              "145=L4\00157=TS\00197=Y\001";
        pair_open(&p, versions[v], "", NULL, NULL);
        pair_connect(&p);
        size_t len = order_body(body);
        p.i.cut = true;
        assert_int_equal(fix8c_session_send(p.i.session, "D", routing,
                                            strlen(routing), body, len),
                         0);
        assert_int_equal(pair_send(&p.i, "F", "11=A2|41=A1|"), 0);
        p.i.cut = false;
        pair_break(&p);
        pair_clear(&p.i);
        pair_connect(&p);
        assert_int_equal(p.a.app_len, 2);
        assert_true(p.a.app[0].message.possdup);
        assert_body(&p.a.app[0], ORDER);
        assert_body(&p.a.app[1], "11=A2|41=A1|");
        static const char *const fields[] = {
            "50=SUB", "115=OBO", "116=OBS", "128=DLV", "129=DLS", "142=L1",
            "143=L2", "144=L3",  "145=L4",  "57=TS",   "97=Y"};
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
            assert_true(pair_has(&p.a.app[0], fields[i]));
        char copy[512];
        size_t n = fix8c_message_routing(&p.a.app[0].message, copy,
                                         sizeof(copy));
        assert_int_equal(n, strlen(routing));
        pair_close(&p);
    }
}

#define HEAD "49=INI|56=ACC|52=@T|"

static void open_pair(struct pair *p, const char *extra)
{
    pair_open(p, "FIX.4.4", extra, NULL, NULL);
    pair_connect(p);
    assert_int_equal(p->a.logons, 1);
}

/* Messages that waited behind a gap keep their own bytes, and come in order. */
static void test_fix8c_gap_keeps_queued_bytes(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    assert_int_equal(
        pair_feed(&p.a, "35=D|34=4|" HEAD "11=A4|453=1|448=x|9001=1|"), 0);
    assert_true(fix8c_session_in_gap(p.a.session));
    assert_true(pair_has(pair_last_sent(&p.a, "2"), "7=2"));
    assert_int_equal(pair_feed(&p.a, "35=0|34=5|" HEAD), 0);
    assert_int_equal(pair_feed(&p.a, "35=8|34=6|" HEAD "37=6|11=A6|"), 0);
    assert_int_equal(p.a.app_len, 0);
    assert_int_equal(
        pair_feed(&p.a, "35=D|34=2|43=Y|122=@T|" HEAD "11=A2|54=1|"), 0);
    assert_true(fix8c_session_in_gap(p.a.session));
    assert_int_equal(
        pair_feed(&p.a, "35=D|34=3|43=Y|122=@T|" HEAD "55=x|11=A3|"), 0);
    assert_false(fix8c_session_in_gap(p.a.session));
    assert_int_equal(p.a.app_len, 4);
    assert_body(&p.a.app[0], "11=A2|54=1|");
    assert_body(&p.a.app[1], "55=x|11=A3|");
    assert_body(&p.a.app[2], "11=A4|453=1|448=x|9001=1|");
    assert_body(&p.a.app[3], "37=6|11=A6|");
    for (int n = 0; n < 4; n++)
        assert_int_equal(p.a.app[n].message.seq, n < 3 ? n + 2 : 6);
    assert_false(p.a.app[2].message.possdup);
    assert_int_equal(fix8c_session_next_target(p.a.session), 7);
    pair_close(&p);
}

/* A Reject or a Logout ahead of its number is taken at once, and what is
 * missing before it is still awaited. */
static void test_fix8c_gap_before_reject_awaited(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    assert_int_equal(pair_feed(&p.a, "35=3|34=4|" HEAD "45=1|"), 0);
    assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    assert_int_equal(pair_feed(&p.a, "35=D|34=5|" HEAD "11=A5|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "2"), "7=2"));
    assert_int_equal(pair_feed(&p.a, "35=D|34=2|43=Y|122=@T|" HEAD "11=A2|"),
                     0);
    assert_int_equal(pair_feed(&p.a, "35=D|34=3|43=Y|122=@T|" HEAD "11=A3|"),
                     0);
    assert_int_equal(
        pair_feed(&p.a, "35=4|34=4|43=Y|122=@T|" HEAD "123=Y|36=5|"), 0);
    assert_int_equal(p.a.app_len, 3);
    assert_body(&p.a.app[0], "11=A2|");
    assert_body(&p.a.app[1], "11=A3|");
    assert_body(&p.a.app[2], "11=A5|");
    assert_int_equal(pair_feed(&p.a, "35=3|34=6|" HEAD "45=1|"), 0);
    assert_int_equal(fix8c_session_next_target(p.a.session), 7);
    pair_close(&p);
}

static void test_fix8c_gap_before_logout_awaited(void **state)
{
    static const struct {
        const char *logout;
        int next;
    } cases[] = {{"35=5|34=4|" HEAD, 2},
                 {"35=5|34=1|43=Y|122=@T|" HEAD, 2},
                 {"35=5|34=2|" HEAD, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair p;
        open_pair(&p, "");
        pair_feed(&p.a, cases[i].logout);
        assert_false(fix8c_session_logged_on(p.a.session));
        assert_int_equal(fix8c_session_next_target(p.a.session), cases[i].next);
        pair_close(&p);
    }
}

/* More than the bound does not wait in memory; it is asked for again. */
static void test_fix8c_gap_is_bounded(void **state)
{
    struct pair p;
    char text[128];
    (void)state;
    open_pair(&p, "GapQueueMessages=3");
    for (int n = 3; n < 10; n++) {
        snprintf(text, sizeof(text), "35=D|34=%d|49=INI|56=ACC|52=@T|11=A%d|",
                 n, n);
        assert_int_equal(pair_feed(&p.a, text), 0);
    }
    assert_non_null(strstr(p.a.events, "Too much waits"));
    assert_int_equal(pair_feed(&p.a, "35=D|34=2|43=Y|122=@T|" HEAD "11=A2|"),
                     0);
    /* 2 and the three that waited. */
    assert_int_equal(p.a.app_len, 4);
    assert_int_equal(fix8c_session_next_target(p.a.session), 6);
    /* The next one shows the new gap. */
    assert_int_equal(pair_feed(&p.a, "35=D|34=10|" HEAD "11=A10|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "2"), "7=6"));
    for (int n = 6; n < 10; n++) {
        snprintf(text, sizeof(text),
                 "35=D|34=%d|43=Y|122=@T|49=INI|56=ACC|52=@T|11=A%d|", n, n);
        assert_int_equal(pair_feed(&p.a, text), 0);
    }
    assert_int_equal(p.a.app_len, 9);
    assert_false(fix8c_session_in_gap(p.a.session));
    pair_close(&p);
}

/* What the application withholds from a resend is gap-filled, and the numbers
 * on both sides agree afterwards. */
static void test_fix8c_withheld_resend_is_gap_filled(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    p.i.cut = true;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    assert_int_equal(pair_send(&p.i, "D", "11=A2|"), 0);
    p.i.cut = false;
    p.i.to_verdict = FIX8C_WITHHOLD;
    pair_break(&p);
    pair_clear(&p.i);
    pair_connect(&p);
    assert_int_equal(p.a.app_len, 0);
    assert_true(pair_has(pair_last_sent(&p.i, "4"), "123=Y"));
    assert_false(fix8c_session_in_gap(p.a.session));
    p.i.to_verdict = FIX8C_ACCEPT;
    assert_int_equal(pair_send(&p.i, "D", "11=A3|"), 0);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(fix8c_session_next_target(p.a.session),
                     fix8c_session_next_sender(p.i.session));
    pair_close(&p);
}

/* What is sent without a line is kept and leaves after the next Logon. */
static void test_fix8c_sent_while_down_leaves_later(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    pair_break(&p);
    assert_int_equal(p.a.logouts, 1);
    assert_int_equal(pair_send(&p.a, "8", "37=1|11=A1|"), 0);
    assert_int_equal(pair_send(&p.a, "B", "148=x|33=1|58=y|"), 0);
    pair_connect(&p);
    assert_int_equal(p.i.app_len, 2);
    assert_body(&p.i.app[0], "37=1|11=A1|");
    assert_body(&p.i.app[1], "148=x|33=1|58=y|");
    pair_close(&p);
}

/* More messages than a resend reads ahead at a time; one line tells of them. */
static void test_fix8c_long_resend(void **state)
{
    enum { MANY = 1000 };
    struct pair p;
    char body[64];
    (void)state;
    open_pair(&p, "");
    int first = fix8c_session_next_sender(p.i.session);
    p.i.cut = true;
    for (int n = 0; n < MANY; n++) {
        snprintf(body, sizeof(body), "11=A%d|1=%d|", n, n);
        assert_int_equal(pair_send(&p.i, "D", body), 0);
        pair_clear(&p.i);
    }
    p.i.cut = false;
    pair_break(&p);
    p.i.quiet = p.a.quiet = true;
    pair_connect(&p);
    assert_int_equal(p.a.quiet_app, MANY);
    assert_int_equal(p.a.quiet_last, first + MANY - 1);
    assert_int_equal(fix8c_session_next_target(p.a.session),
                     fix8c_session_next_sender(p.i.session));
    assert_non_null(strstr(p.i.events, "Received ResendRequest FROM: "));
    assert_null(strstr(p.i.events, "Resending Message"));
    pair_close(&p);
}

/* With ResendPiece the rest of a long resend comes with the ticks, in order
 * and once, also when new messages are sent in between; and is over with the
 * line, after which the peer asks for what it lacks. */
static void resend_in_pieces(const char *version)
{
    enum { MANY = 1000, PIECE = 100 };
    struct pair p;
    char body[64];
    pair_open(&p, version, "ResendPiece=100\n", NULL, NULL);
    pair_connect(&p);
    p.i.cut = true;
    for (int n = 0; n < MANY; n++) {
        snprintf(body, sizeof(body), "11=A%d|1=%d|", n, n);
        assert_int_equal(pair_send(&p.i, "D", body), 0);
        pair_clear(&p.i);
    }
    p.i.cut = false;
    pair_break(&p);
    p.i.quiet = p.a.quiet = true;
    pair_connect(&p);
    assert_int_equal(p.a.quiet_app, PIECE);
    for (int n = 2; n <= 4; n++) {
        assert_int_equal(pair_send(&p.i, "D", "11=NEW|"), 0);
        pair_pump(&p);
        assert_int_equal(p.a.quiet_app, (n - 1) * PIECE);
        assert_int_equal(fix8c_session_tick(p.i.session), 0);
        pair_pump(&p);
        assert_int_equal(p.a.quiet_app, n * PIECE);
    }
    pair_break(&p);
    assert_int_equal(fix8c_session_tick(p.i.session), 0);
    pair_connect(&p);
    assert_int_equal(p.a.quiet_app, 5 * PIECE);
    for (int n = 0; n < MANY / PIECE; n++) {
        assert_int_equal(fix8c_session_tick(p.i.session), 0);
        pair_pump(&p);
    }
    assert_int_equal(p.a.quiet_app, MANY + 3);
    assert_int_equal(fix8c_session_next_target(p.a.session),
                     fix8c_session_next_sender(p.i.session));
    assert_int_equal(fix8c_session_next_target(p.i.session),
                     fix8c_session_next_sender(p.a.session));
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

static void test_fix8c_resend_in_pieces(void **state)
{
    (void)state;
    for (size_t v = 0; v < 3; v++)
        resend_in_pieces(versions[v]);
}

/* Who asks ten times at once, for all or for what is less than a piece, is
 * answered no faster; and has everything in the end. */
static void asks_again_and_again(const char *version, const char *part)
{
    enum { MANY = 300, PIECE = 100 };
    struct pair p;
    char body[64];
    pair_open(&p, version, "ResendPiece=100\n", NULL, NULL);
    pair_connect(&p);
    p.i.quiet = p.a.quiet = true;
    for (int n = 0; n < MANY; n++) {
        snprintf(body, sizeof(body), "11=A%d|1=%d|", n, n);
        assert_int_equal(pair_send(&p.i, "D", body), 0);
    }
    pair_pump(&p);
    p.i.resent = 0;
    for (int n = 0; n < 10; n++)
        assert_int_equal(pair_send(&p.a, "2", part), 0);
    assert_int_equal(pair_send(&p.a, "2", "7=1|16=0|"), 0);
    pair_pump(&p);
    assert_in_range(p.i.resent, PIECE - 1, PIECE + 11);
    for (int n = 0; n < 2 * MANY / PIECE; n++) {
        int before = p.i.resent;
        assert_int_equal(fix8c_session_tick(p.i.session), 0);
        pair_pump(&p);
        assert_true(p.i.resent - before <= PIECE);
    }
    assert_int_equal(p.i.resent_last,
                     fix8c_session_next_sender(p.i.session) - 1);
    assert_int_equal(fix8c_session_next_target(p.i.session),
                     fix8c_session_next_sender(p.a.session));
    pair_close(&p);
}

static void test_fix8c_asks_again_and_again(void **state)
{
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        asks_again_and_again(versions[v], "7=1|16=0|");
        asks_again_and_again(versions[v], "7=5|16=60|");
    }
}

/* The copy for the next hop has what travels, whole, and nothing else. */
static void test_fix8c_routing_copy_is_complete(void **state)
{
    struct pair p;
    char small[4];
    char bytes[256];
    (void)state;
    open_pair(&p, "");
    assert_int_equal(pair_feed(&p.a, "35=D|34=2|" HEAD
                                     "369=1|627=1|628=H|57=T|212=3|213=a|b|"
                                     "11=A1|"),
                     0);
    assert_int_equal(p.a.app_len, 1);
    const struct fix8c_message *message = &p.a.app[0].message;
    const char *expected = "57=T\001212=3\001213=a\001b\001";
    assert_int_equal(fix8c_message_routing(message, small, sizeof(small)),
                     strlen(expected));
    size_t n = fix8c_message_routing(message, bytes, sizeof(bytes));
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(bytes, expected, n);
    /* And on: what was copied may be sent. */
    assert_int_equal(fix8c_session_send(p.a.session, "8", bytes, n,
                                        message->body, message->body_len),
                     0);
    pair_pump(&p);
    assert_int_equal(p.i.app_len, 1);
    assert_true(pair_has(&p.i.app[0], "57=T"));
    assert_true(pair_has(&p.i.app[0], "213=a\001b"));
    pair_close(&p);
}

/* A message sent from within a callback goes out; one sent from within to_app
 * on the same session is refused, as its number is in use. */
static void test_fix8c_sending_from_callbacks(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    p.a.reply = true;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_int_equal(p.i.app_len, 1);
    assert_body(&p.i.app[0], "37=1|");
    p.i.nested = true;
    assert_int_equal(pair_send(&p.i, "F", "11=A2|"), 0);
    assert_int_equal(p.i.nested_result, FIX8C_ERR_STATE);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 2);
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

/* Session calls that a callback must not make are refused, not obeyed. */
static void test_fix8c_calls_inside_callbacks(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    p.a.meddle = true;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 1);
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

/* A logout asked for inside a callback is said when the callback is over. */
static void test_fix8c_logout_inside_callback(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    p.a.leave = true;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_true(pair_has(pair_last_sent(&p.a, "5"), "58=enough"));
    assert_int_equal(p.a.logouts, 1);
    assert_false(fix8c_session_enabled(p.a.session));
    struct fix8c_wire wire = {0};
    assert_int_equal(fix8c_session_attach(p.a.session, &wire), FIX8C_ERR_STATE);
    fix8c_session_logon(p.a.session);
    assert_true(fix8c_session_enabled(p.a.session));
    pair_connect(&p);
    assert_int_equal(p.a.logons, 2);
    pair_close(&p);
}

/* Nothing new follows a Logout: it is kept, and comes when it is asked for. */
static void test_fix8c_sends_nothing_after_its_logout(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    assert_int_equal(pair_send(&p.a, "8", "37=1|"), 0);
    assert_int_equal(fix8c_session_logout(p.a.session, "bye"), 0);
    size_t out = p.a.out_len;
    assert_int_equal(pair_send(&p.a, "8", "37=2|"), 0);
    assert_int_equal(p.a.out_len, out);
    /* What the peer said before is still taken. */
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(p.i.app_len, 1);
    assert_int_equal(p.a.logouts, 1);
    fix8c_session_logon(p.a.session);
    pair_connect(&p);
    pair_pump(&p);
    assert_int_equal(p.i.app_len, 2);
    assert_true(pair_has(&p.i.app[1], "37=2"));
    assert_true(p.i.app[1].message.possdup);
    pair_close(&p);
}

/* A run of messages with like headers, interrupted by everything that is not
 * like them: each arrives once, in order, and the rules hold in between. */
static void test_fix8c_run_of_messages(void **state)
{
    struct pair p;
    char text[256];
    int next = 2;
    (void)state;
    open_pair(&p, "");
    for (int n = 0; n < 5; n++) {
        for (int k = 0; k < 3; k++, next++) {
            snprintf(text, sizeof(text),
                     "35=%s|34=%d|49=INI|56=ACC|52=@T%s|11=A%d|",
                     k == 1 ? "F" : "D", next, k == 2 ? ".123456" : "", next);
            assert_int_equal(pair_feed(&p.a, text), 0);
        }
        assert_int_equal(p.a.app_len, next - 2);
        /* Seen already, and a possible duplicate: not delivered. */
        snprintf(text, sizeof(text),
                 "35=D|34=%d|43=Y|122=@T|49=INI|56=ACC|52=@T|11=X|", next - 1);
        assert_int_equal(pair_feed(&p.a, text), 0);
        /* One is missing, then comes. */
        snprintf(text, sizeof(text), "35=D|34=%d|" HEAD "11=A%d|", next + 1,
                 next + 1);
        assert_int_equal(pair_feed(&p.a, text), 0);
        assert_int_equal(p.a.app_len, next - 2);
        snprintf(text, sizeof(text), "7=%d", next);
        assert_true(pair_has(pair_last_sent(&p.a, "2"), text));
        snprintf(text, sizeof(text), "35=D|34=%d|" HEAD "11=A%d|", next, next);
        assert_int_equal(pair_feed(&p.a, text), 0);
        next += 2;
        assert_int_equal(p.a.app_len, next - 2);
    }
    for (int n = 2; n < next; n++) {
        snprintf(text, sizeof(text), "11=A%d|", n);
        assert_body(&p.a.app[n - 2], text);
        assert_int_equal(p.a.app[n - 2].message.seq, n);
    }
    /* Too low without 43, after a run: the line ends, as ever. */
    assert_int_equal(pair_feed(&p.a, "35=D|34=3|" HEAD "11=X|"), 0);
    assert_true(p.a.closed);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix8c_orders_both_ways_keep_bytes),
        cmocka_unit_test(test_fix8c_resend_keeps_bytes),
        cmocka_unit_test(test_fix8c_gap_keeps_queued_bytes),
        cmocka_unit_test(test_fix8c_gap_before_reject_awaited),
        cmocka_unit_test(test_fix8c_gap_before_logout_awaited),
        cmocka_unit_test(test_fix8c_gap_is_bounded),
        cmocka_unit_test(test_fix8c_withheld_resend_is_gap_filled),
        cmocka_unit_test(test_fix8c_sent_while_down_leaves_later),
        cmocka_unit_test(test_fix8c_long_resend),
        cmocka_unit_test(test_fix8c_resend_in_pieces),
        cmocka_unit_test(test_fix8c_asks_again_and_again),
        cmocka_unit_test(test_fix8c_routing_copy_is_complete),
        cmocka_unit_test(test_fix8c_sending_from_callbacks),
        cmocka_unit_test(test_fix8c_calls_inside_callbacks),
        cmocka_unit_test(test_fix8c_logout_inside_callback),
        cmocka_unit_test(test_fix8c_sends_nothing_after_its_logout),
        cmocka_unit_test(test_fix8c_run_of_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
