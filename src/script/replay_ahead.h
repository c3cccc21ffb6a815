/*
 * The first messages of a log, read ahead: a log that was cut at the front has
 * no Logon, and its sessions were there from the start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_AHEAD_H
#define CG_REPLAY_AHEAD_H

#include "log_reader.h"

#define CG_REPLAY_AHEAD 4096                    /* messages ... */
#define CG_REPLAY_AHEAD_BYTES ((size_t)4 << 20) /* ... and bytes */

struct cg_replay_ahead {
    struct cg_log_message *messages; /* their bytes lie in |bytes| */
    char *bytes;
    size_t count;
    size_t used;
    size_t next; /* to be handed out */
    int ended;   /* of cg_log_next(): 1 while there may be more */
};

/* Reads as far as there is room.  0, or a cg_error. */
int cg_replay_ahead_fill(struct cg_replay_ahead *ahead, struct cg_log *log);

/* The next message, of those read ahead or behind them; as cg_log_next(). */
int cg_replay_ahead_next(struct cg_replay_ahead *ahead,
                         struct cg_log *log,
                         struct cg_log_message *message);

/* Several at once, as cg_log_next_some(). */
int cg_replay_ahead_some(struct cg_replay_ahead *ahead,
                         struct cg_log *log,
                         struct cg_log_message *messages,
                         int max);

void cg_replay_ahead_deinit(struct cg_replay_ahead *ahead);

#endif
