/*
 * Values of keys, each checked by its form.  Must never take a value in part:
 * what is not wholly understood is a mistake, with a remedy.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_keys.h>

#include <arpa/inet.h>
#include <decimal.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>
#include <unistd.h>

/* One value on its way into its object. */
struct value {
    const struct cg_key_context *context;
    const struct cg_key *key;
    const struct cg_config_entry *entry;
    void *object;
};

static void
wrong(const struct value *value, const char *why, const char *remedy)
{
    cg_mistakes_add(value->context->mistakes, value->context->file,
                    value->entry->line, remedy, "%s=%.80s %s",
                    value->entry->key, value->entry->value, why);
}

static void store(const struct value *value, const void *bytes, size_t len)
{
    if (value->key->at != CG_KEY_NOWHERE) {
        memcpy((char *)value->object + value->key->at, bytes, len);
    }
}

static void store_text(const struct value *value, const char *text)
{
    store(value, text, strlen(text) + 1);
}

static struct cg_slice slice_of(const struct value *value)
{
    return cg_slice_str(value->entry->value);
}

/* The place of |word| in "a|b|c", or -1. */
static int choice_index(const char *choices, const char *word)
{
    size_t len = strlen(word);
    int index = 0;

    for (const char *at = choices; at != NULL; index++) {
        const char *bar = strchr(at, '|');
        size_t size = bar != NULL ? (size_t)(bar - at) : strlen(at);

        if (size == len && memcmp(at, word, len) == 0) {
            return index;
        }
        at = bar != NULL ? bar + 1 : NULL;
    }
    return -1;
}

static void apply_choice(const struct value *value)
{
    int index = choice_index(value->key->choices, value->entry->value);
    char remedy[128];

    if (index < 0) {
        (void)snprintf(remedy, sizeof(remedy), "write one of %s",
                       value->key->choices);
        wrong(value, "is not known", remedy);
        return;
    }
    store(value, &index, sizeof(index));
}

static void apply_name(const struct value *value)
{
    char why[80];

    if (!cg_text_is_name(slice_of(value), (size_t)value->key->max)) {
        (void)snprintf(why, sizeof(why),
                       "is longer than %" PRId64 " bytes or not plain ASCII",
                       value->key->max);
        wrong(value, why, "it goes into FIX fields: shorten or respell it");
        return;
    }
    store_text(value, value->entry->value);
}

static void apply_bool(const struct value *value)
{
    bool yes = strcmp(value->entry->value, "Y") == 0;

    if (!yes && strcmp(value->entry->value, "N") != 0) {
        wrong(value, "is neither Y nor N", "write Y or N");
        return;
    }
    store(value, &yes, sizeof(yes));
}

/* Reads a whole number within the key's range. */
static bool read_number(const struct value *value, int64_t *number)
{
    char why[96];

    if (cg_decimal_parse(slice_of(value), 0, number) &&
        strchr(value->entry->value, '.') == NULL &&
        *number >= value->key->min && *number <= value->key->max) {
        return true;
    }
    (void)snprintf(why, sizeof(why),
                   "is not a whole number from %" PRId64 " to %" PRId64,
                   value->key->min, value->key->max);
    wrong(value, why, "write digits only, without unit");
    return false;
}

static void apply_number(const struct value *value)
{
    int64_t number;
    uint32_t stored;

    if (read_number(value, &number)) {
        stored = (uint32_t)number;
        store(value, &stored, sizeof(stored));
    }
}

static void apply_ms(const struct value *value)
{
    int64_t number;
    cg_time time;

    if (read_number(value, &number)) {
        time = number * CG_MS;
        store(value, &time, sizeof(time));
    }
}

static void apply_age(const struct value *value)
{
    const cg_time never = CG_TIME_NEVER;

    if (strcmp(value->entry->value, "never") == 0) {
        store(value, &never, sizeof(never));
    } else if (strspn(value->entry->value, "0123456789") == 0) {
        wrong(value, "is not a number of milliseconds",
              "write digits only, or never");
    } else {
        apply_ms(value);
    }
}

static void apply_currency(const struct value *value)
{
    const char *text = value->entry->value;

    if (strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
        wrong(value, "is not a currency code",
              "write three capital letters, such as USD");
        return;
    }
    store_text(value, text);
}

static void apply_rate(const struct value *value)
{
    int64_t rate;

    if (!cg_decimal_parse(slice_of(value), CG_RATE_SCALE_DIGITS, &rate) ||
        rate <= 0) {
        wrong(value, "is not a rate above 0 with at most 8 decimals",
              "write it like 1.0925");
        return;
    }
    store(value, &rate, sizeof(rate));
}

/* One word of a list between commas, without blanks; false at the end. */
static bool next_word(const char **at, struct cg_slice *word)
{
    const char *end;

    if (*at == NULL) {
        return false;
    }
    end = strchr(*at, ',');
    *word = (struct cg_slice){*at,
                              end != NULL ? (size_t)(end - *at) : strlen(*at)};
    while (word->len > 0 && *word->data == ' ') {
        word->data++;
        word->len--;
    }
    while (word->len > 0 && word->data[word->len - 1] == ' ') {
        word->len--;
    }
    *at = end != NULL ? end + 1 : NULL;
    return true;
}

static void apply_names(const struct value *value)
{
    const char *at = value->entry->value;
    struct cg_slice word;

    while (next_word(&at, &word)) {
        if (!cg_text_is_name(word, CG_NAME_MAX)) {
            wrong(value, "holds a name that is empty, too long or not ASCII",
                  "write names with commas between them");
            return;
        }
    }
}

static void
levels_store(const struct value *value, const uint32_t *levels, uint32_t count)
{
    struct cg_config_limit *limit = value->object;
    struct cg_config_levels own = {.given = true, .count = count};

    memcpy(own.percent, levels, sizeof(own.percent));
    if (value->key->at != CG_KEY_NOWHERE) {
        store(value, &own, sizeof(own));
        return;
    }
    memcpy(limit->warning_percent, levels, sizeof(own.percent));
    limit->warnings = count;
}

static void apply_levels(const struct value *value)
{
    uint32_t levels[CG_WARNINGS_MAX] = {0};
    uint32_t count = 0;
    const char *at = value->entry->value;
    struct cg_slice word;
    int64_t level;

    if (strcmp(at, "none") == 0) {
        levels_store(value, levels, 0);
        return;
    }
    while (next_word(&at, &word)) {
        if (count == CG_WARNINGS_MAX) {
            wrong(value, "has more than 8 levels", "keep 8 at most");
            return;
        }
        if (!cg_decimal_parse(word, 0, &level) || level < 1 || level > 100) {
            wrong(value, "holds a level that is not from 1 to 100",
                  "write percentages such as 75,90,98, or none");
            return;
        }
        if (count > 0 && level <= levels[count - 1]) {
            wrong(value, "does not rise from level to level",
                  "write the levels in rising order, such as 75,90,98");
            return;
        }
        levels[count++] = (uint32_t)level;
    }
    levels_store(value, levels, count);
}

/* Types that the gate answers for itself and can never let through unseen. */
static bool is_checked_type(struct cg_slice type)
{
    static const char *const checked[] = {
        "0",  "1",  "2",  "3",  "4",  "5",  "8",  "9", "A",  "AB",
        "AC", "B",  "CL", "CM", "CR", "CS", "CT", "D", "DE", "DF",
        "DG", "DH", "DI", "F",  "G",  "H",  "j",  "q", "r",
    };

    for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++) {
        if (cg_slice_is(type, checked[i])) {
            return true;
        }
    }
    return false;
}

static bool is_type(struct cg_slice type)
{
    for (size_t i = 0; i < type.len; i++) {
        char c = type.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
              (c >= 'a' && c <= 'z'))) {
            return false;
        }
    }
    return type.len >= 1 && type.len <= 3;
}

/* Kept without blanks: "R,S,AJ". */
static void apply_types(const struct value *value)
{
    char types[256] = "";
    size_t len = 0;
    const char *at = value->entry->value;
    struct cg_slice word;

    while (next_word(&at, &word)) {
        if (!is_type(word)) {
            wrong(value, "holds what is not a MsgType",
                  "write types with commas between them, such as R,S");
            return;
        }
        if (is_checked_type(word)) {
            wrong(value, "names a type that the gate always handles itself",
                  "leave out orders, cancels, reports and credit messages");
            return;
        }
        if (len + word.len + 2 > sizeof(types)) {
            wrong(value, "is too long", "name fewer types");
            return;
        }
        if (len > 0) {
            types[len++] = ',';
        }
        memcpy(types + len, word.data, word.len);
        len += word.len;
        types[len] = '\0';
    }
    store_text(value, types);
}

/* 0: none; user-defined tags; or RefRiskLimitCheckID (R55). */
static void apply_token_tag(const struct value *value)
{
    int64_t tag;
    uint32_t stored;

    if (!cg_decimal_parse(slice_of(value), 0, &tag) ||
        !(tag == 0 || tag == 2334 || (tag >= 5000 && tag <= 39999))) {
        wrong(value, "is no tag that an order can be given",
              "write 5000 to 39999, 2334, or 0 for none");
        return;
    }
    stored = (uint32_t)tag;
    store(value, &stored, sizeof(stored));
}

static bool is_clock_part(const char *text, int max)
{
    return text[0] >= '0' && text[0] <= '9' && text[1] >= '0' &&
           text[1] <= '9' && (text[0] - '0') * 10 + (text[1] - '0') <= max;
}

static bool is_clock(const char *text)
{
    return strlen(text) == 8 && text[2] == ':' && text[5] == ':' &&
           is_clock_part(text, 23) && is_clock_part(text + 3, 59) &&
           is_clock_part(text + 6, 59);
}

static void apply_clock(const struct value *value)
{
    if (!is_clock(value->entry->value)) {
        wrong(value, "is not a time of day",
              "write HH:MM:SS, such as 17:00:00");
    }
}

static cg_time clock_part(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

static void apply_reset(const struct value *value)
{
    const char *text = value->entry->value;
    cg_time time = CG_RESET_NEVER;

    if (strcmp(text, "never") != 0) {
        if (!is_clock(text)) {
            wrong(value, "is no time of day",
                  "write HH:MM:SS, such as 17:00:00, or never");
            return;
        }
        time = ((clock_part(text) * 60 + clock_part(text + 3)) * 60 +
                clock_part(text + 6)) *
               CG_SECOND;
    }
    store(value, &time, sizeof(time));
}

/* QuickFIX goes by the first two letters. */
static void apply_day(const struct value *value)
{
    static const char *const days[] = {"su", "mo", "tu", "we",
                                       "th", "fr", "sa"};
    char start[3];

    (void)snprintf(start, sizeof(start), "%s", value->entry->value);
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        if (strlen(start) == 2 && cg_text_distance(start, days[i]) == 0) {
            return;
        }
    }
    wrong(value, "is not a day of the week", "write it like Sunday or su");
}

static void apply_addresses(const struct value *value)
{
    const char *at = value->entry->value;
    unsigned char address[sizeof(struct in6_addr)];
    char text[64];
    struct cg_slice word;

    while (next_word(&at, &word)) {
        (void)snprintf(text, sizeof(text), "%.*s", (int)word.len, word.data);
        if (word.len >= sizeof(text) ||
            (inet_pton(AF_INET, text, address) != 1 &&
             inet_pton(AF_INET6, text, address) != 1)) {
            wrong(value, "holds what is not a numeric address",
                  "write addresses such as 10.1.2.3 or ::1");
            return;
        }
    }
}

char *cg_key_path(const struct cg_key_context *context, const char *path)
{
    char *joined;

    return asprintf(&joined, "%s%s", *path == '/' ? "" : context->folder,
                    path) < 0
               ? NULL
               : joined;
}

static void apply_path(const struct value *value)
{
    char *path = cg_key_path(value->context, value->entry->value);

    if (path == NULL) {
        value->context->mistakes->no_memory = true;
    } else if (access(path, R_OK) != 0) {
        wrong(value, "is not there, or may not be read",
              "name a file, as seen from the configuration's folder");
    }
    free(path);
}

/* A pure table of forms. */
static void apply_form(const struct value *value)
{
    switch (value->key->form) {
    case CG_KEY_TEXT:
        break;
    case CG_KEY_NAME:
        apply_name(value);
        break;
    case CG_KEY_NAMES:
        apply_names(value);
        break;
    case CG_KEY_BOOL:
        apply_bool(value);
        break;
    case CG_KEY_NUMBER:
        apply_number(value);
        break;
    case CG_KEY_MS:
        apply_ms(value);
        break;
    case CG_KEY_AGE:
        apply_age(value);
        break;
    case CG_KEY_CHOICE:
        apply_choice(value);
        break;
    case CG_KEY_CURRENCY:
        apply_currency(value);
        break;
    case CG_KEY_RATE:
        apply_rate(value);
        break;
    case CG_KEY_LEVELS:
        apply_levels(value);
        break;
    case CG_KEY_TYPES:
        apply_types(value);
        break;
    case CG_KEY_TOKEN_TAG:
        apply_token_tag(value);
        break;
    case CG_KEY_CLOCK:
        apply_clock(value);
        break;
    case CG_KEY_RESET:
        apply_reset(value);
        break;
    case CG_KEY_DAY:
        apply_day(value);
        break;
    case CG_KEY_ADDRESSES:
        apply_addresses(value);
        break;
    case CG_KEY_PATH:
        apply_path(value);
        break;
    }
}

void cg_value_apply(const struct cg_key_context *context,
                    const struct cg_key *key,
                    const struct cg_config_entry *entry,
                    void *object)
{
    const struct value value = {context, key, entry, object};

    if (*entry->value == '\0') {
        wrong(&value, "has no value", "give it one, or remove the line");
    } else {
        apply_form(&value);
    }
}
