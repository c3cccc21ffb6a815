/*
 * Open addressing at a load of at most one half, so that probes stay short.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "map.h"

#include "check.h"
#include "pages.h"

/* What an entry keeps of a hash: its place follows from it, too. */
static uint32_t folded(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

int cg_map_init(struct cg_map *map, uint32_t max)
{
    uint64_t size = 16;
    while (size < (uint64_t)max * 2) {
        size *= 2;
    }
    *map = (struct cg_map){0};
    map->entries = cg_pages_take(size, sizeof(*map->entries));
    if (map->entries == NULL) {
        return -1;
    }
    map->mask = (uint32_t)(size - 1);
    map->max = max;
    return 0;
}

void cg_map_deinit(struct cg_map *map)
{
    cg_pages_give(map->entries, (size_t)map->mask + 1, sizeof(*map->entries));
    *map = (struct cg_map){0};
}

void cg_map_clear(struct cg_map *map)
{
    memset(map->entries, 0, ((size_t)map->mask + 1) * sizeof(*map->entries));
    map->count = 0;
}

uint32_t cg_map_find(const struct cg_map *map,
                     uint64_t hash,
                     cg_map_equal *equal,
                     const void *context)
{
    uint32_t key = folded(hash);
    uint32_t i = key & map->mask;
    while (map->entries[i].taken != 0) {
        const struct cg_map_entry *entry = &map->entries[i];
        if (entry->key == key && equal(context, entry->taken - 1)) {
            return entry->taken - 1;
        }
        i = (i + 1) & map->mask;
    }
    return CG_MAP_NONE;
}

void cg_map_add(struct cg_map *map, uint64_t hash, uint32_t slot)
{
    CG_ASSERT(map->count < map->max);
    CG_ASSERT(slot != CG_MAP_NONE);
    uint32_t key = folded(hash);
    uint32_t i = key & map->mask;
    while (map->entries[i].taken != 0) {
        i = (i + 1) & map->mask;
    }
    map->entries[i] = (struct cg_map_entry){key, slot + 1};
    map->count++;
}

void cg_map_remove(struct cg_map *map, uint64_t hash, uint32_t slot)
{
    uint32_t key = folded(hash);
    uint32_t i = key & map->mask;
    while (map->entries[i].taken != slot + 1 || map->entries[i].key != key) {
        if (map->entries[i].taken == 0) {
            return;
        }
        i = (i + 1) & map->mask;
    }
    /* Entries that probed past the hole move back into it. */
    for (uint32_t j = (i + 1) & map->mask; map->entries[j].taken != 0;
         j = (j + 1) & map->mask) {
        uint32_t home = map->entries[j].key & map->mask;
        if (((j - home) & map->mask) >= ((j - i) & map->mask)) {
            map->entries[i] = map->entries[j];
            i = j;
        }
    }
    map->entries[i] = (struct cg_map_entry){0, 0};
    map->count--;
}

uint32_t cg_map_likely(const struct cg_map *map, uint64_t hash)
{
    uint32_t key = folded(hash);
    uint32_t i = key & map->mask;
    while (map->entries[i].taken != 0 && map->entries[i].key != key) {
        i = (i + 1) & map->mask;
    }
    return map->entries[i].taken != 0 ? map->entries[i].taken - 1 : CG_MAP_NONE;
}

void cg_map_prefetch(const struct cg_map *map, uint64_t hash)
{
    __builtin_prefetch(&map->entries[folded(hash) & map->mask], 1);
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

/* Both halves of a product of 128 bits, so that every bit counts. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word_at(const char *data)
{
    uint64_t word;
    memcpy(&word, data, 8);
    return word;
}

/* The last bytes, fewer than nine, after |len| of them in all: eight that may
 * overlap with what was taken already, or each for itself. */
static uint64_t tail_at(const char *data, size_t left, size_t len)
{
    uint64_t tail = 0;
    if (len >= 8) {
        return word_at(data + left - 8);
    }
    if (left >= 4) {
        uint32_t low;
        uint32_t high;
        memcpy(&low, data, 4);
        memcpy(&high, data + left - 4, 4);
        return (uint64_t)high << 32 | low;
    }
    for (size_t i = 0; i < left; i++) {
        tail = tail << 8 | (unsigned char)data[i];
    }
    return tail;
}

uint64_t cg_hash(uint64_t seed, struct cg_slice bytes)
{
    uint64_t hash = mix(seed ^ 0x9e3779b97f4a7c15u,
                        bytes.len ^ 0xd6e8feb86659fd93u);
    size_t i = 0;
    for (; i + 8 < bytes.len; i += 8) {
        hash = mix(hash ^ word_at(bytes.data + i), 0xa0761d6478bd642fu);
    }
    uint64_t tail = bytes.len > 0
                        ? tail_at(bytes.data + i, bytes.len - i, bytes.len)
                        : 0;
    return mix(hash ^ tail, 0xe7037ed1a0b428dbu);
}
