/*
 * The arguments of creditgate dv01.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01.h"

#include <check.h>
#include <date.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate dv01 --par-rates FILE --date YYYY-MM-DD "
        "[options]\n\n"
        "Prices swaps on curves built from par rates: dates, par rate, "
        "annuity\n"
        "and DV01 per 1,000,000 of notional.  docs/dv01.md has the method.\n\n"
        "  --par-rates FILE    CSV: set,curve,tenor,rate_pct\n"
        "  --date YYYY-MM-DD   the valuation date\n"
        "  --set NAME          the set of par rates, when FILE has several\n"
        "  --conventions FILE  CSV of conventions; without it, those of this\n"
        "                      program (fixspec/conventions.csv)\n"
        "  --holidays FILE     CSV: calendar,date; replaces the program's own\n"
        "                      calendars of the same names\n"
        "  --convention NAME   a convention, or several with commas between;\n"
        "                      may be repeated; without it, all that have "
        "rates\n"
        "  --instrument SWAP   10Y, 18M, 5Yx5Y (forward), IMM1x5Y, "
        "IMM1x2Y_3W,\n"
        "                      2026-03-18/2031-03-18; as --convention; "
        "without\n"
        "                      it, all quoted tenors\n"
        "  --packages FILE     CSV: package,leg,convention,instrument,side,\n"
        "                      notional; prints the DV01 of each leg, and net\n"
        "                      and gross of each package (PAY +, RCV -)\n"
        "  --format FORMAT     csv (default), table or json\n"
        "  --show WHAT         not DV01s but the cashflows of the fixed legs, "
        "or\n"
        "                      the discounts at the curves' nodes\n"
        "  --plot FILE.svg     draws par rates, zero rates and DV01 by "
        "tenor\n\n"
        "Exit status: 0 done, 1 could not be written, 2 wrong arguments or\n"
        "input; then nothing is printed but the mistakes, all at once.\n",
        to);
}

/* Adds the words between commas; empty ones are wrong. */
static bool add_words(struct dv01_words *words, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, ",");
        char **items = realloc(words->items,
                               (words->count + 1) * sizeof(*items));

        if (items == NULL) {
            return false;
        }
        words->items = items;
        items[words->count] = strndup(text, len);
        if (items[words->count] == NULL) {
            return false;
        }
        words->count++;
        if (text[len] == '\0') {
            return true;
        }
        text += len + 1;
    }
}

struct reader {
    struct dv01_options *options;
    bool wrong;
    bool no_memory;
    bool has_date;
    bool has_format;
    bool has_show;
};

__attribute__((format(printf, 2, 3))) static void
complain(struct reader *reader, const char *format, ...)
{
    va_list arguments;

    fputs("creditgate dv01: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    putc('\n', stderr);
    reader->wrong = true;
}

static void read_words(struct reader *reader,
                       struct dv01_words *words,
                       const char *name,
                       const char *value)
{
    size_t before = words->count;

    if (!add_words(words, value)) {
        reader->no_memory = true;
        return;
    }
    for (size_t i = before; i < words->count; i++) {
        if (words->items[i][0] == '\0') {
            complain(reader, "%s %s: a name is empty; leave out the comma",
                     name, value);
            return;
        }
    }
}

static void read_date(struct reader *reader, const char *value)
{
    if (!cg_date_parse(cg_slice_str(value), &reader->options->date)) {
        complain(reader,
                 "--date %s: no such day; write it as 2026-01-15, from 1970 "
                 "to 2199",
                 value);
    }
}

static void read_format(struct reader *reader, const char *value)
{
    static const char *const names[] = {"csv", "table", "json"};

    for (size_t i = 0; i < CG_COUNT(names); i++) {
        if (strcmp(value, names[i]) == 0) {
            reader->options->format = (enum dv01_format)i;
            return;
        }
    }
    complain(reader, "--format is csv, table or json, not %s", value);
}

static void read_show(struct reader *reader, const char *value)
{
    if (strcmp(value, "cashflows") == 0) {
        reader->options->show = DV01_CASHFLOWS;
    } else if (strcmp(value, "discounts") == 0) {
        reader->options->show = DV01_DISCOUNTS;
    } else {
        complain(reader, "--show is cashflows or discounts, not %s", value);
    }
}

/* The option's place when it is a plain text. */
static const char **text_option(struct dv01_options *options, const char *name)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"--par-rates", &options->par_rates},
        {"--conventions", &options->conventions},
        {"--holidays", &options->holidays},
        {"--set", &options->set},
        {"--packages", &options->packages},
        {"--plot", &options->plot},
    };

    for (size_t i = 0; i < CG_COUNT(texts); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            return texts[i].text;
        }
    }
    return NULL;
}

static void check_once(struct reader *reader, const char *name, bool *given)
{
    if (*given) {
        complain(reader, "%s is there twice; give it once", name);
    }
    *given = true;
}

static void
read_text(struct reader *reader, const char **text, char *const *arguments)
{
    bool given = *text != NULL;

    check_once(reader, arguments[0], &given);
    *text = arguments[1];
    if (arguments[1][0] == '\0') {
        complain(reader, "%s is empty", arguments[0]);
    }
}

/* An option and its value; false when there is no such option. */
static bool read_option(struct reader *reader, char *const *arguments)
{
    const char **text = text_option(reader->options, arguments[0]);
    const char *name = arguments[0];
    const char *value = arguments[1];

    if (text != NULL) {
        read_text(reader, text, arguments);
    } else if (strcmp(name, "--date") == 0) {
        check_once(reader, name, &reader->has_date);
        read_date(reader, value);
    } else if (strcmp(name, "--format") == 0) {
        check_once(reader, name, &reader->has_format);
        read_format(reader, value);
    } else if (strcmp(name, "--show") == 0) {
        check_once(reader, name, &reader->has_show);
        read_show(reader, value);
    } else if (strcmp(name, "--convention") == 0) {
        read_words(reader, &reader->options->convention, name, value);
    } else if (strcmp(name, "--instrument") == 0) {
        read_words(reader, &reader->options->instrument, name, value);
    } else {
        return false;
    }
    return true;
}

/* A slip that would cost the file. */
static void check_plot(struct reader *reader)
{
    const struct dv01_options *options = reader->options;
    const char *const inputs[] = {options->par_rates, options->conventions,
                                  options->holidays, options->packages};

    for (size_t i = 0; i < CG_COUNT(inputs) && options->plot != NULL; i++) {
        if (inputs[i] != NULL && strcmp(options->plot, inputs[i]) == 0) {
            complain(reader, "--plot %s is read as well; name another file",
                     options->plot);
        }
    }
}

static void check_together(struct reader *reader)
{
    const struct dv01_options *options = reader->options;

    if (options->par_rates == NULL) {
        complain(reader, "--par-rates FILE is missing");
    }
    if (!reader->has_date) {
        complain(reader, "--date YYYY-MM-DD is missing");
    }
    check_plot(reader);
    if (options->packages != NULL && options->show != DV01_PRICES) {
        complain(reader, "--packages and --show: give one of them");
    }
    if (options->show == DV01_DISCOUNTS && options->instrument.count > 0) {
        complain(reader, "--show discounts and --instrument: give one of "
                         "them; a curve is of its convention");
    }
}

enum dv01_start
dv01_options_read(struct dv01_options *options, int argc, char **argv)
{
    struct reader reader = {.options = options};

    *options = (struct dv01_options){.date = CG_DATE_NONE};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return DV01_HELP;
        }
    }
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !read_option(&reader, &argv[i])) {
            complain(&reader, "what is %s?", argv[i]);
            break;
        }
    }
    if (reader.no_memory) {
        fputs("creditgate dv01: no memory\n", stderr);
        return DV01_NO_MEMORY;
    }
    if (!reader.wrong) {
        check_together(&reader);
    }
    if (reader.wrong) {
        print_usage(stderr);
    }
    return reader.wrong ? DV01_WRONG : DV01_GO;
}

static void words_deinit(struct dv01_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->items[i]);
    }
    free(words->items);
}

void dv01_options_deinit(struct dv01_options *options)
{
    words_deinit(&options->convention);
    words_deinit(&options->instrument);
    *options = (struct dv01_options){0};
}
