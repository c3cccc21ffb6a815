/*
 * The simulators' own reading and writing of FIX fields.
 *
 * Must never include the gate's codec or share its helpers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Bytes that a body has room for at first: most need no more. */
#define BODY_FIRST ((size_t)512)

void *sim_grow(void *memory, size_t count, size_t size)
{
    void *grown = reallocarray(memory, count, size);
    if (grown == NULL) {
        fputs("creditgate: out of memory\n", stderr);
        exit(1);
    }
    return grown;
}

char *sim_copy(struct cg_slice text)
{
    char *copy = sim_grow(NULL, text.len + 1, 1);
    if (text.len > 0) {
        memcpy(copy, text.data, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}

void sim_reader_init(struct sim_reader *reader, struct cg_slice fields)
{
    *reader = (struct sim_reader){
        .at = fields.data,
        .end = fields.len > 0 ? fields.data + fields.len : fields.data};
}

/* The data field that a length field announces; 0 for any other tag. */
static int data_tag_of(int tag)
{
    static const int pairs[][2] = {
        {90, 91},     {93, 89},     {95, 96},     {212, 213},   {348, 349},
        {350, 351},   {352, 353},   {354, 355},   {356, 357},   {358, 359},
        {360, 361},   {362, 363},   {364, 365},   {445, 446},   {618, 619},
        {621, 622},   {1184, 1185}, {1277, 1278}, {1280, 1281}, {1282, 1283},
        {1397, 1398}, {1401, 1402}, {1403, 1404}, {1525, 1527}, {1620, 1621},
        {1664, 1665}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][0] == tag) {
            return pairs[i][1];
        }
    }
    return 0;
}

/* Reads "123=" at |*at|; -1 when there is none. */
static int read_tag(const char **at, const char *end)
{
    int tag = 0;
    const char *p = *at;
    while (p < end && *p >= '0' && *p <= '9' && tag < 100000000) {
        tag = tag * 10 + (*p - '0');
        p++;
    }
    if (p == *at || p == end || *p != '=') {
        return -1;
    }
    *at = p + 1;
    return tag;
}

bool sim_reader_next(struct sim_reader *reader, struct sim_field *field)
{
    const char *at = reader->at;
    if (at == NULL || at >= reader->end) {
        return false;
    }
    int tag = read_tag(&at, reader->end);
    if (tag <= 0) {
        return false;
    }
    size_t left = (size_t)(reader->end - at);
    const char *stop = NULL;
    if (tag == reader->data_tag && reader->data_len < left &&
        at[reader->data_len] == SIM_SOH) {
        stop = at + reader->data_len;
    } else {
        stop = memchr(at, SIM_SOH, left);
    }
    if (stop == NULL) {
        return false;
    }
    *field = (struct sim_field){tag, {at, (size_t)(stop - at)}};
    reader->at = stop + 1;
    reader->data_tag = data_tag_of(tag);
    int64_t announced = 0;
    if (reader->data_tag != 0 && sim_number_read(field->value, 0, &announced)) {
        reader->data_len = announced >= 0 ? (size_t)announced : 0;
    }
    return true;
}

struct cg_slice sim_field_find(struct cg_slice fields, int tag)
{
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, fields);
    while (sim_reader_next(&reader, &field)) {
        if (field.tag == tag) {
            return field.value;
        }
    }
    return (struct cg_slice){0};
}

char sim_field_char(struct cg_slice fields, int tag, char absent)
{
    struct cg_slice value = sim_field_find(fields, tag);
    return value.len > 0 ? value.data[0] : absent;
}

bool sim_field_number(struct cg_slice fields,
                      int tag,
                      int digits,
                      int64_t *value)
{
    struct cg_slice text = sim_field_find(fields, tag);
    return text.data != NULL && sim_number_read(text, digits, value);
}

struct cg_slice sim_field_party(struct cg_slice fields, int role)
{
    struct sim_reader reader;
    struct sim_field field;
    struct cg_slice party = {0};
    bool inside = false;
    sim_reader_init(&reader, fields);
    while (sim_reader_next(&reader, &field)) {
        int64_t found = 0;
        if (field.tag == 453) {
            inside = true;
        } else if (inside && field.tag == 448) {
            party = field.value;
        } else if (inside && field.tag == 452 &&
                   sim_number_read(field.value, 0, &found) && found == role) {
            return party;
        }
    }
    return (struct cg_slice){0};
}

/* |*value| * 10 + |digit|; false when it does not fit. */
static bool push_digit(int64_t *value, int digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, digit, value);
}

bool sim_number_read(struct cg_slice text, int digits, int64_t *value)
{
    size_t i = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    int64_t number = 0;
    int places = -1; /* decimals read; -1 before the point */
    size_t seen = 0;
    for (; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (c < '0' || c > '9') {
            return false;
        }
        seen++;
        if (places >= digits) {
            if (c != '0') {
                return false;
            }
            continue;
        }
        if (!push_digit(&number, c - '0')) {
            return false;
        }
        places += places >= 0 ? 1 : 0;
    }
    for (places = places < 0 ? 0 : places; places < digits; places++) {
        if (!push_digit(&number, 0)) {
            return false;
        }
    }
    if (seen == 0) {
        return false;
    }
    *value = text.data[0] == '-' ? -number : number;
    return true;
}

const char *sim_number_write(int64_t value, int digits, int keep, char *buf)
{
    uint64_t size = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    char *at = buf + SIM_NUMBER_MAX - 1;
    bool shown = false; /* a decimal was written: those before it are, too */
    *at = '\0';
    for (int place = digits; place > 0; place--, size /= 10) {
        char digit = (char)('0' + size % 10);
        shown = shown || place <= keep || digit != '0';
        if (shown) {
            *--at = digit;
        }
    }
    if (shown) {
        *--at = '.';
    }
    do {
        *--at = (char)('0' + size % 10);
        size /= 10;
    } while (size > 0);
    if (value < 0) {
        *--at = '-';
    }
    return memmove(buf, at, (size_t)(buf + SIM_NUMBER_MAX - at));
}

const char *sim_time_write(int64_t time_ns, char *buf)
{
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm tm;
    char date[24] = "";
    if (gmtime_r(&seconds, &tm) != NULL) {
        strftime(date, sizeof(date), "%Y%m%d-%H:%M:%S", &tm);
    }
    snprintf(buf, 32, "%s.%03d", date, (int)(time_ns / 1000000 % 1000));
    return buf;
}

void sim_body_deinit(struct sim_body *body)
{
    free(body->data);
    *body = (struct sim_body){0};
}

void sim_body_clear(struct sim_body *body)
{
    body->len = 0;
}

struct cg_slice sim_body_slice(const struct sim_body *body)
{
    return (struct cg_slice){body->data, body->len};
}

void sim_body_add(struct sim_body *body, int tag, struct cg_slice value)
{
    size_t need = body->len + value.len + 16;
    if (need > body->size) {
        body->size = need < BODY_FIRST ? BODY_FIRST : need * 2;
        body->data = sim_grow(body->data, body->size, 1);
    }
    int head = snprintf(body->data + body->len, 14, "%d=", tag);
    body->len += head > 0 ? (size_t)head : 0;
    if (value.len > 0) {
        memcpy(body->data + body->len, value.data, value.len);
        body->len += value.len;
    }
    body->data[body->len++] = SIM_SOH;
}

void sim_body_text(struct sim_body *body, int tag, const char *value)
{
    sim_body_add(body, tag, cg_slice_str(value));
}

void sim_body_char(struct sim_body *body, int tag, char value)
{
    sim_body_add(body, tag, (struct cg_slice){&value, 1});
}

void sim_body_int(struct sim_body *body, int tag, int64_t value)
{
    char buf[SIM_NUMBER_MAX];
    sim_body_text(body, tag, sim_number_write(value, 0, 0, buf));
}

void sim_body_amount(struct sim_body *body, int tag, int64_t amount)
{
    char buf[SIM_NUMBER_MAX];
    sim_body_text(body, tag,
                  sim_number_write(amount, SIM_AMOUNT_DIGITS, 2, buf));
}

void sim_body_qty(struct sim_body *body, int tag, int64_t qty)
{
    char buf[SIM_NUMBER_MAX];
    sim_body_text(body, tag, sim_number_write(qty, SIM_QTY_DIGITS, 0, buf));
}

void sim_body_price(struct sim_body *body, int tag, int64_t price)
{
    char buf[SIM_NUMBER_MAX];
    sim_body_text(body, tag, sim_number_write(price, SIM_PRICE_DIGITS, 0, buf));
}

void sim_body_time(struct sim_body *body, int tag, int64_t time_ns)
{
    char buf[32];
    sim_body_text(body, tag, sim_time_write(time_ns, buf));
}

void sim_body_same(struct sim_body *body, int tag, struct cg_slice from)
{
    struct cg_slice value = sim_field_find(from, tag);
    if (value.data != NULL) {
        sim_body_add(body, tag, value);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turns \xHH into the byte it stands for, in place; the length that is left. */
static size_t unescape(char *text, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        int high = i + 3 < len && text[i] == '\\' && text[i + 1] == 'x'
                       ? hex_digit(text[i + 2])
                       : -1;
        int low = high >= 0 ? hex_digit(text[i + 3]) : -1;
        if (low >= 0) {
            text[kept++] = (char)(high * 16 + low);
            i += 3;
        } else {
            text[kept++] = text[i];
        }
    }
    return kept;
}

bool sim_body_piped(struct sim_body *body, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "|");
        const char *value = text;
        int tag = read_tag(&value, text + len);
        if (tag <= 0) {
            return false;
        }
        char *copy = sim_copy(
            (struct cg_slice){value, (size_t)(text + len - value)});
        size_t copy_len = unescape(copy, (size_t)(text + len - value));
        sim_body_add(body, tag, (struct cg_slice){copy, copy_len});
        free(copy);
        text += len;
        text += *text == '|' ? 1 : 0;
    }
    return true;
}

/* Adds |value| to |*out|, which has room; what is no plain text as \xHH. */
static size_t escape(struct cg_slice value, char *out)
{
    static const char hex[] = "0123456789abcdef";
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < ' ' || c == '|' || c == '\\' || c == 0x7f) {
            out[len++] = '\\';
            out[len++] = 'x';
            out[len++] = hex[c >> 4];
            out[len++] = hex[c & 15];
        } else {
            out[len++] = (char)c;
        }
    }
    return len;
}

char *sim_piped(struct cg_slice message)
{
    struct sim_reader reader;
    struct sim_field field;
    char *text = sim_grow(NULL, message.len * 4 + 1, 1);
    size_t len = 0;
    const char *at = message.data;
    const char *end = message.len > 0 ? at + message.len : at;
    sim_reader_init(&reader, message);
    while (sim_reader_next(&reader, &field)) {
        size_t head = (size_t)(field.value.data - at);
        memcpy(text + len, at, head);
        len += head;
        len += escape(field.value, text + len);
        text[len++] = '|';
        at = reader.at;
    }
    len += escape((struct cg_slice){at, (size_t)(end - at)}, text + len);
    text[len] = '\0';
    return text;
}

const char *sim_rest(const char *text)
{
    return text + strspn(text, " \t");
}

struct cg_slice sim_word(const char **text)
{
    const char *word = sim_rest(*text);
    size_t len = strcspn(word, " \t");
    *text = word + len;
    return (struct cg_slice){word, len};
}
