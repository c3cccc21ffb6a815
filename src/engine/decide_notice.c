/*
 * Notices of trades, and of trades that were taken back.
 *
 * They are no submissions: whatever the owner of a limit says to them, what the
 * venue said stays in our books.  Rules: R25, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "difference.h"

enum { REJECTED = 2 };

/* FIX has no negative consumption: what was taken back has a form of its own.
 */
static void bust_tell(struct cg_engine *engine, uint32_t slot, cg_dv01 fall)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (!cg_notice_is_owed(&engine->state, token, engine->state.ask_no + 1)) {
        fall += token->unheard;
    }
    cg_ask_send(engine, slot, CG_ASK_BUST, fall);
}

/* R21: a token that ended with nothing left has something left now. */
static void rest_return(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    bool kept = token->end == CG_END_CONSUMED || token->end == CG_END_EXPIRED ||
                (token->end == CG_END_INVALIDATED && token->removed);
    if (token->model == CG_MODEL_PING && kept &&
        token->state == CG_TOKEN_CLOSED) {
        cg_ask_send(engine, slot, CG_ASK_CANCEL, 0);
    }
}

void cg_consumption_tell(struct cg_engine *engine, uint32_t slot, cg_dv01 rise)
{
    const struct cg_state *state = &engine->state;
    cg_session owner = state->limits[state->tokens[slot].limit].owner;
    bool told = owner != CG_SESSION_NONE && !state->sessions[owner].no_notices;
    if (rise > 0 && told) {
        cg_ask_send(engine, slot, CG_ASK_CONSUMED, rise);
    } else if (rise < 0 && told) {
        bust_tell(engine, slot, -rise);
    }
    if (rise < 0) {
        rest_return(engine, slot);
    }
}

void cg_notice_refused(struct cg_engine *engine,
                       uint32_t slot,
                       struct cg_ask ask)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (ask.kind == CG_ASK_BUST &&
        cg_notice_is_owed(&engine->state, token, ask.number)) {
        cg_note(engine,
                "the hub does not know the trade of token %llu that was taken "
                "back: it is told again once it does",
                (unsigned long long)token->number);
        return;
    }
    struct cg_fact fact = cg_token_differs(
        engine, CG_DIFFERS_TOKEN_NOTICE, slot,
        "R43: what the venue said stays in our books");
    fact.amount = ask.amount;
    cg_difference_alarm(engine, &fact);
    cg_note(engine, "ALARM: the hub refused a %s notice for token %llu",
            cg_ask_kind_name(ask.kind), (unsigned long long)token->number);
}

void cg_notice_answered(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->unheard > 0 &&
        !cg_notice_is_owed(&engine->state, token, engine->state.ask_no + 1)) {
        bust_tell(engine, slot, 0);
        rest_return(engine, slot);
    }
}
