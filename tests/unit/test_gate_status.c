/*
 * What the gate asks a venue after a reconnect, and what it does with the
 * answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "engine.h"
#include "fix_writer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;

/* |used| and |consumed| in whole units. */
static void expect_books(cg_dv01 used, cg_dv01 consumed)
{
    struct cg_limit_view limit;
    struct cg_token_view token;
    cg_dv01 sum = 0;
    assert_true(cg_gate_limit(h.gate, 0, &limit));
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        sum += token.consumed;
    }
    assert_int_equal(limit.used, used * 10000);
    assert_int_equal(sum, consumed * 10000);
}

/* The venue is away for a moment; what that brings is thrown away. */
static void reconnect(int venue)
{
    harness_link(&h, venue, false);
    harness_link(&h, venue, true);
}

/* An order that the venue was sent and has not answered. */
static void send_order(const char *id)
{
    harness_order(&h, id, '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D");
}

/* The answer to |ask|, an H; |more| begins with '|'. */
static void status(const char *ask, char is, long millions, const char *more)
{
    char fields[1024];
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(ask, 11));
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|790=%s|17=0|150=I|39=%c|55=USD10Y|54=1|151=0|"
             "14=%ld000000|6=0%s",
             id, harness_field(ask, 790), is, millions, more);
    harness_in(&h, VENUE, fields);
}

static void resends(struct cg_engine *engine, void *user)
{
    (void)user;
    cg_engine_resending(engine, VENUE50);
}

/* R46: half a second after the logon each open order is asked for; an answer
 * that agrees is kept from the client. */
static void test_status_asked_after_logon(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 20);
    reconnect(VENUE);
    harness_quiet(&h);
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    const char *first = harness_keep(harness_expect(
        &h, VENUE, "35=H|11=A1|37=V-A1|790=GATE-H1|1=ACME|55=USD10Y|54=1"));
    harness_expect(&h, VENUE, "35=H|11=A2|37=V-A2|790=GATE-H2");
    harness_quiet(&h);
    status(first, '0', 0, "|38=10000000");
    harness_quiet(&h);
    expect_books(27120, 0);
    harness_wait(&h, 499);
    harness_quiet(&h);
}

/* R46: closed and waiting orders are not asked for, nor one sent after the
 * logon; a second logon asks anew. */
static void test_status_asks_for_what_is_open(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=4|39=4|55=USD10Y|54=1|14=0|151=0|"
               "6=0");
    harness_work(&h, "A2", '1', 10);
    harness_order(&h, "A3", '1', 10);
    reconnect(VENUE);
    harness_work(&h, "A4", '1', 10);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    harness_quiet(&h);
    status(ask, '0', 0, "");
    harness_wait(&h, 300);
    harness_quiet(&h);
    reconnect(VENUE);
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|11=A2");
    harness_expect(&h, VENUE, "35=H|11=A4");
}

/* R31, R43: a fill that was missed counts, and the client hears of it without
 * the gate's own 790. */
static void test_status_missed_fill_is_news(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    status(ask, '1', 6, "|38=10000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=5424.00");
    const char *news = harness_expect(&h, CLIENT,
                                      "35=8|150=I|39=1|11=A1|14=6000000");
    assert_null(strstr(news, "|790="));
    harness_quiet(&h);
    expect_books(9040, 5424);
    assert_int_equal(harness_noted(&h, "CumQty"), 0); /* test_gate_compared.c */
}

/* R46: an end that was missed releases the rest. */
static void test_status_missed_end_releases(void **state)
{
    (void)state;
    static const char ends[] = {'4', 'C', '2', '3'};
    for (size_t i = 0; i < sizeof(ends); i++) {
        harness_close(&h);
        harness_open(&h);
        harness_work(&h, "A1", '1', 10);
        reconnect(VENUE);
        harness_wait(&h, 500);
        const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
        status(ask, ends[i], ends[i] == '2' ? 10 : 4, "");
        harness_expect(&h, HUB, "35=DF|2321=1");
        if (ends[i] != '2') {
            harness_expect(&h, HUB, "35=DF|2320=1|2324=5424.00");
        }
        harness_expect(&h, CLIENT, "35=8|150=I");
        harness_quiet(&h);
        expect_books(ends[i] == '2' ? 9040 : 3616,
                     ends[i] == '2' ? 9040 : 3616);
    }
}

/* R43: CumQty of a status never lowers. */
static void test_status_lower_cum_qty_is_an_alarm(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=F|39=1|55=USD10Y|54=1|14=6000000|"
               "151=0|6=0");
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    status(ask, '1', 4, "");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "ALARM: status of order A1"), 1);
    expect_books(9040, 5424);
}

/* R22, R45: no report was ever seen and the venue does not know it: the gate
 * answers in its stead and releases. */
static void test_status_unknown_is_answered(void **state)
{
    (void)state;
    send_order("A1");
    harness_link(&h, VENUE, false);
    harness_reopen(&h);
    harness_quiet(&h);
    harness_links_up(&h);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    status(ask, '8', 0, "|103=5");
    const char *back = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=1|2324=9040.00"));
    harness_expect(&h, CLIENT,
                   "35=8|150=8|39=8|11=A1|58~CG304 VENUE_DOWN|"
                   "58~never reached the venue");
    harness_quiet(&h);
    harness_grant(&h, back);
    expect_books(0, 0);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* R22: an order that a resend left out is asked for afterwards. */
static void test_status_withheld_order_is_asked_for(void **state)
{
    (void)state;
    send_order("A1");
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_link(&h, VENUE, false);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    harness_link(&h, VENUE, true);
    harness_expect(&h, VENUE, "35=F|41=A2");
    assert_false(harness_may_resend(&h, "D", "A1"));
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    harness_quiet(&h);
    status(ask, '8', 0, "");
    harness_expect(&h, CLIENT, "35=9|11=A2|434=2|58~never reached");
    harness_expect(&h, CLIENT, "35=8|150=8|11=A1");
    harness_quiet(&h);
}

/* R45: a replace that a resend left out is answered; its order lives on. */
static void test_status_withheld_replace_is_answered(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_wait(&h, 70000);
    reconnect(VENUE);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=F");
    harness_expect(&h, VENUE, "35=F");
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    status(ask, '0', 0, "|38=10000000");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=0|58~CG304");
    harness_quiet(&h);
}

/* R45: ... also when its order ends before the venue has told its status ... */
static void test_status_withheld_replace_of_what_ends(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    reconnect(VENUE);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    harness_expect(&h, VENUE, "35=F");
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=F|39=2|55=USD10Y|54=1|14=10000000|"
               "151=0|6=0");
    const char *used = harness_keep(harness_expect(&h, HUB, "35=DF|2321=1"));
    harness_expect(&h, CLIENT, "35=8|11=A1|150=F");
    harness_grant(&h, used);
    harness_quiet(&h);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=2|58~never reached");
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* ... and when it ended before the resend. */
static void test_status_withheld_replace_of_what_ended(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=4|39=4|55=USD10Y|54=1|14=0|151=0|"
               "6=0");
    reconnect(VENUE);
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    harness_quiet(&h);
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=4|58~never reached");
    harness_quiet(&h);
    reconnect(VENUE);
    harness_wait(&h, 5000);
    harness_quiet(&h);
}

/*
 * R22 R45: a replace that left on this line, behind a gap, and that a resend
 * then left out, may be at the venue: a FIX engine keeps what comes behind a
 * gap.  It is asked, although the order has ended, and its word counts.
 */
static void ended_behind_a_gap(void)
{
    harness_close(&h);
    harness_open(&h);
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=4|39=4|55=USD10Y|54=1|14=0|151=0|"
               "6=0");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4");
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_wait(&h, 500);
}

static void test_status_withheld_replace_behind_a_gap(void **state)
{
    (void)state;
    ended_behind_a_gap();
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    harness_quiet(&h);
    harness_in(&h, VENUE,
               "35=9|37=V-A1|11=A2|41=A1|39=4|434=2|102=0|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=A2|102=0");
    status(ask, '8', 0, "|103=5");
    harness_quiet(&h);
    ended_behind_a_gap();
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=4|58~never reached");
    harness_quiet(&h);
    ended_behind_a_gap();
    harness_expect(&h, VENUE, "35=H|11=A2");
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|11=A2"); /* again, without an answer */
    reconnect(VENUE);
    harness_wait(&h, 500);
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=4|58~never reached");
    harness_wait(&h, 5000);
    harness_quiet(&h);
}

/* ... and the answer to a question from before it says nothing of it. */
static void test_status_withheld_replace_after_the_question(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *first = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=4|39=4|55=USD10Y|54=1|14=0|151=0|"
               "6=0");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4");
    assert_false(harness_may_resend(&h, "G", "A2"));
    status(first, '4', 0, "");
    harness_quiet(&h);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=4|58~never reached");
    harness_quiet(&h);
}

/* R45: what went out after the question is the venue's to answer. */
static void test_status_cancel_behind_the_question(void **state)
{
    (void)state;
    send_order("A1");
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|1=ACME|55=USD10Y|54=1|38=10000000|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=F|11=C1");
    status(ask, '8', 0, "|103=5");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|11=A1");
    harness_quiet(&h);
    harness_in(&h, VENUE,
               "35=9|37=NONE|11=C1|41=A1|39=8|434=1|102=1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=C1|102=1");
    harness_quiet(&h);
}

/* R46: requests wait until nothing was resent for a while, but not for ever. */
static void test_status_waits_for_resends(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    for (int i = 0; i < 3; i++) {
        harness_wait(&h, 400);
        harness_quiet(&h);
        harness_in(&h, VENUE,
                   "35=8|43=Y|37=V-A1|11=A1|17=E-A1|150=0|39=0|55=USD10Y|54=1|"
                   "38=10000000|151=10000000|14=0|6=0");
        harness_expect(&h, CLIENT, "35=8");
    }
    (void)harness_may_resend(&h, "F", "C1");
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, VENUE, "35=H|11=A1");
}

/* R46: no answer: again, less and less often, then an alarm; the next logon
 * begins anew. */
static void test_status_unanswered_is_repeated(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    harness_wait(&h, 500 + 500 + 1000 + 2000 + 4000 + 8000);
    for (int i = 1; i <= 6; i++) {
        char id[32];
        snprintf(id, sizeof(id), "35=H|790=GATE-H%d", i);
        harness_expect(&h, VENUE, id);
    }
    harness_quiet(&h);
    harness_wait(&h, 600000);
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "does not tell the status"), 1);
    reconnect(VENUE);
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|790=GATE-H7");
}

/* R31: an answer to an older H still settles, and is consumed. */
static void test_status_late_answer_is_consumed(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    harness_wait(&h, 1000);
    const char *first = harness_keep(
        harness_expect(&h, VENUE, "35=H|790=GATE-H1"));
    const char *second = harness_keep(
        harness_expect(&h, VENUE, "35=H|790=GATE-H2"));
    status(first, '8', 0, "|103=5");
    harness_quiet(&h);
    status(second, '0', 0, "");
    harness_quiet(&h);
    expect_books(9040, 0);
}

/* An acked order that the venue forgot keeps its charge until a cancel is
 * answered the same way. */
static void test_status_lost_order_keeps_charge(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    status(ask, '8', 0, "|103=5");
    harness_quiet(&h);
    assert_int_equal(
        harness_noted(&h, "ALARM: the venue does not know order A1"), 1);
    expect_books(9040, 0);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_link(&h, CLIENT, true);
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1");
    harness_in(&h, VENUE,
               "35=9|37=NONE|11=C1|41=A1|39=8|434=1|102=1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=C1");
    harness_quiet(&h);
    expect_books(0, 0);
}

/* R43: a replace that was taken, and a restatement, that were missed. */
static void test_status_missed_replace_is_settled(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 4);
    harness_expect(&h, VENUE, "35=G|11=A2");
    reconnect(VENUE);
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, 'E', 0, "|38=10000000");
    harness_quiet(&h);
    expect_books(9040, 0);
    reconnect(VENUE);
    harness_wait(&h, 500);
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '0', 0, "|38=4000000");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=3616.00");
    harness_expect(&h, CLIENT, "35=8|150=I|11=A2");
    harness_quiet(&h);
    expect_books(3616, 0);
    reconnect(VENUE);
    harness_wait(&h, 500);
    ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A2"));
    status(ask, '0', 0, "|38=3000000");
    expect_books(2712, 0);
}

/* R45: what may not be there is not replaced before it is known; it can be
 * cancelled. */
static void test_status_uncertain_order_is_not_replaced(void **state)
{
    (void)state;
    send_order("A1");
    reconnect(VENUE);
    harness_replace(&h, "A2", "A1", 5);
    harness_expect(&h, CLIENT, "35=9|11=A2|58~CG403 REQUEST_PENDING");
    harness_wait(&h, 500);
    const char *ask = harness_keep(harness_expect(&h, VENUE, "35=H|11=A1"));
    harness_replace(&h, "A3", "A1", 5);
    harness_expect(&h, CLIENT, "35=9|11=A3|58~CG403 REQUEST_PENDING");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1");
    status(ask, '0', 0, "|38=10000000");
    harness_expect(&h, CLIENT, "35=8|150=I|39=0");
    harness_replace(&h, "A4", "A1", 5);
    harness_expect(&h, VENUE, "35=G|11=A4");
}

/* R31: a client's own H and its answer pass; the gate answers for what the
 * venue never saw. */
static void test_status_of_the_client_passes(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, CLIENT, "35=H|11=A1|790=Q1|55=USD10Y|54=1");
    harness_expect(&h, VENUE, "35=H|11=A1|790=Q1");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|790=Q1|17=0|150=I|39=0|55=USD10Y|54=1|151=0|"
               "14=0|6=0");
    harness_expect(&h, CLIENT, "35=8|150=I|790=Q1");
    harness_quiet(&h);
    harness_order(&h, "A2", '1', 10);
    harness_in(&h, CLIENT, "35=H|11=A2|790=Q2|55=USD10Y|54=1");
    harness_expect(&h, CLIENT, "35=8|150=I|39=A|11=A2|790=Q2|17~GATE-E");
    harness_quiet(&h);
    harness_order(&h, "A3", '1', 900);
    harness_in(&h, CLIENT, "35=H|11=A3|790=Q3|55=USD10Y|54=1");
    harness_expect(&h, CLIENT, "35=8|150=I|39=8|11=A3|790=Q3");
    harness_quiet(&h);
    harness_link(&h, VENUE, false);
    harness_in(&h, CLIENT, "35=H|11=A1|790=Q4|55=USD10Y|54=1");
    harness_expect(&h, CLIENT, "35=j|380=4");
}

/* R31: without 790 the client has its answer, and the gate its own. */
static void test_status_of_both_in_42(void **state)
{
    (void)state;
    static const char told[] =
        "35=8|37=V-B1|11=B1|17=0|20=3|150=0|39=0|55=USD10Y|54=1|38=10000000|"
        "151=0|14=0|6=0";
    harness_in(&h, CLIENT42,
               "35=D|11=B1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|21=1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE42, "35=D");
    harness_in(&h, VENUE42,
               "35=8|37=V-B1|11=B1|17=Y1|20=0|150=0|39=0|55=USD10Y|54=1|"
               "38=10000000|151=0|14=0|6=0");
    reconnect(VENUE42);
    harness_wait(&h, 500);
    const char *ask = harness_expect(&h, VENUE42, "35=H|11=B1|37=V-B1|54=1");
    assert_null(strstr(ask, "|790="));
    harness_in(&h, CLIENT42, "35=H|11=B1|55=USD10Y|54=1");
    harness_expect(&h, VENUE42, "35=H|11=B1");
    harness_in(&h, VENUE42, told);
    harness_expect(&h, CLIENT42, "35=8|20=3");
    harness_in(&h, VENUE42, told);
    harness_quiet(&h);
    harness_in(&h, VENUE42, told);
    harness_expect(&h, CLIENT42, "35=8|20=3");
}

/* A venue that takes no H says so: the charge stays, and it is not asked
 * again; a Reject of an H does not end the order. */
static void test_status_refused_request(void **state)
{
    (void)state;
    send_order("A1");
    reconnect(VENUE);
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|11=A1");
    harness_in(&h, VENUE, "35=j|45=9|372=H|379=GATE-H1|380=3|58=no");
    harness_quiet(&h);
    harness_wait(&h, 60000);
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "refuses to tell"), 1);
    expect_books(9040, 0);
    reconnect(VENUE);
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|790=GATE-H2");
    harness_in(&h, VENUE, "35=j|45=9|372=H|379=A1|380=1|58=unknown");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG304");
}

/* The same as a session-level Reject (3). */
static void test_status_rejected_request(void **state)
{
    (void)state;
    send_order("A1");
    reconnect(VENUE);
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|11=A1");
    harness_rejected(&h, VENUE, "35=H|11=A1|790=GATE-H1");
    harness_quiet(&h);
    expect_books(9040, 0);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* R53: a client's own H that the venue's FIX session rejects is answered by the
 * gate, with what it knows; once for each H. */
static void test_status_rejected_request_of_client(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, CLIENT, "35=H|11=A1|55=USD10Y|54=1|5001=x");
    harness_expect(&h, VENUE, "35=H|11=A1|5001=x");
    harness_rejected(&h, VENUE, "35=H|11=A1|55=USD10Y|54=1|5001=x");
    harness_expect(&h, CLIENT, "35=8|150=I|39=0|11=A1|37=V-A1|151=10000000");
    harness_quiet(&h);
    harness_in(&h, CLIENT, "35=H|11=A1|790=Q1|55=USD10Y|54=1");
    harness_expect(&h, VENUE, "35=H|11=A1|790=Q1");
    harness_rejected(&h, VENUE, "35=H|11=A1|790=Q1|55=USD10Y|54=1");
    harness_expect(&h, CLIENT, "35=8|150=I|39=0|11=A1");
    harness_quiet(&h);
    harness_rejected(&h, VENUE, "35=H|11=A1|790=Q1|55=USD10Y|54=1");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "rejected a client's H"), 2);
    expect_books(9040, 0);
}

/* R46: a burst is cut into turns. */
static void test_status_burst_is_paced(void **state)
{
    (void)state;
    char id[16];
    harness_close(&h);
    harness_open_with(&h, "");
    for (int i = 0; i < 150; i++) {
        char fields[256];
        snprintf(id, sizeof(id), "P%d", i);
        snprintf(fields, sizeof(fields),
                 "35=D|11=%s|1=SDR|55=USD2Y|54=1|38=1000000|40=2|44=4.1|"
                 "60=20270115-08:00:00",
                 id);
        harness_in(&h, CLIENT50, fields);
        harness_expect(&h, VENUE50, "35=D");
    }
    reconnect(VENUE50);
    harness_wait(&h, 500);
    assert_int_equal(h.out_count, 100);
    /* A resend in the middle of it holds up nothing any more. */
    harness_engine(&h, resends, NULL);
    harness_wait(&h, 10);
    assert_int_equal(h.out_count, 50);
}

/* R22, R29: an order whose token has lapsed is not sent again, also when that
 * was not acted on yet; nothing is asked of a venue that is away. */
static void test_status_lapsed_order_is_not_resent(void **state)
{
    char fields[256];
    char until[64];
    struct cg_fix_writer time = cg_fix_writer_over(until, sizeof(until) - 1);
    (void)state;
    harness_order(&h, "A1", '1', 10);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=0");
    cg_fix_put_time(&time, 126, h.now + 60 * CG_SECOND);
    struct cg_slice expires = cg_fix_written(&time);
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=GATE-T1|2320=0|2321=0|2325=0|2324=9040.00|"
             "2327=9040.00|%.*s",
             harness_field(ask, 2318), (int)expires.len - 1, expires.data);
    harness_in(&h, HUB, fields);
    harness_expect(&h, VENUE, "35=D");
    assert_true(harness_may_resend(&h, "D", "A1"));
    h.now += 59 * CG_SECOND;
    harness_in(&h, OTHER_CLIENT,
               "35=F|11=Z1|41=Z0|55=USD10Y|54=1|"
               "60=20270115-08:00:00|38=10000000");
    assert_true(harness_may_resend(&h, "D", "A1"));
    h.now += 1 * CG_SECOND;
    harness_in(&h, OTHER_CLIENT,
               "35=F|11=Z2|41=Z0|55=USD10Y|54=1|"
               "60=20270115-08:00:00|38=10000000");
    harness_link(&h, VENUE, false);
    harness_quiet(&h);
    assert_false(harness_may_resend(&h, "D", "A1"));
    assert_int_equal(cg_gate_commit(h.gate), 0);
}

/* R31: an F without any answer is said again, less and less often, until the
 * venue says that the order is over. */
static void test_status_unanswered_pull_is_repeated(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1 + 1000 + 2000);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_quiet(&h);
    harness_link(&h, VENUE, false);
    harness_wait(&h, 60000);
    harness_quiet(&h);
    harness_link(&h, VENUE, true);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X9|150=4|39=4|55=USD10Y|54=1|151=0|14=0|"
               "6=0");
    harness_wait(&h, 600000);
    expect_books(0, 0);
    assert_int_equal(h.out_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_status_asked_after_logon),
        WITH_GATE(test_status_asks_for_what_is_open),
        WITH_GATE(test_status_missed_fill_is_news),
        WITH_GATE(test_status_missed_end_releases),
        WITH_GATE(test_status_lower_cum_qty_is_an_alarm),
        WITH_GATE(test_status_unknown_is_answered),
        WITH_GATE(test_status_withheld_order_is_asked_for),
        WITH_GATE(test_status_withheld_replace_is_answered),
        WITH_GATE(test_status_waits_for_resends),
        WITH_GATE(test_status_unanswered_is_repeated),
        WITH_GATE(test_status_late_answer_is_consumed),
        WITH_GATE(test_status_lost_order_keeps_charge),
        WITH_GATE(test_status_missed_replace_is_settled),
        WITH_GATE(test_status_uncertain_order_is_not_replaced),
        WITH_GATE(test_status_of_the_client_passes),
        WITH_GATE(test_status_of_both_in_42),
        WITH_GATE(test_status_refused_request),
        WITH_GATE(test_status_rejected_request),
        WITH_GATE(test_status_rejected_request_of_client),
        WITH_GATE(test_status_burst_is_paced),
        WITH_GATE(test_status_lapsed_order_is_not_resent),
        WITH_GATE(test_status_unanswered_pull_is_repeated),
        WITH_GATE(test_status_withheld_replace_of_what_ends),
        WITH_GATE(test_status_withheld_replace_of_what_ended),
        WITH_GATE(test_status_withheld_replace_behind_a_gap),
        WITH_GATE(test_status_withheld_replace_after_the_question),
        WITH_GATE(test_status_cancel_behind_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
