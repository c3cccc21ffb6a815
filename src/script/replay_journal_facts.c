/*
 * Rows of facts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_facts.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct cg_fact_row *row, size_t texts)
{
    if (row->count == row->room) {
        size_t room = row->room > 0 ? 2 * row->room : 64;
        struct cg_fact *more = realloc(row->facts, room * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        row->facts = more;
        row->room = room;
    }
    if (texts > row->texts_room - row->used) {
        size_t room = 2 * (row->texts_room + texts);
        char *more = realloc(row->texts, room);
        if (more == NULL) {
            return false;
        }
        row->texts = more;
        row->texts_room = room;
    }
    return true;
}

/* The texts move as the row grows: their places are kept as offsets. */
static const char *put(struct cg_fact_row *row, const char *text, size_t len)
{
    size_t at = row->used;
    if (len == 0) {
        return NULL;
    }
    memcpy(row->texts + at, text, len);
    row->used += len;
    return (const char *)(uintptr_t)(at + 1);
}

int cg_fact_row_add(struct cg_fact_row *row, const struct cg_fact *fact)
{
    if (!make_room(row, fact->id_len + fact->text_len)) {
        return CG_ERR_MEMORY;
    }
    struct cg_fact *kept = &row->facts[row->count++];
    *kept = *fact;
    kept->id = put(row, fact->id, fact->id_len);
    kept->text = put(row, fact->text, fact->text_len);
    return 0;
}

static const char *text_at(const struct cg_fact_row *row, const char *place)
{
    return place != NULL ? row->texts + ((uintptr_t)place - 1) : "";
}

struct cg_fact cg_fact_row_at(const struct cg_fact_row *row, size_t index)
{
    struct cg_fact fact = row->facts[index];
    fact.id = text_at(row, fact.id);
    fact.text = text_at(row, fact.text);
    return fact;
}

void cg_fact_row_clear(struct cg_fact_row *row)
{
    row->count = 0;
    row->used = 0;
}

void cg_fact_row_deinit(struct cg_fact_row *row)
{
    free(row->facts);
    free(row->texts);
    *row = (struct cg_fact_row){0};
}

bool cg_fact_says(const struct cg_fact *fact, const char *words)
{
    size_t len = strlen(words);
    return fact->text_len >= len && memcmp(fact->text, words, len) == 0;
}
