/*
 * What must hold of a gate's state around a crash, and once all is settled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include "gate_instrument.h"
#include "gate_internal.h"
#include "image.h"

#include <stdlib.h>
#include <string.h>

static const struct cg_state *state_of(const struct crash_run *run)
{
    return &run->runner.gate->engine->state;
}

/* --- the same, bit by bit ------------------------------------------------ */

struct part {
    const char *name;
    const void *live;
    const void *read;
    size_t size;
};

static size_t map_size(const struct cg_map *map)
{
    return ((size_t)map->mask + 1) * sizeof(*map->entries);
}

#define PART(member, count)                                                    \
    {                                                                          \
#member, a->member, b->member, (size_t)(count) * sizeof(*a->member)    \
    }
#define MAP(member)                                                            \
    {                                                                          \
#member, a->member.entries, b->member.entries, map_size(&a->member)    \
    }

/* All that |a| and |b| point to. */
static void compare_parts(struct crash_run *run,
                          const char *what,
                          const struct cg_state *a,
                          const struct cg_state *b)
{
    uint64_t used = a->used_count < CG_USED_MAX ? a->used_count : CG_USED_MAX;
    const struct part parts[] = {
        PART(orders, a->order_top),
        PART(tokens, a->token_top),
        PART(places, a->place_top),
        PART(prices, a->price_top),
        PART(requests, a->request_top),
        PART(asks, a->ask_top),
        PART(used, used),
        PART(legs, a->leg_top),
        PART(packages, a->leg_top),
        PART(shares, a->share_top),
        PART(limits, a->limit_count),
        PART(scopes, a->scope_top),
        PART(accounts, a->account_count),
        PART(firms, a->firm_count),
        PART(instruments, a->instrument_count),
        PART(reports.pairs, a->reports.max),
        MAP(reports.map),
        MAP(request_map),
        MAP(order_map),
        MAP(token_map),
        MAP(ask_map),
        MAP(limit_map),
        MAP(account_map),
        MAP(firm_map),
        MAP(instrument_map),
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].size > 0 &&
            memcmp(parts[i].live, parts[i].read, parts[i].size) != 0) {
            crash_wrong(run, "the %s does not add up to the state: %s", what,
                        parts[i].name);
        }
    }
}

/* The state itself; its pointers are those of |live| in both. */
static void compare_whole(struct crash_run *run,
                          const char *what,
                          const struct cg_state *live,
                          struct cg_state *read)
{
    read->orders = live->orders;
    read->tokens = live->tokens;
    read->places = live->places;
    read->prices = live->prices;
    read->requests = live->requests;
    read->asks = live->asks;
    read->used = live->used;
    read->legs = live->legs;
    read->packages = live->packages;
    read->shares = live->shares;
    read->limits = live->limits;
    read->scopes = live->scopes;
    read->accounts = live->accounts;
    read->firms = live->firms;
    read->instruments = live->instruments;
    read->reports.pairs = live->reports.pairs;
    read->reports.map.entries = live->reports.map.entries;
    read->request_map.entries = live->request_map.entries;
    read->order_map.entries = live->order_map.entries;
    read->token_map.entries = live->token_map.entries;
    read->ask_map.entries = live->ask_map.entries;
    read->limit_map.entries = live->limit_map.entries;
    read->account_map.entries = live->account_map.entries;
    read->firm_map.entries = live->firm_map.entries;
    read->instrument_map.entries = live->instrument_map.entries;
    if (memcmp(live, read, sizeof(*live)) != 0) {
        crash_wrong(run, "the %s does not add up to the state: its totals",
                    what);
    }
}

static int count_facts(void *user, const struct cg_fact *fact)
{
    (void)fact;
    ++*(size_t *)user;
    return 0;
}

static int recover(void *context, const struct cg_fact *fact)
{
    return cg_engine_recover(context, fact);
}

/* --- pictures ------------------------------------------------------------ */

struct picture {
    uint8_t *bytes;
    size_t len;
    size_t room;
};

static int picture_write(void *user, const void *bytes, size_t len)
{
    struct picture *picture = user;
    if (picture->room - picture->len < len) {
        size_t room = 2 * (picture->room + len);
        uint8_t *more = realloc(picture->bytes, room);
        if (more == NULL) {
            return CG_ERR_MEMORY;
        }
        picture->bytes = more;
        picture->room = room;
    }
    memcpy(picture->bytes + picture->len, bytes, len);
    picture->len += len;
    return 0;
}

/* The books as they are, by way of a picture of them. */
static int picture_restore(const struct cg_gate *live, struct cg_engine *engine)
{
    struct picture picture = {.bytes = NULL};
    int status = cg_gate_save(live, picture_write, &picture);
    if (status == 0) {
        status = cg_engine_restore(engine, picture.bytes, picture.len);
    }
    free(picture.bytes);
    return status;
}

/* A gate on the committed facts, before its restart decides on anything.  What
 * of the state is settings comes from the configuration, which has nothing new
 * to say; |facts| counts if it has. */
static struct cg_gate *
read_again(struct crash_run *run, bool from_picture, size_t *facts)
{
    const struct cg_gate *live = run->runner.gate;
    struct cg_engine_config config = live->engine->config;
    struct cg_journal *journal = &run->runner.journal;
    struct cg_gate *gate = calloc(1, sizeof(*gate));
    uint32_t instruments = live->engine->state.instrument_max;
    char error[256] = "not enough memory";

    if (gate == NULL) {
        return NULL;
    }
    *gate = (struct cg_gate){.config = live->config, .journal = live->journal};
    memcpy(gate->name, live->name, sizeof(gate->name));
    config.sink = count_facts;
    config.user = facts;
    if (cg_engine_open(&config, live->engine->state.account_max, instruments,
                       &gate->engine) != 0 ||
        cg_gate_rows_open(gate, instruments) != 0 ||
        (from_picture
             ? picture_restore(live, gate->engine)
             : journal->load(journal->user, 0, recover, gate->engine)) != 0 ||
        cg_gate_configure(gate, error, sizeof(error)) != 0) {
        crash_wrong(run, "the facts cannot be read again: %s", error);
    }
    return gate;
}

static void same_again(struct crash_run *run, bool from_picture)
{
    const char *what = from_picture ? "picture" : "journal";
    size_t facts = 0;
    struct cg_state *read = malloc(sizeof(*read));
    struct cg_gate *again = read_again(run, from_picture, &facts);

    if (facts > 0) {
        crash_wrong(run, "the configuration that was there is said again");
    }
    if (read == NULL || again == NULL) {
        crash_wrong(run, "not enough memory");
    } else if (run->wrong[0] == '\0') {
        compare_parts(run, what, state_of(run), &again->engine->state);
        memcpy(read, &again->engine->state, sizeof(*read));
        compare_whole(run, what, state_of(run), read);
    }
    cg_gate_close(again);
    free(read);
}

void crash_state_same(struct crash_run *run)
{
    same_again(run, false);
    same_again(run, true);
}

/* --- what is under way --------------------------------------------------- */

static bool orders_rest(const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];

        if (cg_order_waits(order) || order->state == CG_ORDER_SENT ||
            order->raise != CG_NONE || order->behind > 0 ||
            order->inquired != CG_NONE) {
            return false;
        }
    }
    return true;
}

/* An ask whose answer decides on something. */
static bool asks_rest(const struct cg_state *state)
{
    for (uint32_t i = state->ask_first; i != CG_NONE; i = state->asks[i].next) {
        enum cg_ask_kind kind = state->asks[i].kind;

        if (!cg_ask_is_notice(kind) && kind != CG_ASK_CANCEL &&
            kind != CG_ASK_LOWER) {
            return false;
        }
    }
    return true;
}

/* A replace or a cancel that its venue has not answered. */
static bool requests_rest(const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->request_top; i++) {
        if (state->requests[i].state == CG_REQUEST_SENT &&
            state->requests[i].order != CG_NONE &&
            state->orders[state->requests[i].order].state != CG_ORDER_CLOSED) {
            return false;
        }
    }
    return true;
}

bool crash_state_cut(const struct crash_run *run)
{
    const struct cg_state *state = state_of(run);
    bool cut = run->runner.gate->engine->stopping;

    for (uint32_t i = 0; i < state->session_count; i++) {
        cut |= state->sessions[i].parts != 0;
    }
    return cut;
}

bool crash_state_rests(const struct crash_run *run)
{
    const struct cg_state *state = state_of(run);

    for (uint32_t i = 0; i < state->session_count; i++) {
        const struct cg_session_state *session = &state->sessions[i];

        if (session->parts != 0 || session->missed != 0 ||
            session->probe != CG_NONE ||
            run->runner.gate->engine->rounds[i].due != CG_TIME_NEVER) {
            return false;
        }
    }
    return !run->runner.gate->engine->stopping && orders_rest(state) &&
           requests_rest(state) && asks_rest(state);
}

/* --- after a restart ----------------------------------------------------- */

/* |out| was on a wire before the crash: the books know of it. */
static bool is_backed(const struct cg_state *state,
                      const struct cg_script_message *out)
{
    struct cg_slice id = crash_field(out->body, 11);
    struct cg_slice ask = crash_field(out->body, 2318);

    if (strcmp(out->type, "DF") == 0) {
        return strtoull(ask.data, NULL, 10) <= state->ask_no;
    }
    if (strcmp(out->type, "D") == 0 || strcmp(out->type, "G") == 0 ||
        strcmp(out->type, "AB") == 0 || strcmp(out->type, "AC") == 0) {
        uint32_t slot = cg_state_request(state, out->session, id);

        /* Ids of days that have ended are forgotten. */
        return slot == CG_NONE ? state->day_ended_at > out->time
                               : state->requests[slot].state >= CG_REQUEST_SENT;
    }
    return true;
}

void crash_state_backs(struct crash_run *run)
{
    const struct cg_state *state = state_of(run);

    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];

        if (order->state != CG_ORDER_FREE &&
            (cg_order_waits(order) || order->raise != CG_NONE ||
             order->behind > 0)) {
            crash_wrong(run, "order %llu waits after the restart",
                        (unsigned long long)order->number);
        }
    }
    for (size_t i = 0; i < run->seen; i++) {
        const struct cg_script_message *out = &run->runner.out.items[i];

        if (!is_backed(state, out)) {
            crash_wrong(run, "%s %.*s was sent, and no fact says so", out->type,
                        (int)crash_field(out->body, 11).len,
                        crash_field(out->body, 11).data);
        }
    }
}

/* --- once all is settled ------------------------------------------------- */

static void token_ended(struct crash_run *run, const struct cg_token *token)
{
    if (token->state != CG_TOKEN_FREE &&
        (token->state != CG_TOKEN_CLOSED || token->ledger.reserved != 0 ||
         token->ask != CG_NONE || token->asks != CG_NONE ||
         token->prices != CG_NONE || cg_token_open(token) != 0 ||
         token->unsure != 0)) {
        crash_wrong(run, "token %llu is %s, %lld reserved, asks %s",
                    (unsigned long long)token->number,
                    cg_token_state_name(token->state),
                    (long long)token->ledger.reserved,
                    token->asks != CG_NONE ? "out" : "none");
    }
}

void crash_state_ended(struct crash_run *run)
{
    const struct cg_state *state = state_of(run);

    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];

        if (order->state != CG_ORDER_FREE && order->state != CG_ORDER_CLOSED) {
            crash_wrong(run, "order %llu has no end",
                        (unsigned long long)order->number);
        }
    }
    for (uint32_t i = 0; i < state->token_top; i++) {
        token_ended(run, &state->tokens[i]);
    }
    if (state->ask_first != CG_NONE || state->queue.first != CG_NONE ||
        state->open_orders != 0 || state->halts_under_way != 0) {
        crash_wrong(run, "something is under way for ever");
    }
}
