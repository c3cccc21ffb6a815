/*
 * Counts of a gate's facts.
 *
 * Changes nothing of the gate; its books, which hold the facts before the one
 * at hand, say what a slot stands for.  Rules: R12, R20, R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tally_internal.h"

#include <stdlib.h>

struct cg_tally *cg_tally_open(const struct cg_config *config)
{
    struct cg_tally *tally = calloc(1, sizeof(*tally));
    (void)config;
    if (tally != NULL) {
        tally->firm = CG_TALLY_FIRMS;
    }
    return tally;
}

void cg_tally_close(struct cg_tally *tally)
{
    if (tally == NULL) {
        return;
    }
    for (size_t i = 0; i <= CG_TALLY_FIRMS; i++) {
        free(tally->firms[i]);
    }
    free(tally->peaks);
    free(tally->sent_at);
    free(tally);
}

void cg_tally_detach(struct cg_tally *tally)
{
    tally->gate = NULL;
    tally->state = NULL;
}

void cg_tally_attach(struct cg_tally *tally, const struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    tally->gate = gate;
    if (tally->peaks == NULL) {
        tally->peaks = calloc(state->limit_max + 1, sizeof(*tally->peaks));
    }
    if (tally->sent_at == NULL) {
        tally->sent_at = calloc(state->order_max + 1, sizeof(*tally->sent_at));
    }
    /* Without memory for them there are no peaks and no times. */
    tally->state = tally->peaks != NULL && tally->sent_at != NULL ? state
                                                                  : NULL;
    tally->touched_all = true;
}

/* --- whose it is -------------------------------------------------------- */

static uint16_t firm_of_account(const struct cg_state *state, uint32_t account)
{
    if (account >= state->account_count) {
        return CG_TALLY_FIRMS;
    }
    uint32_t firm = state->accounts[account].firm_slot;
    return firm < CG_TALLY_FIRMS ? (uint16_t)firm : CG_TALLY_FIRMS;
}

static void set_firm(struct cg_tally *tally, const struct cg_fact *fact)
{
    const struct cg_state *state = tally->state;
    uint32_t account = fact->account;
    uint32_t order = fact->order;
    if (order == CG_NONE && fact->token != CG_NONE &&
        fact->token < state->token_top) {
        order = state->tokens[fact->token].order;
    }
    if (account == CG_NONE && order != CG_NONE && order < state->order_top) {
        account = state->orders[order].account;
    }
    if (account != CG_NONE) {
        tally->firm = firm_of_account(state, account);
    }
}

static struct cg_tally_firm *times_of(struct cg_tally *tally, uint16_t firm)
{
    struct cg_tally_firm **times = &tally->firms[firm];
    if (*times == NULL) {
        *times = calloc(1, sizeof(**times));
        if (*times == NULL) {
            return NULL;
        }
        const char *name = "(others)";
        size_t len = strlen(name);
        if (firm < CG_TALLY_FIRMS && firm < tally->state->firm_count) {
            name = tally->state->firms[firm].name.text;
            len = tally->state->firms[firm].name.len;
        }
        memcpy((*times)->name, name, len);
    }
    return *times;
}

void cg_tally_event_end(struct cg_tally *tally)
{
    tally->firm = CG_TALLY_FIRMS;
}

uint16_t cg_tally_firm(const struct cg_tally *tally)
{
    return tally->firm;
}

void cg_tally_in_gate(struct cg_tally *tally, uint16_t firm, cg_time ns)
{
    if (tally->state == NULL || ns < 0) {
        return;
    }
    struct cg_tally_firm *times = times_of(tally, firm);
    if (times != NULL) {
        cg_spread_add(&times->gate, (uint64_t)ns);
    }
}

/* --- limits ------------------------------------------------------------- */

static void touch(struct cg_tally *tally, uint32_t limit)
{
    for (uint32_t i = 0; i < tally->touched_count; i++) {
        if (tally->touched[i] == limit) {
            return;
        }
    }
    if (tally->touched_count == TOUCHED_MAX) {
        tally->touched_all = true;
        return;
    }
    tally->touched[tally->touched_count++] = limit;
}

static void touch_order(struct cg_tally *tally, uint32_t order)
{
    const struct cg_state *state = tally->state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        touch(tally, state->tokens[i].limit);
    }
}

static void look(struct cg_tally *tally, uint32_t slot)
{
    const struct cg_limit *limit = &tally->state->limits[slot];
    struct cg_tally_peak *peak = &tally->peaks[slot];
    cg_dv01 use = cg_limit_use(limit);
    if (use > peak->use || (!peak->some && use > 0)) {
        *peak = (struct cg_tally_peak){true, limit->has_amount, use,
                                       limit->amount, tally->now};
    }
}

void cg_tally_event(struct cg_tally *tally)
{
    tally->counts.events += tally->at_event;
    tally->at_event = false;
    if (tally->state == NULL) {
        return;
    }
    uint32_t count = tally->touched_all ? tally->state->limit_count
                                        : tally->touched_count;
    for (uint32_t i = 0; i < count; i++) {
        look(tally, tally->touched_all ? i : tally->touched[i]);
    }
    tally->touched_all = false;
    tally->touched_count = 0;
}

/* --- tokens ------------------------------------------------------------- */

/* A table over the ends. */
static void count_end(struct cg_tally_tokens *tokens, enum cg_token_end end)
{
    switch (end) {
    case CG_END_CONSUMED:
        tokens->consumed++;
        break;
    case CG_END_DENIED:
        tokens->denied++;
        break;
    case CG_END_TIMED_OUT:
        tokens->timed_out++;
        break;
    case CG_END_EXPIRED:
        tokens->expired++;
        break;
    case CG_END_INVALIDATED:
        tokens->invalidated++;
        break;
    case CG_END_HANDED_BACK:
        tokens->handed_back++;
        break;
    case CG_END_NONE:
    case CG_END_RELEASED:
    case CG_TOKEN_ENDS:
        tokens->released++;
        break;
    }
}

/* The first end of a token is the one that counts. */
static void token_ends(struct cg_tally *tally, const struct cg_fact *fact)
{
    if (tally->state->tokens[fact->token].end == CG_END_NONE) {
        count_end(&tally->counts.tokens, (enum cg_token_end)fact->value);
    }
}

static void token_charged(struct cg_tally *tally, const struct cg_fact *fact)
{
    struct cg_tally_tokens *tokens = &tally->counts.tokens;
    tokens->asked += fact->value == CG_MODEL_PING;
    tokens->pushed += fact->value != CG_MODEL_PING;
    tokens->fallback += fact->flags & 1;
    touch(tally, fact->limit);
}

/* What somebody waited for, and a hub has answered. */
static void ask_answered(struct cg_tally *tally, const struct cg_fact *fact)
{
    enum { CANCELLED = 4 }; /* 2325: also for what needs no answer any more */
    const struct cg_ask *ask = &tally->state->asks[fact->ask];
    bool waited = ask->kind == CG_ASK_NEW || ask->kind == CG_ASK_RAISE;
    struct cg_tally_firm *times;
    if (waited && fact->value != CANCELLED && fact->time >= ask->asked_at &&
        (times = times_of(tally, tally->firm)) != NULL) {
        cg_spread_add(&times->hub, (uint64_t)(fact->time - ask->asked_at));
    }
}

/* --- orders ------------------------------------------------------------- */

static struct cg_tally_orders *request_of(struct cg_tally *tally,
                                          const struct cg_fact *fact)
{
    const struct cg_state *state = tally->state;
    uint32_t kind = fact->request < state->request_top &&
                            fact->request != cg_state_next_request(state)
                        ? (uint32_t)state->requests[fact->request].kind
                        : fact->value;
    return &tally->counts
                .orders[kind < CG_TALLY_REQUESTS ? kind : CG_TALLY_NEW];
}

static void count_reason(struct cg_tally *tally, uint16_t reason)
{
    tally->counts.reasons[reason < CG_TALLY_REASONS ? reason : 0]++;
}

static void order_refused(struct cg_tally *tally, const struct cg_fact *fact)
{
    struct cg_tally_orders *orders = &tally->counts.orders[CG_TALLY_NEW];
    orders->taken += fact->order == CG_NONE; /* else it was counted as taken */
    orders->refused++;
    count_reason(tally, fact->reason);
}

/* By the gate: the venue's own have no reason. */
static void request_refused(struct cg_tally *tally, const struct cg_fact *fact)
{
    struct cg_tally_orders *orders = request_of(tally, fact);
    bool at_once = fact->request == CG_NONE ||
                   fact->request == cg_state_next_request(tally->state);
    if (fact->reason != 0) {
        orders->taken += at_once;
        orders->refused++;
        count_reason(tally, fact->reason);
    }
}

static void request_taken(struct cg_tally *tally, const struct cg_fact *fact)
{
    uint32_t kind = fact->value;
    tally->counts.orders[kind < CG_TALLY_REQUESTS ? kind : CG_TALLY_NEW]
        .taken++;
    if (kind == CG_TALLY_PULL) {
        count_reason(tally, fact->reason);
    }
}

static void order_sent(struct cg_tally *tally, const struct cg_fact *fact)
{
    tally->counts.orders[CG_TALLY_NEW].forwarded++;
    tally->sent_at[fact->order] = fact->time;
}

/* The venue's first word on an order. */
static void heard(struct cg_tally *tally, const struct cg_fact *fact)
{
    struct cg_tally_firm *times;
    if (fact->order >= tally->state->order_top) {
        return;
    }
    cg_time sent = tally->sent_at[fact->order];
    const struct cg_order *order = &tally->state->orders[fact->order];
    if (sent == 0 || fact->cause_session != order->venue) {
        return;
    }
    tally->sent_at[fact->order] = 0;
    if (fact->time >= sent && (times = times_of(tally, tally->firm)) != NULL) {
        cg_spread_add(&times->venue, (uint64_t)(fact->time - sent));
    }
}

static void noted(struct cg_tally *tally, const struct cg_fact *fact)
{
    static const char alarm[] = "ALARM";
    size_t len = sizeof(alarm) - 1;
    tally->counts.alarms += fact->text_len >= len &&
                            memcmp(fact->text, alarm, len) == 0;
}

/* --- facts -------------------------------------------------------------- */

/* A table over the kinds that count. */
static void count_fact(struct cg_tally *tally, const struct cg_fact *fact)
{
    switch ((unsigned)fact->kind) {
    case CG_FACT_ORDER_TAKEN:
        tally->counts.orders[CG_TALLY_NEW].taken++;
        tally->sent_at[fact->order] = 0;
        break;
    case CG_FACT_ORDER_REFUSED:
        order_refused(tally, fact);
        break;
    case CG_FACT_ORDER_SENT:
        order_sent(tally, fact);
        break;
    case CG_FACT_REQUEST_TAKEN:
        request_taken(tally, fact);
        break;
    case CG_FACT_REQUEST_SENT:
        request_of(tally, fact)->forwarded++;
        break;
    case CG_FACT_REQUEST_REFUSED:
        request_refused(tally, fact);
        break;
    case CG_FACT_REQUEST_PASSED:
        tally->counts.orders[CG_TALLY_CANCEL].taken++;
        tally->counts.orders[CG_TALLY_CANCEL].forwarded++;
        break;
    case CG_FACT_TOKEN_CHARGED:
    case CG_FACT_TOKEN_ADDED:
        token_charged(tally, fact);
        break;
    case CG_FACT_TOKEN_RECHARGED:
    case CG_FACT_TOKEN_REPRICED:
        touch(tally, tally->state->tokens[fact->token].limit);
        break;
    case CG_FACT_TOKEN_GRANTED:
        tally->counts.tokens.granted += (fact->flags & 1) == 0;
        tally->counts.tokens.late += fact->flags & 1;
        break;
    case CG_FACT_TOKEN_LAPSED:
    case CG_FACT_TOKEN_RETURNED:
    case CG_FACT_TOKEN_CLOSED:
        token_ends(tally, fact);
        break;
    case CG_FACT_ASK_ANSWERED:
        ask_answered(tally, fact);
        break;
    case CG_FACT_REPORT_SEEN:
    case CG_FACT_ORDER_ACKED:
        heard(tally, fact);
        break;
    case CG_FACT_ORDER_FILLED:
    case CG_FACT_LEG_FILLED:
    case CG_FACT_ORDER_RESTATED:
        heard(tally, fact);
        touch_order(tally, fact->order);
        break;
    case CG_FACT_ORDER_CLOSED:
        heard(tally, fact);
        break;
    case CG_FACT_LIMIT_SET:
    case CG_FACT_LIMIT_RESET:
        touch(tally, fact->limit);
        break;
    case CG_FACT_DIFFERENCE:
        tally->counts.differences++;
        break;
    case CG_FACT_NOTED:
        noted(tally, fact);
        break;
    default:
        break;
    }
}

void cg_tally_fact(struct cg_tally *tally, const struct cg_fact *fact)
{
    tally->counts.facts++;
    tally->now = fact->time;
    if (tally->state == NULL) {
        return;
    }
    tally->at_event = true;
    set_firm(tally, fact);
    count_fact(tally, fact);
}
