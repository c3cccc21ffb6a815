/*
 * R23: what fills and new prices move, of every token that stands for their
 * order.
 *
 * Rules: R7, R21, R23, R25, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

/* What is filled counts in use; of an order that is over, nothing is open. */
static bool filled_set(struct audit *audit, uint32_t slot, cg_wide filled)
{
    const struct audit_token *token = &audit->tokens[slot];
    bool over = token->state == CG_TOKEN_RETURNING ||
                token->state == CG_TOKEN_CLOSED;
    return audit_token_set(audit, slot, over ? filled : token->charge, filled);
}

/* More is filled: of what is reserved first, and then it is an overrun. */
static bool rises(struct audit *audit, uint32_t slot, cg_wide rise)
{
    struct audit_token *token = &audit->tokens[slot];
    cg_dv01 reserved = token->columns[CG_AUDIT_RESERVED];
    cg_wide covered = rise < reserved ? rise : reserved;
    if (covered < rise) {
        audit->limits[token->limit].excused = true; /* R13: an overrun */
    }
    token->ahead -= (cg_dv01)(rise < token->ahead ? rise : token->ahead);
    return audit_column_add(audit, slot, CG_AUDIT_RESERVED, -covered) &&
           audit_column_add(audit, slot, CG_AUDIT_OVERRUN, rise - covered) &&
           audit_column_add(audit, slot, CG_AUDIT_CONSUMED, rise);
}

/* What was consumed before the limit came is taken back first. */
static cg_wide fall_told(struct audit_token *token, cg_wide fall)
{
    cg_wide untold = fall < token->untold ? fall : token->untold;
    token->untold -= (cg_dv01)untold;
    return fall - untold;
}

/* A trade cancel or correct moves it from consumed to released. */
static bool falls(struct audit *audit, uint32_t slot, cg_wide fall)
{
    struct audit_token *token = &audit->tokens[slot];
    audit->limits[token->limit].excused = true; /* R13 */
    audit->restated[token->order] = true;       /* it has to be granted again */
    (void)fall_told(token, fall);
    return audit_column_add(audit, slot, CG_AUDIT_CONSUMED, -fall) &&
           audit_column_add(audit, slot, CG_AUDIT_RELEASED, fall);
}

static bool ledger_holds(struct audit *audit, uint32_t slot)
{
    const cg_dv01 *columns = audit->tokens[slot].columns;
    cg_wide left = (cg_wide)columns[CG_AUDIT_GRANTED] +
                   columns[CG_AUDIT_OVERRUN];
    bool negative = false;
    for (unsigned i = 0; i < CG_AUDIT_COLUMNS; i++) {
        negative = negative || columns[i] < 0;
        left -= i >= CG_AUDIT_RESERVED ? columns[i] : 0;
    }
    return (left == 0 && !negative) ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "what came in differs by %s from what is accounted "
                        "for, or something is below zero",
                        audit_money(left));
}

static bool token_filled(struct audit *audit,
                         uint32_t slot,
                         const struct audit_fills *fills)
{
    const struct audit_token *token = &audit->tokens[slot];
    cg_wide filled = 0;
    if (!audit_filled(audit, slot, CG_NONE, fills, &filled)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "what is filled is beyond 128 bits");
    }
    cg_wide rise = filled - token->filled;
    if (!audit_token_touch(audit, slot) || !filled_set(audit, slot, filled)) {
        return false;
    }
    return (rise < 0 ? falls(audit, slot, -rise) : rises(audit, slot, rise)) &&
           ledger_holds(audit, slot);
}

/* A fill is what its report says (R43): CumQty, and LastQty more than before or
 * words on why not. */
static bool report_agrees(struct audit *audit, cg_qty before)
{
    const struct cg_fact *fact = audit->fact;
    struct audit_report *report = &audit->report;
    cg_qty last = report->last_qty;
    cg_qty rise = fact->qty - before;
    if (report->event != audit->event || report->order != fact->order ||
        rise == 0) {
        return true;
    }
    report->last_qty = 0;
    if (report->cum_qty != 0 && report->cum_qty != (cg_seq)fact->qty + 1) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R43: %lld are filled, and the report behind it "
                            "tells of %lld",
                            (long long)fact->qty,
                            (long long)(report->cum_qty - 1));
    }
    return last == 0 || rise == last || audit->noted ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "R43: CumQty rises from %lld to %lld, and the report "
                        "behind it tells of %lld",
                        (long long)before, (long long)fact->qty,
                        (long long)last);
}

static bool order_filled(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_order *order = audit_order_at(audit, fact->order);
    const struct cg_state *state = audit->state;
    bool of_leg = fact->kind == CG_FACT_LEG_FILLED;
    if (order == NULL || !order->sent || fact->qty < 0 ||
        (of_leg && fact->number >= state->leg_top)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R21: a fill of what is not at a venue");
    }
    struct audit_fills fills = audit_fills_of(audit, fact->order);
    fills.apart = order->legs != CG_NONE && (fact->flags & 1) != 0;
    if (of_leg) {
        fills.leg = (uint32_t)fact->number;
        fills.leg_cum_qty = fact->qty;
    } else {
        fills.cum_qty = fact->qty;
    }
    if (!report_agrees(audit, of_leg ? state->legs[fact->number].cum_qty
                                     : order->cum_qty)) {
        return false;
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (audit->tokens[i].spent && !token_filled(audit, i, &fills)) {
            return false;
        }
    }
    return true;
}

/* R7: what is worth less is reserved again for an order that goes on, and what
 * its owner knows of it is ahead of it. */
static bool worth_less(struct audit *audit, uint32_t slot, cg_wide less)
{
    struct audit_token *token = &audit->tokens[slot];
    bool goes_on = token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE;
    token->ahead += (cg_dv01)fall_told(token, less);
    return audit_column_add(audit, slot, CG_AUDIT_CONSUMED, -less) &&
           audit_column_add(audit, slot,
                            goes_on ? CG_AUDIT_RESERVED : CG_AUDIT_RELEASED,
                            less);
}

static bool repriced(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_token *token = audit_token_at(audit, fact->token);
    cg_wide filled = 0;
    if (token == NULL || fact->other != token->rate ||
        !audit_token_touch(audit, fact->token)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R7: its DV01 was not %s per million",
                            audit_money(fact->other));
    }
    const struct audit_fills fills = audit_fills_of(audit, token->order);
    if ((fact->flags & 1) != 0) {
        token->ahead = 0;
        return fact->amount == token->filled ||
               audit_breaks(audit, CG_AUDIT_R23, "%s are filled, not %s",
                            audit_money(token->filled),
                            audit_money(fact->amount));
    }
    token->rate = fact->rate;
    if (!audit_filled(audit, fact->token, fact->request, &fills, &filled) ||
        fact->amount != filled) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R7: what is filled comes to %s, not %s",
                            audit_money(filled), audit_money(fact->amount));
    }
    cg_wide less = token->filled - filled;
    return filled_set(audit, fact->token, filled) &&
           (less <= 0 ? rises(audit, fact->token, -less)
                      : worth_less(audit, fact->token, less)) &&
           ledger_holds(audit, fact->token);
}

bool audit_fill_fact(struct audit *audit)
{
    const struct cg_fact *fact = audit->fact;
    if (fact->kind == CG_FACT_TOKEN_REPRICED) {
        return repriced(audit, fact);
    }
    if (fact->kind == CG_FACT_REPORT_SEEN) {
        audit->report = (struct audit_report){audit->event, fact->order,
                                              fact->value == 1 ? fact->qty : 0,
                                              fact->number};
        return true;
    }
    return order_filled(audit, fact);
}
