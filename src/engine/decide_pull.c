/*
 * The gate's own cancels.
 *
 * A pull is repeated until the venue reports the order dead.  Rules: R30, R31.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* An id for the gate's own cancel that nobody has used. */
static size_t
pull_id(const struct cg_engine *engine, cg_session venue, char *id)
{
    unsigned long long number = engine->state.request_no + 1;
    int len = snprintf(id, CG_NAME_MAX, "%.40s-P%llu", engine->config.gate_name,
                       number);
    for (uint32_t more = 1;
         cg_state_request(&engine->state, venue,
                          (struct cg_slice){id, (size_t)len}) != CG_NONE;
         more++) {
        len = snprintf(id, CG_NAME_MAX, "%.30s-P%llu-%u",
                       engine->config.gate_name, number, more);
    }
    return (size_t)len;
}

/* Sends an F on |target|, one of the order's ids. */
static void pull_send(struct cg_engine *engine,
                      uint32_t slot,
                      enum cg_reason reason,
                      uint32_t target)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    char id[CG_NAME_MAX];
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_TAKEN);
    fact.request = cg_state_next_request(state);
    if (fact.request == CG_NONE) {
        cg_note(engine, "ALARM: no room for the cancel of a pulled order");
        return;
    }
    fact.order = slot;
    fact.session = order->client;
    fact.flags = (uint32_t)order->venue << 16;
    fact.number = (cg_seq)target + 1;
    fact.value = CG_REQUEST_PULL;
    fact.reason = (uint16_t)reason;
    fact.id = id;
    fact.id_len = pull_id(engine, order->venue, id);
    cg_engine_record(engine, &fact);
    struct cg_fact sent = cg_fact_of(CG_FACT_REQUEST_SENT);
    sent.request = fact.request;
    sent.order = slot;
    cg_engine_record(engine, &sent);
    if (!state->sessions[order->venue].up) {
        return; /* it goes first when the venue is back */
    }
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_PULL);
    effect->session = order->venue;
    effect->order = slot;
    effect->request = fact.request;
    effect->target = target;
}

/* The newest id that the venue may know the order by. */
static uint32_t newest_id(const struct cg_state *state,
                          const struct cg_order *order)
{
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        if (state->requests[i].kind == CG_REQUEST_REPLACE &&
            state->requests[i].state == CG_REQUEST_SENT) {
            return i;
        }
    }
    return order->request;
}

void cg_order_pull(struct cg_engine *engine,
                   uint32_t slot,
                   enum cg_reason reason)
{
    const struct cg_order *order = &engine->state.orders[slot];
    struct cg_refusal refusal = cg_refusal_of(reason);
    if (cg_order_waits(order)) {
        cg_order_refuse(engine, slot, &refusal, CG_END_HANDED_BACK);
        return;
    }
    if (order->pull != CG_NONE ||
        CG_NEVER(order->state == CG_ORDER_CLOSED, "what is over has no pull")) {
        return;
    }
    cg_replaces_refuse(engine, slot, &refusal);
    pull_send(engine, slot, reason, newest_id(&engine->state, order));
}

static bool is_pulled(const struct cg_order *order)
{
    return (order->state == CG_ORDER_SENT || order->state == CG_ORDER_OPEN) &&
           order->pull != CG_NONE;
}

void cg_pull_again(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (is_pulled(order)) {
        pull_send(engine, slot, order->pull_reason,
                  newest_id(&engine->state, order));
    }
}

void cg_pull_every_id(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (i == order->request || (request->kind == CG_REQUEST_REPLACE &&
                                    request->state == CG_REQUEST_SENT)) {
            pull_send(engine, slot, order->pull_reason, i);
        }
    }
}
