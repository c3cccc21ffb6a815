/*
 * What quantities are worth by the rates in the facts: D(q) = ceil(q x rate /
 * 1,000,000), of a package by its legs, in 128 bits, and by nothing of the
 * engine's.
 *
 * Rules: R2, R5, R7, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

#define MILLION ((cg_wide)1000000)

/* |factor| times |by|, over |unit|, rounded up; nothing is negative. */
static bool share_of(cg_wide factor, cg_wide by, cg_wide unit, cg_wide *out)
{
    cg_wide product;
    if (factor < 0 || by < 0 || __builtin_mul_overflow(factor, by, &product)) {
        return false;
    }
    *out = product / unit + (product % unit != 0 ? 1 : 0);
    return true;
}

/* The rate of a token, or of one leg in it, once |request| is in force.  Prices
 * of an older token in its place are none of its own. */
static cg_dv01 rate_by(const struct audit *audit,
                       uint32_t token,
                       uint32_t request,
                       uint32_t leg,
                       cg_dv01 rate)
{
    const struct cg_state *state = audit->state;
    const struct cg_token *books = &state->tokens[token];
    bool prices = request != CG_NONE &&
                  books->number == audit->tokens[token].number;
    uint32_t i = prices ? books->prices : CG_NONE;
    for (; i != CG_NONE; i = state->prices[i].next) {
        if (state->prices[i].request == request &&
            state->prices[i].leg == leg) {
            return state->prices[i].rate;
        }
    }
    return rate;
}

/* What has been filled of a leg, the larger of what its own reports and those
 * on the package say. */
static bool leg_filled(const struct audit *audit,
                       uint32_t slot,
                       const struct audit_fills *fills,
                       cg_wide *out)
{
    const struct cg_leg *leg = &audit->state->legs[slot];
    cg_qty own = slot == fills->leg ? fills->leg_cum_qty : leg->cum_qty;
    bool counts = share_of(fills->cum_qty, leg->ratio, CG_RATIO_SCALE, out);
    *out = counts && own < *out ? *out : own;
    return counts;
}

/* Packages that are begun. */
static bool packages_filled(const struct audit *audit,
                            uint32_t order,
                            const struct audit_fills *fills,
                            cg_wide *out)
{
    const struct cg_state *state = audit->state;
    *out = fills->cum_qty;
    for (uint32_t i = state->orders[order].legs; i != CG_NONE;
         i = state->legs[i].next) {
        const struct cg_leg *leg = &state->legs[i];
        cg_qty own = i == fills->leg ? fills->leg_cum_qty : leg->cum_qty;
        cg_wide begun;
        if (!share_of(own, CG_RATIO_SCALE, leg->ratio, &begun)) {
            return false;
        }
        *out = begun > *out ? begun : *out;
    }
    return true;
}

/* A net token: what buys and sells leave, on its side; rounded once. */
static bool net_worth(const struct audit *audit,
                      uint32_t token,
                      uint32_t request,
                      cg_wide qty,
                      cg_wide *out)
{
    const struct cg_state *state = audit->state;
    cg_wide net = 0;
    for (uint32_t i = state->tokens[token].shares; i != CG_NONE;
         i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        const struct cg_leg *leg = &state->legs[share->leg];
        cg_wide part = (cg_wide)leg->ratio *
                       rate_by(audit, token, request, share->leg, share->rate);
        net += leg->side == audit->tokens[token].side ? part : -part;
    }
    return share_of(net, qty, MILLION * CG_RATIO_SCALE, out);
}

bool audit_worth(const struct audit *audit,
                 uint32_t slot,
                 uint32_t request,
                 cg_qty qty,
                 cg_wide *worth)
{
    const struct audit_token *token = &audit->tokens[slot];
    const struct cg_state *state = audit->state;
    *worth = 0;
    if (token->sum == CG_SUM_ORDER) {
        return share_of(qty,
                        rate_by(audit, slot, request, CG_NONE, token->rate),
                        MILLION, worth);
    }
    if (token->sum == CG_SUM_NET) {
        return net_worth(audit, slot, request, qty, worth);
    }
    uint32_t first = token->sum == CG_SUM_LEGS ? state->tokens[slot].shares
                                               : CG_NONE;
    for (uint32_t i = first; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        cg_wide of_leg;
        cg_wide part;
        if (!share_of(qty, state->legs[share->leg].ratio, CG_RATIO_SCALE,
                      &of_leg) ||
            !share_of(of_leg,
                      rate_by(audit, slot, request, share->leg, share->rate),
                      MILLION, &part)) {
            return false;
        }
        *worth += part;
    }
    return true;
}

struct audit_fills audit_fills_of(const struct audit *audit, uint32_t slot)
{
    const struct cg_order *order = &audit->state->orders[slot];
    return (struct audit_fills){
        .cum_qty = order->cum_qty,
        .leg = CG_NONE,
        .apart = order->legs != CG_NONE &&
                 audit->state->packages[order->legs].apart,
    };
}

/* The legs that count, each as it was filled. */
static bool legs_filled(const struct audit *audit,
                        uint32_t token,
                        uint32_t request,
                        const struct audit_fills *fills,
                        cg_wide *worth)
{
    const struct cg_state *state = audit->state;
    bool all = audit->tokens[token].sum == CG_SUM_LEGS;
    *worth = 0;
    for (uint32_t i = state->tokens[token].shares; i != CG_NONE;
         i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        cg_wide filled;
        cg_wide part;
        if (!all && state->legs[share->leg].side != audit->tokens[token].side) {
            continue;
        }
        if (!leg_filled(audit, share->leg, fills, &filled) ||
            !share_of(filled,
                      rate_by(audit, token, request, share->leg, share->rate),
                      MILLION, &part)) {
            return false;
        }
        *worth += part;
    }
    return true;
}

bool audit_filled(const struct audit *audit,
                  uint32_t slot,
                  uint32_t request,
                  const struct audit_fills *fills,
                  cg_wide *worth)
{
    const struct audit_token *token = &audit->tokens[slot];
    cg_wide packages;
    *worth = 0;
    if (token->sum == CG_SUM_ORDER) {
        return audit_worth(audit, slot, request, fills->cum_qty, worth);
    }
    if (token->sum == CG_SUM_LEGS || fills->apart) {
        return legs_filled(audit, slot, request, fills, worth);
    }
    return token->sum == CG_SUM_REST ||
           (packages_filled(audit, token->order, fills, &packages) &&
            net_worth(audit, slot, request, packages, worth));
}

bool audit_worst(const struct audit *audit,
                 uint32_t slot,
                 bool with_raise,
                 cg_wide *worst)
{
    const struct cg_state *state = audit->state;
    const struct cg_order *order = &state->orders[audit->tokens[slot].order];
    if (!audit_worth(audit, slot, CG_NONE, order->qty, worst)) {
        return false;
    }
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        bool on_its_way = request->state == CG_REQUEST_SENT ||
                          (with_raise && i == order->raise);
        cg_wide worth;
        if (request->kind != CG_REQUEST_REPLACE || !on_its_way) {
            continue;
        }
        if (!audit_worth(audit, slot, i, request->qty, &worth)) {
            return false;
        }
        *worst = worth > *worst ? worth : *worst;
    }
    return true;
}
