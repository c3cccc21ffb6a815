/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ahead.h"

void cg_ahead_room(const struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    if (cg_state_next_order(state) == CG_NONE) {
        cg_ahead_order(state, state->closed_first);
    }
}

void cg_ahead_report(const struct cg_engine *engine,
                     const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_ahead_id(state, engine->cause_session, event->clordid);
    if (event->order_id.len == 0) {
        return;
    }
    uint64_t hash = cg_hash(engine->cause_session, event->order_id);
    cg_map_prefetch(&state->order_map, hash);
    if (event->exec_id.len > 0) {
        cg_map_prefetch(&state->reports.map, cg_hash(hash, event->exec_id));
    }
    uint32_t order = cg_map_likely(&state->order_map, hash);
    if (order != CG_NONE) {
        cg_ahead_order(state, order);
        cg_ahead(&engine->timers.places[order], 1);
    }
}
