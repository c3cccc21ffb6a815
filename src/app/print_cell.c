/*
 * One cell of a table, of CSV or of JSON.
 *
 * Ids come from outside, and may hold any byte: none of them may break a line,
 * a cell or a terminal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "print_cell.h"

#include <stdio.h>
#include <string.h>

void app_put_csv_cell(FILE *to, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text != '\0'; text++) {
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, to);
    }
    fputc('"', to);
}

/* A byte beyond ASCII is shown as the Latin-1 character of its value. */
void app_put_json_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fprintf(to, "\\%c", c);
        } else if (c < ' ' || c > '~') {
            fprintf(to, "\\u%04x", c);
        } else {
            fputc(c, to);
        }
    }
    fputc('"', to);
}

void app_print_csv_cell(const char *text)
{
    app_put_csv_cell(stdout, text);
}

void app_print_json_text(const char *text)
{
    app_put_json_text(stdout, text);
}

void app_print_plain(const char *text, int width)
{
    int len = 0;
    for (; *text != '\0'; text++, len++) {
        putchar(*text >= ' ' && *text <= '~' ? *text : '?');
    }
    for (; len < width; len++) {
        putchar(' ');
    }
}
