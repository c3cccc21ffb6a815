/*
 * What the dictionaries in fixspec/ say, as tables made at build time.
 *
 * A level is a set of tags that may stand together: a message's body, a
 * header, or one entry of a repeating group.  Equal levels are one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_DICTIONARY_H
#define CG_FIX_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "creditgate/types.h"
#include "slice.h"

/* Every tag of the dictionaries is below this. */
#define CG_FIX_TAGS 3072

/* Every version defines fewer tags than these words have bits. */
#define CG_FIX_WORDS 16

/* Groups in groups: no message nests deeper. */
#define CG_FIX_DEPTH_MAX 8

enum cg_fix_tag_flag {
    CG_FIX_TAG_HEADER = 1,
    CG_FIX_TAG_TRAILER = 2,
    CG_FIX_TAG_GROUP = 4,   /* counts the entries of a group somewhere */
    CG_FIX_TAG_LENGTH = 8,  /* length of the data field that follows */
    CG_FIX_TAG_FORMED = 16, /* its value has a form, or is one of a list */
};

/* How a value is written. */
enum cg_fix_type {
    CG_FIX_TYPE_STRING,
    CG_FIX_TYPE_CHAR,
    CG_FIX_TYPE_INT,
    CG_FIX_TYPE_UINT, /* Length, SeqNum, NumInGroup */
    CG_FIX_TYPE_DECIMAL,
    CG_FIX_TYPE_BOOLEAN,
    CG_FIX_TYPE_TIME, /* UTCTimestamp */
    CG_FIX_TYPE_DATE,
    CG_FIX_TYPE_LIST, /* values with spaces between them */
    CG_FIX_TYPE_DATA,
};

struct cg_fix_value {
    const char *text;
    const char *name;
};

struct cg_fix_tag {
    uint16_t tag;
    uint16_t data; /* of a length: the tag of its data */
    uint16_t value_first, value_count;
    uint8_t type;  /* enum cg_fix_type */
    uint8_t flags; /* enum cg_fix_tag_flag */
    const char *name;
};

struct cg_fix_member {
    uint16_t tag;
    uint16_t level; /* of a group's entries; 0 for a plain field */
    bool required;
};

struct cg_fix_level {
    uint16_t delimiter; /* first tag of each entry */
    uint16_t first, count;
};

/* A level's members as bits, by what cg_fix_tag_place() returns. */
struct cg_fix_bits {
    uint64_t members[CG_FIX_WORDS];
    uint64_t required[CG_FIX_WORDS];
};

struct cg_fix_layout {
    uint32_t key; /* the type's bytes, the first one highest */
    char type[4];
    bool admin;
    uint16_t level;
    const char *name;
};

struct cg_fix_dictionary {
    const uint8_t *flags;          /* by tag, CG_FIX_TAGS of them */
    const uint16_t *places;        /* by tag: 1 + its place in |tags|, or 0 */
    const struct cg_fix_tag *tags; /* by tag */
    size_t tag_count;
    const struct cg_fix_value *values;
    const struct cg_fix_member *members;
    const struct cg_fix_level *levels; /* 0 is none, and empty */
    const struct cg_fix_bits *bits;    /* by level */
    const struct cg_fix_layout *layouts;
    size_t layout_count;
    uint16_t header, trailer; /* levels */
};

extern const struct cg_fix_dictionary cg_fix_dictionaries[CG_VERSIONS];

/* What BeginString(8) says on a session of |version|; "" for no version. */
const char *cg_fix_begin_string(enum cg_version version);

/* The layout of messages of |type|; NULL when the dictionary has none. */
const struct cg_fix_layout *
cg_fix_layout_find(const struct cg_fix_dictionary *dictionary,
                   struct cg_slice type);

/* |tag| in |level|; NULL when it is no member. */
const struct cg_fix_member *cg_fix_member_find(
    const struct cg_fix_dictionary *dictionary, uint16_t level, uint32_t tag);

/* Whether |value| is one of the values that |tag| lists, and if so its entry;
 * NULL also when the tag lists none. */
const struct cg_fix_value *
cg_fix_value_find(const struct cg_fix_dictionary *dictionary,
                  const struct cg_fix_tag *tag,
                  struct cg_slice value);

static inline unsigned
cg_fix_tag_flags(const struct cg_fix_dictionary *dictionary, uint32_t tag)
{
    return tag < CG_FIX_TAGS ? dictionary->flags[tag] : 0;
}

/* 1 + |tag|'s place in |tags|; 0 when the version has no such tag. */
static inline uint32_t
cg_fix_tag_place(const struct cg_fix_dictionary *dictionary, uint32_t tag)
{
    return tag < CG_FIX_TAGS ? dictionary->places[tag] : 0;
}

/* |tag|'s definition; NULL when the version has none. */
static inline const struct cg_fix_tag *
cg_fix_tag_find(const struct cg_fix_dictionary *dictionary, uint32_t tag)
{
    uint32_t place = cg_fix_tag_place(dictionary, tag);

    return place != 0 ? &dictionary->tags[place - 1] : NULL;
}

/* Whether the tag of |place| is a member of |level|. */
static inline bool cg_fix_has_place(const struct cg_fix_dictionary *dictionary,
                                    uint16_t level,
                                    uint32_t place)
{
    /* Bit 0 stands for every tag that is unknown; no level has it. */
    return (dictionary->bits[level].members[place / 64] >> (place % 64)) & 1;
}

static inline bool cg_fix_is_member(const struct cg_fix_dictionary *dictionary,
                                    uint16_t level,
                                    uint32_t tag)
{
    return cg_fix_has_place(dictionary, level,
                            cg_fix_tag_place(dictionary, tag));
}

#endif
