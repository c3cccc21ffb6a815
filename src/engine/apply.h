/*
 * What the files that apply facts share.  Nobody else includes this: they are
 * the one writer of the state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_APPLY_H
#define CG_ENGINE_APPLY_H

#include "state.h"

static inline void cg_apply_id(struct cg_id *id, const char *data, size_t len)
{
    id->len = (uint8_t)(len < CG_NAME_MAX ? len : CG_NAME_MAX);
    if (id->len > 0) {
        memcpy(id->text, data, id->len);
    }
}

static inline struct cg_slice cg_apply_fact_id(const struct cg_fact *fact)
{
    return (struct cg_slice){fact->id, fact->id_len};
}

static inline unsigned cg_apply_side(char side)
{
    return side == '1' ? 0 : 1;
}

/* --- money (apply_token.c) ----------------------------------------------- */

void cg_apply_token_move(struct cg_token *token, enum cg_token_state next);
void cg_apply_unsure_set(struct cg_state *state,
                         struct cg_token *token,
                         cg_dv01 unsure);
void cg_apply_token_end(struct cg_state *state,
                        struct cg_token *token,
                        enum cg_token_end end);
void cg_apply_token_charged(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_token_added(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_token_recharged(struct cg_state *state,
                              const struct cg_fact *fact);
void cg_apply_token_granted(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_token_lapsed(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_used_add(struct cg_state *state,
                       const struct cg_token *token,
                       cg_dv01 amount,
                       bool confirmed);
void cg_apply_token_filled(struct cg_state *state,
                           struct cg_token *token,
                           cg_dv01 filled);
void cg_apply_token_repriced(struct cg_state *state,
                             const struct cg_fact *fact);
void cg_apply_token_forget(struct cg_state *state, uint32_t slot);

/* --- orders (apply_order.c) ---------------------------------------------- */

void cg_apply_order_stays(struct cg_state *state, struct cg_order *order);
void cg_apply_order_forget(struct cg_state *state, uint32_t slot);
void cg_apply_order_may_go(struct cg_state *state, uint32_t slot);
void cg_apply_order_taken(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_order_closed(struct cg_state *state, uint32_t slot, uint32_t by);
void cg_apply_order_refused(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_order_sent(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_order_identified(struct cg_state *state,
                               const struct cg_fact *fact);
void cg_apply_order_acked(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_fills_count(struct cg_state *state, const struct cg_order *order);
void cg_apply_order_filled(struct cg_state *state, const struct cg_fact *fact);

/* --- requests (apply_request.c) ------------------------------------------ */

void cg_apply_request_move(struct cg_request *request,
                           enum cg_request_state next);
void cg_apply_request_out(const struct cg_state *state,
                          struct cg_request *request);
struct cg_request *cg_apply_request_add(struct cg_state *state,
                                        const struct cg_fact *fact,
                                        enum cg_request_kind kind);
void cg_apply_worst_set(struct cg_state *state, struct cg_order *order);
void cg_apply_request_taken(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_request_passed(struct cg_state *state,
                             const struct cg_fact *fact);
void cg_apply_request_advanced(struct cg_state *state,
                               const struct cg_fact *fact);
void cg_apply_request_sent(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_request_ended(struct cg_state *state,
                            const struct cg_fact *fact,
                            enum cg_request_state next);

/* --- asks (apply_ask.c) -------------------------------------------------- */

void cg_apply_ask_sent(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_ask_answered(struct cg_state *state, const struct cg_fact *fact);

/* --- names, limits, links (apply_limit.c) -------------------------------- */

void cg_apply_account_named(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_session_named(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_named(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_set(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_stated(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_scoped(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_unscoped(struct cg_state *state,
                             const struct cg_fact *fact);
void cg_apply_limit_warned(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_rearmed(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_link_changed(struct cg_state *state,
                           const struct cg_fact *fact,
                           bool up);
void cg_apply_hub_answered(struct cg_state *state, const struct cg_fact *fact);

/* --- instruments and rates (apply_instrument.c) -------------------------- */

void cg_apply_instrument_named(struct cg_state *state,
                               const struct cg_fact *fact);
void cg_apply_instrument_rated(struct cg_state *state,
                               const struct cg_fact *fact);
void cg_apply_instrument_forgotten(struct cg_state *state,
                                   const struct cg_fact *fact);
void cg_apply_rates_taken(struct cg_state *state, const struct cg_fact *fact);

/* Somebody refers to an instrument, CG_NONE included, or no longer does. */
void cg_apply_instrument_refer(struct cg_state *state, uint32_t slot);
void cg_apply_instrument_leave(struct cg_state *state, uint32_t slot);

/* --- days (apply_day.c) -------------------------------------------------- */

void cg_apply_limit_reset(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_day_ended(struct cg_state *state, const struct cg_fact *fact);

/* --- queues (apply_queue.c) --------------------------------------------- */

void cg_apply_queued(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_left(struct cg_state *state, const struct cg_fact *fact);

/* --- prices (apply_price.c) --------------------------------------------- */

void cg_apply_priced(struct cg_state *state, const struct cg_fact *fact);

/* The legs of a token cost what |request| has brought (R7). */
void cg_apply_shares_priced(struct cg_state *state,
                            const struct cg_token *token,
                            uint32_t request);

/* Drops the prices of one request of an order, or all of a token. */
void cg_apply_prices_end(struct cg_state *state,
                         const struct cg_order *order,
                         uint32_t request);
void cg_apply_prices_drop(struct cg_state *state, struct cg_token *token);

/* --- status requests (apply_status.c) ----------------------------------- */

void cg_apply_status_asked(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_status_told(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_status_relayed(struct cg_state *state,
                             const struct cg_fact *fact);
void cg_apply_withheld(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_resends_ended(struct cg_state *state, const struct cg_fact *fact);

/* --- stops (apply_stop.c) ----------------------------------------------- */

/* The slot of a firm, made when its name is new. */
uint32_t cg_apply_firm(struct cg_state *state, struct cg_slice name);

void cg_apply_stop_placed(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_stop_done(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_stop_lifted(struct cg_state *state, const struct cg_fact *fact);

/* --- actions of limits (apply_action.c) --------------------------------- */

void cg_apply_limit_actions(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_limit_stopped(struct cg_state *state, const struct cg_fact *fact);

/* What a breach, or levels that fired, switch the model to (R17). */
void cg_apply_limit_switch(struct cg_limit *limit, const struct cg_fact *fact);

/* --- a user's warning levels (apply_levels.c) --------------------------- */

void cg_apply_account_warnings(struct cg_state *state,
                               const struct cg_fact *fact);
bool cg_apply_account_warned(struct cg_state *state,
                             const struct cg_fact *fact,
                             bool warned);

#endif
