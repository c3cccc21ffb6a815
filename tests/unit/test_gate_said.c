/*
 * What the gate says in cases that seldom come: of ends that are no cancels,
 * of limits of nothing, of what has no order or no body.
 *
 * Rules: R43, R50..R56.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <codec.h>
#include <fix_writer.h>
#include <gate_internal.h>

static struct harness h;

static void replace(const char *id, const char *of, char side, const char *more)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=%c|38=10000000|40=2|44=4.1|"
             "60=20270115-08:00:00%s",
             id, of, side, more);
    harness_in(&h, CLIENT, fields);
}

/* R50: what is asked of an order that was done for the day is told so. */
static void test_gate_said_done_for_day(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X1|150=3|39=3|55=USD10Y|54=1|"
               "38=10000000|151=0|14=0|6=0");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=3|39=3");
    replace("G1", "A1", '1', "");
    harness_expect(&h, CLIENT, "35=9|11=G1|41=A1|37=V-A1|39=3|434=2");
    harness_quiet(&h);
}

/* R45: a replace that was refused as it came, sent again: its order's status
 * under the id that the order has. */
static void test_gate_said_status_of_a_refused_replace(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    replace("G1", "A1", '2', "");
    harness_expect(&h, CLIENT, "35=9|11=G1|41=A1|58~CG404");
    replace("G1", "A1", '2', "|97=Y");
    harness_expect(&h, CLIENT,
                   "35=8|11=G1|41=A1|37=V-A1|150=I|39=0|151=10000000");
    harness_quiet(&h);
}

#define SETS(amount)                                                           \
    "1671=1|1691=ACME|1692=D|1693=24|1562=1|1563=FCM1|1564=D|1565=4|1669=1|"   \
    "1529=1|1530=2|1531=" amount "|1532=USD"

/* R52: there is no share of a limit of nothing. */
static void test_gate_said_limit_of_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB, "35=CM|1667=U|1677=1|" SETS("0") "|1670=ACME-USD");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, HUB, "35=DE|1667=U|2316=0");
    harness_expect(&h, CLIENT,
                   "35=B|148=Credit limit breached|58~use 9040.00 of 0.00 USD "
                   "(0 %)");
    harness_expect(&h, CLIENT42, "35=B|148=Credit limit breached");
    harness_quiet(&h);
}

/* R17, R52: a stop that the same message ends has no placer to name any more.
 */
static void test_gate_said_stop_that_is_over(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=CM|1667=U|1677=2|1671=1|1691=ACME|1692=D|1693=24|1669=1|"
               "1529=1|1530=2|1531=1000|1767=9|1532=USD|1670=ACME-USD|"
               "1671=1|1691=ACME|1692=D|1693=24|1669=1|"
               "1529=1|1530=2|1531=100000|1532=USD|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DI|2329=0|2332=1|448=ACME");
    harness_expect(&h, CLIENT,
                   "35=B|61=0|148=Trading stopped by the clearing firm|33=2");
    harness_expect(&h, CLIENT42, "35=B|148~Trading stopped");
    harness_expect(&h, CLIENT, "35=B|148=Reinstated by the clearing firm|33=2");
    harness_expect(&h, CLIENT42, "35=B|148~Reinstated");
    harness_expect(&h, HUB, "35=DE|1667=U|2316=0");
    harness_quiet(&h);
}

/* R55: a report on an order that nobody knows has no token. */
static void test_gate_said_report_without_an_order(void **state)
{
    (void)state;
    harness_in(&h, VENUE50,
               "35=8|37=V-1|11=C1|17=X1|150=4|39=4|453=1|448=SDR|447=D|452=24|"
               "1=SDR|55=USD10Y|54=1|151=0|14=0");
    const char *said = harness_expect(&h, CLIENT50, "35=8|11=C1|150=4|1=SDR");
    assert_null(strstr(said, "|2334="));
    harness_quiet(&h);
}

static struct cg_fix_message message;

static void read_message(const char *type, const char *body)
{
    static char bytes[1024];
    char text[512];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", body);
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] == '|' ? '\001' : text[i];
    }
    len = cg_fix_seal(bytes, sizeof(bytes), CG_FIX44, cg_slice_str(type),
                      CG_SLICE("49=VENUE\00156=GATE\001"
                               "52=20270115-08:00:00\00134=1\001"),
                      (struct cg_slice){text, len});
    assert_true(len > 0);
    assert_int_equal(cg_fix_read(&message, CG_FIX44, bytes, len), 0);
}

/* R54: what has no body passes without one. */
static void test_gate_said_message_without_a_body(void **state)
{
    char body[64];
    const struct cg_context context = {
        .engine = h.gate->engine, .gate_name = "GATE", .message = &message};
    const struct cg_effect effect = {.order = CG_NONE};
    const struct cg_profile profile = {.version = CG_FIX44};
    struct cg_fix_writer out = cg_fix_writer_over(body, sizeof(body));
    (void)state;
    read_message("UX", "");
    cg_encode_pass(&context, &effect, &profile, &out);
    assert_int_equal(out.len, 0);
    assert_false(out.full);
    read_message("UX", "58=x|");
    cg_encode_pass(&context, &effect, &profile, &out);
    assert_int_equal(out.len, 5);
    assert_memory_equal(out.data, "58=x\001", 5);
}

/* R53: a tag that is no number cannot be named. */
static void test_gate_said_tag_that_is_none(void **state)
{
    (void)state;
    harness_in(&h, CLIENT,
               "35=D|11=A1|x=1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    const char *said = harness_expect(&h, CLIENT,
                                      "35=3|372=D|373=0|58~Invalid tag");
    assert_null(strstr(said, "|371="));
    harness_quiet(&h);
}

/* R53: what must have 54 or 453, and has not, never comes to a decision. */
static void test_gate_said_required_fields_missing(void **state)
{
    (void)state;
    harness_in(&h, CLIENT,
               "35=D|11=A1|1=ACME|55=USD10Y|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=3|372=D|371=54|373=1");
    harness_in(&h, CLIENT,
               "35=D|11=A1|1=ACME|55=USD10Y|54=12|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=3|372=D|371=54|373=6");
    harness_in(&h, HUB, "35=DH|2328=S1|2329=1|60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=3|372=DH|371=453|373=1");
    harness_in(&h, HUB, "35=DH|2328=S1|2329=1|453=0|60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2328=S1|2332=2|453=0");
    harness_quiet(&h);
}

/* R56: too many limits are no answer, and the text says what to do. */
static void test_gate_said_too_many_limits(void **state)
{
    char body[512];
    const struct cg_context context = {
        .engine = h.gate->engine, .gate_name = "GATE", .message = &message};
    const struct cg_effect effect = {.limit = CG_NONE, .reject = 99};
    const struct cg_profile profile = {.version = CG_FIX50SP2};
    struct cg_fix_writer out = cg_fix_writer_over(body, sizeof(body) - 1);
    (void)state;
    read_message("CL", "1666=Q|1760=1|");
    cg_encode_limits_report(&context, &effect, &profile, &out);
    body[out.len] = '\0';
    assert_non_null(strstr(body, "\0011511=99\001"));
    assert_non_null(strstr(body, "too many limits for one answer: ask by "
                                 "account\001"));
    assert_null(strstr(body, "1677="));
}

#define LONG "0123456789012345678901234567890123456789012345678901234567"

/* R51: a text is cut where 58 ends, and not before. */
static void test_gate_said_long_text_is_cut(void **state)
{
    (void)state;
    harness_close(&h);
    harness_open_config(
        &h, "[GATE]\nName=GATE\nJournal=unused.db\n"
            "Instruments=instruments.csv\n"
            "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
            "SocketAcceptPort=7001\nBeginString=FIX.4.4\n"
            "[SESSION]\nName=client\nRole=client\nTargetCompID=CLIENT\n"
            "Accounts=ACME\n"
            "[SESSION]\nName=venue\nRole=venue\nTargetCompID=VENUE\n"
            "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"
            "TargetCompID=HUB\n"
            "[ACCOUNT]\nAccount=ACME\nClearingFirm=F" LONG "\n"
            "Contact=C" LONG "\nHub=hub\n"
            "[LIMIT]\nRiskLimitID=L" LONG "\nAccount=ACME\nCurrency=USD\n"
            "Hub=hub\nOwner=O" LONG "\n"
            "Model=push\nAmount=1.00\n");
    harness_order(&h, "A1", '1', 10);
    const char *said = harness_expect(
        &h, CLIENT, "35=8|150=8|58~CG101 LIMIT_EXCEEDED req:9040.00 avl:1.00");
    const char *text = harness_field(said, 58);
    assert_int_equal(strlen(text), CG_TEXT_MAX);
    assert_non_null(strstr(text, " lim:L" LONG " "));
}

/* Who has no log is answered all the same. */
static void test_gate_said_without_a_log(void **state)
{
    static char all[64000];
    static char words[30001];
    (void)state;
    memset(words, 'x', sizeof(words) - 1);
    harness_close(&h);
    harness_open_with(&h, "MaxMessageBytes=4096\n");
    harness_work(&h, "A1", '1', 10);
    h.gate->log = NULL;
    int lines = h.line_count;
    harness_in(&h, CLIENT, "35=D|11=A2");
    harness_expect(&h, CLIENT, "35=3|372=D");
    harness_in(&h, CLIENT, "35=R|131=Q");
    harness_expect(&h, CLIENT, "35=j|372=R|380=3");
    snprintf(all, sizeof(all),
             "35=8|37=V-A1|11=A1|17=X|55=USD10Y|54=1|38=10000000|"
             "151=10000000|14=0|6=0|150=0|39=0|58=%s",
             words);
    harness_in(&h, VENUE, all);
    harness_quiet(&h);
    assert_int_equal(h.line_count, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_said_done_for_day),
        WITH_GATE(test_gate_said_status_of_a_refused_replace),
        WITH_GATE(test_gate_said_limit_of_nothing),
        WITH_GATE(test_gate_said_stop_that_is_over),
        WITH_GATE(test_gate_said_report_without_an_order),
        WITH_GATE(test_gate_said_message_without_a_body),
        WITH_GATE(test_gate_said_tag_that_is_none),
        WITH_GATE(test_gate_said_required_fields_missing),
        WITH_GATE(test_gate_said_too_many_limits),
        WITH_GATE(test_gate_said_long_text_is_cut),
        WITH_GATE(test_gate_said_without_a_log),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
