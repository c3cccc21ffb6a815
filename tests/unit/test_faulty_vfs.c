/*
 * The disk in memory loses what it says it loses, and nothing that was synced;
 * a database that does not sync is found out on it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_vfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEEDS = 200,
    DATABASE = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB,
    JOURNAL = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
              SQLITE_OPEN_MAIN_JOURNAL,
};

static sqlite3_file *
open_file(struct faulty_disk *disk, const char *name, int flags)
{
    sqlite3_vfs *vfs;
    sqlite3_file *file;

    faulty_disk_use(disk);
    vfs = sqlite3_vfs_find(NULL);
    file = calloc(1, (size_t)vfs->szOsFile);
    assert_non_null(file);
    assert_int_equal(vfs->xOpen(vfs, name, file, flags, NULL), SQLITE_OK);
    return file;
}

static void close_file(sqlite3_file *file)
{
    assert_int_equal(file->pMethods->xClose(file), SQLITE_OK);
    free(file);
}

static int put(sqlite3_file *file, sqlite3_int64 at, const char *text)
{
    return file->pMethods->xWrite(file, text, (int)strlen(text), at);
}

static int sync_file(sqlite3_file *file)
{
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

static bool is_there(struct faulty_disk *disk, const char *name)
{
    sqlite3_vfs *vfs;
    int there = 0;

    faulty_disk_use(disk);
    vfs = sqlite3_vfs_find(NULL);
    assert_int_equal(vfs->xAccess(vfs, name, SQLITE_ACCESS_READWRITE, &there),
                     SQLITE_OK);
    return there != 0;
}

/* The whole file as text, "-" when it is not there. */
static const char *content(struct faulty_disk *disk, const char *name)
{
    static char text[4096];
    sqlite3_file *file;
    sqlite3_int64 size = 0;

    if (!is_there(disk, name)) {
        (void)snprintf(text, sizeof(text), "-");
        return text;
    }
    file = open_file(disk, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB);
    assert_int_equal(file->pMethods->xFileSize(file, &size), SQLITE_OK);
    assert_in_range(size, 0, sizeof(text) - 1);
    assert_int_equal(file->pMethods->xRead(file, text, (int)size, 0),
                     SQLITE_OK);
    text[size] = '\0';
    close_file(file);
    return text;
}

/* What |name| holds when the power is cut now. */
static const char *
after_cut(struct faulty_disk *disk, const char *name, uint64_t seed)
{
    struct faulty_disk *after = faulty_disk_cut(disk, faulty_disk_now(disk),
                                                seed);
    const char *text = content(after, name);

    faulty_disk_close(after);
    faulty_disk_use(disk);
    return text;
}

/* A file with "synced." whose name is durable, too. */
static sqlite3_file *open_synced(struct faulty_disk *disk)
{
    sqlite3_file *file = open_file(disk, "a", JOURNAL);

    assert_int_equal(put(file, 0, "synced."), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    return file;
}

static void done(struct faulty_disk *disk, sqlite3_file *file)
{
    if (file != NULL) {
        close_file(file);
    }
    faulty_disk_close(disk);
    faulty_disk_use(NULL);
}

/* What was synced is there whatever the seed; what was not is lost by one. */
static void test_faulty_vfs_synced_kept_rest_lost(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_synced(disk);

    (void)state;
    assert_int_equal(put(file, 7, "unsynced"), SQLITE_OK);
    assert_string_equal(content(disk, "a"), "synced.unsynced");
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        assert_memory_equal(after_cut(disk, "a", seed), "synced.", 7);
    }
    assert_string_equal(after_cut(disk, "a", 0), "synced.");
    assert_string_equal(after_cut(disk, "a", 1), "synced.unsynced");
    done(disk, file);
}

/* Of two writes each may be there without the other, or in part. */
static void test_faulty_vfs_writes_reordered_and_torn(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_file(disk, "a", JOURNAL);
    bool seen[4] = {false};
    bool torn = false;

    (void)state;
    assert_int_equal(put(file, 0, "......"), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    assert_int_equal(put(file, 0, "abc"), SQLITE_OK);
    assert_int_equal(put(file, 3, "def"), SQLITE_OK);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *text = after_cut(disk, "a", seed);
        bool first = strstr(text, "abc") == text;
        bool second = strstr(text, "def") == text + 3;

        assert_int_equal(strlen(text), 6);
        seen[(first ? 1 : 0) + (second ? 2 : 0)] = true;
        torn |= text[0] == 'a' && !first;
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3] && torn);
    done(disk, file);
}

/* At the moments before the present one the same disk had less. */
static void test_faulty_vfs_cut_at_any_moment(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_synced(disk);
    size_t synced = faulty_disk_now(disk);
    struct faulty_disk *after;

    (void)state;
    assert_int_equal(put(file, 0, "SYNCED."), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    after = faulty_disk_cut(disk, synced, 1);
    assert_string_equal(content(after, "a"), "synced.");
    faulty_disk_close(after);
    after = faulty_disk_cut(disk, synced + 1, 1);
    assert_string_equal(content(after, "a"), "SYNCED.");
    faulty_disk_close(after);
    after = faulty_disk_cut(disk, synced + 1, 0);
    assert_string_equal(content(after, "a"), "synced.");
    faulty_disk_close(after);
    assert_string_equal(after_cut(disk, "a", 0), "SYNCED.");
    done(disk, file);
}

/* A file that was made or deleted is, durably, once its folder was synced. */
static void test_faulty_vfs_names_need_their_folder(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_file(disk, "a", DATABASE);
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    (void)state;
    assert_int_equal(put(file, 0, "a"), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    assert_string_equal(after_cut(disk, "a", 0), "-");
    assert_string_equal(after_cut(disk, "a", 1), "a");
    close_file(file);
    file = open_file(disk, "a-journal", JOURNAL);
    assert_int_equal(sync_file(file), SQLITE_OK);
    close_file(file);
    assert_string_equal(after_cut(disk, "a", 0), "a");
    assert_int_equal(vfs->xDelete(vfs, "a", 0), SQLITE_OK);
    assert_false(is_there(disk, "a"));
    assert_string_equal(after_cut(disk, "a", 0), "a");
    assert_string_equal(after_cut(disk, "a", 1), "-");
    assert_int_equal(vfs->xDelete(vfs, "a-journal", 1), SQLITE_OK);
    assert_string_equal(after_cut(disk, "a", 0), "-");
    done(disk, NULL);
}

/* A killed process's writes are read, and are lost when the power goes. */
static void test_faulty_vfs_killed_process_keeps_writes(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_synced(disk);
    struct faulty_disk *after;

    (void)state;
    assert_int_equal(file->pMethods->xTruncate(file, 3), SQLITE_OK);
    assert_int_equal(put(file, 3, "..."), SQLITE_OK);
    after = faulty_disk_kill(disk, faulty_disk_now(disk));
    assert_string_equal(content(after, "a"), "syn...");
    assert_string_equal(after_cut(after, "a", 0), "synced.");
    assert_string_equal(after_cut(after, "a", 1), "syn...");
    faulty_disk_close(after);
    done(disk, file);
}

/* Neither is a new size durable at once. */
static void test_faulty_vfs_size_needs_sync(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_synced(disk);

    (void)state;
    assert_int_equal(file->pMethods->xTruncate(file, 2), SQLITE_OK);
    assert_string_equal(content(disk, "a"), "sy");
    assert_string_equal(after_cut(disk, "a", 0), "synced.");
    assert_string_equal(after_cut(disk, "a", 1), "sy");
    assert_int_equal(sync_file(file), SQLITE_OK);
    assert_string_equal(after_cut(disk, "a", 0), "sy");
    done(disk, file);
}

/* What a failed sync dropped is not written by the next one, though it can be
 * read until the power is cut. */
static void test_faulty_vfs_failed_sync_not_made_good(void **state)
{
    static const struct faulty_fault fault = {.op = FAULTY_SYNC, .at = 1};
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_synced(disk);

    (void)state;
    assert_int_equal(put(file, 7, "more"), SQLITE_OK);
    faulty_disk_fail(disk, &fault);
    assert_int_equal(sync_file(file), SQLITE_IOERR_FSYNC);
    assert_true(faulty_disk_has_failed(disk));
    assert_int_equal(sync_file(file), SQLITE_OK);
    assert_string_equal(content(disk, "a"), "synced.more");
    assert_string_equal(after_cut(disk, "a", 0), "synced.");
    done(disk, file);
}

/* The n-th write fails, once or from then on, whole or after half of it. */
static void test_faulty_vfs_nth_write_fails(void **state)
{
    struct faulty_fault fault = {.op = FAULTY_WRITE, .at = 2, .partly = true};
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_file(disk, "a", DATABASE);
    sqlite3_file *other = open_file(disk, "a-spare", DATABASE);

    (void)state;
    faulty_disk_fail(disk, &fault);
    assert_int_equal(put(file, 0, "abcd"), SQLITE_OK);
    assert_int_equal(put(file, 4, "efgh"), SQLITE_IOERR_WRITE);
    assert_string_equal(content(disk, "a"), "abcdef");
    assert_int_equal(put(file, 4, "efgh"), SQLITE_OK);
    fault = (struct faulty_fault){
        .op = FAULTY_ANY, .at = 1, .lasts = true, .except = "-spare"};
    faulty_disk_fail(disk, &fault);
    assert_int_equal(put(file, 0, "ABCD"), SQLITE_IOERR_WRITE);
    assert_int_equal(sync_file(file), SQLITE_IOERR_FSYNC);
    assert_int_equal(file->pMethods->xTruncate(file, 0), SQLITE_IOERR_TRUNCATE);
    assert_int_equal(put(other, 0, "x"), SQLITE_OK);
    faulty_disk_fail(disk, NULL);
    assert_string_equal(content(disk, "a"), "abcdefgh");
    close_file(other);
    done(disk, file);
}

/* A full disk takes what fits, takes writes in place, and more when something
 * was freed. */
static void test_faulty_vfs_full_disk(void **state)
{
    struct faulty_disk *disk = faulty_disk_open();
    sqlite3_file *file = open_file(disk, "a", DATABASE);
    sqlite3_file *other = open_file(disk, "b", DATABASE);

    (void)state;
    faulty_disk_limit(disk, 10);
    assert_int_equal(put(file, 0, "12345678"), SQLITE_OK);
    assert_int_equal(put(other, 0, "abcd"), SQLITE_FULL);
    assert_string_equal(content(disk, "b"), "ab");
    assert_int_equal(put(file, 0, "87654321"), SQLITE_OK);
    assert_int_equal(file->pMethods->xTruncate(file, 4), SQLITE_OK);
    assert_int_equal(put(other, 0, "abcd"), SQLITE_OK);
    assert_int_equal(faulty_disk_size(disk), 8);
    close_file(other);
    done(disk, file);
}

/* --- SQLite on it -------------------------------------------------------- */

static void run(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return value;
}

enum { ROWS = 12 };

/* When each row's commit had returned. */
struct told {
    size_t at[ROWS];
};

static void
fill(struct faulty_disk *disk, const char *pragmas, struct told *told)
{
    sqlite3 *db = NULL;

    faulty_disk_use(disk);
    assert_int_equal(sqlite3_open("db", &db), SQLITE_OK);
    run(db, pragmas);
    run(db, "CREATE TABLE t (no INTEGER PRIMARY KEY, text TEXT)");
    for (int i = 0; i < ROWS; i++) {
        run(db, "INSERT INTO t VALUES (NULL, hex(zeroblob(3000)))");
        told->at[i] = faulty_disk_now(disk);
    }
    (void)sqlite3_close(db);
}

/* Rows at a moment; -1 when the database cannot be read. */
static int64_t
rows_after(const struct faulty_disk *disk, size_t at, uint64_t seed)
{
    struct faulty_disk *after = faulty_disk_cut(disk, at, seed);
    sqlite3 *db = NULL;
    int64_t rows = -1;

    faulty_disk_use(after);
    if (sqlite3_open("db", &db) == SQLITE_OK) {
        run(db, "PRAGMA locking_mode=EXCLUSIVE");
        rows = number(db, "SELECT 1 FROM pragma_integrity_check"
                          " WHERE integrity_check <> 'ok'") == -1
                   ? number(db, "SELECT count(*) FROM t")
                   : -1;
    }
    (void)sqlite3_close(db);
    faulty_disk_close(after);
    return rows;
}

/* How often rows were missing whose commit had returned. */
static int lost(const char *pragmas)
{
    struct faulty_disk *disk = faulty_disk_open();
    struct told told;
    int count = 0;

    fill(disk, pragmas, &told);
    for (size_t at = told.at[0]; at <= faulty_disk_now(disk); at++) {
        int64_t least = 0;

        while (least < ROWS && told.at[least] <= at) {
            least++;
        }
        for (uint64_t seed = at * 10; seed < at * 10 + 10; seed++) {
            int64_t rows = rows_after(disk, at, seed);

            count += rows < least || rows > least + 1;
        }
    }
    faulty_disk_close(disk);
    faulty_disk_use(NULL);
    return count;
}

/* With full synchronisation nothing is lost; with less it is.  A journal that
 * rolls back needs its deletion synced, too, which FULL does not do. */
static void test_faulty_vfs_finds_who_does_not_sync(void **state)
{
    (void)state;
    assert_int_equal(lost("PRAGMA locking_mode=EXCLUSIVE;"
                          "PRAGMA journal_mode=WAL;"
                          "PRAGMA synchronous=FULL"),
                     0);
    assert_int_equal(lost("PRAGMA synchronous=EXTRA"), 0);
    assert_true(lost("PRAGMA synchronous=FULL") > 0);
    assert_true(lost("PRAGMA locking_mode=EXCLUSIVE;"
                     "PRAGMA journal_mode=WAL;"
                     "PRAGMA synchronous=NORMAL") > 0);
    assert_true(lost("PRAGMA locking_mode=EXCLUSIVE;"
                     "PRAGMA journal_mode=WAL;"
                     "PRAGMA synchronous=OFF") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faulty_vfs_synced_kept_rest_lost),
        cmocka_unit_test(test_faulty_vfs_writes_reordered_and_torn),
        cmocka_unit_test(test_faulty_vfs_cut_at_any_moment),
        cmocka_unit_test(test_faulty_vfs_names_need_their_folder),
        cmocka_unit_test(test_faulty_vfs_killed_process_keeps_writes),
        cmocka_unit_test(test_faulty_vfs_size_needs_sync),
        cmocka_unit_test(test_faulty_vfs_failed_sync_not_made_good),
        cmocka_unit_test(test_faulty_vfs_nth_write_fails),
        cmocka_unit_test(test_faulty_vfs_full_disk),
        cmocka_unit_test(test_faulty_vfs_finds_who_does_not_sync),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
