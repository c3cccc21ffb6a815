/*
 * SQLite, as the journal uses it: sqlite3.h is included by database.c and
 * nowhere else in the program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_DATABASE_H
#define CG_JOURNAL_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/* What a call came to. */
enum cg_db_result {
    CG_DB_DONE,
    CG_DB_ROW,
    CG_DB_BUSY,     /* somebody else has the file open */
    CG_DB_FOREIGN,  /* not a database */
    CG_DB_NO_ENTRY, /* may not be opened, or not be written */
    CG_DB_FULL,     /* no room on the disk */
    CG_DB_CORRUPT,
    CG_DB_MEMORY,
    CG_DB_FAILED, /* all else: the disk */
};

/* A negative cg_error for any result but the first two. */
int cg_db_error(enum cg_db_result result);

/*
 * Opens |path|; with |create| it is made when it is not there.  |*db| is set,
 * and to be closed, whenever it is not NULL afterwards.  Closing folds the log
 * in, unless cg_db_fold_at_close() has said otherwise.
 */
enum cg_db_result
cg_db_open(const char *path, bool create, struct sqlite3 **db);
void cg_db_close(struct sqlite3 *db);
void cg_db_fold_at_close(struct sqlite3 *db, bool fold);
bool cg_db_is_read_only(struct sqlite3 *db);
/* Whether its file has some bytes, but fewer than the head of a database. */
bool cg_db_file_is_short(struct sqlite3 *db);

/* Words for the last failure, borrowed; and what that failure was. */
const char *cg_db_message(struct sqlite3 *db);
enum cg_db_result cg_db_last(struct sqlite3 *db);

/* Runs SQL without rows; or for one value, text into |text| when not NULL. */
enum cg_db_result cg_db_run(struct sqlite3 *db, const char *sql);
enum cg_db_result cg_db_query(struct sqlite3 *db,
                              const char *sql,
                              int64_t *value,
                              char *text,
                              size_t text_len);

/*
 * The log is folded into its file by the journal: |*pages| is how long it was
 * after the newest commit, and cg_db_fold_from() folds it when that is |from|
 * or more.
 */
void cg_db_watch_log(struct sqlite3 *db, int *pages);
enum cg_db_result cg_db_fold_from(struct sqlite3 *db, int *pages, int from);

/* The bytes of the log itself, 64 KiB at a time at most. */
enum cg_db_result cg_db_log_size(struct sqlite3 *db, int64_t *size);
enum cg_db_result
cg_db_log_read(struct sqlite3 *db, int64_t at, void *bytes, size_t len);
enum cg_db_result
cg_db_log_write(struct sqlite3 *db, int64_t at, const void *bytes, size_t len);
enum cg_db_result cg_db_log_sync(struct sqlite3 *db);

/* Bytes that nobody else has. */
void cg_db_random(void *bytes, size_t len);

/* Ends a transaction that a failure may have ended already. */
void cg_db_rollback(struct sqlite3 *db);

enum cg_db_result cg_db_prepare(struct sqlite3 *db,
                                const char *sql,
                                struct sqlite3_stmt **statement);
void cg_db_finalize(struct sqlite3_stmt *statement);
enum cg_db_result cg_db_step(struct sqlite3_stmt *statement);
void cg_db_reset(struct sqlite3_stmt *statement);
bool cg_db_is_running(struct sqlite3_stmt *statement);

/* Parameters from 1 on; bytes are borrowed until the statement is reset.
 * False: there is no such parameter, or the statement is running.  What is not
 * bound is NULL. */
void cg_db_clear(struct sqlite3_stmt *statement);
bool cg_db_bind_int(struct sqlite3_stmt *statement, int index, int64_t value);
bool cg_db_bind_text(struct sqlite3_stmt *statement,
                     int index,
                     const char *text,
                     size_t len);
bool cg_db_bind_blob(struct sqlite3_stmt *statement,
                     int index,
                     const void *bytes,
                     size_t len);

/* Columns from 0 on; bytes are borrowed until the next step. */
bool cg_db_is_null(struct sqlite3_stmt *statement, int index);
int64_t cg_db_int(struct sqlite3_stmt *statement, int index);
void cg_db_text(struct sqlite3_stmt *statement,
                int index,
                const char **text,
                size_t *len);
void cg_db_blob(struct sqlite3_stmt *statement,
                int index,
                const void **bytes,
                size_t *len);

/*
 * A plain file beside the database, by the same means of the system that
 * SQLite has: read, written and synced under the same tests.
 */
struct cg_db_file;
/* One that only may be read serves, too, unless |create| is said. */
enum cg_db_result
cg_db_file_open(const char *path, bool create, struct cg_db_file **file);
void cg_db_file_close(struct cg_db_file *file);
/* Locks a database against everybody, as a gate that runs on it does; its bytes
 * are not looked at.  To be unlocked when it is CG_DB_DONE. */
enum cg_db_result cg_db_file_lock(const char *path, struct cg_db_file **file);
void cg_db_file_unlock(struct cg_db_file *file);
/* True as well when that cannot be found out. */
bool cg_db_file_exists(const char *path);
enum cg_db_result cg_db_file_delete(const char *path);
enum cg_db_result cg_db_file_size(struct cg_db_file *file, int64_t *size);
/* Bytes beyond the end are read as zeros. */
enum cg_db_result
cg_db_file_read(struct cg_db_file *file, int64_t at, void *bytes, size_t len);
enum cg_db_result cg_db_file_write(struct cg_db_file *file,
                                   int64_t at,
                                   const void *bytes,
                                   size_t len);
enum cg_db_result cg_db_file_sync(struct cg_db_file *file);
/* Takes room from the disk, with zeros, up to |size|, and syncs; |from| is how
 * long the file is. */
enum cg_db_result
cg_db_file_fill(struct cg_db_file *file, int64_t from, int64_t size);

#endif
