/*
 * What the legs of a package are worth.  Reads the state only.
 *
 * Every amount of a token is a function of packages and fills, so that charge
 * and consumption can never drift apart.  Rounds up, and never undercounts.
 * Rules: R1, R2, R5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "state.h"

#include "check.h"
#include "decimal.h"
#include "pages.h"

#define MILLION 1000000

static bool narrow(cg_wide value, int64_t *out)
{
    if (value > INT64_MAX) {
        return false;
    }
    *out = (int64_t)value;
    return true;
}

bool cg_leg_qty(int64_t ratio, cg_qty qty, cg_qty *out)
{
    cg_wide product = (cg_wide)qty * ratio;
    return narrow((product + CG_RATIO_SCALE - 1) / CG_RATIO_SCALE, out);
}

/* Packages that |qty| of a leg stands for; the largest number when more. */
static cg_qty packages_of(int64_t ratio, cg_qty qty, bool up)
{
    cg_wide product = (cg_wide)qty * CG_RATIO_SCALE;
    cg_qty packages = INT64_MAX;
    (void)narrow((product + (up ? ratio - 1 : 0)) / ratio, &packages);
    return packages;
}

struct cg_slice cg_order_symbol(const struct cg_state *state,
                                const struct cg_order *order)
{
    return order->legs != CG_NONE
               ? cg_id_slice(&state->packages[order->legs].symbol)
               : cg_id_slice(&state->instruments[order->instrument].symbol);
}

/* --- fills -------------------------------------------------------------- */

struct cg_fills cg_fills_of(const struct cg_state *state,
                            const struct cg_order *order)
{
    return (struct cg_fills){
        .cum_qty = order->cum_qty,
        .leg = CG_NONE,
        .apart = order->legs != CG_NONE && state->packages[order->legs].apart,
    };
}

/* What the reports on a leg alone have filled of it. */
static cg_qty own_qty(const struct cg_state *state,
                      uint32_t leg,
                      const struct cg_fills *fills)
{
    return leg == fills->leg ? fills->leg_cum_qty : state->legs[leg].cum_qty;
}

/* The larger of what the reports on the leg and on the package say: a venue
 * that sends both says the same twice. */
static bool filled_qty(const struct cg_state *state,
                       uint32_t leg,
                       const struct cg_fills *fills,
                       cg_qty *out)
{
    cg_qty own = own_qty(state, leg, fills);
    if (!cg_leg_qty(state->legs[leg].ratio, fills->cum_qty, out)) {
        return false;
    }
    *out = own > *out ? own : *out;
    return true;
}

bool cg_package_is_apart(const struct cg_state *state,
                         const struct cg_order *order,
                         const struct cg_fills *fills)
{
    cg_qty packages = fills->cum_qty;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        cg_qty of_leg = packages_of(state->legs[i].ratio,
                                    own_qty(state, i, fills), false);
        packages = of_leg > packages ? of_leg : packages;
    }
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        cg_wide whole = (cg_wide)packages * state->legs[i].ratio /
                        CG_RATIO_SCALE;
        cg_qty filled = 0;
        if (filled_qty(state, i, fills, &filled) && filled < whole) {
            return true;
        }
    }
    return false;
}

cg_qty cg_package_cum_qty(const struct cg_state *state,
                          const struct cg_order *order)
{
    struct cg_fills fills = cg_fills_of(state, order);
    cg_qty least = INT64_MAX;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        cg_qty of_leg = packages_of(state->legs[i].ratio,
                                    own_qty(state, i, &fills), false);
        least = of_leg < least ? of_leg : least;
    }
    return order->legs != CG_NONE && least > order->cum_qty ? least
                                                            : order->cum_qty;
}

bool cg_package_is_over(const struct cg_state *state,
                        const struct cg_order *order)
{
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        const struct cg_leg *leg = &state->legs[i];
        cg_qty whole = INT64_MAX;
        bool filled = cg_leg_qty(leg->ratio, order->worst_qty, &whole) &&
                      leg->cum_qty >= whole;
        if (!leg->over && !filled) {
            return false;
        }
    }
    return order->legs != CG_NONE;
}

/* --- amounts ------------------------------------------------------------ */

static bool add_worth(cg_dv01 *sum, cg_qty qty, cg_dv01 rate)
{
    cg_dv01 worth;
    return cg_dv01_of(qty, rate, &worth) &&
           !__builtin_add_overflow(*sum, worth, sum);
}

static cg_dv01
rate_of(const struct cg_share *share, const cg_dv01 *rates, uint32_t at)
{
    return rates != NULL ? rates[at] : share->rate;
}

/* What one package is worth on the token's side, in 1 / (MILLION *
 * CG_RATIO_SCALE): exact, so that it is rounded once (R2). */
static cg_wide net_rate(const struct cg_state *state,
                        const struct cg_token *token,
                        const cg_dv01 *rates)
{
    cg_wide sum = 0;
    uint32_t at = 0;
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        const struct cg_leg *leg = &state->legs[share->leg];
        cg_wide worth = (cg_wide)leg->ratio * rate_of(share, rates, at++);
        sum += leg->side == token->side ? worth : -worth;
    }
    CG_ASSERT(rates != NULL || sum >= 0);
    return sum;
}

bool cg_token_turns(const struct cg_state *state,
                    const struct cg_token *token,
                    const cg_dv01 *rates)
{
    return token->sum == CG_SUM_NET && net_rate(state, token, rates) < 0;
}

bool cg_net_worth(cg_wide rate, cg_qty qty, cg_dv01 *out)
{
    cg_wide unit = (cg_wide)MILLION * CG_RATIO_SCALE;
    cg_wide product;
    if (__builtin_mul_overflow(rate, (cg_wide)qty, &product) ||
        __builtin_add_overflow(product, unit - 1, &product)) {
        return false;
    }
    return narrow(product / unit, out);
}

bool cg_token_worth(const struct cg_state *state,
                    const struct cg_token *token,
                    cg_qty qty,
                    cg_dv01 *out)
{
    return cg_token_worth_at(state, token, NULL, qty, out);
}

bool cg_token_worth_at(const struct cg_state *state,
                       const struct cg_token *token,
                       const cg_dv01 *rates,
                       cg_qty qty,
                       cg_dv01 *out)
{
    cg_dv01 sum = 0;
    uint32_t at = 0;
    if (token->sum == CG_SUM_ORDER) {
        return cg_dv01_of(qty, rates != NULL ? rates[0] : token->rate, out);
    }
    if (token->sum == CG_SUM_NET) {
        cg_wide net = net_rate(state, token, rates);
        return CG_ALWAYS(net >= 0, "it is asked before whether it turns") &&
               cg_net_worth(net, qty, out);
    }
    *out = 0;
    if (token->sum == CG_SUM_REST) {
        return true;
    }
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        cg_qty of_leg;
        if (!cg_leg_qty(state->legs[share->leg].ratio, qty, &of_leg) ||
            !add_worth(&sum, of_leg, rate_of(share, rates, at++))) {
            return false;
        }
    }
    *out = sum;
    return true;
}

/* The legs as they were filled; |side| only, or both sides (0). */
static bool filled_worth(const struct cg_state *state,
                         const struct cg_token *token,
                         const cg_dv01 *rates,
                         const struct cg_fills *fills,
                         char side,
                         cg_dv01 *out)
{
    cg_dv01 sum = 0;
    uint32_t at = 0;
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        const struct cg_share *share = &state->shares[i];
        cg_dv01 rate = rate_of(share, rates, at++);
        cg_qty filled;
        if (side != 0 && state->legs[share->leg].side != side) {
            continue;
        }
        if (!filled_qty(state, share->leg, fills, &filled) ||
            !add_worth(&sum, filled, rate)) {
            return false;
        }
    }
    *out = sum;
    return true;
}

/* Whole packages, when one leg is as far as it is: the others follow. */
static cg_qty packages_begun(const struct cg_state *state,
                             const struct cg_order *order,
                             const struct cg_fills *fills)
{
    cg_qty packages = fills->cum_qty;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        cg_qty of_leg = packages_of(state->legs[i].ratio,
                                    own_qty(state, i, fills), true);
        packages = of_leg > packages ? of_leg : packages;
    }
    return packages;
}

bool cg_token_filled(const struct cg_state *state,
                     const struct cg_token *token,
                     const struct cg_fills *fills,
                     cg_dv01 *out)
{
    return cg_token_filled_at(state, token, NULL, fills, out);
}

bool cg_token_filled_at(const struct cg_state *state,
                        const struct cg_token *token,
                        const cg_dv01 *rates,
                        const struct cg_fills *fills,
                        cg_dv01 *out)
{
    if (token->sum == CG_SUM_ORDER) {
        return cg_token_worth_at(state, token, rates, fills->cum_qty, out);
    }
    if (token->sum == CG_SUM_LEGS) {
        return filled_worth(state, token, rates, fills, 0, out);
    }
    if (fills->apart) {
        return filled_worth(state, token, rates, fills, token->side, out);
    }
    const struct cg_order *order = &state->orders[token->order];
    return cg_token_worth_at(state, token, rates,
                             packages_begun(state, order, fills), out);
}

bool cg_rates_filled(const struct cg_state *state,
                     const struct cg_order *order,
                     const struct cg_token *token,
                     const cg_dv01 *rates,
                     cg_dv01 *out)
{
    struct cg_fills fills = cg_fills_of(state, order);
    cg_wide net = 0;
    uint32_t at = 0;
    *out = 0;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        const struct cg_leg *leg = &state->legs[i];
        cg_dv01 rate = rates[at++];
        cg_wide worth = (cg_wide)leg->ratio * rate;
        cg_qty filled;
        if (rate < 0) {
            continue;
        }
        net += leg->side == token->side ? worth : -worth;
        if (token->sum == CG_SUM_LEGS &&
            (CG_NEVER(!filled_qty(state, i, &fills, &filled),
                      "each fill was counted by the tokens it came under") ||
             !add_worth(out, filled, rate))) {
            return false;
        }
    }
    return token->sum != CG_SUM_NET ||
           cg_net_worth(net, packages_begun(state, order, &fills), out);
}

/* --- terms -------------------------------------------------------------- */

uint32_t cg_package_terms(const struct cg_state *state,
                          const struct cg_order *order,
                          struct cg_leg_terms *terms)
{
    uint32_t count = 0;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        const struct cg_leg *leg = &state->legs[i];
        CG_ASSERT(count < CG_LEGS_MAX);
        terms[count++] = (struct cg_leg_terms){
            .instrument = leg->instrument,
            .side = leg->side,
            .ratio = leg->ratio,
            .ref = cg_id_slice(&leg->ref),
        };
    }
    return count;
}

static cg_dv01 share_rate(const struct cg_state *state,
                          const struct cg_token *token,
                          uint32_t leg)
{
    for (uint32_t i = token->shares; i != CG_NONE; i = state->shares[i].next) {
        if (state->shares[i].leg == leg) {
            return state->shares[i].rate;
        }
    }
    return -1;
}

void cg_token_rates(const struct cg_state *state,
                    const struct cg_token *token,
                    cg_dv01 *rates)
{
    const struct cg_order *order = &state->orders[token->order];
    uint32_t at = 0;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        CG_ASSERT(at < CG_LEGS_MAX);
        rates[at++] = share_rate(state, token, i);
    }
}

/* --- pools -------------------------------------------------------------- */

int cg_legs_init(struct cg_state *state, uint32_t legs)
{
    state->leg_max = legs;
    state->leg_free = CG_NONE;
    state->share_max = legs * CG_LEG_SHARES;
    state->share_free = CG_NONE;
    state->legs = cg_pages_take((size_t)legs + 1, sizeof(*state->legs));
    state->packages = cg_pages_take((size_t)legs + 1, sizeof(*state->packages));
    state->shares = cg_pages_take((size_t)state->share_max + 1,
                                  sizeof(*state->shares));
    bool made = state->legs && state->packages && state->shares;
    return made ? 0 : CG_ERR_MEMORY;
}

void cg_legs_deinit(struct cg_state *state)
{
    size_t legs = (size_t)state->leg_max + 1;
    cg_pages_give(state->legs, legs, sizeof(*state->legs));
    cg_pages_give(state->packages, legs, sizeof(*state->packages));
    cg_pages_give(state->shares, (size_t)state->share_max + 1,
                  sizeof(*state->shares));
}

uint32_t cg_state_next_leg(const struct cg_state *state)
{
    if (state->leg_free != CG_NONE) {
        return state->leg_free;
    }
    return state->leg_top < state->leg_max ? state->leg_top : CG_NONE;
}
