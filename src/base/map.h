/*
 * A hash map of fixed capacity from 64-bit hashes to 32-bit slots.  Keys live
 * with their owner, who compares them; linear probing, deletion by back-shift.
 * Allocates at init and never again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_MAP_H
#define CG_BASE_MAP_H

#include "slice.h"
#include <stdint.h>

#define CG_MAP_NONE UINT32_MAX

struct cg_map_entry {
    uint32_t key;   /* of the hash */
    uint32_t taken; /* the slot + 1; 0: free */
};

struct cg_map {
    struct cg_map_entry *entries;
    uint32_t mask;
    uint32_t count;
    uint32_t max;
};

/* True when |slot| is the one looked for. */
typedef bool cg_map_equal(const void *context, uint32_t slot);

/* Returns 0, or -1 without memory for |max| entries. */
int cg_map_init(struct cg_map *map, uint32_t max);
void cg_map_deinit(struct cg_map *map);

/* The slot of a key with |hash| for which |equal| holds, or CG_MAP_NONE. */
uint32_t cg_map_find(const struct cg_map *map,
                     uint64_t hash,
                     cg_map_equal *equal,
                     const void *context);

/* Fetches what a look at |hash| will need, in time for it. */
void cg_map_prefetch(const struct cg_map *map, uint64_t hash);

/* The slot that a look at |hash| will try first, or CG_MAP_NONE. */
uint32_t cg_map_likely(const struct cg_map *map, uint64_t hash);

/* Removes all. */
void cg_map_clear(struct cg_map *map);

/* Adds a key that is not there.  The map must not be full. */
void cg_map_add(struct cg_map *map, uint64_t hash, uint32_t slot);

/* Removes the entry of |hash| and |slot|, if there. */
void cg_map_remove(struct cg_map *map, uint64_t hash, uint32_t slot);

/* A hash of |bytes| that starts from |seed|. */
uint64_t cg_hash(uint64_t seed, struct cg_slice bytes);
uint64_t cg_hash_number(uint64_t number);

/* A hash of a row of hashes: |next| after those in |hash|. */
static inline uint64_t cg_hash_next(uint64_t hash, uint64_t next)
{
    return (hash << 7 ^ hash >> 57 ^ next) * 0x9e3779b97f4a7c15u;
}

#endif
