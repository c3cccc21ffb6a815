/*
 * Warning levels that a user has of its own: they say when the sessions of an
 * account are warned, whatever levels its limits have.
 *
 * Only News comes of them; what a level does is its owner's to say.  Rule: R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

bool cg_percent_reached(cg_dv01 use, cg_dv01 amount, int64_t percent)
{
    return (cg_wide)use * 100 >= (cg_wide)amount * percent;
}

static void level_fact(struct cg_engine *engine,
                       enum cg_fact_kind kind,
                       uint32_t limit,
                       uint32_t account,
                       uint32_t levels)
{
    struct cg_fact fact = cg_fact_of(kind);
    fact.limit = limit;
    fact.account = account;
    fact.flags = levels;
    cg_engine_record(engine, &fact);
}

/* |quiet|: the limit notice of this event says it already. */
static void account_settle(struct cg_engine *engine,
                           uint32_t slot,
                           uint32_t place,
                           cg_dv01 use,
                           bool quiet)
{
    const struct cg_account *account = &engine->state.accounts[slot];
    uint32_t limit = account->limits[place];
    cg_dv01 amount = engine->state.limits[limit].amount;
    uint32_t back = 0;
    uint32_t fired = 0;
    uint32_t highest = 0;
    for (uint32_t i = 0; i < account->warnings; i++) {
        uint32_t percent = account->warning_percent[i];
        bool warned = (account->warned[place] >> i & 1) != 0;
        if (warned && !cg_percent_reached(use, amount, (int64_t)percent - 5)) {
            back |= 1u << i;
        } else if (!warned && use > 0 &&
                   cg_percent_reached(use, amount, percent)) {
            fired |= 1u << i;
            highest = percent;
        }
    }
    if (back != 0) {
        level_fact(engine, CG_FACT_LIMIT_REARMED, limit, slot, back);
    }
    if (fired == 0) {
        return;
    }
    level_fact(engine, CG_FACT_LIMIT_WARNED, limit, slot, fired);
    uint32_t first = engine->effect_count;
    if (!quiet) {
        cg_account_news(engine, slot, CG_NEWS_WARNING, limit, CG_NONE);
    }
    for (uint32_t e = first; e < engine->effect_count; e++) {
        engine->effects[e].value = highest;
    }
}

void cg_account_levels_settle(struct cg_engine *engine,
                              uint32_t limit,
                              cg_dv01 use,
                              bool quiet)
{
    const struct cg_state *state = &engine->state;
    uint32_t only = state->limits[limit].account;
    uint32_t first = only != CG_NONE ? only : 0;
    uint32_t end = only != CG_NONE ? only + 1 : state->account_count;
    for (uint32_t i = first; state->own_warnings > 0 && i < end; i++) {
        const struct cg_account *account = &state->accounts[i];
        uint32_t place = 0;
        if (!account->own_warnings) {
            continue;
        }
        while (place < account->limit_count &&
               account->limits[place] != limit) {
            place++;
        }
        if (place < account->limit_count) {
            account_settle(engine, i, place, use, quiet);
        }
    }
}
