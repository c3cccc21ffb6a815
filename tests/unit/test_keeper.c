/*
 * Pictures of a gate's books and archives of its journal, when all goes well
 * and when a call of the system, the copy of the process or the journal fails:
 * the gate goes on, nothing half done is left, and what failed is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_calls.h"
#include "failing_memory.h"
#include "folder.h"
#include "mistake_told.h"

#include <keeper.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <creditgate/config.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_MS 20000

/* Facts between two pictures: none is taken by itself. */
#define SELDOM 1000

static const char text[] =
    "[GATE]\nJournal=gate.journal\nInstruments=instruments.csv\n"
    "TradingDayEnd=never\nMaxOrders=100\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=0\nBeginString=FIX.4.4\n"
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=ACME\n"
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
    "[LIMIT]\nRiskLimitID=L1\nAccount=ACME\nCurrency=USD\nModel=push\n"
    "Amount=1000\n";

static char folder[64];
static char path[96];
static uv_loop_t loop;
static uv_timer_t guard;
static struct cg_config *config;
static struct cg_journal journal;
static struct cg_gate *gate;
static struct cg_keeper *keeper;
static cg_time now;
static bool up; /* the client's line, to have something to decide */
static char said[4096];
static int records;
static int ends;

/* --- what the keeper archives with ---------------------------------------- */

/* What cg_journal_archive() does instead: 0, its own; or a result, with |file|.
 */
static int archive_result;
static const char *archive_file; /* NULL: the journal does it */
static int archive_steps;        /* before that */

WRAPPED(cg_journal_archive);

int __wrap_cg_journal_archive(void *user,
                              bool *more,
                              char *file,
                              size_t file_len,
                              char *error,
                              size_t error_len)
{
    *more = archive_steps-- > 0;
    if (*more) {
        return 0;
    }
    if (archive_file == NULL && archive_result == 0) {
        return __real_cg_journal_archive(user, more, file, file_len, error,
                                         error_len);
    }
    snprintf(error, error_len, "no room");
    snprintf(file, file_len, "%s", archive_file != NULL ? archive_file : "");
    return archive_result;
}

/* --- a gate --------------------------------------------------------------- */

static cg_time clock_of_test(void)
{
    return now;
}

static void keep_line(void *user, enum cg_log_level level, const char *line)
{
    size_t len = strlen(said);
    assert_ptr_equal(user, &loop);
    assert_true((strncmp(line, "ALARM: ", 7) == 0) ==
                (level == CG_LOG_WARNING));
    snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static void commit(void)
{
    assert_int_equal(cg_gate_commit(gate), 0);
    cg_keeper_committed(keeper);
}

static void on_record(void *user, int status)
{
    assert_ptr_equal(user, &loop);
    assert_int_equal(status, 0);
    records++;
}

static void on_end(void *user)
{
    assert_ptr_equal(user, &ends);
    ends++;
}

static struct cg_keeper_options options_of(void)
{
    return (struct cg_keeper_options){.loop = &loop,
                                      .path = path,
                                      .journal = &journal,
                                      .gate = gate,
                                      .facts = SELDOM,
                                      .now = clock_of_test,
                                      .say = keep_line,
                                      .recorded = on_record,
                                      .user = &loop};
}

static void open_keeper(void)
{
    const struct cg_keeper_options options = options_of();
    keeper = cg_keeper_open(&options);
    assert_non_null(keeper);
}

static void open_gate(void)
{
    char error[512];
    assert_int_equal(
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)), 0);
    const struct cg_gate_options options = {
        .config = config, .journal = &journal, .now = now};
    assert_int_equal(cg_gate_open(&options, error, sizeof(error), &gate), 0);
    assert_int_equal(cg_gate_commit(gate), 0);
}

static void close_gate(void)
{
    cg_gate_close(gate);
    journal.close(journal.user);
}

/* Something new happens, and its turn ends. */
static void turn(void)
{
    struct cg_out out;
    up = !up;
    now += CG_SECOND;
    assert_int_equal(cg_gate_link(gate, 0, up, now), 0);
    while (cg_gate_pull(gate, &out)) {
    }
    commit();
}

static void on_guard(uv_timer_t *timer)
{
    (void)timer;
}

#define RUN_UNTIL(condition)                                                   \
    do {                                                                       \
        uint64_t last = uv_now(&loop) + GUARD_MS;                              \
        while (!(condition)) {                                                 \
            uv_run(&loop, UV_RUN_ONCE);                                        \
            if (uv_now(&loop) > last) {                                        \
                fail_msg("waited too long for " #condition);                   \
            }                                                                  \
        }                                                                      \
    } while (0)

static int setup(void **state)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = text,
        .instruments = "instrument,currency,dv01_per_million\nUSSW10,USD,904\n",
    };
    (void)state;
    snprintf(folder, sizeof(folder), "%s/creditgate-keeper-XXXXXX",
             folder_quick());
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/gate.journal", folder);
    now = 1800000000 * CG_SECOND;
    up = false;
    said[0] = '\0';
    records = ends = 0;
    archive_result = archive_steps = 0;
    archive_file = NULL;
    keeper = NULL;
    failing_never();
    assert_int_equal(
        cg_config_open_memory(&memory, mistake_fail, NULL, &config), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    uv_timer_init(&loop, &guard);
    uv_timer_start(&guard, on_guard, 100, 100);
    open_gate();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    uv_close((uv_handle_t *)&guard, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close_gate();
    cg_config_close(config);
    assert_int_equal(folder_remove(folder), 0);
    /* No copy of the process is left. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return 0;
}

/* --- what there is -------------------------------------------------------- */

static int files_like(const char *part)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    int count = 0;
    assert_non_null(entries);
    while ((entry = readdir(entries)) != NULL) {
        count += strstr(entry->d_name, part) != NULL;
    }
    closedir(entries);
    return count;
}

static int pictures(void)
{
    return files_like("gate.journal-snapshot-");
}

/* The picture that the journal names is one that a gate would take. */
static void picture_is_good(void)
{
    struct cg_snapshot_mark mark = {.no = 0};
    char name[160];
    struct stat about;
    size_t len = 0;
    assert_int_equal(journal.snapshot(journal.user, &mark), 0);
    snprintf(name, sizeof(name), "%s-snapshot-%llu", path,
             (unsigned long long)mark.no);
    assert_int_equal(stat(name, &about), 0);
    assert_true(about.st_size > 0);
    const void *picture = cg_keeper_map(path, &journal, &len);
    assert_non_null(picture);
    assert_int_equal(len, about.st_size);
    cg_keeper_unmap(picture, len);
}

/* Something new happens, and it is time for a picture, once. */
static void begin_picture(void)
{
    cg_keeper_set_facts(keeper, 1);
    turn();
    cg_keeper_set_facts(keeper, SELDOM);
}

static void take_picture(void)
{
    int before = records;
    begin_picture();
    RUN_UNTIL(records > before);
    commit();
    assert_non_null(strstr(said, "a snapshot is taken of the books"));
    picture_is_good();
}

static bool told_failure(void)
{
    return strstr(said, "could not be written: a start takes longer") != NULL;
}

static void close_keeper(void)
{
    int before = ends;
    cg_keeper_stop(keeper, on_end, &ends);
    RUN_UNTIL(ends > before);
    cg_keeper_close(keeper);
    keeper = NULL;
}

/* --- pictures ------------------------------------------------------------- */

/* One is taken when so many facts have none; there is one at a time, and a gate
 * that starts from it reads the few facts since. */
static void test_keeper_takes_pictures(void **state)
{
    size_t len = 0;
    char error[256];
    (void)state;
    open_keeper();
    turn();
    assert_int_equal(pictures(), 0);
    assert_null(cg_keeper_map(path, &journal, &len));
    take_picture();
    assert_int_equal(pictures(), 1);
    begin_picture();
    turn(); /* there is one at a time */
    RUN_UNTIL(records == 2);
    commit();
    assert_int_equal(pictures(), 1);
    take_picture();
    assert_int_equal(pictures(), 1);
    close_keeper();
    cg_gate_close(gate);
    struct cg_gate_options options = {
        .config = config, .journal = &journal, .now = now};
    options.snapshot = cg_keeper_map(path, &journal, &options.snapshot_len);
    assert_int_equal(cg_gate_open(&options, error, sizeof(error), &gate), 0);
    assert_true(cg_gate_unsaved(gate) < cg_gate_facts(gate));
    cg_keeper_unmap(options.snapshot, options.snapshot_len);
}

/* The same with a path that names no folder. */
static void test_keeper_in_the_working_folder(void **state)
{
    char before[512];
    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(folder), 0);
    const struct cg_keeper_options there = options_of();
    struct cg_keeper_options options = there;
    options.path = "gate.journal";
    keeper = cg_keeper_open(&options);
    assert_non_null(keeper);
    take_picture();
    take_picture();
    assert_int_equal(pictures(), 1);
    close_keeper();
    assert_int_equal(chdir(before), 0);
}

/* Whichever call fails, of this process or of the copy, no picture is left, an
 * alarm says so, and the next one is as good as ever. */
static void test_keeper_each_failing_call_is_told(void **state)
{
    static const char *const calls[] = {
        "open64",        "pipe2",   "fork",    "uv_pipe_open",
        "uv_read_start", "getppid", "fcntl64", "dup2",
        "close_range",   "write",   "fsync"};
    (void)state;
    open_keeper();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        bool failed = true;
        for (int after = 0; failed; after++) {
            int before = records;
            turn();
            said[0] = '\0';
            failing_once(calls[i], after, EIO);
            cg_keeper_archive(keeper);
            RUN_UNTIL(records > before || told_failure());
            failing_never();
            failed = records == before;
            assert_true(failed || after > 0);
            if (failed) {
                assert_int_equal(pictures(), before > 0);
            } else {
                commit();
                picture_is_good();
                RUN_UNTIL(strstr(said, "older facts are in ") != NULL);
            }
            uv_run(&loop, UV_RUN_NOWAIT); /* closes its pipe */
        }
    }
    close_keeper();
}

/* A wait that a signal breaks off goes on; a write, too. */
static void test_keeper_interrupted_goes_on(void **state)
{
    static const char *const calls[] = {"waitpid", "write"};
    (void)state;
    open_keeper();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        failing_once(calls[i], 0, EINTR);
        take_picture();
        assert_true(failing.name == NULL || i > 0); /* the copy writes */
        failing_never();
    }
    assert_false(told_failure());
    close_keeper();
}

/* A copy that is killed, or says less than it should, has written no picture.
 */
static void test_keeper_copy_that_fails(void **state)
{
    (void)state;
    open_keeper();
    failing = (struct failing_call){.name = "fsync", .how = FAILING_HANGS};
    begin_picture();
    assert_true(failing_copy > 0);
    assert_int_equal(kill(failing_copy, SIGKILL), 0);
    RUN_UNTIL(told_failure());
    uv_run(&loop, UV_RUN_NOWAIT);
    said[0] = '\0';
    /* The first write is the picture's, or a part of it. */
    failing = (struct failing_call){.name = "write", .how = FAILING_LIES};
    cg_keeper_archive(keeper);
    RUN_UNTIL(told_failure());
    failing_never();
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(records, 0);
    assert_int_equal(pictures(), 0);
    take_picture();
    close_keeper();
}

/* A stop does not wait for a copy that stands still, and says nothing. */
static void test_keeper_stops_while_a_picture_is_taken(void **state)
{
    (void)state;
    open_keeper();
    failing = (struct failing_call){.name = "fsync", .how = FAILING_HANGS};
    begin_picture();
    failing_never();
    close_keeper();
    assert_int_equal(pictures(), 0);
    assert_string_equal(said, "");
    /* If it had not ended when it was looked for. */
    (void)waitpid(failing_copy, NULL, 0);
}

/* After the stop nothing begins any more. */
static void test_keeper_stopped_does_nothing(void **state)
{
    (void)state;
    open_keeper();
    cg_keeper_stop(keeper, on_end, &ends);
    turn();
    cg_keeper_archive(keeper);
    RUN_UNTIL(ends == 1);
    assert_int_equal(pictures(), 0);
    cg_keeper_close(keeper);
    cg_keeper_close(NULL);
    cg_keeper_stop(NULL, on_end, &ends);
    assert_int_equal(ends, 2);
}

/* --- archives ------------------------------------------------------------- */

static void archive_until(const char *words)
{
    int before = records;
    said[0] = '\0';
    cg_keeper_archive(keeper);
    cg_keeper_archive(keeper); /* is one already */
    RUN_UNTIL(records > before);
    commit();
    cg_keeper_archive(keeper); /* still */
    turn();                    /* no picture meanwhile */
    RUN_UNTIL(strstr(said, words) != NULL);
}

/* When somebody asks, a picture is taken, and what it stands for is moved away
 * in steps; others who ask meanwhile get nothing else. */
static void test_keeper_archives(void **state)
{
    (void)state;
    open_keeper();
    turn();
    archive_steps = 3;
    archive_until("older facts are in ");
    assert_int_equal(files_like("-archive-1-"), 1);
    archive_file = "";
    archive_until("there is nothing to archive");
    archive_result = CG_ERR_IO;
    archive_until("ALARM: the archive was given up, the journal is as it was: "
                  "no room");
    archive_file = NULL;
    archive_result = 0;
    /* One that is asked for while a picture is taken waits for it. */
    begin_picture();
    archive_until("older facts are in ");
    assert_int_equal(files_like("-archive-"), 2);
    close_keeper();
}

/* Without a picture nothing is archived. */
static void test_keeper_no_archive_without_picture(void **state)
{
    (void)state;
    open_keeper();
    failing_once("pipe2", 0, EMFILE);
    cg_keeper_archive(keeper);
    assert_true(told_failure());
    failing_never();
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(files_like("-archive-"), 0);
    archive_until("older facts are in ");
    close_keeper();
}

/* --- opening -------------------------------------------------------------- */

static int no_snapshot(void *user, struct cg_snapshot_mark *mark)
{
    (void)user;
    (void)mark;
    return CG_ERR_IO;
}

static void touch_picture(const char *name)
{
    char file[160];
    snprintf(file, sizeof(file), "%s-snapshot-%s", path, name);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
}

/* What an earlier process left behind goes, but for the picture on record; not
 * when nobody can say which one that is, or the folder cannot be read. */
static void test_keeper_removes_what_is_left(void **state)
{
    (void)state;
    open_keeper();
    take_picture();
    close_keeper();
    touch_picture("7000000");
    int (*snapshot)(void *, struct cg_snapshot_mark *) = journal.snapshot;
    journal.snapshot = no_snapshot;
    open_keeper();
    assert_int_equal(pictures(), 2);
    close_keeper();
    journal.snapshot = snapshot;
    failing_once("opendir", 0, EACCES);
    open_keeper();
    assert_int_equal(pictures(), 2);
    close_keeper();
    open_keeper();
    assert_int_equal(pictures(), 1);
    picture_is_good();
    close_keeper();
}

/* Without memory there is no keeper; one that was never stopped is freed by the
 * loop. */
static void test_keeper_no_memory(void **state)
{
    const struct cg_keeper_options options = options_of();
    long n = 1;
    (void)state;
    for (; keeper == NULL; n++) {
        countdown = n;
        failures = 0;
        keeper = cg_keeper_open(&options);
        countdown = -1;
        assert_true((keeper == NULL) == (failures > 0));
    }
    assert_true(n > 2);
    cg_keeper_close(keeper);
    uv_run(&loop, UV_RUN_NOWAIT);
}

/* A picture that is gone, empty or cannot be read is none. */
static void test_keeper_map_of_what_is_not_there(void **state)
{
    struct cg_snapshot_mark mark = {.no = 0};
    struct cg_journal blind = journal;
    char name[160];
    char number[32];
    size_t len = 1;
    (void)state;
    open_keeper();
    take_picture();
    close_keeper();
    blind.snapshot = no_snapshot;
    assert_null(cg_keeper_map(path, &blind, &len));
    assert_int_equal(len, 0);
    static const char *const calls[] = {"open64", "fstat64", "mmap64"};
    for (size_t i = 0; i < 3; i++) {
        failing_once(calls[i], 0, EIO);
        assert_null(cg_keeper_map(path, &journal, &len));
        failing_never();
    }
    picture_is_good();
    assert_int_equal(journal.snapshot(journal.user, &mark), 0);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)mark.no);
    touch_picture(number);
    assert_null(cg_keeper_map(path, &journal, &len));
    snprintf(name, sizeof(name), "%s-snapshot-%s", path, number);
    assert_int_equal(unlink(name), 0);
    assert_null(cg_keeper_map(path, &journal, &len));
    cg_keeper_unmap(NULL, 0);
}

/* A journal lacks its spare when it holds something and the spare is gone. */
static void test_keeper_spare(void **state)
{
    char name[160];
    char spare[160];
    (void)state;
    assert_false(cg_keeper_lacks_spare(path));
    snprintf(name, sizeof(name), "%s/other", folder);
    snprintf(spare, sizeof(spare), "%s/other-spare", folder);
    assert_false(cg_keeper_lacks_spare(name));
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fflush(file), 0);
    assert_false(cg_keeper_lacks_spare(name));
    assert_int_equal(fputc('x', file), 'x');
    assert_int_equal(fclose(file), 0);
    assert_true(cg_keeper_lacks_spare(name));
    file = fopen(spare, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_false(cg_keeper_lacks_spare(name));
}

/* --- calls of libuv ------------------------------------------------------- */

WRAPPED(uv_pipe_open);

int __wrap_uv_pipe_open(uv_pipe_t *pipe, uv_file file)
{
    return failing_now("uv_pipe_open") ? (close(file), UV_EINVAL)
                                       : __real_uv_pipe_open(pipe, file);
}

FAILING_CALL(int,
             uv_read_start,
             (uv_stream_t * stream, uv_alloc_cb alloc, uv_read_cb read),
             (stream, alloc, read),
             UV_EINVAL)

#define WITH_GATE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_keeper_takes_pictures),
        WITH_GATE(test_keeper_in_the_working_folder),
        WITH_GATE(test_keeper_each_failing_call_is_told),
        WITH_GATE(test_keeper_interrupted_goes_on),
        WITH_GATE(test_keeper_copy_that_fails),
        WITH_GATE(test_keeper_stops_while_a_picture_is_taken),
        WITH_GATE(test_keeper_stopped_does_nothing),
        WITH_GATE(test_keeper_archives),
        WITH_GATE(test_keeper_no_archive_without_picture),
        WITH_GATE(test_keeper_removes_what_is_left),
        WITH_GATE(test_keeper_no_memory),
        WITH_GATE(test_keeper_map_of_what_is_not_there),
        WITH_GATE(test_keeper_spare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
