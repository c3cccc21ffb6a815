/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_replayer.h"

#include "script_rates.h"
#include "script_reader.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- a journal in memory ------------------------------------------------- */

static int keep_fact(void *context, const struct cg_fact *fact)
{
    struct facts *facts = context;
    struct cg_fact kept = *fact;
    if (fact->cause_session != CG_SESSION_NONE && fact->cause_seq > 0) {
        const struct recorder_session *session =
            &facts->recorder->sessions[fact->cause_session];
        assert_true(fact->cause_seq <= session->seq_count[0]);
        kept.cause_seq = (cg_seq)session->seqs[0][fact->cause_seq - 1];
    }
    assert_int_equal(cg_fact_row_add(&facts->row, &kept), 0);
    return 0;
}

static void on_played(void *user, const struct cg_journal *journal)
{
    assert_int_equal(journal->load(journal->user, 0, keep_fact, user), 0);
}

static void no_print(void *user, const char *text)
{
    (void)user;
    (void)text;
}

void facts_init(struct facts *facts, const struct recorder *recorder)
{
    struct cg_script_run_options options = {
        .print = no_print, .played = on_played, .user = facts};
    *facts = (struct facts){.recorder = recorder};
    assert_int_equal(cg_script_run(&recorder->script, &options), 0);
    facts->shown = facts->row.count;
}

void facts_deinit(struct facts *facts)
{
    cg_fact_row_deinit(&facts->row);
}

static int load_facts(void *user,
                      cg_seq after,
                      int (*each)(void *context, const struct cg_fact *fact),
                      void *context)
{
    struct facts *facts = user;
    int status = 0;
    facts->loads++;
    for (size_t i = after; i < facts->shown && status == 0; i++) {
        if (i >= facts->fails_behind && facts->fails_from > 0 &&
            facts->loads >= facts->fails_from) {
            return CG_ERR_IO;
        }
        struct cg_fact fact = cg_fact_row_at(&facts->row, i);
        status = each(context, &fact);
    }
    return status;
}

static const char *why_of(void *user)
{
    const struct facts *facts = user;
    return facts->why != NULL ? facts->why : "";
}

static struct cg_journal journal_of(struct facts *facts)
{
    facts->loads = 0;
    return (struct cg_journal){
        .user = facts,
        .load = load_facts,
        .error = facts->fails_from > 0 ? why_of : NULL,
    };
}

/* --- replays ---------------------------------------------------------------
 */

static bool trouble(void *user,
                    unsigned kind,
                    const char *file,
                    uint64_t offset,
                    const char *text)
{
    (void)user;
    (void)kind;
    (void)file;
    (void)offset;
    (void)text;
    return true;
}

/* Par rates that were asked for. */
static struct cg_rates *built[64];
static size_t built_count;

static void no_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    (void)user;
    (void)file;
    (void)line;
    (void)wrong;
    (void)remedy;
}

/* These rates, if they have the digest. */
static const struct cg_rates *build(const struct recorder *recorder,
                                    const struct cg_script_rates *rates,
                                    const char *digest,
                                    cg_time made_at)
{
    struct cg_rates_text text = {.file = "par_rates.csv", .made_at = made_at};
    struct cg_rates *read = NULL;
    char *bytes = cg_script_rates_text(rates, &text.len);
    text.text = bytes;
    int status = cg_rates_read(&recorder->script.config, &text, NULL,
                               no_mistake, NULL, &read);
    free(bytes);
    if (status != 0 || strcmp(cg_rates_digest(read), digest) != 0) {
        cg_rates_close(status == 0 ? read : NULL);
        return NULL;
    }
    assert_true(built_count < 64);
    built[built_count++] = read;
    return read;
}

/* What a step makes of the rates; how old they are then. */
static cg_time change(const struct recorder *recorder,
                      const struct cg_script_step *step,
                      struct cg_script_rates *rates)
{
    cg_time age = 0;
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &recorder->script.fields[step->first_field + i];
        if (cg_slice_is(field->key, "age")) {
            (void)cg_script_span(field->value.data, field->value.len, &age);
        } else if (cg_slice_is(field->key, "date")) {
            rates->valuation = field->value;
        } else if (field->match != CG_SCRIPT_CONTAINS) {
            (void)cg_script_rates_change(rates, field->key, field->value);
        }
    }
    return age;
}

static bool is_refused(const struct recorder *recorder,
                       const struct cg_script_step *step)
{
    for (size_t i = 0; i < step->field_count; i++) {
        if (recorder->script.fields[step->first_field + i].match ==
            CG_SCRIPT_CONTAINS) {
            return true;
        }
    }
    return false;
}

/* The rates of the session's start, or those of a step. */
static const struct cg_rates *
rates_of(void *user, const char *digest, cg_time made_at)
{
    const struct recorder *recorder = user;
    const struct cg_script *script = &recorder->script;
    struct cg_script_rates rates = {0};
    assert_int_equal(cg_script_rates_init(&rates, script), 0);
    const struct cg_rates *found = build(recorder, &rates, digest,
                                         made_at > 0 ? made_at : script->start);
    for (size_t i = 0; i < script->step_count && found == NULL; i++) {
        const struct cg_script_step *step = &script->steps[i];
        if (step->act == CG_SCRIPT_TAKES_RATES && !is_refused(recorder, step)) {
            cg_time age = change(recorder, step, &rates);
            found = build(recorder, &rates, digest,
                          made_at > 0 ? made_at
                                      : script->start + step->at - age);
        }
    }
    cg_script_rates_deinit(&rates);
    return found;
}

static void rates_forget(void)
{
    while (built_count > 0) {
        cg_rates_close(built[--built_count]);
    }
}

struct outcome replay_logs(const struct recorder *recorder,
                           struct facts *facts,
                           const char *const *logs,
                           size_t log_count)
{
    struct outcome outcome = {0};
    struct cg_journal journal = journal_of(facts);
    const struct cg_replay_options options = {
        .config = &recorder->script.config,
        .logs = logs,
        .log_count = log_count,
        .journal = &journal,
        .rates_of = rates_of,
        .trouble = trouble,
        .user = (void *)(uintptr_t)recorder,
    };
    struct cg_replay *replay = NULL;
    outcome.status = cg_replay_open(&options, outcome.error,
                                    sizeof(outcome.error), &replay);
    if (outcome.status == 0) {
        outcome.status = cg_replay_run(replay, outcome.error,
                                       sizeof(outcome.error));
        outcome.exactness = *cg_replay_exactness(replay);
        cg_replay_totals(replay, &outcome.totals);
        for (size_t i = 0; i < recorder->script.config.session_count; i++) {
            const uint64_t *counts = cg_replay_verdicts(replay,
                                                        CG_REPLAY_RECORDED, i);
            for (size_t v = 0; v < CG_REPLAY_VERDICTS; v++) {
                outcome.verdicts[v] += counts[v];
            }
        }
    }
    cg_replay_close(replay);
    rates_forget();
    return outcome;
}

/* --- in part ---------------------------------------------------------------
 */

static bool is_in_part(void *user, const struct recorder *recorder, size_t i)
{
    const struct part *part = user;
    (void)recorder;
    return i >= part->first && i < part->last && i != part->without;
}

struct outcome replay_part(const struct recorder *recorder,
                           struct facts *facts,
                           struct part part)
{
    const char *path = recorder_write(recorder, RECORD_FILELOG, 0, is_in_part,
                                      &part);
    return replay_logs(recorder, facts, &path, 1);
}

void facts_of(struct recorder *recorder, struct facts *facts, const char *begin)
{
    struct sessions sessions;
    bool played = false;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count && !played; i++) {
        if (strncmp(sessions_name(sessions.paths[i]), begin, strlen(begin)) ==
            0) {
            played = recorder_play(recorder, sessions.paths[i]);
        }
    }
    assert_true(played);
    sessions_deinit(&sessions);
    facts_init(facts, recorder);
}

struct outcome replay_whole(const struct recorder *recorder,
                            struct facts *facts)
{
    const struct part part = {0, recorder->count, SIZE_MAX};
    return replay_part(recorder, facts, part);
}
