/*
 * A hub against its own word: answers about another limit or currency than was
 * asked for, and answers that say something else when they are repeated.
 *
 * Grants and takes nothing: each is on record, and an alarm.  Rules: R3, R24,
 * R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "difference.h"

enum { APPROVED, PARTIAL, REJECTED };

/* --- about something else ----------------------------------------------- */

static void another(struct cg_engine *engine,
                    uint32_t token,
                    enum cg_difference what,
                    struct cg_slice theirs)
{
    struct cg_difference_words words;
    struct cg_fact fact = cg_token_differs(
        engine, what, token, "R24: grants nothing; what it holds goes back");
    cg_fact_id(&fact, theirs);
    cg_difference_alarm(engine, &fact);
    cg_difference_words(&engine->state, engine->config.gate_name, &fact,
                        &words);
    cg_note(engine, "ALARM: an answer for token %s names the %s %s, not %s",
            words.thing, what == CG_DIFFERS_TOKEN_LIMIT ? "limit" : "currency",
            words.theirs, words.ours);
}

bool cg_answer_is_of_another(struct cg_engine *engine,
                             uint32_t token,
                             const struct cg_answer_event *event)
{
    const struct cg_limit *limit =
        &engine->state.limits[engine->state.tokens[token].limit];
    struct cg_slice currency = {limit->currency, 3};
    bool limit_differs = event->limit.len > 0 &&
                         !cg_slice_equal(event->limit, cg_id_slice(&limit->id));
    bool currency_differs = event->currency.len > 0 &&
                            !cg_slice_equal(event->currency, currency);
    if (limit_differs) {
        another(engine, token, CG_DIFFERS_TOKEN_LIMIT, event->limit);
    }
    if (currency_differs) {
        another(engine, token, CG_DIFFERS_TOKEN_CURRENCY, event->currency);
    }
    return limit_differs || currency_differs;
}

/* --- something else when repeated --------------------------------------- */

/* Whether it answers the submission that the hub approved last; without 2318 no
 * other one than the first can be told. */
static bool is_approved(const struct cg_token *token,
                        const struct cg_answer_event *event)
{
    return token->last_approved != 0 &&
           (event->ask != 0 ? event->ask == token->last_approved
                            : event->trans_type == 0);
}

/* A replace that is answered, and was not approved. */
static bool is_refused_replace(const struct cg_token *token,
                               const struct cg_answer_event *event)
{
    return event->trans_type == 2 && event->ask > token->last_approved &&
           token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE;
}

/* Whether 2327 is another amount than was asked for: known while nothing newer
 * was, and of a replace when it is the life's total. */
static bool is_other_amount(const struct cg_engine *engine,
                            const struct cg_token *token,
                            const struct cg_answer_event *event)
{
    const struct cg_session_state *hub =
        &engine->state.sessions[engine->cause_session];
    bool whole = event->trans_type == 0 ||
                 hub->replace_amount == CG_REPLACE_TOTAL;
    bool held = token->state == CG_TOKEN_LIVE ||
                (token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE);
    return held && whole && !token->kept && token->ask == CG_NONE &&
           event->has_approved && event->approved != token->asked;
}

/* What differs in |fact|, and the words for the alarm; NULL: nothing. */
static const char *contradiction(const struct cg_engine *engine,
                                 const struct cg_token *token,
                                 const struct cg_answer_event *event,
                                 struct cg_fact *fact)
{
    bool grants = event->status == APPROVED || event->status == PARTIAL;
    fact->other = event->has_approved ? event->approved : 0;
    fact->flags = event->has_approved ? 0 : CG_DIFFERENCE_THEIRS_NONE;
    if (event->check_type != 0 || event->trans_type == 1) {
        return NULL;
    }
    if (event->status == REJECTED && is_approved(token, event)) {
        fact->value = CG_DIFFERS_TOKEN_DENIED;
        fact->amount = cg_token_held(token);
        return "denied";
    }
    if (grants && is_refused_replace(token, event)) {
        fact->value = CG_DIFFERS_TOKEN_AMOUNT;
        fact->amount = cg_token_held(token);
        return "granted";
    }
    if (grants && is_approved(token, event) &&
        is_other_amount(engine, token, event)) {
        fact->value = CG_DIFFERS_TOKEN_AMOUNT;
        fact->amount = token->asked;
        return "granted in another amount";
    }
    return NULL;
}

void cg_answer_repeated(struct cg_engine *engine,
                        uint32_t token,
                        const struct cg_answer_event *event)
{
    struct cg_fact fact = cg_token_differs(
        engine, CG_DIFFERS_TOKEN_AMOUNT, token,
        "R28: the first answer counts, this one changes nothing");
    const struct cg_token *about = &engine->state.tokens[token];
    const char *word = contradiction(engine, about, event, &fact);
    if (word == NULL) {
        cg_note(engine, "a repeated answer to ask %llu, nothing done",
                (unsigned long long)event->ask);
        return;
    }
    cg_difference_alarm(engine, &fact);
    cg_note(engine,
            "ALARM: token %s-T%llu is %s in a second answer to ask %llu, "
            "nothing done: ask the hub what it holds",
            engine->config.gate_name, (unsigned long long)about->number, word,
            (unsigned long long)event->ask);
}
