/*
 * Proof from scratch: every total of the state is recomputed from its parts.
 *
 * Reads only, shares no sum with apply.c.  Rules: R12, R17, R22, R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "state.h"

#include "check.h"

struct sums {
    cg_dv01 open[2];
    cg_dv01 unsure[2];
    cg_dv01 position;
    cg_dv01 gross;
    struct cg_ledger ledger[2];
};

static bool ledger_holds(const struct cg_ledger *ledger)
{
    cg_wide in = (cg_wide)ledger->granted + ledger->overrun;
    cg_wide out = (cg_wide)ledger->reserved + ledger->consumed +
                  ledger->released + ledger->expired + ledger->invalidated +
                  ledger->handed_back;
    return in == out;
}

static void ledger_add(struct cg_ledger *sum, const struct cg_ledger *part)
{
    sum->granted += part->granted;
    sum->overrun += part->overrun;
    sum->reserved += part->reserved;
    sum->consumed += part->consumed;
    sum->released += part->released;
    sum->expired += part->expired;
    sum->invalidated += part->invalidated;
    sum->handed_back += part->handed_back;
}

/* What is filled counts as far as it was filled since the limit's reset. */
static bool
token_adds(const struct cg_state *state, uint32_t slot, struct sums *sums)
{
    const struct cg_token *token = &state->tokens[slot];
    struct sums *sum = &sums[token->limit];
    unsigned side = token->side != '1';
    cg_dv01 open = token->charge > token->filled ? token->charge - token->filled
                                                 : 0;
    sum->open[side] += open;
    sum->unsure[side] += token->unsure;
    cg_dv01 earlier = token->day == state->limits[token->limit].day
                          ? token->earlier
                          : token->filled;
    sum->position += side == 0 ? token->filled - earlier
                               : earlier - token->filled;
    sum->gross += token->filled - earlier;
    ledger_add(&sum->ledger[side], &token->ledger);
    return ledger_holds(&token->ledger) && token->ledger.reserved >= 0 &&
           earlier >= 0 && earlier <= token->filled;
}

static bool
differs(char *error, size_t len, const struct cg_limit *limit, const char *what)
{
    snprintf(error, len, "limit %.*s: %s is not what its tokens add up to",
             limit->id.len, limit->id.text, what);
    return false;
}

/* With what forgotten tokens left behind. */
static void past_add(struct sums *sum, const struct cg_past *past)
{
    sum->position += past->position;
    sum->gross += past->gross;
    ledger_add(&sum->ledger[0], &past->ledger[0]);
    ledger_add(&sum->ledger[1], &past->ledger[1]);
}

static bool limit_holds(const struct cg_limit *limit,
                        const struct sums *sum,
                        char *error,
                        size_t len)
{
    for (unsigned side = 0; side < 2; side++) {
        if (limit->open[side] != sum->open[side]) {
            return differs(error, len, limit, "open use");
        }
        if (limit->unsure[side] != sum->unsure[side]) {
            return differs(error, len, limit, "use that has not gone on");
        }
        if (!ledger_holds(&limit->ledger[side])) {
            return differs(error, len, limit, "the token ledger");
        }
        if (memcmp(&limit->ledger[side], &sum->ledger[side],
                   sizeof(sum->ledger[side])) != 0) {
            return differs(error, len, limit, "a column of the token ledger");
        }
    }
    if (limit->position != sum->position || limit->gross != sum->gross) {
        return differs(error, len, limit, "filled use");
    }
    return true;
}

/* R17: how many limits stop a party by their actions. */
static bool stops_hold(const struct cg_state *state, struct cg_party party)
{
    uint32_t counts[CG_LIMIT_STOPS] = {0};
    const struct cg_stops *stops = cg_state_stops(state, party);
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        struct cg_party of = cg_limit_party(state, limit);
        counts[limit->stop] += of.account == party.account &&
                               (of.account != CG_NONE || of.firm == party.firm);
    }
    return stops->limits[CG_LIMIT_SUSPENDS] == counts[CG_LIMIT_SUSPENDS] &&
           stops->limits[CG_LIMIT_HALTS] == counts[CG_LIMIT_HALTS];
}

static bool all_stops_hold(const struct cg_state *state)
{
    bool holds = true;
    for (uint32_t i = 0; holds && i < state->account_count; i++) {
        holds = stops_hold(state, (struct cg_party){i, CG_NONE});
    }
    for (uint32_t i = 0; holds && i < state->firm_count; i++) {
        holds = stops_hold(state, (struct cg_party){CG_NONE, i});
    }
    return holds;
}

/* R44: who is queued stands in order, has taken nothing, and waits for at least
 * one limit. */
static bool queue_holds(const struct cg_state *state,
                        const struct cg_queue *queue,
                        uint32_t limit)
{
    cg_seq last = 0;
    for (uint32_t i = queue->first; i != CG_NONE; i = state->places[i].next) {
        const struct cg_order *order = &state->orders[state->places[i].order];
        uint32_t places = 0;
        for (uint32_t p = order->places; p != CG_NONE;
             p = state->places[p].other) {
            places++;
        }
        if (state->places[i].limit != limit || order->number <= last ||
            order->state != CG_ORDER_QUEUED || order->tokens != CG_NONE ||
            places < 2) {
            return false;
        }
        last = order->number;
    }
    return true;
}

static bool
queues_hold(const struct cg_state *state, char *error, size_t error_len)
{
    bool holds = queue_holds(state, &state->queue, CG_NONE);
    for (uint32_t i = 0; holds && i < state->limit_count; i++) {
        holds = queue_holds(state, &state->limits[i].queue, i);
    }
    if (!holds) {
        snprintf(error, error_len, "the queues do not hold what they should");
    }
    return holds;
}

static bool has_doubtful(const struct cg_state *state,
                         const struct cg_order *order)
{
    uint32_t i = order->requests;
    while (i != CG_NONE &&
           !cg_request_is_doubtful(state, &state->requests[i])) {
        i = state->requests[i].next;
    }
    return i != CG_NONE;
}

/* Counts a list of closed orders, of which all are |doubtful|, or none. */
static bool closed_list_holds(const struct cg_state *state,
                              uint32_t first,
                              bool doubtful,
                              uint32_t *count)
{
    for (uint32_t i = first; i != CG_NONE; i = state->orders[i].next) {
        const struct cg_order *order = &state->orders[i];
        if (order->state != CG_ORDER_CLOSED || order->forgettable == doubtful ||
            order->doubtful != doubtful ||
            has_doubtful(state, order) != doubtful) {
            return false;
        }
        (*count)++;
    }
    return true;
}

/* R22: of the closed orders those stay of which a replace may never have
 * reached the venue; an order is in one list at most. */
static bool
closed_hold(const struct cg_state *state, char *error, size_t error_len)
{
    uint32_t count = 0;
    bool holds = closed_list_holds(state, state->closed_first, false, &count) &&
                 closed_list_holds(state, state->doubtful.first, true, &count);
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        count -= order->state != CG_ORDER_FREE &&
                 (order->forgettable || order->doubtful);
    }
    if (!holds || count != 0) {
        snprintf(error, error_len, "the lists of closed orders do not hold");
    }
    return holds && count == 0;
}

bool cg_audit(const struct cg_state *state, char *error, size_t error_len)
{
    struct sums *sums = calloc(state->limit_count + 1, sizeof(*sums));
    bool holds = true;
    if (sums == NULL) {
        snprintf(error, error_len, CG_AUDIT_NO_MEMORY);
        return false;
    }
    for (uint32_t i = 0; holds && i < state->token_top; i++) {
        if (state->tokens[i].state == CG_TOKEN_FREE) {
            continue;
        }
        if (!token_adds(state, i, sums)) {
            holds = false;
            snprintf(error, error_len, "token %llu: its ledger does not add up",
                     (unsigned long long)state->tokens[i].number);
        }
    }
    for (uint32_t i = 0; holds && i < state->limit_count; i++) {
        past_add(&sums[i], &state->limits[i].past);
        holds = limit_holds(&state->limits[i], &sums[i], error, error_len);
    }
    free(sums);
    if (holds && !all_stops_hold(state)) {
        snprintf(error, error_len,
                 "a party's stops are not what its limits "
                 "add up to");
        return false;
    }
    return holds && cg_audit_packages(state, error, error_len) &&
           cg_audit_instruments(state, error, error_len) &&
           queues_hold(state, error, error_len) &&
           closed_hold(state, error, error_len);
}
