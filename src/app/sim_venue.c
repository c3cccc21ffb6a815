/*
 * The simulated venue's answers.
 *
 * Reports follow the session's version: FIX.4.2 has ExecTransType(20) and no
 * ExecType(150) F, H or I.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_venue.h"

#include <stdio.h>
#include <stdlib.h>

void sim_venue_init(struct sim_venue *venue, struct sim_port *port)
{
    *venue = (struct sim_venue){.port = port};
}

void sim_venue_deinit(struct sim_venue *venue)
{
    sim_book_deinit(&venue->book);
    sim_inbox_deinit(&venue->inbox);
}

/* One ExecutionReport. */
struct report {
    const struct sim_order *order;
    char exec_type;              /* 150, as 4.4 has it */
    struct cg_slice orig;        /* 41, may be empty */
    const struct sim_fill *fill; /* of 150=F, H */
    const char *text;            /* 58, may be NULL */
    struct cg_slice status_id;   /* 790 of what is answered, may be empty */
    int reason;                  /* 103, -1: none */
};

/* ExecType(150) of |report| in 4.2, where trades carry the status. */
static char old_exec_type(const struct report *report)
{
    switch (report->exec_type) {
    case 'F':
    case 'H':
    case 'I':
        return report->order->status;
    default:
        return report->exec_type;
    }
}

static char old_trans_type(char exec_type)
{
    return exec_type == 'H' ? '1' : exec_type == 'I' ? '3' : '0';
}

static void add_exec(struct sim_venue *venue,
                     const struct report *report,
                     struct sim_body *body)
{
    bool old = report->order->peer->version == SIM_FIX42;
    char id[32];
    snprintf(id, sizeof(id), "E%llu", (unsigned long long)++venue->reports);
    sim_body_text(body, 17,
                  report->exec_type == 'F' ? report->fill->exec_id : id);
    if (report->exec_type == 'H') {
        sim_body_text(body, 19, report->fill->exec_id);
    }
    if (old) {
        sim_body_char(body, 20, old_trans_type(report->exec_type));
    }
    sim_body_char(body, 150, old ? old_exec_type(report) : report->exec_type);
    bool replaced = old && report->exec_type == '5' && report->order->open;
    sim_body_char(body, 39, replaced ? '5' : report->order->status);
    if (report->reason >= 0) {
        sim_body_int(body, 103, report->reason);
    }
}

static void add_order(const struct report *report, struct sim_body *body)
{
    const struct sim_order *order = report->order;
    bool traded = report->exec_type == 'F';
    if (order->account[0] != '\0') {
        sim_body_text(body, 1, order->account);
    }
    sim_body_text(body, 55, order->symbol);
    sim_body_char(body, 54, order->side);
    sim_body_qty(body, 38, order->qty);
    sim_body_char(body, 40, order->type);
    if (order->type != '1') {
        sim_body_price(body, 44, order->price);
    }
    sim_body_char(body, 59, order->tif);
    sim_body_qty(body, 32, traded ? report->fill->qty : 0);
    sim_body_price(body, 31, traded ? report->fill->price : 0);
    sim_body_qty(body, 151, sim_order_leaves(order));
    sim_body_qty(body, 14, order->cum);
    sim_body_price(body, 6, sim_order_average(order));
}

static void send_report(struct sim_venue *venue, const struct report *report)
{
    const struct sim_order *order = report->order;
    struct sim_body body = {0};
    sim_body_text(&body, 37, order->order_id);
    sim_body_text(&body, 11, order->clordid);
    if (report->orig.len > 0) {
        sim_body_add(&body, 41, report->orig);
    }
    if (report->status_id.len > 0 && order->peer->version != SIM_FIX42) {
        sim_body_add(&body, 790, report->status_id);
    }
    add_exec(venue, report, &body);
    add_order(report, &body);
    sim_body_time(&body, 60, venue->port->now_ns);
    if (report->text != NULL) {
        sim_body_text(&body, 58, report->text);
    }
    sim_port_send(venue->port, order->peer, "8", &body);
    sim_body_deinit(&body);
}

static void report_plain(struct sim_venue *venue, size_t at, char exec_type)
{
    send_report(venue, &(struct report){.order = &venue->book.orders[at],
                                        .exec_type = exec_type,
                                        .reason = -1});
}

/* A report on an order that is not in the book. */
static void refuse_order(struct sim_venue *venue,
                         struct sim_peer *peer,
                         struct cg_slice body,
                         int reason,
                         const char *text)
{
    struct sim_order order = {.peer = peer,
                              .order_id = "NONE",
                              .clordid = sim_copy(sim_field_find(body, 11)),
                              .account = sim_copy(sim_field_find(body, 1)),
                              .symbol = sim_copy(sim_field_find(body, 55)),
                              .side = sim_field_char(body, 54, '1'),
                              .type = sim_field_char(body, 40, '1'),
                              .tif = sim_field_char(body, 59, '0'),
                              .status = SIM_REJECTED};
    sim_field_number(body, 38, SIM_QTY_DIGITS, &order.qty);
    sim_field_number(body, 44, SIM_PRICE_DIGITS, &order.price);
    send_report(venue, &(struct report){.order = &order,
                                        .exec_type = '8',
                                        .text = text,
                                        .reason = reason});
    free(order.clordid);
    free(order.account);
    free(order.symbol);
}

/* OrderCancelReject; |at| may be SIM_NONE. */
static void refuse_request(struct sim_venue *venue,
                           struct sim_peer *peer,
                           const struct sim_message *message,
                           size_t at,
                           int reason,
                           const char *text)
{
    const struct sim_order *order = at != SIM_NONE ? &venue->book.orders[at]
                                                   : NULL;
    struct sim_body body = {0};
    sim_body_text(&body, 37, order != NULL ? order->order_id : "NONE");
    sim_body_same(&body, 11, message->body);
    sim_body_same(&body, 41, message->body);
    sim_body_char(&body, 39, order != NULL ? order->status : SIM_REJECTED);
    sim_body_same(&body, 1, message->body);
    sim_body_time(&body, 60, venue->port->now_ns);
    sim_body_text(&body, 434, strcmp(message->type, "F") == 0 ? "1" : "2");
    sim_body_int(&body, 102, reason);
    sim_body_text(&body, 58, text);
    sim_port_send(venue->port, peer, "9", &body);
    sim_body_deinit(&body);
}

/* User-defined fields are what a gate adds; people want to see them. */
static void say_order(struct sim_venue *venue,
                      const char *what,
                      const struct sim_order *order,
                      struct cg_slice body)
{
    char line[512];
    char qty[SIM_NUMBER_MAX];
    char price[SIM_NUMBER_MAX];
    int len = snprintf(
        line, sizeof(line), "%s %s %s %s %s %s %s", what, order->order_id,
        order->clordid, order->side == '1' ? "buy" : "sell",
        sim_number_write(order->qty, SIM_QTY_DIGITS, 0, qty), order->symbol,
        sim_number_write(order->price, SIM_PRICE_DIGITS, 2, price));
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, body);
    while (len > 0 && (size_t)len < sizeof(line) &&
           sim_reader_next(&reader, &field)) {
        if (field.tag >= 5000 && field.tag < 40000) {
            len += snprintf(line + len, sizeof(line) - (size_t)len, " %d=%.*s",
                            field.tag, (int)field.value.len, field.value.data);
        }
    }
    sim_port_say(venue->port, "%s", line);
}

/* R55: with a token tag agreed on, no order may come without a token. */
static void check_token(struct sim_venue *venue,
                        const struct sim_message *message)
{
    struct cg_slice clordid = sim_field_find(message->body, 11);
    if (venue->token_tag == 0 ||
        sim_field_find(message->body, venue->token_tag).len > 0) {
        return;
    }
    venue->violations++;
    sim_port_say(venue->port, "violation %s %.*s has no token in %d",
                 message->type, (int)clordid.len, clordid.data,
                 venue->token_tag);
}

static void report_fill(struct sim_venue *venue, size_t at, size_t fill)
{
    send_report(venue, &(struct report){.order = &venue->book.orders[at],
                                        .exec_type = 'F',
                                        .fill = &venue->book.fills[fill],
                                        .reason = -1});
}

void sim_venue_trade(struct sim_venue *venue,
                     size_t at,
                     int64_t qty,
                     int64_t price)
{
    size_t fill = sim_book_fill(&venue->book, at, qty, price);
    report_fill(venue, at, fill);
}

/* Trades |at| with all it crosses; the maker's price counts. */
static void match(struct sim_venue *venue, size_t at)
{
    struct sim_book *book = &venue->book;
    while (sim_order_leaves(&book->orders[at]) > 0) {
        size_t maker = sim_book_match(book, at);
        if (maker == SIM_NONE) {
            return;
        }
        int64_t leaves = sim_order_leaves(&book->orders[at]);
        int64_t offered = sim_order_leaves(&book->orders[maker]);
        int64_t qty = leaves < offered ? leaves : offered;
        int64_t price = book->orders[maker].price;
        sim_venue_trade(venue, maker, qty, price);
        sim_venue_trade(venue, at, qty, price);
    }
}

/* Market, immediate-or-cancel and fill-or-kill orders do not rest. */
static bool rests(const struct sim_order *order)
{
    return order->type != '1' && order->tif != '3' && order->tif != '4';
}

static void enter(struct sim_venue *venue, size_t at)
{
    struct sim_book *book = &venue->book;
    report_plain(venue, at, '0');
    bool kill = book->orders[at].tif == '4' &&
                sim_book_crossing(book, at) < book->orders[at].qty;
    if (!kill) {
        match(venue, at);
    }
    if (book->orders[at].open && !rests(&book->orders[at])) {
        sim_venue_end(venue, at, SIM_CANCELED);
    }
}

/* The order in a D or AB; texts are new.  False when a field is missing. */
static bool read_order(struct sim_peer *peer,
                       const struct sim_message *message,
                       struct sim_order *order)
{
    struct cg_slice body = message->body;
    bool multileg = strcmp(message->type, "AB") == 0;
    *order = (struct sim_order){.peer = peer,
                                .side = sim_field_char(body, 54, 0),
                                .type = sim_field_char(body, 40, 0),
                                .tif = sim_field_char(body, 59, '0'),
                                .matches = !multileg};
    bool priced = sim_field_number(body, 44, SIM_PRICE_DIGITS, &order->price);
    if (sim_field_find(body, 11).len == 0 || order->side == 0 ||
        order->type == 0 || (order->type != '1' && !priced) ||
        !sim_field_number(body, 38, SIM_QTY_DIGITS, &order->qty) ||
        order->qty <= 0) {
        return false;
    }
    order->clordid = sim_copy(sim_field_find(body, 11));
    order->account = sim_copy(sim_field_find(body, 1));
    order->symbol = sim_copy(sim_field_find(body, 55));
    return true;
}

static void take_order(struct sim_venue *venue,
                       struct sim_peer *peer,
                       const struct sim_message *message)
{
    struct sim_order order;
    size_t known = sim_book_find(&venue->book, peer,
                                 sim_field_find(message->body, 11));
    check_token(venue, message);
    if (known != SIM_NONE && message->possresend) {
        report_plain(venue, known, 'I');
    } else if (known != SIM_NONE && !message->possdup) {
        refuse_order(venue, peer, message->body, 6, "duplicate ClOrdID");
    } else if (known == SIM_NONE && venue->reject_next > 0) {
        venue->reject_next--;
        refuse_order(venue, peer, message->body,
                     peer->version == SIM_FIX42 ? 0 : 99,
                     "rejected by command");
    } else if (known == SIM_NONE && !read_order(peer, message, &order)) {
        refuse_order(venue, peer, message->body,
                     peer->version == SIM_FIX42 ? 0 : 99,
                     "a required field is missing or wrong");
    } else if (known == SIM_NONE) {
        size_t at = sim_book_add(&venue->book, &order);
        say_order(venue, "order", &venue->book.orders[at], message->body);
        enter(venue, at);
    }
}

/* A request names an open order, a new ClOrdID, and is not to be rejected. */
static bool take_request(struct sim_venue *venue,
                         struct sim_peer *peer,
                         const struct sim_message *message,
                         size_t *at)
{
    struct cg_slice clordid = sim_field_find(message->body, 11);
    *at = sim_book_find(&venue->book, peer, sim_field_find(message->body, 41));
    if (*at == SIM_NONE) {
        refuse_request(venue, peer, message, *at, 1, "unknown order");
        return false;
    }
    if (venue->reject_next > 0) {
        venue->reject_next--;
        refuse_request(venue, peer, message, *at,
                       peer->version == SIM_FIX42 ? 2 : 99,
                       "rejected by command");
        return false;
    }
    if (!venue->book.orders[*at].open) {
        refuse_request(venue, peer, message, *at, 0, "the order has ended");
        return false;
    }
    if (clordid.len == 0 ||
        sim_book_find(&venue->book, peer, clordid) != SIM_NONE) {
        refuse_request(venue, peer, message, *at,
                       peer->version == SIM_FIX42 ? 2 : 6, "duplicate ClOrdID");
        return false;
    }
    return true;
}

static void report_request(struct sim_venue *venue,
                           size_t at,
                           char exec_type,
                           struct cg_slice orig)
{
    send_report(venue, &(struct report){.order = &venue->book.orders[at],
                                        .exec_type = exec_type,
                                        .orig = orig,
                                        .reason = -1});
}

static void take_replace(struct sim_venue *venue,
                         struct sim_peer *peer,
                         const struct sim_message *message)
{
    struct cg_slice orig = sim_field_find(message->body, 41);
    size_t at;
    check_token(venue, message);
    if (!take_request(venue, peer, message, &at)) {
        return;
    }
    struct sim_order *order = &venue->book.orders[at];
    int64_t qty = order->qty;
    int64_t price = order->price;
    sim_field_number(message->body, 38, SIM_QTY_DIGITS, &qty);
    sim_field_number(message->body, 44, SIM_PRICE_DIGITS, &price);
    if (qty < order->cum || qty <= 0) {
        refuse_request(venue, peer, message, at,
                       peer->version == SIM_FIX42 ? 2 : 99,
                       "the quantity is below what was filled");
        return;
    }
    sim_book_rename(&venue->book, at, sim_field_find(message->body, 11));
    sim_book_replace(&venue->book, at, qty, price);
    say_order(venue, "replaced", order, message->body);
    report_request(venue, at, '5', orig);
    match(venue, at);
}

static void take_cancel(struct sim_venue *venue,
                        struct sim_peer *peer,
                        const struct sim_message *message)
{
    size_t at;
    if (!take_request(venue, peer, message, &at)) {
        return;
    }
    sim_book_rename(&venue->book, at, sim_field_find(message->body, 11));
    sim_book_close(&venue->book, at, SIM_CANCELED);
    report_request(venue, at, '4', sim_field_find(message->body, 41));
}

static void take_status(struct sim_venue *venue,
                        struct sim_peer *peer,
                        const struct sim_message *message)
{
    struct cg_slice clordid = sim_field_find(message->body, 11);
    size_t at = sim_book_find(&venue->book, peer, clordid);
    struct cg_slice status_id = sim_field_find(message->body, 790);
    if (at != SIM_NONE) {
        send_report(venue, &(struct report){.order = &venue->book.orders[at],
                                            .exec_type = 'I',
                                            .reason = -1,
                                            .status_id = status_id});
        return;
    }
    struct sim_order order = {
        .peer = peer,
        .order_id = "NONE",
        .clordid = sim_copy(clordid),
        .account = sim_copy(sim_field_find(message->body, 1)),
        .symbol = sim_copy(sim_field_find(message->body, 55)),
        .side = sim_field_char(message->body, 54, '1'),
        .type = '1',
        .tif = '0',
        .status = SIM_REJECTED};
    send_report(venue, &(struct report){.order = &order,
                                        .exec_type = 'I',
                                        .text = "unknown order",
                                        .reason = 5,
                                        .status_id = status_id});
    free(order.clordid);
    free(order.account);
    free(order.symbol);
}

/* Cancels all of the session's orders, or those of one symbol. */
static void take_mass_cancel(struct sim_venue *venue,
                             struct sim_peer *peer,
                             const struct sim_message *message)
{
    char scope = sim_field_char(message->body, 530, '7');
    struct cg_slice symbol = sim_field_find(message->body, 55);
    int64_t count = 0;
    struct sim_body body = {0};
    for (size_t i = 0; i < venue->book.order_count; i++) {
        const struct sim_order *order = &venue->book.orders[i];
        if (order->open && order->peer == peer &&
            (scope != '1' || cg_slice_is(symbol, order->symbol))) {
            sim_venue_end(venue, i, SIM_CANCELED);
            count++;
        }
    }
    sim_body_same(&body, 11, message->body);
    sim_body_text(&body, 37, "MASS");
    sim_body_char(&body, 530, scope);
    sim_body_char(&body, 531, scope == '1' ? '1' : '7');
    sim_body_int(&body, 533, count);
    sim_body_time(&body, 60, venue->port->now_ns);
    sim_port_send(venue->port, peer, "r", &body);
    sim_body_deinit(&body);
}

static void handle(struct sim_venue *venue,
                   struct sim_peer *peer,
                   const struct sim_message *message)
{
    const char *type = message->type;
    if (strcmp(type, "D") == 0 || strcmp(type, "AB") == 0) {
        take_order(venue, peer, message);
    } else if (strcmp(type, "G") == 0 || strcmp(type, "AC") == 0) {
        take_replace(venue, peer, message);
    } else if (strcmp(type, "F") == 0) {
        take_cancel(venue, peer, message);
    } else if (strcmp(type, "H") == 0) {
        take_status(venue, peer, message);
    } else if (strcmp(type, "q") == 0 && peer->version != SIM_FIX42) {
        take_mass_cancel(venue, peer, message);
    } else {
        sim_port_say(venue->port, "note %s is not answered", type);
    }
}

void sim_venue_receive(struct sim_venue *venue,
                       struct sim_peer *peer,
                       const struct sim_message *message)
{
    int64_t now = venue->port->now_ns;
    int64_t due = venue->hold ? SIM_NEVER : now + venue->slow_ns;
    if (due > now || sim_inbox_waiting(&venue->inbox) > 0) {
        sim_inbox_keep(&venue->inbox, peer, due, message);
    } else {
        handle(venue, peer, message);
    }
}

void sim_venue_tick(struct sim_venue *venue)
{
    struct sim_kept kept;
    while (sim_inbox_take(&venue->inbox, venue->port->now_ns, &kept)) {
        struct sim_message message = sim_kept_message(&kept);
        handle(venue, kept.peer, &message);
        sim_kept_deinit(&kept);
    }
}

int64_t sim_venue_due(const struct sim_venue *venue)
{
    return sim_inbox_due(&venue->inbox);
}

void sim_venue_bust(struct sim_venue *venue, size_t at)
{
    const struct sim_fill *fill = &venue->book.fills[at];
    if (sim_book_bust(&venue->book, at)) {
        send_report(venue,
                    &(struct report){.order = &venue->book.orders[fill->order],
                                     .exec_type = 'H',
                                     .fill = fill,
                                     .reason = -1});
    }
}

void sim_venue_end(struct sim_venue *venue, size_t at, char status)
{
    sim_book_close(&venue->book, at, status);
    report_plain(venue, at, status);
}
