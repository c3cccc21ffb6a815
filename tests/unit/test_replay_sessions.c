/*
 * Every session of sample_sessions/, recorded as a log and replayed: the gate
 * sends what it sent then, message by message.
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

static bool trouble(void *user,
                    unsigned kind,
                    const char *file,
                    uint64_t offset,
                    const char *text)
{
    (void)user;
    fprintf(stderr, "%s:%llu: %s: %s\n", file, (unsigned long long)offset,
            cg_replay_trouble_name(kind), text);
    return true;
}

static void print_said(const char *what, const struct cg_replay_said *said)
{
    if (said != NULL) {
        fprintf(stderr, "    %s %.*s ", what, (int)said->type.len,
                said->type.data);
        for (size_t i = 0; i < said->body.len; i++) {
            char c = said->body.data[i];
            fputc(c == 1 ? '|' : c, stderr);
        }
        fputc('\n', stderr);
    }
}

static void difference(void *user, const struct cg_replay_difference *is)
{
    (void)user;
    fprintf(stderr, "  %s %d %s\n", is->session, (int)is->verdict, is->text);
    print_said("was", is->recorded);
    print_said("is ", is->produced);
}

/* How many differ, or lack; messages to nobody are only produced. */
static uint64_t count_wrong(const struct cg_replay *replay,
                            const struct recorder *recorder)
{
    uint64_t wrong = 0;
    struct cg_replay_totals totals;
    cg_replay_totals(replay, &totals);
    for (size_t i = 0; i < recorder->script.config.session_count; i++) {
        const uint64_t *counts = cg_replay_verdicts(replay, CG_REPLAY_RECORDED,
                                                    i);
        size_t unsent = recorder_unsent(recorder, (cg_session)i);
        wrong += counts[CG_REPLAY_DIFFERENT] + counts[CG_REPLAY_ONLY_RECORDED];
        wrong += counts[CG_REPLAY_ONLY_PRODUCED] != unsent;
    }
    for (unsigned i = 0; i < CG_REPLAY_KINDS; i++) {
        wrong += totals.troubles[i];
    }
    if (!totals.holds) {
        fprintf(stderr, "  %s\n", totals.why);
    }
    return wrong + !totals.holds;
}

static uint64_t replay_log(const struct recorder *recorder, const char *path)
{
    struct cg_replay_options options = {
        .config = &recorder->script.config,
        .rates = recorder->rates,
        .logs = &path,
        .log_count = 1,
        .trouble = trouble,
    };
    struct cg_replay *replay = NULL;
    char error[512];
    options.difference = difference;
    int status = cg_replay_open(&options, error, sizeof(error), &replay);
    status = status != 0 ? status : cg_replay_run(replay, error, sizeof(error));
    if (status != 0) {
        fprintf(stderr, "  %s\n", error);
        cg_replay_close(replay);
        return 1;
    }
    uint64_t wrong = count_wrong(replay, recorder);
    cg_replay_close(replay);
    return wrong;
}

/* Replays each in one form; the names of those that differ are printed. */
static void all_in(enum recorder_form form)
{
    struct sessions sessions;
    size_t failed = 0;
    size_t replayed = 0;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        if (!recorder.unplayable) {
            const char *path = recorder_write(&recorder, form, 0, NULL, NULL);
            replayed++;
            if (replay_log(&recorder, path) != 0) {
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

static void test_replay_sessions_filelog_same(void **state)
{
    (void)state;
    all_in(RECORD_FILELOG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_sessions_filelog_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
