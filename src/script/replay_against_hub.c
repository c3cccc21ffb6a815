/*
 * What hubs say to B: the answers that they gave A, to the requests of B that
 * are about the same, as late as they were, or as late as they are told to be.
 *
 * Rules: R24, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <check.h>
#include <decimal.h>
#include <fix_value.h>
#include <stdio.h>
#include <stdlib.h>

/* 2325 */
enum { PENDING = 3, CANCELLED = 4 };

/* --- what a hub says ---------------------------------------------------- */

/* A number of the gate's making. */
static cg_seq number_of(struct cg_slice value)
{
    return (cg_seq)cg_replay_number(value);
}

/* "GATE-T17": 17, or 0. */
static cg_seq token_of(const struct cg_against *against, struct cg_slice value)
{
    const struct cg_replay_ids *ids = &against->ids;
    size_t at = ids->prefix_len + 1;
    if (value.len <= at || memcmp(value.data, ids->prefix, at - 1) != 0 ||
        value.data[at - 1] != 'T') {
        return 0;
    }
    return number_of((struct cg_slice){value.data + at, value.len - at});
}

static struct cg_against_ask *by_number(const struct cg_against *against,
                                        cg_seq number)
{
    struct cg_against_ask *ask = against->asked[number % CG_AGAINST_RING];
    return ask != NULL && ask->of[A].number == number ? ask : NULL;
}

static struct cg_against_record *
by_token(const struct cg_against *against, cg_seq number, uint64_t *limit)
{
    const struct cg_against_token_no *token =
        &against->books[A].numbers[number % CG_AGAINST_RING];
    *limit = token->limit;
    return number != 0 && token->number == number
               ? cg_against_record_of(against, token->of.record,
                                      token->of.serial)
               : NULL;
}

/* Which request of A the answer is to.  Without 2318 it is the newest of its
 * kind for the token. */
static struct cg_against_ask *answered(const struct cg_against *against,
                                       struct cg_slice bytes)
{
    struct cg_slice value;
    uint64_t limit;
    if (cg_against_find(bytes, 2318, &value) && number_of(value) != 0) {
        return by_number(against, number_of(value));
    }
    if (!cg_against_find(bytes, 2319, &value)) {
        return NULL;
    }
    cg_seq number = token_of(against, value);
    struct cg_against_record *record = by_token(against, number, &limit);
    bool notice = cg_against_find(bytes, 2321, &value) &&
                  cg_slice_is(value, "1");
    struct cg_against_ask *ask = record != NULL ? record->asks : NULL;
    while (ask != NULL && (ask->of[A].token != number || !ask->of[A].open ||
                           (ask->kind == CG_AGAINST_CONSUMED ||
                            ask->kind == CG_AGAINST_BUST) != notice)) {
        ask = ask->next;
    }
    return ask;
}

void cg_against_hub_hears_first(struct cg_against *against,
                                struct cg_against_event *event)
{
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_against_ask *ask = answered(against, bytes);
    if (ask != NULL) {
        event->ask = ask;
        event->ask_no = ask->no;
        event->record = ask->record;
        event->serial = ask->serial;
    }
}

static bool is_in_step(const struct cg_against *against,
                       const struct cg_against_ask *ask)
{
    return against->options.hub_latency < 0 && ask->of[B].asked &&
           ask->of[B].at == ask->of[A].at;
}

/* What is said again and again is kept so often: of decisions, and of what is
 * none. */
#define KEPT_MAX 4

/* Kept until B asks; |*kept| is NULL when it is not. */
static int keep(struct cg_against *against,
                struct cg_against_ask *ask,
                const struct cg_against_event *event,
                bool final,
                const struct cg_against_answer **kept)
{
    struct cg_against_answer **end = &ask->answers;
    size_t count = 0;
    while (*end != NULL) {
        count += (*end)->final == final;
        end = &(*end)->next;
    }
    *kept = NULL;
    if (count == KEPT_MAX) {
        return 0;
    }
    struct cg_against_answer *answer = malloc(sizeof(*answer) + event->len);
    if (answer == NULL) {
        against->failed = true;
        return CG_ERR_MEMORY;
    }
    *answer = (struct cg_against_answer){
        .after = event->time - ask->of[A].at,
        .time = event->time,
        .final = final,
        .len = event->len,
    };
    memcpy(answer->bytes, event->bytes, event->len);
    *end = answer;
    *kept = answer;
    return 0;
}

static void take_answer(struct cg_against *against,
                        struct cg_against_record *record,
                        struct cg_against_ask *ask,
                        const struct cg_against_answer *answer)
{
    cg_time fixed = against->options.hub_latency;
    cg_time later = ask->of[B].at - ask->of[A].at;
    if (!ask->of[B].asked || ask->assumed) {
        return;
    }
    if (fixed < 0 || (answer->final && ask->final_done)) {
        cg_against_ask_plan(against, record, ask, answer,
                            answer->time + (later > 0 ? later : 0));
    } else if (answer->final) {
        ask->final_done = true;
        cg_against_ask_known(against, ask);
        cg_against_ask_plan(against, record, ask, answer,
                            ask->of[B].at + fixed);
    }
}

int cg_against_hub_heard(struct cg_against *against,
                         struct cg_against_event *event)
{
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_slice value;
    struct cg_against_ask *ask = cg_against_ask_of(event, against);
    if (ask == NULL || is_in_step(against, ask)) {
        /* It stays in its place between all else that is heard. */
        cg_against_queue(against, event);
        return 0;
    }
    bool final = !cg_against_find(bytes, 2325, &value) ||
                 number_of(value) != PENDING;
    struct cg_against_record *record = cg_against_record_of(
        against, ask->record, ask->serial);
    const struct cg_against_answer *kept = NULL;
    int status = keep(against, ask, event, final, &kept);
    if (record != NULL && kept != NULL) {
        take_answer(against, record, ask, kept);
    }
    free(event);
    return status;
}

/* --- what B hears ------------------------------------------------------- */

/* |amount| of A's request, as a share of B's. */
static cg_dv01 share(const struct cg_against_ask *ask, cg_dv01 amount)
{
    cg_dv01 a = ask->of[A].amount;
    cg_dv01 b = ask->of[B].amount;
    if (a <= 0 || amount == a) {
        return b;
    }
    cg_wide share = (cg_wide)amount * b / a;
    return share > INT64_MAX ? INT64_MAX : (cg_dv01)share;
}

struct edits {
    struct cg_against_edit items[8];
    char texts[8][2 * CG_NAME_MAX];
    size_t count;
};

static char *edit(struct edits *edits, uint32_t tag, size_t *place)
{
    *place = edits->count++;
    edits->items[*place].tag = tag;
    return edits->texts[*place];
}

static void edit_number(struct edits *edits, uint32_t tag, cg_seq number)
{
    size_t place;
    char *text = edit(edits, tag, &place);
    snprintf(text, 2 * CG_NAME_MAX, "%llu", (unsigned long long)number);
    edits->items[place].value = cg_slice_str(text);
}

static void
edit_token(struct edits *edits, const struct cg_against *against, cg_seq number)
{
    size_t place;
    char *text = edit(edits, 2319, &place);
    snprintf(text, 2 * CG_NAME_MAX, "%sT%llu", against->ids.prefix,
             (unsigned long long)number);
    edits->items[place].value = cg_slice_str(text);
}

static void edit_amount(struct edits *edits,
                        const struct cg_against_ask *ask,
                        struct cg_slice bytes,
                        uint32_t tag)
{
    struct cg_slice value;
    cg_dv01 amount;
    size_t place;
    if (ask->of[A].amount == ask->of[B].amount ||
        !cg_against_find(bytes, tag, &value) ||
        !cg_dv01_parse(value, &amount)) {
        return;
    }
    char *text = edit(edits, tag, &place);
    cg_dv01_format(share(ask, amount), text);
    edits->items[place].value = cg_slice_str(text);
}

/* A life that begins later ends later. */
static void
edit_expiry(struct edits *edits, struct cg_slice bytes, cg_time later)
{
    struct cg_slice value;
    cg_time until;
    size_t place;
    if (later == 0 || !cg_against_find(bytes, 126, &value) ||
        !cg_fix_time(value, &until)) {
        return;
    }
    char *text = edit(edits, 126, &place);
    size_t len = cg_against_stamp(until + later, text);
    edits->items[place].value = (struct cg_slice){text, len};
}

static void edit_reference(struct edits *edits,
                           const struct cg_against *against,
                           struct cg_slice bytes)
{
    struct cg_slice value;
    if (!cg_against_find(bytes, 2322, &value)) {
        return;
    }
    const struct cg_against_ask *ask = by_number(against, number_of(value));
    if (ask != NULL && ask->of[B].asked &&
        ask->of[B].number != ask->of[A].number) {
        edit_number(edits, 2322, ask->of[B].number);
    }
}

static int hears(struct cg_against *against,
                 const struct cg_against_event *event,
                 const struct edits *edits)
{
    struct cg_slice bytes = {event->bytes, event->len};
    if (edits->count > 0) {
        if (!cg_against_rewrite(&against->text, bytes, edits->items,
                                edits->count)) {
            return CG_ERR_MEMORY;
        }
        bytes = (struct cg_slice){against->text.bytes, against->text.len};
    }
    return cg_against_b_recv(against, event->session, bytes, event->time);
}

static int hears_answer(struct cg_against *against,
                        const struct cg_against_event *event,
                        const struct cg_against_ask *ask)
{
    struct cg_slice bytes = {event->bytes, event->len};
    struct edits edits = {.count = 0};
    if (ask->of[A].number != ask->of[B].number) {
        edit_number(&edits, 2318, ask->of[B].number);
    }
    if (ask->of[A].token != ask->of[B].token) {
        edit_token(&edits, against, ask->of[B].token);
    }
    edit_reference(&edits, against, bytes);
    edit_amount(&edits, ask, bytes, 2324);
    edit_amount(&edits, ask, bytes, 2327);
    edit_expiry(&edits, bytes, event->time - event->log_time);
    return hears(against, event, &edits);
}

/* 2320 and 2321 by kind, and 2325. */
static int hears_assumed(struct cg_against *against,
                         const struct cg_against_event *event,
                         const struct cg_against_ask *ask)
{
    char fields[512];
    char amount[40];
    bool notice = ask->kind == CG_AGAINST_CONSUMED ||
                  ask->kind == CG_AGAINST_BUST;
    int transaction = ask->kind == CG_AGAINST_NEW ||
                              ask->kind == CG_AGAINST_CONSUMED
                          ? 0
                      : ask->kind == CG_AGAINST_CANCEL ||
                              ask->kind == CG_AGAINST_BUST
                          ? 1
                          : 2;
    cg_dv01_format(ask->of[B].amount, amount);
    snprintf(fields, sizeof(fields),
             "2318=%llu\0012319=%sT%llu\0012325=%d\0012320=%d\0012321=%d"
             "\0012324=%s\0012327=%s\001",
             (unsigned long long)ask->of[B].number, against->ids.prefix,
             (unsigned long long)ask->of[B].token,
             ask->kind == CG_AGAINST_CANCEL ? CANCELLED : 0, transaction,
             notice, amount, amount);
    against->totals.assumed_answers++;
    if (!cg_against_make(&against->text,
                         &against->books[B].config->sessions[event->session],
                         "DG", event->time, fields)) {
        return CG_ERR_MEMORY;
    }
    return cg_against_b_recv(
        against, event->session,
        (struct cg_slice){against->text.bytes, against->text.len}, event->time);
}

/* B has no such request or token; what it has by that number is another's. */
static int left_out(struct cg_against *against)
{
    against->totals.left_out++;
    return 0;
}

/* An answer to no request of A: about a token, as when the hub takes it back.
 */
static int hears_of_token(struct cg_against *against,
                          const struct cg_against_event *event)
{
    struct cg_slice bytes = {event->bytes, event->len};
    struct cg_slice value;
    struct edits edits = {.count = 0};
    uint64_t limit;
    if (!cg_against_find(bytes, 2319, &value)) {
        return against->diverged ? left_out(against)
                                 : hears(against, event, &edits);
    }
    cg_seq number = token_of(against, value);
    const struct cg_against_record *record = by_token(against, number, &limit);
    const struct cg_against_ask *ask = record != NULL ? record->asks : NULL;
    while (ask != NULL && (ask->of[A].token != number || !ask->of[B].asked)) {
        ask = ask->next;
    }
    if (ask == NULL && (record != NULL || against->diverged)) {
        return left_out(against);
    }
    if (ask != NULL && ask->of[B].token != number) {
        edit_token(&edits, against, ask->of[B].token);
    }
    return hears(against, event, &edits);
}

/* The hub is not there: what it has to say waits for its logon. */
static void keep_for_link(struct cg_against *against,
                          struct cg_against_event *event)
{
    event->kept = true;
    event->next = against->deaf;
    against->deaf = event;
}

void cg_against_hub_is_up(struct cg_against *against,
                          cg_session session,
                          cg_time now)
{
    cg_time takes = against->options.hub_latency >= 0
                        ? against->options.hub_latency
                        : cg_against_hub_takes(against);
    for (struct cg_against_event **at = &against->deaf; *at != NULL;) {
        struct cg_against_event *event = *at;
        if (event->session == session) {
            *at = event->next;
            cg_against_schedule(against, event, now + takes);
        } else {
            at = &event->next;
        }
    }
}

int cg_against_hub_hears(struct cg_against *against,
                         struct cg_against_event *event)
{
    struct cg_against_ask *ask = cg_against_ask_of(event, against);
    if (event->what == CG_AGAINST_MESSAGE) {
        return ask != NULL && ask->of[B].asked
                   ? hears_answer(against, event, ask)
                   : hears_of_token(against, event);
    }
    if (ask == NULL || !ask->of[B].open) {
        return 0;
    }
    if (!against->up[event->session]) {
        keep_for_link(against, event);
        return 0;
    }
    return event->what == CG_AGAINST_ANSWER
               ? hears_answer(against, event, ask)
               : hears_assumed(against, event, ask);
}
