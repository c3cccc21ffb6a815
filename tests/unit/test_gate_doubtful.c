/*
 * Replaces that went to a venue which may never have got them: they stay known
 * until the venue has answered, or a resend has shown what became of them.
 *
 * Rules: R22, R45, R46, R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "fix_writer.h"
#include "gate_internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR (3600 * CG_SECOND)
#define DAY (24 * HOUR)

static struct harness h;
static cg_time first_end; /* of a trading day: 22:00 UTC */

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    first_end = h.now + 14 * HOUR;
    return 0;
}

/* An order of OTHERACC, whose limit is the gate's own. */
static void order(const char *id)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=OTHERACC|55=USD10Y|54=1|38=2000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id);
    harness_in(&h, OTHER_CLIENT, fields);
}

static void report(const char *id, char exec, char status)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|151=0|"
             "14=0|6=0",
             id, id, h.seq, exec, status);
    harness_in(&h, VENUE, fields);
    harness_expect(&h, OTHER_CLIENT, "35=8");
}

static void work(const char *id)
{
    order(id);
    harness_expect(&h, VENUE, "35=D");
    report(id, '0', '0');
}

static void replace(const char *id, const char *orig)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=OTHERACC|55=USD10Y|54=1|38=1000000|40=2|"
             "44=4.1|60=20270115-08:00:00",
             id, orig);
    harness_in(&h, OTHER_CLIENT, fields);
    harness_expect(&h, VENUE, "35=G");
}

/* An order that ends while a replace of it is on its way. */
static void end_before(const char *id, const char *replaced_by)
{
    work(id);
    replace(replaced_by, id);
    report(id, '4', '4');
}

static bool may_resend(const char *id)
{
    char bytes[512];
    char head[256];
    char body[256];
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    struct cg_fix_writer out = cg_fix_writer_over(body, sizeof(body));
    cg_fix_put_str(&header, 49, "GATE");
    cg_fix_put_str(&header, 56, "VENUE");
    cg_fix_put_int(&header, 34, 7);
    cg_fix_put_time(&header, 52, h.now);
    cg_fix_put_str(&out, 11, id);
    size_t len = cg_fix_seal(bytes, sizeof(bytes), CG_FIX44, CG_SLICE("G"),
                             cg_fix_written(&header), cg_fix_written(&out));
    return cg_gate_may_resend(h.gate, VENUE, bytes, len);
}

/* The venue is asked, and does not know it. */
static void never_there(const char *id)
{
    char fields[512];
    const char *ask = harness_expect(&h, VENUE, "35=H");
    assert_string_equal(harness_field(ask, 11), id);
    snprintf(fields, sizeof(fields),
             "35=8|37=NONE|11=%s|790=%s|17=0|150=I|39=8|103=5|55=USD10Y|54=1|"
             "151=0|14=0|6=0",
             id, harness_field(ask, 790));
    harness_quiet(&h);
    harness_in(&h, VENUE, fields);
}

static void wait_for(cg_time at)
{
    harness_wait(&h, (int)((at - h.now) / CG_MS));
}

/* The venue is asked for |asked|, and says that its order was cancelled. */
static void was_cancelled(const char *asked, const char *id)
{
    char fields[512];
    const char *ask = harness_expect(&h, VENUE, "35=H");
    assert_string_equal(harness_field(ask, 11), asked);
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|790=%s|17=0|150=I|39=4|55=USD10Y|54=1|"
             "38=2000000|151=0|14=0|6=0",
             id, id, harness_field(ask, 790));
    harness_in(&h, VENUE, fields);
}

/* What the venue's logon brings by itself is none of this file's. */
static void venue_back(void)
{
    harness_link(&h, VENUE, true);
}

static bool is_known(const char *id)
{
    return cg_state_request(&h.gate->engine->state, VENUE, cg_slice_str(id)) !=
           CG_NONE;
}

/* The venue is away over two ends of days, and the gate is killed between. */
static void test_doubtful_replace_outlives_the_days(void **state)
{
    (void)state;
    end_before("A1", "A2");
    harness_link(&h, VENUE, false);
    wait_for(first_end);
    harness_reopen(&h);
    wait_for(first_end + 2 * DAY);
    assert_true(is_known("A2"));
    harness_reopen(&h);
    harness_link(&h, OTHER_CLIENT, true);
    venue_back();
    assert_false(may_resend("A2"));
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    never_there("A2");
    harness_expect(&h, OTHER_CLIENT,
                   "35=9|11=A2|41=A1|434=2|39=4|58~never reached");
    harness_quiet(&h);
    wait_for(first_end + 3 * DAY);
    assert_false(is_known("A1"));
    assert_false(is_known("A2"));
    harness_quiet(&h);
}

/* The day ends between the logon and the resends. */
static void test_doubtful_replace_at_the_logon(void **state)
{
    (void)state;
    end_before("A1", "A2");
    harness_link(&h, VENUE, false);
    wait_for(first_end + 2 * DAY - 200 * CG_MS);
    venue_back();
    harness_wait(&h, 300);
    assert_false(may_resend("A2"));
    harness_wait(&h, 500);
    never_there("A2");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=A2|41=A1|434=2");
    harness_quiet(&h);
}

/* A venue that asks for no resend has had it.  What it has not answered when it
 * tells the order's status it has thrown out. */
static void test_doubtful_replace_reached_the_venue(void **state)
{
    (void)state;
    end_before("A1", "A2");
    harness_link(&h, VENUE, false);
    wait_for(first_end + 2 * DAY);
    venue_back();
    harness_wait(&h, 500);
    assert_true(is_known("A2"));
    was_cancelled("A2", "A1");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=A2|41=A1|434=2");
    wait_for(first_end + 3 * DAY);
    assert_false(is_known("A2"));
    assert_false(is_known("A1"));
    harness_quiet(&h);
}

/* Answered by the venue after days: it goes with the next one. */
static void test_doubtful_replace_answered_late(void **state)
{
    (void)state;
    end_before("A1", "A2");
    harness_link(&h, VENUE, false);
    wait_for(first_end + DAY);
    venue_back();
    harness_in(&h, VENUE, "35=9|37=V-A1|11=A2|41=A1|39=4|434=2|102=0");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=A2");
    wait_for(first_end + 2 * DAY);
    assert_false(is_known("A2"));
    harness_quiet(&h);
}

/* A venue that is never away and never answers does not fill the gate. */
static void test_doubtful_replace_is_not_for_ever(void **state)
{
    (void)state;
    end_before("A1", "A2");
    wait_for(first_end);
    assert_true(is_known("A2"));
    wait_for(first_end + DAY);
    assert_false(is_known("A2"));
    assert_false(is_known("A1"));
    harness_quiet(&h);
}

/* The day ends between a resend that leaves it out and the answer. */
static void test_doubtful_replace_withheld_as_the_day_ends(void **state)
{
    (void)state;
    end_before("A1", "A2");
    wait_for(first_end + DAY - 100 * CG_MS);
    work("B1");
    assert_false(may_resend("A2"));
    harness_wait(&h, 100);
    harness_expect(&h, VENUE, "35=H|11=B1");
    assert_true(is_known("A2"));
    harness_wait(&h, 400);
    never_there("A2");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=A2|41=A1|434=2");
    harness_quiet(&h);
}

/* Nor is it forgotten for want of room (MaxOrders is 200); others are. */
static void test_doubtful_replace_outlives_want_of_room(void **state)
{
    (void)state;
    end_before("A1", "A2");
    for (int i = 0; i < 250; i++) {
        char id[8];
        snprintf(id, sizeof(id), "B%d", i);
        work(id);
        report(id, '4', '4');
    }
    harness_link(&h, VENUE, false);
    venue_back();
    assert_false(may_resend("A2"));
    harness_wait(&h, 500);
    never_there("A2");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=A2|41=A1|434=2");
    harness_quiet(&h);
}

/* A gate full of them takes no order, until one is answered. */
static void test_doubtful_replaces_fill_the_gate(void **state)
{
    (void)state;
    char id[8];
    char other[8];
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        snprintf(other, sizeof(other), "B%d", i);
        end_before(id, other);
    }
    order("C1");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|11=C1|58~CG501");
    harness_in(&h, VENUE, "35=9|37=V-A7|11=B7|41=A7|39=4|434=2|102=0");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=B7");
    work("C2");
    order("C3");
    harness_expect(&h, OTHER_CLIENT, "35=8|150=8|11=C3|58~CG501");
    harness_reopen(&h);
    harness_link(&h, OTHER_CLIENT, true);
    venue_back();
    harness_wait(&h, 505); /* no resend was asked for */
    was_cancelled("B0", "A0");
    harness_expect(&h, OTHER_CLIENT, "35=9|11=B0");
    work("C4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_doubtful_replace_outlives_the_days),
        T(test_doubtful_replace_at_the_logon),
        T(test_doubtful_replace_reached_the_venue),
        T(test_doubtful_replace_answered_late),
        T(test_doubtful_replace_is_not_for_ever),
        T(test_doubtful_replace_withheld_as_the_day_ends),
        T(test_doubtful_replace_outlives_want_of_room),
        T(test_doubtful_replaces_fill_the_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
