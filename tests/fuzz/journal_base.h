/*
 * A journal that a gate has written, to be changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FUZZ_JOURNAL_BASE_H
#define FUZZ_JOURNAL_BASE_H

#include <configuration.h>
#include <creditgate/gate.h>
#include <slice.h>

struct base {
    struct cg_config *config;
    struct cg_slice file;    /* the SQLite file */
    size_t rows_at;          /* in it, the newest facts */
    struct cg_slice picture; /* of the books, on record in it */
    cg_seq facts;
    char chain[65]; /* over all of them, in hex */
    uint64_t sum;   /* of all facts */
    uint64_t books; /* what its limits have in use */
};

/* Made by the first call. */
const struct base *base_get(void);

/* |sum| with |fact| added, all of it. */
uint64_t base_sum(uint64_t sum, const struct cg_fact *fact);

/* What the limits of a gate have in use, as one number. */
uint64_t base_books(const struct cg_gate *gate);

/* The gate on |journal|; without |picture| it reads all facts.  |*taken|: it
 * took the picture.  NULL: it does not open. */
struct cg_gate *base_gate(const struct base *base,
                          const struct cg_journal *journal,
                          struct cg_slice picture,
                          bool *taken);

#endif
