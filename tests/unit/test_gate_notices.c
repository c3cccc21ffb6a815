/*
 * News: who hears of what, in which form, and what nobody may read in it.
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

#define AT "|60=20270115-08:00:00"

/* The first three sessions are the harness's CLIENT, VENUE and HUB. */
enum { CLIENT2 = 3, C42, V42, C50, V50, PLAIN };

#define HEAD                                                                   \
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"      \
    "MaxOrders=200\nMaxRequests=4000\nMaxLimits=64\nMaxWaiting=8\n"            \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=7001\n"                                                  \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=OWN,SHARED\n"                  \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "TargetCompID=VENUE\n"                                                     \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"  \
    "[SESSION]\nName=client2\nRole=client\nBeginString=FIX.4.4\n"              \
    "TargetCompID=CLIENT2\nVenue=venue\nAccounts=SHARED,OTHER\n"               \
    "[SESSION]\nName=c42\nRole=client\nBeginString=FIX.4.2\n"                  \
    "TargetCompID=C42\nVenue=v42\nAccounts=FORTY2\n"                           \
    "[SESSION]\nName=v42\nRole=venue\nBeginString=FIX.4.2\n"                   \
    "TargetCompID=V42\n"                                                       \
    "[SESSION]\nName=c50\nRole=client\nBeginString=FIXT.1.1\n"                 \
    "TargetCompID=C50\nVenue=v50\nAccounts=FIFTY\n"                            \
    "[SESSION]\nName=v50\nRole=venue\nBeginString=FIXT.1.1\n"                  \
    "TargetCompID=V50\n"                                                       \
    "[SESSION]\nName=plain\nRole=client\nBeginString=FIXT.1.1\n"               \
    "TargetCompID=PLAIN\nVenue=v50\nAccounts=FIFTY,PLAINACC\nPlainSP2=Y\n"     \
    "ShowAmounts=N\n"                                                          \
    "[ACCOUNT]\nAccount=OWN\nClearingFirm=F1\nHub=hub\nContact=desk one\n"
#define TAIL                                                                   \
    "[ACCOUNT]\nAccount=SHARED\nClearingFirm=F1\nHub=hub\n"                    \
    "Contact=desk two\n"                                                       \
    "[ACCOUNT]\nAccount=OTHER\nClearingFirm=F1\nHub=hub\nWarnings=none\n"      \
    "[ACCOUNT]\nAccount=FORTY2\nClearingFirm=F2\nHub=hub\n"                    \
    "[ACCOUNT]\nAccount=FIFTY\nClearingFirm=F3\nHub=hub\n"                     \
    "[ACCOUNT]\nAccount=PLAINACC\nClearingFirm=F3\nHub=hub\n"                  \
    "[LIMIT]\nRiskLimitID=OWN-USD\nAccount=OWN\nHub=hub\nOwner=F1\n"           \
    "Currency=USD\nModel=push\nAmount=100000.00\n"                             \
    "[LIMIT]\nRiskLimitID=F1-ALL\nClearingFirm=F1\nCurrency=USD\n"             \
    "Model=push\nAmount=200000.00\nWarnings=40,80,90\n"                        \
    "[LIMIT]\nRiskLimitID=F2-USD\nAccount=FORTY2\nHub=hub\nOwner=F2\n"         \
    "Currency=USD\nModel=push\nAmount=100000.00\n"                             \
    "[LIMIT]\nRiskLimitID=F3-USD\nAccount=FIFTY\nHub=hub\nOwner=F3\n"          \
    "Currency=USD\nModel=push\nAmount=100000.00\n"                             \
    "[LIMIT]\nRiskLimitID=F3-ALL\nClearingFirm=F3\nCurrency=USD\n"             \
    "Model=push\nAmount=150000.00\nWarnings=none\n"                            \
    "[LIMIT]\nRiskLimitID=F3-CLIP\nKind=clip\nClearingFirm=F3\n"               \
    "Currency=USD\nAmount=99440.00\n"

static const char text[] = HEAD "Warnings=50,60\n" TAIL;
static const char other_levels[] = HEAD "Warnings=45,60\n" TAIL;
static const char no_levels[] = HEAD TAIL;

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open_config(&h, text);
    return 0;
}

static void
order(int session, const char *id, const char *account, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=USD10Y|54=1|%s38=%ld000000|40=2|44=4.1" AT, id,
             account, session == C42 ? "21=1|" : "", millions);
    harness_in(&h, session, fields);
}

static void gone(int venue, const char *id)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=4|39=4|55=USD10Y|54=1|38=1|151=0|"
             "14=0|6=0",
             id, id, h.seq);
    harness_in(&h, venue, fields);
}

/* R52: an account's own levels take the place of its limits', survive a
 * restart, and are armed again 5 points below. */
static void test_gate_notices_account_has_levels_of_its_own(void **state)
{
    (void)state;
    order(CLIENT, "A1", "OWN", 56); /* 50.6 % of its own, 25 % of the firm's */
    harness_expect(&h, VENUE, "35=D");
    harness_expect(
        &h, CLIENT,
        "35=B|61=0|148=Credit limit warning: 50 % reached|33=3|"
        "58~use 50624.00 of 100000.00 USD (50 %) under limit OWN-USD|"
        "58=call desk one for a top-up");
    harness_quiet(&h);
    order(CLIENT, "A2", "OWN", 28); /* 75.9 % and 37.9 % */
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148=Credit limit warning: 60 % reached");
    harness_quiet(&h);
    harness_reopen_up(&h);
    order(CLIENT, "A3", "OWN", 1);
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
    gone(VENUE, "A2"); /* 51.5 %: the level of 60 is armed, that of 50 is not */
    order(CLIENT, "A4", "OWN", 10);
    assert_int_equal(harness_count_out(&h, "60 % reached"), 1);
    assert_int_equal(harness_count_out(&h, "35=B"), 1);
    gone(VENUE, "A4");
    gone(VENUE, "A3");
    harness_reopen_up(&h);
    order(CLIENT, "A5", "OWN", 1); /* above 50 again, but never below 45 */
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
}

/* R52: levels that are configured anew have not fired yet; without any the
 * limit's serve again. */
static void test_gate_notices_new_levels_are_armed(void **state)
{
    (void)state;
    order(CLIENT, "A1", "OWN", 56);
    assert_int_equal(harness_count_out(&h, "50 % reached"), 1);
    harness_reopen_config(&h, other_levels);
    assert_int_equal(harness_count_out(&h, "45 % reached"), 1);
    harness_links_up(&h);
    order(CLIENT, "A2", "OWN", 1);
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
    harness_reopen_config(&h, no_levels);
    harness_links_up(&h);
    order(CLIENT, "A3", "OWN", 28); /* 76.8 % */
    assert_int_equal(harness_count_out(&h, "75 % reached"), 1);
    assert_int_equal(harness_count_out(&h, "60 % reached"), 0);
}

/* R51, R52: of a firm's limit a session that has not all its accounts hears
 * that a level was reached, and no figure; nobody hears it for an account that
 * wants no warnings. */
static void test_gate_notices_firm_limit_shows_no_figures(void **state)
{
    (void)state;
    order(CLIENT2, "A1", "OTHER", 90); /* 40.7 % of the firm's */
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT,
                   "35=B|148=Credit limit warning|58~account SHARED|"
                   "58=limit F1-ALL of GATE|58=call desk two for a top-up");
    harness_expect(&h, CLIENT2, "35=B|148=Credit limit warning|58~SHARED");
    harness_quiet(&h);
    order(CLIENT2, "A2", "OTHER", 90); /* 81.4 %; OWN's levels are 50 and 60 */
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|58~account SHARED");
    harness_expect(&h, CLIENT2, "35=B|58~account SHARED");
    harness_expect(&h, CLIENT, "35=B|58~account OWN|58=limit F1-ALL of GATE");
    harness_quiet(&h);
    for (int i = 0; i < h.out_count; i++) {
        if (strstr(h.out[i], "35=B") != NULL) {
            assert_null(strstr(h.out[i], "%"));
            assert_null(strstr(h.out[i], "162720"));
            assert_null(strstr(h.out[i], "200000"));
        }
    }
}

/* R51: nor is what others left of it said in a refusal, in 58 or in 1328; a
 * limit on one order is nobody's use. */
static void test_gate_notices_refusals_show_no_use_of_others(void **state)
{
    (void)state;
    order(PLAIN, "P1", "PLAINACC", 100);
    order(C50, "A1", "FIFTY", 80);
    const char *out = harness_expect(
        &h, C50,
        "35=8|150=8|58~CG101 LIMIT_EXCEEDED req:72320.00 ccy:USD lim:F3-ALL|"
        "1328~CG101 LIMIT_EXCEEDED req:72320.00 ccy:USD");
    assert_null(strstr(out, "avl:"));
    assert_null(strstr(out, "59600"));
    order(C50, "A2", "FIFTY", 120);
    harness_expect(&h, C50,
                   "35=8|58~CG101 LIMIT_EXCEEDED req:108480.00 avl:100000.00 "
                   "ccy:USD lim:F3-USD");
    order(PLAIN, "P2", "PLAINACC", 10);
    gone(V50, "P1");
    order(PLAIN, "P3", "PLAINACC", 120);
    out = harness_expect(&h, PLAIN, "35=8|103=3|58~CG105");
    assert_null(strstr(out, "req:"));
    assert_null(strstr(out, "avl:"));
    assert_null(strstr(out, "|1328="));
}

/* R14, R51: the amount of a firm's clip limit is shown. */
static void test_gate_notices_clip_names_both_numbers(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=R1|60=20270115-08:00:01|1677=1|1324=M|1671=2|"
               "1691=FIFTY|1692=D|1693=24|1691=F3|1692=D|1693=4|1669=1|1529=1|"
               "1530=12|1531=900000.00|1532=USD|1670=F3-USD");
    order(C50, "A1", "FIFTY", 111);
    harness_expect(&h, C50,
                   "35=8|103=26|58~CG105 CLIP_SIZE req:100344.00 avl:99440.00");
}

/* R52: several levels at once send the highest, in the form of each version. */
static void test_gate_notices_forms_of_each_version(void **state)
{
    (void)state;
    order(C42, "A1", "FORTY2", 100);
    harness_expect(&h, V42, "35=D");
    const char *out = harness_expect(
        &h, C42, "35=B|61=0|148=Credit limit warning: 90 % reached|33=3");
    assert_null(strstr(out, "|1473="));
    harness_quiet(&h);
    order(C50, "B1", "FIFTY", 100);
    harness_expect(&h, V50, "35=D");
    harness_expect(&h, C50,
                   "35=B|1473=3|61=0|148=Credit limit warning: 90 % reached|"
                   "33=3|58~90400.00 of 100000.00");
    out = harness_expect(&h, PLAIN,
                         "35=B|1473=3|148=Credit limit warning: 90 % reached|"
                         "58=limit F3-USD of F3");
    assert_null(strstr(out, "90400"));
    harness_quiet(&h);
    order(CLIENT, "C1", "OWN", 100);
    harness_expect(&h, VENUE, "35=D");
    out = harness_expect(&h, CLIENT, "35=B|61=0|148~60 % reached|33=3");
    assert_null(strstr(out, "|1473="));
}

/* R52: one event over a level and the limit sends the limit notice alone, and
 * the levels do not fire behind it. */
static void test_gate_notices_breach_goes_alone(void **state)
{
    (void)state;
    order(CLIENT, "A1", "OWN", 30);
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
    harness_in(&h, HUB,
               "35=CR|1667=R1|60=20270115-08:00:01|1677=1|1324=M|1671=2|"
               "1691=OWN|1692=D|1693=24|1691=F1|1692=D|1693=4|1669=1|1529=1|"
               "1530=12|1531=20000.00|1767=6|1532=USD|1670=OWN-USD");
    assert_int_equal(harness_count_out(&h, "35=B"), 1);
    assert_int_equal(harness_count_out(&h, "148=Credit limit breached"), 1);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E1|150=F|39=1|55=USD10Y|54=1|"
               "38=30000000|151=0|14=4000000|6=0");
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
}

/* R52: a refused order sends no News, whoever refuses it. */
static void test_gate_notices_refused_order_sends_none(void **state)
{
    (void)state;
    order(CLIENT, "A1", "OWN", 111);
    harness_expect(&h, CLIENT, "35=8|150=8");
    harness_quiet(&h);
    order(CLIENT, "A2", "OWN", 40);
    harness_in(&h, VENUE,
               "35=8|37=V-A2|11=A2|17=E1|150=8|39=8|55=USD10Y|54=1|38=1|151=0|"
               "14=0|6=0");
    assert_int_equal(harness_count_out(&h, "35=B"), 0);
}

/* R51: what is hidden of an order is in no word of the gate. */
static void test_gate_notices_hidden_quantity_stays_hidden(void **state)
{
    (void)state;
    static const char fields[] =
        "35=D|11=%s|1=SHARED|55=USD10Y|54=1|38=%ld|1138=777000|210=777000|"
        "111=777000|40=2|44=4.1" AT;
    char order_fields[256];
    snprintf(order_fields, sizeof(order_fields), fields, "A1", 300000000L);
    harness_in(&h, CLIENT, order_fields);
    harness_expect(&h, CLIENT, "35=8|150=8");
    assert_null(strstr(h.out[0], "777000"));
    snprintf(order_fields, sizeof(order_fields), fields, "A2", 100000000L);
    harness_in(&h, CLIENT, order_fields);
    harness_expect(&h, VENUE, "35=D|11=A2");
    for (int i = 1; i < h.out_count; i++) {
        assert_null(strstr(h.out[i], "777000"));
    }
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=SHARED|447=D|452=24" AT);
    assert_int_equal(harness_count_out(&h, "777000"), 0);
    assert_int_equal(harness_count_out(&h, "35=B"),
                     2); /* both sessions of the account */
}

/* R52: a halt and a silent hub are urgent, the rest is not. */
static void test_gate_notices_urgency(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=0|453=1|448=FORTY2|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI");
    harness_expect(&h, C42, "35=B|61=0|58=suspended by hub");
    harness_in(&h, HUB,
               "35=DH|2328=S2|2329=1|453=1|448=FORTY2|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI");
    harness_expect(&h, C42, "35=B|61=1|58=halted by hub");
    harness_in(&h, HUB,
               "35=DH|2328=S3|2329=2|453=1|448=FORTY2|447=D|452=24" AT);
    harness_expect(&h, HUB, "35=DI");
    harness_expect(&h, HUB, "35=DI");
    harness_expect(&h, C42, "35=B|61=0|148~Reinstated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_notices_account_has_levels_of_its_own),
        T(test_gate_notices_new_levels_are_armed),
        T(test_gate_notices_firm_limit_shows_no_figures),
        T(test_gate_notices_refusals_show_no_use_of_others),
        T(test_gate_notices_clip_names_both_numbers),
        T(test_gate_notices_forms_of_each_version),
        T(test_gate_notices_breach_goes_alone),
        T(test_gate_notices_refused_order_sends_none),
        T(test_gate_notices_hidden_quantity_stays_hidden),
        T(test_gate_notices_urgency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
