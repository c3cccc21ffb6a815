/*
 * What an entry of a limit update means, and whether its sender may say it: by
 * id, by account, by firm; limits that are new, and those of others.
 *
 * Rules: R6, R10, R15, R19.
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

/* Two firms and their accounts are the hub's; of the third the hub has one
 * account and the desk another. */
static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=20\nMaxRequests=400\nMaxLimits=64\nMaxWaiting=8\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=ONE,TWO,THREE,FOUR\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[SESSION]\nName=desk\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=DESK\n"
    "[ACCOUNT]\nAccount=ONE\nClearingFirm=FIRM1\nHub=hub\n"
    "[ACCOUNT]\nAccount=TWO\nClearingFirm=FIRM2\nHub=hub\n"
    "[ACCOUNT]\nAccount=THREE\nClearingFirm=FIRM3\nHub=hub\n"
    "[ACCOUNT]\nAccount=FOUR\nClearingFirm=FIRM3\nHub=desk\n"
    "[LIMIT]\nRiskLimitID=FIRM1-USD\nClearingFirm=FIRM1\nHub=hub\n"
    "Currency=USD\nModel=push\nAmount=1000.00\n"
    "[LIMIT]\nRiskLimitID=FIRM2-USD\nClearingFirm=FIRM2\nHub=hub\n"
    "Currency=USD\nModel=push\nAmount=2000.00\n"
    "[LIMIT]\nRiskLimitID=ONE-USD\nAccount=ONE\nHub=hub\n"
    "Currency=USD\nModel=push\nAmount=3000.00\n"
    "[LIMIT]\nRiskLimitID=FOUR-USD\nAccount=FOUR\nHub=desk\n"
    "Currency=USD\nModel=push\nAmount=4000.00\n";

enum { DESK = OTHER_CLIENT };

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open_config(&h, configuration);
    return 0;
}

static cg_dv01 amount_of(const char *id)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return view.amount;
        }
    }
    return -1;
}

#define ACCOUNT(id) "1671=1|1691=" id "|1692=D|1693=24"
#define FIRM(id) "1671=1|1691=" id "|1692=D|1693=4"
#define BOTH(account, firm)                                                    \
    "1671=2|1691=" account "|1692=D|1693=24|1691=" firm "|1692=D|1693=4"
#define TYPE(type) "|1669=1|1529=1|1530=" type "|1531=50|1532=USD"
#define DV01 TYPE("12")

struct row {
    const char *entry;
    const char *limit;  /* whose amount is 50.00 by then; NULL: nobody's */
    const char *result; /* 1764 of a definition */
};

/* R10: an entry means the limit of its id, else the only one of its party. */
static const struct row meant[] = {
    {"1324=M|" FIRM("FIRM1") DV01, "FIRM1-USD", "0"},
    {"1324=M|" FIRM("FIRM2") DV01, "FIRM2-USD", "0"},
    {"1324=M|" ACCOUNT("ONE") DV01, "ONE-USD", "0"},
    {"1324=M|" BOTH("ONE", "FIRM1") DV01, "ONE-USD", "0"},
    {"1324=M|" FIRM("FIRM1") DV01 "|1670=FIRM1-USD", "FIRM1-USD", "0"},
    {"1324=M|" ACCOUNT("ONE") DV01 "|1670=ONE-USD", "ONE-USD", "0"},
    {"1324=A|" ACCOUNT("TWO") DV01 "|1670=NEW", "NEW", "0"},
    {"1324=A|" FIRM("FIRM2") TYPE("10") "|1670=NEW", "NEW", "0"},
};

/* R6, R15: what another may say, or nobody, changes nothing. */
static const struct row refused[] = {
    {"1324=M|" FIRM("FIRM2") DV01 "|1670=FIRM1-USD", NULL, "12"},
    {"1324=M|" ACCOUNT("ONE") DV01 "|1670=FIRM1-USD", NULL, "12"},
    {"1324=M|" FIRM("FIRM1") DV01 "|1670=ONE-USD", NULL, "12"},
    {"1324=M|" ACCOUNT("TWO") DV01 "|1670=ONE-USD", NULL, "12"},
    {"1324=M|" ACCOUNT("FOUR") DV01 "|1670=FOUR-USD", NULL, "98"},
    {"1324=M|" ACCOUNT("ONE") DV01 "|1670=FOUR-USD", NULL, "98"},
    {"1324=M|" FIRM("FIRM3") DV01, NULL, "98"},
    {"1324=M|" FIRM("FIRM9") DV01, NULL, "1"},
    {"1324=M|" ACCOUNT("NINE") DV01, NULL, "1"},
    {"1324=M|" BOTH("ONE", "FIRM2") DV01, NULL, "1"},
    {"1324=M|" ACCOUNT("ONE") TYPE("10") "|1670=ONE-USD", NULL, "3"},
    {"1324=M|" ACCOUNT("TWO") DV01 "|1670=NEW", NULL, "4"},
    {"1324=A|" ACCOUNT("TWO") DV01, NULL, "4"},
    {"1324=A|" ACCOUNT("ONE") DV01 "|1670=ONE-USD", NULL, "13"},
    {"1324=A|" ACCOUNT("TWO") "|1669=1|1529=1|1530=12|1532=USD|1670=NEW", NULL,
     "5"},
    {"1324=A|" ACCOUNT("TWO") "|1669=1|1529=1|1530=12|1531=-1|1532=USD|"
                              "1670=NEW",
     NULL, "5"},
    {"1324=A|" ACCOUNT("TWO") "|1669=1|1529=1|1530=12|1531=50|1670=NEW", NULL,
     "99"},
    {"1324=M|" ACCOUNT("ONE") "|1669=1|1529=1|1530=12|1531=-1|1532=USD", NULL,
     "5"},
    {"1324=M|" ACCOUNT("ONE") "|1669=1|1529=1|1530=12|1531=1|1766=-1|1532=USD",
     NULL, "5"},
    {"1324=M|" ACCOUNT("ONE") "|1669=1|1529=1|1530=12|1531=50|1532=EUR", NULL,
     "99"},
    {"1324=D|" ACCOUNT("ONE") "|1670=NOBODYS", NULL, "4"},
};

static void define(const struct row *row)
{
    char fields[512];
    char said[64];
    bool taken = row->limit != NULL;
    harness_open_config(&h, configuration);
    snprintf(fields, sizeof(fields), "35=CS|1666=C1|1677=1|%s", row->entry);
    harness_in(&h, HUB, fields);
    snprintf(said, sizeof(said), "35=CT|1762=%d|1764=%s", taken ? 0 : 2,
             row->result);
    bool found = false;
    snprintf(said, sizeof(said), "|1764=%s|", row->result);
    for (int i = 0; i < h.out_count; i++) {
        found = found || (strstr(h.out[i], " 35=CT|") != NULL &&
                          strstr(h.out[i], said) != NULL);
    }
    if (!found) {
        print_error("%s: not 1764=%s but %s\n", row->entry, row->result,
                    h.out_count > 0 ? h.out[0] : "nothing");
    }
    assert_true(found);
    assert_int_equal(amount_of("FIRM1-USD") == 500000,
                     taken && strcmp(row->limit, "FIRM1-USD") == 0);
    assert_int_equal(amount_of("FIRM2-USD") == 500000,
                     taken && strcmp(row->limit, "FIRM2-USD") == 0);
    assert_int_equal(amount_of("ONE-USD") == 500000,
                     taken && strcmp(row->limit, "ONE-USD") == 0);
    assert_int_equal(amount_of("FOUR-USD"), 40000000);
    assert_int_equal(amount_of("NEW") == 500000,
                     taken && strcmp(row->limit, "NEW") == 0);
    harness_close(&h);
}

static void test_gate_entries_mean_a_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
        define(&meant[i]);
    }
}

static void test_gate_entries_refused_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        define(&refused[i]);
    }
}

/* R10: what two limits could be meant by means none. */
static void test_gate_entries_of_two_limits(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CS|1666=C1|1677=1|1324=A|" FIRM("FIRM1") DV01
               "|1670=SECOND");
    harness_expect(&h, HUB, "35=CT|1764=0");
    harness_in(&h, HUB, "35=CR|1667=U1|1677=1|1324=M|" FIRM("FIRM1") DV01);
    harness_expect(&h, HUB, "35=DE|2316=1");
    assert_int_equal(amount_of("FIRM1-USD"), 10000000);
}

/* R15: more entries than an answer has room for are refused whole. */
static void test_gate_entries_so_many_in_a_definition(void **state)
{
    (void)state;
    static char fields[16384];
    for (int count = 128; count <= 129; count++) {
        int len = snprintf(fields, sizeof(fields), "35=CS|1666=C%d|1677=%d",
                           count, count);
        for (int i = 0; i < count; i++) {
            len += snprintf(fields + len, sizeof(fields) - (size_t)len,
                            "|1324=D|1670=N%d", i);
        }
        harness_in(&h, HUB, fields);
        const char *said = harness_expect(&h, HUB, "35=CT|1762=2");
        assert_int_equal(strstr(said, "|1677=128|") != NULL, count == 128);
    }
}

/* R15, R18: a definition of nothing, and a stop of nobody. */
static void test_gate_entries_of_nobody(void **state)
{
    (void)state;
    harness_in(&h, HUB, "35=CS|1666=C1");
    assert_int_equal(h.out_count, 1);
    harness_in(&h, HUB, "35=DH|2328=S1|2329=1|60=20270115-08:00:00");
    assert_int_equal(h.out_count, 1);
    assert_null(strstr(h.out[0], "|2332=1|"));
}

/* R15: the same definition again is answered as the first time was. */
static void test_gate_entries_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        harness_in(&h, HUB,
                   "35=CS|1666=C1|60=20270115-08:00:00|1677=1|1324=A|" ACCOUNT(
                       "TWO") DV01 "|1670=NEW");
        harness_expect(&h, HUB, "35=CT|1762=0|1764=0");
    }
    assert_int_equal(amount_of("NEW"), 500000);
}

int main(void)
{
#define ON_GATE(test) WITH_GATE_BY(test, open_gate)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_entries_mean_a_limit),
        cmocka_unit_test(test_gate_entries_refused_change_nothing),
        ON_GATE(test_gate_entries_of_two_limits),
        ON_GATE(test_gate_entries_so_many_in_a_definition),
        ON_GATE(test_gate_entries_of_nobody),
        ON_GATE(test_gate_entries_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
