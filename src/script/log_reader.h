/*
 * FIX logs: whole messages, one after the other, out of files of any of the
 * forms that docs/replay.md names, several files merged by time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_READER_H
#define CG_LOG_READER_H

#include <creditgate/types.h>
#include <slice.h>
#include <stdbool.h>
#include <stddef.h>

struct cg_log; /* memory does not grow with the length of the files */

/* What is wrong with a place of a log. */
enum cg_log_trouble {
    CG_LOG_GARBAGE,   /* bytes that are no part of a message */
    CG_LOG_CUT,       /* a message without its end */
    CG_LOG_LENGTH,    /* BodyLength(9) is not the length */
    CG_LOG_CHECKSUM,  /* CheckSum(10) is not the sum */
    CG_LOG_TOO_LONG,  /* more than |message_max| bytes */
    CG_LOG_NO_TIME,   /* neither a time before it nor a SendingTime(52); it is
                         used, at the time of the one before it, or at 0 */
    CG_LOG_BACKWARDS, /* its time is before that of the message before it; it is
                         used, at the time of that one */
    CG_LOG_AHEAD, /* its time is far behind that of the message before it, and
                     what follows is not; it is used, at the time of that one */
    CG_LOG_FILE,  /* cannot be read on: I/O, or damage to a compressed file */
    CG_LOG_TROUBLES,
};

struct cg_log_message {
    struct cg_slice bytes; /* whole, with SOH, length and sum right */
    cg_time time;          /* that before it in the log, else its 52 */
    const char *file;      /* its path; for X.header, that of X.body */
    uint64_t offset;       /* of its "8=" in the file, once decompressed */
    size_t source;         /* the place of its file among |paths| */
};

struct cg_log_options {
    const char *const *paths; /* "-" is standard input */
    size_t count;
    size_t message_max;
    /*
     * Which of two messages of different files with the same time comes first:
     * the smaller rank, then the earlier file.  May be NULL.  Within one file
     * nothing is ever put elsewhere.
     */
    int (*rank)(void *user, const struct cg_log_message *message);
    /* Told of each trouble; |text| is one sentence.  Returns whether to go on:
     * false ends the reading with CG_ERR_CORRUPT. */
    bool (*trouble)(void *user,
                    enum cg_log_trouble trouble,
                    const char *file,
                    uint64_t offset,
                    const char *text);
    /* Now and then: bytes of the files as they are (compressed ones so) that
     * were read, of |total|, 0 when that is not known (a pipe).  May be NULL.
     */
    void (*progress)(void *user, uint64_t done, uint64_t total);
    /* Each line of its own that begins with '#', without that, and cut to
     * CG_LOG_COMMENT_MAX bytes.  May be NULL. */
    void (*comment)(void *user,
                    const char *file,
                    uint64_t offset,
                    struct cg_slice text);
    void *user;
};

#define CG_LOG_COMMENT_MAX 1024

/*
 * Opens the files, of which |options| and the paths stay with the caller, and
 * reads as far as it takes to see that they are logs.  Returns 0,
 * CG_ERR_MEMORY, or CG_ERR_IO with the file, and what is wrong with it, in
 * |error|.
 */
int cg_log_open(const struct cg_log_options *options,
                char *error,
                size_t error_len,
                struct cg_log **log);

/* The next message; borrowed until the next call.  Returns 1, 0 at the end, or
 * a negative cg_error, and then that for ever. */
int cg_log_next(struct cg_log *log, struct cg_log_message *message);

/*
 * The same for several messages: the next one, and those behind it, up to
 * |max|, that can be had without reading, in their order; all borrowed until
 * the next call.  Returns how many, or as cg_log_next().
 */
int cg_log_next_some(struct cg_log *log,
                     struct cg_log_message *messages,
                     int max);

void cg_log_close(struct cg_log *log);

#endif
