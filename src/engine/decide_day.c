/*
 * The ends of days: use that is reset, ids that are forgotten.
 *
 * What should have ended while the gate was down ends first when it is up, each
 * thing once and in order.  Rules: R40, R46, R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "zone.h"

/* When a limit's use is reset next, and when it should have been last. */
struct reset {
    cg_time next;
    cg_time last;
};

static struct reset
reset_of(const struct cg_engine *engine, cg_time time_of_day, cg_time done)
{
    const struct cg_zone *zone = &engine->config.zone;
    struct reset reset = {CG_TIME_NEVER, CG_TIME_NEVER};
    if (time_of_day < 0) {
        return reset;
    }
    reset.next = cg_zone_next(zone, time_of_day, done);
    if (reset.next <= engine->now) {
        reset.last = cg_zone_last(zone, time_of_day, engine->now);
    }
    return reset;
}

static struct reset day_reset(const struct cg_engine *engine)
{
    return reset_of(engine, engine->config.day_end_ns,
                    engine->state.day_ended_at);
}

static struct reset limit_reset(const struct cg_engine *engine,
                                const struct cg_limit *limit)
{
    cg_time time_of_day = limit->reset_time_ns == CG_RESET_DAY_END
                              ? engine->config.day_end_ns
                              : limit->reset_time_ns;
    if (limit->kind != CG_LIMIT_DV01) {
        time_of_day = CG_RESET_NEVER; /* it counts no use */
    }
    return reset_of(engine, time_of_day, limit->reset_at);
}

/* The oldest reset that is due, or CG_TIME_NEVER; |next|: of what is not. */
static cg_time oldest_due(const struct cg_engine *engine, cg_time *next)
{
    struct reset reset = day_reset(engine);
    cg_time due = reset.last;
    *next = reset.next;
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        reset = limit_reset(engine, &engine->state.limits[i]);
        due = reset.last < due ? reset.last : due;
        *next = reset.next < *next ? reset.next : *next;
    }
    return due;
}

static uint32_t limits_reset(struct cg_engine *engine, cg_time due)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        if (limit_reset(engine, limit).last != due) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_RESET);
        fact.limit = i;
        fact.until = due;
        fact.amount = limit->gross;
        fact.other = limit->position;
        cg_engine_record(engine, &fact);
        count++;
    }
    return count;
}

/* What a venue has not said of a DAY order is asked for, never assumed.  With
 * the venue away that is done when it is back (R46). */
static uint32_t day_orders_ask(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->account_count; i++) {
        for (uint32_t slot = state->accounts[i].orders; slot != CG_NONE;
             slot = state->orders[slot].next) {
            if (state->orders[slot].time_in_force == '0') {
                cg_order_inquire(engine, slot);
                count++;
            }
        }
    }
    return count;
}

static void day_end(struct cg_engine *engine, cg_time due)
{
    uint32_t before = engine->state.request_map.count;
    struct cg_fact fact = cg_fact_of(CG_FACT_DAY_ENDED);
    fact.until = due;
    cg_engine_record(engine, &fact);
    cg_notice(
        engine,
        "the trading day has ended: %u ClOrdIDs forgotten, %u orders open",
        before - engine->state.request_map.count, engine->state.open_orders);
    cg_instruments_forget(engine);
    uint32_t asked = day_orders_ask(engine);
    if (asked > 0) {
        cg_note(engine, "%u DAY orders have no last word of their venue",
                asked);
    }
}

void cg_days_end(struct cg_engine *engine)
{
    if (!engine->days_run || engine->next_reset > engine->now) {
        return;
    }
    bool ended = false;
    cg_time due;
    while ((due = oldest_due(engine, &engine->next_reset)) != CG_TIME_NEVER) {
        ended = true;
        bool whole = day_reset(engine).last == due;
        uint32_t count = limits_reset(engine, due);
        if (count > 0) {
            cg_notice(engine, "the use of %u limits begins anew", count);
        }
        if (whole) {
            day_end(engine, due);
        }
    }
    if (ended) {
        cg_limits_settle(engine); /* warnings are armed again, breaches end */
    }
}

void cg_days_start(struct cg_engine *engine)
{
    engine->days_run = true;
    engine->next_reset = engine->now;
    cg_days_end(engine);
}

void cg_days_limit(struct cg_engine *engine, uint32_t limit)
{
    if (engine->days_run) {
        cg_time next = limit_reset(engine, &engine->state.limits[limit]).next;
        engine->next_reset = next < engine->next_reset ? next
                                                       : engine->next_reset;
    }
}
