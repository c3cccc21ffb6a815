/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "TradingDayEnd=never\nSoftDeadlineMs=1000\nHardDeadlineMs=5000\n"
    "MaxOrders=200\nMaxRequests=2000\nMaxLimits=16\nMaxScopes=64\n"
    "MaxWaiting=16\nMaxLegs=0\nMaxInstruments=0\nMaxReports=2000\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\nTokenTag=7350\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n"
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"
    "Currency=USD\nMeasure=gross\nAmount=100000.00\nModel=";

struct world *world;

void world_wrong(const char *format, ...)
{
    va_list arguments;
    assert_true(world->wrong_count < WRONG_MAX);
    va_start(arguments, format);
    vsnprintf(world->wrong[world->wrong_count++], sizeof(world->wrong[0]),
              format, arguments);
    va_end(arguments);
}

static void show(const char *way, const char *text)
{
    if (world->print) {
        printf("%9.3f %s %s\n",
               (double)(world->harness.now - 1800000000 * CG_SECOND) / 1e9, way,
               text);
    }
}

/* The value of |tag| in "35=D|11=A|", or nothing. */
static const char *value(const char *text, const char *tag, char *buf)
{
    char key[16];
    snprintf(key, sizeof(key), "|%s=", tag);
    const char *at = strstr(text, key);
    buf[0] = '\0';
    if (at != NULL) {
        at += strlen(key);
        snprintf(buf, 64, "%.*s", (int)strcspn(at, "|"), at);
    }
    return buf;
}

static struct token *token_of(const char *id, bool add)
{
    for (int i = 0; i < world->token_count; i++) {
        if (strcmp(world->tokens[i].id, id) == 0) {
            return &world->tokens[i];
        }
    }
    if (!add) {
        return NULL;
    }
    assert_true(world->token_count < TOKENS_MAX);
    struct token *token = &world->tokens[world->token_count++];
    snprintf(token->id, sizeof(token->id), "%s", id);
    return token;
}

static struct order *order_of(const char *id)
{
    for (int i = 0; i < world->order_count; i++) {
        if (strcmp(world->orders[i].id, id) == 0) {
            return &world->orders[i];
        }
    }
    return NULL;
}

/* What is of another limit, or in another currency, grants nothing. */
static bool is_asked_for(const char *text)
{
    char limit[64];
    char currency[64];
    value(text, "1670", limit);
    value(text, "15", currency);
    return (limit[0] == '\0' || strcmp(limit, "ACME-USD") == 0) &&
           (currency[0] == '\0' || strcmp(currency, "USD") == 0);
}

static void put(int session, const char *type, struct cg_slice body)
{
    char text[4096];
    char id[64];
    char status[64];
    assert_true(world->count < QUEUE_MAX);
    struct message *message =
        &world->queue[(world->first + world->count++) % QUEUE_MAX];
    message->session = session;
    int len = snprintf(text, sizeof(text), "35=%s|%.*s", type, (int)body.len,
                       body.data);
    for (int i = 0; i < len; i++) {
        text[i] = text[i] == SIM_SOH ? '|' : text[i];
    }
    snprintf(message->text, sizeof(message->text), "%s", text);
    if (strcmp(type, "DG") == 0 &&
        strcmp(value(text, "2325", status), "0") == 0 && is_asked_for(text)) {
        int64_t amount = 0;
        struct token *token = token_of(value(text, "2319", id), true);
        if (!sim_field_number(body, 2327, SIM_AMOUNT_DIGITS, &amount)) {
            sim_field_number(body, 2324, SIM_AMOUNT_DIGITS, &amount);
        }
        token->granted = amount > token->granted ? amount : token->granted;
    }
}

static void hub_send(void *user,
                     struct sim_peer *peer,
                     const char *type,
                     struct cg_slice body)
{
    struct sim_message message = {.type = type, .body = body};
    (void)user;
    if (world->lost) {
        return;
    }
    if (peer->up) {
        put(HUB, type, body);
    } else {
        sim_inbox_keep(&world->held, peer, 0, &message);
    }
}

static void venue_send(void *user,
                       struct sim_peer *peer,
                       const char *type,
                       struct cg_slice body)
{
    int64_t qty = 0;
    (void)user;
    (void)peer;
    if (sim_field_char(body, 150, 0) == 'F' &&
        sim_field_number(body, 32, 0, &qty)) {
        world->filled += qty / 1000 * 9040; /* 904.00 per million */
    }
    put(VENUE, type, body);
}

static void drop(void *user, struct sim_peer *peer)
{
    (void)user;
    (void)peer;
}

static void say(void *user, const char *line)
{
    (void)user;
    show("         says", line);
}

static void set_time(void)
{
    world->hub_port.now_ns = world->harness.now;
    world->venue_port.now_ns = world->harness.now;
}

/* R22: nothing is forwarded without a grant that was seen. */
static void judge_forward(const char *text)
{
    char id[64];
    char token[64];
    struct order *order = order_of(value(text, "11", id));
    const struct token *it = token_of(value(text, "7350", token), false);
    char qty[64];
    int64_t worst = strtoll(value(text, "38", qty), NULL, 10) / 1000 * 9040;
    if (order != NULL) {
        order->forwards++;
    }
    if (token[0] == '\0' ||
        (!world->fallback && (it == NULL || it->granted < worst))) {
        world_wrong("%s was forwarded, but %s was not granted for it", id,
                    token);
    }
}

/* A replace was confirmed: the chain has another id. */
static void follow(const char *text)
{
    char id[64];
    char old[64];
    value(text, "11", id);
    value(text, "41", old);
    for (int i = 0; i < world->order_count; i++) {
        if (strcmp(world->orders[i].current, old) == 0) {
            snprintf(world->orders[i].current, sizeof(world->orders[i].current),
                     "%.15s", id);
        }
    }
}

static void judge_client(const char *text)
{
    char id[64];
    char type[64];
    struct order *order = order_of(value(text, "11", id));
    value(text, "150", type);
    if (type[0] == '5') {
        follow(text);
    }
    if (type[0] == '4') { /* a cancel ends what waits, too */
        order = order_of(value(text, "41", id));
        order = order != NULL && order->outcomes == 0 ? order : NULL;
    }
    if (order == NULL || strncmp(text, "35=8|", 5) != 0 ||
        strchr("048", type[0]) == NULL) {
        return;
    }
    order->outcomes++;
    if (order->outcomes == 1) {
        order->answered_at = world->harness.now;
    }
}

/* One message of the gate, "2 35=DF|...". */
static void route(const char *out)
{
    struct sim_body body = {0};
    char type[64];
    int session = atoi(out);
    const char *text = strchr(out, ' ') + 1;
    static const char *const ways[] = {"gate > client", "gate > venue",
                                       "gate > hub"};
    show(ways[session], text);
    snprintf(type, sizeof(type), "%.*s", (int)strcspn(text + 3, "|"), text + 3);
    char *fields = sim_copy(cg_slice_str(strchr(text, '|') + 1));
    size_t len = strlen(fields);
    if (len > 0 && fields[len - 1] == '|') {
        fields[len - 1] = '\0';
    }
    assert_true(sim_body_piped(&body, fields));
    struct sim_message message = {.type = type,
                                  .body = sim_body_slice(&body),
                                  .possresend = strstr(text, "|97=Y|") != NULL};
    set_time();
    if (session == CLIENT) {
        judge_client(text);
    } else if (session == VENUE) {
        if (strcmp(type, "D") == 0 || strcmp(type, "G") == 0) {
            judge_forward(text);
        }
        sim_venue_receive(&world->venue, &world->venue_peer, &message);
    } else if (world->hub_peer.up) {
        sim_hub_receive(&world->hub, &world->hub_peer, &message);
    }
    free(fields);
    sim_body_deinit(&body);
}

static void route_all(void)
{
    static char out[64][HARNESS_TEXT_MAX];
    int count = world->harness.out_count;
    for (; world->said < world->harness.line_count; world->said++) {
        show("        gate",
             world->harness.lines[world->said % HARNESS_LINES_MAX]);
    }
    assert_true(count <= 64);
    for (int i = 0; i < count; i++) {
        strcpy(out[i], world->harness.out[i]);
    }
    world->harness.out_count = 0;
    for (int i = 0; i < count; i++) {
        route(out[i]);
    }
}

/* Until nobody has anything to say. */
static void pump(void)
{
    static const char *const ways[] = {"client > gate", "venue > gate",
                                       "hub > gate"};
    route_all();
    while (world->count > 0) {
        struct message message = world->queue[world->first];
        world->first = (world->first + 1) % QUEUE_MAX;
        world->count--;
        show(ways[message.session], message.text);
        harness_in(&world->harness, message.session, message.text);
        route_all();
    }
}

void world_pass(int ms, int step)
{
    for (int at = 0; at < ms; at += step) {
        harness_wait(&world->harness, step);
        set_time();
        sim_hub_tick(&world->hub);
        sim_venue_tick(&world->venue);
        pump();
    }
}

void world_order(const char *id, int millions)
{
    char text[256];
    assert_true(world->order_count < ORDERS_MAX);
    struct order *it = &world->orders[world->order_count++];
    snprintf(it->id, sizeof(it->id), "%s", id);
    snprintf(it->current, sizeof(it->current), "%s", id);
    it->sent_at = world->harness.now;
    snprintf(text, sizeof(text),
             "35=D|11=%s|1=ACME|55=USD10Y|54=1|38=%d000000|40=2|44=4.1|59=1|"
             "60=20270115-08:00:00",
             id, millions);
    show("client > gate", text);
    harness_in(&world->harness, CLIENT, text);
    pump();
}

void world_replace(const char *id, const char *old, int millions)
{
    char text[256];
    snprintf(text, sizeof(text),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=1|38=%d000000|40=2|44=4.1|"
             "59=1|60=20270115-08:00:00",
             id, old, millions);
    show("client > gate", text);
    harness_in(&world->harness, CLIENT, text);
    pump();
}

void world_cancel(const char *id, const char *old)
{
    char text[256];
    snprintf(text, sizeof(text),
             "35=F|11=%s|41=%s|1=ACME|55=USD10Y|54=1|60=20270115-08:00:00", id,
             old);
    show("client > gate", text);
    harness_in(&world->harness, CLIENT, text);
    pump();
}

bool world_hub(const char *command)
{
    show("hub", command);
    set_time();
    bool done = sim_hub_command(&world->hub, command);
    pump();
    return done;
}

bool world_venue(const char *command)
{
    show("venue", command);
    set_time();
    bool done = sim_venue_command(&world->venue, command);
    pump();
    return done;
}

void world_hub_limit(const char *words)
{
    show("hub, in secret", words);
    assert_true(sim_hub_limit(&world->hub, words, false));
}

/* The FIX session sends again what was said while the line was down. */
static void resend(void)
{
    struct sim_kept kept;
    while (sim_inbox_take(&world->held, 0, &kept)) {
        put(HUB, kept.type, (struct cg_slice){kept.body, kept.body_len});
        sim_kept_deinit(&kept);
    }
}

void world_hub_link(bool up)
{
    show("hub", up ? "up" : "down");
    world->hub_peer.up = up;
    harness_link(&world->harness, HUB, up);
    set_time();
    if (up) {
        resend();
        sim_hub_logon(&world->hub, &world->hub_peer);
    }
    pump();
}

void world_open(const char *fault, bool fallback)
{
    char text[4096];
    char command[128];
    bool print = world->print;
    memset(world, 0, sizeof(*world));
    world->print = print;
    world->fallback = fallback;
    world->hub_peer = (struct sim_peer){"HUB", SIM_FIX50SP2, true, NULL};
    world->venue_peer = (struct sim_peer){"VENUE", SIM_FIX44, true, NULL};
    world->hub_peers[0] = &world->hub_peer;
    world->venue_peers[0] = &world->venue_peer;
    world->hub_port = (struct sim_port){.peers = world->hub_peers,
                                        .peer_count = 1,
                                        .send = hub_send,
                                        .drop = drop,
                                        .say = say};
    world->venue_port = (struct sim_port){.peers = world->venue_peers,
                                          .peer_count = 1,
                                          .send = venue_send,
                                          .drop = drop,
                                          .say = say};
    sim_hub_init(&world->hub, &world->hub_port);
    sim_venue_init(&world->venue, &world->venue_port);
    assert_true(sim_hub_limit(
        &world->hub, "ACME-USD FCM1 ACME USD 100000.00 used=0.00", false));
    snprintf(command, sizeof(command), "fault %s", fault);
    assert_true(sim_hub_command(&world->hub, command));
    snprintf(text, sizeof(text), "%s%s\n", configuration,
             fallback ? "ping-with-push\nFallbackMaxAgeMs=600000" : "ping");
    harness_open_config(&world->harness, text);
    set_time();
    sim_hub_logon(&world->hub, &world->hub_peer);
    pump();
    world_pass(1000, 100);
}

void world_close(void)
{
    sim_hub_deinit(&world->hub);
    sim_venue_deinit(&world->venue);
    sim_inbox_deinit(&world->held);
    harness_close(&world->harness);
}

void world_crash(void)
{
    show("gate", "crash");
    harness_reopen(&world->harness);
    pump();
    for (int session = 0; session <= HUB; session++) {
        harness_link(&world->harness, session, true);
        pump();
    }
    set_time();
    world->hub_peer.up = true;
    resend();
    sim_hub_logon(&world->hub, &world->hub_peer);
    pump();
}

void world_settle(void)
{
    char id[32];
    char new_id[40];
    world->lost = false;
    world_hub("normal");
    world_hub_link(false);
    world_pass(1000, 100);
    world_hub_link(true);
    world_pass(8000, 100);
    world_hub("limit ACME-USD 100000");
    world_hub("reinstate ACME");
    world_pass(1000, 100);
    for (int i = 0; i < world->order_count; i++) {
        snprintf(id, sizeof(id), "%s", world->orders[i].current);
        snprintf(new_id, sizeof(new_id), "%sX", id);
        world_cancel(new_id, id);
    }
    world_pass(10000, 100);
    world_hub_link(false);
    world_pass(1000, 100);
    world_hub_link(true);
    world_pass(10000, 100);
}

void world_judge_orders(void)
{
    for (int i = 0; i < world->order_count; i++) {
        const struct order *it = &world->orders[i];
        if (it->outcomes != 1 || it->forwards > 1) {
            world_wrong("%s: %d outcomes, %d times forwarded", it->id,
                        it->outcomes, it->forwards);
        } else if (it->answered_at > it->sent_at + (HARD_MS + 100) * CG_MS) {
            world_wrong("%s: answered after %lld ms", it->id,
                        (long long)(it->answered_at - it->sent_at) / CG_MS);
        }
    }
}

/* Every order is dead: nothing is reserved or waits, and use is what was
 * consumed, or more where the hub says so. */
void world_judge_gate(void)
{
    struct cg_token_view view;
    for (size_t i = 0; cg_gate_token(world->harness.gate, i, &view); i++) {
        world->consumed += view.consumed;
        if (strcmp(view.state, "closed") != 0 || view.reserved != 0) {
            world_wrong("the gate's %s is %s, %lld reserved", view.id,
                        view.state, (long long)view.reserved);
        }
    }
    if (world->consumed != world->filled) {
        world_wrong("filled is %lld, consumed %lld", (long long)world->filled,
                    (long long)world->consumed);
    }
}

void world_judge_hub(void)
{
    const struct sim_account *sums = &world->hub.ledger.limits[0].sums;
    struct cg_limit_view limit;
    assert_true(cg_gate_limit(world->harness.gate, 0, &limit));
    if (limit.used < world->consumed) {
        world_wrong("use is %lld, consumed %lld", (long long)limit.used,
                    (long long)world->consumed);
    }
    if (limit.used != world->consumed) {
        world_wrong("the hub makes the use %lld of %lld", (long long)limit.used,
                    (long long)world->consumed);
    }
    if (sim_account_reserved(sums) != 0) {
        world_wrong("the hub has %lld reserved",
                    (long long)sim_account_reserved(sums));
    }
    if (sums->consumed != world->consumed) {
        world_wrong("the hub has %lld consumed of %lld",
                    (long long)sums->consumed, (long long)world->consumed);
    }
}
