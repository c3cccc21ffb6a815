/*
 * Refusals for want of credit: what was asked for against what there was, and
 * what the other limits said.
 *
 * Says what the books say.  Rules: R11..R14.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#define AMOUNT(limit, value) cg_explain_amount(limit, value).text
#define MONEY(limit, value) cg_explain_money(limit, value).text

static const struct cg_state *books(const struct cg_explaining *at)
{
    return at->telling.state;
}

static struct cg_words account_name(const struct cg_explaining *at,
                                    uint32_t account)
{
    struct cg_words none = {"that it names"};
    return account != CG_NONE
               ? cg_explain_id(&books(at)->accounts[account].name)
               : none;
}

/* --- credit ------------------------------------------------------------- */

/* What an order is charged with under a limit when a replace is refused. */
static cg_dv01 charged_with(const struct cg_explaining *at,
                            const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    cg_dv01 held = 0;
    if (!refused->replace || refused->order == CG_NONE) {
        return 0;
    }
    for (uint32_t i = state->orders[refused->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->limit == refused->limit && token->spent) {
            held += token->charge;
        }
    }
    return held;
}

static bool is_package(const struct cg_explaining *at,
                       const struct cg_refused *refused)
{
    return refused->order != CG_NONE
               ? books(at)->orders[refused->order].legs != CG_NONE
               : refused->instrument == CG_NONE;
}

/* What was asked for: all of an order, or what a replace needs beyond what the
 * order holds. */
static void say_worth(struct cg_explaining *at,
                      const struct cg_refused *refused)
{
    const struct cg_limit *limit = &books(at)->limits[refused->limit];
    cg_dv01 held = charged_with(at, refused);
    cg_dv01 total = held;
    if (refused->charged) {
        held -= refused->required;
    } else if (__builtin_add_overflow(held, refused->required, &total)) {
        return;
    }
    if (is_package(at, refused)) {
        cg_explain_say(at, "amount", "its legs under %s come to %s",
                       cg_explain_limit(at, refused->limit).text,
                       MONEY(limit, total));
    } else {
        cg_explain_worth(at, refused->limit, refused->qty, total, 0);
    }
    if (held != 0) {
        cg_explain_say(at, "amount",
                       "the order holds %s of that already, so %s more is "
                       "asked for",
                       MONEY(limit, held), MONEY(limit, refused->required));
    }
}

/* The sums of its limit.  What a replace has waited for is among them. */
static void say_sums(struct cg_explaining *at, const struct cg_refused *refused)
{
    const struct cg_limit *limit = &books(at)->limits[refused->limit];
    cg_explain_terms(at, refused->limit);
    cg_explain_sums(at, refused->limit,
                    refused->side != 0 ? refused->side : '1');
    if (refused->charged && refused->required > 0) {
        cg_explain_say(at, "use", "%s of the use is what the replace asks for",
                       MONEY(limit, refused->required));
    }
}

/* The last word: what was asked for against what there was.  A hub may say no
 * to what the gate's own figures would leave. */
static void say_short(struct cg_explaining *at,
                      const struct cg_refused *refused)
{
    const struct cg_limit *limit = &books(at)->limits[refused->limit];
    bool by_hub = refused->order != CG_NONE && at->story->answer < 2 &&
                  at->telling.fact->cause_session == limit->owner;
    cg_dv01 lacks;
    if (__builtin_sub_overflow(refused->required, refused->available, &lacks)) {
        return;
    }
    if (lacks <= 0) {
        cg_explain_say(at, "so",
                       "%s was asked for, and the gate's own figures leave %s: "
                       "it was %s that said no, and its word is final",
                       MONEY(limit, refused->required),
                       AMOUNT(limit, refused->available),
                       cg_explain_session(books(at), limit->owner).text);
    } else {
        cg_explain_say(
            at, "so", "%s was asked for and %s was %s: %s too little",
            MONEY(limit, refused->required), AMOUNT(limit, refused->available),
            by_hub ? "granted" : "available", MONEY(limit, lacks));
    }
}

static void say_exceeded(struct cg_explaining *at,
                         const struct cg_refused *refused)
{
    const struct cg_limit *limit = &books(at)->limits[refused->limit];
    char side = refused->side != 0 ? refused->side : '1';
    say_worth(at, refused);
    say_sums(at, refused);
    cg_explain_users(at, refused->limit, refused->order);
    if (cg_limit_rejects(limit)) {
        cg_explain_say(at, "so",
                       "a warning level of the limit is reached, and its "
                       "action takes no new risk, whatever is left");
    } else if (refused->available == 0 && limit->has_amount &&
               cg_limit_available(limit, side) >= refused->required) {
        cg_explain_say(at, "so",
                       "the use is above the amount, and the limit is "
                       "configured to take no order then, not even one that "
                       "lowers it (AllowReducing=N)");
        return;
    }
    say_short(at, refused);
}

static void say_no_line(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    if (refused->limit == CG_NONE) {
        cg_explain_say(at, "limit",
                       "no limit on record covers this order of account %s, "
                       "and what no limit covers is refused: absent is never "
                       "unlimited",
                       account_name(at, refused->account).text);
        return;
    }
    const struct cg_limit *limit = &state->limits[refused->limit];
    const struct cg_limit_trace *trace = &at->trace->limits[refused->limit];
    if (limit->state == CG_LIMIT_REMOVED) {
        cg_explain_say_of(at, &trace->state, "limit",
                          "%s was removed by its owner",
                          cg_explain_limit(at, refused->limit).text);
    } else {
        cg_explain_say_of(at, &trace->state, "limit",
                          "%s has no amount yet: no update has brought one, "
                          "and it has none of its own",
                          cg_explain_limit(at, refused->limit).text);
    }
}

/* A limit on one order. */
static void say_size(struct cg_explaining *at, const struct cg_refused *refused)
{
    const struct cg_limit *limit = &books(at)->limits[refused->limit];
    if (limit->kind == CG_LIMIT_CLIP) {
        cg_explain_worth(at, refused->limit, refused->qty, refused->required,
                         0);
    }
    cg_explain_terms(at, refused->limit);
    if (limit->kind == CG_LIMIT_DV01) {
        return; /* its owner's word, not the gate's */
    }
    cg_dv01 over = refused->required - refused->available;
    cg_explain_say(at, "so",
                   "one order may have %s: %s is %s too much, whatever is in "
                   "use",
                   MONEY(limit, refused->available),
                   AMOUNT(limit, refused->required),
                   AMOUNT(limit, over > 0 ? over : 0));
}

/* The hub's own word: the answer that came last says it. */
static void say_denied(struct cg_explaining *at,
                       const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    const struct cg_limit *limit = &state->limits[refused->limit];
    say_sums(at, refused);
    cg_explain_say(at, "so",
                   "%s itself refused %s: its word is final, whatever the "
                   "gate's own figures leave",
                   cg_explain_session(state, limit->owner).text,
                   MONEY(limit, refused->required));
}

/* --- the others --------------------------------------------------------- */

/* Those that the order passed, or would have had to. */
static void say_other_limits(struct cg_explaining *at,
                             const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    const struct cg_account *account = &state->accounts[refused->account];
    bool before = true;
    for (uint32_t i = 0; i < account->limit_count; i++) {
        uint32_t slot = account->limits[i];
        const struct cg_limit *limit = &state->limits[slot];
        before = before && slot != refused->limit;
        if (slot == refused->limit || limit->state == CG_LIMIT_REMOVED ||
            (refused->instrument != CG_NONE && limit->instrument != CG_NONE &&
             limit->instrument != refused->instrument)) {
            continue;
        }
        struct cg_words left = {"no amount on record"};
        if (limit->has_amount && limit->kind != CG_LIMIT_DV01) {
            left = cg_explain_money(limit, limit->amount);
        } else if (limit->has_amount) {
            left = cg_explain_money(limit,
                                    cg_limit_available(limit, refused->side));
        }
        cg_explain_say(at, "others", "%s %s: %s%s",
                       cg_explain_limit(at, slot).text,
                       refused->limit == CG_NONE ? "does not cover it"
                       : before                  ? "did not refuse it"
                                                 : "was not looked at any more",
                       left.text,
                       limit->kind != CG_LIMIT_DV01 ? " for one order"
                       : limit->has_amount          ? " available"
                                                    : "");
    }
}

/* The tokens of an order that had got so far. */
static void say_other_tokens(struct cg_explaining *at,
                             const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    for (uint32_t i = state->orders[refused->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        const struct cg_limit *limit = &state->limits[token->limit];
        if (token->limit == refused->limit || refused->limit == CG_NONE) {
            continue;
        }
        cg_explain_say(
            at, "others", "%s had granted %s by token %s, which %s%s",
            cg_explain_limit(at, token->limit).text,
            MONEY(limit, token->ledger.granted), cg_explain_token(at, i).text,
            token->end != CG_END_NONE ? "is " : "stays ",
            token->end != CG_END_NONE ? cg_token_end_name(token->end)
                                      : cg_token_state_name(token->state));
    }
}

bool cg_explain_is_credit(enum cg_reason reason)
{
    return reason == CG_LIMIT_EXCEEDED || reason == CG_CLIP_SIZE ||
           reason == CG_MAX_NOTIONAL || reason == CG_NO_CREDIT_LINE ||
           reason == CG_LIMIT_UNENFORCEABLE || reason == CG_HUB_UNAVAILABLE ||
           reason == CG_HUB_DENIED;
}

void cg_explain_others(struct cg_explaining *at,
                       const struct cg_refused *refused)
{
    if (!cg_explain_is_credit(refused->reason)) {
        return;
    }
    if (refused->order != CG_NONE) {
        say_other_tokens(at, refused);
    } else if (refused->account != CG_NONE) {
        say_other_limits(at, refused);
    }
}

/* --- the whole ---------------------------------------------------------- */

void cg_explain_credit(struct cg_explaining *at,
                       const struct cg_refused *refused)
{
    if (refused->reason == CG_NO_CREDIT_LINE) {
        say_no_line(at, refused);
    } else if (refused->limit == CG_NONE) {
        return;
    } else if (refused->reason == CG_LIMIT_EXCEEDED) {
        say_exceeded(at, refused);
    } else if (refused->reason == CG_HUB_DENIED) {
        say_denied(at, refused);
    } else {
        say_size(at, refused);
    }
}
