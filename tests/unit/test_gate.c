/*
 * The gate as a whole, without sockets: what goes in and what comes out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;

static void limits_out(cg_dv01 *used, cg_dv01 *reserved, cg_dv01 *consumed)
{
    struct cg_limit_view limit;
    struct cg_token_view token;
    assert_true(cg_gate_limit(h.gate, 0, &limit));
    *used = limit.used;
    *reserved = 0;
    *consumed = 0;
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        *reserved += token.reserved;
        *consumed += token.consumed;
    }
}

static void expect_books(cg_dv01 used, cg_dv01 reserved, cg_dv01 consumed)
{
    cg_dv01 u;
    cg_dv01 r;
    cg_dv01 c;
    limits_out(&u, &r, &c);
    assert_int_equal(u, used * 10000);
    assert_int_equal(r, reserved * 10000);
    assert_int_equal(c, consumed * 10000);
}

static void report(const char *id,
                   char exec,
                   char status,
                   long qty,
                   long cum,
                   const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0%s",
             id, h.seq, exec, status, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

/* R20, R22, R24, R25, R55: asked, granted, forwarded, consumed, closed. */
static void test_gate_order_granted_goes_on(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    const char *ask = harness_expect(&h, HUB,
                                     "35=DF|2320=0|2321=0|2324=9040.00|15=USD|"
                                     "1670=ACME-USD|448=ACME|452=24|54=1");
    harness_quiet(&h);
    harness_grant(&h, ask);
    const char *order = harness_expect(&h, VENUE, "35=D|11=A1|7350=GATE-T1");
    assert_null(strstr(order, "2318="));
    harness_quiet(&h);
    report("A1", '0', '0', 10, 0, "");
    harness_expect(&h, CLIENT, "35=8|150=0|11=A1");
    report("A1", 'F', '1', 10, 4, "|32=4000000|31=4.1");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00|2319=GATE-T1");
    harness_expect(&h, CLIENT, "35=8|14=4000000");
    expect_books(9040, 5424, 3616);
    report("A1", 'F', '2', 10, 10, "|32=6000000|31=4.1");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=5424.00");
    harness_expect(&h, CLIENT, "35=8|39=2");
    harness_quiet(&h);
    expect_books(9040, 0, 9040);
}

/* R13, R51: above the limit it is refused, with both numbers. */
static void test_gate_order_above_limit_is_refused(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 100);
    harness_order(&h, "A2", '1', 20);
    harness_expect(&h, CLIENT,
                   "35=8|150=8|39=8|103=3|58=CG101 LIMIT_EXCEEDED req:18080.00 "
                   "avl:9600.00 ccy:USD lim:ACME-USD own:FCM1 - contact the "
                   "FCM1 credit desk for a top-up");
    harness_quiet(&h);
    expect_books(90400, 90400, 0);
}

/* R41: a rise asks for the difference before it goes on. */
static void test_gate_replace_up_asks_first(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 15);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_quiet(&h);
    expect_books(13560, 9040, 0);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=G|11=A2|41=A1|7350=GATE-T1");
    expect_books(13560, 13560, 0);
    report("A2", '5', '0', 15, 0, "|41=A1");
    harness_expect(&h, CLIENT, "35=8|150=5");
    harness_quiet(&h);
    expect_books(13560, 13560, 0);
}

/* R41: refused by the gate or by the hub, the original lives on unchanged. */
static void test_gate_replace_refused_keeps_original(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 100);
    harness_replace(&h, "A2", "A1", 105);
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=2|2320=2|2321=0");
    harness_expect(&h, CLIENT, "35=9|434=2|102=2|11=A2|41=A1|39=0|58~CG101");
    expect_books(90400, 90400, 0);
    harness_replace(&h, "A3", "A1", 106);
    harness_expect(&h, CLIENT, "35=9|434=2|58~CG105 CLIP_SIZE");
    expect_books(90400, 90400, 0);
    report("A1", 'F', '2', 100, 100, "");
    expect_books(90400, 0, 90400);
}

/* R41: a fall frees nothing until the venue confirms it. */
static void test_gate_replace_down_waits_for_venue(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 4);
    harness_expect(&h, VENUE, "35=G|11=A2");
    expect_books(9040, 9040, 0);
    report("A2", '5', '0', 4, 0, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=3616.00");
    harness_expect(&h, CLIENT, "35=8|150=5");
    expect_books(3616, 3616, 0);
}

/* R21, R42: a cancel passes, and the rest is given back when confirmed. */
static void test_gate_cancel_releases_rest(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', '1', 10, 4, "");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1|41=A1");
    expect_books(9040, 5424, 3616);
    report("C1", '4', '4', 10, 4, "|41=A1");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=1|2324=5424.00");
    expect_books(3616, 0, 3616);
    harness_grant(&h, ask);
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_string_equal(token.state, "closed");
    assert_string_equal(token.end, "released");
    assert_int_equal(token.released, 54240000);
}

/* R52: one News for the highest level crossed, none when it repeats. */
static void test_gate_warning_level_sends_one_news(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 80);
    harness_order(&h, "A2", '1', 22);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=A2");
    harness_expect(&h, CLIENT,
                   "35=B|148=Credit limit warning: 90 % reached|33=3|"
                   "58~92208.00 of 100000.00 USD (92 %)|58~+1 555 0100");
    harness_expect(&h, CLIENT42, "35=B|61=0");
    harness_quiet(&h);
    harness_order(&h, "A3", '1', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=A3");
    harness_quiet(&h);
}

/* Pushes |amount| for the client's account, as the hub's snapshot. */
static void push(const char *amount)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=R%d|60=20270115-08:00:%02d|1677=1|1671=2|1691=ACME|"
             "1692=D|1693=24|1691=FCM1|1692=D|1693=4|1669=1|1529=1|1530=12|"
             "1531=%s|1532=USD|1670=ACME-USD|2339=2|2355=1",
             h.seq, h.seq % 60, amount);
    harness_in(&h, HUB, fields);
}

/* R26..R28: soft deadline, pushed amount, withdrawal, late grant handed back.
 */
static void test_gate_hub_silent_falls_back(void **state)
{
    (void)state;
    push("100000.00");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, HUB, "35=DF|2318=1|2319=GATE-T1");
    harness_wait(&h, 999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2318=2|2319=GATE-T1|2320=1");
    harness_expect(&h, VENUE, "35=D|11=A1|7350=GATE-T2");
    harness_quiet(&h);
    expect_books(9040, 9040, 0);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00");
    harness_quiet(&h);
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_string_equal(token.state, "returning");
    assert_int_equal(token.granted, 90400000);
    assert_int_equal(token.released, 90400000);
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=4|2320=1|2321=0");
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_string_equal(token.state, "closed");
    expect_books(9040, 9040, 0);
}

/* R17, R31: lowered below use, newest first, until it fits. */
static void test_gate_limit_lowered_pulls_newest(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 40);
    harness_work(&h, "A2", '1', 40);
    push("40000.00");
    const char *pull = harness_expect(&h, VENUE, "35=F|41=A2|38=40000000");
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(pull, 11));
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_expect(&h, CLIENT, "35=B|148=Credit limit breached");
    harness_expect(&h, CLIENT42, "35=B");
    harness_quiet(&h);
    report(id, '6', '6', 40, 0, "|41=A2");
    harness_quiet(&h);
    report(id, '4', '4', 40, 0, "|41=A2");
    harness_expect(&h, HUB, "35=DF|2320=1");
    const char *report_out = harness_expect(
        &h, CLIENT, "35=8|11=A2|150=4|58~CG306 ORDER_PULLED");
    assert_null(strstr(report_out, "|41="));
    harness_expect(&h, CLIENT, "35=B|148=Order pulled");
    expect_books(36160, 36160, 0);
}

/* R18: halt pulls and refuses, cancels pass; only the placer reinstates. */
static void test_gate_halt_and_reinstate(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2328=S1|2329=1|2332=0");
    harness_expect(&h, CLIENT, "35=B|61=1");
    harness_expect(&h, CLIENT42, "35=B|61=1");
    const char *pull = harness_expect(&h, VENUE, "35=F|41=A1");
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(pull, 11));
    harness_quiet(&h);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|150=8|103=0|58~CG202 PARTY_HALTED");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1|41=A1");
    report(id, '4', '4', 10, 0, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=4|378=6|58~CG202");
    harness_expect(&h, CLIENT, "35=B|148=Order pulled");
    harness_expect(&h, CLIENT42, "35=B");
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=1");
    harness_in(&h, HUB,
               "35=DH|2328=S2|2329=2|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=1");
    harness_order(&h, "A3", '1', 1);
    harness_expect(&h, HUB, "35=DF");
}

/* R29: a token is renewed before it lapses; without that its order is pulled.
 */
static void test_gate_token_renewed_then_pulled(void **state)
{
    (void)state;
    char fields[256];
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, HUB, "35=DF|2318=1");
    cg_time start = h.now;
    (void)start;
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00|"
               "126=20270115-08:00:10");
    harness_expect(&h, VENUE, "35=D");
    harness_wait(&h, 4799);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2318=2|2320=2|2324=9040.00");
    snprintf(fields, sizeof(fields),
             "35=DG|2318=2|2319=GATE-T1|2325=0|2320=2|2321=0|"
             "126=20270115-08:00:20");
    harness_in(&h, HUB, fields);
    harness_quiet(&h);
    harness_wait(&h, 20000);
    harness_expect(&h, HUB, "35=DF|2318=3|2320=2");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, HUB, "35=DF|2318=4|2320=2|2324=9040.00");
}

/* R23, R43: an overfill is on record and counted. */
static void test_gate_overfill_is_an_overrun(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', '2', 10, 12, "");
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.overrun, 18080000);
    expect_books(10848, 0, 10848);
}

/* R45: a gate that stops answers what waits, takes no risk, lets cancels by. */
static void test_gate_stop_answers_what_waits(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_order(&h, "A2", '1', 10);
    harness_expect(&h, HUB, "35=DF|2320=0");
    harness_stop(&h);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT,
                   "35=8|11=A2|150=8|58~CG501 GATE_STOPPING - the gate is");
    harness_quiet(&h);
    harness_order(&h, "A3", '1', 10);
    harness_expect(&h, CLIENT, "35=8|11=A3|150=8|58~CG501");
    harness_replace(&h, "A4", "A1", 5);
    harness_expect(&h, CLIENT, "35=9|11=A4|434=2|58~CG501");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1|41=A1");
    expect_books(9040, 9040, 0);
}

/* R18: a stop that is repeated takes no second place and needs one lift. */
static void test_gate_repeated_stop_counts_once(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        harness_in(&h, HUB,
                   "35=DH|2328=S1|2329=0|453=1|448=ACME|447=D|452=24|"
                   "60=20270115-08:00:00");
        harness_expect(&h, HUB, "35=DI|2328=S1|2332=0");
    }
    harness_in(&h, HUB,
               "35=DH|2328=S2|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=0");
    harness_in(&h, HUB,
               "35=DH|2328=S3|2329=2|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2328=S3|2332=0");
    harness_order(&h, "A1", '1', 1);
    harness_expect(&h, HUB, "35=DF");
}

/* R24: an approval that names neither the ask nor its amount grants nothing. */
static void test_gate_nameless_approval_grants_nothing(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, HUB, "35=DF|2318=1|2319=GATE-T1");
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2320=0|2321=0");
    harness_quiet(&h);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2320=0|2321=0|2324=9039.99");
    harness_quiet(&h);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00");
    harness_expect(&h, VENUE, "35=D|11=A1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_order_granted_goes_on),
        WITH_GATE(test_gate_order_above_limit_is_refused),
        WITH_GATE(test_gate_replace_up_asks_first),
        WITH_GATE(test_gate_replace_refused_keeps_original),
        WITH_GATE(test_gate_replace_down_waits_for_venue),
        WITH_GATE(test_gate_cancel_releases_rest),
        WITH_GATE(test_gate_warning_level_sends_one_news),
        WITH_GATE(test_gate_hub_silent_falls_back),
        WITH_GATE(test_gate_limit_lowered_pulls_newest),
        WITH_GATE(test_gate_halt_and_reinstate),
        WITH_GATE(test_gate_token_renewed_then_pulled),
        WITH_GATE(test_gate_overfill_is_an_overrun),
        WITH_GATE(test_gate_stop_answers_what_waits),
        WITH_GATE(test_gate_nameless_approval_grants_nothing),
        WITH_GATE(test_gate_repeated_stop_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
