/*
 * Reading a message: at the edge of an unreadable page, and the same as
 * QuickFIX where both take it.
 *
 * The input is a byte that says the version and whether the rest is a whole
 * message, or one without 8, 9 and 10, which are put around it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "quickfix_reader.h"

#include "codec.h"
#include "fix_validate.h"
#include "fix_value.h"
#include <decimal.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEALED_MAX = 70000, LISTED_MAX = 4096 };

static struct cg_fix_message message;

/* --- what one reader has found -------------------------------------------- */

/* Each field with its place, as a number; and printed when it is wanted. */
struct listing {
    uint64_t fields[LISTED_MAX];
    size_t count;
    const char *print;
};

static uint64_t mix(uint64_t sum, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static void
list_field(void *user, const char *path, int tag, const char *value, size_t len)
{
    struct listing *listing = user;
    char number[32];
    int digits = snprintf(number, sizeof(number), "%d=", tag);
    uint64_t sum = mix(UINT64_C(0xcbf29ce484222325), path, strlen(path));
    sum = mix(mix(sum, number, (size_t)digits), value, len);
    if (listing->print != NULL) {
        fprintf(stderr, "%s: %s%s%.*s\n", listing->print, path, number,
                (int)len, value);
    }
    if (listing->count < LISTED_MAX) {
        listing->fields[listing->count++] = sum;
    }
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static bool listings_equal(struct listing *a, struct listing *b)
{
    qsort(a->fields, a->count, sizeof(a->fields[0]), by_number);
    qsort(b->fields, b->count, sizeof(b->fields[0]), by_number);
    return a->count == b->count &&
           memcmp(a->fields, b->fields, a->count * sizeof(a->fields[0])) == 0;
}

/* --- our reader ------------------------------------------------------------
 */

static void list_flat(struct listing *listing)
{
    for (uint32_t i = 0; i < message.count; i++) {
        struct cg_slice value = cg_fix_field_value(&message, i);
        list_field(listing, "", (int)message.fields[i].tag, value.data,
                   value.len);
    }
}

static void list_fields(struct listing *listing,
                        const char *path,
                        const uint16_t *levels,
                        uint32_t depth,
                        uint32_t index,
                        uint32_t end);

static void list_group(struct listing *listing,
                       const char *path,
                       struct cg_fix_group *group,
                       uint32_t tag)
{
    char inner[256];
    for (int n = 1; cg_fix_group_next(group); n++) {
        if (group->entry >= group->entry_end ||
            group->entry_end > group->limit) {
            fuzz_fail("an entry of %u has no fields", tag);
        }
        snprintf(inner, sizeof(inner), "%s%u[%d]/", path, tag, n);
        list_fields(listing, inner, group->levels, group->depth, group->entry,
                    group->entry_end);
    }
}

static void list_fields(struct listing *listing,
                        const char *path,
                        const uint16_t *levels,
                        uint32_t depth,
                        uint32_t index,
                        uint32_t end)
{
    while (index < end) {
        struct cg_fix_group group;
        struct cg_slice value = cg_fix_field_value(&message, index);
        uint32_t tag = message.fields[index].tag;
        uint32_t next = cg_fix_skip(&message, levels, depth, index, end);
        if (next <= index || next > end) {
            fuzz_fail("field %u is not stepped over", index);
        }
        list_field(listing, path, (int)tag, value.data, value.len);
        if (cg_fix_group_at(&message, levels, depth, index, end, &group)) {
            list_group(listing, path, &group, tag);
        }
        index = next;
    }
}

static void list_structured(struct listing *listing)
{
    const struct cg_fix_dictionary *dictionary = message.dictionary;
    list_fields(listing, "", &dictionary->header, 1, 0, message.body_first);
    list_fields(listing, "", &message.layout->level, 1, message.body_first,
                message.body_end);
    list_fields(listing, "", &dictionary->trailer, 1, message.body_end,
                message.count);
}

/* The fields are the message, from its first byte to its last. */
static void check_fields(const char *bytes, size_t len)
{
    size_t at = 0;
    for (uint32_t i = 0; i < message.count; i++) {
        const struct cg_fix_field *field = &message.fields[i];
        if (field->at <= at || field->at + field->len >= len ||
            bytes[field->at - 1] != '=' ||
            bytes[field->at + field->len] != '\001' ||
            memchr(bytes + at, '\001', field->at - at) != NULL) {
            fuzz_fail("field %u is not where it stands", i);
        }
        at = field->at + field->len + 1;
    }
    if (at != len || message.body_first > message.body_end ||
        message.body_end >= message.count) {
        fuzz_fail("the fields are not all of the message");
    }
}

/* A field is found under its tag, unless it belongs to a group. */
static void check_found(void)
{
    struct cg_slice value;
    for (uint32_t i = 0; i < message.count; i++) {
        const struct cg_fix_field *field = &message.fields[i];
        bool found = cg_fix_find(&message, field->tag, &value);
        bool plain = (field->flags &
                      (CG_FIX_TAG_HEADER | CG_FIX_TAG_TRAILER)) == 0;
        if (plain && !field->inner && i >= message.body_first &&
            i < message.body_end && !found) {
            fuzz_fail("tag %u is not found", field->tag);
        }
        if (found && value.data > message.bytes + field->at && !field->inner &&
            plain && i >= message.body_first) {
            fuzz_fail("the first %u is not the one that is found", field->tag);
        }
    }
}

/* --- the codec --------------------------------------------------------------
 */

static void decode_order(bool legs)
{
    static struct cg_leg_event all[CG_LEGS_MAX];
    struct cg_order_event event = {0};
    struct cg_dates dates;
    cg_decode_order(&message, &event);
    if (legs) {
        cg_decode_legs(&message, all, &event);
        cg_decode_leg_dates(&message, 1, &dates);
    }
    cg_decode_dates(&message, &dates);
}

static void decode_report(void)
{
    struct cg_report_event report = {0};
    struct cg_cancel_reject_event reject = {0};
    if (cg_slice_is(message.type, "8")) {
        cg_decode_report(&message, &report);
        cg_decode_leg_report(&message, &report);
    } else {
        cg_decode_cancel_reject(&message, &reject);
    }
}

static void decode_hub(void)
{
    static struct cg_limit_event limits[CG_UPDATE_LIMITS_MAX];
    static struct cg_scope_event scopes[CG_UPDATE_SCOPES_MAX];
    struct cg_update_event update = {0};
    struct cg_answer_event answer = {0};
    struct cg_action_event action = {0};
    struct cg_query_event query = {0};
    if (cg_slice_is(message.type, "DG")) {
        cg_decode_answer(&message, "GATE", &answer);
    } else if (cg_slice_is(message.type, "DH")) {
        cg_decode_action(&message, &action);
    } else if (cg_slice_is(message.type, "CL")) {
        cg_decode_query(&message, &query);
    } else {
        cg_decode_update(&message, limits, scopes, &update);
    }
}

static bool type_is(const char *const *types)
{
    bool is = false;
    for (; *types != NULL; types++) {
        is |= cg_slice_is(message.type, *types);
    }
    return is;
}

static void decode(bool valid)
{
    static const char *const orders[] = {"D", "F", "G", "AB", "AC", NULL};
    static const char *const reports[] = {"8", "9", NULL};
    static const char *const hubs[] = {"CL", "CM", "CR", "CS",
                                       "DG", "DH", NULL};
    if (type_is(reports)) {
        decode_report();
    } else if (valid && type_is(orders)) {
        decode_order(message.type.len == 2);
    } else if (valid && type_is(hubs)) {
        decode_hub();
    }
}

/* --- values ------------------------------------------------------------------
 */

static void differs(const char *what, struct cg_slice value)
{
    fuzz_fail("QuickFIX reads the %s %.*s otherwise", what, (int)value.len,
              value.data);
}

static void check_numbers(struct cg_slice value)
{
    int64_t ours;
    int64_t theirs;
    double amount;
    /* QuickFIX wraps what is longer. */
    if (value.len <= 9 && cg_fix_int(value, &ours) !=
                              quickfix_int(value.data, value.len, &theirs)) {
        differs("integer", value);
    }
    if (value.len <= 9 && cg_fix_int(value, &ours) && ours != theirs) {
        differs("integer", value);
    }
    if (value.len <= 15 && cg_decimal_parse(value, 8, &ours) &&
        quickfix_double(value.data, value.len, &amount) &&
        fabs(amount * 1e8 - (double)ours) > 1e-6 * fabs((double)ours) + 0.5) {
        differs("decimal", value);
    }
    if (value.len <= 15 && quickfix_double(value.data, value.len, &amount) &&
        !cg_fix_is_decimal(value)) {
        differs("decimal", value);
    }
}

static void check_words(struct cg_slice value)
{
    int64_t ours;
    int64_t theirs;
    bool our_word;
    bool their_word;
    if (cg_fix_bool(value, &our_word) !=
            quickfix_bool(value.data, value.len, &their_word) ||
        (cg_fix_bool(value, &our_word) && our_word != their_word)) {
        differs("boolean", value);
    }
    if (cg_fix_time(value, &ours) &&
        quickfix_time(value.data, value.len, &theirs) && ours != theirs) {
        differs("time", value);
    }
    if (cg_fix_date(value, &ours) &&
        quickfix_date(value.data, value.len, &theirs) && ours != theirs) {
        differs("date", value);
    }
}

static void check_values(void)
{
    for (uint32_t i = 0; i < message.count; i++) {
        struct cg_slice value = cg_fix_field_value(&message, i);
        if (value.len > 0 && value.len < 40) {
            check_numbers(value);
            check_words(value);
        }
    }
}

/* --- the message as QuickFIX reads it
 * ----------------------------------------- */

/* What there is of strange and of unknown tags, and of data fields. */
struct kinds {
    bool strange;
    bool unknown;
    bool data;
};

static struct kinds kinds_of(void)
{
    struct kinds kinds = {false, false, false};
    for (uint32_t i = 0; i < message.count; i++) {
        kinds.strange |= message.fields[i].tag == 0;
        kinds.unknown |= message.fields[i].place == 0;
        kinds.data |= (message.fields[i].flags & CG_FIX_TAG_LENGTH) != 0;
    }
    return kinds;
}

static void compare(const char *bytes, size_t len, bool structured)
{
    static struct listing ours;
    static struct listing theirs;
    ours.count = theirs.count = 0;
    if (!quickfix_read((int)message.version, bytes, len, structured, list_field,
                       &theirs)) {
        return;
    }
    for (int print = 0; print < 2; print++) {
        ours.count = 0;
        ours.print = print > 0 ? "ours" : NULL;
        if (structured) {
            list_structured(&ours);
        } else {
            list_flat(&ours);
        }
        if (print > 0) {
            theirs.print = "QuickFIX's";
            (void)quickfix_read((int)message.version, bytes, len, structured,
                                list_field, &theirs);
            fuzz_fail("QuickFIX reads other fields%s",
                      structured ? " by the dictionary" : "");
        }
        if (listings_equal(&ours, &theirs)) {
            return;
        }
    }
}

/* --- one after the other -------------------------------------------------- */

static bool same_field(const struct cg_fix_field *a,
                       const struct cg_fix_field *b)
{
    return a->tag == b->tag && a->at == b->at && a->len == b->len &&
           a->place == b->place && a->flags == b->flags && a->inner == b->inner;
}

/* |again| has, by cg_fix_read_again(), what |message| has. */
static void check_same(struct cg_fix_message *again)
{
    struct cg_fix_fault faults[2] = {{.tag = 0}};
    bool same = again->count == message.count &&
                again->layout == message.layout &&
                again->body_first == message.body_first &&
                again->body_end == message.body_end &&
                memcmp(again->buckets, message.buckets,
                       sizeof(message.buckets)) == 0;
    for (uint32_t i = 0; same && i < message.count; i++) {
        same = same_field(&again->fields[i], &message.fields[i]) &&
               again->before[i] == message.before[i];
    }
    if (!same) {
        fuzz_fail("read after another, it has other fields");
    }
    if (cg_fix_validate(&message, &faults[0]) !=
            cg_fix_validate(again, &faults[1]) ||
        faults[0].tag != faults[1].tag ||
        faults[0].reason != faults[1].reason) {
        fuzz_fail("checked after another, it has a fault at %u and %u",
                  faults[0].tag, faults[1].tag);
    }
}

/* Other values in some fields, and now and then another tag. */
static void change(char *bytes, size_t len)
{
    unsigned sum = 0;
    for (uint32_t i = 3; i + 1 < message.count; i++) {
        const struct cg_fix_field *field = &message.fields[i];
        char *value = bytes + field->at;
        if ((field->len + i) % 3 == 0 && field->len > 0 && *value != '\0') {
            *value ^= 1;
        }
        if ((field->at + len) % 64 == 0 && value[-2] >= '0') {
            value[-2] ^= 1;
        }
    }
    for (size_t i = 0; i + 7 < len; i++) {
        sum += (unsigned char)bytes[i];
    }
    snprintf(bytes + len - 4, 5, "%03u\001", sum % 256);
}

/* |message|, which |bytes| are; then the same again, and one like it. */
static void check_again(int version, const char *bytes, size_t len)
{
    static struct cg_fix_message again;
    static char changed[SEALED_MAX + 1];
    again.may_repeat = false;
    for (int i = 0; i < 2; i++) {
        if (cg_fix_read_again(&again, (enum cg_version)version, bytes, len) !=
            0) {
            fuzz_fail("read again, it is no message");
        }
        check_same(&again);
    }
    memcpy(changed, bytes, len);
    change(changed, len);
    const char *at_end = fuzz_at_end(changed, len);
    int result = cg_fix_read(&message, (enum cg_version)version, at_end, len);
    if (cg_fix_read_again(&again, (enum cg_version)version, at_end, len) !=
        result) {
        fuzz_fail("read after another, it is not %d", result);
    }
    if (result == 0) {
        check_same(&again);
    }
}

static int read_once(int version, const char *bytes, size_t len)
{
    int result = cg_fix_read(&message, (enum cg_version)version, bytes, len);
    if (result == 0) {
        struct cg_fix_fault fault;
        check_fields(bytes, len);
        check_found();
        decode(cg_fix_validate(&message, &fault) == 0);
    }
    return result;
}

static void check_message(int version, const char *bytes, size_t len)
{
    struct cg_fix_fault fault;
    int at_start = read_once(version, fuzz_at_start(bytes, len), len);
    const char *at_end = fuzz_at_end(bytes, len);
    int result = read_once(version, at_end, len);
    if (result != at_start) {
        fuzz_fail("read twice, it is %d and %d", at_start, result);
    }
    if (result != 0) {
        return;
    }
    struct kinds kinds = kinds_of();
    check_values();
    if (!kinds.strange && !kinds.data) {
        compare(at_end, len, false);
    }
    if (!kinds.strange && !kinds.unknown &&
        cg_fix_validate(&message, &fault) == 0) {
        compare(at_end, len, true);
    }
    check_again(version, at_end, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char sealed[SEALED_MAX];
    if (size == 0 || size > SEALED_MAX - 100) {
        return 0;
    }
    int version = data[0] % CG_VERSIONS;
    if (data[0] & 0x80) {
        check_message(version, (const char *)data + 1, size - 1);
    } else {
        size_t len = fuzz_seal(version, data + 1, size - 1, sealed,
                               sizeof(sealed));
        check_message(version, sealed, len);
    }
    return 0;
}
