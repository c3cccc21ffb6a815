/*
 * Two messages, field by field.  Times are the clock's, and ids of the gate's
 * making have other numbers: neither makes a difference.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_match.h"
#include "replay_message.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>

/* What the gate sets from its clock. */
static bool is_time(uint32_t tag)
{
    return tag == 60 || tag == 42 || tag == 126 || tag == 779 || tag == 122;
}

/* --- whether they are the same ------------------------------------------ */

/* How many bytes at |a| and |b| are the same, of |len|. */
static size_t common(const char *a, const char *b, size_t len)
{
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        uint64_t x;
        uint64_t y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        if (x != y) {
            return i + (size_t)__builtin_ctzll(x ^ y) / 8;
        }
    }
    while (i < len && a[i] == b[i]) {
        i++;
    }
    return i;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the lowest byte of a word is its first");

static void learn(struct cg_replay_learnt *learnt,
                  uint32_t tag,
                  struct cg_slice recorded,
                  struct cg_slice produced)
{
    if (learnt->count < CG_COUNT(learnt->pairs)) {
        learnt->tags[learnt->count] = tag;
        learnt->pairs[learnt->count][0] = recorded;
        learnt->pairs[learnt->count++][1] = produced;
    }
}

/* Two fields of the same tag that have other values: whether that says
 * nothing. */
static bool may_differ(const struct cg_replay_ids *ids,
                       uint32_t tag,
                       struct cg_slice recorded,
                       struct cg_slice produced,
                       struct cg_replay_learnt *learnt)
{
    if (is_time(tag)) {
        return true;
    }
    if (!cg_replay_is_id_tag(ids, tag) ||
        !cg_replay_id_is_made(ids, tag, produced) ||
        !cg_replay_ids_agree(ids, tag, recorded, produced)) {
        return false;
    }
    learn(learnt, tag, recorded, produced);
    return true;
}

/* The same value on both sides may be an id that stands for another. */
static bool may_be_same(const struct cg_replay_ids *ids,
                        uint32_t tag,
                        struct cg_slice value,
                        struct cg_replay_learnt *learnt)
{
    if ((ids->count == 0 && !ids->all) || !cg_replay_is_id_tag(ids, tag) ||
        !cg_replay_id_is_made(ids, tag, value)) {
        return true;
    }
    if (ids->all) {
        learn(learnt, tag, value, value);
    }
    return cg_replay_ids_agree(ids, tag, value, value);
}

/* Whether two fields of the same tag say the same. */
static bool is_same(const struct cg_replay_ids *ids,
                    uint32_t tag,
                    struct cg_slice recorded,
                    struct cg_slice produced,
                    struct cg_replay_learnt *learnt)
{
    return cg_slice_equal(recorded, produced)
               ? may_be_same(ids, tag, produced, learnt)
               : may_differ(ids, tag, recorded, produced, learnt);
}

/* Cuts off what both begin with, up to the first field that differs. */
static void skip_common(struct cg_slice *a, struct cg_slice *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    size_t same = common(a->data, b->data, len);
    if (same == len && a->len == b->len) {
        a->len = 0;
        b->len = 0;
        return;
    }
    while (same > 0 && a->data[same - 1] != '\001') {
        same--;
    }
    *a = (struct cg_slice){a->data + same, a->len - same};
    *b = (struct cg_slice){b->data + same, b->len - same};
}

/* The field of the gate's in a header, which it has once; false: none. */
static bool
find_routing(struct cg_slice header, uint32_t tag, struct cg_slice *value)
{
    uint32_t at;
    while (cg_replay_field(&header, &at, value)) {
        if (at == tag) {
            return true;
        }
    }
    return false;
}

/* Whether |other| has each field of the gate's that is in |header|. */
static bool has_routing(struct cg_slice header, struct cg_slice other)
{
    struct cg_slice value;
    struct cg_slice there;
    uint32_t tag;
    while (cg_replay_field(&header, &tag, &value)) {
        if (cg_replay_is_routing(tag) && (!find_routing(other, tag, &there) ||
                                          !cg_slice_equal(value, there))) {
            return false;
        }
    }
    return true;
}

/* Engines have an order of their own for the fields of a header. */
static bool same_routing(const struct cg_replay_said *recorded,
                         const struct cg_replay_said *produced)
{
    return recorded->header.len + produced->header.len == 0 ||
           (has_routing(recorded->header, produced->header) &&
            has_routing(produced->header, recorded->header));
}

bool cg_replay_same(const struct cg_replay_ids *ids,
                    const struct cg_replay_said *recorded,
                    const struct cg_replay_said *produced,
                    struct cg_replay_learnt *learnt)
{
    struct cg_slice a = recorded->body;
    struct cg_slice b = produced->body;
    /* An id that is the same may stand for another; words have no ids. */
    bool looks = (ids->count > 0 || ids->all) &&
                 !cg_slice_equal(recorded->type, CG_REPLAY_DECISION);
    if (!cg_slice_equal(recorded->type, produced->type) ||
        !same_routing(recorded, produced)) {
        return false;
    }
    for (;;) {
        struct cg_slice values[2];
        uint32_t tags[2];
        if (!looks) {
            skip_common(&a, &b);
        }
        /* Behind what is no field there are bytes, and no ids. */
        struct cg_slice left = a;
        if ((a.len == 0 && b.len == 0) ||
            (!cg_replay_field(&left, &tags[0], &values[0]) &&
             cg_slice_equal(a, b))) {
            return true;
        }
        if (!cg_replay_field(&a, &tags[0], &values[0]) ||
            !cg_replay_field(&b, &tags[1], &values[1]) || tags[0] != tags[1] ||
            !is_same(ids, tags[0], values[0], values[1], learnt)) {
            return false;
        }
    }
}

/* --- what they are about ------------------------------------------------ */

/* Fields that tell a message from others of its type; a table. */
static bool is_key(uint32_t tag)
{
    switch (tag) {
    case 11:
    case 17:
    case 37:
    case 41:
    case 45:
    case 150:
    case 148:
    case 372:
    case 379:
    case 790:
    case 1080:
    case 1666:
    case 1667:
    case 1670:
    case 2320:
    case 2321:
    case 2324:
    case 2328:
    case 2332:
        return true;
    default:
        return false;
    }
}

static bool is_subject(uint32_t tag)
{
    return tag == 11 || tag == 1670 || tag == 2320 || tag == 2321 ||
           tag == 45 || tag == 148 || tag == 1667 || tag == 2328;
}

/* "refuses order A2": what a decision is about. */
static struct cg_slice first_words(struct cg_slice text)
{
    const char *end = memchr(text.data, ':', text.len);
    return end != NULL ? (struct cg_slice){text.data, (size_t)(end - text.data)}
                       : text;
}

static uint64_t hash_fields(const struct cg_replay_ids *ids,
                            const struct cg_replay_said *said,
                            bool (*counts)(uint32_t tag))
{
    uint64_t hash = cg_hash(1, said->type);
    struct cg_slice fields = said->body;
    struct cg_slice value;
    uint32_t tag;
    if (cg_slice_equal(said->type, CG_REPLAY_DECISION)) {
        return cg_hash(hash,
                       counts == is_key ? said->body : first_words(said->body));
    }
    while (cg_replay_field(&fields, &tag, &value)) {
        if (counts(tag) && !(cg_replay_is_id_tag(ids, tag) &&
                             cg_replay_id_is_made(ids, tag, value))) {
            hash = cg_hash_next(hash, cg_hash(tag, value));
        }
    }
    return hash;
}

uint64_t cg_replay_key(const struct cg_replay_ids *ids,
                       const struct cg_replay_said *said)
{
    return hash_fields(ids, said, is_key);
}

uint64_t cg_replay_subject(const struct cg_replay_ids *ids,
                           const struct cg_replay_said *said)
{
    return hash_fields(ids, said, is_subject);
}

/* --- what differs, in words --------------------------------------------- */

struct words {
    char *text;
    size_t len;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void
put(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(words->text + words->len, words->room - words->len,
                        format, arguments);
    va_end(arguments);
    size_t left = words->room - words->len - 1;
    words->len += len > 0 ? ((size_t)len < left ? (size_t)len : left) : 0;
}

/* The |nth| field |tag| of |fields|, counted from 0. */
static bool find_nth(struct cg_slice fields,
                     uint32_t tag,
                     size_t nth,
                     struct cg_slice *value)
{
    uint32_t at;
    while (cg_replay_field(&fields, &at, value)) {
        if (at == tag && nth-- == 0) {
            return true;
        }
    }
    return false;
}

/* How often |tag| stands in |fields| before |end|. */
static size_t
count_before(struct cg_slice fields, uint32_t tag, const char *end)
{
    struct cg_slice value;
    size_t count = 0;
    uint32_t at;
    while (cg_replay_field(&fields, &at, &value) && value.data < end) {
        count += at == tag;
    }
    return count;
}

static void put_field(struct words *words,
                      uint32_t tag,
                      const struct cg_slice *was,
                      const struct cg_slice *is)
{
    put(words, "%s%u: ", words->len > 0 ? "; " : "", tag);
    if (was != NULL && is != NULL && cg_slice_equal(*was, *is)) {
        put(words, "is %.*s, which stands for another", (int)is->len, is->data);
        return;
    }
    if (was != NULL) {
        put(words, "was %.*s", (int)was->len, was->data);
    }
    if (is != NULL) {
        put(words, "%sis %.*s", was != NULL ? ", " : "", (int)is->len,
            is->data);
    }
    put(words, "%s",
        was == NULL  ? ", was not there"
        : is == NULL ? ", is not there"
                     : "");
}

/* Fields of |recorded| that |produced| lacks or has otherwise; |back|: those of
 * |produced| that |recorded| lacks. */
static void put_differences(const struct cg_replay_ids *ids,
                            struct cg_slice mine,
                            struct cg_slice theirs,
                            bool back,
                            struct words *words)
{
    struct cg_slice fields = mine;
    struct cg_slice value;
    struct cg_slice other;
    struct cg_replay_learnt learnt;
    uint32_t tag;
    cg_replay_learnt_init(&learnt);
    while (cg_replay_field(&fields, &tag, &value)) {
        size_t nth = count_before(mine, tag, value.data);
        if (!find_nth(theirs, tag, nth, &other)) {
            put_field(words, tag, back ? NULL : &value, back ? &value : NULL);
        } else if (!back && !is_same(ids, tag, value, other, &learnt)) {
            put_field(words, tag, &value, &other);
        }
    }
}

/* The same of headers. */
static void put_routing(struct cg_slice mine,
                        struct cg_slice theirs,
                        bool back,
                        struct words *words)
{
    struct cg_slice value;
    struct cg_slice other;
    uint32_t tag;
    while (cg_replay_field(&mine, &tag, &value)) {
        bool there = find_routing(theirs, tag, &other);
        if (!cg_replay_is_routing(tag)) {
            continue;
        }
        if (!there) {
            put_field(words, tag, back ? NULL : &value, back ? &value : NULL);
        } else if (!back && !cg_slice_equal(value, other)) {
            put_field(words, tag, &value, &other);
        }
    }
}

void cg_replay_describe(const struct cg_replay_ids *ids,
                        const struct cg_replay_said *recorded,
                        const struct cg_replay_said *produced,
                        char *text,
                        size_t len)
{
    struct words words = {text, 0, len};
    text[0] = '\0';
    if (cg_slice_equal(recorded->type, CG_REPLAY_DECISION)) {
        put(&words, "was: %.*s, is: %.*s", (int)recorded->body.len,
            recorded->body.data, (int)produced->body.len, produced->body.data);
        return;
    }
    if (!cg_slice_equal(recorded->type, produced->type)) {
        put(&words, "35: was %.*s, is %.*s", (int)recorded->type.len,
            recorded->type.data, (int)produced->type.len, produced->type.data);
    }
    put_routing(recorded->header, produced->header, false, &words);
    put_routing(produced->header, recorded->header, true, &words);
    put_differences(ids, recorded->body, produced->body, false, &words);
    put_differences(ids, produced->body, recorded->body, true, &words);
    if (words.len == 0) {
        put(&words, "the order of fields is another");
    }
}
