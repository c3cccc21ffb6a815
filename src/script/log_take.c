/*
 * A whole message of a log, and its time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"
#include "log_text.h"

#include <fix_scan.h>
#include <stdlib.h>

static bool
is_right(const char *bytes, const struct cg_log_head *head, size_t len)
{
    size_t summed = len - CG_LOG_TRAILER_LEN;

    return head->soh_body + head->length == summed &&
           cg_log_is_trailer(bytes + summed) && bytes[summed - 1] == '\001' &&
           cg_log_sum_is_right(bytes, summed);
}

static void take(struct cg_log_file *file, const char *bytes, size_t len)
{
    file->message.bytes = (struct cg_slice){bytes, len};
    file->message.offset = cg_log_file_offset(file);
}

bool cg_log_take_bytes(struct cg_log_file *file,
                       const struct cg_log_head *head,
                       uint64_t len)
{
    const char *bytes = file->bytes + file->at;

    if (file->end - file->at < len || !is_right(bytes, head, len))
        return false;
    take(file, bytes, len);
    file->at += len;
    return true;
}

static int
take_text(struct cg_log_file *file, const struct cg_log_head *head, size_t len)
{
    size_t used = len;
    int outcome = CG_LOG_TEXT_E_SHORT;

    if (file->text_bytes == NULL)
        file->text_bytes = malloc(file->options->message_max);
    if (file->text_bytes == NULL)
        return CG_ERR_MEMORY;
    while (outcome == CG_LOG_TEXT_E_SHORT) {
        outcome = cg_log_text_decode(cg_log_file_rest(file), file->ended,
                                     head->separator, file->text_bytes, len,
                                     &used);
        if (outcome == CG_LOG_TEXT_E_SHORT)
            cg_log_file_fill(file, file->end - file->at + used);
    }
    if (outcome != 0 || !is_right(file->text_bytes, head, len))
        return 0;
    take(file, file->text_bytes, len);
    file->at += used;
    return 1;
}

int cg_log_take(struct cg_log_file *file, const struct cg_log_head *head)
{
    uint64_t len = head->soh_body + head->length + CG_LOG_TRAILER_LEN;

    if (len > file->options->message_max)
        return 0;
    cg_log_file_fill(file, len - 1);
    if (cg_log_file_offset(file) < file->doubt) {
        cg_log_file_fill(file, len * head->separator->len);
        if (!cg_log_sums_agree(file, head))
            return 0;
    }
    if (head->separator != &cg_log_separators[CG_LOG_SOH])
        return take_text(file, head, len);
    cg_log_file_fill(file, len);
    return cg_log_take_bytes(file, head, len) ? 1 : 0;
}

/* Where the data field ends whose length is the value at |at|; SOHs in it end
 * nothing.  |tag_len| is that of its tag and '='. */
static size_t data_end(struct cg_slice bytes, size_t at, size_t tag_len)
{
    size_t len = 0;

    for (size_t last = at + 9; at < bytes.len && at < last; at++) {
        if (bytes.data[at] < '0' || bytes.data[at] > '9')
            break;
        len = len * 10 + (size_t)(bytes.data[at] - '0');
    }
    return at + 1 + tag_len + len;
}

/* Reads the field at |at| of the header, when it is a SendingTime.  Before it
 * there may be SecureData(91) and XmlData(213): |*skip| is where such ones
 * end. */
static bool read_field(struct cg_slice bytes,
                       size_t at,
                       size_t *skip,
                       struct cg_log_day *day,
                       cg_time *time)
{
    const char *tag = bytes.data + at;
    struct cg_slice value = {tag + 3, bytes.len - at - 3};

    if (memcmp(tag, "52=", 3) == 0)
        return cg_log_time_read(day, value, time) != 0;
    if (memcmp(tag, "90=", 3) == 0)
        *skip = data_end(bytes, at + 3, 3);
    if (memcmp(tag, "212=", 4) == 0)
        *skip = data_end(bytes, at + 4, 4);
    return false;
}

bool cg_log_sending_time(struct cg_slice bytes,
                         struct cg_log_day *day,
                         cg_time *time)
{
    size_t skip = 0;

    for (size_t at = 0; at < bytes.len; at += CG_FIX_BLOCK) {
        uint64_t ends = cg_fix_scan_at(bytes.data, bytes.len, at);
        for (; ends != 0; ends &= ends - 1) {
            size_t next = at + (size_t)__builtin_ctzll(ends) + 1;
            if (next + CG_LOG_TRAILER_LEN <= bytes.len && next > skip &&
                read_field(bytes, next, &skip, day, time))
                return true;
        }
    }
    return false;
}

/* The time is wrong: |instead| is taken. */
static int far_ahead(struct cg_log_file *file, cg_time instead)
{
    cg_time jump = file->time - instead;

    file->message.time = instead;
    file->newest = instead;
    return cg_log_file_trouble(
        file, CG_LOG_AHEAD, file->message.offset,
        "its time is %lld.%09lld s after that of the message before it, or of "
        "what follows, which is not so late",
        (long long)(jump / CG_SECOND), (long long)(jump % CG_SECOND));
}

int cg_log_take_time(struct cg_log_file *file)
{
    struct cg_log_message *message = &file->message;
    cg_time newest = file->newest;

    if (!file->timed &&
        !cg_log_sending_time(message->bytes, &file->sending_day, &file->time)) {
        message->time = newest != INT64_MIN ? newest : 0;
        return cg_log_file_trouble(
            file, CG_LOG_NO_TIME, message->offset,
            "the message has neither a time before it nor a SendingTime(52)");
    }
    message->time = file->time;
    if (file->time >= newest) {
        cg_time instead;
        int jumps = cg_log_jumps(file, &instead);
        if (jumps == 1)
            return far_ahead(file, instead);
        file->newest = file->time;
        return jumps;
    }
    message->time = newest;
    return cg_log_file_trouble(file, CG_LOG_BACKWARDS, message->offset,
                               "its time is %lld.%09lld s before that of the "
                               "message before it",
                               (long long)((newest - file->time) / CG_SECOND),
                               (long long)((newest - file->time) % CG_SECOND));
}
