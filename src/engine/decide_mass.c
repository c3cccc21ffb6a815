/*
 * Mass cancels: the venue ends what it has, the gate what waits here.
 *
 * Without that an order of before the cancel could go on after it.
 * Rules: R42, R44, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* The answer of the venue finds its client by this. */
static void id_keep(struct cg_engine *engine, struct cg_slice id)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    if (CG_NEVER(id.len == 0, "no q goes on without an 11") ||
        id.len > CG_NAME_MAX || !cg_refusals_left(state) ||
        !cg_id_is_free(engine, id)) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_PASSED);
    fact.request = cg_state_next_request(state);
    fact.session = engine->cause_session;
    fact.flags = (uint32_t)venue << 16;
    cg_fact_id(&fact, id);
    cg_engine_record(engine, &fact);
}

/* What else a mass cancel can name does not spare what waits: it may be meant,
 * and an order that was not can be sent again. */
static bool is_meant(const struct cg_state *state,
                     const struct cg_order *order,
                     const struct cg_mass_cancel_event *event)
{
    bool package = order->legs != CG_NONE;
    return (event->symbol.len == 0 ||
            cg_slice_equal(event->symbol, cg_order_symbol(state, order))) &&
           (event->side == 0 || package || event->side == order->side);
}

void cg_engine_mass_cancel(struct cg_engine *engine,
                           const struct cg_mass_cancel_event *event)
{
    const struct cg_state *state = &engine->state;
    struct cg_refusal pending = cg_refusal_of(CG_REQUEST_PENDING);
    pending.detail = "the order is being cancelled";
    id_keep(engine, event->id);
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        if (order->state == CG_ORDER_FREE ||
            order->client != engine->cause_session ||
            !is_meant(state, order, event)) {
            continue;
        }
        if (cg_order_waits(order)) {
            cg_waiting_cancel(engine, i, CG_NONE);
        } else {
            cg_replaces_refuse(engine, i, &pending);
        }
    }
}
