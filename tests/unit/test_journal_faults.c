/*
 * A short life of a journal in which one thing fails: the n-th operation of the
 * disk, the n-th allocation of SQLite's or of the journal's own, for n = 1, 2,
 * ... until nothing fails.  Each failure is told in words, the process goes on,
 * and what was said to be durable is there afterwards, in order, and no more
 * than was handed over (R23, R45).  It begins with no file, with what a killed
 * gate leaves, with a spare in use, and with a log that is to be mended.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "faulty_disk.h"
#include "sanitized.h"
#include <creditgate/journal.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#define CREATED ((int64_t)1768471200000000000)

enum { TURNS = 6, FACTS = 3, TOLD_OF = 5, NEXT = SANITIZED ? 7 : 1 };

static const char *const sessions[] = {"FIX.4.4:GATE->C", "FIX.4.4:GATE->V"};

struct life {
    cg_seq before;  /* facts that were there */
    cg_seq durable; /* facts: the journal said so */
    cg_seq handed;  /* to it */
    int error;      /* the first one */
    char wrong[600];
};

/* --- one life ------------------------------------------------------------ */

static struct cg_fact fact_of(cg_seq no)
{
    bool snapshot = no % 10 == 9;
    return (struct cg_fact){
        .kind = snapshot ? CG_FACT_SNAPSHOT_TAKEN : CG_FACT_TOKEN_GRANTED,
        .no = no,
        .time = CREATED + (cg_time)no,
        .cause_session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = (uint32_t)no,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
        .number = snapshot ? no - 1 : 0,
        .amount = (cg_dv01)no * 10000,
        .id = "ID",
        .id_len = 2,
        .text = "0123456789abcdef",
        .text_len = no % 16,
    };
}

static void say(struct life *life, const char *wrong, const char *more)
{
    if (life->wrong[0] == '\0') {
        (void)snprintf(life->wrong, sizeof(life->wrong), "%s: %s", wrong, more);
    }
}

/* What failed, and what to do. */
static void expect_words(struct life *life, const char *words)
{
    if (strstr(words, "gate.journal") == NULL ||
        (strchr(words, ';') == NULL && strstr(words, "memory") == NULL)) {
        say(life, "these words do not help", words);
    }
}

static void failed(struct life *life, int error, const char *words)
{
    if (life->error == 0 && error < 0) {
        life->error = error;
        expect_words(life, words);
    }
}

struct seen {
    cg_seq count;
    bool good;
};

static int see(void *context, const struct cg_fact *fact)
{
    struct seen *seen = context;
    struct cg_fact made = fact_of(++seen->count);
    seen->good = seen->good && fact->no == made.no && fact->kind == made.kind &&
                 fact->amount == made.amount && fact->text_len == made.text_len;
    return 0;
}

static void hear(
    void *context, int seq, const char *bytes, size_t len, size_t at, size_t of)
{
    int *sum = context;
    assert_true(len == 40 && at == 10 && of == 20 && bytes[0] == 'm');
    *sum += seq;
}

static int stage(struct cg_journal *journal, struct life *life, int turn)
{
    const char *name = sessions[turn % 2];
    char bytes[40];
    memset(bytes, 'm', sizeof(bytes));
    for (int i = 0; i < FACTS; i++) {
        struct cg_fact fact = fact_of(life->handed + 1);
        int error = journal->append(journal->user, &fact);
        if (error != 0) {
            return error;
        }
        life->handed++;
    }
    int error = cg_journal_message_set(journal->user, name, turn + 1, bytes,
                                       sizeof(bytes), 10, 20);
    if (error == 0) {
        error = cg_journal_session_set_sender(journal->user, name, turn + 2);
    }
    if (error == 0) {
        error = cg_journal_session_set_target(journal->user, name, turn + 3);
    }
    if (error == 0 && turn == 4) {
        error = cg_journal_session_reset(journal->user, name, CREATED + turn);
    }
    return error;
}

static void play(struct cg_journal *journal, struct life *life)
{
    for (int turn = 0; turn < TURNS && life->error == 0; turn++) {
        int sum = 0;
        int error = stage(journal, life, turn);
        if (error == 0) {
            error = cg_journal_message_get(journal->user, sessions[turn % 2], 1,
                                           99, hear, &sum);
            if (error == 0 && sum == 0 && turn != 4) {
                say(life, "a message that was stored is not there", "");
            }
        }
        error = error != 0 ? error : journal->commit(journal->user);
        if (error >= 0) {
            life->durable = life->handed;
        }
        failed(life, error, journal->error(journal->user));
    }
}

/* Facts move to an archive; that it cannot be is no failure of the journal. */
static void archive(struct cg_journal *journal, struct life *life)
{
    bool more = true;
    for (int i = 0; i < 20 && more; i++) {
        char file[512] = "";
        char error[512] = "";
        if (cg_journal_archive(journal->user, &more, file, sizeof(file), error,
                               sizeof(error)) != 0 &&
            error[0] == '\0') {
            say(life, "an archive failed without a word", "");
        }
    }
}

static int load_sessions(struct cg_journal *journal)
{
    int error = 0;
    for (size_t i = 0; i < 2 && error == 0; i++) {
        int64_t created = CREATED;
        int sender;
        int target;
        error = cg_journal_session_load(journal->user, sessions[i], &sender,
                                        &target, &created);
    }
    return error;
}

/* Reads all; a reader leaves the files as they are. */
static void read_all(struct life *life, const char *path)
{
    struct cg_journal journal;
    char words[600] = "";
    int error = cg_journal_read_sqlite(path, &journal, words, sizeof(words));
    if (error != 0) {
        failed(life, error, words);
        return;
    }
    struct seen seen = {0, true};
    struct cg_snapshot_mark mark;
    error = journal.load(journal.user, 0, see, &seen);
    failed(life, error, journal.error(journal.user));
    if (error == 0 && (!seen.good || seen.count < life->durable)) {
        say(life, "a reader sees other facts", "");
    }
    error = journal.snapshot(journal.user, &mark);
    failed(life, error, journal.error(journal.user));
    journal.close(journal.user);
}

static void live(const char *path, cg_seq before, struct life *life)
{
    struct cg_journal journal;
    char words[600] = "";
    *life = (struct life){
        .before = before, .durable = before, .handed = before};
    int error = cg_journal_open_sqlite(path, &journal, words, sizeof(words));
    if (error == 0) {
        error = load_sessions(&journal);
        failed(life, error, journal.error(journal.user));
        if (error == 0) {
            play(&journal, life);
            archive(&journal, life);
        }
        journal.close(journal.user);
    } else {
        failed(life, error, words);
    }
    read_all(life, path);
}

/* --- afterwards ---------------------------------------------------------- */

/* With nothing failing it opens, and has all that was durable. */
static void judge(const char *path, struct life *life)
{
    struct cg_journal journal;
    struct seen seen = {0, true};
    char words[600] = "";
    if (cg_journal_open_sqlite(path, &journal, words, sizeof(words)) != 0) {
        say(life, "it does not open again", words);
        return;
    }
    int error = journal.load(journal.user, 0, see, &seen);
    (void)snprintf(words, sizeof(words), "%d, %d of %d to %d facts, %s", error,
                   (int)seen.count, (int)life->durable, (int)life->handed,
                   journal.error(journal.user));
    if (error != 0 || !seen.good || seen.count < life->durable ||
        seen.count > life->handed) {
        say(life, "it holds other facts", words);
    }
    journal.close(journal.user);
}

struct tally {
    size_t lives;
    size_t errors;
    size_t wrong;
};

static void
count(struct tally *tally, const struct life *life, const char *what, size_t at)
{
    tally->lives++;
    tally->errors += life->error != 0;
    if (life->wrong[0] != '\0' && tally->wrong++ < TOLD_OF) {
        print_error("%s %zu: %s\n", what, at, life->wrong);
    }
}

static void check(const struct tally *tally)
{
    faulty_disk_use(NULL);
    print_message("%zu lives, %zu of them with an error\n", tally->lives,
                  tally->errors);
    assert_true(tally->errors > 0);
    assert_int_equal(tally->wrong, 0);
}

/* --- where it begins ------------------------------------------------------ */

#define PATH "gate.journal"

enum start { FRESH, KILLED, SPARE, MEND, STARTS };

static struct faulty_disk *copy(const struct faulty_disk *disk)
{
    return faulty_disk_kill(disk, faulty_disk_now(disk));
}

/* A gate that was killed: its log is not folded. */
static struct faulty_disk *killed(struct life *life, bool spare)
{
    const struct faulty_fault fault = {
        .op = FAULTY_WRITE, .at = 40, .lasts = true, .except = "-spare"};
    struct faulty_disk *disk = faulty_disk_open();
    struct cg_journal journal;
    char words[600];
    *life = (struct life){.before = 0};
    faulty_disk_use(disk);
    assert_int_equal(
        cg_journal_open_sqlite(PATH, &journal, words, sizeof(words)), 0);
    assert_int_equal(load_sessions(&journal), 0);
    faulty_disk_fail(disk, spare ? &fault : NULL);
    play(&journal, life);
    assert_int_equal(life->error, 0);
    struct faulty_disk *left = copy(disk);
    journal.close(journal.user);
    faulty_disk_close(disk);
    return left;
}

/* The copy of the log is whole, and the power goes before it was used. */
static bool has_copy(const struct faulty_disk *disk)
{
    int name = faulty_name_find(disk, PATH "-mend");
    int inode = name >= 0 ? disk->names[name].now : FAULTY_NOBODY;
    return inode != FAULTY_NOBODY && disk->inodes[inode].now.len > 100 &&
           memcmp(disk->inodes[inode].now.data, "CG log", 6) == 0;
}

static struct faulty_disk *mending(struct life *life)
{
    struct faulty_disk *disk = killed(life, false);
    size_t at = faulty_disk_now(disk);
    struct faulty_disk *found = NULL;
    struct life next;
    faulty_disk_use(disk);
    live(PATH, life->handed, &next);
    for (; at < faulty_disk_now(disk) && found == NULL; at++) {
        found = faulty_disk_kill(disk, at);
        if (!has_copy(found)) {
            faulty_disk_close(found);
            found = NULL;
        }
    }
    assert_non_null(found);
    faulty_disk_close(disk);
    return found;
}

static struct faulty_disk *begin(enum start start, struct life *life)
{
    *life = (struct life){.before = 0};
    return start == FRESH  ? faulty_disk_open()
           : start == MEND ? mending(life)
                           : killed(life, start == SPARE);
}

/* --- the disk ------------------------------------------------------------- */

static void
sweep_disk(enum start start, struct faulty_fault fault, struct tally *tally)
{
    struct life first;
    struct faulty_disk *base = begin(start, &first);
    bool met = true;
    for (fault.at = 1; met; fault.at += (fault.lasts ? 3 : 2) * (size_t)NEXT) {
        struct faulty_disk *disk = copy(base);
        struct life life;
        faulty_disk_use(disk);
        faulty_disk_fail(disk, &fault);
        live(PATH, first.handed, &life);
        met = faulty_disk_has_failed(disk);
        faulty_disk_fail(disk, NULL);
        judge(PATH, &life);
        count(tally, &life, "operation", fault.at);
        faulty_disk_close(disk);
    }
    faulty_disk_close(base);
}

/* Once, or from then on; told that the disk is full, too. */
static void test_journal_faults_of_the_disk(void **state)
{
    struct tally tally = {0};
    (void)state;
    for (enum start start = FRESH; start < STARTS; start++) {
        struct faulty_fault fault = {.op = FAULTY_ANY};
        sweep_disk(start, fault, &tally);
        fault.lasts = true;
        fault.error = SQLITE_FULL;
        sweep_disk(start, fault, &tally);
    }
    check(&tally);
}

/* --- SQLite's memory ------------------------------------------------------ */

static long sqlite_countdown = -1;
static bool sqlite_failed;
static sqlite3_mem_methods own;

static bool sqlite_fails(void)
{
    if (sqlite_countdown < 0 || --sqlite_countdown > 0) {
        return false;
    }
    sqlite_countdown = -1;
    sqlite_failed = true;
    return true;
}

static void *sqlite_malloc(int size)
{
    return sqlite_fails() ? NULL : own.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return sqlite_fails() ? NULL : own.xRealloc(old, size);
}

/* Before SQLite is used: its memory is ours to refuse. */
static int set_up(void **state)
{
    sqlite3_mem_methods methods;
    (void)state;
    faulty_checkpoint_pages = 6;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &own) != SQLITE_OK) {
        return -1;
    }
    methods = own;
    methods.xMalloc = sqlite_malloc;
    methods.xRealloc = sqlite_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
                   sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK
               ? 0
               : -1;
}

/* Each at the beginning, then fewer and fewer. */
static void test_journal_faults_of_sqlite_memory(void **state)
{
    struct tally tally = {0};
    (void)state;
    for (enum start start = FRESH; start < STARTS; start++) {
        struct life first;
        struct faulty_disk *base = begin(start, &first);
        bool met = true;
        for (long n = 1; met; n += NEXT + n / 20) {
            struct faulty_disk *disk = copy(base);
            struct life life;
            faulty_disk_use(disk);
            sqlite_failed = false;
            sqlite_countdown = n;
            live(PATH, first.handed, &life);
            sqlite_countdown = -1;
            met = sqlite_failed;
            judge(PATH, &life);
            count(&tally, &life, "allocation of SQLite", (size_t)n);
            faulty_disk_close(disk);
        }
        faulty_disk_close(base);
    }
    check(&tally);
}

/* --- the journal's own ---------------------------------------------------- */

/* On the machine's own disk: the other one needs memory itself. */
static void test_journal_faults_of_memory(void **state)
{
    char folder[] = "/tmp/creditgate-faults-XXXXXX";
    char path[128];
    struct tally tally = {0};
    bool met = true;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/" PATH, folder);
    faulty_disk_use(NULL);
    for (long n = 1; met; n++) {
        static const char *const ends[] = {
            "", "-wal", "-spare", "-mend", "-archive-1-8", "-archive-1-17"};
        char file[192];
        struct life life;
        failures = 0;
        countdown = n;
        live(path, 0, &life);
        countdown = -1;
        met = failures > 0;
        if (life.error != 0 && life.error != CG_ERR_MEMORY) {
            say(&life, "this is no error of memory", "");
        }
        judge(path, &life);
        count(&tally, &life, "allocation", (size_t)n);
        for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
            (void)snprintf(file, sizeof(file), "%s%s", path, ends[i]);
            (void)unlink(file);
        }
    }
    assert_int_equal(rmdir(folder), 0);
    check(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal_faults_of_the_disk),
        cmocka_unit_test(test_journal_faults_of_sqlite_memory),
        cmocka_unit_test(test_journal_faults_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
