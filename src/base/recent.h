/*
 * The newest pairs of a key and a value, up to a fixed number: adding one more
 * forgets the oldest.  Keys and values are hashes; a key may stand with several
 * values.  Allocates at init and never again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_RECENT_H
#define CG_BASE_RECENT_H

#include "map.h"

struct cg_recent_pair {
    uint64_t key;
    uint64_t value;
};

struct cg_recent {
    struct cg_recent_pair *pairs; /* a ring */
    struct cg_map map;
    uint32_t max;
    uint32_t next; /* where the next one goes: the oldest, once it is full */
};

enum cg_recent_match {
    CG_RECENT_NONE,  /* the key is not there */
    CG_RECENT_OTHER, /* it is, with other values only */
    CG_RECENT_SAME,  /* the pair is there */
};

/* Returns 0, or -1 without memory for |max| pairs; |max| is above 0. */
int cg_recent_init(struct cg_recent *recent, uint32_t max);
void cg_recent_deinit(struct cg_recent *recent);

void cg_recent_add(struct cg_recent *recent, uint64_t key, uint64_t value);

enum cg_recent_match
cg_recent_find(const struct cg_recent *recent, uint64_t key, uint64_t value);

#endif
