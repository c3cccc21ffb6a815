/*
 * Reading: what is found where, and what is no message.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "fix_message.h"
#include "fix_validate.h"
#include "test_fix_text.h"

static struct cg_fix_message message;
static struct text text;

static void read_ok(enum cg_version version, const char *fields)
{
    assert_int_equal(text_read(&message, &text, version, fields), 0);
}

static void assert_field(uint32_t tag, const char *expected)
{
    struct cg_slice value;

    assert_true(cg_fix_find(&message, tag, &value));
    assert_int_equal(value.len, strlen(expected));
    assert_memory_equal(value.data, expected, value.len);
}

static void assert_no_field(uint32_t tag)
{
    struct cg_slice value;

    assert_false(cg_fix_find(&message, tag, &value));
}

static void assert_member(const struct cg_fix_group *group,
                          uint32_t tag,
                          const char *expected)
{
    struct cg_slice value;

    assert_true(cg_fix_group_find(group, tag, &value));
    assert_int_equal(value.len, strlen(expected));
    assert_memory_equal(value.data, expected, value.len);
}

static void assert_no_member(const struct cg_fix_group *group, uint32_t tag)
{
    struct cg_slice value;

    assert_false(cg_fix_group_find(group, tag, &value));
}

#define PARTIES                                                                \
    "453=3|448=ACME|447=D|452=24|802=2|523=desk|803=26|523=eu|803=27|"         \
    "448=FCM1|447=D|452=4|448=T1|447=D|452=11|802=1|523=x|803=1|"

#define ORDER                                                                  \
    "35=D|" HEAD "11=C1|" PARTIES                                              \
    "55=USSW10|54=1|38=50000000|40=2|44=3.51|60=20260102-10:00:00.000|58=hi|"

/* Header, body and trailer are told apart; members of groups are not found. */
static void test_fix_read_order_finds_fields(void **state)
{
    (void)state;
    read_ok(CG_FIX44, ORDER);
    assert_true(cg_slice_is(message.type, "D"));
    assert_string_equal(message.layout->name, "NewOrderSingle");
    assert_int_equal(message.fields[message.body_first].tag, 11);
    assert_int_equal(message.body_end, message.count - 1);
    assert_field(8, "FIX.4.4");
    assert_field(34, "2");
    assert_field(11, "C1");
    assert_field(453, "3");
    assert_field(58, "hi");
    assert_no_field(448);
    assert_no_field(523);
    assert_no_field(99);
    assert_true(
        cg_slice_is(cg_fix_field_value(&message, message.body_first), "C1"));
}

/* Every party and its sub-ids, each entry with its own. */
static void test_fix_group_nested_parties_walked(void **state)
{
    struct cg_fix_group party, sub;

    (void)state;
    read_ok(CG_FIX44, ORDER);
    assert_true(cg_fix_group(&message, 453, &party));
    assert_int_equal(party.count, 3);
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 448, "ACME");
    assert_member(&party, 452, "24");
    assert_no_member(&party, 523);
    assert_no_member(&party, 55);
    assert_true(cg_fix_group_nested(&party, 802, &sub));
    assert_true(cg_fix_group_next(&sub));
    assert_member(&sub, 523, "desk");
    assert_member(&sub, 803, "26");
    assert_true(cg_fix_group_next(&sub));
    assert_member(&sub, 523, "eu");
    assert_false(cg_fix_group_next(&sub));
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 448, "FCM1");
    assert_false(cg_fix_group_nested(&party, 802, &sub));
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 448, "T1");
    assert_true(cg_fix_group_nested(&party, 802, &sub));
    assert_int_equal(sub.count, 1);
    assert_false(cg_fix_group_next(&party));
    assert_false(cg_fix_group_next(&party));
}

/* Limits nest five deep, and a group's first member may count another. */
static void test_fix_group_limits_walked_to_the_leaves(void **state)
{
    struct cg_fix_group entry, party, related, alternate, sub, limit, type;
    struct cg_fix_group level;

    (void)state;
    read_ok(CG_FIX50SP2,
            "35=CM|" HEAD "1667=P1|1677=2|"
            "1671=1|1691=ACME|1692=D|1693=24|"
            "1562=1|1563=FCM1|1564=D|1565=4|1569=1|1570=F|1571=D|1572=1|"
            "1573=y|1574=1|1672=0|"
            "1669=1|1529=2|1530=12|1531=150000|1532=USD|"
            "1559=2|1769=4|1560=0.75|1769=2|1768=147000|"
            "1530=10|1531=5000|1670=L1|2339=2|"
            "1671=1|1691=BETA|1692=D|1693=24|1670=L2|58=end|");
    assert_true(cg_fix_group(&message, 1677, &entry));
    assert_true(cg_fix_group_next(&entry));
    assert_member(&entry, 1670, "L1");
    assert_true(cg_fix_group_nested(&entry, 1671, &party));
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 1691, "ACME");
    assert_member(&party, 1672, "0");
    assert_true(cg_fix_group_nested(&party, 1562, &related));
    assert_true(cg_fix_group_next(&related));
    assert_true(cg_fix_group_nested(&related, 1569, &alternate));
    assert_true(cg_fix_group_next(&alternate));
    assert_true(cg_fix_group_nested(&alternate, 1572, &sub));
    assert_true(cg_fix_group_next(&sub));
    assert_member(&sub, 1574, "1");
    assert_true(cg_fix_group_nested(&entry, 1669, &limit));
    assert_true(cg_fix_group_next(&limit));
    assert_true(cg_fix_group_nested(&limit, 1529, &type));
    assert_true(cg_fix_group_next(&type));
    assert_true(cg_fix_group_nested(&type, 1559, &level));
    assert_true(cg_fix_group_next(&level));
    assert_member(&level, 1560, "0.75");
    assert_true(cg_fix_group_next(&level));
    assert_member(&level, 1768, "147000");
    assert_true(cg_fix_group_next(&type));
    assert_member(&type, 1530, "10");
    assert_false(cg_fix_group_next(&type));
    assert_true(cg_fix_group_next(&entry));
    assert_member(&entry, 1670, "L2");
    assert_false(cg_fix_group_nested(&entry, 1669, &limit));
    assert_false(cg_fix_group_next(&entry));
    assert_field(58, "end");
}

/* A custom tag inside an entry stays with it; one at the end may be anyone's.
 */
static void test_fix_group_custom_tags_stay_in_entry(void **state)
{
    struct cg_fix_group party;

    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=C1|453=2|448=A|5001=a|452=24|5002=b|"
                      "448=B|452=4|5003=c|55=X|5004=d|");
    assert_true(cg_fix_group(&message, 453, &party));
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 5001, "a");
    assert_member(&party, 452, "24");
    assert_member(&party, 5002, "b");
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 452, "4");
    assert_member(&party, 5003, "c");
    assert_false(cg_fix_group_next(&party));
    assert_no_field(5001);
    assert_no_field(5002);
    assert_field(5003, "c");
    assert_field(55, "X");
    assert_field(5004, "d");
}

/* The same behind a nested group: entry and message can both see it. */
static void test_fix_group_custom_tag_after_nested_group(void **state)
{
    struct cg_fix_group party, sub;

    (void)state;
    read_ok(CG_FIX44,
            "35=D|" HEAD "11=C1|453=1|448=A|802=1|523=x|5001=a|55=X|");
    assert_true(cg_fix_group(&message, 453, &party));
    assert_true(cg_fix_group_next(&party));
    assert_member(&party, 5001, "a");
    assert_true(cg_fix_group_nested(&party, 802, &sub));
    assert_true(cg_fix_group_next(&sub));
    assert_member(&sub, 5001, "a");
    assert_field(5001, "a");
}

/* A group that the dictionary does not know is plain fields. */
static void test_fix_group_unknown_is_flat(void **state)
{
    struct cg_fix_group group;

    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=C1|6000=2|6001=a|6001=b|55=X|");
    assert_false(cg_fix_group(&message, 6000, &group));
    assert_field(6000, "2");
    assert_field(6001, "a");
    assert_field(55, "X");
    /* Parties did not exist in 4.2. */
    read_ok(CG_FIX42, "35=D|" HEAD "11=C1|453=1|448=A|55=X|");
    assert_false(cg_fix_group(&message, 453, &group));
    assert_field(448, "A");
}

/* Entries are those that are there, whatever the count says. */
static void test_fix_group_lying_count_entries_as_found(void **state)
{
    const char *counts[] = {"453=1|", "453=9|", "453=x|", "453=-1|",
                            "453=99999999999999999999|"};
    struct cg_fix_group party;

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char fields[256];
        snprintf(fields, sizeof fields,
                 "35=D|" HEAD "11=C1|%s448=A|452=1|448=B|452=4|55=X|",
                 counts[i]);
        read_ok(CG_FIX44, fields);
        assert_true(cg_fix_group(&message, 453, &party));
        assert_int_equal(party.count, i == 0 ? 1 : i == 1 ? 9 : -1);
        assert_true(cg_fix_group_next(&party));
        assert_true(cg_fix_group_next(&party));
        assert_false(cg_fix_group_next(&party));
        assert_no_field(448);
        assert_field(55, "X");
    }
    read_ok(CG_FIX44, "35=D|" HEAD "11=C1|453=0|55=X|");
    assert_true(cg_fix_group(&message, 453, &party));
    assert_false(cg_fix_group_next(&party));
    assert_field(55, "X");
}

/* A group at the very end of the body, and one in the header. */
static void test_fix_group_at_the_edges(void **state)
{
    struct cg_fix_group group;

    (void)state;
    read_ok(CG_FIX44,
            "35=D|" HEAD "627=2|628=H1|630=1|628=H2|11=C1|453=1|448=A|");
    assert_true(cg_fix_group(&message, 627, &group));
    assert_true(cg_fix_group_next(&group));
    assert_true(cg_fix_group_next(&group));
    assert_member(&group, 628, "H2");
    assert_false(cg_fix_group_next(&group));
    assert_int_equal(message.fields[message.body_first].tag, 11);
    assert_true(cg_fix_group(&message, 453, &group));
    assert_true(cg_fix_group_next(&group));
    assert_member(&group, 448, "A");
    assert_false(cg_fix_group_next(&group));
    /* A count as the last field: no entries, nothing read past the end. */
    read_ok(CG_FIX44, "35=D|" HEAD "11=C1|453=1|");
    assert_true(cg_fix_group(&message, 453, &group));
    assert_false(cg_fix_group_next(&group));
}

/* Data fields hold SOH, in header, body and trailer. */
static void test_fix_read_data_with_soh_is_one_field(void **state)
{
    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "212=9|213=<a|10=000|11=C1|95=5|96=|55=Y|"
                      "354=3|355=||||55=X|93=3|89=|9=|");
    assert_field(213, "<a\00110=000");
    assert_field(11, "C1");
    assert_field(96, "\00155=Y");
    assert_field(355, "\001\001\001");
    assert_field(55, "X");
    assert_field(89, "\0019=");
    assert_int_equal(message.body_end, message.count - 3);
}

/* Data of nothing but SOH, ending at every place of a block. */
static void test_fix_read_data_across_blocks(void **state)
{
    (void)state;
    for (int len = 1; len < 200; len++) {
        char fields[512];
        char value[200];
        struct cg_slice found;
        memset(value, '|', sizeof value);
        snprintf(fields, sizeof fields, "35=B|" HEAD "95=%d|96=%.*s|148=h|",
                 len, len, value);
        read_ok(CG_FIX44, fields);
        assert_true(cg_fix_find(&message, 96, &found));
        assert_int_equal(found.len, len);
        assert_field(148, "h");
        assert_int_equal(message.body_end, message.body_first + 3);
    }
}

/* Of tags that share a bucket each is found, the first of equals first. */
static void test_fix_find_tags_of_one_bucket(void **state)
{
    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=a|139=b|267=c|6027=d|6027=e|453=1|"
                      "448=x|5128=y|55=X|5256=z|");
    assert_field(11, "a");
    assert_field(139, "b");
    assert_field(267, "c");
    assert_field(6027, "d");
    assert_no_field(395);
    assert_no_field(448);
    assert_field(5256, "z");
    /* In the body, though its bucket starts in the header. */
    read_ok(CG_FIX44, "35=D|" HEAD "163=a|162=b|");
    assert_field(35, "D");
    assert_field(163, "a");
    assert_field(34, "2");
    assert_field(162, "b");
}

/* A length that cannot be one leaves the data field to end at its SOH. */
static void test_fix_read_data_with_wrong_length_ends_at_soh(void **state)
{
    const char *lengths[] = {"95=99999|", "95=-1|",
                             "95=x|",     "95=99999999999999999999|",
                             "95=1|",     "95=|"};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char fields[128];
        snprintf(fields, sizeof fields, "35=B|" HEAD "%s96=abc|148=h|",
                 lengths[i]);
        read_ok(CG_FIX44, fields);
        assert_field(96, "abc");
        assert_field(148, "h");
    }
}

/* Data without its length before it ends at its SOH, too. */
static void test_fix_read_data_without_length_ends_at_soh(void **state)
{
    (void)state;
    read_ok(CG_FIX44, "35=B|" HEAD "96=abc|148=h|");
    assert_field(96, "abc");
    read_ok(CG_FIX44, "35=B|" HEAD "5001=3|96=abc|148=h|");
    assert_field(96, "abc");
    read_ok(CG_FIX44, "35=B|" HEAD "93=3|96=abc|148=h|");
    assert_field(96, "abc");
    assert_field(148, "h");
}

/* What is of the header or trailer is not found in the body; a group of a type
 * that nobody knows is none. */
static void test_fix_find_looks_where_the_dictionary_says(void **state)
{
    struct cg_slice value;
    struct cg_fix_group group;

    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=A|93=1|58=x|89=y|");
    assert_field(58, "x");
    assert_false(cg_fix_find(&message, 93, &value));
    read_ok(CG_FIX44, "35=D|" HEAD "11=A|50=x|58=y|");
    assert_false(cg_fix_find(&message, 50, &value));
    read_ok(CG_FIX44, "35=ZZ|" HEAD "453=1|448=A|");
    assert_null(message.layout);
    assert_false(cg_fix_group(&message, 453, &group));
}

static void test_fix_read_empty_values_kept(void **state)
{
    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=|55=X|58=|");
    assert_field(11, "");
    assert_field(58, "");
}

/* Tags that are no tags read as 0, so that one fault does not hide the rest. */
static void test_fix_read_strange_tags_kept(void **state)
{
    (void)state;
    read_ok(CG_FIX44, "35=D|" HEAD "11=C1|-1=x|abc=y|99999999999=z|"
                      "999999999=w|55=X|");
    assert_field(0, "x");
    assert_field(999999999, "w");
    assert_field(55, "X");
}

static int read_raw(const char *bytes)
{
    char copy[256];
    size_t len = strlen(bytes);

    for (size_t i = 0; i < len; i++)
        copy[i] = bytes[i] == '|' ? '\001' : bytes[i];
    return cg_fix_read(&message, CG_FIX44, copy, len);
}

/* What is no message at all is told apart by its outcome. */
static void test_fix_read_not_a_message_refused(void **state)
{
    (void)state;
    assert_int_equal(read_raw(""), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=163|"), 0);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=164|"), CG_FIX_E_CHECKSUM);
    assert_int_equal(read_raw("8=FIX.4.4|9=6|35=0|10=164|"), CG_FIX_E_LENGTH);
    assert_int_equal(read_raw("8=FIX.4.4|9=x|35=0|10=163|"), CG_FIX_E_LENGTH);
    assert_int_equal(read_raw("8=FIX.4.2|9=5|35=0|10=161|"), CG_FIX_E_VERSION);
    assert_int_equal(read_raw("9=5|8=FIX.4.4|35=0|10=163|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|35=0|9=5|10=163|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|11=163|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|34=0|10=162|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|10=163|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|10=0000163|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("7=FIX.4.4|9=5|35=0|10=162|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("88=FIX.4.4|9=5|35=0|10=219|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|8=5|35=0|10=162|"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=-5|35=0|10=163|"), CG_FIX_E_LENGTH);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=0163|"), CG_FIX_E_LENGTH);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=1x3|"), CG_FIX_E_CHECKSUM);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=163"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=163|x"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=5|35=0|10=163||"), CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=7|35=0|x|10=200|"),
                     CG_FIX_E_GARBLED);
    assert_int_equal(read_raw("8=FIX.4.4|9=8|35=0|=x|10=200|"),
                     CG_FIX_E_GARBLED);
    assert_int_equal(cg_fix_read(&message, CG_VERSIONS, "8", 1),
                     CG_FIX_E_VERSION);
    assert_int_equal(cg_fix_read(&message, CG_FIX44, "8", (size_t)1 << 31),
                     CG_FIX_E_TOO_LONG);
}

/* As many fields as there is room for, and one more. */
static void test_fix_read_field_limit(void **state)
{
    char fields[TEXT_MAX] = "35=D|";
    size_t at = strlen(fields);

    (void)state;
    for (size_t i = 4; i < CG_FIX_FIELDS_MAX; i++) {
        memcpy(fields + at, "58=x|", 6);
        at += 5;
    }
    read_ok(CG_FIX44, fields);
    assert_int_equal(message.count, CG_FIX_FIELDS_MAX);
    memcpy(fields + at, "58=x|", 6);
    assert_int_equal(text_read(&message, &text, CG_FIX44, fields),
                     CG_FIX_E_TOO_MANY);
}

/* Uses everything that reading a message offers; for bytes of any kind. */
static void use_message(struct cg_fix_message *m)
{
    struct cg_fix_fault fault;
    struct cg_slice value;

    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t tag = m->fields[i].tag;
        struct cg_fix_group group, inner;
        assert_true(m->fields[i].at + m->fields[i].len < m->len);
        (void)cg_fix_find(m, tag, &value);
        if (!cg_fix_group(m, tag, &group))
            continue;
        while (cg_fix_group_next(&group)) {
            assert_true(group.entry < group.entry_end);
            assert_true(group.entry_end <= group.limit);
            (void)cg_fix_group_find(&group, 452, &value);
            if (cg_fix_group_nested(&group, 802, &inner))
                while (cg_fix_group_next(&inner))
                    (void)cg_fix_group_find(&inner, 523, &value);
        }
    }
    (void)cg_fix_validate(m, &fault);
}

/* Every cut of a message, its end at a page that cannot be read. */
static void test_fix_read_truncated_at_unreadable_page(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, page * 2, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    text_make(&text, "FIX.4.4",
              "35=D|" HEAD "11=C1|" PARTIES "95=5|96=|55=Y|453=2|");
    for (size_t len = 0; len <= text.len; len++) {
        char *bytes = pages + page - len;
        int result;
        memcpy(bytes, text.bytes, len);
        result = cg_fix_read(&message, CG_FIX44, bytes, len);
        assert_int_equal(result == 0, len == text.len);
        if (result == 0)
            use_message(&message);
    }
    munmap(pages, page * 2);
}

/* 9 and 10 made right again, so that a change gets past the frame. */
static void reseal(struct text *t)
{
    unsigned sum = 0;

    for (size_t i = 0; i + 7 < t->len; i++)
        sum += (unsigned char)t->bytes[i];
    snprintf(t->bytes + t->len - 7, 8, "10=%03u\001", sum % 256);
}

/* A message with bytes changed is read or refused, and used without harm. */
static void test_fix_read_mutated_bytes_harmless(void **state)
{
    const char alphabet[] = "\001\001==0123456789|-xY\377";
    uint32_t seed = 1;
    unsigned read = 0;
    struct text original;

    (void)state;
    text_make(&original, "FIX.4.4",
              ORDER "354=3|355=a|b|555=2|600=A|624=1|539=1|524=x|600=B|");
    for (int round = 0; round < 20000; round++) {
        text = original;
        for (int change = 0; change <= round % 4; change++) {
            seed = seed * 1664525u + 1013904223u;
            text.bytes[25 + (seed >> 8) % (text.len - 32)] =
                alphabet[(seed >> 3) % (sizeof alphabet - 1)];
        }
        reseal(&text);
        if (cg_fix_read(&message, CG_FIX44, text.bytes, text.len) != 0)
            continue;
        use_message(&message);
        read++;
    }
    /* Most changes leave a message that can be read. */
    assert_true(read > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_read_order_finds_fields),
        cmocka_unit_test(test_fix_group_nested_parties_walked),
        cmocka_unit_test(test_fix_group_limits_walked_to_the_leaves),
        cmocka_unit_test(test_fix_group_custom_tags_stay_in_entry),
        cmocka_unit_test(test_fix_group_custom_tag_after_nested_group),
        cmocka_unit_test(test_fix_group_unknown_is_flat),
        cmocka_unit_test(test_fix_group_lying_count_entries_as_found),
        cmocka_unit_test(test_fix_group_at_the_edges),
        cmocka_unit_test(test_fix_read_data_with_soh_is_one_field),
        cmocka_unit_test(test_fix_read_data_across_blocks),
        cmocka_unit_test(test_fix_find_tags_of_one_bucket),
        cmocka_unit_test(test_fix_read_data_with_wrong_length_ends_at_soh),
        cmocka_unit_test(test_fix_read_data_without_length_ends_at_soh),
        cmocka_unit_test(test_fix_find_looks_where_the_dictionary_says),
        cmocka_unit_test(test_fix_read_empty_values_kept),
        cmocka_unit_test(test_fix_read_strange_tags_kept),
        cmocka_unit_test(test_fix_read_not_a_message_refused),
        cmocka_unit_test(test_fix_read_field_limit),
        cmocka_unit_test(test_fix_read_truncated_at_unreadable_page),
        cmocka_unit_test(test_fix_read_mutated_bytes_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
