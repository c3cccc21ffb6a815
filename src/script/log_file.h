/*
 * The messages of one log, one after the other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_FILE_H
#define CG_LOG_FILE_H

#include "log_frame.h"
#include "log_input.h"
#include "log_reader.h"
#include "log_time.h"

/* So many bytes before a message may be words of the log. */
#define CG_LOG_WORDS_MAX 512

/* Bytes that are no part of a message, up to the next one. */
struct cg_log_gap {
    bool damaged;   /* they follow a message without its end, and are told */
    bool on_line;   /* a message stands before them on the same line ... */
    bool worded;    /* ... and words before that: more may follow */
    uint64_t found; /* so many of them are not blank ... */
    uint64_t from;  /* ... of which this is the first one's offset */
    uint64_t lines; /* line ends from there on */
};

struct cg_log_file {
    const struct cg_log_options *options;
    struct cg_log_input input;
    size_t source;
    char *bytes; /* what was read; a block more is there, so that scans may
                    overrun */
    size_t max;
    size_t at; /* what comes next ... */
    size_t end;
    uint64_t base; /* the offset of bytes[0] in the file */
    bool ended;    /* nothing more can be read */
    struct cg_log_gap gap;
    struct cg_log_day before_day, sending_day;
    cg_time newest;
    struct cg_log_message message; /* the last one */
};

/* Returns 0 or CG_ERR_MEMORY, or CG_ERR_IO; then input.why says why. */
int cg_log_file_open(struct cg_log_file *file,
                     const struct cg_log_options *options,
                     size_t source);

/* Moves to the next message.  Returns 1, or 0 at the end, or
 * CG_ERR_CORRUPT when the reading is to end. */
int cg_log_file_next(struct cg_log_file *file);

void cg_log_file_close(struct cg_log_file *file);

/*
 * For the files of the reader.
 *
 * cg_log_file_fill() reads until |need| bytes are there from |at| on, or the
 * file has ended; it may move the bytes.  cg_log_file_trouble() tells of
 * trouble at |at| + |distance|.  cg_log_file_damage() tells what is wrong with
 * the message at |at| and steps over it; |head| is NULL when it has no
 * BodyLength.  All return 0 or CG_ERR_CORRUPT.
 */
int cg_log_file_fill(struct cg_log_file *file, size_t need);
int cg_log_file_trouble(struct cg_log_file *file,
                        enum cg_log_trouble trouble,
                        uint64_t offset,
                        const char *format,
                        ...) __attribute__((format(printf, 4, 5)));
int cg_log_file_damage(struct cg_log_file *file,
                       const struct cg_log_head *head);

static inline struct cg_slice cg_log_file_rest(const struct cg_log_file *file)
{
    return (struct cg_slice){file->bytes + file->at, file->end - file->at};
}

static inline uint64_t cg_log_file_offset(const struct cg_log_file *file)
{
    return file->base + file->at;
}

#endif
