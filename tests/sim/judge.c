/*
 * The judge: the venues' wires, and what all parts share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "judge.h"

#include "marks.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void judge_wrong(struct judge *judge, const char *format, ...)
{
    va_list arguments;
    if (judge->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(judge->failure, sizeof(judge->failure), format, arguments);
    va_end(arguments);
}

/* Room for one more of |count| things. */
void *judge_room(void *things, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 64 && (count & (count - 1)) == 0);
    return full ? sim_grow(things, count == 0 ? 64 : count * 2, size) : things;
}

int64_t judge_number(struct cg_slice body, int tag, int digits)
{
    int64_t value = 0;
    return sim_field_number(body, tag, digits, &value) ? value : -1;
}

void judge_init(struct judge *judge)
{
    *judge = (struct judge){.cancel = SIM_NONE, .last_in = SIM_NONE};
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        judge->limits[i].amount = desk_limits[i].amount;
        judge->limits[i].other = -1;
    }
}

void judge_deinit(struct judge *judge)
{
    for (size_t i = 0; i < judge->request_count; i++) {
        free(judge->requests[i].id);
        free(judge->requests[i].body);
    }
    for (size_t i = 0; i < judge->token_count; i++) {
        free(judge->tokens[i].id);
    }
    sim_index_deinit(&judge->request_ids);
    sim_index_deinit(&judge->token_ids);
    sim_index_deinit(&judge->ask_ids);
    sim_index_deinit(&judge->exec_ids);
    free(judge->requests);
    free(judge->orders);
    free(judge->tokens);
    free(judge->asks);
    *judge = (struct judge){0};
}

bool judge_status_is_open(char status)
{
    return status == '0' || status == '1' || status == '5' || status == '6' ||
           status == 'A' || status == 'E';
}

/* --- requests ------------------------------------------------------------- */

/* ClOrdIDs are those of a venue's session. */
static struct cg_slice
key_of(int session, struct cg_slice id, char *buf, size_t room)
{
    int venue = desk_is_client(session) ? desk_places[session].venue : session;
    int len = snprintf(buf, room, "%d/%.*s", venue, (int)id.len, id.data);
    return (struct cg_slice){buf, (size_t)len < room ? (size_t)len : room - 1};
}

struct judge_request *
judge_request_named(const struct judge *judge, int session, struct cg_slice id)
{
    char buf[128];
    size_t at = sim_index_get(&judge->request_ids,
                              key_of(session, id, buf, sizeof(buf)));
    return at != SIM_NONE ? &judge->requests[at] : NULL;
}

struct judge_request *judge_request_add(struct judge *judge,
                                        const struct judge_event *event,
                                        int client,
                                        char kind)
{
    char buf[128];
    struct cg_slice id = sim_field_find(event->body, 11);
    judge->requests = judge_room(judge->requests, judge->request_count,
                                 sizeof(*judge->requests));
    struct judge_request *request = &judge->requests[judge->request_count];
    *request = (struct judge_request){
        .id = sim_copy(id),
        .session = client,
        .kind = kind,
        .order = SIM_NONE,
        .older = SIM_NONE,
        .qty = judge_number(event->body, 38, 0),
        .in_at = event->at,
        .body = sim_copy(event->body),
    };
    sim_index_set(&judge->request_ids,
                  key_of(event->session, id, buf, sizeof(buf)),
                  judge->request_count++);
    return request;
}

/* The D's |older| leads to the newest request, and on from there to the D. */
void judge_request_join(struct judge *judge,
                        struct judge_request *request,
                        size_t order)
{
    struct judge_request *first = &judge->requests[judge->orders[order].first];
    request->order = order;
    request->older = first->older;
    first->older = (size_t)(request - judge->requests);
}

/* --- use ------------------------------------------------------------------ */

/* The largest quantity that the venue may come to hold of an order. */
int64_t judge_worst(const struct judge *judge, const struct judge_order *order)
{
    int64_t worst = order->qty > order->cum ? order->qty : order->cum;
    const struct judge_request *first = &judge->requests[order->first];
    size_t at = first->older;
    while (at != order->first) {
        const struct judge_request *request = &judge->requests[at];
        if (request->kind == 'G' && request->said && !request->done &&
            request->answers == 0 && request->qty > worst) {
            worst = request->qty;
        }
        at = request->older;
    }
    return worst;
}

/* R12: from what is filled, and what may still fill, by side. */
static int64_t
use_of(const struct judge *judge, size_t limit, bool staying, char *side)
{
    int64_t open[2] = {0, 0};
    int64_t position = 0;
    int64_t fills = 0;
    for (size_t i = 0; i < judge->order_count; i++) {
        const struct judge_order *order = &judge->orders[i];
        if (!desk_covers(limit, order->account)) {
            continue;
        }
        int64_t filled = desk_charge(order->symbol, order->cum);
        bool sells = order->side == '2';
        position += sells ? -filled : filled;
        fills += filled;
        if (order->open && !(staying && judge_goes(judge, order))) {
            open[sells] += desk_charge(order->symbol,
                                       judge_worst(judge, order)) -
                           filled;
        }
    }
    if (!desk_limits[limit].net) {
        return fills + open[0] + open[1];
    }
    int64_t up = position + open[0];
    int64_t down = open[1] - position;
    int64_t most = up > down ? up : down;
    *side = up > down ? '1' : up < down ? '2' : 0;
    return most > 0 ? most : 0;
}

int64_t judge_use(const struct judge *judge, size_t limit)
{
    char side = 0;
    return use_of(judge, limit, false, &side);
}

int64_t judge_use_staying(const struct judge *judge, size_t limit, char *side)
{
    *side = 'B';
    return use_of(judge, limit, true, side);
}

int64_t judge_filled(const struct judge *judge, size_t limit)
{
    int64_t filled = 0;
    for (size_t i = 0; i < judge->order_count; i++) {
        const struct judge_order *order = &judge->orders[i];
        if (desk_covers(limit, order->account)) {
            filled += desk_charge(order->symbol, order->cum);
        }
    }
    return filled;
}

/* --- the gate says to a venue --------------------------------------------- */

static void pull_said(struct judge *judge, const struct judge_event *event)
{
    const struct judge_request *orig = judge_request_named(
        judge, event->session, sim_field_find(event->body, 41));
    if (orig == NULL || orig->order == SIM_NONE) {
        judge_wrong(judge, "R31: the gate cancels what no client ever sent");
        return;
    }
    size_t order = orig->order;
    int client = orig->session;
    struct judge_request *request = judge_request_add(judge, event, client,
                                                      'P');
    request->said = true;
    judge_request_join(judge, request, order);
    CG_SOMETIMES(pull_repeated, judge->orders[order].pulled);
    judge->orders[order].pulled = true;
    judge->orders[order].pulls++;
    judge->orders[order].pulled_at = event->at;
}

/* R54: the body is the client's, and the token behind it. */
static bool is_same(const struct judge_request *request, struct cg_slice body)
{
    size_t len = strlen(request->body);
    if (body.len < len || memcmp(body.data, request->body, len) != 0) {
        return false;
    }
    struct cg_slice rest = {body.data + len, body.len - len};
    return rest.len == 0 ||
           (rest.len > 5 && memcmp(rest.data, "7350=", 5) == 0 &&
            memchr(rest.data, SIM_SOH, rest.len) == rest.data + rest.len - 1);
}

static void order_said(struct judge *judge,
                       struct judge_request *request,
                       const struct judge_event *event)
{
    struct judge_order *order = &judge->orders[request->order];
    int64_t before[DESK_LIMITS];
    int64_t worst = order->open ? judge_worst(judge, order) : 0;
    bool raises = request->kind == 'D' || request->qty > worst;
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        before[i] = raises ? judge_use(judge, i) : 0;
    }
    if (request->kind == 'D') {
        order->open = true;
        order->said_at = event->at;
        order->qty = request->qty;
    }
    judge_cover(judge, request, event, raises);
    if (raises) {
        judge_amounts(judge, request, before);
    }
    CG_SOMETIMES(order_forwarded, request->kind == 'D');
    CG_SOMETIMES(raise_forwarded, request->kind == 'G' && raises);
}

static void venue_said(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    if (strcmp(event->type, "H") == 0) {
        struct cg_slice ours = sim_field_find(event->body, 790);
        CG_SOMETIMES(status_asked,
                     ours.len > 5 && memcmp(ours.data, "GATE-", 5) == 0);
        return;
    }
    if (id.len > 5 && memcmp(id.data, "GATE-", 5) == 0) {
        pull_said(judge, event);
        return;
    }
    struct judge_request *request = judge_request_named(judge, event->session,
                                                        id);
    if (strchr("DGFq", event->type[0]) == NULL) {
        return;
    }
    if (request == NULL || request->kind != event->type[0]) {
        judge_wrong(judge, "R45: the venue gets a %s %.*s that no client sent",
                    event->type, (int)id.len, id.data);
    } else if (request->said && request->kind != 'q') {
        judge_wrong(judge, "R40: %s is forwarded twice", request->id);
    } else if (request->answers > 0) {
        judge_wrong(judge, "R45: %s is forwarded, and was answered before",
                    request->id);
    } else if (request->swept) {
        judge_wrong(judge, "R44: %s is forwarded after a mass cancel",
                    request->id);
    } else {
        bool needs = request->kind == 'D' || request->kind == 'G';
        if (needs && !judge->up[event->session]) {
            judge_wrong(judge, "R46: %s is forwarded, its venue is away",
                        request->id);
        }
        if (!is_same(request, event->body)) {
            judge_wrong(judge, "R54: %s is not what its client sent",
                        request->id);
        }
        if (needs && request->order == SIM_NONE) {
            judge_wrong(judge, "R41: %s is forwarded, and is of no order",
                        request->id);
        } else if (needs) {
            order_said(judge, request, event);
        }
        request->said = true;
        if (judge->cancel == (size_t)(request - judge->requests)) {
            judge->cancel = SIM_NONE;
        }
    }
}

static void venue_resent(struct judge *judge, const struct judge_event *event)
{
    struct judge_request *request = judge_request_named(
        judge, event->session, sim_field_find(event->body, 11));
    if (request == NULL || request->order == SIM_NONE ||
        strchr("DGF", event->type[0]) == NULL) {
        return;
    }
    bool withheld = event->way == JUDGE_WITHHELD;
    request->withheld |= withheld;
    CG_SOMETIMES(order_withheld, withheld && request->kind == 'D');
    CG_SOMETIMES(replace_withheld, withheld && request->kind == 'G');
    CG_SOMETIMES(order_resent, !withheld && request->kind == 'D');
    CG_SOMETIMES(pull_resent, !withheld && request->kind == 'P');
    if (!withheld && (request->kind == 'D' || request->kind == 'G')) {
        judge_cover(judge, request, event, true);
        if (request->answers > 0) {
            judge_wrong(judge, "R22: %s is sent again, and was answered",
                        request->id);
        }
    }
}

static void venue_heard(struct judge *judge, const struct judge_event *event)
{
    struct judge_request *request = judge_request_named(
        judge, event->session, sim_field_find(event->body, 11));
    if (request == NULL || strchr("DGFq", event->type[0]) == NULL) {
        return;
    }
    if (request->heard && request->kind != 'q') {
        judge_wrong(judge, "R40: %s reached the venue twice", request->id);
    }
    if (request->answers > 0 && request->kind == 'D' && !request->unsure) {
        judge_wrong(judge,
                    "R45: %s reached the venue, and the gate had answered it",
                    request->id);
    }
    request->heard = true;
}

/* --- a venue says --------------------------------------------------------- */

/* R43: the same name again changes nothing. */
static bool is_repeat(struct judge *judge, const struct judge_event *event)
{
    char name[160];
    struct cg_slice order = sim_field_find(event->body, 37);
    struct cg_slice exec = sim_field_find(event->body, 17);
    int len = snprintf(name, sizeof(name), "%d/%.*s/%.*s", event->session,
                       (int)order.len, order.data, (int)exec.len, exec.data);
    struct cg_slice key = {name, (size_t)len};
    if (sim_index_get(&judge->exec_ids, key) != SIM_NONE) {
        return true;
    }
    sim_index_set(&judge->exec_ids, key, 1);
    return false;
}

static void must_pass(struct judge *judge,
                      const struct judge_request *request,
                      const struct judge_event *event)
{
    struct cg_slice exec = sim_field_find(event->body, 17);
    if (judge->pass_count < JUDGE_PASSES && request->kind != 'P') {
        struct judge_pass *pass = &judge->passes[judge->pass_count++];
        snprintf(pass->exec_id, sizeof(pass->exec_id), "%.*s", (int)exec.len,
                 exec.data);
        pass->client = request->session;
        pass->due = true;
    }
}

/* Some words of 4.2 are other ones. */
char judge_exec(const struct judge_event *event)
{
    char exec = sim_field_char(event->body, 150, 0);
    char trans = sim_field_char(event->body, 20, '0');
    if (event->session == DESK_VENUE42 || event->session == DESK_CLIENT42) {
        exec = trans == '3' ? 'I' : exec;
        exec = trans == '1' ? 'H' : exec;
        exec = trans == '0' && (exec == '1' || exec == '2') ? 'F' : exec;
    }
    return exec;
}

static void cum_is(struct judge_order *order, int64_t cum, char exec)
{
    if (exec == 'H' || exec == 'G' || cum > order->cum) {
        CG_SOMETIMES(bust_of_open, exec == 'H' && order->open);
        CG_SOMETIMES(bust_after_end, exec == 'H' && !order->open);
        CG_SOMETIMES(fill_after_end, exec == 'F' && !order->open);
        CG_SOMETIMES(fill_after_pull, exec == 'F' && order->pulled);
        CG_SOMETIMES(fill_told_by_status, exec == 'I');
        order->cum = cum >= 0 ? cum : order->cum;
    }
}

static void report_in(struct judge *judge,
                      struct judge_request *request,
                      const struct judge_event *event)
{
    struct judge_order *order = &judge->orders[request->order];
    char exec = judge_exec(event);
    char status = sim_field_char(event->body, 39, 0);
    int64_t cum = judge_number(event->body, 14, 0);
    bool repeat = exec != 'I' && is_repeat(judge, event);
    if (exec != 'I') {
        must_pass(judge, request, event);
    }
    CG_SOMETIMES(report_repeated, repeat);
    if (repeat) {
        return;
    }
    bool unknown = exec == 'I' && status == '8';
    if (unknown) {
        CG_SOMETIMES(status_unknown, true);
        order->unknown = true;
        return;
    }
    order->reports = true;
    cum_is(order, cum, exec);
    int64_t qty = judge_number(event->body, 38, 0);
    /* Its report may be lost for ever, and only a status tells of it. */
    bool in_force = exec == 'I' && request->kind == 'G' &&
                    qty == request->qty && judge_status_is_open(status) &&
                    strchr("6AE", status) == NULL;
    if (exec == '5' || in_force) {
        CG_SOMETIMES(replace_after_fill, cum > 0);
        order->qty = qty;
        order->newest = (size_t)(request - judge->requests);
        order->open &= cum < qty;
    }
    CG_SOMETIMES(overfill, exec == 'F' && cum > order->qty);
    CG_SOMETIMES(unsolicited_cancel,
                 exec == '4' && request->kind != 'F' && request->kind != 'P');
    CG_SOMETIMES(venue_rejects_order, exec == '8');
    CG_SOMETIMES(order_expires, exec == 'C' || exec == '3');
    request->named |= exec == 'I' && !judge_status_is_open(status);
    if (exec != 'I') {
        request->done = true;
    }
    if (status != 0) {
        order->status = status;
        if (!judge_status_is_open(status)) {
            order->open = false;
        }
    }
}

static void refusal_in(struct judge *judge,
                       struct judge_request *request,
                       const struct judge_event *event)
{
    (void)judge;
    (void)event;
    request->refused = true;
    CG_SOMETIMES(replace_refused_by_venue, request->kind == 'G');
    CG_SOMETIMES(cancel_refused_by_venue, request->kind == 'F');
    CG_SOMETIMES(pull_refused, request->kind == 'P');
    request->done = true;
}

static void rejected(struct judge *judge, struct judge_request *request);

static void venue_in(struct judge *judge, const struct judge_event *event)
{
    bool refuses = strcmp(event->type, "j") == 0;
    struct judge_request *request = judge_request_named(
        judge, event->session, sim_field_find(event->body, refuses ? 379 : 11));
    if (request != NULL && refuses) {
        CG_SOMETIMES(business_reject, true);
        rejected(judge, request);
        return;
    }
    if (request == NULL) {
        return;
    }
    if (strcmp(event->type, "8") == 0 && request->order != SIM_NONE) {
        report_in(judge, request, event);
    } else if (strcmp(event->type, "9") == 0) {
        refusal_in(judge, request, event);
    } else {
        request->done = true;
    }
}

/* The venue cannot take a message: what it named is over. */
static void rejected(struct judge *judge, struct judge_request *request)
{
    request->rejected = true;
    request->refused = true;
    request->done = true;
    if (request->kind == 'D' && request->order != SIM_NONE) {
        judge->orders[request->order].open = false;
    }
}

static void session_rejects(struct judge *judge,
                            const struct judge_event *event)
{
    struct judge_request *request = judge_request_named(
        judge, event->session, sim_field_find(event->body, 11));
    if (request != NULL) {
        CG_SOMETIMES(session_reject, true);
        request->unheard |= event->unheard;
        rejected(judge, request);
    }
}

/* --- the turn ------------------------------------------------------------- */

void judge_take(struct judge *judge, const struct judge_event *event)
{
    judge->events++;
    judge->last_in = event->way == JUDGE_IN ? SIM_NONE : judge->last_in;
    if (event->session == DESK_HUB) {
        if (event->way == JUDGE_IN) {
            judge_hub_in(judge, event);
        } else if (event->way == JUDGE_SAID) {
            judge_hub_said(judge, event);
        }
        return;
    }
    bool client = desk_is_client(event->session);
    switch (event->way) {
    case JUDGE_IN:
        (client ? judge_client_in : venue_in)(judge, event);
        break;
    case JUDGE_SAID:
        (client ? judge_client_said : venue_said)(judge, event);
        break;
    case JUDGE_HEARD:
        (client ? judge_client_heard : venue_heard)(judge, event);
        break;
    case JUDGE_RESENT:
    case JUDGE_WITHHELD:
        if (!client) {
            venue_resent(judge, event);
        }
        break;
    case JUDGE_REJECTED:
        session_rejects(judge, event);
        break;
    }
}

void judge_link(struct judge *judge, int session, bool up)
{
    judge->up[session] = up;
}

void judge_reset(struct judge *judge, int session)
{
    for (size_t i = 0; i < judge->request_count; i++) {
        struct judge_request *request = &judge->requests[i];
        if (request->said && !request->done &&
            desk_places[request->session].venue == session) {
            request->unsure = true;
            request->told |= request->kind == 'q';
        }
    }
    for (size_t i = 0; i < judge->order_count; i++) {
        struct judge_order *order = &judge->orders[i];
        order->unsure |= desk_places[order->session].venue == session &&
                         judge->requests[order->first].said;
    }
}

void judge_restarted(struct judge *judge)
{
    judge->restarted = true;
    for (int i = 0; i < DESK_SESSIONS; i++) {
        judge->up[i] = false;
    }
}

/* R45: what waited is answered when the gate starts. */
static void nothing_waits(struct judge *judge)
{
    for (size_t i = 0; i < judge->request_count; i++) {
        const struct judge_request *request = &judge->requests[i];
        if (request->kind != 'P' && request->kind != 'q' && !request->said &&
            request->answers == 0) {
            judge_wrong(judge, "R45: %s still waits after a restart",
                        request->id);
        }
    }
}

/* R26 */
static void nobody_waits_too_long(struct judge *judge, int64_t now)
{
    int64_t most = DESK_HARD_MS * SIM_MS + judge->slack_ns;
    for (size_t i = 0; i < judge->request_count; i++) {
        const struct judge_request *request = &judge->requests[i];
        if (request->kind != 'P' && request->kind != 'q' && !request->said &&
            request->answers == 0 && now - request->in_at > most) {
            judge_wrong(judge, "R26: %s has waited for %lld ms", request->id,
                        (long long)((now - request->in_at) / SIM_MS));
        }
    }
}

void judge_turn_ends(struct judge *judge, int64_t now)
{
    for (size_t i = 0; i < judge->pass_count; i++) {
        if (judge->passes[i].due) {
            judge_wrong(judge, "R43: report %s is not passed on",
                        judge->passes[i].exec_id);
        }
    }
    judge->pass_count = 0;
    if (judge->cancel != SIM_NONE) {
        judge_wrong(judge, "R42: cancel %s does not pass",
                    judge->requests[judge->cancel].id);
        judge->cancel = SIM_NONE;
    }
    if (judge->restarted) {
        nothing_waits(judge);
        judge->restarted = false;
    }
    nobody_waits_too_long(judge, now);
    judge_pulls(judge, now);
}
