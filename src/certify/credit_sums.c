/*
 * What came of the credit: the record "credit" of the evidence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit_parts.h"

#include "evidence.h"
#include "json_put.h"

#include <string.h>

static void add(struct credit_sums *all, const struct credit_sums *one)
{
    all->granted += one->granted;
    all->overrun += one->overrun;
    all->consumed += one->consumed;
    all->released += one->released;
    all->expired += one->expired;
}

/* Credit that nobody gave back dies with its token. */
static void lapse(struct credit_token *token, cg_time now)
{
    if (token->expires != 0 && token->expires <= now) {
        token->hub.expired += credit_reserved(&token->hub);
        token->gate.expired += credit_reserved(&token->gate);
    }
}

static bool same(const struct credit_sums *a, const struct credit_sums *b)
{
    return a->granted == b->granted && a->overrun == b->overrun &&
           a->consumed == b->consumed && a->released == b->released &&
           a->expired == b->expired;
}

/* Not as it should be, but of an attempt that does not count any more. */
static bool is_left(const struct cg_credit *credit,
                    const struct credit_token *token)
{
    return token->attempt > 0 &&
           credit->attempts[token->attempt - 1].repeated &&
           (credit_reserved(&token->hub) != 0 ||
            credit_reserved(&token->gate) != 0 ||
            !same(&token->gate, &token->hub));
}

static size_t count_left(const struct cg_credit *credit)
{
    size_t count = 0;

    for (size_t i = 0; i < credit->token_count; i++) {
        count += is_left(credit, &credit->tokens[i]) ? 1 : 0;
    }
    return count;
}

/* What came over a wire need not be UTF-8. */
static json_t *text_json(const char *text)
{
    bool escaped;

    return cg_evidence_text(cg_slice_str(text), &escaped);
}

static json_t *amount(cg_dv01 value)
{
    char text[CG_DV01_TEXT_MAX];

    return json_stringn(text, cg_dv01_format(value, text));
}

static json_t *sums_json(const struct credit_sums *sums)
{
    return json_pack("{so so so so so so}", "granted", amount(sums->granted),
                     "overrun", amount(sums->overrun), "consumed",
                     amount(sums->consumed), "released", amount(sums->released),
                     "expired", amount(sums->expired), "reserved",
                     amount(credit_reserved(sums)));
}

/* The hub's own figure of use grows by what was consumed; null: it told none
 * since, or is played by the kit. */
static json_t *use_agrees(const struct cg_credit *credit,
                          const struct credit_limit *limit,
                          const struct credit_sums *hub)
{
    if (!credit->hub_is_peer || !limit->told || limit->stale) {
        return json_null();
    }
    return json_boolean(limit->used_last - limit->used_first == hub->consumed);
}

static json_t *limit_json(const struct cg_credit *credit,
                          size_t at,
                          size_t *tokens,
                          bool *equal)
{
    const struct credit_limit *limit = &credit->limits[at];
    struct credit_sums gate = {0};
    struct credit_sums hub = {0};
    bool agree = true;
    json_t *use;
    json_t *row;

    for (size_t i = 0; i < credit->token_count; i++) {
        const struct credit_token *token = &credit->tokens[i];

        if (token->limit == at && !is_left(credit, token)) {
            add(&gate, &token->gate);
            add(&hub, &token->hub);
            agree &= same(&token->gate, &token->hub);
            (*tokens)++;
        }
    }
    use = use_agrees(credit, limit, &hub);
    *equal = agree; /* others may use the limit, too */
    row = sums_json(&gate);
    row = json_put_key(
        row, "limit",
        text_json(limit->id[0] != '\0' ? limit->id : "not named"));
    row = json_put_key(row, "currency", text_json(limit->currency));
    row = json_put_key(row, "hub", sums_json(&hub));
    row = json_put_key(row, "equal", json_boolean(*equal));
    row = json_put_key(row, "peer_used_before",
                       limit->told ? amount(limit->used_first) : json_null());
    row = json_put_key(row, "peer_used_after",
                       limit->told ? amount(limit->used_last) : json_null());
    return json_put_key(row, "peer_use_agrees", use);
}

/* Tokens whose credit neither came back nor was used. */
static json_t *open_json(const struct cg_credit *credit)
{
    json_t *open = json_array();

    for (size_t i = 0; i < credit->token_count; i++) {
        const struct credit_token *token = &credit->tokens[i];

        if ((credit_reserved(&token->hub) != 0 ||
             credit_reserved(&token->gate) != 0) &&
            !is_left(credit, token)) {
            open = json_put_item(
                open, json_pack("{so so so}", "token", text_json(token->id),
                                "gate", amount(credit_reserved(&token->gate)),
                                "hub", amount(credit_reserved(&token->hub))));
        }
    }
    return open;
}

json_t *cg_credit_json(struct cg_credit *credit, cg_time now)
{
    json_t *rows = json_array();
    json_t *open;
    bool equal = true;
    size_t all = 0;

    for (size_t i = 0; i < credit->token_count; i++) {
        lapse(&credit->tokens[i], now);
    }
    for (size_t i = 0; i < credit->limit_count; i++) {
        size_t tokens = 0;
        bool agrees = true;
        json_t *row = limit_json(credit, i, &tokens, &agrees);

        if (tokens > 0) {
            equal &= agrees;
            all += tokens;
            rows = json_put_item(rows, row);
        } else {
            json_decref(row);
        }
    }
    open = open_json(credit);
    /* Of what nobody has seen nothing is known. */
    return json_pack(
        "{so sI sI sI sI so so so}", "rows", rows, "tokens", (json_int_t)all,
        "unasked", (json_int_t)credit->unasked, "left",
        (json_int_t)count_left(credit), "open",
        (json_int_t)json_array_size(open), "open_tokens", open, "all_returned",
        all > 0 ? json_boolean(json_array_size(open) == 0) : json_null(),
        "equal", all > 0 ? json_boolean(equal) : json_null());
}
