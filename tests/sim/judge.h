/*
 * The judge of the simulator: a ledger of its own, fed only by what crosses the
 * gate's wires.
 *
 * It shares nothing with engine, codec or journal: fields are read by the
 * simulators' reader, amounts are added up from the desk's tables.  What it
 * hears comes in the gate's own order, turn by turn, so each message is judged
 * by what the gate must have known at that moment.
 *
 * Rules: R2, R11 to R14, R17, R18, R21, R22, R24 to R31, R40, R42 to R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "desk.h"
#include <sim_port.h>

enum judge_way {
    JUDGE_IN,       /* the gate has taken it, and that is durable */
    JUDGE_SAID,     /* the gate says it, and that is durable */
    JUDGE_RESENT,   /* it leaves once more, as the peer asked for it */
    JUDGE_WITHHELD, /* it was asked for, and is gap-filled */
    JUDGE_HEARD,    /* the peer has it, once */
    JUDGE_REJECTED, /* the peer's FIX session rejects what the gate said */
};

struct judge_event {
    enum judge_way way;
    int session;
    const char *type;
    struct cg_slice body;
    bool possdup;
    bool possresend;
    bool unheard; /* of REJECTED: it is lost */
    int64_t at;   /* the gate's time */
};

/* One ClOrdID: D, G, F, q; P is the gate's own F. */
struct judge_request {
    char *id;
    int session; /* the client's */
    char kind;
    size_t order; /* SIM_NONE: q, or of an order that is not known */
    size_t older; /* of the same order; SIM_NONE: none */
    int64_t qty;
    int64_t in_at;
    char *body;        /* as it came in */
    bool said;         /* forwarded */
    bool heard;        /* by the venue */
    bool withheld;     /* gap-filled */
    bool unsure;       /* it, or its answer, is lost for ever */
    bool unheard;      /* it was rejected, and the gate has not heard that */
    bool swept;        /* a mass cancel came while it waited */
    bool rejected;     /* by the venue's FIX session */
    bool named;        /* a status names it, and that its order is over */
    bool done;         /* the venue has answered it */
    bool refused;      /* ... by a 9 */
    bool told;         /* its client has heard of it */
    unsigned answers;  /* of the gate */
    unsigned again;    /* how often its id came in once more */
    unsigned asked;    /* ... as a question (97=Y) */
    unsigned refusals; /* of these */
};

/* An order with its replaces. */
struct judge_order {
    int session;
    size_t account;
    size_t symbol;
    char side;
    size_t first;
    size_t newest; /* in force at the venue, as the gate knows */
    size_t token;
    bool fallback;
    int64_t fallback_at;
    bool open;    /* the venue has it, or may come to have it */
    bool reports; /* the venue has spoken of it */
    bool unknown; /* the venue does not know it */
    bool unsure;  /* what the venue has said of it may be lost for ever */
    int64_t qty;
    int64_t cum;
    char status; /* 39 as the gate has heard it */
    bool pulled; /* the gate has sent an F of its own */
    unsigned pulls;
    int64_t pulled_at;     /* the last of them */
    int64_t said_at;       /* its D was forwarded */
    const char *must_pull; /* the rule that wants one; NULL: none does */
    /* As its client has heard it. */
    int64_t heard_cum;
    char heard_status;
    bool heard_reject;
    bool heard_fill;
};

struct judge_token {
    char *id; /* 2319 */
    size_t limit;
    size_t order;
    size_t newest; /* the newest submission (2321=0) */
    bool live;
    bool ended;       /* the gate has given it back */
    bool invalidated; /* 2325=4 */
    bool granted;     /* ever */
    bool confirmed;   /* the hub has answered that it was given back */
    int64_t total;
    int64_t told; /* as consumed */
    int64_t expires;
};

/* One 2318. */
struct judge_ask {
    size_t token;
    char trans; /* 2320 */
    char type;  /* 2321 */
    int64_t amount;
    int64_t said_at;
    bool pending;  /* 2325=3 */
    bool answered; /* the first that is final counts */
    char answer;
    unsigned said;
};

struct judge_limit {
    int64_t amount;
    int64_t other; /* may be in force as well, until it is known; -1: none */
    int64_t refreshed;
    bool lowered;    /* in this turn */
    bool loose;      /* what the owner said leaves open what is in force */
    char update[24]; /* 1667 of what is not answered yet */
    int64_t update_amount;
    int64_t update_made; /* 60 */
    bool update_removes;
    bool removed;
    int64_t made; /* of what is in force */
};

struct judge_stop {
    char id[24]; /* 2328 */
    char action; /* 2329 */
    bool drill;
    bool on;
};

/* A report that has to be passed on before the turn ends (R43). */
struct judge_pass {
    char exec_id[32];
    int client;
    bool due;
};

#define JUDGE_PASSES 16

struct judge {
    char failure[1024]; /* the first one; empty: none */
    struct sim_index request_ids;
    struct sim_index token_ids;
    struct sim_index ask_ids;
    struct sim_index exec_ids;
    struct judge_request *requests;
    size_t request_count;
    struct judge_order *orders;
    size_t order_count;
    struct judge_token *tokens;
    size_t token_count;
    struct judge_ask *asks;
    size_t ask_count;
    struct judge_limit limits[DESK_LIMITS];
    struct judge_stop stops[DESK_ACCOUNTS];
    struct judge_pass passes[JUDGE_PASSES];
    size_t pass_count;
    size_t last_in; /* what a client has just said, or SIM_NONE */
    size_t cancel;  /* the F that must be seen to before the turn ends */
    bool up[DESK_SESSIONS];
    int64_t slack_ns; /* the gate was not run for so long */
    bool restarted;   /* in this turn */
    uint64_t events;
};

void judge_init(struct judge *judge);
void judge_deinit(struct judge *judge);

/* Judges one message; |failure| says what is wrong with it. */
void judge_take(struct judge *judge, const struct judge_event *event);

/* What the gate's host tells it besides. */
void judge_link(struct judge *judge, int session, bool up);
/* Numbers begin at 1 again: what the peer has not heard it never will, nor the
 * gate what the peer has said. */
void judge_reset(struct judge *judge, int session);
void judge_restarted(struct judge *judge);

/* All that came of one commit was told. */
void judge_turn_ends(struct judge *judge, int64_t now);

/*
 * True while something is still to come, and |text| says what: an order without
 * an answer or that is open, a token or an ask without its end, a client that
 * knows less than the venue.
 */
bool judge_open_end(const struct judge *judge, char *text, size_t len);

/* What the orders of a limit have filled. */
int64_t judge_filled(const struct judge *judge, size_t limit);

/* --- between the parts of the judge --------------------------------------- */

void judge_wrong(struct judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void *judge_room(void *things, size_t count, size_t size);
int64_t judge_number(struct cg_slice body, int tag, int digits);
struct judge_request *
judge_request_named(const struct judge *judge, int session, struct cg_slice id);
struct judge_request *judge_request_add(struct judge *judge,
                                        const struct judge_event *event,
                                        int client,
                                        char kind);
void judge_request_join(struct judge *judge,
                        struct judge_request *request,
                        size_t order);
int64_t judge_worst(const struct judge *judge, const struct judge_order *order);
int64_t judge_use(const struct judge *judge, size_t limit);
/* Without orders that are being cancelled.  On |side| they weigh: 1 or 2; B:
 * both; 0: neither alone. */
int64_t judge_use_staying(const struct judge *judge, size_t limit, char *side);
bool judge_status_is_open(char status);
char judge_exec(const struct judge_event *event); /* 150; I: a status */

/* judge_pull.c: what the gate must cancel by itself. */
void judge_must_pull(struct judge *judge, size_t order, const char *rule);
void judge_must_pull_all(struct judge *judge, size_t account, const char *rule);
void judge_pulls(struct judge *judge, int64_t now);
bool judge_goes(const struct judge *judge, const struct judge_order *order);

/* judge_credit.c: the hub's wire, and what stands behind a forward. */
int64_t judge_time(struct cg_slice text); /* ns since 1970 */
void judge_hub_in(struct judge *judge, const struct judge_event *event);
void judge_hub_said(struct judge *judge, const struct judge_event *event);
struct judge_token *
judge_token_of(struct judge *judge, struct cg_slice id, bool add);
void judge_cover(struct judge *judge,
                 const struct judge_request *request,
                 const struct judge_event *event,
                 bool raises);
void judge_amounts(struct judge *judge,
                   const struct judge_request *request,
                   const int64_t *before);

/* judge_client.c: the clients' wires. */
void judge_client_in(struct judge *judge, const struct judge_event *event);
void judge_client_said(struct judge *judge, const struct judge_event *event);
void judge_client_heard(struct judge *judge, const struct judge_event *event);

#endif
