/*
 * Kept messages.  Bounded: by number and by bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_hold.h"

#include <creditgate/types.h>
#include <stdlib.h>

/* --- behind a gap ------------------------------------------------------- */

bool cg_replay_hold_has_room(const struct cg_replay_hold *hold,
                             const struct cg_replay_message *message)
{
    return hold->count < CG_REPLAY_HELD &&
           hold->bytes + message->bytes.len <= CG_REPLAY_HELD_BYTES;
}

/* A slice of |from|, as one of the copy |to|. */
static struct cg_slice
moved(struct cg_slice slice, const char *from, const char *to)
{
    return slice.data == NULL
               ? slice
               : (struct cg_slice){to + (slice.data - from), slice.len};
}

static void keep(struct cg_replay_held *held,
                 const struct cg_replay_message *message,
                 char *copy)
{
    const char *from = message->bytes.data;
    memcpy(copy, from, message->bytes.len);
    held->bytes = copy;
    held->again = cg_replay_hold_skips(message);
    held->message = *message;
    held->message.bytes.data = copy;
    held->message.form = NULL;
    held->message.begin = moved(message->begin, from, copy);
    held->message.type = moved(message->type, from, copy);
    held->message.sender = moved(message->sender, from, copy);
    held->message.target = moved(message->target, from, copy);
    held->message.sent = moved(message->sent, from, copy);
    held->message.body = moved(message->body, from, copy);
}

static void leave(struct cg_replay_hold *hold, size_t index)
{
    hold->bytes -= hold->items[index].message.bytes.len;
    hold->items[index] = hold->items[--hold->count];
}

static void drop(struct cg_replay_hold *hold, size_t index)
{
    free(hold->items[index].bytes);
    leave(hold, index);
}

/* Its place, or the count. */
static size_t find(const struct cg_replay_hold *hold, int64_t seq)
{
    size_t i = 0;
    while (i < hold->count && hold->items[i].message.seq != seq) {
        i++;
    }
    return i;
}

enum cg_replay_hold_outcome
cg_replay_hold_add(struct cg_replay_hold *hold,
                   const struct cg_replay_message *message)
{
    size_t there = find(hold, message->seq);
    cg_time since = hold->count > 0 ? hold->since : message->time;
    if (there < hold->count &&
        (!hold->items[there].again || cg_replay_hold_skips(message))) {
        return CG_REPLAY_HOLD_TWICE;
    }
    if (there < hold->count) {
        drop(hold, there);
    }
    if (hold->items == NULL) {
        hold->items = calloc(CG_REPLAY_HELD, sizeof(*hold->items));
    }
    char *copy = malloc(message->bytes.len);
    if (hold->items == NULL || copy == NULL) {
        free(copy);
        return CG_REPLAY_HOLD_FAILED;
    }
    hold->since = since;
    keep(&hold->items[hold->count++], message, copy);
    hold->bytes += message->bytes.len;
    return CG_REPLAY_HOLD_DONE;
}

void cg_replay_hold_again(struct cg_replay_hold *hold)
{
    for (size_t i = 0; i < hold->count; i++) {
        hold->items[i].again = true;
    }
}

bool cg_replay_hold_take(struct cg_replay_hold *hold,
                         int64_t seq,
                         bool all,
                         struct cg_replay_message *message)
{
    size_t i = find(hold, seq);
    if (i == hold->count || (hold->items[i].again && !all)) {
        return false;
    }
    *message = hold->items[i].message;
    free(hold->taken);
    hold->taken = hold->items[i].bytes;
    leave(hold, i);
    return true;
}

int64_t cg_replay_hold_first(const struct cg_replay_hold *hold,
                             struct cg_replay_message *message)
{
    size_t first = 0;
    for (size_t i = 1; i < hold->count; i++) {
        if (hold->items[i].message.seq < hold->items[first].message.seq) {
            first = i;
        }
    }
    *message = hold->items[first].message;
    return message->seq;
}

void cg_replay_hold_drop(struct cg_replay_hold *hold, int64_t seq)
{
    for (size_t i = 0; i < hold->count;) {
        if (hold->items[i].message.seq < seq) {
            drop(hold, i);
        } else {
            i++;
        }
    }
}

void cg_replay_hold_clear(struct cg_replay_hold *hold)
{
    cg_replay_hold_drop(hold, INT64_MAX);
}

void cg_replay_hold_deinit(struct cg_replay_hold *hold)
{
    cg_replay_hold_clear(hold);
    free(hold->items);
    free(hold->taken);
    *hold = (struct cg_replay_hold){0};
}

/* --- what was sent ------------------------------------------------------ */

static void forget_first(struct cg_replay_kept *kept)
{
    kept->first = (kept->first + 1) % CG_REPLAY_KEPT;
    kept->count--;
}

/* Nothing that is kept lies in the |len| bytes at |at|. */
static bool is_free(const struct cg_replay_kept *kept, size_t at, size_t len)
{
    const struct cg_replay_sent *oldest = &kept->items[kept->first];
    return kept->count == 0 || oldest->at + oldest->len <= at ||
           at + len <= oldest->at;
}

int cg_replay_kept_add(struct cg_replay_kept *kept,
                       const struct cg_replay_message *message)
{
    size_t len = message->bytes.len;
    if (kept->items == NULL) {
        kept->items = calloc(CG_REPLAY_KEPT, sizeof(*kept->items));
        kept->bytes = malloc(CG_REPLAY_KEPT_BYTES);
    }
    if (kept->items == NULL || kept->bytes == NULL) {
        return CG_ERR_MEMORY;
    }
    if (len > CG_REPLAY_KEPT_BYTES) {
        return 0; /* a Reject of it is counted as one of an unknown message */
    }
    if (kept->at + len > CG_REPLAY_KEPT_BYTES) {
        /* What lies behind is older than what lies before. */
        while (kept->count > 0 && kept->items[kept->first].at >= kept->at) {
            forget_first(kept);
        }
        kept->at = 0;
    }
    while (kept->count == CG_REPLAY_KEPT || !is_free(kept, kept->at, len)) {
        forget_first(kept);
    }
    memcpy(kept->bytes + kept->at, message->bytes.data, len);
    size_t place = (kept->first + kept->count++) % CG_REPLAY_KEPT;
    kept->items[place] = (struct cg_replay_sent){message->seq, kept->at, len};
    kept->at += len;
    return 0;
}

int64_t cg_replay_kept_at(const struct cg_replay_kept *kept,
                          size_t index,
                          struct cg_slice *sent)
{
    const struct cg_replay_sent *item =
        &kept->items[(kept->first + index) % CG_REPLAY_KEPT];
    *sent = (struct cg_slice){kept->bytes + item->at, item->len};
    return item->seq;
}

bool cg_replay_kept_find(const struct cg_replay_kept *kept,
                         int64_t seq,
                         struct cg_slice *sent)
{
    for (size_t i = kept->count; i-- > 0;) {
        if (cg_replay_kept_at(kept, i, sent) == seq) {
            return true;
        }
    }
    return false;
}

void cg_replay_kept_clear(struct cg_replay_kept *kept)
{
    kept->first = 0;
    kept->count = 0;
    kept->at = 0;
}

void cg_replay_kept_deinit(struct cg_replay_kept *kept)
{
    free(kept->items);
    free(kept->bytes);
    *kept = (struct cg_replay_kept){0};
}
