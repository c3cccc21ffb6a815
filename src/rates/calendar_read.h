/*
 * Holidays on their way from a table to calendars.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CALENDAR_READ_H
#define CG_RATES_CALENDAR_READ_H

#include <calendar.h>
#include <csv.h>

/* Where a holiday goes that falls on a weekend, where all is closed anyway. */
enum cg_moved {
    CG_MOVED_NOWHERE,
    CG_MOVED_SUNDAY_TO_MONDAY,
    CG_MOVED_SUNDAY_TO_NEXT_FREE,
    CG_MOVED_TO_NEAREST, /* a Saturday to Friday, a Sunday to Monday */
    CG_MOVED_TO_NEXT_FREE,
};

struct cg_years {
    int first; /* 0: none yet */
    int last;
};

/* A calendar of the table. */
struct cg_calendar_draft {
    char name[CG_NAME_MAX + 1];
    struct cg_years ruled;   /* that a rule is for */
    struct cg_years listed;  /* that a date is in */
    struct cg_years between; /* in which days between holidays are closed */
};

struct cg_holiday {
    size_t draft;
    cg_date date;
    int line;
    enum cg_moved moved;
};

struct cg_calendar_reading {
    struct cg_csv csv;
    const char *file;
    struct cg_mistakes *mistakes;
    bool rules;  /* not dates */
    bool spoilt; /* rows are missing, as they were mistakes */
    struct cg_calendar_draft *drafts;
    size_t draft_count;
    size_t draft_room;
    struct cg_holiday *holidays; /* by draft, by date, once all are read */
    size_t holiday_count;
    size_t holiday_room;
};

/*
 * Puts the holidays in order and looks at them together.  Rules may well meet
 * on a day; a date that is listed twice is a mistake.  When no row is missing,
 * so is a year without any holiday, and a date outside of the years that its
 * calendar has rules for.
 */
void cg_holidays_check(struct cg_calendar_reading *reading);

/* The years that a calendar knows. */
struct cg_years cg_calendar_years(const struct cg_calendar_draft *draft);

/* Makes all calendars of a table without mistakes; false without memory. */
bool cg_calendars_make(const struct cg_calendar_reading *reading,
                       struct cg_calendars *calendars);

#endif
