/*
 * Saying again what a hub has not confirmed: withdrawals, releases, falls and
 * notices of what was consumed.
 *
 * What asks for credit is not among them: deadlines end that.  Rule: R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#define DOUBLINGS_MAX                                                          \
    4 /* the pause between two is 16 times the first at most */

static cg_session hub_of(const struct cg_state *state, const struct cg_ask *ask)
{
    return state->limits[state->tokens[ask->token].limit].owner;
}

static bool is_repeated(enum cg_ask_kind kind)
{
    return cg_ask_is_notice(kind) || kind == CG_ASK_CANCEL ||
           kind == CG_ASK_LOWER;
}

static cg_time ask_due(const struct cg_state *state, const struct cg_ask *ask)
{
    if (!ask->open || !is_repeated(ask->kind)) {
        return CG_TIME_NEVER;
    }
    const struct cg_session_state *hub = &state->sessions[hub_of(state, ask)];
    if (!hub->up || hub->repeat_ns == 0) {
        return CG_TIME_NEVER; /* its next logon repeats all */
    }
    uint32_t doublings = ask->repeats < DOUBLINGS_MAX ? ask->repeats
                                                      : DOUBLINGS_MAX;
    return ask->said_at + (hub->repeat_ns << doublings);
}

void cg_timer_ask(struct cg_engine *engine, uint32_t slot)
{
    cg_heap_set(&engine->ask_timers, slot,
                ask_due(&engine->state, &engine->state.asks[slot]));
}

void cg_ask_repeat(struct cg_engine *engine, uint32_t slot, uint32_t times)
{
    const struct cg_state *state = &engine->state;
    const struct cg_ask *ask = &state->asks[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_ASK_REPEATED);
    fact.ask = slot;
    fact.number = ask->number;
    fact.session = hub_of(state, ask);
    fact.value = times;
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_ASK_AGAIN);
    effect->session = fact.session;
    effect->ask = slot;
}

bool cg_repeat_fire(struct cg_engine *engine)
{
    uint32_t slot = 0;
    if (cg_heap_first(&engine->ask_timers, &slot) > engine->now) {
        return false;
    }
    const struct cg_ask *ask = &engine->state.asks[slot];
    if (ask_due(&engine->state, ask) <= engine->now) {
        cg_ask_repeat(engine, slot, ask->repeats + 1);
    }
    cg_timer_ask(engine, slot);
    return true;
}
