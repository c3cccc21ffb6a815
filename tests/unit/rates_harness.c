/*
 * The curves of the sample rates, and the tables of reference values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <rates_harness.h>
#include <stdlib.h>

char *harness_text(const char *file)
{
    char path[4096];
    FILE *stream;
    char *text = calloc(1, 1 << 20);
    size_t len;

    (void)snprintf(path, sizeof(path), "%s/%s", REFERENCES, file);
    stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_non_null(text);
    len = fread(text, 1, (1 << 20) - 1, stream);
    assert_true(len > 0 && len < (1 << 20) - 1);
    assert_int_equal(fclose(stream), 0);
    return text;
}

void harness_open(struct rates_harness *harness)
{
    char *holidays = harness_text("sample_holidays.csv");
    char *conventions = harness_text("sample_conventions.csv");

    *harness = (struct rates_harness){0};
    assert_true(cg_calendars_read(&harness->conventions.calendars,
                                  "holidays.csv", cg_slice_str(holidays),
                                  &harness->mistakes));
    harness_conventions(harness, conventions);
    free(holidays);
    free(conventions);
}

void harness_conventions(struct rates_harness *harness, const char *text)
{
    assert_true(cg_conventions_read(&harness->conventions, "conventions.csv",
                                    cg_slice_str(text), &harness->mistakes));
}

bool harness_build(struct rates_harness *harness,
                   const char *rates,
                   const char *date)
{
    cg_curves_close(harness->curves);
    harness->curves = NULL;
    cg_par_rates_deinit(&harness->rates);
    return cg_par_rates_read(&harness->rates, "rates.csv", cg_slice_str(rates),
                             NULL, &harness->mistakes) &&
           cg_curves_build(&harness->conventions, &harness->rates, "rates.csv",
                           harness_date(date), &harness->mistakes,
                           &harness->curves);
}

void harness_sample(struct rates_harness *harness)
{
    char *rates = harness_text("sample_par_rates.csv");

    harness_open(harness);
    assert_true(harness_build(harness, rates, HARNESS_DATE));
    assert_int_equal(harness->mistakes.count, 0);
    free(rates);
}

void harness_close(struct rates_harness *harness)
{
    cg_curves_close(harness->curves);
    cg_par_rates_deinit(&harness->rates);
    cg_conventions_deinit(&harness->conventions);
    cg_mistakes_deinit(&harness->mistakes);
}

cg_date harness_date(const char *text)
{
    cg_date date;

    assert_true(cg_date_parse(cg_slice_str(text), &date));
    return date;
}

enum cg_swap_error harness_price(const struct rates_harness *harness,
                                 const char *convention,
                                 const char *instrument,
                                 struct cg_swap_price *price)
{
    size_t at = cg_conventions_find(&harness->conventions, convention);
    struct cg_swap_spec spec;

    assert_true(at != SIZE_MAX);
    assert_true(cg_swap_parse(cg_slice_str(instrument), &spec));
    return cg_swap_price(harness->curves, at, &spec, price);
}

void harness_expect_mistake(struct rates_harness *harness,
                            int line,
                            const char *wrong,
                            const char *remedy)
{
    for (size_t i = 1; i < harness->mistakes.count; i++) {
        print_message("too many: %s\n", harness->mistakes.items[i].wrong);
    }
    assert_int_equal(harness->mistakes.count, 1);
    assert_string_equal(harness->mistakes.items[0].wrong, wrong);
    assert_string_equal(harness->mistakes.items[0].remedy, remedy);
    assert_int_equal(harness->mistakes.items[0].line, line);
    cg_mistakes_deinit(&harness->mistakes);
}

void harness_near(double actual, double expected, double relative)
{
    if (!(fabs(actual - expected) <= relative * fabs(expected))) {
        print_message("%.15g is not %.15g\n", actual, expected);
        fail();
    }
}

/* --- reference tables ----------------------------------------------------- */

/* Cuts one line into cells, which hold no quotes; the next line, or NULL. */
static char *cut(char *line, char **cells, size_t *count)
{
    char *end = strchr(line, '\n');
    char *next = end != NULL ? end + 1 : NULL;

    if (end != NULL) {
        *end = '\0';
    }
    *count = 0;
    while (line != NULL) {
        assert_true(*count < REFERENCE_COLUMNS_MAX);
        cells[(*count)++] = strsep(&line, ",");
    }
    return next;
}

void reference_open(struct reference *reference, const char *file)
{
    *reference = (struct reference){.text = harness_text(file)};
    reference->next = cut(reference->text, reference->names,
                          &reference->columns);
}

bool reference_next(struct reference *reference)
{
    size_t count;

    if (reference->next == NULL || *reference->next == '\0') {
        return false;
    }
    reference->next = cut(reference->next, reference->cells, &count);
    assert_int_equal(count, reference->columns);
    reference->rows++;
    return true;
}

const char *reference_cell(const struct reference *reference, const char *name)
{
    for (size_t i = 0; i < reference->columns; i++) {
        if (strcmp(reference->names[i], name) == 0) {
            return reference->cells[i];
        }
    }
    fail_msg("no column %s", name);
    return NULL;
}

double reference_number(const struct reference *reference, const char *name)
{
    const char *cell = reference_cell(reference, name);
    char *end;
    double number = strtod(cell, &end);

    assert_true(*cell != '\0' && *end == '\0');
    return number;
}

cg_date reference_date(const struct reference *reference, const char *name)
{
    return harness_date(reference_cell(reference, name));
}

void reference_close(struct reference *reference, size_t rows)
{
    assert_true(reference->rows >= rows);
    free(reference->text);
}
