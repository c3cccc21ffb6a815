/*
 * What owners say of their limits: CM and CR.
 *
 * An update is taken whole or not at all; a party that is missing from a
 * snapshot is suspended, never unlimited.  Rules: R6, R13, R15, R16, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

struct cg_effect *
cg_update_ack(struct cg_engine *engine, bool accepted, uint32_t reject)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_LIMITS_ACK);
    effect->session = engine->cause_session;
    effect->value = accepted ? 0 : 1;
    effect->reject = reject;
    return effect;
}

static uint32_t limit_make(struct cg_engine *engine,
                           const struct cg_update_event *event,
                           const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = cg_entry_account(state, entry);
    char text[CG_NAME_MAX + 8];
    struct cg_slice firm = account != CG_NONE
                               ? cg_id_slice(&state->accounts[account].firm)
                               : entry->firm;
    int len = snprintf(text, sizeof(text), "%.3s %.*s", entry->currency,
                       (int)firm.len, firm.data);
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = state->limit_count;
    fact.session = engine->cause_session;
    fact.account = account;
    fact.value = entry->kind;
    fact.flags = (entry->net ? CG_MEASURE_NET : CG_MEASURE_GROSS) |
                 (event->definition ? CG_MODEL_PUSH : CG_MODEL_PING_WITH_PUSH)
                     << 4 |
                 CG_PULL_FIT << 8;
    if (entry->ccp.len > 0) {
        fact.flags |= (uint32_t)(cg_ccp_name(engine, entry->ccp) + 1) << 16;
    }
    fact.id = entry->id.data;
    fact.id_len = entry->id.len;
    fact.text = text;
    fact.text_len = (size_t)len;
    cg_engine_record(engine, &fact);
    return fact.limit;
}

/* An increment that says nothing of the state leaves a stop as it is; in a
 * snapshot, silence means active (1672, 2355). */
static enum cg_limit_state entry_state(const struct cg_limit *limit,
                                       const struct cg_update_event *event,
                                       const struct cg_limit_event *entry)
{
    bool stopped = limit->state == CG_LIMIT_SUSPENDED ||
                   limit->state == CG_LIMIT_HALTED;
    if (entry->removed) {
        return CG_LIMIT_REMOVED;
    }
    if (CG_NEVER(entry->unenforceable, "such an update is refused whole")) {
        return CG_LIMIT_UNENFORCED;
    }
    if (entry->halted) {
        return CG_LIMIT_HALTED;
    }
    if (entry->suspended || entry->disabled) {
        return CG_LIMIT_SUSPENDED;
    }
    return stopped && !event->snapshot && !entry->has_state ? limit->state
                                                            : CG_LIMIT_ENABLED;
}

/* R30: a limit that is gone stands behind nothing any more. */
static void limit_invalidate(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        for (uint32_t order = state->accounts[i].orders; order != CG_NONE;
             order = state->orders[order].next) {
            cg_tokens_invalidate(engine, order, slot);
        }
    }
    cg_limit_pull_all(engine, slot, CG_TOKEN_INVALIDATED);
}

/* |wider|: it may count orders that it did not count before. */
static void limit_update(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry,
                         bool wider)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    fact.session = engine->cause_session;
    fact.value = entry_state(limit, event, entry);
    bool told = cg_compare_limit(engine, slot, event, entry,
                                 (enum cg_limit_state)fact.value);
    fact.until = event->made_at;
    fact.terms_hash = cg_hash(0, event->id);
    fact.amount = entry->has_amount ? entry->amount : limit->amount;
    fact.other = entry->has_used ? cg_limit_others(engine, slot, event->made_at,
                                                   entry->used)
                                 : limit->other;
    fact.flags = 1u | (entry->has_amount ? 2u : 0u);
    if (entry->has_model &&
        (event->definition || entry->model == CG_MODEL_PUSH ||
         limit->model == CG_MODEL_PUSH)) {
        /* 2339 cannot say "ping with push": ping leaves that as it is, but for
         * who defines the limit. */
        fact.flags |= (uint32_t)(entry->model + 1) << 4;
    }
    if (entry->has_action) {
        fact.flags |= (entry->action + 1) << 8;
    }
    for (uint32_t i = 0; i < entry->warnings; i++) {
        fact.hash |= (uint64_t)entry->warning_percent[i] << (8 * i);
    }
    fact.id = event->id.data;
    fact.id_len = event->id.len <= CG_NAME_MAX ? event->id.len : CG_NAME_MAX;
    bool changes = !limit->has_amount || fact.amount != limit->amount;
    cg_engine_record(engine, &fact);
    cg_limit_actions_set(engine, slot, entry);
    if (wider) {
        cg_limit_adopt(engine, slot);
    }
    if (changes && limit->has_amount && !told) {
        char amount[32];
        cg_dv01_format(limit->amount, amount);
        cg_note(engine, "limit %.*s is %s %.3s now", limit->id.len,
                limit->id.text,
                limit->kind == CG_LIMIT_NOTIONAL ? "changed," : amount,
                limit->currency);
    }
    if (limit->state == CG_LIMIT_REMOVED) {
        limit_invalidate(engine, slot);
    } else if (limit->state == CG_LIMIT_HALTED) {
        cg_limit_pull_all(engine, slot, CG_PARTY_HALTED);
    } else if (limit->has_amount && cg_limit_use(limit) > limit->amount) {
        cg_limit_breach_act(engine, slot);
        cg_limit_pull(engine, slot);
    }
    cg_limit_suspension_end(engine, slot);
}

/* R15: who is missing from a full snapshot is suspended, not removed. */
static void suspend_missing(struct cg_engine *engine,
                            const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        bool named = limit->owner != engine->cause_session ||
                     limit->state == CG_LIMIT_REMOVED;
        for (uint32_t e = 0; !named && e < event->count; e++) {
            named = cg_entry_limit(engine, &event->limits[e]) == i;
        }
        if (!named) {
            cg_compare_missing(engine, i, event);
        }
        if (!named && limit->state == CG_LIMIT_ENABLED) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = i;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_SUSPENDED;
            fact.until = event->made_at;
            cg_engine_record(engine, &fact);
            cg_note(engine,
                    "ALARM: limit %.*s is not in the hub's snapshot: suspended "
                    "(is its RiskLimitID the hub's 1670?)",
                    limit->id.len, limit->id.text);
        }
    }
}

/* The limit of an entry, made if it is new; CG_NONE when there is none. */
static uint32_t entry_slot(struct cg_engine *engine,
                           const struct cg_update_event *event,
                           const struct cg_limit_event *entry)
{
    uint32_t slot = cg_entry_limit(engine, entry);
    return slot == CG_NONE && !entry->removed ? limit_make(engine, event, entry)
                                              : slot;
}

/* R15: the very update that was taken last, once more. */
bool cg_update_is_repeat(const struct cg_engine *engine,
                         const struct cg_update_event *event)
{
    uint64_t id = cg_hash(0, event->id);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t slot = cg_entry_limit(engine, entry);
        if (slot == CG_NONE ||
            engine->state.limits[slot].owner != engine->cause_session ||
            engine->state.limits[slot].updated_at != event->made_at ||
            engine->state.limits[slot].update_id != id) {
            return false;
        }
    }
    return event->count > 0;
}

static enum cg_result unenforceable(const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        if (entry->unenforceable) {
            return entry->result != CG_RESULT_OK ? (enum cg_result)entry->result
                                                 : CG_RESULT_OTHER;
        }
    }
    return CG_RESULT_OK;
}

/* R19: the update is refused, and so is new risk under what it cannot mean. */
static void update_unenforced(struct cg_engine *engine,
                              const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t slot = entry->unenforceable ? entry_slot(engine, event, entry)
                                             : CG_NONE;
        if (slot != CG_NONE) {
            (void)cg_compare_limit(engine, slot, event, entry,
                                   CG_LIMIT_UNENFORCED);
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = slot;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_UNENFORCED;
            fact.until = event->made_at;
            cg_engine_record(engine, &fact);
        }
    }
    cg_note(engine,
            "ALARM: limit update %.*s asks for what is not modelled: no new "
            "risk under its limits",
            (int)event->id.len, event->id.data);
}

/* An entry without limits takes away all that the sender gave the party. */
static void party_remove(struct cg_engine *engine,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = cg_entry_account(state, entry);
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            limit->state != CG_LIMIT_REMOVED &&
            cg_entry_is_of(limit, entry, account) &&
            (entry->ccp.len == 0 || cg_entry_clears(state, limit, entry)) &&
            event->made_at >= limit->updated_at) {
            limit_update(engine, i, event, entry, false);
        }
    }
}

enum cg_result cg_update_result(struct cg_engine *engine,
                                const struct cg_update_event *event)
{
    enum cg_result fault = event->bad || !cg_scopes_fit(engine, event)
                               ? CG_RESULT_OTHER
                               : CG_RESULT_OK;
    for (uint32_t i = 0; fault == CG_RESULT_OK && i < event->count; i++) {
        fault = cg_entry_fault(engine, event, &event->limits[i]);
    }
    if (fault == CG_RESULT_OK && unenforceable(event) != CG_RESULT_OK) {
        update_unenforced(engine, event);
        return unenforceable(event);
    }
    return fault;
}

uint32_t cg_update_fault(struct cg_engine *engine,
                         const struct cg_update_event *event)
{
    enum cg_result result = cg_update_result(engine, event);
    if (result == CG_RESULT_OK) {
        return 0;
    }
    return result == CG_RESULT_INVALID_PARTY ? CG_DE_UNKNOWN_PARTY
                                             : CG_DE_OTHER;
}

void cg_update_refuse(struct cg_engine *engine,
                      const struct cg_update_event *event,
                      uint32_t fault)
{
    cg_note(engine, "ALARM: limit update %.*s refused: %s", (int)event->id.len,
            event->id.data,
            fault == CG_DE_UNKNOWN_PARTY ? "unknown party"
                                         : "unusable, incomplete, not the "
                                           "sender's to set, or older than "
                                           "the last");
    cg_compare_refused(engine, event);
    (void)cg_update_ack(engine, false, fault);
}

void cg_update_apply(struct cg_engine *engine,
                     const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        if (entry->removed && entry->id.len == 0) {
            party_remove(engine, event, entry);
            continue;
        }
        uint32_t known = engine->state.limit_count;
        uint32_t slot = entry_slot(engine, event, entry);
        if (slot != CG_NONE) {
            enum cg_limit_state was = engine->state.limits[slot].state;
            bool scoped = cg_scope_update(engine, slot, event, entry);
            limit_update(engine, slot, event, entry,
                         scoped || slot >= known || was == CG_LIMIT_REMOVED ||
                             was == CG_LIMIT_UNENFORCED);
        }
    }
}

/* Takes an update whole, or refuses it whole. */
static bool update_take(struct cg_engine *engine,
                        const struct cg_update_event *event)
{
    cg_compare_snapshot(engine, event);
    uint32_t fault = cg_update_fault(engine, event);
    if (fault != 0) {
        cg_update_refuse(engine, event, fault);
        return false;
    }
    if (event->refused) {
        cg_note(engine, "ALARM: the hub did not send the limits asked for");
    }
    bool repeats = cg_update_is_repeat(engine, event);
    if (!repeats) { /* that would be no refresh */
        cg_update_apply(engine, event);
        if (event->snapshot) {
            suspend_missing(engine, event);
        }
    }
    cg_compare_taken(engine, event, repeats);
    (void)cg_update_ack(engine, true, 0);
    return true;
}

void cg_engine_update(struct cg_engine *engine,
                      const struct cg_update_event *event)
{
    struct cg_update_event whole;
    switch (cg_parts_take(engine, event, &whole)) {
    case CG_PARTS_NONE:
        (void)update_take(engine, event);
        break;
    case CG_PARTS_WHOLE:
        if (!update_take(engine, &whole)) {
            cg_parts_refused(engine, &whole);
        }
        break;
    case CG_PARTS_ANSWERED:
        break;
    }
}
