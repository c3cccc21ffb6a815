/*
 * The product's own program, killed at a named point: for tests only.
 *
 * Linked from the same objects, with the linker's --wrap in front of a few
 * functions, so that nothing of the product knows of it.  CRASH_AT says where:
 *
 *     POINT:WHAT:N, such as after-commit:order filled:2
 *
 * POINT is before-commit, after-commit (no byte has left), between-writes (one
 * session's bytes have left, another's have not) or after-writes.  WHAT is what
 * the turn's transaction holds: the name of a kind of fact (docs/journal.md),
 * "numbers" for sequence numbers and messages without a fact, or "any".  The
 * N-th such turn is the one.
 *
 * Must never do anything else than die: SIGKILL, as by kill -9.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../unit/wrapped.h"

#include <creditgate/journal.h>
#include <gateway.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum point {
    NEVER,
    BEFORE_COMMIT,
    AFTER_COMMIT,
    BETWEEN_WRITES,
    AFTER_WRITES,
};

static struct {
    enum point point;
    char what[64];
    long left;                 /* turns like that until the one */
    bool matches;              /* what is staged is like that */
    bool facts;                /* a fact is staged */
    bool numbers;              /* a sequence number or a message is staged */
    bool doomed;               /* this turn is the one */
    unsigned wrote;            /* sessions, since the commit */
    struct cg_journal journal; /* the real one */
    uv_timer_t end;
} crash;

static void die(void)
{
    kill(getpid(), SIGKILL);
}

static enum point point_named(const char *name, size_t len)
{
    static const char *const names[] = {"never", "before-commit",
                                        "after-commit", "between-writes",
                                        "after-writes"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && strncmp(name, names[i], len) == 0) {
            return (enum point)i;
        }
    }
    fprintf(stderr, "gate_crashing: CRASH_AT=%s is no point\n", name);
    exit(2);
}

static void read_settings(void)
{
    const char *text = getenv("CRASH_AT");
    const char *what = text != NULL ? strchr(text, ':') : NULL;
    const char *count = what != NULL ? strchr(what + 1, ':') : NULL;
    if (count == NULL) {
        return;
    }
    crash.point = point_named(text, (size_t)(what - text));
    snprintf(crash.what, sizeof(crash.what), "%.*s", (int)(count - what - 1),
             what + 1);
    crash.left = strtol(count + 1, NULL, 10);
}

/* --- what a transaction holds ------------------------------------------- */

static int append(void *user, const struct cg_fact *fact)
{
    crash.facts = true;
    crash.matches |= strcmp(crash.what, cg_fact_kind_name(fact->kind)) == 0;
    return crash.journal.append(user, fact);
}

/* True when the turn that ends now is the one. */
static bool is_the_one(void)
{
    bool any = crash.facts || crash.numbers;
    bool like = crash.matches || (any && strcmp(crash.what, "any") == 0) ||
                (crash.numbers && !crash.facts &&
                 strcmp(crash.what, "numbers") == 0);
    crash.matches = false;
    crash.facts = false;
    crash.numbers = false;
    return crash.point != NEVER && like && --crash.left == 0;
}

/* A turn without so many writes was not the one: the next like it may be. */
static void next_turn(void)
{
    if (crash.doomed && crash.point == AFTER_WRITES && crash.wrote > 0) {
        die();
    }
    if (crash.doomed) {
        crash.left = 1;
    }
    crash.wrote = 0;
    crash.doomed = is_the_one();
}

static int commit(void *user)
{
    next_turn();
    if (crash.doomed && crash.point == BEFORE_COMMIT) {
        die();
    }
    int status = crash.journal.commit(user);
    if (crash.doomed && crash.point == AFTER_COMMIT) {
        die();
    }
    return status;
}

WRAPPED(cg_journal_open_sqlite);

int __wrap_cg_journal_open_sqlite(const char *path,
                                  struct cg_journal *journal,
                                  char *error,
                                  size_t error_len)
{
    int status = __real_cg_journal_open_sqlite(path, journal, error, error_len);
    if (status == 0) {
        read_settings();
        crash.journal = *journal;
        journal->append = append;
        journal->commit = commit;
    }
    return status;
}

WRAPPED(cg_journal_session_set_target);

int __wrap_cg_journal_session_set_target(void *user,
                                         const char *session,
                                         int next_target)
{
    crash.numbers = true;
    return __real_cg_journal_session_set_target(user, session, next_target);
}

WRAPPED(cg_journal_session_set_sender);

int __wrap_cg_journal_session_set_sender(void *user,
                                         const char *session,
                                         int next_sender)
{
    crash.numbers = true;
    return __real_cg_journal_session_set_sender(user, session, next_sender);
}

/* --- what leaves -------------------------------------------------------- */

static void on_end(uv_timer_t *timer)
{
    (void)timer;
    die();
}

WRAPPED(uv_try_write);

int __wrap_uv_try_write(uv_stream_t *stream,
                        const uv_buf_t buffers[],
                        unsigned count)
{
    bool second = crash.doomed && crash.wrote > 0;
    if (second && crash.point == BETWEEN_WRITES) {
        die();
    }
    int result = __real_uv_try_write(stream, buffers, count);
    crash.wrote++;
    if (crash.doomed && crash.point == AFTER_WRITES) {
        /* The loop comes to its timers, or to the next commit, when the whole
         * turn is written. */
        uv_timer_start(&crash.end, on_end, 0, 0);
    }
    return result;
}

WRAPPED(cg_gateway_open);

int __wrap_cg_gateway_open(const struct cg_gateway_options *options,
                           char *error,
                           size_t error_len,
                           struct cg_gateway **result)
{
    uv_timer_init(options->loop, &crash.end);
    return __real_cg_gateway_open(options, error, error_len, result);
}
