/*
 * The message log.
 *
 * Must never hold a password, nor a message of ours that was not let out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "message_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SOH '\001'

/* "20260115-12:00:00", ".123456789", " : " */
#define SECOND_LEN 17
#define STAMP_LEN (SECOND_LEN + 10 + 3)

/* A buffer larger than this is given back when it is empty. */
#define BUFFER_KEEP ((size_t)1024 * 1024)

struct buffer {
    char *bytes;
    size_t len;
    size_t size;
};

/* What stands before each message that is held. */
struct held {
    const char *session;
    size_t len;
};

struct cg_message_log {
    struct cg_message_log_options options;
    int fd; /* -1: no file */
    struct buffer lines;
    uint64_t line_count;
    struct buffer held;
    struct buffer shown;
    time_t second; /* that |second_text| is of */
    char second_text[SECOND_LEN + 1];
    uint64_t missing; /* messages, since the file could not be written */
    bool failing;
    bool cut; /* the file ends in the middle of a line */
};

static bool buffer_reserve(struct buffer *buffer, size_t len)
{
    size_t size = buffer->size > 0 ? buffer->size : 4096;
    while (size - buffer->len < len) {
        size *= 2;
    }
    if (size != buffer->size) {
        char *bigger = realloc(buffer->bytes, size);
        if (bigger == NULL) {
            return false;
        }
        buffer->bytes = bigger;
        buffer->size = size;
    }
    return true;
}

static void buffer_put(struct buffer *buffer, const void *bytes, size_t len)
{
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
}

static void buffer_empty(struct buffer *buffer)
{
    buffer->len = 0;
    if (buffer->size > BUFFER_KEEP) {
        free(buffer->bytes);
        *buffer = (struct buffer){NULL, 0, 0};
    }
}

/* --- passwords ----------------------------------------------------------- */

/* Fields that are secret, and the one with their length when they may hold a
 * SOH.  RawData(96) of a Logon is where versions without 554 have it. */
static const struct {
    long tag;
    long length_tag;
} secrets[] = {{554, 0}, {925, 0}, {96, 95}, {1402, 1401}, {1404, 1403}};

#define SECRETS (sizeof(secrets) / sizeof(secrets[0]))

/* Only these have any: Logon(A) and User Request (BE). */
static bool has_secrets(const char *message, size_t len)
{
    const char *at = message;
    const char *end = message + len;
    for (int field = 0; field < 3 && at < end; field++) {
        const char *stop = memchr(at, SOH, (size_t)(end - at));
        if (stop == NULL) {
            return false;
        }
        size_t size = (size_t)(stop - at);
        if ((size == 4 && memcmp(at, "35=A", 4) == 0) ||
            (size == 5 && memcmp(at, "35=BE", 5) == 0)) {
            return true;
        }
        at = stop + 1;
    }
    return false;
}

/* The digits at |at| as a number, and what follows them; 0 without any. */
static long read_digits(const char *at, const char *end, const char **after)
{
    long number = 0;
    while (at < end && *at >= '0' && *at <= '9' && number < 1000000) {
        number = number * 10 + (*at++ - '0');
    }
    *after = at;
    return number;
}

/* The end of the value at |value| of |tag|; |length| is what |length_tag| said
 * of it. */
static char *value_end(char *value, char *end, long length)
{
    char *stop = memchr(value, SOH, (size_t)(end - value));
    if (length > 0 && length <= end - value && value[length] == SOH) {
        stop = value + length;
    }
    return stop != NULL ? stop : end;
}

static bool is_secret(long tag, long length_tag, bool *has_length)
{
    for (size_t i = 0; i < SECRETS; i++) {
        if (secrets[i].tag == tag) {
            *has_length = length_tag != 0 &&
                          secrets[i].length_tag == length_tag;
            return true;
        }
    }
    return false;
}

/* |sum_at| is where 10= begins. */
static void sum_anew(char *message, size_t sum_at)
{
    unsigned sum = 0;
    char digits[4];
    for (size_t i = 0; i < sum_at; i++) {
        sum += (unsigned char)message[i];
    }
    snprintf(digits, sizeof(digits), "%03u", sum % 256);
    memcpy(message + sum_at + 3, digits, 3);
}

/* Stars in place of each secret value, as many as it has bytes, so that
 * BodyLength(9) stays right; and the CheckSum(10) of that. */
static void mask_message(char *message, size_t len)
{
    static const size_t trailer = sizeof("10=000\001") - 1;
    if (len < trailer || !has_secrets(message, len)) {
        return;
    }
    char *end = message + len - trailer;
    bool masked = false;
    long length = 0;
    long length_tag = 0;
    for (char *at = message; at < end;) {
        const char *equals;
        bool has_length = false;
        long tag = read_digits(at, end, &equals);
        char *value = at + (equals - at) + 1;
        if (value > end) {
            break;
        }
        bool secret = is_secret(tag, length_tag, &has_length);
        char *stop = value_end(value, end, has_length ? length : 0);
        if (secret) {
            memset(value, '*', (size_t)(stop - value));
            masked = true;
        }
        length = read_digits(value, stop, &equals);
        length_tag = tag;
        at = stop + 1;
    }
    if (masked) {
        sum_anew(message, len - trailer);
    }
}

/* --- lines --------------------------------------------------------------- */

static void put_stamp(struct cg_message_log *log, cg_time now)
{
    time_t second = now / CG_SECOND;
    char fraction[16];
    if (second != log->second) {
        struct tm tm;
        gmtime_r(&second, &tm);
        strftime(log->second_text, sizeof(log->second_text), "%Y%m%d-%H:%M:%S",
                 &tm);
        log->second = second;
    }
    int len = snprintf(fraction, sizeof(fraction),
                       ".%09d : ", (int)(now % CG_SECOND));
    buffer_put(&log->lines, log->second_text, SECOND_LEN);
    buffer_put(&log->lines, fraction, (size_t)len);
}

/* For people: one line, whatever a peer wrote. */
static void show(struct cg_message_log *log,
                 const char *session,
                 bool out,
                 const char *message,
                 size_t len)
{
    struct buffer *shown = &log->shown;
    if (!buffer_reserve(shown, len + 1)) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)message[i];
        bool control = byte < ' ' || byte == 127;
        shown->bytes[i] = message[i] == SOH ? '|' : control ? '?' : message[i];
    }
    shown->bytes[len] = '\0';
    log->options.show(log->options.user, session, out, shown->bytes);
    buffer_empty(shown);
}

static void add(struct cg_message_log *log,
                const char *session,
                bool out,
                const char *bytes,
                size_t len,
                cg_time now)
{
    struct buffer *lines = &log->lines;
    size_t start = lines->len;
    if (!buffer_reserve(lines, STAMP_LEN + len + 1)) {
        log->missing++;
        return;
    }
    put_stamp(log, now);
    size_t message = lines->len;
    buffer_put(lines, bytes, len);
    mask_message(lines->bytes + message, len);
    if (log->options.show != NULL) {
        show(log, session, out, lines->bytes + message, len);
    }
    buffer_put(lines, "\n", 1);
    log->line_count++;
    if (log->fd < 0) {
        lines->len = start;
    }
}

void cg_message_log_in(struct cg_message_log *log,
                       const char *session,
                       const char *bytes,
                       size_t len,
                       cg_time now)
{
    if (log != NULL) {
        add(log, session, false, bytes, len, now);
    }
}

void cg_message_log_out(struct cg_message_log *log,
                        const char *session,
                        const char *bytes,
                        size_t len)
{
    const struct held held = {session, len};
    if (log == NULL) {
        return;
    }
    if (!buffer_reserve(&log->held, sizeof(held) + len)) {
        log->missing++;
        return;
    }
    buffer_put(&log->held, &held, sizeof(held));
    buffer_put(&log->held, bytes, len);
}

void cg_message_log_release(struct cg_message_log *log, cg_time now)
{
    if (log == NULL) {
        return;
    }
    for (size_t at = 0; at < log->held.len;) {
        struct held held;
        memcpy(&held, log->held.bytes + at, sizeof(held));
        at += sizeof(held);
        add(log, held.session, true, log->held.bytes + at, held.len, now);
        at += held.len;
    }
    buffer_empty(&log->held);
}

void cg_message_log_forget(struct cg_message_log *log)
{
    if (log != NULL) {
        buffer_empty(&log->held);
    }
}

/* --- the file ------------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void
say(const struct cg_message_log *log,
    enum cg_log_level level,
    const char *format,
    ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    log->options.say(log->options.user, level, text);
}

/* Whether the last line has no end: a machine that stopped leaves such. */
static bool is_cut(int fd, off_t size)
{
    char last = '\n';
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* A file to append to, or -1 with errno.  A pipe could keep the gate waiting.
 */
static int open_file(const char *path, bool *cut)
{
    struct stat of;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                  0640);
    if (fd < 0) {
        return -1;
    }
    int error = fstat(fd, &of) != 0 ? errno : !S_ISREG(of.st_mode) ? EINVAL : 0;
    if (error != 0) {
        close(fd);
        errno = error;
        return -1;
    }
    *cut = is_cut(fd, of.st_size);
    return fd;
}

static const char *why_not(int error)
{
    return error == EINVAL ? "it is not a regular file" : strerror(error);
}

int cg_message_log_open(const struct cg_message_log_options *options,
                        char *error,
                        size_t error_len,
                        struct cg_message_log **result)
{
    struct cg_message_log *log = calloc(1, sizeof(*log));
    *result = NULL;
    if (log == NULL) {
        snprintf(error, error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    log->options = *options;
    log->second = -1;
    log->fd = options->path != NULL ? open_file(options->path, &log->cut) : -1;
    if (log->fd < 0 && options->path != NULL) {
        snprintf(error, error_len,
                 "message log %s: %s; correct MessageLog=, or take it out",
                 options->path, why_not(errno));
        free(log);
        return CG_ERR_IO;
    }
    *result = log;
    return 0;
}

/* 0, or what went wrong after |*done| bytes. */
static int write_out(int fd, const struct buffer *lines, size_t *done)
{
    *done = 0;
    while (*done < lines->len) {
        ssize_t n = write(fd, lines->bytes + *done, lines->len - *done);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        *done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* No line is left that was written in part, if that can be had. */
static void take_back(struct cg_message_log *log, size_t done)
{
    struct stat of;
    bool gone = done == 0 ||
                (fstat(log->fd, &of) == 0 && of.st_size >= (off_t)done &&
                 ftruncate(log->fd, of.st_size - (off_t)done) == 0);
    log->cut |= !gone;
}

static void failed(struct cg_message_log *log, int error)
{
    if (!log->failing) {
        say(log, CG_LOG_WARNING,
            "ALARM: the message log %s cannot be written: %s; messages are "
            "missing in it until it can be",
            log->options.path, strerror(error));
    }
    log->failing = true;
    log->missing += log->line_count;
}

static void written(struct cg_message_log *log)
{
    log->cut = false;
    if (log->missing > 0) {
        say(log, CG_LOG_WARNING,
            "ALARM: the message log %s is written again, %" PRIu64
            " messages are missing in it",
            log->options.path, log->missing);
    }
    log->failing = false;
    log->missing = 0;
}

void cg_message_log_write(struct cg_message_log *log)
{
    size_t done = 0;
    if (log == NULL || log->lines.len == 0) {
        return;
    }
    bool ended = !log->cut || write(log->fd, "\n", 1) == 1;
    int error = ended ? write_out(log->fd, &log->lines, &done) : errno;
    if (error != 0) {
        take_back(log, done);
        failed(log, error);
    } else {
        written(log);
    }
    log->line_count = 0;
    buffer_empty(&log->lines);
}

void cg_message_log_reopen(struct cg_message_log *log)
{
    bool cut = false;
    if (log == NULL || log->fd < 0) {
        return;
    }
    cg_message_log_write(log);
    int fd = open_file(log->options.path, &cut);
    if (fd < 0) {
        say(log, CG_LOG_WARNING,
            "ALARM: the message log %s cannot be opened again: %s; it goes on "
            "in the file that it had",
            log->options.path, why_not(errno));
        return;
    }
    close(log->fd);
    log->fd = fd;
    log->cut = cut;
}

void cg_message_log_close(struct cg_message_log *log)
{
    if (log == NULL) {
        return;
    }
    cg_message_log_write(log);
    if (log->fd >= 0) {
        close(log->fd);
    }
    free(log->lines.bytes);
    free(log->held.bytes);
    free(log->shown.bytes);
    free(log);
}
