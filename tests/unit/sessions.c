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

static void open_folder(struct sessions *sessions, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_session, alphasort);

    keep_memory();
    assert_true(count >= 0 && count <= SESSIONS_MAX);
    sessions->count = (size_t)count;
    for (size_t i = 0; i < sessions->count; i++) {
        assert_true(asprintf(&sessions->paths[i], "%s/%s", folder,
                             entries[i]->d_name) > 0);
        free(entries[i]);
    }
    free(entries);
}

void sessions_open(struct sessions *sessions)
{
    open_folder(sessions, SAMPLES);
}

void sessions_open_seldom(struct sessions *sessions)
{
    open_folder(sessions, SELDOM);
}

int sessions_read(const char *path, struct cg_script *script)
{
    char beside[1024];
    char text[65536];

    if (strncmp(path, SELDOM "/", strlen(SELDOM "/")) != 0) {
        return cg_script_read(path, sessions_mistake, NULL, script);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text), file);
    assert_true(len < sizeof(text));
    assert_int_equal(fclose(file), 0);
    (void)snprintf(beside, sizeof(beside), "%s/%s", SAMPLES,
                   sessions_name(path));
    return cg_script_read_text(beside, (struct cg_slice){text, len},
                               sessions_mistake, NULL, script);
}

void sessions_open_share(struct sessions *sessions, size_t share)
{
    sessions_open_part(sessions, share, 0);
}

bool sessions_are_named(void)
{
    return getenv("CG_TEST_SESSION") != NULL;
}

/* Whether one of |names| is in the path. */
static bool is_named(const char *names, const char *path)
{
    char name[64];

    while (*names != '\0') {
        size_t len = strcspn(names, ",");
        assert_true(len < sizeof(name));
        (void)snprintf(name, sizeof(name), "%.*s", (int)len, names);
        if (len > 0 && strstr(path, name) != NULL) {
            return true;
        }
        names += len + (names[len] == ',' ? 1 : 0);
    }
    return false;
}

void sessions_open_part(struct sessions *sessions, size_t share, size_t part)
{
    const char *names = getenv("CG_TEST_SESSION");
    struct sessions all;

    sessions_open(&all);
    sessions->count = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (names != NULL ? is_named(names, all.paths[i])
                          : i % share == part % share) {
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
