/*
 * What the files of a replay share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_INTERNAL_H
#define CG_REPLAY_INTERNAL_H

#include "replay.h"
#include "replay_ahead.h"
#include "replay_route.h"

#define CG_REPLAY_STRANGERS                                                    \
    64 /* pairs of CompIDs that are told of once each                          \
        */

/* What should be sent: a log of its own, read as far as it is needed. */
struct cg_replay_expect {
    struct cg_log *log; /* NULL: nothing is expected */
    struct cg_replay_sessions *sessions;
    struct cg_replay_ids ids; /* its own: they say nothing of the logs' */
    struct cg_replay_match match;
    bool has_decisions; /* it is a replay's output */
    bool ended;
    int status; /* of what a decision of it came to */
};

struct cg_exact;

struct cg_replay {
    struct cg_replay_options options;
    struct cg_exact *exact; /* by a journal; NULL: without one */
    struct cg_replay_route route;
    struct cg_log *log;
    struct cg_replay_ahead ahead;
    struct cg_gate_forms *forms; /* of the batch at hand */
    struct cg_replay_sessions *sessions;
    struct cg_side *side; /* NULL before the first message */
    cg_time opened;       /* its time when it was opened */
    bool stopped;         /* the log's gate was told to end */
    struct cg_replay_ids ids;
    struct cg_replay_match recorded;
    struct cg_replay_expect expect;
    struct cg_against *against; /* NULL: there is no second gate */
    struct cg_replay_totals totals;
    uint64_t told[CG_REPLAY_AGAINSTS];       /* differences */
    uint64_t strangers[CG_REPLAY_STRANGERS]; /* hashes */
    size_t stranger_count;
    char *line; /* of the output */
    char *whole;
    char *header;
    size_t line_max;
    char words[4096];
};

/* Counts it, and tells of it: 0, or CG_ERR_CORRUPT to end. */
int cg_replay_tell(struct cg_replay *replay,
                   unsigned kind,
                   const char *file,
                   uint64_t offset,
                   const char *text);

/* Tells of a difference, if it is one. */
void cg_replay_differs(struct cg_replay *replay,
                       enum cg_replay_against against,
                       cg_session session,
                       enum cg_replay_verdict verdict,
                       const struct cg_replay_said *recorded,
                       const struct cg_replay_said *produced);

/* A message of the logs, and what is known of it by itself. */
struct cg_replay_looked {
    struct cg_replay_message message;
    bool has_header;
    bool has_session;
};

/* Finds session and direction; tells nobody. */
void cg_replay_look(const struct cg_replay *replay,
                    const struct cg_log_message *log,
                    struct cg_replay_looked *looked);

/* False when it belongs to no session, and |*status| is what telling of that
 * came to. */
bool cg_replay_find(struct cg_replay *replay,
                    const struct cg_replay_looked *looked,
                    int *status);

/* A message that the gate of the logs sent. */
int cg_replay_recorded(void *user, const struct cg_replay_message *message);

/* Opens the gate; with a journal on what that has before, and, for |resume|,
 * as it was after that fact. */
int cg_replay_open_side(struct cg_replay *replay,
                        cg_time now,
                        cg_seq resume,
                        char *error,
                        size_t error_len);

/* --- by a journal (replay_journal.c) ------------------------------------ */

int cg_exact_open(struct cg_replay *replay);
void cg_exact_close(struct cg_exact *exact);
struct cg_replay_hooks cg_exact_hooks(struct cg_replay *replay);
const struct cg_journal *cg_exact_view(const struct cg_exact *exact);
void cg_exact_fact(void *user, const struct cg_fact *fact);

/* From the start to the end of journal and logs. */
int cg_exact_run(struct cg_replay *replay, char *error, size_t error_len);

/* --- what comes out (replay_output.c) ----------------------------------- */

int cg_replay_output_open(struct cg_replay *replay);
void cg_replay_output_close(struct cg_replay *replay);
int cg_replay_put_said(struct cg_replay *replay,
                       const struct cg_side_said *said);
int cg_replay_put_decision(struct cg_replay *replay,
                           cg_time now,
                           const char *text);

/* The first line of an output, behind its '#'. */
#define CG_REPLAY_OUTPUT " creditgate replay: decisions, and messages sent"

int cg_replay_put_head(struct cg_replay *replay);

/* --- what is expected (replay_expect.c) --------------------------------- */

int cg_replay_expect_open(struct cg_replay *replay,
                          char *error,
                          size_t error_len);
void cg_replay_expect_close(struct cg_replay *replay);
int cg_replay_expect_said(struct cg_replay *replay,
                          cg_session session,
                          const struct cg_replay_said *said);
int cg_replay_expect_decided(struct cg_replay *replay,
                             cg_time now,
                             const char *text);
/* Reads the rest, and judges what is left. */
int cg_replay_expect_end(struct cg_replay *replay);

#endif
