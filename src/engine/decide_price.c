/*
 * What an order costs: its rates stay until a replace raises its quantity, and
 * then the whole order is priced anew.
 *
 * The new rates are those of the moment the replace is decided; they are in
 * force when the venue accepts it, and forgotten when anybody refuses it.
 * Rules: R2, R3, R7, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "scope.h"

static bool
is_raise(const struct cg_state *state, const struct cg_token *token, cg_qty qty)
{
    return qty > state->orders[token->order].qty;
}

/* Whether two limits count an instrument in the same unit. */
static bool counts_alike(const struct cg_state *state,
                         const struct cg_limit *a,
                         const struct cg_limit *b,
                         uint32_t instrument)
{
    int64_t of_a;
    int64_t of_b;
    (void)cg_scope_covers(state, a, instrument, &of_a);
    (void)cg_scope_covers(state, b, instrument, &of_b);
    return of_a == of_b && memcmp(a->currency, b->currency, 3) == 0;
}

/* What an order costs by its own price under a limit that it has no token of:
 * what it costs under another one that counts alike. */
static bool own_rate(const struct cg_state *state,
                     const struct cg_order *order,
                     uint32_t leg,
                     uint32_t instrument,
                     const struct cg_limit *limit,
                     cg_dv01 *rate)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 rates[CG_LEGS_MAX];
        if (!token->spent || !counts_alike(state, &state->limits[token->limit],
                                           limit, instrument)) {
            continue;
        }
        *rate = token->rate;
        if (token->sum != CG_SUM_ORDER) {
            cg_token_rates(state, token, rates);
            *rate = rates[leg];
        }
        if (*rate >= 0) {
            return true;
        }
    }
    return false;
}

bool cg_price_rate(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   uint32_t leg,
                   const struct cg_limit *limit,
                   cg_dv01 *rate,
                   enum cg_reason *reason)
{
    uint32_t instrument = request->legs != NULL ? request->legs[leg].instrument
                                                : request->instrument;
    return (request->own != NULL && own_rate(&engine->state, request->own, leg,
                                             instrument, limit, rate)) ||
           cg_rate_in(engine, instrument, limit, rate, reason);
}

bool cg_price_is_moot(const struct cg_cover_request *request,
                      const struct cg_refusal *refusal)
{
    return request->own != NULL && (refusal->reason == CG_DV01_UNAVAILABLE ||
                                    refusal->reason == CG_FX_RATE_MISSING);
}

/* Today's rate of an instrument under a token's limit, or why there is none. */
static bool rate_now(const struct cg_engine *engine,
                     const struct cg_token *token,
                     uint32_t instrument,
                     cg_dv01 *rate,
                     struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    if (!cg_instrument_is_priced(state, instrument, refusal)) {
        refusal->limit = token->limit;
        return false;
    }
    *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
    refusal->limit = token->limit;
    return cg_rate_in(engine, instrument, &state->limits[token->limit], rate,
                      &refusal->reason);
}

/* The same for all that a token counts, into CG_LEGS_MAX places. */
static bool rates_now(const struct cg_engine *engine,
                      const struct cg_token *token,
                      cg_dv01 *rates,
                      struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    uint32_t at = 0;
    if (token->sum == CG_SUM_ORDER) {
        return rate_now(engine, token, state->orders[token->order].instrument,
                        rates, refusal);
    }
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        uint32_t leg = state->shares[i].leg;
        CG_ASSERT(at < CG_LEGS_MAX);
        if (!rate_now(engine, token, state->legs[leg].instrument, &rates[at++],
                      refusal)) {
            return false;
        }
    }
    return true;
}

/* Whether there is room for a price of each thing that an order counts. */
static bool prices_left(const struct cg_state *state, uint32_t slot)
{
    uint32_t needed = CG_COVER_MAX;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        for (uint32_t share = state->tokens[i].shares; share != CG_NONE;
             share = state->shares[share].next) {
            needed++;
        }
    }
    return state->price_max - state->price_count >= needed;
}

bool cg_price_total(const struct cg_engine *engine,
                    const struct cg_token *token,
                    cg_qty qty,
                    cg_dv01 *total,
                    struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    cg_dv01 rates[CG_LEGS_MAX];
    bool raise = is_raise(state, token, qty);
    if (raise && !rates_now(engine, token, rates, refusal)) {
        return false;
    }
    if (raise && !prices_left(state, token->order)) {
        *refusal = cg_refusal_of(CG_GATE_STOPPING);
        refusal->detail = "the gate is full";
        return false;
    }
    if (raise && cg_token_turns(state, token, rates)) {
        /* R5: its token, and what was asked for by it, is of one side. */
        *refusal = cg_refusal_of(CG_REPLACE_NOT_ALLOWED);
        refusal->limit = token->limit;
        refusal->detail = "its net is on the other side by now; send it anew";
        return false;
    }
    *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
    refusal->limit = token->limit;
    return cg_token_worth_at(state, token, raise ? rates : NULL, qty, total);
}

static void price_record(struct cg_engine *engine,
                         uint32_t token,
                         uint32_t request,
                         uint32_t leg,
                         cg_dv01 rate)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_PRICED);
    fact.token = token;
    fact.request = request;
    fact.value = cg_state_next_price(&engine->state);
    fact.number = leg != CG_NONE ? leg + 1ull : 0;
    fact.rate = rate;
    CG_ASSERT(fact.value != CG_NONE);
    cg_engine_record(engine, &fact);
}

static void prices_record(struct cg_engine *engine,
                          uint32_t slot,
                          uint32_t request,
                          const cg_dv01 *rates)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[slot];
    uint32_t at = 0;
    if (token->sum == CG_SUM_ORDER) {
        price_record(engine, slot, request, CG_NONE, rates[0]);
    }
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        price_record(engine, slot, request, state->shares[i].leg, rates[at++]);
    }
}

/* Whether the token costs the same by |rates| as by its own. */
static bool costs_the_same(const struct cg_state *state,
                           const struct cg_token *token,
                           const cg_dv01 *rates)
{
    bool same = token->sum != CG_SUM_ORDER || rates[0] == token->rate;
    uint32_t at = 0;
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        same = same && rates[at++] == state->shares[i].rate;
    }
    return same;
}

void cg_prices_take(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        struct cg_refusal refusal;
        cg_dv01 rates[CG_LEGS_MAX];
        if (token->state == CG_TOKEN_SPENT &&
            is_raise(state, token, state->requests[order->raise].qty) &&
            CG_ALWAYS(rates_now(engine, token, rates, &refusal),
                      "its total was taken by them in this event") &&
            (token->prices != CG_NONE ||
             !costs_the_same(state, token, rates))) {
            prices_record(engine, i, order->raise, rates);
        }
    }
}

/* What is filled is worth more or less from now on.  The limit's owner hears of
 * more; of less it hears by the fills to come, which are told from there on. */
static void reprice(struct cg_engine *engine,
                    uint32_t slot,
                    uint32_t request,
                    const cg_dv01 *rates)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[slot];
    struct cg_fills fills = cg_fills_of(state, &state->orders[token->order]);
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_REPRICED);
    bool single = token->sum == CG_SUM_ORDER;
    fact.token = slot;
    fact.request = single ? CG_NONE : request;
    fact.rate = single ? rates[0] : token->rate;
    if (!cg_token_filled_at(state, token, rates, &fills, &fact.amount) ||
        !cg_sums_hold(state, slot, fact.amount)) {
        cg_limit_distrust(engine, token->limit);
        return;
    }
    fact.other = token->rate;
    cg_dv01 before = cg_token_told(token);
    cg_engine_record(engine, &fact);
    cg_consumption_tell(engine, slot, cg_token_told(token) - before);
}

void cg_prices_settle(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[slot].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 ahead = token->ahead;
        if (ahead == 0) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_REPRICED);
        fact.token = i;
        fact.rate = token->rate;
        fact.amount = token->filled;
        fact.other = token->rate;
        fact.flags = 1;
        cg_engine_record(engine, &fact);
        cg_consumption_tell(engine, i, -ahead);
    }
}

void cg_prices_accept(struct cg_engine *engine, uint32_t request)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order =
        &state->orders[state->requests[request].order];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 rates[CG_LEGS_MAX];
        if (token->spent && cg_request_rates(state, token, request, rates)) {
            reprice(engine, i, request, rates);
        }
    }
}
