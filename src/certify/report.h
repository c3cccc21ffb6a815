/*
 * The reports of a certification, made of its records and nothing else: the
 * same records make the same bytes, so that a report can be verified by being
 * made again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_REPORT_H
#define CG_CERTIFY_REPORT_H

#include <jansson.h>
#include <stddef.h>

enum cg_report_file {
    CG_REPORT_HTML,
    CG_REPORT_JSON,
    CG_REPORT_JUNIT,
    CG_REPORT_FILES
};

/* Their names in the folder. */
extern const char *const cg_report_names[CG_REPORT_FILES];

/* What stands before the head digest in each. */
extern const char *const cg_report_head_marks[CG_REPORT_FILES];

struct cg_report_files {
    char *bytes[CG_REPORT_FILES];
    size_t len[CG_REPORT_FILES];
};

/*
 * Makes the reports of the first |count| of |records|; |head| is the digest of
 * the last of their lines.  Returns 0 and texts for cg_report_free(), or
 * CG_ERR_MEMORY.
 */
int cg_report_make(const json_t *records,
                   size_t count,
                   const char *head,
                   struct cg_report_files *files);
void cg_report_free(struct cg_report_files *files);

#endif
