/*
 * Assertions that stay on in release: stopping beats deciding wrongly, and
 * recovery is tested.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_CHECK_H
#define CG_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CG_ASSERT(condition)                                                   \
    do {                                                                       \
        if (__builtin_expect(!(condition), 0)) {                               \
            fprintf(stderr, "creditgate: %s:%d: %s: not true: %s\n", __FILE__, \
                    __LINE__, __func__, #condition);                           \
            abort();                                                           \
        }                                                                      \
    } while (0)

/*
 * What can never happen, or always holds, and is looked at all the same: |why|
 * says so, in words for the reader.  Neither stops the program: what is doubted
 * must be safe either way.  Coverage does not ask for the other branch.
 */
#define CG_NEVER(condition, why) (__builtin_expect(!!(condition), 0))
#define CG_ALWAYS(condition, why) (__builtin_expect(!!(condition), 1))

/* For sums and products of two amounts, which 64 bits cannot hold. */
__extension__ typedef __int128 cg_wide;

#define CG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
