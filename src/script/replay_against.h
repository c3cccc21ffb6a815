/*
 * What if: the same log through two gates, and the orders that the second one
 * decides otherwise, each with the reason.
 *
 * The first gate, A, hears the log as it is.  The second one, B, has other
 * settings, and hears what clients, hubs and venues would have said to it, as
 * far as the log shows that.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_AGAINST_H
#define CG_REPLAY_AGAINST_H

#include "replay_side.h"
#include <spread.h>

struct cg_replay;

enum cg_against_side { CG_AGAINST_A, CG_AGAINST_B, CG_AGAINST_SIDES };

/* How one order, or one replace, was decided otherwise. */
enum cg_against_kind {
    CG_AGAINST_REFUSED_IN_A, /* and not in B */
    CG_AGAINST_REFUSED_IN_B,
    CG_AGAINST_OTHERWISE, /* refused in both, for other reasons; or ended */
    CG_AGAINST_LATER,     /* in B than in A */
    CG_AGAINST_EARLIER,
    CG_AGAINST_PULLED_IN_A, /* from the venue, and not in B */
    CG_AGAINST_PULLED_IN_B,
    CG_AGAINST_KINDS,
};

/* "refused in A only", ... */
const char *cg_against_kind_name(enum cg_against_kind kind);

/* One that differs.  Borrowed for the call. */
struct cg_against_difference {
    enum cg_against_kind kind;
    cg_time time; /* when it came in; of a pull: when it was pulled */
    const char *session;
    const char *clordid;
    const char *account;
    const char *instrument; /* "": a package */
    char side;              /* '1', '2'; 0 when there is none */
    const char *qty;
    const char *message; /* "order", "replace" */
    const char *outcome[CG_AGAINST_SIDES];
    const char *because;
};

struct cg_against_options {
    const struct cg_config *config; /* B's; NULL: A's */
    const struct cg_rates *rates;   /* B's; NULL: none */
    /* What a hub takes for its answer in B; negative: as in the log. */
    cg_time hub_latency;
    /* A hub does not answer in B what it was not asked in the log; else it
     * grants that. */
    bool unknown_silent;
    /* An order that only B has at its venue ends there, unfilled, after the
     * time that orders are there in the log; else it rests until it is
     * cancelled. */
    bool unknown_ends;
    void (*difference)(void *user,
                       const struct cg_against_difference *difference);
    void *user;
};

struct cg_against_totals {
    uint64_t compared; /* orders and replaces */
    uint64_t same;
    uint64_t kinds[CG_AGAINST_KINDS];
    uint64_t undecided;       /* at the end of the log, in both or in A */
    uint64_t assumed_answers; /* of hubs, to what the log's hub was not asked */
    uint64_t unanswered;      /* hubs that stay silent, as in the log */
    uint64_t assumed_cancels; /* by venues, of what only B cancels or has */
    uint64_t left_out;        /* reports about what B has not at the venue */
    uint64_t resting;         /* orders only B has there: the log has no
                                 reports of them */
    /* From a message to its decision, by side. */
    struct cg_spread waited[CG_AGAINST_SIDES];
    bool holds; /* the books of B add up */
    char why[256];
};

struct cg_against;

/* NULL: there is no comparison. */
const struct cg_against_totals *
cg_replay_against_totals(const struct cg_replay *replay);
const struct cg_side *cg_replay_against_side(const struct cg_replay *replay);

/* Whether both can hear the same log: their sessions, and the gate's name. Else
 * false with why in |error|. */
bool cg_against_fits(const struct cg_config *a,
                     const struct cg_config *b,
                     char *error,
                     size_t error_len);

/* --- for the driver of the replay --------------------------------------- */

struct cg_replay_message;

/* 0 or a cg_error.  |a| is the configuration of A, |options| are copied. */
int cg_against_open(const struct cg_against_options *options,
                    const struct cg_config *a,
                    struct cg_against **against);
void cg_against_close(struct cg_against *against);

/* A is open, at |now|, with |a_ids|: opens B. */
int cg_against_begin(struct cg_against *against,
                     struct cg_side *a,
                     struct cg_replay_ids *a_ids,
                     cg_time now,
                     char *error,
                     size_t error_len);

/* Whatever A decides and says. */
void cg_against_fact(struct cg_against *against, const struct cg_fact *fact);
int cg_against_said(struct cg_against *against,
                    const struct cg_side_said *said);

/* Each is called around what A hears: before ... */
int cg_against_before(struct cg_against *against, cg_time now);
int cg_against_hears(struct cg_against *against,
                     const struct cg_replay_message *message);
/* ... and after it. */
int cg_against_heard(struct cg_against *against);
int cg_against_link(struct cg_against *against,
                    cg_session session,
                    bool up,
                    cg_time now);
int cg_against_renumbered(struct cg_against *against,
                          cg_session session,
                          bool ours,
                          cg_time now);
int cg_against_stop(struct cg_against *against, cg_time now);
int cg_against_start_again(struct cg_against *against, cg_time now);
int cg_against_rejected(struct cg_against *against,
                        cg_session session,
                        struct cg_slice sent,
                        cg_time now);
int cg_against_resending(struct cg_against *against,
                         cg_session session,
                         struct cg_slice sent,
                         cg_time now);

/* The log ends at |now|. */
int cg_against_end(struct cg_against *against, cg_time now);

const struct cg_against_totals *
cg_against_totals_of(const struct cg_against *against);
const struct cg_side *cg_against_side_of(const struct cg_against *against);

#endif
