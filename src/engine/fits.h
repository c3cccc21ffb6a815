/*
 * What cg_fact_applies() asks of the parts of the state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FITS_H
#define CG_FITS_H

#include "state.h"

static inline bool cg_is_limit(const struct cg_state *state, uint32_t slot)
{
    return slot < state->limit_count;
}

static inline bool cg_is_session(const struct cg_state *state,
                                 cg_session session)
{
    return session < state->session_count;
}

bool cg_account_fits(const struct cg_state *state, const struct cg_fact *fact);
bool cg_limit_fits(const struct cg_state *state, const struct cg_fact *fact);

/* Its party is known: cg_fact_fits() has seen to that. */
bool cg_stop_fits(const struct cg_state *state, const struct cg_fact *fact);

#endif
