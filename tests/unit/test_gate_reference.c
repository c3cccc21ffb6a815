/*
 * What the gate charges against the reference table: every swap of it, by a
 * pattern, for a million, a billion and a trillion of notional.
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

#define CURRENCIES 8

static struct harness h;
static char rates[65536];

/* --- the files ----------------------------------------------------------- */

/* The lines of a file of tests/dv01, without the first; NULL at the end. */
struct lines {
    FILE *file;
    char text[1024];
};

static void lines_open(struct lines *lines, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", REFERENCES, name);
    lines->file = fopen(path, "r");
    assert_non_null(lines->file);
    assert_non_null(fgets(lines->text, sizeof(lines->text), lines->file));
}

static char *lines_next(struct lines *lines)
{
    char *line = fgets(lines->text, sizeof(lines->text), lines->file);
    if (line == NULL) {
        fclose(lines->file);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

/* The |index|-th cell, NULL past the last; cuts |line|. */
static char *cell(char *line, int index)
{
    for (; index > 0 && line != NULL; index--) {
        line = strchr(line, ',');
        line = line != NULL ? line + 1 : NULL;
    }
    return line;
}

static void copy_cell(char *line, int index, char *out, size_t size)
{
    const char *at = cell(line, index);
    assert_non_null(at);
    snprintf(out, size, "%.*s", (int)strcspn(at, ","), at);
}

/* --- the gate ------------------------------------------------------------ */

/* One limit for each currency of |conventions|, and a pattern for each kind of
 * swap. */
static void open_gate(void)
{
    static char table[8192];
    static char text[16384];
    char seen[CURRENCIES][8] = {""};
    size_t count = 0;
    struct lines lines;
    int at = snprintf(table, sizeof(table),
                      "instrument,currency,dv01_per_million,convention,swap\n");
    int len = snprintf(
        text, sizeof(text),
        "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
        "MaxOrders=2000\nMaxRequests=8000\nMaxLimits=64\nMaxWaiting=8\n"
        "[RATES]\nParRates=/dev/null\nMaxAgeMs=never\nConventions=" REFERENCES
        "/sample_conventions.csv\nHolidays=" REFERENCES "/sample_holidays.csv\n"
        "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
        "SocketAcceptPort=7001\n"
        "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
        "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME\n"
        "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
        "TargetCompID=VENUE\n[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n");
    lines_open(&lines, "sample_conventions.csv");
    for (char *line = lines_next(&lines); line; line = lines_next(&lines)) {
        char name[64];
        char currency[8];
        copy_cell(line, 0, name, sizeof(name));
        copy_cell(line, 2, currency, sizeof(currency));
        at += snprintf(table + at, sizeof(table) - (size_t)at, "%s *,,,%s,*\n",
                       name, name);
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            known = known || strcmp(seen[i], currency) == 0;
        }
        if (!known) {
            assert_in_range(count, 0, CURRENCIES - 1);
            strcpy(seen[count++], currency);
            len += snprintf(text + len, sizeof(text) - (size_t)len,
                            "[LIMIT]\nRiskLimitID=%s\nAccount=ACME\n"
                            "Currency=%s\nInstrumentCurrency=%s\nModel=push\n"
                            "Warnings=none\nAmount=100000000000000\n",
                            currency, currency, currency);
        }
    }
    harness_open_table(&h, text, table);
}

/* The file of par rates, with the date that the reference was made for. */
static void take_rates(void)
{
    struct lines lines;
    int len = snprintf(rates, sizeof(rates),
                       "set,curve,tenor,rate_pct,valuation_date\n");
    lines_open(&lines, "sample_par_rates.csv");
    for (char *line = lines_next(&lines); line; line = lines_next(&lines)) {
        len += snprintf(rates + len, sizeof(rates) - (size_t)len,
                        "%s,2026-01-15\n", line);
    }
    harness_take_rates(&h, rates, NULL);
}

static cg_dv01 used_by_all(void)
{
    struct cg_limit_view view;
    cg_dv01 sum = 0;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        sum += view.used;
    }
    return sum;
}

static cg_dv01 charge(const char *symbol, const char *qty)
{
    static int number;
    char fields[512];
    cg_dv01 before = used_by_all();
    snprintf(fields, sizeof(fields),
             "35=D|11=R%d|1=ACME|55=%s|54=1|38=%s|40=2|44=4.1|"
             "60=20270115-08:00:00",
             ++number, symbol, qty);
    harness_in(&h, 0, fields);
    (void)harness_expect(&h, 1, "35=D");
    harness_quiet(&h);
    return used_by_all() - before;
}

/* Never below the reference, whose last digit is 1e-6 per million, and above it
 * by the rounding, or by a part in 1e5. */
static void compare(const char *symbol, long double per_million)
{
    static const struct {
        const char *qty;
        long double millions;
    } sizes[] = {{"1000000", 1}, {"1000000000", 1e3}, {"1000000000000", 1e6}};
    for (size_t i = 0; i < 3; i++) {
        long double is = (long double)charge(symbol, sizes[i].qty) / 10000;
        long double wanted = per_million * sizes[i].millions;
        long double digit = 0.5e-6L * sizes[i].millions;
        long double more = wanted * 1e-5L;
        if (is < wanted - digit || is > wanted + digit + more) {
            fail_msg("%s %s: %Lf, not %Lf", symbol, sizes[i].qty, is, wanted);
        }
    }
}

/* R1, R2: each row of the table. */
static void test_gate_reference_charges(void **state)
{
    struct lines lines;
    int rows = 0;
    (void)state;
    open_gate();
    take_rates();
    lines_open(&lines, "sample_dv01.csv");
    for (char *line = lines_next(&lines); line; line = lines_next(&lines)) {
        char convention[64];
        char instrument[32];
        char dv01[32];
        char symbol[64 + 33];
        copy_cell(line, 2, convention, sizeof(convention));
        copy_cell(line, 4, instrument, sizeof(instrument));
        copy_cell(line, 12, dv01, sizeof(dv01));
        snprintf(symbol, sizeof(symbol), "%s %s", convention, instrument);
        compare(symbol, strtold(dv01, NULL));
        rows++;
    }
    assert_true(rows > 50);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_reference_charges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
