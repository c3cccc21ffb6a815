/*
 * A FIX message, read where it lies.
 *
 * Nothing is copied: fields are places in the caller's bytes, which must stay
 * while the message is used.  Unknown tags are kept in place and never refused
 * (R53, R54).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_MESSAGE_H
#define CG_FIX_MESSAGE_H

#include "fix_dictionary.h"

enum {
    CG_FIX_FIELDS_MAX = 1024,
    CG_FIX_BUCKETS = 128,
};

/* Outcomes of cg_fix_read(): the bytes are no message, and FIX has a session
 * ignore them. */
enum cg_fix_read_error {
    CG_FIX_E_GARBLED = 1, /* a field is not tag=value SOH; or no 8, 9, 35, 10 */
    CG_FIX_E_VERSION,     /* BeginString is another version's */
    CG_FIX_E_LENGTH,      /* BodyLength is not the length */
    CG_FIX_E_CHECKSUM,
    CG_FIX_E_TOO_MANY, /* more than CG_FIX_FIELDS_MAX fields */
    CG_FIX_E_TOO_LONG, /* 2 GiB or more */
};

struct cg_fix_field {
    uint64_t head; /* how the tag stands there: see cg_fix_read_again() */
    uint32_t tag;
    uint32_t at;    /* the value's place in the bytes */
    uint32_t len;   /* and its length */
    uint16_t place; /* cg_fix_tag_place() of |tag| */
    uint8_t flags;  /* cg_fix_tag_flags() of |tag| */
    bool inner;     /* it belongs to a group's entry */
};

struct cg_fix_message {
    const char *bytes;
    size_t len;
    enum cg_version version;
    const struct cg_fix_dictionary *dictionary;
    const struct cg_fix_layout *layout; /* NULL: a type we do not describe */
    struct cg_slice type;
    uint32_t count;
    uint32_t body_first; /* the first field after the header */
    uint32_t body_end;   /* the first field of the trailer */
    bool may_repeat;     /* for cg_fix_read_again() */
    bool was_valid;      /* to cg_fix_validate(), with these fields ... */
    uint64_t was_counts; /* ... and so many entries in its groups */
    struct cg_fix_field fields[CG_FIX_FIELDS_MAX];
    uint16_t buckets[CG_FIX_BUCKETS];   /* by tag: 1 + the last field, or 0 */
    uint16_t before[CG_FIX_FIELDS_MAX]; /* the one before it in its bucket */
};

/* A repeating group, and the entry it stands at. */
struct cg_fix_group {
    const struct cg_fix_message *message;
    int64_t count;                     /* as stated; -1 when it is no number */
    uint16_t levels[CG_FIX_DEPTH_MAX]; /* from the body inwards */
    uint32_t depth;
    uint32_t limit; /* no entry reaches past this field */
    uint32_t entry, entry_end;
};

/*
 * Reads |len| bytes that should be exactly one message of |version|.
 *
 * Checks structure, BodyLength and CheckSum; a value may be empty, and a data
 * field may hold SOH.  |message| borrows |bytes|.  Returns 0, or a
 * CG_FIX_E_* that is positive; then |message| must not be used.
 */
int cg_fix_read(struct cg_fix_message *message,
                enum cg_version version,
                const char *bytes,
                size_t len);

/*
 * The same, sooner when the message has the fields of the one that was read
 * into |message| last, in the same order: then only values are new.  Most that
 * a session says are alike so.  |message| is all zero, or was read before.
 */
int cg_fix_read_again(struct cg_fix_message *message,
                      enum cg_version version,
                      const char *bytes,
                      size_t len);

/* The value of a field of |message|. */
static inline struct cg_slice
cg_fix_field_value(const struct cg_fix_message *message, uint32_t index)
{
    const struct cg_fix_field *field = &message->fields[index];

    return (struct cg_slice){message->bytes + field->at, field->len};
}

/*
 * The first field |tag| of header, body or trailer, wherever the dictionary
 * puts it; never a member of a group.  A tag unknown to the message that trails
 * the last known member of a group is found here as well: nobody can tell whose
 * it is.
 */
bool cg_fix_find(const struct cg_fix_message *message,
                 uint32_t tag,
                 struct cg_slice *value);

/*
 * The group that |count_tag| counts, before its first entry.  False when the
 * message has none, or the dictionary knows no such group.  The entries are
 * those that are there, whatever the count says: cg_fix_validate() compares.
 */
bool cg_fix_group(const struct cg_fix_message *message,
                  uint32_t count_tag,
                  struct cg_fix_group *group);

/* Moves to the next entry; false after the last. */
bool cg_fix_group_next(struct cg_fix_group *group);

/* The first field |tag| of the entry; never of a group inside it.  Tags that
 * the dictionary does not know stay with the entry they stand in. */
bool cg_fix_group_find(const struct cg_fix_group *group,
                       uint32_t tag,
                       struct cg_slice *value);

/* The group that |count_tag| counts inside the entry. */
bool cg_fix_group_nested(const struct cg_fix_group *group,
                         uint32_t count_tag,
                         struct cg_fix_group *inner);

/*
 * For walking every field once.  |levels| are the levels that the field |index|
 * stands in, |depth| of them from the body inwards; |limit| is where the
 * innermost ends.
 *
 * cg_fix_group_at() opens the group that the field counts, if it counts one;
 * cg_fix_skip() is the index after the field and the entries it counts.
 */
bool cg_fix_group_at(const struct cg_fix_message *message,
                     const uint16_t *levels,
                     uint32_t depth,
                     uint32_t index,
                     uint32_t limit,
                     struct cg_fix_group *group);
uint32_t cg_fix_skip(const struct cg_fix_message *message,
                     const uint16_t *levels,
                     uint32_t depth,
                     uint32_t index,
                     uint32_t limit);

#endif
