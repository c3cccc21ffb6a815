/*
 * One fact in words that a risk officer reads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_RECORD_WORDS_H
#define CG_GATE_RECORD_WORDS_H

#include "codec.h"
#include <creditgate/records.h>

/* A fact with what it concerns, by slots in books that have it; CG_NONE where
 * it concerns no such thing. */
struct cg_telling {
    const struct cg_state *state;
    const char *gate_name;
    const struct cg_fact *fact;
    uint32_t order;
    uint32_t token;
    uint32_t limit;
    uint32_t account;
};

/* |text| is always ended within |len| bytes. */
void cg_record_words(const struct cg_telling *telling, char *text, size_t len);

/* |amount| as the limit of |telling| counts it; 32 bytes. */
void cg_record_amount(const struct cg_telling *telling,
                      cg_dv01 amount,
                      char *text);

/* All that there is to tell of a fact, by books that have it (records.c). */
void cg_record_of(const struct cg_state *state,
                  const char *gate_name,
                  const struct cg_fact *fact,
                  struct cg_record *record);

/* A moment as 2026-01-15T12:00:00.000Z; 40 bytes. */
void cg_record_time(cg_time at, char *text);

#endif
