/*
 * Records a session: replays the logs, writes what was heard and said, and
 * runs what was written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

#include "script_rates.h"
#include <stdarg.h>
#include <stdlib.h>

int cg_recording_fail(struct cg_recording *record,
                      int status,
                      const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record->error, record->error_len, format, arguments);
    va_end(arguments);
    return status;
}

/* --- texts -------------------------------------------------------------- */

struct text {
    FILE *out;
    char *bytes;
    size_t len;
};

static int text_open(struct text *text)
{
    *text = (struct text){.out = NULL};
    text->out = open_memstream(&text->bytes, &text->len);
    return text->out != NULL ? 0 : CG_ERR_MEMORY;
}

static int text_close(struct text *text, int status)
{
    bool bad = fclose(text->out) != 0 || text->bytes == NULL;
    return status != 0 || !bad ? status : CG_ERR_MEMORY;
}

/* --- the head ----------------------------------------------------------- */

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    struct cg_recording *record = user;
    record->options.report(record->options.user, file, line, wrong, remedy);
}

static int read_text(struct cg_recording *record,
                     const struct text *text,
                     struct cg_script *script)
{
    return cg_script_read_text(CG_RECORD_PATH,
                               (struct cg_slice){text->bytes, text->len},
                               on_mistake, record, script);
}

/* Sections and instruments as a session; |hidden|: with other names. */
static int
read_head(struct cg_recording *record, bool hidden, struct cg_script *script)
{
    struct text text;
    int status = text_open(&text);
    if (status == 0) {
        status = text_close(
            &text, cg_recording_put_head(record, text.out, hidden, false));
        status = status != 0 ? status : read_text(record, &text, script);
        free(text.bytes);
    }
    if (status == CG_ERR_CONFIG && record->error[0] == '\0') {
        return cg_recording_fail(record, status,
                                 "a session has not all that %s has, such as "
                                 "conventions of its own: see above",
                                 record->options.config);
    }
    return status;
}

static bool is_actor(const char *name)
{
    static const char *const others[] = {
        "gate",  "limit",     "token",   "difference", "compared",
        "rates", "quiet",     "include", "instrument", "columns",
        "rate",  "valuation", "start",   "default",    "ignore",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return strpbrk(name, " \t=") == NULL && strchr("@#[*", name[0]) == NULL;
}

/* Steps begin with the names of sessions. */
static int check_actors(struct cg_recording *record)
{
    const struct cg_config *config = &record->head.config;
    for (size_t i = 0; i < config->session_count; i++) {
        if (!is_actor(config->sessions[i].name)) {
            return cg_recording_fail(
                record, CG_ERR_CONFIG,
                "a step of a session cannot begin with %s: "
                "give that session another Name=, or use "
                "--anonymise",
                config->sessions[i].name);
        }
    }
    return 0;
}

static int read_heads(struct cg_recording *record)
{
    int status = cg_recording_read_config(record);
    if (status == 0) {
        status = read_head(record, false, &record->known);
    }
    if (status == 0 && record->options.anonymised) {
        status = cg_hide_init(&record->hide, &record->given);
    }
    if (status == 0) {
        status = read_head(record, record->options.anonymised, &record->head);
    }
    return status != 0 ? status : check_actors(record);
}

/* --- the replay --------------------------------------------------------- */

/* The rates of a session that begins at |record->start|, as its host would
 * have them. */
static int read_rates(struct cg_recording *record,
                      const struct cg_script *script)
{
    struct cg_script_rates rates;
    struct cg_rates_text text = {.file = record->given.rates.par_rates,
                                 .made_at = record->start};
    int status = cg_script_rates_init(&rates, script);
    char *bytes = status == 0 ? cg_script_rates_text(&rates, &text.len) : NULL;
    if (bytes != NULL) {
        text.text = bytes;
        status = cg_rates_read(&record->head.config, &text, NULL, on_mistake,
                               record, &record->rates);
    } else {
        status = CG_ERR_MEMORY;
    }
    free(bytes);
    cg_script_rates_deinit(&rates);
    return status;
}

static int on_begin(void *user, cg_time start, const struct cg_rates **rates)
{
    struct cg_recording *record = user;
    struct cg_script script;
    struct text text;
    record->start = start;
    if (record->par.count == 0) {
        return 0;
    }
    int status = text_open(&text);
    if (status != 0) {
        return status;
    }
    status = cg_recording_put_head(record, text.out, record->options.anonymised,
                                   false);
    cg_recording_put_start(record, text.out);
    status = text_close(&text, status);
    if (status == 0) {
        status = read_text(record, &text, &script);
    }
    free(text.bytes);
    if (status == 0) {
        status = read_rates(record, &script);
        cg_script_deinit(&script);
    }
    *rates = record->rates;
    return status;
}

static int on_message(void *user, struct cg_replay_message *message)
{
    struct cg_recording *record = user;
    struct cg_slice fields = message->bytes;
    struct cg_slice value;
    uint32_t tag;
    bool many = record->tape.count <= CG_SCRIPT_STEPS_MAX && !message->outbound;
    while (many && cg_replay_field(&fields, &tag, &value)) {
        if ((tag == 55 || tag == 48 || tag > 99) &&
            cg_words_add(&record->values, value) == CG_WORDS_NONE) {
            return CG_ERR_MEMORY;
        }
    }
    return record->options.anonymised ? cg_hide_message(&record->hide, message)
                                      : 0;
}

static int on_heard(void *user, const struct cg_script_passed *heard)
{
    struct cg_recording *record = user;
    return cg_recording_heard(&record->tape, &record->head.config, heard);
}

static int on_said(void *user, const struct cg_side_said *said)
{
    struct cg_recording *record = user;
    return cg_recording_said(&record->tape, said);
}

static int replay_logs(struct cg_recording *record, struct cg_replay **replay)
{
    const struct cg_session_record_options *options = &record->options;
    const struct cg_replay_tape tape = {
        .grain_ns = CG_MS,
        .known = &record->known.config,
        .begin = on_begin,
        .message = on_message,
        .heard = on_heard,
        .said = on_said,
        .user = record,
    };
    const struct cg_replay_options replaying = {
        .config = &record->head.config,
        .logs = options->logs,
        .log_count = options->log_count,
        .tape = &tape,
        .trouble = options->trouble,
        .progress = options->progress,
        .user = options->user,
    };
    int status = cg_replay_open(&replaying, record->error, record->error_len,
                                replay);
    if (status == 0) {
        status = cg_replay_run(*replay, record->error, record->error_len);
    }
    return status;
}

/* --- the session -------------------------------------------------------- */

static void put_moment(cg_time time, FILE *out)
{
    char date[11];
    int second = (int)(time / CG_SECOND % 86400);
    cg_date_format((cg_date)(time / CG_SECOND / 86400), date);
    fprintf(out, "%s %02d:%02d:%02d.%03d", date, second / 3600,
            second / 60 % 60, second % 60, (int)(time % CG_SECOND / CG_MS));
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input"
                                  : (slash != NULL ? slash + 1 : path);
}

static void put_title(const struct cg_recording *record,
                      const struct cg_replay_totals *totals,
                      FILE *out)
{
    const struct cg_session_record_options *options = &record->options;
    fputs("# Recorded from ", out);
    if (options->anonymised) {
        fprintf(out, "%zu log%s, with other names", options->log_count,
                options->log_count == 1 ? "" : "s");
    }
    for (size_t i = 0; i < options->log_count && !options->anonymised; i++) {
        fprintf(out, "%s%s", i > 0 ? ", " : "", name_of(options->logs[i]));
    }
    fputs(".\n#\n# From ", out);
    put_moment(totals->first, out);
    fputs(" to ", out);
    put_moment(totals->last, out);
    fprintf(out, ":\n# %llu message%s to the gate, %llu from it.\n",
            (unsigned long long)record->tape.messages_in,
            record->tape.messages_in == 1 ? "" : "s",
            (unsigned long long)record->tape.messages_out);
}

static int put_session(struct cg_recording *record,
                       const struct cg_replay *replay,
                       FILE *out)
{
    struct cg_replay_totals totals;
    cg_replay_totals(replay, &totals);
    record->last = totals.last;
    put_title(record, &totals, out);
    int status = cg_recording_put_head(record, out, record->options.anonymised,
                                       true);
    if (status == 0) {
        cg_recording_put_start(record, out);
        status = cg_recording_put_steps(
            record, cg_side_gate(cg_replay_side(replay)), out);
    }
    return status;
}

static void on_print(void *user, const char *text)
{
    struct cg_recording *record = user;
    record->options.print(record->options.user, text);
}

static int verify(struct cg_recording *record, const struct text *text)
{
    const struct cg_script_run_options options = {.print = on_print,
                                                  .user = record};
    struct cg_script script;
    int status = read_text(record, text, &script);
    if (status != 0) {
        return status == CG_ERR_CONFIG ? CG_RECORD_E_DIFFERS : status;
    }
    status = cg_script_run(&script, &options);
    cg_script_deinit(&script);
    return status > 0 ? CG_RECORD_E_DIFFERS : status;
}

static int check_steps(struct cg_recording *record)
{
    if (record->tape.count > CG_SCRIPT_STEPS_MAX) {
        return cg_recording_fail(
            record, CG_ERR_FULL,
            "the logs make %zu steps, and a session has %d at the most: give "
            "it less, such as the log of one client or of one hour",
            record->tape.count, CG_SCRIPT_STEPS_MAX);
    }
    return 0;
}

static int write_session(struct cg_recording *record, struct text *text)
{
    struct cg_replay *replay = NULL;
    int status = replay_logs(record, &replay);
    status = status != 0 ? status : check_steps(record);
    status = status != 0 ? status : text_open(text);
    if (status == 0) {
        status = text_close(text, put_session(record, replay, text->out));
    }
    cg_replay_close(replay);
    return status != 0 ? status : verify(record, text);
}

static void record_deinit(struct cg_recording *record)
{
    cg_recording_tape_deinit(&record->tape);
    cg_words_deinit(&record->values);
    cg_hide_deinit(&record->hide);
    cg_rates_close(record->rates);
    cg_script_deinit(&record->head);
    cg_script_deinit(&record->known);
    cg_par_rates_deinit(&record->par);
    cg_lines_deinit(&record->instrument_lines);
    free(record->instruments);
    cg_config_sections_deinit(&record->sections);
    cg_lines_deinit(&record->config_lines);
    cg_config_deinit(&record->given);
}

int cg_session_record(const struct cg_session_record_options *options,
                      char *error,
                      size_t error_len,
                      char **text,
                      size_t *len)
{
    struct cg_recording record = {
        .options = *options, .error = error, .error_len = error_len};
    struct text session = {.out = NULL};
    error[0] = '\0';
    int status = read_heads(&record);
    status = status != 0 ? status : write_session(&record, &session);
    if (status == CG_ERR_MEMORY && error[0] == '\0') {
        snprintf(error, error_len, "not enough memory");
    }
    if (status != 0) {
        free(session.bytes);
    } else {
        *text = session.bytes;
        *len = session.len;
    }
    record_deinit(&record);
    return status;
}
