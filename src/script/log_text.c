/*
 * From text to SOHs.  What stands for one in a value becomes one as well; the
 * checksum then tells.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_text.h"

/* So many bytes at once, that compilers make few instructions of. */
#define STRIDE 32

/* Bars one by one, where they stand. */
static void
decode_bars(const char *restrict text, char *restrict message, size_t len)
{
    size_t i = 0;

    for (; i + STRIDE <= len; i += STRIDE) {
        for (size_t j = 0; j < STRIDE; j++)
            message[i + j] = text[i + j] == '|' ? '\001' : text[i + j];
    }
    for (; i < len; i++)
        message[i] = text[i] == '|' ? '\001' : text[i];
}

/* Decodes until |len| bytes are written or the text ends, or may end within a
 * separator; returns how many were written. */
static size_t decode(struct cg_slice text,
                     const struct cg_log_separator *separator,
                     char *message,
                     size_t len,
                     size_t *used)
{
    size_t at = 0;
    size_t done = 0;

    while (done < len && at < text.len) {
        size_t most = text.len - at < len - done ? text.len - at : len - done;
        const char *first = text.data + at;
        const char *next = memchr(first, separator->text[0], most);
        size_t plain = next != NULL ? (size_t)(next - first) : most;
        memcpy(message + done, first, plain);
        done += plain;
        at += plain;
        if (next == NULL)
            continue;
        if (text.len - at < separator->len)
            break;
        if (memcmp(next, separator->text, separator->len) == 0) {
            message[done++] = '\001';
            at += separator->len;
        } else {
            message[done++] = text.data[at++];
        }
    }
    *used = at;
    return done;
}

/* The separator behind the message, or what takes its place, at |rest|. */
static int decode_last(struct cg_slice rest,
                       bool ended,
                       const struct cg_log_separator *separator,
                       size_t *used)
{
    size_t there = rest.len < separator->len ? rest.len : separator->len;
    bool is_digit = rest.len > 0 && rest.data[0] >= '0' && rest.data[0] <= '9';

    *used = 1;
    if (memcmp(rest.data, separator->text, there) == 0) {
        if (there < separator->len && !ended)
            return CG_LOG_TEXT_E_SHORT;
        *used = there == separator->len ? there : 0;
        return 0;
    }
    *used = 0;
    return is_digit ? CG_LOG_TEXT_E_OTHER : 0;
}

int cg_log_text_decode(struct cg_slice text,
                       bool ended,
                       const struct cg_log_separator *separator,
                       char *message,
                       size_t len,
                       size_t *used)
{
    size_t done = len - 1;
    size_t last;
    int outcome;

    if (separator->len > 1) {
        done = decode(text, separator, message, len - 1, used);
    } else {
        done = text.len < done ? text.len : done;
        decode_bars(text.data, message, done);
        *used = done;
    }
    if (done < len - 1) {
        *used = len - 1 - done;
        return ended ? CG_LOG_TEXT_E_OTHER : CG_LOG_TEXT_E_SHORT;
    }
    message[done] = '\001';
    outcome = decode_last(
        (struct cg_slice){text.data + *used, text.len - *used}, ended,
        separator, &last);
    *used = outcome == CG_LOG_TEXT_E_SHORT ? last : *used + last;
    return outcome;
}
