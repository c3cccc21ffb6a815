/*
 * Messages of a log that are damaged: what is wrong, and where to go on.
 *
 * A message that follows is never taken for a part of a damaged one: wherever
 * another one begins, reading goes on there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

/* A damaged message and what was found around it. */
struct damage {
    const struct cg_log_head *head;
    const struct cg_log_separator *separator;
    bool stated;   /* it has a BodyLength */
    size_t next;   /* where another message begins, or how far was looked */
    bool cut;      /* another message begins there */
    size_t at_sum; /* where "10=" is; the end of the message is ... */
    size_t end;    /* ... here, or 0 */
};

static bool find_next(struct cg_slice bytes, size_t *at)
{
    struct cg_log_head head;
    int outcome = cg_log_head_find(bytes, 2, at, &head);

    if (outcome == 0 || outcome == CG_LOG_HEAD_E_LENGTH ||
        (outcome == CG_LOG_HEAD_E_SHORT && !head.in_tag))
        return true;
    *at = bytes.len;
    return false;
}

/* Notes the trailer at |at|, behind a separator, if there is one. */
static bool is_end(struct cg_slice bytes, uint64_t at, struct damage *damage)
{
    const struct cg_log_separator *separator = damage->separator;
    size_t len;

    if (at >= damage->next || at < separator->len ||
        memcmp(bytes.data + at - separator->len, separator->text,
               separator->len) != 0)
        return false;
    len = cg_log_trailer_len(
        (struct cg_slice){bytes.data + at, damage->next - at}, separator);
    damage->at_sum = at;
    damage->end = len != 0 ? at + len : 0;
    return len != 0;
}

/* Finds the trailer where BodyLength has it, else the first one. */
static void find_end(struct cg_slice bytes, struct damage *damage)
{
    size_t at = 0;

    if (damage->stated && damage->separator->len == 1 &&
        is_end(bytes, damage->head->body + damage->head->length, damage))
        return;
    while (at < damage->next) {
        const char *found = memmem(bytes.data + at, damage->next - at,
                                   "10=", 3);
        if (found == NULL)
            return;
        at = (size_t)(found - bytes.data);
        if (is_end(bytes, at, damage))
            return;
        at++;
    }
}

/* How many of the |len| bytes would be left with SOHs. */
static size_t soh_len(struct cg_slice bytes,
                      size_t len,
                      const struct cg_log_separator *separator)
{
    size_t result = len;
    const char *at = bytes.data;
    const char *end = bytes.data + len;

    if (separator->len == 1)
        return len;
    while ((at = memmem(at, (size_t)(end - at), separator->text,
                        separator->len)) != NULL) {
        result -= separator->len - 1;
        at += separator->len;
    }
    return result;
}

/* The message has an end, but it is not right. */
static int ends_wrong(struct cg_log_file *file, const struct damage *damage)
{
    const struct cg_log_head *head = damage->head;
    struct cg_slice bytes = cg_log_file_rest(file);
    uint64_t offset = cg_log_file_offset(file);
    size_t to_sum = soh_len(bytes, damage->at_sum, damage->separator);
    size_t len = to_sum + CG_LOG_TRAILER_LEN;
    uint64_t max = file->options->message_max;

    file->at += damage->end;
    if (!damage->stated)
        return cg_log_file_trouble(file, CG_LOG_LENGTH, offset,
                                   "the message has no BodyLength(9) that is "
                                   "a number, or no MsgType(35) behind it");
    if (head->soh_body + head->length != to_sum)
        return cg_log_file_trouble(
            file, CG_LOG_LENGTH, offset,
            "BodyLength(9) is %llu, but the body has %lld bytes",
            (unsigned long long)head->length,
            (long long)to_sum - (long long)head->soh_body);
    if (len > max)
        return cg_log_file_trouble(
            file, CG_LOG_TOO_LONG, offset,
            "the message has %zu bytes, and at most %llu are read", len,
            (unsigned long long)max);
    return cg_log_file_trouble(
        file, CG_LOG_CHECKSUM, offset,
        "CheckSum(10) is %.3s, which is not the sum of the message",
        bytes.data + damage->at_sum + 3);
}

static int has_no_end(struct cg_log_file *file, const struct damage *damage)
{
    uint64_t offset = cg_log_file_offset(file);
    size_t next = damage->next;
    bool ended = file->ended && next == file->end - file->at;

    /* What is left may hold the words before the next one. */
    file->at += next > CG_LOG_WORDS_MAX + 2 ? next - CG_LOG_WORDS_MAX : 2;
    if (ended)
        file->at = file->end;
    file->gap.damaged = true;
    file->gap.separator = damage->separator;
    if (damage->cut)
        return cg_log_file_trouble(
            file, CG_LOG_CUT, offset,
            "the message has no end: another one begins %zu bytes on", next);
    if (ended)
        return cg_log_file_trouble(file, CG_LOG_CUT, offset,
                                   "the file ends in the message");
    return cg_log_file_trouble(
        file, CG_LOG_TOO_LONG, offset,
        "the message has no end within the %llu bytes that are read",
        (unsigned long long)file->options->message_max);
}

int cg_log_damage(struct cg_log_file *file,
                  const struct cg_log_head *head,
                  int outcome)
{
    struct damage damage = {.head = head, .stated = outcome == 0};
    struct cg_slice bytes;
    size_t look;

    damage.separator = head->separator != NULL ? head->separator
                                               : &cg_log_separators[CG_LOG_SOH];
    look = (file->options->message_max + CG_LOG_HEAD_MAX) *
           damage.separator->len;
    cg_log_file_fill(file, look);
    if (cg_log_file_offset(file) + look > file->doubt)
        file->doubt = cg_log_file_offset(file) + look;
    bytes = cg_log_file_rest(file);
    bytes.len = bytes.len < look ? bytes.len : look;
    damage.cut = find_next(bytes, &damage.next);
    find_end(bytes, &damage);
    return damage.end != 0 ? ends_wrong(file, &damage)
                           : has_no_end(file, &damage);
}
