/*
 * The proof of the books finds each number, list and flag that is not as it
 * should be: every one is spoilt by itself, found, and put right again.
 *
 * Rules: R2, R5, R17, R22, R23, R44.
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

/* NOLIMIT trades leg by leg and queues, OTHERACC is net. */
static const char more[] =
    "MaxLegs=8\n"
    "[LIMIT]\nRiskLimitID=SUM\nAccount=NOLIMIT\nCurrency=USD\nMeasure=gross\n"
    "Model=push\nAmount=30000.00\nQueue=Y\n"
    "[LIMIT]\nRiskLimitID=NET\nAccount=NOLIMIT\nCurrency=USD\nMeasure=net\n"
    "Model=push\nAmount=900000.00\n";

#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"

static struct harness h;

static struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static void order(int session, const char *id, const char *account, long qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields), "35=D|11=%s|1=%s|55=USD10Y|54=1|38=%ld%s",
             id, account, qty, TAIL);
    harness_in(&h, session, fields);
}

static void filled(const char *id, long qty, long cum_qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E-%s|150=F|39=%c|55=USD10Y|54=1|38=%ld|"
             "32=%ld|31=4.1|151=%ld|14=%ld|6=4.1",
             id, id, id, qty == cum_qty ? '2' : '1', qty, cum_qty,
             qty - cum_qty, cum_qty);
    harness_in(&h, VENUE, fields);
}

/* An order that is filled, one that is filled in part, a package of two legs,
 * and two orders that queue. */
static int open_gate(void **state)
{
    (void)state;
    harness_open_with(&h, more);
    order(OTHER_CLIENT, "A1", "OTHERACC", 1000000);
    filled("A1", 1000000, 1000000);
    order(OTHER_CLIENT, "A2", "OTHERACC", 2000000);
    filled("A2", 2000000, 1000000);
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=NOLIMIT|55=CURVE|54=1|38=10000000|555=2|"
               "600=USD2Y|623=4|624=1|654=L1|600=USD10Y|623=1|624=2|"
               "654=L2" TAIL);
    harness_expect(&h, VENUE, "35=AB|11=P1");
    order(CLIENT, "Q1", "NOLIMIT", 90000000);
    order(CLIENT, "Q2", "NOLIMIT", 90000000);
    harness_quiet(&h);
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    harness_close(&h);
    return 0;
}

static void found(const char *words, int line)
{
    char error[256] = "";
    if (cg_audit(books(), error, sizeof(error)) ||
        strstr(error, words) == NULL) {
        fail_msg("line %d: not '%s' but '%s'", line, words, error);
    }
}

static void holds(int line)
{
    char error[256] = "";
    if (!cg_audit(books(), error, sizeof(error))) {
        fail_msg("line %d: %s", line, error);
    }
}

/* |place| is |value| for a while, and |words| say that it should not be. */
#define SPOILT(place, value, words)                                            \
    do {                                                                       \
        __typeof__(place) was = (place);                                       \
        (place) = (__typeof__(place))(value);                                  \
        found(words, __LINE__);                                                \
        (place) = was;                                                         \
        holds(__LINE__);                                                       \
    } while (0)

/* Two at once, where one alone is found by something else. */
#define SPOILT_BOTH(one, value, other, other_value, words)                     \
    do {                                                                       \
        __typeof__(one) kept = (one);                                          \
        (one) = (__typeof__(one))(value);                                      \
        __typeof__(other) was = (other);                                       \
        (other) = (__typeof__(other))(other_value);                            \
        found(words, __LINE__);                                                \
        (other) = was;                                                         \
        (one) = kept;                                                          \
        holds(__LINE__);                                                       \
    } while (0)

static struct cg_order *order_of(const char *id)
{
    struct cg_state *state = books();
    for (uint32_t i = 0; i < state->order_top; i++) {
        uint32_t request = state->orders[i].request;
        if (cg_slice_is(cg_id_slice(&state->requests[request].id), id)) {
            return &state->orders[i];
        }
    }
    fail_msg("no order %s", id);
    return NULL;
}

static struct cg_token *token_of(const char *id)
{
    uint32_t slot = order_of(id)->tokens;
    assert_int_not_equal(slot, CG_NONE);
    return &books()->tokens[slot];
}

static struct cg_limit *limit_of(const char *id)
{
    struct cg_state *state = books();
    for (uint32_t i = 0; i < state->limit_count; i++) {
        if (cg_slice_is(cg_id_slice(&state->limits[i].id), id)) {
            return &state->limits[i];
        }
    }
    fail_msg("no limit %s", id);
    return NULL;
}

/* R23: the ledger of each token, and that of each limit. */
static void test_audit_state_ledgers(void **state)
{
    (void)state;
    struct cg_token *token = token_of("A2");
    struct cg_limit *limit = limit_of("OTHER-USD");
    const char *const own = "its ledger does not add up";
    const char *const column = "a column of the token ledger";
    SPOILT(token->ledger.granted, token->ledger.granted + 1, own);
    SPOILT(token->ledger.overrun, token->ledger.overrun + 1, own);
    SPOILT(token->ledger.consumed, token->ledger.consumed - 1, own);
    SPOILT(token->ledger.released, token->ledger.released + 1, own);
    SPOILT(token->ledger.expired, token->ledger.expired + 1, own);
    SPOILT(token->ledger.invalidated, token->ledger.invalidated + 1, own);
    SPOILT(token->ledger.handed_back, token->ledger.handed_back + 1, own);
    cg_dv01 reserved = token->ledger.reserved;
    SPOILT_BOTH(token->ledger.reserved, -1, token->ledger.released,
                token->ledger.released + reserved + 1, own);
    SPOILT(token->earlier, -1, own);
    SPOILT(token->earlier, token->filled + 1, own);
    SPOILT(limit->ledger[0].granted, limit->ledger[0].granted + 1,
           "the token ledger");
    SPOILT(limit->ledger[1].reserved, limit->ledger[1].reserved + 1,
           "the token ledger");
    SPOILT_BOTH(limit->ledger[0].reserved, limit->ledger[0].reserved + 1,
                limit->ledger[0].granted, limit->ledger[0].granted + 1, column);
    SPOILT_BOTH(limit->past.ledger[1].reserved, 1,
                limit->past.ledger[1].granted, 1, column);
}

/* R12: what is used. */
static void test_audit_state_use(void **state)
{
    (void)state;
    struct cg_limit *limit = limit_of("OTHER-USD");
    SPOILT(limit->open[0], limit->open[0] + 1, "open use");
    SPOILT(limit->open[1], 1, "open use");
    SPOILT(limit->unsure[0], limit->unsure[0] + 1, "has not gone on");
    SPOILT(limit->unsure[1], 1, "has not gone on");
    SPOILT(limit->position, limit->position + 1, "filled use");
    SPOILT(limit->gross, limit->gross + 1, "filled use");
    SPOILT(limit->past.gross, limit->past.gross + 1, "filled use");
}

/* R17: parties that are stopped by limits, and by how many. */
static void test_audit_state_stops(void **state)
{
    (void)state;
    struct cg_limit *limit = limit_of("ACME-USD");
    const char *const words = "a party's stops";
    SPOILT(limit->stop, CG_LIMIT_SUSPENDS, words);
    SPOILT(limit->stop, CG_LIMIT_HALTS, words);
    struct cg_party account = {0, CG_NONE};
    struct cg_party firm = {CG_NONE, 0};
    struct cg_stops *stops = (struct cg_stops *)(uintptr_t)cg_state_stops(
        books(), account);
    SPOILT(stops->limits[CG_LIMIT_SUSPENDS], 1, words);
    SPOILT(stops->limits[CG_LIMIT_HALTS], 1, words);
    stops = (struct cg_stops *)(uintptr_t)cg_state_stops(books(), firm);
    SPOILT(stops->limits[CG_LIMIT_SUSPENDS], 1, words);
    SPOILT(stops->limits[CG_LIMIT_HALTS], 1, words);
}

/* R44: those who queue stand in order, and have taken nothing. */
static void test_audit_state_queues(void **state)
{
    (void)state;
    struct cg_state *of = books();
    const char *const words = "the queues";
    struct cg_order *order = order_of("Q1");
    struct cg_place *place = &of->places[of->queue.first];
    SPOILT(place->limit, 0, words);
    SPOILT(order->number, order_of("Q2")->number + 1, words);
    SPOILT(order->state, CG_ORDER_WAITING, words);
    SPOILT(order->tokens, 0, words);
    SPOILT(of->places[order->places].other, CG_NONE, words);
    struct cg_queue *queue = &limit_of("SUM")->queue;
    assert_int_not_equal(queue->first, CG_NONE);
    SPOILT(of->places[queue->first].limit, CG_NONE, words);
    SPOILT(limit_of("NET")->queue.first, queue->first, words);
}

/* R22: orders that may be forgotten, and those that may not yet. */
static void test_audit_state_closed_orders(void **state)
{
    (void)state;
    struct cg_state *of = books();
    const char *const words = "the lists of closed orders";
    struct cg_order *order = order_of("A1");
    uint32_t slot = (uint32_t)(order - of->orders);
    assert_int_equal(of->closed_first, slot);
    SPOILT(order->state, CG_ORDER_OPEN, words);
    SPOILT(order->forgettable, false, words);
    SPOILT(order->doubtful, true, words);
    SPOILT(of->closed_first, CG_NONE, words);
    SPOILT(order_of("A2")->forgettable, true, words);
    SPOILT(order_of("A2")->doubtful, true, words);
    SPOILT(of->doubtful.first, slot, words);

    /* A replace of it that may never have come. */
    struct cg_request *request = &of->requests[order->requests];
    struct cg_request kept = *request;
    request->kind = CG_REQUEST_REPLACE;
    request->state = CG_REQUEST_SENT;
    request->withheld = 1;
    assert_true(cg_request_is_doubtful(of, request));
    found(words, __LINE__);
    of->closed_first = CG_NONE;
    of->doubtful.first = slot;
    order->doubtful = true;
    found(words, __LINE__);
    order->forgettable = false;
    holds(__LINE__);
    SPOILT(order->doubtful, false, words);
    SPOILT(order->state, CG_ORDER_OPEN, words);
    *request = kept;
    found(words, __LINE__);
    order->doubtful = false;
    order->forgettable = true;
    of->doubtful.first = CG_NONE;
    of->closed_first = slot;
    holds(__LINE__);
}

/* R5: legs are their order's, and each token counts those in its scope. */
static void test_audit_state_packages(void **state)
{
    (void)state;
    struct cg_state *of = books();
    struct cg_order *order = order_of("P1");
    struct cg_token *token = token_of("P1");
    struct cg_leg *leg = &of->legs[order->legs];
    SPOILT(of->packages[order->legs].count, 3, "its legs do not add up");
    SPOILT(leg->next, CG_NONE, "its legs do not add up");
    SPOILT(leg->next, order->legs, "its legs do not add up");
    SPOILT(of->legs_used, 3, "legs do not add up");
    SPOILT(of->shares_used, of->shares_used + 1,
           "shares of legs do not add up");
    SPOILT(of->shares_used, 1, "its legs are not its order's");
    SPOILT(leg->order, order_of("A1") - of->orders,
           "its legs are not its order's");
    SPOILT(token->order, order_of("A2") - of->orders,
           "its legs are not its order's");
    SPOILT(leg->cum_qty, 1000000, "what is filled is not what its legs");
}

/* R2: instruments know who refers to them; those that are free or idle stand in
 * their lists, each once. */
static void test_audit_state_instruments(void **state)
{
    (void)state;
    struct cg_state *of = books();
    const char *const words = "the instruments are not";
    struct cg_instrument *instruments = of->instruments;
    uint32_t unused = 3; /* of JPY10Y, for a while */
    uint32_t next = instruments[unused].next;
    instruments[unused].used = false;
    instruments[unused].next = CG_NONE;
    of->instruments_used--;
    of->instrument_free = unused;
    holds(__LINE__);
    SPOILT(instruments[0].references, instruments[0].references + 1, words);
    SPOILT(instruments[0].idle, true, words);
    SPOILT(instruments[0].dynamic, true, words);
    SPOILT(instruments[2].dynamic, true, words); /* of EUR10Y, that is idle */
    SPOILT(instruments[0].name.len, 1, words);
    SPOILT(instruments[unused].used, true, words);
    SPOILT(instruments[unused].dynamic, true, words);
    SPOILT(instruments[unused].next, unused, words);
    SPOILT(of->instruments_dynamic, 1, words);
    SPOILT(of->instruments_used, of->instruments_used + 1, words);
    SPOILT(of->instrument_free, CG_NONE, words);
    SPOILT(of->idle_first, 0, words);
    SPOILT(of->idle_last, 0, words);
    SPOILT_BOTH(of->idle_first, 1, instruments[1].idle, true, words);
    uint32_t previous = instruments[1].previous;
    instruments[1].previous = 2;
    SPOILT_BOTH(of->idle_first, 1, instruments[1].idle, true, words);
    instruments[1].previous = previous;
    SPOILT(order_of("A2")->instrument, unused, words);
    SPOILT_BOTH(order_of("A2")->instrument, unused, instruments[0].references,
                instruments[0].references - 1, words);
    instruments[unused].used = true;
    instruments[unused].next = next;
    of->instruments_used++;
    of->instrument_free = CG_NONE;
    holds(__LINE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_state_ledgers),
        cmocka_unit_test(test_audit_state_use),
        cmocka_unit_test(test_audit_state_stops),
        cmocka_unit_test(test_audit_state_queues),
        cmocka_unit_test(test_audit_state_closed_orders),
        cmocka_unit_test(test_audit_state_packages),
        cmocka_unit_test(test_audit_state_instruments),
    };
    return cmocka_run_group_tests(tests, open_gate, close_gate);
}
