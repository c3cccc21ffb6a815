/*
 * The records of a journal: what became of an order, a token, a limit or an
 * account, fact by fact, in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_RECORDS_H
#define CREDITGATE_RECORDS_H

#include <creditgate/config.h>
#include <creditgate/journal.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CG_RECORD_WORDS_MAX 512

/* One fact.  Texts are empty where a fact has no such thing. */
struct cg_record {
    cg_seq no; /* as in the journal */
    cg_time time;
    char utc[40]; /* 2026-01-15T12:00:00.000Z */
    const char *kind;
    cg_seq order; /* the order's number, never used again; 0: none */
    char clordid[CG_NAME_MAX + 1];
    char token[CG_NAME_MAX + 1];
    char limit[CG_NAME_MAX + 1];
    char account[CG_NAME_MAX + 1];
    char side; /* '1', '2' or 0 */
    cg_qty qty;
    char amount[32]; /* in units of |currency| */
    char currency[4];
    char reason[48]; /* "CG101 LIMIT_EXCEEDED" */
    char what[CG_RECORD_WORDS_MAX];
    char cause[CG_NAME_MAX + 1]; /* a session, "timer" or "configuration" */
    cg_seq cause_seq;            /* MsgSeqNum(34), or 0 */
};

enum cg_records_of {
    CG_RECORDS_ALL,
    CG_RECORDS_ORDER,   /* |id| is any ClOrdID of the order */
    CG_RECORDS_TOKEN,   /* as in 2319 */
    CG_RECORDS_LIMIT,   /* as in 1670 */
    CG_RECORDS_ACCOUNT, /* as in 1 */
};

#define CG_RECORDS_NEAR 3

struct cg_records_query {
    enum cg_records_of of;
    const char *id;
    cg_time from; /* the first moment, and ... */
    cg_time to;   /* ... the first one beyond; CG_TIME_NEVER: all */
    /* Called for each record in order; non-zero ends the reading. */
    int (*each)(void *user, const struct cg_record *record);
    /* Called now and then with the number of facts read; may be NULL. */
    void (*progress)(void *user, cg_seq facts);
    void *user;
    /* Set by the call: ids that may have been meant when there is no |id|. */
    char near[CG_RECORDS_NEAR][CG_NAME_MAX + 1];
    size_t near_count;
};

enum cg_records_outcome {
    CG_RECORDS_E_UNKNOWN = 1, /* the journal does not know |id| */
};

/*
 * Reads the journal from its first fact to its last, twice, and changes nothing
 * in it.  Memory follows the books, not the length of the journal.
 *
 * Returns 0, CG_RECORDS_E_UNKNOWN, what |each| returned, or a negative cg_error
 * with why in |error|.
 */
CG_API int cg_gate_records(const struct cg_journal *journal,
                           struct cg_records_query *query,
                           char *error,
                           size_t error_len);

#ifdef __cplusplus
}
#endif
#endif
