/*
 * The durable journal: one SQLite file with the facts, the FIX messages sent
 * and the sequence numbers of every session, all of one turn in one
 * transaction.
 *
 * Must never retry: after one failed write or sync nobody knows what the disk
 * holds, so the file is left alone, and what comes goes to the spare, where the
 * next start takes it from.  Must never write to a file that is not a journal
 * of this version.  Serves R23, R45 and R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include "check.h"
#include "fact_row.h"
#include "log_mend.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- failures ----------------------------------------------------------- */

int cg_journal_fail(struct cg_sqlite_journal *journal,
                    int error,
                    const char *format,
                    ...)
{
    va_list arguments;

    if (journal->failed != 0) {
        return journal->failed;
    }
    journal->failed = error;
    int len = snprintf(journal->error, sizeof(journal->error),
                       "journal %.*s: ", CG_JOURNAL_PATH_MAX, journal->path);
    va_start(arguments, format);
    (void)vsnprintf(journal->error + len, sizeof(journal->error) - (size_t)len,
                    format, arguments);
    va_end(arguments);
    return error;
}

int cg_journal_fail_db(struct cg_sqlite_journal *journal, const char *what)
{
    int error = cg_db_error(cg_db_last(journal->db));
    if (!journal->reader) {
        cg_spare_mark(&journal->spare, journal->durable.no,
                      &journal->durable.chain);
    }
    if (error == CG_ERR_CORRUPT) {
        return cg_journal_fail(journal, error,
                               "%s failed: %s; the file is damaged: restore it "
                               "and the files beside it from a backup",
                               what, cg_db_message(journal->db));
    }
    return cg_journal_fail(journal, error,
                           "%s failed: %s; see to the disk, then start again, "
                           "nothing that was confirmed is lost",
                           what, cg_db_message(journal->db));
}

int cg_journal_to_spare(struct cg_sqlite_journal *journal, const char *what)
{
    if (journal->reader || !journal->opened) {
        cg_db_fold_at_close(journal->db, false);
        return cg_journal_fail_db(journal, what);
    }
    (void)snprintf(journal->error, sizeof(journal->error),
                   "journal %.*s: %s failed: %s; what is confirmed now is in "
                   "its -spare only: do not remove that; see to the disk, then "
                   "start again",
                   CG_JOURNAL_PATH_MAX, journal->path, what,
                   cg_db_message(journal->db));
    journal->on_spare = true;
    cg_spare_mark(&journal->spare, journal->durable.no,
                  &journal->durable.chain);
    /* Closing must not try again to write what could not be written. */
    cg_db_fold_at_close(journal->db, false);
    for (int i = 0; i < CG_STMT_COUNT; i++) {
        cg_db_reset(journal->statements[i]);
    }
    cg_db_rollback(journal->db);
    return 0;
}

int cg_journal_write(struct cg_sqlite_journal *journal,
                     enum cg_statement which,
                     const char *what)
{
    if (cg_db_step(journal->statements[which]) != CG_DB_DONE) {
        return cg_journal_to_spare(journal, what);
    }
    /* After it is done this cannot fail. */
    cg_db_reset(journal->statements[which]);
    return 0;
}

int cg_journal_begin(struct cg_sqlite_journal *journal)
{
    if (journal->failed != 0 || journal->begun) {
        return journal->failed;
    }
    int error = journal->on_spare ? 0
                                  : cg_journal_write(journal, CG_STMT_BEGIN,
                                                     "starting a transaction");
    journal->begun = error == 0;
    return error;
}

/* --- facts -------------------------------------------------------------- */

static int no_memory(struct cg_sqlite_journal *journal)
{
    return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory for a turn");
}

/* Stages a fact and extends the chain by it. */
static int stage(struct cg_sqlite_journal *journal, const struct cg_fact *fact)
{
    const struct cg_turn_step step = {
        .kind = CG_TURN_FACT,
        .bytes = {NULL, cg_fact_bytes_len(fact)},
    };
    uint8_t *bytes = cg_turn_add(&journal->turn, &step);
    if (bytes == NULL) {
        return no_memory(journal);
    }
    cg_fact_to_bytes(fact, bytes);
    cg_journal_chain(journal->digester, &journal->end.chain, bytes,
                     step.bytes.len, &journal->end.chain);
    journal->end.no = fact->no;
    if (fact->kind == CG_FACT_SNAPSHOT_TAKEN) {
        journal->end.snapshot = fact->no;
    }
    return 0;
}

static int insert(struct cg_sqlite_journal *journal, const struct cg_fact *fact)
{
    struct sqlite3_stmt *statement = journal->statements[CG_STMT_APPEND];
    bool bound = cg_fact_bind(statement, fact);
    bound &= cg_db_bind_blob(statement, cg_fact_columns() + 1,
                             journal->end.chain.bytes, CG_DIGEST_BYTES);
    if (CG_NEVER(!bound, "a statement that was reset takes values")) {
        return cg_journal_to_spare(journal, "storing a fact");
    }
    return cg_journal_write(journal, CG_STMT_APPEND, "storing a fact");
}

int cg_journal_append(void *user, const struct cg_fact *fact)
{
    struct cg_sqlite_journal *journal = user;
    int error = cg_journal_begin(journal);
    if (error != 0) {
        return error;
    }
    if (fact->no != journal->end.no + 1 ||
        cg_fact_kind_name(fact->kind) == NULL) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "fact %" PRIu64
                               " of kind %d cannot follow fact %" PRIu64,
                               fact->no, (int)fact->kind, journal->end.no);
    }
    error = stage(journal, fact);
    if (error == 0 && !journal->on_spare) {
        error = insert(journal, fact);
    }
    return error;
}

/* --- the end of a turn -------------------------------------------------- */

static int chain_put(struct cg_sqlite_journal *journal)
{
    struct sqlite3_stmt *statement = journal->statements[CG_STMT_CHAIN];
    if (journal->end.no == journal->durable.no &&
        journal->end.spare == journal->durable.spare) {
        return 0;
    }
    bool bound = cg_db_bind_int(statement, 1, (int64_t)journal->end.no);
    bound &= cg_db_bind_blob(statement, 2, journal->end.chain.bytes,
                             CG_DIGEST_BYTES);
    bound &= cg_db_bind_int(statement, 3, (int64_t)journal->end.snapshot);
    bound &= cg_db_bind_int(statement, 4, journal->end.spare);
    if (CG_NEVER(!bound, "a statement that was reset takes values")) {
        return cg_journal_to_spare(journal, "storing the chain");
    }
    return cg_journal_write(journal, CG_STMT_CHAIN, "storing the chain");
}

/* The turn is durable. */
static void turn_over(struct cg_sqlite_journal *journal)
{
    journal->durable = journal->end;
    journal->begun = false;
    cg_turn_clear(&journal->turn);
}

/* What the spare has is kept in memory as well: messages are asked for. */
static int keep(struct cg_sqlite_journal *journal)
{
    if (!cg_turn_reserve(&journal->kept, journal->turn.len)) {
        return no_memory(journal);
    }
    memcpy(journal->kept.bytes + journal->kept.len, journal->turn.bytes,
           journal->turn.len);
    journal->kept.len += journal->turn.len;
    return 0;
}

static int commit_to_spare(struct cg_sqlite_journal *journal)
{
    enum cg_db_result result = cg_spare_write(&journal->spare, &journal->turn,
                                              journal->durable.no,
                                              &journal->durable.chain);
    if (result != CG_DB_DONE) {
        return cg_journal_fail(journal, cg_db_error(result),
                               "it could not be written, and its -spare cannot "
                               "be written either; see to the disk, then start "
                               "again, nothing that was confirmed is lost");
    }
    int error = keep(journal);
    turn_over(journal);
    return error != 0 ? error : CG_JOURNAL_E_SPARE;
}

/* The turn is durable, whatever becomes of this; but a journal that cannot be
 * folded has failed. */
static int fold(struct cg_sqlite_journal *journal)
{
    if (cg_db_fold_from(journal->db, &journal->log_pages, CG_FOLD_PAGES) ==
        CG_DB_DONE) {
        return 0;
    }
    int error = cg_journal_to_spare(journal, "folding its log in");
    return error != 0 ? error : CG_JOURNAL_E_SPARE;
}

int cg_journal_commit(void *user)
{
    struct cg_sqlite_journal *journal = user;
    if (journal->failed != 0 || !journal->begun) {
        return journal->failed;
    }
    int error = cg_journal_sessions_write(journal);
    if (error == 0 && !journal->on_spare) {
        error = chain_put(journal);
    }
    if (error == 0 && !journal->on_spare) {
        error = cg_journal_write(journal, CG_STMT_COMMIT,
                                 "making a turn durable");
    }
    if (error != 0) {
        return error;
    }
    if (journal->on_spare) {
        return commit_to_spare(journal);
    }
    turn_over(journal);
    return fold(journal);
}

static const char *journal_error(void *user)
{
    const struct cg_sqlite_journal *journal = user;
    return journal->error;
}

static void journal_close(void *user)
{
    struct cg_sqlite_journal *journal = user;
    if (journal == NULL) {
        return;
    }
    cg_journal_archive_drop(journal);
    for (int i = 0; i < CG_STMT_COUNT; i++) {
        cg_db_finalize(journal->statements[i]);
    }
    /* An open transaction is rolled back: it was never committed. */
    cg_db_close(journal->db);
    cg_spare_close(&journal->spare);
    cg_digester_close(journal->digester);
    cg_turn_deinit(&journal->turn);
    cg_turn_deinit(&journal->kept);
    free(journal->sessions);
    free(journal);
}

/* --- opening ------------------------------------------------------------ */

static const char *another(const struct cg_sqlite_journal *journal)
{
    return journal->reader ? "the Journal= of a gate"
                           : "another file by Journal=";
}

/* Why a file could not even be read, in words that say what to do. */
static int fail_open(struct cg_sqlite_journal *journal)
{
    enum cg_db_result result = cg_db_last(journal->db);
    if (result == CG_DB_BUSY) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "another process has it open; stop that gate, "
                               "or %s",
                               journal->reader
                                   ? "look at a copy of it and of the files "
                                     "beside it"
                                   : "name another file by Journal=");
    }
    if (result == CG_DB_FOREIGN) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "the file is not a journal; it was left as it "
                               "is; name %s",
                               another(journal));
    }
    if (result == CG_DB_NO_ENTRY && journal->reader) {
        return cg_journal_fail(journal, CG_ERR_IO,
                               "cannot be read (%s); name the Journal= of a "
                               "gate",
                               cg_db_message(journal->db));
    }
    if (result == CG_DB_NO_ENTRY) {
        return cg_journal_fail(journal, CG_ERR_IO,
                               "cannot be opened for writing (%s); check that "
                               "the folder is there and that both may be "
                               "written",
                               cg_db_message(journal->db));
    }
    return cg_journal_fail_db(journal, "opening");
}

int cg_journal_prepare(struct cg_sqlite_journal *journal,
                       enum cg_statement which,
                       const char *sql)
{
    enum cg_db_result result = cg_db_prepare(journal->db, sql,
                                             &journal->statements[which]);
    return result == CG_DB_DONE ? 0 : fail_open(journal);
}

static int open_file(struct cg_sqlite_journal *journal)
{
    enum cg_db_result result = cg_db_open(journal->path, !journal->reader,
                                          &journal->db);
    if (journal->db == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory to open it");
    }
    if (result != CG_DB_DONE) {
        return fail_open(journal);
    }
    return cg_db_is_read_only(journal->db)
               ? cg_journal_fail(journal, CG_ERR_IO,
                                 "may only be read; allow this user to write "
                                 "it")
               : 0;
}

/*
 * Tells a journal of this version (|*fresh| false) and an empty file (true)
 * from everything else, writing nothing: not even the log of somebody else's
 * database is folded in.
 */
static int identify(struct cg_sqlite_journal *journal, bool *fresh)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    char mode[16] = "";

    cg_db_fold_at_close(journal->db, false);
    if (cg_db_query(journal->db, "PRAGMA locking_mode=EXCLUSIVE", &version,
                    mode, sizeof(mode)) != CG_DB_DONE ||
        cg_db_query(journal->db, "SELECT count(*) FROM sqlite_schema", &tables,
                    NULL, 0) != CG_DB_DONE ||
        cg_db_query(journal->db, "PRAGMA application_id", &application, NULL,
                    0) != CG_DB_DONE ||
        cg_db_query(journal->db, "PRAGMA user_version", &version, NULL, 0) !=
            CG_DB_DONE) {
        return fail_open(journal);
    }
    if (strcmp(mode, "exclusive") != 0) {
        return cg_journal_fail(journal, CG_ERR_IO,
                               "exclusive locking is not available");
    }
    *fresh = tables == 0 && application == 0 && version == 0;
    if (*fresh && cg_db_file_is_short(journal->db)) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "the file is not a journal; it was left as it "
                               "is; name another file by Journal=");
    }
    if (*fresh && journal->reader) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "the file is empty; name the Journal= of a "
                               "gate");
    }
    if (*fresh) {
        return 0;
    }
    if (application != CG_JOURNAL_APPLICATION) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "the file is %s; it was left as it is; name %s",
                               application == CG_ARCHIVE_APPLICATION
                                   ? "an archive, which its journal reads"
                                   : "another program's database",
                               another(journal));
    }
    if (version != CG_SCHEMA_VERSION) {
        return cg_journal_fail(
            journal, CG_ERR_MISUSE,
            "the file has version %" PRId64 " of the journal's form, this "
            "program knows version %d; it was left as it is; use the program "
            "that wrote it, or name another file by Journal=",
            version, CG_SCHEMA_VERSION);
    }
    return 0;
}

/* Sets what durability rests on, and believes only what is read back. */
static int enforce_settings(struct cg_sqlite_journal *journal)
{
    struct sqlite3 *db = journal->db;
    int64_t synchronous = -1;
    int64_t ignored;
    char mode[16] = "";

    if (cg_db_query(db, "PRAGMA journal_mode=WAL", &ignored, mode,
                    sizeof(mode)) != CG_DB_DONE ||
        cg_db_run(db, "PRAGMA synchronous=FULL") != CG_DB_DONE ||
        cg_db_query(db, "PRAGMA synchronous", &synchronous, NULL, 0) !=
            CG_DB_DONE) {
        return fail_open(journal);
    }
    if (strcmp(mode, "wal") != 0 || synchronous != 2) {
        return cg_journal_fail(journal, CG_ERR_IO,
                               "WAL with full synchronisation was refused (%s, "
                               "%" PRId64 "); put the file on a local disk",
                               mode, synchronous);
    }
    cg_db_watch_log(db, &journal->log_pages);
    return 0;
}

/* --- the log of a crash --------------------------------------------------- */

/*
 * What a failed sync has dropped can still be read until the power goes, and no
 * later sync writes it: nothing may be built on a log as a process has left it
 * that did not end well.  It is written again, beside a copy that is whole.
 */
static int mend_log(struct cg_sqlite_journal *journal)
{
    char path[CG_JOURNAL_PATH_MAX + 8];
    if (journal->reader) {
        return 0;
    }
    (void)snprintf(path, sizeof(path), "%s-mend", journal->path);
    enum cg_db_result result = cg_log_mend(journal->db, path,
                                           journal->digester);
    if (result == CG_DB_DONE) {
        cg_db_fold_at_close(journal->db, true);
        return 0;
    }
    return cg_journal_fail(journal, cg_db_error(result),
                           "its log cannot be written again after a crash; see "
                           "to the disk, or make room on it, then start again");
}

/* The power went while the log was written again: the copy of it counts. */
static int restore_log(struct cg_sqlite_journal *journal)
{
    char path[CG_JOURNAL_PATH_MAX + 8];
    char log[CG_JOURNAL_PATH_MAX + 8];
    journal->digester = cg_digester_open();
    if (journal->digester == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory to open it");
    }
    (void)snprintf(path, sizeof(path), "%s-mend", journal->path);
    (void)snprintf(log, sizeof(log), "%s-wal", journal->path);
    enum cg_db_result result = cg_log_restore(journal->path, log, path,
                                              journal->digester);
    /* Who else has it open is told when it is opened. */
    if (result == CG_DB_DONE || result == CG_DB_BUSY) {
        return 0;
    }
    return cg_journal_fail(journal, cg_db_error(result),
                           "its log cannot be restored from its -mend; see to "
                           "the disk, then start again");
}

static int open_all(struct cg_sqlite_journal *journal)
{
    bool fresh = false;
    int error = restore_log(journal);
    if (error == 0) {
        error = open_file(journal);
    }
    if (error == 0) {
        error = identify(journal, &fresh);
    }
    if (error == 0) {
        error = cg_journal_open_spare(journal);
    }
    if (error == 0) {
        error = enforce_settings(journal);
    }
    if (error == 0) {
        error = mend_log(journal);
    }
    if (error == 0 && fresh && cg_journal_schema_create(journal) != 0) {
        error = fail_open(journal);
    }
    if (error == 0) {
        error = cg_journal_prepare_all(journal);
    }
    if (error == 0) {
        error = cg_journal_sessions_read(journal);
    }
    if (error == 0) {
        error = cg_journal_end_read(journal);
    }
    if (error == 0) {
        error = cg_journal_take_over(journal);
    }
    journal->opened = error == 0;
    return error;
}

static int open_journal(const char *path,
                        bool reader,
                        struct cg_journal *out,
                        char *error,
                        size_t error_len)
{
    size_t len = strlen(path);
    struct cg_sqlite_journal *journal = calloc(1, sizeof(*journal) + len + 1);
    if (journal == NULL || len > CG_JOURNAL_PATH_MAX) {
        free(journal);
        (void)snprintf(error, error_len, "journal %s: %s", path,
                       journal == NULL ? "no memory to open it"
                                       : "its path is too long; name a shorter "
                                         "one by Journal=");
        return journal == NULL ? CG_ERR_MEMORY : CG_ERR_MISUSE;
    }
    memcpy(journal->path, path, len + 1);
    journal->reader = reader;
    int result = open_all(journal);
    if (result != 0) {
        (void)snprintf(error, error_len, "%s", journal->error);
        journal_close(journal);
        return result;
    }
    *out = (struct cg_journal){
        .user = journal,
        .append = cg_journal_append,
        .commit = cg_journal_commit,
        .load = cg_journal_load,
        .snapshot = cg_journal_snapshot,
        .close = journal_close,
        .error = journal_error,
    };
    return 0;
}

int cg_journal_open_sqlite(const char *path,
                           struct cg_journal *journal,
                           char *error,
                           size_t error_len)
{
    return open_journal(path, false, journal, error, error_len);
}

int cg_journal_read_sqlite(const char *path,
                           struct cg_journal *journal,
                           char *error,
                           size_t error_len)
{
    return open_journal(path, true, journal, error, error_len);
}
