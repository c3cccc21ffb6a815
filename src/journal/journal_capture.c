/*
 * A journal in memory whose committed facts can be loaded again: sessions on
 * paper, replay, tests of recovery.
 *
 * Must never hand out what was not committed.  Serves R45 and R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/journal.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

struct capture {
    struct cg_fact *facts; /* each owns its id and text */
    size_t count;
    size_t committed;
    size_t room;
};

/* Whole, whatever bytes it has, as an id of a message may have a NUL in it; and
 * one behind it. */
static bool copy(const char *text, size_t len, const char **out)
{
    char *made = len > 0 ? malloc(len + 1) : NULL;
    if (made != NULL) {
        memcpy(made, text, len);
        made[len] = '\0';
    }
    *out = made;
    return len == 0 || made != NULL;
}

static void fact_free(struct cg_fact *fact)
{
    free((char *)(uintptr_t)fact->id);
    free((char *)(uintptr_t)fact->text);
}

static bool make_room(struct capture *capture)
{
    if (capture->count < capture->room) {
        return true;
    }
    size_t room = capture->room == 0 ? FIRST_ROOM : capture->room * 2;
    struct cg_fact *more = realloc(capture->facts, room * sizeof(*more));
    if (more == NULL) {
        return false;
    }
    capture->facts = more;
    capture->room = room;
    return true;
}

static int capture_append(void *user, const struct cg_fact *fact)
{
    struct capture *capture = user;
    if (!make_room(capture)) {
        return CG_ERR_MEMORY;
    }
    struct cg_fact *kept = &capture->facts[capture->count];
    *kept = *fact;
    bool id = copy(fact->id, fact->id_len, &kept->id);
    bool text = copy(fact->text, fact->text_len, &kept->text);
    if (!id || !text) {
        fact_free(kept);
        return CG_ERR_MEMORY;
    }
    capture->count++;
    return 0;
}

static int capture_commit(void *user)
{
    struct capture *capture = user;
    capture->committed = capture->count;
    return 0;
}

static int capture_load(void *user,
                        cg_seq after,
                        int (*each)(void *context, const struct cg_fact *fact),
                        void *context)
{
    const struct capture *capture = user;
    int status = 0;
    for (size_t i = after; i < capture->committed && status == 0; i++) {
        status = each(context, &capture->facts[i]);
    }
    return status;
}

static void cut(struct capture *capture, size_t count)
{
    while (capture->count > count) {
        fact_free(&capture->facts[--capture->count]);
    }
}

static void capture_close(void *user)
{
    struct capture *capture = user;
    cut(capture, 0);
    free(capture->facts);
    free(capture);
}

int cg_journal_open_capture(struct cg_journal *journal)
{
    struct capture *capture = calloc(1, sizeof(*capture));
    if (capture == NULL) {
        return CG_ERR_MEMORY;
    }
    *journal = (struct cg_journal){
        .user = capture,
        .append = capture_append,
        .commit = capture_commit,
        .load = capture_load,
        .close = capture_close,
    };
    return 0;
}

void cg_journal_capture_crash(const struct cg_journal *journal)
{
    struct capture *capture = journal->user;
    cut(capture, capture->committed);
}
