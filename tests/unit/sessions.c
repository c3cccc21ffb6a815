/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <dirent.h>
#include <limits.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int is_session(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 8 && strcmp(entry->d_name + len - 8, ".session") == 0;
}

static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

void sessions_open(struct sessions *sessions)
{
    struct dirent **entries = NULL;
    int count = scandir(SAMPLES, &entries, is_session, alphasort);

    keep_memory();
    assert_true(count >= 0 && count <= SESSIONS_MAX);
    sessions->count = (size_t)count;
    for (size_t i = 0; i < sessions->count; i++) {
        assert_true(asprintf(&sessions->paths[i], "%s/%s", SAMPLES,
                             entries[i]->d_name) > 0);
        free(entries[i]);
    }
    free(entries);
}

void sessions_open_share(struct sessions *sessions, size_t share)
{
    sessions_open_part(sessions, share, 0);
}

void sessions_open_part(struct sessions *sessions, size_t share, size_t part)
{
    struct sessions all;

    share = getenv("CG_TEST_SESSION") != NULL ? 1 : share;
    sessions_open(&all);
    sessions->count = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (i % share == part % share) {
            sessions->paths[sessions->count++] = all.paths[i];
        } else {
            free(all.paths[i]);
        }
    }
}

void sessions_deinit(struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++) {
        free(sessions->paths[i]);
    }
    sessions->count = 0;
}

const char *sessions_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void sessions_mistake(void *user,
                      const char *file,
                      int line,
                      const char *wrong,
                      const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s; %s\n", file, line, wrong, remedy);
}
