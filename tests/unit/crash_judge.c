/*
 * A run with a crash against the undisturbed one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include <string.h>

/* --- one outcome each (R45) ---------------------------------------------- */

static const struct crash_request *other_of(const struct crash_run *run,
                                            const struct crash_request *request)
{
    for (size_t i = 0; i < run->request_count; i++) {
        if (run->requests[i].client == request->client &&
            strcmp(run->requests[i].id, request->id) == 0) {
            return &run->requests[i];
        }
    }
    return NULL;
}

static bool outcomes_hold(struct crash_run *run,
                          const struct crash_run *undisturbed)
{
    bool same = true;

    for (size_t i = 0; i < undisturbed->request_count; i++) {
        const struct crash_request *usual = &undisturbed->requests[i];
        const struct crash_request *is = other_of(run, usual);

        if (is == NULL) {
            crash_wrong(run, "%s was never sent", usual->id);
            return false;
        }
        same &= is->forwarded == usual->forwarded &&
                is->answered == usual->answered;
        int count = is->forwarded + is->answered;
        int most = usual->forwarded + usual->answered;
        if (count > (most > 1 ? most : 1) || (count == 0 && most > 0)) {
            crash_wrong(run,
                        "%s: %d forwarded, %d answered; undisturbed %d, %d",
                        is->id, is->forwarded, is->answered, usual->forwarded,
                        usual->answered);
        }
    }
    return same;
}

/* --- the books ----------------------------------------------------------- */

static void limits_same(struct crash_run *run,
                        const struct crash_books *is,
                        const struct crash_books *usual,
                        const char *when)
{
    if (is->limit_count != usual->limit_count) {
        crash_wrong(run, "%s: %zu limits, undisturbed %zu", when,
                    is->limit_count, usual->limit_count);
        return;
    }
    for (size_t i = 0; i < is->limit_count; i++) {
        const struct cg_limit_view *a = &is->limits[i];
        const struct cg_limit_view *b = &usual->limits[i];

        if (strcmp(a->id, b->id) != 0 || a->amount != b->amount ||
            a->used != b->used || strcmp(a->state, b->state) != 0) {
            crash_wrong(run, "%s: limit %s: used %lld %s, undisturbed %lld %s",
                        when, b->id, (long long)a->used, a->state,
                        (long long)b->used, b->state);
        }
    }
}

static void tokens_same(struct crash_run *run,
                        const struct crash_books *is,
                        const struct crash_books *usual,
                        const char *when)
{
    if (is->token_count != usual->token_count) {
        crash_wrong(run, "%s: %zu tokens, undisturbed %zu", when,
                    is->token_count, usual->token_count);
        return;
    }
    for (size_t i = 0; i < is->token_count; i++) {
        const struct cg_token_view *a = &is->tokens[i];
        const struct cg_token_view *b = &usual->tokens[i];

        if (strcmp(a->state, b->state) != 0 ||
            (strcmp(a->state, "forgotten") != 0 &&
             strcmp(a->end, b->end) != 0) ||
            strcmp(a->order, b->order) != 0 || a->consumed != b->consumed ||
            a->granted != b->granted || a->reserved != b->reserved ||
            a->overrun != b->overrun || a->released != b->released) {
            crash_wrong(run,
                        "%s: token %s: %s %s consumed %lld, undisturbed %s %s "
                        "consumed %lld",
                        when, b->id, a->state, a->end, (long long)a->consumed,
                        b->state, b->end, (long long)b->consumed);
        }
    }
}

/* Once all is settled; why a token ended may differ: an order that waited may
 * have been refused by the restart and not by its hub. */
static void consumed_same(struct crash_run *run,
                          const struct crash_run *undisturbed)
{
    const struct crash_books *is = &run->settled;
    const struct crash_books *usual = &undisturbed->settled;

    if (is->token_count != usual->token_count) {
        crash_wrong(run, "settled: %zu tokens, undisturbed %zu",
                    is->token_count, usual->token_count);
        return;
    }
    for (size_t i = 0; i < is->token_count; i++) {
        if (is->tokens[i].consumed != usual->tokens[i].consumed ||
            is->tokens[i].overrun != usual->tokens[i].overrun ||
            strcmp(is->tokens[i].order, usual->tokens[i].order) != 0) {
            crash_wrong(run,
                        "settled: token %s: consumed %lld, undisturbed "
                        "%lld",
                        is->tokens[i].id, (long long)is->tokens[i].consumed,
                        (long long)usual->tokens[i].consumed);
        }
    }
}

/* A peer could not say what it says in the undisturbed session. */
static bool skips_more(const struct crash_run *run,
                       const struct crash_run *undisturbed)
{
    bool more = false;

    for (size_t i = 0; i < run->runner.script->step_count; i++) {
        more |= run->skipped[i] && !undisturbed->skipped[i];
    }
    return more;
}

void crash_judge(struct crash_run *run,
                 const struct crash_run *undisturbed,
                 struct crash_tally *tally)
{
    if (run->wrong[0] != '\0') {
        return;
    }
    bool same = outcomes_hold(run, undisturbed);

    tally->quiet += run->quiet;
    if (run->quiet) {
        if (run->missed > undisturbed->missed) {
            crash_wrong(run, "line %zu: it did not come", run->first_missed);
        }
        limits_same(run, &run->script_end, &undisturbed->script_end, "end");
        tokens_same(run, &run->script_end, &undisturbed->script_end, "end");
    }
    if (same && !run->cut && !skips_more(run, undisturbed)) {
        tally->same++;
        limits_same(run, &run->settled, &undisturbed->settled, "settled");
        consumed_same(run, undisturbed);
    }
}
