/*
 * The proof of a journal: it holds for every session in sample_sessions/, and
 * it fails when a fact is altered, left out or moved, whatever the fact; it
 * never ends the program.
 *
 * What no fact contradicts is listed with why: the hash chain alone can tell.
 *
 * Rules: R12, R13, R20..R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"
#include "fact_log.h"
#include "prove.h"
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

/* --- a journal with one fact that is not as it was ----------------------- */

/* X(FIELD, member, nothing, altered): what is altered, one at a time. */
#define FIELDS(X)                                                              \
    X(AMOUNT, amount, 0, amount + 1)                                           \
    X(OTHER, other, 0, other + 1)                                              \
    X(QTY, qty, 0, qty + 1)                                                    \
    X(LESS_QTY, qty, 0, qty - 1)                                               \
    X(RATE, rate, 0, rate * 2)                                                 \
    X(VALUE, value, 0, value + 1)                                              \
    X(NUMBER, number, 0, number + 1)                                           \
    X(FLAGS, flags, 0, flags ^ 1)                                              \
    X(SIDE, side, 0, side ^ 3)                                                 \
    X(SESSION, session, CG_SESSION_NONE, session + 1)                          \
    X(ORDER, order, CG_NONE, order + 1)                                        \
    X(REQUEST, request, CG_NONE, request + 1)                                  \
    X(TOKEN, token, CG_NONE, token + 1)                                        \
    X(ASK, ask, CG_NONE, ask + 1)                                              \
    X(LIMIT, limit, CG_NONE, limit + 1)                                        \
    X(ACCOUNT, account, CG_NONE, account + 1)                                  \
    X(INSTRUMENT, instrument, CG_NONE, instrument + 1)                         \
    X(UNTIL, until, 0, time - 1)                                               \
    X(TIME, time, 0, time - 3600 * CG_SECOND)

enum change {
#define X(name, member, nothing, altered) name,
    FIELDS(X)
#undef X
        LEFT_OUT,
    MOVED, /* behind the next one */
    CHANGES,
};

static const char *const change_names[CHANGES] = {
#define X(name, member, nothing, altered) #name,
    FIELDS(X)
#undef X
    "LEFT_OUT",
    "MOVED",
};

struct view {
    const struct fact_log *log;
    size_t at;
    enum change change;
};

/* False when the fact has no such thing. */
static bool alter(struct cg_fact *fact, enum change change)
{
    switch (change) {
#define X(name, member, nothing, altered)                                      \
    case name:                                                                 \
        if (fact->member == (__typeof__(fact->member))(nothing)) {             \
            return false;                                                      \
        }                                                                      \
        fact->member = (__typeof__(fact->member))(fact->altered);              \
        return true;
        FIELDS(X)
#undef X
    case LEFT_OUT:
    case MOVED:
    case CHANGES:
        break;
    }
    return true;
}

static int view_load(void *user,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    const struct view *view = user;
    cg_seq no = 0;
    int status = 0;
    for (size_t i = 0; i < view->log->committed && status == 0; i++) {
        size_t from = i;
        if (view->change == MOVED && i == view->at) {
            from = i + 1;
        } else if (view->change == MOVED && i == view->at + 1) {
            from = i - 1;
        }
        struct cg_fact fact = view->log->facts[from];
        if (i == view->at && view->change == LEFT_OUT) {
            continue;
        }
        if (i == view->at && view->change < LEFT_OUT) {
            (void)alter(&fact, view->change);
        }
        fact.no = ++no; /* numbers are mended: only the meaning is wrong */
        status = each(context, &fact);
    }
    return status;
}

static bool is_found(const struct fact_log *log, size_t at, enum change change)
{
    struct view view = {log, at, change};
    struct cg_journal journal = {.user = &view, .load = view_load};
    struct cg_audit audit = {0};
    char error[512] = "";
    return cg_gate_prove(&journal, &audit, error, sizeof(error)) != 0;
}

/* --- what was found ------------------------------------------------------ */

struct tally {
    size_t made[CG_FACT_KIND_COUNT][CHANGES];
    size_t found[CG_FACT_KIND_COUNT][CHANGES];
};

static struct tally tally;

/* What the configuration brings is the same in every session. */
static size_t configured(const struct fact_log *log)
{
    size_t i = 0;
    while (i < log->committed && log->facts[i].kind != CG_FACT_LINK_UP) {
        i++;
    }
    return i;
}

static void try_all(const struct fact_log *log, size_t first, size_t step)
{
    for (size_t i = first; i + 1 < log->committed; i += step) {
        for (unsigned change = 0; change < CHANGES; change++) {
            struct cg_fact fact = log->facts[i];
            if (!alter(&fact, (enum change)change)) {
                continue;
            }
            tally.made[fact.kind][change]++;
            tally.found[fact.kind][change] += is_found(log, i,
                                                       (enum change)change);
        }
    }
}

static int keep(void *context, const struct cg_fact *fact)
{
    struct cg_journal *journal = context;
    return journal->append(journal->user, fact);
}

/* Plays a session, proves its journal, and keeps its facts. */
static void play(const char *path, struct fact_log *log)
{
    struct cg_script script;
    struct crash_run run;
    struct cg_journal journal;
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script), 0);
    crash_run_play(&run, &script, NULL, CRASH_NONE, 0);
    prove_whole(&run.runner.journal, sessions_name(path));
    fact_log_open(log, &journal);
    assert_int_equal(run.runner.journal.load(run.runner.journal.user, keep,
                                             &journal),
                     0);
    assert_int_equal(journal.commit(journal.user), 0);
    crash_run_deinit(&run);
    cg_script_deinit(&script);
}

static void test_audit_proves_every_session(void **state)
{
    struct sessions sessions;
    (void)state;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct fact_log log;
        play(sessions.paths[i], &log);
        fact_log_deinit(&log);
    }
    assert_true(sessions.count > 100);
    sessions_deinit(&sessions);
}

static void print_escapes(void)
{
    for (unsigned kind = 0; kind < CG_FACT_KIND_COUNT; kind++) {
        for (unsigned change = 0; change < CHANGES; change++) {
            size_t made = tally.made[kind][change];
            size_t found = tally.found[kind][change];
            if (found < made) {
                print_message("%-22s %-10s %zu of %zu\n",
                              cg_fact_kind_name((enum cg_fact_kind)kind),
                              change_names[change], found, made);
            }
        }
    }
}

static void test_audit_finds_what_is_altered(void **state)
{
    struct sessions sessions;
    (void)state;
    const char *only = getenv("CG_TEST_SESSION");
    const char *step = getenv("CG_TEST_STEP");
    size_t each = step != NULL ? strtoul(step, NULL, 10) : 7;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only != NULL && strstr(sessions.paths[i], only) == NULL) {
            continue;
        }
        struct fact_log log;
        play(sessions.paths[i], &log);
        try_all(&log, i == 0 ? 0 : configured(&log) + i % each, each);
        fact_log_deinit(&log);
    }
    print_escapes();
    sessions_deinit(&sessions);
}

int main(void)
{
    /* Many books are opened: their memory is kept from one to the next. */
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_proves_every_session),
        cmocka_unit_test(test_audit_finds_what_is_altered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
