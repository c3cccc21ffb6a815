/*
 * The judge of the crash tests: a ledger fed only by what the simulators see on
 * their wires.
 *
 * It shares nothing with engine, codec or journal: amounts are added up from a
 * table of its own.  It holds against every message, at once: R13, R18, R21,
 * R22, R40, R45; and at the end, when all has come to rest: R23, R28, R43, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILL_LEDGER_H
#define KILL_LEDGER_H

#include <sim_port.h>

enum kill_peer { KILL_CLIENT, KILL_VENUE, KILL_HUB };

/* One application message, as a simulator sends it or hears it. */
struct kill_event {
    enum kill_peer peer;
    bool from_gate;
    bool possresend;
    const char *type;
    struct cg_slice body;
    int64_t at_ns;   /* when the simulator saw it */
    int64_t sent_ns; /* |from_gate|: 52, of a resent one 122 */
    int64_t left_ns; /* |from_gate|: 52 */
};

enum kill_model { KILL_PING, KILL_PUSH, KILL_BOTH, KILL_LIMITS };

/* The accounts, one limit each; and what may be traded. */
extern const struct kill_limit {
    const char *account;
    const char *id;   /* 1670 */
    const char *text; /* Model= */
    int client;       /* whose account */
    int64_t amount;   /* that the hub pushes, beyond what is filled */
} kill_limits[KILL_LIMITS];

#define KILL_SYMBOLS 2

extern const struct kill_symbol {
    const char *name;
    const char *dv01; /* per million, as in the table of instruments */
    int64_t rate;     /* the same in 1/10000 */
} kill_symbols[KILL_SYMBOLS];

/* An order, with its replaces. */
struct kill_order {
    size_t limit;
    size_t symbol;
    char side;
    size_t first;  /* its D */
    size_t newest; /* the request in force at the venue */
    size_t token;  /* SIM_NONE before the venue has it */
    bool fallback;
    /* The largest quantity that the gate may still have charged: it hears of
     * a fall later than the venue says it. */
    int64_t held;
    int64_t held_before; /* the last fall ... */
    int64_t fell_ns;     /* ... of which it has told its client then */
    /* The venue's words. */
    bool at_venue;
    bool open;
    int64_t qty;
    int64_t cum;
    char status; /* 39 */
    /* The same as its client has heard them. */
    int64_t heard_cum;
    char heard_status; /* 0: nothing so far */
    bool heard_reject;
    bool heard_fill;
};

/* One ClOrdID: D, G, F, q; P is the gate's own F. */
struct kill_request {
    char *id;
    char kind;
    size_t order; /* SIM_NONE: q */
    size_t older; /* of the same order, SIM_NONE: none */
    int64_t qty;
    bool at_venue;
    bool done;        /* the venue has answered it */
    unsigned answers; /* of the gate */
    bool heard;       /* by its client, from whomever */
};

struct kill_token {
    char *id; /* 2319 */
    size_t order;
    bool live;      /* granted, and not given back */
    bool ended;     /* given back */
    size_t settled; /* its newest submission that was answered */
    int64_t total;
    int64_t total_before; /* the last fall, or the end ... */
    int64_t fell_ns;      /* ... that was sent then */
    int64_t consumed;
};

/* One 2318. */
struct kill_ask {
    size_t token;
    char trans; /* 2320 */
    char type;  /* 2321 */
    int64_t amount;
    int64_t sent_ns;
    bool answered;
};

/* An amount that the hub has pushed, and when it may have been in force. */
struct kill_push {
    char id[24]; /* 1667 */
    size_t limit;
    int64_t amount;
    int64_t from_ns;
    int64_t to_ns;
};

struct kill_stop {
    char id[24]; /* 2328 of the last one */
    char action;
    int64_t since_ns; /* SIM_NEVER: no stop that the gate has confirmed */
};

struct kill_ledger {
    char failure[1024]; /* the first, empty: none */
    struct sim_index request_ids;
    struct sim_index token_ids;
    struct sim_index ask_ids;
    struct kill_order *orders;
    size_t order_count;
    struct kill_request *requests;
    size_t request_count;
    struct kill_token *tokens;
    size_t token_count;
    struct kill_ask *asks;
    size_t ask_count;
    struct kill_push *pushes;
    size_t push_count;
    struct kill_stop stops[KILL_LIMITS];
    size_t events;
};

void kill_ledger_init(struct kill_ledger *ledger);
void kill_ledger_deinit(struct kill_ledger *ledger);

/* Judges one message; |failure| says what is wrong with it. */
void kill_ledger_take(struct kill_ledger *ledger,
                      const struct kill_event *event);

/*
 * True while something is still to come, and |text| says what: the first
 * message without an answer, token that is live, ask without an answer, order
 * that is open, consumption that was not told, or difference of client and
 * venue.
 */
bool kill_ledger_open_end(const struct kill_ledger *ledger,
                          char *text,
                          size_t len);

/* D(q) of R2, and what the limit's orders have filled. */
int64_t kill_charge(size_t symbol, int64_t qty);
int64_t kill_ledger_filled(const struct kill_ledger *ledger, size_t limit);

#endif
