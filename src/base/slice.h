/*
 * A borrowed run of bytes.  Owns nothing; says nothing of a terminator.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_SLICE_H
#define CG_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cg_slice {
    const char *data;
    size_t len;
};

#define CG_SLICE(literal) ((struct cg_slice){"" literal, sizeof(literal) - 1})

static inline struct cg_slice cg_slice_str(const char *text)
{
    return (struct cg_slice){text, text != NULL ? strlen(text) : 0};
}

static inline bool cg_slice_equal(struct cg_slice a, struct cg_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool cg_slice_is(struct cg_slice a, const char *text)
{
    return cg_slice_equal(a, cg_slice_str(text));
}

#endif
