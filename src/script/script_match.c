/*
 * Expectations against what came: field by field, or byte by byte.
 *
 * Must never let a field pass that the session does not name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <decimal.h>
#include <fix_value.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One comparison; |print| says whether it is shown as a table. */
struct match {
    struct cg_script_runner *runner;
    const struct cg_script_step *step;
    const struct cg_script_message *came;
    const struct cg_script_leniency *leniency; /* NULL: none */
    struct cg_script_differing *differing;     /* NULL: nobody asks */
    bool *found;                               /* by expected field: it came */
    bool print;
    bool good;
};

static const struct cg_script_field *field_at(const struct match *match,
                                              size_t index)
{
    return &match->runner->script->fields[match->step->first_field + index];
}

/* --- one field ---------------------------------------------------------- */

static bool contains(struct cg_slice value, struct cg_slice part)
{
    return part.len == 0 ||
           memmem(value.data, value.len, part.data, part.len) != NULL;
}

/* Keeps |value| under a name that has none; else compares. */
static bool
capture(struct cg_script_runner *runner, uint32_t index, struct cg_slice value)
{
    if (runner->captures[index] != NULL) {
        return cg_slice_is(value, runner->captures[index]);
    }
    runner->captures[index] = strndup(value.data, value.len);
    if (runner->captures[index] == NULL) {
        runner->error = CG_ERR_MEMORY;
    }
    return true;
}

/* A time so near to the one that is meant that it counts as that. */
static bool time_fits(const struct match *match,
                      const struct cg_script_field *field,
                      struct cg_slice value)
{
    cg_time meant = match->came->time + field->offset;
    cg_time said = 0;

    return cg_fix_time(value, &said) &&
           said >= meant - match->leniency->time_ns &&
           said <= meant + match->leniency->time_ns;
}

#define NUMBER_DIGITS 8

/* The same number, otherwise written, in a field that holds one. */
static bool number_fits(const struct match *match,
                        uint32_t tag,
                        struct cg_slice value,
                        struct cg_slice wanted)
{
    const struct cg_config *config = &match->runner->script->config;
    enum cg_version version = config->sessions[match->came->session].version;
    const struct cg_fix_tag *known = cg_fix_tag_find(
        &cg_fix_dictionaries[version], tag);
    int64_t numbers[2];

    return known != NULL && known->type == CG_FIX_TYPE_DECIMAL &&
           cg_decimal_parse(value, NUMBER_DIGITS, &numbers[0]) &&
           cg_decimal_parse(wanted, NUMBER_DIGITS, &numbers[1]) &&
           numbers[0] == numbers[1];
}

/* The same text, or what a certification lets pass for it. */
static bool text_fits(const struct match *match,
                      const struct cg_script_field *field,
                      struct cg_slice value,
                      struct cg_slice wanted)
{
    if (cg_slice_equal(value, wanted)) {
        return true;
    }
    if (match->leniency == NULL) {
        return false;
    }
    return field->match == CG_SCRIPT_TIME
               ? time_fits(match, field, value)
               : match->leniency->numbers &&
                     number_fits(match, field->tag, value, wanted);
}

/* What a name stands for already; else it stands for |value| from now on. */
static bool capture_fits(const struct match *match,
                         const struct cg_script_field *field,
                         struct cg_slice value)
{
    const char *known = match->runner->captures[field->capture];

    return known != NULL && match->leniency != NULL
               ? text_fits(match, field, value, cg_slice_str(known))
               : capture(match->runner, field->capture, value);
}

static bool value_fits(const struct match *match,
                       const struct cg_script_field *field,
                       struct cg_slice value)
{
    struct cg_script_runner *runner = match->runner;
    struct cg_fix_writer text = cg_fix_writer_over(runner->header,
                                                   CG_SCRIPT_BUFFER);

    switch (field->match) {
    case CG_SCRIPT_ANY:
        return true;
    case CG_SCRIPT_ABSENT:
        return false;
    case CG_SCRIPT_CAPTURE:
        return capture_fits(match, field, value);
    case CG_SCRIPT_CONTAINS:
        return cg_script_expand(runner, field, &text) &&
               contains(value, cg_fix_written(&text));
    case CG_SCRIPT_IS:
    case CG_SCRIPT_TIME:
        break;
    }
    return cg_script_expand(runner, field, &text) &&
           text_fits(match, field, value, cg_fix_written(&text));
}

/* --- the table ---------------------------------------------------------- */

static void differs(struct match *match, uint32_t tag)
{
    struct cg_script_differing *differing = match->differing;

    for (size_t i = 0; i < differing->count; i++) {
        if (differing->tags[i] == tag) {
            return;
        }
    }
    if (differing->count < CG_SCRIPT_DIFFERING_MAX) {
        differing->tags[differing->count++] = tag;
    }
}

static void row(struct match *match,
                bool good,
                uint32_t tag,
                const char *left,
                const char *right)
{
    match->good &= good;
    if (!good && match->differing != NULL && tag != 0) {
        differs(match, tag);
    }
    if (match->print) {
        cg_script_say(match->runner, "  %c %-38s %s\n", good ? ' ' : '!', left,
                      right);
    }
}

/* The field as the session has it, and what it stands for. */
static void field_text(const struct cg_script_runner *runner,
                       const struct cg_script_field *field,
                       char *out,
                       size_t len)
{
    char value[600] = "";
    struct cg_fix_writer text = cg_fix_writer_over(value, sizeof(value) - 1);
    bool stands = field->match == CG_SCRIPT_TIME ||
                  field->match == CG_SCRIPT_CAPTURE ||
                  (field->value.len > 0 &&
                   memmem(field->value.data, field->value.len, "${", 2) !=
                       NULL);

    if (field->match == CG_SCRIPT_ABSENT) {
        (void)snprintf(out, len, "!%u", field->tag);
        return;
    }
    if (stands && cg_script_expand(runner, field, &text)) {
        value[text.len] = '\0';
    }
    (void)snprintf(out, len, "%u%c%.*s%s%s%s", field->tag,
                   field->match == CG_SCRIPT_CONTAINS ? '~' : '=',
                   (int)field->value.len, field->value.data,
                   value[0] != '\0' ? " (" : "", value,
                   value[0] != '\0' ? ")" : "");
}

static void
came_text(uint32_t tag, struct cg_slice value, char *out, size_t len)
{
    (void)snprintf(out, len, "%u=%.*s", tag, (int)value.len, value.data);
}

static void row_of(struct match *match,
                   bool good,
                   const struct cg_script_field *field,
                   uint32_t tag,
                   struct cg_slice value)
{
    char left[1000] = "";
    char right[1000] = "";

    if (match->print && field != NULL) {
        field_text(match->runner, field, left, sizeof(left));
    }
    if (match->print && tag != 0) {
        came_text(tag, value, right, sizeof(right));
    }
    row(match, good, field != NULL ? field->tag : tag, left, right);
}

/* --- whole messages ----------------------------------------------------- */

/* The |nth| expected field |tag|, from 0; NULL: no such one.  |*absent|: the
 * session says that there is none. */
static const struct cg_script_field *
expected(const struct match *match, uint32_t tag, size_t nth, size_t *index)
{
    for (size_t i = 0; i < match->step->field_count; i++) {
        const struct cg_script_field *field = field_at(match, i);

        if (field->tag == tag &&
            (field->match == CG_SCRIPT_ABSENT || nth-- == 0)) {
            *index = i;
            return field;
        }
    }
    return NULL;
}

static bool is_listed(const struct match *match, uint32_t tag)
{
    size_t index;

    return expected(match, tag, 0, &index) != NULL;
}

/* By the profile of a counterparty: even when the step lists it. */
static bool is_waived(const struct match *match, uint32_t tag)
{
    for (size_t i = 0;
         match->leniency != NULL && i < match->leniency->ignore_count; i++) {
        if (match->leniency->ignores[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool is_ignored(const struct match *match, uint32_t tag)
{
    for (size_t i = 0; i < match->step->ignore_count; i++) {
        if (match->runner->script->ignores[i] == tag) {
            return true;
        }
    }
    return false;
}

/* How many fields |tag| stand before the first |len| bytes' end. */
static size_t
count_before(struct cg_slice fields, const char *end, uint32_t wanted)
{
    size_t count = 0;
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value) && fields.data < end) {
        count += tag == wanted ? 1 : 0;
    }
    return count;
}

static void match_field(struct match *match,
                        struct cg_slice all,
                        const char *end,
                        uint32_t tag,
                        struct cg_slice value,
                        bool header)
{
    size_t index = 0;
    const struct cg_script_field *field = expected(
        match, tag, count_before(all, end, tag), &index);

    if (field != NULL) {
        match->found[index] = true;
        row_of(match, value_fits(match, field, value) || is_waived(match, tag),
               field, tag, value);
    } else if (match->step->same && !is_listed(match, tag)) {
        return;
    } else if (!header) {
        row_of(match,
               match->step->more || is_ignored(match, tag) ||
                   is_waived(match, tag),
               NULL, tag, value);
    }
}

static void match_fields(struct match *match, struct cg_slice all, bool header)
{
    struct cg_slice rest = all;
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&rest, &tag, &value)) {
        match_field(match, all, rest.data, tag, value, header);
    }
}

static void match_missing(struct match *match)
{
    for (size_t i = 0; i < match->step->field_count; i++) {
        const struct cg_script_field *field = field_at(match, i);

        if (!match->found[i] && field->match != CG_SCRIPT_ABSENT) {
            row_of(match, is_waived(match, field->tag), field, 0, CG_SLICE(""));
        }
    }
}

/* --- the same as another actor's ---------------------------------------- */

static struct cg_slice first_value(struct cg_slice fields, uint32_t wanted)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return CG_SLICE("");
}

/* The last message of the type that another actor sent: the one with the same
 * ClOrdID(11), if there is one. */
static const struct cg_script_message *source_of(const struct match *match)
{
    const struct cg_script_messages *in = &match->runner->in;
    struct cg_slice id = first_value(match->came->body, 11);
    const struct cg_script_message *last = NULL;

    for (size_t i = in->count; i-- > 0;) {
        const struct cg_script_message *sent = &in->items[i];

        if (sent->session == match->came->session ||
            strcmp(sent->type, match->came->type) != 0) {
            continue;
        }
        if (cg_slice_equal(first_value(sent->body, 11), id)) {
            return sent;
        }
        last = last != NULL ? last : sent;
    }
    return last;
}

/* The next field that the step does not list. */
static bool next_unlisted(const struct match *match,
                          struct cg_slice *fields,
                          uint32_t *tag,
                          struct cg_slice *value)
{
    while (cg_script_field_next(fields, tag, value)) {
        if (!is_listed(match, *tag) && !is_waived(match, *tag)) {
            return true;
        }
    }
    return false;
}

static void match_same(struct match *match)
{
    const struct cg_script_message *source = source_of(match);
    struct cg_slice want = source != NULL ? source->body : CG_SLICE("");
    struct cg_slice have = match->came->body;

    if (source == NULL) {
        row(match, false, 35, "same as what was sent",
            "nobody sent such a one");
        return;
    }
    for (;;) {
        char left[1000] = "";
        char right[1000] = "";
        uint32_t want_tag = 0;
        uint32_t have_tag = 0;
        struct cg_slice wanted = {NULL, 0};
        struct cg_slice had = {NULL, 0};
        bool more_wanted = next_unlisted(match, &want, &want_tag, &wanted);
        bool more_had = next_unlisted(match, &have, &have_tag, &had);

        if (!more_wanted && !more_had) {
            return;
        }
        if (match->print && more_wanted) {
            came_text(want_tag, wanted, left, sizeof(left));
        }
        if (match->print && more_had) {
            came_text(have_tag, had, right, sizeof(right));
        }
        row(match,
            more_wanted && more_had && want_tag == have_tag &&
                cg_slice_equal(wanted, had),
            more_had ? have_tag : want_tag, left, right);
    }
}

/* --- all of it ---------------------------------------------------------- */

static void match_all(struct match *match)
{
    memset(match->found, 0, match->step->field_count + 1);
    match_fields(match, match->came->header, true);
    match_fields(match, match->came->body, false);
    match_missing(match);
    if (match->step->same) {
        match_same(match);
    }
}

static void tell(struct match *match)
{
    struct cg_script_runner *runner = match->runner;
    char time[32];

    cg_script_time_text(match->came->time - runner->script->start, time);
    if (!cg_slice_is(match->step->type, match->came->type)) {
        cg_script_fail(runner, match->step,
                       "%.*s should receive %.*s, but received %s",
                       (int)match->step->actor.len, match->step->actor.data,
                       (int)match->step->type.len, match->step->type.data,
                       match->came->type);
        cg_script_say_message(runner, "    ", match->came, '<');
        return;
    }
    cg_script_fail(runner, match->step,
                   "%s at %s: %.*s is not as expected, see the lines with !",
                   match->came->type, time, (int)match->step->actor.len,
                   match->step->actor.data);
    cg_script_say(runner, "    %-38s %s\n", "expected", "came");
    match->print = true;
    match_all(match);
}

bool cg_script_match(struct cg_script_runner *runner,
                     const struct cg_script_step *step,
                     const struct cg_script_message *came)
{
    struct match match = {.runner = runner, .step = step, .came = came};

    match.found = calloc(step->field_count + 1, sizeof(*match.found));
    if (match.found == NULL) {
        runner->error = CG_ERR_MEMORY;
        return false;
    }
    match.good = cg_slice_is(step->type, came->type);
    match_all(&match);
    if (!match.good) {
        tell(&match);
    }
    free(match.found);
    return match.good;
}

/* Forgets the captures of a comparison that failed. */
static void
restore(struct cg_script_runner *runner, const bool *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!known[i]) {
            free(runner->captures[i]);
            runner->captures[i] = NULL;
        }
    }
}

bool cg_script_compare(struct cg_script_runner *runner,
                       const struct cg_script_step *step,
                       const struct cg_script_message *came,
                       const struct cg_script_leniency *leniency,
                       struct cg_script_differing *differing)
{
    size_t captures = runner->script->capture_count;
    struct match match = {.runner = runner,
                          .step = step,
                          .came = came,
                          .leniency = leniency,
                          .differing = differing,
                          .good = true};
    bool *known = calloc(captures + step->field_count + 1, sizeof(*known));

    differing->count = 0;
    if (known == NULL) {
        runner->error = CG_ERR_MEMORY;
        return false;
    }
    for (size_t i = 0; i < captures; i++) {
        known[i] = runner->captures[i] != NULL;
    }
    match.found = known + captures;
    match_all(&match);
    if (!match.good) {
        restore(runner, known, captures);
    }
    free(known);
    return match.good;
}

bool cg_script_has(struct cg_script_runner *runner,
                   const struct cg_script_step *step,
                   const struct cg_script_message *message)
{
    struct match match = {.runner = runner, .step = step, .came = message};

    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];
        struct cg_slice fields = message->body;
        struct cg_slice value;
        uint32_t tag;
        bool found = false;

        while (!found && cg_script_field_next(&fields, &tag, &value)) {
            found = tag == field->tag && value_fits(&match, field, value);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}
