/*
 * Decisions alone: an event goes in, facts go to a sink that keeps nothing, and
 * effects are left for nobody.  Orders are picked at random, so that with many
 * of them nothing is in the caches.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include "engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENT, VENUE, HUB, SESSIONS };

#define ACCOUNTS 64
#define LOT 1000000
#define WARM_UP 2000

/* What an outside world knows of an order. */
struct outside {
    char id[24];
    char order_id[24];
    cg_qty qty;
    cg_qty cum_qty;
};

struct bench {
    struct cg_engine *engine;
    struct outside *orders;
    uint32_t open;
    uint64_t ids;
    uint64_t random;
    cg_time now;
    bool ping;
};

static int sink(void *user, const struct cg_fact *fact)
{
    *(uint64_t *)user += fact->no;
    return 0;
}

static uint64_t facts_seen;

static uint64_t next_random(struct bench *bench)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return bench->random;
}

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench: %s\n", what);
        exit(1);
    }
}

/* --- set-up ------------------------------------------------------------- */

static void session_name(struct bench *bench,
                         cg_session slot,
                         const char *name,
                         enum cg_role role)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_SESSION_NAMED);
    fact.session = slot;
    fact.id = name;
    fact.id_len = strlen(name);
    cg_engine_record(bench->engine, &fact);
    struct cg_session_state *session = &bench->engine->state.sessions[slot];
    session->role = role;
    session->venue = role == CG_ROLE_CLIENT ? VENUE : CG_SESSION_NONE;
    session->token_life_ns = 86400 * CG_SECOND;
    cg_engine_begin(bench->engine, bench->now, slot, 0);
    cg_engine_link(bench->engine, true);
    cg_engine_end(bench->engine);
}

static void account_name(struct bench *bench, uint32_t slot)
{
    char name[16];
    char limit[16];
    struct cg_fact fact = cg_fact_of(CG_FACT_ACCOUNT_NAMED);
    fact.account = slot;
    fact.id = name;
    fact.id_len = (size_t)snprintf(name, sizeof(name), "ACC%u", slot);
    fact.text = "FCM1";
    fact.text_len = 4;
    cg_engine_record(bench->engine, &fact);
    bench->engine->state.accounts[slot].sessions = 1;
    fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = slot;
    fact.session = bench->ping ? HUB : CG_SESSION_NONE;
    fact.account = slot;
    fact.value = CG_LIMIT_DV01;
    fact.flags = (uint32_t)(bench->ping ? CG_MODEL_PING : CG_MODEL_PUSH) << 4;
    fact.id = limit;
    fact.id_len = (size_t)snprintf(limit, sizeof(limit), "LIM%u", slot);
    fact.text = "USD FCM1";
    fact.text_len = 8;
    cg_engine_record(bench->engine, &fact);
    fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    fact.flags = 2;
    fact.amount = INT64_MAX / 8;
    cg_engine_record(bench->engine, &fact);
}

static void
engine_open(struct bench *bench, uint32_t open_orders, uint32_t rounds)
{
    uint32_t orders = open_orders + 1024;
    struct cg_engine_config config = {
        .sizes = {.orders = orders,
                  /* Three a round, and the ids of the day stay. */
                  .requests = 4 * orders + 3 * (rounds + WARM_UP),
                  .limits = 1000,
                  .waiting = 1000,
                  .message_max = 65536,
                  .reports = 400000},
        .soft_deadline_ns = CG_SECOND,
        .hard_deadline_ns = 20 * CG_SECOND,
        .pull_time_ns = 500 * CG_MS,
        .stale_resend_ns = 60 * CG_SECOND,
        .probe_after = 3,
        .update_sets = 1,
        .gate_name = "GATE",
        .sink = sink,
        .user = &facts_seen,
    };
    need(cg_engine_open(&config, ACCOUNTS, 16, &bench->engine) == 0,
         "not enough memory for the engine");
    struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_NAMED);
    fact.instrument = 0;
    fact.id = "USSW10";
    fact.id_len = 6;
    session_name(bench, CLIENT, "CLIENT", CG_ROLE_CLIENT);
    session_name(bench, VENUE, "VENUE", CG_ROLE_VENUE);
    session_name(bench, HUB, "HUB", CG_ROLE_HUB);
    cg_engine_record(bench->engine, &fact);
    struct cg_instrument *swap = &bench->engine->state.instruments[0];
    memcpy(swap->currency, "USD", 4);
    swap->rate = 904 * CG_DV01_SCALE;
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        account_name(bench, i);
    }
    bench->engine->park_room = 1000;
}

/* --- events ------------------------------------------------------------- */

static void begin(struct bench *bench, cg_session from)
{
    bench->now += 1000;
    cg_engine_begin(bench->engine, bench->now, from, 7);
    bench->engine->park_room = 1000;
}

/* Runs one decision and says how long it took. */
#define TIMED(bench, from, ...)                                                \
    timed_end((bench),                                                         \
              (timed_start = bench_now(), begin((bench), (from)),              \
               (__VA_ARGS__), cg_engine_end((bench)->engine), bench_now()) -   \
                  timed_start)

static int64_t timed_start;

static int64_t timed_end(struct bench *bench, int64_t ns)
{
    need(bench->engine->error == 0, "the engine failed");
    return ns;
}

static struct cg_slice new_id(struct bench *bench, char *id, const char *kind)
{
    int len = snprintf(id, 24, "%s-20261120-%09llu", kind,
                       (unsigned long long)++bench->ids);
    return (struct cg_slice){id, (size_t)len};
}

/* The effects' kinds of the last event must be what the operation is about. */
static void expect(const struct bench *bench, enum cg_effect_kind kind)
{
    for (uint32_t i = 0; i < bench->engine->effect_count; i++) {
        if (bench->engine->effects[i].kind == kind) {
            return;
        }
    }
    need(false, "an operation did not do what it is measured for");
}

/* The hub confirms the ask that the last event sent, if there is one. */
static int64_t hub_answers(struct bench *bench)
{
    const struct cg_engine *engine = bench->engine;
    for (uint32_t i = 0; i < engine->effect_count; i++) {
        if (engine->effects[i].kind != CG_EFFECT_ASK) {
            continue;
        }
        const struct cg_ask *ask = &engine->state.asks[engine->effects[i].ask];
        struct cg_answer_event event = {
            .ask = ask->number,
            .has_token = true,
            .token = engine->state.tokens[ask->token].number,
            .trans_type = ask->kind == CG_ASK_CANCEL ? 1 : 0,
            .check_type = ask->kind == CG_ASK_CONSUMED ? 1 : 0,
            .status = ask->kind == CG_ASK_CANCEL ? 4 : 0,
            .has_amount = true,
            .amount = ask->amount,
            .has_approved = true,
            .approved = ask->amount,
        };
        return TIMED(bench, HUB, cg_engine_answer(bench->engine, &event));
    }
    return 0;
}

struct times {
    struct samples order;
    struct samples grant;
    struct samples acked;
    struct samples filled;
    struct samples replace;
    struct samples replaced;
    struct samples cancel;
    struct samples cancelled;
};

static void order_new(struct bench *bench, struct times *times)
{
    char account[16];
    struct outside *order = &bench->orders[bench->open++];
    struct cg_order_event event = {
        .account = {account, (size_t)snprintf(
                                 account, sizeof(account), "ACC%u",
                                 (unsigned)(next_random(bench) % ACCOUNTS))},
        .firm = CG_SLICE("FCM1"),
        .symbol = CG_SLICE("USSW10"),
        .currency = CG_SLICE("USD"),
        .side = next_random(bench) % 2 == 0 ? '1' : '2',
        .time_in_force = '0',
        .qty = 10 * LOT,
        .body_hash = bench->ids,
        .terms_hash = bench->ids,
    };
    *order = (struct outside){.qty = 10 * LOT};
    event.clordid = new_id(bench, order->id, "ORD");
    samples_add(&times->order,
                TIMED(bench, CLIENT, cg_engine_new(bench->engine, &event)));
    if (bench->ping) {
        expect(bench, CG_EFFECT_ASK);
        samples_add(&times->grant, hub_answers(bench));
    }
    expect(bench, CG_EFFECT_FORWARD);
    struct cg_report_event report = {
        .kind = CG_REPORT_NEW,
        .clordid = event.clordid,
        .order_id = new_id(bench, order->order_id, "VEN"),
        .has_cum_qty = true,
    };
    samples_add(&times->acked,
                TIMED(bench, VENUE, cg_engine_report(bench->engine, &report)));
    expect(bench, CG_EFFECT_PASS);
}

static struct outside *any(struct bench *bench)
{
    return &bench->orders[next_random(bench) % bench->open];
}

static struct cg_report_event report_on(const struct outside *order)
{
    return (struct cg_report_event){
        .clordid = cg_slice_str(order->id),
        .order_id = cg_slice_str(order->order_id),
        .has_cum_qty = true,
        .cum_qty = order->cum_qty,
    };
}

static void order_fill(struct bench *bench, struct times *times)
{
    char exec_id[24];
    struct outside *order = any(bench);
    order->cum_qty += LOT / 100;
    struct cg_report_event report = report_on(order);
    report.kind = CG_REPORT_FILL;
    report.exec_id = new_id(bench, exec_id, "EXE");
    report.content_hash = bench->ids;
    report.last_qty = LOT / 100;
    samples_add(&times->filled,
                TIMED(bench, VENUE, cg_engine_report(bench->engine, &report)));
    expect(bench, CG_EFFECT_PASS);
    if (bench->ping) {
        hub_answers(bench);
    }
}

static void order_replace(struct bench *bench, struct times *times)
{
    char id[24];
    char account[16];
    struct outside *order = any(bench);
    const struct cg_state *state = &bench->engine->state;
    uint32_t slot =
        state->requests[cg_state_request(state, VENUE, cg_slice_str(order->id))]
            .order;
    struct cg_order_event event = {
        .clordid = new_id(bench, id, "REP"),
        .orig_clordid = cg_slice_str(order->id),
        .account = {account, (size_t)snprintf(account, sizeof(account), "ACC%u",
                                              state->orders[slot].account)},
        .symbol = CG_SLICE("USSW10"),
        .side = state->orders[slot].side,
        .time_in_force = '0',
        .qty = order->qty, /* another price alone needs no answer of a hub */
        .body_hash = bench->ids,
        .terms_hash = bench->ids,
    };
    event.qty += bench->ping ? 0 : LOT;
    samples_add(&times->replace,
                TIMED(bench, CLIENT, cg_engine_replace(bench->engine, &event)));
    expect(bench, CG_EFFECT_FORWARD);
    struct cg_report_event report = report_on(order);
    report.kind = CG_REPORT_REPLACED;
    report.clordid = event.clordid;
    report.orig_clordid = event.orig_clordid;
    report.has_order_qty = true;
    report.order_qty = event.qty;
    samples_add(&times->replaced,
                TIMED(bench, VENUE, cg_engine_report(bench->engine, &report)));
    memcpy(order->id, id, sizeof(id));
    order->qty = event.qty;
}

static void order_cancel(struct bench *bench, struct times *times)
{
    char id[24];
    struct outside *order = any(bench);
    struct cg_order_event event = {
        .clordid = new_id(bench, id, "CXL"),
        .orig_clordid = cg_slice_str(order->id),
        .symbol = CG_SLICE("USSW10"),
        .side = '1',
        .body_hash = bench->ids,
    };
    samples_add(&times->cancel,
                TIMED(bench, CLIENT, cg_engine_cancel(bench->engine, &event)));
    expect(bench, CG_EFFECT_FORWARD);
    struct cg_report_event report = report_on(order);
    report.kind = CG_REPORT_CANCELLED;
    report.clordid = event.clordid;
    report.orig_clordid = event.orig_clordid;
    report.closed = true;
    samples_add(&times->cancelled,
                TIMED(bench, VENUE, cg_engine_report(bench->engine, &report)));
    expect(bench, CG_EFFECT_PASS);
    if (bench->ping) {
        hub_answers(bench);
    }
    *order = bench->orders[--bench->open];
}

/* --- rounds ------------------------------------------------------------- */

static void times_init(struct times *times, size_t rounds)
{
    struct samples *all = &times->order;
    for (size_t i = 0; i < sizeof(*times) / sizeof(*all); i++) {
        samples_init(&all[i], rounds);
    }
}

static void times_deinit(struct times *times)
{
    struct samples *all = &times->order;
    for (size_t i = 0; i < sizeof(*times) / sizeof(*all); i++) {
        samples_deinit(&all[i]);
    }
}

static void rounds_run(struct bench *bench, struct times *times, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        order_new(bench, times);
        order_fill(bench, times);
        order_replace(bench, times);
        order_cancel(bench, times);
    }
}

static void times_print(struct bench *bench, struct times *times)
{
    uint32_t open = bench->open;
    bool full = open >= 1000000;
    const char *grant = "decide: grant of a new order, ping";
    if (bench->ping) {
        bench_time("decide: new order, ping", open, &times->order,
                   full ? 100 : 0);
        bench_time(grant, open, &times->grant, full ? 300 : 0);
        bench_time("decide: fill, ping", open, &times->filled, full ? 300 : 0);
        bench_time("decide: cancel, ping", open, &times->cancel,
                   full ? 300 : 0);
        bench_time("decide: cancelled, ping", open, &times->cancelled,
                   full ? 300 : 0);
        return;
    }
    bench_time("decide: new order, push", open, &times->order, full ? 100 : 0);
    bench_time("decide: acknowledged", open, &times->acked, full ? 300 : 0);
    bench_time("decide: fill", open, &times->filled, full ? 300 : 0);
    bench_time("decide: replace, raised", open, &times->replace,
               full ? 300 : 0);
    bench_time("decide: replaced", open, &times->replaced, full ? 300 : 0);
    bench_time("decide: cancel", open, &times->cancel, full ? 300 : 0);
    bench_time("decide: cancelled", open, &times->cancelled, full ? 300 : 0);
}

static void bench_engine(uint32_t open_orders, uint32_t rounds, bool ping)
{
    struct bench bench = {.random = 88172645463325252,
                          .now = 1800000000 * CG_SECOND,
                          .ping = ping};
    struct times times;
    struct times none = {0};
    bench.orders = malloc((open_orders + 1) * sizeof(*bench.orders));
    need(bench.orders != NULL, "no memory");
    memset(bench.orders, 1, (open_orders + 1) * sizeof(*bench.orders));
    times_init(&times, rounds);
    bench_overhead();
    uint64_t before = memory_bytes();
    engine_open(&bench, open_orders, rounds);
    uint64_t calls = heap_calls();
    while (bench.open < open_orders) {
        order_new(&bench, &none);
    }
    heap_unchanged(calls, "a decision");
    uint64_t bytes = memory_bytes() - before;
    calls = heap_calls();
    rounds_run(&bench, &none, WARM_UP); /* places are used again from now on */
    rounds_run(&bench, &times, rounds);
    heap_unchanged(calls, "a decision");
    times_print(&bench, &times);
    bench_row(ping ? "memory by open order, ping"
                   : "memory by open order, push",
              open_orders, "bytes", bytes / open_orders, 0,
              open_orders >= 1000000 ? 512 : 0);
    times_deinit(&times);
    free(bench.orders);
    cg_engine_close(bench.engine);
}

void bench_engine_push(uint32_t open_orders, uint32_t rounds)
{
    bench_engine(open_orders, rounds, false);
}

void bench_engine_ping(uint32_t open_orders, uint32_t rounds)
{
    bench_engine(open_orders, rounds, true);
}
