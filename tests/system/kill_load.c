/*
 * What clients, venue and hub do while the gate is killed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_load.h"

#include <stdarg.h>
#include <stdlib.h>

#define MILLION 1000000
#define WAITING_MAX 24 /* messages of clients without an answer */
#define RECENT 48      /* orders that are spoken of */

void kill_load_init(struct kill_load *load,
                    struct kill_peers *peers,
                    uint64_t seed)
{
    *load = (struct kill_load){.peers = peers,
                               .state = seed * 0x9e3779b97f4a7c15U + 1};
}

void kill_load_deinit(struct kill_load *load)
{
    for (size_t i = 0; i < KILL_KEPT; i++) {
        free(load->kept[i].body);
    }
}

uint32_t kill_random(struct kill_load *load, uint32_t below)
{
    load->state ^= load->state << 13;
    load->state ^= load->state >> 7;
    load->state ^= load->state << 17;
    return (uint32_t)((load->state * 0x2545f4914f6cdd1dU) >> 33) % below;
}

static bool chance(struct kill_load *load, uint32_t percent)
{
    return kill_random(load, 100) < percent;
}

/* --- clients ------------------------------------------------------------ */

static size_t messages_waiting(const struct kill_ledger *ledger)
{
    size_t waiting = 0;
    size_t first = ledger->request_count > 200 ? ledger->request_count - 200
                                               : 0;
    for (size_t i = first; i < ledger->request_count; i++) {
        const struct kill_request *request = &ledger->requests[i];
        waiting += request->kind != 'P' && !request->heard;
    }
    return waiting;
}

static const char *new_id(struct kill_load *load, int client, char *buf)
{
    snprintf(buf, 32, "%c%llu", 'A' + client, (unsigned long long)++load->ids);
    return buf;
}

static void keep(struct kill_load *load, int client, struct cg_slice body)
{
    struct kill_kept *kept = &load->kept[load->kept_next++ % KILL_KEPT];
    free(kept->body);
    *kept = (struct kill_kept){client, sim_copy(body), body.len};
}

static void client_orders(struct kill_load *load)
{
    struct sim_body body = {0};
    char id[32];
    size_t limit = kill_random(load, KILL_LIMITS);
    int client = kill_limits[limit].client;
    bool at_once = chance(load, 15);
    int64_t price = 400000000 + (int64_t)kill_random(load, 12) * 500000;
    sim_body_text(&body, 11, new_id(load, client, id));
    sim_body_text(&body, 21, "1");
    sim_body_text(&body, 1, kill_limits[limit].account);
    sim_body_text(&body, 55,
                  kill_symbols[kill_random(load, KILL_SYMBOLS)].name);
    bool buy = chance(load, 50);
    sim_body_char(&body, 54, buy ? '1' : '2');
    sim_body_time(&body, 60, kill_now());
    sim_body_int(&body, 38, (1 + (int64_t)kill_random(load, 30)) * MILLION);
    sim_body_text(&body, 40, "2");
    sim_body_price(&body, 44, buy ? price : price + 3000000);
    sim_body_text(&body, 59, at_once ? "3" : "0");
    keep(load, client, sim_body_slice(&body));
    kill_peers_send(load->peers, client, "D", sim_body_slice(&body), false);
    sim_body_deinit(&body);
}

/* A recent order that its client takes for open, or any recent one. */
static const struct kill_order *some_order(struct kill_load *load)
{
    const struct kill_ledger *ledger = &load->peers->ledger;
    size_t count = ledger->order_count < RECENT ? ledger->order_count : RECENT;
    for (int tries = 0; tries < 12 && count > 0; tries++) {
        const struct kill_order *order =
            &ledger->orders[ledger->order_count - 1 -
                            kill_random(load, (uint32_t)count)];
        if (order->heard_status == '0' || order->heard_status == '1' ||
            chance(load, 4)) {
            return order;
        }
    }
    return NULL;
}

/* The id in force; now and then one that is still under way. */
static const char *some_id(struct kill_load *load,
                           const struct kill_order *order)
{
    const struct kill_ledger *ledger = &load->peers->ledger;
    size_t newest = ledger->requests[order->first].older;
    size_t at = chance(load, 15) && ledger->requests[newest].kind == 'G'
                    ? newest
                    : order->newest;
    return ledger->requests[at].id;
}

static void client_changes(struct kill_load *load,
                           const struct kill_order *order,
                           const char *type)
{
    struct sim_body body = {0};
    char id[32];
    int client = kill_limits[order->limit].client;
    sim_body_text(&body, 41, some_id(load, order));
    sim_body_text(&body, 11, new_id(load, client, id));
    sim_body_text(&body, 1, kill_limits[order->limit].account);
    sim_body_text(&body, 55, kill_symbols[order->symbol].name);
    sim_body_char(&body, 54, order->side);
    sim_body_time(&body, 60, kill_now());
    if (type[0] == 'G') {
        int64_t qty = chance(load, 20)
                          ? order->qty
                          : (1 + (int64_t)kill_random(load, 30)) * MILLION;
        sim_body_text(&body, 21, "1");
        sim_body_int(&body, 38, qty > 0 ? qty : MILLION);
        sim_body_text(&body, 40, "2");
        sim_body_price(&body, 44,
                       400000000 + (int64_t)kill_random(load, 12) * 500000);
    }
    kill_peers_send(load->peers, client, type, sim_body_slice(&body), false);
    sim_body_deinit(&body);
}

static void client_cancels_all(struct kill_load *load, int client)
{
    struct sim_body body = {0};
    char id[32];
    bool one = chance(load, 50);
    sim_body_text(&body, 11, new_id(load, client, id));
    sim_body_text(&body, 530, one ? "1" : "7");
    if (one) {
        sim_body_text(&body, 55,
                      kill_symbols[kill_random(load, KILL_SYMBOLS)].name);
    }
    sim_body_time(&body, 60, kill_now());
    kill_peers_send(load->peers, client, "q", sim_body_slice(&body), false);
    sim_body_deinit(&body);
}

/* R40: the same D again, as a client does that has lost its memory. */
static void client_repeats(struct kill_load *load)
{
    const struct kill_kept *kept = &load->kept[kill_random(load, KILL_KEPT)];
    if (kept->body != NULL) {
        kill_peers_send(load->peers, kept->client, "D",
                        (struct cg_slice){kept->body, kept->len}, true);
    }
}

static void client_acts(struct kill_load *load)
{
    const struct kill_order *order = some_order(load);
    uint32_t dice = kill_random(load, 100);
    if (messages_waiting(&load->peers->ledger) > WAITING_MAX) {
        return;
    }
    if (dice < 5) {
        client_repeats(load);
    } else if (dice < 7) {
        client_cancels_all(load, (int)kill_random(load, 2));
    } else if (dice < 35 && order != NULL) {
        client_changes(load, order, "G");
    } else if (dice < 50 && order != NULL) {
        client_changes(load, order, "F");
    } else {
        client_orders(load);
    }
}

/* --- the venue ---------------------------------------------------------- */

static size_t some_in_book(struct kill_load *load)
{
    const struct sim_book *book = &load->peers->venue.book;
    size_t count = book->order_count < RECENT ? book->order_count : RECENT;
    for (int tries = 0; tries < 8 && count > 0; tries++) {
        size_t at = book->order_count - 1 - kill_random(load, (uint32_t)count);
        if (book->orders[at].open) {
            return at;
        }
    }
    return SIM_NONE;
}

static void venue_fills(struct kill_load *load, size_t at)
{
    struct sim_venue *venue = &load->peers->venue;
    int64_t leaves = sim_order_leaves(&venue->book.orders[at]);
    int64_t qty = chance(load, 40) ? leaves : leaves / 3 / 100 * 100;
    if (qty > 0) {
        sim_venue_trade(venue, at, qty, venue->book.orders[at].price);
    }
}

static void venue_acts(struct kill_load *load)
{
    struct sim_venue *venue = &load->peers->venue;
    size_t at = some_in_book(load);
    uint32_t dice = kill_random(load, 100);
    venue->port->now_ns = kill_now();
    if (dice < 6) {
        venue->reject_next = 1;
    } else if (dice < 16) {
        venue->slow_ns = (int64_t)kill_random(load, 8) * SIM_MS;
    } else if (at != SIM_NONE && dice < 22) {
        sim_venue_end(venue, at, dice < 19 ? SIM_CANCELED : SIM_EXPIRED);
    } else if (at != SIM_NONE) {
        venue_fills(load, at);
    }
}

/* --- the hub ------------------------------------------------------------ */

static void hub_does(struct kill_load *load, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void hub_does(struct kill_load *load, const char *format, ...)
{
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    fprintf(load->peers->wire, "hub %s\n", line);
    load->peers->hub_port.now_ns = kill_now();
    sim_hub_command(&load->peers->hub, line);
}

/* What the hub pushes: |percent| of the limit's own, beyond what is filled. */
static void hub_pushes(struct kill_load *load, size_t limit, int percent)
{
    char text[SIM_NUMBER_MAX];
    int64_t amount = kill_ledger_filled(&load->peers->ledger, limit) +
                     kill_limits[limit].amount / 100 * percent;
    hub_does(load, "limit %s %s", kill_limits[limit].id,
             sim_number_write(amount, SIM_AMOUNT_DIGITS, 2, text));
}

static void hub_stops(struct kill_load *load, size_t limit)
{
    const char *account = kill_limits[limit].account;
    if (load->stopped[limit]) {
        hub_does(load, "reinstate %s", account);
    } else {
        hub_does(load, "%s %s", chance(load, 50) ? "suspend" : "halt", account);
    }
    load->stopped[limit] = !load->stopped[limit];
}

static void hub_acts(struct kill_load *load)
{
    static const char *const moods[] = {
        "normal",  "normal",     "normal",          "silent", "slow 20",
        "slow 80", "pending 30", "wrong duplicate", "deny 2", "deaf",
        "normal",  "partial 50", "snapshot",        "normal"};
    uint32_t count = sizeof(moods) / sizeof(moods[0]);
    uint32_t dice = kill_random(load, 100);
    size_t limit = kill_random(load, KILL_LIMITS);
    if (dice < 40) {
        hub_pushes(load, limit, 100);
    } else if (dice < 50) {
        hub_pushes(load, limit, (int)kill_random(load, 30));
    } else if (dice < 55 || (dice < 80 && load->stopped[limit])) {
        hub_stops(load, limit);
    } else {
        hub_does(load, "%s", moods[kill_random(load, count)]);
    }
}

void kill_load_step(struct kill_load *load)
{
    uint32_t dice = kill_random(load, 100);
    if (dice < 45) {
        client_acts(load);
    } else if (dice < 60) {
        venue_acts(load);
    } else if (dice < 63) {
        hub_acts(load);
    }
}

void kill_load_calm(struct kill_load *load)
{
    hub_does(load, "normal");
    for (size_t i = 0; i < KILL_LIMITS; i++) {
        hub_pushes(load, i, 100);
        if (load->stopped[i]) {
            hub_stops(load, i);
        }
    }
    load->peers->venue.slow_ns = 0;
    load->peers->venue.reject_next = 0;
}

/* An order that is open for its client, with nothing on its way. */
static bool is_cancellable(const struct kill_ledger *ledger,
                           const struct kill_order *order)
{
    size_t at = ledger->requests[order->first].older;
    bool calm = order->heard_status == '0' || order->heard_status == '1';
    while (calm && at != order->first) {
        calm = ledger->requests[at].heard || ledger->requests[at].kind == 'P';
        at = ledger->requests[at].older;
    }
    return calm;
}

void kill_load_cancel(struct kill_load *load)
{
    const struct kill_ledger *ledger = &load->peers->ledger;
    for (size_t i = 0; i < ledger->order_count; i++) {
        if (is_cancellable(ledger, &ledger->orders[i])) {
            client_changes(load, &ledger->orders[i], "F");
        }
    }
}
