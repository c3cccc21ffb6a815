/*
 * Words and their numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_words.h"

#include <stdlib.h>

#define WORDS_FIRST 1024

struct wanted {
    const struct cg_words *words;
    struct cg_slice word;
};

static bool equal(const void *context, uint32_t slot)
{
    const struct wanted *wanted = context;
    return cg_slice_is(wanted->word, wanted->words->texts[slot]);
}

size_t cg_words_find(const struct cg_words *words, struct cg_slice word)
{
    struct wanted wanted = {words, word};
    uint32_t slot = words->room == 0
                        ? CG_MAP_NONE
                        : cg_map_find(&words->map, cg_hash(0, word), equal,
                                      &wanted);
    return slot == CG_MAP_NONE ? CG_WORDS_NONE : slot;
}

static bool grow(struct cg_words *words)
{
    size_t room = words->room == 0 ? WORDS_FIRST : words->room * 2;
    char **more = realloc(words->texts, room * sizeof(*more));
    struct cg_map map;
    if (more == NULL) {
        return false;
    }
    words->texts = more;
    if (cg_map_init(&map, (uint32_t)room) != 0) {
        return false;
    }
    for (size_t i = 0; i < words->count; i++) {
        cg_map_add(&map, cg_hash(0, cg_slice_str(more[i])), (uint32_t)i);
    }
    cg_map_deinit(&words->map);
    words->map = map;
    words->room = room;
    return true;
}

size_t cg_words_add(struct cg_words *words, struct cg_slice word)
{
    size_t found = cg_words_find(words, word);
    if (found != CG_WORDS_NONE) {
        return found;
    }
    if (words->count == words->room && !grow(words)) {
        return CG_WORDS_NONE;
    }
    char *text = strndup(word.data, word.len);
    if (text == NULL) {
        return CG_WORDS_NONE;
    }
    words->texts[words->count] = text;
    cg_map_add(&words->map, cg_hash(0, word), (uint32_t)words->count);
    return words->count++;
}

void cg_words_deinit(struct cg_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->texts[i]);
    }
    free(words->texts);
    cg_map_deinit(&words->map);
    *words = (struct cg_words){.count = 0};
}
