/*
 * Instruments that come and go, and the par rates that price them.
 * Part of the one writer of the state (apply.c).
 *
 * Rules: R2, R4, R7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"
#include "scope.h"

/* --- the idle ones ------------------------------------------------------- */

static void idle_enter(struct cg_state *state, uint32_t slot)
{
    struct cg_instrument *instrument = &state->instruments[slot];
    instrument->idle = true;
    instrument->next = CG_NONE;
    instrument->previous = state->idle_last;
    if (state->idle_last == CG_NONE) {
        state->idle_first = slot;
    } else {
        state->instruments[state->idle_last].next = slot;
    }
    state->idle_last = slot;
}

static void idle_leave(struct cg_state *state, uint32_t slot)
{
    struct cg_instrument *instrument = &state->instruments[slot];
    instrument->idle = false;
    if (instrument->previous != CG_NONE) {
        state->instruments[instrument->previous].next = instrument->next;
    } else {
        state->idle_first = instrument->next;
    }
    if (instrument->next != CG_NONE) {
        state->instruments[instrument->next].previous = instrument->previous;
    } else {
        state->idle_last = instrument->previous;
    }
}

static void idle_set(struct cg_state *state, uint32_t slot)
{
    const struct cg_instrument *instrument = &state->instruments[slot];
    bool idle = instrument->dynamic && instrument->references == 0;
    if (idle && !instrument->idle) {
        idle_enter(state, slot);
    } else if (!idle && instrument->idle) {
        idle_leave(state, slot);
    }
}

void cg_apply_instrument_refer(struct cg_state *state, uint32_t slot)
{
    if (slot != CG_NONE) {
        CG_ASSERT(state->instruments[slot].used);
        state->instruments[slot].references++;
        idle_set(state, slot);
    }
}

void cg_apply_instrument_leave(struct cg_state *state, uint32_t slot)
{
    if (slot != CG_NONE) {
        CG_ASSERT(state->instruments[slot].references > 0);
        state->instruments[slot].references--;
        idle_set(state, slot);
    }
}

/* --- coming and going ---------------------------------------------------- */

static void slot_take(struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = fact->instrument;
    CG_ASSERT(slot == cg_state_next_instrument(state));
    if (slot == state->instrument_free) {
        state->instrument_free = state->instruments[slot].next;
    } else {
        state->instrument_count++;
    }
    state->instruments[slot] = (struct cg_instrument){.used = true};
    state->instruments_used++;
    cg_apply_id(&state->instruments[slot].name, fact->id, fact->id_len);
    cg_map_add(&state->instrument_map, cg_hash(0, cg_apply_fact_id(fact)),
               slot);
}

/* "USD", and what cg_scope_write() makes of the terms: one made at run time
 * is in no table that could tell them at the next start. */
static void describe(struct cg_instrument *instrument, struct cg_slice text)
{
    struct cg_id terms[CG_TERMS] = {{0}};
    CG_ASSERT(text.len >= 4);
    memcpy(instrument->currency, text.data, 3);
    cg_scope_read((struct cg_slice){text.data + 4, text.len - 4}, terms);
    if (terms[CG_TERM_SYMBOL].len > 0) {
        instrument->symbol = terms[CG_TERM_SYMBOL];
    }
    for (unsigned i = CG_TERM_SYMBOL + 1; i < CG_TERMS; i++) {
        instrument->terms[i] = terms[i];
    }
}

/* flags 1: made at run time, and its text describes it; else the configuration
 * does.  One that is there already may become the other kind. */
void cg_apply_instrument_named(struct cg_state *state,
                               const struct cg_fact *fact)
{
    struct cg_instrument *instrument = &state->instruments[fact->instrument];
    if (!instrument->used) {
        slot_take(state, fact);
    }
    CG_ASSERT(
        cg_slice_equal(cg_id_slice(&instrument->name), cg_apply_fact_id(fact)));
    instrument->symbol = instrument->name;
    state->instruments_dynamic -= instrument->dynamic ? 1 : 0;
    instrument->dynamic = (fact->flags & 1) != 0;
    state->instruments_dynamic += instrument->dynamic ? 1 : 0;
    if (instrument->dynamic) {
        describe(instrument, (struct cg_slice){fact->text, fact->text_len});
    } else { /* as for a new one: the table says */
        memset(instrument->currency, 0, sizeof(instrument->currency));
        memset(instrument->terms, 0, sizeof(instrument->terms));
    }
    idle_set(state, fact->instrument);
}

void cg_apply_instrument_rated(struct cg_state *state,
                               const struct cg_fact *fact)
{
    state->instruments[fact->instrument].rate = fact->rate;
    state->instruments[fact->instrument].row_hash = fact->hash;
}

void cg_apply_instrument_forgotten(struct cg_state *state,
                                   const struct cg_fact *fact)
{
    uint32_t slot = fact->instrument;
    struct cg_instrument *instrument = &state->instruments[slot];
    CG_ASSERT(instrument->idle);
    CG_ASSERT(instrument->references == 0);
    idle_leave(state, slot);
    cg_map_remove(&state->instrument_map,
                  cg_hash(0, cg_id_slice(&instrument->name)), slot);
    *instrument = (struct cg_instrument){.next = state->instrument_free};
    state->instrument_free = slot;
    state->instruments_used--;
    state->instruments_dynamic--;
}

/* --- par rates ----------------------------------------------------------- */

/* Its text is the digest and words; its id the set. */
void cg_apply_rates_taken(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_rates_state *rates = &state->rates;
    CG_ASSERT(fact->number == rates->version + 1);
    CG_ASSERT(fact->text_len >= CG_DIGEST_LEN);
    *rates = (struct cg_rates_state){
        .version = fact->number,
        .made_at = fact->until,
        .taken_at = fact->time,
        .stamp = fact->terms_hash,
    };
    memcpy(rates->digest, fact->text, CG_DIGEST_LEN);
    cg_apply_id(&rates->set, fact->id, fact->id_len);
}

/* --- what a journal may hold --------------------------------------------- */

static bool named_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    uint32_t slot = cg_state_instrument(state, cg_apply_fact_id(fact));
    if (slot == CG_NONE) {
        slot = cg_state_next_instrument(state);
    }
    return fact->instrument == slot && slot != CG_NONE &&
           ((fact->flags & 1) == 0 || fact->text_len >= 4);
}

static bool is_used(const struct cg_state *state, uint32_t slot)
{
    return slot < state->instrument_max && state->instruments[slot].used;
}

bool cg_instrument_fact_fits(const struct cg_state *state,
                             const struct cg_fact *fact)
{
    uint32_t slot = fact->instrument;
    if (fact->kind == CG_FACT_INSTRUMENT_NAMED) {
        return named_fits(state, fact);
    }
    if (fact->kind == CG_FACT_RATES_TAKEN) {
        return fact->number == state->rates.version + 1 &&
               fact->text_len >= CG_DIGEST_LEN;
    }
    bool must_be = fact->kind == CG_FACT_INSTRUMENT_RATED ||
                   fact->kind == CG_FACT_INSTRUMENT_FORGOTTEN ||
                   fact->kind == CG_FACT_LEG_TAKEN;
    if (slot == CG_NONE) {
        return !must_be;
    }
    return is_used(state, slot) && fact->rate >= 0 &&
           (fact->kind != CG_FACT_INSTRUMENT_FORGOTTEN ||
            state->instruments[slot].idle);
}
