/*
 * Logs for tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void log_text_add(struct log_text *text, const void *bytes, size_t len)
{
    if (text->len + len + 1 > text->max) {
        text->max = 2 * (text->len + len + 1);
        text->data = realloc(text->data, text->max);
        assert_non_null(text->data);
    }
    if (len > 0)
        memcpy(text->data + text->len, bytes, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void log_text_format(struct log_text *text, const char *format, ...)
{
    char *part;
    va_list args;

    va_start(args, format);
    assert_true(vasprintf(&part, format, args) >= 0);
    va_end(args);
    log_text_add(text, part, strlen(part));
    free(part);
}

void log_text_bars(struct log_text *text, const char *bars)
{
    size_t first = text->len;

    log_text_add(text, bars, strlen(bars));
    for (size_t i = first; i < text->len; i++)
        text->data[i] = text->data[i] == '|' ? '\001' : text->data[i];
}

void log_text_deinit(struct log_text *text)
{
    free(text->data);
    *text = (struct log_text){0};
}

void log_message(struct log_text *text, const char *fields)
{
    size_t first = text->len;
    unsigned sum = 0;

    log_text_format(text, "8=FIX.4.4|9=%zu|%s", strlen(fields), fields);
    for (size_t i = first; i < text->len; i++) {
        if (text->data[i] == '|')
            text->data[i] = '\001';
        sum += (unsigned char)text->data[i];
    }
    log_text_format(text, "10=%03u\001", sum % 256);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool on_trouble(void *user,
                       enum cg_log_trouble trouble,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    static const char *const names[CG_LOG_TROUBLES] = {
        "GARBAGE", "CUT",       "LENGTH", "CHECKSUM", "TOO_LONG",
        "NO_TIME", "BACKWARDS", "AHEAD",  "FILE"};
    struct log_reading *reading = user;

    assert_true(trouble < CG_LOG_TROUBLES);
    reading->troubles++;
    reading->kinds[trouble]++;
    if (!reading->only_bytes)
        log_text_format(&reading->told, "%s ! %s %llu: %s\n", base_name(file),
                        names[trouble], (unsigned long long)offset, text);
    return reading->stop_after == 0 || reading->troubles < reading->stop_after;
}

static int rank(void *user, const struct cg_log_message *message)
{
    struct log_reading *reading = user;

    return reading->rank(user, message);
}

static void on_message(struct log_reading *reading,
                       const struct cg_log_message *message)
{
    size_t first;

    reading->messages++;
    if (!reading->only_bytes)
        log_text_format(&reading->told, "%s %lld.%09lld %llu ",
                        base_name(message->file),
                        (long long)(message->time / CG_SECOND),
                        (long long)(message->time % CG_SECOND),
                        (unsigned long long)message->offset);
    assert_true(message->source < reading->count);
    first = reading->told.len;
    log_text_add(&reading->told, message->bytes.data, message->bytes.len);
    log_text_add(&reading->told, "\n", 1);
    for (size_t i = first; i < reading->told.len; i++) {
        if (reading->told.data[i] == '\001')
            reading->told.data[i] = '|';
    }
}

int log_read(struct log_reading *reading)
{
    struct cg_log_options options = {
        .paths = reading->paths,
        .count = reading->count,
        .message_max = reading->message_max != 0 ? reading->message_max
                                                 : LOG_MESSAGE_MAX,
        .rank = reading->rank != NULL ? rank : NULL,
        .trouble = on_trouble,
        .user = reading,
    };
    struct cg_log_message messages[7];
    struct cg_log *log;
    int result = cg_log_open(&options, reading->error, sizeof reading->error,
                             &log);

    log_text_add(&reading->told, "", 0);
    if (result != 0)
        return result;
    /* One to seven at a time. */
    while ((result = cg_log_next_some(log, messages,
                                      1 + (int)(reading->messages % 7))) > 0) {
        for (int i = 0; i < result; i++)
            on_message(reading, &messages[i]);
    }
    if (result == 0)
        assert_int_equal(cg_log_next(log, messages), 0);
    cg_log_close(log);
    return result;
}

static char folder[] = "/tmp/creditgate-log-XXXXXX";
static char *paths[256];
static size_t path_count;

static void forget(void)
{
    for (size_t i = 0; i < path_count; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    rmdir(folder);
}

const char *log_path(const char *name)
{
    char *path;

    if (path_count == 0) {
        assert_non_null(mkdtemp(folder));
        atexit(forget);
    }
    for (size_t i = 0; i < path_count; i++) {
        if (strcmp(base_name(paths[i]), name) == 0)
            return paths[i];
    }
    assert_true(path_count < sizeof paths / sizeof paths[0]);
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    paths[path_count++] = path;
    return path;
}

const char *log_write(const char *name, const void *bytes, size_t len)
{
    const char *path = log_path(name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

void log_expect(const void *bytes, size_t len, const char *told)
{
    const char *path = log_write("a", bytes, len);
    struct log_reading reading = {.paths = &path, .count = 1};

    assert_int_equal(log_read(&reading), 0);
    assert_string_equal(reading.told.data, told);
    log_text_deinit(&reading.told);
}

void log_expect_bars(const char *bars, const char *told)
{
    struct log_text log = {0};

    log_text_bars(&log, bars);
    log_expect(log.data, log.len, told);
    log_text_deinit(&log);
}
