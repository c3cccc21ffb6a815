/*
 * The proof of a journal: from its facts alone, with sums of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_AUDIT_H
#define CREDITGATE_AUDIT_H

#include <creditgate/records.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is proved, in the order in which it is told. */
enum cg_audit_rule {
    CG_AUDIT_CHAIN, /* no fact was edited, none is missing */
    CG_AUDIT_FACTS, /* each fact can follow those before it */
    CG_AUDIT_R12,   /* use is what its tokens add up to, and the books say so */
    CG_AUDIT_R13,   /* no event leaves use above amount */
    CG_AUDIT_R22,   /* nothing goes to a venue without live cover */
    CG_AUDIT_R23,   /* the ledger of tokens; their lives (R20, R21) */
    CG_AUDIT_RULES,
};

/* "chain", "facts", "R12" ... */
CG_API const char *cg_audit_rule_name(enum cg_audit_rule rule);

/* The columns of the ledger (R23): the first two are what came in. */
enum cg_audit_column {
    CG_AUDIT_GRANTED,
    CG_AUDIT_OVERRUN,
    CG_AUDIT_RESERVED,
    CG_AUDIT_CONSUMED,
    CG_AUDIT_RELEASED,
    CG_AUDIT_EXPIRED,
    CG_AUDIT_INVALIDATED,
    CG_AUDIT_HANDED_BACK,
    CG_AUDIT_COLUMNS,
};

/* "granted" ... "handed back" */
CG_API const char *cg_audit_column_name(enum cg_audit_column column);

/* The first fact that breaks a rule. */
struct cg_audit_break {
    bool found;
    struct cg_record record; /* record.no is 0 when no fact was read */
    char why[512];
};

/* What was read of a limit; its ledger by side: buys, sells. */
struct cg_audit_limit {
    char id[CG_NAME_MAX + 1];
    char owner[CG_NAME_MAX + 1]; /* "": the own desk */
    char currency[4];
    bool has_amount;
    cg_dv01 amount;
    cg_dv01 use;
    cg_dv01 ledger[2][CG_AUDIT_COLUMNS];
};

struct cg_audit {
    /* Called now and then with the number of facts read; may be NULL. */
    void (*progress)(void *user, cg_seq facts);
    /* Called at the end for each limit of DV01, in order; may be NULL. */
    void (*limit)(void *user, const struct cg_audit_limit *limit);
    void *user;
    cg_seq read; /* set by the call: the facts there are */
    /* ... and how much was proved, up to the first fact that cannot be
     * added to the books, ... */
    cg_seq facts;
    cg_seq events;
    cg_seq orders;
    cg_seq tokens;
    cg_seq limits;
    cg_seq uses;  /* of limits, compared with the books */
    cg_seq sends; /* orders and replaces that went to a venue */
    bool whole;   /* every fact was read */
    /* ... and what was not. */
    struct cg_audit_break breaks[CG_AUDIT_RULES];
};

enum cg_audit_outcome { CG_AUDIT_E_BROKEN = 1 };

/*
 * Reads the journal from its first fact to its last, twice, and changes nothing
 * in it.  Memory follows the books, not the length of the journal; what a
 * changed journal holds can never end the program.
 *
 * Returns 0 when all is proved, CG_AUDIT_E_BROKEN, or a negative cg_error with
 * why in |error|.
 */
CG_API int cg_gate_prove(const struct cg_journal *journal,
                         struct cg_audit *audit,
                         char *error,
                         size_t error_len);

#ifdef __cplusplus
}
#endif
#endif
