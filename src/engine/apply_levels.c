/*
 * Facts about a user's own warning levels, applied.  Must never decide or fail;
 * see apply.c.  Rule: R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

/* flags 1: it has levels of its own; its hash is those, one byte each. */
void cg_apply_account_warnings(struct cg_state *state,
                               const struct cg_fact *fact)
{
    struct cg_account *account = &state->accounts[fact->account];
    bool own = (fact->flags & 1) != 0;
    state->own_warnings -= account->own_warnings;
    state->own_warnings += own;
    account->own_warnings = own;
    account->warnings = 0;
    for (uint32_t i = 0; i < CG_WARNINGS_MAX; i++) {
        account->warning_percent[i] = fact->hash >> (8 * i) & 0xff;
        account->warnings += account->warning_percent[i] != 0;
    }
    memset(account->warned, 0, sizeof(account->warned));
}

/* True when the fact was about an account's levels, not the limit's. */
bool cg_apply_account_warned(struct cg_state *state,
                             const struct cg_fact *fact,
                             bool warned)
{
    if (fact->account == CG_NONE) {
        return false;
    }
    struct cg_account *account = &state->accounts[fact->account];
    for (uint32_t i = 0; i < account->limit_count; i++) {
        if (account->limits[i] == fact->limit) {
            uint32_t bits = warned ? account->warned[i] | fact->flags
                                   : account->warned[i] & ~fact->flags;
            account->warned[i] = (uint8_t)bits;
        }
    }
    return true;
}
