/*
 * Instruments whose DV01 comes from par rates: of the table, by a pattern, and
 * between the dates of an order; and what new rates do to them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <configuration.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The sessions have the places of the harness. */
#define CLIENT_OF(name, begin, id, venue, accounts)                            \
    "[SESSION]\nName=" name "\nRole=client\nBeginString=" begin                \
    "\nTargetCompID=" id "\nVenue=" venue "\nAccounts=" accounts "\n"
#define VENUE_OF(name, begin, id)                                              \
    "[SESSION]\nName=" name "\nRole=venue\nBeginString=" begin                 \
    "\nTargetCompID=" id "\n"
#define LIMIT_OF(id, account, more)                                            \
    "[LIMIT]\nRiskLimitID=" id "\nAccount=" account                            \
    "\nHub=hub\nCurrency=USD\nMeasure=gross\nModel=push\nWarnings=none\n"      \
    "Amount=1000000.00\n" more

#define GATE_KEYS(more)                                                        \
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"      \
    "MaxOrders=64\nMaxRequests=1000\nMaxLimits=64\nMaxWaiting=8\n" more
#define RATES_KEYS(more) "[RATES]\nParRates=/dev/null\n" more
#define DESK                                                                   \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=7001\n" CLIENT_OF("client", "FIX.4.4", "CLIENT",         \
                                        "venue", "ACME,PINGACC")               \
        VENUE_OF(                                                              \
            "venue", "FIX.4.4",                                                \
            "VENUE") "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"   \
                     "TargetCompID=HUB\n" CLIENT_OF(                           \
                         "other", "FIX.4.4", "OTHER", "venue",                 \
                         "OTHERACC") CLIENT_OF("client42", "FIX.4.2",          \
                                               "CLIENT42", "venue42", "ACME")  \
                         VENUE_OF("venue42", "FIX.4.2", "VENUE42") CLIENT_OF(  \
                             "client50", "FIXT.1.1", "CLIENT50", "venue50",    \
                             "SDR")                                            \
                             VENUE_OF(                                         \
                                 "venue50", "FIXT.1.1",                        \
                                 "VENUE50") "[ACCOUNT]\nAccount="              \
                                            "ACME\nClearingFirm=FCM1\n"        \
                                            "Hub=hub\n"                        \
                                            "[ACCOUNT]\nAccount="              \
                                            "PINGACC\nClearingFirm=FCM4\n"     \
                                            "Hub=hub\n"                        \
                                            "[ACCOUNT]\nAccount="              \
                                            "OTHERACC\nClearingFirm=FCM2\n"    \
                                            "Hub=hub\n"                        \
                                            "[ACCOUNT]\nAccount="              \
                                            "SDR\nClearingFirm=FCM3\n"         \
                                            "Hub=hub\n" LIMIT_OF(              \
                                                "ACME-USD", "ACME",            \
                                                "") LIMIT_OF("OTHER-USD",      \
                                                             "OTHERACC", "")   \
                                                LIMIT_OF(                      \
                                                    "SDR-USD", "SDR",          \
                                                    "") "[LIMIT]"              \
                                                        "\nRiskLimitID=PING-"  \
                                                        "USD\n"                \
                                                        "Account="             \
                                                        "PINGACC\nHub=hub\n"   \
                                                        "Currency=USD\nModel=" \
                                                        "ping\n"

#define HEADER                                                                 \
    "instrument,currency,dv01_per_million,convention,swap,security_id,"        \
    "product,type,tenor\n"
static const char table[] = HEADER "USD10Y,USD,904.00,,,,,,\n"
                                   "SOFR10,,,USD_SOFR,10Y,,OIS,,\n"
                                   "SOFR5,USD,,USD_SOFR,5Y,,OIS,,\n"
                                   "OLD,USD,,USD_SOFR,"
                                   "2027-01-20/2029-01-20,,OIS,,0-2Y\n"
                                   "SW*,,,USD_SOFR,*,,OIS,IRS,\n"
                                   "IRS,,,USD_SOFR,dates,,OIS,IRS,\n"
                                   "IRS-LONG-*,,,USD_SOFR,dates,,OIS,,LONG\n";

static const char desk[] = GATE_KEYS("") RATES_KEYS("MaxAgeMs=3600000\n") DESK;

static struct harness h;

/* --- rates --------------------------------------------------------------- */

static const char *const pillars[][2] = {
    {"1M", "3.695"},  {"3M", "3.645"},  {"6M", "3.582"},  {"1Y", "3.481"},
    {"2Y", "3.392"},  {"3Y", "3.373"},  {"4Y", "3.393"},  {"5Y", "3.441"},
    {"7Y", "3.540"},  {"10Y", "3.703"}, {"15Y", "3.888"}, {"20Y", "3.975"},
    {"30Y", "3.987"},
};

#define PILLARS (sizeof(pillars) / sizeof(pillars[0]))

/* A file of |date| where |tenor| has another rate, or with NULL none. */
static const char *
rates_of(const char *date, const char *tenor, const char *rate)
{
    static char text[4096];
    size_t len = (size_t)snprintf(text, sizeof(text),
                                  "set,curve,tenor,rate_pct,valuation_date\n");
    for (size_t i = 0; i < PILLARS; i++) {
        bool other = tenor != NULL && strcmp(pillars[i][0], tenor) == 0;
        if (!other || rate != NULL) {
            len += (size_t)snprintf(text + len, sizeof(text) - len,
                                    "eod,USD_SOFR,%s,%s,%s\n", pillars[i][0],
                                    other ? rate : pillars[i][1], date);
        }
    }
    return text;
}

static const char *rates_today(void)
{
    return rates_of("2027-01-15", NULL, NULL);
}

/* --- orders -------------------------------------------------------------- */

static void order_by(int session,
                     const char *id,
                     const char *account,
                     const char *instrument)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|21=1|55=%s|54=1|38=1000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, account, instrument);
    harness_in(&h, session, fields);
}

static void order(const char *id, const char *instrument)
{
    order_by(CLIENT, id, "ACME", instrument);
}

static void goes_on(const char *id)
{
    char fields[64];
    snprintf(fields, sizeof(fields), "35=D|11=%s", id);
    (void)harness_expect(&h, VENUE, fields);
    harness_quiet(&h);
}

/* Refused with CG|code| and |words|. */
static void refused(const char *id, int code, const char *words)
{
    char fields[256];
    snprintf(fields, sizeof(fields), "35=8|11=%s|150=8|58~CG%d|58~%s", id, code,
             words);
    (void)harness_expect(&h, CLIENT, fields);
    harness_quiet(&h);
}

static void replace_by(int session,
                       const char *id,
                       const char *orig,
                       const char *instrument,
                       const char *qty)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|21=1|55=%s|54=1|38=%s|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, orig, instrument, qty);
    harness_in(&h, session, fields);
}

static void acked(const char *id, const char *qty)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=0|39=0|55=X|54=1|38=%s|151=%s|14=0|"
             "6=0",
             id, id, h.seq, qty, qty);
    harness_in(&h, VENUE, fields);
}

/* --- what is asked of the books ------------------------------------------ */

static cg_dv01 used(const char *id)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return view.used;
        }
    }
    fail_msg("no limit %s", id);
    return 0;
}

static size_t facts_of(enum cg_fact_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == kind;
    }
    return count;
}

/* Whether a note of the log holds |words|. */
static bool is_noted(const char *words)
{
    for (size_t i = 0; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        if (fact->kind == CG_FACT_NOTED &&
            memmem(fact->text, fact->text_len, words, strlen(words)) != NULL) {
            return true;
        }
    }
    return false;
}

/* What 1,000,000 of an instrument is charged: its order, and its cancel. */
static cg_dv01 charge_of(const char *instrument)
{
    static int number;
    char id[32];
    char fields[256];
    cg_dv01 before = used("ACME-USD");
    snprintf(id, sizeof(id), "C%d", ++number);
    order(id, instrument);
    goes_on(id);
    cg_dv01 charge = used("ACME-USD") - before;
    snprintf(fields, sizeof(fields),
             "35=8|37=W%d|11=%s|17=W%d|150=4|39=4|55=X|54=1|38=1000000|151=0|"
             "14=0|6=0",
             number, id, number);
    harness_in(&h, VENUE, fields);
    assert_int_equal(used("ACME-USD"), before);
    return charge;
}

/* --- opening ------------------------------------------------------------- */

static int open_gate(void **state)
{
    (void)state;
    harness_open_table(&h, desk, table);
    return 0;
}

static int open_with_rates(void **state)
{
    (void)open_gate(state);
    harness_take_rates(&h, rates_today(), NULL);
    return 0;
}

static void reopen(void)
{
    harness_reopen_up(&h);
}

/* --- by the table -------------------------------------------------------- */

/* R4: without rates there is no DV01, for what is by a curve. */
static void test_gate_curves_none_taken_yet(void **state)
{
    struct cg_rates_view view;
    (void)state;
    assert_false(cg_gate_rates(h.gate, &view));
    order("A1", "SOFR10");
    refused("A1", 104, "no par rates were taken");
    order("A2", "SW10Y");
    refused("A2", 104, "no par rates were taken");
    order("A3", "IRS|917=20320120");
    refused("A3", 104, "no par rates were taken");
    order("A4", "USD10Y");
    goes_on("A4");
    assert_int_equal(used("ACME-USD"), 9040000);
}

/* R1, R2: the DV01 is that of the curve, rounded up to 1/10000. */
static void test_gate_curves_price_the_table(void **state)
{
    struct cg_rates_view view;
    (void)state;
    assert_true(cg_gate_rates(h.gate, &view));
    assert_int_equal(view.version, 1);
    assert_int_equal(view.made_at, h.now);
    assert_int_equal(view.taken_at, h.now);
    assert_false(view.stale);
    assert_int_equal(strlen(view.digest), 64);
    assert_string_equal(view.digest, cg_rates_digest(h.rates));
    assert_string_equal(view.set, "eod");
    cg_dv01 ten = charge_of("SOFR10");
    assert_in_range(ten, 8300000, 8500000);
    assert_in_range(charge_of("SOFR5"), 4500000, 4700000);
    assert_int_equal(charge_of("SW10Y"), ten);
    assert_int_equal(charge_of("USD10Y"), 9040000);
}

/* R7: new rates price new orders, and change no charge that is there. */
static void test_gate_curves_change_no_charge(void **state)
{
    (void)state;
    order("A1", "SOFR10");
    goes_on("A1");
    order("A2", "SW7Y");
    goes_on("A2");
    acked("A1", "1000000");
    cg_dv01 before = used("ACME-USD");
    cg_dv01 ten = charge_of("SOFR10");
    cg_dv01 seven = charge_of("SW7Y");
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "5.000"), NULL);
    assert_int_equal(used("ACME-USD"), before);
    assert_true(charge_of("SOFR10") < ten);
    assert_true(charge_of("SW7Y") != 0);
    assert_int_equal(charge_of("SW7Y"), seven); /* a shorter one is as it was */
    /* A raise is priced anew, all of it (R41). */
    (void)harness_expect(&h, CLIENT, "35=8|150=4");
    ten = charge_of("SOFR10");
    replace_by(CLIENT, "A3", "A1", "SOFR10", "2000000");
    (void)harness_expect(&h, VENUE, "35=G|11=A3");
    harness_quiet(&h);
    assert_int_equal(used("ACME-USD"), seven + 2 * ten);
}

/* The same file again is a fact, with its age, and prices nothing anew. */
static void test_gate_curves_taken_again(void **state)
{
    struct cg_rates_view view;
    (void)state;
    size_t rated = facts_of(CG_FACT_INSTRUMENT_RATED);
    int notices = h.notices;
    harness_wait(&h, 1000);
    harness_take_rates(&h, rates_today(), NULL);
    assert_int_equal(h.notices, notices + 1);
    assert_true(cg_gate_rates(h.gate, &view));
    assert_int_equal(view.version, 2);
    assert_int_equal(view.made_at, h.now);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_RATED), rated);
    assert_int_equal(facts_of(CG_FACT_RATES_TAKEN), 2);
    assert_true(is_noted("takes par rates 2"));
}

/* Read again without having been written: nothing is new.  Of a time to come,
 * they got the time when they were taken, and keep it. */
static void test_gate_curves_read_again(void **state)
{
    struct cg_rates_view view;
    (void)state;
    cg_time made_at = h.now;
    harness_wait(&h, 1000);
    size_t facts = h.facts.count;
    harness_take_rates_of(&h, rates_today(), made_at, NULL);
    assert_int_equal(h.facts.count, facts);
    cg_time ahead = h.now + 3600 * CG_SECOND;
    harness_take_rates_of(&h, rates_today(), ahead, NULL);
    assert_true(cg_gate_rates(h.gate, &view));
    assert_int_equal(view.version, 2); /* written again, by a clock ahead */
    assert_true(view.made_at == h.now);
    cg_time taken_at = h.now;
    harness_wait(&h, 1000);
    harness_take_rates_of(&h, rates_today(), ahead, NULL);
    harness_wait(&h, 3600 * 1000); /* its time has come meanwhile */
    harness_take_rates_of(&h, rates_today(), ahead, NULL);
    reopen();
    harness_take_rates_of(&h, rates_today(), ahead, NULL);
    assert_true(cg_gate_rates(h.gate, &view));
    assert_int_equal(view.version, 2);
    assert_true(view.made_at == taken_at);
}

/* Rates of an earlier day are as old as the end of that day, in New York, even
 * when their file was written today. */
static void test_gate_curves_age_of_an_earlier_day(void **state)
{
    struct cg_rates_view view;
    (void)state;
    harness_take_rates(&h, rates_of("2027-01-14", NULL, NULL), NULL);
    assert_true(cg_gate_rates(h.gate, &view));
    assert_true(view.made_at == h.now - 3 * 3600 * CG_SECOND);
    assert_true(view.stale);
    order("A1", "SOFR10");
    refused("A1", 107, "age:3h max:1h");
    harness_take_rates(&h, rates_today(), NULL);
    order("A2", "SOFR10");
    goes_on("A2");
}

/* A file that was cut within its last number looks whole. */
static void test_gate_curves_last_line_without_end(void **state)
{
    char cut[4096];
    (void)state;
    snprintf(cut, sizeof(cut), "%s", rates_today());
    cut[strlen(cut) - 1] = '\0';
    harness_take_rates(&h, cut, "rates.csv:14: the last line has no end");
    reopen(); /* nobody can know now */
    harness_wait(&h, 1000);
    harness_take_rates(&h, cut, NULL);
    harness_wait(&h, 1000);
    harness_take_rates(&h, cut, NULL);
    harness_take_rates(&h, rates_today(), NULL);
}

/* What rates do not price any more has no DV01, until they do again. */
static void test_gate_curves_price_goes_and_comes(void **state)
{
    (void)state;
    cg_dv01 before = charge_of("OLD");
    harness_wait(&h, 1000);
    harness_take_rates(&h, rates_of("2027-01-21", NULL, NULL), NULL);
    order("A1", "OLD");
    refused("A1", 104, "it starts before the valuation date");
    assert_true(is_noted("OLD has no DV01 any more"));
    harness_take_rates(&h, rates_today(), NULL);
    assert_int_equal(charge_of("OLD"), before);
}

/* A file that is not wholly right is refused, and what was stays. */
static void test_gate_curves_bad_files_change_nothing(void **state)
{
    char twice[8192];
    (void)state;
    cg_dv01 ten = charge_of("SOFR10");
    size_t facts = h.facts.count;
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", NULL),
                       "the rate of USD_SOFR 10Y is missing");
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "abc"),
                       "rates.csv:11: ");
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "37.0"),
                       "the rate of USD_SOFR 10Y is more than 200 bp away");
    harness_take_rates(&h, rates_of("2027-02-30", NULL, NULL), "rates.csv:2: ");
    harness_take_rates(&h, rates_of("2027-02-15", NULL, NULL),
                       "the valuation date 2027-02-15 is more than 7 days");
    harness_take_rates(&h, "", "rates.csv");
    snprintf(twice, sizeof(twice), "%seod,USD_SOFR,10Y,3.7,2027-01-15\n",
             rates_today());
    harness_take_rates(&h, twice, "10Y");
    assert_int_equal(h.facts.count, facts);
    assert_int_equal(charge_of("SOFR10"), ten);
}

/* Rates without a date are of the day that their file was made, at the gate. */
static void test_gate_curves_date_of_the_file(void **state)
{
    static const char undated[] = "set,curve,tenor,rate_pct\n"
                                  "eod,USD_SOFR,1Y,3.5\n"
                                  "eod,USD_SOFR,30Y,3.9\n";
    (void)state;
    harness_take_rates(&h, undated, NULL);
    order("A1", "IRS|916=20270115|917=20370115");
    goes_on("A1");
    harness_wait(&h, (21 * 3600 - 1) * 1000); /* 23:59:59 in New York */
    harness_take_rates(&h, undated, NULL);
    order("A2", "IRS|916=20270115|917=20370115");
    goes_on("A2");
    harness_wait(&h, 1000);
    harness_take_rates(&h, undated, NULL);
    order("A3", "IRS|916=20270115|917=20370115");
    refused("A3", 104, "it starts before the valuation date");
}

/* MaxMoveBp=: from one file to the next, to the basis point; the line is told.
 */
static void test_gate_curves_move_a_bounded_way(void **state)
{
    (void)state;
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "5.7031"),
                       "rates.csv:11: the rate of USD_SOFR 10Y is more than "
                       "200 bp away from the one in force");
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "1.7029"),
                       "rates.csv:11: the rate of USD_SOFR 10Y is more");
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "5.703"), NULL);
    harness_take_rates(&h, rates_today(), NULL);
    harness_take_rates(&h, rates_of("2027-01-15", "10Y", "1.703"), NULL);
}

/* A row that rates cannot price is a mistake of theirs. */
static void test_gate_curves_must_reach_the_table(void **state)
{
    (void)state;
    harness_take_rates(&h,
                       "set,curve,tenor,rate_pct\neod,USD_SOFR,1Y,3.5\n"
                       "eod,USD_SOFR,5Y,3.5\n",
                       "instrument SOFR10 (USD_SOFR 10Y) has no price");
    harness_take_rates(&h,
                       "set,curve,tenor,rate_pct\neod,GBP_SONIA,1Y,3.5\n"
                       "eod,GBP_SONIA,50Y,3.5\n",
                       "instrument SOFR10 (USD_SOFR 10Y) has no price");
}

/* Rates of another configuration would name other rows. */
static void test_gate_curves_of_another_configuration(void **state)
{
    struct cg_config other = h.config;
    struct cg_rates *rates = NULL;
    struct cg_rates_text text = {"rates.csv", rates_today(),
                                 strlen(rates_today()), h.now};
    (void)state;
    assert_int_equal(cg_rates_read(&other, &text, NULL, NULL, NULL, &rates), 0);
    assert_int_equal(cg_gate_take_rates(h.gate, rates, h.now), CG_ERR_MISUSE);
    cg_rates_close(rates);
    other.rates.given = false;
    assert_int_equal(cg_rates_read(&other, &text, NULL, NULL, NULL, &rates),
                     CG_ERR_MISUSE);
}

/* --- by a pattern -------------------------------------------------------- */

/* Made once, with the rates in force; what is no swap is none. */
static void test_gate_curves_pattern_makes_instruments(void **state)
{
    (void)state;
    size_t named = facts_of(CG_FACT_INSTRUMENT_NAMED);
    cg_dv01 seven = charge_of("SW7Y");
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 1);
    assert_int_equal(charge_of("SW7Y"), seven);
    assert_int_equal(charge_of("SW84M"), seven);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 2);
    assert_true(charge_of("SW5Yx5Y") < charge_of("SW10Y"));
    assert_true(charge_of("SWIMM1x5Y") > 0);
    order("A1", "SW");
    refused("A1", 104, "DV01_UNAVAILABLE");
    order("A2", "SWTEN");
    refused("A2", 104, "DV01_UNAVAILABLE");
    order("A3", "SW*");
    refused("A3", 104, "DV01_UNAVAILABLE");
    order("A4", "SW50Y");
    refused("A4", 104, "it ends beyond the last par rate of its curve");
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 5);
    /* MaturityDate says nothing of an instrument that has its length. */
    order("A5", "SW7Y|541=20990101");
    goes_on("A5");
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 5);
}

/* R3: 55 and 48 are one instrument. */
static void test_gate_curves_pattern_and_security_id(void **state)
{
    (void)state;
    order("A1", "SW7Y|48=SW9Y|22=8");
    refused("A1", 406, "tag:48");
    order("A2", "SW7Y|48=SW7Y|22=8");
    goes_on("A2");
    order("A3", "SW7Y|48=SOFR10|22=8");
    refused("A3", 406, "tag:48");
    order("A4", "[N/A]|48=SW7Y|22=8");
    goes_on("A4");
    assert_int_equal(used("ACME-USD"), 2 * (used("ACME-USD") / 2));
}

/* R2: the venue may go by the id, and the gate has gone by the symbol. */
static void test_gate_curves_id_of_another_row(void **state)
{
    (void)state;
    harness_open_table(&h, desk,
                       HEADER "USD10Y,USD,904.00,,,ID10,,,\n"
                              "USD30Y,USD,1900.00,,,ID30,,,\n"
                              "USD2Y,USD,190.00,,,,,,\n"
                              "SW*,,,USD_SOFR,*,IDSW,,,\n");
    harness_take_rates(&h, rates_today(), NULL);
    order("A1", "USD10Y|48=ID30|22=8");
    refused("A1", 406, "tag:48");
    order("A2", "USD2Y|48=ID30|22=8");
    refused("A2", 406, "tag:48");
    order("A3", "SW7Y|48=ID10|22=8");
    refused("A3", 406, "tag:48");
    order("A4", "USD10Y|48=ID10|22=8");
    goes_on("A4");
    order("A5", "USD10Y|48=US0000000001|22=4");
    goes_on("A5");
    order("A6", "SW7Y|48=IDSW|22=8");
    goes_on("A6");
    acked("A4", "1000000");
    (void)harness_expect(&h, CLIENT, "35=8|11=A4");
    replace_by(CLIENT, "A7", "A4", "USD10Y|48=ID30|22=8", "500000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A7|58~CG406");
    harness_close(&h);
}

/* --- by dates ------------------------------------------------------------ */

/* All ways to say the dates are one instrument; its price follows from them. */
static void test_gate_curves_dates_make_instruments(void **state)
{
    (void)state;
    size_t named = facts_of(CG_FACT_INSTRUMENT_NAMED);
    cg_dv01 spot = charge_of("IRS|541=20370120");
    assert_int_equal(charge_of("SOFR10"), spot);
    assert_int_equal(charge_of("IRS|917=20370120"), spot);
    assert_int_equal(charge_of("IRS|917=20370120|541=20370120"), spot);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 1);
    cg_dv01 dated = charge_of("IRS|916=20270120|917=20370120");
    assert_int_equal(dated, spot);
    assert_int_equal(charge_of("IRS|874=20270120|541=20370120"), spot);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named + 2);
    assert_true(charge_of("IRS|916=20320120|917=20370120") < spot);
    assert_int_equal(charge_of("IRS-LONG-A|917=20370120"), spot);
}

/* Each mistake names its field; nothing is made of it. */
static void test_gate_curves_dates_refused(void **state)
{
    static const struct {
        const char *dates;
        const char *words;
    } mistakes[] = {
        {"", "tag:917 - this instrument needs its end"},
        {"|916=20270120", "tag:917 - this instrument needs its end"},
        {"|917=2037-01-20", "tag:917 - a date is YYYYMMDD"},
        {"|917=20370132", "tag:917 - a date is YYYYMMDD"},
        {"|917=20270229", "tag:917 - a date is YYYYMMDD"},
        {"|917=22000101", "tag:917 - a date is YYYYMMDD"},
        {"|917=tomorrow", "tag:917 - a date is YYYYMMDD"},
        {"|541=2037012", "tag:541 - a date is YYYYMMDD"},
        {"|541=20370120|916=x", "tag:916 - a date is YYYYMMDD"},
        {"|541=20370120|874=x", "tag:874 - a date is YYYYMMDD"},
        {"|917=20370120|541=20370121", "tag:541 - it is not the day"},
        {"|917=20370120|916=20270120|874=20270121", "tag:874 - it is not"},
        {"|917=20370120|917=20370121", "tag:917 - the date is there twice"},
        {"|916=20370120|917=20370120", "tag:917 - the end is not after"},
        {"|916=20370121|917=20370120", "tag:917 - the end is not after"},
    };
    (void)state;
    size_t named = facts_of(CG_FACT_INSTRUMENT_NAMED);
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        char id[16];
        char instrument[128];
        char fields[256];
        snprintf(id, sizeof(id), "M%zu", i);
        snprintf(instrument, sizeof(instrument), "IRS%s", mistakes[i].dates);
        order_by(CLIENT42, id, "ACME", instrument);
        snprintf(fields, sizeof(fields),
                 "35=8|11=%s|150=8|55=IRS|58~CG406|58~%s", id,
                 mistakes[i].words);
        (void)harness_expect(&h, CLIENT42, fields);
        harness_quiet(&h);
    }
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named);
    assert_int_equal(used("ACME-USD"), 0);
}

/* R4: a swap between dates that has no price says why. */
static void test_gate_curves_dates_without_price(void **state)
{
    (void)state;
    order("A1", "IRS|917=20770120");
    refused("A1", 104, "it ends beyond the last par rate of its curve");
    order("A2", "IRS|916=20260120|917=20370120");
    refused("A2", 104, "it starts before the valuation date");
    order("A3", "IRS|917=21990120");
    refused("A3", 104, "it");
    order("A4", "IRS|917=20270116");
    refused("A4", 104, "it ends on its start date or before");
    /* The name with its dates is the gate's own. */
    order("A5", "IRS|917=20370120");
    goes_on("A5");
    order("A6", "IRS /2037-01-20");
    refused("A6", 406, "tag:55");
    order("A7", "IRS-LONG-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|"
                "916=20270120|917=20370120");
    refused("A7", 406, "tag:55");
}

/* A pattern may make a name that dates make, too: the first one has it. */
static void test_gate_curves_names_that_meet(void **state)
{
    (void)state;
    harness_open_table(&h, desk,
                       HEADER "IRS *,,,USD_SOFR,*,,,,\n"
                              "IRS,,,USD_SOFR,dates,,,,\n");
    harness_take_rates(&h, rates_today(), NULL);
    order("A1", "IRS 2027-01-20/2037-01-20");
    goes_on("A1");
    order("A2", "IRS|916=20270120|917=20370120");
    refused("A2", 406, "tag:55");
    order("A3", "IRS|916=20270120|917=20320120");
    goes_on("A3");
    order("A4", "IRS 2027-01-20/2032-01-20");
    refused("A4", 406, "tag:55");
    replace_by(CLIENT, "A5", "A1", "IRS|916=20270120|917=20370120", "2000000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A5|58~CG404");
    harness_close(&h);
}

/* What the journal cannot keep has no DV01. */
static void test_gate_curves_symbols_unfit_for_the_journal(void **state)
{
    (void)state;
    order("A1", "IRS-LONG-\xff|917=20370120");
    refused("A1", 104, "DV01_UNAVAILABLE - ask");
    order("A2",
          "IRS-LONG-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAAAAA|917=20370120");
    refused("A2", 104, "DV01_UNAVAILABLE - ask");
}

/* R41: a replace says the same dates, or it is about something else. */
static void test_gate_curves_dates_of_a_replace(void **state)
{
    (void)state;
    order("A1", "IRS|916=20270120|917=20370120");
    goes_on("A1");
    acked("A1", "1000000");
    (void)harness_expect(&h, CLIENT, "35=8|11=A1");
    cg_dv01 one = used("ACME-USD");
    replace_by(CLIENT, "A2", "A1", "IRS|917=20370120", "2000000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A2|58~CG404");
    replace_by(CLIENT, "A3", "A1", "IRS", "2000000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A3|58~CG406|58~tag:917");
    replace_by(CLIENT, "A4", "A1", "IRS|916=20270120|917=20380120", "2000000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A4|58~CG404");
    size_t named = facts_of(CG_FACT_INSTRUMENT_NAMED);
    replace_by(CLIENT, "A5", "A1", "IRS|874=20270120|541=20370120", "2000000");
    (void)harness_expect(&h, VENUE,
                         "35=G|11=A5|55=IRS|874=20270120|541=20370120");
    harness_quiet(&h);
    assert_int_equal(used("ACME-USD"), 2 * one);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named);
}

/* R24: the hub sees the client's symbol, and the dates in the fields of DF. */
static void test_gate_curves_dates_in_df(void **state)
{
    (void)state;
    order_by(CLIENT, "A1", "PINGACC", "IRS|916=20270120|917=20370120");
    (void)harness_expect(&h, HUB, "35=DF|55=IRS|541=20370120|874=20270120");
    harness_quiet(&h);
    order_by(CLIENT, "A2", "PINGACC", "IRS|541=20370120");
    const char *ask = harness_expect(&h, HUB, "35=DF|55=IRS|541=20370120");
    assert_null(strstr(ask, "|874="));
    order_by(CLIENT, "A3", "PINGACC", "SW7Y");
    ask = harness_expect(&h, HUB, "35=DF|55=SW7Y");
    assert_null(strstr(ask, "|541="));
}

/* FIX 5.0 SP2 has 916 and 917 in the order; what comes back has its symbol. */
static void test_gate_curves_dates_in_50(void **state)
{
    (void)state;
    harness_in(&h, CLIENT50,
               "35=D|11=A1|453=1|448=SDR|447=D|452=24|55=IRS|916=20270120|"
               "917=20370120|54=1|60=20270115-08:00:00|38=1000000|40=2|44=4.1");
    (void)harness_expect(&h, VENUE50, "35=D|11=A1|55=IRS|916=20270120");
    harness_in(&h, CLIENT50,
               "35=D|11=A2|453=1|448=SDR|447=D|452=24|55=IRS|916=2027-01-20|"
               "917=20370120|54=1|60=20270115-08:00:00|38=1000000|40=2|44=4.1");
    (void)harness_expect(&h, CLIENT50, "35=3|371=916|373=6");
    harness_in(&h, CLIENT50,
               "35=D|11=A3|453=1|448=SDR|447=D|452=24|55=IRS|54=1|"
               "60=20270115-08:00:00|38=1000000|40=2|44=4.1");
    (void)harness_expect(&h, CLIENT50, "35=8|11=A3|55=IRS|58~CG406");
}

/* --- legs (R5) ----------------------------------------------------------- */

#define LEG(instrument, more, side, ref)                                       \
    "|600=" instrument more "|623=1|624=" side "|654=" ref

static void package(const char *id, const char *legs)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "35=AB|11=%s|1=ACME|54=1|55=FLY|555=2%s|60=20270115-08:00:00|"
             "38=1000000|40=2",
             id, legs);
    harness_in(&h, CLIENT, fields);
}

/* Each leg has its own dates, and reports on legs find them by those. */
static void test_gate_curves_legs(void **state)
{
    (void)state;
    cg_dv01 two = charge_of("IRS|917=20290120");
    cg_dv01 ten = charge_of("SW10Y");
    package("P1",
            LEG("IRS", "|611=20290120", "2", "L1") LEG("SW10Y", "", "1", "L2"));
    (void)harness_expect(&h, VENUE, "35=AB|11=P1");
    harness_quiet(&h);
    assert_int_equal(used("ACME-USD"), two + ten);
    package("P2", LEG("IRS", "", "2", "L1") LEG("SW10Y", "", "1", "L2"));
    refused("P2", 406, "tag:611");
    package("P3", LEG("SW10Y", "", "1", "L1")
                      LEG("IRS", "|611=20290120|2506=20290121", "2", "L2"));
    refused("P3", 406, "tag:611");
    package("P4",
            LEG("SW10Y", "", "1", "L1") LEG("IRS", "|611=20770120", "2", "L2"));
    refused("P4", 104, "it ends beyond the last par rate");
    package("P5", LEG("SW50Y", "", "1", "L1") LEG("SW10Y", "", "2", "L2"));
    refused("P5", 104, "it ends beyond");
}

static void test_gate_curves_leg_reports(void **state)
{
    (void)state;
    cg_dv01 two = charge_of("IRS|917=20290120");
    package("P1", LEG("IRS", "|611=20290120", "1", "L1")
                      LEG("IRS", "|611=20370120", "1", "L2"));
    (void)harness_expect(&h, VENUE, "35=AB|11=P1");
    harness_in(&h, VENUE,
               "35=8|37=V1|11=P1|17=E1|150=F|39=1|55=IRS|54=1|38=1000000|"
               "32=500000|31=4|151=500000|14=500000|6=4|442=2|555=1|600=IRS|"
               "611=20290120|624=1");
    (void)harness_expect(&h, HUB, "35=DF|2321=1");
    (void)harness_expect(&h, CLIENT, "35=8|11=P1");
    struct cg_token_view token;
    cg_dv01 consumed = 0;
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        consumed += strcmp(token.order, "P1") == 0 ? token.consumed : 0;
    }
    assert_int_equal(consumed, (two + 1) / 2);
    assert_false(is_noted("ALARM: a report on a leg"));
}

/* --- limits -------------------------------------------------------------- */

static const char bucket_desk[] = GATE_KEYS("")
    RATES_KEYS("TenorBuckets=2Y,5Y,10Y\n")
        DESK LIMIT_OF("ACME-SHORT", "ACME", "Tenor=0-2Y\n")
            LIMIT_OF("ACME-BELLY", "ACME", "Tenor=5Y-10Y\n")
                LIMIT_OF("ACME-LONG", "ACME", "Tenor=10Y-\n")
                    LIMIT_OF("ACME-OWN", "ACME", "Tenor=LONG\n")
                        LIMIT_OF("ACME-IRS",
                                 "ACME",
                                 "SecurityType="
                                 "IRS\n");

/* R10: limits of tenor buckets, products and types cover what is made. */
static void test_gate_curves_tenor_buckets(void **state)
{
    (void)state;
    harness_open_table(&h, bucket_desk, table);
    harness_take_rates(&h, rates_today(), NULL);
    order("A1", "SW2Y");
    goes_on("A1");
    cg_dv01 two = used("ACME-USD");
    assert_int_equal(used("ACME-SHORT"), two);
    order("A2", "IRS|917=20370120"); /* ten years from spot: it ends a bucket */
    goes_on("A2");
    cg_dv01 ten = used("ACME-USD") - two;
    assert_int_equal(used("ACME-BELLY"), ten);
    order("A3", "SOFR10");
    goes_on("A3");
    assert_int_equal(used("ACME-BELLY"), 2 * ten);
    order("A4", "IRS|917=20370220");
    goes_on("A4");
    assert_in_range(used("ACME-LONG"), ten, ten + 100000);
    cg_dv01 own = used("ACME-USD");
    order("A5", "IRS-LONG-1|917=20290120");
    goes_on("A5");
    assert_int_equal(used("ACME-OWN"), used("ACME-USD") - own);
    assert_int_equal(used("ACME-SHORT"), two);
    assert_int_equal(used("ACME-IRS"), own - ten);
    harness_reopen(&h);
    assert_int_equal(used("ACME-IRS"), own - ten);
    harness_close(&h);
}

/* R10, R11: as days pass, a swap between dates gets into a shorter bucket; the
 * orders that are there count under its limit, and under the old one. */
static void test_gate_curves_bucket_moves(void **state)
{
    (void)state;
    harness_open_table(&h, bucket_desk, table);
    harness_take_rates(&h, rates_today(), NULL);
    order("A1", "IRS|917=20290124");
    goes_on("A1");
    cg_dv01 one = used("ACME-USD");
    assert_int_equal(used("ACME-SHORT"), 0);
    harness_take_rates(&h, rates_of("2027-01-22", NULL, NULL), NULL);
    assert_int_equal(used("ACME-USD"), one);
    assert_in_range(used("ACME-SHORT"), one - 20000, one + 20000);
    cg_dv01 short_use = used("ACME-SHORT");
    order("A2", "IRS|917=20290124");
    goes_on("A2");
    assert_int_equal(used("ACME-SHORT"), 2 * short_use);
    size_t named = facts_of(CG_FACT_INSTRUMENT_NAMED);
    harness_take_rates(&h, rates_of("2027-01-22", NULL, NULL), NULL);
    assert_int_equal(facts_of(CG_FACT_INSTRUMENT_NAMED), named);
    harness_reopen(&h);
    assert_int_equal(used("ACME-SHORT"), 2 * short_use);
    harness_close(&h);
}

/* --- restarts ------------------------------------------------------------ */

/* What was priced stays so; what is new waits for the host's rates. */
static void test_gate_curves_outlive_a_restart(void **state)
{
    struct cg_rates_view before;
    struct cg_rates_view after;
    (void)state;
    cg_dv01 seven = charge_of("SW7Y");
    cg_dv01 dated = charge_of("IRS|917=20320120");
    cg_dv01 ten = charge_of("SOFR10");
    assert_true(cg_gate_rates(h.gate, &before));
    reopen();
    assert_true(cg_gate_rates(h.gate, &after));
    assert_memory_equal(&before, &after, sizeof(before));
    assert_int_equal(charge_of("SW7Y"), seven);
    assert_int_equal(charge_of("IRS|917=20320120"), dated);
    assert_int_equal(charge_of("SOFR10"), ten);
    order("A1", "SW8Y");
    refused("A1", 104, "no par rates were taken since");
    harness_take_rates(&h, rates_today(), NULL);
    order("A2", "SW8Y");
    goes_on("A2");
    /* The file of before is no new version. */
    assert_true(cg_gate_rates(h.gate, &after));
    assert_int_equal(after.version, 1);
}

/* Reads the table anew, as a restart with another one does. */
static void reopen_table(const char *text)
{
    static struct harness fresh;
    cg_gate_close(h.gate);
    cg_rates_close(h.rates);
    h.rates = NULL;
    fact_log_crash(&h.facts);
    harness_open_table(&fresh, desk, text);
    cg_gate_close(fresh.gate);
    fact_log_deinit(&fresh.facts);
    cg_config_deinit(&h.config);
    h.config = fresh.config;
    struct cg_gate_options options = {
        .config = &h.config, .journal = &h.journal, .now = h.now};
    char error[256];
    assert_int_equal(cg_gate_open(&options, error, sizeof(error), &h.gate), 0);
    harness_links_up(&h);
}

/* A row that means another swap now does not keep the price of the old one. */
static void test_gate_curves_row_changed(void **state)
{
    (void)state;
    cg_dv01 ten = charge_of("SOFR10");
    cg_dv01 seven = charge_of("SW7Y");
    (void)charge_of("IRS|917=20320120");
    reopen_table(HEADER "SOFR10,,,USD_SOFR,7Y,,,,\nSOFR5,USD,450.00,,,,,,\n"
                        "SW*,USD,,USD_SOFR,*,,OIS,IRS,\n");
    order("A1", "SOFR10");
    refused("A1", 104, "the par rates in force do not price it");
    assert_int_equal(charge_of("SOFR5"), 4500000);
    assert_int_equal(charge_of("SW7Y"), seven);
    order("A2", "IRS|917=20320120");
    refused("A2", 104, "DV01_UNAVAILABLE");
    order("A3", "IRS /2032-01-20");
    refused("A3", 406, "tag:55");
    harness_take_rates(&h, rates_today(), NULL);
    assert_int_equal(charge_of("SOFR10"), seven);
    reopen_table(table);
    order("A4", "SOFR10");
    refused("A4", 104, "the par rates in force do not price it");
    harness_take_rates(&h, rates_today(), NULL);
    assert_int_equal(charge_of("SOFR10"), ten);
    reopen_table(HEADER "SOFR10,USD,900.00,,,,,,\n"
                        "SOFR5,,,USD_SOFR,5Y,,,,\n");
    assert_int_equal(charge_of("SOFR10"), 9000000);
    order("A5", "SW7Y");
    refused("A5", 104, "DV01_UNAVAILABLE");
}

/* --- too many, too old --------------------------------------------------- */

static const char small_desk[] = GATE_KEYS("MaxInstruments=2\n")
    RATES_KEYS("WhenStale=alarm\n") DESK;

/* R2: what had a row of its own may be in a family after the next start, and
 * who rests by its row may fall. */
static void test_gate_curves_row_becomes_a_family(void **state)
{
    (void)state;
    cg_dv01 ten = charge_of("SOFR10");
    order("A1", "SOFR10");
    goes_on("A1");
    acked("A1", "1000000");
    reopen_table(HEADER "SOFR*,,,USD_SOFR,*Y,,OIS,IRS,\n");
    order("A2", "SOFR10");
    refused("A2", 104, "no par rates were taken since");
    harness_take_rates(&h, rates_today(), NULL);
    replace_by(CLIENT, "A5", "A1", "SOFR10", "2000000");
    (void)harness_expect(&h, VENUE, "35=G|11=A5");
    assert_int_equal(charge_of("SOFR10"), ten);
    reopen_table(HEADER "SOFR10,,,USD_SOFR,dates,,OIS,IRS,\n");
    harness_take_rates(&h, rates_today(), NULL);
    (void)charge_of("SOFR10|917=20370120");
    order("A3", "SOFR10");
    refused("A3", 406, "tag:917");
    assert_int_equal(used("ACME-USD"), 2 * ten);
    replace_by(CLIENT, "A4", "A5", "SOFR10", "500000");
    (void)harness_expect(&h, VENUE, "35=G|11=A4|55=SOFR10");
}

/* R4, R41: what has lost its family may still fall, or change its price. */
static void test_gate_curves_family_goes(void **state)
{
    (void)state;
    order("A1", "IRS|916=20270120|917=20370120");
    goes_on("A1");
    acked("A1", "1000000");
    reopen_table(HEADER "SOFR5,,,USD_SOFR,5Y,,,,\n");
    harness_take_rates(&h, rates_today(), NULL);
    replace_by(CLIENT, "A2", "A1", "IRS|916=20270120|917=20370120", "2000000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A2|58~CG104");
    replace_by(CLIENT, "A3", "A1", "IRS|916=20270120|917=20380120", "500000");
    (void)harness_expect(&h, CLIENT, "35=9|11=A3|58~CG404");
    replace_by(CLIENT, "A4", "A1", "IRS|874=20270120|541=20370120", "500000");
    (void)harness_expect(&h, VENUE, "35=G|11=A4");
}

/* What nothing refers to makes room; what open orders are about stays. */
static void test_gate_curves_no_room(void **state)
{
    (void)state;
    harness_open_table(&h, small_desk, table);
    harness_take_rates(&h, rates_today(), NULL);
    order("A1", "SW7Y");
    goes_on("A1");
    order("A2", "SW8Y");
    goes_on("A2");
    order("A3", "SW9Y");
    refused("A3", 104, "the gate has no room for another instrument");
    order("A4", "SW7Y");
    goes_on("A4");
    harness_close(&h);
}

/* R7: rates that are too old take no new risk; cancels and falls pass. */
static void test_gate_curves_stale(void **state)
{
    struct cg_rates_view view;
    (void)state;
    order("A1", "SW7Y");
    goes_on("A1");
    acked("A1", "1000000");
    harness_wait(&h, 3601000);
    assert_true(cg_gate_rates(h.gate, &view));
    assert_true(view.stale);
    order("A2", "SW7Y");
    refused("A2", 107, "RATES_STALE");
    order("A3", "IRS|917=20370120");
    refused("A3", 107, "RATES_STALE");
    order("A4", "USD10Y");
    goes_on("A4");
    replace_by(CLIENT, "A5", "A1", "SW7Y", "500000");
    (void)harness_expect(&h, VENUE, "35=G|11=A5");
    harness_take_rates(&h, rates_today(), NULL);
    order("A6", "SW7Y");
    goes_on("A6");
}

/* Random instruments, orders, rates and restarts; the books always hold. */
static void test_gate_curves_at_random(void **state)
{
    uint64_t seed = 20270115;
    int open = 0;
    (void)state;
    for (int i = 0; i < 1500; i++) {
        char id[16];
        char instrument[64];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t pick = (uint32_t)(seed >> 33);
        int years = 1 + (int)(pick / 16 % 29);
        if (pick % 16 < 6) {
            snprintf(instrument, sizeof(instrument), "SW%dM",
                     years * 12 + (int)(pick / 512 % 12));
        } else {
            snprintf(instrument, sizeof(instrument), "IRS|917=%04d%02d20",
                     2027 + years, 1 + (int)(pick / 512 % 12));
        }
        snprintf(id, sizeof(id), "R%d", i);
        if (pick % 16 == 12) {
            char rate[16];
            snprintf(rate, sizeof(rate), "3.%u", 100 + pick / 512 % 900);
            harness_take_rates(&h, rates_of("2027-01-15", "10Y", rate), NULL);
        } else if (pick % 400 == 13) {
            reopen();
            harness_take_rates(&h, rates_today(), NULL);
        } else {
            order(id, instrument);
            open += h.out_count > 0 && strstr(h.out[0], "35=D|") != NULL;
        }
    }
    assert_true(open > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE_BY(test_gate_curves_none_taken_yet, open_gate),
        WITH_GATE_BY(test_gate_curves_price_the_table, open_with_rates),
        WITH_GATE_BY(test_gate_curves_change_no_charge, open_with_rates),
        WITH_GATE_BY(test_gate_curves_taken_again, open_with_rates),
        WITH_GATE_BY(test_gate_curves_age_of_an_earlier_day, open_with_rates),
        WITH_GATE_BY(test_gate_curves_read_again, open_with_rates),
        WITH_GATE_BY(test_gate_curves_last_line_without_end, open_with_rates),
        WITH_GATE_BY(test_gate_curves_price_goes_and_comes, open_with_rates),
        WITH_GATE_BY(test_gate_curves_bad_files_change_nothing,
                     open_with_rates),
        WITH_GATE_BY(test_gate_curves_move_a_bounded_way, open_with_rates),
        WITH_GATE_BY(test_gate_curves_date_of_the_file, open_gate),
        WITH_GATE_BY(test_gate_curves_must_reach_the_table, open_gate),
        WITH_GATE_BY(test_gate_curves_of_another_configuration, open_gate),
        WITH_GATE_BY(test_gate_curves_pattern_makes_instruments,
                     open_with_rates),
        WITH_GATE_BY(test_gate_curves_pattern_and_security_id, open_with_rates),
        cmocka_unit_test(test_gate_curves_id_of_another_row),
        WITH_GATE_BY(test_gate_curves_dates_make_instruments, open_with_rates),
        WITH_GATE_BY(test_gate_curves_dates_refused, open_with_rates),
        WITH_GATE_BY(test_gate_curves_dates_without_price, open_with_rates),
        cmocka_unit_test(test_gate_curves_names_that_meet),
        WITH_GATE_BY(test_gate_curves_symbols_unfit_for_the_journal,
                     open_with_rates),
        WITH_GATE_BY(test_gate_curves_dates_of_a_replace, open_with_rates),
        WITH_GATE_BY(test_gate_curves_dates_in_df, open_with_rates),
        WITH_GATE_BY(test_gate_curves_dates_in_50, open_with_rates),
        WITH_GATE_BY(test_gate_curves_legs, open_with_rates),
        WITH_GATE_BY(test_gate_curves_leg_reports, open_with_rates),
        cmocka_unit_test(test_gate_curves_tenor_buckets),
        cmocka_unit_test(test_gate_curves_bucket_moves),
        WITH_GATE_BY(test_gate_curves_outlive_a_restart, open_with_rates),
        WITH_GATE_BY(test_gate_curves_row_changed, open_with_rates),
        WITH_GATE_BY(test_gate_curves_row_becomes_a_family, open_with_rates),
        WITH_GATE_BY(test_gate_curves_family_goes, open_with_rates),
        cmocka_unit_test(test_gate_curves_no_room),
        WITH_GATE_BY(test_gate_curves_stale, open_with_rates),
        WITH_GATE_BY(test_gate_curves_at_random, open_with_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
