/*
 * The simulated hub's books.
 *
 * Must never look at what the gate thinks: only what crossed the wire counts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_ledger.h"

#include "sim_port.h"
#include <stdlib.h>

static void limit_free(struct sim_limit *limit)
{
    free(limit->id);
    free(limit->firm);
    free(limit->account);
    free(limit->currency);
}

void sim_ledger_deinit(struct sim_ledger *ledger)
{
    sim_ledger_forget(ledger);
    for (size_t i = 0; i < ledger->limit_count; i++) {
        limit_free(&ledger->limits[i]);
    }
    free(ledger->limits);
    free(ledger->tokens);
    *ledger = (struct sim_ledger){0};
}

size_t sim_ledger_limit(const struct sim_ledger *ledger, struct cg_slice id)
{
    for (size_t i = 0; i < ledger->limit_count; i++) {
        if (!ledger->limits[i].removed &&
            cg_slice_is(id, ledger->limits[i].id)) {
            return i;
        }
    }
    return SIM_NONE;
}

size_t sim_ledger_limit_of(const struct sim_ledger *ledger,
                           struct cg_slice account,
                           struct cg_slice currency)
{
    for (size_t i = 0; i < ledger->limit_count; i++) {
        const struct sim_limit *limit = &ledger->limits[i];
        if (!limit->removed && cg_slice_is(account, limit->account) &&
            (currency.len == 0 || cg_slice_is(currency, limit->currency))) {
            return i;
        }
    }
    return SIM_NONE;
}

struct sim_limit *sim_ledger_set(struct sim_ledger *ledger,
                                 struct cg_slice id,
                                 struct cg_slice firm,
                                 struct cg_slice account,
                                 struct cg_slice currency,
                                 bool *added)
{
    size_t at = sim_ledger_limit(ledger, id);
    *added = at == SIM_NONE;
    if (!*added) {
        return &ledger->limits[at];
    }
    ledger->limits = sim_grow(ledger->limits, ledger->limit_count + 1,
                              sizeof(*ledger->limits));
    struct sim_limit *limit = &ledger->limits[ledger->limit_count++];
    *limit = (struct sim_limit){.id = sim_copy(id),
                                .firm = sim_copy(firm),
                                .account = sim_copy(account),
                                .currency = sim_copy(currency),
                                .other = -1,
                                .enabled = true,
                                .model = -1,
                                .action = -1,
                                .warnings = {75, 90, 98},
                                .warning_count = 3};
    return limit;
}

int64_t sim_account_reserved(const struct sim_account *sums)
{
    return sums->granted + sums->overrun - sums->consumed - sums->released -
           sums->expired;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Use if the open amounts were larger by |buy| and |sell|. */
static int64_t
use_with(const struct sim_limit *limit, int64_t buy, int64_t sell)
{
    int64_t other = larger(0, limit->other);
    if (!limit->net) {
        return sim_account_reserved(&limit->sums) + limit->sums.consumed +
               other + buy + sell;
    }
    int64_t up = limit->position + limit->open_buy + buy;
    int64_t down = limit->open_sell + sell - limit->position;
    return larger(0, larger(up, down)) + other;
}

int64_t sim_limit_use(const struct sim_limit *limit)
{
    return use_with(limit, 0, 0);
}

/* Whether |more| fits, on |side|.  What does not raise use always does. */
static bool fits(const struct sim_limit *limit, char side, int64_t more)
{
    int64_t after = use_with(limit, side == '1' ? more : 0,
                             side == '1' ? 0 : more);
    return after <= limit->amount || after <= sim_limit_use(limit);
}

/* Adds |open|, which may be negative, to what is reserved on |side|. */
static void move_open(struct sim_limit *limit, char side, int64_t open)
{
    if (side == '1') {
        limit->open_buy += open;
    } else {
        limit->open_sell += open;
    }
}

static void expect_expiry(struct sim_ledger *ledger, int64_t expires_ns)
{
    if (expires_ns < ledger->expiry_ns) {
        ledger->expiry_ns = expires_ns;
    }
}

enum sim_verdict sim_ledger_reserve(struct sim_ledger *ledger,
                                    struct cg_slice id,
                                    size_t limit_at,
                                    char side,
                                    int64_t total,
                                    int64_t expires_ns,
                                    size_t *token)
{
    if (limit_at == SIM_NONE || !ledger->limits[limit_at].enabled) {
        return SIM_NO_LIMIT;
    }
    struct sim_limit *limit = &ledger->limits[limit_at];
    if (!fits(limit, side, total)) {
        return SIM_EXCEEDED;
    }
    if (ledger->token_count == ledger->token_size) {
        ledger->token_size = ledger->token_size * 2 + 64;
        ledger->tokens = sim_grow(ledger->tokens, ledger->token_size,
                                  sizeof(*ledger->tokens));
    }
    *token = ledger->token_count++;
    ledger->tokens[*token] = (struct sim_token){.id = sim_copy(id),
                                                .limit = limit_at,
                                                .side = side,
                                                .sums = {.granted = total},
                                                .expires_ns = expires_ns};
    limit->sums.granted += total;
    move_open(limit, side, total);
    expect_expiry(ledger, expires_ns);
    return SIM_DONE;
}

enum sim_verdict sim_ledger_change(struct sim_ledger *ledger,
                                   size_t token_at,
                                   int64_t total,
                                   int64_t expires_ns)
{
    struct sim_token *token = &ledger->tokens[token_at];
    struct sim_limit *limit = &ledger->limits[token->limit];
    if (token->state != SIM_TOKEN_LIVE) {
        return SIM_TOKEN_ENDED;
    }
    if (total < token->sums.consumed) {
        return SIM_BELOW_CONSUMED;
    }
    int64_t more = total - token->sums.consumed -
                   sim_account_reserved(&token->sums);
    if (more > 0 && !fits(limit, token->side, more)) {
        return SIM_EXCEEDED;
    }
    if (more > 0) {
        token->sums.granted += more;
        limit->sums.granted += more;
    } else {
        token->sums.released -= more;
        limit->sums.released -= more;
    }
    move_open(limit, token->side, more);
    token->expires_ns = expires_ns;
    expect_expiry(ledger, expires_ns);
    return SIM_DONE;
}

enum sim_verdict sim_ledger_end(struct sim_ledger *ledger,
                                size_t token_at,
                                enum sim_token_state state)
{
    struct sim_token *token = &ledger->tokens[token_at];
    struct sim_limit *limit = &ledger->limits[token->limit];
    if (token->state != SIM_TOKEN_LIVE) {
        return SIM_TOKEN_ENDED;
    }
    int64_t open = sim_account_reserved(&token->sums);
    if (state == SIM_TOKEN_EXPIRED) {
        token->sums.expired += open;
        limit->sums.expired += open;
    } else {
        token->sums.released += open;
        limit->sums.released += open;
    }
    move_open(limit, token->side, -open);
    token->state = state;
    return SIM_DONE;
}

static void move_position(struct sim_limit *limit, char side, int64_t amount)
{
    limit->position += side == '1' ? amount : -amount;
}

void sim_ledger_consume(struct sim_ledger *ledger,
                        size_t token_at,
                        int64_t amount)
{
    struct sim_token *token = &ledger->tokens[token_at];
    struct sim_limit *limit = &ledger->limits[token->limit];
    int64_t reserved = sim_account_reserved(&token->sums);
    int64_t within = amount < reserved ? amount : reserved;
    int64_t over = amount - within;
    token->sums.consumed += amount;
    token->sums.overrun += over;
    limit->sums.consumed += amount;
    limit->sums.overrun += over;
    move_open(limit, token->side, -within);
    move_position(limit, token->side, amount);
}

static int64_t bare_of(const struct sim_ledger *ledger, struct cg_slice id)
{
    size_t amount = id.len > 0 ? sim_index_get(&ledger->bare, id) : 0;
    return amount != SIM_NONE ? (int64_t)amount : 0;
}

void sim_ledger_consume_bare(struct sim_ledger *ledger,
                             struct cg_slice id,
                             size_t limit_at,
                             char side,
                             int64_t amount)
{
    struct sim_limit *limit = &ledger->limits[limit_at];
    if (id.len > 0) {
        sim_index_set(&ledger->bare, id,
                      (size_t)(bare_of(ledger, id) + amount));
    } else {
        limit->nameless += amount;
    }
    limit->sums.consumed += amount;
    limit->sums.overrun += amount;
    move_position(limit, side, amount);
}

static void limit_bust(struct sim_limit *limit, char side, int64_t amount)
{
    limit->sums.consumed -= amount;
    limit->sums.released += amount;
    move_position(limit, side, -amount);
}

enum sim_verdict
sim_ledger_bust(struct sim_ledger *ledger, size_t token_at, int64_t amount)
{
    struct sim_token *token = &ledger->tokens[token_at];
    if (amount > token->sums.consumed) {
        return SIM_BELOW_CONSUMED;
    }
    token->sums.consumed -= amount;
    token->sums.released += amount;
    limit_bust(&ledger->limits[token->limit], token->side, amount);
    return SIM_DONE;
}

enum sim_verdict sim_ledger_bust_bare(struct sim_ledger *ledger,
                                      struct cg_slice id,
                                      size_t limit_at,
                                      char side,
                                      int64_t amount)
{
    struct sim_limit *limit = &ledger->limits[limit_at];
    int64_t bare = bare_of(ledger, id);
    int64_t named = amount < bare ? amount : bare;
    if (amount - named > limit->nameless || amount > limit->sums.consumed) {
        return SIM_BELOW_CONSUMED;
    }
    if (named > 0) {
        sim_index_set(&ledger->bare, id, (size_t)(bare - named));
    }
    limit->nameless -= amount - named;
    limit_bust(limit, side, amount);
    return SIM_DONE;
}

size_t sim_ledger_lapsed(struct sim_ledger *ledger, int64_t now_ns)
{
    if (ledger->expiry_ns > now_ns) {
        return SIM_NONE;
    }
    ledger->expiry_ns = SIM_NEVER;
    for (size_t i = 0; i < ledger->token_count; i++) {
        const struct sim_token *token = &ledger->tokens[i];
        if (token->state == SIM_TOKEN_LIVE &&
            sim_account_reserved(&token->sums) > 0) {
            expect_expiry(ledger, token->expires_ns);
            if (token->expires_ns <= now_ns) {
                return i;
            }
        }
    }
    return SIM_NONE;
}

void sim_ledger_forget(struct sim_ledger *ledger)
{
    for (size_t i = 0; i < ledger->token_count; i++) {
        sim_ledger_end(ledger, i, SIM_TOKEN_CANCELLED);
        free(ledger->tokens[i].id);
    }
    ledger->token_count = 0;
    for (size_t i = 0; i < ledger->limit_count; i++) {
        ledger->limits[i].nameless = ledger->limits[i].sums.consumed;
    }
    sim_index_deinit(&ledger->bare);
}
