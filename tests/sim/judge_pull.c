/*
 * The judge: what the gate must cancel by itself, and until when.
 *
 * Rules: R17, R18, R30, R31.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "judge.h"

enum { PAUSE_MAX_MS = 60000 };

/* A venue has it, as far as one can know. */
static bool rests(const struct judge *judge, const struct judge_order *order)
{
    const struct judge_request *first = &judge->requests[order->first];
    return order->open && first->said && first->answers == 0 &&
           !first->withheld && !order->unknown && !order->unsure;
}

/* Somebody cancels it, or would if its venue were there. */
bool judge_goes(const struct judge *judge, const struct judge_order *order)
{
    bool goes = order->pulled || !rests(judge, order) ||
                !judge->up[desk_places[order->session].venue];
    for (size_t at = judge->requests[order->first].older; at != order->first;
         at = judge->requests[at].older) {
        const struct judge_request *request = &judge->requests[at];
        goes |= request->kind == 'F' && request->said &&
                (!request->done || (request->unheard && request->answers == 0));
    }
    return goes;
}

/* R17: an order that rests, and whose end would bring the use of a limit that
 * was lowered nearer to its amount.  Not one that went on since, in this turn,
 * as it raised no use (R13). */
static void lowered_ends(struct judge *judge, size_t limit, int64_t now)
{
    char side = 0;
    int64_t use = judge_use_staying(judge, limit, &side);
    for (size_t i = 0; i < judge->order_count; i++) {
        const struct judge_order *order = &judge->orders[i];
        if (desk_covers(limit, order->account) && !judge_goes(judge, order) &&
            (side == 'B' || side == order->side) && order->said_at < now &&
            judge_worst(judge, order) > order->cum) {
            judge_wrong(judge, "R17: %lld of %s are in use, and %s rests on",
                        (long long)use, desk_limits[limit].id,
                        judge->requests[order->first].id);
        }
    }
}

static void lowered(struct judge *judge, int64_t now)
{
    char side = 0;
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        struct judge_limit *limit = &judge->limits[i];
        if (limit->lowered && !limit->loose && limit->other < 0 &&
            judge_use_staying(judge, i, &side) > limit->amount) {
            lowered_ends(judge, i, now);
        }
        limit->lowered = false;
    }
}

void judge_must_pull(struct judge *judge, size_t order, const char *rule)
{
    judge->orders[order].must_pull = rule;
}

void judge_must_pull_all(struct judge *judge, size_t account, const char *rule)
{
    for (size_t i = 0; i < judge->order_count; i++) {
        if (judge->orders[i].account == account &&
            rests(judge, &judge->orders[i])) {
            judge_must_pull(judge, i, rule);
        }
    }
}

/* The gate waits longer each time; when its venue was away it has cancelled
 * more often than anybody has seen. */
static int64_t pause_of(const struct judge_order *order)
{
    int64_t ms = DESK_PULL_MS * 4;
    for (unsigned i = 1; i < order->pulls && ms < PAUSE_MAX_MS; i++) {
        ms *= 2;
    }
    return (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) * SIM_MS;
}

void judge_pulls(struct judge *judge, int64_t now)
{
    lowered(judge, now);
    for (size_t i = 0; i < judge->order_count; i++) {
        struct judge_order *order = &judge->orders[i];
        const struct judge_request *first = &judge->requests[order->first];
        if (!rests(judge, order)) {
            continue; /* it has no end to wait for */
        }
        if (!judge->up[desk_places[order->session].venue]) {
            continue; /* a cancel is kept, and goes first */
        }
        if (order->must_pull != NULL && !order->pulled) {
            judge_wrong(judge, "%s: %s rests on", order->must_pull, first->id);
        }
        if (order->pulled &&
            now > order->pulled_at + pause_of(order) + judge->slack_ns) {
            judge_wrong(judge, "R31: %s is not cancelled again", first->id);
        }
    }
}
