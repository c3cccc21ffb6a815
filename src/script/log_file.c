/*
 * One log: its window, and the way from one message to the next.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Read at once, when there is room: what a core's own cache holds until it is
 * looked at. */
#define BLOCK ((size_t)64 * 1024)

/* A message takes no more than this many times its bytes in any form, and room
 * for some more is needed to see what follows. */
#define WINDOW_FACTOR 8
#define WINDOW_MIN (8 * BLOCK)

/* In so many first bytes at most there must be a message. */
#define PROBE_MAX (4 * BLOCK)

static int fail(struct cg_log_file *file, const char *why)
{
    snprintf(file->input.why, sizeof file->input.why, "%s", why);
    return CG_ERR_IO;
}

/* Steps over the mark with which editors begin text in UTF-8. */
static void skip_mark(struct cg_log_file *file)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    cg_log_file_fill(file, sizeof mark);
    if (file->end - file->at >= sizeof mark &&
        memcmp(file->bytes + file->at, mark, sizeof mark) == 0)
        file->at += sizeof mark;
}

/* Reads until a message may begin, and no more than PROBE_MAX. */
static bool probe(struct cg_log_file *file)
{
    struct cg_log_head head;
    size_t from = 0;
    size_t at = 0;

    for (;;) {
        if (cg_log_head_find(cg_log_file_rest(file), from, &at, &head) !=
            CG_LOG_HEAD_E_NONE)
            return true;
        if (file->ended || file->end >= PROBE_MAX)
            return false;
        from = at;
        cg_log_file_fill(file, file->end + 1);
    }
}

/* Whether |bytes| are a text with comments alone. */
static bool are_comments(struct cg_slice bytes)
{
    const char *end = bytes.data + bytes.len;
    const char *line = bytes.data;

    while (line != NULL && line < end && (*line == '#' || *line == '\n')) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line != NULL ? line + 1 : end;
    }
    return line == end;
}

/* A file without a message at its beginning: engines write such ones beside
 * their logs, with times and numbers in them.  Others are a mistake. */
static int check(struct cg_log_file *file)
{
    bool found = probe(file);
    struct cg_slice bytes = cg_log_file_rest(file);

    if (file->failed && bytes.len == 0)
        return CG_ERR_IO;
    if (found || bytes.len == 0 || are_comments(bytes) ||
        (bytes.data[0] >= '0' && bytes.data[0] <= '9'))
        return 0;
    if (file->ended)
        return fail(file, "is no FIX log: no message begins in it");
    if (memchr(bytes.data, '\0', bytes.len) != NULL)
        return fail(file, "is no FIX log: it is binary, and no message begins "
                          "in its first 256 KiB");
    return 0;
}

int cg_log_file_open(struct cg_log_file *file,
                     const struct cg_log_options *options,
                     size_t source,
                     struct cg_log_progress *progress)
{
    file->options = options;
    file->progress = progress;
    file->newest = INT64_MIN;
    file->message.source = source;
    file->max = WINDOW_FACTOR * (options->message_max + CG_LOG_HEAD_MAX);
    if (file->max < WINDOW_MIN)
        file->max = WINDOW_MIN;
    file->bytes = malloc(file->max);
    if (options->comment != NULL)
        file->comment = malloc(CG_LOG_COMMENT_MAX);
    if (file->bytes == NULL ||
        (options->comment != NULL && file->comment == NULL))
        return CG_ERR_MEMORY;
    if (!cg_log_input_open(&file->input, options->paths[source]))
        return file->input.why[0] != '\0' ? CG_ERR_IO : CG_ERR_MEMORY;
    file->message.file = file->input.path;
    skip_mark(file);
    if (cg_log_store_is_header(file))
        return cg_log_store_open(file);
    return check(file);
}

void cg_log_file_close(struct cg_log_file *file)
{
    cg_log_store_close(file->store);
    cg_log_sums_close(file);
    cg_log_input_close(&file->input);
    free(file->bytes);
    free(file->text_bytes);
    free(file->comment);
}

int cg_log_file_trouble(struct cg_log_file *file,
                        enum cg_log_trouble trouble,
                        uint64_t offset,
                        const char *format,
                        ...)
{
    const struct cg_log_options *options = file->options;
    char text[320];
    va_list args;

    if (options->trouble == NULL)
        return 0;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return options->trouble(options->user, trouble, file->message.file, offset,
                            text)
               ? 0
               : CG_ERR_CORRUPT;
}

/*
 * Makes room behind the bytes for |need| of them in all.  The bytes are moved
 * only when many more were used up, so that each moves a few times at most and
 * the same few blocks of memory are used again and again; or when they must.
 */
static void make_room(struct cg_log_file *file, size_t need)
{
    size_t left = file->end - file->at;

    if (left > file->at / 8 && file->at + need <= file->max &&
        (file->max - file->end >= BLOCK || file->at < file->max / 4))
        return;
    memmove(file->bytes, file->bytes + file->at, left);
    file->base += file->at;
    file->at = 0;
    file->end = left;
}

static void tell_progress(struct cg_log_file *file)
{
    const struct cg_log_options *options = file->options;
    struct cg_log_progress *progress = file->progress;

    progress->done += file->input.done - file->counted;
    file->counted = file->input.done;
    if (options->progress == NULL || progress->done - progress->told < BLOCK)
        return;
    progress->told = progress->done;
    options->progress(options->user, progress->done, progress->total);
}

/* How many bytes to read, of which |need| must be there in all. */
static size_t read_len(const struct cg_log_file *file, size_t need)
{
    size_t lacking = need - (file->end - file->at);
    size_t most = file->max - file->end;
    size_t len = lacking > BLOCK ? lacking : BLOCK;

    return len < most ? len : most;
}

void cg_log_file_fill(struct cg_log_file *file, size_t need)
{
    CG_ASSERT(need <= file->max);
    while (file->end - file->at < need && !file->ended) {
        ssize_t count;
        make_room(file, need);
        count = cg_log_input_read(&file->input, file->bytes + file->end,
                                  read_len(file, need));
        file->end += count > 0 ? (size_t)count : 0;
        file->ended = count <= 0;
        file->failed = count < 0;
        tell_progress(file);
    }
}

/* The time is that of the message before it, or a little later. */
static bool goes_on(const struct cg_log_file *file)
{
    return file->timed && file->newest != INT64_MIN &&
           file->time >= file->newest &&
           file->time - file->newest <= CG_LOG_JUMP_MIN;
}

/* Whether the message of |head| at |at| is in order; then it is taken. */
static bool take_plain(struct cg_log_file *file, const struct cg_log_head *head)
{
    uint64_t len = head->soh_body + head->length + CG_LOG_TRAILER_LEN;

    return head->separator == &cg_log_separators[CG_LOG_SOH] && goes_on(file) &&
           len <= file->options->message_max &&
           cg_log_file_offset(file) >= file->doubt &&
           cg_log_take_bytes(file, head, len);
}

bool cg_log_file_next_plain(struct cg_log_file *file)
{
    size_t at = file->at;
    enum cg_log_line line = file->line;
    struct cg_log_head head;

    /* Where a message was text, the next one nearly always is. */
    bool was_text = file->text_bytes != NULL &&
                    file->message.bytes.data == file->text_bytes;

    if (file->store != NULL || was_text || !cg_log_gap_cross_plain(file, &head))
        return false;
    if (!take_plain(file, &head)) {
        file->at = at;
        file->line = line;
        return false;
    }
    file->any = true;
    file->newest = file->time;
    file->message.time = file->time;
    return true;
}

int cg_log_file_next(struct cg_log_file *file)
{
    struct cg_log_head head;
    int outcome;

    if (cg_log_file_next_plain(file))
        return 1;
    if (file->store != NULL)
        return cg_log_store_next(file);
    for (;;) {
        int result = cg_log_gap_cross(file, &head, &outcome);
        if (result != 1)
            return result;
        file->any = true;
        result = outcome == 0 ? cg_log_take(file, &head) : 0;
        if (result == 1) {
            result = cg_log_take_time(file);
            return result != 0 ? result : 1;
        }
        if (result == 0)
            result = cg_log_damage(file, &head, outcome);
        if (result != 0)
            return result;
    }
}
