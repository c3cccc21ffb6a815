/*
 * A difference in words: what it is about, and what each side says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_DIFFERENCE_H
#define CG_ENGINE_DIFFERENCE_H

#include "state.h"

/* CG_FACT_DIFFERENCE: |amount| is ours and |other| theirs where it is about
 * money, else |number| ours and |qty| theirs. */
#define CG_DIFFERENCE_OURS_NONE 1u   /* flags: we have no such amount ... */
#define CG_DIFFERENCE_THEIRS_NONE 2u /* ... or they do not say one */

struct cg_difference_words {
    char thing[CG_NAME_MAX + 1]; /* id of an order, a limit or a token */
    char ours[CG_NAME_MAX + 1];
    char theirs[CG_NAME_MAX + 1];
};

/* |fact| is one, in books that have what it names. */
void cg_difference_words(const struct cg_state *state,
                         const char *gate_name,
                         const struct cg_fact *fact,
                         struct cg_difference_words *words);

#endif
