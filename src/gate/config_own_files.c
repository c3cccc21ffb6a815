/*
 * The files that the gate writes: its journal and its message log.
 *
 * Must never let the message log be another file of the gate's: lines that are
 * added to a journal or a table would ruin it.  Serves R2 and R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- paths ---------------------------------------------------------------- */

char *cg_config_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
}

/* A file that the gate writes may be new, but not its folder. */
static void read_own_file(struct cg_config_reader *reader,
                          const char *key,
                          const char *what,
                          char to[CG_PATH_LEN])
{
    const struct cg_config_entry *entry = cg_config_section_find(reader->gate,
                                                                 key);
    if (entry == NULL || *entry->value == '\0') {
        return;
    }
    char *path = cg_key_path(&reader->context, entry->value);
    char *folder = path != NULL ? cg_config_folder(path) : NULL;
    struct stat info;
    const char *wrong = NULL;
    const char *remedy = "create it, or correct the path";

    if (path == NULL || folder == NULL) {
        reader->context.mistakes->no_memory = true;
    } else if (strlen(path) >= CG_PATH_LEN) {
        wrong = "path is too long";
        remedy = "choose a shorter path";
    } else if (stat(*folder != '\0' ? folder : ".", &info) != 0 ||
               !S_ISDIR(info.st_mode)) {
        wrong = "folder is not there";
    } else {
        memcpy(to, path, strlen(path) + 1);
    }
    if (wrong != NULL) {
        cg_mistakes_add(reader->context.mistakes, reader->context.file,
                        entry->line, remedy, "the %s's %s", what, wrong);
    }
    free(folder);
    free(path);
}

void cg_config_read_own_files(struct cg_config_reader *reader)
{
    struct cg_config *config = reader->config;

    read_own_file(reader, "Journal", "journal", config->journal);
    read_own_file(reader, "MessageLog", "message log", config->message_log);
}

/* --- which file a path means ---------------------------------------------- */

/* A file by all that tells it from others. */
struct file {
    char *path;   /* links and dots of its folder resolved, or as it is */
    char *target; /* its own links as well, or NULL when it is not there */
    bool there;
    struct stat info; /* of a file that is there */
};

static char *join(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
                    name) >= 0
               ? path
               : NULL;
}

/* False without memory. */
static bool file_find(struct file *file, const char *path)
{
    char *folder = cg_config_folder(path);
    char *real = NULL;

    *file = (struct file){.target = realpath(path, NULL)};
    file->there = stat(path, &file->info) == 0;
    if (folder != NULL) {
        real = realpath(*folder != '\0' ? folder : ".", NULL);
        file->path = real != NULL ? join(real, path + strlen(folder))
                                  : strdup(path);
    }
    free(real);
    free(folder);
    return file->path != NULL;
}

static void file_forget(struct file *file)
{
    free(file->path);
    free(file->target);
}

static bool is_path(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

static bool is_same(const struct file *one, const struct file *other)
{
    return is_path(one->path, other->path) ||
           is_path(one->target, other->target) ||
           (one->there && other->there &&
            one->info.st_dev == other->info.st_dev &&
            one->info.st_ino == other->info.st_ino);
}

/* Whether |path| is the journal's with '-' and more behind it. */
static bool is_beside_path(const char *path, const char *journal)
{
    size_t len = journal != NULL ? strlen(journal) : 0;

    return path != NULL && len > 0 && strncmp(path, journal, len) == 0 &&
           path[len] == '-';
}

/* The journal's -spare, -wal, -shm, -mend, pictures and archives. */
static bool is_beside(const struct file *file, const struct file *journal)
{
    return is_beside_path(file->path, journal->path) ||
           is_beside_path(file->path, journal->target) ||
           is_beside_path(file->target, journal->path) ||
           is_beside_path(file->target, journal->target);
}

/* The same by another name of the file. */
static bool is_linked_beside(const struct file *file, const char *journal)
{
    static const char *const ends[] = {"-spare", "-wal", "-shm", "-mend"};
    char path[CG_PATH_LEN + 8];
    struct stat info;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", journal, ends[i]);
        if (file->there && stat(path, &info) == 0 &&
            info.st_dev == file->info.st_dev &&
            info.st_ino == file->info.st_ino) {
            return true;
        }
    }
    return false;
}

/* --- the message log ------------------------------------------------------ */

static void wrong_log(const struct cg_config_reader *reader, const char *what)
{
    cg_mistakes_add(reader->context.mistakes, reader->context.file,
                    cg_config_section_find(reader->gate, "MessageLog")->line,
                    "name a file of its own", "the message log is %s", what);
}

/* Tells whether the log is the file at |path|. */
static bool is_at(const struct cg_config_reader *reader,
                  const struct file *log,
                  const char *path)
{
    struct file other = {0};
    bool same = false;

    if (path == NULL || !file_find(&other, path)) {
        reader->context.mistakes->no_memory = true;
    } else {
        same = is_same(log, &other);
    }
    file_forget(&other);
    return same;
}

static bool is_of_journal(const struct cg_config_reader *reader,
                          const struct file *log)
{
    const char *path = reader->config->journal;
    struct file journal = {0};
    bool found = true;

    if (path[0] == '\0') {
        return false;
    }
    if (!file_find(&journal, path)) {
        reader->context.mistakes->no_memory = true;
    } else if (is_same(log, &journal)) {
        wrong_log(reader, "the journal");
    } else if (is_beside(log, &journal) || is_linked_beside(log, path)) {
        wrong_log(reader, "a file of the journal's");
    } else {
        found = false;
    }
    file_forget(&journal);
    return found;
}

/* What the gate reads: nothing of that may be written. */
static bool is_read(const struct cg_config_reader *reader,
                    const struct file *log)
{
    const struct {
        const struct cg_config_section *section;
        const char *key;
        const char *what;
    } tables[] = {
        {reader->gate, "Instruments", "the table of instruments"},
        {reader->rates, "ParRates", "the file of par rates"},
        {reader->rates, "Conventions", "the table of conventions"},
        {reader->rates, "Holidays", "the table of holidays"},
    };

    if (is_at(reader, log, reader->context.file)) {
        wrong_log(reader, "the configuration");
        return true;
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct cg_config_entry *entry = tables[i].section != NULL
                                                  ? cg_config_section_find(
                                                        tables[i].section,
                                                        tables[i].key)
                                                  : NULL;
        if (entry == NULL || *entry->value == '\0') {
            continue;
        }
        char *path = cg_key_path(&reader->context, entry->value);
        bool same = is_at(reader, log, path);
        free(path);
        if (same) {
            wrong_log(reader, tables[i].what);
            return true;
        }
    }
    return false;
}

/* A link that leads nowhere is there as well. */
static bool is_no_file(const char *path, const struct file *log)
{
    struct stat info;

    return log->there ? !S_ISREG(log->info.st_mode) : lstat(path, &info) == 0;
}

void cg_config_check_own_files(struct cg_config_reader *reader)
{
    const char *path = reader->config->message_log;
    struct file log = {0};

    if (path[0] == '\0') {
        return;
    }
    if (!file_find(&log, path)) {
        reader->context.mistakes->no_memory = true;
    } else if (is_no_file(path, &log)) {
        wrong_log(reader, "there, and no regular file");
    } else if (!is_of_journal(reader, &log)) {
        (void)is_read(reader, &log);
    }
    file_forget(&log);
}
