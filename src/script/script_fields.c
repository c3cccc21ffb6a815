/*
 * The words of a line: fields, values, spans of time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char *cg_script_word(char **at)
{
    char *word = *at;
    char *end;

    while (is_blank(*word)) {
        word++;
    }
    end = word;
    while (*end != '\0' && !is_blank(*end)) {
        end++;
    }
    *at = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

/* The unit at |text|, and its length; 0: none. */
static cg_time unit_of(const char *text, size_t len, size_t *used)
{
    static const struct {
        char name[3];
        cg_time length;
    } units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", CG_MS},
        {"s", CG_SECOND},
        {"m", 60 * CG_SECOND},
        {"h", 3600 * CG_SECOND},
        {"d", 86400 * CG_SECOND},
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t size = strlen(units[i].name);

        if (len >= size && memcmp(text, units[i].name, size) == 0) {
            *used = size;
            return units[i].length;
        }
    }
    *used = 0;
    return 0;
}

bool cg_script_span(const char *text, size_t len, cg_time *out)
{
    cg_time total = 0;
    size_t at = 0;

    while (at < len) {
        size_t first = at;
        size_t used;
        cg_time number = 0;
        cg_time unit;

        while (at < len && is_digit(text[at]) && number <= CG_SCRIPT_TIME_MAX) {
            number = number * 10 + (text[at++] - '0');
        }
        if (at == first) {
            return false;
        }
        unit = unit_of(text + at, len - at, &used);
        if (unit == 0) {
            /* A number alone is milliseconds. */
            if (at != len || first != 0) {
                return false;
            }
            unit = CG_MS;
        }
        at += used;
        if (number > (CG_SCRIPT_TIME_MAX - total) / unit) {
            return false;
        }
        total += number * unit;
    }
    *out = total;
    return len > 0;
}

/* --- captures ----------------------------------------------------------- */

size_t cg_script_name_len(const char *text, size_t len)
{
    size_t at = 0;

    if (len == 0 || !is_letter(text[0])) {
        return 0;
    }
    while (at < len &&
           (is_letter(text[at]) || is_digit(text[at]) || text[at] == '_')) {
        at++;
    }
    return at;
}

size_t cg_script_capture_find(const struct cg_script *script,
                              struct cg_slice name)
{
    for (size_t i = 0; i < script->capture_count; i++) {
        if (cg_slice_equal(script->captures[i], name)) {
            return i;
        }
    }
    return CG_SCRIPT_CAPTURES_MAX;
}

static size_t capture_new(struct cg_script_reader *reader, struct cg_slice name)
{
    struct cg_script *script = reader->script;
    struct cg_slice *more;

    if (script->capture_count == CG_SCRIPT_CAPTURES_MAX) {
        cg_script_mistake(reader, "capture less, or write two sessions",
                          "more than %d captures", CG_SCRIPT_CAPTURES_MAX);
        return CG_SCRIPT_CAPTURES_MAX;
    }
    more = cg_script_grow(reader, script->captures, script->capture_count,
                          &reader->capture_room, sizeof(*more));
    if (more == NULL) {
        return CG_SCRIPT_CAPTURES_MAX;
    }
    script->captures = more;
    more[script->capture_count] = name;
    return script->capture_count++;
}

size_t cg_script_capture_of(struct cg_script_reader *reader,
                            struct cg_slice name)
{
    size_t found = cg_script_capture_find(reader->script, name);

    return found != CG_SCRIPT_CAPTURES_MAX ? found : capture_new(reader, name);
}

static void unknown(struct cg_script_reader *reader, struct cg_slice name)
{
    cg_script_mistake(reader,
                      "capture it first: ACTOR < TYPE TAG=$NAME in a step "
                      "above",
                      "nothing was captured as $%.*s", (int)name.len,
                      name.data);
}

/* Every ${NAME} inside a value must be known. */
static void check_inner(struct cg_script_reader *reader, struct cg_slice value)
{
    for (size_t i = 0; i + 1 < value.len; i++) {
        struct cg_slice name = {value.data + i + 2, 0};

        if (value.data[i] != '$' || value.data[i + 1] != '{') {
            continue;
        }
        name.len = cg_script_name_len(name.data, value.len - i - 2);
        if (name.len == 0 || i + 2 + name.len >= value.len ||
            name.data[name.len] != '}') {
            cg_script_mistake(reader, "write ${NAME}", "a ${ has no name or }");
        } else if (cg_script_capture_find(reader->script, name) ==
                   CG_SCRIPT_CAPTURES_MAX) {
            unknown(reader, name);
        }
    }
}

/* --- values ------------------------------------------------------------- */

static void read_capture(struct cg_script_reader *reader,
                         bool expecting,
                         struct cg_script_field *field)
{
    struct cg_slice name = {field->value.data + 1, field->value.len - 1};
    size_t found;

    if (cg_script_name_len(name.data, name.len) != name.len) {
        cg_script_mistake(reader, "write ${NAME} inside a longer value",
                          "'%.*s' is no capture", (int)field->value.len,
                          field->value.data);
        return;
    }
    field->match = CG_SCRIPT_CAPTURE;
    found = cg_script_capture_find(reader->script, name);
    if (found == CG_SCRIPT_CAPTURES_MAX && expecting) {
        found = capture_new(reader, name);
    } else if (found == CG_SCRIPT_CAPTURES_MAX) {
        unknown(reader, name);
    }
    field->capture = (uint32_t)found;
}

static void read_time(struct cg_script_reader *reader,
                      struct cg_script_field *field)
{
    struct cg_slice value = field->value;

    field->match = CG_SCRIPT_TIME;
    if (value.len == 1) {
        return;
    }
    if (!cg_script_span(value.data + 2, value.len - 2, &field->offset)) {
        cg_script_mistake(reader, "write @, @+30s or @-5m", "'%.*s' is no time",
                          (int)value.len, value.data);
    }
    if (value.data[1] == '-') {
        field->offset = -field->offset;
    }
}

static void read_value(struct cg_script_reader *reader,
                       bool expecting,
                       struct cg_script_field *field)
{
    struct cg_slice value = field->value;

    if (value.len > 1 && value.data[0] == '$' && is_letter(value.data[1])) {
        read_capture(reader, expecting, field);
    } else if (value.len > 0 && value.data[0] == '@' &&
               (value.len == 1 || value.data[1] == '+' ||
                value.data[1] == '-')) {
        read_time(reader, field);
    } else if (expecting && cg_slice_is(value, "*")) {
        field->match = CG_SCRIPT_ANY;
    } else {
        check_inner(reader, value);
    }
}

/* --- fields ------------------------------------------------------------- */

/* The digits of a tag at |text|: 1 to 9 of them, the first not 0. */
static size_t tag_len(const char *text)
{
    size_t len = 0;

    while (len < 10 && is_digit(text[len])) {
        len++;
    }
    return len < 10 && text[0] != '0' ? len : 0;
}

static bool ends(char c)
{
    return c == '\0' || is_blank(c);
}

/* Whether a new field begins at |text|. */
static bool is_field(const char *text)
{
    size_t len = tag_len(text);

    if (len > 0) {
        return text[len] == '=' || text[len] == '~';
    }
    if (text[0] == '!') {
        len = tag_len(text + 1);
        return len > 0 && ends(text[len + 1]);
    }
    return strncmp(text, "...", 3) == 0 && ends(text[3]);
}

/* Where the value at |text| ends: before blanks and a field, or at the end. */
static const char *value_end(const char *text)
{
    const char *end = text;

    for (const char *at = text; *at != '\0'; at++) {
        if (!is_blank(*at)) {
            if (at > text && is_blank(at[-1]) && is_field(at)) {
                break;
            }
            end = at + 1;
        }
    }
    return end;
}

struct cg_script_field *cg_script_field_new(struct cg_script_reader *reader,
                                            struct cg_script_step *step)
{
    struct cg_script *script = reader->script;
    struct cg_script_field *more;

    if (step->field_count == CG_SCRIPT_FIELDS_MAX) {
        cg_script_mistake(reader, "write fewer", "more than %d fields",
                          CG_SCRIPT_FIELDS_MAX);
        return NULL;
    }
    more = cg_script_grow(reader, script->fields, script->field_count,
                          &reader->field_room, sizeof(*more));
    if (more == NULL) {
        return NULL;
    }
    script->fields = more;
    step->field_count++;
    return &more[script->field_count++];
}

static uint32_t tag_of(const char *text)
{
    uint32_t tag = 0;

    while (is_digit(*text)) {
        tag = tag * 10 + (uint32_t)(*text++ - '0');
    }
    return tag;
}

static void check_tag(struct cg_script_reader *reader,
                      bool expecting,
                      bool wire,
                      const struct cg_script_field *field)
{
    if (wire) {
        return; /* says what it likes */
    }
    if (field->tag == 8 || field->tag == 9 || field->tag == 10 ||
        field->tag == 35) {
        cg_script_mistake(reader, "leave it out; the type follows < or >",
                          "%u is not for a session to say", field->tag);
    } else if (!expecting && field->match == CG_SCRIPT_CONTAINS) {
        cg_script_mistake(reader, "write TAG=value",
                          "%u~ is for what is expected", field->tag);
    }
}

/* One field at |text|, which is_field(); returns what follows it. */
static const char *read_field(struct cg_script_reader *reader,
                              const char *text,
                              bool expecting,
                              struct cg_script_step *step)
{
    struct cg_script_field *field = cg_script_field_new(reader, step);
    const char *end;

    if (field == NULL) {
        return "";
    }
    if (*text == '!') {
        field->tag = tag_of(text + 1);
        field->match = CG_SCRIPT_ABSENT;
        end = text + 1 + tag_len(text + 1);
    } else {
        size_t len = tag_len(text);

        field->tag = tag_of(text);
        end = value_end(text + len + 1);
        field->value = (struct cg_slice){text + len + 1,
                                         (size_t)(end - text) - len - 1};
        if (text[len] == '~') {
            field->match = CG_SCRIPT_CONTAINS;
            check_inner(reader, field->value);
        } else {
            read_value(reader, expecting, field);
        }
    }
    check_tag(reader, expecting, step->wire, field);
    return end;
}

static const char *skip(const char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    return text;
}

static void
no_field(struct cg_script_reader *reader, const char *text, bool expecting)
{
    cg_script_mistake(reader,
                      expecting ? "write TAG=value, TAG=*, TAG=$NAME, "
                                  "TAG~part, !TAG; same first, ... last"
                                : "write TAG=value or !TAG",
                      "'%.*s' is no field", (int)strcspn(text, " \t") % 60,
                      text);
}

void cg_script_fields(struct cg_script_reader *reader,
                      char *text,
                      bool expecting,
                      struct cg_script_step *step)
{
    const char *at = skip(text);

    step->first_field = reader->script->field_count;
    if (expecting && strncmp(at, "same", 4) == 0 && ends(at[4])) {
        step->same = true;
        at = skip(at + 4);
    }
    while (*at != '\0') {
        if (!is_field(at)) {
            no_field(reader, at, expecting);
            return;
        }
        if (*at == '.') {
            at = skip(at + 3);
            step->more = true;
            if (!expecting || *at != '\0') {
                cg_script_mistake(reader, "write it last, in what is expected",
                                  "... is at the wrong place");
                return;
            }
            continue;
        }
        at = skip(read_field(reader, at, expecting, step));
    }
}

static bool is_one_of(const char *const *keys, struct cg_slice key)
{
    for (; *keys != NULL; keys++) {
        if (cg_slice_is(key, *keys)) {
            return true;
        }
    }
    return false;
}

static void list_keys(const char *const *keys, char *out, size_t len)
{
    size_t at = 0;

    *out = '\0';
    for (; *keys != NULL && at + strlen(*keys) + 4 < len; keys++) {
        at += (size_t)snprintf(out + at, len - at, "%s= ", *keys);
    }
    if (at > 0) {
        out[at - 1] = '\0'; /* the last blank */
    }
}

void cg_script_views(struct cg_script_reader *reader,
                     char *text,
                     const char *const *keys,
                     struct cg_script_step *step)
{
    char *word = cg_script_word(&text);
    char remedy[200] = "write ";

    step->first_field = reader->script->field_count;
    list_keys(keys, remedy + 6, sizeof(remedy) - 6);
    if (*word == '\0') {
        cg_script_mistake(reader, remedy, "nothing is compared");
    }
    for (; *word != '\0'; word = cg_script_word(&text)) {
        char *equals = strchr(word, '=');
        struct cg_slice key = {word,
                               equals != NULL ? (size_t)(equals - word) : 0};
        struct cg_script_field *field;

        if (!is_one_of(keys, key) || equals[1] == '\0') {
            cg_script_mistake(reader, remedy, "'%.60s' cannot be compared",
                              word);
            continue;
        }
        field = cg_script_field_new(reader, step);
        if (field == NULL) {
            return;
        }
        field->key = key;
        field->value = cg_slice_str(equals + 1);
    }
}
