/*
 * Pieces that the pages share: what stands in a cell, the drawing of an
 * attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_REPORT_TEXT_H
#define CG_CERTIFY_REPORT_TEXT_H

#include "report_model.h"
#include "sheet.h"

/* So many bytes of a text stand on a page; the rest is counted. */
#define CG_REPORT_CELL_MAX 2400

/* Text from outside, its rest counted when it is longer than |max|. */
void cg_report_put_text(struct cg_sheet *sheet, const char *text, size_t max);

/* A message as it was expected or observed; the fields of |differing|, an array
 * of tags, are marked. */
void cg_report_put_fields(struct cg_sheet *sheet,
                          const char *text,
                          const json_t *differing);

/* What the fields of |tag| say in |text|, with commas between them; nothing
 * when there is none.  Returns how many. */
size_t cg_report_put_values(struct cg_sheet *sheet,
                            const char *text,
                            unsigned long tag);

/* The messages of |attempt| as drawings that fit on a page each. */
void cg_report_put_diagram(struct cg_sheet *sheet,
                           const struct cg_report_model *model,
                           const struct cg_report_attempt *attempt);

/* The cases one by one, with all of their attempts. */
void cg_report_put_cases(struct cg_sheet *sheet,
                         const struct cg_report_model *model);

/* A note, as an entry of a list. */
void cg_report_put_note(struct cg_sheet *sheet, const json_t *note);

/* The fields that messages of the cases have, by number, with their names. */
void cg_report_put_glossary(struct cg_sheet *sheet,
                            const struct cg_report_model *model);

/* Where a session listens or connects to, behind |before|; nothing when the
 * record has no port. */
void cg_report_put_address(struct cg_sheet *sheet,
                           const char *before,
                           const json_t *session);

/* A time of a record, to the second: "2026-11-29 17:00:00 UTC". */
void cg_report_put_time(struct cg_sheet *sheet, const char *time);

/* The verdict of the whole, as a badge, and a sentence. */
void cg_report_put_whole(struct cg_sheet *sheet,
                         const struct cg_report_model *model);

/* Who, when, with what, and what came of it. */
void cg_report_put_summary(struct cg_sheet *sheet,
                           const struct cg_report_model *model);

/* The cases that did not pass, the worst first, each with the reason. */
void cg_report_put_unpassed(struct cg_sheet *sheet,
                            const struct cg_report_model *model);

/* The list of all cases. */
void cg_report_put_contents(struct cg_sheet *sheet,
                            const struct cg_report_model *model);

/* What came of the credit, by the record |credit|, which may be NULL, in a
 * sentence; or limit by limit. */
void cg_report_put_credit_sentence(struct cg_sheet *sheet,
                                   const json_t *credit);
void cg_report_put_credit(struct cg_sheet *sheet,
                          const struct cg_report_model *model);

/* The whole documents. */
void cg_report_put_html(struct cg_sheet *sheet,
                        const struct cg_report_model *model);
void cg_report_put_junit(struct cg_sheet *sheet,
                         const struct cg_report_model *model);

/* The layer that a case belongs to, by the letters that its id begins with. */
const char *cg_report_layer(const char *id);

#endif
