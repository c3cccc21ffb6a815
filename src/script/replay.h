/*
 * Replays recorded FIX traffic through a gate, with the log's own times; says
 * how what it sends differs from what was recorded, or expected.
 *
 * Memory does not grow with the length of the logs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_H
#define CG_REPLAY_H

#include "replay_against.h"
#include "replay_journal.h"
#include "replay_match.h"
#include "replay_session.h"
#include "replay_side.h"

struct cg_replay;

/* What was compared with what the replay sent. */
enum cg_replay_against {
    CG_REPLAY_RECORDED, /* the logs themselves */
    CG_REPLAY_EXPECTED, /* |expect| */
    CG_REPLAY_AGAINSTS,
};

struct cg_replay_difference {
    enum cg_replay_against against;
    enum cg_replay_verdict verdict;        /* one that makes a difference */
    const char *session;                   /* "": a decision */
    const struct cg_replay_said *recorded; /* or NULL */
    const struct cg_replay_said *produced; /* or NULL */
    const char *text;                      /* tag by tag; "" when one is NULL */
};

/* What a replay's gate hears and says, in its order; a recorder of it. */
struct cg_replay_tape {
    cg_time grain_ns; /* times of the log are cut to multiples of it */
    /* Who is who in the logs; NULL: the replay's configuration says it. */
    const struct cg_config *known;
    /* Before the gate is opened, at the log's first second; |*rates| is what
     * it then takes. */
    int (*begin)(void *user, cg_time start, const struct cg_rates **rates);
    /* May put another message in the place of each one of the logs. */
    int (*message)(void *user, struct cg_replay_message *message);
    int (*heard)(void *user, const struct cg_script_passed *heard);
    int (*said)(void *user, const struct cg_side_said *said);
    void *user;
};

struct cg_replay_options {
    const struct cg_config *config; /* borrowed */
    const struct cg_rates *rates;   /* NULL: none */
    const char *const *logs;        /* "-" is standard input */
    size_t log_count;
    const char *expect; /* a log; NULL: nothing is expected */
    /* That of the gate which made the logs, to be followed exactly; borrowed.
     * NULL: the times of the logs give the order. */
    const struct cg_journal *journal;
    /* Par rates with this digest, as if made at |made_at| (0: as they are),
     * that the gate of the journal took; NULL: there are none.  To be kept
     * until the replay is closed.  May be NULL; |rates| counts without a
     * journal. */
    const struct cg_rates *(*rates_of)(void *user,
                                       const char *digest,
                                       cg_time made_at);
    /* A second gate that hears the same; NULL: there is none.  Copied. */
    const struct cg_against_options *against;
    const struct cg_replay_tape *tape; /* borrowed; may be NULL */
    /* Whole lines of what the gate decides and sends; may be NULL. */
    int (*output)(void *user, const char *bytes, size_t len);
    /* Each difference, up to a number of them of each kind (0: all); may be
     * NULL. */
    uint64_t difference_max;
    void (*difference)(void *user,
                       const struct cg_replay_difference *difference);
    /*
     * What is wrong with a log, or what it lacks; |kind| is an enum
     * cg_log_trouble, or CG_LOG_TROUBLES plus an enum cg_replay_trouble.
     * Returns whether to go on.
     */
    bool (*trouble)(void *user,
                    unsigned kind,
                    const char *file,
                    uint64_t offset,
                    const char *text);
    /* Now and then; |total| is 0 when that is not known.  May be NULL. */
    void (*progress)(void *user, uint64_t done, uint64_t total);
    void *user;
};

#define CG_REPLAY_KINDS ((unsigned)CG_LOG_TROUBLES + CG_REPLAY_TROUBLES)

/* "checksum", "gap": the name of a kind of trouble. */
const char *cg_replay_trouble_name(unsigned kind);

/* 0, CG_ERR_MEMORY, CG_ERR_IO or what a gate's opening may return, with why in
 * |error|. */
int cg_replay_open(const struct cg_replay_options *options,
                   char *error,
                   size_t error_len,
                   struct cg_replay **replay);

/* To the end of the logs.  0, or an error with why in |error|; CG_ERR_CORRUPT
 * when |trouble| ended it. */
int cg_replay_run(struct cg_replay *replay, char *error, size_t error_len);

void cg_replay_close(struct cg_replay *replay);

/* --- what it came to ---------------------------------------------------- */

struct cg_replay_totals {
    uint64_t messages; /* of the logs, all */
    uint64_t sent;     /* by the replay's gate */
    uint64_t troubles[CG_REPLAY_KINDS];
    cg_time first;
    cg_time last;
    size_t leaked; /* tokens: cg_tally_leaked() */
    bool holds;    /* the books add up, and no credit leaked */
    char why[256]; /* else why not */
};

void cg_replay_totals(const struct cg_replay *replay,
                      struct cg_replay_totals *totals);

/* NULL before the first message. */
const struct cg_side *cg_replay_side(const struct cg_replay *replay);

/* How far the journal was followed; NULL without one. */
const struct cg_exactness *cg_replay_exactness(const struct cg_replay *replay);

/* Of one session; |verdicts| has CG_REPLAY_VERDICTS places.  |session| may be
 * the number of sessions: decisions. */
const struct cg_replay_counts *
cg_replay_session_counts(const struct cg_replay *replay, cg_session session);
/* Whether the logs hold what the gate sent on the session: else nothing was
 * compared, whatever the verdicts. */
bool cg_replay_is_recorded(const struct cg_replay *replay, cg_session session);
const uint64_t *cg_replay_verdicts(const struct cg_replay *replay,
                                   enum cg_replay_against against,
                                   size_t session);

#endif
