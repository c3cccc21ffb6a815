/*
 * Tables of a report, as text, CSV or JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_REPLAY_TABLE_H
#define APP_REPLAY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum replay_format { REPLAY_TABLE, REPLAY_CSV, REPLAY_JSON };

#define REPLAY_COLUMNS_MAX 12

/* Rows are printed as they come; a table without one prints nothing, but in
 * JSON. */
struct replay_table {
    FILE *to;
    enum replay_format format;
    const char *name;
    const char *const *columns;
    const int *widths; /* negative: to the left */
    size_t count;
    size_t rows;
    bool *first; /* nothing was printed yet, of the whole report */
};

void replay_table_begin(struct replay_table *table);
void replay_table_row(struct replay_table *table, const char *const *cells);
void replay_table_end(struct replay_table *table);

#endif
