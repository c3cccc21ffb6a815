/*
 * The cover of a package: per limit, the legs in its scope.
 *
 * A gross limit counts their sum, on the package's side.  A net limit counts
 * buys less sells when the venue fills packages whole; else buys on one side
 * and sells on the other: the worst that any order of leg fills can come to,
 * which is all buys first, or all sells first.  Reads the state only.
 *
 * Rules: R2, R3, R5, R11, R13, R14.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* What the legs under one limit come to. */
struct sums {
    bool has[2];     /* buys, sells */
    cg_dv01 side[2]; /* their worth */
    cg_dv01 gross;
    cg_qty qty;
    cg_wide net; /* of one package, as cg_net_worth() takes it */
    cg_dv01 rates[CG_LEGS_MAX];
};

static bool
refuse(struct cg_refusal *refusal, enum cg_reason reason, uint32_t limit)
{
    *refusal = cg_refusal_of(reason);
    refusal->limit = limit;
    return false;
}

static bool leg_in(const struct cg_state *state,
                   const struct cg_cover_request *request,
                   uint32_t limit,
                   uint32_t leg)
{
    return cg_limit_covers(&state->limits[limit], state, request->account,
                           request->ccp, request->legs[leg].instrument);
}

static bool any_leg_in(const struct cg_state *state,
                       const struct cg_cover_request *request,
                       uint32_t limit)
{
    for (uint32_t i = 0; i < request->leg_count; i++) {
        if (leg_in(state, request, limit, i)) {
            return true;
        }
    }
    return false;
}

/* Adds |qty| of one leg to what the limit counts; false when it is too large.
 */
static bool leg_add(struct sums *sums,
                    const struct cg_leg_terms *leg,
                    cg_dv01 rate,
                    cg_qty qty)
{
    cg_dv01 *side = &sums->side[leg->side != '1'];
    cg_dv01 worth;
    cg_wide net = (cg_wide)leg->ratio * rate;
    sums->has[leg->side != '1'] = true;
    sums->net += leg->side == '1' ? net : -net;
    return cg_dv01_of(qty, rate, &worth) &&
           !__builtin_add_overflow(*side, worth, side) &&
           !__builtin_add_overflow(sums->gross, worth, &sums->gross);
}

/* R14: the leg's quantity as the limit counts it. */
static bool qty_add(const struct cg_engine *engine,
                    uint32_t slot,
                    const struct cg_leg_terms *leg,
                    cg_qty qty,
                    cg_qty *sum)
{
    return cg_qty_in(engine, leg->instrument, &engine->state.limits[slot],
                     &qty) &&
           !__builtin_add_overflow(*sum, qty, sum);
}

static bool legs_add(const struct cg_engine *engine,
                     const struct cg_cover_request *request,
                     uint32_t slot,
                     struct sums *sums,
                     struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    *sums = (struct sums){.gross = 0};
    for (uint32_t i = 0; i < request->leg_count; i++) {
        const struct cg_leg_terms *leg = &request->legs[i];
        enum cg_reason reason = CG_REASON_NONE;
        sums->rates[i] = -1;
        if (!leg_in(state, request, slot, i) || (request->skip >> i & 1) != 0) {
            continue;
        }
        if (!cg_price_rate(engine, request, i, &state->limits[slot],
                           &sums->rates[i], &reason)) {
            return refuse(refusal, reason, slot);
        }
        cg_qty qty;
        if (!cg_leg_qty(leg->ratio, request->qty, &qty) ||
            !leg_add(sums, leg, sums->rates[i], qty) ||
            !qty_add(engine, slot, leg, qty, &sums->qty)) {
            return refuse(refusal, CG_DV01_UNAVAILABLE, slot);
        }
    }
    return true;
}

/* --- parts -------------------------------------------------------------- */

/* One token more; |only| is the side whose legs are in it, 0 for both. */
static bool part_add(struct cg_cover *cover,
                     const struct cg_cover_request *request,
                     const struct cg_cover_part *part,
                     const struct sums *sums,
                     char only,
                     struct cg_refusal *refusal)
{
    if (cover->count == CG_COVER_MAX) {
        return refuse(refusal, CG_LIMIT_UNENFORCEABLE, part->limit);
    }
    for (uint32_t i = 0; i < request->leg_count; i++) {
        bool in = only == 0 || request->legs[i].side == only;
        cover->leg_rates[cover->count][i] = in ? sums->rates[i] : -1;
    }
    cover->parts[cover->count++] = *part;
    return true;
}

/* The other side of a net part: nothing is reserved, and nobody is asked. */
static bool rest_add(struct cg_cover *cover,
                     const struct cg_cover_request *request,
                     uint32_t limit,
                     char side,
                     const struct sums *sums,
                     struct cg_refusal *refusal)
{
    struct cg_cover_part part = {
        .limit = limit, .side = side, .sum = CG_SUM_REST};
    return part_add(cover, request, &part, sums, side, refusal);
}

/* R12: packages that are filled whole move use by their net alone. */
static bool net_add(struct cg_cover *cover,
                    const struct cg_cover_request *request,
                    struct cg_cover_part *part,
                    const struct sums *sums,
                    struct cg_refusal *refusal)
{
    part->sum = CG_SUM_NET;
    return part_add(cover, request, part, sums, 0, refusal) &&
           rest_add(cover, request, part->limit, part->side == '1' ? '2' : '1',
                    sums, refusal);
}

/* R12: the worst order of leg fills is all of one side first. */
static bool sides_add(struct cg_cover *cover,
                      const struct cg_cover_request *request,
                      struct cg_cover_part *part,
                      const struct sums *sums,
                      struct cg_refusal *refusal)
{
    part->sum = CG_SUM_LEGS;
    for (unsigned side = 0; side < 2; side++) {
        part->side = side == 0 ? '1' : '2';
        part->amount = sums->side[side];
        if (sums->has[side] &&
            !part_add(cover, request, part, sums, part->side, refusal)) {
            return false;
        }
    }
    return true;
}

static bool is_sell(char side)
{
    return side == '2' || side == 'C';
}

/* Whether a limit has room for what the legs take of it, side by side: open
 * buys and open sells never net each other. */
static bool sides_fit(const struct cg_limit *limit,
                      uint32_t slot,
                      const struct sums *sums,
                      struct cg_refusal *refusal)
{
    return (!sums->has[0] ||
            cg_use_fits(limit, slot, '1', sums->side[0], refusal)) &&
           (!sums->has[1] ||
            cg_use_fits(limit, slot, '2', sums->side[1], refusal));
}

/* What a limit counts of its legs: one part, whose |sum| says how, or the sides
 * each by itself. */
static bool part_of(const struct cg_limit *limit,
                    const struct cg_cover_request *request,
                    const struct sums *sums,
                    struct cg_cover_part *part)
{
    bool both = sums->has[0] && sums->has[1];
    part->side = is_sell(request->side) ? '2' : '1';
    part->sum = CG_SUM_LEGS;
    part->amount = sums->gross;
    if (limit->measure == CG_MEASURE_GROSS || !request->whole || !both) {
        return true;
    }
    part->sum = CG_SUM_NET;
    part->side = sums->net < 0 ? '2' : '1';
    return cg_net_worth(sums->net < 0 ? -sums->net : sums->net, request->qty,
                        &part->amount);
}

static bool parts_add(struct cg_cover *cover,
                      const struct cg_cover_request *request,
                      struct cg_cover_part *part,
                      const struct sums *sums,
                      bool gross,
                      struct cg_refusal *refusal)
{
    if (gross) {
        return part_add(cover, request, part, sums, 0, refusal);
    }
    return part->sum == CG_SUM_NET
               ? net_add(cover, request, part, sums, refusal)
               : sides_add(cover, request, part, sums, refusal);
}

static bool limit_plan(const struct cg_engine *engine,
                       const struct cg_cover_request *request,
                       uint32_t slot,
                       struct cg_cover *cover,
                       struct cg_refusal *refusal)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct sums sums;
    if (!cg_limit_open(limit, slot, refusal) ||
        !cg_ccp_known(limit, slot, request, refusal) ||
        !legs_add(engine, request, slot, &sums, refusal)) {
        return false;
    }
    if (limit->kind != CG_LIMIT_DV01) {
        return cg_size_fits(limit, slot, sums.qty, sums.gross, refusal);
    }
    bool gross = limit->measure == CG_MEASURE_GROSS;
    struct cg_cover_part part = {.limit = slot};
    if (CG_NEVER(!part_of(limit, request, &sums, &part),
                 "a net is no more than the sides that were added up")) {
        return refuse(refusal, CG_DV01_UNAVAILABLE, slot);
    }
    bool one = gross || part.sum == CG_SUM_NET;
    bool fits = one ? cg_use_fits(limit, slot, part.side, part.amount, refusal)
                    : sides_fit(limit, slot, &sums, refusal);
    cg_dv01 amounts[2] = {sums.side[0], sums.side[1]};
    if (one) {
        amounts[0] = part.side == '1' ? part.amount : 0;
        amounts[1] = part.side == '1' ? 0 : part.amount;
    }
    return cg_queue_plan(engine, request, slot, fits, amounts, cover,
                         refusal) &&
           cg_part_route(engine, &part, refusal) &&
           parts_add(cover, request, &part, &sums, gross, refusal);
}

/* R11: a leg that no limit covers would be unlimited. */
static bool all_covered(const struct cg_state *state,
                        const struct cg_cover_request *request,
                        struct cg_refusal *refusal)
{
    const struct cg_account *account = &state->accounts[request->account];
    for (uint32_t leg = 0; leg < request->leg_count; leg++) {
        bool covered = false;
        for (uint32_t i = 0; i < account->limit_count; i++) {
            uint32_t slot = account->limits[i];
            covered = covered || (state->limits[slot].kind == CG_LIMIT_DV01 &&
                                  leg_in(state, request, slot, leg));
        }
        if (!covered) {
            return refuse(refusal, CG_NO_CREDIT_LINE, CG_NONE);
        }
        if (!cg_lines_stand(state, request->account, request->ccp,
                            request->legs[leg].instrument, refusal)) {
            return false;
        }
    }
    return true;
}

bool cg_package_covered(const struct cg_state *state,
                        const struct cg_order *order,
                        struct cg_refusal *refusal)
{
    struct cg_leg_terms legs[CG_LEGS_MAX];
    const struct cg_cover_request request = {
        .account = order->account,
        .instrument = CG_NONE,
        .ccp = order->ccp,
        .legs = legs,
        .leg_count = cg_package_terms(state, order, legs),
    };
    return all_covered(state, &request, refusal);
}

bool cg_package_plan(const struct cg_engine *engine,
                     const struct cg_cover_request *request,
                     struct cg_cover *cover,
                     struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_account *account = &state->accounts[request->account];
    for (uint32_t i = 0; i < account->limit_count; i++) {
        uint32_t slot = account->limits[i];
        if (any_leg_in(state, request, slot) &&
            !limit_plan(engine, request, slot, cover, refusal)) {
            return false;
        }
    }
    return all_covered(state, request, refusal);
}

/* --- replaces ----------------------------------------------------------- */

/* R11: whether the order's tokens count |leg| under |limit|. */
static bool leg_counts(const struct cg_state *state,
                       const struct cg_order *order,
                       uint32_t limit,
                       uint32_t leg)
{
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_dv01 rates[CG_LEGS_MAX];
        if (token->limit != limit || !cg_token_counts(token)) {
            continue;
        }
        cg_token_rates(state, token, rates);
        if (rates[leg] >= 0) {
            return true;
        }
    }
    return false;
}

static bool legs_count(const struct cg_state *state,
                       const struct cg_order *order,
                       const struct cg_cover_request *request,
                       uint32_t limit)
{
    for (uint32_t i = 0; i < request->leg_count; i++) {
        if (leg_in(state, request, limit, i) &&
            !leg_counts(state, order, limit, i)) {
            return false;
        }
    }
    return true;
}

bool cg_package_may_grow(const struct cg_engine *engine,
                         const struct cg_order *order,
                         cg_qty qty,
                         struct cg_refusal *refusal)
{
    const struct cg_state *state = &engine->state;
    const struct cg_account *account = &state->accounts[order->account];
    struct cg_leg_terms legs[CG_LEGS_MAX];
    struct cg_cover_request request = {
        .account = order->account,
        .instrument = CG_NONE,
        .side = order->side,
        .qty = qty,
        .ccp = order->ccp,
        .legs = legs,
        .leg_count = cg_package_terms(state, order, legs),
        .own = qty > order->qty ? NULL : order,
    };
    for (uint32_t i = 0; i < account->limit_count; i++) {
        uint32_t slot = account->limits[i];
        struct cg_cover none;
        none.count = 0;
        if (!any_leg_in(state, &request, slot)) {
            continue;
        }
        if (state->limits[slot].kind != CG_LIMIT_DV01) {
            if (!limit_plan(engine, &request, slot, &none, refusal) &&
                !cg_price_is_moot(&request, refusal)) {
                return false;
            }
        } else if (qty > order->worst_qty &&
                   !legs_count(state, order, &request, slot)) {
            refuse(refusal, CG_REPLACE_NOT_ALLOWED, slot);
            refusal->detail = "this limit came after the order";
            return false;
        }
    }
    return true;
}

/* --- limits that come later --------------------------------------------- */

bool cg_package_adopt_plan(const struct cg_engine *engine,
                           const struct cg_order *order,
                           uint32_t limit,
                           cg_qty qty,
                           struct cg_cover *cover)
{
    const struct cg_state *state = &engine->state;
    struct cg_leg_terms legs[CG_LEGS_MAX];
    struct cg_refusal unused;
    struct sums sums;
    struct cg_cover_request request = {
        .account = order->account,
        .instrument = CG_NONE,
        .side = order->side,
        .qty = qty,
        .ccp = cg_ccp_for(order, &state->limits[limit]),
        .legs = legs,
        .leg_count = cg_package_terms(state, order, legs),
        .whole = state->sessions[order->venue].whole,
    };
    bool any = false;
    cover->count = 0;
    for (uint32_t i = 0; i < request.leg_count; i++) {
        bool counts = leg_counts(state, order, limit, i);
        request.skip |= counts ? 1u << i : 0;
        any = any || (!counts && leg_in(state, &request, limit, i));
    }
    if (!any) {
        return true;
    }
    struct cg_cover_part part = {.limit = limit};
    bool gross = state->limits[limit].measure == CG_MEASURE_GROSS;
    return legs_add(engine, &request, limit, &sums, &unused) &&
           CG_ALWAYS(part_of(&state->limits[limit], &request, &sums, &part),
                     "a net is no more than the sides that were added up") &&
           CG_ALWAYS(parts_add(cover, &request, &part, &sums, gross, &unused),
                     "two parts at most have room");
}
