/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "wrapped.h"

#include "pages.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long countdown = -1;
bool for_good;
unsigned long failures;

static bool fails(void)
{
    if (countdown < 0 || (countdown > 0 && --countdown > 0)) {
        return false;
    }
    /* At 0 now: stay there to fail on, or never again. */
    countdown = for_good ? 0 : -1;
    failures++;
    errno = ENOMEM;
    return true;
}

#define WRAP(type, name, parameters, arguments)                                \
    WRAPPED(name);                                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return fails() ? NULL : __real_##name arguments;                       \
    }

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(void *,
     reallocarray,
     (void *old, size_t count, size_t size),
     (old, count, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t len), (text, len))
WRAP(FILE *, open_memstream, (char **text, size_t *len), (text, len))

WRAPPED(cg_pages_take);

/* Smaller ones come from calloc(), which fails by itself. */
void *__wrap_cg_pages_take(size_t count, size_t size)
{
    return count * size >= CG_PAGES_MAPPED && fails()
               ? NULL
               : __real_cg_pages_take(count, size);
}

WRAPPED(vasprintf);
WRAPPED(asprintf);

int __wrap_vasprintf(char **out, const char *format, va_list arguments)
{
    return fails() ? -1 : __real_vasprintf(out, format, arguments);
}

int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = __wrap_vasprintf(out, format, arguments);
    va_end(arguments);
    return len;
}
