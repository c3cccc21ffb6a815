/*
 * A series of turns for a journal, each known by its number alone: facts,
 * sessions' numbers, messages, resets, now and then nothing at all; and what a
 * journal holds after so many of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_POWER_TURNS_H
#define CG_TESTS_POWER_TURNS_H

#include "faulty_vfs.h"
#include <creditgate/journal.h>

#define TURNS_PATH "gate.journal"

enum { TURN_SESSIONS = 3, TURN_SEQS = 24 };

struct turn_session {
    int sender;
    int target;
    int64_t created;
    size_t set_at[TURN_SEQS + 1]; /* the turn that stored it; 0: none */
};

/* What the journal holds. */
struct turns {
    size_t count;
    cg_seq facts;
    struct turn_session sessions[TURN_SESSIONS];
};

/* Turns of half a megabyte each, instead of some kilobytes; the twentieth does
 * not fit into SQLite's cache and is written before its commit. */
extern bool turns_big;

/* After |count| turns. */
void turns_after(size_t count, struct turns *turns);

/* Stages the next turn and commits it; what the first call that fails returns,
 * else what the commit does. */
int turns_play(struct turns *turns, struct cg_journal *journal);

/* How far a journal went on, and the moment at which that was committed. */
struct turns_end {
    size_t count;
    size_t told;
};

/*
 * Whether a journal on |disk| opens, holds what it holds after |least| turns,
 * or after |most|, is sound by SQLite's own check, and goes on with the next
 * turn that has something in it.  |end| may be NULL.  If not, |wrong| says why.
 */
bool turns_hold(struct faulty_disk *disk,
                size_t least,
                size_t most,
                struct turns_end *end,
                char *wrong,
                size_t wrong_len);

/* Opens the journal on |disk| and loads its sessions. */
int turns_open(struct faulty_disk *disk,
               struct cg_journal *journal,
               char *error,
               size_t error_len);

#endif
