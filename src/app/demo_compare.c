/*
 * The hub's books against the gate's tables, as both print them.
 *
 * The hub says "books limit ID ... reserved=A consumed=B" and "books token ID
 * ...".  Of what "show" prints, every table counts whose header has the words
 * limit or token and those of the amounts; each word of a header stands for one
 * column without blanks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "demo_story.h"
#include "sim_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define AMOUNTS_MAX 5

/* What is compared of each limit, or of each token. */
struct subject {
    const char *key; /* the column of the id */
    size_t count;
    const char *amounts[AMOUNTS_MAX];
};

static const struct subject limits = {"limit", 2, {"reserved", "consumed"}};
static const struct subject tokens = {
    "token", 5, {"granted", "overrun", "reserved", "consumed", "released"}};

/* The word |at| (from 0) of |line|; empty when there is none. */
static struct cg_slice word_at(const char *line, size_t at)
{
    struct cg_slice word = sim_word(&line);
    while (at-- > 0) {
        word = sim_word(&line);
    }
    return word;
}

/* Which word of |line| is |name|, whatever its case; SIZE_MAX if none is. */
static size_t column_of(const char *line, const char *name)
{
    for (size_t at = 0;; at++) {
        struct cg_slice word = word_at(line, at);
        if (word.len == 0) {
            return SIZE_MAX;
        }
        if (word.len == strlen(name) &&
            strncasecmp(word.data, name, word.len) == 0) {
            return at;
        }
    }
}

struct header {
    size_t key;
    size_t amounts[AMOUNTS_MAX];
};

static bool read_header(const char *line,
                        const struct subject *subject,
                        struct header *header)
{
    struct header found = {.key = column_of(line, subject->key)};
    bool whole = found.key != SIZE_MAX;
    for (size_t i = 0; i < subject->count; i++) {
        found.amounts[i] = column_of(line, subject->amounts[i]);
        whole = whole && found.amounts[i] != SIZE_MAX;
    }
    if (whole) {
        *header = found;
    }
    return whole;
}

static bool add_cells(const char *line,
                      const struct subject *subject,
                      const struct header *header,
                      int64_t *sums)
{
    for (size_t i = 0; i < subject->count; i++) {
        int64_t value = 0;
        if (!sim_number_read(word_at(line, header->amounts[i]),
                             SIM_AMOUNT_DIGITS, &value) ||
            __builtin_add_overflow(sums[i], value, &sums[i])) {
            return false;
        }
    }
    return true;
}

/* Sums the rows of |id|; false when there is no row, or one is no number.  A
 * limit of which no order took a token has none, and its sums are 0. */
static bool read_table(const char *text,
                       const struct subject *subject,
                       struct cg_slice id,
                       int64_t *sums)
{
    struct header header = {0};
    bool inside = false;
    bool found = false;
    bool legible = true;
    char *copy = sim_copy(cg_slice_str(text));
    char *save = NULL;
    for (char *line = strtok_r(copy, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (read_header(line, subject, &header)) {
            inside = true;
        } else if (inside && cg_slice_equal(word_at(line, header.key), id)) {
            found = true;
            legible = legible && add_cells(line, subject, &header, sums);
        }
    }
    free(copy);
    bool may_lack = inside && strcmp(subject->key, "limit") == 0;
    return legible && (found || may_lack);
}

/* "reserved=45200.00" among the words of a line of books. */
static bool read_book(const char *line, const char *name, int64_t *value)
{
    size_t len = strlen(name);
    for (struct cg_slice word = sim_word(&line); word.len > 0;
         word = sim_word(&line)) {
        if (word.len > len && strncmp(word.data, name, len) == 0 &&
            word.data[len] == '=') {
            word = (struct cg_slice){word.data + len + 1, word.len - len - 1};
            return sim_number_read(word, SIM_AMOUNT_DIGITS, value);
        }
    }
    return false;
}

static void say_pair(struct story_stage *stage,
                     struct cg_slice id,
                     const char *amount,
                     int64_t hub,
                     int64_t gate)
{
    char text[2][SIM_NUMBER_MAX];
    story_say(stage, "          %.*s %s: hub %s, gate %s%s", (int)id.len,
              id.data, amount,
              sim_number_write(hub, SIM_AMOUNT_DIGITS, 2, text[0]),
              sim_number_write(gate, SIM_AMOUNT_DIGITS, 2, text[1]),
              hub == gate ? "" : "   <-- differ");
}

/* Compares one line of books; what is equal is said if |loud|. */
static const char *compare_line(struct story_stage *stage,
                                const struct subject *subject,
                                const char *line,
                                bool loud)
{
    struct cg_slice id = word_at(line, 1);
    int64_t gate[AMOUNTS_MAX] = {0};
    const char *wrong = NULL;
    if (!read_table(story_output(stage), subject, id, gate)) {
        return "show has no such row, or not the columns that docs/"
               "simulators.md names";
    }
    for (size_t i = 0; i < subject->count; i++) {
        int64_t hub = 0;
        if (!read_book(line, subject->amounts[i], &hub)) {
            return "the hub's books cannot be read";
        }
        if (hub != gate[i]) {
            wrong = "the hub's books and the gate's tables differ";
        }
        if (loud || hub != gate[i]) {
            say_pair(stage, id, subject->amounts[i], hub, gate[i]);
        }
    }
    return wrong;
}

/* Compares all lines of books about |subject|; counts them. */
static const char *compare(struct story_stage *stage,
                           const struct subject *subject,
                           bool loud,
                           size_t *count)
{
    const char *line;
    *count = 0;
    for (size_t i = 0;
         (line = story_line(stage, STORY_HUB, "books", i)) != NULL; i++) {
        if (!cg_slice_is(word_at(line, 0), subject->key)) {
            continue;
        }
        (*count)++;
        const char *wrong = compare_line(stage, subject, line, loud);
        if (wrong != NULL) {
            story_say(stage, "          the hub says: %s", line);
            return wrong;
        }
    }
    return NULL;
}

const char *demo_compare(struct story_stage *stage)
{
    size_t count = 0;
    const char *wrong = compare(stage, &limits, true, &count);
    if (wrong == NULL && count == 0) {
        wrong = "the hub has printed no books";
    }
    if (wrong == NULL) {
        wrong = compare(stage, &tokens, false, &count);
    }
    if (wrong == NULL) {
        story_say(stage, "          %zu tokens: hub and gate agree", count);
    }
    return wrong;
}
