/*
 * The simulated client's commands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_client.h"

#include <stdio.h>
#include <stdlib.h>

#define MEASURE_MAX 1000000

const char sim_client_help[] =
    "order ID SYMBOL buy|sell QTY PX|market [ACCOUNT [TAG=VALUE|...]]   D\n"
    "replace NEW OLD QTY PX [TAG=VALUE|...]                            G\n"
    "cancel NEW OLD                                                    F\n"
    "status ID                                                         H\n"
    "measure N SYMBOL buy|sell QTY PX ACCOUNT   N orders, each sent when the\n"
    "                              one before was acknowledged; says the "
    "median\n"
    "                              and the 99th percentile in microseconds\n";

void sim_client_deinit(struct sim_client *client)
{
    for (size_t i = 0; i < client->order_count; i++) {
        free(client->orders[i].symbol);
        free(client->orders[i].account);
    }
    free(client->orders);
    free(client->watch.order);
    free(client->watch.taken_ns);
    sim_index_deinit(&client->ids);
    *client = (struct sim_client){0};
}

static const struct sim_client_order *
order_named(const struct sim_client *client, struct cg_slice id)
{
    size_t at = sim_index_get(&client->ids, id);
    return at != SIM_NONE ? &client->orders[at] : NULL;
}

static size_t remember(struct sim_client *client,
                       struct cg_slice id,
                       struct cg_slice symbol,
                       struct cg_slice account,
                       char side)
{
    client->orders = sim_grow(client->orders, client->order_count + 1,
                              sizeof(*client->orders));
    client->orders[client->order_count] = (struct sim_client_order){
        .symbol = sim_copy(symbol), .account = sim_copy(account), .side = side};
    sim_index_set(&client->ids, id, client->order_count);
    return client->order_count++;
}

static void add_instrument(struct sim_body *body,
                           const struct sim_client_order *order)
{
    if (order->account[0] != '\0') {
        sim_body_text(body, 1, order->account);
    }
    sim_body_text(body, 55, order->symbol);
    sim_body_char(body, 54, order->side);
}

static void
add_terms(struct sim_body *body, struct cg_slice qty, struct cg_slice price)
{
    bool market = cg_slice_is(price, "market");
    sim_body_add(body, 38, qty);
    sim_body_text(body, 40, market ? "1" : "2");
    if (!market) {
        sim_body_add(body, 44, price);
    }
}

static bool is_number(struct cg_slice text)
{
    int64_t value = 0;
    return sim_number_read(text, SIM_PRICE_DIGITS, &value);
}

/* The session orders go to: the first that is up. */
static struct sim_peer *peer_of(const struct sim_client *client)
{
    for (size_t i = 0; i < client->port->peer_count; i++) {
        if (client->port->peers[i]->up) {
            return client->port->peers[i];
        }
    }
    return client->port->peer_count > 0 ? client->port->peers[0] : NULL;
}

static bool finish(struct sim_client *client,
                   const char *type,
                   struct sim_body *body,
                   const char *extra)
{
    struct sim_peer *peer = peer_of(client);
    bool fine = peer != NULL && sim_body_piped(body, sim_rest(extra));
    if (fine) {
        sim_port_send(client->port, peer, type, body);
    }
    sim_body_deinit(body);
    return fine;
}

static bool do_order(struct sim_client *client, const char *text)
{
    struct cg_slice id = sim_word(&text);
    struct cg_slice symbol = sim_word(&text);
    struct cg_slice side = sim_word(&text);
    struct cg_slice qty = sim_word(&text);
    struct cg_slice price = sim_word(&text);
    struct cg_slice account = sim_word(&text);
    bool buy = cg_slice_is(side, "buy");
    bool fine = (buy || cg_slice_is(side, "sell")) && is_number(qty) &&
                (is_number(price) || cg_slice_is(price, "market"));
    struct sim_body body = {0};
    if (!fine) {
        return false;
    }
    size_t at = remember(client, id, symbol, account, buy ? '1' : '2');
    sim_body_add(&body, 11, id);
    sim_body_text(&body, 21, "1");
    add_instrument(&body, &client->orders[at]);
    sim_body_time(&body, 60, client->port->now_ns);
    add_terms(&body, qty, price);
    return finish(client, "D", &body, text);
}

static bool do_replace(struct sim_client *client, const char *text)
{
    struct cg_slice id = sim_word(&text);
    struct cg_slice old = sim_word(&text);
    struct cg_slice qty = sim_word(&text);
    struct cg_slice price = sim_word(&text);
    const struct sim_client_order *order = order_named(client, old);
    struct sim_body body = {0};
    if (order == NULL || !is_number(qty) || !is_number(price)) {
        return false;
    }
    sim_index_set(&client->ids, id, (size_t)(order - client->orders));
    sim_body_add(&body, 41, old);
    sim_body_add(&body, 11, id);
    sim_body_text(&body, 21, "1");
    add_instrument(&body, order);
    sim_body_time(&body, 60, client->port->now_ns);
    add_terms(&body, qty, price);
    return finish(client, "G", &body, text);
}

static bool do_cancel(struct sim_client *client, const char *text)
{
    struct cg_slice id = sim_word(&text);
    struct cg_slice old = sim_word(&text);
    const struct sim_client_order *order = order_named(client, old);
    struct sim_body body = {0};
    if (order == NULL) {
        return false;
    }
    sim_index_set(&client->ids, id, (size_t)(order - client->orders));
    sim_body_add(&body, 41, old);
    sim_body_add(&body, 11, id);
    add_instrument(&body, order);
    sim_body_time(&body, 60, client->port->now_ns);
    return finish(client, "F", &body, text);
}

static bool do_status(struct sim_client *client, const char *text)
{
    struct cg_slice id = sim_word(&text);
    const struct sim_client_order *order = order_named(client, id);
    struct sim_body body = {0};
    if (order == NULL) {
        return false;
    }
    sim_body_add(&body, 11, id);
    add_instrument(&body, order);
    return finish(client, "H", &body, text);
}

static bool measure_next(struct sim_client *client)
{
    struct sim_watch *watch = &client->watch;
    char line[512];
    snprintf(watch->id, sizeof(watch->id), "M%llx-%zu",
             (unsigned long long)watch->started_ns, watch->taken + 1);
    snprintf(line, sizeof(line), "%s %s", watch->id, watch->order);
    watch->sent_ns = client->port->now_ns;
    return do_order(client, line);
}

static bool do_measure(struct sim_client *client, const char *text)
{
    struct sim_watch *watch = &client->watch;
    int64_t count = 0;
    if (watch->count > 0 || !sim_number_read(sim_word(&text), 0, &count) ||
        count < 1 || count > MEASURE_MAX) {
        return false;
    }
    free(watch->order);
    watch->order = sim_copy(cg_slice_str(sim_rest(text)));
    watch->taken_ns = sim_grow(watch->taken_ns, (size_t)count,
                               sizeof(*watch->taken_ns));
    watch->taken = 0;
    watch->started_ns = client->port->now_ns;
    bool fine = measure_next(client);
    watch->count = fine ? (size_t)count : 0;
    return fine;
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void say_measured(struct sim_client *client)
{
    struct sim_watch *watch = &client->watch;
    qsort(watch->taken_ns, watch->count, sizeof(*watch->taken_ns),
          compare_times);
    sim_port_say(client->port, "measured %zu median_us=%lld p99_us=%lld",
                 watch->count,
                 (long long)(watch->taken_ns[watch->count / 2] / 1000),
                 (long long)(watch->taken_ns[watch->count * 99 / 100] / 1000));
    watch->count = 0;
}

void sim_client_receive(struct sim_client *client,
                        const struct sim_message *message)
{
    struct sim_watch *watch = &client->watch;
    if (watch->count == 0 || strcmp(message->type, "8") != 0 ||
        !cg_slice_is(sim_field_find(message->body, 11), watch->id)) {
        return;
    }
    if (sim_field_char(message->body, 39, ' ') == '8') {
        struct cg_slice text = sim_field_find(message->body, 58);
        sim_port_say(client->port, "error measuring: refused: %.*s",
                     (int)text.len, text.data != NULL ? text.data : "");
        watch->count = 0;
        return;
    }
    watch->taken_ns[watch->taken++] = client->port->now_ns - watch->sent_ns;
    if (watch->taken < watch->count) {
        measure_next(client);
    } else {
        say_measured(client);
    }
}

bool sim_client_command(struct sim_client *client, const char *line)
{
    struct cg_slice name = sim_word(&line);
    if (cg_slice_is(name, "order")) {
        return do_order(client, line);
    }
    if (cg_slice_is(name, "replace")) {
        return do_replace(client, line);
    }
    if (cg_slice_is(name, "cancel")) {
        return do_cancel(client, line);
    }
    if (cg_slice_is(name, "measure")) {
        return do_measure(client, line);
    }
    return cg_slice_is(name, "status") && do_status(client, line);
}
