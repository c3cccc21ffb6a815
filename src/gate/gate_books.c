/*
 * Looking at limits and tokens.  Changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"

static void copy(char *out, const struct cg_id *id)
{
    memcpy(out, id->text, id->len);
    out[id->len] = '\0';
}

static const char *limit_state(const struct cg_limit *limit)
{
    static const char *const names[CG_LIMIT_STATES] = {
        [CG_LIMIT_ENABLED] = "enabled",
        [CG_LIMIT_SUSPENDED] = "suspended",
        [CG_LIMIT_HALTED] = "halted",
        [CG_LIMIT_REMOVED] = "removed",
        [CG_LIMIT_UNENFORCED] = "unenforced",
    };
    if (limit->state == CG_LIMIT_ENABLED && limit->stop != CG_LIMIT_STOPS_NOT) {
        return limit->stop == CG_LIMIT_HALTS ? "halted" : "suspended";
    }
    return names[limit->state];
}

bool cg_gate_limit(const struct cg_gate *gate,
                   size_t index,
                   struct cg_limit_view *view)
{
    const struct cg_state *state = &gate->engine->state;
    if (index >= state->limit_count) {
        return false;
    }
    const struct cg_limit *limit = &state->limits[index];
    *view = (struct cg_limit_view){
        .state = limit_state(limit),
        .has_amount = limit->has_amount,
        .amount = limit->amount,
        .used = cg_limit_use(limit),
    };
    if (__builtin_sub_overflow(limit->amount, view->used, &view->available)) {
        view->available = INT64_MIN;
    }
    copy(view->id, &limit->id);
    copy(view->owner, &limit->owner_name);
    copy(view->firm, &limit->firm);
    memcpy(view->currency, limit->currency, sizeof(view->currency));
    if (limit->account != CG_NONE) {
        copy(view->account, &state->accounts[limit->account].name);
    }
    return true;
}

/* The oldest ClOrdID of an order. */
static const struct cg_id *first_id(const struct cg_state *state,
                                    const struct cg_order *order)
{
    uint32_t first = order->requests;
    while (state->requests[first].next != CG_NONE) {
        first = state->requests[first].next;
    }
    return &state->requests[first].id;
}

bool cg_gate_token(const struct cg_gate *gate,
                   size_t index,
                   struct cg_token_view *view)
{
    const struct cg_state *state = &gate->engine->state;
    if (index >= state->token_no) {
        return false;
    }
    *view = (struct cg_token_view){.state = "forgotten"};
    cg_token_id(gate->name, index + 1, view->id);
    uint32_t slot = cg_state_token(state, index + 1);
    if (slot == CG_NONE) {
        return true; /* its order was closed long ago */
    }
    const struct cg_token *token = &state->tokens[slot];
    copy(view->order, first_id(state, &state->orders[token->order]));
    copy(view->limit, &state->limits[token->limit].id);
    view->side = token->side;
    view->model = token->model == CG_MODEL_PING ? "ping"
                  : token->fallback             ? "fallback"
                                                : "push";
    view->state = cg_token_state_name(token->state);
    view->end = cg_token_end_name(token->end);
    view->granted = token->ledger.granted;
    view->overrun = token->ledger.overrun;
    view->reserved = token->ledger.reserved;
    view->consumed = token->ledger.consumed;
    view->released = token->ledger.released + token->ledger.expired +
                     token->ledger.invalidated + token->ledger.handed_back;
    return true;
}

bool cg_gate_rates(const struct cg_gate *gate, struct cg_rates_view *view)
{
    const struct cg_rates_state *rates = &gate->engine->state.rates;
    *view = (struct cg_rates_view){
        .version = rates->version,
        .made_at = rates->made_at,
        .taken_at = rates->taken_at,
        /* Books know no MaxAgeMs=, but what was said by it. */
        .stale = gate->config != NULL ? cg_engine_rates_stale(gate->engine)
                                      : rates->aged_at != 0,
    };
    memcpy(view->digest, rates->digest, sizeof(view->digest));
    copy(view->set, &rates->set);
    return rates->version > 0;
}

bool cg_gate_audit(const struct cg_gate *gate, char *error, size_t error_len)
{
    return cg_audit(&gate->engine->state, error, error_len);
}
