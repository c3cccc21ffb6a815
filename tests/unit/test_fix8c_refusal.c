/*
 * What a session refuses, by itself or because the application said so, and
 * how it says it in each version.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

/* In front of what a test feeds to the acceptor, after the type. */
#define HEAD "49=INI|56=ACC|52=@T|"

static void open_pair(struct pair *p, const char *version)
{
    pair_open(p, version, "", NULL, NULL);
    pair_connect(p);
    assert_int_equal(p->a.logons, 1);
}

/* Attaches the acceptor alone, so that a test can play its peer. */
static int take_line(void *user, const char *bytes, size_t len)
{
    (void)user;
    (void)bytes;
    (void)len;
    return 0;
}

static void end_line(void *user)
{
    struct pair_end *end = user;
    end->closed = true;
}

static void attach_acceptor(struct pair *p)
{
    struct fix8c_wire wire = {&p->a, take_line, end_line};
    p->a.closed = false;
    assert_int_equal(fix8c_session_attach(p->a.session, &wire), 0);
}

/* A business refusal is a j with its reason; FIXT adds no 1137 to it. */
static void test_refusal_business_is_a_j(void **state)
{
    static const char *const versions[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct pair p;
        open_pair(&p, versions[v]);
        p.a.verdict = FIX8C_REFUSE_BUSINESS;
        p.a.refusal.reason = 3;
        strcpy(p.a.refusal.text, "CG\001 no");
        strcpy(p.a.refusal.ref_id, "A1");
        assert_int_equal(pair_send(&p.i, "AB", "11=A1|"), 0);
        pair_pump(&p);
        const struct pair_seen *j = pair_last_sent(&p.a, "j");
        assert_true(pair_has(j, "45=2"));
        assert_true(pair_has(j, "372=AB"));
        assert_true(pair_has(j, "379=A1"));
        assert_true(pair_has(j, "380=3"));
        assert_true(pair_has(j, "58=CG  no"));
        assert_null(memmem(j->bytes, j->len, "\0011137=", 6));
        assert_int_equal(p.i.app_len, 1);
        assert_int_equal(fix8c_session_next_target(p.a.session), 3);
        assert_int_equal(pair_send(&p.i, "AB", "11=A2|"), 0);
        assert_int_equal(pair_send(&p.i, "AB", "11=A3|"), 0);
        pair_pump(&p);
        assert_int_equal(p.i.app_len, 3);
        assert_true(pair_has(pair_last_sent(&p.a, "j"), "45=4"));
        pair_close(&p);
    }
}

/* A session refusal names tag and reason; 4.2 has no reason above 11. */
static void test_refusal_session_is_a_3(void **state)
{
    static const char *const versions[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct pair p;
        open_pair(&p, versions[v]);
        p.a.verdict = FIX8C_REFUSE_SESSION;
        p.a.refusal.reason = 13;
        p.a.refusal.tag = 453;
        assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
        pair_pump(&p);
        const struct pair_seen *reject = pair_last_sent(&p.a, "3");
        assert_true(pair_has(reject, "45=2"));
        assert_true(pair_has(reject, "371=453"));
        assert_true(pair_has(reject, "372=D"));
        assert_int_equal(pair_has(reject, "373=13"), v > 0);
        p.a.refusal.reason = 5;
        assert_int_equal(pair_send(&p.i, "D", "11=A2|"), 0);
        pair_pump(&p);
        assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=5"));
        assert_true(fix8c_session_logged_on(p.i.session));
        pair_close(&p);
    }
}

/* A refused Logon gets a Logout with the reason, and the line ends. */
static void test_refusal_logon_is_a_logout(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, "FIX.4.4", "", NULL, NULL);
    p.a.admin_verdict = FIX8C_REFUSE_LOGON;
    strcpy(p.a.refusal.text, "not before Monday");
    pair_connect(&p);
    assert_true(pair_has(pair_last_sent(&p.a, "5"), "58=not before Monday"));
    assert_true(p.a.closed);
    assert_false(fix8c_session_attached(p.a.session));
    assert_int_equal(p.a.logons + p.i.logons, 0);
    assert_int_equal(p.a.logouts + p.i.logouts, 0);
    pair_close(&p);
}

/* A Logon without a heartbeat interval, or with a senseless one, is refused
 * with a reason; at the bounds it is taken. */
static void test_refusal_heartbeat_out_of_bounds(void **state)
{
    static const struct {
        const char *field;
        bool good;
    } cases[] = {
        {"", false},          {"108=abc|", false},
        {"108=-5|", false},   {"108=0|", false},
        {"108=1|", true},     {"108=3600|", true},
        {"108=3601|", false}, {"108=99999999999|", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair p;
        char text[256];
        pair_open(&p, "FIX.4.4", "", NULL, NULL);
        attach_acceptor(&p);
        snprintf(text, sizeof(text), "35=A|34=1|" HEAD "98=0|%s",
                 cases[i].field);
        assert_int_equal(pair_feed(&p.a, text),
                         cases[i].good ? 0 : FIX8C_ERR_STATE);
        assert_int_equal(fix8c_session_logged_on(p.a.session), cases[i].good);
        assert_int_equal(p.a.closed, !cases[i].good);
        assert_int_equal(pair_last_sent(&p.a, "5") != NULL, !cases[i].good);
        pair_close(&p);
    }
}

/* A bad Logon or none at all ends the line and says so to the caller. */
static void test_refusal_first_message(void **state)
{
    static const char *const firsts[] = {
        "35=D|34=1|" HEAD "11=A1|",
        "35=0|34=1|" HEAD,
        "35=5|34=1|" HEAD,
        "35=A|34=1|" HEAD "98=0|108=30|141=Q|",
        "35=A|34=1|49=INI|56=ACC|52=xyz|98=0|108=30|",
        "35=A|34=1|49=INI|56=ACC|52=20010101-00:00:00|98=0|108=30|",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        struct pair p;
        pair_open(&p, "FIX.4.4", "", NULL, NULL);
        attach_acceptor(&p);
        assert_int_equal(pair_feed(&p.a, firsts[i]), FIX8C_ERR_STATE);
        assert_true(p.a.closed);
        assert_false(fix8c_session_logged_on(p.a.session));
        assert_int_equal(p.a.app_len, 0);
        pair_close(&p);
    }
}

/* A Logon inside a session, resetting or not, ends it; numbers stay. */
static void test_refusal_logon_inside_session(void **state)
{
    static const char *const logons[] = {
        "35=A|34=1|" HEAD "98=0|108=30|141=Y|",
        "35=A|34=2|" HEAD "98=0|108=30|",
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair p;
        open_pair(&p, "FIX.4.4");
        assert_int_equal(pair_feed(&p.a, logons[i]), FIX8C_ERR_STATE);
        assert_true(p.a.closed);
        assert_true(pair_has(pair_last_sent(&p.a, "5"),
                             "58=Logon received while logged on"));
        assert_int_equal(fix8c_session_next_target(p.a.session), 2);
        pair_close(&p);
    }
}

/* Header fields behind the start of the body, repeated ones and unreadable
 * ones are rejected; the application does not see the message. */
static void test_refusal_header_faults(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"35=D|34=3|" HEAD "11=A1|50=late|", "373=14"},
        {"35=D|34=3|" HEAD "50=a|50=b|11=A1|", "373=13"},
        {"35=D|34=3|" HEAD "43=Z|11=A1|", "373=6"},
        {"35=D|34=3|" HEAD "57=|11=A1|", "373=4"},
        {"35=D|34=3|49=INI|56=ACC|52=@T.12x|11=A1|", "373=6"},
        {"35=D|34=3|49=INI|56=ACC|11=A1|", "371=52"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair p;
        open_pair(&p, "FIX.4.4");
        /* A good one first: what has passed once is looked at less. */
        assert_int_equal(pair_feed(&p.a, "35=D|34=2|" HEAD "11=A0|"), 0);
        assert_int_equal(pair_feed(&p.a, cases[i].text), 0);
        assert_true(pair_has(pair_last_sent(&p.a, "3"), cases[i].reason));
        assert_int_equal(p.a.app_len, 1);
        assert_int_equal(fix8c_session_next_target(p.a.session), 4);
        assert_true(fix8c_session_logged_on(p.a.session));
        pair_close(&p);
    }
}

/* Numbers that QuickFIX would read without a look at their size. */
static void test_refusal_numbers_out_of_range(void **state)
{
    static const char *const texts[] = {
        "35=4|34=2|" HEAD "123=N|36=99999999999|",
        "35=2|34=2|" HEAD "7=4294967297|16=0|",
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair p;
        open_pair(&p, "FIX.4.4");
        assert_int_equal(pair_feed(&p.a, texts[i]), 0);
        assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=6"));
        assert_true(fix8c_session_next_target(p.a.session) <= 3);
        pair_close(&p);
    }
}

/* An ask for what was never sent, or for a range that goes backwards; QuickFIX
 * would answer with a gap fill that goes backwards. */
static void test_refusal_resend_of_what_was_not_sent(void **state)
{
    static const struct {
        const char *text;
        const char *tag;
    } cases[] = {
        {"35=2|34=2|" HEAD "7=2|16=0|", "371=7"},
        {"35=2|34=2|" HEAD "7=50|16=60|", "371=7"},
        {"35=2|34=2|" HEAD "7=1|16=60|", NULL},
        {"35=2|34=2|" HEAD "7=1|16=0|", NULL},
        {"35=2|34=2|" HEAD "7=2|16=1|", "371=7"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair p;
        open_pair(&p, "FIX.4.4");
        assert_int_equal(fix8c_session_next_sender(p.a.session), 2);
        pair_clear(&p.a);
        assert_int_equal(pair_feed(&p.a, cases[i].text), 0);
        if (cases[i].tag != NULL) {
            assert_true(pair_has(pair_last_sent(&p.a, "3"), cases[i].tag));
            assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=5"));
            assert_null(pair_last_sent(&p.a, "4"));
        } else {
            assert_null(pair_last_sent(&p.a, "3"));
            assert_true(pair_has(pair_last_sent(&p.a, "4"), "36=2"));
        }
        assert_int_equal(fix8c_session_next_target(p.a.session), 3);
        assert_true(fix8c_session_logged_on(p.a.session));
        pair_close(&p);
    }
}

/* The range itself: its end may not come before its beginning. */
static void test_refusal_resend_backwards(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4");
    assert_int_equal(pair_send(&p.a, "D", "11=A1|"), 0);
    assert_int_equal(pair_send(&p.a, "D", "11=A2|"), 0);
    assert_int_equal(pair_feed(&p.a, "35=2|34=2|" HEAD "7=3|16=2|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "3"), "371=16"));
    assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=5"));
    pair_close(&p);
}

/* A number pushed to the end of its range stays there. */
static void test_refusal_number_at_the_end(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4");
    assert_int_equal(pair_feed(&p.a, "35=4|34=2|" HEAD "123=N|36=2147483647|"),
                     0);
    assert_int_equal(pair_feed(&p.a, "35=D|34=2147483647|" HEAD "11=A1|"), 0);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(fix8c_session_next_target(p.a.session), 2147483647);
    pair_close(&p);
}

/* What is no whole message is ignored inside a session. */
static void test_refusal_garbled_is_ignored(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4");
    assert_int_equal(fix8c_session_receive(p.a.session, "8=FIX", 5),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(pair_feed(&p.a, "35=D|34=abc|" HEAD "11=A1|"),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(pair_feed(&p.a, "35=D|34=2147483648|" HEAD "11=A1|"),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(pair_feed(&p.a, "35=D|" HEAD "11=A1|"), FIX8C_ERR_GARBLED);
    /* A data field whose length is a lie, in a message that QuickFIX parses. */
    assert_int_equal(pair_feed(&p.a, "35=5|34=2|" HEAD "354=999|355=x|"),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(pair_feed(&p.a, "35=5|34=2|" HEAD "355=x|"),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(
        pair_feed(&p.a, "35=5|34=2|" HEAD "354=1|58=a|354=900|355=x|"),
        FIX8C_ERR_GARBLED);
    /* A tag that QuickFIX would copy into its answer, but not its length. */
    assert_int_equal(pair_feed(&p.a, "35=1|34=2|" HEAD "0112=T|"),
                     FIX8C_ERR_GARBLED);
    assert_true(fix8c_session_logged_on(p.a.session));
    assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    assert_int_equal(pair_feed(&p.a, "35=D|34=2|" HEAD "11=A1|"), 0);
    assert_int_equal(p.a.app_len, 1);
    pair_close(&p);
}

/* Without from_app nothing is taken silently. */
static void test_refusal_no_application(void **state)
{
    struct fix8c_engine *engine = NULL;
    struct pair_end end = {0};
    char error[128];
    char bytes[512];
    (void)state;
    assert_int_equal(
        fix8c_engine_open("[SESSION]\nBeginString=FIX.4.4\n"
                          "ConnectionType=acceptor\nSenderCompID=ACC\n"
                          "TargetCompID=INI\n",
                          NULL, error, sizeof(error), &engine),
        0);
    struct fix8c_session *session = fix8c_engine_session(engine, 0);
    struct fix8c_wire wire = {&end, take_line, end_line};
    assert_int_equal(fix8c_session_attach(session, &wire), 0);
    assert_int_equal(fix8c_session_attach(session, &wire), FIX8C_ERR_STATE);
    size_t len = pair_message("FIX.4.4", "35=A|34=1|" HEAD "98=0|108=30|",
                              bytes);
    assert_int_equal(fix8c_session_receive(session, bytes, len), 0);
    len = pair_message("FIX.4.4", "35=D|34=2|" HEAD "11=A1|", bytes);
    assert_int_equal(fix8c_session_receive(session, bytes, len), 0);
    assert_int_equal(fix8c_session_next_sender(session), 3);
    fix8c_engine_close(engine);
    assert_true(end.closed);
}

/* Wrong fields given to send are the caller's mistake, and cost no number. */
static void test_refusal_send_of_bad_fields(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4");
    int before = fix8c_session_next_sender(p.i.session);
    assert_int_equal(pair_send(&p.i, "D", "11=A1"), FIX8C_ERR_FIELDS);
    assert_int_equal(pair_send(&p.i, "D", "x|"), FIX8C_ERR_FIELDS);
    assert_int_equal(pair_send(&p.i, "D", "011=A1|"), FIX8C_ERR_FIELDS);
    assert_int_equal(pair_send(&p.i, "", "11=A1|"), FIX8C_ERR_FIELDS);
    assert_int_equal(pair_send(&p.i, "A", "98=0|"), FIX8C_ERR_FIELDS);
    static const char *const headers[] = {"34=7\001", "49=X\001", "43=Y\001",
                                          "11=X\001", "50=X",     "627=1\001"};
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        assert_int_equal(fix8c_session_send(p.i.session, "D", headers[i],
                                            strlen(headers[i]), "11=A\001", 5),
                         FIX8C_ERR_FIELDS);
    assert_int_equal(fix8c_session_next_sender(p.i.session), before);
    p.i.to_verdict = FIX8C_WITHHOLD;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), FIX8C_ERR_STATE);
    assert_int_equal(fix8c_session_next_sender(p.i.session), before);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusal_business_is_a_j),
        cmocka_unit_test(test_refusal_session_is_a_3),
        cmocka_unit_test(test_refusal_logon_is_a_logout),
        cmocka_unit_test(test_refusal_heartbeat_out_of_bounds),
        cmocka_unit_test(test_refusal_first_message),
        cmocka_unit_test(test_refusal_logon_inside_session),
        cmocka_unit_test(test_refusal_header_faults),
        cmocka_unit_test(test_refusal_numbers_out_of_range),
        cmocka_unit_test(test_refusal_resend_of_what_was_not_sent),
        cmocka_unit_test(test_refusal_resend_backwards),
        cmocka_unit_test(test_refusal_number_at_the_end),
        cmocka_unit_test(test_refusal_garbled_is_ignored),
        cmocka_unit_test(test_refusal_no_application),
        cmocka_unit_test(test_refusal_send_of_bad_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
