/*
 * Words that are numbered as they come, each once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SESSION_RECORD_WORDS_H
#define CG_SESSION_RECORD_WORDS_H

#include <map.h>

/* Fine when zeroed. */
struct cg_words {
    struct cg_map map;
    char **texts;
    size_t count;
    size_t room;
};

#define CG_WORDS_NONE SIZE_MAX

/* The number of |word|, which gets one if it has none; CG_WORDS_NONE without
 * memory. */
size_t cg_words_add(struct cg_words *words, struct cg_slice word);

/* The number of |word|, or CG_WORDS_NONE. */
size_t cg_words_find(const struct cg_words *words, struct cg_slice word);

void cg_words_deinit(struct cg_words *words);

#endif
