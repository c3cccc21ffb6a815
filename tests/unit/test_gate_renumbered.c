/*
 * Sequence numbers that begin anew: what was on its way may be lost, and
 * nothing of it is resent.
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

static void request(const char *type, const char *id, const char *qty)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=%s|11=%s|41=A1|1=ACME|55=USD10Y|54=1|38=%s|40=2|44=4.1|"
             "60=20270115-08:00:00",
             type, id, qty);
    harness_in(&h, CLIENT, fields);
}

/* A1 rests; a replace A2 that lowers it and a cancel C1 have gone out. */
static void work_and_lose(void)
{
    harness_work(&h, "A1", '1', 10);
    request("G", "A2", "5000000");
    harness_expect(&h, VENUE, "35=G|11=A2");
    request("F", "C1", "10000000");
    harness_expect(&h, VENUE, "35=F|11=C1");
}

/* The venue's session begins at 1; whether that is before or after the logon is
 * the host's business. */
static void reset(bool before)
{
    harness_link(&h, VENUE, false);
    if (before) {
        harness_renumbered(&h, VENUE, true);
    }
    harness_link(&h, VENUE, true);
    if (!before) {
        harness_renumbered(&h, VENUE, true);
    }
    harness_wait(&h, 500);
}

static void status(const char *ask, char is, const char *more)
{
    char fields[1024];
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(ask, 11));
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|790=%s|17=0|150=I|39=%c|55=USD10Y|54=1|151=0|"
             "14=0|6=0|%s",
             id, harness_field(ask, 790), is, more);
    harness_in(&h, VENUE, fields);
}

static const char *asked(const char *id)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "35=H|11=%s", id);
    return harness_keep(harness_expect(&h, VENUE, wanted));
}

/* R22: neither arrived: the status says so, and both are answered, once. */
static void check_lost(bool before)
{
    work_and_lose();
    reset(before);
    status(asked("A2"), '8', "103=5");
    status(asked("A1"), '0', "38=10000000");
    harness_expect(&h, CLIENT, "35=9|11=C1|41=A1|434=1|39=0|58~CG304");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=0|58~CG304");
    harness_quiet(&h);
    reset(before);
    status(asked("A1"), '0', "38=10000000");
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

static void test_status_unsent_is_asked_for(void **state)
{
    (void)state;
    check_lost(true);
}

static void test_status_unsent_known_after_the_logon(void **state)
{
    (void)state;
    check_lost(false);
}

/* R22 R47: ... also when the gate died between the reset and the answers. */
static void test_status_unsent_outlives_a_crash(void **state)
{
    (void)state;
    work_and_lose();
    harness_link(&h, VENUE, false);
    harness_renumbered(&h, VENUE, true);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_wait(&h, 500);
    status(asked("A2"), '8', "");
    status(asked("A1"), '0', "38=10000000");
    harness_expect(&h, CLIENT, "35=9|11=C1|41=A1|434=1");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2");
    harness_quiet(&h);
}

/* R22: what the venue knows, it answers itself: the replace is pending there,
 * and so is the cancel. */
static void test_status_unsent_that_arrived(void **state)
{
    (void)state;
    work_and_lose();
    reset(true);
    status(asked("A2"), '6', "38=10000000");
    harness_quiet(&h);
    harness_in(&h, VENUE, "35=9|37=V-A1|11=A2|41=A1|39=0|434=2|102=0|58=no");
    harness_expect(&h, CLIENT, "35=9|11=A2|58=no");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=C1|41=A1|17=X|150=4|39=4|55=USD10Y|54=1|14=0|"
               "151=0|6=0");
    const char *back = harness_keep(harness_expect(&h, HUB, "35=DF|2320=1"));
    harness_expect(&h, CLIENT, "35=8|11=C1|150=4");
    harness_grant(&h, back);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* R22: the replace is pending under the older id: it may come yet. */
static void test_status_unsent_is_pending(void **state)
{
    (void)state;
    work_and_lose();
    reset(true);
    status(asked("A2"), '8', "103=5");
    status(asked("A1"), '6', "38=10000000");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2");
    harness_quiet(&h);
}

/* R22: the order is over, at the time of the reset or by the answer. */
static void test_status_unsent_of_what_ended(void **state)
{
    (void)state;
    work_and_lose();
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=X|150=C|39=C|55=USD10Y|54=1|14=0|151=0|"
               "6=0");
    const char *back = harness_keep(harness_expect(&h, HUB, "35=DF|2320=1"));
    harness_expect(&h, CLIENT, "35=8|11=A1|150=C");
    harness_quiet(&h);
    harness_grant(&h, back);
    reset(true);
    harness_expect(&h, CLIENT, "35=9|11=C1|41=A1|434=1|39=C");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=C");
    harness_quiet(&h);
    reset(true);
    harness_quiet(&h);
}

/* A cancel that the venue has confirmed is answered by that, whether its
 * numbers begin anew before or after. */
static void test_status_confirmed_cancel_is_answered(void **state)
{
    (void)state;
    for (int before = 0; before < 2; before++) {
        harness_work(&h, "A1", '1', 10);
        request("F", "C1", "10000000");
        harness_expect(&h, VENUE, "35=F|11=C1");
        if (before != 0) {
            reset(true);
            asked("A1");
        }
        harness_in(&h, VENUE,
                   "35=8|37=V-A1|11=C1|41=A1|17=X|150=4|39=4|55=USD10Y|54=1|"
                   "14=0|151=0|6=0");
        const char *back = harness_keep(
            harness_expect(&h, HUB, "35=DF|2320=1"));
        harness_expect(&h, CLIENT, "35=8|11=C1|150=4");
        harness_grant(&h, back);
        reset(true);
        harness_quiet(&h);
        harness_wait(&h, 60000);
        harness_quiet(&h);
        harness_close(&h);
        harness_open(&h);
    }
}

static void test_status_unsent_ends_by_the_answer(void **state)
{
    (void)state;
    work_and_lose();
    reset(true);
    status(asked("A2"), '8', "103=5");
    status(asked("A1"), 'C', "38=10000000");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=9|11=C1|41=A1|434=1|39=C");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|39=C");
    harness_expect(&h, CLIENT, "35=8|11=A1|150=I|39=C");
    harness_quiet(&h);
}

/* R22: an order that the venue never saw takes all with it, once. */
static void test_status_unsent_order(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D");
    request("G", "A2", "5000000");
    harness_expect(&h, VENUE, "35=G|11=A2");
    reset(true);
    status(asked("A2"), '8', "103=5");
    status(asked("A1"), '8', "103=5");
    harness_expect(&h, CLIENT, "35=9|11=A2|41=A1|434=2|58~never reached");
    const char *back = harness_keep(harness_expect(&h, HUB, "35=DF|2320=1"));
    harness_expect(&h, CLIENT, "35=8|150=8|11=A1|58~never reached");
    harness_grant(&h, back);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

/* A client's numbers, or a hub's, lose nothing that is asked for at a venue. */
static void test_status_unsent_elsewhere(void **state)
{
    (void)state;
    work_and_lose();
    harness_renumbered(&h, CLIENT, true);
    harness_renumbered(&h, HUB, true);
    harness_renumbered(&h, CLIENT, false);
    harness_wait(&h, 60000);
    harness_quiet(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_status_unsent_is_asked_for),
        WITH_GATE(test_status_unsent_known_after_the_logon),
        WITH_GATE(test_status_unsent_outlives_a_crash),
        WITH_GATE(test_status_unsent_that_arrived),
        WITH_GATE(test_status_unsent_is_pending),
        WITH_GATE(test_status_unsent_of_what_ended),
        WITH_GATE(test_status_confirmed_cancel_is_answered),
        WITH_GATE(test_status_unsent_ends_by_the_answer),
        WITH_GATE(test_status_unsent_order),
        WITH_GATE(test_status_unsent_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
