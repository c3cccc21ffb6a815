/*
 * The price of a swap, and the way from floating point to integers.  Must never
 * give a number that is none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curves.h>

#include <check.h>
#include <math.h>

/* sum of fraction * D(payment) */
static double annuity(const struct cg_curve *discount,
                      const struct cg_coupon *coupons,
                      size_t count)
{
    struct cg_curve_reader paid = {.curve = discount};
    double sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        sum += coupons[i].fraction *
               exp(cg_curve_read(&paid, coupons[i].payment));
    }
    return sum;
}

/* sum of (P(start)/P(end) - 1) * D(payment) */
static double floating_value(const struct cg_curve *curve,
                             const struct cg_curve *discount,
                             const struct cg_coupon *coupons,
                             size_t count)
{
    struct cg_curve_reader projected = {.curve = curve};
    struct cg_curve_reader discounted = {.curve = discount};
    double start = cg_curve_read(&projected, coupons[0].start);
    double sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        double end = cg_curve_read(&projected, coupons[i].end);
        double paid = cg_curve_read(&discounted, coupons[i].payment);

        sum += exp(start - end + paid) - exp(paid);
        start = end;
    }
    return sum;
}

/*
 * Days behind the last quote on which a swap may end.  One that starts on a
 * date of its own, soon, is as long as its tenor and only shifted by then, so
 * that a curve to 30 years serves the next IMM dates for 30 years.
 */
static cg_date days_beyond(const struct cg_swap_spec *spec,
                           const struct cg_swap_dates *dates,
                           cg_date valuation)
{
    cg_date shift = dates->start - valuation;

    if (spec->start != CG_START_IMM && spec->start != CG_START_DATE) {
        shift = 0;
    }
    return CG_BEYOND_CURVE_DAYS_MAX +
           (shift < CG_SHIFT_DAYS_MAX ? shift : CG_SHIFT_DAYS_MAX);
}

static bool is_beyond(const struct cg_curve *curve, cg_date date, cg_date days)
{
    return date - curve->nodes[curve->count - 1].date > days;
}

/* Prices a swap of known dates. */
static enum cg_swap_error price_dates(const struct cg_convention *convention,
                                      const struct cg_swap_dates *dates,
                                      cg_date beyond,
                                      const struct cg_curve *curve,
                                      const struct cg_curve *discount,
                                      struct cg_swap_price *price)
{
    struct cg_coupon coupons[CG_COUPONS_MAX]; /* 30 KiB */
    size_t count;
    enum cg_swap_error error = cg_swap_coupons(convention, dates, CG_LEG_FIXED,
                                               coupons, &count);

    if (error != CG_SWAP_OK) {
        return error;
    }
    price->last_payment = coupons[count - 1].payment;
    if (is_beyond(curve, dates->end, beyond) ||
        is_beyond(discount, price->last_payment, beyond)) {
        return CG_SWAP_BEYOND_CURVE;
    }
    price->coupons = count;
    price->annuity = annuity(discount, coupons, count);
    if (!cg_swap_has_like_legs(convention)) {
        error = cg_swap_coupons(convention, dates, CG_LEG_FLOATING, coupons,
                                &count);
    }
    if (error != CG_SWAP_OK) {
        return error;
    }
    price->fair_rate = floating_value(curve, discount, coupons, count) /
                       price->annuity;
    return CG_SWAP_OK;
}

enum cg_swap_error cg_swap_price(const struct cg_curves *curves,
                                 size_t convention,
                                 const struct cg_swap_spec *spec,
                                 struct cg_swap_price *price)
{
    const struct cg_convention *item =
        &cg_curves_conventions(curves)->items[convention];
    const struct cg_curve *curve = cg_curves_find(curves, convention);
    struct cg_swap_price found = {0};
    struct cg_swap_dates dates;
    enum cg_swap_error error;

    if (curve == NULL) {
        return CG_SWAP_NO_CURVE;
    }
    error = cg_swap_dates(item, cg_curves_date(curves), spec, &dates);
    if (error != CG_SWAP_OK) {
        return error;
    }
    error = price_dates(item, &dates,
                        days_beyond(spec, &dates, cg_curves_date(curves)),
                        curve, cg_curves_find(curves, item->discount), &found);
    if (error != CG_SWAP_OK) {
        return error;
    }
    found.start = dates.start;
    found.end = dates.end;
    /* 0.0001 times a million */
    found.dv01_per_million = found.annuity * 100.0;
    if (!(found.annuity > 0.0) || !isfinite(found.annuity) ||
        !isfinite(found.fair_rate)) {
        return CG_SWAP_NO_PRICE;
    }
    *price = found;
    return CG_SWAP_OK;
}

/* --- integers ------------------------------------------------------------- */

#define ARITHMETIC_ERROR 1e-11
#define DV01_MAX 1e15 /* whole numbers below it are doubles exactly */

bool cg_dv01_round_up(double dv01_per_million, cg_dv01 *dv01)
{
    double scaled = dv01_per_million * CG_DV01_SCALE;
    double up = ceil(scaled + scaled * ARITHMETIC_ERROR);

    /* So written that what is no number is refused. */
    if (!(dv01_per_million > 0.0) || !(up < DV01_MAX)) {
        return false;
    }
    *dv01 = (cg_dv01)up;
    return true;
}
