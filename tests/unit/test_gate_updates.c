/*
 * What owners say of their limits, and what the gate does with it: parts,
 * scopes, definitions, questions.
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

#define ENTRY(account) "1671=1|1691=" account "|1692=D|1693=24"
#define PARTY(account) "1677=1|" ENTRY(account)
#define TYPE(amount) "1669=1|1529=1|1530=12|1531=" amount "|1532=USD"
#define LIMIT(account, amount, id) ENTRY(account) "|" TYPE(amount) "|1670=" id

static void expect_limit(const char *id, long amount, const char *state)
{
    struct cg_limit_view view = harness_limit(&h, id);
    assert_int_equal(view.amount, amount * CG_DV01_SCALE);
    assert_string_equal(view.state, state);
}

/* --- parts (R15) --------------------------------------------------------- */

static void part(const char *id, const char *entry, const char *end)
{
    char fields[2048];
    snprintf(fields, sizeof(fields), "35=CM|1667=%s|1677=1|%s|%s", id, entry,
             end);
    harness_in(&h, HUB, fields);
}

/* R15: nothing counts before the last part; then all do, and who is in none of
 * them is suspended. */
static void parts_apply_together(const char *const ids[3])
{
    char accepted[64];
    part(ids[0], LIMIT("ACME", "50000", "ACME-USD"), "1512=3|893=N");
    snprintf(accepted, sizeof(accepted), "35=DE|1667=%s|2316=0", ids[0]);
    harness_expect(&h, HUB, accepted);
    part(ids[1], LIMIT("PINGACC", "60000", "PING-USD"), "1512=3|893=N");
    snprintf(accepted, sizeof(accepted), "35=DE|1667=%s|2316=0", ids[1]);
    harness_expect(&h, HUB, accepted);
    harness_quiet(&h);
    expect_limit("ACME-USD", 100000, "enabled");
    part(ids[2], LIMIT("NOLIMIT", "70000", "NEW-USD"), "1512=3|893=Y");
    snprintf(accepted, sizeof(accepted), "35=DE|1667=%s|2316=0", ids[2]);
    harness_expect(&h, HUB, accepted);
    harness_quiet(&h);
    expect_limit("ACME-USD", 50000, "enabled");
    expect_limit("PING-USD", 60000, "enabled");
    expect_limit("NEW-USD", 70000, "enabled");
    expect_limit("SDR-USD", 100000, "suspended");
}

static void test_gate_updates_parts_apply_together(void **state)
{
    (void)state;
    parts_apply_together((const char *const[]){"R", "R", "R"});
    harness_reopen(&h);
    expect_limit("NEW-USD", 70000, "enabled");
}

/* R15: hubs that number each part are understood as well. */
static void test_gate_updates_parts_with_ids_of_their_own(void **state)
{
    (void)state;
    parts_apply_together((const char *const[]){"R1", "R2", "R3"});
}

/* R15: increments come in parts, too, and suspend nobody. */
static void test_gate_updates_parts_of_an_increment(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=I|1677=1|1324=M|" LIMIT("ACME", "50000",
                                                   "ACME-USD") "|893=N");
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_limit("ACME-USD", 100000, "enabled");
    harness_in(&h, HUB,
               "35=CR|1667=I|1677=1|1324=M|" LIMIT("SDR", "60000",
                                                   "SDR-USD") "|893=Y");
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_limit("ACME-USD", 50000, "enabled");
    expect_limit("SDR-USD", 60000, "enabled");
    struct cg_limit_view view = harness_limit(&h, "PING-USD");
    assert_string_equal(view.state, "enabled");
}

/* R15: a part that cannot be taken spoils its update to the last part; what was
 * taken before is taken back. */
static void test_gate_updates_part_spoils_its_set(void **state)
{
    (void)state;
    part("R1", LIMIT("ACME", "50000", "ACME-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|1667=R1|2316=0");
    part("R2", LIMIT("NOBODY", "50000", "X"), "893=N");
    harness_expect(&h, HUB, "35=DE|1667=R2|2316=1|2317=1");
    harness_expect(&h, HUB, "35=DE|1667=R1|2316=1|2317=99");
    harness_quiet(&h);
    part("R3", LIMIT("PINGACC", "50000", "PING-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|1667=R3|2316=1|2317=99");
    harness_quiet(&h);
    part("R4", LIMIT("SDR", "50000", "SDR-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|1667=R4|2316=1");
    harness_quiet(&h);
    expect_limit("ACME-USD", 100000, "enabled");
    expect_limit("SDR-USD", 100000, "enabled");
    part("R5", LIMIT("ACME", "50000", "ACME-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|1667=R5|2316=0");
    expect_limit("ACME-USD", 50000, "enabled");
}

/* R15: refused at the last part: every part is told. */
static void test_gate_updates_last_part_is_refused(void **state)
{
    (void)state;
    part("R", LIMIT("ACME", "50000", "ACME-USD"), "1512=3|893=N");
    harness_expect(&h, HUB, "35=DE|2316=0");
    part("R", LIMIT("SDR", "50000", "SDR-USD"), "1512=3|893=Y");
    harness_expect(&h, HUB, "35=DE|1667=R|2316=1"); /* one party is missing */
    harness_quiet(&h);
    expect_limit("ACME-USD", 100000, "enabled");
    expect_limit("SDR-USD", 100000, "enabled");
}

/* R15: another update drops one that is not complete. */
static void test_gate_updates_parts_dropped_for_another(void **state)
{
    (void)state;
    static const char *const others[] = {
        "35=CM|1667=B|1677=1|" LIMIT("SDR", "60000", "SDR-USD"),
        "35=CM|1667=B|1677=1|" LIMIT("SDR", "60000", "SDR-USD") "|893=Y|1666=Q",
        "35=CM|1667=B|1666=Q|1511=1",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        part("A", LIMIT("ACME", "50000", "ACME-USD"), "893=N");
        harness_expect(&h, HUB, "35=DE|1667=A|2316=0");
        harness_in(&h, HUB, others[i]);
        harness_expect(&h, HUB, "35=DE|1667=A|2316=1|2317=99");
        harness_expect(&h, HUB, "35=DE|1667=B|2316=0");
        harness_quiet(&h);
        struct cg_limit_view view = harness_limit(&h, "ACME-USD");
        assert_int_equal(view.amount, 1000000000);
    }
}

/* R15: the same limit twice: a new update of a hub that numbers its parts, and
 * a mistake of one that does not. */
static void test_gate_updates_parts_that_overlap(void **state)
{
    (void)state;
    part("A", LIMIT("ACME", "50000", "ACME-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|1667=A|2316=0");
    part("B", LIMIT("ACME", "60000", "ACME-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|1667=A|2316=1");
    harness_expect(&h, HUB, "35=DE|1667=B|2316=0");
    part("B", LIMIT("ACME", "70000", "ACME-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|1667=B|2316=1");
    harness_quiet(&h);
    expect_limit("ACME-USD", 100000, "enabled");
}

/* R15: with its link the update is gone: what comes of it later is refused, and
 * the next whole one counts. */
static void test_gate_updates_parts_cut_by_the_link(void **state)
{
    (void)state;
    part("A", LIMIT("ACME", "50000", "ACME-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_link(&h, HUB, false);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    part("A", LIMIT("SDR", "50000", "SDR-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|1667=A|2316=1");
    harness_quiet(&h);
    expect_limit("SDR-USD", 100000, "enabled");
    expect_limit("ACME-USD", 100000, "enabled");
    part("B", LIMIT("SDR", "50000", "SDR-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_limit("SDR-USD", 50000, "enabled");
}

/* R15: nor is the last part a whole snapshot after a restart. */
static void test_gate_updates_parts_over_a_restart(void **state)
{
    (void)state;
    part("A", LIMIT("PINGACC", "50000", "PING-USD"), "893=N");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_reopen_up(&h);
    part("B", LIMIT("ACME", "50000", "ACME-USD"), "893=Y");
    harness_expect(&h, HUB, "35=DE|2316=1");
    expect_limit("SDR-USD", 100000, "enabled");
    part("C", LIMIT("ACME", "50000", "ACME-USD"), "893=Y|1666=GATE-L1");
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_limit("ACME-USD", 50000, "enabled");
}

/* R15: more limits than the gate keeps of one update are refused whole. */
static void test_gate_updates_parts_too_many(void **state)
{
    (void)state;
    static char fields[100000];
    for (int round = 0; round < 8; round++) {
        int len = snprintf(fields, sizeof(fields),
                           "35=CR|1667=BIG%d|893=%s|1677=146", round,
                           round == 7 ? "Y" : "N");
        for (int i = 0; i < 146; i++) {
            len += snprintf(fields + len, sizeof(fields) - (size_t)len,
                            "|1324=D|1671=1|1691=ACME|1692=D|1693=24|"
                            "1670=NONE-%d-%d",
                            round, i);
        }
        harness_in(&h, HUB, fields);
        char expected[64];
        snprintf(expected, sizeof(expected), "35=DE|1667=BIG%d|2316=%d", round,
                 round == 7 ? 1 : 0);
        harness_expect(&h, HUB, expected);
    }
    for (int round = 0; round < 7; round++) {
        harness_expect(&h, HUB, "35=DE|2316=1|2317=99");
    }
    harness_quiet(&h);
}

/* --- scopes (R10, R19) --------------------------------------------------- */

static const char scope_table[] =
    "instrument,currency,dv01_per_million,type,product,tenor,security_id\n"
    "USD10Y,USD,904.00,IRS,OIS,10Y,US10\n"
    "USD2Y,USD,190.10,IRS,OIS,2Y,\n"
    "EUR10Y,EUR,880.00,IRS,FIXED,10Y,EU10\n"
    "PLAIN,USD,1.0001,,,,\n";

#define SESSIONS                                                               \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=7001\n"                                                  \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=S,T\n"                         \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "TargetCompID=VENUE\n"                                                     \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"

static const char scope_sections[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=100\nMaxRequests=1000\nMaxLimits=16\nMaxScopes=8\n" SESSIONS
    "[ACCOUNT]\nAccount=S\nClearingFirm=F\nHub=hub\n"
    "[ACCOUNT]\nAccount=T\nClearingFirm=G\n"
    "[LIMIT]\nRiskLimitID=S-USD\nAccount=S\nHub=hub\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=T-10Y\nAccount=T\nCurrency=USD\nModel=push\n"
    "Amount=10000\nTenor=10Y\nProduct=OIS\n"
    "[LIMIT]\nRiskLimitID=T-EUR\nAccount=T\nCurrency=EUR\nModel=push\n"
    "Amount=20000\nInstrumentCurrency=EUR\nSecurityType=IRS\n"
    "[FX]\nFrom=EUR\nTo=USD\nRate=1.10\n";

static int open_scopes(void **state)
{
    (void)state;
    harness_open_table(&h, scope_sections, scope_table);
    return 0;
}

static void
order(const char *id, const char *account, const char *symbol, long qty)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=%s|54=1|38=%ld|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, account, symbol, qty);
    harness_in(&h, CLIENT, fields);
}

/* Pushes the scope |text| for S-USD, as a change. */
static void push_scope(const char *text, const char *ack)
{
    char fields[2048];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=S%d|1677=1|1324=M|" ENTRY("S") "|" TYPE(
                 "100000") "%s|1670=S-USD",
             h.seq, text);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, ack);
    harness_quiet(&h);
}

static void expect_covered(const char *id, const char *symbol, bool covered)
{
    order(id, "S", symbol, 1000000);
    harness_expect(&h, covered ? VENUE : CLIENT,
                   covered ? "35=D" : "35=8|150=8|58~CG102");
    harness_quiet(&h);
}

/* R10, R15: included and not excluded, each term of an entry must agree; an
 * increment without a scope leaves it, a snapshot without one drops it. */
static void test_gate_updates_scope_includes_and_excludes(void **state)
{
    (void)state;
    expect_covered("A1", "PLAIN", true);
    push_scope("|1534=2|1535=1|1547=IRS|1535=2|1536=USD2Y", "35=DE|2316=0");
    expect_covered("B1", "USD10Y", true);
    expect_covered("B2", "USD2Y", false);
    expect_covered("B3", "EUR10Y", true);
    expect_covered("B4", "PLAIN", false);
    push_scope("", "35=DE|2316=0");
    expect_covered("C1", "USD2Y", false);
    harness_reopen(&h);
    for (int i = 0; i < 3; i++) {
        harness_link(&h, i, true);
    }
    expect_covered("D1", "USD2Y", false);
    expect_covered("D2", "USD10Y", true);
    push_scope("|1534=1|1535=1|1544=OIS|1545=10Y", "35=DE|2316=0");
    expect_covered("E1", "USD10Y", true);
    expect_covered("E2", "USD2Y", false);
    expect_covered("E3", "EUR10Y", false);
    push_scope("|1534=1|1535=1|1538=EU10|1539=4", "35=DE|2316=0");
    expect_covered("F1", "EUR10Y", true);
    expect_covered("F2", "USD10Y", false);
    push_scope("|1534=1|1535=2|1545=10Y", "35=DE|2316=0");
    expect_covered("G1", "USD10Y", false);
    expect_covered("G2", "PLAIN", true);
    harness_in(&h, HUB, "35=CM|1667=W|1677=1|" LIMIT("S", "100000", "S-USD"));
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_covered("H1", "USD2Y", true);
}

/* R10, R1: the multiplier scales the DV01, rounded up; of several entries the
 * largest counts; below 1 it makes an order cheaper. */
static void test_gate_updates_scope_multiplier(void **state)
{
    (void)state;
    push_scope("|1534=3|1535=1|1547=IRS|1558=1.5|1535=1|1536=USD10Y|1558=2|"
               "1535=1|1536=PLAIN|1558=0.00000001",
               "35=DE|2316=0");
    expect_covered("A1", "USD10Y", true); /* 904 x 2 */
    assert_int_equal(harness_limit(&h, "S-USD").used, 18080000);
    expect_covered("A2", "USD2Y", true); /* 190.10 x 1.5 */
    assert_int_equal(harness_limit(&h, "S-USD").used, 18080000 + 2851500);
    expect_covered("A3", "PLAIN", true); /* never free */
    assert_int_equal(harness_limit(&h, "S-USD").used, 18080000 + 2851500 + 1);
    expect_covered("A4", "EUR10Y", true); /* 880 x 1.10 x 1.5 */
    assert_int_equal(harness_limit(&h, "S-USD").used,
                     18080000 + 2851500 + 1 + 14520000);
    push_scope("|1534=1|1535=1|1547=IRS|1558=9000000000000000000",
               "35=DE|2316=1|2317=99");
    order("A5", "S", "USD10Y", 1000000);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG109");
}

/* R10, R19: what the scopes have no room for is refused whole. */
static void test_gate_updates_scopes_are_bounded(void **state)
{
    (void)state;
    push_scope("|1534=8|1535=1|1536=A|1535=1|1536=B|1535=1|1536=C|1535=1|"
               "1536=D|1535=1|1536=E|1535=1|1536=F|1535=1|1536=G|1535=1|"
               "1536=USD10Y",
               "35=DE|2316=0");
    expect_covered("A1", "USD10Y", true);
    push_scope("|1534=1|1535=1|1536=USD2Y", "35=DE|2316=1|2317=99");
    expect_covered("A2", "USD10Y", true);
    expect_covered("A3", "USD2Y", false);
    push_scope("|1534=0", "35=DE|2316=0");
    push_scope("|1534=1|1535=1|1536=USD2Y", "35=DE|2316=0");
    expect_covered("A4", "USD2Y", true);
}

/* R15: scopes of an update in parts stay with their limits. */
static void test_gate_updates_scopes_in_parts(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CM|1667=P|893=N|1677=1|" ENTRY("S") "|" TYPE(
                   "5000") "|1534=1|1535=1|1536=USD2Y|1670=NEW-2Y");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_in(&h, HUB,
               "35=CM|1667=P|893=Y|1677=1|" ENTRY("S") "|" TYPE(
                   "100000") "|1534=2|1535=2|1536=USD2Y|1535=2|1536=PLAIN|"
                             "1670=S-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_covered("A1", "PLAIN", false);
    expect_covered("A2", "USD10Y", true);
    order("A3", "S", "USD2Y", 1000000);
    harness_expect(&h, HUB, "35=DF|1670=NEW-2Y");
}

/* R10: limits that the configuration cuts by product, type, tenor, currency. */
static void test_gate_updates_configured_cut(void **state)
{
    (void)state;
    order("A1", "T", "USD10Y", 10000000);
    harness_expect(&h, VENUE, "35=D");
    order("A2", "T", "EUR10Y", 10000000);
    harness_expect(&h, VENUE, "35=D");
    order("A3", "T", "USD2Y", 1000000);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG102");
    order("A4", "T", "USD10Y", 10000000);
    harness_expect(&h, CLIENT, "35=8|150=8|58~lim:T-10Y");
    assert_int_equal(harness_limit(&h, "T-10Y").used, 90400000);
    assert_int_equal(harness_limit(&h, "T-EUR").used, 88000000);
}

/* --- clearing houses (R6, R10) ------------------------------------------- */

static const char ccp_sections[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=100\nMaxRequests=1000\nMaxLimits=16\n" SESSIONS
    "[ACCOUNT]\nAccount=S\nClearingFirm=F\nHub=hub\nCCPs=LCH,CME\n"
    "[ACCOUNT]\nAccount=T\nClearingFirm=G\nHub=hub\nCCPs=LCH\n"
    "[LIMIT]\nRiskLimitID=S-LCH\nAccount=S\nHub=hub\nCurrency=USD\n"
    "Model=push\nAmount=10000\nCCP=LCH\n"
    "[LIMIT]\nRiskLimitID=S-CME\nAccount=S\nHub=hub\nCurrency=USD\n"
    "Model=push\nAmount=20000\nCCP=CME\n"
    "[LIMIT]\nRiskLimitID=T-LCH\nAccount=T\nHub=hub\nCurrency=USD\n"
    "Model=ping\nCCP=LCH\n";

static int open_ccps(void **state)
{
    (void)state;
    harness_open_table(&h, ccp_sections, scope_table);
    return 0;
}

static void order_at(const char *id, const char *account, const char *ccp)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|453=1|448=%s|447=D|452=21|1=%s|55=USD10Y|54=1|"
             "38=10000000|40=2|44=4.1|60=20270115-08:00:00",
             id, ccp, account);
    harness_in(&h, CLIENT, fields);
}

/* R6, R10: an order counts in the limits of its clearing house only; it is the
 * one it names, else the account's only one, else nobody knows. */
static void test_gate_updates_ccp_of_the_order(void **state)
{
    (void)state;
    order_at("A1", "S", "LCH");
    harness_expect(&h, VENUE, "35=D");
    order_at("A2", "S", "CME");
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(harness_limit(&h, "S-LCH").used, 90400000);
    assert_int_equal(harness_limit(&h, "S-CME").used, 90400000);
    order_at("A3", "S", "LCH");
    harness_expect(&h, CLIENT, "35=8|150=8|58~lim:S-LCH");
    order_at("A4", "S", "EUREX");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG103");
    order("A5", "S", "USD10Y", 1000000);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG103");
    order_at("A6", "T", "CME");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG103");
    order("A7", "T", "USD10Y", 1000000);
    harness_expect(&h, HUB, "35=DF|1670=T-LCH|448=LCH|452=21");
    harness_in(&h, CLIENT,
               "35=G|11=A8|41=A1|453=1|448=CME|447=D|452=21|1=S|55=USD10Y|54=1|"
               "38=1000000|40=2|44=4.1|60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=A8|58~CG404");
    harness_reopen(&h);
    harness_link(&h, CLIENT, true);
    harness_link(&h, VENUE, true);
    order_at("B1", "S", "CME");
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(harness_limit(&h, "S-CME").used, 180800000);
    assert_int_equal(harness_limit(&h, "S-LCH").used, 90400000);
}

#define AT_CCP(account, ccp)                                                   \
    "1671=2|1691=" account "|1692=D|1693=24|1691=" ccp "|1692=D|1693=21"

/* R10, R15: a hub's limits are found and made by their clearing house. */
static void test_gate_updates_ccp_of_a_pushed_limit(void **state)
{
    (void)state;
    harness_in(
        &h, HUB,
        "35=CR|1667=1|1677=1|1324=M|" AT_CCP("S", "CME") "|" TYPE("5000"));
    harness_expect(&h, HUB, "35=DE|2316=0");
    expect_limit("S-CME", 5000, "enabled");
    expect_limit("S-LCH", 10000, "enabled");
    harness_in(&h, HUB,
               "35=CR|1667=2|1677=1|1324=M|" AT_CCP("S", "CME") "|" TYPE(
                   "5000") "|1670=S-LCH");
    harness_expect(&h, HUB, "35=DE|2316=1|2317=99");
    harness_in(&h, HUB,
               "35=CR|1667=3|1677=1|1324=M|" LIMIT("S", "5000", "S-LCH"));
    harness_expect(&h, HUB, "35=DE|2316=1|2317=99");
    harness_in(
        &h, HUB,
        "35=CR|1667=4|1677=1|1324=A|1671=1|1691=S|1692=D|1693=24|1562=1|"
        "1563=EUREX|1564=D|1565=21|" TYPE("7000") "|1670=S-EUREX|2339=3");
    harness_expect(&h, HUB, "35=DE|2316=0");
    order_at("A1", "S", "LCH");
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(harness_limit(&h, "S-EUREX").used, 0);
    harness_in(&h, HUB,
               "35=CM|1667=5|1677=2|" AT_CCP("S", "EUREX") "|" ENTRY(
                   "T") "|" TYPE("1000") "|1670=T-ANY");
    harness_expect(&h, HUB, "35=DE|2316=0");
    assert_string_equal(harness_limit(&h, "S-EUREX").state, "removed");
    assert_string_equal(harness_limit(&h, "S-LCH").state, "suspended");
}

/* --- definitions (R15, R19) ---------------------------------------------- */

/* R15: an FCM defines, changes and removes a limit; each entry is answered, and
 * its parties go back as they came. */
static void test_gate_updates_definition_makes_a_limit(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CS|1666=D1|1677=1|1324=A|1671=1|1691=NOLIMIT|1692=D|1693=24|"
               "1674=24|" TYPE("50000") "|1670=NEW");
    harness_expect(&h, HUB,
                   "35=CT|1666=D1|1761=0|1762=0|1677=1|1324=A|1763=0|1764=0|"
                   "1671=1|1691=NOLIMIT|1692=D|1693=24|1674=24|1670=NEW");
    harness_quiet(&h);
    expect_limit("NEW", 50000, "enabled");
    order("A1", "NOLIMIT", "USD10Y", 10000000); /* pushed: nobody is asked */
    harness_expect(&h, VENUE, "35=D");
    harness_in(&h, HUB,
               "35=CS|1666=D2|1677=1|1324=M|1669=1|1529=1|1530=12|1531=1000|"
               "1532=USD|1670=NEW");
    harness_expect(&h, VENUE, "35=F"); /* R17 */
    harness_expect(&h, HUB, "35=CT|1666=D2|1762=0|1763=0|1670=NEW");
    expect_limit("NEW", 1000, "enabled");
    harness_reopen_up(&h);
    expect_limit("NEW", 1000, "enabled");
    harness_in(&h, HUB, "35=CS|1666=D3|1677=1|1324=D|1670=NEW");
    harness_expect(&h, HUB, "35=CT|1666=D3|1762=0|1763=0|1324=D|1670=NEW");
    assert_string_equal(harness_limit(&h, "NEW").state, "removed");
}

/* R15: a net limit (1530=2) that a hub makes counts net. */
static void test_gate_updates_definition_of_a_net_limit(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CS|1666=D1|1677=1|1324=A|" ENTRY(
                   "NOLIMIT") "|1669=1|1529=1|"
                              "1530=2|1531=50000|1532=USD|1670=NEW");
    harness_expect(&h, HUB, "35=CT|1762=0");
    order("A1", "NOLIMIT", "USD10Y", 10000000);
    harness_expect(&h, VENUE, "35=D");
    harness_in(&h, CLIENT,
               "35=D|11=A2|1=NOLIMIT|55=USD10Y|54=2|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(harness_limit(&h, "NEW").used, 90400000);
}

/* R15: one entry may be refused and another taken; 1764 says why. */
static void test_gate_updates_definition_entry_by_entry(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CS|1666=D1|1677=2|1324=M|" LIMIT(
                   "NOBODY", "1", "ACME-USD") "|1324=M|" LIMIT("ACME", "70000",
                                                               "ACME-USD"));
    const char *ack = harness_expect(
        &h, HUB, "35=CT|1761=1|1762=1|1677=2|1763=2|1764=1|1763=0|1764=0");
    assert_non_null(strstr(ack, "|1764=1|1671=1|1691=NOBODY|"));
    assert_non_null(strstr(ack, "|1764=0|1671=1|1691=ACME|"));
    harness_quiet(&h);
    expect_limit("ACME-USD", 70000, "enabled");
}

static void refused_definition(const char *entry, int result)
{
    char fields[1024];
    char expected[128];
    snprintf(fields, sizeof(fields), "35=CS|1666=R%d|1677=1|%s", h.seq, entry);
    snprintf(expected, sizeof(expected),
             "35=CT|1761=%d|1762=2|1763=2|1764=%d|1328~ ", result, result);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, expected);
    harness_quiet(&h);
}

#define MODIFY(more) "1324=M|" ENTRY("ACME") "|1669=1|1529=1|1530=12" more

/* R6, R15: definitions that change nothing. */
static void test_gate_updates_definition_refused(void **state)
{
    (void)state;
    refused_definition("1324=M|" LIMIT("OTHERACC", "1", "OTHER-USD"), 98);
    refused_definition("1324=M|1669=1|1529=1|1530=12|1531=1|1670=OTHER-USD",
                       98);
    refused_definition("1324=M|" LIMIT("ACME", "1", "PING-USD"), 12);
    refused_definition("1324=M|" LIMIT("ACME", "1", "NOT-THERE"), 4);
    refused_definition("1324=D|" ENTRY("ACME") "|1670=NOT-THERE", 4);
    refused_definition("1324=A|" LIMIT("ACME", "1", "ACME-USD"), 13);
    refused_definition("1324=A|" ENTRY("ACME") "|" TYPE("1"), 13);
    refused_definition("1324=A|" ENTRY("NOLIMIT") "|" TYPE("1"), 4);
    refused_definition("1324=A|" ENTRY("NOLIMIT") "|1669=1|1529=1|1530=12|"
                                                  "1532=USD|1670=N",
                       5);
    refused_definition(MODIFY("|1531=-1|1670=ACME-USD"), 5);
    refused_definition(MODIFY("|1531=1|1532=EUR|1670=ACME-USD"), 99);
    refused_definition("1324=M|" ENTRY("ACME") "|1669=1|1529=1|1530=11|1531=1|"
                                               "1670=ACME-USD",
                       3);
    expect_limit("ACME-USD", 100000, "enabled");
    harness_order(&h, "A1", '1', 1);
    harness_expect(&h, HUB, "35=DF");
}

/* R19: what is not modelled is named by 1764, and takes no new risk until it is
 * corrected. */
static void test_gate_updates_definition_unmodelled(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        int result;
    } unmodelled[] = {
        {"1324=M|" ENTRY("ACME") "|1669=1|1529=1|1530=8|1531=1|1670=ACME-USD",
         3},
        {MODIFY("|1531=99999999999999999999|1670=ACME-USD"), 5},
        {MODIFY("|1767=3|1670=ACME-USD"), 8},
        {MODIFY("|1559=1|1769=4|1560=101|1670=ACME-USD"), 9},
        {MODIFY("|1559=1|1769=3|1560=90|1670=ACME-USD"), 10},
        {MODIFY("|1534=1|1535=1|1536=USD10Y|1546=SRC|1670=ACME-USD"), 11},
        {MODIFY("|1534=1|1535=1|1670=ACME-USD"), 7},
        {MODIFY("|2336=5|1670=ACME-USD"), 99},
    };
    for (size_t i = 0; i < sizeof(unmodelled) / sizeof(unmodelled[0]); i++) {
        char id[16];
        refused_definition(unmodelled[i].entry, unmodelled[i].result);
        snprintf(id, sizeof(id), "A%zu", i);
        harness_order(&h, id, '1', 1);
        harness_expect(&h, CLIENT, "35=8|150=8|58~CG109");
        harness_in(
            &h, HUB,
            "35=CS|1666=OK|1677=1|1324=M|" LIMIT("ACME", "100000", "ACME-USD"));
        harness_expect(&h, HUB, "35=CT|1762=0|1763=0");
        expect_limit("ACME-USD", 100000, "enabled");
    }
}

/* R15: more entries than the gate answers are refused as a whole. */
static void test_gate_updates_definition_too_large(void **state)
{
    (void)state;
    static char fields[16384];
    for (int count = 128; count <= 129; count++) {
        int len = snprintf(fields, sizeof(fields), "35=CS|1666=BIG|1677=%d",
                           count);
        for (int i = 0; i < count; i++) {
            len += snprintf(fields + len, sizeof(fields) - (size_t)len,
                            "|1324=D|1670=N%d", i);
        }
        harness_in(&h, HUB, fields);
        harness_expect(&h, HUB,
                       count == 128 ? "35=CT|1762=2|1761=4|1677=128"
                                    : "35=CT|1762=2|1761=99");
    }
}

/* --- questions (R56) ----------------------------------------------------- */

/* R56: a client is told of its own accounts' limits, definitions first, use on
 * demand. */
static void test_gate_updates_client_asks_for_limits(void **state)
{
    (void)state;
    harness_in(&h, CLIENT50,
               "35=D|11=A1|1=SDR|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE50, "35=D");
    harness_in(&h, CLIENT50, "35=CL|1666=Q1");
    const char *report = harness_expect(
        &h, CLIENT50,
        "35=CM|1666=Q1|1760=1|1511=0|1512=2|893=Y|1677=2|1671=2|1691=SDR|"
        "1693=24|1691=FCM3|1530=2|1531=100000.00|1532=USD|1670=SDR-USD|2339=3|"
        "2355=1|1530=11|1531=95000000|1670=SDR-MAX|1560=98");
    assert_null(strstr(report, "|1766="));
    assert_null(strstr(report, "ACME"));
    harness_quiet(&h);
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(report, 1667));
    harness_in(
        &h, CLIENT50,
        "35=CL|1666=Q2|1760=2|453=1|448=SDR|447=D|452=24|1668=1|1530=12");
    report = harness_expect(&h, CLIENT50,
                            "35=CM|1666=Q2|1760=2|1512=1|1677=1|1766=9040.00");
    assert_null(strstr(report, "|1531="));
    assert_string_not_equal(harness_field(report, 1667), id);
    harness_in(&h, CLIENT50, "35=CL|1666=Q3|1760=3");
    harness_expect(&h, CLIENT50, "35=CM|1760=3|1531=100000.00|1766=9040.00");
}

/* R56: what others have, and what is not offered. */
static void test_gate_updates_client_asks_for_too_much(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *answer;
    } cases[] = {
        {"|453=1|448=ACME|447=D|452=24", "1511=3"},
        {"|453=1|448=NOBODY|447=D|452=24", "1511=3"},
        {"|453=1|448=FCM1|447=D|452=4", "1511=3"},
        {"|263=1", "1511=5"},
        {"|1533=X", "1511=5"},
        {"|453=1|448=X|447=D|452=36", "1511=5"},
        {"|1668=1|1530=8", "1511=2"},
        {"|1508=1|1509=4", "1511=2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char fields[256];
        char answer[128];
        snprintf(fields, sizeof(fields), "35=CL|1666=Q%zu%s", i,
                 cases[i].query);
        snprintf(answer, sizeof(answer), "35=CM|1666=Q%zu|%s|58~ ", i,
                 cases[i].answer);
        harness_in(&h, CLIENT50, fields);
        const char *report = harness_expect(&h, CLIENT50, answer);
        assert_null(strstr(report, "|1677="));
        harness_quiet(&h);
    }
    harness_in(&h, CLIENT, "35=CL|1666=Q"); /* FIX 4.4 has no such message */
    harness_expect(&h, CLIENT, "35=j|372=CL|380=3");
    harness_in(&h, CLIENT50, "35=CL|58=no id");
    harness_expect(&h, CLIENT50, "35=3|371=1666");
}

/* R51, R56: amounts are for those who may see them: not with ShowAmounts=N, and
 * not of a limit that counts others' orders, too. */
static void test_gate_updates_client_sees_no_amounts(void **state)
{
    (void)state;
    harness_in(&h, PLAIN50, "35=CL|1666=Q1|1760=3");
    const char *report = harness_expect(&h, PLAIN50,
                                        "35=CM|1677=2|1670=SDR-USD|1532=USD");
    assert_null(strstr(report, "|1531="));
    assert_null(strstr(report, "|1766="));
}

/* R56: many limits come in parts that anyone can read, with their scopes. */
static void test_gate_updates_client_is_told_in_parts(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        char fields[512];
        snprintf(
            fields, sizeof(fields),
            "35=CR|1667=N%d|1677=1|1324=A|" ENTRY("SDR") "|" TYPE(
                "1000") "|1534=2|1535=1|1544=P%d|1545=10Y|1558=1.25|1535=2|"
                        "1536=X|1670=L%d",
            i, i, i);
        harness_in(&h, HUB, fields);
        harness_expect(&h, HUB, "35=DE|2316=0");
    }
    harness_in(&h, CLIENT50, "35=CL|1666=Q");
    int told = 0;
    const char *report;
    do {
        report = harness_expect(&h, CLIENT50, "35=CM|1666=Q|1511=0|1512=22");
        told += atoi(harness_field(report, 1677));
    } while (strstr(report, "|893=N|") != NULL);
    harness_quiet(&h);
    assert_int_equal(told, 22);
    assert_non_null(strstr(report, "|1534=2|1535=1|1544=P19|1545=10Y|"
                                   "1558=1.25|1535=2|1536=X|1670=L19|"));
}

/* --- limits that come after orders (R11) --------------------------------- */

static void venue_report(const char *id, const char *what, long cum)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|%s|55=USD10Y|54=1|38=10000000|151=0|"
             "14=%ld|6=0",
             id, id, h.seq, what, cum);
    harness_in(&h, VENUE, fields);
}

/* R11: what rests counts under a limit that comes later, but for what was
 * filled before; it can be raised and filled under it, over a restart. */
static void test_gate_updates_new_limit_counts_what_rests(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    venue_report("A1", "150=F|39=1|32=4000000|31=4", 4000000);
    harness_in(&h, HUB,
               "35=CR|1667=N|1677=1|1324=A|" LIMIT("ACME", "20000", "LATE"));
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_quiet(&h);
    assert_int_equal(harness_limit(&h, "LATE").used,
                     54240000); /* 6 of 10 million */
    harness_reopen_up(&h);
    assert_int_equal(harness_limit(&h, "LATE").used, 54240000);
    venue_report("A1", "150=F|39=1|32=2000000|31=4", 6000000);
    assert_int_equal(harness_limit(&h, "LATE").used, 54240000);
    harness_in(&h, CLIENT,
               "35=G|11=A2|41=A1|1=ACME|55=USD10Y|54=1|38=30000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|58~lim:LATE");
    harness_in(&h, CLIENT,
               "35=G|11=A3|41=A1|1=ACME|55=USD10Y|54=1|38=12000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|1670=ACME-USD"));
    harness_expect(&h, VENUE, "35=G|11=A3");
    assert_int_equal(harness_limit(&h, "LATE").used, 54240000 + 18080000);
    venue_report("A3", "150=F|39=2|32=6000000|31=4|41=A1", 12000000);
    assert_int_equal(harness_limit(&h, "LATE").used, 54240000 + 18080000);
}

/* R11, R17: a limit that comes too small for what rests pulls it. */
static void test_gate_updates_new_limit_pulls_what_rests(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=CR|1667=N|1677=1|1324=A|" LIMIT("ACME", "5000", "LATE"));
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R11: an order that waits for the hub must pass a limit that comes meanwhile.
 */
static void test_gate_updates_new_limit_binds_what_waits(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=0");
    char kept[HARNESS_TEXT_MAX];
    snprintf(kept, sizeof(kept), "%s", ask);
    harness_in(&h, HUB,
               "35=CR|1667=N|1677=1|1324=A|" LIMIT("ACME", "9040", "LATE"));
    harness_grant(&h, kept);
    harness_expect(&h, VENUE, "35=D|11=A1");
    assert_int_equal(harness_limit(&h, "LATE").used, 90400000);
}

/* R11, R10: a scope that widens counts what it did not count before. */
static void test_gate_updates_wider_scope_counts_what_rests(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=1|1677=1|1324=A|" ENTRY("S") "|" TYPE(
                   "100000") "|1534=1|1535=1|1536=USD2Y|2339=3|1670=ALSO");
    harness_expect(&h, HUB, "35=DE|2316=0");
    order("A1", "S", "USD10Y", 1000000);
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(harness_limit(&h, "ALSO").used, 0);
    harness_in(&h, HUB,
               "35=CR|1667=2|1677=1|1324=M|" ENTRY("S") "|" TYPE(
                   "100000") "|1534=1|1535=1|1547=IRS|1558=2|1670=ALSO");
    harness_expect(&h, HUB, "35=DE|2316=0");
    assert_int_equal(harness_limit(&h, "ALSO").used, 18080000);
    harness_in(&h, HUB, "35=CR|1667=3|1677=1|1324=D|1670=S-USD");
    harness_expect(&h, VENUE, "35=F|41=A1");
}

/* --- figures and levels (R16, R52) --------------------------------------- */

static void figure(const char *used)
{
    char fields[512];
    harness_wait(&h, 10);
    snprintf(fields, sizeof(fields),
             "35=CR|1667=F%d|1677=1|1324=M|" ENTRY(
                 "ACME") "|1669=1|1529=1|"
                         "1530=12|1531=100000|1766=%s|1532=USD|1670=ACME-USD",
             h.seq, used);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R16: what the owner had granted by the time of its figure is in it, if so
 * configured; what it granted later is not. */
static void test_gate_updates_figure_holds_reservations(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    figure("12040");
    assert_int_equal(harness_limit(&h, "ACME-USD").used,
                     (9040 + 12040) * CG_DV01_SCALE);
    h.config.sessions[HUB].holds_reservations = true;
    harness_reopen_up(&h);
    figure("12040");
    assert_int_equal(harness_limit(&h, "ACME-USD").used, 12040 * CG_DV01_SCALE);
    harness_order(&h, "A2", '1', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D");
    harness_in(&h, HUB,
               "35=CR|1667=OLD|60=20270115-08:00:00.015|1677=1|1324=M|" ENTRY(
                   "ACME") "|1669=1|1529=1|1530=12|1531=100000|1766=12040|"
                           "1532=USD|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=1"); /* older than the last */
    figure("12944");
    assert_int_equal(harness_limit(&h, "ACME-USD").used, 12944 * CG_DV01_SCALE);
}

/* R19, R52: a warning level by amount is its share of the limit's. */
static void test_gate_updates_warning_level_by_amount(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=1|1677=1|1324=M|" ENTRY(
                   "ACME") "|1669=1|1529=1|1530=12|1531=100000|1532=USD|1559=2|"
                           "1769=4|1768=9000|1769=4|1560=50|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_order(&h, "A1", '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148~9 % reached");
    static const char *const wrong[] = {"1768=0", "1768=100001", "1561=X"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char entry[256];
        snprintf(entry, sizeof(entry),
                 "1324=M|" ENTRY("ACME") "|1669=1|1529=1|1530=12|1531=100000|"
                                         "1559=1|1769=4|%s|1670=ACME-USD",
                 wrong[i]);
        refused_definition(entry, 9);
    }
    refused_definition("1324=M|" ENTRY("ACME") "|1669=1|1529=1|1530=12|1559=1|"
                                               "1769=4|1768=5|1670=ACME-USD",
                       9);
}

#define CLEARED(name) WITH_GATE_BY(name, open_ccps)
#define SCOPED(name) WITH_GATE_BY(name, open_scopes)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_updates_parts_apply_together),
        WITH_GATE(test_gate_updates_parts_with_ids_of_their_own),
        WITH_GATE(test_gate_updates_parts_of_an_increment),
        WITH_GATE(test_gate_updates_part_spoils_its_set),
        WITH_GATE(test_gate_updates_last_part_is_refused),
        WITH_GATE(test_gate_updates_parts_dropped_for_another),
        WITH_GATE(test_gate_updates_parts_that_overlap),
        WITH_GATE(test_gate_updates_parts_cut_by_the_link),
        WITH_GATE(test_gate_updates_parts_over_a_restart),
        WITH_GATE(test_gate_updates_parts_too_many),
        SCOPED(test_gate_updates_scope_includes_and_excludes),
        SCOPED(test_gate_updates_scope_multiplier),
        SCOPED(test_gate_updates_scopes_are_bounded),
        SCOPED(test_gate_updates_scopes_in_parts),
        SCOPED(test_gate_updates_configured_cut),
        CLEARED(test_gate_updates_ccp_of_the_order),
        CLEARED(test_gate_updates_ccp_of_a_pushed_limit),
        WITH_GATE(test_gate_updates_definition_makes_a_limit),
        WITH_GATE(test_gate_updates_definition_of_a_net_limit),
        WITH_GATE(test_gate_updates_definition_entry_by_entry),
        WITH_GATE(test_gate_updates_definition_refused),
        WITH_GATE(test_gate_updates_definition_unmodelled),
        WITH_GATE(test_gate_updates_definition_too_large),
        WITH_GATE(test_gate_updates_new_limit_counts_what_rests),
        WITH_GATE(test_gate_updates_new_limit_pulls_what_rests),
        WITH_GATE(test_gate_updates_new_limit_binds_what_waits),
        SCOPED(test_gate_updates_wider_scope_counts_what_rests),
        WITH_GATE(test_gate_updates_figure_holds_reservations),
        WITH_GATE(test_gate_updates_warning_level_by_amount),
        WITH_GATE(test_gate_updates_client_asks_for_limits),
        WITH_GATE(test_gate_updates_client_asks_for_too_much),
        WITH_GATE(test_gate_updates_client_sees_no_amounts),
        WITH_GATE(test_gate_updates_client_is_told_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
