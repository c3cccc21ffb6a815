/*
 * Equal times are ordered by id, so that what fires first never depends on the
 * order of earlier calls.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "heap.h"

#include "check.h"
#include "pages.h"

int cg_heap_init(struct cg_heap *heap, uint32_t max)
{
    *heap = (struct cg_heap){.max = max};
    heap->items = cg_pages_take((size_t)max + 1, sizeof(*heap->items));
    heap->places = cg_pages_take((size_t)max + 1, sizeof(*heap->places));
    if (heap->items == NULL || heap->places == NULL) {
        cg_heap_deinit(heap);
        return -1;
    }
    return 0;
}

void cg_heap_deinit(struct cg_heap *heap)
{
    cg_pages_give(heap->items, (size_t)heap->max + 1, sizeof(*heap->items));
    cg_pages_give(heap->places, (size_t)heap->max + 1, sizeof(*heap->places));
    *heap = (struct cg_heap){0};
}

static int before(struct cg_heap_item a, struct cg_heap_item b)
{
    return a.at < b.at || (a.at == b.at && a.id < b.id);
}

static void put(struct cg_heap *heap, uint32_t place, struct cg_heap_item item)
{
    heap->items[place] = item;
    heap->places[item.id] = place + 1;
}

static void rise(struct cg_heap *heap, uint32_t place, struct cg_heap_item item)
{
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (!before(item, heap->items[parent])) {
            break;
        }
        put(heap, place, heap->items[parent]);
        place = parent;
    }
    put(heap, place, item);
}

static void sink(struct cg_heap *heap, uint32_t place, struct cg_heap_item item)
{
    while (2 * place + 1 < heap->count) {
        uint32_t child = 2 * place + 1;
        if (child + 1 < heap->count &&
            before(heap->items[child + 1], heap->items[child])) {
            child++;
        }
        if (!before(heap->items[child], item)) {
            break;
        }
        put(heap, place, heap->items[child]);
        place = child;
    }
    put(heap, place, item);
}

static void
place_again(struct cg_heap *heap, uint32_t place, struct cg_heap_item item)
{
    if (place > 0 && before(item, heap->items[(place - 1) / 2])) {
        rise(heap, place, item);
    } else {
        sink(heap, place, item);
    }
}

static void clear(struct cg_heap *heap, uint32_t place)
{
    heap->places[heap->items[place].id] = 0;
    heap->count--;
    if (place < heap->count) {
        place_again(heap, place, heap->items[heap->count]);
    }
}

void cg_heap_set(struct cg_heap *heap, uint32_t id, cg_time at)
{
    CG_ASSERT(id < heap->max);
    uint32_t place = heap->places[id];
    struct cg_heap_item item = {at, id};
    if (at == CG_TIME_NEVER) {
        if (place != 0) {
            clear(heap, place - 1);
        }
    } else if (place == 0) {
        rise(heap, heap->count++, item);
    } else if (heap->items[place - 1].at != at) {
        place_again(heap, place - 1, item);
    }
}

cg_time cg_heap_first(const struct cg_heap *heap, uint32_t *id)
{
    if (heap->count == 0) {
        return CG_TIME_NEVER;
    }
    if (id != NULL) {
        *id = heap->items[0].id;
    }
    return heap->items[0].at;
}
