/*
 * What stands between the messages of a log: times and words of the log,
 * comments, and garbage.
 *
 * Bytes that cannot be words before a message are left behind as they come: a
 * file that is garbage all through is read with the same memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

/* A time and the beginning of a message are no longer. */
#define PLAIN_MIN (64 + CG_LOG_HEAD_MAX)

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void count_garbage(struct cg_log_gap *gap, uint64_t offset, bool on_line)
{
    if (gap->found++ == 0)
        gap->from = offset;
    gap->to = offset + 1;
    gap->lines += on_line ? 0 : 1;
}

static void comment_begin(struct cg_log_file *file, size_t i)
{
    file->line = CG_LOG_LINE_COMMENT;
    file->comment_len = 0;
    file->comment_at = cg_log_file_offset(file) + i;
}

static void comment_add(struct cg_log_file *file, char c)
{
    if (file->comment != NULL && file->comment_len < CG_LOG_COMMENT_MAX)
        file->comment[file->comment_len++] = c;
}

static void comment_end(struct cg_log_file *file)
{
    const struct cg_log_options *options = file->options;
    struct cg_slice text = {file->comment, file->comment_len};

    if (file->line != CG_LOG_LINE_COMMENT || file->comment == NULL)
        return;
    if (text.len > 0 && text.data[text.len - 1] == '\r')
        text.len--;
    options->comment(options->user, file->message.file, file->comment_at, text);
}

/* Leaves the first |len| bytes behind, which are no part of a message. */
static void leave(struct cg_log_file *file, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = file->bytes[file->at + i];
        if (c == '\n') {
            comment_end(file);
            file->line = CG_LOG_LINE_START;
            continue;
        }
        if (file->line == CG_LOG_LINE_COMMENT) {
            comment_add(file, c);
            continue;
        }
        if (is_blank(c) || file->line == CG_LOG_LINE_WORDED)
            continue;
        if (c == '#' && file->line == CG_LOG_LINE_START) {
            comment_begin(file, i);
            continue;
        }
        count_garbage(&file->gap, cg_log_file_offset(file) + i,
                      file->line == CG_LOG_LINE_OTHER);
        file->line = CG_LOG_LINE_OTHER;
    }
    file->at += len;
}

/* Tells of the garbage that was left behind, if it is not told yet. */
static int end_gap(struct cg_log_file *file)
{
    struct cg_log_gap gap = file->gap;
    unsigned long long bytes = gap.to - gap.from;

    file->gap = (struct cg_log_gap){0};
    if (gap.damaged || gap.found == 0)
        return 0;
    if (gap.lines > 1)
        return cg_log_file_trouble(
            file, CG_LOG_GARBAGE, gap.from,
            "%llu bytes on %llu lines are no part of a message", bytes,
            (unsigned long long)gap.lines);
    return cg_log_file_trouble(file, CG_LOG_GARBAGE, gap.from,
                               bytes == 1
                                   ? "%llu byte is no part of a message"
                                   : "%llu bytes are no part of a message",
                               bytes);
}

/* Where the last |what| in |text| ends, or 0. */
static size_t behind_last(struct cg_slice text, const char *what, size_t len)
{
    for (size_t i = text.len; i >= len; i--) {
        if (memcmp(text.data + i - len, what, len) == 0)
            return i;
    }
    return 0;
}

/* Where the last "10=ddd" and a separator in |text| end, or 0. */
static size_t behind_trailer(struct cg_slice text)
{
    struct cg_slice rest = text;
    const char *equals;

    while ((equals = memrchr(rest.data, '=', rest.len)) != NULL) {
        size_t at = (size_t)(equals - text.data);
        struct cg_log_head head;
        rest.len = at;
        if (at >= 2 && memcmp(equals - 2, "10", 2) == 0 && at + 4 < text.len &&
            cg_log_separator_read(
                (struct cg_slice){equals + 4, text.len - at - 4}, &head) == 0)
            return at + 4 + head.separator->len;
    }
    return 0;
}

/*
 * Where the words begin that end at |len|: not before a control character, nor
 * within another message.
 */
static size_t words_begin(const struct cg_log_file *file, size_t len)
{
    const char *bytes = file->bytes + file->at;
    const struct cg_log_separator *separator = file->gap.separator;
    size_t first = len > CG_LOG_WORDS_MAX ? len - CG_LOG_WORDS_MAX : 0;
    size_t i = len;
    struct cg_slice words;

    while (i > first &&
           ((unsigned char)bytes[i - 1] >= ' ' || bytes[i - 1] == '\t'))
        i--;
    words = (struct cg_slice){bytes + i, len - i};
    if (separator != NULL)
        return i + behind_last(words, separator->text, separator->len);
    return i + behind_trailer(words);
}

/* Whether there is more in |words| than the time |time| and what divides it
 * from a message. */
static bool are_words(struct cg_slice words, struct cg_slice time)
{
    for (size_t i = 0; i < words.len; i++) {
        const char *c = words.data + i;
        if (time.len > 0 && c >= time.data && c < time.data + time.len)
            continue;
        if (!is_blank(*c) && *c != ':' && *c != '-')
            return true;
    }
    return false;
}

/*
 * Steps over what stands before the message |len| bytes on.  Behind another
 * message on the same line, only a time may.
 */
static int step_to(struct cg_log_file *file, size_t len)
{
    size_t begin = words_begin(file, len);
    struct cg_slice words, time = {0};

    leave(file, begin);
    words = (struct cg_slice){file->bytes + file->at, len - begin};
    /* Something is between a time of the log and the message, but not between
     * the time in a message that was cut off and the next one. */
    file->timed = cg_log_time_find(&file->before_day, words, file->gap.damaged,
                                   &file->time, &time) &&
                  time.data + time.len < words.data + words.len;
    if (file->timed || file->line == CG_LOG_LINE_START) {
        file->at += words.len;
        file->line = are_words(words, time) ? CG_LOG_LINE_WORDED
                                            : CG_LOG_LINE_MESSAGE;
    } else {
        leave(file, words.len);
        file->line = file->line == CG_LOG_LINE_WORDED ? CG_LOG_LINE_WORDED
                                                      : CG_LOG_LINE_MESSAGE;
    }
    return end_gap(file);
}

/* How much of the beginning of a message the file ends with. */
static size_t begun_at_end(struct cg_slice rest)
{
    for (size_t len = CG_LOG_BEGIN_LEN - 1; len > 0; len--) {
        if (rest.len >= len &&
            memcmp(rest.data + rest.len - len, CG_LOG_BEGIN, len) == 0 &&
            (rest.len == len || is_blank(rest.data[rest.len - len - 1])))
            return len;
    }
    return 0;
}

static int tell_no_message(struct cg_log_file *file)
{
    uint64_t size = cg_log_file_offset(file);

    uint64_t found = file->gap.found;

    file->any = true;
    file->gap = (struct cg_log_gap){0};
    if (size > 0 && found == 0)
        return 0; /* comments alone */
    if (size == 0)
        return cg_log_file_trouble(file, CG_LOG_FILE, 0, "the file is empty");
    return cg_log_file_trouble(file, CG_LOG_GARBAGE, 0,
                               "no message is in all %llu bytes of the file",
                               (unsigned long long)size);
}

/* What is left at the end of the file. */
static int at_end(struct cg_log_file *file)
{
    struct cg_slice rest = cg_log_file_rest(file);
    size_t begun = file->gap.damaged ? 0 : begun_at_end(rest);
    int result;

    if (begun != 0) {
        file->any = true;
        result = step_to(file, rest.len - begun);
        if (result == 0)
            result = cg_log_file_trouble(file, CG_LOG_CUT,
                                         cg_log_file_offset(file),
                                         "the file ends in the message");
        file->at += begun;
    } else {
        leave(file, rest.len);
        comment_end(file);
        file->line = CG_LOG_LINE_START;
        result = file->any ? end_gap(file) : tell_no_message(file);
    }
    if (result != 0 || !file->failed)
        return result;
    file->failed = false;
    return cg_log_file_trouble(file, CG_LOG_FILE, cg_log_file_offset(file),
                               "%s", file->input.why);
}

/* Leaves all behind of |seen| bytes, in which no message begins, but what may
 * be words before one. */
static size_t leave_seen(struct cg_log_file *file, size_t seen)
{
    size_t keep = seen < CG_LOG_WORDS_MAX ? seen : CG_LOG_WORDS_MAX;

    leave(file, seen - keep);
    return keep;
}

/* The line ends at the beginning of |bytes|. */
static size_t line_ends(struct cg_slice bytes)
{
    size_t i = 0;

    while (i < bytes.len && (bytes.data[i] == '\n' || bytes.data[i] == '\r'))
        i++;
    return i;
}

/* The length of the time and " : ", or what is like it, at |bytes|; 0 when
 * there is something else. */
static size_t read_time(struct cg_log_file *file, struct cg_slice bytes)
{
    size_t len = cg_log_time_read(&file->before_day, bytes, &file->time);
    size_t i = len;

    while (i < bytes.len && (bytes.data[i] == ' ' || bytes.data[i] == ':'))
        i++;
    return len > 0 && i > len ? i : 0;
}

/*
 * What most logs have between messages, in one go: a line end, a time and " :
 * ", or nothing.  Returns false, with nothing done, when there is more to it.
 */
bool cg_log_gap_cross_plain(struct cg_log_file *file, struct cg_log_head *head)
{
    struct cg_slice rest = cg_log_file_rest(file);
    size_t begin = line_ends(rest);
    size_t time = 0;

    if (file->gap.damaged || rest.len < begin + PLAIN_MIN)
        return false;
    rest = (struct cg_slice){rest.data + begin, rest.len - begin};
    if (rest.data[0] != '8') {
        time = read_time(file, rest);
        if (time == 0)
            return false;
        rest = (struct cg_slice){rest.data + time, rest.len - time};
    }
    if (cg_log_head_read(rest, head) != 0)
        return false;
    file->timed = time > 0;
    file->at += begin + time;
    if (begin + time > 0 || file->line != CG_LOG_LINE_WORDED)
        file->line = CG_LOG_LINE_MESSAGE;
    return true;
}

int cg_log_gap_cross(struct cg_log_file *file,
                     struct cg_log_head *head,
                     int *outcome)
{
    size_t from = 0;

    *outcome = 0;
    if (cg_log_gap_cross_plain(file, head))
        return 1;
    for (;;) {
        size_t at = 0;
        *outcome = cg_log_head_find(cg_log_file_rest(file), from, &at, head);
        if (*outcome == 0 || *outcome == CG_LOG_HEAD_E_LENGTH ||
            (*outcome == CG_LOG_HEAD_E_SHORT && file->ended && !head->in_tag)) {
            int result = step_to(file, at);
            return result != 0 ? result : 1;
        }
        if (file->ended)
            return at_end(file);
        from = leave_seen(file, at);
        cg_log_file_fill(file, file->end - file->at + 1);
    }
}
