/*
 * Small questions about text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_TEXT_H
#define CG_BASE_TEXT_H

#include <slice.h>
#include <stdbool.h>
#include <stddef.h>

/* Longer words are compared by this many first bytes. */
#define CG_TEXT_DISTANCE_MAX 63

/*
 * The number of leading bytes of |text| that are whole UTF-8 characters:
 * text.len when all of it is UTF-8.  Overlong forms, surrogates and values
 * above U+10FFFF are not.
 */
size_t cg_text_utf8_span(struct cg_slice text);

/* 1 to |max| printable ASCII bytes, what a FIX field can carry everywhere. */
bool cg_text_is_name(struct cg_slice text, size_t max);

/*
 * How many bytes must be added, dropped or changed to make |a| into |b|,
 * letters in either case being the same: for "did you mean".
 */
size_t cg_text_distance(const char *a, const char *b);

/* True when |word| is near enough to |name| to have been meant. */
bool cg_text_is_near(const char *word, const char *name);

/* Cuts blanks off both ends of |text|, in place. */
char *cg_text_trim(char *text);

#endif
