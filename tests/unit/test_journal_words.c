/*
 * What is wrong with a journal, or with how it is called: each mistake is told
 * with its file and a remedy, and no fact is handed out that may be another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fact_row.h"
#include "failing_memory.h"
#include "folder.h"
#include "spare.h"
#include <creditgate/journal.h>

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SESSION "FIX.4.4:GATE->VENUE"

enum { FACTS = 12 };

/* The quote is for what is written into SQL. */
static char folder[64];
static char path[128];
static char words[2048];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "%s/creditgate's-XXXXXX",
                   folder_quick());
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/gate.journal", folder);
    return 0;
}

static void clear(void)
{
    assert_int_equal(folder_empty(folder), 0);
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder);
}

/* --- journals ------------------------------------------------------------- */

static struct cg_fact fact_of(cg_seq no)
{
    bool snapshot = no == 10;
    return (struct cg_fact){
        .kind = snapshot ? CG_FACT_SNAPSHOT_TAKEN : CG_FACT_TOKEN_GRANTED,
        .no = no,
        .cause_session = CG_SESSION_NONE,
        .session = 1,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
        .number = snapshot ? 9 : 0,
        .amount = (cg_dv01)no,
    };
}

static int open_it(struct cg_journal *journal)
{
    words[0] = '\0';
    return cg_journal_open_sqlite(path, journal, words, sizeof(words));
}

static struct cg_journal open_good(void)
{
    struct cg_journal journal;
    if (open_it(&journal) != 0) {
        fail_msg("%s", words);
    }
    return journal;
}

static int load_session(struct cg_journal *journal, const char *name)
{
    int64_t created = 1;
    int next;
    return cg_journal_session_load(journal->user, name, &next, &next, &created);
}

/* FACTS facts, and a message of a session. */
static void make(void)
{
    struct cg_journal journal = open_good();
    for (cg_seq no = 1; no <= FACTS; no++) {
        struct cg_fact fact = fact_of(no);
        assert_int_equal(journal.append(journal.user, &fact), 0);
    }
    assert_int_equal(load_session(&journal, SESSION), 0);
    assert_int_equal(cg_journal_message_set(journal.user, SESSION, 1,
                                            "0123456789", 10, 2, 5),
                     0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
}

static void outside(const char *file, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        fail_msg("%s: %s", sql, error);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void write_at(const char *file, long at, const void *bytes, size_t len)
{
    FILE *out = fopen(file, at == 0 ? "wb" : "r+b");
    assert_non_null(out);
    assert_int_equal(fseek(out, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void expect_words(int got, int wanted, const char *part)
{
    if (got != wanted || strstr(words, folder) == NULL ||
        strstr(words, part) == NULL) {
        fail_msg("%d, '%s' does not say '%s'", got, words, part);
    }
}

static int see(void *context, const struct cg_fact *fact)
{
    cg_seq *last = context;
    assert_int_equal(fact->no, *last + 1);
    assert_int_equal(fact->amount, (cg_dv01)fact->no);
    *last = fact->no;
    return 0;
}

/* How many facts it has, and their digest, by its own word. */
static void expect_head(struct cg_journal *journal, cg_seq last)
{
    char hex[65];
    cg_seq count = 0;
    cg_journal_chain_head(journal->user, &count, hex);
    assert_int_equal(count, last);
    assert_int_equal(strlen(hex), 64);
    assert_int_equal(strspn(hex, "0") == 64, count == 0);
}

/* Opens it and loads all; the first error, told. */
static int open_and_load(bool reader)
{
    struct cg_journal journal;
    cg_seq last = 0;
    words[0] = '\0';
    int status = (reader ? cg_journal_read_sqlite : cg_journal_open_sqlite)(
        path, &journal, words, sizeof(words));
    if (status == 0) {
        status = journal.load(journal.user, 0, see, &last);
        (void)snprintf(words, sizeof(words), "%s", journal.error(journal.user));
        if (status == 0) {
            expect_head(&journal, last);
        }
        last = 0;
        assert_int_equal(journal.load(journal.user, 0, see, &last), status);
        journal.close(journal.user);
    }
    return status;
}

/* --- files ---------------------------------------------------------------- */

#define NO_JOURNAL "the file is not a journal; it was left as it is; name "
#define ANOTHER "the file is another program's database; it was left as it is; "

/* Changes by SQL; what is told when it is opened, or its facts are read. */
static void test_journal_words_of_changed_tables(void **state)
{
    static const struct {
        const char *sql;
        int status;
        const char *part;
    } changes[] = {
        {"DELETE FROM chain", CG_ERR_CORRUPT,
         "the end of its chain is missing; restore the file from a copy"},
        {"UPDATE chain SET digest=x'00'", CG_ERR_CORRUPT,
         "the end of its chain is missing"},
        {"DROP TABLE chain", CG_ERR_IO, "opening failed: no such table: chain"},
        {"DROP TABLE session", CG_ERR_IO, "no such table: session; see to"},
        {"UPDATE session SET name=''", CG_ERR_CORRUPT,
         "the table of sessions is damaged; restore the file from a copy"},
        {"UPDATE session SET name=printf('%.300c','x')", CG_ERR_CORRUPT,
         "the table of sessions is damaged"},
        {"UPDATE session SET no=7", CG_ERR_CORRUPT,
         "the table of sessions is damaged"},
        {"DELETE FROM fact WHERE no=4", CG_ERR_CORRUPT,
         "fact 4 is missing, 5 is there; restore the file from a copy"},
        {"DELETE FROM fact WHERE no=12", CG_ERR_CORRUPT,
         "its facts end with 11, and 12 were written; restore the file"},
        {"UPDATE fact SET chain=x'00' WHERE no=3", CG_ERR_CORRUPT,
         "fact 3 is not as it was written, or one before it; restore"},
        {"UPDATE fact SET kind='order lost' WHERE no=3", CG_ERR_CORRUPT,
         "fact 3 cannot be understood; restore the file from a copy"},
        {"INSERT INTO archive VALUES (1,2,zeroblob(32),'no.archive')",
         CG_ERR_IO, "its facts 1 to 2 are in the archive "},
        {"ALTER TABLE archive RENAME TO was", CG_ERR_IO,
         "reading the chain failed: no such table: archive"},
        {"PRAGMA application_id=7", CG_ERR_MISUSE,
         ANOTHER "name another file by Journal="},
        {"PRAGMA user_version=1", CG_ERR_MISUSE,
         "the file has version 1 of the journal's form, this program knows"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        make();
        outside(path, changes[i].sql);
        expect_words(open_and_load(false), changes[i].status, changes[i].part);
        clear();
    }
}

/* Files that no gate wrote: nothing is written to them. */
static void test_journal_words_of_other_files(void **state)
{
    char text[4096];
    (void)state;
    memset(text, 'x', sizeof(text));
    for (int reader = 0; reader <= 1; reader++) {
        const char *remedy = reader ? "name the Journal= of a gate"
                                    : "name another file by Journal=";
        write_at(path, 0, text, sizeof(text));
        expect_words(open_and_load(reader), CG_ERR_MISUSE, NO_JOURNAL);
        assert_non_null(strstr(words, remedy));
        clear();
        outside(path, "PRAGMA user_version=5");
        expect_words(open_and_load(reader), CG_ERR_MISUSE, ANOTHER);
        clear();
        outside(path, "PRAGMA application_id=5");
        expect_words(open_and_load(reader), CG_ERR_MISUSE, ANOTHER);
        assert_non_null(strstr(words, remedy));
        clear();
    }
    write_at(path, 0, text, 50);
    expect_words(open_and_load(false), CG_ERR_MISUSE, NO_JOURNAL);
    clear();
    write_at(path, 0, text, 0);
    expect_words(open_and_load(true), CG_ERR_MISUSE,
                 "the file is empty; name the Journal= of a gate");
    clear();
    expect_words(open_and_load(true), CG_ERR_IO,
                 "cannot be read (unable to open database file); name the "
                 "Journal= of a gate");
}

/* Pages that were overwritten. */
static void test_journal_words_of_damaged_pages(void **state)
{
    char junk[4096];
    size_t told = 0;
    (void)state;
    memset(junk, 0x5a, sizeof(junk));
    for (long page = 1; page < 8; page++) {
        make();
        write_at(path, page * (long)sizeof(junk), junk, sizeof(junk));
        int status = open_and_load(false);
        /* A page may be one that nobody reads. */
        if (status != 0) {
            expect_words(status, CG_ERR_CORRUPT, "restore");
            told++;
        }
        clear();
    }
    assert_true(told >= 4);
}

/* One gate at a time; readers wait for its end, too. */
static void test_journal_words_of_two_at_once(void **state)
{
    struct cg_journal journal = open_good();
    (void)state;
    expect_words(open_and_load(false), CG_ERR_MISUSE,
                 "another process has it open; stop that gate, or name another "
                 "file by Journal=");
    expect_words(open_and_load(true), CG_ERR_MISUSE,
                 "another process has it open; stop that gate, or look at a "
                 "copy of it and of the files beside it");
    journal.close(journal.user);
    assert_int_equal(open_and_load(false), 0);
    /* Without its spare a reader has what the journal has. */
    make();
    (void)snprintf(words, sizeof(words), "%s-spare", path);
    assert_int_equal(unlink(words), 0);
    assert_int_equal(open_and_load(true), 0);
    assert_int_not_equal(access(words, F_OK), 0);
    clear();
}

/* Journals that cannot be made as they must be. */
static void test_journal_words_of_wrong_places(void **state)
{
    struct cg_journal journal;
    char *long_path = malloc(6000);
    (void)state;
    assert_non_null(long_path);
    memset(long_path, 'x', 5999);
    long_path[5999] = '\0';
    assert_int_equal(
        cg_journal_open_sqlite(long_path, &journal, words, sizeof(words)),
        CG_ERR_MISUSE);
    free(long_path);
    assert_int_equal(strncmp(words, "journal xxx", 11), 0);
    /* A database in memory; the spare has the rights of a file of its name. */
    assert_int_equal(chdir(folder), 0);
    write_at(":memory:", 0, "", 0);
    assert_int_equal(
        cg_journal_open_sqlite(":memory:", &journal, words, sizeof(words)),
        CG_ERR_IO);
    assert_int_equal(chdir("/"), 0);
    assert_non_null(strstr(words, "WAL with full synchronisation was refused "
                                  "(memory"));
    assert_non_null(strstr(words, "put the file on a local disk"));
    clear();
}

/* --- calls ---------------------------------------------------------------- */

/* What a call that is wrong is told; nothing goes on after it. */
static void expect_failed(struct cg_journal *journal, int got, const char *part)
{
    struct cg_fact fact = fact_of(1);
    struct cg_snapshot_mark mark;
    cg_seq last = 0;
    (void)snprintf(words, sizeof(words), "%s", journal->error(journal->user));
    expect_words(got, CG_ERR_MISUSE, part);
    assert_int_equal(journal->append(journal->user, &fact), got);
    assert_int_equal(load_session(journal, SESSION), got);
    assert_int_equal(
        cg_journal_message_set(journal->user, SESSION, 1, "x", 1, 0, 1), got);
    assert_int_equal(
        cg_journal_message_get(journal->user, SESSION, 1, 2, NULL, NULL), got);
    assert_int_equal(journal->load(journal->user, 0, see, &last), got);
    assert_int_equal(journal->snapshot(journal->user, &mark), got);
    assert_int_equal(journal->commit(journal->user), got);
    assert_string_equal(journal->error(journal->user), words);
    journal->close(journal->user);
    clear();
}

static void test_journal_words_of_wrong_calls(void **state)
{
    char name[300];
    struct cg_journal journal = open_good();
    struct cg_fact fact = fact_of(2);
    (void)state;
    journal.close(NULL);
    expect_failed(&journal, journal.append(journal.user, &fact),
                  "fact 2 of kind ");
    journal = open_good();
    fact = fact_of(1);
    fact.kind = CG_FACT_KIND_COUNT;
    expect_failed(&journal, journal.append(journal.user, &fact),
                  "cannot follow fact 0");
    journal = open_good();
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    expect_failed(&journal, load_session(&journal, name), " is longer than ");
    journal = open_good();
    expect_failed(&journal,
                  cg_journal_session_set_sender(journal.user, SESSION, 2),
                  "session " SESSION " was written to before it was loaded");
    journal = open_good();
    expect_failed(&journal,
                  cg_journal_session_set_target(journal.user, SESSION, 2),
                  "was written to before it was loaded");
    journal = open_good();
    expect_failed(&journal, cg_journal_session_reset(journal.user, SESSION, 2),
                  "was written to before it was loaded");
    journal = open_good();
    expect_failed(
        &journal,
        cg_journal_message_set(journal.user, SESSION, 1, "x", 1, 0, 1),
        "was written to before it was loaded");
}

static void no_message(void *context,
                       int seq,
                       const char *bytes,
                       size_t len,
                       size_t body_at,
                       size_t body_len)
{
    (void)context;
    (void)bytes;
    fail_msg("message %d was handed out: %zu %zu %zu", seq, len, body_at,
             body_len);
}

static void ask_again(void *context,
                      int seq,
                      const char *bytes,
                      size_t len,
                      size_t body_at,
                      size_t body_len)
{
    struct cg_journal *journal = context;
    (void)seq;
    (void)bytes;
    (void)len;
    (void)body_at;
    (void)body_len;
    assert_int_equal(
        cg_journal_message_get(journal->user, SESSION, 1, 2, no_message, NULL),
        CG_ERR_MISUSE);
}

/* Messages whose body lies outside of them, or that are asked for out of the
 * hearing of messages; of a session that is not there there are none. */
static void test_journal_words_of_messages(void **state)
{
    static const struct {
        size_t at;
        size_t len;
    } bodies[] = {{11, 0}, {5, 6}, {(size_t)-1, 1}, {1, (size_t)-1}};
    struct cg_journal journal;
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        journal = open_good();
        assert_int_equal(load_session(&journal, SESSION), 0);
        assert_int_equal(cg_journal_message_set(journal.user, SESSION, 1,
                                                "0123456789", 10, bodies[i].at,
                                                bodies[i].len),
                         0);
        assert_int_equal(journal.commit(journal.user), 0);
        assert_int_equal(
            cg_journal_message_get(journal.user, "A", 1, 9, no_message, NULL),
            0);
        int got = cg_journal_message_get(journal.user, SESSION, 1, 9,
                                         no_message, NULL);
        (void)snprintf(words, sizeof(words), "%s", journal.error(journal.user));
        expect_words(got, CG_ERR_CORRUPT,
                     "a message of " SESSION " is damaged; restore the file "
                     "from a copy");
        journal.close(journal.user);
        clear();
    }
    make();
    journal = open_good();
    (void)cg_journal_message_get(journal.user, SESSION, 1, 9, ask_again,
                                 &journal);
    (void)snprintf(words, sizeof(words), "%s", journal.error(journal.user));
    expect_words(CG_ERR_MISUSE, CG_ERR_MISUSE,
                 "messages were asked for while messages were read");
    journal.close(journal.user);
    clear();
}

/* --- memory --------------------------------------------------------------- */

/* The first thing of a turn finds no memory for it. */
static void test_journal_words_of_no_memory_for_a_turn(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct cg_fact fact = fact_of(1);
        struct cg_journal journal = open_good();
        assert_int_equal(load_session(&journal, SESSION), 0);
        countdown = 1;
        int got = which == 0   ? journal.append(journal.user, &fact)
                  : which == 1 ? cg_journal_message_set(journal.user, SESSION,
                                                        1, "x", 1, 0, 1)
                  : which == 2
                      ? cg_journal_session_reset(journal.user, SESSION, 2)
                      : journal.commit(journal.user);
        assert_int_equal(countdown, -1);
        (void)snprintf(words, sizeof(words), "%s", journal.error(journal.user));
        expect_words(got, CG_ERR_MEMORY, "no memory for a turn");
        journal.close(journal.user);
        assert_int_equal(open_and_load(false), 0);
        clear();
    }
}

/* --- spares --------------------------------------------------------------- */

/* A spare with one turn, of |step| and |rest|; the journal has |facts|. */
static void spare_make(const struct cg_turn_step *step,
                       const void *bytes,
                       const char *rest,
                       bool beyond)
{
    char file[160];
    struct cg_digester *digester = cg_digester_open();
    struct cg_spare spare;
    struct cg_turn turn = {.bytes = NULL};
    struct cg_digest_bytes chain = {{0}};
    (void)snprintf(file, sizeof(file), "%s-spare", path);
    assert_int_equal(cg_spare_open(&spare, file, true, digester), CG_DB_DONE);
    uint8_t *at = cg_turn_add(&turn, step);
    assert_non_null(at);
    memcpy(at, bytes, step->bytes.len);
    assert_true(cg_turn_reserve(&turn, strlen(rest)));
    memcpy(turn.bytes + turn.len, rest, strlen(rest));
    turn.len += strlen(rest);
    assert_int_equal(cg_spare_write(&spare, &turn, beyond ? 99 : 0, &chain),
                     CG_DB_DONE);
    cg_spare_close(&spare);
    cg_turn_deinit(&turn);
    cg_digester_close(digester);
}

static void expect_spare(const struct cg_turn_step *step,
                         const void *bytes,
                         const char *rest,
                         bool beyond,
                         const char *part)
{
    /* Nothing of it is taken, and a second start finds the same. */
    make();
    spare_make(step, bytes, rest, beyond);
    for (int i = 0; i < 2; i++) {
        expect_words(open_and_load(false), CG_ERR_CORRUPT, part);
    }
    clear();
}

static void test_journal_words_of_spares(void **state)
{
    struct cg_fact fact = fact_of(1);
    uint8_t bytes[1024];
    struct cg_turn_step step = {.kind = CG_TURN_FACT,
                                .bytes = {NULL, cg_fact_bytes_len(&fact)}};
    (void)state;
    memset(bytes, 0xff, sizeof(bytes));
    expect_spare(&step, bytes, "", false,
                 "a fact in its -spare cannot be understood");
    fact.amount = 7;
    cg_fact_to_bytes(&fact, bytes);
    expect_spare(&step, bytes, "", false,
                 "fact 1 is another one in its -spare");
    fact = fact_of(1);
    cg_fact_to_bytes(&fact, bytes);
    expect_spare(&step, bytes, "more", false,
                 "a turn in its -spare cannot be understood");
    expect_spare(&step, bytes, "", true,
                 "its -spare belongs to another journal; it was left as it is; "
                 "put it where it belongs");
    step = (struct cg_turn_step){.kind = CG_TURN_SESSION, .session = 9};
    expect_spare(&step, bytes, "", false,
                 "its -spare names a session that is not there");
    step.session = 0;
    expect_spare(&step, bytes, "", false,
                 "its -spare names a session that is not there");
}

/* --- archives ------------------------------------------------------------- */

static int archive(struct cg_journal *journal, bool *more)
{
    char file[512];
    (void)snprintf(words, sizeof(words), "%s ", folder);
    size_t at = strlen(words);
    return cg_journal_archive(journal->user, more, file, sizeof(file),
                              words + at, sizeof(words) - at);
}

/* An archive that was begun, and changed before it goes on: no fact goes. */
static void test_journal_words_of_archives(void **state)
{
    static const char *const changes[] = {
        "UPDATE fact SET chain=zeroblob(32) WHERE no=9",
        "DELETE FROM fact WHERE no=4"};
    char file[160];
    bool more = false;
    (void)state;
    (void)snprintf(file, sizeof(file), "%s-archive-1-9", path);
    for (size_t i = 0; i < 2; i++) {
        make();
        struct cg_journal journal = open_good();
        struct cg_fact fact = fact_of(FACTS + 1);
        assert_int_equal(archive(&journal, &more), 0);
        assert_int_equal(archive(&journal, &more), 0);
        assert_true(more);
        journal.close(journal.user);
        outside(file, changes[i]);
        journal = open_good();
        /* Not in the middle of a turn. */
        assert_int_equal(journal.append(journal.user, &fact), 0);
        assert_int_equal(archive(&journal, &more), 0);
        assert_true(more);
        assert_int_equal(journal.commit(journal.user), 0);
        assert_int_equal(archive(&journal, &more), 0);
        int got = archive(&journal, &more);
        expect_words(got, CG_ERR_CORRUPT,
                     "archive gate.journal-archive-1-9: a file of that name is "
                     "there with other facts; move it away");
        assert_false(more);
        journal.close(journal.user);
        assert_int_equal(open_and_load(false), 0);
        /* Moved away, it is made anew, and read. */
        assert_int_equal(unlink(file), 0);
        journal = open_good();
        more = true;
        while (more) {
            assert_int_equal(archive(&journal, &more), 0);
        }
        journal.close(journal.user);
        assert_int_equal(open_and_load(true), 0);
        clear();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal_words_of_changed_tables),
        cmocka_unit_test(test_journal_words_of_other_files),
        cmocka_unit_test(test_journal_words_of_damaged_pages),
        cmocka_unit_test(test_journal_words_of_two_at_once),
        cmocka_unit_test(test_journal_words_of_wrong_places),
        cmocka_unit_test(test_journal_words_of_wrong_calls),
        cmocka_unit_test(test_journal_words_of_messages),
        cmocka_unit_test(test_journal_words_of_no_memory_for_a_turn),
        cmocka_unit_test(test_journal_words_of_spares),
        cmocka_unit_test(test_journal_words_of_archives),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
