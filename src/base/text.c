/*
 * Small questions about text.  Must not depend on the locale.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <text.h>

#include <stdint.h>

/* Bytes of the character that |lead| begins, 0 when none can. */
static size_t utf8_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* The second byte alone can make a form overlong, a surrogate or too large. */
static bool utf8_second_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second <= 0x9f;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second <= 0x8f;
    default:
        return true;
    }
}

static size_t utf8_character(const unsigned char *at, size_t left)
{
    size_t len = utf8_length(at[0]);

    if (len == 0 || len > left) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len == 1 || utf8_second_fits(at[0], at[1]) ? len : 0;
}

size_t cg_text_utf8_span(struct cg_slice text)
{
    size_t at = 0;

    while (at < text.len) {
        size_t len = utf8_character((const unsigned char *)text.data + at,
                                    text.len - at);

        if (len == 0) {
            break;
        }
        at += len;
    }
    return at;
}

bool cg_text_is_name(struct cg_slice text, size_t max)
{
    if (text.len == 0 || text.len > max) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's table, one row at a time. */
size_t cg_text_distance(const char *a, const char *b)
{
    size_t row[CG_TEXT_DISTANCE_MAX + 1];
    size_t a_len = smaller(strlen(a), CG_TEXT_DISTANCE_MAX);
    size_t b_len = smaller(strlen(b), CG_TEXT_DISTANCE_MAX);

    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

            diagonal = row[j];
            row[j] = smaller(change, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_len];
}

bool cg_text_is_near(const char *word, const char *name)
{
    return cg_text_distance(word, name) <= 1 + strlen(name) / 5;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

char *cg_text_trim(char *text)
{
    size_t len;

    while (is_blank(*text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    text[len] = '\0';
    return text;
}
