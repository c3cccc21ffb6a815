/*
 * What a tally makes of facts, each kind by itself: counts, firms, times, peaks
 * of limits, and what leaked.
 *
 * The books are those of a gate with an order that rests; a fact that is only
 * shown changes none of them.
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
#include <gate_internal.h>
#include <tally.h>

static struct harness h;
static struct cg_tally *tally;
static struct cg_tally_counts before;
static struct cg_tally_counts now;

static int open_tally(void **state)
{
    (void)state;
    harness_open(&h);
    harness_work(&h, "A1", '1', 10);
    tally = cg_tally_open(&h.config);
    assert_non_null(tally);
    cg_tally_attach(tally, h.gate);
    return 0;
}

static int close_tally(void **state)
{
    (void)state;
    cg_tally_close(tally);
    harness_close(&h);
    return 0;
}

static struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static struct cg_fact fact_of(enum cg_fact_kind kind)
{
    struct cg_fact fact = cg_fact_of(kind);
    fact.no = 1000;
    fact.time = h.now;
    return fact;
}

/* Shows |fact|; the counts before and after it are in |before| and |now|. */
static void show(const struct cg_fact *fact)
{
    cg_tally_counts(tally, &before);
    cg_tally_fact(tally, fact);
    cg_tally_counts(tally, &now);
    assert_int_equal(now.facts, before.facts + 1);
}

#define GREW(member, by) assert_int_equal(now.member, before.member + (by))

/* R20: each end has its own count, and the first of a token's is the one. */
static void test_tally_ends_of_tokens(void **state)
{
    static const enum cg_fact_kind kinds[] = {
        CG_FACT_TOKEN_LAPSED, CG_FACT_TOKEN_RETURNED, CG_FACT_TOKEN_CLOSED};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct cg_fact fact = fact_of(kinds[i]);
        fact.token = 0;
        for (uint32_t end = 0; end <= CG_TOKEN_ENDS; end++) {
            fact.value = end;
            show(&fact);
            GREW(tokens.consumed, end == CG_END_CONSUMED);
            GREW(tokens.denied, end == CG_END_DENIED);
            GREW(tokens.timed_out, end == CG_END_TIMED_OUT);
            GREW(tokens.expired, end == CG_END_EXPIRED);
            GREW(tokens.invalidated, end == CG_END_INVALIDATED);
            GREW(tokens.handed_back, end == CG_END_HANDED_BACK);
            GREW(tokens.released, end == CG_END_NONE ||
                                      end == CG_END_RELEASED ||
                                      end == CG_TOKEN_ENDS);
        }
        books()->tokens[0].end = CG_END_RELEASED;
        fact.value = CG_END_EXPIRED;
        show(&fact);
        GREW(tokens.expired, 0);
        books()->tokens[0].end = CG_END_NONE;
    }
}

static void test_tally_grants(void **state)
{
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_TOKEN_CHARGED);
    fact.order = 0;
    fact.limit = 0;
    fact.value = CG_MODEL_PING;
    show(&fact);
    GREW(tokens.asked, 1);
    GREW(tokens.pushed, 0);
    fact.kind = CG_FACT_TOKEN_ADDED;
    fact.value = CG_MODEL_PUSH;
    show(&fact);
    GREW(tokens.asked, 0);
    GREW(tokens.pushed, 1);
    GREW(tokens.fallback, 0);
    fact.flags = 1;
    show(&fact);
    GREW(tokens.pushed, 1);
    GREW(tokens.fallback, 1);
    fact = fact_of(CG_FACT_TOKEN_GRANTED);
    fact.token = 0;
    show(&fact);
    GREW(tokens.granted, 1);
    GREW(tokens.late, 0);
    fact.flags = 1;
    show(&fact);
    GREW(tokens.granted, 0);
    GREW(tokens.late, 1);
    assert_int_equal(now.tokens.open, 1); /* the gate's own: A1's */
    books()->tokens[0].state = CG_TOKEN_CLOSED;
    cg_tally_counts(tally, &now);
    assert_int_equal(now.tokens.open, 0);
    books()->tokens[0].state = CG_TOKEN_FREE;
    cg_tally_counts(tally, &now);
    assert_int_equal(now.tokens.open, 0);
    books()->tokens[0].state = CG_TOKEN_SPENT;
}

/* What is refused as it comes was not counted as taken before. */
static void test_tally_refusals(void **state)
{
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_ORDER_REFUSED);
    fact.reason = CG_LIMIT_EXCEEDED;
    show(&fact);
    GREW(orders[CG_TALLY_NEW].taken, 1);
    GREW(orders[CG_TALLY_NEW].refused, 1);
    GREW(reasons[CG_LIMIT_EXCEEDED], 1);
    fact.order = 0;
    show(&fact);
    GREW(orders[CG_TALLY_NEW].taken, 0);
    GREW(orders[CG_TALLY_NEW].refused, 1);
    fact.reason = CG_TALLY_REASONS; /* none that is known */
    show(&fact);
    GREW(reasons[0], 1);
    /* Of requests: the venue's own have no reason. */
    fact = fact_of(CG_FACT_REQUEST_REFUSED);
    fact.value = CG_TALLY_CANCEL;
    show(&fact);
    GREW(orders[CG_TALLY_CANCEL].refused, 0);
    fact.reason = CG_UNKNOWN_ORDER;
    show(&fact);
    GREW(orders[CG_TALLY_CANCEL].taken, 1);
    GREW(orders[CG_TALLY_CANCEL].refused, 1);
    fact.request = cg_state_next_request(books());
    show(&fact);
    GREW(orders[CG_TALLY_CANCEL].taken, 1);
    fact.request = 0; /* the order itself */
    show(&fact);
    GREW(orders[CG_TALLY_NEW].taken, 0);
    GREW(orders[CG_TALLY_NEW].refused, 1);
    fact.request = CG_NONE;
    fact.value = CG_TALLY_REQUESTS; /* no kind of request */
    show(&fact);
    GREW(orders[CG_TALLY_NEW].refused, 1);
}

static void test_tally_requests(void **state)
{
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_REQUEST_TAKEN);
    fact.reason = CG_PARTY_HALTED;
    fact.value = CG_TALLY_REPLACE;
    show(&fact);
    GREW(orders[CG_TALLY_REPLACE].taken, 1);
    GREW(reasons[CG_PARTY_HALTED], 0);
    fact.value = CG_TALLY_PULL;
    show(&fact);
    GREW(orders[CG_TALLY_PULL].taken, 1);
    GREW(reasons[CG_PARTY_HALTED], 1);
    fact.value = CG_TALLY_REQUESTS;
    show(&fact);
    GREW(orders[CG_TALLY_NEW].taken, 1);
    fact = fact_of(CG_FACT_REQUEST_SENT);
    fact.request = 0;
    show(&fact);
    GREW(orders[CG_TALLY_NEW].forwarded, 1);
    fact = fact_of(CG_FACT_REQUEST_PASSED);
    show(&fact);
    GREW(orders[CG_TALLY_CANCEL].taken, 1);
    GREW(orders[CG_TALLY_CANCEL].forwarded, 1);
}

static void test_tally_alarms_and_differences(void **state)
{
    static const struct {
        const char *text;
        int alarms;
    } notes[] = {{"ALARM: a", 1}, {"ALARM", 1}, {"ALAR", 0},
                 {"ALERT: a", 0}, {"", 0},      {"no ALARM", 0}};
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_NOTED);
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        fact.text = notes[i].text;
        fact.text_len = strlen(notes[i].text);
        show(&fact);
        GREW(alarms, (uint64_t)notes[i].alarms);
    }
    fact = fact_of(CG_FACT_DIFFERENCE);
    show(&fact);
    GREW(differences, 1);
    fact = fact_of(CG_FACT_LINK_UP); /* counts as a fact, and as nothing else */
    show(&fact);
    before.facts++;
    assert_memory_equal(&now, &before, sizeof(now));
}

/* An event is one, however many facts it has; without any it is none. */
static void test_tally_events(void **state)
{
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_LINK_UP);
    cg_tally_fact(tally, &fact);
    cg_tally_fact(tally, &fact);
    cg_tally_event(tally);
    cg_tally_event_end(tally);
    cg_tally_event(tally);
    cg_tally_counts(tally, &now);
    assert_int_equal(now.events, 1);
    assert_int_equal(now.facts, 2);
}

static uint16_t firm_by(uint32_t account, uint32_t order, uint32_t token)
{
    struct cg_fact fact = fact_of(CG_FACT_LINK_UP);
    fact.account = account;
    fact.order = order;
    fact.token = token;
    cg_tally_event_end(tally);
    assert_int_equal(cg_tally_firm(tally), CG_TALLY_FIRMS);
    cg_tally_fact(tally, &fact);
    return cg_tally_firm(tally);
}

/* Whose business it is: by account, order or token; what is none is nobody's.
 */
static void test_tally_firm_of_an_event(void **state)
{
    uint32_t account = books()->orders[0].account;
    uint16_t firm = (uint16_t)books()->accounts[account].firm_slot;
    uint32_t other = cg_state_account(books(), CG_SLICE("SDR"));
    (void)state;
    assert_int_equal(firm_by(account, CG_NONE, CG_NONE), firm);
    assert_int_equal(firm_by(CG_NONE, 0, CG_NONE), firm);
    assert_int_equal(firm_by(CG_NONE, CG_NONE, 0), firm);
    assert_int_equal(firm_by(other, 0, CG_NONE),
                     books()->accounts[other].firm_slot);
    assert_int_equal(firm_by(CG_NONE, CG_NONE, CG_NONE), CG_TALLY_FIRMS);
    assert_int_equal(firm_by(books()->account_count, CG_NONE, CG_NONE),
                     CG_TALLY_FIRMS);
    assert_int_equal(firm_by(CG_NONE, books()->order_top, CG_NONE),
                     CG_TALLY_FIRMS);
    assert_int_equal(firm_by(CG_NONE, CG_NONE, books()->token_top),
                     CG_TALLY_FIRMS);
    /* A firm behind those with times of their own. */
    books()->accounts[account].firm_slot = CG_TALLY_FIRMS;
    assert_int_equal(firm_by(account, CG_NONE, CG_NONE), CG_TALLY_FIRMS);
    books()->accounts[account].firm_slot = firm;
}

static void expect_times(size_t index, const char *name, const uint64_t n[3])
{
    const struct cg_tally_firm *times = cg_tally_times(tally, index);
    assert_non_null(times);
    assert_string_equal(times->name, name);
    assert_int_equal(times->gate.count, n[0]);
    assert_int_equal(times->hub.count, n[1]);
    assert_int_equal(times->venue.count, n[2]);
}

/* Times are those of a firm, and none is below zero. */
static void test_tally_times(void **state)
{
    (void)state;
    struct cg_order *order = &books()->orders[0];
    uint16_t firm = (uint16_t)books()->accounts[order->account].firm_slot;
    assert_null(cg_tally_times(tally, 0));
    cg_tally_in_gate(tally, firm, 5);
    cg_tally_in_gate(tally, firm, -1);
    cg_tally_in_gate(tally, CG_TALLY_FIRMS, 7);
    cg_tally_in_gate(tally, CG_TALLY_FIRMS - 1, 7); /* no firm of the gate's */
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 0});
    expect_times(1, "(others)", (uint64_t[]){1, 0, 0});
    expect_times(2, "(others)", (uint64_t[]){1, 0, 0});
    assert_null(cg_tally_times(tally, 3));
    /* To the venue's first word, and to no other's. */
    struct cg_fact sent = fact_of(CG_FACT_ORDER_SENT);
    sent.order = 0;
    struct cg_fact acked = fact_of(CG_FACT_ORDER_ACKED);
    acked.order = 0;
    acked.cause_session = HUB;
    show(&sent);
    GREW(orders[CG_TALLY_NEW].forwarded, 1);
    show(&acked);
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 0});
    acked.cause_session = VENUE;
    show(&acked);
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 1});
    show(&acked);
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 1});
    show(&sent);
    acked.time -= 1; /* a clock that was set back */
    show(&acked);
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 1});
    acked.order = books()->order_top;
    show(&acked);
    show(&sent);
    struct cg_fact taken = fact_of(CG_FACT_ORDER_TAKEN);
    taken.order = 0; /* its place is another order's by now */
    show(&taken);
    GREW(orders[CG_TALLY_NEW].taken, 1);
    acked.order = 0;
    show(&acked);
    expect_times(0, "FCM1", (uint64_t[]){1, 0, 1});
}

/* Of a hub: what somebody waited for. */
static void test_tally_times_of_hubs(void **state)
{
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_ASK_ANSWERED);
    struct cg_ask *ask = &books()->asks[0];
    struct cg_ask kept = *ask;
    uint64_t count = 0;
    fact.order = 0;
    fact.ask = 0;
    ask->asked_at = h.now;
    for (int kind = 0; kind < CG_ASK_KINDS; kind++) {
        ask->kind = (enum cg_ask_kind)kind;
        count += kind == CG_ASK_NEW || kind == CG_ASK_RAISE;
        fact.value = 0;
        show(&fact);
        if (count > 0) {
            expect_times(0, "FCM1", (uint64_t[]){0, count, 0});
        }
        fact.value = 4; /* cancelled */
        show(&fact);
        fact.value = 0;
        fact.time -= 1;
        show(&fact);
        fact.time += 1;
    }
    expect_times(0, "FCM1", (uint64_t[]){0, 2, 0});
    *ask = kept;
}

static struct cg_tally_limit limit_of(const char *id)
{
    struct cg_tally_limit limit;
    for (size_t i = 0; cg_tally_limit(tally, i, &limit); i++) {
        if (strcmp(limit.now.id, id) == 0) {
            return limit;
        }
    }
    fail_msg("no limit %s", id);
    return limit;
}

static uint32_t slot_of(const char *id)
{
    struct cg_tally_limit limit;
    for (uint32_t i = 0; cg_tally_limit(tally, i, &limit); i++) {
        if (strcmp(limit.now.id, id) == 0) {
            return i;
        }
    }
    fail_msg("no limit %s", id);
    return 0;
}

/* R12: the peak is that of the ends of events, and of limits that they touch;
 * when they touch too many, of all. */
static void test_tally_peaks(void **state)
{
    (void)state;
    uint32_t slot = slot_of("ACME-USD");
    cg_tally_event(tally); /* the first looks at all */
    struct cg_tally_limit limit = limit_of("ACME-USD");
    assert_true(limit.peaked && limit.has_amount);
    assert_int_equal(limit.peak, 904000 * (CG_DV01_SCALE / 100));
    assert_int_equal(limit.amount, 100000 * CG_DV01_SCALE);
    assert_int_equal(limit.ledger[0][CG_AUDIT_RESERVED], limit.peak);
    assert_int_equal(limit.ledger[1][CG_AUDIT_RESERVED], 0);
    assert_false(limit_of("OTHER-USD").peaked);
    harness_work(&h, "A2", '1', 10); /* nobody shows the tally a fact of it */
    cg_tally_event(tally);
    assert_int_equal(limit_of("ACME-USD").peak, limit.peak);
    struct cg_fact fact = fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    show(&fact);
    show(&fact); /* touched once */
    cg_tally_event(tally);
    assert_int_equal(limit_of("ACME-USD").peak, 2 * limit.peak);
    harness_work(&h, "A3", '1', 5);
    fact.kind = CG_FACT_LIMIT_RESET;
    for (uint32_t i = 0; i < 40; i++) {
        fact.limit = 1000 + i;
        show(&fact);
    }
    cg_tally_event(tally);
    assert_int_equal(limit_of("ACME-USD").peak,
                     2 * limit.peak + limit.peak / 2);
    assert_int_equal(cg_tally_available(tally, slot, '1'),
                     limit.amount - 2 * limit.peak - limit.peak / 2);
    assert_int_equal(cg_tally_available(tally, 1000, '1'), 0);
}

/* Fills touch the limits of all tokens of an order. */
static void test_tally_fills_touch(void **state)
{
    static const enum cg_fact_kind kinds[] = {
        CG_FACT_ORDER_FILLED, CG_FACT_LEG_FILLED, CG_FACT_ORDER_RESTATED,
        CG_FACT_TOKEN_RECHARGED, CG_FACT_TOKEN_REPRICED};
    (void)state;
    cg_tally_event(tally);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        cg_dv01 peak = limit_of("ACME-USD").peak;
        char id[8];
        snprintf(id, sizeof(id), "B%zu", i);
        harness_work(&h, id, '1', 1);
        struct cg_fact fact = fact_of(kinds[i]);
        fact.order = 0;
        fact.token = 0;
        show(&fact);
        cg_tally_event(tally);
        assert_true(limit_of("ACME-USD").peak > peak);
    }
    struct cg_fact closed = fact_of(CG_FACT_ORDER_CLOSED);
    closed.order = 0;
    show(&closed);
    closed = fact_of(CG_FACT_REPORT_SEEN);
    closed.order = 0;
    show(&closed);
}

static void expect_leaked(size_t count)
{
    char text[256] = "";
    assert_int_equal(cg_tally_leaked(tally, text, sizeof(text)), count);
    assert_string_equal(text,
                        count > 0 ? "token GATE-T1 under limit ACME-USD" : "");
}

/* R21, R28: what is over holds nothing, and what goes back is told. */
static void test_tally_leaks(void **state)
{
    struct cg_token *token = &books()->tokens[0];
    struct cg_token kept = *token;
    struct cg_order *order = &books()->orders[0];
    (void)state;
    expect_leaked(0);
    order->state = CG_ORDER_CLOSED; /* the order is over, its token is not */
    expect_leaked(1);
    token->ledger.reserved = 0;
    token->charge = token->filled;
    expect_leaked(0);
    order->state = CG_ORDER_OPEN;
    *token = kept;
    token->state = CG_TOKEN_CLOSED;
    expect_leaked(1);
    token->ledger.reserved = 0;
    expect_leaked(cg_token_open(token) != 0);
    *token = kept;
    token->state = CG_TOKEN_RETURNING;
    token->asks = CG_NONE; /* and no hub is told */
    expect_leaked(1);
    token->asks = 0;
    expect_leaked(0);
    token->state = CG_TOKEN_FREE;
    order->state = CG_ORDER_CLOSED;
    expect_leaked(0);
    *token = kept;
    order->state = CG_ORDER_OPEN;
}

static void test_tally_reasons(void **state)
{
    char text[64];
    (void)state;
    assert_true(cg_tally_reason(CG_LIMIT_EXCEEDED, text));
    assert_string_equal(text, "CG101 LIMIT_EXCEEDED");
    assert_false(cg_tally_reason(0, text));
    assert_string_equal(text, "CG0");
}

/* Without a gate, facts are counted and nothing else is known; what was added
 * up before stays. */
static void test_tally_without_a_gate(void **state)
{
    struct cg_tally_limit limit;
    char text[64];
    (void)state;
    struct cg_fact fact = fact_of(CG_FACT_ORDER_REFUSED);
    show(&fact);
    cg_tally_event(tally);
    cg_tally_detach(tally);
    show(&fact);
    GREW(orders[CG_TALLY_NEW].refused, 0);
    assert_int_equal(now.orders[CG_TALLY_NEW].refused, 1);
    cg_tally_event(tally);
    cg_tally_in_gate(tally, 0, 5);
    assert_null(cg_tally_times(tally, 0));
    assert_false(cg_tally_limit(tally, 0, &limit));
    assert_int_equal(cg_tally_available(tally, 0, '1'), 0);
    assert_int_equal(cg_tally_leaked(tally, text, sizeof(text)), 0);
    assert_int_equal(now.tokens.open, 0);
    cg_tally_attach(tally, h.gate); /* the same books again */
    show(&fact);
    GREW(orders[CG_TALLY_NEW].refused, 1);
    assert_int_equal(now.tokens.open, 1);
    cg_tally_close(NULL);
}

int main(void)
{
#define STANDARD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, open_tally, close_tally)
    const struct CMUnitTest tests[] = {
        STANDARD(test_tally_ends_of_tokens),
        STANDARD(test_tally_grants),
        STANDARD(test_tally_refusals),
        STANDARD(test_tally_requests),
        STANDARD(test_tally_alarms_and_differences),
        STANDARD(test_tally_events),
        STANDARD(test_tally_firm_of_an_event),
        STANDARD(test_tally_times),
        STANDARD(test_tally_times_of_hubs),
        STANDARD(test_tally_peaks),
        STANDARD(test_tally_fills_touch),
        STANDARD(test_tally_leaks),
        STANDARD(test_tally_reasons),
        STANDARD(test_tally_without_a_gate),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
