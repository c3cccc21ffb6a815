/*
 * Replays logs, and keeps what came of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_REPLAY_RUNNER_H
#define CG_TESTS_REPLAY_RUNNER_H

#include "replay.h"

struct replay_run {
    struct cg_replay *replay; /* NULL: it failed, and |error| says how */
    int status;
    char error[512];
    struct cg_replay_totals totals;
    char *output; /* all of it */
    size_t output_len;
    char *words; /* differences and trouble, a line each */
    size_t words_len;
    bool stops; /* at trouble */
};

/* What the options lack is filled in; |run| is zeroed but for |stops|. */
void replay_run(struct replay_run *run,
                const struct cg_config *config,
                const struct cg_rates *rates,
                const char *const *logs,
                size_t log_count,
                const char *expect);
void replay_run_deinit(struct replay_run *run);

/* Of all sessions, and decisions. */
uint64_t replay_run_sum(const struct replay_run *run,
                        const struct cg_config *config,
                        enum cg_replay_against against,
                        enum cg_replay_verdict verdict);
uint64_t replay_run_troubles(const struct replay_run *run);

#endif
