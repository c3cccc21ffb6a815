/*
 * R22: what goes to a venue has live cover for its worst case at that moment.
 *
 * Rules: R5, R20..R22, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

/* One token holds |worst| of its order, alive now. */
static bool holds(struct audit *audit, uint32_t slot, cg_wide worst)
{
    const struct audit_token *token = &audit->tokens[slot];
    unsigned long long number = token->number;
    cg_wide held = (cg_wide)token->columns[CG_AUDIT_RESERVED] +
                   token->columns[CG_AUDIT_CONSUMED];
    if (token->end != CG_END_NONE) {
        return audit_breaks(audit, CG_AUDIT_R22,
                            "token %llu has ended (%s) before it is sent",
                            number, cg_token_end_name(token->end));
    }
    if (token->model == CG_MODEL_PING && token->expires <= audit->fact->time) {
        return audit_breaks(audit, CG_AUDIT_R22,
                            "token %llu has expired before it is sent", number);
    }
    return (held >= worst && token->charge >= worst) ||
           audit_breaks(audit, CG_AUDIT_R22,
                        "token %llu holds %s and charges %s; the worst case is "
                        "%s",
                        number, audit_money(held), audit_money(token->charge),
                        audit_money(worst));
}

/* --- orders -------------------------------------------------------------- */

static bool order_covered(struct audit *audit, const struct cg_order *order)
{
    const struct cg_state *state = audit->state;
    uint32_t count = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct audit_token *token = &audit->tokens[i];
        cg_wide worst = 0;
        if (token->state == CG_TOKEN_ASKED) {
            return audit_breaks(audit, CG_AUDIT_R22,
                                "token %llu is not granted",
                                (unsigned long long)token->number);
        }
        if (token->state != CG_TOKEN_LIVE) {
            continue; /* denied, or replaced by a fallback (R27) */
        }
        count++;
        if (!audit_worst(audit, i, false, &worst)) {
            return audit_breaks(audit, CG_AUDIT_R22,
                                "its worst case is beyond 128 bits");
        }
        if (!holds(audit, i, worst)) {
            return false;
        }
    }
    return count > 0 ||
           audit_breaks(audit, CG_AUDIT_R22, "it has no token at all");
}

static bool order_sent(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_order *order = audit_order_at(audit, fact->order);
    if (order == NULL) {
        return audit_breaks(audit, CG_AUDIT_R22, "there is no such order");
    }
    if (order->sent || order->state != CG_ORDER_WAITING) {
        return audit_breaks(audit, CG_AUDIT_R22,
                            order->sent ? "it was sent before"
                                        : "it does not wait to be sent");
    }
    bool covered = order_covered(audit, order);
    for (uint32_t i = order->tokens; i != CG_NONE;
         i = audit->state->tokens[i].next) {
        struct audit_token *token = &audit->tokens[i];
        if (token->state == CG_TOKEN_LIVE) {
            token->state = CG_TOKEN_SPENT;
            token->spent = true;
        }
        if (!audit_token_touch(audit, i)) {
            return false;
        }
    }
    audit->restated[fact->order] = false;
    audit->result->sends++;
    return covered;
}

/* --- replaces ------------------------------------------------------------ */

/* What the venue changed by itself no token need hold yet (R43); what it is
 * asked for, it must. */
static bool replace_needs(const struct audit *audit,
                          uint32_t token,
                          uint32_t request,
                          cg_wide *need)
{
    const struct cg_request *replace = &audit->state->requests[request];
    cg_wide worst = 0;
    if (!audit_worth(audit, token, request, replace->qty, need) ||
        !audit_worst(audit, token, false, &worst)) {
        return false;
    }
    bool restated = audit->restated[audit->tokens[token].order];
    *need = !restated && worst > *need ? worst : *need;
    return true;
}

static bool replace_sent(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_request *request = &audit->state->requests[fact->request];
    const struct cg_order *order = audit_order_at(audit, request->order);
    uint32_t count = 0;
    if (order == NULL || !order->sent || order->state == CG_ORDER_CLOSED) {
        return audit_breaks(audit, CG_AUDIT_R22,
                            "its order is not at the venue");
    }
    audit->result->sends++;
    for (uint32_t i = order->tokens; i != CG_NONE;
         i = audit->state->tokens[i].next) {
        cg_wide need = 0;
        if (!audit->tokens[i].spent) {
            continue;
        }
        count++;
        if (!replace_needs(audit, i, fact->request, &need)) {
            return audit_breaks(audit, CG_AUDIT_R22,
                                "its worst case is beyond 128 bits");
        }
        if (!holds(audit, i, need) || !audit_token_touch(audit, i)) {
            return false;
        }
    }
    return count > 0 ||
           audit_breaks(audit, CG_AUDIT_R22, "its order has no token");
}

static bool request_sent(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_state *state = audit->state;
    if (fact->request >= state->request_top) {
        return audit_breaks(audit, CG_AUDIT_R22, "there is no such request");
    }
    const struct cg_request *request = &state->requests[fact->request];
    if (request->kind != CG_REQUEST_REPLACE) {
        return true; /* a cancel needs no credit (R42) */
    }
    if (request->state != CG_REQUEST_WAITING) {
        return audit_breaks(audit, CG_AUDIT_R22,
                            "it was sent or answered before");
    }
    return replace_sent(audit, fact);
}

/* --- the venue's own changes (R13, R43) ---------------------------------- */

static bool tokens_excused(struct audit *audit, const struct cg_order *order)
{
    for (uint32_t i = order->tokens; i != CG_NONE;
         i = audit->state->tokens[i].next) {
        if (audit_token_at(audit, i) == NULL || !audit_token_touch(audit, i)) {
            return false;
        }
        audit->limits[audit->tokens[i].limit].excused = true;
    }
    return true;
}

static bool restated(struct audit *audit, uint32_t slot)
{
    const struct cg_order *order = audit_order_at(audit, slot);
    if (order == NULL) {
        return audit_breaks(audit, CG_AUDIT_R23, "there is no such order");
    }
    audit->restated[slot] = true;
    return tokens_excused(audit, order);
}

/* An order must have a token that ended with it before it is over; what it had
 * is looked at when the event is. */
static bool closed(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_order *order = audit_order_at(audit, fact->order);
    for (uint32_t i = order != NULL ? order->tokens : CG_NONE; i != CG_NONE;
         i = audit->state->tokens[i].next) {
        if (!audit_token_touch(audit, i)) {
            return false;
        }
    }
    return true;
}

bool audit_sent_fact(struct audit *audit)
{
    const struct cg_fact *fact = audit->fact;
    const struct cg_state *state = audit->state;
    switch ((unsigned)fact->kind) {
    case CG_FACT_ORDER_SENT:
        return order_sent(audit, fact);
    case CG_FACT_REQUEST_SENT:
        return request_sent(audit, fact);
    case CG_FACT_ORDER_RESTATED:
        return restated(audit, fact->order);
    case CG_FACT_REQUEST_ACCEPTED:
        if (fact->request < state->request_top &&
            state->requests[fact->request].kind == CG_REQUEST_REPLACE &&
            state->requests[fact->request].qty < fact->qty) {
            return restated(audit, state->requests[fact->request].order);
        }
        return true;
    default: /* ORDER_CLOSED, ORDER_REFUSED */
        return closed(audit, fact);
    }
}
