/*
 * Memory that runs out while a journal is proved, read or explained: each
 * allocation fails in turn.  Each time the caller is told, nothing leaks (under
 * sanitizers), and with memory the answer is the same as before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "gate_harness.h"
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <creditgate/audit.h>
#include <creditgate/explain.h>
#include <tally.h>

static struct harness h;

static void fill(const char *id, const char *exec)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=%s|150=F|39=1|55=USD10Y|54=1|38=10000000|"
             "32=4000000|31=4|151=6000000|14=4000000|6=4",
             id, id, exec);
    harness_in(&h, VENUE, fields);
}

/* Orders that rest, that filled in part, that wait and that were refused. */
static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    harness_work(&h, "A1", '1', 4);
    harness_work(&h, "B1", '1', 10);
    fill("B1", "X1");
    for (int i = 0; i < 12; i++) {
        char id[16];
        snprintf(id, sizeof(id), "C%d", i);
        harness_order(&h, id, '1', i == 0 ? 99 : 1);
    }
    harness_in(&h, CLIENT,
               "35=G|11=B2|41=B1|1=ACME|55=USD10Y|54=2|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    return 0;
}

/* The n-th allocation of |call| fails, n = 1, 2, ... until none does: then and
 * only then it is 0. */
static void without_memory(int (*call)(void), long at_least)
{
    assert_int_equal(call(), 0);
    for (int i = 0; i <= 1; i++) {
        for (long n = 1;; n++) {
            failures = 0;
            for_good = i == 1;
            countdown = n;
            int got = call();
            countdown = -1;
            if (failures == 0) {
                assert_int_equal(got, 0);
                assert_true(n > at_least);
                break;
            }
            assert_int_equal(got, CG_ERR_MEMORY);
        }
    }
}

static int prove(void)
{
    struct cg_audit audit = {0};
    char error[256] = "";
    int status = cg_gate_prove(&h.journal, &audit, error, sizeof(error));
    assert_int_equal(error[0] == '\0', status == 0);
    for (int i = 0; i < CG_AUDIT_RULES; i++) {
        assert_false(audit.breaks[i].found); /* it accuses nobody */
    }
    assert_int_equal(audit.whole, status == 0);
    return status;
}

static void test_gate_no_memory_to_prove(void **state)
{
    (void)state;
    without_memory(prove, 10);
}

static int look(void *user, const struct cg_record *record)
{
    (void)user;
    assert_true(record->no > 0);
    return 0;
}

static int read_order(void)
{
    char error[256] = "";
    struct cg_records_query query = {.of = CG_RECORDS_ORDER,
                                     .id = "B1",
                                     .from = INT64_MIN,
                                     .to = CG_TIME_NEVER,
                                     .each = look};
    int status = cg_gate_records(&h.journal, &query, error, sizeof(error));
    assert_int_equal(error[0] == '\0', status == 0);
    return status;
}

static void test_gate_no_memory_to_read_records(void **state)
{
    (void)state;
    without_memory(read_order, 5);
}

static int listen(void *user, const struct cg_explanation *explanation)
{
    (void)user;
    assert_true(explanation->sentence_count > 0);
    return 0;
}

static int explain(const char *id)
{
    char error[256] = "";
    struct cg_explain_query query = {.id = id, .each = listen};
    int status = cg_gate_explain(&h.journal, &query, error, sizeof(error));
    assert_int_equal(error[0] == '\0', status == 0);
    return status;
}

static int explain_filled(void)
{
    return explain("B1");
}

static int explain_waiting(void)
{
    return explain("C2");
}

static int explain_refused(void)
{
    return explain("C0");
}

static void test_gate_no_memory_to_explain(void **state)
{
    (void)state;
    without_memory(explain_filled, 10);
    without_memory(explain_waiting, 10);
    without_memory(explain_refused, 10);
}

int main(void)
{
#define STANDARD(test) WITH_GATE_BY(test, open_gate)
    const struct CMUnitTest tests[] = {
        STANDARD(test_gate_no_memory_to_prove),
        STANDARD(test_gate_no_memory_to_read_records),
        STANDARD(test_gate_no_memory_to_explain),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
