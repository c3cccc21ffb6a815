/*
 * R23: what the hub is asked and told, and what it grants, agree with the
 * tokens.
 *
 * Rules: R23..R25, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

static cg_wide held(const struct audit_token *token)
{
    return (cg_wide)token->columns[CG_AUDIT_RESERVED] +
           token->columns[CG_AUDIT_CONSUMED];
}

static cg_wide above(cg_wide amount, cg_wide base)
{
    return amount > base ? amount - base : 0;
}

/* What a grant of |total| may come to: |more| and |none| are all it can be. */
struct expected {
    cg_wide more;
    bool or_none;
};

/* R24: 2324 of all but the first ask is the life's total. */
static struct expected expected_of(const struct audit *audit,
                                   const struct audit_token *token,
                                   cg_wide total)
{
    const struct audit_answer *answer = &audit->answer;
    bool back = (audit->fact->flags & 1) != 0;
    bool late = token->state != CG_TOKEN_SPENT || token->end != CG_END_NONE;
    cg_wide granted = token->columns[CG_AUDIT_GRANTED];
    cg_wide wanted = answer->asked < token->charge ? answer->asked
                                                   : token->charge;
    if (answer->kind == CG_ASK_NEW) {
        return (struct expected){total, false};
    }
    if (back) {
        return (struct expected){
            late ? above(total, granted) : above(total, held(token)), false};
    }
    if (answer->kind == CG_ASK_RAISE) {
        return (struct expected){above(total, held(token)), false};
    }
    return (struct expected){above(wanted, held(token)), true};
}

static bool is_expected(const struct audit *audit,
                        const struct audit_token *token,
                        cg_wide total)
{
    bool back = (audit->fact->flags & 1) != 0;
    struct expected expected = expected_of(audit, token, total);
    cg_wide amount = audit->fact->amount;
    return amount == expected.more || (expected.or_none && amount == 0) ||
           /* given up, and the order goes on: what of it was ever granted */
           (back && amount == above(total, token->columns[CG_AUDIT_GRANTED]));
}

/* R28: withdrawn and confirmed, and granted all the same; it goes back. */
static bool is_stray(const struct audit *audit, const struct audit_token *token)
{
    const struct cg_fact *fact = audit->fact;
    return (fact->flags & 1) != 0 && token->state == CG_TOKEN_CLOSED &&
           token->model == CG_MODEL_PING &&
           token->columns[CG_AUDIT_GRANTED] == 0 &&
           fact->amount <= audit->state->tokens[fact->token].asked;
}

bool audit_grant_fits(struct audit *audit, const struct audit_token *token)
{
    const struct audit_answer *answer = &audit->answer;
    if (answer->event != audit->event || answer->token != audit->fact->token) {
        if (is_stray(audit, token)) {
            return true;
        }
        return audit_breaks(audit, CG_AUDIT_R23,
                            "it grants %s, and no answer of a hub says so",
                            audit_money(audit->fact->amount));
    }
    /* Without 2327 all is approved, and so is no more than was asked for. */
    cg_wide total = answer->approved;
    if (answer->approved == 0 || total > answer->asked) {
        total = answer->asked;
    }
    return is_expected(audit, token, total) ||
           (answer->approved == 0 && is_expected(audit, token, 0)) ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "it grants %s: %s of %s were approved, and %s are held",
                        audit_money(audit->fact->amount), audit_money(total),
                        audit_money(answer->asked), audit_money(held(token)));
}

static bool
told_set(struct audit *audit, struct audit_token *token, cg_wide told)
{
    if (told > INT64_MAX || told < INT64_MIN) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R25: the hub is told of more than can be counted");
    }
    token->told = (cg_dv01)told;
    return true;
}

/* Whether the hub has still to confirm a trade that it was told of before ask
 * |number|: it may not have heard of it. */
static bool
trade_is_owed(const struct audit *audit, uint32_t token, cg_seq number)
{
    const struct cg_state *state = audit->state;
    uint32_t at = state->tokens[token].asks;
    for (; at != CG_NONE; at = state->asks[at].older) {
        if (state->asks[at].kind == CG_ASK_CONSUMED &&
            state->asks[at].number < number) {
            return true;
        }
    }
    return false;
}

/* R25: a hub that has not heard of a trade refuses that it is taken back, and
 * is told again once it has. */
static void bust_refused(struct audit *audit, const struct cg_ask *ask)
{
    struct audit_token *token = audit_token_at(audit, ask->token);
    if (token != NULL && ask->kind == CG_ASK_BUST &&
        trade_is_owed(audit, ask->token, ask->number)) {
        token->unheard += ask->amount;
    }
}

static bool bust_sent(struct audit *audit,
                      struct audit_token *token,
                      const struct cg_fact *fact)
{
    cg_wide told = (cg_wide)token->told - fact->amount;
    if (token->unheard > 0 &&
        !trade_is_owed(audit, fact->token, fact->number)) {
        told += token->unheard; /* it is part of this one */
        token->unheard = 0;
    }
    return told_set(audit, token, told);
}

static bool answered(struct audit *audit, const struct cg_fact *fact)
{
    const struct cg_state *state = audit->state;
    if (fact->ask >= state->ask_top || !state->asks[fact->ask].open) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R24: what is answered is not asked");
    }
    const struct cg_ask *ask = &state->asks[fact->ask];
    if (fact->number != ask->number || fact->token != ask->token) {
        return audit_breaks(
            audit, CG_AUDIT_R23, "R24: request %llu was asked, not %llu",
            (unsigned long long)ask->number, (unsigned long long)fact->number);
    }
    audit->answer = (struct audit_answer){
        .event = audit->event,
        .token = ask->token,
        .kind = ask->kind,
        .status = fact->value,
        .asked = ask->amount,
        .approved = fact->amount,
    };
    if (fact->value == 2) {
        bust_refused(audit, ask);
    }
    return true;
}

static bool sent(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_token *token = audit_token_at(audit, fact->token);
    if (token == NULL || fact->amount < 0 ||
        fact->session != audit->state->limits[token->limit].owner ||
        !audit_token_touch(audit, fact->token)) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "R20: its hub has granted no such token");
    }
    switch ((unsigned)fact->value) {
    case CG_ASK_NEW:
    case CG_ASK_RAISE:
    case CG_ASK_RENEW:
    case CG_ASK_RESTATE:
        return fact->amount == token->charge ||
               audit_breaks(audit, CG_AUDIT_R23,
                            "R24: the hub is asked for %s, and the charge is "
                            "%s",
                            audit_money(fact->amount),
                            audit_money(token->charge));
    case CG_ASK_LOWER:
        return fact->amount == token->charge || fact->amount == held(token) ||
               audit_breaks(audit, CG_AUDIT_R23,
                            "R28: the hub is told of %s, the charge is %s and "
                            "%s are held",
                            audit_money(fact->amount),
                            audit_money(token->charge),
                            audit_money(held(token)));
    case CG_ASK_CANCEL:
        return fact->amount == 0 || fact->amount == token->rest ||
               fact->amount == audit->state->tokens[fact->token].asked ||
               (audit->answer.event == audit->event &&
                fact->amount == audit->answer.asked) ||
               audit_breaks(audit, CG_AUDIT_R23,
                            "R28: the hub is told that %s go back, and %s do",
                            audit_money(fact->amount),
                            audit_money(token->rest));
    case CG_ASK_CONSUMED:
        return told_set(audit, token, (cg_wide)token->told + fact->amount);
    case CG_ASK_BUST:
        return bust_sent(audit, token, fact);
    default:
        return true;
    }
}

bool audit_hub_fact(struct audit *audit)
{
    return audit->fact->kind == CG_FACT_ASK_SENT ? sent(audit, audit->fact)
                                                 : answered(audit, audit->fact);
}
