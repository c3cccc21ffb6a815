/*
 * What venues say to B: the reports of the log, about orders that are there in
 * B as well.
 *
 * An order that B forwards later has its reports as much later.  What B has not
 * sent has none, and what only B has sent rests: the log has no reports of it.
 * Only a cancel of B's own making is answered, as a venue would.  Rules: R31,
 * R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <decimal.h>
#include <stdio.h>
#include <stdlib.h>

#define TAKES_WITHOUT_A_CASE CG_MS /* until a report was seen */

static int left_out(struct cg_against *against)
{
    against->totals.left_out++;
    return 0;
}

/* --- what waits for B --------------------------------------------------- */

static void hold(struct cg_against_record *order,
                 struct cg_against_event *event)
{
    event->kept = true;
    event->next = NULL;
    *order->held_end = event;
    order->held_end = &event->next;
}

void cg_against_release(struct cg_against *against,
                        struct cg_against_record *order)
{
    struct cg_against_event *event = order->held;
    order->held = NULL;
    order->held_end = &order->held;
    while (event != NULL) {
        struct cg_against_event *next = event->next;
        /* It is looked at again at once, with the order as it is then. */
        cg_against_schedule(against, event, against->b_now);
        event = next;
    }
}

/* --- requests ----------------------------------------------------------- */

static const struct cg_against_record *
request_by_id(const struct cg_against *against,
              const struct cg_against_record *order,
              struct cg_slice id)
{
    for (uint32_t i = order->requests; i != CG_AGAINST_NOBODY;
         i = against->records[i].next) {
        if (cg_slice_is(id, against->records[i].clordid)) {
            return &against->records[i];
        }
    }
    return NULL;
}

/* It tells of a request, not of the order. */
static bool is_of_request(struct cg_slice bytes)
{
    struct cg_slice type;
    struct cg_slice value;
    if (cg_against_find(bytes, 35, &type) && cg_slice_is(type, "9")) {
        return true;
    }
    return cg_against_find(bytes, 150, &value) && value.len == 1 &&
           memchr("56E", value.data[0], 3) != NULL;
}

/* A replace or cancel that B refused: what happens to the order happens to it
 * as B has it, with the quantity that it let through. */
static int hears_as_it_was(struct cg_against *against,
                           const struct cg_against_event *event,
                           const struct cg_against_record *order)
{
    const struct cg_against_view *view = &order->views[B];
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_slice value;
    cg_qty cum = 0;
    char texts[3][32];
    bool over = cg_against_find(bytes, 39, &value) && value.len == 1 &&
                memchr("348C", value.data[0], 4) != NULL;
    if (cg_against_find(bytes, 14, &value)) {
        (void)cg_qty_parse(value, &cum);
    }
    cum = cum < view->qty ? cum : view->qty;
    snprintf(texts[0], 32, "%lld", (long long)cum);
    snprintf(texts[1], 32, "%lld", (long long)view->qty);
    snprintf(texts[2], 32, "%lld", over ? 0 : (long long)(view->qty - cum));
    const struct cg_against_edit edits[] = {
        {11, cg_slice_str(view->id)},  {41, {NULL, 0}},
        {14, cg_slice_str(texts[0])},  {38, cg_slice_str(texts[1])},
        {151, cg_slice_str(texts[2])}, {39, CG_SLICE("2")},
    };
    size_t count = cum == view->qty && !over ? 6 : 5;
    if (!cg_against_rewrite(&against->text, bytes, edits, count)) {
        return CG_ERR_MEMORY;
    }
    return cg_against_b_recv(
        against, event->session,
        (struct cg_slice){against->text.bytes, against->text.len}, event->time);
}

/* --- reports ------------------------------------------------------------ */

static int passes(struct cg_against *against, struct cg_against_event *event)
{
    struct cg_slice bytes = {event->bytes, event->len};
    if (event->what == CG_AGAINST_REJECTED) {
        return cg_side_rejected(against->books[B].side, event->session, bytes,
                                event->time);
    }
    return cg_against_b_recv(against, event->session, bytes, event->time);
}

/* It has waited as long as B was later; else it is put off by that. */
static bool is_put_off(struct cg_against *against,
                       struct cg_against_event *event,
                       const struct cg_against_record *order)
{
    cg_time due = event->log_time + order->lag;
    if (due <= event->time) {
        return false;
    }
    event->kept = true;
    cg_against_schedule(against, event, due);
    return true;
}

/* The venue's word on a cancel that A sent by itself. */
static bool is_of_a_pull(const struct cg_against *against, struct cg_slice id)
{
    size_t at = against->ids.prefix_len;
    return cg_replay_id_is_made(&against->ids, 11, id) && id.data[at] == 'P';
}

static int of_request(struct cg_against *against,
                      struct cg_against_event *event,
                      struct cg_against_record *order,
                      const struct cg_against_record *request)
{
    const struct cg_against_view *a = &request->views[A];
    const struct cg_against_view *b = &request->views[B];
    struct cg_slice bytes = {event->bytes, event->len};
    if (b->fate == CG_AGAINST_WAITING ||
        (b->fate == CG_AGAINST_NOTHING && !b->heard)) {
        hold(order, event);
        return 0;
    }
    if (b->fate != CG_AGAINST_FORWARDED) {
        return is_of_request(bytes) ? left_out(against)
                                    : hears_as_it_was(against, event, order);
    }
    if (a->fate == CG_AGAINST_FORWARDED && b->at - a->at > order->lag) {
        order->lag = b->at - a->at;
    }
    return is_put_off(against, event, order) ? 0 : passes(against, event);
}

int cg_against_venue_hears(struct cg_against *against,
                           struct cg_against_event *event)
{
    struct cg_against_record *order = cg_against_record_of(
        against, event->record, event->serial);
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_slice id;
    if (order == NULL) {
        return event->serial != 0 ? left_out(against) : passes(against, event);
    }
    if (!event->sent) {
        /* A has it not at the venue: the log is of other settings, and whatever
         * A makes of this, B may. */
        return passes(against, event);
    }
    const struct cg_against_view *a = &order->views[A];
    const struct cg_against_view *b = &order->views[B];
    if (order->held != NULL || b->fate == CG_AGAINST_WAITING) {
        hold(order, event);
        return 0;
    }
    if (b->fate != CG_AGAINST_FORWARDED || order->cut) {
        return left_out(against);
    }
    if (a->fate == CG_AGAINST_FORWARDED && b->at - a->at > order->lag) {
        order->lag = b->at - a->at;
    }
    if (cg_against_find(bytes, 11, &id)) {
        if (is_of_a_pull(against, id) && b->pulled_at != a->pulled_at) {
            /* The order goes in the log only. */
            order->cut = order->cut || event->flag;
            return left_out(against);
        }
        const struct cg_against_record *request = request_by_id(against, order,
                                                                id);
        if (request != NULL && event->what == CG_AGAINST_MESSAGE) {
            return of_request(against, event, order, request);
        }
    }
    return is_put_off(against, event, order) ? 0 : passes(against, event);
}

/* --- cancels of B's own making ------------------------------------------ */

/* A has sent the same cancel: the log has the answer, or lacks it. */
static bool log_answers(const struct cg_against_record *order,
                        const struct cg_against_record *request,
                        cg_time now)
{
    const struct cg_against_view *a = &order->views[A];
    const struct cg_against_view *b = &order->views[B];
    if (order->cut || a->fate != CG_AGAINST_FORWARDED) {
        return false;
    }
    if (request != NULL) {
        return request->views[A].fate == CG_AGAINST_FORWARDED;
    }
    return a->pulled && a->pulled_at == (b->pulled ? b->pulled_at : now);
}

static cg_time usual(const struct cg_spread *takes)
{
    return takes->count > 0 ? (cg_time)cg_spread_at(takes, 500)
                            : TAKES_WITHOUT_A_CASE;
}

static void plan_cancel(struct cg_against *against,
                        const struct cg_against_record *order,
                        struct cg_slice id,
                        cg_time due)
{
    struct cg_against_event *event = cg_against_event_new(
        against, CG_AGAINST_CANCELED, due, (struct cg_slice){NULL, 0});
    if (event == NULL) {
        return;
    }
    event->record = (uint32_t)(order - against->records);
    event->serial = order->serial;
    event->session = order->venue;
    cg_against_copy(event->id, id);
    cg_against_schedule(against, event, due);
}

void cg_against_cancels(struct cg_against *against,
                        struct cg_against_record *order,
                        const struct cg_against_record *request,
                        struct cg_slice id,
                        cg_time now)
{
    if (!log_answers(order, request, now)) {
        plan_cancel(against, order, id, now + usual(against->venue_takes));
    }
}

void cg_against_ends(struct cg_against *against,
                     struct cg_against_record *order,
                     cg_time now)
{
    if (against->options.unknown_ends && !order->ends) {
        order->ends = true;
        plan_cancel(against, order, (struct cg_slice){NULL, 0},
                    now + usual(against->lives));
    }
}

int cg_against_canceled(struct cg_against *against,
                        struct cg_against_event *event)
{
    struct cg_against_record *order = cg_against_record_of(
        against, event->record, event->serial);
    char fields[768];
    if (order == NULL || order->views[B].over || !against->up[event->session]) {
        return 0; /* a cancel that was not heard is said again */
    }
    const struct cg_against_view *view = &order->views[B];
    const struct cg_config_session *session =
        &against->books[B].config->sessions[event->session];
    bool asked = event->id[0] != '\0';
    bool old = strcmp(session->begin_string, "FIX.4.2") == 0;
    snprintf(fields, sizeof(fields),
             "37=%s\00111=%s\001%s%s%s17=what-if-%llu\001%s150=4\00139=4\001"
             "%s%s%s54=%c\00138=%lld\001%s151=0\00114=%lld\0016=0\001",
             view->venue_id[0] != '\0' ? view->venue_id : order->clordid,
             asked ? event->id : view->id, asked ? "41=" : "",
             asked ? view->id : "", asked ? "\001" : "",
             (unsigned long long)++against->made_no, old ? "20=0\001" : "",
             order->instrument[0] != '\0' ? "55=" : "", order->instrument,
             order->instrument[0] != '\0' ? "\001" : "", order->side,
             (long long)view->qty, order->package ? "442=3\001" : "",
             (long long)view->cum);
    order->cut = true;
    against->totals.assumed_cancels++;
    if (!cg_against_make(&against->text, session, "8", event->time, fields)) {
        return CG_ERR_MEMORY;
    }
    return cg_against_b_recv(
        against, event->session,
        (struct cg_slice){against->text.bytes, against->text.len}, event->time);
}
