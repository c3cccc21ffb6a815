/*
 * Requests for credit, in both gates: which are about the same, and when B has
 * its answer.
 *
 * Two are about the same when they are of the same order, limit and kind, and
 * the n-th such.  Rules: R24, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <stdlib.h>

#define TAKES_WITHOUT_A_CASE CG_MS /* until an answer was seen */

/* 2325 */
enum { CANCELLED = 4 };

/* --- pairs -------------------------------------------------------------- */

static struct cg_against_ask *find(const struct cg_against_record *record,
                                   uint64_t limit,
                                   uint8_t kind,
                                   uint32_t nth)
{
    for (struct cg_against_ask *ask = record->asks; ask != NULL;
         ask = ask->next) {
        if (ask->limit == limit && ask->kind == kind && ask->nth == nth) {
            return ask;
        }
    }
    return NULL;
}

void cg_against_ask_known(struct cg_against *against,
                          struct cg_against_ask *ask)
{
    if (!ask->unknown) {
        return;
    }
    ask->unknown = false;
    for (size_t i = 0; i < against->unknown_count; i++) {
        if (against->unknown[i] == ask) {
            against->unknown[i] = against->unknown[--against->unknown_count];
            return;
        }
    }
}

static void free_ask(struct cg_against *against, struct cg_against_ask *ask)
{
    struct cg_against_answer *answer = ask->answers;
    size_t place = ask->of[A].number % CG_AGAINST_RING;
    cg_against_ask_known(against, ask);
    if (against->asked[place] == ask) {
        against->asked[place] = NULL;
    }
    while (answer != NULL) {
        struct cg_against_answer *next = answer->next;
        free(answer);
        answer = next;
    }
    free(ask);
}

void cg_against_asks_free(struct cg_against *against,
                          struct cg_against_record *record)
{
    while (record->asks != NULL) {
        struct cg_against_ask *next = record->asks->next;
        free_ask(against, record->asks);
        record->asks = next;
    }
}

/* Long orders have many: those that both are done with go. */
static void drop_old(struct cg_against *against,
                     struct cg_against_record *record)
{
    size_t count = 0;
    for (struct cg_against_ask **at = &record->asks; *at != NULL;) {
        struct cg_against_ask *ask = *at;
        bool done = ask->of[A].asked && !ask->of[A].open &&
                    (!ask->of[B].asked || !ask->of[B].open);
        if (++count > CG_AGAINST_ASKS && done) {
            *at = ask->next;
            free_ask(against, ask);
        } else {
            at = &ask->next;
        }
    }
}

static struct cg_against_ask *add(struct cg_against *against,
                                  struct cg_against_record *record,
                                  uint64_t limit,
                                  uint8_t kind,
                                  uint32_t nth)
{
    struct cg_against_ask *ask = calloc(1, sizeof(*ask));
    if (ask == NULL) {
        against->failed = true;
        return NULL;
    }
    drop_old(against, record);
    ask->record = (uint32_t)(record - against->records);
    ask->serial = record->serial;
    ask->no = ++against->ask_no;
    ask->limit = limit;
    ask->kind = kind;
    ask->nth = nth;
    ask->next = record->asks;
    record->asks = ask;
    return ask;
}

struct cg_against_ask *cg_against_ask_of(const struct cg_against_event *event,
                                         const struct cg_against *against)
{
    const struct cg_against_record *record = cg_against_record_of(
        against, event->record, event->serial);
    struct cg_against_ask *ask = record != NULL ? record->asks : NULL;
    while (ask != NULL && (ask != event->ask || ask->no != event->ask_no)) {
        ask = ask->next;
    }
    return ask;
}

/* --- when B is answered ------------------------------------------------- */

cg_time cg_against_hub_takes(const struct cg_against *against)
{
    return against->hub_takes->count > 0
               ? (cg_time)cg_spread_at(against->hub_takes, 500)
               : TAKES_WITHOUT_A_CASE;
}

void cg_against_ask_plan(struct cg_against *against,
                         struct cg_against_record *record,
                         struct cg_against_ask *ask,
                         const struct cg_against_answer *answer,
                         cg_time due)
{
    struct cg_slice bytes = {NULL, 0};
    if (answer != NULL) {
        bytes = (struct cg_slice){answer->bytes, answer->len};
    }
    struct cg_against_event *event = cg_against_event_new(
        against, answer != NULL ? CG_AGAINST_ANSWER : CG_AGAINST_ASSUMED, due,
        bytes);
    if (event == NULL) {
        return;
    }
    event->record = (uint32_t)(record - against->records);
    event->serial = record->serial;
    event->ask = ask;
    event->ask_no = ask->no;
    event->session = ask->hub;
    event->log_time = answer != NULL ? answer->time : due;
    cg_against_schedule(against, event, due);
}

static void assume(struct cg_against *against,
                   struct cg_against_record *record,
                   struct cg_against_ask *ask)
{
    cg_time takes = against->options.hub_latency >= 0
                        ? against->options.hub_latency
                        : cg_against_hub_takes(against);
    ask->assumed = true;
    if (against->options.unknown_silent) {
        against->totals.unanswered++;
        return;
    }
    cg_against_ask_plan(against, record, ask, NULL, ask->of[B].at + takes);
}

static void wait_for(struct cg_against *against, struct cg_against_ask *ask)
{
    if (against->unknown_count == against->unknown_max) {
        size_t max = against->unknown_max * 2 + 64;
        void *more = realloc(against->unknown,
                             max * sizeof(struct cg_against_ask *));
        if (more == NULL) {
            against->failed = true;
            return;
        }
        against->unknown = more;
        against->unknown_max = max;
    }
    ask->unknown = true;
    against->unknown[against->unknown_count++] = ask;
}

/* B has asked: what is known of the answer. */
static void b_asked(struct cg_against *against,
                    struct cg_against_record *record,
                    struct cg_against_ask *ask)
{
    const struct cg_against_of *a = &ask->of[A];
    cg_time at = ask->of[B].at;
    cg_time fixed = against->options.hub_latency;
    if (!a->asked || a->at > at) {
        assume(against, record, ask);
        return;
    }
    for (const struct cg_against_answer *answer = ask->answers; answer != NULL;
         answer = answer->next) {
        if (fixed < 0) {
            cg_against_ask_plan(against, record, ask, answer,
                                at + answer->after);
        } else if (answer->final && !ask->final_done) {
            ask->final_done = true;
            cg_against_ask_plan(against, record, ask, answer, at + fixed);
        }
    }
    if (fixed >= 0 && !ask->final_done) {
        if (!a->open) {
            assume(against, record, ask);
        } else if (against->ended) {
            against->totals.unanswered++;
        } else {
            wait_for(against, ask);
        }
    }
}

bool cg_against_waits(struct cg_against *against, cg_time time)
{
    for (size_t i = 0; i < against->unknown_count; i++) {
        struct cg_against_ask *ask = against->unknown[i];
        if (against->a_now - ask->of[A].at > CG_AGAINST_WAIT_NS) {
            against->totals.unanswered++;
            cg_against_ask_known(against, ask);
            i--;
        } else if (ask->of[B].at + against->options.hub_latency <= time) {
            return true;
        }
    }
    return false;
}

void cg_against_gives_up(struct cg_against *against)
{
    while (against->unknown_count > 0) {
        against->totals.unanswered++;
        cg_against_ask_known(against, against->unknown[0]);
    }
}

/* --- facts -------------------------------------------------------------- */

static bool keep_slot(struct cg_against_books *books,
                      uint32_t slot,
                      struct cg_against_ask *ask)
{
    if (slot >= books->ask_max) {
        size_t max = ((size_t)slot + 1) * 2;
        void *asks = realloc(books->asks,
                             max * sizeof(struct cg_against_ask *));
        if (asks == NULL) {
            return false;
        }
        books->asks = asks;
        void *nos = realloc(books->ask_nos, max * sizeof(uint64_t));
        if (nos == NULL) {
            return false;
        }
        books->ask_nos = nos;
        memset(&books->ask_nos[books->ask_max], 0,
               (max - books->ask_max) * sizeof(uint64_t));
        books->ask_max = max;
    }
    books->asks[slot] = ask;
    books->ask_nos[slot] = ask->no;
    return true;
}

static void note_asked(struct cg_against_record *record,
                       enum cg_against_side side,
                       const struct cg_fact *fact)
{
    struct cg_against_view *view = &record->views[side];
    if (fact->value == CG_AGAINST_NEW && view->asked_at == 0) {
        view->asked_at = fact->time;
    }
}

void cg_against_asked(struct cg_against *against,
                      enum cg_against_side side,
                      struct cg_against_record *record,
                      const struct cg_against_token *token,
                      const struct cg_fact *fact)
{
    uint8_t kind = (uint8_t)fact->value;
    uint32_t nth = token->asked[kind % 16];
    struct cg_against_ask *ask = find(record, token->limit, kind, nth);
    if (ask == NULL || ask->of[side].asked) {
        ask = add(against, record, token->limit, kind, nth);
    }
    if (ask == NULL) {
        return;
    }
    ask->hub = fact->session;
    ask->of[side] = (struct cg_against_of){
        .asked = true,
        .open = true,
        .number = fact->number,
        .token = token->number,
        .at = fact->time,
        .amount = fact->amount - fact->other,
    };
    record->views[side].open_asks++;
    note_asked(record, side, fact);
    if (!keep_slot(&against->books[side], fact->ask, ask)) {
        against->failed = true;
    }
    if (side == A) {
        size_t place = fact->number % CG_AGAINST_RING;
        against->asked[place] = ask;
    } else {
        against->diverged = against->diverged ||
                            ask->of[A].number != fact->number ||
                            ask->of[A].token != token->number;
        b_asked(against, record, ask);
    }
}

static struct cg_against_record *record_with(const struct cg_against *against,
                                             enum cg_against_side side,
                                             uint32_t token)
{
    const struct cg_against_books *books = &against->books[side];
    const struct cg_against_slot *of = token < books->token_max
                                           ? &books->tokens[token].of
                                           : NULL;
    return of != NULL ? cg_against_record_of(against, of->record, of->serial)
                      : NULL;
}

static struct cg_against_ask *of_slot(const struct cg_against_books *books,
                                      const struct cg_against_record *record,
                                      uint32_t slot)
{
    struct cg_against_ask *ask = record->asks;
    if (slot >= books->ask_max) {
        return NULL;
    }
    while (ask != NULL &&
           (ask != books->asks[slot] || ask->no != books->ask_nos[slot])) {
        ask = ask->next;
    }
    return ask;
}

void cg_against_ask_closed(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_fact *fact)
{
    struct cg_against_record *record = record_with(against, side, fact->token);
    if (record == NULL) {
        return;
    }
    struct cg_against_view *view = &record->views[side];
    struct cg_against_ask *ask = of_slot(&against->books[side], record,
                                         fact->ask);
    view->open_asks -= view->open_asks > 0 ? 1 : 0;
    cg_against_record_ready(against, (uint32_t)(record - against->records));
    if (ask == NULL) {
        return;
    }
    ask->of[side].open = false;
    if (fact->value != CANCELLED &&
        (ask->kind == CG_AGAINST_NEW || ask->kind == CG_AGAINST_RAISE)) {
        view->answered_at = fact->time;
        view->denied = view->denied || fact->value != 0;
        if (side == A) {
            cg_spread_add(against->hub_takes,
                          (uint64_t)(fact->time - ask->of[A].at));
        }
    }
}
