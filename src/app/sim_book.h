/*
 * The simulated venue's order book: price, then time.
 *
 * Knows orders and fills, no messages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H

#include "sim_port.h"

__extension__ typedef __int128 sim_int128;

/* OrdStatus(39). */
#define SIM_NEW '0'
#define SIM_PARTIALLY '1'
#define SIM_FILLED '2'
#define SIM_DONE_FOR_DAY '3'
#define SIM_CANCELED '4'
#define SIM_REJECTED '8'
#define SIM_EXPIRED 'C'

struct sim_order {
    struct sim_peer *peer;
    char order_id[24];
    char *clordid; /* the newest; older ones stay in the index */
    char *account;
    char *symbol;
    char side; /* 54 */
    char type; /* 40 */
    char tif;  /* 59 */
    int64_t qty;
    int64_t cum;
    int64_t price;     /* 0 for a market order */
    sim_int128 traded; /* sum of quantity times price */
    uint64_t rank;     /* time priority */
    char status;
    bool open;
    bool matches; /* false: filled by command only (multileg) */
};

struct sim_fill {
    char exec_id[24];
    size_t order;
    int64_t qty;
    int64_t price;
    bool busted;
};

struct sim_book {
    struct sim_order *orders;
    size_t order_count;
    size_t order_size;
    struct sim_fill *fills;
    size_t fill_count;
    size_t fill_size;
    size_t *open[2]; /* buys, sells; orders in the order they came */
    size_t open_count[2];
    size_t open_size[2];
    struct sim_index ids; /* session and ClOrdID */
    uint64_t ranks;
};

void sim_book_deinit(struct sim_book *book);

/*
 * Takes an order in; |order|'s texts become the book's.  Its place is returned,
 * and |clordid| found from then on.
 */
size_t sim_book_add(struct sim_book *book, const struct sim_order *order);

/* The order that |peer| calls |clordid| (or once called so), or SIM_NONE. */
size_t sim_book_find(const struct sim_book *book,
                     const struct sim_peer *peer,
                     struct cg_slice clordid);

/* A further ClOrdID of the order, the newest from now on. */
void sim_book_rename(struct sim_book *book,
                     size_t order,
                     struct cg_slice clordid);

/* The best open order on the other side that |order| crosses, or SIM_NONE. */
size_t sim_book_match(const struct sim_book *book, size_t order);

/* How much of |order| could trade at once. */
int64_t sim_book_crossing(const struct sim_book *book, size_t order);

/* Trades |qty| of |order|; closes it when nothing is left.  A fill's place. */
size_t
sim_book_fill(struct sim_book *book, size_t order, int64_t qty, int64_t price);

/* Takes a fill back; false when it was before.  The order does not reopen. */
bool sim_book_bust(struct sim_book *book, size_t fill);
size_t sim_book_fill_find(const struct sim_book *book, struct cg_slice exec_id);

/* New quantity and price; a rise or another price loses the place. */
void sim_book_replace(struct sim_book *book,
                      size_t order,
                      int64_t qty,
                      int64_t price);

/* Ends an order as |status|. */
void sim_book_close(struct sim_book *book, size_t order, char status);

int64_t sim_order_leaves(const struct sim_order *order);
int64_t sim_order_average(const struct sim_order *order);

#endif
