/*
 * What the gate says to hubs (DF, DE, DI, CL) and, of itself, to venues (F, H).
 *
 * Rules: R18, R24, R25, R28, R31, R46, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "check.h"
#include "decimal.h"
#include <stdio.h>

static void put_dv01(struct cg_fix_writer *out, uint32_t tag, cg_dv01 amount)
{
    char text[32];
    size_t len = cg_dv01_format(amount, text);
    cg_fix_put(out, tag, (struct cg_slice){text, len});
}

static void
put_party(struct cg_fix_writer *out, struct cg_slice id, int64_t role)
{
    cg_fix_put(out, 448, id);
    cg_fix_put_char(out, 447, 'D');
    cg_fix_put_int(out, 452, role);
}

/* The parties that every message about an account names. */
static void put_parties(struct cg_fix_writer *out,
                        struct cg_slice account,
                        struct cg_slice firm)
{
    cg_fix_put_int(out, 453, (account.len > 0) + (firm.len > 0));
    if (account.len > 0) {
        put_party(out, account, 24);
    }
    if (firm.len > 0) {
        put_party(out, firm, 4);
    }
}

/* 2320, and 2321 (R24). */
static void put_ask_kind(struct cg_fix_writer *out, enum cg_ask_kind kind)
{
    int transaction = 2;
    if (kind == CG_ASK_NEW || kind == CG_ASK_CONSUMED) {
        transaction = 0;
    } else if (kind == CG_ASK_CANCEL || kind == CG_ASK_BUST) {
        transaction = 1;
    }
    cg_fix_put_int(out, 2320, transaction);
    cg_fix_put_int(out, 2321, cg_ask_is_notice(kind) ? 1 : 0);
}

static void put_order_ref(const struct cg_context *context,
                          const struct cg_order *order,
                          struct cg_fix_writer *out)
{
    char id[CG_NAME_MAX + 1];
    if (order->venue_order_id.len > 0) {
        cg_fix_put(out, 1080, cg_id_slice(&order->venue_order_id));
    } else {
        snprintf(id, sizeof(id), "%.40s-O%llu", context->gate_name,
                 (unsigned long long)order->number);
        cg_fix_put_str(out, 1080, id);
    }
    cg_fix_put_char(out, 1081, '1');
}

/* LegRatioQty without zeros that say nothing. */
static void put_ratio(struct cg_fix_writer *out, int64_t ratio)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%lld.%0*lld",
                       (long long)(ratio / CG_RATIO_SCALE), CG_RATIO_DIGITS,
                       (long long)(ratio % CG_RATIO_SCALE));
    while (text[len - 1] == '0') {
        len--;
    }
    len -= text[len - 1] == '.' ? 1 : 0;
    cg_fix_put(out, 623, (struct cg_slice){text, (size_t)len});
}

/* LocalMktDate: 2026-03-18 without its dashes. */
static void put_date(struct cg_fix_writer *out, uint32_t tag, cg_date date)
{
    char iso[11];
    char text[9];
    if (date != CG_DATE_NONE) {
        cg_date_format(date, iso);
        snprintf(text, sizeof(text), "%.4s%.2s%.2s", iso, iso + 5, iso + 8);
        cg_fix_put(out, tag, (struct cg_slice){text, 8});
    }
}

/* What its symbol does not say: the end and the start of one that goes by dates
 * (541 and 874 are the ones that DF has). */
static void put_dates(struct cg_fix_writer *out,
                      const struct cg_instrument *instrument,
                      uint32_t end_tag,
                      uint32_t start_tag)
{
    cg_date start;
    cg_date end;
    cg_instrument_dates(instrument, &start, &end);
    put_date(out, end_tag, end);
    put_date(out, start_tag, start);
}

static void put_leg(const struct cg_state *state,
                    const struct cg_leg *leg,
                    bool with_qty,
                    struct cg_fix_writer *out)
{
    const struct cg_instrument *of = &state->instruments[leg->instrument];
    const struct cg_order *order = &state->orders[leg->order];
    cg_qty qty;
    cg_fix_put(out, 600, cg_id_slice(&of->symbol));
    put_dates(out, of, 611, 956);
    put_ratio(out, leg->ratio);
    cg_fix_put_char(out, 624, leg->side);
    cg_fix_put(out, 556, (struct cg_slice){of->currency, 3});
    if (with_qty && CG_ALWAYS(cg_leg_qty(leg->ratio, order->worst_qty, &qty),
                              "it was charged for")) {
        cg_fix_put_int(out, 687, qty);
    }
    cg_fix_put(out, 654, cg_id_slice(&leg->ref));
}

/* R5: the legs that a token counts, in the order's order and as they are
 * executed.  What was used, or is given back, is no quantity of theirs. */
static void put_legs(const struct cg_state *state,
                     const struct cg_ask *ask,
                     struct cg_fix_writer *out)
{
    const struct cg_token *token = &state->tokens[ask->token];
    cg_dv01 rates[CG_LEGS_MAX];
    bool with_qty = ask->kind != CG_ASK_CONSUMED && ask->kind != CG_ASK_BUST &&
                    ask->kind != CG_ASK_CANCEL;
    int64_t count = 0;
    uint32_t at = 0;
    if (token->sum == CG_SUM_ORDER) {
        return;
    }
    cg_token_rates(state, token, rates);
    uint32_t first = state->orders[token->order].legs;
    for (uint32_t i = first; i != CG_NONE; i = state->legs[i].next) {
        count += rates[at++] >= 0;
    }
    at = 0;
    cg_fix_put_int(out, 555, count);
    for (uint32_t i = first; i != CG_NONE; i = state->legs[i].next) {
        if (rates[at++] >= 0) {
            put_leg(state, &state->legs[i], with_qty, out);
        }
    }
}

void cg_encode_ask(const struct cg_context *context,
                   const struct cg_effect *effect,
                   struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_ask *ask = &state->asks[effect->ask];
    const struct cg_token *token = &state->tokens[ask->token];
    const struct cg_limit *limit = &state->limits[token->limit];
    const struct cg_order *order = &state->orders[token->order];
    const struct cg_account *account = &state->accounts[order->account];
    bool chains = state->sessions[limit->owner].identification ==
                  CG_IDENTIFIED_BY_CHAIN;
    char id[CG_NAME_MAX + 1];
    cg_fix_put_int(out, 2318, (int64_t)ask->number);
    if (!chains) {
        cg_token_id(context->gate_name, token->number, id);
        cg_fix_put_str(out, 2319, id);
    }
    put_ask_kind(out, ask->kind);
    if (chains && ask->refers_to != 0) {
        cg_fix_put_int(out, 2322, (int64_t)ask->refers_to);
    }
    put_order_ref(context, order, out);
    cg_fix_put_int(out, 2323, 0);
    if (ask->amount > 0 || ask->kind == CG_ASK_NEW) { /* 0: a package nets */
        put_dv01(out, 2324, ask->amount - ask->basis);
    }
    cg_fix_put(out, 15, (struct cg_slice){limit->currency, 3});
    cg_fix_put(out, 1670, cg_id_slice(&limit->id));
    bool clears = order->ccp < state->ccp_count;
    cg_fix_put_int(out, 453, clears ? 3 : 2);
    put_party(out, cg_id_slice(&account->name), 24);
    put_party(out, cg_id_slice(&account->firm), 4);
    if (clears) {
        put_party(out, cg_id_slice(&state->ccps[order->ccp]), 21);
    }
    cg_fix_put(out, 55, cg_order_symbol(state, order));
    if (order->instrument != CG_NONE) {
        put_dates(out, &state->instruments[order->instrument], 541, 874);
    }
    put_legs(state, ask, out);
    cg_fix_put_char(out, 54, token->side);
    cg_fix_put_time(out, 60, ask->asked_at);
}

void cg_encode_pull(const struct cg_context *context,
                    const struct cg_effect *effect,
                    struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_order *order = &state->orders[effect->order];
    cg_fix_put(out, 41, cg_id_slice(&state->requests[effect->target].id));
    cg_fix_put(out, 37, cg_id_slice(&order->venue_order_id));
    cg_fix_put(out, 11, cg_id_slice(&state->requests[effect->request].id));
    cg_fix_put(out, 1, cg_id_slice(&state->accounts[order->account].name));
    cg_fix_put(out, 55, cg_order_symbol(state, order));
    cg_fix_put_char(out, 54, order->side);
    cg_fix_put_time(out, 60, context->engine->now);
    cg_fix_put_int(out, 38, order->qty);
}

void cg_encode_inquiry(const struct cg_context *context,
                       const struct cg_effect *effect,
                       const struct cg_profile *profile,
                       struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_order *order = &state->orders[effect->order];
    char id[CG_NAME_MAX + 1];
    cg_fix_put(out, 37, cg_id_slice(&order->venue_order_id));
    cg_fix_put(out, 11, cg_id_slice(&state->requests[effect->request].id));
    if (profile->version != CG_FIX42) {
        snprintf(id, sizeof(id), "%.40s-H%llu", context->gate_name,
                 (unsigned long long)order->inquiry);
        cg_fix_put_str(out, 790, id);
    }
    cg_fix_put(out, 1, cg_id_slice(&state->accounts[order->account].name));
    cg_fix_put(out, 55, cg_order_symbol(state, order));
    cg_fix_put_char(out, 54, order->side);
}

void cg_encode_limits_ack(const struct cg_context *context,
                          const struct cg_effect *effect,
                          struct cg_fix_writer *out)
{
    struct cg_slice id = {NULL, 0};
    if (effect->text != NULL) {
        id = cg_slice_str(effect->text); /* of an earlier part */
    } else {
        (void)cg_fix_find(context->message, 1667, &id);
    }
    cg_fix_put(out, 1667, id);
    cg_fix_put_int(out, 2316, effect->value);
    if (effect->value != 0) {
        cg_fix_put_int(out, 2317, effect->reject);
    }
    cg_fix_put_time(out, 60, context->engine->now);
}

static void put_report_id(const struct cg_context *context,
                          const struct cg_effect *effect,
                          struct cg_fix_writer *out)
{
    char id[CG_NAME_MAX + 1];
    snprintf(id, sizeof(id), "%.40s-A%llu-%u", context->gate_name,
             (unsigned long long)context->engine->state.fact_no,
             (unsigned)(effect - context->engine->effects));
    cg_fix_put_str(out, 2331, id);
}

/* Whom the DH at hand is about; when it names nobody whose role is known, its
 * parties as they came: DI may not be without them. */
static void put_reported(const struct cg_context *context,
                         const struct cg_action_event *event,
                         struct cg_fix_writer *out)
{
    const struct cg_fix_message *message = context->message;
    struct cg_fix_group group;
    if (event->account.len > 0 || event->firm.len > 0 ||
        CG_NEVER(!cg_fix_group(message, 453, &group), "DH requires 453")) {
        put_parties(out, event->account, event->firm);
        return;
    }
    cg_fix_put_int(out, 453, group.count);
    while (cg_fix_group_next(&group)) {
        for (uint32_t i = group.entry; i < group.entry_end; i++) {
            cg_fix_put(out, message->fields[i].tag,
                       cg_fix_field_value(message, i));
        }
    }
}

/* What a report is about: the DH at hand, else an earlier one or none. */
static struct cg_action_event reported(const struct cg_context *context,
                                       const struct cg_effect *effect)
{
    const struct cg_state *state = &context->engine->state;
    struct cg_action_event event = {.action = effect->action};
    if (effect->account == CG_NONE && effect->firm == CG_NONE) {
        cg_decode_action(context->message, &event);
        return event;
    }
    if (effect->account != CG_NONE) {
        event.account = cg_id_slice(&state->accounts[effect->account].name);
    } else {
        event.firm = cg_id_slice(&state->firms[effect->firm].name);
    }
    if (effect->stop != CG_NONE) {
        event.id = cg_id_slice(
            &state->stop_requests[effect->session][effect->stop].id);
    }
    return event;
}

void cg_encode_action_report(const struct cg_context *context,
                             const struct cg_effect *effect,
                             struct cg_fix_writer *out)
{
    struct cg_action_event event = reported(context, effect);
    cg_fix_put(out, 2328, event.id);
    put_report_id(context, effect, out);
    cg_fix_put_int(out, 2329, event.action);
    cg_fix_put_int(out, 2332, effect->value);
    if (effect->value == 2) {
        cg_fix_put_int(out, 2333, effect->reject);
    }
    if (event.drill) {
        cg_fix_put_bool(out, 2330, true);
    }
    if (effect->text != NULL && effect->value == 2) {
        cg_fix_put_str(out, 1328, effect->text);
    }
    put_reported(context, &event, out);
    cg_fix_put_time(out, 60, context->engine->now);
    if (effect->text != NULL && effect->value != 2) {
        cg_fix_put_str(out, 58, effect->text);
    }
}

void cg_encode_limits_request(const struct cg_context *context,
                              struct cg_fix_writer *out)
{
    char id[CG_NAME_MAX + 1];
    snprintf(id, sizeof(id), "%.40s-L%llu", context->gate_name,
             (unsigned long long)context->engine->state.fact_no);
    cg_fix_put_str(out, 1666, id);
    cg_fix_put_int(out, 1760, 3);
    cg_fix_put_char(out, 263, '1');
}
