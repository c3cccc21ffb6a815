/*
 * Facts about the actions of limits, applied.  Must never decide or fail; see
 * apply.c.  Rules: R17, R18.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

/* Its hash is the actions, one byte each.  A level whose action is new is one
 * that has not fired yet. */
void cg_apply_limit_actions(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    for (uint32_t i = 0; i < CG_WARNINGS_MAX; i++) {
        uint8_t action = fact->hash >> (8 * i) & 0xff;
        if (limit->warning_action[i] != action) {
            limit->warning_action[i] = action;
            limit->warned &= ~(1u << i);
        }
    }
}

/* A halt under way is completed as one without a request is (R18). */
void cg_apply_limit_stopped(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_limit *limit = &state->limits[fact->limit];
    struct cg_party party = cg_limit_party(state, limit);
    struct cg_stops *stops = party.account != CG_NONE
                                 ? &state->accounts[party.account].stops
                                 : &state->firms[party.firm].stops;
    CG_ASSERT(fact->value < CG_LIMIT_STOPS);
    CG_ASSERT(limit->owner < CG_SESSIONS_MAX);
    uint64_t owner = (uint64_t)1 << limit->owner;
    if (limit->stop != CG_LIMIT_STOPS_NOT) {
        CG_ASSERT(stops->limits[limit->stop] > 0);
        stops->limits[limit->stop]--;
    }
    limit->stop = (enum cg_limit_stop)fact->value;
    if (limit->stop != CG_LIMIT_STOPS_NOT) {
        stops->limits[limit->stop]++;
    }
    if (limit->stop == CG_LIMIT_HALTS && (stops->unnamed_by & owner) == 0) {
        stops->unnamed_by |= owner;
        state->halts_under_way++;
    } else if (limit->stop == CG_LIMIT_STOPS_NOT &&
               stops->limits[CG_LIMIT_HALTS] == 0 &&
               (stops->unnamed_by & ~stops->halted_by & owner) != 0) {
        stops->unnamed_by &= ~owner;
        state->halts_under_way--;
    }
}

void cg_apply_limit_switch(struct cg_limit *limit, const struct cg_fact *fact)
{
    uint32_t model = 0;
    if (fact->value == CG_WARNINGS_MAX && limit->action != 0) {
        model = cg_action_switches(limit->action - 1);
    }
    for (uint32_t i = limit->warnings; model == 0 && i > 0; i--) {
        if ((fact->flags >> (i - 1) & 1) != 0) {
            model = cg_action_switches(limit->warning_action[i - 1]);
        }
    }
    limit->switched = model != 0 ? model : limit->switched;
}
