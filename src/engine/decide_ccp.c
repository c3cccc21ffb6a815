/*
 * The clearing house of an order, and of a limit that is cut to one.
 *
 * Rules: R6, R10, R11.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

uint16_t cg_state_ccp(const struct cg_state *state, struct cg_slice name)
{
    for (uint16_t i = 0; i < state->ccp_count; i++) {
        if (cg_slice_equal(cg_id_slice(&state->ccps[i]), name)) {
            return i;
        }
    }
    return CG_CCP_OTHER;
}

bool cg_ccp_room(const struct cg_state *state,
                 struct cg_slice name,
                 uint32_t more)
{
    return name.len <= CG_NAME_MAX &&
           (cg_state_ccp(state, name) != CG_CCP_OTHER ||
            state->ccp_count + more <= CG_CCPS_MAX);
}

uint16_t cg_ccp_name(struct cg_engine *engine, struct cg_slice name)
{
    uint16_t slot = cg_state_ccp(&engine->state, name);
    if (slot != CG_CCP_OTHER) {
        return slot;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_CCP_NAMED);
    fact.value = engine->state.ccp_count;
    cg_fact_id(&fact, name);
    cg_engine_record(engine, &fact);
    return (uint16_t)fact.value;
}

/* Whether nobody had named it when its order came. */
static bool is_other(uint16_t ccp)
{
    return ccp != CG_CCP_NONE && ccp >= CG_CCP_OTHER - CG_CCPS_MAX;
}

uint16_t cg_ccp_for(const struct cg_order *order, const struct cg_limit *limit)
{
    bool may_be = is_other(order->ccp) &&
                  limit->ccp >= CG_CCP_OTHER - order->ccp;
    return may_be ? CG_CCP_NONE : order->ccp;
}

bool cg_ccp_stays(uint16_t ccp, const struct cg_order *order)
{
    return ccp == order->ccp || (is_other(ccp) && is_other(order->ccp));
}

/* The only one of an account, if it has one. */
static uint16_t only_ccp(const struct cg_account *account)
{
    uint64_t ccps = account->ccps;
    if (ccps == 0 || (ccps & (ccps - 1)) != 0) {
        return CG_CCP_NONE;
    }
    return (uint16_t)__builtin_ctzll(ccps);
}

bool cg_ccp_of(const struct cg_engine *engine,
               const struct cg_order_event *event,
               uint32_t slot,
               uint16_t *ccp,
               struct cg_refusal *refusal)
{
    const struct cg_account *account = &engine->state.accounts[slot];
    if (event->ccp.len == 0) {
        *ccp = only_ccp(account);
        return true;
    }
    uint16_t named = cg_state_ccp(&engine->state, event->ccp);
    bool is_other = named == CG_CCP_OTHER;
    bool is_its = !is_other && (account->ccps >> named & 1) != 0;
    *ccp = is_other ? (uint16_t)(CG_CCP_OTHER - engine->state.ccp_count)
                    : named;
    if (account->ccps != 0 && !is_its) {
        *refusal = cg_refusal_of(CG_UNKNOWN_PARTY);
        refusal->party = true;
        refusal->detail = "clearing house is not the account's";
        return false;
    }
    return true;
}
