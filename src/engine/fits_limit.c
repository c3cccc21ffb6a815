/*
 * Whether a fact about an account, a limit or a stop can be applied to the
 * state as it is.  Reads only.  Rules: R10, R16, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fits.h"

/* Whether every account has room for all limits that it then has. */
static bool has_limit_room(const struct cg_state *state,
                           uint32_t slot,
                           struct cg_slice firm)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        count += (limit->account == CG_NONE || limit->account == slot) &&
                 cg_slice_equal(cg_id_slice(&limit->firm), firm);
    }
    return count <= CG_ACCOUNT_LIMITS_MAX;
}

static struct cg_slice cut(const char *text, size_t len)
{
    return (struct cg_slice){text, len < CG_NAME_MAX ? len : CG_NAME_MAX};
}

bool cg_account_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->kind == CG_FACT_ACCOUNT_WARNINGS) {
        return fact->account < state->account_count;
    }
    return fact->account <= state->account_count &&
           has_limit_room(state, fact->account,
                          cut(fact->text, fact->text_len));
}

static bool limit_named_fits(const struct cg_state *state,
                             const struct cg_fact *fact)
{
    return fact->limit == state->limit_count && fact->text_len >= 4 &&
           cg_state_limit(state, cut(fact->id, fact->id_len)) == CG_NONE &&
           fact->value <= CG_LIMIT_NOTIONAL &&
           (fact->flags & 0xf) <= CG_MEASURE_NET &&
           (fact->flags >> 4 & 0xf) <= CG_MODEL_PING_WITH_PUSH &&
           (fact->flags >> 8 & 0xf) <= CG_PULL_NONE &&
           (fact->session == CG_SESSION_NONE ||
            cg_is_session(state, fact->session)) &&
           (fact->account == CG_NONE || fact->account < state->account_count) &&
           cg_state_limit_room(state, fact->account,
                               cut(fact->text + 4, fact->text_len - 4), 1);
}

/* Whose use it is about, for the actions of its levels. */
static bool limit_has_party(const struct cg_state *state, uint32_t slot)
{
    struct cg_party party = cg_limit_party(state, &state->limits[slot]);
    return party.account != CG_NONE || party.firm != CG_NONE;
}

static bool limit_set_fits(const struct cg_state *state,
                           const struct cg_fact *fact)
{
    const struct cg_limit *limit = &state->limits[fact->limit];
    bool by_owner = (fact->flags & 1) != 0;
    enum cg_limit_mover mover = by_owner ? CG_LIMIT_BY_OWNER
                                         : CG_LIMIT_BY_CONFIGURATION;
    if (fact->kind == CG_FACT_LIMIT_STATE) {
        mover = CG_LIMIT_BY_GATE;
    } else if ((fact->flags >> 4 & 0xf) > CG_MODEL_PING_WITH_PUSH + 1 ||
               (fact->flags >> 8 & 0xf) > CG_ACTION_HALT + 1) {
        return false;
    }
    return fact->value < CG_LIMIT_STATES &&
           cg_limit_may(mover, limit->state, (enum cg_limit_state)fact->value);
}

bool cg_limit_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    if (fact->kind == CG_FACT_LIMIT_NAMED) {
        return limit_named_fits(state, fact);
    }
    if (!cg_is_limit(state, fact->limit)) {
        return false;
    }
    if (fact->kind == CG_FACT_LIMIT_SET || fact->kind == CG_FACT_LIMIT_STATE) {
        return limit_set_fits(state, fact);
    }
    if (fact->kind == CG_FACT_LIMIT_STOPPED) {
        return limit_has_party(state, fact->limit);
    }
    return fact->account == CG_NONE || fact->account < state->account_count;
}

static const struct cg_stops *stops_of(const struct cg_state *state,
                                       const struct cg_fact *fact)
{
    struct cg_party party = {fact->account, CG_NONE};
    if (fact->account == CG_NONE) {
        party.firm = cg_state_firm(
            state, (struct cg_slice){fact->text, fact->text_len});
    }
    return cg_state_stops(state, party);
}

bool cg_stop_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    bool used = fact->value != 0 &&
                state->stop_requests[fact->session][fact->value - 1].used;
    if (fact->kind == CG_FACT_STOP_PLACED) {
        return fact->flags <= CG_STOP_HALT && !used;
    }
    if (fact->kind == CG_FACT_STOP_LIFTED) {
        return true;
    }
    bool unnamed = (stops_of(state, fact)->unnamed_by >> fact->session & 1) !=
                   0;
    return state->halts_under_way > 0 && (fact->value != 0 ? used : unnamed);
}
