/*
 * Sums from the beginning of the window to each of its blocks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_sums.h"

#include "log_file.h"

#include <stdlib.h>

#define BLOCK ((size_t)256)

/* Of all bytes before a place. */
struct point {
    uint32_t sum;
    uint32_t separators; /* that begin there */
};

struct cg_log_sums {
    uint64_t base;         /* of the window that they are of */
    size_t known;          /* blocks */
    struct point points[]; /* of known + 1 */
};

/* What the message in doubt is made of. */
struct doubt {
    const struct cg_log_file *file;
    const struct cg_log_separator *separator;
    const struct cg_log_sums *sums;
};

static bool is_separator(const struct doubt *doubt, size_t at)
{
    const struct cg_log_separator *separator = doubt->separator;

    return doubt->file->bytes[at] == separator->text[0] &&
           at + separator->len <= doubt->file->end &&
           memcmp(doubt->file->bytes + at, separator->text, separator->len) ==
               0;
}

static struct point
count(const struct doubt *doubt, struct point point, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        point.sum += (unsigned char)doubt->file->bytes[i];
        point.separators += is_separator(doubt, i) ? 1 : 0;
    }
    return point;
}

/* What is before |at|. */
static struct point point_at(const struct doubt *doubt, size_t at)
{
    size_t block = at / BLOCK;

    if (block > doubt->sums->known)
        block = doubt->sums->known;
    return count(doubt, doubt->sums->points[block], block * BLOCK, at);
}

/* How many bytes there would be before |at| with SOHs.  Within a separator it
 * is less than at its beginning. */
static int64_t
soh_place(const struct doubt *doubt, size_t at, struct point point)
{
    return (int64_t)at -
           (int64_t)(point.separators * (doubt->separator->len - 1));
}

/* The sums for the separator, with all blocks of the window that are whole. */
static struct cg_log_sums *sums_of(struct cg_log_file *file,
                                   const struct cg_log_separator *separator)
{
    struct cg_log_sums **place = &file->sums[separator - cg_log_separators];
    struct cg_log_sums *sums = *place;
    const struct doubt doubt = {file, separator, sums};

    if (sums == NULL) {
        sums = calloc(1, sizeof *sums +
                             (file->max / BLOCK + 1) * sizeof(struct point));
        if (sums == NULL)
            return NULL;
        sums->base = file->base;
        *place = sums;
    }
    if (sums->base != file->base)
        sums->known = 0;
    sums->base = file->base;
    /* A separator that begins in the block may end behind it. */
    while ((sums->known + 1) * BLOCK + sizeof separator->text <= file->end) {
        sums->points[sums->known + 1] = count(&doubt, sums->points[sums->known],
                                              sums->known * BLOCK,
                                              (sums->known + 1) * BLOCK);
        sums->known++;
    }
    return sums;
}

/* The last block that begins before |place| for certain. */
static size_t find_block(const struct doubt *doubt, int64_t place)
{
    size_t low = doubt->file->at / BLOCK;
    size_t high = doubt->sums->known;

    if (low > high)
        low = high;
    place -= (int64_t)sizeof doubt->separator->text;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (soh_place(doubt, middle * BLOCK, doubt->sums->points[middle]) <=
            place)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The byte that would be at |place| with SOHs, behind a separator; or the end
 * of the window. */
static size_t
find_place(const struct doubt *doubt, int64_t place, struct point *point)
{
    size_t at = find_block(doubt, place) * BLOCK;

    *point = doubt->sums->points[at / BLOCK];
    while (at < doubt->file->end && soh_place(doubt, at, *point) < place) {
        size_t len = is_separator(doubt, at) ? doubt->separator->len : 1;
        if (len > doubt->file->end - at)
            len = doubt->file->end - at;
        *point = count(doubt, *point, at, at + len);
        at += len;
    }
    return at;
}

/* The sum that the bytes before the trailer would have with SOHs. */
static uint32_t
soh_sum(const struct doubt *doubt, struct point from, struct point to)
{
    uint32_t separator = 0;

    for (size_t i = 0; i < doubt->separator->len; i++)
        separator += (unsigned char)doubt->separator->text[i];
    return to.sum - from.sum -
           (to.separators - from.separators) * (separator - 1);
}

bool cg_log_sums_agree(struct cg_log_file *file, const struct cg_log_head *head)
{
    struct cg_log_sums *sums = sums_of(file, head->separator);
    const struct doubt doubt = {file, head->separator, sums};
    struct point from, to;
    const char *bytes;
    size_t at;

    if (sums == NULL)
        return true;
    from = point_at(&doubt, file->at);
    at = find_place(&doubt,
                    soh_place(&doubt, file->at, from) +
                        (int64_t)(head->soh_body + head->length),
                    &to);
    if (cg_log_trailer_len((struct cg_slice){file->bytes + at, file->end - at},
                           head->separator) == 0)
        return false;
    bytes = file->bytes + at + 3;
    return soh_sum(&doubt, from, to) % 256 ==
           (uint32_t)((bytes[0] - '0') * 100 + (bytes[1] - '0') * 10 +
                      (bytes[2] - '0'));
}

void cg_log_sums_close(struct cg_log_file *file)
{
    for (size_t i = 0; i < CG_LOG_SEPARATORS; i++)
        free(file->sums[i]);
}
