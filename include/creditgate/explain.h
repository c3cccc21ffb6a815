/*
 * Why an order, or a replace of it, was refused or pulled, or is where it is:
 * sentences from a journal alone, each with the fact that it follows from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_EXPLAIN_H
#define CREDITGATE_EXPLAIN_H

#include <creditgate/records.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CG_SENTENCE_MAX 768

struct cg_sentence {
    const char *about; /* "asked", "limit", "hub", ... */
    char text[CG_SENTENCE_MAX];
    cg_seq no; /* the fact; 0: it is what to do, and follows from no fact */
    char utc[40];
    char cause[CG_NAME_MAX + 1]; /* as in cg_record */
    cg_seq cause_seq;
};

/* One order.  Texts are empty where there is nothing to say. */
struct cg_explanation {
    cg_seq order; /* its number; 0: refused before it was an order */
    char clordid[CG_NAME_MAX + 1]; /* the oldest */
    char account[CG_NAME_MAX + 1];
    char outcome[64]; /* "refused", "pulled", "filled", "open", ... */
    char reason[48];  /* "CG101 LIMIT_EXCEEDED": of the last refusal or pull */
    /* The replace or cancel that |reason| refused, not the order itself. */
    char refused[CG_NAME_MAX + 1];
    const struct cg_sentence *sentences;
    size_t sentence_count;
};

struct cg_explain_query {
    const char *id; /* any ClOrdID of the order */
    /* Names owners and contacts that no journal has; or NULL. */
    const struct cg_config *config;
    /* Called for each order that has the id; non-zero ends it. */
    int (*each)(void *user, const struct cg_explanation *explanation);
    /* Called now and then with the number of facts read; may be NULL. */
    void (*progress)(void *user, cg_seq facts);
    void *user;
    /* Set by the call, as in cg_records_query. */
    char near[CG_RECORDS_NEAR][CG_NAME_MAX + 1];
    size_t near_count;
};

/*
 * Reads the journal from end to end, twice, as cg_gate_records() does.  An
 * explanation is borrowed for the call of |each|.
 *
 * Returns 0, CG_RECORDS_E_UNKNOWN, what |each| returned, or a negative cg_error
 * with why in |error|.
 */
CG_API int cg_gate_explain(const struct cg_journal *journal,
                           struct cg_explain_query *query,
                           char *error,
                           size_t error_len);

#ifdef __cplusplus
}
#endif
#endif
