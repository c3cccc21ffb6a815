/*
 * Stops of parties: layers, superiors, places, and what each DH is answered.
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

/* The first three sessions are the harness's CLIENT, VENUE and HUB. */
enum { DESK = 3, HUB2, CLIENT2 };

#define AT "|60=20270115-08:00:00"

static const char text[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=200\nMaxRequests=4000\nMaxLimits=64\nMaxWaiting=8\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nAccounts=ONE,TWO\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "Superior=desk\n"
    "[SESSION]\nName=desk\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=DESK\n"
    "[SESSION]\nName=hub2\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=HUB2\n"
    "[SESSION]\nName=client2\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT2\nAccounts=OTHER\n"
    "[ACCOUNT]\nAccount=ONE\nClearingFirm=F1\nHub=hub\n"
    "[ACCOUNT]\nAccount=TWO\nClearingFirm=F1\nHub=hub\n"
    "[ACCOUNT]\nAccount=OTHER\nClearingFirm=F2\nHub=hub2\n"
    "[LIMIT]\nRiskLimitID=ONE-USD\nAccount=ONE\nHub=hub\nOwner=F1\n"
    "Currency=USD\nModel=push\nAmount=100000.00\n"
    "[LIMIT]\nRiskLimitID=TWO-USD\nAccount=TWO\nHub=hub\nOwner=F1\n"
    "Currency=USD\nModel=push\nAmount=100000.00\n"
    "[LIMIT]\nRiskLimitID=OTHER-USD\nAccount=OTHER\nHub=hub2\nOwner=F2\n"
    "Currency=USD\nModel=push\nAmount=100000.00\n";

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open_config(&h, text);
    return 0;
}

/* A DH on an account (role 24) or a firm (role 4). */
static void
stop(int session, const char *id, int action, const char *party, int role)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=DH|2328=%s|2329=%d|453=1|448=%s|447=D|452=%d" AT, id, action,
             party, role);
    harness_in(&h, session, fields);
}

static void order_as(int session, const char *id, const char *account)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=USD10Y|54=1|38=10000000|40=2|44=4.1" AT, id,
             account);
    harness_in(&h, session, fields);
}

static void order(const char *id, const char *account)
{
    order_as(CLIENT, id, account);
}

static void report(const char *id, const char *about, const char *more)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|55=USD10Y|54=1|38=10000000|151=0|"
             "14=0|6=0%s",
             about, id, h.seq, more);
    harness_in(&h, VENUE, fields);
}

static void work(const char *id, const char *account)
{
    order(id, account);
    harness_expect(&h, VENUE, "35=D");
    report(id, id, "|150=0|39=0");
    harness_expect(&h, CLIENT, "35=8|150=0");
}

static void replace(const char *id, const char *orig, long qty, const char *px)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ONE|55=USD10Y|54=1|38=%ld|40=2|44=%s" AT, id,
             orig, qty, px);
    harness_in(&h, CLIENT, fields);
}

/* R18: each lifts its own layer; News names what still binds. */
static void test_gate_stops_layers_lifted_one_by_one(void **state)
{
    (void)state;
    stop(HUB, "S1", 0, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S1|2329=0|2332=0");
    harness_expect(&h, CLIENT, "35=B|148~stopped|61=0|58=suspended by hub");
    harness_expect(&h, HUB, "35=DI|2328=S1|2329=0|2332=1");
    harness_quiet(&h);
    stop(DESK, "S2", 1, "ONE", 24);
    harness_expect(&h, DESK, "35=DI|2328=S2|2329=1|2332=0");
    harness_expect(&h, CLIENT, "35=B|58=halted by desk");
    harness_expect(&h, DESK, "35=DI|2328=S2|2329=1|2332=1");
    order("A1", "ONE");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG202");
    harness_reopen(&h);
    for (int i = 0; i < 6; i++) {
        harness_link(&h, i, true);
    }
    stop(HUB, "S3", 2, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S3|2329=2|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S3|2329=2|2332=1|58~another");
    harness_expect(&h, CLIENT,
                   "35=B|148=A stop was lifted, another still binds|61=1|33=3|"
                   "58=halted by desk");
    harness_quiet(&h);
    order("A2", "ONE");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG202");
    stop(DESK, "S4", 2, "ONE", 24);
    harness_expect(&h, DESK, "35=DI|2328=S4|2332=0");
    const char *done = harness_expect(&h, DESK, "35=DI|2328=S4|2332=1");
    assert_null(strstr(done, "|58="));
    harness_expect(&h, CLIENT, "35=B|148~Reinstated|61=0");
    harness_quiet(&h);
    order("A3", "ONE");
    harness_expect(&h, VENUE, "35=D|11=A3");
}

/* R18: a superior lifts what its inferior placed, which is told; the inferior
 * does not lift the superior's. */
static void test_gate_stops_superior_lifts_the_inferiors(void **state)
{
    (void)state;
    stop(HUB, "S1", 1, "ONE", 24);
    stop(DESK, "S2", 2, "ONE", 24);
    harness_expect(&h, DESK, "35=DI|2328=S2|2329=2|2332=0");
    const char *told = harness_expect(
        &h, HUB, "35=DI|2329=2|2332=1|448=ONE|452=24|58=lifted by a superior");
    assert_null(strstr(told, "|2328="));
    harness_expect(&h, DESK, "35=DI|2328=S2|2332=1");
    harness_expect(&h, CLIENT, "35=B|148~Reinstated");
    harness_quiet(&h);
    stop(DESK, "S3", 0, "ONE", 24);
    stop(HUB, "S4", 2, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S4|2332=2|2333=98|1328~superior");
    harness_quiet(&h);
    order("A1", "ONE");
    harness_expect(&h, CLIENT, "35=8|58~CG201");
}

/* R18: a stop of the firm and one of its account are two. */
static void test_gate_stops_of_firm_and_account_are_two(void **state)
{
    (void)state;
    stop(HUB, "S1", 0, "F1", 4);
    harness_expect(&h, HUB, "35=DI|2332=0|448=F1|452=4");
    harness_expect(&h, CLIENT, "35=B|58=suspended by hub, the whole firm");
    harness_expect(&h, CLIENT, "35=B|58=suspended by hub, the whole firm");
    harness_expect(&h, HUB, "35=DI|2332=1");
    stop(HUB, "S2", 2, "TWO", 24);
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=2|2333=99|1328~no stop");
    stop(HUB, "S3", 0, "TWO", 24);
    stop(HUB, "S4", 2, "F1", 4);
    harness_expect(&h, HUB, "35=DI|2328=S4|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S4|2332=1");
    harness_expect(&h, CLIENT, "35=B|148~Reinstated|58~account ONE");
    harness_expect(&h, CLIENT, "35=B|148~still binds|58~account TWO");
    order("A1", "ONE");
    harness_expect(&h, VENUE, "35=D|11=A1");
    order("A2", "TWO");
    harness_expect(&h, CLIENT, "35=8|58~CG201");
}

/* R6, R18: every DH has an answer, whatever is wrong with it. */
static void test_gate_stops_wrong_ones_are_answered(void **state)
{
    (void)state;
    stop(HUB2, "S1", 1, "ONE", 24);
    harness_expect(&h, HUB2, "35=DI|2328=S1|2329=1|2332=2|2333=98");
    stop(HUB2, "S2", 2, "ONE", 24);
    harness_expect(&h, HUB2, "35=DI|2328=S2|2332=2|2333=98");
    stop(DESK, "S3", 1, "OTHER", 24);
    harness_expect(&h, DESK, "35=DI|2328=S3|2332=2|2333=98");
    stop(HUB, "S4", 1, "F9", 4);
    harness_expect(&h, HUB, "35=DI|2328=S4|2332=2|2333=0");
    stop(HUB, "S5", 2, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S5|2332=2|2333=99");
    harness_in(&h, HUB2,
               "35=DH|2328=S6|2329=1|2330=Y|453=1|448=ONE|447=D|452=24" AT);
    harness_expect(&h, HUB2, "35=DI|2328=S6|2330=Y|2332=2|2333=98");
    harness_in(&h, HUB,
               "35=DH|2328=S7|2329=1|2330=Y|453=1|448=ONE|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI|2328=S7|2330=Y|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S7|2330=Y|2332=1");
    harness_in(&h, HUB, "35=DH|2328=S8|2329=7|453=1|448=ONE|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=3|371=2329");
    /* Parties of no role that is known go back as they came. */
    harness_in(&h, HUB, "35=DH|2328=S9|2329=1|453=1|448=ONE|452=36" AT);
    harness_expect(&h, HUB, "35=DI|2328=S9|2332=2|2333=0|453=1|448=ONE|452=36");
    harness_quiet(&h);
    order("A1", "ONE");
    harness_expect(&h, VENUE, "35=D|11=A1");
}

/* R18: a narrowed stop is taken wide, a narrowed reinstatement not at all. */
static void test_gate_stops_narrowed_stops_the_whole_party(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=0|1301=XSWP|453=1|448=ONE|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=0|58~whole party");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=1|58~whole party");
    order("A1", "ONE");
    harness_expect(&h, CLIENT, "35=8|58~CG201");
    harness_in(
        &h, HUB,
        "35=DH|2328=S2|2329=2|1536=USD10Y|453=1|448=ONE|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=2|2333=99|1328~whole");
    harness_quiet(&h);
    order("A2", "ONE");
    harness_expect(&h, CLIENT, "35=8|58~CG201");
}

/* R18, R42: under a suspension only a fall passes; under a halt the order is
 * being pulled, and the client's own cancel still passes. */
static void test_gate_stops_let_falls_and_cancels_pass(void **state)
{
    (void)state;
    work("A1", "ONE");
    stop(HUB, "S1", 0, "ONE", 24);
    replace("R1", "A1", 12000000, "4.1");
    harness_expect(&h, CLIENT, "35=9|434=2|11=R1|58~CG201");
    replace("R2", "A1", 9000000, "4.2");
    harness_expect(&h, CLIENT, "35=9|434=2|11=R2|58~CG201");
    replace("R3", "A1", 9000000, "4.1");
    harness_expect(&h, VENUE, "35=G|11=R3");
    report("R3", "A1", "|41=A1|150=5|39=0");
    stop(HUB, "S2", 1, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B|58=halted by hub");
    harness_expect(&h, VENUE, "35=F|41=R3");
    harness_quiet(&h);
    replace("R4", "R3", 8000000, "4.1");
    harness_expect(&h, CLIENT, "35=9|434=2|11=R4|58~CG403");
    harness_in(&h, CLIENT, "35=F|11=C1|41=R3|55=USD10Y|54=1|38=9000000" AT);
    harness_expect(&h, VENUE, "35=F|11=C1|41=R3");
    report("C1", "A1", "|41=R3|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_expect(&h, HUB, "35=DI|2328=S2|2329=1|2332=1");
    harness_quiet(&h);
}

/* R18: a halt that is under way at a restart is completed, with its id. */
static void test_gate_stops_restart_keeps_a_halt_under_way(void **state)
{
    (void)state;
    work("A1", "ONE");
    stop(HUB, "S1", 1, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=0");
    harness_reopen(&h);
    for (int i = 0; i < 6; i++) {
        harness_link(&h, i, true);
    }
    order("A2", "ONE");
    harness_expect(&h, CLIENT, "35=8|58~CG202");
    report("A1", "A1", "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_expect(&h, HUB, "35=DI|2328=S1|2329=1|2332=1|448=ONE");
    harness_quiet(&h);
}

/* R18: reinstated before it was completed, a halt has its last answer too. */
static void test_gate_stops_lifted_while_under_way(void **state)
{
    (void)state;
    work("A1", "ONE");
    stop(HUB, "S1", 1, "ONE", 24);
    stop(HUB, "S2", 2, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S1|2329=1|2332=2|2333=99");
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=1");
    harness_expect(&h, CLIENT, "35=B|148~Reinstated");
    report("A1", "A1", "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_quiet(&h);
}

/* R18: the same halt twice is completed once. */
static void test_gate_stops_repeated_halt_is_completed_once(void **state)
{
    (void)state;
    work("A1", "ONE");
    stop(HUB, "S1", 1, "ONE", 24);
    stop(HUB, "S1", 1, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=0");
    harness_quiet(&h);
    stop(HUB, "S2", 1, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=0");
    harness_quiet(&h);
    report("A1", "A1", "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=1");
    harness_expect(&h, HUB, "35=DI|2328=S2|2332=1");
    harness_quiet(&h);
}

/* R18: 64 halts of one placer can be under way with their ids; one more stops
 * all the same, and takes nothing from another placer. */
static void test_gate_stops_more_than_there_are_places_for(void **state)
{
    (void)state;
    char id[16];
    work("A1", "ONE");
    work("A2", "TWO");
    order_as(CLIENT2, "A3", "OTHER");
    for (int i = 0; i < 64; i++) {
        snprintf(id, sizeof(id), "S%d", i);
        stop(HUB, id, 1, "ONE", 24);
        harness_expect(&h, HUB, "35=DI|2332=0");
    }
    stop(HUB, "S64", 1, "TWO", 24);
    harness_expect(&h, HUB, "35=DI|2328=S64|2332=0");
    harness_expect(&h, CLIENT, "35=B|58=halted by hub");
    harness_expect(&h, VENUE, "35=F|41=A2");
    order("A4", "TWO");
    harness_expect(&h, CLIENT, "35=8|58~CG202");
    stop(HUB2, "T1", 1, "OTHER", 24);
    harness_reopen(&h);
    for (int i = 0; i < 6; i++) {
        harness_link(&h, i, true);
    }
    report("A2", "A2", "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|11=A2|150=4");
    const char *done = harness_expect(&h, HUB, "35=DI|2329=1|2332=1|448=TWO");
    assert_null(strstr(done, "|2328="));
    harness_quiet(&h);
    report("A1", "A1", "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=4");
    for (int i = 0; i < 64; i++) {
        snprintf(id, sizeof(id), "2328=S%d", i);
        assert_non_null(strstr(harness_expect(&h, HUB, "35=DI|2332=1"), id));
    }
    harness_quiet(&h);
    report("A3", "A3", "|150=4|39=4");
    harness_expect(&h, CLIENT2, "35=8|11=A3|150=4");
    harness_expect(&h, HUB2, "35=DI|2328=T1|2332=1");
    stop(HUB, "S99", 2, "TWO", 24);
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, HUB, "35=DI|2332=1");
    harness_expect(&h, CLIENT, "35=B|148~Reinstated");
    order("A5", "TWO");
    harness_expect(&h, VENUE, "35=D|11=A5");
}

/* R18: who stopped a party may lift that stop even when the party has another
 * hub by now. */
static void test_gate_stops_outlive_a_change_of_hub(void **state)
{
    (void)state;
    static char other[sizeof(text) + 16];
    stop(HUB, "S1", 0, "ONE", 24);
    snprintf(other, sizeof(other), "%s", text);
    char *at = strstr(other, "Account=ONE\nClearingFirm=F1\nHub=hub\n");
    assert_non_null(at);
    memcpy(strstr(at, "Hub=hub"), "#ub=hub", 7);
    harness_reopen_config(&h, other);
    for (int i = 0; i < 6; i++) {
        harness_link(&h, i, true);
    }
    order("A1", "ONE");
    harness_expect(&h, CLIENT, "35=8|58~CG201");
    stop(HUB, "S2", 0, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2332=2|2333=98");
    stop(HUB, "S3", 2, "ONE", 24);
    harness_expect(&h, HUB, "35=DI|2328=S3|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S3|2332=1");
    order("A2", "ONE");
    harness_expect(&h, VENUE, "35=D|11=A2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_stops_layers_lifted_one_by_one),
        T(test_gate_stops_superior_lifts_the_inferiors),
        T(test_gate_stops_of_firm_and_account_are_two),
        T(test_gate_stops_wrong_ones_are_answered),
        T(test_gate_stops_narrowed_stops_the_whole_party),
        T(test_gate_stops_let_falls_and_cancels_pass),
        T(test_gate_stops_restart_keeps_a_halt_under_way),
        T(test_gate_stops_lifted_while_under_way),
        T(test_gate_stops_repeated_halt_is_completed_once),
        T(test_gate_stops_more_than_there_are_places_for),
        T(test_gate_stops_outlive_a_change_of_hub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
