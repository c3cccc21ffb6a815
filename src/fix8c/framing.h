/*
 * The outer shape of a FIX message: fields one after the other, where the
 * header ends and the body is, and whether the whole of it has arrived.
 *
 * Must never read past the bytes it was given, nor take a SOH inside a data
 * field for the end of the field.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_FRAMING_H
#define FIX8C_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAMING_SOH '\001'

/* "10=000" and its SOH: the last bytes of every message. */
#define FRAMING_TRAILER 7

struct framing_text {
    const char *at;
    size_t len;
};

struct framing_field {
    int tag; /* -1 when what stands before the '=' is no tag */
    const char *start;
    struct framing_text value;
};

/* A walk over fields; set up by framing_walk(). */
struct framing_walk {
    const char *at;
    const char *end;
    int data_tag; /* the data field that the last length field announced */
    size_t data_len;
};

/* A whole message, taken apart.  All pointers are into the message. */
struct framing_parts {
    struct framing_text begin_string;
    struct framing_text type;
    struct framing_text sender;
    struct framing_text target;
    size_t body_at;
    size_t body_len;
    int seq;   /* -1 without a usable 34 */
    int stray; /* the first header tag found inside the body, or 0 */
    bool possdup;
    bool possresend;
    bool admin;
};

void framing_walk_init(struct framing_walk *walk,
                       const char *bytes,
                       size_t len);

/*
 * The next field; false at the end, or where no SOH ends the field (|at| then
 * stays short of |end|).
 */
bool framing_next(struct framing_walk *walk, struct framing_field *field);

/* True for the fields of the standard header of every FIX version. */
bool framing_is_header(int tag);

/* True for NoHops (627) and its members. */
bool framing_is_hop(int tag);

/* The data field that belongs to a length field, or 0. */
int framing_data_tag(int length_tag);

bool framing_is_admin(struct framing_text type);
bool framing_equal(struct framing_text text, const char *literal);

/* The sum of all bytes, of which CheckSum is the last eight bits. */
unsigned framing_sum(const char *bytes, size_t len);

/* Digits only, 0..2^31-1; false otherwise. */
bool framing_number(struct framing_text text, int *number);

/*
 * Takes a whole message apart.  With |whole| the body is searched for header
 * fields.  False when it does not start with 8, 9 and 35 or does not end with
 * a field of 10=.
 */
bool framing_split(const char *bytes,
                   size_t len,
                   bool whole,
                   struct framing_parts *parts);

#ifdef __cplusplus
}
#endif
#endif
