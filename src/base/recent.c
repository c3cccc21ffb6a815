/*
 * A ring of pairs, and a map from keys to their places in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "recent.h"

#include "check.h"
#include "pages.h"

int cg_recent_init(struct cg_recent *recent, uint32_t max)
{
    CG_ASSERT(max > 0);
    *recent = (struct cg_recent){.max = max};
    recent->pairs = cg_pages_take(max, sizeof(*recent->pairs));
    if (recent->pairs == NULL || cg_map_init(&recent->map, max) != 0) {
        cg_recent_deinit(recent);
        return -1;
    }
    return 0;
}

void cg_recent_deinit(struct cg_recent *recent)
{
    cg_map_deinit(&recent->map);
    cg_pages_give(recent->pairs, recent->max, sizeof(*recent->pairs));
    *recent = (struct cg_recent){0};
}

void cg_recent_add(struct cg_recent *recent, uint64_t key, uint64_t value)
{
    struct cg_recent_pair *pair = &recent->pairs[recent->next];
    if (recent->map.count == recent->max) {
        cg_map_remove(&recent->map, pair->key, recent->next);
    }
    *pair = (struct cg_recent_pair){key, value};
    cg_map_add(&recent->map, key, recent->next);
    recent->next = recent->next + 1 < recent->max ? recent->next + 1 : 0;
}

struct wanted {
    const struct cg_recent *recent;
    uint64_t key;
    uint64_t value;
};

/* The map itself keeps half of the key's bits. */
static bool is_any(const void *context, uint32_t place)
{
    const struct wanted *wanted = context;
    return wanted->recent->pairs[place].key == wanted->key;
}

static bool is_same(const void *context, uint32_t place)
{
    const struct wanted *wanted = context;
    return is_any(context, place) &&
           wanted->recent->pairs[place].value == wanted->value;
}

enum cg_recent_match
cg_recent_find(const struct cg_recent *recent, uint64_t key, uint64_t value)
{
    struct wanted wanted = {recent, key, value};
    if (cg_map_find(&recent->map, key, is_same, &wanted) != CG_MAP_NONE) {
        return CG_RECENT_SAME;
    }
    return cg_map_find(&recent->map, key, is_any, &wanted) != CG_MAP_NONE
               ? CG_RECENT_OTHER
               : CG_RECENT_NONE;
}
