/*
 * The steps of a recorded session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

#include <decimal.h>
#include <fix_writer.h>
#include <stdlib.h>

#define LINE_WIDTH 100

/* One step on its way: its words, then its fields, broken into lines. */
struct line {
    struct cg_recording *record;
    struct cg_recording_ids *ids;
    const struct cg_recording_item *item;
    enum cg_recording_saying saying;
    FILE *out;
    size_t width;
    int indent;
    int status;
};

struct writer {
    struct cg_recording *record;
    struct cg_recording_ids ids;
    FILE *out;
    cg_time last;    /* of the step above */
    int actor_width; /* of the longest name */
    size_t steps;
};

/* --- words -------------------------------------------------------------- */

static void put_word(struct line *line, const char *text, size_t len)
{
    if (line->width + len + 1 > LINE_WIDTH && line->width > 40) {
        fprintf(line->out, " \\\n%*s", line->indent, "");
        line->width = (size_t)line->indent;
    } else {
        fputc(' ', line->out);
        line->width++;
    }
    fwrite(text, 1, len, line->out);
    line->width += len;
}

/* |why| a session has no way to say the message. */
static void cannot(struct line *line, const char *why)
{
    const struct cg_recording *record = line->record;
    char time[64];
    if (line->status != 0) {
        return;
    }
    line->status = CG_ERR_CONFIG;
    cg_recording_span(line->item->time - record->start, time);
    (void)cg_recording_fail(
        line->record, CG_ERR_CONFIG,
        "@%s %s > %s: a session has no way to write it: %s; leave the message "
        "out of the log%s",
        time, record->head.config.sessions[line->item->session].name,
        line->item->type, why,
        record->options.anonymised ? "" : ", or try --anonymise");
}

static void cannot_value(struct line *line, uint32_t tag)
{
    char why[200];
    snprintf(why, sizeof(why),
             "field %u begins with $ or @, holds ${, a blank at its end or "
             "before what looks like a field, or bytes that are no text",
             tag);
    cannot(line, why);
}

static void put_field(struct line *line, uint32_t tag, struct cg_slice value)
{
    char *text = NULL;
    size_t len = 0;
    FILE *field = open_memstream(&text, &len);
    if (field == NULL) {
        line->status = CG_ERR_MEMORY;
        return;
    }
    fprintf(field, "%u=", tag);
    bool said = cg_recording_put_value(line->ids, line->saying,
                                       line->item->time, tag, value, field);
    if (fclose(field) != 0) {
        line->status = CG_ERR_MEMORY;
    } else if (said) {
        put_word(line, text, len);
    } else {
        cannot_value(line, tag);
    }
    free(text);
}

static void put_fields(struct line *line, struct cg_slice fields)
{
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value)) {
        put_field(line, tag, value);
    }
}

/* --- messages ----------------------------------------------------------- */

/* Whether the gate goes by when the message says that it was sent. */
static bool goes_by_sent(const struct line *line)
{
    const struct cg_recording_item *item = line->item;
    struct cg_slice value;
    return cg_recording_find(item->header, 43, &value) ||
           cg_recording_find(item->header, 97, &value) ||
           (line->record->head.config.sessions[item->session].role ==
                CG_ROLE_HUB &&
            !cg_recording_find(item->body, 60, &value));
}

static void put_sent(struct line *line)
{
    const struct cg_recording_item *item = line->item;
    char text[40];
    struct cg_fix_writer now = cg_fix_writer_over(text, sizeof(text));
    cg_fix_put_time(&now, 1, item->time);
    if (item->numbered) {
        char number[32];
        int len = snprintf(number, sizeof(number), "34=%lld",
                           (long long)item->seq);
        put_word(line, number, (size_t)len);
    }
    if (goes_by_sent(line) &&
        !cg_slice_equal(item->sent, (struct cg_slice){text + 2, now.len - 3})) {
        put_field(line, 52, item->sent);
    }
    put_fields(line, item->header);
    put_fields(line, item->body);
    if (item->broken) {
        cannot(line, "it is not made of fields, has one of the header's "
                     "behind others, or a MsgType of more than 7 bytes");
    }
}

static bool is_listed(const struct cg_recording_same *same, uint32_t tag)
{
    for (size_t i = 0; i < same->count; i++) {
        if (same->tags[i] == tag) {
            return true;
        }
    }
    return false;
}

/* What the source has, and the message has not. */
static void put_absent(struct line *line, const struct cg_recording_same *same)
{
    for (size_t i = 0; i < same->count; i++) {
        struct cg_slice value;
        char text[16];
        if (!cg_recording_find(line->item->body, same->tags[i], &value)) {
            int len = snprintf(text, sizeof(text), "!%u", same->tags[i]);
            put_word(line, text, (size_t)len);
        }
    }
}

static void put_expected(struct line *line, size_t index)
{
    const struct cg_recording_tape *tape = &line->record->tape;
    struct cg_slice fields = line->item->body;
    struct cg_slice value;
    struct cg_recording_same same;
    uint32_t tag;
    cg_recording_same(tape, index, &same);
    if (same.same) {
        put_word(line, "same", 4);
    }
    put_fields(line, line->item->header);
    while (cg_replay_field(&fields, &tag, &value)) {
        if (!same.same || is_listed(&same, tag)) {
            put_field(line, tag, value);
        }
    }
    if (same.same) {
        put_absent(line, &same);
    }
}

/* --- what was sent before ----------------------------------------------- */

#define CHOSEN_MAX 64

/* Fields by which the runner finds a message again. */
struct choice {
    uint32_t tags[CHOSEN_MAX];
    size_t count;
};

static bool has_chosen(const struct choice *choice,
                       struct cg_slice wanted,
                       struct cg_slice body)
{
    for (size_t i = 0; i < choice->count; i++) {
        struct cg_slice value = CG_SLICE("");
        struct cg_slice is;
        struct cg_slice rest = body;
        uint32_t tag;
        bool found = false;
        (void)cg_recording_find(wanted, choice->tags[i], &value);
        while (!found && cg_replay_field(&rest, &tag, &is)) {
            found = tag == choice->tags[i] && cg_slice_equal(is, value);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* The newest message above |index| that has the fields chosen; NULL: none. */
static const struct cg_recording_item *
newest(const struct cg_recording_tape *tape,
       size_t index,
       const struct choice *choice,
       struct cg_slice wanted)
{
    const struct cg_recording_item *step = &tape->items[index];
    for (size_t i = index; i-- > 0;) {
        const struct cg_recording_item *item = &tape->items[i];
        if (item->act == CG_SCRIPT_EXPECT && item->session == step->session &&
            strcmp(item->type, step->type) == 0 &&
            has_chosen(choice, wanted, item->body)) {
            return item;
        }
    }
    return NULL;
}

/* The message that |index| is about, as this gate said it: by the ids of what
 * was recorded. */
static const struct cg_recording_item *
meant(const struct cg_recording_tape *tape, size_t index)
{
    static const uint32_t ids[] = {11, 37, 17, 2318, 2319, 1666, 131, 41, 790};
    struct cg_slice body = tape->items[index].body;
    struct choice choice = {.count = 0};
    struct cg_slice value;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (cg_recording_find(body, ids[i], &value)) {
            choice.tags[choice.count++] = ids[i];
        }
    }
    return newest(tape, index, &choice, body);
}

/* As few fields as tell |item| from those after it. */
static void choose(const struct cg_recording_tape *tape,
                   size_t index,
                   const struct cg_recording_item *item,
                   struct choice *choice)
{
    struct cg_slice rest = item->body;
    struct cg_slice value;
    uint32_t tag;
    *choice = (struct choice){.count = 0};
    if (cg_recording_find(item->body, 11, &value)) {
        choice->tags[choice->count++] = 11;
    }
    while (newest(tape, index, choice, item->body) != item &&
           choice->count < CHOSEN_MAX && cg_replay_field(&rest, &tag, &value)) {
        struct cg_slice first;
        if (tag != 11 && cg_recording_find(item->body, tag, &first) &&
            first.data == value.data) {
            choice->tags[choice->count++] = tag;
        }
    }
}

static void put_before(struct line *line, size_t index)
{
    const struct cg_recording_tape *tape = &line->record->tape;
    const struct cg_recording_item *item = meant(tape, index);
    struct choice choice;
    choose(tape, index, item, &choice);
    for (size_t i = 0; i < choice.count; i++) {
        struct cg_slice value;
        if (cg_recording_find(item->body, choice.tags[i], &value)) {
            put_field(line, choice.tags[i], value);
        }
    }
}

/* --- steps -------------------------------------------------------------- */

/* "@+40   " or as many blanks. */
static void put_time(struct writer *writer, cg_time time, struct line *line)
{
    char span[64];
    char text[80] = "";
    if (writer->last == CG_TIME_NEVER || time > writer->last) {
        bool first = writer->last == CG_TIME_NEVER;
        cg_recording_span(time - (first ? writer->record->start : writer->last),
                          span);
        snprintf(text, sizeof(text), "@%s%s", first ? "" : "+", span);
    }
    line->width = (size_t)fprintf(writer->out, "%-7s", text);
    writer->last = time;
}

static const char *verb_of(const struct cg_recording_item *item)
{
    static const char *const verbs[] = {
        [CG_SCRIPT_SEND] = ">",          [CG_SCRIPT_EXPECT] = "<",
        [CG_SCRIPT_UP] = "up",           [CG_SCRIPT_DOWN] = "down",
        [CG_SCRIPT_RESETS] = "resets",   [CG_SCRIPT_SKIPS] = "skips",
        [CG_SCRIPT_REJECTS] = "rejects", [CG_SCRIPT_RESEND] = "resend",
    };
    return verbs[item->act];
}

static void put_words(struct line *line, int actor_width)
{
    const struct cg_recording_item *item = line->item;
    const char *name = line->record->head.config.sessions[item->session].name;
    char text[160];
    int len = snprintf(text, sizeof(text), "%-*s %s%s%s", actor_width, name,
                       verb_of(item), item->type[0] != '\0' ? " " : "",
                       item->type);
    put_word(line, text, (size_t)len);
}

/* Whether a conversation begins, for a blank line above it. */
static bool begins(const struct writer *writer, size_t index)
{
    const struct cg_recording_item *item = &writer->record->tape.items[index];
    const struct cg_config *config = &writer->record->head.config;
    return index > 0 && item->act == CG_SCRIPT_SEND &&
           config->sessions[item->session].role == CG_ROLE_CLIENT;
}

static int put_step(struct writer *writer, size_t index)
{
    const struct cg_recording_item *item = &writer->record->tape.items[index];
    struct line line = {.record = writer->record,
                        .ids = &writer->ids,
                        .item = item,
                        .saying = item->act == CG_SCRIPT_EXPECT
                                      ? CG_RECORD_EXPECTED
                                      : CG_RECORD_SENT,
                        .out = writer->out,
                        .indent = 14};
    if ((item->act == CG_SCRIPT_REJECTS || item->act == CG_SCRIPT_RESEND) &&
        meant(&writer->record->tape, index) == NULL) {
        return 0; /* this gate has not said it, and knows nothing of it */
    }
    if (begins(writer, index)) {
        fputc('\n', writer->out);
    }
    put_time(writer, item->time, &line);
    put_words(&line, writer->actor_width);
    switch ((unsigned)item->act) {
    case CG_SCRIPT_SEND:
        put_sent(&line);
        break;
    case CG_SCRIPT_EXPECT:
        put_expected(&line, index);
        break;
    case CG_SCRIPT_REJECTS:
        put_before(&line, index);
        break;
    case CG_SCRIPT_RESEND:
        put_before(&line, index);
        put_word(&line, item->kept ? "kept" : "dropped", item->kept ? 4 : 7);
        break;
    default:
        break;
    }
    fputc('\n', writer->out);
    writer->steps++;
    return line.status;
}

/* --- the books ---------------------------------------------------------- */

/* "handed back" is written handed-back, and nothing none. */
static void put_state(const char *key, const char *text, FILE *out)
{
    fprintf(out, " %s=", key);
    for (const char *at = text; at != NULL && *at != '\0'; at++) {
        fputc(*at == ' ' ? '-' : *at, out);
    }
    if (text == NULL || *text == '\0') {
        fputs("none", out);
    }
}

static void put_amount(const char *key, cg_dv01 amount, FILE *out)
{
    char text[CG_DV01_TEXT_MAX];
    cg_dv01_format(amount, text);
    fprintf(out, " %s=%s", key, text);
}

/* A word of a line ends at a blank. */
static bool is_word(const char *text)
{
    return text[0] != '\0' && text[0] != '$' && strpbrk(text, " \t") == NULL;
}

static void put_limits(struct writer *writer, const struct cg_gate *gate)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(gate, i, &view); i++) {
        if (!is_word(view.id) || writer->steps == CG_SCRIPT_STEPS_MAX) {
            continue;
        }
        fprintf(writer->out, "        limit %s", view.id);
        put_amount("used", view.used, writer->out);
        if (view.has_amount) {
            put_amount("amount", view.amount, writer->out);
        } else {
            fputs(" amount=none", writer->out);
        }
        put_state("state", view.state, writer->out);
        fputc('\n', writer->out);
        writer->steps++;
    }
}

static void put_tokens(struct writer *writer, const struct cg_gate *gate)
{
    struct cg_token_view view;
    for (size_t i = 0; cg_gate_token(gate, i, &view); i++) {
        size_t id = cg_words_find(&writer->ids.words, cg_slice_str(view.id));
        char name[CG_NAME_MAX + 1];
        if (id == CG_WORDS_NONE || !writer->ids.named[id] ||
            writer->steps == CG_SCRIPT_STEPS_MAX) {
            continue;
        }
        cg_recording_id_name(view.id, name);
        fprintf(writer->out, "        token $%s", name);
        put_state("state", view.state, writer->out);
        put_state("end", view.end, writer->out);
        put_amount("granted", view.granted, writer->out);
        put_amount("reserved", view.reserved, writer->out);
        put_amount("consumed", view.consumed, writer->out);
        put_amount("released", view.released, writer->out);
        fputc('\n', writer->out);
        writer->steps++;
    }
}

/* --- all of them -------------------------------------------------------- */

static int put_all(struct writer *writer, const struct cg_gate *gate)
{
    const struct cg_recording_tape *tape = &writer->record->tape;
    struct line line = {.record = writer->record};
    int status = 0;
    for (size_t i = 0; i < tape->count && status == 0; i++) {
        status = put_step(writer, i);
    }
    if (status == 0 && writer->steps < CG_SCRIPT_STEPS_MAX) {
        fputc('\n', writer->out);
        put_time(writer, writer->record->last, &line);
        fputs(" quiet\n", writer->out);
        writer->steps++;
        put_limits(writer, gate);
        put_tokens(writer, gate);
    }
    return status;
}

int cg_recording_put_steps(struct cg_recording *record,
                           const struct cg_gate *gate,
                           FILE *out)
{
    struct writer writer = {
        .record = record, .out = out, .last = CG_TIME_NEVER};
    const struct cg_config *config = &record->head.config;
    for (size_t i = 0; i < config->session_count; i++) {
        int len = (int)strlen(config->sessions[i].name);
        writer.actor_width = len > writer.actor_width ? len
                                                      : writer.actor_width;
    }
    int status = cg_recording_ids_init(&writer.ids, config, &record->tape);
    status = status != 0 ? status : put_all(&writer, gate);
    cg_recording_ids_deinit(&writer.ids);
    return status;
}
