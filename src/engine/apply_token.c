/*
 * The money of tokens and limits: charges, ledgers, use.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R12, R16, R20, R23, R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

/* Moves |amount| between two columns, in the token and in its limit. */
#define LEDGER_ADD(state, token, column, amount)                               \
    do {                                                                       \
        (token)->ledger.column += (amount);                                    \
        (state)                                                                \
            ->limits[(token)->limit]                                           \
            .ledger[cg_apply_side((token)->side)]                              \
            .column += (amount);                                               \
    } while (0)

/* Changes what the token counts in its limit's open use. */
static void
charge_set(struct cg_state *state, struct cg_token *token, cg_dv01 charge)
{
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 before = cg_token_open(token);
    token->charge = charge;
    cg_dv01 change = cg_token_open(token) - before;
    limit->open[cg_apply_side(token->side)] += change;
    CG_ASSERT(limit->open[cg_apply_side(token->side)] >= 0);
    if (token->fallback && token->epoch == limit->epoch) {
        limit->fallback_used += change;
    }
}

/* The reserved rest of a token goes where its end says (R23). */
static void reserved_leaves(struct cg_state *state,
                            struct cg_token *token,
                            enum cg_token_end end)
{
    cg_dv01 rest = token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -rest);
    switch (end) {
    case CG_END_EXPIRED:
        LEDGER_ADD(state, token, expired, rest);
        break;
    case CG_END_INVALIDATED:
        LEDGER_ADD(state, token, invalidated, rest);
        break;
    case CG_END_HANDED_BACK:
    case CG_END_TIMED_OUT:
        LEDGER_ADD(state, token, handed_back, rest);
        break;
    case CG_END_NONE:
    case CG_END_CONSUMED:
    case CG_END_DENIED:
    case CG_END_RELEASED:
    case CG_TOKEN_ENDS:
        LEDGER_ADD(state, token, released, rest);
        break;
    }
}

void cg_apply_token_move(struct cg_token *token, enum cg_token_state next)
{
    CG_ASSERT(cg_token_may(token->state, next));
    token->state = next;
}

/* What has not gone on yet does not count in warnings (R52). */
void cg_apply_unsure_set(struct cg_state *state,
                         struct cg_token *token,
                         cg_dv01 unsure)
{
    unsure = unsure > 0 ? unsure : 0;
    state->limits[token->limit].unsure[cg_apply_side(token->side)] +=
        unsure - token->unsure;
    token->unsure = unsure;
}

void cg_apply_token_end(struct cg_state *state,
                        struct cg_token *token,
                        enum cg_token_end end)
{
    cg_session owner = state->limits[token->limit].owner;
    if (owner != CG_SESSION_NONE && state->sessions[owner].probe != CG_NONE &&
        &state->tokens[state->sessions[owner].probe] == token) {
        state->sessions[owner].probe = CG_NONE; /* the next order probes */
    }
    cg_apply_unsure_set(state, token, 0);
    charge_set(state, token, token->filled);
    reserved_leaves(state, token, end);
    if (token->end == CG_END_NONE) {
        token->end = end;
    }
    CG_ASSERT(cg_token_open(token) == 0);
}

void cg_apply_token_charged(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->token;
    CG_ASSERT(slot == cg_state_next_token(state));
    struct cg_token *token = &state->tokens[slot];
    if (state->token_free == slot) {
        state->token_free = token->next;
    } else {
        state->token_top = slot + 1;
    }
    struct cg_order *order = &state->orders[fact->order];
    *token = (struct cg_token){
        .model = (enum cg_model)fact->value,
        .side = fact->side,
        .sum = (uint8_t)(fact->flags >> 1 & 3),
        .fallback = (fact->flags & 1) != 0,
        .order = fact->order,
        .limit = fact->limit,
        .next = order->tokens,
        .ask = CG_NONE,
        .asks = CG_NONE,
        .prices = CG_NONE,
        .epoch = state->limits[fact->limit].epoch,
        .day = state->limits[fact->limit].day,
        .shares = CG_NONE,
        .number = fact->number,
        .rate = fact->rate,
        .expires = CG_TIME_NEVER,
        .renewed_for = CG_TIME_NEVER,
    };
    order->tokens = slot;
    state->token_no = fact->number;
    cg_map_add(&state->token_map, cg_hash_number(fact->number), slot);
    charge_set(state, token, fact->amount);
    if (token->model == CG_MODEL_PUSH) {
        cg_apply_token_move(token, CG_TOKEN_LIVE);
        LEDGER_ADD(state, token, granted, fact->amount);
        LEDGER_ADD(state, token, reserved, fact->amount);
    } else {
        cg_apply_token_move(token, CG_TOKEN_ASKED);
    }
    cg_apply_unsure_set(state, token, fact->amount);
}

/* A limit came after the order: what was filled before is no part of its P
 * (|other|), but of the token's life. */
void cg_apply_token_added(struct cg_state *state, const struct cg_fact *fact)
{
    cg_apply_token_charged(state, fact);
    struct cg_token *token = &state->tokens[fact->token];
    struct cg_limit *limit = &state->limits[token->limit];
    if (!state->orders[fact->order].sent) {
        return;
    }
    cg_apply_token_move(token, CG_TOKEN_SPENT);
    token->spent = true;
    cg_apply_unsure_set(state, token, 0);
    cg_dv01 open = cg_token_open(token);
    token->filled = fact->other;
    token->earlier = fact->other;
    token->untold = fact->other;
    limit->open[cg_apply_side(token->side)] += cg_token_open(token) - open;
    LEDGER_ADD(state, token, reserved, -fact->other);
    LEDGER_ADD(state, token, consumed, fact->other);
    CG_ASSERT(token->ledger.reserved >= 0);
}

/* flags 1: the ledger moves too, so that what is reserved and consumed is the
 * new charge (a push token, or a fall that is released). */
void cg_apply_token_recharged(struct cg_state *state,
                              const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    cg_dv01 missing = fact->amount - cg_token_held(token);
    cg_dv01 change = fact->amount - token->charge;
    if (change < 0 || state->orders[token->order].raise != CG_NONE) {
        cg_apply_unsure_set(state, token, token->unsure + change);
    }
    charge_set(state, token, fact->amount);
    token->denied = false;
    if ((fact->flags & 1) == 0) {
        return;
    }
    if (missing > 0) {
        LEDGER_ADD(state, token, granted, missing);
        LEDGER_ADD(state, token, reserved, missing);
        return;
    }
    cg_dv01 freed = -missing < token->ledger.reserved ? -missing
                                                      : token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -freed);
    LEDGER_ADD(state, token, released, freed);
}

void cg_apply_token_granted(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    LEDGER_ADD(state, token, granted, fact->amount);
    if ((fact->flags & 1) != 0) { /* not wanted any more */
        LEDGER_ADD(state, token, handed_back, fact->amount);
        token->late = true;
        return;
    }
    LEDGER_ADD(state, token, reserved, fact->amount);
    token->expires = fact->until;
    token->granted_at = fact->time;
    token->pending = false;
    if (token->state == CG_TOKEN_ASKED) {
        cg_apply_token_move(token, CG_TOKEN_LIVE);
    }
}

/* An expired or invalidated token keeps its charge while its order lives.
 * flags 1: its limit was removed. */
void cg_apply_token_lapsed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    token->end = (enum cg_token_end)fact->value;
    token->removed = (fact->flags & 1) != 0;
    token->expires = CG_TIME_NEVER;
    reserved_leaves(state, token, token->end);
}

/* What of |change| counts in use: not a trade cancel or correct, as far as it
 * can be one of fills before the limit's reset (R48). */
static cg_dv01
counted(struct cg_state *state, struct cg_token *token, cg_dv01 change)
{
    cg_dv01 earlier = token->filled - cg_token_filled_today(state, token);
    cg_dv01 fall = change < 0 ? -change : 0;
    token->day = state->limits[token->limit].day;
    token->earlier = earlier > fall ? earlier - fall : 0;
    return change + earlier - token->earlier;
}

/* Remembers when an owner's limit was used, and when its owner said so. */
void cg_apply_used_add(struct cg_state *state,
                       const struct cg_token *token,
                       cg_dv01 amount,
                       bool confirmed)
{
    if (state->limits[token->limit].owner == CG_SESSION_NONE) {
        return;
    }
    state->used[state->used_count++ % CG_USED_MAX] = (struct cg_used){
        .at = state->now,
        .amount = amount,
        .limit = token->limit,
        .side = token->side,
        .confirmed = confirmed,
    };
}

/* Counts what is filled in the limit's use; returns the change of that. */
static cg_dv01
use_filled(struct cg_state *state, struct cg_token *token, cg_dv01 filled)
{
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 change = filled - token->filled;
    cg_dv01 use = counted(state, token, change);
    cg_dv01 open_before = cg_token_open(token);
    token->filled = filled;
    if (token->state == CG_TOKEN_RETURNING || token->state == CG_TOKEN_CLOSED) {
        token->charge = filled; /* nothing is open of an order that is over */
    }
    cg_dv01 open_change = cg_token_open(token) - open_before;
    limit->open[cg_apply_side(token->side)] += open_change;
    limit->position += token->side == '1' ? use : -use;
    limit->gross += use;
    if (token->fallback && token->epoch == limit->epoch) {
        limit->fallback_used += change + open_change;
    }
    return use;
}

/* What of |fall| the owner was never told of; that goes first. */
static cg_dv01 untold_falls(struct cg_token *token, cg_dv01 fall)
{
    cg_dv01 untold = fall < token->untold ? fall : token->untold;
    token->untold -= untold;
    return untold;
}

void cg_apply_token_filled(struct cg_state *state,
                           struct cg_token *token,
                           cg_dv01 filled)
{
    cg_dv01 change = filled - token->filled;
    cg_dv01 use = use_filled(state, token, filled);
    if (change < 0) { /* a trade cancel or correct (R43) */
        struct cg_limit *limit = &state->limits[token->limit];
        limit->confirmed[cg_apply_side(token->side)] += use;
        token->busted = true;
        (void)untold_falls(token, -change);
        LEDGER_ADD(state, token, consumed, change);
        LEDGER_ADD(state, token, released, -change);
        return;
    }
    cg_apply_used_add(state, token, change, false);
    cg_dv01 covered = change < token->ledger.reserved ? change
                                                      : token->ledger.reserved;
    LEDGER_ADD(state, token, reserved, -covered);
    LEDGER_ADD(state, token, overrun, change - covered);
    LEDGER_ADD(state, token, consumed, change);
    token->ahead -= change < token->ahead ? change : token->ahead;
}

/* R7: all of the order, the filled part too; of a package at what its request
 * has for each leg.  What that is worth less is reserved again, for what its
 * owner holds by it.  flags 1: the owner is told what it does not know. */
void cg_apply_token_repriced(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    struct cg_limit *limit = &state->limits[token->limit];
    cg_dv01 less = token->filled - fact->amount;
    token->rate = fact->rate;
    if (fact->request != CG_NONE) {
        cg_apply_shares_priced(state, token, fact->request);
    }
    if ((fact->flags & 1) != 0) {
        limit->confirmed[cg_apply_side(token->side)] -= token->ahead;
        token->ahead = 0;
        return;
    }
    if (less <= 0) {
        cg_apply_token_filled(state, token, fact->amount);
        return;
    }
    (void)use_filled(state, token, fact->amount);
    LEDGER_ADD(state, token, consumed, -less);
    if (token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE) {
        LEDGER_ADD(state, token, reserved, less);
    } else {
        LEDGER_ADD(state, token, released, less);
    }
    token->ahead += less - untold_falls(token, less);
}

static void ledger_add(struct cg_ledger *sum, const struct cg_ledger *part)
{
    sum->granted += part->granted;
    sum->overrun += part->overrun;
    sum->reserved += part->reserved;
    sum->consumed += part->consumed;
    sum->released += part->released;
    sum->expired += part->expired;
    sum->invalidated += part->invalidated;
    sum->handed_back += part->handed_back;
}

/* Its part of the limit's totals stays, and stays provable. */
void cg_apply_token_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_token *token = &state->tokens[slot];
    struct cg_past *past = &state->limits[token->limit].past;
    cg_dv01 today = cg_token_filled_today(state, token);
    past->position += token->side == '1' ? today : -today;
    past->gross += today;
    ledger_add(&past->ledger[cg_apply_side(token->side)], &token->ledger);
    cg_apply_prices_drop(state, token);
    cg_map_remove(&state->token_map, cg_hash_number(token->number), slot);
    cg_apply_shares_forgotten(state, token);
    cg_apply_token_move(token, CG_TOKEN_FREE);
    token->next = state->token_free;
    state->token_free = slot;
}
