/*
 * Who refers to which instrument, counted anew: part of the proof from scratch
 * (audit.c).  A place that somebody refers to must never be used again.
 *
 * Rules: R4, R7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "state.h"

#include "check.h"

static void count(uint32_t *references, uint32_t slot)
{
    if (slot != CG_NONE) {
        references[slot]++;
    }
}

static void count_all(const struct cg_state *state, uint32_t *references)
{
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        if (order->state == CG_ORDER_FREE) {
            continue;
        }
        count(references, order->instrument);
        for (uint32_t leg = order->legs; leg != CG_NONE;
             leg = state->legs[leg].next) {
            count(references, state->legs[leg].instrument);
        }
    }
    for (uint32_t i = 0; i < state->limit_count; i++) {
        count(references, state->limits[i].instrument);
    }
}

/* The free places and the idle ones, each in its list once. */
static bool lists_hold(const struct cg_state *state)
{
    uint32_t left = state->instrument_count;
    uint32_t idle = 0;
    for (uint32_t i = state->instrument_free; i != CG_NONE;
         i = state->instruments[i].next) {
        if (state->instruments[i].used || left-- == 0) {
            return false;
        }
    }
    uint32_t previous = CG_NONE;
    for (uint32_t i = state->idle_first; i != CG_NONE;
         i = state->instruments[i].next) {
        const struct cg_instrument *instrument = &state->instruments[i];
        /* A list that bites its own tail comes to one with another. */
        if (!instrument->idle || instrument->previous != previous) {
            return false;
        }
        previous = i;
        idle++;
    }
    for (uint32_t i = 0; i < state->instrument_count; i++) {
        idle -= state->instruments[i].idle ? 1 : 0;
    }
    return idle == 0 && left == state->instruments_used &&
           previous == state->idle_last;
}

static bool instrument_holds(const struct cg_state *state,
                             uint32_t slot,
                             uint32_t references)
{
    const struct cg_instrument *instrument = &state->instruments[slot];
    if (!instrument->used) {
        return references == 0 && !instrument->dynamic;
    }
    return instrument->references == references &&
           instrument->idle == (instrument->dynamic && references == 0) &&
           cg_state_instrument(state, cg_id_slice(&instrument->name)) == slot;
}

bool cg_audit_instruments(const struct cg_state *state,
                          char *error,
                          size_t error_len)
{
    uint32_t *references = calloc((size_t)state->instrument_max + 1,
                                  sizeof(*references));
    if (references == NULL) {
        snprintf(error, error_len, CG_AUDIT_NO_MEMORY);
        return false;
    }
    count_all(state, references);
    uint32_t dynamic = 0;
    bool holds = lists_hold(state);
    for (uint32_t i = 0; holds && i < state->instrument_count; i++) {
        holds = instrument_holds(state, i, references[i]);
        dynamic += state->instruments[i].dynamic;
    }
    free(references);
    if (!holds || dynamic != state->instruments_dynamic) {
        snprintf(error, error_len,
                 "the instruments are not referred to as they say");
        return false;
    }
    return true;
}
