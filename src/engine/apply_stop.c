/*
 * Facts about firms and stops, applied.  Must never decide or fail; see
 * apply.c.  Rule: R18.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

#define BIT(session) ((uint64_t)1 << (session))

uint32_t cg_apply_firm(struct cg_state *state, struct cg_slice name)
{
    uint32_t slot = cg_state_firm(state, name);
    if (slot != CG_NONE) {
        return slot;
    }
    CG_ASSERT(state->firm_count < state->firm_max);
    slot = state->firm_count++;
    cg_apply_id(&state->firms[slot].name, name.data, name.len);
    cg_map_add(&state->firm_map, cg_hash(0, name), slot);
    return slot;
}

static struct cg_party party_of(const struct cg_state *state,
                                const struct cg_fact *fact)
{
    struct cg_slice firm = {fact->text, fact->text_len};
    if (fact->account != CG_NONE) {
        return (struct cg_party){fact->account, CG_NONE};
    }
    return (struct cg_party){CG_NONE, cg_state_firm(state, firm)};
}

static struct cg_stops *stops_of(struct cg_state *state, struct cg_party party)
{
    return party.account != CG_NONE ? &state->accounts[party.account].stops
                                    : &state->firms[party.firm].stops;
}

/* The stops of |placer| as bits, from its layer. */
static void
stop_move(struct cg_stops *stops, cg_session placer, enum cg_stop_layer next)
{
    CG_ASSERT(cg_stop_may(cg_stop_layer_of(stops, placer), next));
    bool suspended = next == CG_STOP_SUSPENDED || next == CG_STOP_BOTH;
    bool halted = next == CG_STOP_HALTED || next == CG_STOP_BOTH;
    stops->suspended_by &= ~BIT(placer);
    stops->halted_by &= ~BIT(placer);
    stops->suspended_by |= suspended ? BIT(placer) : 0;
    stops->halted_by |= halted ? BIT(placer) : 0;
}

/* flags: the kind of the stop; value: its request's place + 1, or 0. */
void cg_apply_stop_placed(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_party party = party_of(state, fact);
    struct cg_stops *stops = stops_of(state, party);
    enum cg_stop_layer layer = cg_stop_layer_of(stops, fact->session);
    if (fact->flags == CG_STOP_SUSPEND) {
        bool halted = layer == CG_STOP_HALTED || layer == CG_STOP_BOTH;
        stop_move(stops, fact->session,
                  halted ? CG_STOP_BOTH : CG_STOP_SUSPENDED);
        return;
    }
    bool suspended = layer == CG_STOP_SUSPENDED || layer == CG_STOP_BOTH;
    stop_move(stops, fact->session, suspended ? CG_STOP_BOTH : CG_STOP_HALTED);
    if (fact->value == 0) {
        state->halts_under_way += (stops->unnamed_by >> fact->session & 1) == 0;
        stops->unnamed_by |= BIT(fact->session);
        return;
    }
    struct cg_stop_request *request =
        &state->stop_requests[fact->session][fact->value - 1];
    CG_ASSERT(!request->used);
    *request = (struct cg_stop_request){.used = true, .party = party};
    cg_apply_id(&request->id, fact->id, fact->id_len);
    state->halts_under_way++;
}

void cg_apply_stop_done(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_stops *stops = stops_of(state, party_of(state, fact));
    CG_ASSERT(state->halts_under_way > 0);
    state->halts_under_way--;
    if (fact->value == 0) {
        stops->unnamed_by &= ~BIT(fact->session);
    } else {
        state->stop_requests[fact->session][fact->value - 1].used = false;
    }
}

void cg_apply_stop_lifted(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_party party = party_of(state, fact);
    struct cg_stops *stops = stops_of(state, party);
    state->halts_under_way -= (uint32_t)(stops->unnamed_by >> fact->session &
                                         1);
    stop_move(stops, fact->session, CG_STOP_NOT);
    stops->unnamed_by &= ~BIT(fact->session);
    for (uint32_t i = 0; i < CG_STOP_REQUESTS_MAX; i++) {
        struct cg_stop_request *request =
            &state->stop_requests[fact->session][i];
        if (request->used && request->party.account == party.account &&
            request->party.firm == party.firm) {
            request->used = false;
            state->halts_under_way--;
        }
    }
}
