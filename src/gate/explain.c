/*
 * Explaining orders: one reading to find which orders an id means, a second one
 * beside the books of each moment, in which each of them becomes a story.
 *
 * Every sentence with a number follows from facts, and names them.  Changes
 * nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"
#include "gate_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRESS_EVERY 65536

struct explainer {
    struct cg_explain_query *query;
    cg_seq facts;
    struct cg_order_finder finder;
    struct cg_trace trace;
    bool traced;
    struct cg_fact last; /* but its texts and slots */
    struct cg_story *stories; /* by the time they began */
    size_t count;
    size_t room;
};

/* --- sentences ---------------------------------------------------------- */

static struct cg_sentence *sentence_add(struct cg_explaining *at)
{
    struct cg_story *story = at->story;
    if (story->count == story->room) {
        size_t room = story->room == 0 ? 16 : 2 * story->room;
        struct cg_sentence *grown = realloc(story->sentences,
                                            room * sizeof(*grown));
        if (grown == NULL) {
            at->no_memory = true;
            return NULL;
        }
        story->sentences = grown;
        story->room = room;
    }
    struct cg_sentence *sentence = &story->sentences[story->count++];
    *sentence = (struct cg_sentence){.about = ""};
    return sentence;
}

static void origin_set(const struct cg_explaining *at,
                       const struct cg_origin *origin,
                       struct cg_sentence *sentence)
{
    struct cg_fact fact = {.kind = origin->kind,
                           .flags = origin->flags,
                           .cause_session = origin->session};
    struct cg_telling telling = {.state = at->telling.state, .fact = &fact};
    if (origin->no == 0) {
        return;
    }
    sentence->no = origin->no;
    sentence->cause_seq = origin->seq;
    cg_record_time(origin->time, sentence->utc);
    cg_telling_cause(&telling, sentence->cause);
}

static void say(struct cg_explaining *at,
                const struct cg_origin *origin,
                const char *about,
                const char *format,
                va_list arguments)
{
    struct cg_sentence *sentence = sentence_add(at);
    if (sentence == NULL) {
        return;
    }
    sentence->about = about;
    vsnprintf(sentence->text, sizeof(sentence->text), format, arguments);
    origin_set(at, origin, sentence);
}

static struct cg_origin origin_of(const struct cg_fact *fact)
{
    return (struct cg_origin){fact->no,        fact->time, fact->cause_session,
                              fact->cause_seq, fact->kind, fact->flags};
}

void cg_explain_say(struct cg_explaining *at,
                    const char *about,
                    const char *format,
                    ...)
{
    struct cg_origin origin = origin_of(at->telling.fact);
    va_list arguments;
    va_start(arguments, format);
    say(at, &origin, about, format, arguments);
    va_end(arguments);
}

void cg_explain_say_of(struct cg_explaining *at,
                       const struct cg_origin *origin,
                       const char *about,
                       const char *format,
                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(at, origin, about, format, arguments);
    va_end(arguments);
}

void cg_explain_record(struct cg_explaining *at, const char *about)
{
    char text[CG_RECORD_WORDS_MAX];
    cg_record_words(&at->telling, text, sizeof(text));
    cg_explain_say(at, about, "%s", text);
}

/* --- what has been said of limits, links and stops ---------------------- */

int cg_trace_init(struct cg_trace *trace, const struct cg_state *state)
{
    *trace = (struct cg_trace){
        .limits = calloc(state->limit_max + 1, sizeof(*trace->limits)),
        .rates = calloc(state->instrument_max + 1, sizeof(*trace->rates)),
        .account_stops = calloc(state->account_max + 1,
                                sizeof(*trace->account_stops)),
        .firm_stops = calloc(state->firm_max + 1, sizeof(*trace->firm_stops)),
    };
    return trace->limits != NULL && trace->rates != NULL &&
                   trace->account_stops != NULL && trace->firm_stops != NULL
               ? 0
               : CG_ERR_MEMORY;
}

void cg_trace_deinit(struct cg_trace *trace)
{
    free(trace->limits);
    free(trace->rates);
    free(trace->account_stops);
    free(trace->firm_stops);
    *trace = (struct cg_trace){0};
}

static void trace_limit(struct cg_limit_trace *trace,
                        const struct cg_limit *limit,
                        const struct cg_fact *fact)
{
    struct cg_origin origin = origin_of(fact);
    trace->set = origin;
    trace->had_amount = limit->has_amount;
    trace->amount_before = limit->amount;
    trace->other_before = limit->other;
    trace->use_before = cg_limit_use(limit);
    if ((fact->flags & 2) != 0 &&
        (!limit->has_amount || limit->amount != fact->amount)) {
        trace->amount = origin;
    }
    if (trace->state.no == 0 || limit->state != fact->value) {
        trace->state = origin;
    }
}

void cg_trace_take(struct cg_trace *trace,
                   const struct cg_state *state,
                   const struct cg_fact *fact)
{
    struct cg_origin origin = origin_of(fact);
    struct cg_slice firm = {fact->text, fact->text_len};
    if (fact->kind == CG_FACT_LIMIT_NAMED) {
        trace->limits[fact->limit].state = origin;
    } else if (fact->kind == CG_FACT_LIMIT_SET) {
        trace_limit(&trace->limits[fact->limit], &state->limits[fact->limit],
                    fact);
    } else if (fact->kind == CG_FACT_LIMIT_STATE ||
               fact->kind == CG_FACT_LIMIT_STOPPED) {
        trace->limits[fact->limit].state = origin;
    } else if (fact->kind == CG_FACT_INSTRUMENT_RATED) {
        trace->rates[fact->instrument] = origin;
    } else if (fact->kind == CG_FACT_STOP_PLACED && fact->account != CG_NONE) {
        trace->account_stops[fact->account] = origin;
    } else if (fact->kind == CG_FACT_STOP_PLACED) {
        uint32_t slot = cg_state_firm(state, firm);
        if (slot != CG_NONE) {
            trace->firm_stops[slot] = origin;
        }
    } else if (fact->kind == CG_FACT_LINK_DOWN ||
               fact->kind == CG_FACT_LINK_UP) {
        trace->links[fact->session] = origin;
    } else if (fact->kind == CG_FACT_RATES_TAKEN) {
        trace->rates_taken = origin;
        trace->rates_aged = (struct cg_origin){0};
    } else if (fact->kind == CG_FACT_RATES_AGED) {
        trace->rates_aged = origin;
    }
}

/* --- stories ------------------------------------------------------------ */

static struct cg_story *story_add(struct explainer *explainer)
{
    if (explainer->count == explainer->room) {
        size_t room = explainer->room == 0 ? 4 : 2 * explainer->room;
        struct cg_story *grown = realloc(explainer->stories,
                                         room * sizeof(*grown));
        if (grown == NULL) {
            return NULL;
        }
        explainer->stories = grown;
        explainer->room = room;
    }
    struct cg_story *story = &explainer->stories[explainer->count++];
    *story = (struct cg_story){.head = {.outcome = ""}};
    return story;
}

/* The story of what |telling| is about, begun if need be. */
static struct cg_story *story_of(struct explainer *explainer,
                                 const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    cg_seq number = telling->order != CG_NONE
                        ? state->orders[telling->order].number
                        : 0;
    for (size_t i = explainer->count; i > 0 && number != 0; i--) {
        if (explainer->stories[i - 1].head.order == number) {
            return &explainer->stories[i - 1];
        }
    }
    struct cg_story *story = story_add(explainer);
    if (story == NULL) {
        return NULL;
    }
    story->head.order = number;
    cg_telling_clordid(telling, story->head.clordid);
    if (telling->account != CG_NONE) {
        const struct cg_id *name = &state->accounts[telling->account].name;
        memcpy(story->head.account, name->text, name->len);
    }
    return story;
}

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

/* Before the charge is in the books. */
static void say_charge_before(struct cg_explaining *at)
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
    [CG_FACT_ORDER_TAKEN] = "asked",
    [CG_FACT_LEG_TAKEN] = "asked",
    [CG_FACT_LEG_CHARGED] = "amount",
    [CG_FACT_ORDER_QUEUED] = "queue",
    [CG_FACT_ORDER_LEFT] = "queue",
    [CG_FACT_TOKEN_CHARGED] = "token",
    [CG_FACT_TOKEN_ADDED] = "token",
    [CG_FACT_TOKEN_RECHARGED] = "token",
    [CG_FACT_TOKEN_REPRICED] = "token",
    [CG_FACT_TOKEN_LAPSED] = "token",
    [CG_FACT_TOKEN_RETURNED] = "token",
    [CG_FACT_TOKEN_GRANTED] = "hub",
    [CG_FACT_ASK_SENT] = "hub",
    [CG_FACT_ASK_PENDING] = "hub",
    [CG_FACT_HUB_MISSED] = "hub",
    [CG_FACT_ORDER_SENT] = "venue",
    [CG_FACT_ORDER_ACKED] = "venue",
    [CG_FACT_ORDER_FILLED] = "venue",
    [CG_FACT_LEG_FILLED] = "venue",
    [CG_FACT_ORDER_RESTATED] = "venue",
    [CG_FACT_REQUEST_SENT] = "venue",
    [CG_FACT_REQUEST_ACCEPTED] = "venue",
    [CG_FACT_REQUEST_WITHHELD] = "venue",
    [CG_FACT_REQUEST_PASSED] = "venue",
    [CG_FACT_STATUS_ASKED] = "venue",
    [CG_FACT_STATUS_TOLD] = "venue",
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

static void story_end(struct cg_explaining *at, uint32_t slot)
{
    if (!at->story->ended) {
        say_where(at, slot);
    }
    at->story->ended = true;
}

/* --- the second reading ------------------------------------------------- */

static void tell_after(struct cg_explaining *at)
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
    }
}

static bool is_told(enum cg_fact_kind kind)
{
    return kind == CG_FACT_ORDER_REFUSED || kind == CG_FACT_REQUEST_REFUSED ||
           kind == CG_FACT_REQUEST_TAKEN || kind == CG_FACT_ASK_ANSWERED ||
           kind == CG_FACT_ORDER_CLOSED || kind == CG_FACT_ORDER_FORGOTTEN ||
           plain_about[kind] != NULL;
}

static const char *gate_name(const struct explainer *explainer)
{
    const struct cg_config *config = explainer->query->config;
    return config != NULL ? config->gate_name : "GATE";
}

/* Names that only the configuration has, for those the fact has brought. */
static void names_take(struct cg_state *state,
                       const struct cg_config *config,
                       const struct cg_fact *fact)
{
    struct cg_slice name = {fact->id, fact->id_len};
    for (size_t i = 0; fact->kind == CG_FACT_ACCOUNT_NAMED &&
                       i < config->account_count;
         i++) {
        if (cg_slice_is(name, config->accounts[i].name)) {
            struct cg_account *account = &state->accounts[fact->account];
            snprintf(account->contact, sizeof(account->contact), "%s",
                     config->accounts[i].contact);
        }
    }
    for (size_t i = 0; fact->kind == CG_FACT_LIMIT_NAMED &&
                       i < config->credit_limit_count;
         i++) {
        const char *owner = config->credit_limits[i].owner_name;
        if (cg_slice_is(name, config->credit_limits[i].id)) {
            struct cg_id *id = &state->limits[fact->limit].owner_name;
            id->len = (uint8_t)strlen(owner);
            memcpy(id->text, owner, id->len);
        }
    }
}

static int tell(struct explainer *explainer,
                const struct cg_state *state,
                const struct cg_fact *fact,
                bool before)
{
    struct cg_explaining at = {
        .telling = cg_telling_of(state, gate_name(explainer), fact),
        .trace = &explainer->trace};
    if (!cg_order_finder_selects(&explainer->finder, &at.telling)) {
        return 0;
    }
    at.story = story_of(explainer, &at.telling);
    if (at.story == NULL) {
        return CG_ERR_MEMORY;
    }
    if (fact->kind == CG_FACT_ORDER_FORGOTTEN) {
        story_end(&at, at.telling.order);
    } else if (before) {
        say_charge_before(&at);
    } else {
        tell_after(&at);
    }
    return at.no_memory ? CG_ERR_MEMORY : 0;
}

static void advance(struct explainer *explainer)
{
    const struct cg_explain_query *query = explainer->query;
    if (++explainer->facts % PROGRESS_EVERY == 0 && query->progress != NULL) {
        query->progress(query->user, explainer->facts);
    }
}

static int first(void *user, const struct cg_fact *fact)
{
    struct explainer *explainer = user;
    advance(explainer);
    return cg_order_find(&explainer->finder, fact);
}

static int second(void *user, struct cg_gate *gate, const struct cg_fact *fact)
{
    struct explainer *explainer = user;
    const struct cg_state *state = &gate->engine->state;
    bool charge = fact->kind == CG_FACT_TOKEN_CHARGED;
    bool forget = fact->kind == CG_FACT_ORDER_FORGOTTEN;
    int status = 0;
    advance(explainer);
    if (!explainer->finder.found) {
        return CG_RECORDS_E_UNKNOWN;
    }
    if (!explainer->traced) {
        explainer->traced = true;
        status = cg_trace_init(&explainer->trace, state);
    }
    if (status == 0 && cg_fact_fits(state, fact)) {
        cg_trace_take(&explainer->trace, state, fact);
        status = charge || forget ? tell(explainer, state, fact, true) : 0;
    }
    status = status != 0 ? status : cg_engine_recover(gate->engine, fact);
    if (status == 0 && explainer->query->config != NULL) {
        names_take(&gate->engine->state, explainer->query->config, fact);
    }
    explainer->last = (struct cg_fact){.kind = fact->kind,
                                       .no = fact->no,
                                       .time = fact->time,
                                       .cause_session = fact->cause_session,
                                       .cause_seq = fact->cause_seq,
                                       .flags = fact->flags};
    return status != 0 || forget || !is_told(fact->kind)
               ? status
               : tell(explainer, state, fact, false);
}

/* --- the whole ---------------------------------------------------------- */

/* Where those orders are that have not been forgotten. */
static int stories_end(struct explainer *explainer,
                       const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->order_top; i++) {
        for (size_t s = 0; s < explainer->count; s++) {
            struct cg_explaining at = {.telling = {state, gate_name(explainer),
                                                   &explainer->last, i,
                                                   CG_NONE, CG_NONE, CG_NONE},
                                       .trace = &explainer->trace,
                                       .story = &explainer->stories[s]};
            if (state->orders[i].state == CG_ORDER_FREE ||
                at.story->head.order != state->orders[i].number) {
                continue;
            }
            story_end(&at, i);
            if (at.no_memory) {
                return CG_ERR_MEMORY;
            }
        }
    }
    return 0;
}

static int stories_tell(struct explainer *explainer)
{
    const struct cg_explain_query *query = explainer->query;
    int status = 0;
    for (size_t i = 0; i < explainer->count && status == 0; i++) {
        struct cg_story *story = &explainer->stories[i];
        story->head.sentences = story->sentences;
        story->head.sentence_count = story->count;
        status = query->each(query->user, &story->head);
    }
    return status;
}

static void explainer_deinit(struct explainer *explainer)
{
    for (size_t i = 0; i < explainer->count; i++) {
        free(explainer->stories[i].sentences);
    }
    free(explainer->stories);
    cg_trace_deinit(&explainer->trace);
    cg_order_finder_deinit(&explainer->finder);
}

int cg_gate_explain(const struct cg_journal *journal,
                    struct cg_explain_query *query,
                    char *error,
                    size_t error_len)
{
    struct explainer explainer = {.query = query, .finder = {.id = query->id}};
    struct cg_books_reader books = {first, second, &explainer};
    struct cg_gate *gate = NULL;
    int status = cg_gate_read_books(journal, &books, error, error_len, &gate);
    if (status == 0 && !explainer.finder.found) {
        status = CG_RECORDS_E_UNKNOWN; /* the journal has no fact at all */
    }
    if (status == 0) {
        status = stories_end(&explainer, &gate->engine->state);
        status = status != 0 ? status : stories_tell(&explainer);
    }
    query->near_count = explainer.finder.near.count;
    memcpy(query->near, explainer.finder.near.ids, sizeof(query->near));
    cg_gate_close(gate);
    explainer_deinit(&explainer);
    return status;
}
