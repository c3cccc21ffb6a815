/*
 * Business days.  Must never call a day a business day that it knows nothing
 * of.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar.h>

#include <check.h>
#include <stdlib.h>
#include <text.h>

const struct cg_calendar *
cg_calendars_find(const struct cg_calendars *calendars, const char *name)
{
    for (size_t i = 0; i < calendars->count; i++) {
        if (strcmp(calendars->items[i].name, name) == 0) {
            return &calendars->items[i];
        }
    }
    return NULL;
}

const char *cg_calendars_nearest(const struct cg_calendars *calendars,
                                 const char *name)
{
    const char *nearest = NULL;

    for (size_t i = 0; i < calendars->count; i++) {
        const char *other = calendars->items[i].name;

        if (cg_text_is_near(name, other) &&
            (nearest == NULL ||
             cg_text_distance(name, other) < cg_text_distance(name, nearest))) {
            nearest = other;
        }
    }
    return nearest;
}

void cg_calendars_deinit(struct cg_calendars *calendars)
{
    for (size_t i = 0; i < calendars->count; i++) {
        free(calendars->items[i].closed);
    }
    free(calendars->items);
    *calendars = (struct cg_calendars){0};
}

bool cg_calendar_knows(const struct cg_calendar *calendar, cg_date date)
{
    return date >= calendar->first && date <= calendar->last;
}

bool cg_calendar_is_open(const struct cg_calendar *calendar, cg_date date)
{
    uint32_t bit;

    if (!cg_calendar_knows(calendar, date)) {
        return false;
    }
    bit = (uint32_t)(date - calendar->first);
    return (calendar->closed[bit / 64] >> bit % 64 & 1) == 0;
}

/* |date|, or the next business day in the direction of |step|. */
static cg_date seek(const struct cg_calendar *calendar, cg_date date, int step)
{
    while (cg_calendar_knows(calendar, date)) {
        if (cg_calendar_is_open(calendar, date)) {
            return date;
        }
        date += step;
    }
    return CG_DATE_NONE;
}

cg_date cg_calendar_adjust(const struct cg_calendar *calendar,
                           cg_date date,
                           enum cg_adjustment how)
{
    cg_date later;

    if (!cg_calendar_knows(calendar, date)) {
        return CG_DATE_NONE;
    }
    switch (how) {
    case CG_UNADJUSTED:
        return date;
    case CG_FOLLOWING:
        return seek(calendar, date, 1);
    case CG_PRECEDING:
        return seek(calendar, date, -1);
    case CG_MODIFIED_FOLLOWING:
        later = seek(calendar, date, 1);
        if (later == date) {
            return date;
        }
        /* Beyond what is known is beyond the month, too: calendars know whole
         * years. */
        return later != CG_DATE_NONE && later <= cg_date_month_end(date)
                   ? later
                   : seek(calendar, date, -1);
    }
    CG_ASSERT(false);
    return CG_DATE_NONE;
}

cg_date cg_calendar_add_days(const struct cg_calendar *calendar,
                             cg_date date,
                             int business_days)
{
    int step = business_days < 0 ? -1 : 1;

    if (!cg_calendar_knows(calendar, date)) {
        return CG_DATE_NONE;
    }
    for (int left = business_days; left != 0 && date != CG_DATE_NONE;
         left -= step) {
        date = seek(calendar, date + step, step);
    }
    return date;
}

cg_date cg_calendar_month_end(const struct cg_calendar *calendar, cg_date date)
{
    return cg_calendar_knows(calendar, date)
               ? seek(calendar, cg_date_month_end(date), -1)
               : CG_DATE_NONE;
}

bool cg_calendar_is_month_end(const struct cg_calendar *calendar, cg_date date)
{
    return cg_calendar_knows(calendar, date) &&
           cg_calendar_month_end(calendar, date) == date;
}
