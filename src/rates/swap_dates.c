/*
 * Where a swap starts and ends.  Must never answer with a day that the
 * calendar does not know.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <swap.h>

#include <check.h>

/* --- the end -------------------------------------------------------------- */

static cg_date add_tenor(cg_date date, struct cg_tenor tenor)
{
    return cg_date_add_days(cg_date_add_months(date, tenor.months), tenor.days);
}

cg_date cg_date_third_wednesday(cg_date date)
{
    int year;
    int month;
    int day;

    if (date == CG_DATE_NONE) {
        return date;
    }
    cg_date_split(date, &year, &month, &day);
    return cg_date_nth_weekday(year, month, CG_WEDNESDAY, 3);
}

/* The month-end rule is for swaps of whole months. */
static bool starts_at_month_end(const struct cg_convention *convention,
                                cg_date start)
{
    return convention->month_end &&
           cg_calendar_is_month_end(convention->calendar, start);
}

static cg_date move(const struct cg_convention *convention, cg_date date)
{
    return cg_calendar_adjust(convention->calendar, date,
                              convention->adjustment);
}

static cg_date
move_end(const struct cg_convention *convention, cg_date end, bool month_ends)
{
    return month_ends ? cg_calendar_month_end(convention->calendar, end)
                      : move(convention, end);
}

static void end_after(const struct cg_convention *convention,
                      struct cg_tenor tenor,
                      struct cg_swap_dates *dates)
{
    dates->month_ends &= tenor.days == 0;
    dates->end_unmoved = add_tenor(dates->start_unmoved, tenor);
    if (dates->imm_dates) {
        dates->end_unmoved = cg_date_third_wednesday(dates->end_unmoved);
    }
    dates->end = move_end(convention, dates->end_unmoved, dates->month_ends);
}

/* --- an end of its own ---------------------------------------------------- */

/* True when whole |months| from the start lead to |end|. */
static bool is_anniversary(const struct cg_convention *convention,
                           int months,
                           bool month_ends,
                           cg_date end,
                           struct cg_swap_dates *dates)
{
    cg_date unmoved = cg_date_add_months(dates->start_unmoved, months);

    if (months <= 0 || unmoved == CG_DATE_NONE ||
        move_end(convention, unmoved, month_ends) != end) {
        return false;
    }
    dates->end_unmoved = unmoved;
    dates->month_ends = month_ends;
    return true;
}

static int months_between(cg_date start, cg_date end)
{
    int y1;
    int m1;
    int y2;
    int m2;
    int day;

    cg_date_split(start, &y1, &m1, &day);
    cg_date_split(end, &y2, &m2, &day);
    return (y2 - y1) * 12 + m2 - m1;
}

/*
 * An end where a swap of whole months would end is taken for that swap's, with
 * its month-end rule, so that the dates of a 5Y swap give the 5Y swap: dates in
 * orders are often the moved ones, from which the day of the month that the
 * coupons keep to cannot be read.
 */
static bool find_anniversary(const struct cg_convention *convention,
                             struct cg_swap_dates *dates)
{
    int months = months_between(dates->start_unmoved, dates->end);
    bool month_ends = dates->month_ends;

    for (int by = -1; by <= 1 && month_ends; by++) {
        if (is_anniversary(convention, months + by, true, dates->end, dates)) {
            return true;
        }
    }
    for (int by = -1; by <= 1; by++) {
        if (is_anniversary(convention, months + by, false, dates->end, dates)) {
            return true;
        }
    }
    return false;
}

/* Otherwise coupons are counted back from |end| as it was given, or, between
 * two third Wednesdays, keep to those. */
static void end_at(const struct cg_convention *convention,
                   cg_date end,
                   struct cg_swap_dates *dates)
{
    dates->end_unmoved = end;
    dates->end = move(convention, end);
    if (end == CG_DATE_NONE || dates->end == CG_DATE_NONE ||
        find_anniversary(convention, dates)) {
        return;
    }
    dates->month_ends = false;
    dates->imm_dates = cg_date_third_wednesday(dates->start_unmoved) ==
                           dates->start_unmoved &&
                       cg_date_third_wednesday(end) == end;
}

/* --- the start ------------------------------------------------------------ */

static cg_date spot(const struct cg_convention *convention, cg_date valuation)
{
    cg_date open = cg_calendar_adjust(convention->calendar, valuation,
                                      CG_FOLLOWING);

    return cg_calendar_add_days(convention->calendar, open,
                                convention->spot_lag_days);
}

static void start_on(const struct cg_convention *convention,
                     cg_date start,
                     struct cg_swap_dates *dates)
{
    dates->start_unmoved = start;
    dates->start = move(convention, start);
    dates->month_ends = starts_at_month_end(convention, dates->start);
}

/* Where a swap from spot of that length ends. */
static void start_forward(const struct cg_convention *convention,
                          cg_date valuation,
                          struct cg_tenor forward,
                          struct cg_swap_dates *dates)
{
    start_on(convention, spot(convention, valuation), dates);
    end_after(convention, forward, dates);
    start_on(convention, dates->end, dates);
}

/* The |nth| third Wednesday of a quarter's last month after |valuation|. */
static cg_date imm_date(cg_date valuation, int nth)
{
    int year;
    int month;
    int day;
    cg_date first;

    cg_date_split(valuation, &year, &month, &day);
    month = (month + 2) / 3 * 3;
    first = cg_date_nth_weekday(year, month, CG_WEDNESDAY, 3);
    if (first <= valuation) {
        nth++;
    }
    return cg_date_third_wednesday(cg_date_add_months(first, 3 * (nth - 1)));
}

static void find_start(const struct cg_convention *convention,
                       cg_date valuation,
                       const struct cg_swap_spec *spec,
                       struct cg_swap_dates *dates)
{
    switch (spec->start) {
    case CG_START_FORWARD:
        start_forward(convention, valuation, spec->forward, dates);
        break;
    case CG_START_IMM:
        /* Never the end of a month. */
        start_on(convention, imm_date(valuation, spec->imm), dates);
        break;
    case CG_START_DATE:
        start_on(convention, spec->start_date, dates);
        break;
    case CG_START_SPOT:
    default:
        start_on(convention, spot(convention, valuation), dates);
        break;
    }
}

enum cg_swap_error cg_swap_dates(const struct cg_convention *convention,
                                 cg_date valuation,
                                 const struct cg_swap_spec *spec,
                                 struct cg_swap_dates *dates)
{
    *dates = (struct cg_swap_dates){.imm_dates = spec->imm_dates};
    if (!cg_calendar_knows(convention->calendar, valuation)) {
        return CG_SWAP_BEYOND_CALENDAR;
    }
    if (spec->start == CG_START_DATE && spec->start_date < valuation) {
        return CG_SWAP_START_PAST;
    }
    find_start(convention, valuation, spec, dates);
    if (dates->start_unmoved == CG_DATE_NONE || dates->start == CG_DATE_NONE) {
        return CG_SWAP_BEYOND_CALENDAR;
    }
    /* The end of a month is moved back from a weekend to value on. */
    if (dates->start < valuation) {
        return CG_SWAP_START_PAST;
    }
    if (spec->has_end && spec->end_date <= dates->start_unmoved) {
        return CG_SWAP_END_BEFORE_START;
    }
    if (spec->has_end) {
        end_at(convention, spec->end_date, dates);
    } else {
        end_after(convention, spec->tenor, dates);
    }
    if (dates->end == CG_DATE_NONE) {
        return CG_SWAP_BEYOND_CALENDAR;
    }
    return dates->end > dates->start ? CG_SWAP_OK : CG_SWAP_END_BEFORE_START;
}
