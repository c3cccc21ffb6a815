/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SMALL ((size_t)64)
#define LARGE ((size_t)2 << 20) /* a large page */
/* Smaller pools do without: the first object would fill a whole large page. */
#define LARGE_FROM ((size_t)8 << 20)

/* The bytes that are taken; 0 when there cannot be so many. */
static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        bytes > SIZE_MAX / 2 - 2 * LARGE) {
        return 0;
    }
    size_t unit = bytes < LARGE_FROM ? SMALL : LARGE;
    bytes = (bytes + unit - 1) / unit * unit;
    return bytes > 0 ? bytes : SMALL;
}

static void *map(size_t bytes)
{
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return start != MAP_FAILED ? start : NULL;
}

/* Pages that begin where a large one may. */
static void *map_large(size_t bytes)
{
    char *start = map(bytes + LARGE);
    if (start == NULL) {
        return NULL;
    }
    size_t before = (LARGE - (uintptr_t)start % LARGE) % LARGE;
    if (before > 0) {
        munmap(start, before);
    }
    if (before < LARGE) {
        munmap(start + before + bytes, LARGE - before);
    }
    /* A wish; small pages serve as well. */
    (void)madvise(start + before, bytes, MADV_HUGEPAGE);
    return start + before;
}

void *cg_pages_take(size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    if (bytes == 0) {
        return NULL;
    }
    if (bytes >= CG_PAGES_MAPPED) {
        return bytes >= LARGE_FROM ? map_large(bytes) : map(bytes);
    }
    return calloc(1, bytes);
}

void cg_pages_give(void *pages, size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    if (pages != NULL && bytes >= CG_PAGES_MAPPED) {
        munmap(pages, bytes);
    } else {
        free(pages);
    }
}
