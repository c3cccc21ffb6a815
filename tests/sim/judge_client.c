/*
 * The judge: what clients say and hear.
 *
 * Rules: R26, R40, R42, R43, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "judge.h"

#include "marks.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- clients say ---------------------------------------------------------- */

static size_t account_of(struct cg_slice body)
{
    struct cg_slice name = sim_field_find(body, 1);
    for (size_t i = 0; i < DESK_ACCOUNTS; i++) {
        if (cg_slice_is(name, desk_owners[i].account)) {
            return i;
        }
    }
    return SIM_NONE;
}

static size_t symbol_of(struct cg_slice body)
{
    struct cg_slice name = sim_field_find(body, 55);
    for (size_t i = 0; i < DESK_SYMBOLS; i++) {
        if (cg_slice_is(name, desk_symbols[i].name)) {
            return i;
        }
    }
    return SIM_NONE;
}

/* One that can be no order stays without: it must not go on. */
static void order_in(struct judge *judge, const struct judge_event *event)
{
    struct judge_request *request = judge_request_add(judge, event,
                                                      event->session, 'D');
    size_t at = judge->request_count - 1;
    char side = sim_field_char(event->body, 54, 0);
    size_t account = account_of(event->body);
    size_t symbol = symbol_of(event->body);
    if (account == SIM_NONE || symbol == SIM_NONE || request->qty <= 0 ||
        (side != '1' && side != '2')) {
        return;
    }
    judge->orders = judge_room(judge->orders, judge->order_count,
                               sizeof(*judge->orders));
    request->order = judge->order_count++;
    request->older = at;
    judge->orders[request->order] = (struct judge_order){
        .session = event->session,
        .account = account,
        .symbol = symbol,
        .side = side,
        .first = at,
        .newest = at,
        .token = SIM_NONE,
    };
}

static void request_in(struct judge *judge, const struct judge_event *event)
{
    const struct judge_request *orig = judge_request_named(
        judge, event->session, sim_field_find(event->body, 41));
    size_t order = orig != NULL && orig->session == event->session ? orig->order
                                                                   : SIM_NONE;
    size_t at = orig != NULL ? (size_t)(orig - judge->requests) : SIM_NONE;
    struct judge_request *request = judge_request_add(
        judge, event, event->session, event->type[0]);
    if (order == SIM_NONE) {
        return;
    }
    judge_request_join(judge, request, order);
    const struct judge_order *it = &judge->orders[order];
    const struct judge_request *named = &judge->requests[at];
    bool there = judge->requests[it->first].said && it->open;
    CG_SOMETIMES(cancel_of_refused_replace,
                 event->type[0] == 'F' && there && named->refused);
    if (event->type[0] == 'F' && there &&
        judge->up[desk_places[event->session].venue]) {
        judge->cancel = (size_t)(request - judge->requests);
    }
    CG_SOMETIMES(cancel_of_waiting,
                 event->type[0] == 'F' && !judge->requests[it->first].said &&
                     judge->requests[it->first].answers == 0);
    CG_SOMETIMES(cancel_while_venue_is_down,
                 event->type[0] == 'F' && there &&
                     !judge->up[desk_places[event->session].venue]);
    CG_SOMETIMES(replace_of_waiting,
                 event->type[0] == 'G' && !judge->requests[it->first].said &&
                     judge->requests[it->first].answers == 0);
}

static void again_in(struct judge_request *request,
                     const struct judge_event *event)
{
    bool same = strlen(request->body) == event->body.len &&
                memcmp(request->body, event->body.data, event->body.len) == 0;
    CG_SOMETIMES(possdup_again, event->possdup && !event->possresend);
    CG_SOMETIMES(possresend_again, event->possresend);
    if (request->kind == 'q') {
        return; /* these pass as often as they come */
    }
    if (!same || (!event->possdup && !event->possresend)) {
        request->again++;
    } else {
        request->asked++;
    }
}

/* R42, R44: what waits of the client's when a q comes goes nowhere. */
static void mass_cancel_in(struct judge *judge, int session)
{
    for (size_t i = 0; i < judge->request_count; i++) {
        struct judge_request *request = &judge->requests[i];
        request->swept |= request->session == session && !request->said &&
                          (request->kind == 'D' || request->kind == 'G');
    }
}

void judge_client_in(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    struct judge_request *request = judge_request_named(judge, event->session,
                                                        id);
    judge->last_in = SIM_NONE;
    if (id.len == 0 || strchr("DGFq", event->type[0]) == NULL ||
        event->type[1] != '\0') {
        return;
    }
    CG_SOMETIMES(possdup_first_seen, request == NULL && event->possdup);
    if (event->type[0] == 'q') {
        mass_cancel_in(judge, event->session);
    }
    if (request != NULL) {
        again_in(request, event);
        judge->last_in = (size_t)(request - judge->requests);
        return;
    }
    if (event->type[0] == 'D') {
        order_in(judge, event);
    } else if (event->type[0] == 'q') {
        judge_request_add(judge, event, event->session, 'q');
    } else {
        request_in(judge, event);
    }
    judge->last_in = judge->request_count - 1;
}

/* --- the gate says to clients --------------------------------------------- */

static void code_said(struct cg_slice text)
{
    int code = atoi(text.data + 2);
    CG_SOMETIMES(limit_exceeded, code == 101);
    CG_SOMETIMES(unknown_party, code == 103);
    CG_SOMETIMES(clip_size, code == 105);
    CG_SOMETIMES(limit_unenforceable, code == 109);
    CG_SOMETIMES(party_suspended, code == 201);
    CG_SOMETIMES(party_halted, code == 202);
    CG_SOMETIMES(check_timeout, code == 301);
    CG_SOMETIMES(hub_unavailable, code == 302);
    CG_SOMETIMES(reservation_expired, code == 303);
    CG_SOMETIMES(venue_down, code == 304);
    CG_SOMETIMES(token_invalidated, code == 305);
    CG_SOMETIMES(order_pulled, code == 306);
    CG_SOMETIMES(hub_denied, code == 307);
    CG_SOMETIMES(duplicate_clordid, code == 401);
    CG_SOMETIMES(unknown_order, code == 402);
    CG_SOMETIMES(request_pending, code == 403);
    CG_SOMETIMES(replace_not_allowed, code == 404);
    CG_SOMETIMES(stale_resend, code == 405);
    CG_SOMETIMES(bad_field, code == 406);
    CG_SOMETIMES(gate_stopping_or_full, code == 501);
}

/* Whether what was forwarded may be answered by the gate all the same: it
 * never reached the venue (R22), or the venue's FIX session threw it out. */
static bool may_be_answered(const struct judge *judge,
                            const struct judge_request *request)
{
    if (request->kind == 'F' && request->named) {
        return false;
    }
    if (!request->said || request->withheld || request->rejected ||
        request->unsure) {
        return true;
    }
    if (request->order == SIM_NONE) {
        return false;
    }
    const struct judge_order *order = &judge->orders[request->order];
    const struct judge_request *first = &judge->requests[order->first];
    return order->unknown || first->withheld || first->rejected;
}

static void answered(struct judge *judge, struct judge_request *request)
{
    request->answers++;
    request->refused = true;
    if (request->answers > 1) {
        judge_wrong(judge, "R45: the gate answers %s twice", request->id);
    } else if (request->kind == 'D' && request->heard && !request->rejected &&
               !(request->unsure && judge->orders[request->order].unknown)) {
        judge_wrong(judge, "R45: the gate answers %s, which the venue has",
                    request->id);
    } else if (!may_be_answered(judge, request)) {
        judge_wrong(judge, "R45: the gate answers %s, which it has forwarded",
                    request->id);
    }
    CG_SOMETIMES(answered_in_its_stead,
                 request->kind == 'D' && request->withheld);
    CG_SOMETIMES(waiting_is_answered_at_start,
                 judge->restarted && !request->said);
    if (request->kind == 'D' && request->order != SIM_NONE) {
        judge->orders[request->order].open = false;
    }
}

/* An answer to an id that came in twice is to the second one, if it says so. */
static void refused(struct judge *judge,
                    struct judge_request *request,
                    struct cg_slice text)
{
    if (text.len >= 5 && memcmp(text.data, "CG401", 5) == 0 &&
        request->refusals < request->again + request->asked) {
        request->refusals++;
        return;
    }
    answered(judge, request);
}

static bool is_gates(struct cg_slice exec_id)
{
    return exec_id.len > 5 && memcmp(exec_id.data, "GATE-", 5) == 0;
}

static void report_said(struct judge *judge,
                        struct judge_request *request,
                        const struct judge_event *event,
                        struct cg_slice text)
{
    struct cg_slice exec_id = sim_field_find(event->body, 17);
    char exec = judge_exec(event);
    for (size_t i = 0; i < judge->pass_count; i++) {
        struct judge_pass *pass = &judge->passes[i];
        if (pass->due && pass->client == event->session &&
            cg_slice_is(exec_id, pass->exec_id)) {
            pass->due = false;
            return;
        }
    }
    if (!is_gates(exec_id) || (exec != '8' && exec != '4')) {
        return;
    }
    refused(judge, request, text);
    if (exec == '4' && request->order != SIM_NONE) {
        /* A cancel of what waits: both are over. */
        struct judge_request *first =
            &judge->requests[judge->orders[request->order].first];
        if (first != request) {
            answered(judge, first);
        }
    }
}

/* A j names its message, the venue's is passed on; a Reject (3) is about what
 * has just come. */
static void reject_said(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 379);
    struct judge_request *request = id.len > 0 ? judge_request_named(
                                                     judge, event->session, id)
                                    : judge->last_in != SIM_NONE
                                        ? &judge->requests[judge->last_in]
                                        : NULL;
    struct cg_slice type = sim_field_find(event->body, 372);
    if (id.len > 0 && !cg_slice_is(type, "D") && !cg_slice_is(type, "G") &&
        !cg_slice_is(type, "F")) {
        return;
    }
    CG_SOMETIMES(garbage_is_rejected, request == NULL || !request->said);
    if (request == NULL || request->session != event->session ||
        request->rejected) {
        return;
    }
    if (request->refusals < request->again + request->asked) {
        request->refusals++;
    } else {
        answered(judge, request);
        request->told = true;
    }
}

void judge_client_said(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    struct cg_slice text = sim_field_find(event->body, 58);
    if (strcmp(event->type, "3") == 0 || strcmp(event->type, "j") == 0) {
        reject_said(judge, event);
        return;
    }
    CG_SOMETIMES(news, strcmp(event->type, "B") == 0);
    if (strcmp(event->type, "8") != 0 && strcmp(event->type, "9") != 0) {
        return;
    }
    if (text.len > 5 && memcmp(text.data, "CG", 2) == 0) {
        code_said(text);
    }
    struct judge_request *request = judge_request_named(judge, event->session,
                                                        id);
    if (request == NULL || request->kind == 'P' ||
        request->session != event->session) {
        if (sim_field_find(event->body, 790).len == 0 &&
            judge_exec(event) != 'I') {
            judge_wrong(judge,
                        "R31, R45: a client is told of %.*s, which is not its "
                        "own",
                        (int)id.len, id.data);
        }
    } else if (strcmp(event->type, "8") == 0) {
        report_said(judge, request, event, text);
    } else if (text.len > 2 && memcmp(text.data, "CG", 2) == 0) {
        refused(judge, request, text);
    }
}

/* --- clients hear --------------------------------------------------------- */

static bool is_repeat(struct judge *judge, const struct judge_event *event)
{
    char name[160];
    struct cg_slice order = sim_field_find(event->body, 37);
    struct cg_slice exec = sim_field_find(event->body, 17);
    int len = snprintf(name, sizeof(name), "c%d/%.*s/%.*s", event->session,
                       (int)order.len, order.data, (int)exec.len, exec.data);
    struct cg_slice key = {name, (size_t)len};
    if (sim_index_get(&judge->exec_ids, key) != SIM_NONE) {
        return true;
    }
    sim_index_set(&judge->exec_ids, key, 1);
    return false;
}

static void report_heard(struct judge *judge,
                         struct judge_request *request,
                         const struct judge_event *event)
{
    struct judge_order *order = &judge->orders[request->order];
    char exec = judge_exec(event);
    char status = sim_field_char(event->body, 39, 0);
    int64_t cum = judge_number(event->body, 14, 0);
    struct cg_slice text = sim_field_find(event->body, 58);
    bool again = text.len > 5 && memcmp(text.data, "CG401", 5) == 0 &&
                 request->again > 0;
    if (again || (exec != 'I' && is_repeat(judge, event))) {
        return;
    }
    if (exec == 'I' && (is_gates(sim_field_find(event->body, 17)) ||
                        request->answers > 0 || status == '8')) {
        return;
    }
    order->heard_status = status;
    order->heard_cum = cum >= 0 ? cum : order->heard_cum;
    order->heard_reject |= exec == '8' && request->kind == 'D';
    order->heard_fill |= cum > 0;
    if (order->heard_reject && order->heard_fill) {
        judge_wrong(judge, "R45: a client saw %s rejected and filled",
                    request->id);
    }
}

/* A cancel of what waits answers its order as well; a status tells all that can
 * be told of what was lost. */
static void others_told(struct judge *judge,
                        const struct judge_request *request,
                        bool status)
{
    const struct judge_order *order = &judge->orders[request->order];
    struct judge_request *first = &judge->requests[order->first];
    first->told |= !status || first->unsure;
    for (size_t at = first->older; at != order->first;
         at = judge->requests[at].older) {
        judge->requests[at].told |= status && judge->requests[at].unsure;
    }
}

/* What a replace or cancel names that the venue has taken, or by whose id it
 * has filled the order, was there, though the word on it may be lost; and what
 * that one names. */
static void replaced_told(struct judge *judge, struct judge_request *request)
{
    while (request->kind == 'G' || request->kind == 'F') {
        request = judge_request_named(
            judge, request->session,
            sim_field_find(cg_slice_str(request->body), 41));
        if (request == NULL || !request->unsure) {
            return;
        }
        request->told = true;
    }
}

void judge_client_heard(struct judge *judge, const struct judge_event *event)
{
    bool refuses = strcmp(event->type, "j") == 0;
    struct judge_request *request = judge_request_named(
        judge, event->session, sim_field_find(event->body, refuses ? 379 : 11));
    if (request == NULL || request->session != event->session) {
        return;
    }
    if (strcmp(event->type, "8") == 0 && request->order != SIM_NONE) {
        report_heard(judge, request, event);
        char exec = judge_exec(event);
        others_told(judge, request, exec == 'I');
        if (exec == '5' || exec == '4' ||
            (exec == 'F' && sim_field_char(event->body, 39, 0) == '2')) {
            replaced_told(judge, request);
        }
    }
    request->told |= judge_exec(event) != 'I' || request->unsure;
}
