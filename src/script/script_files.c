/*
 * The files of a session and their lines.
 *
 * Includes are a stack of fixed depth: a file cannot make the program recurse,
 * nor read for ever.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* |name| beside the file that is being read; kept with the script. */
static char *beside(struct cg_script_reader *reader, const char *name)
{
    const char *from = reader->place.file;
    const char *slash = strrchr(from, '/');
    size_t folder = slash != NULL ? (size_t)(slash - from) + 1 : 0;
    char *path = NULL;

    if (asprintf(&path, "%.*s%s", (int)folder, from, name) < 0 ||
        !cg_script_keep(reader->script->store, path)) {
        reader->mistakes->no_memory = true;
        return NULL;
    }
    return path;
}

static bool is_open(const struct cg_script_reader *reader, const char *path)
{
    for (size_t i = 0; i < reader->depth; i++) {
        if (strcmp(reader->stack[i].text.path, path) == 0) {
            return true;
        }
    }
    return false;
}

static bool may_include(struct cg_script_reader *reader, const char *name)
{
    size_t len = strlen(name);

    if (len < 5 || strcmp(name + len - 4, ".inc") != 0 ||
        strchr(name, '/') != NULL) {
        cg_script_mistake(reader, "write: include NAME.inc, a file beside this",
                          "'%.60s' is no file that can be included", name);
    } else if (reader->depth == CG_SCRIPT_DEPTH_MAX) {
        cg_script_mistake(reader, "include fewer files in files",
                          "more than %d files include each other",
                          CG_SCRIPT_DEPTH_MAX);
    } else if (reader->files == CG_SCRIPT_FILES_MAX) {
        cg_script_mistake(reader, "include fewer files",
                          "more than %d files in one session",
                          CG_SCRIPT_FILES_MAX);
    } else {
        return true;
    }
    return false;
}

static void note_included(struct cg_script *script, const char *path)
{
    for (size_t i = 0; i < script->included_count; i++) {
        if (strcmp(script->included[i], path) == 0) {
            return;
        }
    }
    script->included[script->included_count++] = path;
}

/* The text of a file goes on the stack, and its bytes into the store. */
void cg_script_push(struct cg_script_reader *reader, struct cg_lines *text)
{
    if (text->text == NULL) {
        return;
    }
    if (!cg_script_keep(reader->script->store, text->text)) {
        reader->mistakes->no_memory = true;
        return;
    }
    reader->stack[reader->depth++] = (struct cg_script_file){.text = *text};
    reader->files++;
}

void cg_script_include(struct cg_script_reader *reader, const char *name)
{
    struct cg_lines text = {0};
    size_t before = reader->mistakes->count;
    char *path;

    if (!may_include(reader, name)) {
        return;
    }
    path = beside(reader, name);
    if (path == NULL) {
        return;
    }
    if (is_open(reader, path)) {
        cg_script_mistake(reader, "remove one of the includes",
                          "%.60s includes itself", name);
        return;
    }
    if (cg_config_text_open(&text, path, reader->mistakes)) {
        note_included(reader->script, path);
        cg_script_push(reader, &text);
        return;
    }
    cg_lines_deinit(&text);
    if (reader->mistakes->count > before) {
        cg_script_mistake(reader, "see there, or correct the name",
                          "%.60s cannot be included", name);
    }
}

/* --- lines -------------------------------------------------------------- */

static bool goes_on(const char *line)
{
    size_t len = strlen(line);

    return line[0] != '#' && len > 0 && line[len - 1] == '\\' &&
           (len == 1 || line[len - 2] == ' ');
}

/* |line| and what follows it behind " \", in memory of its own. */
static char *
join(struct cg_script_reader *reader, struct cg_lines *text, char *line)
{
    char *whole = malloc(CG_SCRIPT_LINE_MAX + 1);
    size_t len = 0;
    bool more = true;
    bool told = false;

    if (whole == NULL) {
        reader->mistakes->no_memory = true;
        return NULL;
    }
    while (line != NULL && more) {
        size_t part = strlen(line);

        more = goes_on(line);
        part -= more ? 1 : 0;
        if (len + part <= CG_SCRIPT_LINE_MAX) {
            memcpy(whole + len, line, part);
            len += part;
        } else if (!told) {
            cg_script_mistake(reader, "split it into several messages",
                              "the line is longer than %d bytes with what "
                              "follows it",
                              CG_SCRIPT_LINE_MAX);
            told = true;
        }
        line = more ? cg_lines_next(text, reader->mistakes) : NULL;
    }
    line = strndup(whole, told ? 0 : len);
    free(whole);
    if (line == NULL || !cg_script_keep(reader->script->store, line)) {
        reader->mistakes->no_memory = true;
        return NULL;
    }
    return line;
}

/* The next line of the innermost file; NULL when no file is left. */
char *cg_script_next_line(struct cg_script_reader *reader)
{
    while (reader->depth > 0) {
        struct cg_lines *text = &reader->stack[reader->depth - 1].text;
        char *line = cg_lines_next(text, reader->mistakes);

        reader->place = (struct cg_script_place){text->path, text->line};
        if (line != NULL) {
            return goes_on(line) ? join(reader, text, line) : line;
        }
        cg_script_section_end(reader);
        reader->depth--;
    }
    return NULL;
}
