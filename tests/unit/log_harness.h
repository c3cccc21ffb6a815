/*
 * Logs for tests: written to a folder of the test's own, read, and what came
 * out compared with what went in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOG_HARNESS_H
#define LOG_HARNESS_H

#include "log_reader.h"

#include <fix_message.h>
#include <stdio.h>

#define LOG_MESSAGE_MAX 4096

/* A text that grows. */
struct log_text {
    char *data;
    size_t len;
    size_t max;
};

void log_text_add(struct log_text *text, const void *bytes, size_t len);
void log_text_format(struct log_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* |text| with SOHs for its '|'s. */
void log_text_bars(struct log_text *text, const char *bars);
void log_text_deinit(struct log_text *text);

/* A whole message with SOHs of the |fields| from 35 on, written with '|'. */
void log_message(struct log_text *text, const char *fields);

/* What a reader told, one line each: "file message time offset bytes" with '|'
 * for SOH, or "file ! KIND offset: text".  Files are named without their
 * folder. */
struct log_reading {
    struct log_text told;
    const char *const *paths;
    size_t count;
    size_t message_max; /* 0: LOG_MESSAGE_MAX */
    int (*rank)(void *user, const struct cg_log_message *message);
    size_t stop_after; /* troubles that are borne before false; 0: all */
    bool only_bytes;   /* "bytes" without file, time and offset */
    size_t messages, troubles;
    size_t kinds[CG_LOG_TROUBLES];
    char error[512];
};

/* Returns what cg_log_open(), or the last cg_log_next(), returned. */
int log_read(struct log_reading *reading);

/* The path of the file |name| in the test's folder; kept until the end. */
const char *log_path(const char *name);
const char *log_write(const char *name, const void *bytes, size_t len);

/* Reads one file of |bytes|, and expects |told|.  log_expect_bars() writes SOHs
 * for the '|'s. */
void log_expect(const void *bytes, size_t len, const char *told);
void log_expect_bars(const char *bars, const char *told);

#endif
