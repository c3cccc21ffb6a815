/*
 * Where a replay by a journal begins.
 *
 * Best with a start of the gate: then nothing has to be known but facts.  Logs
 * that begin while it ran are begun with in the middle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_internal.h"

#include <gate_replay.h>
#include <map.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PLACES 16384 /* a power of two, well above CG_REPLAY_AHEAD */

enum { FOUND = 1 };

/* The numbers of the first messages of the logs, and the time of the first that
 * has each. */
struct ahead {
    uint64_t keys[PLACES]; /* session and number; 0: free */
    cg_time times[PLACES];
};

struct start {
    const struct ahead *ahead;
    cg_time begin; /* of the logs */
    struct cg_fact last;
    cg_seq turn;    /* the first fact of the turn at hand */
    cg_seq started; /* the first fact of the newest start; 0: none ... */
    bool heard;     /* ... or a message made facts since */
    cg_time end;    /* of the newest fact */
};

/* --- the first messages --------------------------------------------------- */

static uint64_t key_of(cg_session session, uint64_t seq)
{
    return (uint64_t)(session + 1) << 48 | (seq & 0xffffffffffff);
}

static size_t place_of(const struct ahead *ahead, uint64_t key)
{
    size_t at = cg_hash_number(key) % PLACES;
    while (ahead->keys[at] != 0 && ahead->keys[at] != key) {
        at = (at + 1) % PLACES;
    }
    return at;
}

static void note_ahead(struct cg_replay *replay, struct ahead *ahead)
{
    struct cg_replay_message message;
    for (size_t i = 0; i < replay->ahead.count; i++) {
        if (cg_replay_message_read(&replay->ahead.messages[i], &message) &&
            cg_replay_route(&replay->route, &message) && !message.outbound &&
            !message.admin && message.seq > 0) {
            uint64_t key = key_of(message.session, (uint64_t)message.seq);
            size_t at = place_of(ahead, key);
            ahead->times[at] = ahead->keys[at] == key ? ahead->times[at]
                                                      : message.time;
            ahead->keys[at] = key;
        }
    }
}

/* Numbers may have begun anew before the logs: a message that comes hours later
 * is another one. */
static bool is_ahead(const struct ahead *ahead, const struct cg_fact *fact)
{
    uint64_t key = key_of(fact->cause_session, fact->cause_seq);
    size_t at = place_of(ahead, key);
    return fact->cause_session != CG_SESSION_NONE && fact->cause_seq > 0 &&
           ahead->keys[at] == key &&
           ahead->times[at] - fact->time <= CG_EXACT_NEAR;
}

/* --- the first fact --------------------------------------------------------
 */

static int look(void *context, const struct cg_fact *fact)
{
    struct start *start = context;
    if (start->turn == 0 || !cg_fact_is_of(fact, &start->last)) {
        start->turn = fact->no;
    }
    start->last = *fact;
    if (fact->kind == CG_FACT_STARTED) {
        start->started = start->turn;
        start->heard = false;
    }
    if (fact->time >= start->begin ||
        (start->begin - fact->time <= CG_EXACT_NEAR &&
         is_ahead(start->ahead, fact))) {
        return FOUND;
    }
    start->heard = start->heard || fact->cause_seq > 0;
    return 0;
}

static void put_time(cg_time time, char text[40])
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, 40, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static int none_found(struct cg_exact *exact, const struct start *start)
{
    char first[40];
    char last[40];
    put_time(start->begin, first);
    put_time(start->last.time, last);
    if (start->last.no == 0) {
        snprintf(exact->error, exact->error_len,
                 "the journal is empty: give that of the gate that made the "
                 "logs");
    } else {
        snprintf(exact->error, exact->error_len,
                 "the journal ends at %s, before the logs begin (%s): give "
                 "that of the gate that made the logs",
                 last, first);
    }
    return CG_ERR_CONFIG;
}

/* A journal that cannot be read says why itself. */
static int explain(struct cg_exact *exact, int status)
{
    const struct cg_journal *journal = exact->journal;
    const char *why = journal->error != NULL ? journal->error(journal->user)
                                             : "";
    snprintf(exact->error, exact->error_len, "%s",
             why[0] != '\0' ? why : "the journal cannot be read");
    return status;
}

int cg_exact_start(struct cg_exact *exact, cg_seq *first)
{
    const struct cg_journal *journal = exact->journal;
    struct ahead *ahead = calloc(1, sizeof(*ahead));
    struct start start = {.ahead = ahead, .begin = exact->replay->totals.first};
    if (ahead == NULL) {
        snprintf(exact->error, exact->error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    note_ahead(exact->replay, ahead);
    int status = journal->load(journal->user, 0, look, &start);
    free(ahead);
    if (status < 0) {
        return explain(exact, status);
    }
    if (status != FOUND) {
        return none_found(exact, &start);
    }
    bool fresh = start.started > 0 && !start.heard;
    exact->result.resumed = !fresh && start.turn > 1;
    *first = exact->result.resumed ? start.turn : fresh ? start.started : 1;
    exact->begin = exact->result.resumed
                       ? 0
                       : start.last.time - start.last.time % CG_MS;
    return 0;
}

/* --- in the middle ---------------------------------------------------------
 */

/* From |first| on, facts are those of messages in the logs. */
struct resuming {
    struct cg_exact *exact;
    cg_seq first;
    int (*each)(void *context, const struct cg_fact *fact);
    void *context;
};

static int each_known(void *context, const struct cg_fact *fact)
{
    struct resuming *resuming = context;
    int status = resuming->each(resuming->context, fact);
    if (status == 0 && fact->no >= resuming->first && fact->cause_seq > 0 &&
        fact->cause_session < CG_SESSIONS_MAX) {
        resuming->exact->known[fact->cause_session] = fact->cause_seq;
    }
    if (status == 0) {
        resuming->exact->begin = fact->time - fact->time % CG_MS;
    }
    return status;
}

static int load_known(void *user,
                      cg_seq after,
                      int (*each)(void *context, const struct cg_fact *fact),
                      void *context)
{
    struct resuming *resuming = user;
    const struct cg_journal *journal = resuming->exact->journal;
    resuming->each = each;
    resuming->context = context;
    return journal->load(journal->user, after, each_known, resuming);
}

int cg_exact_resume(struct cg_exact *exact, cg_seq *first)
{
    struct resuming resuming = {.exact = exact, .first = *first};
    struct cg_journal all = exact->view;
    all.user = &resuming;
    all.load = load_known;
    struct cg_journal view = exact->view;
    exact->view = all;
    int status = cg_replay_open_side(exact->replay, 0, *first - 1, exact->error,
                                     exact->error_len);
    exact->view = view;
    if (status != 0) {
        return status;
    }
    exact->takes_rates = true;
    *first = cg_gate_facts(cg_side_gate(exact->replay->side)) + 1;
    return 0;
}
