/*
 * Reads what a FIX session needs of a message that was checked already.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_message.h"

#include <fix_dictionary.h>
#include <fix_scan.h>

#define TRAILER 7 /* "10=ddd" and its SOH */

/* Tags of more digits are none. */
#define TAG_DIGITS_MAX 9

int64_t cg_replay_number(struct cg_slice value)
{
    int64_t number = 0;
    if (value.len == 0 || value.len > 18) {
        return 0;
    }
    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned char)value.data[i] - (unsigned)'0';
        if (digit > 9) {
            return 0;
        }
        number = number * 10 + digit;
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

bool cg_replay_is_routing(uint32_t tag)
{
    switch (tag) {
    case 50:
    case 57:
    case 97:
    case 115:
    case 116:
    case 128:
    case 129:
    case 142:
    case 143:
    case 144:
    case 145:
        return true;
    default:
        return false;
    }
}

/* One field of the header; a table.  False: it is none. */
static inline bool take_header(struct cg_replay_message *message,
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
        message->routed = message->routed || cg_replay_is_routing(tag);
        return is_header(tag);
    }
}

/* A walk over fields by their SOHs, a block at a time. */
struct walk {
    struct cg_slice bytes;
    size_t block;  /* where the block at hand begins */
    uint64_t ends; /* SOHs of it that are still ahead */
    size_t at;     /* the next field */
};

/* The SOHs of the block at hand, which may be the last and short one. */
static inline void look(struct walk *walk)
{
    walk->ends = cg_fix_scan_at(walk->bytes.data, walk->bytes.len, walk->block);
}

/* Where the next field ends; 0: there is none. */
static inline size_t next_end(struct walk *walk)
{
    while (walk->ends == 0) {
        walk->block += CG_FIX_BLOCK;
        if (walk->block >= walk->bytes.len) {
            return 0;
        }
        look(walk);
    }
    size_t end = walk->block + (size_t)__builtin_ctzll(walk->ends);
    walk->ends &= walk->ends - 1;
    return end;
}

/* The tag at |at| and its value, up to the SOH at |stop|; false where no field
 * stands. */
static inline bool
split(const char *at, const char *stop, uint32_t *tag, struct cg_slice *value)
{
    uint32_t number = 0;
    /* Most tags of a header have two digits. */
    if (stop - at > 2 && at[2] == '=') {
        unsigned tens = (unsigned char)at[0] - (unsigned)'0';
        unsigned ones = (unsigned char)at[1] - (unsigned)'0';
        if (tens <= 9 && ones <= 9) {
            *tag = tens * 10 + ones;
            *value = (struct cg_slice){at + 3, (size_t)(stop - at - 3)};
            return true;
        }
    }
    /* The SOH is no digit. */
    for (const char *last = at + TAG_DIGITS_MAX; at < last; at++) {
        unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit > 9) {
            break;
        }
        number = number * 10 + digit;
    }
    if (*at != '=') {
        return false;
    }
    *tag = number;
    *value = (struct cg_slice){at + 1, (size_t)(stop - at - 1)};
    return true;
}

/* Goes on at |at|, behind which no SOH was looked at. */
static inline void jump(struct walk *walk, size_t at)
{
    walk->at = at;
    walk->block = at;
    walk->ends = 0;
    if (at < walk->bytes.len) {
        look(walk);
    }
}

/* Steps over the data that |tag|, a length, announces: it may hold SOH. */
static inline void
skip_data(struct walk *walk, uint32_t tag, struct cg_slice length)
{
    if (tag != 90 && tag != 212) {
        return;
    }
    size_t len = (size_t)cg_replay_number(length);
    const char *from = walk->bytes.data + walk->at;
    size_t left = walk->bytes.len - walk->at;
    const char *value = memchr(from, '=', left);
    size_t head = value != NULL ? (size_t)(value - from) + 1 : left;
    if (len < left - head && from[head + len] == '\001') {
        jump(walk, walk->at + head + len + 1);
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

/* Takes 8 and 9, with which a message begins; returns where they end, or 0 with
 * nothing done. */
static inline size_t take_begin(struct cg_replay_message *message,
                                struct walk *walk)
{
    const char *bytes = walk->bytes.data;
    struct walk ahead = *walk;
    size_t first = next_end(&ahead);
    size_t second = next_end(&ahead);
    if (second == 0 || bytes[0] != '8' || bytes[1] != '=' ||
        bytes[first + 1] != '9' || bytes[first + 2] != '=') {
        return 0;
    }
    message->begin = (struct cg_slice){bytes + 2, first - 2};
    ahead.at = second + 1;
    *walk = ahead;
    return second + 1;
}

bool cg_replay_message_read(const struct cg_log_message *log,
                            struct cg_replay_message *message)
{
    struct walk walk = {.bytes = log->bytes};
    struct cg_slice value;
    uint32_t tag;
    size_t body = 0;
    *message = (struct cg_replay_message){
        .bytes = log->bytes,
        .time = log->time,
        .file = log->file,
        .offset = log->offset,
        .session = CG_SESSION_NONE,
    };
    if (log->bytes.len > 0) {
        look(&walk);
        body = take_begin(message, &walk);
    }
    for (size_t end = next_end(&walk); end != 0; end = next_end(&walk)) {
        const char *bytes = log->bytes.data;
        if (!split(bytes + body, bytes + end, &tag, &value) ||
            !take_header(message, tag, value)) {
            break;
        }
        walk.at = end + 1;
        skip_data(&walk, tag, value);
        body = walk.at;
    }
    message->body = (struct cg_slice){log->bytes.data + body,
                                      log->bytes.len - body};
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
