/*
 * What an explanation says of each fact of an order, and at its end.
 *
 * Where there is nothing to add it says what `records` does.  Changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#include <stdio.h>

static void outcome(struct cg_explaining *at, const char *words)
{
    snprintf(at->story->head.outcome, sizeof(at->story->head.outcome), "%s",
             words);
}

static void reason(struct cg_explaining *at, uint16_t code)
{
    at->story->head.refused[0] = '\0';
    snprintf(at->story->head.reason, sizeof(at->story->head.reason), "CG%d %s",
             (int)code, cg_reason_slug((enum cg_reason)code));
}

/* --- facts that are refusals -------------------------------------------- */

static struct cg_refused refused_by(const struct cg_explaining *at)
{
    const struct cg_state *state = at->telling.state;
    const struct cg_fact *fact = at->telling.fact;
    struct cg_refused refused = {
        .reason = (enum cg_reason)fact->reason,
        .limit = fact->limit,
        .order = at->telling.order,
        .account = at->telling.account,
        .instrument = fact->instrument,
        .side = fact->side,
        .qty = fact->qty,
        .required = fact->amount,
        .available = fact->other,
        .replace = fact->kind == CG_FACT_REQUEST_REFUSED,
        .charged = fact->request != CG_NONE &&
                   fact->request == at->story->raise,
    };
    if (refused.order != CG_NONE) {
        const struct cg_order *order = &state->orders[refused.order];
        refused.instrument = order->instrument;
        refused.side = order->side;
        refused.qty = refused.replace ? refused.qty : order->qty;
    }
    if (fact->request != CG_NONE && refused.qty == 0) {
        refused.qty = state->requests[fact->request].qty;
    }
    return refused;
}

/* "buy 20000000 of USD10Y for account ACME", as far as it is known. */
static struct cg_words wish_of(const struct cg_explaining *at,
                               const struct cg_refused *refused)
{
    const struct cg_state *state = at->telling.state;
    struct cg_words wish;
    struct cg_words what = {""};
    struct cg_words whom = {""};
    if (refused->instrument != CG_NONE) {
        what = cg_explain_id(&state->instruments[refused->instrument].name);
    }
    if (refused->account != CG_NONE) {
        whom = cg_explain_id(&state->accounts[refused->account].name);
    }
    snprintf(wish.text, sizeof(wish.text), "%s %lld%s%.*s%s%.*s",
             cg_explain_side(refused->side), (long long)refused->qty,
             what.text[0] != '\0' ? " of " : "", CG_NAME_MAX, what.text,
             whom.text[0] != '\0' ? " for account " : "", CG_NAME_MAX,
             whom.text);
    return wish;
}

static void say_order_refused(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    struct cg_refused refused = refused_by(at);
    outcome(at, "refused");
    reason(at, fact->reason);
    if (refused.order == CG_NONE) {
        cg_explain_say(
            at, "asked", "%s asks to %s, by order %s",
            cg_explain_session(at->telling.state, fact->session).text,
            wish_of(at, &refused).text, at->story->head.clordid);
    }
    cg_explain_record(at, "refused");
    cg_explain_refusal(at, &refused);
}

static bool is_at_venue(const struct cg_explaining *at, uint32_t order)
{
    enum cg_order_state state = at->telling.state->orders[order].state;
    return state == CG_ORDER_SENT || state == CG_ORDER_OPEN;
}

static void say_request_refused(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    struct cg_refused refused = refused_by(at);
    if (fact->reason == 0) {
        cg_explain_record(at, "venue");
        return;
    }
    if (!at->story->pulled) {
        reason(at, fact->reason);
        cg_telling_clordid(&at->telling, at->story->head.refused);
    }
    if (refused.order == CG_NONE) {
        outcome(at, "refused");
        at->story->head.refused[0] = '\0';
    }
    cg_explain_record(at, "refused");
    cg_explain_refusal(at, &refused);
    if (refused.order != CG_NONE && is_at_venue(at, refused.order)) {
        cg_explain_say(at, "now",
                       "the order, its tokens and its charge stay as they "
                       "were");
    }
}

static void say_request_taken(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    if (fact->value != CG_REQUEST_PULL) {
        cg_explain_record(at, "asked");
        return;
    }
    reason(at, fact->reason);
    at->story->pulled = true;
    cg_explain_record(at, "pulled");
    cg_explain_pull(at, at->telling.order, (enum cg_reason)fact->reason);
}

/* --- facts about credit ------------------------------------------------- */

void cg_explain_charge(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    const struct cg_order *order =
        &at->telling.state->orders[at->telling.order];
    if (order->legs == CG_NONE) {
        cg_explain_worth(at, fact->limit, order->qty, fact->amount, fact->rate);
    }
    cg_explain_terms(at, fact->limit);
    cg_explain_sums(at, fact->limit, fact->side);
}

static void say_answer(struct cg_explaining *at)
{
    static const char *const results[] = {
        "",
        "it does not know the party",
        "more than its credit limit",
        "more than its clip size",
        "more than its maximum notional",
    };
    const struct cg_fact *fact = at->telling.fact;
    at->story->answer = fact->value;
    cg_explain_record(at, "hub");
    if (fact->value != 0 && fact->reason > 0) {
        cg_explain_say(at, "hub", "it says why: 2326=%u%s%s", fact->reason,
                       fact->reason < 5 ? ", " : "",
                       fact->reason < 5 ? results[fact->reason] : "");
    }
}

/* What there was when an order came to wait for more. */
static void say_queued(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    char side = at->telling.state->orders[at->telling.order].side;
    cg_explain_record(at, "queue");
    if (fact->limit != CG_NONE) {
        cg_explain_terms(at, fact->limit);
        cg_explain_sums(at, fact->limit, side != 0 ? side : '1');
        cg_explain_users(at, fact->limit, at->telling.order);
    }
}

static void say_closed(struct cg_explaining *at)
{
    const struct cg_order *order =
        &at->telling.state->orders[at->telling.order];
    static const char *const names[] = {
        [CG_REPORT_FILL] = "filled",
        [CG_REPORT_CANCELLED] = "cancelled",
        [CG_REPORT_REJECTED] = "rejected by the venue",
        [CG_REPORT_EXPIRED] = "expired",
        [CG_REPORT_DONE_FOR_DAY] = "done for the day",
    };
    uint32_t value = at->telling.fact->value;
    bool named = value < sizeof(names) / sizeof(names[0]) &&
                 names[value] != NULL;
    cg_explain_record(at, "ended");
    if (order->pull != CG_NONE && value != CG_REPORT_FILL) {
        outcome(at, "pulled");
    } else {
        outcome(at, named ? names[value] : "closed");
    }
}

/* What a fact is about, and of which no more is said than `records` does. */
static const char *const plain_about[CG_FACT_KIND_COUNT] = {
    [CG_FACT_ORDER_TAKEN] = "asked",      [CG_FACT_LEG_TAKEN] = "asked",
    [CG_FACT_LEG_CHARGED] = "amount",     [CG_FACT_ORDER_QUEUED] = "queue",
    [CG_FACT_ORDER_LEFT] = "queue",       [CG_FACT_TOKEN_CHARGED] = "token",
    [CG_FACT_TOKEN_ADDED] = "token",      [CG_FACT_TOKEN_RECHARGED] = "token",
    [CG_FACT_TOKEN_REPRICED] = "token",   [CG_FACT_TOKEN_LAPSED] = "token",
    [CG_FACT_TOKEN_RETURNED] = "token",   [CG_FACT_TOKEN_GRANTED] = "hub",
    [CG_FACT_ASK_SENT] = "hub",           [CG_FACT_ASK_PENDING] = "hub",
    [CG_FACT_HUB_MISSED] = "hub",         [CG_FACT_ORDER_SENT] = "venue",
    [CG_FACT_ORDER_ACKED] = "venue",      [CG_FACT_ORDER_FILLED] = "venue",
    [CG_FACT_LEG_FILLED] = "venue",       [CG_FACT_ORDER_RESTATED] = "venue",
    [CG_FACT_REQUEST_SENT] = "venue",     [CG_FACT_REQUEST_ACCEPTED] = "venue",
    [CG_FACT_REQUEST_WITHHELD] = "venue", [CG_FACT_REQUEST_PASSED] = "venue",
    [CG_FACT_STATUS_ASKED] = "venue",     [CG_FACT_STATUS_TOLD] = "venue",
};

/* --- where it is now ---------------------------------------------------- */

/* Whoever has not granted what a waiting order needs. */
static void say_unanswered(struct cg_explaining *at,
                           const struct cg_order *order)
{
    const struct cg_state *state = at->telling.state;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        const struct cg_limit *limit = &state->limits[token->limit];
        if (token->state == CG_TOKEN_ASKED && token->ask != CG_NONE) {
            cg_explain_say(
                at, "now", "%s was asked at %s for token %s, and has not %s",
                cg_explain_session(state, limit->owner).text,
                cg_explain_moment(state->asks[token->ask].asked_at).text,
                cg_explain_token(at, i).text,
                token->pending ? "decided yet" : "answered yet");
        }
    }
}

static void say_where(struct cg_explaining *at, uint32_t slot)
{
    const struct cg_state *state = at->telling.state;
    const struct cg_order *order = &state->orders[slot];
    struct cg_words venue = cg_explain_session(state, order->venue);
    switch (order->state) {
    case CG_ORDER_QUEUED:
        outcome(at, "waiting");
        cg_explain_say(at, "now", "it waits for room under its limits");
        break;
    case CG_ORDER_WAITING:
        outcome(at, "waiting");
        cg_explain_say(at, "now", "it waits for credit, and has not gone on");
        say_unanswered(at, order);
        break;
    case CG_ORDER_SENT:
    case CG_ORDER_OPEN:
        outcome(at, order->pull != CG_NONE ? "being pulled" : "open");
        cg_explain_say(at, "now", "%s %s, %lld of %lld filled%s", venue.text,
                       order->state == CG_ORDER_OPEN ? "has it"
                                                     : "was sent it, and has "
                                                       "not said a word",
                       (long long)order->cum_qty, (long long)order->qty,
                       order->pull != CG_NONE
                           ? "; the gate has asked for its cancel"
                           : "");
        break;
    case CG_ORDER_CLOSED:
        cg_explain_say(at, "now", "it is over, %lld of %lld filled",
                       (long long)order->cum_qty, (long long)order->qty);
        break;
    case CG_ORDER_FREE:
    case CG_ORDER_STATES:
        return;
    }
    cg_explain_ledgers(at, slot);
}

void cg_explain_end(struct cg_explaining *at, uint32_t slot)
{
    if (!at->story->ended) {
        say_where(at, slot);
    }
    at->story->ended = true;
}

/* --- one by one --------------------------------------------------------- */

void cg_explain_after(struct cg_explaining *at)
{
    const struct cg_fact *fact = at->telling.fact;
    const char *about = plain_about[fact->kind];
    if (fact->kind == CG_FACT_ORDER_REFUSED) {
        say_order_refused(at);
    } else if (fact->kind == CG_FACT_REQUEST_REFUSED) {
        say_request_refused(at);
    } else if (fact->kind == CG_FACT_REQUEST_TAKEN) {
        say_request_taken(at);
    } else if (fact->kind == CG_FACT_ASK_ANSWERED) {
        say_answer(at);
    } else if (fact->kind == CG_FACT_ORDER_CLOSED) {
        say_closed(at);
    } else if (fact->kind == CG_FACT_ORDER_QUEUED) {
        say_queued(at);
    } else if (about != NULL) {
        cg_explain_record(at, about);
    }
    if (fact->kind == CG_FACT_REQUEST_PASSED) {
        outcome(at, "passed on");
    } else if (fact->kind == CG_FACT_TOKEN_RECHARGED) {
        at->story->raise = at->telling.state->orders[at->telling.order].raise;
    } else if (fact->kind == CG_FACT_REQUEST_SENT ||
               fact->kind == CG_FACT_REQUEST_REFUSED) {
        at->story->raise = CG_NONE;
    }
}

bool cg_explain_tells(enum cg_fact_kind kind)
{
    return kind == CG_FACT_ORDER_REFUSED || kind == CG_FACT_REQUEST_REFUSED ||
           kind == CG_FACT_REQUEST_TAKEN || kind == CG_FACT_ASK_ANSWERED ||
           kind == CG_FACT_ORDER_CLOSED || kind == CG_FACT_ORDER_FORGOTTEN ||
           plain_about[kind] != NULL;
}
