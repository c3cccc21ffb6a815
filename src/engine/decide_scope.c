/*
 * The instruments that an owner's update puts into a limit's scope, or takes
 * out of it.  Rules: R10, R15, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"
#include "scope.h"

/* An increment that says nothing of the scope leaves it as it is; in a
 * snapshot, silence means every instrument. */
static bool says_scope(const struct cg_update_event *event,
                       const struct cg_limit_event *entry)
{
    return entry->has_scope || event->snapshot || entry->added;
}

static bool is_unchanged(const struct cg_state *state,
                         const struct cg_limit *limit,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry)
{
    uint32_t at = limit->scopes;
    for (uint32_t i = 0; i < entry->scope_count; i++) {
        if (at == CG_NONE ||
            !cg_scope_is(&state->scopes[at],
                         &event->scopes[entry->scope_first + i])) {
            return false;
        }
        at = state->scopes[at].next;
    }
    return at == CG_NONE;
}

bool cg_scopes_fit(const struct cg_engine *engine,
                   const struct cg_update_event *event)
{
    uint64_t needed = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        needed += event->limits[i].scope_count;
    }
    return needed <= engine->state.scope_max - engine->state.scope_count;
}

bool cg_scope_update(struct cg_engine *engine,
                     uint32_t slot,
                     const struct cg_update_event *event,
                     const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    char text[CG_SCOPE_TEXT_MAX];
    if (entry->removed || !says_scope(event, entry) ||
        is_unchanged(state, limit, event, entry)) {
        return false;
    }
    if (limit->scopes != CG_NONE) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_UNSCOPED);
        fact.limit = slot;
        fact.session = engine->cause_session;
        cg_engine_record(engine, &fact);
    }
    for (uint32_t i = 0; i < entry->scope_count; i++) {
        const struct cg_scope_event *from =
            &event->scopes[entry->scope_first + i];
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SCOPED);
        fact.limit = slot;
        fact.session = engine->cause_session;
        fact.value = from->exclude ? 2 : 1; /* as in 1535 */
        fact.rate = from->multiplier;
        fact.text = text;
        fact.text_len = cg_scope_write(from->terms, text);
        cg_engine_record(engine, &fact);
    }
    cg_note(engine, "limit %.*s has another scope now", (int)limit->id.len,
            limit->id.text);
    return true;
}
