/*
 * Replaces that wait behind their order, or behind an older replace of it.
 *
 * They are decided one by one, oldest first, by what holds when their turn
 * comes; none is left behind by an order that ends.  Rules: R24, R41, R44.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* The oldest of those that wait behind, which stand among the newest ids. */
static uint32_t oldest(const struct cg_state *state,
                       const struct cg_order *order)
{
    uint32_t found = CG_NONE;
    uint32_t left = order->behind;
    for (uint32_t i = order->requests; left > 0; i = state->requests[i].next) {
        CG_ASSERT(i != CG_NONE);
        if (state->requests[i].state == CG_REQUEST_BEHIND) {
            found = i;
            left--;
        }
    }
    return found;
}

/* A replace of a replace that was refused means an id nobody knows. */
static bool has_target(const struct cg_state *state, uint32_t request)
{
    uint32_t target = state->requests[request].target;
    return CG_NEVER(target == CG_NONE, "41 named its order") ||
           state->requests[target].state != CG_REQUEST_REFUSED;
}

static void advance(struct cg_engine *engine, uint32_t slot, uint32_t request)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_ADVANCED);
    fact.order = slot;
    fact.request = request;
    cg_engine_record(engine, &fact);
}

void cg_replaces_go(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    while (order->raise == CG_NONE && order->behind > 0) {
        uint32_t request = oldest(state, order);
        struct cg_replace replace = {state->requests[request].qty,
                                     state->requests[request].terms_hash};
        struct cg_refusal refusal = cg_refusal_of(CG_UNKNOWN_ORDER);
        refusal.detail = "the replace before it was refused";
        CG_ASSERT(order->state == CG_ORDER_SENT ||
                  order->state == CG_ORDER_OPEN);
        if (has_target(state, request) &&
            cg_replace_may_go(engine, slot, &replace, &refusal)) {
            advance(engine, slot, request);
            (void)cg_raise_start(engine, slot);
        } else {
            cg_behind_refuse(engine, request, &refusal);
        }
    }
}

void cg_replaces_refuse(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (order->raise != CG_NONE) {
        cg_raise_refuse(engine, slot, refusal);
    }
    while (order->behind > 0) {
        cg_behind_refuse(engine, oldest(state, order), refusal);
    }
}
