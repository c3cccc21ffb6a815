/*
 * A table of cells, printed as CSV, as JSON or for people.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DV01_TABLE_H
#define DV01_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DV01_COLUMNS_MAX 16

struct dv01_column {
    const char *name;
    bool number; /* to the right; bare in JSON, null when empty */
};

struct dv01_table {
    const struct dv01_column *columns;
    size_t width; /* columns */
    char **cells; /* owned, row by row */
    size_t count;
    size_t room;
    bool no_memory;
};

/* Adds the next cell. */
__attribute__((format(printf, 2, 3))) void
dv01_table_add(struct dv01_table *table, const char *format, ...);

/* A number; what rounds to nothing has no sign. */
void dv01_table_add_number(struct dv01_table *table,
                           double number,
                           int decimals);
const char *
dv01_table_cell(const struct dv01_table *table, size_t row, size_t column);
size_t dv01_table_rows(const struct dv01_table *table);

/* Columns |from| up to |to|, which is not among them. */
struct dv01_span {
    size_t from;
    size_t to;
};

void dv01_table_print_csv(const struct dv01_table *table,
                          struct dv01_span span,
                          FILE *to);
void dv01_table_print_text(const struct dv01_table *table,
                           struct dv01_span span,
                           FILE *to);
/* "name":value,... of one row, without the braces. */
void dv01_table_print_members(const struct dv01_table *table,
                              size_t row,
                              struct dv01_span span,
                              FILE *to);
void dv01_table_deinit(struct dv01_table *table);

/* |text| as a JSON string, quotes and all. */
void dv01_print_string(const char *text, FILE *to);

#endif
