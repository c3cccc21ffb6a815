/*
 * Messages in the tests are written with | for SOH and without 8, 9 and 10.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TEST_FIX_TEXT_H
#define TEST_FIX_TEXT_H

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "fix_message.h"

#define TEXT_MAX 8192

struct text {
    char bytes[TEXT_MAX];
    size_t len;
};

/* 8, 9, the fields in |fields|, which start with 35, and 10. */
static inline void
text_make(struct text *text, const char *begin, const char *fields)
{
    unsigned sum = 0;
    int head = snprintf(text->bytes, TEXT_MAX, "8=%s|9=%zu|%s", begin,
                        strlen(fields), fields);

    assert(head > 0 && head < TEXT_MAX - 8);
    text->len = (size_t)head;
    for (size_t i = 0; i < text->len; i++) {
        if (text->bytes[i] == '|')
            text->bytes[i] = '\001';
        sum += (unsigned char)text->bytes[i];
    }
    text->len += (size_t)snprintf(text->bytes + text->len, 8, "10=%03u\001",
                                  sum % 256);
}

static inline int text_read(struct cg_fix_message *message,
                            struct text *text,
                            enum cg_version version,
                            const char *fields)
{
    text_make(text, cg_fix_begin_string(version), fields);
    return cg_fix_read(message, version, text->bytes, text->len);
}

/* Header fields of every message here. */
#define HEAD "49=A|56=B|34=2|52=20260102-10:00:00.000|"

#endif
