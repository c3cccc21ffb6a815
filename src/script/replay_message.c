/*
 * Reads what a FIX session needs of a message that was checked already.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_message.h"

#include <fix_dictionary.h>

#define TRAILER 7 /* "10=ddd" and its SOH */

int64_t cg_replay_number(struct cg_slice value)
{
    int64_t number = 0;
    if (value.len == 0 || value.len > 18) {
        return 0;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return 0;
        }
        number = number * 10 + (value.data[i] - '0');
    }
    return number;
}

static bool is_yes(struct cg_slice value)
{
    return value.len == 1 && value.data[0] == 'Y';
}

/* Whether headers of any version have the tag. */
static bool is_header(uint32_t tag)
{
    return (cg_fix_tag_flags(&cg_fix_dictionaries[CG_FIX50SP2], tag) &
            CG_FIX_TAG_HEADER) != 0 ||
           (cg_fix_tag_flags(&cg_fix_dictionaries[CG_FIX42], tag) &
            CG_FIX_TAG_HEADER) != 0;
}

/* One field of the header; a table.  False: it is none. */
static bool take_header(struct cg_replay_message *message,
                        uint32_t tag,
                        struct cg_slice value)
{
    switch (tag) {
    case 8:
        message->begin = value;
        return true;
    case 9:
        return true;
    case 35:
        message->type = value;
        return true;
    case 34:
        message->seq = cg_replay_number(value);
        return true;
    case 43:
        message->possdup = is_yes(value);
        return true;
    case 49:
        message->sender = value;
        return true;
    case 52:
        message->sent = value;
        return true;
    case 56:
        message->target = value;
        return true;
    default:
        return is_header(tag);
    }
}

/* Steps over the data that |tag|, a length, announces: it may hold SOH. */
static void
skip_data(struct cg_slice *fields, uint32_t tag, struct cg_slice length)
{
    size_t len = (size_t)cg_replay_number(length);
    const char *at = fields->data;
    if (tag != 90 && tag != 212) {
        return;
    }
    const char *value = memchr(at, '=', fields->len);
    size_t head = value != NULL ? (size_t)(value - at) + 1 : fields->len;
    if (len < fields->len - head && at[head + len] == '\001') {
        *fields = (struct cg_slice){at + head + len + 1,
                                    fields->len - head - len - 1};
    }
}

static void take_admin(struct cg_replay_message *message)
{
    struct cg_slice fields = message->body;
    struct cg_slice value;
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value)) {
        if (tag == 141) {
            message->resets = is_yes(value);
        } else if (tag == 123) {
            message->fills = is_yes(value);
        } else if (tag == 36) {
            message->next = cg_replay_number(value);
        } else if (tag == 45) {
            message->about = cg_replay_number(value);
        } else if (tag == 7) {
            message->first = cg_replay_number(value);
        } else if (tag == 16) {
            message->last = cg_replay_number(value);
        }
    }
}

bool cg_replay_message_read(const struct cg_log_message *log,
                            struct cg_replay_message *message)
{
    struct cg_slice fields = log->bytes;
    struct cg_slice value;
    uint32_t tag;
    *message = (struct cg_replay_message){
        .bytes = log->bytes,
        .time = log->time,
        .file = log->file,
        .offset = log->offset,
        .session = CG_SESSION_NONE,
    };
    for (message->body = fields; cg_replay_field(&fields, &tag, &value) &&
                                 take_header(message, tag, value);
         message->body = fields) {
        skip_data(&fields, tag, value);
    }
    if (message->begin.len == 0 || message->type.len == 0 ||
        message->sender.len == 0 || message->target.len == 0 ||
        message->seq == 0 || message->body.len < TRAILER) {
        return false;
    }
    message->body.len -= TRAILER;
    char type = message->type.data[0];
    message->admin = message->type.len == 1 &&
                     ((type >= '0' && type <= '5') || type == 'A');
    if (message->admin) {
        take_admin(message);
    }
    return true;
}
