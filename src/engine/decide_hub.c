/*
 * What the hub says to what it was asked: answers (DG).
 *
 * A grant that comes too late is given back; an answer that nobody asked for is
 * recorded and changes nothing.  Rules: R20, R24, R25, R28..R30.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "difference.h"

enum { APPROVED, PARTIAL, REJECTED, PENDING, CANCELLED };

/* What one answer is about. */
struct answer {
    const struct cg_answer_event *event;
    uint32_t ask;
    enum cg_ask_kind kind;
    cg_dv01 asked;
    uint32_t token;
    bool current; /* the submission that the token waits for */
};

static void ask_answered(struct cg_engine *engine,
                         uint32_t ask,
                         const struct cg_answer_event *event)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_ASK_ANSWERED);
    fact.ask = ask;
    fact.token = engine->state.asks[ask].token;
    fact.number = engine->state.asks[ask].number;
    fact.session = engine->cause_session;
    fact.value = event->status;
    fact.reason = (uint16_t)event->result;
    fact.amount = event->has_approved ? event->approved : 0;
    cg_engine_record(engine, &fact);
}

void cg_ask_retire(struct cg_engine *engine, uint32_t slot)
{
    static const struct cg_answer_event none = {.status = CANCELLED};
    ask_answered(engine, slot, &none);
}

/* The other asks of a token that is over need no answer any more. */
static void asks_retire(struct cg_engine *engine, uint32_t token)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->tokens[token].asks; i != CG_NONE;) {
        uint32_t older = state->asks[i].older;
        if (!cg_ask_is_notice(state->asks[i].kind)) {
            cg_ask_retire(engine, i);
        }
        i = older;
    }
}

/* Quirk of the standard: 2326 has no DV01 code; 2 and 99 must do. */
static enum cg_reason denial(const struct cg_answer_event *event)
{
    switch (event->result) {
    case 1:
        return CG_UNKNOWN_PARTY;
    case 2:
        return CG_LIMIT_EXCEEDED;
    case 3:
        return CG_CLIP_SIZE;
    case 4:
        return CG_MAX_NOTIONAL;
    default:
        return CG_HUB_DENIED;
    }
}

/* Beside the alarm, or the words, that tell of it. */
static void token_differs(struct cg_engine *engine,
                          uint32_t token,
                          enum cg_difference what,
                          cg_dv01 ours,
                          cg_dv01 theirs,
                          const char *rule)
{
    struct cg_fact fact = cg_token_differs(engine, what, token, rule);
    fact.amount = ours;
    fact.other = theirs;
    cg_difference_alarm(engine, &fact);
}

/* How much of what was asked the hub approved (R24). */
static cg_dv01 approved_of(struct cg_engine *engine,
                           const struct answer *answer)
{
    const struct cg_answer_event *event = answer->event;
    if (!event->has_approved) {
        return answer->asked;
    }
    if (event->approved > answer->asked) {
        token_differs(engine, answer->token, CG_DIFFERS_TOKEN_AMOUNT,
                      answer->asked, event->approved,
                      "R24: counts as what was asked for");
        cg_note(engine, "ALARM: the hub approved more than was asked for");
        return answer->asked;
    }
    return event->approved;
}

static struct cg_refusal denied(const struct cg_engine *engine,
                                const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    const struct cg_limit *limit = &engine->state.limits[token->limit];
    cg_dv01 had = answer->kind == CG_ASK_NEW ? 0 : cg_token_held(token);
    struct cg_refusal refusal = {
        .reason = denial(answer->event),
        .limit = token->limit,
        .required = answer->asked - had,
    };
    refusal.party = refusal.reason == CG_UNKNOWN_PARTY;
    bool less = answer->event->status == PARTIAL ||
                answer->event->status == APPROVED;
    if (less && answer->event->has_approved) {
        cg_dv01 more = answer->event->approved - had;
        refusal.reason = CG_LIMIT_EXCEEDED;
        refusal.has_amounts = true;
        refusal.available = more > 0 ? more : 0;
    } else if (refusal.reason == CG_LIMIT_EXCEEDED && limit->has_amount) {
        /* Its own charge is still in: without it, what would be left. */
        cg_dv01 left = cg_limit_available(limit, token->side);
        left = left > INT64_MIN / 2 ? left + refusal.required : 0;
        refusal.has_amounts = true;
        refusal.available = left > 0 ? left : 0;
    } else if (refusal.reason == CG_LIMIT_EXCEEDED) {
        refusal.reason = CG_HUB_DENIED;
    }
    return refusal;
}

/* |back|: it is no longer wanted, and counts as handed back at once. */
static void grant(struct cg_engine *engine,
                  const struct answer *answer,
                  cg_dv01 amount,
                  bool back)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[answer->token];
    const struct cg_session_state *hub =
        &state->sessions[engine->cause_session];
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_GRANTED);
    fact.token = answer->token;
    fact.order = token->order;
    fact.amount = amount;
    fact.session = engine->cause_session;
    fact.flags = back ? 1 : 0;
    fact.until = answer->event->has_expires ? answer->event->expires
                                            : engine->now + hub->token_life_ns;
    cg_engine_record(engine, &fact);
}

/* When what is granted now was given up: when its withdrawal was asked for, or
 * 0 when that is confirmed already. */
static cg_time orphaned_at(const struct cg_state *state,
                           const struct cg_token *token)
{
    cg_time first = 0;
    for (uint32_t i = token->asks; i != CG_NONE; i = state->asks[i].older) {
        const struct cg_ask *ask = &state->asks[i];
        if (ask->kind == CG_ASK_CANCEL || ask->kind == CG_ASK_LOWER) {
            first = ask->asked_at;
        }
    }
    return first;
}

/* A grant for a token that was given up: on record, and going back (R28). */
static void late(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    if (answer->event->status != APPROVED && answer->event->status != PARTIAL) {
        return;
    }
    cg_dv01 approved = approved_of(engine, answer);
    cg_dv01 amount = approved;
    if (answer->kind != CG_ASK_NEW) {
        amount -= token->ledger.granted; /* 2324 was the life's total (R24) */
    }
    grant(engine, answer, amount > 0 ? amount : 0, true);
    const struct cg_state *state = &engine->state;
    /* The hub stands behind an order that rests for longer: that is not given
     * back before the order's end, which has to be told then. */
    bool lapsed = token->state == CG_TOKEN_SPENT && token->end != CG_END_NONE;
    bool stays = lapsed && token->end == CG_END_EXPIRED;
    token_differs(engine, answer->token, CG_DIFFERS_TOKEN_LATE, 0, approved,
                  stays ? "R29: recorded, and back at its order's end"
                        : "R28: recorded, and handed back");
    struct cg_slice id = cg_id_slice(
        &state->requests[state->orders[token->order].request].id);
    cg_time orphaned = orphaned_at(state, token);
    char ago[48] = "";
    if (orphaned != 0) {
        snprintf(ago, sizeof(ago), "; it was given up %lld ms ago",
                 (long long)((engine->now - orphaned) / CG_MS));
    }
    bool denied = answer->kind == CG_ASK_NEW && token->end == CG_END_DENIED;
    cg_note(engine, "%s for token %s-T%llu of order %.*s, %s%s",
            denied ? "ALARM: a grant after its denial" : "late grant",
            engine->config.gate_name, (unsigned long long)token->number,
            (int)id.len, id.data,
            stays ? "kept until its order is over" : "handed back", ago);
    if (stays) {
        return;
    }
    if (token->state == CG_TOKEN_CLOSED || lapsed) {
        cg_ask_send(engine, answer->token, CG_ASK_CANCEL, answer->asked);
    } else if (token->state == CG_TOKEN_SPENT && token->ask == CG_NONE) {
        /* It came after the answer to its withdrawal: once more. */
        cg_ask_send(engine, answer->token, CG_ASK_LOWER, token->charge);
    }
}

/* The answer to the ask that a new order waits for. */
static void answer_new(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[answer->token];
    const struct cg_answer_event *event = answer->event;
    if (token->state != CG_TOKEN_ASKED) {
        late(engine, answer);
        return;
    }
    uint32_t order = token->order;
    struct cg_refusal refusal = denied(engine, answer);
    if (event->status == REJECTED || event->status == CANCELLED) {
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_CLOSED);
        fact.token = answer->token;
        fact.value = CG_END_DENIED;
        cg_engine_record(engine, &fact);
        cg_order_refuse(engine, order, &refusal, CG_END_HANDED_BACK);
        return;
    }
    cg_dv01 amount = approved_of(engine, answer);
    grant(engine, answer, amount, false);
    if (event->status == PARTIAL || amount < answer->asked) {
        cg_order_refuse(engine, order, &refusal, CG_END_HANDED_BACK);
    } else if (cg_token_is_short(engine, token)) {
        refusal = (struct cg_refusal){.reason = CG_RESERVATION_EXPIRED,
                                      .limit = token->limit};
        cg_order_refuse(engine, order, &refusal, CG_END_HANDED_BACK);
    } else if (cg_tokens_live(state, order)) {
        cg_order_go(engine, order);
    }
}

/* A raise whose credit is all there goes on, if nothing has come between. */
static void raise_go(struct cg_engine *engine, uint32_t order)
{
    struct cg_refusal refusal;
    if (!cg_raise_ready(&engine->state, order)) {
        return;
    }
    if (cg_cover_still_fits(engine, order, &refusal)) {
        cg_raise_send(engine, order);
    } else {
        cg_raise_refuse(engine, order, &refusal);
    }
    cg_replaces_go(engine, order);
}

/* The answer to a raise: the replace goes on, or is refused (R41). */
static void answer_raise(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_state *state = &engine->state;
    const struct cg_token *token = &state->tokens[answer->token];
    uint32_t order = token->order;
    if (!answer->current || token->state != CG_TOKEN_SPENT ||
        token->end != CG_END_NONE || state->orders[order].raise == CG_NONE) {
        late(engine, answer);
        return;
    }
    struct cg_refusal refusal = denied(engine, answer);
    cg_dv01 total = approved_of(engine, answer);
    cg_dv01 more = total - cg_token_held(token);
    more = more > 0 ? more : 0;
    if (answer->event->status == APPROVED && total >= answer->asked) {
        grant(engine, answer, more, false);
        raise_go(engine, order);
        return;
    }
    if (answer->event->status == PARTIAL || answer->event->status == APPROVED) {
        grant(engine, answer, more, true); /* it goes back at once */
    }
    cg_raise_refuse(engine, order, &refusal);
    cg_replaces_go(engine, order);
}

/* What an approved total adds to what the token has stood for: something, when
 * the venue itself has raised the order meanwhile. */
static cg_dv01 newly_held(const struct cg_token *token,
                          const struct answer *answer)
{
    cg_dv01 held = cg_token_held(token);
    cg_dv01 total = answer->asked < token->charge ? answer->asked
                                                  : token->charge;
    return total > held ? total - held : 0;
}

static void answer_renewal(struct cg_engine *engine,
                           const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    if (answer->event->status == APPROVED && token->end == CG_END_NONE &&
        answer->current && approved_of(engine, answer) >= answer->asked) {
        grant(engine, answer, newly_held(token, answer), false);
    } else if (answer->event->status == APPROVED) {
        late(engine, answer);
    }
}

/* The hub's word on what the venue raised by itself (R43).  If it does not
 * stand behind it, the limit counts as broken (R17). */
static void answer_restatement(struct cg_engine *engine,
                               const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    uint32_t status = answer->event->status;
    if (CG_NEVER(!answer->current, "nothing is asked for before its answer") ||
        token->state != CG_TOKEN_SPENT || token->end != CG_END_NONE) {
        late(engine, answer);
        return;
    }
    cg_dv01 total = approved_of(engine, answer);
    if (status == APPROVED && total >= answer->asked) {
        grant(engine, answer, newly_held(token, answer), false);
        return;
    }
    if (status == APPROVED || status == PARTIAL) {
        cg_dv01 more = total - cg_token_held(token);
        grant(engine, answer, more > 0 ? more : 0, true);
    }
    /* The hub may hold more than the gate: a part that it granted, or a fall
     * that could not be told while this was out. */
    cg_dv01 held = cg_token_held(token);
    bool wanted = token->charge > held;
    cg_ask_send(engine, answer->token, CG_ASK_LOWER,
                wanted ? held : token->charge);
    if (!wanted) {
        return; /* the order has fallen again */
    }
    cg_note(engine,
            "ALARM: the hub does not grant what the venue raised order %llu to",
            (unsigned long long)engine->state.orders[token->order].number);
    cg_limit_pull_order(engine, token->limit, token->order);
}

/* R30: the hub took back a token that is in use, or asked for: then its grant
 * was lost, and stands for nothing when it is said again. */
static void invalidated(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    uint32_t order = token->order;
    bool used = token->state == CG_TOKEN_LIVE || token->state == CG_TOKEN_SPENT;
    if (!used && token->state != CG_TOKEN_ASKED) {
        cg_note(engine, "token %llu, which is over, was taken back",
                (unsigned long long)token->number);
        return;
    }
    if (used) {
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_LAPSED);
        fact.token = slot;
        fact.order = order;
        fact.value = CG_END_INVALIDATED;
        fact.amount = token->ledger.reserved;
        cg_engine_record(engine, &fact);
    }
    cg_order_pull(engine, order, CG_TOKEN_INVALIDATED);
}

/* A fall or a consumption was heard.  The hub may shorten a life with it. */
static void answer_notice(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    const struct cg_answer_event *event = answer->event;
    if (event->status == REJECTED) {
        cg_notice_refused(engine, answer->token,
                          engine->state.asks[answer->ask]);
        return;
    }
    if (token->state != CG_TOKEN_SPENT || token->end != CG_END_NONE ||
        token->model != CG_MODEL_PING) {
        return;
    }
    bool whole = event->status == APPROVED &&
                 (!event->has_approved || event->approved >= answer->asked);
    bool fall = answer->kind == CG_ASK_LOWER &&
                CG_ALWAYS(answer->current,
                          "nothing is asked for before its answer");
    if (fall && event->has_approved && event->approved != answer->asked) {
        struct cg_fact fact = cg_token_differs(
            engine, CG_DIFFERS_TOKEN_AMOUNT, answer->token,
            "R24: the total that we told stays");
        fact.amount = answer->asked;
        fact.other = event->approved;
        cg_difference_record(engine, &fact);
    }
    cg_dv01 more = fall && whole ? newly_held(token, answer) : 0;
    bool sooner = event->has_expires && event->expires < token->expires;
    if (more > 0 || sooner || (event->has_expires && answer->current)) {
        grant(engine, answer, more, false);
    }
}

/* The hub does not stand behind what it is told of any more. */
static void taken_back(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    if (token->state == CG_TOKEN_SPENT) {
        struct cg_fact fact = cg_token_differs(
            engine, CG_DIFFERS_TOKEN_TAKEN_BACK, answer->token,
            "R30: invalidated, its order is pulled");
        fact.amount = token->ledger.reserved;
        cg_difference_record(engine, &fact);
    }
}

/* A withdrawal was heard; "unknown" confirms it, too (R28). */
static void answer_cancel(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    bool is_unknown = answer->event->status == REJECTED;
    if (is_unknown && token->late &&
        CG_ALWAYS(token->state == CG_TOKEN_RETURNING,
                  "of any other state its late grant is withdrawn at once")) {
        /* It came there before the ask, which has been granted since. */
        asks_retire(engine, answer->token);
        cg_ask_send(engine, answer->token, CG_ASK_CANCEL, answer->asked);
        return;
    }
    if (is_unknown && token->ledger.granted > 0) {
        struct cg_fact fact = cg_token_differs(
            engine, CG_DIFFERS_TOKEN_FORGOTTEN, answer->token,
            "R28: unknown there, which confirms that it is gone");
        fact.amount = answer->asked;
        cg_difference_record(engine, &fact);
    }
    asks_retire(engine, answer->token);
    if (token->state == CG_TOKEN_RETURNING) {
        struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_CLOSED);
        fact.token = answer->token;
        fact.value = token->end;
        cg_engine_record(engine, &fact);
    }
}

static void answer_take(struct cg_engine *engine, const struct answer *answer)
{
    const struct cg_token *token = &engine->state.tokens[answer->token];
    if (answer->event->status == CANCELLED && answer->kind != CG_ASK_NEW &&
        answer->kind != CG_ASK_CANCEL && answer->kind != CG_ASK_BUST) {
        taken_back(engine, answer);
        invalidated(engine, answer->token);
        return;
    }
    switch (answer->kind) {
    case CG_ASK_NEW:
        answer_new(engine, answer);
        break;
    case CG_ASK_RAISE:
        answer_raise(engine, answer);
        break;
    case CG_ASK_RENEW:
        answer_renewal(engine, answer);
        break;
    case CG_ASK_RESTATE:
        answer_restatement(engine, answer);
        break;
    case CG_ASK_CANCEL:
        answer_cancel(engine, answer);
        break;
    case CG_ASK_LOWER:
    case CG_ASK_CONSUMED:
    case CG_ASK_BUST:
    case CG_ASK_KINDS: /* is none */
        answer_notice(engine, answer);
        cg_notice_answered(engine, answer->token);
        break;
    }
    /* What had to wait for this answer is said now: a raise, or a fall. */
    if (token->state != CG_TOKEN_SPENT || token->ask != CG_NONE ||
        token->model != CG_MODEL_PING || token->end != CG_END_NONE) {
        return;
    }
    bool raises = engine->state.orders[token->order].raise != CG_NONE;
    if (raises) {
        cg_raise_ask(engine, answer->token);
    }
    if (token->ask == CG_NONE && raises) { /* this answer may be enough */
        raise_go(engine, token->order);
    }
    if (CG_NEVER(token->state != CG_TOKEN_SPENT, "no raise ends its order") ||
        token->ask != CG_NONE) {
        return;
    }
    if (token->asked > token->charge || token->late) {
        cg_ask_send(engine, answer->token, CG_ASK_LOWER, token->charge);
    } else if (!raises) {
        cg_token_restate(engine, answer->token);
    }
}

/* R24: without 2318 an approval must name the amount that was asked for; what
 * refuses, or answers a notice, may leave it out. */
static bool
amount_fits(const struct cg_answer_event *event, bool notice, cg_dv01 asked)
{
    if (event->has_amount) {
        return event->amount == asked;
    }
    return notice || event->status != APPROVED ||
           (event->has_approved && event->approved == asked);
}

/* The ask that an answer belongs to: by 2318, else by 2319 and amount. */
static uint32_t find_ask(const struct cg_engine *engine,
                         const struct cg_answer_event *event)
{
    const struct cg_state *state = &engine->state;
    bool chained = state->sessions[engine->cause_session].identification ==
                   CG_IDENTIFIED_BY_CHAIN;
    if (event->ask != 0) {
        uint32_t slot = cg_state_ask(state, event->ask);
        /* Who chains may have a 2319 of its own. */
        bool other = !chained && slot != CG_NONE && event->has_token &&
                     state->tokens[state->asks[slot].token].number !=
                         event->token;
        return other ? CG_NONE : slot;
    }
    uint32_t token = cg_state_token(state, event->token);
    if (token == CG_NONE || chained) {
        return CG_NONE;
    }
    uint32_t oldest = CG_NONE;
    for (uint32_t i = state->tokens[token].asks; i != CG_NONE;
         i = state->asks[i].older) {
        const struct cg_ask *ask = &state->asks[i];
        bool notice = cg_ask_is_notice(ask->kind);
        bool cancel = ask->kind == CG_ASK_CANCEL || ask->kind == CG_ASK_BUST;
        bool replace = !notice && !cancel && ask->kind != CG_ASK_NEW;
        if (notice != (event->check_type == 1) ||
            cancel != (event->trans_type == 1) ||
            (!notice && replace != (event->trans_type == 2))) {
            continue;
        }
        if ((cancel && !notice) ||
            amount_fits(event, notice, ask->amount - ask->basis)) {
            oldest = i;
        }
    }
    return oldest;
}

/* R28: a DG for a token that was never asked for. */
static void answer_to_nothing(struct cg_engine *engine,
                              const struct cg_answer_event *event)
{
    cg_note(engine, "ALARM: an answer for a token never asked for");
    if (event->status != APPROVED && event->status != PARTIAL) {
        return; /* nothing is held there */
    }
    struct cg_fact fact = cg_difference_of(engine, CG_DIFFERS_TOKEN_UNKNOWN,
                                           "R28: on record, and changes "
                                           "nothing");
    char id[CG_NAME_MAX + 1] = "";
    if (event->has_token && event->token != 0) {
        snprintf(id, sizeof(id), "%.40s-T%llu", engine->config.gate_name,
                 (unsigned long long)event->token);
    }
    fact.number = event->token;
    fact.other = event->has_approved ? event->approved : event->amount;
    fact.flags = event->has_approved || event->has_amount
                     ? 0
                     : CG_DIFFERENCE_THEIRS_NONE;
    fact.id = id;
    fact.id_len = strlen(id);
    cg_difference_alarm(engine, &fact);
}

static void hub_is_back(struct cg_engine *engine)
{
    const struct cg_session_state *hub =
        &engine->state.sessions[engine->cause_session];
    if (hub->missed == 0) {
        return;
    }
    bool was_fallback = hub->missed >= engine->config.probe_after;
    struct cg_fact fact = cg_fact_of(CG_FACT_HUB_ANSWERED);
    fact.session = engine->cause_session;
    cg_engine_record(engine, &fact);
    for (uint32_t i = 0; was_fallback && i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        if (limit->owner == engine->cause_session &&
            limit->model == CG_MODEL_PING_WITH_PUSH) {
            cg_limit_news(engine, i, CG_NEWS_FALLBACK_OFF, 0);
        }
    }
}

/* What answers no ask that is out. */
static void answer_to_none(struct cg_engine *engine,
                           const struct cg_answer_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_token_of_answer(engine, event);
    const struct cg_token *token = slot != CG_NONE ? &state->tokens[slot]
                                                   : NULL;
    bool mine = token != NULL &&
                state->limits[token->limit].owner == engine->cause_session;
    if (mine && event->status == CANCELLED) {
        invalidated(engine, slot);
    } else if (mine && event->status <= PARTIAL &&
               token->state == CG_TOKEN_CLOSED &&
               token->model == CG_MODEL_PING && token->ledger.granted == 0) {
        /* Withdrawn and confirmed, or denied, and granted all the same (R28).
         */
        struct answer answer = {.event = event,
                                .ask = CG_NONE,
                                .kind = CG_ASK_NEW,
                                .asked = token->asked,
                                .token = slot};
        late(engine, &answer);
    } else if (mine) {
        cg_answer_repeated(engine, slot, event);
    } else if (event->ask != 0 && event->ask <= state->ask_no) {
        cg_note(engine, "a repeated answer to ask %llu, nothing done",
                (unsigned long long)event->ask);
    } else {
        answer_to_nothing(engine, event);
    }
}

/* R3, R24: what is about something else grants nothing.  What it holds there
 * for the ask goes back, and a denial or a confirmation is heard. */
static void grant_nothing(struct cg_answer_event *event)
{
    event->status = event->status == APPROVED ? PARTIAL : event->status;
    event->result = 99;
    event->has_approved = false;
    event->has_expires = false;
}

void cg_engine_answer(struct cg_engine *engine,
                      const struct cg_answer_event *event)
{
    const struct cg_state *state = &engine->state;
    hub_is_back(engine);
    uint32_t slot = find_ask(engine, event);
    if (slot == CG_NONE) {
        answer_to_none(engine, event);
        return;
    }
    if (state->limits[state->tokens[state->asks[slot].token].limit].owner !=
        engine->cause_session) {
        cg_note(engine, "ALARM: an answer from a hub that was not asked");
        return;
    }
    struct cg_answer_event total = cg_answer_in_totals(event,
                                                       &state->asks[slot]);
    struct answer answer = {
        .event = &total,
        .ask = slot,
        .kind = state->asks[slot].kind,
        .asked = state->asks[slot].amount,
        .token = state->asks[slot].token,
        .current = state->tokens[state->asks[slot].token].ask == slot,
    };
    bool other = cg_answer_is_of_another(engine, answer.token, event);
    if (other) {
        grant_nothing(&total);
    }
    if (event->status == PENDING && (other || !answer.current)) {
        return; /* nobody waits for it */
    }
    if (event->status == PENDING) {
        struct cg_fact fact = cg_fact_of(CG_FACT_ASK_PENDING);
        fact.ask = slot;
        fact.token = answer.token;
        cg_engine_record(engine, &fact);
        return;
    }
    ask_answered(engine, slot, &total);
    answer_take(engine, &answer);
}
