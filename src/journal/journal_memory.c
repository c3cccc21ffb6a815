/*
 * A journal that keeps nothing and never fails.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/journal.h>

static int memory_append(void *user, const struct cg_fact *fact)
{
    (void)user;
    (void)fact;
    return 0;
}

static int memory_commit(void *user)
{
    (void)user;
    return 0;
}

static int memory_load(void *user,
                       cg_seq after,
                       int (*each)(void *context, const struct cg_fact *fact),
                       void *context)
{
    (void)user;
    (void)after;
    (void)each;
    (void)context;
    return 0;
}

static void memory_close(void *user)
{
    (void)user;
}

int cg_journal_open_memory(struct cg_journal *journal)
{
    *journal = (struct cg_journal){
        .append = memory_append,
        .commit = memory_commit,
        .load = memory_load,
        .close = memory_close,
    };
    return 0;
}
