/*
 * A replay by the journal of the gate that made the logs: its facts give the
 * order, the times and the state at the start, and are made again one by one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_JOURNAL_H
#define CG_REPLAY_JOURNAL_H

#include <creditgate/journal.h>
#include <creditgate/rates.h>
#include <creditgate/records.h>
#include <fact_compare.h>

/* How far a replay was exact. */
enum cg_exact_end {
    CG_EXACT_WHOLE,    /* to the end of the journal, and of the logs */
    CG_EXACT_JOURNAL,  /* the logs go on where the journal has ended */
    CG_EXACT_LOGS,     /* the journal goes on where the logs have ended */
    CG_EXACT_MISSING,  /* the logs lack what the journal has as a cause */
    CG_EXACT_DIFFERS,  /* another fact was made */
    CG_EXACT_RATES,    /* the gate took par rates that are not there */
    CG_EXACT_SETTINGS, /* it took another configuration while it ran */
};

/* The first fact that is another one. */
struct cg_exact_difference {
    bool recorded;               /* the journal has a fact there ... */
    bool made;                   /* ... and so has the replay */
    cg_seq no;                   /* its number */
    char column[32];             /* the first one that differs */
    char was[CG_FACT_VALUE_MAX]; /* its value in the journal ... */
    char is[CG_FACT_VALUE_MAX];  /* ... and in the replay */
    struct cg_record was_record; /* in words, if |recorded| */
    struct cg_record is_record;  /* in words, if |made| */
};

struct cg_exactness {
    enum cg_exact_end end;
    char why[640];   /* in a sentence; "" when it is exact to the end */
    cg_seq first;    /* the fact that was made first; 0: none */
    cg_seq last;     /* the newest that was the same */
    bool resumed;    /* it did not begin with a start of the gate */
    unsigned starts; /* of the gate, made again */
    uint64_t same;   /* facts made again, as they are in the journal */
    /* What a killed gate had taken and not yet written to its log: its facts
     * are passed over up to the next start, where the books are whole. */
    uint64_t lost;    /* such facts ... */
    cg_seq lost_from; /* ... from this one on, the first time */
    uint64_t left;    /* facts of the journal that were not made again */
    uint64_t before;  /* messages of the logs before the first fact */
    uint64_t unknown; /* messages beyond the journal that make facts */
    struct cg_exact_difference difference; /* of CG_EXACT_DIFFERS */
};

#endif
