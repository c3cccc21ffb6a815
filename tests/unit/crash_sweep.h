/*
 * Plays a session on paper whose gate dies at its n-th commit and goes on with
 * what was committed; then settles all that is open, as peers in order would.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_CRASH_SWEEP_H
#define CG_TESTS_CRASH_SWEEP_H

#include "script_runner.h"

enum crash_kind {
    CRASH_NONE,
    CRASH_SENT, /* after the commit, all of the turn has been sent */
    CRASH_HELD, /* after the commit: the FIX sessions' stores have the messages
                   of the turn, and are asked for them */
    CRASH_LOST, /* before the commit: the peer sends again what it said */
    CRASH_DISK, /* in the commit: which of these two it is the disk decides */
};

struct crash_run;

/* A journal that crashes can be played on. */
struct crash_journal {
    /* Makes runner.journal; 0, or an error. */
    int (*open)(struct crash_run *run);
    /* |message| is handed to its FIX session; may be NULL, as the next. */
    int (*sent)(struct crash_run *run, const struct cg_script_message *message);
    /* A turn was committed. */
    void (*committed)(struct crash_run *run);
    /* The process is over; opens what is left.  False: the turn that was to be
     * committed is not in it. */
    bool (*crash)(struct crash_run *run, bool in_commit);
};

struct crash_books {
    struct cg_limit_view *limits;
    size_t limit_count;
    struct cg_token_view *tokens;
    size_t token_count;
};

/* One ClOrdID of a client, as the wires have it. */
struct crash_request {
    cg_session client;
    char id[CG_NAME_MAX + 1];
    char original[CG_NAME_MAX + 1]; /* 41 */
    int forwarded;
    int answered;
};

struct crash_run {
    struct cg_script_runner runner;
    const struct crash_journal *journal;
    void *journal_user;
    enum crash_kind kind;
    size_t at;      /* the commit; 0: none */
    int result;     /* of that commit */
    cg_seq facts;   /* at the crash, with those of the turn */
    size_t commits; /* so far */
    size_t head;    /* of those, before the first step of its own file */
    bool crashed;
    bool quiet;     /* nothing was under way at the crash */
    bool cut;       /* the crash ended what nothing takes up again */
    bool would_cut; /* ... one now would */
    bool rests;     /* nothing is under way now */
    bool rested;    /* ... was, before the turn */
    bool had_cut;   /* and a crash then would have cut */
    bool again;     /* the input of the turn has to come again */
    bool lost;      /* ... as the disk had it */
    bool settling;  /* the session is over */
    size_t seen;    /* messages out before the crash */
    struct cg_script_messages held;
    bool *known; /* by step: what a venue speaks of had come to it */
    const bool *expected_known; /* the same of the undisturbed run, or NULL */
    bool *skipped;              /* by step */
    size_t missed;              /* expectations that nothing met */
    size_t first_missed;
    int reports; /* of the settling */
    struct crash_books script_end;
    struct crash_books settled;
    struct crash_request *requests;
    size_t request_count;
    char wrong[600]; /* what must not be; "" so far */
};

/* Plays |script|; |undisturbed| is the run without a crash, or NULL for that
 * one itself.  Afterwards |wrong| tells. */
void crash_run_play(struct crash_run *run,
                    const struct cg_script *script,
                    const struct crash_run *undisturbed,
                    enum crash_kind kind,
                    size_t at);

/* The same on a journal of the test's own. */
void crash_run_play_on(struct crash_run *run,
                       const struct cg_script *script,
                       const struct crash_run *undisturbed,
                       enum crash_kind kind,
                       size_t at,
                       const struct crash_journal *journal,
                       void *user);
void crash_run_deinit(struct crash_run *run);

__attribute__((format(printf, 2, 3))) void
crash_wrong(struct crash_run *run, const char *format, ...);

/* The first value of a tag; no data when it is not there. */
struct cg_slice crash_field(struct cg_slice fields, uint32_t wanted);

/* --- crash_state.c ------------------------------------------------------- */

/* Fails unless the journal's facts add up to the state of |gate|, bit by bit.
 */
void crash_state_same(struct crash_run *run);

/* Whether nothing was under way that a restart would answer or ask again. */
bool crash_state_rests(const struct crash_run *run);

/* Whether a hub is in the middle of an update in parts (R15), or the gate was
 * told to end: both are over with the process. */
bool crash_state_cut(const struct crash_run *run);

/* After a restart nothing may wait (R45), and every order and ask that was seen
 * on a wire before is in the books. */
void crash_state_backs(struct crash_run *run);

/* Once settled: no order open, no token without its end, no ask out. */
void crash_state_ended(struct crash_run *run);

/* --- crash_settle.c ------------------------------------------------------ */

/* Every peer logs on, hubs answer what they were asked, venues end what rests.
 */
void crash_settle(struct crash_run *run);

/* --- crash_gate.c -------------------------------------------------------- */

/* Whether the session can be played on. */
bool crash_goes_on(const struct crash_run *run);
void crash_gate_open(struct crash_run *run);
void crash_gate_close(struct crash_run *run);

/* Makes what |status| is of durable, and keeps what came out; or crashes. */
void crash_collect(struct crash_run *run, int status);

/* |session| logs on, and gets what its store holds of the turn. */
void crash_link_up(struct crash_run *run, cg_session session);
void crash_take_rates(struct crash_run *run, const struct cg_script_step *step);

/* --- crash_count.c ------------------------------------------------------- */

void crash_books_take(struct crash_run *run, struct crash_books *books);

/* Once the session is over: each ClOrdID, and what became of it. */
void crash_requests_count(struct crash_run *run);

/* --- crash_judge.c ------------------------------------------------------- */

struct crash_tally {
    size_t runs;
    size_t quiet;
    size_t same;
    size_t wrong;
};

/* What must hold of |run|, which has ended, beside the undisturbed one. */
void crash_judge(struct crash_run *run,
                 const struct crash_run *undisturbed,
                 struct crash_tally *tally);

/* --- crash_sweep.c ------------------------------------------------------- */

/* Lets time go by up to |to|. */
void crash_advance(struct crash_run *run, cg_time to);

#endif
