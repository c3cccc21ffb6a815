/*
 * A table of cells.  Must never print one that is not whole: who prints asks
 * no_memory first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01_table.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct dv01_table *table)
{
    size_t room = table->room * 2 + 64;
    char **cells;

    if (table->count < table->room) {
        return true;
    }
    cells = realloc(table->cells, room * sizeof(*cells));
    if (cells != NULL) {
        table->cells = cells;
        table->room = room;
    }
    return cells != NULL;
}

void dv01_table_add(struct dv01_table *table, const char *format, ...)
{
    char *cell = NULL;
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vasprintf(&cell, format, arguments);
    va_end(arguments);
    if (len < 0 || !make_room(table)) {
        table->no_memory = true;
        free(len < 0 ? NULL : cell);
        return;
    }
    table->cells[table->count++] = cell;
}

void dv01_table_add_number(struct dv01_table *table,
                           double number,
                           int decimals)
{
    char text[512];

    snprintf(text, sizeof(text), "%.*f", decimals, number);
    dv01_table_add(table, "%s",
                   text[0] == '-' && strspn(text, "-0.") == strlen(text)
                       ? text + 1
                       : text);
}

size_t dv01_table_rows(const struct dv01_table *table)
{
    return table->count / table->width;
}

const char *
dv01_table_cell(const struct dv01_table *table, size_t row, size_t column)
{
    return table->cells[row * table->width + column];
}

/* A cell as RFC 4180 has it: in quotes where it must be. */
static void print_csv_cell(const char *text, FILE *to)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, to);
        return;
    }
    putc('"', to);
    for (; *text != '\0'; text++) {
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, to);
    }
    putc('"', to);
}

void dv01_table_print_csv(const struct dv01_table *table,
                          struct dv01_span span,
                          FILE *to)
{
    for (size_t i = span.from; i < span.to; i++) {
        fprintf(to, "%s%s", i > span.from ? "," : "", table->columns[i].name);
    }
    putc('\n', to);
    for (size_t row = 0; row < dv01_table_rows(table); row++) {
        for (size_t i = span.from; i < span.to; i++) {
            fputs(i > span.from ? "," : "", to);
            print_csv_cell(dv01_table_cell(table, row, i), to);
        }
        putc('\n', to);
    }
}

static int column_width(const struct dv01_table *table, size_t column)
{
    size_t width = strlen(table->columns[column].name);

    for (size_t row = 0; row < dv01_table_rows(table); row++) {
        size_t len = strlen(dv01_table_cell(table, row, column));

        width = len > width ? len : width;
    }
    return (int)width;
}

struct text_column {
    int width;
    bool number;
    bool last; /* not filled up: lines end where their text does */
};

static void
print_text_cell(struct text_column column, const char *text, FILE *to)
{
    if (column.number) {
        fprintf(to, "%*s", column.width, text);
    } else {
        fprintf(to, "%-*s", column.last ? 0 : column.width, text);
    }
    fputs(column.last ? "\n" : "  ", to);
}

void dv01_table_print_text(const struct dv01_table *table,
                           struct dv01_span span,
                           FILE *to)
{
    struct text_column columns[DV01_COLUMNS_MAX];

    CG_ASSERT(span.to <= DV01_COLUMNS_MAX);
    for (size_t i = span.from; i < span.to; i++) {
        columns[i] = (struct text_column){.width = column_width(table, i),
                                          .number = table->columns[i].number,
                                          .last = i + 1 == span.to};
        print_text_cell(columns[i], table->columns[i].name, to);
    }
    for (size_t row = 0; row < dv01_table_rows(table); row++) {
        for (size_t i = span.from; i < span.to; i++) {
            const char *cell = dv01_table_cell(table, row, i);

            print_text_cell(columns[i], cell[0] != '\0' ? cell : "-", to);
        }
    }
}

void dv01_print_string(const char *text, FILE *to)
{
    putc('"', to);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\') {
            fprintf(to, "\\%c", byte);
        } else if (byte < ' ') {
            fprintf(to, "\\u%04x", byte);
        } else {
            putc(byte, to);
        }
    }
    putc('"', to);
}

void dv01_table_print_members(const struct dv01_table *table,
                              size_t row,
                              struct dv01_span span,
                              FILE *to)
{
    for (size_t i = span.from; i < span.to; i++) {
        const char *cell = dv01_table_cell(table, row, i);

        fprintf(to, "%s\"%s\":", i > span.from ? "," : "",
                table->columns[i].name);
        if (!table->columns[i].number) {
            dv01_print_string(cell, to);
        } else {
            fputs(cell[0] != '\0' ? cell : "null", to);
        }
    }
}

void dv01_table_deinit(struct dv01_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    table->cells = NULL;
    table->count = 0;
    table->room = 0;
}
