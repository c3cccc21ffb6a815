/*
 * Plays the cases of a certification against a real counterparty, in real time.
 *
 * Two seats:
 *
 *   peer hub    the peer is a hub or an FCM's own engine.  A gate of the kit's
 *               own, fresh for each attempt, speaks with it over FIX; the kit
 *               plays clients and venues around that gate without sockets.
 *   peer gate   the peer is a gate, ours or another product.  The kit plays its
 *               clients, venues and hubs, each over a FIX session: it connects
 *               where the gate listens, and listens where it connects.
 *
 * The steps of an actor that the kit plays are done (>) or waited for (<).  The
 * steps of the peer are turned around: "hub > DG" is what it must say.  What
 * the steps of "wire" say goes over a socket of its own, without a FIX session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_KIT_H
#define CG_CERTIFY_KIT_H

#include "script.h"
#include <uv.h>

enum cg_kit_seat { CG_KIT_HUB, CG_KIT_GATE };

enum cg_kit_verdict {
    CG_KIT_PASSED,
    CG_KIT_FAILED, /* something was not as the case says */
    CG_KIT_BROKEN, /* no verdict on the peer: no connection, the time limit, the
                      operator could not do what was asked */
    CG_KIT_SKIPPED, /* by the operator, with a reason */
    CG_KIT_WAIVED,  /* by the profile, or as this seat cannot play it */
    CG_KIT_STOPPED, /* by the operator: to be played when the run goes on */
};

/* Whether somebody has done what a case asks for outside of FIX. */
enum cg_kit_asked {
    CG_KIT_ASKED_WAIT,
    CG_KIT_ASKED_DONE,
    CG_KIT_ASKED_CANNOT,
    CG_KIT_ASKED_UNSURE, /* it was begun, and nobody says that it is done */
};

/* What happened, in its order; texts are borrowed for the call. */
enum cg_kit_event_kind {
    CG_KIT_MESSAGE, /* one passed between the kit and the peer, or between the
                       kit's gate and an actor */
    CG_KIT_STEP,    /* one is over */
    CG_KIT_NOTE,    /* of a connection, a session or the kit's gate */
};

struct cg_kit_event {
    enum cg_kit_event_kind kind;
    cg_time time;
    const char *actor; /* "client", "hub", "wire"; NOTE: who says it */
    /* MESSAGE */
    bool to_actor;         /* else it comes from it */
    struct cg_slice bytes; /* whole */
    /* STEP; texts have SOH as | */
    const struct cg_script_step *step;
    size_t index;
    enum cg_kit_verdict verdict; /* PASSED, FAILED, BROKEN; WAIVED: only the
                                    gate's inside would show it */
    const char *text;            /* as the case has it */
    const char *expected;        /* values put in; "" when nothing was */
    const char *observed;        /* "" when nothing came */
    const char *wrong;           /* in words; "" when it is as it should be */
    const uint32_t *differing;   /* tags */
    size_t differing_count;
    cg_time late_ns; /* behind its planned time; below 0: early */
    /* NOTE */
    const char *note;
};

struct cg_kit_value {
    const char *name;
    const char *text;
};

/* Tolerances, from a profile. */
struct cg_kit_limits {
    cg_time tolerance_ns;    /* how late an expected message may be */
    cg_time early_ns;        /* and how early, after a stated wait */
    cg_time settle_ns;       /* silence at the end of a case */
    cg_time connect_ns;      /* until the peer is logged on */
    cg_time case_ns;         /* a whole case, but for what somebody is asked */
    size_t flood_max;        /* messages of the peer in one case */
    bool keep_numbers;       /* no ResetSeqNumFlag(141) at logon */
    const uint32_t *ignores; /* tags that are not compared */
    size_t ignore_count;
    const char *ignored_types; /* "B,j": that nobody need expect */
};

struct cg_kit_options {
    uv_loop_t *loop;
    const struct cg_config *config; /* of the gate, the kit's own or the peer */
    enum cg_kit_seat seat;
    cg_session hub;  /* seat HUB: the session that the peer is */
    uint64_t played; /* seat GATE: bit i: the kit plays session i */
    struct cg_kit_limits limits;
    void (*event)(void *user, const struct cg_kit_event *event);
    /* Called again and again until it no longer says WAIT; |first| only once.
     * CANNOT says why, in a text that holds until the next call. */
    enum cg_kit_asked (*ask)(void *user,
                             const char *actor,
                             const char *words,
                             const char *plea,
                             bool first,
                             const char **why);
    /* What was asked last shows: nobody need say that it is done.  |ask| is
     * called on until it no longer says WAIT; may be NULL. */
    void (*shows)(void *user);
    /* The operator wants to end: looked at in every turn; may be NULL. */
    bool (*stops)(void *user);
    /* Somebody looks on, who may call the peer: it is always waited for as long
     * as |limits| say.  Else not once it has not come three times. */
    bool attended;
    void *user;
};

struct cg_kit;

/*
 * Opens the FIX sessions and begins to connect and to listen; does not wait.
 * Returns 0, or a negative error, and |error| says what and what to do.
 */
int cg_kit_open(const struct cg_kit_options *options,
                char *error,
                size_t error_len,
                struct cg_kit **kit);

/* Logs out, closes all and runs the loop until nothing is left.  NULL is fine.
 */
void cg_kit_close(struct cg_kit *kit);

/*
 * Plays one attempt at |script|; |values| win over the script's own.  Runs the
 * loop until it is over: it always ends by itself, whatever the peer does, and
 * leaves no order open and no token alive behind as far as the peer lets it.
 *
 * Returns 0, and in |*verdict| PASSED, FAILED, BROKEN, WAIVED (with a script
 * that this seat cannot play) or STOPPED; |reason| says why it is not PASSED.
 * Or CG_ERR_MEMORY.
 */
int cg_kit_play(struct cg_kit *kit,
                const struct cg_script *script,
                const struct cg_kit_value *values,
                size_t value_count,
                enum cg_kit_verdict *verdict,
                char *reason,
                size_t reason_len);

/* Whether the peer was there in the last attempt: a session of it was logged
 * on, or it said something on the wire. */
bool cg_kit_met(const struct cg_kit *kit);

/* What is known of a case before it is played. */
struct cg_kit_foreseen {
    bool waived;
    char reason[1024]; /* of the waiver, else "" */
    size_t hands;      /* how often somebody is asked to do something */
};

/* The same as cg_kit_play() decides first, without a line to anybody.  Returns
 * 0 or CG_ERR_MEMORY. */
int cg_kit_foresee(const struct cg_kit_options *options,
                   const struct cg_script *script,
                   const struct cg_kit_value *values,
                   size_t value_count,
                   struct cg_kit_foreseen *foreseen);

/* The peer's clock less ours, from SendingTime(52) of what it said; and from
 * how many messages; 0: none came. */
size_t cg_kit_clock(const struct cg_kit *kit, cg_time *offset_ns);

/* The port that session |index| listens on (seat GATE), or a negative error. */
int cg_kit_port(const struct cg_kit *kit, size_t index);

#endif
