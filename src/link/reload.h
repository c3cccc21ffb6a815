/*
 * A file that a process lives by, read again whenever it changes.
 *
 * A file counts as changed when it looks otherwise than when it was last read,
 * and as written to its end when it looked the same twice in a row.
 * Reading and building happen on a worker of libuv, one at a time; what was
 * built is taken on the loop, in one turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_RELOAD_H
#define CG_LINK_RELOAD_H

#include <creditgate/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct cg_reload;

/* What was read, for build(). */
struct cg_reload_text {
    const char *file;
    const char *text;
    size_t len;
    cg_time made_at; /* when it was last written, by the stamp it has */
};

/* Gathers the mistakes of one attempt; any file of theirs. */
struct cg_reload_mistakes;
void cg_reload_mistake(struct cg_reload_mistakes *mistakes,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy);

struct cg_reload_hooks {
    /* On a worker, while the loop goes on: makes something of the text, or
     * returns NULL after at least one mistake. */
    void *(*build)(void *user,
                   const struct cg_reload_text *text,
                   struct cg_reload_mistakes *mistakes);
    /* On the loop: takes what was built, which is the callee's from now on. */
    void (*take)(void *user, void *built, bool asked);
    /* On any thread: frees what is not to be taken. */
    void (*drop)(void *user, void *built);
    /* On the loop: a mistake, with file and line. */
    void (*say)(void *user, const char *text);
    /* On the loop, after the mistakes of one attempt were said. */
    void (*refused)(void *user, unsigned mistakes);
};

struct cg_reload_options {
    uv_loop_t *loop;
    const char *path; /* borrowed, as all of these */
    size_t bytes_max;
    unsigned poll_ms; /* 0: only cg_reload_poll() */
    unsigned rest_ms; /* at most, from a change to the look that finds it at
                         rest; 0: |poll_ms| */
    const struct cg_reload_hooks *hooks;
    void *user;
};

/* Polls from now on, when the loop runs.  NULL without memory. */
struct cg_reload *cg_reload_open(const struct cg_reload_options *options);

/*
 * Reads it now, on this thread: the hooks are called before this returns.  Of a
 * file that was written within the last |rest_ms| it waits for the end, a few
 * times that at most.
 */
void cg_reload_first(struct cg_reload *reload);

/* Looks whether it has changed; unless a look or an attempt is under way. */
void cg_reload_poll(struct cg_reload *reload);

/* Reads it again, changed or not, as soon as it rests and no other attempt is
 * under way. */
void cg_reload_ask(struct cg_reload *reload);

/* Calls |closed| from the loop, when no worker is left; no hook but drop() is
 * called before, and none after.  NULL |reload| is fine: |closed| is called
 * at once. */
void cg_reload_close(struct cg_reload *reload,
                     void (*closed)(void *user),
                     void *user);

#endif
