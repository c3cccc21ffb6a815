/*
 * What the sentences of an explanation name: amounts, limits, owners, facts.
 *
 * Changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

#include "age.h"
#include "check.h"
#include "decimal.h"
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 1, 2))) static struct cg_words
words_of(const char *format, ...)
{
    struct cg_words words;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words.text, sizeof(words.text), format, arguments);
    va_end(arguments);
    return words;
}

struct cg_words cg_explain_amount(const struct cg_limit *limit, cg_dv01 amount)
{
    struct cg_words words;
    if (limit != NULL && limit->kind == CG_LIMIT_NOTIONAL) {
        return words_of("%lld", (long long)amount);
    }
    cg_dv01_format(amount, words.text);
    return words;
}

struct cg_words cg_explain_money(const struct cg_limit *limit, cg_dv01 amount)
{
    struct cg_words number = cg_explain_amount(limit, amount);
    return limit != NULL ? words_of("%.40s %.3s", number.text, limit->currency)
                         : number;
}

struct cg_words cg_explain_id(const struct cg_id *id)
{
    return words_of("%.*s", (int)id->len, id->text);
}

struct cg_words cg_explain_session(const struct cg_state *state,
                                   cg_session session)
{
    return session < state->session_count
               ? cg_explain_id(&state->sessions[session].name)
               : words_of("the gate");
}

struct cg_words cg_explain_owner(const struct cg_explaining *at,
                                 const struct cg_limit *limit)
{
    return limit->owner_name.len > 0 ? cg_explain_id(&limit->owner_name)
                                     : words_of("%s", at->telling.gate_name);
}

struct cg_words cg_explain_limit(const struct cg_explaining *at, uint32_t slot)
{
    const struct cg_limit *limit = &at->telling.state->limits[slot];
    bool known = limit->owner_name.len > 0;
    return words_of("limit %s of %s", cg_explain_id(&limit->id).text,
                    known ? cg_explain_owner(at, limit).text : "the own desk");
}

struct cg_words cg_explain_token(const struct cg_explaining *at, uint32_t slot)
{
    struct cg_words words;
    cg_token_id(at->telling.gate_name, at->telling.state->tokens[slot].number,
                words.text);
    return words;
}

const char *cg_explain_side(char side)
{
    return side == '1' ? "buy" : side == '2' ? "sell" : "trade";
}

struct cg_words cg_explain_moment(cg_time at)
{
    struct cg_words words;
    cg_record_time(at, words.text);
    return words;
}

struct cg_words cg_explain_age(cg_time age)
{
    struct cg_words words;
    cg_age_text(age > 0 ? age : 0, words.text);
    return words;
}

struct cg_words cg_explain_origin(const struct cg_state *state,
                                  const struct cg_origin *origin)
{
    if (origin->no == 0) {
        return words_of("no fact");
    }
    struct cg_words when = cg_explain_moment(origin->time);
    if (origin->session >= state->session_count) {
        return words_of("fact %llu, %.40s", (unsigned long long)origin->no,
                        when.text);
    }
    return words_of("fact %llu, %.40s, %s 34=%llu",
                    (unsigned long long)origin->no, when.text,
                    cg_explain_session(state, origin->session).text,
                    (unsigned long long)origin->seq);
}

struct cg_words cg_explain_contact(const struct cg_state *state,
                                   uint32_t account)
{
    if (account == CG_NONE) {
        return words_of("the credit desk");
    }
    const struct cg_account *whose = &state->accounts[account];
    return whose->contact[0] != '\0'
               ? words_of("%s", whose->contact)
               : words_of("the credit desk of %s",
                          cg_explain_id(&whose->firm).text);
}
