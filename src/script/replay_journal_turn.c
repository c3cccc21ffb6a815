/*
 * One turn of a journal, made again: each fact is held against its own, and the
 * first that is another one ends it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_internal.h"

#include <gate_replay.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* --- what is different ---------------------------------------------------- */

void cg_exact_end(struct cg_exact *exact,
                  enum cg_exact_end end,
                  const char *why,
                  ...)
{
    va_list arguments;
    if (exact->over) {
        return;
    }
    va_start(arguments, why);
    vsnprintf(exact->result.why, sizeof(exact->result.why), why, arguments);
    va_end(arguments);
    exact->result.end = end;
    exact->over = true;
}

/* Nothing waits that a gate would have to decide on. */
static bool is_at_end(const struct cg_exact *exact)
{
    for (cg_session i = 0; i < CG_SESSIONS_MAX; i++) {
        for (size_t at = 0; at < exact->heard.rows[i].count; at++) {
            if (cg_heard_at(&exact->heard, i, at)->kind == CG_HEARD_MESSAGE) {
                return false;
            }
        }
    }
    return exact->log_ended;
}

void cg_exact_lacks(struct cg_exact *exact,
                    const struct cg_fact *fact,
                    const char *what,
                    ...)
{
    char name[CG_NAME_MAX + 96];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(name, sizeof(name), what, arguments);
    va_end(arguments);
    if (is_at_end(exact)) {
        cg_exact_end(exact, CG_EXACT_LOGS,
                     "the logs end before fact %" PRIu64 " of the journal, "
                     "which needs %s",
                     fact->no, name);
        return;
    }
    exact->lost = true;
    if (exact->missing[0] == '\0') {
        snprintf(exact->missing, sizeof(exact->missing),
                 "fact %" PRIu64 " of the journal needs %s, which is not in "
                 "the logs",
                 fact->no, name);
    }
}

static void copy_words(const struct cg_exact *exact,
                       const struct cg_fact *fact,
                       bool *is,
                       struct cg_record *record)
{
    *is = fact != NULL;
    if (fact != NULL) {
        cg_gate_record(cg_side_gate(exact->replay->side), fact, record);
    }
}

void cg_exact_differs(struct cg_exact *exact,
                      const struct cg_fact *was,
                      const struct cg_fact *is)
{
    struct cg_exact_difference *difference = &exact->result.difference;
    if (exact->over) {
        return;
    }
    copy_words(exact, was, &difference->recorded, &difference->was_record);
    copy_words(exact, is, &difference->made, &difference->is_record);
    difference->no = was != NULL ? was->no : is->no;
    if (was != NULL && is != NULL) {
        const char *column = cg_fact_differs(was, is, difference->was,
                                             difference->is);
        snprintf(difference->column, sizeof(difference->column), "%s",
                 column != NULL ? column : "");
    }
    cg_exact_end(exact, CG_EXACT_DIFFERS,
                 "fact %" PRIu64 " is another one in the replay",
                 difference->no);
}

/* The fact of the journal that is next to be made again, or NULL. */
static const struct cg_fact *wanted(const struct cg_exact *exact,
                                    const struct cg_fact *next,
                                    struct cg_fact *fact)
{
    if (exact->at >= exact->turn.count) {
        return next;
    }
    *fact = cg_fact_row_at(&exact->turn, exact->at);
    return fact;
}

/* Holds what the last call has made against the journal. */
static void compare(struct cg_exact *exact, const struct cg_fact *next)
{
    char was_text[CG_FACT_VALUE_MAX];
    char is_text[CG_FACT_VALUE_MAX];
    for (size_t i = 0; i < exact->made.count && !exact->over; i++) {
        struct cg_fact fact;
        struct cg_fact is = cg_fact_row_at(&exact->made, i);
        const struct cg_fact *was = wanted(exact, next, &fact);
        if (exact->at >= exact->turn.count ||
            cg_fact_differs(was, &is, was_text, is_text) != NULL) {
            cg_exact_differs(exact, was, &is);
            break;
        }
        exact->at++;
        exact->result.same++;
        exact->result.last = was->no;
    }
    cg_fact_row_clear(&exact->made);
}

void cg_exact_made_none(struct cg_exact *exact)
{
    if (exact->made.count > 0) {
        struct cg_fact fact;
        struct cg_fact is = cg_fact_row_at(&exact->made, 0);
        cg_exact_differs(exact, wanted(exact, NULL, &fact), &is);
    }
    cg_fact_row_clear(&exact->made);
}

/* --- the turn --------------------------------------------------------------
 */

/* Days that end, and rates that age, are looked at before anything else. */
bool cg_exact_leads(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_LIMIT_RESET ||
           fact->kind == CG_FACT_DAY_ENDED || fact->kind == CG_FACT_RATES_AGED;
}

/* Whether all of the turn may be what the next one's call began with. */
static bool is_lead(const struct cg_exact *exact, const struct cg_fact *next)
{
    struct cg_fact first = cg_fact_row_at(&exact->turn, 0);
    if (next == NULL || next->time != first.time || !cg_exact_leads(&first) ||
        first.cause_session != CG_SESSION_NONE || exact->lead > 0) {
        return false;
    }
    for (size_t i = 0; i < exact->turn.count; i++) {
        switch ((unsigned)exact->turn.facts[i].kind) {
        case CG_FACT_LIMIT_RESET:
        case CG_FACT_LIMIT_REARMED:
        case CG_FACT_LIMIT_WARNED:
        case CG_FACT_DAY_ENDED:
        case CG_FACT_RATES_AGED:
        case CG_FACT_INSTRUMENT_FORGOTTEN:
        case CG_FACT_ORDER_FORGOTTEN:
        case CG_FACT_STATUS_ASKED:
        case CG_FACT_NOTED:
            break;
        default:
            return false;
        }
    }
    return true;
}

/* What comes before the turn's own calls. */
static int prepare(struct cg_exact *exact)
{
    if (exact->replay->side == NULL) {
        return 0; /* it opens the gate */
    }
    int status = cg_exact_read(exact, exact->now);
    return status != 0 ? status : cg_exact_feed_due(exact, exact->now);
}

/* Makes the turn at hand again. */
static int make(struct cg_exact *exact, const struct cg_fact *next)
{
    int status = prepare(exact);
    while (status == 0 && !cg_exact_ended(exact) &&
           exact->at < exact->turn.count) {
        size_t before = exact->at;
        status = cg_exact_call(exact);
        if (status == 0) {
            status = exact->failed;
        }
        if (status == 0 && !cg_exact_ended(exact)) {
            compare(exact, next);
        }
        if (status == 0 && !cg_exact_ended(exact) && exact->at == before) {
            struct cg_fact was = cg_fact_row_at(&exact->turn, exact->at);
            cg_exact_differs(exact, &was, NULL);
        }
    }
    return status;
}

/*
 * A gate that is killed has its last turns in the journal, and not in the log
 * of its messages.  From the next start on the books are the journal's, and it
 * is exact again; but if the logs have any of the messages in between, they
 * have a hole.
 */
static int pass_over(struct cg_exact *exact)
{
    struct cg_fact fact = cg_fact_row_at(&exact->turn, exact->at);
    size_t place;
    int found = 0;
    if (exact->result.lost_from == 0) {
        exact->result.lost_from = fact.no;
    }
    exact->result.lost += exact->turn.count - exact->at;
    if (fact.cause_session < CG_SESSIONS_MAX && fact.cause_seq > 0) {
        found = cg_exact_seek(exact, fact.cause_session, CG_HEARD_MESSAGE,
                              fact.cause_seq, fact.time, &place);
    }
    if (found > 0) {
        exact->lost = false;
        cg_exact_end(exact, CG_EXACT_MISSING, "%s", exact->missing);
        exact->result.left += exact->result.lost;
        exact->result.lost = 0;
    }
    return found < 0 ? found : 0;
}

/* What the logs have from before a start is in its books. */
static void take_up(struct cg_exact *exact)
{
    exact->lost = false;
    exact->missing[0] = '\0';
    exact->begin = exact->now - exact->now % CG_MS;
    memset(exact->known, 0, sizeof(exact->known));
}

int cg_exact_turn(struct cg_exact *exact, const struct cg_fact *next)
{
    if (is_lead(exact, next)) {
        exact->lead = exact->turn.count;
        return 0;
    }
    exact->at = 0;
    exact->fed = false;
    exact->now = exact->turn.facts[0].time;
    if (exact->lost && cg_exact_is_start(exact)) {
        take_up(exact);
    }
    int status = exact->lost ? 0 : make(exact, next);
    if (status == 0 && exact->lost) {
        status = pass_over(exact);
    } else if (exact->over) {
        exact->result.left += exact->turn.count - exact->at;
    }
    cg_fact_row_clear(&exact->made);
    cg_fact_row_clear(&exact->turn);
    exact->lead = 0;
    return status;
}
