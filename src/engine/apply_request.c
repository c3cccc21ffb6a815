/*
 * ClOrdIDs: new orders, replaces, cancels and pulls.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R40, R41, R44.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

void cg_apply_request_move(struct cg_request *request,
                           enum cg_request_state next)
{
    CG_ASSERT(cg_request_may(request->state, next));
    request->state = next;
}

/* It goes to its venue: no earlier status request can speak of it (R46). */
void cg_apply_request_out(const struct cg_state *state,
                          struct cg_request *request)
{
    cg_apply_request_move(request, CG_REQUEST_SENT);
    request->inquiry = state->inquiry_no;
    request->round = state->sessions[request->venue].round;
}

struct cg_request *cg_apply_request_add(struct cg_state *state,
                                        const struct cg_fact *fact,
                                        enum cg_request_kind kind)
{
    CG_ASSERT(fact->request == cg_state_next_request(state));
    struct cg_request *request = &state->requests[fact->request];
    if (fact->request == state->request_free) {
        state->request_free = request->next;
    } else {
        state->request_top++;
    }
    state->request_no++;
    *request = (struct cg_request){
        .kind = kind,
        .client = fact->session,
        .venue = (cg_session)(fact->flags >> 16),
        .order = fact->order,
        .next = CG_NONE,
        .target = fact->number > 0 && kind != CG_REQUEST_NEW
                      ? (uint32_t)(fact->number - 1)
                      : CG_NONE,
        .qty = fact->qty,
        .body_hash = fact->hash,
        .terms_hash = fact->terms_hash,
        .taken_at = fact->time,
    };
    cg_apply_id(&request->id, fact->id, fact->id_len);
    cg_map_add(&state->request_map,
               cg_hash(request->venue, cg_id_slice(&request->id)),
               fact->request);
    if (fact->order != CG_NONE) {
        struct cg_order *order = &state->orders[fact->order];
        request->next = order->requests;
        order->requests = fact->request;
    } else {
        request->next = state->request_loose;
        state->request_loose = fact->request;
    }
    return request;
}

/* The largest quantity that a request under way may still bring (R41). */
void cg_apply_worst_set(struct cg_state *state, struct cg_order *order)
{
    order->worst_qty = order->qty;
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->kind == CG_REQUEST_REPLACE &&
            request->state == CG_REQUEST_SENT &&
            request->qty > order->worst_qty) {
            order->worst_qty = request->qty;
        }
    }
}

/* flags: 1 it waits for credit, 2 behind another; its number is 1 more than the
 * slot of the request that its 41 names. */
void cg_apply_request_taken(struct cg_state *state, const struct cg_fact *fact)
{
    enum cg_request_kind kind = (enum cg_request_kind)fact->value;
    struct cg_request *request = cg_apply_request_add(state, fact, kind);
    struct cg_order *order = &state->orders[fact->order];
    if ((fact->flags & 2) != 0) {
        cg_apply_request_move(request, CG_REQUEST_BEHIND);
        order->behind++;
        return;
    }
    cg_apply_request_move(request, CG_REQUEST_WAITING);
    if (kind == CG_REQUEST_PULL) {
        order->pull = fact->request;
        order->pull_reason = (enum cg_reason)fact->reason;
    } else if (kind == CG_REQUEST_REPLACE && (fact->flags & 1) != 0) {
        order->raise = fact->request;
    }
}

/* A mass cancel has an id, but no order (R42). */
void cg_apply_request_passed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_request *request = cg_apply_request_add(state, fact,
                                                      CG_REQUEST_CANCEL);
    cg_apply_request_move(request, CG_REQUEST_WAITING);
    cg_apply_request_out(state, request);
}

/* What was before it is decided: its turn (R44). */
void cg_apply_request_advanced(struct cg_state *state,
                               const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    CG_ASSERT(order->raise == CG_NONE);
    CG_ASSERT(order->behind > 0);
    cg_apply_request_move(&state->requests[fact->request], CG_REQUEST_WAITING);
    order->behind--;
    order->raise = fact->request;
}

void cg_apply_request_sent(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_request *request = &state->requests[fact->request];
    struct cg_order *order = &state->orders[request->order];
    cg_apply_request_out(state, request);
    if (order->raise == fact->request) {
        order->raise = CG_NONE; /* it waits no longer */
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        cg_apply_unsure_set(state, &state->tokens[i], 0);
    }
    cg_apply_worst_set(state, order);
}

/* flags: 1 it was in force once, and another is by now. */
void cg_apply_request_ended(struct cg_state *state,
                            const struct cg_fact *fact,
                            enum cg_request_state next)
{
    if (fact->request == CG_NONE) {
        return; /* refused before it became a request */
    }
    if (fact->request == cg_state_next_request(state)) {
        /* It is refused as it arrived. */
        cg_apply_request_move(
            cg_apply_request_add(state, fact,
                                 (enum cg_request_kind)fact->value),
            next);
        return;
    }
    struct cg_request *request = &state->requests[fact->request];
    bool behind = request->state == CG_REQUEST_BEHIND;
    cg_apply_request_move(request, next);
    if (request->order == CG_NONE) {
        return; /* its order was forgotten */
    }
    struct cg_order *order = &state->orders[request->order];
    if (order->raise == fact->request) {
        order->raise = CG_NONE;
    }
    order->behind -= behind ? 1 : 0;
    cg_apply_prices_end(state, order, fact->request);
    if (next == CG_REQUEST_ACCEPTED && request->kind == CG_REQUEST_REPLACE &&
        (fact->flags & 1) == 0) {
        order->request = fact->request;
        order->qty = fact->qty;
    }
    cg_apply_worst_set(state, order);
    cg_apply_order_may_go(state, request->order);
}
