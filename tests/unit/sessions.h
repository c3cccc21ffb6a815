/*
 * The files of sample_sessions/, in the order of their names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_SESSIONS_H
#define CG_TESTS_SESSIONS_H

#include "sanitized.h"
#include "script.h"

#define SESSIONS_MAX 1000

struct sessions {
    char *paths[SESSIONS_MAX];
    size_t count;
};

/* From then on memory is kept from one gate to the next: thousands are opened,
 * and giving it back and taking it again is most of the time otherwise. */
void sessions_open(struct sessions *sessions);

/* Only so many of them under a sanitizer, where all would take too long: every
 * sixth.  SESSIONS_OF() is what is left of a number of sessions, at least. */
#define SESSIONS_SHARE (SANITIZED ? 6u : 1u)
#define SESSIONS_OF(count)                                                     \
    (sessions_are_named() ? 0                                                  \
     : SANITIZED          ? (size_t)(count) / SESSIONS_SHARE / 2               \
                          : (size_t)(count))
void sessions_open_share(struct sessions *sessions, size_t share);

/* Those whose place leaves |part| when divided by |share|, so that tests with
 * different parts have all of them between them.  Where CG_TEST_SESSION= has
 * parts of names, with commas between them, instead those that have one. */
void sessions_open_part(struct sessions *sessions, size_t share, size_t part);
bool sessions_are_named(void);

/* Those of tests/seldom/. */
void sessions_open_seldom(struct sessions *sessions);

/* As cg_script_read(): one of tests/seldom/ includes what stands beside those
 * of sample_sessions/. */
int sessions_read(const char *path, struct cg_script *script);

void sessions_deinit(struct sessions *sessions);

/* The file's name without its folder. */
const char *sessions_name(const char *path);

/* Prints a mistake. */
void sessions_mistake(void *user,
                      const char *file,
                      int line,
                      const char *wrong,
                      const char *remedy);

#endif
