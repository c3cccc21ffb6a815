/*
 * The text of a configuration.  Must never hand on what is not plain UTF-8
 * text: values end up in FIX fields and in another program's settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Reads all of |file|, one byte more than allowed at most; NULL on failure. */
static char *read_all(FILE *file, size_t *len)
{
    size_t room = 65536;
    char *bytes = malloc(room);
    size_t got;

    *len = 0;
    while (bytes != NULL &&
           (got = fread(bytes + *len, 1, room - *len, file)) > 0) {
        *len += got;
        if (*len == room && room <= CG_CONFIG_SIZE_MAX) {
            char *more = realloc(bytes, room * 2);

            if (more == NULL) {
                free(bytes);
                return NULL;
            }
            bytes = more;
            room *= 2;
        }
    }
    return bytes;
}

static int line_at(const struct cg_config_text *text, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++) {
        line += text->text[i] == '\n' ? 1 : 0;
    }
    return line;
}

static bool check_bytes(const struct cg_config_text *text,
                        struct cg_mistakes *mistakes)
{
    size_t span = cg_text_utf8_span((struct cg_slice){text->text, text->len});
    const char *nul = memchr(text->text, '\0', text->len);

    if (nul != NULL) {
        cg_mistakes_add(mistakes, text->path,
                        line_at(text, (size_t)(nul - text->text)),
                        "give a plain text file",
                        "there is a NUL byte: this is not a text file");
    } else if (span != text->len) {
        cg_mistakes_add(mistakes, text->path, line_at(text, span),
                        "save the file as UTF-8",
                        "byte 0x%02x is not UTF-8 text",
                        (unsigned)(unsigned char)text->text[span]);
    }
    return nul == NULL && span == text->len;
}

static bool check_size(const struct cg_config_text *text,
                       struct cg_mistakes *mistakes)
{
    if (text->len > CG_CONFIG_SIZE_MAX) {
        cg_mistakes_add(mistakes, text->path, 0, "give a smaller file",
                        "the file is larger than %zu MiB",
                        CG_CONFIG_SIZE_MAX / 1024 / 1024);
        return false;
    }
    for (size_t i = 0; i < text->len; i++) {
        if (text->text[i] != '\n' && text->text[i] != '\r' &&
            text->text[i] != ' ' && text->text[i] != '\t') {
            return true;
        }
    }
    cg_mistakes_add(
        mistakes, text->path, 0,
        "fill it as docs/configuration.md or docs/sessions.md shows",
        "the file is empty");
    return false;
}

static bool check_text(struct cg_config_text *text,
                       struct cg_mistakes *mistakes)
{
    if (!check_size(text, mistakes) || !check_bytes(text, mistakes)) {
        return false;
    }
    text->next = text->text;
    if (text->len >= 3 && memcmp(text->text, BYTE_ORDER_MARK, 3) == 0) {
        text->next += 3;
    }
    return true;
}

bool cg_config_text_open(struct cg_config_text *text,
                         const char *path,
                         struct cg_mistakes *mistakes)
{
    FILE *file = fopen(path, "rb");
    int error = errno;

    *text = (struct cg_config_text){.path = path};
    if (file != NULL) {
        errno = 0;
        text->text = read_all(file, &text->len);
        error = ferror(file) != 0 ? errno : 0;
        (void)fclose(file);
        if (text->text == NULL) {
            mistakes->no_memory = true;
            return false;
        }
    }
    if (error != 0 && (file == NULL || text->text != NULL)) {
        cg_mistakes_add(mistakes, path, 0,
                        "check the path, and that this user may read it",
                        "the file cannot be read: %s", strerror(error));
        return false;
    }
    return check_text(text, mistakes);
}

bool cg_config_text_copy(struct cg_config_text *text,
                         const char *path,
                         struct cg_slice bytes,
                         struct cg_mistakes *mistakes)
{
    *text = (struct cg_config_text){
        .path = path,
        .text = malloc(bytes.len + 1),
        .len = bytes.len,
    };
    if (text->text == NULL) {
        mistakes->no_memory = true;
        return false;
    }
    if (bytes.len > 0) {
        memcpy(text->text, bytes.data, bytes.len);
    }
    return check_text(text, mistakes);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

char *cg_config_trim(char *text)
{
    size_t len;

    while (is_blank(*text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    text[len] = '\0';
    return text;
}

/* Ends the line at its newline, or at the text's end; moves on. */
static char *cut_line(struct cg_config_text *text)
{
    char *line = text->next;
    size_t left = text->len - (size_t)(line - text->text);
    char *end = memchr(line, '\n', left);

    if (end != NULL) {
        *end = '\0';
        text->next = end + 1;
    } else {
        /* There is always room: the buffer is never read full. */
        line[left] = '\0';
        text->next = line + left;
    }
    text->line++;
    return line;
}

char *cg_config_text_line(struct cg_config_text *text,
                          struct cg_mistakes *mistakes)
{
    char *line;

    if (text->next == text->text + text->len) {
        return NULL;
    }
    line = cg_config_trim(cut_line(text));
    if (strlen(line) > CG_CONFIG_LINE_MAX) {
        cg_mistakes_add(mistakes, text->path, text->line,
                        "split it, or check for a missing line end",
                        "the line is longer than %d bytes", CG_CONFIG_LINE_MAX);
        *line = '\0';
    }
    for (const char *at = line; *at != '\0'; at++) {
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) {
            cg_mistakes_add(mistakes, text->path, text->line,
                            "remove it, or write the line again",
                            "the line holds a control character, 0x%02x",
                            (unsigned)*at);
            *line = '\0';
        }
    }
    return line;
}

void cg_config_text_deinit(struct cg_config_text *text)
{
    free(text->text);
    *text = (struct cg_config_text){0};
}

static size_t count_lines(const struct cg_config_text *text)
{
    size_t lines = 1;

    for (size_t i = 0; i < text->len; i++) {
        lines += text->text[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static void add_section(struct cg_config_sections *sections,
                        const struct cg_config_text *text,
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
        .name = cg_config_trim(line + 1),
        .line = text->line,
        .entries = entries,
    };
    sections->count++;
}

static void add_entry(struct cg_config_sections *sections,
                      const struct cg_config_text *text,
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
    entry = (struct cg_config_entry){cg_config_trim(line),
                                     cg_config_trim(equals + 1), text->line};
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
                             struct cg_config_text *text,
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
    while ((line = cg_config_text_line(text, mistakes)) != NULL) {
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
