/*
 * Messages that wait for their like, oldest first: a ring in one piece of
 * memory, which grows up to a bound.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_QUEUE_H
#define CG_REPLAY_QUEUE_H

#include <creditgate/types.h>
#include <slice.h>
#include <stdint.h>

#define CG_REPLAY_QUEUED 4096                    /* messages of one queue ... */
#define CG_REPLAY_QUEUED_BYTES ((size_t)4 << 20) /* ... and their bytes */

struct cg_replay_said {
    cg_time time;
    struct cg_slice type;
    struct cg_slice header; /* with what the gate decides in it; or empty */
    struct cg_slice body;
    const char *file; /* NULL: the replay made it */
    uint64_t offset;
    uint64_t key;  /* what it is about, by cg_replay_key(); 0: not known yet */
    bool unsent;   /* of the replay's: its session was not logged on */
    bool gone;     /* its like was found, and it only takes its place yet */
    uint16_t firm; /* likewise: whose business it is */
};

struct cg_replay_queue {
    struct cg_replay_said *items; /* CG_REPLAY_QUEUED of them, or NULL */
    char *bytes;
    size_t cap;
    size_t first;
    size_t count;
    size_t at;
    size_t used;
};

/* Whether a message of that size can come in without another going. */
bool cg_replay_queue_has_room(const struct cg_replay_queue *queue,
                              const struct cg_replay_said *said);

/* Adds a copy.  There must be room.  0 or CG_ERR_MEMORY. */
int cg_replay_queue_add(struct cg_replay_queue *queue,
                        const struct cg_replay_said *said);

/* The |index|-th; it must be there. */
static inline struct cg_replay_said *
cg_replay_queue_at(const struct cg_replay_queue *queue, size_t index)
{
    return &queue->items[(queue->first + index) % CG_REPLAY_QUEUED];
}

/* The first one goes; its bytes stay until something is added. */
void cg_replay_queue_pop(struct cg_replay_queue *queue);

void cg_replay_queue_deinit(struct cg_replay_queue *queue);

#endif
