/*
 * B's time: what it hears of what A has heard, and what is planned for it
 * alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <stdlib.h>

/* --- what B hears at its own times -------------------------------------- */

struct cg_against_event *cg_against_event_new(struct cg_against *against,
                                              enum cg_against_what what,
                                              cg_time time,
                                              struct cg_slice bytes)
{
    struct cg_against_event *event = malloc(sizeof(*event) + bytes.len);
    if (event == NULL) {
        against->failed = true;
        return NULL;
    }
    *event = (struct cg_against_event){
        .what = what,
        .time = time,
        .order = ++against->event_no,
        .session = CG_SESSION_NONE,
        .record = CG_AGAINST_NOBODY,
        .log_time = time,
        .len = bytes.len,
    };
    if (bytes.len > 0) {
        memcpy(event->bytes, bytes.data, bytes.len);
    }
    return event;
}

static bool is_before(const struct cg_against_event *a,
                      const struct cg_against_event *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void heap_swap(struct cg_against *against, size_t i, size_t j)
{
    struct cg_against_event *event = against->heap[i];
    against->heap[i] = against->heap[j];
    against->heap[j] = event;
}

void cg_against_schedule(struct cg_against *against,
                         struct cg_against_event *event,
                         cg_time time)
{
    if (against->heap_count == against->heap_max) {
        size_t max = against->heap_max * 2 + 64;
        void *more = realloc(against->heap,
                             max * sizeof(struct cg_against_event *));
        if (more == NULL) {
            against->failed = true;
            free(event);
            return;
        }
        against->heap = more;
        against->heap_max = max;
    }
    event->time = time > against->b_now ? time : against->b_now;
    size_t at = against->heap_count++;
    against->heap[at] = event;
    while (at > 0 &&
           is_before(against->heap[at], against->heap[(at - 1) / 2])) {
        heap_swap(against, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static struct cg_against_event *heap_pop(struct cg_against *against)
{
    struct cg_against_event *first = against->heap[0];
    size_t at = 0;
    against->heap[0] = against->heap[--against->heap_count];
    for (;;) {
        size_t child = at * 2 + 1;
        if (child + 1 < against->heap_count &&
            is_before(against->heap[child + 1], against->heap[child])) {
            child++;
        }
        if (child >= against->heap_count ||
            !is_before(against->heap[child], against->heap[at])) {
            return first;
        }
        heap_swap(against, at, child);
        at = child;
    }
}

/* --- B hears ------------------------------------------------------------ */

/* Time goes on in B by itself. */
static int b_advance(struct cg_against *against, cg_time now)
{
    against->books[B].current = CG_AGAINST_NOBODY;
    int status = cg_side_advance(against->books[B].side, now);
    against->b_now = now > against->b_now ? now : against->b_now;
    return status;
}

int cg_against_b_recv(struct cg_against *against,
                      cg_session session,
                      struct cg_slice bytes,
                      cg_time now)
{
    int status = cg_replay_ids_rewrite(&against->ids, &bytes);
    return status != 0 ? status
                       : cg_side_recv(against->books[B].side, session, bytes,
                                      NULL, now);
}

/* A client's message, to the record of what it asks for. */
static int client_hears(struct cg_against *against,
                        struct cg_against_event *event)
{
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_against_record *record = cg_against_record_of(
        against, event->record, event->serial);
    if (record == NULL) {
        return cg_against_b_recv(against, event->session, bytes, event->time);
    }
    against->books[B].current = event->record;
    int status = cg_against_b_recv(against, event->session, bytes, event->time);
    against->books[B].current = CG_AGAINST_NOBODY;
    against->records[event->record].views[B].heard = true;
    cg_against_record_ready(against, event->record);
    if (against->records[event->record].root < against->record_max) {
        cg_against_release(
            against, &against->records[against->records[event->record].root]);
    }
    return status;
}

static int message_hears(struct cg_against *against,
                         struct cg_against_event *event)
{
    const struct cg_config *config = against->books[B].config;
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_slice type;
    switch (config->sessions[event->session].role) {
    case CG_ROLE_CLIENT:
        return client_hears(against, event);
    case CG_ROLE_VENUE:
        return cg_against_venue_hears(against, event);
    case CG_ROLE_HUB:
        break;
    }
    if (cg_against_find(bytes, 35, &type) && cg_slice_is(type, "DG")) {
        return cg_against_hub_hears(against, event);
    }
    if (!cg_against_amounts(&against->text, against->books[A].config, config,
                            &bytes)) {
        return CG_ERR_MEMORY;
    }
    return cg_against_b_recv(against, event->session, bytes, event->time);
}

static int link_hears(struct cg_against *against,
                      const struct cg_against_event *event)
{
    int status = cg_side_link(against->books[B].side, event->session,
                              event->flag, event->time);
    if (event->flag) {
        cg_against_hub_is_up(against, event->session, event->time);
    }
    return status;
}

static int hears(struct cg_against *against, struct cg_against_event *event)
{
    struct cg_side *side = against->books[B].side;
    struct cg_slice bytes = {event->bytes, event->len};
    switch (event->what) {
    case CG_AGAINST_LINK:
        return link_hears(against, event);
    case CG_AGAINST_RENUMBERED:
        return cg_side_renumbered(side, event->session, event->flag,
                                  event->time);
    case CG_AGAINST_REJECTED:
        return cg_against_venue_hears(against, event);
    case CG_AGAINST_RESENDING:
        return cg_side_resending(side, event->session, bytes, event->time);
    case CG_AGAINST_STOP:
        return cg_side_stop(side, event->time);
    case CG_AGAINST_START_AGAIN:
        return cg_side_start_again(side, event->time);
    case CG_AGAINST_MESSAGE:
        return message_hears(against, event);
    case CG_AGAINST_ANSWER:
    case CG_AGAINST_ASSUMED:
        return cg_against_hub_hears(against, event);
    case CG_AGAINST_CANCELED:
        return cg_against_canceled(against, event);
    }
    return CG_ERR_MISUSE;
}

static int do_one(struct cg_against *against, struct cg_against_event *event)
{
    int status = b_advance(against, event->time);
    event->kept = false;
    status = status != 0 ? status : hears(against, event);
    if (!event->kept) {
        free(event);
    }
    cg_against_records_judge(against);
    return against->failed && status == 0 ? CG_ERR_MEMORY : status;
}

/* --- B's time ----------------------------------------------------------- */

enum { STALLED = 1 };

static cg_time first_planned(const struct cg_against *against)
{
    return against->heap_count > 0 ? against->heap[0]->time : CG_TIME_NEVER;
}

cg_time cg_against_next(const struct cg_against *against)
{
    cg_time due = cg_gate_deadline(cg_side_gate(against->books[B].side));
    cg_time planned = first_planned(against);
    return due < planned ? due : planned;
}

int cg_against_until(struct cg_against *against, cg_time time)
{
    for (;;) {
        cg_time due = cg_gate_deadline(cg_side_gate(against->books[B].side));
        cg_time planned = first_planned(against);
        cg_time next = due < planned ? due : planned;
        next = next > against->b_now ? next : against->b_now;
        if (due > time && planned > time) {
            return cg_against_waits(against, time) ? STALLED : 0;
        }
        if (cg_against_waits(against, next)) {
            return STALLED;
        }
        int status = due <= planned ? b_advance(against, next)
                                    : do_one(against, heap_pop(against));
        cg_against_records_judge(against);
        if (status != 0) {
            return status;
        }
    }
}

int cg_against_follow(struct cg_against *against)
{
    int status = 0;
    while (against->first != NULL && status == 0) {
        struct cg_against_event *event = against->first;
        if (against->backlog > CG_AGAINST_BACKLOG) {
            cg_against_gives_up(against);
        }
        status = cg_against_until(against, event->time);
        if (status != 0) {
            break;
        }
        against->first = event->next;
        if (against->first == NULL) {
            against->end = &against->first;
        }
        against->backlog--;
        event->next = NULL;
        status = do_one(against, event);
    }
    return status == STALLED ? 0 : status;
}

void cg_against_queue(struct cg_against *against,
                      struct cg_against_event *event)
{
    *against->end = event;
    against->end = &event->next;
    against->backlog++;
}
