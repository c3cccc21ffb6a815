/*
 * What a session says of itself when it certifies a counterparty: its id and
 * purpose, what it needs; and the steps that only a certification has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <string.h>
#include <text.h>

/* --- values ------------------------------------------------------------- */

/* value NAME TEXT; the last one of a name counts. */
static void read_value(struct cg_script_reader *reader, char *text)
{
    struct cg_script *script = reader->script;
    struct cg_slice name = cg_slice_str(cg_script_word(&text));
    struct cg_script_value *more;
    size_t capture;

    if (name.len == 0 || cg_script_name_len(name.data, name.len) != name.len) {
        cg_script_mistake(reader, "write: value NAME TEXT",
                          "'%.60s' is no name of a value", name.data);
        return;
    }
    capture = cg_script_capture_of(reader, name);
    if (capture == CG_SCRIPT_CAPTURES_MAX) {
        return;
    }
    text = cg_text_trim(text);
    for (size_t i = 0; i < script->value_count; i++) {
        if (script->values[i].capture == capture) {
            script->values[i].text = cg_slice_str(text);
            return;
        }
    }
    more = cg_script_grow(reader, script->values, script->value_count,
                          &reader->value_room, sizeof(*more));
    if (more != NULL) {
        script->values = more;
        more[script->value_count++] = (struct cg_script_value){
            (uint32_t)capture, cg_slice_str(text)};
    }
}

/* --- what a case is ----------------------------------------------------- */

static void read_id(struct cg_script_reader *reader, const char *id)
{
    struct cg_script_case *kase = &reader->script->kase;

    if (kase->id.len > 0) {
        cg_script_mistake(reader, "write two files", "a second case");
    } else if (*id == '\0' || strlen(id) > 32 ||
               strspn(id,
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id)) {
        cg_script_mistake(reader, "write letters, digits and -, 32 at most",
                          "'%.60s' is no id of a case", id);
    }
    kase->place = reader->place;
    kase->id = cg_slice_str(id);
}

static void read_level(struct cg_script_reader *reader, const char *word)
{
    reader->script->kase.optional = strcmp(word, "optional") == 0;
    if (!reader->script->kase.optional && strcmp(word, "mandatory") != 0) {
        cg_script_mistake(reader, "write: level mandatory, or optional",
                          "'%.60s' is no level", word);
    }
}

static void read_certifies(struct cg_script_reader *reader, char *text)
{
    struct cg_script_case *kase = &reader->script->kase;

    for (char *word = cg_script_word(&text); *word != '\0';
         word = cg_script_word(&text)) {
        kase->certifies_hub |= strcmp(word, "hub") == 0;
        kase->certifies_gate |= strcmp(word, "gate") == 0;
        if (strcmp(word, "hub") != 0 && strcmp(word, "gate") != 0) {
            cg_script_mistake(reader, "write: certifies hub, gate or both",
                              "nobody certifies a '%.60s'", word);
        }
    }
}

static void read_note(struct cg_script_reader *reader,
                      const char *text,
                      struct cg_slice notes[CG_SCRIPT_NOTES_MAX],
                      size_t *count)
{
    if (*text == '\0') {
        cg_script_mistake(reader, "write it behind the word",
                          "it is not said what");
    } else if (*count == CG_SCRIPT_NOTES_MAX) {
        cg_script_mistake(reader, "write fewer lines", "more than %d of these",
                          CG_SCRIPT_NOTES_MAX);
    } else {
        notes[(*count)++] = cg_slice_str(text);
    }
}

bool cg_script_case_line(struct cg_script_reader *reader, char *line)
{
    struct cg_script_case *kase = &reader->script->kase;
    char *rest;

    if (cg_script_begins(line, "value", &rest)) {
        read_value(reader, rest);
    } else if (cg_script_begins(line, "case", &rest)) {
        read_id(reader, rest);
    } else if (cg_script_begins(line, "purpose", &rest)) {
        kase->purpose = cg_slice_str(rest);
    } else if (cg_script_begins(line, "level", &rest)) {
        read_level(reader, rest);
    } else if (cg_script_begins(line, "certifies", &rest)) {
        read_certifies(reader, rest);
    } else if (cg_script_begins(line, "needs", &rest)) {
        kase->needs = cg_slice_str(rest);
    } else if (cg_script_begins(line, "precondition", &rest)) {
        read_note(reader, rest, kase->preconditions, &kase->precondition_count);
    } else if (cg_script_begins(line, "reference", &rest)) {
        read_note(reader, rest, kase->references, &kase->reference_count);
    } else {
        return false;
    }
    return true;
}

void cg_script_case_check(struct cg_script_reader *reader)
{
    const struct cg_script *script = reader->script;
    const struct cg_script_case *kase = &script->kase;

    reader->place = kase->place;
    if (kase->id.len == 0) {
        return;
    }
    if (kase->purpose.len == 0) {
        cg_script_mistake(reader, "write: purpose WHAT IT SHOWS",
                          "the case has no purpose");
    }
    if (!kase->certifies_hub && !kase->certifies_gate) {
        cg_script_mistake(reader, "write: certifies hub, gate or both",
                          "the case certifies nobody");
    }
}

/* --- steps -------------------------------------------------------------- */

void cg_script_asked(struct cg_script_reader *reader,
                     char *text,
                     struct cg_script_step *step)
{
    char *colon = strstr(text, " : ");

    step->act = CG_SCRIPT_ASKED;
    if (colon == NULL) {
        cg_script_mistake(reader, "write ACTOR asked WORDS : SENTENCE",
                          "it is not said to a person what to do");
        return;
    }
    *colon = '\0';
    step->name = cg_slice_str(cg_text_trim(text));
    step->plea = cg_slice_str(cg_text_trim(colon + 3));
}

void cg_script_wire(struct cg_script_reader *reader,
                    char *text,
                    struct cg_script_step *step)
{
    char *verb = cg_script_word(&text);
    char *rest;

    step->actor = cg_slice_str("wire");
    step->wire = true;
    reader->script->wire = true;
    if (strcmp(verb, ">") == 0 && cg_script_begins(text, "raw", &rest)) {
        step->act = CG_SCRIPT_WIRE_RAW;
        step->name = cg_slice_str(rest);
    } else if (strcmp(verb, ">") == 0) {
        cg_script_message_of(reader, text, CG_SCRIPT_SEND, step);
    } else if (strcmp(verb, "<") == 0) {
        cg_script_message_of(reader, text, CG_SCRIPT_EXPECT, step);
    } else if (strcmp(verb, "connects") == 0) {
        step->act = CG_SCRIPT_WIRE_CONNECTS;
        cg_script_line_end(reader, cg_text_trim(text));
    } else if (strcmp(verb, "disconnects") == 0) {
        step->act = CG_SCRIPT_WIRE_DISCONNECTS;
        cg_script_line_end(reader, cg_text_trim(text));
    } else if (strcmp(verb, "closed") == 0) {
        step->act = CG_SCRIPT_WIRE_CLOSED;
        cg_script_line_end(reader, cg_text_trim(text));
    } else {
        cg_script_mistake(reader,
                          "write wire connects, disconnects, closed, > TYPE "
                          "..., > raw BYTES or < TYPE ...",
                          "'wire %.60s' is no step", verb);
    }
}
