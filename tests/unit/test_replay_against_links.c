/*
 * What if: sessions that are not the same, a gate that stops and starts again,
 * links and numbers, and long lives of orders.
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

#define LIMIT(model)                                                           \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nWarnings=none\nModel=" model "\n"
#define PUSH(amount) LIMIT("push") "Amount=" amount "\n"
#define CLIP                                                                   \
    "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nAccount=ACME\nCurrency=USD\n"       \
    "Amount=10000\n"

/* --- what does not fit ---------------------------------------------------- */

static void expect_refused(struct desk *desk, const char *part)
{
    char error[512] = "";
    assert_false(cg_against_fits(desk->configs[A], desk->configs[B], error,
                                 sizeof(error)));
    if (strstr(error, part) == NULL) {
        fail_msg("'%s' does not say '%s'", error, part);
    }
}

/* Any name of a session that is another one, and one more on either side. */
static void test_replay_against_each_name_of_a_session(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("20000"));
    char error[512] = "";
    struct cg_config *other = desk->configs[B];
    struct cg_config_session *session = &other->sessions[1];
    const struct cg_config_session was = *session;
    const char *part = "session 2, venue, is not the same in both: sessions "
                       "must have the same names, roles, versions and CompIDs";
    snprintf(session->name, sizeof(session->name), "exchange");
    expect_refused(desk, part);
    *session = was;
    session->role = CG_ROLE_HUB;
    expect_refused(desk, part);
    *session = was;
    snprintf(session->begin_string, sizeof(session->begin_string), "FIX.4.2");
    expect_refused(desk, part);
    *session = was;
    snprintf(session->sender_comp_id, sizeof(session->sender_comp_id), "G2");
    expect_refused(desk, part);
    *session = was;
    snprintf(session->target_comp_id, sizeof(session->target_comp_id), "V2");
    expect_refused(desk, part);
    *session = was;
    assert_true(cg_against_fits(desk->configs[A], other, error, sizeof(error)));
    other->session_count--;
    expect_refused(desk, "session 3, hub, is not the same in both");
    other->session_count++;
    desk->configs[A]->session_count--;
    expect_refused(desk, "session 3, hub, is not the same in both");
    desk->configs[A]->session_count++;
    desk_free(desk);
}

/* --- links ---------------------------------------------------------------- */

/* The gate of the log says that it stops, and another one starts when somebody
 * logs on: both gates do, and have the charges that they had. */
static void test_replay_against_stops_and_starts_again(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("10000"));
    order_acked(desk, 1000, "A1", 10000000);
    desk_say(desk, 'C', 2000, "5", "58=the gate is stopping|");
    desk_say(desk, 'V', 2000, "5", "58=the gate is stopping|");
    desk_say(desk, 'H', 2000, "5", "58=the gate is stopping|");
    desk_say(desk, 'c', 2010, "5", "58=bye|");
    desk_say(desk, 'v', 2010, "5", "58=bye|");
    desk_say(desk, 'h', 2010, "5", "58=bye|");
    desk_say(desk, 'v', 3000, "A", "98=0|108=30|");
    desk_say(desk, 'h', 3001, "A", "98=0|108=30|1137=9|");
    desk_say(desk, 'c', 3002, "A", "98=0|108=30|");
    order_acked(desk, 4000, "A2", 10000000);
    desk_run(desk);
    assert_int_equal(desk->totals->compared, 2);
    assert_int_equal(desk->totals->kinds[CG_AGAINST_REFUSED_IN_B], 1);
    const struct desk_seen *seen = desk_find(desk, "A2",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded at once");
    assert_non_null(strstr(seen->b, "CG101 LIMIT_EXCEEDED req:9040.00 "
                                    "avl:960.00"));
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(18080));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* A venue whose line is down: both refuse, and B is told of numbers that begin
 * anew as A is. */
static void test_replay_against_numbers_begin_anew(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("10000"));
    order_acked(desk, 1000, "A1", 10000000);
    desk_say(desk, 'v', 2000, "5", "58=bye|");
    desk_order(desk, 2500, "A2", 1000000);
    desk->seqs[1] = 0;
    desk_say(desk, 'v', 3000, "A", "98=0|108=30|141=Y|");
    order_acked(desk, 4000, "A3", 1000000);
    desk_run(desk);
    assert_int_equal(desk->totals->compared, 3);
    assert_int_equal(desk->totals->same, 3);
    assert_int_equal(desk->count, 0);
    desk_free(desk);
}

/* --- long lives ----------------------------------------------------------- */

/* More replaces than are kept of an order: the old ones were judged. */
static void test_replay_against_many_replaces_are_judged(void **state)
{
    (void)state;
    enum { MANY = 100 };
    struct desk *desk = desk_new(PUSH("20000"), PUSH("10000"));
    char last[16] = "A1";
    order_acked(desk, 1000, last, 10000000);
    for (int i = 0; i < MANY; i++) {
        char id[16];
        int ms = 2000 + i * 100;
        /* To 12,000,000, which is too much in B, and back. */
        long long qty = i % 2 == 0 ? 12000000 : 10000000;
        snprintf(id, sizeof(id), "Z%d", i);
        desk_say(desk, 'c', ms, "G",
                 "11=%s|41=%s|1=ACME|55=USSW10|54=1|38=%lld|40=2|44=4.1|"
                 "60=20260115-12:00:00|",
                 id, last, qty);
        desk_report(desk, ms + 5, id, last, '5', '0', qty, 0);
        snprintf(last, sizeof(last), "%s", id);
    }
    desk_run(desk);
    assert_int_equal(desk->totals->compared, MANY + 1);
    /* The first is refused in B, and so is all that is built on it. */
    assert_true(desk->totals->kinds[CG_AGAINST_REFUSED_IN_B] >= 1);
    assert_non_null(desk_find(desk, "Z0", CG_AGAINST_REFUSED_IN_B));
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(9040));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* A restatement moves the charge in both; what only B has at its venue ends
 * there when it is told to. */
static void test_replay_against_restated_and_ended(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("30000"));
    desk->against.unknown_ends = true;
    order_acked(desk, 1000, "A1", 10000000);
    desk_report(desk, 2000, "A1", NULL, 'D', '0', 8000000, 0);
    order_acked(desk, 3000, "A2", 10000000);
    desk_report(desk, 3500, "A2", NULL, '4', '4', 10000000, 0);
    /* 7,232.00 are in use: it fits in B alone. */
    desk_order(desk, 4000, "A3", 20000000);
    order_acked(desk, 60000, "A4", 1000000);
    desk_run(desk);
    assert_non_null(desk_find(desk, "A3", CG_AGAINST_REFUSED_IN_A));
    assert_int_equal(desk->totals->assumed_cancels, 1);
    assert_int_equal(desk->totals->resting, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(8136));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(8136));
    desk_free(desk);
}

/* A grant with an end, heard later in B: its life is as long there, and the
 * hub's word on the token by its id alone is heard as well. */
static void test_replay_against_grant_with_an_end(void **state)
{
    (void)state;
    struct desk *desk = desk_new(LIMIT("ping"), LIMIT("ping"));
    desk->against.hub_latency = 300 * CG_MS;
    desk_order(desk, 1000, "A1", 10000000);
    desk_say(desk, 'h', 1010, "DG",
             "2319=GATE-T1|2325=0|2320=0|2321=0|2324=9040.00|2327=9040.00|"
             "126=20260115-13:00:01.010|");
    desk_report(desk, 1500, "A1", NULL, '0', '0', 10000000, 0);
    /* Taken back by the hub: to be pulled, in both, and it ends. */
    desk_say(desk, 'h', 5000, "DG", "2319=GATE-T1|2324=9040.00|2325=4|");
    desk_report(desk, 6000, "A1", NULL, '4', '4', 10000000, 0);
    desk_say(desk, 'c', 9000, "0", "112=X|");
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_LATER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 10 ms");
    assert_string_equal(seen->b, "forwarded after 300 ms");
    assert_int_equal(desk->totals->left_out, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), 0);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), 0);
    desk_free(desk);
}

/* What a hub says of tokens that nobody has, or of none. */
static void say_of_nobody(struct desk *desk, int ms)
{
    static const char *const tokens[] = {
        "2319=SOMEBODY-1|",
        "2319=GATE-X2|",
        "2319=GATE-T|",
        "2319=GATE-T99|",
        "2318=99|",
        "2318=0|",
        "",
    };
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        desk_say(desk, 'h', ms + (int)i, "DG", "%s2324=9040.00|2325=4|",
                 tokens[i]);
    }
}

/* B refuses the first order, and has other numbers of requests and tokens from
 * then on: what the hub says of them finds its own; what it says of nobody's is
 * heard while both are the same, and left out once they are not. */
static void test_replay_against_tokens_of_other_numbers(void **state)
{
    (void)state;
    struct desk *desk = desk_new(LIMIT("ping"), CLIP LIMIT("ping"));
    say_of_nobody(desk, 500);
    desk_order(desk, 1000, "A1", 20000000);
    desk_answer(desk, 1010, 1, 1, 0, "18080.00");
    desk_report(desk, 1015, "A1", NULL, '0', '0', 20000000, 0);
    desk_order(desk, 2000, "A2", 10000000);
    desk_say(desk, 'h', 2010, "DG",
             "2318=2|2319=GATE-T2|2322=2|2325=0|2320=0|2321=0|2324=9040.00|"
             "2327=9040.00|");
    desk_report(desk, 2015, "A2", NULL, '0', '0', 10000000, 0);
    desk_order(desk, 3000, "A3", 10000000);
    /* It refers to what B has, to what A alone has, and to nothing. */
    for (int of = 0; of <= 2; of++) {
        desk_say(desk, 'h', 3010 + of, "DG",
                 "2318=3|2319=GATE-T3|2322=%d|2325=3|2320=0|2321=0|"
                 "2324=9040.00|",
                 of == 0   ? 2
                 : of == 1 ? 1
                           : 77);
    }
    desk_answer(desk, 3020, 3, 3, 0, "9040.00");
    desk_report(desk, 3025, "A3", NULL, '0', '0', 10000000, 0);
    say_of_nobody(desk, 4000);
    /* A1 is in A alone; A2 is pulled in both. */
    desk_say(desk, 'h', 5000, "DG", "2319=GATE-T1|2324=18080.00|2325=4|");
    desk_say(desk, 'h', 5001, "DG", "2319=GATE-T2|2324=9040.00|2325=4|");
    desk_report(desk, 5010, "A1", NULL, '4', '4', 20000000, 0);
    desk_report(desk, 5011, "A2", NULL, '4', '4', 10000000, 0);
    desk_say(desk, 'c', 9000, "0", "112=X|");
    desk_run(desk);
    assert_non_null(desk_find(desk, "A1", CG_AGAINST_REFUSED_IN_B));
    assert_int_equal(desk->count, 1);
    /* Of nobody's tokens, of A1's, and what the venue says of A1. */
    assert_int_equal(desk->totals->left_out, 7 + 1 + 2);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(9040));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* What B has no price for, as its table names something else: why, and what it
 * is in A.  Of a limit that has no amount in A, that it has none. */
static void test_replay_against_unpriced_and_unlimited(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), PUSH("20000"));
    struct cg_config_instrument *row = &desk->configs[B]->instruments[0];
    snprintf(row->symbol, sizeof(row->symbol), "OTHER");
    order_acked(desk, 1000, "A1", 10000000);
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->because, "B has no DV01 for USSW10; in A it is "
                                       "904.00 per million");
    desk_free(desk);
    desk = desk_new(LIMIT("ping"), PUSH("5000"));
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 1010, 1, 1, 0, "9040.00");
    desk_report(desk, 1015, "A1", NULL, '0', '0', 10000000, 0);
    desk_run(desk);
    seen = desk_find(desk, "A1", CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->because,
                        "limit ACME-USD (USD): B needed 9040.00 with 5000.00 "
                        "of 5000.00 available; A needed 9040.00, and has no "
                        "amount there");
    desk_free(desk);
}

/* The log ends while an order waits for its hub in B, that went on at once in
 * A: time goes on until B has decided it, too. */
static void test_replay_against_waits_at_the_end(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("20000"), LIMIT("ping"));
    desk->against.unknown_silent = true;
    desk_say(desk, 'h', 500, "0", "112=X|");
    order_acked(desk, 1000, "A1", 10000000);
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1",
                                             CG_AGAINST_REFUSED_IN_B);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded at once");
    assert_non_null(strstr(seen->b, "refused after 20000 ms: CG301"));
    assert_int_equal(desk->totals->unanswered, 2); /* and its cancel */
    assert_int_equal(desk_used(desk, B, "ACME-USD"), 0);
    desk_free(desk);
}

/* A raise that B refuses, and the venue: what the venue says of the raise is
 * left out in B, what it says of the order by the raise's id is heard of the
 * order. */
static void test_replay_against_refusals_of_a_raise(void **state)
{
    (void)state;
    struct desk *desk = desk_new(PUSH("40000"), PUSH("10000"));
    order_acked(desk, 1000, "A1", 10000000);
    desk_say(desk, 'c', 2000, "G",
             "11=R1|41=A1|1=ACME|55=USSW10|54=1|38=20000000|40=2|44=4.1|"
             "60=20260115-12:00:00|");
    desk_report(desk, 2005, "R1", "A1", 'E', '0', 10000000, 0);
    desk_say(desk, 'v', 2010, "9",
             "37=V-A1|11=R1|41=A1|39=0|434=2|102=0|58=no|");
    desk_report(desk, 3000, "A1", NULL, 'F', '1', 10000000, 4000000);
    desk_say(desk, 'c', 4000, "G",
             "11=R2|41=A1|1=ACME|55=USSW10|54=1|38=30000000|40=2|44=4.1|"
             "60=20260115-12:00:00|");
    /* It ends while the venue looks at the raise. */
    desk_report(desk, 4005, "R2", "A1", '4', '4', 10000000, 4000000);
    desk_run(desk);
    assert_non_null(desk_find(desk, "R1", CG_AGAINST_REFUSED_IN_B));
    assert_non_null(desk_find(desk, "R2", CG_AGAINST_REFUSED_IN_B));
    assert_int_equal(desk->count, 2);
    assert_int_equal(desk->totals->left_out, 2);
    assert_int_equal(desk->totals->resting, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(3616));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(3616));
    desk_free(desk);
}

/* An order waits for room in B, and its hub has said all of it by then, more
 * than once: B hears it as long after it has asked; what is said again and
 * again, not as often. */
static void test_replay_against_answers_before_the_question(void **state)
{
    (void)state;
    struct desk *desk = desk_new(LIMIT("ping"),
                                 LIMIT("ping") "[LIMIT]\nRiskLimitID=OWN\n"
                                               "Account=ACME\nCurrency=USD\n"
                                               "Model=push\nQueue=Y\n"
                                               "Amount=10000\n");
    desk_order(desk, 1000, "A1", 10000000);
    desk_answer(desk, 1010, 1, 1, 0, "9040.00");
    desk_report(desk, 1015, "A1", NULL, '0', '0', 10000000, 0);
    desk_order(desk, 2000, "A2", 5000000);
    for (int i = 0; i < 7; i++) { /* not decided yet */
        desk_answer(desk, 2010 + i, 2, 2, 3, "4520.00");
    }
    for (int i = 0; i < 7; i++) {
        desk_answer(desk, 2020 + i, 2, 2, 0, "4520.00");
    }
    desk_report(desk, 2035, "A2", NULL, '0', '0', 5000000, 0);
    desk_report(desk, 5000, "A1", NULL, '4', '4', 10000000, 0);
    desk_say(desk, 'h', 5010, "DG",
             "2318=3|2319=GATE-T1|2325=4|2320=1|2321=0|2324=9040.00|");
    desk_say(desk, 'c', 9000, "0", "112=X|");
    desk_run(desk);
    assert_int_equal(desk->count, 1);
    const struct desk_seen *seen = desk_find(desk, "A2", CG_AGAINST_LATER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 20 ms");
    assert_string_equal(seen->b, "forwarded after 3020 ms");
    assert_int_equal(desk->totals->assumed_answers, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"), USD(4520));
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(4520));
    assert_int_equal(desk_used(desk, B, "OWN"), USD(4520));
    desk_free(desk);
}

/* A hub that says again and again that it has not decided, and then has: B
 * hears the decision, after the time that its hub takes. */
static void test_replay_against_slow_decision_is_heard(void **state)
{
    (void)state;
    struct desk *desk = desk_new(LIMIT("ping"), LIMIT("ping"));
    desk->against.hub_latency = 300 * CG_MS;
    desk_order(desk, 1000, "A1", 10000000);
    for (int i = 0; i < 7; i++) {
        desk_answer(desk, 1010 + i, 1, 1, 3, "9040.00");
    }
    desk_answer(desk, 1040, 1, 1, 0, "9040.00");
    desk_report(desk, 1500, "A1", NULL, '0', '0', 10000000, 0);
    desk_say(desk, 'c', 9000, "0", "112=X|");
    desk_run(desk);
    const struct desk_seen *seen = desk_find(desk, "A1", CG_AGAINST_LATER);
    assert_non_null(seen);
    assert_string_equal(seen->a, "forwarded after 40 ms");
    assert_string_equal(seen->b, "forwarded after 300 ms");
    assert_int_equal(desk->totals->unanswered, 0);
    assert_int_equal(desk_used(desk, B, "ACME-USD"), USD(9040));
    desk_free(desk);
}

/* An order of more fills than a record keeps requests to its hub: each is told
 * of, and confirmed, in both. */
static void test_replay_against_many_fills_are_told(void **state)
{
    enum { FILLS = 200 };
    (void)state;
    struct desk *desk = desk_new(LIMIT("ping"), LIMIT("ping"));
    desk->against.hub_latency = 7 * CG_MS;
    desk_order(desk, 1000, "A1", FILLS * 1000000LL);
    desk_answer(desk, 1010, 1, 1, 0, "180800.00");
    desk_report(desk, 1015, "A1", NULL, '0', '0', FILLS * 1000000LL, 0);
    for (int i = 1; i <= FILLS; i++) {
        desk_say(desk, 'v', 2000 + 20 * i, "8",
                 "37=V-A1|11=A1|17=F%d|150=F|39=%d|55=USSW10|54=1|"
                 "38=%lld|151=%lld|14=%lld|6=4.1|31=4.1|32=1000000|",
                 i, i < FILLS ? 1 : 2, FILLS * 1000000LL,
                 (FILLS - i) * 1000000LL, i * 1000000LL);
        desk_say(desk, 'h', 2010 + 20 * i, "DG",
                 "2318=%d|2319=GATE-T1|2325=0|2320=0|2321=1|2324=904.00|",
                 1 + i);
    }
    desk_say(desk, 'c', 60000, "0", "112=X|");
    desk_run(desk);
    assert_int_equal(desk->totals->unanswered, 0);
    assert_int_equal(desk->totals->assumed_answers, 0);
    assert_int_equal(desk_used(desk, A, "ACME-USD"),
                     desk_used(desk, B, "ACME-USD"));
    desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_against_each_name_of_a_session),
        cmocka_unit_test(test_replay_against_stops_and_starts_again),
        cmocka_unit_test(test_replay_against_numbers_begin_anew),
        cmocka_unit_test(test_replay_against_many_replaces_are_judged),
        cmocka_unit_test(test_replay_against_restated_and_ended),
        cmocka_unit_test(test_replay_against_grant_with_an_end),
        cmocka_unit_test(test_replay_against_tokens_of_other_numbers),
        cmocka_unit_test(test_replay_against_unpriced_and_unlimited),
        cmocka_unit_test(test_replay_against_waits_at_the_end),
        cmocka_unit_test(test_replay_against_refusals_of_a_raise),
        cmocka_unit_test(test_replay_against_answers_before_the_question),
        cmocka_unit_test(test_replay_against_slow_decision_is_heard),
        cmocka_unit_test(test_replay_against_many_fills_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
