/*
 * Why the gate pulled an order: which limit was breached and by what, which
 * stop, which token.
 *
 * What was behind a pull is said by the message that caused it: the facts about
 * a limit, a stop or a token with the same cause.  Rules: R17, R18, R29, R30.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#define AMOUNT(limit, value) cg_explain_amount(limit, value).text
#define MONEY(limit, value) cg_explain_money(limit, value).text

/* Whether |origin| is of the same turn as the fact at hand. */
static bool is_now(const struct cg_explaining *at,
                   const struct cg_origin *origin)
{
    const struct cg_fact *fact = at->telling.fact;
    return origin->no != 0 && origin->time == fact->time &&
           origin->session == fact->cause_session &&
           origin->seq == fact->cause_seq;
}

static struct cg_words
amount_or_none(const struct cg_limit *limit, bool has, cg_dv01 amount)
{
    struct cg_words none = {"no amount"};
    return has ? cg_explain_money(limit, amount) : none;
}

/* The update that made the use too much: the sums before and after. */
static void say_update(struct cg_explaining *at, uint32_t slot)
{
    const struct cg_state *state = at->telling.state;
    const struct cg_limit *limit = &state->limits[slot];
    const struct cg_limit_trace *trace = &at->trace->limits[slot];
    struct cg_words before = amount_or_none(limit, trace->had_amount,
                                            trace->amount_before);
    struct cg_words after = amount_or_none(limit, limit->has_amount,
                                           limit->amount);
    cg_explain_say_of(at, &trace->set, "update",
                      "%s set %s from %s to %s, and use by others from %s to "
                      "%s: before, %s was in use",
                      cg_explain_session(state, trace->set.session).text,
                      cg_explain_limit(at, slot).text, before.text, after.text,
                      AMOUNT(limit, trace->other_before),
                      AMOUNT(limit, limit->other),
                      MONEY(limit, trace->use_before));
}

static const char *action_of(const struct cg_limit *limit)
{
    if (limit->action == CG_ACTION_PING_PULL + 1 ||
        limit->action == CG_ACTION_PUSH_PULL + 1) {
        return "its owner's action (1767) pulls every order under it";
    }
    return limit->pull == CG_PULL_ALL
               ? "its configuration (Pull=all) pulls every order under it"
               : "the newest orders go first, until the rest fits";
}

static void
say_breach(struct cg_explaining *at, uint32_t order, uint32_t token, char side)
{
    const struct cg_state *state = at->telling.state;
    uint32_t slot = state->tokens[token].limit;
    const struct cg_limit *limit = &state->limits[slot];
    if (is_now(at, &at->trace->limits[slot].set)) {
        say_update(at, slot);
    } else {
        char cause[CG_NAME_MAX + 1];
        cg_telling_cause(&at->telling, cause);
        cg_explain_say(at, "update",
                       "no update of %s is behind it, but what %s brought: a "
                       "fill above what was reserved, or a change of quantity",
                       cg_explain_limit(at, slot).text, cause);
    }
    cg_explain_terms(at, slot);
    cg_explain_sums(at, slot, side);
    cg_explain_users(at, slot, order);
    cg_explain_say(at, "so", "the use of %s is above its amount: %s",
                   cg_explain_limit(at, slot).text, action_of(limit));
    cg_explain_say(at, "so", "once it is gone, this order's %s count no longer",
                   MONEY(limit, cg_token_open(&state->tokens[token])));
}

/* The limits of the order whose use is above their amount. */
static uint32_t say_breaches(struct cg_explaining *at, uint32_t order)
{
    const struct cg_state *state = at->telling.state;
    uint32_t first = CG_NONE;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        const struct cg_limit *limit = &state->limits[token->limit];
        if (token->spent && limit->has_amount && cg_token_open(token) > 0 &&
            cg_limit_use(limit) > limit->amount) {
            say_breach(at, order, i, token->side);
            first = token->limit;
        }
    }
    return first;
}

void cg_explain_updates(struct cg_explaining *at, uint32_t order)
{
    const struct cg_state *state = at->telling.state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (is_now(at, &at->trace->limits[token->limit].set)) {
            say_update(at, token->limit);
            cg_explain_terms(at, token->limit);
            cg_explain_sums(at, token->limit, token->side);
        }
    }
}

static uint32_t say_tokens(struct cg_explaining *at, uint32_t order)
{
    const struct cg_state *state = at->telling.state;
    uint32_t first = CG_NONE;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->state != CG_TOKEN_SPENT) {
            continue;
        }
        if (token->end == CG_END_INVALIDATED) {
            cg_explain_say(at, "so",
                           "token %s is invalidated: %s %s, and nothing rests "
                           "without live cover",
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text,
                           token->removed ? "was removed" : "took it back");
            first = token->limit;
        } else if (token->end == CG_END_EXPIRED) {
            cg_explain_say(at, "so", "token %s under %s has expired",
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text);
            first = token->limit;
        } else if (token->expires != CG_TIME_NEVER) {
            cg_explain_say(at, "so",
                           "token %s under %s ends at %s: without a renewal "
                           "the order has to be gone by then",
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text,
                           cg_explain_moment(token->expires).text);
            first = token->limit;
        }
    }
    return first;
}

void cg_explain_pull(struct cg_explaining *at,
                     uint32_t slot,
                     enum cg_reason reason)
{
    const struct cg_order *order = &at->telling.state->orders[slot];
    uint32_t limit = CG_NONE;
    if (reason == CG_PARTY_SUSPENDED || reason == CG_PARTY_HALTED) {
        struct cg_refused stopped = {.reason = reason,
                                     .limit = CG_NONE,
                                     .order = slot,
                                     .account = order->account,
                                     .instrument = order->instrument};
        cg_explain_refusal(at, &stopped);
        return;
    }
    if (reason == CG_TOKEN_INVALIDATED || reason == CG_RESERVATION_EXPIRED) {
        limit = say_tokens(at, slot);
    } else {
        limit = say_breaches(at, slot);
    }
    cg_explain_remedy(at, reason, limit, order->account);
}
