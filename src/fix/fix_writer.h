/*
 * Writes fields into a caller's buffer.
 *
 * Never writes past it: the first field that does not fit, or cannot be a FIX
 * value, marks the writer full and nothing more is written.  Check |full| once,
 * at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_WRITER_H
#define CG_FIX_WRITER_H

#include "creditgate/types.h"
#include "slice.h"

struct cg_fix_writer {
    char *data;
    size_t cap;
    size_t len;
    bool full;
};

/* A writer over |cap| bytes that the caller owns. */
static inline struct cg_fix_writer cg_fix_writer_over(char *data, size_t cap)
{
    return (struct cg_fix_writer){.data = data, .cap = cap};
}

static inline struct cg_slice cg_fix_written(const struct cg_fix_writer *writer)
{
    return (struct cg_slice){writer->data, writer->len};
}

/* A field.  An empty value writes nothing, as FIX has no empty fields; a value
 * with SOH in it marks the writer full: data goes by cg_fix_put_data(). */
void cg_fix_put(struct cg_fix_writer *writer,
                uint32_t tag,
                struct cg_slice value);

/* The same for text with a terminator; NULL is empty. */
void cg_fix_put_str(struct cg_fix_writer *writer,
                    uint32_t tag,
                    const char *text);

void cg_fix_put_char(struct cg_fix_writer *writer, uint32_t tag, char value);

void cg_fix_put_int(struct cg_fix_writer *writer, uint32_t tag, int64_t value);

void cg_fix_put_bool(struct cg_fix_writer *writer, uint32_t tag, bool value);

/* UTCTimestamp with milliseconds, YYYYMMDD-HH:MM:SS.sss, rounded down. */
void cg_fix_put_time(struct cg_fix_writer *writer, uint32_t tag, cg_time value);

/* A length and its data field, which may hold SOH. */
void cg_fix_put_data(struct cg_fix_writer *writer,
                     uint32_t length_tag,
                     uint32_t data_tag,
                     struct cg_slice value);

/* Bytes as they are: whole fields, each with its SOH. */
void cg_fix_put_raw(struct cg_fix_writer *writer, struct cg_slice fields);

/*
 * Writes a whole message of |version|: 8 and 9, 35 with |type|, the other
 * |header| fields, |body|, 10.  Each part is whole fields, or empty.  Returns
 * the length, or 0 when it does not fit into |cap|.  The parts must not lie in
 * |data|.
 */
size_t cg_fix_seal(char *data,
                   size_t cap,
                   enum cg_version version,
                   struct cg_slice type,
                   struct cg_slice header,
                   struct cg_slice body);

#endif
