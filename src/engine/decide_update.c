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

static bool limit_is_of(const struct cg_limit *limit,
                        const struct cg_limit_event *entry,
                        uint32_t account)
{
    return account != CG_NONE
               ? limit->account == account
               : limit->account == CG_NONE &&
                     cg_slice_equal(cg_id_slice(&limit->firm), entry->firm);
}

/* Whether the clearing house that an entry names, or does not, is the limit's.
 */
static bool ccp_is_of(const struct cg_state *state,
                      const struct cg_limit *limit,
                      const struct cg_limit_event *entry)
{
    return limit->ccp ==
           (entry->ccp.len > 0 ? cg_state_ccp(state, entry->ccp) : CG_CCP_NONE);
}

/* The limit that an entry means: by its id, else the party's only one. */
static uint32_t entry_limit(const struct cg_engine *engine,
                            const struct cg_limit_event *entry,
                            uint32_t account)
{
    const struct cg_state *state = &engine->state;
    if (entry->id.len > 0) {
        return cg_state_limit(state, entry->id);
    }
    uint32_t found = CG_NONE;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            limit_is_of(limit, entry, account) &&
            ccp_is_of(state, limit, entry) && limit->kind == entry->kind) {
            if (found != CG_NONE) {
                return CG_NONE;
            }
            found = i;
        }
    }
    return found;
}

/* R6: whether the sender may speak of the entry's party. */
static uint32_t party_fault(const struct cg_engine *engine,
                            const struct cg_limit_event *entry,
                            uint32_t *account)
{
    const struct cg_state *state = &engine->state;
    *account = CG_NONE;
    if (entry->account.len > 0) {
        *account = cg_state_account(state, entry->account);
        if (*account == CG_NONE ||
            (entry->firm.len > 0 &&
             !cg_slice_equal(entry->firm,
                             cg_id_slice(&state->accounts[*account].firm)))) {
            return CG_DE_UNKNOWN_PARTY;
        }
        return state->accounts[*account].hub == engine->cause_session
                   ? 0
                   : CG_DE_OTHER;
    }
    bool known = false;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *candidate = &state->accounts[i];
        if (cg_slice_equal(cg_id_slice(&candidate->firm), entry->firm)) {
            known = true;
            if (candidate->hub != engine->cause_session) {
                return CG_DE_OTHER;
            }
        }
    }
    return known ? 0 : CG_DE_UNKNOWN_PARTY;
}

/* Whether an entry can make a limit: it says all, and its id is said once. */
static bool may_make(const struct cg_update_event *event,
                     const struct cg_limit_event *entry)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        same += cg_slice_equal(event->limits[i].id, entry->id);
    }
    return same == 1 && entry->id.len > 0 && entry->id.len <= CG_NAME_MAX &&
           entry->has_amount && entry->amount >= 0 &&
           entry->currency[0] != '\0';
}

/* 0 when the entry can be taken, else the reason for DE. */
static uint32_t entry_fault(const struct cg_engine *engine,
                            const struct cg_update_event *event,
                            const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = CG_NONE;
    bool named = entry->account.len > 0 || entry->firm.len > 0;
    if (named) {
        uint32_t fault = party_fault(engine, entry, &account);
        if (fault != 0) {
            return fault;
        }
    }
    if (entry->removed && entry->id.len == 0) {
        return named ? 0 : CG_DE_OTHER;
    }
    uint32_t slot = entry_limit(engine, entry, account);
    if (slot == CG_NONE) {
        bool makes_one = named && !entry->removed && may_make(event, entry) &&
                         (entry->ccp.len == 0 ||
                          cg_ccp_room(state, entry->ccp, event->count)) &&
                         cg_state_limit_room(state, account, entry->firm,
                                             event->count);
        return makes_one || (entry->removed && named) ? 0 : CG_DE_OTHER;
    }
    const struct cg_limit *limit = &state->limits[slot];
    if (limit->owner != engine->cause_session ||
        event->made_at < limit->updated_at ||
        (named &&
         (account != limit->account || !ccp_is_of(state, limit, entry))) ||
        (entry->kind != limit->kind && !entry->removed &&
         !entry->unenforceable) ||
        (entry->has_amount && entry->amount < 0) ||
        (entry->currency[0] != '\0' &&
         memcmp(entry->currency, limit->currency, 3) != 0)) {
        return CG_DE_OTHER;
    }
    return 0;
}

static uint32_t limit_make(struct cg_engine *engine,
                           const struct cg_limit_event *entry,
                           uint32_t account)
{
    const struct cg_state *state = &engine->state;
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
    fact.flags = CG_MEASURE_GROSS | CG_MODEL_PING_WITH_PUSH << 4 |
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
    if (entry->unenforceable) {
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

static void limit_update(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    fact.session = engine->cause_session;
    fact.value = entry_state(limit, event, entry);
    fact.until = event->made_at;
    fact.terms_hash = cg_hash(0, event->id);
    fact.amount = entry->has_amount ? entry->amount : limit->amount;
    fact.other = entry->has_used ? cg_limit_others(engine, slot, event->made_at,
                                                   entry->used)
                                 : limit->other;
    fact.flags = 1u | (entry->has_amount ? 2u : 0u);
    if (entry->has_model &&
        (entry->model == CG_MODEL_PUSH || limit->model == CG_MODEL_PUSH)) {
        /* 2339 cannot say "ping with push": ping leaves that as it is. */
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
    if (changes && limit->has_amount) {
        char amount[32];
        cg_dv01_format(limit->amount, amount);
        cg_note(engine, "limit %.*s is %s %.3s now", limit->id.len,
                limit->id.text,
                limit->kind == CG_LIMIT_NOTIONAL ? "changed," : amount,
                limit->currency);
    }
    if (limit->state == CG_LIMIT_REMOVED || limit->state == CG_LIMIT_HALTED) {
        cg_limit_pull_all(engine, slot,
                          limit->state == CG_LIMIT_REMOVED
                              ? CG_TOKEN_INVALIDATED
                              : CG_PARTY_HALTED);
    } else if (limit->has_amount && cg_limit_use(limit) > limit->amount) {
        cg_limit_breach_act(engine, slot);
        cg_limit_pull(engine, slot);
    }
    cg_limit_suspension_end(engine, slot);
}

static bool entry_names(const struct cg_engine *engine,
                        const struct cg_limit_event *entry,
                        uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(state, entry->account)
                           : CG_NONE;
    return entry_limit(engine, entry, account) == slot;
}

/* R15: who is missing from a full snapshot is suspended, not removed. */
static void suspend_missing(struct cg_engine *engine,
                            const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        bool named = limit->owner != engine->cause_session ||
                     limit->state != CG_LIMIT_ENABLED;
        for (uint32_t e = 0; !named && e < event->count; e++) {
            named = entry_names(engine, &event->limits[e], i);
        }
        if (!named) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = i;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_SUSPENDED;
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
                           const struct cg_limit_event *entry)
{
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(&engine->state, entry->account)
                           : CG_NONE;
    uint32_t slot = entry_limit(engine, entry, account);
    return slot == CG_NONE && !entry->removed
               ? limit_make(engine, entry, account)
               : slot;
}

/* R15: the very update that was taken last, once more. */
static bool is_repeat(const struct cg_engine *engine,
                      const struct cg_update_event *event)
{
    uint64_t id = cg_hash(0, event->id);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t account = entry->account.len > 0
                               ? cg_state_account(&engine->state,
                                                  entry->account)
                               : CG_NONE;
        uint32_t slot = entry_limit(engine, entry, account);
        if (slot == CG_NONE ||
            engine->state.limits[slot].owner != engine->cause_session ||
            engine->state.limits[slot].updated_at != event->made_at ||
            engine->state.limits[slot].update_id != id) {
            return false;
        }
    }
    return event->count > 0;
}

static bool is_unenforceable(const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        if (event->limits[i].unenforceable) {
            return true;
        }
    }
    return false;
}

/* R19: the update is refused, and so is new risk under what it cannot mean. */
static void update_unenforced(struct cg_engine *engine,
                              const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t slot = entry->unenforceable ? entry_slot(engine, entry)
                                             : CG_NONE;
        if (slot != CG_NONE) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = slot;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_UNENFORCED;
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
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(state, entry->account)
                           : CG_NONE;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            limit->state != CG_LIMIT_REMOVED &&
            limit_is_of(limit, entry, account) &&
            (entry->ccp.len == 0 || ccp_is_of(state, limit, entry)) &&
            event->made_at >= limit->updated_at) {
            limit_update(engine, i, event, entry);
        }
    }
}

uint32_t cg_update_fault(struct cg_engine *engine,
                         const struct cg_update_event *event)
{
    uint32_t fault = event->bad || !cg_scopes_fit(engine, event) ? CG_DE_OTHER
                                                                 : 0;
    for (uint32_t i = 0; fault == 0 && i < event->count; i++) {
        fault = entry_fault(engine, event, &event->limits[i]);
    }
    if (fault == 0 && is_unenforceable(event)) {
        update_unenforced(engine, event);
        return CG_DE_OTHER;
    }
    return fault;
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
    (void)cg_update_ack(engine, false, fault);
}

/* Takes an update whole, or refuses it whole. */
static bool update_take(struct cg_engine *engine,
                        const struct cg_update_event *event)
{
    uint32_t fault = cg_update_fault(engine, event);
    if (fault != 0) {
        cg_update_refuse(engine, event, fault);
        return false;
    }
    bool repeat = is_repeat(engine, event); /* it must not be a refresh */
    if (event->refused) {
        cg_note(engine, "ALARM: the hub did not send the limits asked for");
    }
    for (uint32_t i = 0; !repeat && i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        if (entry->removed && entry->id.len == 0) {
            party_remove(engine, event, entry);
            continue;
        }
        uint32_t slot = entry_slot(engine, entry);
        if (slot != CG_NONE) {
            cg_scope_update(engine, slot, event, entry);
            limit_update(engine, slot, event, entry);
        }
    }
    if (event->snapshot && !repeat) {
        suspend_missing(engine, event);
    }
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
