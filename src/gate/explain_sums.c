/*
 * The arithmetic of explanations: what an order is worth, what a limit had in
 * use, and where the amounts of tokens went.
 *
 * Says what the books say, and recomputes nothing but differences and sums.
 * Rules: R2, R12, R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#include "decimal.h"
#include <stdio.h>

#define USERS_TOLD 4

/* Sums beyond 64 bits are shown as the largest number. */
static cg_dv01 minus(cg_dv01 a, cg_dv01 b)
{
    cg_dv01 left;
    return __builtin_sub_overflow(a, b, &left) ? INT64_MAX : left;
}

static const struct cg_limit *limit_at(const struct cg_explaining *at,
                                       uint32_t slot)
{
    return &at->telling.state->limits[slot];
}

#define AMOUNT(limit, value) cg_explain_amount(limit, value).text
#define MONEY(limit, value) cg_explain_money(limit, value).text

/* --- what an order is worth --------------------------------------------- */

/* The DV01 per million that makes |qty| come to |amount|; 0: none does, as for
 * a package. */
static cg_dv01 rate_behind(cg_qty qty, cg_dv01 amount)
{
    cg_dv01 worth = 0;
    if (qty < 1000000 || amount <= 0) {
        return 0; /* below a million more than one rate may */
    }
    cg_wide rate = (cg_wide)amount * 1000000 / qty;
    return rate <= INT64_MAX && cg_dv01_of(qty, (cg_dv01)rate, &worth) &&
                   worth == amount
               ? (cg_dv01)rate
               : 0;
}

void cg_explain_worth(struct cg_explaining *at,
                      uint32_t slot,
                      cg_qty qty,
                      cg_dv01 amount,
                      cg_dv01 rate)
{
    const struct cg_limit *limit = limit_at(at, slot);
    rate = rate != 0 ? rate : rate_behind(qty, amount);
    if (rate == 0) {
        cg_explain_say(at, "amount", "%lld comes to %s", (long long)qty,
                       MONEY(limit, amount));
        return;
    }
    cg_explain_say(at, "amount", "%lld at a DV01 of %s per million comes to %s",
                   (long long)qty, MONEY(limit, rate), MONEY(limit, amount));
}

/* --- what a limit had in use -------------------------------------------- */

static const char *model_name(const struct cg_limit *limit)
{
    static const char *const names[] = {
        [CG_MODEL_PING] = "its owner is asked for each order",
        [CG_MODEL_PUSH] = "the gate decides by the amount that was pushed",
        [CG_MODEL_PING_WITH_PUSH] =
            "its owner is asked, or the pushed amount stands in",
    };
    return names[cg_limit_model(limit)];
}

static const char *kind_name(const struct cg_limit *limit)
{
    if (limit->kind == CG_LIMIT_CLIP) {
        return "the DV01 of one order";
    }
    if (limit->kind == CG_LIMIT_NOTIONAL) {
        return "the quantity of one order";
    }
    return limit->measure == CG_MEASURE_GROSS ? "DV01, gross" : "DV01, net";
}

/* Said once in a story, until the limit changes. */
static bool is_said(const struct cg_story *story,
                    const struct cg_origin *origin,
                    const char *text)
{
    for (size_t i = 0; i < story->count; i++) {
        if (story->sentences[i].no == origin->no &&
            strcmp(story->sentences[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

void cg_explain_terms(struct cg_explaining *at, uint32_t slot)
{
    const struct cg_state *state = at->telling.state;
    const struct cg_limit *limit = limit_at(at, slot);
    const struct cg_limit_trace *trace = &at->trace->limits[slot];
    const struct cg_origin *origin = limit->has_amount ? &trace->amount
                                                       : &trace->state;
    bool asks = limit->kind == CG_LIMIT_DV01 && limit->owner != CG_SESSION_NONE;
    struct cg_words whose = {"any account"};
    char text[CG_SENTENCE_MAX];
    if (limit->account != CG_NONE) {
        whose = cg_explain_id(&state->accounts[limit->account].name);
    }
    snprintf(text, sizeof(text), "%.150s on %.63s of %.63s %s%.60s (%s)%s%s",
             cg_explain_limit(at, slot).text, whose.text,
             cg_explain_id(&limit->firm).text,
             limit->has_amount ? "is " : "has no amount on record",
             limit->has_amount ? MONEY(limit, limit->amount) : "",
             kind_name(limit), asks ? ": " : "", asks ? model_name(limit) : "");
    if (!is_said(at->story, origin, text)) {
        cg_explain_say_of(at, origin, "limit", "%s", text);
    }
}

/* Gross: all that was filled and is open.  Net: the worse path of fills. */
static void say_gross(struct cg_explaining *at, const struct cg_limit *limit)
{
    cg_explain_say(at, "use",
                   "in use: %s = fills %s + open buys B %s + open sells S "
                   "%s + use by others %s",
                   MONEY(limit, cg_limit_use(limit)),
                   AMOUNT(limit, limit->gross), AMOUNT(limit, limit->open[0]),
                   AMOUNT(limit, limit->open[1]), AMOUNT(limit, limit->other));
}

static void
say_net(struct cg_explaining *at, const struct cg_limit *limit, char side)
{
    bool buy = side == '1';
    cg_explain_say(
        at, "use",
        "in use: %s; position P %s, open buys B %s, open sells "
        "S %s, use by others %s; against a %s stands %sP + %s + "
        "others = %s",
        MONEY(limit, cg_limit_use(limit)), AMOUNT(limit, limit->position),
        AMOUNT(limit, limit->open[0]), AMOUNT(limit, limit->open[1]),
        AMOUNT(limit, limit->other), cg_explain_side(side), buy ? "" : "-",
        buy ? "B" : "S",
        AMOUNT(limit, minus(limit->amount, cg_limit_available(limit, side))));
}

void cg_explain_sums(struct cg_explaining *at, uint32_t slot, char side)
{
    const struct cg_limit *limit = limit_at(at, slot);
    cg_dv01 left = cg_limit_available(limit, side);
    if (limit->kind != CG_LIMIT_DV01) {
        return;
    }
    if (limit->measure == CG_MEASURE_GROSS) {
        say_gross(at, limit);
    } else {
        say_net(at, limit, side);
    }
    if (!limit->has_amount) {
        return;
    }
    if (left >= 0) {
        cg_explain_say(at, "use", "that leaves %s of %s for a %s",
                       AMOUNT(limit, left), MONEY(limit, limit->amount),
                       cg_explain_side(side));
    } else {
        cg_explain_say(at, "use", "that is %s more than %s",
                       AMOUNT(limit, minus(0, left)),
                       MONEY(limit, limit->amount));
    }
}

/* --- who uses it -------------------------------------------------------- */

static cg_dv01 open_of(const struct cg_state *state,
                       const struct cg_order *order,
                       uint32_t limit)
{
    cg_dv01 open = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].limit == limit) {
            open += cg_token_open(&state->tokens[i]);
        }
    }
    return open;
}

struct users {
    uint32_t orders[USERS_TOLD]; /* that hold most */
    cg_dv01 open[USERS_TOLD];
    uint32_t told;
    uint32_t count;
    cg_dv01 rest; /* of those that are not told */
};

/* Keeps those that hold most, the oldest slot first among equals. */
static void users_add(struct users *users, uint32_t order, cg_dv01 open)
{
    uint32_t i = users->told;
    users->count++;
    while (i > 0 && users->open[i - 1] < open) {
        i--;
    }
    if (i == USERS_TOLD) {
        users->rest += open;
        return;
    }
    if (users->told == USERS_TOLD) {
        users->rest += users->open[USERS_TOLD - 1];
        users->told--;
    }
    for (uint32_t j = users->told; j > i; j--) {
        users->orders[j] = users->orders[j - 1];
        users->open[j] = users->open[j - 1];
    }
    users->orders[i] = order;
    users->open[i] = open;
    users->told++;
}

void cg_explain_users(struct cg_explaining *at, uint32_t slot, uint32_t but)
{
    const struct cg_state *state = at->telling.state;
    const struct cg_limit *limit = limit_at(at, slot);
    struct users users = {.told = 0};
    char list[CG_SENTENCE_MAX] = "";
    int len = 0;
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        bool counts = i != but && order->state != CG_ORDER_FREE;
        cg_dv01 open = counts ? open_of(state, order, slot) : 0;
        if (open > 0) {
            users_add(&users, i, open);
        }
    }
    for (uint32_t i = 0; i < users.told; i++) {
        const struct cg_order *order = &state->orders[users.orders[i]];
        len += snprintf(list + len, sizeof(list) - (size_t)len,
                        "%s%s %s (%s%s)", i > 0 ? ", " : "",
                        cg_explain_id(&state->requests[order->request].id).text,
                        AMOUNT(limit, users.open[i]),
                        order->legs != CG_NONE ? "a package"
                                               : cg_explain_side(order->side),
                        order->pull != CG_NONE ? ", being pulled" : "");
    }
    if (users.told == 0) {
        return;
    }
    if (users.count > users.told) {
        cg_explain_say(at, "use", "open orders hold: %s, %u more %s", list,
                       users.count - users.told, MONEY(limit, users.rest));
    } else {
        cg_explain_say(at, "use", "open orders hold: %s", list);
    }
}

/* --- what became of tokens ---------------------------------------------- */

/* " + released 9040.00", of what is not zero. */
static int put_part(char *text,
                    int len,
                    const char *name,
                    const struct cg_limit *limit,
                    cg_dv01 amount)
{
    if (amount == 0) {
        return len;
    }
    int more = snprintf(text + len, CG_SENTENCE_MAX - (size_t)len, "%s%s %s",
                        len > 0 ? " + " : "", name, AMOUNT(limit, amount));
    return len + more;
}

static void say_ledger(struct cg_explaining *at, uint32_t slot)
{
    const struct cg_token *token = &at->telling.state->tokens[slot];
    const struct cg_limit *limit = limit_at(at, token->limit);
    const struct cg_ledger *ledger = &token->ledger;
    char in[CG_SENTENCE_MAX] = "";
    char out[CG_SENTENCE_MAX] = "";
    int len = put_part(in, 0, "granted", limit, ledger->granted);
    (void)put_part(in, len, "overrun", limit, ledger->overrun);
    len = put_part(out, 0, "reserved", limit, ledger->reserved);
    len = put_part(out, len, "consumed", limit, ledger->consumed);
    len = put_part(out, len, "released", limit, ledger->released);
    len = put_part(out, len, "expired", limit, ledger->expired);
    len = put_part(out, len, "invalidated", limit, ledger->invalidated);
    (void)put_part(out, len, "handed back", limit, ledger->handed_back);
    if (in[0] == '\0') {
        cg_explain_say(at, "token", "%s under limit %s: nothing was granted",
                       cg_explain_token(at, slot).text,
                       cg_explain_id(&limit->id).text);
        return;
    }
    cg_explain_say(at, "token", "%s under limit %s is %s: %.240s = %.240s %.3s",
                   cg_explain_token(at, slot).text,
                   cg_explain_id(&limit->id).text,
                   cg_token_state_name(token->state), in,
                   out[0] != '\0' ? out : "0.00", limit->currency);
}

/* The list has the newest first; they are told oldest first. */
void cg_explain_ledgers(struct cg_explaining *at, uint32_t order)
{
    const struct cg_state *state = at->telling.state;
    uint32_t told = CG_NONE;
    while (told != state->orders[order].tokens) {
        uint32_t i = state->orders[order].tokens;
        while (state->tokens[i].next != told) {
            i = state->tokens[i].next;
        }
        say_ledger(at, i);
        told = i;
    }
}
