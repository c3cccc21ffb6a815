/*
 * The sentences of a story, each with its fact, and what the journal has said
 * so far of limits, links and stops.
 *
 * Changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

struct cg_origin cg_origin_of(const struct cg_fact *fact)
{
    return (struct cg_origin){fact->no,        fact->time, fact->cause_session,
                              fact->cause_seq, fact->kind, fact->flags};
}

void cg_explain_say(struct cg_explaining *at,
                    const char *about,
                    const char *format,
                    ...)
{
    struct cg_origin origin = cg_origin_of(at->telling.fact);
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
    struct cg_origin here = cg_origin_of(at->telling.fact);
    va_list arguments;
    va_start(arguments, format);
    say(at, origin->no != 0 ? origin : &here, about, format, arguments);
    va_end(arguments);
}

void cg_explain_advise(struct cg_explaining *at,
                       const char *about,
                       const char *advice)
{
    struct cg_sentence *sentence = sentence_add(at);
    if (sentence != NULL) {
        sentence->about = about;
        snprintf(sentence->text, sizeof(sentence->text), "%s", advice);
    }
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
    struct cg_origin origin = cg_origin_of(fact);
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
    struct cg_origin origin = cg_origin_of(fact);
    struct cg_slice firm = {fact->text, fact->text_len};
    bool of_limit = fact->limit != CG_NONE;
    bool stated = fact->kind == CG_FACT_LIMIT_NAMED ||
                  fact->kind == CG_FACT_LIMIT_STATE ||
                  fact->kind == CG_FACT_LIMIT_STOPPED;
    if (stated && of_limit) {
        trace->limits[fact->limit].state = origin;
    } else if (fact->kind == CG_FACT_LIMIT_SET && of_limit) {
        trace_limit(&trace->limits[fact->limit], &state->limits[fact->limit],
                    fact);
    } else if (fact->kind == CG_FACT_INSTRUMENT_RATED) {
        trace->rates[fact->instrument] = origin;
    } else if (fact->kind == CG_FACT_STOP_PLACED && fact->account != CG_NONE) {
        trace->account_stops[fact->account] = origin;
    } else if (fact->kind == CG_FACT_STOP_PLACED) {
        uint32_t slot = cg_state_firm(state, firm);
        if (slot != CG_NONE) {
            trace->firm_stops[slot] = origin;
        }
    } else if ((fact->kind == CG_FACT_LINK_DOWN ||
                fact->kind == CG_FACT_LINK_UP) &&
               fact->session < CG_SESSIONS_MAX) {
        trace->links[fact->session] = origin;
    } else if (fact->kind == CG_FACT_RATES_TAKEN) {
        trace->rates_taken = origin;
        trace->rates_aged = (struct cg_origin){0};
    } else if (fact->kind == CG_FACT_RATES_AGED) {
        trace->rates_aged = origin;
    }
}
