/*
 * The rates that replaces under way bring with them, and what their order may
 * come to by them.
 *
 * Part of the one writer of the state.  Rules: R7, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

/* Takes over what |request| has for |leg|, if anything. */
static void price_of(const struct cg_state *state,
                     const struct cg_token *token,
                     uint32_t request,
                     uint32_t leg,
                     cg_dv01 *rate)
{
    for (uint32_t i = token->prices; i != CG_NONE; i = state->prices[i].next) {
        if (state->prices[i].request == request &&
            state->prices[i].leg == leg) {
            *rate = state->prices[i].rate;
            return;
        }
    }
}

bool cg_request_rates(const struct cg_state *state,
                      const struct cg_token *token,
                      uint32_t request,
                      cg_dv01 *rates)
{
    bool differs = false;
    uint32_t at = 0;
    if (token->sum == CG_SUM_ORDER) {
        rates[0] = token->rate;
        price_of(state, token, request, CG_NONE, rates);
        return rates[0] != token->rate;
    }
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        CG_ASSERT(at < CG_LEGS_MAX);
        rates[at] = share->rate;
        price_of(state, token, request, share->leg, &rates[at]);
        differs = differs || rates[at] != share->rate;
        at++;
    }
    return differs;
}

bool cg_token_worst(const struct cg_state *state,
                    const struct cg_token *token,
                    bool with_raise,
                    cg_dv01 *worst)
{
    const struct cg_order *order = &state->orders[token->order];
    uint32_t raise = with_raise ? order->raise : CG_NONE;
    if (token->prices == CG_NONE) { /* one rate: the largest quantity */
        cg_qty qty = order->worst_qty;
        if (raise != CG_NONE && state->requests[raise].qty > qty) {
            qty = state->requests[raise].qty;
        }
        return cg_token_worth(state, token, qty, worst);
    }
    if (!cg_token_worth(state, token, order->qty, worst)) {
        return false;
    }
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        cg_dv01 rates[CG_LEGS_MAX];
        cg_dv01 total;
        if (request->kind != CG_REQUEST_REPLACE ||
            (request->state != CG_REQUEST_SENT && i != raise)) {
            continue;
        }
        (void)cg_request_rates(state, token, i, rates);
        if (!cg_token_worth_at(state, token, rates, request->qty, &total)) {
            return false;
        }
        *worst = total > *worst ? total : *worst;
    }
    return true;
}

/* Its value is the slot that the price takes, its number the leg + 1. */
void cg_apply_priced(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->value;
    struct cg_token *token = &state->tokens[fact->token];
    CG_ASSERT(slot == cg_state_next_price(state));
    if (state->price_free == slot) {
        state->price_free = state->prices[slot].next;
    } else {
        state->price_top = slot + 1;
    }
    state->prices[slot] = (struct cg_price){
        .request = fact->request,
        .leg = (uint32_t)(fact->number - 1), /* CG_NONE without one */
        .next = token->prices,
        .rate = fact->rate,
    };
    token->prices = slot;
    state->price_count++;
}

void cg_apply_shares_priced(struct cg_state *state,
                            const struct cg_token *token,
                            uint32_t request)
{
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        price_of(state, token, request, state->shares[i].leg,
                 &state->shares[i].rate);
    }
}

/* Gives back the price that |link| leads to. */
static void price_free(struct cg_state *state, uint32_t *link)
{
    uint32_t slot = *link;
    *link = state->prices[slot].next;
    state->prices[slot].next = state->price_free;
    state->price_free = slot;
    CG_ASSERT(state->price_count > 0);
    state->price_count--;
}

void cg_apply_prices_end(struct cg_state *state,
                         const struct cg_order *order,
                         uint32_t request)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        uint32_t *link = &state->tokens[i].prices;
        while (*link != CG_NONE) {
            if (state->prices[*link].request == request) {
                price_free(state, link);
            } else {
                link = &state->prices[*link].next;
            }
        }
    }
}

void cg_apply_prices_drop(struct cg_state *state, struct cg_token *token)
{
    while (token->prices != CG_NONE) {
        price_free(state, &token->prices);
    }
}
