/*
 * What a certification prints while it runs, and at its end.
 *
 * What a peer has said is printed without what a terminal would obey.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_CERTIFY_PROGRESS_H
#define APP_CERTIFY_PROGRESS_H

#include "certification.h"

#define CERTIFY_SHOWN_MAX 600 /* bytes of a text; the report has all of it */

struct certify_progress {
    bool verbose;
    bool in_line; /* the cursor stands behind a case's title */
    bool lists;   /* those that have not passed */
    /* The step that the case at hand failed at. */
    char expected[CERTIFY_SHOWN_MAX + 1];
    char observed[CERTIFY_SHOWN_MAX + 1];
    char wrong[CERTIFY_SHOWN_MAX + 1];
    uint32_t differing[8];
    size_t differing_count;
};

/* Ends the line under way, before something else is printed. */
void certify_progress_break(struct certify_progress *progress);

/* Why what is asked next is: the case at hand has ended already. */
void certify_progress_explain(struct certify_progress *progress);

/* |text|, |max| bytes of it at most; a byte that is no printable UTF-8 as
 * \xNN. */
void certify_print(const char *text, size_t max);

void certify_progress_begin(struct certify_progress *progress,
                            const struct cg_case *kase,
                            size_t number,
                            size_t total,
                            unsigned attempt);
void certify_progress_event(struct certify_progress *progress,
                            const struct cg_kit_event *event);
void certify_progress_end(struct certify_progress *progress,
                          const struct cg_case *kase,
                          enum cg_kit_verdict verdict,
                          const char *reason,
                          cg_time took_ns);

/* A case at the end of a run: a line when it has not passed. */
void certify_progress_stands(struct certify_progress *progress,
                             const struct cg_case *kase,
                             bool decided,
                             enum cg_kit_verdict verdict,
                             const char *reason);

/* Whether |counts| are those of who is certified. */
bool certify_progress_good(const struct cg_certification_counts *counts);

/* The end of a run, and what to do next. */
void certify_progress_sum(const struct cg_certification_counts *counts,
                          const char *dir,
                          const char *head,
                          bool named);

#endif
