/*
 * Settling what a session leaves open: peers that answer all they were asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include "gate_internal.h"

#include <decimal.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 6 };

/* Says |fields|, "11=A|..." with bars for SOH. */
static void
say(struct crash_run *run, cg_session session, const char *type, char *fields)
{
    struct cg_script_runner *runner = &run->runner;
    struct cg_script_message *message;
    size_t len;

    for (char *at = fields; *at != '\0'; at++) {
        *at = *at == '|' ? '\001' : *at;
    }
    message = cg_script_message_add(runner, &runner->in, session,
                                    cg_slice_str(type), CG_SLICE(""),
                                    cg_slice_str(fields));
    if (message == NULL) {
        return;
    }
    message->seq = ++runner->seq_in[session];
    len = cg_script_seal(runner, message, true, runner->buffer,
                         CG_SCRIPT_BUFFER);
    crash_collect(run, cg_gate_recv(runner->gate, session, runner->buffer, len,
                                    runner->now));
}

/* 2320 and 2321 of an ask. */
static const char *kind_fields(enum cg_ask_kind kind)
{
    static const char *const fields[CG_ASK_KINDS] = {
        [CG_ASK_NEW] = "2320=0|2321=0",     [CG_ASK_CONSUMED] = "2320=0|2321=1",
        [CG_ASK_CANCEL] = "2320=1|2321=0",  [CG_ASK_RAISE] = "2320=2|2321=0",
        [CG_ASK_LOWER] = "2320=2|2321=0",   [CG_ASK_RENEW] = "2320=2|2321=0",
        [CG_ASK_RESTATE] = "2320=2|2321=0", [CG_ASK_BUST] = "2320=1|2321=1",
    };

    return fields[kind];
}

/* Denies what would let more go on, and confirms all else. */
static void hub_answers(struct crash_run *run, uint32_t slot)
{
    const struct cg_state *state = &run->runner.gate->engine->state;
    const struct cg_ask *ask = &state->asks[slot];
    const struct cg_token *token = &state->tokens[ask->token];
    cg_session hub = state->limits[token->limit].owner;
    bool tokens = state->sessions[hub].identification == CG_IDENTIFIED_BY_TOKEN;
    bool denied = ask->kind == CG_ASK_NEW || ask->kind == CG_ASK_RAISE;
    char id[CG_NAME_MAX + 1];
    char amount[CG_DV01_TEXT_MAX];
    char fields[512];

    cg_token_id(run->runner.gate->name, token->number, id);
    (void)cg_dv01_format(ask->amount - ask->basis, amount);
    (void)snprintf(fields, sizeof(fields), "2318=%llu|%s%s%s2325=%d|%s|%s%s|",
                   (unsigned long long)ask->number, tokens ? "2319=" : "",
                   tokens ? id : "", tokens ? "|" : "", denied ? 2 : 0,
                   kind_fields(ask->kind),
                   denied ? "2326=" : "2327=", denied ? "2" : amount);
    say(run, hub, "DG", fields);
}

static void hubs_answer(struct crash_run *run)
{
    const struct cg_state *state = &run->runner.gate->engine->state;
    uint32_t left = state->ask_max;

    while (state->ask_first != CG_NONE && run->runner.error == 0 &&
           left-- > 0) {
        hub_answers(run, state->ask_first);
    }
}

static void venue_ends(struct crash_run *run, uint32_t slot)
{
    const struct cg_state *state = &run->runner.gate->engine->state;
    const struct cg_order *order = &state->orders[slot];
    const struct cg_id *id = &state->requests[order->request].id;
    struct cg_slice symbol = cg_order_symbol(state, order);
    struct cg_slice venue_id = cg_id_slice(&order->venue_order_id);
    char fields[1024];

    if (venue_id.len == 0) {
        venue_id = cg_id_slice(id);
    }
    (void)snprintf(
        fields, sizeof(fields),
        "37=%.*s|11=%.*s|17=SETTLED%d|%s150=4|39=4|55=%.*s|54=%c|38=%lld|"
        "151=0|14=%lld|6=0|%s",
        (int)venue_id.len, venue_id.data, (int)id->len, id->text,
        ++run->reports,
        state->sessions[order->venue].version == CG_FIX42 ? "20=0|" : "",
        (int)symbol.len, symbol.data, order->side, (long long)order->qty,
        (long long)order->cum_qty, order->legs != CG_NONE ? "442=3|" : "");
    say(run, order->venue, "8", fields);
}

/* A replace or cancel that is out comes too late. */
static void venue_refuses(struct crash_run *run, uint32_t slot)
{
    const struct cg_state *state = &run->runner.gate->engine->state;
    const struct cg_request *request = &state->requests[slot];
    const struct cg_order *order = &state->orders[request->order];
    const struct cg_id *of = &state->requests[order->request].id;
    char fields[512];

    (void)snprintf(
        fields, sizeof(fields), "37=%.*s|11=%.*s|41=%.*s|39=%c|434=%c|102=0|",
        (int)(of->len), of->text, (int)request->id.len, request->id.text,
        (int)of->len, of->text, order->cum_qty >= order->qty ? '2' : '4',
        request->kind == CG_REQUEST_REPLACE ? '2' : '1');
    say(run, request->venue, "9", fields);
}

static bool is_out(const struct cg_state *state, uint32_t slot)
{
    const struct cg_request *request = &state->requests[slot];

    return request->state == CG_REQUEST_SENT && request->order != CG_NONE &&
           request->kind != CG_REQUEST_NEW &&
           state->orders[request->order].state == CG_ORDER_CLOSED;
}

static void venues_end(struct crash_run *run)
{
    const struct cg_state *state = &run->runner.gate->engine->state;

    for (uint32_t i = 0; i < state->order_top && run->runner.error == 0; i++) {
        if (state->orders[i].state == CG_ORDER_SENT ||
            state->orders[i].state == CG_ORDER_OPEN) {
            venue_ends(run, i);
        }
    }
    for (uint32_t i = 0; i < state->request_top && run->runner.error == 0;
         i++) {
        if (is_out(state, i)) {
            venue_refuses(run, i);
        }
    }
}

static void links_up(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;

    for (size_t i = 0; i < runner->script->config.session_count; i++) {
        if (runner->error == 0) {
            crash_link_up(run, (cg_session)i);
        }
    }
}

void crash_settle(struct crash_run *run)
{
    for (int i = 0; i < ROUNDS && run->runner.error == 0; i++) {
        links_up(run);
        hubs_answer(run);
        venues_end(run);
        hubs_answer(run);
        crash_advance(run, run->runner.now + 25 * CG_SECOND);
    }
    hubs_answer(run);
}
