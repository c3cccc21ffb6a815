/*
 * Messages of one session that are kept: behind a gap in its numbers, or as
 * sent, for a peer that rejects them or asks for them again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_HOLD_H
#define CG_REPLAY_HOLD_H

#include "replay_session.h"

/* --- behind a gap ------------------------------------------------------- */

struct cg_replay_held {
    struct cg_replay_message message; /* its slices lie in |bytes| */
    char *bytes;
    bool again; /* its session will ask for it again, and take it then */
};

struct cg_replay_hold {
    struct cg_replay_held *items; /* CG_REPLAY_HELD of them, or NULL */
    size_t count;
    size_t bytes;
    cg_time since; /* when the first one came */
    char *taken;   /* of the message handed out last */
};

enum cg_replay_hold_outcome {
    CG_REPLAY_HOLD_DONE,
    CG_REPLAY_HOLD_TWICE, /* its number is there */
    CG_REPLAY_HOLD_FAILED,
};

/* What a session takes at once, whatever its number: ResendRequest, Reject,
 * Logout.  Their numbers alone are held, and have to be filled. */
static inline bool cg_replay_hold_skips(const struct cg_replay_message *message)
{
    return cg_replay_is(message, '2') || cg_replay_is(message, '3') ||
           cg_replay_is(message, '5');
}

bool cg_replay_hold_has_room(const struct cg_replay_hold *hold,
                             const struct cg_replay_message *message);
enum cg_replay_hold_outcome
cg_replay_hold_add(struct cg_replay_hold *hold,
                   const struct cg_replay_message *message);

/* Those that are held will come again. */
void cg_replay_hold_again(struct cg_replay_hold *hold);

/* Takes the message with number |seq| out; borrowed until the next call.  Those
 * that will come again are left, but for |all|. */
bool cg_replay_hold_take(struct cg_replay_hold *hold,
                         int64_t seq,
                         bool all,
                         struct cg_replay_message *message);

/* The lowest number, and its message. */
int64_t cg_replay_hold_first(const struct cg_replay_hold *hold,
                             struct cg_replay_message *message);

/* Drops what has a number below |seq|. */
void cg_replay_hold_drop(struct cg_replay_hold *hold, int64_t seq);
void cg_replay_hold_clear(struct cg_replay_hold *hold);
void cg_replay_hold_deinit(struct cg_replay_hold *hold);

/* --- what was sent ------------------------------------------------------ */

struct cg_replay_sent {
    int64_t seq;
    size_t at;
    size_t len;
};

/* The newest ones; the oldest are forgotten. */
struct cg_replay_kept {
    struct cg_replay_sent *items; /* a ring, or NULL */
    char *bytes;                  /* a ring; no message goes over its end */
    size_t first;
    size_t count;
    size_t at;
};

/* 0, or CG_ERR_MEMORY. */
int cg_replay_kept_add(struct cg_replay_kept *kept,
                       const struct cg_replay_message *message);
/* The |index|-th, oldest first: its number and bytes. */
int64_t cg_replay_kept_at(const struct cg_replay_kept *kept,
                          size_t index,
                          struct cg_slice *sent);
bool cg_replay_kept_find(const struct cg_replay_kept *kept,
                         int64_t seq,
                         struct cg_slice *sent);
void cg_replay_kept_clear(struct cg_replay_kept *kept);
void cg_replay_kept_deinit(struct cg_replay_kept *kept);

#endif
