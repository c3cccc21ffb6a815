/*
 * Sorted names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_names.h>

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const struct cg_config_name *a = left;
    const struct cg_config_name *b = right;
    int order = strcmp(a->text, b->text);

    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

bool cg_config_names_init(struct cg_config_names *names,
                          const void *things,
                          size_t count,
                          size_t size,
                          size_t name_at,
                          size_t line_at)
{
    *names = (struct cg_config_names){
        .items = calloc(count + 1, sizeof(struct cg_config_name))};
    if (names->items == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *thing = (const char *)things + i * size;
        struct cg_config_name name = {.text = thing + name_at,
                                      .at = (uint32_t)i};

        memcpy(&name.line, thing + line_at, sizeof(name.line));
        if (*name.text != '\0') {
            names->items[names->count++] = name;
        }
    }
    qsort(names->items, names->count, sizeof(*names->items), compare);
    return true;
}

const struct cg_config_name *
cg_config_names_find(const struct cg_config_names *names, const char *text)
{
    size_t low = 0;
    size_t high = names->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(names->items[middle].text, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < names->count && strcmp(names->items[low].text, text) == 0
               ? &names->items[low]
               : NULL;
}

void cg_config_names_report_twins(const struct cg_config_names *names,
                                  const char *file,
                                  const char *what,
                                  struct cg_mistakes *mistakes)
{
    for (size_t i = 1; i < names->count; i++) {
        const struct cg_config_name *name = &names->items[i];

        if (strcmp(name[-1].text, name->text) == 0) {
            cg_mistakes_add(mistakes, file, name->line,
                            "give each a name of its own, or remove one",
                            "%s %s is defined in line %d already", what,
                            name->text, name[-1].line);
        }
    }
}

void cg_config_names_deinit(struct cg_config_names *names)
{
    free(names->items);
    *names = (struct cg_config_names){0};
}
