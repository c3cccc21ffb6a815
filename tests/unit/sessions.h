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
