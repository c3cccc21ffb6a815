/*
 * What an order costs when the tables have changed since it was taken.
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

/* ... and with another table: USD10Y at |rate| whole units per million. */
static void reopen_at(cg_dv01 rate)
{
    for (size_t i = 0; i < h.config.instrument_count; i++) {
        if (strcmp(h.config.instruments[i].symbol, "USD10Y") == 0) {
            h.config.instruments[i].dv01_per_million = rate * 10000;
        }
    }
    harness_reopen_up(&h);
}

static void
report(const char *id, char exec, long qty, long cum, const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|17=E%d|150=%c|39=1|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0%s",
             id, h.seq, exec, qty, cum, more);
    harness_in(&h, VENUE, fields);
}

static void reject(const char *id, const char *orig)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=9|37=V-A1|11=%s|41=%s|39=1|434=2|102=0", id, orig);
    harness_in(&h, VENUE, fields);
}

static void deny(const char *ask)
{
    char fields[256];
    char number[32];
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2325=2|2326=2|2320=2|2321=0", number,
             harness_field(ask, 2319));
    harness_in(&h, HUB, fields);
}

/* R7: new tables change no charge; what raises no quantity has the old price.
 */
static void test_gate_price_reload_changes_no_charge(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reopen_at(1000);
    harness_expect_books(&h, 9040, 9040, 0);
    report("A1", 'F', 10, 4, "");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00");
    harness_expect_books(&h, 9040, 5424, 3616);
    harness_replace(&h, "A2", "A1", 10);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_quiet(&h);
    report("A2", '5', 10, 4, "|41=A1");
    harness_expect_books(&h, 9040, 5424, 3616);
    harness_replace(&h, "A3", "A2", 8);
    harness_expect(&h, VENUE, "35=G|11=A3");
    report("A3", '5', 8, 4, "|41=A2");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=7232.00");
    harness_expect_books(&h, 7232, 3616, 3616);
    harness_order(&h, "B1", '1', 10);
    harness_expect(&h, HUB, "35=DF|2320=0|2324=10000.00");
}

/* R7: a raise prices the whole order anew, once the venue accepts it. */
static void test_gate_price_raise_prices_all_anew(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', 10, 4, "");
    reopen_at(1000);
    harness_replace(&h, "A2", "A1", 20);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2|2324=20000.00");
    harness_expect_books(&h, 20000, 5424, 3616);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_expect_books(&h, 20000, 16384, 3616);
    report("A1", 'F', 10, 5, "");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=904.00");
    harness_expect_books(&h, 20000, 15480, 4520);
    reopen_at(700); /* what is under way keeps the price that it was taken at */
    harness_expect_books(&h, 20000, 15480, 4520);
    report("A2", '5', 20, 5, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=480.00");
    harness_expect(&h, CLIENT, "35=8|150=5");
    harness_quiet(&h);
    harness_expect_books(&h, 20000, 15000, 5000);
    report("A2", 'F', 20, 20, "");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=15000.00");
    harness_expect_books(&h, 20000, 0, 20000);
}

/* R7, R41: refused by the hub or by the venue, all is as it was, to the cent.
 */
static void test_gate_price_refused_raise_changes_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', 10, 4, "");
    reopen_at(1000);
    harness_replace(&h, "A2", "A1", 20);
    deny(harness_expect(&h, HUB, "35=DF|2320=2|2324=20000.00"));
    harness_expect(&h, CLIENT, "35=9|11=A2|58~CG101");
    harness_expect_books(&h, 9040, 5424, 3616);
    harness_replace(&h, "A3", "A1", 20);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=20000.00"));
    harness_expect(&h, VENUE, "35=G|11=A3");
    reject("A3", "A1");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect_books(&h, 9040, 5424, 3616);
    report("A1", 'F', 10, 10, "");
    harness_expect_books(&h, 9040, 0, 9040);
    harness_replace(&h, "A4", "A1", 120);
    harness_expect(&h, CLIENT,
                   "35=9|11=A4|58~CG101 LIMIT_EXCEEDED req:"
                   "110960.00 avl:90960.00");
}

/* R7: at a lower price the charge is the larger of both while the replace is
 * under way, and the lower one afterwards. */
static void test_gate_price_falls_when_accepted(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reopen_at(500);
    harness_replace(&h, "A2", "A1", 12);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_quiet(&h);
    harness_expect_books(&h, 9040, 9040, 0);
    report("A1", 'F', 10, 4, "");
    harness_expect_books(&h, 9040, 5424, 3616);
    report("A2", '5', 12, 4, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=6000.00");
    harness_expect_books(&h, 6000, 4000, 2000);
    report("A2", 'F', 12, 12, "");
    harness_expect_books(&h, 6000, 0, 6000);
}

/* R7, R23, R25: at a lower price what was consumed is less, and covers what is
 * open; the hub, which was told of more, hears of what comes on top of that. */
static void test_gate_price_falls_below_what_was_told(void **state)
{
    (void)state;
    struct cg_token_view token;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', 10, 9, "");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=8136.00");
    reopen_at(500);
    harness_replace(&h, "A2", "A1", 20);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=10000.00"));
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_expect_books(&h, 10000, 1864, 8136);
    report("A2", '5', 20, 9, "|41=A1");
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h);
    harness_expect_books(&h, 10000, 5500, 4500);
    report("A2", 'F', 20, 15, "");
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h);
    harness_expect_books(&h, 10000, 2500, 7500);
    report("A2", 'F', 20, 20, "");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=1864.00");
    harness_expect_books(&h, 10000, 0, 10000);
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.overrun, 0);
    assert_int_equal(token.granted, 100000000);
    harness_reopen_up(&h);
    harness_expect_books(&h, 10000, 0, 10000);
}

/* R25: when nothing more is to come, the hub is told what is less. */
static void test_gate_price_end_tells_what_is_less(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', 10, 9, "");
    reopen_at(500);
    harness_replace(&h, "A2", "A1", 12);
    harness_expect(&h, VENUE, "35=G|11=A2");
    report("A2", '5', 12, 9, "|41=A1");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=6000.00");
    harness_expect_books(&h, 6000, 1500, 4500);
    report("A2", '4', 12, 9, "");
    harness_expect(&h, HUB, "35=DF|2320=1|2321=1|2324=3636.00");
    harness_expect(&h, HUB, "35=DF|2320=1|2321=0|2324=1500.00");
    harness_expect_books(&h, 4500, 0, 4500);
    harness_reopen_up(&h);
    harness_expect_books(&h, 4500, 0, 4500);
}

/* R7, R41: replaces under way at two prices; what the venue makes of them is
 * what is charged, in whatever order it says so, restarts included. */
static void test_gate_price_chain_of_prices(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        reopen_at(904);
        harness_work(&h, refused ? "B1" : "A1", '1', 10);
        const char *ids[] = {refused ? "B1" : "A1", refused ? "B2" : "A2",
                             refused ? "B3" : "A3"};
        reopen_at(1000);
        harness_replace(&h, ids[1], ids[0], 20);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=20000.00"));
        harness_expect(&h, VENUE, "35=G");
        reopen_at(1500);
        harness_replace(&h, ids[2], ids[1], 15);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=22500.00"));
        harness_expect(&h, VENUE, "35=G");
        reopen_at(904);
        if (refused) {
            reject(ids[1], ids[0]);
        } else {
            report(ids[1], '5', 20, 0, "");
        }
        reopen_at(300);
        report(ids[2], '5', 15, 0, "");
        report(ids[2], '4', 15, 3, "");
        harness_expect(&h, HUB, "35=DF|2321=1|2324=4500.00");
        harness_expect(&h, HUB, "35=DF|2320=1|2324=18000.00");
        harness_expect_books(&h, 4500 * (refused + 1), 0, 4500 * (refused + 1));
    }
}

/* R3, R4, R7: without a rate there is no raise, and the order stays. */
static void test_gate_price_without_rate_no_raise(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    reopen_at(0);
    harness_replace(&h, "A2", "A1", 11);
    harness_expect(&h, CLIENT, "35=9|11=A2|58~CG104");
    harness_replace(&h, "A3", "A1", 9);
    harness_expect(&h, VENUE, "35=G|11=A3");
    harness_expect_books(&h, 9040, 9040, 0);
}

/* R3, R7: the FX rate is part of the price. */
static void test_gate_price_follows_fx(void **state)
{
    (void)state;
    harness_in(&h, CLIENT,
               "35=D|11=A1|1=ACME|55=EUR10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=9680.00"));
    harness_expect(&h, VENUE, "35=D");
    harness_in(&h, VENUE,
               "35=8|37=V1|11=A1|17=E1|150=0|39=0|55=EUR10Y|54=1|38=10000000|"
               "151=10000000|14=0|6=0");
    h.config.fx[0].rate += h.config.fx[0].rate / 11; /* 1.10: now 1.20 */
    harness_reopen_up(&h);
    harness_expect_books(&h, 9680, 9680, 0);
    harness_in(&h, CLIENT,
               "35=G|11=A2|41=A1|1=ACME|55=EUR10Y|54=1|38=20000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DF|2320=2|2324=21120.00");
    h.config.fx_count = 0;
    harness_reopen_up(&h);
    harness_in(&h, CLIENT,
               "35=G|11=A3|41=A1|1=ACME|55=EUR10Y|54=1|38=20000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=A3|58~CG108");
    harness_expect_books(&h, 9680, 9680, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_price_reload_changes_no_charge),
        WITH_GATE(test_gate_price_raise_prices_all_anew),
        WITH_GATE(test_gate_price_refused_raise_changes_nothing),
        WITH_GATE(test_gate_price_falls_when_accepted),
        WITH_GATE(test_gate_price_falls_below_what_was_told),
        WITH_GATE(test_gate_price_end_tells_what_is_less),
        WITH_GATE(test_gate_price_chain_of_prices),
        WITH_GATE(test_gate_price_without_rate_no_raise),
        WITH_GATE(test_gate_price_follows_fx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
