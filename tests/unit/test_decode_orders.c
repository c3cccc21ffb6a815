/*
 * What the decoders make of single fields of orders and reports: what is not
 * there, twice, or of another form.
 *
 * Rules: R3, R5, R6, R40, R43, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec.h"
#include "test_fix_text.h"

static struct cg_fix_message message;
static struct text text;

static void read_as(enum cg_version version, const char *fields)
{
    assert_int_equal(text_read(&message, &text, version, fields), 0);
}

static bool is(struct cg_slice value, const char *words)
{
    return cg_slice_is(value, words);
}

/* --- D, AB --------------------------------------------------------------- */

static struct cg_order_event order(const char *type, const char *fields)
{
    static struct cg_leg_event legs[CG_LEGS_MAX];
    struct cg_order_event event;
    char all[512];
    snprintf(all, sizeof(all), "35=%s|" HEAD "11=A|%s", type, fields);
    read_as(CG_FIX44, all);
    cg_decode_order(&message, &event);
    if (event.package) {
        cg_decode_legs(&message, legs, &event);
    }
    return event;
}

#define TERMS "55=X|38=1|"

/* R6: the first party of a role that has an id counts. */
static void test_decode_order_parties(void **state)
{
    (void)state;
    struct cg_order_event event = order(
        "D", "54=1|453=4|448=a|447=D|452=x|448=A|447=D|452=24|448=B|447=D|"
             "452=24|448=C|447=D|452=21|" TERMS);
    assert_true(is(event.account, "A") && is(event.ccp, "C"));
    assert_int_equal(event.firm.len, 0);
    event = order("D", "54=1|453=2|447=D|452=4|448=F|447=D|452=4|" TERMS);
    assert_int_equal(event.bad.reason, CG_REASON_NONE);
}

static struct cg_order_event sent(const char *header)
{
    struct cg_order_event event;
    char all[256];
    snprintf(all, sizeof(all), "35=D|49=A|56=B|34=2|%s11=A|1=A|54=1|" TERMS,
             header);
    read_as(CG_FIX44, all);
    cg_decode_order(&message, &event);
    return event;
}

/* R40: when it was first sent; without a word of that long ago. */
static void test_decode_order_times(void **state)
{
    (void)state;
#define AT_NINE "122=20260102-09:00:00|"
#define AT_TEN "52=20260102-10:00:00|"
    cg_time ten = sent(AT_TEN).sent_at;
    cg_time nine = ten - 3600 * CG_SECOND;
    assert_true(sent("43=Y|" AT_TEN AT_NINE).possdup);
    assert_true(sent("97=Y|" AT_TEN AT_NINE).possresend);
    assert_true(sent("43=Y|" AT_TEN AT_NINE).sent_at == nine);
    assert_true(sent("43=N|" AT_TEN AT_NINE).sent_at == ten);
    assert_true(sent("97=Y|" AT_TEN AT_NINE).sent_at == ten);
    assert_true(sent("43=Y|" AT_TEN).sent_at == ten);
    assert_int_equal(sent("").sent_at, 0);
    assert_int_equal(sent("52=19600102-10:00:00|").sent_at, 0);
}

/* R3: a side is one letter. */
static void test_decode_order_sides(void **state)
{
    (void)state;
    assert_int_equal(order("D", "1=A|54=1|" TERMS).side, '1');
    assert_int_equal(order("D", "1=A|54=1|" TERMS).bad.tag, 0);
    assert_int_equal(order("D", "1=A|54=12|" TERMS).bad.tag, 54);
    assert_int_equal(order("D", "1=A|54=B|" TERMS).bad.tag, 54);
    assert_int_equal(order("D", "1=A|" TERMS).bad.tag, 54);
    assert_int_equal(order("D", "1=A|54=1|59=3|" TERMS).time_in_force, '3');
    assert_int_equal(order("D", "1=A|54=1|59=33|" TERMS).time_in_force, '0');
}

/* R40: two orders that differ in no more than time are the same; what a replace
 * may change in size leaves the terms as they are. */
static void test_decode_order_hashes(void **state)
{
    (void)state;
    struct cg_order_event one = order(
        "AB", "1=A|54=1|60=20260102-10:00:00|37=O|58=w|" TERMS
              "555=1|600=X|623=1|624=1|685=1|687=1|");
    struct cg_order_event late = order(
        "AB", "1=A|54=1|60=20260102-10:00:01|37=O|58=w|" TERMS
              "555=1|600=X|623=1|624=1|685=1|687=1|");
    assert_true(one.body_hash == late.body_hash);
    struct cg_order_event more = order(
        "AB", "1=A|54=1|60=20260102-10:00:00|37=P|58=v|55=X|38=2|"
              "555=1|600=X|623=1|624=1|685=2|687=2|");
    assert_true(one.body_hash != more.body_hash);
    assert_true(one.terms_hash == more.terms_hash);
    struct cg_order_event other = order(
        "AB", "1=A|54=1|60=20260102-10:00:00|37=O|58=w|" TERMS
              "555=1|600=X|623=2|624=1|685=1|687=1|");
    assert_true(one.terms_hash != other.terms_hash);
}

/* R5: legs. */
static void test_decode_legs_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        uint32_t tag;
    } rows[] = {
        {"555=1|600=X|623=1|624=1|", 0},
        {"", 555},
        {"555=0|", 555},
        {"555=1|600=X|623=1|624=12|", 624},
        {"555=1|600=X|623=1|624=3|", 624},
        {"555=1|600=X|623=1|", 624},
        {"555=1|600=[N/A]|602=Y|603=8|623=1|624=1|", 0},
        {"555=1|602=Y|603=8|623=1|624=1|", 555},
        {"555=1|600=[N/A]|623=1|624=1|", 600},
        {"555=1|623=1|624=1|", 555},
    };
    char all[256];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "1=A|54=1|" TERMS "%s", rows[i].fields);
        struct cg_order_event event = order("AB", all);
        if (event.bad.tag != rows[i].tag) {
            fail_msg("%s: %u", rows[i].fields, event.bad.tag);
        }
    }
    struct cg_dates dates;
    order("AB", "1=A|54=1|" TERMS);
    cg_decode_leg_dates(&message, 0, &dates);
    assert_int_equal(dates.end, CG_DATE_NONE);
    order("AB", "1=A|54=1|" TERMS "555=1|600=X|623=1|624=1|");
    cg_decode_leg_dates(&message, 1, &dates);
    assert_int_equal(dates.end, CG_DATE_NONE);
    assert_non_null(dates.bad);
}

/* --- 8 ------------------------------------------------------------------- */

static struct cg_report_event report(const char *fields)
{
    struct cg_report_event event;
    char all[512];
    snprintf(all, sizeof(all), "35=8|" HEAD "37=O|17=E|%s", fields);
    read_as(CG_FIX44, all);
    cg_decode_report(&message, &event);
    return event;
}

/* R43: no fill is lost to its form; what is more than the form holds is the
 * most. */
static void test_decode_report_quantities(void **state)
{
    (void)state;
    static const struct {
        const char *cum_qty;
        bool bad;
        cg_qty qty;
    } rows[] = {
        {"5", false, 5},
        {"5.0", false, 5},
        {"5.5", false, 6},
        {".5", false, 1},
        {"9223372036854775807", false, INT64_MAX},
        {"9223372036854775806.5", false, INT64_MAX},
        {"9223372036854775807.5", false, INT64_MAX},
        {"9223372036854775808", false, INT64_MAX},
        {"9223372036854775808.5", false, INT64_MAX},
        {"-1", true, 0},
        {"x", true, 0},
    };
    char all[128];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "150=F|39=1|14=%s|", rows[i].cum_qty);
        struct cg_report_event event = report(all);
        if (event.bad_cum_qty != rows[i].bad ||
            (!rows[i].bad && event.cum_qty != rows[i].qty)) {
            fail_msg("%s: %lld", rows[i].cum_qty, (long long)event.cum_qty);
        }
    }
    assert_true(report("150=F|39=1|").bad_cum_qty);
    assert_false(report("150=0|39=0|").bad_cum_qty);
}

/* R46: 39 of a status. */
static void test_decode_report_statuses(void **state)
{
    (void)state;
    static const struct {
        char status;
        enum cg_report_kind kind;
    } rows[] = {
        {'0', CG_REPORT_OTHER},     {'1', CG_REPORT_OTHER},
        {'2', CG_REPORT_OTHER},     {'3', CG_REPORT_DONE_FOR_DAY},
        {'4', CG_REPORT_CANCELLED}, {'6', CG_REPORT_PENDING},
        {'8', CG_REPORT_REJECTED},  {'A', CG_REPORT_PENDING},
        {'C', CG_REPORT_EXPIRED},   {'E', CG_REPORT_PENDING},
    };
    char all[64];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "150=I|39=%c|14=0|", rows[i].status);
        struct cg_report_event event = report(all);
        assert_true(event.is_status);
        assert_int_equal(event.kind, rows[i].kind);
        assert_int_equal(event.unknown, rows[i].status == '8');
    }
    assert_false(report("150=I|39=8|103=1|14=0|").unknown);
    assert_true(report("150=I|39=8|103=5|14=0|").unknown);
    assert_true(report("150=I|39=8|103=x|14=0|").unknown);
    assert_true(report("150=8|39=8|790=S|14=0|").is_status);
    assert_false(report("150=8|39=8|14=0|").is_status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_order_parties),
        cmocka_unit_test(test_decode_order_times),
        cmocka_unit_test(test_decode_order_sides),
        cmocka_unit_test(test_decode_order_hashes),
        cmocka_unit_test(test_decode_legs_that_are_none),
        cmocka_unit_test(test_decode_report_quantities),
        cmocka_unit_test(test_decode_report_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
