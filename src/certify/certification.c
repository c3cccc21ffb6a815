/*
 * Runs a certification: what is on record already, what is ruled out, what is
 * to be played, and what is said of it in the end.
 *
 * Must never count a case as passed that was not played to its end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certification.h"

#include "json_put.h"
#include "records.h"
#include "run_record.h"
#include "standing.h"

#include <creditgate/dictionary.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ABSENT_MAX 3 /* cases in a row that a peer may be absent in */
#define REASON_MAX 1024
#define TEXT_MAX 1024

struct run {
    const struct cg_certification_options *options;
    struct cg_evidence *evidence;
    struct cg_records records;
    struct cg_kit *kit;
    struct cg_standings standings;
    cg_time began;
    unsigned absent; /* attempts in a row that the peer was not there in */
    bool stopped;
    bool ended;           /* the run before this one, as it should */
    const json_t *before; /* that run's record, or NULL */
    char *error;
    size_t error_len;
};

static cg_time now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

__attribute__((format(printf, 3, 4))) static int
fail(struct run *run, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(run->error, run->error_len, format, arguments);
    va_end(arguments);
    return error;
}

/* --- what is on record -------------------------------------------------- */

/* One folder holds one certification. */
static int take_run(struct run *run, const json_t *record)
{
    const char *seat = cg_run_seat(run->options->seat);
    const char *before = cg_standing_text(record, "counterparty");

    if (strcmp(cg_standing_text(record, "seat"), seat) != 0) {
        return fail(run, CG_ERR_CONFIG,
                    "%s holds a certification of a %s, not of a %s; give "
                    "another folder",
                    run->options->dir, cg_standing_text(record, "seat"), seat);
    }
    if (strcmp(cg_standing_text(record, "peer"), cg_run_peer(run->options)) !=
        0) {
        return fail(run, CG_ERR_CONFIG,
                    "%s holds a certification of the session %s, not of %s; "
                    "give another folder",
                    run->options->dir, cg_standing_text(record, "peer"),
                    cg_run_peer(run->options));
    }
    if (strcmp(before, run->options->profile->counterparty) != 0) {
        return fail(run, CG_ERR_CONFIG,
                    "%s holds a certification of %s, not of %s; give another "
                    "folder",
                    run->options->dir, before,
                    run->options->profile->counterparty);
    }
    return 0;
}

static int take_records(struct run *run)
{
    const json_t *records = cg_evidence_records(run->evidence);
    const json_t *record;
    size_t i;
    int status = 0;

    json_array_foreach(records, i, record)
    {
        const char *kind = cg_standing_text(record, "kind");

        if (strcmp(kind, "run") == 0) {
            status = take_run(run, record);
            run->before = record;
        }
        run->ended = strcmp(kind, "end") == 0;
        cg_standings_take(&run->standings, record);
        cg_records_take(&run->records, record);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* --- the head of a run -------------------------------------------------- */

static const char *digest_in(const json_t *record, const char *key)
{
    return cg_standing_text(json_object_get(record, key), "digest");
}

/* Whoever goes on with other files should know that they are. */
static void tell_changes(const struct run *run, const json_t *record)
{
    static const char *const keys[] = {"config", "profile"};
    static const char *const names[] = {"configuration", "profile"};
    char text[256];

    for (size_t i = 0; i < 2 && run->before != NULL && record != NULL; i++) {
        if (run->options->say != NULL &&
            strcmp(digest_in(run->before, keys[i]),
                   digest_in(record, keys[i])) != 0) {
            (void)snprintf(text, sizeof(text),
                           "the %s is another one than in the run before: what "
                           "has a verdict keeps it, --again ID plays it again",
                           names[i]);
            run->options->say(run->options->user, text);
        }
    }
}

/* What was done for an attempt that a crash cut off is undone by nobody. */
static void tell_cut_off(const struct run *run)
{
    const json_t *records = cg_evidence_records(run->evidence);
    size_t count = json_array_size(records);
    size_t begun = count;
    const char *kind = "";
    char told[TEXT_MAX + 128];
    char text[TEXT_MAX] = "";
    int len = 0;

    while (begun > 0 && strcmp(kind, "attempt") != 0 &&
           strcmp(kind, "verdict") != 0) {
        kind = cg_standing_text(json_array_get(records, --begun), "kind");
    }
    if (strcmp(kind, "attempt") != 0 || run->options->say == NULL) {
        return;
    }
    for (size_t i = begun; i < count; i++) {
        const json_t *record = json_array_get(records, i);

        if (strcmp(cg_standing_text(record, "kind"), "asks") == 0) {
            len += snprintf(text + len, sizeof(text) - (size_t)len,
                            "%s \"%.200s\"", len > 0 ? "," : "",
                            cg_standing_text(record, "plea"));
            len = len < TEXT_MAX ? len : TEXT_MAX - 1;
        }
    }
    if (len > 0) {
        (void)snprintf(told, sizeof(told),
                       "%.40s was cut off when it had asked for%s: see that "
                       "nothing of it is left",
                       cg_standing_text(json_array_get(records, begun), "case"),
                       text);
        run->options->say(run->options->user, told);
    }
}

/* --- one attempt -------------------------------------------------------- */

static void on_event(void *user, const struct cg_kit_event *event)
{
    struct run *run = user;

    cg_records_event(&run->records, event);
    if (run->options->event != NULL) {
        run->options->event(run->options->user, event);
    }
}

static enum cg_kit_asked on_ask(void *user,
                                const char *actor,
                                const char *words,
                                const char *plea,
                                bool first,
                                const char **why)
{
    struct run *run = user;
    enum cg_kit_asked answer;
    char told[REASON_MAX] = "done";

    if (first) { /* whoever goes on after a crash knows of it */
        cg_records_add_to_attempt(&run->records, "asks",
                                  json_pack("{ss ss ss}", "actor", actor,
                                            "words", words, "plea", plea));
    }
    answer = run->options->ask(run->options->user, actor, words, plea, first,
                               why);
    if (answer == CG_KIT_ASKED_CANNOT || answer == CG_KIT_ASKED_UNSURE) {
        (void)snprintf(told, sizeof(told), "not done: %s", *why);
    }
    if (answer != CG_KIT_ASKED_WAIT) {
        cg_records_add_to_attempt(&run->records, "asked",
                                  json_pack("{ss ss ss ss}", "actor", actor,
                                            "words", words, "plea", plea,
                                            "answer", told));
    }
    return answer;
}

static void on_shows(void *user)
{
    struct run *run = user;

    if (run->options->shows != NULL) {
        run->options->shows(run->options->user);
    }
}

static bool on_stops(void *user)
{
    struct run *run = user;

    return run->records.error != 0 || (run->options->stops != NULL &&
                                       run->options->stops(run->options->user));
}

static void decide(struct run *run,
                   size_t at,
                   enum cg_kit_verdict verdict,
                   const char *reason)
{
    cg_time end = now();
    cg_time began = run->records.began;

    cg_records_verdict(&run->records, verdict, reason, end);
    cg_standings_set(&run->standings, at, verdict, reason);
    if (run->options->ended != NULL) {
        run->options->ended(run->options->user, &run->options->cases->items[at],
                            verdict, reason, end - began);
    }
}

static void begin(struct run *run, size_t at, bool played)
{
    const struct cg_case *kase = &run->options->cases->items[at];
    const struct cg_profile *profile = run->options->profile;
    unsigned attempt = ++run->standings.items[at].attempts;

    cg_records_attempt(&run->records, kase, attempt, profile->values,
                       profile->value_count, played, now());
    if (run->options->begins != NULL) {
        run->options->begins(run->options->user, kase, at + 1,
                             run->options->cases->count, attempt);
    }
}

/* A verdict without playing. */
static void rule_out(struct run *run,
                     size_t at,
                     enum cg_kit_verdict verdict,
                     const char *reason)
{
    begin(run, at, false);
    decide(run, at, verdict, reason);
}

static int play(struct run *run, size_t at, enum cg_kit_verdict *verdict)
{
    const struct cg_case *kase = &run->options->cases->items[at];
    char reason[REASON_MAX] = "";
    const struct cg_profile *profile = run->options->profile;
    int status;

    begin(run, at, true);
    status = cg_kit_play(run->kit, &kase->script, profile->values,
                         profile->value_count, verdict, reason, sizeof(reason));
    if (status != 0) {
        return fail(run, status, "no memory");
    }
    decide(run, at, *verdict, reason);
    return 0;
}

/* --- one case ----------------------------------------------------------- */

static const char *skip_of(const struct run *run, const struct cg_case *kase)
{
    const struct cg_certification_options *options = run->options;

    for (size_t i = 0; i < options->skip_count; i++) {
        if (cg_slice_is(kase->script.kase.id, options->skips[i].name)) {
            return options->skips[i].text;
        }
    }
    return NULL;
}

/* Whether the profile or the seat rules the case out; |reason| says why. */
static bool is_waived(const struct run *run,
                      const struct cg_case *kase,
                      char reason[CG_PROFILE_REASON_MAX])
{
    const struct cg_certification_options *options = run->options;

    if (cg_profile_rules_out(options->profile, &kase->script.kase, reason)) {
        return true;
    }
    if (cg_case_is_for(&kase->script, options->seat)) {
        return false;
    }
    (void)snprintf(reason, CG_PROFILE_REASON_MAX, "it is no case for a %s",
                   cg_run_seat(options->seat));
    return true;
}

static bool is_again(const struct run *run, size_t at)
{
    const struct cg_certification_options *options = run->options;
    const struct cg_standing *standing = &run->standings.items[at];

    for (size_t i = 0; i < options->again_count; i++) {
        if (cg_slice_is(options->cases->items[at].script.kase.id,
                        options->again[i]) ||
            (strcmp(options->again[i], "failed") == 0 &&
             (standing->verdict == CG_KIT_FAILED ||
              standing->verdict == CG_KIT_BROKEN))) {
            return true;
        }
    }
    return false;
}

/* A peer that is not there at all: the rest would only wait for it, too.  Who
 * is asked how to go on may see to it. */
static bool is_absent(struct run *run, enum cg_kit_verdict verdict)
{
    bool good = verdict == CG_KIT_PASSED || verdict == CG_KIT_WAIVED;

    run->absent = !good && !cg_kit_met(run->kit) ? run->absent + 1 : 0;
    if (run->absent < ABSENT_MAX || run->options->next != NULL) {
        return false;
    }
    if (run->options->say != NULL) {
        run->options->say(run->options->user,
                          "the peer was not there in three attempts in a row; "
                          "the other cases would only wait for it, too: see "
                          "that it is there, then give the same command");
    }
    return true;
}

static bool rests(const struct run *run)
{
    return run->options->rests != NULL &&
           run->options->rests(run->options->user);
}

static int play_until_settled(struct run *run, size_t at)
{
    for (;;) {
        enum cg_kit_verdict verdict = CG_KIT_BROKEN;
        enum cg_next next = CG_NEXT_GO_ON;
        char reason[REASON_MAX] = "";
        int status = play(run, at, &verdict);

        if (status != 0 || run->records.error != 0) {
            return status;
        }
        if (verdict == CG_KIT_STOPPED || rests(run) ||
            is_absent(run, verdict)) {
            run->stopped = true;
            return 0;
        }
        if ((verdict == CG_KIT_FAILED || verdict == CG_KIT_BROKEN) &&
            run->options->next != NULL) {
            next = run->options->next(run->options->user,
                                      &run->options->cases->items[at], reason,
                                      sizeof(reason));
        }
        if (next == CG_NEXT_SKIP) {
            rule_out(run, at, CG_KIT_SKIPPED, reason);
        }
        if (next != CG_NEXT_REPEAT) {
            run->stopped = next == CG_NEXT_STOP;
            return 0;
        }
    }
}

/* Whether something is to be done about the case. */
static bool is_left(const struct run *run, size_t at)
{
    const struct cg_standing *standing = &run->standings.items[at];
    const char *skip = skip_of(run, &run->options->cases->items[at]);
    bool holds = cg_standings_hold(&run->standings, at);

    if (skip != NULL) {
        return !holds || standing->verdict != CG_KIT_SKIPPED ||
               strncmp(standing->reason, skip, CG_STANDING_REASON_MAX - 1) != 0;
    }
    return !holds || is_again(run, at);
}

static int run_case(struct run *run, size_t at)
{
    const struct cg_case *kase = &run->options->cases->items[at];
    char reason[REASON_MAX] = "";
    const char *skip = skip_of(run, kase);

    if (!is_left(run, at)) {
        return 0;
    }
    if (skip != NULL) {
        rule_out(run, at, CG_KIT_SKIPPED, skip);
    } else if (is_waived(run, kase, reason)) {
        rule_out(run, at, CG_KIT_WAIVED, reason);
    } else {
        return play_until_settled(run, at);
    }
    return 0;
}

/* --- the whole ---------------------------------------------------------- */

static void tell_standings(const struct run *run)
{
    const struct cg_certification_options *options = run->options;

    for (size_t i = 0; options->stands != NULL && i < options->cases->count;
         i++) {
        options->stands(options->user, &options->cases->items[i],
                        run->standings.items[i].decided,
                        run->standings.items[i].verdict,
                        run->standings.items[i].reason);
    }
}

/* Logs out, so that nothing more is put on record behind the end. */
static void record_end(struct run *run,
                       const struct cg_certification_counts *counts)
{
    cg_time offset = 0;
    size_t messages = cg_kit_clock(run->kit, &offset);

    cg_kit_close(run->kit);
    run->kit = NULL;
    if (messages > 0) { /* else what an earlier run has seen stands */
        cg_records_add(&run->records, "clock",
                       json_pack("{sI sI}", "offset_ms",
                                 (json_int_t)(offset / CG_MS), "messages",
                                 (json_int_t)messages));
    }
    cg_records_add(&run->records, "credit",
                   cg_credit_json(run->records.credit, now()));
    cg_records_add(
        &run->records, "end",
        json_pack(
            "{sI sI sI sI sI sI sI sb sI}", "passed",
            (json_int_t)counts->passed, "failed", (json_int_t)counts->failed,
            "broken", (json_int_t)counts->broken, "skipped",
            (json_int_t)counts->skipped, "waived", (json_int_t)counts->waived,
            "open", (json_int_t)counts->open, "mandatory_failed",
            (json_int_t)counts->mandatory_open, "complete", counts->open == 0,
            "ms", (json_int_t)((now() - run->began) / CG_MS)));
}

static int open_kit(struct run *run)
{
    const struct cg_certification_options *options = run->options;
    const struct cg_kit_options kit = {
        .loop = options->loop,
        .config = options->config,
        .seat = options->seat,
        .hub = options->peer,
        .played = options->played,
        .limits = options->profile->limits,
        .event = on_event,
        .ask = on_ask,
        .shows = on_shows,
        .stops = on_stops,
        .attended = options->next != NULL,
        .user = run,
    };

    return cg_kit_open(&kit, run->error, run->error_len, &run->kit);
}

static int run_cases(struct run *run)
{
    int status = 0;

    for (size_t i = 0; i < run->options->cases->count && status == 0 &&
                       run->records.error == 0 && !run->stopped;
         i++) {
        status = on_stops(run) || rests(run) ? 0 : run_case(run, i);
    }
    return status;
}

/* Whether this run would add nothing to what is on record: then nothing is
 * written, and the page that was signed stays the newest. */
static bool is_all_done(const struct run *run)
{
    bool done = run->ended;

    for (size_t i = 0; done && i < run->options->cases->count; i++) {
        done = !is_left(run, i);
    }
    return done;
}

/* |record| is the run's. */
static int play_all(struct run *run,
                    json_t *record,
                    struct cg_certification_counts *counts)
{
    int status = open_kit(run);

    if (status != 0) {
        json_decref(record);
        return status;
    }
    cg_records_add(&run->records, "run", record);
    status = run_cases(run);
    cg_standings_count(&run->standings, counts);
    record_end(run, counts);
    if (status == 0 && run->records.error != 0) {
        status = fail(run, run->records.error,
                      run->records.error == CG_ERR_MEMORY
                          ? "no memory for the evidence in %s; start again: "
                            "what is on record is gone on with"
                          : "%s cannot be written; make room, then start "
                            "again: what is on record is gone on with",
                      run->options->dir);
    }
    return status;
}

static int run_all(struct run *run, struct cg_certification_counts *counts)
{
    int status = take_records(run);
    json_t *record;

    if (status != 0) {
        return status;
    }
    record = cg_run_record(run->options);
    cg_standings_take_run(&run->standings, record);
    tell_changes(run, record);
    tell_cut_off(run);
    if (is_all_done(run)) {
        json_decref(record);
        cg_standings_count(&run->standings, counts);
        if (run->options->say != NULL) {
            run->options->say(run->options->user,
                              "nothing is left to play: the evidence stays as "
                              "it is");
        }
    } else {
        status = play_all(run, record, counts);
    }
    if (status == 0) {
        status = cg_evidence_report(run->evidence, run->error, run->error_len);
    }
    if (status == 0) {
        tell_standings(run);
    }
    return status;
}

int cg_certification_run(const struct cg_certification_options *options,
                         struct cg_certification_counts *counts,
                         char head[65],
                         char *error,
                         size_t error_len)
{
    struct run run = {
        .options = options,
        .began = now(),
        .error = error,
        .error_len = error_len,
    };
    int status = !cg_standings_init(&run.standings, options->cases)
                     ? fail(&run, CG_ERR_MEMORY, "no memory")
                     : cg_evidence_open(options->dir, error, error_len,
                                        &run.evidence);

    if (status == 0) {
        const char *told = cg_evidence_told(run.evidence);

        if (told[0] != '\0' && options->say != NULL) {
            options->say(options->user, told);
        }
        status = cg_records_open(&run.records, options->dir, options->config,
                                 options->seat == CG_KIT_HUB, run.evidence);
        status = status == 0 ? run_all(&run, counts)
                             : fail(&run, status, "%s/raw cannot be made",
                                    options->dir);
        (void)snprintf(head, 65, "%s", cg_evidence_head(run.evidence));
        cg_kit_close(run.kit);
        cg_records_close(&run.records);
    }
    cg_evidence_close(run.evidence);
    cg_standings_deinit(&run.standings);
    return status;
}
