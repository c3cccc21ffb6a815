/*
 * The messages of a wire: what a step says, what defaults add, and the rest
 * made, as right or as wrong as the step wants it.
 *
 * A message is first a row of fields in their order, some of them to be made;
 * then bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wire_parts.h"

#include <fix_dictionary.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOH "\001"
#define PARTS_MAX 2048

enum part_kind {
    PART_TEXT,  /* as it is */
    PART_MADE,  /* as it should be */
    PART_MOVED, /* so much more than that */
    PART_PAUSE, /* no field: what follows is a packet of its own */
};

struct part {
    uint32_t tag;         /* 0: no number */
    struct cg_slice name; /* "35", or all of what is no field */
    struct cg_slice text;
    enum part_kind kind;
    long offset;
    bool equals; /* it has an "=" */
    bool ends;   /* with a SOH */
};

struct compose {
    const struct wire_making *making;
    const struct cg_script_runner *runner; /* NULL: nothing to put in */
    struct cg_slice type;
    struct part parts[PARTS_MAX];
    size_t count;
    char names[PARTS_MAX][12];
    char *texts; /* expanded, CG_WIRE_MESSAGE_MAX bytes */
    struct cg_fix_writer scratch;
    bool full;
};

/* --- values ------------------------------------------------------------- */

static struct cg_slice capture_text(const struct cg_script_runner *runner,
                                    struct cg_slice name)
{
    size_t index = cg_script_capture_find(runner->script, name);

    return index < runner->script->capture_count &&
                   runner->captures[index] != NULL
               ? cg_slice_str(runner->captures[index])
               : CG_SLICE("");
}

struct cg_slice wire_type(const struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    struct cg_slice type = step->type;

    if (runner != NULL && type.len > 1 && type.data[0] == '$') {
        return capture_text(runner,
                            (struct cg_slice){type.data + 1, type.len - 1});
    }
    return type;
}

/* |field| with its captures and times put in. */
static struct cg_slice expanded(struct compose *compose,
                                const struct cg_script_field *field)
{
    size_t before = compose->scratch.len;

    if (compose->runner == NULL) {
        return field->value;
    }
    (void)cg_script_expand(compose->runner, field, &compose->scratch);
    return (struct cg_slice){compose->texts + before,
                             compose->scratch.len - before};
}

/* "+3" or "-1"; false: the text is something else. */
static bool offset_of(struct cg_slice text, long *offset)
{
    struct cg_slice digits = {text.data + 1, text.len - 1};

    if (text.len < 2 || (text.data[0] != '+' && text.data[0] != '-') ||
        text.len > 9) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return false;
        }
    }
    *offset = text.data[0] == '-' ? -wire_number(digits) : wire_number(digits);
    return true;
}

static bool can_make(uint32_t tag)
{
    return tag == 8 || tag == 9 || tag == 10 || tag == 34 || tag == 35 ||
           tag == 49 || tag == 52 || tag == 56;
}

static bool can_move(uint32_t tag)
{
    return tag == 9 || tag == 10 || tag == 34 || tag == 36;
}

/* Sees whether the text of |part| asks for something to be made. */
static void look_at(struct part *part)
{
    if (can_make(part->tag) && cg_slice_is(part->text, "*")) {
        part->kind = PART_MADE;
    } else if (can_move(part->tag) && offset_of(part->text, &part->offset)) {
        part->kind = PART_MOVED;
    }
}

static struct part *part_new(struct compose *compose)
{
    if (compose->count == PARTS_MAX) {
        compose->full = true;
        compose->count--;
    }
    compose->parts[compose->count] = (struct part){.equals = true,
                                                   .ends = true};
    return &compose->parts[compose->count++];
}

static struct part *part_of_tag(struct compose *compose, uint32_t tag)
{
    struct part *part = part_new(compose);
    char *name = compose->names[part - compose->parts];

    (void)snprintf(name, sizeof(compose->names[0]), "%u", tag);
    part->tag = tag;
    part->name = cg_slice_str(name);
    return part;
}

static void add_made(struct compose *compose, uint32_t tag)
{
    part_of_tag(compose, tag)->kind = PART_MADE;
}

static void
add_text(struct compose *compose, uint32_t tag, struct cg_slice text)
{
    part_of_tag(compose, tag)->text = text;
}

/* --- the fields of a step ----------------------------------------------- */

/* What a step and the defaults say; NULL: it is in the row already. */
struct said {
    const struct cg_script_field *fields[PARTS_MAX];
    size_t count;
};

static bool is_said(const struct said *said, size_t count, uint32_t tag)
{
    for (size_t i = 0; i < count; i++) {
        if (said->fields[i] != NULL && said->fields[i]->tag == tag) {
            return true;
        }
    }
    return false;
}

/* The fields of one line, but for tags that a line before it says. */
static void say(const struct cg_script *script,
                size_t first,
                size_t count,
                struct said *said)
{
    size_t before = said->count;

    for (size_t i = 0; i < count && said->count < PARTS_MAX; i++) {
        const struct cg_script_field *field = &script->fields[first + i];

        if (!is_said(said, before, field->tag)) {
            said->fields[said->count++] = field;
        }
    }
}

/* The step, then defaults, its own before everybody's, later ones first. */
static void say_all(const struct compose *compose,
                    const struct cg_script_step *step,
                    struct said *said)
{
    const struct cg_script *script = compose->runner->script;

    say(script, step->first_field, step->field_count, said);
    for (int any = 0; any < 2; any++) {
        for (size_t i = step->default_count; i-- > 0;) {
            const struct cg_script_default *line = &script->defaults[i];

            if ((cg_slice_equal(line->type, compose->type) ||
                 cg_slice_equal(line->type, step->type)) &&
                cg_slice_is(line->actor, any == 0 ? "wire" : "*")) {
                say(script, line->first_field, line->field_count, said);
            }
        }
    }
}

static void add_said(struct compose *compose,
                     const struct cg_script_field *field)
{
    struct part *part;

    if (field->match == CG_SCRIPT_ABSENT) {
        return;
    }
    part = part_of_tag(compose, field->tag);
    part->text = expanded(compose, field);
    if (field->match == CG_SCRIPT_IS) {
        look_at(part);
    }
}

/* The field |tag| at its place, as it is said or else as it should be. */
static void
add_in_place(struct compose *compose, struct said *said, uint32_t tag)
{
    for (size_t i = 0; i < said->count; i++) {
        const struct cg_script_field *field = said->fields[i];

        if (field != NULL && field->tag == tag) {
            said->fields[i] = NULL;
            add_said(compose, field);
            return;
        }
    }
    add_made(compose, tag);
}

static bool is_header(const struct compose *compose, uint32_t tag)
{
    const struct cg_fix_dictionary *dictionary =
        &cg_fix_dictionaries[compose->making->version];

    return (cg_fix_tag_flags(dictionary, tag) & CG_FIX_TAG_HEADER) != 0;
}

/* All that is left of the header, or all that is left. */
static void add_left(struct compose *compose, struct said *said, bool all)
{
    for (size_t i = 0; i < said->count; i++) {
        const struct cg_script_field *field = said->fields[i];

        if (field != NULL && field->tag != 10 &&
            (all || is_header(compose, field->tag))) {
            said->fields[i] = NULL;
            add_said(compose, field);
        }
    }
}

/* What the configuration adds to a Logon. */
static void add_logon(struct compose *compose, const struct said *said)
{
    struct cg_slice more = cg_slice_str(compose->making->logon);
    struct cg_slice rest = more;
    uint32_t tag;
    struct cg_slice value;

    if (!cg_slice_is(compose->type, "A")) {
        return;
    }
    if (strcmp(compose->making->begin_string, "FIXT.1.1") == 0 &&
        !is_said(said, said->count, 1137) &&
        wire_value(more, 1137).data == NULL) {
        add_text(compose, 1137, CG_SLICE("9"));
    }
    while (cg_script_field_next(&rest, &tag, &value)) {
        if (!is_said(said, said->count, tag)) {
            add_text(compose, tag, value);
        }
    }
}

static void row_of_step(struct compose *compose,
                        const struct cg_script_step *step)
{
    static const uint32_t places[] = {8, 9, 35, 49, 56, 34, 52};
    struct said said = {.count = 0};

    compose->type = wire_type(compose->runner, step);
    say_all(compose, step, &said);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        add_in_place(compose, &said, places[i]);
    }
    add_left(compose, &said, false);
    add_logon(compose, &said);
    add_left(compose, &said, true);
    add_in_place(compose, &said, 10);
}

/* --- the fields of a raw line ------------------------------------------- */

static void add_raw(struct compose *compose, struct cg_slice text)
{
    const char *equals = memchr(text.data, '=', text.len);
    struct part *part = part_new(compose);
    struct cg_script_field field = {.match = CG_SCRIPT_IS};

    if (cg_slice_is(text, "/")) {
        *part = (struct part){.kind = PART_PAUSE};
        return;
    }
    part->equals = equals != NULL;
    part->name = (struct cg_slice){
        text.data, equals != NULL ? (size_t)(equals - text.data) : text.len};
    if (equals == NULL) {
        return;
    }
    part->tag = (uint32_t)wire_number(part->name);
    field.value = (struct cg_slice){equals + 1, text.len - part->name.len - 1};
    field.match = cg_slice_is(field.value, "@") ? CG_SCRIPT_TIME : CG_SCRIPT_IS;
    part->text = expanded(compose, &field);
    look_at(part);
    if (part->tag == 35) {
        compose->type = part->text;
    }
}

static void row_of_raw(struct compose *compose, struct cg_slice line)
{
    while (line.len > 0) {
        const char *end = memchr(line.data, '|', line.len);
        size_t len = end != NULL ? (size_t)(end - line.data) : line.len;

        add_raw(compose, (struct cg_slice){line.data, len});
        if (end == NULL) {
            compose->parts[compose->count - 1].ends = false;
            return;
        }
        line.data += len + 1;
        line.len -= len + 1;
    }
}

/* A message without a step. */
static void
row_of_type(struct compose *compose, const char *type, struct cg_slice body)
{
    static const uint32_t places[] = {8, 9, 35, 49, 56, 34, 52};
    uint32_t tag;
    struct cg_slice value;

    compose->type = cg_slice_str(type);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        add_made(compose, places[i]);
    }
    while (cg_script_field_next(&body, &tag, &value)) {
        add_text(compose, tag, value);
    }
    add_made(compose, 10);
}

/* --- bytes -------------------------------------------------------------- */

/* Bytes under way: BodyLength and CheckSum are of what stands in them. */
struct render {
    const struct compose *compose;
    struct cg_fix_writer out;
    struct wire_made *made;
    size_t length_at;  /* where the digits of 9 go; 0: nowhere */
    size_t inside_at;  /* behind the field 9 */
    long length_moved; /* so much more than it is */
};

static void put_number(struct cg_fix_writer *out, const char *form, long number)
{
    char text[32];

    (void)snprintf(text, sizeof(text), form, number);
    cg_fix_put_raw(out, cg_slice_str(text));
}

static void put_time(struct cg_fix_writer *out, cg_time time)
{
    char text[40];
    struct cg_fix_writer field = cg_fix_writer_over(text, sizeof(text));

    cg_fix_put_time(&field, 1, time);
    if (field.len > 3) {
        /* Between "1=" and SOH. */
        cg_fix_put_raw(out, (struct cg_slice){text + 2, field.len - 3});
    }
}

/* All that 9 counts is there: puts its digits in. */
static void put_length(struct render *render)
{
    struct cg_fix_writer *out = &render->out;
    char digits[32];
    size_t len;

    if (render->length_at == 0 || out->full) {
        return;
    }
    len = (size_t)snprintf(digits, sizeof(digits), "%ld",
                           (long)(out->len - render->inside_at) +
                               render->length_moved);
    if (out->cap - out->len < len) {
        out->full = true;
        return;
    }
    memmove(out->data + render->length_at + len, out->data + render->length_at,
            out->len - render->length_at);
    memcpy(out->data + render->length_at, digits, len);
    out->len += len;
    for (size_t i = 0; i < render->made->cut_count; i++) {
        render->made->cuts[i] += render->made->cuts[i] > render->length_at ? len
                                                                           : 0;
    }
    render->length_at = 0;
}

static long sum_of(const struct cg_fix_writer *out, size_t len)
{
    unsigned sum = 0;

    for (size_t i = 0; i < len; i++) {
        sum += (unsigned char)out->data[i];
    }
    return (long)(sum & 255);
}

static void put_made(struct render *render, const struct part *part)
{
    const struct wire_making *making = render->compose->making;
    struct cg_fix_writer *out = &render->out;

    switch (part->tag) {
    case 8:
        cg_fix_put_raw(out, cg_slice_str(making->begin_string));
        break;
    case 9:
        render->length_at = out->len;
        render->length_moved = part->offset;
        break;
    case 10: /* all before "10=" counts */
        put_number(out, "%03ld",
                   (sum_of(out, out->len - 3) + part->offset) & 255);
        break;
    case 34:
        render->made->seq = part->kind == PART_MADE ? making->next_out : 0;
        put_number(out, "%ld", making->next_out + part->offset);
        break;
    case 35:
        cg_fix_put_raw(out, render->compose->type);
        break;
    case 36:
        put_number(out, "%ld", making->next_out + part->offset);
        break;
    case 49:
        cg_fix_put_raw(out, cg_slice_str(making->ours));
        break;
    case 52:
        put_time(out, making->now);
        break;
    case 56:
        cg_fix_put_raw(out, cg_slice_str(making->theirs));
        break;
    default:
        break;
    }
}

static void put_part(struct render *render, const struct part *part)
{
    struct cg_fix_writer *out = &render->out;
    size_t from;

    if (part->kind == PART_PAUSE) {
        if (render->made->cut_count < WIRE_CUTS_MAX) {
            render->made->cuts[render->made->cut_count++] = out->len;
        }
        return;
    }
    if (part->tag == 10) {
        put_length(render);
    }
    cg_fix_put_raw(out, part->name);
    cg_fix_put_raw(out, part->equals ? CG_SLICE("=") : CG_SLICE(""));
    from = out->len;
    if (part->kind == PART_TEXT) {
        cg_fix_put_raw(out, part->text);
    } else {
        put_made(render, part);
    }
    if (part->tag == 36) {
        render->made->next_out = wire_number(
            (struct cg_slice){out->data + from, out->len - from});
    }
    cg_fix_put_raw(out, part->ends ? CG_SLICE(SOH) : CG_SLICE(""));
    if (part->tag == 9) {
        render->inside_at = out->len;
    }
}

static bool says(const struct compose *compose, uint32_t tag, const char *text)
{
    for (size_t i = 0; i < compose->count; i++) {
        if (compose->parts[i].tag == tag &&
            cg_slice_is(compose->parts[i].text, text)) {
            return true;
        }
    }
    return false;
}

static bool render(const struct compose *compose, struct wire_made *made)
{
    struct render render = {
        .compose = compose,
        .out = cg_fix_writer_over(malloc(CG_WIRE_MESSAGE_MAX),
                                  CG_WIRE_MESSAGE_MAX),
        .made = made,
    };

    if (render.out.data == NULL) {
        return false;
    }
    for (size_t i = 0; i < compose->count; i++) {
        put_part(&render, &compose->parts[i]);
    }
    put_length(&render);
    if (render.out.full || compose->full || compose->scratch.full) {
        free(render.out.data);
        return false;
    }
    made->bytes = render.out.data;
    made->len = render.out.len;
    made->logout = cg_slice_is(compose->type, "5");
    made->next_out *= cg_slice_is(compose->type, "4") ? 1 : 0;
    return true;
}

int wire_seq_of(const struct wire_making *making,
                const struct cg_script *script,
                const struct cg_script_step *step)
{
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &script->fields[step->first_field + i];
        long offset;
        int number;

        if (field->tag != 34 || field->match != CG_SCRIPT_IS) {
            continue;
        }
        if (offset_of(field->value, &offset)) {
            return making->next_out + (int)offset;
        }
        number = wire_number(field->value);
        return number > 0 ? number : making->next_out;
    }
    return making->next_out;
}

/* --- all of it ---------------------------------------------------------- */

static bool compose_row(const struct wire_making *making,
                        const struct cg_script_runner *runner,
                        const struct cg_script_step *step,
                        const char *type,
                        struct cg_slice body,
                        struct wire_made *made)
{
    struct wire_making own = *making;
    struct compose *compose = calloc(1, sizeof(*compose));
    bool good = false;

    *made = (struct wire_made){0};
    if (compose == NULL) {
        return false;
    }
    compose->making = &own;
    compose->runner = runner;
    compose->texts = malloc(CG_WIRE_MESSAGE_MAX);
    compose->scratch = cg_fix_writer_over(compose->texts, CG_WIRE_MESSAGE_MAX);
    if (compose->texts != NULL) {
        if (step == NULL) {
            row_of_type(compose, type, body);
        } else if (step->act == CG_SCRIPT_WIRE_RAW) {
            row_of_raw(compose, step->name);
        } else {
            row_of_step(compose, step);
        }
        made->resets = cg_slice_is(compose->type, "A") &&
                       says(compose, 141, "Y");
        own.next_out = made->resets ? 1 : own.next_out;
        good = render(compose, made);
    }
    free(compose->texts);
    free(compose);
    return good;
}

bool wire_compose(const struct wire_making *making,
                  const struct cg_script_runner *runner,
                  const struct cg_script_step *step,
                  struct wire_made *made)
{
    return compose_row(making, runner, step, NULL, CG_SLICE(""), made);
}

bool wire_make(const struct wire_making *making,
               const char *type,
               struct cg_slice body,
               struct wire_made *made)
{
    return compose_row(making, NULL, NULL, type, body, made);
}
