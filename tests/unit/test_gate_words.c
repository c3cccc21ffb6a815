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
    report(id, "|150=4|39=4|58=by request|378=99|790=x|"
               "453=2|448=ME|447=D|452=1|448=YOU|447=D|452=2|5001=mine");
    harness_expect(&h, HUB, "35=DF|2320=1");
    const char *said = harness_expect(&h, CLIENT,
                                      "35=8|11=A1|150=4|378=6|58~CG202");
    assert_non_null(strstr(
        said, "|453=2|448=ME|447=D|452=1|448=YOU|447=D|452=2|5001=mine|"));
    assert_null(strstr(said, "by request"));
    assert_null(strstr(said, "378=99"));
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

int main(void)
{
#define WITH_GATE(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_gate, close_gate)
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_words_cancelled_by_the_gate),
        WITH_GATE(test_gate_words_expired_while_pulled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
