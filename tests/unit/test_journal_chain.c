/*
 * The chain over the facts, the spare file and archives: what was changed, left
 * out or cut off is found, and nothing is lost between two files.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fact_row.h"
#include "folder.h"
#include "spare.h"
#include <creditgate/journal.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define SESSION "FIX.4.4:GATE->VENUE"
enum { FACTS = 40 };

/* A folder of its own for every test. */
struct place {
    char folder[64];
    char path[128];
};

static int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    assert_non_null(place);
    snprintf(place->folder, sizeof(place->folder), "%s/creditgate-chain-XXXXXX",
             folder_quick());
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof(place->path), "%s/gate.journal",
             place->folder);
    *state = place;
    return 0;
}

static int place_teardown(void **state)
{
    struct place *place = *state;
    assert_int_equal(folder_remove(place->folder), 0);
    free(place);
    return 0;
}

/* --- journals ----------------------------------------------------------- */

static struct cg_fact fact_of(cg_seq no)
{
    return (struct cg_fact){
        .kind = CG_FACT_TOKEN_GRANTED,
        .no = no,
        .time = (cg_time)1768471200000000000 + (cg_time)no,
        .cause_session = 2,
        .cause_seq = no * 3,
        .session = 1,
        .order = (uint32_t)no,
        .request = (uint32_t)no + 1,
        .token = (uint32_t)no + 2,
        .ask = (uint32_t)no + 3,
        .limit = 1,
        .account = 2,
        .instrument = 3,
        .value = 4,
        .flags = 5,
        .reason = 101,
        .side = '1',
        .time_in_force = '6',
        .number = no + 7,
        .qty = 8000000,
        .amount = 90400000 + (cg_dv01)no,
        .other = 9,
        .rate = 904,
        .until = 10,
        .hash = 11,
        .terms_hash = 12,
        .id = "ACME-USD",
        .id_len = 8,
        .text = "words",
        .text_len = 5,
    };
}

static struct cg_journal open_good(const char *path)
{
    struct cg_journal journal;
    char error[2048] = "";
    if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    return journal;
}

static void append(const struct cg_journal *journal, cg_seq first, cg_seq last)
{
    for (cg_seq no = first; no <= last; no++) {
        struct cg_fact fact = fact_of(no);
        assert_int_equal(journal->append(journal->user, &fact), 0);
    }
}

/* A journal of FACTS facts, in turns of four. */
static void make(const char *path)
{
    struct cg_journal journal = open_good(path);
    for (cg_seq no = 1; no <= FACTS; no += 4) {
        append(&journal, no, no + 3);
        assert_int_equal(journal.commit(journal.user), 0);
    }
    journal.close(journal.user);
}

static void outside(const char *path, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        fail_msg("%s: %s", sql, error);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct seen {
    cg_seq count;
    cg_seq last;
};

static int see(void *context, const struct cg_fact *fact)
{
    struct seen *seen = context;
    struct cg_fact expected = fact_of(fact->no);
    seen->count++;
    seen->last = fact->no;
    if (fact->kind == CG_FACT_TOKEN_GRANTED) {
        assert_true(fact->amount == expected.amount);
        assert_int_equal(fact->number, expected.number);
    }
    return 0;
}

/* Loads what comes after |after|; returns load's result. */
static int
load(const char *path, cg_seq after, struct seen *seen, char *words, size_t len)
{
    struct cg_journal journal = open_good(path);
    *seen = (struct seen){0, 0};
    int result = journal.load(journal.user, after, see, seen);
    snprintf(words, len, "%s", journal.error(journal.user));
    journal.close(journal.user);
    return result;
}

static void expect_facts(const char *path, cg_seq last)
{
    struct seen seen;
    char words[2048];
    if (load(path, 0, &seen, words, sizeof(words)) != 0) {
        fail_msg("%s", words);
    }
    assert_int_equal(seen.count, last);
    assert_int_equal(seen.last, last);
}

/* The journal is corrupt, and no fact from |bad| on was handed out. */
static void expect_found(const char *path, cg_seq bad, const char *word)
{
    struct seen seen;
    char words[2048];
    int result = load(path, 0, &seen, words, sizeof(words));
    if (result != CG_ERR_CORRUPT || strstr(words, word) == NULL) {
        fail_msg("%d, '%s' does not say '%s'", result, words, word);
    }
    assert_int_equal(seen.last, bad - 1);
}

/* --- changes from outside ------------------------------------------------ */

/* Every column of a row is covered: one changed value is found there. */
static void test_chain_edited_column_found(void **state)
{
    static const char *const edits[] = {
        "time = time + 1",
        "kind = 'token returned'",
        "cause_session = 3",
        "cause_seq = cause_seq + 1",
        "session = NULL",
        "order_slot = 1",
        "request_slot = 1",
        "token_slot = 1",
        "ask_slot = NULL",
        "limit_slot = 2",
        "account_slot = 3",
        "instrument_slot = 4",
        "value = 5",
        "flags = NULL",
        "reason = 102",
        "side = '2'",
        "time_in_force = '0'",
        "number = number + 1",
        "qty = qty + 1",
        "amount = amount - 1",
        "other_amount = 0",
        "rate = 905",
        "until = 11",
        "hash = 12",
        "terms_hash = 13",
        "id = 'ACME-USE'",
        "text = 'word'",
        "chain = zeroblob(32)",
        "chain = zeroblob(31)",
    };
    const struct place *place = *state;
    const size_t count = sizeof(edits) / sizeof(edits[0]);
    char sql[256];
    /* All but the number, and two of the chain itself. */
    assert_int_equal(count, (size_t)cg_fact_columns() - 1 + 2);
    for (size_t i = 0; i < count; i++) {
        make(place->path);
        snprintf(sql, sizeof(sql), "UPDATE fact SET %s WHERE no = 17",
                 edits[i]);
        outside(place->path, sql);
        expect_found(place->path, 17, "fact 17 ");
        assert_int_equal(folder_empty(place->folder), 0);
    }
}

/* Rows that are deleted, swapped, cut off or put in are found. */
static void test_chain_rows_found(void **state)
{
    static const struct {
        const char *sql;
        cg_seq bad;
        const char *word;
    } cases[] = {
        {"DELETE FROM fact WHERE no = 1", 1, "fact 1 is missing"},
        {"DELETE FROM fact WHERE no = 20", 20, "fact 20 is missing"},
        {"DELETE FROM fact WHERE no = 40", 40, "end with 39"},
        {"DELETE FROM fact WHERE no > 12", 13, "end with 12, and 40"},
        {"DELETE FROM fact", 1, "end with 0, and 40"},
        {"DELETE FROM fact WHERE no = 20;"
         "UPDATE fact SET no = no - 1 WHERE no > 20",
         20, "fact 20 is not"},
        {"UPDATE fact SET no = -1 WHERE no = 8;"
         "UPDATE fact SET no = 8 WHERE no = 9;"
         "UPDATE fact SET no = 9 WHERE no = -1",
         8, "fact 8 is not"},
        {"INSERT INTO fact (no, kind, chain) VALUES (41, 'noted',"
         " zeroblob(32))",
         41, "fact 41 is not"},
        {"INSERT INTO fact SELECT 41, time, kind, cause_session, cause_seq,"
         " session, order_slot, request_slot, token_slot, ask_slot, limit_slot,"
         " account_slot, instrument_slot, value, flags, reason, side,"
         " time_in_force, number, qty, amount, other_amount, rate, until, hash,"
         " terms_hash, id, text, chain FROM fact WHERE no = 40",
         41, "fact 41 is not"},
        {"UPDATE chain SET no = 39", 41, "end with 40, and 39"},
        {"UPDATE chain SET digest = zeroblob(32)", 41, "end with 40"},
    };
    const struct place *place = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make(place->path);
        outside(place->path, cases[i].sql);
        expect_found(place->path, cases[i].bad, cases[i].word);
        assert_int_equal(folder_empty(place->folder), 0);
    }
    make(place->path);
    expect_facts(place->path, FACTS);
}

static void ignore_message(void *context,
                           int seq,
                           const char *bytes,
                           size_t len,
                           size_t body_at,
                           size_t body_len)
{
    int *count = context;
    (void)seq;
    (void)bytes;
    (void)len;
    (void)body_at;
    (void)body_len;
    (*count)++;
}

/* A stored message that was changed is never sent again. */
static void test_chain_edited_message_found(void **state)
{
    static const char *const edits[] = {
        "bytes = CAST('8=FIX.4.4|35=D|38=2000|' AS BLOB)",
        "body_at = body_at + 1",
        "body_len = body_len - 1",
        "seq = 2",
    };
    const struct place *place = *state;
    char sql[128];
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        struct cg_journal journal = open_good(place->path);
        int next;
        int64_t created = 1;
        int count = 0;
        assert_int_equal(cg_journal_session_load(journal.user, SESSION, &next,
                                                 &next, &created),
                         0);
        assert_int_equal(cg_journal_message_set(journal.user, SESSION, 1,
                                                "8=FIX.4.4|35=D|38=1000|", 23,
                                                10, 5),
                         0);
        assert_int_equal(journal.commit(journal.user), 0);
        journal.close(journal.user);
        snprintf(sql, sizeof(sql), "UPDATE message SET %s", edits[i]);
        outside(place->path, sql);
        journal = open_good(place->path);
        assert_int_equal(cg_journal_message_get(journal.user, SESSION, 1, 9,
                                                ignore_message, &count),
                         CG_ERR_CORRUPT);
        assert_int_equal(count, 0);
        journal.close(journal.user);
        assert_int_equal(folder_empty(place->folder), 0);
    }
}

/* --- the spare ----------------------------------------------------------- */

static rlim_t limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t was = limit.rlim_cur;
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    return was;
}

static void message_put(const struct cg_journal *journal, int seq)
{
    char bytes[64];
    int len = snprintf(bytes, sizeof(bytes), "8=FIX.4.4|34=%d|35=8|", seq);
    assert_int_equal(cg_journal_message_set(journal->user, SESSION, seq, bytes,
                                            (size_t)len, 10, 5),
                     0);
    assert_int_equal(
        cg_journal_session_set_sender(journal->user, SESSION, seq + 1), 0);
}

static int numbers_and_messages(const struct cg_journal *journal, int *count)
{
    int sender = 0;
    int target = 0;
    int64_t created = 1;
    *count = 0;
    assert_int_equal(cg_journal_session_load(journal->user, SESSION, &sender,
                                             &target, &created),
                     0);
    assert_int_equal(cg_journal_message_get(journal->user, SESSION, 1, 1000,
                                            ignore_message, count),
                     0);
    return sender;
}

/*
 * The journal's disk is full: turns go to the spare, messages are found in both
 * meanwhile, and the next start has all of them: facts, numbers, messages.
 */
static void test_spare_takes_over(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal;
    cg_seq no = FACTS;
    int count = 0;
    int status = 0;
    int turns = 0;

    make(place->path);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), 1);
    (void)signal(SIGXFSZ, SIG_IGN);
    rlim_t was = limit_files(120000);
    while (status == 0 || turns < 30) {
        append(&journal, no + 1, no + 9);
        message_put(&journal, (int)(no - FACTS) / 9 + 1);
        status = journal.commit(journal.user);
        assert_true(status == 0 || status == CG_JOURNAL_E_SPARE);
        turns += status == CG_JOURNAL_E_SPARE ? 1 : 0;
        assert_true(turns == 0 || status == CG_JOURNAL_E_SPARE);
        no += 9;
    }
    assert_non_null(strstr(journal.error(journal.user), "-spare"));
    int messages = (int)(no - FACTS) / 9;
    assert_int_equal(numbers_and_messages(&journal, &count), messages + 1);
    assert_int_equal(count, messages);
    /* What was staged and not committed is lost, there as well. */
    append(&journal, no + 1, no + 1);
    message_put(&journal, messages + 1);
    journal.close(journal.user);
    (void)limit_files(was);

    expect_facts(place->path, no);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), messages + 1);
    assert_int_equal(count, messages);
    append(&journal, no + 1, no + 1);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
    expect_facts(place->path, no + 1);
}

/* Emptying a spare may be lost: what was taken over is not taken again, or
 * numbers would go back. */
static void test_spare_is_taken_once(void **state)
{
    const struct place *place = *state;
    static char bytes[16384];
    char path[160];
    int count = 0;
    struct cg_journal journal = open_good(place->path);
    (void)numbers_and_messages(&journal, &count);
    assert_int_equal(journal.commit(journal.user), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    append(&journal, 1, 9);
    rlim_t was = limit_files(20000);
    message_put(&journal, 1);
    assert_int_equal(journal.commit(journal.user), CG_JOURNAL_E_SPARE);
    journal.close(journal.user);
    (void)limit_files(was);

    snprintf(path, sizeof(path), "%s-spare", place->path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    fclose(file);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), 2);
    for (int seq = 2; seq < 9; seq++) {
        message_put(&journal, seq);
    }
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);

    file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    assert_int_equal(fclose(file), 0);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), 9);
    assert_int_equal(count, 8);
    journal.close(journal.user);
    expect_facts(place->path, 9);
}

/* A turn is written whole, however large it is. */
static void test_spare_takes_a_large_turn(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    int count = 0;
    const int messages = 12000; /* some 600 KB */

    (void)numbers_and_messages(&journal, &count);
    assert_int_equal(journal.commit(journal.user), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    rlim_t was = limit_files(60000);
    append(&journal, 1, 20000);
    (void)limit_files(was);
    for (int seq = 1; seq <= messages; seq++) {
        message_put(&journal, seq);
    }
    int status = journal.commit(journal.user);
    journal.close(journal.user);
    assert_int_equal(status, CG_JOURNAL_E_SPARE);
    expect_facts(place->path, 20000);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), messages + 1);
    assert_int_equal(count, 1000); /* all that are asked for */
    journal.close(journal.user);
}

/* Messages that are forgotten while the spare is in use stay forgotten. */
static void test_spare_keeps_a_reset(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal = open_good(place->path);
    int count = 0;
    cg_seq no = 0;
    int status = 0;

    (void)numbers_and_messages(&journal, &count);
    message_put(&journal, 1);
    message_put(&journal, 2);
    assert_int_equal(journal.commit(journal.user), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    rlim_t was = limit_files(90000);
    while (status == 0) {
        append(&journal, no + 1, no + 20);
        no += 20;
        status = journal.commit(journal.user);
    }
    assert_int_equal(status, CG_JOURNAL_E_SPARE);
    message_put(&journal, 3);
    assert_int_equal(cg_journal_session_reset(journal.user, SESSION, 5), 0);
    message_put(&journal, 1);
    assert_int_equal(numbers_and_messages(&journal, &count), 2);
    assert_int_equal(count, 1);
    assert_int_equal(journal.commit(journal.user), CG_JOURNAL_E_SPARE);
    assert_int_equal(numbers_and_messages(&journal, &count), 2);
    assert_int_equal(count, 1);
    journal.close(journal.user);
    (void)limit_files(was);
    journal = open_good(place->path);
    assert_int_equal(numbers_and_messages(&journal, &count), 2);
    assert_int_equal(count, 1);
    journal.close(journal.user);
    expect_facts(place->path, no);
}

/* A spare with the given facts as its turns, one each. */
static void
spare_make(const struct place *place, cg_seq base, cg_seq first, cg_seq last)
{
    char path[160];
    struct cg_digester *digester = cg_digester_open();
    struct cg_spare spare;
    struct cg_turn turn = {.bytes = NULL};
    struct cg_digest_bytes chain = {{0}};
    uint8_t bytes[1024];

    snprintf(path, sizeof(path), "%s-spare", place->path);
    assert_int_equal(cg_spare_open(&spare, path, true, digester), CG_DB_DONE);
    assert_false(spare.begun);
    for (cg_seq no = 1; no <= base; no++) {
        struct cg_fact fact = fact_of(no);
        cg_fact_to_bytes(&fact, bytes);
        cg_digester_begin(digester);
        cg_digester_add(digester, chain.bytes, CG_DIGEST_BYTES);
        cg_digester_add(digester, bytes, cg_fact_bytes_len(&fact));
        cg_digester_end(digester, &chain);
    }
    for (cg_seq no = first; no <= last; no++) {
        struct cg_fact fact = fact_of(no);
        struct cg_turn_step step = {.kind = CG_TURN_FACT,
                                    .bytes = {NULL, cg_fact_bytes_len(&fact)}};
        cg_turn_clear(&turn);
        cg_fact_to_bytes(&fact, cg_turn_add(&turn, &step));
        assert_int_equal(cg_spare_write(&spare, &turn, base, &chain),
                         CG_DB_DONE);
    }
    cg_spare_close(&spare);
    cg_turn_deinit(&turn);
    cg_digester_close(digester);
}

/* A sync that failed may have written the turn all the same: it counts once. */
static void test_spare_turn_in_both_counts_once(void **state)
{
    const struct place *place = *state;
    make(place->path);
    spare_make(place, FACTS - 8, FACTS - 7, FACTS + 3);
    expect_facts(place->path, FACTS + 3);
    expect_facts(place->path, FACTS + 3);
}

/* The turns of an earlier use lie behind those of this one, and may begin just
 * where they end: they are none, and damage nothing. */
static void test_spare_used_before(void **state)
{
    const struct place *place = *state;
    make(place->path);
    spare_make(place, FACTS, FACTS + 1, FACTS + 4);
    expect_facts(place->path, FACTS + 4);
    spare_make(place, FACTS + 4, FACTS + 5, FACTS + 5);
    expect_facts(place->path, FACTS + 5);
}

static void spare_spoil(const struct place *place, long at)
{
    char path[160];
    snprintf(path, sizeof(path), "%s-spare", place->path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite("torn", 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
}

/* A spare full of turns that are spoilt, each of no bytes: they are looked at
 * one after the other, however many there are. */
static void test_spare_full_of_spoilt_turns(void **state)
{
    const struct place *place = *state;
    char path[160];
    struct cg_spare spare;
    struct cg_turn good = {.bytes = NULL};
    bool found = false;
    struct {
        uint64_t mark;
        uint64_t len;
        char digest[CG_DIGEST_BYTES];
    } turn = {.digest = "spoilt"};
    struct cg_digester *digester = cg_digester_open();
    make(place->path);
    spare_make(place, FACTS, FACTS + 1, FACTS + 1);
    snprintf(path, sizeof(path), "%s-spare", place->path);
    assert_int_equal(cg_spare_open(&spare, path, false, digester), CG_DB_DONE);
    assert_int_equal(cg_spare_read(&spare, &good, &found), CG_DB_DONE);
    assert_true(found);
    turn.mark = spare.mark;
    cg_turn_deinit(&good);
    cg_spare_close(&spare);
    cg_digester_close(digester);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)spare.end, SEEK_SET), 0);
    for (int i = 0; i < CG_SPARE_BYTES / (int)sizeof(turn); i++) {
        assert_int_equal(fwrite(&turn, sizeof(turn), 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
    expect_facts(place->path, FACTS + 1);
}

/* The power goes while a turn is written: what is cut off is no turn.  One that
 * others follow was whole, and is damaged: nothing is started on the rest. */
static void test_spare_torn_turn_is_none(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal;
    char error[2048];
    int cut = 0;
    int damaged = 0;
    /* The head is 96 bytes, each turn some 440. */
    for (long at = 120; at < 1800; at += 13) {
        make(place->path);
        spare_make(place, FACTS, FACTS + 1, FACTS + 4);
        spare_spoil(place, at);
        int status = cg_journal_open_sqlite(place->path, &journal, error,
                                            sizeof(error));
        if (status == 0) {
            struct seen seen = {0, 0};
            assert_int_equal(journal.load(journal.user, 0, see, &seen), 0);
            assert_in_range(seen.count, FACTS, FACTS + 4);
            cut += seen.count < FACTS + 4 ? 1 : 0;
            journal.close(journal.user);
        } else {
            assert_int_equal(status, CG_ERR_CORRUPT);
            assert_non_null(strstr(error, "-spare"));
            damaged++;
        }
        assert_int_equal(folder_empty(place->folder), 0);
    }
    /* What says where a turn ends looks like the end when it is hit itself. */
    assert_in_range(cut, 10, 60);
    assert_in_range(damaged, 60, 110);
}

/* A spare that belongs to other facts is not taken, and not lost. */
static void test_spare_of_another_refused(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal;
    char error[2048] = "";
    make(place->path);
    outside(place->path, "UPDATE fact SET chain = randomblob(32) WHERE no = 40;"
                         "UPDATE chain SET digest = (SELECT chain FROM fact"
                         " WHERE no = 40)");
    spare_make(place, FACTS, FACTS + 1, FACTS + 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            cg_journal_open_sqlite(place->path, &journal, error, sizeof(error)),
            CG_ERR_CORRUPT);
        assert_non_null(strstr(error, "belongs to another journal"));
    }
}

/* A reader sees what the spare has, and leaves both files as they are. */
static void test_spare_is_seen_by_a_reader(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal;
    char error[2048] = "";
    make(place->path);
    spare_make(place, FACTS, FACTS + 1, FACTS + 2);
    for (int i = 0; i < 2; i++) {
        struct seen seen = {0, 0};
        assert_int_equal(
            cg_journal_read_sqlite(place->path, &journal, error, sizeof(error)),
            0);
        assert_int_equal(journal.load(journal.user, 0, see, &seen), 0);
        assert_int_equal(seen.count, FACTS + 2);
        journal.close(journal.user);
    }
    expect_facts(place->path, FACTS + 2);
}

/* --- archives ------------------------------------------------------------ */

enum { LONG = 2500 };

static void make_long(const char *path)
{
    struct cg_journal journal = open_good(path);
    append(&journal, 1, LONG);
    struct cg_fact fact = fact_of(LONG + 1);
    fact.kind = CG_FACT_SNAPSHOT_TAKEN;
    fact.number = LONG - 10;
    assert_int_equal(journal.append(journal.user, &fact), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
}

/* Archives in steps, |steps| at most; true at the end. */
static bool archive(const struct cg_journal *journal, int steps, char *file)
{
    char error[2048] = "";
    bool more = true;
    while (more && steps-- > 0) {
        if (cg_journal_archive(journal->user, &more, file, 1024, error,
                               sizeof(error)) != 0) {
            fail_msg("%s", error);
        }
    }
    return !more;
}

/* The facts are all there, whether an archive was cut off after any step, or
 * turns were committed meanwhile; and only one file has each in the end. */
static void test_archive_loses_nothing(void **state)
{
    const struct place *place = *state;
    bool whole = false;
    char file[1024];
    for (int steps = 1; !whole; steps++) {
        cg_seq last = LONG + 1;
        make_long(place->path);
        struct cg_journal journal = open_good(place->path);
        for (int i = 0; i < steps && !whole; i++) {
            whole = archive(&journal, 1, file);
            append(&journal, last + 1, last + 2);
            last += 2;
            assert_int_equal(journal.commit(journal.user), 0);
        }
        journal.close(journal.user);
        expect_facts(place->path, last);
        journal = open_good(place->path);
        assert_true(archive(&journal, 1000, file));
        assert_true(archive(&journal, 1000, file));
        assert_string_equal(file, "");
        journal.close(journal.user);
        expect_facts(place->path, last);
        struct seen seen;
        char words[2048];
        assert_int_equal(
            load(place->path, LONG - 10, &seen, words, sizeof(words)), 0);
        assert_int_equal(seen.count, last - (LONG - 10));
        if (!whole) {
            assert_int_equal(folder_empty(place->folder), 0);
        }
    }
    assert_string_equal(file, "");
}

static void archive_all(const char *path, char file[1024])
{
    struct cg_journal journal = open_good(path);
    assert_true(archive(&journal, 1000, file));
    journal.close(journal.user);
    assert_string_equal(file, "gate.journal-archive-1-2490");
}

/* Facts in an archive are covered by the chain like all others. */
static void test_archive_changes_found(void **state)
{
    const struct place *place = *state;
    char file[1024];
    char path[1200];
    make_long(place->path);
    archive_all(place->path, file);
    snprintf(path, sizeof(path), "%s/%s", place->folder, file);
    outside(path, "DELETE FROM fact WHERE no = 2490");
    expect_found(place->path, 2490, "do not end with fact 2490");
    outside(path, "UPDATE fact SET amount = 1 WHERE no = 1000");
    expect_found(place->path, 1000, "fact 1000 is not");
    /* What comes after it needs no archive. */
    assert_int_equal(unlink(path), 0);
    struct seen seen;
    char words[2048];
    assert_int_equal(load(place->path, 2490, &seen, words, sizeof(words)), 0);
    assert_int_equal(seen.count, LONG + 1 - 2490);
    assert_int_equal(load(place->path, 0, &seen, words, sizeof(words)),
                     CG_ERR_IO);
    assert_non_null(strstr(words, "put it back beside the journal"));
}

/* Nobody starts a gate on an archive. */
static void test_archive_is_no_journal(void **state)
{
    const struct place *place = *state;
    struct cg_journal journal;
    char file[1024];
    char path[1200];
    char error[2048] = "";
    make_long(place->path);
    archive_all(place->path, file);
    snprintf(path, sizeof(path), "%s/%s", place->folder, file);
    assert_int_equal(
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)),
        CG_ERR_MISUSE);
    assert_non_null(strstr(error, "an archive"));
}

#define WITH_PLACE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(test_chain_edited_column_found),
        WITH_PLACE(test_chain_rows_found),
        WITH_PLACE(test_chain_edited_message_found),
        WITH_PLACE(test_spare_takes_over),
        WITH_PLACE(test_spare_is_taken_once),
        WITH_PLACE(test_spare_takes_a_large_turn),
        WITH_PLACE(test_spare_keeps_a_reset),
        WITH_PLACE(test_spare_turn_in_both_counts_once),
        WITH_PLACE(test_spare_used_before),
        WITH_PLACE(test_spare_full_of_spoilt_turns),
        WITH_PLACE(test_spare_torn_turn_is_none),
        WITH_PLACE(test_spare_of_another_refused),
        WITH_PLACE(test_spare_is_seen_by_a_reader),
        WITH_PLACE(test_archive_loses_nothing),
        WITH_PLACE(test_archive_changes_found),
        WITH_PLACE(test_archive_is_no_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
