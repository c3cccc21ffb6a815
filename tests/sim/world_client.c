/*
 * The clients: what they send, and what they make of the answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS_MAX = 400 };

static void put_order(struct sim_body *body,
                      const struct world_order *order,
                      int64_t qty,
                      int64_t now,
                      int64_t price)
{
    sim_body_text(body, 1, desk_owners[order->account].account);
    if (order->client == DESK_CLIENT42) {
        sim_body_char(body, 21, '1');
    }
    sim_body_text(body, 55, desk_symbols[order->symbol].name);
    sim_body_char(body, 54, order->side);
    sim_body_int(body, 38, qty);
    sim_body_char(body, 40, '2');
    sim_body_price(body, 44, price);
    sim_body_time(body, 60, now);
}

static void
say(struct world *world, int client, const char *type, struct sim_body *body)
{
    world_peer_send(world, client, type, sim_body_slice(body), false);
    if (!world->healed && world_fault(world, FAULT_CLIENT_REPEATS, 20)) {
        CG_SOMETIMES(client_says_twice, true);
        world_peer_send(world, client, type, sim_body_slice(body),
                        world_draw(world, 2) == 0);
    }
    sim_body_deinit(body);
}

static void new_id(struct world *world, char *id, size_t room)
{
    snprintf(id, room, "C%u", ++world->ids);
}

/* Prices that cross now and then. */
static int64_t any_price(struct world *world, char side)
{
    int64_t tick = INT64_C(1000000); /* 0.01 */
    int64_t base = (side == '1' ? 400 : 410) * tick;
    return world_draw(world, 8) == 0 ? 405 * tick
                                     : base + world_draw(world, 5) * tick;
}

static int any_client(struct world *world)
{
    int client;
    do {
        client = (int)world_draw(world, DESK_CLIENT50 + 1);
    } while (!world->plan.clients[client]);
    return client;
}

static size_t any_account(struct world *world)
{
    size_t account;
    do {
        account = (size_t)world_draw(world, DESK_ACCOUNTS);
    } while (!world->plan.accounts[account]);
    return account;
}

/* Mostly millions; odd quantities show the rounding. */
static int64_t any_qty(struct world *world)
{
    int64_t qty = 1000000 * (1 + world_draw(world, 30));
    return world_draw(world, 4) == 0 ? qty + world_draw(world, 999999) : qty;
}

static char any_tif(struct world *world)
{
    static const char tifs[] = "11111134";
    return tifs[world_draw(world, 8)];
}

static void client_orders(struct world *world)
{
    struct sim_body body = {0};
    if (world->order_count >= ORDERS_MAX) {
        return;
    }
    struct world_order *order = &world->orders[world->order_count++];
    *order = (struct world_order){
        .client = any_client(world),
        .side = world_draw(world, 2) == 0 ? '1' : '2',
        .account = any_account(world),
        .symbol = (size_t)world_draw(world, DESK_SYMBOLS),
        .qty = any_qty(world),
        .open = true,
    };
    new_id(world, order->newest, sizeof(order->newest));
    strcpy(order->current, order->newest);
    sim_body_text(&body, 11, order->newest);
    put_order(&body, order, order->qty, world->now,
              any_price(world, order->side));
    sim_body_char(&body, 59, any_tif(world));
    say(world, order->client, "D", &body);
}

/* One that its client takes to be open, mostly a young one. */
static struct world_order *any_order(struct world *world)
{
    for (int tries = 0; tries < 12 && world->order_count > 0; tries++) {
        int64_t back = world_draw(world, 2) == 0 ? 8 : 100;
        int64_t count = (int64_t)world->order_count;
        int64_t at = count - 1 - world_draw(world, back < count ? back : count);
        struct world_order *order = &world->orders[at];
        if (order->open || world_draw(world, 12) == 0) {
            return order;
        }
    }
    return NULL;
}

static const char *orig_of(struct world *world, const struct world_order *order)
{
    return world_draw(world, 4) == 0 ? order->current : order->newest;
}

static void client_replaces(struct world *world)
{
    struct sim_body body = {0};
    struct world_order *order = any_order(world);
    char id[24];
    if (order == NULL) {
        return;
    }
    int64_t qty = any_qty(world);
    qty = world_draw(world, 3) == 0 ? order->qty : qty;
    struct world_order said = *order;
    if (world_draw(world, 20) == 0) {
        said.side = said.side == '1' ? '2' : '1'; /* CG404 */
    }
    new_id(world, id, sizeof(id));
    sim_body_text(&body, 11, id);
    sim_body_text(&body, 41, orig_of(world, order));
    put_order(&body, &said, qty, world->now, any_price(world, order->side));
    sim_body_char(&body, 59, '1');
    strcpy(order->newest, id);
    order->qty = qty;
    say(world, order->client, "G", &body);
}

static void cancel(struct world *world, struct world_order *order)
{
    struct sim_body body = {0};
    char id[24];
    new_id(world, id, sizeof(id));
    sim_body_text(&body, 11, id);
    sim_body_text(&body, 41, orig_of(world, order));
    sim_body_text(&body, 1, desk_owners[order->account].account);
    sim_body_text(&body, 55, desk_symbols[order->symbol].name);
    sim_body_char(&body, 54, order->side);
    if (order->client == DESK_CLIENT42) {
        sim_body_int(&body, 38, order->qty);
    }
    sim_body_time(&body, 60, world->now);
    say(world, order->client, "F", &body);
}

static void client_cancels(struct world *world)
{
    struct world_order *order = any_order(world);
    if (order != NULL) {
        cancel(world, order);
    }
}

static void client_asks(struct world *world)
{
    struct sim_body body = {0};
    const struct world_order *order = any_order(world);
    if (order == NULL) {
        return;
    }
    if (order->client != DESK_CLIENT42) {
        sim_body_text(&body, 790, "S1");
    }
    sim_body_text(&body, 11, order->newest);
    sim_body_text(&body, 55, desk_symbols[order->symbol].name);
    sim_body_char(&body, 54, order->side);
    world_peer_send(world, order->client, "H", sim_body_slice(&body), false);
    sim_body_deinit(&body);
}

static void client_cancels_all(struct world *world)
{
    struct sim_body body = {0};
    char id[24];
    int client = any_client(world);
    if (client == DESK_CLIENT42) {
        return; /* 4.2 has no q */
    }
    CG_SOMETIMES(mass_cancel, true);
    new_id(world, id, sizeof(id));
    sim_body_text(&body, 11, id);
    sim_body_char(&body, 530, '7');
    sim_body_time(&body, 60, world->now);
    world_peer_send(world, client, "q", sim_body_slice(&body), false);
    sim_body_deinit(&body);
}

/* Two things at once about one order. */
static void client_races(struct world *world)
{
    struct world_order *order = any_order(world);
    if (order == NULL) {
        return;
    }
    cancel(world, order);
    switch (world_draw(world, 3)) {
    case 0:
        cancel(world, order);
        break;
    case 1:
        client_replaces(world);
        break;
    default:
        world_venue_trades(world);
        break;
    }
}

static void client_floods(struct world *world)
{
    int64_t many = 4 + world_draw(world, 12);
    CG_SOMETIMES(flood, true);
    for (int64_t i = 0; i < many; i++) {
        client_orders(world);
    }
}

/* One field of an order is spoilt. */
static void client_says_garbage(struct world *world)
{
    static const char *const spoilt[] = {
        "1=NOBODY",
        "55=NOTHING",
        "54=9",
        "38=-5",
        "38=1e6",
        "38=0.5",
        "38=999999999999999",
        "40=",
        "44=x",
        "60=yesterday",
        "54=5",
        "1=",
        "152=1000",
        "854=1",
        "15=EUR",
        "453=2",
    };
    /* In place of the first and the seventh, every other time: an account that
     * no limit covers, and what wraps in 64 bits. */
    static const char *const instead[16] = {
        [0] = "1=BARE", [6] = "38=2040568813466"};
    struct sim_body body = {0};
    char id[24];
    char text[512];
    int client = any_client(world);
    struct world_order order = {.client = client,
                                .side = '1',
                                .account = any_account(world),
                                .qty = any_qty(world)};
    int64_t which = world_draw(world, 16);
    bool other = world->ids % 2 == 1 && instead[which] != NULL;
    const char *bad = other ? instead[which] : spoilt[which];
    size_t tag = strcspn(bad, "=") + 1;
    bool done = false;
    size_t len = 0;
    new_id(world, id, sizeof(id));
    sim_body_text(&body, 11, id);
    put_order(&body, &order, order.qty, world->now, any_price(world, '1'));
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, sim_body_slice(&body));
    while (sim_reader_next(&reader, &field)) {
        char line[96];
        snprintf(line, sizeof(line), "%d=%.*s", field.tag, (int)field.value.len,
                 field.value.data);
        bool spoil = strncmp(line, bad, tag) == 0;
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\001",
                                spoil ? bad : line);
        done |= spoil;
    }
    if (!done) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\001", bad);
    }
    world_peer_send(world, client, "D", (struct cg_slice){text, len}, false);
    sim_body_deinit(&body);
}

static void repeats_old(struct world *world)
{
    int client = any_client(world);
    struct world_link *link = &world->links[client];
    if (link->said.count == 0) {
        return;
    }
    int at = (int)world_draw(world, link->said.count);
    struct world_post post = link->said.posts[at];
    world_peer_send(world, client, post.type,
                    (struct cg_slice){post.body, post.body_len},
                    world_draw(world, 2) == 0);
}

void world_client_acts(struct world *world)
{
    int64_t what = world_draw(world, 100);
    if (what < 42) {
        client_orders(world);
    } else if (what < 62) {
        client_replaces(world);
    } else if (what < 74) {
        client_cancels(world);
    } else if (what < 76) {
        client_asks(world);
    } else if (what < 77) {
        client_cancels_all(world);
    } else {
        world_venue_trades(world);
    }
    static const struct world_mischief acts[] = {
        {FAULT_CLIENT_RACES, 15, client_races},
        {FAULT_CLIENT_FLOODS, 4, client_floods},
        {FAULT_CLIENT_GARBAGE, 15, client_says_garbage},
        {FAULT_CLIENT_REPEATS, 8, repeats_old},
    };
    world_faults_act(world, acts, sizeof(acts) / sizeof(acts[0]));
}

/* --- answers -------------------------------------------------------------- */

static struct world_order *order_named(struct world *world, struct cg_slice id)
{
    for (size_t i = world->order_count; id.len > 0 && i > 0; i--) {
        struct world_order *order = &world->orders[i - 1];
        if (cg_slice_is(id, order->current) || cg_slice_is(id, order->newest)) {
            return order;
        }
    }
    return NULL;
}

void world_client_hears(struct world *world,
                        int session,
                        const struct world_post *post)
{
    struct cg_slice body = {post->body, post->body_len};
    struct cg_slice id = sim_field_find(body, 11);
    struct world_order *order = order_named(world, id);
    if (order == NULL) {
        order = order_named(world, sim_field_find(body, 41));
    }
    if (order == NULL || strcmp(post->type, "8") != 0 ||
        order->client != session) {
        return;
    }
    char status = sim_field_char(body, 39, 0);
    char exec = sim_field_char(body, 150, 0);
    order->answered = true;
    if (exec == '5') {
        snprintf(order->current, sizeof(order->current), "%.*s", (int)id.len,
                 id.data);
    }
    if (exec != 'I' && strchr("2348C", status) != NULL) {
        order->open = false;
    }
}

/* Everybody takes back what may be open. */
void world_clients_end(struct world *world)
{
    for (size_t i = 0; i < world->order_count; i++) {
        if (world->orders[i].open) {
            cancel(world, &world->orders[i]);
        }
    }
}
