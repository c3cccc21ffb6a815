/*
 * What the gate passes on: the body that another actor sent, but for a few
 * fields.  Finds the same source as the runner of sessions (script_match.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

static struct cg_slice id_of(const struct cg_recording_item *item)
{
    struct cg_slice value;
    return cg_recording_find(item->body, 11, &value) ? value : CG_SLICE("");
}

static const struct cg_recording_item *
source_of(const struct cg_recording_tape *tape, size_t index)
{
    const struct cg_recording_item *said = &tape->items[index];
    struct cg_slice id = id_of(said);
    const struct cg_recording_item *last = NULL;
    for (size_t i = index; i-- > 0;) {
        const struct cg_recording_item *item = &tape->items[i];
        if (item->act != CG_SCRIPT_SEND || item->session == said->session ||
            strcmp(item->type, said->type) != 0) {
            continue;
        }
        if (cg_slice_equal(id_of(item), id)) {
            return item;
        }
        last = last != NULL ? last : item;
    }
    return last;
}

static bool is_listed(const uint32_t *tags, size_t count, uint32_t tag)
{
    for (size_t i = 0; i < count; i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

/* The next field of |tag|; false: there is none. */
static bool
next_of(struct cg_slice *fields, uint32_t tag, struct cg_slice *value)
{
    uint32_t found;
    while (cg_replay_field(fields, &found, value)) {
        if (found == tag) {
            return true;
        }
    }
    return false;
}

/* Whether both have the same values of |tag|, in the same order. */
static bool is_equal(struct cg_slice one, struct cg_slice other, uint32_t tag)
{
    for (;;) {
        struct cg_slice a = CG_SLICE("");
        struct cg_slice b = CG_SLICE("");
        bool has_a = next_of(&one, tag, &a);
        bool has_b = next_of(&other, tag, &b);
        if (!has_a || !has_b) {
            return has_a == has_b;
        }
        if (!cg_slice_equal(a, b)) {
            return false;
        }
    }
}

/* Adds the tags of |from| in which |other| differs; false: too many. */
static bool differing(struct cg_slice from,
                      struct cg_slice other,
                      struct cg_recording_same *same)
{
    struct cg_slice rest = from;
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&rest, &tag, &value)) {
        if (is_listed(same->tags, same->count, tag) ||
            is_equal(from, other, tag)) {
            continue;
        }
        if (same->count == CG_RECORD_SAME_MAX) {
            return false;
        }
        same->tags[same->count++] = tag;
    }
    return true;
}

static bool next_unlisted(const struct cg_recording_same *same,
                          struct cg_slice *fields,
                          uint32_t *tag,
                          struct cg_slice *value)
{
    while (cg_replay_field(fields, tag, value)) {
        if (!is_listed(same->tags, same->count, *tag)) {
            return true;
        }
    }
    return false;
}

/* What is not listed is the same, in the same order. */
static bool rest_equal(const struct cg_recording_same *same,
                       struct cg_slice one,
                       struct cg_slice other)
{
    for (;;) {
        struct cg_slice a = CG_SLICE("");
        struct cg_slice b = CG_SLICE("");
        uint32_t tag_a = 0;
        uint32_t tag_b = 0;
        bool has_a = next_unlisted(same, &one, &tag_a, &a);
        bool has_b = next_unlisted(same, &other, &tag_b, &b);
        if (!has_a || !has_b) {
            return has_a == has_b;
        }
        if (tag_a != tag_b || !cg_slice_equal(a, b)) {
            return false;
        }
    }
}

static size_t count_fields(struct cg_slice fields)
{
    struct cg_slice value;
    uint32_t tag;
    size_t count = 0;
    while (cg_replay_field(&fields, &tag, &value)) {
        count++;
    }
    return count;
}

void cg_recording_same(const struct cg_recording_tape *tape,
                       size_t index,
                       struct cg_recording_same *same)
{
    const struct cg_recording_item *source = source_of(tape, index);
    struct cg_slice have = tape->items[index].body;
    *same = (struct cg_recording_same){.same = false};
    /* More than half of it written out is no shorter, and says more. */
    same->same = source != NULL && !source->broken &&
                 differing(have, source->body, same) &&
                 differing(source->body, have, same) &&
                 rest_equal(same, have, source->body) &&
                 same->count * 2 < count_fields(have);
}
