/*
 * Every session of sample_sessions/, written as a log and recorded from it:
 * what is recorded passes, and says what was said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "script_rates.h"
#include "session_record.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define SOME 200

/* What one recording came to. */
struct outcome {
    int status;
    char error[512];
    char *text;
    size_t len;
    char *words; /* mistakes, troubles, differences */
    size_t words_len;
    FILE *out;
};

static char folder[64];

/* --- the configuration of a session as files ---------------------------- */

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* [RATES] of a session need not say where they are. */
static void write_config(const struct cg_script *script)
{
    const char *text = script->config_text;
    const char *rates = strstr(text, "[RATES]\n");
    char path[128];
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    if (rates != NULL) {
        fprintf(file, "%.*s[RATES]\nParRates=%s\n%s", (int)(rates - text), text,
                script->rate_count > 0 ? "rates.csv" : "", rates + 8);
    } else {
        fputs(text, file);
    }
    assert_int_equal(fclose(file), 0);
    write_file("instruments", script->instruments_text);
    if (script->rate_count > 0) {
        struct cg_script_rates copy = {0};
        size_t len = 0;
        assert_int_equal(cg_script_rates_init(&copy, script), 0);
        char *bytes = cg_script_rates_text(&copy, &len);
        assert_non_null(bytes);
        write_file("rates.csv", bytes);
        free(bytes);
        cg_script_rates_deinit(&copy);
    }
}

/* --- recording ---------------------------------------------------------- */

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    struct outcome *outcome = user;
    fprintf(outcome->out, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct outcome *outcome = user;
    (void)file;
    (void)offset;
    fprintf(outcome->out, "%s: %s\n", cg_replay_trouble_name(kind), text);
    return true;
}

static void on_print(void *user, const char *text)
{
    struct outcome *outcome = user;
    fputs(text, outcome->out);
}

static void record(struct outcome *outcome, const char *log, bool anonymised)
{
    char config[128];
    snprintf(config, sizeof(config), "%s/gate.cfg", folder);
    *outcome = (struct outcome){.status = 0};
    outcome->out = open_memstream(&outcome->words, &outcome->words_len);
    assert_non_null(outcome->out);
    const struct cg_session_record_options options = {
        .config = config,
        .logs = &log,
        .log_count = 1,
        .anonymised = anonymised,
        .report = on_mistake,
        .trouble = on_trouble,
        .print = on_print,
        .user = outcome,
    };
    outcome->status = cg_session_record(&options, outcome->error,
                                        sizeof(outcome->error), &outcome->text,
                                        &outcome->len);
    fclose(outcome->out);
}

static void outcome_deinit(struct outcome *outcome)
{
    free(outcome->text);
    free(outcome->words);
}

/* --- what is said ------------------------------------------------------- */

/* All that passes, without header, CheckSum and the numbers of a log.  What is
 * asked for again is in it when it matters: a log shows more, or less. */
struct heard {
    char *text;
    size_t len;
    FILE *out;
};

static void on_passed(void *user, const struct cg_script_passed *passed)
{
    static const char *const skipped[] = {
        "8=", "9=", "34=", "49=", "52=", "56=", "45=", "10="};
    struct heard *heard = user;
    const char *at = passed->bytes.data;
    const char *end = at + passed->bytes.len;
    if (passed->act == CG_SCRIPT_QUIET || passed->act == CG_SCRIPT_RESEND) {
        return;
    }
    fprintf(heard->out, "%lld %d %d%s ", (long long)passed->time,
            (int)passed->act, passed->session, passed->kept ? " kept" : "");
    while (passed->bytes.len > 0 && at < end) {
        const char *next = memchr(at, '\001', (size_t)(end - at));
        next = next != NULL ? next + 1 : end;
        bool skip = false;
        for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
            skip = skip || strncmp(at, skipped[i], strlen(skipped[i])) == 0;
        }
        if (!skip) {
            fwrite(at, 1, (size_t)(next - at), heard->out);
        }
        at = next;
    }
    fputc('\n', heard->out);
}

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

static int play(const struct cg_script *script, struct heard *heard)
{
    const struct cg_script_run_options options = {
        .print = print, .passed = on_passed, .user = heard};
    *heard = (struct heard){.len = 0};
    heard->out = open_memstream(&heard->text, &heard->len);
    assert_non_null(heard->out);
    int status = cg_script_run(script, &options);
    fclose(heard->out);
    return status;
}

static int play_text(const struct outcome *outcome, struct heard *heard)
{
    struct cg_script script;
    *heard = (struct heard){.len = 0};
    if (cg_script_read_text("r.session",
                            (struct cg_slice){outcome->text, outcome->len},
                            sessions_mistake, NULL, &script) != 0) {
        return 2;
    }
    int status = play(&script, heard);
    cg_script_deinit(&script);
    return status;
}

/* --- every sample ------------------------------------------------------- */

static void differ(const char *name, const char *was, const char *is)
{
    while (*was != '\0' && *is != '\0') {
        size_t one = strcspn(was, "\n");
        size_t other = strcspn(is, "\n");
        if (one != other || memcmp(was, is, one) != 0) {
            break;
        }
        was += one + 1;
        is += other + 1;
    }
    print_error("%s:\n  was %.*s\n  is  %.*s\n", name, (int)strcspn(was, "\n"),
                was, (int)strcspn(is, "\n"), is);
}

/* Whether a session, recorded from its log, says the same. */
static bool recorded_same(const char *path, const struct recorder *recorder)
{
    const char *log = recorder_write(recorder, RECORD_FILELOG, 0, NULL, NULL);
    struct outcome outcome;
    struct heard was = {.len = 0};
    struct heard is = {.len = 0};
    bool same = false;
    write_config(&recorder->script);
    record(&outcome, log, false);
    if (outcome.status != 0 || outcome.words_len > 0) {
        print_error("%s: %d %s\n%s", sessions_name(path), outcome.status,
                    outcome.error, outcome.words);
    } else if (play(&recorder->script, &was) == 0 &&
               play_text(&outcome, &is) == 0) {
        same = strcmp(was.text, is.text) == 0;
        if (!same) {
            differ(sessions_name(path), was.text, is.text);
        }
    }
    if (getenv("CG_TEST_SHOW") != NULL && outcome.text != NULL) {
        fputs(outcome.text, stderr);
    }
    free(was.text);
    free(is.text);
    outcome_deinit(&outcome);
    return same;
}

typedef bool record_way(const char *path, const struct recorder *recorder);

/* Those whose place leaves |rest| when divided by |by|, all of them with 1; how
 * many they are. */
static size_t record_each(const struct sessions *sessions,
                          record_way *way,
                          size_t by,
                          size_t rest)
{
    size_t failed = 0;
    size_t recorded = 0;
    for (size_t i = rest; i < sessions->count; i += by) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions->paths[i]));
        if (!recorder.unplayable) {
            recorded++;
            failed += !way(sessions->paths[i], &recorder);
        }
        recorder_deinit(&recorder);
    }
    assert_int_equal(failed, 0);
    return recorded;
}

static void some_by(record_way *way, size_t by, size_t rest)
{
    struct sessions sessions;
    bool all = sessions_are_named();
    sessions_open_share(&sessions, SESSIONS_SHARE);
    size_t recorded = record_each(&sessions, way, all ? 1 : by, all ? 0 : rest);
    assert_true(all || recorded > SESSIONS_OF(SOME / by));
    sessions_deinit(&sessions);
}

static void all_by(record_way *way)
{
    some_by(way, 1, 0);
}

/* Each passes when it is run, and its messages are those of the original. */
static void test_session_record_samples_same(void **state)
{
    (void)state;
    all_by(recorded_same);
}

/* --- with other names ---------------------------------------------------- */

/* When, who and which type; not what. */
static char *outline(const struct heard *heard)
{
    char *text = malloc(heard->len + 1);
    size_t len = 0;
    assert_non_null(text);
    for (const char *line = heard->text; *line != '\0';) {
        size_t all = strcspn(line, "\n");
        size_t some = strcspn(line, "\001\n");
        memcpy(text + len, line, some);
        len += some;
        text[len++] = '\n';
        line += all + 1;
    }
    text[len] = '\0';
    return text;
}

static bool ends_word(char c)
{
    return c == '\0' || strchr(" =,\n", c) != NULL;
}

/* Whether |word| stands in |text| as a value. */
static bool has_value(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(text, word); at != NULL;
         at = strstr(at + 1, word)) {
        if (at > text && ends_word(at[-1]) && ends_word(at[len])) {
            return true;
        }
    }
    return false;
}

static size_t told;

static bool is_left(const char *path, const char *text, const char *word)
{
    bool left = word[0] != '\0' && strcmp(word, "GATE") != 0 &&
                has_value(text, word);
    if (left && told++ < 20) {
        print_error("%s: %s is left\n", sessions_name(path), word);
    }
    return left;
}

/* Names of the configuration that are left. */
static size_t
names_left(const char *path, const char *text, const struct cg_config *config)
{
    size_t left = 0;
    for (size_t i = 0; i < config->session_count; i++) {
        const char *name = config->sessions[i].name;
        left += is_left(path, text, config->sessions[i].target_comp_id);
        left += is_left(path, text, config->sessions[i].sender_comp_id);
        /* These are words of the configuration as well. */
        if (strcmp(name, "client") != 0 && strcmp(name, "venue") != 0 &&
            strcmp(name, "hub") != 0) {
            left += is_left(path, text, name);
        }
    }
    for (size_t i = 0; i < config->account_count; i++) {
        left += is_left(path, text, config->accounts[i].name);
        left += is_left(path, text, config->accounts[i].firm);
        left += is_left(path, text, config->accounts[i].contact);
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        left += is_left(path, text, config->credit_limits[i].id);
    }
    return left;
}

/* Whether it may be the new name of another one: "E10". */
static bool is_new_name(const char *value)
{
    size_t digits = strspn(value + 1, "0123456789");
    return strchr("AVE", value[0]) != NULL && value[1 + digits] == '\0';
}

/* Texts, and ids of clients and venues, of the messages that are left. */
static size_t
values_left(const char *path, const char *text, const struct recorder *recorder)
{
    static const char *const tags[] = {
        "\00111=", "\00137=", "\00117=", "\00158=", "\001448=", "\0011670="};
    size_t left = 0;
    for (size_t i = 0; i < recorder->count; i++) {
        const struct recorded *item = &recorder->items[i];
        for (size_t j = 0; j < 6 && !item->outbound && !item->admin; j++) {
            const char *at = memmem(item->bytes, item->len, tags[j],
                                    strlen(tags[j]));
            char value[256] = "";
            if (at != NULL) {
                at += strlen(tags[j]);
                snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\001"),
                         at);
            }
            if (strlen(value) > 2 && !is_new_name(value) &&
                strncmp(value, "GATE-", 5) != 0 && strcmp(value, "NONE") != 0) {
                left += is_left(path, text, value);
            }
        }
    }
    return left;
}

static bool hidden_same(const char *path, const struct recorder *recorder)
{
    const char *log = recorder_write(recorder, RECORD_BARS, 0, NULL, NULL);
    struct outcome outcome;
    struct heard was = {.len = 0};
    struct heard is = {.len = 0};
    bool same = false;
    write_config(&recorder->script);
    record(&outcome, log, true);
    if (outcome.status != 0 || outcome.words_len > 0) {
        print_error("%s: %d %s\n%s", sessions_name(path), outcome.status,
                    outcome.error, outcome.words);
    } else if (play(&recorder->script, &was) == 0 &&
               play_text(&outcome, &is) == 0) {
        char *one = outline(&was);
        char *other = outline(&is);
        same = strcmp(one, other) == 0;
        if (!same) {
            differ(sessions_name(path), one, other);
        }
        same = names_left(path, outcome.text, &recorder->script.config) +
                       values_left(path, outcome.text, recorder) ==
                   0 &&
               same;
        free(one);
        free(other);
    }
    if (getenv("CG_TEST_SHOW") != NULL && outcome.text != NULL) {
        fputs(outcome.text, stderr);
    }
    free(was.text);
    free(is.text);
    outcome_deinit(&outcome);
    return same;
}

/* With --anonymise it passes as well, the same passes at the same times, and
 * no name is left. */
static void test_session_record_samples_hidden(void **state)
{
    (void)state;
    all_by(hidden_same);
}

/* What seldom happens, both ways: a name that is too long for the gate gets one
 * that is, too. */
static void test_session_record_seldom_same(void **state)
{
    struct sessions sessions;
    (void)state;
    sessions_open_seldom(&sessions);
    assert_true(record_each(&sessions, recorded_same, 1, 0) > 0);
    assert_true(record_each(&sessions, hidden_same, 1, 0) > 0);
    sessions_deinit(&sessions);
}

/* What is asked for again is named by what tells it from what looks alike. */
static void test_session_record_alike_named_apart(void **state)
{
    struct sessions sessions;
    struct recorder recorder;
    struct outcome outcome;
    size_t at = 0;
    (void)state;
    sessions_open_seldom(&sessions);
    while (strstr(sessions.paths[at], "/statuses_sent_again.") == NULL) {
        at++;
        assert_true(at < sessions.count);
    }
    assert_true(recorder_play(&recorder, sessions.paths[at]));
    write_config(&recorder.script);
    record(&outcome, recorder_write(&recorder, RECORD_FILELOG, 0, NULL, NULL),
           false);
    assert_int_equal(outcome.status, 0);
    assert_non_null(
        strstr(outcome.text, "resend H 11=A1 37=V1 790=$H1 kept\n"));
    assert_non_null(strstr(outcome.text, "resend H 11=A1 kept\n"));
    outcome_deinit(&outcome);
    recorder_deinit(&recorder);
    sessions_deinit(&sessions);
}

/* --- logs that are not whole -------------------------------------------- */

static bool behind(void *user, const struct recorder *recorder, size_t index)
{
    (void)user;
    return index >= recorder->count / 2;
}

static bool not_each(void *user, const struct recorder *recorder, size_t index)
{
    (void)user;
    (void)recorder;
    return index % 7 != 5;
}

/* Records the log at |log|; whether the session that it makes passes.  What
 * the log lacks is told, and no matter. */
static bool passes(const char *path, const char *log, bool anonymised)
{
    struct outcome outcome;
    record(&outcome, log, anonymised);
    bool good = outcome.status == 0;
    if (!good) {
        print_error("%s: %d %s\n%s", sessions_name(path), outcome.status,
                    outcome.error, outcome.words);
    }
    outcome_deinit(&outcome);
    return good;
}

static bool cut_passes(const char *path, const struct recorder *recorder)
{
    const char *log = recorder_write(recorder, RECORD_FILELOG, 0, behind, NULL);
    write_config(&recorder->script);
    return passes(path, log, false) && passes(path, log, true);
}

/* A log that begins in the middle of a day has other ids of the gate's. */
static void test_session_record_cut_passes(void **state)
{
    (void)state;
    some_by(cut_passes, 2, 0);
}

static bool gap_passes(const char *path, const struct recorder *recorder)
{
    const char *log = recorder_write(recorder, RECORD_FILELOG, 0, not_each,
                                     NULL);
    write_config(&recorder->script);
    return passes(path, log, false);
}

/* Messages are missing here and there. */
static void test_session_record_gaps_pass(void **state)
{
    (void)state;
    some_by(gap_passes, 3, 0);
}

static bool damaged_passes(const char *path, const struct recorder *recorder)
{
    const char *log = recorder_write(recorder, RECORD_BARS, 0, NULL, NULL);
    FILE *file = fopen(log, "r+");
    struct outcome outcome;
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    for (long at = 700; at < size; at += 1900) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fputc('%', file), '%');
    }
    assert_int_equal(fclose(file), 0);
    write_config(&recorder->script);
    record(&outcome, log, false);
    bool good = outcome.status == 0 && (size < 700 || outcome.words_len > 0);
    if (!good) {
        print_error("%s: %d %s\n%s", sessions_name(path), outcome.status,
                    outcome.error, outcome.words);
    }
    outcome_deinit(&outcome);
    return good;
}

/* What is damaged is told, and left out. */
static void test_session_record_damaged_passes(void **state)
{
    (void)state;
    some_by(damaged_passes, 3, 1);
}

/* --- again -------------------------------------------------------------- */

/* Behind the title, which names the log. */
static const char *behind_title(const struct outcome *outcome)
{
    return outcome->text != NULL ? strchr(outcome->text, '\n') : "";
}

static size_t again;

static bool again_same(const char *path, const struct recorder *recorder)
{
    struct recorder next;
    struct outcome first;
    struct outcome same;
    struct outcome second;
    const char *log = recorder_write(recorder, RECORD_FILELOG, 0, NULL, NULL);
    write_config(&recorder->script);
    record(&first, log, false);
    record(&same, log, false);
    assert_int_equal(first.status, 0);
    bool good = strcmp(first.text, same.text) == 0;
    /* The recorder has numbers of its own for those that are said. */
    if (strstr(first.text, " 34=") != NULL) {
        outcome_deinit(&first);
        outcome_deinit(&same);
        return good;
    }
    again++;
    good = recorder_play_text(&next, first.text) && good;
    log = recorder_write(&next, RECORD_FILELOG, 1, NULL, NULL);
    write_config(&next.script);
    record(&second, log, false);
    if (!good || strcmp(behind_title(&first), behind_title(&second)) != 0) {
        differ(sessions_name(path), behind_title(&first),
               behind_title(&second));
        good = false;
    }
    recorder_deinit(&next);
    outcome_deinit(&first);
    outcome_deinit(&same);
    outcome_deinit(&second);
    return good;
}

/* The log of what was recorded makes the same session, byte by byte. */
static void test_session_record_again_same(void **state)
{
    (void)state;
    some_by(again_same, 3, 2);
    assert_true(sessions_are_named() || again > SESSIONS_OF(SOME / 4));
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/creditgate-record-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"gate.cfg", "instruments", "rates.csv"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_record_samples_same),
        cmocka_unit_test(test_session_record_samples_hidden),
        cmocka_unit_test(test_session_record_seldom_same),
        cmocka_unit_test(test_session_record_alike_named_apart),
        cmocka_unit_test(test_session_record_cut_passes),
        cmocka_unit_test(test_session_record_gaps_pass),
        cmocka_unit_test(test_session_record_damaged_passes),
        cmocka_unit_test(test_session_record_again_same),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
