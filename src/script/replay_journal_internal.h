/*
 * What the files of a replay by a journal share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_JOURNAL_INTERNAL_H
#define CG_REPLAY_JOURNAL_INTERNAL_H

#include "replay_internal.h"
#include "replay_journal_events.h"
#include "replay_journal_facts.h"

/* How far the clock of a log may be from the gate's; what is sought is not
 * sought any further. */
#define CG_EXACT_NEAR (60 * CG_SECOND)
#define CG_EXACT_WAITING ((size_t)64 << 20) /* bytes that wait, at most */

/* What is known of the times of a session's messages in the logs. */
struct cg_exact_clock {
    uint64_t matched; /* messages whose facts were found */
    bool apart;       /* some had another time than their facts */
    cg_time behind;   /* how long after their log's time these were, at most */
};

struct cg_exact {
    struct cg_replay *replay;
    const struct cg_journal *journal;
    struct cg_exactness result;
    bool over; /* it is not exact any more */
    bool lost; /* messages are missing: up to the next start of the gate */
    char missing[320]; /* ... these */

    /* The facts that a gate is opened on: those up to |until|. */
    struct cg_journal view;
    cg_seq until;

    struct cg_heard_rows heard;
    struct cg_exact_clock clocks[CG_SESSIONS_MAX];
    /* What is in the state at the start: messages up to this number, and those
     * from before this moment. */
    cg_seq known[CG_SESSIONS_MAX];
    cg_time begin;
    bool log_ended;

    /* A turn of the journal: facts of one cause, behind those that it made
     * before its cause was looked at (days that end, rates that age). */
    struct cg_fact_row turn;
    cg_time now;  /* of the newest turn */
    size_t lead;  /* how many these are */
    size_t at;    /* how many were made again */
    bool fed;     /* its message was */
    bool stopped; /* the gate was told to end */

    struct cg_fact_row made; /* by the last call, not compared yet */
    int failed;              /* adding to it did */

    /* The cause that the gate has in mind. */
    cg_session cause_session;
    cg_seq cause_seq;

    const struct cg_rates *rates; /* taken last */
    bool takes_rates;             /* those in force, since the start */

    char *error;
    size_t error_len;
};

/* The turn at hand cannot be made again. */
static inline bool cg_exact_ended(const struct cg_exact *exact)
{
    return exact->over || exact->lost;
}

/* --- the logs (replay_journal_logs.c) ----------------------------------- */

/* Reads up to |now|, as far as it is known what is due. */
int cg_exact_read(struct cg_exact *exact, cg_time now);

/* Looks for the first of |kind| (of a message: 34=|seq|) that is about as old
 * as |now|, and reads on for it: 1 and its place, 0, or an error. */
int cg_exact_seek(struct cg_exact *exact,
                  cg_session session,
                  enum cg_heard_kind kind,
                  cg_seq seq,
                  cg_time now,
                  size_t *place);

/* Messages before the |place|-th of a session made no facts: they are given to
 * the gate, by |now|. */
int cg_exact_feed_to(struct cg_exact *exact,
                     cg_session session,
                     size_t place,
                     cg_time now);

/* So are those that came before |now|, as far as the clocks tell. */
int cg_exact_feed_due(struct cg_exact *exact, cg_time now);

/* All that is left goes in as the logs have it. */
int cg_exact_feed_rest(struct cg_exact *exact);

/* Gives one to the gate. */
int cg_exact_feed(struct cg_exact *exact,
                  cg_session session,
                  const struct cg_heard *heard,
                  cg_time now);

/* A message's facts were found. */
void cg_exact_clock_set(struct cg_exact *exact,
                        cg_session session,
                        cg_time heard,
                        cg_time decided);

/* --- turns (replay_journal_turn.c) --------------------------------------- */

/* Makes the facts of |exact->turn| again.  |next|: the fact behind it. */
int cg_exact_turn(struct cg_exact *exact, const struct cg_fact *next);

/* What the last call has made must be no fact at all. */
void cg_exact_made_none(struct cg_exact *exact);

/* It is not exact from here on; |why| as printf(). */
__attribute__((format(printf, 3, 4))) void cg_exact_end(struct cg_exact *exact,
                                                        enum cg_exact_end end,
                                                        const char *why,
                                                        ...);

/* The logs lack what is behind |fact|; |what|, as printf(), names it.  Where
 * they end, nothing more can be made again. */
__attribute__((format(printf, 3, 4))) void cg_exact_lacks(
    struct cg_exact *exact, const struct cg_fact *fact, const char *what, ...);

/* Either may be NULL: there is none. */
void cg_exact_differs(struct cg_exact *exact,
                      const struct cg_fact *was,
                      const struct cg_fact *is);

/* Days that end, and rates that age, are looked at before anything else is
 * done: such facts may lead a turn. */
bool cg_exact_leads(const struct cg_fact *fact);

/* --- calls (replay_journal_calls.c) -------------------------------------- */

/* Whether the turn is a start of the gate. */
bool cg_exact_is_start(const struct cg_exact *exact);

/* Does what made the first fact of the turn that is not made again yet; nothing
 * when nothing can have. */
int cg_exact_call(struct cg_exact *exact);

/* --- the start (replay_journal_start.c) ---------------------------------- */

/* Finds the fact to begin with: that of a start of the gate, or one in the
 * middle, and then |exact->result.resumed|. */
int cg_exact_start(struct cg_exact *exact, cg_seq *first);

/* Opens the gate on the facts before |first|, as it was when it ran; puts the
 * next fact into |*first|. */
int cg_exact_resume(struct cg_exact *exact, cg_seq *first);

#endif
