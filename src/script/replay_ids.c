/*
 * A bounded map from recorded ids to ours.  Equal ones are not in it, unless
 * all are asked for: a log that is replayed from its start leaves it empty, and
 * costs nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_ids.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_SHOWN 40 /* bytes of the gate's name that its ids begin with */
#define TRAILER 7     /* "10=ddd" and its SOH */

void cg_replay_ids_init(struct cg_replay_ids *ids,
                        const struct cg_config *config)
{
    *ids = (struct cg_replay_ids){.config = config};
    ids->prefix_len = (size_t)snprintf(ids->prefix, sizeof(ids->prefix),
                                       "%.*s-", NAME_SHOWN, config->gate_name);
}

void cg_replay_ids_deinit(struct cg_replay_ids *ids)
{
    cg_map_deinit(&ids->map);
    cg_map_deinit(&ids->back);
    free(ids->pairs);
    free(ids->bytes);
    *ids = (struct cg_replay_ids){0};
}

/* --- what is an id ------------------------------------------------------ */

/* 2318 and 2322 are bare numbers. */
static bool is_number_tag(uint32_t tag)
{
    return tag == 2318 || tag == 2322;
}

/* A table. */
bool cg_replay_is_id_tag(const struct cg_replay_ids *ids, uint32_t tag)
{
    switch (tag) {
    case 11:
    case 17:
    case 37:
    case 41:
    case 790:
    case 1080:
    case 1666:
    case 1667:
    case 2318:
    case 2319:
    case 2322:
    case 2331:
    case 2334:
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < ids->config->session_count && tag > 2334; i++) {
        if (ids->config->sessions[i].token_tag == tag) {
            return true;
        }
    }
    return false;
}

/* "GATE-T8", "GATE-E12-0" */
bool cg_replay_id_is_made(const struct cg_replay_ids *ids,
                          uint32_t tag,
                          struct cg_slice value)
{
    if (is_number_tag(tag)) {
        return true;
    }
    size_t at = ids->prefix_len;
    if (value.len < at + 2 || memcmp(value.data, ids->prefix, at) != 0 ||
        memchr("AEHLOPRT", value.data[at], 8) == NULL) {
        return false;
    }
    for (at++; at < value.len; at++) {
        char c = value.data[at];
        if ((c < '0' || c > '9') && c != '-') {
            return false;
        }
    }
    return true;
}

/* What "GATE-E12-0" has before its numbers: "GATE-E". */
static struct cg_slice stem_of(struct cg_slice id)
{
    while (id.len > 0 && memchr("0123456789-", id.data[id.len - 1], 11)) {
        id.len--;
    }
    return id;
}

/* Whether |recorded| is an id of a gate, of any name, for the same as |ours|.
 * Clients and venues have other ids. */
static bool
is_alike(uint32_t tag, struct cg_slice recorded, struct cg_slice ours)
{
    if (is_number_tag(tag)) {
        return cg_replay_number(recorded) > 0;
    }
    struct cg_slice one = stem_of(recorded);
    struct cg_slice other = stem_of(ours);
    return one.len < recorded.len && one.len > 1 && other.len > 1 &&
           one.data[one.len - 2] == '-' &&
           one.data[one.len - 1] == other.data[other.len - 1];
}

/* --- pairs -------------------------------------------------------------- */

struct wanted {
    const struct cg_replay_ids *ids;
    uint8_t kind;
    struct cg_slice id;
};

static uint8_t kind_of(uint32_t tag)
{
    return is_number_tag(tag) ? CG_REPLAY_NUMBERS : CG_REPLAY_NAMES;
}

static bool is_recorded(const void *context, uint32_t slot)
{
    const struct wanted *wanted = context;
    const struct cg_replay_id_pair *pair = &wanted->ids->pairs[slot];
    return pair->kind == wanted->kind &&
           cg_slice_is(wanted->id, pair->recorded);
}

static bool is_ours(const void *context, uint32_t slot)
{
    const struct wanted *wanted = context;
    const struct cg_replay_id_pair *pair = &wanted->ids->pairs[slot];
    return pair->kind == wanted->kind && cg_slice_is(wanted->id, pair->ours);
}

static const struct cg_replay_id_pair *find(const struct cg_replay_ids *ids,
                                            const struct cg_map *map,
                                            cg_map_equal *equal,
                                            uint32_t tag,
                                            struct cg_slice id)
{
    struct wanted wanted = {ids, kind_of(tag), id};
    if (ids->pairs == NULL || id.len > CG_NAME_MAX) {
        return NULL;
    }
    uint32_t slot = cg_map_find(map, cg_hash(wanted.kind, id), equal, &wanted);
    return slot != CG_MAP_NONE ? &ids->pairs[slot] : NULL;
}

static const struct cg_replay_id_pair *of_recorded(
    const struct cg_replay_ids *ids, uint32_t tag, struct cg_slice recorded)
{
    return find(ids, &ids->map, is_recorded, tag, recorded);
}

static const struct cg_replay_id_pair *
of_ours(const struct cg_replay_ids *ids, uint32_t tag, struct cg_slice ours)
{
    return find(ids, &ids->back, is_ours, tag, ours);
}

bool cg_replay_ids_agree(const struct cg_replay_ids *ids,
                         uint32_t tag,
                         struct cg_slice recorded,
                         struct cg_slice ours)
{
    const struct cg_replay_id_pair *pair = of_recorded(ids, tag, recorded);
    if (pair != NULL) {
        return cg_slice_is(ours, pair->ours);
    }
    return of_ours(ids, tag, ours) == NULL &&
           (cg_slice_equal(recorded, ours) || is_alike(tag, recorded, ours));
}

static void copy(char *out, struct cg_slice value)
{
    memcpy(out, value.data, value.len);
    out[value.len] = '\0';
}

static int open_pairs(struct cg_replay_ids *ids)
{
    if (ids->pairs != NULL) {
        return 0;
    }
    ids->pairs = calloc(CG_REPLAY_IDS, sizeof(*ids->pairs));
    return ids->pairs != NULL && cg_map_init(&ids->map, CG_REPLAY_IDS) == 0 &&
                   cg_map_init(&ids->back, CG_REPLAY_IDS) == 0
               ? 0
               : CG_ERR_MEMORY;
}

int cg_replay_ids_learn(struct cg_replay_ids *ids,
                        uint32_t tag,
                        struct cg_slice recorded,
                        struct cg_slice ours)
{
    if (recorded.len > CG_NAME_MAX || ours.len > CG_NAME_MAX ||
        (cg_slice_equal(recorded, ours) && !ids->all) ||
        of_recorded(ids, tag, recorded) != NULL ||
        of_ours(ids, tag, ours) != NULL) {
        return 0;
    }
    int status = open_pairs(ids);
    if (status != 0) {
        return status;
    }
    uint32_t slot = ids->count % CG_REPLAY_IDS;
    struct cg_replay_id_pair *pair = &ids->pairs[slot];
    if (ids->count++ >= CG_REPLAY_IDS) {
        cg_map_remove(&ids->map,
                      cg_hash(pair->kind, cg_slice_str(pair->recorded)), slot);
        cg_map_remove(&ids->back, cg_hash(pair->kind, cg_slice_str(pair->ours)),
                      slot);
    }
    copy(pair->recorded, recorded);
    copy(pair->ours, ours);
    pair->kind = kind_of(tag);
    cg_map_add(&ids->map, cg_hash(pair->kind, recorded), slot);
    cg_map_add(&ids->back, cg_hash(pair->kind, ours), slot);
    return 0;
}

/* --- messages ----------------------------------------------------------- */

static const struct cg_replay_id_pair *
of_field(const struct cg_replay_ids *ids, uint32_t tag, struct cg_slice value)
{
    return cg_replay_is_id_tag(ids, tag) ? of_recorded(ids, tag, value) : NULL;
}

static bool has_one(const struct cg_replay_ids *ids, struct cg_slice bytes)
{
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&bytes, &tag, &value)) {
        if (of_field(ids, tag, value) != NULL) {
            return true;
        }
    }
    return false;
}

/* Room for |len| bytes, each of whose fields may grow. */
static int make_room(struct cg_replay_ids *ids, size_t len)
{
    size_t max = len * 16 + 256;
    if (max > ids->bytes_max) {
        char *more = realloc(ids->bytes, max);
        if (more == NULL) {
            return CG_ERR_MEMORY;
        }
        ids->bytes = more;
        ids->bytes_max = max;
    }
    return 0;
}

static size_t put(char *out, size_t at, const char *bytes, size_t len)
{
    memcpy(out + at, bytes, len);
    return at + len;
}

/* The fields |from|, behind BodyLength and before CheckSum. */
static size_t
put_fields(const struct cg_replay_ids *ids, struct cg_slice from, char *out)
{
    struct cg_slice left = from;
    struct cg_slice value;
    uint32_t tag;
    size_t at = 0;
    const char *begin = from.data;
    while (cg_replay_field(&left, &tag, &value)) {
        const struct cg_replay_id_pair *pair = of_field(ids, tag, value);
        if (pair != NULL) {
            at = put(out, at, begin, (size_t)(value.data - begin));
            at = put(out, at, pair->ours, strlen(pair->ours));
            out[at++] = '\001';
        } else {
            at = put(out, at, begin, (size_t)(left.data - begin));
        }
        begin = left.data;
    }
    return put(out, at, begin, left.len);
}

int cg_replay_ids_rewrite(struct cg_replay_ids *ids, struct cg_slice *bytes)
{
    struct cg_slice fields = *bytes;
    struct cg_slice begin;
    struct cg_slice length;
    uint32_t tag;
    if (ids->count == 0 || !has_one(ids, *bytes)) {
        return 0;
    }
    if (!cg_replay_field(&fields, &tag, &begin) ||
        !cg_replay_field(&fields, &tag, &length) || fields.len < TRAILER) {
        return 0;
    }
    int status = make_room(ids, bytes->len);
    if (status != 0) {
        return status;
    }
    fields.len -= TRAILER;
    char *out = ids->bytes;
    size_t head = 64; /* room for BeginString and BodyLength */
    size_t body = put_fields(ids, fields, out + head);
    char text[64];
    int len = snprintf(text, sizeof(text), "8=%.*s\0019=%zu\001",
                       (int)(begin.len < 16 ? begin.len : 16), begin.data,
                       body);
    char *from = out + head - len;
    memcpy(from, text, (size_t)len);
    size_t total = (size_t)len + body;
    unsigned sum = 0;
    for (size_t i = 0; i < total; i++) {
        sum += (unsigned char)from[i];
    }
    snprintf(from + total, TRAILER + 1, "10=%03u\001", sum % 256);
    *bytes = (struct cg_slice){from, total + TRAILER};
    return 0;
}
