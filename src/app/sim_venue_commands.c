/*
 * What the simulated venue can be told to do, one line each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_venue.h"

#include <stdio.h>

const char sim_venue_help[] =
    "fill CLORDID QTY PX           trade that much of an order\n"
    "overfill CLORDID QTY PX       the same, more than is left included\n"
    "bust EXECID                   take a fill back (150=H)\n"
    "cancel CLORDID                unsolicited cancel (150=4)\n"
    "expire [CLORDID]              expire one order, or all DAY orders "
    "(150=C)\n"
    "done [CLORDID]                done for day, one or all DAY orders "
    "(150=3)\n"
    "reject N                      reject the next N requests (0: none)\n"
    "slow MS                       handle requests that much later\n"
    "hold                          leave requests unread\n"
    "release                       read what was held\n"
    "book                          print open orders\n"
    "orders                        print all orders\n"
    "violations                    print how many orders came without token\n";

/* An order by any of its ClOrdIDs, in any session. */
static size_t order_named(const struct sim_venue *venue, struct cg_slice id)
{
    for (size_t i = 0; id.len > 0 && i < venue->port->peer_count; i++) {
        size_t at = sim_book_find(&venue->book, venue->port->peers[i], id);
        if (at != SIM_NONE) {
            return at;
        }
    }
    return SIM_NONE;
}

static bool trade(struct sim_venue *venue, const char *text, bool beyond)
{
    size_t at = order_named(venue, sim_word(&text));
    int64_t qty = 0;
    int64_t price = 0;
    if (at == SIM_NONE ||
        !sim_number_read(sim_word(&text), SIM_QTY_DIGITS, &qty) || qty <= 0 ||
        !sim_number_read(sim_word(&text), SIM_PRICE_DIGITS, &price)) {
        return false;
    }
    if (!beyond && qty > sim_order_leaves(&venue->book.orders[at])) {
        return false;
    }
    sim_venue_trade(venue, at, qty, price);
    return true;
}

static bool do_fill(struct sim_venue *venue, const char *text)
{
    return trade(venue, text, false);
}

static bool do_overfill(struct sim_venue *venue, const char *text)
{
    return trade(venue, text, true);
}

static bool do_bust(struct sim_venue *venue, const char *text)
{
    size_t at = sim_book_fill_find(&venue->book, sim_word(&text));
    if (at == SIM_NONE || venue->book.fills[at].busted) {
        return false;
    }
    sim_venue_bust(venue, at);
    return true;
}

static bool end_one(struct sim_venue *venue, struct cg_slice id, char status)
{
    size_t at = order_named(venue, id);
    if (at == SIM_NONE || !venue->book.orders[at].open) {
        return false;
    }
    sim_venue_end(venue, at, status);
    return true;
}

/* One order by name, or without a name every open DAY order. */
static bool end_day(struct sim_venue *venue, const char *text, char status)
{
    struct cg_slice id = sim_word(&text);
    if (id.len > 0) {
        return end_one(venue, id, status);
    }
    for (size_t i = 0; i < venue->book.order_count; i++) {
        if (venue->book.orders[i].open && venue->book.orders[i].tif == '0') {
            sim_venue_end(venue, i, status);
        }
    }
    return true;
}

static bool do_cancel(struct sim_venue *venue, const char *text)
{
    return end_one(venue, sim_word(&text), SIM_CANCELED);
}

static bool do_expire(struct sim_venue *venue, const char *text)
{
    return end_day(venue, text, SIM_EXPIRED);
}

static bool do_done(struct sim_venue *venue, const char *text)
{
    return end_day(venue, text, SIM_DONE_FOR_DAY);
}

static bool read_count(const char *text, int64_t *value)
{
    return sim_number_read(sim_word(&text), 0, value) && *value >= 0 &&
           *value <= 86400000;
}

static bool do_reject(struct sim_venue *venue, const char *text)
{
    const char *rest = text;
    if (cg_slice_is(sim_word(&rest), "next")) {
        text = rest;
    }
    return read_count(text, &venue->reject_next);
}

static bool do_slow(struct sim_venue *venue, const char *text)
{
    int64_t ms = 0;
    if (!read_count(text, &ms)) {
        return false;
    }
    venue->slow_ns = ms * SIM_MS;
    return true;
}

static bool do_hold(struct sim_venue *venue, const char *text)
{
    (void)text;
    venue->hold = true;
    return true;
}

static bool do_release(struct sim_venue *venue, const char *text)
{
    (void)text;
    venue->hold = false;
    sim_inbox_release(&venue->inbox, venue->port->now_ns);
    sim_venue_tick(venue);
    return true;
}

static void say_orders(struct sim_venue *venue, bool closed)
{
    for (size_t i = 0; i < venue->book.order_count; i++) {
        const struct sim_order *order = &venue->book.orders[i];
        char text[4][SIM_NUMBER_MAX];
        if (!order->open && !closed) {
            continue;
        }
        sim_port_say(
            venue->port, "book %s %s %s %s qty=%s cum=%s leaves=%s px=%s 39=%c",
            order->order_id, order->clordid, order->symbol,
            order->side == '1' ? "buy" : "sell",
            sim_number_write(order->qty, SIM_QTY_DIGITS, 0, text[0]),
            sim_number_write(order->cum, SIM_QTY_DIGITS, 0, text[1]),
            sim_number_write(sim_order_leaves(order), SIM_QTY_DIGITS, 0,
                             text[2]),
            sim_number_write(order->price, SIM_PRICE_DIGITS, 2, text[3]),
            order->status);
    }
    sim_port_say(venue->port, "book end");
}

static bool do_book(struct sim_venue *venue, const char *text)
{
    (void)text;
    say_orders(venue, false);
    return true;
}

static bool do_orders(struct sim_venue *venue, const char *text)
{
    (void)text;
    say_orders(venue, true);
    return true;
}

static bool do_violations(struct sim_venue *venue, const char *text)
{
    (void)text;
    sim_port_say(venue->port, "violations %llu",
                 (unsigned long long)venue->violations);
    return true;
}

bool sim_venue_command(struct sim_venue *venue, const char *line)
{
    static const struct {
        const char *name;
        bool (*run)(struct sim_venue *venue, const char *text);
    } commands[] = {
        {"book", do_book},
        {"bust", do_bust},
        {"cancel", do_cancel},
        {"done", do_done},
        {"expire", do_expire},
        {"fill", do_fill},
        {"hold", do_hold},
        {"orders", do_orders},
        {"overfill", do_overfill},
        {"reject", do_reject},
        {"release", do_release},
        {"slow", do_slow},
        {"violations", do_violations},
    };
    struct cg_slice name = sim_word(&line);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (cg_slice_is(name, commands[i].name)) {
            return commands[i].run(venue, line);
        }
    }
    return false;
}
