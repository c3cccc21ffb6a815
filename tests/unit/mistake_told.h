/*
 * What a test does with mistakes in its configurations and sessions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_MISTAKE_TOLD_H
#define CG_TESTS_MISTAKE_TOLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above. */
#include <cmocka.h>

/* It prints them; for those whose reader says that there were some. */
static inline void mistake_print(void *user,
                                 const char *file,
                                 int line,
                                 const char *wrong,
                                 const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s; %s\n", file, line, wrong, remedy);
}

/* There must be none. */
static inline void mistake_fail(void *user,
                                const char *file,
                                int line,
                                const char *wrong,
                                const char *remedy)
{
    (void)user;
    fail_msg("%s:%d: %s; %s", file, line, wrong, remedy);
}

#endif
