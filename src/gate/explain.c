/*
 * Explaining orders: one reading to find which orders an id means, a second one
 * beside the books of each moment, in which each of them becomes a story.
 *
 * Every sentence with a number follows from facts, and names them.  Changes
 * nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"
#include "gate_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define PROGRESS_EVERY 65536

struct explainer {
    struct cg_explain_query *query;
    cg_seq facts;
    struct cg_order_finder finder;
    struct cg_trace trace;
    bool traced;
    struct cg_fact last;      /* but its texts and slots */
    struct cg_story *stories; /* by the time they began */
    size_t count;
    size_t room;
};

/* --- stories ------------------------------------------------------------ */

static struct cg_story *story_add(struct explainer *explainer)
{
    if (explainer->count == explainer->room) {
        size_t room = explainer->room == 0 ? 4 : 2 * explainer->room;
        struct cg_story *grown = realloc(explainer->stories,
                                         room * sizeof(*grown));
        if (grown == NULL) {
            return NULL;
        }
        explainer->stories = grown;
        explainer->room = room;
    }
    struct cg_story *story = &explainer->stories[explainer->count++];
    *story = (struct cg_story){.raise = CG_NONE};
    return story;
}

/* The story of what |telling| is about, begun if need be. */
static struct cg_story *story_of(struct explainer *explainer,
                                 const struct cg_telling *telling)
{
    const struct cg_state *state = telling->state;
    cg_seq number = telling->order != CG_NONE
                        ? state->orders[telling->order].number
                        : 0;
    for (size_t i = explainer->count; i > 0 && number != 0; i--) {
        if (explainer->stories[i - 1].head.order == number) {
            return &explainer->stories[i - 1];
        }
    }
    struct cg_story *story = story_add(explainer);
    if (story == NULL) {
        return NULL;
    }
    story->head.order = number;
    cg_telling_clordid(telling, story->head.clordid);
    if (telling->account != CG_NONE) {
        const struct cg_id *name = &state->accounts[telling->account].name;
        memcpy(story->head.account, name->text, name->len);
    }
    return story;
}

/* --- the second reading ------------------------------------------------- */

static const char *gate_name(const struct explainer *explainer)
{
    const struct cg_config *config = explainer->query->config;
    return config != NULL ? config->gate_name : "GATE";
}

/* Names that only the configuration has, for those the fact has brought. */
static void names_take(struct cg_state *state,
                       const struct cg_config *config,
                       const struct cg_fact *fact)
{
    struct cg_slice name = {fact->id, fact->id_len};
    for (size_t i = 0;
         fact->kind == CG_FACT_ACCOUNT_NAMED && i < config->account_count;
         i++) {
        if (cg_slice_is(name, config->accounts[i].name)) {
            struct cg_account *account = &state->accounts[fact->account];
            snprintf(account->contact, sizeof(account->contact), "%s",
                     config->accounts[i].contact);
        }
    }
    for (size_t i = 0;
         fact->kind == CG_FACT_LIMIT_NAMED && i < config->credit_limit_count;
         i++) {
        const char *owner = config->credit_limits[i].owner_name;
        if (cg_slice_is(name, config->credit_limits[i].id)) {
            struct cg_id *id = &state->limits[fact->limit].owner_name;
            id->len = (uint8_t)strlen(owner);
            memcpy(id->text, owner, id->len);
        }
    }
}

static int tell(struct explainer *explainer,
                const struct cg_state *state,
                const struct cg_fact *fact,
                bool before)
{
    struct cg_explaining at = {
        .telling = cg_telling_of(state, gate_name(explainer), fact),
        .trace = &explainer->trace};
    if (!cg_order_finder_selects(&explainer->finder, &at.telling)) {
        return 0;
    }
    at.story = story_of(explainer, &at.telling);
    if (at.story == NULL) {
        return CG_ERR_MEMORY;
    }
    if (fact->kind == CG_FACT_ORDER_FORGOTTEN) {
        cg_explain_end(&at, at.telling.order);
    } else if (before) {
        cg_explain_charge(&at);
    } else {
        cg_explain_after(&at);
    }
    return at.no_memory ? CG_ERR_MEMORY : 0;
}

static void advance(struct explainer *explainer)
{
    const struct cg_explain_query *query = explainer->query;
    if (++explainer->facts % PROGRESS_EVERY == 0 && query->progress != NULL) {
        query->progress(query->user, explainer->facts);
    }
}

static int first(void *user, const struct cg_fact *fact)
{
    struct explainer *explainer = user;
    advance(explainer);
    return cg_order_find(&explainer->finder, fact);
}

static int second(void *user, struct cg_gate *gate, const struct cg_fact *fact)
{
    struct explainer *explainer = user;
    const struct cg_state *state = &gate->engine->state;
    bool charge = fact->kind == CG_FACT_TOKEN_CHARGED &&
                  fact->order != CG_NONE && fact->limit != CG_NONE;
    bool forget = fact->kind == CG_FACT_ORDER_FORGOTTEN;
    int status = 0;
    advance(explainer);
    if (!explainer->finder.found) {
        return CG_RECORDS_E_UNKNOWN;
    }
    if (!explainer->traced) {
        explainer->traced = true;
        status = cg_trace_init(&explainer->trace, state);
    }
    if (status == 0 && cg_fact_fits(state, fact)) {
        cg_trace_take(&explainer->trace, state, fact);
        status = charge || forget ? tell(explainer, state, fact, true) : 0;
    }
    status = status != 0 ? status : cg_engine_recover(gate->engine, fact);
    if (status == 0 && explainer->query->config != NULL) {
        names_take(&gate->engine->state, explainer->query->config, fact);
    }
    explainer->last = (struct cg_fact){.kind = fact->kind,
                                       .no = fact->no,
                                       .time = fact->time,
                                       .cause_session = fact->cause_session,
                                       .cause_seq = fact->cause_seq,
                                       .flags = fact->flags};
    return status != 0 || forget || !cg_explain_tells(fact->kind)
               ? status
               : tell(explainer, state, fact, false);
}

/* --- the whole ---------------------------------------------------------- */

/* Where those orders are that have not been forgotten. */
static int stories_end(struct explainer *explainer,
                       const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->order_top; i++) {
        for (size_t s = 0; s < explainer->count; s++) {
            struct cg_explaining at = {.telling = {state, gate_name(explainer),
                                                   &explainer->last, i, CG_NONE,
                                                   CG_NONE, CG_NONE},
                                       .trace = &explainer->trace,
                                       .story = &explainer->stories[s]};
            if (state->orders[i].state == CG_ORDER_FREE ||
                at.story->head.order != state->orders[i].number) {
                continue;
            }
            cg_explain_end(&at, i);
            if (at.no_memory) {
                return CG_ERR_MEMORY;
            }
        }
    }
    return 0;
}

static int stories_tell(struct explainer *explainer)
{
    const struct cg_explain_query *query = explainer->query;
    int status = 0;
    for (size_t i = 0; i < explainer->count && status == 0; i++) {
        struct cg_story *story = &explainer->stories[i];
        story->head.sentences = story->sentences;
        story->head.sentence_count = story->count;
        status = query->each(query->user, &story->head);
    }
    return status;
}

static void explainer_deinit(struct explainer *explainer)
{
    for (size_t i = 0; i < explainer->count; i++) {
        free(explainer->stories[i].sentences);
    }
    free(explainer->stories);
    cg_trace_deinit(&explainer->trace);
    cg_order_finder_deinit(&explainer->finder);
}

int cg_gate_explain(const struct cg_journal *journal,
                    struct cg_explain_query *query,
                    char *error,
                    size_t error_len)
{
    struct explainer explainer = {.query = query, .finder = {.id = query->id}};
    struct cg_books_reader books = {first, second, &explainer};
    struct cg_gate *gate = NULL;
    int status = cg_gate_read_books(journal, &books, error, error_len, &gate);
    if (status == 0 && !explainer.finder.found) {
        status = CG_RECORDS_E_UNKNOWN; /* the journal has no fact at all */
    }
    if (status == 0) {
        status = stories_end(&explainer, &gate->engine->state);
        if (status != 0) {
            snprintf(error, error_len, "not enough memory");
        }
        status = status != 0 ? status : stories_tell(&explainer);
    }
    query->near_count = explainer.finder.near.count;
    memcpy(query->near, explainer.finder.near.ids, sizeof(query->near));
    cg_gate_close(gate);
    explainer_deinit(&explainer);
    return status;
}
