/*
 * One gate that is killed and started again, its peers, and the proof that
 * nothing was lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILL_STAGE_H
#define KILL_STAGE_H

#include "kill_load.h"

#include <limits.h>
#include <sys/types.h>

struct kill_stage {
    const char *program; /* build/creditgate */
    uint64_t seed;
    char folder[PATH_MAX]; /* of journal, logs and settings */
    uv_loop_t loop;
    uv_timer_t timer;
    struct kill_peers peers;
    struct kill_load load;
    bool loaded; /* the load is on */
    pid_t gate;  /* 0: not running */
    int status;  /* of the last one, as waitpid() has it */
    unsigned kills;
    char failure[1200]; /* empty: none */
};

/* A folder under the working directory, settings, peers.  No gate so far. */
bool kill_stage_open(struct kill_stage *stage,
                     const char *program,
                     uint64_t seed);

/* Ends all; the folder goes when nothing has failed. */
void kill_stage_close(struct kill_stage *stage);

/* Starts |program|, which may be the one that kills itself at |crash_at|. */
void kill_stage_start(struct kill_stage *stage,
                      const char *program,
                      const char *crash_at);

/* Goes on for |ms|, or until the gate has ended or something has failed. */
void kill_stage_go_on(struct kill_stage *stage, int64_t ms);

/* Waits until all sessions are logged on, or the gate has ended. */
void kill_stage_await_all_up(struct kill_stage *stage);

/* kill -9, if it has not ended so; waits until its peers have noticed. */
void kill_stage_kill(struct kill_stage *stage);

/*
 * All is answered, cancelled and given back; then hub, venue and clients must
 * agree.  The gate must be running, or is started.
 */
void kill_stage_settle(struct kill_stage *stage);

/* The gate ends as told, and `creditgate show` proves its totals. */
void kill_stage_end(struct kill_stage *stage);

bool kill_stage_failed(struct kill_stage *stage);

#endif
