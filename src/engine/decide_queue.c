/*
 * Orders that queue for room under limits whose action says so.
 *
 * An order that is queued has taken nothing: it gets the room under all its
 * limits at once, or under none.  It stands in the queues of those limits that
 * keep it, so that it holds up nobody under the others; within a queue nobody
 * passes it.  A queue is looked at when a fact touches its limit, and then only
 * as far as orders go on.  Rules: R13, R18, R26, R44, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

static void queue_fact(struct cg_engine *engine,
                       enum cg_fact_kind kind,
                       uint32_t order,
                       uint32_t limit)
{
    struct cg_fact fact = cg_fact_of(kind);
    fact.order = order;
    fact.limit = limit;
    if (kind == CG_FACT_ORDER_QUEUED) {
        fact.value = cg_state_next_place(&engine->state);
        CG_ASSERT(fact.value != CG_NONE); /* there is room for its message */
    }
    cg_engine_record(engine, &fact);
}

/* Whether an older order is queued for room that this one would take. */
static bool stands_behind(const struct cg_state *state,
                          const struct cg_limit *limit,
                          const struct cg_cover_request *request,
                          const cg_dv01 *amounts)
{
    uint32_t first = limit->queue.first;
    if (first == CG_NONE ||
        state->orders[state->places[first].order].number >= request->number) {
        return false;
    }
    struct cg_limit after = *limit;
    after.open[0] += amounts[0];
    after.open[1] += amounts[1];
    return cg_limit_use(&after) > cg_limit_use(limit);
}

bool cg_queue_plan(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   uint32_t slot,
                   bool fits,
                   const cg_dv01 *amounts,
                   struct cg_cover *cover,
                   struct cg_refusal *refusal)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (!cg_limit_queues(limit)) {
        return fits;
    }
    if (!fits && refusal->reason != CG_LIMIT_EXCEEDED) {
        return false;
    }
    if (!fits && cover->lacks.reason == CG_REASON_NONE) {
        cover->lacks = *refusal;
    }
    if (fits && !stands_behind(&engine->state, limit, request, amounts)) {
        return true;
    }
    if (cover->wait_count == CG_COVER_MAX) {
        *refusal = cg_refusal_of(CG_LIMIT_UNENFORCEABLE);
        refusal->limit = slot;
        return false;
    }
    cover->waits[cover->wait_count++] = slot;
    return true;
}

/* The order's place in the queue of |limit|, or CG_NONE. */
static uint32_t
place_of(const struct cg_state *state, uint32_t order, uint32_t limit)
{
    uint32_t i = state->orders[order].places;
    while (i != CG_NONE && state->places[i].limit != limit) {
        i = state->places[i].other;
    }
    return i;
}

void cg_queue_enter(struct cg_engine *engine,
                    uint32_t order,
                    const struct cg_cover *cover)
{
    CG_ASSERT(cover->wait_count > 0);
    queue_fact(engine, CG_FACT_ORDER_QUEUED, order, CG_NONE);
    for (uint32_t i = 0; i < cover->wait_count; i++) {
        queue_fact(engine, CG_FACT_ORDER_QUEUED, order, cover->waits[i]);
    }
}

void cg_queue_leave(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (order->state != CG_ORDER_QUEUED) {
        return;
    }
    for (uint32_t i = order->places; i != CG_NONE;) {
        struct cg_place place = state->places[i];
        if (place.limit != CG_NONE) {
            queue_fact(engine, CG_FACT_ORDER_LEFT, slot, place.limit);
        }
        i = place.other;
    }
    queue_fact(engine, CG_FACT_ORDER_LEFT, slot, CG_NONE);
}

static bool is_awaited(const struct cg_cover *cover, uint32_t limit)
{
    for (uint32_t i = 0; i < cover->wait_count; i++) {
        if (cover->waits[i] == limit) {
            return true;
        }
    }
    return false;
}

/* Other limits keep it now than when it was looked at last. */
static void queue_change(struct cg_engine *engine,
                         uint32_t order,
                         const struct cg_cover *cover)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[order].places; i != CG_NONE;) {
        struct cg_place place = state->places[i];
        if (place.limit != CG_NONE && !is_awaited(cover, place.limit)) {
            queue_fact(engine, CG_FACT_ORDER_LEFT, order, place.limit);
        }
        i = place.other;
    }
    for (uint32_t i = 0; i < cover->wait_count; i++) {
        if (place_of(state, order, cover->waits[i]) == CG_NONE) {
            queue_fact(engine, CG_FACT_ORDER_QUEUED, order, cover->waits[i]);
        }
    }
}

/* R4: what the order is about still has a DV01. */
static bool is_priced(const struct cg_state *state,
                      const struct cg_cover_request *request,
                      struct cg_refusal *refusal)
{
    return request->instrument != CG_NONE
               ? cg_instrument_is_priced(state, request->instrument, refusal)
               : cg_legs_are_priced(state, request->legs, request->leg_count,
                                    refusal);
}

/* What is asked of a new order, as far as it can have changed since. */
static bool plan(const struct cg_engine *engine,
                 uint32_t slot,
                 struct cg_cover *cover,
                 struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    struct cg_leg_terms legs[CG_LEGS_MAX];
    uint32_t leg_count = cg_package_terms(state, order, legs);
    struct cg_cover_request request = {
        .account = order->account,
        .instrument = order->instrument,
        .side = order->side,
        .qty = order->qty,
        .ccp = order->ccp,
        .legs = leg_count > 0 ? legs : NULL,
        .leg_count = leg_count,
        .whole = state->sessions[order->venue].whole,
        .number = order->number,
    };
    *refusal = cg_refusal_of(cg_stop_of(state, order->account));
    if (refusal->reason == CG_REASON_NONE &&
        !state->sessions[order->venue].up) {
        refusal->reason = CG_VENUE_DOWN;
    }
    return refusal->reason == CG_REASON_NONE &&
           is_priced(state, &request, refusal) &&
           cg_cover_plan(engine, &request, cover, refusal);
}

/* Decides on one queued order anew. */
static void decide(struct cg_engine *engine, uint32_t slot)
{
    struct cg_cover cover;
    struct cg_refusal refusal;
    if (!plan(engine, slot, &cover, &refusal)) {
        cg_order_refuse(engine, slot, &refusal, CG_END_RELEASED);
    } else if (cover.wait_count > 0) {
        queue_change(engine, slot, &cover);
    } else if (!cg_order_is_fresh(engine, slot, &refusal)) {
        cg_order_refuse(engine, slot, &refusal, CG_END_RELEASED);
    } else if (cg_order_has_room(&engine->state, 0)) {
        cg_queue_leave(engine, slot);
        cg_order_admit(engine, slot, &cover);
    }
}

void cg_queue_timeout(struct cg_engine *engine, uint32_t slot)
{
    struct cg_cover cover;
    struct cg_refusal refusal;
    if (plan(engine, slot, &cover, &refusal)) {
        bool lacks = cover.lacks.reason != CG_REASON_NONE;
        refusal = lacks ? cover.lacks : cg_refusal_of(CG_CHECK_TIMEOUT);
        refusal.detail = lacks ? "no room came up in time"
                               : "its turn did not come in time";
    }
    cg_order_refuse(engine, slot, &refusal, CG_END_TIMED_OUT);
}

/* --- when queues go on -------------------------------------------------- */

void cg_queue_touch(struct cg_engine *engine, uint32_t limit)
{
    if (engine->state.limits[limit].queue.first != CG_NONE &&
        !engine->is_due[limit]) {
        engine->is_due[limit] = true;
        engine->due[engine->due_count++] = limit;
    }
}

void cg_queues_note(struct cg_engine *engine, const struct cg_fact *fact)
{
    if (engine->state.queue.first != CG_NONE &&
        (fact->kind == CG_FACT_LIMIT_SET || fact->kind == CG_FACT_LIMIT_STATE ||
         fact->kind == CG_FACT_LIMIT_STOPPED ||
         fact->kind == CG_FACT_STOP_PLACED ||
         fact->kind == CG_FACT_RATES_TAKEN ||
         fact->kind == CG_FACT_LINK_DOWN)) {
        engine->queues_changed = true;
    }
}

/* The oldest go on, until one has to stay. */
static void queue_go(struct cg_engine *engine, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    const struct cg_queue *queue = &state->limits[limit].queue;
    while (queue->first != CG_NONE) {
        uint32_t first = state->places[queue->first].order;
        decide(engine, first);
        if (queue->first != CG_NONE &&
            state->places[queue->first].order == first) {
            return;
        }
    }
}

/* Limits, stops or links are not what they were: that may concern all. */
static void queue_all(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->queue.first; i != CG_NONE;) {
        uint32_t next = state->places[i].next;
        decide(engine, state->places[i].order);
        i = next;
    }
}

void cg_queues_settle(struct cg_engine *engine)
{
    if (engine->queues_changed) {
        engine->queues_changed = false;
        queue_all(engine);
    }
    while (engine->due_count > 0) {
        uint32_t limit = engine->due[--engine->due_count];
        engine->is_due[limit] = false;
        queue_go(engine, limit);
    }
}
