/*
 * A client under load, and its ledger.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "load_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX 12
#define PRICE 412500000 /* in 1/100000000 */
#define TICK 500000

__attribute__((format(printf, 2, 3))) static void
fail(struct load_client *client, const char *format, ...)
{
    va_list arguments;
    if (client->failure[0] != '\0') {
        return;
    }
    int len = snprintf(client->failure, sizeof(client->failure),
                       "%s: ", client->wire->name);
    va_start(arguments, format);
    vsnprintf(client->failure + len, sizeof(client->failure) - (size_t)len,
              format, arguments);
    va_end(arguments);
}

/* --- times --------------------------------------------------------------- */

void load_times_add(struct load_times *times, int64_t ns)
{
    unsigned bucket = 0;
    while (bucket + 1 < LOAD_BUCKETS && ns >= (int64_t)32000 << bucket) {
        bucket++;
    }
    times->counts[bucket]++;
    times->count++;
    times->max_ns = ns > times->max_ns ? ns : times->max_ns;
}

double load_times_ms(const struct load_times *times, unsigned per_mille)
{
    uint64_t below = 0;
    unsigned bucket = 0;
    while (bucket + 1 < LOAD_BUCKETS &&
           (below + times->counts[bucket]) * 1000 < times->count * per_mille) {
        below += times->counts[bucket++];
    }
    int64_t bound = (int64_t)32000 << bucket;
    return (double)(bound < times->max_ns ? bound : times->max_ns) / 1e6;
}

/* --- asking -------------------------------------------------------------- */

static uint32_t lot(struct load_client *client, uint32_t below)
{
    client->state ^= client->state << 13;
    client->state ^= client->state >> 7;
    client->state ^= client->state << 17;
    return (uint32_t)((client->state * 0x2545f4914f6cdd1dU) >> 33) % below;
}

static size_t
add_request(struct load_client *client, char kind, size_t order, int64_t qty)
{
    if (client->request_count == client->request_size) {
        client->request_size = client->request_size * 2 + 1024;
        client->requests = sim_grow(client->requests, client->request_size,
                                    sizeof(*client->requests));
    }
    client->requests[client->request_count] = (struct load_request){
        .sent_ns = wire_now(),
        .order = order,
        .qty = qty,
        .kind = kind,
        .logon = (uint32_t)client->wire->logons};
    client->waiting++;
    return client->request_count++;
}

static void put_id(const struct load_client *client,
                   struct sim_body *body,
                   int tag,
                   size_t request)
{
    char id[64];
    snprintf(id, sizeof(id), "%s-%zu", client->wire->name, request);
    sim_body_text(body, tag, id);
}

static void put_terms(const struct load_client *client,
                      struct sim_body *body,
                      const struct load_order *order,
                      int64_t qty)
{
    sim_body_text(body, 1, client->account);
    sim_body_text(body, 55, "USSW10");
    sim_body_char(body, 54, order->side);
    sim_body_time(body, 60, wire_now());
    sim_body_int(body, 38, qty * LOAD_MILLION);
    sim_body_text(body, 40, "2");
    sim_body_price(body, 44, order->price);
}

static void say(struct load_client *client, char type, struct sim_body *body)
{
    wire_send(client->wire, type, sim_body_slice(body));
    sim_body_deinit(body);
}

static int64_t some_qty(struct load_client *client)
{
    return lot(client, 100) < 5 ? LOAD_CLIP_MILLIONS + 5
                                : 1 + (int64_t)lot(client, 10);
}

void load_client_order(struct load_client *client)
{
    struct sim_body body = {0};
    if (client->order_count == client->order_size) {
        client->order_size = client->order_size * 2 + 1024;
        client->orders = sim_grow(client->orders, client->order_size,
                                  sizeof(*client->orders));
    }
    struct load_order *order = &client->orders[client->order_count];
    bool buy = lot(client, 2) == 0;
    *order = (struct load_order){
        .qty = some_qty(client),
        .price = PRICE + (buy ? -1 : 1) * (int64_t)lot(client, 20) * TICK +
                 (buy ? 1 : -1) * 3 * TICK,
        .side = buy ? '1' : '2',
        .open = true};
    order->newest = add_request(client, 'D', client->order_count, order->qty);
    client->order_count++;
    client->open++;
    put_id(client, &body, 11, order->newest);
    put_terms(client, &body, order, order->qty);
    sim_body_text(&body, 59, lot(client, 100) < 10 ? "3" : "0");
    say(client, 'D', &body);
}

static void cancel(struct load_client *client, size_t at)
{
    struct load_order *order = &client->orders[at];
    struct sim_body body = {0};
    size_t request = add_request(client, 'F', at, 0);
    put_id(client, &body, 11, request);
    put_id(client, &body, 41, order->newest);
    put_terms(client, &body, order, order->qty);
    order->busy = true;
    say(client, 'F', &body);
}

static void replace(struct load_client *client, size_t at)
{
    struct load_order *order = &client->orders[at];
    struct sim_body body = {0};
    int64_t qty = order->cum + 1 + (int64_t)lot(client, 10);
    size_t request = add_request(client, 'G', at, qty);
    put_id(client, &body, 11, request);
    put_id(client, &body, 41, order->newest);
    put_terms(client, &body, order, qty);
    sim_body_text(&body, 59, "0");
    order->busy = true;
    say(client, 'G', &body);
}

/* The oldest order that is open, and of which nothing is under way. */
static bool oldest(struct load_client *client, size_t *at)
{
    while (client->first_open < client->order_count &&
           !client->orders[client->first_open].open) {
        client->first_open++;
    }
    for (size_t i = client->first_open; i < client->order_count; i++) {
        const struct load_order *order = &client->orders[i];
        if (order->open && !order->busy &&
            client->requests[order->newest].answered) {
            *at = i;
            return true;
        }
    }
    return false;
}

void load_client_act(struct load_client *client)
{
    size_t at = 0;
    uint32_t dice = lot(client, 100);
    bool many = client->open >= OPEN_MAX;
    if (dice < 60 && !many) {
        load_client_order(client);
    } else if (!oldest(client, &at)) {
        if (!many) {
            load_client_order(client);
        }
    } else if (dice < 75) {
        replace(client, at);
    } else {
        cancel(client, at);
    }
}

void load_client_cancel_all(struct load_client *client, size_t most)
{
    size_t at = 0;
    while (most-- > 0 && client->wire->state == WIRE_ON &&
           oldest(client, &at)) {
        cancel(client, at);
    }
}

void load_client_probe(struct load_client *client)
{
    if (client->wire->state == WIRE_ON && client->probed_ns == 0) {
        client->probed_ns = wire_now();
        wire_admin(client->wire, '1', cg_slice_str("112=PROBE\001"));
    } else if (client->wire->state != WIRE_ON) {
        client->probed_ns = 0;
    }
}

void load_client_ask_all_again(struct load_client *client)
{
    if (client->wire->state == WIRE_ON) {
        wire_admin(client->wire, '2', cg_slice_str("7=1\00116=0\001"));
    }
}

/* --- being told ---------------------------------------------------------- */

/* The request of ClOrdID(11); NULL when it is none of this client's. */
static struct load_request *
request_of(struct load_client *client, struct cg_slice message, size_t *at)
{
    struct cg_slice id = sim_field_find(message, 11);
    size_t name = strlen(client->wire->name);
    size_t number = 0;
    if (id.len <= name + 1 || memcmp(id.data, client->wire->name, name) != 0) {
        return NULL;
    }
    for (size_t i = name + 1; i < id.len; i++) {
        number = number * 10 + (size_t)(id.data[i] - '0');
    }
    *at = number;
    return number < client->request_count ? &client->requests[number] : NULL;
}

static void answered(struct load_client *client,
                     struct load_request *request,
                     size_t at,
                     struct cg_slice message)
{
    if (request->answered) {
        fail(client, "request %zu (%c) is answered twice", at, request->kind);
    } else {
        client->waiting--;
        client->answers++;
    }
    /* What had to be sent again says how long the line was gone. */
    if (client->answer_times != NULL &&
        sim_field_char(message, 43, 'N') != 'Y' &&
        request->logon == client->wire->logons) {
        load_times_add(client->answer_times, wire_now() - request->sent_ns);
    }
    request->answered = true;
    client->orders[request->order].busy = false;
}

static void is_over(struct load_client *client, struct load_order *order)
{
    client->open -= order->open;
    order->open = false;
}

/* What is told of a trade is whole millions here. */
static int64_t millions(struct cg_slice message, int tag)
{
    int64_t value = 0;
    return sim_field_number(message, tag, 0, &value) ? value / LOAD_MILLION : 0;
}

static void filled(struct load_client *client,
                   struct load_order *order,
                   struct cg_slice message)
{
    int64_t last = millions(message, 32);
    order->cum += last;
    client->filled += last;
    client->fills++;
    if (order->cum != millions(message, 14)) {
        fail(client, "14=%lld millions, but fills add up to %lld",
             (long long)millions(message, 14), (long long)order->cum);
    }
}

/* Whether a report of that type is the answer to a request of |kind|. */
static bool answers(char exec_type, char kind)
{
    return (kind == 'D' && (exec_type == '0' || exec_type == '8')) ||
           (kind == 'G' && exec_type == '5') ||
           (kind == 'F' && exec_type == '4');
}

static void report(struct load_client *client, struct cg_slice message)
{
    size_t at = 0;
    struct load_request *request = request_of(client, message, &at);
    char type = sim_field_char(message, 150, '?');
    char status = sim_field_char(message, 39, '?');
    if (request == NULL) {
        fail(client, "a report of an order that is not its own");
        return;
    }
    struct load_order *order = &client->orders[request->order];
    if (answers(type, request->kind)) {
        client->refused += type == '8';
        answered(client, request, at, message);
    }
    if (type == '5') {
        order->newest = at;
        order->qty = request->qty;
    } else if (type == 'F') {
        filled(client, order, message);
    }
    if (strchr("248C", status) != NULL && type != 'I') {
        is_over(client, order);
    }
}

static void cancel_refused(struct load_client *client, struct cg_slice message)
{
    size_t at = 0;
    struct load_request *request = request_of(client, message, &at);
    if (request == NULL || request->kind == 'D') {
        fail(client, "a 9 to what it did not ask");
        return;
    }
    client->refused++;
    answered(client, request, at, message);
}

static void heard(void *user, char type, struct cg_slice message)
{
    struct load_client *client = user;
    switch (type) {
    case '0':
        if (client->probed_ns != 0) {
            load_times_add(client->probe_times, wire_now() - client->probed_ns);
        }
        client->probed_ns = 0;
        break;
    case '8':
        report(client, message);
        break;
    case '9':
        cancel_refused(client, message);
        break;
    case 'B':
        client->news++;
        break;
    default:
        fail(client, "35=%c was not expected", type);
        break;
    }
}

void load_client_init(struct load_client *client,
                      struct wire *wire,
                      uint32_t number,
                      const char *account)
{
    *client = (struct load_client){.wire = wire,
                                   .account = account,
                                   .number = number,
                                   .state = number * 0x9e3779b97f4a7c15U + 1};
    wire->heard = heard;
    wire->user = client;
}

void load_client_deinit(struct load_client *client)
{
    free(client->orders);
    free(client->requests);
    *client = (struct load_client){0};
}

bool load_client_failed(struct load_client *client)
{
    if (client->wire->failure[0] != '\0') {
        fail(client, "%s", client->wire->failure);
    }
    return client->failure[0] != '\0';
}

const char *load_client_unsettled(const struct load_client *client)
{
    if (client->wire->state != WIRE_ON) {
        return "is not logged on";
    }
    if (client->waiting > 0) {
        return "waits for an answer";
    }
    return client->open > 0 ? "has an order that is open" : NULL;
}
