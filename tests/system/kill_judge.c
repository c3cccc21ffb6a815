/*
 * The judge of the crash tests can fail: what really crossed the wires of a
 * gate that was killed a few times is judged again, whole, and then with one
 * mistake planted in it at a time, each of which must be found.
 *
 *     kill_judge CREDITGATE
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_stage.h"

#include <stdlib.h>

#define KILLS 12
#define TRIES 8 /* stages, if one does not bring all there is to find */

/* What crossed the wires, in the order the simulators saw it. */
struct record {
    struct kill_event *events;
    size_t count;
};

static char *kept_type(const char *type)
{
    return sim_copy(cg_slice_str(type));
}

static void keep(void *user, const struct kill_event *event)
{
    struct record *record = user;
    if ((record->count & (record->count - 1)) == 0) {
        record->events = sim_grow(record->events, record->count * 2 + 1,
                                  sizeof(*record->events));
    }
    struct kill_event *kept = &record->events[record->count++];
    *kept = *event;
    kept->type = kept_type(event->type);
    kept->body.data = sim_copy(event->body);
}

static void record_deinit(struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        free((char *)(uintptr_t)record->events[i].type);
        free((char *)(uintptr_t)record->events[i].body.data);
    }
    free(record->events);
    *record = (struct record){0};
}

/* --- what to spoil ------------------------------------------------------ */

static bool is(const struct kill_event *event,
               enum kill_peer peer,
               bool from_gate,
               const char *type)
{
    return event->peer == peer && event->from_gate == from_gate &&
           strcmp(event->type, type) == 0;
}

static bool has(const struct kill_event *event, int tag, const char *value)
{
    return cg_slice_is(sim_field_find(event->body, tag), value);
}

static bool
same(const struct kill_event *a, const struct kill_event *b, int tag)
{
    struct cg_slice left = sim_field_find(a->body, tag);
    struct cg_slice right = sim_field_find(b->body, tag);
    return left.len > 0 && left.len == right.len &&
           memcmp(left.data, right.data, left.len) == 0;
}

static bool is_gates(const struct kill_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 17);
    return id.len > 5 && memcmp(id.data, "GATE-", 5) == 0;
}

/* A D that reaches the venue under the hub's token. */
static bool order_arrives(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_VENUE, true, "D") && has(event, 1, "PING");
}

static bool push_order_arrives(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_VENUE, true, "D") && has(event, 1, "PUSH");
}

/* A DF that is said once, and answered. */
static bool said_once(const struct record *record, size_t at)
{
    size_t times = 0;
    for (size_t i = 0; i < record->count; i++) {
        times += record->events[i].peer == KILL_HUB &&
                 same(&record->events[i], &record->events[at], 2318);
    }
    return times == 2;
}

/* The grant of an order's token that reaches the venue later. */
static bool grant_of_order(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    if (!is(event, KILL_HUB, false, "DG") || !has(event, 2325, "0") ||
        !has(event, 2320, "0") || !has(event, 2321, "0") ||
        !has(event, 1670, "PING-USD") || !said_once(record, at)) {
        return false;
    }
    struct cg_slice token = sim_field_find(event->body, 2319);
    for (size_t i = at + 1; i < record->count; i++) {
        struct cg_slice used = sim_field_find(record->events[i].body, 7350);
        if (order_arrives(record, i) && used.len == token.len &&
            memcmp(used.data, token.data, token.len) == 0) {
            return true;
        }
        if (is(&record->events[i], KILL_HUB, false, "DG") &&
            same(&record->events[i], event, 2319)) {
            return false; /* a raise was granted before it arrived */
        }
    }
    return false;
}

static bool refusal(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_CLIENT, true, "8") && has(event, 150, "8") &&
           is_gates(event);
}

static bool last_fill(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_CLIENT, true, "8") && has(event, 150, "F") &&
           has(event, 39, "2");
}

static bool cancel_confirmed(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_CLIENT, true, "8") && has(event, 150, "4") &&
           sim_field_find(event->body, 41).len > 0 && !is_gates(event);
}

static bool consumption(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_HUB, true, "DF") && has(event, 2321, "1") &&
           said_once(record, at);
}

/* The answer to a release, or withdrawal, of what was granted before. */
static bool release_confirmed(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    if (!is(event, KILL_HUB, false, "DG") || !has(event, 2325, "4") ||
        sim_field_find(event->body, 2324).len == 0) { /* nothing was left */
        return false;
    }
    for (size_t i = 0; i < at; i++) {
        const struct kill_event *older = &record->events[i];
        if (is(older, KILL_HUB, false, "DG") && same(older, event, 2319) &&
            has(older, 2325, "0") && has(older, 2321, "0")) {
            return true;
        }
    }
    return false;
}

static bool release_confirmed_once(const struct record *record, size_t at)
{
    return release_confirmed(record, at) && said_once(record, at);
}

/* Its DF. */
static bool release(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    for (size_t i = at; is(event, KILL_HUB, true, "DF") && i < record->count;
         i++) {
        if (same(&record->events[i], event, 2318) &&
            is(&record->events[i], KILL_HUB, false, "DG")) {
            return release_confirmed(record, i) && said_once(record, at);
        }
    }
    return false;
}

static bool push(const struct record *record, size_t at)
{
    const struct kill_event *event = &record->events[at];
    return is(event, KILL_HUB, false, "CM") || is(event, KILL_HUB, false, "CR");
}

enum change {
    DROP,     /* it was never seen */
    DROP_ALL, /* nor were the others like it */
    TWICE,    /* seen again, with |tag| as |value| */
    EDIT,     /* seen with |tag| as |value| */
    BEFORE,   /* |peer|'s |type| with the fields of |value| and its 11 comes
                 before it */
    AFTER,    /* ... after it */
};

static const struct planted {
    const char *what;
    const char *found; /* what the judge must say, the beginning */
    bool (*where)(const struct record *record, size_t at);
    enum change change;
    int tag;
    const char *value;
} mistakes[] = {
    {"a grant was never given", "R22:", grant_of_order, DROP, 0, NULL},
    {"a grant was a refusal", "R22:", grant_of_order, EDIT, 2325, "2"},
    {"a grant was smaller", "R22:", grant_of_order, EDIT, 2327, "0.01"},
    {"no amount was pushed", "R13, R22:", push, DROP_ALL, 0, NULL},
    {"an order arrives twice", "R40:", order_arrives, TWICE, 0, NULL},
    {"a pushed order arrives twice", "R40:", push_order_arrives, TWICE, 0,
     NULL},
    {"an order arrives that nobody sent", "R45:", order_arrives, TWICE, 11,
     "NOBODY"},
    {"an order arrives changed", "R54:", order_arrives, EDIT, 38, "123"},
    {"an order arrives without a token", "R54:", order_arrives, EDIT, 7350, ""},
    {"a token is used again", "R2", order_arrives, EDIT, 7350, "GATE-T1"},
    {"a refusal is lost", "R45:", refusal, DROP, 0, NULL},
    {"a refusal comes twice", "R45:", refusal, TWICE, 0, NULL},
    {"the gate refuses what the venue has", "R45:", order_arrives, AFTER, 0,
     "17=GATE-E0|150=8|39=8|14=0"},
    {"the gate refuses, and sends it on", "R45:", order_arrives, BEFORE, 0,
     "17=GATE-E0|150=8|39=8|14=0"},
    {"a fill is lost", "R43:", last_fill, DROP, 0, NULL},
    {"a fill is smaller for its client", "R43:", last_fill, EDIT, 14, "1"},
    {"a filled order was rejected", "R45:", last_fill, AFTER, 0,
     "17=E0|150=8|39=8|14=99000000"},
    {"a cancel was not answered", "R45:", cancel_confirmed, DROP, 0, NULL},
    {"a client hears of the gate's own cancel", "R31, R45:", cancel_confirmed,
     EDIT, 11, "GATE-P0"},
    {"a trade is not told", "R23, R25:", consumption, DROP, 0, NULL},
    {"a trade is told twice", "R23, R25:", consumption, TWICE, 2318, "999999"},
    {"an ask changes when repeated", "R28:", consumption, TWICE, 2324, "1.00"},
    {"a release is lost", "R28:", release, DROP, 0, NULL},
    {"a release is not confirmed", "R28:", release_confirmed_once, DROP, 0,
     NULL},
};

#define MISTAKES (sizeof(mistakes) / sizeof(mistakes[0]))

/* --- judging again ------------------------------------------------------ */

static struct sim_body
with_field(const struct kill_event *event, int tag, const char *value)
{
    struct sim_body body = {0};
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, event->body);
    while (sim_reader_next(&reader, &field)) {
        if (field.tag != tag) {
            sim_body_add(&body, field.tag, field.value);
        } else if (value[0] != '\0') {
            sim_body_text(&body, tag, value);
        }
    }
    return body;
}

static void take_with(struct kill_ledger *ledger,
                      const struct kill_event *event,
                      int tag,
                      const char *value)
{
    struct kill_event changed = *event;
    struct sim_body body = with_field(event, tag, value);
    changed.body = sim_body_slice(&body);
    kill_ledger_take(ledger, &changed);
    sim_body_deinit(&body);
}

/* A report to the client about the order of |event|. */
static void take_report(struct kill_ledger *ledger,
                        const struct kill_event *event,
                        const char *fields)
{
    struct kill_event report = *event;
    struct sim_body body = {0};
    sim_body_same(&body, 11, event->body);
    sim_body_piped(&body, fields);
    report.peer = KILL_CLIENT;
    report.type = "8";
    report.body = sim_body_slice(&body);
    kill_ledger_take(ledger, &report);
    sim_body_deinit(&body);
}

static void take_spoiled(struct kill_ledger *ledger,
                         const struct kill_event *event,
                         const struct planted *mistake)
{
    switch (mistake->change) {
    case DROP:
    case DROP_ALL:
        break;
    case TWICE:
        kill_ledger_take(ledger, event);
        take_with(ledger, event, mistake->tag,
                  mistake->value != NULL ? mistake->value : "");
        if (mistake->tag == 2318) { /* and the hub says that it heard it */
            struct kill_event answer = *event;
            answer.from_gate = false;
            answer.type = "DG";
            struct sim_body body = with_field(event, 2318, mistake->value);
            sim_body_text(&body, 2325, "0");
            answer.body = sim_body_slice(&body);
            kill_ledger_take(ledger, &answer);
            sim_body_deinit(&body);
        }
        break;
    case EDIT:
        take_with(ledger, event, mistake->tag, mistake->value);
        break;
    case BEFORE:
        take_report(ledger, event, mistake->value);
        kill_ledger_take(ledger, event);
        break;
    case AFTER:
        kill_ledger_take(ledger, event);
        take_report(ledger, event, mistake->value);
        break;
    }
}

/* What the judge says of the record with |mistake| at |at|; empty: nothing. */
static void judge(const struct record *record,
                  const struct planted *mistake,
                  size_t at,
                  char *text,
                  size_t len)
{
    struct kill_ledger ledger;
    kill_ledger_init(&ledger);
    for (size_t i = 0; i < record->count; i++) {
        bool here = mistake != NULL &&
                    (i == at || (mistake->change == DROP_ALL && i > at &&
                                 mistake->where(record, i)));
        if (here) {
            take_spoiled(&ledger, &record->events[i], mistake);
        } else {
            kill_ledger_take(&ledger, &record->events[i]);
        }
    }
    text[0] = '\0';
    if (ledger.failure[0] != '\0') {
        snprintf(text, len, "%s", ledger.failure);
    } else {
        kill_ledger_open_end(&ledger, text, len);
    }
    kill_ledger_deinit(&ledger);
}

enum outcome { FOUND, OVERLOOKED, NOT_THERE };

/* Not the first place: there must be other orders before. */
static enum outcome plant(const struct record *record,
                          const struct planted *mistake)
{
    char text[1024];
    size_t places = 0;
    for (size_t i = 0; i < record->count; i++) {
        if (!mistake->where(record, i) ||
            (mistake->change != DROP_ALL && ++places < 3)) {
            continue;
        }
        judge(record, mistake, i, text, sizeof(text));
        bool found = strncmp(text, mistake->found, strlen(mistake->found)) == 0;
        printf("%s %s: %s\n", found ? "found" : "OVERLOOKED", mistake->what,
               text[0] != '\0' ? text : "the judge says nothing");
        return found ? FOUND : OVERLOOKED;
    }
    return NOT_THERE;
}

/* A gate is killed a few times; false when that fails already. */
static bool play(const char *program, uint64_t seed, struct record *record)
{
    struct kill_stage stage;
    if (!kill_stage_open(&stage, program, seed)) {
        return false;
    }
    stage.peers.watch = keep;
    stage.peers.user = record;
    for (int i = 0; i < KILLS && !kill_stage_failed(&stage); i++) {
        kill_stage_start(&stage, program, NULL);
        kill_stage_await_all_up(&stage);
        kill_stage_go_on(&stage, 50 + kill_random(&stage.load, 150));
        kill_stage_kill(&stage);
    }
    kill_stage_settle(&stage);
    kill_stage_end(&stage);
    bool fine = !kill_stage_failed(&stage);
    printf("%s\n", fine ? "played" : stage.failure);
    stage.peers.watch = NULL;
    kill_stage_close(&stage);
    return fine;
}

static int plant_all(const struct record *record, bool *done, size_t *left)
{
    char text[1024];
    judge(record, NULL, 0, text, sizeof(text));
    if (text[0] != '\0') {
        printf("nothing is planted, and the judge says: %s\n", text);
        return 1;
    }
    for (size_t i = 0; i < MISTAKES; i++) {
        enum outcome outcome = done[i] ? FOUND : plant(record, &mistakes[i]);
        if (outcome == OVERLOOKED) {
            return 1;
        }
        *left -= !done[i] && outcome == FOUND ? 1 : 0;
        done[i] = outcome == FOUND;
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool done[MISTAKES] = {false};
    size_t left = MISTAKES;
    if (argc != 2) {
        fprintf(stderr, "usage: %s CREDITGATE\n", argv[0]);
        return 2;
    }
    for (uint64_t seed = 1; left > 0 && seed <= TRIES; seed++) {
        struct record record = {0};
        bool fine = play(argv[1], seed, &record) &&
                    plant_all(&record, done, &left) == 0;
        record_deinit(&record);
        if (!fine) {
            printf("FAILED, seed %llu\n", (unsigned long long)seed);
            return 1;
        }
    }
    printf("%zu mistakes planted, %zu found\n", MISTAKES, MISTAKES - left);
    return left == 0 ? 0 : 1;
}
