/*
 * Which orders an id means, and what a fact concerns.
 *
 * Slots are used again: which order, token or limit a fact is about is said by
 * the books as they stand at that fact, never by the slot alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record_find.h"

#include "text.h"
#include <stdio.h>
#include <stdlib.h>

/* --- what an id means --------------------------------------------------- */

bool cg_record_is_strange(const struct cg_fact *fact, enum cg_difference what)
{
    return fact->kind == CG_FACT_DIFFERENCE && fact->value == what;
}

bool cg_record_brings_id(const struct cg_fact *fact)
{
    enum cg_fact_kind kind = fact->kind;
    return cg_record_is_strange(fact, CG_DIFFERS_ORDER_UNKNOWN) ||
           kind == CG_FACT_ORDER_TAKEN || kind == CG_FACT_ORDER_REFUSED ||
           kind == CG_FACT_REQUEST_TAKEN || kind == CG_FACT_REQUEST_REFUSED ||
           kind == CG_FACT_REQUEST_PASSED;
}

static bool is_id(const char *wanted, const char *id, size_t len)
{
    return len > 0 && cg_slice_is((struct cg_slice){id, len}, wanted);
}

void cg_near_keep(struct cg_near_ids *near,
                  const char *wanted,
                  const struct cg_fact *fact)
{
    char id[CG_NAME_MAX + 1];
    if (near->count == CG_RECORDS_NEAR || fact->id_len == 0 ||
        fact->id_len > CG_NAME_MAX) { /* no gate's: it is not looked at yet */
        return;
    }
    memcpy(id, fact->id, fact->id_len);
    id[fact->id_len] = '\0';
    if (!cg_text_is_near(wanted, id)) {
        return;
    }
    for (size_t i = 0; i < near->count; i++) {
        if (strcmp(near->ids[i], id) == 0) {
            return;
        }
    }
    memcpy(near->ids[near->count++], id, fact->id_len + 1);
}

static bool grow(cg_seq **items, size_t *room, size_t need)
{
    size_t more = *room == 0 ? 64 : *room;
    while (more < need) {
        more *= 2;
    }
    if (more == *room) {
        return true;
    }
    cg_seq *grown = realloc(*items, more * sizeof(**items));
    if (grown == NULL) {
        return false;
    }
    memset(grown + *room, 0, (more - *room) * sizeof(*grown));
    *items = grown;
    *room = more;
    return true;
}

bool cg_order_finder_means(const struct cg_order_finder *finder, cg_seq order)
{
    for (size_t i = finder->order_count; i > 0; i--) {
        if (finder->orders[i - 1] == order) {
            return true;
        }
    }
    return false;
}

/* One that was refused at once has an id, but no order.  A slot beyond the
 * fact's own number can only be wrong, and needs no room. */
int cg_order_find(struct cg_order_finder *finder, const struct cg_fact *fact)
{
    if (fact->kind == CG_FACT_ORDER_TAKEN && fact->order <= fact->no) {
        if (!grow(&finder->by_slot, &finder->slots, fact->order + 1ull)) {
            return CG_ERR_MEMORY;
        }
        finder->by_slot[fact->order] = fact->number;
    }
    if (!cg_record_brings_id(fact)) {
        return 0;
    }
    if (!is_id(finder->id, fact->id, fact->id_len)) {
        if (!finder->found) {
            cg_near_keep(&finder->near, finder->id, fact);
        }
        return 0;
    }
    finder->found = true;
    if (fact->order >= finder->slots ||
        cg_order_finder_means(finder, finder->by_slot[fact->order])) {
        return 0;
    }
    if (!grow(&finder->orders, &finder->order_room, finder->order_count + 1)) {
        return CG_ERR_MEMORY;
    }
    finder->orders[finder->order_count++] = finder->by_slot[fact->order];
    return 0;
}

void cg_order_finder_deinit(struct cg_order_finder *finder)
{
    free(finder->by_slot);
    free(finder->orders);
    *finder = (struct cg_order_finder){0};
}

bool cg_order_finder_selects(const struct cg_order_finder *finder,
                             const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    const struct cg_fact *fact = telling->fact;
    if (telling->order != CG_NONE) {
        return cg_order_finder_means(finder,
                                     state->orders[telling->order].number);
    }
    if (fact->request != CG_NONE) {
        const struct cg_id *id = &state->requests[fact->request].id;
        return is_id(finder->id, id->text, id->len);
    }
    return cg_record_brings_id(fact) &&
           is_id(finder->id, fact->id, fact->id_len);
}

/* --- what a fact concerns ----------------------------------------------- */

static bool is_about_ask(enum cg_fact_kind kind)
{
    return kind == CG_FACT_ASK_SENT || kind == CG_FACT_ASK_REPEATED ||
           kind == CG_FACT_ASK_PENDING || kind == CG_FACT_ASK_ANSWERED;
}

struct cg_telling cg_telling_of(const struct cg_state *state,
                                const char *gate_name,
                                const struct cg_fact *fact)
{
    struct cg_telling telling = {.state = state,
                                 .gate_name = gate_name,
                                 .fact = fact,
                                 .order = fact->order,
                                 .token = fact->token,
                                 .limit = fact->limit,
                                 .account = fact->account};
    if (telling.token == CG_NONE && fact->ask != CG_NONE &&
        is_about_ask(fact->kind)) {
        telling.token = state->asks[fact->ask].token;
    }
    if (telling.order == CG_NONE && telling.token != CG_NONE) {
        telling.order = state->tokens[telling.token].order;
    }
    if (telling.order == CG_NONE && fact->request != CG_NONE) {
        telling.order = state->requests[fact->request].order;
    }
    if (telling.limit == CG_NONE && telling.token != CG_NONE) {
        telling.limit = state->tokens[telling.token].limit;
    }
    if (telling.account == CG_NONE && telling.order != CG_NONE) {
        telling.account = state->orders[telling.order].account;
    }
    if (telling.account == CG_NONE && telling.limit != CG_NONE) {
        telling.account = state->limits[telling.limit].account;
    }
    return telling;
}

static void copy(char *out, const char *data, size_t len)
{
    memcpy(out, data, len);
    out[len] = '\0';
}

/* What the gate learned from its settings, not from a message. */
static bool is_configuration(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_SESSION_NAMED ||
           fact->kind == CG_FACT_ACCOUNT_NAMED ||
           fact->kind == CG_FACT_CCP_NAMED ||
           fact->kind == CG_FACT_ACCOUNT_WARNINGS ||
           fact->kind == CG_FACT_INSTRUMENT_NAMED ||
           fact->kind == CG_FACT_INSTRUMENT_RATED ||
           fact->kind == CG_FACT_RATES_TAKEN ||
           fact->kind == CG_FACT_LIMIT_NAMED || fact->kind == CG_FACT_STARTED ||
           (fact->kind == CG_FACT_LIMIT_SET && (fact->flags & 1) == 0);
}

void cg_telling_cause(const struct cg_telling *telling, char *cause)
{
    const struct cg_fact *fact = telling->fact;
    const struct cg_state *state = telling->state;
    if (fact->cause_session < state->session_count) {
        const struct cg_id *name = &state->sessions[fact->cause_session].name;
        copy(cause, name->text, name->len);
    } else {
        snprintf(cause, CG_NAME_MAX + 1, "%s",
                 is_configuration(fact) ? "configuration" : "timer");
    }
}

void cg_telling_clordid(const struct cg_telling *telling, char *clordid)
{
    const struct cg_state *state = telling->state;
    const struct cg_fact *fact = telling->fact;
    uint32_t request = fact->request;
    if (request == CG_NONE && telling->order != CG_NONE) {
        request = state->orders[telling->order].request;
    }
    if (cg_record_brings_id(fact) && fact->id_len > 0) {
        copy(clordid, fact->id, fact->id_len);
    } else if (request != CG_NONE) {
        const struct cg_id *id = &state->requests[request].id;
        copy(clordid, id->text, id->len);
    } else {
        clordid[0] = '\0';
    }
}
