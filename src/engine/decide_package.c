/*
 * Packages: their legs as they come in, and reports on one leg (442=2).
 *
 * What a leg is filled with is told by reports on the leg and by reports on the
 * package; the larger counts.  A fill that cannot be told to a leg stops new
 * risk: nothing is undercounted.  Rules: R4, R5, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* --- terms -------------------------------------------------------------- */

static bool
bad_leg(struct cg_refusal *refusal, uint32_t tag, const char *detail)
{
    *refusal = cg_refusal_of(CG_BAD_FIELD);
    refusal->tag = tag;
    refusal->detail = detail;
    return false;
}

/* The leg's currency is its own (556), else the order's (15). */
static bool currency_fits(const struct cg_state *state,
                          const struct cg_order_event *event,
                          const struct cg_leg_event *leg,
                          uint32_t instrument,
                          struct cg_refusal *refusal)
{
    struct cg_slice own = {state->instruments[instrument].currency, 3};
    if (leg->currency.len > 0 && !cg_slice_equal(leg->currency, own)) {
        return bad_leg(refusal, 556, "LegCurrency is not the instrument's");
    }
    if (leg->currency.len == 0 && event->currency.len > 0 &&
        !cg_slice_equal(event->currency, own)) {
        return bad_leg(refusal, 15, "Currency is not the one of a leg");
    }
    return true;
}

static bool leg_fits(const struct cg_state *state,
                     const struct cg_order_event *event,
                     const struct cg_leg_event *leg,
                     struct cg_leg_terms *terms,
                     struct cg_refusal *refusal)
{
    uint32_t instrument = cg_state_instrument(
        state, cg_instrument_meant(leg->instrument, leg->symbol));
    if (instrument == CG_NONE) {
        *refusal = cg_refusal_of(CG_DV01_UNAVAILABLE);
        refusal->detail = leg->unpriced != NULL ? leg->unpriced
                                                : "a leg's instrument has none";
        return false;
    }
    uint32_t other = leg->security_id.len > 0
                         ? cg_state_instrument(state, leg->security_id)
                         : CG_NONE;
    if (other != CG_NONE && other != instrument &&
        !cg_slice_equal(leg->security_id, leg->symbol)) {
        return bad_leg(refusal, 602,
                       "LegSymbol and LegSecurityID name two instruments");
    }
    *terms = (struct cg_leg_terms){
        .instrument = instrument,
        .side = leg->side,
        .ratio = leg->ratio,
        .ref = leg->ref,
    };
    return currency_fits(state, event, leg, instrument, refusal);
}

bool cg_legs_fit(const struct cg_state *state,
                 const struct cg_order_event *event,
                 struct cg_leg_terms *terms,
                 struct cg_refusal *refusal)
{
    CG_ASSERT(event->leg_count <= CG_LEGS_MAX);
    for (uint32_t i = 0; i < event->leg_count; i++) {
        if (!leg_fits(state, event, &event->legs[i], &terms[i], refusal)) {
            return false;
        }
    }
    return true;
}

bool cg_legs_are_priced(const struct cg_state *state,
                        const struct cg_leg_terms *terms,
                        uint32_t count,
                        struct cg_refusal *refusal)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!cg_instrument_is_priced(state, terms[i].instrument, refusal)) {
            refusal->detail = refusal->detail != NULL
                                  ? refusal->detail
                                  : "a leg's instrument has none";
            return false;
        }
    }
    return true;
}

static bool legs_stay(const struct cg_state *state,
                      const struct cg_order_event *event,
                      const struct cg_order *order)
{
    struct cg_leg_terms now[CG_LEGS_MAX];
    struct cg_leg_terms then[CG_LEGS_MAX];
    struct cg_refusal unused;
    const struct cg_id *symbol = &state->packages[order->legs].symbol;
    if (!cg_slice_equal(event->symbol, cg_id_slice(symbol)) ||
        cg_package_terms(state, order, then) != event->leg_count ||
        !cg_legs_fit(state, event, now, &unused)) {
        return false;
    }
    for (uint32_t i = 0; i < event->leg_count; i++) {
        if (now[i].instrument != then[i].instrument ||
            now[i].side != then[i].side || now[i].ratio != then[i].ratio ||
            !cg_slice_equal(now[i].ref, then[i].ref)) {
            return false;
        }
    }
    return true;
}

bool cg_terms_stay(const struct cg_state *state,
                   const struct cg_order_event *event,
                   const struct cg_order *order)
{
    bool package = order->legs != CG_NONE;
    if (event->package != package) {
        return false;
    }
    if (package) {
        return legs_stay(state, event, order);
    }
    struct cg_slice meant = cg_instrument_meant(event->instrument,
                                                event->symbol);
    return cg_state_instrument(state, meant) == order->instrument &&
           cg_instrument_is_one(state, order->instrument, event) &&
           cg_currency_fits(state, order->instrument, event);
}

void cg_legs_take(struct cg_engine *engine,
                  uint32_t order,
                  const struct cg_order_event *event,
                  const struct cg_leg_terms *terms)
{
    for (uint32_t i = 0; i < event->leg_count; i++) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LEG_TAKEN);
        fact.order = order;
        fact.number = cg_state_next_leg(&engine->state);
        fact.instrument = terms[i].instrument;
        fact.side = terms[i].side;
        fact.amount = terms[i].ratio;
        fact.value = i + 1;
        cg_fact_id(&fact, terms[i].ref);
        if (i == 0) {
            fact.text = event->symbol.data;
            fact.text_len = event->symbol.len;
        }
        cg_engine_record(engine, &fact);
    }
}

/* --- reports on one leg ------------------------------------------------- */

static char turned(const struct cg_order *order, char side)
{
    if (order->side != '2' && order->side != 'C') {
        return side;
    }
    return side == '1' ? '2' : '1';
}

/* How closely a report has to fit a leg. */
struct fit {
    bool by_side;
    bool by_dates;
};

/* A date that is not said fits any. */
static bool date_fits(cg_date said, cg_date own)
{
    return said == CG_DATE_NONE || own == CG_DATE_NONE || said == own;
}

/* Whether a report fits a leg by the symbol of its instrument, and if asked by
 * side or dates: 624 is as in the order, 54 is the leg's as it is executed. */
static bool leg_is(const struct cg_state *state,
                   const struct cg_order *order,
                   const struct cg_leg *leg,
                   const struct cg_report_event *event,
                   const struct fit *fit)
{
    const struct cg_instrument *of = &state->instruments[leg->instrument];
    char side = event->leg_side != 0 ? turned(order, event->leg_side)
                                     : event->side;
    cg_date start;
    cg_date end;
    cg_instrument_dates(of, &start, &end);
    return cg_slice_equal(cg_id_slice(&of->symbol), event->leg_symbol) &&
           (!fit->by_side || leg->side == side) &&
           (!fit->by_dates || (date_fits(event->leg_start, start) &&
                               date_fits(event->leg_end, end)));
}

/* The only leg that a report can mean, or CG_NONE. */
static uint32_t only_leg(const struct cg_state *state,
                         const struct cg_order *order,
                         const struct cg_report_event *event,
                         const struct fit *fit)
{
    uint32_t found = CG_NONE;
    for (uint32_t i = order->legs; i != CG_NONE; i = state->legs[i].next) {
        if (!leg_is(state, order, &state->legs[i], event, fit)) {
            continue;
        }
        if (found != CG_NONE) {
            return CG_NONE;
        }
        found = i;
    }
    return found;
}

/* The leg of a report: by its reference, else by instrument, and by side, dates
 * or both when the package has the instrument twice. */
static uint32_t find_leg(const struct cg_state *state,
                         const struct cg_order *order,
                         const struct cg_report_event *event)
{
    static const struct fit fits[] = {
        {0}, {.by_side = true}, {.by_dates = true}, {true, true}};
    uint32_t leg = CG_NONE;
    for (uint32_t i = order->legs; event->leg_ref.len > 0 && i != CG_NONE;
         i = state->legs[i].next) {
        if (cg_slice_equal(cg_id_slice(&state->legs[i].ref), event->leg_ref)) {
            return i;
        }
    }
    for (size_t i = 0; i < CG_COUNT(fits) && leg == CG_NONE; i++) {
        leg = only_leg(state, order, event, &fits[i]);
    }
    return leg;
}

/* A fill that belongs to no leg we know: what its limits count is not what is
 * true any more. */
static void leg_unknown(struct cg_engine *engine, const struct cg_order *order)
{
    const struct cg_state *state = &engine->state;
    cg_note(engine, "ALARM: a report on a leg that order %llu does not have",
            (unsigned long long)order->number);
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].spent) {
            cg_limit_distrust(engine, state->tokens[i].limit);
        }
    }
}

static bool ends_leg(const struct cg_report_event *event)
{
    return event->closed && (event->kind == CG_REPORT_CANCELLED ||
                             event->kind == CG_REPORT_EXPIRED ||
                             event->kind == CG_REPORT_REJECTED);
}

static void leg_fill(struct cg_engine *engine,
                     uint32_t slot,
                     uint32_t leg_slot,
                     const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    const struct cg_leg *leg = &state->legs[leg_slot];
    struct cg_fills fills = cg_fills_of(state, order);
    bool may_fall = event->kind == CG_REPORT_CORRECTED;
    bool over = leg->over || ends_leg(event);
    cg_qty cum_qty = leg->cum_qty;
    if (event->has_cum_qty && (event->cum_qty > cum_qty || may_fall)) {
        cum_qty = event->cum_qty;
    }
    if (engine->settling == slot && cum_qty != leg->cum_qty) {
        cg_compare_leg(engine, slot, leg_slot, cum_qty);
    }
    if (cum_qty == leg->cum_qty && over == leg->over) {
        return;
    }
    fills.leg = leg_slot;
    fills.leg_cum_qty = cum_qty;
    fills.apart = order->state == CG_ORDER_CLOSED &&
                  cg_package_is_apart(state, order, &fills);
    struct cg_fact fact = cg_fact_of(CG_FACT_LEG_FILLED);
    fact.order = slot;
    fact.number = leg_slot;
    fact.qty = cum_qty;
    fact.flags = (fills.apart ? 1U : 0U) | (over ? 2U : 0U);
    cg_fact_id(&fact, cg_id_slice(&leg->ref));
    (void)cg_fill_record(engine, &fact, &fills);
}

void cg_leg_report(struct cg_engine *engine,
                   uint32_t slot,
                   const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (order->legs == CG_NONE) {
        return; /* a single order for what is a package at the venue only */
    }
    uint32_t leg = find_leg(state, order, event);
    if (leg == CG_NONE) {
        if (!event->has_cum_qty || event->cum_qty > 0) {
            leg_unknown(engine, order);
        }
        return;
    }
    leg_fill(engine, slot, leg, event);
    if (order->state != CG_ORDER_CLOSED && cg_package_is_over(state, order)) {
        cg_order_close(engine, slot, event->kind);
    }
}

/* --- ends --------------------------------------------------------------- */

static bool counts_net(const struct cg_state *state,
                       const struct cg_order *order)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].spent && state->tokens[i].sum == CG_SUM_NET) {
            return true;
        }
    }
    return false;
}

void cg_package_settle(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    struct cg_fills fills = cg_fills_of(&engine->state, order);
    if (order->legs == CG_NONE || !counts_net(&engine->state, order) ||
        !cg_package_is_apart(&engine->state, order, &fills)) {
        return;
    }
    cg_note(engine,
            "ALARM: the legs of package %llu ended unevenly, at a venue that "
            "fills packages whole",
            (unsigned long long)order->number);
    fills.apart = true;
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_FILLED);
    fact.order = slot;
    fact.qty = order->cum_qty;
    fact.flags = 1;
    (void)cg_fill_record(engine, &fact, &fills);
}
