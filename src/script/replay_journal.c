/*
 * A replay by a journal: its facts come one by one, turn by turn, and the logs
 * are read in step with them.
 *
 * Memory follows the books, the largest turn, and how far the logs run ahead;
 * not the length of the journal or of the logs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the facts up to a moment ------------------------------------------- */

enum { ENOUGH = 1 };

struct viewing {
    cg_seq until;
    int (*each)(void *context, const struct cg_fact *fact);
    void *context;
};

static int each_viewed(void *context, const struct cg_fact *fact)
{
    const struct viewing *viewing = context;
    return fact->no > viewing->until ? ENOUGH
                                     : viewing->each(viewing->context, fact);
}

static int load_view(void *user,
                     cg_seq after,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    const struct cg_exact *exact = user;
    struct viewing viewing = {exact->until, each, context};
    int status = exact->journal->load(exact->journal->user, after, each_viewed,
                                      &viewing);
    return status == ENOUGH ? 0 : status;
}

/* --- opening -------------------------------------------------------------- */

int cg_exact_open(struct cg_replay *replay)
{
    struct cg_exact *exact = calloc(1, sizeof(*exact));
    if (exact == NULL) {
        return CG_ERR_MEMORY;
    }
    exact->replay = replay;
    exact->journal = replay->options.journal;
    exact->view = (struct cg_journal){.user = exact, .load = load_view};
    exact->cause_session = CG_SESSION_NONE;
    replay->exact = exact;
    return 0;
}

void cg_exact_close(struct cg_exact *exact)
{
    if (exact == NULL) {
        return;
    }
    cg_heard_deinit(&exact->heard);
    cg_fact_row_deinit(&exact->turn);
    cg_fact_row_deinit(&exact->made);
    free(exact);
}

const struct cg_exactness *cg_replay_exactness(const struct cg_replay *replay)
{
    return replay->exact != NULL ? &replay->exact->result : NULL;
}

const struct cg_journal *cg_exact_view(const struct cg_exact *exact)
{
    return &exact->view;
}

void cg_exact_fact(void *user, const struct cg_fact *fact)
{
    struct cg_replay *replay = user;
    struct cg_exact *exact = replay->exact;
    if (!exact->over && exact->failed == 0) {
        exact->failed = cg_fact_row_add(&exact->made, fact);
    }
}

/* --- the run ----------------------------------------------------------------
 */

/* One more fact of the journal: the turn before it is whole when this one is
 * of another. */
static int on_fact(void *context, const struct cg_fact *fact)
{
    struct cg_exact *exact = context;
    int status = 0;
    if (!exact->over && exact->turn.count > 0 &&
        !cg_fact_is_of(fact, &exact->turn.facts[exact->turn.count - 1])) {
        status = cg_exact_turn(exact, fact);
    }
    if (exact->over) {
        exact->result.left++;
        return status;
    }
    return status != 0 ? status : cg_fact_row_add(&exact->turn, fact);
}

static int follow(struct cg_exact *exact, cg_seq first)
{
    const struct cg_journal *journal = exact->journal;
    int status = journal->load(journal->user, first - 1, on_fact, exact);
    if (status == 0 && !exact->over && exact->turn.count > 0) {
        status = cg_exact_turn(exact, NULL);
    }
    if (status != 0 && journal->error != NULL &&
        journal->error(journal->user)[0] != '\0') {
        snprintf(exact->error, exact->error_len, "%s",
                 journal->error(journal->user));
    }
    if (exact->lost && !exact->over) { /* and no start came */
        cg_exact_end(exact, CG_EXACT_MISSING, "%s", exact->missing);
        exact->result.left = exact->result.lost;
        exact->result.lost = 0;
    }
    return status;
}

/* What is left of the logs. */
static int go_on(struct cg_exact *exact)
{
    struct cg_exactness *result = &exact->result;
    if (result->end == CG_EXACT_LOGS) {
        return 0;
    }
    if (exact->over) {
        cg_side_let_go(exact->replay->side);
        return cg_exact_feed_rest(exact);
    }
    exact->over = true; /* the journal has ended */
    int status = cg_exact_feed_rest(exact);
    if (result->unknown > 0) {
        result->end = CG_EXACT_JOURNAL;
        snprintf(result->why, sizeof(result->why),
                 "the journal ends with fact %llu, and %llu message%s of the "
                 "logs make%s facts beyond it",
                 (unsigned long long)result->last,
                 (unsigned long long)result->unknown,
                 result->unknown == 1 ? "" : "s",
                 result->unknown == 1 ? "s" : "");
    }
    return status;
}

int cg_exact_run(struct cg_replay *replay, char *error, size_t error_len)
{
    struct cg_exact *exact = replay->exact;
    cg_seq first = 1;
    exact->error = error;
    exact->error_len = error_len;
    int status = cg_exact_start(exact, &first);
    if (status == 0 && exact->result.resumed) {
        status = cg_exact_resume(exact, &first);
    }
    if (status != 0) {
        return status;
    }
    exact->result.first = first;
    status = follow(exact, first);
    if (status == 0 && replay->side == NULL) {
        snprintf(error, error_len, "%s",
                 exact->result.why[0] != '\0' ? exact->result.why
                                              : "the journal ends here");
        return CG_ERR_CONFIG;
    }
    return status != 0 ? status : go_on(exact);
}
