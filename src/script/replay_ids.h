/*
 * Ids of the gate's making: which of a log stand for which of the replay's.
 *
 * A log that begins in the middle of a day, or is replayed against other
 * settings, has other numbers in them.  What the gate sent in both is compared
 * field by field; where ids differ in the same field, the pair is kept, and
 * what a peer says with the recorded one is read as if it had said ours.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_IDS_H
#define CG_REPLAY_IDS_H

#include "replay_message.h"
#include <configuration.h>
#include <map.h>

#define CG_REPLAY_IDS 65536 /* pairs; the oldest are forgotten */

/* What a value is of; ids of two kinds never stand for each other. */
enum cg_replay_id_kind {
    CG_REPLAY_NAMES,   /* "GATE-T8" */
    CG_REPLAY_NUMBERS, /* 2318, 2322 */
};

struct cg_replay_id_pair {
    char recorded[CG_NAME_MAX + 1];
    char ours[CG_NAME_MAX + 1];
    uint8_t kind;
};

struct cg_replay_ids {
    const struct cg_config *config;
    char prefix[CG_NAME_MAX + 2]; /* "GATE-" */
    size_t prefix_len;
    struct cg_replay_id_pair *pairs; /* a ring; NULL: there was none yet */
    struct cg_map map;               /* by |recorded| */
    struct cg_map back;              /* by |ours| */
    uint32_t count;                  /* ever */
    bool all;    /* equal ones are kept, too: it is slower, and exact */
    char *bytes; /* of a message with other ids */
    size_t bytes_max;
};

void cg_replay_ids_init(struct cg_replay_ids *ids,
                        const struct cg_config *config);
void cg_replay_ids_deinit(struct cg_replay_ids *ids);

/* Whether fields |tag| may hold an id of the gate's. */
bool cg_replay_is_id_tag(const struct cg_replay_ids *ids, uint32_t tag);

/* Whether |value| of |tag| is of our gate's making. */
bool cg_replay_id_is_made(const struct cg_replay_ids *ids,
                          uint32_t tag,
                          struct cg_slice value);

/* Whether |recorded| may stand for |ours|, an id of our gate's making in field
 * |tag|: it does, or nothing is known of either and they look alike.  One id
 * stands for one other, in both directions. */
bool cg_replay_ids_agree(const struct cg_replay_ids *ids,
                         uint32_t tag,
                         struct cg_slice recorded,
                         struct cg_slice ours);

/* Keeps the pair of field |tag|.  Returns 0 or CG_ERR_MEMORY. */
int cg_replay_ids_learn(struct cg_replay_ids *ids,
                        uint32_t tag,
                        struct cg_slice recorded,
                        struct cg_slice ours);

/* |bytes|, a whole message, with our ids for recorded ones; as they are when
 * there is nothing to change.  Borrowed until the next call. */
int cg_replay_ids_rewrite(struct cg_replay_ids *ids, struct cg_slice *bytes);

#endif
