/*
 * What if: which orders a second gate decides otherwise, and why.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "replay_recorder.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void print(void *user, const struct cg_against_difference *is)
{
    (void)user;
    fprintf(stderr, "  %s %s %s: %s\n    A: %s\n    B: %s\n    %s\n",
            is->session, is->message, is->clordid,
            cg_against_kind_name(is->kind), is->outcome[0], is->outcome[1],
            is->because);
}

/* --- the same settings -------------------------------------------------- */

/* How many orders differ, with what is assumed. */
static uint64_t replay_same(const struct recorder *recorder, const char *path)
{
    const struct cg_against_options against = {
        .rates = recorder->rates,
        .hub_latency = -1,
        .difference = print,
    };
    const struct cg_replay_options options = {
        .config = &recorder->script.config,
        .rates = recorder->rates,
        .logs = &path,
        .log_count = 1,
        .against = &against,
    };
    struct cg_replay *replay = NULL;
    char error[512];
    assert_int_equal(cg_replay_open(&options, error, sizeof(error), &replay),
                     0);
    int status = cg_replay_run(replay, error, sizeof(error));
    if (status != 0) {
        fprintf(stderr, "  %s\n", error);
        cg_replay_close(replay);
        return 1;
    }
    const struct cg_against_totals *totals = cg_replay_against_totals(replay);
    uint64_t wrong = totals->compared - totals->same;
    for (int i = 0; i < CG_AGAINST_KINDS; i++) {
        wrong += totals->kinds[i];
    }
    wrong += totals->assumed_answers + totals->assumed_cancels +
             totals->left_out + totals->resting + totals->unanswered;
    wrong += !totals->holds;
    if (wrong > 0) {
        fprintf(stderr,
                "  assumed %llu %llu, left out %llu, resting %llu, unanswered "
                "%llu, %s\n",
                (unsigned long long)totals->assumed_answers,
                (unsigned long long)totals->assumed_cancels,
                (unsigned long long)totals->left_out,
                (unsigned long long)totals->resting,
                (unsigned long long)totals->unanswered, totals->why);
    }
    struct cg_limit_view a;
    struct cg_limit_view b;
    for (size_t i = 0;
         cg_gate_limit(cg_side_gate(cg_replay_side(replay)), i, &a); i++) {
        assert_true(
            cg_gate_limit(cg_side_gate(cg_replay_against_side(replay)), i, &b));
        wrong += a.used != b.used || a.amount != b.amount;
    }
    cg_replay_close(replay);
    return wrong;
}

/* All but the first quarters of a log. */
static bool is_late(void *user, const struct recorder *recorder, size_t index)
{
    const size_t *part = user;
    return index >= recorder->count * *part / 4;
}

static void no_difference(size_t part)
{
    struct sessions sessions;
    size_t failed = 0;
    size_t replayed = 0;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        if (!recorder.unplayable) {
            const char *path = recorder_write(&recorder, RECORD_FILELOG, 0,
                                              is_late, &part);
            replayed++;
            if (replay_same(&recorder, path) != 0) {
                failed++;
                fprintf(stderr, "%s differs\n",
                        sessions_name(sessions.paths[i]));
            }
        }
        recorder_deinit(&recorder);
    }
    fprintf(stderr, "%zu replayed, %zu failed\n", replayed, failed);
    assert_int_equal(failed, 0);
    assert_true(replayed > SESSIONS_OF(200));
    sessions_deinit(&sessions);
}

/* Every sample session: two gates with the same settings decide the same, at
 * the same time, and nothing has to be assumed. */
static void test_replay_against_same_settings_no_difference(void **state)
{
    (void)state;
    no_difference(0);
}

/* Nor in logs that begin in the middle. */
static void test_replay_against_cut_logs_no_difference(void **state)
{
    (void)state;
    no_difference(1);
    no_difference(2);
}

/* --- other settings ----------------------------------------------------- */

/* Replays it; false when the books of the second gate do not hold. */
static bool holds(const struct recorder *recorder,
                  const char *path,
                  struct cg_against_options against,
                  uint64_t *differ)
{
    const struct cg_replay_options options = {
        .config = &recorder->script.config,
        .rates = recorder->rates,
        .logs = &path,
        .log_count = 1,
        .against = &against,
    };
    struct cg_replay *replay = NULL;
    char error[512];
    against.rates = recorder->rates;
    assert_int_equal(cg_replay_open(&options, error, sizeof(error), &replay),
                     0);
    int status = cg_replay_run(replay, error, sizeof(error));
    const struct cg_against_totals *totals = cg_replay_against_totals(replay);
    bool good = status == 0 && totals->holds;
    if (!good) {
        fprintf(stderr, "  %s %s\n", error, totals->why);
    }
    *differ += totals->compared - totals->same;
    cg_replay_close(replay);
    return good;
}

/* The same hubs, slower and faster. */
static size_t under_other_hubs(const struct recorder *recorder,
                               const char *path,
                               uint64_t *differ)
{
    static const cg_time latencies[] = {0, 7 * CG_MS, 1500 * CG_MS,
                                        25 * CG_SECOND};
    size_t failed = 0;
    for (size_t i = 0; i < 4; i++) {
        const struct cg_against_options against = {
            .hub_latency = latencies[i],
            .unknown_silent = i == 1,
            .unknown_ends = i == 2,
        };
        failed += !holds(recorder, path, against, differ);
    }
    return failed;
}

/* Each amount, and each DV01, times |of| / 2. */
static size_t under_other_amounts(const struct recorder *recorder,
                                  const char *path,
                                  int of,
                                  uint64_t *differ)
{
    struct cg_config config = recorder->script.config;
    size_t limits = config.credit_limit_count * sizeof(*config.credit_limits);
    size_t rows = config.instrument_count * sizeof(*config.instruments);
    config.credit_limits = malloc(limits + 1);
    config.instruments = malloc(rows + 1);
    assert_true(config.credit_limits != NULL && config.instruments != NULL);
    memcpy(config.credit_limits, recorder->script.config.credit_limits, limits);
    memcpy(config.instruments, recorder->script.config.instruments, rows);
    for (size_t i = 0; i < config.credit_limit_count; i++) {
        config.credit_limits[i].amount = config.credit_limits[i].amount * of /
                                         2;
    }
    for (size_t i = 0; i < config.instrument_count; i++) {
        cg_dv01 *rate = &config.instruments[i].dv01_per_million;
        *rate = of == 1 ? *rate * 11 / 10 : *rate * 9 / 10;
    }
    const struct cg_against_options against = {
        .config = &config,
        .hub_latency = -1,
        .unknown_ends = of == 1,
    };
    bool good = holds(recorder, path, against, differ);
    free(config.credit_limits);
    free(config.instruments);
    return !good;
}

/* Every sample session: with hubs that are slower and faster, with half and
 * with four times the amounts and other DV01s, the books of the second gate
 * hold: whatever it did not hear, or heard of what it had not done. */
static void test_replay_against_other_settings_books_hold(void **state)
{
    (void)state;
    struct sessions sessions;
    size_t failed = 0;
    uint64_t differ[2] = {0, 0};
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        if (!recorder.unplayable) {
            const char *path = recorder_write(&recorder, RECORD_FILELOG, 0,
                                              NULL, NULL);
            size_t wrong = under_other_hubs(&recorder, path, &differ[0]);
            /* Par rates are read with their own configuration. */
            if (recorder.rates == NULL) {
                wrong += under_other_amounts(&recorder, path, 1, &differ[1]);
                wrong += under_other_amounts(&recorder, path, 8, &differ[1]);
            }
            if (wrong > 0) {
                failed++;
                fprintf(stderr, "%s: the books do not hold\n",
                        sessions_name(sessions.paths[i]));
            }
        }
        recorder_deinit(&recorder);
    }
    fprintf(stderr, "%llu and %llu orders differ\n",
            (unsigned long long)differ[0], (unsigned long long)differ[1]);
    assert_int_equal(failed, 0);
    assert_true(differ[0] > SESSIONS_OF(200));
    assert_true(differ[1] > SESSIONS_OF(100));
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_against_same_settings_no_difference),
        cmocka_unit_test(test_replay_against_cut_logs_no_difference),
        cmocka_unit_test(test_replay_against_other_settings_books_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
