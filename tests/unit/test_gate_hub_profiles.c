/*
 * Hubs that want to be spoken to in another way: chains of 2318 and 2322 in
 * place of 2319, and the open amount in 2324.
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

#define AT "|60=20270115-08:00:00"

static const char text[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=200\nMaxRequests=4000\nMaxLimits=64\nMaxWaiting=8\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nAccounts=CHAIN,OPEN\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=chains\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=CHAINS\nIdentification=chaining\n"
    "[SESSION]\nName=opens\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=OPENS\nReplaceAmount=open\n"
    "[ACCOUNT]\nAccount=CHAIN\nClearingFirm=F1\nHub=chains\n"
    "[ACCOUNT]\nAccount=OPEN\nClearingFirm=F2\nHub=opens\n"
    "[LIMIT]\nRiskLimitID=CHAIN-USD\nAccount=CHAIN\nHub=chains\n"
    "Currency=USD\nModel=ping\n"
    "[LIMIT]\nRiskLimitID=OPEN-USD\nAccount=OPEN\nHub=opens\n"
    "Currency=USD\nModel=ping\n";

enum { CHAINS = HUB, OPENS };

static struct harness h;
static const char *account = "CHAIN";

static int open_gate(void **state)
{
    (void)state;
    harness_open_config(&h, text);
    return 0;
}

static void reopen(void)
{
    harness_reopen(&h);
    for (int i = 0; i < 4; i++) {
        if (i != CHAINS && i != OPENS) {
            harness_link(&h, i, true);
        }
    }
}

static void order(const char *id, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=USD10Y|54=1|38=%ld000000|40=2|44=4.1" AT, id,
             account, millions);
    harness_in(&h, CLIENT, fields);
}

static void replace(const char *id, const char *orig, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=%s|55=USD10Y|54=1|38=%ld000000|40=2|"
             "44=4.1" AT,
             id, orig, account, millions);
    harness_in(&h, CLIENT, fields);
}

static void
report(const char *id, const char *what, long qty, long cum, const char *more)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s|17=E%d|%s|55=USD10Y|54=1|38=%ld000000|151=0|"
             "14=%ld000000|6=0%s",
             id, h.seq, what, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

static void lacks(const char *message, const char *tag)
{
    assert_null(strstr(message, tag));
}

#define NEW "|2320=0|2321=0"
#define USED "|2320=0|2321=1"
#define BACK "|2320=1|2321=0"
#define CHANGE "|2320=2|2321=0"

static void chain_work(void)
{
    account = "CHAIN";
    order("A1", 10);
    const char *ask = harness_expect(&h, CHAINS,
                                     "35=DF|2318=1|2324=9040.00" NEW);
    lacks(ask, "|2319=");
    lacks(ask, "|2322=");
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=0|2327=9040.00" NEW);
    harness_expect(&h, VENUE, "35=D|11=A1");
    report("A1", "150=0|39=0", 10, 0, "");
}

/* R24: each DF has a new 2318, and 2322 is the one before that holds. */
static void test_gate_hub_profiles_chain_through_a_life(void **state)
{
    (void)state;
    chain_work();
    report("A1", "150=F|39=1", 10, 4, "");
    lacks(harness_expect(&h, CHAINS, "35=DF|2318=2|2322=1" USED), "|2319=");
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=0" USED);
    replace("R1", "A1", 15);
    harness_expect(&h, CHAINS, "35=DF|2318=3|2322=1|2324=13560.00" CHANGE);
    harness_in(&h, CHAINS, "35=DG|2318=3|2319=THEIRS-9|2322=1|2325=0" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=R1");
    report("R1", "150=5|39=1", 15, 4, "|41=A1");
    report("R1", "150=F|39=1", 15, 5, "");
    harness_expect(&h, CHAINS, "35=DF|2318=4|2322=3" USED);
    replace("R2", "R1", 12);
    harness_expect(&h, VENUE, "35=G|11=R2");
    report("R2", "150=5|39=1", 12, 5, "|41=R1");
    harness_expect(&h, CHAINS, "35=DF|2318=5|2322=3|2324=10848.00" CHANGE);
    harness_in(&h, CHAINS, "35=DG|2318=5|2325=0" CHANGE);
    report("R2", "150=4|39=4", 12, 5, "");
    harness_expect(&h, CHAINS, "35=DF|2318=6|2322=5|2324=6328.00" BACK);
    harness_in(&h, CHAINS, "35=DG|2318=6|2325=4" BACK);
    harness_quiet(&h);
}

/* R24, R28: the chain survives a restart, and what is said again is the same.
 */
static void test_gate_hub_profiles_chain_outlives_a_restart(void **state)
{
    (void)state;
    chain_work();
    replace("R1", "A1", 15);
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=0" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=R1");
    report("R1", "150=5|39=0", 15, 0, "|41=A1");
    reopen();
    report("R1", "150=F|39=1", 15, 4, "");
    harness_link(&h, CHAINS, true);
    harness_expect(&h, CHAINS, "35=CL");
    lacks(harness_expect(&h, CHAINS, "35=DF|97=Y|2318=3|2322=2" USED),
          "|2319=");
    harness_quiet(&h);
    replace("R2", "R1", 20);
    harness_expect(&h, CHAINS, "35=DF|2318=4|2322=2" CHANGE);
    reopen(); /* the raise is given up: what refers to it goes on the chain */
    harness_link(&h, CHAINS, true);
    harness_expect(&h, CHAINS, "35=CL");
    harness_expect(&h, CHAINS, "35=DF|97=Y|2318=3|2322=2" USED);
    harness_expect(&h, CHAINS, "35=DF|97=Y|2318=4|2322=2" CHANGE);
    harness_expect(&h, CHAINS, "35=DF|97=Y|2318=5|2322=4|2324=13560.00" CHANGE);
}

/* R24: what a hub refused is no link of the chain; a withdrawal refers to what
 * it withdraws. */
static void test_gate_hub_profiles_chain_past_a_refusal(void **state)
{
    (void)state;
    chain_work();
    replace("R1", "A1", 15);
    harness_expect(&h, CHAINS, "35=DF|2318=2|2322=1" CHANGE);
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=2|2326=2" CHANGE);
    harness_expect(&h, CLIENT, "35=9|11=R1");
    report("A1", "150=F|39=1", 10, 4, "");
    harness_expect(&h, CHAINS, "35=DF|2318=3|2322=1" USED);
    replace("R2", "A1", 16);
    harness_expect(&h, CHAINS, "35=DF|2318=4|2322=1" CHANGE);
    harness_wait(&h, 20000);
    harness_expect(&h, CHAINS, "35=DF|2318=5|2322=4|2324=9040.00" CHANGE);
    harness_expect(&h, CLIENT, "35=9|11=R2|58~CG301");
    report("A1", "150=F|39=1", 10, 5, "");
    harness_expect(&h, CHAINS, "35=DF|2318=6|2322=1" USED);
}

/* R28, R30: without a 2319 an answer is known by the 2318 of its token. */
static void test_gate_hub_profiles_chain_taken_back(void **state)
{
    (void)state;
    chain_work();
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=4" NEW);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_in(&h, CHAINS, "35=DG|2318=77|2325=0" NEW);
    harness_in(&h, CHAINS, "35=DG|2319=GATE-T1|2325=4" NEW);
    harness_quiet(&h);
}

/* R28: a grant after its withdrawal was confirmed goes back by its own id. */
static void test_gate_hub_profiles_chain_late_grant(void **state)
{
    (void)state;
    account = "CHAIN";
    order("A1", 10);
    harness_wait(&h, 20000);
    harness_expect(&h, CHAINS, "35=DF|2318=2|2322=1" BACK);
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=4" BACK);
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=0|2327=9040.00" NEW);
    harness_expect(&h, CHAINS, "35=DF|2318=3|2322=1|2324=9040.00" BACK);
}

static void open_work(void)
{
    account = "OPEN";
    order("A1", 10);
    harness_expect(&h, OPENS, "35=DF|2318=1|2319=GATE-T1|2324=9040.00" NEW);
    harness_in(&h, OPENS,
               "35=DG|2318=1|2325=0|2327=9040.00|126=20270115-08:10:00" NEW);
    harness_expect(&h, VENUE, "35=D|11=A1");
    report("A1", "150=0|39=0", 10, 0, "");
    report("A1", "150=F|39=1", 10, 4, "");
    harness_expect(&h, OPENS, "35=DF|2318=2|2324=3616.00" USED);
}

static void books(cg_dv01 granted, cg_dv01 reserved, cg_dv01 consumed)
{
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.granted, granted * 10000);
    assert_int_equal(token.reserved, reserved * 10000);
    assert_int_equal(token.consumed, consumed * 10000);
}

/* R24, R41: a raise and a fall name what is open, not what was consumed. */
static void test_gate_hub_profiles_open_amounts(void **state)
{
    (void)state;
    open_work();
    replace("R1", "A1", 15);
    harness_expect(&h, OPENS, "35=DF|2318=3|2324=9944.00" CHANGE);
    report("A1", "150=F|39=1", 10, 5, ""); /* meanwhile */
    harness_expect(&h, OPENS, "35=DF|2318=4|2324=904.00" USED);
    harness_in(&h, OPENS,
               "35=DG|2318=3|2325=0|2324=9944.00|2327=9944.00" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=R1");
    books(13560, 9040, 4520);
    report("R1", "150=5|39=1", 15, 5, "|41=A1");
    replace("R2", "R1", 6);
    harness_expect(&h, VENUE, "35=G|11=R2");
    report("R2", "150=5|39=1", 6, 5, "|41=R1");
    harness_expect(&h, OPENS, "35=DF|2318=5|2324=904.00" CHANGE);
    books(13560, 904, 4520);
    harness_in(&h, OPENS, "35=DG|2318=5|2325=0|2327=904.00" CHANGE);
    replace("R3", "R2", 5);
    harness_expect(&h, VENUE, "35=G|11=R3");
    report("R3", "150=5|39=1", 5, 5, "|41=R2");
    harness_expect(&h, OPENS, "35=DF|2318=6|2324=0.00" CHANGE);
}

/* R24: less than was asked is refused with the amounts of the rise; an answer
 * without 2318 is matched by the open amount. */
static void test_gate_hub_profiles_open_partial_and_nameless(void **state)
{
    (void)state;
    open_work();
    replace("R1", "A1", 15);
    harness_expect(&h, OPENS, "35=DF|2318=3|2324=9944.00" CHANGE);
    harness_in(&h, OPENS, "35=DG|2318=3|2325=0|2327=8000.00" CHANGE);
    harness_expect(&h, OPENS, "35=DF|2318=4|2324=5424.00" CHANGE);
    harness_expect(&h, CLIENT,
                   "35=9|11=R1|58~CG101 LIMIT_EXCEEDED req:4520.00 "
                   "avl:2576.00");
    harness_in(&h, OPENS, "35=DG|2318=4|2325=0|2327=5424.00" CHANGE);
    books(9040 + 2576, 5424, 3616);
    replace("R2", "A1", 15);
    harness_expect(&h, OPENS, "35=DF|2318=5|2324=9944.00" CHANGE);
    harness_in(&h, OPENS,
               "35=DG|2319=GATE-T1|2325=0|2324=13560.00|2327=13560.00" CHANGE);
    harness_quiet(&h); /* the life total is not what was asked */
    harness_in(&h, OPENS,
               "35=DG|2319=GATE-T1|2325=0|2324=9944.00|2327=9944.00" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=R2");
}

/* R28: a raise that is given up goes back to what is open, and its late grant
 * counts with the rise alone; said again after a restart, it is the same. */
static void test_gate_hub_profiles_open_given_up(void **state)
{
    (void)state;
    open_work();
    replace("R1", "A1", 15);
    harness_expect(&h, OPENS, "35=DF|2318=3|2324=9944.00" CHANGE);
    harness_wait(&h, 20000);
    harness_expect(&h, OPENS, "35=DF|2318=4|2324=5424.00" CHANGE);
    reopen();
    report("A1", "150=F|39=1", 10, 6, "");
    harness_link(&h, OPENS, true);
    harness_expect(&h, OPENS, "35=CL");
    harness_expect(&h, OPENS, "35=DF|97=Y|2318=2|2324=3616.00" USED);
    harness_expect(&h, OPENS, "35=DF|97=Y|2318=4|2324=5424.00" CHANGE);
    harness_expect(&h, OPENS, "35=DF|97=Y|2318=5|2324=1808.00" USED);
    harness_quiet(&h);
    harness_in(&h, OPENS, "35=DG|2318=3|2325=0|2327=9944.00" CHANGE);
    books(13560, 3616, 5424);
}

/* R29: a renewal asks for what is open. */
static void test_gate_hub_profiles_open_renewal(void **state)
{
    (void)state;
    open_work();
    harness_in(&h, OPENS, "35=DG|2318=2|2325=0" USED);
    harness_wait(&h, 590000);
    harness_expect(&h, OPENS, "35=DF|2318=3|2324=5424.00" CHANGE);
    harness_in(&h, OPENS,
               "35=DG|2318=3|2325=0|2327=5424.00|126=20270115-08:30:00" CHANGE);
    harness_quiet(&h);
    books(9040, 5424, 3616);
}

/* R24: what was asked while the hub was away, and given up before it was back,
 * is no link of the chain. */
static void test_gate_hub_profiles_chain_of_what_was_heard(void **state)
{
    (void)state;
    chain_work();
    report("A1", "150=0|39=0", 10, 0, "");
    harness_link(&h, CHAINS, false);
    report("A1", "150=D|39=0", 20, 0, "|378=3"); /* 2318=2: never said */
    report("A1", "150=4|39=4", 20, 0, "");
    harness_link(&h, CHAINS, true);
    harness_expect(&h, CHAINS, "35=CL");
    harness_expect(&h, CHAINS, "35=DF|97=Y|2318=3|2322=1" BACK);
    harness_quiet(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_hub_profiles_chain_of_what_was_heard),
        T(test_gate_hub_profiles_chain_through_a_life),
        T(test_gate_hub_profiles_chain_outlives_a_restart),
        T(test_gate_hub_profiles_chain_past_a_refusal),
        T(test_gate_hub_profiles_chain_taken_back),
        T(test_gate_hub_profiles_chain_late_grant),
        T(test_gate_hub_profiles_open_amounts),
        T(test_gate_hub_profiles_open_partial_and_nameless),
        T(test_gate_hub_profiles_open_given_up),
        T(test_gate_hub_profiles_open_renewal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
