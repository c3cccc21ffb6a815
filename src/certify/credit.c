/*
 * Credit as two sides told it.  A token is known by RiskLimitCheckID(2319), or
 * where it has none by the first RiskLimitCheckRequestID(2318) of its chain
 * (2322), as rule R24 has it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit_parts.h"

#include <fix_value.h>

#include <stdlib.h>
#include <string.h>

#define NONE ((size_t)-1)

/* More than anybody grants: not even a million of them have a sum beyond 64
 * bits. */
#define AMOUNT_MAX (INT64_MAX >> 20)

/* --- fields ------------------------------------------------------------- */

/* Cuts the first field off |fields|; false at the end. */
static bool
next_field(struct cg_slice *fields, uint32_t *tag, struct cg_slice *value)
{
    const char *end;
    const char *equals;

    if (fields->len == 0) {
        return false;
    }
    end = memchr(fields->data, '\001', fields->len);
    end = end != NULL ? end : fields->data + fields->len;
    equals = memchr(fields->data, '=', (size_t)(end - fields->data));
    equals = equals != NULL ? equals : end;
    *tag = 0;
    for (const char *at = fields->data; at < equals && *tag < 100000000; at++) {
        *tag = *tag * 10 + (uint32_t)(*at - '0');
    }
    *value = (struct cg_slice){equals < end ? equals + 1 : end,
                               equals < end ? (size_t)(end - equals) - 1 : 0};
    end += end < fields->data + fields->len ? 1 : 0;
    fields->len -= (size_t)(end - fields->data);
    fields->data = end;
    return true;
}

static struct cg_slice find(struct cg_slice fields, uint32_t wanted)
{
    struct cg_slice value;
    uint32_t tag;

    while (next_field(&fields, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return (struct cg_slice){"", 0};
}

static char char_of(struct cg_slice fields, uint32_t tag, char absent)
{
    struct cg_slice value = find(fields, tag);

    return value.len > 0 ? value.data[0] : absent;
}

/* |*out| is left as it is when there is no amount, or none that makes sense. */
static bool amount_of(struct cg_slice fields, uint32_t tag, cg_dv01 *out)
{
    struct cg_slice value = find(fields, tag);
    cg_dv01 amount = 0;

    if (value.len == 0 || !cg_dv01_parse(value, &amount) || amount < 0) {
        return false;
    }
    *out = amount < AMOUNT_MAX ? amount : AMOUNT_MAX;
    return true;
}

/* --- what is known ------------------------------------------------------ */

static void *grow(struct cg_credit *credit,
                  void *items,
                  size_t count,
                  size_t *room,
                  size_t size)
{
    void *more = items;

    if (count == *room) {
        size_t wanted = *room * 2 + 32;

        more = realloc(items, wanted * size);
        if (more == NULL) {
            credit->no_memory = true;
            return NULL;
        }
        *room = wanted;
    }
    memset((char *)more + count * size, 0, size);
    return more;
}

static char *copy(struct cg_credit *credit, struct cg_slice text)
{
    char *made = strndup(text.data, text.len);

    credit->no_memory |= made == NULL;
    return made;
}

/* The limit |id|, made when it is new; NONE without memory. */
static size_t limit_of(struct cg_credit *credit, struct cg_slice id)
{
    struct credit_limit *more;

    for (size_t i = 0; i < credit->limit_count; i++) {
        if (cg_slice_is(id, credit->limits[i].id)) {
            return i;
        }
    }
    more = grow(credit, credit->limits, credit->limit_count,
                &credit->limit_room, sizeof(*more));
    if (more == NULL) {
        return NONE;
    }
    credit->limits = more;
    more[credit->limit_count].id = copy(credit, id);
    return more[credit->limit_count].id != NULL ? credit->limit_count++ : NONE;
}

/* Newest first: what is spoken of is mostly young. */
static size_t token_find(const struct cg_credit *credit, struct cg_slice id)
{
    for (size_t i = credit->token_count; i-- > 0;) {
        if (cg_slice_is(id, credit->tokens[i].id)) {
            return i;
        }
    }
    return NONE;
}

static size_t
token_of(struct cg_credit *credit, struct cg_slice id, struct cg_slice limit)
{
    size_t found = token_find(credit, id);
    struct credit_token *more;

    if (found != NONE || id.len == 0) {
        return found;
    }
    more = grow(credit, credit->tokens, credit->token_count,
                &credit->token_room, sizeof(*more));
    if (more == NULL) {
        return NONE;
    }
    credit->tokens = more;
    more += credit->token_count;
    more->limit = limit_of(credit, limit);
    more->attempt = credit->attempt_count;
    more->id = more->limit != NONE ? copy(credit, id) : NULL;
    return more->id != NULL ? credit->token_count++ : NONE;
}

static struct credit_ask *ask_find(const struct cg_credit *credit,
                                   struct cg_slice id)
{
    for (size_t i = credit->ask_count; i-- > 0;) {
        if (cg_slice_is(id, credit->asks[i].id)) {
            return &credit->asks[i];
        }
    }
    return NULL;
}

/* --- sums --------------------------------------------------------------- */

/* A token's life total becomes |total|, what is consumed included. */
static void change(struct credit_sums *sums, cg_dv01 total)
{
    cg_dv01 before = credit_reserved(sums) + sums->consumed;

    if (total > before) {
        sums->granted += total - before;
    } else {
        cg_dv01 fall = before - total;

        sums->released += fall < credit_reserved(sums) ? fall
                                                       : credit_reserved(sums);
    }
}

static void give_back(struct credit_sums *sums)
{
    sums->released += credit_reserved(sums);
}

static void trade(struct credit_sums *sums, cg_dv01 amount)
{
    cg_dv01 over = amount - credit_reserved(sums);

    sums->overrun += over > 0 ? over : 0;
    sums->consumed += amount;
}

static void bust(struct credit_sums *sums, cg_dv01 amount)
{
    cg_dv01 busted = amount < sums->consumed ? amount : sums->consumed;

    sums->consumed -= busted;
    sums->released += busted;
}

static void
apply(struct credit_sums *sums, enum credit_kind kind, cg_dv01 amount)
{
    switch (kind) {
    case ASK_NEW:
        break; /* as much as is granted */
    case ASK_CHANGE:
        change(sums, amount);
        break;
    case ASK_RETURN:
        give_back(sums);
        break;
    case ASK_TRADE:
        trade(sums, amount);
        break;
    case ASK_BUST:
        bust(sums, amount);
        break;
    }
}

/* --- the gate asks (DF) ------------------------------------------------- */

/* R24: 2320 is new, cancel, replace; 2321 asks, or tells of a trade. */
static enum credit_kind kind_of(struct cg_slice body)
{
    char transaction = char_of(body, 2320, '0');

    if (char_of(body, 2321, '0') == '1') {
        return transaction == '1' ? ASK_BUST : ASK_TRADE;
    }
    return transaction == '1'   ? ASK_RETURN
           : transaction == '2' ? ASK_CHANGE
                                : ASK_NEW;
}

/* By its own id, or by the chain that 2322 leads along. */
static size_t token_named(struct cg_credit *credit, struct cg_slice body)
{
    struct cg_slice id = find(body, 2319);
    const struct credit_ask *before = ask_find(credit, find(body, 2322));

    if (id.len > 0 || before == NULL) {
        id = id.len > 0 ? id : find(body, 2318);
        return token_of(credit, id, find(body, 1670));
    }
    return before->token;
}

static void on_ask(struct cg_credit *credit, struct cg_slice body)
{
    struct cg_slice id = find(body, 2318);
    struct cg_slice currency = find(body, 15);
    struct credit_ask *more;
    struct credit_token *token;
    size_t named;

    if (id.len == 0 || ask_find(credit, id) != NULL) {
        return; /* the same again (R28) */
    }
    named = token_named(credit, body);
    if (named == NONE) {
        return;
    }
    more = grow(credit, credit->asks, credit->ask_count, &credit->ask_room,
                sizeof(*more));
    if (more == NULL) {
        return;
    }
    credit->asks = more;
    more += credit->ask_count;
    *more = (struct credit_ask){
        .id = copy(credit, id), .token = named, .kind = kind_of(body)};
    (void)amount_of(body, 2324, &more->amount);
    credit->ask_count += more->id != NULL ? 1 : 0;
    token = &credit->tokens[named];
    if (currency.len == 3) {
        memcpy(credit->limits[token->limit].currency, currency.data, 3);
    }
    if (more->kind == ASK_CHANGE &&
        more->amount >= credit_reserved(&token->gate) + token->gate.consumed) {
        return; /* a rise is the hub's to grant */
    }
    token->returned |= more->kind == ASK_RETURN;
    apply(&token->gate, more->kind, more->amount);
    credit->limits[token->limit].stale |= more->kind == ASK_TRADE ||
                                          more->kind == ASK_BUST;
}

/* --- the hub answers (DG) ----------------------------------------------- */

/* What is granted behind a return is none of the gate's any more (R28). */
static void
grant(struct credit_token *token, struct cg_slice body, cg_dv01 amount)
{
    struct cg_slice until = find(body, 126);

    if (credit_reserved(&token->hub) == 0 && token->hub.consumed == 0) {
        token->hub.granted += amount;
        token->gate.granted += amount;
        token->gate.released += token->returned ? amount : 0;
    }
    if (until.len > 0) {
        (void)cg_fix_time(until, &token->expires);
    }
}

static void
on_grant(struct cg_credit *credit, struct credit_ask *ask, struct cg_slice body)
{
    struct credit_token *token = &credit->tokens[ask->token];
    cg_dv01 amount = ask->amount;

    (void)(amount_of(body, 2327, &amount) || amount_of(body, 2324, &amount));
    if (ask->confirmed) {
        return; /* the same again changes nothing (R28) */
    }
    if (ask->kind == ASK_NEW) {
        grant(token, body, amount);
    } else {
        cg_dv01 before = credit_reserved(&token->gate) + token->gate.consumed;
        cg_dv01 granted = token->hub.granted;

        amount = ask->kind == ASK_CHANGE ? amount : ask->amount;
        apply(&token->hub, ask->kind, amount);
        granted = token->hub.granted - granted;
        if (token->returned) {
            /* Too late: what it grants goes back with the rest (R28). */
            token->gate.granted += granted;
            token->gate.released += granted;
        } else if (ask->kind == ASK_CHANGE && amount > before) {
            apply(&token->gate, ask->kind, amount);
        }
    }
    ask->confirmed = true;
}

/* An answer is to an ask, and about its token; else NULL. */
static struct credit_ask *answered(const struct cg_credit *credit,
                                   struct cg_slice body)
{
    struct credit_ask *ask = ask_find(credit, find(body, 2318));
    struct cg_slice id = find(body, 2319);

    return ask != NULL && (id.len == 0 ||
                           cg_slice_is(id, credit->tokens[ask->token].id))
               ? ask
               : NULL;
}

static void on_answer(struct cg_credit *credit, struct cg_slice body)
{
    struct credit_ask *ask = answered(credit, body);
    char status = char_of(body, 2325, 0);
    size_t named = ask != NULL ? ask->token
                               : token_find(credit, find(body, 2319));

    if (status == '0' || status == '1') {
        credit->unasked += ask == NULL ? 1 : 0;
        if (ask != NULL) {
            on_grant(credit, ask, body);
        }
    } else if (named != NONE &&
               (status == '4' ||
                (status == '2' && ask != NULL && ask->kind == ASK_RETURN))) {
        /* Handed back; what the hub does not know it does not reserve. */
        give_back(&credit->tokens[named].hub);
        give_back(&credit->tokens[named].gate);
        credit->tokens[named].returned = true;
    }
}

/* --- the hub tells of its limits (CM, CR) ------------------------------- */

/* 1670 ends what its limit's entry says of 1766, in either order. */
static void told(struct cg_credit *credit, struct cg_slice id, cg_dv01 used)
{
    size_t at = limit_of(credit, id);
    struct credit_limit *limit;

    if (at == NONE) {
        return;
    }
    limit = &credit->limits[at];
    limit->used_first = limit->told ? limit->used_first : used;
    limit->used_last = used;
    limit->told = true;
    limit->stale = false;
}

static void on_limits(struct cg_credit *credit, struct cg_slice body)
{
    struct cg_slice id = {NULL, 0};
    struct cg_slice value;
    cg_dv01 used = -1;
    uint32_t tag;
    bool more = true;

    while (more) {
        more = next_field(&body, &tag, &value);
        if (!more || tag == 1530) {
            if (id.len > 0 && used >= 0) {
                told(credit, id, used);
            }
            id = (struct cg_slice){NULL, 0};
            used = -1;
        } else if (tag == 1670) {
            id = value;
        } else if (tag == 1766 && (!cg_dv01_parse(value, &used) || used < 0)) {
            used = -1;
        }
    }
}

/* --- the whole ---------------------------------------------------------- */

struct cg_credit *cg_credit_open(bool hub_is_peer)
{
    struct cg_credit *credit = calloc(1, sizeof(*credit));

    if (credit != NULL) {
        credit->hub_is_peer = hub_is_peer;
    }
    return credit;
}

void cg_credit_close(struct cg_credit *credit)
{
    if (credit == NULL) {
        return;
    }
    for (size_t i = 0; i < credit->limit_count; i++) {
        free(credit->limits[i].id);
    }
    for (size_t i = 0; i < credit->token_count; i++) {
        free(credit->tokens[i].id);
    }
    for (size_t i = 0; i < credit->ask_count; i++) {
        free(credit->asks[i].id);
    }
    for (size_t i = 0; i < credit->attempt_count; i++) {
        free(credit->attempts[i].id);
    }
    free(credit->attempts);
    free(credit->limits);
    free(credit->tokens);
    free(credit->asks);
    free(credit);
}

bool cg_credit_attempt(struct cg_credit *credit, struct cg_slice id)
{
    struct credit_attempt *more = grow(credit, credit->attempts,
                                       credit->attempt_count,
                                       &credit->attempt_room, sizeof(*more));

    if (more == NULL) {
        return false;
    }
    credit->attempts = more;
    for (size_t i = 0; i < credit->attempt_count; i++) {
        more[i].repeated |= cg_slice_is(id, more[i].id);
    }
    more[credit->attempt_count].id = copy(credit, id);
    credit->attempt_count += more[credit->attempt_count].id != NULL ? 1 : 0;
    return !credit->no_memory;
}

bool cg_credit_message(struct cg_credit *credit,
                       bool from_hub,
                       struct cg_slice bytes,
                       cg_time now)
{
    struct cg_slice type = find(bytes, 35);

    (void)now;
    if (!from_hub && cg_slice_is(type, "DF")) {
        on_ask(credit, bytes);
    } else if (from_hub && cg_slice_is(type, "DG")) {
        on_answer(credit, bytes);
    } else if (from_hub &&
               (cg_slice_is(type, "CM") || cg_slice_is(type, "CR"))) {
        on_limits(credit, bytes);
    }
    return !credit->no_memory;
}
