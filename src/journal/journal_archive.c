/*
 * Facts that a snapshot stands for move into a file of their own, in steps
 * between the turns of a running gate.
 *
 * Must never delete a fact that the archive does not hold: it is written and
 * synced first, its chain compared, then listed; only then do rows go.  Cut off
 * at any point, the facts are still there, in one file or in both.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Facts that one step copies or deletes: some milliseconds. */
enum { STEP_FACTS = 1000 };

struct cg_journal_archive {
    cg_seq first;
    cg_seq last;
    cg_seq done; /* copied so far, or deleted */
    bool listed;
    char file[CG_JOURNAL_PATH_MAX]; /* without its folder */
};

void cg_journal_archive_drop(struct cg_sqlite_journal *journal)
{
    if (journal->archive != NULL && journal->db != NULL) {
        cg_db_rollback(journal->db);
        (void)cg_db_run(journal->db, "DETACH archive");
    }
    free(journal->archive);
    journal->archive = NULL;
}

__attribute__((format(printf, 2, 3))) static enum cg_db_result
run_format(struct sqlite3 *db, const char *format, ...)
{
    char sql[3 * CG_JOURNAL_PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(sql, sizeof(sql), format, arguments);
    va_end(arguments);
    return len >= 0 && (size_t)len < sizeof(sql) ? cg_db_run(db, sql)
                                                 : CG_DB_MEMORY;
}

/* A text between quotes in SQL. */
static void quote(const char *text, char *out, size_t len)
{
    size_t at = 0;
    for (; *text != '\0' && at + 2 < len; text++) {
        if (*text == '\'') {
            out[at++] = '\'';
        }
        out[at++] = *text;
    }
    out[at] = '\0';
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Opens the file; what an archive that was cut off left in it goes on. */
static enum cg_db_result attach(struct cg_sqlite_journal *journal)
{
    struct cg_journal_archive *archive = journal->archive;
    int64_t tables = 0;
    int64_t last = 0;
    char mode[16] = "";
    char path[2 * CG_JOURNAL_PATH_MAX];
    quote(journal->path, path, sizeof(path));
    enum cg_db_result result = run_format(
        journal->db, "ATTACH '%s-archive-%" PRIu64 "-%" PRIu64 "' AS archive",
        path, archive->first, archive->last);
    if (result == CG_DB_DONE) {
        result = cg_db_query(journal->db, "PRAGMA archive.journal_mode=DELETE",
                             &last, mode, sizeof(mode));
    }
    if (result == CG_DB_DONE) {
        result = cg_db_run(journal->db, "PRAGMA archive.synchronous=FULL");
    }
    if (result == CG_DB_DONE) {
        result = cg_db_query(journal->db,
                             "SELECT count(*) FROM archive.sqlite_schema",
                             &tables, NULL, 0);
    }
    if (result == CG_DB_DONE && tables == 0) {
        result = cg_archive_schema_create(journal->db);
    }
    if (result == CG_DB_DONE) {
        result = cg_db_query(journal->db,
                             "SELECT coalesce(max(no), 0) FROM archive.fact",
                             &last, NULL, 0);
    }
    archive->done = (cg_seq)last > archive->first - 1 ? (cg_seq)last
                                                      : archive->first - 1;
    return result;
}

/* What can be moved: from where the last archive ends to the snapshot. */
static enum cg_db_result begin(struct cg_sqlite_journal *journal)
{
    struct cg_snapshot_mark mark;
    int64_t last = 0;
    enum cg_db_result result = cg_db_query(
        journal->db, "SELECT coalesce(max(last), 0) FROM archive", &last, NULL,
        0);
    if (result != CG_DB_DONE || cg_journal_snapshot(journal, &mark) != 0) {
        return CG_DB_FAILED;
    }
    /* The fact of the last snapshot alone is not worth a file. */
    if (mark.no <= (cg_seq)last + 1) {
        return CG_DB_DONE;
    }
    journal->archive = calloc(1, sizeof(*journal->archive));
    if (journal->archive == NULL) {
        return CG_DB_MEMORY;
    }
    journal->archive->first = (cg_seq)last + 1;
    journal->archive->last = mark.no;
    (void)snprintf(journal->archive->file, sizeof(journal->archive->file),
                   "%s-archive-%" PRIu64 "-%" PRIu64, base_name(journal->path),
                   journal->archive->first, journal->archive->last);
    return attach(journal);
}

static cg_seq step_end(const struct cg_journal_archive *archive)
{
    cg_seq left = archive->last - archive->done;
    return archive->done + (left < STEP_FACTS ? left : STEP_FACTS);
}

static enum cg_db_result copy_some(struct cg_sqlite_journal *journal)
{
    struct cg_journal_archive *archive = journal->archive;
    cg_seq end = step_end(archive);
    enum cg_db_result result = run_format(
        journal->db,
        "INSERT INTO archive.fact SELECT * FROM main.fact"
        " WHERE no > %" PRIu64 " AND no <= %" PRIu64,
        archive->done, end);
    archive->done = end;
    return result;
}

/* All is copied: the archive must end with the same chain, and is listed. */
static enum cg_db_result list(struct cg_sqlite_journal *journal)
{
    struct cg_journal_archive *archive = journal->archive;
    char sql[256];
    char file[2 * CG_JOURNAL_PATH_MAX];
    int64_t same = 0;
    quote(archive->file, file, sizeof(file));
    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM archive.fact a JOIN main.fact f"
                   " ON a.no=f.no AND a.chain=f.chain WHERE f.no=%" PRIu64,
                   archive->last);
    enum cg_db_result result = cg_db_query(journal->db, sql, &same, NULL, 0);
    if (result == CG_DB_DONE && same == 1) {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*)=%" PRIu64 " FROM archive.fact",
                       archive->last - archive->first + 1);
        result = cg_db_query(journal->db, sql, &same, NULL, 0);
    }
    if (result != CG_DB_DONE || same != 1) {
        return result != CG_DB_DONE ? result : CG_DB_CORRUPT;
    }
    result = run_format(journal->db,
                        "INSERT INTO main.archive SELECT %" PRIu64 ",%" PRIu64
                        ",chain,'%s' FROM main.fact WHERE no=%" PRIu64,
                        archive->first, archive->last, file, archive->last);
    if (result == CG_DB_DONE) {
        result = cg_db_run(journal->db, "DETACH archive");
    }
    int64_t oldest = 0;
    if (result == CG_DB_DONE) {
        /* An earlier one that was cut off may have left facts here. */
        result = cg_db_query(journal->db, "SELECT min(no) FROM main.fact",
                             &oldest, NULL, 0);
    }
    archive->listed = true;
    archive->done = (cg_seq)oldest - 1;
    return result;
}

static enum cg_db_result delete_some(struct cg_sqlite_journal *journal)
{
    struct cg_journal_archive *archive = journal->archive;
    cg_seq end = step_end(archive);
    enum cg_db_result result = run_format(
        journal->db, "DELETE FROM main.fact WHERE no <= %" PRIu64, end);
    archive->done = end;
    return result;
}

static enum cg_db_result step(struct cg_sqlite_journal *journal)
{
    struct cg_journal_archive *archive = journal->archive;
    if (archive->listed) {
        return delete_some(journal);
    }
    return archive->done < archive->last ? copy_some(journal) : list(journal);
}

int cg_journal_archive(void *user,
                       bool *more,
                       char *file,
                       size_t file_len,
                       char *error,
                       size_t error_len)
{
    struct cg_sqlite_journal *journal = user;
    enum cg_db_result result;
    *more = false;
    (void)snprintf(file, file_len, "%s", "");
    if (journal->failed != 0 || journal->on_spare) {
        (void)snprintf(error, error_len, "the journal has failed");
        cg_journal_archive_drop(journal);
        return CG_ERR_IO;
    }
    if (journal->begun) {
        *more = true; /* when this turn is over */
        return 0;
    }
    result = journal->archive == NULL ? begin(journal) : step(journal);
    if (result == CG_DB_DONE) {
        result = cg_db_fold_from(journal->db, &journal->log_pages,
                                 CG_FOLD_PAGES);
    }
    if (result != CG_DB_DONE) {
        (void)snprintf(error, error_len, "archive %s: %s",
                       journal->archive != NULL ? journal->archive->file : "",
                       result == CG_DB_CORRUPT
                           ? "a file of that name is there with other facts; "
                             "move it away"
                           : cg_db_message(journal->db));
        bool writes = journal->archive != NULL &&
                      (journal->archive->listed ||
                       journal->archive->done >= journal->archive->last);
        if (writes && result != CG_DB_CORRUPT) {
            /* That was the journal itself; its next commit says so. */
            (void)cg_journal_to_spare(journal, "moving facts to an archive");
        }
        cg_journal_archive_drop(journal);
        return cg_db_error(result);
    }
    const struct cg_journal_archive *archive = journal->archive;
    if (archive == NULL) {
        return 0;
    }
    *more = !archive->listed || archive->done < archive->last;
    if (!*more) {
        (void)snprintf(file, file_len, "%s", archive->file);
        free(journal->archive);
        journal->archive = NULL;
    }
    return 0;
}
