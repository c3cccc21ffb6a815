/*
 * creditgate records: what became of an order, a token, a limit or an account,
 * from the journal alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "date.h"
#include "journal_file.h"
#include "records_print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY (86400 * CG_SECOND)

struct records_command {
    const char *path;
    const char *what; /* "order", of what |query| asks for */
    struct cg_records_query query;
    struct records_printer printer;
    struct app_progress reading;
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate records --journal FILE\n"
        "           [--order ID | --token ID | --limit ID | --account ID]\n"
        "           [--from T] [--to T] [--format table|csv|json]\n\n"
        "Tells the life of a thing from a gate's journal alone: each fact "
        "with\n"
        "its time (UTC), what happened, and the message behind it.  The gate\n"
        "must not be running on it.\n\n"
        "  --order    any ClOrdID of the order, and what it charged\n"
        "  --token    a token, by its id in 2319\n"
        "  --limit    a limit, by its id in 1670, and what is charged to it\n"
        "  --account  an account: orders, limits, stops\n"
        "  --from     the first moment: 2026-01-15 or "
        "2026-01-15T12:00:00.000Z\n"
        "  --to       the last one; a day is meant whole\n\n"
        "Without an id: everything.  Exit status: 0 done, 1 no such id, 2 not\n"
        "readable, or wrong arguments.\n",
        to);
}

/* --- arguments ---------------------------------------------------------- */

/* |count| digits, below |limit|. */
static bool digits(const char **text, size_t count, int limit, int *value)
{
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        char c = **text;
        if (c < '0' || c > '9') {
            return false;
        }
        *value = 10 * *value + (c - '0');
        (*text)++;
    }
    return *value < limit;
}

static bool letter(const char **text, char c)
{
    bool is = **text == c;
    *text += is ? 1 : 0;
    return is;
}

/* A day, a second or a millisecond, from |first| until before |end|. */
static bool read_moment(const char *text, cg_time *first, cg_time *end)
{
    cg_date date;
    int hour;
    int minute;
    int second;
    int ms = 0;
    if (strlen(text) < 10 ||
        !cg_date_parse((struct cg_slice){text, 10}, &date)) {
        return false;
    }
    *first = (cg_time)date * DAY;
    *end = *first + DAY;
    text += 10;
    if (*text == '\0') {
        return true;
    }
    if (!letter(&text, 'T') || !digits(&text, 2, 24, &hour) ||
        !letter(&text, ':') || !digits(&text, 2, 60, &minute) ||
        !letter(&text, ':') || !digits(&text, 2, 60, &second)) {
        return false;
    }
    bool fraction = letter(&text, '.');
    if (fraction && !digits(&text, 3, 1000, &ms)) {
        return false;
    }
    *first += (3600 * hour + 60 * minute + second) * CG_SECOND + ms * CG_MS;
    *end = *first + (fraction ? CG_MS : CG_SECOND);
    return letter(&text, 'Z') && *text == '\0';
}

static bool take_moment(struct records_command *command,
                        const char *option,
                        const char *text)
{
    cg_time first;
    cg_time end;
    if (!read_moment(text, &first, &end)) {
        fprintf(stderr,
                "creditgate records: %s %s: write 2026-01-15 or "
                "2026-01-15T12:00:00.000Z\n",
                option, text);
        return false;
    }
    if (strcmp(option, "--from") == 0) {
        command->query.from = first;
    } else {
        command->query.to = end;
    }
    return true;
}

static bool take_format(struct records_command *command, const char *name)
{
    static const char *const names[] = {"table", "csv", "json"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            command->printer.format = (enum records_format)i;
            return true;
        }
    }
    fputs("creditgate records: --format is table, csv or json\n", stderr);
    return false;
}

static bool take_id(struct records_command *command,
                    enum cg_records_of of,
                    const char *what,
                    const char *id)
{
    if (command->query.of != CG_RECORDS_ALL) {
        fputs("creditgate records: give one of --order, --token, --limit and "
              "--account\n",
              stderr);
        return false;
    }
    command->query.of = of;
    command->query.id = id;
    command->what = what;
    return true;
}

static bool
take(struct records_command *command, const char *option, const char *value)
{
    static const struct {
        const char *option;
        enum cg_records_of of;
    } things[] = {{"--order", CG_RECORDS_ORDER},
                  {"--token", CG_RECORDS_TOKEN},
                  {"--limit", CG_RECORDS_LIMIT},
                  {"--account", CG_RECORDS_ACCOUNT}};
    for (size_t i = 0; i < 4 && value != NULL; i++) {
        if (strcmp(option, things[i].option) == 0) {
            return take_id(command, things[i].of, option + 2, value);
        }
    }
    if (value != NULL && strcmp(option, "--journal") == 0) {
        command->path = value;
        return true;
    }
    if (value != NULL &&
        (strcmp(option, "--from") == 0 || strcmp(option, "--to") == 0)) {
        return take_moment(command, option, value);
    }
    if (value != NULL && strcmp(option, "--format") == 0) {
        return take_format(command, value);
    }
    fprintf(stderr, "creditgate records: what is %s?\n", option);
    print_usage(stderr);
    return false;
}

static bool
read_arguments(struct records_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (!take(command, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            return false;
        }
    }
    if (command->path == NULL) {
        fputs("creditgate records: --journal FILE is missing\n", stderr);
        print_usage(stderr);
        return false;
    }
    if (command->query.from >= command->query.to) {
        fputs("creditgate records: --from is after --to\n", stderr);
        return false;
    }
    return true;
}

/* --- reading ------------------------------------------------------------ */

static int each(void *user, const struct cg_record *record)
{
    struct records_command *command = user;
    app_progress_clear(&command->reading);
    records_print(&command->printer, record);
    return 0;
}

static void progress(void *user, cg_seq facts)
{
    struct records_command *command = user;
    app_progress_say(&command->reading, facts);
}

static int read_journal(struct records_command *command)
{
    struct cg_journal journal;
    char error[512] = "";
    if (!app_journal_open("records", command->path, &journal)) {
        return 2;
    }
    int status = cg_gate_records(&journal, &command->query, error,
                                 sizeof(error));
    journal.close(journal.user);
    app_progress_clear(&command->reading);
    if (status == CG_RECORDS_E_UNKNOWN) {
        app_say_unknown("records", command->path, command->what,
                        command->query.id, command->query.near,
                        command->query.near_count);
        return 1;
    }
    if (status != 0) {
        fflush(stdout);
        fprintf(stderr, "creditgate records: %s: %s\n", command->path, error);
        return 2;
    }
    records_print_end(&command->printer);
    if (command->printer.lines == 0) {
        fputs("creditgate records: nothing in that time\n", stderr);
    }
    return 0;
}

int app_records(int argc, char **argv)
{
    struct records_command command = {
        .query = {.from = INT64_MIN,
                  .to = CG_TIME_NEVER,
                  .each = each,
                  .progress = progress},
        .reading = app_progress(),
    };
    command.query.user = &command;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
    }
    if (!read_arguments(&command, argc, argv)) {
        return 2;
    }
    command.printer.by_order = command.query.of == CG_RECORDS_ORDER;
    return read_journal(&command);
}
