/*
 * The end of a day: use that is reset, ids that are free again.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R40, R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

/* What is filled counts no longer; what is open goes on.  Tokens notice by the
 * limit's day. */
void cg_apply_limit_reset(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    limit->reset_at = fact->until;
    limit->reset_done_at = fact->time;
    limit->day++;
    limit->position = 0;
    limit->gross = 0;
    limit->confirmed[0] = 0;
    limit->confirmed[1] = 0;
    limit->past.position = 0;
    limit->past.gross = 0;
}

static void request_forget(struct cg_state *state, uint32_t slot)
{
    struct cg_request *request = &state->requests[slot];
    cg_map_remove(&state->request_map,
                  cg_hash(request->venue, cg_id_slice(&request->id)), slot);
    cg_apply_request_move(request, CG_REQUEST_FREE);
    request->next = state->request_free;
    state->request_free = slot;
}

/* R22: it went to a venue that was never away since then, for a day: had it not
 * arrived, the next heartbeat would have shown it. */
static bool has_arrived(const struct cg_state *state,
                        const struct cg_request *request)
{
    const struct cg_session_state *venue = &state->sessions[request->venue];
    return request->kept && request->withheld == CG_WITHHELD_NOT && venue->up &&
           venue->round == request->round;
}

/* An answer of the venue may still come, if it is not a day late; what it may
 * never have got has to be answered in its stead. */
static bool request_stays(const struct cg_state *state,
                          struct cg_request *request,
                          bool cancelled)
{
    bool asks_end = request->kind == CG_REQUEST_CANCEL ||
                    request->kind == CG_REQUEST_PULL;
    bool stays = request->state == CG_REQUEST_SENT && !request->kept &&
                 !(asks_end && cancelled);
    bool doubtful = cg_request_is_doubtful(state, request) &&
                    !has_arrived(state, request);
    request->kept = request->kept || stays;
    return stays || doubtful;
}

static void order_day_ended(struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    bool stays = false;
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        stays |= request_stays(state, &state->requests[i],
                               order->ended_by == CG_REPORT_CANCELLED);
    }
    if (!stays) {
        cg_apply_order_forget(state, slot);
    }
}

static void orders_day_ended(struct cg_state *state, uint32_t first)
{
    for (uint32_t i = first; i != CG_NONE;) {
        uint32_t next = state->orders[i].next;
        order_day_ended(state, i);
        i = next;
    }
}

/* Closed orders go with their ids, and so do ids that have no order; what the
 * venue or a hub has still to answer stays for a day more. */
void cg_apply_day_ended(struct cg_state *state, const struct cg_fact *fact)
{
    state->day_ended_at = fact->until;
    uint32_t staying = CG_NONE;
    for (uint32_t i = state->request_loose; i != CG_NONE;) {
        struct cg_request *request = &state->requests[i];
        uint32_t next = request->next;
        if (request_stays(state, request, false)) {
            request->next = staying;
            staying = i;
        } else {
            request_forget(state, i);
        }
        i = next;
    }
    state->request_loose = CG_NONE;
    orders_day_ended(state, state->closed_first);
    orders_day_ended(state, state->doubtful.first);
    for (uint32_t i = state->request_loose; i != CG_NONE;) {
        uint32_t next = state->requests[i].next;
        request_forget(state, i);
        i = next;
    }
    state->request_loose = staying;
}
