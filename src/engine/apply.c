/*
 * The one writer of the state: each fact changes it here and nowhere else.
 *
 * Must never decide, fail, read a clock or call out.  A live gate and one that
 * reads its journal go through the same lines.  Rules: R12, R20, R23, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "ahead.h"
#include "check.h"
#include "decimal.h"
#include "scope.h"

static struct cg_slice fact_id(const struct cg_fact *fact)
{
    return (struct cg_slice){fact->id, fact->id_len};
}

static void id_set(struct cg_id *id, const char *data, size_t len)
{
    cg_apply_id(id, data, len);
}

static unsigned side_index(char side)
{
    return side == '1' ? 0 : 1;
}

/* --- money -------------------------------------------------------------- */

/* Moves |amount| between two columns, in the token and in its limit. */
#define LEDGER_ADD(state, token, column, amount)                               \
    do {                                                                       \
        (token)->ledger.column += (amount);                                    \
        (state)                                                                \
            ->limits[(token)->limit]                                           \
            .ledger[side_index((token)->side)]                                 \
            .column += (amount);                                               \
    } while (0)

/* Changes what the token counts in its limit's open use. */
static void
charge_set(struct cg_state *state, struct cg_token *token, cg_dv01 charge)
{
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 before = cg_token_open(token);
    token->charge = charge;
    cg_dv01 change = cg_token_open(token) - before;
    limit->open[side_index(token->side)] += change;
    CG_ASSERT(limit->open[side_index(token->side)] >= 0);
    if (token->fallback && token->epoch == limit->epoch) {
        limit->fallback_used += change;
    }
}

/* The reserved rest of a token goes where its end says (R23). */
static void reserved_leaves(struct cg_state *state,
                            struct cg_token *token,
                            enum cg_token_end end)
{
    cg_dv01 rest = token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -rest);
    switch (end) {
    case CG_END_EXPIRED:
        LEDGER_ADD(state, token, expired, rest);
        break;
    case CG_END_INVALIDATED:
        LEDGER_ADD(state, token, invalidated, rest);
        break;
    case CG_END_HANDED_BACK:
    case CG_END_TIMED_OUT:
        LEDGER_ADD(state, token, handed_back, rest);
        break;
    case CG_END_NONE:
    case CG_END_CONSUMED:
    case CG_END_DENIED:
    case CG_END_RELEASED:
    case CG_TOKEN_ENDS:
        LEDGER_ADD(state, token, released, rest);
        break;
    }
}

static void token_move(struct cg_token *token, enum cg_token_state next)
{
    CG_ASSERT(cg_token_may(token->state, next));
    token->state = next;
}

/* What has not gone on yet does not count in warnings (R52). */
static void
unsure_set(struct cg_state *state, struct cg_token *token, cg_dv01 unsure)
{
    unsure = unsure > 0 ? unsure : 0;
    state->limits[token->limit].unsure[side_index(token->side)] +=
        unsure - token->unsure;
    token->unsure = unsure;
}

static void
token_end(struct cg_state *state, struct cg_token *token, enum cg_token_end end)
{
    cg_session owner = state->limits[token->limit].owner;
    if (owner != CG_SESSION_NONE && state->sessions[owner].probe != CG_NONE &&
        &state->tokens[state->sessions[owner].probe] == token) {
        state->sessions[owner].probe = CG_NONE; /* the next order probes */
    }
    unsure_set(state, token, 0);
    charge_set(state, token, token->filled);
    reserved_leaves(state, token, end);
    if (token->end == CG_END_NONE) {
        token->end = end;
    }
    CG_ASSERT(cg_token_open(token) == 0);
}

static void token_charged(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->token;
    CG_ASSERT(slot == cg_state_next_token(state));
    struct cg_token *token = &state->tokens[slot];
    if (state->token_free == slot) {
        state->token_free = token->next;
    } else {
        state->token_top = slot + 1;
    }
    struct cg_order *order = &state->orders[fact->order];
    *token = (struct cg_token){
        .model = (enum cg_model)fact->value,
        .side = fact->side,
        .sum = (uint8_t)(fact->flags >> 1 & 3),
        .fallback = (fact->flags & 1) != 0,
        .order = fact->order,
        .limit = fact->limit,
        .next = order->tokens,
        .ask = CG_NONE,
        .asks = CG_NONE,
        .prices = CG_NONE,
        .epoch = state->limits[fact->limit].epoch,
        .day = state->limits[fact->limit].day,
        .shares = CG_NONE,
        .number = fact->number,
        .rate = fact->rate,
        .expires = CG_TIME_NEVER,
        .renewed_for = CG_TIME_NEVER,
    };
    order->tokens = slot;
    state->token_no = fact->number;
    cg_map_add(&state->token_map, cg_hash_number(fact->number), slot);
    charge_set(state, token, fact->amount);
    if (token->model == CG_MODEL_PUSH) {
        token_move(token, CG_TOKEN_LIVE);
        LEDGER_ADD(state, token, granted, fact->amount);
        LEDGER_ADD(state, token, reserved, fact->amount);
    } else {
        token_move(token, CG_TOKEN_ASKED);
    }
    unsure_set(state, token, fact->amount);
}

/* A limit came after the order: what was filled before is no part of its P
 * (|other|), but of the token's life. */
static void token_added(struct cg_state *state, const struct cg_fact *fact)
{
    token_charged(state, fact);
    struct cg_token *token = &state->tokens[fact->token];
    struct cg_limit *limit = &state->limits[token->limit];
    if (!state->orders[fact->order].sent) {
        return;
    }
    token_move(token, CG_TOKEN_SPENT);
    token->spent = true;
    unsure_set(state, token, 0);
    cg_dv01 open = cg_token_open(token);
    token->filled = fact->other;
    token->earlier = fact->other;
    token->untold = fact->other;
    limit->open[side_index(token->side)] += cg_token_open(token) - open;
    LEDGER_ADD(state, token, reserved, -fact->other);
    LEDGER_ADD(state, token, consumed, fact->other);
    CG_ASSERT(token->ledger.reserved >= 0);
}

/* flags 1: the ledger moves too, so that what is reserved and consumed is the
 * new charge (a push token, or a fall that is released). */
static void token_recharged(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    cg_dv01 missing = fact->amount - cg_token_held(token);
    cg_dv01 change = fact->amount - token->charge;
    if (change < 0 || state->orders[token->order].raise != CG_NONE) {
        unsure_set(state, token, token->unsure + change);
    }
    charge_set(state, token, fact->amount);
    token->denied = false;
    if ((fact->flags & 1) == 0) {
        return;
    }
    if (missing > 0) {
        LEDGER_ADD(state, token, granted, missing);
        LEDGER_ADD(state, token, reserved, missing);
        return;
    }
    cg_dv01 freed = -missing < token->ledger.reserved ? -missing
                                                      : token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -freed);
    LEDGER_ADD(state, token, released, freed);
}

static void token_granted(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    LEDGER_ADD(state, token, granted, fact->amount);
    if ((fact->flags & 1) != 0) { /* not wanted any more */
        LEDGER_ADD(state, token, handed_back, fact->amount);
        return;
    }
    LEDGER_ADD(state, token, reserved, fact->amount);
    token->expires = fact->until;
    token->granted_at = fact->time;
    token->pending = false;
    if (token->state == CG_TOKEN_ASKED) {
        token_move(token, CG_TOKEN_LIVE);
    }
}

/* An expired or invalidated token keeps its charge while its order lives.
 * flags 1: its limit was removed. */
static void token_lapsed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    token->end = (enum cg_token_end)fact->value;
    token->removed = (fact->flags & 1) != 0;
    token->expires = CG_TIME_NEVER;
    reserved_leaves(state, token, token->end);
}

/* What of |change| counts in use: not a trade cancel or correct, as far as it
 * can be one of fills before the limit's reset (R48). */
static cg_dv01
counted(struct cg_state *state, struct cg_token *token, cg_dv01 change)
{
    cg_dv01 earlier = token->filled - cg_token_filled_today(state, token);
    cg_dv01 fall = change < 0 ? -change : 0;
    token->day = state->limits[token->limit].day;
    token->earlier = earlier > fall ? earlier - fall : 0;
    return change + earlier - token->earlier;
}

/* Remembers when an owner's limit was used, and when its owner said so. */
static void used_add(struct cg_state *state,
                     const struct cg_token *token,
                     cg_dv01 amount,
                     bool confirmed)
{
    if (state->limits[token->limit].owner == CG_SESSION_NONE) {
        return;
    }
    state->used[state->used_count++ % CG_USED_MAX] = (struct cg_used){
        .at = state->now,
        .amount = amount,
        .limit = token->limit,
        .side = token->side,
        .confirmed = confirmed,
    };
}

/* Counts what is filled in the limit's use; returns the change of that. */
static cg_dv01
use_filled(struct cg_state *state, struct cg_token *token, cg_dv01 filled)
{
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 change = filled - token->filled;
    cg_dv01 use = counted(state, token, change);
    cg_dv01 open_before = cg_token_open(token);
    token->filled = filled;
    if (token->state == CG_TOKEN_RETURNING || token->state == CG_TOKEN_CLOSED) {
        token->charge = filled; /* nothing is open of an order that is over */
    }
    cg_dv01 open_change = cg_token_open(token) - open_before;
    limit->open[side_index(token->side)] += open_change;
    limit->position += token->side == '1' ? use : -use;
    limit->gross += use;
    if (token->fallback && token->epoch == limit->epoch) {
        limit->fallback_used += change + open_change;
    }
    return use;
}

/* What of |fall| the owner was never told of; that goes first. */
static cg_dv01 untold_falls(struct cg_token *token, cg_dv01 fall)
{
    cg_dv01 untold = fall < token->untold ? fall : token->untold;
    token->untold -= untold;
    return untold;
}

static void
token_filled(struct cg_state *state, struct cg_token *token, cg_dv01 filled)
{
    cg_dv01 change = filled - token->filled;
    cg_dv01 use = use_filled(state, token, filled);
    if (change < 0) { /* a trade cancel or correct (R43) */
        struct cg_limit *limit = &state->limits[token->limit];
        limit->confirmed[side_index(token->side)] += use;
        token->busted = true;
        (void)untold_falls(token, -change);
        LEDGER_ADD(state, token, consumed, change);
        LEDGER_ADD(state, token, released, -change);
        return;
    }
    used_add(state, token, change, false);
    cg_dv01 covered = change < token->ledger.reserved ? change
                                                      : token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -covered);
    LEDGER_ADD(state, token, overrun, change - covered);
    LEDGER_ADD(state, token, consumed, change);
    token->ahead -= change < token->ahead ? change : token->ahead;
}

/* R7: all of the order, the filled part too.  What that is worth less is
 * reserved again, for what its owner holds by it.  flags 1: the owner is told
 * what it does not know. */
static void token_repriced(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 less = token->filled - fact->amount;
    token->rate = fact->rate;
    if ((fact->flags & 1) != 0) {
        limit->confirmed[side_index(token->side)] -= token->ahead;
        token->ahead = 0;
        return;
    }
    if (less <= 0) {
        token_filled(state, token, fact->amount);
        return;
    }
    (void)use_filled(state, token, fact->amount);
    LEDGER_ADD(state, token, consumed, -less);
    if (token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE) {
        LEDGER_ADD(state, token, reserved, less);
    } else {
        LEDGER_ADD(state, token, released, less);
    }
    token->ahead += less - untold_falls(token, less);
}

/* --- orders ------------------------------------------------------------- */

static void order_move(struct cg_order *order, enum cg_order_state next)
{
    CG_ASSERT(cg_order_may(order->state, next));
    order->state = next;
}

static void request_move(struct cg_request *request, enum cg_request_state next)
{
    CG_ASSERT(cg_request_may(request->state, next));
    request->state = next;
}

/* It goes to its venue: no earlier status request can speak of it (R46). */
static void request_out(const struct cg_state *state,
                        struct cg_request *request)
{
    request_move(request, CG_REQUEST_SENT);
    request->inquiry = state->inquiry_no;
}

static void ledger_add(struct cg_ledger *sum, const struct cg_ledger *part)
{
    sum->granted += part->granted;
    sum->overrun += part->overrun;
    sum->reserved += part->reserved;
    sum->consumed += part->consumed;
    sum->released += part->released;
    sum->expired += part->expired;
    sum->invalidated += part->invalidated;
    sum->handed_back += part->handed_back;
}

/* Its part of the limit's totals stays, and stays provable. */
static void token_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_token *token = &state->tokens[slot];
    struct cg_past *past = &state->limits[token->limit].past;
    cg_dv01 today = cg_token_filled_today(state, token);
    past->position += token->side == '1' ? today : -today;
    past->gross += today;
    ledger_add(&past->ledger[side_index(token->side)], &token->ledger);
    cg_apply_prices_drop(state, token);
    cg_map_remove(&state->token_map, cg_hash_number(token->number), slot);
    cg_apply_shares_forgotten(state, token);
    token_move(token, CG_TOKEN_FREE);
    token->next = state->token_free;
    state->token_free = slot;
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

/* Takes an order out of the list of those that may be forgotten. */
static void order_stays(struct cg_state *state, struct cg_order *order)
{
    if (order->previous != CG_NONE) {
        state->orders[order->previous].next = order->next;
    } else {
        state->closed_first = order->next;
    }
    if (order->next != CG_NONE) {
        state->orders[order->next].previous = order->previous;
    } else {
        state->closed_last = order->previous;
    }
    state->closed_tokens -= token_count(state, order);
    state->closed_legs -= leg_count(state, order);
    order->forgettable = false;
}

/* The oldest closed order makes room; its ClOrdIDs stay known. */
static void order_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_order *order = &state->orders[slot];
    CG_ASSERT(order->forgettable);
    cg_ahead_token(state, order->tokens);
    cg_ahead_request(state, order->requests);
    cg_ahead_order(state, order->next);
    order_stays(state, order);
    for (uint32_t i = order->tokens; i != CG_NONE;) {
        uint32_t next = state->tokens[i].next;
        token_forget(state, i);
        i = next;
    }
    cg_apply_legs_forgotten(state, order);
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

/* A closed order whose tokens have all ended may be forgotten. */
static void order_may_go(struct cg_state *state, uint32_t slot)
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
    order->forgettable = true;
    order->next = CG_NONE;
    order->previous = state->closed_last;
    state->closed_tokens += token_count(state, order);
    state->closed_legs += leg_count(state, order);
    if (state->closed_last == CG_NONE) {
        state->closed_first = slot;
    } else {
        state->orders[state->closed_last].next = slot;
    }
    state->closed_last = slot;
}

static struct cg_request *request_add(struct cg_state *state,
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
    id_set(&request->id, fact->id, fact->id_len);
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

static void order_taken(struct cg_state *state, const struct cg_fact *fact)
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
    if (account->orders != CG_NONE) {
        state->orders[account->orders].previous = slot;
    }
    account->orders = slot;
    state->open_orders++;
    state->order_no = fact->number;
    request_move(request_add(state, fact, CG_REQUEST_NEW), CG_REQUEST_WAITING);
}

static void order_closed(struct cg_state *state, uint32_t slot, uint32_t by)
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
    order_may_go(state, slot);
}

static void order_refused(struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->order != CG_NONE) {
        struct cg_order *order = &state->orders[fact->order];
        request_move(&state->requests[order->request], CG_REQUEST_REFUSED);
        order_closed(state, fact->order, fact->value);
    } else if (fact->request != CG_NONE) {
        request_move(request_add(state, fact, CG_REQUEST_NEW),
                     CG_REQUEST_REFUSED);
    }
}

static void order_sent(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        unsure_set(state, &state->tokens[i], 0);
        if (state->tokens[i].state == CG_TOKEN_LIVE) {
            token_move(&state->tokens[i], CG_TOKEN_SPENT);
            state->tokens[i].spent = true;
        }
    }
    order->sent = true;
    order->round = state->sessions[order->venue].round;
    order_move(order, CG_ORDER_SENT);
    request_out(state, &state->requests[order->request]);
}

/* The venue's OrderID, or a newer one; no id changes nothing. */
static void order_identified(struct cg_state *state, const struct cg_fact *fact)
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
    id_set(&order->venue_order_id, fact->id, fact->id_len);
    cg_map_add(&state->order_map,
               cg_hash(order->venue, cg_id_slice(&order->venue_order_id)),
               fact->order);
}

static void order_acked(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    order_move(order, CG_ORDER_OPEN);
    order_identified(state, fact);
    struct cg_request *request = &state->requests[order->request];
    if (request->state == CG_REQUEST_SENT) {
        request_move(request, CG_REQUEST_ACCEPTED);
    }
}

/* Brings the tokens to what is filled of their order now. */
static void fills_count(struct cg_state *state, const struct cg_order *order)
{
    struct cg_fills fills = cg_fills_of(state, order);
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        struct cg_token *token = &state->tokens[i];
        cg_dv01 filled;
        if (!token->spent) {
            continue; /* denied, or replaced by a fallback (R27) */
        }
        if (!cg_token_filled(state, token, &fills, &filled)) {
            filled = token->filled;
        }
        token_filled(state, token, filled);
    }
}

/* flags 1: the legs of a package count each as it was filled. */
static void order_filled(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    order->cum_qty = fact->qty;
    if (order->legs != CG_NONE) {
        state->packages[order->legs].apart = (fact->flags & 1) != 0;
    }
    fills_count(state, order);
}

/* The largest quantity that a request under way may still bring (R41). */
static void worst_set(struct cg_state *state, struct cg_order *order)
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

/* --- requests ----------------------------------------------------------- */

/* flags: 1 it waits for credit, 2 behind another; its number is 1 more than the
 * slot of the request that its 41 names. */
static void request_taken(struct cg_state *state, const struct cg_fact *fact)
{
    enum cg_request_kind kind = (enum cg_request_kind)fact->value;
    struct cg_request *request = request_add(state, fact, kind);
    struct cg_order *order = &state->orders[fact->order];
    if ((fact->flags & 2) != 0) {
        request_move(request, CG_REQUEST_BEHIND);
        order->behind++;
        return;
    }
    request_move(request, CG_REQUEST_WAITING);
    if (kind == CG_REQUEST_PULL) {
        order->pull = fact->request;
        order->pull_reason = (enum cg_reason)fact->reason;
    } else if (kind == CG_REQUEST_REPLACE && (fact->flags & 1) != 0) {
        order->raise = fact->request;
    }
}

/* A mass cancel has an id, but no order (R42). */
static void request_passed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_request *request = request_add(state, fact, CG_REQUEST_CANCEL);
    request_move(request, CG_REQUEST_WAITING);
    request_out(state, request);
}

/* What was before it is decided: its turn (R44). */
static void request_advanced(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    CG_ASSERT(order->raise == CG_NONE);
    CG_ASSERT(order->behind > 0);
    request_move(&state->requests[fact->request], CG_REQUEST_WAITING);
    order->behind--;
    order->raise = fact->request;
}

static void request_sent(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_request *request = &state->requests[fact->request];
    struct cg_order *order = &state->orders[request->order];
    request_out(state, request);
    if (order->raise == fact->request) {
        order->raise = CG_NONE; /* it waits no longer */
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        unsure_set(state, &state->tokens[i], 0);
    }
    worst_set(state, order);
}

static void request_ended(struct cg_state *state,
                          const struct cg_fact *fact,
                          enum cg_request_state next)
{
    if (fact->request == CG_NONE) {
        return; /* refused before it became a request */
    }
    if (fact->request == cg_state_next_request(state)) {
        /* It is refused as it arrived. */
        request_move(
            request_add(state, fact, (enum cg_request_kind)fact->value), next);
        return;
    }
    struct cg_request *request = &state->requests[fact->request];
    bool behind = request->state == CG_REQUEST_BEHIND;
    request_move(request, next);
    if (request->order == CG_NONE) {
        return; /* its order was forgotten */
    }
    struct cg_order *order = &state->orders[request->order];
    if (order->raise == fact->request) {
        order->raise = CG_NONE;
    }
    order->behind -= behind ? 1 : 0;
    cg_apply_prices_end(state, order, fact->request);
    if (next == CG_REQUEST_ACCEPTED && request->kind == CG_REQUEST_REPLACE) {
        order->request = fact->request;
        order->qty = fact->qty;
    }
    worst_set(state, order);
}

/* --- asks --------------------------------------------------------------- */

/* What an ask is about, for a hub that chains (R24): the submission that is
 * out, else the one approved last, which alone can be consumed. */
static cg_seq chain_end(const struct cg_state *state,
                        const struct cg_token *token,
                        enum cg_ask_kind kind)
{
    if (!cg_ask_is_notice(kind) && token->ask != CG_NONE &&
        state->asks[token->ask].said) {
        return state->asks[token->ask].number;
    }
    return token->last_approved != 0 ? token->last_approved : token->first_ask;
}

static void ask_sent(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->ask;
    CG_ASSERT(slot == cg_state_next_ask(state));
    struct cg_ask *ask = &state->asks[slot];
    const struct cg_limit *limit =
        &state->limits[state->tokens[fact->token].limit];
    if (state->ask_free == slot) {
        state->ask_free = ask->next;
    } else {
        state->ask_top = slot + 1;
    }
    *ask = (struct cg_ask){
        .kind = (enum cg_ask_kind)fact->value,
        .token = fact->token,
        .next = CG_NONE,
        .previous = state->ask_last,
        .older = state->tokens[fact->token].asks,
        .number = fact->number,
        .amount = fact->amount,
        .basis = fact->other,
        .asked_at = fact->time,
        .said_at = fact->time,
        .said = state->sessions[limit->owner].up,
        .open = true,
    };
    if (state->ask_last == CG_NONE) {
        state->ask_first = slot;
    } else {
        state->asks[state->ask_last].next = slot;
    }
    state->ask_last = slot;
    state->ask_no = fact->number;
    cg_map_add(&state->ask_map, cg_hash_number(fact->number), slot);
    struct cg_token *token = &state->tokens[fact->token];
    if (state->orders[token->order].forgettable) {
        order_stays(state, &state->orders[token->order]);
    }
    token->asks = slot;
    ask->refers_to = chain_end(state, token, ask->kind);
    if (!cg_ask_is_notice(ask->kind) && ask->kind != CG_ASK_CANCEL) {
        token->first_ask = token->first_ask != 0 ? token->first_ask
                                                 : ask->number;
        token->ask = slot;
        token->asked = fact->amount;
    }
    if (ask->kind == CG_ASK_RENEW) {
        token->renewed_for = token->expires;
    }
    if ((fact->flags & 1) != 0) {
        cg_session owner = state->limits[token->limit].owner;
        state->sessions[owner].probe = fact->token;
    }
}

static void ask_answered(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_ask *ask = &state->asks[fact->ask];
    struct cg_token *token = &state->tokens[ask->token];
    if (ask->kind == CG_ASK_CONSUMED && fact->value == 0 &&
        ask->asked_at >= state->limits[token->limit].reset_done_at) {
        state->limits[token->limit].confirmed[side_index(token->side)] +=
            ask->amount;
        used_add(state, token, ask->amount, true);
    }
    /* 2325=0 or 1: the hub holds something by this id. */
    if (!cg_ask_is_notice(ask->kind) && ask->kind != CG_ASK_CANCEL &&
        fact->value <= 1 && ask->number > token->last_approved) {
        token->last_approved = ask->number;
    }
    bool restates = ask->kind == CG_ASK_RESTATE;
    if (restates && (fact->value != 0 ||
                     (fact->amount > 0 && fact->amount < ask->amount))) {
        token->denied = true;
    }
    if ((restates || ask->kind == CG_ASK_RAISE) && fact->value == 2 &&
        token->ask == fact->ask) {
        token->asked = cg_token_held(token);
    }
    if (token->ask == fact->ask) {
        token->ask = CG_NONE;
        token->pending = false;
    }
    if (ask->previous == CG_NONE) {
        state->ask_first = ask->next;
    } else {
        state->asks[ask->previous].next = ask->next;
    }
    if (ask->next == CG_NONE) {
        state->ask_last = ask->previous;
    } else {
        state->asks[ask->next].previous = ask->previous;
    }
    uint32_t *link = &token->asks;
    while (*link != fact->ask) {
        CG_ASSERT(*link != CG_NONE);
        link = &state->asks[*link].older;
    }
    *link = ask->older;
    ask->open = false;
    cg_map_remove(&state->ask_map, cg_hash_number(ask->number), fact->ask);
    ask->next = state->ask_free;
    state->ask_free = fact->ask;
    order_may_go(state, token->order);
}

/* --- names, limits, stops, links ---------------------------------------- */

/* Which limits may cover an account's orders; an order checks the rest. */
static void
account_limit_add(struct cg_state *state, uint32_t slot, uint32_t limit_slot)
{
    struct cg_account *account = &state->accounts[slot];
    const struct cg_limit *limit = &state->limits[limit_slot];
    if (cg_slice_equal(cg_id_slice(&limit->firm),
                       cg_id_slice(&account->firm)) &&
        (limit->account == CG_NONE || limit->account == slot)) {
        CG_ASSERT(account->limit_count < CG_ACCOUNT_LIMITS_MAX);
        account->limits[account->limit_count++] = limit_slot;
    }
}

static void account_limits(struct cg_state *state, uint32_t slot)
{
    state->accounts[slot].limit_count = 0;
    memset(state->accounts[slot].warned, 0,
           sizeof(state->accounts[slot].warned));
    for (uint32_t i = 0; i < state->limit_count; i++) {
        account_limit_add(state, slot, i);
    }
}

static void account_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_account *account = &state->accounts[fact->account];
    if (fact->account == state->account_count) {
        state->account_count++;
        account->orders = CG_NONE;
        account->hub = CG_SESSION_NONE;
        id_set(&account->name, fact->id, fact->id_len);
        cg_map_add(&state->account_map, cg_hash(0, fact_id(fact)),
                   fact->account);
    }
    id_set(&account->firm, fact->text, fact->text_len);
    account->firm_slot = cg_apply_firm(state, cg_id_slice(&account->firm));
    account_limits(state, fact->account);
}

static void instrument_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_instrument *instrument = &state->instruments[fact->instrument];
    CG_ASSERT(fact->instrument == state->instrument_count);
    state->instrument_count++;
    id_set(&instrument->symbol, fact->id, fact->id_len);
    cg_map_add(&state->instrument_map, cg_hash(0, fact_id(fact)),
               fact->instrument);
}

static void session_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_session_state *session = &state->sessions[fact->session];
    CG_ASSERT(fact->session == state->session_count);
    state->session_count++;
    session->probe = CG_NONE;
    session->venue = CG_SESSION_NONE;
    session->superior = CG_SESSION_NONE;
    id_set(&session->name, fact->id, fact->id_len);
}

/* Its text is the currency and the firm: "USD FCM1"; its flags hold the
 * measure, the model and what a breach pulls, four bits each, and from bit 16
 * the clearing house + 1. */
static void limit_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    CG_ASSERT(fact->limit == state->limit_count);
    CG_ASSERT(fact->text_len >= 4);
    state->limit_count++;
    *limit = (struct cg_limit){
        .kind = (enum cg_limit_kind)fact->value,
        .measure = (enum cg_measure)(fact->flags & 0xf),
        .model = (enum cg_model)(fact->flags >> 4 & 0xf),
        .pull = (enum cg_pull)(fact->flags >> 8 & 0xf),
        .owner = fact->session,
        .account = fact->account,
        .ccp = (uint16_t)((fact->flags >> 16) - 1),
        .instrument = fact->instrument,
        .allow_reducing = true,
        .queue = {CG_NONE, CG_NONE},
        .warnings = 3,
        .warning_percent = {75, 90, 98},
        .fallback_max_age_ns = 60 * CG_SECOND,
        .reset_time_ns = CG_RESET_DAY_END,
        .reset_at = fact->time,
        .scopes = CG_NONE,
    };
    id_set(&limit->id, fact->id, fact->id_len);
    memcpy(limit->currency, fact->text, 3);
    id_set(&limit->firm, fact->text + 4, fact->text_len - 4);
    if (limit->owner != CG_SESSION_NONE) {
        limit->owner_name = state->sessions[limit->owner].name;
    }
    cg_map_add(&state->limit_map, cg_hash(0, fact_id(fact)), fact->limit);
    if (limit->account != CG_NONE) {
        account_limit_add(state, limit->account, fact->limit);
        return;
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        account_limit_add(state, i, fact->limit);
    }
}

static void limit_move(struct cg_limit *limit,
                       enum cg_limit_mover mover,
                       enum cg_limit_state next)
{
    CG_ASSERT(cg_limit_may(mover, limit->state, next));
    limit->state = next;
}

/* flags: 1 an update by the owner; 2 the amount is given; from bit 4 the new
 * model + 1, from bit 8 the action (1767) + 1.  Its hash, if any, is the
 * warning levels, one byte each. */
static void limit_set(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    uint32_t given = 0;
    limit_move(limit,
               (fact->flags & 1) != 0 ? CG_LIMIT_BY_OWNER
                                      : CG_LIMIT_BY_CONFIGURATION,
               (enum cg_limit_state)fact->value);
    limit->other = fact->other;
    if ((fact->flags & 2) != 0) {
        limit->amount = fact->amount;
        limit->has_amount = true;
    }
    if ((fact->flags & 1) != 0) {
        limit->updated_at = fact->until;
        limit->update_id = fact->terms_hash;
        limit->refreshed_at = fact->time;
        limit->epoch++;
        limit->fallback_used = 0;
    }
    for (uint32_t i = 0; i < 8 && (fact->hash >> (8 * i)) != 0; i++) {
        uint32_t percent = fact->hash >> (8 * i) & 0xff;
        if (limit->warning_percent[i] != percent || limit->warnings <= i) {
            limit->warned &= ~(1u << i); /* a new level has not fired yet */
        }
        limit->warning_percent[i] = percent;
        given = i + 1;
        limit->owner_warnings = true;
    }
    limit->warnings = given != 0 ? given : limit->warnings;
    if ((fact->flags >> 4 & 0xf) != 0) {
        limit->model = (enum cg_model)((fact->flags >> 4 & 0xf) - 1);
        limit->owner_model = true;
    }
    if ((fact->flags & 1) != 0) {
        limit->action = fact->flags >> 8 & 0xf;
        limit->switched = 0;
    }
}

/* What the gate concludes from an update: one that is older than that may not
 * undo it (R15, R19). */
static void limit_stated(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    limit_move(limit, CG_LIMIT_BY_GATE, (enum cg_limit_state)fact->value);
    limit->update_id = 0; /* not as it was sent */
    if (fact->until > limit->updated_at) {
        limit->updated_at = fact->until;
    }
}

/* Its value is 1535, its rate the multiplier, its text the terms. */
static void limit_scoped(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = cg_state_next_scope(state);
    uint32_t *link = &state->limits[fact->limit].scopes;
    CG_ASSERT(slot != CG_NONE);
    struct cg_scope *scope = &state->scopes[slot];
    if (state->scope_free == slot) {
        state->scope_free = scope->next;
    } else {
        state->scope_top = slot + 1;
    }
    state->scope_count++;
    scope->exclude = fact->value == 2;
    scope->multiplier = fact->rate;
    scope->next = CG_NONE;
    cg_scope_read((struct cg_slice){fact->text, fact->text_len}, scope->terms);
    while (*link != CG_NONE) {
        link = &state->scopes[*link].next;
    }
    *link = slot;
}

static void limit_unscoped(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    while (limit->scopes != CG_NONE) {
        uint32_t slot = limit->scopes;
        limit->scopes = state->scopes[slot].next;
        state->scopes[slot].next = state->scope_free;
        state->scope_free = slot;
        state->scope_count--;
    }
}

/* The level CG_WARNINGS_MAX stands for the breach itself. */
static void limit_warned(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    if (cg_apply_account_warned(state, fact, true)) {
        return;
    }
    limit->warned |= fact->flags;
    cg_apply_limit_switch(limit, fact);
    if (fact->value == CG_WARNINGS_MAX) {
        limit->breached = true;
    }
}

static void limit_rearmed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    if (cg_apply_account_warned(state, fact, false)) {
        return;
    }
    limit->warned &= ~fact->flags;
    if (fact->value == CG_WARNINGS_MAX) {
        limit->breached = false;
    }
}

static void
link_changed(struct cg_state *state, const struct cg_fact *fact, bool up)
{
    state->sessions[fact->session].up = up;
    state->sessions[fact->session].round += up ? 1 : 0;
    state->sessions[fact->session].probe = CG_NONE;
}

static void hub_answered(struct cg_state *state, const struct cg_fact *fact)
{
    state->sessions[fact->session].missed = 0;
    state->sessions[fact->session].probe = CG_NONE;
}

/* --- days (R48) --------------------------------------------------------- */

/* What is filled counts no longer; what is open goes on.  Tokens notice by the
 * limit's day. */
static void limit_reset(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    limit->reset_at = fact->until;
    limit->reset_done_at = fact->time;
    limit->day++;
    limit->position = 0;
    limit->gross = 0;
    limit->confirmed[0] = 0;
    limit->confirmed[1] = 0;
    limit->past.position = 0;
    limit->past.gross = 0;
}

static void request_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_request *request = &state->requests[slot];
    cg_map_remove(&state->request_map,
                  cg_hash(request->venue, cg_id_slice(&request->id)), slot);
    request_move(request, CG_REQUEST_FREE);
    request->next = state->request_free;
    state->request_free = slot;
}

/* An answer of the venue may still come, if it is not a day late. */
static bool request_stays(struct cg_request *request, bool cancelled)
{
    bool asks_end = request->kind == CG_REQUEST_CANCEL ||
                    request->kind == CG_REQUEST_PULL;
    bool stays = request->state == CG_REQUEST_SENT && !request->kept &&
                 !(asks_end && cancelled);
    request->kept = request->kept || stays;
    return stays;
}

static void order_day_ended(struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    bool stays = false;
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        stays |= request_stays(&state->requests[i],
                               order->ended_by == CG_REPORT_CANCELLED);
    }
    if (!stays) {
        order_forget(state, slot);
    }
}

/* Closed orders go with their ids, and so do ids that have no order; what the
 * venue or a hub has still to answer stays for a day more. */
static void day_ended(struct cg_state *state, const struct cg_fact *fact)
{
    state->day_ended_at = fact->until;
    uint32_t staying = CG_NONE;
    for (uint32_t i = state->request_loose; i != CG_NONE;) {
        struct cg_request *request = &state->requests[i];
        uint32_t next = request->next;
        if (request_stays(request, false)) {
            request->next = staying;
            staying = i;
        } else {
            request_forget(state, i);
        }
        i = next;
    }
    state->request_loose = CG_NONE;
    for (uint32_t i = state->closed_first; i != CG_NONE;) {
        uint32_t next = state->orders[i].next;
        order_day_ended(state, i);
        i = next;
    }
    for (uint32_t i = state->request_loose; i != CG_NONE;) {
        uint32_t next = state->requests[i].next;
        request_forget(state, i);
        i = next;
    }
    state->request_loose = staying;
}

/* A pure table over the kinds, hence its length. */
void cg_state_apply(struct cg_state *state, const struct cg_fact *fact)
{
    CG_ASSERT(fact->no == state->fact_no + 1);
    if (fact->no == 1) {
        state->day_ended_at = fact->time;
    }
    state->fact_no = fact->no;
    state->now = fact->time;
    switch (fact->kind) {
    case CG_FACT_SESSION_NAMED:
        session_named(state, fact);
        break;
    case CG_FACT_ACCOUNT_NAMED:
        account_named(state, fact);
        break;
    case CG_FACT_CCP_NAMED:
        id_set(&state->ccps[state->ccp_count++], fact->id, fact->id_len);
        break;
    case CG_FACT_ACCOUNT_WARNINGS:
        cg_apply_account_warnings(state, fact);
        break;
    case CG_FACT_INSTRUMENT_NAMED:
        instrument_named(state, fact);
        break;
    case CG_FACT_LIMIT_NAMED:
        limit_named(state, fact);
        break;
    case CG_FACT_LIMIT_SET:
        limit_set(state, fact);
        break;
    case CG_FACT_LIMIT_SCOPED:
        limit_scoped(state, fact);
        break;
    case CG_FACT_LIMIT_UNSCOPED:
        limit_unscoped(state, fact);
        break;
    case CG_FACT_LIMIT_STATE:
        limit_stated(state, fact);
        break;
    case CG_FACT_LIMIT_WARNED:
        limit_warned(state, fact);
        break;
    case CG_FACT_LIMIT_REARMED:
        limit_rearmed(state, fact);
        break;
    case CG_FACT_LIMIT_RESET:
        limit_reset(state, fact);
        break;
    case CG_FACT_DAY_ENDED:
        day_ended(state, fact);
        break;
    case CG_FACT_LIMIT_ACTIONS:
        cg_apply_limit_actions(state, fact);
        break;
    case CG_FACT_LIMIT_STOPPED:
        cg_apply_limit_stopped(state, fact);
        break;
    case CG_FACT_STOP_PLACED:
        cg_apply_stop_placed(state, fact);
        break;
    case CG_FACT_STOP_DONE:
        cg_apply_stop_done(state, fact);
        break;
    case CG_FACT_STOP_LIFTED:
        cg_apply_stop_lifted(state, fact);
        break;
    case CG_FACT_ORDER_FORGOTTEN:
        order_forget(state, fact->order);
        break;
    case CG_FACT_ORDER_TAKEN:
        order_taken(state, fact);
        break;
    case CG_FACT_ORDER_REFUSED:
        order_refused(state, fact);
        break;
    case CG_FACT_ORDER_QUEUED:
        cg_apply_queued(state, fact);
        break;
    case CG_FACT_ORDER_LEFT:
        cg_apply_left(state, fact);
        break;
    case CG_FACT_TOKEN_CHARGED:
        token_charged(state, fact);
        break;
    case CG_FACT_TOKEN_ADDED:
        token_added(state, fact);
        break;
    case CG_FACT_TOKEN_RECHARGED:
        token_recharged(state, fact);
        break;
    case CG_FACT_TOKEN_PRICED:
        cg_apply_priced(state, fact);
        break;
    case CG_FACT_TOKEN_REPRICED:
        token_repriced(state, fact);
        break;
    case CG_FACT_TOKEN_GRANTED:
        token_granted(state, fact);
        break;
    case CG_FACT_TOKEN_LAPSED:
        token_lapsed(state, fact);
        break;
    case CG_FACT_TOKEN_RETURNED:
        token_end(state, &state->tokens[fact->token],
                  (enum cg_token_end)fact->value);
        token_move(&state->tokens[fact->token], CG_TOKEN_RETURNING);
        break;
    case CG_FACT_TOKEN_CLOSED:
        token_end(state, &state->tokens[fact->token],
                  (enum cg_token_end)fact->value);
        token_move(&state->tokens[fact->token], CG_TOKEN_CLOSED);
        order_may_go(state, state->tokens[fact->token].order);
        break;
    case CG_FACT_ASK_SENT:
        ask_sent(state, fact);
        break;
    case CG_FACT_ASK_REPEATED:
        state->asks[fact->ask].said_at = fact->time;
        state->asks[fact->ask].said = true;
        state->asks[fact->ask].repeats = fact->value;
        break;
    case CG_FACT_ASK_PENDING:
        state->tokens[fact->token].pending = true;
        break;
    case CG_FACT_ASK_ANSWERED:
        ask_answered(state, fact);
        break;
    case CG_FACT_ORDER_SENT:
        order_sent(state, fact);
        break;
    case CG_FACT_ORDER_ACKED:
        order_acked(state, fact);
        break;
    case CG_FACT_ORDER_IDENTIFIED:
        order_identified(state, fact);
        break;
    case CG_FACT_REPORT_SEEN:
        cg_recent_add(&state->reports, fact->hash, fact->terms_hash);
        break;
    case CG_FACT_ORDER_FILLED:
        order_filled(state, fact);
        break;
    case CG_FACT_LEG_TAKEN:
        cg_apply_leg_taken(state, fact);
        break;
    case CG_FACT_LEG_CHARGED:
        cg_apply_leg_charged(state, fact);
        break;
    case CG_FACT_LEG_FILLED:
        cg_apply_leg_filled(state, fact);
        fills_count(state, &state->orders[fact->order]);
        break;
    case CG_FACT_ORDER_RESTATED:
        state->orders[fact->order].qty = fact->qty;
        worst_set(state, &state->orders[fact->order]);
        break;
    case CG_FACT_ORDER_CLOSED:
        order_closed(state, fact->order, fact->value);
        break;
    case CG_FACT_REQUEST_TAKEN:
        request_taken(state, fact);
        break;
    case CG_FACT_REQUEST_ADVANCED:
        request_advanced(state, fact);
        break;
    case CG_FACT_REQUEST_PASSED:
        request_passed(state, fact);
        break;
    case CG_FACT_REQUEST_SENT:
        request_sent(state, fact);
        break;
    case CG_FACT_REQUEST_ACCEPTED:
        request_ended(state, fact, CG_REQUEST_ACCEPTED);
        break;
    case CG_FACT_REQUEST_REFUSED:
        request_ended(state, fact, CG_REQUEST_REFUSED);
        break;
    case CG_FACT_REQUEST_WITHHELD:
        cg_apply_withheld(state, fact);
        break;
    case CG_FACT_STATUS_ASKED:
        cg_apply_status_asked(state, fact);
        break;
    case CG_FACT_STATUS_TOLD:
        cg_apply_status_told(state, fact);
        break;
    case CG_FACT_STATUS_RELAYED:
        cg_apply_status_relayed(state, fact);
        break;
    case CG_FACT_LINK_UP:
        link_changed(state, fact, true);
        break;
    case CG_FACT_LINK_DOWN:
        link_changed(state, fact, false);
        break;
    case CG_FACT_HUB_MISSED:
        state->sessions[fact->session].missed = fact->value;
        state->orders[fact->order].soft_passed = true;
        break;
    case CG_FACT_HUB_IN_PARTS:
        state->sessions[fact->session].parts = fact->hash;
        break;
    case CG_FACT_HUB_ANSWERED:
        hub_answered(state, fact);
        break;
    case CG_FACT_LIMITS_TOLD:
    case CG_FACT_NOTED:
    case CG_FACT_KIND_COUNT:
        break;
    }
}
