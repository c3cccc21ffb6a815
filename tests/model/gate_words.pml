/*
 * What a model is told, the words that it is written in, and the gate's books.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- what a model is told, and what it is without being told -------------- */

#ifndef ORDERS
#define ORDERS 1
#endif
#ifndef LIMITS /* tokens of one order */
#define LIMITS 1
#endif
#ifndef REPLACES /* of one order */
#define REPLACES 0
#endif
#ifndef QTY_MAX
#define QTY_MAX 2
#endif
#ifndef ASKS /* of one token, at a time */
#define ASKS 4
#endif
#ifndef FALLBACK /* an order's second token is the gate's own grant (R27) */
#define FALLBACK 0
#endif
#ifndef OVERTAKE /* asks and answers of one token overtake each other */
#define OVERTAKE 0
#endif
#ifndef CUTS /* of a link, or crashes of the gate */
#define CUTS 0
#endif
#ifndef DEAF /* asks that the hub does not hear */
#define DEAF 0
#endif
#ifndef TWICE /* answers that come twice */
#define TWICE 0
#endif
#ifndef TAKES /* tokens that the hub takes back (R30) */
#define TAKES 0
#endif
#ifndef STUBBORN /* cancels that the venue refuses though the order lives */
#define STUBBORN 0
#endif
#ifndef UPDATES /* of the limit by its owner */
#define UPDATES 0
#endif
#ifndef VENUE_RESTS /* it may leave an order as it is, for ever */
#define VENUE_RESTS 1
#endif
#ifndef CLOCK
#define CLOCK 0
#endif
#ifndef HUB_AMOUNT
#define HUB_AMOUNT 3
#endif
#ifndef REPORTS /* of the venue, on their way */
#define REPORTS 10
#endif
#ifndef BUG /* a planted mistake; 0: none */
#define BUG 0
#endif

#define TOKENS (ORDERS * LIMITS)
#define SLOTS (TOKENS * ASKS)
#define REQUESTS (ORDERS * REPLACES + 1) /* one more, so that there is one */

/* The planted mistakes; check_model.py says which model finds which. */
#define BUG_LATE_GRANT_DROPPED 1
#define BUG_RELEASE_FORGOTTEN 2
#define BUG_RELEASE_SAID_ONCE 3
#define BUG_RAISE_NOT_WITHDRAWN 4
#define BUG_RAISE_BEFORE_GRANT 5
#define BUG_FALL_TOLD_EARLY 6
#define BUG_RENEWAL_IS_RAISE 7
#define BUG_GOES_ON_ONE_TOKEN 8
#define BUG_PART_IS_WHOLE 9
#define BUG_LAPSED_FILL_NOT_TOLD 10
#define BUG_RESENT_WITHOUT_COVER 11
#define BUG_CRASH_ANSWERS_NOBODY 12
#define BUG_NO_MARGIN 13
#define BUG_NO_PULL 14
#define BUG_LOWERED_LIMIT_IGNORED 15
#define BUG_PULL_GIVES_UP 16
#define BUG_SPENDS_TWICE 17

/* --- words ---------------------------------------------------------------- */

/* What is asked of a hub; said bits are 1 << kind. */
#define ASK_NEW 1
#define ASK_CANCEL 2
#define ASK_RAISE 3
#define ASK_LOWER 4
#define ASK_RENEW 5
#define ASK_CONSUMED 6

/* What a step says besides. */
#define SAYS_FORWARD 256
#define SAYS_REFUSED 512 /* 8, or 9 for a replace */
#define SAYS_CANCELLED 1024
#define SAYS_PULL 2048

/* Where an ask is, or its answer. */
#define AT_GATE 0
#define TO_HUB 1
#define TO_GATE 2
#define LOST 3    /* said, and not heard by the hub */
#define DROPPED 4 /* answered, and the answer not heard by the gate */
#define UNSAID 5  /* the hub was away */

/* DG 2325. */
#define ANS_APPROVED 1
#define ANS_PARTIAL 2
#define ANS_REJECTED 3
#define ANS_CANCELLED 4

/* Why a token is no cover any more. */
#define END_NONE 0
#define END_EXPIRED 1
#define END_INVALIDATED 2
#define END_OVER 3

/* To the venue, and from it. */
#define MSG_D 1
#define MSG_G 2
#define MSG_F 3
#define MSG_H 4
#define REP_NEW 1
#define REP_FILL 2
#define REP_CANCELLED 3
#define REP_REPLACED 4
#define REP_REJECTED 5
#define REP_NINE 6
#define REP_STATUS 7
#define REP_UNKNOWN 8

/* How an order message was answered (R45). */
#define OUT_FORWARDED 1
#define OUT_ANSWERED 2

/* --- the gate's books ----------------------------------------------------- */

byte o_state[ORDERS];
byte o_qty[ORDERS]; /* confirmed */
byte o_cum[ORDERS];
byte o_raise[ORDERS]; /* the replace that waits for credit, + 1 */
byte o_pull[ORDERS];  /* 1: an F of the gate is out, 2: it was refused */
byte o_out[ORDERS];
bool o_lost[ORDERS];   /* left out of a resend (R22) */
bool o_unsure[ORDERS]; /* the venue was away since (R45) */

byte r_state[REQUESTS];
byte r_qty[REQUESTS];
byte r_out[REQUESTS];
bool r_after[REQUESTS]; /* it names the replace before it */
bool r_lost[REQUESTS];

byte t_state[TOKENS];
byte t_end[TOKENS];
byte t_charge[TOKENS];
byte t_reserved[TOKENS];
byte t_consumed[TOKENS];
byte t_asked[TOKENS]; /* the life total of the newest submission */
byte t_ask[TOKENS];   /* the submission that is out, + 1 */
bool t_granted[TOKENS];
bool t_kept[TOKENS]; /* the hub refused a fall */
bool t_late[TOKENS]; /* a late grant was heard since the newest submission */
#if CLOCK
byte t_expires[TOKENS];
byte t_since[TOKENS];
byte t_renewed[TOKENS]; /* the expiry for which a renewal was asked */
#endif

/* One DF each, and its DG; oldest first in each token. */
byte a_kind[SLOTS];
byte a_amount[SLOTS];
byte a_where[SLOTS];
bool a_open[SLOTS];
byte a_answer[SLOTS];
byte a_approved[SLOTS];
#if CLOCK
byte a_expires[SLOTS];
#endif
#if OVERTAKE
byte a_turn[SLOTS]; /* answers come in the order in which they were given */
#endif

bool hub_up = 1;
bool venue_up = 1;
#if CLOCK
byte now_is;
#define NOW now_is
#define BY (now_is + DELAY)
#define BY_CANCEL (now_is + CANCEL_DELAY)
#else
#define NOW 0
#define BY 0
#define BY_CANCEL 0
#endif

#if UPDATES
byte limit_state = LIMIT_ENABLED;
byte limit_amount = HUB_AMOUNT;
bool o_cancel[ORDERS]; /* its client's F is out */
#endif

/* kind, order, replace or whose cancel, and the time it is there by */
chan to_venue = [8] of {byte, byte, byte, byte};
/* kind, order, replace or whether it is over, CumQty */
chan to_gate = [REPORTS] of {byte, byte, byte, byte};

/* Not part of a state: what one step needs for itself. */
hidden byte x_from, x_to, x_event;
hidden byte x_slot, x_at, x_i, x_t, x_left;
hidden byte y_i, y_t, y_r, y_worst, y_freed;
hidden byte z_i, z_t, z_r, z_oldest;
hidden byte g_i, g_t, g_some;
hidden byte h_t, h_kind, h_answer, h_amount, h_approved, h_open, h_current;
hidden byte h_granted, h_late, h_more, h_n, h_expires, h_was, h_order_was;
hidden byte q_i, q_n, q_kind, q_order, q_extra, q_by;
hidden byte w_i, w_t, w_use;
hidden byte x_ok;
hidden short said;

/* What an event comes to, for settle(). */
hidden byte f_end, f_cancel, f_go, f_drop, f_replaces, f_order, f_token;

/* f_end: how an order ends, and who says so. */
#define ENDS_REFUSED 1
#define ENDS_CANCELLED 2 /* by its client, and never forwarded */
#define ENDS_CLOSED 3    /* by the venue */
#define ENDS_NEVER_THERE 4
/* f_drop: the raise that waits, or those behind it, too. */
#define DROPS_RAISE 1
#define DROPS_ALL 2
/* f_cancel: whose F goes out. */
#define CANCEL_OF_CLIENT 1
#define CANCEL_OF_GATE 2
