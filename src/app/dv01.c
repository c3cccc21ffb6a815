/*
 * creditgate dv01: prices swaps on curves built from par rates.
 *
 * Prints nothing but mistakes when there is one: half a table would be taken
 * for a whole one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01.h"
#include "app_command.h"
#include "print_mistake.h"

#include <digest.h>
#include <errno.h>
#include <lines.h>
#include <shipped.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SHIPPED "fixspec/" /* where the program's own tables come from */

enum status { DONE = 0, FAILED = 1, WRONG = 2 };

static bool is_fine(const struct dv01 *dv01)
{
    return dv01->mistakes.count == 0 && !dv01->mistakes.no_memory;
}

/* --- mistakes ------------------------------------------------------------- */

static enum status tell_mistakes(struct dv01 *dv01)
{
    size_t count = dv01->mistakes.count;

    cg_mistakes_report(&dv01->mistakes, dv01->options->par_rates,
                       app_print_mistake, NULL);
    if (dv01->mistakes.no_memory) {
        fputs("creditgate dv01: no memory\n", stderr);
        return FAILED;
    }
    fprintf(stderr, "creditgate dv01: %zu mistake%s; nothing printed\n", count,
            count == 1 ? "" : "s");
    return WRONG;
}

/* --- reading -------------------------------------------------------------- */

static void note_input(struct dv01 *dv01,
                       size_t input,
                       const char *name,
                       const char *file,
                       struct cg_slice text)
{
    dv01->inputs[input] = (struct dv01_input){.name = name, .file = file};
    if (!cg_digest(text, dv01->inputs[input].digest)) {
        dv01->mistakes.no_memory = true;
    }
}

/* Reads the file at |path| whole into |lines|; a mistake when it cannot. */
static bool open_file(struct dv01 *dv01,
                      const char *path,
                      struct cg_lines *lines,
                      struct cg_slice *text)
{
    if (!cg_lines_open(lines, path, &dv01->mistakes)) {
        return false;
    }
    *text = (struct cg_slice){lines->text, lines->len};
    return true;
}

/* The shipped calendars, then the desk's own in their place. */
static void read_calendars(struct dv01 *dv01)
{
    struct cg_calendars *calendars = &dv01->conventions.calendars;
    struct cg_slice text = cg_slice_str(cg_shipped_calendars);
    const char *path = dv01->options->holidays;
    struct cg_lines lines = {0};

    cg_calendars_read(calendars, SHIPPED "calendars.csv", text,
                      &dv01->mistakes);
    dv01->shipped_calendars = calendars->count;
    if (path != NULL && open_file(dv01, path, &lines, &text)) {
        cg_calendars_read(calendars, path, text, &dv01->mistakes);
    }
    note_input(dv01, DV01_HOLIDAYS, "holidays",
               path != NULL ? path : SHIPPED "calendars.csv", text);
    cg_lines_deinit(&lines);
}

static void read_conventions(struct dv01 *dv01)
{
    struct cg_slice text = cg_slice_str(cg_shipped_conventions);
    const char *path = dv01->options->conventions;
    struct cg_lines lines = {0};

    if (path == NULL || open_file(dv01, path, &lines, &text)) {
        path = path != NULL ? path : SHIPPED "conventions.csv";
        cg_conventions_read(&dv01->conventions, path, text, &dv01->mistakes);
        note_input(dv01, DV01_CONVENTIONS, "conventions", path, text);
    }
    cg_lines_deinit(&lines);
}

static void read_par_rates(struct dv01 *dv01)
{
    const char *path = dv01->options->par_rates;
    struct cg_lines lines = {0};
    struct cg_slice text;

    if (open_file(dv01, path, &lines, &text)) {
        cg_par_rates_read(&dv01->rates, path, text, dv01->options->set,
                          &dv01->mistakes);
        note_input(dv01, DV01_PAR_RATES, "par_rates", path, text);
    }
    cg_lines_deinit(&lines);
}

static void read_packages(struct dv01 *dv01)
{
    struct cg_lines lines = {0};
    struct cg_slice text;

    if (open_file(dv01, dv01->options->packages, &lines, &text)) {
        dv01_packages_read(dv01, text);
    }
    cg_lines_deinit(&lines);
}

/* --- notes ---------------------------------------------------------------- */

static bool calendar_was_seen(const struct dv01 *dv01, size_t until)
{
    const struct cg_calendar *calendar =
        dv01_convention(dv01, dv01->chosen[until])->calendar;

    for (size_t i = 0; i < until; i++) {
        if (dv01_convention(dv01, dv01->chosen[i])->calendar == calendar) {
            return true;
        }
    }
    return false;
}

/* A holiday is a fine valuation date, but seldom meant. */
static void note_holidays(const struct dv01 *dv01)
{
    cg_date date = dv01->options->date;

    for (size_t i = 0; i < dv01->chosen_count; i++) {
        const struct cg_calendar *calendar =
            dv01_convention(dv01, dv01->chosen[i])->calendar;
        char texts[2][11];

        if (calendar_was_seen(dv01, i) || cg_calendar_is_open(calendar, date)) {
            continue;
        }
        cg_date_format(date, texts[0]);
        cg_date_format(cg_calendar_adjust(calendar, date, CG_FOLLOWING),
                       texts[1]);
        fprintf(stderr,
                "creditgate dv01: note: %s is no business day of %s: spot is "
                "counted from %s, discount factors from %s\n",
                texts[0], calendar->name, texts[1], texts[0]);
    }
}

/* True when a convention is quoted on the curve |name|. */
static bool is_used(const struct dv01 *dv01, const char *name)
{
    for (size_t i = 0; i < dv01->conventions.count; i++) {
        if (strcmp(dv01_convention(dv01, i)->par_curve, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A curve that nothing is quoted on may be one whose name is misspelt. */
static void note_rates(const struct dv01 *dv01)
{
    const struct cg_par_rates *rates = &dv01->rates;
    char texts[2][11];

    for (size_t i = 0; i < rates->count; i++) {
        const struct cg_par_rate *rate = &rates->items[i];
        bool first = i == 0 || strcmp(rate->curve, rate[-1].curve) != 0;

        if (first && !is_used(dv01, rate->curve)) {
            fprintf(stderr,
                    "%s:%d: note: no convention of %s is quoted on %s\n",
                    dv01->options->par_rates, rate->line,
                    dv01->inputs[DV01_CONVENTIONS].file, rate->curve);
        }
    }
    if (rates->date != CG_DATE_NONE && rates->date != dv01->options->date) {
        cg_date_format(rates->date, texts[0]);
        cg_date_format(dv01->options->date, texts[1]);
        fprintf(stderr,
                "creditgate dv01: note: the rates are of %s, and valued on "
                "%s\n",
                texts[0], texts[1]);
    }
}

static bool has_convention(const struct dv01 *dv01,
                           const struct cg_calendar *calendar)
{
    for (size_t i = 0; i < dv01->conventions.count; i++) {
        if (dv01_convention(dv01, i)->calendar == calendar) {
            return true;
        }
    }
    return false;
}

/* A calendar that nothing goes by may be one whose name is misspelt. */
static void note_calendars(const struct dv01 *dv01)
{
    const struct cg_calendars *calendars = &dv01->conventions.calendars;

    for (size_t i = dv01->shipped_calendars; i < calendars->count; i++) {
        if (!has_convention(dv01, &calendars->items[i])) {
            fprintf(stderr,
                    "%s: note: no convention of %s goes by the calendar %s\n",
                    dv01->options->holidays,
                    dv01->inputs[DV01_CONVENTIONS].file,
                    calendars->items[i].name);
        }
    }
}

static void note_packages(const struct dv01_options *options)
{
    if (options->packages != NULL && options->instrument.count > 0) {
        fputs("creditgate dv01: note: --instrument does not count, a package "
              "names its own\n",
              stderr);
    }
    if (options->packages != NULL && options->convention.count > 0 &&
        options->plot == NULL) {
        fputs("creditgate dv01: note: --convention does not count, a package "
              "names its own\n",
              stderr);
    }
}

/* --- writing -------------------------------------------------------------- */

/* Closes |file|; false, and says so, when not all has been written. */
static bool finish(FILE *file, const char *path)
{
    bool fine = !ferror(file) && fflush(file) == 0;
    int error = errno;

    if (fclose(file) != 0 && fine) {
        fine = false;
        error = errno;
    }
    if (!fine) {
        fprintf(stderr, "creditgate dv01: %s cannot be written: %s\n", path,
                strerror(error));
    }
    return fine;
}

static bool write_plot(const struct dv01 *dv01)
{
    const char *path = dv01->options->plot;
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        fprintf(stderr, "creditgate dv01: %s cannot be written: %s\n", path,
                strerror(errno));
        return false;
    }
    if (!dv01_plot(dv01, file)) {
        fputs("creditgate dv01: no memory\n", stderr);
        fclose(file);
        return false;
    }
    return finish(file, path);
}

static enum status write_all(const struct dv01 *dv01)
{
    if (dv01->options->plot != NULL && !write_plot(dv01)) {
        return FAILED;
    }
    if (!dv01_print(dv01, stdout)) {
        fputs("creditgate dv01: no memory\n", stderr);
        return FAILED;
    }
    return finish(stdout, "the output") ? DONE : FAILED;
}

/* --- all of it ------------------------------------------------------------ */

static void price_rows(struct dv01 *dv01, struct dv01_rows *rows)
{
    const struct dv01_options *options = dv01->options;
    bool named = options->instrument.count > 0 && rows == &dv01->rows;

    for (size_t i = 0; i < rows->count; i++) {
        dv01_row_price(dv01, &rows->items[i],
                       named ? "--instrument" : options->par_rates,
                       rows->items[i].line);
    }
}

static void price(struct dv01 *dv01)
{
    const struct dv01_options *options = dv01->options;
    bool legs = options->packages != NULL;

    if (!legs || options->plot != NULL) {
        dv01_choose(dv01);
        note_holidays(dv01);
    }
    if (legs) {
        read_packages(dv01);
    } else if (options->show != DV01_DISCOUNTS) {
        dv01_rows_fill(dv01);
        price_rows(dv01, &dv01->rows);
    }
    if (options->plot != NULL && is_fine(dv01)) {
        dv01_pillars_fill(dv01, &dv01->pillars);
        price_rows(dv01, &dv01->pillars);
    }
}

static enum status run(struct dv01 *dv01)
{
    read_calendars(dv01);
    if (is_fine(dv01)) {
        read_conventions(dv01);
    }
    read_par_rates(dv01);
    if (is_fine(dv01)) {
        cg_curves_build(&dv01->conventions, &dv01->rates,
                        dv01->options->par_rates, dv01->options->date,
                        &dv01->mistakes, &dv01->curves);
    }
    if (is_fine(dv01)) {
        note_rates(dv01);
        note_calendars(dv01);
        price(dv01);
    }
    return is_fine(dv01) ? write_all(dv01) : tell_mistakes(dv01);
}

int app_dv01(int argc, char **argv)
{
    struct dv01_options options;
    struct dv01 dv01 = {.options = &options};
    enum status status = WRONG;

    switch (dv01_options_read(&options, argc, argv)) {
    case DV01_HELP:
        status = DONE;
        break;
    case DV01_NO_MEMORY:
        status = FAILED;
        break;
    case DV01_WRONG:
        break;
    case DV01_GO:
        signal(SIGPIPE, SIG_IGN); /* a reader that left is a write error */
        note_packages(&options);
        status = run(&dv01);
        break;
    }
    dv01_legs_deinit(&dv01.legs);
    dv01_rows_deinit(&dv01.rows);
    dv01_rows_deinit(&dv01.pillars);
    free(dv01.chosen);
    cg_curves_close(dv01.curves);
    cg_par_rates_deinit(&dv01.rates);
    cg_conventions_deinit(&dv01.conventions);
    cg_mistakes_deinit(&dv01.mistakes);
    dv01_options_deinit(&options);
    return status;
}
