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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix8c_orders_both_ways_keep_bytes),
        cmocka_unit_test(test_fix8c_resend_keeps_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
