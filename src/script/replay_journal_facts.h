/*
 * Facts that wait to be compared: those of a turn of the journal, and those
 * that the replay has made.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_JOURNAL_FACTS_H
#define CG_REPLAY_JOURNAL_FACTS_H

#include <creditgate/fact.h>

/* A row of facts with their texts; it grows, and is emptied at once. */
struct cg_fact_row {
    struct cg_fact *facts; /* |id| and |text| are places in |texts| + 1 */
    size_t count;
    size_t room;
    char *texts;
    size_t used;
    size_t texts_room;
};

/* Adds a copy.  0 or CG_ERR_MEMORY. */
int cg_fact_row_add(struct cg_fact_row *row, const struct cg_fact *fact);

/* The |index|-th; its texts are borrowed until the row changes. */
struct cg_fact cg_fact_row_at(const struct cg_fact_row *row, size_t index);

void cg_fact_row_clear(struct cg_fact_row *row);
void cg_fact_row_deinit(struct cg_fact_row *row);

/* Whether the text begins so. */
bool cg_fact_says(const struct cg_fact *fact, const char *words);

/* Whether both came from the same cause at the same moment: of one turn, or of
 * two that nothing tells apart. */
static inline bool cg_fact_is_of(const struct cg_fact *fact,
                                 const struct cg_fact *other)
{
    return fact->time == other->time &&
           fact->cause_session == other->cause_session &&
           fact->cause_seq == other->cause_seq;
}

#endif
