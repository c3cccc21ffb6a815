/*
 * Reads the cases of a certification, from files and folders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cases.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct case_reader {
    struct cg_cases *cases;
    size_t room;
    enum cg_kit_seat seat;
    cg_script_report *report;
    void *user;
    bool wrong;
    bool no_memory;
};

bool cg_case_is_for(const struct cg_script *script, enum cg_kit_seat seat)
{
    return seat == CG_KIT_HUB ? script->kase.certifies_hub
                              : script->kase.certifies_gate;
}

static void mistake(struct case_reader *reader,
                    const char *path,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    reader->wrong = true;
    reader->report(reader->user, path, line, wrong, remedy);
}

static bool make_room(struct case_reader *reader)
{
    struct cg_cases *cases = reader->cases;
    size_t room = reader->room * 2 + 64;
    struct cg_case *more;

    if (cases->count < reader->room) {
        return true;
    }
    more = realloc(cases->items, room * sizeof(*more));
    if (more == NULL) {
        reader->no_memory = true;
        return false;
    }
    reader->room = room;
    cases->items = more;
    return true;
}

/* Whether both are one file, whatever it is called. */
static bool is_same_file(const char *path, const char *other)
{
    struct stat a;
    struct stat b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* An id names what is on record: it must be one file's. */
static bool is_new(struct case_reader *reader, const struct cg_case *added)
{
    const struct cg_cases *cases = reader->cases;

    for (size_t i = 0; i < cases->count; i++) {
        const struct cg_case *other = &cases->items[i];

        if (cg_slice_equal(other->script.kase.id, added->script.kase.id)) {
            char wrong[512];

            if (is_same_file(other->path, added->path)) {
                return false; /* the same file, given twice */
            }
            (void)snprintf(wrong, sizeof(wrong),
                           "case %.*s is in %.300s already",
                           (int)other->script.kase.id.len,
                           other->script.kase.id.data, other->path);
            mistake(reader, added->path, added->script.kase.place.line, wrong,
                    "give it another id");
            return false;
        }
    }
    return true;
}

/* Takes the file over; |path| is freed when it is not kept. */
static void read_file(struct case_reader *reader, char *path, bool named)
{
    struct cg_cases *cases = reader->cases;
    struct cg_case added = {.path = path, .named = named};
    int status;

    if (path == NULL || !make_room(reader)) {
        reader->no_memory = true;
        free(path);
        return;
    }
    status = cg_script_read(path, reader->report, reader->user, &added.script);
    reader->no_memory |= status == CG_ERR_MEMORY;
    reader->wrong |= status != 0;
    if (status != 0) {
        free(path);
        return;
    }
    if (added.script.kase.id.len == 0) {
        mistake(reader, path, 0, "it is not said which case this is",
                "write: case ID, purpose TEXT, certifies hub, gate or both");
    } else if (!named && !cg_case_is_for(&added.script, reader->seat)) {
        cases->other_seat++;
    } else if (is_new(reader, &added)) {
        cases->items[cases->count++] = added;
        return;
    }
    cg_script_deinit(&added.script);
    free(path);
}

static int is_session(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 8 && strcmp(entry->d_name + len - 8, ".session") == 0;
}

static void read_folder(struct case_reader *reader, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_session, alphasort);

    if (count <= 0) {
        mistake(reader, folder, 0,
                count < 0 ? strerror(errno) : "there is no *.session in it",
                "give a folder of cases, or files");
    }
    for (int i = 0; i < count; i++) {
        char *path = NULL;

        if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
            path = NULL;
        }
        read_file(reader, path, false);
        free(entries[i]);
    }
    free(entries);
}

static void read_path(struct case_reader *reader, const char *path)
{
    struct stat found;
    size_t len = strlen(path);

    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
        char *folder = strndup(path,
                               len > 1 && path[len - 1] == '/' ? len - 1 : len);

        if (folder == NULL) {
            reader->no_memory = true;
            return;
        }
        read_folder(reader, folder);
        free(folder);
    } else {
        read_file(reader, strdup(path), true);
    }
}

int cg_cases_read(const char *const *paths,
                  size_t count,
                  enum cg_kit_seat seat,
                  cg_script_report *report,
                  void *user,
                  struct cg_cases *cases)
{
    struct case_reader reader = {
        .cases = cases, .seat = seat, .report = report, .user = user};

    *cases = (struct cg_cases){0};
    for (size_t i = 0; i < count && !reader.no_memory; i++) {
        read_path(&reader, paths[i]);
    }
    if (!reader.wrong && !reader.no_memory && cases->count == 0) {
        mistake(&reader, count > 0 ? paths[0] : "-", 0,
                "there is no case for this seat",
                "give other files, or another --peer");
    }
    if (reader.wrong || reader.no_memory) {
        cg_cases_deinit(cases);
        return reader.no_memory ? CG_ERR_MEMORY : CG_ERR_CONFIG;
    }
    return 0;
}

void cg_cases_deinit(struct cg_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        cg_script_deinit(&cases->items[i].script);
        free(cases->items[i].path);
    }
    free(cases->items);
    *cases = (struct cg_cases){0};
}
