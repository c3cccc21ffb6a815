/*
 * What takes many of a kind to happen: fills, orders, cancels, logons.
 *
 * Rules: R16, R22, R45, R46, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct small_engine small;
static cg_time now;

/* --- events ------------------------------------------------------------- */

static void open_sized(uint32_t orders, uint32_t requests)
{
    struct cg_config_limit limit = small_limit(
        "L", CG_MEASURE_GROSS, CG_MODEL_PUSH, INT64_MAX / 8, false);
    struct cg_limits sizes = {.orders = orders,
                              .requests = requests,
                              .limits = 8,
                              .waiting = 8,
                              .reports = 16};
    now = SMALL_START;
    small_open_sized(&small, &limit, 1, &sizes);
}

static int close_it(void **state)
{
    (void)state;
    small_close(&small);
    return 0;
}

/* As small_begin(), but nobody counts who waits. */
static void begin(int session, cg_time at)
{
    cg_engine_begin(small.engine, at, (cg_session)session, small.facts + 1);
    small.engine->park_room = small.waiting_max;
}

static void order(const char *id, cg_qty qty)
{
    struct cg_order_event event = small_order(id, "", '1', qty);
    event.sent_at = now;
    begin(SMALL_CLIENT, now);
    cg_engine_new(small.engine, &event);
    small_end(&small);
}

static void cancel(const char *id, const char *orig)
{
    struct cg_order_event event = small_order(id, orig, '1', 0);
    begin(SMALL_CLIENT, now);
    cg_engine_cancel(small.engine, &event);
    small_end(&small);
}

static struct cg_report_event
report_of(enum cg_report_kind kind, const char *id, cg_qty cum)
{
    return (struct cg_report_event){.kind = kind,
                                    .clordid = cg_slice_str(id),
                                    .has_cum_qty = true,
                                    .cum_qty = cum};
}

static void report(const struct cg_report_event *event)
{
    begin(SMALL_VENUE, now);
    cg_engine_report(small.engine, event);
    small_end(&small);
}

static void confirm(void)
{
    struct cg_answer_event event = {.ask = small.engine->state.ask_no,
                                    .check_type = 1};
    begin(SMALL_HUB, now);
    cg_engine_answer(small.engine, &event);
    small_end(&small);
}

static void link_set(int session, bool up)
{
    begin(session, now);
    cg_engine_link(small.engine, up);
    small_end(&small);
}

/* What of |kind| comes out when what is due after |wait| is fired, in one turn.
 */
static uint32_t fire(cg_time wait, enum cg_effect_kind kind)
{
    uint32_t count = 0;
    now += wait;
    begin((int)CG_SESSION_NONE, now);
    while (cg_engine_fire(small.engine)) {
    }
    small_end(&small);
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        count += small.engine->effects[i].kind == kind;
    }
    return count;
}

static uint32_t said(enum cg_effect_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        count += small.engine->effects[i].kind == kind;
    }
    return count;
}

/* The venue's numbers begin anew. */
static void numbers_reset(void)
{
    begin(SMALL_VENUE, now);
    cg_engine_unsent(small.engine);
    small_end(&small);
    link_set(SMALL_VENUE, false);
    link_set(SMALL_VENUE, true);
}

/* --- tests -------------------------------------------------------------- */

/* R16: of fills so far back that they are not remembered nobody can say whether
 * an owner's figure holds them: others' use stays as it was. */
static void test_many_fills_since_a_figure(void **state)
{
    const struct cg_limit *limit;
    (void)state;
    open_sized(16, 64);
    limit = &small.engine->state.limits[0];
    order("A1", 100000000);
    for (int i = 1; i <= CG_USED_MAX / 2 + 1; i++) {
        struct cg_report_event fill = report_of(CG_REPORT_FILL, "A1",
                                                (cg_qty)i * 1000);
        now += CG_MS;
        report(&fill);
        confirm();
    }
    assert_int_equal(limit->gross, (CG_USED_MAX / 2 + 1) * 700);
    link_set(SMALL_HUB, false);
    link_set(SMALL_HUB, true);
    struct cg_limit_event entry = {.id = CG_SLICE("L"),
                                   .account = CG_SLICE("ACME"),
                                   .kind = CG_LIMIT_DV01,
                                   .has_amount = true,
                                   .amount = limit->amount,
                                   .has_used = true,
                                   .used = 12345};
    struct cg_update_event event = {.id = CG_SLICE("U1"),
                                    .snapshot = true,
                                    .made_at = SMALL_START + 1,
                                    .limits = &entry,
                                    .count = 1,
                                    .parties = 1};
    uint64_t differences = small.engine->differences;
    begin(SMALL_HUB, now);
    cg_engine_update(small.engine, &event);
    small_end(&small);
    assert_int_equal(limit->other, 0);
    assert_int_equal(limit->updated_at, SMALL_START + 1);
    assert_int_equal(small.engine->differences, differences);
    assert_string_equal(
        small.engine->notes[0],
        "ALARM: what is used of limit L is told as of too long ago: the use by "
        "others stays as it was");
    /* A newer one is as good as ever. */
    event.id = CG_SLICE("U2");
    event.made_at = now;
    entry.used = limit->gross + 12345;
    begin(SMALL_HUB, now);
    cg_engine_update(small.engine, &event);
    small_end(&small);
    assert_int_equal(limit->other, 12345);
}

/* R46: a venue that has had more orders than one turn looks at. */
static void test_many_orders_of_before(void **state)
{
    char id[16];
    (void)state;
    open_sized(20100, 41000);
    for (int i = 0; i < 20050; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        struct cg_report_event done = report_of(CG_REPORT_CANCELLED, id, 0);
        done.closed = true;
        order(id, 1000);
        report(&done);
    }
    order("LAST", 1000);
    assert_int_equal(small.engine->state.order_top, 20051);
    link_set(SMALL_VENUE, false);
    link_set(SMALL_VENUE, true);
    assert_int_equal(fire(500 * CG_MS, CG_EFFECT_INQUIRE), 0);
    assert_int_equal(fire(10 * CG_MS, CG_EFFECT_INQUIRE), 1);
    assert_int_equal(fire(10 * CG_MS, CG_EFFECT_INQUIRE), 0);
}

/* R46: the questions without an answer are counted, up to what a byte holds. */
static void test_many_questions_unanswered(void **state)
{
    (void)state;
    open_sized(16, 64);
    order("A1", 1000);
    for (int i = 0; i < 300; i++) {
        link_set(SMALL_VENUE, false);
        link_set(SMALL_VENUE, true);
        assert_int_equal(fire(500 * CG_MS, CG_EFFECT_INQUIRE), 1);
    }
    assert_int_equal(small.engine->state.orders[0].own_asks, 255);
    /* Without 790 the venue's answer is still the gate's to take. */
    struct cg_report_event status = report_of(CG_REPORT_OTHER, "A1", 0);
    status.is_status = true;
    report(&status);
    assert_int_equal(small.engine->state.orders[0].own_asks, 254);
    assert_int_equal(small.engine->state.orders[0].state, CG_ORDER_OPEN);
}

/* More cancels of one order than one turn may answer; all of them sent. */
static int cancels(void)
{
    char id[16];
    int count = (int)small.engine->effect_max / 2 + 100;
    order("A1", 1000);
    struct cg_report_event ack = report_of(CG_REPORT_NEW, "A1", 0);
    report(&ack);
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof(id), "F%d", i);
        cancel(id, "A1");
        assert_int_equal(said(CG_EFFECT_FORWARD), 1);
    }
    return count;
}

/* R45: cancels that never came are answered, some of them after the next
 * question. */
static void test_many_cancels_lost(void **state)
{
    struct cg_report_event status = report_of(CG_REPORT_OTHER, "A1", 0);
    uint32_t answered = 0;
    (void)state;
    open_sized(16, 5000);
    int count = cancels();
    status.is_status = true;
    numbers_reset();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fire(500 * CG_MS, CG_EFFECT_INQUIRE), 1);
        report(&status);
        answered += said(CG_EFFECT_REFUSE_REQUEST);
        assert_int_equal(answered == (uint32_t)count, i == 1);
        link_set(SMALL_VENUE, false);
        link_set(SMALL_VENUE, true);
    }
}

/* The same when their order has ended meanwhile. */
static void test_many_cancels_of_what_ended(void **state)
{
    struct cg_report_event fill = report_of(CG_REPORT_FILL, "A1", 1000);
    uint32_t answered = 0;
    (void)state;
    open_sized(16, 5000);
    int count = cancels();
    fill.closed = true;
    report(&fill);
    numbers_reset();
    for (int i = 0; i < 2; i++) {
        answered += fire(500 * CG_MS, CG_EFFECT_REFUSE_REQUEST);
        assert_int_equal(answered == (uint32_t)count, i == 1);
        link_set(SMALL_VENUE, false);
        link_set(SMALL_VENUE, true);
    }
}

/* An engine whose days do not run waits for no end of one. */
static void test_many_days_not_run(void **state)
{
    (void)state;
    open_sized(16, 64);
    assert_int_equal(cg_engine_deadline(small.engine), CG_TIME_NEVER);
    begin((int)CG_SESSION_NONE, now);
    cg_engine_restart(small.engine);
    small_end(&small);
    assert_in_range(cg_engine_deadline(small.engine), now,
                    now + 86400 * CG_SECOND);
}

/* An account that has had more firms than a journal of its size can name. */
static void test_many_firms(void **state)
{
    const struct cg_state *books;
    struct cg_fact fact = {.kind = CG_FACT_ACCOUNT_NAMED};
    (void)state;
    open_sized(16, 64);
    books = &small.engine->state;
    fact = (struct cg_fact){.kind = CG_FACT_ACCOUNT_NAMED,
                            .session = CG_SESSION_NONE,
                            .order = CG_NONE,
                            .request = CG_NONE,
                            .token = CG_NONE,
                            .ask = CG_NONE,
                            .limit = CG_NONE,
                            .instrument = CG_NONE,
                            .time = now,
                            .id = "ACME",
                            .id_len = 4};
    for (uint32_t i = books->firm_count; i <= books->firm_max; i++) {
        char firm[16];
        fact.no = books->fact_no + 1;
        fact.text_len = (size_t)snprintf(firm, sizeof(firm), "FIRM%u", i);
        fact.text = firm;
        assert_int_equal(cg_engine_recover(small.engine, &fact),
                         i < books->firm_max ? 0 : CG_ERR_CORRUPT);
    }
    fact.text = "FCM1"; /* one that it had before */
    fact.text_len = 4;
    assert_int_equal(cg_engine_recover(small.engine, &fact), 0);
    assert_int_equal(books->firm_count, books->firm_max);
}

/* A token that a journal of another make has ended without saying why has no
 * life to wait for. */
static void test_many_ended_without_a_reason(void **state)
{
    struct cg_config_limit limit = small_limit("L", CG_MEASURE_GROSS,
                                               CG_MODEL_PING, 100000, false);
    const struct cg_state *books;
    struct cg_fact fact = {.kind = CG_FACT_TOKEN_RETURNED};
    (void)state;
    now = SMALL_START;
    small_open(&small, &limit, 1);
    books = &small.engine->state;
    order("A1", 1000);
    struct cg_answer_event grant = {.ask = books->ask_no,
                                    .has_expires = true,
                                    .expires = now + 60 * CG_SECOND};
    begin(SMALL_HUB, now);
    cg_engine_answer(small.engine, &grant);
    small_end(&small);
    assert_int_equal(books->tokens[0].state, CG_TOKEN_SPENT);
    assert_int_equal(cg_heap_first(&small.engine->timers, NULL),
                     now + (60000 - 200 - 20500) * CG_MS);
    fact = (struct cg_fact){.kind = CG_FACT_TOKEN_RETURNED,
                            .no = books->fact_no + 1,
                            .time = now,
                            .session = CG_SESSION_NONE,
                            .order = CG_NONE,
                            .request = CG_NONE,
                            .token = 0,
                            .ask = CG_NONE,
                            .limit = CG_NONE,
                            .account = CG_NONE,
                            .instrument = CG_NONE,
                            .value = CG_END_NONE};
    assert_int_equal(cg_engine_recover(small.engine, &fact), 0);
    fact = (struct cg_fact){.kind = CG_FACT_NOTED,
                            .no = books->fact_no + 1,
                            .time = now,
                            .session = CG_SESSION_NONE,
                            .order = 0,
                            .request = CG_NONE,
                            .token = CG_NONE,
                            .ask = CG_NONE,
                            .limit = CG_NONE,
                            .account = CG_NONE,
                            .instrument = CG_NONE};
    assert_int_equal(cg_engine_recover(small.engine, &fact), 0);
    assert_int_equal(cg_heap_first(&small.engine->timers, NULL), CG_TIME_NEVER);
}

/* R2: instruments made at run time, until there is no place for one more; what
 * an event has asked for stays until it ends. */
static void test_many_instruments(void **state)
{
    struct cg_limits sizes = {.orders = 16,
                              .requests = 64,
                              .limits = 8,
                              .waiting = 8,
                              .reports = 16,
                              .instruments = 2};
    struct cg_config_limit limit = small_limit("L", CG_MEASURE_GROSS,
                                               CG_MODEL_PUSH, 100000, false);
    struct cg_instrument_event event = {.name = CG_SLICE("ONE"),
                                        .currency = "USD",
                                        .rate = SMALL_RATE,
                                        .row_hash = 1};
    (void)state;
    now = SMALL_START;
    small_open_sized(&small, &limit, 1, &sizes);
    begin(SMALL_CLIENT, now);
    uint32_t one = cg_engine_instrument_new(small.engine, &event);
    assert_int_not_equal(one, CG_NONE);
    event.name = CG_SLICE("TWO");
    assert_int_equal(cg_engine_instrument_new(small.engine, &event), CG_NONE);
    small_end(&small);
    begin(SMALL_CLIENT, now);
    assert_int_equal(cg_engine_instrument_new(small.engine, &event), one);
    /* 48 says no more than 55, whatever of that name has a DV01 of its own. */
    struct cg_order_event trade = small_order("A1", "", '1', 1000);
    trade.security_id = trade.symbol;
    trade.instrument = event.name;
    cg_engine_new(small.engine, &trade);
    small_end(&small);
    assert_int_equal(said(CG_EFFECT_FORWARD), 1);
    assert_int_equal(small.engine->state.orders[0].instrument, one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_many_fills_since_a_figure, close_it),
        cmocka_unit_test_teardown(test_many_orders_of_before, close_it),
        cmocka_unit_test_teardown(test_many_questions_unanswered, close_it),
        cmocka_unit_test_teardown(test_many_cancels_lost, close_it),
        cmocka_unit_test_teardown(test_many_cancels_of_what_ended, close_it),
        cmocka_unit_test_teardown(test_many_days_not_run, close_it),
        cmocka_unit_test_teardown(test_many_firms, close_it),
        cmocka_unit_test_teardown(test_many_ended_without_a_reason, close_it),
        cmocka_unit_test_teardown(test_many_instruments, close_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
