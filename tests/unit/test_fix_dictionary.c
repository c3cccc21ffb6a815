/*
 * The generated tables agree with themselves and with the facts the gate needs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fix_dictionary.h"
#include <creditgate/dictionary.h>

static const struct cg_fix_dictionary *dictionary_of(int version)
{
    return &cg_fix_dictionaries[version];
}

/* Every layout is found by its type, and nothing else is. */
static void test_fix_layout_each_type_found(void **state)
{
    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        const struct cg_fix_dictionary *d = dictionary_of(v);
        for (size_t i = 0; i < d->layout_count; i++)
            assert_ptr_equal(
                cg_fix_layout_find(d, cg_slice_str(d->layouts[i].type)),
                &d->layouts[i]);
        assert_null(cg_fix_layout_find(d, CG_SLICE("")));
        assert_null(cg_fix_layout_find(d, CG_SLICE("ZZ")));
        assert_null(cg_fix_layout_find(d, CG_SLICE("DFG")));
        assert_null(cg_fix_layout_find(d, CG_SLICE("DDDD")));
        assert_null(cg_fix_value_find(d, cg_fix_tag_find(d, 35), CG_SLICE("")));
    }
    assert_string_equal(cg_fix_begin_string(CG_VERSIONS), "");
    assert_null(cg_fix_layout_find(dictionary_of(CG_FIX44), CG_SLICE("DF")));
}

/* The messages that the gate speaks are described. */
static void test_fix_layout_messages_of_gate_present(void **state)
{
    const char *types[CG_VERSIONS][32] = {
        [CG_FIX42] = {"0", "1", "2", "3", "4", "5", "A", "D", "F", "G", "H",
                      "8", "9", "B", "j"},
        [CG_FIX44] = {"0", "3", "A", "D", "F", "G", "H", "q", "r", "AB", "AC",
                      "AF", "8", "9", "B", "j"},
        [CG_FIX50SP2] = {"0",  "3",  "A",  "D",  "F",  "G",  "H",
                         "q",  "r",  "AB", "AC", "AF", "8",  "9",
                         "B",  "j",  "DF", "DG", "CL", "CM", "CR",
                         "DE", "CS", "CT", "DH", "DI", "CF", "CG"},
    };

    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        for (size_t i = 0; types[v][i] != NULL; i++)
            assert_non_null(cg_fix_layout_find(dictionary_of(v),
                                               cg_slice_str(types[v][i])));
    }
}

/* Tags are sorted and their flags agree with the direct table. */
static void test_fix_tags_sorted_and_flagged(void **state)
{
    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        const struct cg_fix_dictionary *d = dictionary_of(v);
        for (size_t i = 0; i < d->tag_count; i++) {
            assert_true(d->tags[i].tag < CG_FIX_TAGS);
            if (i > 0)
                assert_true(d->tags[i - 1].tag < d->tags[i].tag);
            assert_ptr_equal(cg_fix_tag_find(d, d->tags[i].tag), &d->tags[i]);
            assert_int_equal(cg_fix_tag_flags(d, d->tags[i].tag),
                             d->tags[i].flags);
            assert_int_equal((d->tags[i].flags & CG_FIX_TAG_LENGTH) != 0,
                             d->tags[i].data != 0);
        }
        assert_null(cg_fix_tag_find(d, 5001));
        assert_int_equal(cg_fix_tag_flags(d, UINT32_MAX), 0);
    }
}

/* Depth of the groups below |level|. */
static uint32_t depth_below(const struct cg_fix_dictionary *d, uint16_t level)
{
    const struct cg_fix_level *at = &d->levels[level];
    uint32_t deepest = 0;

    for (size_t i = 0; i < at->count; i++) {
        const struct cg_fix_member *member = &d->members[at->first + i];
        uint32_t below = 0;
        assert_ptr_equal(cg_fix_member_find(d, level, member->tag), member);
        assert_true(cg_fix_is_member(d, level, member->tag));
        if (member->level != 0) {
            const struct cg_fix_level *inner = &d->levels[member->level];
            assert_non_null(
                cg_fix_member_find(d, member->level, inner->delimiter));
            below = depth_below(d, member->level);
        }
        if (below > deepest)
            deepest = below;
    }
    return deepest + 1;
}

/* Levels are within the reader's bounds, and delimiters are members. */
static void test_fix_levels_within_bounds(void **state)
{
    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        const struct cg_fix_dictionary *d = dictionary_of(v);
        for (size_t i = 0; i < d->layout_count; i++)
            assert_true(depth_below(d, d->layouts[i].level) <=
                        CG_FIX_DEPTH_MAX);
        assert_true(depth_below(d, d->header) <= CG_FIX_DEPTH_MAX);
    }
}

static void
assert_value(enum cg_version version, uint32_t tag, const char *text)
{
    const struct cg_fix_dictionary *d = dictionary_of(version);
    const struct cg_fix_tag *known = cg_fix_tag_find(d, tag);

    assert_non_null(known);
    assert_non_null(cg_fix_value_find(d, known, cg_slice_str(text)));
    assert_null(cg_fix_value_find(d, known, CG_SLICE("~")));
}

static void assert_type(uint32_t tag, enum cg_fix_type type)
{
    const struct cg_fix_tag *known = cg_fix_tag_find(dictionary_of(CG_FIX50SP2),
                                                     tag);

    assert_non_null(known);
    assert_int_equal(known->type, type);
}

static bool has(const char *type, uint32_t tag)
{
    const struct cg_fix_dictionary *d = dictionary_of(CG_FIX50SP2);
    const struct cg_fix_layout *layout = cg_fix_layout_find(d,
                                                            cg_slice_str(type));

    return cg_fix_member_find(d, layout->level, tag) != NULL;
}

/* The traps of the standard are settled as the gate needs them. */
static void test_fix_traps_settled(void **state)
{
    const char *reject_codes[] = {"25", "26", "27", "28", "29",
                                  "30", "31", "32", "33", "99"};

    (void)state;
    assert_type(2322, CG_FIX_TYPE_STRING);
    assert_type(1768, CG_FIX_TYPE_DECIMAL);
    assert_type(213, CG_FIX_TYPE_DATA);
    for (size_t i = 0; i < sizeof reject_codes / sizeof reject_codes[0]; i++)
        assert_value(CG_FIX50SP2, 103, reject_codes[i]);
    assert_value(CG_FIX50SP2, 1081, "5");
    assert_value(CG_FIX50SP2, 1081, "6");
    assert_value(CG_FIX50SP2, 1128, "10");
    assert_value(CG_FIX50SP2, 1324, "S");
    assert_true(has("8", 1328) && has("9", 1328));
    assert_true(has("8", 2334) && has("8", 2335));
    assert_false(has("DF", 1530));
    assert_true(has("DF", 1670));
    assert_null(cg_fix_value_find(dictionary_of(CG_FIX42),
                                  cg_fix_tag_find(dictionary_of(CG_FIX42), 103),
                                  CG_SLICE("28")));
}

static const struct {
    int code;
    const char *slug;
    int reject[CG_VERSIONS];
    int plain;
    int party;
    int cancel[CG_VERSIONS];
    const char *advice;
} reasons[] = {
#define X(code, slug, r42, r44, r50, plain, party, c42, c44, c50, advice)      \
    {code, #slug, {r42, r44, r50}, plain, party, {c42, c44, c50}, advice},
#include "reason_list.inc"
#undef X
};

static bool lists(int version, uint32_t tag, int code)
{
    const struct cg_fix_dictionary *d = dictionary_of(version);
    char text[16];

    snprintf(text, sizeof text, "%d", code);
    return cg_fix_value_find(d, cg_fix_tag_find(d, tag), cg_slice_str(text)) !=
           NULL;
}

/* A client's dictionary knows every code that a reason answers it with. */
static void test_fix_reasons_codes_known_to_their_version(void **state)
{
    (void)state;
    assert_int_equal(sizeof reasons / sizeof reasons[0], 25);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (i > 0)
            assert_true(reasons[i - 1].code < reasons[i].code);
        for (int v = 0; v < CG_VERSIONS; v++) {
            assert_true(lists(v, 103, reasons[i].reject[v]));
            assert_true(lists(v, 102, reasons[i].cancel[v]));
        }
        assert_true(reasons[i].plain <= 18 || reasons[i].plain == 99);
        assert_true(lists(CG_FIX50SP2, 103, reasons[i].party));
        assert_true(strlen(reasons[i].slug) + strlen(reasons[i].advice) < 110);
    }
    /* R50. */
    assert_int_equal(reasons[0].code, 101);
    assert_string_equal(reasons[0].slug, "LIMIT_EXCEEDED");
    assert_int_equal(reasons[0].reject[CG_FIX42], 3);
    assert_int_equal(reasons[0].reject[CG_FIX44], 3);
    assert_int_equal(reasons[0].reject[CG_FIX50SP2], 28);
    assert_int_equal(reasons[0].plain, 3);
}

/* The session-only texts are there, and for FIXT in two parts. */
static void test_fix_session_dictionary_each_version(void **state)
{
    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        const char *text = cg_fix_session_dictionary((enum cg_version)v);
        assert_non_null(strstr(text, "number=\"99999\""));
        assert_non_null(strstr(text, "<message name=\"NewOrderList\""));
    }
    assert_null(cg_fix_session_dictionary(CG_VERSIONS));
    assert_null(cg_fix_transport_dictionary(CG_FIX44));
    assert_non_null(
        strstr(cg_fix_transport_dictionary(CG_FIX50SP2), "type=\"FIXT\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_layout_each_type_found),
        cmocka_unit_test(test_fix_layout_messages_of_gate_present),
        cmocka_unit_test(test_fix_tags_sorted_and_flagged),
        cmocka_unit_test(test_fix_levels_within_bounds),
        cmocka_unit_test(test_fix_traps_settled),
        cmocka_unit_test(test_fix_reasons_codes_known_to_their_version),
        cmocka_unit_test(test_fix_session_dictionary_each_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
