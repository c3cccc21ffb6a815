/*
 * The configuration of a session: sections are put together by what they name,
 * and handed to the gate's own reader, whose mistakes are brought back to the
 * lines they come from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "instrument,currency,dv01_per_million"
#define COLUMNS_MAX 64

/* --- sections ----------------------------------------------------------- */

static const struct cg_script_entry *
entry_find(const struct cg_script_section *section, const char *key)
{
    for (size_t i = 0; i < section->count; i++) {
        if (strcmp(section->entries[i].key, key) == 0) {
            return &section->entries[i];
        }
    }
    return NULL;
}

static void entry_set(struct cg_script_reader *reader,
                      struct cg_script_section *section,
                      struct cg_script_entry entry)
{
    struct cg_script_entry *more;
    const struct cg_script_entry *twin = entry_find(section, entry.key);

    if (twin != NULL) {
        section->entries[twin - section->entries] = entry;
        return;
    }
    more = cg_script_grow(reader, section->entries, section->count,
                          &section->room, sizeof(*more));
    if (more != NULL) {
        section->entries = more;
        more[section->count++] = entry;
    }
}

/* What tells sections of one name apart; NULL: nothing does. */
static const char *const *keys_of(const char *name)
{
    static const struct {
        const char *name;
        const char *keys[3];
    } identities[] = {
        {"SESSION", {"Name", NULL}},
        {"ACCOUNT", {"Account", NULL}},
        {"LIMIT", {"RiskLimitID", NULL}},
        {"FX", {"From", "To", NULL}},
        {"GATE", {NULL}},
        {"DEFAULT", {NULL}},
    };

    for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++) {
        if (strcmp(identities[i].name, name) == 0) {
            return identities[i].keys;
        }
    }
    return NULL;
}

static bool is_same(const struct cg_script_section *a,
                    const struct cg_script_section *b)
{
    const char *const *keys = keys_of(a->name);

    if (strcmp(a->name, b->name) != 0 || keys == NULL) {
        return false;
    }
    for (; *keys != NULL; keys++) {
        const struct cg_script_entry *one = entry_find(a, *keys);
        const struct cg_script_entry *other = entry_find(b, *keys);

        if (one == NULL || other == NULL ||
            strcmp(one->value, other->value) != 0) {
            return false;
        }
    }
    return true;
}

/* The section that |block| adds to, or a new one. */
static struct cg_script_section *
section_for(struct cg_script_reader *reader,
            const struct cg_script_section *block)
{
    struct cg_script_section *more;

    for (size_t i = 0; i < reader->section_count; i++) {
        if (is_same(&reader->sections[i], block)) {
            return &reader->sections[i];
        }
    }
    more = cg_script_grow(reader, reader->sections, reader->section_count,
                          &reader->section_room, sizeof(*more));
    if (more == NULL) {
        return NULL;
    }
    reader->sections = more;
    more += reader->section_count++;
    *more = (struct cg_script_section){.name = block->name,
                                       .place = block->place};
    return more;
}

void cg_script_section_end(struct cg_script_reader *reader)
{
    struct cg_script_section *block = reader->open;
    struct cg_script_section *section;

    if (block == NULL) {
        return;
    }
    section = section_for(reader, block);
    for (size_t i = 0; section != NULL && i < block->count; i++) {
        entry_set(reader, section, block->entries[i]);
    }
    free(block->entries);
    *block = (struct cg_script_section){0};
    reader->open = NULL;
}

void cg_script_section_begin(struct cg_script_reader *reader, char *line)
{
    size_t len = strlen(line);

    cg_script_section_end(reader);
    if (line[len - 1] != ']') {
        cg_script_mistake(reader, "write it as [NAME], alone on its line",
                          "the section %.40s does not end with ]", line);
    } else {
        line[len - 1] = '\0';
    }
    reader->block = (struct cg_script_section){
        .name = cg_config_trim(line + 1),
        .place = reader->place,
    };
    reader->open = &reader->block;
}

bool cg_script_is_entry(const char *line)
{
    size_t len = strcspn(line, "= \t");

    return len > 0 && line[len + strspn(line + len, " \t")] == '=';
}

void cg_script_section_entry(struct cg_script_reader *reader, char *line)
{
    char *equals = strchr(line, '=');
    struct cg_script_entry entry = {.place = reader->place};
    const struct cg_script_entry *twin;

    *equals = '\0';
    entry.key = cg_config_trim(line);
    entry.value = cg_config_trim(equals + 1);
    twin = entry_find(reader->open, entry.key);
    if (twin != NULL) {
        cg_script_mistake(reader, "keep one of the two lines",
                          "%.60s= is given in line %d already", entry.key,
                          twin->place.line);
        return;
    }
    entry_set(reader, reader->open, entry);
}

/* --- instruments -------------------------------------------------------- */

static void row_add(struct cg_script_reader *reader,
                    struct cg_script_row **rows,
                    size_t *count,
                    size_t *room,
                    char *text)
{
    struct cg_script_row *more = cg_script_grow(reader, *rows, *count, room,
                                                sizeof(*more));

    if (more != NULL) {
        *rows = more;
        more[(*count)++] = (struct cg_script_row){
            .text = text,
            .columns = reader->columns_count,
            .place = reader->place};
    }
}

static size_t first_cell(const char *row)
{
    return strcspn(row, ", \t");
}

void cg_script_instrument(struct cg_script_reader *reader, char *row)
{
    size_t len = first_cell(row);

    /* A row of the same instrument takes the place of the one before. */
    for (size_t i = 0; i < reader->row_count; i++) {
        struct cg_script_row *other = &reader->rows[i];

        if (first_cell(other->text) == len &&
            memcmp(other->text, row, len) == 0) {
            *other = (struct cg_script_row){row, reader->columns_count,
                                            reader->place};
            return;
        }
    }
    row_add(reader, &reader->rows, &reader->row_count, &reader->row_room, row);
}

void cg_script_columns(struct cg_script_reader *reader, char *header)
{
    row_add(reader, &reader->columns, &reader->columns_count,
            &reader->columns_room, header);
}

static const char *columns_of(const struct cg_script_reader *reader,
                              const struct cg_script_row *row)
{
    return row->columns == 0 ? COLUMNS : reader->columns[row->columns - 1].text;
}

/* The |index|-th cell of |row|; NULL past the last. */
static const char *cell_at(const char *row, size_t index, size_t *len)
{
    for (; index > 0; index--) {
        row += strcspn(row, ",");
        if (*row == '\0') {
            return NULL;
        }
        row++;
    }
    while (*row == ' ' || *row == '\t') {
        row++;
    }
    *len = strcspn(row, ",");
    while (*len > 0 && (row[*len - 1] == ' ' || row[*len - 1] == '\t')) {
        --*len;
    }
    return row;
}

static size_t cells_of(const char *row)
{
    size_t count = 1;

    for (; *row != '\0'; row++) {
        count += *row == ',' ? 1 : 0;
    }
    return count;
}

/* Whether a row is written under that header; without rows, the usual one. */
static bool is_used(const struct cg_script_reader *reader, size_t columns)
{
    bool used = reader->row_count == 0 && columns == 0;

    for (size_t i = 0; i < reader->row_count && !used; i++) {
        used = reader->rows[i].columns == columns;
    }
    return used;
}

/* All columns that any row has, each once. */
static size_t all_columns(const struct cg_script_reader *reader,
                          struct cg_slice *names)
{
    size_t count = 0;

    for (size_t i = 0; i <= reader->columns_count; i++) {
        const char *header = i == 0 ? COLUMNS : reader->columns[i - 1].text;
        struct cg_slice name;

        if (!is_used(reader, i)) {
            continue;
        }
        for (size_t at = 0;
             (name.data = cell_at(header, at, &name.len)) != NULL; at++) {
            bool known = false;

            for (size_t j = 0; j < count && !known; j++) {
                known = cg_slice_equal(names[j], name);
            }
            if (!known && count < COLUMNS_MAX) {
                names[count++] = name;
            }
        }
    }
    return count;
}

/* The cell of |row| under |column|; empty when it has none. */
static struct cg_slice
cell_under(const char *row, const char *header, struct cg_slice column)
{
    struct cg_slice name;

    for (size_t at = 0; (name.data = cell_at(header, at, &name.len)) != NULL;
         at++) {
        if (cg_slice_equal(name, column)) {
            struct cg_slice cell = {NULL, 0};

            cell.data = cell_at(row, at, &cell.len);
            return cell.data != NULL ? cell : CG_SLICE("");
        }
    }
    return CG_SLICE("");
}

/* --- the text for the reader -------------------------------------------- */

/* A text in memory, and where each of its lines comes from. */
struct built {
    FILE *out;
    char *text;
    size_t len;
    struct cg_script_place *places;
    size_t count;
    size_t room;
};

static void built_line(struct cg_script_reader *reader,
                       struct built *built,
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

static bool built_open(struct cg_script_reader *reader, struct built *built)
{
    built->out = open_memstream(&built->text, &built->len);
    reader->mistakes->no_memory |= built->out == NULL;
    return built->out != NULL;
}

static void built_close(struct cg_script_reader *reader, struct built *built)
{
    if (fclose(built->out) != 0 || built->text == NULL) {
        reader->mistakes->no_memory = true;
    }
}

static void put_entry(struct cg_script_reader *reader,
                      struct built *built,
                      const struct cg_script_entry *entry)
{
    (void)fprintf(built->out, "%s=%s", entry->key, entry->value);
    built_line(reader, built, entry->place);
}

/* What a session need not say: it has no disk. */
static void put_files(struct cg_script_reader *reader,
                      struct built *built,
                      const struct cg_script_section *section)
{
    static const struct cg_script_entry files[] = {
        {.key = "Journal", .value = "session.journal"},
        {.key = "Instruments", .value = "instruments"},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (section == NULL || entry_find(section, files[i].key) == NULL) {
            struct cg_script_entry entry = files[i];

            entry.place = reader->place;
            put_entry(reader, built, &entry);
        }
    }
}

static void put_section(struct cg_script_reader *reader,
                        struct built *built,
                        const struct cg_script_section *section)
{
    (void)fprintf(built->out, "[%s]", section->name);
    built_line(reader, built, section->place);
    for (size_t i = 0; i < section->count; i++) {
        put_entry(reader, built, &section->entries[i]);
    }
    if (strcmp(section->name, "GATE") == 0) {
        put_files(reader, built, section);
    }
}

static void put_sections(struct cg_script_reader *reader, struct built *built)
{
    bool gate = false;

    for (size_t i = 0; i < reader->section_count; i++) {
        put_section(reader, built, &reader->sections[i]);
        gate |= strcmp(reader->sections[i].name, "GATE") == 0;
    }
    if (!gate) {
        (void)fputs("[GATE]", built->out);
        built_line(reader, built, reader->place);
        put_files(reader, built, NULL);
    }
}

static void put_instruments(struct cg_script_reader *reader,
                            struct built *built)
{
    struct cg_slice names[COLUMNS_MAX];
    size_t count = all_columns(reader, names);
    struct cg_script_place top = reader->columns_count > 0
                                     ? reader->columns[0].place
                                     : reader->place;

    for (size_t i = 0; i < count; i++) {
        (void)fprintf(built->out, "%s%.*s", i > 0 ? "," : "", (int)names[i].len,
                      names[i].data);
    }
    built_line(reader, built, top);
    for (size_t i = 0; i < reader->row_count; i++) {
        const struct cg_script_row *row = &reader->rows[i];
        const char *header = columns_of(reader, row);

        if (cells_of(row->text) != cells_of(header)) {
            reader->place = row->place;
            cg_script_mistake(reader, "write one cell for each column",
                              "the row has not the cells of '%.200s'", header);
            continue;
        }
        for (size_t j = 0; j < count; j++) {
            struct cg_slice cell = cell_under(row->text, header, names[j]);

            (void)fprintf(built->out, "%s%.*s", j > 0 ? "," : "", (int)cell.len,
                          cell.data);
        }
        built_line(reader, built, row->place);
    }
}

/* --- mistakes back to their lines --------------------------------------- */

struct mapping {
    struct cg_script_reader *reader;
    const struct built *config;
    const struct built *instruments;
};

static struct cg_script_place
place_of(const struct mapping *mapping, const struct built *built, int line)
{
    return line > 0 && (size_t)line <= built->count
               ? built->places[line - 1]
               : (struct cg_script_place){mapping->reader->script->path, 0};
}

/* "... in line 12 already" names a line of the built text, too. */
static void restate(const struct mapping *mapping,
                    const struct built *built,
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
    const struct built *built = config ? mapping->config : mapping->instruments;
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

static void resolve(struct cg_script_reader *reader)
{
    struct cg_script *script = reader->script;

    for (size_t i = 0; i < script->step_count; i++) {
        struct cg_script_step *step = &script->steps[i];

        if (step->actor.len == 0) {
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
                       struct built *config,
                       struct built *instruments)
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
    }
}

void cg_script_configure(struct cg_script_reader *reader)
{
    struct built config = {0};
    struct built instruments = {0};
    bool opened = built_open(reader, &config);

    if (opened) {
        put_sections(reader, &config);
        built_close(reader, &config);
    }
    if (opened && built_open(reader, &instruments)) {
        put_instruments(reader, &instruments);
        built_close(reader, &instruments);
        read_built(reader, &config, &instruments);
    }
    free(config.text);
    free(config.places);
    free(instruments.text);
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
