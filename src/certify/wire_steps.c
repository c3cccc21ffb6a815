/*
 * What a wire does at a step of its case, and how a step looks at what came.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wire_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- steps -------------------------------------------------------------- */

static enum cg_wire_done
cannot(char *error, size_t error_len, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum cg_wire_done
cannot(char *error, size_t error_len, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error, error_len, format, arguments);
    va_end(arguments);
    return CG_WIRE_FAILED;
}

/* Begins a connection; one that is there stays, behind it. */
static void connect_begin(struct cg_wire *wire)
{
    wire->behind = wire->line;
    wire->line = NULL;
    wire->connecting = true;
    wire->closed = false;
    wire->hung_up = false;
    if (!wire->listens) {
        wire_line_connect(wire);
    }
}

/* The peer's connection, once it is there. */
static void take_accepted(struct cg_wire *wire)
{
    if (wire->line == NULL && wire->accepted != NULL) {
        wire->line = wire->accepted;
        wire->accepted = NULL;
        wire->peer_logon = false;
        wire_line_opened(wire->line);
    }
}

static enum cg_wire_done
do_connect(struct cg_wire *wire, char *error, size_t error_len)
{
    if (!wire->connecting && wire->packets != NULL) {
        return CG_WIRE_WAIT; /* they are for the line that is there */
    }
    if (!wire->connecting) {
        if (wire->behind != NULL) {
            return cannot(error, error_len,
                          "two connections are open; write wire disconnects "
                          "above");
        }
        connect_begin(wire);
    }
    if (wire->listens) {
        take_accepted(wire);
    }
    if (wire->failure != NULL) {
        enum cg_wire_done done = cannot(error, error_len, "%s", wire->failure);

        free(wire->failure);
        wire->failure = NULL;
        wire->connecting = false;
        return done;
    }
    if ((wire->line == NULL || !wire->line->open) && !wire->closed) {
        return CG_WIRE_WAIT;
    }
    wire->connecting = false;
    return CG_WIRE_DONE;
}

/* What ${NAME} stands for from now on, if the case has such a value. */
static bool
set_number(struct cg_script_runner *runner, struct cg_slice name, int number)
{
    size_t index = cg_script_capture_find(runner->script, name);
    char *text = NULL;

    if (index == CG_SCRIPT_CAPTURES_MAX) {
        return true;
    }
    if (asprintf(&text, "%d", number) < 0) {
        return false;
    }
    free(runner->captures[index]);
    runner->captures[index] = text;
    return true;
}

static bool set_seq(struct cg_script_runner *runner, int seq)
{
    return set_number(runner, CG_SLICE("SEQ"), seq);
}

static enum cg_wire_done do_send(struct cg_wire *wire,
                                 struct cg_script_runner *runner,
                                 const struct cg_script_step *step,
                                 char *error,
                                 size_t error_len)
{
    struct wire_made made;

    if (wire->line == NULL || !wire->line->open) {
        return cannot(error, error_len,
                      wire->closed ? "the peer has closed the line before this "
                                     "could be said"
                                   : "the wire is not connected; write wire "
                                     "connects above");
    }
    if (wire->listens && !wire->peer_logon &&
        cg_slice_is(wire_type(runner, step), "A")) {
        return CG_WIRE_WAIT;
    }
    wire->making.now = runner->now;
    if (!set_number(runner, CG_SLICE("STAMP"), wire->stamp) ||
        !set_seq(runner, wire_seq_of(&wire->making, runner->script, step))) {
        return cannot(error, error_len, "out of memory");
    }
    if (!wire_compose(&wire->making, runner, step, &made)) {
        return cannot(error, error_len,
                      "the message cannot be made: longer than %zu bytes, or "
                      "no memory",
                      CG_WIRE_MESSAGE_MAX);
    }
    if (!set_seq(runner, wire_number(wire_value(
                             (struct cg_slice){made.bytes, made.len}, 34)))) {
        free(made.bytes);
        return cannot(error, error_len, "out of memory");
    }
    if (!wire_send(wire, &made)) {
        return cannot(error, error_len, "out of memory");
    }
    return CG_WIRE_DONE;
}

enum cg_wire_done cg_wire_do(struct cg_wire *wire,
                             struct cg_script_runner *runner,
                             const struct cg_script_step *step,
                             char *error,
                             size_t error_len)
{
    wire->runner = runner;
    if (step->act == CG_SCRIPT_WIRE_CONNECTS) {
        return do_connect(wire, error, error_len);
    }
    if (step->act == CG_SCRIPT_WIRE_DISCONNECTS) {
        wire_line_drop(wire);
        wire->hung_up = true;
        return CG_WIRE_DONE;
    }
    if (step->act == CG_SCRIPT_SEND || step->act == CG_SCRIPT_WIRE_RAW) {
        return do_send(wire, runner, step, error, error_len);
    }
    return cannot(error, error_len, "this is no step for a wire to do");
}

/* --- looks -------------------------------------------------------------- */

bool cg_wire_type_fits(const struct cg_script_runner *runner,
                       const struct cg_script_step *step,
                       const char *type)
{
    struct cg_slice types = wire_type(runner, step);

    while (types.len > 0) {
        const char *bar = memchr(types.data, '|', types.len);
        size_t len = bar != NULL ? (size_t)(bar - types.data) : types.len;

        if (cg_slice_is((struct cg_slice){types.data, len}, type)) {
            return true;
        }
        len += bar != NULL ? 1 : 0;
        types.data += len;
        types.len -= len;
    }
    return false;
}

/* Whether |type| is one that the step expects. */
static bool names(const struct cg_wire *wire,
                  const struct cg_script_step *step,
                  const char *type)
{
    return step->act == CG_SCRIPT_EXPECT &&
           cg_wire_type_fits(wire->runner, step, type);
}

/* Whether the step says 112, and so expects the answer to a TestRequest. */
static bool wants_answer(const struct cg_script *script,
                         const struct cg_script_step *step)
{
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &script->fields[step->first_field + i];

        if (field->tag == 112 && field->match != CG_SCRIPT_ABSENT) {
            return true;
        }
    }
    return false;
}

static bool is_of_session(const char *type)
{
    return type[1] == '\0' ? strchr("012345A3j", type[0]) != NULL
                           : strcmp(type, "garbled") == 0;
}

/* Whether a step of the case expects such messages. */
static bool is_expected(const struct cg_wire *wire,
                        const struct cg_script_step *by,
                        const char *type)
{
    const struct cg_script *script = wire->options.script;

    if (by != NULL && names(wire, by, type)) {
        return true;
    }
    for (size_t i = 0; i < script->step_count; i++) {
        if (script->steps[i].wire && names(wire, &script->steps[i], type)) {
            return true;
        }
    }
    return false;
}

/* Whether nobody need expect |message| where |step| looks. */
static bool is_passed_over(const struct cg_wire *wire,
                           const struct cg_script_step *step,
                           const struct cg_script_message *message)
{
    if (strcmp(message->type, "0") == 0) {
        return step == NULL || !names(wire, step, "0") ||
               (wants_answer(wire->options.script, step) &&
                wire_value(message->body, 112).data == NULL);
    }
    if (!is_of_session(message->type)) {
        return !is_expected(wire, step, message->type);
    }
    if (strcmp(message->type, "5") == 0) {
        return step != NULL ? step->act == CG_SCRIPT_WIRE_CLOSED
                            : wire->hung_up;
    }
    return strcmp(message->type, "3") == 0 && step != NULL &&
           step->act == CG_SCRIPT_WIRE_CLOSED;
}

static const struct cg_script_message *
next_for(struct cg_wire *wire, const struct cg_script_step *step)
{
    struct wire_inbox *inbox = &wire->inbox;

    for (inbox->found = inbox->first; inbox->found < inbox->count;
         inbox->found++) {
        if (!is_passed_over(wire, step, &inbox->items[inbox->found])) {
            return &inbox->items[inbox->found];
        }
    }
    return NULL;
}

/* A peer that has said Logout may wait for ours before it closes. */
static void answer_logout(struct cg_wire *wire)
{
    struct wire_made made;

    if (!wire->peer_logout || wire->logout || wire->line == NULL) {
        return;
    }
    wire->making.now = wire_now();
    if (wire_make(&wire->making, "5", CG_SLICE(""), &made)) {
        (void)wire_send(wire, &made);
    }
}

const struct cg_script_message *cg_wire_next(struct cg_wire *wire,
                                             const struct cg_script_step *step)
{
    wire->looks_closed = step != NULL && step->act == CG_SCRIPT_WIRE_CLOSED;
    if (wire->looks_closed) {
        answer_logout(wire);
    }
    return next_for(wire, step);
}

void cg_wire_take(struct cg_wire *wire)
{
    struct wire_inbox *inbox = &wire->inbox;

    inbox->first = inbox->found < inbox->count ? inbox->found + 1
                                               : inbox->count;
    inbox->found = inbox->first;
    if (wire->looks_closed && wire->line != NULL) {
        wire->closed = false; /* the line that was behind it is there */
    }
}

bool cg_wire_closed(const struct cg_wire *wire)
{
    return wire->closed;
}

size_t cg_wire_count(const struct cg_wire *wire)
{
    return wire->inbox.count;
}

int cg_wire_next_out(const struct cg_wire *wire)
{
    return wire->making.next_out;
}

int cg_wire_next_in(const struct cg_wire *wire)
{
    return wire->next_in;
}

/* --- what the kit must know --------------------------------------------- */

size_t cg_wire_values(const struct cg_config_session *session,
                      bool as_gate,
                      struct cg_kit_value values[CG_WIRE_VALUES])
{
    const char *ours = as_gate ? session->sender_comp_id
                               : session->target_comp_id;
    const char *theirs = as_gate ? session->target_comp_id
                                 : session->sender_comp_id;
    size_t count = 0;

    values[count++] = (struct cg_kit_value){"OURS", ours};
    values[count++] = (struct cg_kit_value){"THEIRS", theirs};
    values[count++] = (struct cg_kit_value){"BEGIN", session->begin_string};
    values[count++] = (struct cg_kit_value){"PROBE", as_gate ? "DF" : "D"};
    values[count++] = (struct cg_kit_value){"ANSWER", as_gate ? "DG" : "8"};
    return count;
}
