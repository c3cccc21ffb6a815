/*
 * Calendars from holidays.  Must never run before the whole table is found
 * good.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar_read.h>

#include <check.h>
#include <stdlib.h>

struct cg_years cg_calendar_years(const struct cg_calendar_draft *draft)
{
    return draft->ruled.first != 0 ? draft->ruled : draft->listed;
}

/* --- days ----------------------------------------------------------------- */

static void
set_day(uint64_t *days, const struct cg_calendar *calendar, cg_date date)
{
    uint32_t bit = (uint32_t)(date - calendar->first);

    if (cg_calendar_knows(calendar, date)) {
        days[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool
has_day(const uint64_t *days, const struct cg_calendar *calendar, cg_date date)
{
    uint32_t bit = (uint32_t)(date - calendar->first);

    return cg_calendar_knows(calendar, date) &&
           (days[bit / 64] >> bit % 64 & 1) == 1;
}

static uint64_t *new_days(const struct cg_calendar *calendar)
{
    size_t days = (size_t)(calendar->last - calendar->first) + 1;

    return calloc(days / 64 + 1, sizeof(uint64_t));
}

static cg_date next_free(const struct cg_calendar *calendar, cg_date date)
{
    while (cg_calendar_knows(calendar, date) &&
           !cg_calendar_is_open(calendar, date)) {
        date++;
    }
    return date;
}

/* Where |holiday| goes, which is on a weekend; its own date when nowhere. */
static cg_date moved_day(const struct cg_calendar *calendar,
                         const struct cg_holiday *holiday)
{
    cg_date date = holiday->date;
    bool sunday = cg_date_weekday(date) == CG_SUNDAY;

    switch (holiday->moved) {
    case CG_MOVED_NOWHERE:
        return date;
    case CG_MOVED_SUNDAY_TO_MONDAY:
        return sunday ? date + 1 : date;
    case CG_MOVED_SUNDAY_TO_NEXT_FREE:
        return sunday ? next_free(calendar, date) : date;
    case CG_MOVED_TO_NEAREST:
        return sunday ? date + 1 : date - 1;
    case CG_MOVED_TO_NEXT_FREE:
        return next_free(calendar, date);
    }
    CG_ASSERT(false);
    return date;
}

/* --- calendars ------------------------------------------------------------ */

/* The holidays of one calendar, in the order of their dates. */
struct list {
    const struct cg_holiday *items;
    size_t count;
};

static void close_weekends(struct cg_calendar *calendar)
{
    cg_date saturday = calendar->first + CG_SATURDAY -
                       (cg_date)cg_date_weekday(calendar->first);

    /* The first day may be the Sunday behind it. */
    for (saturday -= 7; saturday <= calendar->last; saturday += 7) {
        set_day(calendar->closed, calendar, saturday);
        set_day(calendar->closed, calendar, saturday + 1);
    }
}

/* A day between two holidays, which may lie on a weekend: |named| are the days
 * of the holidays themselves, not where they moved to. */
static void close_between(struct cg_calendar *calendar,
                          const uint64_t *named,
                          struct cg_years years,
                          struct list list)
{
    for (size_t i = 0; i < list.count; i++) {
        cg_date day = list.items[i].date + 1;

        if (has_day(named, calendar, day + 1) &&
            cg_date_year(day) >= years.first &&
            cg_date_year(day) <= years.last) {
            set_day(calendar->closed, calendar, day);
        }
    }
}

/* The free days that holidays move to are free of all holidays, whichever row
 * comes first; of two that move, the earlier takes the earlier day. */
static bool close_holidays(struct cg_calendar *calendar,
                           const struct cg_calendar_draft *draft,
                           struct list list)
{
    uint64_t *named = new_days(calendar);

    if (named == NULL) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        set_day(named, calendar, list.items[i].date);
        set_day(calendar->closed, calendar, list.items[i].date);
    }
    for (size_t i = 0; i < list.count; i++) {
        if (cg_date_weekday(list.items[i].date) >= CG_SATURDAY) {
            set_day(calendar->closed, calendar,
                    moved_day(calendar, &list.items[i]));
        }
    }
    if (draft->between.first != 0) {
        close_between(calendar, named, draft->between, list);
    }
    free(named);
    return true;
}

/* What is made is in |calendar| also when it fails half way. */
static bool make_calendar(struct cg_calendar *calendar,
                          const struct cg_calendar_draft *draft,
                          struct list list)
{
    struct cg_years years = cg_calendar_years(draft);

    *calendar = (struct cg_calendar){
        .first = cg_date_of(years.first, 1, 1),
        .last = cg_date_of(years.last, 12, 31),
    };
    memcpy(calendar->name, draft->name, sizeof(calendar->name));
    calendar->closed = new_days(calendar);
    if (calendar->closed == NULL) {
        return false;
    }
    close_weekends(calendar);
    return close_holidays(calendar, draft, list);
}

/* The holidays of |draft|, behind those of the drafts before it. */
static struct list
list_of(const struct cg_calendar_reading *reading, size_t draft, size_t from)
{
    size_t to = from;

    while (to < reading->holiday_count &&
           reading->holidays[to].draft == draft) {
        to++;
    }
    return (struct list){reading->holidays + from, to - from};
}

/* Takes the place of the calendar of the same name, if there is one. */
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

static bool make_all(const struct cg_calendar_reading *reading,
                     struct cg_calendars *fresh)
{
    size_t at = 0;

    if (!make_room(fresh, reading->draft_count)) {
        return false;
    }
    for (size_t i = 0; i < reading->draft_count; i++) {
        struct list list = list_of(reading, i, at);

        fresh->count++;
        if (!make_calendar(&fresh->items[i], &reading->drafts[i], list)) {
            return false;
        }
        at += list.count;
    }
    return true;
}

/* All are made before the first is put in its place. */
bool cg_calendars_make(const struct cg_calendar_reading *reading,
                       struct cg_calendars *calendars)
{
    struct cg_calendars fresh = {0};

    if (!make_all(reading, &fresh) ||
        !make_room(calendars, reading->draft_count)) {
        cg_calendars_deinit(&fresh);
        return false;
    }
    for (size_t i = 0; i < fresh.count; i++) {
        put(calendars, &fresh.items[i]);
    }
    free(fresh.items);
    return true;
}
