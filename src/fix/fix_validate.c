/*
 * Checks a message against the dictionary.
 *
 * Never refuses what it does not know: tags, groups and values beyond the
 * dictionary pass (R53, R54), but for the values that decide about credit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_validate.h"

#include "check.h"

#include "fix_value.h"

/* Of a group's count, where counts are kept together. */
#define COUNT_BITS 10

/* One level of a message, and what was seen in it. */
struct walk {
    const struct cg_fix_message *message;
    uint16_t levels[CG_FIX_DEPTH_MAX];
    uint32_t depth;
    uint64_t seen[CG_FIX_WORDS]; /* by cg_fix_tag_place() */
    struct cg_fix_fault *fault;
};

static int refuse(const struct cg_fix_message *message,
                  enum cg_fix_reject reason,
                  uint32_t tag,
                  const char *text,
                  struct cg_fix_fault *fault)
{
    const struct cg_fix_tag *known = cg_fix_tag_find(message->dictionary, tag);
    bool has_code = message->version != CG_FIX42 || reason <= 11;

    *fault = (struct cg_fix_fault){
        .reason = has_code ? (int)reason : CG_FIX_REJECT_NONE,
        .tag = tag,
        .text = text,
        .name = known != NULL ? known->name : "",
    };
    return 1;
}

static bool has_format(const struct cg_fix_tag *tag, struct cg_slice value)
{
    int64_t number;
    bool truth;

    switch ((enum cg_fix_type)tag->type) {
    case CG_FIX_TYPE_CHAR:
        return value.len == 1;
    case CG_FIX_TYPE_INT:
        return cg_fix_int(value, &number);
    case CG_FIX_TYPE_UINT:
        return value.data[0] != '-' && cg_fix_int(value, &number);
    case CG_FIX_TYPE_DECIMAL:
        return cg_fix_is_decimal(value);
    case CG_FIX_TYPE_BOOLEAN:
        return cg_fix_bool(value, &truth);
    case CG_FIX_TYPE_TIME:
        return cg_fix_time(value, &number);
    case CG_FIX_TYPE_DATE:
        return cg_fix_date(value, &number);
    case CG_FIX_TYPE_STRING:
    case CG_FIX_TYPE_LIST:
    case CG_FIX_TYPE_DATA:
        break;
    }
    return true;
}

/* Fields whose value decides what the gate does: an unknown one is refused. */
static bool is_decisive(uint32_t tag)
{
    switch (tag) {
    case 20:
    case 39:
    case 40:
    case 54:
    case 59:
    case 150:
    case 263:
    case 434:
    case 442:
    case 1324:
    case 1535:
    case 1672:
    case 1760:
    case 1762:
    case 1763:
    case 2316:
    case 2320:
    case 2321:
    case 2323:
    case 2325:
    case 2329:
    case 2332:
    case 2339:
    case 2355:
        return true;
    default:
        return false;
    }
}

/* Whether |value| is one that |tag| may have. */
static bool may_have(const struct cg_fix_message *message,
                     const struct cg_fix_tag *tag,
                     struct cg_slice value)
{
    return tag->value_count == 0 || !is_decisive(tag->tag) ||
           cg_fix_value_find(message->dictionary, tag, value) != NULL;
}

static int check_value(const struct walk *walk, uint32_t index)
{
    const struct cg_fix_message *message = walk->message;
    const struct cg_fix_field *field = &message->fields[index];
    uint32_t tag = field->tag;
    struct cg_slice value = cg_fix_field_value(message, index);
    const struct cg_fix_tag *known;

    if (tag == 0)
        return refuse(message, CG_FIX_REJECT_INVALID_TAG, tag,
                      "Invalid tag number", walk->fault);
    if (value.len == 0)
        return refuse(message, CG_FIX_REJECT_EMPTY, tag,
                      "Tag specified without a value", walk->fault);
    if (field->place == 0)
        return 0;
    known = &message->dictionary->tags[field->place - 1];
    if (!has_format(known, value))
        return refuse(message, CG_FIX_REJECT_FORMAT, tag,
                      "Incorrect data format for value", walk->fault);
    if (!may_have(message, known, value))
        return refuse(message, CG_FIX_REJECT_VALUE, tag,
                      "Value is incorrect (out of range) for this tag",
                      walk->fault);
    return 0;
}

/* Whether |tag| is a member of a group in |level|, or of one inside that. */
static bool is_of_group(const struct cg_fix_dictionary *dictionary,
                        uint16_t level,
                        uint32_t tag)
{
    const struct cg_fix_level *at = &dictionary->levels[level];

    for (uint32_t i = at->first; i < (uint32_t)at->first + at->count; i++) {
        uint16_t inner = dictionary->members[i].level;
        if (inner != 0 && (cg_fix_is_member(dictionary, inner, tag) ||
                           is_of_group(dictionary, inner, tag)))
            return true;
    }
    return false;
}

/* A member of a group where no such group is, as without its count: nobody can
 * tell what it says, and the venue may read it otherwise. */
static int check_stray(const struct walk *walk, uint32_t tag)
{
    if (!is_of_group(walk->message->dictionary, walk->levels[walk->depth - 1],
                     tag))
        return 0;
    return refuse(walk->message, CG_FIX_REJECT_GROUP_ORDER, tag,
                  "Repeating group fields out of order", walk->fault);
}

/* The field |index| as a member of the walk's level, seen once. */
static int check_once(struct walk *walk, uint32_t index)
{
    const struct cg_fix_message *message = walk->message;
    uint16_t level = walk->levels[walk->depth - 1];
    uint32_t tag = message->fields[index].tag;
    uint32_t place = message->fields[index].place;
    uint64_t bit = (uint64_t)1 << (place % 64);

    if (place == 0)
        return 0;
    if (!cg_fix_has_place(message->dictionary, level, place))
        return check_stray(walk, tag);
    if (walk->seen[place / 64] & bit)
        return refuse(message, CG_FIX_REJECT_TWICE, tag,
                      "Tag appears more than once", walk->fault);
    walk->seen[place / 64] |= bit;
    return 0;
}

static int check_required(const struct walk *walk)
{
    const struct cg_fix_dictionary *dictionary = walk->message->dictionary;
    uint16_t level = walk->levels[walk->depth - 1];
    const struct cg_fix_bits *bits = &dictionary->bits[level];
    uint64_t any = 0;

    /* Nearly always nothing is missing: no branch for each word. */
    for (size_t word = 0; word < CG_FIX_WORDS; word++)
        any |= bits->required[word] & ~walk->seen[word];
    if (any == 0)
        return 0;
    for (size_t word = 0; CG_ALWAYS(word < CG_FIX_WORDS, "one is missing");
         word++) {
        uint64_t missing = bits->required[word] & ~walk->seen[word];
        if (missing != 0) {
            size_t place = word * 64 + (size_t)__builtin_ctzll(missing);
            return refuse(walk->message, CG_FIX_REJECT_REQUIRED,
                          dictionary->tags[place - 1].tag,
                          "Required tag missing", walk->fault);
        }
    }
    return 0;
}

static int check_group(const struct walk *outer,
                       struct cg_fix_group *group,
                       uint32_t count_index);

/* Whether the field may count a group. */
static bool counts(const struct cg_fix_message *message, uint32_t index)
{
    return (message->fields[index].flags & CG_FIX_TAG_GROUP) != 0;
}

/* The index after the field and the entries it counts. */
static uint32_t skip(const struct walk *walk, uint32_t index, uint32_t end)
{
    const struct cg_fix_message *message = walk->message;
    uint32_t next = index + 1;

    if (walk->depth > 1)
        return cg_fix_skip(message, walk->levels, walk->depth, index, end);
    /* In the outermost level they were marked when the message was read. */
    while (next < end && message->fields[next].inner)
        next++;
    return next;
}

/* The fields from |index| to |end|, all of one level. */
static int check_fields(struct walk *walk, uint32_t index, uint32_t end)
{
    while (index < end) {
        struct cg_fix_group group;
        uint32_t next = index + 1;
        int result = check_value(walk, index);
        if (result == 0)
            result = check_once(walk, index);
        if (result == 0 && counts(walk->message, index) &&
            cg_fix_group_at(walk->message, walk->levels, walk->depth, index,
                            end, &group)) {
            result = check_group(walk, &group, index);
            next = skip(walk, index, end);
        }
        if (result != 0)
            return result;
        index = next;
    }
    return check_required(walk);
}

static int check_entry(const struct walk *outer, const struct cg_fix_group *at)
{
    struct walk walk = {.message = outer->message, .fault = outer->fault};

    memcpy(walk.levels, at->levels, at->depth * sizeof walk.levels[0]);
    walk.depth = at->depth;
    return check_fields(&walk, at->entry, at->entry_end);
}

/* Entries that are there against those that were stated. */
static int check_group(const struct walk *outer,
                       struct cg_fix_group *group,
                       uint32_t count_index)
{
    const struct cg_fix_message *message = outer->message;
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    uint16_t level = group->levels[group->depth - 1];
    uint32_t tag = message->fields[count_index].tag;
    uint32_t first = count_index + 1;
    int64_t found = 0;

    while (cg_fix_group_next(group)) {
        int result = check_entry(outer, group);
        if (result != 0)
            return result;
        found++;
    }
    if (found == group->count)
        return 0;
    if (found == 0 && first < group->limit &&
        cg_fix_is_member(dictionary, level, message->fields[first].tag))
        return refuse(message, CG_FIX_REJECT_GROUP_ORDER,
                      message->fields[first].tag,
                      "Repeating group fields out of order", outer->fault);
    return refuse(message, CG_FIX_REJECT_GROUP_COUNT, tag,
                  "Incorrect NumInGroup count for repeating group",
                  outer->fault);
}

static int check_part(const struct cg_fix_message *message,
                      uint16_t level,
                      uint32_t first,
                      uint32_t end,
                      struct cg_fix_fault *fault)
{
    struct walk walk = {
        .message = message, .levels = {level}, .depth = 1, .fault = fault};

    return check_fields(&walk, first, end);
}

/* No field of header or trailer stands inside the body. */
static int check_order(const struct cg_fix_message *message,
                       struct cg_fix_fault *fault)
{
    for (uint32_t i = message->body_first; i < message->body_end; i++) {
        const struct cg_fix_field *field = &message->fields[i];
        if (field->flags & (CG_FIX_TAG_HEADER | CG_FIX_TAG_TRAILER))
            return refuse(message, CG_FIX_REJECT_ORDER, field->tag,
                          "Tag specified out of required order", fault);
    }
    return 0;
}

static int check_message(const struct cg_fix_message *message,
                         struct cg_fix_fault *fault)
{
    const struct cg_fix_dictionary *dictionary = message->dictionary;
    int result = check_part(message, dictionary->header, 0, message->body_first,
                            fault);

    if (result == 0 && message->layout == NULL) {
        *fault = (struct cg_fix_fault){.business = true,
                                       .reason = CG_FIX_BUSINESS_TYPE,
                                       .tag = 35,
                                       .text = "Unsupported message type",
                                       .name = "MsgType"};
        return 1;
    }
    if (result == 0)
        result = check_order(message, fault);
    if (result == 0)
        result = check_part(message, message->layout->level,
                            message->body_first, message->body_end, fault);
    if (result == 0)
        result = check_part(message, dictionary->trailer, message->body_end,
                            message->count, fault);
    return result;
}

/* Adds the count that the field |index| states, whose form was checked, to
 * |*kept|; false: there is no room. */
static inline bool
add_count(const struct cg_fix_message *message, uint32_t index, uint64_t *kept)
{
    int64_t count = -1;

    (void)cg_fix_int(cg_fix_field_value(message, index), &count);
    if (*kept >> (64 - COUNT_BITS) != 0 || (uint64_t)count >= (uint64_t)1
                                                                  << COUNT_BITS)
        return false;
    *kept = *kept << COUNT_BITS | (uint64_t)count;
    return true;
}

/* Keeps what one like it is checked by, of a message without a fault. */
static void keep_counts(struct cg_fix_message *message)
{
    message->was_valid = message->may_repeat;
    message->was_counts = 1; /* so that a first 0 counts */
    for (uint32_t i = 0; i < message->count && message->was_valid; i++) {
        if (counts(message, i))
            message->was_valid = add_count(message, i, &message->was_counts);
    }
}

/* Whether it is one that was valid, but for values that may be others. */
static bool valid_again(const struct cg_fix_message *message)
{
    const struct cg_fix_tag *tags = message->dictionary->tags;
    uint64_t entries = 1;

    if (!message->was_valid)
        return false;
    for (uint32_t i = 0; i < message->count; i++) {
        const struct cg_fix_field *field = &message->fields[i];
        struct cg_slice value = cg_fix_field_value(message, i);
        if (value.len == 0)
            return false;
        if (!(field->flags & CG_FIX_TAG_FORMED))
            continue;
        if (!has_format(&tags[field->place - 1], value) ||
            !may_have(message, &tags[field->place - 1], value))
            return false;
        if (counts(message, i) && !add_count(message, i, &entries))
            return false;
    }
    return entries == message->was_counts;
}

int cg_fix_validate(struct cg_fix_message *message, struct cg_fix_fault *fault)
{
    int result;

    if (valid_again(message))
        return 0;
    result = check_message(message, fault);
    if (result == 0)
        keep_counts(message);
    return result;
}

int cg_fix_require(const struct cg_fix_message *message,
                   uint32_t tag,
                   struct cg_fix_fault *fault)
{
    const struct cg_fix_tag *known = cg_fix_tag_find(message->dictionary, tag);
    struct cg_slice value;

    if (cg_fix_find(message, tag, &value))
        return 0;
    *fault = (struct cg_fix_fault){
        .business = true,
        .reason = CG_FIX_BUSINESS_REQUIRED,
        .tag = tag,
        .text = "Conditionally required field missing",
        .name = known != NULL ? known->name : "",
    };
    return 1;
}
