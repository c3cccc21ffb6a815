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

/* --- the sweep ----------------------------------------------------------- */

static void tell(const struct crash_run *run, const char *path)
{
    print_error("%s: commit %zu, %s: %s\n", sessions_name(path), run->at,
                kinds[run->kind], run->wrong);
}

/* With |head|, also the commits of the files that it includes, where nothing
 * happens but logons. */
static void sweep(const char *path, bool head, struct crash_tally *tally)
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
            crash_judge(&run, &undisturbed, tally);
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
    struct sessions sessions;
    struct crash_tally tally = {0};
    (void)state;

    sessions_open_part(&sessions, SESSIONS_SHARE, 1);
    for (size_t i = 0; i < sessions.count; i++) {
        sweep(sessions.paths[i], i == 0, &tally);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_sweep_every_commit_of_every_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
