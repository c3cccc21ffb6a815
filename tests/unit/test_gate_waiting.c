/*
 * What waits: replaces behind orders and behind each other.
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

/* --- what is said and seen ---------------------------------------------- */

static void report(const char *id,
                   char exec,
                   char status,
                   long qty,
                   long cum,
                   const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0%s",
             id, h.seq, exec, status, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

/* The venue refuses a replace or cancel. */
static void reject(const char *id, const char *orig)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=9|37=V-A1|11=%s|41=%s|39=0|434=2|102=0", id, orig);
    harness_in(&h, VENUE, fields);
}

static void deny(const char *ask)
{
    char fields[256];
    char number[32];
    char trans[8];
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(trans, sizeof(trans), "%s", harness_field(ask, 2320));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2325=2|2326=2|2320=%s|2321=0", number,
             harness_field(ask, 2319), trans);
    harness_in(&h, HUB, fields);
}

/* An order of ACME whose first ask stays unanswered; returns the ask. */
static const char *order_waits(const char *id, long millions)
{
    static char ask[HARNESS_TEXT_MAX];
    harness_order(&h, id, '1', millions);
    snprintf(ask, sizeof(ask), "%s",
             harness_expect(&h, HUB, "35=DF|2320=0|2321=0"));
    harness_quiet(&h);
    return ask;
}

/* --- behind a waiting order (R44) --------------------------------------- */

/* R44, R41: it waits behind its order, and is then decided like any other. */
static void test_gate_waiting_replace_follows_its_order(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    harness_replace(&h, "A2", "A1", 15);
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 0, 0);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=A1|38=10000000");
    const char *raise = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_quiet(&h);
    harness_grant(&h, raise);
    harness_expect(&h, VENUE, "35=G|11=A2|41=A1|38=15000000");
    harness_quiet(&h);
    harness_expect_books(&h, 13560, 13560, 0);
}

/* R44: what needs no credit goes right behind the order, in the order it came;
 * a fall frees nothing before the venue confirms it. */
static void test_gate_waiting_falls_follow_at_once(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    harness_replace(&h, "A2", "A1", 8);
    harness_replace(&h, "A3", "A2", 4);
    harness_quiet(&h);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_expect(&h, VENUE, "35=G|11=A2|41=A1|38=8000000");
    harness_expect(&h, VENUE, "35=G|11=A3|41=A2|38=4000000");
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 9040, 0);
    report("A1", '0', '0', 10, 0, "");
    report("A2", '5', '0', 8, 0, "|41=A1");
    harness_expect_books(&h, 7232, 7232, 0);
    report("A3", '5', '0', 4, 0, "|41=A2");
    harness_expect_books(&h, 3616, 3616, 0);
}

/* R44, R45: a refused order answers first, and then what waits behind it; no
 * place among those that wait is lost. */
static void test_gate_waiting_refused_order_ends_all(void **state)
{
    (void)state;
    char id[4][16];
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 4; k++) {
            snprintf(id[k], sizeof(id[k]), "A%d-%d", i, k);
        }
        const char *ask = order_waits(id[0], 10);
        for (int k = 1; k < 4; k++) {
            harness_replace(&h, id[k], id[k - 1], 15);
            harness_quiet(&h);
        }
        deny(ask);
        const char *out = harness_expect(&h, CLIENT, "35=8|150=8|58~CG101");
        assert_string_equal(harness_field(out, 11), id[0]);
        for (int k = 1; k < 4; k++) {
            out = harness_expect(&h, CLIENT,
                                 "35=9|434=2|102=1|39=8|37=NONE|58~CG402");
            assert_string_equal(harness_field(out, 11), id[k]);
            assert_string_equal(harness_field(out, 41), id[k - 1]);
        }
        harness_quiet(&h);
        harness_expect_books(&h, 0, 0, 0);
    }
}

/* R42, R44: a mass cancel ends what waits at the gate as well, before any of it
 * can go on; what it does not mean stays. */
static void test_gate_waiting_mass_cancel_ends_all(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_replace(&h, "A3", "A2", 25);
    const char *ask = harness_keep(order_waits("B1", 10));
    harness_replace(&h, "B2", "B1", 5);
    harness_in(&h, CLIENT, "35=q|11=M0|530=1|55=EUR10Y|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=q|11=M0");
    harness_quiet(&h);
    harness_in(&h, CLIENT, "35=q|11=M1|530=7|54=2|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=q|11=M1");
    harness_quiet(&h);
    harness_in(&h, CLIENT, "35=q|11=M2|530=7|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=q|11=M2");
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG403");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG403");
    harness_expect(&h, HUB, "35=DF|2320=1");
    const char *out = harness_expect(&h, CLIENT, "35=8|11=B1|150=4|39=4");
    assert_null(strstr(out, "|41="));
    harness_expect(&h, CLIENT, "35=9|11=B2|41=B1|58~CG402");
    harness_quiet(&h);
    harness_grant(&h, ask);
    harness_quiet(&h); /* too late: it goes back */
    harness_expect_books(&h, 9040, 9040, 0);
    harness_reopen(&h);
    harness_quiet(&h);
}

/* R44: a cancel of the order, by any of its ids, ends all that waits. */
static void test_gate_waiting_cancel_ends_all(void **state)
{
    (void)state;
    static const char *const named[] = {"A1", "A2", "A3"};
    for (int i = 0; i < 3; i++) {
        char id[3][16];
        char c[16];
        for (int k = 0; k < 3; k++) {
            snprintf(id[k], sizeof(id[k]), "%s.%d", named[k], i);
        }
        snprintf(c, sizeof(c), "C.%d", i);
        (void)order_waits(id[0], 10);
        harness_replace(&h, id[1], id[0], 15);
        harness_replace(&h, id[2], id[1], 5);
        harness_cancel(&h, c, id[i]);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
        snprintf(c, sizeof(c), "D.%d", i);
        harness_cancel(&h, c, id[i]);
        const char *out = harness_expect(&h, CLIENT, "35=9|434=1|58~CG402");
        assert_string_equal(harness_field(out, 11), c);
        harness_expect_books(&h, 0, 0, 0);
    }
    (void)order_waits("B1", 10);
    harness_replace(&h, "B2", "B1", 15);
    harness_cancel(&h, "CB", "B2");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4|39=4|11=CB|41=B2");
    harness_expect(&h, CLIENT, "35=9|11=B2|41=B1|39=4|102=1|58~CG402");
    harness_quiet(&h);
}

/* R26: each waits for its own hard deadline at most, and none for longer. */
static void test_gate_waiting_deadline_holds_for_each(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    harness_wait(&h, 10000);
    harness_replace(&h, "A2", "A1", 15);
    harness_wait(&h, 5000);
    harness_replace(&h, "A3", "A2", 20);
    harness_replace(&h, "A4", "A1", 12);
    harness_wait(&h, 4000);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_wait(&h, 10999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG301");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG402");
    harness_quiet(&h);
    harness_expect_books(&h, 10848, 9040,
                         0); /* A4 is charged, and waits its turn */
    harness_wait(&h, 5000);
    harness_expect(&h, CLIENT, "35=9|11=A4|41=A1|58~CG301");
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 9040, 0);
}

/* R26: an order that times out takes all behind it along. */
static void test_gate_waiting_order_times_out_with_all(void **state)
{
    (void)state;
    (void)order_waits("A1", 10);
    harness_wait(&h, 15000);
    harness_replace(&h, "A2", "A1", 15);
    harness_wait(&h, 4999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=8|58~CG301");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG402");
    harness_quiet(&h);
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=4|2320=1|2321=0");
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* R41: CG_REPLACES_MAX may wait; one more is refused, and not the others. */
static void test_gate_waiting_replaces_are_bounded(void **state)
{
    (void)state;
    char id[16];
    char orig[16] = "A1";
    harness_work(&h, "A1", '1', 10);
    for (int i = 0; i < 9; i++) {
        snprintf(id, sizeof(id), "N%d", i);
        harness_replace(&h, id, orig, 11 + i);
        if (i == 0) {
            harness_keep(harness_expect(&h, HUB, "35=DF|2320=2"));
        }
        if (i == 8) {
            harness_expect(&h, CLIENT, "35=9|11=N8|41=N7|102=3|58~CG403");
        }
        harness_quiet(&h);
        snprintf(orig, sizeof(orig), "%s", id);
    }
    harness_cancel(&h, "C1", "A1");
    harness_expect(&h, HUB, "35=DF|2320=2");
    for (int i = 0; i < 8; i++) {
        const char *out = harness_expect(&h, CLIENT, "35=9|58~CG403");
        assert_int_equal(atoi(harness_field(out, 11) + 1), i);
    }
    harness_expect(&h, VENUE, "35=F|11=C1|41=A1");
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 9040, 0);
}

/* R41, R44: only what must wait needs a place among those that wait. */
static void test_gate_waiting_full_lets_pass_what_waits_not(void **state)
{
    (void)state;
    char id[16];
    harness_work(&h, "A1", '1', 10);
    for (int i = 0; i < 8; i++) {
        snprintf(id, sizeof(id), "W%d", i);
        (void)order_waits(id, 1);
    }
    harness_replace(&h, "A2", "A1", 10);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_replace(&h, "A3", "A2", 5);
    harness_expect(&h, VENUE, "35=G|11=A3");
    harness_replace(&h, "A4", "A3", 11);
    harness_expect(&h, CLIENT,
                   "35=9|11=A4|58~CG501 GATE_STOPPING - too many orders wait");
    harness_replace(&h, "W9", "W0", 1);
    harness_expect(&h, CLIENT, "35=9|11=W9|58~CG501");
    harness_order(&h, "W10", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=W10|58~CG501");
    harness_cancel(&h, "C0", "W0");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4|41=W0");
    harness_replace(&h, "A5", "A3", 11);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9944.00");
    harness_quiet(&h);
}

/* R41: a replace that names one that was refused means nothing; one that names
 * an id in force is decided. */
static void test_gate_waiting_refused_raise_lets_next_go(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2320=2"));
    harness_replace(&h, "A3", "A2", 30);
    harness_replace(&h, "A4", "A3", 30);
    harness_replace(&h, "A5", "A1", 5);
    harness_replace(&h, "A6", "A5", 15);
    harness_quiet(&h);
    deny(ask);
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG101");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG402");
    harness_expect(&h, CLIENT, "35=9|11=A4|41=A3|58~CG402");
    harness_expect(&h, VENUE, "35=G|11=A5|41=A1|38=5000000");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00"));
    harness_expect(&h, VENUE, "35=G|11=A6|41=A5|38=15000000");
    harness_quiet(&h);
    harness_expect_books(&h, 13560, 13560, 0);
}

/* R41, R14: what does not fit at its turn is refused then, by then's limits. */
static void test_gate_waiting_is_decided_at_its_turn(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2320=2"));
    harness_replace(&h, "A3", "A2", 80);
    harness_quiet(&h);
    harness_order(&h, "B1", '1', 50);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=45200.00"));
    harness_expect(&h, VENUE, "35=D|11=B1");
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_expect(&h, CLIENT,
                   "35=9|11=A3|41=A2|58~CG101 LIMIT_EXCEEDED req:"
                   "54240.00 avl:36720.00");
    harness_quiet(&h);
    harness_expect_books(&h, 63280, 63280, 0);
}

/* R18, R31: a halt answers all that waits, and pulls what rests. */
static void test_gate_waiting_halt_answers_all(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_replace(&h, "A3", "A2", 25);
    (void)order_waits("B1", 10);
    harness_replace(&h, "B2", "B1", 5);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT42, "35=B");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=B1|150=8|58~CG202");
    harness_expect(&h, CLIENT, "35=9|11=B2|41=B1|58~CG402");
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG202");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG202");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_quiet(&h);
    harness_replace(&h, "A4", "A1", 5);
    harness_expect(&h, CLIENT, "35=9|11=A4|58~CG403");
}

/* R18: under a suspension the order is refused when its grant is there. */
static void test_gate_waiting_suspension_answers_all(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=0|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_grant(&h, ask);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=8|58~CG201");
    harness_expect(&h, CLIENT, "35=9|11=A2|58~CG402");
    harness_quiet(&h);
}

/* R45: what waits is answered at the start, orders first, and only once. */
static void test_gate_waiting_restart_answers_all(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_replace(&h, "A3", "A2", 25);
    (void)order_waits("B1", 10);
    harness_replace(&h, "B2", "B1", 5);
    harness_replace(&h, "B3", "B2", 6);
    harness_reopen(&h);
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|58~CG501");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG501");
    harness_expect(&h, CLIENT, "35=8|11=B1|150=8|58~CG501");
    harness_expect(&h, CLIENT, "35=9|11=B2|41=B1|58~CG501");
    harness_expect(&h, CLIENT, "35=9|11=B3|41=B2|58~CG501");
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 9040, 0);
    harness_reopen(&h);
    harness_quiet(&h);
}

/* R45: the same when the gate is told to stop. */
static void test_gate_waiting_stop_answers_all(void **state)
{
    (void)state;
    (void)order_waits("B1", 10);
    harness_replace(&h, "B2", "B1", 5);
    harness_stop(&h);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=B1|150=8|58~CG501");
    harness_expect(&h, CLIENT, "35=9|11=B2|41=B1|58~CG501");
    harness_quiet(&h);
}

/* R45: who stops waits for the venue's answers, and only for those of a venue
 * that is there. */
static void test_gate_waiting_venue_owes_answers(void **state)
{
    (void)state;
    assert_false(cg_gate_is_owed(h.gate));
    harness_grant(&h, order_waits("A1", 10));
    (void)harness_expect(&h, VENUE, "35=D|11=A1");
    assert_true(cg_gate_is_owed(h.gate));
    report("A1", '0', '0', 10, 0, "");
    assert_false(cg_gate_is_owed(h.gate));
    harness_cancel(&h, "C1", "A1");
    assert_true(cg_gate_is_owed(h.gate));
    reject("C1", "A1");
    assert_false(cg_gate_is_owed(h.gate));
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=A2|1=OTHERACC|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    (void)harness_expect(&h, VENUE, "35=D|11=A2");
    assert_true(cg_gate_is_owed(h.gate));
    report("A2", '8', '8', 10, 0, "|103=0");
    assert_false(cg_gate_is_owed(h.gate));
    harness_cancel(&h, "C2", "A1");
    harness_link(&h, VENUE, false);
    assert_false(cg_gate_is_owed(h.gate));
    /* Its next logon settles that, by a status. */
    harness_link(&h, VENUE, true);
    assert_false(cg_gate_is_owed(h.gate));
    report("C2", '4', '4', 0, 0, "|41=A1");
    /* The hub is told that the token is over. */
    (void)harness_expect(&h, HUB, "35=DF|2320=1");
    (void)harness_expect(&h, CLIENT, "35=8|11=C2|150=4");
    assert_true(cg_gate_is_owed(h.gate));
}

/* The hub confirms that a token is over. */
static void taken_back(const char *ask)
{
    char fields[256];
    char number[32];
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2325=4|2320=1|2321=0", number,
             harness_field(ask, 2319));
    harness_in(&h, HUB, fields);
}

/* R45: a cancel is answered by the report that closes its order. */
static void test_gate_waiting_cancel_confirmed_is_no_debt(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    assert_false(cg_gate_is_owed(h.gate));
    harness_cancel(&h, "C1", "A1");
    assert_true(cg_gate_is_owed(h.gate));
    report("C1", '6', '6', 10, 0, "|41=A1"); /* it is on its way only */
    assert_true(cg_gate_is_owed(h.gate));
    report("C1", '4', '4', 10, 0, "|41=A1");
    taken_back(harness_expect(&h, HUB, "35=DF|2320=1"));
    assert_false(cg_gate_is_owed(h.gate));
    /* Other orders are not meant. */
    harness_work(&h, "B1", '1', 10);
    harness_replace(&h, "B2", "B1", 5);
    harness_expect(&h, VENUE, "35=G|11=B2");
    assert_true(cg_gate_is_owed(h.gate));
    reject("B2", "B1");
    assert_false(cg_gate_is_owed(h.gate));
    harness_cancel(&h, "C2", "B1");
    assert_true(cg_gate_is_owed(h.gate));
    reject("C2", "B1");
    assert_false(cg_gate_is_owed(h.gate));
}

/* One that the order's end was no answer to is: the venue refuses it yet. */
static void test_gate_waiting_cancel_too_late_is_a_debt(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_cancel(&h, "C1", "A1");
    harness_cancel(&h, "C2", "A1");
    report("C1", '4', '4', 10, 0, "|41=A1");
    taken_back(harness_expect(&h, HUB, "35=DF|2320=1"));
    assert_true(cg_gate_is_owed(h.gate));
    reject("C2", "A1");
    assert_false(cg_gate_is_owed(h.gate));
    harness_work(&h, "B1", '1', 10);
    harness_cancel(&h, "C3", "B1");
    report("B1", 'F', '2', 10, 10, "|32=10000000|31=4");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0|2321=1"));
    assert_true(cg_gate_is_owed(h.gate));
    reject("C3", "B1");
    assert_false(cg_gate_is_owed(h.gate));
}

/* Nobody waits for a word on the gate's own cancel of what is over. */
static void test_gate_waiting_pull_confirmed_is_no_debt(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT42, "35=B");
    const char *pull = harness_keep(harness_expect(&h, VENUE, "35=F|41=A1"));
    char id[32];
    snprintf(id, sizeof(id), "%s", harness_field(pull, 11));
    assert_true(cg_gate_is_owed(h.gate));
    report(id, '4', '4', 10, 0, "|41=A1");
    taken_back(harness_expect(&h, HUB, "35=DF|2320=1"));
    assert_false(cg_gate_is_owed(h.gate));
}

/* And for the hub's, while that is there. */
static void test_gate_waiting_hub_owes_answers(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    assert_true(cg_gate_is_owed(h.gate));
    harness_stop(&h);
    const char *withdrawn = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=1"));
    (void)harness_expect(&h, CLIENT, "35=8|11=A1|150=8");
    deny(ask);
    assert_true(cg_gate_is_owed(h.gate));
    harness_link(&h, HUB, false);
    assert_false(cg_gate_is_owed(h.gate));
    harness_link(&h, HUB, true);
    assert_true(cg_gate_is_owed(h.gate));
    taken_back(withdrawn);
    assert_false(cg_gate_is_owed(h.gate));
}

/* R40: a replace that waits and comes again is no second one. */
static void test_gate_waiting_repeat_is_told_its_status(void **state)
{
    (void)state;
    const char *ask = order_waits("A1", 10);
    harness_replace(&h, "A2", "A1", 8);
    harness_in(&h, CLIENT,
               "35=G|43=Y|122=20270115-08:00:00|11=A2|41=A1|1=ACME|55=USD10Y|"
               "54=1|38=8000000|40=2|44=4.1|60=20270115-08:00:00");
    harness_quiet(&h);
    harness_in(&h, CLIENT,
               "35=G|97=Y|122=20270115-08:00:00|11=A2|41=A1|1=ACME|55=USD10Y|"
               "54=1|38=8000000|40=2|44=4.1|60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=8|150=I|39=A|11=A2|41=A1");
    harness_quiet(&h);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_quiet(&h);
}

/* --- chains at the venue (R41, R43) ------------------------------------- */

/* R41, R43: three replaces are pending at the venue, and fills come against the
 * one in the middle; each is accounted once. */
static void test_gate_waiting_chain_fills_against_the_middle(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=18080.00"));
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_replace(&h, "A3", "A2", 30);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=27120.00"));
    harness_expect(&h, VENUE, "35=G|11=A3");
    harness_replace(&h, "A4", "A3", 15);
    harness_expect(&h, VENUE, "35=G|11=A4");
    harness_expect_books(&h, 27120, 27120, 0);
    report("A2", '5', '0', 20, 0, "|41=A1");
    report("A2", 'F', '1', 20, 12, "|32=12000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=10848.00");
    harness_expect_books(&h, 27120, 16272, 10848);
    report("A3", '5', '1', 30, 12, "|41=A2");
    report("A3", 'F', '1', 30, 14, "|32=2000000");
    harness_expect_books(&h, 27120, 14464, 12656);
    report("A4", '5', '1', 15, 14, "|41=A3");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_expect_books(&h, 13560, 904, 12656);
    report("A4", 'F', '2', 15, 15, "|32=1000000");
    harness_expect_books(&h, 13560, 0, 13560);
}

/* R41, R43: the venue refuses a replace after a fill, and accepts what came
 * later against the id in force. */
static void test_gate_waiting_chain_refused_after_a_fill(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=18080.00"));
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_replace(&h, "A3", "A2", 30);
    const char *ask = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=2|2324=27120.00"));
    harness_replace(&h, "A4", "A1", 12);
    harness_quiet(&h);
    report("A1", 'F', '1', 10, 9, "|32=9000000");
    harness_expect_books(&h, 27120, 9944, 8136);
    reject("A2", "A1");
    harness_expect(&h, CLIENT, "35=9|11=A2");
    harness_expect_books(&h, 27120, 9944, 8136); /* A3 still waits */
    deny(ask);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, CLIENT, "35=9|11=A3|41=A2|58~CG101");
    harness_quiet(&h);
    report("A1", 'F', '2', 10, 10, "|32=1000000");
    harness_expect(&h, HUB, "35=DF|2321=1");
    harness_expect(&h, CLIENT, "35=8|39=2"); /* before what follows from it */
    harness_expect(&h, CLIENT, "35=9|11=A4|58~CG402");
    harness_expect_books(&h, 9040, 0, 9040);
}

/* --- a storm, judged by the messages alone (R45) ------------------------ */

enum { STORM_IDS = 6000, STORM_ASKS = 64 };

/* One message of the client.  |outcomes|: forwarded, or answered by the gate.
 */
struct sent {
    char kind; /* D, G, F */
    int root;  /* the order it is about */
    int target;
    int outcomes;
    bool at_venue; /* forwarded, and the venue has still to answer */
    bool refused;  /* by the gate */
};

static struct {
    struct sent sent[STORM_IDS];
    int count;
    bool over[STORM_IDS]; /* by root: the venue or the gate has ended it */
    int cum[STORM_IDS];   /* by root, in millions */
    char asks[STORM_ASKS][512];
    int ask_count;
    unsigned seed;
    int forwarded;
    int refused;
    int behind; /* replaces of orders that had no outcome yet */
} storm;

static unsigned roll(unsigned sides)
{
    storm.seed = storm.seed * 1103515245u + 12345u;
    return (storm.seed >> 8) % sides;
}

static int id_of(const char *message, int tag)
{
    const char *id = harness_field(message, tag);
    int n = id[0] == 'T' ? atoi(id + 1) : -1;
    assert_true(n >= 0 && n < storm.count);
    return n;
}

static void storm_forwarded(const char *message)
{
    struct sent *sent = &storm.sent[id_of(message, 11)];
    sent->outcomes++;
    sent->at_venue = true;
    storm.forwarded++;
    if (sent->kind == 'G') { /* only after its order, and after no refusal */
        assert_int_equal(storm.sent[sent->root].outcomes, 1);
        assert_false(storm.sent[sent->root].refused);
        assert_false(storm.sent[sent->target].refused);
    }
}

/* An answer that the gate gives itself. */
static void storm_answered(const char *message, bool cancelled)
{
    struct sent *sent = &storm.sent[id_of(message, 11)];
    sent->outcomes++;
    sent->refused = !cancelled;
    storm.refused++;
    assert_int_equal(id_of(message, 11), sent - storm.sent);
    if (cancelled) { /* it answers for the order as well */
        assert_int_equal(sent->kind, 'F');
        storm.sent[sent->root].outcomes++;
        storm.sent[sent->root].refused = true;
        storm.over[sent->root] = true;
    } else if (sent->kind == 'D') {
        storm.over[sent->root] = true;
    }
}

static void storm_watch(void)
{
    for (int i = 0; i < h.out_count; i++) {
        const char *message = strchr(h.out[i], ' ') + 1;
        int to = atoi(h.out[i]);
        if (to == VENUE && strncmp(message, "35=H|", 5) == 0) {
            continue; /* the gate's own question (R46) */
        }
        if (to == VENUE && strstr(message, "|11=GATE-P") == NULL) {
            storm_forwarded(message);
        } else if (to == HUB && strncmp(message, "35=DF|", 6) == 0 &&
                   storm.ask_count < STORM_ASKS) {
            snprintf(storm.asks[storm.ask_count++], sizeof(storm.asks[0]), "%s",
                     message);
        } else if (strncmp(message, "35=8|", 5) == 0 &&
                   strstr(message, "|17=GATE-E") != NULL) {
            storm_answered(message, strstr(message, "|150=4|") != NULL);
        } else if (strncmp(message, "35=9|", 5) == 0 &&
                   strstr(message, "|58=CG") != NULL) {
            storm_answered(message, false);
        }
    }
    h.out_count = 0;
}

static int storm_pick(int kinds_of_last, bool at_venue)
{
    for (int tries = 0; tries < 20 && storm.count > 0; tries++) {
        int from = storm.count > kinds_of_last ? storm.count - kinds_of_last
                                               : 0;
        int i = from + (int)roll((unsigned)(storm.count - from));
        if (!storm.over[storm.sent[i].root] &&
            (!at_venue || storm.sent[i].at_venue)) {
            return i;
        }
    }
    return -1;
}

static int storm_add(char kind, int target)
{
    int i = storm.count++;
    assert_true(i < STORM_IDS);
    storm.sent[i] = (struct sent){.kind = kind,
                                  .root = target < 0 ? i
                                                     : storm.sent[target].root,
                                  .target = target};
    return i;
}

static void storm_client(void)
{
    char id[16];
    char orig[16];
    int target = roll(3) > 0 ? storm_pick(12, false) : -1;
    bool replaces = target >= 0 && roll(4) > 0;
    if (target >= 0 && storm.sent[target].kind == 'F') {
        target = storm.sent[target].root;
    }
    int i = storm_add(target < 0 ? 'D' : replaces ? 'G' : 'F', target);
    snprintf(id, sizeof(id), "T%d", i);
    snprintf(orig, sizeof(orig), "T%d", target);
    if (target < 0) {
        harness_order(&h, id, '1', 1 + (long)roll(20));
    } else if (replaces) {
        storm.behind += storm.sent[storm.sent[i].root].outcomes == 0;
        harness_replace(&h, id, orig, 1 + (long)roll(30));
    } else {
        harness_cancel(&h, id, orig);
    }
}

static void storm_hub(void)
{
    if (storm.ask_count == 0) {
        return;
    }
    char *ask = storm.asks[roll((unsigned)storm.ask_count)];
    char copy[512];
    snprintf(copy, sizeof(copy), "%s", ask);
    memmove(ask, storm.asks[--storm.ask_count], sizeof(storm.asks[0]));
    bool asks_for = harness_field(copy, 2321)[0] == '0' &&
                    harness_field(copy, 2320)[0] != '1';
    if (strstr(copy, "|2324=") == NULL) {
        return; /* a cancel of nothing is confirmed by silence here */
    }
    if (asks_for && roll(6) == 0) {
        deny(copy);
    } else {
        harness_grant(&h, copy);
    }
}

static void storm_venue(void)
{
    char id[16];
    char orig[32];
    int i = storm_pick(40, true);
    if (i < 0) {
        return;
    }
    struct sent *sent = &storm.sent[i];
    int *cum = &storm.cum[sent->root];
    bool no = roll(4) == 0;
    snprintf(id, sizeof(id), "T%d", i);
    snprintf(orig, sizeof(orig), "|41=T%d", sent->target);
    if (sent->kind == 'D' && roll(2) == 0) {
        *cum += 1;
        report(id, 'F', '1', 40, *cum, "");
        return;
    }
    sent->at_venue = sent->kind == 'D' && !no;
    if (sent->kind == 'D') {
        report(id, no ? '8' : '0', no ? '8' : '0', 10, *cum, "");
        storm.over[sent->root] = no;
    } else if (no) {
        reject(id, orig + 4);
    } else if (sent->kind == 'G') {
        report(id, '5', '0', 1 + (long)roll(30), *cum, orig);
    } else {
        report(id, '4', '4', 10, *cum, orig);
        storm.over[sent->root] = true;
    }
}

static void storm_restart(void)
{
    harness_reopen(&h);
    storm_watch();
    for (int i = 0; i < HARNESS_SESSIONS; i++) {
        harness_link(&h, i, true);
        storm_watch();
    }
}

static void storm_step(void)
{
    switch (roll(20)) {
    case 0:
        harness_wait(&h, (int)roll(6000));
        break;
    case 1:
        if (roll(10) == 0) {
            storm_restart();
        }
        break;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
        storm_client();
        break;
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
        storm_venue();
        break;
    default:
        storm_hub();
        break;
    }
    storm_watch();
}

/* R45: whatever comes, every message has one outcome, and within the hard
 * deadline; a replace goes on after its order, and never after a refusal of
 * what it builds on. */
static void test_gate_waiting_storm_has_one_outcome_each(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 12; seed++) {
        if (seed > 1) {
            harness_close(&h);
            harness_open(&h);
        }
        memset(&storm, 0, sizeof(storm));
        storm.seed = seed;
        harness_in(&h, HUB,
                   "35=CR|1667=U|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
                   "1691=ACME|1692=D|1693=24|1669=1|1529=1|1530=12|"
                   "1531=1000000.00|1532=USD|1670=ACME-USD");
        for (int step = 0; step < 2500; step++) {
            storm_step();
        }
        harness_wait(&h, 20000);
        storm_watch();
        for (int i = 0; i < storm.count; i++) {
            if (storm.sent[i].outcomes != 1) {
                fail_msg("seed %u: %c T%d has %d outcomes", seed,
                         storm.sent[i].kind, i, storm.sent[i].outcomes);
            }
        }
        assert_true(storm.forwarded > 200);
        assert_true(storm.refused > 100);
        assert_true(storm.behind > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_waiting_replace_follows_its_order),
        WITH_GATE(test_gate_waiting_falls_follow_at_once),
        WITH_GATE(test_gate_waiting_refused_order_ends_all),
        WITH_GATE(test_gate_waiting_cancel_ends_all),
        WITH_GATE(test_gate_waiting_mass_cancel_ends_all),
        WITH_GATE(test_gate_waiting_deadline_holds_for_each),
        WITH_GATE(test_gate_waiting_order_times_out_with_all),
        WITH_GATE(test_gate_waiting_replaces_are_bounded),
        WITH_GATE(test_gate_waiting_full_lets_pass_what_waits_not),
        WITH_GATE(test_gate_waiting_refused_raise_lets_next_go),
        WITH_GATE(test_gate_waiting_is_decided_at_its_turn),
        WITH_GATE(test_gate_waiting_halt_answers_all),
        WITH_GATE(test_gate_waiting_suspension_answers_all),
        WITH_GATE(test_gate_waiting_restart_answers_all),
        WITH_GATE(test_gate_waiting_stop_answers_all),
        WITH_GATE(test_gate_waiting_venue_owes_answers),
        WITH_GATE(test_gate_waiting_cancel_confirmed_is_no_debt),
        WITH_GATE(test_gate_waiting_cancel_too_late_is_a_debt),
        WITH_GATE(test_gate_waiting_pull_confirmed_is_no_debt),
        WITH_GATE(test_gate_waiting_hub_owes_answers),
        WITH_GATE(test_gate_waiting_repeat_is_told_its_status),
        WITH_GATE(test_gate_waiting_chain_fills_against_the_middle),
        WITH_GATE(test_gate_waiting_chain_refused_after_a_fill),
        WITH_GATE(test_gate_waiting_storm_has_one_outcome_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
