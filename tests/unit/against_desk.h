/*
 * A desk for what-if tests: two configurations that differ in a few lines, a
 * log written message by message, and what the comparison says of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_AGAINST_DESK_H
#define CG_TESTS_AGAINST_DESK_H

#include "replay.h"

#include <stdio.h>

#define DESK_SEEN_MAX 4096

/* A difference, copied. */
struct desk_seen {
    enum cg_against_kind kind;
    char clordid[64];
    char message[16];
    long long qty;
    char a[512];
    char b[512];
    char because[1024];
};

struct desk {
    FILE *file;
    char path[64];
    int seqs[3]; /* client, venue, hub */
    int seqs_out[3];
    /* Each message as it is said, with its SOHs; may be NULL. */
    void (*hears)(
        void *user, cg_session session, int ms, const char *bytes, size_t len);
    void *user;
    struct cg_config *configs[2];
    struct cg_against_options against;
    bool quiet; /* differences are counted only */
    bool alone; /* there is no second gate */
    struct desk_seen seen[DESK_SEEN_MAX];
    size_t count;
    char *told; /* all that was said, as text */
    size_t told_len;
    FILE *telling;
    struct cg_replay *replay;
    const struct cg_against_totals *totals;
};

#define A CG_AGAINST_A
#define B CG_AGAINST_B
#define USD(amount) ((cg_dv01)((amount)*10000 + 0.5))

/* |limits| are whole [LIMIT] sections; |gate| lines for [GATE], with a DV01 per
 * million of USSW10. */
void desk_config(struct desk *desk,
                 enum cg_against_side side,
                 const char *gate,
                 const char *dv01,
                 const char *limits);

/* One whose two gates have these limits, at 904; NULL: none yet. */
struct desk *desk_new(const char *a, const char *b);
void desk_free(struct desk *desk);

/* A message from 'c'lient, 'v'enue or 'h'ub, or to them with a capital, |ms|
 * after 12:00; |fields| with | for SOH. */
__attribute__((format(printf, 5, 6))) void desk_say(struct desk *desk,
                                                    char who,
                                                    int ms,
                                                    const char *type,
                                                    const char *fields,
                                                    ...);
/* An order of the client's, a buy of USSW10. */
void desk_order(struct desk *desk, int ms, const char *id, long long qty);
/* The venue's 8 on it: 150, 39, and what is filled. */
void desk_report(struct desk *desk,
                 int ms,
                 const char *id,
                 const char *orig,
                 char exec,
                 char status,
                 long long qty,
                 long long cum);
/* An order, and the venue's first word 5 ms later. */
void order_acked(struct desk *desk, int ms, const char *id, long long qty);
/* The hub's answer to request |number| about token |token|. */
void desk_answer(struct desk *desk,
                 int ms,
                 int number,
                 int token,
                 int status,
                 const char *amount);

/* Replays it; fails the test when that fails. */
void desk_run(struct desk *desk);

/* The difference told about |clordid|, or NULL; with |kind| of it. */
const struct desk_seen *desk_find(const struct desk *desk,
                                  const char *clordid,
                                  enum cg_against_kind kind);

/* What the limit has in use at the end. */
cg_dv01 desk_used(const struct desk *desk,
                  enum cg_against_side side,
                  const char *limit);

#endif
