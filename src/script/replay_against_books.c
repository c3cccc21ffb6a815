/*
 * What two gates make of each order, from their facts.
 *
 * Facts name slots, which stand for records (replay_against_records.c): each
 * side tells in a record what it decided, and with which numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <stdlib.h>
#include <tally.h>

/* Kinds of requests, as the facts name them. */
enum { REQUEST_NEW, REQUEST_REPLACE, REQUEST_CANCEL, REQUEST_PULL };

/* --- slots -------------------------------------------------------------- */

static bool make_room(struct cg_against *against,
                      void **items,
                      size_t *max,
                      size_t size,
                      uint32_t slot)
{
    if (slot < *max) {
        return true;
    }
    size_t more = ((size_t)slot + 1) * 2;
    char *grown = realloc(*items, more * size);
    if (grown == NULL) {
        against->failed = true;
        return false;
    }
    memset(grown + *max * size, 0, (more - *max) * size);
    *items = grown;
    *max = more;
    return true;
}

static void slot_set(struct cg_against *against,
                     struct cg_against_slot **slots,
                     size_t *max,
                     uint32_t slot,
                     uint32_t record)
{
    void *items = *slots;
    if (slot == CG_NONE ||
        !make_room(against, &items, max, sizeof(**slots), slot)) {
        return;
    }
    *slots = items;
    (*slots)[slot] = (struct cg_against_slot){
        record,
        record == CG_AGAINST_NOBODY ? 0 : against->records[record].serial};
}

static struct cg_against_record *of_slot(const struct cg_against *against,
                                         const struct cg_against_slot *slots,
                                         size_t max,
                                         uint32_t slot)
{
    return slot < max ? cg_against_record_of(against, slots[slot].record,
                                             slots[slot].serial)
                      : NULL;
}

static struct cg_against_record *order_of(const struct cg_against *against,
                                          enum cg_against_side side,
                                          uint32_t slot)
{
    const struct cg_against_books *books = &against->books[side];
    return of_slot(against, books->orders, books->order_max, slot);
}

static struct cg_against_record *request_of(const struct cg_against *against,
                                            enum cg_against_side side,
                                            uint32_t slot)
{
    const struct cg_against_books *books = &against->books[side];
    return of_slot(against, books->requests, books->request_max, slot);
}

static uint32_t slot_of(const struct cg_against *against,
                        const struct cg_against_record *record)
{
    return (uint32_t)(record - against->records);
}

/* The order's request joins it; the oldest goes when there are too many. */
static void link_request(struct cg_against *against,
                         struct cg_against_record *record,
                         struct cg_against_record *order)
{
    if (record->root != CG_AGAINST_NOBODY || order == NULL || order == record) {
        return;
    }
    record->root = slot_of(against, order);
    record->venue = order->venue;
    record->next = order->requests;
    order->requests = slot_of(against, record);
    if (order->request_count++ < CG_AGAINST_REQUESTS) {
        return;
    }
    for (uint32_t *at = &order->requests; *at != CG_AGAINST_NOBODY;
         at = &against->records[*at].next) {
        struct cg_against_record *old = &against->records[*at];
        if (old->next == CG_AGAINST_NOBODY &&
            cg_against_is_final(&old->views[A]) &&
            cg_against_is_final(&old->views[B])) {
            uint32_t slot = *at;
            *at = CG_AGAINST_NOBODY;
            order->request_count--;
            cg_against_judge(against, old, false);
            cg_against_record_free(against, slot);
            return;
        }
    }
}

/* --- decisions ---------------------------------------------------------- */

static void decide(struct cg_against *against,
                   struct cg_against_record *record,
                   enum cg_against_side side,
                   enum cg_against_fate fate,
                   cg_time now)
{
    struct cg_against_view *view = &record->views[side];
    view->fate = fate;
    view->at = now;
    if (record->type == 'D' && record->views[B].fate == CG_AGAINST_FORWARDED &&
        (record->views[A].fate == CG_AGAINST_REFUSED ||
         record->views[A].fate == CG_AGAINST_ENDED)) {
        cg_against_ends(against, record, now);
    }
    cg_against_record_ready(against, slot_of(against, record));
    if (side == B) {
        cg_against_release(against,
                           &against->records[record->root < against->record_max
                                                 ? record->root
                                                 : slot_of(against, record)]);
    }
}

static void refuse(struct cg_against *against,
                   struct cg_against_record *record,
                   enum cg_against_side side,
                   const struct cg_fact *fact)
{
    struct cg_against_view *view = &record->views[side];
    struct cg_limit_view limit;
    view->reason = fact->reason;
    view->required = fact->amount;
    view->available = fact->other;
    if (fact->limit != CG_NONE &&
        cg_gate_limit(cg_side_gate(against->books[side].side), fact->limit,
                      &limit)) {
        cg_against_copy(view->limit, cg_slice_str(limit.id));
        memcpy(view->currency, limit.currency, sizeof(view->currency));
        view->limit_has_amount = limit.has_amount;
        view->limit_amount = limit.amount;
    }
    decide(against, record, side, CG_AGAINST_REFUSED, fact->time);
    view->over = true;
}

static void order_taken(struct cg_against *against,
                        enum cg_against_side side,
                        const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    struct cg_against_record *record = cg_against_record_at(against,
                                                            books->current);
    slot_set(against, &books->orders, &books->order_max, fact->order,
             books->current);
    slot_set(against, &books->requests, &books->request_max, fact->request,
             books->current);
    if (record == NULL) {
        return;
    }
    struct cg_against_view *view = &record->views[side];
    record->venue = (cg_session)(fact->flags >> 16);
    view->fate = CG_AGAINST_WAITING;
    view->slot = fact->order;
    view->qty = fact->qty;
    cg_against_copy(view->id, (struct cg_slice){fact->id, fact->id_len});
}

static void order_refused(struct cg_against *against,
                          enum cg_against_side side,
                          const struct cg_fact *fact)
{
    struct cg_against_record *record =
        fact->order != CG_NONE
            ? order_of(against, side, fact->order)
            : cg_against_record_at(against, against->books[side].current);
    if (record != NULL) {
        refuse(against, record, side, fact);
    }
}

static void order_sent(struct cg_against *against,
                       enum cg_against_side side,
                       const struct cg_fact *fact)
{
    struct cg_against_record *record = order_of(against, side, fact->order);
    if (record != NULL) {
        decide(against, record, side, CG_AGAINST_FORWARDED, fact->time);
    }
}

static void order_closed(struct cg_against *against,
                         enum cg_against_side side,
                         const struct cg_fact *fact)
{
    struct cg_against_record *record = order_of(against, side, fact->order);
    if (record == NULL) {
        return;
    }
    struct cg_against_view *view = &record->views[side];
    if (side == A && view->fate == CG_AGAINST_FORWARDED && !view->over) {
        cg_spread_add(against->lives, (uint64_t)(fact->time - view->at));
    }
    view->over = true;
    if (view->fate == CG_AGAINST_WAITING) {
        decide(against, record, side, CG_AGAINST_ENDED, fact->time);
    }
    cg_against_record_ready(against, slot_of(against, record));
}

static void pulled(struct cg_against *against,
                   struct cg_against_record *order,
                   enum cg_against_side side,
                   const struct cg_fact *fact)
{
    struct cg_against_view *view = &order->views[side];
    struct cg_limit_view limit;
    const struct cg_gate *gate = cg_side_gate(against->books[side].side);
    cg_against_record_ready(against, slot_of(against, order));
    if (side == B) {
        cg_against_cancels(against, order, NULL,
                           (struct cg_slice){fact->id, fact->id_len},
                           fact->time);
    }
    if (view->pulled) {
        return; /* said again */
    }
    view->pulled = true;
    view->pulled_at = fact->time;
    view->pull_reason = fact->reason;
    /* The limits of the order, as they are now. */
    for (size_t i = 0; cg_gate_limit(gate, i, &limit); i++) {
        for (uint32_t j = 0; j < view->part_count; j++) {
            if (strcmp(view->parts[j].limit, limit.id) == 0 &&
                (view->limit[0] == '\0' ||
                 (limit.has_amount && limit.used > limit.amount))) {
                cg_against_copy(view->limit, cg_slice_str(limit.id));
                memcpy(view->currency, limit.currency, 4);
                view->pull_used = limit.used;
                view->pull_amount = limit.amount;
            }
        }
    }
}

static void request_taken(struct cg_against *against,
                          enum cg_against_side side,
                          const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    struct cg_against_record *order = order_of(against, side, fact->order);
    struct cg_against_record *record = cg_against_record_at(against,
                                                            books->current);
    bool own = fact->value == REQUEST_PULL;
    slot_set(against, &books->requests, &books->request_max, fact->request,
             own || record == NULL ? CG_AGAINST_NOBODY : books->current);
    if (own) {
        if (order != NULL) {
            pulled(against, order, side, fact);
        }
        return;
    }
    if (record != NULL) {
        record->views[side].fate = CG_AGAINST_WAITING;
        record->views[side].qty = fact->qty;
        link_request(against, record, order);
    }
}

static void request_sent(struct cg_against *against,
                         enum cg_against_side side,
                         const struct cg_fact *fact)
{
    struct cg_against_record *record = request_of(against, side, fact->request);
    struct cg_against_record *order = order_of(against, side, fact->order);
    if (record == NULL || record->type == 'D') {
        return;
    }
    record->views[side].over = true; /* as far as its own decision goes */
    decide(against, record, side, CG_AGAINST_FORWARDED, fact->time);
    if (side == B && record->type == 'F' && order != NULL) {
        cg_against_cancels(against, order, record,
                           cg_slice_str(record->clordid), fact->time);
    }
}

static void request_refused(struct cg_against *against,
                            enum cg_against_side side,
                            const struct cg_fact *fact)
{
    bool at_once = fact->id_len > 0; /* as it came: it has no fact before */
    struct cg_against_record *record =
        at_once ? cg_against_record_at(against, against->books[side].current)
                : request_of(against, side, fact->request);
    if (record == NULL || fact->reason == 0 ||
        record->views[side].fate > CG_AGAINST_WAITING) {
        return; /* or the venue's word */
    }
    link_request(against, record, order_of(against, side, fact->order));
    refuse(against, record, side, fact);
}

/* A replace is in force. */
static void request_accepted(struct cg_against *against,
                             enum cg_against_side side,
                             const struct cg_fact *fact)
{
    struct cg_against_record *record = request_of(against, side, fact->request);
    struct cg_against_record *order = order_of(against, side, fact->order);
    bool comes = (fact->flags & 1) == 0; /* else: another is by now */
    if (record != NULL && order != NULL && record->type == 'G' && comes) {
        cg_against_copy(order->views[side].id, cg_slice_str(record->clordid));
        order->views[side].qty = fact->qty;
    }
}

/* --- charges ------------------------------------------------------------ */

/* What a limit was asked for, and what it had: before the fact is in force. */
static void add_part(struct cg_against *against,
                     enum cg_against_side side,
                     struct cg_against_record *record,
                     const struct cg_against_part *charge,
                     uint32_t slot,
                     char way)
{
    struct cg_against_view *view = &record->views[side];
    struct cg_limit_view limit;
    if (view->part_count == CG_AGAINST_PARTS ||
        !cg_gate_limit(cg_side_gate(against->books[side].side), slot, &limit)) {
        return;
    }
    struct cg_against_part *part = &view->parts[view->part_count++];
    *part = *charge;
    cg_against_copy(part->limit, cg_slice_str(limit.id));
    memcpy(part->currency, limit.currency, sizeof(part->currency));
    part->has_amount = limit.has_amount;
    part->available = cg_tally_available(
        cg_side_tally(against->books[side].side), slot, way);
    part->amount = limit.amount;
}

static uint64_t limit_hash(const struct cg_against_books *books, uint32_t slot)
{
    struct cg_limit_view limit;
    return cg_gate_limit(cg_side_gate(books->side), slot, &limit)
               ? cg_against_hash(limit.id)
               : 0;
}

static void token_charged(struct cg_against *against,
                          enum cg_against_side side,
                          const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    struct cg_against_record *record = order_of(against, side, fact->order);
    void *items = books->tokens;
    if (!make_room(against, &items, &books->token_max, sizeof(*books->tokens),
                   fact->token)) {
        return;
    }
    books->tokens = items;
    struct cg_against_token *token = &books->tokens[fact->token];
    *token = (struct cg_against_token){.number = fact->number,
                                       .charge = fact->amount,
                                       .limit = limit_hash(books, fact->limit)};
    if (record == NULL) {
        return;
    }
    struct cg_against_part part = {.required = fact->amount,
                                   .rate = fact->rate,
                                   .fallback = (fact->flags & 1) != 0};
    token->of = (struct cg_against_slot){slot_of(against, record),
                                         record->serial};
    books->numbers[fact->number % CG_AGAINST_RING] =
        (struct cg_against_token_no){fact->number, token->of, token->limit};
    record->views[side].falls_back = record->views[side].falls_back ||
                                     part.fallback;
    if (record->views[side].fate == CG_AGAINST_WAITING) {
        add_part(against, side, record, &part, fact->limit, fact->side);
    }
}

/* A raise is charged to its replace. */
static void token_recharged(struct cg_against *against,
                            enum cg_against_side side,
                            const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    struct cg_against_record *record = cg_against_record_at(against,
                                                            books->current);
    if (fact->token >= books->token_max) {
        return;
    }
    struct cg_against_token *token = &books->tokens[fact->token];
    struct cg_against_part part = {.required = fact->amount - token->charge};
    token->charge = fact->amount;
    struct cg_limit_view limit;
    const struct cg_gate *gate = cg_side_gate(books->side);
    if (record == NULL || record->type != 'G' || part.required <= 0) {
        return;
    }
    for (size_t i = 0; cg_gate_limit(gate, i, &limit); i++) {
        if (cg_against_hash(limit.id) == token->limit) {
            add_part(against, side, record, &part, (uint32_t)i, record->side);
        }
    }
}

/* --- asks --------------------------------------------------------------- */

static void ask_sent(struct cg_against *against,
                     enum cg_against_side side,
                     const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    if (fact->token >= books->token_max) {
        return;
    }
    struct cg_against_token *token = &books->tokens[fact->token];
    struct cg_against_record *record = cg_against_record_of(
        against, token->of.record, token->of.serial);
    if (record != NULL) {
        cg_against_asked(against, side, record, token, fact);
        token->asked[fact->value % 16]++;
    }
}

/* --- reports ------------------------------------------------------------ */

/* In A: how long the venue took for its first word. */
static void first_word(struct cg_against *against,
                       enum cg_against_side side,
                       const struct cg_fact *fact)
{
    struct cg_against_record *record = order_of(against, side, fact->order);
    if (record == NULL || side != A || record->first_heard ||
        record->views[A].fate != CG_AGAINST_FORWARDED) {
        return;
    }
    record->first_heard = true;
    cg_spread_add(against->venue_takes,
                  (uint64_t)(fact->time - record->views[A].at));
}

static void identified(struct cg_against *against,
                       enum cg_against_side side,
                       const struct cg_fact *fact)
{
    struct cg_against_record *record = order_of(against, side, fact->order);
    if (record != NULL && fact->id_len > 0) {
        cg_against_copy(record->views[side].venue_id,
                        (struct cg_slice){fact->id, fact->id_len});
    }
}

static void filled(struct cg_against *against,
                   enum cg_against_side side,
                   const struct cg_fact *fact)
{
    struct cg_against_record *record = order_of(against, side, fact->order);
    if (record != NULL) {
        record->views[side].cum = fact->qty;
    }
}

/* A table over the kinds that tell of orders. */
void cg_against_books_fact(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_fact *fact)
{
    struct cg_against_books *books = &against->books[side];
    switch ((unsigned)fact->kind) {
    case CG_FACT_ORDER_TAKEN:
        order_taken(against, side, fact);
        break;
    case CG_FACT_ORDER_REFUSED:
        order_refused(against, side, fact);
        break;
    case CG_FACT_ORDER_QUEUED: {
        struct cg_against_record *record = order_of(against, side, fact->order);
        if (record != NULL) {
            record->views[side].queued = true;
        }
        break;
    }
    case CG_FACT_ORDER_SENT:
        order_sent(against, side, fact);
        break;
    case CG_FACT_ORDER_ACKED:
        identified(against, side, fact);
        first_word(against, side, fact);
        break;
    case CG_FACT_ORDER_IDENTIFIED:
        identified(against, side, fact);
        break;
    case CG_FACT_REPORT_SEEN:
        first_word(against, side, fact);
        break;
    case CG_FACT_ORDER_FILLED:
        first_word(against, side, fact);
        filled(against, side, fact);
        break;
    case CG_FACT_ORDER_RESTATED: {
        struct cg_against_record *record = order_of(against, side, fact->order);
        if (record != NULL) {
            record->views[side].qty = fact->qty;
        }
        break;
    }
    case CG_FACT_ORDER_CLOSED:
    case CG_FACT_ORDER_FORGOTTEN:
        order_closed(against, side, fact);
        break;
    case CG_FACT_REQUEST_TAKEN:
        request_taken(against, side, fact);
        break;
    case CG_FACT_REQUEST_SENT:
        request_sent(against, side, fact);
        break;
    case CG_FACT_REQUEST_ACCEPTED:
        request_accepted(against, side, fact);
        break;
    case CG_FACT_REQUEST_REFUSED:
        request_refused(against, side, fact);
        break;
    case CG_FACT_TOKEN_CHARGED:
    case CG_FACT_TOKEN_ADDED:
        token_charged(against, side, fact);
        break;
    case CG_FACT_TOKEN_RECHARGED:
        token_recharged(against, side, fact);
        break;
    case CG_FACT_ASK_SENT:
        ask_sent(against, side, fact);
        break;
    case CG_FACT_ASK_ANSWERED:
        cg_against_ask_closed(against, side, fact);
        break;
    case CG_FACT_LINK_UP:
    case CG_FACT_LINK_DOWN:
        if (side == B && fact->session < CG_SESSIONS_MAX) {
            against->up[fact->session] = fact->kind == CG_FACT_LINK_UP;
        }
        break;
    default:
        break;
    }
    /* What the venue's message that A hears is about. */
    if (side == A && books->about == CG_AGAINST_NOBODY &&
        fact->order != CG_NONE) {
        const struct cg_against_record *order = order_of(against, side,
                                                         fact->order);
        if (order != NULL) {
            books->about = slot_of(against, order);
        }
    }
}

/* --- what clients are told ---------------------------------------------- */

static bool refuses(const struct cg_side_said *said, struct cg_slice body)
{
    struct cg_slice value;
    const char *type = said->out->type;
    return strcmp(type, "9") == 0 ||
           (strcmp(type, "8") == 0 && cg_against_find(body, 39, &value) &&
            cg_slice_is(value, "8"));
}

/* The Text of a refusal, for what was refused right now. */
void cg_against_books_said(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_side_said *said)
{
    struct cg_slice body = {said->out->body, said->out->body_len};
    struct cg_slice id;
    struct cg_slice words;
    if (against->ready_count == 0 || !refuses(said, body) ||
        !cg_against_find(body, 11, &id) || !cg_against_find(body, 58, &words)) {
        return;
    }
    for (size_t i = against->ready_count; i > 0; i--) {
        struct cg_against_record *record = cg_against_record_at(
            against, against->ready[i - 1]);
        struct cg_against_view *view = &record->views[side];
        if (record != NULL && view->fate == CG_AGAINST_REFUSED &&
            view->text == NULL && record->client == said->session &&
            cg_slice_is(id, record->clordid)) {
            view->text = strndup(words.data, words.len);
            return;
        }
    }
}
