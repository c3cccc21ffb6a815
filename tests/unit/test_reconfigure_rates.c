/*
 * Another table, other conventions and holidays, other keys of [RATES] for a
 * gate that runs: its rates go on in the same turn, so that no order is refused
 * in between, and charges stay (R7).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <gate_internal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER                                                                 \
    "instrument,currency,dv01_per_million,convention,swap,product,tenor\n"
static const char table[] = HEADER "USD10Y,USD,900.00,,,,\n"
                                   "SOFR10,,,USD_SOFR,10Y,OIS,\n"
                                   "SW*,,,USD_SOFR,*,OIS,\n";

#define GATE                                                                   \
    "[GATE]\nName=GATE\nJournal=/tmp/unused.db\n"                              \
    "Instruments=instruments.csv\nMaxOrders=60\nMaxRequests=4000\n"            \
    "MaxLimits=16\nMaxWaiting=6\nTradingDayEnd=never\n"
#define DESK                                                                   \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=7001\n"                                                  \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=A\n"                           \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "TargetCompID=VENUE\n"                                                     \
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\n"                                   \
    "[LIMIT]\nRiskLimitID=A-USD\nAccount=A\nCurrency=USD\nModel=push\n"        \
    "Amount=1000000\nWarnings=none\n"
#define RATES(keys) "[RATES]\nParRates=/dev/null\n" keys

static const char base[] = GATE DESK RATES("MaxAgeMs=3600000\n");

#define ROW(tenor, rate) "eod,USD_SOFR," tenor "," rate ",2027-01-15\n"
static const char par[] = "set,curve,tenor,rate_pct,valuation_date\n" ROW(
    "1Y", "3.481") ROW("2Y", "3.392") ROW("5Y", "3.441") ROW("10Y", "3.703");

static struct harness h;

/* --- steps ---------------------------------------------------------------- */

static void said(const char *part)
{
    if (strstr(h.changes, part) == NULL) {
        fail_msg("no line with '%s' in:\n%s", part, h.changes);
    }
}

static void take(const char *text, const char *rows)
{
    int status = harness_reconfigure(&h, text, rows);
    if (status != 0) {
        fail_msg("not taken (%d):\n%s", status, h.changes);
    }
    harness_start_is_the_same(&h);
}

static void order(const char *id, const char *symbol)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=A|55=%s|54=1|38=1000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, symbol);
    harness_in(&h, CLIENT, fields);
}

static void goes_on(const char *id, const char *symbol)
{
    order(id, symbol);
    harness_expect(&h, VENUE, "35=D");
    harness_quiet(&h);
}

static void refused(const char *id, const char *symbol, const char *why)
{
    char fields[128];
    order(id, symbol);
    snprintf(fields, sizeof(fields), "35=8|150=8|58~%s", why);
    harness_expect(&h, CLIENT, fields);
}

static cg_dv01 used(void)
{
    struct cg_limit_view view;
    assert_true(cg_gate_limit(h.gate, 0, &view));
    return view.used;
}

/* What one million of an instrument is charged now. */
static cg_dv01 charge(const char *id, const char *symbol)
{
    cg_dv01 before = used();
    goes_on(id, symbol);
    return used() - before;
}

static cg_seq version(void)
{
    struct cg_rates_view view;
    return cg_gate_rates(h.gate, &view) ? view.version : 0;
}

static int open_gate(void **state)
{
    (void)state;
    harness_open_table(&h, base, table);
    harness_take_rates(&h, par, NULL);
    return 0;
}

/* --- tests ---------------------------------------------------------------- */

/* Rows and patterns that stay have their DV01s, those that are new at once. */
static void test_reconfigure_rates_go_on(void **state)
{
    (void)state;
    cg_dv01 ten = charge("A1", "SOFR10");
    cg_dv01 seven = charge("A2", "SW7Y");
    assert_true(ten > 800 * CG_DV01_SCALE && seven < ten);
    size_t facts = h.facts.count;
    take(base, table);
    assert_int_equal(h.facts.count, facts);
    take(base, HEADER "USD10Y,USD,900.00,,,,\nSOFR10,,,USD_SOFR,10Y,OIS,\n"
                      "SOFR5,,,USD_SOFR,5Y,OIS,\nSW*,,,USD_SOFR,*,OIS,\n"
                      "X*,,,USD_SOFR,*Y,OIS,\n");
    said("instrument SOFR5: new\n");
    said("instrument X*: new\n");
    assert_int_equal(charge("A3", "SOFR10"), ten);
    assert_int_equal(charge("A4", "SW7Y"), seven);
    assert_int_equal(charge("A5", "X7"), seven);
    assert_true(charge("A6", "SOFR5") < seven);
    goes_on("A7", "SW8Y"); /* made now, by the rates in force */
    assert_int_equal(version(), 1);
}

/* A row that becomes another swap is priced anew; what is charged stays. */
static void test_reconfigure_rates_of_another_swap(void **state)
{
    (void)state;
    cg_dv01 ten = charge("A1", "SOFR10");
    cg_dv01 five = charge("A2", "SW5Y");
    cg_dv01 both = used();
    take(base, HEADER "USD10Y,,,USD_SOFR,10Y,,\nSOFR10,,,USD_SOFR,5Y,OIS,\n"
                      "SW*,,,USD_SOFR,*,OIS,\n");
    said("instrument SOFR10: swap 10Y -> 5Y\n");
    said("instrument USD10Y: dv01_per_million 900 -> by a curve\n");
    assert_int_equal(used(), both);
    assert_int_equal(charge("A3", "SOFR10"), five);
    assert_int_equal(charge("A4", "USD10Y"), ten);
    take(base, table);
    said("instrument USD10Y: dv01_per_million by a curve -> 900\n");
    assert_int_equal(charge("A5", "USD10Y"), 900 * CG_DV01_SCALE);
}

/* Names that a pattern made, and a table names now; and the other way round. */
static void test_reconfigure_rates_patterns_come_and_go(void **state)
{
    (void)state;
    cg_dv01 seven = charge("A1", "SW7Y");
    take(base, HEADER "USD10Y,USD,900.00,,,,\nSOFR10,,,USD_SOFR,10Y,OIS,\n"
                      "SW7Y,USD,700,,,OIS,\n");
    said("instrument SW*: is not in the table any more\n");
    assert_int_equal(charge("A2", "SW7Y"), 700 * CG_DV01_SCALE);
    refused("A3", "SW8Y", "CG104");
    take(base, table);
    assert_int_equal(charge("A4", "SW7Y"), seven);
    goes_on("A5", "SW8Y");
    take(base, HEADER "USD10Y,USD,900.00,,,,\nSW1*,,,USD_SOFR,*Y,OIS,\n"
                      "SOFR10,,,USD_SOFR,10Y,OIS,\nSW*,,,USD_SOFR,*,OIS,\n");
    said("instrument SW1*: new\n");
    take(base, HEADER "USD10Y,USD,900.00,,,,\nSW*,,,USD_SOFR,*,OIS,\n"
                      "SOFR10,,,USD_SOFR,10Y,OIS,\nSW1*,,,USD_SOFR,*Y,OIS,\n");
    said("instrument SW1*: comes behind other patterns than before\n");
}

/* [RATES] itself goes, and comes back: then only what is made needs rates. */
static void test_reconfigure_rates_section_goes(void **state)
{
    (void)state;
    static const char plain[] = "instrument,currency,dv01_per_million\n"
                                "USD10Y,USD,900.00\nSOFR10,USD,800\n";
    cg_dv01 ten = charge("A1", "SOFR10");
    goes_on("A2", "SW7Y");
    take(GATE DESK, plain);
    said("[RATES]: is not there any more\n");
    assert_int_equal(charge("A3", "SOFR10"), 800 * CG_DV01_SCALE);
    refused("A4", "SW7Y", "CG104");
    take(base, table); /* the host has no rates any more */
    said("[RATES]: new\n");
    refused("A5", "SOFR10", "CG104");
    refused("A6", "SW7Y", "CG104");
    harness_take_rates(&h, par, NULL);
    assert_int_equal(charge("A7", "SOFR10"), ten);
    goes_on("A8", "SW7Y");
}

/* Without rates of its own a configuration leaves DV01s that are there. */
static void test_reconfigure_rates_of_the_journal(void **state)
{
    (void)state;
    cg_dv01 ten = charge("A1", "SOFR10");
    harness_reopen(&h);
    harness_link(&h, CLIENT, true);
    harness_link(&h, VENUE, true);
    assert_null(h.rates);
    take(GATE DESK RATES("MaxAgeMs=3600000\nMaxMoveBp=20\n"), table);
    said("[RATES] MaxMoveBp 200 -> 20\n");
    assert_int_equal(charge("A2", "SOFR10"), ten);
    refused("A3", "SW7Y", "CG104");
    harness_take_rates(&h, par, NULL);
    goes_on("A4", "SW7Y");
}

/* R51: how old rates may be holds at once. */
static void test_reconfigure_rates_get_stale(void **state)
{
    (void)state;
    harness_wait(&h, 5000);
    take(GATE DESK RATES("MaxAgeMs=4000\n"), table);
    said("[RATES] MaxAgeMs 3600000 -> 4000\n");
    assert_int_equal(harness_logged(&h, "ALARM: the par rates are 5s old"), 1);
    refused("A1", "SOFR10", "CG107");
    take(GATE DESK RATES("MaxAgeMs=4000\nWhenStale=alarm\n"), table);
    said("[RATES] WhenStale refuse -> alarm\n");
    goes_on("A2", "SOFR10");
    take(GATE DESK RATES("MaxAgeMs=never\nTenorBuckets=1Y\nPollMs=10\n"),
         table);
    said("[RATES] MaxAgeMs 4000 -> never\n");
    said("[RATES] TenorBuckets 0-2Y,2Y-5Y,5Y-10Y,10Y-30Y,30Y- -> 0-1Y,1Y-\n");
    said("[RATES] PollMs 1000 -> 10\n");
    goes_on("A3", "SOFR10");
    assert_int_equal(harness_logged(&h, "ALARM: the par rates are"), 1);
}

/* R10, R11: an instrument that is in another bucket counts where it is now. */
static void test_reconfigure_rates_other_buckets(void **state)
{
    (void)state;
    static const char cut[] =
        "[LIMIT]\nRiskLimitID=SHORT\nAccount=A\nCurrency=USD\nModel=push\n"
        "Amount=1000\nTenor=0-8Y\nWarnings=none\n";
    char text[sizeof(base) + sizeof(cut) + 64];
    struct cg_limit_view view;
    cg_dv01 seven = charge("A1", "SW7Y");
    snprintf(text, sizeof(text), "%s%s%s", GATE DESK, cut,
             RATES("TenorBuckets=8Y\nMaxAgeMs=3600000\n"));
    take(text, table);
    said("limit SHORT: new\n");
    assert_true(cg_gate_limit(h.gate, 1, &view));
    assert_string_equal(view.id, "SHORT");
    assert_int_equal(view.used, seven);
    refused("A2", "SW7Y", "CG101");
    goes_on("A3", "SW9Y");
}

/* --- holidays and conventions, without files ------------------------------ */

struct text {
    char said[4096];
};

static void
keep(void *user, const char *file, int line, const char *wrong, const char *why)
{
    struct text *text = user;
    size_t len = strlen(text->said);
    (void)why;
    snprintf(text->said + len, sizeof(text->said) - len, "%s:%d: %s\n", file,
             line, wrong);
}

static void
keep_change(void *user, enum cg_change change, int line, const char *what)
{
    struct text *text = user;
    size_t len = strlen(text->said);
    (void)change;
    (void)line;
    snprintf(text->said + len, sizeof(text->said) - len, "%s\n", what);
}

static struct cg_config *read_memory(const char *holidays)
{
    struct cg_config *config = NULL;
    struct text text = {""};
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = GATE DESK "[RATES]\nMaxAgeMs=never\n",
        .instruments = table,
        .holidays = holidays,
    };
    if (cg_config_open_memory(&memory, keep, &text, &config) != 0) {
        fail_msg("%s", text.said);
    }
    return config;
}

/* Three days in January of each year, around those when swaps end. */
static const char *holidays(void)
{
    static char text[8192];
    size_t len = (size_t)snprintf(text, sizeof(text), "calendar,date\n");
    for (int year = 2026; year <= 2060; year++) {
        for (int day = 19; day <= 21; day++) {
            len += (size_t)snprintf(text + len, sizeof(text) - len,
                                    "USGS,%d-01-%d\n", year, day);
        }
    }
    return text;
}

/* A holiday more moves dates, and so what a swap is worth. */
static void test_reconfigure_rates_by_other_holidays(void **state)
{
    (void)state;
    struct cg_journal journal;
    struct fact_log facts;
    struct cg_gate *gate;
    struct cg_rates *rates = NULL;
    struct cg_rates *others = NULL;
    struct text text = {""};
    char error[256];
    struct cg_config *first = read_memory(NULL);
    struct cg_config *second = read_memory(holidays());
    struct cg_rates_text file = {"par.csv", par, strlen(par), h.now};
    fact_log_open(&facts, &journal);
    struct cg_gate_options options = {
        .config = first, .journal = &journal, .now = h.now};
    assert_int_equal(cg_gate_open(&options, error, sizeof(error), &gate), 0);
    assert_int_equal(cg_rates_read(first, &file, NULL, keep, &text, &rates), 0);
    assert_int_equal(cg_gate_take_rates(gate, rates, h.now), 0);
    cg_dv01 before = gate->engine->state.instruments[1].rate;
    /* Rates of another configuration are not for this one. */
    assert_int_equal(
        cg_gate_reconfigure(gate, second, rates, h.now, keep_change, &text),
        CG_ERR_MISUSE);
    assert_int_equal(
        cg_gate_reconfigure(gate, first, rates, h.now, keep_change, &text),
        CG_ERR_MISUSE);
    assert_string_equal(text.said, "");
    assert_int_equal(cg_rates_again(second, rates, keep, &text, &others), 0);
    assert_string_equal(cg_rates_digest(rates), cg_rates_digest(others));
    assert_string_equal(cg_rates_words(rates), cg_rates_words(others));
    assert_int_equal(cg_rates_made_at(rates), cg_rates_made_at(others));
    assert_int_equal(
        cg_gate_reconfigure(gate, second, others, h.now, keep_change, &text),
        0);
    assert_string_equal(text.said, "holidays USGS: are others\n");
    assert_int_equal(cg_gate_take_rates(gate, rates, h.now), CG_ERR_MISUSE);
    cg_rates_close(rates);
    cg_config_close(first);
    assert_int_not_equal(gate->engine->state.instruments[1].rate, before);
    assert_int_not_equal(gate->engine->state.instruments[1].rate, 0);
    cg_gate_close(gate);
    cg_rates_close(others);
    cg_config_close(second);
    fact_log_deinit(&facts);
}

/* What the rates in force cannot price is told, not taken. */
static void test_reconfigure_rates_that_do_not_price(void **state)
{
    (void)state;
    struct text text = {""};
    struct cg_rates *again = NULL;
    struct cg_config *config = NULL;
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = GATE DESK "[RATES]\nMaxAgeMs=never\n",
        .instruments = HEADER "E5,,,EUR_ESTR,5Y,,\nSOFR30,,,USD_SOFR,30Y,,\n",
    };
    assert_int_equal(cg_config_open_memory(&memory, keep, &text, &config), 0);
    assert_int_equal(cg_rates_again(config, h.rates, keep, &text, &again),
                     CG_ERR_CONFIG);
    assert_non_null(strstr(text.said, "rates.csv:0: instrument E5 (EUR_ESTR "
                                      "5Y) has no price by these rates"));
    assert_non_null(strstr(text.said, "instrument SOFR30 (USD_SOFR 30Y)"));
    cg_config_close(config);
    goes_on("A1", "SOFR10");
}

#define T(test) WITH_GATE_BY(test, open_gate)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_reconfigure_rates_go_on),
        T(test_reconfigure_rates_of_another_swap),
        T(test_reconfigure_rates_patterns_come_and_go),
        T(test_reconfigure_rates_section_goes),
        T(test_reconfigure_rates_of_the_journal),
        T(test_reconfigure_rates_get_stale),
        T(test_reconfigure_rates_other_buckets),
        T(test_reconfigure_rates_by_other_holidays),
        T(test_reconfigure_rates_that_do_not_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
