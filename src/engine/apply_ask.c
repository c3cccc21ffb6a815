/*
 * What a hub is asked, and what it has answered.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R24, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

/* What an ask is about, for a hub that chains (R24): the submission that is
 * out, else the one approved last, which alone can be consumed. */
static cg_seq chain_end(const struct cg_state *state,
                        const struct cg_token *token,
                        enum cg_ask_kind kind)
{
    if (!cg_ask_is_notice(kind) && token->ask != CG_NONE &&
        state->asks[token->ask].said) {
        return state->asks[token->ask].number;
    }
    return token->last_approved != 0 ? token->last_approved : token->first_ask;
}

void cg_apply_ask_sent(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->ask;
    CG_ASSERT(slot == cg_state_next_ask(state));
    struct cg_ask *ask = &state->asks[slot];
    const struct cg_limit *limit =
        &state->limits[state->tokens[fact->token].limit];
    if (state->ask_free == slot) {
        state->ask_free = ask->next;
    } else {
        state->ask_top = slot + 1;
    }
    *ask = (struct cg_ask){
        .kind = (enum cg_ask_kind)fact->value,
        .token = fact->token,
        .next = CG_NONE,
        .previous = state->ask_last,
        .older = state->tokens[fact->token].asks,
        .number = fact->number,
        .amount = fact->amount,
        .basis = fact->other,
        .asked_at = fact->time,
        .said_at = fact->time,
        .said = state->sessions[limit->owner].up,
        .open = true,
    };
    if (state->ask_last == CG_NONE) {
        state->ask_first = slot;
    } else {
        state->asks[state->ask_last].next = slot;
    }
    state->ask_last = slot;
    state->ask_no = fact->number;
    cg_map_add(&state->ask_map, cg_hash_number(fact->number), slot);
    struct cg_token *token = &state->tokens[fact->token];
    cg_apply_order_stays(state, &state->orders[token->order]);
    token->asks = slot;
    ask->refers_to = chain_end(state, token, ask->kind);
    if (!cg_ask_is_notice(ask->kind) && ask->kind != CG_ASK_CANCEL) {
        token->first_ask = token->first_ask != 0 ? token->first_ask
                                                 : ask->number;
        token->ask = slot;
        token->asked = fact->amount;
    }
    token->late &= cg_ask_is_notice(ask->kind);
    if (ask->kind == CG_ASK_BUST &&
        !cg_notice_is_owed(state, token, ask->number)) {
        token->unheard = 0; /* it is part of this one */
    }
    if (ask->kind == CG_ASK_RENEW) {
        token->renewed_for = token->expires;
    }
    if ((fact->flags & 1) != 0) {
        cg_session owner = state->limits[token->limit].owner;
        state->sessions[owner].probe = fact->token;
    }
}

void cg_apply_ask_answered(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_ask *ask = &state->asks[fact->ask];
    struct cg_token *token = &state->tokens[ask->token];
    if (ask->kind == CG_ASK_CONSUMED && fact->value == 0 &&
        ask->asked_at >= state->limits[token->limit].reset_done_at) {
        state->limits[token->limit].confirmed[cg_apply_side(token->side)] +=
            ask->amount;
        cg_apply_used_add(state, token, ask->amount, true);
    }
    /* 2325=0 or 1: the hub holds something by this id. */
    if (!cg_ask_is_notice(ask->kind) && ask->kind != CG_ASK_CANCEL &&
        fact->value <= 1 && ask->number > token->last_approved) {
        token->last_approved = ask->number;
    }
    bool restates = ask->kind == CG_ASK_RESTATE;
    if (restates && (fact->value != 0 ||
                     (fact->amount > 0 && fact->amount < ask->amount))) {
        token->denied = true;
    }
    if ((restates || ask->kind == CG_ASK_RAISE) && fact->value == 2 &&
        token->ask == fact->ask) {
        token->asked = cg_token_held(token);
    }
    if (ask->kind == CG_ASK_BUST && fact->value == 2 &&
        cg_notice_is_owed(state, token, ask->number)) {
        token->unheard += ask->amount;
    }
    token->kept |= ask->kind == CG_ASK_LOWER && fact->value == 2;
    if (token->ask == fact->ask) {
        token->ask = CG_NONE;
        token->pending = false;
    }
    if (ask->previous == CG_NONE) {
        state->ask_first = ask->next;
    } else {
        state->asks[ask->previous].next = ask->next;
    }
    if (ask->next == CG_NONE) {
        state->ask_last = ask->previous;
    } else {
        state->asks[ask->next].previous = ask->previous;
    }
    uint32_t *link = &token->asks;
    while (*link != fact->ask) {
        CG_ASSERT(*link != CG_NONE);
        link = &state->asks[*link].older;
    }
    *link = ask->older;
    ask->open = false;
    cg_map_remove(&state->ask_map, cg_hash_number(ask->number), fact->ask);
    ask->next = state->ask_free;
    state->ask_free = fact->ask;
    cg_apply_order_may_go(state, token->order);
}
