/*
 * Orders that queue for room under limits whose action says so (R44).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <configuration.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 1 million of USD10Y is 1,000.00.  A and B share a firm, each has 100 million
 * and the firm 150.  N is net; P is asked of the hub; R has a limit that does
 * not queue; D begins anew ten seconds after the start. */
static const char instruments[] = "instrument,currency,dv01_per_million\n"
                                  "USD10Y,USD,1000.00\n";
static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=60\nMaxRequests=40000\nMaxLimits=16\nMaxWaiting=6\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=A,B,N,P,R,D\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\n"
    "[ACCOUNT]\nAccount=B\nClearingFirm=F\n"
    "[ACCOUNT]\nAccount=N\nClearingFirm=G\n"
    "[ACCOUNT]\nAccount=P\nClearingFirm=H\nHub=hub\n"
    "[ACCOUNT]\nAccount=R\nClearingFirm=I\n"
    "[ACCOUNT]\nAccount=D\nClearingFirm=J\n"
    "[LIMIT]\nRiskLimitID=A-USD\nAccount=A\nCurrency=USD\nModel=push\n"
    "Amount=100000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=B-USD\nAccount=B\nCurrency=USD\nModel=push\n"
    "Amount=100000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=F-USD\nClearingFirm=F\nCurrency=USD\nModel=push\n"
    "Amount=150000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=N-USD\nAccount=N\nCurrency=USD\nModel=push\n"
    "Measure=net\nAmount=100000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=P-USD\nAccount=P\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=R-QUEUE\nAccount=R\nCurrency=USD\nModel=push\n"
    "Amount=100000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=R-USD\nAccount=R\nCurrency=USD\nModel=push\n"
    "Amount=60000\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=D-USD\nAccount=D\nCurrency=USD\nModel=push\n"
    "Amount=100000\nQueue=Y\nWarnings=none\nResetTime=03:00:10\n";

static struct harness h;

/* At 03:00:00 in New York. */
static int open_gate(void **state)
{
    harness_open_table(*state, configuration, instruments);
    return 0;
}

/* --- what is said and seen ---------------------------------------------- */

static void order(const char *account, const char *id, char side, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=USD10Y|54=%c|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00|9001=%s",
             id, account, side, millions, id);
    harness_in(&h, CLIENT, fields);
}

static void expect_order(const char *id)
{
    const char *out = harness_expect(&h, VENUE, "35=D");
    assert_string_equal(harness_field(out, 11), id);
    assert_string_equal(harness_field(out, 9001), id);
}

/* An order that has room, and goes on. */
static void works(const char *account, const char *id, char side, long millions)
{
    order(account, id, side, millions);
    expect_order(id);
    harness_quiet(&h);
}

/* An order that has none, and says nothing. */
static void
queues(const char *account, const char *id, char side, long millions)
{
    order(account, id, side, millions);
    harness_quiet(&h);
}

static void report(const char *id, char exec, char status, long qty, long cum)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0",
             id, id, h.seq, exec, status, qty, cum);
    harness_in(&h, VENUE, fields);
}

/* The venue ends an order; its client hears of it first. */
static void ends(const char *id)
{
    report(id, '4', '4', 10, 0);
    harness_expect(&h, CLIENT, "35=8|150=4");
}

static cg_dv01 used(const char *id)
{
    struct cg_limit_view limit;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &limit); i++) {
        if (strcmp(limit.id, id) == 0) {
            return limit.used / 10000;
        }
    }
    fail_msg("no limit %s", id);
    return 0;
}

/* The hub's word on P-USD. */
static void push(const char *amount, const char *action, const char *party)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=U%d|60=20270115-08:00:00|1677=1|1671=1|1691=P|1692=D|"
             "1693=24|%s1669=1|1529=1|1530=12|1531=%s|%s1532=USD|1670=P-USD|"
             "2339=2|2355=1",
             h.seq, party, amount, action);
    harness_in(&h, HUB, fields);
}

/* --- one limit ---------------------------------------------------------- */

/* R44: what does not fit is kept, charged nowhere and asked of nobody, and goes
 * on as it came when there is room. */
static void test_gate_queue_waits_for_room(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    queues("A", "A2", '1', 20);
    assert_int_equal(used("A-USD"), 90000);
    assert_int_equal(used("F-USD"), 90000);
    report("A1", 'F', '1', 90, 40);
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h); /* gross: a fill frees nothing */
    ends("A1");
    expect_order("A2");
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 60000);
}

/* R44: nobody passes within a limit, however small; who is first and goes away
 * lets the others on, as far as there is room. */
static void test_gate_queue_nobody_passes(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    queues("A", "A2", '1', 20);
    queues("A", "A3", '2', 4);
    queues("A", "A4", '1', 5);
    queues("A", "A5", '1', 2);
    harness_cancel(&h, "C1", "A2");
    harness_expect(&h, CLIENT, "35=8|150=4|39=4|11=C1|41=A2");
    expect_order("A3");
    expect_order("A4");
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 99000);
    queues("A", "A6", '1', 1);
    ends("A3");
    expect_order("A5");
    expect_order("A6");
    harness_quiet(&h);
}

/* R44, R51: without room until the hard deadline it is refused, with numbers;
 * who only stood behind it has its own time. */
static void test_gate_queue_deadline(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    queues("A", "A2", '1', 20);
    harness_wait(&h, 5000);
    queues("A", "A3", '1', 15);
    harness_wait(&h, 1);
    queues("A", "A4", '1', 5);
    harness_wait(&h, 14998);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, CLIENT,
                   "35=8|11=A2|150=8|103=3|58~CG101 LIMIT_EXCEEDED "
                   "req:20000.00 avl:10000.00 ccy:USD lim:A-USD own:GATE - no "
                   "room came up in time");
    harness_quiet(&h);
    harness_wait(&h, 5000);
    harness_expect(&h, CLIENT, "35=8|11=A3|58~CG101");
    expect_order("A4");
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 95000);
}

/* R44, R26: one that would have had room, but for its turn. */
static void test_gate_queue_deadline_behind_another(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    works("B", "B1", '1', 55);
    queues("A", "A2", '1', 20);
    harness_wait(&h, 100);
    queues("A", "A3", '1', 4);
    harness_wait(&h, 19800);
    harness_cancel(&h, "C1", "A2");
    harness_expect(&h, CLIENT, "35=8|150=4|41=A2");
    expect_order("A3");
    queues("A", "A4", '1', 50);
    harness_wait(&h, 10000);
    queues("A", "A5", '1', 1);
    harness_cancel(&h, "C2", "A4");
    harness_expect(&h, CLIENT, "35=8|150=4|41=A4");
    expect_order("A5");
    harness_quiet(&h);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* R44: MaxWaiting counts who is queued. */
static void test_gate_queue_is_bounded(void **state)
{
    (void)state;
    char id[16];
    works("A", "A1", '1', 100);
    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof(id), "Q%d", i);
        queues("A", id, '1', 10);
    }
    order("A", "Q6", '1', 10);
    harness_expect(&h, CLIENT,
                   "35=8|11=Q6|58~CG501 GATE_STOPPING - too many orders wait");
    works("N", "N1", '1', 10);
    ends("A1");
    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof(id), "Q%d", i);
        expect_order(id);
    }
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 60000);
}

/* R12, R13, R44: what does not raise use passes the queue of a net limit, and
 * fills of the other side make room. */
static void test_gate_queue_net_limit(void **state)
{
    (void)state;
    works("N", "N1", '1', 100);
    queues("N", "N2", '1', 10);
    works("N", "N3", '2', 30);
    report("N1", 'F', '2', 100, 100);
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h);
    report("N3", 'F', '1', 30, 9);
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h);
    report("N3", 'F', '1', 30, 10);
    harness_expect(&h, CLIENT, "35=8");
    expect_order("N2");
    harness_quiet(&h);
    assert_int_equal(used("N-USD"), 100000);
}

/* R48, R44: a day that begins anew makes room. */
static void test_gate_queue_reset_makes_room(void **state)
{
    (void)state;
    works("D", "D1", '1', 100);
    report("D1", 'F', '2', 100, 100);
    harness_expect(&h, CLIENT, "35=8");
    queues("D", "D2", '1', 100);
    harness_wait(&h, 9999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    expect_order("D2");
    harness_quiet(&h);
}

/* --- several limits ----------------------------------------------------- */

/* R44: it takes all or none, and holds up nobody under a limit that has room.
 */
static void test_gate_queue_holds_up_nobody_elsewhere(void **state)
{
    (void)state;
    works("A", "A1", '1', 100);
    queues("A", "A2", '1', 10);
    works("B", "B1", '1', 10); /* of the same firm */
    works("B", "B2", '1', 30);
    assert_int_equal(used("F-USD"), 140000);
    queues("B", "B3", '1', 20);
    queues("B", "B4", '1', 5); /* the firm's queue */
    assert_int_equal(used("B-USD"), 40000);
    ends("A1"); /* room for all, in the order they came */
    expect_order("A2");
    expect_order("B3");
    expect_order("B4");
    harness_quiet(&h);
    assert_int_equal(used("F-USD"), 75000);
}

/* R44: what is short of room under two limits stays until both have it, and
 * leaves the queue of the one that has. */
static void test_gate_queue_moves_between_limits(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    works("B", "B1", '1', 60);
    queues("A", "A2", '1', 20); /* short under both */
    queues("B", "B2", '1', 10); /* short under the firm's */
    ends("B1"); /* A2 is short of its own limit only: B2 goes on */
    expect_order("B2");
    harness_quiet(&h);
    works("B", "B3", '1', 50);
    queues("B", "B4", '1', 10);
    ends("A1"); /* A2 is older */
    expect_order("A2");
    expect_order("B4");
    harness_quiet(&h);
    works("A", "A3", '1', 60);
    queues("A", "A4", '1', 30); /* short under both, and not the first */
    queues("B", "B5", '1', 40);
    ends("A3");
    expect_order("A4");
    harness_quiet(&h); /* B5 is short by 10 under B's own */
    assert_int_equal(used("F-USD"), 120000);
    ends("B2");
    expect_order("B5");
    harness_quiet(&h);
}

/* R11, R44: a limit that does not queue refuses, now or when the turn comes. */
static void test_gate_queue_beside_a_limit_that_refuses(void **state)
{
    (void)state;
    order("R", "R1", '1', 70);
    harness_expect(&h, CLIENT,
                   "35=8|11=R1|58~CG101 LIMIT_EXCEEDED req:"
                   "70000.00 avl:60000.00 ccy:USD lim:R-USD");
    works("R", "R2", '1', 60);
    order("R", "R3", '1', 50);
    harness_expect(&h, CLIENT, "35=8|11=R3|58~lim:R-USD");
    harness_quiet(&h);
}

/* An order for |millions| bought and as much sold: one, with two legs. */
static void package(const char *account, const char *id, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=AB|11=%s|1=%s|54=1|55=roll|555=2|600=USD10Y|654=L1|623=1|"
             "624=1|600=USD10Y|654=L2|623=1|624=2|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, account, millions);
    harness_in(&h, CLIENT, fields);
}

/* R5, R44: a package queues with all its legs, and its turn is one turn. */
static void test_gate_queue_packages(void **state)
{
    (void)state;
    works("A", "A1", '1', 90);
    package("A", "A2", 10); /* 20 million together */
    harness_quiet(&h);
    queues("A", "A3", '1', 5);
    assert_int_equal(used("A-USD"), 90000);
    ends("A1");
    harness_expect(&h, VENUE, "35=AB|11=A2|654=L1|654=L2");
    expect_order("A3");
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 25000);
    works("N", "N1", '1', 100);
    package("N", "N2", 10); /* its buy may be filled first */
    harness_quiet(&h);
    works("N", "N3", '2', 5);
    queues("N", "N4", '1', 1);
    harness_reopen(&h);
    harness_expect(&h, CLIENT, "35=8|11=N2|150=8|58~CG501");
    harness_expect(&h, CLIENT, "35=8|11=N4|150=8|58~CG501");
    harness_links_up(&h);
    package("N", "N5", 10);
    harness_quiet(&h);
    ends("N1");
    harness_expect(&h, VENUE, "35=AB|11=N5");
    harness_quiet(&h);
}

/* --- what else becomes of it -------------------------------------------- */

/* R44, R45: a replace waits behind it and a cancel ends both. */
static void test_gate_queue_replace_and_cancel(void **state)
{
    (void)state;
    works("A", "A1", '1', 100);
    queues("A", "A2", '1', 10);
    harness_in(&h, CLIENT,
               "35=G|11=A3|41=A2|1=A|55=USD10Y|54=1|38=20000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_quiet(&h);
    ends("A1");
    expect_order("A2");
    harness_expect(&h, VENUE, "35=G|11=A3|41=A2");
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), 20000);
    queues("A", "A4", '1', 90);
    harness_in(&h, CLIENT,
               "35=G|11=A5|41=A4|1=A|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_in(&h, CLIENT,
               "35=D|97=Y|122=20270115-08:00:00|11=A4|1=A|55=USD10Y|54=1|"
               "38=90000000|40=2|44=4.1|60=20270115-08:00:00|9001=A4");
    harness_expect(&h, CLIENT, "35=8|150=I|39=A|11=A4");
    harness_cancel(&h, "C1", "A5");
    harness_expect(&h, CLIENT, "35=8|150=4|11=C1|41=A5");
    harness_expect(&h, CLIENT, "35=9|11=A5|41=A4|58~CG402");
    harness_quiet(&h);
}

/* R45: after a crash it is answered; its place is free again. */
static void test_gate_queue_restart_answers(void **state)
{
    (void)state;
    works("A", "A1", '1', 100);
    works("B", "B1", '1', 50);
    queues("A", "A2", '1', 10);
    queues("B", "B2", '1', 10);
    harness_reopen(&h);
    harness_expect(&h, CLIENT, "35=8|11=A2|150=8|58~CG501");
    harness_expect(&h, CLIENT, "35=8|11=B2|150=8|58~CG501");
    harness_quiet(&h);
    harness_links_up(&h);
    queues("A", "A3", '1', 10);
    ends("A1");
    expect_order("A3");
    harness_quiet(&h);
}

/* R44, R47: the books of a gate that had orders queued can be read. */
static void test_gate_queue_books_are_read(void **state)
{
    (void)state;
    char error[256] = "";
    struct cg_gate *books = NULL;
    works("A", "A1", '1', 100);
    works("B", "B1", '1', 50);
    for (int i = 0; i < 5; i++) {
        char id[16];
        snprintf(id, sizeof(id), "Q%d", i);
        queues("A", id, '1', 10); /* under two limits */
    }
    assert_int_equal(
        cg_gate_open_books(&h.journal, error, sizeof(error), &books), 0);
    assert_true(cg_gate_audit(books, error, sizeof(error)));
    cg_gate_close(books);
}

/* R41, R44: a raise does not queue: it has room, or it is refused. */
static void test_gate_queue_takes_no_raises(void **state)
{
    (void)state;
    works("A", "A1", '1', 50);
    works("A", "A2", '1', 40);
    harness_in(&h, CLIENT,
               "35=G|11=A3|41=A2|1=A|55=USD10Y|54=1|38=60000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT,
                   "35=9|11=A3|434=2|58~CG101 LIMIT_EXCEEDED req:"
                   "20000.00 avl:10000.00");
    queues("A", "A4", '1', 20);
    harness_in(&h, CLIENT,
               "35=G|11=A5|41=A2|1=A|55=USD10Y|54=1|38=45000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=G|11=A5");
    harness_quiet(&h);
}

/* R46: so it is when the venue goes. */
static void test_gate_queue_venue_gone_answers(void **state)
{
    (void)state;
    works("A", "A1", '1', 100);
    queues("A", "A2", '1', 10);
    harness_link(&h, VENUE, false);
    harness_expect(&h, CLIENT, "35=8|11=A2|150=8|103=99|58~CG304");
    harness_quiet(&h);
}

/* R44: the owner's action makes a limit queue (1767=0, 1) and ends it; who is
 * queued is decided on at once, oldest first. */
static void test_gate_queue_action_of_the_owner(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        char id[4][8];
        for (int k = 0; k < 4; k++) {
            snprintf(id[k], sizeof(id[k]), "P%d", i * 4 + k);
        }
        push("100000", i == 0 ? "1767=0|" : "1767=1|", "");
        harness_expect(&h, HUB, "35=DE|2316=0");
        order("P", id[0], '1', 90);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
        expect_order(id[0]);
        queues("P", id[1], '1', 30);
        queues("P", id[2], '1', 15);
        queues("P", id[3], '1', 5);
        push("110000", "1767=2|", "");
        harness_expect(&h, HUB, "35=DE|2316=0");
        const char *out = harness_expect(&h, CLIENT, "35=8|150=8|58~CG101");
        assert_string_equal(harness_field(out, 11), id[1]);
        harness_expect(&h, HUB, "35=DF|2320=0|2324=15000.00");
        harness_expect(&h, HUB, "35=DF|2320=0|2324=5000.00");
        harness_quiet(&h);
        report(id[0], '4', '4', 90, 0);
        harness_cancel(&h, i == 0 ? "C1" : "C3", id[2]);
        harness_cancel(&h, i == 0 ? "C2" : "C4", id[3]);
    }
}

/* R44, R15: an amount that rises makes room; more is asked for then, and not
 * before, so the soft deadline begins with that. */
static void test_gate_queue_amount_makes_room(void **state)
{
    (void)state;
    push("100000", "1767=0|", "");
    harness_expect(&h, HUB, "35=DE");
    order("P", "P1", '1', 90);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    expect_order("P1");
    queues("P", "P2", '1', 30);
    harness_wait(&h, 5000);
    harness_quiet(&h);
    push("150000", "1767=0|", "");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_expect(&h, HUB, "35=DF|2320=0|2324=30000.00");
    harness_quiet(&h);
    harness_wait(&h, 999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2320=1");
    expect_order("P2"); /* it falls back to the pushed amount */
    harness_quiet(&h);
    queues("P", "P3", '1', 60);
    harness_wait(&h, 19500);
    push("200000", "1767=0|", "");
    harness_expect(&h, HUB, "35=DE");
    harness_expect(&h, HUB, "35=DF|2320=0|2324=60000.00");
    harness_wait(&h, 500); /* the hard deadline counts from the beginning */
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=P3|58~CG301");
    harness_quiet(&h);
}

static void stop(const char *id, int action)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=DH|2328=%s|2329=%d|453=1|448=P|447=D|452=24|"
             "60=20270115-08:00:00",
             id, action);
    harness_in(&h, HUB, fields);
}

/* R18, R44: a stop of the party, or of its limit, refuses who is queued. */
static void test_gate_queue_stops_refuse(void **state)
{
    (void)state;
    push("10000", "1767=0|", "");
    harness_expect(&h, HUB, "35=DE");
    queues("P", "P1", '1', 30);
    stop("S1", 0);
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, HUB, "35=DI|2332=1");
    harness_expect(&h, CLIENT, "35=8|11=P1|150=8|58~CG201");
    harness_quiet(&h);
    stop("L1", 2);
    queues("P", "P2", '1', 30);
    queues("P", "P3", '1', 1);
    stop("S2", 1);
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT, "35=8|11=P3|150=8|58~CG202");
    harness_expect(&h, CLIENT, "35=8|11=P2|150=8|58~CG202");
    harness_expect(&h, HUB, "35=DI|2332=1");
    harness_quiet(&h);
    stop("L2", 2);
    queues("P", "P4", '1', 30);
    push("10000", "1767=0|", "1672=1|");
    harness_expect(&h, HUB, "35=DE");
    harness_expect(&h, CLIENT, "35=8|11=P4|150=8|58~CG201");
    harness_quiet(&h);
}

/* R27, R44: nobody queues for a hub that is gone. */
static void test_gate_queue_hub_gone(void **state)
{
    (void)state;
    push("10000", "1767=0|", "");
    harness_expect(&h, HUB, "35=DE");
    queues("P", "P1", '1', 30);
    harness_link(&h, HUB, false);
    harness_expect(&h, CLIENT, "35=8|11=P1|58~CG302");
    harness_quiet(&h);
}

/* --- a ledger of the test's own ----------------------------------------- */

enum { MODEL_ORDERS = 1200 };

static struct {
    long qty[MODEL_ORDERS];
    char where[MODEL_ORDERS]; /* q(ueued), o(pen), - */
    cg_time at[MODEL_ORDERS];
    int count;
    long open;
    int queued;
} model;

static void name(int i, char *id)
{
    snprintf(id, 16, "M%d", i);
}

/* What the gate must say now: each that goes on, oldest first. */
static void model_goes_on(void)
{
    for (int i = 0; i < model.count; i++) {
        char id[16];
        if (model.where[i] != 'q') {
            continue;
        }
        if (model.open + model.qty[i] > 100) {
            break;
        }
        name(i, id);
        expect_order(id);
        model.where[i] = 'o';
        model.open += model.qty[i];
        model.queued--;
    }
    harness_quiet(&h);
    assert_int_equal(used("A-USD"), model.open * 1000);
}

static int model_pick(char where, unsigned seed)
{
    int found = -1;
    unsigned n = 0;
    for (int i = 0; i < model.count; i++) {
        if (model.where[i] == where && seed % ++n == 0) {
            found = i;
        }
    }
    return found;
}

static void model_step(unsigned seed)
{
    char id[16];
    char cancels[16];
    int i = model.count;
    snprintf(cancels, sizeof(cancels), "X%d", h.seq);
    if (seed % 5 < 2 && model.queued < 6 && i < MODEL_ORDERS) {
        model.qty[i] = 1 + seed / 7 % 50;
        model.where[i] = 'q';
        model.at[i] = h.now;
        model.queued++;
        model.count++;
        name(i, id);
        order("A", id, '1', model.qty[i]);
    } else if (seed % 5 < 4 && (i = model_pick('o', seed / 5)) >= 0) {
        name(i, id);
        model.where[i] = '-';
        model.open -= model.qty[i];
        ends(id);
    } else if ((i = model_pick('q', seed / 5)) >= 0) {
        name(i, id);
        model.where[i] = '-';
        model.queued--;
        harness_cancel(&h, cancels, id);
        harness_expect(&h, CLIENT, "35=8|150=4");
    } else {
        return;
    }
    model_goes_on();
}

/* R44, R13: whatever comes, who goes on and when is what a simple model of one
 * limit says; crashes answer all who are queued. */
static void test_gate_queue_is_what_a_model_says(void **state)
{
    (void)state;
    unsigned seed = 7;
    memset(&model, 0, sizeof(model));
    for (int step = 0; step < 2500; step++) {
        seed = seed * 1103515245u + 12345u;
        if (step % 300 != 299) {
            model_step(seed >> 8);
            continue;
        }
        harness_reopen(&h);
        for (int i = 0; i < model.count; i++) {
            if (model.where[i] == 'q') {
                harness_expect(&h, CLIENT, "35=8|150=8|58~CG501");
                model.where[i] = '-';
                model.queued--;
            }
        }
        harness_quiet(&h);
        harness_links_up(&h);
    }
    assert_true(model.count > 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_queue_waits_for_room),
        T(test_gate_queue_nobody_passes),
        T(test_gate_queue_deadline),
        T(test_gate_queue_deadline_behind_another),
        T(test_gate_queue_is_bounded),
        T(test_gate_queue_net_limit),
        T(test_gate_queue_reset_makes_room),
        T(test_gate_queue_holds_up_nobody_elsewhere),
        T(test_gate_queue_moves_between_limits),
        T(test_gate_queue_beside_a_limit_that_refuses),
        T(test_gate_queue_packages),
        T(test_gate_queue_replace_and_cancel),
        T(test_gate_queue_restart_answers),
        T(test_gate_queue_books_are_read),
        T(test_gate_queue_takes_no_raises),
        T(test_gate_queue_venue_gone_answers),
        T(test_gate_queue_action_of_the_owner),
        T(test_gate_queue_amount_makes_room),
        T(test_gate_queue_stops_refuse),
        T(test_gate_queue_hub_gone),
        T(test_gate_queue_is_what_a_model_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
