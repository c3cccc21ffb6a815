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
            CG_ALWAYS(cg_token_counts(token),
                      "the newest of its tokens under a limit counts")) {
            return true;
        }
    }
    return false;
}

/* An order that waits without tokens is planned anew when its turn comes.  Of a
 * package the plan says which legs are in. */
static bool may_adopt(const struct cg_state *state,
                      const struct cg_order *order,
                      uint32_t slot)
{
    const struct cg_limit *limit = &state->limits[slot];
    if (limit->kind != CG_LIMIT_DV01 || order->tokens == CG_NONE) {
        return false;
    }
    return order->legs != CG_NONE ||
           (cg_limit_covers(limit, state, order->account,
                            cg_ccp_for(order, limit), order->instrument) &&
            !has_token(state, order, slot));
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

/* Room for |parts| tokens more: of all, and of those of one order, each of
 * which may still fall back while it waits (R27). */
static bool has_room(const struct cg_state *state,
                     const struct cg_order *order,
                     uint32_t parts)
{
    uint32_t count = parts;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        count += state->tokens[i].state == CG_TOKEN_ASKED ? 2 : 1;
    }
    return count <= (uint32_t)CG_COVER_MAX * 2 &&
           state->token_max - state->token_map.count >= parts;
}

static void adopt_fails(struct cg_engine *engine, uint32_t slot, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    cg_note(engine,
            "ALARM: order %llu does not count under limit %.*s, which came "
            "after it",
            (unsigned long long)state->orders[slot].number,
            state->limits[limit].id.len, state->limits[limit].id.text);
}

static struct cg_fact
token_fact(const struct cg_state *state, uint32_t slot, uint32_t limit)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_ADDED);
    fact.token = cg_state_next_token(state);
    fact.number = state->token_no + 1;
    fact.order = slot;
    fact.limit = limit;
    fact.side = state->orders[slot].side;
    fact.value = CG_MODEL_PUSH;
    return fact;
}

static bool adopt(struct cg_engine *engine, uint32_t slot, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    enum cg_reason reason = CG_REASON_NONE;
    struct cg_fact fact = token_fact(state, slot, limit);
    if (!has_room(state, order, 1) ||
        !cg_rate_in(engine, order->instrument, &state->limits[limit],
                    &fact.rate, &reason) ||
        !cg_dv01_of(worst_of(state, order), fact.rate, &fact.amount) ||
        CG_NEVER(!cg_dv01_of(order->cum_qty, fact.rate, &fact.other),
                 "it is no more than the worst case") ||
        !cg_limit_holds(&state->limits[limit], fact.amount)) {
        return false;
    }
    cg_engine_record(engine, &fact);
    return true;
}

/* One token for each part that the legs in its scope come to (R5). */
static bool
package_adopt(struct cg_engine *engine, uint32_t slot, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    struct cg_cover cover;
    cg_dv01 filled[CG_COVER_MAX];
    if (!cg_package_adopt_plan(engine, order, limit, worst_of(state, order),
                               &cover)) {
        return false;
    }
    if (cover.count == 0) {
        return true; /* none of its legs, or all of them already */
    }
    if (!has_room(state, order, cover.count)) {
        return false;
    }
    for (uint32_t i = 0; i < cover.count; i++) {
        struct cg_cover_part *part = &cover.parts[i];
        struct cg_token token = {.side = part->side, .sum = part->sum};
        if (!cg_rates_filled(state, order, &token, cover.leg_rates[i],
                             &filled[i])) {
            return false;
        }
        part->amount = part->amount > filled[i] ? part->amount : filled[i];
        if (!cg_limit_holds(&state->limits[limit], part->amount)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < cover.count; i++) {
        struct cg_fact fact = token_fact(state, slot, limit);
        fact.side = cover.parts[i].side;
        fact.amount = cover.parts[i].amount;
        fact.other = filled[i];
        fact.flags = (uint32_t)cover.parts[i].sum << 1;
        cg_engine_record(engine, &fact);
        cg_legs_charge(engine, fact.token, cover.leg_rates[i]);
    }
    return true;
}

static void order_adopt(struct cg_engine *engine, uint32_t slot, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    bool package = state->orders[slot].legs != CG_NONE;
    if (may_adopt(state, &state->orders[slot], limit) &&
        !(package ? package_adopt(engine, slot, limit)
                  : adopt(engine, slot, limit))) {
        adopt_fails(engine, slot, limit);
    }
}

void cg_limit_adopt(struct cg_engine *engine, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        for (uint32_t order = state->accounts[i].orders; order != CG_NONE;
             order = state->orders[order].next) {
            order_adopt(engine, order, limit);
        }
    }
}

static void limits_adopt(struct cg_engine *engine, bool waiting)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        for (uint32_t order = account->orders; order != CG_NONE;
             order = state->orders[order].next) {
            for (uint32_t l = 0; l < account->limit_count; l++) {
                if (waiting || state->orders[order].sent) {
                    order_adopt(engine, order, account->limits[l]);
                }
            }
        }
    }
}

void cg_limits_adopt(struct cg_engine *engine)
{
    limits_adopt(engine, false);
}

void cg_limits_adopt_open(struct cg_engine *engine)
{
    limits_adopt(engine, true);
}
