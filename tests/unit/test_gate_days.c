/*
 * The end of a trading day: use that begins anew, ids that are forgotten, what
 * is carried over.  The gate's first day ends at 22:00 UTC, 17:00 in New York,
 * fourteen hours after it was opened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "fix_message.h"
#include "fix_writer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR (3600 * CG_SECOND)
#define DAY (24 * HOUR)

static struct harness h;
static cg_time first_end;

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    first_end = h.now + 14 * HOUR;
    return 0;
}

/* A DAY order of OTHERACC, whose limit is the gate's own: net, 50,000.00. */
static void order(const char *id, char side, long millions, const char *more)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=OTHERACC|55=USD10Y|54=%c|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00%s",
             id, side, millions, more);
    harness_in(&h, OTHER_CLIENT, fields);
}

static void work(const char *id, char side, long millions)
{
    order(id, side, millions, "");
    harness_expect(&h, VENUE, "35=D");
}

static void report(const char *id, char exec, char status, long cum)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|151=0|"
             "14=%ld000000|6=0",
             id, id, h.seq, exec, status, cum);
    harness_in(&h, VENUE, fields);
}

static void fill(const char *id, char status, long cum)
{
    report(id, 'F', status, cum);
    harness_expect(&h, OTHER_CLIENT, "35=8|150=F");
}

static void cancel(const char *id, const char *target)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=F|11=%s|41=%s|1=OTHERACC|55=USD10Y|54=1|38=1000000|"
             "60=20270115-08:00:00",
             id, target);
    harness_in(&h, OTHER_CLIENT, fields);
}

static void expect_used(const char *id, cg_dv01 used)
{
    struct cg_limit_view limit;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &limit); i++) {
        if (strcmp(limit.id, id) == 0) {
            assert_int_equal(limit.used, used * CG_DV01_SCALE);
            return;
        }
    }
    fail_msg("no limit %s", id);
}

/* Waits for |at|, which may be days away. */
static void wait_for(cg_time at)
{
    while (at - h.now > 10 * DAY) {
        harness_wait(&h, (int)(10 * DAY / CG_MS));
    }
    harness_wait(&h, (int)((at - h.now) / CG_MS));
}

static size_t facts(enum cg_fact_kind kind, uint32_t limit)
{
    size_t count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == kind &&
                 (limit == CG_NONE || h.facts.facts[i].limit == limit);
    }
    return count;
}

/* R48: what is filled counts no more, what is open goes on, and later fills
 * count; a restart changes nothing of it. */
static void test_gate_days_fills_reset_and_open_stays(void **state)
{
    (void)state;
    work("A1", '1', 40);
    fill("A1", '1', 30);
    expect_used("OTHER-USD", 36160);
    wait_for(first_end - CG_MS);
    expect_used("OTHER-USD", 36160);
    harness_wait(&h, 1);
    harness_expect(&h, VENUE, "35=H|11=A1");
    harness_quiet(&h);
    expect_used("OTHER-USD", 9040);
    harness_reopen(&h);
    expect_used("OTHER-USD", 9040);
    harness_link(&h, VENUE, true);
    fill("A1", '1', 35);
    expect_used("OTHER-USD", 9040);
    report("A1", '4', '4', 35);
    expect_used("OTHER-USD", 4520);
    assert_int_equal(facts(CG_FACT_LIMIT_RESET, 1), 1);
    assert_int_equal(facts(CG_FACT_DAY_ENDED, CG_NONE), 1);
    harness_reopen(&h);
    expect_used("OTHER-USD", 4520);
    assert_int_equal(facts(CG_FACT_DAY_ENDED, CG_NONE), 1);
}

/* R43, R48: a trade cancel is one of the earlier day's fills as far as it can
 * be: today's use does not fall for it, nor below nothing. */
static void test_gate_days_earlier_fill_cancelled(void **state)
{
    (void)state;
    work("A1", '1', 40);
    fill("A1", '1', 30);
    wait_for(first_end);
    fill("A1", '1', 35);
    expect_used("OTHER-USD", 9040);
    report("A1", 'H', '1', 25); /* 5 of today, 20 of earlier, 15 open */
    expect_used("OTHER-USD", 18080);
    harness_reopen(&h);
    expect_used("OTHER-USD", 18080);
    harness_link(&h, VENUE, true);
    report("A1", 'H', '1', 3); /* 3 of today, 37 open */
    expect_used("OTHER-USD", 36160);
    report("A1", '4', '4', 3);
    expect_used("OTHER-USD", 2712);
}

/* The same for sells, and over two days. */
static void test_gate_days_sells_over_two_days(void **state)
{
    (void)state;
    work("S1", '2', 40);
    fill("S1", '1', 10);
    wait_for(first_end);
    fill("S1", '1', 20);
    wait_for(first_end + 3 * DAY);
    expect_used("OTHER-USD", 18080);
    fill("S1", '1', 30);
    expect_used("OTHER-USD", 18080);
    report("S1", 'H', '1', 5); /* less than the first day alone */
    expect_used("OTHER-USD", 36160);
    report("S1", '4', '4', 5);
    expect_used("OTHER-USD", 4520);
}

/* R16: confirmed consumption is the day's; what was reported before the reset
 * and confirmed after it is not. */
static void test_gate_days_confirmed_is_of_the_day(void **state)
{
    (void)state;
    static const char used[] =
        "35=CR|1667=%d|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
        "1669=1|1529=1|1530=12|1531=100000|1766=9040|1532=USD|1670=ACME-USD";
    char fields[512];
    harness_work(&h, "A1", '1', 20);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E1|150=F|39=1|55=USD10Y|54=1|151=0|"
               "14=10000000|6=0");
    char ask[HARNESS_TEXT_MAX];
    snprintf(ask, sizeof(ask), "%s", harness_expect(&h, HUB, "35=DF|2321=1"));
    wait_for(first_end);
    harness_grant(&h, ask);
    expect_used("ACME-USD", 9040); /* open alone */
    snprintf(fields, sizeof(fields), used, 1);
    harness_in(&h, HUB, fields);
    expect_used("ACME-USD", 18080); /* the owner's word counts as others' */
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E2|150=F|39=2|55=USD10Y|54=1|151=0|"
               "14=20000000|6=0");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2321=1"));
    snprintf(fields, sizeof(fields), used, 2);
    harness_in(&h, HUB, fields);
    expect_used("ACME-USD", 9040);
}

/* R40: ids of closed orders and of refusals are free on the next day, those of
 * open orders are not. */
static void test_gate_days_ids_are_of_the_day(void **state)
{
    (void)state;
    work("OPEN", '1', 1);
    work("DONE", '1', 1);
    fill("DONE", '2', 1);
    order("BIG", '1', 60, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG101");
    order("DONE", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
    order("BIG", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
    wait_for(first_end);
    order("OPEN", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
    cancel("C1", "DONE");
    harness_expect(&h, OTHER_CLIENT, "35=9|58~CG402");
    work("DONE", '1', 1);
    work("BIG", '1', 1);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    order("DONE", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
    fill("OPEN", '2', 1);
    fill("BIG", '2', 1);
    expect_used("OTHER-USD", 3 * 904);
}

/* R40: MaxRequests, 4000 here, counts a day. */
static void test_gate_days_room_for_ids_comes_back(void **state)
{
    (void)state;
    char id[32];
    for (int day = 0; day < 3; day++) {
        for (int i = 0; i < 1900; i++) {
            snprintf(id, sizeof(id), "D%d-%d", day, i);
            work(id, '1', 1);
            fill(id, '2', 1);
            work(strcat(id, "S"), '2', 1);
            fill(id, '2', 1);
        }
        wait_for(first_end + day * DAY);
        harness_reopen(&h);
        harness_link(&h, VENUE, true);
    }
    expect_used("OTHER-USD", 0);
}

/* R42, R53: an answer that comes after the day's end still finds whose it is;
 * a day later it would not. */
static void test_gate_days_unanswered_cancel_is_kept(void **state)
{
    (void)state;
    work("A1", '1', 1);
    cancel("C1", "A1");
    harness_expect(&h, VENUE, "35=F|11=C1");
    fill("A1", '2', 1);
    wait_for(first_end);
    order("A1", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
    harness_in(&h, VENUE, "35=9|37=V-A1|11=C1|41=A1|39=2|434=1|102=0");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=C1");
    work("A2", '1', 1);
    cancel("C2", "A2");
    harness_expect(&h, VENUE, "35=F|11=C2");
    fill("A2", '2', 1);
    wait_for(first_end + DAY);
    work("A1", '1', 1);
    wait_for(first_end + 2 * DAY);
    work("A2", '1', 1);
}

/* A cancel that worked keeps nothing, whatever id the venue reports it by. */
static void test_gate_days_cancelled_ids_go(void **state)
{
    (void)state;
    work("A1", '1', 1);
    cancel("C1", "A1");
    harness_expect(&h, VENUE, "35=F|11=C1");
    report("A1", '4', '4', 0);
    wait_for(first_end);
    work("A1", '1', 1);
    cancel("C1", "A1");
    harness_expect(&h, VENUE, "35=F|11=C1");
}

/* R40: of an id that is forgotten nobody can say that it was not seen. */
static void test_gate_days_repeat_after_the_end_is_stale(void **state)
{
    (void)state;
    wait_for(first_end - 10 * CG_SECOND);
    work("A1", '1', 1);
    fill("A1", '2', 1);
    wait_for(first_end + 10 * CG_SECOND);
    order("A1", '1', 1, "|97=Y");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG405");
    order("A3", '1', 1, "|43=Y|122=20270115-21:59:55");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG405");
    order("A4", '1', 1, "|43=Y|122=20270115-22:00:05");
    harness_expect(&h, VENUE, "35=D|11=A4");
    wait_for(first_end + 60 * CG_SECOND);
    order("A5", '1', 1, "|97=Y");
    harness_expect(&h, VENUE, "35=D|11=A5");
}

/* R40: ... nor of any, once ids of what was refused are not kept. */
static void test_gate_days_repeat_among_too_many_is_stale(void **state)
{
    (void)state;
    char id[16];
    harness_wait(&h, 1000);
    for (int i = 0; i < 2001; i++) { /* MaxRequests is 4000 */
        snprintf(id, sizeof(id), "R%d", i);
        order(id, '1', 1000, "");
        harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG101");
        if (i == 1998) {
            order("A1", '1', 1, "|43=Y|122=20270115-08:00:01");
            harness_expect(&h, VENUE, "35=D|11=A1");
        }
    }
    order(id, '1', 1, "|43=Y|122=20270115-08:00:01");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|11=R2000|103=8|58~CG405");
    work("A2", '1', 1);
}

/* R48: a day that ended while nobody looked ends before the next message. */
static void test_gate_days_end_comes_before_the_message(void **state)
{
    (void)state;
    work("A1", '1', 50);
    fill("A1", '2', 50);
    order("A2", '1', 50, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG101");
    assert_int_equal(cg_gate_deadline(h.gate), first_end);
    h.now = first_end;
    work("A3", '1', 50);
    assert_int_equal(cg_gate_deadline(h.gate), first_end + DAY);
}

/* R48: what should have ended while the gate was down ends first, in order,
 * and once. */
static void test_gate_days_missed_ends_come_first(void **state)
{
    (void)state;
    work("A1", '1', 50);
    fill("A1", '2', 50);
    harness_work(&h, "P1", '1', 10);
    h.config.credit_limits[1].reset_time_ns = 8 * HOUR;
    h.config.credit_limits[0].reset_time_ns = CG_RESET_NEVER;
    size_t before = h.facts.count;
    h.now = first_end + 3 * DAY + HOUR;
    harness_reopen(&h);
    expect_used("OTHER-USD", 0);
    expect_used("ACME-USD", 9040);
    assert_int_equal(facts(CG_FACT_LIMIT_RESET, 1), 1);
    assert_int_equal(facts(CG_FACT_LIMIT_RESET, 0), 0);
    assert_int_equal(facts(CG_FACT_DAY_ENDED, CG_NONE), 1);
    assert_int_equal(h.facts.facts[before].kind, CG_FACT_STARTED);
    assert_int_equal(h.facts.facts[before + 1].kind, CG_FACT_LIMIT_RESET);
    cg_time last = 0;
    for (size_t i = before; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        if (fact->kind == CG_FACT_LIMIT_RESET) {
            assert_int_equal(fact->until,
                             first_end + 3 * DAY -
                                 (fact->limit == 1 ? 9 * HOUR : 0));
        }
        if (fact->kind == CG_FACT_LIMIT_RESET ||
            fact->kind == CG_FACT_DAY_ENDED) {
            assert_true(fact->until >= last);
            last = fact->until;
        }
    }
    harness_reopen(&h);
    assert_int_equal(facts(CG_FACT_DAY_ENDED, CG_NONE), 1);
    wait_for(first_end + 4 * DAY);
    assert_int_equal(facts(CG_FACT_LIMIT_RESET, 1), 2);
    assert_int_equal(facts(CG_FACT_DAY_ENDED, CG_NONE), 2);
}

/* R48: with no trading day nothing is reset but what has its own time. */
static void test_gate_days_never(void **state)
{
    (void)state;
    harness_close(&h);
    harness_open_with(&h, "TradingDayEnd=never\n");
    work("A1", '1', 50);
    fill("A1", '2', 50);
    assert_int_equal(cg_gate_deadline(h.gate), CG_TIME_NEVER);
    wait_for(first_end + 5 * DAY);
    expect_used("OTHER-USD", 45200);
    order("A1", '1', 1, "");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG401");
}

/* Days of 23 and of 25 hours. */
static void test_gate_days_clocks_change(void **state)
{
    (void)state;
    h.now = 1804975200 * CG_SECOND; /* 2027-03-13 22:00 UTC */
    harness_wait(&h, 0);
    assert_int_equal(cg_gate_deadline(h.gate), h.now + 23 * HOUR);
    h.now = 1825534800 * CG_SECOND; /* 2027-11-06 21:00 UTC */
    harness_wait(&h, 0);
    assert_int_equal(cg_gate_deadline(h.gate), h.now + 25 * HOUR);
}

/* R52: a level that was passed fires again, and a breach is over. */
static void test_gate_days_warnings_fire_again(void **state)
{
    (void)state;
    for (int day = 0; day < 2; day++) {
        work("A1", '1', 50);
        harness_expect(&h, OTHER_CLIENT, "35=B|148~90 % reached");
        fill("A1", '2', 60);
        harness_expect(&h, OTHER_CLIENT, "35=B|148=Credit limit breached");
        harness_quiet(&h);
        order("A2", '1', 1, "");
        harness_expect(&h, OTHER_CLIENT, "35=8|150=8|58~CG101");
        wait_for(first_end + day * DAY);
        harness_quiet(&h);
    }
}

/* R44, R48: an order that was cancelled while it waited is forgotten like any
 * other, with its id. */
static void test_gate_days_cancelled_while_waiting(void **state)
{
    (void)state;
    static const char waits[] = "35=D|11=P1|1=PINGACC|55=USD10Y|54=1|"
                                "38=1000000|40=2|44=4.1|60=20270115-08:00:00";
    harness_in(&h, CLIENT, waits);
    harness_expect(&h, HUB, "35=DF|2320=0");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=P1|1=PINGACC|55=USD10Y|54=1|38=1000000|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4|11=C1|41=P1");
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=4|2320=1|2321=0");
    h.now = first_end;
    harness_wait(&h, 1);
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    harness_link(&h, VENUE, true);
    harness_in(&h, CLIENT, waits);
    harness_expect(&h, HUB, "35=DF|2320=0");
}

/* R43, R48: done for day ends DAY orders, the others are carried over. */
static void test_gate_days_done_for_day(void **state)
{
    (void)state;
    order("GTC", '1', 10, "|59=1");
    harness_expect(&h, VENUE, "35=D");
    order("DAY", '1', 10, "|59=0");
    harness_expect(&h, VENUE, "35=D");
    report("GTC", '3', '3', 4);
    expect_used("OTHER-USD", 18080);
    report("DAY", '3', '3', 4);
    expect_used("OTHER-USD", 9040 + 3616);
    wait_for(first_end);
    expect_used("OTHER-USD", 5424);
    fill("GTC", '2', 10);
    expect_used("OTHER-USD", 5424);
    wait_for(first_end + DAY);
    expect_used("OTHER-USD", 0);
}

/* R46, R48: nobody assumes that a DAY order is dead: the venue is asked, and
 * its answer settles it. */
static void test_gate_days_open_day_order_is_asked_for(void **state)
{
    (void)state;
    order("GTC", '1', 10, "|59=1");
    report("GTC", '0', '0', 0);
    order("DAY", '1', 10, "|59=0");
    report("DAY", '0', '0', 0);
    order("NEW", '2', 1, "");
    wait_for(first_end);
    for (int i = 0; i < 2; i++) {
        const char *asked = harness_expect(&h, VENUE, "35=H");
        assert_null(strstr(asked, "|11=GTC|"));
    }
    harness_quiet(&h);
    expect_used("OTHER-USD", 18080);
    report("DAY", 'C', 'C', 0);
    expect_used("OTHER-USD", 9040);
    wait_for(first_end + DAY);
    do { /* without an answer it is asked for again (R46) */
        harness_expect(&h, VENUE, "35=H|11=NEW");
    } while (h.taken < h.out_count);
    harness_link(&h, VENUE, false);
    wait_for(first_end + 2 * DAY);
    harness_quiet(&h);
}

/* R15, R48: a limit that a hub makes ends with the trading day. */
static void test_gate_days_limit_of_a_hub(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=1|1677=1|1324=M|1671=1|1691=SDR|1692=D|1693=24|"
               "1669=1|1529=1|1530=12|1531=500000|1532=USD|1670=NEW");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_in(&h, CLIENT50,
               "35=D|11=N1|1=SDR|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|1670=NEW"));
    harness_expect(&h, VENUE50, "35=D");
    harness_in(&h, VENUE50,
               "35=8|37=V|11=N1|17=E1|150=F|39=2|55=USD10Y|54=1|151=0|"
               "14=10000000|6=0");
    expect_used("NEW", 9040);
    wait_for(first_end);
    expect_used("NEW", 0);
    expect_used("SDR-USD", 0);
    harness_reopen(&h);
    expect_used("NEW", 0);
}

static void amount(int number, const char *amount_text)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=%d|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
             "1669=1|1529=1|1530=12|1531=%s|1532=USD|1670=ACME-USD",
             number, amount_text);
    harness_in(&h, HUB, fields);
}

/* R31: the gate's own ids are never used again, though their places are. */
static void test_gate_days_own_ids_stay_unique(void **state)
{
    (void)state;
    static const char *const ids[] = {"GATE-P2", "GATE-P4"};
    char fields[256];
    for (int day = 0; day < 2; day++) {
        harness_work(&h, "A1", '1', 10);
        amount(2 * day + 1, "1000");
        snprintf(fields, sizeof(fields), "35=F|41=A1|11=%s", ids[day]);
        harness_expect(&h, VENUE, fields);
        snprintf(fields, sizeof(fields),
                 "35=8|37=V-A1|11=%s|41=A1|17=C%d|150=4|39=4|55=USD10Y|54=1|"
                 "151=0|14=0|6=0",
                 ids[day], day);
        harness_in(&h, VENUE, fields);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
        amount(2 * day + 2, "100000");
        wait_for(first_end + day * DAY);
        harness_reopen(&h);
        harness_link(&h, HUB, true);
        harness_link(&h, VENUE, true);
    }
}

/* R22, R40: yesterday's order is not sent again for today's of the same id. */
static void test_gate_days_resend_knows_the_day(void **state)
{
    (void)state;
    char bytes[512];
    char head[256];
    work("A1", '1', 1);
    fill("A1", '2', 1);
    cg_time yesterday = h.now;
    wait_for(first_end + HOUR);
    work("A1", '1', 1);
    for (int i = 0; i < 2; i++) {
        struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
        cg_fix_put_str(&header, 49, "GATE");
        cg_fix_put_str(&header, 56, "VENUE");
        cg_fix_put_int(&header, 34, 5 + i);
        cg_fix_put_char(&header, 43, 'Y');
        cg_fix_put_time(&header, 52, h.now);
        cg_fix_put_time(&header, 122, i == 0 ? yesterday : h.now);
        size_t len = cg_fix_seal(bytes, sizeof(bytes), CG_FIX44, CG_SLICE("D"),
                                 cg_fix_written(&header),
                                 CG_SLICE("11=A1\00154=1\001"));
        assert_int_equal(cg_gate_may_resend(h.gate, VENUE, bytes, len), i == 1);
    }
}

#define ON_GATE(test) WITH_GATE_BY(test, open_gate)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_GATE(test_gate_days_fills_reset_and_open_stays),
        ON_GATE(test_gate_days_earlier_fill_cancelled),
        ON_GATE(test_gate_days_sells_over_two_days),
        ON_GATE(test_gate_days_confirmed_is_of_the_day),
        ON_GATE(test_gate_days_ids_are_of_the_day),
        ON_GATE(test_gate_days_room_for_ids_comes_back),
        ON_GATE(test_gate_days_unanswered_cancel_is_kept),
        ON_GATE(test_gate_days_cancelled_ids_go),
        ON_GATE(test_gate_days_repeat_after_the_end_is_stale),
        ON_GATE(test_gate_days_repeat_among_too_many_is_stale),
        ON_GATE(test_gate_days_end_comes_before_the_message),
        ON_GATE(test_gate_days_missed_ends_come_first),
        ON_GATE(test_gate_days_never),
        ON_GATE(test_gate_days_clocks_change),
        ON_GATE(test_gate_days_warnings_fire_again),
        ON_GATE(test_gate_days_cancelled_while_waiting),
        ON_GATE(test_gate_days_done_for_day),
        ON_GATE(test_gate_days_open_day_order_is_asked_for),
        ON_GATE(test_gate_days_limit_of_a_hub),
        ON_GATE(test_gate_days_own_ids_stay_unique),
        ON_GATE(test_gate_days_resend_knows_the_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
