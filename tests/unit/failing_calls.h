/*
 * Calls of the system that fail: the linker hands those of the code under test
 * to __wrap_... of failing_calls.c, which fail when a test says so, in this
 * process or in a copy of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAILING_CALLS_H
#define CG_TESTS_FAILING_CALLS_H

#include "wrapped.h"

#include <stdbool.h>
#include <sys/types.h>

enum failing_how {
    FAILING_ERROR, /* -1 or NULL, and |error| */
    FAILING_HANGS, /* until it is killed */
    FAILING_LIES,  /* writes a part and says that it was all */
};

struct failing_call {
    const char *name; /* NULL: none */
    int after;        /* so many go well before */
    int times;        /* so many fail then; 0: all */
    int error;
    enum failing_how how;
};

extern struct failing_call failing;

/* What fork() returned last. */
extern pid_t failing_copy;

/* The |after|+1st call of |name| fails with |error|, and no other. */
void failing_once(const char *name, int after, int error);
void failing_never(void);

/* For wrappers of a test's own: whether this call of |name| fails. */
bool failing_now(const char *name);

/* Such a wrapper, which gives |wrong| when it fails. */
#define FAILING_CALL(type, name, parameters, arguments, wrong)                 \
    WRAPPED(name);                                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return failing_now(#name) ? (wrong) : __real_##name arguments;         \
    }

#endif
