/*
 * What happens in an attempt, told to whoever keeps the evidence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GARBLED_SHOWN 512 /* bytes; the log has all of them */

static void tell(struct cg_kit *kit, struct cg_kit_event *event)
{
    if (kit->options.event != NULL) {
        event->time = kit_now();
        kit->options.event(kit->options.user, event);
    }
}

void kit_say_message(struct cg_kit *kit,
                     const char *actor,
                     bool to_actor,
                     struct cg_slice bytes)
{
    struct cg_kit_event event = {.kind = CG_KIT_MESSAGE,
                                 .actor = actor,
                                 .to_actor = to_actor,
                                 .bytes = bytes};

    if (kit->play != NULL) {
        tell(kit, &event);
    }
}

void kit_note(struct cg_kit *kit, const char *who, const char *format, ...)
{
    char text[KIT_REASON_MAX];
    struct cg_kit_event event = {
        .kind = CG_KIT_NOTE, .actor = who, .note = text};
    va_list arguments;

    if (kit->play == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    tell(kit, &event);
}

void kit_end(struct kit_play *play,
             enum cg_kit_verdict verdict,
             const char *format,
             ...)
{
    va_list arguments;

    if (play->stage == KIT_OVER) {
        return;
    }
    play->stage = KIT_OVER;
    play->verdict = verdict;
    va_start(arguments, format);
    (void)vsnprintf(play->reason, sizeof(play->reason), format, arguments);
    va_end(arguments);
}

const char *kit_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

const char *kit_span(cg_time span, char text[32])
{
    long long ms = (long long)(span / CG_MS);

    (void)snprintf(text, 32, "%lld.%03lld s", ms / 1000, ms % 1000);
    return text;
}

/* --- steps -------------------------------------------------------------- */

/* What somebody is asked, with names as they are read out. */
static void asked_text(const struct kit_play *play,
                       const struct cg_script_step *step,
                       char *text,
                       size_t len)
{
    char *words = kit_expand(play, step->name);
    char *plea = kit_expand(play, step->plea);

    (void)snprintf(text, len, " %s : %s", words != NULL ? words : "",
                   plea != NULL ? plea : "");
    free(words);
    free(plea);
}

/* A step in words, as far as it is no message that is expected. */
static void action_text(const struct kit_play *play,
                        const struct cg_script_step *step,
                        char *text,
                        size_t len)
{
    static const char *const verbs[] = {
        [CG_SCRIPT_UP] = "up",
        [CG_SCRIPT_DOWN] = "down",
        [CG_SCRIPT_RESETS] = "resets",
        [CG_SCRIPT_SKIPS] = "skips",
        [CG_SCRIPT_STOP] = "stop",
        [CG_SCRIPT_CRASH] = "crash",
        [CG_SCRIPT_REJECTS] = "rejects ",
        [CG_SCRIPT_RESEND] = "resend ",
        [CG_SCRIPT_LIMIT] = "limit",
        [CG_SCRIPT_TOKEN] = "token",
        [CG_SCRIPT_DIFFERENCE] = "difference",
        [CG_SCRIPT_COMPARED] = "compared",
        [CG_SCRIPT_QUIET] = "quiet",
        [CG_SCRIPT_ASKED] = "asked",
        [CG_SCRIPT_SEND] = "> ",
        [CG_SCRIPT_EXPECT] = "< ",
        [CG_SCRIPT_WIRE_CONNECTS] = "connects",
        [CG_SCRIPT_WIRE_DISCONNECTS] = "disconnects",
        [CG_SCRIPT_WIRE_CLOSED] = "closed",
        [CG_SCRIPT_WIRE_RAW] = "> raw ",
        [CG_SCRIPT_TAKES_RATES] = "takes rates",
        [CG_SCRIPT_RATES] = "rates",
    };
    struct cg_slice actor = step->actor.len > 0 ? step->actor
                                                : CG_SLICE("gate");
    bool looks = step->act == CG_SCRIPT_LIMIT || step->act == CG_SCRIPT_TOKEN ||
                 step->act == CG_SCRIPT_DIFFERENCE ||
                 step->act == CG_SCRIPT_COMPARED ||
                 step->act == CG_SCRIPT_QUIET || step->act == CG_SCRIPT_RATES;
    size_t at = (size_t)snprintf(text, len, "%.*s%s%s",
                                 looks ? 0 : (int)actor.len, actor.data,
                                 looks ? "" : " ", verbs[step->act]);

    if (at >= len) {
        return;
    }
    if (step->act == CG_SCRIPT_ASKED) {
        asked_text(play, step, text + at, len - at);
    } else if (step->act == CG_SCRIPT_WIRE_RAW) {
        (void)snprintf(text + at, len - at, "%.*s", (int)step->name.len,
                       step->name.data);
    } else if (step->type.len > 0) {
        cg_script_expected(&play->runner, step, true, text + at, len - at);
    } else if (step->name.len > 0) {
        at += (size_t)snprintf(text + at, len - at, " %.*s",
                               (int)step->name.len, step->name.data);
        for (size_t i = 0; i < step->field_count && at < len; i++) {
            const struct cg_script_field *field =
                &play->script.fields[step->first_field + i];

            at += (size_t)snprintf(text + at, len - at, " %.*s=%.*s",
                                   (int)field->key.len, field->key.data,
                                   (int)field->value.len, field->value.data);
        }
    }
}

static bool expects(const struct kit_play *play,
                    const struct cg_script_step *step)
{
    return step->act == CG_SCRIPT_EXPECT ||
           (step->act == CG_SCRIPT_SEND && !step->wire &&
            kit_is_peer(play->kit, step->session));
}

void kit_observed(struct kit_play *play,
                  const struct cg_script_message *came,
                  bool wire)
{
    char *text = play->kit->observed;

    if (strcmp(came->type, "garbled") != 0) {
        cg_script_observed(came, wire, text, KIT_TEXT_MAX);
        return;
    }
    /* It has no fields: its bytes, with | for SOH as everywhere. */
    (void)snprintf(text, KIT_TEXT_MAX, "garbled: %.*s",
                   came->body.len < GARBLED_SHOWN ? (int)came->body.len
                                                  : GARBLED_SHOWN,
                   came->body.data);
    for (char *at = strchr(text, '\001'); at != NULL; at = strchr(at, '\001')) {
        *at = '|';
    }
}

/* The event of the step at hand, but for its verdict. */
static struct cg_kit_event event_of(struct kit_play *play,
                                    const struct cg_script_message *came,
                                    char *text,
                                    size_t len)
{
    struct cg_kit *kit = play->kit;
    const struct cg_script_step *step = &play->script.steps[play->at];
    struct cg_kit_event event = {
        .kind = CG_KIT_STEP,
        .actor = step->session != CG_SESSION_NONE && !step->wire
                     ? kit->config.sessions[step->session].name
                 : step->wire ? "wire"
                              : "gate",
        .step = &play->given->steps[play->at],
        .index = play->at,
        .text = text,
        .expected = kit->expected,
        .observed = kit->observed,
        .wrong = "",
    };

    action_text(play, step, text, len);
    kit->expected[0] = '\0';
    kit->observed[0] = '\0';
    if (expects(play, step)) {
        bool of_peer = step->act == CG_SCRIPT_SEND;

        if (of_peer) {
            kit_papers_hide(play, step);
        }
        cg_script_expected(&play->runner, step, false, kit->expected,
                           KIT_TEXT_MAX);
        if (of_peer) {
            kit_papers_show(play, step, false);
        }
    }
    if (came != NULL) {
        kit_observed(play, came, step->wire);
        event.late_ns = came->time - play->due;
    } else {
        event.late_ns = kit_now() - play->due;
    }
    return event;
}

static void next_step(struct kit_play *play, cg_time over)
{
    play->over = over > play->over ? over : play->over;
    play->at++;
    play->begun = false;
    play->tried = false;
}

void kit_step_passed(struct kit_play *play,
                     cg_time over,
                     const struct cg_script_message *came)
{
    char text[1024];
    struct cg_kit_event event = event_of(play, came, text, sizeof(text));

    event.verdict = CG_KIT_PASSED;
    tell(play->kit, &event);
    next_step(play, over);
}

struct cg_slice kit_field(const struct cg_script_message *message,
                          uint32_t wanted)
{
    struct cg_slice fields = message->body;
    struct cg_slice value;
    uint32_t tag;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return CG_SLICE("");
}

void kit_step_waived(struct kit_play *play, const char *why)
{
    char text[1024];
    struct cg_kit_event event = event_of(play, NULL, text, sizeof(text));

    event.verdict = CG_KIT_WAIVED;
    event.wrong = why;
    event.late_ns = 0;
    tell(play->kit, &event);
    next_step(play, play->due);
}

/* |wrong| behind the place of the step, which whoever reads a script puts
 * before it, and which is said anyway. */
static const char *without_place(const char *wrong,
                                 const struct cg_script_step *step)
{
    char place[KIT_REASON_MAX];
    int len = snprintf(place, sizeof(place), "%s:%d: ", step->place.file,
                       step->place.line);

    return strncmp(wrong, place, (size_t)len) == 0 ? wrong + len : wrong;
}

void kit_step_failed(struct kit_play *play,
                     enum cg_kit_verdict verdict,
                     const struct cg_script_message *came,
                     const struct cg_script_differing *differing,
                     const char *format,
                     ...)
{
    char text[1024];
    char wrong[KIT_REASON_MAX];
    struct cg_kit_event event = event_of(play, came, text, sizeof(text));
    const struct cg_script_step *step = &play->given->steps[play->at];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(wrong, sizeof(wrong), format, arguments);
    va_end(arguments);
    event.verdict = verdict;
    event.wrong = without_place(wrong, step);
    if (differing != NULL) {
        event.differing = differing->tags;
        event.differing_count = differing->count;
    }
    tell(play->kit, &event);
    kit_end(play, verdict, "%s:%d: %s", kit_file_name(step->place.file),
            step->place.line, event.wrong);
}
