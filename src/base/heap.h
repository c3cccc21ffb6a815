/*
 * Timers: a binary heap of (time, id) in which every id has at most one place,
 * so that setting and clearing need no search.  Allocates at init only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_HEAP_H
#define CG_BASE_HEAP_H

#include <creditgate/types.h>
#include <stdint.h>

struct cg_heap_item {
    cg_time at;
    uint32_t id;
};

struct cg_heap {
    struct cg_heap_item *items;
    uint32_t *places; /* by id: where it is, + 1; 0: not set */
    uint32_t count;
    uint32_t max;
};

/* Returns 0, or -1 without memory for ids 0..max-1. */
int cg_heap_init(struct cg_heap *heap, uint32_t max);
void cg_heap_deinit(struct cg_heap *heap);

/* Sets or moves the timer of |id|; CG_TIME_NEVER clears it. */
void cg_heap_set(struct cg_heap *heap, uint32_t id, cg_time at);

/* The earliest time, CG_TIME_NEVER when nothing is set; |id| may be NULL. */
cg_time cg_heap_first(const struct cg_heap *heap, uint32_t *id);

#endif
