/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fact_log.h"

#include <stdlib.h>
#include <string.h>

static int append(void *user, const struct cg_fact *fact)
{
    struct fact_log *log = user;
    if (log->count == log->room) {
        size_t room = log->room == 0 ? 1024 : log->room * 2;
        struct cg_fact *more = realloc(log->facts, room * sizeof(*more));
        if (more == NULL) {
            return CG_ERR_MEMORY;
        }
        log->facts = more;
        log->room = room;
    }
    struct cg_fact *kept = &log->facts[log->count++];
    *kept = *fact;
    kept->id = fact->id_len > 0 ? strndup(fact->id, fact->id_len) : NULL;
    kept->text = fact->text_len > 0 ? strndup(fact->text, fact->text_len)
                                    : NULL;
    return 0;
}

static int commit(void *user)
{
    struct fact_log *log = user;
    log->committed = log->count;
    return 0;
}

static int load(void *user,
                cg_seq after,
                int (*each)(void *context, const struct cg_fact *fact),
                void *context)
{
    const struct fact_log *log = user;
    for (size_t i = after; i < log->committed; i++) {
        int status = each(context, &log->facts[i]);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static void close_nothing(void *user)
{
    (void)user;
}

void fact_log_open(struct fact_log *log, struct cg_journal *journal)
{
    *log = (struct fact_log){0};
    *journal = (struct cg_journal){.user = log,
                                   .append = append,
                                   .commit = commit,
                                   .load = load,
                                   .close = close_nothing};
}

static void cut(struct fact_log *log, size_t count)
{
    while (log->count > count) {
        log->count--;
        free((char *)(uintptr_t)log->facts[log->count].id);
        free((char *)(uintptr_t)log->facts[log->count].text);
    }
}

void fact_log_crash(struct fact_log *log)
{
    cut(log, log->committed);
}

void fact_log_deinit(struct fact_log *log)
{
    cut(log, 0);
    free(log->facts);
    *log = (struct fact_log){0};
}
