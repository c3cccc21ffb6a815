/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ahead.h"

/* The places of an order in the maps by OrderID and by token. */
static void ahead_places(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    cg_map_prefetch(&state->order_map,
                    cg_hash(order->venue, cg_id_slice(&order->venue_order_id)));
    if (order->tokens != CG_NONE) {
        cg_map_prefetch(&state->token_map,
                        cg_hash_number(state->tokens[order->tokens].number));
    }
}

/* Closed orders are forgotten one by one, so that it is known which comes next:
 * each new order fetches a part of the following two. */
static void ahead_forgotten(const struct cg_state *state)
{
    uint32_t slot = state->closed_first;
    ahead_places(state, slot);
    cg_ahead_request(state, state->requests[state->orders[slot].requests].next);
    slot = state->orders[slot].next;
    if (slot != CG_NONE) {
        cg_ahead_token(state, state->orders[slot].tokens);
        cg_ahead_request(state, state->orders[slot].requests);
        cg_ahead_order(state, state->orders[slot].next);
    }
}

void cg_ahead_new(const struct cg_engine *engine,
                  const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_ahead_id(state, state->sessions[engine->cause_session].venue,
                event->clordid);
    cg_ahead_order(state, cg_state_next_order(state));
    cg_ahead_token(state, cg_state_next_token(state));
    cg_ahead_request(state, cg_state_next_request(state));
    cg_map_prefetch(&state->token_map, cg_hash_number(state->token_no + 1));
    if (state->order_top == state->order_max &&
        state->closed_first != CG_NONE) {
        ahead_forgotten(state);
    }
}

void cg_ahead_report(const struct cg_engine *engine,
                     const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_ahead_id(state, engine->cause_session, event->clordid);
    if (event->order_id.len == 0) {
        return;
    }
    uint64_t hash = cg_hash(engine->cause_session, event->order_id);
    cg_map_prefetch(&state->order_map, hash);
    if (event->exec_id.len > 0) {
        cg_map_prefetch(&state->reports.map, cg_hash(hash, event->exec_id));
    }
    uint32_t order = cg_map_likely(&state->order_map, hash);
    if (order != CG_NONE) {
        cg_ahead_order(state, order);
        cg_ahead(&engine->timers.places[order], 1);
    }
}
