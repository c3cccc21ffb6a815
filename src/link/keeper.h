/*
 * Keeps the journal of a running gate short: pictures of the books, so that a
 * start need not read every fact, and archives of what they stand for.
 *
 * A picture is written by a copy of the process (fork), so that the gate does
 * not wait for it; an archive in small steps between turns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_KEEPER_H
#define CG_LINK_KEEPER_H

#include <creditgate/gate.h>
#include <uv.h>

struct cg_keeper;

struct cg_keeper_options {
    uv_loop_t *loop;
    const char *path; /* the journal's; borrowed, as all of these */
    const struct cg_journal *journal;
    struct cg_gate *gate;
    cg_seq facts; /* a picture is taken when so many have none */
    cg_time (*now)(void);
    void (*say)(void *user, enum cg_log_level level, const char *text);
    /* Something was put on record, with what cg_gate_saved() returned. */
    void (*recorded)(void *user, int status);
    void *user;
};

/* NULL without memory. */
struct cg_keeper *cg_keeper_open(const struct cg_keeper_options *options);

/* Another cg_keeper_options.facts, from now on. */
void cg_keeper_set_facts(struct cg_keeper *keeper, cg_seq facts);

/* Between turns, after each commit: is it time? */
void cg_keeper_committed(struct cg_keeper *keeper);

/* Takes a picture now, and moves the facts it stands for into an archive. */
void cg_keeper_archive(struct cg_keeper *keeper);

/* Ends what is under way, which the next start does not miss; then calls
 * |ended|.  NULL is fine: |ended| is called at once. */
void cg_keeper_stop(struct cg_keeper *keeper,
                    void (*ended)(void *user),
                    void *user);

/* Frees it, once its handles are closed if it was not stopped; NULL is fine. */
void cg_keeper_close(struct cg_keeper *keeper);

/* Whether the journal at |path| is there, and its spare is not: what was
 * confirmed after a failure may be in the spare alone. */
bool cg_keeper_lacks_spare(const char *path);

/* The picture that the journal at |path| names, for cg_gate_open(); NULL when
 * there is none.  Gives it back. */
const void *
cg_keeper_map(const char *path, const struct cg_journal *journal, size_t *len);
void cg_keeper_unmap(const void *picture, size_t len);

#endif
