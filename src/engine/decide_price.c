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

static bool
is_raise(const struct cg_state *state, const struct cg_token *token, cg_qty qty)
{
    /* The legs of a package keep their rates. */
    return token->sum == CG_SUM_ORDER && qty > state->orders[token->order].qty;
}

/* Today's rate of the token's limit, or why there is none. */
static bool rate_now(const struct cg_engine *engine,
                     const struct cg_token *token,
                     cg_dv01 *rate,
                     struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[token->order];
    if (!cg_instrument_is_priced(state, order->instrument, refusal)) {
        refusal->limit = token->limit;
        return false;
    }
    *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
    refusal->limit = token->limit;
    return cg_rate_in(engine, order->instrument, &state->limits[token->limit],
                      rate, &refusal->reason);
}

/* R7: legs keep their rates, so a package may not rise when it would cost more
 * by today's.  Of one that counts net, a lower rate can cost more as well. */
static bool legs_cost_the_same(const struct cg_engine *engine,
                               const struct cg_token *token,
                               struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[token->limit];
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        uint32_t instrument = state->legs[share->leg].instrument;
        cg_dv01 rate = 0;
        if (!cg_instrument_is_priced(state, instrument, refusal)) {
            refusal->limit = token->limit;
            return false;
        }
        *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
        refusal->limit = token->limit;
        if (!cg_rate_in(engine, instrument, limit, &rate, &refusal->reason)) {
            return false;
        }
        if (rate > share->rate ||
            (rate != share->rate && token->sum != CG_SUM_LEGS)) {
            refusal->reason = CG_REPLACE_NOT_ALLOWED;
            refusal->detail = "a leg has another DV01 by now; send it anew";
            return false;
        }
    }
    return true;
}

bool cg_price_total(const struct cg_engine *engine,
                    const struct cg_token *token,
                    cg_qty qty,
                    cg_dv01 *total,
                    struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    cg_dv01 rate = token->rate;
    if (is_raise(state, token, qty)) {
        if (!rate_now(engine, token, &rate, refusal)) {
            return false;
        }
        if (state->price_max - state->price_count < CG_COVER_MAX) {
            *refusal = cg_refusal_of(CG_GATE_STOPPING);
            refusal->detail = "the gate is full";
            return false;
        }
    }
    if (token->sum != CG_SUM_ORDER && qty > state->orders[token->order].qty &&
        !legs_cost_the_same(engine, token, refusal)) {
        return false;
    }
    *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
    refusal->limit = token->limit;
    return token->sum == CG_SUM_ORDER
               ? cg_dv01_of(qty, rate, total)
               : cg_token_worth(state, token, qty, total);
}

void cg_prices_take(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        struct cg_refusal refusal;
        cg_dv01 rate = 0;
        if (token->state != CG_TOKEN_SPENT ||
            !is_raise(state, token, state->requests[order->raise].qty) ||
            !rate_now(engine, token, &rate, &refusal) ||
            (rate == token->rate && token->prices == CG_NONE)) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_PRICED);
        fact.token = i;
        fact.request = order->raise;
        fact.value = cg_state_next_price(state);
        fact.rate = rate;
        CG_ASSERT(fact.value != CG_NONE);
        cg_engine_record(engine, &fact);
    }
}

/* What is filled is worth more or less from now on.  The limit's owner hears of
 * more; of less it hears by the fills to come, which are told from there on. */
static void reprice(struct cg_engine *engine, uint32_t slot, cg_dv01 rate)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_REPRICED);
    fact.token = slot;
    fact.rate = rate;
    if (!cg_dv01_of(state->orders[token->order].cum_qty, rate, &fact.amount) ||
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
        cg_dv01 rate = cg_token_rate(state, token, request);
        if (token->spent && rate != token->rate) {
            reprice(engine, i, rate);
        }
    }
}
