/*
 * Orders, from their first fact to the place that is free again.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R40, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "ahead.h"
#include "check.h"

static void order_move(struct cg_order *order, enum cg_order_state next)
{
    CG_ASSERT(cg_order_may(order->state, next));
    order->state = next;
}

static uint32_t token_count(const struct cg_state *state,
                            const struct cg_order *order)
{
    uint32_t count = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        count++;
    }
    return count;
}

static uint32_t leg_count(const struct cg_state *state,
                          const struct cg_order *order)
{
    return order->legs != CG_NONE ? state->packages[order->legs].count : 0;
}

static void list_leave(struct cg_state *state,
                       const struct cg_order *order,
                       uint32_t *first,
                       uint32_t *last)
{
    if (order->previous != CG_NONE) {
        state->orders[order->previous].next = order->next;
    } else {
        *first = order->next;
    }
    if (order->next != CG_NONE) {
        state->orders[order->next].previous = order->previous;
    } else {
        *last = order->previous;
    }
}

static void list_enter(struct cg_state *state,
                       uint32_t slot,
                       uint32_t *first,
                       uint32_t *last)
{
    struct cg_order *order = &state->orders[slot];
    order->next = CG_NONE;
    order->previous = *last;
    if (*last == CG_NONE) {
        *first = slot;
    } else {
        state->orders[*last].next = slot;
    }
    *last = slot;
}

/* Takes an order out of the lists of those that are over. */
void cg_apply_order_stays(struct cg_state *state, struct cg_order *order)
{
    if (order->doubtful) {
        list_leave(state, order, &state->doubtful.first, &state->doubtful.last);
        order->doubtful = false;
    }
    if (order->forgettable) {
        list_leave(state, order, &state->closed_first, &state->closed_last);
        state->closed_tokens -= token_count(state, order);
        state->closed_legs -= leg_count(state, order);
        order->forgettable = false;
    }
}

/* The oldest closed order makes room; its ClOrdIDs stay known. */
void cg_apply_order_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_order *order = &state->orders[slot];
    CG_ASSERT(order->forgettable || order->doubtful);
    cg_ahead_token(state, order->tokens);
    cg_ahead_request(state, order->requests);
    cg_ahead_order(state, order->next);
    cg_apply_order_stays(state, order);
    for (uint32_t i = order->tokens; i != CG_NONE;) {
        uint32_t next = state->tokens[i].next;
        cg_apply_token_forget(state, i);
        i = next;
    }
    cg_apply_legs_forgotten(state, order);
    cg_apply_instrument_leave(state, order->instrument);
    for (uint32_t i = order->requests; i != CG_NONE;) {
        uint32_t next = state->requests[i].next;
        state->requests[i].order = CG_NONE;
        state->requests[i].next = state->request_loose;
        state->request_loose = i;
        i = next;
    }
    if (order->venue_order_id.len > 0) {
        cg_map_remove(
            &state->order_map,
            cg_hash(order->venue, cg_id_slice(&order->venue_order_id)), slot);
    }
    order_move(order, CG_ORDER_FREE);
    order->next = state->order_free;
    state->order_free = slot;
}

static bool is_doubtful(const struct cg_state *state,
                        const struct cg_order *order)
{
    bool doubtful = false;
    for (uint32_t i = order->requests; i != CG_NONE && !doubtful;
         i = state->requests[i].next) {
        doubtful = cg_request_is_doubtful(state, &state->requests[i]);
    }
    return doubtful;
}

/* A closed order whose tokens have all ended may be forgotten, but for what may
 * still have to be answered in the venue's stead. */
void cg_apply_order_may_go(struct cg_state *state, uint32_t slot)
{
    struct cg_order *order = &state->orders[slot];
    if (order->state != CG_ORDER_CLOSED || order->forgettable) {
        return;
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state != CG_TOKEN_CLOSED || token->asks != CG_NONE) {
            return;
        }
    }
    bool doubtful = is_doubtful(state, order);
    if (doubtful && order->doubtful) {
        return;
    }
    cg_apply_order_stays(state, order);
    if (doubtful) {
        order->doubtful = true;
        list_enter(state, slot, &state->doubtful.first, &state->doubtful.last);
        return;
    }
    order->forgettable = true;
    state->closed_tokens += token_count(state, order);
    state->closed_legs += leg_count(state, order);
    list_enter(state, slot, &state->closed_first, &state->closed_last);
}

void cg_apply_order_taken(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->order;
    CG_ASSERT(slot == cg_state_next_order(state));
    if (slot == state->order_free) {
        state->order_free = state->orders[slot].next;
    } else {
        state->order_top++;
    }
    struct cg_account *account = &state->accounts[fact->account];
    struct cg_order *order = &state->orders[slot];
    *order = (struct cg_order){
        .side = fact->side,
        .time_in_force = fact->time_in_force,
        .client = fact->session,
        .venue = (cg_session)(fact->flags >> 16),
        .account = fact->account,
        .ccp = (uint16_t)(fact->value - 1),
        .instrument = fact->instrument,
        .legs = CG_NONE,
        .request = fact->request,
        .requests = CG_NONE,
        .raise = CG_NONE,
        .pull = CG_NONE,
        .places = CG_NONE,
        .inquired = CG_NONE,
        .tokens = CG_NONE,
        .next = account->orders,
        .previous = CG_NONE,
        .number = fact->number,
        .qty = fact->qty,
        .worst_qty = fact->qty,
        .taken_at = fact->time,
        .asked_at = fact->time,
    };
    order_move(order, CG_ORDER_WAITING);
    cg_apply_instrument_refer(state, fact->instrument);
    if (account->orders != CG_NONE) {
        state->orders[account->orders].previous = slot;
    }
    account->orders = slot;
    state->open_orders++;
    state->order_no = fact->number;
    cg_apply_request_move(cg_apply_request_add(state, fact, CG_REQUEST_NEW),
                          CG_REQUEST_WAITING);
}

void cg_apply_order_closed(struct cg_state *state, uint32_t slot, uint32_t by)
{
    struct cg_order *order = &state->orders[slot];
    CG_ASSERT(order->places == CG_NONE);
    order_move(order, CG_ORDER_CLOSED);
    order->ended_by = (uint8_t)by;
    if (order->previous != CG_NONE) {
        state->orders[order->previous].next = order->next;
    } else {
        state->accounts[order->account].orders = order->next;
    }
    if (order->next != CG_NONE) {
        state->orders[order->next].previous = order->previous;
    }
    state->open_orders--;
    cg_apply_order_may_go(state, slot);
}

void cg_apply_order_refused(struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->order != CG_NONE) {
        struct cg_order *order = &state->orders[fact->order];
        cg_apply_request_move(&state->requests[order->request],
                              CG_REQUEST_REFUSED);
        cg_apply_order_closed(state, fact->order, fact->value);
    } else if (fact->request != CG_NONE) {
        cg_apply_request_move(cg_apply_request_add(state, fact, CG_REQUEST_NEW),
                              CG_REQUEST_REFUSED);
    }
}

void cg_apply_order_sent(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        cg_apply_unsure_set(state, &state->tokens[i], 0);
        if (state->tokens[i].state == CG_TOKEN_LIVE) {
            cg_apply_token_move(&state->tokens[i], CG_TOKEN_SPENT);
            state->tokens[i].spent = true;
        }
    }
    order->sent = true;
    order->round = state->sessions[order->venue].round;
    order_move(order, CG_ORDER_SENT);
    cg_apply_request_out(state, &state->requests[order->request]);
}

/* The venue's OrderID, or a newer one; no id changes nothing. */
void cg_apply_order_identified(struct cg_state *state,
                               const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    if (fact->id_len == 0) {
        return;
    }
    if (order->venue_order_id.len > 0) {
        cg_map_remove(
            &state->order_map,
            cg_hash(order->venue, cg_id_slice(&order->venue_order_id)),
            fact->order);
    }
    cg_apply_id(&order->venue_order_id, fact->id, fact->id_len);
    cg_map_add(&state->order_map,
               cg_hash(order->venue, cg_id_slice(&order->venue_order_id)),
               fact->order);
}

void cg_apply_order_acked(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    order_move(order, CG_ORDER_OPEN);
    cg_apply_order_identified(state, fact);
    struct cg_request *request = &state->requests[order->request];
    if (request->state == CG_REQUEST_SENT) {
        cg_apply_request_move(request, CG_REQUEST_ACCEPTED);
    }
}

/* Brings the tokens to what is filled of their order now. */
void cg_apply_fills_count(struct cg_state *state, const struct cg_order *order)
{
    struct cg_fills fills = cg_fills_of(state, order);
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        struct cg_token *token = &state->tokens[i];
        cg_dv01 filled;
        if (!token->spent) {
            continue; /* denied, or replaced by a fallback (R27) */
        }
        bool counts = cg_token_filled(state, token, &fills, &filled);
        cg_apply_token_filled(
            state, token,
            CG_ALWAYS(counts, "it was counted before it was recorded")
                ? filled
                : token->filled);
    }
}

/* flags 1: the legs of a package count each as it was filled. */
void cg_apply_order_filled(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    order->cum_qty = fact->qty;
    if (order->legs != CG_NONE) {
        state->packages[order->legs].apart = (fact->flags & 1) != 0;
    }
    cg_apply_fills_count(state, order);
}
