/*
 * Random conversations with clients, venues and a hub, right and wrong, judged
 * by what is on the wires alone: a small ledger of the test's own, fed by
 * messages in and out, never by the engine's state.
 *
 * Rules: R13, R20..R23, R26, R28, R31, R45.  A failure prints its seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "gate_internal.h"
#include "sanitized.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ORDERS_MAX = 2000,
    REQUESTS_MAX = 6000,
    ASKS_MAX = 20000,
    TOKENS_MAX = 8000,
    EVENTS = 2500,
};

enum { ACME, PINGACC, SDR, ACCOUNTS };

static const struct {
    const char *name;
    const char *firm;
    const char *limit;
    bool net;
} accounts[ACCOUNTS] = {
    {"ACME", "FCM1", "ACME-USD", false},
    {"PINGACC", "FCM4", "PING-USD", false},
    {"SDR", "FCM3", "SDR-USD", true},
};

/* An order as its venue sees it. */
struct order {
    int session;
    int venue;
    int account;
    char side;
    bool at_venue;
    bool live;
    bool fallback;
    bool raised; /* by the venue */
    uint32_t id; /* request in force */
    cg_qty qty;
    cg_qty first_qty;
    cg_qty cum;
};

/* One ClOrdID. */
struct request {
    char id[24];
    char kind; /* D, G, F; P: the gate's own cancel */
    int order;
    cg_qty qty;
    cg_time at;
    bool answered;  /* by the gate */
    bool forwarded; /* to the venue */
    bool done;      /* the venue has spoken */
    uint32_t target;
};

struct ask {
    unsigned long token;
    char trans;
    char type;
    cg_dv01 amount;
    bool answered;
    bool superseded;
};

/* A token as the hub and the gate agree on it. */
struct token {
    bool known;
    cg_dv01 total; /* at the hub */
    cg_dv01 claim; /* what the gate may still rely on */
    cg_dv01 consumed;
    bool withdrawn;
    int account; /* by 1670, in what it consumed */
    cg_time expires;
};

static struct harness h;
static uint64_t seed;
static uint64_t state;
static struct order orders[ORDERS_MAX];
static int order_count;
static struct request requests[REQUESTS_MAX];
static uint32_t request_count;
static uint32_t venue_next; /* the first request the venues have not seen */
static struct ask asks[ASKS_MAX];
static unsigned long ask_count; /* by 2318 */
static unsigned long ask_next;
static struct token tokens[TOKENS_MAX];
static cg_dv01 amounts[ACCOUNTS];
static cg_time pushed_at;
static cg_time step_at;
static int repeat; /* the request that comes again in this step, or -1 */
static bool venue_up;
static bool hub_up;

/* A status request that a venue has not answered. */
struct inquiry {
    uint32_t request;
    uint32_t after; /* what came before it */
    char id[32];
};

static struct inquiry inquiries[REQUESTS_MAX];
static uint32_t inquiry_count;
static uint32_t inquiry_next;
static int stops;

#define FAIL(...)                                                              \
    do {                                                                       \
        print_error("seed %llu: ", (unsigned long long)seed);                  \
        fail_msg(__VA_ARGS__);                                                 \
    } while (0)

static uint32_t random_below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state * 0x2545f4914f6cdd1dU) >> 33) % n;
}

static bool chance(uint32_t percent)
{
    return random_below(100) < percent;
}

/* D(q) of R2, for USD10Y. */
static cg_dv01 charge_of(cg_qty qty)
{
    return (qty * 9040000 + 999999) / 1000000;
}

/* --- what comes out ----------------------------------------------------- */

static int request_find(const char *id)
{
    for (uint32_t i = request_count; i > 0; i--) {
        if (strcmp(requests[i - 1].id, id) == 0) {
            return (int)i - 1;
        }
    }
    return -1;
}

/* The largest quantity that an order may reach at its venue. */
static cg_qty worst_of(int order)
{
    cg_qty worst = orders[order].qty;
    for (uint32_t i = 0; i < request_count; i++) {
        const struct request *r = &requests[i];
        if (r->order == order && r->kind == 'G' && r->forwarded && !r->done &&
            r->qty > worst) {
            worst = r->qty;
        }
    }
    return worst;
}

/* R12 from the wires alone. */
static cg_dv01 use_of(int account)
{
    cg_dv01 gross = 0;
    cg_dv01 position = 0;
    cg_dv01 open[2] = {0, 0};
    for (int i = 0; i < order_count; i++) {
        const struct order *o = &orders[i];
        if (o->account != account || !o->at_venue) {
            continue;
        }
        cg_dv01 filled = charge_of(o->cum);
        cg_dv01 worst = o->live ? charge_of(worst_of(i)) : filled;
        gross += filled;
        position += o->side == '1' ? filled : -filled;
        open[o->side != '1'] += worst > filled ? worst - filled : 0;
    }
    if (!accounts[account].net) {
        return gross + open[0] + open[1];
    }
    cg_dv01 buys = position + open[0];
    cg_dv01 sells = open[1] - position;
    cg_dv01 use = buys > sells ? buys : sells;
    return use > 0 ? use : 0;
}

static void check_cover(const struct request *r, const char *message)
{
    char id[64];
    struct order *o = &orders[r->order];
    bool first = r->kind == 'D';
    /* What the venue raised by itself has no cover; a fall may go there. */
    cg_dv01 worst = charge_of(o->raised ? r->qty : worst_of(r->order));
    if (o->account == SDR || r->qty <= o->cum ||
        (o->raised && o->fallback && r->qty <= o->qty)) {
        return; /* judged by its use alone; or nothing more can fill */
    }
    harness_find(message, 7350, id, sizeof(id));
    unsigned long number = strtoul(id + 6, NULL, 10);
    const struct token *token = &tokens[number];
    if (token->known && !token->withdrawn && token->claim >= worst &&
        token->expires > h.now) {
        return;
    }
    if (o->account == PINGACC) {
        FAIL("R22: no cover for %s (claim %lld, worst %lld)", message,
             (long long)token->claim, (long long)worst);
    }
    if (first ? step_at - pushed_at > 60 * CG_SECOND
              : !o->fallback || worst > charge_of(o->first_qty)) {
        FAIL("R22, R27: nothing stands for %s", message);
    }
    o->fallback = true;
}

/* An order message of a client reaches its venue. */
static void forwarded(const char *message)
{
    char id[64];
    harness_find(message, 11, id, sizeof(id));
    int r = request_find(id);
    if (r < 0 || requests[r].forwarded || requests[r].answered) {
        FAIL("R45: forwarded twice or never sent: %s", message);
    }
    struct request *request = &requests[r];
    struct order *o = &orders[request->order];
    cg_dv01 before = use_of(o->account);
    request->forwarded = true;
    if (request->kind == 'F') {
        return;
    }
    if (request->kind == 'D') {
        o->at_venue = true;
        o->live = true;
    }
    check_cover(request, message);
    cg_dv01 after = use_of(o->account);
    if (o->account != PINGACC && after > before && o->live &&
        after > amounts[o->account]) {
        FAIL("R13: use %lld above %lld by %s", (long long)after,
             (long long)amounts[o->account], message);
    }
}

static void pulled(const char *message)
{
    char id[64];
    struct request *r = &requests[request_count];
    assert_true(request_count < REQUESTS_MAX);
    harness_find(message, 11, id, sizeof(id));
    *r = (struct request){.kind = 'P', .forwarded = true, .answered = true};
    snprintf(r->id, sizeof(r->id), "%.23s", id);
    harness_find(message, 41, id, sizeof(id));
    int target = request_find(id);
    if (target < 0) {
        FAIL("R31: an F on nothing: %s", message);
    }
    r->target = (uint32_t)target;
    r->order = requests[target].order;
    request_count++;
}

static void inquired(const char *message)
{
    char id[64];
    struct inquiry *inquiry = &inquiries[inquiry_count++];
    assert_true(inquiry_count < REQUESTS_MAX);
    harness_find(message, 11, id, sizeof(id));
    int target = request_find(id);
    if (target < 0 || !requests[target].forwarded) {
        FAIL("R46: asks for what the venue never saw: %s", message);
    }
    inquiry->request = (uint32_t)target;
    inquiry->after = request_count;
    harness_find(message, 790, inquiry->id, sizeof(inquiry->id));
}

static void answered(const char *message, int tag)
{
    char id[64];
    harness_find(message, tag, id, sizeof(id));
    int r = request_find(id);
    if (r < 0 || (r == repeat && tag == 11)) {
        return;
    }
    if (requests[r].forwarded || requests[r].answered) {
        FAIL("R45: a second outcome: %s", message);
    }
    requests[r].answered = true;
}

static void to_client(const char *message)
{
    char exec[8];
    char id[64];
    char text[256];
    if (strncmp(message, "35=9", 4) == 0) {
        harness_find(message, 58, text, sizeof(text));
        if (strncmp(text, "CG", 2) == 0) {
            answered(message, 11);
        }
        return;
    }
    harness_find(message, 17, id, sizeof(id));
    if (strncmp(message, "35=8", 4) != 0 || strncmp(id, "GATE-E", 6) != 0) {
        return;
    }
    harness_find(message, 150, exec, sizeof(exec));
    harness_find(message, 20, id, sizeof(id));
    if (exec[0] == '8' && id[0] != '3') {
        answered(message, 11);
    } else if (exec[0] == '4' && id[0] != '3') {
        answered(message, 11);
        answered(message, 41);
    }
}

static void to_hub(const char *message)
{
    char value[64];
    if (strncmp(message, "35=DF", 5) != 0) {
        return;
    }
    harness_find(message, 2318, value, sizeof(value));
    unsigned long number = strtoul(value, NULL, 10);
    assert_true(number < ASKS_MAX);
    if (number < ask_count) {
        return; /* repeated */
    }
    while (ask_count < number) { /* given up before the hub was there */
        asks[ask_count++] = (struct ask){.answered = true};
    }
    struct ask *ask = &asks[ask_count++];
    *ask = (struct ask){0};
    harness_find(message, 2319, value, sizeof(value));
    ask->token = strtoul(value + 6, NULL, 10);
    assert_true(ask->token < TOKENS_MAX);
    harness_find(message, 2320, value, sizeof(value));
    ask->trans = value[0];
    harness_find(message, 2321, value, sizeof(value));
    ask->type = value[0];
    harness_find(message, 2324, value, sizeof(value));
    ask->amount = (cg_dv01)(strtold(value, NULL) * 10000 + 0.5L);
    struct token *token = &tokens[ask->token];
    token->known = true;
    harness_find(message, 1670, value, sizeof(value));
    for (int i = 0; i < ACCOUNTS; i++) {
        token->account = strcmp(value, accounts[i].limit) == 0 ? i
                                                               : token->account;
    }
    if (ask->trans != '0' && ask->type == '0') {
        for (unsigned long i = 1; i < number; i++) {
            asks[i].superseded |= asks[i].token == ask->token &&
                                  asks[i].type == '0';
        }
        if (ask->trans == '1') {
            token->withdrawn = true;
        } else if (ask->amount < token->claim) {
            token->claim = ask->amount;
        }
    }
}

/* Takes what the last call brought, and looks at every deadline. */
static void take(void)
{
    for (int i = 0; i < h.out_count; i++) {
        int session = atoi(h.out[i]);
        const char *message = strchr(h.out[i], ' ') + 1;
        if (getenv("CG_TEST_TRACE") != NULL) {
            print_message("    < %s\n", h.out[i]);
        }
        if (session == HUB) {
            to_hub(message);
        } else if (session == VENUE || session == VENUE42 ||
                   session == VENUE50) {
            if (strncmp(message, "35=H|", 5) == 0) {
                inquired(message);
            } else if (strstr(message, "|11=GATE-P") != NULL) {
                pulled(message);
            } else {
                forwarded(message);
            }
        } else {
            to_client(message);
        }
    }
    repeat = -1;
    for (uint32_t i = 0; i < request_count; i++) {
        const struct request *r = &requests[i];
        if (!r->answered && !r->forwarded && h.now - r->at > 20 * CG_SECOND) {
            FAIL("R26: %s waits for ever", r->id);
        }
    }
}

__attribute__((format(printf, 2, 3))) static void
say(int session, const char *format, ...)
{
    char fields[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fields, sizeof(fields), format, arguments);
    va_end(arguments);
    if (getenv("CG_TEST_TRACE") != NULL) {
        print_message("%d> %s\n", session, fields);
    }
    step_at = h.now;
    harness_in(&h, session, fields);
    take();
}

/* --- clients ------------------------------------------------------------ */

static cg_qty random_qty(void)
{
    return chance(70) ? (cg_qty)(1 + random_below(30)) * 1000000
                      : 1 + (cg_qty)random_below(40000000);
}

static struct request *
request_make(char kind, int order, cg_qty qty, uint32_t target)
{
    struct request *r = &requests[request_count];
    assert_true(request_count < REQUESTS_MAX);
    *r = (struct request){.kind = kind,
                          .order = order,
                          .qty = qty,
                          .at = h.now,
                          .target = target};
    snprintf(r->id, sizeof(r->id), "%c%u", kind, request_count);
    request_count++;
    return r;
}

static void send_request(const struct request *r, const char *header)
{
    const struct order *o = &orders[r->order];
    char orig[40] = "";
    if (r->kind != 'D') {
        snprintf(orig, sizeof(orig), "|41=%s", requests[r->target].id);
    }
    say(o->session,
        "35=%c%s|11=%s%s|1=%s|55=USD10Y|54=%c|38=%lld|40=2|44=4.%d|21=1|"
        "60=20270115-08:00:00",
        r->kind, header, r->id, orig, accounts[o->account].name, o->side,
        (long long)r->qty, 1 + (int)(r->qty % 7));
}

static void client_new(void)
{
    static const int sessions[] = {CLIENT, CLIENT, CLIENT, CLIENT42, CLIENT50};
    static const int venues[] = {VENUE, VENUE, VENUE, VENUE42, VENUE50};
    uint32_t i = random_below(5);
    assert_true(order_count < ORDERS_MAX);
    struct order *o = &orders[order_count];
    *o = (struct order){.session = sessions[i],
                        .venue = venues[i],
                        .account = i == 4                ? SDR
                                   : i < 3 && chance(30) ? PINGACC
                                                         : ACME,
                        .side = chance(50) ? '1' : '2',
                        .qty = random_qty(),
                        .id = request_count};
    o->first_qty = o->qty;
    send_request(request_make('D', order_count++, o->qty, 0), "");
}

static int random_order(bool live)
{
    for (int tries = 0; tries < 20 && order_count > 0; tries++) {
        int first = order_count > 40 ? order_count - 40 : 0;
        int i = first + (int)random_below((uint32_t)(order_count - first));
        if (!live || orders[i].live) {
            return i;
        }
    }
    return -1;
}

/* Any id of the order's chain, most often the newest that was confirmed. */
static uint32_t random_id(int order)
{
    for (int tries = 0; tries < 20 && chance(20); tries++) {
        uint32_t i = random_below(request_count);
        if (requests[i].order == order && requests[i].kind != 'P') {
            return i;
        }
    }
    return orders[order].id;
}

static void client_change(char kind)
{
    int order = random_order(chance(90));
    if (order < 0) {
        return;
    }
    cg_qty qty = chance(30) ? orders[order].qty : random_qty();
    uint32_t target = random_id(order);
    send_request(request_make(kind, order, qty, target), "");
}

static void client_again(void)
{
    static const char *const headers[] = {"|43=Y", "|97=Y", ""};
    if (request_count == 0) {
        return;
    }
    uint32_t i = random_below(request_count);
    struct request r = requests[i];
    if (r.kind == 'P') {
        return;
    }
    r.qty += chance(30) ? 1000000 : 0;
    repeat = (int)i;
    send_request(&r, headers[random_below(3)]);
}

/* --- venues ------------------------------------------------------------- */

static void report(const struct order *o,
                   const char *id,
                   char exec,
                   char status,
                   cg_qty cum,
                   const char *more)
{
    char transaction = '0';
    if (o->venue == VENUE42 && exec == 'F') {
        exec = status;
    } else if (o->venue == VENUE42 && exec == 'H') {
        exec = status;
        transaction = '1';
    }
    say(o->venue,
        "35=8|37=V%d|11=%s|17=X%d|20=%c|150=%c|39=%c|1=%s|55=USD10Y|54=%c|"
        "38=%lld|151=%lld|14=%lld|6=0%s",
        (int)(o - orders), id, h.seq, transaction, exec, status,
        accounts[o->account].name, o->side, (long long)o->qty,
        (long long)(o->live && o->qty > cum ? o->qty - cum : 0), (long long)cum,
        more);
}

static void venue_reject(const struct request *r)
{
    const struct order *o = &orders[r->order];
    bool unknown = r->kind != 'D' && r->target != o->id;
    char status = o->cum > 0 ? '1' : '0';
    if (!o->live) {
        status = o->cum >= o->qty ? '2' : '4';
    }
    say(o->venue,
        "35=9|37=V%d|11=%s|41=%s|39=%c|434=%c|102=%c|60="
        "20270115-08:00:00",
        r->order, r->id, requests[r->target].id, unknown ? '8' : status,
        r->kind == 'G' ? '2' : '1', unknown ? '1' : '0');
}

static void venue_new(struct request *r)
{
    struct order *o = &orders[r->order];
    uint32_t dice = random_below(100);
    if (dice < 6) {
        o->live = false;
        report(o, r->id, '8', '8', 0, "|103=0");
    } else if (dice < 10) {
        o->live = false;
        say(o->venue, "35=j|45=1|372=D|379=%s|380=0|58=no", r->id);
    } else {
        report(o, r->id, '0', '0', 0, "");
    }
}

static void venue_replace(struct request *r)
{
    struct order *o = &orders[r->order];
    char more[40];
    if (!o->live || r->target != o->id || chance(20) || r->qty <= o->cum) {
        venue_reject(r);
        return;
    }
    snprintf(more, sizeof(more), "|41=%s", requests[r->target].id);
    o->qty = r->qty;
    o->id = (uint32_t)(r - requests);
    report(o, r->id, '5', o->cum > 0 ? '1' : '0', o->cum, more);
}

static void venue_cancel(struct request *r)
{
    struct order *o = &orders[r->order];
    char more[40];
    if (!o->live || r->target != o->id || chance(20)) {
        venue_reject(r);
        return;
    }
    if (chance(30)) {
        report(o, r->id, '6', '6', o->cum, "");
    }
    snprintf(more, sizeof(more), "|41=%s", requests[r->target].id);
    o->live = false;
    report(o, r->id, '4', '4', o->cum, more);
}

static bool all_done(uint32_t before)
{
    for (uint32_t i = venue_next; i < before; i++) {
        if (requests[i].forwarded && !requests[i].done) {
            return false;
        }
    }
    return true;
}

/* A status request comes after all that was sent before it. */
static bool venue_status(void)
{
    if (inquiry_next == inquiry_count ||
        !all_done(inquiries[inquiry_next].after)) {
        return false;
    }
    const struct inquiry *inquiry = &inquiries[inquiry_next++];
    const struct request *r = &requests[inquiry->request];
    const struct order *o = &orders[r->order];
    char id[48] = "";
    if (o->venue != VENUE42) {
        snprintf(id, sizeof(id), "|790=%s", inquiry->id);
    }
    bool is_new = r->kind == 'D' || inquiry->request == o->id;
    if (!is_new) { /* a replace that was refused */
        say(o->venue,
            "35=8|37=NONE|11=%s|17=0|20=3|150=%c|39=8|103=5|55=USD10Y|54=%c|"
            "151=0|14=0|6=0%s",
            r->id, o->venue == VENUE42 ? '8' : 'I', o->side, id);
        return true;
    }
    char is = o->cum > 0 ? '1' : '0';
    if (!o->live) {
        is = o->cum >= o->qty ? '2' : '4';
    }
    say(o->venue,
        "35=8|37=V%d|11=%s|17=0|20=3|150=%c|39=%c|55=USD10Y|54=%c|38=%lld|"
        "151=0|14=%lld|6=0%s",
        r->order, r->id, o->venue == VENUE42 ? is : 'I', is, o->side,
        (long long)o->qty, (long long)o->cum, id);
    return true;
}

/* The venues take the oldest message they have not answered. */
static bool venue_answer(void)
{
    while (venue_next < request_count &&
           (requests[venue_next].done || (!requests[venue_next].forwarded &&
                                          requests[venue_next].answered))) {
        venue_next++;
    }
    for (uint32_t i = venue_next; i < request_count; i++) {
        struct request *r = &requests[i];
        if (!r->forwarded || r->done) {
            continue;
        }
        if (inquiry_next < inquiry_count &&
            inquiries[inquiry_next].after <= i) {
            return venue_status(); /* it came before this one */
        }
        r->done = true;
        if (r->kind == 'D') {
            venue_new(r);
        } else if (r->kind == 'G') {
            venue_replace(r);
        } else {
            venue_cancel(r);
        }
        return true;
    }
    return false;
}

static void venue_fill(void)
{
    int i = random_order(true);
    if (i < 0 || !requests[orders[i].id].done) {
        return;
    }
    struct order *o = &orders[i];
    cg_qty left = o->qty - o->cum;
    o->cum += chance(40) ? left : 1 + (cg_qty)random_below((uint32_t)left + 1);
    if (chance(2)) {
        o->cum += 2000000; /* an overfill */
    }
    bool full = o->cum >= o->qty;
    o->live = !full;
    report(o, requests[o->id].id, 'F', full ? '2' : '1', o->cum, "|32=1|31=4");
    if (chance(10)) {
        report(o, requests[o->id].id, 'F', full ? '2' : '1', o->cum,
               "|32=1|31=4");
    }
}

static void venue_surprise(void)
{
    int i = random_order(true);
    if (i < 0 || !requests[orders[i].id].done) {
        return;
    }
    struct order *o = &orders[i];
    const char *id = requests[o->id].id;
    switch (random_below(4)) {
    case 0:
        o->live = false;
        report(o, id, chance(50) ? '4' : 'C', o->venue == VENUE42 ? '4' : 'C',
               o->cum, "");
        break;
    case 1:
        o->qty = o->cum + 1 + random_qty();
        o->raised = true;
        report(o, id, 'D', o->cum > 0 ? '1' : '0', o->cum, "|378=3");
        break;
    case 2:
        if (o->cum > 0) {
            o->cum -= 1 + (cg_qty)random_below((uint32_t)o->cum);
            report(o, id, 'H', o->cum > 0 ? '1' : '0', o->cum, "|19=X1");
        }
        break;
    default:
        say(o->venue, "35=8|37=?|11=NOBODY|17=X|150=0|39=0|14=0|151=0|6=0|"
                      "55=USD10Y|54=1");
        break;
    }
}

/* --- the hub ------------------------------------------------------------ */

static void
answer(unsigned long number, char status, cg_dv01 approved, const char *more)
{
    const struct ask *ask = &asks[number];
    char amount[32];
    snprintf(amount, sizeof(amount), "%lld.%04lld",
             (long long)(approved / 10000), (long long)(approved % 10000));
    say(HUB, "35=DG|2318=%lu|2319=GATE-T%lu|2325=%c|2320=%c|2321=%c|2327=%s%s",
        number, ask->token, status, ask->trans, ask->type, amount, more);
}

static void expiry(struct token *token, char *more, size_t len)
{
    more[0] = '\0';
    token->expires = h.now + 86400 * CG_SECOND;
    if (chance(30)) {
        token->expires = h.now + (1 + random_below(90)) * CG_SECOND;
        int64_t second = token->expires / CG_SECOND % 86400;
        token->expires = token->expires / CG_SECOND * CG_SECOND;
        int64_t day = 15 + token->expires / CG_SECOND / 86400 - 20833;
        snprintf(more, len, "|126=202701%02d-%02d:%02d:%02d", (int)day,
                 (int)(second / 3600), (int)(second / 60 % 60),
                 (int)(second % 60));
    }
}

/* A submission: the hub decides, and both sides agree on what it said. */
static void hub_decide(unsigned long number, bool kind)
{
    struct ask *ask = &asks[number];
    struct token *token = &tokens[ask->token];
    uint32_t dice = kind ? 0 : random_below(100);
    char more[64];
    bool rise = ask->trans == '0' || ask->amount > token->total;
    if (rise && dice >= 95) {
        answer(number, '3', 0, "");
        ask->answered = false;
        return;
    }
    if (rise && dice >= 80) {
        answer(number, '2', 0, "|2326=2");
        return;
    }
    if (rise && dice >= 75) {
        token->total = ask->amount / 2 > token->total ? ask->amount / 2
                                                      : token->total;
        answer(number, '1', ask->amount / 2, "");
        return;
    }
    expiry(token, more, sizeof(more));
    token->total = ask->amount;
    if (!ask->superseded) {
        token->claim = ask->amount;
    }
    answer(number, '0', ask->amount + (chance(3) ? 10000 : 0), more);
}

static void hub_answer_one(unsigned long number, bool kind)
{
    struct ask *ask = &asks[number];
    struct token *token = &tokens[ask->token];
    ask->answered = true;
    if (ask->type == '1') {
        token->consumed += ask->trans == '1' ? -ask->amount : ask->amount;
        answer(number, '0', ask->amount, "");
    } else if (ask->trans == '1') {
        token->total = 0;
        answer(number, '4', 0, "");
    } else {
        hub_decide(number, kind);
    }
    if (!kind && ask->answered && chance(3)) {
        answer(number, chance(50) ? '0' : '2', ask->amount, "");
    }
}

static bool hub_answer(bool kind)
{
    while (ask_next < ask_count && asks[ask_next].answered) {
        ask_next++;
    }
    unsigned long i = ask_next;
    if (i >= ask_count || !hub_up) {
        return false;
    }
    /* Answers to other tokens may overtake. */
    for (uint32_t skip = kind ? 0 : random_below(3); skip > 0; skip--) {
        unsigned long other = i + random_below((uint32_t)(ask_count - i));
        bool first = !asks[other].answered;
        for (unsigned long j = i; first && j < other; j++) {
            first = asks[j].answered || asks[j].token != asks[other].token;
        }
        i = first ? other : i;
    }
    hub_answer_one(i, kind);
    return true;
}

/* Now and then an update has actions, of the limit and of a level (R17): those
 * that leave asking the hub to the model. */
static const char *random_actions(void)
{
    static const unsigned actions[] = {2, 4, 5, 6, 9, 10};
    static char text[64];
    text[0] = '\0';
    if (random_below(4) == 0) {
        snprintf(text, sizeof(text), "|1767=%u|1559=1|1769=%u|1560=%u",
                 actions[random_below(6)], actions[random_below(6)],
                 40 + (unsigned)random_below(60));
    }
    return text;
}

static void hub_push(int account, cg_dv01 amount)
{
    amounts[account] = amount;
    pushed_at = account == ACME ? h.now : pushed_at;
    say(HUB,
        "35=CR|1667=R%d|1677=1|1324=M|1671=2|1691=%s|1692=D|1693=24|1691=%s|"
        "1692=D|1693=4|1669=1|1529=1|1530=12|1531=%lld.00|1532=USD%s|"
        "1670=%s|2339=%c|2355=1",
        h.seq, accounts[account].name, accounts[account].firm,
        (long long)(amount / 10000), random_actions(), accounts[account].limit,
        account == ACME ? '2' : '3');
}

static void hub_stop(void)
{
    char action = stops == 0 ? (char)('0' + (int)random_below(2)) : '2';
    stops = action == '2' ? 0 : 1;
    say(HUB,
        "35=DH|2328=S%d|2329=%c|453=1|448=ACME|447=D|452=24|"
        "60=20270115-08:00:00",
        h.seq, action);
}

static void hub_mischief(void)
{
    unsigned long token = 1 + random_below(60);
    if (ask_count > 60) {
        token = asks[ask_count - 1 - random_below(30)].token;
    }
    switch (random_below(4)) {
    case 0: /* takes a grant back (R30) */
        if (tokens[token].claim == 0 || tokens[token].withdrawn) {
            break;
        }
        tokens[token].total = 0;
        tokens[token].claim = 0;
        tokens[token].withdrawn = true;
        say(HUB, "35=DG|2319=GATE-T%lu|2325=4|2320=1|2321=0", token);
        break;
    case 1:
        say(HUB, "35=DG|2318=99999999|2319=GATE-T%lu|2325=2|2320=0|2321=0",
            token);
        break;
    case 2:
        say(HUB, "35=DG|2318=77|2319=ELSE-T1|2325=0|2320=0|2321=0|2327=1");
        break;
    default:
        hub_push((int)random_below(2) * SDR,
                 (50000 + (cg_dv01)random_below(150000)) * 10000);
        break;
    }
}

/* --- links, time, crashes ----------------------------------------------- */

static void link_set(int session, bool up)
{
    step_at = h.now;
    harness_link(&h, session, up);
    take();
}

static void links_change(void)
{
    if (chance(50)) {
        hub_up = !hub_up;
        link_set(HUB, hub_up);
    } else {
        venue_up = !venue_up;
        link_set(VENUE, venue_up);
        link_set(VENUE42, venue_up);
        link_set(VENUE50, venue_up);
    }
}

static void links_up(void)
{
    for (int i = 0; i < HARNESS_SESSIONS; i++) {
        link_set(i, true);
    }
    hub_up = true;
    venue_up = true;
}

static void let_pass(int ms)
{
    step_at = h.now; /* it may have come at any time from here on */
    harness_wait(&h, ms);
    take();
}

static int rebuild(struct cg_engine *engine)
{
    int status = 0;
    for (size_t i = 0; i < h.facts.committed && status == 0; i++) {
        status = cg_engine_recover(engine, &h.facts.facts[i]);
    }
    return status;
}

/* The fold of the facts is the live state. */
static void compare_books(void)
{
    struct cg_engine *again = NULL;
    const struct cg_state *live = &h.gate->engine->state;
    assert_int_equal(cg_engine_open(&h.gate->engine->config, live->account_max,
                                    live->instrument_max, &again),
                     0);
    assert_int_equal(rebuild(again), 0);
    const struct cg_state *copy = &again->state;
    assert_int_equal(copy->fact_no, live->fact_no);
    assert_int_equal(copy->token_no, live->token_no);
    assert_int_equal(copy->open_orders, live->open_orders);
    for (uint32_t i = 0; i < live->limit_count; i++) {
        assert_int_equal(cg_limit_use(&copy->limits[i]),
                         cg_limit_use(&live->limits[i]));
        assert_int_equal(copy->limits[i].amount, live->limits[i].amount);
        assert_memory_equal(copy->limits[i].ledger, live->limits[i].ledger,
                            sizeof(live->limits[i].ledger));
    }
    for (uint32_t i = 0; i < live->token_top; i++) {
        assert_int_equal(copy->tokens[i].state, live->tokens[i].state);
        assert_int_equal(copy->tokens[i].number, live->tokens[i].number);
        assert_int_equal(copy->tokens[i].charge, live->tokens[i].charge);
        assert_memory_equal(&copy->tokens[i].ledger, &live->tokens[i].ledger,
                            sizeof(live->tokens[i].ledger));
    }
    for (uint32_t i = 0; i < live->order_top; i++) {
        assert_int_equal(copy->orders[i].state, live->orders[i].state);
        assert_int_equal(copy->orders[i].cum_qty, live->orders[i].cum_qty);
        assert_int_equal(copy->orders[i].round, live->orders[i].round);
        assert_int_equal(copy->orders[i].inquired, live->orders[i].inquired);
        assert_int_equal(copy->orders[i].own_asks, live->orders[i].own_asks);
        assert_int_equal(copy->orders[i].lost, live->orders[i].lost);
    }
    cg_engine_close(again);
}

static void crash(void)
{
    compare_books();
    harness_reopen(&h);
    take();
    for (uint32_t i = 0; i < request_count; i++) {
        if (!requests[i].answered && !requests[i].forwarded) {
            FAIL("R45: %s waits after a restart", requests[i].id);
        }
    }
    links_up();
}

/* --- the whole ---------------------------------------------------------- */

static void event(void)
{
    uint32_t dice = random_below(1000);
    if (dice < 180) {
        client_new();
    } else if (dice < 260) {
        client_change('G');
    } else if (dice < 310) {
        client_change('F');
    } else if (dice < 340) {
        client_again();
    } else if (dice < 500) {
        if (!venue_status()) {
            venue_answer();
        }
    } else if (dice < 600) {
        venue_fill();
    } else if (dice < 620) {
        venue_surprise();
    } else if (dice < 880) {
        hub_answer(false);
    } else if (dice < 900) {
        hub_mischief();
    } else if (dice < 905) {
        hub_stop();
    } else if (dice < 912) {
        links_change();
    } else if (dice < 917) {
        links_up();
    } else if (dice < 918) {
        crash();
    } else if (dice < 990) {
        let_pass((int)random_below(400));
    } else {
        let_pass((int)random_below(8000));
    }
}

/* Everyone behaves until nothing is left to be said. */
static void heal(void)
{
    links_up();
    stops = 1;
    hub_stop();
    say(HUB, "35=DH|2328=S0|2329=2|453=1|448=SDR|447=D|452=24|"
             "60=20270115-08:00:00"); /* what an action may have stopped */
    for (int round = 0; round < 6; round++) {
        while (hub_answer(true) || venue_answer() || venue_status()) {
        }
        for (int i = 0; i < order_count; i++) {
            if (orders[i].live && requests[orders[i].id].done) {
                orders[i].live = false;
                report(&orders[i], requests[orders[i].id].id, '4', '4',
                       orders[i].cum, "");
            }
        }
        let_pass(25000);
    }
}

/* R25: what the hub heard of trades is what the venues did. */
static void check_consumed(void)
{
    cg_dv01 heard[ACCOUNTS] = {0};
    cg_dv01 filled[ACCOUNTS] = {0};
    for (int i = 0; i < TOKENS_MAX; i++) {
        heard[tokens[i].account] += tokens[i].consumed;
    }
    for (int i = 0; i < order_count; i++) {
        filled[orders[i].account] += charge_of(orders[i].cum);
    }
    for (int i = 0; i < ACCOUNTS; i++) {
        if (heard[i] != filled[i]) {
            FAIL("R25: %s filled %lld, the hub heard of %lld", accounts[i].name,
                 (long long)filled[i], (long long)heard[i]);
        }
    }
}

static void check_end(void)
{
    struct cg_token_view token;
    struct cg_limit_view limit;
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        if (strcmp(token.state, "forgotten") == 0) {
            continue;
        }
        if (strcmp(token.state, "closed") != 0 || token.reserved != 0 ||
            token.granted + token.overrun != token.consumed + token.released) {
            FAIL("R20: token %s of %s is %s, reserved %lld", token.id,
                 token.order, token.state, (long long)token.reserved);
        }
    }
    for (int account = 0; account < ACCOUNTS; account++) {
        for (size_t i = 0; cg_gate_limit(h.gate, i, &limit); i++) {
            if (strcmp(limit.id, accounts[account].limit) == 0 &&
                limit.used != use_of(account)) {
                FAIL("R12: %s uses %lld, the wires say %lld", limit.id,
                     (long long)limit.used, (long long)use_of(account));
            }
        }
    }
    for (unsigned long i = 1; i < TOKENS_MAX; i++) {
        const struct token *t = &tokens[i];
        if (t->known && !t->withdrawn && t->total > t->consumed &&
            t->expires > h.now) {
            FAIL("R21, R28: the hub still holds %lld for token %lu",
                 (long long)(t->total - t->consumed), i);
        }
    }
}

static void run(uint64_t with)
{
    seed = with;
    state = with * 0x9e3779b97f4a7c15U + 1;
    order_count = 0;
    request_count = 0;
    venue_next = 0;
    inquiry_count = 0;
    inquiry_next = 0;
    ask_count = 1;
    ask_next = 1;
    memset(tokens, 0, sizeof(tokens));
    amounts[ACME] = 1000000000;
    amounts[PINGACC] = INT64_MAX;
    amounts[SDR] = 1000000000;
    pushed_at = 0;
    repeat = -1;
    stops = 0;
    venue_up = true;
    hub_up = true;
    harness_open(&h);
    hub_push(ACME, amounts[ACME]);
    for (int i = 0; i < EVENTS; i++) {
        event();
    }
    heal();
    compare_books();
    check_consumed();
    check_end();
    harness_close(&h);
}

/* Whatever happens, in whatever order, the rules of the file head hold. */
static void test_gate_random_events_keep_the_rules(void **unused)
{
    (void)unused;
    const char *one = getenv("CG_TEST_SEED");
    const char *many = getenv("CG_TEST_SEEDS");
    if (one != NULL) {
        run(strtoull(one, NULL, 10));
        return;
    }
    uint64_t count = SANITIZED ? 40 : 150;
    if (many != NULL) {
        count = strtoull(many, NULL, 10);
    }
    for (uint64_t i = 1; i <= count; i++) {
        run(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_random_events_keep_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
