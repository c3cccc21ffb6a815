/*
 * What the gate says to clients: refusals, cancels of waiting orders, status,
 * News, and the venue's reports as they came.
 *
 * Shows a client nothing of other accounts and no hidden quantity (R51).
 * Rules: R31, R43, R50..R55.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "check.h"
#include "decimal.h"
#include "fix_value.h"
#include <stdio.h>

/* What of an order is said back to its client. */
struct echo {
    struct cg_slice clordid;
    struct cg_slice orig_clordid;
    struct cg_slice order_id;
    struct cg_slice account;
    struct cg_slice symbol;
    char side;
    cg_qty qty;
    cg_qty cum_qty;
    uint32_t account_slot;
};

static struct cg_slice or_none(struct cg_slice value)
{
    return value.len > 0 ? value : CG_SLICE("NONE");
}

/* From the message that is being answered. */
static struct echo echo_event(const struct cg_context *context)
{
    const struct cg_order_event *event = context->event;
    return (struct echo){
        .clordid = event->clordid,
        .orig_clordid = event->orig_clordid,
        .account = event->account,
        .symbol = event->symbol,
        .side = event->side,
        .qty = event->qty,
        .account_slot = cg_state_account(&context->engine->state,
                                         event->account),
    };
}

/* From what is known of the order, when the answer comes later. */
static struct echo
echo_state(const struct cg_context *context, uint32_t slot, uint32_t request)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_order *order = &state->orders[slot];
    const struct cg_request *of = &state->requests[request];
    uint32_t target = of->target; /* what its 41 named */
    if (target == CG_NONE && request != order->request) {
        target = order->request;
    }
    return (struct echo){
        .clordid = cg_id_slice(&of->id),
        .orig_clordid = target != CG_NONE
                            ? cg_id_slice(&state->requests[target].id)
                            : (struct cg_slice){NULL, 0},
        .order_id = cg_id_slice(&order->venue_order_id),
        .account = cg_id_slice(&state->accounts[order->account].name),
        .symbol = cg_order_symbol(state, order),
        .side = order->side,
        .qty = order->qty,
        .cum_qty = cg_package_cum_qty(state, order),
        .account_slot = order->account,
    };
}

static void put_exec_id(const struct cg_context *context,
                        const struct cg_effect *effect,
                        struct cg_fix_writer *out)
{
    const struct cg_engine *engine = context->engine;
    char id[CG_NAME_MAX + 1];
    snprintf(id, sizeof(id), "%.40s-E%llu-%u", context->gate_name,
             (unsigned long long)engine->state.fact_no,
             (unsigned)(effect - engine->effects));
    cg_fix_put_str(out, 17, id);
}

/* An ExecutionReport about an order that has nothing open. */
static void put_report(const struct cg_context *context,
                       const struct cg_effect *effect,
                       const struct echo *echo,
                       const struct cg_profile *profile,
                       char exec_type,
                       char status,
                       cg_qty leaves,
                       struct cg_fix_writer *out)
{
    cg_fix_put(out, 37, or_none(echo->order_id));
    cg_fix_put(out, 11, echo->clordid);
    cg_fix_put(out, 41, echo->orig_clordid);
    put_exec_id(context, effect, out);
    if (profile->version == CG_FIX42) {
        cg_fix_put_char(out, 20, exec_type == 'I' ? '3' : '0');
        exec_type = exec_type == 'I' ? status : exec_type;
    }
    cg_fix_put_char(out, 150, exec_type);
    cg_fix_put_char(out, 39, status);
    cg_fix_put(out, 1, echo->account);
    cg_fix_put(out, 55, or_none(echo->symbol));
    if (CG_ALWAYS(echo->side != '\0', "54 is required and one letter")) {
        cg_fix_put_char(out, 54, echo->side);
    }
    if (echo->qty > 0) {
        cg_fix_put_int(out, 38, echo->qty);
    }
    cg_fix_put_int(out, 151, leaves);
    cg_fix_put_int(out, 14, echo->cum_qty);
    cg_fix_put_int(out, 6, 0);
    cg_fix_put_time(out, 60, context->engine->now);
}

/* The first ping token of an order, else its first; 0 for none (R55). */
static cg_seq first_token(const struct cg_state *state, uint32_t order)
{
    cg_seq first = 0;
    cg_seq first_ping = 0;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) { /* newest first */
        const struct cg_token *token = &state->tokens[i];
        if (!token->spent) {
            continue;
        }
        first = token->number;
        first_ping = token->model == CG_MODEL_PING ? first : first_ping;
    }
    return first_ping != 0 ? first_ping : first;
}

static void put_token(const struct cg_context *context,
                      uint32_t order,
                      uint32_t tag,
                      struct cg_fix_writer *out)
{
    char id[CG_NAME_MAX + 1];
    cg_seq number = order != CG_NONE
                        ? first_token(&context->engine->state, order)
                        : 0;
    if (tag == 0 || number == 0) {
        return;
    }
    cg_token_id(context->gate_name, number, id);
    cg_fix_put_str(out, tag, id);
    if (tag == 2334) {
        cg_fix_put_int(out, 2335, 1);
    }
}

/* To those whose dictionary has it in a report. */
static void put_token_back(const struct cg_context *context,
                           uint32_t order,
                           const struct cg_profile *profile,
                           struct cg_fix_writer *out)
{
    if (profile->version == CG_FIX50SP2 && !profile->plain_sp2) {
        put_token(context, order, 2334, out);
    }
}

/* Text, and its copy in RejectText where the dictionary has it. */
static void put_reason(const struct cg_context *context,
                       const struct cg_refusal *refusal,
                       uint32_t account,
                       const struct cg_profile *profile,
                       struct cg_fix_writer *out)
{
    char text[CG_TEXT_MAX + 1];
    cg_reason_text(context, refusal, account, profile, text);
    cg_fix_put_str(out, 58, text);
    if (profile->version == CG_FIX50SP2 && !profile->plain_sp2) {
        cg_fix_put_str(out, 1328, text);
    }
}

static void put_order_reason(const struct cg_context *context,
                             const struct cg_effect *effect,
                             uint32_t account,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out)
{
    cg_fix_put_int(out, 103, cg_reason_103(&effect->refusal, profile));
    put_reason(context, &effect->refusal, account, profile, out);
}

void cg_encode_order_refusal(const struct cg_context *context,
                             const struct cg_effect *effect,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out)
{
    struct echo echo = effect->order != CG_NONE
                           ? echo_state(context, effect->order, effect->request)
                           : echo_event(context);
    put_report(context, effect, &echo, profile, '8', '8', 0, out);
    put_order_reason(context, effect, echo.account_slot, profile, out);
}

void cg_encode_cancelled(const struct cg_context *context,
                         const struct cg_effect *effect,
                         const struct cg_profile *profile,
                         struct cg_fix_writer *out)
{
    struct echo echo = echo_state(context, effect->order, effect->request);
    put_report(context, effect, &echo, profile, '4', '4', 0, out);
    cg_fix_put_str(out, 58, "cancelled before it was forwarded");
}

static char closed_status(const struct cg_order *order, cg_qty cum_qty)
{
    if (order->ended_by == CG_REPORT_REJECTED) {
        return '8';
    }
    if (order->ended_by == CG_REPORT_EXPIRED) {
        return 'C';
    }
    if (order->ended_by == CG_REPORT_DONE_FOR_DAY) {
        return '3';
    }
    return cum_qty >= order->qty ? '2' : '4';
}

static char order_status(const struct cg_state *state,
                         const struct cg_order *order)
{
    cg_qty cum_qty = cg_package_cum_qty(state, order);
    switch (order->state) {
    case CG_ORDER_QUEUED:
    case CG_ORDER_WAITING:
    case CG_ORDER_SENT:
        return 'A';
    case CG_ORDER_OPEN:
        return cum_qty > 0 ? '1' : '0';
    case CG_ORDER_CLOSED:
    case CG_ORDER_FREE: /* nobody asks of these */
    case CG_ORDER_STATES:
        break;
    }
    return closed_status(order, cum_qty);
}

/* OrdStatusReqID of the question that is answered. */
static void put_status_id(const struct cg_context *context,
                          const struct cg_profile *profile,
                          struct cg_fix_writer *out)
{
    struct cg_slice id;
    if (profile->version != CG_FIX42 && context->message != NULL &&
        cg_slice_is(context->message->type, "H") &&
        cg_fix_find(context->message, 790, &id)) {
        cg_fix_put(out, 790, id);
    }
}

void cg_encode_status(const struct cg_context *context,
                      const struct cg_effect *effect,
                      const struct cg_profile *profile,
                      struct cg_fix_writer *out)
{
    if (effect->order == CG_NONE) { /* refused as it arrived */
        struct echo event = echo_event(context);
        put_report(context, effect, &event, profile, 'I', '8', 0, out);
        put_status_id(context, profile, out);
        if (effect->refusal.reason != CG_REASON_NONE) {
            put_order_reason(context, effect, event.account_slot, profile, out);
        }
        return;
    }
    const struct cg_order *order =
        &context->engine->state.orders[effect->order];
    struct echo echo = echo_state(context, effect->order, effect->request);
    bool open = order->state != CG_ORDER_CLOSED;
    cg_qty leaves = open ? order->qty - echo.cum_qty : 0;
    put_report(context, effect, &echo, profile, 'I',
               order_status(&context->engine->state, order),
               leaves > 0 ? leaves : 0, out);
    put_status_id(context, profile, out);
    put_token_back(context, effect->order, profile, out);
}

void cg_encode_request_refusal(const struct cg_context *context,
                               const struct cg_effect *effect,
                               const struct cg_profile *profile,
                               struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    struct echo echo = effect->request != CG_NONE
                           ? echo_state(context, effect->order, effect->request)
                           : echo_event(context);
    bool unknown = effect->order == CG_NONE;
    if (!unknown) {
        const struct cg_order *order = &state->orders[effect->order];
        echo.order_id = cg_id_slice(&order->venue_order_id);
        echo.account_slot = order->account;
    }
    cg_fix_put(out, 37, or_none(echo.order_id));
    cg_fix_put(out, 11, echo.clordid);
    cg_fix_put(out, 41, or_none(echo.orig_clordid));
    cg_fix_put_char(
        out, 39,
        unknown ? '8' : order_status(state, &state->orders[effect->order]));
    if (profile->version != CG_FIX42 || echo.account.len > 0) {
        cg_fix_put(out, 1, echo.account);
    }
    cg_fix_put_time(out, 60, context->engine->now);
    cg_fix_put_char(out, 434, effect->to_replace ? '2' : '1');
    cg_fix_put_int(out, 102, cg_reason_102(effect->refusal.reason, profile));
    put_reason(context, &effect->refusal, echo.account_slot, profile, out);
}

/* --- News (R52) --------------------------------------------------------- */

const char *cg_news_headline(enum cg_news news)
{
    switch (news) {
    case CG_NEWS_WARNING:
        return "Credit limit warning";
    case CG_NEWS_BREACH:
        return "Credit limit breached";
    case CG_NEWS_PULLED:
        return "Order pulled";
    case CG_NEWS_STOP:
        return "Trading stopped by the clearing firm";
    case CG_NEWS_REINSTATED:
        return "Reinstated by the clearing firm";
    case CG_NEWS_STILL_STOPPED:
        return "A stop was lifted, another still binds";
    case CG_NEWS_FALLBACK_ON:
        return "Credit hub silent: pushed limits are used";
    case CG_NEWS_FALLBACK_OFF:
        return "Credit hub answers again";
    }
    return "Credit notice";
}

/* Ids in it are others' words: the hub's of a limit, the client's of an order.
 */
static void put_line(struct cg_fix_writer *out, char *text)
{
    cg_text_clean(text);
    cg_fix_put_str(out, 58, text);
}

static void put_use(const struct cg_context *context,
                    const struct cg_effect *effect,
                    const struct cg_profile *profile,
                    struct cg_fix_writer *out)
{
    const struct cg_limit *limit =
        &context->engine->state.limits[effect->limit];
    char use[32];
    char amount[32];
    char line[CG_TEXT_MAX + CG_NAME_MAX];
    cg_dv01 used = cg_limit_use(limit);
    int64_t percent = limit->amount > 0
                          ? (int64_t)((cg_wide)used * 100 / limit->amount)
                          : 0;
    cg_dv01_format(used, use);
    cg_dv01_format(limit->amount, amount);
    if (cg_profile_may_see(context, limit, profile)) {
        snprintf(line, sizeof(line),
                 "use %s of %s %.3s (%lld %%) under limit %.*s of %.*s", use,
                 amount, limit->currency, (long long)percent,
                 (int)limit->id.len, limit->id.text, (int)limit->owner_name.len,
                 limit->owner_name.text);
    } else {
        snprintf(line, sizeof(line), "limit %.*s of %.*s", (int)limit->id.len,
                 limit->id.text, (int)limit->owner_name.len,
                 limit->owner_name.text);
    }
    put_line(out, line);
}

static void put_subject(const struct cg_context *context,
                        const struct cg_effect *effect,
                        struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_account *account = &state->accounts[effect->account];
    char line[CG_TEXT_MAX + CG_NAME_MAX];
    if (effect->order != CG_NONE) {
        const struct cg_request *request =
            &state->requests[state->orders[effect->order].request];
        snprintf(line, sizeof(line),
                 "order %.*s of account %.*s was cancelled by the gate",
                 (int)request->id.len, request->id.text, (int)account->name.len,
                 account->name.text);
    } else {
        snprintf(line, sizeof(line), "account %.*s, clearing firm %.*s",
                 (int)account->name.len, account->name.text,
                 (int)account->firm.len, account->firm.text);
    }
    put_line(out, line);
}

/* Which stop binds the account (R18). */
static void put_binding(const struct cg_context *context,
                        const struct cg_binding *binding,
                        struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const char *what = binding->halted ? "halted" : "suspended";
    char line[CG_TEXT_MAX + CG_NAME_MAX];
    if (binding->limit != CG_NONE) {
        const struct cg_limit *limit = &state->limits[binding->limit];
        snprintf(line, sizeof(line), "%s under limit %.*s of %.*s", what,
                 (int)limit->id.len, limit->id.text, (int)limit->owner_name.len,
                 limit->owner_name.text);
    } else {
        const struct cg_id *name = &state->sessions[binding->placer].name;
        snprintf(line, sizeof(line), "%s by %.*s%s", what, (int)name->len,
                 name->text, binding->whole_firm ? ", the whole firm" : "");
    }
    put_line(out, line);
}

static void put_contact(const struct cg_context *context,
                        const struct cg_effect *effect,
                        struct cg_fix_writer *out)
{
    const struct cg_account *account =
        &context->engine->state.accounts[effect->account];
    char line[CG_TEXT_MAX + CG_NAME_MAX];
    bool top_up = effect->news == CG_NEWS_WARNING ||
                  effect->news == CG_NEWS_BREACH;
    const char *why = top_up ? " for a top-up" : "";
    if (account->contact[0] != '\0') {
        snprintf(line, sizeof(line), "call %s%s", account->contact, why);
    } else {
        snprintf(line, sizeof(line), "call the credit desk of %.*s%s",
                 (int)account->firm.len, account->firm.text, why);
    }
    put_line(out, line);
}

void cg_encode_news(const struct cg_context *context,
                    const struct cg_effect *effect,
                    const struct cg_profile *profile,
                    struct cg_fix_writer *out)
{
    char headline[CG_TEXT_MAX];
    struct cg_binding binding;
    bool stop = (effect->news == CG_NEWS_STOP ||
                 effect->news == CG_NEWS_STILL_STOPPED) &&
                cg_engine_binding(context->engine, effect->account, &binding);
    bool flash = effect->news == CG_NEWS_FALLBACK_ON ||
                 (stop && binding.halted);
    if (effect->news == CG_NEWS_WARNING &&
        cg_profile_owns(context, &context->engine->state.limits[effect->limit],
                        profile)) {
        snprintf(headline, sizeof(headline), "%s: %u %% reached",
                 cg_news_headline(effect->news), effect->value);
    } else {
        snprintf(headline, sizeof(headline), "%s",
                 cg_news_headline(effect->news));
    }
    if (profile->version == CG_FIX50SP2) {
        cg_fix_put_int(out, 1473, 3);
    }
    cg_fix_put_time(out, 42, context->engine->now);
    cg_fix_put_char(out, 61, flash ? '1' : '0');
    cg_fix_put_str(out, 148, headline);
    cg_fix_put_int(out, 33, 2 + (effect->limit != CG_NONE) + stop);
    put_subject(context, effect, out);
    if (stop) {
        put_binding(context, &binding, out);
    }
    if (effect->limit != CG_NONE) {
        put_use(context, effect, profile, out);
    }
    put_contact(context, effect, out);
}

/* --- the venue's reports ------------------------------------------------ */

static struct cg_slice whole_field(const struct cg_fix_message *message,
                                   uint32_t i)
{
    uint32_t from = message->fields[i - 1].at + message->fields[i - 1].len + 1;
    uint32_t to = message->fields[i].at + message->fields[i].len + 1;
    return (struct cg_slice){message->bytes + from, to - from};
}

static struct cg_slice whole_body(const struct cg_fix_message *message)
{
    if (message->body_first >= message->body_end) {
        return (struct cg_slice){NULL, 0};
    }
    struct cg_slice first = whole_field(message, message->body_first);
    struct cg_slice last = whole_field(message, message->body_end - 1);
    return (struct cg_slice){first.data,
                             (size_t)(last.data + last.len - first.data)};
}

static void put_body_without(const struct cg_fix_message *message,
                             uint32_t tag,
                             struct cg_fix_writer *out)
{
    bool there = false;
    for (uint32_t i = message->body_first; i < message->body_end; i++) {
        there = there || message->fields[i].tag == tag;
    }
    if (tag == 0 || !there) {
        cg_fix_put_raw(out, whole_body(message));
        return;
    }
    for (uint32_t i = message->body_first; i < message->body_end; i++) {
        if (message->fields[i].tag != tag) {
            cg_fix_put_raw(out, whole_field(message, i));
        }
    }
}

void cg_encode_forward(const struct cg_context *context,
                       const struct cg_fix_message *message,
                       uint32_t order,
                       const struct cg_profile *profile,
                       struct cg_fix_writer *out)
{
    /* A client must not be able to bring a token of its own. */
    put_body_without(message, profile->token_tag, out);
    if (!cg_slice_is(message->type, "F")) {
        put_token(context, order, profile->token_tag, out);
    }
}

/* R55: unless the venue has said it. */
static void put_report_token(const struct cg_context *context,
                             const struct cg_effect *effect,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out)
{
    struct cg_slice value;
    if (cg_slice_is(context->message->type, "8") &&
        !cg_fix_find(context->message, 2334, &value)) {
        put_token_back(context, effect->order, profile, out);
    }
}

void cg_encode_pass(const struct cg_context *context,
                    const struct cg_effect *effect,
                    const struct cg_profile *profile,
                    struct cg_fix_writer *out)
{
    cg_fix_put_raw(out, whole_body(context->message));
    put_report_token(context, effect, profile, out);
}

void cg_encode_pass_status(const struct cg_context *context,
                           const struct cg_effect *effect,
                           const struct cg_profile *profile,
                           struct cg_fix_writer *out)
{
    put_body_without(context->message, 790, out);
    put_report_token(context, effect, profile, out);
}

void cg_encode_pass_pulled(const struct cg_context *context,
                           const struct cg_effect *effect,
                           const struct cg_profile *profile,
                           struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    const struct cg_fix_message *message = context->message;
    bool known = effect->order != CG_NONE; /* not forgotten by now */
    struct cg_slice id = {NULL, 0};
    struct cg_slice exec_type = {NULL, 0};
    if (known) {
        id = cg_id_slice(
            &state->requests[state->orders[effect->order].request].id);
    } else {
        (void)cg_fix_find(message, 41, &id); /* of the gate's F */
    }
    (void)cg_fix_find(message, 150, &exec_type);
    bool cancelled = cg_slice_is(exec_type, "4");
    for (uint32_t i = message->body_first; i < message->body_end; i++) {
        uint32_t tag = message->fields[i].tag;
        bool reason = cancelled && known &&
                      (tag == 58 || tag == 378 || tag == 1328);
        if (message->fields[i].inner) {
            cg_fix_put_raw(out, whole_field(message, i));
        } else if (tag == 11) {
            if (id.len > 0) {
                cg_fix_put(out, 11, id);
            }
        } else if (tag != 41 && tag != 790 && !reason) {
            cg_fix_put_raw(out, whole_field(message, i));
        }
    }
    put_report_token(context, effect, profile, out);
    if (!cancelled || !known) {
        return;
    }
    const struct cg_order *order = &state->orders[effect->order];
    struct cg_refusal refusal = {.reason = order->pull_reason,
                                 .limit = CG_NONE};
    bool halted = order->pull_reason == CG_PARTY_HALTED;
    cg_fix_put_int(out, 378, profile->version != CG_FIX42 && halted ? 6 : 4);
    put_reason(context, &refusal, order->account, profile, out);
}

/* Whether the header has more than what every header has. */
static bool has_routing(const struct cg_fix_message *message)
{
    for (uint32_t i = 3; i < message->body_first; i++) {
        uint32_t tag = message->fields[i].tag;
        if (tag != 34 && tag != 49 && tag != 52 && tag != 56) {
            return true;
        }
    }
    return false;
}

void cg_encode_routing(const struct cg_fix_message *message,
                       struct cg_fix_writer *out)
{
    static const uint32_t tags[] = {115, 128, 50,  142, 57, 143,
                                    116, 144, 129, 145, 347};
    struct cg_slice value;
    bool resent;
    if (!has_routing(message)) {
        return;
    }
    for (size_t i = 0; i < CG_COUNT(tags); i++) {
        if (cg_fix_find(message, tags[i], &value)) {
            cg_fix_put(out, tags[i], value);
        }
    }
    if (cg_fix_find(message, 97, &value) && cg_fix_bool(value, &resent)) {
        cg_fix_put(out, 97, value);
    }
}

/* --- rejects ------------------------------------------------------------ */

/* RefSeqNum, which no reject may lack: 0 for a number that cannot be read. */
static void put_ref_seq(const struct cg_fix_message *message,
                        struct cg_fix_writer *out)
{
    struct cg_slice value;
    int64_t seq;
    if (!cg_fix_find(message, 34, &value) || !cg_fix_int(value, &seq) ||
        seq < 0) {
        value = CG_SLICE("0");
    }
    cg_fix_put(out, 45, value);
}

void cg_encode_business_reject(const struct cg_fix_message *message,
                               int reason,
                               const char *text,
                               struct cg_fix_writer *out)
{
    struct cg_slice value;
    put_ref_seq(message, out);
    cg_fix_put(out, 372, message->type);
    if (cg_fix_find(message, 11, &value)) {
        cg_fix_put(out, 379, value);
    }
    cg_fix_put_int(out, 380, reason);
    cg_fix_put_str(out, 58, text);
}

void cg_encode_session_reject(const struct cg_fix_message *message,
                              int reason,
                              uint32_t tag,
                              const char *text,
                              struct cg_fix_writer *out)
{
    put_ref_seq(message, out);
    if (tag != 0) {
        cg_fix_put_int(out, 371, (int64_t)tag);
    }
    cg_fix_put(out, 372, message->type);
    if (reason >= 0) {
        cg_fix_put_int(out, 373, reason);
    }
    cg_fix_put_str(out, 58, text);
}
