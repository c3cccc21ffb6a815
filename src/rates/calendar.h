/*
 * Business days.
 *
 * A calendar knows the days from |first| to |last|.  Asked about any other day,
 * or for a day that would lie beyond, these functions answer CG_DATE_NONE, and
 * make CG_DATE_NONE of CG_DATE_NONE: one look at the end is enough, and no day
 * is ever taken for a business day because nothing is known of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_CALENDAR_H
#define CG_RATES_CALENDAR_H

#include <creditgate/config.h>
#include <date.h>
#include <mistake.h>

#define CG_CALENDARS_MAX 256 /* of one table */

enum cg_adjustment {
    CG_UNADJUSTED,
    CG_FOLLOWING,
    CG_MODIFIED_FOLLOWING, /* but not into the next month: then back */
    CG_PRECEDING,
};

/* Does not change once it is read. */
struct cg_calendar {
    char name[CG_NAME_MAX + 1];
    cg_date first; /* the days it knows */
    cg_date last;
    uint64_t *closed; /* a bit for each day from |first|, weekends included */
};

/* Fine when zeroed. */
struct cg_calendars {
    struct cg_calendar *items;
    size_t count;
    size_t room;
};

/*
 * Reads a table of days that are none of business, |text|, which stands for
 * the file |file|: by dates (columns calendar and date) or by rules (as in
 * fixspec/calendars.csv).  Saturdays and Sundays are closed in any case and may
 * be listed.  A calendar knows whole years: from the first to the last that a
 * rule is for, or without rules that a date is in.
 *
 * Each calendar of the table takes the place of one of the same name that was
 * read before.  False after mistakes were added, or without memory; nothing
 * has changed then.  Pointers that cg_calendars_find() gave end here.
 */
bool cg_calendars_read(struct cg_calendars *calendars,
                       const char *file,
                       struct cg_slice text,
                       struct cg_mistakes *mistakes);

void cg_calendars_deinit(struct cg_calendars *calendars);

/* NULL when there is none of that name. */
const struct cg_calendar *
cg_calendars_find(const struct cg_calendars *calendars, const char *name);

/* The name that |name| may have been meant for, or NULL. */
const char *cg_calendars_nearest(const struct cg_calendars *calendars,
                                 const char *name);

bool cg_calendar_knows(const struct cg_calendar *calendar, cg_date date);

/* True for a business day; false beyond what is known. */
bool cg_calendar_is_open(const struct cg_calendar *calendar, cg_date date);

/* |date| itself when it is a business day, else as |how| says. */
cg_date cg_calendar_adjust(const struct cg_calendar *calendar,
                           cg_date date,
                           enum cg_adjustment how);

/*
 * The |business_days|-th business day behind |date|, or before it when that is
 * below 0; 0 gives |date|.  Whether |date| itself is one does not matter: from
 * a Saturday, 1 is the Monday.
 */
cg_date cg_calendar_add_days(const struct cg_calendar *calendar,
                             cg_date date,
                             int business_days);

/* The last business day of the month of |date|. */
cg_date cg_calendar_month_end(const struct cg_calendar *calendar, cg_date date);
bool cg_calendar_is_month_end(const struct cg_calendar *calendar, cg_date date);

#endif
