/*
 * Sessions at their edges: old versions, first messages, fields that look like
 * others, gaps, long resends, header fields of the caller's, calls at the wrong
 * time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "test_fix8c_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "49=INI|56=ACC|52=@T|"
#define BACK "49=ACC|56=INI|52=@T|"

static void open_pair(struct pair *p, const char *version, const char *extra)
{
    pair_open(p, version, extra, NULL, NULL);
    pair_connect(p);
    assert_int_equal(p->a.logons, 1);
}

/* Feeds the acceptor a message with the next number. */
static int feed_next(struct pair *p, const char *type, const char *fields)
{
    char text[1024];
    snprintf(text, sizeof(text), "35=%s|34=%d|%s%s", type,
             fix8c_session_next_target(p->a.session), HEAD, fields);
    return pair_feed(&p->a, text);
}

/* --- versions ---------------------------------------------------------------
 */

/* FIX 4.0 and 4.1 know neither a j nor what a 3 is about in fields; their times
 * have no fraction. */
static void test_edges_old_versions(void **state)
{
    static const char *const versions[] = {"FIX.4.0", "FIX.4.1"};
    (void)state;
    for (int v = 0; v < 2; v++) {
        struct pair p;
        open_pair(&p, versions[v], "");
        assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
        const char *time = strstr(pair_last_sent(&p.i, "D")->bytes, "\00152=");
        assert_non_null(time);
        assert_int_equal(time[4 + 17], '\001');
        pair_pump(&p);
        assert_int_equal(p.a.app_len, 1);
        p.a.verdict = FIX8C_REFUSE_BUSINESS;
        p.a.refusal.reason = 3;
        p.a.refusal.tag = 11;
        strcpy(p.a.refusal.text, "no");
        assert_int_equal(pair_send(&p.i, "D", "11=A2|"), 0);
        pair_pump(&p);
        const struct pair_seen *reject = pair_last_sent(&p.a, "3");
        assert_true(pair_has(reject, "45=3"));
        assert_true(pair_has(reject, "58=no"));
        assert_false(pair_has(reject, "371=11"));
        assert_false(pair_has(reject, "373=3"));
        assert_null(pair_last_sent(&p.a, "j"));
        pair_close(&p);
    }
}

/* A refusal that names no field. */
static void test_edges_refusal_without_a_tag(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    p.a.verdict = FIX8C_REFUSE_SESSION;
    p.a.refusal.reason = 99;
    assert_int_equal(feed_next(&p, "D", "11=A1|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=99"));
    assert_null(memmem(pair_last_sent(&p.a, "3")->bytes,
                       pair_last_sent(&p.a, "3")->len, "\001371=", 5));
    pair_close(&p);
}

/* --- first messages ---------------------------------------------------------
 */

/* An acceptor's first answer may be a Logout or a Reject; anything else, or
 * either of them from who has to log on, is the end of the line. */
static void test_edges_first_answers(void **state)
{
    static const struct {
        const char *type;
        bool goes;
    } cases[] = {{"5", true}, {"3", true}, {"0", false}, {"D", false}};
    (void)state;
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct pair p;
        char text[128];
        pair_open(&p, "FIX.4.4", "", NULL, NULL);
        p.a.cut = true; /* the acceptor is played here */
        pair_connect(&p);
        snprintf(text, sizeof(text), "35=%s|34=1|%s45=1|58=no|", cases[n].type,
                 BACK);
        assert_int_equal(pair_feed(&p.i, text),
                         cases[n].goes ? 0 : FIX8C_ERR_STATE);
        assert_int_equal(strstr(p.i.events, "not a Logon") == NULL,
                         cases[n].goes);
        assert_false(fix8c_session_logged_on(p.i.session));
        pair_close(&p);
    }
}

/* A Logon that was said before, marked as such, changes nothing. */
static void test_edges_logon_said_again(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    size_t sent = p.a.sent_len;
    assert_int_equal(
        pair_feed(&p.a, "35=A|34=1|43=Y|122=@T|" HEAD "98=0|108=30|"), 0);
    assert_int_equal(p.a.sent_len, sent);
    assert_true(fix8c_session_logged_on(p.a.session));
    /* With a number to come it is a second one, whatever it says of itself. */
    assert_int_equal(
        pair_feed(&p.a, "35=A|34=2|43=Y|122=@T|" HEAD "98=0|108=30|"),
        FIX8C_ERR_STATE);
    assert_true(p.a.closed);
    pair_close(&p);
}

/* A Logon is refused with a reason, or without one; other messages of the
 * session are not refused in this way. */
static void test_edges_refused_logon(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, "FIX.4.4", "", NULL, NULL);
    p.a.admin_verdict = FIX8C_REFUSE_LOGON;
    pair_connect(&p);
    assert_true(pair_has(pair_last_sent(&p.a, "5"), "58=Logon refused"));
    assert_int_equal(p.a.logons, 0);
    pair_close(&p);
    open_pair(&p, "FIX.4.4", "");
    p.a.admin_verdict = FIX8C_REFUSE_LOGON;
    assert_int_equal(feed_next(&p, "1", "112=T|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "0"), "112=T"));
    pair_close(&p);
}

/* --- messages of the session ------------------------------------------------
 */

/* What QuickFIX would believe too much of is garbled, and costs no number. */
static void test_edges_garbled(void **state)
{
    static const char *const garbled[] = {
        "112=T|junk|",
        "112=T|=x|",
        "112=T|0112=U|",
        "112=T|93=3|89=ab|",
        "112=T|93=2|93=2|89=ab|",
        "112=T|95=x|95=2|96=ab|",
        "112=T|95=2|58=x|96=ab|",
        "112=T|95=900|95=2|96=ab|",
        "112=T|96=ab|",
    };
    char text[256];
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    for (size_t n = 0; n < sizeof(garbled) / sizeof(garbled[0]); n++) {
        if (feed_next(&p, "1", garbled[n]) != FIX8C_ERR_GARBLED)
            fail_msg("taken: %s", garbled[n]);
        assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    }
    snprintf(text, sizeof(text), "35=1|%s112=T|34=2|", HEAD);
    assert_int_equal(pair_feed(&p.a, text), FIX8C_ERR_GARBLED);
    assert_int_equal(feed_next(&p, "1", "112=T|93=2|89=ab|"), 0);
    assert_int_equal(fix8c_session_next_target(p.a.session), 3);
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

/* The same with the data fields of two dictionaries. */
static void test_edges_data_of_the_application(void **state)
{
    struct pair p;
    (void)state;
    pair_open_validating(&p, "FIXT.1.1", "");
    pair_connect(&p);
    assert_int_equal(feed_next(&p, "B", "148=x|33=1|58=y|354=9|355=a|"),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(feed_next(&p, "0", "95=9|96=ab|"), FIX8C_ERR_GARBLED);
    assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    pair_close(&p);
}

/* --- runs -------------------------------------------------------------------
 */

/* Messages with one header after the other: each that differs is looked at by
 * itself, and what is wrong with it is found. */
static void test_edges_runs(void **state)
{
    static const struct {
        const char *text;    /* behind 34 */
        const char *refusal; /* NULL: it is taken */
    } cases[] = {
        {"49=INI|56=ACC|52=@T|11=x|", NULL},
        {"49=INI|56=ACC|52=@T.123|11=x|", NULL},
        {"49=INI|56=ACC|52=@T.12a|11=x|", "371=52"},
        {"49=INI|56=ACC|52=@T.|11=x|", NULL},
        {"49=INI|56=ACC|52=@Tx|11=x|", "371=52"},
        {"49=INI|56=ACC|52=@T.1234567890|11=x|", "371=52"},
        {"49=INI|56=ACC|52=20|11=x|", "371=52"},
        {"49=INI|56=ACC|50=A|52=@T|11=x|", NULL},
        {"49=INI|56=ACC|50=B|52=@T|11=x|", NULL},
        {"49=INI|56=ACC|52=@T|50=B|11=x|", NULL},
        {"49=INI|56=ACC|50=B|52=@T|11=x|50=C|", "371=50"},
        {"43=N|49=INI|56=ACC|50=B|52=@T|11=x|", NULL},
        {"49=INI|56=ACC|11=x|", "371=52"},
    };
    struct pair p;
    int next = 2;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        char text[256];
        pair_clear(&p.a);
        /* One that is like those before. */
        snprintf(text, sizeof(text), "35=D|34=%d|%s11=y|", next++, HEAD);
        assert_int_equal(pair_feed(&p.a, text), 0);
        assert_int_equal(p.a.app_len, 1);
        snprintf(text, sizeof(text), "35=D|34=%d|%s", next++, cases[n].text);
        assert_int_equal(pair_feed(&p.a, text), 0);
        if (p.a.app_len != (cases[n].refusal == NULL ? 2 : 1))
            fail_msg("%zu of 2 taken: %s", p.a.app_len, cases[n].text);
        if (cases[n].refusal != NULL &&
            !pair_has(pair_last_sent(&p.a, "3"), cases[n].refusal))
            fail_msg("no 3 with %s: %s", cases[n].refusal, p.a.events);
        assert_int_equal(fix8c_session_next_target(p.a.session), next);
    }
    pair_close(&p);
}

/* Types in a run that no dictionary knows, or one does, or there is none. */
static void test_edges_runs_of_types(void **state)
{
    struct pair p;
    char type[16];
    (void)state;
    open_pair(&p, "FIXT.1.1", "");
    assert_int_equal(feed_next(&p, "D", "11=x|"), 0);
    assert_int_equal(feed_next(&p, "UX", "11=x|"), 0);
    assert_int_equal(p.a.app_len, 2);
    pair_close(&p);
    open_pair(&p, "FIX.4.4", "");
    p.a.quiet = true;
    for (int n = 0; n < 1030; n++) {
        snprintf(type, sizeof(type), "U%d", n);
        assert_int_equal(feed_next(&p, type, "11=x|"), 0);
    }
    /* There is a bound to what it learns of them. */
    assert_true(p.a.quiet_app >= 1024);
    assert_true(fix8c_session_logged_on(p.a.session));
    assert_int_equal(feed_next(&p, "U7", "11=x|"), 0);
    pair_close(&p);
}

/* In a run, too, the application may refuse, or end the session. */
static void test_edges_runs_that_end(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    assert_int_equal(feed_next(&p, "D", "11=1|"), 0);
    p.a.verdict = FIX8C_REFUSE_BUSINESS;
    p.a.refusal.reason = 5;
    strcpy(p.a.refusal.ref_id, "2");
    assert_int_equal(feed_next(&p, "D", "11=2|"), 0);
    assert_true(pair_has(pair_last_sent(&p.a, "j"), "379=2"));
    p.a.verdict = FIX8C_ACCEPT;
    p.a.leave = true;
    assert_int_equal(feed_next(&p, "D", "11=3|"), 0);
    p.a.leave = false;
    assert_true(pair_has(pair_last_sent(&p.a, "5"), "58=enough"));
    assert_int_equal(fix8c_session_next_target(p.a.session), 5);
    pair_close(&p);
}

/* --- gaps -------------------------------------------------------------------
 */

/* Ahead of a gap waits what may, as much as may, and nothing is lost. */
static void test_edges_gaps(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "GapQueueBytes=180\n");
    assert_int_equal(pair_feed(&p.a, "35=4|34=5|" HEAD "123=Y|36=7|"), 0);
    assert_true(fix8c_session_in_gap(p.a.session));
    assert_int_equal(pair_feed(&p.a, "35=D|34=7|" HEAD "11=seven|"), 0);
    assert_int_equal(pair_feed(&p.a, "35=1|34=8|" HEAD "112=T|"), 0);
    assert_non_null(strstr(p.a.events, "Too much waits behind a gap"));
    assert_int_equal(pair_feed(&p.a, "35=0|34=9|" HEAD), 0);
    assert_int_equal(p.a.app_len, 0);
    assert_int_equal(
        pair_feed(&p.a, "35=4|34=2|43=Y|122=@T|" HEAD "123=Y|36=5|"), 0);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(p.a.app[0].message.seq, 7);
    assert_int_equal(fix8c_session_next_target(p.a.session), 8);
    pair_close(&p);
    /* One that fills no gap skips at once. */
    open_pair(&p, "FIX.4.4", "");
    assert_int_equal(pair_feed(&p.a, "35=4|34=5|" HEAD "36=9|"), 0);
    assert_int_equal(fix8c_session_next_target(p.a.session), 9);
    assert_int_equal(pair_feed(&p.a, "35=4|34=9|" HEAD "123=N|36=12|"), 0);
    assert_int_equal(fix8c_session_next_target(p.a.session), 12);
    pair_close(&p);
}

/* --- resends in pieces ------------------------------------------------------
 */

static int count_resent(struct pair *p, const char *fields)
{
    p->i.resent = 0;
    char text[128];
    snprintf(text, sizeof(text), "35=2|34=%d|%s%s",
             fix8c_session_next_target(p->i.session), BACK, fields);
    assert_int_equal(pair_feed(&p->i, text), 0);
    return p->i.resent;
}

/* What is asked for within a piece is said at once; what is more, or asked for
 * again, with the ticks; senseless asks are QuickFIX's to refuse. */
static void test_edges_pieces(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "ResendPiece=5\n");
    p.i.quiet = p.a.quiet = true;
    p.i.cut = true;
    for (int n = 2; n <= 21; n++)
        assert_int_equal(pair_send(&p.i, "D", "11=A|"), 0);
    assert_int_equal(count_resent(&p, "7=2|16=4|"), 3);
    assert_int_equal(fix8c_session_tick(p.i.session), 0);
    assert_int_equal(count_resent(&p, "7=2|16=0|"), 5);
    p.i.resent = 0;
    assert_int_equal(fix8c_session_tick(p.i.session), 0);
    assert_int_equal(p.i.resent, 5);
    assert_int_equal(p.i.resent_last, 11);
    /* While there is some left, asking for it brings no more than one. */
    assert_int_equal(fix8c_session_tick(p.i.session), 0);
    assert_int_equal(p.i.resent_last, 16);
    assert_int_equal(count_resent(&p, "7=17|16=99|"), 1);
    p.i.resent = 0;
    for (int n = 0; n < 3; n++)
        assert_int_equal(fix8c_session_tick(p.i.session), 0);
    assert_true(p.i.resent >= 4);
    assert_int_equal(p.i.resent_last, 21);
    assert_int_equal(count_resent(&p, "7=17|16=21|"), 5);
    assert_int_equal(fix8c_session_tick(p.i.session), 0);
    p.i.quiet = false;
    assert_int_equal(count_resent(&p, "7=21|16=20|"), 0);
    assert_true(pair_has(pair_last_sent(&p.i, "3"), "371=16"));
    assert_int_equal(count_resent(&p, "16=20|"), 0);
    assert_int_equal(count_resent(&p, "7=2|"), 0);
    assert_int_equal(count_resent(&p, "7=x|16=3|"), 0);
    assert_true(fix8c_session_logged_on(p.i.session));
    pair_close(&p);
}

/* --- what is sent -----------------------------------------------------------
 */

static int send_header(struct pair_end *end, const char *header)
{
    char bytes[128];
    size_t len = strlen(header);
    for (size_t i = 0; i <= len; i++)
        bytes[i] = header[i] == '|' ? '\001' : header[i];
    return fix8c_session_send(end->session, "D", bytes, len, "11=A\001", 5);
}

/* Header fields of the caller's, those of FIXT alone where there is none, and
 * while nobody is there. */
static void test_edges_headers(void **state)
{
    static const char *const versions[] = {"FIX.4.4", "FIXT.1.1"};
    (void)state;
    for (int v = 0; v < 2; v++) {
        struct pair p;
        open_pair(&p, versions[v], "");
        assert_int_equal(send_header(&p.i, "1128=9|1129=x|1156=7|115=ME|97=N|"),
                         0);
        const struct pair_seen *sent = pair_last_sent(&p.i, "D");
        assert_int_equal(pair_has(sent, "1128=9"), v);
        assert_int_equal(pair_has(sent, "1129=x"), v);
        assert_int_equal(pair_has(sent, "1156=7"), v);
        assert_true(pair_has(sent, "115=ME"));
        pair_pump(&p);
        pair_break(&p);
        assert_int_equal(send_header(&p.i, "97=Y|115=YOU|"), 0);
        assert_int_equal(send_header(&p.i, "97=N|"), 0);
        int next = fix8c_session_next_sender(p.i.session);
        p.i.to_verdict = FIX8C_WITHHOLD;
        assert_int_equal(send_header(&p.i, "115=NO|"), FIX8C_ERR_STATE);
        assert_int_equal(fix8c_session_next_sender(p.i.session), next);
        p.i.to_verdict = FIX8C_ACCEPT;
        pair_connect(&p);
        assert_int_equal(p.a.app_len, 3);
        assert_true(pair_has(&p.a.app[1], "97=Y"));
        assert_true(pair_has(&p.a.app[1], "115=YOU"));
        assert_true(p.a.app[1].message.possdup);
        pair_close(&p);
    }
}

/* A body may be empty, a type may not hold everything. */
static void test_edges_bodies(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    assert_int_equal(fix8c_session_send(p.i.session, "B\001", NULL, 0, "", 0),
                     FIX8C_ERR_FIELDS);
    assert_int_equal(pair_send(&p.i, "B", ""), 0);
    assert_int_equal(pair_send(&p.i, "2", "7=1|16=0|"), 0);
    assert_int_equal(pair_send(&p.i, "5", "58=x|"), FIX8C_ERR_FIELDS);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(p.a.app[0].body_len, 0);
    pair_break(&p);
    (void)pair_send(&p.i, "B", "");
    pair_connect(&p);
    assert_int_equal(p.a.app_len, 2);
    assert_int_equal(p.a.app[1].body_len, 0);
    pair_close(&p);
}

/* --- calls ------------------------------------------------------------------
 */

static int take_nothing(void *user, const char *bytes, size_t len)
{
    int *taken = user;
    (void)bytes;
    (void)len;
    (*taken)++;
    return -1;
}

static void end_nothing(void *user)
{
    (void)user;
}

/* Calls that come too early, too often or too late. */
static void test_edges_calls(void **state)
{
    struct pair p;
    int taken = 0;
    struct fix8c_wire wire = {&taken, take_nothing, end_nothing};
    (void)state;
    pair_open(&p, "FIX.4.4", "", NULL, NULL);
    assert_int_equal(fix8c_session_tick(p.a.session), 0);
    assert_int_equal(fix8c_session_detach(p.a.session), 0);
    assert_int_equal(pair_feed(&p.a, "35=0|34=1|" HEAD), FIX8C_ERR_STATE);
    assert_true(fix8c_session_deadline(p.a.session) == INT64_MAX);
    assert_int_equal(fix8c_session_attach(p.a.session, &wire), 0);
    assert_int_equal(fix8c_session_attach(p.a.session, &wire), FIX8C_ERR_STATE);
    assert_true(fix8c_session_deadline(p.a.session) < INT64_MAX);
    /* A wire that takes nothing. */
    (void)pair_feed(&p.a, "35=A|34=1|" HEAD "98=0|108=30|");
    assert_int_equal(taken, 1);
    assert_int_equal(p.a.sent_len, 0);
    assert_int_equal(fix8c_session_detach(p.a.session), 0);
    assert_int_equal(fix8c_session_logout(p.a.session, NULL), 0);
    assert_false(fix8c_session_enabled(p.a.session));
    assert_int_equal(fix8c_session_attach(p.a.session, &wire), FIX8C_ERR_STATE);
    fix8c_session_logon(p.a.session);
    assert_true(fix8c_session_enabled(p.a.session));
    pair_close(&p);
}

/* Without any callback a session lives all the same. */
static void test_edges_no_callbacks(void **state)
{
    struct fix8c_engine *engine = NULL;
    char error[256];
    char bytes[512];
    int taken = 0;
    struct fix8c_wire wire = {&taken, take_nothing, end_nothing};
    (void)state;
    assert_int_equal(
        fix8c_engine_open("[SESSION]\nBeginString=FIX.4.4\n"
                          "ConnectionType=acceptor\nSenderCompID=ACC\n"
                          "TargetCompID=INI\n",
                          NULL, error, sizeof(error), &engine),
        0);
    struct fix8c_session *session = fix8c_engine_session(engine, 0);
    assert_int_equal(fix8c_session_attach(session, &wire), 0);
    size_t len = pair_message("FIX.4.4", "35=A|34=1|" HEAD "98=0|108=30|",
                              bytes);
    assert_int_equal(fix8c_session_receive(session, bytes, len), 0);
    assert_true(fix8c_session_logged_on(session));
    assert_null(fix8c_engine_find(engine, bytes, len)); /* it has a line */
    assert_int_equal(fix8c_session_send(session, "8", NULL, 0, "37=1\001", 5),
                     0);
    assert_int_equal(fix8c_session_reset(session), 0);
    assert_int_equal(fix8c_session_next_sender(session), 1);
    assert_non_null(fix8c_engine_find(engine, bytes, len));
    fix8c_engine_close(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_old_versions),
        cmocka_unit_test(test_edges_refusal_without_a_tag),
        cmocka_unit_test(test_edges_first_answers),
        cmocka_unit_test(test_edges_logon_said_again),
        cmocka_unit_test(test_edges_refused_logon),
        cmocka_unit_test(test_edges_garbled),
        cmocka_unit_test(test_edges_data_of_the_application),
        cmocka_unit_test(test_edges_runs),
        cmocka_unit_test(test_edges_runs_of_types),
        cmocka_unit_test(test_edges_runs_that_end),
        cmocka_unit_test(test_edges_gaps),
        cmocka_unit_test(test_edges_pieces),
        cmocka_unit_test(test_edges_headers),
        cmocka_unit_test(test_edges_bodies),
        cmocka_unit_test(test_edges_calls),
        cmocka_unit_test(test_edges_no_callbacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
