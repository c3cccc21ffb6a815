/*
 * Whether peers still owe answers: what a host that ends waits for (R45).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

bool cg_request_is_over(const struct cg_state *state,
                        const struct cg_request *request)
{
    if (request->order == CG_NONE) {
        return true;
    }
    return state->orders[request->order].state == CG_ORDER_CLOSED &&
           (request->kind == CG_REQUEST_NEW ||
            request->kind == CG_REQUEST_PULL);
}

/* What went to a venue that has been away since is settled by its next logon
 * (R46), not by an answer. */
static bool venue_owes(const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->request_top; i++) {
        const struct cg_request *request = &state->requests[i];
        if (request->state != CG_REQUEST_SENT ||
            cg_request_is_over(state, request)) {
            continue;
        }
        const struct cg_session_state *venue = &state->sessions[request->venue];
        if (venue->up && venue->round == request->round) {
            return true;
        }
    }
    return false;
}

bool cg_notice_is_owed(const struct cg_state *state,
                       const struct cg_token *token,
                       cg_seq number)
{
    uint32_t i = token->asks;
    while (i != CG_NONE && (state->asks[i].kind != CG_ASK_CONSUMED ||
                            state->asks[i].number >= number)) {
        i = state->asks[i].older;
    }
    return i != CG_NONE;
}

static bool hub_owes(const struct cg_state *state)
{
    for (uint32_t i = state->ask_first; i != CG_NONE; i = state->asks[i].next) {
        const struct cg_ask *ask = &state->asks[i];
        const struct cg_token *token = &state->tokens[ask->token];
        if (state->sessions[state->limits[token->limit].owner].up) {
            return true;
        }
    }
    return false;
}

bool cg_engine_is_owed(const struct cg_engine *engine)
{
    return venue_owes(&engine->state) || hub_owes(&engine->state);
}
