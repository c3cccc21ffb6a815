/*
 * The simulated venue: its book and its reports.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ORDER(id, side, qty, px)                                               \
    "11=" id "|1=ACME|55=X|54=" side "|38=" qty "|40=2|44=" px

static void test_sim_venue_acks_and_fills(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    sim_fake_expect(&f->fake, 0, "8",
                    "37=V1|11=A|150=0|39=0|38=50|151=50|14=0|44=98.5|1=ACME");
    sim_fake_expect_absent(&f->fake, 0, 20);
    venue_tell(f, "fill A 20 98.5");
    sim_fake_expect(&f->fake, 1, "8",
                    "11=A|17=F1|150=F|39=1|32=20|31=98.5|151=30|14=20|6=98.5");
    venue_tell(f, "fill A 30 98");
    sim_fake_expect(&f->fake, 2, "8",
                    "17=F2|150=F|39=2|32=30|151=0|14=50|6=98.2");
    assert_false(sim_venue_command(&f->venue, "fill A 1 98"));
    venue_tell(f, "overfill A 1 98");
    sim_fake_expect(&f->fake, 3, "8", "150=F|39=2|14=51|151=0");
}

/* FIX.4.2: trades carry the status in 150, and 20 says what it is. */
static void test_sim_venue_42_reports(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    sim_fake_expect(&f->fake, 0, "8", "20=0|150=0|39=0");
    venue_tell(f, "fill A 20 98.5");
    sim_fake_expect(&f->fake, 1, "8", "20=0|150=1|39=1|32=20");
    venue_tell(f, "bust F1");
    sim_fake_expect(&f->fake, 2, "8", "20=1|19=F1|150=0|39=0|14=0|151=50");
    venue_in(f, "G", "41=A|11=B|55=X|54=1|38=60|40=2|44=98.5");
    sim_fake_expect(&f->fake, 3, "8", "20=0|150=5|39=5|11=B|41=A|38=60");
    venue_in(f, "H", "11=B|55=X|54=1");
    sim_fake_expect(&f->fake, 4, "8", "20=3|150=0|39=0|11=B");
    venue_in(f, "H", "11=Z|55=X|54=1");
    sim_fake_expect(&f->fake, 5, "8", "20=3|150=8|39=8|103=5|37=NONE");
}

/* Better prices first, then the older order; the maker's price counts. */
static void test_sim_venue_book_price_then_time(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("S1", "2", "10", "99"));
    venue_in(f, "D", ORDER("S2", "2", "10", "98"));
    venue_in(f, "D", ORDER("S3", "2", "10", "98"));
    venue_in(f, "D", ORDER("B", "1", "25", "99"));
    sim_fake_expect(&f->fake, 3, "8", "11=B|150=0");
    sim_fake_expect(&f->fake, 4, "8", "11=S2|150=F|39=2|31=98|32=10");
    sim_fake_expect(&f->fake, 5, "8", "11=B|150=F|39=1|31=98|14=10");
    sim_fake_expect(&f->fake, 6, "8", "11=S3|150=F|39=2|31=98");
    sim_fake_expect(&f->fake, 8, "8", "11=S1|150=F|39=1|32=5|31=99|151=5");
    sim_fake_expect(&f->fake, 9, "8", "11=B|150=F|39=2|14=25|151=0");
    assert_int_equal(f->fake.sent_count, 10);
}

/* A rise loses the place in the queue; a fall keeps it. */
static void test_sim_venue_replace_and_priority(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("S1", "2", "10", "98"));
    venue_in(f, "D", ORDER("S2", "2", "10", "98"));
    venue_in(f, "D", ORDER("S3", "2", "10", "98"));
    venue_in(f, "G", "41=S1|11=S1a|55=X|54=2|38=12|40=2|44=98");
    venue_in(f, "G", "41=S2|11=S2a|55=X|54=2|38=4|40=2|44=98");
    sim_fake_expect(&f->fake, 3, "8", "150=5|39=0|11=S1a|41=S1|38=12|151=12");
    sim_fake_clear(&f->fake);
    venue_in(f, "D", ORDER("B", "1", "15", "98"));
    sim_fake_expect(&f->fake, 1, "8", "11=S2a|150=F|39=2|32=4");
    sim_fake_expect(&f->fake, 3, "8", "11=S3|150=F|39=2|32=10");
    sim_fake_expect(&f->fake, 5, "8", "11=S1a|150=F|39=1|32=1");
}

/* Another symbol, another price, or the same side do not trade. */
static void test_sim_venue_no_cross_no_trade(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("S1", "2", "10", "99"));
    venue_in(f, "D", ORDER("B1", "1", "10", "98.99"));
    venue_in(f, "D", "11=B2|55=Y|54=1|38=10|40=2|44=99");
    venue_in(f, "D", ORDER("S2", "2", "10", "99"));
    assert_int_equal(f->fake.sent_count, 4);
}

static void test_sim_venue_market_ioc_fok(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("S1", "2", "10", "99"));
    sim_fake_clear(&f->fake);
    venue_in(f, "D", "11=K|55=X|54=1|38=11|40=2|44=99|59=4");
    assert_int_equal(f->fake.sent_count, 2);
    sim_fake_expect(&f->fake, 1, "8", "11=K|150=4|39=4|14=0|151=0");
    sim_fake_clear(&f->fake);
    venue_in(f, "D", "11=I|55=X|54=1|38=4|40=2|44=98|59=3");
    sim_fake_expect(&f->fake, 1, "8", "11=I|150=4|39=4|14=0");
    sim_fake_clear(&f->fake);
    venue_in(f, "D", "11=M|55=X|54=1|38=15|40=1");
    sim_fake_expect(&f->fake, 2, "8", "11=M|150=F|39=1|32=10|31=99");
    sim_fake_expect(&f->fake, 3, "8", "11=M|150=4|39=4|14=10|151=0");
}

static void test_sim_venue_cancel_and_refusals(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "F", "41=A|11=C|55=X|54=1");
    sim_fake_expect(&f->fake, 1, "8", "11=C|41=A|37=V1|150=4|39=4|151=0|14=0");
    venue_in(f, "F", "41=A|11=C2|55=X|54=1");
    sim_fake_expect(&f->fake, 2, "9", "11=C2|41=A|37=V1|39=4|434=1|102=0");
    venue_in(f, "G", "41=Z|11=C3|55=X|54=1|38=5|40=2|44=1");
    sim_fake_expect(&f->fake, 3, "9", "11=C3|37=NONE|39=8|434=2|102=1");
    venue_in(f, "H", "11=A|55=X|54=1");
    sim_fake_expect(&f->fake, 4, "8", "150=I|39=4|11=C");
}

static void test_sim_venue_duplicates(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    sim_fake_expect(&f->fake, 1, "8", "11=A|150=8|39=8|103=6|37=NONE");
    struct sim_message again = sim_fake_message(&f->body, "D",
                                                ORDER("A", "1", "50", "98.5"));
    again.possdup = true;
    sim_venue_receive(&f->venue, &f->fake.peer, &again);
    assert_int_equal(f->fake.sent_count, 2);
    again.possdup = false;
    again.possresend = true;
    sim_venue_receive(&f->venue, &f->fake.peer, &again);
    sim_fake_expect(&f->fake, 2, "8", "11=A|150=I|39=0");
}

static void test_sim_venue_reject_next(void **state)
{
    struct venue_test *f = *state;
    venue_tell(f, "reject next 1");
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("B", "1", "50", "98.5"));
    sim_fake_expect(&f->fake, 0, "8", "11=A|150=8|39=8|103=99|151=0");
    sim_fake_expect(&f->fake, 1, "8", "11=B|150=0");
    venue_tell(f, "reject 1");
    venue_in(f, "F", "41=B|11=C|55=X|54=1");
    sim_fake_expect(&f->fake, 2, "9", "11=C|39=0|102=99");
}

/* Ends that nobody asked for; done for day spares orders of other lives. */
static void test_sim_venue_unsolicited_ends(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("B", "1", "50", "98.5"));
    venue_in(f, "D", "11=C|55=X|54=1|38=50|40=2|44=98.5|59=1");
    venue_in(f, "D", ORDER("E", "1", "50", "98.5"));
    sim_fake_clear(&f->fake);
    venue_tell(f, "cancel A");
    venue_tell(f, "expire B");
    venue_tell(f, "done");
    assert_int_equal(f->fake.sent_count, 3);
    sim_fake_expect(&f->fake, 0, "8", "11=A|150=4|39=4|151=0");
    sim_fake_expect(&f->fake, 1, "8", "11=B|150=C|39=C|151=0");
    sim_fake_expect(&f->fake, 2, "8", "11=E|150=3|39=3|151=0");
}

/* Held requests are answered in order, after the release only. */
static void test_sim_venue_hold_and_release(void **state)
{
    struct venue_test *f = *state;
    venue_tell(f, "hold");
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "F", "41=A|11=C|55=X|54=1");
    assert_int_equal(f->fake.sent_count, 0);
    venue_tell(f, "release");
    sim_fake_expect(&f->fake, 0, "8", "11=A|150=0");
    sim_fake_expect(&f->fake, 1, "8", "11=C|150=4");
}

/* R55: an order without its token is said loudly, once for each. */
static void test_sim_venue_missing_token_is_a_violation(void **state)
{
    struct venue_test *f = *state;
    f->venue.token_tag = 7350;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5") "|7350=T1");
    assert_int_equal(f->venue.violations, 0);
    assert_non_null(strstr(f->fake.said[0], "7350=T1"));
    venue_in(f, "D", ORDER("B", "1", "50", "98.5"));
    venue_in(f, "G", "41=A|11=A2|55=X|54=1|38=60|40=2|44=98.5|7350=");
    venue_in(f, "F", "41=A|11=A3|55=X|54=1");
    assert_int_equal(f->venue.violations, 2);
    assert_non_null(strstr(f->fake.said[1], "violation D B"));
}

/* A package is taken and answered, and trades by command only. */
static void test_sim_venue_package_is_taken(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", "11=S|55=P|54=2|38=10|40=2|44=1");
    venue_in(f, "AB",
             "11=P1|55=P|54=1|38=10|40=2|44=1|555=2|600=A|624=1|600=B|624=2");
    sim_fake_expect(&f->fake, 1, "8", "11=P1|150=0|39=0");
    assert_int_equal(f->fake.sent_count, 2);
    venue_in(f, "AC", "41=P1|11=P2|55=P|54=1|38=12|40=2|44=1");
    sim_fake_expect(&f->fake, 2, "8", "11=P2|41=P1|150=5|38=12");
    venue_tell(f, "fill P2 12 1");
    sim_fake_expect(&f->fake, 3, "8", "11=P2|150=F|39=2");
}

static void test_sim_venue_mass_cancel(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", "11=B|55=Y|54=1|38=50|40=2|44=98.5");
    venue_in(f, "q", "11=M|530=1|55=Y");
    sim_fake_expect(&f->fake, 2, "8", "11=B|150=4");
    sim_fake_expect(&f->fake, 3, "r", "11=M|530=1|531=1|533=1");
    venue_in(f, "q", "11=M2|530=7");
    sim_fake_expect(&f->fake, 5, "r", "531=7|533=1");
}

/* A bust lowers what counts; a filled order does not come back to life. */
static void test_sim_venue_bust_lowers(void **state)
{
    struct venue_test *f = *state;
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_tell(f, "fill A 20 98");
    venue_tell(f, "fill A 30 99");
    venue_tell(f, "bust F2");
    sim_fake_expect(&f->fake, 3, "8", "150=H|19=F2|39=4|14=20|151=0|6=98");
    assert_false(sim_venue_command(&f->venue, "bust F2"));
    assert_false(sim_venue_command(&f->venue, "bust F9"));
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, venue_setup, venue_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_sim_venue_acks_and_fills),
        cmocka_unit_test_setup_teardown(test_sim_venue_42_reports,
                                        venue_setup_42, venue_teardown),
        CASE(test_sim_venue_book_price_then_time),
        CASE(test_sim_venue_replace_and_priority),
        CASE(test_sim_venue_no_cross_no_trade),
        CASE(test_sim_venue_market_ioc_fok),
        CASE(test_sim_venue_cancel_and_refusals),
        CASE(test_sim_venue_duplicates),
        CASE(test_sim_venue_reject_next),
        CASE(test_sim_venue_unsolicited_ends),
        CASE(test_sim_venue_hold_and_release),
        CASE(test_sim_venue_missing_token_is_a_violation),
        CASE(test_sim_venue_package_is_taken),
        CASE(test_sim_venue_mass_cancel),
        CASE(test_sim_venue_bust_lowers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
