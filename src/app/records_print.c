/*
 * Records as a table, CSV or JSON, one line for each as it comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "records_print.h"

#include "print_cell.h"
#include <stdio.h>
#include <string.h>

#define COLUMNS 16

static const char *const columns[COLUMNS] = {
    "no",     "time",    "kind",  "order",    "clordid", "token",
    "limit",  "account", "side",  "quantity", "amount",  "currency",
    "reason", "what",    "cause", "cause_seq"};

static bool is_number(size_t column)
{
    return column == 0 || column == 3 || column == 9 || column == 15;
}

/* --- lines -------------------------------------------------------------- */

static void print_heading(const struct cg_record *record)
{
    if (record->order == 0) {
        printf("%s, refused before it was an order\n", record->clordid);
    } else {
        printf("order number %llu of the journal, account %s\n",
               (unsigned long long)record->order, record->account);
    }
}

/* The message behind it: "CLIENT 34=12". */
static void cause_text(const struct cg_record *record, char *text, size_t len)
{
    if (record->cause_seq > 0) {
        snprintf(text, len, "%s 34=%llu", record->cause,
                 (unsigned long long)record->cause_seq);
    } else {
        snprintf(text, len, "%s", record->cause);
    }
}

static void print_table_line(struct records_printer *printer,
                             const struct cg_record *record)
{
    char cause[CG_NAME_MAX + 32];
    bool other = printer->by_order && record->order != printer->order;
    if (printer->lines == 0 || other) {
        if (printer->lines > 0) {
            putchar('\n');
        }
        if (printer->by_order) {
            print_heading(record);
        }
        printf("%-24s  %-16s  %-10s  %s\n", "time", "cause", "order", "what");
    }
    cause_text(record, cause, sizeof(cause));
    app_print_plain(record->utc, 24);
    fputs("  ", stdout);
    app_print_plain(cause, 16);
    fputs("  ", stdout);
    app_print_plain(record->clordid[0] != '\0' ? record->clordid : "-", 10);
    fputs("  ", stdout);
    app_print_plain(record->what, 0);
    putchar('\n');
}

static void print_cells(const struct records_printer *printer,
                        const char *const *cells)
{
    bool json = printer->format == RECORDS_JSON;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i > 0) {
            putchar(',');
        }
        if (!json) {
            app_print_csv_cell(cells[i]);
            continue;
        }
        printf("\"%s\":", columns[i]);
        if (!is_number(i)) {
            app_print_json_text(cells[i]);
        } else {
            fputs(cells[i][0] != '\0' ? cells[i] : "null", stdout);
        }
    }
}

static void number_text(uint64_t number, char text[32])
{
    text[0] = '\0';
    if (number != 0) {
        snprintf(text, 32, "%llu", (unsigned long long)number);
    }
}

static void print_row(const struct records_printer *printer,
                      const struct cg_record *record)
{
    char numbers[4][32];
    number_text(record->no, numbers[0]);
    number_text(record->order, numbers[1]);
    number_text((uint64_t)record->qty, numbers[2]);
    number_text(record->cause_seq, numbers[3]);
    const char *side = record->side == '1'   ? "buy"
                       : record->side == '2' ? "sell"
                                             : "";
    const char *cells[COLUMNS] = {
        numbers[0],     record->utc,     record->kind,
        numbers[1],     record->clordid, record->token,
        record->limit,  record->account, side,
        numbers[2],     record->amount,  record->currency,
        record->reason, record->what,    record->cause,
        numbers[3]};
    print_cells(printer, cells);
}

static void print_csv_head(void)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        printf("%s%s", i > 0 ? "," : "", columns[i]);
    }
    putchar('\n');
}

void records_print(struct records_printer *printer,
                   const struct cg_record *record)
{
    switch (printer->format) {
    case RECORDS_TABLE:
        print_table_line(printer, record);
        break;
    case RECORDS_CSV:
        if (printer->lines == 0) {
            print_csv_head();
        }
        print_row(printer, record);
        putchar('\n');
        break;
    case RECORDS_JSON:
        fputs(printer->lines == 0 ? "{\"records\":[\n{" : ",\n{", stdout);
        print_row(printer, record);
        putchar('}');
        break;
    }
    printer->order = record->order;
    printer->lines++;
}

void records_print_end(struct records_printer *printer)
{
    if (printer->format == RECORDS_CSV && printer->lines == 0) {
        print_csv_head();
    } else if (printer->format == RECORDS_JSON) {
        puts(printer->lines == 0 ? "{\"records\":[]}" : "\n]}");
    }
}
