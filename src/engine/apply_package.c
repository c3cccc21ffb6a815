/*
 * What facts about legs change.  Part of the one writer of the state: apply.c
 * calls, nobody else.  Rule: R5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

static void id_set(struct cg_id *id, const char *data, size_t len)
{
    id->len = (uint8_t)(len < CG_NAME_MAX ? len : CG_NAME_MAX);
    if (id->len > 0) {
        memcpy(id->text, data, id->len);
    }
}

/* The legs of an order come one by one, in their order; the first brings the
 * package's symbol. */
void cg_apply_leg_taken(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = (uint32_t)fact->number;
    CG_ASSERT(slot == cg_state_next_leg(state));
    struct cg_leg *leg = &state->legs[slot];
    if (state->leg_free == slot) {
        state->leg_free = leg->next;
    } else {
        state->leg_top++;
    }
    *leg = (struct cg_leg){
        .order = fact->order,
        .instrument = fact->instrument,
        .next = CG_NONE,
        .side = fact->side,
        .ratio = fact->amount,
    };
    id_set(&leg->ref, fact->id, fact->id_len);
    uint32_t *link = &state->orders[fact->order].legs;
    if (*link == CG_NONE) {
        state->packages[slot] = (struct cg_package){0};
        id_set(&state->packages[slot].symbol, fact->text, fact->text_len);
    }
    while (*link != CG_NONE) {
        link = &state->legs[*link].next;
    }
    *link = slot;
    state->packages[state->orders[fact->order].legs].count++;
    state->legs_used++;
    cg_apply_instrument_refer(state, fact->instrument);
}

void cg_apply_leg_charged(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_token *token = &state->tokens[fact->token];
    uint32_t slot = state->share_free != CG_NONE ? state->share_free
                                                 : state->share_top;
    CG_ASSERT(slot < state->share_max);
    struct cg_share *share = &state->shares[slot];
    if (state->share_free == slot) {
        state->share_free = share->next;
    } else {
        state->share_top++;
    }
    *share = (struct cg_share){
        .leg = (uint32_t)fact->number,
        .next = token->shares,
        .rate = fact->rate,
    };
    token->shares = slot;
    state->shares_used++;
}

void cg_apply_leg_filled(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_leg *leg = &state->legs[fact->number];
    leg->cum_qty = fact->qty;
    leg->over = (fact->flags & 2) != 0;
    state->packages[state->orders[fact->order].legs].apart = (fact->flags &
                                                              1) != 0;
}

void cg_apply_legs_forgotten(struct cg_state *state, struct cg_order *order)
{
    while (order->legs != CG_NONE) {
        uint32_t slot = order->legs;
        order->legs = state->legs[slot].next;
        cg_apply_instrument_leave(state, state->legs[slot].instrument);
        state->legs[slot].next = state->leg_free;
        state->leg_free = slot;
        state->legs_used--;
    }
}

void cg_apply_shares_forgotten(struct cg_state *state, struct cg_token *token)
{
    while (token->shares != CG_NONE) {
        uint32_t slot = token->shares;
        token->shares = state->shares[slot].next;
        state->shares[slot].next = state->share_free;
        state->share_free = slot;
        state->shares_used--;
    }
}

bool cg_leg_fact_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->kind == CG_FACT_LEG_TAKEN) {
        return fact->number < state->leg_max &&
               fact->number == cg_state_next_leg(state) &&
               fact->order < state->order_max && fact->amount > 0 &&
               fact->amount <= CG_RATIO_MAX;
    }
    if (fact->kind == CG_FACT_LEG_CHARGED) {
        return fact->number < state->leg_top &&
               fact->token < state->token_max && fact->rate >= 0 &&
               state->shares_used < state->share_max;
    }
    if (fact->kind == CG_FACT_LEG_FILLED) {
        return fact->number < state->leg_top &&
               fact->order < state->order_max && fact->qty >= 0 &&
               state->orders[fact->order].legs != CG_NONE;
    }
    return true;
}
