/*
 * Messages that are read into one place one after the other: whatever stood
 * there before, each is read and checked as if nothing had.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fix_validate.h"
#include "test_fix_text.h"

#define ORDER                                                                  \
    "35=D|" HEAD "11=C1|453=2|448=A|447=D|452=24|448=F|447=D|452=4|"           \
    "55=X|54=1|60=20260102-10:00:00.123|40=2|38=1000000|44=4.125|59=0|"

static const char *const fields[] = {
    ORDER "6001=desk|58=a note|",
    "35=G|" HEAD "11=C2|41=C1|37=V1|55=X|54=1|60=20260102-10:00:00|40=2|38=5|",
    "35=F|" HEAD "11=C3|41=C1|55=X|54=2|60=20260102-10:00:00|38=5|",
    "35=8|" HEAD "37=V1|11=C1|17=E1|150=F|39=2|151=0|14=10|32=10|31=4.125|"
    "55=X|54=1|38=10|6=0|60=20260102-10:00:00.123456|",
    "35=AB|" HEAD "11=P1|55=X|54=1|60=20260102-10:00:00|40=2|38=5|"
    "555=2|600=A|539=1|524=x|525=D|538=4|600=B|624=2|",
    ORDER "354=3|355=a|b|58=data before|",
    "35=D|627=1|628=HOP|" HEAD "11=C4|abc=1|1234567=2|55=X|",
    "35=ZZ|" HEAD "453=1|448=A|11=C5|",
    "35=0|" HEAD,
    "35=0|" HEAD "1234567=x|112=y|",
};

#define FIELDS (sizeof fields / sizeof fields[0])

static struct cg_fix_message again, fresh;
static uint32_t seed = 1;
static int found; /* of what was taken last: 1 with a fault */

static uint32_t draw(uint32_t count)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % count;
}

/* 9 and 10 made right again, so that a change gets past the frame. */
static void reseal(struct text *text)
{
    unsigned sum = 0;

    for (size_t i = 0; i + 7 < text->len; i++)
        sum += (unsigned char)text->bytes[i];
    snprintf(text->bytes + text->len - 7, 8, "10=%03u\001", sum % 256);
}

static void assert_same_field(uint32_t index)
{
    const struct cg_fix_field *a = &again.fields[index];
    const struct cg_fix_field *b = &fresh.fields[index];

    assert_int_equal(a->tag, b->tag);
    assert_int_equal(a->at, b->at);
    assert_int_equal(a->len, b->len);
    assert_int_equal(a->place, b->place);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->inner, b->inner);
    assert_int_equal(again.before[index], fresh.before[index]);
}

static void assert_same_message(void)
{
    assert_ptr_equal(again.bytes, fresh.bytes);
    assert_int_equal(again.len, fresh.len);
    assert_int_equal(again.version, fresh.version);
    assert_ptr_equal(again.dictionary, fresh.dictionary);
    assert_ptr_equal(again.layout, fresh.layout);
    assert_ptr_equal(again.type.data, fresh.type.data);
    assert_int_equal(again.type.len, fresh.type.len);
    assert_int_equal(again.count, fresh.count);
    assert_int_equal(again.body_first, fresh.body_first);
    assert_int_equal(again.body_end, fresh.body_end);
    assert_memory_equal(again.buckets, fresh.buckets, sizeof fresh.buckets);
    for (uint32_t i = 0; i < fresh.count; i++)
        assert_same_field(i);
}

static void assert_same_faults(void)
{
    struct cg_fix_fault faults[2] = {{0}};

    found = cg_fix_validate(&fresh, &faults[0]);
    assert_int_equal(cg_fix_validate(&again, &faults[1]), found);
    assert_int_equal(faults[1].business, faults[0].business);
    assert_int_equal(faults[1].reason, faults[0].reason);
    assert_int_equal(faults[1].tag, faults[0].tag);
    assert_ptr_equal(faults[1].text, faults[0].text);
}

/* Returns whether it was known to be alike.  The bytes stand alone, so that
 * nothing can be read before or behind them unseen. */
static bool take(enum cg_version version, const struct text *text)
{
    char *bytes = malloc(text->len);
    bool alike;
    int result;

    assert_non_null(bytes);
    memcpy(bytes, text->bytes, text->len);
    memset(&fresh, 0, sizeof fresh);
    result = cg_fix_read(&fresh, version, bytes, text->len);
    assert_int_equal(cg_fix_read_again(&again, version, bytes, text->len),
                     result);
    alike = result == 0 && again.was_valid;
    if (result == 0) {
        assert_same_message();
        assert_same_faults();
    }
    free(bytes);
    return alike;
}

static bool take_fields(enum cg_version version, const char *text)
{
    struct text made;

    text_make(&made, cg_fix_begin_string(version), text);
    return take(version, &made);
}

/* After one that was valid, all that has its fields in their order is alike,
 * whatever the values. */
static void test_fix_again_alike(void **state)
{
    (void)state;
    memset(&again, 0, sizeof again);
    assert_false(take_fields(CG_FIX44, fields[0]));
    assert_true(take_fields(CG_FIX44, fields[0]));
    assert_true(take_fields(CG_FIX44, ORDER "6001=another|58=|"));
    assert_true(take_fields(CG_FIX44, ORDER "6001=a longer one|58=x|"));
}

/* What differs in a field, its place, the type or the version is read anew. */
static void test_fix_again_unlike(void **state)
{
    const char *order = "35=D|" HEAD "11=C1|55=X|54=1|40=2|"
                        "60=20260102-10:00:00|";

    (void)state;
    memset(&again, 0, sizeof again);
    (void)take_fields(CG_FIX44, order);
    assert_true(take_fields(CG_FIX44, order));
    assert_false(take_fields(CG_FIX44, "35=D|" HEAD "11=C1|55=X|54=1|40=2|"));
    (void)take_fields(CG_FIX44, order);
    assert_false(take_fields(CG_FIX44, "35=D|" HEAD "11=C1|55=X|54=1|40=2|"
                                       "60=20260102-10:00:00|58=x|"));
    (void)take_fields(CG_FIX44, order);
    assert_false(take_fields(CG_FIX44, "35=D|" HEAD "55=X|11=C1|54=1|40=2|"
                                       "60=20260102-10:00:00|"));
    (void)take_fields(CG_FIX44, order);
    assert_false(take_fields(CG_FIX44, "35=D|" HEAD "011=C1|55=X|54=1|40=2|"
                                       "60=20260102-10:00:00|"));
    (void)take_fields(CG_FIX44, order);
    assert_false(take_fields(CG_FIX44, "35=F|" HEAD "11=C1|55=X|54=1|40=2|"
                                       "60=20260102-10:00:00|"));
    (void)take_fields(CG_FIX44, order);
    assert_false(take_fields(CG_FIX50SP2, order));
}

/* |all| behind 8 and 9, and before "10=", with no SOH between; '@' stands for
 * a NUL. */
static void take_before_sum(const char *all)
{
    struct text made;
    unsigned sum = 0;
    size_t len = (size_t)snprintf(made.bytes, TEXT_MAX, "8=FIX.4.4|9=%zu|%s",
                                  strlen(all), all);

    for (size_t i = 0; i < len; i++) {
        if (made.bytes[i] == '|')
            made.bytes[i] = '\001';
        if (made.bytes[i] == '@')
            made.bytes[i] = '\0';
        sum += (unsigned char)made.bytes[i];
    }
    made.len = len +
               (size_t)snprintf(made.bytes + len, 8, "10=%03u\001", sum % 256);
    (void)take(CG_FIX44, &made);
}

/* A tag that is too long for a head, before a 10 that has one. */
static void test_fix_again_long_tags(void **state)
{
    (void)state;
    memset(&again, 0, sizeof again);
    take_before_sum("35=0|" HEAD "1234567=x|");
    assert_false(again.may_repeat);
    take_before_sum("35=0|" HEAD "1234567=x|0");
    assert_false(again.may_repeat);
    take_before_sum("35=0|" HEAD "@@@@@@@@|");
    take_before_sum("35=0|" HEAD "112=x|0");
    assert_false(again.may_repeat);
    take_before_sum("35=0|" HEAD "112=x|");
    assert_true(again.may_repeat);
}

/* Alike, but for one more or less of a group's entries than it says. */
static void test_fix_again_counts(void **state)
{
    (void)state;
    memset(&again, 0, sizeof again);
    (void)take_fields(CG_FIX44, "35=D|" HEAD "11=C1|453=1|448=A|55=X|54=1|40=2|"
                                "60=20260102-10:00:00|");
    (void)take_fields(CG_FIX44, "35=D|" HEAD "11=C1|453=2|448=A|55=X|54=1|40=2|"
                                "60=20260102-10:00:00|");
    assert_int_equal(found, 1);
    assert_true(take_fields(CG_FIX44, "35=D|" HEAD "11=C1|453=01|448=A|55=X|"
                                      "54=1|40=2|60=20260102-10:00:00|"));
}

/* So many groups that their counts are not kept. */
static void test_fix_again_many_groups(void **state)
{
    char text[TEXT_MAX];
    size_t at = (size_t)snprintf(text, sizeof text,
                                 "35=AB|" HEAD "11=P|55=X|54=1|40=2|"
                                 "60=20260102-10:00:00|555=8|");

    (void)state;
    for (int i = 0; i < 8; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "600=A|539=1|524=x|525=D|538=4|");
    memset(&again, 0, sizeof again);
    assert_false(take_fields(CG_FIX44, text));
    assert_false(take_fields(CG_FIX44, text));
}

/* A count that is none here, and too large to be kept. */
static void test_fix_again_large_count(void **state)
{
    const char *order = "35=D|" HEAD "11=C1|55=X|54=1|40=2|"
                        "60=20260102-10:00:00|555=3|";
    const char *large = "35=D|" HEAD "11=C1|55=X|54=1|40=2|"
                        "60=20260102-10:00:00|555=5000|";

    (void)state;
    memset(&again, 0, sizeof again);
    (void)take_fields(CG_FIX44, order);
    assert_true(take_fields(CG_FIX44, order));
    assert_true(take_fields(CG_FIX44, large));
    assert_int_equal(found, 0);
    memset(&again, 0, sizeof again);
    (void)take_fields(CG_FIX44, large);
    assert_false(take_fields(CG_FIX44, large));
}

/* Reads |text| behind one that it is like, but for its end. */
static void take_damaged(struct text text)
{
    struct text good;

    text_make(&good, "FIX.4.4", fields[0]);
    (void)take(CG_FIX44, &good);
    assert_true(again.may_repeat);
    assert_false(take(CG_FIX44, &text));
    assert_false(again.may_repeat);
}

/* No message is like none. */
static void test_fix_again_after_damage(void **state)
{
    struct text good, text;

    (void)state;
    memset(&again, 0, sizeof again);
    text_make(&good, "FIX.4.4", fields[0]);
    text = good;
    text.bytes[text.len - 2] ^= 1; /* the sum is wrong */
    take_damaged(text);
    text = good;
    text.bytes[text.len - 7] = '2'; /* 20=ddd */
    take_damaged(text);
    text = good;
    text.bytes[text.len - 3] = '\001'; /* 10=d SOH d */
    take_damaged(text);
    text = good;
    text.len -= 1;
    take_damaged(text);
    text.len = 20;
    take_damaged(text);
    (void)take(CG_FIX44, &good);
    assert_int_equal(cg_fix_read_again(&again, CG_FIX44, "8", (size_t)1 << 31),
                     CG_FIX_E_TOO_LONG);
    (void)take(CG_FIX44, &good);
    assert_int_equal(cg_fix_read_again(&again, CG_VERSIONS, "8", 1),
                     CG_FIX_E_VERSION);
    assert_false(again.may_repeat);
}

/* Messages of all kinds in any order, with bytes changed. */
static void test_fix_again_mutated(void **state)
{
    const char alphabet[] = "\0\001\001==0123456789|-xY\377";
    unsigned alike = 0;
    uint32_t kind = 0;

    (void)state;
    memset(&again, 0, sizeof again);
    for (int round = 0; round < 30000; round++) {
        enum cg_version version = draw(50) == 0 ? CG_FIX50SP2 : CG_FIX44;
        struct text text;
        if (draw(3) == 0)
            kind = draw(FIELDS);
        text_make(&text, cg_fix_begin_string(version), fields[kind]);
        for (uint32_t changes = draw(3); changes > 0; changes--)
            text.bytes[20 + draw((uint32_t)text.len - 27)] =
                alphabet[draw(sizeof alphabet - 1)];
        reseal(&text);
        alike += take(version, &text);
    }
    assert_true(alike > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_again_alike),
        cmocka_unit_test(test_fix_again_unlike),
        cmocka_unit_test(test_fix_again_long_tags),
        cmocka_unit_test(test_fix_again_counts),
        cmocka_unit_test(test_fix_again_many_groups),
        cmocka_unit_test(test_fix_again_large_count),
        cmocka_unit_test(test_fix_again_after_damage),
        cmocka_unit_test(test_fix_again_mutated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
