/*
 * Messages out: each effect of the last event becomes one message, when the
 * host asks for it.
 *
 * Rules: R45, R51, R54, R55.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"

#include "check.h"

struct cg_profile cg_gate_profile(const struct cg_gate *gate,
                                  cg_session session)
{
    if (session >= gate->config->session_count) {
        return (struct cg_profile){.version = CG_FIX44};
    }
    const struct cg_config_session *config = &gate->config->sessions[session];
    return (struct cg_profile){
        .session = session,
        .version = config->version,
        .plain_sp2 = config->plain_sp2,
        .show_amounts = config->show_amounts,
        .token_tag = config->token_tag,
    };
}

const char *cg_gate_type(struct cg_gate *gate)
{
    struct cg_slice type = gate->message->type;
    bool fits = CG_ALWAYS(type.len < gate->body_max, "MaxMessageBytes");
    size_t len = fits ? type.len : gate->body_max - 1;
    memcpy(gate->type, type.data, len);
    gate->type[len] = '\0';
    return gate->type;
}

/* The message that a forward is about: the one at hand, or the one kept. */
static const struct cg_fix_message *forwarded(struct cg_gate *gate,
                                              const struct cg_effect *effect)
{
    const struct cg_state *state = &gate->engine->state;
    struct cg_slice parked = cg_park_take(&gate->park, effect->request);
    if (parked.len == 0) {
        CG_ASSERT(gate->has_message);
        return gate->message;
    }
    cg_session client = state->requests[effect->request].client;
    int unread = cg_fix_read(&gate->parked_message,
                             state->sessions[client].version, parked.data,
                             parked.len);
    CG_ASSERT(unread == 0);
    return &gate->parked_message;
}

/* The types that go on after a decision, as static words. */
static const char *order_type(struct cg_slice type)
{
    static const char *const types[] = {"D", "G", "F", "AB", "AC"};
    size_t i = 0;
    while (!cg_slice_is(type, types[i])) {
        i++;
        CG_ASSERT(i < CG_COUNT(types));
    }
    return types[i];
}

static const char *forward(struct cg_gate *gate,
                           const struct cg_context *context,
                           const struct cg_effect *effect,
                           struct cg_fix_writer *header,
                           struct cg_fix_writer *body)
{
    const struct cg_fix_message *message = forwarded(gate, effect);
    struct cg_profile profile = cg_gate_profile(gate, effect->session);
    cg_encode_routing(message, header);
    cg_encode_forward(context, message, effect->order, &profile, body);
    return order_type(message->type);
}

static const char *pass(struct cg_gate *gate,
                        const struct cg_context *context,
                        const struct cg_effect *effect,
                        struct cg_fix_writer *header,
                        struct cg_fix_writer *body)
{
    struct cg_profile profile = cg_gate_profile(gate, effect->session);
    CG_ASSERT(gate->has_message);
    cg_encode_routing(gate->message, header);
    if (effect->kind == CG_EFFECT_PASS_STATUS) {
        cg_encode_pass_status(context, effect, &profile, body);
    } else if (effect->kind == CG_EFFECT_PASS_PULLED) {
        cg_encode_pass_pulled(context, effect, &profile, body);
    } else {
        cg_encode_pass(context, effect, &profile, body);
    }
    return cg_gate_type(gate);
}

/* Renders one effect; NULL when it is no message.  A table over the kinds. */
static const char *render(struct cg_gate *gate,
                          const struct cg_context *context,
                          const struct cg_effect *effect,
                          struct cg_fix_writer *header,
                          struct cg_fix_writer *body)
{
    struct cg_profile profile = cg_gate_profile(gate, effect->session);
    switch (effect->kind) {
    case CG_EFFECT_FORWARD:
        return forward(gate, context, effect, header, body);
    case CG_EFFECT_PASS:
    case CG_EFFECT_PASS_PULLED:
    case CG_EFFECT_PASS_STATUS:
        return pass(gate, context, effect, header, body);
    case CG_EFFECT_REFUSE_ORDER:
        cg_encode_order_refusal(context, effect, &profile, body);
        return "8";
    case CG_EFFECT_REFUSE_REQUEST:
        cg_encode_request_refusal(context, effect, &profile, body);
        return "9";
    case CG_EFFECT_CANCELLED:
        cg_encode_cancelled(context, effect, &profile, body);
        return "8";
    case CG_EFFECT_STATUS:
        cg_encode_status(context, effect, &profile, body);
        return "8";
    case CG_EFFECT_ASK_AGAIN:
        cg_fix_put_char(header, 97, 'Y');
        cg_encode_ask(context, effect, body);
        return "DF";
    case CG_EFFECT_ASK:
        cg_encode_ask(context, effect, body);
        return "DF";
    case CG_EFFECT_PULL:
        cg_encode_pull(context, effect, body);
        return "F";
    case CG_EFFECT_INQUIRE:
        cg_encode_inquiry(context, effect, &profile, body);
        return "H";
    case CG_EFFECT_NEWS:
        cg_encode_news(context, effect, &profile, body);
        return "B";
    case CG_EFFECT_LIMITS_REQUEST:
        cg_encode_limits_request(context, body);
        return "CL";
    case CG_EFFECT_LIMITS_ACK:
        cg_encode_limits_ack(context, effect, body);
        return "DE";
    case CG_EFFECT_LIMITS_REPORT:
        cg_encode_limits_report(context, effect, &profile, body);
        return "CM";
    case CG_EFFECT_DEFINITION_ACK:
        cg_encode_definition_ack(context, effect, body);
        return "CT";
    case CG_EFFECT_ACTION_REPORT:
        cg_encode_action_report(context, effect, body);
        return "DI";
    case CG_EFFECT_FORGET:
        (void)cg_park_take(&gate->park, effect->request);
        return NULL;
    case CG_EFFECT_PARK:
    case CG_EFFECT_NOTE:
        break;
    }
    return NULL;
}

static void explain(struct cg_gate *gate,
                    const struct cg_context *context,
                    const struct cg_effect *effect)
{
    char text[512];
    enum cg_log_level level = effect->kind == CG_EFFECT_NOTE ? effect->level
                                                             : CG_LOG_INFO;
    if (gate->log != NULL && cg_explain(context, effect, text, sizeof(text))) {
        gate->log(gate->user, level, gate->engine->now, text);
    }
}

static void alarm_raise(struct cg_gate *gate, const char *text)
{
    if (gate->log != NULL) {
        gate->log(gate->user, CG_LOG_WARNING, gate->engine->now, text);
    }
}

bool cg_gate_pull(struct cg_gate *gate, struct cg_out *out)
{
    struct cg_engine *engine = gate->engine;
    struct cg_context context = {
        .engine = engine,
        .gate_name = gate->name,
        .message = gate->has_message ? gate->message : NULL,
        .event = gate->has_event ? &gate->event : NULL,
    };
    if (gate->has_direct) {
        gate->has_direct = false;
        *out = gate->direct;
        return true;
    }
    while (gate->next_effect < engine->effect_count) {
        const struct cg_effect *effect = &engine->effects[gate->next_effect++];
        struct cg_fix_writer header = cg_fix_writer_over(gate->header,
                                                         gate->body_max);
        struct cg_fix_writer body = cg_fix_writer_over(gate->body,
                                                       gate->body_max);
        explain(gate, &context, effect);
        const char *type = render(gate, &context, effect, &header, &body);
        if (type == NULL) {
            continue;
        }
        bool passed = effect->kind == CG_EFFECT_PASS ||
                      effect->kind == CG_EFFECT_PASS_PULLED ||
                      effect->kind == CG_EFFECT_PASS_STATUS;
        if (passed && (header.full || body.full)) {
            alarm_raise(
                gate, "ALARM: a message of the venue is too large to pass on");
            continue;
        }
        CG_ASSERT(!header.full && !body.full);
        *out = (struct cg_out){effect->session, type,      header.data,
                               header.len,      body.data, body.len};
        return true;
    }
    return false;
}
