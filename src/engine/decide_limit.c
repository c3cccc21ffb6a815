/*
 * What a breach of a limit pulls, and whom limits and warnings are told to.
 *
 * Rules: R13, R17, R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* --- news --------------------------------------------------------------- */

void cg_account_news(struct cg_engine *engine,
                     uint32_t account,
                     enum cg_news news,
                     uint32_t limit,
                     uint32_t order)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->session_count; i++) {
        /* News never crowds out what has to be said. */
        if ((state->accounts[account].sessions >> i & 1) == 0 ||
            engine->news_count == CG_EFFECTS_SPARE / 2) {
            continue;
        }
        engine->news_count++;
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_NEWS);
        effect->session = (cg_session)i;
        effect->account = account;
        effect->limit = limit;
        effect->order = order;
        effect->news = news;
    }
}

void cg_limit_news(struct cg_engine *engine,
                   uint32_t slot,
                   enum cg_news news,
                   uint32_t percent)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    for (uint32_t i = 0; i < state->account_count; i++) {
        if ((limit->account != CG_NONE && limit->account != i) ||
            !cg_slice_equal(cg_id_slice(&limit->firm),
                            cg_id_slice(&state->accounts[i].firm)) ||
            (news == CG_NEWS_WARNING && state->accounts[i].own_warnings)) {
            continue;
        }
        uint32_t first = engine->effect_count;
        cg_account_news(engine, i, news, slot, CG_NONE);
        for (uint32_t e = first; e < engine->effect_count; e++) {
            engine->effects[e].value = percent;
        }
    }
}

/* --- what a breach pulls (R17) ------------------------------------------ */

static bool cancel_under_way(const struct cg_state *state,
                             const struct cg_order *order)
{
    if (order->pull != CG_NONE) {
        return true;
    }
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->kind == CG_REQUEST_CANCEL &&
            request->state == CG_REQUEST_SENT) {
            return true;
        }
    }
    return false;
}

/* Takes an order's part of its open use, on both sides, out of |left|. */
static void order_leaves(const struct cg_state *state,
                         const struct cg_order *order,
                         uint32_t limit,
                         struct cg_limit *left)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->limit == limit) {
            left->open[token->side != '1'] -= cg_token_open(token);
        }
    }
}

/* What of |limit|'s open use an order holds. */
static cg_dv01 order_open(const struct cg_state *state,
                          const struct cg_order *order,
                          uint32_t limit)
{
    cg_dv01 open = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].limit == limit) {
            open += cg_token_open(&state->tokens[i]);
        }
    }
    return open;
}

static void cursors_start(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->state.account_count; i++) {
        engine->cursors[i] = engine->state.accounts[i].orders;
    }
}

/* The next open order under |limit|, newest first, or CG_NONE. */
static uint32_t cursors_next(struct cg_engine *engine, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    for (;;) {
        uint32_t best = CG_NONE;
        for (uint32_t i = 0; i < state->account_count; i++) {
            uint32_t order = engine->cursors[i];
            if (order != CG_NONE &&
                (best == CG_NONE ||
                 state->orders[order].number > state->orders[best].number)) {
                best = order;
            }
        }
        if (best == CG_NONE) {
            return CG_NONE;
        }
        engine->cursors[state->orders[best].account] = state->orders[best].next;
        if (order_open(state, &state->orders[best], limit) > 0) {
            return best;
        }
    }
}

void cg_limit_pull_all(struct cg_engine *engine,
                       uint32_t limit,
                       enum cg_reason reason)
{
    cursors_start(engine);
    for (uint32_t order = cursors_next(engine, limit); order != CG_NONE;
         order = cursors_next(engine, limit)) {
        cg_order_pull(engine, order, reason);
    }
}

/* Newest first, only orders whose removal lowers the use, until it fits.  Under
 * a net limit what was passed over may lower it once the other side is less. */
static void pull_to_fit(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    struct cg_limit left = state->limits[slot];
    bool passed_over = false;
    cursors_start(engine);
    for (uint32_t i = cursors_next(engine, slot); i != CG_NONE;
         i = cursors_next(engine, slot)) {
        const struct cg_order *order = &state->orders[i];
        if (cancel_under_way(state, order)) {
            order_leaves(state, order, slot, &left);
        }
    }
    cursors_start(engine);
    for (uint32_t i = cursors_next(engine, slot);
         i != CG_NONE && cg_limit_use(&left) > left.amount;
         i = cursors_next(engine, slot)) {
        const struct cg_order *order = &state->orders[i];
        struct cg_limit without = left;
        order_leaves(state, order, slot, &without);
        if (cancel_under_way(state, order)) {
            continue;
        }
        if (cg_limit_use(&without) >= cg_limit_use(&left)) {
            passed_over = true;
            continue;
        }
        left = without;
        cg_order_pull(engine, i, CG_ORDER_PULLED);
        if (passed_over) {
            cursors_start(engine);
            passed_over = false;
        }
    }
}

/* The action of the owner's update (1767) decides, else the configuration. */
static enum cg_pull pull_of(const struct cg_limit *limit)
{
    if (limit->action == 5 + 1 || limit->action == 7 + 1) {
        return CG_PULL_ALL;
    }
    if (limit->action == 6 + 1 || limit->action == 8 + 1 ||
        limit->action == CG_ACTION_SUSPEND + 1 ||
        limit->action == CG_ACTION_HALT + 1) {
        return CG_PULL_NONE; /* a halt pulls all the same, by itself */
    }
    return limit->pull;
}

void cg_limit_pull(struct cg_engine *engine, uint32_t slot)
{
    switch (pull_of(&engine->state.limits[slot])) {
    case CG_PULL_FIT:
        pull_to_fit(engine, slot);
        break;
    case CG_PULL_ALL:
        cg_limit_pull_all(engine, slot, CG_ORDER_PULLED);
        break;
    case CG_PULL_NONE:
        break;
    }
}

void cg_limit_pull_order(struct cg_engine *engine,
                         uint32_t slot,
                         uint32_t order)
{
    switch (pull_of(&engine->state.limits[slot])) {
    case CG_PULL_FIT:
        cg_order_pull(engine, order, CG_ORDER_PULLED);
        break;
    case CG_PULL_ALL:
        cg_limit_pull_all(engine, slot, CG_ORDER_PULLED);
        break;
    case CG_PULL_NONE:
        break;
    }
}

void cg_limits_check(struct cg_engine *engine, uint32_t order)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        uint32_t slot = state->tokens[i].limit;
        const struct cg_limit *limit = &state->limits[slot];
        if (state->tokens[i].spent && limit->has_amount &&
            cg_limit_use(limit) > limit->amount) {
            if (!limit->breached) { /* once: who reinstates may go on */
                cg_limit_breach_act(engine, slot);
            }
            cg_limit_pull(engine, slot);
        }
    }
}

void cg_limit_distrust(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    cg_note(engine,
            "ALARM: a quantity of the venue is beyond what limit %.*s can "
            "count: no new risk under it",
            (int)limit->id.len, limit->id.text);
    if (limit->state == CG_LIMIT_ENABLED ||
        limit->state == CG_LIMIT_SUSPENDED) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
        fact.limit = slot;
        fact.value = CG_LIMIT_UNENFORCED;
        cg_engine_record(engine, &fact);
    }
}

/* --- warnings (R52) ----------------------------------------------------- */

/* The use that counts in warnings: without what has not gone on yet. */
static cg_dv01 warning_use(const struct cg_limit *limit)
{
    return cg_limit_use_with(limit, limit->open[0] - limit->unsure[0],
                             limit->open[1] - limit->unsure[1]);
}

/* A level fires again only after use fell 5 points below it. */
static void rearm(struct cg_engine *engine, uint32_t slot, cg_dv01 use)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint32_t back = 0;
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((limit->warned >> i & 1) != 0 &&
            !cg_percent_reached(use, limit->amount,
                                (int64_t)limit->warning_percent[i] - 5)) {
            back |= 1u << i;
        }
    }
    bool healed = limit->breached && use <= limit->amount;
    if (back == 0 && !healed) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_REARMED);
    fact.limit = slot;
    fact.flags = back;
    fact.value = healed ? CG_WARNINGS_MAX : 0;
    fact.amount = use;
    cg_engine_record(engine, &fact);
}

/* True when the limit notice was sent. */
static bool warn(struct cg_engine *engine, uint32_t slot, cg_dv01 use)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint32_t fired = 0;
    uint32_t highest = 0;
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((limit->warned >> i & 1) == 0 && use > 0 &&
            cg_percent_reached(use, limit->amount, limit->warning_percent[i])) {
            fired |= 1u << i;
            highest = i;
        }
    }
    bool breach = use > limit->amount && !limit->breached;
    if (fired == 0 && !breach) {
        return false;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_WARNED);
    fact.limit = slot;
    fact.flags = fired;
    fact.value = breach ? CG_WARNINGS_MAX : highest;
    fact.amount = use;
    fact.other = limit->amount;
    cg_engine_record(engine, &fact);
    if (breach) {
        cg_limit_news(engine, slot, CG_NEWS_BREACH, 0);
    } else {
        cg_limit_news(engine, slot, CG_NEWS_WARNING,
                      limit->warning_percent[highest]);
    }
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((fired >> i & 1) != 0) {
            cg_limit_level_act(engine, slot, i);
        }
    }
    return breach;
}

void cg_limits_settle(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->touched_count; i++) {
        uint32_t slot = engine->touched[i];
        const struct cg_limit *limit = &engine->state.limits[slot];
        if (limit->has_amount && limit->kind == CG_LIMIT_DV01 &&
            limit->state != CG_LIMIT_REMOVED) {
            cg_dv01 use = warning_use(limit);
            rearm(engine, slot, use);
            bool breach = warn(engine, slot, use);
            cg_account_levels_settle(engine, slot, use, breach);
        }
    }
    for (uint32_t i = 0; i < engine->touched_count; i++) {
        engine->is_touched[engine->touched[i]] = false;
    }
    engine->touched_count = 0;
}
