/*
 * Whether a fact can be applied to the state as it is: everything that apply.c
 * takes for granted, looked at before.
 *
 * A fact that the gate decided always can.  One of a journal that was changed
 * may not, and must be refused, never end the program.  Reads only.  Rules:
 * R20, R23, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fits.h"

#include "check.h"

#define TIME_MAX (INT64_MAX / 2)

/* --- what is there ------------------------------------------------------- */

static const struct cg_order *order_at(const struct cg_state *state,
                                       uint32_t slot)
{
    return slot < state->order_top && state->orders[slot].state != CG_ORDER_FREE
               ? &state->orders[slot]
               : NULL;
}

static const struct cg_token *token_at(const struct cg_state *state,
                                       uint32_t slot)
{
    return slot < state->token_top && state->tokens[slot].state != CG_TOKEN_FREE
               ? &state->tokens[slot]
               : NULL;
}

static const struct cg_request *request_at(const struct cg_state *state,
                                           uint32_t slot)
{
    return slot < state->request_top &&
                   state->requests[slot].state != CG_REQUEST_FREE
               ? &state->requests[slot]
               : NULL;
}

static bool is_side(char side)
{
    return side == '1' || side == '2';
}

/* --- orders -------------------------------------------------------------- */

static bool order_may_end(const struct cg_order *order)
{
    return order != NULL && order->places == CG_NONE &&
           cg_order_may(order->state, CG_ORDER_CLOSED);
}

static bool order_taken_fits(const struct cg_state *state,
                             const struct cg_fact *fact)
{
    return fact->number == state->order_no + 1 && fact->qty >= 0 &&
           fact->account < state->account_count &&
           fact->flags >> 16 < CG_SESSIONS_MAX &&
           fact->session < CG_SESSIONS_MAX && fact->id_len > 0;
}

static bool order_refused_fits(const struct cg_state *state,
                               const struct cg_fact *fact)
{
    if (fact->order == CG_NONE) {
        return fact->request == CG_NONE ||
               (fact->request == cg_state_next_request(state) &&
                fact->flags >> 16 < CG_SESSIONS_MAX);
    }
    const struct cg_order *order = order_at(state, fact->order);
    return order_may_end(order) &&
           cg_request_may(state->requests[order->request].state,
                          CG_REQUEST_REFUSED);
}

static uint32_t place_of(const struct cg_state *state,
                         const struct cg_order *order,
                         uint32_t limit)
{
    uint32_t i = order->places;
    while (i != CG_NONE && state->places[i].limit != limit) {
        i = state->places[i].other;
    }
    return i;
}

static bool order_queued_fits(const struct cg_state *state,
                              const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    if (order == NULL || place_of(state, order, fact->limit) != CG_NONE) {
        return false;
    }
    if (fact->limit == CG_NONE) {
        return order->tokens == CG_NONE &&
               cg_order_may(order->state, CG_ORDER_QUEUED);
    }
    return order->state == CG_ORDER_QUEUED;
}

static bool order_left_fits(const struct cg_state *state,
                            const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    uint32_t place = order != NULL ? place_of(state, order, fact->limit)
                                   : CG_NONE;
    if (place == CG_NONE || fact->limit != CG_NONE) {
        return place != CG_NONE;
    }
    return order->places == place && state->places[place].other == CG_NONE &&
           cg_order_may(order->state, CG_ORDER_WAITING);
}

static bool order_sent_fits(const struct cg_state *state,
                            const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    return order != NULL && cg_order_may(order->state, CG_ORDER_SENT) &&
           cg_request_may(state->requests[order->request].state,
                          CG_REQUEST_SENT);
}

static bool is_leg_of(const struct cg_state *state,
                      const struct cg_order *order,
                      cg_seq leg)
{
    uint32_t i = order->legs;
    while (i != CG_NONE && i != leg) {
        i = state->legs[i].next;
    }
    return i != CG_NONE;
}

/* The worth of a package counts only while its buys outweigh its sells, or the
 * other way round, as when it was charged. */
static bool net_holds(const struct cg_state *state,
                      const struct cg_token *token)
{
    cg_wide net = 0;
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_leg *leg = &state->legs[state->shares[i].leg];
        cg_wide worth = (cg_wide)leg->ratio * state->shares[i].rate;
        net += leg->side == token->side ? worth : -worth;
    }
    return token->sum != CG_SUM_NET || net >= 0;
}

/* R1: the sums of a limit have room for |amount| more. */
static bool sums_hold(const struct cg_state *state,
                      const struct cg_token *token,
                      cg_dv01 amount)
{
    const struct cg_limit *limit = &state->limits[token->limit];
    cg_wide sum = (cg_wide)limit->gross + limit->open[0] + limit->open[1];
    for (unsigned side = 0; side < 2; side++) {
        sum += (cg_wide)limit->ledger[side].granted +
               limit->ledger[side].overrun;
    }
    return amount >= 0 && sum + amount <= INT64_MAX / 2;
}

static bool fill_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    bool of_leg = fact->kind == CG_FACT_LEG_FILLED;
    if (order == NULL || !order->sent || fact->qty < 0 ||
        (of_leg && !is_leg_of(state, order, fact->number))) {
        return false;
    }
    struct cg_fills fills = cg_fills_of(state, order);
    fills.apart = (fact->flags & 1) != 0;
    fills.cum_qty = of_leg ? fills.cum_qty : fact->qty;
    fills.leg = of_leg ? (uint32_t)fact->number : CG_NONE;
    fills.leg_cum_qty = fact->qty;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 filled = 0;
        if (token->spent && (!net_holds(state, token) ||
                             !cg_token_filled(state, token, &fills, &filled) ||
                             !sums_hold(state, token, filled))) {
            return false;
        }
    }
    return true;
}

/* Its order is there: cg_leg_fact_fits() and names_what_is_there() have seen to
 * that. */
static bool leg_taken_fits(const struct cg_state *state,
                           const struct cg_fact *fact)
{
    const struct cg_order *order = &state->orders[fact->order];
    return order->state == CG_ORDER_WAITING && order->tokens == CG_NONE &&
           is_side(fact->side) &&
           (order->legs == CG_NONE ||
            state->packages[order->legs].count < CG_LEGS_MAX);
}

static bool leg_charged_fits(const struct cg_state *state,
                             const struct cg_fact *fact)
{
    const struct cg_token *token = token_at(state, fact->token);
    if (CG_NEVER(token == NULL, "it was looked for, and cannot be none") ||
        token->sum == CG_SUM_ORDER ||
        !is_leg_of(state, &state->orders[token->order], fact->number)) {
        return false;
    }
    uint32_t i = token->shares;
    while (i != CG_NONE && state->shares[i].leg != fact->number) {
        i = state->shares[i].next;
    }
    return i == CG_NONE;
}

static bool is_forgettable(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = order_at(state, slot);
    return order != NULL && order->forgettable;
}

static bool order_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    switch ((unsigned)fact->kind) {
    case CG_FACT_ORDER_TAKEN:
        return order_taken_fits(state, fact);
    case CG_FACT_ORDER_REFUSED:
        return order_refused_fits(state, fact);
    case CG_FACT_ORDER_QUEUED:
        return order_queued_fits(state, fact);
    case CG_FACT_ORDER_LEFT:
        return order_left_fits(state, fact);
    case CG_FACT_ORDER_SENT:
        return order_sent_fits(state, fact);
    case CG_FACT_ORDER_FORGOTTEN:
        return is_forgettable(state, fact->order);
    case CG_FACT_ORDER_ACKED:
        return order != NULL && cg_order_may(order->state, CG_ORDER_OPEN);
    case CG_FACT_ORDER_RESTATED:
        return order != NULL && fact->qty >= 0;
    case CG_FACT_ORDER_CLOSED:
        return order_may_end(order);
    case CG_FACT_STATUS_RELAYED:
        return order != NULL &&
               ((fact->flags & 1) != 0 || order->client_asks > 0);
    default: /* REPORT_SEEN, STATUS_ASKED and the like: it has to be there */
        return order != NULL;
    }
}

/* --- tokens -------------------------------------------------------------- */

static bool token_charged_fits(const struct cg_state *state,
                               const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    bool added = fact->kind == CG_FACT_TOKEN_ADDED;
    uint32_t sum = fact->flags >> 1 & 3;
    if (order == NULL || !cg_is_limit(state, fact->limit) ||
        !is_side(fact->side) || fact->number != state->token_no + 1 ||
        fact->rate < 0 || (sum == CG_SUM_ORDER) != (order->legs == CG_NONE)) {
        return false;
    }
    struct cg_token token = {.limit = fact->limit};
    bool asked = fact->value == CG_MODEL_PING;
    bool state_fits = added ? order->state != CG_ORDER_CLOSED &&
                                  order->state != CG_ORDER_QUEUED
                            : order->state == CG_ORDER_WAITING;
    return state_fits && sums_hold(state, &token, fact->amount) &&
           (asked || fact->value == CG_MODEL_PUSH) &&
           (!asked || cg_is_session(state, state->limits[fact->limit].owner)) &&
           (!added ||
            (!asked && fact->other >= 0 && fact->other <= fact->amount));
}

static bool token_granted_fits(const struct cg_state *state,
                               const struct cg_token *token,
                               const struct cg_fact *fact)
{
    bool back = (fact->flags & 1) != 0;
    return sums_hold(state, token, fact->amount) && fact->until >= 0 &&
           (back || token->state == CG_TOKEN_ASKED ||
            token->state == CG_TOKEN_LIVE || token->state == CG_TOKEN_SPENT);
}

static bool token_priced_fits(const struct cg_state *state,
                              const struct cg_token *token,
                              const struct cg_fact *fact)
{
    const struct cg_request *request = request_at(state, fact->request);
    return request != NULL && request->order == token->order &&
           fact->rate >= 0 &&
           (fact->number == 0) == (token->sum == CG_SUM_ORDER);
}

static bool token_repriced_fits(const struct cg_state *state,
                                const struct cg_token *token,
                                const struct cg_fact *fact)
{
    return sums_hold(state, token, fact->amount) && fact->rate >= 0 &&
           (fact->request == CG_NONE ||
            request_at(state, fact->request) != NULL);
}

static bool token_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    const struct cg_token *token = token_at(state, fact->token);
    if (fact->kind == CG_FACT_TOKEN_CHARGED ||
        fact->kind == CG_FACT_TOKEN_ADDED) {
        return token_charged_fits(state, fact);
    }
    if (token == NULL) {
        return false;
    }
    switch ((unsigned)fact->kind) {
    case CG_FACT_TOKEN_RECHARGED:
        return sums_hold(state, token, fact->amount);
    case CG_FACT_TOKEN_PRICED:
        return token_priced_fits(state, token, fact);
    case CG_FACT_TOKEN_REPRICED:
        return token_repriced_fits(state, token, fact);
    case CG_FACT_TOKEN_GRANTED:
        return token_granted_fits(state, token, fact);
    case CG_FACT_TOKEN_RETURNED:
        return fact->value < CG_TOKEN_ENDS &&
               cg_token_may(token->state, CG_TOKEN_RETURNING);
    case CG_FACT_TOKEN_CLOSED:
        return fact->value < CG_TOKEN_ENDS &&
               cg_token_may(token->state, CG_TOKEN_CLOSED);
    default: /* TOKEN_LAPSED, ASK_PENDING */
        return fact->value < CG_TOKEN_ENDS;
    }
}

/* --- asks and requests --------------------------------------------------- */

/* R1: what hubs have confirmed can be counted. */
static bool confirms_hold(const struct cg_state *state,
                          const struct cg_ask *ask)
{
    const struct cg_token *token = &state->tokens[ask->token];
    const struct cg_limit *limit = &state->limits[token->limit];
    return ask->amount <=
           INT64_MAX / 2 - limit->confirmed[token->side == '1' ? 0 : 1];
}

static bool ask_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->kind != CG_FACT_ASK_SENT) {
        return fact->ask != CG_NONE && /* if there is one, it is open */
               (fact->token == CG_NONE ||
                fact->token == state->asks[fact->ask].token) &&
               confirms_hold(state, &state->asks[fact->ask]);
    }
    const struct cg_token *token = token_at(state, fact->token);
    return token != NULL && fact->value < CG_ASK_KINDS &&
           fact->number == state->ask_no + 1 && fact->amount >= 0 &&
           cg_is_session(state, state->limits[token->limit].owner);
}

/* One that arrives with its fact. */
static bool request_new_fits(const struct cg_state *state,
                             const struct cg_fact *fact)
{
    return fact->request != CG_NONE &&
           fact->request == cg_state_next_request(state) &&
           fact->flags >> 16 < CG_SESSIONS_MAX &&
           fact->value <= CG_REQUEST_PULL && fact->qty >= 0;
}

static bool request_ended_fits(const struct cg_state *state,
                               const struct cg_fact *fact)
{
    bool refused = fact->kind == CG_FACT_REQUEST_REFUSED;
    const struct cg_request *request = request_at(state, fact->request);
    if (request == NULL) {
        return refused &&
               (fact->request == CG_NONE || request_new_fits(state, fact));
    }
    bool behind = request->state == CG_REQUEST_BEHIND;
    return cg_request_may(request->state,
                          refused ? CG_REQUEST_REFUSED : CG_REQUEST_ACCEPTED) &&
           fact->qty >= 0 && fact->order == request->order &&
           (!behind || (request->order != CG_NONE &&
                        state->orders[request->order].behind > 0));
}

static bool request_advanced_fits(const struct cg_state *state,
                                  const struct cg_fact *fact)
{
    const struct cg_order *order = order_at(state, fact->order);
    const struct cg_request *request = request_at(state, fact->request);
    return order != NULL && request != NULL && request->order == fact->order &&
           order->raise == CG_NONE && order->behind > 0 &&
           request->state == CG_REQUEST_BEHIND;
}

static bool request_fits(const struct cg_state *state,
                         const struct cg_fact *fact)
{
    const struct cg_request *request = request_at(state, fact->request);
    switch ((unsigned)fact->kind) {
    case CG_FACT_REQUEST_TAKEN:
        return fact->order != CG_NONE && request_new_fits(state, fact) &&
               fact->number <= state->request_max;
    case CG_FACT_REQUEST_PASSED:
        return request_new_fits(state, fact) && fact->order == CG_NONE &&
               fact->number <= state->request_max;
    case CG_FACT_REQUEST_ADVANCED:
        return request_advanced_fits(state, fact);
    case CG_FACT_REQUEST_SENT:
        return request != NULL && fact->order == request->order &&
               order_at(state, request->order) != NULL &&
               cg_request_may(request->state, CG_REQUEST_SENT);
    case CG_FACT_REQUEST_WITHHELD:
        return request != NULL;
    default:
        return request_ended_fits(state, fact);
    }
}

/* --- days ---------------------------------------------------------------- */

static bool none_is_behind(const struct cg_state *state, uint32_t first)
{
    uint32_t i = first;
    while (i != CG_NONE && state->requests[i].state != CG_REQUEST_BEHIND) {
        i = state->requests[i].next;
    }
    return i == CG_NONE;
}

static bool none_is_behind_any(const struct cg_state *state, uint32_t first)
{
    uint32_t i = first;
    while (i != CG_NONE && none_is_behind(state, state->orders[i].requests)) {
        i = state->orders[i].next;
    }
    return i == CG_NONE;
}

/* Nobody waits behind an order that is over: it would be forgotten unanswered.
 */
static bool day_fits(const struct cg_state *state)
{
    return none_is_behind(state, state->request_loose) &&
           none_is_behind_any(state, state->closed_first) &&
           none_is_behind_any(state, state->doubtful.first);
}

/* --- the whole ----------------------------------------------------------- */

/* What a fact names is there, but for what it brings: its timers and limits are
 * looked up by it, whatever its kind. */
static bool names_what_is_there(const struct cg_state *state,
                                const struct cg_fact *fact)
{
    bool brings_order = fact->kind == CG_FACT_ORDER_TAKEN;
    bool brings_token = fact->kind == CG_FACT_TOKEN_CHARGED ||
                        fact->kind == CG_FACT_TOKEN_ADDED;
    bool brings_ask = fact->kind == CG_FACT_ASK_SENT;
    bool brings_limit = fact->kind == CG_FACT_LIMIT_NAMED;
    return (fact->order == CG_NONE || brings_order ||
            order_at(state, fact->order) != NULL) &&
           (fact->token == CG_NONE || brings_token ||
            token_at(state, fact->token) != NULL) &&
           (fact->ask == CG_NONE || brings_ask ||
            (fact->ask < state->ask_top && state->asks[fact->ask].open)) &&
           (fact->limit == CG_NONE || brings_limit ||
            cg_is_limit(state, fact->limit));
}

/* A pure table over the kinds, hence its length. */
bool cg_fact_applies(const struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->time < state->now || fact->time > TIME_MAX ||
        !names_what_is_there(state, fact)) {
        return false;
    }
    switch (fact->kind) {
    case CG_FACT_SESSION_NAMED:
        return fact->session == state->session_count;
    case CG_FACT_ACCOUNT_NAMED:
    case CG_FACT_ACCOUNT_WARNINGS:
        return cg_account_fits(state, fact);
    case CG_FACT_LIMIT_NAMED:
    case CG_FACT_LIMIT_SET:
    case CG_FACT_LIMIT_SCOPED:
    case CG_FACT_LIMIT_UNSCOPED:
    case CG_FACT_LIMIT_STATE:
    case CG_FACT_LIMIT_WARNED:
    case CG_FACT_LIMIT_REARMED:
    case CG_FACT_LIMIT_RESET:
    case CG_FACT_LIMIT_ACTIONS:
    case CG_FACT_LIMIT_STOPPED:
        return cg_limit_fits(state, fact);
    case CG_FACT_STOP_PLACED:
    case CG_FACT_STOP_DONE:
    case CG_FACT_STOP_LIFTED:
        return cg_stop_fits(state, fact);
    case CG_FACT_ORDER_TAKEN:
    case CG_FACT_ORDER_REFUSED:
    case CG_FACT_ORDER_QUEUED:
    case CG_FACT_ORDER_LEFT:
    case CG_FACT_ORDER_SENT:
    case CG_FACT_ORDER_FORGOTTEN:
    case CG_FACT_ORDER_ACKED:
    case CG_FACT_ORDER_IDENTIFIED:
    case CG_FACT_ORDER_RESTATED:
    case CG_FACT_ORDER_CLOSED:
    case CG_FACT_STATUS_ASKED:
    case CG_FACT_STATUS_TOLD:
    case CG_FACT_STATUS_RELAYED:
        return order_fits(state, fact);
    case CG_FACT_ORDER_FILLED:
    case CG_FACT_LEG_FILLED:
        return fill_fits(state, fact);
    case CG_FACT_LEG_TAKEN:
        return leg_taken_fits(state, fact);
    case CG_FACT_LEG_CHARGED:
        return leg_charged_fits(state, fact);
    case CG_FACT_TOKEN_CHARGED:
    case CG_FACT_TOKEN_ADDED:
    case CG_FACT_TOKEN_RECHARGED:
    case CG_FACT_TOKEN_PRICED:
    case CG_FACT_TOKEN_REPRICED:
    case CG_FACT_TOKEN_GRANTED:
    case CG_FACT_TOKEN_LAPSED:
    case CG_FACT_TOKEN_RETURNED:
    case CG_FACT_TOKEN_CLOSED:
    case CG_FACT_ASK_PENDING:
        return token_fits(state, fact);
    case CG_FACT_ASK_SENT:
    case CG_FACT_ASK_REPEATED:
    case CG_FACT_ASK_ANSWERED:
        return ask_fits(state, fact);
    case CG_FACT_REQUEST_TAKEN:
    case CG_FACT_REQUEST_ADVANCED:
    case CG_FACT_REQUEST_PASSED:
    case CG_FACT_REQUEST_SENT:
    case CG_FACT_REQUEST_ACCEPTED:
    case CG_FACT_REQUEST_REFUSED:
    case CG_FACT_REQUEST_WITHHELD:
        return request_fits(state, fact);
    case CG_FACT_RESENDS_ENDED:
    case CG_FACT_COMPARED:
    case CG_FACT_DIFFERENCE:
    case CG_FACT_LINK_UP:
    case CG_FACT_LINK_DOWN:
    case CG_FACT_HUB_ANSWERED:
    case CG_FACT_HUB_IN_PARTS:
        return cg_is_session(state, fact->session);
    case CG_FACT_HUB_MISSED:
        return cg_is_session(state, fact->session) &&
               order_at(state, fact->order) != NULL;
    case CG_FACT_DAY_ENDED:
        return day_fits(state);
    case CG_FACT_CCP_NAMED:
    case CG_FACT_INSTRUMENT_NAMED:
    case CG_FACT_INSTRUMENT_RATED:
    case CG_FACT_INSTRUMENT_FORGOTTEN:
    case CG_FACT_RATES_TAKEN:
    case CG_FACT_RATES_AGED:
    case CG_FACT_LIMITS_TOLD:
    case CG_FACT_REPORT_SEEN:
    case CG_FACT_STARTED:
    case CG_FACT_NOTED:
    case CG_FACT_KIND_COUNT:
        break;
    case CG_FACT_SNAPSHOT_TAKEN:
        return fact->number < fact->no && fact->text_len == CG_DIGEST_LEN;
    }
    return true;
}
