/*
 * Names, limits and links.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R10, R15, R17, R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"
#include "scope.h"

/* Which limits may cover an account's orders; an order checks the rest. */
static void
account_limit_add(struct cg_state *state, uint32_t slot, uint32_t limit_slot)
{
    struct cg_account *account = &state->accounts[slot];
    const struct cg_limit *limit = &state->limits[limit_slot];
    if (cg_slice_equal(cg_id_slice(&limit->firm),
                       cg_id_slice(&account->firm)) &&
        (limit->account == CG_NONE || limit->account == slot)) {
        CG_ASSERT(account->limit_count < CG_ACCOUNT_LIMITS_MAX);
        account->limits[account->limit_count++] = limit_slot;
    }
}

static void account_limits(struct cg_state *state, uint32_t slot)
{
    state->accounts[slot].limit_count = 0;
    memset(state->accounts[slot].warned, 0,
           sizeof(state->accounts[slot].warned));
    for (uint32_t i = 0; i < state->limit_count; i++) {
        account_limit_add(state, slot, i);
    }
}

void cg_apply_account_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_account *account = &state->accounts[fact->account];
    if (fact->account == state->account_count) {
        state->account_count++;
        account->orders = CG_NONE;
        account->hub = CG_SESSION_NONE;
        cg_apply_id(&account->name, fact->id, fact->id_len);
        cg_map_add(&state->account_map, cg_hash(0, cg_apply_fact_id(fact)),
                   fact->account);
    }
    cg_apply_id(&account->firm, fact->text, fact->text_len);
    account->firm_slot = cg_apply_firm(state, cg_id_slice(&account->firm));
    account_limits(state, fact->account);
}

void cg_apply_session_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_session_state *session = &state->sessions[fact->session];
    CG_ASSERT(fact->session == state->session_count);
    state->session_count++;
    session->probe = CG_NONE;
    session->venue = CG_SESSION_NONE;
    session->superior = CG_SESSION_NONE;
    cg_apply_id(&session->name, fact->id, fact->id_len);
}

/* Its text is the currency and the firm: "USD FCM1"; its flags hold the
 * measure, the model and what a breach pulls, four bits each, and from bit 16
 * the clearing house + 1. */
void cg_apply_limit_named(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    CG_ASSERT(fact->limit == state->limit_count);
    CG_ASSERT(fact->text_len >= 4);
    state->limit_count++;
    *limit = (struct cg_limit){
        .kind = (enum cg_limit_kind)fact->value,
        .measure = (enum cg_measure)(fact->flags & 0xf),
        .first_model = (enum cg_model)(fact->flags >> 4 & 0xf),
        .first_pull = (enum cg_pull)(fact->flags >> 8 & 0xf),
        .owner = fact->session,
        .account = fact->account,
        .ccp = (uint16_t)((fact->flags >> 16) - 1),
        .instrument = fact->instrument,
        .queue = {CG_NONE, CG_NONE},
        .reset_at = fact->time,
        .scopes = CG_NONE,
    };
    cg_limit_unset(limit);
    cg_apply_id(&limit->id, fact->id, fact->id_len);
    memcpy(limit->currency, fact->text, 3);
    cg_apply_id(&limit->firm, fact->text + 4, fact->text_len - 4);
    if (limit->owner != CG_SESSION_NONE) {
        limit->owner_name = state->sessions[limit->owner].name;
    }
    cg_map_add(&state->limit_map, cg_hash(0, cg_apply_fact_id(fact)),
               fact->limit);
    cg_apply_instrument_refer(state, fact->instrument);
    if (limit->account != CG_NONE) {
        account_limit_add(state, limit->account, fact->limit);
        return;
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        account_limit_add(state, i, fact->limit);
    }
}

static void limit_move(struct cg_limit *limit,
                       enum cg_limit_mover mover,
                       enum cg_limit_state next)
{
    CG_ASSERT(cg_limit_may(mover, limit->state, next));
    limit->state = next;
}

/* flags: 1 an update by the owner; 2 the amount is given; from bit 4 the new
 * model + 1, from bit 8 the action (1767) + 1.  Its hash, if any, is the
 * warning levels, one byte each. */
void cg_apply_limit_set(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    bool had = limit->owner_warnings; /* what is configured is no fact */
    uint32_t given = 0;
    limit_move(limit,
               (fact->flags & 1) != 0 ? CG_LIMIT_BY_OWNER
                                      : CG_LIMIT_BY_CONFIGURATION,
               (enum cg_limit_state)fact->value);
    limit->other = fact->other;
    if ((fact->flags & 2) != 0) {
        limit->amount = fact->amount;
        limit->has_amount = true;
    }
    if ((fact->flags & 1) != 0) {
        limit->updated_at = fact->until;
        limit->update_id = fact->terms_hash;
        limit->refreshed_at = fact->time;
        limit->epoch++;
        limit->fallback_used = 0;
    }
    for (uint32_t i = 0; i < 8 && (fact->hash >> (8 * i)) != 0; i++) {
        uint32_t percent = fact->hash >> (8 * i) & 0xff;
        if (!had || limit->warning_percent[i] != percent) {
            limit->warned &= ~(1u << i); /* a new level has not fired yet */
        }
        limit->warning_percent[i] = percent;
        given = i + 1;
        limit->owner_warnings = true;
    }
    if (given != 0) {
        limit->warnings = given;
        memset(limit->warning_percent + given, 0,
               (CG_WARNINGS_MAX - given) * sizeof(*limit->warning_percent));
    }
    if ((fact->flags >> 4 & 0xf) != 0) {
        limit->model = (enum cg_model)((fact->flags >> 4 & 0xf) - 1);
        limit->owner_model = true;
    }
    if ((fact->flags & 1) != 0) {
        limit->action = fact->flags >> 8 & 0xf;
        limit->switched = 0;
    }
}

/* What the gate concludes from an update: one that is older than that may not
 * undo it (R15, R19). */
void cg_apply_limit_stated(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    limit_move(limit, CG_LIMIT_BY_GATE, (enum cg_limit_state)fact->value);
    limit->update_id = 0; /* not as it was sent */
    if (fact->until > limit->updated_at) {
        limit->updated_at = fact->until;
    }
}

/* Its value is 1535, its rate the multiplier, its text the terms. */
void cg_apply_limit_scoped(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = cg_state_next_scope(state);
    uint32_t *link = &state->limits[fact->limit].scopes;
    CG_ASSERT(slot != CG_NONE);
    struct cg_scope *scope = &state->scopes[slot];
    if (state->scope_free == slot) {
        state->scope_free = scope->next;
    } else {
        state->scope_top = slot + 1;
    }
    state->scope_count++;
    scope->exclude = fact->value == 2;
    scope->multiplier = fact->rate;
    scope->next = CG_NONE;
    cg_scope_read((struct cg_slice){fact->text, fact->text_len}, scope->terms);
    while (*link != CG_NONE) {
        link = &state->scopes[*link].next;
    }
    *link = slot;
}

void cg_apply_limit_unscoped(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    while (limit->scopes != CG_NONE) {
        uint32_t slot = limit->scopes;
        limit->scopes = state->scopes[slot].next;
        state->scopes[slot].next = state->scope_free;
        state->scope_free = slot;
        state->scope_count--;
    }
}

/* The level CG_WARNINGS_MAX stands for the breach itself. */
void cg_apply_limit_warned(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    if (cg_apply_account_warned(state, fact, true)) {
        return;
    }
    limit->warned |= fact->flags;
    cg_apply_limit_switch(limit, fact);
    if (fact->value == CG_WARNINGS_MAX) {
        limit->breached = true;
    }
}

void cg_apply_limit_rearmed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    if (cg_apply_account_warned(state, fact, false)) {
        return;
    }
    limit->warned &= ~fact->flags;
    if (fact->value == CG_WARNINGS_MAX) {
        limit->breached = false;
    }
}

void cg_apply_link_changed(struct cg_state *state,
                           const struct cg_fact *fact,
                           bool up)
{
    state->sessions[fact->session].up = up;
    state->sessions[fact->session].round += up ? 1 : 0;
    state->sessions[fact->session].probe = CG_NONE;
}

void cg_apply_hub_answered(struct cg_state *state, const struct cg_fact *fact)
{
    state->sessions[fact->session].missed = 0;
    state->sessions[fact->session].probe = CG_NONE;
}
