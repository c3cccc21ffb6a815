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

/* --- queues (apply_queue.c) --------------------------------------------- */

void cg_apply_queued(struct cg_state *state, const struct cg_fact *fact);
void cg_apply_left(struct cg_state *state, const struct cg_fact *fact);

/* --- prices (apply_price.c) --------------------------------------------- */

void cg_apply_priced(struct cg_state *state, const struct cg_fact *fact);

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
