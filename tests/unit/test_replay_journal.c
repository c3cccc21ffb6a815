/*
 * Every session of sample_sessions/, recorded as logs, and replayed by the
 * journal of the gate that it was played on: all facts are made again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_replayer.h"
#include "sessions.h"

#include <map.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    struct outcome outcome = replay_logs(&recorder, &facts, &log, 1);
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
        struct outcome outcome = replay_logs(&recorder, &facts, paths, count);
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
        struct outcome outcome = replay_logs(&recorder, &facts, &path, 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_journal_every_session_same),
        cmocka_unit_test(test_replay_journal_every_seldom_same),
        cmocka_unit_test(test_replay_journal_logs_apart_same),
        cmocka_unit_test(test_replay_journal_parts_told),
        cmocka_unit_test(test_replay_journal_other_fact_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
