/*
 * Every session of sample_sessions/, recorded as logs, and replayed by the
 * journal of the gate that it was played on: all facts are made again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "replay_recorder.h"
#include "script_rates.h"
#include "script_reader.h"
#include "sessions.h"

#include <map.h>
#include <replay_journal_facts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- a journal in memory ------------------------------------------------- */

/* The facts of a session, with the numbers that its log has. */
struct facts {
    struct cg_fact_row row;
    const struct recorder *recorder;
    size_t shown; /* of the journal; the rest is hidden */
};

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

/* Plays it once more, for its journal. */
static void facts_init(struct facts *facts, const struct recorder *recorder)
{
    struct cg_script_run_options options = {
        .print = no_print, .played = on_played, .user = facts};
    *facts = (struct facts){.recorder = recorder};
    assert_int_equal(cg_script_run(&recorder->script, &options), 0);
    facts->shown = facts->row.count;
}

static void facts_deinit(struct facts *facts)
{
    cg_fact_row_deinit(&facts->row);
}

static int load_facts(void *user,
                      cg_seq after,
                      int (*each)(void *context, const struct cg_fact *fact),
                      void *context)
{
    const struct facts *facts = user;
    int status = 0;
    for (size_t i = after; i < facts->shown && status == 0; i++) {
        struct cg_fact fact = cg_fact_row_at(&facts->row, i);
        status = each(context, &fact);
    }
    return status;
}

static struct cg_journal journal_of(struct facts *facts)
{
    return (struct cg_journal){.user = facts, .load = load_facts};
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

struct outcome {
    int status;
    char error[512];
    struct cg_exactness exactness;
    struct cg_replay_totals totals;
    uint64_t verdicts[CG_REPLAY_VERDICTS];
};

static struct outcome replay(const struct recorder *recorder,
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

static void show(const char *name, const struct outcome *outcome)
{
    const struct cg_exactness *is = &outcome->exactness;
    fprintf(stderr, "%s: status %d %s; end %d, %s; same %llu, left %llu\n",
            name, outcome->status, outcome->status != 0 ? outcome->error : "",
            (int)is->end, is->why, (unsigned long long)is->same,
            (unsigned long long)is->left);
    if (is->end == CG_EXACT_DIFFERS) {
        fprintf(stderr,
                "    column %s: was %s, is %s\n    was %s %s\n    is  %s %s\n",
                is->difference.column, is->difference.was, is->difference.is,
                is->difference.recorded ? is->difference.was_record.kind : "-",
                is->difference.recorded ? is->difference.was_record.what : "-",
                is->difference.made ? is->difference.is_record.kind : "-",
                is->difference.made ? is->difference.is_record.what : "-");
    }
}

/* All of it, and nothing else. */
static bool is_whole(const struct outcome *outcome, const struct facts *facts)
{
    const struct cg_exactness *is = &outcome->exactness;
    return outcome->status == 0 && is->end == CG_EXACT_WHOLE &&
           is->same == facts->row.count && is->left == 0 && is->unknown == 0 &&
           is->before == 0;
}

/* Those that take rates which only a session on paper knows. */
static bool is_of_other_rates(const struct outcome *outcome)
{
    return outcome->status == 0 && outcome->exactness.end == CG_EXACT_RATES;
}

/* How many replays came out in each way. */
struct count {
    size_t whole;
    size_t rates;
    size_t failed;
};

/* A session's facts, by the journal and its log. */
static void by_its_log(const char *path, struct count *count)
{
    struct recorder recorder;
    struct facts facts;
    assert_true(recorder_play(&recorder, path));
    facts_init(&facts, &recorder);
    const char *log = recorder_write(&recorder, RECORD_FILELOG, 0, NULL, NULL);
    struct outcome outcome = replay(&recorder, &facts, &log, 1);
    if (is_whole(&outcome, &facts)) {
        count->whole++;
    } else if (is_of_other_rates(&outcome)) {
        count->rates++;
    } else {
        count->failed++;
        show(sessions_name(path), &outcome);
    }
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

static void test_replay_journal_every_session_same(void **state)
{
    struct sessions sessions;
    struct count count = {0};
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        by_its_log(sessions.paths[i], &count);
    }
    fprintf(stderr, "%zu whole, %zu with other rates, %zu failed\n",
            count.whole, count.rates, count.failed);
    assert_int_equal(count.failed, 0);
    assert_true(count.whole > SESSIONS_OF(250));
    sessions_deinit(&sessions);
}

/* A venue whose messages make no facts for days: each has its place among the
 * ends of days all the same. */
static void test_replay_journal_every_seldom_same(void **state)
{
    struct sessions sessions;
    struct count count = {0};
    (void)state;
    sessions_open_seldom(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        by_its_log(sessions.paths[i], &count);
    }
    assert_int_equal(count.failed, 0);
    assert_true(count.whole > 0 && count.whole + count.rates == sessions.count);
    sessions_deinit(&sessions);
}

/* --- logs without an order between them ------------------------------------
 */

static bool is_from_role(void *user, const struct recorder *recorder, size_t i)
{
    const struct recorded *item = &recorder->items[i];
    const struct cg_config *config = &recorder->script.config;
    return config->sessions[item->session].role ==
               *(const enum cg_role *)user &&
           !item->outbound;
}

/* What the peers said, in a log of each kind of them: of what was said at the
 * same moment nothing tells the order. */
static size_t split(const struct recorder *recorder, const char *paths[4])
{
    static const enum cg_role roles[] = {CG_ROLE_CLIENT, CG_ROLE_VENUE,
                                         CG_ROLE_HUB};
    for (size_t i = 0; i < 3; i++) {
        enum cg_role role = roles[i];
        paths[i] = recorder_write(recorder, RECORD_FILELOG, i, is_from_role,
                                  &role);
    }
    return 3;
}

static int add_up(void *user, const char *bytes, size_t len)
{
    uint64_t *hash = user;
    *hash = cg_hash(*hash, (struct cg_slice){bytes, len});
    return 0;
}

/* A hash of all that is decided and sent when only the logs are there. */
static uint64_t
sent_by(const struct recorder *recorder, const char *const *logs, size_t count)
{
    uint64_t hash = 0;
    const struct cg_replay_options options = {
        .config = &recorder->script.config,
        .rates = recorder->rates,
        .logs = logs,
        .log_count = count,
        .output = add_up,
        .user = &hash,
    };
    struct cg_replay *replay = NULL;
    char error[256];
    assert_int_equal(cg_replay_open(&options, error, sizeof(error), &replay),
                     0);
    assert_int_equal(cg_replay_run(replay, error, sizeof(error)), 0);
    cg_replay_close(replay);
    return hash;
}

/* Logs that lack the order come to something else without the journal, and not
 * with it. */
static void test_replay_journal_logs_apart_same(void **state)
{
    struct sessions sessions;
    size_t other = 0;
    size_t failed = 0;
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        struct facts facts;
        const char *paths[4];
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        facts_init(&facts, &recorder);
        size_t count = split(&recorder, paths);
        uint64_t sent = sent_by(&recorder, paths, count);
        struct outcome outcome = replay(&recorder, &facts, paths, count);
        /* What a peer rejects, or asks for again, is in no log of the peers. */
        if (!is_whole(&outcome, &facts) &&
            strstr(outcome.exactness.why, "what it is about") == NULL) {
            failed++;
            show(sessions_name(sessions.paths[i]), &outcome);
        }
        const char *whole = recorder_write(&recorder, RECORD_FILELOG, 0, NULL,
                                           NULL);
        other += sent != sent_by(&recorder, &whole, 1);
        facts_deinit(&facts);
        recorder_deinit(&recorder);
    }
    fprintf(stderr, "%zu differ without the journal, %zu with it\n", other,
            failed);
    assert_int_equal(failed, 0);
    assert_true(other > SESSIONS_OF(50));
    sessions_deinit(&sessions);
}

/* --- parts ------------------------------------------------------------------
 */

struct part {
    size_t first; /* of the log's messages */
    size_t last;
    size_t without; /* one that is left out, or SIZE_MAX */
};

static bool is_in_part(void *user, const struct recorder *recorder, size_t i)
{
    const struct part *part = user;
    (void)recorder;
    return i >= part->first && i < part->last && i != part->without;
}

static struct outcome replay_part(const struct recorder *recorder,
                                  struct facts *facts,
                                  struct part part)
{
    const char *path = recorder_write(recorder, RECORD_FILELOG, 0, is_in_part,
                                      &part);
    return replay(recorder, facts, &path, 1);
}

/* The first message of a later moment than one that made facts; or |count|. */
static size_t find_middle(const struct recorder *recorder)
{
    size_t at = 0;
    while (at < recorder->count &&
           (recorder->items[at].outbound || recorder->items[at].admin)) {
        at++;
    }
    cg_time first = at < recorder->count ? recorder->items[at].time : 0;
    while (at < recorder->count && recorder->items[at].time == first) {
        at++;
    }
    return at;
}

enum middle { MIDDLE_NONE, MIDDLE_SAME, MIDDLE_NO_REST, MIDDLE_OTHER };

/* From its middle on: the rest is the same, if anything was ever at rest. */
static enum middle
middle(const struct recorder *recorder, struct facts *facts, const char *name)
{
    const struct part part = {find_middle(recorder), recorder->count, SIZE_MAX};
    if (part.first == recorder->count) {
        return MIDDLE_NONE;
    }
    struct outcome outcome = replay_part(recorder, facts, part);
    const struct cg_exactness *is = &outcome.exactness;
    if (outcome.status == CG_ERR_MISUSE || outcome.status == CG_ERR_CONFIG) {
        return MIDDLE_NO_REST;
    }
    if (outcome.status == 0 && is->end == CG_EXACT_WHOLE &&
        is->same == facts->row.count - (is->first - 1)) {
        return MIDDLE_SAME;
    }
    if (is->end == CG_EXACT_LOGS && strstr(is->why, "Reject (3)") != NULL) {
        return MIDDLE_NO_REST; /* of a message from before */
    }
    show(name, &outcome);
    return MIDDLE_OTHER;
}

/* Up to its middle: what is there is the same, and the rest is counted. */
static bool cut_is_told(const struct recorder *recorder, struct facts *facts)
{
    const struct part part = {0, recorder->count / 2, SIZE_MAX};
    struct outcome outcome = replay_part(recorder, facts, part);
    const struct cg_exactness *is = &outcome.exactness;
    return outcome.status != 0 ||
           (is->end == CG_EXACT_LOGS &&
            is->same + is->left == facts->row.count && is->why[0] != '\0') ||
           is_whole(&outcome, facts);
}

/* Without the message behind its last fact. */
static bool hole_is_told(const struct recorder *recorder, struct facts *facts)
{
    size_t at = facts->row.count;
    while (at > 0 && facts->row.facts[at - 1].cause_seq == 0) {
        at--;
    }
    struct part part = {0, recorder->count, 0};
    for (size_t i = 0; at > 0 && i < recorder->count; i++) {
        const struct recorded *item = &recorder->items[i];
        const struct cg_fact *fact = &facts->row.facts[at - 1];
        if (!item->outbound && item->session == fact->cause_session &&
            (cg_seq)item->seq == fact->cause_seq) {
            part.without = i;
        }
    }
    if (at == 0 || part.without == 0) {
        return true; /* no message made a fact */
    }
    struct outcome outcome = replay_part(recorder, facts, part);
    const struct cg_exactness *is = &outcome.exactness;
    return (is->end == CG_EXACT_MISSING || is->end == CG_EXACT_LOGS) &&
           is->left > 0 && is->same + is->left == facts->row.count;
}

/* Without the last message before the gate was killed: its facts are passed
 * over, and what comes behind the start is the same. */
static bool
lost_is_told(const struct recorder *recorder, struct facts *facts, size_t *lost)
{
    size_t at = facts->row.count;
    while (at > 1 && facts->row.facts[at - 1].kind != CG_FACT_STARTED) {
        at--;
    }
    while (at > 1 && facts->row.facts[at - 1].cause_seq == 0) {
        at--;
    }
    const struct cg_fact *fact = &facts->row.facts[at - 1];
    struct part part = {0, recorder->count, SIZE_MAX};
    for (size_t i = 0; fact->cause_seq > 0 && i < recorder->count; i++) {
        const struct recorded *item = &recorder->items[i];
        if (!item->outbound && item->session == fact->cause_session &&
            (cg_seq)item->seq == fact->cause_seq) {
            part.without = i;
        }
    }
    if (part.without == SIZE_MAX) {
        return true;
    }
    struct outcome outcome = replay_part(recorder, facts, part);
    const struct cg_exactness *is = &outcome.exactness;
    bool told = is->end == CG_EXACT_WHOLE && is->lost > 0 &&
                is->lost_from <= fact->no && is->left == 0 &&
                is->same + is->lost == facts->row.count;
    *lost += told;
    return told || is->end == CG_EXACT_MISSING || is->end == CG_EXACT_LOGS;
}

/* A journal that ends before the log. */
static bool short_journal_is_told(const struct recorder *recorder,
                                  struct facts *facts)
{
    const struct part part = {0, recorder->count, SIZE_MAX};
    size_t half = facts->row.count / 2;
    while (
        half > 0 && half < facts->row.count &&
        cg_fact_is_of(&facts->row.facts[half], &facts->row.facts[half - 1])) {
        half++;
    }
    facts->shown = half;
    struct outcome outcome = replay_part(recorder, facts, part);
    const struct cg_exactness *is = &outcome.exactness;
    facts->shown = facts->row.count;
    return outcome.status != 0 ||
           ((is->end == CG_EXACT_JOURNAL || is->end == CG_EXACT_WHOLE) &&
            is->same == half && is->left == 0);
}

/* Logs and journals in part, of every session. */
static void test_replay_journal_parts_told(void **state)
{
    struct sessions sessions;
    size_t middles[4] = {0};
    size_t lost = 0;
    size_t failed = 0;
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        const char *name = sessions_name(sessions.paths[i]);
        struct recorder recorder;
        struct facts facts;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        facts_init(&facts, &recorder);
        middles[middle(&recorder, &facts, name)]++;
        bool cut = cut_is_told(&recorder, &facts);
        bool hole = hole_is_told(&recorder, &facts);
        bool journal = short_journal_is_told(&recorder, &facts);
        bool killed = lost_is_told(&recorder, &facts, &lost);
        if (!cut || !hole || !journal || !killed) {
            failed++;
            fprintf(stderr, "%s:%s%s%s%s\n", name, cut ? "" : " cut",
                    hole ? "" : " hole", journal ? "" : " journal",
                    killed ? "" : " killed");
        }
        facts_deinit(&facts);
        recorder_deinit(&recorder);
    }
    fprintf(stderr, "from the middle: %zu same, %zu never at rest, %zu not\n",
            middles[MIDDLE_SAME], middles[MIDDLE_NO_REST],
            middles[MIDDLE_OTHER]);
    fprintf(stderr, "%zu lost the last message before a start\n", lost);
    assert_int_equal(failed, 0);
    assert_int_equal(middles[MIDDLE_OTHER], 0);
    assert_true(middles[MIDDLE_SAME] > SESSIONS_OF(150));
    assert_true(lost > SESSIONS_OF(5));
    sessions_deinit(&sessions);
}

/* --- another fact -----------------------------------------------------------
 */

/* Whatever fact is changed, in whatever way: it is named. */
static void test_replay_journal_other_fact_named(void **state)
{
    struct sessions sessions;
    size_t named = 0;
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i += 5) {
        struct recorder recorder;
        struct facts facts;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        facts_init(&facts, &recorder);
        size_t at = facts.row.count * (i % 7 + 3) / 10;
        struct cg_fact *fact = &facts.row.facts[at];
        fact->amount += 1;
        const char *path = recorder_write(&recorder, RECORD_FILELOG, 0, NULL,
                                          NULL);
        struct outcome outcome = replay(&recorder, &facts, &path, 1);
        const struct cg_exactness *is = &outcome.exactness;
        assert_int_equal(is->end, CG_EXACT_DIFFERS);
        assert_int_equal(is->difference.no, at + 1);
        assert_string_equal(is->difference.column, "amount");
        assert_int_equal(is->same, at);
        assert_int_equal(is->same + is->left, facts.row.count);
        assert_true(is->difference.was_record.what[0] != '\0');
        named++;
        facts_deinit(&facts);
        recorder_deinit(&recorder);
    }
    assert_true(named > SESSIONS_OF(50));
    sessions_deinit(&sessions);
}

/* The first session whose name begins so, and its facts. */
static void
play(struct recorder *recorder, struct facts *facts, const char *begin)
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

static struct outcome replay_whole(const struct recorder *recorder,
                                   struct facts *facts)
{
    const struct part part = {0, recorder->count, SIZE_MAX};
    return replay_part(recorder, facts, part);
}

/* Rates that are not there end it, and are named by their digest. */
static void test_replay_journal_other_rates_told(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    play(&recorder, &facts, "330");
    size_t at = 0;
    while (facts.row.facts[at].kind != CG_FACT_RATES_TAKEN) {
        at++;
    }
    struct cg_fact fact = cg_fact_row_at(&facts.row, at);
    char *digest = (char *)(uintptr_t)fact.text;
    digest[0] = digest[0] == '0' ? '1' : '0';
    struct outcome outcome = replay_whole(&recorder, &facts);
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(outcome.status, 0);
    assert_int_equal(is->end, CG_EXACT_RATES);
    assert_int_equal(is->same, at);
    assert_int_equal(is->same + is->left, facts.row.count);
    assert_non_null(strstr(is->why, "ParRates="));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A configuration that was taken while the gate ran ends it. */
static void test_replay_journal_other_settings_told(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    play(&recorder, &facts, "101");
    size_t count = facts.row.count;
    struct cg_fact fact = cg_fact_row_at(&facts.row, count - 1);
    struct cg_fact setting = {
        .kind = CG_FACT_ACCOUNT_WARNINGS,
        .no = count + 1,
        .time = fact.time,
        .cause_session = CG_SESSION_NONE,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = 0,
        .instrument = CG_NONE,
    };
    assert_int_equal(cg_fact_row_add(&facts.row, &setting), 0);
    facts.shown = facts.row.count;
    struct outcome outcome = replay_whole(&recorder, &facts);
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(outcome.status, 0);
    assert_int_equal(is->end, CG_EXACT_SETTINGS);
    assert_int_equal(is->same, count);
    assert_int_equal(is->left, 1);
    /* What a reload says of itself is enough. */
    facts.row.count--;
    setting.kind = CG_FACT_NOTED;
    setting.account = CG_NONE;
    setting.text = "configuration: SoftDeadlineMs 1000 to 2000";
    setting.text_len = strlen(setting.text);
    assert_int_equal(cg_fact_row_add(&facts.row, &setting), 0);
    outcome = replay_whole(&recorder, &facts);
    assert_int_equal(is->end, CG_EXACT_SETTINGS);
    assert_int_equal(is->same, count);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A fact with nothing in it that the books could have is shown all the same. */
static void test_replay_journal_wild_fact_named(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    play(&recorder, &facts, "105");
    for (size_t at = 3; at < facts.row.count; at += 2) {
        struct cg_fact *fact = &facts.row.facts[at];
        struct cg_fact kept = *fact;
        fact->order = 0x7ffffff0;
        fact->limit = CG_NONE - 1;
        fact->instrument = 0x10000000;
        fact->value = 0xfffffff0;
        struct outcome outcome = replay_whole(&recorder, &facts);
        assert_int_equal(outcome.exactness.end, CG_EXACT_DIFFERS);
        assert_int_equal(outcome.exactness.difference.no, at + 1);
        *fact = kept;
        fact->value ^= 0x80000001;
        fact->flags ^= 0x80010000;
        outcome = replay_whole(&recorder, &facts);
        assert_int_equal(outcome.exactness.end, CG_EXACT_DIFFERS);
        *fact = kept;
    }
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A journal that ends before the logs begin, or has nothing, is another's. */
static void test_replay_journal_of_other_time_refused(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    play(&recorder, &facts, "105");
    for (size_t i = 0; i < facts.row.count; i++) {
        facts.row.facts[i].time -= 86400 * CG_SECOND;
    }
    struct outcome outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, CG_ERR_CONFIG);
    assert_non_null(strstr(outcome.error, "before the logs begin"));
    facts.shown = 0;
    outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, CG_ERR_CONFIG);
    assert_non_null(strstr(outcome.error, "the journal is empty"));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_journal_every_session_same),
        cmocka_unit_test(test_replay_journal_every_seldom_same),
        cmocka_unit_test(test_replay_journal_logs_apart_same),
        cmocka_unit_test(test_replay_journal_parts_told),
        cmocka_unit_test(test_replay_journal_other_fact_named),
        cmocka_unit_test(test_replay_journal_other_rates_told),
        cmocka_unit_test(test_replay_journal_other_settings_told),
        cmocka_unit_test(test_replay_journal_wild_fact_named),
        cmocka_unit_test(test_replay_journal_of_other_time_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
