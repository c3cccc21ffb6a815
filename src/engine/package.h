/*
 * Packages: orders with legs (R5).
 *
 * Each leg is an instrument, a side and so much of it per package.  What the
 * legs are worth under a limit is one amount per token, and follows from the
 * packages of the order and the fills of its legs alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_PACKAGE_H
#define CG_ENGINE_PACKAGE_H

#include "check.h"
#include "id.h"
#include <creditgate/fact.h>

struct cg_state;
struct cg_order;
struct cg_token;

#define CG_RATIO_DIGITS 8 /* decimals of LegRatioQty(623) */
#define CG_RATIO_SCALE 100000000
/* A leg is at most this many times its package; products stay in 128 bits. */
#define CG_RATIO_MAX ((int64_t)1000000 * CG_RATIO_SCALE)

/* Places for shares per leg: in each token of an order, and once more when
 * every token has fallen back (R27). */
#define CG_LEG_SHARES (2 * CG_COVER_MAX)

/* What a leg is, before and after its order is taken. */
struct cg_leg_terms {
    uint32_t instrument;
    char side;     /* as it is executed: a sell package turns it round */
    int64_t ratio; /* of leg quantity to OrderQty, in 1 / CG_RATIO_SCALE */
    struct cg_slice ref;
};

struct cg_leg {
    uint32_t order; /* slot */
    uint32_t instrument;
    uint32_t next; /* of the same package; of the free list */
    char side;
    bool over; /* the venue has ended it by itself (442=2) */
    int64_t ratio;
    cg_qty cum_qty; /* of its own reports (442=2) */
    struct cg_id ref;
};

/* At the slot of its first leg. */
struct cg_package {
    struct cg_id symbol; /* 55 of the package, free text */
    uint32_t count;
    bool apart; /* its legs ended unevenly: each counts as it was filled */
};

/* What one leg is worth in one token. */
struct cg_share {
    uint32_t leg;
    uint32_t next; /* of the same token; of the free list */
    cg_dv01 rate;  /* per million, in the limit's currency */
};

/* How the amount of a token follows from its order. */
enum cg_sum {
    CG_SUM_ORDER, /* D(q) of the order's own instrument */
    CG_SUM_LEGS,  /* the sum over its legs */
    CG_SUM_NET,   /* buys less sells, on the larger side: packages are whole */
    CG_SUM_REST,  /* the other side of a net one: nothing, unless apart */
    CG_SUMS,
};

/* The fills of an order, as they are or as a report would have them. */
struct cg_fills {
    cg_qty cum_qty;     /* of the order: packages */
    uint32_t leg;       /* counts as filled with ... */
    cg_qty leg_cum_qty; /* ... this; CG_NONE: all legs are as they are */
    bool apart;
};

/* 55 of an order: its instrument's, or what the client called the package. */
struct cg_slice cg_order_symbol(const struct cg_state *state,
                                const struct cg_order *order);

/* What |qty| packages are of a leg with |ratio|, rounded up; false beyond 64
 * bits. */
bool cg_leg_qty(int64_t ratio, cg_qty qty, cg_qty *out);

/* |qty| times |rate|, which is in 1 / (1000000 * CG_RATIO_SCALE), rounded up;
 * false beyond 64 bits. */
bool cg_net_worth(cg_wide rate, cg_qty qty, cg_dv01 *out);

/*
 * R2: what |qty| of its order is worth in a token.  One cumulative function per
 * token, never smaller for more.  False when it does not fit in 64 bits.
 */
bool cg_token_worth(const struct cg_state *state,
                    const struct cg_token *token,
                    cg_qty qty,
                    cg_dv01 *out);

/* The same of what is filled. */
bool cg_token_filled(const struct cg_state *state,
                     const struct cg_token *token,
                     const struct cg_fills *fills,
                     cg_dv01 *out);

/* Both by other |rates| than the token's: one for each of its legs, in its own
 * order, or the only one.  Also false when the token turns: its net would be on
 * the other side. */
bool cg_token_worth_at(const struct cg_state *state,
                       const struct cg_token *token,
                       const cg_dv01 *rates,
                       cg_qty qty,
                       cg_dv01 *out);
bool cg_token_filled_at(const struct cg_state *state,
                        const struct cg_token *token,
                        const cg_dv01 *rates,
                        const struct cg_fills *fills,
                        cg_dv01 *out);
bool cg_token_turns(const struct cg_state *state,
                    const struct cg_token *token,
                    const cg_dv01 *rates);

/* The same of a token that is not there yet, by the rates of the order's legs
 * in their order; -1: not in it. */
bool cg_rates_filled(const struct cg_state *state,
                     const struct cg_order *order,
                     const struct cg_token *token,
                     const cg_dv01 *rates,
                     cg_dv01 *out);

struct cg_fills cg_fills_of(const struct cg_state *state,
                            const struct cg_order *order);

/* Whether the legs are not filled as whole packages would have them. */
bool cg_package_is_apart(const struct cg_state *state,
                         const struct cg_order *order,
                         const struct cg_fills *fills);

/* Whole packages that are filled by all that the venue has said. */
cg_qty cg_package_cum_qty(const struct cg_state *state,
                          const struct cg_order *order);

/* Whether every leg has ended, by its own reports. */
bool cg_package_is_over(const struct cg_state *state,
                        const struct cg_order *order);

/* The legs of an order, in their order, into CG_LEGS_MAX places; their number,
 * 0 when it is no package. */
uint32_t cg_package_terms(const struct cg_state *state,
                          const struct cg_order *order,
                          struct cg_leg_terms *terms);

/* The rates of a token, by the leg's place in its order; -1: not in it. */
void cg_token_rates(const struct cg_state *state,
                    const struct cg_token *token,
                    cg_dv01 *rates);

/* --- for apply.c: the only caller --------------------------------------- */

void cg_apply_leg_taken(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_leg_charged(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_leg_filled(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_legs_forgotten(struct cg_state *state, struct cg_order *order);
void cg_apply_shares_forgotten(struct cg_state *state, struct cg_token *token);

/* --- pools and proof ---------------------------------------------------- */

/* Makes room for |legs| legs; CG_ERR_MEMORY. */
int cg_legs_init(struct cg_state *state, uint32_t legs);
void cg_legs_deinit(struct cg_state *state);

/* The slot that the next leg will take, or CG_NONE. */
uint32_t cg_state_next_leg(const struct cg_state *state);

/* Whether a fact about legs names slots that exist. */
bool cg_leg_fact_fits(const struct cg_state *state, const struct cg_fact *fact);

/* Recomputes what legs and their tokens add up to; part of cg_audit(). */
bool cg_audit_packages(const struct cg_state *state,
                       char *error,
                       size_t error_len);

#endif
