/*
 * The simulated hub's books: limits, tokens, and what they add up to.
 *
 * Kept for every token and every limit, after each call (R23 as the hub sees
 * it): granted + overrun = reserved + consumed + released + expired.
 * The arithmetic is the hub's own; nothing comes from the gate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "sim_fields.h"
#include "sim_port.h"

#define SIM_WARNINGS_MAX 8

enum sim_verdict {
    SIM_DONE,
    SIM_EXCEEDED,      /* the limit does not have so much */
    SIM_NO_LIMIT,      /* no such limit, or it is disabled */
    SIM_NO_TOKEN,      /* never granted, or forgotten */
    SIM_TOKEN_ENDED,   /* cancelled or expired before */
    SIM_TOKEN_TAKEN,   /* a new request for a token that exists */
    SIM_BELOW_CONSUMED /* a total smaller than what was consumed */
};

/* Amounts in 1/10000 (SIM_AMOUNT_DIGITS). */
struct sim_account {
    int64_t granted;
    int64_t overrun;
    int64_t consumed;
    int64_t released;
    int64_t expired;
};

struct sim_limit {
    char *id; /* RiskLimitID(1670) */
    char *firm;
    char *account;
    char *currency;
    int64_t amount;
    int64_t before; /* the last change of it */
    int64_t other;  /* used elsewhere; -1: 1766 is not told */
    bool net;
    bool enabled;
    bool removed;
    int model;  /* 2339, -1: not told */
    int action; /* 1767, -1: not told */
    int warnings[SIM_WARNINGS_MAX];
    size_t warning_count;
    struct sim_account sums;
    int64_t open_buy; /* reserved, by side */
    int64_t open_sell;
    int64_t position; /* consumed, buys less sells */
    int64_t nameless; /* consumed, nobody knows any more under which id */
};

enum sim_token_state { SIM_TOKEN_LIVE, SIM_TOKEN_CANCELLED, SIM_TOKEN_EXPIRED };

struct sim_token {
    char *id; /* RiskLimitCheckID(2319), or the first 2318 when chaining */
    size_t limit;
    char side;
    enum sim_token_state state;
    struct sim_account sums;
    int64_t expires_ns;
};

struct sim_ledger {
    struct sim_limit *limits;
    size_t limit_count;
    struct sim_token *tokens;
    size_t token_count;
    size_t token_size;
    struct sim_index bare; /* ids that are no tokens, to what they consumed */
    int64_t expiry_ns;     /* no live token lapses before; 0 when not known */
};

void sim_ledger_deinit(struct sim_ledger *ledger);

/* A limit by its id, or SIM_NONE. */
size_t sim_ledger_limit(const struct sim_ledger *ledger, struct cg_slice id);
/* A limit by its account and currency (either may be empty), or SIM_NONE. */
size_t sim_ledger_limit_of(const struct sim_ledger *ledger,
                           struct cg_slice account,
                           struct cg_slice currency);
/* Adds a limit, or finds the one with this id; |*added| says which. */
struct sim_limit *sim_ledger_set(struct sim_ledger *ledger,
                                 struct cg_slice id,
                                 struct cg_slice firm,
                                 struct cg_slice account,
                                 struct cg_slice currency,
                                 bool *added);

int64_t sim_account_reserved(const struct sim_account *sums);
/* Gross: reserved + consumed; net: the worst path of fills. */
int64_t sim_limit_use(const struct sim_limit *limit);

/*
 * A new token for |total|; its place goes to |*token|.  SIM_DONE,
 * SIM_EXCEEDED or SIM_NO_LIMIT.
 */
enum sim_verdict sim_ledger_reserve(struct sim_ledger *ledger,
                                    struct cg_slice id,
                                    size_t limit,
                                    char side,
                                    int64_t total,
                                    int64_t expires_ns,
                                    size_t *token);

/* Changes the token's life total, the consumed part included (R24). */
enum sim_verdict sim_ledger_change(struct sim_ledger *ledger,
                                   size_t token,
                                   int64_t total,
                                   int64_t expires_ns);

/* What is still reserved comes free; the token ends as |state|. */
enum sim_verdict sim_ledger_end(struct sim_ledger *ledger,
                                size_t token,
                                enum sim_token_state state);

/* A trade used |amount|; more than what is reserved is an overrun. */
void sim_ledger_consume(struct sim_ledger *ledger,
                        size_t token,
                        int64_t amount);

/* A trade under no token that is known; |id| may be empty. */
void sim_ledger_consume_bare(struct sim_ledger *ledger,
                             struct cg_slice id,
                             size_t limit,
                             char side,
                             int64_t amount);

/*
 * A trade of |amount| did not stand: it is released, not reserved again.
 * SIM_BELOW_CONSUMED when so much was never consumed.
 */
enum sim_verdict
sim_ledger_bust(struct sim_ledger *ledger, size_t token, int64_t amount);
/* The same under no token that is known: what another id has consumed is not
 * taken back in its place. */
enum sim_verdict sim_ledger_bust_bare(struct sim_ledger *ledger,
                                      struct cg_slice id,
                                      size_t limit,
                                      char side,
                                      int64_t amount);

/*
 * A live token whose time has come, or SIM_NONE; then |expiry_ns| says when to
 * ask again.
 */
size_t sim_ledger_lapsed(struct sim_ledger *ledger, int64_t now_ns);

/* Forgets every token: reservations come free, consumption stays. */
void sim_ledger_forget(struct sim_ledger *ledger);

#endif
