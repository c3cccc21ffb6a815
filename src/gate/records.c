/*
 * The records of a journal: one reading to find what is meant by an id, and a
 * second one, with the books of each moment, to tell what became of it.
 *
 * Slots are used again: which order, token or limit a fact is about is said by
 * the books as they stand at that fact, never by the slot alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"
#include "record_find.h"

#include <stdio.h>

#define PROGRESS_EVERY 65536

struct reader {
    struct cg_records_query *query;
    cg_seq facts;
    bool found;
    struct cg_order_finder orders;
    struct cg_near_ids near;

    uint32_t slot; /* of the limit or account that is meant */
    cg_seq token;  /* the number of the token that is meant */
    char gate_name[CG_NAME_MAX + 1];
};

static void advance(struct reader *reader)
{
    const struct cg_records_query *query = reader->query;
    if (++reader->facts % PROGRESS_EVERY == 0 && query->progress != NULL) {
        query->progress(query->user, reader->facts);
    }
}

/* --- the first reading: what the id means ------------------------------- */

static bool has_id(const struct reader *reader, const struct cg_fact *fact)
{
    return cg_slice_equal(cg_slice_str(reader->query->id),
                          (struct cg_slice){fact->id, fact->id_len});
}

static void
find_name(struct reader *reader, const struct cg_fact *fact, uint32_t slot)
{
    if (has_id(reader, fact)) {
        reader->found = true;
        reader->slot = slot;
    } else if (!reader->found) {
        cg_near_keep(&reader->near, reader->query->id, fact);
    }
}

static int first(void *user, const struct cg_fact *fact)
{
    struct reader *reader = user;
    enum cg_records_of of = reader->query->of;
    advance(reader);
    if (of == CG_RECORDS_ORDER) {
        int status = cg_order_find(&reader->orders, fact);
        reader->found = reader->orders.found;
        return status;
    }
    if (of == CG_RECORDS_TOKEN && (fact->kind == CG_FACT_TOKEN_CHARGED ||
                                   fact->kind == CG_FACT_TOKEN_ADDED)) {
        reader->found = reader->found || fact->number == reader->token;
    } else if (of == CG_RECORDS_TOKEN &&
               cg_record_is_strange(fact, CG_DIFFERS_TOKEN_UNKNOWN)) {
        reader->found = reader->found || has_id(reader, fact);
    } else if (of == CG_RECORDS_LIMIT && fact->kind == CG_FACT_LIMIT_NAMED) {
        find_name(reader, fact, fact->limit);
    } else if (of == CG_RECORDS_ACCOUNT &&
               fact->kind == CG_FACT_ACCOUNT_NAMED) {
        find_name(reader, fact, fact->account);
    }
    return 0;
}

/* --- the second reading: what a fact concerns --------------------------- */

/* What an order as a whole does to its tokens and limits. */
static bool moves_tokens(enum cg_fact_kind kind)
{
    return kind == CG_FACT_ORDER_SENT || kind == CG_FACT_ORDER_FILLED ||
           kind == CG_FACT_LEG_FILLED || kind == CG_FACT_ORDER_RESTATED ||
           kind == CG_FACT_ORDER_CLOSED;
}

/* The token's own facts, and those of its order as a whole. */
static bool token_selects(const struct reader *reader,
                          const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    if (telling->token != CG_NONE) {
        return state->tokens[telling->token].number == reader->token;
    }
    if (telling->order == CG_NONE) {
        return cg_record_is_strange(telling->fact, CG_DIFFERS_TOKEN_UNKNOWN) &&
               has_id(reader, telling->fact);
    }
    for (uint32_t i = state->orders[telling->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        if (state->tokens[i].number == reader->token) {
            return true;
        }
    }
    return false;
}

static bool limit_selects(const struct reader *reader,
                          const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    if (telling->limit == reader->slot) {
        return true;
    }
    if (telling->order == CG_NONE || !moves_tokens(telling->fact->kind)) {
        return false;
    }
    for (uint32_t i = state->orders[telling->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        if (state->tokens[i].limit == reader->slot) {
            return true;
        }
    }
    return false;
}

/* Its own, and what is said of a limit or firm that it is under. */
static bool account_selects(const struct reader *reader,
                            const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    const struct cg_fact *fact = telling->fact;
    if (telling->account != CG_NONE) {
        return telling->account == reader->slot;
    }
    if (reader->slot >= state->account_count) {
        return false;
    }
    const struct cg_account *account = &state->accounts[reader->slot];
    if (fact->kind == CG_FACT_STOP_PLACED || fact->kind == CG_FACT_STOP_DONE ||
        fact->kind == CG_FACT_STOP_LIFTED) {
        return cg_slice_equal((struct cg_slice){fact->text, fact->text_len},
                              cg_id_slice(&account->firm));
    }
    for (uint32_t i = 0; i < account->limit_count; i++) {
        if (account->limits[i] == telling->limit) {
            return true;
        }
    }
    return false;
}

static bool selects(const struct reader *reader,
                    const struct cg_telling *telling)
{
    const struct cg_records_query *query = reader->query;
    cg_time at = telling->fact->time;
    if (at < query->from || at >= query->to) {
        return false;
    }
    switch (query->of) {
    case CG_RECORDS_ORDER:
        return cg_order_finder_selects(&reader->orders, telling);
    case CG_RECORDS_TOKEN:
        return token_selects(reader, telling);
    case CG_RECORDS_LIMIT:
        return limit_selects(reader, telling);
    case CG_RECORDS_ACCOUNT:
        return account_selects(reader, telling);
    case CG_RECORDS_ALL:
        break;
    }
    return true;
}

/* --- the second reading: telling it ------------------------------------- */

static bool has_amount(const struct cg_fact *fact)
{
    return fact->amount != 0 && fact->kind != CG_FACT_LEG_TAKEN;
}

static void copy_id(char *out, const struct cg_id *id)
{
    memcpy(out, id->text, id->len);
    out[id->len] = '\0';
}

static void set_things(const struct cg_telling *telling,
                       struct cg_record *record)
{
    const struct cg_state *state = telling->state;
    const struct cg_fact *fact = telling->fact;
    if (telling->order != CG_NONE) {
        record->order = state->orders[telling->order].number;
    }
    if (telling->token != CG_NONE) {
        cg_token_id(telling->gate_name, state->tokens[telling->token].number,
                    record->token);
    }
    if (telling->account != CG_NONE) {
        copy_id(record->account, &state->accounts[telling->account].name);
    }
    if (telling->limit != CG_NONE) {
        const struct cg_limit *limit = &state->limits[telling->limit];
        copy_id(record->limit, &limit->id);
        memcpy(record->currency, limit->currency, 3);
    }
    if (has_amount(fact)) {
        cg_record_amount(telling, fact->amount, record->amount);
    }
    /* An answer's reason is the hub's 2326. */
    if (fact->reason != 0 && fact->kind != CG_FACT_ASK_ANSWERED) {
        snprintf(record->reason, sizeof(record->reason), "CG%d %s",
                 (int)fact->reason,
                 cg_reason_slug((enum cg_reason)fact->reason));
    }
}

static void record_fill(const struct cg_telling *telling,
                        struct cg_record *record)
{
    const struct cg_fact *fact = telling->fact;
    *record = (struct cg_record){
        .no = fact->no,
        .time = fact->time,
        .kind = cg_fact_kind_name(fact->kind),
        .side = fact->side,
        .qty = fact->qty,
        .cause_seq = fact->cause_seq,
    };
    cg_record_time(fact->time, record->utc);
    set_things(telling, record);
    cg_telling_clordid(telling, record->clordid);
    cg_telling_cause(telling, record->cause);
    cg_record_words(telling, record->what, sizeof(record->what));
}

void cg_record_of(const struct cg_state *state,
                  const char *gate_name,
                  const struct cg_fact *fact,
                  struct cg_record *record)
{
    struct cg_telling telling = cg_telling_of(state, gate_name, fact);
    record_fill(&telling, record);
}

static int tell(struct reader *reader,
                const struct cg_state *state,
                const struct cg_fact *fact)
{
    struct cg_telling telling = cg_telling_of(state, reader->gate_name, fact);
    struct cg_record record;
    if (!selects(reader, &telling)) {
        return 0;
    }
    record_fill(&telling, &record);
    return reader->query->each(reader->query->user, &record);
}

/* Only an order that is forgotten is gone once its fact is in the books. */
static int second(void *user, struct cg_gate *gate, const struct cg_fact *fact)
{
    struct reader *reader = user;
    const struct cg_state *state = &gate->engine->state;
    bool before = fact->kind == CG_FACT_ORDER_FORGOTTEN &&
                  cg_fact_fits(state, fact);
    advance(reader);
    if (reader->query->of != CG_RECORDS_ALL && !reader->found) {
        return CG_RECORDS_E_UNKNOWN;
    }
    int status = before ? tell(reader, state, fact) : 0;
    status = status != 0 ? status : cg_engine_recover(gate->engine, fact);
    return status != 0 || before ? status : tell(reader, state, fact);
}

/* --- the whole ---------------------------------------------------------- */

/* A token's id ends with its number; what is before names its gate. */
static void read_token(struct reader *reader)
{
    const char *id = reader->query->id;
    size_t len = strlen(id);
    size_t at = len;
    cg_seq number = 0;
    while (at > 0 && id[at - 1] >= '0' && id[at - 1] <= '9') {
        at--;
    }
    if (at < 2 || id[at - 1] != 'T' || id[at - 2] != '-' ||
        at - 2 > CG_GATE_NAME_SHOWN || len - at > 18) {
        return; /* no token has this id: number 0 */
    }
    for (size_t i = at; i < len; i++) {
        number = number * 10 + (cg_seq)(id[i] - '0');
    }
    snprintf(reader->gate_name, sizeof(reader->gate_name), "%.*s",
             (int)(at - 2), id);
    reader->token = number;
}

int cg_gate_records(const struct cg_journal *journal,
                    struct cg_records_query *query,
                    char *error,
                    size_t error_len)
{
    struct reader reader = {.query = query,
                            .orders = {.id = query->id},
                            .slot = CG_NONE,
                            .gate_name = "GATE"};
    struct cg_books_reader books = {first, second, &reader};
    struct cg_gate *gate = NULL;
    if (query->of == CG_RECORDS_TOKEN) {
        read_token(&reader);
    }
    int status = cg_gate_read_books(journal, &books, error, error_len, &gate);
    if (status == 0 && query->of != CG_RECORDS_ALL && !reader.found) {
        status = CG_RECORDS_E_UNKNOWN; /* the journal has no fact at all */
    }
    cg_gate_close(gate);
    if (query->of == CG_RECORDS_ORDER) {
        reader.near = reader.orders.near;
    }
    query->near_count = reader.near.count;
    memcpy(query->near, reader.near.ids, sizeof(query->near));
    cg_order_finder_deinit(&reader.orders);
    return status;
}
