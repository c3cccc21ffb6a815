/*
 * The text of a configuration.  Must never drop a line: what is neither
 * section, key nor comment is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_text.h>

#include <stdlib.h>
#include <string.h>
#include <text.h>

static bool check_filled(const struct cg_lines *lines,
                         struct cg_mistakes *mistakes)
{
    for (size_t i = 0; i < lines->len; i++) {
        if (strchr("\n\r\t ", lines->text[i]) == NULL) {
            return true;
        }
    }
    cg_mistakes_add(
        mistakes, lines->path, 0,
        "fill it as docs/configuration.md or docs/sessions.md shows",
        "the file is empty");
    return false;
}

bool cg_config_text_open(struct cg_lines *lines,
                         const char *path,
                         struct cg_mistakes *mistakes)
{
    return cg_lines_open(lines, path, mistakes) &&
           check_filled(lines, mistakes);
}

bool cg_config_text_copy(struct cg_lines *lines,
                         const char *path,
                         struct cg_slice bytes,
                         struct cg_mistakes *mistakes)
{
    return cg_lines_copy(lines, path, bytes, mistakes) &&
           check_filled(lines, mistakes);
}

static size_t count_lines(const struct cg_lines *text)
{
    size_t lines = 1;

    for (size_t i = 0; i < text->len; i++) {
        lines += text->text[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static void add_section(struct cg_config_sections *sections,
                        const struct cg_lines *text,
                        char *line,
                        struct cg_mistakes *mistakes)
{
    size_t len = strlen(line);
    struct cg_config_section *section = &sections->items[sections->count];
    struct cg_config_entry *entries = sections->count == 0
                                          ? sections->entries
                                          : section[-1].entries +
                                                section[-1].count;

    if (line[len - 1] != ']') {
        cg_mistakes_add(mistakes, text->path, text->line,
                        "write it as [NAME], alone on its line",
                        "the section %.40s does not end with ]", line);
    } else {
        line[len - 1] = '\0';
    }
    *section = (struct cg_config_section){
        .name = cg_text_trim(line + 1),
        .line = text->line,
        .entries = entries,
    };
    sections->count++;
}

static void add_entry(struct cg_config_sections *sections,
                      const struct cg_lines *text,
                      char *line,
                      struct cg_mistakes *mistakes)
{
    char *equals = strchr(line, '=');
    struct cg_config_section *section;
    const struct cg_config_entry *twin;
    struct cg_config_entry entry;

    if (equals == NULL || equals == line) {
        cg_mistakes_add(mistakes, text->path, text->line,
                        "write [SECTION], Key=value or # comment",
                        "'%.40s' is no section, key or comment", line);
        return;
    }
    *equals = '\0';
    entry = (struct cg_config_entry){cg_text_trim(line),
                                     cg_text_trim(equals + 1), text->line};
    if (sections->count == 0) {
        cg_mistakes_add(mistakes, text->path, text->line,
                        "put it below a [GATE], [DEFAULT] or [SESSION] line",
                        "%s= stands before the first section", entry.key);
        return;
    }
    section = &sections->items[sections->count - 1];
    twin = cg_config_section_find(section, entry.key);
    if (twin != NULL) {
        cg_mistakes_add(
            mistakes, text->path, text->line, "keep one of the two lines",
            "%s= is given in line %d already", entry.key, twin->line);
        return;
    }
    section->entries[section->count++] = entry;
}

bool cg_config_sections_init(struct cg_config_sections *sections,
                             struct cg_lines *text,
                             struct cg_mistakes *mistakes)
{
    size_t lines = count_lines(text);
    char *line;

    *sections = (struct cg_config_sections){
        .items = calloc(lines, sizeof(struct cg_config_section)),
        .entries = calloc(lines, sizeof(struct cg_config_entry)),
    };
    if (sections->items == NULL || sections->entries == NULL) {
        cg_config_sections_deinit(sections);
        return false;
    }
    while ((line = cg_lines_next(text, mistakes)) != NULL) {
        if (*line == '[') {
            add_section(sections, text, line, mistakes);
        } else if (*line != '\0' && *line != '#') {
            add_entry(sections, text, line, mistakes);
        }
    }
    return true;
}

void cg_config_sections_deinit(struct cg_config_sections *sections)
{
    free(sections->items);
    free(sections->entries);
    *sections = (struct cg_config_sections){0};
}

const struct cg_config_entry *
cg_config_section_find(const struct cg_config_section *section, const char *key)
{
    for (size_t i = 0; section != NULL && i < section->count; i++) {
        if (strcmp(section->entries[i].key, key) == 0) {
            return &section->entries[i];
        }
    }
    return NULL;
}
