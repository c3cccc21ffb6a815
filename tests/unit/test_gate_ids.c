/*
 * Ids that meet: a client's with the gate's own, a venue's of an inquiry that
 * nobody made, mass cancels with none or a used one, and questions without end.
 *
 * Rules: R31, R40, R42, R46.
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

/* R31: the id of the gate's own cancel is one that no client has used. */
static void test_gate_ids_of_pulls_are_unused(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_order(&h, "GATE-P3", '1', 10000); /* refused, its id is used */
    assert_non_null(harness_came(&h, CLIENT, "|150=8|"));
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    const char *pull = harness_came(&h, VENUE, " 35=F|");
    assert_non_null(pull);
    assert_string_equal(harness_field(pull, 11), "GATE-P3-1");
}

/* R46: an answer to an H that the gate never sent goes back to who asked, or
 * tells the gate as any other report. */
static void test_gate_ids_of_inquiries_of_nobody(void **state)
{
    (void)state;
    static const char *const ids[] = {"GATE-H",   "GATE-Hx",  "GATE-H1x",
                                      "GATE-H99", "gate-H1",  "H",
                                      "GATE-H0",  "GATE-H:1", "GATE-H/1"};
    char fields[256];
    harness_work(&h, "A1", '1', 10);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        snprintf(fields, sizeof(fields),
                 "35=8|37=V-A1|11=A1|790=%s|17=0|150=I|39=0|55=USD10Y|54=1|"
                 "38=10000000|151=10000000|14=0|6=0",
                 ids[i]);
        harness_in(&h, VENUE, fields);
        assert_null(harness_came(&h, VENUE, " 35="));
    }
    harness_in(&h, VENUE, "35=j|45=1|372=H|380=1|58=no|379=GATE-H99");
    harness_in(&h, VENUE, "35=j|45=1|372=H|380=1|58=no|379=A1");
    harness_in(&h, VENUE, "35=j|45=1|372=H|380=1|58=no|379=NOBODY");
    harness_in(&h, CLIENT,
               "35=F|11=A2|41=A1|55=USD10Y|54=1|38=10000000|"
               "60=20270115-08:00:00");
    assert_non_null(harness_came(&h, VENUE, "35=F|11=A2"));
}

/* R46: so many questions of a client as a byte counts, and more; each goes on,
 * and the answers come back. */
static void test_gate_ids_of_questions_without_end(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    for (int i = 0; i < 300; i++) {
        harness_in(&h, CLIENT, "35=H|11=A1|55=USD10Y|54=1");
        assert_non_null(harness_came(&h, VENUE, "35=H|11=A1"));
    }
    for (int i = 0; i < 300; i++) {
        harness_in(&h, VENUE,
                   "35=8|37=V-A1|11=A1|17=0|150=I|39=0|55=USD10Y|54=1|"
                   "38=10000000|151=10000000|14=0|6=0");
        assert_int_equal(harness_came(&h, CLIENT, "|150=I|") != NULL, true);
    }
}

/* R42: a mass cancel goes on whatever its id is. */
static void test_gate_ids_of_mass_cancels(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "M1", "M1", "A1",
        "1234567890123456789012345678901234567890123456789012345678901234567"};
    char fields[256];
    harness_work(&h, "A1", '1', 10);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        snprintf(fields, sizeof(fields),
                 "35=q|11=%s|530=7|60=20270115-08:00:00", ids[i]);
        harness_in(&h, CLIENT, fields);
        assert_non_null(harness_came(&h, VENUE, " 35=q|"));
    }
    for (int side = 1; side <= 2; side++) {
        snprintf(fields, sizeof(fields),
                 "35=q|11=M%d|530=1|55=USD10Y|54=%d|60=20270115-08:00:00",
                 side + 1, side);
        harness_order(&h, side == 1 ? "W1" : "W2", '1', 1);
        harness_in(&h, CLIENT, fields);
        assert_int_equal(harness_came(&h, CLIENT, "|150=4|") != NULL,
                         side == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_ids_of_pulls_are_unused),
        WITH_GATE(test_gate_ids_of_inquiries_of_nobody),
        WITH_GATE(test_gate_ids_of_questions_without_end),
        WITH_GATE(test_gate_ids_of_mass_cancels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
