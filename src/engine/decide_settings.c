/*
 * A configuration that is another one than before, while orders are open.
 *
 * Settings are no facts: what follows from them is, and so a start on the same
 * configuration comes to the same books.  Charges stay as they are; limits that
 * cover more than before count what is open, and act on it as if their owners
 * had said so.  Rules: R7, R11, R13, R17, R44, R48, R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

void cg_engine_settings(struct cg_engine *engine,
                        const struct cg_engine_config *config)
{
    struct cg_engine_config *own = &engine->config;
    own->soft_deadline_ns = config->soft_deadline_ns;
    own->hard_deadline_ns = config->hard_deadline_ns;
    own->pull_time_ns = config->pull_time_ns;
    own->stale_resend_ns = config->stale_resend_ns;
    own->probe_after = config->probe_after;
    own->fx = config->fx;
    own->fx_count = config->fx_count;
    own->day_end_ns = config->day_end_ns;
    own->zone = config->zone;
    own->rates_max_age_ns = config->rates_max_age_ns;
    own->rates_stale_alarms = config->rates_stale_alarms;
}

void cg_engine_levels_arm(struct cg_engine *engine,
                          uint32_t slot,
                          const uint32_t *percent,
                          uint32_t count)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_REARMED);
    for (uint32_t i = 0; i < limit->warnings; i++) {
        bool other = i >= count || limit->warning_percent[i] != percent[i];
        fact.flags |= other ? limit->warned & 1u << i : 0;
    }
    if (fact.flags != 0 && !limit->owner_warnings) {
        fact.limit = slot;
        fact.amount = cg_limit_use(limit);
        cg_engine_record(engine, &fact);
    }
}

void cg_engine_times_set(struct cg_engine *engine)
{
    cg_timers_reset(engine);
    cg_timer_rates(engine);
    cg_rates_age(engine);
    cg_days_start(engine);
}

void cg_engine_breaches_pull(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        if (limit->kind == CG_LIMIT_DV01 && limit->has_amount &&
            limit->state != CG_LIMIT_REMOVED && !limit->breached &&
            cg_limit_use(limit) > limit->amount) {
            cg_limit_pull(engine, i);
        }
    }
}

void cg_engine_limit_lowered(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (limit->breached) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_REARMED);
        fact.limit = slot;
        fact.value = CG_WARNINGS_MAX;
        fact.amount = cg_limit_use(limit);
        cg_engine_record(engine, &fact);
    }
}

void cg_engine_settings_settle(struct cg_engine *engine)
{
    cg_limits_adopt_open(engine);
    cg_engine_breaches_pull(engine);
    cg_engine_restored(engine); /* every limit and queue is looked at anew */
}
