/*
 * R5, R7: what a package costs when its legs have other DV01s by now.
 *
 * The package buys 40 million USD2Y and sells 10 million USD10Y for an OrderQty
 * of 10 million: at first 40 x 190.10 = 7,604.00 bought, 10 x 904.00 = 9,040.00
 * sold.  New par rates come while the gate runs.
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
#include <gate_internal.h>

#define LIMIT(more)                                                            \
    "[LIMIT]\nRiskLimitID=NL\nAccount=NOLIMIT\nCurrency=USD\n" more "\n"
#define SPREAD                                                                 \
    "|555=2|600=USD2Y|623=4|624=1|654=L1|600=USD10Y|623=1|624=2|654=L2"
#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"
#define LEG2 "|442=2|55=USD10Y|54=2|555=1|600=USD10Y|654=L2"

static struct harness h;

static void open_with(const char *more)
{
    harness_open_with(&h, more);
}

static const struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static void rates_take(struct cg_engine *engine, void *user)
{
    const long *cents = user;
    static const char *const names[] = {"USD10Y", "USD2Y"};
    struct cg_rates_event event = {
        .made_at = h.now,
        .digest = CG_SLICE("0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef"),
    };
    cg_engine_rates(engine, &event);
    for (int i = 0; i < 2; i++) {
        uint32_t slot = cg_state_instrument(&engine->state,
                                            cg_slice_str(names[i]));
        cg_engine_rate(engine, slot, cents[i] * 100, 1);
    }
}

/* USD10Y and USD2Y at so many cents per million. */
static void take(long usd10y, long usd2y)
{
    long cents[] = {usd10y, usd2y};
    harness_engine(&h, rates_take, cents);
    harness_quiet(&h);
}

/* Starts again after a crash; rates, and what is under way, are in the facts.
 * The venue says that it has the order. */
static void reopen(int client, int venue)
{
    for (size_t i = 0; i < 2; i++) {
        h.config.instruments[i].dv01_per_million = 0;
    }
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    harness_link(&h, venue, true);
    harness_link(&h, client, true);
}

/* What the tokens of |limit| on |side| add up to, in cents. */
static void
expect_side(const char *limit, char side, long reserved, long consumed)
{
    struct cg_token_view token;
    cg_dv01 r = 0;
    cg_dv01 c = 0;
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        if (strcmp(token.limit, limit) == 0 && token.side == side) {
            r += token.reserved;
            c += token.consumed;
        }
    }
    assert_int_equal(r, reserved * 100);
    assert_int_equal(c, consumed * 100);
}

/* A client, its account and its venue. */
struct who {
    int client;
    const char *account;
    int venue;
};

static const struct who by_legs = {CLIENT, "NOLIMIT", VENUE};
static const struct who asked = {CLIENT, "PINGACC", VENUE};
static const struct who whole = {CLIENT50, "SDR", VENUE50};

static void report(const struct who *who,
                   const char *id,
                   char exec,
                   long millions,
                   long cum,
                   const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s|17=E%d|150=%c|39=1|55=curve|54=1|38=%ld000000|"
             "151=0|14=%ld000000|6=0%s",
             id, h.seq, exec, millions, cum, more);
    harness_in(&h, who->venue, fields);
}

/* The package at its venue, acknowledged. */
static void work(const struct who *who, const char *id)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=AB|11=%s|1=%s|54=1|55=curve" SPREAD "|38=10000000" TAIL, id,
             who->account);
    harness_in(&h, who->client, fields);
    if (who == &asked) {
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=16644.00"));
    }
    harness_expect(&h, who->venue, "35=AB");
    report(who, id, '0', 10, 0, "|442=3");
    harness_expect(&h, who->client, "35=8|150=0");
}

static void
replace(const struct who *who, const char *id, const char *orig, long millions)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=AC|11=%s|41=%s|1=%s|54=1|55=curve" SPREAD "|38=%ld000000" TAIL,
             id, orig, who->account, millions);
    harness_in(&h, who->client, fields);
}

static void accept(const struct who *who,
                   const char *id,
                   const char *orig,
                   long millions,
                   long cum)
{
    char more[64];
    snprintf(more, sizeof(more), "|442=3|41=%s", orig);
    report(who, id, '5', millions, cum, more);
}

static void refuse(const struct who *who, const char *id, const char *orig)
{
    char fields[256];
    snprintf(fields, sizeof(fields), "35=9|37=V-1|11=%s|41=%s|39=1|434=2|102=0",
             id, orig);
    harness_in(&h, who->venue, fields);
}

/* --- a gross limit ------------------------------------------------------- */

/* R7: a raise prices all legs anew; the charge is the larger of both until the
 * venue accepts it, and what is filled costs the new price then, too. */
static void test_gate_package_raise_at_other_rates(void **state)
{
    (void)state;
    open_with(LIMIT("Measure=gross\nModel=push\nAmount=99999.00"));
    work(&by_legs, "P1");
    take(90500, 19010);
    expect_side("NL", '1', 1664400, 0);
    replace(&by_legs, "P2", "P1", 11);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    expect_side("NL", '1', 1831940, 0);
    report(&by_legs, "P1", 'F', 10, 2, LEG2);
    expect_side("NL", '1', 1831940 - 180800, 180800);
    accept(&by_legs, "P2", "P1", 11, 0);
    expect_side("NL", '1', 1831940 - 181000, 181000);
    take(50000, 10000); /* for less */
    replace(&by_legs, "P3", "P2", 12);
    harness_expect(&h, VENUE, "35=AC|11=P3");
    expect_side("NL", '1', 1831940 - 181000, 181000);
    accept(&by_legs, "P3", "P2", 12, 0);
    expect_side("NL", '1', 1080000 - 100000, 100000);
    take(200000, 200000);
    replace(&by_legs, "P4", "P3", 9); /* it keeps its price */
    harness_expect(&h, VENUE, "35=AC|11=P4");
    accept(&by_legs, "P4", "P3", 9, 0);
    expect_side("NL", '1', 810000 - 100000, 100000);
    reopen(CLIENT, VENUE);
    expect_side("NL", '1', 810000 - 100000, 100000);
    report(&by_legs, "P4", '4', 9, 0, "|442=3");
    expect_side("NL", '1', 0, 100000);
}

/* R7, R41: refused by the gate or by the venue, all is as it was. */
static void test_gate_package_refused_raise_changes_nothing(void **state)
{
    (void)state;
    open_with(LIMIT("Measure=gross\nModel=push\nAmount=20000.00"));
    work(&by_legs, "P1");
    take(100000, 20000);
    replace(&by_legs, "P2", "P1", 12); /* 21,600.00 */
    harness_expect(&h, CLIENT,
                   "35=9|11=P2|58~CG101 LIMIT_EXCEEDED req:4956.00 "
                   "avl:3356.00");
    expect_side("NL", '1', 1664400, 0);
    replace(&by_legs, "P3", "P1", 11); /* 19,800.00 */
    harness_expect(&h, VENUE, "35=AC|11=P3");
    expect_side("NL", '1', 1980000, 0);
    reopen(CLIENT, VENUE);
    expect_side("NL", '1', 1980000, 0);
    refuse(&by_legs, "P3", "P1");
    expect_side("NL", '1', 1664400, 0);
    assert_int_equal(books()->price_count, 0);
    take(0, 20000);
    replace(&by_legs, "P4", "P1", 11);
    harness_expect(&h, CLIENT, "35=9|11=P4|58~CG104");
}

/* R7, R24, R25: the hub is asked for the new total, and hears what the fills
 * before it cost more. */
static void test_gate_package_raise_asks_for_the_new_price(void **state)
{
    (void)state;
    open_with("");
    work(&asked, "P1");
    report(&asked, "P1", 'F', 10, 5, "|442=3");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=8322.00");
    take(100000, 20000);
    replace(&asked, "P2", "P1", 11);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=19800.00"));
    harness_expect(&h, VENUE, "35=AC|11=P2");
    accept(&asked, "P2", "P1", 11, 5);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=678.00");
    expect_side("PING-USD", '1', 1080000, 900000);
    report(&asked, "P2", '4', 11, 5, "|442=3");
    harness_expect(&h, HUB, "35=DF|2320=1|2324=10800.00");
    expect_side("PING-USD", '1', 0, 900000);
}

/* R7, R41: replaces under way at two prices; what the venue makes of them is
 * what is charged, restarts included. */
static void test_gate_package_chain_of_prices(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        open_with(LIMIT("Measure=gross\nModel=push\nAmount=99999.00"));
        work(&by_legs, "P1");
        take(100000, 20000);
        replace(&by_legs, "P2", "P1", 20); /* 36,000.00 */
        harness_expect(&h, VENUE, "35=AC");
        take(150000, 30000);
        replace(&by_legs, "P3", "P2", 15); /* 40,500.00 */
        harness_expect(&h, VENUE, "35=AC");
        expect_side("NL", '1', 4050000, 0);
        reopen(CLIENT, VENUE);
        if (refused) {
            refuse(&by_legs, "P2", "P1");
            expect_side("NL", '1', 4050000, 0);
        } else {
            accept(&by_legs, "P2", "P1", 20, 0);
            expect_side("NL", '1', 4050000, 0);
        }
        accept(&by_legs, "P3", "P2", 15, 0);
        expect_side("NL", '1', 4050000, 0);
        report(&by_legs, "P3", 'F', 15, 3, "|442=3");
        expect_side("NL", '1', 4050000 - 810000, 810000);
        harness_close(&h);
    }
    open_with("");
}

/* --- net limits ---------------------------------------------------------- */

/* R7: each side of a net limit by the rates of its legs. */
static void test_gate_package_raise_of_two_sides(void **state)
{
    (void)state;
    open_with(LIMIT("Measure=net\nModel=push\nAmount=99999.00"));
    work(&by_legs, "P1");
    expect_side("NL", '1', 760400, 0);
    expect_side("NL", '2', 904000, 0);
    take(100000, 15000);
    replace(&by_legs, "P2", "P1", 11);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    expect_side("NL", '1', 760400, 0); /* 6,600.00 is less */
    expect_side("NL", '2', 1100000, 0);
    accept(&by_legs, "P2", "P1", 11, 0);
    expect_side("NL", '1', 660000, 0);
    expect_side("NL", '2', 1100000, 0);
}

/* R5, R7: the net of whole packages, anew; it may not change its side. */
static void test_gate_package_raise_of_a_net(void **state)
{
    (void)state;
    open_with("");
    work(&whole, "P1");
    expect_side("SDR-USD", '2', 143600, 0);
    take(100000, 19010);
    replace(&whole, "P2", "P1", 16);
    harness_expect(&h, VENUE50, "35=AC|11=P2");
    expect_side("SDR-USD", '2', 383360, 0);
    expect_side("SDR-USD", '1', 0, 0);
    reopen(CLIENT50, VENUE50);
    accept(&whole, "P2", "P1", 16, 0);
    expect_side("SDR-USD", '2', 383360, 0);
    report(&whole, "P2", 'F', 16, 8, "|442=3");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=1916.80|54=2");
    expect_side("SDR-USD", '2', 191680, 191680);
    take(10000, 19010);
    replace(&whole, "P3", "P2", 17);
    harness_expect(&h, CLIENT50,
                   "35=9|11=P3|58~CG404 REPLACE_NOT_ALLOWED|58~its net is on "
                   "the other side by now; send it anew");
    take(4 * 19010, 19010); /* exactly nothing is on either */
    replace(&whole, "P4", "P2", 17);
    harness_expect(&h, VENUE50, "35=AC|11=P4");
    accept(&whole, "P4", "P2", 17, 10);
    expect_side("SDR-USD", '2', 0, 0);
    report(&whole, "P4", '4', 17, 8, "|442=3");
    expect_side("SDR-USD", '2', 0, 0);
    assert_int_equal(books()->price_count, 0);
}

/* --- room ---------------------------------------------------------------- */

/* Prices of legs have their room: with the last of it taken, a raise is
 * refused, and what raises nothing goes on. */
static void test_gate_package_prices_run_out(void **state)
{
    (void)state;
    open_with(
        "MaxLegs=16\n" LIMIT("Measure=gross\nModel=push\nAmount=900000.00"));
    work(&by_legs, "P1");
    take(90500, 19010);
    char id[16];
    char orig[16] = "P1";
    uint32_t room = (books()->price_max - (CG_COVER_MAX + 2)) / 2 + 1;
    for (uint32_t i = 0; i < room; i++) {
        snprintf(id, sizeof(id), "C%u", i);
        replace(&by_legs, id, orig, 11 + i % 2);
        harness_expect(&h, VENUE, "35=AC");
        snprintf(orig, sizeof(orig), "%s", id);
    }
    assert_int_equal(books()->price_count, 2 * room);
    replace(&by_legs, "X1", orig, 11);
    harness_expect(&h, CLIENT, "35=9|11=X1|58~CG501|58~the gate is full");
    replace(&by_legs, "X2", orig, 9);
    harness_expect(&h, VENUE, "35=AC|11=X2");
    refuse(&by_legs, "C0", "P1");
    replace(&by_legs, "X3", orig, 11);
    harness_expect(&h, VENUE, "35=AC|11=X3");
    report(&by_legs, "P1", '4', 10, 0, "|442=3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, NULL)
        T(test_gate_package_raise_at_other_rates),
        T(test_gate_package_refused_raise_changes_nothing),
        T(test_gate_package_raise_asks_for_the_new_price),
        T(test_gate_package_chain_of_prices),
        T(test_gate_package_raise_of_two_sides),
        T(test_gate_package_raise_of_a_net),
        T(test_gate_package_prices_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
