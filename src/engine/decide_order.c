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

/* --- answers -----------------------------------------------------------------
 */

/*
 * An order that is refused as it arrives.  With |keep| its ClOrdID is used up,
 * which a repeated or unusable id must not do twice.
 */
static void refuse_new(struct cg_engine *engine,
                       const struct cg_order_event *event,
                       const struct cg_refusal *refusal,
                       bool keep)
{
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
    fact.id = event->clordid.data;
    fact.id_len = event->clordid.len;
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = client;
    effect->refusal = *refusal;
}

/* A replace or cancel that is refused as it arrives; |order| may be CG_NONE. */
static void refuse_request(struct cg_engine *engine,
                           const struct cg_order_event *event,
                           uint32_t order,
                           bool to_replace,
                           const struct cg_refusal *refusal)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.session = engine->cause_session;
    fact.order = order;
    fact.reason = (uint16_t)refusal->reason;
    fact.limit = refusal->limit;
    fact.amount = refusal->required;
    fact.other = refusal->available;
    fact.qty = event->qty;
    fact.id = event->clordid.data;
    fact.id_len = event->clordid.len;
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
    if (same && event->possresend && request->order != CG_NONE) {
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->order = request->order;
        effect->request = slot;
        return;
    }
    if (event->possdup || event->possresend) {
        cg_note(engine, "ALARM: order %.*s came again with another body",
                (int)event->clordid.len, event->clordid.data);
    }
    struct cg_refusal refusal = because(CG_DUPLICATE_CLORDID);
    refuse_new(engine, event, &refusal, false);
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
    return cg_state_next_order(state) != CG_NONE &&
           state->token_map.count + CG_COVER_MAX * 2 < state->token_max &&
           state->ask_map.count < state->ask_max / 2 &&
           state->request_max - state->request_top > state->open_orders + 1;
}

static uint32_t take(struct cg_engine *engine,
                     const struct cg_order_event *event,
                     const struct cg_cover_request *request)
{
    const struct cg_state *state = &engine->state;
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
    fact.id = event->clordid.data;
    fact.id_len = event->clordid.len;
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
    if (event->bad.reason != CG_REASON_NONE) {
        refuse_new(engine, event, &event->bad, false);
        return;
    }
    uint32_t known = cg_state_request(state, venue, event->clordid);
    if (known != CG_NONE) {
        repeated(engine, event, known);
        return;
    }
    struct cg_refusal refusal = no_refusal;
    if (!has_room(state)) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = "the gate is full";
        refuse_new(engine, event, &refusal, false);
        return;
    }
    struct cg_cover cover;
    struct cg_cover_request request = {.side = event->side, .qty = event->qty};
    if (!admissible(engine, event, &request, &refusal) ||
        !cg_cover_plan(engine, &request, &cover, &refusal)) {
        refuse_new(engine, event, &refusal, true);
        return;
    }
    if (cover_asks(&cover) && engine->park_room == 0) {
        refusal = because(CG_GATE_STOPPING);
        refusal.detail = "too many orders wait for credit";
        refuse_new(engine, event, &refusal, true);
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

static bool id_is_free(const struct cg_engine *engine, struct cg_slice id)
{
    cg_session venue = engine->state.sessions[engine->cause_session].venue;
    return cg_state_request(&engine->state, venue, id) == CG_NONE;
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
    fact.id = event->clordid.data;
    fact.id_len = event->clordid.len;
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
    enum cg_reason stop = cg_stop_of(state, order->account);
    bool only_falls = event->qty < order->qty &&
                      event->terms_hash ==
                          state->requests[order->request].terms_hash;
    if (stop != CG_REASON_NONE && !only_falls) {
        *refusal = because(stop);
        return false;
    }
    *refusal = because(CG_GATE_STOPPING);
    return cg_state_next_request(state) != CG_NONE && engine->park_room > 0;
}

/* Charges every token for |qty| and asks the hub for the difference. */
static bool raise_charge(struct cg_engine *engine, uint32_t slot, cg_qty qty)
{
    const struct cg_state *state = &engine->state;
    bool asked = false;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 total = 0;
        if (token->state != CG_TOKEN_SPENT ||
            !cg_dv01_of(qty, token->rate, &total) || total <= token->charge) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_RECHARGED);
        fact.token = i;
        fact.amount = total;
        fact.flags = token->model == CG_MODEL_PUSH ? 1 : 0;
        cg_engine_record(engine, &fact);
        if (token->model == CG_MODEL_PING) {
            cg_ask_send(engine, i, CG_ASK_RAISE, total);
            asked = true;
        }
    }
    return asked;
}

void cg_engine_replace(struct cg_engine *engine,
                       const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = find_order(engine, event);
    struct cg_refusal refusal = event->bad;
    if (refusal.reason != CG_REASON_NONE) {
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (slot == CG_NONE || state->orders[slot].state == CG_ORDER_CLOSED) {
        refusal = because(CG_UNKNOWN_ORDER);
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (!id_is_free(engine, event->clordid)) {
        if (event->possdup) {
            cg_note(engine,
                    "replace %.*s came again (PossDupFlag), nothing done",
                    (int)event->clordid.len, event->clordid.data);
            return;
        }
        refusal = because(CG_DUPLICATE_CLORDID);
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    if (!replace_fits(engine, event, slot, &refusal) ||
        !cg_cover_may_grow(engine, slot, event->qty, &refusal)) {
        refuse_request(engine, event, slot, true, &refusal);
        return;
    }
    /* R22 holds at the moment of sending, so the charge comes first. */
    uint32_t request = request_take(engine, event, slot, CG_REQUEST_REPLACE,
                                    true);
    if (raise_charge(engine, slot, event->qty)) {
        cg_effect_add(engine, CG_EFFECT_PARK)->request = request;
    } else {
        cg_raise_send(engine, slot);
    }
}

bool cg_raise_ready(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state == CG_TOKEN_SPENT && token->ask != CG_NONE &&
            state->asks[token->ask].kind == CG_ASK_RAISE) {
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
    cg_qty qty = state->requests[request].qty;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 worst = 0;
        if (token->state != CG_TOKEN_SPENT) {
            continue;
        }
        CG_ASSERT(cg_dv01_of(qty, token->rate, &worst));
        CG_ASSERT(token->charge >= worst);
        CG_ASSERT(token->end != CG_END_NONE ||
                  token->ledger.reserved + token->ledger.consumed >= worst);
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
    cg_tokens_lower(engine, slot);
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
    cg_tokens_end(engine, slot, CG_END_TIMED_OUT);
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

void cg_engine_cancel(struct cg_engine *engine,
                      const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = find_order(engine, event);
    struct cg_refusal refusal = event->bad;
    if (refusal.reason == CG_REASON_NONE && slot == CG_NONE) {
        refusal = because(CG_UNKNOWN_ORDER);
    }
    if (refusal.reason == CG_REASON_NONE &&
        !id_is_free(engine, event->clordid)) {
        refusal = because(CG_DUPLICATE_CLORDID);
    }
    if (refusal.reason == CG_REASON_NONE &&
        cg_state_next_request(state) == CG_NONE) {
        refusal = because(CG_GATE_STOPPING);
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

static void
pull_send(struct cg_engine *engine, uint32_t slot, enum cg_reason reason)
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
    int len = snprintf(id, sizeof(id), "%s-P%u", engine->config.gate_name,
                       fact.request + 1);
    fact.order = slot;
    fact.session = order->client;
    fact.flags = (uint32_t)order->venue << 16;
    fact.value = CG_REQUEST_PULL;
    fact.reason = (uint16_t)reason;
    fact.id = id;
    fact.id_len = (size_t)len;
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
    pull_send(engine, slot, reason);
}

void cg_pull_again(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->state != CG_ORDER_CLOSED && order->pull != CG_NONE) {
        pull_send(engine, slot, order->pull_reason);
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

void cg_engine_restart(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    struct cg_refusal refusal = because(CG_GATE_STOPPING);
    refusal.detail = "the gate was restarted";
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (state->orders[i].state == CG_ORDER_WAITING) {
            cg_order_refuse(engine, i, &refusal, CG_END_TIMED_OUT);
        } else if (state->orders[i].state != CG_ORDER_FREE &&
                   state->orders[i].raise != CG_NONE) {
            cg_raise_refuse(engine, i, &refusal);
        }
    }
    for (uint32_t i = 0; i < state->session_count; i++) {
        if (state->sessions[i].up) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LINK_DOWN);
            fact.session = (cg_session)i;
            cg_engine_record(engine, &fact);
        }
    }
}
