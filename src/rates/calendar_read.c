/*
 * Tables of holidays, by dates or by rules.  Must never take half a table, nor
 * guess at a row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar_read.h>

#include <calendar_rule.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <text.h>

enum { CALENDAR, HOLIDAY, DATE, DATE_COLUMNS };
enum { RULE = DATE, MOVED, FIRST_YEAR, LAST_YEAR, EVERY, RULE_COLUMNS };

static const struct cg_csv_column date_columns[DATE_COLUMNS] = {
    [CALENDAR] = {"calendar", true},
    [HOLIDAY] = {"holiday", false},
    [DATE] = {"date", true},
};

static const struct cg_csv_column rule_columns[RULE_COLUMNS] = {
    [CALENDAR] = {"calendar", true},
    [HOLIDAY] = {"holiday", false},
    [RULE] = {"rule", true},
    [MOVED] = {"moved", false},
    [FIRST_YEAR] = {"first_year", true},
    [LAST_YEAR] = {"last_year", true},
    [EVERY] = {"every", false},
};

static const char *const moved_words[] = {
    [CG_MOVED_NOWHERE] = "",
    [CG_MOVED_SUNDAY_TO_MONDAY] = "sunday to monday",
    [CG_MOVED_SUNDAY_TO_NEXT_FREE] = "sunday to next free",
    [CG_MOVED_TO_NEAREST] = "to nearest",
    [CG_MOVED_TO_NEXT_FREE] = "to next free",
};

/* |items| with room for one more than |count|, or NULL. */
static void *grown(void *items, size_t count, size_t *room, size_t size)
{
    size_t more = *room * 2 + 16;

    if (count < *room) {
        return items;
    }
    items = realloc(items, more * size);
    if (items != NULL) {
        *room = more;
    }
    return items;
}

/* --- rows of both forms --------------------------------------------------- */

static struct cg_calendar_draft *draft_new(struct cg_calendar_reading *reading)
{
    struct cg_calendar_draft *drafts = grown(
        reading->drafts, reading->draft_count, &reading->draft_room,
        sizeof(*drafts));

    if (drafts == NULL) {
        reading->mistakes->no_memory = true;
        return NULL;
    }
    reading->drafts = drafts;
    drafts += reading->draft_count++;
    *drafts = (struct cg_calendar_draft){0};
    return drafts;
}

static bool is_calendar_name(const char *name)
{
    return cg_text_is_name(cg_slice_str(name), CG_NAME_MAX) &&
           strpbrk(name, " \"',;") == NULL;
}

/* Adds the calendar |name|; NULL after a mistake. */
static struct cg_calendar_draft *add_draft(struct cg_calendar_reading *reading,
                                           const char *name)
{
    struct cg_calendar_draft *draft;

    if (!is_calendar_name(name)) {
        cg_csv_mistake(&reading->csv,
                       "write 1 to 63 ASCII characters without blanks, such as "
                       "USGS",
                       "'%.70s' is no name of a calendar", name);
        return NULL;
    }
    if (reading->draft_count == CG_CALENDARS_MAX) {
        cg_csv_mistake(&reading->csv, "use a table for each market",
                       "%s is one calendar too many, %d are allowed", name,
                       CG_CALENDARS_MAX);
        return NULL;
    }
    draft = draft_new(reading);
    if (draft != NULL) {
        memcpy(draft->name, name, strlen(name) + 1);
    }
    return draft;
}

/* The calendar that the row names; NULL after a mistake. */
static struct cg_calendar_draft *find_draft(struct cg_calendar_reading *reading)
{
    const char *name = cg_csv_cell(&reading->csv, CALENDAR);

    /* Rows of one calendar mostly stand together: the last one first. */
    for (size_t i = reading->draft_count; i > 0; i--) {
        if (strcmp(reading->drafts[i - 1].name, name) == 0) {
            return &reading->drafts[i - 1];
        }
    }
    return add_draft(reading, name);
}

static void add_holiday(struct cg_calendar_reading *reading,
                        const struct cg_calendar_draft *draft,
                        cg_date date,
                        enum cg_moved moved)
{
    struct cg_holiday *holidays = grown(
        reading->holidays, reading->holiday_count, &reading->holiday_room,
        sizeof(*holidays));

    if (holidays == NULL) {
        reading->mistakes->no_memory = true;
        return;
    }
    reading->holidays = holidays;
    holidays[reading->holiday_count++] = (struct cg_holiday){
        .draft = (size_t)(draft - reading->drafts),
        .date = date,
        .line = reading->csv.line,
        .moved = moved,
    };
}

static void stretch(struct cg_years *years, int first, int last)
{
    if (years->first == 0 || first < years->first) {
        years->first = first;
    }
    if (last > years->last) {
        years->last = last;
    }
}

static void list_date(struct cg_calendar_reading *reading,
                      struct cg_calendar_draft *draft,
                      cg_date date,
                      enum cg_moved moved)
{
    stretch(&draft->listed, cg_date_year(date), cg_date_year(date));
    add_holiday(reading, draft, date, moved);
}

/* --- dates ---------------------------------------------------------------- */

static void read_date(struct cg_calendar_reading *reading)
{
    const char *text = cg_csv_cell(&reading->csv, DATE);
    struct cg_calendar_draft *draft = find_draft(reading);
    cg_date date;

    if (draft == NULL) {
        return;
    }
    if (!cg_date_parse(cg_slice_str(text), &date)) {
        cg_csv_mistake(&reading->csv,
                       "write a day of 1970 to 2199, such as 2026-12-25",
                       "'%.40s' is no date", text);
        return;
    }
    list_date(reading, draft, date, CG_MOVED_NOWHERE);
}

/* --- rules ---------------------------------------------------------------- */

/* A whole number in a cell; false after a mistake. */
static bool read_number(struct cg_calendar_reading *reading,
                        size_t column,
                        int min,
                        int max,
                        int *number)
{
    const char *text = cg_csv_cell(&reading->csv, column);
    size_t len = strspn(text, "0123456789");

    *number = 0;
    for (size_t i = 0; i < len && len <= 4; i++) {
        *number = *number * 10 + (text[i] - '0');
    }
    if (len == 0 || len > 4 || text[len] != '\0' || *number < min ||
        *number > max) {
        char remedy[64];

        (void)snprintf(remedy, sizeof(remedy), "write a number from %d to %d",
                       min, max);
        cg_csv_mistake(&reading->csv, remedy, "the %s is '%.40s'",
                       rule_columns[column].name, text);
        return false;
    }
    return true;
}

static bool read_years(struct cg_calendar_reading *reading,
                       struct cg_years *years)
{
    if (!read_number(reading, FIRST_YEAR, CG_YEAR_MIN, CG_YEAR_MAX,
                     &years->first) ||
        !read_number(reading, LAST_YEAR, CG_YEAR_MIN, CG_YEAR_MAX,
                     &years->last)) {
        return false;
    }
    if (years->last < years->first) {
        cg_csv_mistake(&reading->csv, "give the earlier year first",
                       "the last year, %d, is before the first, %d",
                       years->last, years->first);
        return false;
    }
    return true;
}

static bool read_every(struct cg_calendar_reading *reading, int *every)
{
    *every = 1;
    return *cg_csv_cell(&reading->csv, EVERY) == '\0' ||
           read_number(reading, EVERY, 1, 100, every);
}

static bool read_moved(struct cg_calendar_reading *reading,
                       enum cg_moved *moved)
{
    const char *text = cg_csv_cell(&reading->csv, MOVED);

    for (size_t i = 0; i < CG_COUNT(moved_words); i++) {
        if (strcmp(text, moved_words[i]) == 0) {
            *moved = (enum cg_moved)i;
            return true;
        }
    }
    cg_csv_mistake(&reading->csv,
                   "write sunday to monday, sunday to next free, to nearest, "
                   "to next free, or nothing",
                   "'%.40s' does not say where a weekend's holiday moves",
                   text);
    return false;
}

static void list_single_date(struct cg_calendar_reading *reading,
                             struct cg_calendar_draft *draft,
                             cg_date date,
                             enum cg_moved moved)
{
    for (size_t column = FIRST_YEAR; column <= EVERY; column++) {
        if (*cg_csv_cell(&reading->csv, column) != '\0') {
            cg_csv_mistake(&reading->csv, "leave the cell empty",
                           "a single date needs no %s",
                           rule_columns[column].name);
            return;
        }
    }
    list_date(reading, draft, date, moved);
}

static void close_between(struct cg_calendar_reading *reading,
                          struct cg_calendar_draft *draft,
                          struct cg_years years)
{
    if (draft->between.first != 0) {
        cg_csv_mistake(&reading->csv, "keep one of the two rows",
                       "%s closes days between holidays already", draft->name);
        return;
    }
    draft->between = years;
}

static void list_rule(struct cg_calendar_reading *reading,
                      struct cg_calendar_draft *draft,
                      const struct cg_rule *rule,
                      enum cg_moved moved)
{
    struct cg_years years;
    int every;

    if (!read_years(reading, &years) || !read_every(reading, &every)) {
        return;
    }
    if (!cg_rule_knows(rule, years.first) || !cg_rule_knows(rule, years.last)) {
        cg_csv_mistake(&reading->csv, "write years from 1980 to 2099",
                       "the equinoxes of all these years are not known");
        return;
    }
    stretch(&draft->ruled, years.first, years.last);
    if (rule->form == CG_RULE_BETWEEN) {
        close_between(reading, draft, years);
        return;
    }
    for (int year = years.first; year <= years.last; year += every) {
        cg_date date = cg_rule_day(rule, year);

        if (date != CG_DATE_NONE) {
            add_holiday(reading, draft, date, moved);
        }
    }
}

static void read_rule(struct cg_calendar_reading *reading)
{
    const char *text = cg_csv_cell(&reading->csv, RULE);
    struct cg_calendar_draft *draft = find_draft(reading);
    char remedy[CG_RULE_REMEDY_MAX];
    enum cg_moved moved;
    struct cg_rule rule;

    if (draft == NULL || !read_moved(reading, &moved)) {
        return;
    }
    if (!cg_rule_parse(text, &rule, remedy)) {
        cg_csv_mistake(&reading->csv, remedy, "'%.63s' is no rule", text);
    } else if (rule.form == CG_RULE_DATE) {
        list_single_date(reading, draft, rule.date, moved);
    } else {
        list_rule(reading, draft, &rule, moved);
    }
}

/* --- the table ------------------------------------------------------------ */

static void read_rows(struct cg_calendar_reading *reading)
{
    size_t before = reading->mistakes->count;

    while (cg_csv_next(&reading->csv)) {
        if (reading->rules) {
            read_rule(reading);
        } else {
            read_date(reading);
        }
    }
    reading->spoilt = reading->mistakes->count > before;
    if (reading->holiday_count == 0 && !reading->spoilt) {
        cg_mistakes_add(reading->mistakes, reading->file, 0,
                        "add a row such as USGS,2026-12-25",
                        "the table has no holiday");
    }
    cg_holidays_check(reading);
}

/* Which form it is shows in the header, whatever else is wrong with it. */
static bool
has_rules(const char *file, struct cg_slice text, struct cg_mistakes *mistakes)
{
    struct cg_mistakes ignored = {0};
    struct cg_csv csv;
    bool rules;

    (void)cg_csv_init(&csv, file, text, rule_columns, RULE_COLUMNS, &ignored);
    rules = cg_csv_has(&csv, RULE);
    mistakes->no_memory = mistakes->no_memory || ignored.no_memory;
    cg_csv_deinit(&csv);
    cg_mistakes_deinit(&ignored);
    return rules;
}

bool cg_calendars_read(struct cg_calendars *calendars,
                       const char *file,
                       struct cg_slice text,
                       struct cg_mistakes *mistakes)
{
    struct cg_calendar_reading reading = {
        .file = file,
        .mistakes = mistakes,
        .rules = has_rules(file, text, mistakes),
    };
    size_t before = mistakes->count;
    bool good;

    if (!mistakes->no_memory &&
        cg_csv_init(&reading.csv, file, text,
                    reading.rules ? rule_columns : date_columns,
                    reading.rules ? RULE_COLUMNS : DATE_COLUMNS, mistakes)) {
        read_rows(&reading);
    }
    good = mistakes->count == before && !mistakes->no_memory;
    if (good && !cg_calendars_make(&reading, calendars)) {
        mistakes->no_memory = true;
        good = false;
    }
    free(reading.drafts);
    free(reading.holidays);
    cg_csv_deinit(&reading.csv);
    return good;
}
