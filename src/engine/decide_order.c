/*
 * New orders: what is checked before credit is, and what becomes of them.
 *
 * Every message gets exactly one outcome (R45): it goes on, or it is answered.
 * New risk is refused in doubt.  Rules: R4, R6, R11, R20..R22, R26, R40, R45,
 * R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "ahead.h"

static const struct cg_refusal no_refusal = {.limit = CG_NONE};

void cg_fact_refusal(struct cg_fact *fact, const struct cg_refusal *refusal)
{
    fact->reason = (uint16_t)refusal->reason;
    fact->limit = refusal->limit;
    fact->amount = refusal->required;
    fact->other = refusal->available;
}

/* The journal keeps ids of CG_NAME_MAX bytes; a longer one was refused. */
void cg_fact_id(struct cg_fact *fact, struct cg_slice id)
{
    fact->id = id.data;
    fact->id_len = id.len < CG_NAME_MAX ? id.len : CG_NAME_MAX;
}

bool cg_id_is_free(const struct cg_engine *engine, struct cg_slice id)
{
    cg_session venue = engine->state.sessions[engine->cause_session].venue;
    return cg_state_request(&engine->state, venue, id) == CG_NONE;
}

/* Ids of what was refused at once are remembered only while half of the room is
 * free: nobody can use it up by being refused. */
bool cg_refusals_left(const struct cg_state *state)
{
    return state->request_map.count < state->request_max / 2;
}

/* Each open order keeps room for a cancel by its client and one by the gate. */
bool cg_requests_left(const struct cg_state *state)
{
    uint64_t left = state->request_max - state->request_map.count;
    return left > 2 * (uint64_t)state->open_orders + 2;
}

/* --- answers ------------------------------------------------------------ */

/* An order that is refused as it arrives.  Its ClOrdID is used up, so that a
 * repeat gets no other answer (R45). */
static void refuse_new(struct cg_engine *engine,
                       const struct cg_order_event *event,
                       uint32_t instrument,
                       const struct cg_refusal *refusal)
{
    bool keep = event->clordid.len <= CG_NAME_MAX &&
                cg_refusals_left(&engine->state) &&
                cg_id_is_free(engine, event->clordid);
    cg_session client = engine->cause_session;
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_REFUSED);
    fact.session = client;
    fact.request = keep ? cg_state_next_request(&engine->state) : CG_NONE;
    fact.flags = (uint32_t)engine->state.sessions[client].venue << 16;
    cg_fact_refusal(&fact, refusal);
    fact.account = cg_state_account(&engine->state, event->account);
    fact.instrument = instrument;
    fact.side = event->side;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    cg_fact_id(&fact, event->clordid);
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = client;
    effect->refusal = *refusal;
}

/* --- new orders (R40) --------------------------------------------------- */

/* A ClOrdID that is known already: a repeat, or a mistake. */
static void repeated(struct cg_engine *engine,
                     const struct cg_order_event *event,
                     uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    bool same = request->client == engine->cause_session &&
                request->kind == CG_REQUEST_NEW &&
                request->body_hash == event->body_hash;
    /* With both flags it asks for the status, and FIX repeats the question. */
    if (same && event->possdup && !event->possresend) {
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
    struct cg_refusal refusal = cg_refusal_of(CG_DUPLICATE_CLORDID);
    refuse_new(engine, event, CG_NONE, &refusal);
}

bool cg_repeat_is_stale(const struct cg_engine *engine,
                        const struct cg_order_event *event)
{
    cg_time age_max = engine->config.stale_resend_ns;
    if (!event->possdup && !event->possresend) {
        return false;
    }
    /* Nobody can say that an id was not seen when some were not kept. */
    if (!cg_refusals_left(&engine->state)) {
        return true;
    }
    /* The time in a PossResend is that of the repeat. */
    return engine->now - event->sent_at > age_max ||
           event->sent_at <= engine->state.day_ended_at ||
           (event->possresend &&
            engine->now - engine->state.day_ended_at < age_max);
}

/* R6: an account of this session, and the firm it names. */
bool cg_party_fits(const struct cg_engine *engine,
                   const struct cg_order_event *event,
                   uint32_t *slot,
                   struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    *slot = cg_state_account(state, event->account);
    *refusal = cg_refusal_of(CG_UNKNOWN_PARTY);
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
        refusal->party = true;
        refusal->detail = "clearing firm is not the account's";
        return false;
    }
    return true;
}

/* 55 and 48 may not mean two instruments that have a DV01 each. */
bool cg_instrument_is_one(const struct cg_state *state,
                          uint32_t instrument,
                          const struct cg_order_event *event)
{
    uint32_t other = event->security_id.len > 0
                         ? cg_state_instrument(state, event->security_id)
                         : CG_NONE;
    return other == CG_NONE || other == instrument ||
           cg_slice_equal(event->security_id, event->symbol);
}

bool cg_currency_fits(const struct cg_state *state,
                      uint32_t instrument,
                      const struct cg_order_event *event)
{
    struct cg_slice own = {state->instruments[instrument].currency, 3};
    return event->currency.len == 0 || cg_slice_equal(event->currency, own);
}

/* Whoever prices instruments knows best why one has no DV01. */
static void say_unpriced(const char *why, struct cg_refusal *refusal)
{
    if (why != NULL) {
        refusal->detail = why;
    }
}

static bool legs_are_priced(const struct cg_state *state,
                            const struct cg_order_event *event,
                            const struct cg_leg_terms *legs,
                            struct cg_refusal *refusal)
{
    if (cg_legs_are_priced(state, legs, event->leg_count, refusal)) {
        return true;
    }
    for (uint32_t i = event->leg_count; i > 0; i--) {
        say_unpriced(event->legs[i - 1].unpriced, refusal);
    }
    return false;
}

/* R4: an instrument that is known, and meant. */
static bool instrument_fits(const struct cg_state *state,
                            const struct cg_order_event *event,
                            uint32_t *instrument,
                            struct cg_refusal *refusal)
{
    *instrument = cg_state_instrument(
        state, cg_instrument_meant(event->instrument, event->symbol));
    if (*instrument == CG_NONE) {
        *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
        refusal->detail = event->unpriced;
        return false;
    }
    if (!cg_instrument_is_priced(state, *instrument, refusal)) {
        say_unpriced(event->unpriced, refusal);
        return false;
    }
    if (!cg_instrument_is_one(state, *instrument, event)) {
        *refusal = cg_refusal_of(CG_BAD_FIELD);
        refusal->tag = 48;
        refusal->detail = "Symbol and SecurityID name two instruments";
        return false;
    }
    if (!cg_currency_fits(state, *instrument, event)) {
        *refusal = cg_refusal_of(CG_BAD_FIELD);
        refusal->tag = 15;
        refusal->detail = "Currency is not the instrument's";
        return false;
    }
    return true;
}

/* All that is checked before credit is. */
static bool admissible(const struct cg_engine *engine,
                       const struct cg_order_event *event,
                       struct cg_leg_terms *legs,
                       struct cg_cover_request *request,
                       struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_session_state *client =
        &state->sessions[engine->cause_session];
    if (cg_repeat_is_stale(engine, event)) {
        *refusal = cg_refusal_of(CG_STALE_RESEND);
        return false;
    }
    if (!cg_party_fits(engine, event, &request->account, refusal) ||
        !cg_ccp_of(engine, event, request->account, &request->ccp, refusal)) {
        return false;
    }
    if (event->package) {
        request->instrument = CG_NONE;
        request->legs = legs;
        request->leg_count = event->leg_count;
        request->whole = state->sessions[client->venue].whole;
        if (!cg_legs_fit(state, event, legs, refusal) ||
            !legs_are_priced(state, event, legs, refusal)) {
            return false;
        }
    } else if (!instrument_fits(state, event, &request->instrument, refusal)) {
        return false;
    }
    if (!cg_cover_is_fresh(engine, request, refusal)) {
        return false;
    }
    if (!state->sessions[client->venue].up) {
        *refusal = cg_refusal_of(CG_VENUE_DOWN);
        return false;
    }
    *refusal = cg_refusal_of(cg_stop_of(state, request->account));
    return refusal->reason == CG_REASON_NONE;
}

/* Room for an order with all it may need; a full gate refuses new risk. */
bool cg_order_has_room(const struct cg_state *state, uint32_t legs)
{
    uint32_t tokens = state->token_map.count - state->closed_tokens;
    bool order = cg_state_next_order(state) != CG_NONE ||
                 state->closed_first != CG_NONE;
    return order && tokens + CG_COVER_MAX * 2 < state->token_max &&
           state->ask_map.count < state->ask_max / 2 &&
           state->leg_max - (state->legs_used - state->closed_legs) >= legs &&
           cg_requests_left(state);
}

/* Closed orders stay known to late reports for as long as there is room: for
 * an order, and for as many tokens again when it falls back. */
static void make_room(struct cg_engine *engine, uint32_t legs)
{
    const struct cg_state *state = &engine->state;
    while (state->closed_first != CG_NONE &&
           (cg_state_next_order(state) == CG_NONE ||
            state->leg_max - state->legs_used < legs ||
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
    make_room(engine, event->leg_count);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_TAKEN);
    fact.order = cg_state_next_order(state);
    fact.request = cg_state_next_request(state);
    fact.number = state->order_no + 1;
    fact.session = engine->cause_session;
    fact.flags = (uint32_t)state->sessions[engine->cause_session].venue << 16;
    fact.account = request->account;
    fact.value = (uint16_t)(request->ccp + 1); /* none is 0 */
    fact.instrument = request->instrument;
    fact.side = event->side;
    fact.time_in_force = event->time_in_force;
    fact.qty = event->qty;
    fact.hash = event->body_hash;
    fact.terms_hash = event->terms_hash;
    cg_fact_id(&fact, event->clordid);
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
    struct cg_refusal refusal = no_refusal;
    struct cg_cover cover;
    struct cg_leg_terms legs[CG_LEGS_MAX];
    struct cg_cover_request request = {.instrument = CG_NONE,
                                       .side = event->side,
                                       .qty = event->qty,
                                       .number = state->order_no + 1};
    /* Planned first: meanwhile the place of the ClOrdID arrives. */
    cg_ahead_new(engine, event);
    bool fits = event->bad.reason == CG_REASON_NONE &&
                admissible(engine, event, legs, &request, &refusal) &&
                cg_cover_plan(engine, &request, &cover, &refusal);
    uint32_t known = cg_state_request(state, venue, event->clordid);
    if (known != CG_NONE) {
        repeated(engine, event, known);
        return;
    }
    if (event->bad.reason != CG_REASON_NONE) {
        refuse_new(engine, event, request.instrument, &event->bad);
        return;
    }
    if (engine->stopping || !cg_order_has_room(state, event->leg_count)) {
        refusal = cg_refusal_of(CG_GATE_STOPPING);
        refusal.detail = engine->stopping ? "the gate is stopping"
                                          : "the gate is full";
        refuse_new(engine, event, request.instrument, &refusal);
        return;
    }
    if (!fits) {
        refuse_new(engine, event, request.instrument, &refusal);
        return;
    }
    bool queued = cover.wait_count > 0;
    if ((queued || cover_asks(&cover)) && engine->park_room == 0) {
        refusal = cg_refusal_of(CG_GATE_STOPPING);
        refusal.detail = "too many orders wait for credit";
        refuse_new(engine, event, request.instrument, &refusal);
        return;
    }
    uint32_t order = take(engine, event, &request);
    cg_legs_take(engine, order, event, legs);
    if (queued) {
        cg_queue_enter(engine, order, &cover);
    } else {
        cg_order_admit(engine, order, &cover);
    }
    if (!state->orders[order].sent) {
        cg_effect_add(engine, CG_EFFECT_PARK)->request =
            state->orders[order].request;
    }
}

void cg_order_admit(struct cg_engine *engine,
                    uint32_t order,
                    const struct cg_cover *cover)
{
    make_room(engine, 0);
    cg_tokens_charge(engine, order, cover);
    if (cg_tokens_live(&engine->state, order)) {
        cg_tokens_spend(engine, order);
        cg_replaces_go(engine, order);
    }
}

void cg_order_refuse(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_refusal *refusal,
                     enum cg_token_end end)
{
    const struct cg_order *order = &engine->state.orders[slot];
    cg_queue_leave(engine, slot);
    CG_ASSERT(order->state == CG_ORDER_WAITING);
    cg_tokens_end(engine, slot, end);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_REFUSED);
    fact.order = slot;
    fact.value = CG_REPORT_REJECTED;
    fact.session = order->client;
    cg_fact_refusal(&fact, refusal);
    cg_engine_record(engine, &fact);
    cg_effect_add(engine, CG_EFFECT_FORGET)->request = order->request;
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = order->client;
    effect->order = slot;
    effect->request = order->request;
    effect->refusal = *refusal;
    struct cg_refusal gone = cg_refusal_of(CG_UNKNOWN_ORDER);
    gone.detail = "its order was refused";
    bool same = refusal->reason == CG_GATE_STOPPING;
    cg_replaces_refuse(engine, slot, same ? refusal : &gone);
}

/* --- ends --------------------------------------------------------------- */

void cg_order_close(struct cg_engine *engine,
                    uint32_t slot,
                    enum cg_report_kind status)
{
    struct cg_refusal refusal = cg_refusal_of(CG_UNKNOWN_ORDER);
    refusal.detail = "the order has ended";
    cg_replaces_refuse(engine, slot, &refusal);
    cg_package_settle(engine, slot);
    cg_prices_settle(engine, slot);
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
    struct cg_refusal refusal = cg_refusal_of(CG_GATE_STOPPING);
    refusal.detail = why;
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (cg_order_waits(&state->orders[i])) {
            cg_order_refuse(engine, i, &refusal, CG_END_TIMED_OUT);
        } else if (state->orders[i].state != CG_ORDER_FREE) {
            cg_replaces_refuse(engine, i, &refusal);
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
    struct cg_fact started = cg_fact_of(CG_FACT_STARTED);
    cg_engine_record(engine, &started);
    cg_timers_reset(engine);
    cg_days_start(engine);
    cg_timer_rates(engine);
    cg_rates_age(engine);
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
