/*
 * Instruments made at run time, by a pattern or for an order's own dates.
 *
 * There are only so many of them; one that nothing refers to any more makes
 * room, and all such go with the trading day.  An instrument that an order, a
 * leg or a limit names keeps its place, and so what they say.  Rules: R2, R4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "scope.h"
#include "text.h"

/* --- forgetting ---------------------------------------------------------- */

static void forget(struct cg_engine *engine, uint32_t slot)
{
    struct cg_id name = engine->state.instruments[slot].name;
    struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_FORGOTTEN);
    fact.instrument = slot;
    cg_fact_id(&fact, cg_id_slice(&name));
    cg_engine_record(engine, &fact);
}

void cg_instruments_forget(struct cg_engine *engine)
{
    while (engine->state.idle_first != CG_NONE) {
        forget(engine, engine->state.idle_first);
    }
}

static bool is_resolved(const struct cg_engine *engine, uint32_t slot)
{
    for (uint32_t i = 0; i < engine->resolved_count; i++) {
        if (engine->resolved[i] == slot) {
            return true;
        }
    }
    return false;
}

/* It is what this event is about, so the event's other legs do not displace
 * it. */
static void resolve(struct cg_engine *engine, uint32_t slot)
{
    if (!is_resolved(engine, slot) && engine->resolved_count < CG_LEGS_MAX) {
        engine->resolved[engine->resolved_count++] = slot;
    }
}

static bool is_full(const struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    return state->instruments_dynamic >= engine->config.sizes.instruments ||
           cg_state_next_instrument(state) == CG_NONE;
}

/* Forgets the oldest that nothing refers to, if that makes room. */
static bool make_room(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    uint32_t i = state->idle_first;
    while (is_full(engine) && i != CG_NONE) {
        uint32_t next = state->instruments[i].next;
        if (!is_resolved(engine, i)) {
            forget(engine, i);
        }
        i = next;
    }
    return !is_full(engine);
}

/* --- making -------------------------------------------------------------- */

uint32_t cg_engine_instrument(struct cg_engine *engine, struct cg_slice name)
{
    uint32_t slot = cg_state_instrument(&engine->state, name);
    if (slot != CG_NONE) {
        resolve(engine, slot);
    }
    return slot;
}

/* What comes from a message may be anything. */
static bool is_sound(const struct cg_instrument_event *event)
{
    if (!cg_text_is_name(event->name, CG_NAME_MAX) ||
        !cg_text_is_name(cg_slice_str(event->currency), 3) ||
        event->currency[2] == '\0' || event->rate < 0) {
        return false;
    }
    for (unsigned i = 0; i < CG_TERMS; i++) {
        if (event->terms[i].len > 0 &&
            !cg_text_is_name(event->terms[i], CG_NAME_MAX)) {
            return false;
        }
    }
    return true;
}

static bool is_same(const struct cg_instrument *instrument,
                    const struct cg_instrument_event *event)
{
    struct cg_slice symbol = event->terms[CG_TERM_SYMBOL];
    bool same = instrument->dynamic &&
                memcmp(instrument->currency, event->currency, 3) == 0 &&
                cg_slice_equal(cg_id_slice(&instrument->symbol),
                               symbol.len > 0 ? symbol : event->name);
    for (unsigned i = CG_TERM_SYMBOL + 1; same && i < CG_TERMS; i++) {
        same = cg_slice_equal(cg_id_slice(&instrument->terms[i]),
                              event->terms[i]);
    }
    return same;
}

static void name(struct cg_engine *engine,
                 uint32_t slot,
                 const struct cg_instrument_event *event)
{
    char text[4 + CG_SCOPE_TEXT_MAX];
    struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_NAMED);
    memcpy(text, event->currency, 3);
    text[3] = '\t';
    fact.instrument = slot;
    fact.flags = 1;
    cg_fact_id(&fact, event->name);
    fact.text = text;
    fact.text_len = 4 + cg_scope_write(event->terms, text + 4);
    cg_engine_record(engine, &fact);
}

uint32_t cg_engine_instrument_new(struct cg_engine *engine,
                                  const struct cg_instrument_event *event)
{
    const struct cg_state *state = &engine->state;
    if (!is_sound(event)) {
        return CG_NONE;
    }
    uint32_t slot = cg_state_instrument(state, event->name);
    bool counts = slot != CG_NONE && state->instruments[slot].dynamic;
    if (!counts && !make_room(engine)) {
        return CG_NONE;
    }
    slot = slot != CG_NONE ? slot : cg_state_next_instrument(state);
    if (!is_same(&state->instruments[slot], event)) {
        name(engine, slot, event);
    }
    cg_engine_rate(engine, slot, event->rate, event->row_hash);
    resolve(engine, slot);
    return slot;
}
