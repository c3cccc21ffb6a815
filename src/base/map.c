/*
 * Open addressing at a load of at most one half, so that probes stay short.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "map.h"

#include "check.h"

int cg_map_init(struct cg_map *map, uint32_t max)
{
    uint64_t size = 16;
    while (size < (uint64_t)max * 2) {
        size *= 2;
    }
    *map = (struct cg_map){0};
    map->entries = malloc(size * sizeof(*map->entries));
    if (map->entries == NULL) {
        return -1;
    }
    for (uint64_t i = 0; i < size; i++) {
        map->entries[i] = (struct cg_map_entry){0, CG_MAP_NONE};
    }
    map->mask = (uint32_t)(size - 1);
    map->max = max;
    return 0;
}

void cg_map_deinit(struct cg_map *map)
{
    free(map->entries);
    *map = (struct cg_map){0};
}

uint32_t cg_map_find(const struct cg_map *map,
                     uint64_t hash,
                     cg_map_equal *equal,
                     const void *context)
{
    uint32_t i = (uint32_t)hash & map->mask;
    while (map->entries[i].slot != CG_MAP_NONE) {
        const struct cg_map_entry *entry = &map->entries[i];
        if (entry->hash == hash && equal(context, entry->slot)) {
            return entry->slot;
        }
        i = (i + 1) & map->mask;
    }
    return CG_MAP_NONE;
}

void cg_map_add(struct cg_map *map, uint64_t hash, uint32_t slot)
{
    CG_ASSERT(map->count < map->max);
    CG_ASSERT(slot != CG_MAP_NONE);
    uint32_t i = (uint32_t)hash & map->mask;
    while (map->entries[i].slot != CG_MAP_NONE) {
        i = (i + 1) & map->mask;
    }
    map->entries[i] = (struct cg_map_entry){hash, slot};
    map->count++;
}

void cg_map_remove(struct cg_map *map, uint64_t hash, uint32_t slot)
{
    uint32_t i = (uint32_t)hash & map->mask;
    while (map->entries[i].slot != slot || map->entries[i].hash != hash) {
        if (map->entries[i].slot == CG_MAP_NONE) {
            return;
        }
        i = (i + 1) & map->mask;
    }
    /* Entries that probed past the hole move back into it. */
    for (uint32_t j = (i + 1) & map->mask; map->entries[j].slot != CG_MAP_NONE;
         j = (j + 1) & map->mask) {
        uint32_t home = (uint32_t)map->entries[j].hash & map->mask;
        if (((j - home) & map->mask) >= ((j - i) & map->mask)) {
            map->entries[i] = map->entries[j];
            i = j;
        }
    }
    map->entries[i] = (struct cg_map_entry){0, CG_MAP_NONE};
    map->count--;
}

uint64_t cg_hash_number(uint64_t number)
{
    /* The finalizer of a 64-bit mix: every input bit reaches every other. */
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93u;
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93u;
    number ^= number >> 32;
    return number;
}

uint64_t cg_hash(uint64_t seed, struct cg_slice bytes)
{
    uint64_t hash = seed ^ (bytes.len * 0x9e3779b97f4a7c15u);
    size_t i = 0;
    for (; i + 8 <= bytes.len; i += 8) {
        uint64_t word;
        memcpy(&word, bytes.data + i, 8);
        hash = cg_hash_number(hash ^ word) + 0x9e3779b97f4a7c15u;
    }
    uint64_t tail = 0;
    if (i < bytes.len) {
        memcpy(&tail, bytes.data + i, bytes.len - i);
    }
    return cg_hash_number(hash ^ tail);
}
