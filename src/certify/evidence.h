/*
 * What a certification leaves behind: a file of records, one JSON object a
 * line, each with the SHA-256 of the line before it.
 *
 * The reports are made of this file and nothing else, so who verifies it has
 * verified them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_EVIDENCE_H
#define CG_CERTIFY_EVIDENCE_H

#include <jansson.h>
#include <slice.h>

struct cg_evidence;

/*
 * Opens DIR/evidence.jsonl, which is made, with the folder, when it is not
 * there; what is there must be whole, and is gone on with.  A last line that a
 * crash cut off goes to the end of evidence.jsonl.torn, and a record "torn"
 * says so.  One process at a time (a lock).  |error| says what is wrong and
 * what to do.  Returns 0, CG_ERR_IO, CG_ERR_CORRUPT, CG_ERR_MISUSE (another
 * process has it) or CG_ERR_MEMORY.
 */
int cg_evidence_open(const char *dir,
                     char *error,
                     size_t error_len,
                     struct cg_evidence **evidence);
void cg_evidence_close(struct cg_evidence *evidence);

/* What opening found and mended, for the operator; "" when nothing. */
const char *cg_evidence_told(const struct cg_evidence *evidence);

/*
 * Adds |record|, whose reference is taken, with "no", "time", "kind" and
 * "previous" set, and flushes it; "run", "verdict" and "end" are synced to the
 * disk.  Returns 0, CG_ERR_IO or CG_ERR_MEMORY (also for NULL, so that a record
 * can be made in the call).  After an error nothing can be added any more.
 */
int cg_evidence_add(struct cg_evidence *evidence,
                    const char *kind,
                    json_t *record);

/*
 * |bytes| as a JSON string.  When they are not UTF-8, or have a NUL, such bytes
 * and every backslash become \xHH, and |*escaped| is set.  NULL without memory.
 */
json_t *cg_evidence_text(struct cg_slice bytes, bool *escaped);

/* The bytes of such a string, allocated, |*len| of them; NULL without memory.
 */
char *cg_evidence_bytes(const json_t *text, bool escaped, size_t *len);

/* All records so far, an array, borrowed. */
const json_t *cg_evidence_records(const struct cg_evidence *evidence);

/* The SHA-256 of the last line, its end of line included, in hex. */
const char *cg_evidence_head(const struct cg_evidence *evidence);

/* Writes report.html, report.json and junit.xml into the folder, of the records
 * so far, each whole or not at all.  Returns 0 or an error. */
int cg_evidence_report(const struct cg_evidence *evidence,
                       char *error,
                       size_t error_len);

/*
 * Checks the chain of DIR/evidence.jsonl, the raw logs and the three reports
 * against it.  |say| gets a line for each thing that is wrong, and for what was
 * checked.  Returns 0: all is as it was written; 1: not; or CG_ERR_IO (there is
 * no evidence), CG_ERR_MISUSE (a certification is writing it), CG_ERR_MEMORY,
 * each told as well but for the last.
 */
int cg_evidence_verify(const char *dir,
                       void (*say)(void *user, const char *line),
                       void *user);

#endif
