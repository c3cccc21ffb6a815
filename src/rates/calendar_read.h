/*
 * Holidays on their way from a table to a calendar.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CALENDAR_READ_H
#define CG_RATES_CALENDAR_READ_H

#include <calendar.h>
#include <csv.h>

/* A calendar of the table. */
struct cg_calendar_draft {
    char name[CG_NAME_MAX + 1];
    int line;       /* where it is first named */
    int first_year; /* that anything is said of; 0: none yet */
    int last_year;
};

struct cg_holiday {
    size_t draft;
    cg_date date;
    int line;
};

struct cg_calendar_reading {
    struct cg_csv csv;
    const char *file;
    struct cg_mistakes *mistakes;
    struct cg_calendar_draft *drafts;
    size_t draft_count;
    size_t draft_room;
    struct cg_holiday *holidays;
    size_t holiday_count;
    size_t holiday_room;
};

/*
 * Adds a day to the calendar |draft|.  Without memory the mistakes say so, and
 * nothing is added.
 */
void cg_calendar_reading_add(struct cg_calendar_reading *reading,
                             size_t draft,
                             cg_date date,
                             int line);

#endif
