/*
 * What is refused, with which code and tag; and what must pass.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix_validate.h"
#include "test_fix_text.h"

static struct cg_fix_message message;
static struct cg_fix_fault fault;
static struct text text;

static int validate(enum cg_version version, const char *fields)
{
    assert_int_equal(text_read(&message, &text, version, fields), 0);
    return cg_fix_validate(&message, &fault);
}

static void assert_passes(enum cg_version version, const char *fields)
{
    assert_int_equal(validate(version, fields), 0);
}

static void assert_refused(enum cg_version version,
                           const char *fields,
                           int reason,
                           uint32_t tag)
{
    assert_int_equal(validate(version, fields), 1);
    assert_false(fault.business);
    assert_int_equal(fault.reason, reason);
    assert_int_equal(fault.tag, tag);
    assert_true(fault.text[0] != '\0');
}

/* What a 4.4 order needs. */
#define MUST "11=C1|55=X|54=1|60=20260102-10:00:00|40=2|"

static void test_fix_validate_good_messages_pass(void **state)
{
    (void)state;
    assert_passes(CG_FIX44, "35=D|" HEAD MUST "38=1|44=-3.5|");
    assert_passes(CG_FIX42, "35=D|" HEAD MUST "21=1|1=ACME|439=FCM1|");
    assert_passes(CG_FIX50SP2,
                  "35=DG|" HEAD "2318=1|2320=0|2321=0|2325=1|2327=10.5|"
                  "2324=10.5|453=1|448=A|802=1|523=d|803=1|");
    assert_passes(CG_FIX50SP2,
                  "35=CM|" HEAD "1667=P|1677=1|1671=1|1691=A|1669=1|1529=1|"
                  "1530=12|1531=5.5|1559=1|1769=4|1560=0.75|1670=L|2339=2|");
}

/* Custom tags, unknown groups, unknown values: none of it is refused. */
static void test_fix_validate_unknown_passes(void **state)
{
    (void)state;
    assert_passes(CG_FIX44, "35=D|" HEAD MUST "5001=x|5001=y|");
    assert_passes(CG_FIX44, "35=D|" HEAD MUST "6000=7|6001=a|6001=b|");
    assert_passes(CG_FIX44,
                  "35=D|" HEAD MUST "453=2|448=A|5001=x|5001=y|448=B|");
    assert_passes(CG_FIX44, "35=D|" HEAD MUST "167=NOTLISTED|22=Z|423=77|");
    assert_passes(CG_FIX42, "35=D|" HEAD MUST "21=1|453=9|448=A|448=B|");
}

static void test_fix_validate_required_missing(void **state)
{
    (void)state;
    assert_refused(CG_FIX44,
                   "35=D|" HEAD "11=C1|55=X|60=20260102-10:00:00|"
                   "40=2|",
                   1, 54);
    assert_string_equal(fault.name, "Side");
    assert_refused(CG_FIX44, "35=D|49=A|56=B|34=2|" MUST, 1, 52);
    assert_refused(CG_FIX42, "35=D|" HEAD MUST, 1, 21);
    assert_refused(CG_FIX50SP2, "35=DF|" HEAD "2318=1|2320=0|", 1, 2321);
    /* Required in each entry of a group, be it the first member or not. */
    assert_refused(CG_FIX50SP2,
                   "35=CT|" HEAD "1666=R|1762=1|1677=2|1324=A|1763=0|1670=L|"
                   "1324=A|1670=M|",
                   1, 1763);
    assert_refused(CG_FIX50SP2,
                   "35=CM|" HEAD "1667=P|1677=1|1671=1|1691=A|1669=1|1529=1|"
                   "1530=12|1559=1|1560=1|",
                   15, 1560);
    assert_refused(CG_FIX50SP2,
                   "35=CR|" HEAD "1667=P|1677=1|1324=D|1670=L|1669=1|1529=2|"
                   "1530=12|1531=1|1530=10|1532=|",
                   4, 1532);
    /* A group whose place in the message is required. */
    assert_refused(CG_FIX50SP2, "35=DH|" HEAD "2328=1|2329=0|", 1, 453);
}

static void test_fix_validate_empty_value(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "44=|", 4, 44);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=|", 4, 448);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "5001=|", 4, 5001);
    assert_refused(CG_FIX44, "35=D|50=|" HEAD MUST, 4, 50);
}

static void test_fix_validate_formats(void **state)
{
    const struct {
        const char *fields;
        uint32_t tag;
    } bad[] = {
        {"38=1e6|", 38},
        {"38=1 000|", 38},
        {"44=3,5|", 44},
        {"44=.|", 44},
        {"110=+1|", 110},
        {"126=20260102|", 126},
        {"126=20260102-25:00:00|", 126},
        {"64=20261302|", 64},
        {"377=yes|", 377},
        {"423=99999999999999999999|", 423},
        {"423=1.0|", 423},
        {"453=-1|", 453},
        {"453=x|448=A|", 453},
        {"453=1|448=A|452=one|", 452},
    };
    const char *chars[] = {"54=12|", "40=LIMIT|"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char fields[256];
        snprintf(fields, sizeof fields, "35=D|" HEAD MUST "%s", bad[i].fields);
        assert_refused(CG_FIX44, fields, 6, bad[i].tag);
    }
    for (size_t i = 0; i < sizeof chars / sizeof chars[0]; i++) {
        char fields[128];
        snprintf(fields, sizeof fields, "35=D|" HEAD "11=C1|%s", chars[i]);
        assert_refused(CG_FIX44, fields, 6, i == 0 ? 54 : 40);
    }
    assert_refused(CG_FIX44, "35=D|" HEAD "43=Z|" MUST, 6, 43);
    assert_refused(CG_FIX50SP2,
                   "35=AB|" HEAD "11=C1|555=18446744073709551617|600=A|", 6,
                   555);
}

/* Only for values that the gate decides on; the rest is the peer's business. */
static void test_fix_validate_decisive_values(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD "11=C1|54=Z|", 5, 54);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "59=x|", 5, 59);
    assert_refused(CG_FIX50SP2, "35=DF|" HEAD "2320=3|", 5, 2320);
    assert_refused(CG_FIX50SP2, "35=DG|" HEAD "2320=0|2321=0|2325=9|", 5, 2325);
    assert_refused(CG_FIX50SP2, "35=DH|" HEAD "2328=1|2329=7|", 5, 2329);
    assert_refused(CG_FIX50SP2, "35=CR|" HEAD "1667=P|1677=1|1324=X|", 5, 1324);
    assert_refused(CG_FIX42, "35=8|" HEAD "20=7|", 5, 20);
}

static void test_fix_validate_repeated_tag(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "54=2|", 13, 54);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|452=1|452=4|", 13,
                   452);
    assert_refused(CG_FIX44, "35=D|" HEAD "34=3|" MUST, 13, 34);
    /* Two groups of one kind would hide one of them. */
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|58=t|453=1|448=B|",
                   13, 453);
    /* FIX 4.2 has no code above 11. */
    assert_refused(CG_FIX42, "35=D|" HEAD MUST "21=1|54=2|", CG_FIX_REJECT_NONE,
                   54);
}

static void test_fix_validate_order(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD "11=C1|50=trader|55=X|", 14, 50);
    assert_refused(CG_FIX44, "35=D|" HEAD "11=C1|93=1|89=x|55=X|", 14, 93);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|43=Y|", 14, 43);
}

/* Members of a group without its count, in the body or in another's entry. */
static void test_fix_validate_stray_members(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "448=A|447=D|452=1|", 15, 448);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "523=A|", 15, 523);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|452=1|523=A|", 15,
                   523);
    assert_refused(CG_FIX50SP2, "35=CR|" HEAD "1667=P|1560=5|", 15, 1560);
}

static void test_fix_validate_groups(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=3|448=A|448=B|", 16, 453);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|448=B|", 16, 453);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|58=t|", 16, 453);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|", 16, 453);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=0|448=A|", 16, 453);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|452=1|448=A|", 15, 452);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "453=1|448=A|802=2|523=x|803=1|",
                   16, 802);
    /* A torn entry: the second is cut off by a field of the body. */
    assert_refused(CG_FIX44, "35=D|" HEAD "11=C1|453=2|448=A|55=X|448=B|54=1|",
                   16, 453);
    assert_passes(CG_FIX44, "35=D|" HEAD MUST "453=0|");
    assert_refused(CG_FIX42, "35=B|" HEAD "148=h|33=2|58=a|",
                   CG_FIX_REJECT_NONE, 33);
}

static void test_fix_validate_bad_tag(void **state)
{
    (void)state;
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "0=x|", 0, 0);
    assert_refused(CG_FIX44, "35=D|" HEAD MUST "-1=x|", 0, 0);
}

/* A type that we do not describe is for j, not for 3. */
static void test_fix_validate_unknown_type_is_business(void **state)
{
    (void)state;
    assert_int_equal(validate(CG_FIX44, "35=E|" HEAD "66=L|"), 1);
    assert_true(fault.business);
    assert_int_equal(fault.reason, CG_FIX_BUSINESS_TYPE);
    assert_int_equal(validate(CG_FIX44, "35=DF|" HEAD), 1);
    assert_true(fault.business);
}

/* A field that only the gate needs: j with 380=5. */
static void test_fix_require_missing_is_business(void **state)
{
    (void)state;
    assert_passes(CG_FIX44, "35=D|" HEAD MUST);
    assert_int_equal(cg_fix_require(&message, 11, &fault), 0);
    assert_int_equal(cg_fix_require(&message, 5001, &fault), 1);
    assert_string_equal(fault.name, "");
    assert_int_equal(cg_fix_require(&message, 38, &fault), 1);
    assert_true(fault.business);
    assert_int_equal(fault.reason, CG_FIX_BUSINESS_REQUIRED);
    assert_int_equal(fault.tag, 38);
    assert_string_equal(fault.name, "OrderQty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_validate_good_messages_pass),
        cmocka_unit_test(test_fix_validate_unknown_passes),
        cmocka_unit_test(test_fix_validate_required_missing),
        cmocka_unit_test(test_fix_validate_empty_value),
        cmocka_unit_test(test_fix_validate_formats),
        cmocka_unit_test(test_fix_validate_decisive_values),
        cmocka_unit_test(test_fix_validate_repeated_tag),
        cmocka_unit_test(test_fix_validate_order),
        cmocka_unit_test(test_fix_validate_groups),
        cmocka_unit_test(test_fix_validate_stray_members),
        cmocka_unit_test(test_fix_validate_bad_tag),
        cmocka_unit_test(test_fix_validate_unknown_type_is_business),
        cmocka_unit_test(test_fix_require_missing_is_business),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
