/*
 * Another configuration for a gate that runs: what changes, what has to wait
 * for a restart, what is refused, and that whatever waits goes on.  After each
 * a start on the facts there are must come to the same books.
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

/* 1 million of USD10Y is 1,000.00. */
static const char table[] = "instrument,currency,dv01_per_million,product\n"
                            "USD10Y,USD,1000.00,OIS\n"
                            "EUR10Y,EUR,1000.00,OIS\n";

static const char base[] =
    "[GATE]\nName=GATE\nJournal=/tmp/unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=60\nMaxRequests=4000\nMaxLimits=16\nMaxWaiting=6\n"
    "SoftDeadlineMs=1000\nHardDeadlineMs=20000\nTradingDayEnd=17:00:00\n"
    "TimeZone=UTC\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\nHeartBtInt=30\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=A,B,P\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\n"
    "[ACCOUNT]\nAccount=B\nClearingFirm=G\nContact=desk one\n"
    "[ACCOUNT]\nAccount=P\nClearingFirm=H\nHub=hub\n"
    "[LIMIT]\nRiskLimitID=A-USD\nAccount=A\nCurrency=USD\nModel=push\n"
    "Amount=100000\n"
    "[LIMIT]\nRiskLimitID=B-USD\nAccount=B\nCurrency=USD\nModel=push\n"
    "Amount=100000\nQueue=Y\nWarnings=none\n"
    "[LIMIT]\nRiskLimitID=P-USD\nAccount=P\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\nWarnings=none\n"
    "[FX]\nFrom=EUR\nTo=USD\nRate=1.10\n";

static struct harness h;

/* --- texts ---------------------------------------------------------------- */

/* |text| with |to| in the place of |from|, into one of a few buffers. */
static const char *with(const char *text, const char *from, const char *to)
{
    static char buffers[4][sizeof(base) + 2048];
    static int next;
    char *out = buffers[next++ % 4];
    const char *at = strstr(text, from);
    if (at == NULL) {
        fail_msg("the text has no '%s'", from);
        return NULL;
    }
    snprintf(out, sizeof(buffers[0]), "%.*s%s%s", (int)(at - text), text, to,
             at + strlen(from));
    return out;
}

static const char *plus(const char *text, const char *more)
{
    return with(text, "[FX]", more);
}

/* --- steps ---------------------------------------------------------------- */

static void said(const char *part)
{
    if (strstr(h.changes, part) == NULL) {
        fail_msg("no line with '%s' in:\n%s", part, h.changes);
    }
}

static int lines(void)
{
    int count = 0;
    for (const char *at = h.changes; (at = strchr(at, '\n')) != NULL; at++) {
        count++;
    }
    return count;
}

/* Takes it, and proves what a start would make of that. */
static void take_table(const char *text, const char *rows)
{
    int status = harness_reconfigure(&h, text, rows);
    if (status != 0) {
        fail_msg("not taken (%d):\n%s", status, h.changes);
    }
    harness_start_is_the_same(&h);
}

static void take(const char *text)
{
    take_table(text, table);
}

/* It is refused, with one line, and nothing has changed. */
static void refuse(const char *text, const char *part)
{
    size_t facts = h.facts.count;
    assert_int_equal(harness_reconfigure(&h, text, table), CG_ERR_CONFIG);
    said(part);
    assert_non_null(strstr(h.changes, "mistake "));
    assert_null(strstr(h.changes, "taken "));
    assert_null(strstr(h.changes, "kept "));
    assert_int_equal(h.facts.count, facts);
    harness_quiet(&h);
    harness_start_is_the_same(&h);
}

static void
order_of(const char *id, const char *account, const char *symbol, int millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=%s|54=1|38=%d000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, account, symbol, millions);
    harness_in(&h, CLIENT, fields);
}

static void order(const char *id, const char *account, int millions)
{
    order_of(id, account, "USD10Y", millions);
}

static void report(const char *id, const char *more)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E-%s%d|55=USD10Y|54=1|6=0|%s", id, id, id,
             h.seq, more);
    harness_in(&h, VENUE, fields);
}

/* An order that rests at the venue. */
static void rest(const char *id, const char *account, int millions)
{
    char more[64];
    order(id, account, millions);
    harness_expect(&h, VENUE, "35=D");
    snprintf(more, sizeof(more), "150=0|39=0|38=%d000000|151=%d000000|14=0",
             millions, millions);
    report(id, more);
    harness_expect(&h, CLIENT, "35=8|150=0");
    harness_quiet(&h);
}

static void gone(const char *id)
{
    report(id, "150=4|39=4|151=0|14=0");
    harness_expect(&h, CLIENT, "35=8|150=4");
}

/* All that is in use under a limit. */
static cg_dv01 used(const char *id)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return view.used / CG_DV01_SCALE;
        }
    }
    fail_msg("no limit %s", id);
    return -1;
}

static int open_gate(void **state)
{
    (void)state;
    harness_open_table(&h, base, table);
    return 0;
}

/* --- nothing, and mistakes ------------------------------------------------ */

/* The same again is no event at all, with orders in every state. */
static void test_reconfigure_same_changes_nothing(void **state)
{
    (void)state;
    rest("A1", "A", 80);
    rest("B1", "B", 80);
    order("B2", "B", 50); /* queued */
    order("P1", "P", 50); /* asked for */
    harness_expect(&h, HUB, "35=DF");
    size_t facts = h.facts.count;
    take(base);
    assert_int_equal(lines(), 0);
    assert_int_equal(h.facts.count, facts);
    harness_quiet(&h);
}

/* What a start would refuse is refused, each with its line, and all of the
 * file with it. */
static void test_reconfigure_refuses_whole_files(void **state)
{
    (void)state;
    rest("A1", "A", 80);
    const char *lower = with(base, "Amount=100000", "Amount=50000");
    refuse(with(lower, "Account=B\nCurrency=USD\nModel=push",
                "Account=B\nCurrency=EUR\nModel=push"),
           "mistake 52: limit B-USD: currency is EUR here, USD in the journal; "
           "give the changed limit");
    refuse(
        with(lower, "RiskLimitID=B-USD\nAccount=B",
             "RiskLimitID=B-USD\nAccount=A"),
        "mistake 52: limit B-USD: firm is F here, G in the journal, account is "
        "A here, B in the journal; ");
    refuse(with(with(lower, "Name=venue\n", "Name=other\n"), "Venue=venue",
                "Venue=other"),
           "session other is not the one that the journal has in its place; "
           "put the sessions in the order");
}

/* A file that was cut short looks whole: what was in force tells. */
static void test_reconfigure_refuses_files_cut_short(void **state)
{
    (void)state;
    char text[sizeof(base)];
    snprintf(text, sizeof(text), "%s", base);
    text[sizeof(base) - 3] = '\0'; /* Rate=1.1 */
    refuse(text, "the last line of the configuration has no end, and before it "
                 "had; write the whole file");
    assert_int_equal(harness_reconfigure(&h, base,
                                         "instrument,currency,"
                                         "dv01_per_million\nEUR10Y,EUR,10\n"
                                         "USD10Y,USD,10"),
                     CG_ERR_CONFIG);
    said("the last line of the table of instruments has no end");
    assert_int_equal(lines(), 1);
    /* One that never had an end is fine. */
    harness_close(&h);
    harness_open_table(&h, text, table);
    take(text);
    take(base);
    refuse(text, "the last line of the configuration has no end");
}

/* Every mistake is told, not only the first. */
static void test_reconfigure_tells_all_mistakes(void **state)
{
    (void)state;
    rest("A1", "A", 10);
    const char *text = with(base, "Account=A\nClearingFirm=F",
                            "Account=A\nClearingFirm=F2");
    text = with(text, "Account=B\nCurrency=USD\nModel=push",
                "Account=B\nCurrency=USD\nMeasure=net\nModel=push");
    assert_int_equal(harness_reconfigure(&h, text, table), CG_ERR_CONFIG);
    said("account A has 1 open order, which F clears, not F2; change it");
    said("limit B-USD: measure is net here, gross in the journal; ");
    said("limit A-USD: firm is F2 here, F in the journal; ");
    assert_int_equal(lines(), 3);
}

/* There are only so many limits, and those that are there count; so do those
 * of an account. */
static void test_reconfigure_limits_have_room(void **state)
{
    (void)state;
    char more[2048] = "";
    size_t len = 0;
    for (int i = 0; i < 14; i++) {
        len += (size_t)snprintf(more + len, sizeof(more) - len,
                                "[LIMIT]\nRiskLimitID=N%d\nAccount=%s\n"
                                "Currency=USD\nModel=push\nAmount=1\n",
                                i, i < 7 ? "A" : "B");
    }
    len += (size_t)snprintf(more + len, sizeof(more) - len, "[FX]");
    assert_true(len < sizeof(more));
    const char *all = with(plus(base, more), "MaxLimits=16", "MaxLimits=17");
    refuse(all, "limit N13: no room for it beside those of the journal; raise "
                "MaxLimits=");
    *strstr(more, "[LIMIT]\nRiskLimitID=N13") = '\0';
    (void)strncat(more, "[FX]", sizeof(more) - strlen(more) - 1);
    take(plus(base, more));
    assert_int_equal(lines(), 13);
    refuse(plus(base, "[LIMIT]\nRiskLimitID=M\nAccount=A\nCurrency=USD\n"
                      "Model=push\nAmount=1\n[FX]"),
           "limit M: no room for it beside those of the journal");
}

/* --- amounts -------------------------------------------------------------- */

/* R17: a lowered amount pulls what it no longer covers, and once more. */
static void test_reconfigure_lowered_amount_pulls(void **state)
{
    (void)state;
    rest("A1", "A", 40);
    rest("A2", "A", 40);
    take(with(base, "Amount=100000", "Amount=50000"));
    said("taken 46: limit A-USD: Amount 100000 -> 50000\n");
    assert_int_equal(lines(), 1);
    harness_expect(&h, VENUE, "35=F|41=A2");
    harness_expect(&h, CLIENT, "35=B|148~breached");
    harness_quiet(&h);
    order("A3", "A", 1);
    harness_expect(&h, CLIENT, "35=8|58~CG101 LIMIT_EXCEEDED");
    take(with(base, "Amount=100000", "Amount=10000.5"));
    said("limit A-USD: Amount 50000 -> 10000.5\n");
    harness_expect(&h, VENUE, "35=F|41=A1");
    gone("A2");
    gone("A1");
    assert_int_equal(used("A-USD"), 0);
    order("A4", "A", 10);
    harness_expect(&h, VENUE, "35=D|11=A4");
}

/* R44: a raised amount lets those in that wait for room, in their order. */
static void test_reconfigure_raised_amount_lets_in(void **state)
{
    (void)state;
    rest("B1", "B", 80);
    order("B2", "B", 50);
    order("B3", "B", 50);
    harness_quiet(&h);
    take(with(base, "Amount=100000\nQueue", "Amount=140000\nQueue"));
    harness_expect(&h, VENUE, "35=D|11=B2");
    harness_quiet(&h);
    take(with(base, "Amount=100000\nQueue", "Amount=180000\nQueue"));
    harness_expect(&h, VENUE, "35=D|11=B3");
    harness_quiet(&h);
}

/* A hub's amount is the hub's, whatever the file says. */
static void test_reconfigure_hub_amount_stays(void **state)
{
    (void)state;
    take(with(base, "Model=ping-with-push\nAmount=100000",
              "Model=ping-with-push\nAmount=5"));
    said("limit P-USD: Amount 100000 -> 5, not in force: its hub's amount goes "
         "first\n");
    order("P1", "P", 50);
    harness_expect(&h, HUB, "35=DF|2324=50000.00");
}

/* --- limits that come, go, and become others ------------------------------ */

/* R11: a new limit counts what rests and what waits, and what waits goes on. */
static void test_reconfigure_new_limit_counts_what_is_open(void **state)
{
    (void)state;
    rest("A1", "A", 40);
    order("P1", "P", 50);
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=0");
    static char kept[2048];
    snprintf(kept, sizeof(kept), "%s", ask);
    take(plus(base, "[LIMIT]\nRiskLimitID=A2-USD\nAccount=A\nCurrency=USD\n"
                    "Model=push\nAmount=60000\n"
                    "[LIMIT]\nRiskLimitID=P2-USD\nAccount=P\nCurrency=USD\n"
                    "Model=push\nAmount=60000\n[FX]"));
    said("limit A2-USD: new\n");
    said("limit P2-USD: new\n");
    assert_int_equal(lines(), 2);
    assert_int_equal(used("A2-USD"), 40000);
    assert_int_equal(used("P2-USD"), 50000);
    harness_grant(&h, kept);
    harness_expect(&h, VENUE, "35=D|11=P1");
    order("A3", "A", 30);
    harness_expect(&h, CLIENT, "35=8|58~lim:A2-USD");
    gone("A1");
    assert_int_equal(used("A2-USD"), 0);
}

/* R17: one that is too small for what is there pulls it. */
static void test_reconfigure_new_limit_pulls(void **state)
{
    (void)state;
    rest("A1", "A", 40);
    rest("A2", "A", 40);
    take(plus(base, "[LIMIT]\nRiskLimitID=A2-USD\nAccount=A\nCurrency=USD\n"
                    "Model=push\nAmount=60000\n[FX]"));
    assert_int_equal(used("A2-USD"), 80000);
    harness_expect(&h, VENUE, "35=F|41=A2");
}

/* One that is not in the file any more goes on, as it does at a restart. */
static void test_reconfigure_limit_out_of_the_file_goes_on(void **state)
{
    (void)state;
    const char *none = with(
        base,
        "[LIMIT]\nRiskLimitID=B-USD\nAccount=B\nCurrency=USD\nModel=push\n"
        "Amount=100000\nQueue=Y\nWarnings=none\n",
        "[LIMIT]\nRiskLimitID=B2-USD\nAccount=B\nCurrency=USD\nModel=push\n"
        "Amount=500000\n");
    rest("B1", "B", 80);
    take(none);
    said("limit B-USD: is not configured any more: it goes on");
    said("limit B2-USD: new\n");
    order("B2", "B", 50); /* it does not queue any more */
    harness_expect(&h, CLIENT, "35=8|58~CG101 LIMIT_EXCEEDED|58~lim:B-USD");
    harness_reopen(&h);
    for (int i = 0; i < 3; i++) {
        harness_link(&h, i, true);
    }
    /* No file names its owner any more: it is the gate. */
    order("B3", "B", 50);
    harness_expect(&h, CLIENT,
                   "35=8|58~lim:B-USD own:GATE - contact the GATE "
                   "credit desk for a top-up");
    take(with(base, "Amount=100000\nQueue", "Amount=120000\nQueue"));
    said("limit B-USD: is configured again\n");
    said("limit B-USD: Amount 100000 -> 120000\n");
}

/* A hub's amount goes before that of a limit that comes back. */
static void test_reconfigure_hub_limit_comes_back(void **state)
{
    (void)state;
    take(with(base,
              "[LIMIT]\nRiskLimitID=P-USD\nAccount=P\nHub=hub\n"
              "Currency=USD\nModel=ping-with-push\nAmount=100000\n"
              "Warnings=none\n",
              ""));
    take(with(base, "Model=ping-with-push\nAmount=100000",
              "Model=ping-with-push\nAmount=5"));
    said("limit P-USD: is configured: the gate has it already\n");
    said("limit P-USD: Amount 100000 -> 5, not in force");
}

/* A limit of a firm is not that of an account which is new. */
static void test_reconfigure_refuses_limit_of_new_account(void **state)
{
    (void)state;
    take(plus(base, "[LIMIT]\nRiskLimitID=F-USD\nClearingFirm=F\n"
                    "Currency=USD\nModel=push\nAmount=60000\n[FX]"));
    refuse(plus(base, "[ACCOUNT]\nAccount=Z\nClearingFirm=F\n"
                      "[LIMIT]\nRiskLimitID=F-USD\nAccount=Z\n"
                      "Currency=USD\nModel=push\nAmount=60000\n[FX]"),
           "limit F-USD: account is Z here, any in the journal; ");
}

/* Queue=, Pull=, Model= and AllowReducing= of a limit that is in use. */
static void test_reconfigure_limit_settings(void **state)
{
    (void)state;
    rest("B1", "B", 80);
    order("B2", "B", 50);
    harness_quiet(&h);
    take(with(base, "Queue=Y", "Queue=N"));
    said("limit B-USD: Queue Y -> N\n");
    harness_expect(&h, CLIENT, "35=8|11=B2|58~CG101");
    harness_quiet(&h);
    order("P1", "P", 50);
    static char kept[2048];
    snprintf(kept, sizeof(kept), "%s", harness_expect(&h, HUB, "35=DF"));
    take(with(with(base, "Queue=Y", "Queue=N"), "Model=ping-with-push",
              "Model=push"));
    said("limit P-USD: Model ping-with-push -> push\n");
    order("P2", "P", 20); /* nobody is asked any more ... */
    harness_expect(&h, VENUE, "35=D|11=P2");
    harness_grant(&h, kept); /* ... but who was may answer */
    harness_expect(&h, VENUE, "35=D|11=P1");
    take(base);
    said("limit P-USD: Model push -> ping-with-push\n");
    take(with(base, "Queue=Y",
              "Pull=none\nQueue=Y\nAllowReducing=N\n"
              "FallbackMaxAgeMs=5\nOwner=DESK\n"
              "Product=OIS\nResetTime=10:00:00"));
    said("limit B-USD: Pull fit -> none\n");
    said("limit B-USD: AllowReducing Y -> N\n");
    said("limit B-USD: FallbackMaxAgeMs 60000 -> 5\n");
    said("limit B-USD: Owner GATE -> DESK\n");
    said("limit B-USD: Product none -> OIS\n");
    said("limit B-USD: ResetTime the day's end -> 10:00:00\n");
    assert_int_equal(lines(), 6);
}

/* R52: a level that is new has not fired yet, one that stays has. */
static void test_reconfigure_new_levels_are_armed(void **state)
{
    (void)state;
    order("A1", "A", 80);
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148~75 % reached");
    take(with(base, "Amount=100000\n", "Amount=100000\nWarnings=60,75\n"));
    said("limit A-USD: Warnings 75,90,98 -> 60,75\n");
    harness_expect(&h, CLIENT, "35=B|148~75 % reached");
    harness_quiet(&h);
    take(with(base, "Amount=100000\n", "Amount=100000\nWarnings=60,85\n"));
    harness_quiet(&h);
    order("A2", "A", 6);
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148~85 % reached");
    take(with(with(base, "Amount=100000\n", "Amount=100000\nWarnings=60,85\n"),
              "ClearingFirm=F\n", "ClearingFirm=F\nWarnings=50\n"));
    said("account A: Warnings those of its limits -> 50\n");
    harness_expect(&h, CLIENT, "35=B|148~50 % reached");
}

/* R52: an owner's levels that are as the configured ones are new all the same:
 * what is configured is no fact. */
static void test_reconfigure_first_levels_of_the_owner(void **state)
{
    (void)state;
    take(with(base, "Model=ping-with-push\nAmount=100000\nWarnings=none",
              "Model=push\nAmount=100000\nWarnings=50,60,70"));
    order("P1", "P", 55);
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148~50 % reached");
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
               "1691=P|1692=D|1693=24|1669=1|1529=1|1530=12|1531=100000.00|"
               "1532=USD|1559=2|1769=4|1560=50|1769=4|1560=60|1670=P-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_expect(&h, CLIENT, "35=B|148~50 % reached");
    harness_quiet(&h);
    harness_start_is_the_same(&h);
}

/* --- accounts ------------------------------------------------------------- */

static void test_reconfigure_accounts_come_and_go(void **state)
{
    (void)state;
    order("C1", "C", 1);
    harness_expect(&h, CLIENT, "35=8|58~CG103");
    rest("B1", "B", 40);
    const char *text = with(base, "Accounts=A,B,P", "Accounts=A,C,P");
    text = with(text, "[ACCOUNT]\nAccount=B\nClearingFirm=G\nContact=desk one",
                "[ACCOUNT]\nAccount=C\nClearingFirm=G\nCCPs=LCH");
    text = with(text, "RiskLimitID=B-USD\nAccount=B",
                "RiskLimitID=C-USD\nAccount=C");
    take(text);
    said("account C: new\n");
    said("session client: Accounts with C\n");
    said("account B: is not configured any more");
    said("limit C-USD: new\n");
    order("C2", "C", 100);
    harness_expect(&h, VENUE, "35=D|11=C2");
    order("B2", "B", 1);
    harness_expect(&h, CLIENT, "35=8|58~CG103");
    harness_in(&h, CLIENT,
               "35=F|11=B3|41=B1|55=USD10Y|54=1|38=40000000|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=F|11=B3");
    gone("B1");
    take(base);
    said("account B: is configured again\n");
    said("limit B-USD: is configured again\n");
    order("B4", "B", 100);
    harness_expect(&h, VENUE, "35=D|11=B4");
}

static void test_reconfigure_account_settings(void **state)
{
    (void)state;
    const char *text = with(base, "Contact=desk one",
                            "Contact=desk two\nHub=hub\nCCPs=LCH,CME");
    text = with(text, "Accounts=A,B,P", "Accounts=A,B\nShowAmounts=N");
    text = with(text, "TargetCompID=VENUE\n",
                "TargetCompID=VENUE\nTokenTag=0\n");
    take(text);
    said("account B: Contact desk one -> desk two\n");
    said("account B: Hub none -> hub\n");
    said("account B: CCPs any -> LCH,CME\n");
    said("session client: ShowAmounts Y -> N\n");
    said("session client: Accounts without P\n");
    said("session venue: TokenTag 7350 -> 0\n");
    assert_int_equal(lines(), 6);
    order("B1", "B", 10);
    assert_null(strstr(harness_expect(&h, VENUE, "35=D|11=B1"), "|7350="));
    order("A1", "A", 200);
    assert_null(strstr(harness_expect(&h, CLIENT, "35=8|58~CG101"), "req:"));
    order("P1", "P", 1);
    harness_expect(&h, CLIENT, "35=8|58~CG103");
}

/* The firm may change while nothing is open, with a limit of its own. */
static void test_reconfigure_firm_of_an_account_at_rest(void **state)
{
    (void)state;
    const char *text = with(base, "Account=A\nClearingFirm=F",
                            "Account=A\nClearingFirm=F2");
    text = with(text, "RiskLimitID=A-USD", "RiskLimitID=A3-USD");
    rest("A1", "A", 80);
    refuse(text, "account A has 1 open order,");
    gone("A1");
    take(text);
    said("account A: ClearingFirm F -> F2\n");
    order("A2", "A", 100);
    harness_expect(&h, VENUE, "35=D|11=A2");
}

/* --- instruments and currencies ------------------------------------------- */

/* R7: charges stay; what is new is charged anew, a raise as well. */
static void test_reconfigure_instruments(void **state)
{
    (void)state;
    rest("A1", "A", 40);
    take_table(base, "instrument,currency,dv01_per_million,product\n"
                     "USD10Y,USD,1500.25,IRS\nUSD5Y,USD,500,\n");
    said("taken 0: instrument USD10Y: dv01_per_million 1000 -> 1500.25\n");
    said("instrument USD10Y: product OIS -> IRS\n");
    said("instrument USD5Y: new\n");
    said("instrument EUR10Y: is not in the table any more\n");
    assert_int_equal(lines(), 4);
    assert_int_equal(used("A-USD"), 40000);
    order_of("A2", "A", "EUR10Y", 1);
    harness_expect(&h, CLIENT, "35=8|58~CG104");
    order_of("A3", "A", "USD5Y", 2);
    harness_expect(&h, VENUE, "35=D|11=A3");
    assert_int_equal(used("A-USD"), 41000);
    harness_in(&h, CLIENT,
               "35=G|11=A4|41=A1|1=A|55=USD10Y|54=1|38=50000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=G|11=A4"); /* 75,012.50 for the whole */
    assert_int_equal(used("A-USD"), 76012);
}

/* R11: an instrument that leaves the scope of the only limit. */
static void test_reconfigure_out_of_scope(void **state)
{
    static const char raise[] =
        "35=G|11=P2|41=P1|1=P|55=USD10Y|54=1|38=60000000|40=2|44=4.1|"
        "60=20270115-08:00:00";
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=1|60=20270115-08:00:00|1677=1|1324=M|1671=1|1691=P|"
               "1692=D|1693=24|1669=1|1529=1|1530=12|1531=100000|1532=USD|"
               "1534=1|1535=1|1544=OIS|1670=P-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    order("P1", "P", 50);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D|11=P1");
    report("P1", "150=0|39=0|38=50000000|151=50000000|14=0");
    harness_expect(&h, CLIENT, "35=8|150=0");
    take_table(base, "instrument,currency,dv01_per_million,product\n"
                     "USD10Y,USD,1000.00,IRS\nEUR10Y,EUR,1000.00,OIS\n");
    harness_in(&h, CLIENT, raise);
    harness_expect(&h, CLIENT, "35=9|11=P2|58~CG102");
    harness_quiet(&h);
    assert_int_equal(used("P-USD"), 50000);
}

static void test_reconfigure_currencies(void **state)
{
    (void)state;
    order_of("A1", "A", "EUR10Y", 10);
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(used("A-USD"), 11000);
    take(with(base, "Rate=1.10", "Rate=1.2\n[FX]\nFrom=USD\nTo=EUR\nRate=0.9"));
    said("FX EUR to USD: Rate 1.1 -> 1.2\n");
    said("FX USD to EUR: new\n");
    order_of("A2", "A", "EUR10Y", 10);
    harness_expect(&h, VENUE, "35=D");
    assert_int_equal(used("A-USD"), 23000);
    take(with(base, "[FX]\nFrom=EUR\nTo=USD\nRate=1.10\n", ""));
    said("FX EUR to USD: is not configured any more\n");
    order_of("A3", "A", "EUR10Y", 10);
    harness_expect(&h, CLIENT, "35=8|58~CG108");
}

/* --- times ---------------------------------------------------------------- */

/* R26: who waits does so until the new deadline. */
static void test_reconfigure_deadlines_of_who_waits(void **state)
{
    (void)state;
    order("B1", "B", 80);
    order("B2", "B", 50);
    order("P1", "P", 50); /* nothing was pushed yet: no fallback */
    harness_wait(&h, 2000);
    take(with(base, "HardDeadlineMs=20000", "HardDeadlineMs=5000"));
    said("taken 0: HardDeadlineMs 20000 -> 5000\n");
    harness_wait(&h, 2999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, CLIENT, "35=8|11=B2|58~CG101");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=P1|58~CG301");
    order("B3", "B", 50);
    harness_wait(&h, 4000);
    take(with(base, "HardDeadlineMs=20000", "HardDeadlineMs=2000"));
    harness_wait(&h, 0);
    harness_expect(&h, CLIENT, "35=8|11=B3|58~CG101");
}

/* R48: a day's end that has passed by the new time comes at once, as it does at
 * a start; one to come comes then. */
static void test_reconfigure_end_of_the_day(void **state)
{
    (void)state; /* 2027-01-15 08:00:00 UTC */
    rest("A1", "A", 40);
    report("A1", "150=F|39=2|151=0|14=40000000|32=40000000|31=4");
    harness_expect(&h, CLIENT, "35=8|150=F");
    assert_int_equal(used("A-USD"), 40000);
    take(with(base, "TradingDayEnd=17:00:00", "TradingDayEnd=08:00:05"));
    said("TradingDayEnd 17:00:00 -> 08:00:05\n");
    assert_int_equal(used("A-USD"), 40000);
    harness_wait(&h, 5000);
    assert_int_equal(used("A-USD"), 0);
    rest("A2", "A", 30);
    report("A2", "150=F|39=2|151=0|14=30000000|32=30000000|31=4");
    harness_wait(&h, 10000);
    take(with(with(base, "TradingDayEnd=17:00:00", "TradingDayEnd=10:00:10"),
              "TimeZone=UTC", "TimeZone=Africa/Cairo"));
    said("TimeZone UTC -> Africa/Cairo\n");
    assert_int_equal(used("A-USD"), 0);
    assert_int_equal(harness_logged(&h, "the trading day has ended"), 2);
}

static void test_reconfigure_types_that_pass(void **state)
{
    (void)state;
    const char *quote = "35=R|131=Q1|146=1|55=USD10Y";
    harness_in(&h, CLIENT, quote);
    harness_expect(&h, CLIENT, "35=j");
    take(with(base, "MaxOrders", "PassTypes=S,R\nMaxOrders"));
    said("PassTypes none -> S,R\n");
    harness_in(&h, CLIENT, quote);
    harness_expect(&h, VENUE, "35=R|131=Q1");
    take(base);
    harness_in(&h, CLIENT, quote);
    harness_expect(&h, CLIENT, "35=j");
}

/* --- what waits for a restart --------------------------------------------- */

static void test_reconfigure_keeps_what_needs_a_restart(void **state)
{
    (void)state;
    const char *text = with(base, "Name=GATE", "Name=OTHER");
    text = with(text, "/tmp/unused.db",
                "/tmp/other.db\nMessageLog=/tmp/other.log");
    text = with(text, "MaxOrders=60", "MaxOrders=600");
    text = with(text, "HeartBtInt=30", "HeartBtInt=20\nLogonTag=554=secret");
    text = with(text, "TargetCompID=CLIENT", "TargetCompID=CLIENTELE");
    text = with(text, "TargetCompID=HUB",
                "TargetCompID=HUB\n"
                "Identification=chaining\n"
                "RepeatMs=5000");
    text = with(text, "[ACCOUNT]",
                "[SESSION]\nName=client3\nRole=client\nBeginString=FIX.4.4\n"
                "TargetCompID=CLIENT3\nVenue=venue\nAccounts=A,D\n"
                "[ACCOUNT]\nAccount=D\nClearingFirm=F\n[ACCOUNT]");
    text = with(text, "Amount=100000", "Amount=90000");
    for (int i = 0; i < 2; i++) {
        take(text);
        said("kept 0: Name GATE -> OTHER: needs a restart\n");
        said("MaxOrders 60 -> 600: needs a restart\n");
        said("MessageLog none -> /tmp/other.log: needs a restart\n");
        said("Journal /tmp/unused.db -> /tmp/other.db: needs a restart\n");
        said("session client: HeartBtInt 30 -> 20: needs a restart\n");
        said("session hub: HeartBtInt 30 -> 20: needs a restart\n");
        said("session client: LogonTag is another one: needs a restart\n");
        said("session client: TargetCompID CLIENT -> CLIENTELE: needs a");
        said(
            "session hub: Identification token -> chaining: needs a restart\n");
        said("session client3: new: needs a restart\n");
        assert_null(strstr(h.changes, "secret"));
        assert_int_equal(lines(), i == 0 ? 16 : 13);
        if (i == 0) { /* the rest is taken, once */
            said("taken 60: limit A-USD: Amount 100000 -> 90000\n");
            said("session hub: RepeatMs 30000 -> 5000\n");
            said("account D: new\n");
        }
    }
    struct cg_config_session_view session;
    struct cg_config_host host;
    cg_config_host(h.live, &host);
    assert_string_equal(host.gate_name, "GATE");
    assert_non_null(strstr(host.fix_settings, "HeartBtInt=30"));
    assert_null(strstr(host.fix_settings, "554=secret"));
    assert_false(cg_config_session(h.live, 3, &session));
    assert_true(cg_config_session(h.live, 0, &session));
    assert_string_equal(session.peer_comp_id, "CLIENT");
    order("A1", "A", 91);
    harness_expect(&h, CLIENT, "35=8|58~CG101|58~avl:90000.00|58~own:GATE");
    order("A2", "A", 90);
    harness_expect(&h, VENUE, "35=D|11=A2");
}

/* What names a session that is not there yet cannot hold. */
static void test_reconfigure_refuses_sessions_to_come(void **state)
{
    (void)state;
    const char *text = with(base, "[ACCOUNT]",
                            "[SESSION]\nName=hub2\nRole=hub\n"
                            "BeginString=FIXT.1.1\nTargetCompID=HUB2\n"
                            "[ACCOUNT]");
    refuse(with(text, "Contact=desk one", "Hub=hub2"),
           "account B: Hub=hub2 is a session that is there from the next start "
           "on; restart the gate");
    refuse(plus(text, "[LIMIT]\nRiskLimitID=B2-USD\nAccount=B\nCurrency=USD\n"
                      "Model=ping\nHub=hub2\n[FX]"),
           "limit B2-USD: Hub=hub2 is a session that is there from the next");
    take(with(text, "TargetCompID=HUB\n", "TargetCompID=HUB\nSuperior=hub2\n"));
    said("session hub: Superior none -> hub2: needs a restart\n");
    said("session hub2: new: needs a restart\n");
}

/* --- what is under way ---------------------------------------------------- */

/* R41: a raise that the hub is asked for goes on, by its answer. */
static void test_reconfigure_raise_under_way(void **state)
{
    (void)state;
    order("P1", "P", 50);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D|11=P1");
    report("P1", "150=0|39=0|38=50000000|151=50000000|14=0");
    harness_in(&h, CLIENT,
               "35=G|11=P2|41=P1|1=P|55=USD10Y|54=1|38=60000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    static char kept[2048];
    snprintf(kept, sizeof(kept), "%s",
             harness_expect(&h, HUB, "35=DF|2320=2|2324=60000.00"));
    take_table(with(base, "Amount=100000", "Amount=90000"),
               "instrument,currency,dv01_per_million\nUSD10Y,USD,1200.00\n");
    harness_quiet(&h);
    harness_grant(&h, kept);
    harness_expect(&h, VENUE, "35=G|11=P2");
    harness_quiet(&h);
}

/* An answer comes once, a pull goes on, and facts tell of the change. */
static void test_reconfigure_is_on_record(void **state)
{
    (void)state;
    take(with(base, "Amount=100000", "Amount=50000"));
    bool found = false;
    for (size_t i = 0; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        static const char words[] =
            "configuration: limit A-USD: Amount 100000 -> 50000";
        found = found || (fact->kind == CG_FACT_NOTED &&
                          fact->text_len == sizeof(words) - 1 &&
                          memcmp(fact->text, words, sizeof(words) - 1) == 0);
    }
    assert_true(found);
}

/* R17: a start takes a lowered amount as a gate that runs does. */
static void test_reconfigure_start_pulls_as_well(void **state)
{
    (void)state;
    harness_close(&h);
    harness_open_config(&h, base);
    rest("A1", "A", 40); /* 904.00 a million */
    rest("A2", "A", 40);
    harness_reopen_config(&h, with(base, "Amount=100000", "Amount=50000"));
    harness_link(&h, CLIENT, true);
    harness_link(&h, VENUE, true);
    harness_expect(&h, VENUE, "35=F|41=A2");
    harness_reopen_config(&h, with(base, "Amount=100000", "Amount=10000"));
    harness_link(&h, CLIENT, true);
    harness_link(&h, VENUE, true);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, VENUE, "35=F|41=A2");
    harness_quiet(&h);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, VENUE, "35=F|41=A2");
    harness_quiet(&h);
}

#define T(test) WITH_GATE_BY(test, open_gate)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_reconfigure_same_changes_nothing),
        T(test_reconfigure_refuses_whole_files),
        T(test_reconfigure_refuses_files_cut_short),
        T(test_reconfigure_tells_all_mistakes),
        T(test_reconfigure_limits_have_room),
        T(test_reconfigure_lowered_amount_pulls),
        T(test_reconfigure_raised_amount_lets_in),
        T(test_reconfigure_hub_amount_stays),
        T(test_reconfigure_new_limit_counts_what_is_open),
        T(test_reconfigure_new_limit_pulls),
        T(test_reconfigure_limit_out_of_the_file_goes_on),
        T(test_reconfigure_hub_limit_comes_back),
        T(test_reconfigure_refuses_limit_of_new_account),
        T(test_reconfigure_limit_settings),
        T(test_reconfigure_new_levels_are_armed),
        T(test_reconfigure_first_levels_of_the_owner),
        T(test_reconfigure_accounts_come_and_go),
        T(test_reconfigure_account_settings),
        T(test_reconfigure_firm_of_an_account_at_rest),
        T(test_reconfigure_instruments),
        T(test_reconfigure_out_of_scope),
        T(test_reconfigure_currencies),
        T(test_reconfigure_deadlines_of_who_waits),
        T(test_reconfigure_end_of_the_day),
        T(test_reconfigure_types_that_pass),
        T(test_reconfigure_keeps_what_needs_a_restart),
        T(test_reconfigure_refuses_sessions_to_come),
        T(test_reconfigure_raise_under_way),
        T(test_reconfigure_is_on_record),
        T(test_reconfigure_start_pulls_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
