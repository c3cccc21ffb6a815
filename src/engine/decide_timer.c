/*
 * Deadlines: of answers, of tokens, of links.
 *
 * Each order and each token has at most one timer, and it follows from the
 * state alone, so a recovered gate waits for the same moments.
 * Rules: R26..R31, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* --- when --------------------------------------------------------------- */

#define PULL_PAUSE_MAX (60 * CG_SECOND)

static bool may_fall_back(const struct cg_state *state,
                          const struct cg_token *token)
{
    return token->state == CG_TOKEN_ASKED && !token->pending &&
           cg_limit_model(&state->limits[token->limit]) ==
               CG_MODEL_PING_WITH_PUSH;
}

static bool order_may_fall_back(const struct cg_state *state,
                                const struct cg_order *order)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (may_fall_back(state, &state->tokens[i])) {
            return true;
        }
    }
    return false;
}

/* R31: how long to wait with the next F after a 9.  A venue that goes on saying
 * no is asked less and less often. */
static cg_time pull_pause(const struct cg_engine *engine,
                          const struct cg_order *order)
{
    const struct cg_state *state = &engine->state;
    cg_time pause = engine->config.pull_time_ns;
    for (uint32_t i = order->requests; i != CG_NONE && pause < PULL_PAUSE_MAX;
         i = state->requests[i].next) {
        pause *= state->requests[i].kind == CG_REQUEST_PULL && i != order->pull
                     ? 2
                     : 1;
    }
    return pause < PULL_PAUSE_MAX ? pause : PULL_PAUSE_MAX;
}

/* R31: when an order that is being pulled has to be pulled again: after a 9, or
 * when there is no answer at all. */
static cg_time pull_due(const struct cg_engine *engine,
                        const struct cg_order *order)
{
    const struct cg_state *state = &engine->state;
    return order->pull != CG_NONE && state->sessions[order->venue].up
               ? state->requests[order->pull].taken_at +
                     pull_pause(engine, order)
               : CG_TIME_NEVER;
}

static cg_time raise_due(const struct cg_engine *engine,
                         const struct cg_order *order)
{
    return order->raise != CG_NONE
               ? engine->state.requests[order->raise].taken_at +
                     engine->config.hard_deadline_ns
               : CG_TIME_NEVER;
}

static cg_time sooner(cg_time a, cg_time b)
{
    return a < b ? a : b;
}

static cg_time order_due(const struct cg_engine *engine,
                         const struct cg_order *order)
{
    const struct cg_state *state = &engine->state;
    const struct cg_engine_config *config = &engine->config;
    cg_time last = order->taken_at + config->hard_deadline_ns;
    if (order->state == CG_ORDER_QUEUED) {
        return last;
    }
    if (order->state == CG_ORDER_WAITING) {
        bool first = !order->soft_passed && order_may_fall_back(state, order);
        cg_time soft = order->asked_at + config->soft_deadline_ns;
        return first && soft < last ? soft : last;
    }
    if (order->state == CG_ORDER_CLOSED) {
        return cg_inquiry_due(engine, order);
    }
    if (order->state == CG_ORDER_FREE) {
        return CG_TIME_NEVER;
    }
    return sooner(sooner(raise_due(engine, order), pull_due(engine, order)),
                  cg_inquiry_due(engine, order));
}
void cg_timer_order(struct cg_engine *engine, uint32_t slot)
{
    cg_heap_set(&engine->timers, slot,
                order_due(engine, &engine->state.orders[slot]));
}

static cg_time token_margin(const struct cg_state *state,
                            const struct cg_token *token)
{
    cg_session owner = state->limits[token->limit].owner;
    return owner == CG_SESSION_NONE ? 0
                                    : state->sessions[owner].clock_margin_ns;
}

bool cg_token_lapses(const struct cg_engine *engine,
                     const struct cg_token *token)
{
    return token->model == CG_MODEL_PING &&
           token->expires - token_margin(&engine->state, token) <= engine->now;
}

bool cg_token_is_short(const struct cg_engine *engine,
                       const struct cg_token *token)
{
    cg_time pull = engine->config.pull_time_ns;
    cg_time last = token->expires - token_margin(&engine->state, token) - pull;
    return token->model == CG_MODEL_PING && last <= engine->now;
}

/* R29: when a renewal has to be asked for. */
static cg_time renew_at(const struct cg_engine *engine,
                        const struct cg_token *token)
{
    cg_time life = token->expires - token->granted_at;
    cg_time early = engine->config.hard_deadline_ns +
                    engine->config.pull_time_ns;
    if (life / 2 < early) {
        early = life / 2;
    }
    return token->expires - token_margin(&engine->state, token) - early;
}

static cg_time token_due(const struct cg_engine *engine,
                         const struct cg_token *token)
{
    const struct cg_state *state = &engine->state;
    if (token->expires == CG_TIME_NEVER || token->end != CG_END_NONE) {
        return CG_TIME_NEVER;
    }
    cg_time last = token->expires - token_margin(state, token);
    if (token->state == CG_TOKEN_LIVE) {
        return last;
    }
    const struct cg_order *order = &state->orders[token->order];
    if (token->state != CG_TOKEN_SPENT || order->state == CG_ORDER_CLOSED) {
        return CG_TIME_NEVER;
    }
    if (order->pull != CG_NONE) {
        return last;
    }
    if (token->ask == CG_NONE && token->renewed_for != token->expires) {
        return renew_at(engine, token);
    }
    return last - engine->config.pull_time_ns;
}

/* Only what a hub has granted expires. */
void cg_timer_token(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    if (token->model == CG_MODEL_PING) {
        cg_heap_set(&engine->timers, engine->state.order_max + slot,
                    token_due(engine, token));
    }
}

void cg_timer_round(struct cg_engine *engine, cg_session venue, cg_time due)
{
    engine->rounds[venue].due = due;
    cg_heap_set(&engine->timers,
                engine->state.order_max + engine->state.token_max + venue, due);
}

void cg_timers_reset(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->state.order_top; i++) {
        cg_timer_order(engine, i);
    }
    for (uint32_t i = 0; i < engine->state.token_top; i++) {
        cg_timer_token(engine, i);
    }
    for (uint32_t i = 0; i < engine->state.ask_top; i++) {
        cg_timer_ask(engine, i);
    }
}

cg_time cg_engine_deadline(const struct cg_engine *engine)
{
    cg_time first = cg_heap_first(&engine->timers, NULL);
    cg_time again = cg_heap_first(&engine->ask_timers, NULL);
    first = sooner(first, again);
    first = sooner(first, engine->rates_due);
    return engine->days_run && engine->next_reset < first ? engine->next_reset
                                                          : first;
}

/* --- fallback (R27) ----------------------------------------------------- */

static void
hub_missed(struct cg_engine *engine, uint32_t order, cg_session session)
{
    const struct cg_session_state *hub = &engine->state.sessions[session];
    struct cg_fact fact = cg_fact_of(CG_FACT_HUB_MISSED);
    fact.order = order;
    fact.session = session;
    fact.value = hub->missed + 1;
    cg_engine_record(engine, &fact);
    if (hub->missed != engine->config.probe_after) {
        return;
    }
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        if (limit->owner == session &&
            limit->model == CG_MODEL_PING_WITH_PUSH) {
            cg_limit_news(engine, i, CG_NEWS_FALLBACK_ON, 0);
        }
    }
}

/* Whether a token is still asked of |hub|; CG_SESSION_NONE: of any. */
static bool asked_of(const struct cg_state *state,
                     const struct cg_token *token,
                     cg_session hub)
{
    return token->state == CG_TOKEN_ASKED &&
           (hub == CG_SESSION_NONE || state->limits[token->limit].owner == hub);
}

/* What an order asks for under one limit, on both sides (R5). */
static cg_dv01 asked_under(const struct cg_state *state,
                           const struct cg_order *order,
                           uint32_t limit)
{
    cg_dv01 sum = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].limit == limit &&
            state->tokens[i].state == CG_TOKEN_ASKED) {
            sum += state->tokens[i].charge; /* sums_hold() saw to the room */
        }
    }
    return sum;
}

static bool fallbacks_fit(const struct cg_engine *engine,
                          const struct cg_order *order,
                          cg_session hub)
{
    const struct cg_state *state = &engine->state;
    uint32_t needed = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (!may_fall_back(state, token) || !asked_of(state, token, hub)) {
            continue;
        }
        needed++;
        if (!cg_fallback_fits(engine, &state->limits[token->limit],
                              asked_under(state, order, token->limit))) {
            return false;
        }
    }
    return needed > 0 && state->token_max - state->token_map.count >= needed;
}

/* The pushed amounts stand in for |hub|, which is silent or gone (R27). */
static void fall_back(struct cg_engine *engine, uint32_t slot, cg_session hub)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (!fallbacks_fit(engine, order, hub)) {
        return; /* it waits for the hub until the hard deadline */
    }
    struct cg_cover cover;
    cover.count = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (!may_fall_back(state, token) || !asked_of(state, token, hub)) {
            continue;
        }
        CG_ASSERT(cover.count < CG_COVER_MAX);
        cover.parts[cover.count] = (struct cg_cover_part){
            .limit = token->limit,
            .rate = token->rate,
            .amount = token->charge,
            .side = token->side,
            .sum = token->sum,
            .fallback = true,
        };
        if (token->sum != CG_SUM_ORDER) {
            cg_token_rates(state, token, cover.leg_rates[cover.count]);
        }
        cover.count++;
        cg_token_give_up(engine, i, CG_END_TIMED_OUT);
    }
    struct cg_slice id = cg_id_slice(&state->requests[order->request].id);
    cg_note(engine, "order %.*s falls back to the pushed amount", (int)id.len,
            id.data);
    cg_tokens_charge(engine, slot, &cover);
    if (cg_tokens_live(state, slot)) {
        cg_order_go(engine, slot);
    }
}

/* --- what is due -------------------------------------------------------- */

static void refuse_late(struct cg_engine *engine, uint32_t slot)
{
    struct cg_refusal refusal = {.reason = CG_CHECK_TIMEOUT, .limit = CG_NONE};
    cg_order_refuse(engine, slot, &refusal, CG_END_TIMED_OUT);
}

static void soft_passed(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    cg_session counted = CG_SESSION_NONE;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        cg_session owner = state->limits[state->tokens[i].limit].owner;
        if (may_fall_back(state, &state->tokens[i]) && owner != counted) {
            hub_missed(engine, slot, owner);
            counted = owner;
        }
    }
    fall_back(engine, slot, CG_SESSION_NONE);
    if (order->state == CG_ORDER_WAITING) {
        struct cg_slice id = cg_id_slice(&state->requests[order->request].id);
        cg_note(engine,
                "order %.*s cannot fall back: the pushed amount is too old "
                "(FallbackMaxAgeMs) or too small by now; it waits on",
                (int)id.len, id.data);
    }
}

/* R26: one that moves up when another is refused may be as late as that. */
static void raises_late(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    cg_time last = engine->now - engine->config.hard_deadline_ns;
    while (order->raise != CG_NONE &&
           state->requests[order->raise].taken_at <= last) {
        struct cg_refusal refusal = {.reason = CG_CHECK_TIMEOUT,
                                     .limit = CG_NONE};
        cg_raise_refuse(engine, slot, &refusal);
        cg_replaces_go(engine, slot);
    }
}

static void order_fire(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->state == CG_ORDER_QUEUED) {
        cg_queue_timeout(engine, slot);
    } else if (order->state == CG_ORDER_WAITING) {
        if (engine->now >= order->taken_at + engine->config.hard_deadline_ns) {
            refuse_late(engine, slot);
        } else {
            soft_passed(engine, slot);
        }
    } else if (order->state == CG_ORDER_CLOSED) {
        cg_inquiry_fire(engine, slot);
    } else if (raise_due(engine, order) <= engine->now) {
        raises_late(engine, slot);
    } else if (pull_due(engine, order) <= engine->now) {
        cg_pull_every_id(engine, slot);
    } else if (cg_inquiry_due(engine, order) <= engine->now) {
        cg_inquiry_fire(engine, slot);
    }
}

static void token_expire(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    uint32_t order = token->order;
    struct cg_fact fact = cg_fact_of(CG_FACT_TOKEN_LAPSED);
    fact.token = slot;
    fact.order = order;
    fact.value = CG_END_EXPIRED;
    fact.amount = token->ledger.reserved;
    cg_engine_record(engine, &fact);
    if (engine->state.orders[order].state == CG_ORDER_WAITING) {
        struct cg_refusal refusal = {.reason = CG_RESERVATION_EXPIRED,
                                     .limit = token->limit};
        cg_order_refuse(engine, order, &refusal, CG_END_HANDED_BACK);
    } else {
        cg_note(engine, "ALARM: token %llu expired while its order rests",
                (unsigned long long)token->number);
        cg_order_pull(engine, order, CG_RESERVATION_EXPIRED);
    }
}

static void token_fire(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_token *token = &engine->state.tokens[slot];
    cg_time last = token->expires - token_margin(&engine->state, token);
    if (engine->now >= last) {
        token_expire(engine, slot);
    } else if (engine->now >= last - engine->config.pull_time_ns ||
               cg_state_next_ask(&engine->state) == CG_NONE) {
        cg_order_pull(engine, token->order, CG_RESERVATION_EXPIRED);
        if (token->ask != CG_NONE &&
            engine->state.asks[token->ask].kind == CG_ASK_RENEW) {
            /* Given up, and so withdrawn (R28). */
            cg_ask_send(engine, slot, CG_ASK_LOWER, token->charge);
        }
    } else {
        cg_ask_send(engine, slot, CG_ASK_RENEW, token->charge);
    }
}

bool cg_engine_fire(struct cg_engine *engine)
{
    uint32_t id = 0;
    cg_time due;
    if (cg_heap_first(&engine->timers, &id) > engine->now) {
        return cg_repeat_fire(engine);
    }
    cg_heap_set(&engine->timers, id, CG_TIME_NEVER);
    uint32_t slots = engine->state.order_max + engine->state.token_max;
    if (id >= slots) {
        cg_round_fire(engine, (cg_session)(id - slots));
        return true;
    }
    if (id < engine->state.order_max) {
        order_fire(engine, id);
        due = order_due(engine, &engine->state.orders[id]);
    } else {
        uint32_t token = id - engine->state.order_max;
        token_fire(engine, token);
        due = token_due(engine, &engine->state.tokens[token]);
    }
    if (due <= engine->now) { /* nothing could be done, for want of room */
        due = engine->now + engine->config.pull_time_ns + CG_MS;
    }
    cg_heap_set(&engine->timers, id, due);
    return true;
}

/* --- links -------------------------------------------------------------- */

/* A grant that nobody waits for any more is not asked for again; but who chains
 * must have heard of an ask to know what withdraws it. */
static bool still_wanted(const struct cg_state *state, const struct cg_ask *ask)
{
    const struct cg_token *token = &state->tokens[ask->token];
    bool withdrawn = token->ask == CG_NONE || &state->asks[token->ask] != ask;
    bool chained =
        state->sessions[state->limits[token->limit].owner].identification ==
        CG_IDENTIFIED_BY_CHAIN;
    switch (ask->kind) {
    case CG_ASK_NEW:
        return token->state == CG_TOKEN_ASKED;
    case CG_ASK_RAISE:
    case CG_ASK_RENEW:
    case CG_ASK_RESTATE:
        return token->state == CG_TOKEN_SPENT && token->end == CG_END_NONE &&
               (chained || !withdrawn);
    case CG_ASK_CONSUMED:
    case CG_ASK_CANCEL:
    case CG_ASK_LOWER:
    case CG_ASK_BUST:
    case CG_ASK_KINDS:
        break;
    }
    return true;
}

/* What the hub has not confirmed is said again (R28).  What it never heard, and
 * need not hear now, gets no answer. */
static void asks_again(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    uint32_t next;
    for (uint32_t i = state->ask_first; i != CG_NONE; i = next) {
        const struct cg_ask *ask = &state->asks[i];
        next = ask->next;
        if (state->limits[state->tokens[ask->token].limit].owner !=
            engine->cause_session) {
            continue;
        }
        if (still_wanted(state, ask)) {
            cg_ask_repeat(engine, i, 0);
        } else if (!ask->said) {
            cg_ask_retire(engine, i);
        }
    }
}

static bool asks_hub(const struct cg_state *state,
                     const struct cg_order *order,
                     cg_session hub)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (asked_of(state, &state->tokens[i], hub)) {
            return true;
        }
    }
    return false;
}

/* R27, R46: nobody waits for a hub that is not there. */
static void hub_gone(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    cg_session hub = engine->cause_session;
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        if (order->state != CG_ORDER_WAITING || !asks_hub(state, order, hub)) {
            continue;
        }
        fall_back(engine, i, hub);
        if (order->state == CG_ORDER_WAITING && asks_hub(state, order, hub)) {
            struct cg_refusal refusal = {.reason = CG_HUB_UNAVAILABLE,
                                         .limit = CG_NONE};
            cg_order_refuse(engine, i, &refusal, CG_END_TIMED_OUT);
        }
    }
}

/* R31: pulls that the venue may not have seen come before client traffic. */
static void pulls_again(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (state->orders[i].venue == engine->cause_session) {
            cg_pull_again(engine, i);
        }
    }
}

/* Nobody is asked, or asked to cancel, while the venue is away: what is due
 * then is due no more, whether anybody looks in time or not.  Its next logon
 * begins anew. */
static void venue_gone(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (state->orders[i].venue == engine->cause_session) {
            cg_timer_order(engine, i);
        }
    }
}

static void link_changed(struct cg_engine *engine, bool up)
{
    struct cg_fact fact = cg_fact_of(up ? CG_FACT_LINK_UP : CG_FACT_LINK_DOWN);
    fact.session = engine->cause_session;
    cg_engine_record(engine, &fact);
}

static void hub_there(struct cg_engine *engine)
{
    cg_effect_add(engine, CG_EFFECT_LIMITS_REQUEST)->session =
        engine->cause_session;
    cg_compare_begin(engine, engine->cause_session);
    asks_again(engine);
}

/* What the peer said before is asked for, as after a logon. */
void cg_engine_unheard(struct cg_engine *engine)
{
    const struct cg_session_state *session =
        &engine->state.sessions[engine->cause_session];
    cg_note(engine, "ALARM: %.*s has skipped what it may have said",
            (int)session->name.len, session->name.text);
    if (!session->up) {
        return;
    }
    if (session->role == CG_ROLE_HUB) {
        hub_there(engine);
    } else if (session->role == CG_ROLE_VENUE) {
        link_changed(engine, true);
        cg_compare_begin(engine, engine->cause_session);
        cg_round_start(engine, engine->cause_session);
    }
}

void cg_engine_link(struct cg_engine *engine, bool up)
{
    const struct cg_session_state *session =
        &engine->state.sessions[engine->cause_session];
    if (session->up == up) {
        return;
    }
    link_changed(engine, up);
    if (session->role == CG_ROLE_HUB && up) {
        hub_there(engine);
    } else if (session->role == CG_ROLE_HUB) {
        cg_compare_stop(engine, engine->cause_session);
        cg_parts_lose(engine);
        hub_gone(engine);
    } else if (session->role == CG_ROLE_VENUE && up) {
        pulls_again(engine);
        cg_compare_begin(engine, engine->cause_session);
        cg_round_start(engine, engine->cause_session);
    } else if (session->role == CG_ROLE_VENUE) {
        cg_compare_stop(engine, engine->cause_session);
        cg_timer_round(engine, engine->cause_session, CG_TIME_NEVER);
        venue_gone(engine);
    }
}
