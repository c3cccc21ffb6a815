/*
 * The configuration of a session: handed to the gate's own reader as a text,
 * whose mistakes are brought back to the lines they come from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the text for the reader -------------------------------------------- */

void cg_script_built_line(struct cg_script_reader *reader,
                          struct cg_script_built *built,
                          struct cg_script_place place)
{
    struct cg_script_place *more = cg_script_grow(
        reader, built->places, built->count, &built->room, sizeof(*more));

    (void)fputc('\n', built->out);
    if (more != NULL) {
        built->places = more;
        more[built->count++] = place;
    }
}

static bool built_open(struct cg_script_reader *reader,
                       struct cg_script_built *built)
{
    built->out = open_memstream(&built->text, &built->len);
    reader->mistakes->no_memory |= built->out == NULL;
    return built->out != NULL;
}

static void built_close(struct cg_script_reader *reader,
                        struct cg_script_built *built)
{
    if (fclose(built->out) != 0 || built->text == NULL) {
        reader->mistakes->no_memory = true;
    }
}

static void put_entry(struct cg_script_reader *reader,
                      struct cg_script_built *built,
                      const struct cg_script_entry *entry)
{
    (void)fprintf(built->out, "%s=%s", entry->key, entry->value);
    cg_script_built_line(reader, built, entry->place);
}

/* What a session need not say: it has no disk. */
static void put_files(struct cg_script_reader *reader,
                      struct cg_script_built *built,
                      const struct cg_script_section *section)
{
    static const struct cg_script_entry files[] = {
        {.key = "Journal", .value = "session.journal"},
        {.key = "Instruments", .value = "instruments"},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (section == NULL ||
            cg_script_entry_find(section, files[i].key) == NULL) {
            struct cg_script_entry entry = files[i];

            entry.place = reader->place;
            put_entry(reader, built, &entry);
        }
    }
}

static void put_section(struct cg_script_reader *reader,
                        struct cg_script_built *built,
                        const struct cg_script_section *section)
{
    (void)fprintf(built->out, "[%s]", section->name);
    cg_script_built_line(reader, built, section->place);
    for (size_t i = 0; i < section->count; i++) {
        put_entry(reader, built, &section->entries[i]);
    }
    if (strcmp(section->name, "GATE") == 0) {
        put_files(reader, built, section);
    }
}

static void put_sections(struct cg_script_reader *reader,
                         struct cg_script_built *built)
{
    bool gate = false;

    for (size_t i = 0; i < reader->section_count; i++) {
        put_section(reader, built, &reader->sections[i]);
        gate |= strcmp(reader->sections[i].name, "GATE") == 0;
    }
    if (!gate) {
        (void)fputs("[GATE]", built->out);
        cg_script_built_line(reader, built, reader->place);
        put_files(reader, built, NULL);
    }
}

/* --- mistakes back to their lines --------------------------------------- */

struct mapping {
    struct cg_script_reader *reader;
    const struct cg_script_built *config;
    const struct cg_script_built *instruments;
};

static struct cg_script_place place_of(const struct mapping *mapping,
                                       const struct cg_script_built *built,
                                       int line)
{
    return line > 0 && (size_t)line <= built->count
               ? built->places[line - 1]
               : (struct cg_script_place){mapping->reader->script->path, 0};
}

/* "... in line 12 already" names a line of the built text, too. */
static void restate(const struct mapping *mapping,
                    const struct cg_script_built *built,
                    const char *wrong,
                    char *out,
                    size_t len)
{
    const char *found = strstr(wrong, "in line ");
    char *end = NULL;
    long line = found != NULL ? strtol(found + 8, &end, 10) : 0;

    if (line > 0 && line < 1000000000 && end != found + 8) {
        struct cg_script_place place = place_of(mapping, built, (int)line);

        (void)snprintf(out, len, "%.*sat %s:%d%s", (int)(found - wrong), wrong,
                       place.file, place.line, end);
    } else {
        (void)snprintf(out, len, "%s", wrong);
    }
}

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    const struct mapping *mapping = user;
    struct cg_script_reader *reader = mapping->reader;
    bool config = strcmp(file, reader->script->path) == 0;
    const struct cg_script_built *built = config ? mapping->config
                                                 : mapping->instruments;
    char text[512];

    reader->place = place_of(mapping, built, line);
    restate(mapping, built, wrong, text, sizeof(text));
    cg_script_mistake(reader, remedy, "%s", text);
}

/* --- actors ------------------------------------------------------------- */

/* The session |name|, by its place; CG_SESSION_NONE when there is none. */
static cg_session session_of(const struct cg_script *script,
                             struct cg_slice name)
{
    for (size_t i = 0; i < script->config.session_count; i++) {
        if (cg_slice_is(name, script->config.sessions[i].name)) {
            return (cg_session)i;
        }
    }
    return CG_SESSION_NONE;
}

static void no_session(struct cg_script_reader *reader, struct cg_slice name)
{
    const struct cg_config *config = &reader->script->config;
    char remedy[512] = "write one of:";
    size_t len = strlen(remedy);

    for (size_t i = 0; i < config->session_count && len < 400; i++) {
        len += (size_t)snprintf(remedy + len, sizeof(remedy) - len, " %s",
                                config->sessions[i].name);
    }
    cg_script_mistake(reader, remedy, "there is no session %.*s", (int)name.len,
                      name.data);
}

static void check_defaults(struct cg_script_reader *reader)
{
    const struct cg_script *script = reader->script;

    for (size_t i = 0; i < script->default_count; i++) {
        const struct cg_script_default *item = &script->defaults[i];

        if (!cg_slice_is(item->actor, "*") &&
            !cg_slice_is(item->actor, "wire") &&
            session_of(script, item->actor) == CG_SESSION_NONE) {
            reader->place = item->place;
            no_session(reader, item->actor);
        }
    }
}

static void resolve(struct cg_script_reader *reader)
{
    struct cg_script *script = reader->script;

    check_defaults(reader);
    for (size_t i = 0; i < script->step_count; i++) {
        struct cg_script_step *step = &script->steps[i];

        if (step->actor.len == 0 || step->wire) {
            continue;
        }
        step->session = session_of(script, step->actor);
        if (step->session == CG_SESSION_NONE) {
            reader->place = step->place;
            no_session(reader, step->actor);
        }
    }
}

/* --- all of it ---------------------------------------------------------- */

static void read_built(struct cg_script_reader *reader,
                       struct cg_script_built *config,
                       struct cg_script_built *instruments)
{
    struct mapping mapping = {reader, config, instruments};
    struct cg_config_memory memory = {
        .name = reader->script->path,
        .text = config->text,
        .instruments = instruments->text,
    };
    int result;

    if (reader->mistakes->no_memory) {
        return;
    }
    result = cg_config_read_memory(&memory, on_mistake, &mapping,
                                   &reader->script->config);
    reader->mistakes->no_memory |= result == CG_ERR_MEMORY;
    if (result == 0) {
        resolve(reader);
        cg_script_rates_check(reader);
    }
}

/* Keeps |text| for those who want to see it. */
static const char *keep(struct cg_script_reader *reader, char *text)
{
    if (text != NULL && !cg_script_keep(reader->script->store, text)) {
        reader->mistakes->no_memory = true;
        return NULL;
    }
    return text;
}

void cg_script_configure(struct cg_script_reader *reader)
{
    struct cg_script_built config = {0};
    struct cg_script_built instruments = {0};
    bool opened = built_open(reader, &config);

    if (opened) {
        put_sections(reader, &config);
        built_close(reader, &config);
    }
    if (opened && built_open(reader, &instruments)) {
        cg_script_put_instruments(reader, &instruments);
        built_close(reader, &instruments);
        read_built(reader, &config, &instruments);
    }
    reader->script->config_text = keep(reader, config.text);
    reader->script->instruments_text = keep(reader, instruments.text);
    free(config.places);
    free(instruments.places);
}

void cg_script_sections_deinit(struct cg_script_reader *reader)
{
    for (size_t i = 0; i < reader->section_count; i++) {
        free(reader->sections[i].entries);
    }
    free(reader->sections);
    free(reader->block.entries);
    free(reader->rows);
    free(reader->columns);
}
