/*
 * The gate as a process whose configuration changes while it runs.
 *
 * A million of USD-SOFR-10Y has a DV01 of 904.00 by the table, and of 837.6147
 * by the par rates below (computed apart from this program).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"

#include <demo_story.h>

/* The own desk's limit beside the hub's. */
#define OWN(amount)                                                            \
    "[LIMIT]\nRiskLimitID=OWN-USD\nAccount=ACME\nCurrency=USD\nModel=push\n"   \
    "Amount=" amount "\n"

#define CONFIG(text) WRITE("gate.cfg", text)
#define TABLE(dv01)                                                            \
    WRITE("instruments.csv", "instrument,currency,dv01_per_million\n"          \
                             "USD-SOFR-10Y,USD," dv01 "\n")

#define RATES_SECTION "[RATES]\nParRates=rates.csv\nPollMs=10\nMaxAgeMs=never\n"
#define RATES                                                                  \
    "set,curve,tenor,rate_pct,valuation_date\n"                                \
    "smp,USD_SOFR,1Y,3.481,2026-01-15\nsmp,USD_SOFR,2Y,3.392,2026-01-15\n"     \
    "smp,USD_SOFR,5Y,3.441,2026-01-15\nsmp,USD_SOFR,10Y,3.703,2026-01-15\n"
#define CURVES(more)                                                           \
    WRITE("instruments.csv",                                                   \
          "instrument,currency,dv01_per_million,convention,swap\n"             \
          "USD-SOFR-10Y,,,USD_SOFR,10Y\n" more)

#define SAYS(words) SEE(GATE, "config", words)
#define UNCHANGED HANGUP(GATE), SAYS("the configuration is unchanged")

/* A limit is lowered, an instrument gets dearer; orders go on, and a restart
 * after kill -9 comes to the same. */
static void test_gate_config_is_taken_by_signal(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping") OWN("80000")),
        UNCHANGED,
        BUY("A1", "50000000"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        CONFIG(SETTINGS("ping") OWN("100000")),
        TABLE("905"),
        HANGUP(GATE),
        SAYS("limit OWN-USD: Amount 80000 -> 100000"),
        SAYS("instrument USD-SOFR-10Y: dv01_per_million 904 -> 905"),
        SAYS("2 changes taken"),
        BUY("A2", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=45250.00"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        UNCHANGED,
        SCENE("killed: the turn that said it is durable"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        RUN("show --journal $DIR/gate.journal", 0, "OWN-USD|100000|90450.00"),
        START_GATE,
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        UNCHANGED,
        SCENE("lowered"),
        CONFIG(SETTINGS("ping") OWN("50000")),
        HANGUP(GATE),
        SAYS("limit OWN-USD: Amount 100000 -> 50000"),
        SEE(CLIENT, "in 8", "11=A2|150=4"),
        SEE(CLIENT, "in B", "148=Credit limit breached"),
        END_ALL_AGREED,
        RUN("records --journal $DIR/gate.journal", 0,
            "configuration: limit OWN-USD: Amount 100000 -> 50000"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Mistakes are told with their lines, and nothing changes. */
static void test_gate_config_bad_file_changes_nothing(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping") OWN("80000")),
        CONFIG(SETTINGS("ping") OWN("1") "Amonut=5\n[LIMIT]\n"),
        HANGUP(GATE),
        SAYS("gate.cfg:47: Amonut= is not a key of [LIMIT]; did you mean "
             "Amount= ?"),
        SAYS("gate.cfg:48: this [LIMIT] has no RiskLimitID=; add a line"),
        SAYS("gate.cfg is not taken (6 mistakes): the configuration of before "
             "stays in force"),
        SCENE("a limit that the journal has otherwise"),
        CONFIG(SETTINGS("ping") OWN("1") "Measure=net\n"),
        HANGUP(GATE),
        SAYS("gate.cfg:41: limit OWN-USD: measure is net here, gross in the "
             "journal; give"),
        SAYS("gate.cfg is not taken (1 mistake): "),
        SCENE("no file, and a table cut short"),
        CONFIG(SETTINGS("ping") OWN("80000")),
        WRITE("instruments.csv", "instrument,currency,dv01_per_million\nUSD-S"),
        HANGUP(GATE),
        SAYS("instruments.csv:2: "),
        SAYS("gate.cfg is not taken ("),
        BUY("A1", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=45200.00"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Sessions and sizes wait for a restart; the rest does not. */
static void test_gate_config_sessions_wait_for_a_restart(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping") OWN("80000")),
        CONFIG(SETTINGS("ping") OWN("70000")
                   CLIENT_SECTION("CLIENT3", "FIX.4.4", "ACME") "[DEFAULT]\n"),
        HANGUP(GATE),
        SAYS("a second [DEFAULT]"),
        CONFIG(SETTINGS("ping") OWN("70000")
                   CLIENT_SECTION("CLIENT3", "FIX.4.4", "ACME")),
        HANGUP(GATE),
        SAYS("session CLIENT3: new: needs a restart"),
        SAYS("limit OWN-USD: Amount 80000 -> 70000"),
        SAYS("1 change taken, 1 needs a restart"),
        BUY("A1", "80000000"),
        SEE(CLIENT, "in 8", "11=A1|150=8|58~avl:70000.00"),
        END(GATE),
        START_GATE,
        SEE(CLIENT, "logon", ""),
        SEE(GATE, "line", "CLIENT3 listens on"),
        VENUE_IS_UP("FIX.4.4"),
        BUY("A2", "10000000"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Instruments by par rates come with the rates, and go on by the old ones when
 * the file is no good; no order is refused in between. */
static void test_gate_config_rates_come_with_it(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping") OWN("80000")),
        SCENE("the table's, then by a curve"),
        CONFIG(SETTINGS("ping") OWN("80000") RATES_SECTION),
        WRITE("rates.csv", RATES),
        CURVES(""),
        HANGUP(GATE),
        SAYS("[RATES]: new"),
        SAYS("instrument USD-SOFR-10Y: dv01_per_million 904 -> by a curve"),
        SAYS("instrument USD-SOFR-10Y: convention none -> USD_SOFR"),
        SEE(GATE, "gate", "takes par rates 1,"),
        SEE(GATE, "gate", "the par rates are unchanged: version 1"),
        BUY("A1", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=837.6147"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("a new row, and rates that are no good"),
        WRITE("rates.csv", "set,curve,tenor,rate_pct\n"),
        SEE(GATE, "gate", "rates.csv is not taken"),
        CURVES("USD-SOFR-5Y,,,USD_SOFR,5Y\nUSD*,,,USD_SOFR,*Y\n"),
        HANGUP(GATE),
        SAYS("instrument USD-SOFR-5Y: new"),
        SAYS("instrument USD*: new"),
        SEE(GATE, "gate", "rates.csv is not taken"),
        TELL(CLIENT, "order A2 USD-SOFR-5Y buy 1000000 4.125 ACME"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        TELL(CLIENT, "order A3 USD7 buy 1000000 4.125 ACME"),
        SEE(CLIENT, "in 8", "11=A3|150=0"),
        SCENE("a row that no rates price"),
        CURVES("EUR-ESTR-5Y,,,EUR_ESTR,5Y\n"),
        HANGUP(GATE),
        SAYS("instrument EUR-ESTR-5Y (EUR_ESTR 5Y) has no price by these "
             "rates"),
        SAYS("gate.cfg is not taken (1 mistake)"),
        TELL(CLIENT, "order A4 USD8 buy 1000000 4.125 ACME"),
        SEE(CLIENT, "in 8", "11=A4|150=0"),
        SCENE("and back to the table"),
        CONFIG(SETTINGS("ping") OWN("80000")),
        TABLE("904"),
        HANGUP(GATE),
        SAYS("[RATES]: is not there any more"),
        BUY("A5", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=904.00"),
        SEE(CLIENT, "in 8", "11=A5|150=0"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Told to end while it reads; told to read while it reads. */
static void test_gate_config_ends_while_reading(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping") OWN("80000")),
        CONFIG(SETTINGS("ping") OWN("70000")),
        HANGUP(GATE),
        HANGUP(GATE),
        HANGUP(GATE),
        SAYS("limit OWN-USD: Amount 80000 -> 70000"),
        CONFIG(SETTINGS("ping") OWN("60000")),
        HANGUP(GATE),
        END(GATE),
        SEE(CLIENT, "logout", ""),
        START_GATE,
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        HANGUP(GATE),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_config_is_taken_by_signal),
        CASE(test_gate_config_bad_file_changes_nothing),
        CASE(test_gate_config_sessions_wait_for_a_restart),
        CASE(test_gate_config_rates_come_with_it),
        CASE(test_gate_config_ends_while_reading),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
