/*
 * Messages of a session that is being played: what was sent, what came.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <fix_value.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOH '\001'

/* --- saying ------------------------------------------------------------- */

static void say_all(const struct cg_script_runner *runner,
                    const char *format,
                    va_list arguments)
{
    char *text = NULL;

    if (runner->options->print != NULL &&
        vasprintf(&text, format, arguments) >= 0) {
        runner->options->print(runner->options->user, text);
        free(text);
    }
}

void cg_script_say(const struct cg_script_runner *runner,
                   const char *format,
                   ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_all(runner, format, arguments);
    va_end(arguments);
}

void cg_script_fail(struct cg_script_runner *runner,
                    const struct cg_script_step *step,
                    const char *format,
                    ...)
{
    va_list arguments;

    runner->failed = true;
    if (step != NULL) {
        cg_script_say(runner, "%s:%d: ", step->place.file, step->place.line);
    } else {
        cg_script_say(runner, "%s: ", runner->script->path);
    }
    va_start(arguments, format);
    say_all(runner, format, arguments);
    va_end(arguments);
    cg_script_say(runner, "\n");
}

void cg_script_time_text(cg_time time, char *text)
{
    long long ms = time / CG_MS;

    if (time % CG_MS != 0) {
        (void)snprintf(text, 32, "@%lld.%06lld", ms, (long long)(time % CG_MS));
    } else if (ms % 1000 == 0 && ms > 0) {
        (void)snprintf(text, 32, "@%llds", ms / 1000);
    } else {
        (void)snprintf(text, 32, "@%lld", ms);
    }
}

/* A field as it is written in a session; the present time as "@". */
static void put_text(struct cg_fix_writer *line,
                     uint32_t tag,
                     struct cg_slice value,
                     struct cg_slice now)
{
    char number[16];

    (void)snprintf(number, sizeof(number), " %u=", tag);
    cg_fix_put_raw(line, cg_slice_str(number));
    cg_fix_put_raw(line, cg_slice_equal(value, now) ? CG_SLICE("@") : value);
}

static void put_fields(struct cg_fix_writer *line,
                       struct cg_slice fields,
                       struct cg_slice now)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        put_text(line, tag, value, now);
    }
}

void cg_script_say_message(const struct cg_script_runner *runner,
                           const char *indent,
                           const struct cg_script_message *message,
                           char direction)
{
    struct cg_fix_writer line = cg_fix_writer_over(runner->whole,
                                                   CG_SCRIPT_BUFFER);
    char time[32];
    char stamp[40];
    struct cg_fix_writer now = cg_fix_writer_over(stamp, sizeof(stamp));
    struct cg_slice now_value;

    cg_fix_put_time(&now, 1, message->time);
    now_value = (struct cg_slice){stamp + 2, now.len - 3};
    put_fields(&line, message->header, now_value);
    put_fields(&line, message->body, now_value);
    cg_script_time_text(message->time - runner->script->start, time);
    cg_script_say(runner, "%s%s %s %c %s%.*s\n", indent, time,
                  runner->script->config.sessions[message->session].name,
                  direction, message->type, (int)line.len, line.data);
}

/* " USD_SOFR:10Y=3.80", " refused~no number". */
static void put_change(struct cg_fix_writer *line,
                       const struct cg_script_field *field)
{
    cg_fix_put_raw(line, CG_SLICE(" "));
    cg_fix_put_raw(line, field->key);
    cg_fix_put_raw(line, field->match == CG_SCRIPT_CONTAINS ? CG_SLICE("~")
                                                            : CG_SLICE("="));
    cg_fix_put_raw(line, field->value);
}

/* "venue resend D 11=A1 kept", without its time. */
static void put_step(const struct cg_script_runner *runner,
                     const struct cg_script_step *step,
                     const char *verb,
                     struct cg_fix_writer *line)
{
    cg_fix_put_raw(line, step->actor.len > 0 ? step->actor : CG_SLICE("gate"));
    cg_fix_put_raw(line, CG_SLICE(" "));
    cg_fix_put_raw(line, cg_slice_str(verb));
    if (step->type.len > 0) {
        cg_fix_put_raw(line, CG_SLICE(" "));
        cg_fix_put_raw(line, step->type);
    }
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];

        if (field->key.len > 0) {
            put_change(line, field);
            continue;
        }
        put_text(line, field->tag, CG_SLICE(""), CG_SLICE("-"));
        (void)cg_script_expand(runner, field, line);
    }
    if (step->act == CG_SCRIPT_RESEND) {
        cg_fix_put_raw(line,
                       step->kept ? CG_SLICE(" kept") : CG_SLICE(" dropped"));
    }
}

void cg_script_say_step(const struct cg_script_runner *runner,
                        const struct cg_script_step *step)
{
    static const char *const verbs[] = {
        [CG_SCRIPT_UP] = "up",
        [CG_SCRIPT_DOWN] = "down",
        [CG_SCRIPT_RESETS] = "resets",
        [CG_SCRIPT_SKIPS] = "skips",
        [CG_SCRIPT_STOP] = "stop",
        [CG_SCRIPT_CRASH] = "crash",
        [CG_SCRIPT_REJECTS] = "rejects",
        [CG_SCRIPT_RESEND] = "resend",
        [CG_SCRIPT_TAKES_RATES] = "takes rates",
    };
    const char *verb = (size_t)step->act < sizeof(verbs) / sizeof(verbs[0])
                           ? verbs[step->act]
                           : NULL;
    struct cg_fix_writer line = cg_fix_writer_over(runner->whole,
                                                   CG_SCRIPT_BUFFER);
    char time[32];

    if (verb != NULL && runner->options->verbose) {
        put_step(runner, step, verb, &line);
        cg_script_time_text(step->at, time);
        cg_script_say(runner, "%s %.*s\n", time, (int)line.len, line.data);
    }
}

/* --- messages ----------------------------------------------------------- */

struct cg_script_message *
cg_script_message_add(struct cg_script_runner *runner,
                      struct cg_script_messages *messages,
                      cg_session session,
                      struct cg_slice type,
                      struct cg_slice header,
                      struct cg_slice body)
{
    struct cg_script_message *message;

    if (messages->count == messages->room) {
        size_t room = messages->room * 2 + 32;
        struct cg_script_message *more = realloc(messages->items,
                                                 room * sizeof(*more));

        if (more == NULL) {
            runner->error = CG_ERR_MEMORY;
            return NULL;
        }
        messages->items = more;
        messages->room = room;
    }
    message = &messages->items[messages->count];
    *message = (struct cg_script_message){
        .session = session,
        .bytes = malloc(header.len + body.len + 1),
        .time = runner->now,
    };
    if (message->bytes == NULL) {
        runner->error = CG_ERR_MEMORY;
        return NULL;
    }
    if (header.len > 0) {
        memcpy(message->bytes, header.data, header.len);
    }
    if (body.len > 0) {
        memcpy(message->bytes + header.len, body.data, body.len);
    }
    (void)snprintf(message->type, sizeof(message->type), "%.*s", (int)type.len,
                   type.data);
    message->header = (struct cg_slice){message->bytes, header.len};
    message->body = (struct cg_slice){message->bytes + header.len, body.len};
    messages->count++;
    return message;
}

void cg_script_messages_deinit(struct cg_script_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        free(messages->items[i].bytes);
    }
    free(messages->items);
    *messages = (struct cg_script_messages){0};
}

bool cg_script_field_next(struct cg_slice *fields,
                          uint32_t *tag,
                          struct cg_slice *value)
{
    const char *end;
    const char *equals;

    if (fields->len == 0) {
        return false;
    }
    end = memchr(fields->data, SOH, fields->len);
    end = end != NULL ? end : fields->data + fields->len;
    equals = memchr(fields->data, '=', (size_t)(end - fields->data));
    equals = equals != NULL ? equals : end;
    *tag = 0;
    for (const char *at = fields->data; at < equals; at++) {
        *tag = *tag * 10 + (uint32_t)(*at - '0');
    }
    *value = (struct cg_slice){equals < end ? equals + 1 : end,
                               equals < end ? (size_t)(end - equals) - 1 : 0};
    end += end < fields->data + fields->len ? 1 : 0;
    fields->len -= (size_t)(end - fields->data);
    fields->data = end;
    return true;
}

bool cg_script_is_header(const struct cg_script_runner *runner,
                         cg_session session,
                         uint32_t tag)
{
    enum cg_version version = runner->script->config.sessions[session].version;
    const struct cg_fix_dictionary *dictionary = &cg_fix_dictionaries[version];

    return (cg_fix_tag_flags(dictionary, tag) & CG_FIX_TAG_HEADER) != 0;
}

static bool has_tag(struct cg_slice fields, uint32_t wanted)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (tag == wanted) {
            return true;
        }
    }
    return false;
}

size_t cg_script_seal(struct cg_script_runner *runner,
                      const struct cg_script_message *message,
                      bool from_peer,
                      char *bytes,
                      size_t cap)
{
    const struct cg_config_session *session =
        &runner->script->config.sessions[message->session];
    const char *ours = session->sender_comp_id;
    const char *theirs = session->target_comp_id;
    struct cg_fix_writer header = cg_fix_writer_over(runner->header,
                                                     CG_SCRIPT_BUFFER);

    if (!has_tag(message->header, 49)) {
        cg_fix_put_str(&header, 49, from_peer ? theirs : ours);
    }
    if (!has_tag(message->header, 56)) {
        cg_fix_put_str(&header, 56, from_peer ? ours : theirs);
    }
    if (!has_tag(message->header, 34)) {
        cg_fix_put_int(&header, 34, message->seq);
    }
    if (!has_tag(message->header, 52)) {
        cg_fix_put_time(&header, 52, message->time);
    }
    cg_fix_put_raw(&header, message->header);
    return header.full ? 0
                       : cg_fix_seal(bytes, cap, session->version,
                                     cg_slice_str(message->type),
                                     cg_fix_written(&header), message->body);
}

/* --- values ------------------------------------------------------------- */

static void put_time(cg_time time, struct cg_fix_writer *out)
{
    char text[40];
    struct cg_fix_writer field = cg_fix_writer_over(text, sizeof(text));

    cg_fix_put_time(&field, 1, time);
    if (field.len > 3) {
        /* Between "1=" and SOH. */
        cg_fix_put_raw(out, (struct cg_slice){text + 2, field.len - 3});
    }
}

static void put_capture(const struct cg_script_runner *runner,
                        size_t index,
                        struct cg_fix_writer *out)
{
    if (index < runner->script->capture_count &&
        runner->captures[index] != NULL) {
        cg_fix_put_raw(out, cg_slice_str(runner->captures[index]));
    }
}

bool cg_script_set_values(struct cg_script_runner *runner)
{
    const struct cg_script *script = runner->script;

    for (size_t i = 0; i < script->value_count; i++) {
        const struct cg_script_value *value = &script->values[i];

        free(runner->captures[value->capture]);
        runner->captures[value->capture] = strndup(value->text.data,
                                                   value->text.len);
        if (runner->captures[value->capture] == NULL) {
            return false;
        }
    }
    return true;
}

/* The capture that a ${NAME} at |text| names, and its length; 0: none. */
static size_t inner_capture(const struct cg_script *script,
                            struct cg_slice text,
                            size_t *index)
{
    struct cg_slice name;

    if (text.len < 4 || text.data[0] != '$' || text.data[1] != '{') {
        return 0;
    }
    name.data = text.data + 2;
    name.len = strcspn(name.data, "}");
    if (name.len + 2 >= text.len) {
        return 0;
    }
    *index = cg_script_capture_find(script, name);
    return name.len + 3;
}

bool cg_script_expand(const struct cg_script_runner *runner,
                      const struct cg_script_field *field,
                      struct cg_fix_writer *out)
{
    struct cg_slice value = field->value;

    if (field->match == CG_SCRIPT_TIME) {
        put_time(runner->now + field->offset, out);
        return !out->full;
    }
    if (field->match == CG_SCRIPT_CAPTURE) {
        put_capture(runner, field->capture, out);
        return !out->full;
    }
    while (value.len > 0) {
        size_t index = 0;
        size_t used = inner_capture(runner->script, value, &index);

        if (used > 0) {
            put_capture(runner, index, out);
        } else {
            used = 1;
            cg_fix_put_raw(out, (struct cg_slice){value.data, 1});
        }
        value.data += used;
        value.len -= used;
    }
    return !out->full;
}
