/*
 * What clients and venues say of legs: 555 of AB and AC, and reports on one leg
 * (442=2).
 *
 * What cannot be used is named in the event, and refused.  Rule: R5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "decimal.h"
#include "fix_value.h"

static void bad(struct cg_order_event *event, uint32_t tag, const char *detail)
{
    if (event->bad.reason == CG_REASON_NONE) {
        event->bad = (struct cg_refusal){.reason = CG_BAD_FIELD,
                                         .limit = CG_NONE,
                                         .tag = tag,
                                         .detail = detail};
    }
}

/* --- orders ------------------------------------------------------------- */

static bool turns(char side)
{
    return side == '2' || side == 'C';
}

/* LegSide, as it is executed when the package is bought or sold. */
static void decode_side(const struct cg_fix_group *group,
                        struct cg_leg_event *leg,
                        struct cg_order_event *event)
{
    struct cg_slice value;
    if (!cg_fix_group_find(group, 624, &value) || value.len != 1 ||
        (value.data[0] != '1' && value.data[0] != '2')) {
        bad(event, 624, "every leg is a buy (1) or a sell (2)");
        return;
    }
    leg->side = value.data[0];
    if (turns(event->side)) {
        leg->side = leg->side == '1' ? '2' : '1';
    }
}

static void decode_instrument(const struct cg_fix_group *group,
                              struct cg_leg_event *leg,
                              struct cg_order_event *event)
{
    struct cg_slice id;
    bool has_id = cg_fix_group_find(group, 602, &id);
    (void)cg_fix_group_find(group, 600, &leg->symbol); /* begins the entry */
    if (cg_slice_is(leg->symbol, "[N/A]")) {
        leg->symbol = has_id ? id : (struct cg_slice){NULL, 0};
    } else if (has_id) {
        leg->security_id = id;
    }
    if (leg->symbol.len == 0) {
        bad(event, 600, "every leg names an instrument");
    }
    (void)cg_fix_group_find(group, 556, &leg->currency);
}

/* A quantity stated for the leg itself has to be 38 times 623. */
static void decode_stated(const struct cg_fix_group *group,
                          uint32_t tag,
                          cg_qty qty,
                          struct cg_order_event *event)
{
    struct cg_slice value;
    cg_qty stated;
    if (cg_fix_group_find(group, tag, &value) &&
        (!cg_qty_parse(value, &stated) || stated != qty)) {
        bad(event, tag, "it is not OrderQty times LegRatioQty");
    }
}

/* R2: as for whole orders, nothing but whole units can be checked. */
static void decode_ratio(const struct cg_fix_group *group,
                         struct cg_leg_event *leg,
                         struct cg_order_event *event)
{
    struct cg_slice value;
    cg_qty qty = 0;
    if (!cg_fix_group_find(group, 623, &value)) {
        bad(event, 623, "every leg needs its LegRatioQty");
        return;
    }
    if (!cg_decimal_parse(value, CG_RATIO_DIGITS, &leg->ratio) ||
        leg->ratio <= 0 || leg->ratio > CG_RATIO_MAX) {
        bad(event, 623,
            "LegRatioQty is above zero, at most 1000000, with at most 8 "
            "decimals");
        return;
    }
    if (event->bad.reason != CG_REASON_NONE) {
        return; /* there is no quantity to multiply */
    }
    if ((cg_wide)event->qty * leg->ratio % CG_RATIO_SCALE != 0 ||
        !cg_leg_qty(leg->ratio, event->qty, &qty)) {
        bad(event, 623,
            "OrderQty times LegRatioQty is no whole number within 64 bits");
        return;
    }
    decode_stated(group, 685, qty, event);
    decode_stated(group, 687, qty, event);
}

/* A leg is told by its reference, so none comes twice. */
static void decode_ref(const struct cg_fix_group *group,
                       struct cg_leg_event *legs,
                       uint32_t at,
                       struct cg_order_event *event)
{
    struct cg_slice ref;
    if (!cg_fix_group_find(group, 654, &ref)) {
        return;
    }
    legs[at].ref = ref;
    if (ref.len > CG_NAME_MAX) {
        bad(event, 654, "LegRefID is longer than 63 bytes");
    }
    for (uint32_t i = 0; i < at; i++) {
        if (cg_slice_equal(legs[i].ref, ref)) {
            bad(event, 654, "two legs have the same LegRefID");
        }
    }
}

static void decode_leg(const struct cg_fix_group *group,
                       struct cg_leg_event *legs,
                       uint32_t at,
                       struct cg_order_event *event)
{
    struct cg_slice value;
    struct cg_leg_event *leg = &legs[at];
    *leg = (struct cg_leg_event){.side = 0};
    decode_side(group, leg, event);
    decode_instrument(group, leg, event);
    decode_ratio(group, leg, event);
    decode_ref(group, legs, at, event);
    if (cg_fix_group_find(group, 2680, &value) &&
        !cg_slice_equal(value, event->account)) {
        bad(event, 2680, "all legs are for the account of the order");
    }
}

void cg_decode_legs(const struct cg_fix_message *message,
                    struct cg_leg_event *legs,
                    struct cg_order_event *event)
{
    struct cg_fix_group group;
    event->legs = legs;
    event->leg_count = 0;
    if (event->symbol.len > CG_NAME_MAX) {
        bad(event, 55, "Symbol is longer than 63 bytes");
    }
    if (!cg_fix_group(message, 555, &group)) {
        bad(event, 555, "a package needs legs");
        return;
    }
    while (cg_fix_group_next(&group)) {
        if (event->leg_count == CG_LEGS_MAX) {
            bad(event, 555, "more legs than the gate takes in one package");
            return;
        }
        decode_leg(&group, legs, event->leg_count, event);
        event->leg_count++;
    }
    if (event->leg_count == 0) {
        bad(event, 555, "a package needs legs");
    }
}

/* --- reports ------------------------------------------------------------ */

static bool find(const struct cg_fix_message *message,
                 const struct cg_fix_group *leg,
                 uint32_t in_leg,
                 uint32_t in_body,
                 struct cg_slice *value)
{
    return (leg != NULL && cg_fix_group_find(leg, in_leg, value)) ||
           (in_body != 0 && cg_fix_find(message, in_body, value) &&
            !cg_slice_is(*value, "[N/A]"));
}

/* The leg is in 555 when that has one entry, else it is the instrument of the
 * report itself. */
void cg_decode_leg_report(const struct cg_fix_message *message,
                          struct cg_report_event *event)
{
    struct cg_fix_group group;
    struct cg_slice value;
    const struct cg_fix_group *leg = NULL;
    if (cg_fix_group(message, 555, &group) && group.count == 1 &&
        cg_fix_group_next(&group)) {
        leg = &group;
    }
    event->of_leg = true;
    (void)find(message, leg, 654, 654, &event->leg_ref);
    if (!find(message, leg, 600, 0, &event->leg_symbol) &&
        !find(message, leg, 602, 55, &event->leg_symbol)) {
        (void)find(message, NULL, 0, 48, &event->leg_symbol);
    }
    event->leg_start = event->leg_end = CG_DATE_NONE;
    if (leg != NULL) {
        cg_decode_report_leg_dates(leg, &event->leg_start, &event->leg_end);
    }
    if (find(message, leg, 624, 0, &value) && value.len == 1) {
        event->leg_side = value.data[0];
    }
    if (cg_fix_find(message, 54, &value) && value.len == 1) {
        event->side = value.data[0];
    }
    /* Reports on several legs may share an ExecID. */
    event->content_hash = cg_hash(event->content_hash, event->leg_ref);
    event->leg_hash = cg_hash(cg_hash(442, event->leg_symbol), event->leg_ref);
}
