/*
 * A time far ahead of that of the message before it: what follows in the file
 * says whether time has gone on, or the time is wrong.
 *
 * Looks at what follows, and steps over none of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

#include <stdlib.h>

/* With nothing behind it, a time so far ahead is not believed. */
#define LAST_MIN (31 * 86400 * CG_SECOND)

/* So many messages are asked, in so many bytes at most. */
#define FOLLOWING_MAX 8
#define FOLLOWING_BYTES ((size_t)64 * 1024)

/* A SendingTime(52) is within so many bytes of its message. */
#define HEADER_MAX 512

/* What follows says. */
struct following {
    size_t count;
    size_t before; /* so many of them are nearer to the time before the jump */
    cg_time earliest;
};

/* The message stays where it is when the window moves. */
static int keep_message(struct cg_log_file *file)
{
    struct cg_log_message *message = &file->message;

    if (message->bytes.data == file->text_bytes)
        return 0;
    if (file->text_bytes == NULL)
        file->text_bytes = malloc(file->options->message_max);
    if (file->text_bytes == NULL)
        return CG_ERR_MEMORY;
    memcpy(file->text_bytes, message->bytes.data, message->bytes.len);
    message->bytes.data = file->text_bytes;
    return 0;
}

/* What stands before the message at |at| on its line, but for what is before
 * |from|. */
static struct cg_slice words_of(struct cg_slice bytes, size_t from, size_t at)
{
    size_t i = at;

    while (
        i > from && at - i < CG_LOG_WORDS_MAX &&
        ((unsigned char)bytes.data[i - 1] >= ' ' || bytes.data[i - 1] == '\t'))
        i--;
    return (struct cg_slice){bytes.data + i, at - i};
}

/* The SendingTime(52) of a message in any form, of which |bytes| may be the
 * beginning. */
static bool text_time(struct cg_slice bytes, size_t at, cg_time *time)
{
    size_t left = bytes.len - at < HEADER_MAX ? bytes.len - at : HEADER_MAX;
    const char *end = bytes.data + at + left;
    const char *c = bytes.data + at;
    struct cg_log_day day = {0};

    while ((c = memmem(c, (size_t)(end - c), "52=", 3)) != NULL) {
        /* Behind a separator, of which some end with "01". */
        bool begins = c[-1] < '0' || c[-1] > '9' || c[-2] == '0';
        struct cg_slice value = {c + 3, (size_t)(end - c) - 3};
        if (begins && cg_log_time_read(&day, value, time) != 0)
            return true;
        c += 3;
    }
    return false;
}

/* The same of the message at |at|, which may be damaged. */
static bool sending_time(struct cg_slice bytes,
                         size_t at,
                         const struct cg_log_head *head,
                         cg_time *time)
{
    uint64_t len = head->soh_body + head->length + CG_LOG_TRAILER_LEN;
    struct cg_slice message = {bytes.data + at, (size_t)len};
    struct cg_log_day day = {0};

    if (head->separator == &cg_log_separators[CG_LOG_SOH] &&
        len <= bytes.len - at)
        return cg_log_sending_time(message, &day, time);
    return text_time(bytes, at, time);
}

static void
ask_one(struct following *following, cg_time low, cg_time high, cg_time time)
{
    following->before += time - low < high - time ? 1 : 0;
    if (following->count++ == 0 || time < following->earliest)
        following->earliest = time;
}

static struct cg_slice following_bytes(const struct cg_log_file *file)
{
    struct cg_slice rest = cg_log_file_rest(file);

    rest.len = rest.len < FOLLOWING_BYTES ? rest.len : FOLLOWING_BYTES;
    return rest;
}

/* Asks the messages behind |at| whether they are nearer to |low| or |high|. */
static void ask(struct cg_log_file *file,
                cg_time low,
                cg_time high,
                struct following *following)
{
    static const struct cg_log_head none = {0};
    size_t from = 0;
    size_t behind = 0; /* the head of the one before */

    while (following->count < FOLLOWING_MAX) {
        struct cg_slice rest = following_bytes(file);
        struct cg_log_head head;
        struct cg_log_day day = {0};
        struct cg_slice where;
        cg_time time;
        size_t at = 0;
        int outcome = cg_log_head_find(rest, from, &at, &head);

        if (outcome != 0 && outcome != CG_LOG_HEAD_E_LENGTH) {
            if (file->ended || rest.len == FOLLOWING_BYTES)
                return;
            from = at;
            cg_log_file_fill(file, rest.len + 1);
            continue;
        }
        cg_log_file_fill(file, at + HEADER_MAX);
        rest = following_bytes(file);
        if (cg_log_time_find(&day, words_of(rest, behind, at), true, &time,
                             &where) ||
            sending_time(rest, at, outcome == 0 ? &head : &none, &time))
            ask_one(following, low, high, time);
        from = at + CG_LOG_BEGIN_LEN;
        behind = from;
    }
}

int cg_log_jumps(struct cg_log_file *file, cg_time *time)
{
    bool first = file->newest == INT64_MIN;
    cg_time low = first ? file->time - 2 * CG_LOG_JUMP_MIN : file->newest;
    struct following following = {0};
    int result;

    if (file->time - low <= CG_LOG_JUMP_MIN)
        return 0;
    result = keep_message(file);
    if (result != 0)
        return result;
    ask(file, low, file->time, &following);
    *time = first ? following.earliest : low;
    if (following.count == 0)
        return !first && file->time - low > LAST_MIN;
    return following.before * 2 > following.count;
}
