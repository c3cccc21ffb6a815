/*
 * Replaces and cancels that their venue may never have got, or has thrown out
 * without a word that is left.
 *
 * What the venue knows is the venue's to answer; all else is answered in its
 * stead, once its orders' status is known.  Rules: R22, R45, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* --- what is answered in the venue's stead ------------------------------ */

struct cg_refusal cg_never_there(void)
{
    struct cg_refusal refusal = cg_refusal_of(CG_VENUE_DOWN);
    refusal.detail = "it never reached the venue";
    return refusal;
}

/* A replace or cancel that the venue never saw (R45).  What it saw it has
 * answered before it answered the status. */
static void request_answer(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_request *request = &engine->state.requests[slot];
    struct cg_refusal refusal = cg_never_there();
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_REFUSED);
    fact.request = slot;
    fact.order = request->order;
    fact.session = request->client;
    cg_fact_refusal(&fact, &refusal);
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_REQUEST);
    effect->session = request->client;
    effect->order = request->order;
    effect->request = slot;
    effect->to_replace = request->kind == CG_REQUEST_REPLACE;
    effect->refusal = refusal;
    cg_compare_never_there(engine, request->order, slot);
}

void cg_requests_answer(struct cg_engine *engine, uint32_t slot, bool all)
{
    const struct cg_state *state = &engine->state;
    cg_seq asked = state->orders[slot].inquiry;
    bool any = false;
    for (uint32_t i = state->orders[slot].requests;
         i != CG_NONE && engine->effect_count < engine->effect_max / 2;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        bool mine = request->kind == CG_REQUEST_REPLACE ||
                    request->kind == CG_REQUEST_CANCEL;
        if (mine && request->state == CG_REQUEST_SENT &&
            request->inquiry < asked &&
            (all || request->withheld == CG_WITHHELD_OUT)) {
            request_answer(engine, i);
            any = true;
        }
    }
    if (any) {
        cg_tokens_follow(engine, slot);
    }
    if (any && !all) { /* R17: what a breach took for gone is not */
        cg_limits_check(engine, slot);
    }
}

void cg_request_withheld(struct cg_engine *engine,
                         uint32_t request,
                         uint32_t flags)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_WITHHELD);
    fact.request = request;
    fact.order = engine->state.requests[request].order;
    fact.session = engine->state.requests[request].venue;
    fact.flags = flags;
    cg_engine_record(engine, &fact);
}

bool cg_replace_is_lost(const struct cg_request *request)
{
    return request->kind == CG_REQUEST_REPLACE &&
           request->state == CG_REQUEST_SENT &&
           (request->withheld == CG_WITHHELD_UNSENT ||
            request->withheld == CG_WITHHELD_UNHEARD);
}

/* The newest comes first, so that what names one that was there comes before
 * it. */
bool cg_replaced_were_there(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    bool any = false;
    for (uint32_t i = state->orders[slot].requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->kind != CG_REQUEST_REPLACE ||
            request->state != CG_REQUEST_ACCEPTED ||
            CG_NEVER(request->target == CG_NONE ||
                         state->requests[request->target].order != slot,
                     "41 named its order") ||
            !cg_replace_is_lost(&state->requests[request->target])) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_ACCEPTED);
        fact.request = request->target;
        fact.order = slot;
        fact.qty = state->requests[request->target].qty;
        fact.flags = 1;
        cg_engine_record(engine, &fact);
        any = true;
    }
    return any;
}

/* Of what can be resent no more, the replaces that never came are marked
 * already. */
void cg_unsent_settle(struct cg_engine *engine,
                      uint32_t slot,
                      uint32_t named,
                      bool sure)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[slot].requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        bool is_lost = (request->withheld == CG_WITHHELD_UNHEARD && sure) ||
                       (request->withheld == CG_WITHHELD_UNSENT &&
                        request->kind == CG_REQUEST_CANCEL);
        if (is_lost && i != named && request->state == CG_REQUEST_SENT &&
            request->inquiry < state->orders[slot].inquiry) {
            cg_request_withheld(engine, i, 2);
        }
    }
}

bool cg_unsent_end(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    bool any = false;
    for (uint32_t i = state->orders[slot].requests;
         i != CG_NONE && engine->effect_count < engine->effect_max / 2;
         i = state->requests[i].next) {
        if (state->requests[i].withheld == CG_WITHHELD_UNSENT &&
            state->requests[i].state == CG_REQUEST_SENT) {
            cg_request_withheld(engine, i, 2);
            request_answer(engine, i);
            any = true;
        }
    }
    if (any) {
        cg_tokens_follow(engine, slot);
    }
    return any;
}

/* --- resends (R22) ------------------------------------------------------ */

void cg_engine_withheld(struct cg_engine *engine,
                        cg_session venue,
                        struct cg_slice clordid)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_state_request(state, venue, clordid);
    if (slot == CG_NONE || state->requests[slot].withheld == CG_WITHHELD_OUT) {
        return;
    }
    cg_request_withheld(engine, slot, 0);
    if (state->requests[slot].order != CG_NONE) {
        cg_round_start(engine, venue);
    }
}

static bool is_unanswered(const struct cg_state *state,
                          const struct cg_request *request,
                          cg_session venue)
{
    return request->venue == venue && request->state == CG_REQUEST_SENT &&
           (request->kind == CG_REQUEST_REPLACE ||
            request->kind == CG_REQUEST_CANCEL) &&
           request->withheld == CG_WITHHELD_NOT &&
           !cg_request_is_over(state, request);
}

/* The venue's numbers begin anew: what it has not answered may have got lost on
 * the way, or its answer has, and nothing is resent. */
void cg_engine_unsent(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = engine->cause_session;
    for (uint32_t i = 0; i < state->request_top; i++) {
        if (is_unanswered(state, &state->requests[i], venue)) {
            cg_request_withheld(engine, i, 1);
        }
    }
}

void cg_unheard_mark(struct cg_engine *engine, cg_session venue)
{
    const struct cg_state *state = &engine->state;
    uint32_t round = state->sessions[venue].round;
    for (uint32_t i = 0; i < state->request_top; i++) {
        if (state->requests[i].round < round &&
            is_unanswered(state, &state->requests[i], venue)) {
            cg_request_withheld(engine, i, 3);
        }
    }
}
