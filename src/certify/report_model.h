/*
 * What the records of a certification come to: cases, their attempts, and the
 * verdict of the whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_REPORT_MODEL_H
#define CG_CERTIFY_REPORT_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum cg_report_verdict {
    CG_REPORT_PASSED,
    CG_REPORT_FAILED,
    CG_REPORT_BROKEN,
    CG_REPORT_SKIPPED,
    CG_REPORT_WAIVED,
    CG_REPORT_STOPPED, /* by the operator, or it has no end */
    CG_REPORT_UNPLAYED,
    CG_REPORT_VERDICTS
};

/* "passed" ... "not played". */
extern const char *const cg_report_verdict_names[CG_REPORT_VERDICTS];

enum cg_report_whole {
    CG_WHOLE_PASSED,
    CG_WHOLE_FAILED,
    CG_WHOLE_INCOMPLETE,
};

struct cg_report_attempt {
    json_int_t number;
    const json_t *begin;    /* the record "attempt"; NULL without one */
    const json_t *end;      /* the record "verdict"; NULL when it has no end */
    const json_t **records; /* the others, in their order */
    size_t record_count;
    enum cg_report_verdict verdict;
};

struct cg_report_case {
    const char *id;
    const json_t *about; /* the newest record "attempt", or NULL */
    bool optional;
    struct cg_report_attempt *attempts;
    size_t attempt_count;
    enum cg_report_verdict verdict; /* of the newest attempt */
};

/* Everything is borrowed from the records but the lists. */
struct cg_report_model {
    const json_t *records;
    size_t record_count;
    const char *head;
    struct cg_report_case *cases; /* in the order in which they are named */
    size_t case_count;
    const json_t **runs;
    size_t run_count;
    const json_t **others; /* records that are of no case: notes, "torn" */
    size_t other_count;
    const json_t *clock, *credit, *end; /* the newest, or NULL */
    size_t counts[CG_REPORT_VERDICTS];
    size_t mandatory_failed;
    size_t mandatory_open; /* neither passed nor waived nor failed */
    bool credit_wrong;
    bool complete; /* nothing was done since a record "end" that says so */
    enum cg_report_whole whole;
};

/* Returns 0 or CG_ERR_MEMORY. */
int cg_report_model_init(struct cg_report_model *model,
                         const json_t *records,
                         size_t count,
                         const char *head);
void cg_report_model_deinit(struct cg_report_model *model);

/* What |key| of |record| says; "" or 0 when it does not; NULL records too. */
const char *cg_record_string(const json_t *record, const char *key);
json_int_t cg_record_integer(const json_t *record, const char *key);
double cg_record_number(const json_t *record, const char *key);
bool cg_record_is(const json_t *record, const char *kind);

/* The newest record "run", or NULL. */
const json_t *cg_report_run(const struct cg_report_model *model);

/* The run that |attempt| was made in, or NULL. */
const json_t *cg_report_run_of(const struct cg_report_model *model,
                               const struct cg_report_attempt *attempt);

/* The title, or "" when no attempt was made at it. */
const char *cg_report_case_title(const struct cg_report_case *kase);

/* Why it has the verdict that it has, of the newest attempt. */
const char *cg_report_case_reason(const struct cg_report_case *kase);

/* "PASSED" ... and a sentence. */
const char *cg_report_whole_word(const struct cg_report_model *model);
const char *cg_report_whole_sentence(const struct cg_report_model *model);

/* The name of a field or a type of message; "" when nobody knows it. */
const char *cg_report_tag_name(unsigned long tag);
const char *cg_report_type_name(const char *type, size_t len);

#endif
