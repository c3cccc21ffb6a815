/*
 * What the actions of limits and of their warning levels do.
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
#define DH(id, action)                                                         \
    "35=DH|2328=" id "|2329=" action "|453=1|448=SDR|447=D|452=24" AT

static struct harness h;
static int seconds;

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    seconds = 0;
    return 0;
}

/* An increment for the push limit of SDR; |levels| are a 1559 group. */
static void
push(const char *amount, const char *action, const char *levels, const char *de)
{
    char fields[512];
    seconds++;
    snprintf(fields, sizeof(fields),
             "35=CR|1667=R%d|60=20270115-08:00:%02d|1677=1|1324=M|1671=2|"
             "1691=SDR|1692=D|1693=24|1691=FCM3|1692=D|1693=4|1669=1|1529=1|"
             "1530=12|1531=%s|%s1532=USD%s|1670=SDR-USD",
             seconds, seconds, amount, action, levels);
    harness_in(&h, HUB, fields);
    for (int i = 0; i < h.out_count; i++) {
        if (strstr(h.out[i], "35=DE") != NULL) {
            assert_non_null(strstr(h.out[i], de));
            return;
        }
    }
    fail_msg("no DE");
}

static void order(const char *id, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=SDR|55=USD10Y|54=1|38=%ld000000|40=2|44=4.1" AT, id,
             millions);
    harness_in(&h, CLIENT50, fields);
}

static void work(const char *id, long millions)
{
    char fields[256];
    order(id, millions);
    harness_expect(&h, VENUE50, "35=D");
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=N-%s|150=0|39=0|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=0|6=0",
             id, id, id, millions);
    harness_in(&h, VENUE50, fields);
}

static void gone(const char *id)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=C-%s|150=4|39=4|55=USD10Y|54=1|38=1|151=0|"
             "14=0|6=0",
             id, id, id);
    harness_in(&h, VENUE50, fields);
}

static void refused(const char *id, const char *why)
{
    char fields[64];
    order(id, 1);
    snprintf(fields, sizeof(fields), "35=8|150=8|58~%s", why);
    harness_expect(&h, CLIENT50, fields);
}

/* R17: action 9 suspends the party; what rests stays; the owner's update that
 * fits again ends it, a restart does not. */
static void test_gate_actions_suspend_until_it_fits(void **state)
{
    (void)state;
    work("A1", 10);
    push("5000.00", "1767=9|", "", "|2316=0|");
    harness_expect(&h, HUB,
                   "35=DI|2329=0|2332=1|448=SDR|58=by the action of a limit");
    assert_int_equal(harness_count_out(&h, "35=F"), 0);
    assert_int_equal(harness_count_out(&h, "148=Trading stopped"), 2);
    assert_int_equal(
        harness_count_out(&h, "58=suspended under limit SDR-USD of FCM3"), 2);
    refused("A2", "CG201");
    harness_reopen_up(&h);
    refused("A3", "CG201");
    push("6000.00", "1767=9|", "", "|2316=0|");
    refused("A4", "CG201");
    push("50000.00", "1767=9|", "", "|2316=0|");
    assert_int_equal(harness_count_out(&h, "148=Reinstated"), 2);
    order("A5", 1);
    harness_expect(&h, VENUE50, "35=D|11=A5");
}

/* R17: action 10 pulls all and stands until a reinstatement by DH, which does
 * not stop the party anew while the same breach lasts. */
static void test_gate_actions_halt_until_reinstated(void **state)
{
    (void)state;
    work("A1", 10);
    work("A2", 1);
    push("9500.00", "1767=10|", "", "|2316=0|");
    harness_expect(&h, HUB, "35=DI|2329=1|2332=0|448=SDR");
    assert_int_equal(harness_count_out(&h, "35=F"), 2);
    refused("A3", "CG202");
    gone("A1");
    assert_int_equal(harness_count_out(&h, "35=DI"), 0);
    harness_reopen_up(&h);
    gone("A2");
    harness_expect(&h, CLIENT50, "35=8|11=A2");
    harness_expect(&h, HUB, "35=DI|2329=1|2332=1|448=SDR");
    push("100000.00", "", "", "|2316=0|");
    refused("A4", "CG202");
    harness_in(&h, HUB, DH("S1", "2"));
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=0");
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=1");
    harness_expect(&h, CLIENT50, "35=B|148~Reinstated");
    order("A5", 1);
    harness_expect(&h, VENUE50, "35=D|11=A5");
}

/* R17, R18: a stop by an action and one by DH are two layers of one owner; its
 * reinstatement lifts both, its update only the suspension of its own. */
static void test_gate_actions_stop_beside_one_by_hand(void **state)
{
    (void)state;
    work("A1", 10);
    harness_in(&h, HUB, DH("S1", "0"));
    push("5000.00", "1767=9|", "", "|2316=0|");
    push("50000.00", "", "", "|2316=0|");
    assert_int_equal(
        harness_count_out(&h, "148=A stop was lifted, another still binds"), 2);
    refused("A2", "CG201");
    push("5000.00", "1767=9|", "", "|2316=0|");
    harness_in(&h, HUB, DH("S2", "2"));
    assert_int_equal(harness_count_out(&h, "148=Reinstated"), 2);
    refused("A3", "CG101");
}

/* R17: after a reinstatement the breach goes on, and the next fill within what
 * was reserved does not stop the party again. */
static void test_gate_actions_act_once_for_a_breach(void **state)
{
    (void)state;
    work("A1", 10);
    push("5000.00", "1767=9|", "", "|2316=0|");
    harness_in(&h, HUB, DH("S1", "2"));
    harness_in(&h, VENUE50,
               "35=8|37=V-A1|11=A1|17=E1|150=F|39=1|55=USD10Y|54=1|"
               "38=10000000|151=0|14=4000000|6=0");
    assert_int_equal(harness_count_out(&h, "35=DI"), 0);
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
    refused("A2", "CG101");
}

/* R17: a level with action 2 takes no new risk until use is 5 points below. */
static void test_gate_actions_level_refuses_new_risk(void **state)
{
    (void)state;
    push("100000.00", "", "|1559=2|1769=4|1560=20|1769=2|1560=50", "|2316=0|");
    work("A1", 50);
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
    work("A2", 8);
    order("A3", 1);
    harness_expect(&h, CLIENT50,
                   "35=8|103=28|58~CG101 LIMIT_EXCEEDED req:904.00 avl:0.00|"
                   "58~a warning level takes no new risk");
    harness_reopen_up(&h);
    refused("A4", "CG101");
    gone("A2"); /* 45 %: armed again only below 45 */
    refused("A5", "CG101");
    gone("A1");
    order("A6", 1);
    harness_expect(&h, VENUE50, "35=D|11=A6");
}

/* R17: levels suspend and halt, too, and the highest sends the News. */
static void test_gate_actions_level_suspends_then_halts(void **state)
{
    (void)state;
    push("100000.00", "", "|1559=2|1769=9|1560=50|1769=10|1560=90", "|2316=0|");
    order("A1", 56);
    harness_expect(&h, VENUE50, "35=D|11=A1");
    harness_expect(&h, CLIENT50, "35=B|148=Credit limit warning: 50 % reached");
    assert_int_equal(harness_count_out(&h, "148=Trading stopped"), 2);
    refused("A2", "CG201");
    push("50000.00", "", "", "|2316=0|"); /* 101 % */
    assert_int_equal(harness_count_out(&h, "148=Credit limit breached"), 2);
    assert_int_equal(harness_count_out(&h, "148=Credit limit warning"), 0);
    assert_int_equal(harness_count_out(&h, "35=F"), 1);
    refused("A3", "CG202");
}

/* R17: a level switches the model, and the breach's own action goes first. */
static void test_gate_actions_level_switches_the_model(void **state)
{
    (void)state;
    push("100000.00", "", "|1559=1|1769=5|1560=50", "|2316=0|");
    order("A1", 60);
    harness_expect(&h, VENUE50, "35=D|11=A1");
    assert_int_equal(harness_count_out(&h, "35=F"),
                     1); /* with revalidation: all are pulled */
    order("A2", 1);
    harness_expect(&h, HUB, "35=DF|2320=0|1670=SDR-USD");
    gone("A1");
    harness_reopen_up(&h);
    order("A3", 1); /* until the owner's next update */
    harness_expect(&h, HUB, "35=DF|2320=0|1670=SDR-USD");
    push("100000.00", "", "|1559=1|1769=5|1560=50", "|2316=0|");
    order("A4", 1);
    harness_expect(&h, VENUE50, "35=D|11=A4");
}

/* R19: what is not modelled is refused whole, and no new risk is taken. */
static void test_gate_actions_unmodelled_refused(void **state)
{
    (void)state;
    static const char *const levels[] = {"0", "1", "3"};
    for (int i = 0; i < 3; i++) {
        char group[64];
        char id[8];
        snprintf(group, sizeof(group), "|1559=1|1769=%s|1560=50", levels[i]);
        snprintf(id, sizeof(id), "A%d", i);
        push("100000.00", "", group, "|2316=1|");
        refused(id, "CG109");
    }
    push("100000.00", "1767=3|", "", "|2316=1|");
    refused("B1", "CG109");
    push("100000.00", "1767=9|", "", "|2316=0|");
    order("B2", 1);
    harness_expect(&h, VENUE50, "35=D|11=B2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_actions_suspend_until_it_fits),
        T(test_gate_actions_halt_until_reinstated),
        T(test_gate_actions_stop_beside_one_by_hand),
        T(test_gate_actions_act_once_for_a_breach),
        T(test_gate_actions_level_refuses_new_risk),
        T(test_gate_actions_level_suspends_then_halts),
        T(test_gate_actions_level_switches_the_model),
        T(test_gate_actions_unmodelled_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
