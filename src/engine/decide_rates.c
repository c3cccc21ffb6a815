/*
 * Par rates: what they make of instruments, and how old they are.
 *
 * Integers only: whoever builds curves hands over a DV01 per million for each
 * instrument.  New rates change no charge; rates that are too old take no new
 * risk, and hold up no cancel.  Rules: R2, R4, R7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "age.h"
#include "map.h"

/* The last moment at which the rates in force are not too old. */
static cg_time fresh_until(const struct cg_engine *engine)
{
    const struct cg_rates_state *rates = &engine->state.rates;
    cg_time until;
    if (rates->version == 0 ||
        engine->config.rates_max_age_ns == CG_TIME_NEVER ||
        __builtin_add_overflow(rates->made_at, engine->config.rates_max_age_ns,
                               &until)) {
        return CG_TIME_NEVER;
    }
    return until;
}

bool cg_engine_rates_stale(const struct cg_engine *engine)
{
    return engine->now > fresh_until(engine);
}

/* --- what may take new risk ---------------------------------------------- */

bool cg_instrument_is_priced(const struct cg_state *state,
                             uint32_t slot,
                             struct cg_refusal *refusal)
{
    const struct cg_instrument *instrument = &state->instruments[slot];
    if (instrument->rate != 0) {
        return true;
    }
    *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
    if (cg_instrument_is_curve(instrument)) {
        refusal->detail = state->rates.version == 0
                              ? "no par rates were taken yet"
                              : "the par rates in force do not price it";
    }
    return false;
}

bool cg_instrument_is_fresh(const struct cg_engine *engine,
                            uint32_t slot,
                            struct cg_refusal *refusal)
{
    if (!cg_instrument_is_curve(&engine->state.instruments[slot]) ||
        engine->config.rates_stale_alarms || !cg_engine_rates_stale(engine)) {
        return true;
    }
    *refusal = cg_refusal_of(CG_RATES_STALE);
    return false;
}

bool cg_cover_is_fresh(const struct cg_engine *engine,
                       const struct cg_cover_request *request,
                       struct cg_refusal *refusal)
{
    for (uint32_t i = 0; i < request->leg_count; i++) {
        if (!cg_instrument_is_fresh(engine, request->legs[i].instrument,
                                    refusal)) {
            return false;
        }
    }
    return request->instrument == CG_NONE ||
           cg_instrument_is_fresh(engine, request->instrument, refusal);
}

bool cg_order_is_fresh(const struct cg_engine *engine,
                       uint32_t slot,
                       struct cg_refusal *refusal)
{
    const struct cg_order *order = &engine->state.orders[slot];
    struct cg_leg_terms legs[CG_LEGS_MAX];
    struct cg_cover_request request = {
        .instrument = order->instrument,
        .legs = legs,
        .leg_count = cg_package_terms(&engine->state, order, legs),
    };
    return cg_cover_is_fresh(engine, &request, refusal);
}

/* --- the moment when rates get too old ----------------------------------- */

void cg_timer_rates(struct cg_engine *engine)
{
    cg_time until = fresh_until(engine);
    bool said = engine->state.rates.aged_at == until;
    engine->rates_due = until == CG_TIME_NEVER || said || !engine->days_run
                            ? CG_TIME_NEVER
                            : until + 1;
}

void cg_rates_age(struct cg_engine *engine)
{
    char age[CG_AGE_TEXT_MAX];
    char max[CG_AGE_TEXT_MAX];
    if (engine->now < engine->rates_due) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_RATES_AGED);
    fact.number = engine->state.rates.version;
    fact.until = fresh_until(engine);
    cg_engine_record(engine, &fact);
    CG_ASSERT(engine->rates_due == CG_TIME_NEVER);
    cg_age_text(engine->now - engine->state.rates.made_at, age);
    cg_age_text(engine->config.rates_max_age_ns, max);
    cg_note(engine,
            "ALARM: the par rates are %s old, and may be %s: instruments that "
            "they price %s until new ones are taken",
            age, max,
            engine->config.rates_stale_alarms ? "go on by them"
                                              : "take no new risk");
}

/* --- taking them --------------------------------------------------------- */

/* The first eight bytes, to be compared in the journal at a glance. */
static uint64_t digest_hash(struct cg_slice digest)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < 16; i++) {
        char c = digest.data[i];
        uint64_t nibble = c >= 'a' ? (uint64_t)(c - 'a') + 10
                                   : (uint64_t)(c - '0');
        hash = hash << 4 | (nibble & 0xf);
    }
    return hash;
}

/* What an unlike time of a file hardly has. */
static uint64_t stamp_of(const struct cg_rates_event *event)
{
    return cg_hash_number((uint64_t)event->made_at);
}

static void rates_fact(struct cg_engine *engine,
                       const struct cg_rates_event *event,
                       cg_time made_at)
{
    char text[CG_DIGEST_LEN + 1 + CG_NOTE_LEN];
    struct cg_fact fact = cg_fact_of(CG_FACT_RATES_TAKEN);
    fact.number = engine->state.rates.version + 1;
    fact.until = made_at;
    fact.hash = digest_hash(event->digest);
    fact.terms_hash = stamp_of(event);
    cg_fact_id(&fact, event->set);
    int len = snprintf(text, sizeof(text), "%.*s %.*s", CG_DIGEST_LEN,
                       event->digest.data, (int)event->words.len,
                       event->words.data);
    fact.text = text;
    fact.text_len = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
    cg_engine_record(engine, &fact);
}

/* A clock that is ahead makes no rates younger than they are: what comes from
 * the future is as old as when it was taken. */
static cg_time made_at(struct cg_engine *engine, cg_time claimed)
{
    char ahead[CG_AGE_TEXT_MAX];
    if (claimed > engine->now) {
        cg_age_text(claimed - engine->now, ahead);
        cg_note(engine,
                "ALARM: these par rates were made %s from now, by the clock "
                "that stamped them: their age counts from now",
                ahead);
        return engine->now;
    }
    return claimed;
}

bool cg_engine_rates_are(const struct cg_engine *engine,
                         const struct cg_rates_event *event)
{
    const struct cg_rates_state *rates = &engine->state.rates;
    return rates->version > 0 && cg_slice_is(event->digest, rates->digest) &&
           cg_slice_equal(event->set, cg_id_slice(&rates->set)) &&
           stamp_of(event) == rates->stamp;
}

void cg_engine_rates(struct cg_engine *engine,
                     const struct cg_rates_event *event)
{
    CG_ASSERT(event->digest.len == CG_DIGEST_LEN);
    char age[CG_AGE_TEXT_MAX];
    rates_fact(engine, event, made_at(engine, event->made_at));
    const struct cg_rates_state *rates = &engine->state.rates;
    cg_age_text(engine->now - rates->made_at, age);
    cg_notice(engine, "takes par rates %llu, %s old: %.*s",
              (unsigned long long)rates->version, age, (int)event->words.len,
              event->words.data);
    cg_rates_age(engine); /* they may be too old as they come */
}

void cg_engine_rate(struct cg_engine *engine,
                    uint32_t slot,
                    cg_dv01 rate,
                    uint64_t row_hash)
{
    const struct cg_instrument *instrument = &engine->state.instruments[slot];
    CG_ASSERT(instrument->used);
    CG_ASSERT(rate >= 0);
    if (instrument->rate == rate && instrument->row_hash == row_hash) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_RATED);
    fact.instrument = slot;
    fact.rate = rate;
    fact.hash = row_hash;
    fact.number = engine->state.rates.version;
    cg_engine_record(engine, &fact);
}

void cg_engine_row(struct cg_engine *engine, uint32_t slot, uint64_t row_hash)
{
    if (engine->state.instruments[slot].row_hash != row_hash) {
        cg_engine_rate(engine, slot, 0, row_hash);
    }
}
