/*
 * Prices and packages where numbers, places or prices end.
 *
 * Rules: R1, R5, R7, R10, R11, R13, R14, R41, R43.
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

#define LIMIT(id, account, more)                                               \
    "[LIMIT]\nRiskLimitID=" id "\nAccount=" account "\nHub=hub\n"              \
    "Owner=FCM2\nCurrency=USD\nModel=push\nWarnings=none\nPull=none\n" more    \
    "\n"
#define SPREAD                                                                 \
    "|555=2|600=USD2Y|623=4|624=1|654=L1|600=USD10Y|623=1|624=2|654=L2"
#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"
#define LEG2 "|442=2|55=USD10Y|54=2|555=1|600=USD10Y|654=L2"
#define HUGE_QTY "9000000000000000000"

static struct harness h;

static const struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static const struct cg_limit *limit_of(const char *id)
{
    uint32_t slot = cg_state_limit(books(), cg_slice_str(id));
    assert_int_not_equal(slot, CG_NONE);
    return &books()->limits[slot];
}

static void rates_take(struct cg_engine *engine, void *user)
{
    const cg_dv01 *rate = user;
    struct cg_rates_event event = {
        .made_at = h.now,
        .digest = CG_SLICE("0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef"),
    };
    cg_engine_rates(engine, &event);
    cg_engine_rate(engine, cg_state_instrument(books(), CG_SLICE("USD10Y")),
                   *rate, 1);
}

/* USD10Y at so much per million, in 1/10000. */
static void take(cg_dv01 rate)
{
    harness_engine(&h, rates_take, &rate);
    harness_quiet(&h);
}

static void order(const char *id, const char *qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=NOLIMIT|55=USD10Y|54=1|38=%s" TAIL, id, qty);
    harness_in(&h, CLIENT, fields);
}

static void replace(const char *id, const char *orig, const char *qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=NOLIMIT|55=USD10Y|54=1|38=%s"
             "|60=20270115-08:00:00|40=2|44=0.%d",
             id, orig, qty, h.seq);
    harness_in(&h, CLIENT, fields);
}

static void report(int venue, const char *id, const char *what)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s|17=E%d|54=1|151=0|6=0|%s", id, h.seq, what);
    harness_in(&h, venue, fields);
}

/* A1 of a tenth of a cent, and a raise of it at |rate| that is out. */
static void work_at(cg_dv01 rate)
{
    harness_open_with(&h, LIMIT("NL", "NOLIMIT", "Amount=900000.00"));
    take(100);
    order("A1", "10000000");
    harness_expect(&h, VENUE, "35=D|11=A1");
    report(VENUE, "A1", "150=0|39=0|55=USD10Y|38=10000000|14=0");
    harness_expect(&h, CLIENT, "35=8|150=0");
    take(rate);
    replace("G1", "A1", "20000000");
    harness_expect(&h, VENUE, "35=G|11=G1");
}

/* --- new prices of huge quantities --------------------------------------- */

/* R1 R7: the venue fills far more than was ordered, and then accepts a raise at
 * a price by which that cannot be counted: the old one stays. */
static void test_gate_price_edges_fills_cannot_be_priced(void **state)
{
    static const char *const fills[] = {"6000000000000000", HUGE_QTY};
    (void)state;
    for (size_t i = 0; i < CG_COUNT(fills); i++) {
        char fields[256];
        work_at(400000000);
        snprintf(fields, sizeof(fields),
                 "150=F|39=1|55=USD10Y|38=10000000|14=%s", fills[i]);
        report(VENUE, "A1", fields);
        harness_expect(&h, HUB, "35=DF|2320=0|2321=1");
        harness_expect(&h, CLIENT, "35=8|150=F");
        harness_expect(&h, CLIENT, "35=B|148~breached");
        cg_dv01 gross = limit_of("NL")->gross;
        assert_int_equal(limit_of("NL")->state, CG_LIMIT_ENABLED);
        report(VENUE, "G1", "150=5|39=1|41=A1|55=USD10Y|38=20000000");
        harness_expect(&h, CLIENT, "35=8|150=5");
        assert_int_equal(limit_of("NL")->state, CG_LIMIT_UNENFORCED);
        assert_true(limit_of("NL")->gross == gross);
        harness_close(&h);
    }
    harness_open(&h);
}

/* R1 R7: an older replace to less than the venue itself has raised the order to
 * is out, at a price that changes with another's acceptance. */
static void test_gate_price_edges_replace_cannot_be_priced(void **state)
{
    (void)state;
    work_at(400000000);
    take(410000000);
    replace("G2", "G1", "21000000");
    harness_expect(&h, VENUE, "35=G|11=G2");
    report(VENUE, "A1",
           "150=D|39=0|378=3|55=USD10Y|38=400000000000000000|14=0");
    harness_expect(&h, CLIENT, "35=8|150=D");
    harness_expect(&h, CLIENT, "35=B|148~breached");
    replace("G3", "A1", "300000000000000000");
    harness_expect(&h, VENUE, "35=G|11=G3");
    assert_int_equal(limit_of("NL")->state, CG_LIMIT_ENABLED);
    report(VENUE, "G1", "150=5|39=0|41=A1|55=USD10Y|38=20000000|14=0");
    harness_expect(&h, CLIENT, "35=8|150=5");
    assert_int_equal(limit_of("NL")->state, CG_LIMIT_UNENFORCED);
    assert_true(harness_logged(&h, "beyond what limit NL can count") > 0);
}

/* R7 R14: what has no price in a limit's currency any more may fall, at another
 * price, too. */
static void test_gate_price_edges_fall_without_a_conversion(void **state)
{
    static const char clip[] =
        "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nAccount=NOLIMIT\n"
        "Currency=JPY\nAmount=90000000.00\n";
    char keys[2048];
    (void)state;
    snprintf(keys, sizeof(keys), "%s%s[FX]\nFrom=USD\nTo=JPY\nRate=150\n",
             LIMIT("NL", "NOLIMIT", "Amount=900000.00"), clip);
    harness_open_with(&h, keys);
    order("A1", "10000000");
    harness_expect(&h, VENUE, "35=D|11=A1");
    report(VENUE, "A1", "150=0|39=0|55=USD10Y|38=10000000|14=0");
    harness_expect(&h, CLIENT, "35=8|150=0");
    snprintf(keys, sizeof(keys), "%s%s",
             LIMIT("NL", "NOLIMIT", "Amount=900000.00"), clip);
    assert_true(harness_reconfigure(&h, harness_text(keys), NULL) >= 0);
    replace("G1", "A1", "9000000");
    harness_expect(&h, VENUE, "35=G|11=G1");
    replace("G2", "A1", "11000000");
    harness_expect(&h, CLIENT, "35=9|11=G2|58~CG108");
}

/* --- packages ------------------------------------------------------------ */

static void work_package(int client, const char *account, int venue)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=AB|11=P1|1=%s|54=1|55=curve" SPREAD "|38=1000000" TAIL,
             account);
    harness_in(&h, client, fields);
    harness_expect(&h, venue, "35=AB|11=P1");
    report(venue, "P1", "150=0|39=0|55=curve|38=1000000|14=0|442=3");
    harness_expect(&h, client, "35=8|150=0");
}

/* A limit of the hub that comes now. */
static void limit_comes(const char *id,
                        const char *account,
                        const char *kind,
                        const char *ccy)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=U%d|60=20270115-08:00:00|1677=1|1324=A|1671=1|"
             "1691=%s|1692=D|1693=24|1669=1|1529=1|1530=%s|1531=900000.00|"
             "1532=%s|1670=%s|2339=3",
             h.seq, account, kind, ccy, id);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R11 R41: a package cannot count under a limit whose currency nobody converts
 * to; under that it may not grow. */
static void test_gate_price_edges_package_without_a_conversion(void **state)
{
    (void)state;
    harness_open_with(&h,
                      "MaxLegs=8\n" LIMIT("NL", "NOLIMIT", "Amount=900000.00"));
    work_package(CLIENT, "NOLIMIT", VENUE);
    limit_comes("NL-GBP", "NOLIMIT", "12", "GBP");
    assert_true(harness_logged(&h, "does not count under limit NL-GBP") > 0);
    assert_int_equal(limit_of("NL-GBP")->open[0], 0);
    harness_in(&h, CLIENT,
               "35=AC|11=P2|41=P1|1=NOLIMIT|54=1|55=curve" SPREAD
               "|38=2000000" TAIL);
    harness_expect(&h, CLIENT,
                   "35=9|11=P2|58~CG404|58~lim:NL-GBP|58~came after the order");
}

/* R1 R11: nor under one by whose currency its fills are beyond all numbers, leg
 * by leg or by the net of what has begun. */
static void test_gate_price_edges_fills_do_not_convert(void **state)
{
    (void)state;
    harness_open_with(&h, "MaxLegs=8\n[FX]\nFrom=USD\nTo=JPY\nRate=150\n" LIMIT(
                              "NL", "NOLIMIT", "Amount=900000.00"));
    work_package(CLIENT, "NOLIMIT", VENUE);
    report(VENUE, "P1", "150=F|39=1|14=50000000000000000" LEG2);
    harness_expect(&h, HUB, "35=DF|2320=0|2321=1");
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_expect(&h, CLIENT, "35=B|148~breached");
    limit_comes("NL-JPY", "NOLIMIT", "12", "JPY");
    assert_true(harness_logged(&h, "does not count under limit NL-JPY") > 0);
    assert_int_equal(limit_of("NL-JPY")->gross, 0);
    work_package(CLIENT50, "SDR", VENUE50);
    report(VENUE50, "P1", "150=F|39=1|14=50000000000000000" LEG2);
    harness_expect(&h, HUB, "35=DF|2320=0|2321=1");
    harness_expect(&h, CLIENT50, "35=8|150=F");
    harness_expect(&h, CLIENT50, "35=B|148~breached");
    limit_comes("SDR-JPY", "SDR", "2", "JPY");
    assert_true(harness_logged(&h, "does not count under limit SDR-JPY") > 0);
    assert_int_equal(limit_of("SDR-JPY")->gross, 0);
}

/* R1 R5: nor is what the venue restates, when it is beyond all numbers as a
 * net.
 */
static void test_gate_price_edges_net_is_restated(void **state)
{
    (void)state;
    harness_open_with(&h, "MaxLegs=8\n");
    work_package(CLIENT50, "SDR", VENUE50);
    cg_dv01 sells = limit_of("SDR-USD")->open[1];
    report(VENUE50, "P1", "150=D|39=0|378=3|55=curve|442=3|14=0|38=" HUGE_QTY);
    harness_expect(&h, CLIENT50, "35=8|150=D");
    assert_int_equal(limit_of("SDR-USD")->state, CG_LIMIT_UNENFORCED);
    assert_true(limit_of("SDR-USD")->open[1] == sells);
    limit_comes("SDR-NEW", "SDR", "12", "USD");
    assert_true(harness_logged(&h, "does not count under limit SDR-NEW") > 0);
    assert_int_equal(limit_of("SDR-NEW")->open[0], 0);
}

/* R22 R30: a limit is removed when all of an order has filled that its venue
 * keeps open: there is nothing to pull, and it may not grow any more. */
static void test_gate_price_edges_removed_when_all_is_filled(void **state)
{
    (void)state;
    harness_open_with(&h, LIMIT("NL", "NOLIMIT", "Amount=900000.00")
                              LIMIT("NM", "NOLIMIT", "Amount=900000.00"));
    order("A1", "10000000");
    harness_expect(&h, VENUE, "35=D|11=A1");
    report(VENUE, "A1", "150=F|39=1|55=USD10Y|38=10000000|14=10000000");
    harness_expect(&h, HUB, "35=DF|2321=1");
    harness_expect(&h, HUB, "35=DF|2321=1");
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=D|1671=1|"
               "1691=NOLIMIT|1692=D|1693=24|1670=NM");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_quiet(&h);
    replace("G1", "A1", "20000000");
    harness_expect(&h, CLIENT, "35=9|11=G1|58~CG303|58~lim:NM");
}

/* R4: an instrument that is in no table any more has no DV01, as a leg either.
 */
static void test_gate_price_edges_leg_without_a_dv01(void **state)
{
    (void)state;
    harness_open_with(&h,
                      "MaxLegs=8\n" LIMIT("NL", "NOLIMIT", "Amount=900000.00"));
    assert_true(harness_reconfigure(&h,
                                    harness_text("MaxLegs=8\n" LIMIT(
                                        "NL", "NOLIMIT", "Amount=900000.00")),
                                    "instrument,currency,dv01_per_million\n"
                                    "USD10Y,USD,904.00\nEUR10Y,EUR,880.00\n"
                                    "JPY10Y,JPY,95000.00\n") >= 0);
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=NOLIMIT|54=1|55=curve" SPREAD "|38=1000000" TAIL);
    harness_expect(&h, CLIENT,
                   "35=8|150=8|58~CG104|58~a leg's instrument has none");
}

/* R46: a status of one leg that says what is known settles nothing else. */
static void test_gate_price_edges_status_of_a_leg(void **state)
{
    char fields[512];
    (void)state;
    harness_open_with(&h,
                      "MaxLegs=8\n" LIMIT("NL", "NOLIMIT", "Amount=900000.00"));
    work_package(CLIENT, "NOLIMIT", VENUE);
    report(VENUE, "P1", "150=F|39=1|14=400000" LEG2);
    harness_expect(&h, HUB, "35=DF|2320=0|2321=1");
    harness_expect(&h, CLIENT, "35=8|150=F");
    harness_link(&h, VENUE, false);
    harness_link(&h, VENUE, true);
    harness_wait(&h, 5000);
    const char *asked = harness_expect(&h, VENUE, "35=H|11=P1");
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=P1|17=0|54=1|151=0|6=0|150=I|39=1|790=%s|"
             "14=400000" LEG2,
             harness_field(asked, 790));
    cg_dv01 gross = limit_of("NL")->gross;
    harness_in(&h, VENUE, fields);
    assert_true(limit_of("NL")->gross == gross);
}

#define FIVE(account)                                                          \
    LIMIT(account "-1", account, "Amount=900000.00")                           \
    LIMIT(account "-2", account, "Amount=900000.00")                           \
    LIMIT(account "-3", account, "Amount=900000.00")                           \
    LIMIT(account "-4", account, "Amount=900000.00")                           \
    LIMIT(account "-5", account, "Amount=900000.00")

/* R10: the parts of a net limit count one by one: there is no room for the
 * first, or for the other side. */
static void test_gate_price_edges_parts_have_no_room(void **state)
{
    (void)state;
    harness_open_with(
        &h, "MaxLegs=8\n" FIVE("NOLIMIT") FIVE("SDR")
                LIMIT("NOLIMIT-N", "NOLIMIT", "Amount=900000.00\nMeasure=net"));
    limit_comes("NOLIMIT-6", "NOLIMIT", "12", "USD");
    limit_comes("SDR-6", "SDR", "2", "USD");
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=NOLIMIT|54=1|55=curve" SPREAD "|38=1000000" TAIL);
    harness_expect(&h, VENUE, "35=AB|11=P1"); /* 6 and 2 */
    limit_comes("NOLIMIT-M", "NOLIMIT", "2", "USD");
    harness_in(&h, CLIENT,
               "35=AB|11=P2|1=NOLIMIT|54=1|55=curve" SPREAD "|38=1000000" TAIL);
    harness_expect(&h, CLIENT, "35=8|11=P2|150=8|58~CG109|58~lim:NOLIMIT-M");
    harness_in(&h, CLIENT50,
               "35=AB|11=Q1|1=SDR|54=1|55=curve" SPREAD "|38=100000" TAIL);
    harness_expect(&h, CLIENT50, "35=8|11=Q1|150=8|58~CG109|58~lim:SDR-6");
    harness_close(&h);
    harness_open_with(&h, "MaxLegs=8\n" FIVE("SDR"));
    limit_comes("SDR-6", "SDR", "12", "USD");
    limit_comes("SDR-7", "SDR", "2", "USD");
    harness_in(&h, CLIENT50,
               "35=AB|11=Q2|1=SDR|54=1|55=curve" SPREAD "|38=100000" TAIL);
    harness_expect(&h, CLIENT50, "35=8|11=Q2|150=8|58~CG109|58~lim:SDR-7");
}

#define TEST(name) WITH_GATE_BY(name, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gate_price_edges_fills_cannot_be_priced),
        TEST(test_gate_price_edges_replace_cannot_be_priced),
        TEST(test_gate_price_edges_fall_without_a_conversion),
        TEST(test_gate_price_edges_package_without_a_conversion),
        TEST(test_gate_price_edges_fills_do_not_convert),
        TEST(test_gate_price_edges_net_is_restated),
        TEST(test_gate_price_edges_removed_when_all_is_filled),
        TEST(test_gate_price_edges_leg_without_a_dv01),
        TEST(test_gate_price_edges_status_of_a_leg),
        TEST(test_gate_price_edges_parts_have_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
