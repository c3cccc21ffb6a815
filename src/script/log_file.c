/*
 * One log: its bytes, what stands between its messages, and their times.
 *
 * A window of fixed size moves over the file.  Every position counts from |at|,
 * which only ever grows, so no byte is looked at more than a few times whatever
 * the file holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

#include <fix_scan.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Read at once, when there is room. */
#define BLOCK ((size_t)64 * 1024)

#define WINDOW_MIN (8 * BLOCK)

int cg_log_file_open(struct cg_log_file *file,
                     const struct cg_log_options *options,
                     size_t source)
{
    file->options = options;
    file->source = source;
    /* Room for what a message may take in any form, and for as much to read. */
    file->max = 4 * (options->message_max + CG_LOG_HEAD_MAX);
    if (file->max < WINDOW_MIN)
        file->max = WINDOW_MIN;
    file->bytes = calloc(1, file->max + CG_FIX_BLOCK);
    if (file->bytes == NULL)
        return CG_ERR_MEMORY;
    file->newest = INT64_MIN;
    if (!cg_log_input_open(&file->input, options->paths[source]))
        return CG_ERR_IO;
    file->message.file = file->input.path;
    file->message.source = source;
    return 0;
}

void cg_log_file_close(struct cg_log_file *file)
{
    cg_log_input_close(&file->input);
    free(file->bytes);
}

int cg_log_file_trouble(struct cg_log_file *file,
                        enum cg_log_trouble trouble,
                        uint64_t offset,
                        const char *format,
                        ...)
{
    const struct cg_log_options *options = file->options;
    char text[256];
    va_list args;

    if (options->trouble == NULL)
        return 0;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return options->trouble(options->user, trouble, file->input.path, offset,
                            text)
               ? 0
               : CG_ERR_CORRUPT;
}

/* Makes room behind the bytes for |need| of them in all. */
static void make_room(struct cg_log_file *file, size_t need)
{
    size_t left = file->end - file->at;

    if (file->at + need <= file->max &&
        (file->max - file->end >= BLOCK || file->at < file->max / 4))
        return;
    memmove(file->bytes, file->bytes + file->at, left);
    file->base += file->at;
    file->at = 0;
    file->end = left;
}

int cg_log_file_fill(struct cg_log_file *file, size_t need)
{
    while (file->end - file->at < need && !file->ended) {
        ssize_t count;
        make_room(file, need);
        count = cg_log_input_read(&file->input, file->bytes + file->end,
                                  file->max - file->end);
        if (count > 0) {
            file->end += (size_t)count;
            continue;
        }
        file->ended = true;
        if (count < 0)
            return cg_log_file_trouble(file, CG_LOG_FILE,
                                       file->base + file->end, "%s",
                                       file->input.why);
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Counts the first |len| bytes, which are no part of a message, and leaves them
 * behind. */
static void leave(struct cg_log_file *file, size_t len)
{
    struct cg_log_gap *gap = &file->gap;

    for (size_t i = 0; i < len; i++) {
        char c = file->bytes[file->at + i];
        if (c == '\n') {
            gap->on_line = false;
            gap->worded = false;
            gap->lines += gap->found != 0 ? 1 : 0;
        } else if (!is_blank(c) && !gap->worded) {
            gap->from = gap->found++ == 0 ? file->base + file->at + i
                                          : gap->from;
        }
    }
    file->at += len;
}

/* Tells of the bytes that were left behind, if they are worth it. */
static int end_gap(struct cg_log_file *file)
{
    struct cg_log_gap gap = file->gap;

    file->gap = (struct cg_log_gap){.on_line = gap.on_line};
    if (gap.damaged || gap.found == 0)
        return 0;
    if (gap.lines > 1)
        return cg_log_file_trouble(file, CG_LOG_GARBAGE, gap.from,
                                   "%llu lines hold no message",
                                   (unsigned long long)gap.lines);
    return cg_log_file_trouble(file, CG_LOG_GARBAGE, gap.from,
                               "%llu bytes are no part of a message",
                               (unsigned long long)gap.found);
}

/*
 * Where the words begin that end at |len|: not before a control character, nor
 * before the end of another message, nor, behind a damaged one, before one of
 * its separators.
 */
static size_t words_begin(const struct cg_log_file *file, size_t len)
{
    const char *bytes = file->bytes + file->at;
    size_t first = len > CG_LOG_WORDS_MAX ? len - CG_LOG_WORDS_MAX : 0;
    size_t i = len;

    while (i > first &&
           ((unsigned char)bytes[i - 1] >= ' ' || bytes[i - 1] == '\t')) {
        if (file->gap.damaged && bytes[i - 1] == '|')
            break;
        i--;
    }
    return i;
}

/* Steps over what stands before the message |len| bytes on; |*timed| says
 * whether there is a time in it. */
static int step_to(struct cg_log_file *file, size_t len, bool *timed)
{
    struct cg_log_gap *gap = &file->gap;
    size_t words = words_begin(file, len);
    struct cg_slice text;
    int result;

    leave(file, words);
    text = (struct cg_slice){file->bytes + file->at, len - words};
    *timed = text.len > 0 &&
             cg_log_time_find(&file->before_day, text, gap->damaged,
                              &file->message.time);
    if (gap->on_line && !*timed)
        leave(file, text.len);
    else
        file->at += text.len;
    result = end_gap(file);
    gap->worded = text.len > 0;
    return result;
}

/* Leaves all behind but what may be words before a message, of which |seen|
 * bytes do not begin one. */
static size_t leave_seen(struct cg_log_file *file, size_t seen)
{
    size_t keep = seen < CG_LOG_WORDS_MAX ? seen : CG_LOG_WORDS_MAX;

    leave(file, seen - keep);
    return keep;
}

/* What is left at the end of the file. */
static int at_end(struct cg_log_file *file)
{
    leave(file, file->end - file->at);
    return end_gap(file);
}

/*
 * Moves |at| to the next message.  Returns 1, 0 at the end of the file, or
 * CG_ERR_CORRUPT.
 */
static int
find_message(struct cg_log_file *file, struct cg_log_head *head, bool *timed)
{
    size_t from = 0;

    *timed = false;
    for (;;) {
        size_t at = 0;
        int outcome = cg_log_head_find(cg_log_file_rest(file), from,
                                       file->gap.damaged, &at, head);
        int result;
        if (outcome == 0 || outcome == CG_LOG_HEAD_E_LENGTH ||
            (outcome == CG_LOG_HEAD_E_SHORT && file->ended)) {
            result = step_to(file, at, timed);
            return result != 0 ? result : 1;
        }
        if (file->ended)
            return at_end(file);
        from = leave_seen(file, at);
        result = cg_log_file_fill(file, file->end - file->at + 1);
        if (result != 0)
            return result;
    }
}

/* SendingTime(52) of the message; data fields before it may hold SOHs, but
 * nothing like it in practice. */
static bool sending_time(struct cg_log_file *file)
{
    struct cg_slice bytes = file->message.bytes;
    const char *found = memmem(bytes.data, bytes.len, "\00152=", 4);
    struct cg_slice text;

    if (found == NULL)
        return false;
    text.data = found + 4;
    text.len = (size_t)(bytes.data + bytes.len - text.data);
    return cg_log_time_read(&file->sending_day, text, &file->message.time) != 0;
}

static int set_time(struct cg_log_file *file, bool timed)
{
    struct cg_log_message *message = &file->message;
    cg_time newest = file->newest;

    if (!timed && !sending_time(file)) {
        message->time = newest != INT64_MIN ? newest : 0;
        return cg_log_file_trouble(
            file, CG_LOG_NO_TIME, message->offset,
            "the message has neither a time before it nor a SendingTime(52)");
    }
    if (message->time >= newest) {
        file->newest = message->time;
        return 0;
    }
    message->time = newest;
    return cg_log_file_trouble(
        file, CG_LOG_BACKWARDS, message->offset,
        "the message's time is before that of the message before it");
}

/* Takes the message at |at|, if it is whole and right. */
static bool take_message(struct cg_log_file *file,
                         const struct cg_log_head *head)
{
    uint64_t len = head->body + head->length + CG_LOG_TRAILER_LEN;
    const char *bytes = file->bytes + file->at;

    if (head->separator != &cg_log_separators[CG_LOG_SOH] ||
        len > file->options->message_max || len > file->end - file->at)
        return false;
    if (!cg_log_is_trailer(bytes + len - CG_LOG_TRAILER_LEN) ||
        bytes[len - CG_LOG_TRAILER_LEN - 1] != '\001' ||
        !cg_log_sum_is_right(bytes, len - CG_LOG_TRAILER_LEN))
        return false;
    file->message.bytes = (struct cg_slice){bytes, len};
    file->message.offset = cg_log_file_offset(file);
    file->at += len;
    file->gap.on_line = true;
    return true;
}

int cg_log_file_next(struct cg_log_file *file)
{
    struct cg_log_head head;
    bool timed = false;

    for (;;) {
        int result = find_message(file, &head, &timed);
        int outcome;
        if (result != 1)
            return result;
        outcome = cg_log_head_read(cg_log_file_rest(file), &head);
        result = outcome == 0 && head.length <= file->options->message_max
                     ? cg_log_file_fill(file, head.body + head.length +
                                                  CG_LOG_TRAILER_LEN)
                     : 0;
        if (result != 0)
            return result;
        if (outcome == 0 && take_message(file, &head)) {
            result = set_time(file, timed);
            return result != 0 ? result : 1;
        }
        result = cg_log_file_damage(file, outcome == 0 ? &head : NULL);
        if (result != 0)
            return result;
    }
}
