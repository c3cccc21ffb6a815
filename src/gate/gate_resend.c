/*
 * Whether a message that a venue asks for again may go again (R22).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"

#include "fix_value.h"

static bool needs_cover(struct cg_slice type)
{
    return cg_slice_is(type, "D") || cg_slice_is(type, "G") ||
           cg_slice_is(type, "AB") || cg_slice_is(type, "AC");
}

bool cg_gate_may_resend(struct cg_gate *gate,
                        cg_session session,
                        const char *bytes,
                        size_t len)
{
    const struct cg_state *state = &gate->engine->state;
    struct cg_fix_message *message = &gate->parked_message;
    struct cg_slice id;
    struct cg_slice sent;
    if (session >= state->session_count) {
        return false;
    }
    const struct cg_session_state *to = &state->sessions[session];
    if (to->role != CG_ROLE_VENUE) {
        return true;
    }
    cg_engine_resending(gate->engine, session);
    if (cg_fix_read(message, to->version, bytes, len) != 0) {
        return false;
    }
    if (!needs_cover(message->type)) {
        return true;
    }
    cg_time sent_at = 0;
    bool timed = cg_fix_find(message, 122, &sent) ||
                 cg_fix_find(message, 52, &sent);
    if (!cg_fix_find(message, 11, &id)) {
        return false;
    }
    if (timed && cg_fix_time(sent, &sent_at) &&
        cg_engine_may_resend(gate->engine, session, id, sent_at)) {
        return true;
    }
    cg_engine_withheld(gate->engine, session, id);
    return false;
}
