/*
 * Asking for tokens, spending them, giving them back.
 *
 * No message goes on before every token of its order is live, and no token ends
 * without the hub having been told.  Rules: R20..R25, R27, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

void cg_ask_send(struct cg_engine *engine,
                 uint32_t token,
                 enum cg_ask_kind kind,
                 cg_dv01 amount)
{
    const struct cg_state *state = &engine->state;
    cg_session owner = state->limits[state->tokens[token].limit].owner;
    const struct cg_session_state *hub = &state->sessions[owner];
    struct cg_fact fact = cg_fact_of(CG_FACT_ASK_SENT);
    fact.ask = cg_state_next_ask(state);
    if (fact.ask == CG_NONE) {
        /* New orders keep away from this edge (has_room); what was consumed
         * stays on record, and the hub's own books will show the difference. */
        cg_note(engine, "ALARM: no room for a %s ask", cg_ask_kind_name(kind));
        return;
    }
    fact.number = state->ask_no + 1;
    fact.token = token;
    fact.value = kind;
    fact.amount = amount;
    fact.other = cg_ask_basis(hub, &state->tokens[token], kind, amount);
    fact.session = owner;
    if (kind == CG_ASK_NEW && hub->missed >= engine->config.probe_after) {
        fact.flags = 1; /* the one request that probes a silent hub (R27) */
    }
    cg_engine_record(engine, &fact);
    if (hub->up) {
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_ASK);
        effect->session = owner;
        effect->ask = fact.ask;
    }
}

static uint32_t token_charge(struct cg_engine *engine,
                             uint32_t order,
                             const struct cg_cover_part *part)
{
    const struct cg_state *state = &engine->state;
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_CHARGED);
    fact.token = cg_state_next_token(state);
    CG_ASSERT(fact.token != CG_NONE);
    fact.number = state->token_no + 1;
    fact.order = order;
    fact.limit = part->limit;
    fact.side = part->side;
    fact.rate = part->rate;
    fact.amount = part->amount;
    fact.value = part->ask ? CG_MODEL_PING : CG_MODEL_PUSH;
    fact.flags = (part->fallback ? 1U : 0U) | (uint32_t)part->sum << 1;
    cg_engine_record(engine, &fact);
    return fact.token;
}

void cg_legs_charge(struct cg_engine *engine,
                    uint32_t token,
                    const cg_dv01 *rates)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[state->tokens[token].order];
    uint32_t at = 0;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LEG_CHARGED);
        fact.token = token;
        fact.number = i;
        fact.rate = rates[at++];
        if (fact.rate >= 0) {
            cg_engine_record(engine, &fact);
        }
    }
}

void cg_tokens_charge(struct cg_engine *engine,
                      uint32_t order,
                      const struct cg_cover *cover)
{
    for (uint32_t i = 0; i < cover->count; i++) {
        uint32_t token = token_charge(engine, order, &cover->parts[i]);
        if (cover->parts[i].sum != CG_SUM_ORDER) {
            cg_legs_charge(engine, token, cover->leg_rates[i]);
        }
        if (cover->parts[i].ask) {
            cg_ask_send(engine, token, CG_ASK_NEW, cover->parts[i].amount);
        }
    }
}

bool cg_tokens_live(const struct cg_state *state, uint32_t order)
{
    bool any = false;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state == CG_TOKEN_ASKED) {
            return false;
        }
        any |= token->state == CG_TOKEN_LIVE;
    }
    return any;
}

/* R22: what is reserved by live tokens holds the worst case of the order. */
static void assert_covered(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (!token->spent) {
            continue;
        }
        cg_dv01 worst = 0;
        CG_ASSERT(token->end == CG_END_NONE);
        CG_ASSERT(cg_token_worst(state, token, false, &worst));
        CG_ASSERT(token->charge >= worst);
        CG_ASSERT(cg_token_held(token) >= worst);
    }
}

void cg_tokens_spend(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    CG_ASSERT(cg_tokens_live(state, slot));
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_SENT);
    fact.order = slot;
    cg_engine_record(engine, &fact);
    assert_covered(state, slot);
    const struct cg_order *order = &state->orders[slot];
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_FORWARD);
    effect->session = order->venue;
    effect->order = slot;
    effect->request = order->request;
}

void cg_order_go(struct cg_engine *engine, uint32_t slot)
{
    struct cg_refusal refusal;
    if (cg_cover_still_fits(engine, slot, &refusal)) {
        cg_tokens_spend(engine, slot);
        cg_replaces_go(engine, slot);
    } else {
        cg_order_refuse(engine, slot, &refusal, CG_END_HANDED_BACK);
    }
}

/* --- ends --------------------------------------------------------------- */

static void token_fact(struct cg_engine *engine,
                       enum cg_fact_kind kind,
                       uint32_t token,
                       enum cg_token_end end)
{
    struct cg_fact fact = cg_fact_of(kind);
    fact.token = token;
    fact.value = end;
    fact.amount = engine->state.tokens[token].ledger.reserved;
    cg_engine_record(engine, &fact);
}

void cg_tokens_invalidate(struct cg_engine *engine,
                          uint32_t order,
                          uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->limit == limit && token->end == CG_END_NONE &&
            (token->state == CG_TOKEN_LIVE || token->state == CG_TOKEN_SPENT)) {
            struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_LAPSED);
            fact.token = i;
            fact.order = order;
            fact.value = CG_END_INVALIDATED;
            fact.amount = token->ledger.reserved;
            fact.flags = 1;
            cg_engine_record(engine, &fact);
        }
    }
}

/* Whether an ask for credit has no answer, given up or not. */
static bool submission_is_out(const struct cg_state *state,
                              const struct cg_token *token)
{
    uint32_t i = token->asks;
    while (i != CG_NONE && cg_ask_is_notice(state->asks[i].kind)) {
        i = state->asks[i].older;
    }
    return i != CG_NONE;
}

/* Whether the hub may hold something for a token that ends.  Of one that
 * expired it may: its clock is not ours (R29); and of a limit that it removed,
 * what it does with its tokens then (R30). */
static bool hub_has_some(const struct cg_state *state,
                         const struct cg_token *token)
{
    if (token->model != CG_MODEL_PING) {
        return false;
    }
    if (token->state != CG_TOKEN_SPENT || submission_is_out(state, token) ||
        token->kept || token->busted ||
        token->late) { /* it may have reserved that again */
        return true;
    }
    bool ended = token->end == CG_END_EXPIRED ||
                 (token->end == CG_END_INVALIDATED && token->removed);
    /* Of one that had ended the hub heard of no fall. */
    return ended ? cg_token_open(token) > 0 || token->asked > token->filled
                 : token->ledger.reserved > 0;
}

void cg_token_give_up(struct cg_engine *engine,
                      uint32_t slot,
                      enum cg_token_end end)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->state == CG_TOKEN_CLOSED || token->state == CG_TOKEN_RETURNING) {
        return;
    }
    if (!hub_has_some(&engine->state, token)) {
        bool used_up = token->ledger.consumed > 0 &&
                       token->ledger.reserved == 0;
        token_fact(engine, CG_FACT_TOKEN_CLOSED, slot,
                   used_up ? CG_END_CONSUMED : end);
        return;
    }
    cg_dv01 rest = cg_token_open(token);
    token_fact(engine, CG_FACT_TOKEN_RETURNED, slot, end);
    cg_ask_send(engine, slot, CG_ASK_CANCEL, rest);
}

void cg_tokens_end(struct cg_engine *engine,
                   uint32_t order,
                   enum cg_token_end end)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        cg_token_give_up(engine, i, end);
    }
}

void cg_token_restate(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->state != CG_TOKEN_SPENT || token->end != CG_END_NONE ||
        token->charge <= cg_token_held(token)) {
        return;
    }
    if (token->model == CG_MODEL_PUSH) {
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_RECHARGED);
        fact.token = slot;
        fact.amount = token->charge;
        fact.flags = 1;
        cg_engine_record(engine, &fact);
    } else if (token->ask == CG_NONE && !token->denied) {
        cg_ask_send(engine, slot, CG_ASK_RESTATE, token->charge);
    }
}

static void
token_recharge(struct cg_engine *engine, uint32_t slot, cg_dv01 total)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    bool rises = total > token->charge;
    /* What the hub granted leaves the ledger; what it never did only leaves
     * the use.  A rise by the venue is the gate's own grant, or nobody's. */
    bool granted = rises ? token->model == CG_MODEL_PUSH
                         : cg_token_held(token) > total;
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_RECHARGED);
    fact.token = slot;
    fact.amount = total;
    fact.flags = granted && token->end == CG_END_NONE ? 1 : 0;
    cg_engine_record(engine, &fact);
    if (rises) {
        cg_note(engine, "ALARM: order %llu was raised by the venue itself",
                (unsigned long long)engine->state.orders[token->order].number);
        cg_token_restate(engine, slot);
        return;
    }
    if (token->model == CG_MODEL_PING && token->end == CG_END_NONE &&
        token->ask == CG_NONE && token->asked > total) {
        cg_ask_send(engine, slot, CG_ASK_LOWER, total);
    }
}

void cg_tokens_follow(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 worst;
        if (token->state != CG_TOKEN_SPENT) {
            continue;
        }
        if (!cg_token_worst(state, token, true, &worst) ||
            !cg_sums_hold(state, i, worst)) {
            cg_limit_distrust(engine, token->limit);
            continue;
        }
        if (worst < token->filled) {
            worst = token->filled;
        }
        if (worst != token->charge) {
            token_recharge(engine, i, worst);
        }
    }
}
