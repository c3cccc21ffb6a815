/*
 * What becomes of asks that are given up, of notices that nobody confirms, and
 * of the pushed amount that stands in for a silent hub.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "gate_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;

static void push(const char *amount)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=R%d|60=20270115-08:00:%02d|1677=1|1671=2|1691=ACME|"
             "1692=D|1693=24|1691=FCM1|1692=D|1693=4|1669=1|1529=1|1530=12|"
             "1531=%s|1532=USD|1670=ACME-USD|2339=2|2355=1",
             h.seq, h.seq % 60, amount);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

static void report(const char *id, const char *what, long qty, long cum)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|%s|55=USD10Y|54=1|38=%ld000000|151=0|"
             "14=%ld000000|6=0",
             id, id, h.seq, what, qty, cum);
    harness_in(&h, VENUE, fields);
}

static void cancelled(const char *id, long qty, long cum)
{
    report(id, "150=4|39=4", qty, cum);
}

/* --- said again (R28) --------------------------------------------------- */

/* A release that is not confirmed is said again, later and later, with the
 * same 2318, until any DG is there. */
static void test_gate_giving_up_release_is_repeated(void **state)
{
    (void)state;
    static const int pauses[] = {30, 60, 120, 240, 480, 480};
    harness_work(&h, "A1", '1', 10);
    cancelled("A1", 10, 0);
    harness_expect(&h, HUB, "35=DF|2318=2|2320=1");
    for (int i = 0; i < 6; i++) {
        harness_wait(&h, pauses[i] * 1000 - 1);
        harness_quiet(&h);
        harness_wait(&h, 1);
        harness_expect(&h, HUB,
                       "35=DF|97=Y|2318=2|2319=GATE-T1|2320=1|2324=9040.00");
        harness_quiet(&h);
    }
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=99|2320=1|2321=0");
    struct cg_token_view token; /* "unknown" confirms a withdrawal */
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_string_equal(token.state, "closed");
    harness_wait(&h, 3600000);
    harness_quiet(&h);
}

/* So are a consumption and a fall, each at its own times; an ask for credit is
 * not, and "wait" (2325=3) confirms nothing. */
static void test_gate_giving_up_notices_are_repeated(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "150=F|39=1", 10, 4);
    harness_expect(&h, HUB, "35=DF|2318=2|2321=1");
    harness_wait(&h, 10000);
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=3|2320=0|2321=1");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E9|150=D|39=1|55=USD10Y|54=1|38=5000000|"
               "151=0|14=4000000|6=0");
    harness_expect(&h, HUB, "35=DF|2318=3|2320=2|2324=4520.00");
    harness_wait(&h, 20000);
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2321=1|2324=3616.00");
    harness_quiet(&h);
    harness_wait(&h, 10000);
    harness_expect(&h, HUB, "35=DF|97=Y|2318=3|2320=2|2324=4520.00");
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=0|2320=0|2321=1");
    harness_in(&h, HUB, "35=DG|2318=3|2319=GATE-T1|2325=0|2320=2|2321=0");
    harness_wait(&h, 3600000);
    harness_quiet(&h);
}

/* While the hub is away nothing is said; its logon says all, and the pauses
 * begin anew, also after a restart of the gate. */
static void test_gate_giving_up_repeats_follow_the_link(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    cancelled("A1", 10, 0);
    harness_wait(&h, 90000);
    harness_expect(&h, HUB, "35=DF|97=Y");
    harness_expect(&h, HUB, "35=DF|97=Y");
    harness_link(&h, HUB, false);
    harness_wait(&h, 3600000);
    harness_quiet(&h);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2320=1");
    harness_wait(&h, 29999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2");
    harness_reopen(&h);
    harness_wait(&h, 3600000);
    harness_quiet(&h);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2320=1");
    harness_wait(&h, 30000);
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2320=1");
    harness_quiet(&h);
}

/*
 * A fall that the hub refuses leaves it with more than the order needs: when
 * the order is over it is told so, although all that was charged is filled.
 */
static void test_gate_giving_up_refused_fall_goes_back(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, CLIENT,
               "35=G|11=A2|41=A1|1=ACME|55=USD10Y|54=1|38=5000000|40=2|44=4|"
               "21=1|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=G|11=A2");
    report("A2", "41=A1|150=5|39=0", 5, 0);
    harness_expect(&h, HUB, "35=DF|2318=2|2320=2|2324=4520.00");
    harness_expect(&h, CLIENT, "35=8|150=5");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=99|2320=2|2321=0");
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    report("A2", "150=F|39=2", 5, 5);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=4520.00");
    harness_expect(&h, HUB, "35=DF|2320=1|2321=0");
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_quiet(&h);
}

/* --- a renewal given up (R28, R29) -------------------------------------- */

/* Its withdrawal carries the same total; a late grant of it changes nothing,
 * and the order that is pulled for it stays pulled. */
static void test_gate_giving_up_renewal_is_withdrawn(void **state)
{
    (void)state;
    struct cg_token_view token;
    harness_order(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00|"
               "126=20270115-08:00:10");
    harness_expect(&h, VENUE, "35=D");
    harness_wait(&h, 4800);
    harness_expect(&h, HUB, "35=DF|2318=2|2320=2|2324=9040.00");
    harness_wait(&h, 4500);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, HUB, "35=DF|2318=3|2320=2|2324=9040.00");
    harness_quiet(&h);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2320=2|2321=0|"
               "126=20270115-09:00:00");
    harness_quiet(&h);
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.granted, 90400000);
    assert_int_equal(token.reserved, 90400000);
    harness_wait(&h, 500); /* its old expiry holds */
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_string_equal(token.end, "expired");
    cancelled("A1", 10, 0);
    harness_expect(&h, HUB, "35=DF|2320=1");
}

/* One that the hub never heard of, for it was away, and that is withdrawn when
 * it is back, waits for no answer; else its token would never be over. */
static void test_gate_giving_up_renewal_never_heard(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00|"
               "126=20270115-08:00:10");
    harness_expect(&h, VENUE, "35=D");
    harness_link(&h, HUB, false);
    harness_wait(&h, 4800); /* 2318=2 */
    harness_quiet(&h);
    harness_wait(&h, 5000);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    const char *ask = harness_expect(&h, HUB, "35=DF|2318=3|2320=2");
    harness_grant(&h, ask);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    cancelled("A1", 10, 0);
    harness_expect(&h, CLIENT, "35=8|150=4");
    assert_int_equal(h.gate->engine->state.ask_first, CG_NONE);
    harness_quiet(&h);
    harness_reopen(&h);
    assert_int_equal(h.gate->engine->state.ask_first, CG_NONE);
}

/* A late grant is on record with the time since it was given up. */
static void test_gate_giving_up_late_grant_says_how_late(void **state)
{
    (void)state;
    bool said = false;
    harness_order(&h, "A1", '1', 10);
    harness_wait(&h, 20000);
    harness_expect(&h, HUB, "35=DF|2318=2|2320=1");
    harness_wait(&h, 250);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040.00");
    for (size_t i = 0; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        said = said || (fact->kind == CG_FACT_NOTED && fact->text != NULL &&
                        strstr(fact->text, "given up 250 ms ago") != NULL);
    }
    assert_true(said);
}

/* --- the pushed amount (R27) -------------------------------------------- */

/* What fallback tokens hold and have consumed since the refresh counts; what
 * they give back does not; a refresh begins anew. */
static void test_gate_giving_up_budget_is_what_was_pushed(void **state)
{
    (void)state;
    push("50000.00");
    harness_link(&h, HUB, false);
    harness_order(&h, "A1", '1', 30); /* 27120 of 50000 */
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_order(&h, "A2", '1', 26); /* 23504, 50624 in all */
    harness_expect(&h, CLIENT, "35=8|150=8");
    report("A1", "150=F|39=1", 30, 20);
    harness_order(&h, "A3", '1', 25); /* 22600, 49720 in all */
    harness_expect(&h, VENUE, "35=D|11=A3");
    cancelled("A3", 25, 0);
    cancelled("A1", 30, 20); /* 18080 stay consumed */
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_order(&h, "A4", '1', 36); /* 32544, 50624 in all */
    harness_expect(&h, CLIENT, "35=8|150=8");
    harness_order(&h, "A5", '1', 35); /* 31640, 49720 */
    harness_expect(&h, VENUE, "35=D|11=A5");
}

/* The budget shrinks with the age of the push: at half of it, half is left. */
static void test_gate_giving_up_budget_shrinks(void **state)
{
    (void)state;
    push("90400.00");
    harness_link(&h, HUB, false);
    harness_wait(&h, 30000);
    harness_order(&h, "A1", '1', 51);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG302");
    harness_order(&h, "A2", '1', 50); /* 45200.00, all of it */
    harness_expect(&h, VENUE, "35=D|11=A2");
    cancelled("A2", 50, 0);
    harness_wait(&h, 29999);
    harness_order(&h, "A3", '1', 1);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG302");
    harness_link(&h, HUB, true);
    push("90400.00");
    harness_link(&h, HUB, false);
    harness_order(&h, "A4", '1', 100);
    harness_expect(&h, VENUE, "35=D|11=A4");
}

/* After three soft deadlines missed in a row one order at a time probes the
 * hub, the others go straight on; any DG ends it. */
static void test_gate_giving_up_probes_one_at_a_time(void **state)
{
    (void)state;
    char id[8];
    push("100000.00");
    for (int i = 0; i < 3; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        harness_order(&h, id, '1', 1);
        harness_expect(&h, HUB, "35=DF|2320=0");
        harness_wait(&h, 1000);
        if (i == 2) {
            harness_expect(&h, CLIENT, "35=B|148~pushed limits are used");
            harness_expect(&h, CLIENT42, "35=B|148~pushed limits are used");
        }
        harness_expect(&h, HUB, "35=DF|2320=1");
        harness_expect(&h, VENUE, "35=D");
    }
    harness_order(&h, "P1", '1', 1); /* the probe */
    harness_expect(&h, HUB, "35=DF|2320=0|2319=GATE-T7");
    harness_quiet(&h);
    harness_order(&h, "B1", '1', 1);
    harness_expect(&h, VENUE, "35=D|11=B1");
    harness_quiet(&h);
    harness_wait(&h, 1000);
    harness_expect(&h, HUB, "35=DF|2320=1|2319=GATE-T7");
    harness_expect(&h, VENUE, "35=D|11=P1");
    harness_quiet(&h);
    harness_order(&h, "P2", '1', 1);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=0|2319=GATE-T10");
    harness_grant(&h, ask);
    harness_expect(&h, CLIENT, "35=B|148~answers again");
    harness_expect(&h, CLIENT42, "35=B|148~answers again");
    harness_expect(&h, VENUE, "35=D|11=P2");
    harness_order(&h, "C1", '1', 1);
    harness_expect(&h, HUB, "35=DF|2320=0");
    harness_order(&h, "C2", '1', 1);
    harness_expect(&h, HUB, "35=DF|2320=0");
}

/* 2325=1 and 2 are final: they never fall back. */
static void test_gate_giving_up_denial_never_falls_back(void **state)
{
    (void)state;
    push("100000.00");
    harness_order(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=2|2326=99|2320=0|2321=0");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG307");
    harness_order(&h, "A2", '1', 10);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T2|2325=1|2327=10.00|2320=0|2321=0");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG101");
    harness_wait(&h, 20000);
    harness_quiet(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_giving_up_release_is_repeated),
        WITH_GATE(test_gate_giving_up_notices_are_repeated),
        WITH_GATE(test_gate_giving_up_repeats_follow_the_link),
        WITH_GATE(test_gate_giving_up_refused_fall_goes_back),
        WITH_GATE(test_gate_giving_up_renewal_is_withdrawn),
        WITH_GATE(test_gate_giving_up_renewal_never_heard),
        WITH_GATE(test_gate_giving_up_late_grant_says_how_late),
        WITH_GATE(test_gate_giving_up_budget_is_what_was_pushed),
        WITH_GATE(test_gate_giving_up_budget_shrinks),
        WITH_GATE(test_gate_giving_up_probes_one_at_a_time),
        WITH_GATE(test_gate_giving_up_denial_never_falls_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
