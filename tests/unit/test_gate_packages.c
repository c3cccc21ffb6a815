/*
 * R5: orders with legs, one cover each.
 *
 * The package of most tests buys 40 million USD2Y and sells 10 million USD10Y
 * for an OrderQty of 10 million: 40 x 190.10 = 7,604.00 bought, 10 x 904.00 =
 * 9,040.00 sold, 16,644.00 gross, 1,436.00 net sold.
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

/* Account NOLIMIT trades at a venue that fills leg by leg, SDR at one that
 * fills packages whole. */
#define LIMIT(id, account, more)                                               \
    "[LIMIT]\nRiskLimitID=" id "\nAccount=" account "\nCurrency=USD\n" more "\n"
#define NET_PUSH "Measure=net\nModel=push\n"
#define GROSS_PUSH "Measure=gross\nModel=push\n"

#define SPREAD                                                                 \
    "|555=2|600=USD2Y|623=4|624=1|654=L1|600=USD10Y|623=1|624=2|654=L2"
#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"

static void open_with(const char *more)
{
    harness_open_with(&h, more);
}

static const struct cg_limit_view *limit_of(const char *id)
{
    static struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return &view;
        }
    }
    fail_msg("no limit %s", id);
    return NULL;
}

/* |cents| of use under a limit. */
static void expect_use(const char *id, long cents)
{
    assert_int_equal(limit_of(id)->used, cents * 100);
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

static void package_at(int session,
                       const char *account,
                       const char *id,
                       char side,
                       const char *qty,
                       const char *legs)
{
    char fields[8192];
    snprintf(fields, sizeof(fields),
             "35=AB|11=%s|1=%s|54=%c|55=2s10s curve%s|38=%s" TAIL, id, account,
             side, legs, qty);
    harness_in(&h, session, fields);
}

static void package(const char *id, const char *qty, const char *legs)
{
    package_at(CLIENT, "NOLIMIT", id, '1', qty, legs);
}

static void replace(const char *id, const char *orig, const char *more)
{
    char fields[4096];
    snprintf(fields, sizeof(fields),
             "35=AC|11=%s|41=%s|1=NOLIMIT|54=1|55=2s10s curve%s", id, orig,
             more);
    harness_in(&h, CLIENT, fields);
}

/* A report of the package; |cum| in millions of packages. */
static void report_at(int session,
                      const char *id,
                      char exec,
                      char status,
                      long cum,
                      const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s|17=E%d|150=%c|39=%c|55=2s10s curve|54=1|"
             "38=10000000|151=0|14=%ld000000|6=0%s",
             id, h.seq, exec, status, cum, more);
    harness_in(&h, session, fields);
}

static void report(const char *id, char exec, char status, long cum)
{
    report_at(VENUE, id, exec, status, cum, "|442=3");
}

/* A report on one leg of P1, told by |leg|; |cum| of the leg in millions. */
static void
leg_at(int session, char exec, char status, long cum, const char *leg)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=P1|17=L%d|150=%c|39=%c|151=0|14=%ld000000|6=0|"
             "442=2%s",
             h.seq, exec, status, cum, leg);
    harness_in(&h, session, fields);
}

#define LEG1 "|55=USD2Y|54=1|555=1|600=USD2Y|654=L1"
#define LEG2 "|55=USD10Y|54=2|555=1|600=USD10Y|654=L2"

static void leg(char exec, char status, long cum, const char *which)
{
    leg_at(VENUE, exec, status, cum, which);
    harness_expect(&h, h.out[0][0] == '2' ? HUB : CLIENT,
                   h.out[0][0] == '2' ? "35=DF|2321=1" : "35=8|442=2");
}

static void accepted(const char *id)
{
    harness_expect(&h, VENUE, "35=AB");
    report(id, '0', '0', 0);
    harness_expect(&h, CLIENT, "35=8|150=0");
}

/* --- amounts ------------------------------------------------------------ */

/* R5: a net limit at a venue that fills leg by leg counts the worst prefix:
 * buys on one side, sells on the other. */
static void test_gate_package_net_by_legs(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=9040.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    expect_use("NL", 904000);
    expect_side("NL", '1', 760400, 0);
    expect_side("NL", '2', 904000, 0);
    /* 1.00 more of either side is refused by that side. */
    package("P2", "10000", "|555=1|600=USD10Y|623=1|624=2");
    harness_expect(
        &h, CLIENT,
        "35=8|150=8|103=3|58~CG101 LIMIT_EXCEEDED req:9.04 avl:0.00");
    package("P3", "7553000", "|555=1|600=USD2Y|623=1|624=1");
    harness_expect(&h, VENUE, "35=AB|11=P3");
    package("P4", "10000", "|555=1|600=USD2Y|623=1|624=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG101");
    harness_quiet(&h);
}

/* R5: whole packages move a net limit by their net alone. */
static void test_gate_package_net_whole(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT50, "SDR", "P1", '1', "10000000", SPREAD);
    harness_expect(&h, VENUE50, "35=AB|11=P1|7350=GATE-T1");
    harness_quiet(&h);
    expect_use("SDR-USD", 143600);
    expect_side("SDR-USD", '2', 143600, 0);
    expect_side("SDR-USD", '1', 0, 0);
    report_at(VENUE50, "P1", 'F', '1', 5, "|442=3");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=718.00|54=2|555=2");
    harness_expect(&h, CLIENT50, "35=8|14=5000000");
    expect_side("SDR-USD", '2', 71800, 71800);
    report_at(VENUE50, "P1", '4', '4', 5, "|442=3");
    expect_use("SDR-USD", 71800);
    expect_side("SDR-USD", '2', 0, 71800);
}

/* R5: sold packages, and those that are the opposite of what is defined, have
 * every leg turned round; as defined is as bought. */
static void test_gate_package_side_turns_legs(void **state)
{
    (void)state;
    static const struct {
        char side;
        char net;
    } rows[] = {{'1', '2'}, {'B', '2'}, {'2', '1'}, {'C', '1'}};
    for (size_t i = 0; i < 4; i++) {
        open_with("");
        package_at(CLIENT50, "SDR", "P1", rows[i].side, "10000000", SPREAD);
        harness_expect(&h, VENUE50, "35=AB");
        expect_side("SDR-USD", rows[i].net, 143600, 0);
        expect_side("SDR-USD", rows[i].net == '1' ? '2' : '1', 0, 0);
        harness_close(&h);
    }
    open_with("");
    package_at(CLIENT50, "SDR", "P1", '7', "10000000", SPREAD);
    harness_expect(&h, CLIENT50, "35=8|150=8|58~tag:54");
}

/* R5, R24: a gross limit asks once, for all legs, which travel in 555. */
static void test_gate_package_gross_asks_once(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT, "PINGACC", "P1", '1', "10000000", SPREAD);
    const char *ask = harness_expect(&h, HUB,
                                     "35=DF|2320=0|2321=0|2324=16644.00|54=1|"
                                     "1670=PING-USD|55=2s10s curve");
    assert_non_null(strstr(
        ask, "|555=2|600=USD2Y|623=4|624=1|556=USD|687=40000000|654=L1|"
             "600=USD10Y|623=1|624=2|556=USD|687=10000000|654=L2|54=1|"));
    harness_quiet(&h);
    harness_grant(&h, ask);
    const char *order = harness_expect(&h, VENUE, "35=AB|11=P1|7350=GATE-T1");
    assert_non_null(strstr(order, "|11=P1|1=PINGACC|54=1|55=2s10s curve" SPREAD
                                  "|38=10000000" TAIL "|7350=GATE-T1|"));
    harness_quiet(&h);
    expect_use("PING-USD", 1664400);
    report("P1", 'F', '1', 5);
    ask = harness_expect(&h, HUB, "35=DF|2321=1|2324=8322.00|555=2");
    assert_null(strstr(ask, "|687="));
    harness_expect(&h, CLIENT, "35=8|14=5000000");
    report("P1", 'C', 'C', 5);
    harness_expect(&h, HUB, "35=DF|2320=1|2324=8322.00");
    harness_expect(&h, CLIENT, "35=8|150=C");
    harness_quiet(&h);
    expect_use("PING-USD", 832200);
}

/* R5, R24: a net limit is asked for each side, in parallel; both must come. */
static void test_gate_package_net_asks_for_sides(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", "Hub=hub\nMeasure=net\nModel=ping"));
    package("P1", "10000000", SPREAD);
    char buys[1024];
    snprintf(buys, sizeof(buys), "%s",
             harness_expect(&h, HUB, "35=DF|54=1|2324=7604.00|555=1"));
    char sells[1024];
    snprintf(sells, sizeof(sells), "%s",
             harness_expect(&h, HUB, "35=DF|54=2|2324=9040.00|555=1"));
    assert_null(strstr(buys, "USD10Y"));
    harness_quiet(&h);
    harness_grant(&h, buys);
    harness_quiet(&h);
    harness_grant(&h, sells);
    harness_expect(&h, VENUE, "35=AB");
    /* The same again, and one side is denied: the other goes back. */
    package("P2", "10000000", SPREAD);
    snprintf(buys, sizeof(buys), "%s", harness_expect(&h, HUB, "35=DF|54=1"));
    snprintf(sells, sizeof(sells), "%s", harness_expect(&h, HUB, "35=DF|54=2"));
    harness_grant(&h, buys);
    char deny[256];
    snprintf(deny, sizeof(deny), "35=DG|2318=%s|2325=2|2326=2|2320=0|2321=0",
             harness_field(sells, 2318));
    harness_in(&h, HUB, deny);
    harness_expect(&h, HUB, "35=DF|2320=1|2324=7604.00|54=1");
    harness_expect(&h, CLIENT, "35=8|150=8|11=P2|55=2s10s curve|54=1");
    harness_quiet(&h);
    expect_side("NL", '1', 760400, 0);
    expect_side("NL", '2', 904000, 0);
}

/* R5: legs that weigh each other out exactly are asked for with 0. */
static void test_gate_package_net_of_nothing(void **state)
{
    (void)state;
    open_with(LIMIT("PING", "SDR", "Hub=hub\nMeasure=net\nModel=ping"));
    package_at(CLIENT50, "SDR", "P1", '1', "10000000",
               "|555=2|600=USD10Y|623=1|624=1|654=A|600=USD10Y|623=1|624=2|"
               "654=B");
    const char *ask = harness_expect(&h, HUB, "35=DF|2324=0.00|555=2");
    harness_grant(&h, ask);
    harness_expect(&h, VENUE50, "35=AB");
    expect_use("PING", 0);
    report_at(VENUE50, "P1", 'F', '2', 10, "|442=3");
    harness_expect(&h, CLIENT50, "35=8|39=2");
    harness_quiet(&h);
    expect_use("PING", 0);
}

/* R5, R11: per limit only the legs in its scope count, and every leg needs a
 * limit. */
static void test_gate_package_scopes(void **state)
{
    (void)state;
    open_with(LIMIT("TEN", "NOLIMIT",
                    GROSS_PUSH "Instrument=USD10Y\nAmount=20000.00"));
    package("P1", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG102");
    harness_close(&h);
    open_with(
        LIMIT("TEN", "NOLIMIT", GROSS_PUSH "Instrument=USD10Y\nAmount=20000.00")
            LIMIT("TWO", "NOLIMIT",
                  GROSS_PUSH "Instrument=USD2Y\nAmount=20000.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    expect_use("TEN", 904000);
    expect_use("TWO", 760400);
    leg('F', '2', 40, LEG1);
    expect_side("TWO", '1', 0, 760400);
    expect_side("TEN", '1', 904000, 0);
}

/* R3, R5: each leg by its own currency: 10 million EUR10Y are 8,800.00 EUR,
 * 9,680.00 USD. */
static void test_gate_package_currencies(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", GROSS_PUSH "Amount=99999.00"));
    package("P1", "10000000",
            "|555=2|600=USD10Y|623=1|624=1|556=USD|600=EUR10Y|623=1|624=2|"
            "556=EUR");
    harness_expect(&h, VENUE, "35=AB");
    expect_use("NL", 1872000);
    package("P2", "10000000", "|555=1|600=EUR10Y|623=1|624=2|556=USD");
    harness_expect(&h, CLIENT, "35=8|150=8|58~tag:556");
    package("P3", "10000000", "|555=1|600=EUR10Y|623=1|624=2|15=USD");
    harness_expect(&h, CLIENT, "35=8|150=8|58~tag:15");
    package("P4", "10000000", "|555=1|600=JPY10Y|623=1|624=2");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG108");
}

/* R5, R14: a package's size is the gross DV01, and the quantity, of its legs.
 */
static void test_gate_package_size_limits(void **state)
{
    (void)state;
    const char *limits = LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00")
        LIMIT("CLIP", "NOLIMIT", "Kind=clip\nAmount=16644.00")
            LIMIT("MAX", "NOLIMIT", "Kind=notional\nAmount=50000000");
    open_with(limits);
    package("P1", "10000000", SPREAD);
    accepted("P1");
    package("P2", "10000001", SPREAD);
    harness_expect(&h, CLIENT,
                   "35=8|150=8|58~CG105 CLIP_SIZE req:16644.0018 avl:16644.00");
    package("P3", "10000001",
            "|555=2|600=USD2Y|623=4|624=1|600=USD2Y|623=1|"
            "624=2");
    harness_expect(
        &h, CLIENT,
        "35=8|150=8|58~CG106 MAX_NOTIONAL req:50000005 avl:50000000");
    replace("P4", "P1", SPREAD "|38=10000001" TAIL);
    harness_expect(&h, CLIENT, "35=9|434=2|58~CG105");
}

/* R1, R5: ratios with decimals are exact, and rounded once, up. */
static void test_gate_package_ratio_exact(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", GROSS_PUSH "Amount=99999.00"));
    /* 10,000,000 x 0.21029801 = 2,102,980.1 is no whole number ... */
    package("P1", "10000000", "|555=1|600=USD10Y|623=0.21029801|624=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG406|58~tag:623");
    /* ... 100,000,000 x 0.21029801 = 21,029,801: 19,010.940104 rounded up. */
    package("P2", "100000000", "|555=1|600=USD10Y|623=0.21029801|624=1");
    harness_expect(&h, VENUE, "35=AB");
    assert_int_equal(limit_of("NL")->used, 190109402);
    /* One package is a fraction of a leg, and counts as a whole unit of it:
     * 904.00 / 1,000,000, rounded up. */
    harness_in(&h, VENUE,
               "35=8|37=V-2|11=P2|17=X1|150=F|39=1|55=x|54=1|38=100000000|"
               "151=0|14=1|6=0|442=3");
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.consumed, 10);
}

/* --- what is refused ---------------------------------------------------- */

/* R5: what of legs cannot be used is named. */
static void test_gate_package_bad_legs(void **state)
{
    (void)state;
    static const struct {
        const char *legs;
        const char *answer;
    } rows[] = {
        {"|555=1|600=USD10Y|624=1", "58~tag:623"},
        {"|555=1|600=USD10Y|623=0|624=1", "58~tag:623"},
        {"|555=1|600=USD10Y|623=-1|624=1", "58~tag:623"},
        {"|555=1|600=USD10Y|623=0.000000001|624=1", "58~tag:623"},
        {"|555=1|600=USD10Y|623=1000000.1|624=1", "58~tag:623"},
        {"|555=1|600=USD10Y|623=1", "58~tag:624"},
        {"|555=1|600=USD10Y|623=1|624=5", "58~tag:624"},
        {"|555=1|600=USD10Y|623=1|624=B", "58~tag:624"},
        {"|555=1|623=1|624=1|600=USD10Y", "35=3|373=15"},
        {"|555=1|600=NOSUCH|623=1|624=1", "58~CG104"},
        {"|555=1|600=[N/A]|623=1|624=1", "58~tag:600"},
        {"|555=1|600=USD10Y|602=USD2Y|623=1|624=1", "58~tag:602"},
        {"|555=1|600=USD10Y|623=2|624=1|687=10000000", "58~tag:687"},
        {"|555=1|600=USD10Y|623=2|624=1|687=20000000.5", "58~tag:687"},
        {"|555=2|600=USD10Y|623=1|624=1|654=A|600=USD2Y|623=1|624=1|654=A",
         "58~tag:654"},
        {"|555=2|600=USD10Y|623=1|624=1", "35=3|373=16"},
        {"|555=1|600=USD10Y|623=1|624=1|600=USD2Y|623=1|624=2", "35=3|373=16"},
        {"|555=0", "58~tag:555"},
        {"", "35=3|373=1"},
        {"|555=1|600=USD10Y|623=1|624=1|152=5", "58~tag:38"},
        {"|555=1|600=USD10Y|623=1|624=1|854=1", "58~tag:854"},
    };
    open_with(LIMIT("NL", "NOLIMIT", GROSS_PUSH "Amount=99999.00"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char id[16];
        snprintf(id, sizeof(id), "B%zu", i);
        package(id, "10000000", rows[i].legs);
        harness_expect(&h, CLIENT, rows[i].answer);
        harness_quiet(&h);
    }
    package("Q1", "9223372036854775807", "|555=1|600=USD10Y|623=2|624=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~tag:623");
    package("Q2", "9223372036854775807", "|555=1|600=USD10Y|623=1|624=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG104");
    package("Q3", "4611686018427387904",
            "|555=2|600=USD2Y|623=1|624=1|600=USD2Y|623=1|624=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG104");
    package("Q4", "0", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~tag:38");
    harness_in(&h, CLIENT, "35=AB|11=Q5|1=NOLIMIT|54=1|55=x" SPREAD TAIL);
    harness_expect(&h, CLIENT, "35=8|150=8|58~OrderQty is missing");
    expect_use("NL", 0);
    /* What is stated and agrees is fine, and so is 602 alone. */
    package("Q6", "10000000", "|555=1|600=USD10Y|623=2|624=1|687=20000000.0");
    harness_expect(&h, VENUE, "35=AB|11=Q6");
    package("Q7", "10000000", "|555=1|600=[N/A]|602=USD10Y|623=2|624=1");
    harness_expect(&h, VENUE, "35=AB|11=Q7");
    expect_use("NL", 3616000);
}

static const char *many_legs(int count)
{
    static char legs[4096];
    int len = snprintf(legs, sizeof(legs), "|555=%d", count);
    for (int i = 0; i < count; i++) {
        len += snprintf(legs + len, sizeof(legs) - (size_t)len,
                        "|600=USD10Y|623=1|624=%c|654=L%d", i % 2 ? '2' : '1',
                        i);
    }
    return legs;
}

/* R5: as many legs as a package may have, and one more. */
static void test_gate_package_legs_max(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=999999.00"));
    package("P1", "1000000", many_legs(CG_LEGS_MAX + 1));
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG406|58~tag:555");
    package("P2", "1000000", many_legs(CG_LEGS_MAX));
    harness_expect(&h, VENUE, "35=AB|11=P2");
    expect_side("NL", '1', 90400 * CG_LEGS_MAX / 2, 0);
    expect_side("NL", '2', 90400 * CG_LEGS_MAX / 2, 0);
}

/* R11: more tokens than one cover may have are refused. */
static void test_gate_package_cover_max(void **state)
{
    (void)state;
    open_with(LIMIT("N1", "NOLIMIT", NET_PUSH "Amount=999999.00")
                  LIMIT("N2", "NOLIMIT", NET_PUSH "Amount=999999.00")
                      LIMIT("N3", "NOLIMIT", NET_PUSH "Amount=999999.00")
                          LIMIT("N4", "NOLIMIT", NET_PUSH "Amount=999999.00"));
    package("P1", "10000000", SPREAD);
    harness_expect(&h, VENUE, "35=AB"); /* 4 limits, 2 sides: 8 tokens */
    harness_close(&h);
    open_with(
        LIMIT("N1", "NOLIMIT", NET_PUSH "Amount=999999.00")
            LIMIT("N2", "NOLIMIT", NET_PUSH "Amount=999999.00")
                LIMIT("N3", "NOLIMIT", NET_PUSH "Amount=999999.00")
                    LIMIT("N4", "NOLIMIT", NET_PUSH "Amount=999999.00")
                        LIMIT("N5", "NOLIMIT", GROSS_PUSH "Amount=999999.00"));
    package("P1", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG109");
}

/* R5: the pool of legs; a closed package makes room. */
static void test_gate_package_room(void **state)
{
    (void)state;
    open_with("MaxLegs=3\n" LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    package("P2", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG501|58~the gate is full");
    package("P3", "1000000", "|555=1|600=USD10Y|623=1|624=1");
    harness_expect(&h, VENUE, "35=AB|11=P3");
    report("P1", '4', '4', 0);
    harness_expect(&h, CLIENT, "35=8|150=4");
    package("P4", "10000000", SPREAD);
    harness_expect(&h, VENUE, "35=AB|11=P4");
    harness_reopen(&h);
    expect_side("NL", '2', 904000, 0);
    harness_close(&h);
    open_with("MaxLegs=0\n" LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG501");
}

/* R5, R50: other versions. */
static void test_gate_package_versions(void **state)
{
    (void)state;
    open_with("");
    harness_in(&h, CLIENT42,
               "35=AB|11=P1|1=ACME|54=1|55=x" SPREAD "|38=10000000" TAIL);
    harness_expect(&h, CLIENT42, "35=j|372=AB|380=3");
    harness_quiet(&h);
    package_at(CLIENT50, "SDR", "P2", '1', "700000000", SPREAD);
    harness_expect(&h, CLIENT50, "35=8|150=8|103=28|58~CG101");
    package_at(CLIENT50, "SDR", "P3", '1', "10000000",
               "|555=1|600=USD10Y|623=1|624=1|685=9000000");
    harness_expect(&h, CLIENT50, "35=8|150=8|58~tag:685");
    package_at(CLIENT50, "SDR", "P4", '1', "10000000",
               "|555=1|600=USD10Y|623=1|624=1|2680=OTHERACC");
    harness_expect(&h, CLIENT50, "35=8|150=8|58~tag:2680");
    harness_in(&h, CLIENT50,
               "35=AB|11=P5|1=SDR|54=1" SPREAD "|38=10000000" TAIL);
    harness_expect(&h, VENUE50, "35=AB|11=P5");
    harness_in(&h, CLIENT50,
               "35=AC|41=P5|1=SDR|54=1" SPREAD "|38=10000000" TAIL);
    harness_expect(&h, CLIENT50, "35=j|372=AC|380=5");
}

/* --- fills -------------------------------------------------------------- */

/* R5, R43: a report on a leg is told by 654, else by 600, else by the report's
 * own instrument; the legs count each for itself. */
static void test_gate_package_leg_reports(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 10, "|55=x|54=1|654=L1");
    expect_side("NL", '1', 570300, 190100);
    leg('F', '1', 5, "|55=2s10s curve|54=1|555=1|600=USD10Y|624=2");
    expect_side("NL", '2', 452000, 452000);
    leg('F', '1', 20, "|55=USD2Y|54=1");
    expect_side("NL", '1', 380200, 380200);
    leg('F', '1', 8, "|55=[N/A]|48=USD10Y|54=2");
    expect_side("NL", '2', 180800, 723200);
    leg('I', '1', 3, LEG2); /* an older word changes nothing */
    expect_side("NL", '2', 180800, 723200);
    /* P = 3,802 - 7,232, S = 1,808: 5,238 of sells. */
    expect_use("NL", 523800);
    leg('F', '2', 40, LEG1);
    leg('F', '2', 10, LEG2);
    /* Both legs are filled: the order is over. */
    expect_use("NL", 143600);
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=P1|55=x|54=1|60=20270115-08:00:00|38=10000000");
    harness_expect(&h, VENUE, "35=F");
    package_at(CLIENT, "NOLIMIT", "P1", '1', "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG401");
}

/* R5: a package with one instrument twice is told by side. */
static void test_gate_package_leg_by_side(void **state)
{
    (void)state;
    const char *twice = "|555=2|600=USD10Y|623=1|624=1|600=USD10Y|623=1|624=2";
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package_at(CLIENT, "NOLIMIT", "P1", '2', "10000000", twice);
    accepted("P1");
    leg('F', '1', 3, "|55=USD10Y|54=2"); /* as it is executed */
    expect_side("NL", '2', 632800, 271200);
    leg('F', '1', 4, "|55=x|54=2|555=1|600=USD10Y|624=2"); /* as it was sent */
    expect_side("NL", '1', 542400, 361600);
}

/* R5: a fill that no leg can be told for is not lost: no new risk. */
static void test_gate_package_leg_unknown(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('0', '0', 0, "|55=EUR10Y|54=1|654=L9");
    assert_string_equal(limit_of("NL")->state, "enabled");
    leg('F', '1', 1, "|55=EUR10Y|54=1|654=L9");
    assert_string_equal(limit_of("NL")->state, "unenforced");
    expect_use("NL", 904000);
    package("P2", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG109");
}

/* R5, R25: a venue that reports package and legs says the same twice; it counts
 * once, and the hub hears of it once. */
static void test_gate_package_counts_once(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT, "PINGACC", "P1", '1', "10000000", SPREAD);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=16644.00"));
    harness_expect(&h, VENUE, "35=AB");
    report("P1", 'F', '1', 5);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=8322.00");
    harness_expect(&h, CLIENT, "35=8|442=3");
    leg_at(VENUE, 'F', '1', 20, LEG1);
    harness_expect(&h, CLIENT, "35=8|442=2");
    leg_at(VENUE, 'F', '1', 5, LEG2);
    harness_expect(&h, CLIENT, "35=8|442=2");
    harness_quiet(&h);
    expect_side("PING-USD", '1', 832200, 832200);
    /* The other way round: the legs first. */
    leg_at(VENUE, 'F', '2', 40, LEG1);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3802.00");
    harness_expect(&h, CLIENT, "35=8|442=2");
    report("P1", 'F', '2', 10);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=4520.00");
    harness_expect(&h, CLIENT, "35=8|442=3|39=2");
    leg_at(VENUE, 'F', '2', 10, LEG2);
    harness_expect(&h, CLIENT, "35=8|442=2");
    harness_quiet(&h);
    expect_side("PING-USD", '1', 0, 1664400);
    expect_use("PING-USD", 1664400);
}

/* R43: busts of legs and of packages lower what they speak of; the larger word
 * counts, so a venue that says both takes both back. */
static void test_gate_package_busts(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    leg('H', '1', 8, LEG1);
    expect_side("NL", '1', 608320, 152080);
    leg('F', '1', 12, LEG1);
    report("P1", 'F', '1', 5);
    expect_side("NL", '1', 380200, 380200);
    expect_side("NL", '2', 452000, 452000);
    report("P1", 'H', '1', 2); /* 3,802.00 to what the leg says: 2,281.20 */
    expect_side("NL", '1', 532280, 228120);
    expect_side("NL", '2', 723200, 180800);
    leg('G', '1', 4, LEG1); /* ... and to what the package says: 1,520.80 */
    expect_side("NL", '1', 608320, 152080);
    report("P1", '4', '4', 2);
    expect_side("NL", '1', 0, 152080);
    expect_side("NL", '2', 0, 180800);
    report("P1", 'H', '4', 0); /* after the end, too */
    leg('H', '4', 0, LEG1);
    expect_use("NL", 0);
    harness_reopen(&h);
    expect_use("NL", 0);
}

/* R43: a repeated report on a leg, a correction too, changes nothing. */
static void test_gate_package_leg_repeat(void **state)
{
    (void)state;
    static const char *const bust = "35=8|37=V-1|11=P1|17=X2|150=H|39=1|151=0|"
                                    "14=4000000|6=0|442=2" LEG1;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    harness_in(&h, VENUE, bust);
    expect_side("NL", '1', 684360, 76040);
    leg('F', '1', 12, LEG1);
    harness_in(&h, VENUE, bust);
    harness_expect(&h, CLIENT, "35=8|17=X2");
    expect_side("NL", '1', 532280, 228120);
    /* Legs may share an ExecID. */
    harness_in(&h, VENUE,
               "35=8|37=V-1|11=P1|17=X2|150=F|39=1|151=0|14=1000000|6=0|"
               "442=2" LEG2);
    expect_side("NL", '2', 813600, 90400);
}

/* R43: reports on two legs that say the same under one ExecID are two. */
static void test_gate_package_legs_share_exec_id(void **state)
{
    (void)state;
    static const char *const fill = "35=8|37=V-1|11=P1|17=X1|150=F|39=1|151=0|"
                                    "14=5000000|54=1|6=0|442=2|55=%s";
    static const char *const symbols[] = {"USD2Y", "USD10Y"};
    char fields[256];
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000",
            "|555=2|600=USD2Y|623=1|624=1|600=USD10Y|623=1|624=1");
    accepted("P1");
    for (int i = 0; i < 2; i++) {
        snprintf(fields, sizeof(fields), fill, symbols[i]);
        harness_in(&h, VENUE, fields);
    }
    expect_side("NL", '1', 547050, 547050); /* 950.50 and 4,520.00 */
}

/* R13: fills above the order are overruns, of packages and of legs. */
static void test_gate_package_overfill(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 50, LEG1);
    expect_side("NL", '1', 0, 950500);
    report("P1", 'F', '2', 12);
    expect_side("NL", '1', 0, 950500);
    expect_side("NL", '2', 0, 1084800);
    struct cg_token_view token;
    cg_dv01 overrun = 0;
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        overrun += token.overrun;
    }
    assert_int_equal(overrun, (190100 + 180800) * 100);
    /* Beyond what can be counted at all. */
    harness_in(&h, VENUE,
               "35=8|37=V-1|11=P1|17=X9|150=F|39=2|151=0|"
               "14=9223372036854775807|6=0|442=2" LEG1);
    assert_string_equal(limit_of("NL")->state, "unenforced");
}

/* R5: a venue that reports on legs only may cancel them one by one. */
static void test_gate_package_legs_end_one_by_one(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    leg('4', '4', 20, LEG1);
    expect_side("NL", '1', 380200, 380200); /* the order still stands */
    harness_reopen(&h);
    leg('4', '4', 0, LEG2);
    expect_side("NL", '1', 0, 380200);
    expect_side("NL", '2', 0, 0);
    expect_use("NL", 380200);
    /* The status of an order that is over, in packages that are whole. */
    harness_link(&h, VENUE, true);
    package("P1", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|58~CG401");
}

/* R5: legs of a whole package that are reported one by one count the package
 * once one of them has begun. */
static void test_gate_package_whole_by_legs(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT50, "SDR", "P1", '1', "10000000", SPREAD);
    /* One unit of a leg begins a whole package: 0.0001436, rounded up. */
    harness_in(&h, VENUE50,
               "35=8|37=V-1|11=P1|17=U1|150=F|39=1|151=0|14=1|6=0|442=2" LEG1);
    struct cg_token_view token;
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.consumed, 2);
    leg_at(VENUE50, 'F', '1', 20, LEG1);
    expect_side("SDR-USD", '2', 71800, 71800);
    expect_side("SDR-USD", '1', 0, 0);
    leg_at(VENUE50, 'F', '1', 5, LEG2);
    expect_side("SDR-USD", '2', 71800, 71800);
    report_at(VENUE50, "P1", '4', '4', 5, "|442=3");
    expect_use("SDR-USD", 71800);
    expect_side("SDR-USD", '2', 0, 71800);
}

/* R5: a package that was to be whole and ends with one leg filled counts as it
 * was filled, and the difference is an overrun. */
static void test_gate_package_whole_ends_apart(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT50, "SDR", "P1", '1', "10000000", SPREAD);
    leg_at(VENUE50, 'F', '1', 20, LEG1);
    report_at(VENUE50, "P1", '4', '4', 0, "|442=3");
    expect_use("SDR-USD", 380200); /* 20 million bought, nothing sold */
    expect_side("SDR-USD", '1', 0, 380200);
    expect_side("SDR-USD", '2', 0, 0);
    harness_reopen(&h);
    expect_use("SDR-USD", 380200);
    harness_link(&h, VENUE50, true);
    report_at(VENUE50, "P1", 'F', '4', 2, "|442=3"); /* late: 2 of the other */
    expect_use("SDR-USD", 380200 - 180800);
    leg_at(VENUE50, 'F', '4', 5, LEG2); /* and what it was filled with */
    expect_use("SDR-USD", 71800);
    leg_at(VENUE50, 'H', '4', 0, LEG1);     /* and a bust of the first */
    expect_use("SDR-USD", 452000 - 152080); /* the package says 2, still */
    expect_side("SDR-USD", '2', 0, 452000);
}

/* --- replaces, cancels, repeats ----------------------------------------- */

/* R41: a rise is charged first, a fall frees on confirmation, a price alone
 * changes nothing. */
static void test_gate_package_replace(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=18080.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    replace("P2", "P1", SPREAD "|38=20000000" TAIL);
    harness_expect(&h, VENUE, "35=AC|11=P2|41=P1|7350=GATE-T1");
    expect_side("NL", '1', 1520800, 0);
    expect_side("NL", '2', 1808000, 0);
    report_at(VENUE, "P2", '5', '0', 0, "|41=P1|442=3");
    /* The report said 38=10000000. */
    expect_side("NL", '2', 904000, 0);
    replace("P3", "P2", SPREAD "|38=20010000" TAIL);
    harness_expect(&h, CLIENT, "35=9|434=2|58~CG101|41=P2");
    expect_side("NL", '2', 904000, 0);
    replace("P4", "P2", SPREAD "|38=10000000|60=20270115-08:00:00|40=2|44=0.7");
    harness_expect(&h, VENUE, "35=AC|11=P4");
    report_at(VENUE, "P4", '5', '0', 0, "|41=P2|442=3");
    replace("P5", "P4", SPREAD "|38=4000000" TAIL);
    harness_expect(&h, VENUE, "35=AC|11=P5");
    expect_side("NL", '2', 904000, 0);
    harness_in(&h, VENUE,
               "35=8|37=V-1|11=P5|41=P4|17=R5|150=5|39=0|55=x|54=1|"
               "38=4000000|151=4000000|14=0|6=0");
    expect_side("NL", '1', 304160, 0);
    expect_side("NL", '2', 361600, 0);
}

/* R41: a raise of a gross limit asks the hub for the new total. */
static void test_gate_package_raise_asks(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT, "PINGACC", "P1", '1', "10000000", SPREAD);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    accepted("P1");
    harness_in(&h, CLIENT,
               "35=AC|11=P2|41=P1|1=PINGACC|54=1|55=2s10s curve" SPREAD
               "|38=15000000" TAIL);
    harness_grant(&h,
                  harness_expect(&h, HUB, "35=DF|2320=2|2324=24966.00|555=2"));
    harness_expect(&h, VENUE, "35=AC|11=P2");
    expect_use("PING-USD", 2496600);
}

/* R41: legs do not change, and no order becomes another kind. */
static void test_gate_package_legs_stay(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "|555=1|600=USD2Y|623=4|624=1|654=L1",
        "|555=2|600=USD2Y|623=4|624=1|654=L1|600=EUR10Y|623=1|624=2|654=L2",
        "|555=2|600=USD2Y|623=4|624=2|654=L1|600=USD10Y|623=1|624=2|654=L2",
        "|555=2|600=USD2Y|623=5|624=1|654=L1|600=USD10Y|623=1|624=2|654=L2",
        "|555=2|600=USD2Y|623=4|624=1|654=L1|600=USD10Y|623=1|624=2|654=L3",
        "|555=2|600=USD10Y|623=1|624=2|654=L2|600=USD2Y|623=4|624=1|654=L1",
    };
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    char id[16];
    char fields[512];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(id, sizeof(id), "R%zu", i);
        snprintf(fields, sizeof(fields), "%s|38=10000000" TAIL, rows[i]);
        replace(id, "P1", fields);
        harness_expect(&h, CLIENT, "35=9|434=2|58~CG404");
    }
    harness_in(&h, CLIENT,
               "35=AC|11=S1|41=P1|1=NOLIMIT|54=2|55=2s10s curve" SPREAD
               "|38=10000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|58~CG404");
    harness_in(&h, CLIENT,
               "35=AC|11=S2|41=P1|1=NOLIMIT|54=1|55=other" SPREAD
               "|38=10000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|58~CG404");
    harness_in(&h, CLIENT,
               "35=G|11=S3|41=P1|1=NOLIMIT|54=1|55=USD10Y|38=10000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|58~CG404");
    harness_in(&h, CLIENT,
               "35=D|11=D1|1=NOLIMIT|54=1|55=USD10Y|38=10000000" TAIL);
    harness_expect(&h, VENUE, "35=D|11=D1");
    replace("S4", "D1", SPREAD "|38=10000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|58~CG404");
    expect_side("NL", '2', 904000, 0);
}

/* R42, R44: an F ends a package like any order, waiting or not. */
static void test_gate_package_cancel(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", "Hub=hub\nMeasure=net\nModel=ping"));
    package("P1", "10000000", SPREAD);
    harness_expect(&h, HUB, "35=DF");
    harness_expect(&h, HUB, "35=DF");
    harness_in(&h, CLIENT,
               "35=F|11=C1|41=P1|55=2s10s curve|54=1|60=20270115-08:00:00|"
               "38=10000000");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=4|11=C1|41=P1|55=2s10s curve");
    harness_quiet(&h);
    expect_use("NL", 0);
}

/* R26: nobody waits longer than the hard deadline. */
static void test_gate_package_times_out(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT, "PINGACC", "P1", 'B', "10000000", SPREAD);
    harness_expect(&h, HUB, "35=DF|54=1");
    harness_wait(&h, 20000);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT,
                   "35=8|150=8|11=P1|55=2s10s curve|54=B|38=10000000|58~CG301");
    expect_use("PING-USD", 0);
}

/* R27: both sides of a net limit fall back together, or wait. */
static void test_gate_package_falls_back(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT",
                    "Hub=hub\nMeasure=net\nModel=ping-with-push\n"
                    "FallbackMaxAgeMs=3600000"));
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
               "1691=NOLIMIT|1692=D|1693=24|1669=1|1529=1|1530=12|1531=16650|"
               "1532=USD|1670=NL");
    harness_expect(&h, HUB, "35=DE|2316=0");
    package("P1", "10000000", SPREAD);
    harness_expect(&h, HUB, "35=DF");
    harness_expect(&h, HUB, "35=DF");
    harness_wait(&h, 1000);
    /* 16,644 of 16,650 x 3,599 / 3,600 = 16,645.37: it fits. */
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, VENUE, "35=AB|11=P1");
    expect_use("NL", 904000);
    report("P1", 'F', '2', 10);
    expect_use("NL", 143600);
    harness_close(&h);
    open_with(LIMIT("NL", "NOLIMIT",
                    "Hub=hub\nMeasure=net\nModel=ping-with-push\n"
                    "FallbackMaxAgeMs=3600000"));
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
               "1691=NOLIMIT|1692=D|1693=24|1669=1|1529=1|1530=12|1531=16640|"
               "1532=USD|1670=NL");
    package("P1", "10000000", SPREAD);
    harness_wait(&h, 1000);
    harness_quiet(&h); /* either side alone would fit, both do not */
    harness_link(&h, HUB, false);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG302");
}

/* Lowers or makes the limit |id| of NOLIMIT. */
static void push_limit(const char *id, const char *amount)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=U%d|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
             "1691=NOLIMIT|1692=D|1693=24|1669=1|1529=1|1530=12|1531=%s|"
             "1532=USD|1670=%s",
             h.seq, amount, id);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R13: what was granted late must still fit, on both sides together. */
static void test_gate_package_granted_too_late(void **state)
{
    (void)state;
    char asks[2][1024];
    open_with(LIMIT("NL", "NOLIMIT",
                    "Hub=hub\nMeasure=net\nModel=ping\nAmount=10000.00\n"
                    "Pull=none"));
    package("P1", "10000000",
            "|555=2|600=USD10Y|623=1|624=1|600=USD10Y|623=1|624=2");
    for (int i = 0; i < 2; i++) {
        snprintf(asks[i], sizeof(asks[i]), "%s",
                 harness_expect(&h, HUB, "35=DF|2324=9040.00"));
    }
    push_limit("NL", "9000.00");
    harness_grant(&h, asks[0]);
    harness_grant(&h, asks[1]);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG101");
    expect_use("NL", 0);
}

/* |type| is 1530, |scope| 1534 and what follows; for account |name|. */
static void push_new(const char *name,
                     const char *list,
                     const char *type,
                     const char *scope)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=N%d|60=20270115-08:00:00|1677=1|1324=%s|1671=1|"
             "1691=%s|1692=D|1693=24|1669=1|1529=1|1530=%s|1531=90000|"
             "1532=USD%s|1670=NEW",
             h.seq, list, name, type, scope);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R11: a limit that comes later counts what of a package is still open; what is
 * filled then is no part of its P.  So the package may rise, too. */
static void test_gate_package_limit_comes_later(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    push_limit("NEW", "50000.00");
    expect_use("NEW", 1284200);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_link(&h, CLIENT, true);
    expect_use("NEW", 1284200);
    leg_at(VENUE, 'F', '1', 40, LEG1);
    expect_use("NEW", 1284200);
    replace("P2", "P1", SPREAD "|38=11000000" TAIL);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    expect_use("NEW", 1284200 + 166440);
    report("P1", '4', '4', 0);
    expect_use("NEW", 380200);
    expect_use("NL", 760400);
}

/* R11: a net limit of whole packages counts the net of the legs in its scope,
 * and those of a scope that widens beside it. */
static void test_gate_package_limit_comes_later_whole(void **state)
{
    (void)state;
    open_with("");
    package_at(CLIENT50, "SDR", "P1", '1', "10000000", SPREAD);
    harness_expect(&h, VENUE50, "35=AB|11=P1");
    push_new("SDR", "A", "2", "");
    expect_use("NEW", 143600);
    harness_close(&h);
    open_with("");
    package_at(CLIENT50, "SDR", "P2", '1', "10000000", SPREAD);
    harness_expect(&h, VENUE50, "35=AB|11=P2");
    push_new("SDR", "A", "2", "|1534=1|1535=1|1536=USD2Y");
    expect_use("NEW", 760400);
    expect_side("NEW", '1', 760400, 0);
    push_new("SDR", "M", "2", "|1534=1|1535=2|1536=EUR10Y");
    expect_side("NEW", '1', 760400, 0);
    expect_side("NEW", '2', 904000, 0);
    report_at(VENUE50, "P2", 'F', '1', 5, "|442=3");
    expect_use("NEW", 523800);
}

/* R11: a package that waits counts as well. */
static void test_gate_package_limit_comes_while_it_waits(void **state)
{
    (void)state;
    char ask[1024];
    open_with(LIMIT("NL", "NOLIMIT", "Hub=hub\nMeasure=gross\nModel=ping"));
    package("P1", "10000000", SPREAD);
    snprintf(ask, sizeof(ask), "%s",
             harness_expect(&h, HUB, "35=DF|2324=16644.00"));
    push_limit("NEW", "20000.00");
    expect_use("NEW", 1664400);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=AB|11=P1");
    package("P2", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG101|58~lim:NEW");
}

/* R5: what a gross limit counts of a sold package stands on the sell side. */
static void test_gate_package_gross_side(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", GROSS_PUSH "Amount=99999.00"));
    package_at(CLIENT, "NOLIMIT", "P1", '2', "10000000", SPREAD);
    accepted("P1");
    expect_side("NL", '2', 1664400, 0);
    expect_use("NL", 1664400);
}

/* R18, R31: a halt pulls a package by the symbol it came with. */
static void test_gate_package_pulled(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package_at(CLIENT, "NOLIMIT", "P1", 'C', "10000000", SPREAD);
    accepted("P1");
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=NOLIMIT|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, VENUE, "35=F|41=P1|55=2s10s curve|54=C|38=10000000");
    package("P2", "10000000", SPREAD);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG202");
    replace("P3", "P1", SPREAD "|38=9000000" TAIL);
    harness_expect(&h, CLIENT, "35=9");
    report("P1", '4', '4', 0);
    expect_use("NL", 0);
}

/* R18: under a stop a replace may lower the packages, with the quantities that
 * its legs state. */
static void test_gate_package_falls_under_stop(void **state)
{
    (void)state;
    const char *ten = "|555=1|600=USD10Y|623=2|624=1|687=20000000|38=10000000";
    const char *four = "|555=1|600=USD10Y|623=2|624=1|687=8000000|38=4000000";
    char fields[512];
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    snprintf(fields, sizeof(fields),
             "35=AB|11=P1|1=NOLIMIT|54=1|55=2s10s curve%s" TAIL, ten);
    harness_in(&h, CLIENT, fields);
    accepted("P1");
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=0|453=1|448=NOLIMIT|447=D|452=24|"
               "60=20270115-08:00:00");
    snprintf(fields, sizeof(fields), "%s" TAIL, four);
    replace("P2", "P1", fields);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    snprintf(fields, sizeof(fields), "%s" TAIL, ten);
    replace("P3", "P2", fields);
    harness_expect(&h, CLIENT, "35=9|58~CG201");
}

/* R17: what a breach pulls to fit counts both sides of a package. */
static void test_gate_package_pull_to_fit(void **state)
{
    (void)state;
    open_with(
        LIMIT("NL", "NOLIMIT", "Hub=hub\n" GROSS_PUSH "Amount=20000.00")
            LIMIT("NN", "NOLIMIT", "Hub=hub\n" NET_PUSH "Amount=20000.00"));
    harness_in(&h, CLIENT,
               "35=D|11=D1|1=NOLIMIT|54=2|55=USD10Y|38=3000000" TAIL);
    harness_expect(&h, VENUE, "35=D");
    package("P1", "10000000", SPREAD);
    harness_expect(&h, VENUE, "35=AB");
    expect_use("NN", 1175200);
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
               "1691=NOLIMIT|1692=D|1693=24|1669=1|1529=1|1530=12|1531=5000|"
               "1532=USD|1670=NN");
    harness_expect(&h, VENUE, "35=F|41=P1"); /* D1 alone is 2,712.00 */
    while (h.taken < h.out_count) {
        assert_null(strstr(h.out[h.taken++], "41=D1"));
    }
}

/* R40: repeats of packages. */
static void test_gate_package_repeats(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    const char *same = "35=AB|97=Y|11=P1|1=NOLIMIT|54=1|55=2s10s curve" SPREAD
                       "|38=10000000" TAIL;
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    leg('F', '1', 2, LEG2);
    harness_in(&h, CLIENT, same);
    harness_expect(&h, CLIENT,
                   "35=8|150=I|39=1|14=2000000|151=8000000|55=2s10s curve");
    harness_in(&h, CLIENT,
               "35=AB|43=Y|122=20270115-08:00:00|11=P1|1=NOLIMIT|54=1|"
               "55=2s10s curve" SPREAD "|38=10000000" TAIL);
    harness_quiet(&h);
    harness_in(&h, CLIENT,
               "35=AB|97=Y|11=P1|1=NOLIMIT|54=1|55=2s10s curve|555=1|"
               "600=USD10Y|623=1|624=1|38=10000000" TAIL);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG401");
    expect_side("NL", '1', 380200, 380200);
}

/* R43: a Reject (3) or a j of the venue ends the package. */
static void test_gate_package_venue_rejects(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    harness_in(&h, VENUE, "35=j|45=1|372=AB|379=P1|380=3|58=no");
    harness_expect(&h, CLIENT, "35=j|379=P1");
    expect_use("NL", 0);
    package("P2", "10000000", SPREAD);
    report_at(VENUE, "P2", '8', '8', 0, "");
    harness_expect(&h, CLIENT, "35=8|150=8");
    expect_use("NL", 0);
}

static bool may_resend(const char *type, const char *id)
{
    char body[64];
    char bytes[256];
    int len = snprintf(
        body, sizeof(body),
        "35=%s\00134=1\00149=G\00152=20270115-08:00:00\00156=V\001"
        "11=%s\001",
        type, id);
    int at = snprintf(bytes, sizeof(bytes), "8=FIX.4.4\0019=%d\001%s", len,
                      body);
    unsigned sum = 0;
    for (int i = 0; i < at; i++) {
        sum += (unsigned char)bytes[i];
    }
    at += snprintf(bytes + at, sizeof(bytes) - (size_t)at, "10=%03u\001",
                   sum % 256);
    return cg_gate_may_resend(h.gate, VENUE, bytes, (size_t)at);
}

/* R22: a package that is covered may be sent again, one that is over may not.
 */
static void test_gate_package_resends(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    assert_true(may_resend("AB", "P1"));
    assert_false(may_resend("AC", "P9"));
    report("P1", '4', '4', 0);
    assert_false(may_resend("AB", "P1"));
}

/* R45: a package that waited is refused at the restart; one that rests is as
 * it was. */
static void test_gate_package_survives_restart(void **state)
{
    (void)state;
    open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
    package("P1", "10000000", SPREAD);
    accepted("P1");
    leg('F', '1', 20, LEG1);
    package_at(CLIENT, "PINGACC", "P2", '1', "10000000", SPREAD);
    harness_reopen(&h);
    bool refused = false;
    for (int i = 0; i < h.out_count; i++) {
        refused = refused || (strstr(h.out[i], "|11=P2|") != NULL &&
                              strstr(h.out[i], "CG501") != NULL);
    }
    assert_true(refused);
    expect_side("NL", '1', 380200, 380200);
    expect_use("PING-USD", 0);
    harness_link(&h, VENUE, true);
    harness_link(&h, CLIENT, true);
    leg('F', '1', 24, LEG1);
    expect_side("NL", '1', 304160, 456240);
    report("P1", 'F', '2', 10);
    expect_use("NL", 143600);
}

/* --- any order of events ------------------------------------------------ */

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

/* R5, R12, R23: whatever legs and packages report, in any order, use is never
 * below what is filled, nor below the worst that is still to come; it comes to
 * exactly the fills at the end.  Seeds are in the message of a failure. */
static void test_gate_package_random(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 60; seed++) {
        unsigned random = seed * 7919;
        long own[2] = {0, 0};
        long packages = 0;
        open_with(LIMIT("NL", "NOLIMIT", NET_PUSH "Amount=99999.00"));
        package("P1", "10000000", SPREAD);
        accepted("P1");
        for (int step = 0; step < 20; step++) {
            unsigned which = next_random(&random) % 3;
            if (which == 2 && packages < 10) {
                packages += 1 + next_random(&random) % (10 - packages);
                report("P1", 'F', '1', packages);
            } else if (which < 2) {
                long most = which == 0 ? 40 : 10;
                char exec = next_random(&random) % 4 == 0 ? 'H' : 'F';
                long cum = next_random(&random) % (most + 1);
                leg_at(VENUE, exec, '1', cum, which == 0 ? LEG1 : LEG2);
                own[which] = exec == 'H' || cum > own[which] ? cum : own[which];
            }
            if (step == (int)(seed % 20)) { /* the audit has an eye on it */
                harness_link(&h, HUB, true);
                push_new("NOLIMIT", "M", seed % 2 == 0 ? "12" : "2", "");
            }
            if (next_random(&random) % 8 == 0) {
                harness_reopen(&h);
                harness_link(&h, VENUE, true);
                harness_link(&h, CLIENT, true);
            }
            long buys = own[0] > 4 * packages ? own[0] : 4 * packages;
            long sells = own[1] > packages ? own[1] : packages;
            if (own[0] == 40 && own[1] == 10) {
                break; /* the order is over */
            }
            /* P + B with all buys filled, S - P with all sells. */
            long up = 760400 - sells * 90400;
            long down = 904000 - buys * 19010;
            long use = up > down ? up : down;
            if (limit_of("NL")->used != (use > 0 ? use : 0) * 100) {
                fail_msg("seed %u step %d: %lld, not %ld", seed, step,
                         (long long)limit_of("NL")->used, use);
            }
        }
        report("P1", '4', '4', packages);
        long buys = own[0] > 4 * packages ? own[0] : 4 * packages;
        long sells = own[1] > packages ? own[1] : packages;
        long left = labs(buys * 19010 - sells * 90400);
        if (limit_of("NL")->used != left * 100) {
            fail_msg("seed %u: %lld at the end, not %ld", seed,
                     (long long)limit_of("NL")->used, left);
        }
        harness_close(&h);
    }
    open_with("");
}

#define TEST(name) WITH_GATE_BY(name, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gate_package_net_by_legs),
        TEST(test_gate_package_net_whole),
        TEST(test_gate_package_side_turns_legs),
        TEST(test_gate_package_gross_asks_once),
        TEST(test_gate_package_net_asks_for_sides),
        TEST(test_gate_package_net_of_nothing),
        TEST(test_gate_package_scopes),
        TEST(test_gate_package_currencies),
        TEST(test_gate_package_size_limits),
        TEST(test_gate_package_ratio_exact),
        TEST(test_gate_package_bad_legs),
        TEST(test_gate_package_legs_max),
        TEST(test_gate_package_cover_max),
        TEST(test_gate_package_room),
        TEST(test_gate_package_versions),
        TEST(test_gate_package_leg_reports),
        TEST(test_gate_package_leg_by_side),
        TEST(test_gate_package_leg_unknown),
        TEST(test_gate_package_counts_once),
        TEST(test_gate_package_busts),
        TEST(test_gate_package_leg_repeat),
        TEST(test_gate_package_legs_share_exec_id),
        TEST(test_gate_package_overfill),
        TEST(test_gate_package_legs_end_one_by_one),
        TEST(test_gate_package_whole_by_legs),
        TEST(test_gate_package_whole_ends_apart),
        TEST(test_gate_package_replace),
        TEST(test_gate_package_raise_asks),
        TEST(test_gate_package_legs_stay),
        TEST(test_gate_package_cancel),
        TEST(test_gate_package_times_out),
        TEST(test_gate_package_falls_back),
        TEST(test_gate_package_granted_too_late),
        TEST(test_gate_package_limit_comes_later),
        TEST(test_gate_package_limit_comes_later_whole),
        TEST(test_gate_package_limit_comes_while_it_waits),
        TEST(test_gate_package_gross_side),
        TEST(test_gate_package_pulled),
        TEST(test_gate_package_falls_under_stop),
        TEST(test_gate_package_pull_to_fit),
        TEST(test_gate_package_repeats),
        TEST(test_gate_package_venue_rejects),
        TEST(test_gate_package_resends),
        TEST(test_gate_package_survives_restart),
        TEST(test_gate_package_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
