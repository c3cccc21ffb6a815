/*
 * Evidence for the tests: a certification with cases of every verdict.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef EVIDENCE_SAMPLE_H
#define EVIDENCE_SAMPLE_H

#include <evidence.h>

/* Adds a whole certification to |evidence|, of |dir|, with raw logs, and
 * |extra| cases that are not special.  Without any it is a small one: no
 * hundreds of steps, no very long messages.  Fails the test on an error. */
void evidence_sample_fill(struct cg_evidence *evidence,
                          const char *dir,
                          size_t extra);

/* Opens |dir|, fills it, writes the reports and closes it. */
void evidence_sample_make(const char *dir, size_t extra);

/* Adds one record; fails the test on an error. */
void evidence_sample_add(struct cg_evidence *evidence,
                         const char *kind,
                         json_t *record);

/* Reads a whole file of |dir| for free(); fails the test when it cannot. */
char *evidence_sample_read(const char *dir, const char *name, size_t *len);
void evidence_sample_write(const char *dir,
                           const char *name,
                           const char *bytes,
                           size_t len);

#endif
