/*
 * Reads a message's fields, and finds them.
 *
 * Never allocates, never writes to the bytes, never reads past them.  What is
 * wrong inside a well-formed message is for fix_validate.c to say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_message.h"

#include <endian.h>

#include "check.h"

#include "fix_scan.h"
#include "fix_value.h"

#define SOH '\001'

/* Tags of more digits are no tags: they would not fit. */
#define TAG_DIGITS_MAX 9

/* "10=ddd" and its SOH. */
#define CHECKSUM_LEN 7

/* The shortest thing that is read at all: 8, 9, 35 and 10. */
#define MESSAGE_MIN 25

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
static size_t read_any_tag(const char *bytes, size_t at, uint32_t *tag)
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

/* The same, with the usual one to four digits in place. */
static inline size_t read_tag(const char *bytes, size_t at, uint32_t *tag)
{
    uint32_t number = (unsigned char)bytes[at] - (unsigned)'0';

    if (number > 9)
        return read_any_tag(bytes, at, tag);
    for (size_t i = at + 1; i <= at + 4; i++) {
        unsigned digit = (unsigned char)bytes[i] - (unsigned)'0';
        if (digit > 9) {
            *tag = number;
            return bytes[i] == '=' ? i + 1 : read_any_tag(bytes, at, tag);
        }
        number = number * 10 + digit;
    }
    return read_any_tag(bytes, at, tag);
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

    if (CG_NEVER(length == NULL, "its flags came from the dictionary"))
        return 0;
    if (length->data != message->fields[index].tag)
        return 0;
    if (!cg_fix_int(cg_fix_field_value(message, index - 1), &stated) ||
        stated < 0 || (uint64_t)stated >= message->len - at)
        return 0;
    return message->bytes[at + (size_t)stated] == SOH ? at + (size_t)stated : 0;
}

/* A tag and its '=' that are longer have no head. */
#define HEAD_LEN_MAX 7

/* Eight bytes, the first one lowest. */
static inline uint64_t word_at(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* The bytes from |at| to |value|, and in the highest byte how many bits they
 * have; 0: they are too many. */
static inline uint64_t head_at(const char *bytes, size_t at, size_t value)
{
    uint64_t bits = 8 * (value - at);

    if (value - at > HEAD_LEN_MAX)
        return 0;
    return (word_at(bytes + at) & (((uint64_t)1 << bits) - 1)) | bits << 56;
}

/* What is known of a message while its fields are read. */
struct reading {
    const char *bytes;
    size_t len;
    const uint8_t *tag_flags;
    const uint16_t *tag_places;
    uint32_t count;
    size_t at;         /* the next field */
    unsigned flags;    /* of the field before */
    unsigned any;      /* of all fields */
    unsigned headless; /* fields without a head */
};

/* Takes the field that the SOH at |end| closes, if it does. */
static inline int
read_field(struct cg_fix_message *message, struct reading *reading, size_t end)
{
    uint32_t index = reading->count;
    bool has_data = (reading->flags & CG_FIX_TAG_LENGTH) != 0;
    unsigned place = 0, flags = 0;
    struct cg_fix_field *field;
    uint16_t *bucket;
    size_t value;
    uint32_t tag;

    if (index == CG_FIX_FIELDS_MAX)
        return CG_FIX_E_TOO_MANY;
    value = read_tag(reading->bytes, reading->at, &tag);
    if (value == 0)
        return CG_FIX_E_GARBLED;
    if (tag < CG_FIX_TAGS) {
        place = reading->tag_places[tag];
        flags = reading->tag_flags[tag];
    }
    field = &message->fields[index];
    field->head = reading->at + sizeof field->head <= reading->len
                      ? head_at(reading->bytes, reading->at, value)
                      : 0;
    field->tag = tag;
    field->at = (uint32_t)value;
    field->len = (uint32_t)(end - value);
    field->place = (uint16_t)place;
    field->flags = (uint8_t)flags;
    field->inner = false;
    /* An SOH inside data closes nothing. */
    if (has_data && data_end(message, index, value) > end)
        return 0;
    bucket = &message->buckets[tag % CG_FIX_BUCKETS];
    message->before[index] = *bucket;
    *bucket = (uint16_t)(index + 1);
    reading->headless += field->head == 0;
    reading->flags = flags;
    reading->any |= flags;
    reading->at = end + 1;
    reading->count = index + 1;
    return 0;
}

/* |*any|: the flags of all fields. */
static int read_fields(struct cg_fix_message *message, unsigned *any)
{
    struct reading reading = {
        .bytes = message->bytes,
        .len = message->len,
        .tag_flags = message->dictionary->flags,
        .tag_places = message->dictionary->places,
    };
    size_t len = message->len;

    memset(message->buckets, 0, sizeof message->buckets);
    for (size_t at = 0; at < len; at += CG_FIX_BLOCK) {
        uint64_t ends = cg_fix_scan_at(reading.bytes, len, at);
        for (; ends != 0; ends &= ends - 1) {
            int result = read_field(message, &reading,
                                    at + (size_t)__builtin_ctzll(ends));
            if (result != 0)
                return result;
        }
    }
    message->count = reading.count;
    /* All need heads but the last one, 10, which is too near to the end for it
     * (010 is not).  Data may hold an SOH. */
    message->may_repeat = reading.headless == 1 &&
                          message->fields[reading.count - 1].head == 0 &&
                          !(reading.any & CG_FIX_TAG_LENGTH);
    message->was_valid = false;
    *any = reading.any;
    return 0;
}

/* 8, 9 and 35 come first, and 9 says where 10 is. */
static int check_frame(const struct cg_fix_message *message)
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
    if (!cg_fix_int(cg_fix_field_value(message, message->count - 1), &sum) ||
        sum != (int64_t)(cg_fix_sum(message->bytes, trailer) % 256))
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
    if (!(message->fields[index].flags & CG_FIX_TAG_GROUP))
        return index + 1;
    return cg_fix_skip(message, levels, depth, index, limit);
}

static void find_body(struct cg_fix_message *message)
{
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    uint32_t first = 3;
    uint32_t end = message->count - 1;

    while (first < end && (message->fields[first].flags & CG_FIX_TAG_HEADER))
        first = step(message, &dictionary->header, 1, first, end);
    while (end > first && (message->fields[end - 1].flags & CG_FIX_TAG_TRAILER))
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
            message->fields[index].inner = true;
    }
}

int cg_fix_read(struct cg_fix_message *message,
                enum cg_version version,
                const char *bytes,
                size_t len)
{
    unsigned any;
    int result;

    message->may_repeat = false;
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
    result = read_fields(message, &any);
    if (result != 0)
        return result;
    result = check_frame(message);
    if (result != 0) {
        message->may_repeat = false;
        return result;
    }
    message->type = cg_fix_field_value(message, 2);
    message->layout = cg_fix_layout_find(message->dictionary, message->type);
    find_body(message);
    if (!(any & CG_FIX_TAG_GROUP))
        return 0;
    mark_groups(message, message->dictionary->header, 0, message->body_first);
    if (message->layout != NULL)
        mark_groups(message, message->layout->level, message->body_first,
                    message->body_end);
    return 0;
}

/* Takes the field that the SOH at |end| closes, if it is the one that |field|
 * was; else returns 0, or where the next field is. */
static inline size_t repeat_field(struct cg_fix_field *field,
                                  const char *bytes,
                                  size_t at,
                                  size_t end)
{
    uint64_t bits = field->head >> 56;
    size_t value = at + bits / 8;

    if ((word_at(bytes + at) ^ field->head) << (64 - bits) != 0)
        return 0;
    field->at = (uint32_t)value;
    field->len = (uint32_t)(end - value);
    return end + 1;
}

/* Whether the fields are those of the message before.  The last one is 10,
 * which has no head, and must be where check_frame() wants it. */
static bool repeat_fields(struct cg_fix_message *message)
{
    const char *bytes = message->bytes;
    size_t len = message->len;
    size_t trailer = len - CHECKSUM_LEN;
    struct cg_fix_field *field = message->fields;
    struct cg_fix_field *last = field + message->count - 1;
    size_t next = 0;

    for (size_t at = 0; at < len; at += CG_FIX_BLOCK) {
        uint64_t ends = cg_fix_scan_at(bytes, len, at);
        for (; ends != 0 && field < last; ends &= ends - 1) {
            size_t end = at + (size_t)__builtin_ctzll(ends);
            if (next >= trailer)
                return false;
            next = repeat_field(field++, bytes, next, end);
            if (next == 0)
                return false;
        }
    }
    if (field < last || next != trailer ||
        memcmp(bytes + trailer, "10=", 3) != 0 ||
        memchr(bytes + trailer, SOH, CHECKSUM_LEN - 1) != NULL)
        return false;
    last->at = (uint32_t)trailer + 3;
    last->len = CHECKSUM_LEN - 4;
    return true;
}

int cg_fix_read_again(struct cg_fix_message *message,
                      enum cg_version version,
                      const char *bytes,
                      size_t len)
{
    const struct cg_fix_layout *layout;

    if (!message->may_repeat || version != message->version ||
        len > INT32_MAX || len < MESSAGE_MIN || bytes[len - 1] != SOH)
        return cg_fix_read(message, version, bytes, len);
    message->bytes = bytes;
    message->len = len;
    if (!repeat_fields(message) || check_frame(message) != 0)
        return cg_fix_read(message, version, bytes, len);
    message->type = cg_fix_field_value(message, 2);
    layout = cg_fix_layout_find(message->dictionary, message->type);
    /* Which groups there may be depends on the type. */
    return layout == message->layout
               ? 0
               : cg_fix_read(message, version, bytes, len);
}

/* Whether the field |index| is where the dictionary puts its tag: in header,
 * body or trailer. */
static inline bool is_in_part(const struct cg_fix_message *message,
                              uint32_t index)
{
    unsigned flags = message->fields[index].flags;

    if (flags & CG_FIX_TAG_HEADER)
        return index < message->body_first;
    if (flags & CG_FIX_TAG_TRAILER)
        return index >= message->body_end;
    return true; /* the first such field ends the header, the last the body */
}

/* Index of the first such field outside groups, or |count|; |next| is what its
 * bucket says. */
static uint32_t
find_in(const struct cg_fix_message *message, uint32_t tag, uint32_t next)
{
    uint32_t found = message->count;

    /* From the last one back, so what was found last is the first. */
    while (next != 0) {
        uint32_t index = next - 1;
        const struct cg_fix_field *field = &message->fields[index];
        next = message->before[index];
        if (field->tag == tag && !field->inner && is_in_part(message, index))
            found = index;
    }
    return found;
}

static inline uint32_t find(const struct cg_fix_message *message, uint32_t tag)
{
    return find_in(message, tag, message->buckets[tag % CG_FIX_BUCKETS]);
}

bool cg_fix_find(const struct cg_fix_message *message,
                 uint32_t tag,
                 struct cg_slice *value)
{
    uint32_t next = message->buckets[tag % CG_FIX_BUCKETS];
    uint32_t index;

    /* Many tags that are asked for are not there. */
    if (next == 0)
        return false;
    index = find_in(message, tag, next);
    if (index == message->count)
        return false;
    *value = cg_fix_field_value(message, index);
    return true;
}

/* Level of the entries that a field counts in |level|; 0 when it counts none.
 */
static uint16_t group_level(const struct cg_fix_message *message,
                            uint16_t level,
                            uint32_t index)
{
    const struct cg_fix_field *field = &message->fields[index];
    const struct cg_fix_member *member;

    if (!(field->flags & CG_FIX_TAG_GROUP))
        return 0;
    member = cg_fix_member_find(message->dictionary, level, field->tag);
    return member != NULL ? member->level : 0;
}

/* Whether a field cannot be inside the innermost of |levels|, because one of
 * the others, or header or trailer, has it. */
static bool belongs_outside(const struct cg_fix_message *message,
                            const uint16_t *levels,
                            uint32_t depth,
                            uint32_t index)
{
    const struct cg_fix_field *field = &message->fields[index];

    if (field->flags & (CG_FIX_TAG_HEADER | CG_FIX_TAG_TRAILER))
        return true;
    for (uint32_t i = 0; i + 1 < depth; i++) {
        if (cg_fix_has_place(message->dictionary, levels[i], field->place))
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
        if (cg_fix_has_place(dictionary, level, message->fields[index].place)) {
            index = step(message, levels, depth, index, limit);
            end = index;
        } else if (belongs_outside(message, levels, depth, index)) {
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
    uint16_t level = group_level(message, levels[depth - 1], index);

    if (level == 0 || CG_NEVER(depth == CG_FIX_DEPTH_MAX, "groups nest less"))
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
    uint16_t level = group_level(message, levels[depth - 1], index);

    if (level == 0 || CG_NEVER(depth == CG_FIX_DEPTH_MAX, "groups nest less"))
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
        if (!cg_fix_has_place(dictionary, level,
                              message->fields[index].place) &&
            belongs_outside(message, group->levels, group->depth, index))
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
