/*
 * The gate's reasons in one line each, for its operator.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "decimal.h"
#include <stdio.h>

#define WORDS(slice) (int)(slice).len, (slice).data

static struct cg_slice request_id(const struct cg_context *context,
                                  uint32_t request)
{
    if (request != CG_NONE) {
        return cg_id_slice(&context->engine->state.requests[request].id);
    }
    if (CG_NEVER(context->event == NULL, "it was asked for just now")) {
        return CG_SLICE("?");
    }
    return context->event->clordid;
}

static void explain_ask(const struct cg_context *context,
                        const struct cg_effect *effect,
                        char *text,
                        size_t len)
{
    static const char *const verbs[CG_ASK_KINDS] = {
        [CG_ASK_NEW] = "asks for",
        [CG_ASK_CONSUMED] = "reports as consumed",
        [CG_ASK_CANCEL] = "gives back",
        [CG_ASK_RAISE] = "asks to raise to",
        [CG_ASK_LOWER] = "lowers to",
        [CG_ASK_RENEW] = "asks to renew",
        [CG_ASK_BUST] = "takes back as consumed",
        [CG_ASK_RESTATE] = "asks, for what the venue opened, to raise to",
    };
    const struct cg_state *state = &context->engine->state;
    const struct cg_ask *ask = &state->asks[effect->ask];
    const struct cg_token *token = &state->tokens[ask->token];
    const struct cg_limit *limit = &state->limits[token->limit];
    const struct cg_order *order = &state->orders[token->order];
    char amount[32];
    char id[CG_NAME_MAX + 1];
    cg_dv01_format(ask->amount, amount);
    cg_token_id(context->gate_name, token->number, id);
    snprintf(text, len, "%s%s %s %.3s: token %s of order %.*s under limit %.*s",
             effect->kind == CG_EFFECT_ASK_AGAIN ? "again " : "",
             verbs[ask->kind], amount, limit->currency, id,
             WORDS(request_id(context, order->request)),
             WORDS(cg_id_slice(&limit->id)));
}

static void explain_refusal(const struct cg_context *context,
                            const struct cg_effect *effect,
                            const char *what,
                            char *text,
                            size_t len)
{
    static const struct cg_profile all = {
        .session = CG_SESSION_NONE, .version = CG_FIX44, .show_amounts = true};
    char reason[CG_TEXT_MAX + 1];
    uint32_t account =
        effect->order != CG_NONE
            ? context->engine->state.orders[effect->order].account
            : CG_NONE;
    cg_reason_text(context, &effect->refusal, account, &all, reason);
    snprintf(text, len, "refuses %s %.*s: %s", what,
             WORDS(request_id(context, effect->request)), reason);
}

/* What the order of |token| is charged with under its limit: one token, or one
 * for each side of a package. */
static cg_dv01 charged_with(const struct cg_state *state,
                            const struct cg_token *token)
{
    cg_dv01 sum = 0;
    for (uint32_t i = state->orders[token->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *other = &state->tokens[i];
        if (other->limit == token->limit && other->spent) {
            sum += other->charge;
        }
    }
    return sum;
}

static void explain_forward(const struct cg_context *context,
                            const struct cg_effect *effect,
                            char *text,
                            size_t len)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_request *request = &state->requests[effect->request];
    if (request->kind == CG_REQUEST_CANCEL &&
        !state->sessions[effect->session].up) {
        snprintf(text, len, "keeps cancel %.*s until the venue is back",
                 WORDS(cg_id_slice(&request->id)));
        return;
    }
    if (request->kind == CG_REQUEST_CANCEL) {
        snprintf(text, len, "forwards cancel %.*s (cancels always pass)",
                 WORDS(cg_id_slice(&request->id)));
        return;
    }
    const struct cg_token *token =
        &state->tokens[state->orders[effect->order].tokens];
    char charge[32];
    cg_dv01_format(charged_with(state, token), charge);
    snprintf(text, len,
             "forwards %s %.*s: live cover holds its worst case, %s %.3s%s",
             request->kind == CG_REQUEST_NEW ? "order" : "replace",
             WORDS(cg_id_slice(&request->id)), charge,
             state->limits[token->limit].currency,
             token->fallback ? " of the pushed limit" : "");
}

static const char *awaited(const struct cg_state *state,
                           const struct cg_request *request)
{
    if (request->state == CG_REQUEST_BEHIND) {
        return "what was before it is decided";
    }
    return state->orders[request->order].state == CG_ORDER_QUEUED
               ? "there is room under its limits"
               : "credit is granted";
}

static void explain_order(const struct cg_context *context,
                          const struct cg_effect *effect,
                          char *text,
                          size_t len)
{
    const struct cg_state *state = &context->engine->state;
    struct cg_slice id = request_id(context, effect->request);
    if (effect->kind == CG_EFFECT_PARK) {
        snprintf(text, len, "holds %.*s until %s", WORDS(id),
                 awaited(state, &state->requests[effect->request]));
    } else if (effect->kind == CG_EFFECT_CANCELLED) {
        snprintf(text, len, "cancels the waiting order by %.*s", WORDS(id));
    } else if (effect->kind == CG_EFFECT_STATUS) {
        snprintf(text, len, "tells the status of %.*s", WORDS(id));
    } else if (effect->kind == CG_EFFECT_INQUIRE) {
        snprintf(text, len, "asks the venue what became of order %.*s",
                 WORDS(id));
    } else if (effect->kind == CG_EFFECT_PASS_STATUS) {
        snprintf(text, len, "tells the client what became of order %.*s",
                 WORDS(id));
    } else { /* CG_EFFECT_PULL */
        const struct cg_order *order = &state->orders[effect->order];
        snprintf(text, len, "pulls order %.*s: CG%d %s",
                 WORDS(request_id(context, order->request)),
                 (int)order->pull_reason, cg_reason_slug(order->pull_reason));
    }
}

bool cg_explain(const struct cg_context *context,
                const struct cg_effect *effect,
                char *text,
                size_t len)
{
    switch (effect->kind) {
    case CG_EFFECT_ASK:
    case CG_EFFECT_ASK_AGAIN:
        explain_ask(context, effect, text, len);
        return true;
    case CG_EFFECT_REFUSE_ORDER:
        explain_refusal(context, effect, "order", text, len);
        return true;
    case CG_EFFECT_REFUSE_REQUEST:
        explain_refusal(context, effect,
                        effect->to_replace ? "replace" : "cancel", text, len);
        return true;
    case CG_EFFECT_FORWARD:
        explain_forward(context, effect, text, len);
        return true;
    case CG_EFFECT_NOTE:
        snprintf(text, len, "%s", effect->text);
        return true;
    case CG_EFFECT_NEWS:
        snprintf(text, len, "sends News to %.*s: %s",
                 WORDS(cg_id_slice(
                     &context->engine->state.sessions[effect->session].name)),
                 cg_news_headline(effect->news));
        return true;
    case CG_EFFECT_LIMITS_REQUEST:
        snprintf(text, len, "asks the hub for its limits");
        return true;
    case CG_EFFECT_LIMITS_ACK:
        snprintf(text, len, "%s the limit update",
                 effect->value == 0 ? "takes" : "refuses");
        return true;
    case CG_EFFECT_LIMITS_REPORT:
        snprintf(text, len, "tells %.*s of %u limits",
                 WORDS(cg_id_slice(
                     &context->engine->state.sessions[effect->session].name)),
                 effect->value);
        return true;
    case CG_EFFECT_DEFINITION_ACK:
        snprintf(text, len, "%s the limit definition",
                 effect->value == 2 ? "refuses" : "takes");
        return true;
    case CG_EFFECT_PARK:
    case CG_EFFECT_CANCELLED:
    case CG_EFFECT_STATUS:
    case CG_EFFECT_PULL:
    case CG_EFFECT_INQUIRE:
    case CG_EFFECT_PASS_STATUS:
        explain_order(context, effect, text, len);
        return true;
    case CG_EFFECT_FORGET:
    case CG_EFFECT_PASS:
    case CG_EFFECT_PASS_PULLED:
    case CG_EFFECT_ACTION_REPORT:
        break;
    }
    return false;
}
