/*
 * What clients ask for: new orders, replaces, cancels; and the gate's own
 * cancels.
 *
 * Every message gets exactly one outcome (R45): it goes on, or it is answered.
 * New risk is refused in doubt; a cancel is never refused for credit (R42).
 * Rules: R4, R6, R11, R18, R20..R22, R26, R30, R31, R40..R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

static const struct cg_refusal no_refusal = {.limit = CG_NONE};

static struct cg_refusal because(enum cg_reason reason)
{
    return (struct cg_refusal){.reason = reason, .limit = CG_NONE};
}

/* The journal keeps ids of CG_NAME_MAX bytes; a longer one was refused. */
static void fact_id(struct cg_fact *fact, struct cg_slice id)
{
    fact->id = id.data;
    fact->id_len = id.len < CG_NAME_MAX ? id.len : CG_NAME_MAX;
}

static bool id_is_free(const struct cg_engine *engine, struct cg_slice id)
{
    cg_session venue = engine->state.sessions[engine->cause_session].venue;
    return cg_state_request(&engine->state, venue, id) == CG_NONE;
}

/* Ids of what was refused at once are remembered only while half of the room is
 * free: nobody can use it up by being refused. */
static bool refusals_left(const struct cg_state *state)
{
    return state->request_top < state->request_max / 2;
}

/* Each open order keeps room for a cancel by its client and one by the gate. */
static bool requests_left(const struct cg_state *state)
{
    uint64_t left = state->request_max - state->request_top;
    return left > 2 * (uint64_t)state->open_orders + 2;
}

/* --- answers -----------------------------------------------------------------
 */

/* An order that is refused as it arrives.  Its ClOrdID is used up, so that a
 * repeat gets no other answer (R45). */
static void refuse_new(struct cg_engine *engine,
                       const struct cg_order_event *event,
                       const struct cg_refusal *refusal)
{
    bool keep = event->clordid.len <= CG_NAME_MAX &&
                refusals_left(&engine->state) &&
                id_is_free(engine, event->clordid);
    cg_session client = engine->cause_session;
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_REFUSED);
    fact.session = client;
    fact.request = keep ? cg_state_next_request(&engine->state) : CG_NONE;
    fact.flags = (uint32_t)engine->state.sessions[client].venue << 16;
    fact.reason = (uint16_t)refusal->reason;
    fact.limit = refusal->limit;
    fact.amount = refusal->required;
    fact.other = refusal->available;
    fact.side = event->side;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = client;
    effect->refusal = *refusal;
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
    bool keep = event->clordid.len <= CG_NAME_MAX && refusals_left(state) &&
                id_is_free(engine, event->clordid);
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.session = engine->cause_session;
    fact.request = keep ? cg_state_next_request(state) : CG_NONE;
    fact.flags = (uint32_t)venue << 16;
    fact.value = to_replace ? CG_REQUEST_REPLACE : CG_REQUEST_CANCEL;
    fact.order = order;
    fact.reason = (uint16_t)refusal->reason;
    fact.limit = refusal->limit;
    fact.amount = refusal->required;
    fact.other = refusal->available;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_REQUEST);
    effect->session = engine->cause_session;
    effect->order = order;
    effect->to_replace = to_replace;
    effect->refusal = *refusal;
}

/* --- new orders (R40)
 * ----------------------------------------------------------- */

/* A ClOrdID that is known already: a repeat, or a mistake. */
static void repeated(struct cg_engine *engine,
                     const struct cg_order_event *event,
                     uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    bool same = request->client == engine->cause_session &&
                request->kind == CG_REQUEST_NEW &&
                request->body_hash == event->body_hash;
    if (same && event->possdup) {
        cg_note(engine, "order %.*s came again (PossDupFlag), nothing done",
                (int)event->clordid.len, event->clordid.data);
        return;
    }
    bool told = request->order != CG_NONE ||
                request->state == CG_REQUEST_REFUSED;
    if (same && event->possresend && told) {
        cg_note(engine, "order %.*s came again (PossResend), its status told",
                (int)event->clordid.len, event->clordid.data);
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->order = request->order;
        effect->request = slot;
        return;
    }
    if (!same && (event->possdup || event->possresend)) {
        cg_note(engine, "ALARM: order %.*s came again with another body",
                (int)event->clordid.len, event->clordid.data);
    }
    struct cg_refusal refusal = because(CG_DUPLICATE_CLORDID);
    refuse_new(engine, event, &refusal);
}

/* R6: an account of this session, and the firm it names. */
static bool party_fits(const struct cg_engine *engine,
                       const struct cg_order_event *event,
                       uint32_t *slot,
                       struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    *slot = cg_state_account(state, event->account);
    *refusal = because(CG_UNKNOWN_PARTY);
    if (*slot == CG_NONE) {
        refusal->detail = event->account.len == 0 ? "no account is named"
                                                  : "account is not known here";
        return false;
    }
    const struct cg_account *account = &state->accounts[*slot];
    if ((account->sessions >> engine->cause_session & 1) == 0) {
        refusal->detail = "account is not known here";
        return false;
    }
    if (event->firm.len > 0 &&
        !cg_slice_equal(event->firm, cg_id_slice(&account->firm))) {
        refusal->detail = "clearing firm is not the account's";
        return false;
    }
    return true;
}

/* 55 and 48 may not mean two instruments that have a DV01 each. */
static bool instrument_is_one(const struct cg_state *state,
                              uint32_t instrument,
                              const struct cg_order_event *event)
{
    uint32_t other = event->security_id.len > 0
                         ? cg_state_instrument(state, event->security_id)
                         : CG_NONE;
    return other == CG_NONE || other == instrument;
}

static bool currency_fits(const struct cg_state *state,
                          uint32_t instrument,
                          const struct cg_order_event *event)
{
    struct cg_slice own = {state->instruments[instrument].currency, 3};
    return event->currency.len == 0 || cg_slice_equal(event->currency, own);
}

/* All that is checked before credit is. */
static bool admissible(const struct cg_engine *engine,
                       const struct cg_order_event *event,
                       struct cg_cover_request *request,
                       struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_session_state *client =
        &state->sessions[engine->cause_session];
    if ((event->possdup || event->possresend) &&
        engine->now - event->sent_at > engine->config.stale_resend_ns) {
        *refusal = because(CG_STALE_RESEND);
        return false;
    }
    if (!party_fits(engine, event, &request->account, refusal)) {
        return false;
    }
    request->instrument = cg_state_instrument(state, event->symbol);
    if (request->instrument == CG_NONE ||
        state->instruments[request->instrument].rate == 0) {
        *refusal = because(CG_DV01_UNAVAILABLE);
        return false;
    }
    if (!instrument_is_one(state, request->instrument, event)) {
        *refusal = because(CG_BAD_FIELD);
        refusal->tag = 48;
        refusal->detail = "Symbol and SecurityID name two instruments";
        return false;
    }
    if (!currency_fits(state, request->instrument, event)) {
        *refusal = because(CG_BAD_FIELD);
        refusal->tag = 15;
        refusal->detail = "Currency is not the instrument's";
        return false;
    }
    if (!state->sessions[client->venue].up) {
        *refusal = because(CG_VENUE_DOWN);
        return false;
    }
    *refusal = because(cg_stop_of(state, request->account));
    return refusal->reason == CG_REASON_NONE;
}

/* Room for an order with all it may need; a full gate refuses new risk. */
static bool has_room(const struct cg_state *state)
{
    uint32_t tokens = state->token_map.count - state->closed_tokens;
    bool order = cg_state_next_order(state) != CG_NONE ||
                 state->closed_first != CG_NONE;
    return order && tokens + CG_COVER_MAX * 2 < state->token_max &&
           state->ask_map.count < state->ask_max / 2 && requests_left(state);
}

/* Closed orders stay known to late reports for as long as there is room: for
 * an order, and for as many tokens again when it falls back. */
static void make_room(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    while (state->closed_first != CG_NONE &&
           (cg_state_next_order(state) == CG_NONE ||
            state->token_map.count + CG_COVER_MAX * 2 >= state->token_max)) {
        struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_FORGOTTEN);
        fact.order = state->closed_first;
        fact.number = state->orders[fact.order].number;
        cg_engine_record(engine, &fact);
    }
}

static uint32_t take(struct cg_engine *engine,
                     const struct cg_order_event *event,
                     const struct cg_cover_request *request)
{
    const struct cg_state *state = &engine->state;
    make_room(engine);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_TAKEN);
    fact.order = cg_state_next_order(state);
    fact.request = cg_state_next_request(state);
    fact.number = state->order_no + 1;
    fact.session = engine->cause_session;
    fact.flags = (uint32_t)state->sessions[engine->cause_session].venue << 16;
    fact.account = request->account;
    fact.instrument = request->instrument;
    fact.side = event->side;
    fact.time_in_force = event->time_in_force;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    return fact.order;
}

static bool cover_asks(const struct cg_cover *cover)
{
    for (uint32_t i = 0; i < cover->count; i++) {
        if (cover->parts[i].ask) {
            return true;
        }
    }
    return false;
}

void cg_engine_new(struct cg_engine *engine, const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    uint32_t known = cg_state_request(state, venue, event->clordid);
    if (known != CG_NONE) {
        repeated(engine, event, known);
        return;
    }
    if (event->bad.reason != CG_REASON_NONE) {
        refuse_new(engine, event, &event->bad);
        return;
    }
    struct cg_refusal refusal = no_refusal;
    if (engine->stopping || !has_room(state)) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = engine->stopping ? "the gate is stopping"
                                          : "the gate is full";
        refuse_new(engine, event, &refusal);
        return;
    }
    struct cg_cover cover;
    struct cg_cover_request request = {.side = event->side, .qty = event->qty};
    if (!admissible(engine, event, &request, &refusal) ||
        !cg_cover_plan(engine, &request, &cover, &refusal)) {
        refuse_new(engine, event, &refusal);
        return;
    }
    if (cover_asks(&cover) && engine->park_room == 0) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = "too many orders wait for credit";
        refuse_new(engine, event, &refusal);
        return;
    }
    uint32_t order = take(engine, event, &request);
    cg_tokens_charge(engine, order, &cover);
    if (cg_tokens_live(state, order)) {
        cg_tokens_spend(engine, order);
    } else {
        cg_effect_add(engine, CG_EFFECT_PARK)->request =
            state->orders[order].request;
    }
}

void cg_order_refuse(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_refusal *refusal,
                     enum cg_token_end end)
{
    const struct cg_order *order = &engine->state.orders[slot];
    CG_ASSERT(order->state == CG_ORDER_WAITING);
    cg_tokens_end(engine, slot, end);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_REFUSED);
    fact.order = slot;
    fact.value = CG_REPORT_REJECTED;
    fact.session = order->client;
    fact.reason = (uint16_t)refusal->reason;
    fact.limit = refusal->limit;
    fact.amount = refusal->required;
    fact.other = refusal->available;
    cg_engine_record(engine, &fact);
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = order->request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = order->client;
    effect->order = slot;
    effect->request = order->request;
    effect->refusal = *refusal;
}

/* --- replaces (R41)
 * --------------------------------------------------------------- */

/* The order that a replace or cancel means, or CG_NONE. */
static uint32_t find_order(const struct cg_engine *engine,
                           const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    uint32_t slot = cg_state_request(state, venue, event->orig_clordid);
    if (slot == CG_NONE ||
        state->requests[slot].client != engine->cause_session ||
        state->requests[slot].state == CG_REQUEST_REFUSED) {
        return CG_NONE;
    }
    return state->requests[slot].order;
}

static uint32_t request_take(struct cg_engine *engine,
                             const struct cg_order_event *event,
                             uint32_t order,
                             enum cg_request_kind kind,
                             bool waits)
{
    const struct cg_state *state = &engine->state;
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_TAKEN);
    fact.request = cg_state_next_request(state);
    CG_ASSERT(fact.request != CG_NONE);
    fact.order = order;
    fact.session = engine->cause_session;
    fact.flags = (uint32_t)state->orders[order].venue << 16 | (waits ? 1 : 0);
    fact.value = kind;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    fact_id(&fact, event->clordid);
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
    if (!same || (!event->possdup && request->order == CG_NONE)) {
        return false;
    }
    if (!event->possdup) {
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->order = request->order;
        effect->request = slot;
    }
    return true;
}

/* R18: a lower quantity, and nothing else. */
static bool only_falls(const struct cg_state *state,
                       const struct cg_order_event *event,
                       const struct cg_order *order)
{
    return event->qty < order->qty &&
           event->terms_hash == state->requests[order->request].terms_hash;
}

/* What a replace may not change, and when it may not come (R41, R18). */
static bool replace_fits(const struct cg_engine *engine,
                         const struct cg_order_event *event,
                         uint32_t slot,
                         struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t account;
    if (!party_fits(engine, event, &account, refusal)) {
        return false;
    }
    if (account != order->account || event->side != order->side ||
        cg_state_instrument(state, event->symbol) != order->instrument ||
        !instrument_is_one(state, order->instrument, event) ||
        !currency_fits(state, order->instrument, event)) {
        *refusal = because(CG_REPLACE_NOT_ALLOWED);
        return false;
    }
    if (order->raise != CG_NONE || order->state == CG_ORDER_WAITING ||
        order->pull != CG_NONE) {
        *refusal = because(CG_REQUEST_PENDING);
        return false;
    }
    if (!state->sessions[order->venue].up) {
        *refusal = because(CG_VENUE_DOWN);
        return false;
    }
    if ((event->possdup || event->possresend) &&
        engine->now - event->sent_at > engine->config.stale_resend_ns) {
        *refusal = because(CG_STALE_RESEND);
        return false;
    }
    enum cg_reason stop = cg_stop_of(state, order->account);
    if (stop != CG_REASON_NONE && !only_falls(state, event, order)) {
        *refusal = because(stop);
        return false;
    }
    *refusal = because(CG_GATE_STOPPING);
    refusal->detail = "the gate is full";
    return requests_left(state) && engine->park_room > 0;
}

/* What of a waiting raise |token| has to hold. */
static cg_dv01 raise_need(const struct cg_state *state,
                          const struct cg_token *token)
{
    const struct cg_order *order = &state->orders[token->order];
    cg_dv01 need = 0;
    bool fits = cg_dv01_of(state->requests[order->raise].qty, token->rate,
                           &need);
    CG_ASSERT(fits);
    return need;
}

void cg_raise_ask(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->state == CG_TOKEN_SPENT && token->model == CG_MODEL_PING &&
        token->end == CG_END_NONE && token->ask == CG_NONE &&
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
        bool push = token->model == CG_MODEL_PUSH;
        if (need > token->charge || (push && need > cg_token_held(token))) {
            struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_RECHARGED);
            fact.token = i;
            fact.amount = need > token->charge ? need : token->charge;
            fact.flags = push ? 1 : 0;
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
        struct cg_refusal refusal = because(CG_DUPLICATE_CLORDID);
        refuse_request(engine, event, order, true, &refusal);
    }
}

void cg_engine_replace(struct cg_engine *engine,
                       const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = find_order(engine, event);
    struct cg_refusal refusal = event->bad;
    if (!id_is_free(engine, event->clordid)) {
        replace_repeated(engine, event, slot);
        return;
    }
    if (refusal.reason != CG_REASON_NONE) {
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (slot == CG_NONE || state->orders[slot].state == CG_ORDER_CLOSED) {
        refusal = because(CG_UNKNOWN_ORDER);
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (engine->stopping) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = "the gate is stopping";
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (!replace_fits(engine, event, slot, &refusal) ||
        !cg_cover_may_grow(engine, slot, event->qty,
                           only_falls(state, event, &state->orders[slot]),
                           &refusal)) {
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    /* R22 holds at the moment of sending, so the charge comes first. */
    uint32_t request = request_take(engine, event, slot, CG_REQUEST_REPLACE,
                                    true);
    raise_charge(engine, slot);
    if (cg_raise_ready(state, slot)) {
        cg_raise_send(engine, slot);
    } else {
        cg_effect_add(engine, CG_EFFECT_PARK)->request = request;
    }
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

void cg_raise_refuse(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t request = order->raise;
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.order = slot;
    fact.request = request;
    fact.session = order->client;
    fact.reason = (uint16_t)refusal->reason;
    fact.limit = refusal->limit;
    fact.amount = refusal->required;
    fact.other = refusal->available;
    cg_engine_record(engine, &fact);
    cg_tokens_follow(engine, slot);
    /* An ask that is still out is withdrawn at once (R28). */
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state == CG_TOKEN_SPENT && token->ask != CG_NONE &&
            state->asks[token->ask].kind == CG_ASK_RAISE) {
            cg_ask_send(engine, i, CG_ASK_LOWER, token->charge);
        }
    }
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_REQUEST);
    effect->session = order->client;
    effect->order = slot;
    effect->request = request;
    effect->to_replace = true;
    effect->refusal = *refusal;
}

/* --- cancels (R42)
 * ------------------------------------------------------------------ */

/* A waiting order never reached the venue: the gate answers for it (R44). */
static void
cancel_waiting(struct cg_engine *engine, uint32_t slot, uint32_t request)
{
    const struct cg_order *order = &engine->state.orders[slot];
    cg_tokens_end(engine, slot, CG_END_HANDED_BACK);
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_SENT);
    fact.request = request;
    fact.order = slot;
    cg_engine_record(engine, &fact);
    fact = cg_fact_of(CG_FACT_REQUEST_ACCEPTED);
    fact.request = request;
    fact.order = slot;
    cg_engine_record(engine, &fact);
    fact = cg_fact_of(CG_FACT_ORDER_CLOSED);
    fact.order = slot;
    fact.value = CG_REPORT_CANCELLED;
    cg_engine_record(engine, &fact);
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = order->request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_CANCELLED);
    effect->session = order->client;
    effect->order = slot;
    effect->request = request;
}

/* An order that ended here and never reached the venue. */
static bool never_sent(const struct cg_order *order)
{
    return order->state == CG_ORDER_CLOSED && !order->sent;
}

/* Room is kept for each order's first cancel, and for the gate's own. */
static bool cancel_has_room(const struct cg_state *state, uint32_t slot)
{
    uint32_t left = state->request_max - state->request_top;
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
    uint32_t slot = find_order(engine, event);
    struct cg_refusal refusal = event->bad;
    if (!id_is_free(engine, event->clordid)) {
        if (came_again(engine, event, CG_REQUEST_CANCEL)) {
            return;
        }
        refusal = because(CG_DUPLICATE_CLORDID);
    }
    if (refusal.reason == CG_REASON_NONE &&
        (slot == CG_NONE || never_sent(&state->orders[slot]))) {
        refusal = because(CG_UNKNOWN_ORDER);
    }
    if (refusal.reason == CG_REASON_NONE && !cancel_has_room(state, slot)) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = "the gate is full";
    }
    if (refusal.reason != CG_REASON_NONE) {
        refuse_request(engine, event, slot, false, &refusal);
        return;
    }
    uint32_t request = request_take(engine, event, slot, CG_REQUEST_CANCEL,
                                    false);
    const struct cg_order *order = &state->orders[slot];
    if (order->state == CG_ORDER_WAITING) {
        cancel_waiting(engine, slot, request);
        return;
    }
    if (order->raise != CG_NONE) {
        struct cg_refusal pending = because(CG_ORDER_PULLED);
        pending.detail = "the order is being cancelled";
        cg_raise_refuse(engine, slot, &pending);
    }
    request_send(engine, request);
}

/* --- pulls (R30, R31)
 * ---------------------------------------------------------------- */

/* An id for the gate's own cancel that nobody has used. */
static size_t pull_id(const struct cg_engine *engine,
                      cg_session venue,
                      uint32_t number,
                      char *id)
{
    int len = snprintf(id, CG_NAME_MAX, "%.40s-P%u", engine->config.gate_name,
                       number);
    for (uint32_t more = 1;
         cg_state_request(&engine->state, venue,
                          (struct cg_slice){id, (size_t)len}) != CG_NONE;
         more++) {
        len = snprintf(id, CG_NAME_MAX, "%.40s-P%u-%u",
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
    fact.value = CG_REQUEST_PULL;
    fact.reason = (uint16_t)reason;
    fact.id = id;
    fact.id_len = pull_id(engine, order->venue, fact.request + 1, id);
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
    struct cg_refusal refusal = because(reason);
    if (order->state == CG_ORDER_WAITING) {
        cg_order_refuse(engine, slot, &refusal, CG_END_HANDED_BACK);
        return;
    }
    if (order->state == CG_ORDER_CLOSED || order->pull != CG_NONE) {
        return;
    }
    if (order->raise != CG_NONE) {
        cg_raise_refuse(engine, slot, &refusal);
    }
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
    if (!is_pulled(order)) {
        return;
    }
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (i == order->request || (request->kind == CG_REQUEST_REPLACE &&
                                    request->state == CG_REQUEST_SENT)) {
            pull_send(engine, slot, order->pull_reason, i);
        }
    }
}

/* --- ends
 * ------------------------------------------------------------------------------
 */

void cg_order_close(struct cg_engine *engine,
                    uint32_t slot,
                    enum cg_report_kind status)
{
    const struct cg_state *state = &engine->state;
    if (state->orders[slot].raise != CG_NONE) {
        struct cg_refusal refusal = because(CG_UNKNOWN_ORDER);
        refusal.detail = "the order has ended";
        cg_raise_refuse(engine, slot, &refusal);
    }
    cg_tokens_end(engine, slot, CG_END_RELEASED);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_CLOSED);
    fact.order = slot;
    fact.value = status;
    cg_engine_record(engine, &fact);
}

/* R45: nobody is left waiting. */
static void refuse_waiting(struct cg_engine *engine, const char *why)
{
    const struct cg_state *state = &engine->state;
    struct cg_refusal refusal = because(CG_GATE_STOPPING);
    refusal.detail = why;
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (state->orders[i].state == CG_ORDER_WAITING) {
            cg_order_refuse(engine, i, &refusal, CG_END_TIMED_OUT);
        } else if (state->orders[i].state != CG_ORDER_FREE &&
                   state->orders[i].raise != CG_NONE) {
            cg_raise_refuse(engine, i, &refusal);
        }
    }
}

void cg_engine_stop(struct cg_engine *engine)
{
    engine->stopping = true;
    refuse_waiting(engine, "the gate is stopping");
}

void cg_engine_restart(struct cg_engine *engine)
{
    cg_timers_reset(engine);
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->session_count; i++) {
        if (state->sessions[i].up) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LINK_DOWN);
            fact.session = (cg_session)i;
            cg_engine_record(engine, &fact);
        }
    }
    refuse_waiting(engine, "the gate was restarted");
}
