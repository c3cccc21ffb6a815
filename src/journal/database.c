/*
 * SQLite behind a few plain calls.
 *
 * Must never retry.  This is the one file that includes sqlite3.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "database.h"

#include "check.h"

#include <creditgate/types.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum cg_db_result result_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
        return CG_DB_DONE;
    case SQLITE_ROW:
        return CG_DB_ROW;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return CG_DB_BUSY;
    case SQLITE_NOTADB:
        return CG_DB_FOREIGN;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return CG_DB_NO_ENTRY;
    case SQLITE_FULL:
        return CG_DB_FULL;
    case SQLITE_CORRUPT:
        return CG_DB_CORRUPT;
    case SQLITE_NOMEM:
        return CG_DB_MEMORY;
    default:
        return CG_DB_FAILED;
    }
}

int cg_db_error(enum cg_db_result result)
{
    switch (result) {
    case CG_DB_MEMORY:
        return CG_ERR_MEMORY;
    case CG_DB_FULL:
        return CG_ERR_FULL;
    case CG_DB_CORRUPT:
        return CG_ERR_CORRUPT;
    case CG_DB_BUSY:
    case CG_DB_FOREIGN:
        return CG_ERR_MISUSE;
    case CG_DB_NO_ENTRY:
    case CG_DB_FAILED:
    case CG_DB_DONE:
    case CG_DB_ROW:
        break;
    }
    return CG_ERR_IO;
}

enum cg_db_result cg_db_open(const char *path, bool create, struct sqlite3 **db)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE | (create ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(path, db, flags, NULL);
    if (*db == NULL) {
        return CG_DB_MEMORY;
    }
    (void)sqlite3_extended_result_codes(*db, 1);
    return result_of(rc);
}

void cg_db_close(struct sqlite3 *db)
{
    (void)sqlite3_close(db);
}

void cg_db_fold_at_close(struct sqlite3 *db, bool fold)
{
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, fold ? 0 : 1,
                            NULL);
}

bool cg_db_is_read_only(struct sqlite3 *db)
{
    return sqlite3_db_readonly(db, "main") == 1;
}

bool cg_db_file_is_short(struct sqlite3 *db)
{
    enum { HEAD = 100 };
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) ==
               SQLITE_OK &&
           file != NULL && file->pMethods != NULL &&
           file->pMethods->xFileSize(file, &size) == SQLITE_OK && size > 0 &&
           size < HEAD;
}

const char *cg_db_message(struct sqlite3 *db)
{
    return db != NULL ? sqlite3_errmsg(db) : "out of memory";
}

enum cg_db_result cg_db_last(struct sqlite3 *db)
{
    return result_of(sqlite3_errcode(db));
}

enum cg_db_result cg_db_run(struct sqlite3 *db, const char *sql)
{
    return result_of(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

enum cg_db_result cg_db_query(struct sqlite3 *db,
                              const char *sql,
                              int64_t *value,
                              char *text,
                              size_t text_len)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
        if (text != NULL) {
            const unsigned char *found = sqlite3_column_text(statement, 0);
            (void)snprintf(text, text_len, "%s",
                           found != NULL ? (const char *)found : "");
        }
    }
    /* What a statement does may fail at its end only. */
    int ended = sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? result_of(ended) : result_of(rc);
}

/* SQLite hears nothing of a failed fold that it does by itself; so it does none
 * (this takes the place of its hook), and the journal folds. */
static int on_log(void *user, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    *(int *)user = pages;
    return SQLITE_OK;
}

void cg_db_watch_log(struct sqlite3 *db, int *pages)
{
    (void)sqlite3_wal_hook(db, on_log, pages);
}

enum cg_db_result cg_db_fold_from(struct sqlite3 *db, int *pages, int from)
{
    if (*pages < from) {
        return CG_DB_DONE;
    }
    *pages = 0;
    return result_of(sqlite3_wal_checkpoint_v2(
        db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}

/* The log that is open; NULL when there is none yet. */
static sqlite3_file *log_of(struct sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                                  &log);
    return rc == SQLITE_OK && log != NULL && log->pMethods != NULL ? log : NULL;
}

enum cg_db_result cg_db_log_size(struct sqlite3 *db, int64_t *size)
{
    sqlite3_file *log = log_of(db);
    sqlite3_int64 found = 0;
    int rc = log != NULL ? log->pMethods->xFileSize(log, &found) : SQLITE_OK;
    *size = found;
    return result_of(rc);
}

enum cg_db_result
cg_db_log_read(struct sqlite3 *db, int64_t at, void *bytes, size_t len)
{
    sqlite3_file *log = log_of(db);
    return log == NULL
               ? CG_DB_FAILED
               : result_of(log->pMethods->xRead(log, bytes, (int)len, at));
}

enum cg_db_result
cg_db_log_write(struct sqlite3 *db, int64_t at, const void *bytes, size_t len)
{
    sqlite3_file *log = log_of(db);
    return log == NULL
               ? CG_DB_FAILED
               : result_of(log->pMethods->xWrite(log, bytes, (int)len, at));
}

enum cg_db_result cg_db_log_sync(struct sqlite3 *db)
{
    sqlite3_file *log = log_of(db);
    return log == NULL
               ? CG_DB_FAILED
               : result_of(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL));
}

void cg_db_random(void *bytes, size_t len)
{
    sqlite3_randomness((int)len, bytes);
}

void cg_db_rollback(struct sqlite3 *db)
{
    if (sqlite3_get_autocommit(db) == 0) {
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum cg_db_result cg_db_prepare(struct sqlite3 *db,
                                const char *sql,
                                struct sqlite3_stmt **statement)
{
    return result_of(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        statement, NULL));
}

void cg_db_finalize(struct sqlite3_stmt *statement)
{
    (void)sqlite3_finalize(statement);
}

enum cg_db_result cg_db_step(struct sqlite3_stmt *statement)
{
    return result_of(sqlite3_step(statement));
}

void cg_db_reset(struct sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement);
}

bool cg_db_is_running(struct sqlite3_stmt *statement)
{
    return sqlite3_stmt_busy(statement) != 0;
}

void cg_db_clear(struct sqlite3_stmt *statement)
{
    (void)sqlite3_clear_bindings(statement);
}

bool cg_db_bind_int(struct sqlite3_stmt *statement, int index, int64_t value)
{
    return sqlite3_bind_int64(statement, index, value) == SQLITE_OK;
}

bool cg_db_bind_text(struct sqlite3_stmt *statement,
                     int index,
                     const char *text,
                     size_t len)
{
    return sqlite3_bind_text64(statement, index, text, len, SQLITE_STATIC,
                               SQLITE_UTF8) == SQLITE_OK;
}

bool cg_db_bind_blob(struct sqlite3_stmt *statement,
                     int index,
                     const void *bytes,
                     size_t len)
{
    return sqlite3_bind_blob64(statement, index, bytes, len, SQLITE_STATIC) ==
           SQLITE_OK;
}

bool cg_db_is_null(struct sqlite3_stmt *statement, int index)
{
    return sqlite3_column_type(statement, index) == SQLITE_NULL;
}

int64_t cg_db_int(struct sqlite3_stmt *statement, int index)
{
    return sqlite3_column_int64(statement, index);
}

void cg_db_text(struct sqlite3_stmt *statement,
                int index,
                const char **text,
                size_t *len)
{
    const char *found = (const char *)sqlite3_column_text(statement, index);
    *text = found != NULL ? found : "";
    *len = (size_t)sqlite3_column_bytes(statement, index);
}

void cg_db_blob(struct sqlite3_stmt *statement,
                int index,
                const void **bytes,
                size_t *len)
{
    const void *found = sqlite3_column_blob(statement, index);
    *bytes = found != NULL ? found : "";
    *len = (size_t)sqlite3_column_bytes(statement, index);
}

/* --- plain files -------------------------------------------------------- */

struct cg_db_file {
    sqlite3_file *file;
    char *path; /* ends with two zeros, as SQLite wants it of a main file */
};

static enum cg_db_result
open_kind(const char *path, int flags, struct cg_db_file **result)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int has_flags = 0;
    struct cg_db_file *file = calloc(1, sizeof(*file));
    if (file == NULL || vfs == NULL) {
        free(file);
        return CG_DB_MEMORY;
    }
    file->file = calloc(1, (size_t)vfs->szOsFile);
    file->path = calloc(1, (size_t)vfs->mxPathname + 2);
    if (file->file == NULL || file->path == NULL) {
        cg_db_file_close(file);
        return CG_DB_MEMORY;
    }
    int rc = vfs->xFullPathname(vfs, path, vfs->mxPathname, file->path);
    /* A link that was followed is fine. */
    if (rc == SQLITE_OK || rc == SQLITE_OK_SYMLINK) {
        rc = vfs->xOpen(vfs, file->path, file->file, flags, &has_flags);
    }
    bool read_only = (has_flags & SQLITE_OPEN_READONLY) != 0;
    if (rc != SQLITE_OK || (read_only && (flags & SQLITE_OPEN_CREATE) != 0)) {
        cg_db_file_close(file);
        return rc != SQLITE_OK ? result_of(rc) : CG_DB_NO_ENTRY;
    }
    *result = file;
    return CG_DB_DONE;
}

/* Of this kind are files whose folder is synced with them, and whose rights are
 * those of the database. */
enum cg_db_result
cg_db_file_open(const char *path, bool create, struct cg_db_file **result)
{
    return open_kind(path,
                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL |
                         (create ? SQLITE_OPEN_CREATE : 0),
                     result);
}

enum cg_db_result cg_db_file_lock(const char *path, struct cg_db_file **result)
{
    static const int levels[] = {SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED,
                                 SQLITE_LOCK_EXCLUSIVE};
    struct cg_db_file *file = NULL;
    enum cg_db_result opened = open_kind(
        path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB, &file);
    if (opened != CG_DB_DONE) {
        return opened;
    }
    CG_ASSERT(file != NULL);
    int rc = SQLITE_OK;
    for (size_t i = 0; i < 3 && rc == SQLITE_OK; i++) {
        rc = file->file->pMethods->xLock(file->file, levels[i]);
    }
    if (rc != SQLITE_OK) {
        cg_db_file_unlock(file);
        return result_of(rc);
    }
    *result = file;
    return CG_DB_DONE;
}

void cg_db_file_unlock(struct cg_db_file *file)
{
    if (file != NULL) {
        (void)file->file->pMethods->xUnlock(file->file, SQLITE_LOCK_NONE);
        cg_db_file_close(file);
    }
}

bool cg_db_file_exists(const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int there = 0;
    return vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK ||
           there != 0;
}

enum cg_db_result cg_db_file_delete(const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int rc = vfs->xDelete(vfs, path, 1);
    return rc == SQLITE_IOERR_DELETE_NOENT ? CG_DB_DONE : result_of(rc);
}

void cg_db_file_close(struct cg_db_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->file != NULL && file->file->pMethods != NULL) {
        (void)file->file->pMethods->xClose(file->file);
    }
    free(file->file);
    free(file->path);
    free(file);
}

enum cg_db_result cg_db_file_size(struct cg_db_file *file, int64_t *size)
{
    sqlite3_int64 found = 0;
    int rc = file->file->pMethods->xFileSize(file->file, &found);
    *size = found;
    return result_of(rc);
}

/* SQLite's own files never take more than a page at a time, and its systems do
 * not write a block of more than 128 KiB whole. */
enum { FILE_PART = 64 * 1024 };

enum cg_db_result
cg_db_file_read(struct cg_db_file *file, int64_t at, void *bytes, size_t len)
{
    int rc = SQLITE_OK;
    for (size_t done = 0; done < len && rc == SQLITE_OK;) {
        size_t part = len - done < FILE_PART ? len - done : FILE_PART;
        rc = file->file->pMethods->xRead(file->file, (char *)bytes + done,
                                         (int)part, at + (int64_t)done);
        /* Then the rest of the part is zeros. */
        rc = rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
        done += part;
    }
    return result_of(rc);
}

enum cg_db_result cg_db_file_write(struct cg_db_file *file,
                                   int64_t at,
                                   const void *bytes,
                                   size_t len)
{
    int rc = SQLITE_OK;
    for (size_t done = 0; done < len && rc == SQLITE_OK;) {
        size_t part = len - done < FILE_PART ? len - done : FILE_PART;
        rc = file->file->pMethods->xWrite(file->file,
                                          (const char *)bytes + done, (int)part,
                                          at + (int64_t)done);
        done += part;
    }
    return result_of(rc);
}

enum cg_db_result cg_db_file_sync(struct cg_db_file *file)
{
    return result_of(
        file->file->pMethods->xSync(file->file, SQLITE_SYNC_NORMAL));
}

enum cg_db_result
cg_db_file_fill(struct cg_db_file *file, int64_t from, int64_t size)
{
    enum { BLOCK = 64 * 1024 };
    char *zeros = calloc(1, BLOCK);
    enum cg_db_result result = zeros != NULL ? CG_DB_DONE : CG_DB_MEMORY;
    while (result == CG_DB_DONE && from < size) {
        int64_t len = size - from < BLOCK ? size - from : BLOCK;
        result = cg_db_file_write(file, from, zeros, (size_t)len);
        from += len;
    }
    free(zeros);
    return result == CG_DB_DONE ? cg_db_file_sync(file) : result;
}
