/*
 * The engine at small scope: all sequences of events up to a length, not some
 * of them.
 *
 * Two orders, two limits, every event in every order, amounts at 1, at the most
 * that still fits and at one more than that.  After each event the engine's
 * books must prove themselves (cg_audit), and all that can be seen of it must
 * be what a naive model says: use and room of each limit on each side, every
 * column of the token ledger, the states and quantities of orders, and the
 * messages that go out, with reasons and amounts.
 *
 * The alphabet is too large for its full product, so it is cut into families,
 * each of which is exhaustive by itself (struct family below).  Within a family
 * these sequences are left out, as they say nothing new:
 *
 *   P1  the second order before the first: the names are all that differs;
 *   P2  an event that is equal to another in all its numbers (1 and the edge
 *       are often the same quantity), and one that asks for what already is;
 *   P3  reports of the venue on an order that never went there, and of the hub
 *       on what it was never asked (test_lifecycles has them one by one);
 *   P4  ends of an order that has ended, acknowledgements after the first, and
 *       fills that do not raise CumQty; fills after the end are in;
 *   P5  of the asks of one order and limit, answers to all but the oldest and
 *       the newest one out, and the last one that was answered (a repeat);
 *   P6  the hard deadline when nothing waits, and reinstating without a stop.
 *
 * The state of the engine is put back after each branch by copying its memory:
 * what it allocates comes from one arena here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "naive_model.h"
#include "small_engine.h"
#include "wrapped.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

enum { DEPTH_MAX = 8, STEPS_MAX = 96, WHY_MAX = 256 };

/* --- memory that can be put back ---------------------------------------- */

/* All that the engine allocates lies here.  A page is read-only until the first
 * event that writes to it; from then on it belongs to what is copied. */
enum { ARENA_SIZE = 1 << 24, PAGE = 4096, PAGES = ARENA_SIZE / PAGE };

static struct {
    char *bytes;
    size_t used;
    bool open;
    bool is_written[PAGES];
    uint32_t written[PAGES];
    uint32_t written_count;
} arena;

WRAPPED(calloc);
WRAPPED(malloc);
WRAPPED(free);

void *__wrap_calloc(size_t count, size_t size)
{
    size_t len = (count * size + 63) & ~(size_t)63;
    if (!arena.open) {
        return __real_calloc(count, size);
    }
    assert_true(arena.used + len <= ARENA_SIZE);
    void *at = arena.bytes + arena.used;
    arena.used += len;
    return at;
}

void *__wrap_malloc(size_t size)
{
    return arena.open ? __wrap_calloc(1, size) : __real_malloc(size);
}

static bool in_arena(const void *at)
{
    uintptr_t begin = (uintptr_t)arena.bytes;
    return begin != 0 && (uintptr_t)at >= begin &&
           (uintptr_t)at < begin + ARENA_SIZE;
}

void __wrap_free(void *at)
{
    if (!in_arena(at)) {
        __real_free(at);
    }
}

static void arena_open(void)
{
    arena.bytes = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(arena.bytes != MAP_FAILED);
    arena.used = 0;
    arena.open = true;
}

static void arena_lock(void)
{
    arena.open = false;
    arena.written_count = 0;
    memset(arena.is_written, 0, sizeof(arena.is_written));
    assert_int_equal(mprotect(arena.bytes, ARENA_SIZE, PROT_READ), 0);
}

static void arena_close(void)
{
    assert_int_equal(munmap(arena.bytes, ARENA_SIZE), 0);
    arena.bytes = NULL;
}

/* The first write to a page. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    uint32_t page = in_arena(info->si_addr)
                        ? (uint32_t)((uintptr_t)info->si_addr -
                                     (uintptr_t)arena.bytes) /
                              PAGE
                        : PAGES;
    if (page == PAGES || arena.is_written[page]) {
        signal(SIGSEGV, SIG_DFL);
        return;
    }
    arena.is_written[page] = true;
    arena.written[arena.written_count++] = page;
    if (mprotect(arena.bytes + (size_t)page * PAGE, PAGE,
                 PROT_READ | PROT_WRITE) != 0) {
        _exit(135);
    }
}

/* --- events ------------------------------------------------------------- */

enum step_kind {
    BUY,
    SELL,
    REPLACE,       /* at the edge, and one above it */
    REPLACE_DOWN,  /* to 1 */
    REPLACE_PRICE, /* the same quantity, other terms */
    CANCEL,
    ACK,
    FILL_ONE, /* one unit more; the last one ends the order */
    FILL_ALL,
    FILL_OVER, /* one unit too many, and the order stays open */
    BUST,      /* CumQty one lower */
    CANCELLED,
    REPLACED,
    REJECTED, /* the order, or its newest replace, by 150=8 */
    REFUSED,  /* 9: the newest replace, cancel or pull */
    RESTATED, /* the quantity one up, or to 1 */
    GRANT,
    DENY,
    PARTIAL,
    TAKEN_BACK, /* 2325=4 unasked */
    LOWER,      /* the limit to its use, and below it */
    RAISE,      /* the limit to the amount it began with, and a bit more */
    SUSPEND,
    HALT,
    REINSTATE,
    DEADLINE,
    STEP_KINDS,
};

static const char *const step_names[STEP_KINDS] = {
    "buy",         "sell",        "replace",  "replace down",  "replace price",
    "cancel",      "ack",         "fill one", "fill all",      "fill over",
    "bust",        "cancelled",   "replaced", "rejected",      "refused",
    "restated",    "grant",       "deny",     "partial grant", "taken back",
    "lower limit", "raise limit", "suspend",  "halt",          "reinstate",
    "deadline",
};

#define BIT(kind) (1u << (kind))

struct step {
    enum step_kind kind;
    int order;
    int limit;
    int target; /* request that a report names, or ask that is answered */
    long qty;   /* or amount */
};

struct family {
    const char *name;
    unsigned kinds;
    enum cg_measure measures[NAIVE_LIMITS];
    enum cg_model models[NAIVE_LIMITS];
    long amounts[NAIVE_LIMITS];
    int depth;
};

#define CLIENTS                                                                \
    (BIT(BUY) | BIT(SELL) | BIT(REPLACE) | BIT(REPLACE_DOWN) | BIT(CANCEL))
#define HUB_WORDS                                                              \
    (BIT(GRANT) | BIT(DENY) | BIT(PARTIAL) | BIT(TAKEN_BACK) | BIT(DEADLINE))
#define GROSS CG_MEASURE_GROSS
#define NET CG_MEASURE_NET
#define PUSH CG_MODEL_PUSH
#define PING CG_MODEL_PING

static const struct family families[] = {
    {"orders and fills, push: gross and net",
     BIT(BUY) | BIT(SELL) | BIT(CANCEL) | BIT(FILL_ONE) | BIT(FILL_ALL) |
         BIT(FILL_OVER) | BIT(BUST) | BIT(CANCELLED) | BIT(REJECTED),
     {GROSS, NET},
     {PUSH, PUSH},
     {5, 9},
     6},
    {"replaces, push: net and gross",
     CLIENTS | BIT(REPLACE_PRICE) | BIT(FILL_ONE) | BIT(FILL_OVER) |
         BIT(CANCELLED) | BIT(REPLACED) | BIT(REJECTED) | BIT(REFUSED) |
         BIT(RESTATED),
     {NET, GROSS},
     {PUSH, PUSH},
     {5, 9},
     5},
    {"limits and stops, push: gross and net",
     BIT(BUY) | BIT(SELL) | BIT(REPLACE) | BIT(CANCEL) | BIT(FILL_ALL) |
         BIT(CANCELLED) | BIT(REFUSED) | BIT(LOWER) | BIT(RAISE) |
         BIT(SUSPEND) | BIT(HALT) | BIT(REINSTATE) | BIT(DEADLINE),
     {GROSS, NET},
     {PUSH, PUSH},
     {6, 9},
     5},
    {"limits and fills, push: both net",
     BIT(BUY) | BIT(SELL) | BIT(FILL_ONE) | BIT(FILL_ALL) | BIT(BUST) |
         BIT(CANCELLED) | BIT(LOWER) | BIT(RAISE),
     {NET, NET},
     {PUSH, PUSH},
     {5, 9},
     6},
    {"asks, gross ping and net push",
     BIT(BUY) | BIT(SELL) | BIT(CANCEL) | BIT(FILL_ONE) | BIT(FILL_ALL) |
         BIT(CANCELLED) | HUB_WORDS,
     {GROSS, NET},
     {PING, PUSH},
     {5, 9},
     6},
    {"replaces, both ping: net and gross",
     BIT(BUY) | BIT(REPLACE) | BIT(REPLACE_DOWN) | BIT(CANCEL) | BIT(FILL_ONE) |
         BIT(REPLACED) | BIT(REFUSED) | HUB_WORDS,
     {NET, GROSS},
     {PING, PING},
     {5, 9},
     6},
    {"limits and stops, gross ping and net push",
     BIT(BUY) | BIT(SELL) | BIT(REPLACE) | BIT(CANCELLED) | BIT(GRANT) |
         BIT(DENY) | BIT(LOWER) | BIT(RAISE) | BIT(SUSPEND) | BIT(HALT) |
         BIT(REINSTATE) | BIT(DEADLINE),
     {GROSS, NET},
     {PING, PUSH},
     {6, 9},
     5},
    {"everything, net push and gross ping",
     BIT(STEP_KINDS) - 1,
     {NET, GROSS},
     {PUSH, PING},
     {5, 9},
     5},
    {"everything, both gross, push",
     BIT(STEP_KINDS) - 1,
     {GROSS, GROSS},
     {PUSH, PUSH},
     {5, 9},
     5},
};

enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

/* --- both sides, side by side ------------------------------------------- */

/* What the test itself has to remember of the engine's names. */
struct names {
    char ids[NAIVE_ORDERS][NAIVE_REQUESTS][24];
    struct {
        cg_seq number;
        cg_seq token;
    } asks[NAIVE_ORDERS][NAIVE_LIMITS][NAIVE_ASKS];
    int ask_count[NAIVE_ORDERS][NAIVE_LIMITS];
    int answered[NAIVE_ORDERS][NAIVE_LIMITS]; /* the last one, or -1 */
    int updates;
    cg_time now;
};

struct pair {
    const struct family *family;
    struct small_engine small;
    struct naive_model model;
    struct names names;
    int depth;
    struct step path[DEPTH_MAX];
    unsigned long sequences[DEPTH_MAX + 1]; /* by length */
    char why[WHY_MAX];
};

static struct pair pair;

static char letter(int order)
{
    return (char)('A' + order);
}

static void print_path(void)
{
    for (int i = 0; i < pair.depth; i++) {
        const struct step *step = &pair.path[i];
        fprintf(stderr, "  %d. %s, order %c, limit %d, target %d, %ld\n", i + 1,
                step_names[step->kind], letter(step->order), step->limit,
                step->target, step->qty);
    }
}

/* An assertion of the engine says which sequence it was. */
static void on_abort(int number)
{
    (void)number;
    fprintf(stderr, "family: %s\n", pair.family ? pair.family->name : "");
    print_path();
    _exit(134);
}

/* cmocka has its own handlers, set anew for each test. */
static void signals_set(void)
{
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    signal(SIGABRT, on_abort);
    sigaction(SIGSEGV, &fault, NULL);
}

/* Pages that nobody has written to are the same in all of them. */
static struct {
    char *bytes;
    struct naive_model model;
    struct names names;
} saved[DEPTH_MAX + 1];

static void copy_written(char *to, const char *from)
{
    for (uint32_t i = 0; i < arena.written_count; i++) {
        size_t at = (size_t)arena.written[i] * PAGE;
        memcpy(to + at, from + at, PAGE);
    }
}

static void save(int depth)
{
    copy_written(saved[depth].bytes, arena.bytes);
    saved[depth].model = pair.model;
    saved[depth].names = pair.names;
}

static void restore(int depth)
{
    copy_written(arena.bytes, saved[depth].bytes);
    pair.model = saved[depth].model;
    pair.names = saved[depth].names;
}

static void model_open(const struct family *family, enum naive_mistake mistake)
{
    pair.model.mistake = mistake;
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        pair.model.limits[l] = (struct naive_limit){
            .amount = family->amounts[l],
            /* 0.7 USD, which is 1.05 EUR at 1.5 */
            .rate = l == 0 ? 700000 : 1050000,
            .net = family->measures[l] == CG_MEASURE_NET,
            .ping = family->models[l] == CG_MODEL_PING,
        };
    }
}

static void pair_open(const struct family *family, enum naive_mistake mistake)
{
    struct cg_config_limit limits[NAIVE_LIMITS] = {
        small_limit("L0", family->measures[0], family->models[0],
                    family->amounts[0], false),
        small_limit("L1", family->measures[1], family->models[1],
                    family->amounts[1], true),
    };
    memset(&pair, 0, sizeof(pair));
    pair.family = family;
    pair.names.now = SMALL_START;
    memset(pair.names.answered, -1, sizeof(pair.names.answered));
    model_open(family, mistake);
    arena_open();
    small_open(&pair.small, limits, NAIVE_LIMITS);
    for (int i = 0; i <= family->depth; i++) {
        saved[i].bytes = __real_malloc(arena.used + PAGE);
        assert_non_null(saved[i].bytes);
        memcpy(saved[i].bytes, arena.bytes, arena.used);
    }
    arena_lock();
    signals_set();
}

static void pair_close(void)
{
    assert_int_equal(mprotect(arena.bytes, ARENA_SIZE, PROT_READ | PROT_WRITE),
                     0);
    small_close(&pair.small);
    arena_close();
    for (int i = 0; i <= pair.family->depth; i++) {
        __real_free(saved[i].bytes);
    }
}

/* --- the engine's side of an event -------------------------------------- */

static const char *request_id(int order, int request)
{
    return pair.names.ids[order][request];
}

static void id_make(int order, int request)
{
    snprintf(pair.names.ids[order][request], sizeof(pair.names.ids[0][0]),
             "%c%d", letter(order), request);
}

static void begin(int session)
{
    small_begin(&pair.small, session, pair.names.now);
}

static void engine_new(const struct step *step)
{
    begin(SMALL_CLIENT);
    id_make(step->order, 0);
    struct cg_order_event event = small_order(request_id(step->order, 0), "",
                                              step->kind == BUY ? '1' : '2',
                                              step->qty);
    cg_engine_new(pair.small.engine, &event);
}

/* Replaces and cancels; the model knows the next name and the id in force. */
static void engine_change(const struct step *step)
{
    const struct naive_order *order = &pair.model.orders[step->order];
    int next = order->request_count;
    id_make(step->order, next);
    begin(SMALL_CLIENT);
    struct cg_order_event event = small_order(
        request_id(step->order, next), request_id(step->order, order->in_force),
        order->buys ? '1' : '2', step->qty);
    event.body_hash = (uint64_t)next + 10;
    event.terms_hash = 1 +
                       (uint64_t)(step->kind == REPLACE_PRICE
                                      ? next
                                      : order->requests[order->in_force].terms);
    if (step->kind == CANCEL) {
        cg_engine_cancel(pair.small.engine, &event);
    } else {
        cg_engine_replace(pair.small.engine, &event);
    }
}

static enum cg_report_kind report_kind(enum step_kind kind)
{
    switch ((int)kind) {
    case ACK:
        return CG_REPORT_NEW;
    case BUST:
        return CG_REPORT_CORRECTED;
    case CANCELLED:
        return CG_REPORT_CANCELLED;
    case REPLACED:
        return CG_REPORT_REPLACED;
    case REJECTED:
        return CG_REPORT_REJECTED;
    case RESTATED:
        return CG_REPORT_RESTATED;
    default:
        return CG_REPORT_FILL;
    }
}

static long qty_of(const struct naive_order *order)
{
    return order->requests[order->in_force].qty;
}

static bool ends(const struct step *step)
{
    const struct naive_order *order = &pair.model.orders[step->order];
    return step->kind == FILL_ALL ||
           (step->kind == FILL_ONE && step->qty >= qty_of(order));
}

static void engine_report(const struct step *step)
{
    char order_id[2] = {letter(step->order), '\0'};
    begin(SMALL_VENUE);
    if (step->kind == REFUSED) {
        struct cg_cancel_reject_event event = {
            .clordid = cg_slice_str(request_id(step->order, step->target))};
        cg_engine_cancel_reject(pair.small.engine, &event);
        return;
    }
    struct cg_report_event event = {
        .kind = report_kind(step->kind),
        .clordid = cg_slice_str(request_id(step->order, step->target)),
        .order_id = cg_slice_str(order_id),
        .closed = step->kind == CANCELLED || step->kind == REJECTED ||
                  ends(step),
    };
    if (step->kind == RESTATED) {
        event.has_order_qty = true;
        event.order_qty = step->qty;
    } else if (event.kind == CG_REPORT_FILL ||
               event.kind == CG_REPORT_CORRECTED) {
        event.has_cum_qty = true;
        event.cum_qty = step->qty;
    }
    cg_engine_report(pair.small.engine, &event);
}

static uint32_t status_of(enum step_kind kind)
{
    switch ((int)kind) {
    case PARTIAL:
        return 1;
    case DENY:
        return 2;
    case TAKEN_BACK:
        return 4;
    default:
        return 0;
    }
}

static bool is_notice(enum naive_ask_kind kind)
{
    return kind == NAIVE_ASK_CONSUMED || kind == NAIVE_ASK_BUST;
}

static void engine_answer(const struct step *step)
{
    int o = step->order;
    int l = step->limit;
    int number = step->kind == TAKEN_BACK ? 0 : step->target;
    begin(SMALL_HUB);
    struct cg_answer_event event = {
        .has_token = true,
        .token = pair.names.asks[o][l][number].token,
        .status = status_of(step->kind),
        .result = step->kind == DENY ? 99 : 0,
    };
    if (step->kind != TAKEN_BACK) {
        event.ask = pair.names.asks[o][l][number].number;
        event.check_type = is_notice(
            pair.model.orders[o].lines[l].asks[number].kind);
        event.has_approved = step->kind != DENY;
        event.approved = step->qty;
        pair.names.answered[o][l] = number;
    }
    cg_engine_answer(pair.small.engine, &event);
}

static void engine_amount(const struct step *step)
{
    char id[3] = {'L', (char)('0' + step->limit), '\0'};
    char update[16];
    snprintf(update, sizeof(update), "U%d", ++pair.names.updates);
    struct cg_limit_event entry = {
        .id = cg_slice_str(id),
        .account = CG_SLICE("ACME"),
        .kind = CG_LIMIT_DV01,
        .has_amount = true,
        .amount = step->qty,
    };
    struct cg_update_event event = {
        .id = cg_slice_str(update),
        .made_at = pair.names.updates,
        .limits = &entry,
        .count = 1,
    };
    begin(SMALL_HUB);
    cg_engine_update(pair.small.engine, &event);
}

static void engine_stop(const struct step *step)
{
    struct cg_action_event event = {
        .id = CG_SLICE("S"),
        .account = CG_SLICE("ACME"),
        .action = step->kind == SUSPEND ? 0
                  : step->kind == HALT  ? 1
                                        : 2,
    };
    begin(SMALL_HUB);
    cg_engine_action(pair.small.engine, &event);
}

static void engine_deadline(void)
{
    struct cg_engine *engine = pair.small.engine;
    pair.names.now += pair.small.config.hard_deadline_ns;
    small_begin(&pair.small, (int)CG_SESSION_NONE, pair.names.now);
    while (cg_engine_fire(engine)) {
    }
}

static void engine_step(const struct step *step)
{
    switch (step->kind) {
    case BUY:
    case SELL:
        engine_new(step);
        break;
    case REPLACE:
    case REPLACE_DOWN:
    case REPLACE_PRICE:
    case CANCEL:
        engine_change(step);
        break;
    case ACK:
    case FILL_ONE:
    case FILL_ALL:
    case FILL_OVER:
    case BUST:
    case CANCELLED:
    case REPLACED:
    case REJECTED:
    case REFUSED:
    case RESTATED:
        engine_report(step);
        break;
    case GRANT:
    case DENY:
    case PARTIAL:
    case TAKEN_BACK:
        engine_answer(step);
        break;
    case LOWER:
    case RAISE:
        engine_amount(step);
        break;
    case SUSPEND:
    case HALT:
    case REINSTATE:
        engine_stop(step);
        break;
    case DEADLINE:
        engine_deadline();
        break;
    case STEP_KINDS:
        break;
    }
    small_end(&pair.small);
}

/* --- the model's side --------------------------------------------------- */

static void model_report(const struct step *step)
{
    struct naive_model *model = &pair.model;
    switch ((int)step->kind) {
    case ACK:
        naive_ack(model, step->order, step->target);
        break;
    case FILL_ONE:
    case FILL_ALL:
    case FILL_OVER:
        naive_fill(model, step->order, step->qty, ends(step));
        break;
    case BUST:
        naive_bust(model, step->order, step->qty);
        break;
    case CANCELLED:
        naive_ended(model, step->order, step->target);
        break;
    case REPLACED:
        naive_replaced(model, step->order, step->target);
        break;
    case REJECTED:
        naive_rejected(model, step->order, step->target);
        break;
    case REFUSED:
        naive_cancel_rejected(model, step->order, step->target);
        break;
    default:
        naive_restated(model, step->order, step->qty);
        break;
    }
}

static void model_step(const struct step *step)
{
    struct naive_model *model = &pair.model;
    switch (step->kind) {
    case BUY:
    case SELL:
        naive_new(model, step->kind == BUY, step->qty);
        break;
    case REPLACE:
    case REPLACE_DOWN:
    case REPLACE_PRICE:
        naive_replace(model, step->order, step->qty,
                      step->kind == REPLACE_PRICE);
        break;
    case CANCEL:
        naive_cancel(model, step->order);
        break;
    case ACK:
    case FILL_ONE:
    case FILL_ALL:
    case FILL_OVER:
    case BUST:
    case CANCELLED:
    case REPLACED:
    case REJECTED:
    case REFUSED:
    case RESTATED:
        model_report(step);
        break;
    case GRANT:
    case DENY:
    case PARTIAL:
        naive_answer(model, step->order, step->limit, step->target,
                     (int)status_of(step->kind), step->qty);
        break;
    case TAKEN_BACK:
        naive_taken_back(model, step->order, step->limit);
        break;
    case LOWER:
    case RAISE:
        naive_amount(model, step->limit, step->qty);
        break;
    case SUSPEND:
    case HALT:
        naive_stop(model, step->kind == HALT);
        break;
    case REINSTATE:
        naive_reinstate(model);
        break;
    case DEADLINE:
        naive_deadline(model);
        break;
    case STEP_KINDS:
        break;
    }
}

/* --- comparing messages ------------------------------------------------- */

/* Which order and request of the test a slot of the engine is. */
static bool find_names(uint32_t slot, int *order, int *request)
{
    const struct cg_state *state = &pair.small.engine->state;
    if (slot == CG_NONE) {
        return false;
    }
    struct cg_slice id = cg_id_slice(&state->requests[slot].id);
    for (int o = 0; o < NAIVE_ORDERS; o++) {
        for (int r = 0; r < NAIVE_REQUESTS; r++) {
            if (pair.names.ids[o][r][0] != '\0' &&
                cg_slice_is(id, pair.names.ids[o][r])) {
                *order = o;
                *request = r;
                return true;
            }
        }
    }
    return false;
}

/* The gate's own cancels get their names from the engine. */
static void learn_pull(const struct cg_effect *effect)
{
    const struct cg_state *state = &pair.small.engine->state;
    struct cg_slice id = cg_id_slice(&state->requests[effect->request].id);
    int order = 0;
    int request = 0;
    if (find_names(effect->request, &order, &request) ||
        !find_names(effect->target, &order, &request)) {
        return;
    }
    for (int r = 0; r < NAIVE_REQUESTS; r++) {
        if (pair.names.ids[order][r][0] == '\0') {
            snprintf(pair.names.ids[order][r], sizeof(pair.names.ids[0][0]),
                     "%.*s", (int)id.len, id.data);
            return;
        }
    }
}

static void learn_ask(const struct cg_effect *effect, struct naive_word *word)
{
    const struct cg_state *state = &pair.small.engine->state;
    const struct cg_ask *ask = &state->asks[effect->ask];
    const struct cg_token *token = &state->tokens[ask->token];
    int request = 0;
    static const int kinds[CG_ASK_KINDS] = {
        [CG_ASK_NEW] = NAIVE_ASK_NEW,
        [CG_ASK_CONSUMED] = NAIVE_ASK_CONSUMED,
        [CG_ASK_CANCEL] = NAIVE_ASK_CANCEL,
        [CG_ASK_RAISE] = NAIVE_ASK_RAISE,
        [CG_ASK_LOWER] = NAIVE_ASK_LOWER,
        [CG_ASK_RENEW] = -1,
        [CG_ASK_RESTATE] = NAIVE_ASK_RESTATE,
        [CG_ASK_BUST] = NAIVE_ASK_BUST,
    };
    find_names(state->orders[token->order].request, &word->order, &request);
    word->request = -1;
    word->limit = (int)token->limit;
    word->detail = kinds[ask->kind];
    word->amount = (long)ask->amount;
    int *count = &pair.names.ask_count[word->order][word->limit];
    if (*count < NAIVE_ASKS) {
        pair.names.asks[word->order][word->limit][*count].number = ask->number;
        pair.names.asks[word->order][word->limit][*count].token = token->number;
        ++*count;
    }
}

/* True when the effect is a message that the model speaks of. */
static bool word_of(const struct cg_effect *effect,
                    const struct step *step,
                    struct naive_word *word)
{
    static const int kinds[] = {
        [CG_EFFECT_FORWARD] = NAIVE_SAYS_FORWARD,
        [CG_EFFECT_REFUSE_ORDER] = NAIVE_SAYS_REFUSE,
        [CG_EFFECT_REFUSE_REQUEST] = NAIVE_SAYS_REFUSE_REQUEST,
        [CG_EFFECT_CANCELLED] = NAIVE_SAYS_CANCELLED,
        [CG_EFFECT_PASS] = NAIVE_SAYS_PASS,
        [CG_EFFECT_PASS_PULLED] = NAIVE_SAYS_PASS_PULLED,
        [CG_EFFECT_ASK] = NAIVE_SAYS_ASK,
        [CG_EFFECT_PULL] = NAIVE_SAYS_PULL,
    };
    bool known = (size_t)effect->kind < sizeof(kinds) / sizeof(kinds[0]) &&
                 (kinds[effect->kind] != 0 ||
                  effect->kind == CG_EFFECT_FORWARD);
    if (!known) {
        return false;
    }
    *word = (struct naive_word){
        .kind = (enum naive_word_kind)kinds[effect->kind],
        .order = step->order,
        .request = step->kind == BUY || step->kind == SELL
                       ? 0
                       : pair.model.orders[step->order].request_count,
        .limit = -1,
        .reason_count = effect->refusal.reason != CG_REASON_NONE,
        .reasons = {(int)effect->refusal.reason},
    };
    if (effect->kind == CG_EFFECT_ASK) {
        learn_ask(effect, word);
    } else if (effect->kind == CG_EFFECT_PULL) {
        learn_pull(effect);
        find_names(effect->target, &word->order, &word->detail);
        find_names(effect->request, &word->order, &word->request);
    } else if (effect->request != CG_NONE) {
        find_names(effect->request, &word->order, &word->request);
    } else if (effect->kind == CG_EFFECT_PASS) {
        word->request = step->target; /* a 9 passes without a name */
    }
    return true;
}

static bool same_word(const struct naive_word *said,
                      const struct naive_word *expected)
{
    bool reason = said->reason_count == 0 && expected->reason_count == 0;
    for (int i = 0; i < expected->reason_count; i++) {
        reason = reason || (said->reason_count == 1 &&
                            said->reasons[0] == expected->reasons[i]);
    }
    return reason && said->kind == expected->kind &&
           said->order == expected->order &&
           said->request == expected->request &&
           said->limit == expected->limit && said->detail == expected->detail &&
           said->amount == expected->amount;
}

static void describe(const struct naive_word *word, char *text)
{
    static const char *const kinds[] = {"forward",   "refuse", "refuse request",
                                        "cancelled", "pass",   "pass pulled",
                                        "pull",      "ask"};
    snprintf(text, WHY_MAX / 2, "%s %c%d limit %d detail %d %ld CG%d",
             kinds[word->kind], letter(word->order), word->request, word->limit,
             word->detail, word->amount, word->reasons[0]);
}

/* R51: the figures of a refusal are the limit's. */
static bool figures_hold(const struct cg_effect *effect)
{
    const struct cg_refusal *refusal = &effect->refusal;
    bool fits = refusal->has_amounts && refusal->reason == CG_LIMIT_EXCEEDED &&
                refusal->required <= refusal->available;
    return !fits && refusal->available >= 0;
}

static bool words_agree(const struct naive_word *said, int count, char *why)
{
    const struct naive_model *model = &pair.model;
    bool used[NAIVE_WORDS] = {false};
    char text[WHY_MAX / 2];
    for (int i = 0; i < count; i++) {
        bool found = false;
        for (int e = 0; !found && e < model->word_count; e++) {
            if (!used[e] && same_word(&said[i], &model->words[e])) {
                found = true;
                used[e] = true;
            }
        }
        if (!found) {
            describe(&said[i], text);
            snprintf(why, WHY_MAX, "the engine alone says: %s", text);
            return false;
        }
    }
    for (int e = 0; e < model->word_count; e++) {
        if (!used[e]) {
            describe(&model->words[e], text);
            snprintf(why, WHY_MAX, "the model alone says: %s", text);
            return false;
        }
    }
    return true;
}

/* --- comparing books ---------------------------------------------------- */

static bool
differs(char *why, const char *what, int at, long engine, long model)
{
    snprintf(why, WHY_MAX, "%s %d: the engine has %ld, the model %ld", what, at,
             engine, model);
    return false;
}

#define LEDGER_CHECK(column, expression)                                       \
    do {                                                                       \
        long total = 0;                                                        \
        for (int o = 0; o < model->order_count; o++) {                         \
            const struct naive_line *line = &model->orders[o].lines[l];        \
            total += model->orders[o].buys == (side == 0) ? (expression) : 0;  \
        }                                                                      \
        if (limit->ledger[side].column != total) {                             \
            return differs(why, #column " of limit", l,                        \
                           (long)limit->ledger[side].column, total);           \
        }                                                                      \
    } while (0)

static bool ledgers_agree(int l, int side, char *why)
{
    const struct naive_model *model = &pair.model;
    const struct cg_limit *limit = &pair.small.engine->state.limits[l];
    LEDGER_CHECK(granted, line->granted);
    LEDGER_CHECK(overrun, line->overrun);
    LEDGER_CHECK(reserved, line->reserved);
    LEDGER_CHECK(consumed, line->consumed);
    LEDGER_CHECK(released, line->released);
    LEDGER_CHECK(expired, 0 * line->granted);
    LEDGER_CHECK(invalidated, line->invalidated);
    LEDGER_CHECK(handed_back, line->handed_back);
    return true;
}

static bool limits_agree(int l, char *why)
{
    const struct naive_model *model = &pair.model;
    const struct cg_limit *limit = &pair.small.engine->state.limits[l];
    long use = naive_use(model, l);
    if (cg_limit_use(limit) != use) {
        return differs(why, "use of limit", l, (long)cg_limit_use(limit), use);
    }
    for (int side = 0; side < 2; side++) {
        long room = naive_available(model, l, side == 0);
        cg_dv01 available = cg_limit_available(limit, side == 0 ? '1' : '2');
        if (available != room) {
            return differs(why, "room of limit", l, (long)available, room);
        }
        if (!ledgers_agree(l, side, why)) {
            return false;
        }
    }
    return true;
}

static enum naive_status status_as(const struct cg_order *order)
{
    if (order->state == CG_ORDER_WAITING) {
        return NAIVE_WAITING;
    }
    if (order->state == CG_ORDER_SENT) {
        return NAIVE_SENT;
    }
    if (order->state == CG_ORDER_OPEN) {
        return NAIVE_OPEN;
    }
    return order->sent ? NAIVE_CLOSED : NAIVE_REFUSED;
}

static bool orders_agree(int o, char *why)
{
    const struct naive_order *naive = &pair.model.orders[o];
    const struct cg_state *state = &pair.small.engine->state;
    uint32_t request = cg_state_request(state, SMALL_VENUE,
                                        cg_slice_str(request_id(o, 0)));
    if (request == CG_NONE) {
        return differs(why, "id of order", o, 0, 1);
    }
    uint32_t slot = state->requests[request].order;
    if (slot == CG_NONE) {
        return naive->status == NAIVE_REFUSED ||
               differs(why, "state of order", o, NAIVE_REFUSED,
                       (long)naive->status);
    }
    const struct cg_order *order = &state->orders[slot];
    if (status_as(order) != naive->status) {
        return differs(why, "state of order", o, (long)status_as(order),
                       (long)naive->status);
    }
    if (order->cum_qty != naive->cum) {
        return differs(why, "CumQty of order", o, (long)order->cum_qty,
                       naive->cum);
    }
    if (order->worst_qty != naive_worst(&pair.model, o)) {
        return differs(why, "worst case of order", o, (long)order->worst_qty,
                       naive_worst(&pair.model, o));
    }
    if ((order->raise != CG_NONE) != (naive->raise >= 0)) {
        return differs(why, "waiting replace of order", o,
                       order->raise != CG_NONE, naive->raise >= 0);
    }
    return true;
}

static bool books_agree(char *why)
{
    if (!cg_audit(&pair.small.engine->state, why, WHY_MAX)) {
        return false;
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (!limits_agree(l, why)) {
            return false;
        }
    }
    for (int o = 0; o < pair.model.order_count; o++) {
        if (!orders_agree(o, why)) {
            return false;
        }
    }
    return true;
}

/* Does one event on both sides.  False, with |pair.why|, when they differ. */
static bool step_agrees(const struct step *step)
{
    struct naive_word said[NAIVE_WORDS];
    int count = 0;
    const struct cg_engine *engine = pair.small.engine;
    engine_step(step);
    for (uint32_t i = 0; i < engine->effect_count; i++) {
        if (!figures_hold(&engine->effects[i])) {
            snprintf(pair.why, WHY_MAX, "a refusal whose figures fit");
            return false;
        }
        if (count < NAIVE_WORDS &&
            word_of(&engine->effects[i], step, &said[count])) {
            count++;
        }
    }
    model_step(step);
    return words_agree(said, count, pair.why) && books_agree(pair.why);
}

/* --- which events there are --------------------------------------------- */

struct steps {
    int count;
    struct step list[STEPS_MAX];
};

static void
add(struct steps *steps, enum step_kind kind, int order, int target, long qty)
{
    if ((pair.family->kinds & BIT(kind)) == 0) {
        return;
    }
    for (int i = 0; i < steps->count; i++) { /* P2 */
        const struct step *have = &steps->list[i];
        bool both_replace = have->kind == REPLACE && kind == REPLACE_DOWN;
        if ((have->kind == kind || both_replace) && have->order == order &&
            have->target == target && have->qty == qty) {
            return;
        }
    }
    assert_true(steps->count < STEPS_MAX);
    steps->list[steps->count++] = (struct step){.kind = kind,
                                                .order = order,
                                                .limit = -1,
                                                .target = target,
                                                .qty = qty};
}

static void add_new(struct steps *steps)
{
    int next = pair.model.order_count; /* P1 */
    if (next == NAIVE_ORDERS) {
        return;
    }
    for (int buys = 1; buys >= 0; buys--) {
        enum step_kind kind = buys ? BUY : SELL;
        long edge = naive_edge_new(&pair.model, buys);
        add(steps, kind, next, -1, 1);
        if (edge > 0) {
            add(steps, kind, next, -1, edge);
        }
        add(steps, kind, next, -1, edge + 1);
    }
}

static void add_changes(struct steps *steps, int o)
{
    const struct naive_order *order = &pair.model.orders[o];
    long qty = qty_of(order);
    long edge = naive_edge_replace(&pair.model, o);
    if (order->request_count + 4 >= NAIVE_REQUESTS) {
        return;
    }
    if (edge > 0 && edge != qty) {
        add(steps, REPLACE, o, -1, edge);
    }
    if (edge + 1 != qty) {
        add(steps, REPLACE, o, -1, edge + 1);
    }
    if (qty > 1) {
        add(steps, REPLACE_DOWN, o, -1, 1);
    }
    add(steps, REPLACE_PRICE, o, -1, qty);
    add(steps, CANCEL, o, -1, 0);
}

/* The newest request that was sent and is of one of |kinds|, or -1. */
static int newest(const struct naive_order *order, unsigned kinds)
{
    int found = -1;
    for (int i = 1; i < order->request_count; i++) {
        if (order->requests[i].state == NAIVE_REQUEST_SENT &&
            (kinds >> order->requests[i].kind & 1) != 0) {
            found = i;
        }
    }
    return found;
}

static int oldest_replace(const struct naive_order *order)
{
    for (int i = 1; i < order->request_count; i++) {
        if (order->requests[i].state == NAIVE_REQUEST_SENT &&
            order->requests[i].kind == NAIVE_REPLACE) {
            return i;
        }
    }
    return -1;
}

static void add_ends(struct steps *steps, int o)
{
    const struct naive_order *order = &pair.model.orders[o];
    int replace = newest(order, 1u << NAIVE_REPLACE);
    int cancel = newest(order, 1u << NAIVE_CANCEL | 1u << NAIVE_PULL);
    int any = newest(order, 1u << NAIVE_REPLACE | 1u << NAIVE_CANCEL |
                                1u << NAIVE_PULL);
    if (order->status == NAIVE_SENT) {
        add(steps, ACK, o, 0, 0);
    }
    if (order->status != NAIVE_CLOSED) { /* P4 */
        add(steps, CANCELLED, o, cancel >= 0 ? cancel : order->in_force, 0);
        add(steps, REJECTED, o, 0, 0);
    }
    if (replace >= 0) {
        add(steps, REJECTED, o, replace, 0);
        add(steps, REPLACED, o, replace, 0);
        add(steps, REPLACED, o, oldest_replace(order), 0);
    }
    if (any >= 0) {
        add(steps, REFUSED, o, any, 0);
    }
}

static void add_reports(struct steps *steps, int o)
{
    const struct naive_order *order = &pair.model.orders[o];
    long qty = qty_of(order);
    if (!order->was_sent) { /* P3 */
        return;
    }
    add_ends(steps, o);
    add(steps, FILL_ONE, o, order->in_force, order->cum + 1);
    if (order->cum + 1 < qty && order->status != NAIVE_CLOSED) {
        add(steps, FILL_ALL, o, order->in_force, qty);
    }
    if (order->cum <= qty) {
        add(steps, FILL_OVER, o, order->in_force, qty + 1);
    }
    if (order->cum > 0) {
        add(steps, BUST, o, order->in_force, order->cum - 1);
    }
    if (order->status != NAIVE_CLOSED) {
        add(steps, RESTATED, o, order->in_force, qty + 1);
        if (qty > 1) {
            add(steps, RESTATED, o, order->in_force, 1);
        }
    }
}

static void add_answer(struct steps *steps, int o, int l, int number)
{
    const struct naive_line *line = &pair.model.orders[o].lines[l];
    const struct naive_ask *ask = &line->asks[number];
    bool asks_more = ask->kind == NAIVE_ASK_NEW ||
                     ask->kind == NAIVE_ASK_RAISE ||
                     ask->kind == NAIVE_ASK_RESTATE;
    int first = steps->count;
    add(steps, GRANT, o, number, ask->amount);
    if (ask->out) {
        add(steps, DENY, o, number, 0);
    }
    if (ask->out && asks_more && ask->amount > 0) {
        add(steps, PARTIAL, o, number, ask->amount - 1);
    }
    for (int i = first; i < steps->count; i++) {
        steps->list[i].limit = l;
    }
}

static void add_answers(struct steps *steps, int o, int l)
{
    const struct naive_line *line = &pair.model.orders[o].lines[l];
    int oldest = -1;
    int last = -1;
    for (int i = 0; i < line->ask_count; i++) {
        if (line->asks[i].out) {
            oldest = oldest < 0 ? i : oldest;
            last = i;
        }
    }
    struct steps own = {0}; /* P2 must not mix the limits up */
    if (oldest >= 0) {
        add_answer(&own, o, l, oldest);
        if (last != oldest) {
            add_answer(&own, o, l, last);
        }
    }
    int answered = pair.names.answered[o][l];
    if (answered >= 0 && !line->asks[answered].out) {
        add_answer(&own, o, l, answered);
    }
    if (line->state == NAIVE_LINE_LIVE || line->state == NAIVE_LINE_SPENT) {
        int at = own.count;
        add(&own, TAKEN_BACK, o, -1, 0);
        for (; at < own.count; at++) {
            own.list[at].limit = l;
        }
    }
    assert_true(steps->count + own.count <= STEPS_MAX);
    memcpy(steps->list + steps->count, own.list,
           (size_t)own.count * sizeof(own.list[0]));
    steps->count += own.count;
}

static void add_amounts(struct steps *steps, int l)
{
    const struct naive_limit *limit = &pair.model.limits[l];
    long use = naive_use(&pair.model, l);
    long base = pair.family->amounts[l];
    const struct {
        enum step_kind kind;
        long amount;
    } all[] = {
        {LOWER, use}, {LOWER, use - 1}, {RAISE, base}, {RAISE, base + 3}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].amount < 0 || all[i].amount == limit->amount ||
            (all[i].kind == LOWER) != (all[i].amount < limit->amount)) {
            continue;
        }
        int before = steps->count;
        add(steps, all[i].kind, 0, l, all[i].amount);
        if (steps->count > before) {
            steps->list[before].limit = l;
        }
    }
}

static bool something_waits(void)
{
    for (int o = 0; o < pair.model.order_count; o++) {
        const struct naive_order *order = &pair.model.orders[o];
        if (order->status == NAIVE_WAITING || order->raise >= 0 ||
            (order->pull >= 0 && order->status != NAIVE_CLOSED &&
             order->requests[order->pull].state == NAIVE_REQUEST_NO)) {
            return true;
        }
    }
    return false;
}

static void steps_list(struct steps *steps)
{
    const struct naive_model *model = &pair.model;
    steps->count = 0;
    add_new(steps);
    for (int o = 0; o < model->order_count; o++) {
        add_changes(steps, o);
        add_reports(steps, o);
        for (int l = 0; l < NAIVE_LIMITS; l++) {
            if (model->orders[o].lines[l].ping) {
                add_answers(steps, o, l);
            }
        }
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        add_amounts(steps, l);
    }
    if (!model->suspended) {
        add(steps, SUSPEND, 0, -1, 0);
    }
    if (!model->halted) {
        add(steps, HALT, 0, -1, 0);
    }
    if (model->suspended || model->halted) { /* P6 */
        add(steps, REINSTATE, 0, -1, 0);
    }
    if (something_waits()) {
        add(steps, DEADLINE, 0, -1, 0);
    }
}

/* --- all of them -------------------------------------------------------- */

/* False as soon as engine and model differ; the path says where. */
static bool walk(int depth)
{
    struct steps steps;
    steps_list(&steps);
    save(depth);
    for (int i = 0; i < steps.count; i++) {
        pair.path[depth] = steps.list[i];
        pair.depth = depth + 1;
        pair.sequences[depth + 1]++;
        if (!step_agrees(&steps.list[i]) ||
            (depth + 1 < pair.family->depth && !walk(depth + 1))) {
            return false;
        }
        restore(depth);
    }
    pair.depth = depth;
    return true;
}

static unsigned long total_of(void)
{
    unsigned long total = 0;
    for (int i = 1; i <= DEPTH_MAX; i++) {
        total += pair.sequences[i];
    }
    return total;
}

/* Under sanitizers one event less: all families still run. */
static struct family shortened(const struct family *family)
{
    struct family copy = *family;
    const char *depth = getenv("CG_SMALL_DEPTH");
    if (depth != NULL && atoi(depth) > 0 && atoi(depth) <= DEPTH_MAX) {
        copy.depth = atoi(depth);
    } else if (SANITIZED) {
        copy.depth -= 1;
    }
    return copy;
}

static void test_small_scope_all_sequences_agree(void **state)
{
    (void)state;
    unsigned long total = 0;
    for (int i = 0; i < FAMILIES; i++) {
        struct family family = shortened(&families[i]);
        clock_t start = clock();
        pair_open(&family, NAIVE_RIGHT);
        if (!walk(0)) {
            fprintf(stderr, "family: %s\n", family.name);
            print_path();
            fail_msg("%s", pair.why);
        }
        unsigned long ran = total_of();
        total += ran;
        print_message("%9lu sequences up to length %d, %5.2f s: %s\n", ran,
                      family.depth, (double)(clock() - start) / CLOCKS_PER_SEC,
                      family.name);
        pair_close();
    }
    print_message("%9lu sequences in all, %u pages\n", total,
                  arena.written_count);
    assert_true(total > 1000000 || SANITIZED || getenv("CG_SMALL_DEPTH"));
}

/* A check that cannot fail is worth nothing: each wrong rule is found. */
static void test_small_scope_planted_mistakes_found(void **state)
{
    (void)state;
    for (int mistake = NAIVE_RIGHT + 1; mistake < NAIVE_MISTAKES; mistake++) {
        bool found = false;
        for (int depth = 1; !found && depth <= 5; depth++) {
            for (int i = 0; !found && i < FAMILIES; i++) {
                struct family family = families[i];
                family.depth = depth;
                pair_open(&family, (enum naive_mistake)mistake);
                found = !walk(0);
                if (found) {
                    print_message(
                        "%s: found after %lu sequences, %d long\n",
                        naive_mistake_name((enum naive_mistake)mistake),
                        total_of(), pair.depth);
                }
                pair_close();
            }
        }
        if (!found) {
            fail_msg("not found: %s",
                     naive_mistake_name((enum naive_mistake)mistake));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_scope_all_sequences_agree),
        cmocka_unit_test(test_small_scope_planted_mistakes_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
