/*
 * Execution reports that come twice, late, not at all or changed by the venue.
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

static int facts(enum cg_fact_kind kind)
{
    int count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == kind;
    }
    return count;
}

/* Every total, not one limit's: |used| in whole units. */
static void expect_books(const char *limit, cg_dv01 used, cg_dv01 consumed)
{
    struct cg_limit_view view;
    struct cg_token_view token;
    cg_dv01 sum = 0;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, limit) == 0) {
            assert_int_equal(view.used, used * 10000);
        }
    }
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        sum += strcmp(token.limit, limit) == 0 ? token.consumed : 0;
    }
    assert_int_equal(sum, consumed * 10000);
}

/* A report on an order of harness_work(); amounts in millions. */
static void report(const char *id,
                   const char *exec_id,
                   char exec,
                   char status,
                   long qty,
                   long cum,
                   const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|17=%s|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0%s",
             id, exec_id, exec, status, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

/* R43: the same report again goes on to the client and changes nothing. */
static void test_reports_repeat_changes_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=5424.00");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|43=Y|58=once more");
    harness_expect(&h, CLIENT, "35=8|17=X1|14=6000000");
    harness_quiet(&h);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|97=Y");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "came again"), 2);
    assert_int_equal(facts(CG_FACT_ORDER_FILLED), 1);
    expect_books("ACME-USD", 9040, 5424);
}

/* R43: it is known as a repeat after a restart, too. */
static void test_reports_repeat_known_after_restart(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    report("A1", "X2", 'H', '0', 10, 0, "|19=X1");
    expect_books("ACME-USD", 9040, 0);
    harness_reopen_up(&h);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|43=Y");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    expect_books("ACME-USD", 9040, 0);
}

/* R43: a bust that comes again after a new fill does not lower twice. */
static void test_reports_bust_again_lowers_once(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    report("A1", "X2", 'H', '0', 10, 2, "|19=X1");
    expect_books("ACME-USD", 9040, 1808);
    report("A1", "X3", 'F', '1', 10, 8, "|32=6000000");
    expect_books("ACME-USD", 9040, 7232);
    report("A1", "X2", 'H', '0', 10, 2, "|19=X1|43=Y");
    harness_expect(&h, CLIENT, "35=8|150=H");
    harness_quiet(&h);
    expect_books("ACME-USD", 9040, 7232);
}

/* R43: the same in FIX 4.2, where 20 tells a bust. */
static void test_reports_bust_again_in_42(void **state)
{
    (void)state;
    static const char head[] =
        "35=8|37=V-B1|11=B1|55=USD10Y|54=1|38=10000000|151=0|6=0";
    char fields[512];
    harness_in(&h, CLIENT42,
               "35=D|11=B1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|21=1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE42, "35=D");
    static const char *const steps[] = {
        "|17=Y1|20=0|150=0|39=0|14=0",
        "|17=Y2|20=0|150=1|39=1|14=6000000|32=6000000",
        "|17=Y3|20=1|19=Y2|150=0|39=0|14=0",
        "|17=Y4|20=0|150=1|39=1|14=3000000|32=3000000",
        "|17=Y3|20=1|19=Y2|150=0|39=0|14=0",
        "|17=0|20=3|150=1|39=1|14=3000000",
        "|17=0|20=3|150=1|39=1|14=3000000",
        "|17=Y5|20=2|19=Y4|150=1|39=1|14=1000000",
        "|17=Y5|20=2|19=Y4|150=1|39=1|14=1000000",
    };
    static const cg_dv01 consumed[] = {0,    5424, 0,   2712, 2712,
                                       2712, 2712, 904, 904};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        snprintf(fields, sizeof(fields), "%s%s", head, steps[i]);
        harness_in(&h, VENUE42, fields);
        expect_books("ACME-USD", 9040, consumed[i]);
    }
    assert_int_equal(harness_noted(&h, "came again"), 2);
    assert_int_equal(harness_noted(&h, "ALARM"), 0);
}

/* R43: another report under the same ExecID is an alarm, and CumQty counts. */
static void test_reports_same_exec_id_other_report(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    report("A1", "X1", 'F', '1', 10, 7, "|32=3000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=2712.00");
    harness_expect(&h, CLIENT, "35=8|14=7000000");
    assert_int_equal(harness_noted(&h, "ALARM: two different reports"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X1", 'F', '1', 10, 7, "|32=3000000|43=Y");
    harness_expect(&h, CLIENT, "35=8|14=7000000");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "ALARM: two different reports"), 1);
}

/* R43: one ExecID of two orders is two reports. */
static void test_reports_exec_id_is_per_order(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 20);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_in(&h, VENUE,
               "35=8|37=V-A2|11=A2|17=X1|150=F|39=1|55=USD10Y|54=1|38=20000000|"
               "151=0|14=4000000|6=0|32=4000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00");
    expect_books("ACME-USD", 27120, 7232);
    assert_int_equal(harness_noted(&h, "ALARM"), 0);
}

/* R43: lost reports: the rise of CumQty counts as a whole. */
static void test_reports_lost_one_is_made_up_for(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X2", 'F', '1', 10, 7, "|32=3000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=6328.00");
    assert_int_equal(harness_noted(&h, "reports before it are missing"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "it comes late"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X3", 'F', '1', 10, 8, "|32=3000000");
    assert_int_equal(harness_noted(&h, "LastQty is more than"), 1);
    expect_books("ACME-USD", 9040, 7232);
}

/* R43: memory is bounded; what was forgotten still cannot raise CumQty. */
static void test_reports_forgotten_repeat_is_harmless(void **state)
{
    (void)state;
    char id[16];
    harness_close(&h);
    harness_open_with(&h, "MaxReports=2\n");
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof(id), "S%d", i);
        report("A1", id, '0', '1', 10, 4, "");
    }
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "came again"), 0);
    expect_books("ACME-USD", 9040, 3616);
}

/* A DG to |ask|: |status| is 2325, |approved| may be NULL. */
static void answer(const char *ask, char status, const char *approved)
{
    char fields[512];
    char number[32];
    char trans[8];
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(trans, sizeof(trans), "%s", harness_field(ask, 2320));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=GATE-T1|2325=%c|2320=%s|2321=0%s%s", number,
             status, trans, approved != NULL ? "|2327=" : "",
             approved != NULL ? approved : "");
    harness_in(&h, HUB, fields);
}

static struct cg_token_view token_at(size_t at)
{
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, at, &token));
    return token;
}

/* R43: raised by the venue: charged at once, and the hub is asked for more. */
static void test_reports_restated_up_asks_hub(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    expect_books("ACME-USD", 13560, 0);
    assert_int_equal(token_at(0).reserved, 90400000);
    harness_grant(&h, ask);
    harness_quiet(&h);
    assert_int_equal(token_at(0).reserved, 135600000);
    report("A1", "X2", 'F', '2', 15, 15, "|32=15000000");
    assert_int_equal(token_at(0).overrun, 0);
    expect_books("ACME-USD", 13560, 13560);
}

/* R43, R17: the hub does not stand behind it: the order is pulled, and what
 * fills meanwhile is an overrun.  It is not asked for again. */
static void test_reports_restated_up_denied_is_pulled(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_expect(&h, CLIENT, "35=8|150=D");
    answer(ask, '2', NULL);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_quiet(&h);
    assert_int_equal(harness_noted(&h, "ALARM: the hub does not grant"), 1);
    report("A1", "X2", 'F', '1', 15, 12, "|32=12000000");
    ask = harness_expect(&h, HUB, "35=DF|2321=1|2324=10848.00");
    harness_grant(&h, ask);
    harness_quiet(&h);
    assert_int_equal(token_at(0).overrun, 18080000);
    expect_books("ACME-USD", 13560, 10848);
}

/* R24: a part of it is handed back, once. */
static void test_reports_restated_up_in_part(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_expect(&h, CLIENT, "35=8|150=D");
    answer(ask, '1', "10000.00");
    ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_grant(&h, ask);
    harness_quiet(&h);
    assert_int_equal(token_at(0).reserved, 90400000);
    assert_int_equal(token_at(0).granted, 100000000);
}

/* R43: it fell again before the hub said no: nothing is pulled, and the hub
 * hears of the fall, which could not be told meanwhile. */
static void test_reports_restated_up_and_down(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    char first[1024];
    snprintf(first, sizeof(first), "%s", ask);
    report("A1", "X2", 'D', '0', 4, 0, "|378=3");
    harness_expect(&h, CLIENT, "35=8|150=D");
    harness_quiet(&h);
    answer(first, '2', NULL);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=3616.00");
    harness_quiet(&h);
    expect_books("ACME-USD", 3616, 0);
}

/* R41, R43: a raise that comes meanwhile needs no more than what is granted to
 * the restatement: it goes on, and the hub hears of what is not needed. */
static void test_reports_restated_up_is_enough_for_a_raise(void **state)
{
    (void)state;
    char first[1024];
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'D', '0', 20, 0, "|378=3");
    snprintf(first, sizeof(first), "%s",
             harness_expect(&h, HUB, "35=DF|2320=2|2324=18080.00"));
    report("A1", "X2", 'D', '0', 12, 0, "|378=3");
    harness_in(&h, CLIENT,
               "35=G|11=A2|41=A1|1=ACME|55=USD10Y|54=1|38=13000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_quiet(&h);
    harness_grant(&h, first);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=11752.00");
    harness_quiet(&h);
    expect_books("ACME-USD", 11752, 0);
    assert_int_equal(token_at(0).reserved, 117520000);
}

/* R24: one submission at a time: the raise of the client comes first. */
static void test_reports_restated_up_behind_a_raise(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 12);
    const char *raise = harness_expect(&h, HUB, "35=DF|2320=2|2324=10848.00");
    char first[1024];
    snprintf(first, sizeof(first), "%s", raise);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    harness_expect(&h, CLIENT, "35=8|150=D");
    harness_quiet(&h);
    expect_books("ACME-USD", 13560, 0);
    harness_grant(&h, first);
    harness_expect(&h, VENUE, "35=G|11=A2");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00");
    harness_grant(&h, ask);
    harness_quiet(&h);
    assert_int_equal(token_at(0).reserved, 135600000);
}

/* R24: a lower total that the hub grants in part adds nothing to what the gate
 * may count on; the rest is asked for as what it is. */
static void test_reports_restated_up_lower_in_part(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=18080.00");
    char first[1024];
    snprintf(first, sizeof(first), "%s", ask);
    report("A1", "X1", 'D', '0', 11, 0, "|378=3");
    answer(first, '1', "9040.00");
    ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=9944.00");
    harness_expect(&h, CLIENT, "35=9|11=A2");
    answer(ask, '1', "5000.00");
    ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=9944.00");
    assert_int_equal(token_at(0).reserved, 90400000);
    answer(ask, '2', NULL);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, VENUE, "35=F|41=A1");
}

/* R47: a restatement while the hub is away, and a restart in between. */
static void test_reports_restated_up_hub_away(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_link(&h, HUB, false);
    report("A1", "X1", 'D', '0', 15, 0, "|378=3");
    harness_expect(&h, CLIENT, "35=8|150=D");
    harness_quiet(&h);
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    const char *ask = harness_expect(&h, HUB,
                                     "35=DF|97=Y|2320=2|2324=13560.00");
    harness_grant(&h, ask);
    assert_int_equal(token_at(0).reserved, 135600000);
}

/* R43: lowered by the venue: the hub hears it; never below what is filled. */
static void test_reports_restated_down_releases(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    report("A1", "X2", 'D', '1', 6, 4, "|378=3");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=5424.00");
    expect_books("ACME-USD", 5424, 3616);
    report("A1", "X3", 'D', '1', 1, 4, "|378=3");
    expect_books("ACME-USD", 3616, 3616);
}

/* R43: what an IOC or FOK order did not fill is released. */
static void test_reports_ioc_remainder_released(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    report("A1", "X2", '4', '4', 10, 4, "");
    expect_books("ACME-USD", 3616, 3616);
    report("A1", "X3", 'F', '4', 10, 5, "|32=1000000");
    expect_books("ACME-USD", 4520, 4520);
}

/* R43: an expiry, and a reject after a part was filled, release the rest. */
static void test_reports_ends_after_a_part(void **state)
{
    (void)state;
    static const char ends[][2] = {{'C', 'C'}, {'8', '8'}, {'4', '4'}};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        harness_close(&h);
        harness_open(&h);
        harness_work(&h, "A1", '1', 10);
        report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
        report("A1", "X2", ends[i][0], ends[i][1], 10, 4, "");
        harness_expect(&h, HUB, "35=DF|2320=1|2324=5424.00");
        harness_expect(&h, CLIENT, "35=8");
        expect_books("ACME-USD", 3616, 3616);
    }
}

/* R43: done for day ends a DAY order, and leaves one that goes on. */
static void test_reports_done_for_day(void **state)
{
    (void)state;
    static const char tifs[] = {'0', '1', '6'};
    char fields[512];
    for (size_t i = 0; i < sizeof(tifs); i++) {
        harness_close(&h);
        harness_open(&h);
        snprintf(fields, sizeof(fields),
                 "35=D|11=A1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
                 "59=%c|60=20270115-08:00:00",
                 tifs[i]);
        harness_in(&h, CLIENT, fields);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
        report("A1", "X1", '0', '0', 10, 0, "");
        report("A1", "X2", '3', '3', 10, 0, "");
        expect_books("ACME-USD", tifs[i] == '0' ? 0 : 9040, 0);
    }
}

/* R43: a cancel that crosses a fill: the cancel's CumQty tells of it. */
static void test_reports_cancel_crosses_fill(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, VENUE, "35=F|11=C1|41=A1");
    report("C1", "X2", '4', '4', 10, 7, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=6328.00");
    harness_expect(&h, HUB, "35=DF|2320=1|2324=2712.00");
    harness_expect(&h, CLIENT, "35=8|150=4");
    report("A1", "X1", 'F', '1', 10, 7, "|32=7000000");
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_quiet(&h);
    expect_books("ACME-USD", 6328, 6328);
}

/* R41, R43: the venue refuses a raise after a fill: back to what it was. */
static void test_reports_replace_refused_after_fill(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 15);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00"));
    harness_expect(&h, VENUE, "35=G|11=A2");
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_in(&h, VENUE,
               "35=9|37=V-A1|11=A2|41=A1|39=1|434=2|102=99|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, CLIENT, "35=9|11=A2");
    expect_books("ACME-USD", 9040, 3616);
    report("A1", "X2", 'F', '2', 10, 10, "|32=6000000");
    expect_books("ACME-USD", 9040, 9040);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_reports_repeat_changes_nothing),
        WITH_GATE(test_reports_repeat_known_after_restart),
        WITH_GATE(test_reports_bust_again_lowers_once),
        WITH_GATE(test_reports_bust_again_in_42),
        WITH_GATE(test_reports_same_exec_id_other_report),
        WITH_GATE(test_reports_exec_id_is_per_order),
        WITH_GATE(test_reports_lost_one_is_made_up_for),
        WITH_GATE(test_reports_forgotten_repeat_is_harmless),
        WITH_GATE(test_reports_restated_up_asks_hub),
        WITH_GATE(test_reports_restated_up_denied_is_pulled),
        WITH_GATE(test_reports_restated_up_in_part),
        WITH_GATE(test_reports_restated_up_and_down),
        WITH_GATE(test_reports_restated_up_is_enough_for_a_raise),
        WITH_GATE(test_reports_restated_up_behind_a_raise),
        WITH_GATE(test_reports_restated_up_lower_in_part),
        WITH_GATE(test_reports_restated_up_hub_away),
        WITH_GATE(test_reports_restated_down_releases),
        WITH_GATE(test_reports_ioc_remainder_released),
        WITH_GATE(test_reports_ends_after_a_part),
        WITH_GATE(test_reports_done_for_day),
        WITH_GATE(test_reports_cancel_crosses_fill),
        WITH_GATE(test_reports_replace_refused_after_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
