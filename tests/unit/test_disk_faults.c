/*
 * A journal on a disk that fails at its n-th operation, for n = 1, 2, ... until
 * nothing fails, or that is full: what it said was durable is there afterwards,
 * and a turn that failed is there whole or not at all (R23, R45).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_turns.h"
#include "sanitized.h"

#include <limits.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 10, MANNERS = 5, TOLD_OF = 10 };

/* Under a sanitizer every sixth fault only, and one power cut in a start. */
enum {
    NEXT = SANITIZED ? 6 : 1,
    STEP = 1700 * NEXT,
    START_CUTS = SANITIZED ? 1 : 3,
};

struct outcome {
    size_t durable;   /* turns: their results said so */
    size_t attempted; /* the one that failed is the last */
    int error;        /* the first one, of opening or of a turn */
    size_t end;       /* the moment before its journal was closed */
    char wrong[600];
};

/* --- what a result means: the only place that says so -------------------- */

/* A turn is durable with 0, and with a positive result: the main file failed
 * and it is in another place. */
static bool is_durable(int result)
{
    return result >= 0;
}

static bool is_error(int result)
{
    return result == CG_ERR_IO || result == CG_ERR_FULL;
}

/* --- one life of a journal ----------------------------------------------- */

static void say(struct outcome *outcome, const char *wrong, int result)
{
    if (outcome->wrong[0] == '\0') {
        (void)snprintf(outcome->wrong, sizeof(outcome->wrong), "%s: %d", wrong,
                       result);
    }
}

/* Once it has failed every call says the same. */
static void expect_failed(struct outcome *outcome, struct cg_journal *journal)
{
    struct turns turns;
    int result;

    turns_after(outcome->attempted, &turns);
    for (int i = 0; i < 3; i++) {
        result = turns_play(&turns, journal);
        if (result != outcome->error) {
            say(outcome, "a later turn has another result", result);
        }
    }
    result = journal->commit(journal->user);
    if (result != outcome->error) {
        say(outcome, "a later commit has another result", result);
    }
}

/* What failed, where, and what to do. */
static void expect_words(struct outcome *outcome, const char *words)
{
    if (!is_error(outcome->error)) {
        say(outcome, "this is no error of a disk", outcome->error);
    }
    if (strstr(words, TURNS_PATH) == NULL ||
        (strchr(words, ';') == NULL && strstr(words, "check") == NULL)) {
        say(outcome, words, outcome->error);
    }
}

static void live(struct faulty_disk *disk, struct outcome *outcome)
{
    struct turns turns;
    struct cg_journal journal;
    char error[512] = "";

    *outcome = (struct outcome){0};
    turns_after(0, &turns);
    outcome->error = turns_open(disk, &journal, error, sizeof(error));
    if (outcome->error != 0) {
        expect_words(outcome, error);
        outcome->end = faulty_disk_now(disk);
        return;
    }
    while (outcome->error == 0 && outcome->attempted < TURNS) {
        int result = turns_play(&turns, &journal);

        outcome->attempted++;
        if (is_durable(result)) {
            outcome->durable = outcome->attempted;
        } else {
            outcome->error = result;
        }
    }
    if (outcome->error != 0) {
        expect_words(outcome, journal.error(journal.user));
        expect_failed(outcome, &journal);
    }
    outcome->end = faulty_disk_now(disk);
    journal.close(journal.user);
}

/* --- afterwards, on a sound disk ----------------------------------------- */

struct tally {
    size_t lives;
    size_t failures;
    size_t cuts;
    size_t wrong;
};

static void tell(struct tally *tally,
                 const char *what,
                 size_t at,
                 const char *when,
                 const char *wrong)
{
    if (tally->wrong++ < TOLD_OF) {
        print_error("%s %zu, %s: %s\n", what, at, when, wrong);
    }
}

/* The power goes at that moment. */
static void cut(const struct faulty_disk *disk,
                size_t at,
                size_t least,
                size_t most,
                struct tally *tally,
                const char *what,
                size_t n)
{
    uint64_t seed = n * (MANNERS + 1) + tally->cuts++;
    struct faulty_disk *after = faulty_disk_cut(disk, at, seed);
    char wrong[600];

    if (!turns_hold(after, least, most, NULL, wrong, sizeof(wrong))) {
        tell(tally, what, n, "after a power cut", wrong);
    }
    faulty_disk_close(after);
}

/* What happens once the disk is sound again. */
enum then {
    THEN_CUT,  /* the power goes: so it is when the device was gone */
    THEN_BOTH, /* or the process is started again, on what the system has in
                  memory, too; and the power goes after another turn */
};

static void judge(struct faulty_disk *disk,
                  const struct outcome *outcome,
                  enum then then,
                  struct tally *tally,
                  const char *what,
                  size_t n)
{
    struct turns_end end;
    char wrong[600];

    tally->lives++;
    tally->failures += outcome->error != 0;
    if (outcome->wrong[0] != '\0') {
        tell(tally, what, n, "while it failed", outcome->wrong);
    }
    faulty_disk_fail(disk, NULL);
    faulty_disk_limit(disk, 0);
    cut(disk, outcome->end, outcome->durable, outcome->attempted, tally, what,
        n);
    cut(disk, faulty_disk_now(disk), outcome->durable, outcome->attempted,
        tally, what, n);
    if (then == THEN_CUT) {
        return;
    }
    size_t begun = faulty_disk_now(disk);
    if (!turns_hold(disk, outcome->durable, outcome->attempted, &end, wrong,
                    sizeof(wrong))) {
        tell(tally, what, n, "after a restart", wrong);
        return;
    }
    /* Or the power goes in the middle of that start, at other moments of it
     * for each fault. */
    size_t step = (end.told - begun) / START_CUTS + 1;
    for (size_t at = begun + n % step; at < end.told; at += step) {
        cut(disk, at, outcome->durable, outcome->attempted + 1, tally, what, n);
    }
    cut(disk, end.told, end.count, end.count, tally, what, n);
}

/* --- every fault --------------------------------------------------------- */

/* The n-th fails, until none does. */
static void sweep(struct faulty_fault fault,
                  enum then then,
                  const char *what,
                  struct tally *tally)
{
    bool failed = true;

    for (fault.at = 1; failed; fault.at += NEXT) {
        struct faulty_disk *disk = faulty_disk_open();
        struct outcome outcome;

        faulty_disk_fail(disk, &fault);
        live(disk, &outcome);
        failed = faulty_disk_has_failed(disk);
        judge(disk, &outcome, then, tally, what, fault.at);
        faulty_disk_close(disk);
    }
}

static void check(const struct tally *tally)
{
    faulty_disk_use(NULL);
    print_message("%zu journals, %zu of them failed\n", tally->lives,
                  tally->failures);
    assert_true(tally->failures > 0);
    assert_int_equal(tally->wrong, 0);
}

/* Once, and from then on; everything, or all but what is there for that. */
static void
sweep_all(struct faulty_fault fault, enum then then, const char *what)
{
    static const char *const except[] = {NULL, "-spare"};
    struct tally tally = {0};

    for (int lasts = 0; lasts < 2; lasts++) {
        for (size_t i = 0; i < 2; i++) {
            fault.lasts = lasts != 0;
            fault.except = except[i];
            sweep(fault, then, what, &tally);
        }
    }
    check(&tally);
}

static void test_disk_faults_write(void **state)
{
    (void)state;
    sweep_all((struct faulty_fault){.op = FAULTY_WRITE}, THEN_BOTH, "write");
}

static void test_disk_faults_short_write(void **state)
{
    struct faulty_fault fault = {.op = FAULTY_WRITE, .partly = true};
    struct tally tally = {0};

    (void)state;
    sweep(fault, THEN_BOTH, "short write", &tally);
    fault.lasts = true;
    fault.error = SQLITE_FULL;
    sweep(fault, THEN_BOTH, "short write, full", &tally);
    check(&tally);
}

/* What a failed sync has dropped can be read until the power goes, and no later
 * sync writes it: the next process must not build on it. */
static void test_disk_faults_sync(void **state)
{
    (void)state;
    sweep_all((struct faulty_fault){.op = FAULTY_SYNC}, THEN_BOTH, "sync");
}

/* Not each of them makes a journal fail. */
static void test_disk_faults_others(void **state)
{
    static const enum faulty_op ops[] = {FAULTY_TRUNCATE, FAULTY_DELETE,
                                         FAULTY_OPEN, FAULTY_LOCK, FAULTY_READ};
    struct tally tally = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        sweep((struct faulty_fault){.op = ops[i]}, THEN_BOTH, "other", &tally);
        sweep((struct faulty_fault){.op = ops[i], .lasts = true}, THEN_BOTH,
              "other", &tally);
    }
    check(&tally);
}

/* The device is gone. */
static void test_disk_faults_everything(void **state)
{
    struct faulty_fault fault = {.op = FAULTY_ANY, .lasts = true};
    struct tally tally = {0};

    (void)state;
    sweep(fault, THEN_CUT, "everything from operation", &tally);
    fault.except = "-spare";
    sweep(fault, THEN_CUT, "everything but the spare from operation", &tally);
    check(&tally);
}

/* Full at every size, until all has room. */
static void test_disk_faults_full(void **state)
{
    struct tally tally = {0};
    bool failed = true;

    (void)state;
    for (size_t limit = 1; failed; limit += STEP) {
        struct faulty_disk *disk = faulty_disk_open();
        struct outcome outcome;

        faulty_disk_limit(disk, limit);
        live(disk, &outcome);
        failed = outcome.error != 0 || outcome.durable < TURNS;
        judge(disk, &outcome, THEN_BOTH, &tally, "full at", limit);
        faulty_disk_close(disk);
    }
    check(&tally);
}

int main(void)
{
    /* Thousands of disks are made: their memory is kept for the next. */
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    faulty_checkpoint_pages = 15;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk_faults_write),
        cmocka_unit_test(test_disk_faults_short_write),
        cmocka_unit_test(test_disk_faults_sync),
        cmocka_unit_test(test_disk_faults_others),
        cmocka_unit_test(test_disk_faults_everything),
        cmocka_unit_test(test_disk_faults_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
