/*
 * Which limits an order must pass, and whether it does.  Reads the state only;
 * absent is never unlimited, and in doubt the answer is no.
 *
 * Rules: R2, R3, R11..R14, R18, R24, R27, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"
#include "scope.h"

static bool
refuse(struct cg_refusal *refusal, enum cg_reason reason, uint32_t limit)
{
    *refusal = (struct cg_refusal){.reason = reason, .limit = limit};
    return false;
}

static bool refuse_amount(struct cg_refusal *refusal,
                          enum cg_reason reason,
                          uint32_t limit,
                          cg_dv01 required,
                          cg_dv01 available)
{
    *refusal = (struct cg_refusal){
        .reason = reason,
        .limit = limit,
        .has_amounts = true,
        .required = required,
        .available = available > 0 ? available : 0,
    };
    return false;
}

/* Whether it covers such orders, or did before it was removed. */
static bool names(const struct cg_limit *limit,
                  const struct cg_state *state,
                  uint32_t account,
                  uint16_t ccp,
                  uint32_t instrument)
{
    int64_t multiplier;
    if (limit->account != CG_NONE && limit->account != account) {
        return false;
    }
    if (!cg_slice_equal(cg_id_slice(&limit->firm),
                        cg_id_slice(&state->accounts[account].firm))) {
        return false;
    }
    if (limit->ccp != CG_CCP_NONE && ccp != CG_CCP_NONE && limit->ccp != ccp) {
        return false;
    }
    if (limit->instrument != CG_NONE && limit->instrument != instrument) {
        return false;
    }
    return cg_scope_covers(state, limit, instrument, &multiplier);
}

bool cg_limit_covers(const struct cg_limit *limit,
                     const struct cg_state *state,
                     uint32_t account,
                     uint16_t ccp,
                     uint32_t instrument)
{
    return limit->state != CG_LIMIT_REMOVED &&
           names(limit, state, account, ccp, instrument);
}

static bool owner_covers(const struct cg_state *state,
                         cg_session owner,
                         uint32_t account,
                         uint16_t ccp,
                         uint32_t instrument)
{
    const struct cg_account *of = &state->accounts[account];
    for (uint32_t i = 0; i < of->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[of->limits[i]];
        if (limit->owner == owner && limit->kind == CG_LIMIT_DV01 &&
            cg_limit_covers(limit, state, account, ccp, instrument)) {
            return true;
        }
    }
    return false;
}

bool cg_lines_stand(const struct cg_state *state,
                    uint32_t account,
                    uint16_t ccp,
                    uint32_t instrument,
                    struct cg_refusal *refusal)
{
    const struct cg_account *of = &state->accounts[account];
    for (uint32_t i = 0; i < of->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[of->limits[i]];
        if (limit->state == CG_LIMIT_REMOVED && limit->kind == CG_LIMIT_DV01 &&
            names(limit, state, account, ccp, instrument) &&
            !owner_covers(state, limit->owner, account, ccp, instrument)) {
            return refuse(refusal, CG_NO_CREDIT_LINE, of->limits[i]);
        }
    }
    return true;
}

static bool converted(const struct cg_engine *engine,
                      const struct cg_instrument *instrument,
                      const struct cg_limit *limit,
                      cg_dv01 *rate,
                      enum cg_reason *reason)
{
    if (instrument->rate == 0) { /* nothing defaults to zero (R4) */
        *reason = CG_DV01_UNAVAILABLE;
        return false;
    }
    if (memcmp(instrument->currency, limit->currency, 3) == 0) {
        *rate = instrument->rate;
        return true;
    }
    for (size_t i = 0; i < engine->config.fx_count; i++) {
        const struct cg_config_fx *fx = &engine->config.fx[i];
        if (memcmp(fx->from, instrument->currency, 3) == 0 &&
            memcmp(fx->to, limit->currency, 3) == 0) {
            *reason = CG_DV01_UNAVAILABLE;
            return cg_dv01_convert(instrument->rate, fx->rate, rate);
        }
    }
    *reason = CG_FX_RATE_MISSING;
    return false;
}

bool cg_rate_in(const struct cg_engine *engine,
                uint32_t instrument,
                const struct cg_limit *limit,
                cg_dv01 *rate,
                enum cg_reason *reason)
{
    const struct cg_state *state = &engine->state;
    int64_t multiplier;
    cg_dv01 plain;
    if (!converted(engine, &state->instruments[instrument], limit, &plain,
                   reason)) {
        return false;
    }
    (void)cg_scope_covers(state, limit, instrument, &multiplier);
    *reason = CG_DV01_UNAVAILABLE;
    *rate = plain;
    return multiplier == CG_MULTIPLIER_ONE ||
           cg_dv01_convert(plain, multiplier, rate);
}

/* A quantity as the limit counts it. */
bool cg_qty_in(const struct cg_engine *engine,
               uint32_t instrument,
               const struct cg_limit *limit,
               cg_qty *qty)
{
    int64_t multiplier;
    (void)cg_scope_covers(&engine->state, limit, instrument, &multiplier);
    return cg_dv01_convert(*qty, multiplier, qty);
}

bool cg_limit_open(const struct cg_limit *limit,
                   uint32_t slot,
                   struct cg_refusal *refusal)
{
    if (CG_NEVER(limit->state == CG_LIMIT_REMOVED,
                 "it covers nothing, and its tokens ended with it")) {
        return refuse(refusal, CG_NO_CREDIT_LINE, slot);
    }
    switch (limit->state) {
    case CG_LIMIT_ENABLED:
        return true;
    case CG_LIMIT_SUSPENDED:
        return refuse(refusal, CG_PARTY_SUSPENDED, slot);
    case CG_LIMIT_HALTED:
        return refuse(refusal, CG_PARTY_HALTED, slot);
    case CG_LIMIT_REMOVED:
    case CG_LIMIT_UNENFORCED:
    case CG_LIMIT_STATES:
        break;
    }
    return refuse(refusal, CG_LIMIT_UNENFORCEABLE, slot);
}

/* R1: whether every sum of a limit has room for |amount| more, with enough to
 * spare for what is still to be counted of orders under way. */
bool cg_limit_holds(const struct cg_limit *limit, cg_dv01 amount)
{
    cg_wide sum = (cg_wide)limit->gross + limit->open[0] + limit->open[1] +
                  amount;
    for (unsigned side = 0; side < 2; side++) {
        sum += (cg_wide)limit->ledger[side].granted +
               limit->ledger[side].overrun;
    }
    return sum <= INT64_MAX / 4;
}

bool cg_sums_hold(const struct cg_state *state, uint32_t slot, cg_dv01 amount)
{
    return cg_limit_holds(&state->limits[state->tokens[slot].limit], amount);
}

static const char level_rejects[] = "a warning level takes no new risk";

/* R13: use stays within the amount, or does not rise where that is allowed. */
bool cg_use_fits(const struct cg_limit *limit,
                 uint32_t slot,
                 char side,
                 cg_dv01 amount,
                 struct cg_refusal *refusal)
{
    if (!cg_limit_holds(limit, amount)) {
        return refuse(refusal, CG_DV01_UNAVAILABLE, slot);
    }
    if (!limit->has_amount) {
        if (limit->model != CG_MODEL_PUSH && limit->owner != CG_SESSION_NONE) {
            return true; /* the hub alone knows the amount */
        }
        return refuse(refusal, CG_NO_CREDIT_LINE, slot);
    }
    cg_dv01 available = cg_limit_available(limit, side);
    bool rejects = cg_limit_rejects(limit);
    bool shut = rejects ||
                (!limit->allow_reducing && cg_limit_use(limit) > limit->amount);
    if (amount <= available && !shut) {
        return true;
    }
    struct cg_limit after = *limit;
    after.open[side != '1'] += amount;
    if (limit->allow_reducing && cg_limit_use(&after) <= cg_limit_use(limit)) {
        return true;
    }
    (void)refuse_amount(refusal, CG_LIMIT_EXCEEDED, slot, amount,
                        shut ? 0 : available);
    refusal->detail = rejects ? level_rejects : NULL;
    return false;
}

/* R14: limits on a single order. */
bool cg_size_fits(const struct cg_limit *limit,
                  uint32_t slot,
                  cg_qty qty,
                  cg_dv01 amount,
                  struct cg_refusal *refusal)
{
    if (!limit->has_amount) {
        return refuse(refusal, CG_LIMIT_UNENFORCEABLE, slot);
    }
    if (limit->kind == CG_LIMIT_CLIP && amount > limit->amount) {
        return refuse_amount(refusal, CG_CLIP_SIZE, slot, amount,
                             limit->amount);
    }
    if (limit->kind == CG_LIMIT_NOTIONAL && qty > limit->amount) {
        return refuse_amount(refusal, CG_MAX_NOTIONAL, slot, qty,
                             limit->amount);
    }
    return true;
}

bool cg_fallback_fits(const struct cg_engine *engine,
                      const struct cg_limit *limit,
                      cg_dv01 amount)
{
    cg_time age = engine->now - limit->refreshed_at;
    if (!limit->has_amount || limit->refreshed_at == 0 ||
        age >= limit->fallback_max_age_ns) {
        return false;
    }
    cg_time left = limit->fallback_max_age_ns - (age > 0 ? age : 0);
    cg_wide budget = (cg_wide)limit->amount * left / limit->fallback_max_age_ns;
    return (cg_wide)limit->fallback_used + amount <= budget;
}

/* Whom to ask: the hub, the pushed amount, or nobody (R24, R27). */
bool cg_part_route(const struct cg_engine *engine,
                   struct cg_cover_part *part,
                   struct cg_refusal *refusal)
{
    const struct cg_limit *limit = &engine->state.limits[part->limit];
    enum cg_model model = cg_limit_model(limit);
    if (model == CG_MODEL_PUSH || limit->owner == CG_SESSION_NONE) {
        return true;
    }
    const struct cg_session_state *hub = &engine->state.sessions[limit->owner];
    bool silent = hub->missed >= engine->config.probe_after;
    if (model == CG_MODEL_PING) {
        part->ask = hub->up;
        if (!hub->up) {
            return refuse(refusal, CG_HUB_UNAVAILABLE, part->limit);
        }
        return true;
    }
    if (hub->up && (!silent || hub->probe == CG_NONE)) {
        part->ask = true;
        return true;
    }
    part->fallback = true;
    if (cg_fallback_fits(engine, limit, part->amount)) {
        return true;
    }
    if (hub->up) {
        /* A refused fallback waits for the hub. */
        part->fallback = false;
        part->ask = true;
        return true;
    }
    return refuse(refusal, CG_HUB_UNAVAILABLE, part->limit);
}

bool cg_ccp_known(const struct cg_limit *limit,
                  uint32_t slot,
                  const struct cg_cover_request *request,
                  struct cg_refusal *refusal)
{
    if (limit->ccp == CG_CCP_NONE || request->ccp != CG_CCP_NONE) {
        return true;
    }
    (void)refuse(refusal, CG_UNKNOWN_PARTY, slot);
    refusal->party = true;
    refusal->detail = "name the clearing house (role 21)";
    return false;
}

static bool part_plan(const struct cg_engine *engine,
                      const struct cg_cover_request *request,
                      uint32_t slot,
                      struct cg_cover *cover,
                      struct cg_refusal *refusal)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_cover_part part = {.limit = slot, .side = request->side};
    enum cg_reason reason = CG_REASON_NONE;
    if (!cg_limit_open(limit, slot, refusal)) {
        return false;
    }
    if (!cg_ccp_known(limit, slot, request, refusal)) {
        return false;
    }
    if (!cg_price_rate(engine, request, 0, limit, &part.rate, &reason)) {
        return refuse(refusal, reason, slot);
    }
    if (!cg_dv01_of(request->qty, part.rate, &part.amount)) {
        return refuse(refusal, CG_DV01_UNAVAILABLE, slot);
    }
    if (limit->kind != CG_LIMIT_DV01) {
        cg_qty qty = request->qty;
        if (!cg_qty_in(engine, request->instrument, limit, &qty)) {
            return refuse(refusal, CG_DV01_UNAVAILABLE, slot);
        }
        return cg_size_fits(limit, slot, qty, part.amount, refusal);
    }
    cg_dv01 amounts[2] = {0, 0};
    amounts[request->side != '1'] = part.amount;
    bool fits = cg_use_fits(limit, slot, request->side, part.amount, refusal);
    if (!cg_queue_plan(engine, request, slot, fits, amounts, cover, refusal) ||
        !cg_part_route(engine, &part, refusal)) {
        return false;
    }
    if (cover->count == CG_COVER_MAX) {
        return refuse(refusal, CG_LIMIT_UNENFORCEABLE, slot);
    }
    cover->parts[cover->count++] = part;
    return true;
}

bool cg_cover_plan(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   struct cg_cover *cover,
                   struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_account *account = &state->accounts[request->account];
    cover->count = 0;
    cover->wait_count = 0;
    cover->lacks = (struct cg_refusal){.limit = CG_NONE};
    if (request->legs != NULL) {
        return cg_package_plan(engine, request, cover, refusal);
    }
    for (uint32_t i = 0; i < account->limit_count; i++) {
        uint32_t slot = account->limits[i];
        if (cg_limit_covers(&state->limits[slot], state, request->account,
                            request->ccp, request->instrument) &&
            !part_plan(engine, request, slot, cover, refusal)) {
            return false;
        }
    }
    if (cover->count == 0) {
        return refuse(refusal, CG_NO_CREDIT_LINE, CG_NONE);
    }
    return cg_lines_stand(state, request->account, request->ccp,
                          request->instrument, refusal);
}

/* R22: no cover holds what a venue has made more than can be counted. */
static bool is_countable(const struct cg_state *state,
                         const struct cg_token *token,
                         struct cg_refusal *refusal)
{
    cg_dv01 worst;
    if (cg_token_worst(state, token, false, &worst)) {
        return true;
    }
    (void)refuse(refusal, CG_DV01_UNAVAILABLE, token->limit);
    refusal->detail = "the venue made it more than can be counted";
    return false;
}

/* The token's own limit: does the rise to |qty| fit? */
static bool token_may_grow(const struct cg_engine *engine,
                           const struct cg_token *token,
                           cg_qty qty,
                           bool only_falls,
                           struct cg_refusal *refusal)
{
    const struct cg_limit *limit = &engine->state.limits[token->limit];
    cg_dv01 total;
    if (CG_NEVER(token->state != CG_TOKEN_SPENT,
                 "what is spent stays so until its order is over") ||
        token->end != CG_END_NONE || cg_token_lapses(engine, token)) {
        /* R22: nothing goes on without live cover. */
        return refuse(refusal, CG_RESERVATION_EXPIRED, token->limit);
    }
    if (!only_falls && !cg_limit_open(limit, token->limit, refusal)) {
        return false;
    }
    if (!is_countable(&engine->state, token, refusal)) {
        return false;
    }
    if (!cg_price_total(engine, token, qty, &total, refusal)) {
        return false;
    }
    cg_dv01 rise = total - token->charge;
    if (rise <= 0 && total <= cg_token_held(token)) {
        return true;
    }
    if (token->model == CG_MODEL_PING &&
        !engine->state.sessions[limit->owner].up) {
        return refuse(refusal, CG_HUB_UNAVAILABLE, token->limit);
    }
    if (token->fallback) {
        /* Only new orders fall back (R27). */
        return refuse(refusal, CG_HUB_UNAVAILABLE, token->limit);
    }
    return rise <= 0 ||
           cg_use_fits(limit, token->limit, token->side, rise, refusal);
}

/* R11: a limit that came after the order has no token of it. */
static bool has_token(const struct cg_state *state,
                      const struct cg_order *order,
                      uint32_t limit)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].spent && state->tokens[i].limit == limit) {
            return true;
        }
    }
    return false;
}

/* R11: a limit that an order has a token of may have gone elsewhere with its
 * scope since. */
static bool is_covered(const struct cg_state *state,
                       const struct cg_order *order,
                       struct cg_refusal *refusal)
{
    const struct cg_account *account = &state->accounts[order->account];
    if (order->legs != CG_NONE) {
        return cg_package_covered(state, order, refusal);
    }
    for (uint32_t i = 0; i < account->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[account->limits[i]];
        if (limit->kind == CG_LIMIT_DV01 &&
            cg_limit_covers(limit, state, order->account, order->ccp,
                            order->instrument)) {
            return cg_lines_stand(state, order->account, order->ccp,
                                  order->instrument, refusal);
        }
    }
    return refuse(refusal, CG_NO_CREDIT_LINE, CG_NONE);
}

bool cg_cover_may_grow(const struct cg_engine *engine,
                       uint32_t slot,
                       cg_qty qty,
                       bool only_falls,
                       struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    const struct cg_account *account = &state->accounts[order->account];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->spent &&
            !token_may_grow(engine, token, qty, only_falls, refusal)) {
            return false;
        }
    }
    if (!only_falls && qty > order->worst_qty &&
        !is_covered(state, order, refusal)) {
        return false;
    }
    if (order->legs != CG_NONE) {
        return only_falls || cg_package_may_grow(engine, order, qty, refusal);
    }
    for (uint32_t i = 0; !only_falls && i < account->limit_count; i++) {
        uint32_t at = account->limits[i];
        const struct cg_limit *limit = &state->limits[at];
        struct cg_cover none;
        struct cg_cover_request request = {.account = order->account,
                                           .instrument = order->instrument,
                                           .side = order->side,
                                           .qty = qty,
                                           .ccp = order->ccp};
        request.own = qty > order->qty ? NULL : order;
        none.count = 0;
        if (!cg_limit_covers(limit, state, order->account, order->ccp,
                             order->instrument)) {
            continue;
        }
        if (limit->kind != CG_LIMIT_DV01) {
            if (!part_plan(engine, &request, at, &none, refusal) &&
                !cg_price_is_moot(&request, refusal)) {
                return false;
            }
        } else if (qty > order->worst_qty && !has_token(state, order, at)) {
            refuse(refusal, CG_REPLACE_NOT_ALLOWED, at);
            refusal->detail = "this limit came after the order";
            return false;
        }
    }
    return true;
}

/* What a token adds to its limit: all of a new order, the rise of a raise. */
static cg_dv01 added_by(const struct cg_state *state,
                        const struct cg_token *token)
{
    const struct cg_order *order = &state->orders[token->order];
    cg_dv01 had = 0;
    if (order->state == CG_ORDER_WAITING) {
        return token->charge;
    }
    (void)cg_token_worst(state, token, false, &had); /* see is_countable() */
    return had < token->charge ? token->charge - had : 0;
}

/* A limit without what an order, or its raise, adds to it on both sides. */
static struct cg_limit without_added(const struct cg_state *state,
                                     const struct cg_order *order,
                                     uint32_t limit)
{
    struct cg_limit without = state->limits[limit];
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (token->limit == limit &&
            (token->state == CG_TOKEN_LIVE || token->state == CG_TOKEN_SPENT)) {
            without.open[token->side != '1'] -= added_by(state, token);
        }
    }
    return without;
}

bool cg_cover_still_fits(const struct cg_engine *engine,
                         uint32_t slot,
                         struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    enum cg_reason stop = cg_stop_of(state, order->account);
    if (stop != CG_REASON_NONE) {
        return refuse(refusal, stop, CG_NONE);
    }
    if (!state->sessions[order->venue].up) {
        return refuse(refusal, CG_VENUE_DOWN, CG_NONE);
    }
    if (!is_covered(state, order, refusal)) {
        return false;
    }
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        const struct cg_limit *limit = &state->limits[token->limit];
        if (token->state != CG_TOKEN_LIVE && token->state != CG_TOKEN_SPENT) {
            continue;
        }
        if (token->state == CG_TOKEN_LIVE ? cg_token_is_short(engine, token)
                                          : cg_token_lapses(engine, token)) {
            return refuse(refusal, CG_RESERVATION_EXPIRED, token->limit);
        }
        if (!cg_limit_open(limit, token->limit, refusal) ||
            !is_countable(state, token, refusal)) {
            return false;
        }
        struct cg_limit without = without_added(state, order, token->limit);
        cg_dv01 added = added_by(state, token);
        bool rejects = cg_limit_rejects(limit);
        if (limit->has_amount &&
            (rejects || cg_limit_use(limit) > limit->amount) &&
            cg_limit_use(limit) > cg_limit_use(&without)) {
            (void)refuse_amount(
                refusal, CG_LIMIT_EXCEEDED, token->limit, added,
                rejects ? 0 : cg_limit_available(&without, token->side));
            refusal->detail = rejects ? level_rejects : NULL;
            return false;
        }
    }
    return true;
}
