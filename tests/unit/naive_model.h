/*
 * What a gate with two orders and two limits must do, in the plainest words
 * that say it: fixed arrays, long integers, every sum made anew each time it is
 * asked for.
 *
 * Written from docs/rules.md and sharing nothing with src/: no header, no type,
 * no rounding, no formula.  It can be told to get one thing wrong, so that a
 * comparison with it can be shown to notice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_NAIVE_MODEL_H
#define CG_TESTS_NAIVE_MODEL_H

#include <stdbool.h>

enum {
    NAIVE_ORDERS = 2,
    NAIVE_LIMITS = 2,
    NAIVE_REQUESTS = 16,
    NAIVE_ASKS = 16,
    NAIVE_WORDS = 48,
    NAIVE_REASONS = 4,
};

/* One rule that the model gets wrong on purpose. */
enum naive_mistake {
    NAIVE_RIGHT,
    NAIVE_ROUNDS_DOWN,       /* R2: up */
    NAIVE_ROUNDS_SLICES,     /* R2: the whole, never its slices */
    NAIVE_NETS_A_GROSS,      /* R12 */
    NAIVE_NETS_OPEN_ORDERS,  /* R12: buys and sells never net each other */
    NAIVE_REFUSES_THE_EDGE,  /* R13: what just fits passes */
    NAIVE_PASSES_EDGE_PLUS,  /* R13: what just does not fit is refused */
    NAIVE_FIRST_LIMIT_ONLY,  /* R11: every limit */
    NAIVE_RELEASES_TWICE,    /* R23 */
    NAIVE_FALL_FREES_EARLY,  /* R41: not before the venue confirms */
    NAIVE_CANCEL_FREES,      /* R42: nor does a cancel */
    NAIVE_REFUSED_RAISE_IN,  /* R41: a refused replace leaves no charge */
    NAIVE_LATE_FILL_LOST,    /* R43: CumQty counts, whenever it comes */
    NAIVE_OVERRUN_UNCOUNTED, /* R13 */
    NAIVE_PULLS_OLDEST,      /* R17: newest first */
    NAIVE_STOP_LETS_RAISE,   /* R18 */
    NAIVE_LATE_GRANT_LIVES,  /* R28: it goes back */
    NAIVE_PARTIAL_IS_ENOUGH, /* R24: it is handed back */
    NAIVE_MISTAKES,
};

const char *naive_mistake_name(enum naive_mistake mistake);

enum naive_status {
    NAIVE_ABSENT,
    NAIVE_REFUSED, /* never went to the venue */
    NAIVE_WAITING,
    NAIVE_SENT,
    NAIVE_OPEN,
    NAIVE_CLOSED,
};

enum naive_request_kind {
    NAIVE_NEW,
    NAIVE_REPLACE,
    NAIVE_CANCEL,
    NAIVE_PULL, /* the gate's own cancel */
};

enum naive_request_state {
    NAIVE_REQUEST_BEHIND, /* waits for what waits before it */
    NAIVE_REQUEST_WAITS,
    NAIVE_REQUEST_SENT,
    NAIVE_REQUEST_DONE,
    NAIVE_REQUEST_NO,
};

struct naive_request {
    enum naive_request_kind kind;
    enum naive_request_state state;
    long qty;
    int terms; /* all but the quantity */
};

enum naive_ask_kind {
    NAIVE_ASK_NEW,
    NAIVE_ASK_CONSUMED,
    NAIVE_ASK_CANCEL,
    NAIVE_ASK_RAISE,
    NAIVE_ASK_LOWER,
    NAIVE_ASK_RESTATE,
    NAIVE_ASK_BUST,
};

struct naive_ask {
    enum naive_ask_kind kind;
    long amount;
    bool out; /* not answered yet */
};

enum naive_line_state {
    NAIVE_LINE_NONE,
    NAIVE_LINE_ASKED,
    NAIVE_LINE_LIVE,
    NAIVE_LINE_SPENT,
    NAIVE_LINE_RETURNING,
    NAIVE_LINE_CLOSED,
};

/* One order under one limit. */
struct naive_line {
    enum naive_line_state state;
    bool ping;
    bool taken_back;
    bool busted;
    bool kept;    /* the hub refused a fall */
    bool late;    /* a grant came after all, and nothing was said since */
    long unheard; /* busted, of a trade that the hub has not heard of */
    bool used_up; /* it ended with nothing left to give back */
    bool denied;  /* what the venue raised by itself */
    long charge;  /* what was last charged, by the moves */
    long filled;  /* by the moves, too: only NAIVE_ROUNDS_SLICES needs it */
    long granted;
    long overrun;
    long reserved;
    long consumed;
    long released;
    long invalidated;
    long handed_back;
    long asked;  /* the life total that was last asked for */
    int current; /* the submission that is out, or -1 */
    int ask_count;
    struct naive_ask asks[NAIVE_ASKS];
};

struct naive_order {
    enum naive_status status;
    bool buys;
    bool was_sent;
    long cum;
    int in_force; /* request */
    int raise;    /* request that waits for credit, or -1 */
    int pull;     /* the newest, or -1 */
    int pull_reason;
    int request_count;
    struct naive_request requests[NAIVE_REQUESTS];
    struct naive_line lines[NAIVE_LIMITS];
};

struct naive_limit {
    long amount;
    long rate; /* per million of notional */
    bool net;
    bool ping;
};

enum naive_word_kind {
    NAIVE_SAYS_FORWARD,
    NAIVE_SAYS_REFUSE,
    NAIVE_SAYS_REFUSE_REQUEST,
    NAIVE_SAYS_CANCELLED,
    NAIVE_SAYS_PASS,
    NAIVE_SAYS_PASS_PULLED,
    NAIVE_SAYS_PULL,
    NAIVE_SAYS_ASK,
};

/* One message out.  Which of several limits that refuse is named first is no
 * rule, so a refusal has the reasons of all of them. */
struct naive_word {
    enum naive_word_kind kind;
    int order;
    int request;
    int limit;  /* of an ask */
    int detail; /* kind of an ask; id that a pull means */
    long amount;
    int reason_count;
    int reasons[NAIVE_REASONS];
};

struct naive_model {
    enum naive_mistake mistake;
    bool suspended;
    bool halted;
    struct naive_limit limits[NAIVE_LIMITS];
    int order_count;
    struct naive_order orders[NAIVE_ORDERS];
    int word_count; /* of the last event */
    struct naive_word words[NAIVE_WORDS];
};

/* --- sums, from the lists ----------------------------------------------- */

long naive_use(const struct naive_model *model, int limit);
long naive_available(const struct naive_model *model, int limit, bool buys);
long naive_worst(const struct naive_model *model, int order);

/* The largest quantity that a new order, or a replace of |order|, may have. */
long naive_edge_new(const struct naive_model *model, bool buys);
long naive_edge_replace(const struct naive_model *model, int order);

/* --- events; each leaves its messages in |words| ------------------------ */

void naive_new(struct naive_model *model, bool buys, long qty);
void naive_replace(struct naive_model *model, int order, long qty, bool other);
void naive_cancel(struct naive_model *model, int order);

/* The venue; |request| is the one that the report names. */
void naive_ack(struct naive_model *model, int order, int request);
void naive_fill(struct naive_model *model, int order, long cum, bool ends);
void naive_bust(struct naive_model *model, int order, long cum);
void naive_ended(struct naive_model *model, int order, int request);
void naive_rejected(struct naive_model *model, int order, int request);
void naive_replaced(struct naive_model *model, int order, int request);
void naive_restated(struct naive_model *model, int order, long qty);
void naive_cancel_rejected(struct naive_model *model, int order, int request);

/* The hub; |status| is 2325. */
void naive_answer(struct naive_model *model,
                  int order,
                  int limit,
                  int ask,
                  int status,
                  long approved);
void naive_taken_back(struct naive_model *model, int order, int limit);
void naive_amount(struct naive_model *model, int limit, long amount);
void naive_stop(struct naive_model *model, bool halt);
void naive_reinstate(struct naive_model *model);

/* The hard deadline passes. */
void naive_deadline(struct naive_model *model);

#endif
