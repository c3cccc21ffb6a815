/*
 * What happens in a certification, put on record: evidence, raw logs, credit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_RECORDS_H
#define CG_CERTIFY_RECORDS_H

#include "cases.h"
#include "credit.h"
#include "evidence.h"

#include <digest.h>
#include <stdio.h>

struct cg_records {
    const char *dir; /* of the evidence */
    const struct cg_config *config;
    struct cg_evidence *evidence;
    struct cg_credit *credit;
    /* The attempt that is being played. */
    const struct cg_case *kase;
    unsigned attempt;
    cg_time began;
    char raw_name[96]; /* "raw/T-104-1.log" */
    FILE *raw;
    int error; /* the first that happened; nothing more is written */
};

/* Opens DIR/raw; the evidence must be open.  0 or an error. */
int cg_records_open(struct cg_records *records,
                    const char *dir,
                    const struct cg_config *config,
                    bool hub_is_peer,
                    struct cg_evidence *evidence);
void cg_records_close(struct cg_records *records);

/* A record of an earlier run: its credit counts, too. */
void cg_records_take(struct cg_records *records, const json_t *record);

/* Adds |record|, whose reference is taken. */
void cg_records_add(struct cg_records *records,
                    const char *kind,
                    json_t *record);

/* The same with "case" and "attempt" of the attempt that is played. */
void cg_records_add_to_attempt(struct cg_records *records,
                               const char *kind,
                               json_t *record);

void cg_records_attempt(struct cg_records *records,
                        const struct cg_case *kase,
                        unsigned attempt,
                        const struct cg_kit_value *values,
                        size_t value_count,
                        bool played, /* else waived or skipped */
                        cg_time now);
void cg_records_event(struct cg_records *records,
                      const struct cg_kit_event *event);
void cg_records_verdict(struct cg_records *records,
                        enum cg_kit_verdict verdict,
                        const char *reason,
                        cg_time now);

/* "passed", "failed", ... */
const char *cg_verdict_word(enum cg_kit_verdict verdict);

/* A text as a record can have it, also one that is no UTF-8, as what a peer or
 * an operator has said; NULL is "".  NULL without memory. */
json_t *cg_records_text(const char *text);

/* The whole text of a file, "" of one that cannot be read.  NULL without
 * memory. */
json_t *cg_records_file(const char *path);

/* The files that a script includes, each with its digest.  NULL without
 * memory. */
json_t *cg_records_included(const struct cg_script *script);

/* SHA-256 of a file in hex; false when it cannot be read. */
bool cg_file_digest(const char *path, char hex[CG_DIGEST_HEX + 1]);

#endif
