/*
 * The sections of a session: those of one name are put together by what tells
 * them apart, and what comes later wins.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <stdlib.h>
#include <string.h>
#include <text.h>

const struct cg_script_entry *
cg_script_entry_find(const struct cg_script_section *section, const char *key)
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
    const struct cg_script_entry *twin = cg_script_entry_find(section,
                                                              entry.key);

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
        {"RATES", {NULL}},
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
        const struct cg_script_entry *one = cg_script_entry_find(a, *keys);
        const struct cg_script_entry *other = cg_script_entry_find(b, *keys);

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
        .name = cg_text_trim(line + 1),
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
    entry.key = cg_text_trim(line);
    entry.value = cg_text_trim(equals + 1);
    twin = cg_script_entry_find(reader->open, entry.key);
    if (twin != NULL) {
        cg_script_mistake(reader, "keep one of the two lines",
                          "%.60s= is given in line %d already", entry.key,
                          twin->place.line);
        return;
    }
    entry_set(reader, reader->open, entry);
}
