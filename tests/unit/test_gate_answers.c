/*
 * Answers of hubs that come too late, say too little, or come when there is no
 * room to say any more.
 *
 * 10 million of USD10Y are 9,040.00; what is asked first is token T1 by 2318=1.
 * Rules: R20, R24, R25, R28..R30, R43.
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
#define NEW "|2320=0|2321=0"
#define USED "|2320=0|2321=1"
#define BACK "|2320=1|2321=0"
#define BUST "|2320=1|2321=1"
#define CHANGE "|2320=2|2321=0"

/* Room for 16 asks that have no answer. */
static const char text[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=2\nMaxRequests=400\nMaxLimits=8\nMaxWaiting=8\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nAccounts=ONE,OPEN,CHAIN\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[SESSION]\nName=opens\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=OPENS\nReplaceAmount=open\n"
    "[SESSION]\nName=chains\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=CHAINS\nIdentification=chaining\n"
    "[ACCOUNT]\nAccount=ONE\nClearingFirm=F1\nHub=hub\n"
    "[ACCOUNT]\nAccount=OPEN\nClearingFirm=F2\nHub=opens\n"
    "[ACCOUNT]\nAccount=CHAIN\nClearingFirm=F3\nHub=chains\n"
    "[LIMIT]\nRiskLimitID=ONE-USD\nAccount=ONE\nHub=hub\n"
    "Currency=USD\nModel=ping\n"
    "[LIMIT]\nRiskLimitID=OPEN-USD\nAccount=OPEN\nHub=opens\n"
    "Currency=USD\nModel=ping\n"
    "[LIMIT]\nRiskLimitID=CHAIN-USD\nAccount=CHAIN\nHub=chains\n"
    "Currency=USD\nModel=ping\n";

enum { OPENS = HUB + 1, CHAINS };

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open_config(&h, text);
    return 0;
}

static void order(const char *account, const char *id, long millions)
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
             "35=G|11=%s|41=%s|1=ONE|55=USD10Y|54=1|38=%ld000000|40=2|"
             "44=4.1" AT,
             id, orig, millions);
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

/* A1, 10 million of account ONE, is at its venue by T1. */
static void work(const char *more)
{
    char fields[256];
    order("ONE", "A1", 10);
    harness_expect(&h, HUB, "35=DF|2318=1|2324=9040.00" NEW);
    snprintf(fields, sizeof(fields), "35=DG|2318=1|2319=GATE-T1|2325=0%s" NEW,
             more);
    harness_in(&h, HUB, fields);
    harness_expect(&h, VENUE, "35=D|11=A1");
    report("A1", "150=0|39=0", 10, 0, "");
    harness_expect(&h, CLIENT, "35=8|150=0");
}

/* Fills A1, until |left| asks have room: no notice is answered. */
static void fill_the_room(long out, long left)
{
    long cum = 0;
    char fields[256];
    for (; out < 16 - left; out++) {
        cum += 1000;
        snprintf(fields, sizeof(fields),
                 "35=8|37=V-1|11=A1|17=E%d|150=F|39=1|55=USD10Y|54=1|"
                 "38=10000000|151=0|14=%ld|6=0",
                 h.seq, cum);
        harness_in(&h, VENUE, fields);
        harness_expect(&h, HUB, "35=DF|2324=0.904" USED);
        harness_expect(&h, CLIENT, "35=8|150=F");
    }
}

static struct cg_token_view token(void)
{
    struct cg_token_view view;
    assert_true(cg_gate_token(h.gate, 0, &view));
    return view;
}

/* --- no room to say more ------------------------------------------------- */

/* R28: a raise that was given up and could not be withdrawn for want of room is
 * withdrawn when its grant comes. */
static void test_gate_answers_grant_of_a_raise_given_up(void **state)
{
    (void)state;
    work("");
    replace("R1", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2318=2|2324=18080.00" CHANGE);
    fill_the_room(1, 0);
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|1=ONE|55=USD10Y|54=1|38=10000000" AT);
    harness_expect(&h, CLIENT, "35=9|11=R1|434=2|58~CG403");
    harness_expect(&h, VENUE, "35=F|11=C1");
    harness_quiet(&h);
    assert_true(harness_logged(&h, "no room for a") > 0);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=18080.00" CHANGE);
    harness_expect(&h, HUB, "35=DF|2324=9040.00" CHANGE);
    assert_string_equal(token().state, "spent");
}

/* R30: the same of one whose token was taken back: all of it goes back. */
static void test_gate_answers_grant_for_a_token_taken_back(void **state)
{
    (void)state;
    work("");
    replace("R1", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2318=2|2324=18080.00" CHANGE);
    fill_the_room(1, 0);
    harness_in(&h, HUB, "35=DG|2318=1|2319=GATE-T1|2325=4" NEW);
    harness_expect(&h, CLIENT, "35=9|11=R1|434=2|58~CG305");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_quiet(&h);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=18080.00" CHANGE);
    harness_expect(&h, HUB, "35=DF|2324=18080.00" BACK);
    assert_string_equal(token().end, "invalidated");
}

/* R28: the same of one whose order has ended. */
static void test_gate_answers_grant_for_an_order_that_ended(void **state)
{
    (void)state;
    work("");
    replace("R1", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2318=2|2324=18080.00" CHANGE);
    fill_the_room(1, 0);
    report("A1", "150=4|39=4", 10, 0, "");
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_expect(&h, CLIENT, "35=9|11=R1|434=2");
    harness_quiet(&h);
    assert_string_equal(token().state, "returning");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=18080.00" CHANGE);
    harness_quiet(&h);
    assert_string_equal(token().state, "returning");
}

/* --- too late ------------------------------------------------------------ */

/* R43: what the venue restated is granted when the order has ended: late. */
static void test_gate_answers_restatement_of_an_order_that_ended(void **state)
{
    (void)state;
    work("");
    report("A1", "150=D|39=0|378=3", 15, 0, "");
    harness_expect(&h, HUB, "35=DF|2318=2|2324=13560.00" CHANGE);
    harness_expect(&h, CLIENT, "35=8|150=D");
    report("A1", "150=4|39=4", 15, 0, "");
    harness_expect(&h, HUB, "35=DF|2318=3" BACK);
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=13560.00" CHANGE);
    harness_quiet(&h);
    harness_in(&h, HUB, "35=DG|2318=3|2319=GATE-T1|2325=4" BACK);
    harness_quiet(&h);
    assert_string_equal(token().state, "closed");
}

/* R30: or when its token was taken back: all of it goes back. */
static void test_gate_answers_restatement_of_a_token_taken_back(void **state)
{
    (void)state;
    work("");
    report("A1", "150=D|39=0|378=3", 15, 0, "");
    harness_expect(&h, HUB, "35=DF|2318=2|2324=13560.00" CHANGE);
    harness_expect(&h, CLIENT, "35=8|150=D");
    harness_in(&h, HUB, "35=DG|2318=1|2319=GATE-T1|2325=4" NEW);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=13560.00" CHANGE);
    harness_expect(&h, HUB, "35=DF|2318=3|2324=13560.00" BACK);
    harness_quiet(&h);
}

/* R29: a renewal that is granted when the order has ended is late; so is one
 * that grants less than it was asked for. */
static void test_gate_answers_renewals_that_do_not_help(void **state)
{
    (void)state;
    work("|126=20270115-08:02:00.000");
    harness_wait(&h, 99500);
    harness_expect(&h, HUB, "35=DF|2318=2|2324=9040.00" CHANGE);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=9000.00|"
               "126=20270115-08:04:00.000" CHANGE);
    harness_expect(&h, HUB, "35=DF|2318=3|2324=9040.00" CHANGE);
    harness_close(&h);
    harness_open_config(&h, text);
    work("|126=20270115-08:02:00.000");
    harness_wait(&h, 99500);
    harness_expect(&h, HUB, "35=DF|2318=2|2324=9040.00" CHANGE);
    report("A1", "150=4|39=4", 10, 0, "");
    harness_expect(&h, HUB, "35=DF|2318=3" BACK);
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2327=9040.00|"
               "126=20270115-08:04:00.000" CHANGE);
    harness_quiet(&h);
    assert_string_equal(token().state, "returning");
}

/* R30: a notice is answered by 2325=4 when its token is over: nothing is left
 * to be taken back. */
static void test_gate_answers_taken_back_when_it_is_over(void **state)
{
    (void)state;
    work("");
    report("A1", "150=F|39=1", 10, 4, "");
    harness_expect(&h, HUB, "35=DF|2318=2" USED);
    harness_expect(&h, CLIENT, "35=8|150=F");
    report("A1", "150=4|39=4", 10, 4, "");
    harness_expect(&h, HUB, "35=DF|2318=3" BACK);
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=4" USED);
    harness_quiet(&h);
    assert_true(harness_logged(&h, "which is over, was taken back") > 0);
    assert_string_equal(token().state, "returning");
}

/* --- notices that change a life ------------------------------------------ */

/* R29: with the answer to a notice the hub may shorten a life, and not lengthen
 * it. */
static void test_gate_answers_notice_shortens_a_life(void **state)
{
    (void)state;
    work("|126=20270115-09:00:00.000");
    report("A1", "150=F|39=1", 10, 1, "");
    harness_expect(&h, HUB, "35=DF|2318=2" USED);
    harness_expect(&h, CLIENT, "35=8|150=F");
    report("A1", "150=F|39=1", 10, 2, "");
    harness_expect(&h, HUB, "35=DF|2318=3" USED);
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_in(
        &h, HUB,
        "35=DG|2318=2|2319=GATE-T1|2325=0|126=20270115-10:00:00.000" USED);
    harness_in(
        &h, HUB,
        "35=DG|2318=3|2319=GATE-T1|2325=0|126=20270115-08:02:00.000" USED);
    harness_quiet(&h);
    harness_wait(&h, 99500);
    harness_expect(&h, HUB, "35=DF|2324=9040.00" CHANGE);
}

/* --- without 2318 -------------------------------------------------------- */

/* R24: an answer that names its token alone is to the ask of its kind, and of
 * its amount. */
static void test_gate_answers_by_kind_and_amount(void **state)
{
    (void)state;
    order("ONE", "A1", 10);
    harness_expect(&h, HUB, "35=DF|2318=1|2324=9040.00" NEW);
    /* It says too little, or of another amount, or of another kind. */
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0" NEW);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2327=9000.00" NEW);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2324=9041.00" NEW);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2324=9040.00" CHANGE);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2324=9040.00" USED);
    harness_quiet(&h);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2327=9040.00" NEW);
    harness_expect(&h, VENUE, "35=D|11=A1");
    report("A1", "150=F|39=1", 10, 4, "");
    harness_expect(&h, HUB, "35=DF|2318=2|2324=3616.00" USED);
    harness_expect(&h, CLIENT, "35=8|150=F");
    report("A1", "150=H|39=1", 10, 3, "|19=E1");
    harness_expect(&h, HUB, "35=DF|2318=3|2324=904.00" BUST);
    harness_expect(&h, HUB, "35=DF|2318=4" CHANGE);
    harness_expect(&h, CLIENT, "35=8|150=H");
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2324=904.00" BUST);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0" USED);
    report("A1", "150=4|39=4", 10, 3, "");
    harness_expect(&h, HUB, "35=DF" BACK);
    harness_expect(&h, CLIENT, "35=8|150=4");
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4" BACK);
    harness_quiet(&h);
    assert_string_equal(token().state, "closed");
}

/* --- of nobody ----------------------------------------------------------- */

/* R28: a grant for no token of the gate's, with no amount at all; and one hub's
 * word on the token of another. */
static void test_gate_answers_for_no_token_of_its_own(void **state)
{
    struct cg_difference_view view;
    struct cg_gate *books = NULL;
    char error[256] = "";
    (void)state;
    work("");
    harness_in(&h, HUB, "35=DG|2318=77|2319=GATE-T9|2325=0" NEW);
    harness_quiet(&h);
    assert_true(harness_logged(&h, "a token never asked for") > 0);
    assert_int_equal(
        cg_gate_open_books(&h.journal, error, sizeof(error), &books), 0);
    assert_true(cg_gate_difference(books, 0, &view));
    assert_string_equal(view.thing, "GATE-T9");
    assert_string_equal(view.theirs, "none");
    cg_gate_close(books);
    harness_in(&h, OPENS, "35=DG|2318=1|2319=GATE-T1|2325=4" NEW);
    harness_quiet(&h);
    assert_string_equal(token().end, "");
}

/* R24: amounts that a hub of open amounts names are less than what they stand
 * for; beyond 64 bits they are more than was asked for. */
static void test_gate_answers_open_amount_beyond_all_numbers(void **state)
{
    (void)state;
    order("OPEN", "A1", 10);
    harness_expect(&h, OPENS, "35=DF|2318=1|2324=9040.00" NEW);
    harness_in(&h, OPENS, "35=DG|2318=1|2319=GATE-T1|2325=0" NEW);
    harness_expect(&h, VENUE, "35=D|11=A1");
    report("A1", "150=F|39=1", 10, 4, "");
    harness_expect(&h, OPENS, "35=DF|2318=2" USED);
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_in(&h, OPENS, "35=DG|2318=2|2319=GATE-T1|2325=0" USED);
    harness_in(&h, CLIENT,
               "35=G|11=R1|41=A1|1=OPEN|55=USD10Y|54=1|38=20000000|40=2|"
               "44=4.1" AT);
    harness_expect(&h, OPENS, "35=DF|2318=3|2324=14464.00" CHANGE);
    harness_in(
        &h, OPENS,
        "35=DG|2318=3|2319=GATE-T1|2325=0|2327=922337203685477.5807" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=R1");
    assert_true(harness_logged(&h, "approved more than was asked for") > 0);
    assert_int_equal(token().reserved, 144640000);
}

/* R24: who chains names a token by the first or the last 2318 that it heard of,
 * and no token of another hub's. */
static void test_gate_answers_chained_ids_of_the_past(void **state)
{
    (void)state;
    work(""); /* 2318=1, of another hub */
    order("CHAIN", "B1", 10);
    harness_expect(&h, CHAINS, "35=DF|2318=2|2324=9040.00" NEW);
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=0|2327=9040.00" NEW);
    harness_expect(&h, VENUE, "35=D|11=B1");
    harness_in(&h, CLIENT,
               "35=G|11=B2|41=B1|1=CHAIN|55=USD10Y|54=1|38=20000000|40=2|"
               "44=4.1" AT);
    harness_expect(&h, CHAINS, "35=DF|2318=3|2322=2" CHANGE);
    harness_in(&h, CHAINS, "35=DG|2318=3|2325=0|2327=18080.00" CHANGE);
    harness_expect(&h, VENUE, "35=G|11=B2");
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=4" NEW); /* not its own */
    harness_quiet(&h);
    harness_in(&h, CHAINS, "35=DG|2318=3|2325=0|2327=18080.00" CHANGE);
    harness_quiet(&h);
    harness_in(&h, CHAINS, "35=DG|2318=3|2325=4" CHANGE);
    harness_expect(&h, VENUE, "35=F|41=B2");
    harness_in(&h, CHAINS, "35=DG|2318=2|2325=4" NEW);
    harness_quiet(&h);
}

/* R24 R48: what was forgotten with its day is nobody's any more. */
static void test_gate_answers_chained_ids_of_another_day(void **state)
{
    (void)state;
    order("CHAIN", "B1", 10);
    harness_expect(&h, CHAINS, "35=DF|2318=1|2324=9040.00" NEW);
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=2|2326=2" NEW);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG307");
    for (int hours = 0; hours < 48; hours++) {
        harness_wait(&h, 3600 * 1000);
    }
    harness_quiet(&h);
    harness_in(&h, CHAINS, "35=DG|2318=1|2325=4" NEW);
    harness_quiet(&h);
    assert_true(harness_logged(&h, "a repeated answer to ask 1") > 0);
}

#define TEST(name) WITH_GATE_BY(name, open_gate)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gate_answers_grant_of_a_raise_given_up),
        TEST(test_gate_answers_grant_for_a_token_taken_back),
        TEST(test_gate_answers_grant_for_an_order_that_ended),
        TEST(test_gate_answers_restatement_of_an_order_that_ended),
        TEST(test_gate_answers_restatement_of_a_token_taken_back),
        TEST(test_gate_answers_renewals_that_do_not_help),
        TEST(test_gate_answers_taken_back_when_it_is_over),
        TEST(test_gate_answers_notice_shortens_a_life),
        TEST(test_gate_answers_by_kind_and_amount),
        TEST(test_gate_answers_for_no_token_of_its_own),
        TEST(test_gate_answers_open_amount_beyond_all_numbers),
        TEST(test_gate_answers_chained_ids_of_the_past),
        TEST(test_gate_answers_chained_ids_of_another_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
