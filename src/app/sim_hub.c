/*
 * The simulated hub's answers to credit checks (DF, DG).
 *
 * Must never change its books twice for one 2318: a repeated notice gets the
 * same answer again (R28).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_hub.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_NS ((int64_t)86400 * 1000000000)

/* RiskLimitCheckRequestStatus(2325). */
#define APPROVED '0'
#define PARTLY '1'
#define REJECTED '2'
#define PENDING '3'
#define CANCELLED '4'

/* RiskLimitCheckRequestResult(2326). */
enum { INVALID_PARTY = 1, EXCEEDS_LIMIT = 2, OTHER = 99 };

void sim_hub_init(struct sim_hub *hub, struct sim_port *port)
{
    *hub = (struct sim_hub){
        .port = port, .life_ns = DAY_NS, .deny = -1, .left_out = SIM_NONE};
}

void sim_hub_forget(struct sim_hub *hub)
{
    sim_ledger_forget(&hub->ledger);
    sim_index_deinit(&hub->token_ids);
    sim_index_deinit(&hub->request_ids);
    for (size_t i = 0; i < hub->answer_count; i++) {
        free(hub->answers[i].body);
    }
    hub->answer_count = 0;
    sim_inbox_forget(&hub->asks);
    sim_inbox_forget(&hub->pending);
    sim_faults_forget(&hub->faults);
}

void sim_hub_deinit(struct sim_hub *hub)
{
    sim_hub_forget(hub);
    sim_ledger_deinit(&hub->ledger);
    sim_inbox_deinit(&hub->asks);
    sim_inbox_deinit(&hub->pending);
    sim_faults_deinit(&hub->faults);
    sim_index_deinit(&hub->stops);
    free(hub->answers);
}

/* One ask and the answer that is being made. */
struct ask {
    struct sim_hub *hub;
    struct sim_peer *peer;
    struct cg_slice body;
    struct cg_slice request; /* 2318 */
    size_t token;            /* SIM_NONE while there is none */
    char trans;              /* 2320 */
    char type;               /* 2321 */
    int64_t amount;          /* 2324, -1 when absent */
    char status;             /* 2325 */
    int result;              /* 2326 */
    int64_t approved;        /* 2327, -1: not told */
    const char *text;        /* 1328, may be NULL */
};

/* A request id is unique per session only. */
static struct cg_slice request_key(const struct ask *ask, char *buf, size_t len)
{
    int size = snprintf(buf, len, "%s %.*s", ask->peer->name,
                        (int)ask->request.len, ask->request.data);
    return (struct cg_slice){buf, size > 0 && (size_t)size < len ? (size_t)size
                                                                 : len - 1};
}

static void remember(struct ask *ask, struct cg_slice body)
{
    struct sim_hub *hub = ask->hub;
    char key[256];
    if (ask->request.len == 0) {
        return;
    }
    if (hub->answer_count == hub->answer_size) {
        hub->answer_size = hub->answer_size * 2 + 64;
        hub->answers = sim_grow(hub->answers, hub->answer_size,
                                sizeof(*hub->answers));
    }
    hub->answers[hub->answer_count] = (struct sim_answer){sim_copy(body),
                                                          body.len};
    sim_index_set(&hub->request_ids, request_key(ask, key, sizeof(key)),
                  hub->answer_count++);
}

/* The answer given to this 2318 before, sent again; false when none was. */
static bool answer_again(struct ask *ask)
{
    char key[256];
    if (ask->request.len == 0) {
        return false;
    }
    size_t at = sim_index_get(&ask->hub->request_ids,
                              request_key(ask, key, sizeof(key)));
    if (at == SIM_NONE || sim_faults_strike(ask->hub, SIM_HOOK_REPEAT_ANEW)) {
        return false;
    }
    const struct sim_answer *answer = &ask->hub->answers[at];
    sim_port_say(ask->hub->port, "repeat 2318 %.*s is known: same answer",
                 (int)ask->request.len, ask->request.data);
    sim_hub_send(ask->hub, ask->peer, "DG",
                 (struct cg_slice){answer->body, answer->len});
    return true;
}

static void add_ids(const struct ask *ask, struct sim_body *body)
{
    enum sim_wrong wrong = ask->hub->wrong;
    if (wrong != SIM_WRONG_NO_ECHO) {
        sim_body_same(body, 2318, ask->body);
    }
    if (wrong == SIM_WRONG_TOKEN) {
        sim_body_text(body, 2319, "NEVER-ASKED");
    } else {
        sim_body_same(body, 2319, ask->body);
    }
}

static void add_amounts(const struct ask *ask, struct sim_body *body)
{
    int64_t approved = ask->approved;
    if (approved >= 0 && ask->hub->wrong == SIM_WRONG_AMOUNT) {
        approved /= 2;
    } else if (approved >= 0 && ask->hub->wrong == SIM_WRONG_ABOVE) {
        approved *= 2;
    }
    if (approved >= 0) {
        sim_body_amount(body, 2327, approved);
    }
    sim_body_same(body, 2324, ask->body);
    sim_body_same(body, 1670, ask->body);
    sim_body_same(body, 15, ask->body);
}

static void add_parties(const struct ask *ask, struct sim_body *body)
{
    static const int roles[] = {24, 4};
    struct cg_slice found[2];
    int count = 0;
    for (int i = 0; i < 2; i++) {
        found[i] = sim_field_party(ask->body, roles[i]);
        count += found[i].len > 0 ? 1 : 0;
    }
    if (count == 0) {
        return;
    }
    sim_body_int(body, 453, count);
    for (int i = 0; i < 2; i++) {
        if (found[i].len > 0) {
            sim_body_add(body, 448, found[i]);
            sim_body_text(body, 447, "D");
            sim_body_int(body, 452, roles[i]);
        }
    }
}

/* Fields in the order of the standard's layout of DG. */
static void add_answer(const struct ask *ask, struct sim_body *body)
{
    bool live = ask->token != SIM_NONE && ask->type == '0' &&
                (ask->status == APPROVED || ask->status == PARTLY);
    add_ids(ask, body);
    sim_body_char(body, 2325,
                  ask->hub->wrong == SIM_WRONG_STATUS ? '9' : ask->status);
    if (ask->status == REJECTED || ask->hub->wrong == SIM_WRONG_STATUS) {
        sim_body_int(body, 2326, ask->result);
    }
    sim_body_char(body, 2320, ask->trans != 0 ? ask->trans : '0');
    sim_body_char(body, 2321, ask->type != 0 ? ask->type : '0');
    if (ask->hub->wrong != SIM_WRONG_NO_ECHO) {
        sim_body_same(body, 2322, ask->body);
    }
    if (ask->text != NULL) {
        sim_body_text(body, 1328, ask->text);
    }
    sim_body_same(body, 1080, ask->body);
    sim_body_same(body, 1081, ask->body);
    sim_body_same(body, 54, ask->body);
    add_amounts(ask, body);
    if (live && ask->hub->life_ns > 0) {
        sim_body_time(body, 126, ask->hub->port->now_ns + ask->hub->life_ns);
    }
    add_parties(ask, body);
    sim_body_same(body, 55, ask->body);
}

static void send_answer(struct ask *ask)
{
    struct sim_body body = {0};
    add_answer(ask, &body);
    sim_hub_send(ask->hub, ask->peer, "DG", sim_body_slice(&body));
    if (ask->hub->wrong == SIM_WRONG_DUPLICATE) {
        sim_hub_send(ask->hub, ask->peer, "DG", sim_body_slice(&body));
    }
    if (ask->status != PENDING) {
        remember(ask, sim_body_slice(&body));
    }
    sim_body_deinit(&body);
}

static void deny(struct ask *ask, int result, const char *text)
{
    ask->status = REJECTED;
    ask->result = result;
    ask->text = text;
    ask->approved = -1;
}

static void deny_by_verdict(struct ask *ask, enum sim_verdict verdict)
{
    switch (verdict) {
    case SIM_DONE:
        break;
    case SIM_EXCEEDED:
        deny(ask, EXCEEDS_LIMIT, "the limit has not so much left");
        break;
    case SIM_NO_LIMIT:
        deny(ask, INVALID_PARTY, "no such limit, or it is disabled");
        break;
    case SIM_NO_TOKEN:
        deny(ask, OTHER, "unknown token");
        break;
    case SIM_TOKEN_ENDED:
        deny(ask, OTHER, "the token has ended");
        break;
    case SIM_TOKEN_TAKEN:
        deny(ask, OTHER, "a token of this id exists");
        break;
    case SIM_BELOW_CONSUMED:
        deny(ask, OTHER, "the total is below what was consumed");
        break;
    }
}

/* The limit by 1670, or else by account and currency. */
static size_t limit_of(const struct ask *ask)
{
    struct cg_slice id = sim_field_find(ask->body, 1670);
    if (id.len > 0) {
        return sim_ledger_limit(&ask->hub->ledger, id);
    }
    return sim_ledger_limit_of(&ask->hub->ledger,
                               sim_field_party(ask->body, 24),
                               sim_field_find(ask->body, 15));
}

static bool stopped(const struct ask *ask, size_t limit)
{
    const char *account = ask->hub->ledger.limits[limit].account;
    size_t state = sim_index_get(&ask->hub->stops, cg_slice_str(account));
    return state != SIM_NONE && state != 0 &&
           !sim_faults_strike(ask->hub, SIM_HOOK_PARTY_STOPPED);
}

static int64_t expiry_of(const struct sim_hub *hub)
{
    return hub->life_ns > 0 ? hub->port->now_ns + hub->life_ns : SIM_NEVER;
}

/* What the hub is willing to grant of |amount|. */
static int64_t grantable(const struct sim_hub *hub, int64_t amount)
{
    return hub->partial_percent > 0 ? amount / 100 * hub->partial_percent
                                    : amount;
}

/* By 2319; when requests are chained, by the 2318 of an earlier one. */
static struct cg_slice token_key(const struct ask *ask)
{
    struct cg_slice id = sim_field_find(ask->body, 2319);
    if (id.len > 0) {
        return id;
    }
    id = sim_field_find(ask->body, 2322);
    return id.len > 0 ? id : ask->request;
}

/* A new token, or another total of the one that there is. */
static enum sim_verdict book(struct ask *ask, size_t limit, int64_t grant)
{
    struct sim_ledger *ledger = &ask->hub->ledger;
    int64_t expires_ns = expiry_of(ask->hub);
    if (ask->token != SIM_NONE) {
        return sim_ledger_change(ledger, ask->token, grant, expires_ns);
    }
    return sim_ledger_reserve(ledger, token_key(ask), limit,
                              sim_field_char(ask->body, 54, '1'), grant,
                              expires_ns, &ask->token);
}

/* The same, and as if there was no limit when |hook| says so. */
static enum sim_verdict
book_or_turn(struct ask *ask, size_t limit, int64_t grant, enum sim_hook hook)
{
    int64_t *amount = &ask->hub->ledger.limits[limit].amount;
    int64_t before = *amount;
    enum sim_verdict verdict = book(ask, limit, grant);
    if (verdict == SIM_EXCEEDED && sim_faults_strike(ask->hub, hook)) {
        *amount = INT64_MAX;
        verdict = book(ask, limit, grant);
        *amount = before;
    }
    return verdict;
}

static void ask_new(struct ask *ask)
{
    struct sim_hub *hub = ask->hub;
    size_t limit = limit_of(ask);
    if (ask->token != SIM_NONE) {
        deny_by_verdict(ask, SIM_TOKEN_TAKEN);
        return;
    }
    if (limit == SIM_NONE) {
        deny_by_verdict(ask, SIM_NO_LIMIT);
        return;
    }
    if (stopped(ask, limit)) {
        deny(ask, OTHER, "the party is stopped");
        return;
    }
    int64_t grant = grantable(hub, ask->amount);
    enum sim_verdict verdict = book_or_turn(ask, limit, grant,
                                            SIM_HOOK_LIMIT_EXCEEDED);
    deny_by_verdict(ask, verdict);
    if (verdict == SIM_DONE) {
        sim_index_set(&hub->token_ids, token_key(ask), ask->token);
        ask->status = grant < ask->amount ? PARTLY : APPROVED;
        ask->approved = grant;
    }
}

static void ask_change(struct ask *ask)
{
    struct sim_hub *hub = ask->hub;
    struct sim_token *token = &hub->ledger.tokens[ask->token];
    int64_t held = token->sums.consumed + sim_account_reserved(&token->sums);
    int64_t grant = ask->amount;
    if (ask->amount > held) {
        grant = held + grantable(hub, ask->amount - held);
        if (stopped(ask, token->limit)) {
            deny(ask, OTHER, "the party is stopped");
            return;
        }
    }
    bool kept = grant < held && sim_faults_strike(hub, SIM_HOOK_FALL_KEEPS);
    enum sim_verdict verdict = kept ? SIM_DONE
                                    : book_or_turn(ask, token->limit, grant,
                                                   SIM_HOOK_RAISE_EXCEEDED);
    deny_by_verdict(ask, verdict);
    if (verdict == SIM_DONE) {
        ask->status = grant < ask->amount ? PARTLY : APPROVED;
        ask->approved = grant;
    }
}

/* A cancel of what has ended is confirmed again: nothing is left of it. */
static void ask_cancel(struct ask *ask)
{
    if (sim_faults_strike(ask->hub, SIM_HOOK_CANCEL_DENIED)) {
        deny(ask, OTHER, "not now");
        return;
    }
    if (!sim_faults_strike(ask->hub, SIM_HOOK_CANCEL_KEEPS)) {
        sim_ledger_end(&ask->hub->ledger, ask->token, SIM_TOKEN_CANCELLED);
    }
    ask->status = CANCELLED;
}

/* What a trade under a known token used. */
static void consume(struct ask *ask)
{
    struct sim_ledger *ledger = &ask->hub->ledger;
    const struct sim_token *token = &ledger->tokens[ask->token];
    int64_t amount = ask->amount;
    if (token->sums.consumed > 0 &&
        sim_faults_strike(ask->hub, SIM_HOOK_NOTICE_AS_TOTAL)) {
        amount = amount > token->sums.consumed ? amount - token->sums.consumed
                                               : 0;
    }
    if (sim_faults_strike(ask->hub, SIM_HOOK_NOTICE_BESIDE)) {
        sim_ledger_consume_bare(ledger, cg_slice_str(token->id), token->limit,
                                token->side, amount);
    } else {
        sim_ledger_consume(ledger, ask->token, amount);
    }
}

/* A trade is a fact: without a known token it counts against the limit. */
static void ask_consumed(struct ask *ask)
{
    struct sim_hub *hub = ask->hub;
    ask->status = APPROVED;
    if (sim_faults_strike(hub, SIM_HOOK_NOTICE_DENIED)) {
        deny(ask, OTHER, "not now");
        return;
    }
    if (sim_faults_strike(hub, SIM_HOOK_NOTICE_FORGOTTEN)) {
        return;
    }
    if (ask->token != SIM_NONE) {
        consume(ask);
        return;
    }
    size_t limit = limit_of(ask);
    if (limit == SIM_NONE) {
        deny_by_verdict(ask, SIM_NO_LIMIT);
        return;
    }
    sim_port_say(hub->port, "note consumption under no known token, limit %s",
                 hub->ledger.limits[limit].id);
    sim_ledger_consume_bare(&hub->ledger, sim_field_find(ask->body, 2319),
                            limit, sim_field_char(ask->body, 54, '1'),
                            ask->amount);
}

/* A trade that was reported did not stand: 2320=1 with 2321=1. */
static void ask_busted(struct ask *ask)
{
    struct sim_ledger *ledger = &ask->hub->ledger;
    ask->status = APPROVED;
    if (ask->token != SIM_NONE) {
        deny_by_verdict(ask, sim_ledger_bust(ledger, ask->token, ask->amount));
        return;
    }
    size_t limit = limit_of(ask);
    if (limit == SIM_NONE) {
        deny_by_verdict(ask, SIM_NO_LIMIT);
        return;
    }
    struct cg_slice id = sim_field_find(ask->body, 2319);
    char side = sim_field_char(ask->body, 54, '1');
    deny_by_verdict(ask,
                    sim_ledger_bust_bare(ledger, id, limit, side, ask->amount));
}

static void decide_submission(struct ask *ask)
{
    bool denying = ask->hub->deny >= 0 && ask->trans != '1';
    if (denying) {
        deny(ask, ask->hub->deny, "denied by command");
    } else if (ask->trans == '0') {
        ask_new(ask);
    } else if (ask->token == SIM_NONE) {
        deny_by_verdict(ask, SIM_NO_TOKEN);
    } else if (ask->trans == '2') {
        ask_change(ask);
    } else {
        ask_cancel(ask);
    }
}

/* False when the message is not one that a hub can answer. */
static bool read_ask(struct ask *ask)
{
    ask->request = sim_field_find(ask->body, 2318);
    ask->trans = sim_field_char(ask->body, 2320, 0);
    ask->type = sim_field_char(ask->body, 2321, 0);
    ask->approved = -1;
    if (!sim_field_number(ask->body, 2324, SIM_AMOUNT_DIGITS, &ask->amount)) {
        ask->amount = -1;
    }
    ask->token = sim_index_get(&ask->hub->token_ids, token_key(ask));
    bool needs_amount = ask->type == '1' || ask->trans != '1';
    return ask->trans >= '0' && ask->trans <= '2' &&
           (ask->type == '0' || ask->type == '1') && token_key(ask).len > 0 &&
           (!needs_amount || ask->amount >= 0);
}

/* When requests are chained the next one names the last 2318 (R24). */
static void chain(struct ask *ask)
{
    if (ask->token != SIM_NONE && ask->request.len > 0 &&
        sim_field_find(ask->body, 2319).len == 0) {
        sim_index_set(&ask->hub->token_ids, ask->request, ask->token);
    }
}

static void
answer_check(struct sim_hub *hub, struct sim_peer *peer, struct cg_slice body)
{
    struct ask ask = {.hub = hub, .peer = peer, .body = body};
    bool whole = read_ask(&ask);
    if (answer_again(&ask)) {
        return;
    }
    if (!whole) {
        sim_port_say(hub->port, "violation DF lacks a required field");
        deny(&ask, OTHER, "a required field is missing");
    } else if (ask.type == '1' && ask.trans == '1') {
        ask_busted(&ask);
    } else if (ask.type == '1') {
        ask_consumed(&ask);
    } else {
        decide_submission(&ask);
    }
    chain(&ask);
    send_answer(&ask);
}

void sim_hub_answer(struct sim_hub *hub,
                    struct sim_peer *peer,
                    const struct sim_message *message)
{
    if (strcmp(message->type, "CL") == 0) {
        sim_hub_snapshot(hub, peer, sim_field_find(message->body, 1666));
    } else {
        answer_check(hub, peer, message->body);
    }
}

/* Says "pending" at once and keeps the submission; false for other asks. */
static bool put_off(struct sim_hub *hub,
                    struct sim_peer *peer,
                    const struct sim_message *message)
{
    struct ask ask = {.hub = hub, .peer = peer, .body = message->body};
    char key[256];
    if (hub->pending_ns == 0 || strcmp(message->type, "DF") != 0 ||
        !read_ask(&ask) || ask.type != '0' || ask.trans == '1' ||
        sim_index_get(&hub->request_ids, request_key(&ask, key, sizeof(key))) !=
            SIM_NONE) {
        return false;
    }
    ask.status = PENDING;
    send_answer(&ask);
    sim_inbox_keep(&hub->pending, peer, hub->port->now_ns + hub->pending_ns,
                   message);
    return true;
}

static void hear(struct sim_hub *hub,
                 struct sim_peer *peer,
                 const struct sim_message *message)
{
    if (!put_off(hub, peer, message)) {
        sim_hub_answer(hub, peer, message);
    }
}

static void say_stop_answer(struct sim_hub *hub, struct cg_slice body)
{
    static const char *const words[] = {"accepted", "completed", "rejected"};
    char response = sim_field_char(body, 2332, '?');
    struct cg_slice id = sim_field_find(body, 2328);
    sim_port_say(hub->port, "di %.*s %s", (int)id.len, id.data,
                 response >= '0' && response <= '2' ? words[response - '0']
                                                    : "unknown");
}

void sim_hub_receive(struct sim_hub *hub,
                     struct sim_peer *peer,
                     const struct sim_message *message)
{
    bool ask = strcmp(message->type, "DF") == 0 ||
               strcmp(message->type, "CL") == 0;
    if (sim_faults_take(hub, peer, message)) {
        return;
    }
    if (strcmp(message->type, "DI") == 0) {
        say_stop_answer(hub, message->body);
    }
    if (!ask) {
        return;
    }
    if (hub->deaf) {
        sim_port_say(hub->port, "deaf %s forgotten", message->type);
        return;
    }
    int64_t due = hub->silent ? SIM_NEVER : hub->port->now_ns + hub->slow_ns;
    if (due > hub->port->now_ns || sim_inbox_waiting(&hub->asks) > 0) {
        sim_inbox_keep(&hub->asks, peer, due, message);
    } else {
        hear(hub, peer, message);
    }
}

void sim_hub_speak(struct sim_hub *hub)
{
    hub->silent = false;
    hub->deaf = false;
    sim_inbox_release(&hub->asks, hub->port->now_ns);
    sim_hub_tick(hub);
}

static void expire_tokens(struct sim_hub *hub)
{
    char buf[SIM_NUMBER_MAX];
    for (;;) {
        size_t at = sim_ledger_lapsed(&hub->ledger, hub->port->now_ns);
        if (at == SIM_NONE) {
            return;
        }
        struct sim_token *token = &hub->ledger.tokens[at];
        int64_t open = sim_account_reserved(&token->sums);
        if (sim_faults_strike(hub, SIM_HOOK_LAPSED_KEEPS)) {
            token->expires_ns = SIM_NEVER;
            continue;
        }
        sim_port_say(hub->port, "expired %s %s", token->id,
                     sim_number_write(open, SIM_AMOUNT_DIGITS, 2, buf));
        sim_ledger_end(&hub->ledger, at, SIM_TOKEN_EXPIRED);
    }
}

void sim_hub_tick(struct sim_hub *hub)
{
    struct sim_kept kept;
    while (sim_inbox_take(&hub->asks, hub->port->now_ns, &kept)) {
        struct sim_message message = sim_kept_message(&kept);
        hear(hub, kept.peer, &message);
        sim_kept_deinit(&kept);
    }
    while (sim_inbox_take(&hub->pending, hub->port->now_ns, &kept)) {
        struct sim_message message = sim_kept_message(&kept);
        sim_hub_answer(hub, kept.peer, &message);
        sim_kept_deinit(&kept);
    }
    sim_faults_tick(hub);
    expire_tokens(hub);
}

int64_t sim_hub_due(const struct sim_hub *hub)
{
    int64_t due = sim_inbox_due(&hub->asks);
    int64_t pending = sim_inbox_due(&hub->pending);
    int64_t expiry = hub->ledger.token_count > 0 ? hub->ledger.expiry_ns
                                                 : SIM_NEVER;
    int64_t late = sim_faults_due(&hub->faults);
    due = pending < due ? pending : due;
    due = late < due ? late : due;
    return expiry < due ? expiry : due;
}

void sim_hub_logon(struct sim_hub *hub, struct sim_peer *peer)
{
    if (sim_faults_strike(hub, SIM_HOOK_LOGON_FORGETS)) {
        sim_hub_forget(hub);
    }
    if (!hub->silent && !hub->deaf && hub->ledger.limit_count > 0) {
        sim_hub_snapshot(hub, peer, (struct cg_slice){0});
    }
}
