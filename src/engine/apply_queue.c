/*
 * Orders that queue for room under limits.
 *
 * Part of the one writer of the state.  Rules: R26, R44.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

#include "check.h"

static struct cg_queue *queue_of(struct cg_state *state, uint32_t limit)
{
    return limit == CG_NONE ? &state->queue : &state->limits[limit].queue;
}

static uint32_t place_take(struct cg_state *state, uint32_t slot)
{
    CG_ASSERT(slot == cg_state_next_place(state));
    if (state->place_free == slot) {
        state->place_free = state->places[slot].other;
    } else {
        state->place_top = slot + 1;
    }
    return slot;
}

static cg_seq number_at(const struct cg_state *state, uint32_t place)
{
    return state->orders[state->places[place].order].number;
}

/* Newer orders come last; one that has stood elsewhere keeps its rank. */
static void queue_insert(struct cg_state *state, uint32_t slot)
{
    struct cg_place *place = &state->places[slot];
    struct cg_queue *queue = queue_of(state, place->limit);
    uint32_t before = queue->last;
    while (before != CG_NONE &&
           number_at(state, before) > number_at(state, slot)) {
        before = state->places[before].previous;
    }
    uint32_t after = before == CG_NONE ? queue->first
                                       : state->places[before].next;
    place->previous = before;
    place->next = after;
    *(before == CG_NONE ? &queue->first : &state->places[before].next) = slot;
    *(after == CG_NONE ? &queue->last : &state->places[after].previous) = slot;
}

static void queue_remove(struct cg_state *state, uint32_t slot)
{
    const struct cg_place *place = &state->places[slot];
    struct cg_queue *queue = queue_of(state, place->limit);
    if (place->previous == CG_NONE) {
        queue->first = place->next;
    } else {
        state->places[place->previous].next = place->next;
    }
    if (place->next == CG_NONE) {
        queue->last = place->previous;
    } else {
        state->places[place->next].previous = place->previous;
    }
}

/* Its value is the slot of the place.  The place among all comes first. */
void cg_apply_queued(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    uint32_t slot = place_take(state, fact->value);
    if (fact->limit == CG_NONE) {
        CG_ASSERT(order->tokens == CG_NONE);
        CG_ASSERT(cg_order_may(order->state, CG_ORDER_QUEUED));
        order->state = CG_ORDER_QUEUED;
    }
    CG_ASSERT(order->state == CG_ORDER_QUEUED);
    state->places[slot] = (struct cg_place){
        .order = fact->order, .limit = fact->limit, .other = order->places};
    order->places = slot;
    queue_insert(state, slot);
}

/* The place among all goes last. */
void cg_apply_left(struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_order *order = &state->orders[fact->order];
    uint32_t *link = &order->places;
    while (CG_ALWAYS(*link != CG_NONE, "it has a place there") &&
           state->places[*link].limit != fact->limit) {
        link = &state->places[*link].other;
    }
    uint32_t slot = *link;
    CG_ASSERT(slot != CG_NONE);
    queue_remove(state, slot);
    *link = state->places[slot].other;
    state->places[slot].other = state->place_free;
    state->place_free = slot;
    if (fact->limit == CG_NONE) {
        CG_ASSERT(order->places == CG_NONE);
        CG_ASSERT(cg_order_may(order->state, CG_ORDER_WAITING));
        order->state = CG_ORDER_WAITING;
        order->asked_at = fact->time;
    }
}
