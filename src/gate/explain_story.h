/*
 * What the files that explain orders share: the story of an order while it is
 * read, and what the journal has said so far of limits, links and stops.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_EXPLAIN_STORY_H
#define CG_GATE_EXPLAIN_STORY_H

#include "record_find.h"
#include <creditgate/explain.h>

/* The fact that something follows from, and what was behind it. */
struct cg_origin {
    cg_seq no; /* 0: the journal has none */
    cg_time time;
    cg_session session; /* of its cause */
    cg_seq seq;
    enum cg_fact_kind kind;
    uint32_t flags;
};

/* The newest facts about a limit, and its sums before its newest amount. */
struct cg_limit_trace {
    struct cg_origin set;    /* its owner's newest figures, or settings */
    struct cg_origin amount; /* the fact that its amount is from */
    struct cg_origin state;  /* ... and its state */
    bool had_amount;
    cg_dv01 amount_before;
    cg_dv01 other_before;
    cg_dv01 use_before;
};

struct cg_trace {
    struct cg_limit_trace *limits;
    struct cg_origin *rates; /* by instrument: of its DV01 */
    struct cg_origin *account_stops;
    struct cg_origin *firm_stops;
    struct cg_origin links[CG_SESSIONS_MAX];
    struct cg_origin rates_taken;
    struct cg_origin rates_aged;
};

struct cg_origin cg_origin_of(const struct cg_fact *fact);

/* CG_ERR_MEMORY. */
int cg_trace_init(struct cg_trace *trace, const struct cg_state *state);
void cg_trace_deinit(struct cg_trace *trace);

/* Before |fact| is in the books. */
void cg_trace_take(struct cg_trace *trace,
                   const struct cg_state *state,
                   const struct cg_fact *fact);

/* One order, or an id that was refused before it was one. */
struct cg_story {
    struct cg_explanation head;
    struct cg_sentence *sentences;
    size_t count;
    size_t room;
    bool ended;
    uint32_t raise;  /* the replace that is charged and waits, or CG_NONE */
    uint32_t answer; /* 2325 of the newest answer of a hub */
    bool pulled;     /* the reason in |head| is that of the pull */
};

/* One fact being explained. */
struct cg_explaining {
    struct cg_telling telling;
    const struct cg_trace *trace;
    struct cg_story *story;
    bool no_memory;
};

/* Adds a sentence that follows from the fact at hand. */
__attribute__((format(printf, 3, 4))) void cg_explain_say(
    struct cg_explaining *at, const char *about, const char *format, ...);

/* The same, which follows from another fact, if there is one. */
__attribute__((format(printf, 4, 5))) void
cg_explain_say_of(struct cg_explaining *at,
                  const struct cg_origin *origin,
                  const char *about,
                  const char *format,
                  ...);

/* What to do, which follows from no fact. */
void cg_explain_advise(struct cg_explaining *at,
                       const char *about,
                       const char *advice);

/* The sentence that `records` has for the fact. */
void cg_explain_record(struct cg_explaining *at, const char *about);

/* --- facts (explain_facts.c) -------------------------------------------- */

/* Whether there is something to say of facts of this kind. */
bool cg_explain_tells(enum cg_fact_kind kind);

/* The fact at hand, which is in the books; and a charge, which is not yet. */
void cg_explain_after(struct cg_explaining *at);
void cg_explain_charge(struct cg_explaining *at);

/* Where the order is when nothing more is said of it; once. */
void cg_explain_end(struct cg_explaining *at, uint32_t order);

/* --- names and amounts (explain_names.c) -------------------------------- */

struct cg_words {
    char text[192];
};

/* "9040.00 USD", as |limit| counts it; and without the currency. */
struct cg_words cg_explain_money(const struct cg_limit *limit, cg_dv01 amount);
struct cg_words cg_explain_amount(const struct cg_limit *limit, cg_dv01 amount);
struct cg_words cg_explain_id(const struct cg_id *id);
/* Whom to call: the gate's name where the limit is its own and no owner is
 * known. */
struct cg_words cg_explain_owner(const struct cg_explaining *at,
                                 const struct cg_limit *limit);
/* "limit ACME-USD of hub". */
struct cg_words cg_explain_limit(const struct cg_explaining *at, uint32_t slot);
struct cg_words cg_explain_session(const struct cg_state *state,
                                   cg_session session);
struct cg_words cg_explain_token(const struct cg_explaining *at, uint32_t slot);
const char *cg_explain_side(char side);
/* "fact 21, 2026-01-15T12:00:00.000Z, hub 34=7". */
struct cg_words cg_explain_origin(const struct cg_state *state,
                                  const struct cg_origin *origin);
struct cg_words cg_explain_moment(cg_time at);
struct cg_words cg_explain_age(cg_time age);

/* Whom an account (or CG_NONE) may call, by what is known. */
struct cg_words cg_explain_contact(const struct cg_state *state,
                                   uint32_t account);

/* --- arithmetic (explain_sums.c) ---------------------------------------- */

/* "20000000 at 904.00 USD per million comes to 18080.00 USD". */
void cg_explain_worth(struct cg_explaining *at,
                      uint32_t limit,
                      cg_qty qty,
                      cg_dv01 amount,
                      cg_dv01 rate);

/* What a limit is: whose, of whom, of which amount and measure. */
void cg_explain_terms(struct cg_explaining *at, uint32_t limit);

/* Its sums for an order of |side| as they stand: P, B, S, what is left. */
void cg_explain_sums(struct cg_explaining *at, uint32_t limit, char side);

/* Which open orders hold its use; not |but|. */
void cg_explain_users(struct cg_explaining *at, uint32_t limit, uint32_t but);

/* What each token of the order was granted, and where that went (R23). */
void cg_explain_ledgers(struct cg_explaining *at, uint32_t order);

/* --- refusals (explain_refusal.c, explain_credit.c) ---------------------- */

/* What the fact at hand refuses, and who asked. */
struct cg_refused {
    enum cg_reason reason;
    uint32_t limit;
    uint32_t order; /* CG_NONE: it never was one */
    uint32_t account;
    uint32_t instrument;
    char side;
    cg_qty qty;
    cg_dv01 required;
    cg_dv01 available;
    bool replace;
    bool charged; /* what it asks for is in the charge of the order already */
};

void cg_explain_refusal(struct cg_explaining *at,
                        const struct cg_refused *refused);

/* Those for which a limit speaks, or its owner. */
bool cg_explain_is_credit(enum cg_reason reason);
void cg_explain_credit(struct cg_explaining *at,
                       const struct cg_refused *refused);

/* What the other limits of the order had to say. */
void cg_explain_others(struct cg_explaining *at,
                       const struct cg_refused *refused);

/* --- pulls (explain_pull.c) --------------------------------------------- */

void cg_explain_pull(struct cg_explaining *at,
                     uint32_t order,
                     enum cg_reason reason);

/* The updates, in the turn of the fact at hand, of limits that the order had
 * tokens of: for one that was pulled before it had gone on. */
void cg_explain_updates(struct cg_explaining *at, uint32_t order);

/* What to do about a reason, and whom to call. */
void cg_explain_remedy(struct cg_explaining *at,
                       enum cg_reason reason,
                       uint32_t limit,
                       uint32_t account);

#endif
