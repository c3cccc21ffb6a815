/*
 * The judge of the crash tests.
 *
 * Must never look at what the gate says of itself: no journal, no log, no
 * state.  Times of the gate's messages count by their SendingTime, since two
 * connections have no common order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_ledger_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct kill_limit kill_limits[KILL_LIMITS] = {
    [KILL_PING] = {"PING", "PING-USD", "ping", 0, 2500000000},
    [KILL_PUSH] = {"PUSH", "PUSH-USD", "push", 0, 2000000000},
    [KILL_BOTH] = {"BOTH", "BOTH-USD", "ping-with-push", 1, 2500000000},
};

const struct kill_symbol kill_symbols[KILL_SYMBOLS] = {
    {"USD-SOFR-10Y", "904.00", 9040000},
    {"USD-SOFR-5Y", "461.7333", 4617333},
};

int64_t kill_charge(size_t symbol, int64_t qty)
{
    return (qty * kill_symbols[symbol].rate + 999999) / 1000000;
}

void kill_wrong(struct kill_ledger *ledger, const char *format, ...)
{
    va_list arguments;
    if (ledger->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(ledger->failure, sizeof(ledger->failure), format, arguments);
    va_end(arguments);
}

/* Room for one more of |count| things. */
void *kill_room(void *things, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 64 && (count & (count - 1)) == 0);
    return full ? sim_grow(things, count == 0 ? 64 : count * 2, size) : things;
}

void kill_ledger_init(struct kill_ledger *ledger)
{
    *ledger = (struct kill_ledger){0};
    for (int i = 0; i < KILL_LIMITS; i++) {
        ledger->stops[i].since_ns = SIM_NEVER;
    }
}

void kill_ledger_deinit(struct kill_ledger *ledger)
{
    for (size_t i = 0; i < ledger->request_count; i++) {
        free(ledger->requests[i].id);
    }
    for (size_t i = 0; i < ledger->token_count; i++) {
        free(ledger->tokens[i].id);
    }
    sim_index_deinit(&ledger->request_ids);
    sim_index_deinit(&ledger->token_ids);
    sim_index_deinit(&ledger->ask_ids);
    free(ledger->orders);
    free(ledger->requests);
    free(ledger->tokens);
    free(ledger->asks);
    free(ledger->pushes);
    *ledger = (struct kill_ledger){0};
}

int64_t kill_number(struct cg_slice body, int tag, int digits)
{
    int64_t value = 0;
    return sim_field_number(body, tag, digits, &value) ? value : -1;
}

static struct kill_request *request_named(const struct kill_ledger *ledger,
                                          struct cg_slice id)
{
    size_t at = sim_index_get(&ledger->request_ids, id);
    return at != SIM_NONE ? &ledger->requests[at] : NULL;
}

static size_t limit_of(struct cg_slice body)
{
    struct cg_slice account = sim_field_find(body, 1);
    for (size_t i = 0; i < KILL_LIMITS; i++) {
        if (cg_slice_is(account, kill_limits[i].account)) {
            return i;
        }
    }
    return SIM_NONE;
}

static size_t symbol_of(struct cg_slice body)
{
    struct cg_slice name = sim_field_find(body, 55);
    for (size_t i = 0; i < KILL_SYMBOLS; i++) {
        if (cg_slice_is(name, kill_symbols[i].name)) {
            return i;
        }
    }
    return SIM_NONE;
}

/* --- use ---------------------------------------------------------------- */

/* The largest quantity that the venue may come to hold of an order. */
static int64_t worst_of(const struct kill_ledger *ledger,
                        const struct kill_order *order)
{
    int64_t worst = order->qty;
    const struct kill_request *first = &ledger->requests[order->first];
    size_t at = first->older; /* of a D: the newest of its order */
    while (at != SIM_NONE && at != order->first) {
        const struct kill_request *request = &ledger->requests[at];
        if (request->kind == 'G' && request->at_venue && !request->done &&
            request->qty > worst) {
            worst = request->qty;
        }
        at = request->older;
    }
    return worst;
}

/* R12, gross: what is filled, and what may still fill. */
static int64_t use_of(const struct kill_ledger *ledger, size_t limit)
{
    int64_t use = 0;
    for (size_t i = 0; i < ledger->order_count; i++) {
        const struct kill_order *order = &ledger->orders[i];
        if (order->limit != limit || !order->at_venue) {
            continue;
        }
        int64_t worst = order->open ? worst_of(ledger, order) : order->cum;
        use += kill_charge(order->symbol,
                           worst > order->cum ? worst : order->cum);
    }
    return use;
}

int64_t kill_ledger_filled(const struct kill_ledger *ledger, size_t limit)
{
    int64_t filled = 0;
    for (size_t i = 0; i < ledger->order_count; i++) {
        const struct kill_order *order = &ledger->orders[i];
        if (order->limit == limit) {
            filled += kill_charge(order->symbol, order->cum);
        }
    }
    return filled;
}

/* The largest amount that was in force at some time in |from|..|to|. */
static int64_t allowed(const struct kill_ledger *ledger,
                       size_t limit,
                       int64_t from,
                       int64_t to)
{
    int64_t amount = 0;
    for (size_t i = 0; i < ledger->push_count; i++) {
        const struct kill_push *push = &ledger->pushes[i];
        if (push->limit == limit && push->from_ns <= to &&
            push->to_ns >= from && push->amount > amount) {
            amount = push->amount;
        }
    }
    return amount;
}

/* --- clients say -------------------------------------------------------- */

static struct kill_request *request_add(struct kill_ledger *ledger,
                                        const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    ledger->requests = kill_room(ledger->requests, ledger->request_count,
                                 sizeof(*ledger->requests));
    struct kill_request *request = &ledger->requests[ledger->request_count];
    *request = (struct kill_request){.id = sim_copy(id),
                                     .kind = event->type[0],
                                     .order = SIM_NONE,
                                     .older = SIM_NONE,
                                     .qty = kill_number(event->body, 38, 0)};
    sim_index_set(&ledger->request_ids, id, ledger->request_count++);
    return request;
}

/* The D's |older| leads to the newest request, and on from there to the D. */
static void request_join(struct kill_ledger *ledger,
                         struct kill_request *request)
{
    struct kill_order *order = &ledger->orders[request->order];
    struct kill_request *first = &ledger->requests[order->first];
    request->older = first->older;
    first->older = (size_t)(request - ledger->requests);
}

static void client_orders(struct kill_ledger *ledger,
                          const struct kill_event *event)
{
    ledger->orders = kill_room(ledger->orders, ledger->order_count,
                               sizeof(*ledger->orders));
    struct kill_request *request = request_add(ledger, event);
    size_t at = ledger->request_count - 1;
    request->order = ledger->order_count++;
    request->older = at;
    ledger->orders[request->order] = (struct kill_order){
        .limit = limit_of(event->body),
        .symbol = symbol_of(event->body),
        .side = sim_field_char(event->body, 54, 0),
        .first = at,
        .newest = at,
        .token = SIM_NONE};
}

static void client_says(struct kill_ledger *ledger,
                        const struct kill_event *event)
{
    if (request_named(ledger, sim_field_find(event->body, 11)) != NULL) {
        return; /* a PossResend */
    }
    if (strcmp(event->type, "D") == 0) {
        client_orders(ledger, event);
        return;
    }
    struct kill_request *request = request_add(ledger, event);
    const struct kill_request *orig = request_named(
        ledger, sim_field_find(event->body, 41));
    if (orig != NULL) {
        request->order = orig->order;
        request_join(ledger, request);
    }
}

/* --- the venue hears ---------------------------------------------------- */

static void venue_hears_pull(struct kill_ledger *ledger,
                             const struct kill_event *event)
{
    const struct kill_request *orig = request_named(
        ledger, sim_field_find(event->body, 41));
    if (orig == NULL || orig->order == SIM_NONE) {
        kill_wrong(ledger, "R31: the gate cancels what no client ever sent");
        return;
    }
    size_t order = orig->order;
    struct kill_request *request = request_add(ledger, event);
    request->kind = 'P';
    request->order = order;
    request->at_venue = true;
    request_join(ledger, request);
}

/* R21: a token serves one order. */
struct kill_token *
kill_token_of(struct kill_ledger *ledger, struct cg_slice id, bool add)
{
    size_t at = sim_index_get(&ledger->token_ids, id);
    if (at == SIM_NONE && add) {
        ledger->tokens = kill_room(ledger->tokens, ledger->token_count,
                                   sizeof(*ledger->tokens));
        at = ledger->token_count++;
        ledger->tokens[at] = (struct kill_token){.id = sim_copy(id),
                                                 .order = SIM_NONE};
        sim_index_set(&ledger->token_ids, id, at);
    }
    return at != SIM_NONE ? &ledger->tokens[at] : NULL;
}

/* What the hub held ready when a message left at |left_ns|. */
static int64_t held_by(const struct kill_token *token, int64_t left_ns)
{
    int64_t held = token->live ? token->total : 0;
    return token->fell_ns >= left_ns && token->total_before > held
               ? token->total_before
               : held;
}

/* The quantity that the gate had charged when a message left at |left_ns|. */
static int64_t charged(const struct kill_order *order, int64_t left_ns)
{
    return order->fell_ns >= left_ns && order->held_before > order->held
               ? order->held_before
               : order->held;
}

/* R22: what stands behind an order that has just reached the venue. */
static void check_token(struct kill_ledger *ledger,
                        const struct kill_request *request,
                        const struct kill_token *token,
                        bool raises,
                        const struct kill_event *event)
{
    struct kill_order *order = &ledger->orders[request->order];
    int64_t need = kill_charge(order->symbol, worst_of(ledger, order));
    const char *model = kill_limits[order->limit].text;
    if (order->limit == KILL_PUSH || held_by(token, event->left_ns) >= need) {
        return;
    }
    if (order->limit == KILL_BOTH && request->kind == 'D') {
        order->fallback = true;
    } else if (!order->fallback || raises) {
        kill_wrong(
            ledger,
            "R22: %s (%s) reached the venue with a worst case of %lld, its "
            "token %s is %s with %lld",
            request->id, model, (long long)need, token->id,
            token->live ? "live" : "not live", (long long)token->total);
    }
}

/* Before its first push a hub keeps the amount to itself: its grants decide. */
static bool hub_decides(const struct kill_ledger *ledger,
                        const struct kill_order *order,
                        const struct kill_event *event)
{
    if (order->limit == KILL_PUSH || order->fallback) {
        return false;
    }
    for (size_t i = 0; i < ledger->push_count; i++) {
        if (ledger->pushes[i].limit == order->limit &&
            ledger->pushes[i].from_ns <= event->sent_ns) {
            return false;
        }
    }
    return true;
}

/* R13, and the pushed amounts of R22, when use has just been raised. */
static void check_use(struct kill_ledger *ledger,
                      const struct kill_request *request,
                      const struct kill_event *event)
{
    const struct kill_order *order = &ledger->orders[request->order];
    size_t limit = order->limit;
    int64_t use = use_of(ledger, limit);
    int64_t amount = allowed(ledger, limit, event->sent_ns - SIM_MS,
                             event->at_ns);
    if (use > amount && !hub_decides(ledger, order, event)) {
        kill_wrong(
            ledger,
            "R13, R22: %s raises the use of %s to %lld, of which the hub "
            "has pushed no more than %lld",
            request->id, kill_limits[limit].id, (long long)use,
            (long long)amount);
    }
    if (event->sent_ns > ledger->stops[limit].since_ns) {
        kill_wrong(ledger, "R18: %s was sent on while %s is stopped",
                   request->id, kill_limits[limit].account);
    }
}

static void venue_hears_order(struct kill_ledger *ledger,
                              struct kill_request *request,
                              const struct kill_event *event)
{
    struct kill_order *order = &ledger->orders[request->order];
    bool raises = request->kind == 'D' ||
                  request->qty > charged(order, event->left_ns);
    struct cg_slice id = sim_field_find(event->body, 7350);
    request->at_venue = true;
    if (id.len == 0 || limit_of(event->body) != order->limit ||
        symbol_of(event->body) != order->symbol ||
        sim_field_char(event->body, 54, 0) != order->side ||
        kill_number(event->body, 38, 0) != request->qty) {
        kill_wrong(ledger, "R54: %s is not what its client sent", request->id);
        return;
    }
    struct kill_token *token = kill_token_of(ledger, id, true);
    if (request->kind == 'D') {
        order->at_venue = true;
        order->open = true;
        order->qty = request->qty;
        order->token = (size_t)(token - ledger->tokens);
    }
    if (request->qty > order->held) {
        order->held = request->qty;
    }
    if (token->order != SIM_NONE && token->order != request->order) {
        kill_wrong(ledger, "R21: %s comes with %s, which was another order's",
                   request->id, token->id);
    }
    token->order = request->order;
    check_token(ledger, request, token, raises, event);
    if (raises) {
        check_use(ledger, request, event);
    }
}

static void venue_hears(struct kill_ledger *ledger,
                        const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    struct kill_request *request = request_named(ledger, id);
    if (strcmp(event->type, "H") == 0 || event->possresend) {
        return;
    }
    if (id.len > 5 && memcmp(id.data, "GATE-", 5) == 0) {
        if (request == NULL) {
            venue_hears_pull(ledger, event);
        }
        return;
    }
    if (request == NULL || request->kind != event->type[0]) {
        kill_wrong(ledger, "R45: the venue got a %s %.*s that no client sent",
                   event->type, (int)id.len, id.data);
    } else if (request->at_venue) {
        kill_wrong(ledger, "R40: %s reached the venue twice", request->id);
    } else if (request->answers > 0) {
        kill_wrong(ledger,
                   "R45: %s reached the venue, and the gate had answered it",
                   request->id);
    } else if (request->kind == 'D' || request->kind == 'G') {
        venue_hears_order(ledger, request, event);
    } else {
        request->at_venue = true;
    }
}

/* --- the venue says ----------------------------------------------------- */

bool kill_is_open(char status)
{
    return status == '0' || status == '1';
}

static void venue_reports(struct kill_ledger *ledger,
                          struct kill_request *request,
                          const struct kill_event *event)
{
    struct kill_order *order = &ledger->orders[request->order];
    char exec = sim_field_char(event->body, 150, 0);
    if (exec == 'I') {
        return;
    }
    request->done = true;
    order->status = sim_field_char(event->body, 39, 0);
    order->cum = kill_number(event->body, 14, 0);
    order->open = kill_is_open(order->status);
    if (exec == '5') {
        order->qty = kill_number(event->body, 38, 0);
        order->newest = (size_t)(request - ledger->requests);
    }
}

static void venue_says(struct kill_ledger *ledger,
                       const struct kill_event *event)
{
    struct kill_request *request = request_named(
        ledger, sim_field_find(event->body, 11));
    if (request == NULL) {
        return; /* the answer to a question about what it does not know */
    }
    if (strcmp(event->type, "8") == 0 && request->order != SIM_NONE) {
        venue_reports(ledger, request, event);
    } else {
        request->done = true;
    }
}

/* --- clients hear ------------------------------------------------------- */

/* R45: one answer of the gate, or the venue has it; never both. */
static void answered(struct kill_ledger *ledger, struct kill_request *request)
{
    request->answers++;
    request->heard = true;
    if (request->at_venue) {
        kill_wrong(ledger, "R45: the gate answers %s, which the venue has",
                   request->id);
    } else if (request->answers > 1) {
        kill_wrong(ledger, "R45: the gate answers %s twice", request->id);
    }
}

/* The venue has confirmed a replace: the gate charges what is left of it. */
static void client_hears_replaced(struct kill_ledger *ledger,
                                  struct kill_order *order,
                                  const struct kill_event *event)
{
    int64_t held = worst_of(ledger, order);
    int64_t qty = kill_number(event->body, 38, 0);
    held = qty > held ? qty : held;
    if (held < order->held) {
        order->held_before = order->held;
        order->fell_ns = event->sent_ns;
    }
    order->held = held;
}

static void client_hears_report(struct kill_ledger *ledger,
                                struct kill_request *request,
                                const struct kill_event *event)
{
    struct kill_order *order = &ledger->orders[request->order];
    struct cg_slice exec_id = sim_field_find(event->body, 17);
    bool gates = exec_id.len > 5 && memcmp(exec_id.data, "GATE-", 5) == 0;
    char exec = sim_field_char(event->body, 150, 0);
    int64_t cum = kill_number(event->body, 14, 0);
    if (exec == 'I') {
        return;
    }
    order->heard_status = sim_field_char(event->body, 39, 0);
    order->heard_reject |= exec == '8' && order->heard_status == '8';
    order->heard_fill |= exec == 'F';
    if (order->heard_reject && order->heard_fill) {
        kill_wrong(ledger, "R45: a client saw %s rejected and filled",
                   request->id);
    }
    if (cum < order->heard_cum) {
        kill_wrong(ledger, "R43: CumQty of %s went back for its client",
                   request->id);
    }
    order->heard_cum = cum;
    if (exec == '5') {
        client_hears_replaced(ledger, order, event);
    }
    if (gates && (exec == '8' || exec == '4')) {
        struct kill_request *first = &ledger->requests[order->first];
        answered(ledger, request);
        if (first != request) { /* a cancel of what waits: both are over */
            answered(ledger, first);
        }
    }
}

static void client_hears(struct kill_ledger *ledger,
                         const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 11);
    struct cg_slice text = sim_field_find(event->body, 58);
    struct kill_request *request = request_named(ledger, id);
    if (strcmp(event->type, "B") == 0) {
        return;
    }
    if (strcmp(event->type, "j") == 0) {
        kill_wrong(ledger, "a client's message was refused: %.*s",
                   (int)text.len, text.data);
        return;
    }
    if (request == NULL || request->kind == 'P') {
        kill_wrong(ledger,
                   "R31, R45: a client hears of %.*s, which is not its own",
                   (int)id.len, id.data);
        return;
    }
    /* A status, asked for by a PossResend, is not the outcome itself. */
    request->heard |= !cg_slice_is(sim_field_find(event->body, 150), "I");
    if (strcmp(event->type, "8") == 0) {
        client_hears_report(ledger, request, event);
    } else if (text.len > 2 && memcmp(text.data, "CG", 2) == 0) {
        answered(ledger, request);
    }
}

void kill_ledger_take(struct kill_ledger *ledger,
                      const struct kill_event *event)
{
    ledger->events++;
    switch (event->peer) {
    case KILL_CLIENT:
        (event->from_gate ? client_hears : client_says)(ledger, event);
        break;
    case KILL_VENUE:
        (event->from_gate ? venue_hears : venue_says)(ledger, event);
        break;
    case KILL_HUB:
        (event->from_gate ? kill_hub_hears : kill_hub_says)(ledger, event);
        break;
    }
}
