/*
 * Reads a message's fields, and finds them.
 *
 * Never allocates, never writes to the bytes, never reads past them.  What is
 * wrong inside a well-formed message is for fix_validate.c to say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_message.h"

#include "fix_scan.h"
#include "fix_value.h"

#define SOH '\001'

/* Tags of more digits are no tags: they would not fit. */
#define TAG_DIGITS_MAX 9

/* "10=ddd" and its SOH. */
#define CHECKSUM_LEN 7

/* The shortest thing that is read at all: 8, 9, 35 and 10. */
#define MESSAGE_MIN 25

/* The SOHs of the block at |at|, which may be the last and short one. */
static uint64_t
scan_block(const struct cg_fix_message *message, size_t at, uint64_t *sum)
{
    char rest[CG_FIX_BLOCK] = {0};
    size_t left = message->len - at;

    if (left >= CG_FIX_BLOCK)
        return cg_fix_scan(message->bytes + at, sum);
    memcpy(rest, message->bytes + at, left);
    return cg_fix_scan(rest, sum);
}

/* The place after the '=' of a tag that is no number; 0 without a '='. */
static size_t strange_tag(const char *bytes, size_t at)
{
    while (bytes[at] != '=' && bytes[at] != SOH)
        at++;
    return bytes[at] == '=' ? at + 1 : 0;
}

/*
 * Reads the tag at |at|.  Returns its value's place, or 0 when there is no '='.
 * What is no number reads as tag 0, which is never legal.  Somewhere an SOH
 * follows, so no end is looked for.
 */
static inline size_t read_tag(const char *bytes, size_t at, uint32_t *tag)
{
    uint32_t number = 0;

    for (size_t i = at; i < at + TAG_DIGITS_MAX + 1; i++) {
        unsigned digit = (unsigned char)bytes[i] - (unsigned)'0';
        if (digit > 9) {
            if (bytes[i] != '=' || i == at)
                break;
            *tag = number;
            return i + 1;
        }
        number = number * 10 + digit;
    }
    *tag = 0;
    return bytes[at] == '=' ? 0 : strange_tag(bytes, at);
}

/*
 * Where the data field |index| ends, whose value is at |at| and whose length
 * the field before states.  0 when it does not fit: then SOH ends it.
 */
static size_t
data_end(const struct cg_fix_message *message, uint32_t index, size_t at)
{
    const struct cg_fix_tag *length = cg_fix_tag_find(
        message->dictionary, message->fields[index - 1].tag);
    int64_t stated;

    if (length == NULL || length->data != message->fields[index].tag)
        return 0;
    if (!cg_fix_int(cg_fix_field_value(message, index - 1), &stated) ||
        stated < 0 || (uint64_t)stated >= message->len - at)
        return 0;
    return message->bytes[at + (size_t)stated] == SOH ? at + (size_t)stated : 0;
}

/* What is known of a message while its fields are read. */
struct reading {
    size_t at;      /* the next field */
    uint64_t sum;   /* of all bytes */
    unsigned flags; /* of the field before */
};

/* Takes the field that the SOH at |end| closes, if it does. */
static inline int
read_field(struct cg_fix_message *message, struct reading *reading, size_t end)
{
    uint32_t index = message->count;
    struct cg_fix_field *field = &message->fields[index];
    uint16_t *bucket;
    size_t value;

    if (index == CG_FIX_FIELDS_MAX)
        return CG_FIX_E_TOO_MANY;
    value = read_tag(message->bytes, reading->at, &field->tag);
    if (value == 0)
        return CG_FIX_E_GARBLED;
    /* An SOH inside data closes nothing. */
    if ((reading->flags & CG_FIX_TAG_LENGTH) &&
        data_end(message, index, value) > end)
        return 0;
    field->at = (uint32_t)value;
    field->len = (uint32_t)(end - value);
    bucket = &message->buckets[field->tag % CG_FIX_BUCKETS];
    *bucket = *bucket != 0 ? *bucket : (uint16_t)(index + 1);
    reading->flags = cg_fix_tag_flags(message->dictionary, field->tag);
    reading->at = end + 1;
    message->count = index + 1;
    return 0;
}

static int read_fields(struct cg_fix_message *message, uint64_t *sum)
{
    struct reading reading = {.at = 0};
    int result = 0;

    message->count = 0;
    memset(message->buckets, 0, sizeof message->buckets);
    for (size_t at = 0; at < message->len && result == 0; at += CG_FIX_BLOCK) {
        uint64_t ends = scan_block(message, at, &reading.sum);
        for (; ends != 0 && result == 0; ends &= ends - 1)
            result = read_field(message, &reading,
                                at + (size_t)__builtin_ctzll(ends));
    }
    *sum = reading.sum;
    return result;
}

/* 8, 9 and 35 come first, and 9 says where 10 is. */
static int check_frame(const struct cg_fix_message *message, uint64_t total)
{
    const struct cg_fix_field *fields = message->fields;
    size_t body, trailer = message->len - CHECKSUM_LEN;
    int64_t length, sum;

    if (message->count < 4 || fields[0].tag != 8 || fields[1].tag != 9 ||
        fields[2].tag != 35 || fields[message->count - 1].tag != 10)
        return CG_FIX_E_GARBLED;
    if (!cg_slice_is(cg_fix_field_value(message, 0),
                     cg_fix_begin_string(message->version)))
        return CG_FIX_E_VERSION;
    body = fields[1].at + fields[1].len + 1;
    if (fields[message->count - 1].at != trailer + 3 ||
        !cg_fix_int(cg_fix_field_value(message, 1), &length) || length < 0 ||
        (uint64_t)length != trailer - body)
        return CG_FIX_E_LENGTH;
    for (size_t i = trailer; i < message->len; i++)
        total -= (unsigned char)message->bytes[i];
    if (!cg_fix_int(cg_fix_field_value(message, message->count - 1), &sum) ||
        sum != (int64_t)(total % 256))
        return CG_FIX_E_CHECKSUM;
    return 0;
}

/* cg_fix_skip(), with the look at plain fields in place. */
static inline uint32_t step(const struct cg_fix_message *message,
                            const uint16_t *levels,
                            uint32_t depth,
                            uint32_t index,
                            uint32_t limit)
{
    uint32_t tag = message->fields[index].tag;

    if (!(cg_fix_tag_flags(message->dictionary, tag) & CG_FIX_TAG_GROUP))
        return index + 1;
    return cg_fix_skip(message, levels, depth, index, limit);
}

static void find_body(struct cg_fix_message *message)
{
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    uint32_t first = 3;
    uint32_t end = message->count - 1;

    while (first < end &&
           (cg_fix_tag_flags(dictionary, message->fields[first].tag) &
            CG_FIX_TAG_HEADER))
        first = step(message, &dictionary->header, 1, first, end);
    while (end > first &&
           (cg_fix_tag_flags(dictionary, message->fields[end - 1].tag) &
            CG_FIX_TAG_TRAILER))
        end--;
    message->body_first = first;
    message->body_end = end;
}

/* Marks what stands inside groups, from |index| to |limit|. */
static void mark_groups(struct cg_fix_message *message,
                        uint16_t level,
                        uint32_t index,
                        uint32_t limit)
{
    while (index < limit) {
        uint32_t next = step(message, &level, 1, index, limit);
        for (index++; index < next; index++)
            message->inner[index] = true;
    }
}

int cg_fix_read(struct cg_fix_message *message,
                enum cg_version version,
                const char *bytes,
                size_t len)
{
    uint64_t sum;
    int result;

    if (version >= CG_VERSIONS)
        return CG_FIX_E_VERSION;
    if (len > INT32_MAX)
        return CG_FIX_E_TOO_LONG;
    if (len < MESSAGE_MIN || bytes[len - 1] != SOH)
        return CG_FIX_E_GARBLED;
    message->bytes = bytes;
    message->len = len;
    message->version = version;
    message->dictionary = &cg_fix_dictionaries[version];
    result = read_fields(message, &sum);
    if (result != 0)
        return result;
    result = check_frame(message, sum);
    if (result != 0)
        return result;
    message->type = cg_fix_field_value(message, 2);
    message->layout = cg_fix_layout_find(message->dictionary, message->type);
    memset(message->inner, 0, message->count * sizeof message->inner[0]);
    find_body(message);
    mark_groups(message, message->dictionary->header, 0, message->body_first);
    if (message->layout != NULL)
        mark_groups(message, message->layout->level, message->body_first,
                    message->body_end);
    return 0;
}

/* The fields among which the dictionary puts |tag|. */
static void
part_of(const struct cg_fix_message *message, uint32_t tag, uint32_t range[2])
{
    unsigned flags = cg_fix_tag_flags(message->dictionary, tag);

    range[0] = message->body_first;
    range[1] = message->body_end;
    if (flags & CG_FIX_TAG_HEADER) {
        range[0] = 0;
        range[1] = message->body_first;
    } else if (flags & CG_FIX_TAG_TRAILER) {
        range[0] = message->body_end;
        range[1] = message->count;
    }
}

/* Index of the first such field outside groups, or |count|. */
static uint32_t find(const struct cg_fix_message *message, uint32_t tag)
{
    uint32_t first = message->buckets[tag % CG_FIX_BUCKETS];
    uint32_t range[2];

    if (first == 0)
        return message->count;
    part_of(message, tag, range);
    if (first - 1 > range[0])
        range[0] = first - 1;
    for (uint32_t i = range[0]; i < range[1]; i++) {
        if (message->fields[i].tag == tag && !message->inner[i])
            return i;
    }
    return message->count;
}

bool cg_fix_find(const struct cg_fix_message *message,
                 uint32_t tag,
                 struct cg_slice *value)
{
    uint32_t index = find(message, tag);

    if (index == message->count)
        return false;
    *value = cg_fix_field_value(message, index);
    return true;
}

/* Level of the entries that |tag| counts in |level|; 0 when it counts none. */
static uint16_t
group_level(const struct cg_fix_message *message, uint16_t level, uint32_t tag)
{
    const struct cg_fix_member *member;

    if (!(cg_fix_tag_flags(message->dictionary, tag) & CG_FIX_TAG_GROUP))
        return 0;
    member = cg_fix_member_find(message->dictionary, level, tag);
    return member != NULL ? member->level : 0;
}

/* Whether a field |tag| cannot be inside the innermost of |levels|, because one
 * of the others, or header or trailer, has it. */
static bool belongs_outside(const struct cg_fix_message *message,
                            const uint16_t *levels,
                            uint32_t depth,
                            uint32_t tag)
{
    const struct cg_fix_dictionary *dictionary = message->dictionary;

    if (cg_fix_tag_flags(dictionary, tag) &
        (CG_FIX_TAG_HEADER | CG_FIX_TAG_TRAILER))
        return true;
    for (uint32_t i = 0; i + 1 < depth; i++) {
        if (cg_fix_is_member(dictionary, levels[i], tag))
            return true;
    }
    return false;
}

/* The index after the last known member of the entries that start at |index|,
 * which are of the innermost of |levels|. */
static uint32_t entries_end(const struct cg_fix_message *message,
                            const uint16_t *levels,
                            uint32_t depth,
                            uint32_t index,
                            uint32_t limit)
{
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    uint16_t level = levels[depth - 1];
    uint32_t end = index;

    if (index >= limit ||
        message->fields[index].tag != dictionary->levels[level].delimiter)
        return index;
    while (index < limit) {
        uint32_t tag = message->fields[index].tag;
        if (cg_fix_is_member(dictionary, level, tag)) {
            index = step(message, levels, depth, index, limit);
            end = index;
        } else if (belongs_outside(message, levels, depth, tag)) {
            break;
        } else {
            index++;
        }
    }
    return end;
}

uint32_t cg_fix_skip(const struct cg_fix_message *message,
                     const uint16_t *levels,
                     uint32_t depth,
                     uint32_t index,
                     uint32_t limit)
{
    uint16_t inner[CG_FIX_DEPTH_MAX];
    uint16_t level = group_level(message, levels[depth - 1],
                                 message->fields[index].tag);

    if (level == 0 || depth == CG_FIX_DEPTH_MAX)
        return index + 1;
    memcpy(inner, levels, depth * sizeof levels[0]);
    inner[depth] = level;
    return entries_end(message, inner, depth + 1, index + 1, limit);
}

bool cg_fix_group_at(const struct cg_fix_message *message,
                     const uint16_t *levels,
                     uint32_t depth,
                     uint32_t index,
                     uint32_t limit,
                     struct cg_fix_group *group)
{
    uint16_t level = group_level(message, levels[depth - 1],
                                 message->fields[index].tag);

    if (level == 0 || depth == CG_FIX_DEPTH_MAX)
        return false;
    group->message = message;
    memcpy(group->levels, levels, depth * sizeof levels[0]);
    group->levels[depth] = level;
    group->depth = depth + 1;
    group->limit = limit;
    group->entry = index + 1;
    group->entry_end = index + 1;
    if (!cg_fix_int(cg_fix_field_value(message, index), &group->count) ||
        group->count < 0)
        group->count = -1;
    return true;
}

bool cg_fix_group(const struct cg_fix_message *message,
                  uint32_t count_tag,
                  struct cg_fix_group *group)
{
    uint32_t index = find(message, count_tag);

    if (index == message->count)
        return false;
    if (index < message->body_first)
        return cg_fix_group_at(message, &message->dictionary->header, 1, index,
                               message->body_first, group);
    if (message->layout == NULL)
        return false;
    return cg_fix_group_at(message, &message->layout->level, 1, index,
                           message->body_end, group);
}

bool cg_fix_group_next(struct cg_fix_group *group)
{
    const struct cg_fix_message *message = group->message;
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    uint16_t level = group->levels[group->depth - 1];
    uint32_t delimiter = dictionary->levels[level].delimiter;
    uint32_t index = group->entry_end;

    if (index >= group->limit || message->fields[index].tag != delimiter)
        return false;
    group->entry = index;
    do {
        uint32_t tag = message->fields[index].tag;
        if (!cg_fix_is_member(dictionary, level, tag) &&
            belongs_outside(message, group->levels, group->depth, tag))
            break;
        index = step(message, group->levels, group->depth, index, group->limit);
    } while (index < group->limit && message->fields[index].tag != delimiter);
    group->entry_end = index;
    return true;
}

/* Index of the entry's first field |tag|, or |entry_end|. */
static uint32_t entry_find(const struct cg_fix_group *group, uint32_t tag)
{
    uint32_t index = group->entry;

    while (index < group->entry_end && group->message->fields[index].tag != tag)
        index = step(group->message, group->levels, group->depth, index,
                     group->entry_end);
    return index;
}

bool cg_fix_group_find(const struct cg_fix_group *group,
                       uint32_t tag,
                       struct cg_slice *value)
{
    uint32_t index = entry_find(group, tag);

    if (index >= group->entry_end)
        return false;
    *value = cg_fix_field_value(group->message, index);
    return true;
}

bool cg_fix_group_nested(const struct cg_fix_group *group,
                         uint32_t count_tag,
                         struct cg_fix_group *inner)
{
    uint32_t index = entry_find(group, count_tag);

    if (index >= group->entry_end)
        return false;
    return cg_fix_group_at(group->message, group->levels, group->depth, index,
                           group->entry_end, inner);
}
