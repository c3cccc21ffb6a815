/*
 * The simulated client's commands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_client.h"

#include <stdlib.h>

const char sim_client_help[] =
    "order ID SYMBOL buy|sell QTY PX|market [ACCOUNT [TAG=VALUE|...]]   D\n"
    "replace NEW OLD QTY PX [TAG=VALUE|...]                            G\n"
    "cancel NEW OLD                                                    F\n"
    "status ID                                                         H\n";

void sim_client_deinit(struct sim_client *client)
{
    for (size_t i = 0; i < client->order_count; i++) {
        free(client->orders[i].symbol);
        free(client->orders[i].account);
    }
    free(client->orders);
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
    if (order == NULL || id.len == 0) {
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
    return cg_slice_is(name, "status") && do_status(client, line);
}
