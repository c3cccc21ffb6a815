/*
 * Proof of packages from scratch: legs, what they are worth, what is filled.
 *
 * Reads only, and shares no arithmetic with package.c.  Rules: R5, R12, R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "state.h"

#include "check.h"

#define UNIT ((cg_wide)1000000 * CG_RATIO_SCALE)

static cg_wide up(cg_wide product, cg_wide by)
{
    return product / by + (product % by != 0 ? 1 : 0);
}

/* What the venue's reports, taken together, have filled of a leg. */
static cg_wide leg_filled(const struct cg_state *state, uint32_t slot)
{
    const struct cg_leg *leg = &state->legs[slot];
    cg_wide by_package = up((cg_wide)state->orders[leg->order].cum_qty *
                                leg->ratio,
                            CG_RATIO_SCALE);
    return leg->cum_qty > by_package ? leg->cum_qty : by_package;
}

static cg_wide packages_filled(const struct cg_state *state,
                               const struct cg_order *order)
{
    cg_wide most = order->cum_qty;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        const struct cg_leg *leg = &state->legs[i];
        cg_wide of_leg = up((cg_wide)leg->cum_qty * CG_RATIO_SCALE, leg->ratio);
        most = of_leg > most ? of_leg : most;
    }
    return most;
}

/* The filled amount of a token of a package, anew. */
static cg_wide token_filled(const struct cg_state *state,
                            const struct cg_token *token)
{
    const struct cg_order *order = &state->orders[token->order];
    bool apart = state->packages[order->legs].apart;
    bool whole = token->sum != CG_SUM_LEGS && !apart;
    cg_wide net = 0;
    cg_wide sum = 0;
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        const struct cg_leg *leg = &state->legs[share->leg];
        bool same = leg->side == token->side;
        net += (cg_wide)leg->ratio * share->rate * (same ? 1 : -1);
        if (same || token->sum == CG_SUM_LEGS) {
            sum += up(leg_filled(state, share->leg) * share->rate, 1000000);
        }
    }
    if (!whole) {
        return sum;
    }
    return token->sum == CG_SUM_NET
               ? up(net * packages_filled(state, order), UNIT)
               : 0;
}

/* The shares of a token, all of legs of its order; false when one is not. */
static bool shares_hold(const struct cg_state *state,
                        const struct cg_token *token,
                        uint32_t *used)
{
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        (*used)++;
        if (*used > state->shares_used ||
            state->legs[state->shares[i].leg].order != token->order) {
            return false;
        }
    }
    return true;
}

static bool tokens_hold(const struct cg_state *state, char *error, size_t len)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < state->token_top; i++) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state == CG_TOKEN_FREE || token->sum == CG_SUM_ORDER) {
            continue;
        }
        if (state->orders[token->order].legs == CG_NONE ||
            !shares_hold(state, token, &used)) {
            snprintf(error, len, "token %llu: its legs are not its order's",
                     (unsigned long long)token->number);
            return false;
        }
        if (token->spent && token_filled(state, token) != token->filled) {
            snprintf(error, len,
                     "token %llu: what is filled is not what its legs add up "
                     "to",
                     (unsigned long long)token->number);
            return false;
        }
    }
    if (used != state->shares_used) {
        snprintf(error, len, "shares of legs do not add up");
    }
    return used == state->shares_used;
}

bool cg_audit_packages(const struct cg_state *state,
                       char *error,
                       size_t error_len)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        uint32_t count = 0;
        if (order->state == CG_ORDER_FREE) {
            continue;
        }
        for (uint32_t leg = order->legs;
             leg != CG_NONE && count <= state->legs_used;
             leg = state->legs[leg].next) {
            count++;
        }
        used += count;
        if (order->legs != CG_NONE &&
            state->packages[order->legs].count != count) {
            snprintf(error, error_len, "order %llu: its legs do not add up",
                     (unsigned long long)order->number);
            return false;
        }
    }
    if (used != state->legs_used) {
        snprintf(error, error_len, "legs do not add up");
        return false;
    }
    return tokens_hold(state, error, error_len);
}
