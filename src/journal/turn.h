/*
 * What one turn puts into the journal, kept in memory until it is durable: the
 * spare file is written from it, and read back into it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_TURN_H
#define CG_JOURNAL_TURN_H

#include <slice.h>
#include <stdint.h>

enum cg_turn_kind {
    CG_TURN_FACT = 1,    /* |bytes|: cg_fact_to_bytes() */
    CG_TURN_SESSION = 2, /* its numbers, as they are at the turn's end */
    CG_TURN_MESSAGE = 3, /* |bytes|: the message */
    CG_TURN_RESET = 4,   /* the session's messages are forgotten */
};

/* One step; those of a session name it by its number in the journal. */
struct cg_turn_step {
    enum cg_turn_kind kind;
    int64_t session;
    int64_t seq;           /* of a message; of a session: next_sender */
    int64_t a;             /* body_at; next_target */
    int64_t b;             /* body_len; created */
    struct cg_slice bytes; /* of a session: its name */
};

struct cg_turn {
    uint8_t *bytes;
    size_t len;
    size_t room;
};

void cg_turn_deinit(struct cg_turn *turn);
void cg_turn_clear(struct cg_turn *turn);

/* Room for |len| more bytes; false without memory. */
bool cg_turn_reserve(struct cg_turn *turn, size_t len);

/*
 * Adds a step whose |step->bytes.len| bytes the caller writes: where, or NULL
 * without memory.
 */
uint8_t *cg_turn_add(struct cg_turn *turn, const struct cg_turn_step *step);

/* Reads the step at |*at| and goes on to the next; false at the end, or when
 * the bytes are none of a turn.  |*at| is then not the length. */
bool cg_turn_next(const struct cg_turn *turn,
                  size_t *at,
                  struct cg_turn_step *step);

#endif
