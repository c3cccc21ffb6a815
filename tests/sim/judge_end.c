/*
 * The judge: what must be true when all is at rest.
 *
 * Rules: R21, R23, R25, R28, R43, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "judge.h"

#include <stdio.h>

static bool
request_open(const struct judge_request *request, char *text, size_t len)
{
    if (request->kind == 'P' || request->told) {
        return false;
    }
    snprintf(text, len, "R45: %c %s has no answer (%s the venue)",
             request->kind, request->id,
             request->heard  ? "reached"
             : request->said ? "sent on, not at"
                             : "never sent to");
    return true;
}

static bool order_open(const struct judge *judge,
                       const struct judge_order *order,
                       char *text,
                       size_t len)
{
    const struct judge_request *first = &judge->requests[order->first];
    if (order->open) {
        snprintf(text, len, "%s is open", first->id);
    } else if (first->said && order->reports && !order->unsure &&
               (order->heard_cum != order->cum ||
                order->heard_status != order->status)) {
        snprintf(text, len,
                 "R43: %s is 39=%c 14=%lld at the venue, 39=%c 14=%lld for its "
                 "client",
                 first->id, order->status, (long long)order->cum,
                 order->heard_status, (long long)order->heard_cum);
    } else if (!first->said && judge_status_is_open(order->heard_status)) {
        snprintf(text, len, "R45: %s never left the gate, and is open",
                 first->id);
    } else {
        return false;
    }
    return true;
}

static bool token_open(const struct judge *judge,
                       const struct judge_token *token,
                       char *text,
                       size_t len)
{
    int64_t filled = 0;
    if (token->order != SIM_NONE) {
        const struct judge_order *order = &judge->orders[token->order];
        filled = desk_charge(order->symbol, order->cum);
    }
    if (token->live && token->total > filled) {
        snprintf(text, len, "R28: %lld of %s are reserved, its order is over",
                 (long long)(token->total - filled), token->id);
        return true;
    }
    return false;
}

/* A submission needs no answer any more when a later one of its token, a
 * withdrawal say, has one. */
static bool ask_open(const struct judge *judge, size_t at)
{
    const struct judge_ask *ask = &judge->asks[at];
    const struct judge_token *token = &judge->tokens[ask->token];
    bool settled = ask->type == '0' &&
                   (token->confirmed || (token->newest != at &&
                                         judge->asks[token->newest].answered));
    return !ask->answered && !settled;
}

/* R25: what is filled was told to the owner of each limit. */
static bool
limit_open(const struct judge *judge, size_t limit, char *text, size_t len)
{
    int64_t told = 0;
    if (!desk_limits[limit].hub) {
        return false;
    }
    for (size_t i = 0; i < judge->token_count; i++) {
        told += judge->tokens[i].limit == limit ? judge->tokens[i].told : 0;
    }
    if (told == judge_filled(judge, limit)) {
        return false;
    }
    snprintf(text, len, "R25: %lld are filled under %s, %lld were told",
             (long long)judge_filled(judge, limit), desk_limits[limit].id,
             (long long)told);
    return true;
}

static bool credit_open(const struct judge *judge, char *text, size_t len)
{
    for (size_t i = 0; i < judge->ask_count; i++) {
        if (ask_open(judge, i)) {
            snprintf(text, len,
                     "R28: an ask (2320=%c 2321=%c) for %s has no "
                     "answer",
                     judge->asks[i].trans, judge->asks[i].type,
                     judge->tokens[judge->asks[i].token].id);
            return true;
        }
    }
    for (size_t i = 0; i < judge->token_count; i++) {
        if (token_open(judge, &judge->tokens[i], text, len)) {
            return true;
        }
    }
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        if (limit_open(judge, i, text, len)) {
            return true;
        }
    }
    return false;
}

bool judge_open_end(const struct judge *judge, char *text, size_t len)
{
    for (size_t i = 0; i < judge->request_count; i++) {
        const struct judge_request *request = &judge->requests[i];
        if (request_open(request, text, len)) {
            return true;
        }
        if (request->again > request->refusals) {
            snprintf(text, len, "R40: %s came again, and was not refused",
                     request->id);
            return true;
        }
    }
    for (size_t i = 0; i < judge->order_count; i++) {
        if (order_open(judge, &judge->orders[i], text, len)) {
            return true;
        }
    }
    return credit_open(judge, text, len);
}
