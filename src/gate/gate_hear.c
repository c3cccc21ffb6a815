/*
 * Messages in: who said what, and which decision it needs.
 *
 * Nothing is dropped silently: what is not decided on is passed through or
 * refused (R53).  Rules: R22, R42, R43, R45, R53, R54.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_hear.h"

#include "ahead.h"
#include "gate_instrument.h"
#include <stdio.h>

/* --- answers that need no decision -------------------------------------- */

static struct cg_fix_writer
direct(struct cg_gate *gate, cg_session session, const char *type)
{
    gate->has_direct = true;
    gate->direct = (struct cg_out){
        .session = session, .type = type, .header = gate->header};
    return cg_fix_writer_over(gate->body, gate->body_max);
}

static void direct_end(struct cg_gate *gate, const struct cg_fix_writer *out)
{
    gate->direct.body = out->data;
    gate->direct.body_len = out->len;
    gate->has_direct = !out->full;
}

/* An answer without a decision has its line in the log, too. */
static void say_rejected(const struct cg_gate *gate, const char *text)
{
    char line[CG_TEXT_MAX + 64];
    struct cg_slice type = gate->message->type;
    if (gate->log != NULL) {
        snprintf(line, sizeof(line), "rejects a message of type %.*s: %s",
                 (int)(type.len < 16 ? type.len : 16), type.data, text);
        gate->log(gate->user, CG_LOG_INFO, gate->engine->now, line);
    }
}

static void reject_business(struct cg_gate *gate, int reason, const char *text)
{
    say_rejected(gate, text);
    struct cg_fix_writer out = direct(gate, gate->answering, "j");
    cg_encode_business_reject(gate->message, reason, text, &out);
    direct_end(gate, &out);
}

static bool has_fault(struct cg_gate *gate, struct cg_fix_fault *fault)
{
    if (gate->form == NULL) {
        return cg_fix_validate(cg_gate_read_message(gate, gate->answering),
                               fault) != 0;
    }
    *fault = gate->form->fault;
    return gate->form->has_fault;
}

/* True when the message is malformed; it is then answered. */
static bool malformed(struct cg_gate *gate)
{
    struct cg_fix_fault fault;
    char text[CG_TEXT_MAX];
    if (!has_fault(gate, &fault)) {
        return false;
    }
    snprintf(text, sizeof(text), "%s%s%s", fault.name,
             fault.name[0] != '\0' ? ": " : "", fault.text);
    if (fault.business) {
        reject_business(gate, fault.reason, text);
        return true;
    }
    say_rejected(gate, text);
    struct cg_fix_writer out = direct(gate, gate->answering, "3");
    cg_encode_session_reject(gate->message, fault.reason, fault.tag, text,
                             &out);
    direct_end(gate, &out);
    return true;
}

/* Passes the message on as it is. */
static void pass(struct cg_gate *gate, cg_session session)
{
    struct cg_fix_writer out = direct(gate, session, cg_gate_type(gate));
    struct cg_context context = {.engine = gate->engine,
                                 .gate_name = gate->name,
                                 .message = gate->message};
    struct cg_effect effect = {.order = CG_NONE};
    struct cg_profile profile = {.version = CG_FIX44};
    struct cg_fix_writer header = cg_fix_writer_over(gate->header,
                                                     gate->body_max);
    cg_encode_routing(gate->message, &header);
    gate->direct.header_len = header.full ? 0 : header.len;
    cg_encode_pass(&context, &effect, &profile, &out);
    direct_end(gate, &out);
}

/* --- clients ------------------------------------------------------------ */

/* Whether PassTypes lists the type: "R,S,AJ". */
static bool is_passed(const struct cg_gate *gate, struct cg_slice type)
{
    const char *at = gate->config->passed_types;
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        if (cg_slice_equal((struct cg_slice){at, len}, type)) {
            return true;
        }
        at += len + (at[len] == ',' ? 1 : 0);
    }
    return false;
}

/* 5.0 SP2 lets AC go without an id, but nothing can be answered to that. */
static bool lacks_id(struct cg_gate *gate)
{
    struct cg_fix_fault fault;
    if (cg_fix_require(gate->message, 11, &fault) == 0) {
        return false;
    }
    reject_business(gate, fault.reason, fault.text);
    return true;
}

/* The answer to a mass cancel names nothing but its id (R42). */
static void mass_cancel(struct cg_gate *gate, cg_session venue)
{
    struct cg_mass_cancel_event event = {.side = 0};
    struct cg_slice side;
    (void)cg_fix_find(gate->message, 11, &event.id);
    (void)cg_fix_find(gate->message, 55, &event.symbol);
    if (cg_fix_find(gate->message, 54, &side) && side.len == 1) {
        event.side = side.data[0];
    }
    cg_engine_mass_cancel(gate->engine, &event);
    pass(gate, venue);
}

/* R56: a client asks for its limits; only FIX 5.0 SP2 has the message. */
static void limits_asked(struct cg_gate *gate)
{
    struct cg_query_event query;
    if (!malformed(gate)) {
        cg_decode_query(gate->message, &query);
        cg_engine_query(gate->engine, &query);
    }
}

/* Fetches where the id of a new order will be looked for, which with many of
 * them is far away, while the message's form is checked. */
static void ahead(const struct cg_gate *gate, cg_session venue)
{
    struct cg_slice id;
    if (cg_fix_find(gate->message, 11, &id)) {
        cg_ahead_id(&gate->engine->state, venue, id);
    }
}

static void decode_order(struct cg_gate *gate)
{
    if (gate->form != NULL && gate->form->has_order) {
        gate->event = gate->form->order;
    } else {
        cg_decode_order(gate->message, &gate->event);
    }
    gate->has_event = true;
}

static void from_client(struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    struct cg_slice type = gate->message->type;
    cg_session venue = state->sessions[gate->answering].venue;
    bool fresh = cg_slice_is(type, "D") || cg_slice_is(type, "AB");
    bool replace = cg_slice_is(type, "G") || cg_slice_is(type, "AC");
    bool order = fresh || replace || cg_slice_is(type, "F");
    bool question = cg_slice_is(type, "H") || cg_slice_is(type, "AF");
    if (fresh) {
        ahead(gate, venue);
    }
    if (order || question || cg_slice_is(type, "q")) {
        if (malformed(gate)) {
            return;
        }
    } else if (cg_slice_is(type, "j") || cg_slice_is(type, "3")) {
        /* A reject is never answered by another. */
        cg_engine_note(gate->engine, "ALARM: a client rejected a message");
        return;
    } else if (cg_slice_is(type, "CL") && gate->message->layout != NULL) {
        limits_asked(gate);
        return;
    } else if (!is_passed(gate, type)) {
        reject_business(gate, CG_FIX_BUSINESS_TYPE, "not checked for credit");
        return;
    }
    if (cg_slice_is(type, "H")) {
        decode_order(gate);
        if (cg_engine_asked(gate->engine, &gate->event)) {
            return;
        }
    }
    if (!order) {
        if (question && !state->sessions[venue].up) {
            reject_business(gate, 4, "the venue cannot be reached");
        } else if (cg_slice_is(type, "q")) {
            mass_cancel(gate, venue);
        } else {
            pass(gate, venue);
        }
        return;
    }
    if (lacks_id(gate)) {
        return;
    }
    decode_order(gate);
    if (gate->event.package) {
        cg_decode_legs(gate->message, gate->legs, &gate->event);
    }
    if (fresh || replace) {
        cg_gate_instruments_resolve(gate, fresh);
    }
    if (fresh) {
        cg_engine_new(gate->engine, &gate->event);
    } else if (replace) {
        cg_engine_replace(gate->engine, &gate->event);
    } else {
        cg_engine_cancel(gate->engine, &gate->event);
    }
}

/* --- venues ------------------------------------------------------------- */

/* A j about an order ends it like a reject: it never reached the book. */
static void venue_refusal(struct cg_gate *gate)
{
    struct cg_report_event event = {.kind = CG_REPORT_REJECTED, .closed = true};
    struct cg_slice type;
    struct cg_slice reason;
    (void)cg_fix_find(gate->message, 379, &event.clordid);
    bool typed = cg_fix_find(gate->message, 372, &type);
    if (typed && cg_slice_is(type, "H")) {
        bool unknown = cg_fix_find(gate->message, 380, &reason) &&
                       cg_slice_is(reason, "1");
        if (!cg_engine_inquiry_refused(gate->engine, event.clordid, unknown)) {
            cg_engine_other(gate->engine, &event);
        }
    } else if (typed && event.clordid.len > 0 &&
               (cg_slice_is(type, "D") || cg_slice_is(type, "AB"))) {
        cg_engine_report(gate->engine, &event);
    } else if (event.clordid.len > 0) {
        struct cg_cancel_reject_event refused = {.clordid = event.clordid};
        cg_engine_cancel_reject(gate->engine, &refused);
    } else {
        cg_engine_other(gate->engine, &event);
    }
}

static void from_venue(struct cg_gate *gate)
{
    struct cg_slice type = gate->message->type;
    struct cg_slice again;
    if (cg_fix_find(gate->message, 43, &again) && cg_slice_is(again, "Y")) {
        cg_engine_resending(gate->engine, gate->answering);
    }
    if (gate->form != NULL && gate->form->has_report) {
        cg_engine_report(gate->engine, &gate->form->report);
    } else if (cg_slice_is(type, "8")) {
        struct cg_report_event event;
        cg_decode_report(gate->message, &event);
        cg_engine_report(gate->engine, &event);
    } else if (cg_slice_is(type, "9")) {
        struct cg_cancel_reject_event event;
        cg_decode_cancel_reject(gate->message, &event);
        cg_engine_cancel_reject(gate->engine, &event);
    } else if (cg_slice_is(type, "j")) {
        venue_refusal(gate);
    } else {
        struct cg_report_event event;
        cg_decode_report(gate->message, &event);
        cg_engine_other(gate->engine, &event);
    }
}

/* --- hubs --------------------------------------------------------------- */

/* An answer names what it answers, by one id or the other. */
static bool lacks_ask(struct cg_gate *gate)
{
    struct cg_fix_fault fault;
    if (cg_fix_require(gate->message, 2318, &fault) == 0 ||
        cg_fix_require(gate->message, 2319, &fault) == 0) {
        return false;
    }
    cg_engine_note(gate->engine, "ALARM: an answer that names no request");
    reject_business(gate, fault.reason, fault.text);
    return true;
}

static void from_hub(struct cg_gate *gate)
{
    struct cg_slice type = gate->message->type;
    if (cg_slice_is(type, "B") || cg_slice_is(type, "j") ||
        cg_slice_is(type, "3")) {
        static const struct cg_report_event nobody;
        cg_engine_other(gate->engine, &nobody);
    } else if (malformed(gate)) {
        return;
    } else if (cg_slice_is(type, "DG")) {
        struct cg_answer_event event;
        if (lacks_ask(gate)) {
            return;
        }
        cg_decode_answer(gate->message, gate->name, &event);
        cg_engine_answer(gate->engine, &event);
    } else if (cg_slice_is(type, "CM") || cg_slice_is(type, "CR")) {
        struct cg_update_event event;
        cg_decode_update(gate->message, gate->update_limits,
                         gate->update_scopes, &event);
        cg_engine_update(gate->engine, &event);
    } else if (cg_slice_is(type, "CS")) {
        struct cg_update_event event;
        cg_decode_update(gate->message, gate->update_limits,
                         gate->update_scopes, &event);
        cg_engine_define(gate->engine, &event);
    } else if (cg_slice_is(type, "DH")) {
        struct cg_action_event event;
        cg_decode_action(gate->message, &event);
        cg_engine_action(gate->engine, &event);
    } else {
        reject_business(gate, CG_FIX_BUSINESS_TYPE, "not taken from a hub");
    }
}

/* --- anybody ------------------------------------------------------------ */

/* The first |tag| of bytes that are too many to be read. */
static struct cg_slice
scan(const char *bytes, size_t len, const char *tag, size_t tag_len)
{
    struct cg_slice none = {NULL, 0};
    for (const char *at = memchr(bytes, 1, len); at != NULL;
         at = memchr(at, 1, len - (size_t)(at - bytes))) {
        at++;
        size_t left = len - (size_t)(at - bytes);
        if (left > tag_len && memcmp(at, tag, tag_len) == 0 &&
            at[tag_len] == '=') {
            at += tag_len + 1;
            const char *end_at = memchr(at, 1, left - tag_len - 1);
            return end_at != NULL ? (struct cg_slice){at, (size_t)(end_at - at)}
                                  : none;
        }
    }
    return none;
}

void cg_gate_hear_too_large(struct cg_gate *gate, const char *bytes, size_t len)
{
    struct cg_slice type = scan(bytes, len, "35", 2);
    struct cg_slice seq = scan(bytes, len, "34", 2);
    struct cg_slice id = scan(bytes, len, "11", 2);
    cg_engine_note(gate->engine, "ALARM: a message too large to be taken");
    if (gate->engine->state.sessions[gate->answering].role == CG_ROLE_VENUE ||
        cg_slice_is(type, "j") || cg_slice_is(type, "3")) {
        return;
    }
    struct cg_fix_writer out = direct(gate, gate->answering, "j");
    cg_fix_put(&out, 45, seq);
    cg_fix_put(&out, 372, type);
    cg_fix_put(&out, 379,
               (struct cg_slice){id.data, id.len <= CG_NAME_MAX ? id.len : 0});
    cg_fix_put_int(&out, 380, CG_FIX_BUSINESS_OTHER);
    cg_fix_put_str(&out, 58,
                   "CG406 BAD_FIELD - more fields or bytes than the "
                   "gate takes in one message");
    direct_end(gate, &out);
}

void cg_gate_hear(struct cg_gate *gate, enum cg_role role)
{
    switch (role) {
    case CG_ROLE_CLIENT:
        from_client(gate);
        break;
    case CG_ROLE_VENUE:
        from_venue(gate);
        break;
    case CG_ROLE_HUB:
        from_hub(gate);
        break;
    }
}
