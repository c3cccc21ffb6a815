/*
 * The proof of a journal: one reading to learn how much there is, and a second
 * one in which each fact is looked at before it is added to the books.
 *
 * A fact that cannot be added ends the reading: what a changed journal says
 * after that has no meaning.  Rules: R12, R13, R20..R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"
#include "record_words.h"

#include <stdio.h>
#include <stdlib.h>

#define PROGRESS_EVERY 65536

const char *cg_audit_rule_name(enum cg_audit_rule rule)
{
    static const char *const names[CG_AUDIT_RULES] = {
        [CG_AUDIT_CHAIN] = "chain", [CG_AUDIT_FACTS] = "facts",
        [CG_AUDIT_R12] = "R12",     [CG_AUDIT_R13] = "R13",
        [CG_AUDIT_R22] = "R22",     [CG_AUDIT_R23] = "R23",
    };
    return names[rule];
}

const char *cg_audit_column_name(enum cg_audit_column column)
{
    static const char *const names[CG_AUDIT_COLUMNS] = {
        [CG_AUDIT_GRANTED] = "granted",
        [CG_AUDIT_OVERRUN] = "overrun",
        [CG_AUDIT_RESERVED] = "reserved",
        [CG_AUDIT_CONSUMED] = "consumed",
        [CG_AUDIT_RELEASED] = "released",
        [CG_AUDIT_EXPIRED] = "expired",
        [CG_AUDIT_INVALIDATED] = "invalidated",
        [CG_AUDIT_HANDED_BACK] = "handed back",
    };
    return names[column];
}

/* --- what is told -------------------------------------------------------- */

/* The same fact without places that nothing is in: there are no words on them.
 */
static struct cg_fact without_unknown(const struct audit *audit,
                                      const struct cg_fact *fact)
{
    const struct cg_state *state = audit->state;
    struct cg_fact known = *fact;
    known.order = audit_order_at(audit, fact->order) != NULL ? fact->order
                                                             : CG_NONE;
    known.token = fact->token < state->token_top ? fact->token : CG_NONE;
    known.request = fact->request < state->request_top ? fact->request
                                                       : CG_NONE;
    known.ask = fact->ask < state->ask_top ? fact->ask : CG_NONE;
    known.limit = fact->limit < state->limit_count ? fact->limit : CG_NONE;
    known.account = fact->account < state->account_count ? fact->account
                                                         : CG_NONE;
    known.instrument = fact->instrument < state->instrument_count
                           ? fact->instrument
                           : CG_NONE;
    known.id_len = fact->id_len <= CG_NAME_MAX ? fact->id_len : 0;
    return known;
}

static void tell(struct audit *audit, const struct cg_fact *fact)
{
    struct cg_audit_break *found = &audit->result->breaks[audit->rule];
    struct cg_fact known = without_unknown(audit, fact);
    found->found = true;
    snprintf(found->why, sizeof(found->why), "%s", audit->why);
    cg_record_of(audit->state, "GATE", &known, &found->record);
    audit->broken = false;
}

/* --- events -------------------------------------------------------------- */

/* Keeps the newest fact: an event is over only when the next one begins. */
static void last_keep(struct audit *audit, const struct cg_fact *fact)
{
    audit->last = *fact;
    audit->last.text_len = fact->text_len < sizeof(audit->last_text)
                               ? fact->text_len
                               : sizeof(audit->last_text);
    if (fact->id_len > 0) {
        memcpy(audit->last_id, fact->id, fact->id_len);
    }
    if (audit->last.text_len > 0) {
        memcpy(audit->last_text, fact->text, audit->last.text_len);
    }
    audit->last.id = audit->last_id;
    audit->last.text = audit->last_text;
}

/* R43: a fill that was reported is in the books, or words say why not. */
static void report_settled(struct audit *audit)
{
    const struct audit_report *report = &audit->report;
    if (report->event == audit->event && report->last_qty > 0 &&
        !audit->noted) {
        (void)audit_breaks(audit, CG_AUDIT_R23,
                           "R43: a report tells of %lld filled, and nothing "
                           "was",
                           (long long)report->last_qty);
    }
}

static void event_end(struct audit *audit)
{
    static void (*const checks[])(struct audit *) = {
        audit_use_event_end, audit_token_event_end, report_settled};
    for (size_t i = 0; i < CG_COUNT(checks); i++) {
        checks[i](audit);
        if (audit->broken) {
            tell(audit, &audit->last);
        }
    }
    audit->of_event_count[OF_LIMIT] = 0;
    audit->of_event_count[OF_TOKEN] = 0;
}

static void event_begin(struct audit *audit, const struct cg_fact *fact)
{
    bool same = audit->event > 0 &&
                fact->cause_session == audit->cause_session &&
                fact->cause_seq == audit->cause_seq &&
                fact->time == audit->time;
    if (same) {
        return;
    }
    if (audit->event > 0) {
        event_end(audit);
    }
    audit->event++;
    audit->result->events++;
    audit->noted = false;
    audit->cause_session = fact->cause_session;
    audit->cause_seq = fact->cause_seq;
    audit->time = fact->time;
}

/* --- facts --------------------------------------------------------------- */

static bool looks_right(struct audit *audit)
{
    const struct cg_fact *fact = audit->fact;
    switch ((unsigned)fact->kind) {
    case CG_FACT_TOKEN_CHARGED:
    case CG_FACT_TOKEN_ADDED:
    case CG_FACT_TOKEN_RECHARGED:
    case CG_FACT_TOKEN_PRICED:
    case CG_FACT_TOKEN_GRANTED:
    case CG_FACT_TOKEN_LAPSED:
    case CG_FACT_TOKEN_RETURNED:
    case CG_FACT_TOKEN_CLOSED:
    case CG_FACT_LEG_CHARGED:
        return audit_token_fact(audit);
    case CG_FACT_REPORT_SEEN:
    case CG_FACT_ORDER_FILLED:
    case CG_FACT_LEG_FILLED:
    case CG_FACT_TOKEN_REPRICED:
        return audit_fill_fact(audit);
    case CG_FACT_LIMIT_NAMED:
    case CG_FACT_LIMIT_SET:
    case CG_FACT_LIMIT_RESET:
        return audit_limit_fact(audit);
    case CG_FACT_LIMIT_WARNED:
    case CG_FACT_LIMIT_REARMED:
        return fact->account != CG_NONE || audit_limit_fact(audit);
    case CG_FACT_ASK_SENT:
    case CG_FACT_ASK_ANSWERED:
        return audit_hub_fact(audit);
    case CG_FACT_ORDER_SENT:
    case CG_FACT_REQUEST_SENT:
    case CG_FACT_REQUEST_ACCEPTED:
    case CG_FACT_ORDER_RESTATED:
    case CG_FACT_ORDER_CLOSED:
    case CG_FACT_ORDER_REFUSED:
        return audit_sent_fact(audit);
    default:
        return true;
    }
}

static void noted(struct audit *audit, const struct cg_fact *fact)
{
    static const char no_room[] = "ALARM: no room for a";
    if (fact->kind == CG_FACT_NOTED) {
        audit->noted = true;
        audit->no_room = audit->no_room ||
                         (fact->text_len >= sizeof(no_room) - 1 &&
                          memcmp(fact->text, no_room, sizeof(no_room) - 1) ==
                              0);
    }
    audit->result->orders += fact->kind == CG_FACT_ORDER_TAKEN;
}

/* Adds the fact to the engine's books, if it can be, and tells what is wrong
 * with it. */
static int
fold(struct audit *audit, struct cg_gate *gate, const struct cg_fact *fact)
{
    bool fits = cg_fact_fits(audit->state, fact);
    bool whole = audit->broken && audit->rule != CG_AUDIT_R13 &&
                 audit->rule != CG_AUDIT_R22;
    if (!fits) {
        (void)audit_breaks(audit, CG_AUDIT_FACTS,
                           "it cannot follow what is before it");
    } else {
        int status = cg_engine_recover(gate->engine, fact);
        CG_ASSERT(status == 0);
    }
    if (audit->broken) {
        tell(audit, fact);
    }
    return whole || !fits ? CG_AUDIT_E_BROKEN : 0;
}

static int first(void *user, const struct cg_fact *fact)
{
    struct audit *audit = user;
    void *items = audit->restated;
    if (fact->order != CG_NONE && fact->order <= fact->no &&
        !audit_has_room(&items, &audit->restated_room, sizeof(*audit->restated),
                        fact->order)) {
        return CG_ERR_MEMORY;
    }
    audit->restated = items;
    audit->result->read = fact->no;
    return 0;
}

static int second(void *user, struct cg_gate *gate, const struct cg_fact *fact)
{
    struct audit *audit = user;
    struct cg_audit *result = audit->result;
    audit->state = &gate->engine->state;
    audit->of_fact_count = 0;
    audit->broken = false;
    event_begin(audit, fact);
    audit->fact = fact;
    (void)looks_right(audit);
    int status = audit->error != 0 ? audit->error : fold(audit, gate, fact);
    if (status != 0) {
        return status;
    }
    audit_use_compare(audit);
    if (audit->broken) {
        tell(audit, fact);
        return CG_AUDIT_E_BROKEN;
    }
    noted(audit, fact);
    last_keep(audit, fact);
    if (++result->facts % PROGRESS_EVERY == 0 && result->progress != NULL) {
        result->progress(result->user, result->facts);
    }
    return 0;
}

/* --- the whole ----------------------------------------------------------- */

static void limits_tell(struct audit *audit)
{
    const struct cg_audit *result = audit->result;
    for (cg_seq i = 0; i < result->limits && result->limit != NULL; i++) {
        struct audit_limit *limit = &audit->limits[i];
        cg_wide use = audit_use_now(limit);
        limit->shown.use = use < INT64_MAX ? (cg_dv01)use : INT64_MAX;
        if (limit->dv01) {
            result->limit(result->user, &limit->shown);
        }
    }
}

/* A journal ends with an event: the books add up by their own sums, too. */
static int books_end(struct audit *audit,
                     const struct cg_gate *gate,
                     char *error,
                     size_t error_len)
{
    char words[256];
    if (cg_gate_audit(gate, words, sizeof(words))) {
        return 0;
    }
    if (strcmp(words, CG_AUDIT_NO_MEMORY) == 0) {
        snprintf(error, error_len, "%s", words);
        return CG_ERR_MEMORY;
    }
    (void)audit_breaks(audit, CG_AUDIT_FACTS,
                       "behind it the books do not add up: %s", words);
    if (audit->broken) {
        tell(audit, &audit->last);
    }
    return 0;
}

/* What the journal itself says is wrong with it; it names the fact. */
static int chain_broken(struct cg_audit *result, const char *error)
{
    struct cg_audit_break *found = &result->breaks[CG_AUDIT_CHAIN];
    found->found = true;
    snprintf(found->why, sizeof(found->why), "%s", error);
    return CG_AUDIT_E_BROKEN;
}

int cg_gate_prove(const struct cg_journal *journal,
                  struct cg_audit *result,
                  char *error,
                  size_t error_len)
{
    struct audit *audit = calloc(1, sizeof(*audit));
    struct cg_gate *gate = NULL;
    if (audit == NULL) {
        snprintf(error, error_len, "%s", CG_AUDIT_NO_MEMORY);
        return CG_ERR_MEMORY;
    }
    /* Whoever asks twice counts from 0 again. */
    *result = (struct cg_audit){.progress = result->progress,
                                .limit = result->limit,
                                .user = result->user};
    audit->result = result;
    struct cg_books_reader reader = {first, second, audit};
    int status = cg_gate_read_books(journal, &reader, error, error_len, &gate);
    if (status == 0) {
        audit->state = &gate->engine->state;
        event_end(audit);
        status = books_end(audit, gate, error, error_len);
        result->whole = status == 0;
    } else if (status == CG_ERR_CORRUPT) {
        status = chain_broken(result, error);
    }
    for (unsigned i = 0; i < CG_AUDIT_RULES && status == 0; i++) {
        status = result->breaks[i].found ? CG_AUDIT_E_BROKEN : 0;
    }
    limits_tell(audit);
    cg_gate_close(gate);
    free(audit->tokens);
    free(audit->limits);
    free(audit->restated);
    free(audit->of_event[OF_LIMIT]);
    free(audit->of_event[OF_TOKEN]);
    free(audit);
    return status;
}
