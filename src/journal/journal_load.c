/*
 * Reading the facts back, from archives and from the journal, each held against
 * the chain.
 *
 * Must never hand out a fact that is not the one that was written.  Serves R23,
 * R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include "fact_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void cg_journal_chain(struct cg_digester *digester,
                      const struct cg_digest_bytes *before,
                      const uint8_t *bytes,
                      size_t len,
                      struct cg_digest_bytes *after)
{
    cg_digester_begin(digester);
    cg_digester_add(digester, before->bytes, CG_DIGEST_BYTES);
    cg_digester_add(digester, bytes, len);
    cg_digester_end(digester, after);
}

static bool read_chain(struct sqlite3_stmt *statement,
                       int index,
                       struct cg_digest_bytes *chain)
{
    const void *bytes;
    size_t len;
    cg_db_blob(statement, index, &bytes, &len);
    if (len != CG_DIGEST_BYTES) {
        return false;
    }
    memcpy(chain->bytes, bytes, CG_DIGEST_BYTES);
    return true;
}

/* --- the end of the chain ------------------------------------------------ */

int cg_journal_end_read(struct cg_sqlite_journal *journal)
{
    struct sqlite3_stmt *statement = NULL;
    bool good = false;
    enum cg_db_result result = cg_db_prepare(
        journal->db, "SELECT no,digest,snapshot,spare FROM chain", &statement);
    if (result == CG_DB_DONE) {
        result = cg_db_step(statement);
    }
    if (result == CG_DB_ROW) {
        journal->end.no = (cg_seq)cg_db_int(statement, 0);
        journal->end.snapshot = (cg_seq)cg_db_int(statement, 2);
        journal->end.spare = cg_db_int(statement, 3);
        good = read_chain(statement, 1, &journal->end.chain);
        journal->durable = journal->end;
    }
    cg_db_finalize(statement);
    if (good) {
        return 0;
    }
    return result == CG_DB_ROW || result == CG_DB_DONE
               ? cg_journal_fail(journal, CG_ERR_CORRUPT,
                                 "the end of its chain is missing; restore the "
                                 "file from a copy")
               : cg_journal_fail_db(journal, "reading the chain");
}

void cg_journal_chain_head(void *user, cg_seq *count, char hex[65])
{
    const struct cg_sqlite_journal *journal = user;
    /* A reader commits nothing, and yet sees what the spare has. */
    const struct cg_journal_end *end = journal->reader ? &journal->end
                                                       : &journal->durable;
    *count = end->no;
    cg_digest_hex(&end->chain, hex);
}

int cg_journal_chain_at(struct cg_sqlite_journal *journal,
                        cg_seq no,
                        struct cg_digest_bytes *chain)
{
    struct sqlite3_stmt *statement = NULL;
    bool found = no == 0;
    memset(chain, 0, sizeof(*chain));
    enum cg_db_result result = cg_db_prepare(
        journal->db,
        "SELECT chain FROM fact WHERE no=?1 UNION ALL"
        " SELECT chain FROM archive WHERE last=?1",
        &statement);
    if (result == CG_DB_DONE && cg_db_bind_int(statement, 1, (int64_t)no)) {
        result = cg_db_step(statement);
        found |= result == CG_DB_ROW && read_chain(statement, 0, chain);
    }
    cg_db_finalize(statement);
    if (result != CG_DB_ROW && result != CG_DB_DONE) {
        return cg_journal_fail_db(journal, "reading the chain");
    }
    return found ? 0
                 : cg_journal_fail(journal, CG_ERR_CORRUPT,
                                   "fact %" PRIu64 " is missing; restore the "
                                   "file from a copy",
                                   no);
}

/* --- facts -------------------------------------------------------------- */

struct loading {
    struct cg_sqlite_journal *journal;
    const char *file; /* the archive, or NULL */
    struct sqlite3_stmt *statement;
    cg_seq no; /* the last one that was handed out */
    struct cg_digest_bytes chain;
    uint8_t *bytes;
    size_t room;
    int (*each)(void *context, const struct cg_fact *fact);
    void *context;
};

__attribute__((format(printf, 2, 3))) static int
corrupt(struct loading *loading, const char *format, ...)
{
    char words[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    return cg_journal_fail(loading->journal, CG_ERR_CORRUPT,
                           "%s%s%s; restore the file from a copy", words,
                           loading->file != NULL ? " in " : "",
                           loading->file != NULL ? loading->file : "");
}

static bool make_room(struct loading *loading, size_t len)
{
    if (len <= loading->room) {
        return true;
    }
    uint8_t *more = realloc(loading->bytes, 2 * len);
    if (more == NULL) {
        return false;
    }
    loading->bytes = more;
    loading->room = 2 * len;
    return true;
}

/* Extends the chain by a fact, and compares. */
static int check_chain(struct loading *loading, const struct cg_fact *fact)
{
    struct cg_digest_bytes stored;
    size_t len = cg_fact_bytes_len(fact);
    if (!make_room(loading, len)) {
        return cg_journal_fail(loading->journal, CG_ERR_MEMORY,
                               "no memory for a fact");
    }
    cg_fact_to_bytes(fact, loading->bytes);
    cg_journal_chain(loading->journal->digester, &loading->chain,
                     loading->bytes, len, &loading->chain);
    if (!read_chain(loading->statement, cg_fact_columns(), &stored) ||
        !cg_digest_equal(&stored, &loading->chain)) {
        return corrupt(loading,
                       "fact %" PRIu64 " is not as it was written, or one "
                       "before it",
                       fact->no);
    }
    return 0;
}

static int load_row(struct loading *loading)
{
    struct cg_fact fact;
    if (!cg_fact_read(loading->statement, &fact)) {
        return corrupt(loading, "fact %" PRIu64 " cannot be understood",
                       loading->no + 1);
    }
    if (fact.no != loading->no + 1) {
        return corrupt(loading,
                       "fact %" PRIu64 " is missing, %" PRIu64 " is there",
                       loading->no + 1, fact.no);
    }
    int error = check_chain(loading, &fact);
    if (error != 0) {
        return error;
    }
    loading->no = fact.no;
    return loading->each(loading->context, &fact);
}

/* Reads on from |loading->no| in |db|. */
static int load_rows(struct loading *loading, struct sqlite3 *db)
{
    char sql[1024] = "SELECT ";
    size_t at = strlen(sql);
    int error = 0;
    enum cg_db_result result;
    at += cg_fact_names_sql(sql + at, sizeof(sql) - at, false);
    (void)snprintf(sql + at, sizeof(sql) - at,
                   ",chain FROM fact WHERE no > %" PRIu64 " ORDER BY no",
                   loading->no);
    result = cg_db_prepare(db, sql, &loading->statement);
    if (result == CG_DB_DONE) {
        while (error == 0 &&
               (result = cg_db_step(loading->statement)) == CG_DB_ROW) {
            error = load_row(loading);
        }
    }
    if (error == 0 && result != CG_DB_DONE) {
        error = cg_journal_fail(loading->journal, cg_db_error(result),
                                "reading the facts%s%s failed: %s; restore the "
                                "file from a copy",
                                loading->file != NULL ? " of " : "",
                                loading->file != NULL ? loading->file : "",
                                cg_db_message(db));
    }
    cg_db_finalize(loading->statement);
    loading->statement = NULL;
    return error;
}

/* --- archives ------------------------------------------------------------ */

struct archive_row {
    cg_seq first;
    cg_seq last;
    struct cg_digest_bytes chain;
    char file[CG_JOURNAL_PATH_MAX];
};

/* The oldest archive with facts after |no|; |*found| false without one. */
static int archive_find(struct cg_sqlite_journal *journal,
                        cg_seq no,
                        struct archive_row *row,
                        bool *found)
{
    struct sqlite3_stmt *statement = NULL;
    const char *file;
    size_t len;
    *found = false;
    enum cg_db_result result = cg_db_prepare(
        journal->db,
        "SELECT first,last,chain,file FROM archive WHERE last > ?"
        " ORDER BY first",
        &statement);
    if (result == CG_DB_DONE && cg_db_bind_int(statement, 1, (int64_t)no)) {
        result = cg_db_step(statement);
    }
    if (result == CG_DB_ROW) {
        row->first = (cg_seq)cg_db_int(statement, 0);
        row->last = (cg_seq)cg_db_int(statement, 1);
        *found = read_chain(statement, 2, &row->chain);
        cg_db_text(statement, 3, &file, &len);
        (void)snprintf(row->file, sizeof(row->file), "%s", file);
    }
    cg_db_finalize(statement);
    return result == CG_DB_ROW || result == CG_DB_DONE
               ? 0
               : cg_journal_fail_db(journal, "reading the list of archives");
}

/* The path of a file beside the journal. */
static void beside(const struct cg_sqlite_journal *journal,
                   const char *file,
                   char *path,
                   size_t len)
{
    const char *slash = strrchr(journal->path, '/');
    int folder = slash != NULL ? (int)(slash - journal->path) + 1 : 0;
    (void)snprintf(path, len, "%.*s%s", folder, journal->path, file);
}

static int load_archive(struct loading *loading, const struct archive_row *row)
{
    struct cg_sqlite_journal *journal = loading->journal;
    struct sqlite3 *db = NULL;
    int64_t application = 0;
    char path[2 * CG_JOURNAL_PATH_MAX];
    beside(journal, row->file, path, sizeof(path));
    enum cg_db_result result = cg_db_open(path, false, &db);
    if (result == CG_DB_DONE) {
        result = cg_db_query(db, "PRAGMA application_id", &application, NULL,
                             0);
    }
    int error = 0;
    if (result != CG_DB_DONE || application != CG_ARCHIVE_APPLICATION) {
        error = cg_journal_fail(journal, CG_ERR_IO,
                                "its facts %" PRIu64 " to %" PRIu64 " are in "
                                "the archive %.500s, which cannot be read; put "
                                "it back beside the journal",
                                row->first, row->last, path);
    }
    loading->file = path;
    error = error != 0 ? error : load_rows(loading, db);
    if (error == 0 && (loading->no != row->last ||
                       !cg_digest_equal(&loading->chain, &row->chain))) {
        error = corrupt(loading, "the facts do not end with fact %" PRIu64,
                        row->last);
    }
    loading->file = NULL;
    cg_db_close(db);
    return error;
}

static int load_all(struct loading *loading)
{
    struct cg_sqlite_journal *journal = loading->journal;
    struct archive_row row;
    bool found = true;
    int error = cg_journal_chain_at(journal, loading->no, &loading->chain);
    while (error == 0 && found) {
        error = archive_find(journal, loading->no, &row, &found);
        if (error == 0 && found) {
            error = load_archive(loading, &row);
        }
    }
    error = error != 0 ? error : load_rows(loading, journal->db);
    if (error == 0 &&
        (loading->no != journal->end.no ||
         !cg_digest_equal(&loading->chain, &journal->end.chain))) {
        error = corrupt(loading,
                        "its facts end with %" PRIu64 ", and %" PRIu64
                        " were written",
                        loading->no, journal->end.no);
    }
    return error;
}

int cg_journal_load(void *user,
                    cg_seq after,
                    int (*each)(void *context, const struct cg_fact *fact),
                    void *context)
{
    struct cg_sqlite_journal *journal = user;
    struct loading loading = {
        .journal = journal,
        .no = after,
        .each = each,
        .context = context,
    };
    if (journal->failed != 0) {
        return journal->failed;
    }
    int error = load_all(&loading);
    free(loading.bytes);
    return error;
}

/* --- snapshots ------------------------------------------------------------ */

/* One that was damaged is none: the facts say the same. */
int cg_journal_snapshot(void *user, struct cg_snapshot_mark *mark)
{
    struct cg_sqlite_journal *journal = user;
    struct sqlite3_stmt *statement = NULL;
    const char *digest = "";
    size_t len = 0;
    *mark = (struct cg_snapshot_mark){.no = 0};
    if (journal->failed != 0 || journal->end.snapshot == 0) {
        return journal->failed;
    }
    enum cg_db_result result = cg_db_prepare(
        journal->db,
        "SELECT number,text FROM fact WHERE no=? AND kind='snapshot taken'",
        &statement);
    if (result == CG_DB_DONE &&
        cg_db_bind_int(statement, 1, (int64_t)journal->end.snapshot)) {
        result = cg_db_step(statement);
    }
    if (result == CG_DB_ROW) {
        mark->no = (cg_seq)cg_db_int(statement, 0);
        cg_db_text(statement, 1, &digest, &len);
        (void)snprintf(mark->digest, sizeof(mark->digest), "%s", digest);
    }
    cg_db_finalize(statement);
    if (result != CG_DB_ROW && result != CG_DB_DONE) {
        return cg_journal_fail_db(journal, "looking for a snapshot");
    }
    return 0;
}
