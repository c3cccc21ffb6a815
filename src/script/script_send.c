/*
 * The messages of a session's actors: what a step says and what defaults add,
 * and what was sent to them before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <stdio.h>
#include <string.h>

/* The fields of one line that go into a message. */
struct source {
    size_t first;
    size_t count;
};

static bool says(const struct cg_script_runner *runner,
                 const struct source *source,
                 uint32_t tag)
{
    for (size_t i = 0; i < source->count; i++) {
        if (runner->script->fields[source->first + i].tag == tag) {
            return true;
        }
    }
    return false;
}

/* What came without the field that this is to be a copy of: its tag was
 * ignored. */
static bool is_unknown(const struct cg_script_runner *runner,
                       const struct cg_script_field *field)
{
    return field->match == CG_SCRIPT_CAPTURE &&
           runner->captures[field->capture] == NULL;
}

/* Adds the fields of the last source that no source before it says. */
static bool put_source(struct cg_script_runner *runner,
                       cg_session session,
                       const struct source *sources,
                       size_t last,
                       struct cg_fix_writer parts[2])
{
    const struct source *source = &sources[last];

    for (size_t i = 0; i < source->count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[source->first + i];
        struct cg_fix_writer *out =
            &parts[!cg_script_is_header(runner, session, field->tag)];
        char tag[16];
        bool omitted = field->match == CG_SCRIPT_ABSENT ||
                       is_unknown(runner, field);

        for (size_t j = 0; j < last && !omitted; j++) {
            omitted = says(runner, &sources[j], field->tag);
        }
        if (omitted) {
            continue;
        }
        (void)snprintf(tag, sizeof(tag), "%u=", field->tag);
        cg_fix_put_raw(out, cg_slice_str(tag));
        if (!cg_script_expand(runner, field, out)) {
            return false;
        }
        cg_fix_put_raw(out, CG_SLICE("\001"));
    }
    return !parts[0].full && !parts[1].full;
}

#define SOURCES_MAX 64

/* The lines that a message is made of: the step, then defaults, the actor's own
 * before everybody's, later ones before earlier ones. */
static size_t find_sources(const struct cg_script_runner *runner,
                           const struct cg_script_step *step,
                           struct source sources[SOURCES_MAX])
{
    size_t count = 0;

    sources[count++] = (struct source){step->first_field, step->field_count};
    for (int any = 0; any < 2; any++) {
        for (size_t i = step->default_count; i-- > 0 && count < SOURCES_MAX;) {
            const struct cg_script_default *from = &runner->script->defaults[i];

            if (cg_slice_equal(from->type, step->type) &&
                (any == 0 ? cg_slice_equal(from->actor, step->actor)
                          : cg_slice_is(from->actor, "*"))) {
                sources[count++] = (struct source){from->first_field,
                                                   from->field_count};
            }
        }
    }
    return count;
}

struct cg_script_message *cg_script_compose(struct cg_script_runner *runner,
                                            const struct cg_script_step *step)
{
    struct source sources[SOURCES_MAX];
    size_t count = find_sources(runner, step, sources);
    struct cg_fix_writer parts[2] = {
        cg_fix_writer_over(runner->header, CG_SCRIPT_BUFFER),
        cg_fix_writer_over(runner->buffer, CG_SCRIPT_BUFFER),
    };
    struct cg_script_message *message;

    for (size_t i = 0; i < count; i++) {
        if (!put_source(runner, step->session, sources, i, parts)) {
            cg_script_fail(runner, step, "the message is longer than %zu bytes",
                           CG_SCRIPT_BUFFER);
            return NULL;
        }
    }
    message = cg_script_message_add(runner, &runner->in, step->session,
                                    step->type, cg_fix_written(&parts[0]),
                                    cg_fix_written(&parts[1]));
    if (message != NULL) {
        message->seq = ++runner->seq_in[step->session];
    }
    return message;
}

size_t cg_script_sent_before(struct cg_script_runner *runner,
                             const struct cg_script_step *step)
{
    for (size_t i = runner->out.count; i-- > 0;) {
        const struct cg_script_message *message = &runner->out.items[i];

        if (message->session == step->session &&
            (step->type.len == 0 || cg_slice_is(step->type, message->type)) &&
            cg_script_has(runner, step, message)) {
            return cg_script_seal(runner, message, false, runner->buffer,
                                  CG_SCRIPT_BUFFER);
        }
    }
    cg_script_fail(runner, step, "%.*s was sent no such message",
                   (int)step->actor.len, step->actor.data);
    return 0;
}
