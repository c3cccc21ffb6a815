/*
 * The tape of a replay: what its gate heard and said, kept for the steps of a
 * session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

#include <fix_dictionary.h>
#include <stdlib.h>

bool cg_recording_find(struct cg_slice fields,
                       uint32_t tag,
                       struct cg_slice *value)
{
    uint32_t found;
    while (cg_replay_field(&fields, &found, value)) {
        if (found == tag) {
            return true;
        }
    }
    return false;
}

/* Room for one more; NULL without memory.  Only called while there may be. */
static struct cg_recording_item *item_new(struct cg_recording_tape *tape)
{
    if (tape->count == tape->room) {
        size_t room = tape->room * 2 + 64;
        struct cg_recording_item *more = realloc(tape->items,
                                                 room * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        tape->items = more;
        tape->room = room;
    }
    return &tape->items[tape->count];
}

/* --- parts of a message ------------------------------------------------- */

struct parts {
    char *header;
    size_t header_len;
    char *body;
    size_t body_len;
};

static void put(char *to, size_t *len, const char *from, const char *end)
{
    memcpy(to + *len, from, (size_t)(end - from));
    *len += (size_t)(end - from);
}

/* One field of a message that is heard; a table. */
static void sort_field(struct cg_recording_item *item,
                       struct parts *parts,
                       uint32_t tag,
                       bool header,
                       const char *from,
                       struct cg_slice value)
{
    const char *end = value.data + value.len + 1;
    switch (tag) {
    case 8:
    case 9:
    case 10:
    case 49:
    case 56:
        return;
    case 34:
        item->seq = cg_replay_number(value);
        return;
    case 35:
        item->broken = item->broken || value.len >= sizeof(item->type);
        snprintf(item->type, sizeof(item->type), "%.*s",
                 (int)(value.len < 7 ? value.len : 7), value.data);
        return;
    case 52:
        item->sent = value; /* moved later */
        return;
    default:
        break;
    }
    if (header) {
        put(parts->header, &parts->header_len, from, end);
    } else {
        put(parts->body, &parts->body_len, from, end);
    }
}

/* Header fields, then the body, then 52: all in memory of the item's own. */
static bool take_apart(struct cg_recording_item *item,
                       enum cg_version version,
                       struct cg_slice bytes)
{
    const struct cg_fix_dictionary *dictionary = &cg_fix_dictionaries[version];
    char *memory = malloc(bytes.len * 3 + 1);
    struct parts parts = {0};
    struct cg_slice fields = bytes;
    const char *from = bytes.data;
    struct cg_slice value;
    uint32_t tag;
    if (memory == NULL) {
        return false;
    }
    parts.header = memory;
    parts.body = memory + bytes.len;
    while (cg_replay_field(&fields, &tag, &value)) {
        bool header = (cg_fix_tag_flags(dictionary, tag) & CG_FIX_TAG_HEADER) !=
                      0;
        /* A session puts header fields where they belong. */
        item->broken = item->broken || *from == '0' ||
                       (header && parts.body_len > 0);
        sort_field(item, &parts, tag, header, from, value);
        from = fields.data;
    }
    item->broken = item->broken || fields.len > 0;
    item->bytes = memory;
    item->header = (struct cg_slice){parts.header, parts.header_len};
    item->body = (struct cg_slice){parts.body, parts.body_len};
    char *sent = memory + bytes.len * 2;
    if (item->sent.len > 0) {
        memcpy(sent, item->sent.data, item->sent.len);
    }
    item->sent.data = sent;
    return true;
}

/* --- what happens ------------------------------------------------------- */

int cg_recording_heard(struct cg_recording_tape *tape,
                       const struct cg_config *config,
                       const struct cg_script_passed *heard)
{
    struct cg_recording_item *item;
    tape->messages_in += heard->act == CG_SCRIPT_SEND;
    if (tape->count >= CG_SCRIPT_STEPS_MAX) {
        tape->count++;
        return 0;
    }
    item = item_new(tape);
    if (item == NULL) {
        return CG_ERR_MEMORY;
    }
    *item = (struct cg_recording_item){.act = heard->act,
                                       .session = heard->session,
                                       .time = heard->time,
                                       .kept = heard->kept};
    if (!take_apart(item, config->sessions[heard->session].version,
                    heard->bytes)) {
        return CG_ERR_MEMORY;
    }
    tape->count++;
    return 0;
}

/* The gate names a message by its number. */
static void mark_numbered(struct cg_recording_tape *tape,
                          const struct cg_recording_item *said)
{
    struct cg_slice value;
    int64_t seq;
    if ((strcmp(said->type, "j") != 0 && strcmp(said->type, "3") != 0) ||
        !cg_recording_find(said->body, 45, &value)) {
        return;
    }
    seq = cg_replay_number(value);
    for (size_t i = tape->count; i-- > 0;) {
        struct cg_recording_item *item = &tape->items[i];
        if (item->act == CG_SCRIPT_SEND && item->session == said->session &&
            item->seq == seq) {
            item->numbered = true;
            return;
        }
    }
}

int cg_recording_said(struct cg_recording_tape *tape,
                      const struct cg_side_said *said)
{
    const struct cg_out *out = said->out;
    struct cg_recording_item *item;
    tape->messages_out++;
    if (tape->count >= CG_SCRIPT_STEPS_MAX) {
        tape->count++;
        return 0;
    }
    item = item_new(tape);
    if (item == NULL) {
        return CG_ERR_MEMORY;
    }
    *item = (struct cg_recording_item){
        .act = CG_SCRIPT_EXPECT,
        .session = said->session,
        .time = said->time,
        .bytes = malloc(out->header_len + out->body_len + 1),
    };
    if (item->bytes == NULL) {
        return CG_ERR_MEMORY;
    }
    snprintf(item->type, sizeof(item->type), "%s", out->type);
    if (out->header_len > 0) {
        memcpy(item->bytes, out->header, out->header_len);
    }
    if (out->body_len > 0) {
        memcpy(item->bytes + out->header_len, out->body, out->body_len);
    }
    item->header = (struct cg_slice){item->bytes, out->header_len};
    item->body = (struct cg_slice){item->bytes + out->header_len,
                                   out->body_len};
    mark_numbered(tape, item);
    tape->count++;
    return 0;
}

void cg_recording_tape_deinit(struct cg_recording_tape *tape)
{
    for (size_t i = 0; i < cg_recording_kept(tape) && i < tape->room; i++) {
        free(tape->items[i].bytes);
    }
    free(tape->items);
    *tape = (struct cg_recording_tape){.count = 0};
}
