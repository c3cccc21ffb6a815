/*
 * A bounded map from recorded ids to ours.  Equal ones are not in it: a log
 * that is replayed from its start leaves it empty, and costs nothing.
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

/* --- pairs -------------------------------------------------------------- */

struct wanted {
    const struct cg_replay_ids *ids;
    struct cg_slice recorded;
};

static bool equal(const void *context, uint32_t slot)
{
    const struct wanted *wanted = context;
    return cg_slice_is(wanted->recorded, wanted->ids->pairs[slot].recorded);
}

static const struct cg_replay_id_pair *find(const struct cg_replay_ids *ids,
                                            struct cg_slice recorded)
{
    struct wanted wanted = {ids, recorded};
    if (ids->pairs == NULL || recorded.len > CG_NAME_MAX) {
        return NULL;
    }
    uint32_t slot = cg_map_find(&ids->map, cg_hash(0, recorded), equal,
                                &wanted);
    return slot != CG_MAP_NONE ? &ids->pairs[slot] : NULL;
}

bool cg_replay_ids_agree(const struct cg_replay_ids *ids,
                         struct cg_slice recorded,
                         struct cg_slice ours)
{
    const struct cg_replay_id_pair *pair = find(ids, recorded);
    return cg_slice_equal(recorded, ours) || pair == NULL ||
           cg_slice_is(ours, pair->ours);
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
    return ids->pairs != NULL && cg_map_init(&ids->map, CG_REPLAY_IDS) == 0
               ? 0
               : CG_ERR_MEMORY;
}

int cg_replay_ids_learn(struct cg_replay_ids *ids,
                        struct cg_slice recorded,
                        struct cg_slice ours)
{
    if (recorded.len > CG_NAME_MAX || ours.len > CG_NAME_MAX ||
        cg_slice_equal(recorded, ours) || find(ids, recorded) != NULL) {
        return 0;
    }
    int status = open_pairs(ids);
    if (status != 0) {
        return status;
    }
    uint32_t slot = ids->count % CG_REPLAY_IDS;
    struct cg_replay_id_pair *pair = &ids->pairs[slot];
    if (ids->count++ >= CG_REPLAY_IDS) {
        cg_map_remove(&ids->map, cg_hash(0, cg_slice_str(pair->recorded)),
                      slot);
    }
    copy(pair->recorded, recorded);
    copy(pair->ours, ours);
    cg_map_add(&ids->map, cg_hash(0, recorded), slot);
    return 0;
}

/* --- messages ----------------------------------------------------------- */

static const struct cg_replay_id_pair *
of_field(const struct cg_replay_ids *ids, uint32_t tag, struct cg_slice value)
{
    return cg_replay_is_id_tag(ids, tag) ? find(ids, value) : NULL;
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
