/*
 * The simulated hub: its books and its answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_sums(const struct sim_account *sums,
                        int64_t reserved,
                        int64_t consumed,
                        int64_t released)
{
    assert_int_equal(sim_account_reserved(sums), reserved * 10000);
    assert_int_equal(sums->consumed, consumed * 10000);
    assert_int_equal(sums->released, released * 10000);
}

#define NEW(id, token, amount)                                                 \
    "2318=" id "|2319=" token "|2320=0|2321=0|2323=0|2324=" amount             \
    "|15=USD|1670=ACME-USD|54=1"

/* R24: granted, consumed in parts, the rest withdrawn. */
static void test_sim_hub_life_of_a_token(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "45200.00"));
    sim_fake_expect(&f->fake, 0, "DG",
                    "2318=1|2319=T1|2325=0|2320=0|2321=0|2327=45200.00|"
                    "2324=45200.00|1670=ACME-USD|126=20261121-18:00:00.000");
    hub_in(f, "DF",
           "2318=2|2319=T1|2320=0|2321=1|2324=18080.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2319=T1|2325=0|2320=0|2321=1");
    sim_fake_expect_absent(&f->fake, 1, 126);
    expect_sums(&f->hub.ledger.tokens[0].sums, 27120, 18080, 0);
    hub_in(f, "DF", "2318=3|2319=T1|2320=1|2321=0");
    sim_fake_expect(&f->fake, 2, "DG", "2318=3|2319=T1|2325=4|2320=1");
    expect_sums(&f->hub.ledger.tokens[0].sums, 0, 18080, 27120);
    expect_sums(&f->hub.ledger.limits[0].sums, 0, 18080, 27120);
}

/* A request above what is left is denied and changes nothing. */
static void test_sim_hub_above_limit_denied(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "99999.9999"));
    hub_in(f, "DF", NEW("2", "T2", "0.0002"));
    sim_fake_expect(&f->fake, 0, "DG", "2325=0");
    sim_fake_expect(&f->fake, 1, "DG", "2319=T2|2325=2|2326=2");
    sim_fake_expect_absent(&f->fake, 1, 2327);
    hub_in(f, "DF", NEW("3", "T3", "0.0001"));
    sim_fake_expect(&f->fake, 2, "DG", "2319=T3|2325=0|2327=0.0001");
}

/* R24: 2324 of a replace is the life total, the consumed part included. */
static void test_sim_hub_replace_is_life_total(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "20000.00"));
    hub_in(f, "DF", "2318=2|2319=T1|2320=0|2321=1|2324=5000.00|1670=ACME-USD");
    hub_in(f, "DF", "2318=3|2319=T1|2320=2|2321=0|2322=1|2324=30000.00");
    sim_fake_expect(&f->fake, 2, "DG",
                    "2325=0|2320=2|2322=1|2327=30000.00|2319=T1");
    expect_sums(&f->hub.ledger.tokens[0].sums, 25000, 5000, 0);
    hub_in(f, "DF", "2318=4|2319=T1|2320=2|2321=0|2324=100000.01");
    sim_fake_expect(&f->fake, 3, "DG", "2325=2|2326=2");
    expect_sums(&f->hub.ledger.tokens[0].sums, 25000, 5000, 0);
    hub_in(f, "DF", "2318=5|2319=T1|2320=2|2321=0|2324=10000.00");
    expect_sums(&f->hub.ledger.tokens[0].sums, 5000, 5000, 20000);
    hub_in(f, "DF", "2318=6|2319=T1|2320=2|2321=0|2324=4999.00");
    sim_fake_expect(&f->fake, 5, "DG", "2325=2|2326=99");
}

/* R28: a notice repeated with the same 2318 counts once. */
static void test_sim_hub_repeated_request_counts_once(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "20000.00"));
    hub_in(f, "DF", "2318=2|2319=T1|2320=0|2321=1|2324=5000.00|1670=ACME-USD");
    hub_in(f, "DF", "2318=2|2319=T1|2320=0|2321=1|2324=5000.00|1670=ACME-USD");
    sim_fake_expect(&f->fake, 2, "DG", "2318=2|2325=0|2321=1");
    expect_sums(&f->hub.ledger.tokens[0].sums, 15000, 5000, 0);
}

static void test_sim_hub_overrun_is_kept_apart(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "1000.00"));
    hub_in(f, "DF", "2318=2|2319=T1|2320=0|2321=1|2324=1500.00|1670=ACME-USD");
    expect_sums(&f->hub.ledger.tokens[0].sums, 0, 1500, 0);
    assert_int_equal(f->hub.ledger.tokens[0].sums.overrun, 5000000);
}

/* What was never granted, or is forgotten, is unknown; a trade still counts. */
static void test_sim_hub_unknown_token_answered(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", "2318=1|2319=T9|2320=1|2321=0");
    sim_fake_expect(&f->fake, 0, "DG", "2319=T9|2325=2|2326=99|2320=1");
    hub_in(f, "DF",
           "2318=2|2319=T9|2320=0|2321=1|2324=10.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 1, "DG", "2325=0|2321=1");
    assert_int_equal(f->hub.ledger.limits[0].sums.consumed, 100000);
}

/* R25: a trade that did not stand is released; more than was consumed is not.
 */
static void test_sim_hub_bust_is_released(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "1000.00"));
    hub_in(f, "DF",
           "2318=2|2319=T1|2320=0|2321=1|2324=700.00|1670=ACME-USD|54=1");
    hub_in(f, "DF",
           "2318=3|2319=T1|2320=1|2321=1|2324=200.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 2, "DG", "2318=3|2325=0|2320=1|2321=1");
    expect_sums(&f->hub.ledger.tokens[0].sums, 300, 500, 200);
    hub_in(f, "DF",
           "2318=4|2319=T1|2320=1|2321=1|2324=501.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 3, "DG", "2318=4|2325=2|2326=99");
    hub_in(f, "DF",
           "2318=5|2319=T9|2320=0|2321=1|2324=10.00|1670=ACME-USD|54=1");
    hub_in(f, "DF",
           "2318=6|2319=T9|2320=1|2321=1|2324=10.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 5, "DG", "2318=6|2325=0");
    expect_sums(&f->hub.ledger.limits[0].sums, 300, 500, 210);
    assert_int_equal(f->hub.ledger.limits[0].position, 5000000);
}

/* R25: a trade that it has not heard of is not taken back, though another token
 * that it does not know has consumed as much; what it forgot may be. */
static void test_sim_hub_bust_before_its_trade(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF",
           "2318=1|2319=T8|2320=0|2321=1|2324=10.00|1670=ACME-USD|54=1");
    hub_in(f, "DF",
           "2318=2|2319=T9|2320=1|2321=1|2324=10.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=2|2326=99");
    hub_in(f, "DF",
           "2318=3|2319=T9|2320=0|2321=1|2324=10.00|1670=ACME-USD|54=1");
    hub_in(f, "DF",
           "2318=4|2319=T8|2320=1|2321=1|2324=10.01|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 3, "DG", "2318=4|2325=2|2326=99");
    hub_in(f, "DF",
           "2318=5|2319=T8|2320=1|2321=1|2324=6.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 4, "DG", "2318=5|2325=0");
    hub_in(f, "DF",
           "2318=6|2319=T8|2320=1|2321=1|2324=5.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 5, "DG", "2318=6|2325=2|2326=99");
    expect_sums(&f->hub.ledger.limits[0].sums, 0, 14, 6);
    hub_tell(f, "restart");
    hub_in(f, "DF",
           "2318=7|2319=T9|2320=0|2321=1|2324=1.00|1670=ACME-USD|54=1");
    hub_in(f, "DF",
           "2318=8|2319=T9|2320=1|2321=1|2324=11.00|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 7, "DG", "2318=8|2325=0");
    expect_sums(&f->hub.ledger.limits[0].sums, 0, 4, 17);
    hub_in(f, "DF",
           "2318=9|2319=T9|2320=1|2321=1|2324=4.01|1670=ACME-USD|54=1");
    sim_fake_expect(&f->fake, 8, "DG", "2318=9|2325=2|2326=99");
}

/* A hub that chains knows no id of a trade without a token. */
static void test_sim_hub_bust_without_an_id(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", "2318=1|2320=0|2321=1|2324=10.00|1670=ACME-USD|54=2");
    hub_in(f, "DF", "2318=2|2320=1|2321=1|2324=10.01|1670=ACME-USD|54=2");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=2|2326=99");
    hub_in(f, "DF", "2318=3|2320=1|2321=1|2324=10.00|1670=ACME-USD|54=2");
    sim_fake_expect(&f->fake, 2, "DG", "2318=3|2325=0");
    expect_sums(&f->hub.ledger.limits[0].sums, 0, 0, 10);
    assert_int_equal(f->hub.ledger.limits[0].position, 0);
}

/* Without 2319 a request names the last 2318 in 2322 (R24). */
static void test_sim_hub_chained_requests_follow(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", "2318=1|2320=0|2321=0|2324=100.00|1670=ACME-USD|54=1");
    hub_in(f, "DF", "2318=2|2320=2|2321=0|2322=1|2324=200.00");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=0|2322=1");
    hub_in(f, "DF", "2318=3|2320=0|2321=1|2322=2|2324=150.00|1670=ACME-USD");
    expect_sums(&f->hub.ledger.tokens[0].sums, 50, 150, 0);
    hub_in(f, "DF", "2318=4|2320=1|2321=0|2322=2");
    sim_fake_expect(&f->fake, 3, "DG", "2318=4|2325=4");
    expect_sums(&f->hub.ledger.tokens[0].sums, 0, 150, 50);
}

/* R12: a net limit looks at the worst path of fills. */
static void test_sim_hub_net_limit_measures_worst_path(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "limit NET FCM1 ACME EUR 100.00 net");
    f->fake.sent_count = 0;
    hub_in(f, "DF", "2318=1|2319=A|2320=0|2321=0|2324=80.00|1670=NET|54=1");
    hub_in(f, "DF", "2318=2|2319=B|2320=0|2321=0|2324=80.00|1670=NET|54=2");
    hub_in(f, "DF", "2318=3|2319=C|2320=0|2321=0|2324=30.00|1670=NET|54=1");
    sim_fake_expect(&f->fake, 0, "DG", "2325=0");
    sim_fake_expect(&f->fake, 1, "DG", "2325=0");
    sim_fake_expect(&f->fake, 2, "DG", "2325=2");
    hub_in(f, "DF", "2318=4|2319=B|2320=0|2321=1|2324=80.00|1670=NET|54=2");
    hub_in(f, "DF", "2318=5|2319=D|2320=0|2321=0|2324=100.00|1670=NET|54=1");
    sim_fake_expect(&f->fake, 4, "DG", "2325=0");
    assert_int_equal(sim_limit_use(&f->hub.ledger.limits[1]), 1000000);
    hub_in(f, "DF", "2318=6|2319=E|2320=0|2321=0|2324=20.01|1670=NET|54=2");
    sim_fake_expect(&f->fake, 5, "DG", "2325=2");
    hub_in(f, "DF", "2318=7|2319=G|2320=0|2321=0|2324=20.00|1670=NET|54=2");
    sim_fake_expect(&f->fake, 6, "DG", "2325=0");
}

/* Silent keeps every ask, and answers in order when it speaks. */
static void test_sim_hub_silent_then_speaks(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "silent");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    hub_in(f, "DF", "2318=2|2319=T1|2320=1|2321=0");
    assert_int_equal(f->fake.sent_count, 0);
    assert_int_equal(sim_hub_due(&f->hub), SIM_NEVER);
    hub_tell(f, "speak");
    assert_int_equal(f->fake.sent_count, 2);
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=0");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=4");
    assert_int_equal(f->hub.ledger.limits[0].sums.released, 100000);
}

static void test_sim_hub_deaf_forgets(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "deaf");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    hub_tell(f, "speak");
    assert_int_equal(f->fake.sent_count, 0);
    assert_int_equal(f->hub.ledger.token_count, 0);
}

static void test_sim_hub_slow_answers_when_due(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "slow 250");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    assert_int_equal(sim_hub_due(&f->hub), f->fake.port.now_ns + 250 * SIM_MS);
    f->fake.port.now_ns += 249 * SIM_MS;
    sim_hub_tick(&f->hub);
    assert_int_equal(f->fake.sent_count, 0);
    f->fake.port.now_ns += SIM_MS;
    sim_hub_tick(&f->hub);
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=0");
}

/* 2325=3 first; a withdrawal meanwhile makes the token unknown, not granted. */
static void test_sim_hub_pending_then_answers(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "pending 100");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2319=T1|2325=3");
    assert_int_equal(f->hub.ledger.token_count, 0);
    f->fake.port.now_ns += 100 * SIM_MS;
    sim_hub_tick(&f->hub);
    sim_fake_expect(&f->fake, 1, "DG", "2318=1|2319=T1|2325=0|2327=10.00");
}

/* What deny began, deny none ends, and leaves planted faults on. */
static void test_sim_hub_deny_ends(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "fault no-expiry");
    hub_tell(f, "deny 3");
    hub_in(f, "DF", NEW("1", "T1", "100.00"));
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=2|2326=3");
    hub_tell(f, "deny none");
    hub_in(f, "DF", NEW("2", "T2", "100.00"));
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=0");
    assert_int_equal(f->hub.faults.on_count, 1);
    assert_false(sim_hub_command(&f->hub, "deny nobody"));
    assert_false(sim_hub_command(&f->hub, "deny none of it"));
}

static void test_sim_hub_partial_grants_less(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "partial 40");
    hub_in(f, "DF", NEW("1", "T1", "1000.00"));
    sim_fake_expect(&f->fake, 0, "DG", "2325=1|2327=400.00|2324=1000.00");
    expect_sums(&f->hub.ledger.tokens[0].sums, 400, 0, 0);
}

/* Every way to be wrong is visible in the answer, and ends with normal. */
static void test_sim_hub_wrong_answers(void **state)
{
    struct hub_test *f = *state;
    f->fake.wrong = true;
    hub_tell(f, "wrong status");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=9");
    f->fake.wrong = false;
    hub_tell(f, "wrong amount");
    hub_in(f, "DF", NEW("2", "T2", "10.00"));
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=0|2327=5.00");
    hub_tell(f, "wrong token");
    hub_in(f, "DF", NEW("3", "T3", "10.00"));
    sim_fake_expect(&f->fake, 2, "DG", "2318=3|2319=NEVER-ASKED");
    hub_tell(f, "wrong no-echo");
    hub_in(f, "DF", NEW("4", "T4", "10.00"));
    sim_fake_expect(&f->fake, 3, "DG", "2319=T4|2325=0");
    sim_fake_expect_absent(&f->fake, 3, 2318);
    hub_tell(f, "wrong duplicate");
    hub_in(f, "DF", NEW("5", "T5", "10.00"));
    assert_int_equal(f->fake.sent_count, 6);
    assert_string_equal(f->fake.sent[4], f->fake.sent[5]);
    hub_tell(f, "normal");
    hub_in(f, "DF", NEW("6", "T6", "10.00"));
    assert_int_equal(f->fake.sent_count, 7);
    sim_fake_expect(&f->fake, 6, "DG", "2318=6|2319=T6|2325=0|2327=10.00");
    assert_false(sim_hub_command(&f->hub, "wrong way"));
}

/* R29: the hub frees what lapsed on its own clock. */
static void test_sim_hub_expiry_frees(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "expire 1000");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    f->fake.port.now_ns += 1000 * SIM_MS;
    assert_true(sim_hub_due(&f->hub) <= f->fake.port.now_ns);
    sim_hub_tick(&f->hub);
    assert_int_equal(f->hub.ledger.tokens[0].state, SIM_TOKEN_EXPIRED);
    assert_int_equal(f->hub.ledger.limits[0].sums.expired, 100000);
    assert_int_equal(sim_hub_due(&f->hub), SIM_NEVER);
    hub_in(f, "DF", "2318=2|2319=T1|2320=2|2321=0|2324=10.00");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=2|2326=99");
}

static void test_sim_hub_restart_forgets_tokens(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    hub_in(f, "DF",
           "2318=2|2319=T1|2320=0|2321=1|2324=4.00|1670=ACME-USD|54=1");
    hub_tell(f, "restart");
    assert_int_equal(f->fake.drops, 1);
    assert_int_equal(f->hub.ledger.token_count, 0);
    expect_sums(&f->hub.ledger.limits[0].sums, 0, 4, 6);
    hub_in(f, "DF", "2318=3|2319=T1|2320=1|2321=0");
    sim_fake_expect(&f->fake, 2, "DG", "2325=2|2326=99");
}

static void test_sim_hub_cancel_is_unsolicited(void **state)
{
    struct hub_test *f = *state;
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    hub_tell(f, "cancel T1");
    sim_fake_expect(&f->fake, 1, "DG", "2319=T1|2325=4|2320=1|2321=0");
    sim_fake_expect_absent(&f->fake, 1, 2318);
    assert_false(sim_hub_command(&f->hub, "cancel T2"));
}

/* The groups of a CM, in the order of the layout. */
static void test_sim_hub_snapshot_has_the_groups(void **state)
{
    struct hub_test *f = *state;
    struct sim_message request = sim_fake_message(&f->body, "CL",
                                                  "1666=Q1|1760=1");
    sim_hub_receive(&f->hub, &f->fake.peer, &request);
    assert_int_equal(f->fake.sent_count, 1);
    assert_string_equal(
        f->fake.sent[0],
        "CM 1667=RPT1|1666=Q1|1511=0|1512=1|893=Y|1677=1|"
        "1671=2|1691=ACME|1692=D|1693=24|1691=FCM1|1692=D|1693=4|"
        "1669=1|1529=1|1530=12|1531=100000.00|1532=USD|"
        "1559=3|1769=4|1560=75|1769=4|1560=90|1769=4|1560=98|"
        "1670=ACME-USD|2355=1|60=20261120-18:00:00.000|");
}

static void test_sim_hub_snapshot_in_fragments(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "limit B FCM1 BETA USD 1.00");
    hub_tell(f, "limit C FCM1 GAMA USD 1.00");
    hub_tell(f, "remove B");
    hub_tell(f, "fragment 1");
    sim_fake_clear(&f->fake);
    sim_hub_logon(&f->hub, &f->fake.peer);
    assert_int_equal(f->fake.sent_count, 2);
    sim_fake_expect(&f->fake, 0, "CM",
                    "325=Y|1512=2|893=N|1677=1|1670=ACME-USD");
    sim_fake_expect(&f->fake, 1, "CM", "325=Y|1512=2|893=Y|1677=1|1670=C");
}

static void test_sim_hub_limit_change_is_told(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "limit ACME-USD 60000 action=5 used=7.50 warn=50/80");
    sim_fake_expect(&f->fake, 0, "CR",
                    "1677=1|1324=M|1531=60000.00|1767=5|1766=7.50|1559=2|"
                    "1560=50|1560=80|1670=ACME-USD");
    hub_tell(f, "remove ACME-USD");
    sim_fake_expect(&f->fake, 1, "CR", "1324=D|1670=ACME-USD");
    sim_fake_expect_absent(&f->fake, 1, 1669);
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    sim_fake_expect(&f->fake, 2, "DG", "2325=2|2326=1");
}

static void test_sim_hub_bad_commands_change_nothing(void **state)
{
    static const char *const bad[] = {"limit",
                                      "limit X FCM1 ACME USD",
                                      "limit X FCM1 ACME USD ten",
                                      "limit X FCM1 ACME USD 10 netto",
                                      "limit X FCM1 ACME DOLLAR 10",
                                      "limit ACME-USD FCM2 ACME USD 10",
                                      "limit ACME-USD -5",
                                      "slow",
                                      "slow x",
                                      "partial 101",
                                      "halt",
                                      "halt ACME now",
                                      "nonsense",
                                      ""};
    struct hub_test *f = *state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (sim_hub_command(&f->hub, bad[i])) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    assert_int_equal(f->fake.sent_count, 0);
    assert_int_equal(f->hub.ledger.limit_count, 1);
    assert_int_equal(f->hub.ledger.limits[0].amount, 1000000000);
}

/* R18: DH, its drill, and what a stop means for asks. */
static void test_sim_hub_stop_is_sent_and_kept(void **state)
{
    struct hub_test *f = *state;
    hub_tell(f, "halt ACME drill");
    sim_fake_expect(&f->fake, 0, "DH",
                    "2328=ACT1|2329=1|2330=Y|453=2|448=ACME|452=24|448=FCM1|"
                    "452=4");
    hub_in(f, "DF", NEW("1", "T1", "10.00"));
    sim_fake_expect(&f->fake, 1, "DG", "2325=0");
    hub_tell(f, "suspend ACME");
    sim_fake_expect(&f->fake, 2, "DH", "2328=ACT2|2329=0");
    hub_in(f, "DF", NEW("2", "T2", "10.00"));
    sim_fake_expect(&f->fake, 3, "DG", "2325=2|2326=99");
    hub_tell(f, "reinstate ACME");
    hub_in(f, "DF", NEW("3", "T3", "10.00"));
    sim_fake_expect(&f->fake, 5, "DG", "2325=0");
}

/* A DF without its required fields is refused, never granted. */
static void test_sim_hub_incomplete_ask_refused(void **state)
{
    static const char *const asks[] = {
        "2318=1|2319=T1|2321=0|2324=1.00|1670=ACME-USD",
        "2318=2|2319=T1|2320=0|2324=1.00|1670=ACME-USD",
        "2318=3|2319=T1|2320=0|2321=0|1670=ACME-USD",
        "2318=4|2319=T1|2320=0|2321=0|2324=-1.00|1670=ACME-USD",
        "2318=5|2319=T1|2320=0|2321=0|2324=1.00|1670=OTHER"};
    struct hub_test *f = *state;
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        hub_in(f, "DF", asks[i]);
        sim_fake_expect(&f->fake, i, "DG", "2325=2");
    }
    assert_int_equal(f->hub.ledger.token_count, 0);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_sim_hub_life_of_a_token),
        CASE(test_sim_hub_above_limit_denied),
        CASE(test_sim_hub_replace_is_life_total),
        CASE(test_sim_hub_repeated_request_counts_once),
        CASE(test_sim_hub_overrun_is_kept_apart),
        CASE(test_sim_hub_unknown_token_answered),
        CASE(test_sim_hub_bust_is_released),
        CASE(test_sim_hub_bust_before_its_trade),
        CASE(test_sim_hub_bust_without_an_id),
        CASE(test_sim_hub_chained_requests_follow),
        CASE(test_sim_hub_net_limit_measures_worst_path),
        CASE(test_sim_hub_silent_then_speaks),
        CASE(test_sim_hub_deaf_forgets),
        CASE(test_sim_hub_slow_answers_when_due),
        CASE(test_sim_hub_pending_then_answers),
        CASE(test_sim_hub_deny_ends),
        CASE(test_sim_hub_partial_grants_less),
        CASE(test_sim_hub_wrong_answers),
        CASE(test_sim_hub_expiry_frees),
        CASE(test_sim_hub_restart_forgets_tokens),
        CASE(test_sim_hub_cancel_is_unsolicited),
        CASE(test_sim_hub_snapshot_has_the_groups),
        CASE(test_sim_hub_snapshot_in_fragments),
        CASE(test_sim_hub_limit_change_is_told),
        CASE(test_sim_hub_bad_commands_change_nothing),
        CASE(test_sim_hub_stop_is_sent_and_kept),
        CASE(test_sim_hub_incomplete_ask_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
