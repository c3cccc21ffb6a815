/*
 * What clients ask of orders that are there: replaces and cancels.
 *
 * A rise has its credit before it goes on, a fall frees nothing before the
 * venue confirms it, and a cancel is never refused for credit.  Rules: R18,
 * R22, R41, R42, R44, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "ahead.h"

/* The client's request that 41 names, or CG_NONE. */
static uint32_t original(const struct cg_engine *engine,
                         const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    cg_ahead_id(state, venue, event->clordid);
    uint32_t slot = cg_state_request(state, venue, event->orig_clordid);
    return slot != CG_NONE &&
                   state->requests[slot].client == engine->cause_session
               ? slot
               : CG_NONE;
}

/* A cancel may cross the refusal of the replace that it names: which order it
 * means is clear, and what comes of it is its venue's to say (R42). */
static uint32_t order_to_cancel(const struct cg_engine *engine,
                                const struct cg_order_event *event)
{
    uint32_t slot = original(engine, event);
    return slot != CG_NONE ? engine->state.requests[slot].order : CG_NONE;
}

/* A replace or cancel that is refused as it arrives; |order| may be CG_NONE.
 * Its ClOrdID is used up, so that a repeat gets no other answer (R45). */
static void refuse_request(struct cg_engine *engine,
                           const struct cg_order_event *event,
                           uint32_t order,
                           bool to_replace,
                           const struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    bool keep = event->clordid.len <= CG_NAME_MAX && cg_refusals_left(state) &&
                cg_id_is_free(engine, event->clordid);
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.session = engine->cause_session;
    fact.request = keep ? cg_state_next_request(state) : CG_NONE;
    fact.flags = (uint32_t)venue << 16;
    fact.value = to_replace ? CG_REQUEST_REPLACE : CG_REQUEST_CANCEL;
    fact.order = order != CG_NONE ? order : order_to_cancel(engine, event);
    cg_fact_refusal(&fact, refusal);
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    cg_fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_REQUEST);
    effect->session = engine->cause_session;
    effect->order = order;
    effect->to_replace = to_replace;
    effect->refusal = *refusal;
}

/* --- replaces (R41) ----------------------------------------------------- */

uint32_t cg_engine_order(const struct cg_engine *engine,
                         const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = original(engine, event);
    return slot != CG_NONE && state->requests[slot].state != CG_REQUEST_REFUSED
               ? state->requests[slot].order
               : CG_NONE;
}

/* How a request that is taken starts; the flags of its fact. */
enum start { AT_ONCE = 0, FOR_CREDIT = 1, BEHIND = 2 };

static uint32_t request_take(struct cg_engine *engine,
                             const struct cg_order_event *event,
                             uint32_t order,
                             enum cg_request_kind kind,
                             enum start start)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->orders[order].venue;
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_TAKEN);
    fact.request = cg_state_next_request(state);
    CG_ASSERT(fact.request != CG_NONE);
    fact.order = order;
    fact.session = engine->cause_session;
    fact.flags = (uint32_t)venue << 16 | (uint32_t)start;
    fact.value = kind;
    fact.number = 1ull + cg_state_request(state, venue, event->orig_clordid);
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    cg_fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    return fact.request;
}

static void request_send(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_SENT);
    fact.request = slot;
    fact.order = request->order;
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_FORWARD);
    effect->session = request->venue;
    effect->order = request->order;
    effect->request = slot;
}

/* A repeat of a replace or cancel that is known: on record, and its order's
 * status for a PossResend.  False when it is none. */
static bool came_again(struct cg_engine *engine,
                       const struct cg_order_event *event,
                       enum cg_request_kind kind)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    uint32_t slot = cg_state_request(state, venue, event->clordid);
    const struct cg_request *request = &state->requests[slot];
    bool same = request->client == engine->cause_session &&
                request->kind == kind && request->body_hash == event->body_hash;
    if (!event->possdup && !event->possresend) {
        return false;
    }
    cg_note(engine,
            same ? "request %.*s came again, nothing done"
                 : "ALARM: request %.*s came again with another body",
            (int)event->clordid.len, event->clordid.data);
    if (!same || (event->possresend && request->order == CG_NONE)) {
        return false;
    }
    if (event->possresend) {
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->order = request->order;
        effect->request = slot;
    }
    return true;
}

/* R18: a lower quantity, and nothing else, whichever of the replaces that are
 * on their way the venue has accepted by then. */
static bool only_falls(const struct cg_state *state,
                       const struct cg_order *order,
                       const struct cg_replace *replace)
{
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->kind == CG_REQUEST_REPLACE &&
            request->state == CG_REQUEST_SENT &&
            (replace->qty >= request->qty ||
             replace->terms_hash != request->terms_hash)) {
            return false;
        }
    }
    return replace->qty < order->qty &&
           replace->terms_hash == state->requests[order->request].terms_hash;
}

/* What a replace may not change, ever (R41). */
static bool replace_fits(const struct cg_engine *engine,
                         const struct cg_order_event *event,
                         uint32_t slot,
                         struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t account;
    uint16_t ccp;
    if (!cg_party_fits(engine, event, &account, refusal) ||
        !cg_ccp_of(engine, event, account, &ccp, refusal)) {
        return false;
    }
    if (account != order->account ||
        (event->ccp.len > 0 && !cg_ccp_stays(ccp, order)) ||
        event->side != order->side || !cg_terms_stay(state, event, order)) {
        *refusal = cg_refusal_of(CG_REPLACE_NOT_ALLOWED);
        return false;
    }
    if (cg_repeat_is_stale(engine, event)) {
        *refusal = cg_refusal_of(CG_STALE_RESEND);
        return false;
    }
    *refusal = cg_refusal_of(CG_GATE_STOPPING);
    refusal->detail = engine->stopping ? "the gate is stopping"
                                       : "the gate is full";
    return !engine->stopping && cg_requests_left(state);
}

/* When a replace may not go on: now, or when its turn has come (R41, R18). */
static bool replace_may_pass(const struct cg_engine *engine,
                             uint32_t slot,
                             const struct cg_replace *replace,
                             struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    enum cg_reason stop = cg_stop_of(state, order->account);
    *refusal = cg_refusal_of(CG_REASON_NONE);
    if (stop != CG_REASON_NONE && !only_falls(state, order, replace)) {
        refusal->reason = stop; /* it says more than what follows from it */
    } else if (order->pull != CG_NONE) {
        refusal->reason = CG_REQUEST_PENDING;
    } else if (state->sessions[order->venue].up &&
               cg_order_is_uncertain(state, slot)) {
        refusal->reason = CG_REQUEST_PENDING;
        refusal->detail = "the venue has still to say whether it has the order";
    } else if (!state->sessions[order->venue].up) {
        refusal->reason = CG_VENUE_DOWN;
    }
    return refusal->reason == CG_REASON_NONE;
}

bool cg_replace_may_go(const struct cg_engine *engine,
                       uint32_t slot,
                       const struct cg_replace *replace,
                       struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    bool rises = replace->qty > state->orders[slot].qty;
    return replace_may_pass(engine, slot, replace, refusal) &&
           (!rises || cg_order_is_fresh(engine, slot, refusal)) &&
           cg_cover_may_grow(engine, slot, replace->qty,
                             only_falls(state, &state->orders[slot], replace),
                             refusal);
}

/* Whether the hub has to be asked before |slot| can grow to |qty|. */
static bool
raise_waits(const struct cg_engine *engine, uint32_t slot, cg_qty qty)
{
    const struct cg_state *state = &engine->state;
    struct cg_refusal refusal;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 need = 0;
        if (token->state == CG_TOKEN_SPENT && token->model == CG_MODEL_PING &&
            (CG_NEVER(!cg_price_total(engine, token, qty, &need, &refusal),
                      "cg_replace_may_go() has priced it") ||
             cg_token_held(token) < need)) {
            return true;
        }
    }
    return false;
}

/* What of a waiting raise |token| has to hold. */
static cg_dv01 raise_need(const struct cg_state *state,
                          const struct cg_token *token)
{
    const struct cg_order *order = &state->orders[token->order];
    cg_dv01 rates[CG_LEGS_MAX];
    cg_dv01 need = 0;
    (void)cg_request_rates(state, token, order->raise, rates);
    bool fits = cg_token_worth_at(state, token, rates,
                                  state->requests[order->raise].qty, &need);
    CG_ASSERT(fits);
    return need;
}

void cg_raise_ask(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->model == CG_MODEL_PING && token->ask == CG_NONE &&
        cg_token_held(token) < raise_need(&engine->state, token)) {
        cg_ask_send(engine, slot, CG_ASK_RAISE, token->charge);
    }
}

/* Charges every token for the raise and asks the hub for the difference, after
 * the answer to the submission that is out, if any (R24). */
static void raise_charge(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state != CG_TOKEN_SPENT) {
            continue;
        }
        cg_dv01 need = raise_need(state, token);
        if (need > token->charge) {
            struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_RECHARGED);
            fact.token = i;
            fact.amount = need;
            fact.flags = token->model == CG_MODEL_PUSH ? 1 : 0;
            cg_engine_record(engine, &fact);
        }
        cg_raise_ask(engine, i);
    }
}

/* A replace whose id is known: a repeat, or a mistake (R40). */
static void replace_repeated(struct cg_engine *engine,
                             const struct cg_order_event *event,
                             uint32_t order)
{
    if (!came_again(engine, event, CG_REQUEST_REPLACE)) {
        struct cg_refusal refusal = cg_refusal_of(CG_DUPLICATE_CLORDID);
        refuse_request(engine, event, order, true, &refusal);
    }
}

/* Whether one more replace of the order may wait: for credit, or behind what
 * waits already. */
static bool may_wait(const struct cg_engine *engine,
                     const struct cg_order *order,
                     struct cg_refusal *refusal)
{
    uint32_t waiting = order->behind + (order->raise != CG_NONE ? 1 : 0);
    if (waiting == CG_REPLACES_MAX) {
        *refusal = cg_refusal_of(CG_REQUEST_PENDING);
        return false;
    }
    *refusal = cg_refusal_of(CG_GATE_STOPPING);
    refusal->detail = "too many orders wait for credit";
    return engine->park_room > 0;
}

/* What a replace says is sound: it goes on, waits, or has no credit. */
static bool replace_take(struct cg_engine *engine,
                         const struct cg_order_event *event,
                         uint32_t slot,
                         struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    struct cg_replace replace = {event->qty, event->terms_hash};
    bool behind = order->raise != CG_NONE || cg_order_waits(order);
    uint32_t request = CG_NONE;
    if (behind) {
        if (!replace_may_pass(engine, slot, &replace, refusal) ||
            !may_wait(engine, order, refusal)) {
            return false;
        }
        request = request_take(engine, event, slot, CG_REQUEST_REPLACE, BEHIND);
    } else {
        if (!cg_replace_may_go(engine, slot, &replace, refusal) ||
            (raise_waits(engine, slot, event->qty) &&
             !may_wait(engine, order, refusal))) {
            return false;
        }
        request = request_take(engine, event, slot, CG_REQUEST_REPLACE,
                               FOR_CREDIT);
    }
    if (behind || !cg_raise_start(engine, slot)) {
        cg_effect_add(engine, CG_EFFECT_PARK)->request = request;
    }
    return true;
}

void cg_engine_replace(struct cg_engine *engine,
                       const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_engine_order(engine, event);
    struct cg_refusal refusal = event->bad;
    if (!cg_id_is_free(engine, event->clordid)) {
        replace_repeated(engine, event, slot);
        return;
    }
    if (refusal.reason != CG_REASON_NONE) {
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (slot == CG_NONE || state->orders[slot].state == CG_ORDER_CLOSED) {
        refusal = cg_refusal_of(CG_UNKNOWN_ORDER);
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (!replace_fits(engine, event, slot, &refusal) ||
        !replace_take(engine, event, slot, &refusal)) {
        refuse_request(engine, event, slot, true, &refusal);
    }
}

/* R22 holds at the moment of sending, so the charge comes first. */
bool cg_raise_start(struct cg_engine *engine, uint32_t slot)
{
    cg_prices_take(engine, slot);
    raise_charge(engine, slot);
    if (!cg_raise_ready(&engine->state, slot)) {
        return false;
    }
    cg_raise_send(engine, slot);
    return true;
}

bool cg_raise_ready(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state == CG_TOKEN_SPENT &&
            cg_token_held(token) < raise_need(state, token)) {
            return false;
        }
    }
    return true;
}

void cg_raise_send(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t request = order->raise;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state != CG_TOKEN_SPENT) {
            continue;
        }
        CG_ASSERT(token->end == CG_END_NONE);
        CG_ASSERT(token->charge >= raise_need(state, token));
        CG_ASSERT(cg_token_held(token) >= raise_need(state, token));
    }
    request_send(engine, request);
}

static void refusal_record(struct cg_engine *engine,
                           uint32_t request,
                           const struct cg_refusal *refusal)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.order = engine->state.requests[request].order;
    fact.request = request;
    fact.session = engine->state.requests[request].client;
    cg_fact_refusal(&fact, refusal);
    cg_engine_record(engine, &fact);
}

/* Answers a replace that has waited. */
static void refusal_say(struct cg_engine *engine,
                        uint32_t request,
                        const struct cg_refusal *refusal)
{
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_REQUEST);
    effect->session = engine->state.requests[request].client;
    effect->order = engine->state.requests[request].order;
    effect->request = request;
    effect->to_replace = true;
    effect->refusal = *refusal;
}

void cg_behind_refuse(struct cg_engine *engine,
                      uint32_t request,
                      const struct cg_refusal *refusal)
{
    refusal_record(engine, request, refusal);
    refusal_say(engine, request, refusal);
}

void cg_raise_refuse(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t request = order->raise;
    refusal_record(engine, request, refusal);
    cg_tokens_follow(engine, slot);
    /* An ask that is still out is withdrawn at once (R28). */
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->ask != CG_NONE &&
            state->asks[token->ask].kind == CG_ASK_RAISE) {
            cg_ask_send(engine, i, CG_ASK_LOWER, token->charge);
        }
    }
    refusal_say(engine, request, refusal);
}

/* --- cancels (R42) ------------------------------------------------------ */

void cg_waiting_cancel(struct cg_engine *engine,
                       uint32_t slot,
                       uint32_t request)
{
    const struct cg_order *order = &engine->state.orders[slot];
    cg_queue_leave(engine, slot);
    cg_tokens_end(engine, slot, CG_END_HANDED_BACK);
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_SENT);
    fact.request = request;
    fact.order = slot;
    if (request != CG_NONE) {
        cg_engine_record(engine, &fact);
        fact.kind = CG_FACT_REQUEST_ACCEPTED;
        cg_engine_record(engine, &fact);
    }
    fact = cg_fact_of(CG_FACT_ORDER_CLOSED);
    fact.order = slot;
    fact.value = CG_REPORT_CANCELLED;
    cg_engine_record(engine, &fact);
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = order->request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_CANCELLED);
    effect->session = order->client;
    effect->order = slot;
    effect->request = request != CG_NONE ? request : order->request;
    struct cg_refusal gone = cg_refusal_of(CG_UNKNOWN_ORDER);
    gone.detail = "its order was cancelled";
    cg_replaces_refuse(engine, slot, &gone);
}

/* An order that ended here and never reached the venue. */
static bool never_sent(const struct cg_order *order)
{
    return order->state == CG_ORDER_CLOSED && !order->sent;
}

/* Room is kept for each order's first cancel, and for the gate's own. */
static bool cancel_has_room(const struct cg_state *state, uint32_t slot)
{
    uint32_t left = state->request_max - state->request_map.count;
    for (uint32_t i = state->orders[slot].requests; i != CG_NONE;
         i = state->requests[i].next) {
        if (state->requests[i].kind == CG_REQUEST_CANCEL) {
            return left > state->open_orders + 1;
        }
    }
    return left > 0;
}

void cg_engine_cancel(struct cg_engine *engine,
                      const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = order_to_cancel(engine, event);
    struct cg_refusal refusal = event->bad;
    if (!cg_id_is_free(engine, event->clordid)) {
        if (came_again(engine, event, CG_REQUEST_CANCEL)) {
            return;
        }
        refusal = cg_refusal_of(CG_DUPLICATE_CLORDID);
    }
    if (refusal.reason == CG_REASON_NONE &&
        (slot == CG_NONE || never_sent(&state->orders[slot]))) {
        refusal = cg_refusal_of(CG_UNKNOWN_ORDER);
    }
    if (refusal.reason == CG_REASON_NONE && !cancel_has_room(state, slot)) {
        refusal = cg_refusal_of(CG_GATE_STOPPING);
        refusal.detail = "the gate is full";
    }
    if (refusal.reason != CG_REASON_NONE) {
        refuse_request(engine, event, slot, false, &refusal);
        return;
    }
    uint32_t request = request_take(engine, event, slot, CG_REQUEST_CANCEL,
                                    AT_ONCE);
    const struct cg_order *order = &state->orders[slot];
    if (cg_order_waits(order)) {
        cg_waiting_cancel(engine, slot, request);
        return;
    }
    struct cg_refusal pending = cg_refusal_of(CG_REQUEST_PENDING);
    pending.detail = "the order is being cancelled";
    cg_replaces_refuse(engine, slot, &pending);
    request_send(engine, request);
}
