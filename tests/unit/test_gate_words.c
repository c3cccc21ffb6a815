/*
 * The end of an order that the gate pulled, as its client gets it.
 *
 * Rules: R31, R43, R51, R54.
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

static struct harness h;

/* Halts ACME, and keeps the id of the cancel of A1 that follows. */
static const char *pull(void)
{
    static char id[64];
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    for (int i = 0; i < h.out_count; i++) {
        if (strstr(h.out[i], " 35=F|") != NULL) {
            snprintf(id, sizeof(id), "%s", harness_field(h.out[i], 11));
            return id;
        }
    }
    fail_msg("nothing is pulled");
    return NULL;
}

static void report(const char *id, const char *more)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|41=A1|17=X|55=USD10Y|54=1|38=10000000|151=0|"
             "14=0|6=0%s",
             id, more);
    harness_in(&h, VENUE, fields);
}

/* R31, R54: the client's id in place of the gate's, the reason in place of the
 * venue's; all else as it came, groups as well. */
static void test_gate_words_cancelled_by_the_gate(void **state)
{
    (void)state;
    char id[64];
    strcpy(id, pull());
    report(id, "|150=4|39=4|58=by request|378=99|1328=by request|790=x|"
               "453=2|448=ME|447=D|452=1|448=YOU|447=D|452=2|5001=mine");
    harness_expect(&h, HUB, "35=DF|2320=1");
    const char *said = harness_expect(&h, CLIENT,
                                      "35=8|11=A1|150=4|378=6|58~CG202");
    assert_non_null(strstr(
        said, "|453=2|448=ME|447=D|452=1|448=YOU|447=D|452=2|5001=mine|"));
    assert_null(strstr(said, "by request"));
    assert_null(strstr(said, "378=99"));
    assert_null(strstr(said, "|1328="));
    assert_null(strstr(said, "|41="));
    assert_null(strstr(said, "|790="));
}

/* ... and an end of another kind keeps its own words. */
static void test_gate_words_expired_while_pulled(void **state)
{
    (void)state;
    char id[64];
    strcpy(id, pull());
    report(id, "|150=C|39=C|58=end of day");
    harness_expect(&h, HUB, "35=DF|2320=1");
    const char *said = harness_expect(&h, CLIENT,
                                      "35=8|11=A1|150=C|58=end of day");
    assert_null(strstr(said, "CG202"));
}

/* R31: a late word on an order that is forgotten goes on with the client's id.
 */
static void test_gate_words_of_a_forgotten_order(void **state)
{
    (void)state;
    char id[64];
    char fields[256];
    harness_close(&h);
    harness_open_config(
        &h, "[GATE]\nName=GATE\nJournal=unused.db\n"
            "Instruments=instruments.csv\nMaxOrders=1\n"
            "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
            "SocketAcceptPort=7001\n"
            "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
            "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME\n"
            "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
            "TargetCompID=VENUE\n"
            "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"
            "TargetCompID=HUB\nConsumptionNotices=N\n"
            "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n"
            "[LIMIT]\nRiskLimitID=L\nAccount=ACME\nCurrency=USD\n"
            "Model=push\nAmount=100000.00\n");
    harness_order(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    id[0] = '\0';
    for (int i = 0; i < h.out_count; i++) {
        if (strstr(h.out[i], " 35=F|") != NULL) {
            snprintf(id, sizeof(id), "%s", harness_field(h.out[i], 11));
        }
    }
    assert_int_not_equal(id[0], '\0');
    report(id, "|150=4|39=4");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=4");
    harness_in(&h, HUB,
               "35=DH|2328=S2|2329=2|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_order(&h, "A2", '1', 10);
    harness_expect(&h, VENUE, "35=D|11=A2");
    report(id, "|150=4|39=4|58=late");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=4|58=late");
    /* Without 41 nobody can say by which id; the gate's is none of its. */
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|17=Y|150=4|39=4|55=USD10Y|54=1|151=0|14=0|6=0|"
             "58=later",
             id);
    harness_in(&h, VENUE, fields);
    const char *said = harness_expect(&h, CLIENT, "35=8|17=Y|58=later");
    assert_null(strstr(said, "|11="));
    harness_quiet(&h);
}

/* R43: what is larger than the gate can write is an alarm, in the body as in
 * the header; nothing is cut. */
static void test_gate_words_too_large_to_pass(void **state)
{
    (void)state;
    static char all[64000];
    static char words[30001];
    memset(words, 'x', sizeof(words) - 1);
    harness_close(&h);
    harness_open_with(&h, "MaxMessageBytes=4096\n");
    harness_work(&h, "A1", '1', 10);
    snprintf(all, sizeof(all),
             "35=8|37=V-A1|11=A1|17=X|55=USD10Y|54=1|38=10000000|"
             "151=10000000|14=0|6=0|150=0|39=0|58=%s",
             words);
    harness_in(&h, VENUE, all);
    harness_quiet(&h);
    assert_int_equal(harness_logged(&h, "too large to pass on"), 1);
    snprintf(all, sizeof(all),
             "50=%s|35=8|37=V-A1|11=A1|17=Y|55=USD10Y|54=1|38=10000000|"
             "150=0|39=0|151=10000000|14=0|6=0",
             words);
    harness_in(&h, VENUE, all);
    harness_quiet(&h);
    assert_int_equal(harness_logged(&h, "too large to pass on"), 2);
    report("A1", "|150=0|39=0");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_words_cancelled_by_the_gate),
        WITH_GATE(test_gate_words_expired_while_pulled),
        WITH_GATE(test_gate_words_of_a_forgotten_order),
        WITH_GATE(test_gate_words_too_large_to_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
