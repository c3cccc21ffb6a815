/*
 * Messages with other values than they had in the log, and made ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <decimal.h>
#include <map.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HEAD 64   /* room for BeginString and BodyLength */
#define TRAILER 7 /* "10=ddd" and its SOH */

uint64_t cg_against_hash(const char *id)
{
    return cg_hash(0, cg_slice_str(id));
}

void cg_against_copy(char *out, struct cg_slice value)
{
    size_t len = value.len < CG_NAME_MAX ? value.len : CG_NAME_MAX;
    if (len > 0) {
        memcpy(out, value.data, len);
    }
    out[len] = '\0';
}

bool cg_against_find(struct cg_slice bytes,
                     uint32_t tag,
                     struct cg_slice *value)
{
    uint32_t at;
    while (cg_replay_field(&bytes, &at, value)) {
        if (at == tag) {
            return true;
        }
    }
    *value = (struct cg_slice){NULL, 0};
    return false;
}

size_t cg_against_stamp(cg_time time, char *text)
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t len = strftime(text, 32, "%Y%m%d-%H:%M:%S", &tm);
    return len + (size_t)snprintf(text + len, 32 - len, ".%03d",
                                  (int)(time % CG_SECOND / CG_MS));
}

static bool room(struct cg_against_text *text, size_t len)
{
    if (text->len + len > text->max) {
        size_t max = (text->len + len) * 2 + 1024;
        char *more = realloc(text->bytes, max);
        if (more == NULL) {
            return false;
        }
        text->bytes = more;
        text->max = max;
    }
    return true;
}

static bool put(struct cg_against_text *text, const char *bytes, size_t len)
{
    if (!room(text, len)) {
        return false;
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    return true;
}

/* The body stands behind HEAD bytes: puts BeginString and BodyLength before it,
 * moves all of it to the front, and adds the CheckSum. */
static bool seal(struct cg_against_text *text, struct cg_slice begin)
{
    char head[HEAD];
    size_t body = text->len - HEAD;
    int len = snprintf(head, sizeof(head), "8=%.*s\0019=%zu\001",
                       (int)(begin.len < 16 ? begin.len : 16), begin.data,
                       body);
    unsigned sum = 0;
    if (!room(text, TRAILER + 1)) {
        return false;
    }
    memmove(text->bytes + len, text->bytes + HEAD, body);
    memcpy(text->bytes, head, (size_t)len);
    text->len = (size_t)len + body;
    for (size_t i = 0; i < text->len; i++) {
        sum += (unsigned char)text->bytes[i];
    }
    snprintf(text->bytes + text->len, TRAILER + 1, "10=%03u\001", sum % 256);
    text->len += TRAILER;
    return true;
}

static bool start(struct cg_against_text *text)
{
    static const char blank[HEAD];
    text->len = 0;
    return put(text, blank, HEAD);
}

/* Cuts BeginString, BodyLength and CheckSum off. */
static bool
open_up(struct cg_slice bytes, struct cg_slice *begin, struct cg_slice *fields)
{
    struct cg_slice length;
    uint32_t tag;
    *fields = bytes;
    if (!cg_replay_field(fields, &tag, begin) ||
        !cg_replay_field(fields, &tag, &length) || fields->len < TRAILER) {
        return false;
    }
    fields->len -= TRAILER;
    return true;
}

static const struct cg_against_edit *
edit_of(const struct cg_against_edit *edits, size_t count, uint32_t tag)
{
    for (size_t i = 0; i < count; i++) {
        if (edits[i].tag == tag) {
            return &edits[i];
        }
    }
    return NULL;
}

static bool
put_field(struct cg_against_text *text, uint32_t tag, struct cg_slice value)
{
    char head[16];
    int len = snprintf(head, sizeof(head), "%u=", tag);
    return put(text, head, (size_t)len) && put(text, value.data, value.len) &&
           put(text, "\001", 1);
}

bool cg_against_rewrite(struct cg_against_text *text,
                        struct cg_slice bytes,
                        const struct cg_against_edit *edits,
                        size_t count)
{
    struct cg_slice begin;
    struct cg_slice fields;
    struct cg_slice value;
    uint32_t tag;
    bool done = start(text);
    if (!open_up(bytes, &begin, &fields)) {
        text->len = 0;
        return done && put(text, bytes.data, bytes.len);
    }
    while (done && cg_replay_field(&fields, &tag, &value)) {
        const struct cg_against_edit *edit = edit_of(edits, count, tag);
        if (edit == NULL) {
            done = put_field(text, tag, value);
        } else if (edit->value.data != NULL) {
            done = put_field(text, tag, edit->value);
        }
    }
    return done && seal(text, begin);
}

bool cg_against_make(struct cg_against_text *text,
                     const struct cg_config_session *session,
                     const char *type,
                     cg_time now,
                     const char *fields)
{
    char stamp[32];
    char head[512];
    cg_against_stamp(now, stamp);
    int len = snprintf(head, sizeof(head),
                       "35=%s\00134=1\00149=%s\00152=%s\00156=%s\001", type,
                       session->target_comp_id, stamp, session->sender_comp_id);
    return start(text) && put(text, head, (size_t)len) &&
           put(text, fields, strlen(fields)) &&
           seal(text, cg_slice_str(session->begin_string));
}

/* --- amounts that are given --------------------------------------------- */

static const struct cg_config_limit *limit_of(const struct cg_config *config,
                                              struct cg_slice id)
{
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (cg_slice_is(id, config->credit_limits[i].id)) {
            return &config->credit_limits[i];
        }
    }
    return NULL;
}

/* B's limit |id| has an amount of its own, which A's has not. */
static const struct cg_config_limit *
given(const struct cg_config *a, const struct cg_config *b, struct cg_slice id)
{
    const struct cg_config_limit *mine = limit_of(b, id);
    const struct cg_config_limit *other = limit_of(a, id);
    bool same = mine != NULL && other != NULL && other->has_amount &&
                other->amount == mine->amount;
    return mine != NULL && mine->owner != CG_SESSION_NONE && mine->has_amount &&
                   !same
               ? mine
               : NULL;
}

/* The limit (1670) of the entry that |fields| begin in: entries begin with
 * 1671, the parties. */
static struct cg_slice entry_limit(struct cg_slice fields)
{
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value) && tag != 1671) {
        if (tag == 1670) {
            return value;
        }
    }
    return (struct cg_slice){NULL, 0};
}

static bool names_given(const struct cg_config *a,
                        const struct cg_config *b,
                        struct cg_slice bytes)
{
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&bytes, &tag, &value)) {
        if (tag == 1670 && given(a, b, value) != NULL) {
            return true;
        }
    }
    return false;
}

static size_t amount_text(const struct cg_config_limit *limit, char *text)
{
    return limit->kind == CG_LIMIT_NOTIONAL
               ? (size_t)snprintf(text, 40, "%lld", (long long)limit->amount)
               : cg_dv01_format(limit->amount, text);
}

bool cg_against_amounts(struct cg_against_text *text,
                        const struct cg_config *a,
                        const struct cg_config *b,
                        struct cg_slice *bytes)
{
    struct cg_slice begin;
    struct cg_slice fields;
    struct cg_slice value;
    uint32_t tag;
    const struct cg_config_limit *limit = NULL;
    bool done = a == b || !names_given(a, b, *bytes) ||
                !open_up(*bytes, &begin, &fields);
    if (done) {
        return true;
    }
    done = start(text);
    while (done && cg_replay_field(&fields, &tag, &value)) {
        if (tag == 1671) {
            limit = given(a, b, entry_limit(fields));
        }
        char amount[40];
        if (tag == 1531 && limit != NULL) {
            size_t len = amount_text(limit, amount);
            value = (struct cg_slice){amount, len};
            limit = NULL; /* 1670 names the first of an entry */
        }
        done = put_field(text, tag, value);
    }
    done = done && seal(text, begin);
    *bytes = (struct cg_slice){text->bytes, text->len};
    return done;
}
