/*
 * How one hub wants to be spoken to: which amount a replace carries, and what
 * names a token.
 *
 * Inside the engine an ask is always for the token's life total, and a token is
 * known by its number; this file is where the other ways begin and end.  Rule:
 * R24.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

static bool is_replace(enum cg_ask_kind kind)
{
    return !cg_ask_is_notice(kind) && kind != CG_ASK_NEW &&
           kind != CG_ASK_CANCEL;
}

cg_dv01 cg_ask_basis(const struct cg_session_state *hub,
                     const struct cg_token *token,
                     enum cg_ask_kind kind,
                     cg_dv01 total)
{
    if (hub->replace_amount == CG_REPLACE_TOTAL || !is_replace(kind)) {
        return 0;
    }
    /* By the hub's books: at a lower price it was told of more (R7). */
    cg_dv01 told = cg_token_told(token);
    return told < total ? told : total;
}

/* A sum beyond 64 bits is more than anybody asked for. */
static cg_dv01 add(cg_dv01 amount, cg_dv01 basis)
{
    cg_dv01 sum;
    return __builtin_add_overflow(amount, basis, &sum) ? INT64_MAX : sum;
}

struct cg_answer_event cg_answer_in_totals(const struct cg_answer_event *event,
                                           const struct cg_ask *ask)
{
    struct cg_answer_event total = *event;
    if (event->has_approved) {
        total.approved = add(event->approved, ask->basis);
    }
    if (event->has_amount) {
        total.amount = add(event->amount, ask->basis);
    }
    return total;
}

uint32_t cg_token_of_answer(const struct cg_engine *engine,
                            const struct cg_answer_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_session hub = engine->cause_session;
    if (state->sessions[hub].identification == CG_IDENTIFIED_BY_TOKEN) {
        return cg_state_token(state, event->token);
    }
    if (event->ask == 0 || event->ask > state->ask_no) {
        return CG_NONE;
    }
    /* Rare: an answer to nothing that is outstanding. */
    for (uint32_t i = 0; i < state->token_top; i++) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state != CG_TOKEN_FREE &&
            (token->first_ask == event->ask ||
             token->last_approved == event->ask) &&
            state->limits[token->limit].owner == hub) {
            return i;
        }
    }
    return CG_NONE;
}
