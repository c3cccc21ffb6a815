/*
 * Memory that runs out: the linker hands the allocations of the code under test
 * to __wrap_... of failing_memory.c, which fail when a test says so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAILING_MEMORY_H
#define CG_TESTS_FAILING_MEMORY_H

#include <stdbool.h>

/* Allocations until one fails, 1: the next one; below 0 none does. */
extern long countdown;
extern bool for_good; /* all that follow fail, too */
extern unsigned long failures;

#endif
