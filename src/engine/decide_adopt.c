/*
 * Limits that come after orders, or widen: what rests counts under them, too.
 *
 * The gate grants such a token itself, whatever the limit's model: the order is
 * at the venue already, and what its fills add must be seen.  Rule: R11.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* Whether an order has a token of |limit| that counts. */
static bool has_token(const struct cg_state *state,
                      const struct cg_order *order,
                      uint32_t limit)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->limit == limit &&
            (token->spent || token->state == CG_TOKEN_ASKED ||
             token->state == CG_TOKEN_LIVE)) {
            return true;
        }
    }
    return false;
}

/* An order that waits without tokens is planned anew when its turn comes. */
static bool may_adopt(const struct cg_state *state,
                      const struct cg_order *order,
                      uint32_t slot)
{
    const struct cg_limit *limit = &state->limits[slot];
    uint16_t ccp = order->ccp == CG_CCP_OTHER ? CG_CCP_NONE : order->ccp;
    return limit->kind == CG_LIMIT_DV01 && order->legs == CG_NONE &&
           order->tokens != CG_NONE &&
           cg_limit_covers(limit, state, order->account, ccp,
                           order->instrument) &&
           !has_token(state, order, slot);
}

/* What the order may still become, a raise that waits included. */
static cg_qty worst_of(const struct cg_state *state,
                       const struct cg_order *order)
{
    cg_qty raise = order->raise != CG_NONE ? state->requests[order->raise].qty
                                           : 0;
    cg_qty worst = order->worst_qty > raise ? order->worst_qty : raise;
    return worst > order->cum_qty ? worst : order->cum_qty;
}

static void adopt(struct cg_engine *engine, uint32_t slot, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    enum cg_reason reason = CG_REASON_NONE;
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_ADDED);
    fact.token = cg_state_next_token(state);
    if (fact.token == CG_NONE ||
        !cg_rate_in(engine, order->instrument, &state->limits[limit],
                    &fact.rate, &reason) ||
        !cg_dv01_of(worst_of(state, order), fact.rate, &fact.amount) ||
        !cg_dv01_of(order->cum_qty, fact.rate, &fact.other) ||
        !cg_limit_holds(&state->limits[limit], fact.amount)) {
        cg_note(engine,
                "ALARM: order %llu does not count under limit %.*s, which "
                "came after it",
                (unsigned long long)order->number, state->limits[limit].id.len,
                state->limits[limit].id.text);
        return;
    }
    fact.number = state->token_no + 1;
    fact.order = slot;
    fact.limit = limit;
    fact.side = order->side;
    fact.value = CG_MODEL_PUSH;
    cg_engine_record(engine, &fact);
}

void cg_limit_adopt(struct cg_engine *engine, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        for (uint32_t order = state->accounts[i].orders; order != CG_NONE;
             order = state->orders[order].next) {
            if (may_adopt(state, &state->orders[order], limit)) {
                adopt(engine, order, limit);
            }
        }
    }
}

void cg_limits_adopt(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        for (uint32_t order = account->orders; order != CG_NONE;
             order = state->orders[order].next) {
            for (uint32_t l = 0; l < account->limit_count; l++) {
                if (state->orders[order].sent &&
                    may_adopt(state, &state->orders[order],
                              account->limits[l])) {
                    adopt(engine, order, account->limits[l]);
                }
            }
        }
    }
}
