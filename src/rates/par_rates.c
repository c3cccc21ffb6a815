/*
 * Par rates.  Must never take a number for another: a rate is read digit by
 * digit, and a file with one bad row gives no rates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <par_rates.h>

#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <text.h>

enum column { SET, CURVE, TENOR, RATE, VALUATION_DATE };

static const struct cg_csv_column columns[] = {
    [SET] = {"set", true},
    [CURVE] = {"curve", true},
    [TENOR] = {"tenor", true},
    [RATE] = {"rate_pct", true},
    [VALUATION_DATE] = {"valuation_date", false},
};

#define RATE_MIN (-0.10)
#define RATE_MAX 1.00

/* --- numbers -------------------------------------------------------------- */

#define DIGITS_MAX 15 /* as many as a double keeps whatever they are */

/* Digits and at most one '.'; |*places| are those behind it. */
static bool read_digits(struct cg_slice text, uint64_t *digits, int *places)
{
    bool point = false;
    int count = 0;

    *digits = 0;
    *places = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9' && count < DIGITS_MAX) {
            *digits = *digits * 10 + (uint64_t)(c - '0');
            *places += point ? 1 : 0;
            count++;
        } else {
            return false;
        }
    }
    return count > 0;
}

/*
 * The digits are below 2^53 and the power of ten is at most 10^17, so both are
 * doubles exactly and the division rounds once (Clinger, "How to Read Floating
 * Point Numbers Accurately").
 */
bool cg_percent_parse(struct cg_slice text, double *fraction)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    uint64_t digits;
    double power = 100.0;
    int places;

    if (negative) {
        text = (struct cg_slice){text.data + 1, text.len - 1};
    }
    if (!read_digits(text, &digits, &places)) {
        return false;
    }
    for (int i = 0; i < places; i++) {
        power *= 10.0;
    }
    *fraction = (negative ? -(double)digits : (double)digits) / power;
    return true;
}

/* --- rows ----------------------------------------------------------------- */

struct row {
    struct cg_par_rate rate;
    char set[CG_NAME_MAX + 1];
    cg_date date;
};

struct reading {
    struct cg_csv csv;
    struct row *rows;
    size_t count;
    size_t room;
};

static bool
read_name(struct cg_csv *csv, enum column column, char name[CG_NAME_MAX + 1])
{
    const char *cell = cg_csv_cell(csv, column);

    if (!cg_text_is_name(cg_slice_str(cell), CG_NAME_MAX)) {
        cg_csv_mistake(csv, "write 1 to 63 printable ASCII characters",
                       "'%.70s' is no %s", cell, columns[column].name);
        return false;
    }
    memcpy(name, cell, strlen(cell) + 1);
    return true;
}

static bool read_tenor(struct cg_csv *csv, struct cg_par_rate *rate)
{
    const char *cell = cg_csv_cell(csv, TENOR);

    if (strlen(cell) > CG_TENOR_TEXT_MAX ||
        !cg_tenor_parse(cg_slice_str(cell), &rate->tenor)) {
        cg_csv_mistake(csv, "write it as 1W, 3M, 18M, 10Y or 13x1",
                       "'%.40s' is no tenor", cell);
        return false;
    }
    memcpy(rate->name, cell, strlen(cell) + 1);
    return true;
}

static bool read_rate(struct cg_csv *csv, double *rate)
{
    const char *cell = cg_csv_cell(csv, RATE);

    if (!cg_percent_parse(cg_slice_str(cell), rate)) {
        cg_csv_mistake(csv,
                       "write percent as a decimal number of at most 15 "
                       "digits, as 3.44",
                       "'%.40s' is no rate", cell);
        return false;
    }
    if (*rate < RATE_MIN || *rate > RATE_MAX) {
        cg_csv_mistake(csv, "write percent, from -10 to 100",
                       "a rate of %.40s percent cannot be", cell);
        return false;
    }
    return true;
}

static bool read_date(struct cg_csv *csv, cg_date *date)
{
    const char *cell = cg_csv_cell(csv, VALUATION_DATE);

    *date = CG_DATE_NONE;
    if (!cg_csv_has(csv, VALUATION_DATE)) {
        return true;
    }
    if (!cg_date_parse(cg_slice_str(cell), date)) {
        cg_csv_mistake(csv, "write it as 2026-01-15", "'%.40s' is no date",
                       cell);
        return false;
    }
    return true;
}

/* The row of the same curve that came last, or NULL. */
static const struct row *row_before(const struct reading *reading,
                                    const struct row *row)
{
    for (size_t i = reading->count; i > 0; i--) {
        const struct row *before = &reading->rows[i - 1];

        if (strcmp(before->rate.curve, row->rate.curve) == 0 &&
            strcmp(before->set, row->set) == 0) {
            return before;
        }
    }
    return NULL;
}

static bool tenor_rises(struct reading *reading, const struct row *row)
{
    const struct row *before = row_before(reading, row);
    int order = before == NULL
                    ? 1
                    : cg_tenor_compare(row->rate.tenor, before->rate.tenor);

    if (order == 0) {
        cg_csv_mistake(&reading->csv, "remove one of the two",
                       "%s of %s is as long as %s in line %d", row->rate.name,
                       row->rate.curve, before->rate.name, before->rate.line);
    } else if (order < 0) {
        cg_csv_mistake(&reading->csv, "order each curve by tenor",
                       "%s of %s comes after %s in line %d", row->rate.name,
                       row->rate.curve, before->rate.name, before->rate.line);
    }
    return order > 0;
}

static bool date_agrees(struct reading *reading, const struct row *row)
{
    for (size_t i = reading->count; i > 0; i--) {
        const struct row *before = &reading->rows[i - 1];
        char date[11];

        if (strcmp(before->set, row->set) != 0) {
            continue;
        }
        if (before->date == row->date) {
            return true;
        }
        cg_date_format(before->date, date);
        cg_csv_mistake(&reading->csv, "give each day's rates a set of its own",
                       "the valuation_date is %s in line %d", date,
                       before->rate.line);
        return false;
    }
    return true;
}

static struct row *new_row(struct reading *reading)
{
    if (reading->count == reading->room) {
        size_t room = reading->room * 2 + 64;
        struct row *rows = realloc(reading->rows, room * sizeof(*rows));

        if (rows == NULL) {
            reading->csv.mistakes->no_memory = true;
            return NULL;
        }
        reading->rows = rows;
        reading->room = room;
    }
    return &reading->rows[reading->count];
}

/* Every cell is read, so that all that is wrong is said. */
static void read_row(struct reading *reading)
{
    struct row row = {.rate.line = reading->csv.line};
    struct cg_csv *csv = &reading->csv;
    bool fine = read_name(csv, SET, row.set);
    struct row *added;

    fine &= read_name(csv, CURVE, row.rate.curve);
    fine &= read_tenor(csv, &row.rate);
    fine &= read_rate(csv, &row.rate.rate);
    fine &= read_date(csv, &row.date);
    if (!fine || !tenor_rises(reading, &row) || !date_agrees(reading, &row)) {
        return;
    }
    added = new_row(reading);
    if (added != NULL) {
        *added = row;
        reading->count++;
    }
}

static void read_rows(struct reading *reading)
{
    while (cg_csv_next(&reading->csv)) {
        if (reading->count == CG_PAR_RATES_MAX) {
            cg_csv_mistake(&reading->csv, "remove sets that are not used",
                           "there are more than %d rates", CG_PAR_RATES_MAX);
            return;
        }
        read_row(reading);
    }
}

/* --- the set -------------------------------------------------------------- */

/* The set to take; NULL after a mistake. */
static const char *choose_set(const struct reading *reading,
                              const char *file,
                              const char *set,
                              struct cg_mistakes *mistakes)
{
    const char *first = reading->rows[0].set;
    bool any = set == NULL || *set == '\0';

    for (size_t i = 0; i < reading->count; i++) {
        const struct row *row = &reading->rows[i];

        if (any && strcmp(row->set, first) != 0) {
            cg_mistakes_add(mistakes, file, row->rate.line,
                            "name the one to take, by --set or Set=",
                            "there are several sets, %s and %s", first,
                            row->set);
            return NULL;
        }
        if (!any && strcmp(row->set, set) == 0) {
            return row->set;
        }
    }
    if (!any) {
        cg_mistakes_add(mistakes, file, 0, "name a set of the column 'set'",
                        "there is no rate of the set %s, but of %s", set,
                        first);
        return NULL;
    }
    return first;
}

static bool take_set(struct cg_par_rates *rates,
                     const struct reading *reading,
                     const char *set)
{
    rates->items = calloc(reading->count, sizeof(*rates->items));
    if (rates->items == NULL) {
        return false;
    }
    memcpy(rates->set, set, strlen(set) + 1);
    for (size_t i = 0; i < reading->count; i++) {
        const struct row *row = &reading->rows[i];

        if (strcmp(row->set, set) == 0) {
            rates->date = row->date;
            rates->items[rates->count++] = row->rate;
        }
    }
    return true;
}

/* Takes the set from rows that are all fine. */
static void finish(struct cg_par_rates *rates,
                   const struct reading *reading,
                   const char *file,
                   const char *set,
                   struct cg_mistakes *mistakes)
{
    if (reading->count == 0) {
        cg_mistakes_add(mistakes, file, 0, "add a row for each rate",
                        "there are no par rates");
        return;
    }
    set = choose_set(reading, file, set, mistakes);
    if (set != NULL && !take_set(rates, reading, set)) {
        mistakes->no_memory = true;
    }
}

bool cg_par_rates_read(struct cg_par_rates *rates,
                       const char *file,
                       struct cg_slice text,
                       const char *set,
                       struct cg_mistakes *mistakes)
{
    struct reading reading = {0};
    size_t before = mistakes->count;

    *rates = (struct cg_par_rates){.date = CG_DATE_NONE};
    if (cg_csv_init(&reading.csv, file, text, columns,
                    sizeof(columns) / sizeof(*columns), mistakes)) {
        read_rows(&reading);
        if (mistakes->count == before && !mistakes->no_memory) {
            finish(rates, &reading, file, set, mistakes);
        }
    }
    cg_csv_deinit(&reading.csv);
    free(reading.rows);
    return rates->count > 0;
}

bool cg_par_rate_is_far(const struct cg_par_rate *one,
                        const struct cg_par_rate *other,
                        uint32_t bp)
{
    /* Rates have six decimals or so of a percent, far more than is added. */
    return fabs(one->rate - other->rate) * 1e4 > bp + 1e-7;
}

void cg_par_rates_deinit(struct cg_par_rates *rates)
{
    free(rates->items);
    *rates = (struct cg_par_rates){0};
}
