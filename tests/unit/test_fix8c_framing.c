/*
 * A message taken apart: fields that are none, data that is not as long as was
 * said, fronts and ends that are not a message's, header fields out of place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "framing.h"

#include <fix8c/fix8c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* '|' is SOH in all that follows; ends where nothing can be read. */
static char *bytes_of(const char *text, size_t *len)
{
    *len = strlen(text);
    char *bytes = malloc(*len > 0 ? *len : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < *len; i++)
        bytes[i] = text[i] == '|' ? FRAMING_SOH : text[i];
    return bytes;
}

/* Which field announces which, at the ends of what there is. */
static void test_framing_data_tags(void **state)
{
    static const int pairs[][2] = {
        {-1, 0},    {0, 0},         {95, 96},   {94, 0},        {2721, 2722},
        {2722, 0},  {39999, 0},     {40000, 0}, {40004, 40005}, {43111, 42982},
        {43112, 0}, {INT32_MAX, 0}, {93, 89},   {1525, 1527},   {INT32_MIN, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_int_equal(framing_data_tag(pairs[i][0]), pairs[i][1]);
}

/* Which fields are of the header, and which types are the session's. */
static void test_framing_kinds(void **state)
{
    static const int header[] = {8, 35, 627, 630, 1128, 1156};
    static const int others[] = {-1, 0, 11, 10, 1155, 1157, INT32_MAX};
    static const char *const admin[] = {"0", "5", "A", "3"};
    static const char *const app[] = {"/", "6", "D", "AA", "", "00"};
    (void)state;
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
        assert_true(framing_is_header(header[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(framing_is_header(others[i]));
    for (int tag = 625; tag < 633; tag++)
        assert_int_equal(framing_is_hop(tag), tag >= 627 && tag <= 630);
    for (size_t i = 0; i < sizeof(admin) / sizeof(admin[0]); i++)
        assert_true(framing_is_admin(
            (struct framing_text){admin[i], strlen(admin[i])}));
    for (size_t i = 0; i < sizeof(app) / sizeof(app[0]); i++)
        assert_false(
            framing_is_admin((struct framing_text){app[i], strlen(app[i])}));
}

/* Numbers are digits, as many as an int can hold. */
static void test_framing_numbers(void **state)
{
    static const char *const wrong[] = {
        "", "-1", "+1", "1 ", "1:", "2147483648", "99999999999999999999"};
    int number = 7;
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(framing_number(
            (struct framing_text){wrong[i], strlen(wrong[i])}, &number));
        assert_int_equal(number, 7);
    }
    assert_true(
        framing_number((struct framing_text){"2147483647", 10}, &number));
    assert_int_equal(number, INT32_MAX);
}

/* Tags and values of a walk, one "tag:value " each; what is no tag is -1. */
static void walk_is(const char *text, const char *expected, bool whole)
{
    struct framing_walk walk;
    struct framing_field field;
    char found[256] = "";
    size_t len;
    char *bytes = bytes_of(text, &len);
    framing_walk_init(&walk, bytes, len);
    while (framing_next(&walk, &field)) {
        size_t at = strlen(found);
        snprintf(found + at, sizeof(found) - at, "%d:%.*s ", field.tag,
                 (int)field.value.len, field.value.at);
    }
    for (char *at = found; *at != '\0'; at++)
        *at = *at == FRAMING_SOH ? '|' : *at;
    assert_string_equal(found, expected);
    assert_int_equal(walk.at == walk.end, whole);
    free(bytes);
}

static void test_framing_walks(void **state)
{
    (void)state;
    walk_is("", "", true);
    walk_is("35=D|11=|", "35:D 11: ", true);
    walk_is("=x|1x=y|x|1|", "-1:=x -1:1x=y -1:x -1:1 ", true);
    walk_is("1/2=x|1:2=x|", "-1:1/2=x -1:1:2=x ", true);
    walk_is("100000000=x|1000000000=x|", "100000000:x -1:1000000000=x ", true);
    walk_is("35=D|11", "35:D ", false);
    walk_is("35=D|11=x", "35:D ", false);
    /* Data: as long as was said, if a SOH is there. */
    walk_is("95=3|96=a|c|58=x|", "95:3 96:a|c 58:x ", true);
    walk_is("95=2|96=abc|58=x|", "95:2 96:abc 58:x ", true);
    walk_is("95=99|96=abc|58=x|", "95:99 96:abc 58:x ", true);
    walk_is("95=5|96=abc|58=x|", "95:5 96:abc 58:x ", true);
    walk_is("95=x|96=a|c|", "95:x 96:a -1:c ", true);
    walk_is("95=3|58=a|c|", "95:3 58:a -1:c ", true);
    walk_is("95=3|58=x|96=a|c|", "95:3 58:x 96:a -1:c ", true);
    walk_is("95=3|96=abc", "95:3 ", false);
}

#define HEAD "8=FIX.4.4|9=1|35=D|"
#define END "10=000|"

static bool split(const char *text, bool whole, struct framing_parts *parts)
{
    size_t len;
    char *bytes = bytes_of(text, &len);
    bool good = framing_split(bytes, len, whole, parts);
    free(bytes);
    return good;
}

/* Whatever is not 8, 9 and 35 in front, or 10 at the end, is no message. */
static void test_framing_split_refuses(void **state)
{
    static const char *const wrong[] = {
        "",
        "10=000",
        HEAD "10=0000",
        HEAD "11=000|",
        HEAD "58=x" END "x",
        END,
        "9=1|" END,
        "8=FIX.4.4" END,
        "8=FIX.4.4|" END,
        "8=FIX.4.4|35=D|9=1|" END,
        "8=FIX.4.4|9=1" END,
        "8=FIX.4.4|9=1|" END,
        "8=FIX.4.4|9=1|49=A|35=D|" END,
        "8=FIX.4.4|9=1|35=|" END,
        "8=FIX.4.4|9=1|35=D" END,
    };
    struct framing_parts parts;
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (split(wrong[i], true, &parts))
            fail_msg("taken: %s", wrong[i]);
    }
}

/* The header's fields, the first number that is one; a body that begins where
 * the header ends, and what of the header is found in it. */
static void test_framing_split_takes(void **state)
{
    static const struct {
        const char *text;
        int seq;
        int stray;
        bool possdup;
        bool possresend;
        size_t body_len;
    } cases[] = {
        {HEAD END, -1, 0, false, false, 0},
        {HEAD "34=7|43=Y|97=Y|" END, 7, 0, true, true, 0},
        {HEAD "34=7|34=8|43=N|97=N|58=x|" END, 7, 0, false, false, 5},
        {HEAD "34=x|34=8|43=YY|97=y|58=x|" END, 8, 0, false, false, 5},
        {HEAD "34=x|58=x|34=8|" END, -1, 34, false, false, 10},
        {HEAD "34=1|58=x|11=y|49=A|34=8|" END, 1, 49, false, false, 20},
        {HEAD "34=1|58=x|50" END, 1, 0, false, false, 7},
    };
    struct framing_parts parts;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(split(cases[i].text, true, &parts));
        assert_int_equal(parts.seq, cases[i].seq);
        assert_int_equal(parts.stray, cases[i].stray);
        assert_int_equal(parts.possdup, cases[i].possdup);
        assert_int_equal(parts.possresend, cases[i].possresend);
        assert_int_equal(parts.body_len, cases[i].body_len);
        assert_int_equal(parts.body_at + parts.body_len + FRAMING_TRAILER,
                         strlen(cases[i].text));
        assert_false(parts.admin);
        assert_true(split(cases[i].text, false, &parts));
        assert_int_equal(parts.stray, 0);
    }
}

static long frame(const char *text, size_t max, size_t *skip)
{
    size_t len;
    char *bytes = bytes_of(text, &len);
    long result = fix8c_frame(bytes, len, max, skip);
    free(bytes);
    return result;
}

/* What is behind something that is no message is found again. */
static void test_framing_frames(void **state)
{
    size_t skip = 7;
    (void)state;
    assert_int_equal(frame("", 99, &skip), 0);
    assert_int_equal(skip, 0);
    assert_int_equal(frame("8=FIX.4", 5, &skip), FIX8C_ERR_TOO_LONG);
    assert_int_equal(frame("8=FIX.4.4|9=/", 99, &skip), FIX8C_ERR_GARBLED);
    assert_int_equal(frame("x|8=FIX.4.4|", 99, &skip), FIX8C_ERR_GARBLED);
    assert_int_equal(skip, 2);
    assert_int_equal(frame("x8=FIX|8=FIY|8=F", 99, &skip), FIX8C_ERR_GARBLED);
    assert_int_equal(skip, 13);
    assert_int_equal(frame("8=FIX.4.4|9=4|35=||10=000|", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(frame("8=FIX.4.4|9=5|35=D|10=/00|8=FIX", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(skip, 26);
    assert_int_equal(frame("8=FIX.4.4|9=5|35=D|10=00:|", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(frame("8=FIX.4.4|9=5|35=Dx10=000|", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(frame("8=FIX.4.4|9=5|35=D|11=000|", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(frame("8=FIX.4.4|9=5|35=D|10=0000", 99, &skip),
                     FIX8C_ERR_GARBLED);
    /* The sum is right, and there is no number, or none that is one. */
    assert_int_equal(frame("8=FIX.4.4|9=5|35=D|10=181|", 99, &skip),
                     FIX8C_ERR_GARBLED);
    assert_int_equal(skip, 26);
    assert_int_equal(frame("8=FIX.4.4|9=10|35=D|34=x|10=", 99, &skip), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing_data_tags),
        cmocka_unit_test(test_framing_kinds),
        cmocka_unit_test(test_framing_numbers),
        cmocka_unit_test(test_framing_walks),
        cmocka_unit_test(test_framing_split_refuses),
        cmocka_unit_test(test_framing_split_takes),
        cmocka_unit_test(test_framing_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
