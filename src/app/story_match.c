/*
 * What a step asks for, held against what a process printed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_stage.h"

#include <stdlib.h>

static size_t name_len(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static struct story_variable *variable(const struct story_stage *stage,
                                       struct cg_slice name)
{
    for (size_t i = 0; i < stage->variable_count; i++) {
        if (cg_slice_is(name, stage->variables[i].name)) {
            return &stage->variables[i];
        }
    }
    return NULL;
}

void story_set(struct story_stage *stage,
               struct cg_slice name,
               struct cg_slice value)
{
    struct story_variable *found = variable(stage, name);
    if (found == NULL) {
        stage->variables = sim_grow(stage->variables, stage->variable_count + 1,
                                    sizeof(*stage->variables));
        found = &stage->variables[stage->variable_count++];
        *found = (struct story_variable){.name = sim_copy(name)};
    }
    free(found->value);
    found->value = sim_copy(value);
}

void story_set_text(struct story_stage *stage,
                    const char *name,
                    const char *value)
{
    story_set(stage, cg_slice_str(name), cg_slice_str(value));
}

const char *story_variable(const struct story_stage *stage, const char *name)
{
    const struct story_variable *found = variable(stage, cg_slice_str(name));
    return found != NULL ? found->value : NULL;
}

/* Adds |part| to |*text|, which grows. */
static void append(char **text, size_t *len, struct cg_slice part)
{
    *text = sim_grow(*text, *len + part.len + 1, 1);
    if (part.len > 0) {
        memcpy(*text + *len, part.data, part.len);
    }
    *len += part.len;
    (*text)[*len] = '\0';
}

char *story_expand(const struct story_stage *stage, const char *text)
{
    char *out = NULL;
    size_t len = 0;
    append(&out, &len, CG_SLICE(""));
    while (*text != '\0') {
        size_t plain = strcspn(text, "$");
        append(&out, &len, (struct cg_slice){text, plain});
        text += plain;
        if (*text == '$') {
            struct cg_slice name = {text + 1, name_len(text + 1)};
            const struct story_variable *found = variable(stage, name);
            append(&out, &len,
                   found != NULL ? cg_slice_str(found->value)
                                 : (struct cg_slice){text, name.len + 1});
            text += name.len + 1;
        }
    }
    return out;
}

bool story_line_read(struct story_line *line, const char *text)
{
    int64_t part[3];
    *line = (struct story_line){0};
    for (int i = 0; i < 3; i++) {
        struct cg_slice digits = {text + 3 * i, i < 2 ? 2 : 9};
        if (strlen(text) < 16 || text[15] != ' ' || text[2] != ':' ||
            text[5] != ':' ||
            !sim_number_read(digits, i < 2 ? 0 : 9, &part[i])) {
            return false;
        }
    }
    line->time_ns = (part[0] * 3600 + part[1] * 60) * 1000000000 + part[2];
    const char *rest = text + 16;
    struct cg_slice word = sim_word(&rest);
    rest = sim_rest(rest);
    if (cg_slice_is(word, "in") || cg_slice_is(word, "out")) {
        struct cg_slice session = sim_word(&rest);
        (void)session;
        rest = sim_rest(rest);
        if (!sim_body_piped(&line->message, rest)) {
            return false;
        }
        struct cg_slice type = sim_field_find(sim_body_slice(&line->message),
                                              35);
        size_t len = 0;
        append(&line->what, &len, word);
        append(&line->what, &len, CG_SLICE(" "));
        append(&line->what, &len, type);
    } else {
        line->what = sim_copy(word);
    }
    line->rest = sim_copy(cg_slice_str(rest));
    return true;
}

/* Equal as text, or as two numbers of the same value. */
static bool same(struct cg_slice a, struct cg_slice b)
{
    int64_t left = 0;
    int64_t right = 0;
    return cg_slice_equal(a, b) ||
           (sim_number_read(a, SIM_PRICE_DIGITS, &left) &&
            sim_number_read(b, SIM_PRICE_DIGITS, &right) && left == right);
}

#define WHOLE_BODY (-1)

/* One field of a pattern; |*tag| and |*value| are its parts. */
struct wish {
    int tag;   /* or WHOLE_BODY */
    char kind; /* '=', '~' or '!' */
    struct cg_slice value;
};

/* Takes the next wish off |*text|; false at its end, or when it is none. */
static bool next_wish(const char **text, struct wish *wish)
{
    size_t len = strcspn(*text, "|");
    const char *at = *text;
    const char *end = at + len;
    bool absent = len > 0 && *at == '!';
    at += absent ? 1 : 0;
    size_t digits = strspn(at, "0123456789");
    int64_t tag = 0;
    if (len > 5 && memcmp(at, "body=", 5) == 0) {
        digits = 4;
        tag = WHOLE_BODY;
    } else if (len == 0 ||
               !sim_number_read((struct cg_slice){at, digits}, 0, &tag) ||
               tag > 100000) {
        return false;
    }
    at += digits;
    wish->tag = (int)tag;
    wish->kind = absent ? '!' : *at;
    wish->value = (struct cg_slice){0};
    if (!absent && at < end) {
        wish->value = (struct cg_slice){at + 1, (size_t)(end - at) - 1};
    }
    *text = *end == '|' ? end + 1 : end;
    return wish->kind == '!' || wish->kind == '=' || wish->kind == '~';
}

static bool is_free(const struct story_stage *stage, struct cg_slice value)
{
    if (value.len < 2 || value.data[0] != '$') {
        return false;
    }
    return variable(stage, (struct cg_slice){value.data + 1, value.len - 1}) ==
           NULL;
}

/* Of the header or the trailer, as far as the sessions here use them. */
static bool is_frame(int tag)
{
    static const int tags[] = {8,   9,   10,  34,  35,   43,  49,  50,
                               52,  56,  57,  89,  93,   97,  115, 116,
                               122, 128, 129, 142, 143,  144, 145, 369,
                               627, 628, 629, 630, 1128, 1129};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

/* One of the tags in the variable LEFT_OUT, with blanks between. */
static bool is_left_out(const struct story_stage *stage, int tag)
{
    const char *tags = story_variable(stage, "LEFT_OUT");
    while (tags != NULL) {
        int64_t number = 0;
        struct cg_slice word = sim_word(&tags);
        if (!sim_number_read(word, 0, &number)) {
            return false;
        }
        if (number == tag) {
            return true;
        }
    }
    return false;
}

/* The body of |message| for a comparison; the caller deinits it. */
static struct sim_body body_of(const struct story_stage *stage,
                               struct cg_slice message)
{
    struct sim_body body = {0};
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, message);
    while (sim_reader_next(&reader, &field)) {
        if (!is_frame(field.tag) && !is_left_out(stage, field.tag)) {
            sim_body_add(&body, field.tag, field.value);
        }
    }
    return body;
}

static bool body_granted(const struct story_stage *stage,
                         const struct wish *wish,
                         struct cg_slice message)
{
    struct cg_slice name = {wish->value.data + 1, wish->value.len - 1};
    const struct story_variable *wanted = variable(stage, name);
    if (wanted == NULL) {
        return true;
    }
    struct sim_body body = body_of(stage, message);
    bool fine = cg_slice_is(sim_body_slice(&body), wanted->value);
    sim_body_deinit(&body);
    return fine;
}

static bool granted(const struct story_stage *stage,
                    const struct wish *wish,
                    struct cg_slice message)
{
    if (wish->tag == WHOLE_BODY) {
        return body_granted(stage, wish, message);
    }
    struct cg_slice field = sim_field_find(message, wish->tag);
    if (wish->kind == '!') {
        return field.data == NULL;
    }
    if (field.data == NULL || is_free(stage, wish->value)) {
        return field.data != NULL;
    }
    char *text = sim_copy(wish->value);
    char *value = story_expand(stage, text);
    bool fine = wish->kind == '=' ? same(field, cg_slice_str(value))
                                  : memmem(field.data, field.len, value,
                                           strlen(value)) != NULL;
    free(text);
    free(value);
    return fine;
}

static bool message_fits(const struct story_stage *stage,
                         const char *pattern,
                         struct cg_slice message)
{
    struct wish wish;
    while (*pattern != '\0') {
        if (!next_wish(&pattern, &wish) || !granted(stage, &wish, message)) {
            return false;
        }
    }
    return true;
}

static bool fits(const struct story_stage *stage,
                 const struct story_step *step,
                 const struct story_line *line)
{
    const char *text = step->text != NULL ? step->text : "";
    if (line->used || strcmp(line->what, step->what) != 0 ||
        (step->later && line->time_ns < stage->last_seen_ns)) {
        return false;
    }
    if (line->message.len > 0) {
        return message_fits(stage, text, sim_body_slice(&line->message));
    }
    if (is_free(stage, cg_slice_str(text))) {
        return true;
    }
    char *value = story_expand(stage, text);
    bool fine = strstr(line->rest, value) != NULL;
    free(value);
    return fine;
}

struct story_line *story_find(struct story_stage *stage,
                              const struct story_step *step)
{
    struct story_process *process = &stage->processes[step->actor];
    for (size_t i = process->scene_start; i < process->line_count; i++) {
        if (fits(stage, step, &process->lines[i])) {
            return &process->lines[i];
        }
    }
    return NULL;
}

/* Sets the free variable of |wish|. */
static void keep(struct story_stage *stage,
                 const struct wish *wish,
                 struct cg_slice message)
{
    struct cg_slice name = {wish->value.data + 1, wish->value.len - 1};
    if (wish->tag == WHOLE_BODY) {
        struct sim_body body = body_of(stage, message);
        story_set(stage, name, sim_body_slice(&body));
        sim_body_deinit(&body);
    } else {
        story_set(stage, name, sim_field_find(message, wish->tag));
    }
}

void story_take(struct story_stage *stage,
                const struct story_step *step,
                struct story_line *line)
{
    const char *text = step->text != NULL ? step->text : "";
    struct wish wish;
    line->used = true;
    stage->last_seen_ns = line->time_ns;
    if (line->message.len == 0) {
        if (is_free(stage, cg_slice_str(text))) {
            story_set(stage, cg_slice_str(text + 1), cg_slice_str(line->rest));
        }
        return;
    }
    while (*text != '\0' && next_wish(&text, &wish)) {
        if (wish.kind == '=' && is_free(stage, wish.value)) {
            keep(stage, &wish, sim_body_slice(&line->message));
        }
    }
}
