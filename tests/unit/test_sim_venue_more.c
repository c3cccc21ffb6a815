/*
 * The simulated venue: words that it refuses, what it prints, requests with
 * something wrong, and the ends of its book.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void said(const struct venue_test *f, size_t at, const char *words)
{
    assert_true(at < f->fake.said_count);
    assert_string_equal(f->fake.said[at], words);
}

#define ORDER(id, side, qty, px)                                               \
    "11=" id "|1=ACME|55=X|54=" side "|38=" qty "|40=2|44=" px

static void test_sim_venue_wrong_words_do_nothing(void **state)
{
    struct venue_test *f = *state;
    static const char *const lines[] = {
        "",           "nonsense",     "fill",         "fill Z 1 98",
        "fill A x 1", "fill A 0 1",   "fill A 51 98", "fill A 1 high",
        "bust",       "bust F9",      "cancel",       "cancel Z",
        "expire Z",   "done E",       "reject",       "reject next x",
        "reject -1",  "reject next",  "slow",         "slow fast",
        "slow -5",    "slow 86400001"};

    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("E", "1", "50", "98.5"));
    venue_tell(f, "cancel E");
    sim_fake_clear(&f->fake);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (sim_venue_command(&f->venue, lines[i])) {
            fail_msg("taken: %s", lines[i]);
        }
    }
    assert_int_equal(f->fake.sent_count, 0);
    venue_tell(f, "fill A 5 98");
    venue_tell(f, "bust F1");
    assert_false(sim_venue_command(&f->venue, "bust F1"));
    assert_int_equal(f->fake.sent_count, 2);
}

static void test_sim_venue_prints_its_book(void **state)
{
    struct venue_test *f = *state;

    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("B", "2", "40", "99"));
    venue_tell(f, "fill B 30 99");
    venue_tell(f, "cancel A");
    f->fake.said_count = 0;
    venue_tell(f, "book");
    said(f, 0, "book V2 B X sell qty=40 cum=30 leaves=10 px=99.00 39=1");
    said(f, 1, "book end");
    venue_tell(f, "orders");
    said(f, 2, "book V1 A X buy qty=50 cum=0 leaves=0 px=98.50 39=4");
    said(f, 3, "book V2 B X sell qty=40 cum=30 leaves=10 px=99.00 39=1");
    said(f, 4, "book end");
    f->venue.token_tag = 7350;
    venue_in(f, "D", ORDER("C", "1", "1", "1"));
    f->fake.said_count = 0;
    venue_tell(f, "violations");
    said(f, 0, "violations 1");
}

/* What comes while something waits, waits behind it. */
static void test_sim_venue_slow_keeps_the_order(void **state)
{
    struct venue_test *f = *state;

    venue_tell(f, "slow 50");
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_tell(f, "slow 0");
    venue_in(f, "F", "41=A|11=C|55=X|54=1");
    assert_int_equal(f->fake.sent_count, 0);
    assert_int_equal(sim_venue_due(&f->venue),
                     f->fake.port.now_ns + 50 * SIM_MS);
    f->fake.port.now_ns += 50 * SIM_MS - 1;
    sim_venue_tick(&f->venue);
    assert_int_equal(f->fake.sent_count, 0);
    f->fake.port.now_ns += 1;
    sim_venue_tick(&f->venue);
    sim_fake_expect(&f->fake, 0, "8", "11=A|150=0");
    sim_fake_expect(&f->fake, 1, "8", "11=C|150=4");
}

/* Each field that an order needs, left out or wrong. */
static void lacks_a_field(struct venue_test *f, const char *reason)
{
    static const char *const bodies[] = {
        "11=A|55=X|38=5|40=2|44=98",      "11=A|55=X|54=1|38=5|44=98",
        "11=A|55=X|54=1|38=5|40=2",       "11=A|55=X|54=1|40=2|44=98",
        "11=A|55=X|54=1|38=0|40=2|44=98", "11=A|55=X|54=1|38=x|40=2|44=98",
        "55=X|54=1|38=5|40=2|44=98"};

    f->fake.wrong = true; /* it answers without what it was not told */
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        venue_in(f, "D", bodies[i]);
        sim_fake_expect(&f->fake, i, "8", "37=NONE|150=8|39=8");
        sim_fake_expect(&f->fake, i, "8", reason);
        sim_fake_expect(&f->fake, i, "8",
                        "58=a required field is missing or wrong");
    }
    assert_int_equal(f->venue.book.order_count, 0);
}

static void test_sim_venue_order_lacks_a_field(void **state)
{
    lacks_a_field(*state, "103=99");
}

static void test_sim_venue_42_order_lacks_a_field(void **state)
{
    lacks_a_field(*state, "103=0");
}

static void refuses(struct venue_test *f, const char *other)
{
    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_tell(f, "fill A 20 98.5");
    sim_fake_clear(&f->fake);
    venue_in(f, "F", "41=A|11=A|55=X|54=1");
    sim_fake_expect(&f->fake, 0, "9", "58=duplicate ClOrdID|434=1");
    venue_in(f, "G", "41=A|11=B|55=X|54=1|38=19|40=2|44=98.5");
    sim_fake_expect(&f->fake, 1, "9",
                    "58=the quantity is below what was filled|434=2");
    sim_fake_expect(&f->fake, 1, "9", other);
    venue_tell(f, "reject 1");
    venue_in(f, "F", "41=A|11=C|55=X|54=1");
    sim_fake_expect(&f->fake, 2, "9", "58=rejected by command");
    sim_fake_expect(&f->fake, 2, "9", other);
    f->fake.wrong = true; /* it answers without what it was not told */
    venue_in(f, "F", "41=A|55=X|54=1");
    sim_fake_expect(&f->fake, 3, "9", "58=duplicate ClOrdID");
    venue_tell(f, "bust F1");
    venue_in(f, "G", "41=A|11=B|55=X|54=1|38=0|40=2|44=98.5");
    sim_fake_expect(&f->fake, 5, "9", other);
    venue_tell(f, "reject 1");
    venue_in(f, "D", ORDER("D", "1", "50", "98.5"));
    sim_fake_expect(&f->fake, 6, "8", "58=rejected by command|150=8");
    assert_int_equal(f->venue.book.order_count, 1);
}

static void test_sim_venue_refuses_requests(void **state)
{
    struct venue_test *f = *state;

    refuses(f, "102=99");
    sim_fake_expect(&f->fake, 0, "9", "102=6");
    sim_fake_expect(&f->fake, 6, "8", "103=99");
}

static void test_sim_venue_42_refuses_requests(void **state)
{
    struct venue_test *f = *state;

    refuses(f, "102=2");
    sim_fake_expect(&f->fake, 0, "9", "102=2");
    sim_fake_expect(&f->fake, 6, "8", "103=0");
}

/* A replace down to what was filled fills the order; in 4.2 it is not 5. */
static void test_sim_venue_42_replace_to_what_was_filled(void **state)
{
    struct venue_test *f = *state;

    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_tell(f, "fill A 20 98.5");
    venue_in(f, "G", "41=A|11=B|55=X|54=1|38=20|40=2|44=98.5");
    sim_fake_expect(&f->fake, 2, "8", "11=B|150=5|39=2|14=20|151=0");
    venue_tell(f, "bust F1");
    sim_fake_expect(&f->fake, 3, "8", "19=F1|20=1|150=4|39=4|14=0");
    venue_in(f, "q", "11=M|530=7");
    assert_int_equal(f->fake.sent_count, 4);
    said(f, f->fake.said_count - 1, "note q is not answered");
    venue_in(f, "H", "11=B|55=X|54=1|790=S");
    sim_fake_expect_absent(&f->fake, 4, 790);
}

static void test_sim_venue_bust_of_what_has_ended(void **state)
{
    struct venue_test *f = *state;

    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_tell(f, "fill A 20 98.5");
    venue_tell(f, "expire A");
    sim_fake_clear(&f->fake);
    venue_tell(f, "bust F1");
    sim_fake_expect(&f->fake, 0, "8", "150=H|39=C|14=0|151=0");
    venue_in(f, "H", "11=A|55=X|54=1|790=S");
    sim_fake_expect(&f->fake, 1, "8", "150=I|790=S|39=C");
    venue_in(f, "Z", "117=Q");
    said(f, f->fake.said_count - 1, "note Z is not answered");
    sim_venue_bust(&f->venue, 0); /* a second time it is nothing */
    assert_int_equal(f->fake.sent_count, 2);
}

/* Those of one symbol, of whoever asks, that are open. */
static void test_sim_venue_mass_cancel_by_symbol(void **state)
{
    struct venue_test *f = *state;
    struct sim_peer other = {.name = "T", .version = SIM_FIX44, .up = true};

    venue_in(f, "D", ORDER("A", "1", "50", "98.5"));
    venue_in(f, "D", "11=B|55=Y|54=1|38=10|40=2|44=99");
    venue_in(f, "D", ORDER("C", "1", "50", "98.5"));
    venue_in(f, "D", ORDER("D", "1", "50", "98.5"));
    venue_tell(f, "cancel C");
    f->venue.book.orders[3].peer = &other;
    sim_fake_clear(&f->fake);
    venue_in(f, "q", "11=M|530=1|55=X");
    sim_fake_expect(&f->fake, 0, "8", "11=A|150=4");
    sim_fake_expect(&f->fake, 1, "r", "11=M|530=1|531=1|533=1");
    assert_int_equal(f->fake.sent_count, 2);
    f->venue.book.orders[3].peer = &f->fake.peer;
}

/* Better prices first on the buying side, too; 59=4 beyond 64 bits. */
static void test_sim_venue_book_at_its_ends(void **state)
{
    struct venue_test *f = *state;

    venue_in(f, "D", ORDER("B1", "1", "10", "97"));
    venue_in(f, "D", ORDER("B2", "1", "10", "98"));
    venue_in(f, "D", "11=S|55=X|54=2|38=15|40=1");
    sim_fake_expect(&f->fake, 3, "8", "11=B2|150=F|31=98");
    sim_fake_expect(&f->fake, 5, "8", "11=B1|150=F|31=97|32=5");
    venue_tell(f, "cancel B1");
    venue_in(f, "AB",
             "11=P|55=X|54=2|38=10|40=2|44=1|555=2|600=A|624=1|600=B|624=2");
    venue_in(f, "D", ORDER("S1", "2", "90000000000000000", "99"));
    venue_in(f, "D", ORDER("S2", "2", "90000000000000000", "99"));
    venue_in(
        f, "AB",
        "11=Q|55=X|54=1|38=10|40=2|44=100|59=4|555=2|600=A|624=1|600=B|624=2");
    sim_fake_clear(&f->fake);
    venue_in(f, "D", "11=K|55=X|54=1|38=5|40=2|44=99|59=4");
    sim_fake_expect(&f->fake, 1, "8", "11=S1|150=F|39=1|32=5");
    sim_fake_expect(&f->fake, 2, "8", "11=K|150=F|39=2|32=5");
}

#define TEN "xxxxxxxxxx"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* Fields of users alone are shown, as far as the line goes; ids longer than it
 * are ids all the same. */
static void test_sim_venue_says_users_fields(void **state)
{
    struct venue_test *f = *state;

    venue_in(f, "D", ORDER("A", "1", "5", "98") "|7350=T1|40000=no|4999=no");
    said(f, 0, "order V1 A buy 5 X 98.00 7350=T1");
    f->fake.wrong = true; /* no message has fields so long */
    venue_in(f, "D",
             ORDER("B", "1", "5", "98") "|7350=" HUNDRED HUNDRED HUNDRED HUNDRED
                 HUNDRED HUNDRED "|7351=" TEN);
    assert_null(strstr(f->fake.said[1], "7351"));
    venue_in(f, "D", ORDER(HUNDRED HUNDRED HUNDRED "1", "1", "5", "98"));
    assert_int_equal(f->venue.book.order_count, 3);
    venue_in(f, "F", "11=F|41=" HUNDRED HUNDRED HUNDRED "1|55=X|54=1");
    sim_fake_expect(&f->fake, 3, "8", "11=F|150=4");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, venue_setup, venue_teardown)
#define CASE_42(name)                                                          \
    cmocka_unit_test_setup_teardown(name, venue_setup_42, venue_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_sim_venue_wrong_words_do_nothing),
        CASE(test_sim_venue_prints_its_book),
        CASE(test_sim_venue_slow_keeps_the_order),
        CASE(test_sim_venue_order_lacks_a_field),
        CASE_42(test_sim_venue_42_order_lacks_a_field),
        CASE(test_sim_venue_refuses_requests),
        CASE_42(test_sim_venue_42_refuses_requests),
        CASE_42(test_sim_venue_42_replace_to_what_was_filled),
        CASE(test_sim_venue_bust_of_what_has_ended),
        CASE(test_sim_venue_mass_cancel_by_symbol),
        CASE(test_sim_venue_book_at_its_ends),
        CASE(test_sim_venue_says_users_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
