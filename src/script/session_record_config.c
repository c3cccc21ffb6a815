/*
 * The head of a recorded session: of the configuration what a session needs,
 * instruments, par rates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

#include <config_keys.h>
#include <csv.h>
#include <stdlib.h>

#define INSTRUMENTS_ALL 200 /* more: those that the logs name */

/* --- reading ------------------------------------------------------------ */

static char *beside(const char *config, const char *name)
{
    const char *slash = strrchr(config, '/');
    int folder = slash != NULL && name[0] != '/' ? (int)(slash - config) + 1
                                                 : 0;
    char *path = NULL;
    return asprintf(&path, "%.*s%s", folder, config, name) >= 0 ? path : NULL;
}

/* The configuration is good: so is its text. */
static bool read_sections(struct cg_recording *record,
                          struct cg_mistakes *mistakes)
{
    if (!cg_config_text_open(&record->config_lines, record->options.config,
                             mistakes) ||
        !cg_config_sections_init(&record->sections, &record->config_lines,
                                 mistakes)) {
        return false;
    }
    for (size_t i = 0; i < record->sections.count; i++) {
        const struct cg_config_entry *entry = cg_config_section_find(
            &record->sections.items[i], "Instruments");
        if (entry != NULL &&
            strcmp(record->sections.items[i].name, "GATE") == 0) {
            record->instruments = beside(record->options.config, entry->value);
        }
    }
    return record->instruments != NULL &&
           cg_lines_open(&record->instrument_lines, record->instruments,
                         mistakes);
}

static bool read_rates(struct cg_recording *record,
                       struct cg_mistakes *mistakes)
{
    const struct cg_config_rates *rates = &record->given.rates;
    struct cg_lines lines = {0};
    bool read = true;
    if (!rates->given || rates->par_rates[0] == '\0') {
        return true;
    }
    read = cg_lines_open(&lines, rates->par_rates, mistakes) &&
           cg_par_rates_read(&record->par, rates->par_rates,
                             (struct cg_slice){lines.text, lines.len},
                             rates->set, mistakes);
    cg_lines_deinit(&lines);
    return read;
}

int cg_recording_read_config(struct cg_recording *record)
{
    const struct cg_session_record_options *options = &record->options;
    struct cg_mistakes mistakes = {0};
    int status = cg_config_read(options->config, options->report, options->user,
                                &record->given);
    if (status != 0) {
        return status;
    }
    if (!read_sections(record, &mistakes) || !read_rates(record, &mistakes)) {
        status = mistakes.count > 0 ? CG_ERR_CONFIG : CG_ERR_MEMORY;
        cg_mistakes_report(&mistakes, options->config, options->report,
                           options->user);
    }
    cg_mistakes_deinit(&mistakes);
    return status;
}

/* --- sections ----------------------------------------------------------- */

static bool is_one_of(const char *const *names, const char *name)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A key of the FIX engine's, of which a session has none. */
static bool is_of_engine(const char *key)
{
    for (size_t i = 0; i < cg_session_keys.count; i++) {
        if (strcmp(cg_session_keys.keys[i].name, key) == 0) {
            return cg_session_keys.keys[i].fix;
        }
    }
    return cg_key_is_logon_tag(key);
}

/* Files, and what only a host or an engine has use for. */
static bool is_needed(const char *section, const char *key)
{
    static const char *const gate[] = {"Journal", "MessageLog", "Instruments",
                                       "SnapshotFacts", NULL};
    static const char *const rates[] = {"ParRates", "Set",    "Conventions",
                                        "Holidays", "PollMs", NULL};
    static const char *const names[] = {"BeginString", "SenderCompID",
                                        "TargetCompID", NULL};
    if (strcmp(section, "GATE") == 0) {
        return !is_one_of(gate, key);
    }
    if (strcmp(section, "RATES") == 0) {
        return !is_one_of(rates, key);
    }
    if (strcmp(section, "SESSION") == 0 || strcmp(section, "DEFAULT") == 0) {
        return is_one_of(names, key) || !is_of_engine(key);
    }
    return true;
}

/* Sessions have no sockets, and the gate's reader wants to hear of them. */
static void begin_section(const char *name, FILE *out)
{
    fprintf(out, "\n[%s]\n", name);
    if (strcmp(name, "DEFAULT") == 0) {
        fputs("ConnectionType=acceptor\nSocketAcceptPort=0\n", out);
    }
}

static int put_section(struct cg_recording *record,
                       FILE *out,
                       const struct cg_config_section *section,
                       bool hidden)
{
    bool first = true;
    int status = 0;
    for (size_t i = 0; i < section->count && status == 0; i++) {
        const struct cg_config_entry *entry = &section->entries[i];
        if (!is_needed(section->name, entry->key)) {
            continue;
        }
        if (first) {
            begin_section(section->name, out);
            first = false;
        }
        fprintf(out, "%s=", entry->key);
        if (hidden) {
            status = cg_hide_entry(&record->hide, section->name, entry->key,
                                   entry->value, out);
        } else {
            fputs(entry->value, out);
        }
        fputc('\n', out);
    }
    if (first && (strcmp(section->name, "RATES") == 0 ||
                  strcmp(section->name, "DEFAULT") == 0)) {
        begin_section(section->name, out);
    }
    return status;
}

/* --- instruments -------------------------------------------------------- */

enum { SYMBOL, SWAP = 4, SECURITY_ID = 5, COLUMNS = 9 };

static const struct cg_csv_column columns[COLUMNS] = {
    [SYMBOL] = {"instrument", true},
    {"currency", false},
    {"dv01_per_million", false},
    {"convention", false},
    [SWAP] = {"swap", false},
    [SECURITY_ID] = {"security_id", false},
    {"product", false},
    {"type", false},
    {"tenor", false},
};

static void put_columns(const struct cg_csv *csv, FILE *out)
{
    const char *between = "\ncolumns ";
    for (size_t i = 0; i < COLUMNS; i++) {
        if (cg_csv_has(csv, i)) {
            fprintf(out, "%s%s", between, columns[i].name);
            between = ",";
        }
    }
    fputc('\n', out);
}

/* Families stand for what has no row. */
static bool is_used(const struct cg_recording *record, const struct cg_csv *csv)
{
    const struct cg_config *config = &record->given;
    const char *symbol = cg_csv_cell(csv, SYMBOL);
    const char *id = cg_csv_cell(csv, SECURITY_ID);
    bool used = strchr(symbol, '*') != NULL ||
                strcmp(cg_csv_cell(csv, SWAP), "dates") == 0 ||
                cg_words_find(&record->values, cg_slice_str(symbol)) !=
                    CG_WORDS_NONE ||
                (*id != '\0' &&
                 cg_words_find(&record->values, cg_slice_str(id)) !=
                     CG_WORDS_NONE);
    for (size_t i = 0; i < config->credit_limit_count && !used; i++) {
        used = strcmp(config->credit_limits[i].instrument, symbol) == 0;
    }
    return used;
}

static int
put_row(struct cg_recording *record, const struct cg_csv *csv, FILE *out)
{
    const char *between = "instrument ";
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *cell = cg_csv_cell(csv, i);
        if (!cg_csv_has(csv, i)) {
            continue;
        }
        if (strchr(cell, ',') != NULL) {
            return cg_recording_fail(
                record, CG_ERR_CONFIG,
                "%s:%d: '%s' has a comma, and a session has "
                "no quotes: rename the instrument",
                record->instruments, csv->line, cell);
        }
        fprintf(out, "%s%s", between, cell);
        between = ",";
    }
    fputc('\n', out);
    return 0;
}

static int put_instruments(struct cg_recording *record, FILE *out, bool used)
{
    struct cg_mistakes mistakes = {0};
    struct cg_csv csv;
    int status = 0;
    bool all = !used || record->given.instrument_count <= INSTRUMENTS_ALL;
    if (!cg_csv_init(&csv, record->instruments,
                     (struct cg_slice){record->instrument_lines.text,
                                       record->instrument_lines.len},
                     columns, COLUMNS, &mistakes)) {
        status = CG_ERR_MEMORY;
    } else {
        put_columns(&csv, out);
    }
    while (status == 0 && cg_csv_next(&csv)) {
        if (all || is_used(record, &csv)) {
            status = put_row(record, &csv, out);
        }
    }
    cg_csv_deinit(&csv);
    cg_mistakes_deinit(&mistakes);
    return status;
}

/* --- the head ----------------------------------------------------------- */

int cg_recording_put_head(struct cg_recording *record,
                          FILE *out,
                          bool hidden,
                          bool used)
{
    bool defaults = false;
    int status = 0;
    for (size_t i = 0; i < record->sections.count; i++) {
        defaults = defaults ||
                   strcmp(record->sections.items[i].name, "DEFAULT") == 0;
    }
    if (!defaults) {
        begin_section("DEFAULT", out);
    }
    for (size_t i = 0; i < record->sections.count && status == 0; i++) {
        status = put_section(record, out, &record->sections.items[i], hidden);
    }
    return status != 0 ? status : put_instruments(record, out, used);
}

/* The shortest text that is read as |rate|. */
static void put_percent(double rate, FILE *out)
{
    char text[64];
    for (int digits = 0; digits <= 15; digits++) {
        double read = 0;
        snprintf(text, sizeof(text), "%.*f", digits, rate * 100);
        if (cg_percent_parse(cg_slice_str(text), &read) && read == rate) {
            break;
        }
    }
    fputs(text, out);
}

/* "2026-01-15 08:00:00" */
static void put_second(cg_time time, FILE *out)
{
    char date[11];
    int second = (int)(time / CG_SECOND % 86400);
    cg_date_format((cg_date)(time / CG_SECOND / 86400), date);
    fprintf(out, "%s %02d:%02d:%02d", date, second / 3600, second / 60 % 60,
            second % 60);
}

void cg_recording_put_start(const struct cg_recording *record, FILE *out)
{
    char date[11];
    fputc('\n', out);
    for (size_t i = 0; i < record->par.count; i++) {
        const struct cg_par_rate *rate = &record->par.items[i];
        fprintf(out, "rate %s %s ", rate->curve, rate->name);
        put_percent(rate->rate, out);
        fputc('\n', out);
    }
    if (record->par.count > 0 && record->par.date != CG_DATE_NONE) {
        cg_date_format(record->par.date, date);
        fprintf(out, "valuation %s\n", date);
    }
    fputs(record->par.count > 0 ? "\nstart " : "start ", out);
    put_second(record->start, out);
    fputs("\n\n", out);
}
