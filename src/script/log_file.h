/*
 * The messages of one log, one after the other.
 *
 * A window of fixed size moves over the file.  Every position counts from |at|,
 * which only ever grows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_FILE_H
#define CG_LOG_FILE_H

#include "log_frame.h"
#include "log_input.h"
#include "log_reader.h"
#include "log_sums.h"
#include "log_time.h"

/* So many bytes before a message may be words of the log. */
#define CG_LOG_WORDS_MAX 512

/* So far ahead of the message before it a time is looked at. */
#define CG_LOG_JUMP_MIN (60 * CG_SECOND)

/* What stands before |at| on its line. */
enum cg_log_line {
    CG_LOG_LINE_START,   /* nothing but blanks */
    CG_LOG_LINE_COMMENT, /* a '#', at the line's start */
    CG_LOG_LINE_MESSAGE,
    CG_LOG_LINE_WORDED, /* words, and a message: more words may follow */
    CG_LOG_LINE_OTHER,
};

/* Bytes that are no part of a message, up to the next one. */
struct cg_log_gap {
    bool damaged; /* they follow a message without its end, and are told */
    const struct cg_log_separator *separator; /* of that message, or NULL */
    uint64_t found; /* so many of them are not blank ... */
    uint64_t from;  /* ... of which this is the first one's offset ... */
    uint64_t to;    /* ... and this that behind the last one */
    uint64_t lines; /* that they stand on */
};

/* What was read of all files. */
struct cg_log_progress {
    uint64_t done;
    uint64_t total;
    uint64_t told;
};

struct cg_log_store; /* the header of a FileStore */

struct cg_log_file {
    const struct cg_log_options *options;
    struct cg_log_progress *progress;
    struct cg_log_input input;
    uint64_t counted;           /* of input.done, in the progress */
    struct cg_log_store *store; /* NULL: the file is read as it is */
    char *bytes;
    size_t max;
    size_t at; /* what comes next ... */
    size_t end;
    uint64_t base;    /* the offset of bytes[0] in the file */
    bool ended;       /* nothing more can be read ... */
    bool failed;      /* ... and not because the file ends */
    bool any;         /* a message, or what is left of one, was there */
    char *text_bytes; /* a message that was text, with SOHs */
    enum cg_log_line line;
    struct cg_log_gap gap;
    uint64_t doubt; /* up to here damaged messages may have reached */
    struct cg_log_sums *sums[CG_LOG_SEPARATORS];
    struct cg_log_day before_day, sending_day;
    bool timed;   /* a time stands before the message ... */
    cg_time time; /* ... which is this */
    cg_time newest;
    struct cg_log_message message; /* the last one */
    char *comment; /* the line at hand, for who wants it; else NULL */
    size_t comment_len;
    uint64_t comment_at;
};

/*
 * Opens the file |source| of |options|, which stay with the caller.  Returns 0
 * or CG_ERR_MEMORY, or CG_ERR_IO with input.why; cg_log_file_close() is due in
 * any case.
 */
int cg_log_file_open(struct cg_log_file *file,
                     const struct cg_log_options *options,
                     size_t source,
                     struct cg_log_progress *progress);

/* Moves to the next message.  Returns 1, or 0 at the end, or CG_ERR_CORRUPT
 * when the reading is to end, or CG_ERR_MEMORY. */
int cg_log_file_next(struct cg_log_file *file);

/* The same when nothing but that is to be done: no reading, no word of it to
 * anybody, and the bytes of the messages before it stay where they are.  False,
 * with nothing changed, when it takes more. */
bool cg_log_file_next_plain(struct cg_log_file *file);

void cg_log_file_close(struct cg_log_file *file);

/*
 * What follows is for the reader's own files; where not said otherwise the
 * functions return 0 or one of the errors above.
 *
 * Reads until |need| bytes are there from |at| on, or the file has ended.  The
 * bytes may move.
 */
void cg_log_file_fill(struct cg_log_file *file, size_t need);

int cg_log_file_trouble(struct cg_log_file *file,
                        enum cg_log_trouble trouble,
                        uint64_t offset,
                        const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

/* Moves |at| to the next message, over what stands before it.  |*outcome| is
 * that of its head.  Returns 1, or 0 at the end of the file, or an error. */
int cg_log_gap_cross(struct cg_log_file *file,
                     struct cg_log_head *head,
                     int *outcome);

/* The same when it is as usual: a time and no more, or nothing, stands before
 * the message, and its head is in the window.  False, with nothing changed but
 * |time|, when it is not. */
bool cg_log_gap_cross_plain(struct cg_log_file *file, struct cg_log_head *head);

/* Takes the message at |at|, if it is whole and right.  Returns 1 or 0, or an
 * error. */
int cg_log_take(struct cg_log_file *file, const struct cg_log_head *head);

/* Takes the |len| bytes at |at| with SOHs, of which |head| is the head, if they
 * are one message that is right. */
bool cg_log_take_bytes(struct cg_log_file *file,
                       const struct cg_log_head *head,
                       uint64_t len);

/* Finds the time of the message that was taken. */
int cg_log_take_time(struct cg_log_file *file);

/* The SendingTime(52) of a whole message with SOHs. */
bool cg_log_sending_time(struct cg_slice bytes,
                         struct cg_log_day *day,
                         cg_time *time);

/* Whether the time of the message that was taken is so far ahead of the one
 * before it that it must be wrong, as what follows is not: 1, and |*time| is
 * one to use instead.  Returns 0 when it is right, or an error. */
int cg_log_jumps(struct cg_log_file *file, cg_time *time);

/* Tells what is wrong with the message at |at|, and steps over it. */
int cg_log_damage(struct cg_log_file *file,
                  const struct cg_log_head *head,
                  int outcome);

/*
 * The header of a FileStore: open beside its body, that becomes the file's
 * input.  cg_log_store_open() returns CG_ERR_IO as well.
 */
bool cg_log_store_is_header(const struct cg_log_file *file);
int cg_log_store_open(struct cg_log_file *file);
int cg_log_store_next(struct cg_log_file *file);
void cg_log_store_close(struct cg_log_store *store);

static inline struct cg_slice cg_log_file_rest(const struct cg_log_file *file)
{
    return (struct cg_slice){file->bytes + file->at, file->end - file->at};
}

static inline uint64_t cg_log_file_offset(const struct cg_log_file *file)
{
    return file->base + file->at;
}

#endif
