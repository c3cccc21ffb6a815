/*
 * The simulators' own reading and writing of FIX fields.
 *
 * It shares nothing with the gate's codec, on purpose: a mistake made there
 * must not be undone here.  It must never guess: a field that is not whole ends
 * the reading.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include <slice.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_SOH '\x01'
#define SIM_AMOUNT_DIGITS 4 /* amounts are kept in 1/10000 */
#define SIM_QTY_DIGITS 2
#define SIM_PRICE_DIGITS 8
#define SIM_NUMBER_MAX 32 /* bytes that hold any number as text */

/* Memory that grows; ends the process when there is none. */
void *sim_grow(void *memory, size_t count, size_t size);
char *sim_copy(struct cg_slice text);

struct sim_field {
    int tag;
    struct cg_slice value;
};

/* Walks over fields in their order; knows data fields. */
struct sim_reader {
    const char *at;
    const char *end;
    int data_tag;
    size_t data_len;
};

void sim_reader_init(struct sim_reader *reader, struct cg_slice fields);
bool sim_reader_next(struct sim_reader *reader, struct sim_field *field);

/* The first field |tag|; data is NULL when there is none. */
struct cg_slice sim_field_find(struct cg_slice fields, int tag);

/* The first byte of field |tag|, or |absent|. */
char sim_field_char(struct cg_slice fields, int tag, char absent);

/* Field |tag| as a number with |digits| decimals; false when it is not one. */
bool sim_field_number(struct cg_slice fields,
                      int tag,
                      int digits,
                      int64_t *value);

/* PartyID(448) of the first party with |role| in Parties(453). */
struct cg_slice sim_field_party(struct cg_slice fields, int role);

/* Reads an optional '-', digits, and an optional fraction, exactly. */
bool sim_number_read(struct cg_slice text, int digits, int64_t *value);

/*
 * Writes |value| with at least |keep| of its |digits| decimals; more only if
 * they are not zero.  |buf| holds SIM_NUMBER_MAX bytes and is returned.
 */
const char *sim_number_write(int64_t value, int digits, int keep, char *buf);

/* 20261120-12:00:00.123, from ns since 1970; |buf| holds 32 bytes. */
const char *sim_time_write(int64_t time_ns, char *buf);

/* A message body under construction; grows as needed. */
struct sim_body {
    char *data;
    size_t len;
    size_t size;
};

void sim_body_deinit(struct sim_body *body);
void sim_body_clear(struct sim_body *body);
struct cg_slice sim_body_slice(const struct sim_body *body);
void sim_body_add(struct sim_body *body, int tag, struct cg_slice value);
void sim_body_text(struct sim_body *body, int tag, const char *value);
void sim_body_char(struct sim_body *body, int tag, char value);
void sim_body_int(struct sim_body *body, int tag, int64_t value);
void sim_body_amount(struct sim_body *body, int tag, int64_t amount);
void sim_body_qty(struct sim_body *body, int tag, int64_t qty);
void sim_body_price(struct sim_body *body, int tag, int64_t price);
void sim_body_time(struct sim_body *body, int tag, int64_t time_ns);
/* Fields |tag| of |from| again, when it has one. */
void sim_body_same(struct sim_body *body, int tag, struct cg_slice from);
/*
 * "55=X|54=1" as fields; false when a part is no field.  \xHH (lower case) in a
 * value is that byte: \x01 is a SOH within a data field, \x7c a '|'.
 */
bool sim_body_piped(struct sim_body *body, const char *text);
/* The same backwards: |message| as one line of text; the caller frees it. */
char *sim_piped(struct cg_slice message);

/* The next word of |*text| (blanks between), which moves past it. */
struct cg_slice sim_word(const char **text);
/* What is left of |text| without leading blanks. */
const char *sim_rest(const char *text);

#endif
