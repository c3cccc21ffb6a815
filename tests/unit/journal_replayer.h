/*
 * Replays a recorded session by the journal of the gate that it was played on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_JOURNAL_REPLAYER_H
#define CG_TESTS_JOURNAL_REPLAYER_H

#include "replay.h"
#include "replay_recorder.h"

#include <replay_journal_facts.h>

/* The facts of a session, with the numbers that its log has. */
struct facts {
    struct cg_fact_row row;
    const struct recorder *recorder;
    size_t shown;        /* of the journal; the rest is hidden */
    size_t fails_behind; /* so many facts the journal cannot be read ... */
    size_t fails_from;   /* ... from this call on, 1: the first; 0: never */
    size_t loads;        /* calls */
    const char *why;     /* what it says then; NULL: it says nothing */
};

/* Plays the session once more, for its journal. */
void facts_init(struct facts *facts, const struct recorder *recorder);
void facts_deinit(struct facts *facts);

/* Plays the first of sample_sessions/ whose name begins so. */
void facts_of(struct recorder *recorder,
              struct facts *facts,
              const char *begin);

struct outcome {
    int status;
    char error[512];
    struct cg_exactness exactness;
    struct cg_replay_totals totals;
    uint64_t verdicts[CG_REPLAY_VERDICTS];
};

struct outcome replay_logs(const struct recorder *recorder,
                           struct facts *facts,
                           const char *const *logs,
                           size_t log_count);

/* Messages of the recorder. */
struct part {
    size_t first;
    size_t last;
    size_t without; /* one that is left out, or SIZE_MAX */
};

struct outcome replay_part(const struct recorder *recorder,
                           struct facts *facts,
                           struct part part);
struct outcome replay_whole(const struct recorder *recorder,
                            struct facts *facts);

#endif
