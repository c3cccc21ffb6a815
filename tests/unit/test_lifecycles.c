/*
 * Life cycles, pair by pair: every state of an order, a replace, a token, a
 * limit and a stop meets every event that can come, and the outcome is what a
 * literal table says: a move, a documented no-op, or a refusal with its reason.
 *
 * A table is as large as its enums say; a member more leaves a hole in it, and
 * a hole fails.  With CG_LIFECYCLES_PRINT=1 the tables are printed as they are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <decide.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OUTCOME_MAX = 512 };

static struct small_engine small;
static int serial; /* of updates, stops and reports */
static cg_time now;

/* --- what came out ------------------------------------------------------ */

static void put(char *text, const char *word)
{
    char key[80];
    snprintf(key, sizeof(key), " %s,", word);
    if (strstr(text, key) == NULL) { /* once is enough */
        strncat(text, key, OUTCOME_MAX - strlen(text) - 1);
    }
}

/* NULL: what has no message of its own. */
static const char *effect_name(enum cg_effect_kind kind)
{
    static const char *const names[] = {
        [CG_EFFECT_FORWARD] = "forward",
        [CG_EFFECT_PARK] = "park",
        [CG_EFFECT_REFUSE_ORDER] = "8 rejected",
        [CG_EFFECT_REFUSE_REQUEST] = "9",
        [CG_EFFECT_CANCELLED] = "8 cancelled",
        [CG_EFFECT_STATUS] = "8 status",
        [CG_EFFECT_PASS] = "pass",
        [CG_EFFECT_PASS_PULLED] = "pass as the client's",
        [CG_EFFECT_ASK] = "DF",
        [CG_EFFECT_ASK_AGAIN] = "DF again",
        [CG_EFFECT_PULL] = "F of the gate",
        [CG_EFFECT_LIMITS_REQUEST] = "CL",
        [CG_EFFECT_LIMITS_ACK] = "DE",
        [CG_EFFECT_ACTION_REPORT] = "DI",
        [CG_EFFECT_NOTE] = "note",
    };
    if (kind == CG_EFFECT_FORGET || kind == CG_EFFECT_NEWS) {
        return NULL;
    }
    bool known = (size_t)kind < sizeof(names) / sizeof(names[0]) &&
                 names[kind] != NULL;
    return known ? names[kind] : "another message";
}

static void effect_put(char *text, const struct cg_effect *effect)
{
    const struct cg_state *state = &small.engine->state;
    char word[64];
    const char *name = effect_name(effect->kind);
    if (name == NULL) {
        return;
    }
    snprintf(word, sizeof(word), "%s", name);
    if (effect->refusal.reason != CG_REASON_NONE) {
        snprintf(word, sizeof(word), "%s CG%d", name,
                 (int)effect->refusal.reason);
    } else if (effect->kind == CG_EFFECT_ASK ||
               effect->kind == CG_EFFECT_ASK_AGAIN) {
        snprintf(word, sizeof(word), "%s %s", name,
                 cg_ask_kind_name(state->asks[effect->ask].kind));
    } else if (effect->kind == CG_EFFECT_LIMITS_ACK ||
               effect->kind == CG_EFFECT_ACTION_REPORT) {
        snprintf(word, sizeof(word), "%s %u/%u", name, effect->value,
                 effect->reject);
    } else if (effect->kind == CG_EFFECT_NOTE) {
        bool alarm = strncmp(effect->text, "ALARM", 5) == 0;
        snprintf(word, sizeof(word), "%s", alarm ? "alarm" : "note");
    }
    put(text, word);
}

static void effects_put(char *text)
{
    char error[256];
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        effect_put(text, &small.engine->effects[i]);
    }
    size_t len = strlen(text);
    if (text[len - 1] == ',' || text[len - 1] == ':') {
        text[len - 1] = '\0';
    }
    if (!cg_audit(&small.engine->state, error, sizeof(error))) {
        fail_msg("audit after \"%s\": %s", text, error);
    }
}

/* --- events ------------------------------------------------------------- */

static void send(int kind, const char *id, const char *orig, cg_qty qty)
{
    struct cg_order_event event = small_order(id, orig, '1', qty);
    small_begin(&small, SMALL_CLIENT, now);
    if (kind == 'D') {
        cg_engine_new(small.engine, &event);
    } else if (kind == 'G') {
        cg_engine_replace(small.engine, &event);
    } else {
        cg_engine_cancel(small.engine, &event);
    }
    small_end(&small);
}

static void
report(enum cg_report_kind kind, cg_qty cum, cg_qty qty, bool closed)
{
    struct cg_report_event event = {
        .kind = kind,
        .clordid = CG_SLICE("A"),
        .order_id = CG_SLICE("V"),
        .has_cum_qty = cum >= 0,
        .cum_qty = cum >= 0 ? cum : 0,
        .has_order_qty = qty > 0,
        .order_qty = qty,
        .closed = closed,
    };
    small_begin(&small, SMALL_VENUE, now);
    cg_engine_report(small.engine, &event);
    small_end(&small);
}

/* Answers the ask |number|; 0: names none but the token |token|. */
static void
answer_to(cg_seq number, cg_seq token, uint32_t status, cg_dv01 approved)
{
    struct cg_answer_event event = {
        .ask = number,
        .has_token = true,
        .token = token,
        .status = status,
        .result = status == 2 ? 99 : 0,
        .has_approved = approved >= 0,
        .approved = approved >= 0 ? approved : 0,
    };
    small_begin(&small, SMALL_HUB, now);
    cg_engine_answer(small.engine, &event);
    small_end(&small);
}

static void update(struct cg_limit_event entry, bool snapshot)
{
    char id[16];
    snprintf(id, sizeof(id), "U%d", ++serial);
    struct cg_update_event event = {
        .id = cg_slice_str(id),
        .made_at = SMALL_START + serial,
        .snapshot = snapshot,
        .limits = &entry,
        .count = 1,
        .parties = 1,
    };
    small_begin(&small, SMALL_HUB, now);
    cg_engine_update(small.engine, &event);
    small_end(&small);
}

static struct cg_limit_event entry_of(const char *id, cg_dv01 amount)
{
    return (struct cg_limit_event){
        .id = cg_slice_str(id),
        .account = CG_SLICE("ACME"),
        .kind = CG_LIMIT_DV01,
        .has_amount = amount >= 0,
        .amount = amount >= 0 ? amount : 0,
    };
}

static void action(uint32_t what, bool drill)
{
    char id[16];
    snprintf(id, sizeof(id), "S%d", ++serial);
    struct cg_action_event event = {
        .id = cg_slice_str(id),
        .account = CG_SLICE("ACME"),
        .action = what,
        .drill = drill,
    };
    small_begin(&small, SMALL_HUB, now);
    cg_engine_action(small.engine, &event);
    small_end(&small);
}

static void link_set(int session, bool up)
{
    small_begin(&small, session, now);
    cg_engine_link(small.engine, up);
    small_end(&small);
}

static void wait(cg_time ns)
{
    now += ns;
    small_begin(&small, (int)CG_SESSION_NONE, now);
    while (cg_engine_fire(small.engine)) {
    }
    small_end(&small);
}

/* --- comparing ---------------------------------------------------------- */

static bool printing(void)
{
    return getenv("CG_LIFECYCLES_PRINT") != NULL;
}

/* Compares one cell, or prints it. */
static void cell(const char *row,
                 const char *column,
                 const char *expected,
                 const char *outcome)
{
    if (printing()) {
        printf("            [%s] = \"%s\",\n", column, outcome);
        return;
    }
    if (expected == NULL) {
        fail_msg("%s x %s has no row: \"%s\"", row, column, outcome);
        return;
    }
    if (strcmp(expected, outcome) != 0) {
        fail_msg("%s x %s: expected \"%s\", got \"%s\"", row, column, expected,
                 outcome);
    }
}

static void row_begin(const char *row)
{
    if (printing()) {
        printf("    [%s] = {\n", row);
    }
}

static void row_end(void)
{
    if (printing()) {
        printf("    },\n");
    }
}

/* --- orders ------------------------------------------------------------- */

static const char *const order_names[CG_ORDER_STATES] = {
    [CG_ORDER_FREE] = "CG_ORDER_FREE",
    [CG_ORDER_QUEUED] = "CG_ORDER_QUEUED",
    [CG_ORDER_WAITING] = "CG_ORDER_WAITING",
    [CG_ORDER_SENT] = "CG_ORDER_SENT",
    [CG_ORDER_OPEN] = "CG_ORDER_OPEN",
    [CG_ORDER_CLOSED] = "CG_ORDER_CLOSED",
};

/* X(NAME): every event that an order can meet. */
#define ORDER_EVENTS(X)                                                        \
    X(NEW_SAME_ID)                                                             \
    X(REPLACE_UP)                                                              \
    X(REPLACE_DOWN)                                                            \
    X(CANCEL)                                                                  \
    X(REPORT_OTHER)                                                            \
    X(REPORT_NEW)                                                              \
    X(REPORT_FILL)                                                             \
    X(REPORT_FILL_ALL)                                                         \
    X(REPORT_OVERFILL)                                                         \
    X(REPORT_CANCELLED)                                                        \
    X(REPORT_REPLACED)                                                         \
    X(REPORT_REJECTED)                                                         \
    X(REPORT_EXPIRED)                                                          \
    X(REPORT_DONE_FOR_DAY)                                                     \
    X(REPORT_RESTATED)                                                         \
    X(REPORT_CORRECTED)                                                        \
    X(REPORT_PENDING)                                                          \
    X(REJECTED_BY_3)                                                           \
    X(NINE)                                                                    \
    X(GRANT)                                                                   \
    X(PARTIAL_GRANT)                                                           \
    X(DENIAL)                                                                  \
    X(PENDING_GRANT)                                                           \
    X(TAKEN_BACK)                                                              \
    X(LIMIT_LOWERED)                                                           \
    X(LIMIT_REMOVED)                                                           \
    X(SUSPEND)                                                                 \
    X(HALT)                                                                    \
    X(HARD_DEADLINE)                                                           \
    X(VENUE_DOWN)                                                              \
    X(HUB_DOWN)                                                                \
    X(GATE_STOPS)

enum order_event {
#define X(name) E_##name,
    ORDER_EVENTS(X)
#undef X
        ORDER_EVENT_COUNT
};

static const char *const order_events[ORDER_EVENT_COUNT] = {
#define X(name) "E_" #name,
    ORDER_EVENTS(X)
#undef X
};

/* A kind of report without an event here does not compile. */
static enum order_event event_of(enum cg_report_kind kind)
{
    switch (kind) {
    case CG_REPORT_OTHER:
        return E_REPORT_OTHER;
    case CG_REPORT_NEW:
        return E_REPORT_NEW;
    case CG_REPORT_FILL:
        return E_REPORT_FILL;
    case CG_REPORT_CANCELLED:
        return E_REPORT_CANCELLED;
    case CG_REPORT_REPLACED:
        return E_REPORT_REPLACED;
    case CG_REPORT_REJECTED:
        return E_REPORT_REJECTED;
    case CG_REPORT_EXPIRED:
        return E_REPORT_EXPIRED;
    case CG_REPORT_DONE_FOR_DAY:
        return E_REPORT_DONE_FOR_DAY;
    case CG_REPORT_RESTATED:
        return E_REPORT_RESTATED;
    case CG_REPORT_CORRECTED:
        return E_REPORT_CORRECTED;
    case CG_REPORT_PENDING:
        return E_REPORT_PENDING;
    }
    return ORDER_EVENT_COUNT;
}

static const struct cg_order *order(void)
{
    const struct cg_state *state = &small.engine->state;
    uint32_t request = cg_state_request(state, SMALL_VENUE, CG_SLICE("A"));
    uint32_t slot = request != CG_NONE ? state->requests[request].order
                                       : CG_NONE;
    return slot != CG_NONE ? &state->orders[slot] : NULL;
}

static enum cg_order_state order_state(void)
{
    return order() != NULL ? order()->state : CG_ORDER_FREE;
}

static cg_seq ask_of_order(void)
{
    const struct cg_state *state = &small.engine->state;
    if (order() == NULL || order()->tokens == CG_NONE ||
        state->ask_first == CG_NONE) {
        return 1;
    }
    return state->asks[state->ask_first].number;
}

/* A ping limit of 100 and a pushed one; an order of 10 takes 7 and 11. */
static void order_drive(enum cg_order_state to)
{
    const struct cg_config_limit limits[] = {
        small_limit("L0", CG_MEASURE_GROSS, CG_MODEL_PING, 100, false),
        small_limit("L1", CG_MEASURE_NET, CG_MODEL_PUSH, 100, true),
    };
    serial = 0;
    now = SMALL_START;
    small_open(&small, limits, 2);
    if (to == CG_ORDER_QUEUED) {
        struct cg_limit_event entry = entry_of("L1", 10);
        entry.has_action = true;
        entry.action = 0;
        update(entry, false);
    }
    if (to != CG_ORDER_FREE) {
        send('D', "A", "", 10);
    }
    if (to == CG_ORDER_SENT || to == CG_ORDER_OPEN || to == CG_ORDER_CLOSED) {
        answer_to(1, 1, 0, 7);
    }
    if (to == CG_ORDER_OPEN || to == CG_ORDER_CLOSED) {
        report(CG_REPORT_NEW, 0, 0, false);
    }
    if (to == CG_ORDER_CLOSED) {
        report(CG_REPORT_CANCELLED, 4, 0, true);
    }
    assert_int_equal(order_state(), to);
}

static void order_report(enum order_event event)
{
    for (int kind = CG_REPORT_OTHER; kind <= CG_REPORT_PENDING; kind++) {
        if (event_of((enum cg_report_kind)kind) != event) {
            continue;
        }
        bool closed = event == E_REPORT_CANCELLED ||
                      event == E_REPORT_REJECTED || event == E_REPORT_EXPIRED;
        report((enum cg_report_kind)kind, event == E_REPORT_FILL ? 5 : -1,
               event == E_REPORT_RESTATED ? 6 : 0, closed);
    }
}

static void order_meet(enum order_event event)
{
    struct cg_cancel_reject_event nine = {.clordid = CG_SLICE("A")};
    struct cg_limit_event removed = entry_of("L0", -1);
    removed.removed = true;
    switch (event) {
    case E_NEW_SAME_ID:
        send('D', "A", "", 1);
        break;
    case E_REPLACE_UP:
        send('G', "B", "A", 20);
        break;
    case E_REPLACE_DOWN:
        send('G', "B", "A", 5);
        break;
    case E_CANCEL:
        send('F', "B", "A", 0);
        break;
    case E_REPORT_FILL_ALL:
        report(CG_REPORT_FILL, 10, 0, true);
        break;
    case E_REPORT_OVERFILL:
        report(CG_REPORT_FILL, 11, 0, true);
        break;
    case E_REJECTED_BY_3:
        small_begin(&small, SMALL_VENUE, now);
        cg_engine_rejected(small.engine, CG_SLICE("A"));
        small_end(&small);
        break;
    case E_NINE:
        small_begin(&small, SMALL_VENUE, now);
        cg_engine_cancel_reject(small.engine, &nine);
        small_end(&small);
        break;
    case E_GRANT:
        answer_to(ask_of_order(), 1, 0, -1);
        break;
    case E_PARTIAL_GRANT:
        answer_to(ask_of_order(), 1, 1, 1);
        break;
    case E_DENIAL:
        answer_to(ask_of_order(), 1, 2, -1);
        break;
    case E_PENDING_GRANT:
        answer_to(ask_of_order(), 1, 3, -1);
        break;
    case E_TAKEN_BACK:
        answer_to(0, 1, 4, -1);
        break;
    case E_LIMIT_LOWERED:
        update(entry_of("L0", 1), false);
        break;
    case E_LIMIT_REMOVED:
        update(removed, false);
        break;
    case E_SUSPEND:
        action(0, false);
        break;
    case E_HALT:
        action(1, false);
        break;
    case E_HARD_DEADLINE:
        wait(small.config.hard_deadline_ns);
        break;
    case E_VENUE_DOWN:
        link_set(SMALL_VENUE, false);
        break;
    case E_HUB_DOWN:
        link_set(SMALL_HUB, false);
        break;
    case E_GATE_STOPS:
        small_begin(&small, (int)CG_SESSION_NONE, now);
        cg_engine_stop(small.engine);
        small_end(&small);
        break;
    case E_REPORT_OTHER:
    case E_REPORT_NEW:
    case E_REPORT_FILL:
    case E_REPORT_CANCELLED:
    case E_REPORT_REPLACED:
    case E_REPORT_REJECTED:
    case E_REPORT_EXPIRED:
    case E_REPORT_DONE_FOR_DAY:
    case E_REPORT_RESTATED:
    case E_REPORT_CORRECTED:
    case E_REPORT_PENDING:
        order_report(event);
        break;
    case ORDER_EVENT_COUNT:
        break;
    }
}

static const char *order_state_word(void)
{
    static const char *const words[CG_ORDER_STATES] = {
        [CG_ORDER_FREE] = "unknown",    [CG_ORDER_QUEUED] = "queued",
        [CG_ORDER_WAITING] = "waiting", [CG_ORDER_SENT] = "sent",
        [CG_ORDER_OPEN] = "open",       [CG_ORDER_CLOSED] = "closed",
    };
    return words[order_state()];
}

/* --- requests ----------------------------------------------------------- */

static const char *const request_names[CG_REQUEST_STATES] = {
    [CG_REQUEST_FREE] = "CG_REQUEST_FREE",
    [CG_REQUEST_BEHIND] = "CG_REQUEST_BEHIND",
    [CG_REQUEST_WAITING] = "CG_REQUEST_WAITING",
    [CG_REQUEST_SENT] = "CG_REQUEST_SENT",
    [CG_REQUEST_ACCEPTED] = "CG_REQUEST_ACCEPTED",
    [CG_REQUEST_REFUSED] = "CG_REQUEST_REFUSED",
};

static const char *const request_words[CG_REQUEST_STATES] = {
    [CG_REQUEST_FREE] = "unknown",      [CG_REQUEST_BEHIND] = "behind",
    [CG_REQUEST_WAITING] = "waiting",   [CG_REQUEST_SENT] = "sent",
    [CG_REQUEST_ACCEPTED] = "accepted", [CG_REQUEST_REFUSED] = "refused",
};

/* What the replace R can meet.  _OF_IT names it as what is to be changed. */
#define REQUEST_EVENTS(X)                                                      \
    X(SAME_ID)                                                                 \
    X(REPLACE_OF_IT)                                                           \
    X(CANCEL_OF_IT)                                                            \
    X(CANCEL_OF_ORDER)                                                         \
    X(GRANT)                                                                   \
    X(DENIAL)                                                                  \
    X(CONFIRMED)                                                               \
    X(PENDING)                                                                 \
    X(FILL)                                                                    \
    X(FILL_ALL)                                                                \
    X(ORDER_CANCELLED)                                                         \
    X(NINE)                                                                    \
    X(REJECTED_BY_3)                                                           \
    X(HARD_DEADLINE)                                                           \
    X(SUSPEND)                                                                 \
    X(HALT)                                                                    \
    X(LIMIT_REMOVED)                                                           \
    X(VENUE_DOWN)                                                              \
    X(HUB_DOWN)                                                                \
    X(GATE_STOPS)

enum request_event {
#define X(name) Q_##name,
    REQUEST_EVENTS(X)
#undef X
        REQUEST_EVENT_COUNT
};

static const char *const request_events[REQUEST_EVENT_COUNT] = {
#define X(name) "Q_" #name,
    REQUEST_EVENTS(X)
#undef X
};

static enum cg_request_state request_state(void)
{
    const struct cg_state *state = &small.engine->state;
    uint32_t slot = cg_state_request(state, SMALL_VENUE, CG_SLICE("R"));
    return slot != CG_NONE ? state->requests[slot].state : CG_REQUEST_FREE;
}

/* The venue speaks of the replace R. */
static void
request_report(enum cg_report_kind kind, cg_qty cum, cg_qty qty, bool closed)
{
    struct cg_report_event event = {
        .kind = kind,
        .clordid = CG_SLICE("R"),
        .orig_clordid = CG_SLICE("A"),
        .order_id = CG_SLICE("V"),
        .has_cum_qty = true,
        .cum_qty = cum,
        .has_order_qty = qty > 0,
        .order_qty = qty,
        .closed = closed,
    };
    small_begin(&small, SMALL_VENUE, now);
    cg_engine_report(small.engine, &event);
    small_end(&small);
}

static void request_drive(enum cg_request_state to)
{
    order_drive(CG_ORDER_OPEN);
    if (to == CG_REQUEST_BEHIND) {
        send('G', "B", "A", 30);
        send('G', "R", "B", 20);
    } else if (to != CG_REQUEST_FREE) {
        send('G', "R", "A", 20);
    }
    if (to == CG_REQUEST_SENT || to == CG_REQUEST_ACCEPTED) {
        answer_to(ask_of_order(), 1, 0, -1);
    } else if (to == CG_REQUEST_REFUSED) {
        answer_to(ask_of_order(), 1, 2, -1);
    }
    if (to == CG_REQUEST_ACCEPTED) {
        request_report(CG_REPORT_REPLACED, 0, 20, false);
    }
    assert_int_equal(request_state(), to);
}

/* What happens to its order or to the links; see order_meet(). */
static enum order_event request_other(enum request_event event)
{
    static const enum order_event others[REQUEST_EVENT_COUNT] = {
        [Q_GRANT] = E_GRANT,
        [Q_DENIAL] = E_DENIAL,
        [Q_ORDER_CANCELLED] = E_REPORT_CANCELLED,
        [Q_HARD_DEADLINE] = E_HARD_DEADLINE,
        [Q_SUSPEND] = E_SUSPEND,
        [Q_HALT] = E_HALT,
        [Q_LIMIT_REMOVED] = E_LIMIT_REMOVED,
        [Q_VENUE_DOWN] = E_VENUE_DOWN,
        [Q_HUB_DOWN] = E_HUB_DOWN,
        [Q_GATE_STOPS] = E_GATE_STOPS,
    };
    return others[event];
}

static void request_meet(enum request_event event)
{
    struct cg_cancel_reject_event nine = {.clordid = CG_SLICE("R")};
    if (event == Q_SAME_ID) {
        send('G', "R", "A", 15);
    } else if (event == Q_REPLACE_OF_IT) {
        send('G', "N", "R", 5);
    } else if (event == Q_CANCEL_OF_IT) {
        send('F', "N", "R", 0);
    } else if (event == Q_CANCEL_OF_ORDER) {
        send('F', "N", "A", 0);
    } else if (event == Q_CONFIRMED) {
        request_report(CG_REPORT_REPLACED, 0, 20, false);
    } else if (event == Q_PENDING) {
        request_report(CG_REPORT_PENDING, 0, 0, false);
    } else if (event == Q_FILL) {
        request_report(CG_REPORT_FILL, 5, 0, false);
    } else if (event == Q_FILL_ALL) {
        request_report(CG_REPORT_FILL, 20, 0, true);
    } else if (event == Q_NINE) {
        small_begin(&small, SMALL_VENUE, now);
        cg_engine_cancel_reject(small.engine, &nine);
        small_end(&small);
    } else if (event == Q_REJECTED_BY_3) {
        small_begin(&small, SMALL_VENUE, now);
        cg_engine_rejected(small.engine, CG_SLICE("R"));
        small_end(&small);
    } else {
        order_meet(request_other(event));
    }
}

/* --- tokens ------------------------------------------------------------- */

static const char *const token_names[CG_TOKEN_STATES] = {
    [CG_TOKEN_FREE] = "CG_TOKEN_FREE",
    [CG_TOKEN_ASKED] = "CG_TOKEN_ASKED",
    [CG_TOKEN_LIVE] = "CG_TOKEN_LIVE",
    [CG_TOKEN_SPENT] = "CG_TOKEN_SPENT",
    [CG_TOKEN_RETURNING] = "CG_TOKEN_RETURNING",
    [CG_TOKEN_CLOSED] = "CG_TOKEN_CLOSED",
};

/* T_REPEAT: the answer to the first ask, once more. */
#define TOKEN_EVENTS(X)                                                        \
    X(GRANT)                                                                   \
    X(GRANT_OF_MORE)                                                           \
    X(PARTIAL)                                                                 \
    X(DENIAL)                                                                  \
    X(PENDING)                                                                 \
    X(CANCELLED)                                                               \
    X(REPEAT)                                                                  \
    X(TAKEN_BACK)                                                              \
    X(FILL)                                                                    \
    X(ORDER_CANCELLED)                                                         \
    X(LIMIT_REMOVED)                                                           \
    X(SOFT_DEADLINE)                                                           \
    X(HARD_DEADLINE)                                                           \
    X(RENEWAL_DUE)                                                             \
    X(EXPIRY)                                                                  \
    X(HUB_DOWN)                                                                \
    X(HUB_BACK)

enum token_event {
#define X(name) T_##name,
    TOKEN_EVENTS(X)
#undef X
        TOKEN_EVENT_COUNT
};

static const char *const token_events[TOKEN_EVENT_COUNT] = {
#define X(name) "T_" #name,
    TOKEN_EVENTS(X)
#undef X
};

static const struct cg_token *token(void)
{
    uint32_t slot = cg_state_token(&small.engine->state, 1);
    return slot != CG_NONE ? &small.engine->state.tokens[slot] : NULL;
}

static enum cg_token_state token_state(void)
{
    return token() != NULL ? token()->state : CG_TOKEN_FREE;
}

/* The newest ask of the token that is out, else the first it ever had. */
static cg_seq ask_of_token(void)
{
    return token() != NULL && token()->asks != CG_NONE
               ? small.engine->state.asks[token()->asks].number
               : 1;
}

/* Two ping limits, so that one token can be live while the order waits. */
static void token_drive(enum cg_token_state to)
{
    const struct cg_config_limit limits[] = {
        small_limit("L0", CG_MEASURE_GROSS, CG_MODEL_PING, 100, false),
        small_limit("L1", CG_MEASURE_NET, CG_MODEL_PING, 100, true),
    };
    serial = 0;
    now = SMALL_START;
    small_open(&small, limits, 2);
    if (to != CG_TOKEN_FREE) {
        send('D', "A", "", 10);
    }
    if (to == CG_TOKEN_LIVE || to == CG_TOKEN_SPENT) {
        answer_to(1, 1, 0, 7);
    }
    if (to == CG_TOKEN_SPENT) {
        answer_to(2, 2, 0, 11);
        report(CG_REPORT_NEW, 0, 0, false);
    }
    if (to == CG_TOKEN_RETURNING || to == CG_TOKEN_CLOSED) {
        send('F', "B", "A", 0);
    }
    if (to == CG_TOKEN_CLOSED) {
        answer_to(ask_of_token(), 1, 4, -1);
    }
    assert_int_equal(token_state(), to);
}

static void token_meet(enum token_event event)
{
    struct cg_limit_event removed = entry_of("L0", -1);
    removed.removed = true;
    cg_time life = small.config.sessions[SMALL_HUB].token_life_ns;
    cg_time early = small.config.hard_deadline_ns + small.config.pull_time_ns +
                    small.config.sessions[SMALL_HUB].clock_margin_ns;
    switch (event) {
    case T_GRANT:
        answer_to(ask_of_token(), 1, 0, -1);
        break;
    case T_GRANT_OF_MORE:
        answer_to(ask_of_token(), 1, 0, 1000);
        break;
    case T_PARTIAL:
        answer_to(ask_of_token(), 1, 1, 1);
        break;
    case T_DENIAL:
        answer_to(ask_of_token(), 1, 2, -1);
        break;
    case T_PENDING:
        answer_to(ask_of_token(), 1, 3, -1);
        break;
    case T_CANCELLED:
        answer_to(ask_of_token(), 1, 4, -1);
        break;
    case T_REPEAT:
        answer_to(1, 1, 0, 7);
        break;
    case T_TAKEN_BACK:
        answer_to(0, 1, 4, -1);
        break;
    case T_FILL:
        report(CG_REPORT_FILL, 5, 0, false);
        break;
    case T_ORDER_CANCELLED:
        report(CG_REPORT_CANCELLED, -1, 0, true);
        break;
    case T_LIMIT_REMOVED:
        update(removed, false);
        break;
    case T_SOFT_DEADLINE:
        wait(small.config.soft_deadline_ns);
        break;
    case T_HARD_DEADLINE:
        wait(small.config.hard_deadline_ns);
        break;
    case T_RENEWAL_DUE:
        wait(life - early);
        break;
    case T_EXPIRY:
        wait(life);
        break;
    case T_HUB_DOWN:
        link_set(SMALL_HUB, false);
        break;
    case T_HUB_BACK:
        link_set(SMALL_HUB, false);
        link_set(SMALL_HUB, true);
        break;
    case TOKEN_EVENT_COUNT:
        break;
    }
}

/* --- limits ------------------------------------------------------------- */

static const char *const limit_names[CG_LIMIT_STATES] = {
    [CG_LIMIT_ENABLED] = "CG_LIMIT_ENABLED",
    [CG_LIMIT_SUSPENDED] = "CG_LIMIT_SUSPENDED",
    [CG_LIMIT_HALTED] = "CG_LIMIT_HALTED",
    [CG_LIMIT_REMOVED] = "CG_LIMIT_REMOVED",
    [CG_LIMIT_UNENFORCED] = "CG_LIMIT_UNENFORCED",
};

static const char *const limit_words[CG_LIMIT_STATES] = {
    [CG_LIMIT_ENABLED] = "enabled",       [CG_LIMIT_SUSPENDED] = "suspended",
    [CG_LIMIT_HALTED] = "halted",         [CG_LIMIT_REMOVED] = "removed",
    [CG_LIMIT_UNENFORCED] = "unenforced",
};

#define LIMIT_EVENTS(X)                                                        \
    X(AMOUNT)                                                                  \
    X(ENABLED)                                                                 \
    X(SUSPENDED)                                                               \
    X(DISABLED)                                                                \
    X(HALTED)                                                                  \
    X(REMOVED)                                                                 \
    X(UNENFORCEABLE)                                                           \
    X(IN_SNAPSHOT)                                                             \
    X(NOT_IN_SNAPSHOT)                                                         \
    X(OLDER)                                                                   \
    X(OF_ANOTHER_PARTY)                                                        \
    X(OTHER_CURRENCY)

enum limit_event {
#define X(name) L_##name,
    LIMIT_EVENTS(X)
#undef X
        LIMIT_EVENT_COUNT
};

static const char *const limit_events[LIMIT_EVENT_COUNT] = {
#define X(name) "L_" #name,
    LIMIT_EVENTS(X)
#undef X
};

static void limit_meet(enum limit_event event)
{
    struct cg_limit_event entry = entry_of("L0", 90);
    entry.has_state = event == L_ENABLED;
    entry.suspended = event == L_SUSPENDED;
    entry.halted = event == L_HALTED;
    entry.removed = event == L_REMOVED;
    entry.unenforceable = event == L_UNENFORCEABLE;
    if (event == L_DISABLED) {
        entry.has_state = true;
        entry.disabled = true;
    }
    if (event == L_NOT_IN_SNAPSHOT) {
        entry.id = CG_SLICE("L1");
    }
    if (event == L_OLDER) {
        serial = -100;
    }
    if (event == L_OF_ANOTHER_PARTY) {
        entry.account = CG_SLICE("NOBODY");
    }
    if (event == L_OTHER_CURRENCY) {
        memcpy(entry.currency, "GBP", 4);
    }
    update(entry, event == L_IN_SNAPSHOT || event == L_NOT_IN_SNAPSHOT);
}

static void limit_drive(enum cg_limit_state to)
{
    const struct cg_config_limit limits[] = {
        small_limit("L0", CG_MEASURE_GROSS, CG_MODEL_PUSH, 100, false),
        small_limit("L1", CG_MEASURE_GROSS, CG_MODEL_PUSH, 1000, true),
    };
    static const enum limit_event how[CG_LIMIT_STATES] = {
        [CG_LIMIT_ENABLED] = L_ENABLED,
        [CG_LIMIT_SUSPENDED] = L_SUSPENDED,
        [CG_LIMIT_HALTED] = L_HALTED,
        [CG_LIMIT_REMOVED] = L_REMOVED,
        [CG_LIMIT_UNENFORCED] = L_UNENFORCEABLE,
    };
    serial = 0;
    now = SMALL_START;
    small_open(&small, limits, 2);
    send('D', "A", "", 10);
    report(CG_REPORT_NEW, 0, 0, false);
    limit_meet(L_AMOUNT);
    limit_meet(how[to]);
    assert_int_equal(small.engine->state.limits[0].state, to);
}

/* What a new order is told now. */
static void probe(char *text)
{
    strncat(text, "; then D:", OUTCOME_MAX - strlen(text) - 1);
    send('D', "PROBE", "", 1);
    effects_put(text);
}

/* --- stops -------------------------------------------------------------- */

static const char *const stop_names[CG_STOP_LAYERS] = {
    [CG_STOP_NOT] = "CG_STOP_NOT",
    [CG_STOP_SUSPENDED] = "CG_STOP_SUSPENDED",
    [CG_STOP_HALTED] = "CG_STOP_HALTED",
    [CG_STOP_BOTH] = "CG_STOP_BOTH",
};

static const char *const stop_words[CG_STOP_LAYERS] = {
    [CG_STOP_NOT] = "not stopped",
    [CG_STOP_SUSPENDED] = "suspended",
    [CG_STOP_HALTED] = "halted",
    [CG_STOP_BOTH] = "suspended and halted",
};

#define STOP_EVENTS(X)                                                         \
    X(SUSPEND)                                                                 \
    X(HALT)                                                                    \
    X(REINSTATE)                                                               \
    X(UNKNOWN_ACTION)                                                          \
    X(DRILL)                                                                   \
    X(LAST_ORDER_GONE)

enum stop_event {
#define X(name) S_##name,
    STOP_EVENTS(X)
#undef X
        STOP_EVENT_COUNT
};

static const char *const stop_events[STOP_EVENT_COUNT] = {
#define X(name) "S_" #name,
    STOP_EVENTS(X)
#undef X
};

static enum cg_stop_layer stop_layer(void)
{
    return cg_stop_layer_of(&small.engine->state.accounts[0].stops, SMALL_HUB);
}

static void stop_drive(enum cg_stop_layer to)
{
    const struct cg_config_limit limits[] = {
        small_limit("L0", CG_MEASURE_GROSS, CG_MODEL_PUSH, 100, false),
    };
    serial = 0;
    now = SMALL_START;
    small_open(&small, limits, 1);
    send('D', "A", "", 10);
    report(CG_REPORT_NEW, 0, 0, false);
    if (to == CG_STOP_SUSPENDED || to == CG_STOP_BOTH) {
        action(0, false);
    }
    if (to == CG_STOP_HALTED || to == CG_STOP_BOTH) {
        action(1, false);
    }
    assert_int_equal(stop_layer(), to);
}

static void stop_meet(enum stop_event event)
{
    switch (event) {
    case S_SUSPEND:
        action(0, false);
        break;
    case S_HALT:
        action(1, false);
        break;
    case S_REINSTATE:
        action(2, false);
        break;
    case S_UNKNOWN_ACTION:
        action(7, false);
        break;
    case S_DRILL:
        action(1, true);
        break;
    case S_LAST_ORDER_GONE:
        report(CG_REPORT_CANCELLED, -1, 0, true);
        break;
    case STOP_EVENT_COUNT:
        break;
    }
}

#include "lifecycle_tables.h"

/* --- all pairs ---------------------------------------------------------- */

static void test_lifecycles_every_order_state_meets_every_event(void **state)
{
    (void)state;
    for (int from = 0; from < CG_ORDER_STATES; from++) {
        assert_non_null(order_names[from]);
        row_begin(order_names[from]);
        for (int event = 0; event < ORDER_EVENT_COUNT; event++) {
            char outcome[OUTCOME_MAX] = "";
            order_drive((enum cg_order_state)from);
            order_meet((enum order_event)event);
            snprintf(outcome, sizeof(outcome), "%s:", order_state_word());
            effects_put(outcome);
            cell(order_names[from], order_events[event],
                 order_outcomes[from][event], outcome);
            small_close(&small);
        }
        row_end();
    }
}

static void test_lifecycles_every_request_state_meets_every_event(void **state)
{
    (void)state;
    for (int from = 0; from < CG_REQUEST_STATES; from++) {
        assert_non_null(request_names[from]);
        row_begin(request_names[from]);
        for (int event = 0; event < REQUEST_EVENT_COUNT; event++) {
            char outcome[OUTCOME_MAX] = "";
            request_drive((enum cg_request_state)from);
            request_meet((enum request_event)event);
            snprintf(outcome, sizeof(outcome),
                     "%s, order %s:", request_words[request_state()],
                     order_state_word());
            effects_put(outcome);
            cell(request_names[from], request_events[event],
                 request_outcomes[from][event], outcome);
            small_close(&small);
        }
        row_end();
    }
}

static void test_lifecycles_every_token_state_meets_every_event(void **state)
{
    (void)state;
    for (int from = 0; from < CG_TOKEN_STATES; from++) {
        assert_non_null(token_names[from]);
        row_begin(token_names[from]);
        for (int event = 0; event < TOKEN_EVENT_COUNT; event++) {
            char outcome[OUTCOME_MAX] = "";
            token_drive((enum cg_token_state)from);
            token_meet((enum token_event)event);
            const char *end = token() != NULL ? cg_token_end_name(token()->end)
                                              : "";
            snprintf(outcome, sizeof(outcome),
                     "%s%s%s:", cg_token_state_name(token_state()),
                     end[0] != '\0' ? ", " : "", end);
            effects_put(outcome);
            cell(token_names[from], token_events[event],
                 token_outcomes[from][event], outcome);
            small_close(&small);
        }
        row_end();
    }
}

static void test_lifecycles_every_limit_state_meets_every_update(void **state)
{
    (void)state;
    for (int from = 0; from < CG_LIMIT_STATES; from++) {
        assert_non_null(limit_names[from]);
        row_begin(limit_names[from]);
        for (int event = 0; event < LIMIT_EVENT_COUNT; event++) {
            char outcome[OUTCOME_MAX] = "";
            limit_drive((enum cg_limit_state)from);
            limit_meet((enum limit_event)event);
            snprintf(outcome, sizeof(outcome),
                     "%s:", limit_words[small.engine->state.limits[0].state]);
            effects_put(outcome);
            probe(outcome);
            cell(limit_names[from], limit_events[event],
                 limit_outcomes[from][event], outcome);
            small_close(&small);
        }
        row_end();
    }
}

static void test_lifecycles_every_stop_meets_every_action(void **state)
{
    (void)state;
    for (int from = 0; from < CG_STOP_LAYERS; from++) {
        assert_non_null(stop_names[from]);
        row_begin(stop_names[from]);
        for (int event = 0; event < STOP_EVENT_COUNT; event++) {
            char outcome[OUTCOME_MAX] = "";
            stop_drive((enum cg_stop_layer)from);
            stop_meet((enum stop_event)event);
            snprintf(outcome, sizeof(outcome), "%s:", stop_words[stop_layer()]);
            effects_put(outcome);
            probe(outcome);
            cell(stop_names[from], stop_events[event],
                 stop_outcomes[from][event], outcome);
            small_close(&small);
        }
        row_end();
    }
}

/* --- what a charge gives back ------------------------------------------- */

struct books {
    cg_dv01 use;
    cg_dv01 room[2];
    struct cg_ledger ledger[2];
};

static struct books books_of(uint32_t limit)
{
    const struct cg_limit *at = &small.engine->state.limits[limit];
    struct books books;
    memset(&books, 0, sizeof(books));
    books.use = cg_limit_use(at);
    books.room[0] = cg_limit_available(at, '1');
    books.room[1] = cg_limit_available(at, '2');
    books.ledger[0] = at->ledger[0];
    books.ledger[1] = at->ledger[1];
    return books;
}

/* R23: a token that is released once is released; once more changes nothing,
 * by whichever way the second release comes. */
static void test_lifecycles_release_twice_changes_nothing(void **state)
{
    (void)state;
    for (int filled = 0; filled <= 5; filled += 5) {
        token_drive(CG_TOKEN_SPENT);
        if (filled > 0) {
            report(CG_REPORT_FILL, filled, 0, false);
        }
        report(CG_REPORT_CANCELLED, -1, 0, true);
        struct books first = books_of(0);
        assert_int_equal(first.use, filled > 0 ? 4 : 0);
        assert_int_equal(token()->state, CG_TOKEN_RETURNING);
        unsigned long facts = small.facts;
        cg_token_give_up(small.engine, 0, CG_END_RELEASED);
        cg_tokens_end(small.engine, 0, CG_END_EXPIRED);
        assert_int_equal(small.facts, facts);
        report(CG_REPORT_CANCELLED, -1, 0, true);
        report(CG_REPORT_EXPIRED, -1, 0, true);
        answer_to(ask_of_token(), 1, 4, -1); /* RETURNING to CLOSED */
        answer_to(ask_of_token(), 1, 4, -1);
        answer_to(0, 1, 4, -1);
        assert_int_equal(token()->state, CG_TOKEN_CLOSED);
        cg_token_give_up(small.engine, 0, CG_END_RELEASED);
        struct books second = books_of(0);
        assert_memory_equal(&first, &second, sizeof(first));
        small_close(&small);
    }
}

/* What was recorded is given back, whatever rates say by then: nothing is
 * computed anew. */
static void test_lifecycles_release_gives_back_what_was_recorded(void **state)
{
    (void)state;
    order_drive(CG_ORDER_OPEN);
    assert_int_equal(books_of(0).use, 7);
    assert_int_equal(books_of(1).use, 11);
    small.engine->state.instruments[0].rate *= 3;
    small.fx.rate *= 5;
    report(CG_REPORT_FILL, 5, 0, false);
    assert_int_equal(books_of(0).ledger[0].consumed, 4);
    assert_int_equal(books_of(1).ledger[0].consumed, 6);
    report(CG_REPORT_CANCELLED, -1, 0, true);
    for (uint32_t limit = 0; limit < 2; limit++) {
        struct books books = books_of(limit);
        assert_int_equal(books.ledger[0].reserved, 0);
        assert_int_equal(books.ledger[0].granted,
                         books.ledger[0].consumed + books.ledger[0].released);
        assert_int_equal(books.use, books.ledger[0].consumed);
    }
    small_close(&small);
}

/* --- the tables of the engine ------------------------------------------- */

/* No state is a dead end but where it should be, and none is out of reach. */
static void test_lifecycles_tables_are_connected(void **state)
{
    (void)state;
    for (int to = 0; to < CG_LIMIT_STATES; to++) {
        for (int from = 0; from < CG_LIMIT_STATES; from++) {
            bool owner = cg_limit_may(CG_LIMIT_BY_OWNER,
                                      (enum cg_limit_state)from,
                                      (enum cg_limit_state)to);
            bool gate = cg_limit_may(CG_LIMIT_BY_GATE,
                                     (enum cg_limit_state)from,
                                     (enum cg_limit_state)to);
            bool stays = cg_limit_may(CG_LIMIT_BY_CONFIGURATION,
                                      (enum cg_limit_state)from,
                                      (enum cg_limit_state)to);
            assert_int_equal(owner, to != CG_LIMIT_UNENFORCED);
            assert_int_equal(gate, to == CG_LIMIT_UNENFORCED ||
                                       (from == CG_LIMIT_ENABLED &&
                                        to == CG_LIMIT_SUSPENDED));
            assert_int_equal(stays, from == to);
        }
    }
    for (int from = 0; from < CG_STOP_LAYERS; from++) {
        for (int to = 0; to < CG_STOP_LAYERS; to++) {
            /* Layers are sets of stops: one comes at a time, all go. */
            bool comes = (from & to) == from && !(from == 0 && to == 3);
            assert_int_equal(
                cg_stop_may((enum cg_stop_layer)from, (enum cg_stop_layer)to),
                to == 0 || comes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifecycles_every_order_state_meets_every_event),
        cmocka_unit_test(test_lifecycles_every_request_state_meets_every_event),
        cmocka_unit_test(test_lifecycles_every_token_state_meets_every_event),
        cmocka_unit_test(test_lifecycles_every_limit_state_meets_every_update),
        cmocka_unit_test(test_lifecycles_every_stop_meets_every_action),
        cmocka_unit_test(test_lifecycles_release_twice_changes_nothing),
        cmocka_unit_test(test_lifecycles_release_gives_back_what_was_recorded),
        cmocka_unit_test(test_lifecycles_tables_are_connected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
