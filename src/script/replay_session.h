/*
 * The FIX sessions of a recorded log, in small: logons, sequence numbers,
 * repeats and gaps, so that a gate hears what it heard from its sessions.
 *
 * Messages come in the order of the log, each with its route; what the gate
 * has to know goes to the hooks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_SESSION_H
#define CG_REPLAY_SESSION_H

#include "replay_message.h"
#include <configuration.h>

#define CG_REPLAY_SEEN 1024 /* numbers whose messages are known again */
#define CG_REPLAY_HELD 1024 /* messages that wait behind a gap ... */
#define CG_REPLAY_HELD_BYTES ((size_t)4 << 20) /* ... and their bytes ... */
#define CG_REPLAY_HELD_NS (30 * CG_SECOND)     /* ... and for how long */
#define CG_REPLAY_KEPT 512                     /* messages sent, of a session */
#define CG_REPLAY_KEPT_BYTES ((size_t)512 << 10)

/* What a log may lack, or say twice. */
enum cg_replay_trouble {
    CG_REPLAY_STRANGER, /* CompIDs of no session */
    CG_REPLAY_HEADLESS, /* without CompIDs or number */
    CG_REPLAY_GAP,      /* messages are missing, and were gone on without */
    CG_REPLAY_ANEW,     /* numbers begin lower, and no Logon says so */
    CG_REPLAY_UNKNOWN,  /* a Reject of a message that is not known any more */
    CG_REPLAY_TROUBLES,
};

/* What a gate says to whom it logs out, and to who waits, when it is told to
 * end (58). */
#define CG_REPLAY_STOP_TEXT "the gate is stopping"
#define CG_REPLAY_STOP_REFUSAL                                                 \
    "\00158=CG501 GATE_STOPPING - " CG_REPLAY_STOP_TEXT

/*
 * Each returns 0, or what ends the replay.  |message| of a hook has the time at
 * which its session would have handed it on: behind a gap, that of the last
 * message that filled it.
 */
struct cg_replay_hooks {
    int (*link)(void *user, cg_session session, bool up, cg_time now);
    int (*renumbered)(void *user, cg_session session, bool ours, cg_time now);
    /* The peer rejected (35=3) |sent|. */
    int (*rejected)(void *user,
                    cg_session session,
                    struct cg_slice sent,
                    cg_time now);
    /* The peer asks for |sent| again. */
    int (*resending)(void *user,
                     cg_session session,
                     struct cg_slice sent,
                     cg_time now);
    /* The gate says in a Logout that it is told to end.  May be NULL. */
    int (*stopping)(void *user, cg_time now);
    /* An application message, in sequence: the gate's to decide on, or what it
     * sent. */
    int (*message)(void *user, const struct cg_replay_message *message);
    int (*trouble)(void *user,
                   enum cg_replay_trouble trouble,
                   const struct cg_replay_message *message,
                   const char *text);
    void *user;
};

/* Of one session. */
struct cg_replay_counts {
    uint64_t in;       /* application messages handed on */
    uint64_t out;      /* that the gate sent */
    uint64_t admin;    /* both directions */
    uint64_t repeated; /* seen before, left out */
    uint64_t missing;  /* numbers gone on without */
    uint64_t logons;
    uint64_t rejects;
};

struct cg_replay_sessions;

/* NULL without memory.  |hooks| are copied, |config| is borrowed. */
struct cg_replay_sessions *
cg_replay_sessions_open(const struct cg_config *config,
                        const struct cg_replay_hooks *hooks);
void cg_replay_sessions_close(struct cg_replay_sessions *sessions);

/* The log begins with the session logged on. */
int cg_replay_sessions_up(struct cg_replay_sessions *sessions,
                          cg_session session,
                          cg_time now);

/* The log lacks the gate's own Logon on the session: its peer's alone makes it
 * up. */
void cg_replay_sessions_one_sided(struct cg_replay_sessions *sessions,
                                  cg_session session);

int cg_replay_sessions_take(struct cg_replay_sessions *sessions,
                            const struct cg_replay_message *message);

/* Whether what the gate sends on the session goes out: it is logged on, and
 * the gate has not said its Logout. */
bool cg_replay_sessions_sends(const struct cg_replay_sessions *sessions,
                              cg_session session);

/* At the end of the log: what waits behind a gap goes on. */
int cg_replay_sessions_end(struct cg_replay_sessions *sessions, cg_time now);

const struct cg_replay_counts *
cg_replay_sessions_counts(const struct cg_replay_sessions *sessions,
                          cg_session session);

#endif
