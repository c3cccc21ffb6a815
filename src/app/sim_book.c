/*
 * The simulated venue's order book.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_book.h"

#include <stdio.h>
#include <stdlib.h>

void sim_book_deinit(struct sim_book *book)
{
    for (size_t i = 0; i < book->order_count; i++) {
        free(book->orders[i].clordid);
        free(book->orders[i].account);
        free(book->orders[i].symbol);
    }
    free(book->orders);
    free(book->fills);
    free(book->open[0]);
    free(book->open[1]);
    sim_index_deinit(&book->ids);
    *book = (struct sim_book){0};
}

static int side_of(const struct sim_order *order)
{
    return order->side == '1' ? 0 : 1;
}

static struct cg_slice key_of(const struct sim_peer *peer,
                              struct cg_slice clordid,
                              char *buf,
                              size_t len)
{
    int size = snprintf(buf, len, "%s %.*s", peer->name, (int)clordid.len,
                        clordid.data);
    return (struct cg_slice){buf, size > 0 && (size_t)size < len ? (size_t)size
                                                                 : len - 1};
}

static void open_push(struct sim_book *book, int side, size_t order)
{
    if (book->open_count[side] == book->open_size[side]) {
        book->open_size[side] = book->open_size[side] * 2 + 64;
        book->open[side] = sim_grow(book->open[side], book->open_size[side],
                                    sizeof(*book->open[side]));
    }
    book->open[side][book->open_count[side]++] = order;
}

static void open_remove(struct sim_book *book, int side, size_t order)
{
    size_t at = 0;
    while (at < book->open_count[side] && book->open[side][at] != order) {
        at++;
    }
    if (at < book->open_count[side]) {
        book->open_count[side]--;
        memmove(&book->open[side][at], &book->open[side][at + 1],
                (book->open_count[side] - at) * sizeof(*book->open[side]));
    }
}

size_t sim_book_add(struct sim_book *book, const struct sim_order *order)
{
    char key[256];
    if (book->order_count == book->order_size) {
        book->order_size = book->order_size * 2 + 64;
        book->orders = sim_grow(book->orders, book->order_size,
                                sizeof(*book->orders));
    }
    size_t at = book->order_count++;
    struct sim_order *own = &book->orders[at];
    *own = *order;
    own->open = true;
    own->status = SIM_NEW;
    own->rank = ++book->ranks;
    snprintf(own->order_id, sizeof(own->order_id), "V%zu", book->order_count);
    open_push(book, side_of(own), at);
    sim_index_set(
        &book->ids,
        key_of(own->peer, cg_slice_str(own->clordid), key, sizeof(key)), at);
    return at;
}

size_t sim_book_find(const struct sim_book *book,
                     const struct sim_peer *peer,
                     struct cg_slice clordid)
{
    char key[256];
    return sim_index_get(&book->ids, key_of(peer, clordid, key, sizeof(key)));
}

void sim_book_rename(struct sim_book *book, size_t at, struct cg_slice clordid)
{
    char key[256];
    struct sim_order *order = &book->orders[at];
    free(order->clordid);
    order->clordid = sim_copy(clordid);
    sim_index_set(&book->ids, key_of(order->peer, clordid, key, sizeof(key)),
                  at);
}

/* Whether the two would trade: same symbol, prices crossing. */
static bool crosses(const struct sim_order *taker,
                    const struct sim_order *maker)
{
    if (!maker->matches || strcmp(taker->symbol, maker->symbol) != 0) {
        return false;
    }
    return taker->type == '1' ||
           (taker->side == '1' ? taker->price >= maker->price
                               : taker->price <= maker->price);
}

/* Whether |a| comes before |b| when both are on one side. */
static bool before(const struct sim_order *a, const struct sim_order *b)
{
    if (a->price != b->price) {
        return a->side == '1' ? a->price > b->price : a->price < b->price;
    }
    return a->rank < b->rank;
}

size_t sim_book_match(const struct sim_book *book, size_t at)
{
    const struct sim_order *taker = &book->orders[at];
    int other = 1 - side_of(taker);
    size_t best = SIM_NONE;
    if (!taker->matches) {
        return SIM_NONE;
    }
    for (size_t i = 0; i < book->open_count[other]; i++) {
        size_t found = book->open[other][i];
        const struct sim_order *maker = &book->orders[found];
        if (crosses(taker, maker) &&
            (best == SIM_NONE || before(maker, &book->orders[best]))) {
            best = found;
        }
    }
    return best;
}

int64_t sim_book_crossing(const struct sim_book *book, size_t at)
{
    const struct sim_order *taker = &book->orders[at];
    int other = 1 - side_of(taker);
    int64_t sum = 0;
    for (size_t i = 0; taker->matches && i < book->open_count[other]; i++) {
        const struct sim_order *maker = &book->orders[book->open[other][i]];
        if (crosses(taker, maker) &&
            __builtin_add_overflow(sum, sim_order_leaves(maker), &sum)) {
            return INT64_MAX;
        }
    }
    return sum;
}

static char status_of(const struct sim_order *order)
{
    if (order->cum == 0) {
        return SIM_NEW;
    }
    return order->cum < order->qty ? SIM_PARTIALLY : SIM_FILLED;
}

size_t
sim_book_fill(struct sim_book *book, size_t at, int64_t qty, int64_t price)
{
    struct sim_order *order = &book->orders[at];
    order->cum += qty;
    order->traded += (sim_int128)qty * price;
    if (order->open) {
        order->status = status_of(order);
    }
    if (order->open && order->status == SIM_FILLED) {
        sim_book_close(book, at, SIM_FILLED);
    }
    if (book->fill_count == book->fill_size) {
        book->fill_size = book->fill_size * 2 + 64;
        book->fills = sim_grow(book->fills, book->fill_size,
                               sizeof(*book->fills));
    }
    struct sim_fill *fill = &book->fills[book->fill_count];
    *fill = (struct sim_fill){.order = at, .qty = qty, .price = price};
    snprintf(fill->exec_id, sizeof(fill->exec_id), "F%zu",
             book->fill_count + 1);
    return book->fill_count++;
}

bool sim_book_bust(struct sim_book *book, size_t at)
{
    struct sim_fill *fill = &book->fills[at];
    struct sim_order *order = &book->orders[fill->order];
    if (fill->busted) {
        return false;
    }
    fill->busted = true;
    order->cum -= fill->qty;
    order->traded -= (sim_int128)fill->qty * fill->price;
    if (order->open) {
        order->status = status_of(order);
    } else if (order->status == SIM_FILLED) {
        order->status = SIM_CANCELED; /* what was busted is not on offer */
    }
    return true;
}

size_t sim_book_fill_find(const struct sim_book *book, struct cg_slice exec_id)
{
    for (size_t i = book->fill_count; i > 0; i--) {
        if (cg_slice_is(exec_id, book->fills[i - 1].exec_id)) {
            return i - 1;
        }
    }
    return SIM_NONE;
}

void sim_book_replace(struct sim_book *book,
                      size_t at,
                      int64_t qty,
                      int64_t price)
{
    struct sim_order *order = &book->orders[at];
    if (qty > order->qty || price != order->price) {
        order->rank = ++book->ranks;
    }
    order->qty = qty;
    order->price = price;
    order->status = status_of(order);
    if (order->status == SIM_FILLED) {
        sim_book_close(book, at, SIM_FILLED);
    }
}

void sim_book_close(struct sim_book *book, size_t at, char status)
{
    struct sim_order *order = &book->orders[at];
    if (order->open) {
        open_remove(book, side_of(order), at);
    }
    order->open = false;
    order->status = status;
}

int64_t sim_order_leaves(const struct sim_order *order)
{
    return order->open && order->qty > order->cum ? order->qty - order->cum : 0;
}

int64_t sim_order_average(const struct sim_order *order)
{
    return order->cum > 0 ? (int64_t)(order->traded / order->cum) : 0;
}
