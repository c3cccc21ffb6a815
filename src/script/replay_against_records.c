/*
 * A record for each message of a client that asks for a decision.
 *
 * It goes when both sides are done with it, so that memory follows the orders
 * that are open, not the length of the log.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* --- opening ------------------------------------------------------------ */

/* As many as the gate may have: it takes no more memory later. */
static bool open_books(struct cg_against_books *books)
{
    books->current = CG_AGAINST_NOBODY;
    books->about = CG_AGAINST_NOBODY;
    books->order_max = books->config->limits.orders;
    books->request_max = books->config->limits.requests;
    books->numbers = calloc(CG_AGAINST_RING, sizeof(*books->numbers));
    books->orders = calloc(books->order_max + 1, sizeof(*books->orders));
    books->requests = calloc(books->request_max + 1, sizeof(*books->requests));
    return books->numbers != NULL && books->orders != NULL &&
           books->requests != NULL;
}

int cg_against_books_open(struct cg_against *against)
{
    against->record_free = CG_AGAINST_NOBODY;
    return open_books(&against->books[A]) && open_books(&against->books[B])
               ? 0
               : CG_ERR_MEMORY;
}

static void free_events(struct cg_against_event *event)
{
    while (event != NULL) {
        struct cg_against_event *next = event->next;
        free(event);
        event = next;
    }
}

static void empty(struct cg_against *against, struct cg_against_record *record)
{
    free(record->views[A].text);
    free(record->views[B].text);
    cg_against_asks_free(against, record);
    free_events(record->held);
    record->serial = 0;
    record->held = NULL;
}

void cg_against_books_close(struct cg_against *against)
{
    for (size_t i = 0; i < against->record_max; i++) {
        if (against->records[i].serial != 0) {
            empty(against, &against->records[i]);
        }
    }
    for (int side = 0; side < CG_AGAINST_SIDES; side++) {
        struct cg_against_books *books = &against->books[side];
        free(books->orders);
        free(books->requests);
        free(books->tokens);
        free(books->asks);
        free(books->ask_nos);
        free(books->numbers);
    }
    free(against->records);
    free(against->ready);
}

/* --- records ------------------------------------------------------------ */

struct cg_against_record *cg_against_record_of(const struct cg_against *against,
                                               uint32_t record,
                                               uint64_t serial)
{
    return record < against->record_max && serial != 0 &&
                   against->records[record].serial == serial
               ? &against->records[record]
               : NULL;
}

struct cg_against_record *cg_against_record_at(const struct cg_against *against,
                                               uint32_t record)
{
    return record < against->record_max && against->records[record].serial != 0
               ? &against->records[record]
               : NULL;
}

static bool grow_records(struct cg_against *against)
{
    size_t max = against->record_max * 2 + 64;
    struct cg_against_record *more = realloc(against->records,
                                             max * sizeof(*more));
    if (more == NULL) {
        against->failed = true;
        return false;
    }
    /* What is held ends in the record itself while nothing is. */
    for (size_t i = 0; i < against->record_max; i++) {
        if (more[i].held == NULL) {
            more[i].held_end = &more[i].held;
        }
    }
    memset(&more[against->record_max], 0,
           (max - against->record_max) * sizeof(*more));
    for (size_t i = max; i > against->record_max; i--) {
        more[i - 1].next = against->record_free;
        against->record_free = (uint32_t)(i - 1);
    }
    against->records = more;
    against->record_max = max;
    return true;
}

/* 'D', 'G' or 'F'; 0: nothing is decided about such a message. */
static char type_of(const struct cg_replay_message *message)
{
    struct cg_slice type = message->type;
    if (cg_slice_is(type, "D") || cg_slice_is(type, "AB")) {
        return 'D';
    }
    if (cg_slice_is(type, "G") || cg_slice_is(type, "AC")) {
        return 'G';
    }
    return cg_slice_is(type, "F") ? 'F' : 0;
}

/* A table over the fields of an order that people know it by. */
static void take_fields(struct cg_against_record *record,
                        const struct cg_replay_message *message)
{
    struct cg_slice fields = message->body;
    struct cg_slice party = {NULL, 0};
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value)) {
        switch (tag) {
        case 1:
            cg_against_copy(record->account, value);
            break;
        case 11:
            cg_against_copy(record->clordid, value);
            break;
        case 38:
            snprintf(record->qty, sizeof(record->qty), "%.*s",
                     (int)(value.len < 31 ? value.len : 31), value.data);
            break;
        case 448:
            party = value;
            break;
        case 452:
            if (cg_slice_is(value, "24") && record->account[0] == '\0') {
                cg_against_copy(record->account, party);
            }
            break;
        case 54:
            record->side = value.len == 1 ? value.data[0] : '\0';
            break;
        case 55:
            cg_against_copy(record->instrument, value);
            break;
        default:
            break;
        }
    }
}

uint32_t cg_against_record_add(struct cg_against *against,
                               const struct cg_replay_message *message)
{
    char type = type_of(message);
    if (type == 0 ||
        (against->record_free == CG_AGAINST_NOBODY && !grow_records(against))) {
        return CG_AGAINST_NOBODY;
    }
    uint32_t slot = against->record_free;
    struct cg_against_record *record = &against->records[slot];
    against->record_free = record->next;
    *record = (struct cg_against_record){
        .serial = ++against->serial,
        .type = type,
        .package = message->type.len == 2,
        .client = message->session,
        .venue = CG_SESSION_NONE,
        .time = message->time,
        .root = type == 'D' ? slot : CG_AGAINST_NOBODY,
        .requests = CG_AGAINST_NOBODY,
        .next = CG_AGAINST_NOBODY,
    };
    record->held_end = &record->held;
    take_fields(record, message);
    return slot;
}

void cg_against_record_ready(struct cg_against *against, uint32_t slot)
{
    struct cg_against_record *record = cg_against_record_at(against, slot);
    if (record == NULL || record->ready) {
        return;
    }
    if (against->ready_count == against->ready_max) {
        size_t max = against->ready_max * 2 + 64;
        uint32_t *more = realloc(against->ready, max * sizeof(*more));
        if (more == NULL) {
            against->failed = true;
            return;
        }
        against->ready = more;
        against->ready_max = max;
    }
    record->ready = true;
    against->ready[against->ready_count++] = slot;
}

/* Nothing can come any more that is about it. */
bool cg_against_is_final(const struct cg_against_view *view)
{
    bool decided = view->heard && view->fate != CG_AGAINST_WAITING;
    return decided && view->open_asks == 0 &&
           (view->fate != CG_AGAINST_FORWARDED || view->over);
}

void cg_against_record_free(struct cg_against *against, uint32_t slot)
{
    struct cg_against_record *record = &against->records[slot];
    empty(against, record);
    record->next = against->record_free;
    against->record_free = slot;
}

static void free_requests(struct cg_against *against,
                          struct cg_against_record *root)
{
    for (uint32_t i = root->requests; i != CG_AGAINST_NOBODY;) {
        uint32_t next = against->records[i].next;
        cg_against_judge(against, &against->records[i], false);
        cg_against_record_free(against, i);
        i = next;
    }
    root->requests = CG_AGAINST_NOBODY;
    root->request_count = 0;
}

/* Whether all its requests are decided: they may come late in B. */
static bool requests_are_done(const struct cg_against *against,
                              const struct cg_against_record *root)
{
    for (uint32_t i = root->requests; i != CG_AGAINST_NOBODY;
         i = against->records[i].next) {
        const struct cg_against_record *request = &against->records[i];
        if (!cg_against_is_final(&request->views[A]) ||
            !cg_against_is_final(&request->views[B])) {
            return false;
        }
    }
    return true;
}

static void look_at(struct cg_against *against, uint32_t slot)
{
    struct cg_against_record *record = cg_against_record_at(against, slot);
    if (record == NULL) {
        return;
    }
    record->ready = false;
    cg_against_judge(against, record, false);
    uint32_t root = record->root;
    struct cg_against_record *order = cg_against_record_at(against, root);
    bool final = cg_against_is_final(&record->views[A]) &&
                 cg_against_is_final(&record->views[B]);
    if (order == NULL) {
        if (final) {
            cg_against_record_free(against, slot);
        }
        return;
    }
    if (cg_against_is_final(&order->views[A]) &&
        cg_against_is_final(&order->views[B]) &&
        requests_are_done(against, order)) {
        cg_against_judge(against, order, false);
        free_requests(against, order);
        cg_against_record_free(against, root);
    }
}

void cg_against_records_judge(struct cg_against *against)
{
    /* What is looked at may free others that are in the list: their serial is
     * gone then, or another's, and looking once more does no harm. */
    for (size_t i = 0; i < against->ready_count; i++) {
        look_at(against, against->ready[i]);
    }
    against->ready_count = 0;
}

static int by_serial(const void *a, const void *b)
{
    const struct cg_against_record *const *left = a;
    const struct cg_against_record *const *right = b;
    return (*left)->serial < (*right)->serial ? -1 : 1;
}

/* In the order in which they came. */
void cg_against_records_end(struct cg_against *against)
{
    size_t count = 0;
    struct cg_against_record **all = calloc(against->record_max + 1,
                                            sizeof(struct cg_against_record *));
    if (all == NULL) {
        against->failed = true;
        return;
    }
    for (size_t i = 0; i < against->record_max; i++) {
        if (against->records[i].serial != 0) {
            all[count++] = &against->records[i];
        }
    }
    qsort(all, count, sizeof(struct cg_against_record *), by_serial);
    for (size_t i = 0; i < count; i++) {
        cg_against_judge(against, all[i], true);
    }
    free(all);
}
