/*
 * Credit as two sides told it.  A token is known by RiskLimitCheckID(2319), or
 * where it has none by the first RiskLimitCheckRequestID(2318) of its chain
 * (2322), as rule R24 has it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit.h"

#include "evidence.h"

#include <decimal.h>
#include <fix_value.h>

#include <stdlib.h>
#include <string.h>

#define NONE ((size_t)-1)

struct sums {
    cg_dv01 granted;
    cg_dv01 overrun;
    cg_dv01 consumed;
    cg_dv01 released;
    cg_dv01 expired;
};

struct limit {
    char *id;
    char currency[4];
    bool told; /* 1766 came */
    cg_dv01 used_first;
    cg_dv01 used_last;
    bool stale; /* a trade was told after the last 1766 */
};

struct token {
    char *id;
    size_t limit;
    struct sums gate; /* by what it said */
    struct sums hub;  /* by what it confirmed */
    cg_time expires;
    bool returned; /* the gate gave it back: what is answered later is none */
};

enum ask_kind { ASK_NEW, ASK_CHANGE, ASK_RETURN, ASK_TRADE, ASK_BUST };

struct ask {
    char *id; /* 2318 */
    size_t token;
    enum ask_kind kind;
    cg_dv01 amount;
    bool confirmed;
};

struct cg_credit {
    struct limit *limits;
    size_t limit_count;
    size_t limit_room;
    struct token *tokens;
    size_t token_count;
    size_t token_room;
    struct ask *asks;
    size_t ask_count;
    size_t ask_room;
    size_t unasked; /* grants that nobody asked for (R28) */
    bool hub_is_peer;
    bool no_memory;
};

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

static bool amount_of(struct cg_slice fields, uint32_t tag, cg_dv01 *out)
{
    struct cg_slice value = find(fields, tag);

    return value.len > 0 && cg_dv01_parse(value, out) && *out >= 0;
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
    struct limit *more;

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
    struct token *more;

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
    more->id = copy(credit, id);
    return more->id != NULL && more->limit != NONE ? credit->token_count++
                                                   : NONE;
}

static struct ask *ask_find(const struct cg_credit *credit, struct cg_slice id)
{
    for (size_t i = credit->ask_count; i-- > 0;) {
        if (cg_slice_is(id, credit->asks[i].id)) {
            return &credit->asks[i];
        }
    }
    return NULL;
}

/* --- sums --------------------------------------------------------------- */

static cg_dv01 reserved(const struct sums *sums)
{
    return sums->granted + sums->overrun - sums->consumed - sums->released -
           sums->expired;
}

/* A token's life total becomes |total|, what is consumed included. */
static void change(struct sums *sums, cg_dv01 total)
{
    cg_dv01 before = reserved(sums) + sums->consumed;

    if (total > before) {
        sums->granted += total - before;
    } else {
        cg_dv01 fall = before - total;

        sums->released += fall < reserved(sums) ? fall : reserved(sums);
    }
}

static void give_back(struct sums *sums)
{
    sums->released += reserved(sums);
}

static void trade(struct sums *sums, cg_dv01 amount)
{
    cg_dv01 over = amount - reserved(sums);

    sums->overrun += over > 0 ? over : 0;
    sums->consumed += amount;
}

static void bust(struct sums *sums, cg_dv01 amount)
{
    cg_dv01 busted = amount < sums->consumed ? amount : sums->consumed;

    sums->consumed -= busted;
    sums->released += busted;
}

static void apply(struct sums *sums, enum ask_kind kind, cg_dv01 amount)
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
static enum ask_kind kind_of(struct cg_slice body)
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
    const struct ask *before = ask_find(credit, find(body, 2322));

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
    struct ask *more;
    struct token *token;
    size_t named;

    if (id.len == 0 || ask_find(credit, id) != NULL) {
        return; /* the same again (R28) */
    }
    named = token_named(credit, body);
    more = grow(credit, credit->asks, credit->ask_count, &credit->ask_room,
                sizeof(*more));
    if (named == NONE || more == NULL) {
        return;
    }
    credit->asks = more;
    more += credit->ask_count;
    *more = (struct ask){
        .id = copy(credit, id), .token = named, .kind = kind_of(body)};
    (void)amount_of(body, 2324, &more->amount);
    credit->ask_count += more->id != NULL ? 1 : 0;
    token = &credit->tokens[named];
    if (currency.len == 3) {
        memcpy(credit->limits[token->limit].currency, currency.data, 3);
    }
    if (more->kind == ASK_CHANGE &&
        more->amount >= reserved(&token->gate) + token->gate.consumed) {
        return; /* a rise is the hub's to grant */
    }
    token->returned |= more->kind == ASK_RETURN;
    apply(&token->gate, more->kind, more->amount);
    credit->limits[token->limit].stale |= more->kind == ASK_TRADE ||
                                          more->kind == ASK_BUST;
}

/* --- the hub answers (DG) ----------------------------------------------- */

static void grant(struct token *token, struct cg_slice body, cg_dv01 amount)
{
    struct cg_slice until = find(body, 126);

    if (reserved(&token->hub) == 0 && token->hub.consumed == 0) {
        token->hub.granted += amount;
        token->gate.granted += amount;
    }
    if (until.len > 0) {
        (void)cg_fix_time(until, &token->expires);
    }
}

static void
on_grant(struct cg_credit *credit, struct ask *ask, struct cg_slice body)
{
    struct token *token = &credit->tokens[ask->token];
    cg_dv01 amount = ask->amount;

    (void)(amount_of(body, 2327, &amount) || amount_of(body, 2324, &amount));
    if (ask->kind == ASK_NEW) {
        grant(token, body, amount);
    } else if (!ask->confirmed) {
        cg_dv01 before = reserved(&token->gate) + token->gate.consumed;
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
static struct ask *answered(const struct cg_credit *credit,
                            struct cg_slice body)
{
    struct ask *ask = ask_find(credit, find(body, 2318));
    struct cg_slice id = find(body, 2319);

    return ask != NULL && (id.len == 0 ||
                           cg_slice_is(id, credit->tokens[ask->token].id))
               ? ask
               : NULL;
}

static void on_answer(struct cg_credit *credit, struct cg_slice body)
{
    struct ask *ask = answered(credit, body);
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
    struct limit *limit;

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
    free(credit->limits);
    free(credit->tokens);
    free(credit->asks);
    free(credit);
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

/* --- what came of it ---------------------------------------------------- */

static void add(struct sums *all, const struct sums *one)
{
    all->granted += one->granted;
    all->overrun += one->overrun;
    all->consumed += one->consumed;
    all->released += one->released;
    all->expired += one->expired;
}

/* Credit that nobody gave back dies with its token. */
static void lapse(struct token *token, cg_time now)
{
    if (token->expires != 0 && token->expires <= now) {
        token->hub.expired += reserved(&token->hub);
        token->gate.expired += reserved(&token->gate);
    }
}

static bool same(const struct sums *a, const struct sums *b)
{
    return a->granted == b->granted && a->overrun == b->overrun &&
           a->consumed == b->consumed && a->released == b->released &&
           a->expired == b->expired;
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

static json_t *sums_json(const struct sums *sums)
{
    return json_pack("{so so so so so so}", "granted", amount(sums->granted),
                     "overrun", amount(sums->overrun), "consumed",
                     amount(sums->consumed), "released", amount(sums->released),
                     "expired", amount(sums->expired), "reserved",
                     amount(reserved(sums)));
}

/* The hub's own figure of use grows by what was consumed; null: it told none
 * since, or is played by the kit. */
static json_t *use_agrees(const struct cg_credit *credit,
                          const struct limit *limit,
                          const struct sums *hub)
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
    const struct limit *limit = &credit->limits[at];
    struct sums gate = {0};
    struct sums hub = {0};
    bool agree = true;
    json_t *use;
    json_t *row;

    for (size_t i = 0; i < credit->token_count; i++) {
        const struct token *token = &credit->tokens[i];

        if (token->limit == at) {
            add(&gate, &token->gate);
            add(&hub, &token->hub);
            agree &= same(&token->gate, &token->hub);
            (*tokens)++;
        }
    }
    use = use_agrees(credit, limit, &hub);
    *equal = agree; /* others may use the limit, too */
    row = sums_json(&gate);
    (void)json_object_set_new(
        row, "limit",
        text_json(limit->id[0] != '\0' ? limit->id : "not named"));
    (void)json_object_set_new(row, "currency", json_string(limit->currency));
    (void)json_object_set_new(row, "hub", sums_json(&hub));
    (void)json_object_set_new(row, "equal", json_boolean(*equal));
    (void)json_object_set_new(row, "peer_used_before",
                              limit->told ? amount(limit->used_first)
                                          : json_null());
    (void)json_object_set_new(row, "peer_used_after",
                              limit->told ? amount(limit->used_last)
                                          : json_null());
    (void)json_object_set_new(row, "peer_use_agrees", use);
    return row;
}

/* Tokens whose credit neither came back nor was used. */
static json_t *open_json(const struct cg_credit *credit)
{
    json_t *open = json_array();

    for (size_t i = 0; i < credit->token_count; i++) {
        const struct token *token = &credit->tokens[i];

        if (reserved(&token->hub) != 0 || reserved(&token->gate) != 0) {
            json_array_append_new(
                open, json_pack("{so so so}", "token", text_json(token->id),
                                "gate", amount(reserved(&token->gate)), "hub",
                                amount(reserved(&token->hub))));
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
            json_array_append_new(rows, row);
        } else {
            json_decref(row);
        }
    }
    open = open_json(credit);
    return json_pack("{so sI sI sI so sb sb}", "rows", rows, "tokens",
                     (json_int_t)all, "unasked", (json_int_t)credit->unasked,
                     "open", (json_int_t)json_array_size(open), "open_tokens",
                     open, "all_returned", json_array_size(open) == 0, "equal",
                     equal);
}
