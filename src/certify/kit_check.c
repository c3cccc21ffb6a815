/*
 * Whether a seat can play a case at all: what it cannot do is waived, with the
 * reason, before anything is said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>

struct check {
    const struct cg_kit *kit;
    const struct cg_script *script; /* with the kit's sessions */
    const struct cg_script_step *step;
    bool certifies_hub;
    char *reason;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static bool
cannot(const struct check *check, const char *format, ...)
{
    va_list arguments;
    size_t at = 0;

    if (check->step != NULL) {
        at = (size_t)snprintf(check->reason, check->len,
                              "%s:%d: ", kit_file_name(check->step->place.file),
                              check->step->place.line);
    }
    if (at < check->len) {
        va_start(arguments, format);
        (void)vsnprintf(check->reason + at, check->len - at, format, arguments);
        va_end(arguments);
    }
    return false;
}

static bool is_gate_seat(const struct check *check)
{
    return check->kit->options.seat == CG_KIT_GATE;
}

/* Of a FIX session that is no memory of the kit's. */
static bool is_real(const struct check *check)
{
    return check->step->session != CG_SESSION_NONE &&
           kit_is_real(check->kit, check->step->session);
}

/* Whether the step before it asked for the gate's restart. */
static bool is_asked(const struct check *check)
{
    return check->step > check->script->steps &&
           check->step[-1].act == CG_SCRIPT_ASKED &&
           check->step[-1].actor.len == 0;
}

/* Header fields that the FIX engine says itself. */
static bool is_of_engine(uint32_t tag)
{
    static const uint32_t tags[] = {8, 9, 10, 34, 35, 43, 49, 52, 56, 122};

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool can_send(const struct check *check)
{
    const struct cg_script_step *step = check->step;

    if (!is_real(check) || kit_is_peer(check->kit, step->session)) {
        return true;
    }
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &check->script->fields[step->first_field + i];

        if (is_of_engine(field->tag) && field->match != CG_SCRIPT_ABSENT) {
            return cannot(check,
                          "the FIX engine says %u itself; a step of wire can",
                          field->tag);
        }
    }
    return true;
}

static bool can_ask(const struct check *check)
{
    if (kit_is_own(check->kit, check->step->session) ||
        check->kit->options.ask != NULL) {
        return true;
    }
    return cannot(check, "nobody is there who could be asked");
}

/* Nothing is said before it: who is there all the time does as well. */
static bool is_first(const struct check *check,
                     const struct cg_script_step *step)
{
    const struct cg_script_step *at = check->script->steps;

    while (at < step && at->act == CG_SCRIPT_UP) {
        at++;
    }
    return at == step;
}

/*
 * A step of an actor that somebody else plays.  A hub does by itself, or when
 * it is asked, what a case says that certifies hubs, too; but nobody breaks its
 * line.
 */
static bool can_do_without(const struct check *check,
                           const struct cg_script_step *step)
{
    bool hub = check->kit->config.sessions[step->session].role == CG_ROLE_HUB;

    if (!hub) {
        return step->act == CG_SCRIPT_UP || step->act == CG_SCRIPT_DOWN;
    }
    if (step->act == CG_SCRIPT_UP) {
        return is_first(check, step);
    }
    return check->certifies_hub &&
           (step->act == CG_SCRIPT_SEND || step->act == CG_SCRIPT_EXPECT ||
            step->act == CG_SCRIPT_ASKED);
}

/* The actor is one that this kit has. */
static bool can_actor(const struct check *check)
{
    const struct cg_script_step *step = check->step;

    if (step->actor.len == 0 || step->wire) {
        return true;
    }
    if (step->session == CG_SESSION_NONE) {
        return cannot(check, "the configuration has no session %.*s",
                      (int)step->actor.len, step->actor.data);
    }
    if (!check->kit->actors[step->session].played &&
        !can_do_without(check, step)) {
        return cannot(check, "the kit does not play %.*s here",
                      (int)step->actor.len, step->actor.data);
    }
    return true;
}

static bool can_restart(const struct check *check)
{
    return !is_gate_seat(check) || is_asked(check) ||
           cannot(check, "nobody restarts the gate unless it is asked for: "
                         "gate asked restart : ...");
}

static bool can_renumber(const struct check *check)
{
    bool resets = check->step->act == CG_SCRIPT_RESETS;

    if (!is_real(check) || (!resets && is_gate_seat(check))) {
        return true;
    }
    if (resets && !check->kit->options.limits.keep_numbers) {
        return true; /* they do at each logon */
    }
    return cannot(check, resets ? "numbers are kept over logons"
                                : "nobody can make a hub set its numbers anew");
}

static bool can_resend(const struct check *check)
{
    return !is_real(check) || is_gate_seat(check) ||
           cannot(check, "nobody can make a hub ask for a message again; a "
                         "step of wire can ask the hub");
}

static bool can_reject(const struct check *check)
{
    return !kit_is_peer(check->kit, check->step->session) ||
           cannot(check,
                  "nobody can make a hub reject a message; expect its 3");
}

static bool can_wire(const struct check *check)
{
    cg_session session = kit_wire_session(check->kit);
    bool listens;

    if (session == CG_SESSION_NONE) {
        return cannot(check, "no session is played that the wire could be");
    }
    if (check->kit->options.limits.keep_numbers) {
        return cannot(check, "numbers are kept over logons, which the wire "
                             "cannot hand over");
    }
    listens = check->kit->config.sessions[session].initiator ==
              is_gate_seat(check);
    return !listens ||
           cannot(check, "the peer connects to us, and there is one line to "
                         "listen on");
}

/* A table over the kinds of steps. */
static bool can_step(const struct check *check)
{
    if (check->step->wire) {
        return can_wire(check);
    }
    switch (check->step->act) {
    case CG_SCRIPT_SEND:
        return can_send(check);
    case CG_SCRIPT_ASKED:
        return can_ask(check);
    case CG_SCRIPT_STOP:
    case CG_SCRIPT_CRASH:
        return can_restart(check);
    case CG_SCRIPT_RESETS:
    case CG_SCRIPT_SKIPS:
        return can_renumber(check);
    case CG_SCRIPT_REJECTS:
        return can_reject(check);
    case CG_SCRIPT_RESEND:
        return can_resend(check);
    case CG_SCRIPT_TAKES_RATES:
    case CG_SCRIPT_RATES:
        return cannot(check, "par rates are the gate's own");
    case CG_SCRIPT_EXPECT:
    case CG_SCRIPT_UP:
    case CG_SCRIPT_DOWN:
    case CG_SCRIPT_LIMIT:
    case CG_SCRIPT_TOKEN:
    case CG_SCRIPT_DIFFERENCE:
    case CG_SCRIPT_COMPARED:
    case CG_SCRIPT_QUIET:
    case CG_SCRIPT_WIRE_CONNECTS:
    case CG_SCRIPT_WIRE_DISCONNECTS:
    case CG_SCRIPT_WIRE_CLOSED:
    case CG_SCRIPT_WIRE_RAW:
        break;
    }
    return true;
}

/* Seat HUB: a case without the peer would pass whatever the peer is. */
static bool has_peer(const struct check *check)
{
    const struct cg_kit *kit = check->kit;

    for (size_t i = 0; i < check->script->step_count; i++) {
        if (check->script->steps[i].wire ||
            kit_is_peer(kit, check->script->steps[i].session)) {
            return true;
        }
    }
    return is_gate_seat(check) ||
           cannot(check, "no step of it is %s, who is certified",
                  kit->config.sessions[kit->options.hub].name);
}

bool kit_is_own(const struct cg_kit *kit, cg_session session)
{
    return kit->options.seat == CG_KIT_HUB
               ? !kit_is_peer(kit, session)
               : session != CG_SESSION_NONE && kit->actors[session].played;
}

bool kit_can_play(const struct cg_kit *kit,
                  const struct cg_script *script,
                  const struct cg_script *own,
                  char *reason,
                  size_t reason_len)
{
    struct check check = {
        .kit = kit, .script = own, .reason = reason, .len = reason_len};
    const struct cg_script_case *kase = &script->kase;
    bool hub = kit->options.seat == CG_KIT_HUB;

    check.certifies_hub = kase->certifies_hub;
    if (kase->id.len > 0 &&
        !(hub ? kase->certifies_hub : kase->certifies_gate)) {
        return cannot(&check, "it does not certify a %s", hub ? "hub" : "gate");
    }
    if (script->rate_count > 0) {
        return cannot(&check, "par rates are the gate's own");
    }
    if (!has_peer(&check)) {
        return false;
    }
    for (size_t i = 0; i < own->step_count; i++) {
        check.step = &own->steps[i];
        if (!can_actor(&check) || !can_step(&check)) {
            return false;
        }
    }
    return true;
}

cg_session kit_wire_session(const struct cg_kit *kit)
{
    if (kit->options.seat == CG_KIT_HUB) {
        return kit->options.hub;
    }
    for (int role = CG_ROLE_CLIENT; role <= CG_ROLE_HUB; role++) {
        for (cg_session i = 0; i < kit->config.session_count; i++) {
            if ((int)kit->config.sessions[i].role == role &&
                kit->actors[i].played) {
                return i;
            }
        }
    }
    return CG_SESSION_NONE;
}
