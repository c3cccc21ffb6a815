/*
 * Messages that wait for credit, kept byte by byte until they go on or are
 * refused.  Room for a fixed number of them, made at init.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_PARK_H
#define CG_GATE_PARK_H

#include "map.h"

struct cg_park {
    char *bytes;
    size_t size; /* of one place */
    uint32_t count;
    uint32_t *requests; /* by place */
    uint32_t *lens;
    uint32_t *free; /* a stack of places */
    uint32_t free_count;
    struct cg_map places; /* by request */
};

/* Returns 0, or -1 without memory for |count| messages of |size| bytes. */
int cg_park_init(struct cg_park *park, uint32_t count, size_t size);
void cg_park_deinit(struct cg_park *park);

/* Keeps a copy of |message|, which must fit; there must be a place free. */
void cg_park_keep(struct cg_park *park,
                  uint32_t request,
                  struct cg_slice message);

/*
 * Gives the place of |request| back.  Returns its message, good until the next
 * cg_park_keep(); empty when none is kept.
 */
struct cg_slice cg_park_take(struct cg_park *park, uint32_t request);

#endif
