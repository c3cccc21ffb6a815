/*
 * What a case expects, against what came and when.
 *
 * Must never let a message pass that no step names, but for the types that a
 * profile has said nobody need expect.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

#include <stdio.h>
#include <string.h>

/* --- messages that no step took ----------------------------------------- */

bool kit_is_ignored(const struct cg_kit *kit, struct cg_slice type)
{
    const char *list = kit->options.limits.ignored_types;

    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ", ");

        if (len > 0 && cg_slice_equal((struct cg_slice){list, len}, type)) {
            return true;
        }
        list += len + (list[len] != '\0');
    }
    return false;
}

static struct cg_script_message *first_in(const struct cg_kit *kit,
                                          struct cg_script_messages *messages,
                                          cg_session session)
{
    for (size_t i = 0; i < messages->count; i++) {
        struct cg_script_message *message = &messages->items[i];

        if (!message->taken &&
            (session == CG_SESSION_NONE || message->session == session) &&
            !kit_is_ignored(kit, cg_slice_str(message->type))) {
            return message;
        }
    }
    return NULL;
}

struct cg_script_message *kit_untaken(struct kit_play *play, cg_session session)
{
    struct cg_script_message *message = first_in(play->kit, &play->runner.out,
                                                 session);
    struct cg_script_messages *in = &play->runner.in;

    if (message != NULL || play->kit->options.seat == CG_KIT_GATE) {
        return message;
    }
    /* What the hub said is expected of it; all others are played. */
    for (size_t i = 0; i < in->count && session == CG_SESSION_NONE; i++) {
        if (!in->items[i].taken &&
            kit_is_peer(play->kit, in->items[i].session) &&
            !kit_is_ignored(play->kit, cg_slice_str(in->items[i].type))) {
            return &in->items[i];
        }
    }
    return NULL;
}

/* --- what follows a logon ------------------------------------------------- */

static bool names(const struct kit_play *play, const char *type)
{
    for (size_t i = 0; i < play->script.step_count; i++) {
        const struct cg_script_step *step = &play->script.steps[i];

        if (kit_is_peer(play->kit, step->session) &&
            cg_slice_is(step->type, type)) {
            return true;
        }
    }
    return false;
}

/* The message of |messages| with |type| that has the same value of |tag|. */
static const struct cg_script_message *
with_same(const struct cg_script_messages *messages,
          const char *type,
          const struct cg_script_message *other,
          uint32_t tag)
{
    struct cg_slice id = kit_field(other, tag);

    for (size_t i = 0; i < messages->count && id.len > 0; i++) {
        const struct cg_script_message *message = &messages->items[i];

        if (message->session == other->session &&
            strcmp(message->type, type) == 0 &&
            cg_slice_equal(kit_field(message, tag), id)) {
            return message;
        }
    }
    return NULL;
}

static bool follows_logon(const struct kit_play *play,
                          const struct cg_script_message *report)
{
    cg_time logon = kit_actor(play->kit, report->session)->logon_at;

    return (logon > 0 &&
            report->time <= logon + play->kit->options.limits.tolerance_ns) ||
           with_same(&play->runner.out, "CL", report, 1666) != NULL;
}

bool kit_is_of_logon(const struct kit_play *play,
                     const struct cg_script_message *message,
                     bool in)
{
    if (!kit_is_peer(play->kit, message->session) || names(play, "CM")) {
        return false;
    }
    if (in) {
        return strcmp(message->type, "CM") == 0 && follows_logon(play, message);
    }
    message = strcmp(message->type, "DE") == 0
                  ? with_same(&play->runner.in, "CM", message, 1667)
                  : NULL;
    return message != NULL && message->taken;
}

/* --- one expectation ---------------------------------------------------- */

static struct cg_script_leniency leniency_of(const struct cg_kit *kit)
{
    const struct cg_kit_limits *limits = &kit->options.limits;

    return (struct cg_script_leniency){.time_ns = limits->tolerance_ns,
                                       .numbers = true,
                                       .ignores = limits->ignores,
                                       .ignore_count = limits->ignore_count};
}

/* Compares, and lets the peer say what was only said on paper. */
static bool compare(struct kit_play *play,
                    const struct cg_script_step *step,
                    const struct cg_script_message *came,
                    struct cg_script_differing *differing)
{
    struct cg_script_leniency leniency = leniency_of(play->kit);
    bool of_peer = step->act == CG_SCRIPT_SEND;
    bool good;

    if (of_peer) {
        kit_papers_hide(play, step);
    } else {
        kit_papers_use(play, step);
    }
    good = cg_script_compare(&play->runner, step, came, &leniency, differing);
    if (of_peer) {
        kit_papers_show(play, step, good);
    }
    return good;
}

static bool is_too_early(const struct kit_play *play,
                         const struct cg_script_step *step,
                         const struct cg_script_message *came)
{
    const struct cg_script_step *before = play->at > 0 ? step - 1 : NULL;

    /* Nobody knows when a hand did what it was asked for. */
    return (before == NULL || before->act != CG_SCRIPT_ASKED) &&
           step->at > (before != NULL ? before->at : 0) &&
           came->time < play->due - play->kit->options.limits.early_ns;
}

static void fail_differing(struct kit_play *play,
                           const struct cg_script_message *came,
                           const struct cg_script_differing *differing)
{
    char tags[256] = "";
    size_t at = 0;

    for (size_t i = 0; i < differing->count && at < sizeof(tags) - 16; i++) {
        at += (size_t)snprintf(tags + at, sizeof(tags) - at, "%s%u",
                               i > 0 ? ", " : "", differing->tags[i]);
    }
    kit_step_failed(play, CG_KIT_FAILED, came, differing,
                    "%s is not as expected: field%s %s differ%s", came->type,
                    differing->count > 1 ? "s" : "", tags,
                    differing->count > 1 ? "" : "s");
}

/* |came| is what the step gets; false after a failure. */
static bool take(struct kit_play *play,
                 const struct cg_script_step *step,
                 bool type_fits,
                 const struct cg_script_message *came)
{
    struct cg_script_differing differing = {.tags = {35}, .count = 1};
    char text[32];

    if (!type_fits) {
        kit_step_failed(play, CG_KIT_FAILED, came, &differing,
                        "%.*s was expected, but %s came", (int)step->type.len,
                        step->type.data, came->type);
    } else if (!compare(play, step, came, &differing)) {
        fail_differing(play, came, &differing);
    } else if (is_too_early(play, step, came)) {
        kit_step_failed(play, CG_KIT_FAILED, came, NULL, "%s came %s too early",
                        came->type, kit_span(play->due - came->time, text));
    } else {
        return true;
    }
    return false;
}

static void nothing_came(struct kit_play *play,
                         const struct cg_script_step *step)
{
    const struct cg_script_message *other = kit_untaken(play, CG_SESSION_NONE);
    const struct kit_actor *actor = step->wire
                                        ? NULL
                                        : kit_actor(play->kit, step->session);
    bool says = step->act == CG_SCRIPT_SEND;
    char span[32];
    char untaken[512] = "";

    if (other != NULL) {
        kit_observed(play, other, false);
        (void)snprintf(untaken, sizeof(untaken),
                       "; no step has taken: %.64s %s %.400s",
                       play->kit->config.sessions[other->session].name,
                       kit_is_peer(play->kit, other->session) ? ">" : "<",
                       play->kit->observed);
    }
    kit_step_failed(
        play, CG_KIT_FAILED, NULL, NULL,
        "%.*s should %s %.*s, but nothing %s within %s%s%s",
        (int)step->actor.len, step->actor.data, says ? "say" : "receive",
        (int)step->type.len, step->type.data, says ? "was said" : "came",
        kit_span(play->kit->options.limits.tolerance_ns, span),
        actor != NULL && actor->lost ? "; its line is broken" : "", untaken);
}

/* A message of an ignored type that the step means: others may be passed. */
static struct cg_script_message *
find_ignored(struct kit_play *play,
             const struct cg_script_step *step,
             struct cg_script_messages *messages)
{
    struct cg_script_differing differing;

    for (size_t i = 0; i < messages->count; i++) {
        struct cg_script_message *message = &messages->items[i];

        if (!message->taken && message->session == step->session &&
            cg_slice_is(step->type, message->type) &&
            compare(play, step, message, &differing)) {
            return message;
        }
    }
    return NULL;
}

static struct cg_script_message *find(struct kit_play *play,
                                      const struct cg_script_step *step)
{
    struct cg_script_messages *messages = step->act == CG_SCRIPT_SEND
                                              ? &play->runner.in
                                              : &play->runner.out;

    if (kit_is_ignored(play->kit, step->type)) {
        return find_ignored(play, step, messages);
    }
    return first_in(play->kit, messages, step->session);
}

static bool is_late(const struct kit_play *play)
{
    return kit_now() > play->due + play->kit->options.limits.tolerance_ns;
}

/* --- the wire ----------------------------------------------------------- */

static bool expect_closed(struct kit_play *play,
                          const struct cg_script_step *step)
{
    const struct cg_script_message *came = cg_wire_next(play->wire, step);

    if (came != NULL) {
        kit_step_failed(play, CG_KIT_FAILED, came, NULL,
                        "the peer should close the line, but %s came",
                        came->type);
        return false;
    }
    if (cg_wire_closed(play->wire)) {
        cg_wire_take(play->wire);
        kit_step_passed(play, kit_now(), NULL);
        return true;
    }
    if (is_late(play)) {
        kit_step_failed(play, CG_KIT_FAILED, NULL, NULL,
                        "the peer does not close the line");
    }
    return false;
}

static bool expect_on_wire(struct kit_play *play,
                           const struct cg_script_step *step)
{
    const struct cg_script_message *came = cg_wire_next(play->wire, step);

    if (came == NULL) {
        if (cg_wire_closed(play->wire)) {
            kit_step_failed(play, CG_KIT_FAILED, NULL, NULL,
                            "%.*s was expected, but the peer closed the line",
                            (int)step->type.len, step->type.data);
        } else if (is_late(play)) {
            nothing_came(play, step);
        }
        return false;
    }
    if (!take(play, step, cg_wire_type_fits(&play->runner, step, came->type),
              came)) {
        return false;
    }
    kit_step_passed(play, came->time, came);
    cg_wire_take(play->wire);
    return true;
}

/* --- all of it ---------------------------------------------------------- */

bool kit_expect(struct kit_play *play, const struct cg_script_step *step)
{
    struct cg_script_message *came;

    if (step->wire) {
        return step->act == CG_SCRIPT_WIRE_CLOSED ? expect_closed(play, step)
                                                  : expect_on_wire(play, step);
    }
    came = find(play, step);
    if (came == NULL) {
        if (is_late(play)) {
            nothing_came(play, step);
        }
        return false;
    }
    came->taken = true;
    if (!take(play, step, cg_slice_is(step->type, came->type), came)) {
        return false;
    }
    kit_step_passed(play, came->time, came);
    return true;
}

bool kit_has_come(struct kit_play *play, const struct cg_script_step *step)
{
    const struct cg_script_message *came;

    if (!kit_is_awaited(play, step)) {
        return false;
    }
    if (step->act == CG_SCRIPT_WIRE_CLOSED) {
        return cg_wire_closed(play->wire);
    }
    if (step->wire) {
        came = cg_wire_next(play->wire, step);
        return came != NULL &&
               cg_wire_type_fits(&play->runner, step, came->type);
    }
    came = find(play, step);
    return came != NULL && cg_slice_is(step->type, came->type);
}
