/*
 * What the actions of a limit (1767) and of its warning levels (1769) do when
 * they are reached, beyond what a breach pulls.
 *
 * A stop by an action is a layer of its own beside those placed by DH.  Rules:
 * R17, R18, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* The stop that an action asks for. */
static enum cg_limit_stop stop_of(uint32_t action)
{
    if (action == CG_ACTION_SUSPEND) {
        return CG_LIMIT_SUSPENDS;
    }
    return action == CG_ACTION_HALT ? CG_LIMIT_HALTS : CG_LIMIT_STOPS_NOT;
}

static enum cg_limit_stop stricter(enum cg_limit_stop a, enum cg_limit_stop b)
{
    return a > b ? a : b;
}

/* What the use of a limit asks for at present. */
static enum cg_limit_stop stop_wanted(const struct cg_limit *limit)
{
    enum cg_limit_stop stop = CG_LIMIT_STOPS_NOT;
    cg_dv01 use = cg_limit_use(limit);
    if (limit->state == CG_LIMIT_REMOVED) {
        return stop;
    }
    if (limit->action != 0 && use > limit->amount) {
        stop = stop_of(limit->action - 1);
    }
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((cg_wide)use * 100 >=
            (cg_wide)limit->amount * limit->warning_percent[i]) {
            stop = stricter(stop, stop_of(limit->warning_action[i]));
        }
    }
    return stop;
}

static void
stop_set(struct cg_engine *engine, uint32_t slot, enum cg_limit_stop stop)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STOPPED);
    fact.limit = slot;
    fact.session = engine->state.limits[slot].owner;
    fact.value = stop;
    cg_engine_record(engine, &fact);
}

static void stop_by(struct cg_engine *engine, uint32_t slot, uint32_t action)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    enum cg_limit_stop stop = stop_of(action);
    struct cg_party party = cg_limit_party(state, limit);
    if (stop <= limit->stop) {
        return;
    }
    if (CG_NEVER(party.account == CG_NONE && party.firm == CG_NONE,
                 "a limit is of an account or of a firm that one has had")) {
        return;
    }
    stop_set(engine, slot, stop);
    cg_note(engine, "ALARM: limit %.*s %s its party, as its owner asked for",
            (int)limit->id.len, limit->id.text,
            stop == CG_LIMIT_HALTS ? "halts" : "suspends");
    cg_party_stopped(engine, party, limit->owner, stop == CG_LIMIT_HALTS);
}

/* A limit that was above its amount already is told of no second breach, but
 * what its owner asks for in that case by now switches the model, too. */
static void breach_switch(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint32_t model = cg_action_switches(limit->action - 1);
    if (!limit->breached || model == 0) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_WARNED);
    fact.limit = slot;
    fact.value = CG_WARNINGS_MAX;
    fact.amount = cg_limit_use(limit);
    fact.other = limit->amount;
    cg_engine_record(engine, &fact);
}

void cg_limit_breach_act(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (limit->action != 0) {
        breach_switch(engine, slot);
        stop_by(engine, slot, limit->action - 1);
    }
}

void cg_limit_level_act(struct cg_engine *engine, uint32_t slot, uint32_t level)
{
    uint32_t action = engine->state.limits[slot].warning_action[level];
    if (action == CG_ACTION_PING_PULL || action == CG_ACTION_PUSH_PULL) {
        cg_limit_pull_all(engine, slot, CG_ORDER_PULLED);
    }
    stop_by(engine, slot, action);
}

void cg_limit_actions_set(struct cg_engine *engine,
                          uint32_t slot,
                          const struct cg_limit_event *entry)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint64_t had = 0;
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_ACTIONS);
    for (uint32_t i = 0; i < entry->warnings; i++) {
        fact.hash |= (uint64_t)entry->warning_action[i] << (8 * i);
    }
    for (uint32_t i = 0; i < CG_WARNINGS_MAX; i++) {
        had |= (uint64_t)limit->warning_action[i] << (8 * i);
    }
    if (entry->warnings > 0 && fact.hash != had) {
        fact.limit = slot;
        fact.session = engine->cause_session;
        cg_engine_record(engine, &fact);
    }
}

void cg_limit_suspension_end(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    if (limit->stop == CG_LIMIT_SUSPENDS &&
        stop_wanted(limit) == CG_LIMIT_STOPS_NOT) {
        stop_set(engine, slot, CG_LIMIT_STOPS_NOT);
        cg_party_news(engine, cg_limit_party(state, limit), CG_NEWS_REINSTATED);
    }
}

uint64_t cg_limit_stops_end(struct cg_engine *engine,
                            struct cg_party party,
                            uint64_t owners,
                            bool only_look)
{
    const struct cg_state *state = &engine->state;
    uint64_t found = 0;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        struct cg_party of = cg_limit_party(state, limit);
        if (limit->stop == CG_LIMIT_STOPS_NOT || !cg_party_is(of, party) ||
            (owners >> limit->owner & 1) == 0) {
            continue;
        }
        found |= (uint64_t)1 << limit->owner;
        if (!only_look) {
            stop_set(engine, i, CG_LIMIT_STOPS_NOT);
        }
    }
    return found;
}
