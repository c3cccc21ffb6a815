/*
 * The journal on real files: what is committed is there after any crash, what
 * is not is not (R23, R45), and no foreign file is ever changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <creditgate/journal.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION "FIX.4.4:GATE->CLIENT"
#define STOP_READING 4711
#define NOW ((int64_t)1768471200000000000)

/* A new member of struct cg_fact needs a column, and its line in fact_full()
 * and expect_fact() here, before this number may change. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct cg_fact) == 184, "column");

/* A folder of its own for every test. */
struct place {
    char folder[64];
    char path[128];
};

static int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof(place->folder),
                   "%s/creditgate-journal-XXXXXX", folder_quick());
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof(place->path), "%s/gate.journal",
                   place->folder);
    *state = place;
    return 0;
}

static int place_teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal",
                                           "-spare"};
    struct place *place = *state;
    char path[160];

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", place->path, suffixes[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

static struct cg_journal open_good(const char *path)
{
    struct cg_journal journal;
    char error[512] = "";

    if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    return journal;
}

/* Opening must fail with |code|, and the sentence must hold |words|. */
static void expect_not_opened(const char *path, int code, const char *words)
{
    struct cg_journal journal;
    char error[512] = "";
    int result = cg_journal_open_sqlite(path, &journal, error, sizeof(error));

    assert_int_equal(result, code);
    if (strstr(error, words) == NULL || strstr(error, path) == NULL) {
        fail_msg("'%s' does not say '%s'", error, words);
    }
}

/* A fact with nothing in it but its number and kind. */
static struct cg_fact fact_bare(cg_seq no, enum cg_fact_kind kind)
{
    return (struct cg_fact){
        .kind = kind,
        .no = no,
        .cause_session = CG_SESSION_NONE,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
        .id = "",
        .text = "",
    };
}

/* A fact with every member filled by another value, 0 among the slots. */
static struct cg_fact fact_full(cg_seq no, enum cg_fact_kind kind)
{
    static const char id[] = "ID\0with\x01\xff";
    uint32_t base = (uint32_t)no * 100;

    return (struct cg_fact){
        .kind = kind,
        .no = no,
        .time = (cg_time)1768471200000000000 + (cg_time)no,
        .cause_session = 0,
        .cause_seq = UINT64_MAX - no,
        .session = (cg_session)(0xfffe - no),
        .order = 0,
        .request = base + 1,
        .token = base + 2,
        .ask = base + 3,
        .limit = base + 4,
        .account = base + 5,
        .instrument = CG_NONE - 1,
        .value = UINT32_MAX - base,
        .flags = UINT32_MAX,
        .reason = UINT16_MAX,
        .side = (char)('1' + no % 2),
        .time_in_force = (char)-1,
        .number = UINT64_MAX,
        .qty = INT64_MAX,
        .amount = INT64_MIN,
        .other = -(cg_dv01)no,
        .rate = 9040000 + (cg_dv01)no,
        .until = CG_TIME_NEVER,
        .hash = UINT64_MAX / 3,
        .terms_hash = UINT64_C(1) << 63,
        .id = id,
        .id_len = sizeof(id) - 1,
        .text = "Grüße; '\"",
        .text_len = strlen("Grüße; '\""),
    };
}

static bool text_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static void expect_fact(const struct cg_fact *got, const struct cg_fact *want)
{
    struct cg_fact a;
    struct cg_fact b;

    assert_true(text_equal(got->id, got->id_len, want->id, want->id_len));
    assert_true(
        text_equal(got->text, got->text_len, want->text, want->text_len));
    /* Member by member through one comparison: padding made equal first. */
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
#define COPY(member) (a.member = got->member, b.member = want->member)
    COPY(kind), COPY(no), COPY(time), COPY(cause_session), COPY(cause_seq);
    COPY(session), COPY(order), COPY(request), COPY(token), COPY(ask);
    COPY(limit), COPY(account), COPY(instrument), COPY(value), COPY(flags);
    COPY(reason), COPY(side), COPY(time_in_force), COPY(number), COPY(qty);
    COPY(amount), COPY(other), COPY(rate), COPY(until), COPY(id_len);
    COPY(text_len), COPY(hash), COPY(terms_hash);
#undef COPY
    assert_memory_equal(&a, &b, sizeof(a));
}

/* Counts what is loaded, and compares it with what |make| wrote. */
struct reader {
    struct cg_fact (*make)(cg_seq no, enum cg_fact_kind kind);
    uint64_t count;
    uint64_t stop_after;
};

static enum cg_fact_kind kind_of(cg_seq no)
{
    return (enum cg_fact_kind)((no - 1) % CG_FACT_KIND_COUNT);
}

static int read_one(void *context, const struct cg_fact *fact)
{
    struct reader *reader = context;
    struct cg_fact want;

    reader->count++;
    want = reader->make(reader->count, kind_of(reader->count));
    expect_fact(fact, &want);
    return reader->count == reader->stop_after ? STOP_READING : 0;
}

static uint64_t facts_like(const char *path,
                           struct cg_fact (*make)(cg_seq, enum cg_fact_kind))
{
    struct cg_journal journal = open_good(path);
    struct reader reader = {make, 0, 0};

    assert_int_equal(journal.load(journal.user, 0, read_one, &reader), 0);
    journal.close(journal.user);
    return reader.count;
}

static uint64_t facts_in(const char *path)
{
    return facts_like(path, fact_bare);
}

static int append_range(struct cg_journal *journal,
                        cg_seq first,
                        cg_seq last,
                        struct cg_fact (*make)(cg_seq, enum cg_fact_kind))
{
    int error = 0;

    for (cg_seq no = first; no <= last && error == 0; no++) {
        struct cg_fact fact = make(no, kind_of(no));

        error = journal->append(journal->user, &fact);
    }
    return error;
}

/* Runs one statement on a file from outside the journal. */
static void outside(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t outside_number(const char *path, const char *sql)
{
    sqlite3_stmt *statement;
    sqlite3 *db;
    int64_t value;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static size_t file_read(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        return 0;
    }
    len = fread(bytes, 1, size, file);
    (void)fclose(file);
    return len;
}

/* Every kind has a name of its own, and there is none beyond the last. */
static void test_fact_names_distinct(void **state)
{
    (void)state;
    for (int i = 0; i < CG_FACT_KIND_COUNT; i++) {
        const char *name = cg_fact_kind_name((enum cg_fact_kind)i);

        assert_non_null(name);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(name,
                                    cg_fact_kind_name((enum cg_fact_kind)j));
        }
    }
    assert_null(cg_fact_kind_name(CG_FACT_KIND_COUNT));
    assert_string_equal(cg_fact_kind_name(CG_FACT_NOTED), "noted");
}

/* Every member of every kind comes back as it went in, empty and full. */
static void test_journal_round_trip_exact(void **state)
{
    struct place *place = *state;
    struct reader full = {fact_full, 0, 0};
    struct reader bare = {fact_bare, 0, 0};
    struct cg_journal journal = open_good(place->path);

    assert_int_equal(append_range(&journal, 1, CG_FACT_KIND_COUNT, fact_full),
                     0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);

    journal = open_good(place->path);
    assert_int_equal(journal.load(journal.user, 0, read_one, &full), 0);
    assert_int_equal(full.count, CG_FACT_KIND_COUNT);
    journal.close(journal.user);
    assert_int_equal(unlink(place->path), 0);

    journal = open_good(place->path);
    assert_int_equal(append_range(&journal, 1, CG_FACT_KIND_COUNT, fact_bare),
                     0);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(journal.load(journal.user, 0, read_one, &bare), 0);
    assert_int_equal(bare.count, CG_FACT_KIND_COUNT);
    journal.close(journal.user);
}

/* A person reads the same in the sqlite3 shell: names, and NULL for unused. */
static void test_journal_rows_readable(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    struct cg_fact fact = fact_bare(1, CG_FACT_ORDER_TAKEN);

    fact.amount = 452000000;
    fact.time = (cg_time)1768471200123456789;
    assert_int_equal(journal.append(journal.user, &fact), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);

    assert_int_equal(
        outside_number(place->path,
                       "SELECT count(*) FROM fact WHERE kind='order taken' AND"
                       " session IS NULL AND token_slot IS NULL AND"
                       " id IS NULL AND side IS NULL AND qty IS NULL"),
        1);
    assert_int_equal(
        outside_number(place->path,
                       "SELECT count(*) FROM timeline WHERE amount=45200.0 AND"
                       " utc='2026-01-15 10:00:00.123456'"),
        1);
}

/* Loading ends with the reader's own result, and can begin again. */
static void test_journal_load_stops_and_restarts(void **state)
{
    struct place *place = *state;
    struct reader stopped = {fact_bare, 0, 3};
    struct reader whole = {fact_bare, 0, 0};
    struct cg_journal journal = open_good(place->path);

    assert_int_equal(append_range(&journal, 1, 5, fact_bare), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(journal.load(journal.user, 0, read_one, &stopped),
                     STOP_READING);
    assert_int_equal(stopped.count, 3);
    assert_int_equal(journal.load(journal.user, 0, read_one, &whole), 0);
    assert_int_equal(whole.count, 5);
    journal.close(journal.user);
}

/* A closed journal forgets what was staged, and keeps what was committed. */
static void test_journal_close_drops_staged(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(append_range(&journal, 1, 2, fact_bare), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(append_range(&journal, 3, 9, fact_bare), 0);
    journal.close(journal.user);
    assert_int_equal(facts_in(place->path), 2);
}

/* A child stages and commits, tells, and waits to be killed. */
static void
child_writes(const char *path, cg_seq committed, cg_seq staged, int tell)
{
    struct cg_journal journal;
    char error[512];

    if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0 ||
        append_range(&journal, 1, committed, fact_bare) != 0 ||
        journal.commit(journal.user) != 0 ||
        append_range(&journal, committed + 1, committed + staged, fact_bare) !=
            0 ||
        write(tell, "k", 1) != 1) {
        _exit(1);
    }
    for (;;) {
        (void)pause();
    }
}

static void kill_writer(const char *path, cg_seq committed, cg_seq staged)
{
    int ends[2];
    char byte;
    int status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        child_writes(path, committed, staged, ends[1]);
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

/* kill -9 between the appends and the commit: nothing of the turn is there. */
static void test_journal_killed_before_commit_nothing(void **state)
{
    struct place *place = *state;

    kill_writer(place->path, 0, 500);
    assert_int_equal(facts_in(place->path), 0);
}

/* kill -9 after a commit, in the next turn: all of the first, none of the
 * second, even when the second had grown past SQLite's cache into the log. */
static void test_journal_killed_after_commit_all(void **state)
{
    struct place *place = *state;

    kill_writer(place->path, 300, 100000);
    assert_int_equal(facts_in(place->path), 300);
}

/* A second gate on one file is refused, in this process and in another. */
static void test_journal_second_opener_refused(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    int status;
    pid_t child;

    expect_not_opened(place->path, CG_ERR_MISUSE, "another process has it");
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cg_journal second;
        char error[512];
        int result = cg_journal_open_sqlite(place->path, &second, error,
                                            sizeof(error));

        _exit(result == CG_ERR_MISUSE ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);

    assert_int_equal(append_range(&journal, 1, 1, fact_bare), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    expect_not_opened(place->path, CG_ERR_MISUSE, "another process has it");
    journal.close(journal.user);
    assert_int_equal(facts_in(place->path), 1);
}

/* Bytes of a refused file, before and after. */
static void expect_untouched(const char *path, int code, const char *words)
{
    static char before[65536];
    static char after[65536];
    size_t len = file_read(path, before, sizeof(before));

    assert_true(len > 0);
    expect_not_opened(path, code, words);
    assert_int_equal(file_read(path, after, sizeof(after)), len);
    assert_memory_equal(before, after, len);
}

static void test_journal_no_database_refused_untouched(void **state)
{
    struct place *place = *state;
    FILE *file = fopen(place->path, "w");

    assert_non_null(file);
    for (int i = 0; i < 300; i++) {
        (void)fprintf(file, "line %d of somebody's notes\n", i);
    }
    (void)fclose(file);
    expect_untouched(place->path, CG_ERR_MISUSE, "not a journal");
}

static void test_journal_other_database_refused_untouched(void **state)
{
    struct place *place = *state;

    outside(place->path, "CREATE TABLE theirs (x); INSERT INTO theirs "
                         "VALUES (1)");
    expect_untouched(place->path, CG_ERR_MISUSE, "another program's");
}

/* A version this program does not know, whatever it may mean. */
static void test_journal_other_version_refused_untouched(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    journal.close(journal.user);
    outside(place->path, "PRAGMA user_version=99");
    expect_untouched(place->path, CG_ERR_MISUSE, "version 99");
}

/* A log left behind in a file of another version stays as it is, too. */
static void test_journal_other_version_log_untouched(void **state)
{
    static char before[65536];
    static char after[65536];
    struct place *place = *state;
    char wal[160];
    size_t len;
    struct cg_journal journal = open_good(place->path);

    journal.close(journal.user);
    outside(place->path, "PRAGMA user_version=99");
    if (fork() == 0) {
        sqlite3 *db;

        if (sqlite3_open(place->path, &db) == SQLITE_OK &&
            sqlite3_exec(db, "CREATE TABLE x (y)", NULL, NULL, NULL) ==
                SQLITE_OK) {
            (void)kill(getpid(), SIGKILL);
        }
        _exit(1);
    }
    int status;
    assert_true(wait(&status) > 0);
    assert_true(WIFSIGNALED(status));
    (void)snprintf(wal, sizeof(wal), "%s-wal", place->path);
    len = file_read(wal, before, sizeof(before));
    assert_true(len > 0);
    expect_untouched(place->path, CG_ERR_MISUSE, "version 99");
    assert_int_equal(file_read(wal, after, sizeof(after)), len);
    assert_memory_equal(before, after, len);
}

static void test_journal_missing_folder_refused(void **state)
{
    (void)state;
    expect_not_opened("/nonexistent/folder/gate.journal", CG_ERR_IO,
                      "cannot be opened for writing");
}

/* Opens as a user without rights; the superuser may write anywhere. */
static int open_unprivileged(const char *path, const char *words)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct cg_journal journal;
        char error[512] = "";
        int result;

        if (geteuid() == 0 && setuid(65534) != 0) {
            _exit(2);
        }
        result = cg_journal_open_sqlite(path, &journal, error, sizeof(error));
        _exit(result == CG_ERR_IO && strstr(error, words) != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_journal_readonly_folder_refused(void **state)
{
    struct place *place = *state;

    assert_int_equal(chmod(place->folder, 0555), 0);
    assert_int_equal(
        open_unprivileged(place->path, "cannot be opened for writing"), 0);
    assert_int_equal(chmod(place->folder, 0755), 0);
}

static void test_journal_readonly_file_refused(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    journal.close(journal.user);
    assert_int_equal(chmod(place->folder, 0777), 0);
    assert_int_equal(chmod(place->path, 0444), 0);
    assert_int_equal(open_unprivileged(place->path, "may only be read"), 0);
}

/* A gap in the numbers, a kind or a value nobody wrote: corruption, named. */
static void expect_corrupt(const char *path, const char *sql, const char *words)
{
    struct reader reader = {fact_bare, 0, 0};
    struct cg_journal journal = open_good(path);

    assert_int_equal(append_range(&journal, 1, 5, fact_bare), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
    outside(path, sql);
    journal = open_good(path);
    assert_int_equal(journal.load(journal.user, 0, read_one, &reader),
                     CG_ERR_CORRUPT);
    assert_int_equal(reader.count, 2);
    assert_non_null(strstr(journal.error(journal.user), words));
    assert_int_equal(journal.commit(journal.user), CG_ERR_CORRUPT);
    journal.close(journal.user);
}

static void test_journal_gap_corrupt(void **state)
{
    struct place *place = *state;

    expect_corrupt(place->path, "DELETE FROM fact WHERE no=3",
                   "fact 3 is missing, 4 is there");
}

static void test_journal_unknown_kind_corrupt(void **state)
{
    struct place *place = *state;

    expect_corrupt(place->path, "UPDATE fact SET kind='order eaten' WHERE no=3",
                   "fact 3 cannot be understood");
}

static void test_journal_value_out_of_range_corrupt(void **state)
{
    struct place *place = *state;

    expect_corrupt(place->path, "UPDATE fact SET order_slot=-1 WHERE no=3",
                   "fact 3 cannot be understood");
}

/* Facts out of order are the caller's mistake, and the end. */
static void test_journal_append_out_of_order_misuse(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    struct cg_fact third = fact_bare(3, CG_FACT_NOTED);
    struct cg_fact second = fact_bare(2, CG_FACT_NOTED);

    assert_int_equal(append_range(&journal, 1, 1, fact_bare), 0);
    assert_int_equal(journal.append(journal.user, &third), CG_ERR_MISUSE);
    assert_int_equal(journal.append(journal.user, &second), CG_ERR_MISUSE);
    assert_int_equal(journal.commit(journal.user), CG_ERR_MISUSE);
    assert_non_null(strstr(journal.error(journal.user), "cannot follow"));
    journal.close(journal.user);
    assert_int_equal(facts_in(place->path), 0);
}

/* Messages found, as one line of text. */
struct found {
    char text[512];
    size_t len;
};

static void take_message(void *context,
                         int seq,
                         const char *bytes,
                         size_t len,
                         size_t body_at,
                         size_t body_len)
{
    struct found *found = context;

    found->len += (size_t)snprintf(
        found->text + found->len, sizeof(found->text) - found->len,
        "%d:%.*s:%zu+%zu ", seq, (int)len, bytes, body_at, body_len);
}

static void expect_messages(struct cg_journal *journal,
                            const char *session,
                            int first,
                            int last,
                            const char *expected)
{
    struct found found = {"", 0};

    assert_int_equal(cg_journal_message_get(journal->user, session, first, last,
                                            take_message, &found),
                     0);
    assert_string_equal(found.text, expected);
}

static void expect_session(struct cg_journal *journal,
                           const char *session,
                           int sender,
                           int target,
                           int64_t created)
{
    int next_sender = -1;
    int next_target = -1;
    int64_t creation_ns = NOW;

    assert_int_equal(cg_journal_session_load(journal->user, session,
                                             &next_sender, &next_target,
                                             &creation_ns),
                     0);
    assert_int_equal(next_sender, sender);
    assert_int_equal(next_target, target);
    assert_true(creation_ns == created);
}

/* A new session is 1, 1, now; what is set comes back after a restart. */
static void test_journal_session_numbers_kept(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    expect_session(&journal, SESSION, 1, 1, NOW);
    expect_session(&journal, "FIX.4.4:GATE->VENUE", 1, 1, NOW);
    assert_int_equal(cg_journal_session_set_sender(journal.user, SESSION, 7),
                     0);
    assert_int_equal(cg_journal_session_set_target(journal.user, SESSION, 5),
                     0);
    expect_session(&journal, SESSION, 7, 5, NOW);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(cg_journal_session_set_sender(journal.user, SESSION, 99),
                     0);
    journal.close(journal.user);

    journal = open_good(place->path);
    expect_session(&journal, SESSION, 7, 5, NOW);
    expect_session(&journal, "FIX.4.4:GATE->VENUE", 1, 1, NOW);
    assert_int_equal(
        cg_journal_session_reset(journal.user, SESSION, 1234567890), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);

    journal = open_good(place->path);
    expect_session(&journal, SESSION, 1, 1, 1234567890);
    journal.close(journal.user);
}

static int
put(struct cg_journal *journal, const char *session, int seq, const char *bytes)
{
    return cg_journal_message_set(journal->user, session, seq, bytes,
                                  strlen(bytes), 1, strlen(bytes) - 1);
}

/* Messages come back in order, of their own session, within the range. */
static void test_journal_messages_kept(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    expect_session(&journal, SESSION, 1, 1, NOW);
    expect_session(&journal, "OTHER", 1, 1, NOW);
    assert_int_equal(put(&journal, SESSION, 3, "ccc"), 0);
    assert_int_equal(put(&journal, SESSION, 1, "a"), 0);
    assert_int_equal(put(&journal, SESSION, 2, "bb"), 0);
    assert_int_equal(put(&journal, SESSION, 9, "iii"), 0);
    assert_int_equal(put(&journal, "OTHER", 2, "other"), 0);
    assert_int_equal(put(&journal, SESSION, 2, "BB"), 0);
    expect_messages(&journal, SESSION, 2, 3, "2:BB:1+1 3:ccc:1+2 ");
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(put(&journal, SESSION, 10, "staged"), 0);
    journal.close(journal.user);

    journal = open_good(place->path);
    expect_messages(&journal, SESSION, 1, 2147483647,
                    "1:a:1+0 2:BB:1+1 3:ccc:1+2 9:iii:1+2 ");
    expect_messages(&journal, SESSION, 4, 8, "");
    expect_messages(&journal, "OTHER", 1, 9, "2:other:1+4 ");
    expect_messages(&journal, "NOBODY", 1, 9, "");
    assert_int_equal(cg_journal_session_reset(journal.user, SESSION, 1), 0);
    expect_messages(&journal, SESSION, 1, 100, "");
    expect_messages(&journal, "OTHER", 1, 9, "2:other:1+4 ");
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
    assert_int_equal(
        outside_number(place->path, "SELECT count(*) FROM message"), 1);
}

/* Bytes are bytes: SOH, NUL and an empty body survive. */
static void test_journal_message_bytes_exact(void **state)
{
    static const char bytes[] = "8=FIX.4.4\0019=5\001\0\xff\x80";
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    struct found found = {"", 0};

    expect_session(&journal, SESSION, 1, 1, NOW);
    assert_int_equal(cg_journal_message_set(journal.user, SESSION, 1, bytes,
                                            sizeof(bytes) - 1,
                                            sizeof(bytes) - 1, 0),
                     0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
    assert_int_equal(outside_number(place->path,
                                    "SELECT hex(bytes)='383D4649582E342E3401"
                                    "393D350100FF80' FROM message"),
                     1);
    journal = open_good(place->path);
    assert_int_equal(cg_journal_message_get(journal.user, SESSION, 1, 1,
                                            take_message, &found),
                     0);
    assert_int_equal(strncmp(found.text, "1:8=FIX.4.4\0019=5\001:", 17), 0);
    journal.close(journal.user);
}

/* A place of the body outside the message is not handed on. */
static void test_journal_damaged_message_corrupt(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    struct found found = {"", 0};

    expect_session(&journal, SESSION, 1, 1, NOW);
    assert_int_equal(put(&journal, SESSION, 1, "abc"), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
    outside(place->path, "UPDATE message SET body_len=3");
    journal = open_good(place->path);
    assert_int_equal(cg_journal_message_get(journal.user, SESSION, 1, 1,
                                            take_message, &found),
                     CG_ERR_CORRUPT);
    assert_string_equal(found.text, "");
    journal.close(journal.user);
}

static void test_journal_unloaded_session_misuse(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    assert_int_equal(cg_journal_session_set_sender(journal.user, SESSION, 2),
                     CG_ERR_MISUSE);
    assert_non_null(strstr(journal.error(journal.user), SESSION));
    journal.close(journal.user);
}

/* Facts, messages and numbers of one turn: all or nothing. */
static void test_journal_turn_is_one(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);

    expect_session(&journal, SESSION, 1, 1, NOW);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(append_range(&journal, 1, 3, fact_bare), 0);
    assert_int_equal(put(&journal, SESSION, 1, "abc"), 0);
    assert_int_equal(cg_journal_session_set_sender(journal.user, SESSION, 2),
                     0);
    journal.close(journal.user);

    journal = open_good(place->path);
    expect_session(&journal, SESSION, 1, 1, NOW);
    expect_messages(&journal, SESSION, 1, 9, "");
    journal.close(journal.user);
    assert_int_equal(facts_in(place->path), 0);
}

/* A thousand of them are a megabyte of the log. */
static struct cg_fact fact_wordy(cg_seq no, enum cg_fact_kind kind)
{
    static char words[1000];
    struct cg_fact fact = fact_bare(no, kind);
    memset(words, 'a' + (int)(no % 26), sizeof(words));
    fact.text = words;
    fact.text_len = sizeof(words);
    return fact;
}

/* The log is folded into the file on the way, and wholly when closed. */
static void test_journal_checkpoint_bounds_the_log(void **state)
{
    struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    struct stat info;
    char wal[160];

    (void)snprintf(wal, sizeof(wal), "%s-wal", place->path);
    for (cg_seq turn = 0; turn < 30; turn++) {
        assert_int_equal(append_range(&journal, turn * 1000 + 1,
                                      turn * 1000 + 1000, fact_wordy),
                         0);
        assert_int_equal(journal.commit(journal.user), 0);
    }
    assert_int_equal(stat(wal, &info), 0);
    assert_true(info.st_size > 0);
    assert_true(info.st_size < 24 * 1024 * 1024);
    assert_int_equal(stat(place->path, &info), 0);
    assert_true(info.st_size > 4 * 1024 * 1024);
    journal.close(journal.user);
    assert_int_not_equal(stat(wal, &info), 0);
    assert_int_equal(facts_like(place->path, fact_wordy), 30000);
}

struct image {
    char bytes[65536];
    size_t len;
};

/* A journal without facts, to be laid down again and again: to make one anew
 * waits for the disk nine times. */
static void image_take(const char *path, struct image *image)
{
    struct cg_journal journal = open_good(path);
    journal.close(journal.user);
    image->len = file_read(path, image->bytes, sizeof(image->bytes));
    assert_in_range(image->len, 1, sizeof(image->bytes) - 1);
    assert_int_equal(unlink(path), 0);
}

static void image_put(const char *path, const struct image *image)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image->bytes, 1, image->len, file), image->len);
    assert_int_equal(fclose(file), 0);
}

/* Writes until the disk is full at |bytes|; returns the facts committed. */
static cg_seq fill(const char *path, rlim_t bytes, int *failure, bool *spared)
{
    struct rlimit was;
    struct rlimit full;
    struct cg_journal journal = open_good(path);
    cg_seq committed = 0;

    *failure = 0;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    full = was;
    full.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    while (*failure >= 0 && committed < 600) {
        *failure = append_range(&journal, committed + 1, committed + 100,
                                fact_bare);
        if (*failure == 0) {
            *failure = journal.commit(journal.user);
        }
        committed += *failure >= 0 ? 100 : 0;
        /* Once in the spare, never back in the journal. */
        assert_true(!*spared || *failure != 0);
        *spared |= *failure == CG_JOURNAL_E_SPARE;
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    if (*failure < 0) {
        /* There is room again, but nothing is ever retried. */
        assert_int_equal(journal.commit(journal.user), *failure);
        assert_int_equal(
            append_range(&journal, committed + 1, committed + 1, fact_bare),
            *failure);
        assert_int_equal(
            cg_journal_session_set_sender(journal.user, SESSION, 1), *failure);
        assert_true(journal.error(journal.user)[0] != '\0');
    }
    journal.close(journal.user);
    return committed;
}

/* A write that fails, at every place where one can: what was committed, to the
 * journal or to its spare, is there afterwards, and nothing else. */
static void test_journal_disk_full_keeps_committed(void **state)
{
    struct place *place = *state;
    int failure = 1;
    int failures = 0;
    int spares = 0;
    cg_seq committed;
    static struct image empty;

    (void)signal(SIGXFSZ, SIG_IGN);
    image_take(place->path, &empty);
    for (rlim_t bytes = 24576; failure != 0; bytes += 1500) {
        image_put(place->path, &empty);
        bool spared = false;
        committed = fill(place->path, bytes, &failure, &spared);
        failures += failure < 0 ? 1 : 0;
        spares += spared ? 1 : 0;
        assert_true(failure >= 0 || failure == CG_ERR_IO ||
                    failure == CG_ERR_FULL);
        assert_int_equal(facts_in(place->path), committed);
        assert_int_equal(unlink(place->path), 0);
    }
    assert_true(failures > 10);
    assert_true(spares > 10);
    (void)signal(SIGXFSZ, SIG_DFL);
}

/* The journal that keeps nothing accepts everything and gives nothing back. */
static void test_journal_memory_keeps_nothing(void **state)
{
    struct reader reader = {fact_bare, 0, 0};
    struct cg_journal journal;

    (void)state;
    assert_int_equal(cg_journal_open_memory(&journal), 0);
    assert_int_equal(append_range(&journal, 1, 9, fact_bare), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(journal.load(journal.user, 0, read_one, &reader), 0);
    assert_int_equal(reader.count, 0);
    journal.close(journal.user);
}

/* One in memory keeps ids and texts as messages have them: bytes, NUL, too. */
static void test_journal_capture_exact(void **state)
{
    struct reader reader = {fact_full, 0, 0};
    struct cg_journal journal;

    (void)state;
    assert_int_equal(cg_journal_open_capture(&journal), 0);
    assert_int_equal(append_range(&journal, 1, 9, fact_full), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    assert_int_equal(journal.load(journal.user, 0, read_one, &reader), 0);
    assert_int_equal(reader.count, 9);
    journal.close(journal.user);
}

#define WITH_PLACE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fact_names_distinct),
        WITH_PLACE(test_journal_round_trip_exact),
        WITH_PLACE(test_journal_rows_readable),
        WITH_PLACE(test_journal_load_stops_and_restarts),
        WITH_PLACE(test_journal_close_drops_staged),
        WITH_PLACE(test_journal_killed_before_commit_nothing),
        WITH_PLACE(test_journal_killed_after_commit_all),
        WITH_PLACE(test_journal_second_opener_refused),
        WITH_PLACE(test_journal_no_database_refused_untouched),
        WITH_PLACE(test_journal_other_database_refused_untouched),
        WITH_PLACE(test_journal_other_version_refused_untouched),
        WITH_PLACE(test_journal_other_version_log_untouched),
        cmocka_unit_test(test_journal_missing_folder_refused),
        WITH_PLACE(test_journal_readonly_folder_refused),
        WITH_PLACE(test_journal_readonly_file_refused),
        WITH_PLACE(test_journal_gap_corrupt),
        WITH_PLACE(test_journal_unknown_kind_corrupt),
        WITH_PLACE(test_journal_value_out_of_range_corrupt),
        WITH_PLACE(test_journal_append_out_of_order_misuse),
        WITH_PLACE(test_journal_session_numbers_kept),
        WITH_PLACE(test_journal_messages_kept),
        WITH_PLACE(test_journal_message_bytes_exact),
        WITH_PLACE(test_journal_damaged_message_corrupt),
        WITH_PLACE(test_journal_unloaded_session_misuse),
        WITH_PLACE(test_journal_turn_is_one),
        WITH_PLACE(test_journal_checkpoint_bounds_the_log),
        WITH_PLACE(test_journal_disk_full_keeps_committed),
        cmocka_unit_test(test_journal_memory_keeps_nothing),
        cmocka_unit_test(test_journal_capture_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
