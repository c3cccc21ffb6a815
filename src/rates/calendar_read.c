/*
 * Tables of holidays.  Must never let a gap pass for a year without holidays,
 * nor take half a table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar_read.h>

#include <check.h>
#include <stdlib.h>
#include <text.h>

enum { CALENDAR, DATE, COLUMNS };

static const struct cg_csv_column columns[COLUMNS] = {
    [CALENDAR] = {"calendar", true}, [DATE] = {"date", true}};

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

/* --- rows ----------------------------------------------------------------- */

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
    *drafts = (struct cg_calendar_draft){.line = reading->csv.line};
    return drafts;
}

static bool is_calendar_name(const char *name)
{
    return cg_text_is_name(cg_slice_str(name), CG_NAME_MAX) &&
           strpbrk(name, " \"',;") == NULL;
}

/* The draft of the calendar that the row names; false after a mistake. */
static bool find_draft(struct cg_calendar_reading *reading, size_t *draft)
{
    const char *name = cg_csv_cell(&reading->csv, CALENDAR);
    struct cg_calendar_draft *added;

    if (!is_calendar_name(name)) {
        cg_csv_mistake(&reading->csv,
                       "write 1 to 63 ASCII characters without blanks, such as "
                       "USGS",
                       "'%.70s' is no name of a calendar", name);
        return false;
    }
    /* Rows of one calendar mostly stand together: the last one first. */
    for (size_t i = reading->draft_count; i > 0; i--) {
        if (strcmp(reading->drafts[i - 1].name, name) == 0) {
            *draft = i - 1;
            return true;
        }
    }
    if (reading->draft_count == CG_CALENDARS_MAX) {
        cg_csv_mistake(&reading->csv, "use a table for each market",
                       "%s is one calendar too many, %d are allowed", name,
                       CG_CALENDARS_MAX);
        return false;
    }
    added = draft_new(reading);
    if (added == NULL) {
        return false;
    }
    memcpy(added->name, name, strlen(name) + 1);
    *draft = reading->draft_count - 1;
    return true;
}

void cg_calendar_reading_add(struct cg_calendar_reading *reading,
                             size_t draft,
                             cg_date date,
                             int line)
{
    struct cg_holiday *holidays = grown(
        reading->holidays, reading->holiday_count, &reading->holiday_room,
        sizeof(*holidays));

    if (holidays == NULL) {
        reading->mistakes->no_memory = true;
        return;
    }
    reading->holidays = holidays;
    holidays[reading->holiday_count++] = (struct cg_holiday){draft, date, line};
}

static void stretch(struct cg_calendar_draft *draft, int first, int last)
{
    if (draft->first_year == 0 || first < draft->first_year) {
        draft->first_year = first;
    }
    if (last > draft->last_year) {
        draft->last_year = last;
    }
}

static void read_date(struct cg_calendar_reading *reading)
{
    const char *text = cg_csv_cell(&reading->csv, DATE);
    size_t draft;
    cg_date date;

    if (!find_draft(reading, &draft)) {
        return;
    }
    if (!cg_date_parse(cg_slice_str(text), &date)) {
        cg_csv_mistake(&reading->csv,
                       "write a day of 1970 to 2199, such as 2026-12-25",
                       "'%.40s' is no date", text);
        return;
    }
    stretch(&reading->drafts[draft], cg_date_year(date), cg_date_year(date));
    cg_calendar_reading_add(reading, draft, date, reading->csv.line);
}

/* --- all rows together ---------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct cg_holiday *a = left;
    const struct cg_holiday *b = right;

    if (a->draft != b->draft) {
        return a->draft < b->draft ? -1 : 1;
    }
    if (a->date != b->date) {
        return a->date < b->date ? -1 : 1;
    }
    return (a->line > b->line) - (a->line < b->line);
}

static void twin(struct cg_calendar_reading *reading,
                 const struct cg_holiday *first,
                 const struct cg_holiday *again)
{
    char date[11];

    cg_date_format(again->date, date);
    cg_mistakes_add(reading->mistakes, reading->file, again->line,
                    "keep one of the two lines",
                    "%s lists %s in line %d already",
                    reading->drafts[again->draft].name, date, first->line);
}

static void gap(struct cg_calendar_reading *reading,
                const struct cg_holiday *before,
                const struct cg_holiday *after)
{
    char date[11];

    cg_date_format(after->date, date);
    cg_mistakes_add(reading->mistakes, reading->file, after->line,
                    "list the holidays of every year",
                    "%s lists no day of %d, but %s",
                    reading->drafts[after->draft].name,
                    cg_date_year(before->date) + 1, date);
}

/* Needs the holidays in order. */
static void check_neighbours(struct cg_calendar_reading *reading)
{
    for (size_t i = 1; i < reading->holiday_count; i++) {
        const struct cg_holiday *before = &reading->holidays[i - 1];
        const struct cg_holiday *after = &reading->holidays[i];

        if (before->draft != after->draft) {
            continue;
        }
        if (before->date == after->date) {
            twin(reading, before, after);
        } else if (cg_date_year(after->date) - cg_date_year(before->date) > 1) {
            gap(reading, before, after);
        }
    }
}

static void read_rows(struct cg_calendar_reading *reading)
{
    size_t before = reading->mistakes->count;

    while (cg_csv_next(&reading->csv)) {
        read_date(reading);
    }
    if (reading->draft_count == 0 && reading->mistakes->count == before) {
        cg_mistakes_add(reading->mistakes, reading->file, 0,
                        "add a row such as USGS,2026-12-25",
                        "the table has no holiday");
    }
    if (reading->holiday_count > 0) {
        qsort(reading->holidays, reading->holiday_count,
              sizeof(*reading->holidays), compare);
    }
    check_neighbours(reading);
}

/* --- calendars ------------------------------------------------------------ */

static void close_day(struct cg_calendar *calendar, cg_date date)
{
    uint32_t bit = (uint32_t)(date - calendar->first);

    CG_ASSERT(cg_calendar_knows(calendar, date));
    calendar->closed[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool make_calendar(const struct cg_calendar_reading *reading,
                          size_t draft,
                          struct cg_calendar *calendar)
{
    const struct cg_calendar_draft *from = &reading->drafts[draft];
    size_t days;

    *calendar = (struct cg_calendar){
        .first = cg_date_of(from->first_year, 1, 1),
        .last = cg_date_of(from->last_year, 12, 31),
    };
    memcpy(calendar->name, from->name, sizeof(calendar->name));
    days = (size_t)(calendar->last - calendar->first) + 1;
    calendar->closed = calloc(days / 64 + 1, sizeof(*calendar->closed));
    if (calendar->closed == NULL) {
        return false;
    }
    for (cg_date date = calendar->first; date <= calendar->last; date++) {
        if (cg_date_weekday(date) >= CG_SATURDAY) {
            close_day(calendar, date);
        }
    }
    return true;
}

/* A copy of the name's old calendar goes; the new one is put in its place. */
static void put(struct cg_calendars *calendars, const struct cg_calendar *fresh)
{
    for (size_t i = 0; i < calendars->count; i++) {
        struct cg_calendar *calendar = &calendars->items[i];

        if (strcmp(calendar->name, fresh->name) == 0) {
            free(calendar->closed);
            *calendar = *fresh;
            return;
        }
    }
    CG_ASSERT(calendars->count < calendars->room);
    calendars->items[calendars->count++] = *fresh;
}

static bool make_room(struct cg_calendars *calendars, size_t more)
{
    size_t room = calendars->count + more;
    struct cg_calendar *items;

    if (room <= calendars->room) {
        return true;
    }
    items = realloc(calendars->items, room * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    calendars->items = items;
    calendars->room = room;
    return true;
}

/* All are made before the first is put in its place. */
static bool put_all(const struct cg_calendar_reading *reading,
                    struct cg_calendars *calendars)
{
    struct cg_calendars fresh = {0};

    if (!make_room(&fresh, reading->draft_count) ||
        !make_room(calendars, reading->draft_count)) {
        cg_calendars_deinit(&fresh);
        return false;
    }
    for (size_t i = 0; i < reading->draft_count; i++) {
        if (!make_calendar(reading, i, &fresh.items[i])) {
            cg_calendars_deinit(&fresh);
            return false;
        }
        fresh.count++;
    }
    for (size_t i = 0; i < reading->holiday_count; i++) {
        const struct cg_holiday *holiday = &reading->holidays[i];

        close_day(&fresh.items[holiday->draft], holiday->date);
    }
    for (size_t i = 0; i < fresh.count; i++) {
        put(calendars, &fresh.items[i]);
    }
    free(fresh.items);
    return true;
}

bool cg_calendars_read(struct cg_calendars *calendars,
                       const char *file,
                       struct cg_slice text,
                       struct cg_mistakes *mistakes)
{
    struct cg_calendar_reading reading = {.file = file, .mistakes = mistakes};
    size_t before = mistakes->count;
    bool good;

    if (cg_csv_init(&reading.csv, file, text, columns, COLUMNS, mistakes)) {
        read_rows(&reading);
    }
    good = mistakes->count == before && !mistakes->no_memory;
    if (good && !put_all(&reading, calendars)) {
        mistakes->no_memory = true;
        good = false;
    }
    free(reading.drafts);
    free(reading.holidays);
    cg_csv_deinit(&reading.csv);
    return good;
}
