/*
 * A client under load: what it asks for, and a ledger of what it is told.
 *
 * The ledger judges by the messages alone: each request has one answer, never
 * two; what is filled adds up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include "load_wire.h"

#define LOAD_MILLION 1000000
/* Of an instrument whose DV01 is a whole number for each million. */
#define LOAD_DV01 904
/* Above this many millions the gate's own limit on one order refuses. */
#define LOAD_CLIP_MILLIONS 20
#define LOAD_BUCKETS 40

struct load_order {
    int64_t qty; /* millions, as do those below */
    int64_t cum;
    int64_t price;
    size_t newest; /* the request whose ClOrdID it has */
    char side;
    bool open; /* for its client */
    bool busy; /* a replace or cancel waits for its answer */
};

struct load_request {
    int64_t sent_ns;
    size_t order;
    int64_t qty;
    uint32_t logon; /* in which it was sent, as its client counts them */
    char kind;      /* D, G, F */
    bool answered;
};

/* Times, counted by powers of two. */
struct load_times {
    uint64_t counts[LOAD_BUCKETS];
    uint64_t count;
    int64_t max_ns;
};

struct load_client {
    struct wire *wire;
    const char *account;
    uint32_t number;
    uint64_t state; /* of its random numbers */
    struct load_order *orders;
    size_t order_count;
    size_t order_size;
    struct load_request *requests;
    size_t request_count;
    size_t request_size;
    size_t first_open; /* no order before it is open */
    size_t open;
    size_t waiting;
    uint64_t answers;
    uint64_t refused;
    uint64_t fills;
    uint64_t news;
    int64_t filled;    /* millions */
    int64_t probed_ns; /* when the TestRequest left that is out; 0: none */
    struct load_times *answer_times; /* NULL: not of interest */
    struct load_times *probe_times;
    char failure[256];
};

void load_times_add(struct load_times *times, int64_t ns);
/* The time that |per_mille| of them did not exceed, about. */
double load_times_ms(const struct load_times *times, unsigned per_mille);

void load_client_init(struct load_client *client,
                      struct wire *wire,
                      uint32_t number,
                      const char *account);
void load_client_deinit(struct load_client *client);
void load_client_order(struct load_client *client);
/* An order, a replace or a cancel. */
void load_client_act(struct load_client *client);
/* Asks to cancel what is open and not busy, at most |most|. */
void load_client_cancel_all(struct load_client *client, size_t most);
/* A TestRequest, unless one is out. */
void load_client_probe(struct load_client *client);
/* All that it has been told of once more, and nothing is new in it. */
void load_client_ask_all_again(struct load_client *client);
bool load_client_failed(struct load_client *client);
/* NULL, or what is not done yet. */
const char *load_client_unsettled(const struct load_client *client);

#endif
