/*
 * Instruments that are not in the table: found by a pattern of it, or by the
 * dates of an order, priced by the rates in force and made as facts before the
 * engine decides on the order.
 *
 * An instrument without a price is none: it is never made, and the order is
 * refused with the reason.  Rules: R2, R4, R5, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_instrument.h"

#include "check.h"
#include "decide.h"
#include "decimal.h"
#include "text.h"
#include <config_buckets.h>
#include <config_families.h>

/* One instrument as a client names it. */
struct meant {
    struct cg_slice symbol;
    struct cg_slice *instrument; /* where to say what it is ... */
    const char **unpriced;       /* ... and why it has no DV01 */
    char *name;                  /* room for the name of one with dates */
    uint32_t leg;                /* CG_NONE: the order itself */
};

/* An id that is looked for among the rows. */
struct meant_id {
    const struct cg_gate *gate;
    struct cg_slice id;
};

/* --- rows ---------------------------------------------------------------- */

int cg_gate_rows_open(struct cg_gate *gate, uint32_t instruments)
{
    gate->rows = malloc((instruments + 1) * sizeof(*gate->rows));
    if (gate->rows == NULL) {
        return CG_ERR_MEMORY;
    }
    for (uint32_t i = 0; i <= instruments; i++) {
        gate->rows[i] = CG_NONE;
    }
    return cg_map_init(&gate->ids, instruments) == 0 ? 0 : CG_ERR_MEMORY;
}

void cg_gate_rows_clear(struct cg_gate *gate)
{
    for (uint32_t i = 0; i < gate->engine->state.instrument_count; i++) {
        gate->rows[i] = CG_NONE;
    }
    cg_map_clear(&gate->ids);
    gate->by_rates = false;
}

/* The part of an instrument's name behind its symbol: the dates. */
static struct cg_slice dates_of(const struct cg_instrument *instrument)
{
    struct cg_slice name = cg_id_slice(&instrument->name);
    size_t skip = (size_t)instrument->symbol.len + 1;
    if (name.len <= skip) {
        return (struct cg_slice){NULL, 0};
    }
    return (struct cg_slice){name.data + skip, name.len - skip};
}

static uint32_t place_of(const struct cg_gate *gate,
                         const struct cg_config_instrument *row)
{
    return row != NULL ? (uint32_t)(row - gate->config->instruments) : CG_NONE;
}

/* The row and the swap of an instrument that was made at run time. */
static uint32_t dynamic_row(const struct cg_gate *gate,
                            const struct cg_instrument *instrument,
                            struct cg_swap_spec *spec)
{
    struct cg_slice dates = dates_of(instrument);
    bool dated = dates.len > 0;
    if (dated && !cg_swap_parse(dates, spec)) {
        return CG_NONE;
    }
    return place_of(gate, cg_family_find(gate->config,
                                         cg_id_slice(&instrument->symbol),
                                         dated, spec));
}

static uint64_t hash_of(const struct cg_gate *gate, uint32_t row)
{
    return row != CG_NONE ? cg_rates_row_hash(gate->config,
                                              &gate->config->instruments[row])
                          : 0;
}

static bool id_is(const void *context, uint32_t row)
{
    const struct meant_id *meant = context;
    return cg_slice_is(meant->id,
                       meant->gate->config->instruments[row].security_id);
}

/* A row of the table that has the security_id |id|, or CG_NONE. */
static uint32_t row_of_id(const struct cg_gate *gate, struct cg_slice id)
{
    struct meant_id meant = {gate, id};
    return cg_map_find(&gate->ids, cg_hash(0, id), id_is, &meant);
}

static void set_id(struct cg_gate *gate, uint32_t row)
{
    struct cg_slice id = cg_slice_str(
        gate->config->instruments[row].security_id);
    if (id.len > 0 && row_of_id(gate, id) == CG_NONE) {
        cg_map_add(&gate->ids, cg_hash(0, id), row);
    }
}

void cg_gate_rows_set(struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    struct cg_swap_spec spec;
    if (gate->rows == NULL) {
        return; /* no message comes to this gate */
    }
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        const struct cg_config_instrument *row = &config->instruments[i];
        uint32_t slot = cg_state_instrument(state, cg_slice_str(row->symbol));
        if (!row->family) {
            CG_ASSERT(slot != CG_NONE);
            gate->rows[slot] = i;
            set_id(gate, i);
        }
        gate->by_rates = gate->by_rates || row->convention[0] != '\0';
    }
    for (uint32_t i = 0; i < state->instrument_count; i++) {
        const struct cg_instrument *instrument = &state->instruments[i];
        if (!instrument->used) {
            continue;
        }
        if (instrument->dynamic) {
            gate->rows[i] = dynamic_row(gate, instrument, &spec);
        }
        cg_engine_row(gate->engine, i, hash_of(gate, gate->rows[i]));
    }
}

/* --- prices -------------------------------------------------------------- */

/* R10: the tenor bucket that limits go by, unless the row says one. */
static struct cg_slice tenor_of(const struct cg_rates *rates,
                                const struct cg_config_instrument *row,
                                const struct cg_swap_spec *spec,
                                const struct cg_gate_price *price)
{
    const struct cg_config_rates *config = &rates->config->rates;
    if (row->tenor[0] != '\0') {
        return cg_slice_str(row->tenor);
    }
    size_t convention = cg_conventions_find(config->conventions,
                                            row->convention);
    uint32_t bucket = cg_bucket_of_swap(&config->buckets, spec,
                                        &config->conventions->items[convention],
                                        rates->valuation, price->end);
    return cg_slice_str(config->buckets.labels[bucket]);
}

/* All that an instrument is that the table does not name. */
static struct cg_instrument_event describe(const struct cg_gate *gate,
                                           struct cg_slice name,
                                           struct cg_slice symbol,
                                           uint32_t row_at,
                                           const struct cg_swap_spec *spec,
                                           const struct cg_gate_price *price)
{
    const struct cg_config_instrument *row = &gate->config->instruments[row_at];
    struct cg_instrument_event event = {
        .name = name,
        .terms = {[CG_TERM_SYMBOL] = symbol,
                  [CG_TERM_SECURITY_ID] = cg_slice_str(row->security_id),
                  [CG_TERM_PRODUCT] = cg_slice_str(row->product),
                  [CG_TERM_TYPE] = cg_slice_str(row->type),
                  [CG_TERM_TENOR] = tenor_of(gate->rates, row, spec, price)},
        .rate = price->dv01,
        .row_hash = hash_of(gate, row_at),
    };
    memcpy(event.currency, row->currency, sizeof(event.currency));
    return event;
}

/* Makes the instrument, or its price if it is there and has none; what is wrong
 * in |meant|. */
static void make(struct cg_gate *gate,
                 const struct meant *meant,
                 struct cg_slice name,
                 uint32_t row,
                 const struct cg_swap_spec *spec)
{
    struct cg_gate_price price;
    if (gate->rates == NULL) {
        *meant->unpriced = "no par rates were taken since the gate's start";
        return;
    }
    cg_rates_price(gate->rates, &gate->config->instruments[row], spec, &price);
    if (price.why != NULL) {
        *meant->unpriced = price.why;
        return;
    }
    struct cg_instrument_event event = describe(gate, name, meant->symbol, row,
                                                spec, &price);
    uint32_t slot = cg_engine_instrument_new(gate->engine, &event);
    if (slot == CG_NONE) {
        *meant->unpriced = "the gate has no room for another instrument";
        return;
    }
    gate->rows[slot] = row;
}

/* --- new orders ---------------------------------------------------------- */

static void bad(struct cg_gate *gate, uint32_t tag, const char *detail)
{
    if (gate->event.bad.reason == CG_REASON_NONE) {
        gate->event.bad = (struct cg_refusal){.reason = CG_BAD_FIELD,
                                              .limit = CG_NONE,
                                              .tag = tag,
                                              .detail = detail};
    }
}

static uint32_t symbol_tag(const struct meant *meant)
{
    return meant->leg == CG_NONE ? 55 : 600;
}

/* The swap between the dates of the order or leg, and its instrument's name;
 * false when they cannot be used. */
static bool read_dates(struct cg_gate *gate,
                       const struct meant *meant,
                       struct cg_swap_spec *spec,
                       struct cg_slice *name)
{
    struct cg_dates dates;
    char start[11] = "";
    char end[11];
    if (meant->leg == CG_NONE) {
        cg_decode_dates(gate->message, &dates);
    } else {
        cg_decode_leg_dates(gate->message, meant->leg, &dates);
    }
    if (dates.bad != NULL) {
        bad(gate, dates.tag, dates.bad);
        return false;
    }
    if (dates.start != CG_DATE_NONE) {
        cg_date_format(dates.start, start);
    }
    cg_date_format(dates.end, end);
    int len = snprintf(meant->name, CG_NAME_MAX + 1, "%.*s %s/%s",
                       (int)meant->symbol.len, meant->symbol.data, start, end);
    if (len > CG_NAME_MAX) {
        bad(gate, symbol_tag(meant),
            "the symbol is too long for an instrument with dates");
        return false;
    }
    *name = (struct cg_slice){meant->name, (size_t)len};
    return cg_swap_parse((struct cg_slice){meant->name + meant->symbol.len + 1,
                                           (size_t)len - meant->symbol.len - 1},
                         spec);
}

/* Why an instrument of the table has no DV01 by the rates in force. */
static const char *why_unpriced(const struct cg_gate *gate, uint32_t row)
{
    return gate->rates != NULL && gate->rates->prices != NULL && row != CG_NONE
               ? gate->rates->prices[row].why
               : NULL;
}

/* Had a row of the table, at an earlier start: it keeps its place for those who
 * name it, and is whatever the table says by now. */
static bool has_lost_row(const struct cg_gate *gate, uint32_t slot)
{
    return !gate->engine->state.instruments[slot].dynamic &&
           gate->rows[slot] == CG_NONE;
}

/* A name with dates is the gate's own, and no symbol. */
static bool
is_by_symbol(struct cg_gate *gate, const struct meant *meant, uint32_t slot)
{
    const struct cg_instrument *all = gate->engine->state.instruments;
    if (cg_slice_equal(meant->symbol, cg_id_slice(&all[slot].symbol))) {
        return true;
    }
    bad(gate, symbol_tag(meant),
        "an instrument with dates is named by its symbol");
    return false;
}

/* Whether an instrument that is there is all that its symbol can mean, with a
 * DV01 or not. */
static bool
is_found(struct cg_gate *gate, const struct meant *meant, uint32_t slot)
{
    const struct cg_instrument *instrument =
        &gate->engine->state.instruments[slot];
    if (!is_by_symbol(gate, meant, slot)) {
        return true;
    }
    if (has_lost_row(gate, slot)) {
        return false;
    }
    if (instrument->rate == 0 && !instrument->dynamic) {
        *meant->unpriced = why_unpriced(gate, gate->rows[slot]);
    }
    return instrument->rate != 0 || !instrument->dynamic;
}

/* One that goes by the dates of the order or leg. */
static void
resolve_dated(struct cg_gate *gate, const struct meant *meant, uint32_t row)
{
    const struct cg_instrument *all = gate->engine->state.instruments;
    struct cg_swap_spec spec;
    struct cg_slice name;
    if (!read_dates(gate, meant, &spec, &name)) {
        return;
    }
    *meant->instrument = name;
    uint32_t slot = cg_engine_instrument(gate->engine, name);
    if (slot != CG_NONE &&
        (!all[slot].dynamic ||
         !cg_slice_equal(meant->symbol, cg_id_slice(&all[slot].symbol)))) {
        bad(gate, symbol_tag(meant),
            "another instrument is called as this one with its dates");
    } else if (slot == CG_NONE || all[slot].rate == 0) {
        make(gate, meant, name, row, &spec);
    }
}

/* A row of the table goes first, then a pattern, then dates: the dates of an
 * order say nothing of an instrument that does not go by them. */
static void resolve_new(struct cg_gate *gate, const struct meant *meant)
{
    struct cg_swap_spec spec;
    if (meant->symbol.len == 0 || meant->symbol.len > CG_NAME_MAX) {
        return;
    }
    uint32_t slot = cg_engine_instrument(gate->engine, meant->symbol);
    if (slot != CG_NONE && is_found(gate, meant, slot)) {
        return;
    }
    if (!cg_text_is_name(meant->symbol, CG_NAME_MAX)) {
        return; /* the journal keeps no such names */
    }
    uint32_t row = place_of(
        gate, cg_family_find(gate->config, meant->symbol, false, &spec));
    if (row != CG_NONE) {
        make(gate, meant, meant->symbol, row, &spec);
        return;
    }
    row = place_of(gate,
                   cg_family_find(gate->config, meant->symbol, true, &spec));
    if (row != CG_NONE) {
        resolve_dated(gate, meant, row);
    }
}

/* --- replaces ------------------------------------------------------------ */

/* The instrument of the order that a replace names, or of its leg at the same
 * place; NULL when there is none. */
static const struct cg_instrument *own_of(const struct cg_gate *gate,
                                          uint32_t leg)
{
    const struct cg_state *state = &gate->engine->state;
    uint32_t slot = cg_engine_order(gate->engine, &gate->event);
    if (slot == CG_NONE) {
        return NULL;
    }
    const struct cg_order *order = &state->orders[slot];
    if (leg == CG_NONE) {
        return order->instrument != CG_NONE
                   ? &state->instruments[order->instrument]
                   : NULL;
    }
    uint32_t at = order->legs;
    while (leg > 0 && at != CG_NONE) {
        at = state->legs[at].next;
        leg--;
    }
    return at != CG_NONE ? &state->instruments[state->legs[at].instrument]
                         : NULL;
}

/* What had a row gets the price of its family, for a raise to go by. */
static void make_again(struct cg_gate *gate, const struct meant *meant)
{
    struct cg_swap_spec spec;
    uint32_t row = place_of(
        gate, cg_family_find(gate->config, meant->symbol, false, &spec));
    if (row != CG_NONE) {
        make(gate, meant, meant->symbol, row, &spec);
    }
}

/* R41: what an order is about follows from the order, not from the table, which
 * may be another one by now: a fall or a price must pass. */
static void resolve_own(struct cg_gate *gate, const struct meant *meant)
{
    const struct cg_instrument *own = own_of(gate, meant->leg);
    uint32_t slot = cg_engine_instrument(gate->engine, meant->symbol);
    struct cg_swap_spec spec;
    struct cg_slice name;
    if (slot != CG_NONE && !is_by_symbol(gate, meant, slot)) {
        return;
    }
    if (own == NULL ||
        !cg_slice_equal(meant->symbol, cg_id_slice(&own->symbol))) {
        return;
    }
    if (dates_of(own).len == 0) {
        if (has_lost_row(gate, slot)) {
            make_again(gate, meant);
        }
    } else if (read_dates(gate, meant, &spec, &name)) {
        *meant->instrument = name;
    }
}

/* --- both ---------------------------------------------------------------- */

/* Whether |id| is not that of what is meant, but of a row of the table. */
static bool is_id_of_another(const struct cg_gate *gate,
                             const struct meant *meant,
                             struct cg_slice id)
{
    const struct cg_state *state = &gate->engine->state;
    uint32_t slot = cg_state_instrument(
        state, cg_instrument_meant(*meant->instrument, meant->symbol));
    return slot != CG_NONE && row_of_id(gate, id) != CG_NONE &&
           !cg_slice_equal(
               id, cg_id_slice(
                       &state->instruments[slot].terms[CG_TERM_SECURITY_ID]));
}

/* 48 beside 55 may be the name of a pattern's instrument as well, or the id of
 * another row. */
static void check_other(struct cg_gate *gate,
                        const struct meant *meant,
                        struct cg_slice other,
                        uint32_t tag)
{
    struct cg_swap_spec spec;
    if (other.len == 0 || cg_slice_equal(meant->symbol, other) ||
        cg_state_instrument(&gate->engine->state, other) != CG_NONE) {
        return; /* the engine compares what is there */
    }
    if (is_id_of_another(gate, meant, other) ||
        cg_family_find(gate->config, other, false, &spec) != NULL) {
        bad(gate, tag, "Symbol and SecurityID name two instruments");
    }
}

static void resolve(struct cg_gate *gate, const struct meant *meant, bool makes)
{
    if (makes) {
        resolve_new(gate, meant);
    } else {
        resolve_own(gate, meant);
    }
}

static void resolve_legs(struct cg_gate *gate, bool makes)
{
    struct cg_order_event *event = &gate->event;
    for (uint32_t i = 0; i < event->leg_count; i++) {
        struct cg_leg_event *leg = &gate->legs[i];
        struct meant meant = {.symbol = leg->symbol,
                              .instrument = &leg->instrument,
                              .unpriced = &leg->unpriced,
                              .name = gate->names[i],
                              .leg = i};
        resolve(gate, &meant, makes);
        check_other(gate, &meant, leg->security_id, 602);
    }
}

void cg_gate_instruments_resolve(struct cg_gate *gate, bool makes)
{
    struct cg_order_event *event = &gate->event;
    if ((!gate->by_rates && gate->ids.count == 0) ||
        event->bad.reason != CG_REASON_NONE) {
        return; /* the table's own are found by the engine */
    }
    if (event->package) {
        resolve_legs(gate, makes);
        return;
    }
    struct meant meant = {.symbol = event->symbol,
                          .instrument = &event->instrument,
                          .unpriced = &event->unpriced,
                          .name = gate->names[0],
                          .leg = CG_NONE};
    resolve(gate, &meant, makes);
    check_other(gate, &meant, event->security_id, 48);
}

/* --- new rates ----------------------------------------------------------- */

/* How many instruments have their DV01 by rates, another one than before, and
 * none; and how many are in another scope than before. */
struct changes {
    uint32_t priced;
    uint32_t changed;
    uint32_t unpriced;
    uint32_t moved;
};

static void count(struct cg_gate *gate,
                  const struct cg_instrument *instrument,
                  const struct cg_gate_price *price,
                  struct changes *changes)
{
    changes->priced += price->dv01 != 0;
    changes->unpriced += price->dv01 == 0;
    changes->changed += price->dv01 != instrument->rate;
    if (price->dv01 == 0 && instrument->rate != 0) {
        cg_note(gate->engine, "ALARM: instrument %.*s has no DV01 any more: %s",
                (int)instrument->name.len, instrument->name.text, price->why);
    }
}

/* A swap between dates gets into another bucket as days pass, and a start may
 * have brought another table (R10). */
static void
rate_dynamic(struct cg_gate *gate, uint32_t slot, struct changes *changes)
{
    const struct cg_instrument *instrument =
        &gate->engine->state.instruments[slot];
    struct cg_instrument before = *instrument;
    struct cg_gate_price price;
    struct cg_swap_spec spec;
    uint32_t row = dynamic_row(gate, instrument, &spec);
    if (row == CG_NONE) {
        return;
    }
    cg_rates_price(gate->rates, &gate->config->instruments[row], &spec, &price);
    count(gate, instrument, &price, changes);
    if (price.dv01 == 0) {
        cg_engine_rate(gate->engine, slot, 0, instrument->row_hash);
        return;
    }
    struct cg_instrument_event event = describe(gate, cg_id_slice(&before.name),
                                                cg_id_slice(&before.symbol),
                                                row, &spec, &price);
    uint32_t same = cg_engine_instrument_new(gate->engine, &event);
    CG_ASSERT(same == slot);
    gate->rows[slot] = row;
    changes->moved += memcmp(before.terms, instrument->terms,
                             sizeof(before.terms)) != 0;
}

static void rate(struct cg_gate *gate, uint32_t slot, struct changes *changes)
{
    const struct cg_instrument *instrument =
        &gate->engine->state.instruments[slot];
    uint32_t row = gate->rows[slot];
    if (!instrument->used || row == CG_NONE ||
        !cg_instrument_is_curve(instrument)) {
        return;
    }
    if (instrument->dynamic) {
        rate_dynamic(gate, slot, changes);
        return;
    }
    count(gate, instrument, &gate->rates->prices[row], changes);
    cg_engine_rate(gate->engine, slot, gate->rates->prices[row].dv01,
                   instrument->row_hash);
}

/* R11: orders count under limits that cover their instruments by now. */
static void adopt(struct cg_gate *gate)
{
    for (uint32_t i = 0; i < gate->engine->state.limit_count; i++) {
        cg_limit_adopt(gate->engine, i);
    }
}

void cg_gate_instruments_rate(struct cg_gate *gate)
{
    const struct cg_rates *rates = gate->rates;
    struct changes changes = {0};
    struct cg_rates_event event = {
        .made_at = rates->made_at,
        .digest = cg_slice_str(rates->digest),
        .set = cg_slice_str(rates->par.set),
        .words = cg_slice_str(rates->words),
    };
    bool again = cg_engine_rates_are(gate->engine, &event);
    if (!again) {
        cg_engine_rates(gate->engine, &event);
    }
    for (uint32_t i = 0; i < gate->engine->state.instrument_count; i++) {
        rate(gate, i, &changes);
    }
    if (changes.moved > 0) {
        adopt(gate);
    }
    if (again && changes.changed == 0 && changes.moved == 0) {
        return;
    }
    cg_note(gate->engine,
            "par rates price %u instruments, %u of them anew; %u have none, "
            "digest %.16s",
            changes.priced, changes.changed, changes.unpriced, rates->digest);
}
