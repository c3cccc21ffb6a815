/*
 * Functions whose calls the linker hands to the test (--wrap=NAME): a call of
 * NAME comes to __wrap_NAME, and __real_NAME is what it would have called.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_WRAPPED_H
#define CG_TESTS_WRAPPED_H

/* Declares both, as NAME is declared. */
#define WRAPPED(name) extern __typeof__(name) __real_##name, __wrap_##name

#endif
