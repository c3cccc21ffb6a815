/*
 * The steps of a session: one line each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <string.h>
#include <text.h>

static const char *const limit_keys[] = {
    "used", "available", "amount", "state", "owner", "currency", NULL};
static const char *const token_keys[] = {
    "state",   "end",      "model",    "order",    "limit",   "side",
    "granted", "reserved", "consumed", "released", "overrun", NULL};
static const char *const difference_keys[] = {"with", "what", "ours", "theirs",
                                              NULL};
static const char *const compared_keys[] = {"of", "all", "differ", "untold",
                                            NULL};
static const char *const rates_keys[] = {"version", "age", "stale", NULL};

#define STEP_FORMS                                                             \
    "write [@TIME] ACTOR > TYPE TAG=value ..., ACTOR < TYPE ..., ACTOR up, "   \
    "ACTOR down, ACTOR resets, ACTOR skips, ACTOR rejects TYPE ..., "          \
    "ACTOR resend ... kept, ACTOR asked WORDS : SENTENCE, gate stop, "         \
    "gate crash, gate takes rates ..., limit ID used=..., token $T "           \
    "state=..., difference ID what=..., compared ACTOR differ=..., "           \
    "rates version=... or quiet"

static struct cg_script_step *step_new(struct cg_script_reader *reader)
{
    struct cg_script *script = reader->script;
    struct cg_script_step *more;

    if (script->step_count == CG_SCRIPT_STEPS_MAX) {
        cg_script_mistake(reader, "write two sessions", "more than %d steps",
                          CG_SCRIPT_STEPS_MAX);
        return NULL;
    }
    more = cg_script_grow(reader, script->steps, script->step_count,
                          &reader->step_room, sizeof(*more));
    if (more == NULL) {
        return NULL;
    }
    script->steps = more;
    more += script->step_count;
    *more = (struct cg_script_step){
        .place = reader->place,
        .at = reader->last,
        .session = CG_SESSION_NONE,
        .default_count = script->default_count,
        .ignore_count = script->ignore_count,
    };
    return more;
}

/* @1500, @20s, @+5s. */
static void
read_time(struct cg_script_reader *reader, const char *word, cg_time *at)
{
    bool relative = word[1] == '+';
    const char *span = word + (relative ? 2 : 1);
    cg_time time = 0;

    if (!cg_script_span(span, strlen(span), &time)) {
        cg_script_mistake(reader, "write @1500 (ms), @20s, @5m, @1d2h or @+5s",
                          "'%.40s' is no time", word);
        return;
    }
    time += relative ? reader->last : 0;
    if (time > CG_SCRIPT_TIME_MAX) {
        cg_script_mistake(reader, "end the session earlier",
                          "'%.40s' is too late", word);
    } else if (time < reader->last) {
        cg_script_mistake(reader, "put the steps in order",
                          "'%.40s' is before the time of the step above", word);
    } else {
        reader->last = time;
        *at = time;
    }
}

/* $NAME in place of a type: what a value stands for. */
static void read_type_value(struct cg_script_reader *reader, const char *type)
{
    struct cg_slice name = cg_slice_str(type + 1);

    if (cg_script_capture_find(reader->script, name) ==
        CG_SCRIPT_CAPTURES_MAX) {
        cg_script_mistake(reader, "write above: value NAME TYPE",
                          "there is no value %.60s", type + 1);
    }
}

static void read_type(struct cg_script_reader *reader,
                      char **text,
                      struct cg_script_step *step)
{
    char *type = cg_script_word(text);
    size_t len = strlen(type);

    if (step->wire && type[0] == '$') {
        read_type_value(reader, type);
    } else if (len == 0 || len > 3 || strpbrk(type, "=~!$") != NULL) {
        cg_script_mistake(reader, "write the MsgType(35), such as D or DG",
                          "'%.40s' is no message type", type);
    }
    step->type = cg_slice_str(type);
}

void cg_script_message_of(struct cg_script_reader *reader,
                          char *text,
                          enum cg_script_act act,
                          struct cg_script_step *step)
{
    step->act = act;
    read_type(reader, &text, step);
    cg_script_fields(reader, text, act == CG_SCRIPT_EXPECT, step);
}

/* ACTOR resend [TYPE] FIELDS kept|dropped */
static void read_resend(struct cg_script_reader *reader,
                        char *text,
                        struct cg_script_step *step)
{
    char *last = strrchr(text, ' ');
    size_t type = strcspn(text, " ");

    step->act = CG_SCRIPT_RESEND;
    last = last != NULL ? last + 1 : text;
    step->kept = strcmp(last, "kept") == 0;
    if (!step->kept && strcmp(last, "dropped") != 0) {
        cg_script_mistake(reader, "end the line with kept or dropped",
                          "it is not said whether the message may go again");
        return;
    }
    *last = '\0';
    if (type > 0 && type <= 3 && memchr(text, '=', type) == NULL) {
        read_type(reader, &text, step);
    }
    cg_script_fields(reader, text, false, step);
}

void cg_script_line_end(struct cg_script_reader *reader, const char *rest)
{
    if (*rest != '\0') {
        cg_script_mistake(reader, "end the line before it",
                          "'%.60s' does not belong here", rest);
    }
}

static void read_gate(struct cg_script_reader *reader,
                      char *text,
                      struct cg_script_step *step)
{
    char *word = cg_script_word(&text);

    if (strcmp(word, "asked") == 0) {
        cg_script_asked(reader, text, step);
        return;
    }
    if (strcmp(word, "takes") == 0 &&
        strcmp(cg_script_word(&text), "rates") == 0) {
        cg_script_takes_rates(reader, text, step);
        return;
    }
    step->act = strcmp(word, "stop") == 0 ? CG_SCRIPT_STOP : CG_SCRIPT_CRASH;
    if (step->act == CG_SCRIPT_CRASH && strcmp(word, "crash") != 0) {
        cg_script_mistake(reader,
                          "write gate stop, gate crash or gate takes rates",
                          "'gate %.40s' is no step", word);
        return;
    }
    cg_script_line_end(reader, text);
}

static void read_view(struct cg_script_reader *reader,
                      char *text,
                      enum cg_script_act act,
                      struct cg_script_step *step)
{
    const char *const *keys = act == CG_SCRIPT_LIMIT        ? limit_keys
                              : act == CG_SCRIPT_TOKEN      ? token_keys
                              : act == CG_SCRIPT_DIFFERENCE ? difference_keys
                                                            : compared_keys;
    struct cg_slice name = cg_slice_str(cg_script_word(&text));

    step->act = act;
    step->name = name;
    if (name.len > 1 && name.data[0] == '$' &&
        cg_script_capture_find(
            reader->script, (struct cg_slice){name.data + 1, name.len - 1}) ==
            CG_SCRIPT_CAPTURES_MAX) {
        cg_script_mistake(reader, "capture it first: hub < DF 2319=$T",
                          "nothing was captured as %.60s", name.data);
    }
    cg_script_views(reader, text, keys, step);
}

static void read_actor(struct cg_script_reader *reader,
                       const char *actor,
                       char *text,
                       struct cg_script_step *step)
{
    char *verb = cg_script_word(&text);

    step->actor = cg_slice_str(actor);
    if (strcmp(verb, ">") == 0) {
        cg_script_message_of(reader, text, CG_SCRIPT_SEND, step);
    } else if (strcmp(verb, "<") == 0) {
        cg_script_message_of(reader, text, CG_SCRIPT_EXPECT, step);
    } else if (strcmp(verb, "rejects") == 0) {
        cg_script_message_of(reader, text, CG_SCRIPT_REJECTS, step);
    } else if (strcmp(verb, "resend") == 0) {
        read_resend(reader, cg_text_trim(text), step);
    } else if (strcmp(verb, "asked") == 0) {
        cg_script_asked(reader, text, step);
    } else if (strcmp(verb, "up") == 0 || strcmp(verb, "down") == 0) {
        step->act = *verb == 'u' ? CG_SCRIPT_UP : CG_SCRIPT_DOWN;
        cg_script_line_end(reader, cg_text_trim(text));
    } else if (strcmp(verb, "resets") == 0 || strcmp(verb, "skips") == 0) {
        step->act = *verb == 'r' ? CG_SCRIPT_RESETS : CG_SCRIPT_SKIPS;
        cg_script_line_end(reader, cg_text_trim(text));
    } else {
        step->actor.len = 0;
        cg_script_mistake(reader, STEP_FORMS, "'%.40s%s%.40s' is no step",
                          actor, *verb != '\0' ? " " : "", verb);
    }
}

void cg_script_step_line(struct cg_script_reader *reader, char *line)
{
    struct cg_script_step *step = step_new(reader);
    char *word = cg_script_word(&line);

    if (step == NULL) {
        return;
    }
    if (*word == '@') {
        read_time(reader, word, &step->at);
        word = cg_script_word(&line);
    }
    if (strcmp(word, "gate") == 0) {
        read_gate(reader, line, step);
    } else if (strcmp(word, "wire") == 0) {
        cg_script_wire(reader, line, step);
    } else if (strcmp(word, "limit") == 0) {
        read_view(reader, line, CG_SCRIPT_LIMIT, step);
    } else if (strcmp(word, "token") == 0) {
        read_view(reader, line, CG_SCRIPT_TOKEN, step);
    } else if (strcmp(word, "difference") == 0) {
        read_view(reader, line, CG_SCRIPT_DIFFERENCE, step);
    } else if (strcmp(word, "compared") == 0) {
        read_view(reader, line, CG_SCRIPT_COMPARED, step);
    } else if (strcmp(word, "rates") == 0) {
        step->act = CG_SCRIPT_RATES;
        cg_script_views(reader, line, rates_keys, step);
    } else if (strcmp(word, "quiet") == 0) {
        step->act = CG_SCRIPT_QUIET;
        cg_script_line_end(reader, cg_text_trim(line));
    } else {
        read_actor(reader, word, line, step);
    }
    reader->script->step_count++;
}
