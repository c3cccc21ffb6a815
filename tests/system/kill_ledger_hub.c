/*
 * The judge of the crash tests: what the hub hears and says.
 *
 * Rules: R18, R22, R23, R25, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_ledger_parts.h"

#include <stdio.h>

/* --- the hub hears ------------------------------------------------------ */

static void hub_hears_ask(struct kill_ledger *ledger,
                          const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2318);
    size_t at = sim_index_get(&ledger->ask_ids, id);
    struct kill_token *token = kill_token_of(
        ledger, sim_field_find(event->body, 2319), true);
    struct kill_ask ask = {
        .token = (size_t)(token - ledger->tokens),
        .trans = sim_field_char(event->body, 2320, 0),
        .type = sim_field_char(event->body, 2321, 0),
        .amount = kill_number(event->body, 2324, SIM_AMOUNT_DIGITS),
        .sent_ns = event->sent_ns};
    if (at != SIM_NONE) {
        const struct kill_ask *old = &ledger->asks[at];
        if (old->token != ask.token || old->trans != ask.trans ||
            old->type != ask.type || old->amount != ask.amount) {
            kill_wrong(ledger, "R28: 2318 %.*s came again with something else",
                       (int)id.len, id.data);
        }
        return;
    }
    if (ask.type == '0' && token->ended) {
        kill_wrong(ledger, "R28: %s was given back, and is spoken of again",
                   token->id);
    }
    ledger->asks = kill_room(ledger->asks, ledger->ask_count,
                             sizeof(*ledger->asks));
    sim_index_set(&ledger->ask_ids, id, ledger->ask_count);
    ledger->asks[ledger->ask_count++] = ask;
}

/* The amounts before the one that the gate has taken are over. */
static void hub_hears_taken(struct kill_ledger *ledger,
                            const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 1667);
    for (size_t i = ledger->push_count; i > 0; i--) {
        const struct kill_push *taken = &ledger->pushes[i - 1];
        if (!cg_slice_is(id, taken->id)) {
            continue;
        }
        for (size_t k = i - 1; k > 0; k--) {
            struct kill_push *older = &ledger->pushes[k - 1];
            if (older->limit == taken->limit && older->to_ns == SIM_NEVER) {
                older->to_ns = event->sent_ns + SIM_MS;
            }
        }
    }
}

static void hub_hears_stop(struct kill_ledger *ledger,
                           const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2328);
    for (int i = 0; i < KILL_LIMITS; i++) {
        struct kill_stop *stop = &ledger->stops[i];
        if (cg_slice_is(id, stop->id) && stop->action != '2' &&
            stop->since_ns == SIM_NEVER) {
            stop->since_ns = event->sent_ns;
        }
    }
}

void kill_hub_hears(struct kill_ledger *ledger, const struct kill_event *event)
{
    if (strcmp(event->type, "DF") == 0) {
        hub_hears_ask(ledger, event);
    } else if (strcmp(event->type, "DE") == 0 &&
               sim_field_char(event->body, 2316, 0) == '0') {
        hub_hears_taken(ledger, event);
    } else if (strcmp(event->type, "DI") == 0 &&
               sim_field_char(event->body, 2332, 0) == '0') {
        hub_hears_stop(ledger, event);
    }
}

/* --- the hub says ------------------------------------------------------- */

static void token_falls(struct kill_token *token, int64_t total, int64_t at)
{
    if (token->live && total < token->total) {
        token->total_before = token->total;
        token->fell_ns = at;
    }
}

static void hub_answers(struct kill_ledger *ledger,
                        const struct kill_event *event)
{
    size_t at = sim_index_get(&ledger->ask_ids,
                              sim_field_find(event->body, 2318));
    char status = sim_field_char(event->body, 2325, 0);
    if (at == SIM_NONE || status == '3' || ledger->asks[at].answered) {
        return; /* an answer that was given before has no effect */
    }
    struct kill_ask *ask = &ledger->asks[at];
    struct kill_token *token = &ledger->tokens[ask->token];
    ask->answered = true;
    if (ask->type == '0' && at > token->settled) {
        token->settled = at;
    }
    if (ask->type == '1' && status == '0') {
        token->consumed += ask->amount;
    } else if (ask->trans == '1') {
        token_falls(token, 0, ask->sent_ns);
        token->ended |= token->live;
        token->live = false;
    } else if (status == '0' || status == '1') {
        int64_t total = kill_number(event->body, 2327, SIM_AMOUNT_DIGITS);
        token_falls(token, total, ask->sent_ns);
        token->live = true;
        token->total = total;
    }
}

static void push_add(struct kill_ledger *ledger,
                     const struct kill_event *event,
                     struct cg_slice limit,
                     int64_t amount)
{
    struct cg_slice id = sim_field_find(event->body, 1667);
    for (size_t i = 0; i < KILL_LIMITS; i++) {
        if (!cg_slice_is(limit, kill_limits[i].id)) {
            continue;
        }
        ledger->pushes = kill_room(ledger->pushes, ledger->push_count,
                                   sizeof(*ledger->pushes));
        struct kill_push *push = &ledger->pushes[ledger->push_count++];
        *push = (struct kill_push){.limit = i,
                                   .amount = amount,
                                   .from_ns = event->at_ns - SIM_MS,
                                   .to_ns = SIM_NEVER};
        snprintf(push->id, sizeof(push->id), "%.*s", (int)id.len, id.data);
    }
}

/* In each entry of the simulator 1531 comes before 1670. */
static void hub_pushes(struct kill_ledger *ledger,
                       const struct kill_event *event)
{
    struct sim_reader reader;
    struct sim_field field;
    int64_t amount = 0;
    sim_reader_init(&reader, event->body);
    while (sim_reader_next(&reader, &field)) {
        if (field.tag == 1531) {
            sim_number_read(field.value, SIM_AMOUNT_DIGITS, &amount);
        } else if (field.tag == 1670) {
            push_add(ledger, event, field.value, amount);
        }
    }
}

static void hub_stops(struct kill_ledger *ledger,
                      const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2328);
    struct cg_slice account = sim_field_party(event->body, 24);
    for (int i = 0; i < KILL_LIMITS; i++) {
        struct kill_stop *stop = &ledger->stops[i];
        if (cg_slice_is(account, kill_limits[i].account)) {
            snprintf(stop->id, sizeof(stop->id), "%.*s", (int)id.len, id.data);
            stop->action = sim_field_char(event->body, 2329, 0);
            if (stop->action == '2') {
                stop->since_ns = SIM_NEVER;
            }
        }
    }
}

void kill_hub_says(struct kill_ledger *ledger, const struct kill_event *event)
{
    if (strcmp(event->type, "DG") == 0) {
        hub_answers(ledger, event);
    } else if (strcmp(event->type, "CM") == 0 ||
               strcmp(event->type, "CR") == 0) {
        hub_pushes(ledger, event);
    } else if (strcmp(event->type, "DH") == 0) {
        hub_stops(ledger, event);
    }
}
