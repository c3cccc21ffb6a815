/*
 * The parts of one limit update that came so far, kept whole: their limits and
 * every string they name.  Holds no decision and no state that survives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_UPDATE_SET_H
#define CG_ENGINE_UPDATE_SET_H

#include "engine.h"

/* Parts that one update may come in. */
#define CG_UPDATE_PARTS_MAX 1024

struct cg_update_set {
    cg_session session; /* whose; CG_SESSION_NONE: nobody's yet */
    bool open;
    bool spoilt;   /* a part of it was refused: so are the rest */
    bool same_ids; /* the parts share one 1667 */
    bool snapshot;
    cg_time made_at;  /* the earliest of its parts */
    uint32_t total;   /* 1512, 0 when not said */
    uint32_t parties; /* named so far */
    struct cg_limit_event *limits;
    uint32_t count;
    struct cg_scope_event *scopes;
    uint32_t scope_count;
    char *text; /* what |limits| and |scopes| point to */
    size_t text_used;
    size_t text_max;
    /* The 1667 of each part, and those of the set before, which answers to it
     * may still point to. */
    char (*ids[2])[CG_NAME_MAX + 1];
    uint32_t id_count;
    unsigned turn;
};

/* Makes an empty set; CG_ERR_MEMORY. */
int cg_update_set_init(struct cg_update_set *set);
void cg_update_set_deinit(struct cg_update_set *set);

/* Forgets what it holds, and begins with nothing. */
void cg_update_set_begin(struct cg_update_set *set,
                         const struct cg_update_event *first);

/* Adds a part; false when it does not fit whole, and nothing is added. */
bool cg_update_set_add(struct cg_update_set *set,
                       const struct cg_update_event *part);

/* Whether |part| names a limit that the set has named already. */
bool cg_update_set_overlaps(const struct cg_update_set *set,
                            const struct cg_update_event *part);

/* The set as one update, under the name of its |last| part. */
struct cg_update_event cg_update_set_whole(const struct cg_update_set *set,
                                           const struct cg_update_event *last);

#endif
