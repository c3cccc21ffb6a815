/*
 * Every session of sample_sessions/, recorded as a log and replayed: the gate
 * sends what it sent then, message by message, whatever the form of the log.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "replay_runner.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* How many sessions can be recorded, at the least. */
#define SOME 200

/* One way to record and replay; how much is wrong. */
typedef uint64_t replay_way(const struct recorder *recorder,
                            struct replay_run *run);

/* What differs, or lacks; messages to nobody are in no log. */
static uint64_t count_wrong(const struct replay_run *run,
                            const struct recorder *recorder)
{
    const struct cg_config *config = &recorder->script.config;
    uint64_t wrong = replay_run_troubles(run) + !run->totals.holds;
    for (size_t i = 0; i < config->session_count; i++) {
        const uint64_t *counts = cg_replay_verdicts(run->replay,
                                                    CG_REPLAY_RECORDED, i);
        size_t unsent = recorder_unsent(recorder, (cg_session)i);
        wrong += counts[CG_REPLAY_DIFFERENT] + counts[CG_REPLAY_ONLY_RECORDED];
        wrong += counts[CG_REPLAY_ONLY_PRODUCED];
        wrong += counts[CG_REPLAY_UNSENT] != unsent;
    }
    return wrong;
}

static uint64_t replay_in(const struct recorder *recorder,
                          struct replay_run *run,
                          enum recorder_form form)
{
    const char *path = recorder_write(recorder, form, 0, NULL, NULL);
    replay_run(run, &recorder->script.config, recorder->rates, &path, 1, NULL);
    return run->status != 0 ? 1 : count_wrong(run, recorder);
}

/* All sessions, each played once. */
static struct sessions sessions;
static struct recorder recorders[SESSIONS_MAX];

static int play_all(void **state)
{
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        assert_true(recorder_play(&recorders[i], sessions.paths[i]));
    }
    return 0;
}

static int forget_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sessions.count; i++) {
        recorder_deinit(&recorders[i]);
    }
    sessions_deinit(&sessions);
    return 0;
}

static void all_by(replay_way *way)
{
    size_t failed = 0;
    size_t replayed = 0;
    for (size_t i = 0; i < sessions.count; i++) {
        struct replay_run run = {.stops = false};
        if (recorders[i].unplayable) {
            continue;
        }
        replayed++;
        if (way(&recorders[i], &run) != 0) {
            failed++;
            print_error("%s: %s %s\n%s", sessions_name(sessions.paths[i]),
                        run.error, run.totals.why, run.words);
        }
        replay_run_deinit(&run);
    }
    assert_int_equal(failed, 0);
    assert_true(replayed > SESSIONS_OF(SOME));
}

/* --- forms -------------------------------------------------------------- */

static uint64_t filelog(const struct recorder *recorder, struct replay_run *run)
{
    return replay_in(recorder, run, RECORD_FILELOG);
}

static void test_replay_sessions_filelog_same(void **state)
{
    (void)state;
    all_by(filelog);
}

static uint64_t bars(const struct recorder *recorder, struct replay_run *run)
{
    return replay_in(recorder, run, RECORD_BARS);
}

static void test_replay_sessions_bars_same(void **state)
{
    (void)state;
    all_by(bars);
}

/* --- several logs ------------------------------------------------------- */

static bool of_role(void *user, const struct recorder *recorder, size_t index)
{
    const enum cg_role *role = user;
    cg_session session = recorder->items[index].session;
    return recorder->script.config.sessions[session].role == *role;
}

/* Clients, venues and hubs have a log each; a microsecond tells what came
 * first. */
static uint64_t merged(const struct recorder *recorder, struct replay_run *run)
{
    static const enum cg_role roles[] = {CG_ROLE_CLIENT, CG_ROLE_VENUE,
                                         CG_ROLE_HUB};
    struct recorder spread = *recorder;
    const char *logs[3];
    spread.spread = 1000;
    for (size_t i = 0; i < 3; i++) {
        enum cg_role role = roles[i];
        logs[i] = recorder_write(&spread, RECORD_FILELOG, i, of_role, &role);
    }
    replay_run(run, &recorder->script.config, recorder->rates, logs, 3, NULL);
    return run->status != 0 ? 1 : count_wrong(run, recorder);
}

/* An empty log is trouble of its own; all sessions of the desk have messages
 * of each role. */
static void test_replay_sessions_merged_same(void **state)
{
    (void)state;
    all_by(merged);
}

static uint64_t twice(const struct recorder *recorder, struct replay_run *run)
{
    struct recorder spread = *recorder;
    uint64_t repeated = 0;
    uint64_t written = 0;
    spread.spread = 1000;
    const char *path = recorder_write(&spread, RECORD_FILELOG, 0, NULL, NULL);
    const char *logs[] = {path, path};
    replay_run(run, &recorder->script.config, recorder->rates, logs, 2, NULL);
    if (run->status != 0) {
        return 1;
    }
    for (size_t i = 0; i < recorder->count; i++) {
        written += !recorder->items[i].unsent;
    }
    for (size_t i = 0; i < recorder->script.config.session_count; i++) {
        repeated +=
            cg_replay_session_counts(run->replay, (cg_session)i)->repeated;
    }
    /* Resends within the log are repeats in the first place. */
    return count_wrong(run, recorder) + (repeated < written);
}

/* The same messages in two logs count once. */
static void test_replay_sessions_in_two_logs_once(void **state)
{
    (void)state;
    all_by(twice);
}

/* --- what is expected --------------------------------------------------- */

/* The output of one replay is what the next one should send; and both write
 * the same, byte by byte. */
static uint64_t expected(const struct recorder *recorder,
                         struct replay_run *run)
{
    const struct cg_config *config = &recorder->script.config;
    const char *log = recorder_write(recorder, RECORD_BARS, 0, NULL, NULL);
    struct replay_run first = {.stops = false};
    replay_run(&first, config, recorder->rates, &log, 1, NULL);
    const char *output = recorder_write_text(1, first.output, first.output_len);
    replay_run(run, config, recorder->rates, &log, 1, output);
    uint64_t wrong = run->status != 0 || first.status != 0;
    if (wrong == 0) {
        wrong += strcmp(first.output, run->output) != 0;
        wrong += replay_run_sum(run, config, CG_REPLAY_EXPECTED,
                                CG_REPLAY_DIFFERENT);
        wrong += replay_run_sum(run, config, CG_REPLAY_EXPECTED,
                                CG_REPLAY_ONLY_RECORDED);
        wrong += replay_run_sum(run, config, CG_REPLAY_EXPECTED,
                                CG_REPLAY_ONLY_PRODUCED);
        wrong += replay_run_sum(run, config, CG_REPLAY_EXPECTED,
                                CG_REPLAY_SAME) < run->totals.sent;
    }
    replay_run_deinit(&first);
    return wrong;
}

static void test_replay_sessions_output_expected(void **state)
{
    (void)state;
    all_by(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_sessions_filelog_same),
        cmocka_unit_test(test_replay_sessions_bars_same),
        cmocka_unit_test(test_replay_sessions_merged_same),
        cmocka_unit_test(test_replay_sessions_in_two_logs_once),
        cmocka_unit_test(test_replay_sessions_output_expected),
    };
    return cmocka_run_group_tests(tests, play_all, forget_all);
}
