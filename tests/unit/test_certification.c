/*
 * A certification around a kit that plays what the test says: which cases are
 * played, what is put on record, what a run that goes on finds there, and what
 * becomes of it when memory or the disk runs out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certify_cases.h"
#include "evidence_sample.h"
#include "failing_memory.h"
#include "folder.h"
#include "mistake_told.h"
#include "sanitized.h"

#include <certification.h>
#include <errno.h>
#include <records.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PLAYS_MAX 16

/* --- a kit --------------------------------------------------------------- */

/* What an attempt comes to. */
struct play {
    enum cg_kit_verdict verdict;
    const char *reason;
    bool heard; /* the peer was there, and said something */
    int status;
};

static struct {
    struct cg_kit_options options;
    struct play plays[PLAYS_MAX]; /* from the first one on; then all pass */
    size_t played;
    char ids[PLAYS_MAX * 8]; /* " T-1 T-2" */
    size_t clocks;
    int open_status;
    bool open;
    bool asks;
    bool met; /* in the last attempt */
} kit;

int __wrap_cg_kit_open(const struct cg_kit_options *options,
                       char *error,
                       size_t error_len,
                       struct cg_kit **out);
void __wrap_cg_kit_close(struct cg_kit *it);
int __wrap_cg_kit_play(struct cg_kit *it,
                       const struct cg_script *script,
                       const struct cg_kit_value *values,
                       size_t value_count,
                       enum cg_kit_verdict *verdict,
                       char *reason,
                       size_t reason_len);
bool __wrap_cg_kit_met(const struct cg_kit *it);
size_t __wrap_cg_kit_clock(const struct cg_kit *it, cg_time *offset_ns);

int __wrap_cg_kit_open(const struct cg_kit_options *options,
                       char *error,
                       size_t error_len,
                       struct cg_kit **out)
{
    kit.options = *options;
    kit.open = kit.open_status == 0;
    snprintf(error, error_len, "%s", kit.open ? "" : "no kit today");
    *out = kit.open ? (struct cg_kit *)(void *)&kit : NULL;
    return kit.open_status;
}

void __wrap_cg_kit_close(struct cg_kit *it)
{
    assert_true(it == NULL || kit.open);
    kit.open = kit.open && it == NULL;
}

static void tell(struct cg_kit_event event)
{
    event.time = 1800000000 * CG_SECOND;
    kit.options.event(kit.options.user, &event);
}

#define SOH "\001"
#define HUB_SAYS                                                               \
    "8=FIXT.1.1" SOH "35=DG" SOH "2318=1" SOH "2319=T" SOH "2325=0" SOH        \
    "2327=5.00" SOH
#define GATE_ASKS                                                              \
    "8=FIXT.1.1" SOH "35=DF" SOH "2318=1" SOH "2319=T" SOH "2320=0" SOH        \
    "2321=0" SOH "2324=5.00" SOH "15=USD" SOH "1670=L" SOH

static void tell_all(const struct cg_script *script, bool heard)
{
    static const uint32_t tags[] = {38, 58};

    tell((struct cg_kit_event){
        .kind = CG_KIT_NOTE, .actor = "hub", .note = "is logged on"});
    tell((struct cg_kit_event){.kind = CG_KIT_MESSAGE,
                               .actor = "hub",
                               .to_actor = true,
                               .bytes = CG_SLICE(GATE_ASKS)});
    tell((struct cg_kit_event){.kind = CG_KIT_MESSAGE,
                               .actor = "client",
                               .bytes = CG_SLICE("35=D" SOH "58=\xff" SOH)});
    tell((struct cg_kit_event){.kind = CG_KIT_MESSAGE,
                               .actor = "wire",
                               .bytes = CG_SLICE("35=0" SOH)});
    if (heard) {
        tell((struct cg_kit_event){.kind = CG_KIT_MESSAGE,
                                   .actor = "hub",
                                   .bytes = CG_SLICE(HUB_SAYS)});
    }
    tell((struct cg_kit_event){.kind = CG_KIT_STEP,
                               .actor = "hub",
                               .step = &script->steps[0],
                               .verdict = CG_KIT_PASSED,
                               .text = "hub up",
                               .expected = "",
                               .wrong = "",
                               .differing = tags,
                               .differing_count = heard ? 2 : 0});
}

int __wrap_cg_kit_play(struct cg_kit *it,
                       const struct cg_script *script,
                       const struct cg_kit_value *values,
                       size_t value_count,
                       enum cg_kit_verdict *verdict,
                       char *reason,
                       size_t reason_len)
{
    struct play play = {CG_KIT_PASSED, "", true, 0};
    size_t len = strlen(kit.ids);

    (void)values;
    (void)value_count;
    assert_ptr_equal(it, &kit);
    assert_true(kit.open);
    if (kit.played < PLAYS_MAX && kit.plays[kit.played].reason != NULL) {
        play = kit.plays[kit.played];
    }
    kit.played++;
    kit.met = play.heard;
    snprintf(kit.ids + len, sizeof(kit.ids) - len, " %.*s",
             (int)script->kase.id.len, script->kase.id.data);
    if (play.status != 0) {
        return play.status;
    }
    if (kit.asks) {
        const char *why;

        for (int i = 0; i < 3; i++) {
            kit.options.ask(kit.options.user, "hub", "lower", "Lower it",
                            i == 0, &why);
        }
    }
    tell_all(script, play.heard);
    if (kit.options.stops(kit.options.user)) {
        play = (struct play){.verdict = CG_KIT_STOPPED, .reason = "told to"};
    }
    *verdict = play.verdict;
    snprintf(reason, reason_len, "%s", play.reason);
    return 0;
}

bool __wrap_cg_kit_met(const struct cg_kit *it)
{
    assert_ptr_equal(it, &kit);
    return kit.met;
}

size_t __wrap_cg_kit_clock(const struct cg_kit *it, cg_time *offset_ns)
{
    assert_ptr_equal(it, &kit);
    *offset_ns = 7 * CG_MS;
    return kit.clocks;
}

/* --- a disk --------------------------------------------------------------- */

/* Syncs until one fails, 1: the next one; below 0 none does. */
static long syncs = -1;
static size_t failed_syncs;

int __wrap_fsync(int file);
int __wrap_fdatasync(int file);

static int sync_it(void)
{
    if (syncs < 0 || --syncs > 0) {
        return 0;
    }
    syncs = -1;
    failed_syncs++;
    errno = EIO;
    return -1;
}

int __wrap_fsync(int file)
{
    assert_true(file >= 0);
    return sync_it();
}

int __wrap_fdatasync(int file)
{
    assert_true(file >= 0);
    return sync_it();
}

/* --- an operator ---------------------------------------------------------- */

static struct {
    char dir[64];
    struct cg_cases cases;
    struct cg_profile profile;
    struct cg_certification_options options;
    struct cg_certification_counts counts;
    char head[65];
    char error[1024];
    char said[4096];
    enum cg_next nexts[8];
    size_t next;
    size_t begun;
    size_t ended;
    size_t events;
    enum cg_kit_asked answer;
    long stops_in; /* looks until it wants to end; below 0: never */
    long rests_in; /* looks until it wants to end after a case */
} run;

static void on_begin(void *user,
                     const struct cg_case *kase,
                     size_t number,
                     size_t total,
                     unsigned attempt)
{
    (void)user;
    assert_true(kase == &run.cases.items[number - 1]);
    assert_int_equal(total, run.cases.count);
    assert_true(attempt > 0);
    run.begun++;
}

static void on_event(void *user, const struct cg_kit_event *event)
{
    (void)user;
    assert_non_null(event->actor);
    run.events++;
}

static void on_end(void *user,
                   const struct cg_case *kase,
                   enum cg_kit_verdict verdict,
                   const char *reason,
                   cg_time took)
{
    size_t len = strlen(run.said);

    (void)user;
    assert_true(took >= 0);
    snprintf(run.said + len, sizeof(run.said) - len, "%.*s %s: %s\n",
             (int)kase->script.kase.id.len, kase->script.kase.id.data,
             cg_verdict_word(verdict), reason);
    run.ended++;
}

static enum cg_kit_asked on_ask(void *user,
                                const char *actor,
                                const char *words,
                                const char *plea,
                                bool first,
                                const char **why)
{
    (void)user;
    *why = "they refuse";
    assert_string_equal(actor, "hub");
    assert_string_equal(words, "lower");
    assert_string_equal(plea, "Lower it");
    return first ? CG_KIT_ASKED_WAIT : run.answer;
}

static enum cg_next
on_next(void *user, const struct cg_case *kase, char *reason, size_t reason_len)
{
    (void)user;
    (void)kase;
    snprintf(reason, reason_len, "not today");
    return run.nexts[run.next++];
}

static bool on_stops(void *user)
{
    (void)user;
    if (run.stops_in > 0) {
        run.stops_in--;
        return false;
    }
    return run.stops_in == 0;
}

static bool on_rests(void *user)
{
    (void)user;
    return run.rests_in == 0 || --run.rests_in == 0;
}

static void on_stand(void *user,
                     const struct cg_case *kase,
                     bool decided,
                     enum cg_kit_verdict verdict,
                     const char *reason)
{
    size_t len = strlen(run.said);

    (void)user;
    snprintf(run.said + len, sizeof(run.said) - len,
             decided ? "%.*s stands at %s: %s\n" : "%.*s stands open\n",
             (int)kase->script.kase.id.len, kase->script.kase.id.data,
             cg_verdict_word(verdict), reason);
}

static void on_say(void *user, const char *text)
{
    size_t len = strlen(run.said);

    (void)user;
    snprintf(run.said + len, sizeof(run.said) - len, "%s\n", text);
}

/* --- setting up ---------------------------------------------------------- */

static void path_of(const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", run.dir, name);
}

static void write_text(const char *name, const char *text)
{
    evidence_sample_write(run.dir, name, text, strlen(text));
}

/* The evidence of the test, and its reports. */
static void forget_evidence(void)
{
    char path[128];

    path_of("report", path);
    (void)folder_remove(path);
}

static void read_profile(const char *text)
{
    static char path[128];

    write_text("a.profile", text);
    path_of("a.profile", path);
    cg_profile_deinit(&run.profile);
    assert_int_equal(cg_profile_read(path, mistake_print, NULL, &run.profile),
                     0);
}

static void read_cases(enum cg_kit_seat seat)
{
    static char paths[4][128];
    const char *const given[] = {paths[0], paths[1], paths[2], paths[3]};

    for (int i = 0; i < 4; i++) {
        char name[32];

        snprintf(name, sizeof(name), "T%d.session", i + 1);
        path_of(name, paths[i]);
    }
    cg_cases_deinit(&run.cases);
    assert_int_equal(
        cg_cases_read(given, 4, seat, mistake_print, NULL, &run.cases), 0);
    run.options.config = &run.cases.items[0].script.config;
}

static int setup(void **state)
{
    static char report[128];

    (void)state;
    memset(&kit, 0, sizeof(kit));
    memset(&run, 0, sizeof(run));
    snprintf(run.dir, sizeof(run.dir), "/tmp/cg-certification-XXXXXX");
    assert_non_null(mkdtemp(run.dir));
    write_text("T1.session", CASE_TEXT("T-1", "hub", CASE_STEPS));
    write_text("T2.session", CASE_TEXT("T-2", "hub",
                                       "precondition A limit.\n"
                                       "reference R20\n"
                                       "needs partial\n" CASE_STEPS));
    write_text("T3.session", CASE_TEXT("T-3", "hub gate", CASE_STEPS));
    write_text("T4.session",
               CASE_TEXT("T-4", "gate", "level optional\n" CASE_STEPS));
    path_of("report", report);
    read_profile("[PROFILE]\nName=P\nFirm=We\nCounterparty=They\n"
                 "[VALUES]\nACCOUNT=A\n");
    read_cases(CG_KIT_HUB);
    run.stops_in = -1;
    run.options.version = "1";
    run.options.config_path = "none.cfg";
    run.options.profile = &run.profile;
    run.options.seat = CG_KIT_HUB;
    run.options.peer = 2;
    run.options.cases = &run.cases;
    run.options.dir = report;
    run.options.operator_name = "me";
    run.options.begins = on_begin;
    run.options.event = on_event;
    run.options.ended = on_end;
    run.options.ask = on_ask;
    run.options.stops = on_stops;
    run.options.say = on_say;
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    cg_cases_deinit(&run.cases);
    cg_profile_deinit(&run.profile);
    snprintf(command, sizeof(command), "rm -rf %s", run.dir);
    return system(command);
}

static int certify(void)
{
    int status;

    kit.played = 0;
    kit.ids[0] = '\0';
    run.said[0] = '\0';
    run.next = 0;
    run.begun = run.ended = 0;
    status = cg_certification_run(&run.options, &run.counts, run.head,
                                  run.error, sizeof(run.error));
    assert_false(kit.open);
    return status;
}

static void passes(const char *ids)
{
    if (certify() != 0) {
        fail_msg("%s", run.error);
    }
    assert_string_equal(kit.ids, ids);
    assert_int_equal(strlen(run.head), 64);
    assert_int_equal(cg_evidence_verify(run.options.dir, on_say, NULL), 0);
}

static void fails(int status, const char *words)
{
    assert_int_equal(certify(), status);
    if (strstr(run.error, words) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", words, run.error);
    }
}

static void has(const char *words)
{
    if (strstr(run.said, words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, run.said);
    }
}

/* How many records of the evidence have |words|. */
static size_t records_with(const char *words)
{
    size_t len;
    char *text = evidence_sample_read(run.options.dir, "evidence.jsonl", &len);
    char *rest = text;
    size_t count = 0;

    for (char *line = strsep(&rest, "\n"); line != NULL;
         line = strsep(&rest, "\n")) {
        count += strstr(line, words) != NULL ? 1 : 0;
    }
    free(text);
    return count;
}

static void expect_counts(size_t passed,
                          size_t failed,
                          size_t skipped,
                          size_t waived,
                          size_t open,
                          size_t mandatory_open)
{
    assert_int_equal(run.counts.passed, passed);
    assert_int_equal(run.counts.failed, failed);
    assert_int_equal(run.counts.skipped, skipped);
    assert_int_equal(run.counts.waived, waived);
    assert_int_equal(run.counts.open, open);
    assert_int_equal(run.counts.mandatory_open, mandatory_open);
}

/* --- which cases are played ----------------------------------------------- */

/* What has a verdict is not played again, unless it is another case now, or
 * somebody wants it. */
static void test_certification_goes_on(void **state)
{
    static const char *const again[] = {"T-3", "failed"};
    static const struct cg_kit_value skip = {"T-1", "the hub is shared"};
    char head[65];
    char path[128];

    (void)state;
    kit.clocks = 5;
    kit.plays[2] = (struct play){CG_KIT_FAILED, "no", true, 0};
    passes(" T-1 T-2 T-3");
    expect_counts(2, 1, 0, 1, 0, 1);
    assert_int_equal(run.begun, 4);
    assert_int_equal(run.ended, 4);
    assert_true(run.events > 10);
    assert_int_equal(records_with("\"kind\":\"clock\""), 1);
    assert_int_equal(records_with("\"offset_ms\":7"), 1);
    assert_int_equal(records_with("\"differing\":[38,58]"), 3);
    has("T-4 waived: it is no case for a hub");
    kit.plays[2].reason = NULL;
    kit.clocks = 0;
    passes("");
    assert_int_equal(records_with("\"kind\":\"clock\""), 1);
    write_text("T1.session", CASE_TEXT("T-1", "hub", CASE_STEPS "hub down\n"));
    read_cases(CG_KIT_HUB);
    passes(" T-1");
    run.options.again = again;
    run.options.again_count = 1;
    passes(" T-3");
    expect_counts(3, 0, 0, 1, 0, 0);
    run.options.again = again + 1;
    passes("");
    kit.plays[0] = (struct play){CG_KIT_BROKEN, "gone", true, 0};
    run.options.again = again;
    passes(" T-3");
    run.options.again_count = 2;
    kit.plays[0].reason = NULL;
    passes(" T-3");
    /* Where nothing was left to play nothing was written. */
    assert_int_equal(records_with("\"kind\":\"run\""), 5);
    snprintf(head, sizeof(head), "%s", run.head);
    run.options.again_count = 0;
    passes("");
    has("nothing is left to play");
    assert_string_equal(run.head, head);
    assert_int_equal(records_with("\"kind\":\"end\""), 5);
    run.options.skips = &skip;
    run.options.skip_count = 1;
    for (int i = 0; i < 2; i++) {
        passes("");
        assert_int_equal(records_with("\"kind\":\"end\""), 6);
    }
    assert_null(strstr(run.said, "is another one"));
    write_text("new.cfg", "another");
    path_of("new.cfg", path);
    run.options.config_path = path;
    run.options.skip_count = 0;
    passes("");
    has("the configuration is another one than in the run before");
    assert_null(strstr(run.said, "the profile is another one"));
}

/* By the profile, by its words of what a case needs, and by hand. */
static void test_certification_rules_out(void **state)
{
    static const struct cg_kit_value skips[] = {{"T-9", "nothing"},
                                                {"T-3", "the hub is shared"}};

    (void)state;
    read_profile("[PROFILE]\nName=P\nCounterparty=They\n"
                 "Unsupported=whole, partial\n[WAIVE]\nT-1=by mail\n");
    run.options.skips = skips;
    run.options.skip_count = 2;
    run.options.operator_name = "m\xe9";
    passes("");
    /* Who rules out, and by which words, is on record; whatever it is. */
    assert_int_equal(records_with("\"operator\":\"m\\\\xE9\""), 1);
    assert_int_equal(records_with("\"text\":\"[PROFILE]\\nName=P\\n"), 1);
    has("T-1 waived: by mail (P, line 6)");
    has("T-2 waived: it needs partial, which They does not support (profile "
        "P)");
    has("T-3 skipped: the hub is shared");
    expect_counts(0, 0, 1, 3, 0, 1);
    assert_int_equal(records_with("\"raw\":{"), 0);
    run.options.skip_count = 0;
    passes("");
}

/* After what did not pass somebody says how to go on. */
static void test_certification_asks_how_to_go_on(void **state)
{
    static const enum cg_next nexts[] = {CG_NEXT_REPEAT, CG_NEXT_SKIP,
                                         CG_NEXT_GO_ON, CG_NEXT_STOP};

    (void)state;
    run.options.next = on_next;
    memcpy(run.nexts, nexts, sizeof(nexts));
    for (int i = 0; i < 4; i++) {
        kit.plays[i] = (struct play){i == 1 ? CG_KIT_BROKEN : CG_KIT_FAILED,
                                     "no", true, 0};
    }
    passes(" T-1 T-1 T-2 T-3");
    has("T-1 skipped: not today");
    expect_counts(0, 2, 1, 0, 1, 3);
    assert_int_equal(run.counts.broken, 0);
    assert_int_equal(records_with("\"reason\":\"not today\""), 1);
}

/* Stopped in a case, and before the first one. */
static void test_certification_stops(void **state)
{
    (void)state;
    kit.plays[1] = (struct play){CG_KIT_STOPPED, "told to", true, 0};
    passes(" T-1 T-2");
    expect_counts(1, 0, 0, 0, 3, 2);
    kit.plays[1].reason = NULL;
    run.stops_in = 0;
    passes("");
    expect_counts(1, 0, 0, 0, 3, 2);
    run.stops_in = 2; /* of the looks: at T-1, at T-2, in it */
    passes(" T-2");
    expect_counts(1, 0, 0, 0, 3, 2);
    run.stops_in = -1;
    passes(" T-2 T-3");
    expect_counts(3, 0, 0, 1, 0, 0);
}

/* A peer that is not there: the third case in a row is the last. */
static void test_certification_without_a_peer(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        kit.plays[i] = (struct play){CG_KIT_BROKEN, "silence", i == 1, 0};
    }
    passes(" T-1 T-2 T-3");
    assert_null(strstr(run.said, "was not there"));
    kit.plays[1].heard = false;
    passes(" T-1 T-2 T-3");
    has("the peer was not there in three attempts in a row");
    assert_int_equal(run.counts.broken, 3);
    run.options.say = NULL;
    passes(" T-1 T-2 T-3");
}

/* Silence on the wire fails a case: that is nobody, too.  Who passes is there
 * whatever it says. */
static void test_certification_of_a_silent_peer(void **state)
{
    (void)state;
    write_text("T4.session", CASE_TEXT("T-4", "hub", CASE_STEPS));
    read_cases(CG_KIT_HUB);
    for (int i = 0; i < 4; i++) {
        kit.plays[i] = (struct play){i == 1 ? CG_KIT_FAILED : CG_KIT_BROKEN,
                                     "silence", false, 0};
    }
    passes(" T-1 T-2 T-3");
    expect_counts(0, 1, 0, 0, 1, 4);
    forget_evidence();
    kit.plays[1].verdict = CG_KIT_PASSED;
    passes(" T-1 T-2 T-3 T-4");
}

/* Whoever is asked how to go on may call the peer, and try again and again. */
static void test_certification_waits_with_somebody(void **state)
{
    static const enum cg_next nexts[] = {CG_NEXT_REPEAT, CG_NEXT_REPEAT,
                                         CG_NEXT_REPEAT, CG_NEXT_GO_ON};

    (void)state;
    run.options.next = on_next;
    memcpy(run.nexts, nexts, sizeof(nexts));
    for (int i = 0; i < 4; i++) {
        kit.plays[i] = (struct play){CG_KIT_BROKEN, "silence", false, 0};
    }
    passes(" T-1 T-1 T-1 T-1 T-2 T-3");
    assert_true(kit.options.attended);
    run.options.next = NULL;
    kit.plays[0].reason = NULL;
    passes(" T-1");
    assert_false(kit.options.attended);
}

/* What ruled a case out may do so no longer. */
static void test_certification_waived_before(void **state)
{
    (void)state;
    read_profile("[PROFILE]\nName=P\nCounterparty=They\n"
                 "Unsupported=partial\n");
    passes(" T-1 T-3");
    expect_counts(2, 0, 0, 2, 0, 0);
    passes("");
    assert_int_equal(records_with("\"verdict\":\"waived\""), 2);
    read_profile("[PROFILE]\nName=P\nCounterparty=They\n");
    passes(" T-2");
    expect_counts(3, 0, 0, 1, 0, 0);
    has("T-4 waived");
    passes("");
}

/* What is on record of each case is told at the end, whoever was played. */
static void test_certification_tells_standings(void **state)
{
    (void)state;
    run.options.stands = on_stand;
    kit.plays[1] = (struct play){CG_KIT_FAILED, "no", true, 0};
    kit.plays[2] = (struct play){CG_KIT_STOPPED, "told to", true, 0};
    passes(" T-1 T-2 T-3");
    has("T-1 stands at passed: \nT-2 stands at failed: no\nT-3 stands open\n"
        "T-4 stands open\n");
    kit.plays[0] = kit.plays[2];
    passes(" T-3");
    has("T-1 stands at passed: \nT-2 stands at failed: no\n");
}

/* After the case under way, and before the first one. */
static void test_certification_rests(void **state)
{
    (void)state;
    run.options.rests = on_rests;
    run.rests_in = 2; /* of the looks: before T-1, behind it */
    kit.plays[0] = (struct play){CG_KIT_FAILED, "no", true, 0};
    run.options.next = on_next;
    passes(" T-1");
    expect_counts(0, 1, 0, 0, 3, 3);
    assert_int_equal(run.next, 0); /* and nobody is asked what is next */
    passes("");
}

/* A gate is the peer of every actor, and speaks to the wire. */
static void test_certification_of_a_gate(void **state)
{
    (void)state;
    write_text("T1.session", CASE_TEXT("T-1", "hub gate", CASE_STEPS));
    write_text("T2.session", CASE_TEXT("T-2", "gate", CASE_STEPS));
    read_cases(CG_KIT_GATE);
    run.options.seat = CG_KIT_GATE;
    for (int i = 0; i < 3; i++) {
        kit.plays[i] = (struct play){CG_KIT_BROKEN, "silence", false, 0};
    }
    passes(" T-1 T-2 T-3");
    kit.plays[0].reason = NULL;
    passes(" T-1 T-2 T-3 T-4");
    assert_int_equal(records_with("\"seat\":\"gate\""), 2);
    assert_int_equal(records_with("\"peer\":\"gate\""), 2);
    run.options.seat = CG_KIT_HUB;
    fails(CG_ERR_CONFIG, "holds a certification of a gate, not of a hub");
    run.options.seat = CG_KIT_GATE;
    run.options.played = 1; /* its first session */
    passes(" T-2 T-3");
    assert_int_equal(records_with("\"played\":\"client\""), 1);
    read_profile("[PROFILE]\nName=P\nCounterparty=Others\n");
    fails(CG_ERR_CONFIG, "holds a certification of They, not of Others");
    assert_int_equal(records_with("\"kind\":\"run\""), 3);
}

/* A folder is of one hub, if the configuration has several. */
static void test_certification_of_another_hub(void **state)
{
    (void)state;
    passes(" T-1 T-2 T-3");
    run.options.peer = 1;
    fails(CG_ERR_CONFIG, "holds a certification of the session hub, not of "
                         "venue; give another folder");
}

static void test_certification_records_what_was_asked(void **state)
{
    (void)state;
    kit.asks = true;
    run.answer = CG_KIT_ASKED_CANNOT;
    passes(" T-1 T-2 T-3");
    assert_int_equal(records_with("\"answer\":\"not done: they refuse\""), 6);
    run.answer = CG_KIT_ASKED_DONE;
    forget_evidence();
    passes(" T-1 T-2 T-3");
    assert_int_equal(records_with("\"answer\":\"done\""), 6);
    assert_int_equal(records_with("\"answer\":\"not done"), 0);
}

/* Nobody listens. */
static void test_certification_without_listeners(void **state)
{
    (void)state;
    run.options.begins = NULL;
    run.options.event = NULL;
    run.options.ended = NULL;
    run.options.stops = NULL;
    run.options.say = NULL;
    passes(" T-1 T-2 T-3");
    expect_counts(3, 0, 0, 1, 0, 0);
}

/* --- what is on record ---------------------------------------------------- */

static void append(const char *text)
{
    char path[160];
    FILE *file;

    snprintf(path, sizeof(path), "%s/evidence.jsonl", run.options.dir);
    file = fopen(path, "ab");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* A crash leaves half a line: it is put aside, told, and gone on behind. */
static void test_certification_behind_a_torn_line(void **state)
{
    (void)state;
    passes(" T-1 T-2 T-3");
    append("{\"no\":");
    passes("");
    has("evidence.jsonl");
    append("{\"no\":");
    run.options.say = NULL;
    passes("");
}

/* Records that have not what they should have: nothing is made of them. */
static void test_certification_strange_records(void **state)
{
    static const char *const kinds[] = {"message", "attempt", "verdict",
                                        "message", "message", "message",
                                        "message", "attempt", "verdict"};
    struct cg_evidence *evidence = NULL;

    (void)state;
    passes(" T-1 T-2 T-3");
    assert_int_equal(cg_evidence_open(run.options.dir, run.error,
                                      sizeof(run.error), &evidence),
                     0);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        json_t *record = json_object();

        if (i > 2) {
            json_object_set_new(record, "actor", json_string("hub"));
            json_object_set_new(record, "case", json_string("T-9"));
        }
        if (i > 3) {
            json_object_set_new(record, "direction", json_string("from"));
        }
        if (i == 5) {
            json_object_set_new(record, "bytes", json_integer(5));
        }
        if (i == 6) {
            json_object_set_new(record, "bytes", json_string("\\x4G\\xFf"));
            json_object_set_new(record, "escaped", json_true());
        }
        evidence_sample_add(evidence, kinds[i], record);
    }
    evidence_sample_add(evidence, "message",
                        json_pack("{ss ss ss}", "actor", "nobody", "direction",
                                  "from", "bytes", "35=DG" SOH));
    cg_evidence_close(evidence);
    passes("");
    expect_counts(3, 0, 0, 1, 0, 0);
}

/* --- what goes wrong ------------------------------------------------------ */

static void test_certification_kit_fails(void **state)
{
    (void)state;
    kit.open_status = CG_ERR_CONFIG;
    fails(CG_ERR_CONFIG, "no kit today");
    kit.open_status = 0;
    kit.plays[1] = (struct play){CG_KIT_PASSED, "", true, CG_ERR_MEMORY};
    fails(CG_ERR_MEMORY, "no memory");
    kit.plays[1].reason = NULL;
    passes(" T-2 T-3");
    assert_int_equal(run.counts.passed, 3);
}

/* Files where folders should be, and a folder where a file should be. */
static void test_certification_folder_that_cannot_be(void **state)
{
    char path[160];

    (void)state;
    write_text("report", "a file");
    fails(CG_ERR_IO, "report");
    path_of("report", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    write_text("report/raw", "a file");
    fails(CG_ERR_IO, "cannot be written; make room");
    path_of("report/raw", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    path_of("report/raw/T-1-2.log", path);
    assert_int_equal(mkdir(path, 0755), 0);
    fails(CG_ERR_IO, "cannot be written; make room");
    assert_int_equal(rmdir(path), 0);
    passes(" T-1 T-2 T-3");
}

/* Each file of the evidence may grow to |size| at most. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that is full after every so many bytes: the run ends at the first
 * record that is not whole, and goes on where there is room again. */
static void test_certification_disk_is_full(void **state)
{
    size_t whole;

    (void)state;
    passes(" T-1 T-2 T-3");
    free(evidence_sample_read(run.options.dir, "evidence.jsonl", &whole));
    for (size_t room = 0; room < whole; room += 400) {
        int status;

        forget_evidence();
        limit_files(room);
        status = certify();
        limit_files(RLIM_INFINITY);
        assert_int_equal(status, CG_ERR_IO);
        assert_true(strlen(run.error) > 0);
        assert_int_equal(certify(), 0);
        expect_counts(3, 0, 0, 1, 0, 0);
        assert_int_equal(cg_evidence_verify(run.options.dir, on_say, NULL), 0);
    }
    /* What there is room for are the records, but not the report. */
    forget_evidence();
    limit_files(whole + 200);
    assert_int_equal(certify(), CG_ERR_IO);
    limit_files(RLIM_INFINITY);
    passes("");
}

/* Each sync of a run fails in turn; behind a half line there is one more. */
static void test_certification_disk_fails(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        int status;

        forget_evidence();
        assert_int_equal(certify(), 0);
        append("{\"no\":");
        write_text("T1.session",
                   CASE_TEXT("T-1", "hub", CASE_STEPS "@0 quiet\n"));
        failed_syncs = 0;
        syncs = n;
        status = certify();
        syncs = -1;
        if (failed_syncs == 0) {
            assert_true(n > 8);
            break;
        }
        assert_int_equal(status, CG_ERR_IO);
        assert_true(strlen(run.error) > 0);
        assert_int_equal(certify(), 0);
        expect_counts(3, 0, 0, 1, 0, 0);
        assert_int_equal(cg_evidence_verify(run.options.dir, on_say, NULL), 0);
        write_text("T1.session", CASE_TEXT("T-1", "hub", CASE_STEPS));
    }
}

/* --- no memory ------------------------------------------------------------ */

/* At first each of them, then some. */
enum { NEAR = 120, FAR = SANITIZED ? 311 : 61 };

/* One run with the n-th allocation failing; false when none has. */
static bool without_memory(long n)
{
    int status;

    forget_evidence();
    failures = 0;
    countdown = n;
    status = certify();
    countdown = -1;
    if (failures == 0) {
        assert_int_equal(status, 0);
        return false;
    }
    if (status == 0) {
        /* Somebody was not told something; on record all is. */
        assert_int_equal(records_with("\"kind\":\"verdict\""), 4);
        assert_int_equal(records_with("\"kind\":"),
                         records_with("\"attempt\":") + 3);
    } else {
        /* A digest that cannot be made is one of a file that cannot be read. */
        assert_true(status == CG_ERR_MEMORY || status == CG_ERR_IO);
        assert_true(strlen(run.error) > 0);
    }
    if (certify() != 0) {
        fail_msg("behind the %ld-th: %s", n, run.error);
    }
    assert_int_equal(cg_evidence_verify(run.options.dir, on_say, NULL), 0);
    expect_counts(3, 0, 0, 1, 0, 0);
    return true;
}

static void test_certification_no_memory(void **state)
{
    (void)state;
    run.options.next = NULL;
    for (int i = 0; i < 2; i++) {
        long n = 1;

        for_good = i == 1;
        while (without_memory(n)) {
            n += n < NEAR && !for_good ? 1 : FAR;
        }
        assert_true(n > 100);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_certification_goes_on),
        CASE(test_certification_rules_out),
        CASE(test_certification_asks_how_to_go_on),
        CASE(test_certification_stops),
        CASE(test_certification_without_a_peer),
        CASE(test_certification_of_a_silent_peer),
        CASE(test_certification_waits_with_somebody),
        CASE(test_certification_waived_before),
        CASE(test_certification_tells_standings),
        CASE(test_certification_rests),
        CASE(test_certification_of_a_gate),
        CASE(test_certification_of_another_hub),
        CASE(test_certification_records_what_was_asked),
        CASE(test_certification_without_listeners),
        CASE(test_certification_behind_a_torn_line),
        CASE(test_certification_strange_records),
        CASE(test_certification_kit_fails),
        CASE(test_certification_folder_that_cannot_be),
        CASE(test_certification_disk_is_full),
        CASE(test_certification_disk_fails),
        CASE(test_certification_no_memory),
    };

    json_set_alloc_funcs(malloc, free);
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
