/*
 * Text that grows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sheet.h"

#include "text.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static bool sheet_reserve(struct cg_sheet *sheet, size_t len)
{
    size_t size = sheet->size > 0 ? sheet->size : 4096;
    if (sheet->failed || len > SIZE_MAX / 4 - sheet->len) {
        sheet->failed = true;
        return false;
    }
    while (size - sheet->len <= len) {
        size *= 2;
    }
    if (size != sheet->size) {
        char *bytes = realloc(sheet->bytes, size);
        if (bytes == NULL) {
            sheet->failed = true;
            return false;
        }
        sheet->bytes = bytes;
        sheet->size = size;
    }
    return true;
}

void cg_sheet_add_bytes(struct cg_sheet *sheet, struct cg_slice bytes)
{
    if (bytes.len > 0 && sheet_reserve(sheet, bytes.len)) {
        memcpy(sheet->bytes + sheet->len, bytes.data, bytes.len);
        sheet->len += bytes.len;
        sheet->bytes[sheet->len] = '\0';
    }
}

void cg_sheet_add(struct cg_sheet *sheet, const char *markup)
{
    cg_sheet_add_bytes(sheet, cg_slice_str(markup));
}

void cg_sheet_format(struct cg_sheet *sheet, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (len < 0 || !sheet_reserve(sheet, (size_t)len)) {
        sheet->failed = true;
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(sheet->bytes + sheet->len, (size_t)len + 1, format,
                    arguments);
    va_end(arguments);
    sheet->len += (size_t)len;
}

/* The character that |text|, whole UTF-8, begins with, and its length. */
static unsigned character(const char *text, size_t *len)
{
    unsigned char first = (unsigned char)text[0];
    unsigned value = first;
    *len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (*len > 1) {
        value &= 0x7fu >> *len;
    }
    for (size_t i = 1; i < *len; i++) {
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return value;
}

/* Controls, marks of direction, what has no width, and what is no character. */
static bool is_unseen(unsigned value)
{
    return (value < 0x20 && value != '\n' && value != '\t') ||
           (value >= 0x7f && value < 0xa0) || value == 0xad || value == 0x61c ||
           (value >= 0x200b && value <= 0x200f) ||
           (value >= 0x2028 && value <= 0x202e) ||
           (value >= 0x2060 && value <= 0x206f) || value == 0xfeff ||
           (value >= 0xfff9 && value <= 0xfffb) || (value & 0xfffe) == 0xfffe ||
           (value >= 0xfdd0 && value <= 0xfdef);
}

static const char *entity(unsigned value)
{
    switch (value) {
    case '\001':
        return "|";
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void add_unseen(struct cg_sheet *sheet, unsigned value)
{
    cg_sheet_format(sheet, value < 0x100 ? "\\x%02X" : "\\u{%X}", value);
}

void cg_sheet_text(struct cg_sheet *sheet, struct cg_slice text)
{
    size_t begin = 0;
    size_t at = 0;
    size_t whole = cg_text_utf8_span(text);
    while (at < text.len) {
        size_t len = 1;
        /* Bytes that are no character are told one by one. */
        unsigned value = at < whole ? character(text.data + at, &len)
                                    : (unsigned char)text.data[at];
        const char *instead = entity(value);
        bool unseen = instead == NULL &&
                      (is_unseen(value) || (at >= whole && value >= 0x80));
        if (instead != NULL || unseen) {
            cg_sheet_add_bytes(
                sheet, (struct cg_slice){text.data + begin, at - begin});
            begin = at + len;
        }
        if (instead != NULL) {
            cg_sheet_add(sheet, instead);
        } else if (unseen) {
            add_unseen(sheet, value);
        }
        at += len;
    }
    cg_sheet_add_bytes(sheet, (struct cg_slice){text.data + begin, at - begin});
}

void cg_sheet_string(struct cg_sheet *sheet, const char *text)
{
    cg_sheet_text(sheet, cg_slice_str(text != NULL ? text : ""));
}

static int take_json(const char *bytes, size_t len, void *user)
{
    struct cg_sheet *sheet = user;
    cg_sheet_add_bytes(sheet, (struct cg_slice){bytes, len});
    return sheet->failed ? -1 : 0;
}

void cg_sheet_json(struct cg_sheet *sheet, const json_t *json, size_t flags)
{
    if (json_dump_callback(json, take_json, sheet,
                           flags | JSON_REAL_PRECISION(15)) != 0) {
        sheet->failed = true;
    }
}
