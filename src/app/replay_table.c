/*
 * Tables: a heading and rows with blanks between the cells, or what programs
 * read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_table.h"

#include "print_cell.h"

/* Ids come from outside: none may break a line or a terminal. */
static void put_plain(FILE *to, const char *text, int width)
{
    int len = 0;
    while (text[len] != '\0') {
        len++;
    }
    for (int i = width > 0 ? width - len : 0; i > 0; i--) {
        fputc(' ', to);
    }
    for (int i = 0; i < len; i++) {
        fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', to);
    }
    for (int i = width < 0 ? -width - len : 0; i > 0; i--) {
        fputc(' ', to);
    }
}

static void put_cells(struct replay_table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->count; i++) {
        int width = table->widths[i];
        bool last = i + 1 == table->count && width < 0;
        if (table->format == REPLAY_CSV) {
            fputs(i > 0 ? "," : "", table->to);
            app_put_csv_cell(table->to, cells[i]);
        } else {
            fputs(i > 0 ? "  " : "", table->to);
            put_plain(table->to, cells[i][0] != '\0' ? cells[i] : "-",
                      last ? 0 : width);
        }
    }
    fputc('\n', table->to);
}

static void put_object(struct replay_table *table, const char *const *cells)
{
    fputs(table->rows > 0 ? ",{" : "{", table->to);
    for (size_t i = 0; i < table->count; i++) {
        fprintf(table->to, "%s\"%s\":", i > 0 ? "," : "", table->columns[i]);
        app_put_json_text(table->to, cells[i]);
    }
    fputc('}', table->to);
}

void replay_table_begin(struct replay_table *table)
{
    if (table->format == REPLAY_JSON) {
        fprintf(table->to, "%s\"%s\":[", *table->first ? "{" : ",",
                table->name);
        *table->first = false;
    }
}

void replay_table_row(struct replay_table *table, const char *const *cells)
{
    if (table->format == REPLAY_JSON) {
        put_object(table, cells);
    } else {
        if (table->rows == 0) {
            fputs(*table->first ? "" : "\n", table->to);
            *table->first = false;
            if (table->format == REPLAY_TABLE) {
                fprintf(table->to, "%s\n", table->name);
            }
            put_cells(table, table->columns);
        }
        put_cells(table, cells);
    }
    table->rows++;
}

void replay_table_end(struct replay_table *table)
{
    if (table->format == REPLAY_JSON) {
        fputc(']', table->to);
    }
}
