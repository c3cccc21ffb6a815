/*
 * Reading an owner's figure of what is used.
 *
 * What of ours is not surely in it counts beside it: use may be counted twice
 * until the next figure, never left out.  Rule: R16.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* What the owner had granted by |made_at| and orders still hold.  A grant that
 * came later, and what has ended since, is left out: it may count twice. */
static cg_dv01
reserved_by(const struct cg_state *state, uint32_t slot, cg_time made_at)
{
    cg_dv01 sum = 0;
    for (uint32_t i = 0; i < state->account_count; i++) {
        for (uint32_t o = state->accounts[i].orders; o != CG_NONE;
             o = state->orders[o].next) {
            for (uint32_t t = state->orders[o].tokens; t != CG_NONE;
                 t = state->tokens[t].next) {
                const struct cg_token *token = &state->tokens[t];
                if (token->limit == slot && token->model == CG_MODEL_PING &&
                    token->granted_at <= made_at) {
                    sum += token->ledger.reserved; /* cg_limit_holds() */
                }
            }
        }
    }
    return sum;
}

/* What of ours an owner's figure made at |made_at| holds; false when so far
 * back is not remembered. */
static bool included_by(const struct cg_state *state,
                        uint32_t slot,
                        cg_time made_at,
                        cg_dv01 *included)
{
    const struct cg_limit *limit = &state->limits[slot];
    const struct cg_session_state *owner = &state->sessions[limit->owner];
    bool by_fill = owner->no_notices;
    cg_time until = by_fill ? made_at - owner->clock_margin_ns - 1 : made_at;
    if (!cg_limit_included(state, slot, until, by_fill, included)) {
        return false;
    }
    /* How a net figure counts what is reserved on both sides, nobody says. */
    if (owner->holds_reservations && limit->measure == CG_MEASURE_GROSS) {
        *included += reserved_by(state, slot, made_at); /* cg_limit_holds() */
    }
    return true;
}

bool cg_limit_expects(const struct cg_engine *engine,
                      uint32_t slot,
                      cg_time made_at,
                      cg_dv01 *used)
{
    const struct cg_state *state = &engine->state;
    return included_by(state, slot, made_at, used) &&
           CG_ALWAYS(
               !__builtin_add_overflow(*used, state->limits[slot].other, used),
               "others' use is at most half of 64 bits");
}

cg_dv01 cg_limit_others(struct cg_engine *engine,
                        uint32_t slot,
                        cg_time made_at,
                        cg_dv01 used)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    cg_dv01 included = 0;
    if (!included_by(&engine->state, slot, made_at, &included)) {
        cg_note(engine,
                "ALARM: what is used of limit %.*s is told as of too long ago: "
                "the use by others stays as it was",
                (int)limit->id.len, limit->id.text);
        return limit->other;
    }
    return used > included ? used - included : 0;
}
