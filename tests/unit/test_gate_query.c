/*
 * Clients that ask for their limits (CL), and what they are told (CM): which
 * limits, with which fields, and of whom nothing is said.
 *
 * Rules: R10, R17, R18, R51, R56.
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

/* SALES trades for ONE (at LCH and CME) and TWO (anywhere), OTHER for the
 * third; ONE and THREE share a firm. */
static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=20\nMaxRequests=400\nMaxLimits=64\nMaxWaiting=8\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\nBeginString=FIXT.1.1\n"
    "[SESSION]\nName=sales\nRole=client\nTargetCompID=SALES\n"
    "Venue=venue\nAccounts=ONE,TWO\n"
    "[SESSION]\nName=venue\nRole=venue\nTargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nTargetCompID=HUB\n"
    "[SESSION]\nName=other\nRole=client\nTargetCompID=OTHER\n"
    "Venue=venue\nAccounts=THREE\n"
    "[ACCOUNT]\nAccount=ONE\nClearingFirm=FIRM1\nHub=hub\nCCPs=LCH,CME\n"
    "[ACCOUNT]\nAccount=TWO\nClearingFirm=FIRM2\nHub=hub\n"
    "[ACCOUNT]\nAccount=THREE\nClearingFirm=FIRM1\nHub=hub\n"
    "[LIMIT]\nRiskLimitID=PLAIN\nAccount=ONE\nHub=hub\nCurrency=USD\n"
    "Model=push\nAmount=1000.00\n"
    "[LIMIT]\nRiskLimitID=AT-LCH\nAccount=ONE\nHub=hub\nCurrency=USD\n"
    "Measure=net\nModel=push\nAmount=2000.00\nCCP=LCH\nWarnings=none\n"
    "Instrument=USD10Y\n"
    "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nClearingFirm=FIRM1\nCurrency=USD\n"
    "Amount=500.00\nTenor=10Y\n"
    "[LIMIT]\nRiskLimitID=MOST\nKind=notional\nAccount=TWO\nCurrency=USD\n"
    "Amount=70000000\n"
    "[LIMIT]\nRiskLimitID=PING\nAccount=TWO\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=THREE\nAccount=THREE\nHub=hub\nCurrency=USD\n"
    "Model=push\nAmount=3000.00\n";
static const char table[] =
    "instrument,currency,dv01_per_million,product,type,tenor,security_id\n"
    "USD10Y,USD,904.00,IRS,SWAP,10Y,U10\n"
    "EUR10Y,EUR,880.00,IRS,SWAP,10Y,E10\n";

enum { SALES, MARKET, OWNER, OTHERS };

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open_table(&h, configuration, table);
    return 0;
}

static void ask(int session, const char *more)
{
    char fields[512];
    snprintf(fields, sizeof(fields), "35=CL|1666=Q|1760=3|263=0%s", more);
    harness_in(&h, session, fields);
}

/* The ids in what came out, one after the other: "PLAIN CLIP ". */
static const char *ids(void)
{
    static char all[256];
    all[0] = '\0';
    for (int i = 0; i < h.out_count; i++) {
        const char *at = strstr(h.out[i], "|1670=");
        for (; at != NULL; at = strstr(at + 1, "|1670=")) {
            size_t len = strlen(all);
            snprintf(all + len, sizeof(all) - len, "%.*s ",
                     (int)strcspn(at + 6, "|"), at + 6);
        }
    }
    return all;
}

/* The part of the report that is about the limit |id|. */
static const char *about(const char *id)
{
    static char part[1024];
    char end[64];
    snprintf(end, sizeof(end), "|1670=%s|", id);
    for (int i = 0; i < h.out_count; i++) {
        const char *at = strstr(h.out[i], end);
        const char *from = h.out[i];
        if (at == NULL) {
            continue;
        }
        for (const char *next = strstr(from, "|1671="); next && next < at;
             next = strstr(next + 1, "|1671=")) {
            from = next;
        }
        const char *tail = strstr(at, "|2355=");
        assert_non_null(tail);
        snprintf(part, sizeof(part), "%.*s", (int)(tail + 8 - from), from);
        return part;
    }
    fail_msg("nothing about %s", id);
    return NULL;
}

#define PARTY(id, role) "|453=1|448=" id "|447=D|452=" role

/* R56: own limits only, and of those what is asked for. */
static void test_gate_query_limits_of_its_own_accounts(void **state)
{
    (void)state;
    static const struct {
        const char *question;
        const char *ids;
        const char *result;
    } rows[] = {
        {"", "PLAIN AT-LCH CLIP MOST PING ", "1511=0"},
        {PARTY("ONE", "24"), "PLAIN AT-LCH CLIP ", "1511=0"},
        {PARTY("TWO", "24"), "MOST PING ", "1511=0"},
        {PARTY("FIRM1", "4"), "PLAIN AT-LCH CLIP ", "1511=0"},
        {PARTY("FIRM2", "4"), "MOST PING ", "1511=0"},
        {PARTY("LCH", "21"), "PLAIN AT-LCH CLIP MOST PING ", "1511=0"},
        {PARTY("CME", "21"), "PLAIN CLIP MOST PING ", "1511=0"},
        {PARTY("EUREX", "21"), "PLAIN CLIP MOST PING ", "1511=0"},
        {"|1668=1|1530=2", "PLAIN AT-LCH PING ", "1511=0"},
        {"|1668=1|1530=12", "PLAIN AT-LCH PING ", "1511=0"},
        {"|1668=1|1530=10", "CLIP ", "1511=0"},
        {"|1668=1|1530=11", "MOST ", "1511=0"},
        {"|1668=1|1530=3", "", "1511=2"},
        {"|1508=1|1509=24", "PLAIN AT-LCH MOST PING ", "1511=0"},
        {"|1508=1|1509=4", "CLIP ", "1511=0"},
        {PARTY("THREE", "24"), "", "1511=3"},
        {PARTY("FIRM3", "4"), "", "1511=3"},
        {PARTY("ONE", "1"), "", "1511=5"},
        {"|1533=X", "", "1511=5"},
    };
    char fields[64];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ask(SALES, rows[i].question);
        snprintf(fields, sizeof(fields), "35=CM|1666=Q|%s", rows[i].result);
        harness_expect(&h, SALES, fields);
        harness_quiet(&h);
        assert_string_equal(ids(), rows[i].ids);
    }
    ask(OTHERS, PARTY("LCH", "21"));
    assert_string_equal(ids(), "CLIP THREE ");
}

/* R56: no account of the session clears there. */
static void test_gate_query_clearing_houses_of_its_own(void **state)
{
    (void)state;
    char text[sizeof(configuration) + 64];
    strcpy(text, configuration);
    char *at = strstr(text, "Accounts=ONE,TWO");
    memmove(at + 12, at + 16, strlen(at + 16) + 1);
    harness_close(&h);
    harness_open_table(&h, text, table);
    ask(SALES, PARTY("LCH", "21"));
    assert_string_equal(ids(), "PLAIN AT-LCH CLIP ");
    ask(SALES, PARTY("EUREX", "21"));
    harness_expect(&h, SALES, "35=CM|1511=3");
    assert_string_equal(ids(), "");
}

/* R10, R56: each kind with its parties, amounts and what it is cut to. */
static void test_gate_query_what_is_told_of_a_limit(void **state)
{
    (void)state;
    ask(SALES, "");
    assert_string_equal(
        about("PLAIN"),
        "|1671=2|1691=ONE|1692=D|1693=24|1672=0|1691=FIRM1|1692=D|1693=4|"
        "1669=1|1529=1|1530=12|1531=1000.00|1766=0.00|1532=USD|1559=3|1769=4|"
        "1560=75|1769=4|1560=90|1769=4|1560=98|1670=PLAIN|2339=3|2355=1|");
    assert_string_equal(
        about("AT-LCH"),
        "|1671=3|1691=ONE|1692=D|1693=24|1672=0|1691=FIRM1|1692=D|1693=4|"
        "1691=LCH|1692=D|1693=21|1669=1|1529=1|1530=2|1531=2000.00|1766=0.00|"
        "1532=USD|1534=1|1535=1|1536=USD10Y|1670=AT-LCH|2339=3|2355=1|");
    assert_string_equal(
        about("CLIP"),
        "|1671=1|1691=FIRM1|1692=D|1693=4|1672=0|1669=1|1529=1|1530=10|"
        "1531=500.00|1532=USD|1534=1|1535=1|1545=10Y|1670=CLIP|2339=3|"
        "2355=1|");
    assert_string_equal(
        about("MOST"),
        "|1671=2|1691=TWO|1692=D|1693=24|1672=0|1691=FIRM2|1692=D|1693=4|"
        "1669=1|1529=1|1530=11|1531=70000000|1532=USD|1670=MOST|2339=3|"
        "2355=1|");
    ask(SALES, "|1668=1|1530=12");
    assert_non_null(strstr(about("PING"), "|1532=USD|1559=3|"));
    assert_null(strstr(about("PING"), "|1531="));
}

#define LIMIT "1671=1|1691=ONE|1692=D|1693=24|1672="
#define PUSH(status, more)                                                     \
    "35=CR|1667=U" status "|1677=1|1324=M|" LIMIT status                       \
    "|1669=1|1529=1|1530=12|1531=1000|1532=USD" more "|1670=PLAIN"

/* R17, R18: what its owner has said of it. */
static void test_gate_query_states_and_actions(void **state)
{
    (void)state;
    harness_in(&h, OWNER,
               PUSH("0", "|1767=9|1559=2|1769=4|1560=50|1769=2|1560=90"));
    harness_expect(&h, OWNER, "35=DE|2316=0");
    ask(SALES, "|1668=1|1530=12");
    assert_non_null(strstr(about("PLAIN"), "|1531=1000.00|1767=9|1766="));
    assert_non_null(
        strstr(about("PLAIN"), "|1559=2|1769=4|1560=50|1769=2|1560=90|"));
    harness_in(&h, OWNER, PUSH("1", ""));
    ask(SALES, "");
    assert_non_null(strstr(about("PLAIN"), "|1672=1|"));
    assert_non_null(strstr(about("PLAIN"), "|2355=0|"));
    harness_in(&h, OWNER, PUSH("2", ""));
    ask(SALES, "");
    assert_non_null(strstr(about("PLAIN"), "|1672=2|"));
    harness_in(&h, OWNER,
               "35=CR|1667=X|1677=1|1324=M|" LIMIT
               "0|1669=1|1529=1|1530=3|1532=USD|1670=PLAIN");
    ask(SALES, "");
    assert_non_null(strstr(about("PLAIN"), "|1672=0|"));
    assert_non_null(strstr(about("PLAIN"), "|2355=0|"));
    harness_in(&h, OWNER, "35=CR|1667=Y|1677=1|1324=D|" LIMIT "0|1670=PLAIN");
    ask(SALES, "|1668=1|1530=12");
    assert_string_equal(ids(), "AT-LCH PING ");
}

/* R10: the scopes of a limit; so many that a message could not be read are left
 * out, and the text says so. */
static void test_gate_query_scopes(void **state)
{
    (void)state;
    char fields[2048];
    harness_in(&h, OWNER,
               PUSH("0", "|1534=2|1535=1|1547=SWAP|1558=1.5|1535=2|1536=X"));
    ask(SALES, "");
    assert_non_null(strstr(about("PLAIN"),
                           "|1534=2|1535=1|1547=SWAP|1558=1.5|1535=2|1536=X|"));
    int len = snprintf(fields, sizeof(fields),
                       "35=CR|1667=V|1677=1|1324=M|" LIMIT
                       "0|1669=1|1529=1|1530=12|1531=1000|1532=USD|1534=25");
    for (int i = 0; i < 25; i++) {
        len += snprintf(fields + len, sizeof(fields) - (size_t)len,
                        "|1535=1|1536=I%d", i);
    }
    snprintf(fields + len, sizeof(fields) - (size_t)len, "|1670=PLAIN");
    harness_in(&h, OWNER, fields);
    harness_expect(&h, OWNER, "35=DE|2316=0");
    ask(SALES, "");
    harness_expect(&h, SALES, "35=CM|58~a scope of more than 24 entries");
    assert_null(strstr(about("PLAIN"), "|1534="));
}

/* R56: 1760 says which figures. */
static void test_gate_query_amounts_or_use(void **state)
{
    (void)state;
    harness_in(&h, SALES, "35=CL|1666=Q|1760=1|263=0");
    harness_expect(&h, SALES, "35=CM|1760=1");
    assert_non_null(strstr(about("PLAIN"), "|1531="));
    assert_null(strstr(about("PLAIN"), "|1766="));
    harness_in(&h, SALES, "35=CL|1666=Q|1760=2|263=0");
    harness_expect(&h, SALES, "35=CM|1760=2");
    assert_null(strstr(about("PLAIN"), "|1531="));
    assert_null(strstr(about("PLAIN"), "|1559="));
    assert_non_null(strstr(about("PLAIN"), "|1766="));
}

/* --- too many ----------------------------------------------------------- */

enum { MANY_ACCOUNTS = 104, MANY_EACH = 60 };

static void put(char **at, const char *end, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(char **at, const char *end, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(*at, (size_t)(end - *at), format, arguments);
    va_end(arguments);
    assert_in_range(len, 0, end - *at - 1);
    *at += len;
}

/* More limits than a client can be told of in as many messages as it may get;
 * of one account at a time it can. */
static void test_gate_query_too_many(void **state)
{
    static char text[2000000];
    static char rows[8192];
    char *at = text;
    const char *end = text + sizeof(text);
    (void)state;
    put(&at, end,
        "[GATE]\nName=GATE\nJournal=x\nInstruments=instruments.csv\nMaxOrders="
        "16\n"
        "MaxRequests=64\nMaxLimits=%d\nMaxWaiting=4\n"
        "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
        "SocketAcceptPort=7001\n"
        "[SESSION]\nName=sales\nRole=client\nBeginString=FIXT.1.1\n"
        "TargetCompID=SALES\nVenue=market\nAccounts=A0",
        MANY_ACCOUNTS * MANY_EACH);
    for (int i = 1; i < MANY_ACCOUNTS; i++) {
        put(&at, end, ",A%d", i);
    }
    put(&at, end,
        "\n[SESSION]\nName=market\nRole=venue\nBeginString=FIXT.1.1\n"
        "TargetCompID=MARKET\n");
    for (int i = 0; i < MANY_ACCOUNTS; i++) {
        put(&at, end, "[ACCOUNT]\nAccount=A%d\nClearingFirm=F%d\n", i, i);
        for (int k = 0; k < MANY_EACH; k++) {
            put(&at, end,
                "[LIMIT]\nRiskLimitID=L%d-%d\nAccount=A%d\nInstrument=I%d\n"
                "Currency=USD\nModel=push\nAmount=1000\n",
                i, k, i, k);
        }
    }
    at = rows;
    end = rows + sizeof(rows);
    put(&at, end, "instrument,currency,dv01_per_million\n");
    for (int k = 0; k < MANY_EACH; k++) {
        put(&at, end, "I%d,USD,904.00\n", k);
    }
    harness_close(&h);
    harness_open_table(&h, text, rows);
    ask(SALES, "");
    const char *said = harness_expect(&h, SALES, "35=CM|1511=99|58~by account");
    assert_null(strstr(said, "|1671="));
    harness_quiet(&h);
    ask(SALES, "|453=1|448=A7|447=D|452=24");
    assert_int_equal(h.out_count, 10);
    harness_expect(&h, SALES, "35=CM|1511=0|1512=60|893=N|1670=L7-0");
}

int main(void)
{
#define ON_GATE(test) WITH_GATE_BY(test, open_gate)
    const struct CMUnitTest tests[] = {
        ON_GATE(test_gate_query_limits_of_its_own_accounts),
        ON_GATE(test_gate_query_clearing_houses_of_its_own),
        ON_GATE(test_gate_query_what_is_told_of_a_limit),
        ON_GATE(test_gate_query_states_and_actions),
        ON_GATE(test_gate_query_scopes),
        ON_GATE(test_gate_query_amounts_or_use),
        ON_GATE(test_gate_query_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
