/*
 * The books of an audit: what each token and limit comes to, added up from the
 * facts without a line of the engine that decided them.
 *
 * What facts say without any arithmetic (quantities, rates, who belongs to
 * whom) is read in the engine's books, which hold the facts before this one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_AUDIT_BOOKS_H
#define CG_GATE_AUDIT_BOOKS_H

#include "gate_internal.h"

#include "check.h"
#include <creditgate/audit.h>

struct audit_token {
    enum cg_token_state state;
    enum cg_token_end end;
    enum cg_model model;
    char side;
    enum cg_sum sum;
    bool spent;
    cg_seq number;
    uint32_t order; /* slots, as in the facts */
    uint32_t limit;
    cg_dv01 rate;
    cg_dv01 charge;
    cg_dv01 filled;
    cg_dv01 before; /* what of it is from before the limit's reset ... */
    uint32_t day;   /* ... which was the limit's day-th */
    cg_dv01 columns[CG_AUDIT_COLUMNS];
    cg_dv01 ahead;   /* its owner knows it as consumed, by an older price */
    cg_dv01 untold;  /* consumed before the limit came */
    cg_dv01 told;    /* what its owner was told of as consumed, in all */
    cg_dv01 unheard; /* of that, taken back of a trade that it had not heard of
                      */
    cg_dv01 rest;    /* what was open when it was given up */
    cg_time expires;
    cg_seq event; /* the last one that touched it */
};

struct audit_limit {
    struct cg_audit_limit shown;
    bool dv01;
    bool net;
    bool owned;
    cg_dv01 open[2]; /* B, S */
    cg_dv01 position;
    cg_dv01 gross;
    cg_dv01 other;
    uint32_t day;
    cg_seq event;     /* the last one that touched it */
    cg_seq fact;      /* the last one that touched it */
    cg_wide at_event; /* its use before them */
    cg_wide at_fact;
    bool excused;            /* R13: this event may leave it above amount */
    struct cg_record *raise; /* the first fact that raised it above amount */
};

/* The answer of a hub that the facts after it follow from. */
struct audit_answer {
    cg_seq event;
    uint32_t token;
    enum cg_ask_kind kind;
    uint32_t status;
    cg_dv01 asked;
    cg_dv01 approved; /* 0: all, or nothing */
};

/* A report on an execution, and how much it said was executed. */
struct audit_report {
    cg_seq event;
    uint32_t order;
    cg_qty last_qty; /* 0: CumQty need not rise by it */
    cg_seq cum_qty;  /* + 1, or 0: it does not say */
};

struct audit {
    struct cg_audit *result;
    const struct cg_state *state; /* with every fact before |fact| */
    const struct cg_fact *fact;
    struct audit_token *tokens; /* by slot */
    size_t token_room;
    struct audit_limit *limits; /* by slot */
    size_t limit_room;
    bool *restated; /* by order: the venue changed its worst case by itself */
    size_t restated_room;
    uint32_t *of_event[2]; /* the limits and tokens that an event touched */
    size_t of_event_room[2];
    size_t of_event_count[2];
    uint32_t of_fact[2 * CG_COVER_MAX + 2]; /* limits that a fact touched */
    size_t of_fact_count;
    cg_seq token_no;
    cg_seq event;
    cg_session cause_session; /* of the event */
    cg_seq cause_seq;
    cg_time time;
    bool noted;   /* the event says something odd in words */
    bool no_room; /* some ask could not be sent: what is told lags behind */
    struct audit_answer answer;
    struct audit_report report;
    struct cg_fact last; /* the newest fact, with its texts */
    char last_id[CG_NAME_MAX + 1];
    char last_text[CG_RECORD_WORDS_MAX];
    enum cg_audit_rule rule; /* of the break that is being told */
    char why[512];
    bool broken; /* by the fact that is looked at */
    bool ends;   /* it cannot be added to the books */
    int error;
};

enum { OF_LIMIT, OF_TOKEN };

/* Says that the fact breaks |rule|; the first one said of a fact is told.
 * Returns false. */
__attribute__((format(printf, 3, 4))) bool audit_breaks(struct audit *audit,
                                                        enum cg_audit_rule rule,
                                                        const char *format,
                                                        ...);

/* An amount as text; up to eight at a time. */
const char *audit_money(cg_wide amount);

/* --- the books (audit_books.c) ------------------------------------------- */

/* NULL where the facts so far know no such thing. */
struct audit_token *audit_token_at(struct audit *audit, uint32_t slot);
struct audit_limit *audit_limit_at(struct audit *audit, uint32_t slot);
const struct cg_order *audit_order_at(const struct audit *audit, uint32_t slot);

/* Room for a slot; false without memory. */
bool audit_has_room(void **items, size_t *room, size_t size, uint64_t slot);

/* A limit or token is about to change. */
bool audit_limit_touch(struct audit *audit, uint32_t slot);
bool audit_token_touch(struct audit *audit, uint32_t slot);

cg_wide audit_use(const struct audit_limit *limit, const cg_wide open[2]);
cg_wide audit_use_now(const struct audit_limit *limit);

/* Moves |amount| into a column, of the token and of its limit. */
bool audit_column_add(struct audit *audit,
                      uint32_t token,
                      enum cg_audit_column column,
                      cg_wide amount);

/* Sets the charge and what is filled, of the token and in its limit's use. */
bool audit_token_set(struct audit *audit,
                     uint32_t token,
                     cg_wide charge,
                     cg_wide filled);

/* --- what quantities are worth (audit_worth.c) --------------------------- */

/* False beyond 128 bits. */
bool audit_worth(const struct audit *audit,
                 uint32_t token,
                 uint32_t request,
                 cg_qty qty,
                 cg_wide *worth);

struct audit_fills {
    cg_qty cum_qty;
    uint32_t leg; /* CG_NONE, or the one that is at ... */
    cg_qty leg_cum_qty;
    bool apart;
};

struct audit_fills audit_fills_of(const struct audit *audit, uint32_t order);
bool audit_filled(const struct audit *audit,
                  uint32_t token,
                  uint32_t request,
                  const struct audit_fills *fills,
                  cg_wide *worth);

/* The most that the order of a token may come to, by what is on its way. */
bool audit_worst(const struct audit *audit,
                 uint32_t token,
                 bool with_raise,
                 cg_wide *worst);

/* --- what each fact does ------------------------------------------------- */

/* Each looks at one fact before it is in the engine's books; false when it
 * breaks something. */
bool audit_token_fact(struct audit *audit); /* audit_token.c */
bool audit_fill_fact(struct audit *audit);  /* audit_fill.c */
bool audit_limit_fact(struct audit *audit); /* audit_limit.c */
bool audit_hub_fact(struct audit *audit);   /* audit_hub.c */
bool audit_grant_fits(struct audit *audit, const struct audit_token *token);
bool audit_sent_fact(struct audit *audit); /* audit_sent.c */

/* R12: after the fact; R13 and the rest: after the event (audit_limit.c). */
void audit_use_compare(struct audit *audit);
void audit_use_event_end(struct audit *audit);
void audit_token_event_end(struct audit *audit); /* audit_token.c */

#endif
