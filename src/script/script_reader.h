/*
 * A session while it is being read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SCRIPT_READER_H
#define CG_SCRIPT_READER_H

#include "script.h"
#include <config_text.h>
#include <stdio.h>

/* Texts that the parts of a script point into. */
struct cg_script_store {
    char **texts;
    size_t count;
    size_t room;
};

/* Keeps |text|, which was allocated, as long as the script; false without
 * memory, after |text| was freed. */
bool cg_script_keep(struct cg_script_store *store, char *text);

struct cg_script_entry {
    const char *key;
    const char *value;
    struct cg_script_place place;
};

struct cg_script_section {
    const char *name;
    struct cg_script_place place;
    struct cg_script_entry *entries;
    size_t count;
    size_t room;
};

/* One row of the table of instruments; |columns| says what its cells are. */
struct cg_script_row {
    char *text;
    size_t columns; /* 1 + index of the columns line, 0: the usual ones */
    struct cg_script_place place;
};

/* A file on its way. */
struct cg_script_file {
    struct cg_lines text;
    bool acted;   /* a step of its own was seen */
    bool content; /* something other than a comment was seen */
};

struct cg_script_reader {
    struct cg_script *script;
    struct cg_mistakes *mistakes;
    struct cg_script_file stack[CG_SCRIPT_DEPTH_MAX];
    size_t depth;
    size_t files; /* opened so far */
    struct cg_script_place place;
    struct cg_script_section *sections;
    size_t section_count;
    size_t section_room;
    struct cg_script_section *open; /* entries go here, or NULL */
    struct cg_script_section block; /* entries of this file's block only */
    struct cg_script_row *rows;
    size_t row_count;
    size_t row_room;
    struct cg_script_row *columns;
    size_t columns_count;
    size_t columns_room;
    cg_time last; /* time of the step before */
    size_t step_room;
    size_t field_room;
    size_t default_room;
    size_t ignore_room;
    size_t capture_room;
    size_t value_room;
    size_t rate_room;
};

__attribute__((format(printf, 3, 4))) void
cg_script_mistake(struct cg_script_reader *reader,
                  const char *remedy,
                  const char *format,
                  ...);

/*
 * Makes room for one more in an array of |count| things of |size|; NULL
 * without memory, which |reader| then knows.
 */
void *cg_script_grow(struct cg_script_reader *reader,
                     void *items,
                     size_t count,
                     size_t *room,
                     size_t size);

/* --- words -------------------------------------------------------------- */

/* The next word of |*at|, cut off by a NUL; "" at the end. */
char *cg_script_word(char **at);

/* "20s", "1d2h", "1500" (ms); false when it is none, or too long. */
bool cg_script_span(const char *text, size_t len, cg_time *out);

/*
 * Reads fields into the script's array.  |expecting| says which forms are
 * right; |step| gets first_field, field_count, same and more.
 */
void cg_script_fields(struct cg_script_reader *reader,
                      char *text,
                      bool expecting,
                      struct cg_script_step *step);

/* The fields of a limit or token: KEY=VALUE, each key one of |keys|. */
void cg_script_views(struct cg_script_reader *reader,
                     char *text,
                     const char *const *keys,
                     struct cg_script_step *step);

/* A field more of |step|; NULL when there is no room. */
struct cg_script_field *cg_script_field_new(struct cg_script_reader *reader,
                                            struct cg_script_step *step);

/* How many bytes at |text| are a capture's name. */
size_t cg_script_name_len(const char *text, size_t len);

/* The capture |name|, made when there is none; CG_SCRIPT_CAPTURES_MAX after a
 * mistake. */
size_t cg_script_capture_of(struct cg_script_reader *reader,
                            struct cg_slice name);

/* --- certification ------------------------------------------------------ */

/* "value", "case", "purpose", "level", ...: a line that says what a session
 * certifies; false when |line| is none of them. */
bool cg_script_case_line(struct cg_script_reader *reader, char *line);

/* ACTOR asked WORDS : SENTENCE */
void cg_script_asked(struct cg_script_reader *reader,
                     char *text,
                     struct cg_script_step *step);

/* What the actor "wire" does. */
void cg_script_wire(struct cg_script_reader *reader,
                    char *text,
                    struct cg_script_step *step);

/* Once all is read: a case must say what it has to. */
void cg_script_case_check(struct cg_script_reader *reader);

/* --- files -------------------------------------------------------------- */

/* Puts |text| on the stack; its bytes go into the store. */
void cg_script_push(struct cg_script_reader *reader, struct cg_lines *text);

/* The next line of the innermost file, with those that it goes on in; NULL when
 * no file is left. */
char *cg_script_next_line(struct cg_script_reader *reader);

/* --- lines -------------------------------------------------------------- */

/* One whole line; |line| is altered and lives as long as the script. */
void cg_script_line(struct cg_script_reader *reader, char *line);
void cg_script_step_line(struct cg_script_reader *reader, char *line);

/* The type and the fields of a message. */
void cg_script_message_of(struct cg_script_reader *reader,
                          char *text,
                          enum cg_script_act act,
                          struct cg_script_step *step);

/* Nothing may follow. */
void cg_script_line_end(struct cg_script_reader *reader, const char *rest);

/* Whether |line| begins with |word|; |*rest| is what follows it. */
bool cg_script_begins(char *line, const char *word, char **rest);
void cg_script_include(struct cg_script_reader *reader, const char *name);

/* --- configuration ------------------------------------------------------ */

/* A text for the gate's reader, and where each of its lines comes from. */
struct cg_script_built {
    FILE *out;
    char *text;
    size_t len;
    struct cg_script_place *places;
    size_t count;
    size_t room;
};

/* Ends a line that was written to |built|. */
void cg_script_built_line(struct cg_script_reader *reader,
                          struct cg_script_built *built,
                          struct cg_script_place place);

/* The entry of |key|, or NULL. */
const struct cg_script_entry *
cg_script_entry_find(const struct cg_script_section *section, const char *key);

void cg_script_section_begin(struct cg_script_reader *reader, char *line);
bool cg_script_is_entry(const char *line);
void cg_script_section_entry(struct cg_script_reader *reader, char *line);
void cg_script_section_end(struct cg_script_reader *reader);
void cg_script_instrument(struct cg_script_reader *reader, char *row);
void cg_script_columns(struct cg_script_reader *reader, char *header);
void cg_script_put_instruments(struct cg_script_reader *reader,
                               struct cg_script_built *built);

/* --- par rates ---------------------------------------------------------- */

void cg_script_rate_line(struct cg_script_reader *reader, char *text);
void cg_script_takes_rates(struct cg_script_reader *reader,
                           char *text,
                           struct cg_script_step *step);

/* Once the configuration is read: those of the head must be good. */
void cg_script_rates_check(struct cg_script_reader *reader);

/* Hands everything to the gate's own reader. */
void cg_script_configure(struct cg_script_reader *reader);
void cg_script_sections_deinit(struct cg_script_reader *reader);

#endif
