/*
 * The text of a configuration: lines, and sections of key=value.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_TEXT_H
#define CG_GATE_CONFIG_TEXT_H

#include <lines.h>

/* cg_lines_open(), and false after a mistake, too, when the file is empty. */
bool cg_config_text_open(struct cg_lines *lines,
                         const char *path,
                         struct cg_mistakes *mistakes);

/* The same for a copy of |bytes| that stand for the file |path|. */
bool cg_config_text_copy(struct cg_lines *lines,
                         const char *path,
                         struct cg_slice bytes,
                         struct cg_mistakes *mistakes);

struct cg_config_entry {
    const char *key;
    const char *value;
    int line;
};

struct cg_config_section {
    const char *name;
    int line;
    struct cg_config_entry *entries;
    size_t count;
};

struct cg_config_sections {
    struct cg_config_section *items;
    size_t count;
    struct cg_config_entry *entries; /* of all sections */
};

/*
 * Takes |text| apart into sections; |text| must outlive them.  What is neither
 * a section, a key=value nor a comment becomes a mistake, as does a key that
 * comes twice.  False without memory.
 */
bool cg_config_sections_init(struct cg_config_sections *sections,
                             struct cg_lines *text,
                             struct cg_mistakes *mistakes);

void cg_config_sections_deinit(struct cg_config_sections *sections);

/* The entry of |key|, or NULL; |section| may be NULL. */
const struct cg_config_entry *
cg_config_section_find(const struct cg_config_section *section,
                       const char *key);

#endif
