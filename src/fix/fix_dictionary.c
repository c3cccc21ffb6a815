/*
 * Searches in the generated tables.  Nothing here knows a message.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_dictionary.h"

const char *cg_fix_begin_string(enum cg_version version)
{
    static const char *const strings[CG_VERSIONS] = {
        [CG_FIX42] = "FIX.4.2",
        [CG_FIX44] = "FIX.4.4",
        [CG_FIX50SP2] = "FIXT.1.1",
    };

    return version < CG_VERSIONS ? strings[version] : "";
}

/* The type's bytes as a number; 0 for what is no type of ours. */
static uint32_t type_key(struct cg_slice type)
{
    uint32_t key = 0;

    if (type.len > 3)
        return 0;
    for (size_t i = 0; i < type.len; i++)
        key |= (uint32_t)(unsigned char)type.data[i] << (24 - 8 * i);
    return key;
}

const struct cg_fix_layout *
cg_fix_layout_find(const struct cg_fix_dictionary *dictionary,
                   struct cg_slice type)
{
    size_t low = 0;
    size_t high = dictionary->layout_count;
    uint32_t key = type_key(type);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct cg_fix_layout *layout = &dictionary->layouts[middle];
        if (layout->key == key)
            return layout;
        if (layout->key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct cg_fix_member *cg_fix_member_find(
    const struct cg_fix_dictionary *dictionary, uint16_t level, uint32_t tag)
{
    const struct cg_fix_level *at = &dictionary->levels[level];
    const struct cg_fix_member *members = &dictionary->members[at->first];
    size_t low = 0;
    size_t high = at->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members[middle].tag == tag)
            return &members[middle];
        if (members[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct cg_fix_value *
cg_fix_value_find(const struct cg_fix_dictionary *dictionary,
                  const struct cg_fix_tag *tag,
                  struct cg_slice value)
{
    const struct cg_fix_value *values = &dictionary->values[tag->value_first];

    if (value.len == 0)
        return NULL;
    for (size_t i = 0; i < tag->value_count; i++) {
        const char *text = values[i].text;
        /* Most have one byte: then the first one and the end tell. */
        if (text[0] == value.data[0] &&
            (value.len == 1 ? text[1] == '\0' : cg_slice_is(value, text)))
            return &values[i];
    }
    return NULL;
}
