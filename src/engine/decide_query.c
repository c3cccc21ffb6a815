/*
 * Clients that ask for their limits: which ones, and in how many messages.
 *
 * A client learns of limits over its own accounts only.  Rules: R51, R56.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* RequestResult(1511). */
enum {
    FOUND = 0,
    NO_DATA = 2,
    NOT_AUTHORIZED = 3,
    NOT_SUPPORTED = 5,
    TOO_MUCH = 99,
};

/* A message holds this many fields of limits, so that anyone can read it. */
enum { FIELDS_MAX = 300, REPORTS_MAX = 1024 };

/* Whether the session trades for an account that |limit| may count. */
static bool is_own(const struct cg_state *state,
                   cg_session session,
                   const struct cg_limit *limit)
{
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        if ((account->sessions >> session & 1) != 0 &&
            (limit->account == CG_NONE || limit->account == i) &&
            cg_slice_equal(cg_id_slice(&account->firm),
                           cg_id_slice(&limit->firm))) {
            return true;
        }
    }
    return false;
}

static bool is_asked(const struct cg_state *state,
                     const struct cg_limit *limit,
                     const struct cg_query_event *query)
{
    uint32_t account = query->account.len > 0
                           ? cg_state_account(state, query->account)
                           : CG_NONE;
    if (query->account.len > 0 && limit->account != CG_NONE &&
        limit->account != account) {
        return false;
    }
    struct cg_slice firm = account != CG_NONE
                               ? cg_id_slice(&state->accounts[account].firm)
                               : query->firm;
    if (firm.len > 0 && !cg_slice_equal(firm, cg_id_slice(&limit->firm))) {
        return false;
    }
    if (query->ccp.len > 0 && limit->ccp != CG_CCP_NONE &&
        limit->ccp != cg_state_ccp(state, query->ccp)) {
        return false;
    }
    return (query->kinds >> limit->kind & 1) != 0 &&
           (limit->account != CG_NONE ? query->of_accounts : query->of_firms);
}

bool cg_query_selects(const struct cg_state *state,
                      cg_session session,
                      const struct cg_query_event *query,
                      uint32_t slot)
{
    const struct cg_limit *limit = &state->limits[slot];
    return limit->state != CG_LIMIT_REMOVED && is_own(state, session, limit) &&
           is_asked(state, limit, query);
}

uint32_t cg_query_scopes(const struct cg_state *state,
                         const struct cg_limit *limit)
{
    uint32_t count = 0;
    for (uint32_t i = limit->scopes; i != CG_NONE; i = state->scopes[i].next) {
        count++;
    }
    return count <= CG_QUERY_SCOPES_MAX ? count : 0;
}

/* Fields that a limit takes in a report, at most. */
static uint32_t fields_of(const struct cg_state *state,
                          const struct cg_limit *limit)
{
    return 30 + 2 * limit->warnings +
           (cg_query_scopes(state, limit) + 1) * (CG_TERMS + 2);
}

/* Whether an order of the account could clear where the question asks. */
static bool may_clear(const struct cg_state *state,
                      const struct cg_account *account,
                      struct cg_slice ccp)
{
    uint16_t slot = cg_state_ccp(state, ccp);
    return account->ccps == 0 ||
           (slot != CG_CCP_OTHER && (account->ccps >> slot & 1) != 0);
}

/* Why a question has no answer: the parties it names must be the asker's. */
static uint32_t query_fault(const struct cg_engine *engine,
                            const struct cg_query_event *query)
{
    const struct cg_state *state = &engine->state;
    bool firm_is_own = query->firm.len == 0;
    bool account_is_own = query->account.len == 0;
    bool ccp_is_own = query->ccp.len == 0;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        if ((account->sessions >> engine->cause_session & 1) != 0) {
            firm_is_own = firm_is_own ||
                          cg_slice_equal(query->firm,
                                         cg_id_slice(&account->firm));
            account_is_own = account_is_own ||
                             cg_slice_equal(query->account,
                                            cg_id_slice(&account->name));
            ccp_is_own = ccp_is_own || may_clear(state, account, query->ccp);
        }
    }
    if (!firm_is_own || !account_is_own || !ccp_is_own) {
        return NOT_AUTHORIZED;
    }
    return query->unsupported ? NOT_SUPPORTED : FOUND;
}

static struct cg_effect *report_add(struct cg_engine *engine, uint32_t result)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_LIMITS_REPORT);
    effect->session = engine->cause_session;
    effect->reject = result;
    effect->whole = true;
    return effect;
}

/* On record who was told of how many limits. */
static void told(struct cg_engine *engine, uint32_t count)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMITS_TOLD);
    fact.session = engine->cause_session;
    fact.value = count;
    cg_engine_record(engine, &fact);
}

void cg_engine_query(struct cg_engine *engine,
                     const struct cg_query_event *query)
{
    const struct cg_state *state = &engine->state;
    uint32_t fault = query_fault(engine, query);
    uint32_t first = engine->effect_count;
    uint32_t total = 0;
    uint32_t fields = FIELDS_MAX;
    struct cg_effect *report = NULL;
    for (uint32_t i = 0; fault == FOUND && i < state->limit_count; i++) {
        if (!cg_query_selects(state, engine->cause_session, query, i)) {
            continue;
        }
        fields += fields_of(state, &state->limits[i]);
        if (fields > FIELDS_MAX &&
            engine->effect_count - first == REPORTS_MAX) {
            engine->effect_count = first;
            fault = TOO_MUCH;
            break;
        }
        if (fields > FIELDS_MAX) {
            fields = fields_of(state, &state->limits[i]);
            report = report_add(engine, FOUND);
            report->limit = i;
        }
        CG_ASSERT(report != NULL);
        report->value++;
        total++;
    }
    if (fault != FOUND || total == 0) {
        (void)report_add(engine, fault != FOUND ? fault : NO_DATA);
    }
    for (uint32_t i = first; i < engine->effect_count; i++) {
        engine->effects[i].target = fault == FOUND ? total : 0;
        engine->effects[i].whole = i + 1 == engine->effect_count;
    }
    told(engine, fault == FOUND ? total : 0);
}
