/*
 * The mistakes of files that are read.  Must never lose one silently: without
 * memory it says so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <mistake.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cg_mistake *mistake_new(struct cg_mistakes *mistakes)
{
    if (mistakes->count == mistakes->room) {
        size_t room = mistakes->room * 2 + 16;
        struct cg_mistake *items = realloc(mistakes->items,
                                           room * sizeof(*items));

        if (items == NULL) {
            return NULL;
        }
        mistakes->items = items;
        mistakes->room = room;
    }
    return &mistakes->items[mistakes->count];
}

void cg_mistakes_add(struct cg_mistakes *mistakes,
                     const char *file,
                     int line,
                     const char *remedy,
                     const char *format,
                     ...)
{
    struct cg_mistake *mistake = mistake_new(mistakes);
    va_list arguments;
    int len;

    if (mistake == NULL) {
        mistakes->no_memory = true;
        return;
    }
    *mistake = (struct cg_mistake){
        .file = file, .line = line, .order = mistakes->count};
    va_start(arguments, format);
    len = vasprintf(&mistake->wrong, format, arguments);
    va_end(arguments);
    if (len < 0) {
        mistakes->no_memory = true;
        return;
    }
    mistake->remedy = strdup(remedy);
    if (mistake->remedy == NULL) {
        free(mistake->wrong);
        mistakes->no_memory = true;
        return;
    }
    mistakes->count++;
}

static int compare(const void *left, const void *right, void *first)
{
    const struct cg_mistake *a = left;
    const struct cg_mistake *b = right;
    int a_later = strcmp(a->file, first) != 0;
    int b_later = strcmp(b->file, first) != 0;

    if (a_later != b_later) {
        return a_later - b_later;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

void cg_mistakes_report(struct cg_mistakes *mistakes,
                        const char *first,
                        void (*report)(void *user,
                                       const char *file,
                                       int line,
                                       const char *wrong,
                                       const char *remedy),
                        void *user)
{
    if (mistakes->count > 0) {
        qsort_r(mistakes->items, mistakes->count, sizeof(*mistakes->items),
                compare, (void *)(size_t)first);
    }
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct cg_mistake *mistake = &mistakes->items[i];

        report(user, mistake->file, mistake->line, mistake->wrong,
               mistake->remedy);
    }
}

void cg_mistakes_deinit(struct cg_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        free(mistakes->items[i].wrong);
        free(mistakes->items[i].remedy);
    }
    free(mistakes->items);
    *mistakes = (struct cg_mistakes){0};
}
