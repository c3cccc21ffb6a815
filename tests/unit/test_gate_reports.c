/*
 * Execution reports that come twice, late, not at all or changed by the venue.
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

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    harness_close(&h);
    return 0;
}

/* How many remarks on record hold |part|. */
static int noted(const char *part)
{
    int count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        count += fact->kind == CG_FACT_NOTED && fact->text != NULL &&
                 strstr(fact->text, part) != NULL;
    }
    return count;
}

static int facts(enum cg_fact_kind kind)
{
    int count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == kind;
    }
    return count;
}

/* Every total, not one limit's: |used| in whole units. */
static void expect_books(const char *limit, cg_dv01 used, cg_dv01 consumed)
{
    struct cg_limit_view view;
    struct cg_token_view token;
    cg_dv01 sum = 0;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, limit) == 0) {
            assert_int_equal(view.used, used * 10000);
        }
    }
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        sum += strcmp(token.limit, limit) == 0 ? token.consumed : 0;
    }
    assert_int_equal(sum, consumed * 10000);
}

/* A report on an order of harness_work(); amounts in millions. */
static void report(const char *id,
                   const char *exec_id,
                   char exec,
                   char status,
                   long qty,
                   long cum,
                   const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|17=%s|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0%s",
             id, exec_id, exec, status, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

/* R43: the same report again goes on to the client and changes nothing. */
static void test_reports_repeat_changes_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=5424.00");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|43=Y|58=once more");
    harness_expect(&h, CLIENT, "35=8|17=X1|14=6000000");
    harness_quiet(&h);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|97=Y");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(noted("came again"), 2);
    assert_int_equal(facts(CG_FACT_ORDER_FILLED), 1);
    expect_books("ACME-USD", 9040, 5424);
}

/* R43: it is known as a repeat after a restart, too. */
static void test_reports_repeat_known_after_restart(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    report("A1", "X2", 'H', '0', 10, 0, "|19=X1");
    expect_books("ACME-USD", 9040, 0);
    harness_reopen(&h);
    for (int i = 0; i < HARNESS_SESSIONS; i++) {
        harness_link(&h, i, true);
    }
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000|43=Y");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    expect_books("ACME-USD", 9040, 0);
}

/* R43: a bust that comes again after a new fill does not lower twice. */
static void test_reports_bust_again_lowers_once(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 6, "|32=6000000");
    report("A1", "X2", 'H', '0', 10, 2, "|19=X1");
    expect_books("ACME-USD", 9040, 1808);
    report("A1", "X3", 'F', '1', 10, 8, "|32=6000000");
    expect_books("ACME-USD", 9040, 7232);
    report("A1", "X2", 'H', '0', 10, 2, "|19=X1|43=Y");
    harness_expect(&h, CLIENT, "35=8|150=H");
    harness_quiet(&h);
    expect_books("ACME-USD", 9040, 7232);
}

/* R43: the same in FIX 4.2, where 20 tells a bust. */
static void test_reports_bust_again_in_42(void **state)
{
    (void)state;
    static const char head[] =
        "35=8|37=V-B1|11=B1|55=USD10Y|54=1|38=10000000|151=0|6=0";
    char fields[512];
    harness_in(&h, CLIENT42,
               "35=D|11=B1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|21=1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE42, "35=D");
    static const char *const steps[] = {
        "|17=Y1|20=0|150=0|39=0|14=0",
        "|17=Y2|20=0|150=1|39=1|14=6000000|32=6000000",
        "|17=Y3|20=1|19=Y2|150=0|39=0|14=0",
        "|17=Y4|20=0|150=1|39=1|14=3000000|32=3000000",
        "|17=Y3|20=1|19=Y2|150=0|39=0|14=0",
        "|17=0|20=3|150=1|39=1|14=3000000",
        "|17=0|20=3|150=1|39=1|14=3000000",
        "|17=Y5|20=2|19=Y4|150=1|39=1|14=1000000",
        "|17=Y5|20=2|19=Y4|150=1|39=1|14=1000000",
    };
    static const cg_dv01 consumed[] = {0,    5424, 0,   2712, 2712,
                                       2712, 2712, 904, 904};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        snprintf(fields, sizeof(fields), "%s%s", head, steps[i]);
        harness_in(&h, VENUE42, fields);
        expect_books("ACME-USD", 9040, consumed[i]);
    }
    assert_int_equal(noted("came again"), 2);
    assert_int_equal(noted("ALARM"), 0);
}

/* R43: another report under the same ExecID is an alarm, and CumQty counts. */
static void test_reports_same_exec_id_other_report(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    report("A1", "X1", 'F', '1', 10, 7, "|32=3000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=2712.00");
    harness_expect(&h, CLIENT, "35=8|14=7000000");
    assert_int_equal(noted("ALARM: two different reports"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X1", 'F', '1', 10, 7, "|32=3000000|43=Y");
    harness_expect(&h, CLIENT, "35=8|14=7000000");
    harness_quiet(&h);
    assert_int_equal(noted("ALARM: two different reports"), 1);
}

/* R43: one ExecID of two orders is two reports. */
static void test_reports_exec_id_is_per_order(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 20);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_in(&h, VENUE,
               "35=8|37=V-A2|11=A2|17=X1|150=F|39=1|55=USD10Y|54=1|38=20000000|"
               "151=0|14=4000000|6=0|32=4000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00");
    expect_books("ACME-USD", 27120, 7232);
    assert_int_equal(noted("ALARM"), 0);
}

/* R43: lost reports: the rise of CumQty counts as a whole. */
static void test_reports_lost_one_is_made_up_for(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", "X2", 'F', '1', 10, 7, "|32=3000000");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=6328.00");
    assert_int_equal(noted("reports before it are missing"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(noted("it comes late"), 1);
    expect_books("ACME-USD", 9040, 6328);
    report("A1", "X3", 'F', '1', 10, 8, "|32=3000000");
    assert_int_equal(noted("LastQty is more than"), 1);
    expect_books("ACME-USD", 9040, 7232);
}

/* R43: memory is bounded; what was forgotten still cannot raise CumQty. */
static void test_reports_forgotten_repeat_is_harmless(void **state)
{
    (void)state;
    char id[16];
    harness_close(&h);
    harness_open_with(&h, "MaxReports=2\n");
    harness_work(&h, "A1", '1', 10);
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof(id), "S%d", i);
        report("A1", id, '0', '1', 10, 4, "");
    }
    report("A1", "X1", 'F', '1', 10, 4, "|32=4000000");
    harness_expect(&h, CLIENT, "35=8|17=X1");
    harness_quiet(&h);
    assert_int_equal(noted("came again"), 0);
    expect_books("ACME-USD", 9040, 3616);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, open_gate, close_gate)
        T(test_reports_repeat_changes_nothing),
        T(test_reports_repeat_known_after_restart),
        T(test_reports_bust_again_lowers_once),
        T(test_reports_bust_again_in_42),
        T(test_reports_same_exec_id_other_report),
        T(test_reports_exec_id_is_per_order),
        T(test_reports_lost_one_is_made_up_for),
        T(test_reports_forgotten_repeat_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
