/*
 * Every session in sample_sessions/ again, with a crash of the gate at every
 * commit: after it, with its messages sent or still in the stores of the FIX
 * sessions, or before it.  docs/sessions.md says what must hold then.
 *
 * Rules: R20, R22, R23, R28, R45, R47.  A failure prints session, commit, and
 * what differs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"
#include "sessions.h"

#include <limits.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const kinds[] = {
    [CRASH_NONE] = "no crash",
    [CRASH_SENT] = "after the commit, messages sent",
    [CRASH_HELD] = "after the commit, messages in the stores",
    [CRASH_LOST] = "before the commit",
};

struct tally {
    size_t runs;
    size_t quiet;
    size_t same;
    size_t wrong;
};

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

static void judge(struct crash_run *run,
                  const struct crash_run *undisturbed,
                  struct tally *tally)
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

/* --- the sweep ----------------------------------------------------------- */

static void tell(const struct crash_run *run, const char *path)
{
    print_error("%s: commit %zu, %s: %s\n", sessions_name(path), run->at,
                kinds[run->kind], run->wrong);
}

/* With |head|, also the commits of the files that it includes, where nothing
 * happens but logons. */
static void sweep(const char *path, bool head, struct tally *tally)
{
    struct cg_script script;
    struct crash_run undisturbed;

    if (cg_script_read(path, sessions_mistake, NULL, &script) != 0) {
        tally->wrong++;
        return;
    }
    crash_run_play(&undisturbed, &script, NULL, CRASH_NONE, 0);
    if (undisturbed.missed > 0) {
        crash_wrong(&undisturbed, "line %zu: it did not come",
                    undisturbed.first_missed);
    }
    if (undisturbed.wrong[0] != '\0') {
        tally->wrong++;
        tell(&undisturbed, path);
    }
    size_t first = head || undisturbed.head == 0 ? 1 : undisturbed.head;
    for (size_t at = first; at <= undisturbed.commits; at++) {
        for (int kind = CRASH_SENT; kind <= CRASH_LOST; kind++) {
            struct crash_run run;

            crash_run_play(&run, &script, &undisturbed, (enum crash_kind)kind,
                           at);
            judge(&run, &undisturbed, tally);
            tally->runs++;
            if (run.wrong[0] != '\0') {
                tally->wrong++;
                tell(&run, path);
            }
            crash_run_deinit(&run);
        }
    }
    crash_run_deinit(&undisturbed);
    cg_script_deinit(&script);
}

static void test_crash_sweep_every_commit_of_every_session(void **state)
{
    const char *only = getenv("CG_TEST_SESSION");
    struct sessions sessions;
    struct tally tally = {0};
    (void)state;

    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only == NULL || strstr(sessions.paths[i], only) != NULL) {
            sweep(sessions.paths[i], i == 0, &tally);
        }
    }
    print_message("%zu crashes, %zu with nothing under way, %zu with the same "
                  "outcomes\n",
                  tally.runs, tally.quiet, tally.same);
    assert_true(tally.runs > 0);
    assert_int_equal(tally.wrong, 0);
    sessions_deinit(&sessions);
}

int main(void)
{
    /* Tens of thousands of gates are opened: their memory is kept from one to
     * the next. */
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_sweep_every_commit_of_every_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
