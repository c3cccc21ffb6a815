/*
 * A session with ValidateBodies=Y judges whole messages as a QuickFIX
 * counterparty does, and still hands over their own bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

#define HEAD "49=INI|56=ACC|52=@T|"

/* Not in the order of tags, so that a sorted copy would show. */
#define ORDER                                                                  \
    "60=20260102-10:00:00.000|54=1|11=C1|55=USSW10|21=1|38=1000000|40=2|"      \
    "44=3.5|"
#define PARTIES                                                                \
    "453=2|448=ACME|447=D|452=24|802=1|523=a|803=1|448=FCM1|447=D|452=4|"
#define REPORT                                                                 \
    "37=O1|11=C1|17=E1|150=0|39=0|55=USSW10|54=1|151=1000000|14=0|6=0|"

static const struct version {
    const char *name;
    const char *order;
    const char *report;
} versions[] = {
    {"FIX.4.2", ORDER "1=ACME|386=2|336=S1|336=S2|", REPORT "20=0|"},
    {"FIX.4.4", ORDER PARTIES, REPORT},
    {"FIXT.1.1", ORDER PARTIES, REPORT},
};

static void open_pair(struct pair *p, const char *version, const char *extra)
{
    pair_open_validating(p, version, extra);
    pair_connect(p);
    assert_int_equal(p->a.logons, 1);
}

/* Proper messages pass in every version, with their own bytes, both ways. */
static void test_validate_takes_proper_messages(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
        struct pair p;
        open_pair(&p, versions[v].name, "");
        pair_expect_taken(&p.a, "D", versions[v].order);
        pair_expect_taken(&p.a, "D", versions[v].order);
        pair_expect_taken(&p.i, "8", versions[v].report);
        pair_close(&p);
    }
}

/* The order of a version with |from| in place of |to|, or left out. */
static const char *
changed(const struct version *version, const char *from, const char *to)
{
    static char text[1024];
    const char *at = strstr(version->order, from);
    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - version->order),
             version->order, to, at + strlen(from));
    return text;
}

/* Each mistake gets a 3 that names it, right after a good message with the
 * same header, and the next good one passes. */
static void test_validate_refuses_mistakes(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        int tag;
        int reason;
    } cases[] = {
        {"55=USSW10|", "", 55, 1},          /* required tag missing */
        {"54=1|", "", 54, 1},               /* required tag missing */
        {"11=C1|", "", 11, 1},              /* required tag missing */
        {"54=1|", "54=1|9999=x|", 9999, 0}, /* no such tag */
        {"54=1|", "54=1|434=1|", 434, 2},   /* not of this message */
        {"54=1|", "54=~|", 54, 5},          /* not a value */
        {"38=1000000|", "38=x|", 38, 6},    /* not a number */
        {"38=1000000|", "38=|", 38, 4},     /* no value */
    };
    (void)state;
    for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
        struct pair p;
        open_pair(&p, versions[v].name, "");
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            pair_expect_taken(&p.a, "D", versions[v].order);
            if (cases[i].tag == 55 && v > 0)
                continue; /* required in FIX 4.2 only */
            pair_expect_reject(
                &p.a, "D", changed(&versions[v], cases[i].from, cases[i].to),
                cases[i].tag, cases[i].reason);
        }
        assert_true(fix8c_session_logged_on(p.a.session));
        pair_close(&p);
    }
}

/* What the header must have is asked for, too: a message without its time does
 * not end the line. */
static void test_validate_header_is_required(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
        struct pair p;
        open_pair(&p, versions[v].name, "");
        assert_int_equal(pair_feed(&p.a, "35=1|49=INI|56=ACC|34=2|112=x|"), 0);
        assert_true(pair_has(pair_last_sent(&p.a, "3"), "371=52"));
        assert_true(pair_has(pair_last_sent(&p.a, "3"), "373=1"));
        assert_true(fix8c_session_logged_on(p.a.session));
        pair_close(&p);
    }
}

/* Groups: counts that lie, members torn off, groups that no dictionary knows.
 * Which tag is named is QuickFIX's choice. */
static void test_validate_refuses_torn_groups(void **state)
{
    static const char *const newer[] = {"FIX.4.4", "FIXT.1.1"};
    (void)state;
    for (size_t v = 0; v < 2; v++) {
        struct pair p;
        open_pair(&p, newer[v], "");
        pair_expect_reject(&p.a, "D", ORDER "453=3|448=A|447=D|452=1|", 453,
                           16);
        pair_expect_reject(&p.a, "D",
                           ORDER "453=2|448=A|447=D|58=x|448=B|447=D|", 447, 2);
        pair_expect_reject(
            &p.a, "D", ORDER "453=2|448=A|447=D|9999=x|448=B|447=D|", 447, 2);
        pair_expect_reject(&p.a, "D", ORDER "9001=2|9002=a|9002=b|", 9001, 0);
        pair_close(&p);
    }
    struct pair p;
    open_pair(&p, "FIX.4.2", "");
    pair_expect_reject(&p.a, "D", ORDER "386=2|336=S1|58=x|336=S2|", 336, 2);
    pair_close(&p);
}

/* An unknown type, and a header field inside the body. */
static void test_validate_refuses_types_and_order(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    assert_true(pair_has(pair_offer(&p.a, "UU", "58=x|"), "35=3"));
    pair_expect_reject(&p.a, "D", ORDER "50=late|", 50, 14);
    pair_expect_taken(&p.a, "D", ORDER);
    pair_close(&p);
}

/* User-defined fields pass when the counterparty is set so; a group of them is
 * refused all the same. */
static void test_validate_user_defined_fields(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    pair_expect_reject(&p.a, "D", ORDER "7350=T|", 7350, 0);
    pair_close(&p);
    open_pair(&p, "FIX.4.4", "ValidateUserDefinedFields=N");
    pair_expect_taken(&p.a, "D", ORDER "7350=T|");
    pair_expect_reject(&p.a, "D", ORDER "9001=2|9002=a|9002=b|", 9002, 13);
    pair_expect_reject(&p.a, "D", ORDER "4999=x|", 4999, 0);
    pair_close(&p);
}

static void assert_fields(const struct pair_seen *seen, const char *text)
{
    char body[1024];
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        body[i] = text[i] == '|' ? '\001' : text[i];
    assert_int_equal(seen->body_len, len);
    assert_memory_equal(seen->message.body, body, len);
}

/* What waited behind a gap comes with its own bytes; a bad one among it is
 * refused when it arrives. */
static void test_validate_gap_keeps_bytes(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    assert_int_equal(pair_feed(&p.a, "35=D|34=3|" HEAD ORDER "58=three|"), 0);
    assert_int_equal(pair_feed(&p.a, "35=D|34=4|" HEAD ORDER PARTIES), 0);
    assert_true(fix8c_session_in_gap(p.a.session));
    assert_int_equal(p.a.app_len, 0);
    assert_int_equal(
        pair_feed(&p.a, "35=4|34=2|43=Y|122=@T|" HEAD "123=Y|36=3|"), 0);
    assert_false(fix8c_session_in_gap(p.a.session));
    assert_int_equal(p.a.app_len, 2);
    assert_fields(&p.a.app[0], ORDER "58=three|");
    assert_fields(&p.a.app[1], ORDER PARTIES);
    assert_int_equal(p.a.app[1].message.seq, 4);
    assert_int_equal(pair_feed(&p.a, "35=D|34=6|" HEAD ORDER "58=six|"), 0);
    assert_int_equal(
        pair_feed(&p.a, "35=D|34=5|43=Y|122=@T|" HEAD ORDER "58=five|"), 0);
    assert_int_equal(p.a.app_len, 4);
    assert_fields(&p.a.app[2], ORDER "58=five|");
    assert_true(p.a.app[2].message.possdup);
    assert_fields(&p.a.app[3], ORDER "58=six|");
    /* After a broken line nothing of the old gap is left. */
    assert_int_equal(pair_feed(&p.a, "35=D|34=8|" HEAD ORDER "58=old|"), 0);
    pair_break(&p);
    pair_connect(&p);
    assert_int_equal(p.a.app_len, 4);
    pair_close(&p);
}

/* The application's own refusals go out as ever. */
static void test_validate_application_may_refuse(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "FIXT.1.1", "");
    p.a.verdict = FIX8C_REFUSE_BUSINESS;
    p.a.refusal.reason = 5;
    assert_null(pair_offer(&p.a, "D", ORDER));
    assert_true(pair_has(pair_last_sent(&p.a, "j"), "380=5"));
    p.a.verdict = FIX8C_REFUSE_SESSION;
    p.a.refusal.tag = 58;
    assert_null(pair_offer(&p.a, "D", ORDER));
    assert_true(pair_has(pair_last_sent(&p.a, "3"), "371=58"));
    pair_close(&p);
}

/* Data fields: a SOH inside one is no end, groups may repeat them, and a length
 * that lies makes the message garbled. */
static void test_validate_data_fields(void **state)
{
    struct pair p;
    char text[1024];
    static const char *const lies[] = {
        "354=9|355=abc|",  "354=900|58=x|355=abc|",
        "354=-3|355=abc|", "354=3|355=abc|58=x|354=900|",
        "355=abc|",
    };
    (void)state;
    open_pair(&p, "FIX.4.4", "");
    pair_expect_taken(&p.a, "D", ORDER "354=5|355=a|b=c|58=x|");
    pair_expect_taken(&p.a, "AB",
                      ORDER "555=2|600=L1|621=2|622=ab|624=1|"
                            "600=L2|621=4|622=a|=d|624=2|");
    int next = fix8c_session_next_target(p.a.session);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        snprintf(text, sizeof(text), "35=D|34=%d|%s%s", next, HEAD ORDER,
                 lies[i]);
        assert_int_equal(pair_feed(&p.a, text), FIX8C_ERR_GARBLED);
        assert_int_equal(fix8c_session_next_target(p.a.session), next);
    }
    pair_close(&p);
}

/* Without a dictionary there is nothing to validate against. */
static void test_validate_needs_dictionaries(void **state)
{
    static const struct {
        const char *settings;
        const char *says;
    } cases[] = {
        {"BeginString=FIX.4.4\n", "needs a DataDictionary"},
        {"BeginString=FIX.4.4\nUseDataDictionary=N\n",
         "needs a DataDictionary"},
        {"BeginString=FIXT.1.1\n", "needs a TransportDataDictionary"},
        {"BeginString=FIX.4.4\nValidateBodies=maybe\n", "must be Y or N"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char settings[512];
        char error[256];
        struct fix8c_engine *engine = NULL;
        snprintf(settings, sizeof(settings),
                 "[DEFAULT]\nValidateBodies=Y\n[SESSION]\nSenderCompID=A\n"
                 "TargetCompID=B\nConnectionType=acceptor\n%s",
                 cases[i].settings);
        assert_int_equal(
            fix8c_engine_open(settings, NULL, error, sizeof(error), &engine),
            FIX8C_ERR_SETTINGS);
        if (strstr(error, cases[i].says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error, cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validate_takes_proper_messages),
        cmocka_unit_test(test_validate_refuses_mistakes),
        cmocka_unit_test(test_validate_header_is_required),
        cmocka_unit_test(test_validate_refuses_torn_groups),
        cmocka_unit_test(test_validate_refuses_types_and_order),
        cmocka_unit_test(test_validate_user_defined_fields),
        cmocka_unit_test(test_validate_gap_keeps_bytes),
        cmocka_unit_test(test_validate_application_may_refuse),
        cmocka_unit_test(test_validate_data_fields),
        cmocka_unit_test(test_validate_needs_dictionaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
