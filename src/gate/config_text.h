/*
 * The text of a configuration: lines, and sections of key=value.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_TEXT_H
#define CG_GATE_CONFIG_TEXT_H

#include <mistake.h>
#include <slice.h>

#define CG_CONFIG_LINE_MAX 4095 /* bytes */
#define CG_CONFIG_SIZE_MAX ((size_t)64 * 1024 * 1024)

/* A text file in memory; its lines are cut out of |text| in place. */
struct cg_config_text {
    const char *path; /* borrowed */
    char *text;
    size_t len;
    char *next; /* where the next line begins */
    int line;   /* number of the line taken last */
};

/*
 * Reads the file at |path|, which must outlive the text.  False, after mistakes
 * were added, when it cannot be read, is empty or is not UTF-8 text.
 */
bool cg_config_text_open(struct cg_config_text *text,
                         const char *path,
                         struct cg_mistakes *mistakes);

/* The same for a copy of |len| bytes that stand for the file |path|. */
bool cg_config_text_copy(struct cg_config_text *text,
                         const char *path,
                         struct cg_slice bytes,
                         struct cg_mistakes *mistakes);

/*
 * The next line, without blanks around it, or NULL at the end.  Lines that are
 * too long or hold control characters become mistakes and come back empty.
 */
char *cg_config_text_line(struct cg_config_text *text,
                          struct cg_mistakes *mistakes);

void cg_config_text_deinit(struct cg_config_text *text);

/* Cuts blanks off both ends of |text|, in place. */
char *cg_config_trim(char *text);

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
                             struct cg_config_text *text,
                             struct cg_mistakes *mistakes);

void cg_config_sections_deinit(struct cg_config_sections *sections);

/* The entry of |key|, or NULL; |section| may be NULL. */
const struct cg_config_entry *
cg_config_section_find(const struct cg_config_section *section,
                       const char *key);

#endif
