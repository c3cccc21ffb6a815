/*
 * Tables of text.  Must never guess: a row is taken whole or is a mistake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <csv.h>

#include <check.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <text.h>

#define NO_CELL SIZE_MAX

/* --- cells ---------------------------------------------------------------- */

static char *skip_blanks(char *at)
{
    while (*at == ' ' || *at == '\t') {
        at++;
    }
    return at;
}

/*
 * Takes the quotes off the cell that |*at| begins with.  Moves |*at| to what
 * comes behind it; false when there is no closing quote.
 */
static bool unquote(char **at)
{
    char *from = *at + 1;
    char *to = *at;

    while (*from != '\0' && (*from != '"' || from[1] == '"')) {
        from += *from == '"' ? 1 : 0;
        *to++ = *from++;
    }
    if (*from == '\0') {
        return false;
    }
    *at = skip_blanks(from + 1);
    /* Without its quotes the cell is shorter by two bytes. */
    *to = '\0';
    return true;
}

/*
 * Cuts the first cell off the line |*at|, which becomes NULL behind the last
 * one.  NULL, with |*wrong| said, when the quotes are not right.
 */
static char *cut_cell(char **at, const char **wrong)
{
    char *cell = skip_blanks(*at);
    char *end = cell;
    bool quoted = *cell == '"';

    if (quoted && !unquote(&end)) {
        *wrong = "a quote is not closed in its line";
        return NULL;
    }
    if (quoted && *end != ',' && *end != '\0') {
        *wrong = "there is text behind a closing quote";
        return NULL;
    }
    end += quoted ? 0 : strcspn(end, ",\"");
    if (*end == '"') {
        *wrong = "a quote stands inside a cell";
        return NULL;
    }
    *at = *end == ',' ? end + 1 : NULL;
    *end = '\0';
    return cg_text_trim(cell);
}

/* How many cells there are; more than fit are counted only.  0 after a
 * mistake. */
static size_t cut_row(struct cg_csv *csv, char *line)
{
    const char *wrong = NULL;
    size_t count = 0;

    for (char *at = line; at != NULL; count++) {
        char *cell = cut_cell(&at, &wrong);

        if (cell == NULL) {
            cg_csv_mistake(csv,
                           "put quotes around the whole cell, and write quotes "
                           "in it twice",
                           "%s", wrong);
            return 0;
        }
        if (count < CG_CSV_COLUMNS_MAX) {
            csv->cells[count] = cell;
        }
    }
    return count;
}

/* The next line that counts, or NULL. */
static char *next_line(struct cg_csv *csv)
{
    char *line;

    while ((line = cg_lines_next(&csv->lines, csv->mistakes)) != NULL) {
        csv->line = csv->lines.line;
        if (*line != '#' && line[strspn(line, ", \t")] != '\0') {
            break;
        }
    }
    return line;
}

/* --- the header ----------------------------------------------------------- */

static bool is_free_text(const char *name)
{
    return strcmp(name, "note") == 0 || strcmp(name, "source") == 0;
}

static size_t find_column(const struct cg_csv *csv, const char *name)
{
    size_t column = 0;

    while (column < csv->column_count &&
           strcmp(csv->columns[column].name, name) != 0) {
        column++;
    }
    return column;
}

static const char *nearest_column(const struct cg_csv *csv, const char *name)
{
    const char *nearest = NULL;

    for (size_t i = 0; i < csv->column_count; i++) {
        const char *column = csv->columns[i].name;

        if (cg_text_is_near(name, column) &&
            (nearest == NULL || cg_text_distance(name, column) <
                                    cg_text_distance(name, nearest))) {
            nearest = column;
        }
    }
    return nearest;
}

/* Adds the columns' names to |remedy|, as far as they fit. */
static void list_columns(const struct cg_csv *csv,
                         bool needed_only,
                         char *remedy,
                         size_t size)
{
    size_t at = strlen(remedy);
    const char *comma = "";

    for (size_t i = 0; i < csv->column_count && at < size; i++) {
        if (csv->columns[i].needed || !needed_only) {
            at += (size_t)snprintf(remedy + at, size - at, "%s%s", comma,
                                   csv->columns[i].name);
            comma = ",";
        }
    }
}

static void unknown_column(struct cg_csv *csv, const char *name)
{
    const char *nearest = nearest_column(csv, name);
    char remedy[512] = "the columns are ";

    if (*name == '\0') {
        cg_csv_mistake(csv, "name it, or remove the comma too many",
                       "a column of the header has no name");
        return;
    }
    if (csv->cell_count == 1 && strpbrk(name, ";\t|") != NULL) {
        cg_csv_mistake(csv, "write commas between the cells",
                       "'%.40s' is no column", name);
        return;
    }
    if (nearest != NULL) {
        (void)snprintf(remedy, sizeof(remedy), "did you mean %s?", nearest);
    } else {
        list_columns(csv, false, remedy, sizeof(remedy));
    }
    cg_csv_mistake(csv, remedy, "'%.40s' is no column of this table", name);
}

static void take_column(struct cg_csv *csv, size_t cell)
{
    const char *name = csv->cells[cell];
    size_t column = find_column(csv, name);
    bool known = column < csv->column_count;

    for (size_t i = 0; i < cell; i++) {
        if (strcmp(csv->cells[i], name) == 0 && *name != '\0') {
            cg_csv_mistake(csv, "remove one of the two",
                           "the column %.40s comes twice", name);
            return;
        }
    }
    if (known) {
        csv->cell_of[column] = cell;
    } else if (!is_free_text(name)) {
        unknown_column(csv, name);
    }
}

static void require_columns(struct cg_csv *csv)
{
    char remedy[512] = "begin the table with ";

    list_columns(csv, true, remedy, sizeof(remedy));
    for (size_t i = 0; i < csv->column_count; i++) {
        if (csv->columns[i].needed && !cg_csv_has(csv, i)) {
            cg_csv_mistake(csv, remedy, "the column %s is missing",
                           csv->columns[i].name);
        }
    }
}

static void read_header(struct cg_csv *csv)
{
    char *line = next_line(csv);

    if (line == NULL) {
        char remedy[512] = "begin the table with ";

        list_columns(csv, true, remedy, sizeof(remedy));
        cg_mistakes_add(csv->mistakes, csv->lines.path, 0, remedy,
                        "the file is empty");
        return;
    }
    csv->cell_count = cut_row(csv, line);
    if (csv->cell_count > CG_CSV_COLUMNS_MAX) {
        cg_csv_mistake(csv, "remove some, or check the line",
                       "the header has %zu columns, more than %d",
                       csv->cell_count, CG_CSV_COLUMNS_MAX);
        return;
    }
    for (size_t i = 0; i < csv->cell_count; i++) {
        take_column(csv, i);
    }
    if (csv->cell_count > 0) {
        require_columns(csv);
    }
}

/* --- the table ------------------------------------------------------------ */

bool cg_csv_init(struct cg_csv *csv,
                 const char *file,
                 struct cg_slice text,
                 const struct cg_csv_column *columns,
                 size_t count,
                 struct cg_mistakes *mistakes)
{
    size_t before = mistakes->count;

    CG_ASSERT(count <= CG_CSV_COLUMNS_MAX);
    *csv = (struct cg_csv){
        .mistakes = mistakes, .columns = columns, .column_count = count};
    for (size_t i = 0; i < CG_CSV_COLUMNS_MAX; i++) {
        csv->cell_of[i] = NO_CELL;
    }
    if (!cg_lines_copy(&csv->lines, file, text, mistakes)) {
        return false;
    }
    read_header(csv);
    return mistakes->count == before && !mistakes->no_memory;
}

bool cg_csv_next(struct cg_csv *csv)
{
    char *line;

    while ((line = next_line(csv)) != NULL) {
        size_t count = cut_row(csv, line);

        if (count == csv->cell_count) {
            return true;
        }
        if (count > 0) {
            cg_csv_mistake(csv, "write a cell for each column of the header",
                           "the row has %zu cells, the header %zu", count,
                           csv->cell_count);
        }
    }
    return false;
}

bool cg_csv_has(const struct cg_csv *csv, size_t column)
{
    CG_ASSERT(column < csv->column_count);
    return csv->cell_of[column] != NO_CELL;
}

const char *cg_csv_cell(const struct cg_csv *csv, size_t column)
{
    return cg_csv_has(csv, column) ? csv->cells[csv->cell_of[column]] : "";
}

void cg_csv_mistake(struct cg_csv *csv,
                    const char *remedy,
                    const char *format,
                    ...)
{
    char wrong[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(wrong, sizeof(wrong), format, arguments);
    va_end(arguments);
    cg_mistakes_add(csv->mistakes, csv->lines.path, csv->line, remedy, "%s",
                    wrong);
}

void cg_csv_deinit(struct cg_csv *csv)
{
    cg_lines_deinit(&csv->lines);
    *csv = (struct cg_csv){0};
}
