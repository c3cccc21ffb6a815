/*
 * What the readers of a journal share: which orders an id means, and what a
 * fact concerns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_RECORD_FIND_H
#define CG_GATE_RECORD_FIND_H

#include "record_words.h"
#include <creditgate/records.h>

/* Whether a fact has a ClOrdID of its own in |id|. */
bool cg_record_brings_id(const struct cg_fact *fact);

/* An order, or a token, that only the other side has. */
bool cg_record_is_strange(const struct cg_fact *fact, enum cg_difference what);

/* Ids that may have been meant by one that nothing has. */
struct cg_near_ids {
    char ids[CG_RECORDS_NEAR][CG_NAME_MAX + 1];
    size_t count;
};

/* Keeps the id of |fact| if it is near to |wanted|. */
void cg_near_keep(struct cg_near_ids *near,
                  const char *wanted,
                  const struct cg_fact *fact);

/* The orders that a ClOrdID means; fine when zeroed but for |id|. */
struct cg_order_finder {
    const char *id;
    bool found;
    cg_seq *by_slot; /* the number of the order in each slot, so far */
    size_t slots;
    cg_seq *orders; /* the numbers of the orders that are meant */
    size_t order_count;
    size_t order_room;
    struct cg_near_ids near;
};

/* Takes the next fact of a first reading; CG_ERR_MEMORY. */
int cg_order_find(struct cg_order_finder *finder, const struct cg_fact *fact);
bool cg_order_finder_means(const struct cg_order_finder *finder, cg_seq order);
void cg_order_finder_deinit(struct cg_order_finder *finder);

/* Whether a fact is about an order that is meant, or about a request with the
 * id that never had one. */
bool cg_order_finder_selects(const struct cg_order_finder *finder,
                             const struct cg_telling *telling);

/* |fact| with what it concerns, by books that have it. */
struct cg_telling cg_telling_of(const struct cg_state *state,
                                const char *gate_name,
                                const struct cg_fact *fact);

/* Who is behind a fact, into CG_NAME_MAX + 1 bytes: a session, "timer" or
 * "configuration". */
void cg_telling_cause(const struct cg_telling *telling, char *cause);

/* The ClOrdID that it is about, else the one in force; or "". */
void cg_telling_clordid(const struct cg_telling *telling, char *clordid);

#endif
