/*
 * What clients and venues say: D, G, F, 8, 9, and AB and AC but for their legs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "check.h"
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

/* The parties that the gate knows by their roles; empty: not there. */
struct parties {
    struct cg_slice firm;    /* 4 */
    struct cg_slice ccp;     /* 21 */
    struct cg_slice account; /* 24 */
};

/* Of several parties with one role the first that has an id counts. */
static void find_parties(const struct cg_fix_message *message,
                         struct parties *parties)
{
    struct cg_fix_group group;
    struct cg_slice value;
    int64_t role;
    *parties = (struct parties){0};
    if (!cg_fix_group(message, 453, &group)) {
        return;
    }
    while (cg_fix_group_next(&group)) {
        if (!cg_fix_group_find(&group, 452, &value) ||
            !cg_fix_int(value, &role)) {
            continue;
        }
        struct cg_slice *party = role == 4    ? &parties->firm
                                 : role == 21 ? &parties->ccp
                                 : role == 24 ? &parties->account
                                              : NULL;
        if (party != NULL && party->data == NULL) {
            (void)cg_fix_group_find(&group, 448, party);
        }
    }
}

/* R6: Account(1) or PartyRole 24; both must agree. */
static void decode_account(const struct cg_fix_message *message,
                           struct cg_order_event *event,
                           bool leniently)
{
    struct parties parties;
    find_parties(message, &parties);
    if (!cg_fix_find(message, 1, &event->account)) {
        event->account = parties.account;
    } else if (!leniently && parties.account.len > 0 &&
               !cg_slice_equal(parties.account, event->account)) {
        bad(event, 1, "Account and the party of role 24 differ");
    }
    event->ccp = parties.ccp;
    if (!cg_fix_find(message, 439, &event->firm)) {
        event->firm = parties.firm;
    } else if (!leniently && parties.firm.len > 0 &&
               !cg_slice_equal(parties.firm, event->firm)) {
        bad(event, 439, "ClearingFirm and the party of role 4 differ");
    }
}

static void decode_symbol(const struct cg_fix_message *message,
                          struct cg_order_event *event)
{
    struct cg_slice id;
    if ((!cg_fix_find(message, 55, &event->symbol) ||
         cg_slice_is(event->symbol, "[N/A]")) &&
        cg_fix_find(message, 48, &id)) {
        event->symbol = id;
    } else if (cg_fix_find(message, 48, &id)) {
        event->security_id = id;
    }
}

/* R2: a whole number of units; anything else cannot be checked. */
static void decode_qty(const struct cg_fix_message *message,
                       struct cg_order_event *event)
{
    struct cg_slice value;
    if (cg_fix_find(message, 152, &value) ||
        cg_fix_find(message, 516, &value)) {
        bad(event, 38, "cash and percent quantities cannot be checked");
    } else if (!cg_fix_find(message, 38, &value)) {
        bad(event, 38, "OrderQty is missing");
    } else if (!cg_qty_parse(value, &event->qty)) {
        bad(event, 38, "OrderQty is no whole number within 64 bits");
    } else if (event->qty <= 0) {
        bad(event, 38, "OrderQty must be above zero");
    }
    if (cg_fix_find(message, 854, &value) && !cg_slice_is(value, "0")) {
        bad(event, 854, "only quantities in units can be checked");
    }
}

static void decode_repeat(const struct cg_fix_message *message,
                          struct cg_order_event *event)
{
    struct cg_slice value;
    if (cg_fix_find(message, 43, &value)) {
        (void)cg_fix_bool(value, &event->possdup);
    }
    if (cg_fix_find(message, 97, &value)) {
        (void)cg_fix_bool(value, &event->possresend);
    }
    bool original = event->possdup && cg_fix_find(message, 122, &value);
    if (original || cg_fix_find(message, 52, &value)) {
        (void)cg_fix_time(value, &event->sent_at);
    }
    event->sent_at = event->sent_at > 0 ? event->sent_at : 0;
}

static bool is_size(uint32_t tag)
{
    return tag == 11 || tag == 41 || tag == 37 || tag == 38 || tag == 58 ||
           tag == 685 || tag == 687;
}

/* One hash over what tells two orders apart, one without what a replace may
 * change in size: ids, quantities (of legs as well), time and words. */
static void decode_hashes(const struct cg_fix_message *message,
                          struct cg_order_event *event)
{
    for (uint32_t i = message->body_first; i < message->body_end; i++) {
        uint32_t tag = message->fields[i].tag;
        struct cg_slice value = cg_fix_field_value(message, i);
        if (tag == 60) {
            continue;
        }
        uint64_t hash = cg_hash(tag, value);
        event->body_hash = cg_hash_next(event->body_hash, hash);
        if (!is_size(tag)) {
            event->terms_hash = cg_hash_next(event->terms_hash, hash);
        }
    }
}

/* A package is bought or sold, or its legs are as defined (B) or the opposite
 * (C). */
static void check_side(struct cg_order_event *event)
{
    bool known = event->side == '1' || event->side == '2' ||
                 (event->package && (event->side == 'B' || event->side == 'C'));
    if (!known) {
        bad(event, 54, "only buy (1) and sell (2) can be checked");
    }
}

void cg_decode_order(const struct cg_fix_message *message,
                     struct cg_order_event *event)
{
    struct cg_slice value;
    *event = (struct cg_order_event){.time_in_force = '0',
                                     .bad = {.limit = CG_NONE}};
    (void)cg_fix_find(message, 11, &event->clordid);
    (void)cg_fix_find(message, 41, &event->orig_clordid);
    if (event->clordid.len > CG_NAME_MAX) {
        bad(event, 11, "ClOrdID is longer than 63 bytes");
    }
    bool cancel = cg_slice_is(message->type, "F");
    event->package = cg_slice_is(message->type, "AB") ||
                     cg_slice_is(message->type, "AC");
    decode_account(message, event, cancel);
    decode_symbol(message, event);
    if (cg_fix_find(message, 54, &value) && value.len == 1) {
        event->side = value.data[0];
    }
    (void)cg_fix_find(message, 15, &event->currency);
    if (cg_fix_find(message, 59, &value) && value.len == 1) {
        event->time_in_force = value.data[0];
    }
    decode_repeat(message, event);
    decode_hashes(message, event);
    if (cancel) {
        return; /* a cancel needs no credit, so nothing more is asked of it */
    }
    check_side(event);
    decode_qty(message, event);
}

/* --- the venue ---------------------------------------------------------- */

static char find_char(const struct cg_fix_message *message, uint32_t tag)
{
    struct cg_slice value;
    return cg_fix_find(message, tag, &value) && value.len > 0 ? value.data[0]
                                                              : '\0';
}

static bool
find_qty(const struct cg_fix_message *message, uint32_t tag, cg_qty *qty)
{
    struct cg_slice value;
    return cg_fix_find(message, tag, &value) && cg_qty_parse(value, qty);
}

/* R43: no fill is lost to its form.  A fraction counts as a whole unit, and
 * what 64 bits cannot hold as the largest number. */
static void find_cum_qty(const struct cg_fix_message *message,
                         struct cg_report_event *event)
{
    struct cg_slice value;
    if (!cg_fix_find(message, 14, &value)) {
        return;
    }
    event->has_cum_qty = cg_qty_parse(value, &event->cum_qty);
    if (event->has_cum_qty) {
        return;
    }
    if (!cg_fix_is_decimal(value) || value.data[0] == '-') {
        event->bad_cum_qty = true;
        return;
    }
    const char *point = memchr(value.data, '.', value.len);
    struct cg_slice whole = {
        value.data, point != NULL ? (size_t)(point - value.data) : value.len};
    event->has_cum_qty = true;
    event->cum_qty = INT64_MAX;
    if (whole.len == 0) {
        event->cum_qty = 1;
    } else if (point != NULL && cg_qty_parse(whole, &event->cum_qty) &&
               event->cum_qty < INT64_MAX) {
        event->cum_qty++;
    }
}

/* A table over ExecType(150). */
static enum cg_report_kind kind_of(char exec_type)
{
    switch (exec_type) {
    case '0':
        return CG_REPORT_NEW;
    case '1':
    case '2':
    case 'F':
        return CG_REPORT_FILL;
    case '3':
        return CG_REPORT_DONE_FOR_DAY;
    case '4':
        return CG_REPORT_CANCELLED;
    case '5':
        return CG_REPORT_REPLACED;
    case '8':
        return CG_REPORT_REJECTED;
    case 'C':
        return CG_REPORT_EXPIRED;
    case 'D':
        return CG_REPORT_RESTATED;
    case 'G':
    case 'H':
        return CG_REPORT_CORRECTED;
    case '6':
    case 'A':
    case 'E':
        return CG_REPORT_PENDING;
    default:
        return CG_REPORT_OTHER;
    }
}

static bool is_closed(char status)
{
    return status == '2' || status == '4' || status == '8' || status == 'C';
}

/* A status carries no ExecID of its own, or "0" (4.2, and by habit later). */
static bool has_exec_id(const struct cg_fix_message *message)
{
    struct cg_slice id;
    bool status = message->version == CG_FIX42 ? find_char(message, 20) == '3'
                                               : find_char(message, 150) == 'I';
    return !status && cg_fix_find(message, 17, &id) && id.len > 0 &&
           !cg_slice_is(id, "0");
}

/* R43: 17, and a hash of what counts in a report, whatever its wording. */
static void decode_exec_id(const struct cg_fix_message *message,
                           struct cg_report_event *event)
{
    static const uint32_t tags[] = {11, 14, 19, 20, 32, 38, 39, 41, 54, 150};
    struct cg_slice value;
    if (has_exec_id(message)) {
        (void)cg_fix_find(message, 17, &event->exec_id);
    }
    for (size_t i = 0; i < CG_COUNT(tags); i++) {
        if (cg_fix_find(message, tags[i], &value)) {
            event->content_hash = cg_hash(event->content_hash + tags[i], value);
        }
    }
    if (!find_qty(message, 32, &event->last_qty)) {
        event->last_qty = 0;
    }
}

/* R46: what 39 means when a report is a status.  A reject for want of the order
 * is no word on an order that is known. */
static void decode_status(const struct cg_fix_message *message,
                          struct cg_report_event *event)
{
    struct cg_slice reason;
    int64_t code;
    char status = find_char(message, 39);
    bool answers = cg_fix_find(message, 790, &event->status_id);
    /* Some venues say 150=8 when they do not know the order. */
    event->is_status = message->version == CG_FIX42
                           ? find_char(message, 20) == '3'
                           : find_char(message, 150) == 'I' ||
                                 (answers && find_char(message, 150) == '8');
    if (!event->is_status) {
        return;
    }
    if (status == '3' || status == '4' || status == 'C') {
        event->kind = kind_of(status);
    } else if (status == '8') {
        event->kind = CG_REPORT_REJECTED;
        event->unknown = !cg_fix_find(message, 103, &reason) ||
                         !cg_fix_int(reason, &code) || code == 5;
    } else if (status == '6' || status == 'A' || status == 'E') {
        event->kind = CG_REPORT_PENDING;
    }
}

void cg_decode_report(const struct cg_fix_message *message,
                      struct cg_report_event *event)
{
    *event = (struct cg_report_event){0};
    (void)cg_fix_find(message, 11, &event->clordid);
    (void)cg_fix_find(message, 41, &event->orig_clordid);
    if (cg_fix_find(message, 37, &event->order_id) &&
        cg_slice_is(event->order_id, "NONE")) {
        event->order_id = (struct cg_slice){NULL, 0}; /* it has none */
    }
    (void)cg_fix_find(message, 1, &event->account);
    find_cum_qty(message, event);
    event->has_order_qty = find_qty(message, 38, &event->order_qty);
    event->kind = kind_of(find_char(message, 150));
    if (message->version == CG_FIX42) {
        char transaction = find_char(message, 20);
        if (transaction == '1' || transaction == '2') {
            event->kind = CG_REPORT_CORRECTED;
        } else if (transaction == '3') {
            event->kind = CG_REPORT_OTHER;
        }
    }
    /* A fill that does not say how much cannot be counted either. */
    bool fills = event->kind == CG_REPORT_FILL ||
                 event->kind == CG_REPORT_CORRECTED;
    event->bad_cum_qty = event->bad_cum_qty || (fills && !event->has_cum_qty);
    event->closed = is_closed(find_char(message, 39));
    decode_exec_id(message, event);
    decode_status(message, event);
    if (find_char(message, 442) == '2') {
        cg_decode_leg_report(message, event);
    }
}

void cg_decode_cancel_reject(const struct cg_fix_message *message,
                             struct cg_cancel_reject_event *event)
{
    *event = (struct cg_cancel_reject_event){0};
    (void)cg_fix_find(message, 11, &event->clordid);
    (void)cg_fix_find(message, 41, &event->orig_clordid);
    /* With 102=1 a 9 has to say 39=8, whatever became of the order. */
    event->order_closed = is_closed(find_char(message, 39)) &&
                          find_char(message, 102) != '1';
    event->unknown = find_char(message, 102) == '1';
}
