/*
 * Messages and expectations in the words of a step, for reports.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <stdio.h>
#include <string.h>

/* --- text that is cut where its room ends ------------------------------- */

struct words {
    char *text;
    size_t len;
    size_t room; /* with the NUL */
};

static struct words words_over(char *text, size_t len)
{
    text[0] = '\0';
    return (struct words){.text = text, .room = len};
}

static void put(struct words *words, struct cg_slice text)
{
    size_t left = words->room - words->len - 1;
    size_t len = text.len < left ? text.len : left;

    for (size_t i = 0; i < len; i++) {
        char byte = text.data[i];

        words->text[words->len++] = byte == '\001' || byte == '\0' ? '|' : byte;
    }
    words->text[words->len] = '\0';
}

static void put_number(struct words *words, uint32_t tag)
{
    char number[16];

    (void)snprintf(number, sizeof(number), "%u", tag);
    put(words, cg_slice_str(number));
}

static void put_tag(struct words *words, uint32_t tag, const char *sign)
{
    put(words, CG_SLICE(" "));
    put_number(words, tag);
    put(words, cg_slice_str(sign));
}

/* --- what is expected --------------------------------------------------- */

static void put_value(const struct cg_script_runner *runner,
                      const struct cg_script_field *field,
                      bool written,
                      struct words *words)
{
    char value[4096];
    struct cg_fix_writer text = cg_fix_writer_over(value, sizeof(value));
    bool unknown = field->match == CG_SCRIPT_CAPTURE &&
                   runner->captures[field->capture] == NULL;

    if (!written && field->match != CG_SCRIPT_ANY && !unknown &&
        cg_script_expand(runner, field, &text)) {
        put(words, cg_fix_written(&text));
    } else {
        put(words, field->value);
    }
}

void cg_script_expected(const struct cg_script_runner *runner,
                        const struct cg_script_step *step,
                        bool written,
                        char *text,
                        size_t len)
{
    struct words words = words_over(text, len);

    put(&words, step->type);
    if (step->same) {
        put(&words, CG_SLICE(" same"));
    }
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];

        if (field->match == CG_SCRIPT_ABSENT) {
            put(&words, CG_SLICE(" !"));
            put_number(&words, field->tag);
            continue;
        }
        put_tag(&words, field->tag,
                field->match == CG_SCRIPT_CONTAINS ? "~" : "=");
        put_value(runner, field, written, &words);
    }
    if (step->more) {
        put(&words, CG_SLICE(" ..."));
    }
}

/* --- what came ---------------------------------------------------------- */

/* Of every message, and not what a case is about. */
static bool is_made(uint32_t tag)
{
    return tag == 34 || tag == 49 || tag == 52 || tag == 56;
}

static void put_fields(struct words *words, struct cg_slice fields, bool all)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (all || !is_made(tag)) {
            put_tag(words, tag, "=");
            put(words, value);
        }
    }
}

void cg_script_observed(const struct cg_script_message *message,
                        bool all,
                        char *text,
                        size_t len)
{
    struct words words = words_over(text, len);

    put(&words, cg_slice_str(message->type));
    put_fields(&words, message->header, all);
    put_fields(&words, message->body, true);
}
