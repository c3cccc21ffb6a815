/*
 * A stack of free places and a map from requests to those in use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "park.h"

#include "check.h"
#include "pages.h"

int cg_park_init(struct cg_park *park, uint32_t count, size_t size)
{
    *park = (struct cg_park){.size = size, .count = count};
    park->bytes = cg_pages_take(count * size + 1, 1);
    park->requests = calloc(count + 1, sizeof(*park->requests));
    park->lens = calloc(count + 1, sizeof(*park->lens));
    park->free = calloc(count + 1, sizeof(*park->free));
    if (!park->bytes || !park->requests || !park->lens || !park->free ||
        cg_map_init(&park->places, count) != 0) {
        cg_park_deinit(park);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        park->free[park->free_count++] = count - 1 - i;
    }
    return 0;
}

void cg_park_deinit(struct cg_park *park)
{
    cg_pages_give(park->bytes, park->count * park->size + 1, 1);
    free(park->requests);
    free(park->lens);
    free(park->free);
    cg_map_deinit(&park->places);
    *park = (struct cg_park){0};
}

struct sought {
    const struct cg_park *park;
    uint32_t request;
};

static bool is_sought(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    return sought->park->requests[place] == sought->request;
}

void cg_park_keep(struct cg_park *park,
                  uint32_t request,
                  struct cg_slice message)
{
    CG_ASSERT(park->free_count > 0);
    CG_ASSERT(message.len <= park->size);
    uint32_t place = park->free[--park->free_count];
    memcpy(park->bytes + place * park->size, message.data, message.len);
    park->requests[place] = request;
    park->lens[place] = (uint32_t)message.len;
    cg_map_add(&park->places, cg_hash_number(request), place);
}

struct cg_slice cg_park_take(struct cg_park *park, uint32_t request)
{
    struct sought sought = {park, request};
    uint64_t hash = cg_hash_number(request);
    uint32_t place = cg_map_find(&park->places, hash, is_sought, &sought);
    if (place == CG_MAP_NONE) {
        return (struct cg_slice){NULL, 0};
    }
    cg_map_remove(&park->places, hash, place);
    park->free[park->free_count++] = place;
    return (struct cg_slice){park->bytes + place * park->size,
                             park->lens[place]};
}
