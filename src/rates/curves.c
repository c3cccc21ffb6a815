/*
 * The curves of a set of par rates.  Must never leave out a quote.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curves.h>

#include <bootstrap.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

struct cg_curves {
    const struct cg_conventions *conventions;
    cg_date date;
    struct cg_curve items[]; /* by convention; without nodes: none */
};

/* Too big for a stack. */
struct building {
    struct cg_curves *curves;
    const struct cg_par_rates *rates;
    const char *file;
    struct cg_mistakes *mistakes;
    struct cg_coupon fixed[CG_COUPONS_MAX];
    struct cg_coupon floating[CG_COUPONS_MAX];
    struct cg_term terms[CG_TERMS_MAX];
};

/* --- a quote -------------------------------------------------------------- */

/* A quote of a term rate for one of its periods, or less, is a deposit. */
static bool is_deposit(const struct cg_convention *convention,
                       struct cg_tenor tenor)
{
    struct cg_tenor period = {convention->floating.months,
                              convention->floating.days};

    return convention->type == CG_SWAP_IBOR &&
           cg_tenor_compare(tenor, period) <= 0;
}

/* A deposit is a swap of one period, both legs by the floating day count. */
static enum cg_swap_error find_deposit(struct building *building,
                                       const struct cg_convention *convention,
                                       const struct cg_swap_dates *dates,
                                       struct cg_quote *quote)
{
    struct cg_convention once = *convention;
    enum cg_swap_error error;

    once.floating = (struct cg_frequency){0, 0};
    error = cg_swap_coupons(&once, dates, CG_LEG_FLOATING, building->floating,
                            &quote->floating_count);
    quote->fixed = building->floating;
    quote->fixed_count = quote->floating_count;
    return error;
}

static enum cg_swap_error find_swap(struct building *building,
                                    const struct cg_convention *convention,
                                    const struct cg_swap_dates *dates,
                                    struct cg_quote *quote)
{
    enum cg_swap_error error = cg_swap_coupons(
        convention, dates, CG_LEG_FIXED, building->fixed, &quote->fixed_count);

    if (error != CG_SWAP_OK) {
        return error;
    }
    quote->fixed = building->fixed;
    if (cg_swap_has_like_legs(convention)) {
        quote->floating = building->fixed;
        quote->floating_count = quote->fixed_count;
        return CG_SWAP_OK;
    }
    return cg_swap_coupons(convention, dates, CG_LEG_FLOATING,
                           building->floating, &quote->floating_count);
}

static enum cg_swap_error find_quote(struct building *building,
                                     const struct cg_convention *convention,
                                     const struct cg_par_rate *rate,
                                     struct cg_quote *quote)
{
    struct cg_swap_spec spec = {.start = CG_START_SPOT, .tenor = rate->tenor};
    struct cg_swap_dates dates;
    enum cg_swap_error error = cg_swap_dates(convention, building->curves->date,
                                             &spec, &dates);

    *quote = (struct cg_quote){.rate = rate->rate,
                               .floating = building->floating};
    if (error != CG_SWAP_OK) {
        return error;
    }
    return is_deposit(convention, rate->tenor)
               ? find_deposit(building, convention, &dates, quote)
               : find_swap(building, convention, &dates, quote);
}

/* --- a curve -------------------------------------------------------------- */

/* What to do about it, in |text|. */
static const char *remedy_for(enum cg_swap_error error,
                              const struct cg_calendar *calendar,
                              char text[160])
{
    if (error != CG_SWAP_BEYOND_CALENDAR) {
        return "remove the rate";
    }
    (void)snprintf(text, 160,
                   "remove the rate, or give holidays of %s for more years "
                   "than %d to %d",
                   calendar->name, cg_date_year(calendar->first),
                   cg_date_year(calendar->last));
    return text;
}

static bool refuse_quote(struct building *building,
                         const struct cg_convention *convention,
                         const struct cg_par_rate *rate,
                         const char *remedy,
                         const char *wrong)
{
    cg_mistakes_add(building->mistakes, building->file, rate->line, remedy,
                    "%s of %s, as a swap of %s: %s", rate->name, rate->curve,
                    convention->name, wrong);
    return false;
}

static bool
add_quote(struct building *building, size_t at, const struct cg_par_rate *rate)
{
    const struct cg_convention *convention =
        &building->curves->conventions->items[at];
    struct cg_curve *curve = &building->curves->items[at];
    const struct cg_curve *discount =
        convention->discount == at
            ? NULL
            : &building->curves->items[convention->discount];
    struct cg_quote quote;
    char text[160];
    enum cg_swap_error error = find_quote(building, convention, rate, &quote);

    if (error != CG_SWAP_OK) {
        return refuse_quote(building, convention, rate,
                            remedy_for(error, convention->calendar, text),
                            cg_swap_error_text(error));
    }
    if (cg_quote_last_payment(&quote) <= curve->nodes[curve->count - 1].date) {
        return refuse_quote(building, convention, rate, "remove one of the two",
                            "it ends no later than the rate before it");
    }
    if (!cg_curve_add_node(curve, discount, &quote, building->terms)) {
        return refuse_quote(building, convention, rate,
                            "check this rate and those before it",
                            "no curve gives these rates");
    }
    return true;
}

static bool build_curve(struct building *building, size_t at)
{
    const struct cg_convention *convention =
        &building->curves->conventions->items[at];
    struct cg_curve *curve = &building->curves->items[at];
    bool built = true;

    curve->nodes = calloc(building->rates->count + 1, sizeof(*curve->nodes));
    if (curve->nodes == NULL) {
        building->mistakes->no_memory = true;
        return false;
    }
    curve->nodes[0] = (struct cg_node){building->curves->date, 0.0};
    curve->count = 1;
    for (size_t i = 0; i < building->rates->count && built; i++) {
        const struct cg_par_rate *rate = &building->rates->items[i];

        if (strcmp(rate->curve, convention->par_curve) == 0) {
            built = add_quote(building, at, rate);
        }
    }
    return built;
}

/* --- all curves ----------------------------------------------------------- */

static bool has_rates(const struct building *building, size_t at)
{
    const struct cg_convention *convention =
        &building->curves->conventions->items[at];

    for (size_t i = 0; i < building->rates->count; i++) {
        if (strcmp(building->rates->items[i].curve, convention->par_curve) ==
            0) {
            return true;
        }
    }
    return false;
}

/* It needs rates of its own, and so does what discounts it, and that. */
static bool can_be_built(const struct building *building, size_t at)
{
    const struct cg_convention *items = building->curves->conventions->items;

    while (has_rates(building, at) && items[at].discount != at) {
        at = items[at].discount;
    }
    return has_rates(building, at);
}

/* What discounts is built first; there is no circle.  False when one is not
 * built. */
static bool build_with_discount(struct building *building, size_t at)
{
    const struct cg_convention *items = building->curves->conventions->items;
    size_t discount = items[at].discount;

    if (building->curves->items[at].count > 0) {
        return building->curves->items[at].count > 1;
    }
    if (discount != at && !build_with_discount(building, discount)) {
        return false;
    }
    return build_curve(building, at);
}

static bool build_all(struct building *building)
{
    size_t count = building->curves->conventions->count;
    size_t found = 0;
    bool built = true;

    for (size_t i = 0; i < count; i++) {
        if (can_be_built(building, i)) {
            found++;
            built &= build_with_discount(building, i);
        }
    }
    if (found == 0) {
        cg_mistakes_add(building->mistakes, building->file, 0,
                        "name the curves as the conventions' par_curve does",
                        "no convention has its rates, and those of what "
                        "discounts it, in the set %s",
                        building->rates->set);
    }
    return built && found > 0;
}

bool cg_curves_build(const struct cg_conventions *conventions,
                     const struct cg_par_rates *rates,
                     const char *file,
                     cg_date valuation,
                     struct cg_mistakes *mistakes,
                     struct cg_curves **curves)
{
    struct building *building = calloc(1, sizeof(*building));
    struct cg_curves *made = calloc(
        1, sizeof(*made) + conventions->count * sizeof(*made->items));
    bool built = false;

    if (building == NULL || made == NULL) {
        mistakes->no_memory = true;
    } else {
        made->conventions = conventions;
        made->date = valuation;
        building->curves = made;
        building->rates = rates;
        building->file = file;
        building->mistakes = mistakes;
        built = build_all(building);
    }
    free(building);
    if (!built) {
        cg_curves_close(made);
        return false;
    }
    *curves = made;
    return true;
}

void cg_curves_close(struct cg_curves *curves)
{
    if (curves == NULL) {
        return;
    }
    for (size_t i = 0;
         curves->conventions != NULL && i < curves->conventions->count; i++) {
        free(curves->items[i].nodes);
    }
    free(curves);
}

cg_date cg_curves_date(const struct cg_curves *curves)
{
    return curves->date;
}

const struct cg_conventions *
cg_curves_conventions(const struct cg_curves *curves)
{
    return curves->conventions;
}

const struct cg_curve *cg_curves_find(const struct cg_curves *curves,
                                      size_t convention)
{
    CG_ASSERT(convention < curves->conventions->count);
    return curves->items[convention].count > 1 ? &curves->items[convention]
                                               : NULL;
}
