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

/* Every sample session: two gates with the same settings decide the same, at
 * the same time, and nothing has to be assumed. */
static void test_replay_against_same_settings_no_difference(void **state)
{
    (void)state;
    struct sessions sessions;
    size_t failed = 0;
    size_t replayed = 0;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        if (!recorder.unplayable) {
            const char *path = recorder_write(&recorder, RECORD_FILELOG, 0,
                                              NULL, NULL);
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
    assert_true(replayed > 200);
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_against_same_settings_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
