/*
 * Messages in cells: a field that is not as it should be is marked.
 *
 * A text has its fields one after the other, with | or blanks between them, as
 * "35=DG|2325=4" or "DG 2325=4 !2326".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include <stdlib.h>

#define TAG_MSG_TYPE 35

/* The tag of the field that |text| begins with; 0 when it begins with none. */
static unsigned long field_tag(const char *text)
{
    bool absent = text[0] == '!';
    const char *digits = text + absent;
    char *end = NULL;
    if (digits[0] < '1' || digits[0] > '9') {
        return 0;
    }
    unsigned long tag = strtoul(digits, &end, 10);
    bool ends = *end == '\0' || *end == ' ' || *end == '|' || *end == '\001';
    return *end == '=' || *end == '~' || (absent && ends) ? tag : 0;
}

/* Whether a field can begin behind this; 0 is the begin of the text. */
static bool is_between(char byte)
{
    return byte == '\0' || byte == ' ' || byte == '|' || byte == '\001';
}

/* Where the field that begins at |field| ends: at the next one, or at a bar. */
static const char *field_end(const char *field)
{
    const char *at = field + 1;
    while (*at != '\0' && *at != '|' && *at != '\001' &&
           (*at != ' ' ||
            (field_tag(at + 1) == 0 && strcmp(at + 1, "...") != 0))) {
        at++;
    }
    return at;
}

/* The next field at or behind |at|, and its tag; NULL when there is none. */
static const char *
field_next(const char *text, const char *at, unsigned long *tag)
{
    for (; *at != '\0'; at++) {
        *tag = at == text || is_between(at[-1]) ? field_tag(at) : 0;
        if (*tag != 0) {
            return at;
        }
    }
    return NULL;
}

static bool has_tag(const json_t *tags, unsigned long tag)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        if (json_integer_value(json_array_get(tags, i)) == (json_int_t)tag) {
            return true;
        }
    }
    return false;
}

void cg_report_put_text(struct cg_sheet *sheet, const char *text, size_t max)
{
    size_t len = strlen(text);
    size_t shown = len;
    if (len > max) {
        shown = max;
        while (shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80) {
            shown--;
        }
    }
    cg_sheet_text(sheet, (struct cg_slice){text, shown});
    if (shown < len) {
        cg_sheet_format(sheet,
                        "\xe2\x80\xa6 [%zu more bytes, whole in report.json]",
                        len - shown);
    }
}

void cg_report_put_time(struct cg_sheet *sheet, const char *time)
{
    if (strlen(time) < 20 || time[10] != 'T') {
        cg_sheet_string(sheet, time);
        return;
    }
    cg_sheet_text(sheet, (struct cg_slice){time, 10});
    cg_sheet_add(sheet, " ");
    cg_sheet_text(sheet, (struct cg_slice){time + 11, 8});
    cg_sheet_add(sheet, " UTC");
}

void cg_report_put_fields(struct cg_sheet *sheet,
                          const char *text,
                          const json_t *differing)
{
    const char *at = text;
    unsigned long tag = 0;
    const char *field = field_next(text, at, &tag);
    while (field != NULL && field - text < CG_REPORT_CELL_MAX) {
        const char *end = field_end(field);
        size_t len = (size_t)(end - field);
        if (has_tag(differing, tag)) {
            cg_sheet_text(sheet, (struct cg_slice){at, (size_t)(field - at)});
            cg_sheet_add(sheet, "<mark>");
            cg_sheet_text(sheet,
                          (struct cg_slice){field, len < 400 ? len : 400});
            cg_sheet_add(sheet, len < 400 ? "</mark>" : "\xe2\x80\xa6</mark>");
            at = end;
        }
        field = field_next(text, end, &tag);
    }
    size_t shown = (size_t)(at - text);
    cg_report_put_text(
        sheet, at,
        shown < CG_REPORT_CELL_MAX - 200 ? CG_REPORT_CELL_MAX - shown : 200);
}

size_t cg_report_put_values(struct cg_sheet *sheet,
                            const char *text,
                            unsigned long tag)
{
    unsigned long found = 0;
    size_t count = 0;
    const char *field = field_next(text, text, &found);
    while (field != NULL) {
        const char *end = field_end(field);
        if (found == tag && ++count <= 8) {
            size_t sign = strcspn(field, "=~");
            const char *value = field[0] == '!' ? field : field + sign + 1;
            size_t len = (size_t)(end - value);
            cg_sheet_add(sheet, count > 1 ? ", " : "");
            cg_sheet_add(sheet, field[0] == '!'      ? "absent"
                                : field[sign] == '~' ? "with "
                                                     : "");
            if (field[0] != '!') {
                cg_sheet_text(sheet,
                              (struct cg_slice){value, len < 300 ? len : 300});
                cg_sheet_add(sheet, len == 0    ? "empty"
                                    : len < 300 ? ""
                                                : "\xe2\x80\xa6");
            }
        }
        field = field_next(text, end, &found);
    }
    if (count == 0 && tag == TAG_MSG_TYPE) {
        /* Steps have the type as their first word. */
        size_t len = strcspn(text, " |\001");
        cg_sheet_text(sheet, (struct cg_slice){text, len < 8 ? len : 8});
        return len;
    }
    if (count > 8) {
        cg_sheet_format(sheet, ", and %zu more", count - 8);
    }
    return count;
}
