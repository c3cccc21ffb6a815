/*
 * The state of a gate: what its facts add up to.  Only apply.c changes it;
 * everyone else reads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_STATE_H
#define CG_ENGINE_STATE_H

#include "heap.h"
#include "id.h"
#include "map.h"
#include "package.h"
#include "recent.h"
#include "slice.h"
#include <configuration.h>
#include <creditgate/fact.h>
#include <creditgate/reason.h>

#define CG_STOP_REQUESTS_MAX 64 /* halts under way, of each placer */
#define CG_ACCOUNT_LIMITS_MAX 64

/* Clearing houses that accounts and limits name; an order may have none, or
 * one that neither does: CG_CCP_OTHER less the number of those that were named
 * when it came. */
#define CG_CCPS_MAX 64
#define CG_CCP_NONE ((uint16_t)0xffff)
#define CG_CCP_OTHER ((uint16_t)0xfffe)
#define CG_REPLACES_MAX 8 /* of one order that wait at a time (R41, R44) */

/* One byte, in structs of which there are millions. */
#define CG_BYTE __attribute__((packed))

/* --- tokens (R20, R21, R23) --------------------------------------------- */

/*
 *            grant          order sent        all used, or confirmed
 *   ASKED ----------> LIVE ------------> SPENT ---------------> CLOSED
 *     |                |                   |                      ^
 *     |                +--- unused --------+---> RETURNING -------+
 *     +--- given up (a late grant comes here) ------^             |
 *     +--- denied ------------------------------------------------+
 *
 * A token of the push model starts LIVE: the gate grants it to itself.
 */
enum CG_BYTE cg_token_state {
    CG_TOKEN_FREE,
    CG_TOKEN_ASKED,
    CG_TOKEN_LIVE,
    CG_TOKEN_SPENT,
    CG_TOKEN_RETURNING,
    CG_TOKEN_CLOSED,
    CG_TOKEN_STATES,
};

/* Why a token ended, and so where what was not consumed went (R23). */
enum CG_BYTE cg_token_end {
    CG_END_NONE,
    CG_END_CONSUMED,
    CG_END_DENIED,
    CG_END_TIMED_OUT,
    CG_END_RELEASED,
    CG_END_EXPIRED,
    CG_END_INVALIDATED,
    CG_END_HANDED_BACK,
    CG_TOKEN_ENDS,
};

/* granted + overrun = reserved + consumed + released + expired + invalidated +
 * handed_back, in each token and in each limit and side. */
struct cg_ledger {
    cg_dv01 granted;
    cg_dv01 overrun;
    cg_dv01 reserved;
    cg_dv01 consumed;
    cg_dv01 released;
    cg_dv01 expired;
    cg_dv01 invalidated;
    cg_dv01 handed_back;
};

/*
 * One order under one limit: its charge on the limit's use, and the hub's
 * approval (or the gate's own) behind it.
 */
struct cg_token {
    enum cg_token_state state;
    enum cg_token_end end;
    enum cg_model model : 8; /* PING: asked for; PUSH: granted by the gate */
    char side;
    uint8_t sum;   /* enum cg_sum: how its amounts follow from the order */
    bool spent;    /* its order was forwarded: fills count here */
    bool fallback; /* stands in for a ping token that was too slow (R27) */
    bool pending;  /* the hub said 2325=3: only the hard deadline counts */
    bool removed;  /* its limit was: the hub may hold it all the same (R30) */
    bool busted;   /* of what it consumed, a part was taken back */
    bool kept;     /* the hub refused a fall: it may hold more than it should */
    bool denied;   /* the hub does not grant its charge, raised by the venue */
    bool late;     /* a late grant was heard since the newest submission */
    uint32_t order;       /* slot */
    uint32_t limit;       /* slot */
    uint32_t next;        /* of the same order; of the free list */
    uint32_t ask;         /* the submission outstanding, or CG_NONE (R24) */
    uint32_t asks;        /* outstanding ones, of any kind, newest first */
    uint32_t prices;      /* of replaces under way, or CG_NONE (R7) */
    uint32_t epoch;       /* of the limit's refresh, for the fallback budget */
    uint32_t shares;      /* of legs; CG_NONE: its order is no package (R5) */
    cg_seq number;        /* in 2319 */
    cg_seq first_ask;     /* 2318 of its first submission */
    cg_seq last_approved; /* 2318 of the newest one that the hub approved */
    cg_dv01 rate;         /* per million, in the limit's currency */
    cg_dv01 charge;       /* D(worst quantity), counted in the limit's use */
    cg_dv01 filled;       /* the part filled: in P and gross of the limit */
    cg_dv01 asked;        /* the life total of the newest submission (R24) */
    cg_dv01 unsure;       /* the part of the charge that has not gone on yet: it
                             does not count in warnings (R52) */
    struct cg_ledger ledger;
    cg_dv01 ahead;   /* told of as consumed, and is not by a new price (R25) */
    cg_dv01 untold;  /* consumed before the limit came (R11) */
    cg_dv01 unheard; /* taken back of a trade that its owner has not heard of */
    cg_time granted_at;
    cg_time expires;
    cg_time renewed_for; /* the expiry for which a renewal was asked (R29) */
    /* What of |filled| is from before the limit's reset (R48): written when the
     * limit's day was |day|; all of it when that is over. */
    cg_dv01 earlier;
    uint32_t day;
};

/* What an ExecutionReport says, in one word, whatever the FIX version. */
enum cg_report_kind {
    CG_REPORT_OTHER, /* status, pending: CumQty is still taken */
    CG_REPORT_NEW,
    CG_REPORT_FILL,
    CG_REPORT_CANCELLED,
    CG_REPORT_REPLACED,
    CG_REPORT_REJECTED,
    CG_REPORT_EXPIRED,
    CG_REPORT_DONE_FOR_DAY,
    CG_REPORT_RESTATED,
    CG_REPORT_CORRECTED, /* a trade cancel or correct: CumQty may fall */
    CG_REPORT_PENDING,
};

/*
 * The rate that a replace under way has for one token, or for one leg in it,
 * when it raises the quantity and the tables have changed: in force once the
 * venue accepts it (R7).  Until then, and if it is refused, the token's own
 * rate is.
 */
struct cg_price {
    uint32_t request;
    uint32_t leg;  /* CG_NONE: its order is no package */
    uint32_t next; /* of the same token, newest first; of the free list */
    cg_dv01 rate;
};

/* --- orders (R40..R46) -------------------------------------------------- */

/*
 *   QUEUED
 *    |  ^   there is room under all limits, or it ends
 *    v  |    all tokens live        first word of the venue
 *   WAITING ----------------> SENT ------------------> OPEN
 *      |                        |                        |
 *      +-- refused, cancelled --+--- filled, cancelled --+---> CLOSED
 *
 * A QUEUED order has no token and no charge (R44).
 */
enum CG_BYTE cg_order_state {
    CG_ORDER_FREE,
    CG_ORDER_QUEUED,
    CG_ORDER_WAITING,
    CG_ORDER_SENT,
    CG_ORDER_OPEN,
    CG_ORDER_CLOSED,
    CG_ORDER_STATES,
};

/* What the venue's answer to a status request was. */
enum cg_status {
    CG_STATUS_KNOWN,
    CG_STATUS_NEVER_THERE, /* unknown, and never reported on (R22) */
    CG_STATUS_LOST,        /* unknown, though it was reported on */
    CG_STATUS_REFUSED,
    CG_STATUS_UNANSWERED,
    CG_STATUS_LATE, /* to a request that was said again since */
};

struct cg_order {
    enum cg_order_state state;
    char side;
    char time_in_force;
    bool sent;        /* it has been forwarded */
    bool forgettable; /* in the list of closed ones */
    bool doubtful;    /* in the list of those that stay for a replace (R22) */
    bool soft_passed; /* the soft deadline has been acted on (R26) */
    uint8_t ended_by; /* enum cg_report_kind of its end */
    bool lost;        /* the venue does not know it any more */
    cg_session client;
    cg_session venue;
    uint32_t account;    /* slot */
    uint16_t ccp;        /* slot, CG_CCP_NONE or of CG_CCP_OTHER */
    uint32_t instrument; /* slot; CG_NONE: a package */
    uint32_t legs;       /* the first one, or CG_NONE (R5) */
    uint32_t request;    /* the ClOrdID in force */
    uint32_t requests;   /* all its ClOrdIDs, newest first */
    uint32_t raise;      /* the replace that waits for credit, or CG_NONE */
    uint32_t behind;     /* how many wait behind that, or behind the order */
    uint32_t pull;       /* the gate's own newest F, or CG_NONE (R31) */
    enum cg_reason pull_reason;
    uint32_t places; /* in queues, or CG_NONE */
    uint32_t tokens; /* list */
    uint32_t
        next; /* of the account's open ones; of either list of closed ones */
    uint32_t previous;
    cg_seq number;
    cg_qty qty;       /* confirmed OrderQty */
    cg_qty worst_qty; /* the largest it may still become (R41) */
    cg_qty cum_qty;
    cg_time taken_at;
    cg_time asked_at; /* when it left the queue, else as above (R26) */
    struct cg_id venue_order_id;
    uint32_t round;    /* the venue's logon that its status is known since */
    uint32_t inquired; /* the ClOrdID in the gate's H, or CG_NONE */
    cg_seq inquiry;    /* the number of that H */
    cg_time inquired_at;
    uint8_t inquiries; /* status requests without an answer, in a row */
    uint8_t own_asks;  /* of all that the gate sent, those without an answer */
    uint8_t client_asks; /* the client's own that are out */
};

/*
 * A place in a queue: of a limit that an order waits for, or of all orders that
 * are queued.  A queue is sorted by the orders' numbers, oldest first (R44).
 */
struct cg_place {
    uint32_t order;
    uint32_t limit; /* CG_NONE: in the queue of all */
    uint32_t next;
    uint32_t previous;
    uint32_t other; /* of the same order; of the free list */
};

struct cg_queue {
    uint32_t first;
    uint32_t last;
};

#define CG_QUEUE_PLACES (CG_COVER_MAX + 1) /* that one order can have */

/*
 * One ClOrdID: a new order, a replace, a cancel, or the gate's own cancel.
 *
 *            its turn
 *   BEHIND -----------> WAITING --> SENT --> ACCEPTED
 *     |                    |          |
 *     +--------------------+----------+----> REFUSED
 *
 * A replace is BEHIND while its order, or an older replace of it, waits; at
 * most one of an order's replaces is WAITING, for credit (R41, R44).
 * Its place is used again once a trading day has ended without its order.
 */
enum CG_BYTE cg_request_kind {
    CG_REQUEST_NEW,
    CG_REQUEST_REPLACE,
    CG_REQUEST_CANCEL,
    CG_REQUEST_PULL,
};

enum CG_BYTE cg_request_state {
    CG_REQUEST_FREE,
    CG_REQUEST_BEHIND,
    CG_REQUEST_WAITING,
    CG_REQUEST_SENT,
    CG_REQUEST_ACCEPTED,
    CG_REQUEST_REFUSED,
    CG_REQUEST_STATES,
};

/* Why a request may never have come to its venue (R22). */
enum cg_withheld {
    CG_WITHHELD_NOT,
    CG_WITHHELD_UNSENT, /* it can be resent no more, and is not answered */
    CG_WITHHELD_OUT,    /* left out of a resend: it never came */
    /* It went there before a logon, and is not answered: it may have been
     * rejected (3), which no resend says again. */
    CG_WITHHELD_UNHEARD,
};

struct cg_request {
    enum cg_request_kind kind;
    enum cg_request_state state;
    bool kept;        /* one day's end has passed without an answer (R48) */
    uint8_t withheld; /* enum cg_withheld */
    uint32_t order;   /* CG_NONE: refused, or its order was forgotten */
    uint32_t next;    /* older one of the same order; of the free list; of those
                         without an order */
    uint32_t target;  /* the request that its 41 names, or CG_NONE */
    uint32_t round;   /* the logon of its venue in which it went there */
    cg_session client;
    cg_session venue;
    struct cg_id id; /* what a look-up reads ends with its first half */
    cg_seq inquiry;  /* the newest H when it went to its venue (R46) */
    cg_qty qty;
    uint64_t body_hash;  /* tells a repeat from another order (R40) */
    uint64_t terms_hash; /* all but the quantity (R18) */
    cg_time taken_at;
};

/* --- asks: one DF each, until a DG answers it (R24, R28) ---------------- */

enum CG_BYTE cg_ask_kind {
    CG_ASK_NEW,      /* 2320=0 2321=0 */
    CG_ASK_CONSUMED, /* 2320=0 2321=1 */
    CG_ASK_CANCEL,   /* 2320=1 */
    CG_ASK_RAISE,    /* 2320=2, more */
    CG_ASK_LOWER,    /* 2320=2, less, or back to what it was */
    CG_ASK_RENEW,    /* 2320=2, the same total */
    CG_ASK_RESTATE,  /* 2320=2, more: the venue raised the order (R43) */
    CG_ASK_BUST,     /* 2320=1 2321=1: of what was consumed, a part was not */
    CG_ASK_KINDS,
};

/* What only tells of trades: it is no submission, and holds no token up. */
static inline bool cg_ask_is_notice(enum cg_ask_kind kind)
{
    return kind == CG_ASK_CONSUMED || kind == CG_ASK_BUST;
}

struct cg_ask {
    enum cg_ask_kind kind;
    uint32_t token;
    uint32_t next; /* of all outstanding, oldest first; of the free list */
    uint32_t previous;
    uint32_t older;   /* of the same token */
    cg_seq number;    /* 2318 */
    cg_seq refers_to; /* 2322, for who chains; 0: none */
    cg_dv01 amount;   /* 2324: of a replace the token's life total ... */
    cg_dv01 basis;    /* ... less what of it this hub does not want there */
    cg_time asked_at;
    cg_time said_at;  /* the newest time it was said */
    uint32_t repeats; /* since the hub logged on */
    bool said;        /* its hub was there to hear it */
    bool open;        /* no DG has answered it */
};

/* --- scopes (R10, R19) -------------------------------------------------- */

/* What tells instruments apart, beside their currency. */
enum cg_term {
    CG_TERM_SYMBOL,      /* 1536 */
    CG_TERM_SECURITY_ID, /* 1538 */
    CG_TERM_PRODUCT,     /* 1544 */
    CG_TERM_TYPE,        /* 1547 */
    CG_TERM_TENOR,       /* 1545 */
    CG_TERMS,
};

#define CG_MULTIPLIER_ONE 100000000 /* in 1e-8, as currency rates are */

/* One entry of a limit's scope, as its owner sent it (1534). */
struct cg_scope {
    bool exclude;
    uint32_t next;      /* of the same limit; of the free list */
    int64_t multiplier; /* 1558, in 1e-8 */
    struct cg_id terms[CG_TERMS];
};

/* --- limits (R10..R19) -------------------------------------------------- */

/*
 * Where a limit goes, and who moves it there (R15, R19):
 *
 *   its owner's update    any --------> ENABLED, SUSPENDED, HALTED, REMOVED
 *   the gate by itself    ENABLED ----> SUSPENDED    not in a snapshot
 *                         any --------> UNENFORCED   it cannot be enforced
 *   the configuration     stays as it is
 */
enum cg_limit_state {
    CG_LIMIT_ENABLED,
    CG_LIMIT_SUSPENDED,
    CG_LIMIT_HALTED,
    CG_LIMIT_REMOVED,
    CG_LIMIT_UNENFORCED, /* an update asked for what is not modelled (R19) */
    CG_LIMIT_STATES,
};

enum cg_limit_mover {
    CG_LIMIT_BY_CONFIGURATION,
    CG_LIMIT_BY_OWNER,
    CG_LIMIT_BY_GATE,
    CG_LIMIT_MOVERS,
};

/* What tokens that were forgotten left in their limit's totals. */
struct cg_past {
    cg_dv01 position;
    cg_dv01 gross;
    struct cg_ledger ledger[2];
};

/* RiskLimitAction (1767) and RiskWarningLevelAction (1769). */
enum cg_action {
    CG_ACTION_QUEUE_INBOUND = 0,
    CG_ACTION_QUEUE_OUTBOUND = 1,
    CG_ACTION_REJECT = 2,
    CG_ACTION_WARN = 4,
    CG_ACTION_PING_PULL = 5,
    CG_ACTION_PING = 6,
    CG_ACTION_PUSH_PULL = 7,
    CG_ACTION_PUSH = 8,
    CG_ACTION_SUSPEND = 9,
    CG_ACTION_HALT = 10,
};

/* Whether an action of a limit has stopped its party (R17). */
enum cg_limit_stop {
    CG_LIMIT_STOPS_NOT,
    CG_LIMIT_SUSPENDS,
    CG_LIMIT_HALTS,
    CG_LIMIT_STOPS,
};

struct cg_limit {
    struct cg_id id;
    enum cg_limit_kind kind;
    enum cg_limit_state state;
    enum cg_measure measure;
    enum cg_model model;
    enum cg_pull pull;
    cg_session owner; /* CG_SESSION_NONE: the own desk */
    struct cg_id owner_name;
    struct cg_id firm;
    uint32_t account;    /* CG_NONE: any of the firm */
    uint16_t ccp;        /* CG_CCP_NONE: any */
    uint32_t instrument; /* CG_NONE: any */
    char currency[4];
    bool has_amount;
    bool allow_reducing;
    bool queues;   /* orders wait for room under it, if no action says more */
    bool breached; /* use is above amount, and that was said */
    uint32_t warnings;
    uint32_t warning_percent[CG_WARNINGS_MAX];
    uint8_t warning_action[CG_WARNINGS_MAX]; /* 1769; 0: a warning only */
    enum cg_limit_stop stop;
    uint32_t switched;   /* enum cg_model + 1 until the owner's next update */
    uint32_t warned;     /* bit i: level i has fired and is not rearmed */
    uint32_t action;     /* 1767 + 1; 0: none, |pull| decides */
    bool owner_warnings; /* the levels are the owner\'s, not configured */
    bool owner_model;    /* so is the model */
    /* Those it began with: in force while nobody configures it. */
    enum cg_model first_model : 8;
    enum cg_pull first_pull : 8;
    uint64_t update_id; /* a hash of the newest update\'s 1667 (R15) */
    cg_dv01 amount;
    cg_dv01 other;     /* use by others, from the owner's utilisation (R16) */
    cg_dv01 position;  /* P, signed */
    cg_dv01 gross;     /* the sum of |fills| */
    cg_dv01 open[2];   /* B, S */
    cg_dv01 unsure[2]; /* the part of B, S that has not gone on yet */
    /* Consumption that the owner has confirmed, buys and sells, less all that
     * was taken back (R16). */
    cg_dv01 confirmed[2];
    struct cg_queue queue;
    cg_dv01 fallback_used;
    uint32_t epoch;       /* refreshes so far */
    cg_time updated_at;   /* the owner's time of the newest update */
    cg_time refreshed_at; /* our time of it */
    cg_time fallback_max_age_ns;
    cg_time reset_time_ns; /* of the day; CG_RESET_DAY_END, CG_RESET_NEVER */
    cg_time reset_at;      /* the reset that was done last, or its start ... */
    cg_time reset_done_at; /* ... and our time of it (R48) */
    uint32_t day;          /* resets so far */
    struct cg_ledger ledger[2];
    struct cg_past past;
    uint32_t scopes;      /* what its owner includes and excludes, a list */
    char cut_currency[4]; /* what the configuration cuts it to */
    bool has_cut;
    struct cg_id cut[CG_TERMS];
};

/* --- what an owner's figure may hold (R16) ------------------------------ */

#define CG_USED_MAX 65536

/* A fill, or a DG that confirmed one: when it was, and for how much. */
struct cg_used {
    cg_time at;
    cg_dv01 amount;
    uint32_t limit;
    char side;
    bool confirmed; /* the DG; else the fill itself */
};

/* --- accounts, instruments, sessions, stops ----------------------------- */

/*
 * What one placer has placed on one party (R18):
 *
 *          suspend                 halt
 *   NOT ------------> SUSPENDED ---------> BOTH
 *    |                                      ^
 *    +-------------> HALTED ----------------+
 *          halt                  suspend
 *
 * A reinstatement leads from each of them back to NOT, and from NOT as well, as
 * it also lifts what actions of limits have stopped.  A stop that comes again
 * stays where it is: it is answered for itself.
 */
enum cg_stop_layer {
    CG_STOP_NOT,
    CG_STOP_SUSPENDED,
    CG_STOP_HALTED,
    CG_STOP_BOTH,
    CG_STOP_LAYERS,
};

/* Who has stopped a party; bit i is session i.  Every placer has its own bit,
 * so stops are layered, and none is ever without a place (R18). */
struct cg_stops {
    uint64_t suspended_by;
    uint64_t halted_by;
    uint64_t unnamed_by; /* halts under way that found no cg_stop_request */
    uint32_t limits[CG_LIMIT_STOPS]; /* of it that stop it by an action */
};

/* A clearing firm that an account has, or had. */
struct cg_firm {
    struct cg_id name;
    struct cg_stops stops; /* of all its accounts */
};

struct cg_account {
    struct cg_id name;
    struct cg_id firm;
    uint32_t firm_slot;
    struct cg_stops stops;
    char contact[2 * CG_NAME_MAX + 1];
    uint64_t sessions; /* bit i: session i may trade for it */
    uint64_t ccps;     /* bit i: it clears there; 0: not configured */
    cg_session hub;
    uint32_t orders;                        /* open ones, newest first */
    uint32_t limits[CG_ACCOUNT_LIMITS_MAX]; /* that may cover its orders */
    uint32_t limit_count;
    bool own_warnings; /* its levels decide on News, not those of limits */
    uint32_t warnings;
    uint8_t warning_percent[CG_WARNINGS_MAX];
    uint8_t warned[CG_ACCOUNT_LIMITS_MAX]; /* bit i: level i, by limits[] */
};

/*
 * A dynamic instrument was made at run time, by a pattern or for an order's own
 * dates.  Once nothing refers to it, it is idle, and its place may be used
 * again.
 */
struct cg_instrument {
    struct cg_id name;   /* what it is found by: the symbol, with any dates */
    struct cg_id symbol; /* 55 */
    char currency[4];
    bool used;
    bool dynamic;
    bool idle;
    cg_dv01 rate;      /* 0: none, orders are refused (R4) */
    uint64_t row_hash; /* of the row that par rates price it by; 0: a table's */
    uint32_t references; /* orders, legs and limits that name it */
    uint32_t next;       /* of the idle ones, oldest first; of the free list */
    uint32_t previous;
    struct cg_id terms[CG_TERMS]; /* but the symbol */
};

/* Whether the instrument's DV01 follows from par rates, not from a table. */
static inline bool
cg_instrument_is_curve(const struct cg_instrument *instrument)
{
    return instrument->row_hash != 0;
}

#define CG_DIGEST_LEN 64 /* SHA-256, in hex */

/* The par rates that are in force (R7). */
struct cg_rates_state {
    cg_seq version;  /* 1, 2, ...; 0: none were taken yet */
    cg_time made_at; /* their age counts from here; never after taken_at */
    cg_time taken_at;
    cg_time aged_at; /* the moment whose passing was said, or 0 */
    uint64_t stamp;  /* tells the time that their file had, in a hash */
    char digest[CG_DIGEST_LEN + 1];
    struct cg_id set;
};

struct cg_session_state {
    struct cg_id name;
    enum cg_role role;
    enum cg_version version;
    cg_session venue;
    enum cg_identification identification;
    enum cg_replace_amount replace_amount;
    cg_session superior; /* may lift what this hub has placed (R18) */
    bool up;
    bool whole; /* venue: it fills the legs of a package together (R5) */
    cg_time clock_margin_ns;
    cg_time token_life_ns;
    cg_time repeat_ns;       /* 0: what is not confirmed is not said again */
    uint32_t round;          /* logons of a venue so far */
    uint32_t resent;         /* the newest of them after which all is resent */
    bool holds_reservations; /* its figure of use holds live tokens (R16) */
    bool no_notices;         /* a hub that takes no DF 2321=1 (R25) */
    uint64_t parts;          /* which update in parts is open, or 0 (R15) */
    uint32_t missed;         /* soft deadlines in a row (R27) */
    uint32_t probe; /* the token asked for while in fallback, or CG_NONE */
};

enum cg_stop_kind { CG_STOP_SUSPEND, CG_STOP_HALT };

/* A party of a stop: one account, or a whole firm. */
struct cg_party {
    uint32_t account; /* CG_NONE: the firm */
    uint32_t firm;    /* CG_NONE: the account */
};

/* A halt whose orders are not all gone: 2332=1 is still to be said (R18). */
struct cg_stop_request {
    bool used;
    struct cg_party party;
    struct cg_id id; /* 2328 */
};

struct cg_state {
    cg_seq fact_no;
    cg_seq order_no;
    cg_seq token_no;
    cg_seq ask_no;
    cg_seq inquiry_no;    /* of the gate's own H */
    cg_seq request_no;    /* ClOrdIDs so far */
    cg_time now;          /* of the newest fact */
    cg_time day_ended_at; /* the newest end of a trading day, or the start */

    struct cg_order *orders;
    uint32_t order_max;
    uint32_t order_top;    /* slots ever used */
    uint32_t closed_first; /* orders that may be forgotten, oldest first */
    uint32_t closed_last;
    struct cg_queue doubtful; /* closed, and not to be forgotten yet (R22) */
    uint32_t closed_tokens;   /* tokens of those */
    uint32_t order_free;      /* forgotten ones, a list */
    uint32_t open_orders;

    struct cg_token *tokens;
    uint32_t token_max;
    uint32_t token_top;
    uint32_t token_free; /* list */

    struct cg_place *places;
    uint32_t place_max;
    uint32_t place_top;
    uint32_t place_free;   /* list */
    struct cg_queue queue; /* of all orders that are queued */

    struct cg_price *prices;
    uint32_t price_max;
    uint32_t price_top;
    uint32_t price_free; /* list */
    uint32_t price_count;

    struct cg_request *requests;
    uint32_t request_max;
    uint32_t request_top;
    uint32_t request_free;  /* list */
    uint32_t request_loose; /* those without an order, a list */

    struct cg_ask *asks;
    uint32_t ask_max;
    uint32_t ask_top;
    uint32_t ask_free;  /* list */
    uint32_t ask_first; /* outstanding, oldest first */
    uint32_t ask_last;

    struct cg_used *used; /* a ring of the newest CG_USED_MAX */
    uint64_t used_count;  /* ever */

    struct cg_id ccps[CG_CCPS_MAX];
    uint32_t ccp_count;

    struct cg_leg *legs;
    struct cg_package *packages; /* by the slot of the first leg */
    uint32_t leg_max;
    uint32_t leg_top;
    uint32_t leg_free; /* list */
    uint32_t legs_used;
    uint32_t closed_legs; /* of orders that may be forgotten */

    struct cg_share *shares;
    uint32_t share_max;
    uint32_t share_top;
    uint32_t share_free; /* list */
    uint32_t shares_used;

    struct cg_limit *limits;
    uint32_t limit_max;
    uint32_t limit_count;

    struct cg_scope *scopes;
    uint32_t scope_max;
    uint32_t scope_top;
    uint32_t scope_free; /* list */
    uint32_t scope_count;

    struct cg_account *accounts;
    uint32_t account_max;
    uint32_t account_count;
    struct cg_instrument *instruments;
    uint32_t instrument_max;
    uint32_t instrument_count;    /* slots ever used */
    uint32_t instrument_free;     /* list */
    uint32_t instruments_used;    /* slots in use */
    uint32_t instruments_dynamic; /* of those */
    uint32_t idle_first;          /* of those again, oldest first */
    uint32_t idle_last;
    struct cg_rates_state rates;
    struct cg_session_state sessions[CG_SESSIONS_MAX];
    uint32_t session_count;
    struct cg_stop_request stop_requests[CG_SESSIONS_MAX][CG_STOP_REQUESTS_MAX];
    uint32_t halts_under_way; /* named and unnamed ones */
    uint32_t own_warnings;    /* accounts that have levels of their own */
    struct cg_firm *firms;
    uint32_t firm_max;
    uint32_t firm_count;

    struct cg_recent reports; /* ExecIDs, and what came with them (R43) */

    struct cg_map request_map;    /* venue session and ClOrdID */
    struct cg_map order_map;      /* venue session and OrderID */
    struct cg_map token_map;      /* number */
    struct cg_map ask_map;        /* number */
    struct cg_map limit_map;      /* id */
    struct cg_map account_map;    /* name */
    struct cg_map firm_map;       /* name */
    struct cg_map instrument_map; /* name */
};

/* Whether the end of its order was all the answer there is (owed.c): nobody
 * waits for a word on the gate's own cancel.  What came too late for its order
 * is refused by the venue still. */
bool cg_request_is_over(const struct cg_state *state,
                        const struct cg_request *request);

/*
 * Whether a replace may still turn out never to have reached its venue (R22):
 * it went there, nobody has answered it, and since then no resend exchange has
 * shown that it is there; or one has left it out.  So may a cancel that can be
 * resent no more.
 */
static inline bool cg_request_is_doubtful(const struct cg_state *state,
                                          const struct cg_request *request)
{
    bool left = request->withheld != CG_WITHHELD_NOT;
    return request->state == CG_REQUEST_SENT &&
           ((request->kind == CG_REQUEST_REPLACE &&
             (left ||
              request->round >= state->sessions[request->venue].resent)) ||
            (request->kind == CG_REQUEST_CANCEL && left));
}

/* Whether an order has not gone on yet: for want of room, or of a grant. */
static inline bool cg_order_waits(const struct cg_order *order)
{
    return order->state == CG_ORDER_QUEUED || order->state == CG_ORDER_WAITING;
}

/* Makes an empty state; CG_ERR_MEMORY. */
int cg_state_init(struct cg_state *state,
                  const struct cg_limits *sizes,
                  uint32_t accounts,
                  uint32_t instruments);
void cg_state_deinit(struct cg_state *state);

/* Look-ups; CG_NONE when there is none. */
uint32_t cg_state_request(const struct cg_state *state,
                          cg_session venue,
                          struct cg_slice id);
uint32_t cg_state_order(const struct cg_state *state,
                        cg_session venue,
                        struct cg_slice order_id);
uint32_t cg_state_token(const struct cg_state *state, cg_seq number);
uint32_t cg_state_ask(const struct cg_state *state, cg_seq number);
uint32_t cg_state_limit(const struct cg_state *state, struct cg_slice id);
uint32_t cg_state_account(const struct cg_state *state, struct cg_slice name);
uint32_t cg_state_firm(const struct cg_state *state, struct cg_slice name);
/* The slot of a clearing house, or CG_CCP_OTHER. */
uint16_t cg_state_ccp(const struct cg_state *state, struct cg_slice name);
uint32_t cg_state_instrument(const struct cg_state *state,
                             struct cg_slice name);

/* The stops of a party. */
const struct cg_stops *cg_state_stops(const struct cg_state *state,
                                      struct cg_party party);

/* Whether |more| limits of an account (CG_NONE: of a firm) can be named. */
bool cg_state_limit_room(const struct cg_state *state,
                         uint32_t account,
                         struct cg_slice firm,
                         uint32_t more);

/* The slots that the next object of each kind will take, or CG_NONE. */
uint32_t cg_state_next_order(const struct cg_state *state);
uint32_t cg_state_next_token(const struct cg_state *state);
uint32_t cg_state_next_price(const struct cg_state *state);
uint32_t cg_state_next_place(const struct cg_state *state);
uint32_t cg_state_next_request(const struct cg_state *state);
uint32_t cg_state_next_ask(const struct cg_state *state);
uint32_t cg_state_next_scope(const struct cg_state *state);
uint32_t cg_state_next_instrument(const struct cg_state *state);

/* The settings of a limit that no configuration speaks of; its levels, if they
 * are not its owner's. */
void cg_limit_unset(struct cg_limit *limit);

/* Use of a limit (R12), and what an order of |side| could still take. */
cg_dv01 cg_limit_use(const struct cg_limit *limit);
cg_dv01
cg_limit_use_with(const struct cg_limit *limit, cg_dv01 buys, cg_dv01 sells);
cg_dv01 cg_limit_available(const struct cg_limit *limit, char side);

/* Whose use a limit is about; firm is CG_NONE when nobody has that firm. */
struct cg_party cg_limit_party(const struct cg_state *state,
                               const struct cg_limit *limit);

/* The model that an action switches to, + 1, or 0. */
uint32_t cg_action_switches(uint32_t action);

/* Whether a warning level that was reached refuses new risk (R17). */
bool cg_limit_rejects(const struct cg_limit *limit);

/*
 * What of our fills under |limit| an owner's figure made at |made_at| must have
 * in it: those confirmed by a DG before it or, |by_fill|, those filled before
 * it.  False when so far back is not remembered (R16).
 */
bool cg_limit_included(const struct cg_state *state,
                       uint32_t limit,
                       cg_time made_at,
                       bool by_fill,
                       cg_dv01 *included);

/* How orders under a limit are checked now: a breach may switch it (R17). */
enum cg_model cg_limit_model(const struct cg_limit *limit);

/* Whether new orders wait for room under a limit: as its owner's last update
 * says (1767), else its configuration (R44). */
bool cg_limit_queues(const struct cg_limit *limit);

/*
 * The rates of |token| once |request|, one of its order's, is in force (R7):
 * one for each of its legs, in its own order, or the only one, into CG_LEGS_MAX
 * places.  True when one of them is not what it is now.
 */
bool cg_request_rates(const struct cg_state *state,
                      const struct cg_token *token,
                      uint32_t request,
                      cg_dv01 *rates);

/* What the order of |token| may still come to, by what the venue has of it, and
 * by the replace that waits for credit; false beyond 64 bits (R41). */
bool cg_token_worst(const struct cg_state *state,
                    const struct cg_token *token,
                    bool with_raise,
                    cg_dv01 *worst);

/* What of a token's charge is not filled: its part of B or S. */
cg_dv01 cg_token_open(const struct cg_token *token);

/* What of its fills counts in its limit's P and gross: all since the reset. */
cg_dv01 cg_token_filled_today(const struct cg_state *state,
                              const struct cg_token *token);

/* Whether a token stands for its order: it does, or will once it is sent. */
bool cg_token_counts(const struct cg_token *token);

/* What its owner has been told of as consumed, or would have been (R25). */
cg_dv01 cg_token_told(const struct cg_token *token);

/* Whether a notice of a trade is out, said before ask |number| (R25). */
bool cg_notice_is_owed(const struct cg_state *state,
                       const struct cg_token *token,
                       cg_seq number);

/* What of an order's life its token has stood for: reserved and consumed. */
cg_dv01 cg_token_held(const struct cg_token *token);

/* The names of states, for people and the journal's readers. */
const char *cg_token_state_name(enum cg_token_state state);
const char *cg_token_end_name(enum cg_token_end end);
const char *cg_ask_kind_name(enum cg_ask_kind kind);

/* True when the life-cycle tables allow the move. */
bool cg_token_may(enum cg_token_state from, enum cg_token_state to);
bool cg_order_may(enum cg_order_state from, enum cg_order_state to);
bool cg_request_may(enum cg_request_state from, enum cg_request_state to);
bool cg_limit_may(enum cg_limit_mover mover,
                  enum cg_limit_state from,
                  enum cg_limit_state to);
bool cg_stop_may(enum cg_stop_layer from, enum cg_stop_layer to);

/* What |placer| has placed on the party whose stops these are. */
enum cg_stop_layer cg_stop_layer_of(const struct cg_stops *stops,
                                    cg_session placer);

/*
 * Folds one fact into the state.  Cannot fail: a fact that the state
 * contradicts is a bug, or a journal that was tampered with.
 */
void cg_state_apply(struct cg_state *state, const struct cg_fact *fact);

/*
 * True when |fact| is the next one and all its slots exist: what a journal must
 * satisfy before its facts may be applied.
 */
bool cg_fact_fits(const struct cg_state *state, const struct cg_fact *fact);

/* The part of it that is about what has become of those slots: everything that
 * applying it takes for granted. */
bool cg_fact_applies(const struct cg_state *state, const struct cg_fact *fact);

/* The part of it that is about instruments and rates. */
bool cg_instrument_fact_fits(const struct cg_state *state,
                             const struct cg_fact *fact);

/*
 * Recomputes every total of R12 and R23 from the tokens and compares.  Returns
 * true, or false with what differs in |error|.
 */
bool cg_audit(const struct cg_state *state, char *error, size_t error_len);

/* What it says when it cannot tell. */
#define CG_AUDIT_NO_MEMORY "no memory for the audit"

/* Recomputes who refers to which instrument; part of cg_audit(). */
bool cg_audit_instruments(const struct cg_state *state,
                          char *error,
                          size_t error_len);

#endif
