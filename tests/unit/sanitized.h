/*
 * Whether a sanitizer watches the test, and all takes several times as long.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_SANITIZED_H
#define CG_TESTS_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#endif
