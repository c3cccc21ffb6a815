/*
 * Kinds of swap.  Must never take a word for another that looks like it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <convention.h>

#include <check.h>
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <text.h>

enum column {
    NAME,
    TYPE,
    CURRENCY,
    PAR_CURVE,
    DISCOUNT,
    FIXED_FREQUENCY,
    FIXED_DAYCOUNT,
    FLOAT_INDEX,
    FLOAT_FREQUENCY,
    FLOAT_DAYCOUNT,
    CALENDAR,
    ADJUSTMENT,
    MONTH_END,
    SPOT_LAG,
    PAYMENT_LAG,
};

static const struct cg_csv_column columns[] = {
    [NAME] = {"convention", true},
    [TYPE] = {"type", true},
    [CURRENCY] = {"currency", true},
    [PAR_CURVE] = {"par_curve", true},
    [DISCOUNT] = {"discount_convention", true},
    [FIXED_FREQUENCY] = {"fixed_frequency", true},
    [FIXED_DAYCOUNT] = {"fixed_daycount", true},
    [FLOAT_INDEX] = {"float_index", true},
    [FLOAT_FREQUENCY] = {"float_frequency", true},
    [FLOAT_DAYCOUNT] = {"float_daycount", true},
    [CALENDAR] = {"calendar", true},
    [ADJUSTMENT] = {"business_day_adjustment", true},
    [MONTH_END] = {"end_of_month_rule", true},
    [SPOT_LAG] = {"spot_lag_days", true},
    [PAYMENT_LAG] = {"payment_lag_days", true},
};

#define LAG_DAYS_MAX 30
#define CONVENTIONS_MAX 1000

/* --- words ---------------------------------------------------------------- */

struct word {
    const char *text;
    int value;
};

static const struct word types[] = {{"OIS", CG_SWAP_OIS},
                                    {"IBOR", CG_SWAP_IBOR}};

static const struct word daycounts[] = {{"ACT/360", CG_ACT_360},
                                        {"ACT/365F", CG_ACT_365F},
                                        {"30E/360", CG_30E_360}};

static const struct word adjustments[] = {
    {"modified_following", CG_MODIFIED_FOLLOWING},
    {"following", CG_FOLLOWING},
    {"preceding", CG_PRECEDING},
    {"unadjusted", CG_UNADJUSTED}};

static const struct word answers[] = {{"yes", true}, {"no", false}};

static const struct word frequency_words[] = {
    {"annual", 0},  {"semiannual", 1}, {"quarterly", 2},
    {"monthly", 3}, {"28d", 4},        {"once", 5}};

static const struct cg_frequency frequencies[] = {{12, 0}, {6, 0},  {3, 0},
                                                  {1, 0},  {0, 28}, {0, 0}};

/* Puts "write one, two or three" into |remedy|. */
static void
list_words(const struct word *words, size_t count, char *remedy, size_t size)
{
    size_t at = (size_t)snprintf(remedy, size, "write ");

    for (size_t i = 0; i < count && at < size; i++) {
        at += (size_t)snprintf(remedy + at, size - at, "%s%s",
                               i == 0           ? ""
                               : i + 1 == count ? " or "
                                                : ", ",
                               words[i].text);
    }
}

/* The value of the cell's word; the first word's after a mistake. */
static int read_word(struct cg_csv *csv,
                     enum column column,
                     const struct word *words,
                     size_t count)
{
    const char *cell = cg_csv_cell(csv, column);
    char remedy[160];

    for (size_t i = 0; i < count; i++) {
        if (strcmp(cell, words[i].text) == 0) {
            return words[i].value;
        }
    }
    list_words(words, count, remedy, sizeof(remedy));
    cg_csv_mistake(csv, remedy, "'%.40s' is no %s", cell, columns[column].name);
    return words[0].value;
}

#define READ_WORD(csv, column, words)                                          \
    read_word((csv), (column), (words), CG_COUNT(words))

static void
read_name(struct cg_csv *csv, enum column column, char name[CG_NAME_MAX + 1])
{
    const char *cell = cg_csv_cell(csv, column);

    if (!cg_text_is_name(cg_slice_str(cell), CG_NAME_MAX)) {
        cg_csv_mistake(csv, "write 1 to 63 printable ASCII characters",
                       "'%.70s' is no %s", cell, columns[column].name);
        return;
    }
    memcpy(name, cell, strlen(cell) + 1);
}

static void read_currency(struct cg_csv *csv, char currency[4])
{
    const char *cell = cg_csv_cell(csv, CURRENCY);

    if (strlen(cell) != 3 || strspn(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
        cg_csv_mistake(csv, "write three capital letters, as USD",
                       "'%.40s' is no currency", cell);
        return;
    }
    memcpy(currency, cell, 4);
}

static int read_lag(struct cg_csv *csv, enum column column)
{
    const char *cell = cg_csv_cell(csv, column);
    size_t digits = strspn(cell, "0123456789");
    int days = LAG_DAYS_MAX + 1;

    if (digits == 1 && cell[1] == '\0') {
        days = cell[0] - '0';
    } else if (digits == 2 && cell[2] == '\0') {
        days = (cell[0] - '0') * 10 + (cell[1] - '0');
    }
    if (days > LAG_DAYS_MAX) {
        cg_csv_mistake(csv, "write business days, 0 to 30", "'%.40s' is no %s",
                       cell, columns[column].name);
        return 0;
    }
    return days;
}

static const struct cg_calendar *
read_calendar(struct cg_csv *csv, const struct cg_calendars *calendars)
{
    const char *cell = cg_csv_cell(csv, CALENDAR);
    const struct cg_calendar *calendar = cg_calendars_find(calendars, cell);
    const char *nearest = cg_calendars_nearest(calendars, cell);
    char remedy[CG_NAME_MAX + 40] = "add it to the holidays";

    if (calendar == NULL) {
        if (nearest != NULL) {
            (void)snprintf(remedy, sizeof(remedy), "did you mean %s?", nearest);
        }
        cg_csv_mistake(csv, remedy, "there is no calendar '%.63s'", cell);
    }
    return calendar;
}

/* --- rows ----------------------------------------------------------------- */

struct reading {
    struct cg_csv csv;
    struct cg_conventions *conventions;
    size_t room;
    char (*discounts)[CG_NAME_MAX + 1]; /* as written, for each item */
};

static void read_row(struct reading *reading, struct cg_convention *item)
{
    struct cg_csv *csv = &reading->csv;

    item->line = csv->line;
    read_name(csv, NAME, item->name);
    read_currency(csv, item->currency);
    read_name(csv, PAR_CURVE, item->par_curve);
    read_name(csv, FLOAT_INDEX, item->float_index);
    item->type = (enum cg_swap_type)READ_WORD(csv, TYPE, types);
    item->fixed = frequencies[READ_WORD(csv, FIXED_FREQUENCY, frequency_words)];
    item->floating =
        frequencies[READ_WORD(csv, FLOAT_FREQUENCY, frequency_words)];
    item->fixed_daycount = (enum cg_daycount)READ_WORD(csv, FIXED_DAYCOUNT,
                                                       daycounts);
    item->float_daycount = (enum cg_daycount)READ_WORD(csv, FLOAT_DAYCOUNT,
                                                       daycounts);
    item->calendar = read_calendar(csv, &reading->conventions->calendars);
    item->adjustment = (enum cg_adjustment)READ_WORD(csv, ADJUSTMENT,
                                                     adjustments);
    item->month_end = READ_WORD(csv, MONTH_END, answers) != 0;
    item->spot_lag_days = read_lag(csv, SPOT_LAG);
    item->payment_lag_days = read_lag(csv, PAYMENT_LAG);
}

static bool make_room(struct reading *reading)
{
    struct cg_conventions *conventions = reading->conventions;
    size_t room = reading->room * 2 + 16;
    void *items;
    void *discounts;

    if (conventions->count < reading->room) {
        return true;
    }
    items = realloc(conventions->items, room * sizeof(*conventions->items));
    if (items != NULL) {
        conventions->items = items;
        discounts = realloc(reading->discounts,
                            room * sizeof(*reading->discounts));
        if (discounts != NULL) {
            reading->discounts = discounts;
            reading->room = room;
            return true;
        }
    }
    reading->csv.mistakes->no_memory = true;
    return false;
}

static bool is_twin(struct reading *reading, const struct cg_convention *item)
{
    size_t at = cg_conventions_find(reading->conventions, item->name);

    if (*item->name == '\0' || at == SIZE_MAX) {
        return false;
    }
    cg_csv_mistake(&reading->csv, "give each a name of its own, or remove one",
                   "convention %s is defined in line %d already", item->name,
                   reading->conventions->items[at].line);
    return true;
}

static void add_row(struct reading *reading)
{
    struct cg_conventions *conventions = reading->conventions;
    struct cg_convention item = {.discount = SIZE_MAX};

    if (conventions->count == CONVENTIONS_MAX) {
        cg_csv_mistake(&reading->csv, "remove those that are not used",
                       "there are more than %d conventions", CONVENTIONS_MAX);
        return;
    }
    read_row(reading, &item);
    if (!is_twin(reading, &item) && make_room(reading)) {
        char *discount = reading->discounts[conventions->count];

        (void)snprintf(discount, CG_NAME_MAX + 1, "%s",
                       cg_csv_cell(&reading->csv, DISCOUNT));
        conventions->items[conventions->count++] = item;
    }
}

/* --- discounting ---------------------------------------------------------- */

static const char *nearest_convention(const struct cg_conventions *conventions,
                                      const char *name)
{
    const char *nearest = NULL;

    for (size_t i = 0; i < conventions->count; i++) {
        const char *other = conventions->items[i].name;

        if (cg_text_is_near(name, other) &&
            (nearest == NULL ||
             cg_text_distance(name, other) < cg_text_distance(name, nearest))) {
            nearest = other;
        }
    }
    return nearest;
}

static void find_discount(struct reading *reading, const char *file, size_t at)
{
    struct cg_conventions *conventions = reading->conventions;
    struct cg_convention *item = &conventions->items[at];
    const char *name = reading->discounts[at];
    const char *nearest = nearest_convention(conventions, name);
    char remedy[CG_NAME_MAX + 80] =
        "name a convention of this file, or leave it empty";

    item->discount = *name == '\0' ? at
                                   : cg_conventions_find(conventions, name);
    if (item->discount == SIZE_MAX) {
        if (nearest != NULL) {
            (void)snprintf(remedy, sizeof(remedy), "did you mean %s?", nearest);
        }
        cg_mistakes_add(reading->csv.mistakes, file, item->line, remedy,
                        "there is no discount_convention '%.63s'", name);
    }
}

/* Following the discounting from |at| must end at one that discounts itself. */
static bool is_in_circle(const struct cg_conventions *conventions, size_t at)
{
    size_t next = at;

    for (size_t i = 0; i <= conventions->count; i++) {
        if (next == SIZE_MAX || conventions->items[next].discount == next) {
            return false;
        }
        next = conventions->items[next].discount;
    }
    return true;
}

static void find_discounts(struct reading *reading, const char *file)
{
    struct cg_conventions *conventions = reading->conventions;

    for (size_t i = 0; i < conventions->count; i++) {
        find_discount(reading, file, i);
    }
    for (size_t i = 0; i < conventions->count; i++) {
        if (is_in_circle(conventions, i)) {
            cg_mistakes_add(reading->csv.mistakes, file,
                            conventions->items[i].line,
                            "leave the discount_convention of one of them "
                            "empty",
                            "the discounting of %s goes in a circle",
                            conventions->items[i].name);
        }
    }
}

/* --- the table ------------------------------------------------------------ */

static void clear_items(struct cg_conventions *conventions)
{
    free(conventions->items);
    free(conventions->file);
    conventions->items = NULL;
    conventions->file = NULL;
    conventions->count = 0;
}

static void read_rows(struct reading *reading,
                      const char *file,
                      struct cg_mistakes *mistakes)
{
    while (cg_csv_next(&reading->csv)) {
        add_row(reading);
    }
    if (reading->conventions->count == 0) {
        cg_mistakes_add(mistakes, file, 0, "add a row for each kind of swap",
                        "there is no convention");
    }
    find_discounts(reading, file);
}

bool cg_conventions_read(struct cg_conventions *conventions,
                         const char *file,
                         struct cg_slice text,
                         struct cg_mistakes *mistakes)
{
    struct reading reading = {.conventions = conventions};
    size_t before = mistakes->count;

    clear_items(conventions);
    conventions->file = strdup(file);
    if (conventions->file == NULL) {
        mistakes->no_memory = true;
    }
    if (cg_csv_init(&reading.csv, file, text, columns, CG_COUNT(columns),
                    mistakes)) {
        read_rows(&reading, file, mistakes);
    }
    cg_csv_deinit(&reading.csv);
    free(reading.discounts);
    if (mistakes->count > before || mistakes->no_memory) {
        clear_items(conventions);
        return false;
    }
    return true;
}

void cg_conventions_deinit(struct cg_conventions *conventions)
{
    clear_items(conventions);
    cg_calendars_deinit(&conventions->calendars);
}

size_t cg_conventions_find(const struct cg_conventions *conventions,
                           const char *name)
{
    for (size_t i = 0; i < conventions->count; i++) {
        if (strcmp(conventions->items[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}
