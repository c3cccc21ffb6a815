/*
 * Text that grows: what a report is written into.
 *
 * What a message, a script or an operator says is never taken for markup: only
 * cg_sheet_text() and cg_sheet_format() write it, the latter's own format
 * apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_SHEET_H
#define CG_CERTIFY_SHEET_H

#include <jansson.h>
#include <slice.h>

/* Zeroed is empty; |bytes| is for free(). */
struct cg_sheet {
    char *bytes;
    size_t len;
    size_t size;
    bool failed; /* no memory: it is no use any more */
};

/* Markup as it is. */
void cg_sheet_add(struct cg_sheet *sheet, const char *markup);
void cg_sheet_add_bytes(struct cg_sheet *sheet, struct cg_slice bytes);

/* Markup by a format; texts in it must be the program's own. */
__attribute__((format(printf, 2, 3))) void
cg_sheet_format(struct cg_sheet *sheet, const char *format, ...);

/*
 * UTF-8 from outside, for HTML and XML, attributes too.  SOH becomes |; what
 * cannot be seen, or would turn the direction of the line, its number.
 */
void cg_sheet_text(struct cg_sheet *sheet, struct cg_slice text);
void cg_sheet_string(struct cg_sheet *sheet, const char *text);

/* JSON, with digits enough for a time in milliseconds.  What the library's own
 * buffers would lose without memory is a failure here. */
void cg_sheet_json(struct cg_sheet *sheet, const json_t *json, size_t flags);

#endif
