/*
 * The hub's books against the gate's tables, as both print them.
 *
 * The hub says "books limit ID ... reserved=A consumed=B".  Of what "show"
 * prints, every table counts whose header has the words limit, reserved and
 * consumed; each word of a header stands for one column without blanks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "demo_story.h"
#include "sim_fields.h"

#include <stdlib.h>
#include <strings.h>

struct amounts {
    int64_t reserved;
    int64_t consumed;
};

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
    size_t limit;
    size_t reserved;
    size_t consumed;
};

static bool is_header(const char *line, struct header *header)
{
    struct header found = {column_of(line, "limit"),
                           column_of(line, "reserved"),
                           column_of(line, "consumed")};
    if (found.limit == SIZE_MAX || found.reserved == SIZE_MAX ||
        found.consumed == SIZE_MAX) {
        return false;
    }
    *header = found;
    return true;
}

static bool add_cell(const char *line, size_t column, int64_t *sum)
{
    int64_t value = 0;
    return sim_number_read(word_at(line, column), SIM_AMOUNT_DIGITS, &value) &&
           !__builtin_add_overflow(*sum, value, sum);
}

/* Sums the rows of |id|; false when there is no row, or one is no number. */
static bool
read_table(const char *text, struct cg_slice id, struct amounts *sums)
{
    struct header header;
    bool inside = false;
    bool found = false;
    char *copy = sim_copy(cg_slice_str(text));
    char *save = NULL;
    *sums = (struct amounts){0};
    for (char *line = strtok_r(copy, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (is_header(line, &header)) {
            inside = true;
        } else if (inside && cg_slice_equal(word_at(line, header.limit), id)) {
            found = add_cell(line, header.reserved, &sums->reserved) &&
                    add_cell(line, header.consumed, &sums->consumed);
            if (!found) {
                break;
            }
        }
    }
    free(copy);
    return found;
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
                     const char *what,
                     struct cg_slice id,
                     int64_t hub,
                     int64_t gate)
{
    char text[2][SIM_NUMBER_MAX];
    story_say(stage, "          %.*s %s: hub %s, gate %s%s", (int)id.len,
              id.data, what,
              sim_number_write(hub, SIM_AMOUNT_DIGITS, 2, text[0]),
              sim_number_write(gate, SIM_AMOUNT_DIGITS, 2, text[1]),
              hub == gate ? "" : "   <-- differ");
}

static const char *compare_limit(struct story_stage *stage, const char *line)
{
    struct cg_slice id = word_at(line, 1);
    struct amounts hub = {0};
    struct amounts gate;
    if (!read_book(line, "reserved", &hub.reserved) ||
        !read_book(line, "consumed", &hub.consumed)) {
        return "the hub's books cannot be read";
    }
    if (!read_table(story_output(stage), id, &gate)) {
        return "show has no table with the columns limit, reserved and "
               "consumed, and a row for each of the hub's limits";
    }
    say_pair(stage, "reserved", id, hub.reserved, gate.reserved);
    say_pair(stage, "consumed", id, hub.consumed, gate.consumed);
    return hub.reserved == gate.reserved && hub.consumed == gate.consumed
               ? NULL
               : "the hub's books and the gate's tables differ";
}

const char *demo_compare(struct story_stage *stage)
{
    const char *wrong = "the hub has printed no books";
    const char *line;
    for (size_t i = 0;
         (line = story_line(stage, STORY_HUB, "books", i)) != NULL; i++) {
        if (cg_slice_is(word_at(line, 0), "limit")) {
            wrong = compare_limit(stage, line);
            if (wrong != NULL) {
                break;
            }
        }
    }
    return wrong;
}
