/*
 * What if: orders that a second gate decides otherwise, worked out by hand.
 *
 * 10,000,000 of USSW10 at 904 per million are 9,040.00 USD.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "against_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PUSH(amount)                                                           \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=push\nWarnings=none\nAmount=" amount "\n"
#define PING                                                                   \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=ping\n"
#define FALLBACK                                                               \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=ping-with-push\nFallbackMaxAgeMs=600000\n"            \
    "Amount=100000\n"

#define OWN(amount)                                                            \
    "[LIMIT]\nRiskLimitID=OWN\nAccount=ACME\nCurrency=USD\nModel=push\n"       \
    "Amount=" amount "\n"
#define CLIP                                                                   \
    "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nAccount=ACME\nCurrency=USD\n"       \
    "Amount=10000\n"

static void expect_text(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

/* 30,000 and 20,000: two orders of 9,040 fit in both, the third in A alone, and
 * a small one fits again.  What is asked of the third is refused as well. */
static void test_replay_against_lower_limit_refuses_in_b(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("30000"), PUSH("20000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    order_acked(desk, 3000, "A3", 10000000);
    order_acked(desk, 4000, "A4", 1000000);
    desk_say(desk, 'c', 5000, "G",
             "11=R3|41=A3|1=ACME|55=USSW10|54=1|38=12000000|40=2|44=4.1|"
             "60=20260115-12:00:00|");
    desk_report(desk, 5005, "R3", "A3", '5', '0', 12000000, 0);
    desk_run(desk);
    assert_int_equal(desk->totals->compared, 5);
    assert_int_equal(desk->totals->same, 3);
    assert_int_equal(desk->totals->kinds[CG_AGAINST_REFUSED_IN_B], 2);
    const struct desk_seen *seen = desk_find(desk, "A3",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded at once");
    expect_text(seen->b, "refused at once: CG101 LIMIT_EXCEEDED req:9040.00 "
                         "avl:1920.00");
    assert_string_equal(
        seen->because,
        "limit ACME-USD (USD): B needed 9040.00 with 1920.00 of 20000.00 "
        "available; A needed 9040.00 with 11920.00 of 30000.00 available");
    seen = desk_find(desk, "R3", CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->message, "replace");
    expect_text(seen->because,
                "its order is not there in B: A3 was refused: CG101");
    /* 9,040 + 9,040 + 904, and 12,000,000 instead of the third in A. */
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(29832));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(18984));
    /* The first word on A3, and that on its replace. */
    assert_int_equal(desk->totals->left_out, 2);
    desk_free(desk);
}

/* The other way round: the third fits in B alone, and rests, since nobody
 * knows what the venue would have said. */
static void test_replay_against_higher_limit_rests(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("30000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    desk_order(desk, 3000, "A3", 10000000);
    desk_run(desk);
    assert_int_equal(desk->totals->same, 2);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A3",
                                             CG_AGAINST_REFUSED_IN_A);
    assert_non_null(seen);
    assert_string_equal(
        seen->because,
        "limit ACME-USD (USD): A needed 9040.00 with 1920.00 of 20000.00 "
        "available; B needed 9040.00 with 11920.00 of 30000.00 available");
    assert_int_equal(desk->totals->resting, 1);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(27120));
    desk_free(desk);
}

/* 1,000 per million instead of 904: three orders come to 30,000, and leave no
 * room for the small one. */
static void test_replay_against_other_dv01_names_both(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PUSH("30000"));
    desk_config(desk, B, "", "1000", PUSH("30000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    order_acked(desk, 3000, "A3", 10000000);
    order_acked(desk, 4000, "A4", 1000000);
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A4",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(
        seen->because,
        "limit ACME-USD (USD): B needed 1000.00 with 0.00 of 30000.00 "
        "available; A needed 904.00 with 2880.00 of 30000.00 available; the "
        "DV01 per million is 904.00 in A and 1000.00 in B");
    desk_free(desk);
}

/* --- hubs --------------------------------------------------------------- */

/* The hub takes 1.5 s; B has no more than 1 s. */
static void test_replay_against_shorter_hard_deadline_times_out(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PING);
    desk_config(desk, B, "SoftDeadlineMs=500\nHardDeadlineMs=1000", "904",
                PING);
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 2500, 1, 1, 0, "9040.00");
    desk_report(desk, 2505, "A1", NULL, '0', '0', 10000000, 0);
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 1500 ms");
    expect_text(seen->b, "refused after 1000 ms: CG301 CHECK_TIMEOUT");
    expect_text(seen->because, "A: the hub's answer took 1500 ms (deadlines: "
                               "soft 1000 ms, hard 20000 ms)");
    expect_text(seen->because, "B: the hub had not answered when it was "
                               "decided, 1000 ms after it was asked "
                               "(deadlines: soft 500 ms, hard 1000 ms)");
    /* The grant came late, the order is at no venue. */
    assert_int_equal(desk->totals->left_out, 1);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), 0);
    desk_free(desk);
}

static void
push_amount(struct desk *desk, int ms, const char *id, const char *amount)
{
    char time[40];
    snprintf(time, sizeof(time), "20260115-12:00:%02d.%03d", ms / 1000 % 60,
             ms % 1000);
    desk_say(desk, 'h', ms, "CR",
             "1667=%s|60=%s|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
             "1669=1|1529=1|1530=12|1531=%s|1532=USD|1670=ACME-USD|",
             id, time, amount);
}

/* The hub takes 1.5 s; after 1 s B goes by what it pushed, A waits 2 s. */
static void test_replay_against_shorter_soft_deadline_falls_back(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "SoftDeadlineMs=2000", "904", FALLBACK);
    desk_config(desk, B, "SoftDeadlineMs=1000", "904", FALLBACK);
    push_amount(desk, 500, "U1", "100000.00");
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 2500, 1, 1, 0, "9040.00");
    desk_report(desk, 2505, "A1", NULL, '0', '0', 10000000, 0);
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_EARLIER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 1500 ms");
    assert_string_equal(seen->b, "forwarded after 1000 ms, by fallback");
    expect_text(seen->because, "soft 2000 ms");
    expect_text(seen->because, "soft 1000 ms");
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* A log whose hub answers after 40 ms, and a venue after 5 more. */
static void quick_hub(struct desk *desk, const char *limits)
{
    desk_config(desk, A, "", "904", limits);
    push_amount(desk, 500, "U1", "100000.00");
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 1040, 1, 1, 0, "9040.00");
    desk_report(desk, 1045, "A1", NULL, '0', '0', 10000000, 0);
    desk_report(desk, 1100, "A1", NULL, 'F', '1', 10000000, 4000000);
}

/* Above the soft deadline: fallback after 1 s, and the venue's reports as much
 * later.  Only the hub's latency differs. */
static void test_replay_against_slow_hub_falls_back(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    quick_hub(desk, FALLBACK);
    desk->against.hub_latency = 3 * CG_SECOND;
    desk_order(desk, 9000, "A2", 200000000); /* above any amount, in both */
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_LATER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 40 ms");
    assert_string_equal(seen->b, "forwarded after 1000 ms, by fallback");
    expect_text(seen->because, "A: the hub's answer took 40 ms");
    assert_int_equal(desk->totals->left_out, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(9040));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* Above the hard deadline, and with nothing to fall back on: refused. */
static void test_replay_against_deaf_hub_times_out(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    quick_hub(desk, PING);
    desk->against.hub_latency = 25 * CG_SECOND;
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    expect_text(seen->b, "refused after 20000 ms: CG301 CHECK_TIMEOUT");
    assert_int_equal(desk->totals->left_out, 2);
    desk_free(desk);
}

/* Between them: as late as the hub, reports included. */
static void test_replay_against_hub_latency_delays(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    quick_hub(desk, PING);
    desk->against.hub_latency = 700 * CG_MS;
    desk_order(desk, 3000, "A2", 10000000);
    desk_answer(desk, 3010, 3, 2, 2, "9040.00");
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_LATER);
    assert_non_null(seen);
    assert_string_equal(seen->b, "forwarded after 700 ms");
    /* The hub's no is a no, whenever it comes. */
    assert_int_equal(desk->totals->kinds[CG_AGAINST_LATER], 1);
    assert_int_equal(desk->count, 1);
    assert_int_equal(desk->totals->left_out, 0);
    desk_free(desk);
}

/* Sooner than in the log: B must know what the log's hub says only later. */
static void test_replay_against_quick_hub_is_earlier(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    quick_hub(desk, PING);
    desk->against.hub_latency = 5 * CG_MS;
    /* Others go on meanwhile. */
    desk_order(desk, 3000, "A2", 10000000);
    desk_order(desk, 3001, "A3", 10000000);
    desk_say(desk, 'c', 3015, "F",
             "11=C9|41=NONE|1=ACME|55=USSW10|54=1|60=20260115-12:00:00|");
    desk_answer(desk, 3030, 4, 3, 0, "9040.00");
    desk_answer(desk, 3040, 3, 2, 2, "9040.00");
    desk_report(desk, 3050, "A3", NULL, '0', '0', 10000000, 0);
    desk_run(desk);
    assert_int_equal(desk->totals->kinds[CG_AGAINST_EARLIER], 2);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_EARLIER);
    assert_non_null(seen);
    assert_string_equal(seen->b, "forwarded after 5 ms");
    seen = desk_find(desk, "A3", CG_AGAINST_EARLIER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 29 ms");
    assert_string_equal(seen->b, "forwarded after 5 ms");
    assert_int_equal(desk->totals->same, 1); /* A2 is denied in both */
    assert_int_equal(desk_used(desk, A, "ACME-USD"),
                     desk_used(desk, B, "ACME-USD"));
    desk_free(desk);
}

/* What the venue says of an order comes as much later as the order: until then
 * it takes the room of the next one. */
static void test_replay_against_reports_are_as_late(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", OWN("10000") PING);
    desk->against.hub_latency = 3000 * CG_MS;
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 1040, 1, 2, 0, "9040.00");
    /* 60 ms after it was sent: at 4,060 in B. */
    desk_report(desk, 1100, "A1", NULL, '4', '4', 10000000, 0);
    desk_order(desk, 4030, "A2", 10000000);
    desk_say(desk, 'h', 4035, "DG",
             "2318=3|2319=GATE-T4|2325=0|2320=0|2321=0|2324=9040.00|");
    desk_order(desk, 9000, "A3", 100000);
    desk_say(desk, 'h', 9001, "DG",
             "2318=4|2319=GATE-T6|2325=2|2320=0|2321=0|2324=90.40|");
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A2",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    expect_text(seen->because, "limit OWN (USD): B needed 9040.00 with 960.00");
    assert_int_equal(desk_used(desk, B, "OWN"), 0);
    desk_free(desk);
}

/* A replace that waits behind its order is told of, too, when both are refused
 * at once in B and long done in A. */
static void test_replay_against_replace_behind_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PING);
    desk->against.hub_latency = 25 * CG_SECOND;
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 1040, 1, 1, 0, "9040.00");
    desk_report(desk, 1045, "A1", NULL, '0', '0', 10000000, 0);
    desk_say(desk, 'c', 2000, "G",
             "11=R1|41=A1|1=ACME|55=USSW10|54=1|38=10000000|40=2|44=4.2|"
             "60=20260115-12:00:00|");
    desk_report(desk, 2005, "R1", "A1", '5', '0', 10000000, 0);
    desk_say(desk, 'v', 3000, "8",
             "37=V-A1|11=R1|17=F1|150=F|39=2|55=USSW10|54=1|38=10000000|"
             "151=0|14=10000000|6=4.1|31=4.1|32=10000000|");
    desk_say(desk, 'h', 3010, "DG",
             "2318=2|2319=GATE-T1|2325=0|2320=0|2321=1|2324=9040.00|");
    desk_run(desk);
    assert_non_null(desk_find(desk, "A1", CG_AGAINST_REFUSED_IN_B));
    const struct desk_seen *seen = desk_find(desk, "R1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    expect_text(seen->b, "refused after 19000 ms: CG402");
    expect_text(seen->because, "A1 was refused: CG301");
    desk_free(desk);
}

/* The same without a hub: in B they wait for room that does not come. */
static void test_replay_against_replace_in_a_queue_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_new(OWN("20000") "Queue=Y\n",
                                 OWN("5000") "Queue=Y\n");
    order_acked(desk, 1000, "A1", 10000000);
    desk_say(desk, 'c', 2000, "G",
             "11=R1|41=A1|1=ACME|55=USSW10|54=1|38=10000000|40=2|44=4.2|"
             "60=20260115-12:00:00|");
    desk_report(desk, 2005, "R1", "A1", '5', '0', 10000000, 0);
    desk_say(desk, 'v', 3000, "8",
             "37=V-A1|11=R1|17=F1|150=F|39=2|55=USSW10|54=1|38=10000000|"
             "151=0|14=10000000|6=4.1|31=4.1|32=10000000|");
    desk_order(desk, 30000, "A2", 1000000);
    desk_run(desk);
    assert_int_equal(desk->count, 2);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded at once");
    expect_text(seen->b, "refused after 20000 ms");
    seen = desk_find(desk, "R1", CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    expect_text(seen->b, "refused after 19000 ms: CG402");
    desk_free(desk);
}

/* A hub that names the token alone (no 2318), and other amounts in B: what it
 * grants is what B asked for. */
static void test_replay_against_answer_by_token(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PING);
    desk_config(desk, B, "", "1000", PING);
    desk_order(desk, 1000, "A1", 10000000);
    desk_say(desk, 'h', 1040, "DG",
             "2319=GATE-T1|2325=0|2320=0|2321=0|2324=9040.00|2327=9040.00|");
    desk_report(desk, 1045, "A1", NULL, '0', '0', 10000000, 0);
    /* A part of it: half is half, and handed back in both. */
    desk_order(desk, 2000, "A2", 10000000);
    desk_say(desk, 'h', 2040, "DG",
             "2319=GATE-T2|2325=1|2320=0|2321=0|2324=9040.00|2327=4520.00|");
    desk_run(desk);
    assert_int_equal(desk->totals->compared, 2);
    assert_int_equal(desk->totals->same, 2);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(10000));
    desk_free(desk);
}

/* The hub says again what it said of an order that only A has, when that is
 * over: B has another request by that number. */
static void test_replay_against_repeat_is_not_anothers(void **state)
{
    (void)state;
    static const char *const repeats[] = {
        "2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2324=18080.00|2327=18080.00|",
        "2318=1|2325=0|2320=0|2321=0|2324=18080.00|2327=18080.00|"};
    for (size_t i = 0; i < 2; i++) {
        struct desk *desk = desk_new(NULL, NULL);
        desk_config(desk, A, "", "904", PING);
        desk_config(desk, B, "", "904", CLIP PING);
        desk_order(desk, 1000, "A1", 20000000);
        desk_answer(desk, 1010, 1, 1, 0, "18080.00");
        desk_report(desk, 1015, "A1", NULL, '8', '8', 20000000, 0);
        desk_say(desk, 'h', 1020, "DG",
                 "2318=2|2319=GATE-T1|2325=4|2320=1|2321=0|2324=18080.00|");
        desk_order(desk, 2000, "A2", 10000000);
        desk_say(desk, 'h', 2010, "DG", "%s", repeats[i]);
        desk_answer(desk, 2030, 3, 2, 2, "9040.00");
        desk_run(desk);
        assert_int_equal(desk->count, 1);
        assert_non_null(desk_find(desk, "A1", CG_AGAINST_REFUSED_IN_B));
        assert_int_equal(desk->totals->same, 1); /* A2 is denied in both */
        desk_free(desk);
    }
}

/* B refuses the first order by a clip size, so that all later requests have
 * other numbers there, and with another DV01 other amounts: the answers of the
 * log find theirs. */
static void test_replay_against_answers_find_their_requests(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PING);
    desk_config(desk, B, "", "920", CLIP PING);
    desk_order(desk, 1000, "A1", 20000000);
    desk_answer(desk, 1010, 1, 1, 0, "18080.00");
    desk_report(desk, 1015, "A1", NULL, '0', '0', 20000000, 0);
    desk_order(desk, 2000, "A2", 10000000);
    desk_order(desk, 2001, "A3", 10000000);
    desk_answer(desk, 2020, 3, 3, 2, "9040.00");
    desk_answer(desk, 2030, 2, 2, 0, "9040.00");
    desk_report(desk, 2035, "A2", NULL, '0', '0', 10000000, 0);
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(
        seen->because,
        "limit CLIP (USD): B needed 18400.00 with 10000.00 of 10000.00 "
        "available; A has no such limit; the DV01 per million is 904.00 in A "
        "and 920.00 in B");
    assert_int_equal(desk->totals->same, 2);
    assert_int_equal(desk->totals->assumed_answers, 0);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9200));
    desk_free(desk);
}

/* B asks what A never asked: A refuses by a clip size.  The hub is taken to
 * grant, after the time that it took in the log; or to stay silent. */
static void test_replay_against_unknown_answer_is_assumed(void **state)
{
    (void)state;
    for (int silent = 0; silent < 2; silent++) {
        struct desk *desk = desk_new(NULL, NULL);
        desk_config(desk, A, "", "904", CLIP PING);
        desk_config(desk, B, "", "904", PING);
        desk->against.unknown_silent = silent != 0;
        desk_order(desk, 1000, "A1", 10000000);
        desk_answer(desk, 1008, 1, 1, 0, "9040.00");
        desk_report(desk, 1015, "A1", NULL, '0', '0', 10000000, 0);
        desk_order(desk, 2000, "A2", 20000000);
        desk_run(desk);
        assert_int_equal(desk->count, 1);
        if (silent) {
            const struct desk_seen *seen = desk_find(desk, "A2",
                                                     CG_AGAINST_OTHERWISE);
            assert_non_null(seen);
            expect_text(seen->b, "refused after 20000 ms: CG301");
        } else {
            const struct desk_seen *seen = desk_find(desk, "A2",
                                                     CG_AGAINST_REFUSED_IN_A);
            assert_non_null(seen);
            /* 8 ms, as near as the bins of the histogram are. */
            expect_text(seen->b, "forwarded after 8");
            assert_int_equal(desk->totals->assumed_answers, 1);
        }
        desk_free(desk);
    }
}

/* --- pulls, replaces ---------------------------------------------------- */

/* The hub lowers the amount to 19,000: 18,080 fit in A, 20,000 at B's DV01 do
 * not.  B pulls the newest, its venue is taken to agree, and then has room for
 * what A refuses. */
static void test_replay_against_pull_in_b_frees_room(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", PUSH("20000"));
    desk_config(desk, B, "", "1000", PUSH("20000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    push_amount(desk, 3000, "U1", "19000.00");
    desk_order(desk, 4000, "A3", 5000000);
    /* What the venue says of A2 later is not B's any more. */
    desk_report(desk, 5000, "A2", NULL, 'F', '2', 10000000, 10000000);
    desk_run(desk);
    assert_int_equal(desk->count, 2);
    const struct desk_seen *seen = desk_find(desk, "A2",
                                             CG_AGAINST_PULLED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "not pulled");
    assert_string_equal(seen->b, "pulled: CG306 ORDER_PULLED");
    expect_text(seen->because, "20000.00 was in use of 19000.00 in B");
    expect_text(seen->because, "18080.00 of 19000.00 in A");
    seen = desk_find(desk, "A3", CG_AGAINST_REFUSED_IN_A);
    assert_non_null(seen);
    expect_text(seen->because, "A needed 4520.00 with 920.00 of 19000.00 "
                               "available; B needed 5000.00 with 9000.00 of "
                               "19000.00 available");
    assert_int_equal(desk->totals->assumed_cancels, 1);
    assert_int_equal(desk->totals->left_out, 1);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(15000));
    desk_free(desk);
}

/* The same log, and B has an amount of its own that the hub's pushes do not
 * change: A pulls, B does not, and its order rests. */
static void test_replay_against_given_amount_holds(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("30000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    push_amount(desk, 3000, "U1", "15000.00");
    desk_say(desk, 'v', 3010, "8",
             "37=V-A2|11=GATE-P3|41=A2|17=X1|150=4|39=4|55=USSW10|54=1|"
             "38=10000000|151=0|14=0|6=0|");
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A2",
                                             CG_AGAINST_PULLED_IN_A);
    assert_non_null(seen);
    expect_text(seen->because, "18080.00 was in use of 15000.00 in A; 18080.00 "
                               "of 30000.00 in B");
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(9040));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(18080));
    assert_int_equal(desk->totals->resting, 1);
    desk_free(desk);
}

/* A raise that B refuses: what the venue fills counts up to what B let
 * through. */
static void test_replay_against_refused_raise_caps_fills(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("30000"), PUSH("12000"));
    order_acked(desk, 1000, "A1", 10000000);
    desk_say(desk, 'c', 2000, "G",
             "11=R1|41=A1|1=ACME|55=USSW10|54=1|38=20000000|40=2|44=4.1|"
             "60=20260115-12:00:00|");
    desk_report(desk, 2005, "R1", "A1", '5', '0', 20000000, 0);
    desk_say(desk, 'v', 3000, "8",
             "37=V-A1|11=R1|17=F1|150=F|39=1|55=USSW10|54=1|38=20000000|"
             "151=15000000|14=5000000|6=4.1|31=4.1|32=5000000|");
    desk_say(desk, 'v', 4000, "8",
             "37=V-A1|11=R1|17=F2|150=F|39=1|55=USSW10|54=1|38=20000000|"
             "151=5000000|14=15000000|6=4.1|31=4.1|32=10000000|");
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "R1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(
        seen->because,
        "limit ACME-USD (USD): B needed 9040.00 with 2960.00 of 12000.00 "
        "available; A needed 9040.00 with 20960.00 of 30000.00 available");
    struct cg_token_view token;
    assert_true(cg_gate_token(
        cg_side_gate(cg_replay_against_side(desk->replay)), 0, &token));
    assert_int_equal(token.consumed, USD(9040));
    assert_int_equal(token.reserved, 0);
    assert_int_equal(token.overrun, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(18080));
    desk_free(desk);
}

/* The client cancels what only B has at the venue: it is taken to be gone. */
static void test_replay_against_cancel_of_what_only_b_has(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("30000"));
    order_acked(desk, 1000, "A1", 10000000);
    order_acked(desk, 2000, "A2", 10000000);
    desk_order(desk, 3000, "A3", 10000000);
    desk_say(desk, 'c', 3500, "F",
             "11=C3|41=A3|1=ACME|55=USSW10|54=1|60=20260115-12:00:00|");
    desk_order(desk, 4000, "A4", 1000000);
    desk_run(desk);
    assert_int_equal(desk->totals->assumed_cancels, 1);
    assert_int_equal(desk->totals->resting, 0);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(18984));
    desk_free(desk);
}

/* --- what does not fit -------------------------------------------------- */

/* Two configurations of other sessions cannot hear the same log. */
static void test_replay_against_other_sessions_are_refused(void **state)
{
    (void)state;
    struct desk *desk = desk_new(NULL, NULL);
    char error[512] = "";
    desk_config(desk, A, "", "904", PUSH("20000"));
    desk_config(desk, B, "Name=OTHER", "904", PUSH("20000"));
    assert_false(cg_against_fits(desk->configs[A], desk->configs[B], error,
                                 sizeof(error)));
    expect_text(error, "GATE in one and OTHER in the other");
    desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_against_lower_limit_refuses_in_b),
        cmocka_unit_test(test_replay_against_higher_limit_rests),
        cmocka_unit_test(test_replay_against_other_dv01_names_both),
        cmocka_unit_test(test_replay_against_shorter_hard_deadline_times_out),
        cmocka_unit_test(test_replay_against_shorter_soft_deadline_falls_back),
        cmocka_unit_test(test_replay_against_slow_hub_falls_back),
        cmocka_unit_test(test_replay_against_deaf_hub_times_out),
        cmocka_unit_test(test_replay_against_hub_latency_delays),
        cmocka_unit_test(test_replay_against_quick_hub_is_earlier),
        cmocka_unit_test(test_replay_against_reports_are_as_late),
        cmocka_unit_test(test_replay_against_replace_behind_is_told),
        cmocka_unit_test(test_replay_against_replace_in_a_queue_is_told),
        cmocka_unit_test(test_replay_against_answer_by_token),
        cmocka_unit_test(test_replay_against_repeat_is_not_anothers),
        cmocka_unit_test(test_replay_against_answers_find_their_requests),
        cmocka_unit_test(test_replay_against_unknown_answer_is_assumed),
        cmocka_unit_test(test_replay_against_pull_in_b_frees_room),
        cmocka_unit_test(test_replay_against_given_amount_holds),
        cmocka_unit_test(test_replay_against_refused_raise_caps_fills),
        cmocka_unit_test(test_replay_against_cancel_of_what_only_b_has),
        cmocka_unit_test(test_replay_against_other_sessions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
