/*
 * Memory that runs out in a replay, alone, against another configuration, by a
 * journal, or to record a session: each allocation fails in turn.  Each time
 * the caller is told, and nothing leaks (under sanitizers).  Whoever follows a
 * replay may end it at each call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "replay_recorder.h"
#include "script_text.h"
#include "session_record.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Gates are opened some thousand times. */
#define DESK SCRIPT_DESK "[GATE]\nMaxLegs=16\nMaxInstruments=16\n"

/* An order that fills in part and is cancelled, refusals, links that are lost,
 * numbers that begin anew, a message that is sent again and then rejected. */
#define DAY                                                                    \
    SCRIPT_UP SCRIPT_ORDER                                                     \
        "@+1s venue > 8 37=V1 11=A1 17=E1 150=0 39=0 55=X 54=1 38=10000000 "   \
        "151=10000000 14=0 6=0\n"                                              \
        "client < 8 11=A1 150=0 ...\n"                                         \
        "@+1s venue > 8 37=V1 11=A1 17=E2 150=F 39=1 55=X 54=1 38=10000000 "   \
        "32=4000000 31=4 151=6000000 14=4000000 6=4\n"                         \
        "client < 8 11=A1 150=F ...\n"                                         \
        "hub < DF 2318=$N 2319=$T 2321=1 ...\n"                                \
        "hub > DG 2318=$N 2319=$T 2320=0 2321=1 2325=0\n"                      \
        "@+1s client > D 11=A2 38=50000000\n"                                  \
        "hub < DF 2318=$S 2319=$U 2320=0 2321=0 ...\n"                         \
        "hub > DG 2318=$S 2319=$U 2320=0 2321=0 2324=45200.00 2327=0 2325=2 "  \
        "2326=1\n"                                                             \
        "client < 8 11=A2 150=8 ...\n"                                         \
        "@+1s client > F 11=C1 41=A1 55=X 54=1 60=@\n"                         \
        "venue < F 11=C1 ...\n"                                                \
        "@+1s venue > 8 37=V1 11=C1 41=A1 17=E3 150=4 39=4 55=X 54=1 "         \
        "38=10000000 151=0 14=4000000 6=4\n"                                   \
        "client < 8 11=C1 150=4 ...\n"                                         \
        "hub < DF 2318=$Q 2319=$T ...\n"                                       \
        "hub > DG 2318=$Q 2319=$T 2320=1 2321=0 2325=4\n"                      \
        "@+1s venue down\n"                                                    \
        "client > D 11=A3 38=1000000\n"                                        \
        "client < 8 11=A3 150=8 58~CG304 ...\n"                                \
        "@+1s hub down\n@+1s hub up\nhub < CL ...\nvenue up\nclient resets\n"  \
        "@+1s client > D 11=A4 38=1000000\n"                                   \
        "hub < DF 2318=$P 2319=$W 2320=0 2321=0 ...\n"                         \
        "hub > DG 2318=$P 2319=$W 2320=0 2321=0 2324=904.00 2327=904.00 "      \
        "2325=0\n"                                                             \
        "venue < D 11=A4 ...\n"                                                \
        "@+1s venue resend D 11=A4 kept\n"                                     \
        "@+1s venue rejects D 11=A4\n"                                         \
        "client < 8 11=A4 150=8 ...\nhub < DF 2319=$W 2320=1 ...\n"

/* The hub says nothing, and its time is over when something else happens: what
 * the gate says of that comes before it. */
#define UNANSWERED(id, event)                                                  \
    "@+1s client > D 11=" id " 38=1000000\n"                                   \
    "hub < DF 2318=* 2319=$T" id " 2320=0 ...\n"                               \
    "@+20s client < 8 11=" id " 150=8 58~CG301 ...\n"                          \
    "hub < DF 2318=$N" id " 2320=1 ...\n@+1s " event                           \
    "@+1s hub > DG 2318=$N" id " 2319=$T" id " 2320=1 2321=0 2325=4\n"
#define SILENT                                                                 \
    SCRIPT_UP SCRIPT_ORDER UNANSWERED("B1", "venue resend D 11=A1 kept\n")     \
        UNANSWERED("B2", "client skips\n")                                     \
            UNANSWERED("B3",                                                   \
                       "venue rejects D 11=A1\nclient < 8 11=A1 150=8 ...\n"   \
                       "hub < DF 2320=1 ...\n")                                \
                UNANSWERED("B4", "venue down\n") "@+1s venue up\n"

/* The day as a log, and what else a replay of it needs. */
static struct {
    struct recorder recorder;
    struct cg_script tight;   /* the same desk, dearer and with less room */
    struct cg_script renamed; /* the same gate by another name */
    struct cg_journal journal;
    const char *log;
    struct recorder silent; /* another day */
    const char *silent_log;
    char folder[64];
    char config[128];
} day;

static int setup_journal(const struct recorder *recorder);

static void write_beside(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", day.folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    static const char tight[] = DESK "[LIMIT]\nRiskLimitID=L\n"
                                     "Amount=5000\n"
                                     "instrument X,USD,1000\n";
    static const char renamed[] = DESK "[GATE]\nName=OTHER\n";
    (void)state;
    if (!recorder_play_text(&day.recorder, DESK DAY) ||
        !recorder_play_text(&day.silent, DESK SILENT) ||
        cg_script_read_text("tight.session", cg_slice_str(tight),
                            sessions_mistake, NULL, &day.tight) != 0 ||
        cg_script_read_text("renamed.session", cg_slice_str(renamed),
                            sessions_mistake, NULL, &day.renamed) != 0) {
        return -1;
    }
    day.log = recorder_write(&day.recorder, RECORD_FILELOG, 0, NULL, NULL);
    day.silent_log = recorder_write(&day.silent, RECORD_FILELOG, 1, NULL, NULL);
    snprintf(day.folder, sizeof(day.folder), "/tmp/creditgate-mem-XXXXXX");
    if (mkdtemp(day.folder) == NULL) {
        return -1;
    }
    snprintf(day.config, sizeof(day.config), "%s/gate.cfg", day.folder);
    write_beside("gate.cfg", day.recorder.script.config_text);
    write_beside("instruments", day.recorder.script.instruments_text);
    return setup_journal(&day.recorder);
}

static int tear_down(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/instruments", day.folder);
    unlink(path);
    unlink(day.config);
    day.journal.close(day.journal.user);
    cg_script_deinit(&day.renamed);
    cg_script_deinit(&day.tight);
    recorder_deinit(&day.silent);
    recorder_deinit(&day.recorder);
    return rmdir(day.folder);
}

/* --- the journal of the day ---------------------------------------------- */

/* Its facts, with the numbers that the log has. */
static int keep_fact(void *context, const struct cg_fact *fact)
{
    const struct recorder *recorder = context;
    struct cg_fact kept = *fact;
    if (fact->cause_session != CG_SESSION_NONE && fact->cause_seq > 0) {
        kept.cause_seq = (cg_seq)recorder->sessions[fact->cause_session]
                             .seqs[0][fact->cause_seq - 1];
    }
    return day.journal.append(day.journal.user, &kept);
}

static void on_played(void *user, const struct cg_journal *journal)
{
    assert_int_equal(journal->load(journal->user, 0, keep_fact, user), 0);
}

static void no_print(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static int setup_journal(const struct recorder *recorder)
{
    struct cg_script_run_options options = {
        .print = no_print,
        .played = on_played,
        .user = (void *)(uintptr_t)recorder};
    if (cg_journal_open_capture(&day.journal) != 0 ||
        cg_script_run(&recorder->script, &options) != 0) {
        return -1;
    }
    return day.journal.commit(day.journal.user);
}

/* --- a replay ------------------------------------------------------------ */

/* Calls until whoever follows the replay ends it; 0: nobody does. */
static size_t calls_left;

static int followed(void)
{
    return calls_left > 0 && --calls_left == 0 ? CG_ERR_FULL : 0;
}

struct told {
    size_t lines;
    size_t differences;
    size_t troubles;
};

static int on_output(void *user, const char *bytes, size_t len)
{
    struct told *told = user;
    (void)bytes;
    told->lines += len > 0;
    return followed();
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct told *told = user;
    (void)kind;
    (void)file;
    (void)offset;
    (void)text;
    told->troubles++;
    return followed() == 0;
}

static void on_against(void *user, const struct cg_against_difference *is)
{
    struct told *told = user;
    assert_true(is->because[0] != '\0');
    told->differences++;
}

/* What a recorder of it is told. */
static int on_begin(void *user, cg_time start, const struct cg_rates **rates)
{
    (void)user;
    (void)rates;
    assert_int_equal(start % CG_SECOND, 0);
    return followed();
}

static int on_taped(void *user, struct cg_replay_message *message)
{
    (void)user;
    assert_true(message->bytes.len > 0);
    return followed();
}

static int on_heard(void *user, const struct cg_script_passed *heard)
{
    (void)user;
    (void)heard;
    return followed();
}

static int on_said(void *user, const struct cg_side_said *said)
{
    (void)user;
    assert_non_null(said->out);
    return followed();
}

static const struct cg_replay_tape tape = {
    .grain_ns = CG_MS,
    .begin = on_begin,
    .message = on_taped,
    .heard = on_heard,
    .said = on_said,
};

static const struct cg_replay_tape *taped;
static bool renamed; /* ids are others than in the log */

static int replay(bool against, bool journal, struct told *told)
{
    const struct cg_against_options other = {.config = &day.tight.config,
                                             .hub_latency = -1,
                                             .difference = on_against,
                                             .user = told};
    const struct cg_replay_options options = {
        .config = renamed ? &day.renamed.config : &day.recorder.script.config,
        .logs = &day.log,
        .log_count = 1,
        .expect = day.log,
        .journal = journal ? &day.journal : NULL,
        .against = against ? &other : NULL,
        .tape = taped,
        .output = on_output,
        .trouble = on_trouble,
        .user = told,
    };
    struct cg_replay *run = NULL;
    char error[512] = "";
    *told = (struct told){0};
    int status = cg_replay_open(&options, error, sizeof(error), &run);
    if (status == 0) {
        status = cg_replay_run(run, error, sizeof(error));
    }
    assert_int_equal(error[0] != '\0', status != 0);
    if (status == 0) {
        struct cg_replay_totals totals;
        cg_replay_totals(run, &totals);
        /* Books that there is no memory to prove are not proved. */
        status = totals.holds ? 0 : CG_ERR_MEMORY;
    }
    cg_replay_close(run);
    return status;
}

/* Each allocation fails, the later ones more seldom, until none does; then all
 * comes out as without. */
static void replay_without_memory(bool against, bool journal)
{
    struct told whole;
    assert_int_equal(replay(against, journal, &whole), 0);
    assert_true(whole.lines > 5);
    assert_int_equal(whole.differences > 0, against);
    for (int i = 0; i <= 1; i++) {
        for_good = i == 1;
        for (long n = 1;; n += 1 + (for_good ? n / 8 : 0)) {
            struct told told;
            failures = 0;
            countdown = n;
            int got = replay(against, journal, &told);
            countdown = -1;
            if (got == 0) {
                assert_memory_equal(&told, &whole, sizeof(told));
            }
            if (failures == 0) {
                assert_int_equal(got, 0);
                assert_true(n > 50);
                break;
            }
            if (got != 0 && got != CG_ERR_MEMORY) {
                fail_msg("allocation %ld: %d", n, got);
            }
        }
    }
}

/* Each call of whoever follows it ends it at once, and is what comes out. */
static void each_call_ends_it(bool against, bool journal)
{
    struct told told;
    for (size_t n = 1;; n++) {
        calls_left = n;
        int got = replay(against, journal, &told);
        bool ended = calls_left == 0;
        calls_left = 0;
        if (!ended) {
            assert_int_equal(got, 0);
            assert_true(n > 5);
            return;
        }
        if (got != CG_ERR_FULL && got != CG_ERR_CORRUPT) {
            fail_msg("call %zu: %d", n, got);
        }
    }
}

static void test_replay_no_memory_told(void **state)
{
    (void)state;
    replay_without_memory(false, false);
}

static void test_replay_other_name_no_memory_told(void **state)
{
    (void)state;
    renamed = true;
    replay_without_memory(false, false);
    each_call_ends_it(false, false);
    renamed = false;
}

static void test_replay_against_no_memory_told(void **state)
{
    (void)state;
    replay_without_memory(true, false);
}

static void test_replay_journal_no_memory_told(void **state)
{
    (void)state;
    replay_without_memory(false, true);
}

static void test_replay_whoever_follows_ends_it(void **state)
{
    (void)state;
    each_call_ends_it(false, false);
    each_call_ends_it(true, false);
    each_call_ends_it(false, true);
    taped = &tape;
    each_call_ends_it(false, false);
    taped = NULL;
}

/* What ends it while the gate is still behind what happens, ends it, too. */
static void test_replay_whoever_follows_ends_it_before(void **state)
{
    const char *log = day.log;
    (void)state;
    day.log = day.silent_log;
    each_call_ends_it(false, false);
    each_call_ends_it(true, false);
    taped = &tape;
    each_call_ends_it(false, false);
    taped = NULL;
    day.log = log;
}

/* --- a session ----------------------------------------------------------- */

static size_t mistakes;

static void
count(void *user, const char *file, int line, const char *wrong, const char *to)
{
    (void)user;
    (void)line;
    assert_true(*file != '\0' && *wrong != '\0' && *to != '\0');
    mistakes++;
}

static int record(bool anonymised, char **text)
{
    struct told told = {0};
    const struct cg_session_record_options options = {
        .config = day.config,
        .logs = &day.log,
        .log_count = 1,
        .anonymised = anonymised,
        .report = count,
        .trouble = on_trouble,
        .print = no_print,
        .user = &told,
    };
    char error[512] = "";
    size_t len = 0;
    mistakes = 0;
    *text = NULL;
    int status = cg_session_record(&options, error, sizeof(error), text, &len);
    assert_int_equal(mistakes, 0);
    assert_int_equal(*text == NULL, status != 0);
    if (status == CG_ERR_MEMORY) {
        assert_non_null(strstr(error, "memory"));
    }
    return status;
}

static void record_without_memory(bool anonymised)
{
    char *whole;
    char *text;
    assert_int_equal(record(anonymised, &whole), 0);
    for (long n = 1;; n += 1 + n / 200) {
        failures = 0;
        countdown = n;
        int got = record(anonymised, &text);
        countdown = -1;
        if (got == 0) {
            assert_string_equal(text, whole);
        } else if (got != CG_ERR_MEMORY && got != CG_RECORD_E_DIFFERS) {
            fail_msg("allocation %ld: %d", n, got);
        }
        free(text);
        if (failures == 0) {
            assert_int_equal(got, 0);
            assert_true(n > 200);
            break;
        }
    }
    free(whole);
}

static void test_session_record_no_memory_told(void **state)
{
    (void)state;
    for_good = false;
    record_without_memory(false);
    record_without_memory(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_no_memory_told),
        cmocka_unit_test(test_replay_other_name_no_memory_told),
        cmocka_unit_test(test_replay_against_no_memory_told),
        cmocka_unit_test(test_replay_journal_no_memory_told),
        cmocka_unit_test(test_replay_whoever_follows_ends_it),
        cmocka_unit_test(test_replay_whoever_follows_ends_it_before),
        cmocka_unit_test(test_session_record_no_memory_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
