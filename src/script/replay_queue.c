/*
 * A queue of messages.  No message goes over the end of its memory: what does
 * not fit there begins at its start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_queue.h"

#include <stdlib.h>

#define FIRST_BYTES ((size_t)16 << 10)

static size_t size_of(const struct cg_replay_said *said)
{
    return said->type.len + said->header.len + said->body.len;
}

bool cg_replay_queue_has_room(const struct cg_replay_queue *queue,
                              const struct cg_replay_said *said)
{
    return queue->count == 0 ||
           (queue->count < CG_REPLAY_QUEUED &&
            queue->used + size_of(said) <= CG_REPLAY_QUEUED_BYTES / 2);
}

static void put(char *bytes, size_t *at, struct cg_slice *slice)
{
    if (slice->len > 0) {
        memcpy(bytes + *at, slice->data, slice->len);
    }
    slice->data = bytes + *at;
    *at += slice->len;
}

/* Moves all that waits to the start of |cap| bytes. */
static int move(struct cg_replay_queue *queue, size_t cap)
{
    char *bytes = malloc(cap);
    size_t at = 0;
    if (bytes == NULL) {
        return CG_ERR_MEMORY;
    }
    for (size_t i = 0; i < queue->count; i++) {
        struct cg_replay_said *said = cg_replay_queue_at(queue, i);
        put(bytes, &at, &said->type);
        put(bytes, &at, &said->header);
        put(bytes, &at, &said->body);
    }
    free(queue->bytes);
    queue->bytes = bytes;
    queue->cap = cap;
    queue->at = at;
    return 0;
}

/* Where |size| bytes can go now; false when nowhere. */
static bool find_place(struct cg_replay_queue *queue, size_t size)
{
    if (queue->count == 0) {
        /* The same few places again and again: no cache holds the whole. */
        queue->first = 0;
        queue->at = 0;
        return size <= queue->cap;
    }
    size_t oldest = (size_t)(cg_replay_queue_at(queue, 0)->type.data -
                             queue->bytes);
    if (queue->at >= oldest) {
        if (size <= queue->cap - queue->at) {
            return true;
        }
        if (size < oldest) {
            queue->at = 0;
            return true;
        }
        return false;
    }
    return size < oldest - queue->at;
}

int cg_replay_queue_add(struct cg_replay_queue *queue,
                        const struct cg_replay_said *said)
{
    size_t size = size_of(said);
    if (queue->items == NULL) {
        queue->items = calloc(CG_REPLAY_QUEUED, sizeof(*queue->items));
        if (queue->items == NULL) {
            return CG_ERR_MEMORY;
        }
    }
    if (!find_place(queue, size)) {
        size_t cap = queue->cap > 0 ? queue->cap : FIRST_BYTES;
        while (cap < 2 * (queue->used + size)) {
            cap *= 2;
        }
        int status = move(queue, cap);
        if (status != 0) {
            return status;
        }
    }
    struct cg_replay_said *item =
        &queue->items[(queue->first + queue->count) % CG_REPLAY_QUEUED];
    *item = *said;
    put(queue->bytes, &queue->at, &item->type);
    put(queue->bytes, &queue->at, &item->header);
    put(queue->bytes, &queue->at, &item->body);
    queue->used += size;
    queue->count++;
    return 0;
}

void cg_replay_queue_pop(struct cg_replay_queue *queue)
{
    queue->used -= size_of(cg_replay_queue_at(queue, 0));
    queue->first = (queue->first + 1) % CG_REPLAY_QUEUED;
    queue->count--;
}

void cg_replay_queue_deinit(struct cg_replay_queue *queue)
{
    free(queue->items);
    free(queue->bytes);
    *queue = (struct cg_replay_queue){0};
}
