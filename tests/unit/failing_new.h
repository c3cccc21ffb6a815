/*
 * Memory of C++ that runs out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAILING_NEW_H
#define CG_TESTS_FAILING_NEW_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The |n|th operator new from now on fails, and no other. */
void new_fails_at(long n);

/* Whether it has; from here on none does. */
bool new_failed(void);

#ifdef __cplusplus
}
#endif
#endif
