/*
 * One cell of a table, of CSV or of JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_PRINT_CELL_H
#define APP_PRINT_CELL_H

#include <stdio.h>

/* Quoted where CSV needs it; quoted always. */
void app_put_csv_cell(FILE *to, const char *text);
void app_put_json_text(FILE *to, const char *text);

/* The same on standard output. */
void app_print_csv_cell(const char *text);
void app_print_json_text(const char *text);

/* Filled with blanks up to |width|. */
void app_print_plain(const char *text, int width);

#endif
