/*
 * R23 and R20: the life of each token and the amounts it moves, fact by fact.
 *
 * The moves are a table of this file's own.  Rules: R20, R21, R23, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

static const char *const state_names[CG_TOKEN_STATES] = {
    [CG_TOKEN_FREE] = "unknown",
    [CG_TOKEN_ASKED] = "asked",
    [CG_TOKEN_LIVE] = "live",
    [CG_TOKEN_SPENT] = "spent",
    [CG_TOKEN_RETURNING] = "going back",
    [CG_TOKEN_CLOSED] = "closed",
};

/* asked -> live -> spent -> closed, and from each of them back. */
static bool may_move(enum cg_token_state from, enum cg_token_state to)
{
    switch (to) {
    case CG_TOKEN_LIVE:
        return from == CG_TOKEN_ASKED;
    case CG_TOKEN_SPENT:
        return from == CG_TOKEN_LIVE;
    case CG_TOKEN_RETURNING:
        return from == CG_TOKEN_ASKED || from == CG_TOKEN_LIVE ||
               from == CG_TOKEN_SPENT;
    case CG_TOKEN_CLOSED:
        return from != CG_TOKEN_CLOSED && from != CG_TOKEN_FREE;
    case CG_TOKEN_FREE:
    case CG_TOKEN_ASKED:
    case CG_TOKEN_STATES:
        break;
    }
    return false;
}

static bool
token_move(struct audit *audit, const char *what, enum cg_token_state to)
{
    struct audit_token *token = &audit->tokens[audit->fact->token];
    if (!may_move(token->state, to)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R20: a token that is %s cannot %s",
                            state_names[token->state], what);
    }
    token->state = to;
    return true;
}

/* --- it begins ----------------------------------------------------------- */

static bool begins(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_order *order = audit_order_at(audit, fact->order);
    const struct audit_limit *limit = audit_limit_at(audit, fact->limit);
    const struct audit_token *old = audit_token_at(audit, fact->token);
    void *items = audit->tokens;
    if (order == NULL || limit == NULL || !limit->dv01) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R21: it is of no order, or under no limit");
    }
    if (fact->number != audit->token_no + 1) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R21: token number %llu follows number %llu",
                            (unsigned long long)fact->number,
                            (unsigned long long)audit->token_no);
    }
    if (old != NULL && old->state != CG_TOKEN_CLOSED) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R21: its place is that of a token that is %s",
                            state_names[old->state]);
    }
    if (fact->token > audit->fact->no) {
        return audit_breaks(audit, CG_AUDIT_R23, "there is no such place");
    }
    if (!audit_has_room(&items, &audit->token_room, sizeof(*audit->tokens),
                        fact->token)) {
        audit->error = CG_ERR_MEMORY;
        return false;
    }
    audit->tokens = items;
    return true;
}

/* R11: its limit is one of the order's account, and has no other token of it
 * but one that a fallback stands in for (R27). */
static bool limit_fits(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_state *state = audit->state;
    const struct cg_order *order = &state->orders[fact->order];
    const struct cg_limit *limit = &state->limits[fact->limit];
    const struct cg_id *firm = &state->accounts[order->account].firm;
    bool single = order->legs == CG_NONE;
    bool covers = (limit->account == CG_NONE ||
                   limit->account == order->account) &&
                  cg_slice_equal(cg_id_slice(&limit->firm),
                                 cg_id_slice(firm)) &&
                  (!single || limit->instrument == CG_NONE ||
                   limit->instrument == order->instrument);
    if (!covers || (single && fact->side != order->side)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R21: it is for another account, instrument or "
                            "side than its order");
    }
    for (uint32_t i = order->tokens; single && i != CG_NONE;
         i = state->tokens[i].next) {
        const struct audit_token *other = &audit->tokens[i];
        if (other->limit == fact->limit && other->state != CG_TOKEN_CLOSED &&
            other->state != CG_TOKEN_RETURNING) {
            return audit_breaks(audit, CG_AUDIT_R23,
                                "R21: token %llu charges that limit already",
                                (unsigned long long)other->number);
        }
    }
    return true;
}

/* One leg's worth is in the facts that follow; the whole is looked at when its
 * event is over. */
static bool charge_fits(struct audit *audit, const struct cg_fact *fact)
{
    const struct audit_token *token = &audit->tokens[fact->token];
    const struct cg_order *order = &audit->state->orders[fact->order];
    const struct audit_fills fills = audit_fills_of(audit, fact->order);
    cg_wide worst = 0;
    cg_wide filled = 0;
    bool added = fact->kind == CG_FACT_TOKEN_ADDED;
    if (fact->amount < 0 || (added && fact->other < 0) ||
        (added && fact->other > fact->amount)) {
        return audit_breaks(
            audit, CG_AUDIT_R23, "it charges %s, of which %s are filled",
            audit_money(fact->amount), audit_money(fact->other));
    }
    if (token->sum != CG_SUM_ORDER) {
        return true;
    }
    if (!audit_worst(audit, fact->token, added, &worst) ||
        !audit_filled(audit, fact->token, CG_NONE, &fills, &filled)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "its amount is beyond 128 bits");
    }
    worst = filled > worst ? filled : worst;
    if (fact->amount != worst || (added && fact->other != filled)) {
        return audit_breaks(
            audit, CG_AUDIT_R23,
            "it charges %s (%s filled), but D(%lld) at %s per million is %s "
            "(%s filled)",
            audit_money(fact->amount), audit_money(fact->other),
            (long long)order->qty, audit_money(fact->rate), audit_money(worst),
            audit_money(filled));
    }
    return true;
}

static void token_make(struct audit *audit, const struct cg_fact *fact)
{
    audit->token_no = fact->number;
    audit->tokens[fact->token] = (struct audit_token){
        .state = CG_TOKEN_ASKED,
        .model = (enum cg_model)fact->value,
        .side = fact->side == '1' ? '1' : '2',
        .sum = (enum cg_sum)(fact->flags >> 1 & 3),
        .number = fact->number,
        .order = fact->order,
        .limit = fact->limit,
        .rate = fact->rate,
        .day = audit->limits[fact->limit].day,
        .expires = CG_TIME_NEVER,
    };
    audit->result->tokens++;
}

static bool charged(struct audit *audit, const struct cg_fact *fact)
{
    if (!begins(audit, fact) || !limit_fits(audit, fact)) {
        return false;
    }
    token_make(audit, fact);
    uint32_t slot = fact->token;
    struct audit_token *token = &audit->tokens[slot];
    if (!charge_fits(audit, fact) || !audit_token_touch(audit, slot) ||
        !audit_token_set(audit, slot, fact->amount, 0)) {
        return false;
    }
    if (token->model == CG_MODEL_PING) {
        return true;
    }
    token->state = CG_TOKEN_LIVE;
    return audit_column_add(audit, slot, CG_AUDIT_GRANTED, fact->amount) &&
           audit_column_add(audit, slot, CG_AUDIT_RESERVED, fact->amount);
}

/* R11: what was filled before the limit came is no use of it. */
static bool added(struct audit *audit, const struct cg_fact *fact)
{
    if (!charged(audit, fact)) {
        return false;
    }
    struct audit_token *token = &audit->tokens[fact->token];
    struct audit_limit *limit = &audit->limits[token->limit];
    limit->excused = true;
    if (!audit->state->orders[fact->order].sent) {
        return true;
    }
    unsigned side = token->side != '1';
    token->state = CG_TOKEN_SPENT;
    token->spent = true;
    token->filled = fact->other;
    token->before = fact->other;
    token->untold = fact->other;
    limit->open[side] -= fact->other;
    return audit_column_add(audit, fact->token, CG_AUDIT_RESERVED,
                            -(cg_wide)fact->other) &&
           audit_column_add(audit, fact->token, CG_AUDIT_CONSUMED, fact->other);
}

/* --- it changes ---------------------------------------------------------- */

/* R41, R43: the worst case of its order, by what is on its way. */
static bool recharge_fits(struct audit *audit, const struct cg_fact *fact)
{
    const struct audit_token *token = &audit->tokens[fact->token];
    cg_wide worst = 0;
    if (token->state != CG_TOKEN_SPENT || fact->amount < 0) {
        return audit_breaks(
            audit, CG_AUDIT_R23, "a token that is %s is charged anew, with %s",
            state_names[token->state], audit_money(fact->amount));
    }
    if (!audit_worst(audit, fact->token, true, &worst)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "its amount is beyond 128 bits");
    }
    worst = token->filled > worst ? token->filled : worst;
    if (fact->amount != worst) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "it charges %s, but the worst case of its order is "
                            "%s",
                            audit_money(fact->amount), audit_money(worst));
    }
    return true;
}

static bool recharged(struct audit *audit, const struct cg_fact *fact)
{
    uint32_t slot = fact->token;
    struct audit_token *token = &audit->tokens[slot];
    if (!recharge_fits(audit, fact) ||
        !audit_token_set(audit, slot, fact->amount, token->filled)) {
        return false;
    }
    cg_dv01 reserved = token->columns[CG_AUDIT_RESERVED];
    cg_wide more = (cg_wide)fact->amount - reserved -
                   token->columns[CG_AUDIT_CONSUMED];
    if ((fact->flags & 1) == 0) {
        return true;
    }
    if (more > 0) { /* R27: only what the gate grants by itself */
        return (token->model == CG_MODEL_PUSH ||
                audit_breaks(audit, CG_AUDIT_R23,
                             "the gate grants %s that only the hub can grant",
                             audit_money(more))) &&
               audit_column_add(audit, slot, CG_AUDIT_GRANTED, more) &&
               audit_column_add(audit, slot, CG_AUDIT_RESERVED, more);
    }
    cg_wide freed = -more < reserved ? -more : reserved;
    return audit_column_add(audit, slot, CG_AUDIT_RESERVED, -freed) &&
           audit_column_add(audit, slot, CG_AUDIT_RELEASED, freed);
}

static bool granted(struct audit *audit, const struct cg_fact *fact)
{
    uint32_t slot = fact->token;
    struct audit_token *token = &audit->tokens[slot];
    if (fact->amount < 0 || !audit_grant_fits(audit, token)) {
        return audit_breaks(audit, CG_AUDIT_R23, "it grants %s",
                            audit_money(fact->amount));
    }
    if (!audit_column_add(audit, slot, CG_AUDIT_GRANTED, fact->amount)) {
        return false;
    }
    if ((fact->flags & 1) != 0) { /* not wanted any more */
        return audit_column_add(audit, slot, CG_AUDIT_HANDED_BACK,
                                fact->amount);
    }
    if (token->state != CG_TOKEN_SPENT &&
        !token_move(audit, "be granted", CG_TOKEN_LIVE)) {
        return false;
    }
    token->expires = fact->until;
    return audit_column_add(audit, slot, CG_AUDIT_RESERVED, fact->amount);
}

/* --- it ends ------------------------------------------------------------- */

static enum cg_audit_column column_of(enum cg_token_end end)
{
    switch (end) {
    case CG_END_EXPIRED:
        return CG_AUDIT_EXPIRED;
    case CG_END_INVALIDATED:
        return CG_AUDIT_INVALIDATED;
    case CG_END_HANDED_BACK:
    case CG_END_TIMED_OUT:
        return CG_AUDIT_HANDED_BACK;
    case CG_END_NONE:
    case CG_END_CONSUMED:
    case CG_END_DENIED:
    case CG_END_RELEASED:
    case CG_TOKEN_ENDS:
        break;
    }
    return CG_AUDIT_RELEASED;
}

/* What is still reserved goes where the end says, and the fact says how much
 * that is. */
static bool rest_goes(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_token *token = &audit->tokens[fact->token];
    cg_dv01 rest = token->columns[CG_AUDIT_RESERVED];
    if (fact->amount != rest) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "it gives up %s, but %s are reserved",
                            audit_money(fact->amount), audit_money(rest));
    }
    if (fact->value == CG_END_NONE || fact->value >= CG_TOKEN_ENDS) {
        return audit_breaks(audit, CG_AUDIT_R23, "it ends for no reason");
    }
    enum cg_token_end end = (enum cg_token_end)fact->value;
    return audit_column_add(audit, fact->token, CG_AUDIT_RESERVED,
                            -(cg_wide)rest) &&
           audit_column_add(audit, fact->token, column_of(end), rest);
}

/* R30: its charge stays until the venue's last word. */
static bool lapsed(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_token *token = &audit->tokens[fact->token];
    bool over = fact->value == CG_END_EXPIRED ||
                fact->value == CG_END_INVALIDATED;
    if (!over ||
        (token->state != CG_TOKEN_LIVE && token->state != CG_TOKEN_SPENT)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R20: a token that is %s cannot lapse so",
                            state_names[token->state]);
    }
    if (!rest_goes(audit, fact)) {
        return false;
    }
    token->end = (enum cg_token_end)fact->value;
    token->expires = CG_TIME_NEVER;
    return true;
}

/* Why a token ends, by what it has come to. */
static bool end_fits(struct audit *audit, const struct cg_fact *fact)
{
    const struct audit_token *token = &audit->tokens[fact->token];
    const cg_dv01 *columns = token->columns;
    bool fits = true;
    switch ((unsigned)fact->value) {
    case CG_END_CONSUMED:
        fits = columns[CG_AUDIT_RESERVED] == 0 &&
               columns[CG_AUDIT_CONSUMED] > 0;
        break;
    case CG_END_DENIED:
        fits = columns[CG_AUDIT_GRANTED] == columns[CG_AUDIT_HANDED_BACK];
        break;
    case CG_END_EXPIRED:
    case CG_END_INVALIDATED:
        fits = token->end == fact->value;
        break;
    case CG_END_RELEASED:
        fits = token->spent || token->end != CG_END_NONE;
        break;
    case CG_END_TIMED_OUT:
    case CG_END_HANDED_BACK:
        fits = !token->spent;
        break;
    default:
        break;
    }
    if (fits && token->state == CG_TOKEN_RETURNING) {
        fits = token->end == fact->value;
    }
    return fits ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "R20: it cannot end so: %s granted, %s reserved, %s "
                        "consumed",
                        audit_money(columns[CG_AUDIT_GRANTED]),
                        audit_money(columns[CG_AUDIT_RESERVED]),
                        audit_money(columns[CG_AUDIT_CONSUMED]));
}

static bool
ended(struct audit *audit, const struct cg_fact *fact, enum cg_token_state to)
{
    struct audit_token *token = &audit->tokens[fact->token];
    token->rest = token->charge > token->filled ? token->charge - token->filled
                                                : token->rest;
    if (!end_fits(audit, fact) || !token_move(audit, "end", to) ||
        !audit_token_set(audit, fact->token, token->filled, token->filled) ||
        !rest_goes(audit, fact)) {
        return false;
    }
    if (token->end == CG_END_NONE) {
        token->end = (enum cg_token_end)fact->value;
    }
    return true;
}

/* --- the whole ----------------------------------------------------------- */

/* R23, once a fact has moved its amounts. */
static bool balanced(struct audit *audit, uint32_t slot)
{
    const cg_dv01 *columns = audit->tokens[slot].columns;
    cg_wide in = (cg_wide)columns[CG_AUDIT_GRANTED] + columns[CG_AUDIT_OVERRUN];
    cg_wide out = 0;
    for (unsigned i = CG_AUDIT_RESERVED; i < CG_AUDIT_COLUMNS; i++) {
        out += columns[i];
    }
    for (unsigned i = 0; i < CG_AUDIT_COLUMNS; i++) {
        if (columns[i] < 0) {
            return audit_breaks(audit, CG_AUDIT_R23,
                                "%s comes to %s, below zero",
                                cg_audit_column_name((enum cg_audit_column)i),
                                audit_money(columns[i]));
        }
    }
    return in == out || audit_breaks(audit, CG_AUDIT_R23,
                                     "%s came in and %s are accounted for",
                                     audit_money(in), audit_money(out));
}

static bool token_known(struct audit *audit, const struct cg_fact *fact)
{
    const struct audit_token *token = audit_token_at(audit, fact->token);
    if (token == NULL ||
        (fact->order != CG_NONE && fact->order != token->order)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R20: there is no such token of this order");
    }
    return audit_token_touch(audit, fact->token);
}

bool audit_token_fact(struct audit *audit)
{
    const struct cg_fact *fact = audit->fact;
    bool fits;
    switch ((unsigned)fact->kind) {
    case CG_FACT_TOKEN_CHARGED:
        fits = charged(audit, fact);
        break;
    case CG_FACT_TOKEN_ADDED:
        fits = added(audit, fact);
        break;
    case CG_FACT_TOKEN_RECHARGED:
        fits = token_known(audit, fact) && recharged(audit, fact);
        break;
    case CG_FACT_TOKEN_GRANTED:
        fits = token_known(audit, fact) && granted(audit, fact);
        break;
    case CG_FACT_TOKEN_LAPSED:
        fits = token_known(audit, fact) && lapsed(audit, fact);
        break;
    case CG_FACT_TOKEN_RETURNED:
        fits = token_known(audit, fact) &&
               ended(audit, fact, CG_TOKEN_RETURNING);
        break;
    case CG_FACT_TOKEN_CLOSED:
        fits = token_known(audit, fact) && ended(audit, fact, CG_TOKEN_CLOSED);
        break;
    default: /* TOKEN_PRICED, LEG_CHARGED: a rate that is used later */
        return token_known(audit, fact);
    }
    return fits && balanced(audit, fact->token);
}

/* --- after an event ------------------------------------------------------ */

/* A token of an order that is open charges its worst case, no more, no less; of
 * what is filled beyond that it charged what it could know of. */
static bool charge_stands(struct audit *audit, uint32_t slot)
{
    const struct audit_token *token = &audit->tokens[slot];
    const struct cg_order *order = audit_order_at(audit, token->order);
    const struct cg_limit *limit = &audit->state->limits[token->limit];
    cg_wide worst = 0;
    bool over = token->state == CG_TOKEN_CLOSED ||
                token->state == CG_TOKEN_RETURNING;
    if (order == NULL || limit->state == CG_LIMIT_UNENFORCED) {
        return true; /* beyond what can be counted, and said so (R1) */
    }
    if (over || order->state == CG_ORDER_CLOSED) {
        bool open = token->spent && order->state != CG_ORDER_CLOSED;
        bool left = !over && order->state == CG_ORDER_CLOSED;
        return (!open && !left) ||
               audit_breaks(audit, CG_AUDIT_R23,
                            open ? "R21: token %llu has ended, and its order "
                                   "has not"
                                 : "R21: token %llu has not ended, and its "
                                   "order has",
                            (unsigned long long)token->number);
    }
    if (!audit_worst(audit, slot, true, &worst)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "its amount is beyond 128 bits");
    }
    cg_wide most = token->filled > worst ? token->filled : worst;
    return (token->charge >= worst && token->charge <= most) ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "token %llu charges %s, but the worst case of its "
                        "order is %s (%s filled)",
                        (unsigned long long)token->number,
                        audit_money(token->charge), audit_money(worst),
                        audit_money(token->filled));
}

/* R25: what its owner was told of is what it consumed. */
static bool told_all(struct audit *audit, uint32_t slot)
{
    const struct audit_token *token = &audit->tokens[slot];
    cg_wide told = (cg_wide)token->columns[CG_AUDIT_CONSUMED] + token->ahead -
                   token->untold;
    return token->told == told || token->told == 0 || audit->no_room ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "R25: token %llu has consumed %s, and its owner was "
                        "told of %s",
                        (unsigned long long)token->number, audit_money(told),
                        audit_money(token->told));
}

void audit_token_event_end(struct audit *audit)
{
    for (size_t i = 0; i < audit->of_event_count[OF_TOKEN]; i++) {
        uint32_t slot = audit->of_event[OF_TOKEN][i];
        if (!charge_stands(audit, slot) || !told_all(audit, slot)) {
            return;
        }
    }
}
