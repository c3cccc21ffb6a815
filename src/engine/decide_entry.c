/*
 * What one entry of a limit update means, and whether its sender may say it.
 *
 * Rules: R6, R10, R15.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

bool cg_entry_is_of(const struct cg_limit *limit,
                    const struct cg_limit_event *entry,
                    uint32_t account)
{
    return account != CG_NONE
               ? limit->account == account
               : limit->account == CG_NONE &&
                     cg_slice_equal(cg_id_slice(&limit->firm), entry->firm);
}

bool cg_entry_clears(const struct cg_state *state,
                     const struct cg_limit *limit,
                     const struct cg_limit_event *entry)
{
    return limit->ccp ==
           (entry->ccp.len > 0 ? cg_state_ccp(state, entry->ccp) : CG_CCP_NONE);
}

uint32_t cg_entry_account(const struct cg_state *state,
                          const struct cg_limit_event *entry)
{
    return entry->account.len > 0 ? cg_state_account(state, entry->account)
                                  : CG_NONE;
}

uint32_t cg_entry_limit(const struct cg_engine *engine,
                        const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = cg_entry_account(state, entry);
    if (entry->id.len > 0) {
        return cg_state_limit(state, entry->id);
    }
    uint32_t found = CG_NONE;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            cg_entry_is_of(limit, entry, account) &&
            cg_entry_clears(state, limit, entry) &&
            limit->kind == entry->kind) {
            if (found != CG_NONE) {
                return CG_NONE;
            }
            found = i;
        }
    }
    return found;
}

/* R6: whether the sender may speak of the entry's party. */
static enum cg_result party_fault(const struct cg_engine *engine,
                                  const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    if (entry->account.len > 0) {
        uint32_t account = cg_state_account(state, entry->account);
        if (account == CG_NONE ||
            (entry->firm.len > 0 &&
             !cg_slice_equal(entry->firm,
                             cg_id_slice(&state->accounts[account].firm)))) {
            return CG_RESULT_INVALID_PARTY;
        }
        return state->accounts[account].hub == engine->cause_session
                   ? CG_RESULT_OK
                   : CG_RESULT_NOT_AUTHORIZED;
    }
    bool known = false;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *candidate = &state->accounts[i];
        if (cg_slice_equal(cg_id_slice(&candidate->firm), entry->firm)) {
            known = true;
            if (candidate->hub != engine->cause_session) {
                return CG_RESULT_NOT_AUTHORIZED;
            }
        }
    }
    return known ? CG_RESULT_OK : CG_RESULT_INVALID_PARTY;
}

static bool is_named(const struct cg_limit_event *entry)
{
    return entry->account.len > 0 || entry->firm.len > 0;
}

/* R1: beside others' use there has to be room for ours. */
static bool amounts_hold(const struct cg_limit_event *entry)
{
    bool used = entry->used >= 0 && entry->used <= INT64_MAX / 2;
    return (!entry->has_amount || entry->amount >= 0) &&
           (!entry->has_used || used);
}

/* Whether an entry can make a limit: it says all, and its id is said once. */
static enum cg_result make_fault(const struct cg_engine *engine,
                                 const struct cg_update_event *event,
                                 const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t same = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        same += cg_slice_equal(event->limits[i].id, entry->id);
    }
    if (!is_named(entry)) {
        return CG_RESULT_INVALID_PARTY;
    }
    if (same != 1 || entry->id.len == 0 || entry->id.len > CG_NAME_MAX ||
        (event->definition && !entry->added)) {
        return CG_RESULT_INVALID_ID;
    }
    if (!entry->has_amount || !amounts_hold(entry)) {
        return CG_RESULT_INVALID_AMOUNT;
    }
    bool room = (entry->ccp.len == 0 ||
                 cg_ccp_room(state, entry->ccp, event->count)) &&
                cg_state_limit_room(state, cg_entry_account(state, entry),
                                    entry->firm, event->count);
    return room && entry->currency[0] != '\0' ? CG_RESULT_OK : CG_RESULT_OTHER;
}

/* Whether an entry may change |limit|, which it means. */
static enum cg_result change_fault(const struct cg_engine *engine,
                                   const struct cg_update_event *event,
                                   const struct cg_limit_event *entry,
                                   const struct cg_limit *limit)
{
    const struct cg_state *state = &engine->state;
    if (limit->owner != engine->cause_session) {
        return CG_RESULT_NOT_AUTHORIZED;
    }
    if (is_named(entry) &&
        (!cg_entry_is_of(limit, entry, cg_entry_account(state, entry)) ||
         !cg_entry_clears(state, limit, entry))) {
        return CG_RESULT_NOT_FOR_PARTY;
    }
    if (event->definition && entry->added && limit->state != CG_LIMIT_REMOVED) {
        return CG_RESULT_ALREADY_DEFINED;
    }
    if (entry->kind != limit->kind && !entry->removed &&
        !entry->unenforceable) {
        return CG_RESULT_INVALID_TYPE;
    }
    if (!amounts_hold(entry)) {
        return CG_RESULT_INVALID_AMOUNT;
    }
    bool same_currency = entry->currency[0] == '\0' ||
                         memcmp(entry->currency, limit->currency, 3) == 0;
    return same_currency && event->made_at >= limit->updated_at
               ? CG_RESULT_OK
               : CG_RESULT_OTHER;
}

enum cg_result cg_entry_fault(const struct cg_engine *engine,
                              const struct cg_update_event *event,
                              const struct cg_limit_event *entry)
{
    enum cg_result fault = is_named(entry) ? party_fault(engine, entry)
                                           : CG_RESULT_OK;
    fault = entry->unclear ? CG_RESULT_INVALID_PARTY : fault;
    if (fault != CG_RESULT_OK) {
        return fault;
    }
    if (entry->removed && entry->id.len == 0) {
        return is_named(entry) ? CG_RESULT_OK : CG_RESULT_INVALID_PARTY;
    }
    uint32_t slot = cg_entry_limit(engine, entry);
    if (slot != CG_NONE) {
        return change_fault(engine, event, entry, &engine->state.limits[slot]);
    }
    if (!entry->removed) {
        return make_fault(engine, event, entry);
    }
    /* What is not there is gone already; who defines it must know it. */
    return is_named(entry) && !event->definition ? CG_RESULT_OK
                                                 : CG_RESULT_INVALID_ID;
}
