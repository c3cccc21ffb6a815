/*
 * Reading an owner's figure of what is used.
 *
 * What of ours is not surely in it counts beside it: use may be counted twice
 * until the next figure, never left out.  Rule: R16.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

cg_dv01 cg_limit_others(struct cg_engine *engine,
                        uint32_t slot,
                        cg_time made_at,
                        cg_dv01 used)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    const struct cg_session_state *owner = &state->sessions[limit->owner];
    cg_dv01 included = 0;
    bool by_fill = owner->no_notices;
    cg_time until = by_fill ? made_at - owner->clock_margin_ns - 1 : made_at;
    if (!cg_limit_included(state, slot, until, by_fill, &included)) {
        cg_note(engine,
                "ALARM: what is used of limit %.*s is told as of too long ago: "
                "the use by others stays as it was",
                (int)limit->id.len, limit->id.text);
        return limit->other;
    }
    return used > included ? used - included : 0;
}
