/*
 * The columns of table fact.
 *
 * One table says how each member of struct cg_fact is stored, read, and put
 * into bytes.  Rules: R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fact_row.h"

#include "fact_compare.h"

#include <check.h>
#include <inttypes.h>
#include <slice.h>
#include <stdio.h>
#include <string.h>

/* How a member of struct cg_fact is stored; what is unused becomes NULL. */
enum form {
    FORM_KIND,    /* its name */
    FORM_I64,     /* NULL for 0 */
    FORM_U64,     /* NULL for 0 */
    FORM_U32,     /* NULL for 0 */
    FORM_U16,     /* NULL for 0 */
    FORM_SLOT,    /* NULL for CG_NONE */
    FORM_SESSION, /* NULL for CG_SESSION_NONE */
    FORM_LETTER,  /* text of one byte, NULL for 0 */
    FORM_ID,      /* text, NULL when empty */
    FORM_TEXT,    /* the same */
};

/*
 * The columns of table fact, in order: name, form, place in struct cg_fact, SQL
 * type, and what a reader of the schema should know.  One line here is all that
 * a new member needs, and a new version of the schema.
 */
static const struct column {
    const char *name;
    enum form form;
    size_t at;
    const char *type;
    const char *note;
} columns[] = {
#define AT(member) offsetof(struct cg_fact, member)
    {"no", FORM_U64, AT(no), "INTEGER PRIMARY KEY", "1, 2, 3, no gaps"},
    {"time", FORM_I64, AT(time), "INTEGER", "ns since 1970, UTC"},
    {"kind", FORM_KIND, 0, "TEXT NOT NULL", "what was decided"},
    {"cause_session", FORM_SESSION, AT(cause_session), "INTEGER",
     "the message behind it: its session"},
    {"cause_seq", FORM_U64, AT(cause_seq), "INTEGER",
     "and its MsgSeqNum; NULL: a timer"},
    {"session", FORM_SESSION, AT(session), "INTEGER", "whom it concerns"},
    {"order_slot", FORM_SLOT, AT(order), "INTEGER", "slots: places in memory"},
    {"request_slot", FORM_SLOT, AT(request), "INTEGER", "a ClOrdID's"},
    {"token_slot", FORM_SLOT, AT(token), "INTEGER", ""},
    {"ask_slot", FORM_SLOT, AT(ask), "INTEGER", "a DF's"},
    {"limit_slot", FORM_SLOT, AT(limit), "INTEGER", ""},
    {"account_slot", FORM_SLOT, AT(account), "INTEGER", ""},
    {"instrument_slot", FORM_SLOT, AT(instrument), "INTEGER", ""},
    {"value", FORM_U32, AT(value), "INTEGER", "state or level; NULL: 0"},
    {"flags", FORM_U32, AT(flags), "INTEGER", "NULL: 0"},
    {"reason", FORM_U16, AT(reason), "INTEGER", "why refused; NULL: no reason"},
    {"side", FORM_LETTER, AT(side), "TEXT", "FIX 54"},
    {"time_in_force", FORM_LETTER, AT(time_in_force), "TEXT", "FIX 59"},
    {"number", FORM_U64, AT(number), "INTEGER", "of an order, token or ask"},
    {"qty", FORM_I64, AT(qty), "INTEGER", "whole currency units; NULL: 0"},
    {"amount", FORM_I64, AT(amount), "INTEGER", "1/10000 of a unit; NULL: 0"},
    {"other_amount", FORM_I64, AT(other), "INTEGER", "the same"},
    {"rate", FORM_I64, AT(rate), "INTEGER", "DV01 per 1,000,000, 1/10000"},
    {"until", FORM_I64, AT(until), "INTEGER", "ns since 1970, UTC"},
    {"hash", FORM_U64, AT(hash), "INTEGER", "of an order's body"},
    {"terms_hash", FORM_U64, AT(terms_hash), "INTEGER",
     "of its terms but the quantity"},
    {"id", FORM_ID, 0, "TEXT", "ClOrdID, limit, token or name"},
    {"text", FORM_TEXT, 0, "TEXT", "a second id, or words"},
#undef AT
};
#define COLUMNS CG_COUNT(columns)

int cg_fact_columns(void)
{
    return (int)COLUMNS;
}

size_t cg_fact_columns_sql(char *sql, size_t len)
{
    size_t at = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        at += (size_t)snprintf(sql + at, at < len ? len - at : 0,
                               " %s %s, -- %s\n", columns[i].name,
                               columns[i].type, columns[i].note);
    }
    return at;
}

size_t cg_fact_names_sql(char *sql, size_t len, bool values)
{
    size_t at = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        at += (size_t)snprintf(sql + at, at < len ? len - at : 0, "%s%s",
                               i > 0 ? "," : "",
                               values ? "?" : columns[i].name);
    }
    return at;
}

/* --- members ------------------------------------------------------------ */

/* One value, as SQLite knows it. */
struct value {
    enum { VALUE_NULL, VALUE_INT, VALUE_TEXT } kind;
    int64_t number;
    const char *text;
    size_t len;
};

static struct value text_value(const char *text, size_t len)
{
    return len == 0 ? (struct value){.kind = VALUE_NULL}
                    : (struct value){VALUE_TEXT, 0, text, len};
}

/* The value that stands for unused, and is stored as NULL. */
static uint64_t unused_value(enum form form)
{
    return form == FORM_SLOT ? CG_NONE
                             : (form == FORM_SESSION ? CG_SESSION_NONE : 0);
}

/* How wide a member is that holds a number; the others have 16 bits. */
static bool is_of_64_bits(enum form form)
{
    return form == FORM_I64 || form == FORM_U64;
}

static bool is_of_32_bits(enum form form)
{
    return form == FORM_U32 || form == FORM_SLOT;
}

static uint64_t member_number(const struct cg_fact *fact,
                              const struct column *column)
{
    const char *at = (const char *)fact + column->at;
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    if (is_of_64_bits(column->form)) {
        memcpy(&u64, at, sizeof(u64));
        return u64;
    }
    if (is_of_32_bits(column->form)) {
        memcpy(&u32, at, sizeof(u32));
        return u32;
    }
    memcpy(&u16, at, sizeof(u16));
    return u16;
}

static struct value member_get(const struct cg_fact *fact,
                               const struct column *column)
{
    const char *letter = (const char *)fact + column->at;
    const char *name;
    uint64_t number;

    switch (column->form) {
    case FORM_KIND:
        name = cg_fact_kind_name(fact->kind);
        return text_value(name, strlen(name));
    case FORM_LETTER:
        return text_value(letter, *letter != '\0' ? 1 : 0);
    case FORM_ID:
        return text_value(fact->id, fact->id_len);
    case FORM_TEXT:
        return text_value(fact->text, fact->text_len);
    case FORM_I64:
    case FORM_U64:
    case FORM_U32:
    case FORM_U16:
    case FORM_SLOT:
    case FORM_SESSION:
        break;
    }
    number = member_number(fact, column);
    return number == unused_value(column->form)
               ? (struct value){.kind = VALUE_NULL}
               : (struct value){.kind = VALUE_INT, .number = (int64_t)number};
}

static bool kind_parse(const struct value *value, enum cg_fact_kind *kind)
{
    static const struct cg_slice names[] = {
#define X(name, text) {text, sizeof(text) - 1},
        CG_FACT_KINDS(X)
#undef X
    };
    for (int i = 0; i < CG_FACT_KIND_COUNT; i++) {
        if (names[i].len == value->len &&
            memcmp(names[i].data, value->text, value->len) == 0) {
            *kind = (enum cg_fact_kind)i;
            return true;
        }
    }
    return false;
}

/* Stores a number in its member; false when it cannot be there. */
static bool
number_set(struct cg_fact *fact, const struct column *column, int64_t value)
{
    char *at = (char *)fact + column->at;
    uint32_t u32 = (uint32_t)value;
    uint16_t u16 = (uint16_t)value;

    if (is_of_64_bits(column->form)) {
        memcpy(at, &value, sizeof(value));
        return true;
    }
    if (is_of_32_bits(column->form)) {
        memcpy(at, &u32, sizeof(u32));
        return value == (int64_t)u32;
    }
    memcpy(at, &u16, sizeof(u16));
    return value == (int64_t)u16;
}

/* Stores one value in its member; false when no gate can have written it. */
static bool member_set(struct cg_fact *fact,
                       const struct column *column,
                       const struct value *value)
{
    bool text = value->kind != VALUE_INT;

    switch (column->form) {
    case FORM_KIND:
        return text && kind_parse(value, &fact->kind);
    case FORM_LETTER:
        ((char *)fact)[column->at] = text && value->len > 0 ? value->text[0]
                                                            : '\0';
        return text && value->len <= 1;
    case FORM_ID:
        fact->id = value->text;
        fact->id_len = value->len;
        return text;
    case FORM_TEXT:
        fact->text = value->text;
        fact->text_len = value->len;
        return text;
    case FORM_I64:
    case FORM_U64:
    case FORM_U32:
    case FORM_U16:
    case FORM_SLOT:
    case FORM_SESSION:
        break;
    }
    if (value->kind == VALUE_NULL) {
        return number_set(fact, column, (int64_t)unused_value(column->form));
    }
    return value->kind == VALUE_INT && number_set(fact, column, value->number);
}

/* --- rows --------------------------------------------------------------- */

bool cg_fact_bind(struct sqlite3_stmt *statement, const struct cg_fact *fact)
{
    bool good = true;

    cg_db_clear(statement);
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value value = member_get(fact, &columns[i]);
        if (value.kind == VALUE_INT) {
            good &= cg_db_bind_int(statement, (int)i + 1, value.number);
        } else if (value.kind == VALUE_TEXT) {
            good &= cg_db_bind_text(statement, (int)i + 1, value.text,
                                    value.len);
        }
    }
    return good;
}

static bool is_text(enum form form)
{
    return form == FORM_KIND || form == FORM_LETTER || form == FORM_ID ||
           form == FORM_TEXT;
}

bool cg_fact_read(struct sqlite3_stmt *statement, struct cg_fact *fact)
{
    bool good = true;

    for (size_t i = 0; i < COLUMNS; i++) {
        struct value value = {.kind = VALUE_NULL, .text = ""};
        if (is_text(columns[i].form)) {
            value.kind = VALUE_TEXT;
            cg_db_text(statement, (int)i, &value.text, &value.len);
        } else if (!cg_db_is_null(statement, (int)i)) {
            value.kind = VALUE_INT;
            value.number = cg_db_int(statement, (int)i);
        }
        good &= member_set(fact, &columns[i], &value);
    }
    return good;
}

/* --- bytes -------------------------------------------------------------- */

size_t cg_fact_bytes_len(const struct cg_fact *fact)
{
    size_t len = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value value = member_get(fact, &columns[i]);
        len += value.kind == VALUE_INT    ? 9
               : value.kind == VALUE_TEXT ? 5 + value.len
                                          : 1;
    }
    return len;
}

static uint8_t *number_put(uint8_t *at, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *at++ = (uint8_t)(number >> 8 * i);
    }
    return at;
}

void cg_fact_to_bytes(const struct cg_fact *fact, uint8_t *bytes)
{
    uint8_t *at = bytes;
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value value = member_get(fact, &columns[i]);
        *at++ = (uint8_t)value.kind;
        if (value.kind == VALUE_INT) {
            at = number_put(at, (uint64_t)value.number, 8);
        } else if (value.kind == VALUE_TEXT) {
            at = number_put(at, value.len, 4);
            memcpy(at, value.text, value.len);
            at += value.len;
        }
    }
}

/* Takes a number of |bytes| bytes off the front; false at the end. */
static bool number_take(struct cg_slice *left, int bytes, uint64_t *number)
{
    *number = 0;
    if (left->len < (size_t)bytes) {
        return false;
    }
    for (int i = 0; i < bytes; i++) {
        *number |= (uint64_t)(uint8_t)left->data[i] << 8 * i;
    }
    left->data += bytes;
    left->len -= (size_t)bytes;
    return true;
}

static bool value_take(struct cg_slice *left, struct value *value)
{
    uint64_t kind;
    uint64_t number = 0;

    *value = (struct value){.kind = VALUE_NULL, .text = ""};
    if (!number_take(left, 1, &kind) || kind > VALUE_TEXT) {
        return false;
    }
    if (kind == VALUE_NULL) {
        return true;
    }
    if (!number_take(left, kind == VALUE_INT ? 8 : 4, &number)) {
        return false;
    }
    if (kind == VALUE_INT) {
        value->kind = VALUE_INT;
        value->number = (int64_t)number;
        return true;
    }
    if (number > left->len) {
        return false;
    }
    *value = (struct value){VALUE_TEXT, 0, left->data, (size_t)number};
    left->data += number;
    left->len -= (size_t)number;
    return true;
}

bool cg_fact_from_bytes(const uint8_t *bytes, size_t len, struct cg_fact *fact)
{
    struct cg_slice left = {(const char *)bytes, len};
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value value;
        if (!value_take(&left, &value) ||
            !member_set(fact, &columns[i], &value)) {
            return false;
        }
    }
    return left.len == 0;
}

/* --- comparing ----------------------------------------------------------- */

static bool value_equal(const struct value *a, const struct value *b)
{
    return a->kind == b->kind &&
           (a->kind == VALUE_TEXT
                ? a->len == b->len && memcmp(a->text, b->text, a->len) == 0
                : a->number == b->number);
}

static void value_show(const struct value *value, char text[CG_FACT_VALUE_MAX])
{
    size_t len = value->len < CG_FACT_VALUE_MAX - 1 ? value->len
                                                    : CG_FACT_VALUE_MAX - 1;
    if (value->kind == VALUE_INT) {
        (void)snprintf(text, CG_FACT_VALUE_MAX, "%" PRId64, value->number);
        return;
    }
    if (value->kind == VALUE_NULL) {
        (void)snprintf(text, CG_FACT_VALUE_MAX, "-");
        return;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = value->text[i] >= ' ' && value->text[i] <= '~'
                      ? value->text[i]
                      : '?';
    }
    text[len] = '\0';
}

const char *cg_fact_differs(const struct cg_fact *a,
                            const struct cg_fact *b,
                            char of_a[CG_FACT_VALUE_MAX],
                            char of_b[CG_FACT_VALUE_MAX])
{
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value va = member_get(a, &columns[i]);
        struct value vb = member_get(b, &columns[i]);
        if (!value_equal(&va, &vb)) {
            value_show(&va, of_a);
            value_show(&vb, of_b);
            return columns[i].name;
        }
    }
    return NULL;
}
