/*
 * Opening an engine, recording facts, and what happens around each event.
 *
 * Decide, then apply: whatever the deciding files conclude goes through
 * cg_engine_record(), to the sink first and to the state second.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "pages.h"
#include "update_set.h"

#include <stdarg.h>

/* One event may end every order: an F or two answers each, and per token what
 * the hub is told; and what waits behind them is answered.  A new link repeats
 * every ask, two per token at most. */
#define CG_EFFECTS_PER_ORDER 4

static int allocate(struct cg_engine *engine)
{
    const struct cg_limits *sizes = &engine->config.sizes;
    engine->effect_max = sizes->orders * CG_EFFECTS_PER_ORDER +
                         engine->state.token_max * 2 + sizes->waiting * 2 +
                         CG_EFFECTS_SPARE;
    engine->effects = cg_pages_take(engine->effect_max,
                                    sizeof(*engine->effects));
    engine->touched = calloc(sizes->limits, sizeof(*engine->touched));
    engine->is_touched = calloc(sizes->limits, sizeof(*engine->is_touched));
    engine->due = calloc(sizes->limits, sizeof(*engine->due));
    engine->is_due = calloc(sizes->limits, sizeof(*engine->is_due));
    engine->cursors = calloc(engine->state.account_max + 1,
                             sizeof(*engine->cursors));
    engine->update_sets = calloc(engine->config.update_sets + 1,
                                 sizeof(*engine->update_sets));
    bool made = engine->effects && engine->touched && engine->is_touched &&
                engine->due && engine->is_due && engine->cursors &&
                engine->update_sets;
    for (uint32_t i = 0; made && i < engine->config.update_sets; i++) {
        engine->update_set_count++;
        made = cg_update_set_init(&engine->update_sets[i]) == 0;
    }
    uint32_t timers = engine->state.order_max + engine->state.token_max +
                      CG_SESSIONS_MAX;
    if (!made || cg_heap_init(&engine->timers, timers) != 0 ||
        cg_heap_init(&engine->ask_timers, engine->state.ask_max) != 0) {
        return CG_ERR_MEMORY;
    }
    return 0;
}

int cg_engine_open(const struct cg_engine_config *config,
                   uint32_t accounts,
                   uint32_t instruments,
                   struct cg_engine **result)
{
    struct cg_engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL) {
        return CG_ERR_MEMORY;
    }
    engine->config = *config;
    for (uint32_t i = 0; i < CG_SESSIONS_MAX; i++) {
        engine->rounds[i].due = CG_TIME_NEVER;
    }
    engine->rates_due = CG_TIME_NEVER;
    engine->settling = CG_NONE;
    int error = cg_state_init(&engine->state, &config->sizes, accounts,
                              instruments);
    if (error == 0) {
        error = allocate(engine);
    }
    if (error != 0) {
        cg_engine_close(engine);
        return error;
    }
    *result = engine;
    return 0;
}

void cg_engine_close(struct cg_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    cg_state_deinit(&engine->state);
    cg_heap_deinit(&engine->timers);
    cg_heap_deinit(&engine->ask_timers);
    for (uint32_t i = 0; i < engine->update_set_count; i++) {
        cg_update_set_deinit(&engine->update_sets[i]);
    }
    free(engine->update_sets);
    cg_pages_give(engine->effects, engine->effect_max,
                  sizeof(*engine->effects));
    free(engine->cursors);
    free(engine->touched);
    free(engine->is_touched);
    free(engine->due);
    free(engine->is_due);
    free(engine);
}

/* --- facts -------------------------------------------------------------- */

struct cg_fact cg_fact_of(enum cg_fact_kind kind)
{
    return (struct cg_fact){
        .kind = kind,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
    };
}

static void touch(struct cg_engine *engine, uint32_t limit)
{
    if (!engine->is_touched[limit]) {
        engine->is_touched[limit] = true;
        engine->touched[engine->touched_count++] = limit;
    }
    cg_queue_touch(engine, limit);
}

/* Timers and touched limits follow from the state; they are no part of it. */
static void derive(struct cg_engine *engine, const struct cg_fact *fact)
{
    const struct cg_state *state = &engine->state;
    if (fact->kind == CG_FACT_DIFFERENCE || fact->kind == CG_FACT_COMPARED) {
        return; /* they change nothing */
    }
    cg_queues_note(engine, fact);
    uint32_t order = fact->order;
    if (fact->token != CG_NONE &&
        (order == CG_NONE || state->tokens[fact->token].order != order)) {
        touch(engine, state->tokens[fact->token].limit);
        cg_timer_token(engine, fact->token);
        cg_timer_order(engine, state->tokens[fact->token].order);
    }
    if (fact->limit != CG_NONE) {
        touch(engine, fact->limit);
        if (fact->kind == CG_FACT_LIMIT_NAMED) {
            cg_days_limit(engine, fact->limit);
        }
    }
    if (fact->ask != CG_NONE) {
        cg_timer_ask(engine, fact->ask);
    }
    if (fact->kind == CG_FACT_RATES_TAKEN || fact->kind == CG_FACT_RATES_AGED) {
        cg_timer_rates(engine);
    }
    if (order != CG_NONE) { /* with all its tokens */
        cg_timer_order(engine, order);
        for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
             i = state->tokens[i].next) {
            touch(engine, state->tokens[i].limit);
            cg_timer_token(engine, i);
        }
    }
}

void cg_engine_record(struct cg_engine *engine, struct cg_fact *fact)
{
    fact->no = engine->state.fact_no + 1;
    fact->time = engine->now;
    fact->cause_session = engine->cause_session;
    fact->cause_seq = engine->cause_seq;
    if (engine->error == 0) {
        engine->error = engine->config.sink(engine->config.user, fact);
    }
    bool compares = engine->comparing > 0;
    bool out = compares && cg_compare_is_out(engine, fact->order);
    cg_state_apply(&engine->state, fact);
    if (compares) {
        cg_compare_moved(engine, fact->order, out);
    }
    derive(engine, fact);
}

static bool slot_fits(uint32_t slot, uint32_t count)
{
    return slot == CG_NONE || slot < count;
}

/* Whether the firm of a fact has its place, and a stop names what is there. */
static bool names_fit(const struct cg_state *state, const struct cg_fact *fact)
{
    struct cg_slice firm = {fact->text, fact->text_len};
    if (fact->kind == CG_FACT_ACCOUNT_NAMED) {
        return state->firm_count < state->firm_max ||
               cg_state_firm(state, firm) != CG_NONE;
    }
    if (fact->kind == CG_FACT_LIMIT_STOPPED) {
        return fact->limit < state->limit_count &&
               fact->value < CG_LIMIT_STOPS &&
               state->limits[fact->limit].owner < CG_SESSIONS_MAX;
    }
    if (fact->kind != CG_FACT_STOP_PLACED && fact->kind != CG_FACT_STOP_DONE &&
        fact->kind != CG_FACT_STOP_LIFTED) {
        return true;
    }
    bool known = fact->account != CG_NONE
                     ? fact->account < state->account_count
                     : cg_state_firm(state, firm) != CG_NONE;
    return known && fact->session < CG_SESSIONS_MAX &&
           fact->value <= CG_STOP_REQUESTS_MAX;
}

/* Books that are full have no next place, and a fact names none then. */
static bool is_next(uint32_t slot, uint32_t next)
{
    return slot == next && slot != CG_NONE;
}

bool cg_fact_fits(const struct cg_state *state, const struct cg_fact *fact)
{
    bool taken = fact->kind != CG_FACT_ORDER_TAKEN ||
                 is_next(fact->order, cg_state_next_order(state));
    bool charged = (fact->kind != CG_FACT_TOKEN_CHARGED &&
                    fact->kind != CG_FACT_TOKEN_ADDED) ||
                   is_next(fact->token, cg_state_next_token(state));
    bool priced = fact->kind != CG_FACT_TOKEN_PRICED ||
                  (is_next(fact->value, cg_state_next_price(state)) &&
                   fact->number <= state->leg_top);
    bool queued = fact->kind != CG_FACT_ORDER_QUEUED ||
                  is_next(fact->value, cg_state_next_place(state));
    bool asked = fact->kind != CG_FACT_ASK_SENT ||
                 is_next(fact->ask, cg_state_next_ask(state));
    bool named = (fact->kind != CG_FACT_ORDER_TAKEN &&
                  fact->kind != CG_FACT_REQUEST_TAKEN) ||
                 is_next(fact->request, cg_state_next_request(state));
    bool scoped = fact->kind != CG_FACT_LIMIT_SCOPED ||
                  cg_state_next_scope(state) != CG_NONE;
    bool clears = fact->kind != CG_FACT_CCP_NAMED ||
                  (fact->value == state->ccp_count &&
                   fact->value < CG_CCPS_MAX);
    return taken && clears && charged && queued && priced && asked && named &&
           scoped && names_fit(state, fact) && cg_leg_fact_fits(state, fact) &&
           cg_instrument_fact_fits(state, fact) &&
           fact->no == state->fact_no + 1 && fact->kind < CG_FACT_KIND_COUNT &&
           slot_fits(fact->order, state->order_max) &&
           slot_fits(fact->request, state->request_max) &&
           slot_fits(fact->token, state->token_max) &&
           slot_fits(fact->ask, state->ask_max) &&
           slot_fits(fact->limit, state->limit_max) &&
           slot_fits(fact->account, state->account_max) &&
           slot_fits(fact->instrument, state->instrument_max) &&
           (fact->session == CG_SESSION_NONE ||
            fact->session < CG_SESSIONS_MAX) &&
           fact->id_len <= CG_NAME_MAX && cg_fact_applies(state, fact);
}

int cg_engine_recover(struct cg_engine *engine, const struct cg_fact *fact)
{
    if (!cg_fact_fits(&engine->state, fact)) {
        return CG_ERR_CORRUPT;
    }
    cg_state_apply(&engine->state, fact);
    engine->now = fact->time;
    derive(engine, fact);
    return 0;
}

void cg_engine_restored(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        touch(engine, i);
    }
    engine->queues_changed = engine->state.queue.first != CG_NONE;
}

/* --- events ------------------------------------------------------------- */

void cg_engine_begin(struct cg_engine *engine,
                     cg_time now,
                     cg_session session,
                     cg_seq seq)
{
    if (now > engine->now) {
        engine->now = now;
    }
    engine->effect_count = 0;
    engine->note_count = 0;
    engine->news_count = 0;
    engine->cause_session = CG_SESSION_NONE;
    engine->cause_seq = 0;
    engine->resolved_count = 0;
    cg_days_end(engine);
    cg_rates_age(engine);
    engine->cause_session = session;
    engine->cause_seq = seq;
}

void cg_engine_end(struct cg_engine *engine)
{
    do { /* what a level does may concern who is queued, and so on */
        cg_queues_settle(engine);
        cg_limits_settle(engine);
    } while (engine->due_count > 0 || engine->queues_changed);
    cg_stops_settle(engine);
    cg_compare_settle(engine);
}

struct cg_effect *cg_effect_add(struct cg_engine *engine,
                                enum cg_effect_kind kind)
{
    CG_ASSERT(engine->effect_count < engine->effect_max);
    struct cg_effect *effect = &engine->effects[engine->effect_count++];
    *effect = (struct cg_effect){
        .kind = kind,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .target = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .firm = CG_NONE,
        .stop = CG_NONE,
        .refusal = {.limit = CG_NONE},
    };
    return effect;
}

/* Room for the words of a line in the operator's log, or NULL. */
static char *note_room(struct cg_engine *engine)
{
    return engine->note_count < CG_NOTES_MAX
               ? engine->notes[engine->note_count++]
               : NULL;
}

static void
log_line(struct cg_engine *engine, enum cg_log_level level, const char *text)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_NOTE);
    effect->text = text;
    effect->level = level;
}

void cg_log(struct cg_engine *engine, const char *format, ...)
{
    char *text = note_room(engine);
    if (text == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, CG_NOTE_LEN, format, arguments);
    va_end(arguments);
    log_line(engine, CG_LOG_INFO, text);
}

static void note(struct cg_engine *engine,
                 enum cg_log_level level,
                 const char *format,
                 va_list arguments)
{
    char local[CG_NOTE_LEN];
    char *room = note_room(engine);
    char *text = room != NULL ? room : local;
    vsnprintf(text, CG_NOTE_LEN, format, arguments);
    struct cg_fact fact = cg_fact_of(CG_FACT_NOTED);
    fact.text = text;
    fact.text_len = strlen(text);
    cg_engine_record(engine, &fact);
    if (room != NULL) {
        bool alarms = strncmp(text, "ALARM:", 6) == 0;
        log_line(engine, alarms ? CG_LOG_WARNING : level, text);
    }
}

void cg_note(struct cg_engine *engine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(engine, CG_LOG_INFO, format, arguments);
    va_end(arguments);
}

void cg_notice(struct cg_engine *engine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(engine, CG_LOG_NOTICE, format, arguments);
    va_end(arguments);
}

void cg_engine_note(struct cg_engine *engine, const char *text)
{
    cg_note(engine, "%s", text);
}

bool cg_engine_may_resend(const struct cg_engine *engine,
                          cg_session venue,
                          struct cg_slice clordid,
                          cg_time sent_at)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = cg_state_request(state, venue, clordid);
    if (slot == CG_NONE) {
        return false;
    }
    const struct cg_request *request = &state->requests[slot];
    if (sent_at < request->taken_at - CG_SECOND) {
        return false; /* the id was another order's, on an earlier day (R40) */
    }
    if (request->order == CG_NONE || request->state == CG_REQUEST_REFUSED) {
        return false;
    }
    const struct cg_order *order = &state->orders[request->order];
    if (order->state == CG_ORDER_CLOSED || order->pull != CG_NONE) {
        return false;
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->spent &&
            (token->end != CG_END_NONE || cg_token_lapses(engine, token))) {
            return false;
        }
    }
    return true;
}
