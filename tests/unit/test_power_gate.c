/*
 * Sessions of sample_sessions/ again, over the product's journal on a disk in
 * memory: the power is cut, or the disk fails, in one of the commits, and the
 * gate goes on with what is there.  What must hold then is the same as after a
 * crash, docs/sessions.md; which facts and messages are there the disk decides,
 * but never a part of a turn, and never less than was confirmed.
 *
 * Rules: R22, R23, R28, R45.  CG_TEST_SESSION= and CG_TEST_SEED= play less, or
 * something else.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_gate.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CUTS = 3, FAULTS = 2 };

struct sweep {
    struct sessions sessions;
    struct crash_tally tally;
    uint64_t seed;
    size_t failed; /* commits */
    size_t lost;   /* turns */
};

static uint64_t draw(struct sweep *sweep, uint64_t below)
{
    sweep->seed = sweep->seed * UINT64_C(6364136223846793005) + 1442695041;
    return (sweep->seed >> 33) % below;
}

static void play_one(struct sweep *sweep,
                     const struct cg_script *script,
                     const struct crash_run *undisturbed,
                     struct power *power)
{
    size_t first = undisturbed->head == 0 ? 1 : undisturbed->head;
    size_t at = first + (size_t)draw(sweep, undisturbed->commits - first + 1);
    uint64_t seed = power->seed;
    struct crash_run run;

    crash_run_play_on(&run, script, undisturbed, CRASH_DISK, at, &power_journal,
                      power);
    crash_judge(&run, undisturbed, &sweep->tally);
    sweep->tally.runs++;
    sweep->failed += run.result < 0;
    sweep->lost += run.lost;
    sweep->tally.wrong += run.wrong[0] != '\0';
    if (run.wrong[0] != '\0' && !power->lies) {
        print_error("%s: commit %zu, seed %llu: %s\n",
                    sessions_name(script->path), at, (unsigned long long)seed,
                    run.wrong);
    }
    crash_run_deinit(&run);
    power_deinit(power);
}

static void play_cuts(struct sweep *sweep,
                      const struct cg_script *script,
                      const struct crash_run *undisturbed)
{
    for (int i = 0; i < CUTS; i++) {
        struct power power = {.seed = draw(sweep, 1000000)};

        play_one(sweep, script, undisturbed, &power);
    }
}

static void play_lies(struct sweep *sweep,
                      const struct cg_script *script,
                      const struct crash_run *undisturbed)
{
    struct power power = {.seed = draw(sweep, 1000000), .lies = true};

    if (draw(sweep, 10) == 0) {
        play_one(sweep, script, undisturbed, &power);
    }
}

/* One of the first operations of a commit fails; all of them are some dozens.
 */
static void play_faults(struct sweep *sweep,
                        const struct cg_script *script,
                        const struct crash_run *undisturbed)
{
    static const enum faulty_op ops[] = {FAULTY_WRITE, FAULTY_SYNC, FAULTY_ANY};

    for (int i = 0; i < FAULTS; i++) {
        struct power power = {
            .seed = draw(sweep, 1000000),
            .fault =
                {
                    .op = ops[draw(sweep, 3)],
                    .at = 1 + (size_t)draw(sweep, 4),
                    .lasts = draw(sweep, 2) == 0,
                    .partly = draw(sweep, 2) == 0,
                    .except = draw(sweep, 2) == 0 ? "-spare" : NULL,
                },
            .again = draw(sweep, 2) == 0,
        };

        play_one(sweep, script, undisturbed, &power);
    }
}

static void sweep_all(struct sweep *sweep,
                      void (*each)(struct sweep *sweep,
                                   const struct cg_script *script,
                                   const struct crash_run *undisturbed))
{
    const char *only = getenv("CG_TEST_SESSION");
    const char *seed = getenv("CG_TEST_SEED");

    *sweep = (struct sweep){.seed = seed != NULL ? strtoull(seed, NULL, 10)
                                                 : 1};
    sessions_open_part(&sweep->sessions, SESSIONS_SHARE, 3);
    for (size_t i = 0; i < sweep->sessions.count; i++) {
        const char *path = sweep->sessions.paths[i];
        struct cg_script script;
        struct crash_run undisturbed;

        if (only != NULL && strstr(path, only) == NULL) {
            continue;
        }
        assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script),
                         0);
        crash_run_play(&undisturbed, &script, NULL, CRASH_NONE, 0);
        assert_string_equal(undisturbed.wrong, "");
        each(sweep, &script, &undisturbed);
        crash_run_deinit(&undisturbed);
        cg_script_deinit(&script);
    }
    sessions_deinit(&sweep->sessions);
}

static void test_power_gate_cut_in_a_commit(void **state)
{
    struct sweep sweep;

    (void)state;
    sweep_all(&sweep, play_cuts);
    print_message("%zu power cuts, %zu turns were not yet on the disk, %zu "
                  "with the same outcomes\n",
                  sweep.tally.runs, sweep.lost, sweep.tally.same);
    assert_true(getenv("CG_TEST_SESSION") != NULL ||
                (sweep.lost > 0 && sweep.lost < sweep.tally.runs));
    assert_int_equal(sweep.tally.wrong, 0);
}

static void test_power_gate_disk_fails_in_a_commit(void **state)
{
    struct sweep sweep;

    (void)state;
    sweep_all(&sweep, play_faults);
    print_message("%zu faults, %zu commits failed\n", sweep.tally.runs,
                  sweep.failed);
    assert_true(getenv("CG_TEST_SESSION") != NULL || sweep.failed > 0);
    assert_int_equal(sweep.tally.wrong, 0);
}

/* With syncs that do nothing confirmed turns are lost, and that is seen. */
static void test_power_gate_lying_disk_is_found_out(void **state)
{
    struct sweep sweep;

    (void)state;
    sweep_all(&sweep, play_lies);
    assert_true(getenv("CG_TEST_SESSION") != NULL || sweep.tally.wrong > 0);
}

int main(void)
{
    faulty_checkpoint_pages = 12;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_gate_cut_in_a_commit),
        cmocka_unit_test(test_power_gate_disk_fails_in_a_commit),
        cmocka_unit_test(test_power_gate_lying_disk_is_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
