/*
 * The coupons of a swap.  Must never leave a gap between two of them.
 *
 * Periods are counted back from the end, so that what is left over is a short
 * first one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <swap.h>

#include <check.h>

struct listing {
    const struct cg_convention *convention;
    const struct cg_swap_dates *dates;
    struct cg_coupon *coupons; /* only |end| is set while dates are found */
    size_t count;
    enum cg_swap_error error;
};

static void add_end(struct listing *listing, cg_date end)
{
    if (end == CG_DATE_NONE) {
        listing->error = CG_SWAP_BEYOND_CALENDAR;
    } else if (listing->count == CG_COUPONS_MAX) {
        listing->error = CG_SWAP_TOO_MANY_COUPONS;
    } else {
        listing->coupons[listing->count++].end = end;
    }
}

/*
 * The end of the period that is |back| periods before the last; the start of
 * the swap when there is none.  The calendar is not asked about days before the
 * start, which it need not know.  Periods of days keep to no day of a month.
 */
static cg_date
end_before(const struct listing *listing, struct cg_frequency period, int back)
{
    const struct cg_swap_dates *dates = listing->dates;
    const struct cg_calendar *calendar = listing->convention->calendar;
    cg_date date = period.days > 0 ? cg_date_add_days(dates->end_unmoved,
                                                      -back * period.days)
                                   : cg_date_add_months(dates->end_unmoved,
                                                        -back * period.months);
    cg_date start = dates->start_unmoved;
    bool month_ends = dates->month_ends && period.days == 0;

    if (month_ends) {
        date = cg_date_month_end(date);
        start = cg_date_month_end(start);
    } else if (dates->imm_dates && period.days == 0) {
        date = cg_date_third_wednesday(date);
    }
    if (date <= start) {
        return dates->start;
    }
    return month_ends ? cg_calendar_month_end(calendar, date)
                      : cg_calendar_adjust(calendar, date,
                                           listing->convention->adjustment);
}

static void reverse(struct cg_coupon *coupons, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        cg_date end = coupons[i].end;

        coupons[i].end = coupons[count - 1 - i].end;
        coupons[count - 1 - i].end = end;
    }
}

/* Days that are moved to the same business day count once. */
static void list_back(struct listing *listing, struct cg_frequency period)
{
    cg_date last = listing->dates->end;

    add_end(listing, last);
    for (int back = 1; listing->error == CG_SWAP_OK; back++) {
        cg_date end = end_before(listing, period, back);

        if (end != CG_DATE_NONE && end <= listing->dates->start) {
            break;
        }
        if (end != last) {
            add_end(listing, end);
        }
        last = end;
    }
    reverse(listing->coupons, listing->count);
}

static enum cg_swap_error complete(const struct listing *listing,
                                   enum cg_daycount daycount)
{
    const struct cg_convention *convention = listing->convention;
    cg_date start = listing->dates->start;

    for (size_t i = 0; i < listing->count; i++) {
        struct cg_coupon *coupon = &listing->coupons[i];
        cg_date open = cg_calendar_adjust(convention->calendar, coupon->end,
                                          CG_FOLLOWING);

        CG_ASSERT(coupon->end > start);
        coupon->start = start;
        coupon->payment = cg_calendar_add_days(convention->calendar, open,
                                               convention->payment_lag_days);
        coupon->fraction = cg_daycount_fraction(daycount, start, coupon->end);
        if (coupon->payment == CG_DATE_NONE) {
            return CG_SWAP_BEYOND_CALENDAR;
        }
        start = coupon->end;
    }
    return CG_SWAP_OK;
}

bool cg_swap_has_like_legs(const struct cg_convention *convention)
{
    return convention->fixed.months == convention->floating.months &&
           convention->fixed.days == convention->floating.days;
}

enum cg_swap_error cg_swap_coupons(const struct cg_convention *convention,
                                   const struct cg_swap_dates *dates,
                                   enum cg_swap_leg leg,
                                   struct cg_coupon *coupons,
                                   size_t *count)
{
    bool fixed = leg == CG_LEG_FIXED;
    struct cg_frequency frequency = fixed ? convention->fixed
                                          : convention->floating;
    struct listing listing = {.convention = convention,
                              .dates = dates,
                              .coupons = coupons,
                              .error = CG_SWAP_OK};

    CG_ASSERT(dates->start < dates->end);
    if (frequency.months > 0 || frequency.days > 0) {
        list_back(&listing, frequency);
    } else {
        add_end(&listing, dates->end);
    }
    *count = listing.count;
    if (listing.error != CG_SWAP_OK) {
        return listing.error;
    }
    return complete(&listing, fixed ? convention->fixed_daycount
                                    : convention->float_daycount);
}
