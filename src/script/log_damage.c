/*
 * Messages of a log that are damaged: what is wrong, and where to go on.
 *
 * A message that follows is never taken for a part of a damaged one: wherever
 * another one begins, reading goes on there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

/* No form takes more bytes than this many times those of the message. */
#define FORM_FACTOR 3

/* The end of the first trailer within |bytes|, or 0. */
static size_t find_trailer(struct cg_slice bytes,
                           const struct cg_log_separator *separator)
{
    size_t at = 0;

    while (at + CG_LOG_TRAILER_LEN <= bytes.len) {
        const char *found = memmem(bytes.data + at, bytes.len - at, "10=", 3);
        if (found == NULL)
            return 0;
        at = (size_t)(found - bytes.data) + 1;
        if (at > separator->len &&
            memcmp(found - separator->len, separator->text, separator->len) ==
                0 &&
            at - 1 + CG_LOG_TRAILER_LEN <= bytes.len &&
            cg_log_is_trailer(found))
            return at - 1 + CG_LOG_TRAILER_LEN;
    }
    return 0;
}

/* Where the next message begins, or |bytes.len|. */
static size_t find_next(struct cg_slice bytes)
{
    struct cg_log_head head;
    size_t at = 0;

    return cg_log_head_find(bytes, 2, true, &at, &head) == CG_LOG_HEAD_E_NONE
               ? bytes.len
               : at;
}

/* The message ends at |end| as its trailer says. */
static int
ends_wrong(struct cg_log_file *file, const struct cg_log_head *head, size_t end)
{
    uint64_t offset = cg_log_file_offset(file);
    uint64_t len = head != NULL ? head->body + head->length + CG_LOG_TRAILER_LEN
                                : 0;

    file->at += end;
    file->gap.on_line = true;
    if (head == NULL)
        return cg_log_file_trouble(file, CG_LOG_LENGTH, offset,
                                   "the message has no BodyLength(9) that is "
                                   "a number, or no MsgType(35) behind it");
    if (len != end)
        return cg_log_file_trouble(
            file, CG_LOG_LENGTH, offset,
            "BodyLength(9) is %llu, but the body has %zu bytes",
            (unsigned long long)head->length,
            end - CG_LOG_TRAILER_LEN - head->body);
    if (len > file->options->message_max)
        return cg_log_file_trouble(file, CG_LOG_TOO_LONG, offset,
                                   "the message has %zu bytes, but may have "
                                   "%zu",
                                   end, file->options->message_max);
    return cg_log_file_trouble(file, CG_LOG_CHECKSUM, offset,
                               "CheckSum(10) is not the sum of the bytes");
}

/* The message has no end before |end|, where another one begins if |cut|. */
static int has_no_end(struct cg_log_file *file, size_t end, bool cut)
{
    uint64_t offset = cg_log_file_offset(file);
    bool ended = file->ended && end == file->end - file->at;

    file->at += end > CG_LOG_WORDS_MAX + 2 ? end - CG_LOG_WORDS_MAX : 2;
    file->gap.damaged = true;
    if (!cut && !ended)
        return cg_log_file_trouble(
            file, CG_LOG_TOO_LONG, offset,
            "the message has no end within the %zu bytes that it may have",
            file->options->message_max);
    return cg_log_file_trouble(
        file, CG_LOG_CUT, offset,
        ended ? "the file ends in the message"
              : "the message has no end: another one begins %zu bytes on",
        end);
}

int cg_log_file_damage(struct cg_log_file *file, const struct cg_log_head *head)
{
    size_t look = FORM_FACTOR * file->options->message_max + CG_LOG_HEAD_MAX;
    int result = cg_log_file_fill(file, look);
    struct cg_slice bytes = cg_log_file_rest(file);
    const struct cg_log_separator *separator = &cg_log_separators[CG_LOG_SOH];
    size_t next, end;
    uint64_t len;

    if (result != 0)
        return result;
    bytes.len = bytes.len < look ? bytes.len : look;
    next = find_next(bytes);
    if (head != NULL) {
        separator = head->separator;
        len = head->body + head->length + CG_LOG_TRAILER_LEN;
        if (len <= next &&
            cg_log_is_trailer(bytes.data + len - CG_LOG_TRAILER_LEN))
            return ends_wrong(file, head, (size_t)len);
    }
    end = find_trailer((struct cg_slice){bytes.data, next}, separator);
    if (end != 0)
        return ends_wrong(file, head, end);
    return has_no_end(file, next, next < bytes.len);
}
