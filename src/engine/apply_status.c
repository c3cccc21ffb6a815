/*
 * Facts about asking a venue for the status of its orders.
 *
 * Part of the one writer of the state: see apply.c.  Rules: R22, R45, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

/* flags 1: by another id of the same order, because one was not known. */
void cg_apply_status_asked(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    order->round = state->sessions[order->venue].round;
    order->inquired = fact->request;
    order->inquiry = fact->number;
    order->inquired_at = fact->time;
    order->inquiries = (fact->flags & 1) != 0 ? 1 : order->inquiries + 1;
    if ((fact->flags & 1) == 0 && order->own_asks < UINT8_MAX) {
        order->own_asks++;
    }
    state->inquiry_no = fact->number;
}

/* What is not among those that never came is there, and the venue's to answer.
 * Not |sure|: of what may have been thrown out, only what was asked for. */
static void
requests_known(struct cg_state *state, const struct cg_order *order, bool sure)
{
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        struct cg_request *request = &state->requests[i];
        bool known = request->withheld == CG_WITHHELD_UNSENT ||
                     (request->withheld == CG_WITHHELD_UNHEARD &&
                      (sure || order->inquired == i));
        if (known && request->inquiry < order->inquiry) {
            request->withheld = CG_WITHHELD_NOT;
        }
    }
}

/* A venue that tells nothing may still answer what it has. */
static void requests_trusted(struct cg_state *state, uint32_t slot)
{
    struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        struct cg_request *request = &state->requests[i];
        if (request->withheld == CG_WITHHELD_UNHEARD) {
            request->withheld = CG_WITHHELD_NOT;
        }
    }
    if (order->doubtful) {
        cg_apply_order_may_go(state, slot);
    }
}

/* flags 1: which question it answers is not known. */
void cg_apply_status_told(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    bool answered = fact->value != CG_STATUS_UNANSWERED;
    if (answered && order->own_asks > 0) {
        order->own_asks--;
    }
    if (fact->value == CG_STATUS_LATE) {
        return;
    }
    if (fact->value == CG_STATUS_KNOWN) {
        requests_known(state, order, (fact->flags & 1) == 0);
    }
    order->inquired = CG_NONE;
    order->inquiries = 0;
    if (fact->value == CG_STATUS_KNOWN) {
        order->lost = false;
        if (order->doubtful) { /* over before its status was told */
            cg_apply_order_may_go(state, fact->order);
        }
    } else if (fact->value == CG_STATUS_LOST) {
        order->lost = true;
    } else if (fact->value == CG_STATUS_REFUSED ||
               fact->value == CG_STATUS_UNANSWERED) {
        requests_trusted(state, fact->order);
    }
}

/* flags 1: a client's own request goes on; else its answer comes back. */
void cg_apply_status_relayed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    if ((fact->flags & 1) == 0) {
        CG_ASSERT(order->client_asks > 0);
        order->client_asks--;
    } else if (order->client_asks < UINT8_MAX) {
        order->client_asks++;
    }
}

/* flags 1: it can be resent no more; 2: its venue does not know it; 3: its
 * venue may have rejected it (3); else it was left out of a resend. */
void cg_apply_withheld(struct cg_state *state, const struct cg_fact *fact)
{
    state->requests[fact->request].withheld = fact->flags == 1
                                                  ? CG_WITHHELD_UNSENT
                                              : fact->flags == 3
                                                  ? CG_WITHHELD_UNHEARD
                                                  : CG_WITHHELD_OUT;
    if (fact->order == CG_NONE || fact->flags == 2) {
        return;
    }
    struct cg_order *order = &state->orders[fact->order];
    order->round = 0; /* its status has to be asked */
    if (order->forgettable) {
        cg_apply_order_stays(state, order);
        cg_apply_order_may_go(state, fact->order);
    }
}

/* What was sent before this logon is at the venue by now, or was left out. */
void cg_apply_resends_ended(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_session_state *venue = &state->sessions[fact->session];
    venue->resent = venue->round;
    for (uint32_t i = state->doubtful.first; i != CG_NONE;) {
        uint32_t next = state->orders[i].next;
        if (state->orders[i].venue == fact->session) {
            cg_apply_order_may_go(state, i);
        }
        i = next;
    }
}
