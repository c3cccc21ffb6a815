/*
 * Reads a session: what each line is.
 *
 * Must never stop at the first mistake, nor take a line that it does not
 * understand.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <fix_value.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

/* 2027-01-15 08:00:00 UTC. */
#define DEFAULT_START (1800000000 * CG_SECOND)

bool cg_script_keep(struct cg_script_store *store, char *text)
{
    if (store->count == store->room) {
        size_t room = store->room * 2 + 8;
        char **more = realloc(store->texts, room * sizeof(*more));

        if (more == NULL) {
            free(text);
            return false;
        }
        store->texts = more;
        store->room = room;
    }
    store->texts[store->count++] = text;
    return true;
}

void cg_script_mistake(struct cg_script_reader *reader,
                       const char *remedy,
                       const char *format,
                       ...)
{
    char wrong[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(wrong, sizeof(wrong), format, arguments);
    va_end(arguments);
    cg_mistakes_add(reader->mistakes, reader->place.file, reader->place.line,
                    remedy, "%s", wrong);
}

void *cg_script_grow(struct cg_script_reader *reader,
                     void *items,
                     size_t count,
                     size_t *room,
                     size_t size)
{
    void *more = items;

    if (count == *room) {
        size_t wanted = *room * 2 + 16;

        more = realloc(items, wanted * size);
        if (more == NULL) {
            reader->mistakes->no_memory = true;
            return NULL;
        }
        *room = wanted;
    }
    memset((char *)more + count * size, 0, size);
    return more;
}

/* --- lines -------------------------------------------------------------- */

static void take_title(struct cg_script_reader *reader, const char *line)
{
    struct cg_script *script = reader->script;

    if (reader->depth == 1 && script->title[0] == '\0' &&
        !reader->stack[0].content) {
        line += strspn(line, "# \t");
        (void)snprintf(script->title, sizeof(script->title), "%.250s", line);
    }
}

static void read_start(struct cg_script_reader *reader, const char *text)
{
    char fix[32] = "";

    /* YYYY-MM-DD HH:MM:SS becomes what FIX writes. */
    if (strlen(text) == 19 && text[4] == '-' && text[7] == '-' &&
        text[10] == ' ') {
        (void)snprintf(fix, sizeof(fix), "%.4s%.2s%.2s-%.8s", text, text + 5,
                       text + 8, text + 11);
    }
    if (!cg_fix_time(cg_slice_str(fix), &reader->script->start)) {
        cg_script_mistake(reader, "write: start 2027-01-15 08:00:00",
                          "'%.40s' is no time", text);
    } else if (reader->script->step_count > 0) {
        cg_script_mistake(reader, "put it above the first step",
                          "the start comes after a step");
    }
}

static void read_ignore(struct cg_script_reader *reader, char *text)
{
    struct cg_script *script = reader->script;
    char *word = cg_script_word(&text);

    if (*word == '\0') {
        cg_script_mistake(reader, "write: ignore TAG TAG ...",
                          "there is no tag to ignore");
    }
    for (; *word != '\0'; word = cg_script_word(&text)) {
        int64_t tag = 0;
        uint32_t *more;

        if (!cg_fix_int(cg_slice_str(word), &tag) || tag < 1 ||
            tag > UINT32_MAX) {
            cg_script_mistake(reader, "write: ignore TAG TAG ...",
                              "'%.40s' is no tag", word);
            continue;
        }
        more = cg_script_grow(reader, script->ignores, script->ignore_count,
                              &reader->ignore_room, sizeof(*more));
        if (more == NULL) {
            return;
        }
        script->ignores = more;
        more[script->ignore_count++] = (uint32_t)tag;
    }
}

static void read_default(struct cg_script_reader *reader, char *text)
{
    struct cg_script *script = reader->script;
    struct cg_script_step step = {0};
    char *actor = cg_script_word(&text);
    char *arrow = cg_script_word(&text);
    char *type = cg_script_word(&text);
    struct cg_script_default *more;

    if (strcmp(arrow, ">") != 0 || *type == '\0' || strlen(type) > 3) {
        cg_script_mistake(reader, "write: default ACTOR > TYPE TAG=value ...",
                          "this is no default");
        return;
    }
    cg_script_fields(reader, text, false, &step);
    more = cg_script_grow(reader, script->defaults, script->default_count,
                          &reader->default_room, sizeof(*more));
    if (more == NULL) {
        return;
    }
    script->defaults = more;
    more[script->default_count++] = (struct cg_script_default){
        reader->place, cg_slice_str(actor), cg_slice_str(type),
        step.first_field, step.field_count};
}

bool cg_script_begins(char *line, const char *word, char **rest)
{
    size_t len = strlen(word);

    if (strncmp(line, word, len) != 0 ||
        (line[len] != '\0' && line[len] != ' ' && line[len] != '\t')) {
        return false;
    }
    *rest = cg_text_trim(line + len);
    return true;
}

/* Configuration belongs above what happens. */
static void
check_order(struct cg_script_reader *reader, bool acted, const char *what)
{
    if (acted) {
        cg_script_mistake(reader, "put it above the first step of this file",
                          "%s stands below a step", what);
    }
}

void cg_script_line(struct cg_script_reader *reader, char *line)
{
    struct cg_script_file *file = &reader->stack[reader->depth - 1];
    bool acted = file->acted;
    char *rest;

    if (*line == '#') {
        take_title(reader, line);
        return;
    }
    if (*line == '\0') {
        cg_script_section_end(reader);
        return;
    }
    file->content = true;
    if (*line == '[') {
        check_order(reader, acted, "a section");
        cg_script_section_begin(reader, line);
        return;
    }
    if (reader->open != NULL && cg_script_is_entry(line)) {
        cg_script_section_entry(reader, line);
        return;
    }
    cg_script_section_end(reader);
    if (cg_script_case_line(reader, line)) {
        return;
    }
    if (cg_script_begins(line, "include", &rest)) {
        cg_script_include(reader, rest);
    } else if (cg_script_begins(line, "instrument", &rest)) {
        check_order(reader, acted, "an instrument");
        cg_script_instrument(reader, rest);
    } else if (cg_script_begins(line, "columns", &rest)) {
        check_order(reader, acted, "a columns line");
        cg_script_columns(reader, rest);
    } else if (cg_script_begins(line, "rate", &rest)) {
        check_order(reader, acted, "a rate");
        cg_script_rate_line(reader, rest);
    } else if (cg_script_begins(line, "valuation", &rest)) {
        check_order(reader, acted, "the valuation date");
        reader->script->valuation = cg_slice_str(rest);
    } else if (cg_script_begins(line, "start", &rest)) {
        read_start(reader, rest);
    } else if (cg_script_begins(line, "default", &rest)) {
        read_default(reader, rest);
    } else if (cg_script_begins(line, "ignore", &rest)) {
        read_ignore(reader, rest);
    } else if (cg_script_is_entry(line)) {
        cg_script_mistake(reader,
                          "put it below the [SECTION] it is for, without an "
                          "empty line between",
                          "'%.60s' belongs to no section", line);
    } else {
        file->acted = true;
        cg_script_step_line(reader, line);
    }
}

/* --- the whole ---------------------------------------------------------- */

static void read_lines(struct cg_script_reader *reader)
{
    char *line;

    while (!reader->mistakes->no_memory &&
           (line = cg_script_next_line(reader)) != NULL) {
        cg_script_line(reader, line);
    }
}

/* Reads from |text| when it has data, else from the file. */
static int read_script(const char *path,
                       struct cg_slice bytes,
                       cg_script_report *report,
                       void *user,
                       struct cg_script *script)
{
    struct cg_mistakes mistakes = {0};
    struct cg_script_reader reader = {.script = script, .mistakes = &mistakes};
    struct cg_lines text = {0};
    int result = 0;
    bool opened;

    *script = (struct cg_script){.path = path, .start = DEFAULT_START};
    script->store = calloc(1, sizeof(*script->store));
    if (script->store == NULL) {
        *script = (struct cg_script){0};
        return CG_ERR_MEMORY;
    }
    opened = bytes.data != NULL
                 ? cg_config_text_copy(&text, path, bytes, &mistakes)
                 : cg_config_text_open(&text, path, &mistakes);
    if (opened) {
        cg_script_push(&reader, &text);
        read_lines(&reader);
        cg_script_case_check(&reader);
        reader.place = (struct cg_script_place){path, 0};
        cg_script_configure(&reader);
    } else {
        cg_lines_deinit(&text);
    }
    if (mistakes.no_memory) {
        result = CG_ERR_MEMORY;
    } else if (mistakes.count > 0) {
        cg_mistakes_report(&mistakes, path, report, user);
        result = CG_ERR_CONFIG;
    }
    cg_script_sections_deinit(&reader);
    cg_mistakes_deinit(&mistakes);
    if (result != 0) {
        cg_script_deinit(script);
    }
    return result;
}

int cg_script_read(const char *path,
                   cg_script_report *report,
                   void *user,
                   struct cg_script *script)
{
    return read_script(path, (struct cg_slice){NULL, 0}, report, user, script);
}

int cg_script_read_text(const char *path,
                        struct cg_slice text,
                        cg_script_report *report,
                        void *user,
                        struct cg_script *script)
{
    text.data = text.data != NULL ? text.data : "";
    return read_script(path, text, report, user, script);
}

void cg_script_deinit(struct cg_script *script)
{
    struct cg_script_store *store = script->store;

    for (size_t i = 0; store != NULL && i < store->count; i++) {
        free(store->texts[i]);
    }
    if (store != NULL) {
        free(store->texts);
    }
    free(store);
    free(script->steps);
    free(script->fields);
    free(script->defaults);
    free(script->ignores);
    free(script->captures);
    free(script->values);
    free(script->rates);
    cg_config_deinit(&script->config);
    *script = (struct cg_script){0};
}
