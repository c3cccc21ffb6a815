/*
 * creditgate show: the rates, limits and tokens that a journal adds up to, and
 * what hubs and venues said otherwise.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "age.h"
#include "app_command.h"
#include "decimal.h"
#include "journal_file.h"
#include "print_cell.h"
#include <creditgate/gate.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum format { TABLE, CSV, JSON };

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate show --journal FILE [--format table|csv|json]\n\n"
        "Prints rates, limits and tokens of a gate's journal, and proves its\n"
        "totals from their parts; and what hubs and venues said otherwise\n"
        "since the gate was started last, with the rule that settled it.\n"
        "The gate must not be running on it.\n\n"
        "Exit status: 0 the books hold, 1 they do not, 2 not readable.\n",
        to);
}

#define COLUMNS_MAX 12

/* One table: a name, its columns, and rows of cells. */
struct printer {
    enum format format;
    const char *name;
    const char *const *columns;
    const int *widths; /* negative: to the left */
    size_t count;
    size_t rows;
};

static void print_head(struct printer *printer)
{
    if (printer->format == JSON) {
        printf("\"%s\":[", printer->name);
        return;
    }
    if (printer->format == TABLE) {
        printf("\n%s\n", printer->name);
    }
    for (size_t i = 0; i < printer->count; i++) {
        if (printer->format == CSV) {
            printf("%s%s", i > 0 ? "," : "", printer->columns[i]);
        } else {
            printf("%s%*s", i > 0 ? "  " : "", printer->widths[i],
                   printer->columns[i]);
        }
    }
    putchar('\n');
}

static void print_row(struct printer *printer, const char *const *cells)
{
    if (printer->format == JSON) {
        printf("%s{", printer->rows > 0 ? "," : "");
    }
    for (size_t i = 0; i < printer->count; i++) {
        const char *cell = cells[i];
        switch (printer->format) {
        case JSON:
            printf("%s\"%s\":", i > 0 ? "," : "", printer->columns[i]);
            app_print_json_text(cell);
            break;
        case CSV:
            fputs(i > 0 ? "," : "", stdout);
            app_print_csv_cell(cell);
            break;
        case TABLE:
            printf("%s%*s", i > 0 ? "  " : "", printer->widths[i],
                   cell[0] != '\0' ? cell : "-");
            break;
        }
    }
    fputs(printer->format == JSON ? "}" : "\n", stdout);
    printer->rows++;
}

static void print_end(const struct printer *printer, bool last)
{
    if (printer->format == JSON) {
        printf("]%s", last ? "" : ",");
    }
}

static void show_limits(const struct cg_gate *gate, enum format format)
{
    static const char *const columns[] = {"limit",  "owner", "account",
                                          "firm",   "state", "currency",
                                          "amount", "used",  "available"};
    static const int widths[] = {-16, -8, -10, -8, -10, -8, 14, 14, 14};
    struct printer printer = {format, "limits", columns, widths, 9, 0};
    struct cg_limit_view limit;
    print_head(&printer);
    for (size_t i = 0; cg_gate_limit(gate, i, &limit); i++) {
        char amounts[3][32] = {"none", "", "none"};
        cg_dv01_format(limit.used, amounts[1]);
        if (limit.has_amount) {
            cg_dv01_format(limit.amount, amounts[0]);
            cg_dv01_format(limit.available, amounts[2]);
        }
        const char *cells[] = {limit.id,   limit.owner, limit.account,
                               limit.firm, limit.state, limit.currency,
                               amounts[0], amounts[1],  amounts[2]};
        print_row(&printer, cells);
    }
    print_end(&printer, false);
    if (format == CSV) {
        putchar('\n'); /* two tables, with an empty line between */
    }
}

static void utc_text(cg_time at, char *text, size_t len)
{
    time_t seconds = at / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, len, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void fill_rates(struct printer *printer,
                       const struct cg_rates_view *rates)
{
    struct timespec now;
    char version[32];
    char times[2][32];
    char age[CG_AGE_TEXT_MAX];
    char digest[sizeof(rates->digest)];
    snprintf(version, sizeof(version), "%llu",
             (unsigned long long)rates->version);
    utc_text(rates->made_at, times[0], sizeof(times[0]));
    utc_text(rates->taken_at, times[1], sizeof(times[1]));
    clock_gettime(CLOCK_REALTIME, &now);
    cg_age_text((cg_time)now.tv_sec * CG_SECOND + now.tv_nsec - rates->made_at,
                age);
    /* Sixteen letters tell two files apart at a glance. */
    snprintf(digest, sizeof(digest), "%.*s", printer->format == TABLE ? 16 : 64,
             rates->digest);
    const char *cells[] = {version,  rates->set,
                           times[0], times[1],
                           age,      rates->stale ? "STALE" : "fresh",
                           digest};
    print_row(printer, cells);
}

/* The par rates in force; none for a gate that has only tables. */
static void show_rates(const struct cg_gate *gate, enum format format)
{
    static const char *const columns[] = {"rates", "set",   "made",  "taken",
                                          "age",   "state", "digest"};
    static const int widths[] = {-6, -10, -20, -20, -8, -6, -16};
    struct printer printer = {format, "rates", columns, widths, 7, 0};
    struct cg_rates_view rates;
    bool some = cg_gate_rates(gate, &rates);
    if (!some && format != JSON) {
        return;
    }
    print_head(&printer);
    if (some) {
        fill_rates(&printer, &rates);
    }
    print_end(&printer, false);
    if (format == CSV) {
        putchar('\n');
    }
}

/* A cell is one word: "handed back" is shown as handed-back. */
static void as_word(char *out, size_t len, const char *text)
{
    snprintf(out, len, "%s", text);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == ' ' ? '-' : *c;
    }
}

static void show_tokens(const struct cg_gate *gate, enum format format)
{
    static const char *const columns[] = {
        "token", "order",   "limit",   "side",     "model",    "state",
        "end",   "granted", "overrun", "reserved", "consumed", "released"};
    static const int widths[] = {-10, -8, -10, -4, -8, -9,
                                 -11, 12, 10,  12, 12, 12};
    struct printer printer = {format, "tokens", columns, widths, 12, 0};
    struct cg_token_view token;
    print_head(&printer);
    for (size_t i = 0; cg_gate_token(gate, i, &token); i++) {
        char amounts[5][32];
        char end[32];
        if (token.model == NULL) {
            continue; /* its order was closed and forgotten long ago */
        }
        as_word(end, sizeof(end), token.end);
        cg_dv01_format(token.granted, amounts[0]);
        cg_dv01_format(token.overrun, amounts[1]);
        cg_dv01_format(token.reserved, amounts[2]);
        cg_dv01_format(token.consumed, amounts[3]);
        cg_dv01_format(token.released, amounts[4]);
        const char *cells[] = {token.id,    token.order,
                               token.limit, token.side == '1' ? "buy" : "sell",
                               token.model, token.state,
                               end,         amounts[0],
                               amounts[1],  amounts[2],
                               amounts[3],  amounts[4]};
        print_row(&printer, cells);
    }
    print_end(&printer, false);
    if (format == CSV) {
        putchar('\n');
    }
}

/* Who was compared with since the start, and to what end. */
static void show_comparisons(const struct cg_gate *gate, enum format format)
{
    static const char *const columns[] = {"with",     "of",     "time",
                                          "compared", "differ", "untold"};
    static const int widths[] = {-12, -6, -20, 8, 6, 6};
    struct printer printer = {format, "comparisons", columns, widths, 6, 0};
    struct cg_comparison_view view;
    print_head(&printer);
    for (size_t i = 0; cg_gate_comparison(gate, i, &view); i++) {
        char time[32] = "not-yet";
        char counts[3][32] = {"", "", ""};
        if (view.time != 0) {
            utc_text(view.time, time, sizeof(time));
            snprintf(counts[0], 32, "%llu", (unsigned long long)view.compared);
            snprintf(counts[1], 32, "%llu", (unsigned long long)view.differ);
            snprintf(counts[2], 32, "%llu", (unsigned long long)view.untold);
        }
        const char *cells[] = {view.with, view.of_limits ? "limits" : "orders",
                               time,      counts[0],
                               counts[1], counts[2]};
        print_row(&printer, cells);
    }
    print_end(&printer, false);
    if (format == CSV) {
        putchar('\n');
    }
}

static void show_differences(const struct cg_gate *gate, enum format format)
{
    static const char *const columns[] = {
        "time", "with", "what", "thing", "ours", "theirs", "settled_by"};
    static const int widths[] = {-20, -12, -22, -16, 14, 14, -10};
    struct printer printer = {format, "differences", columns, widths, 7, 0};
    struct cg_difference_view view;
    print_head(&printer);
    for (size_t i = 0; cg_gate_difference(gate, i, &view); i++) {
        char time[32];
        char words[3][CG_NAME_MAX + 1];
        utc_text(view.time, time, sizeof(time));
        as_word(words[0], sizeof(words[0]),
                view.what != NULL ? view.what : "?");
        as_word(words[1], sizeof(words[1]), view.ours);
        as_word(words[2], sizeof(words[2]), view.theirs);
        const char *cells[] = {time,     view.with, words[0], view.thing,
                               words[1], words[2],  view.rule};
        print_row(&printer, cells);
    }
    print_end(&printer, true);
}

static int show(const char *path, enum format format)
{
    struct cg_journal journal;
    struct cg_gate *gate;
    char error[512] = "";
    if (!app_journal_open("show", path, &journal)) {
        return 2;
    }
    if (cg_gate_open_books(&journal, error, sizeof(error), &gate) != 0) {
        fprintf(stderr, "creditgate show: %s: %s\n", path, error);
        journal.close(journal.user);
        return 2;
    }
    if (format == JSON) {
        putchar('{');
    }
    show_rates(gate, format);
    show_limits(gate, format);
    show_tokens(gate, format);
    show_comparisons(gate, format);
    show_differences(gate, format);
    bool holds = cg_gate_audit(gate, error, sizeof(error));
    if (format == JSON) {
        printf(",\"proved\":%s}\n", holds ? "true" : "false");
    }
    if (!holds) {
        fprintf(stderr, "creditgate show: the books do not hold: %s\n", error);
    } else if (format == TABLE) {
        puts("\nproved: every total is the sum of its parts");
    }
    cg_gate_close(gate);
    journal.close(journal.user);
    return holds ? 0 : 1;
}

int app_show(int argc, char **argv)
{
    const char *path = NULL;
    enum format format = TABLE;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--journal") == 0 && more) {
            path = argv[++i];
        } else if (strcmp(argv[i], "--format") == 0 && more) {
            const char *name = argv[++i];
            if (strcmp(name, "csv") == 0) {
                format = CSV;
            } else if (strcmp(name, "json") == 0) {
                format = JSON;
            } else if (strcmp(name, "table") != 0) {
                fprintf(stderr,
                        "creditgate show: --format is table, csv or json\n");
                return 2;
            }
        } else {
            fprintf(stderr, "creditgate show: what is %s?\n", argv[i]);
            print_usage(stderr);
            return 2;
        }
    }
    if (path == NULL) {
        fputs("creditgate show: --journal FILE is missing\n", stderr);
        print_usage(stderr);
        return 2;
    }
    return show(path, format);
}
