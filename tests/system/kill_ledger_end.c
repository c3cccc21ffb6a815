/*
 * The judge of the crash tests: what must be true when all is at rest.
 *
 * Rules: R23, R25, R28, R43, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_ledger_parts.h"

#include <stdio.h>

static bool request_open(const struct kill_ledger *ledger,
                         const struct kill_request *request,
                         char *text,
                         size_t len)
{
    (void)ledger;
    if (request->kind == 'P' || request->heard) {
        return false;
    }
    snprintf(text, len, "R45: %c %s has no answer (%s the venue)",
             request->kind, request->id,
             request->at_venue ? "reached" : "never reached");
    return true;
}

static bool order_open(const struct kill_ledger *ledger,
                       const struct kill_order *order,
                       char *text,
                       size_t len)
{
    const char *id = ledger->requests[order->first].id;
    if (order->at_venue && order->open) {
        snprintf(text, len, "%s is open", id);
    } else if (order->at_venue && (order->heard_cum != order->cum ||
                                   order->heard_status != order->status)) {
        snprintf(text, len,
                 "R43: %s is 39=%c 14=%lld at the venue, 39=%c 14=%lld for its "
                 "client",
                 id, order->status, (long long)order->cum, order->heard_status,
                 (long long)order->heard_cum);
    } else if (!order->at_venue && kill_is_open(order->heard_status)) {
        snprintf(text, len, "R45: %s never reached the venue, but is open", id);
    } else {
        return false;
    }
    return true;
}

/* R23, R25, R28 of one token. */
static bool token_open(const struct kill_ledger *ledger,
                       const struct kill_token *token,
                       char *text,
                       size_t len)
{
    int64_t filled = 0;
    if (token->order != SIM_NONE) {
        const struct kill_order *order = &ledger->orders[token->order];
        filled = kill_charge(order->symbol, order->cum);
    }
    if (token->consumed != filled) {
        snprintf(text, len, "R23, R25: %lld of %s were traded, %lld told",
                 (long long)filled, token->id, (long long)token->consumed);
    } else if (token->live && token->total > filled) {
        snprintf(text, len, "R28: %lld of %s are reserved, its order is over",
                 (long long)(token->total - filled), token->id);
    } else {
        return false;
    }
    return true;
}

/*
 * A hub that forgets what it is asked: a submission needs no answer any more
 * when a later one for its token, a withdrawal say, has one.
 */
static bool ask_open(const struct kill_ledger *ledger, size_t at)
{
    const struct kill_ask *ask = &ledger->asks[at];
    bool settled = ask->type == '0' && ledger->tokens[ask->token].settled > at;
    return !ask->answered && !settled;
}

bool kill_ledger_open_end(const struct kill_ledger *ledger,
                          char *text,
                          size_t len)
{
    for (size_t i = 0; i < ledger->request_count; i++) {
        if (request_open(ledger, &ledger->requests[i], text, len)) {
            return true;
        }
    }
    for (size_t i = 0; i < ledger->order_count; i++) {
        if (order_open(ledger, &ledger->orders[i], text, len)) {
            return true;
        }
    }
    for (size_t i = 0; i < ledger->ask_count; i++) {
        if (ask_open(ledger, i)) {
            snprintf(text, len, "R28: an ask for %s is not answered",
                     ledger->tokens[ledger->asks[i].token].id);
            return true;
        }
    }
    for (size_t i = 0; i < ledger->token_count; i++) {
        if (token_open(ledger, &ledger->tokens[i], text, len)) {
            return true;
        }
    }
    return false;
}
