/*
 * Memory asked for before it is needed: with a million orders each object is
 * far away, and waits for several at once cost no more than the wait for one.
 * Changes nothing that a decision could see.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_AHEAD_H
#define CG_ENGINE_AHEAD_H

#include "engine.h"

static inline void cg_ahead(const void *object, size_t size)
{
    for (size_t at = 0; at < size; at += 64) {
        __builtin_prefetch((const char *)object + at, 1);
    }
}

static inline void cg_ahead_request(const struct cg_state *state, uint32_t slot)
{
    if (slot != CG_NONE) {
        cg_ahead(&state->requests[slot], sizeof(struct cg_request));
    }
}

static inline void cg_ahead_token(const struct cg_state *state, uint32_t slot)
{
    if (slot != CG_NONE) {
        cg_ahead(&state->tokens[slot], sizeof(struct cg_token));
    }
}

static inline void cg_ahead_order(const struct cg_state *state, uint32_t slot)
{
    if (slot != CG_NONE) {
        cg_ahead(&state->orders[slot], sizeof(struct cg_order));
    }
}

/* What a look for the ClOrdID |id| of |venue| will read. */
static inline void
cg_ahead_id(const struct cg_state *state, cg_session venue, struct cg_slice id)
{
    cg_map_prefetch(&state->request_map, cg_hash(venue, id));
}

/* What a new order will take, and what it takes over when it needs the place of
 * an older one. */
void cg_ahead_new(const struct cg_engine *engine,
                  const struct cg_order_event *event);

/* What a report on an order will read, as far as its ids can tell. */
void cg_ahead_report(const struct cg_engine *engine,
                     const struct cg_report_event *event);

#endif
