/*
 * [RATES]: where par rates come from, and how old they may be (R2, R51).  The
 * rates themselves are not read here: they change while the gate runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <config_buckets.h>
#include <convention.h>
#include <lines.h>
#include <shipped.h>
#include <stdlib.h>
#include <string.h>

#define MISTAKE(reader, line, remedy, ...)                                     \
    cg_mistakes_add((reader)->context.mistakes, (reader)->context.file, line,  \
                    remedy, __VA_ARGS__)

/* The entry of |key| in [RATES], if it has a value. */
static const struct cg_config_entry *
rates_entry(const struct cg_config_reader *reader, const char *key)
{
    const struct cg_config_entry *entry = cg_config_section_find(reader->rates,
                                                                 key);

    return entry != NULL && *entry->value != '\0' ? entry : NULL;
}

/* The host reads the file, and tells when it is not there: no reason not to
 * start, since cancels must pass. */
static void read_path(struct cg_config_reader *reader)
{
    const struct cg_config_entry *entry = rates_entry(reader, "ParRates");
    struct cg_config_rates *rates = &reader->config->rates;
    char *path;

    if (reader->memory != NULL) {
        return;
    }
    if (cg_config_section_find(reader->rates, "ParRates") == NULL) {
        MISTAKE(reader, rates->line, "add ParRates=, the file of par rates",
                "this [RATES] has no ParRates=");
    }
    if (entry == NULL) {
        return;
    }
    path = cg_key_path(&reader->context, entry->value);
    if (path == NULL) {
        reader->context.mistakes->no_memory = true;
    } else if (strlen(path) >= sizeof(rates->par_rates)) {
        MISTAKE(reader, entry->line, "choose a shorter path",
                "the path of the par rates is too long");
    } else {
        memcpy(rates->par_rates, path, strlen(path) + 1);
    }
    free(path);
}

static void read_buckets(struct cg_config_reader *reader)
{
    const struct cg_config_entry *entry = rates_entry(reader, "TenorBuckets");
    const char *edges = entry != NULL ? entry->value : CG_BUCKETS_DEFAULT;
    const char *wrong = cg_buckets_parse(&reader->config->rates.buckets, edges);

    if (wrong != NULL) {
        MISTAKE(reader, entry->line,
                "write 15 rising tenors at most, such as " CG_BUCKETS_DEFAULT,
                "TenorBuckets=%.80s %s", edges, wrong);
    }
}

/* --- conventions and holidays --------------------------------------------- */

/* A text of [RATES]: the file that |key| names, or what stands for it. */
struct source {
    const char *key;
    enum cg_config_file file;
    const char *memory; /* without files, or NULL */
    char **path;        /* of the reader, whose mistakes name it */
};

/*
 * Finds the text of |source|.  |file| holds what was read and outlives |text|.
 * False after a mistake, or when there is nothing of the desk's own.
 */
static bool own_text(struct cg_config_reader *reader,
                     const struct source *source,
                     struct cg_lines *file,
                     struct cg_slice *text)
{
    const struct cg_config_entry *entry = rates_entry(reader, source->key);
    struct cg_mistakes *mistakes = reader->context.mistakes;

    if (entry != NULL) {
        *source->path = cg_key_path(&reader->context, entry->value);
    } else if (source->memory != NULL) {
        *source->path = strdup(source->key);
    } else {
        return false;
    }
    if (*source->path == NULL) {
        mistakes->no_memory = true;
        return false;
    }
    if (reader->memory == NULL) {
        if (!cg_lines_open(file, *source->path, mistakes)) {
            return false;
        }
        *text = (struct cg_slice){file->text, file->len};
        cg_config_note_end(reader, source->file, *text);
        return true;
    }
    if (source->memory == NULL) {
        MISTAKE(reader, entry->line, "leave it out, or give its text",
                "%s=%.80s is a file, and here are none", source->key,
                entry->value);
        return false;
    }
    *text = cg_slice_str(source->memory);
    cg_config_note_end(reader, source->file, *text);
    return true;
}

/* The holidays that come with the gate, then those of the desk. */
static void read_calendars(struct cg_config_reader *reader,
                           struct cg_calendars *calendars)
{
    const struct cg_config_memory *memory = reader->memory;
    struct cg_mistakes *mistakes = reader->context.mistakes;
    struct source source = {
        .key = "Holidays",
        .file = CG_CONFIG_HOLIDAYS,
        .memory = memory != NULL ? memory->holidays : NULL,
        .path = &reader->holidays_path,
    };
    struct cg_lines file = {0};
    struct cg_slice text;

    (void)cg_calendars_read(calendars, "calendars.csv",
                            cg_slice_str(cg_shipped_calendars), mistakes);
    if (own_text(reader, &source, &file, &text)) {
        (void)cg_calendars_read(calendars, *source.path, text, mistakes);
    }
    cg_lines_deinit(&file);
}

static void read_conventions(struct cg_config_reader *reader,
                             struct cg_conventions *conventions)
{
    const struct cg_config_memory *memory = reader->memory;
    struct cg_mistakes *mistakes = reader->context.mistakes;
    struct source source = {
        .key = "Conventions",
        .file = CG_CONFIG_CONVENTIONS,
        .memory = memory != NULL ? memory->conventions : NULL,
        .path = &reader->conventions_path,
    };
    size_t before = mistakes->count;
    struct cg_lines file = {0};
    struct cg_slice text;

    read_calendars(reader, &conventions->calendars);
    /* Without its holidays each convention would be a mistake, too. */
    if (mistakes->count > before || mistakes->no_memory) {
        return;
    }
    if (own_text(reader, &source, &file, &text)) {
        (void)cg_conventions_read(conventions, *source.path, text, mistakes);
    } else if (mistakes->count == before) {
        (void)cg_conventions_read(conventions, "conventions.csv",
                                  cg_slice_str(cg_shipped_conventions),
                                  mistakes);
    }
    cg_lines_deinit(&file);
}

/* --- all of it ------------------------------------------------------------ */

void cg_config_read_rates(struct cg_config_reader *reader)
{
    struct cg_config_rates *rates = &reader->config->rates;
    const struct cg_config_entry *stale;

    if (reader->rates == NULL) {
        return;
    }
    rates->conventions = calloc(1, sizeof(*rates->conventions));
    if (rates->conventions == NULL) {
        reader->context.mistakes->no_memory = true;
        return;
    }
    rates->given = true;
    rates->line = reader->rates->line;
    cg_keys_apply(&reader->context, &cg_rates_keys, reader->rates, rates);
    read_path(reader);
    read_buckets(reader);
    stale = rates_entry(reader, "WhenStale");
    rates->stale_alarms = stale != NULL && strcmp(stale->value, "alarm") == 0;
    read_conventions(reader, rates->conventions);
}

void cg_config_check_rates(struct cg_config_reader *reader)
{
    if (reader->rates != NULL && reader->instruments_read &&
        !reader->curves_asked) {
        MISTAKE(reader, reader->rates->line,
                "give instruments a convention and a swap, or remove it",
                "nothing uses this [RATES]: no instrument has a convention");
    }
}
