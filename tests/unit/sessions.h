/*
 * The files of sample_sessions/, in the order of their names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_SESSIONS_H
#define CG_TESTS_SESSIONS_H

#include "script.h"

#define SESSIONS_MAX 1000

struct sessions {
    char *paths[SESSIONS_MAX];
    size_t count;
};

void sessions_open(struct sessions *sessions);

/* Only so many of them under a sanitizer, where all would take too long: every
 * fourth.  SESSIONS_OF() is what is left of a number of sessions, at least. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
#define SESSIONS_SHARE 4
#define SESSIONS_OF(count) ((size_t)(count) / SESSIONS_SHARE / 2)
#else
#define SESSIONS_SHARE 1
#define SESSIONS_OF(count) ((size_t)(count))
#endif
void sessions_open_share(struct sessions *sessions, size_t share);
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
