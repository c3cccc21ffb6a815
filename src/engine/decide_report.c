/*
 * What the venue says: reports and refused cancels.
 *
 * CumQty is authoritative; what the venue has not confirmed frees nothing; a
 * report is always passed on, whatever the gate thinks of it.
 * Rules: R21, R31, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "ahead.h"

/* The request a report is about: by its own id, else by the one it replaced,
 * else by the venue's OrderID. */
static uint32_t find_request(const struct cg_engine *engine,
                             struct cg_slice clordid,
                             struct cg_slice orig_clordid,
                             struct cg_slice order_id)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_state_request(state, engine->cause_session, clordid);
    if (slot == CG_NONE || state->requests[slot].order == CG_NONE) {
        uint32_t orig = cg_state_request(state, engine->cause_session,
                                         orig_clordid);
        if (slot == CG_NONE ||
            (orig != CG_NONE && state->requests[orig].order != CG_NONE)) {
            slot = orig; /* of what was forgotten, its own id says more */
        }
    }
    if ((slot == CG_NONE || state->requests[slot].order == CG_NONE) &&
        order_id.len > 0) {
        uint32_t order = cg_state_order(state, engine->cause_session, order_id);
        if (order != CG_NONE) {
            slot = state->orders[order].request;
        }
    }
    return slot;
}

/* R1: false, and no new risk under the limits, when their books cannot hold
 * what the fills are worth. */
static bool fill_counts(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_fills *fills)
{
    const struct cg_state *state = &engine->state;
    bool counts = true;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 filled = 0;
        if (token->spent && (!cg_token_filled(state, token, fills, &filled) ||
                             !cg_sums_hold(state, i, filled))) {
            cg_limit_distrust(engine, token->limit);
            counts = false;
        }
    }
    return counts;
}

/* What a token had used, and what its limit's owner knew of that. */
struct used {
    cg_dv01 consumed;
    cg_dv01 told;
};

static bool busted(const struct cg_state *state,
                   const struct cg_order *order,
                   const struct used *before)
{
    uint32_t n = 0;
    for (uint32_t i = order->tokens;
         i != CG_NONE &&
         CG_ALWAYS(n < (uint32_t)CG_COVER_MAX * 2, "no order has more");
         i = state->tokens[i].next) {
        if (state->tokens[i].ledger.consumed < before[n++].consumed) {
            return true;
        }
    }
    return false;
}

bool cg_fill_record(struct cg_engine *engine,
                    struct cg_fact *fact,
                    const struct cg_fills *fills)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = fact->order;
    const struct cg_order *order = &state->orders[slot];
    struct used before[CG_COVER_MAX * 2];
    cg_dv01 overrun_before = 0;
    cg_dv01 overrun_after = 0;
    uint32_t n = 0;
    if (!fill_counts(engine, slot, fills)) {
        return false;
    }
    for (uint32_t i = order->tokens;
         i != CG_NONE && CG_ALWAYS(n < CG_COUNT(before), "no order has more");
         i = state->tokens[i].next) {
        before[n++] = (struct used){state->tokens[i].ledger.consumed,
                                    cg_token_told(&state->tokens[i])};
        overrun_before += state->tokens[i].ledger.overrun;
    }
    cg_engine_record(engine, fact);
    if (busted(state, order, before)) {
        /* A charge that stood for fills beyond the order goes, too. */
        cg_tokens_follow(engine, slot);
    }
    n = 0;
    for (uint32_t i = order->tokens;
         i != CG_NONE && CG_ALWAYS(n < CG_COUNT(before), "no order has more");
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        bool falls = token->ledger.consumed < before[n].consumed;
        cg_dv01 rise = cg_token_told(token) - before[n++].told;
        overrun_after += token->ledger.overrun;
        cg_consumption_tell(engine, i, rise);
        if (falls) { /* what is open again needs cover again */
            cg_token_restate(engine, i);
        }
    }
    cg_limits_check(engine, slot);
    if (overrun_after > overrun_before) {
        cg_note(engine,
                "ALARM: overrun: order %llu filled above what was reserved",
                (unsigned long long)order->number);
    }
    return true;
}

/* A fill of the order as a whole; of a package that is over, what its legs were
 * filled with by themselves stays as it is. */
static void fill(struct cg_engine *engine, uint32_t slot, cg_qty cum_qty)
{
    const struct cg_order *order = &engine->state.orders[slot];
    struct cg_fills fills = cg_fills_of(&engine->state, order);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_FILLED);
    fills.cum_qty = cum_qty;
    fills.apart = order->state == CG_ORDER_CLOSED &&
                  cg_package_is_apart(&engine->state, order, &fills);
    fact.order = slot;
    fact.qty = cum_qty;
    fact.flags = fills.apart ? 1 : 0;
    (void)cg_fill_record(engine, &fact, &fills);
}

static void acknowledge(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_report_event *event)
{
    if (engine->state.orders[slot].state != CG_ORDER_SENT ||
        event->kind == CG_REPORT_REJECTED) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_ACKED);
    fact.order = slot;
    if (event->order_id.len <= CG_NAME_MAX) { /* else: by ClOrdID alone */
        fact.id = event->order_id.data;
        fact.id_len = event->order_id.len;
    }
    cg_engine_record(engine, &fact);
}

/* The venue may name an order late, or anew after a replace. */
static void identify(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_report_event *event)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (event->order_id.len == 0 || event->order_id.len > CG_NAME_MAX ||
        cg_slice_equal(event->order_id, cg_id_slice(&order->venue_order_id))) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_IDENTIFIED);
    fact.order = slot;
    fact.id = event->order_id.data;
    fact.id_len = event->order_id.len;
    cg_engine_record(engine, &fact);
}

static bool is_out(const struct cg_request *request)
{
    return request->kind == CG_REQUEST_REPLACE &&
           request->state == CG_REQUEST_SENT;
}

/* The oldest replace without an answer that |request| names, or that one such
 * names, as far back as |end|; |request| itself without one.  An order has the
 * newest first. */
static uint32_t
named_before(const struct cg_state *state, uint32_t request, uint32_t end)
{
    uint32_t last = request;
    for (uint32_t i = state->requests[request].next; i != CG_NONE && i != end;
         i = state->requests[i].next) {
        if (i == state->requests[last].target && is_out(&state->requests[i])) {
            last = i;
        }
    }
    return last;
}

static bool has_prices(const struct cg_state *state, uint32_t slot)
{
    uint32_t i = state->orders[slot].tokens;
    while (i != CG_NONE && state->tokens[i].prices == CG_NONE) {
        i = state->tokens[i].next;
    }
    return i != CG_NONE;
}

/* R7: what it names was in force before it, and brought its rates, which stay
 * but for those of its own. */
static void prices_accept(struct cg_engine *engine, uint32_t request)
{
    const struct cg_state *state = &engine->state;
    uint32_t at = CG_NONE;
    while (at != request && has_prices(state, state->requests[request].order)) {
        at = named_before(state, request, at);
        cg_prices_accept(engine, at);
    }
}

/* Whether the venue has taken a replace that names it: the word on it comes
 * late. */
static bool was_replaced(const struct cg_state *state, uint32_t slot)
{
    const struct cg_request *request = &state->requests[slot];
    uint32_t i = request->kind == CG_REQUEST_REPLACE
                     ? state->orders[request->order].requests
                     : CG_NONE;
    while (i != CG_NONE && (state->requests[i].target != slot ||
                            state->requests[i].kind != CG_REQUEST_REPLACE ||
                            state->requests[i].state != CG_REQUEST_ACCEPTED)) {
        i = state->requests[i].next;
    }
    return i != CG_NONE;
}

/* Takes a replace for in force; or for what was, when one is that names it,
 * but for a status that says more.  The 38 of a report on one leg is the
 * leg's. */
static void replaced(struct cg_engine *engine,
                     uint32_t request,
                     const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    const struct cg_request *replace = &state->requests[request];
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_ACCEPTED);
    bool says_more = event->is_status &&
                     event->order_qty > state->orders[replace->order].qty;
    bool was = !says_more && was_replaced(state, request);
    fact.request = request;
    fact.order = replace->order;
    fact.qty = replace->qty;
    fact.flags = was ? 1 : 0;
    if (!was) {
        bool told = event->has_order_qty && event->order_qty > 0 &&
                    !event->of_leg;
        fact.qty = told ? event->order_qty : replace->qty;
        prices_accept(engine, request);
    }
    cg_engine_record(engine, &fact);
    (void)cg_replaced_were_there(engine, replace->order);
    if (state->orders[replace->order].state == CG_ORDER_CLOSED) {
        cg_prices_settle(engine, replace->order); /* it came after the end */
    }
    cg_tokens_follow(engine, replace->order);
    cg_limits_check(engine, replace->order);
}

/* The venue changed the quantity by itself (R43). */
static void restated(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_report_event *event)
{
    if (!event->has_order_qty ||
        event->order_qty == engine->state.orders[slot].qty) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_RESTATED);
    fact.order = slot;
    fact.qty = event->order_qty;
    cg_engine_record(engine, &fact);
    cg_tokens_follow(engine, slot);
    cg_limits_check(engine, slot);
}

/* A replace that is none of ours: what it opens counts, and nothing falls but
 * by a restatement. */
static void replaced_unasked(struct cg_engine *engine,
                             uint32_t request,
                             const struct cg_report_event *event)
{
    uint32_t slot = engine->state.requests[request].order;
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->state == CG_ORDER_CLOSED || !event->has_order_qty ||
        event->order_qty <= order->qty ||
        (event->order_qty == engine->state.requests[request].qty &&
         was_replaced(&engine->state, request))) {
        return;
    }
    cg_note(engine,
            "ALARM: the venue raised order %llu, and nobody asked it to",
            (unsigned long long)order->number);
    restated(engine, slot, event);
}

/* A rejected replace or cancel leaves its order alive, whatever the form of the
 * reject; in doubt the charge stays. */
static bool ends_order(const struct cg_order *order,
                       const struct cg_request *request,
                       const struct cg_report_event *event)
{
    switch (event->kind) {
    case CG_REPORT_CANCELLED:
    case CG_REPORT_EXPIRED:
        return true;
    case CG_REPORT_REJECTED:
        return event->closed && request->kind == CG_REQUEST_NEW;
    case CG_REPORT_DONE_FOR_DAY:
        return order->time_in_force == '0';
    case CG_REPORT_OTHER:
    case CG_REPORT_NEW:
    case CG_REPORT_FILL:
    case CG_REPORT_REPLACED:
    case CG_REPORT_RESTATED:
    case CG_REPORT_CORRECTED:
    case CG_REPORT_PENDING:
        break;
    }
    return event->closed;
}

/* The venue refused a replace or a cancel: the order is as it was (R41). */
static void request_refused(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    if (request->kind == CG_REQUEST_NEW || request->state != CG_REQUEST_SENT) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.request = slot;
    fact.order = request->order;
    cg_engine_record(engine, &fact);
    if (request->kind == CG_REQUEST_REPLACE && request->order != CG_NONE) {
        cg_tokens_follow(engine, request->order);
    }
}

/* Which of several cancels it was that ended the order, so that the others are
 * still to be answered (R45). */
static void cancel_confirmed(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    if (request->kind == CG_REQUEST_CANCEL &&
        request->state == CG_REQUEST_SENT) {
        struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_ACCEPTED);
        fact.request = slot;
        fact.order = request->order;
        cg_engine_record(engine, &fact);
    }
}

/* A replace without an answer was in force (R22) when the venue ended the
 * order, or a leg, by its id, or has taken a cancel that names it. */
static void named_was_there(struct cg_engine *engine,
                            uint32_t slot,
                            const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    const struct cg_request *request = &state->requests[slot];
    uint32_t named = CG_NONE;
    if (request->kind == CG_REQUEST_REPLACE) {
        bool ends = !event->is_status &&
                    ends_order(&state->orders[request->order], request, event);
        named = ends ? slot : CG_NONE;
    } else if (event->kind == CG_REPORT_CANCELLED) {
        named = event->orig_clordid.len > 0
                    ? cg_state_request(state, request->venue,
                                       event->orig_clordid)
                    : request->target;
    }
    if (named != CG_NONE && state->requests[named].order == request->order &&
        cg_replace_is_lost(&state->requests[named])) {
        replaced(engine, named, event);
    }
}

/* R17: a breach took an order that its client cancelled for gone; when the
 * venue says no, it is not. */
static void cancel_failed(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    if (request->kind == CG_REQUEST_CANCEL && request->order != CG_NONE &&
        engine->state.orders[request->order].state != CG_ORDER_CLOSED) {
        cg_limits_check(engine, request->order);
    }
}

void cg_report_settle(struct cg_engine *engine,
                      uint32_t request,
                      const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = state->requests[request].order;
    const struct cg_order *order = &state->orders[slot];
    if (!order->sent) {
        cg_note(engine, "ALARM: a report on an order that was not forwarded");
        return;
    }
    if (event->bad_cum_qty) {
        cg_note(engine, "ALARM: a report whose CumQty cannot be read");
    }
    cg_order_found(engine, slot);
    acknowledge(engine, slot, event);
    identify(engine, slot, event);
    named_was_there(engine, request, event);
    if (event->kind == CG_REPORT_CANCELLED ||
        (event->is_status && event->closed)) {
        cancel_confirmed(engine, request);
    }
    if (event->of_leg) {
        cg_leg_report(engine, slot, event);
        return;
    }
    if (event->kind == CG_REPORT_REPLACED &&
        is_out(&state->requests[request])) {
        replaced(engine, request, event);
    } else if (event->kind == CG_REPORT_REPLACED) {
        replaced_unasked(engine, request, event);
    } else if (event->kind == CG_REPORT_RESTATED) {
        restated(engine, slot, event);
    }
    if (event->kind == CG_REPORT_REJECTED) {
        request_refused(engine, request);
    }
    bool may_fall = event->kind == CG_REPORT_CORRECTED;
    cg_report_check_last(engine, slot, event);
    if (event->has_cum_qty && (event->cum_qty > order->cum_qty ||
                               (may_fall && event->cum_qty < order->cum_qty))) {
        fill(engine, slot, event->cum_qty);
    }
    if (order->state != CG_ORDER_CLOSED &&
        ends_order(order, &state->requests[request], event)) {
        cg_order_close(engine, slot, event->kind);
    }
    if (event->kind == CG_REPORT_REJECTED) {
        cancel_failed(engine, request);
    }
}

/* Whom a report goes to when its order is not known: the account's session, or
 * the venue's only client when no account of ours is named. */
static cg_session find_client(const struct cg_engine *engine,
                              struct cg_slice name)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = cg_state_account(state, name);
    cg_session only = CG_SESSION_NONE;
    uint32_t clients = 0;
    for (uint32_t i = 0; i < state->session_count; i++) {
        if (state->sessions[i].role != CG_ROLE_CLIENT ||
            state->sessions[i].venue != engine->cause_session) {
            continue;
        }
        if (account != CG_NONE &&
            (state->accounts[account].sessions >> i & 1) == 1) {
            return (cg_session)i;
        }
        only = (cg_session)i;
        clients++;
    }
    return account == CG_NONE && clients == 1 ? only : CG_SESSION_NONE;
}

/* The client hears a report before what follows from it for its requests: the
 * newest effect goes before the first of them since |first|. */
static void pass_first(struct cg_engine *engine, uint32_t first)
{
    uint32_t last = engine->effect_count - 1;
    struct cg_effect pass = engine->effects[last];
    while (first < last &&
           (engine->effects[first].kind != CG_EFFECT_REFUSE_REQUEST ||
            engine->effects[first].session != pass.session)) {
        first++;
    }
    memmove(&engine->effects[first + 1], &engine->effects[first],
            (last - first) * sizeof(pass));
    engine->effects[first] = pass;
}

void cg_engine_report(struct cg_engine *engine,
                      const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_ahead_report(engine, event);
    uint32_t slot = find_request(engine, event->clordid, event->orig_clordid,
                                 event->order_id);
    if (slot == CG_NONE) {
        cg_note(engine,
                "ALARM: a report on order %.*s, which the gate does not know",
                (int)event->clordid.len, event->clordid.data);
        cg_compare_stranger(engine, event);
        cg_session client = find_client(engine, event->account);
        if (client != CG_SESSION_NONE) {
            cg_effect_add(engine, CG_EFFECT_PASS)->session = client;
        }
        return;
    }
    const struct cg_request *request = &state->requests[slot];
    bool pulled = request->kind == CG_REQUEST_PULL;
    uint32_t order = request->order;
    if (order != CG_NONE) {
        cg_ahead_token(state, state->orders[order].tokens);
    }
    if (event->is_status && order != CG_NONE) {
        cg_status_take(engine, slot, event);
        return;
    }
    bool repeats = order != CG_NONE && cg_report_repeats(engine, slot, event);
    uint32_t first = engine->effect_count;
    if (order != CG_NONE && !repeats) {
        cg_report_settle(engine, slot, event);
    }
    if (pulled && event->kind == CG_REPORT_PENDING) {
        return; /* only the gate asked (R31) */
    }
    struct cg_effect *effect = cg_effect_add(
        engine, pulled ? CG_EFFECT_PASS_PULLED : CG_EFFECT_PASS);
    effect->session = request->client;
    effect->order = order;
    effect->request = slot;
    pass_first(engine, first);
    if (pulled && order != CG_NONE && !repeats &&
        state->orders[order].state == CG_ORDER_CLOSED) {
        cg_account_news(engine, state->orders[order].account, CG_NEWS_PULLED,
                        CG_NONE, order);
    }
}

void cg_engine_cancel_reject(struct cg_engine *engine,
                             const struct cg_cancel_reject_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = find_request(engine, event->clordid, event->orig_clordid,
                                 (struct cg_slice){NULL, 0});
    if (slot == CG_NONE) {
        cg_note(engine, "ALARM: a refused cancel of %.*s, which is not known",
                (int)event->clordid.len, event->clordid.data);
        cg_session client = find_client(engine, (struct cg_slice){NULL, 0});
        if (client != CG_SESSION_NONE) {
            cg_effect_add(engine, CG_EFFECT_PASS)->session = client;
        }
        return;
    }
    const struct cg_request *request = &state->requests[slot];
    uint32_t order = request->order;
    if (request->kind == CG_REQUEST_NEW) {
        cg_note(engine,
                "ALARM: a refused cancel names an order, not a request");
    } else {
        request_refused(engine, slot);
    }
    uint32_t target = cg_state_request(state, engine->cause_session,
                                       event->orig_clordid);
    if (event->unknown && order != CG_NONE && state->orders[order].lost &&
        state->orders[order].state == CG_ORDER_OPEN &&
        state->orders[order].request == target) {
        cg_note(engine, "ALARM: an order that the venue lost is given up");
        cg_order_close(engine, order, CG_REPORT_CANCELLED);
    }
    if (request->kind != CG_REQUEST_PULL) {
        cg_effect_add(engine, CG_EFFECT_PASS)->session = request->client;
    } else if (order != CG_NONE && !event->order_closed &&
               state->orders[order].pull == slot) {
        /* A newer id may be in force by now: ask again with it (R31). */
        cg_timer_order(engine, order);
    }
    if (!event->order_closed) {
        cancel_failed(engine, slot);
    }
}

void cg_engine_other(struct cg_engine *engine,
                     const struct cg_report_event *about)
{
    const struct cg_state *state = &engine->state;
    if (state->sessions[engine->cause_session].role != CG_ROLE_VENUE) {
        cg_note(engine, "ALARM: the hub sent a notice or a reject");
        return;
    }
    uint32_t slot = find_request(engine, about->clordid, about->orig_clordid,
                                 about->order_id);
    cg_session client = slot != CG_NONE ? state->requests[slot].client
                                        : find_client(engine, about->account);
    if (client == CG_SESSION_NONE) {
        cg_note(engine, "ALARM: a venue's message names no client of ours");
    } else {
        cg_effect_add(engine, CG_EFFECT_PASS)->session = client;
    }
}

void cg_engine_rejected(struct cg_engine *engine, struct cg_slice clordid)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_state_request(state, engine->cause_session, clordid);
    if (slot == CG_NONE || state->requests[slot].state != CG_REQUEST_SENT ||
        state->requests[slot].order == CG_NONE) {
        cg_note(engine, "ALARM: a peer rejected a message of ours (3)");
        return;
    }
    const struct cg_request *request = &state->requests[slot];
    uint32_t order = request->order;
    bool is_new = request->kind == CG_REQUEST_NEW;
    if (is_new && state->orders[order].state == CG_ORDER_CLOSED) {
        cg_note(engine, "ALARM: a peer rejected an order that is over (3)");
        return;
    }
    if (is_new) {
        cg_order_close(engine, order, CG_REPORT_REJECTED);
    } else {
        request_refused(engine, slot);
    }
    if (request->kind == CG_REQUEST_PULL) {
        cg_note(engine, "ALARM: the venue rejected the gate's cancel (3)");
        return;
    }
    struct cg_effect *effect = cg_effect_add(
        engine, is_new ? CG_EFFECT_REFUSE_ORDER : CG_EFFECT_REFUSE_REQUEST);
    effect->session = request->client;
    effect->order = order;
    effect->request = slot;
    effect->to_replace = request->kind == CG_REQUEST_REPLACE;
    effect->refusal.reason = CG_BAD_FIELD;
    effect->refusal.detail = "the venue rejected the message";
    cancel_failed(engine, slot);
}
