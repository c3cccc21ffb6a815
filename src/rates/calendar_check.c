/*
 * What only shows when all holidays of a table are seen together.  Must never
 * let a gap pass for a year without holidays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar_read.h>

#include <stdlib.h>

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

/* Such a date would be lost. */
static void outside(struct cg_calendar_reading *reading,
                    const struct cg_holiday *holiday,
                    struct cg_years years)
{
    cg_mistakes_add(reading->mistakes, reading->file, holiday->line,
                    "remove it, or write rules for its year",
                    "%s has rules for %d to %d, not for %d",
                    reading->drafts[holiday->draft].name, years.first,
                    years.last, cg_date_year(holiday->date));
}

static void check_neighbours(struct cg_calendar_reading *reading,
                             const struct cg_holiday *before)
{
    const struct cg_holiday *after = before + 1;

    if (before->date == after->date && !reading->rules) {
        twin(reading, before, after);
    } else if (!reading->spoilt && after->date - before->date > 365 &&
               cg_date_year(after->date) - cg_date_year(before->date) > 1) {
        gap(reading, before, after);
    }
}

/* The |count| holidays of one calendar. */
static void check_calendar(struct cg_calendar_reading *reading,
                           const struct cg_holiday *holidays,
                           size_t count)
{
    struct cg_years years = cg_calendar_years(
        &reading->drafts[holidays->draft]);
    cg_date first = cg_date_of(years.first, 1, 1);
    cg_date last = cg_date_of(years.last, 12, 31);

    for (size_t i = 0; i < count; i++) {
        if (!reading->spoilt &&
            (holidays[i].date < first || holidays[i].date > last)) {
            outside(reading, &holidays[i], years);
        }
        if (i + 1 < count) {
            check_neighbours(reading, &holidays[i]);
        }
    }
}

void cg_holidays_check(struct cg_calendar_reading *reading)
{
    const struct cg_holiday *holidays = reading->holidays;
    size_t from = 0;

    if (reading->holiday_count == 0) {
        return;
    }
    qsort(reading->holidays, reading->holiday_count, sizeof(*holidays),
          compare);
    for (size_t to = 1; to <= reading->holiday_count; to++) {
        if (to == reading->holiday_count ||
            holidays[to].draft != holidays[from].draft) {
            check_calendar(reading, &holidays[from], to - from);
            from = to;
        }
    }
}
