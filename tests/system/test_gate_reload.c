/*
 * The gate as a process whose par rates change while it runs.
 *
 * The DV01s below were computed apart from this program, from the same rates
 * and holidays: a million of USD-SOFR-10Y has 837.6147 by the first file and
 * 816.5524 by the second.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"

#include <demo_story.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEADER "set,curve,tenor,rate_pct,valuation_date\n"
#define ROW(tenor, rate) "smp,USD_SOFR," tenor "," rate ",2026-01-15\n"
#define FIRST_RATES                                                            \
    HEADER ROW("1Y", "3.481") ROW("2Y", "3.392") ROW("5Y", "3.441")            \
        ROW("10Y", "3.703")
#define SECOND_RATES                                                           \
    HEADER ROW("1Y", "3.981") ROW("2Y", "3.892") ROW("5Y", "3.941")            \
        ROW("10Y", "4.203")
#define HALF_OF_SECOND_RATES HEADER ROW("1Y", "3.981") ROW("2Y", "3.892")
#define CUT_IN_THE_LAST_NUMBER                                                 \
    "set,curve,tenor,rate_pct\nsmp,USD_SOFR,1Y,3.981\nsmp,USD_SOFR,2Y,3.892\n" \
    "smp,USD_SOFR,5Y,3.941\nsmp,USD_SOFR,10Y,4.2"
#define BAD_RATES                                                              \
    HEADER ROW("1Y", "3.981") ROW("2Y", "3,892") ROW("5Y", "much")             \
        ROW("10Y", "4.203")

#define RATES(text) WRITE("rates.csv", text)

#define CURVE_INSTRUMENTS                                                      \
    WRITE("instruments.csv",                                                   \
          "instrument,currency,dv01_per_million,convention,swap\n"             \
          "USD-SOFR-2Y,USD,,USD_SOFR,2Y\n"                                     \
          "USD-SOFR-10Y,USD,,USD_SOFR,10Y\n"                                   \
          "USD-TABLE,USD,904.00,,\n")

#define RATES_SECTION "[RATES]\nParRates=rates.csv\nPollMs=10\nMaxAgeMs=never\n"
/* For rates without a date, which are as old as their file. */
#define AGING_SECTION "[RATES]\nParRates=rates.csv\nPollMs=10\n"
#define UNDATED_RATES                                                          \
    "set,curve,tenor,rate_pct\nsmp,USD_SOFR,1Y,3.481\nsmp,USD_SOFR,10Y,3."     \
    "703\n"
#define OTHER_UNDATED_RATES                                                    \
    "set,curve,tenor,rate_pct\nsmp,USD_SOFR,1Y,3.981\nsmp,USD_SOFR,10Y,4."     \
    "203\n"

/* As START_ALL, with rates; |first| puts their file there, or takes it away. */
#define START_RATED(settings, first)                                           \
    START_HUB, START_VENUE("FIX.4.4"), WRITE("gate.cfg", settings),            \
        CURVE_INSTRUMENTS, first, START_GATE, SEE(HUB, "in DE", "2316=0"),     \
        VENUE_IS_UP("FIX.4.4"),                                                \
        START(CLIENT, "clientsim --connect $GATE_PORT" DICTIONARIES),          \
        SEE(CLIENT, "logon", "")

#define TAKEN(version) SEE(GATE, "gate", "takes par rates " version ",")
#define STAYS(version)                                                         \
    SEE(GATE, "gate", "the par rates of version " version ", made ")

/* --- what stories cannot say -------------------------------------------- */

static const char *path_of(struct story_stage *stage, const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", story_variable(stage, "DIR"),
                   name);
    return path;
}

static const char *remove_rates(struct story_stage *stage)
{
    return unlink(path_of(stage, "rates.csv")) == 0 ? NULL : "no rates.csv";
}

static const char *age_rates(struct story_stage *stage, time_t seconds)
{
    struct timespec at[2];
    (void)clock_gettime(CLOCK_REALTIME, &at[0]);
    at[0].tv_sec -= seconds;
    at[1] = at[0];
    return utimensat(AT_FDCWD, path_of(stage, "rates.csv"), at, 0) == 0
               ? NULL
               : "no rates.csv";
}

static const char *age_an_hour(struct story_stage *stage)
{
    return age_rates(stage, 3600);
}

static const char *age_two_days(struct story_stage *stage)
{
    return age_rates(stage, (time_t)2 * 86400 + 60);
}

/* The one number that |sql| asks of the gate's journal. */
static int count_facts(struct story_stage *stage, const char *sql)
{
    sqlite3 *journal = NULL;
    sqlite3_stmt *statement = NULL;
    int count = -1;
    if (sqlite3_open_v2(path_of(stage, "gate.journal"), &journal,
                        SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(journal, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        count = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    sqlite3_close(journal);
    return count;
}

/* Two takes, each with what it changed: two curves, and no table. */
static const char *facts_of_two_takes(struct story_stage *stage)
{
    if (count_facts(stage, "SELECT count(*) FROM fact WHERE kind = 'rates "
                           "taken'") != 2) {
        return "not two takes";
    }
    if (count_facts(stage, "SELECT count(*) FROM fact WHERE kind = "
                           "'instrument rated' AND no > (SELECT max(no) FROM "
                           "fact WHERE kind = 'rates taken')") != 2) {
        return "the second take has not changed two instruments";
    }
    return count_facts(
               stage,
               "SELECT count(*) FROM fact WHERE "
               "kind = 'instrument rated' AND rate IN (8376147, 8165524)") == 2
               ? NULL
               : "not the DV01s of 10Y";
}

static const char *facts_of_one_take(struct story_stage *stage)
{
    return count_facts(stage, "SELECT count(*) FROM fact WHERE kind = 'rates "
                              "taken'") == 1
               ? NULL
               : "not one take";
}

/* --- stories ------------------------------------------------------------ */

/*
 * R2 R7: a new file while the gate runs.  New orders are charged by it, and so
 * is a raise; the order that rests keeps its charge, and its fills are reported
 * by it.
 */
static void test_gate_reload_charges_new_orders_only(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") RATES_SECTION, RATES(FIRST_RATES)),
        BUY("A1", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=41880.7350|2319=$A1"),
        THEN(VENUE, "in D", "11=A1|7350=$A1"),
        THEN(CLIENT, "in 8", "11=A1|150=0"),
        BUY("A2", "20000000"),
        SEE(HUB, "in DF", "2320=0|2324=16752.2940|2319=$A2"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        SCENE("a new file"),
        RATES(SECOND_RATES),
        TAKEN("2"),
        SEE(GATE, "gate", "2 of them anew"),
        BUY("B1", "10000000"),
        SEE(HUB, "in DF", "2320=0|2324=8165.5240|2319=$B1"),
        THEN(VENUE, "in D", "11=B1|7350=$B1"),
        SEE(CLIENT, "in 8", "11=B1|150=0"),
        TELL(VENUE, "fill A1 50000000 4.125"),
        SEE(CLIENT, "in 8", "11=A1|150=F|39=2"),
        SEE(HUB, "in DF", "2319=$A1|2321=1|2324=41880.7350"),
        SEE(HUB, "out DG", "2319=$A1|2321=1|2325=0"),
        TELL(CLIENT, "replace A3 A2 30000000 4.125"),
        SEE(HUB, "in DF", "2319=$A2|2320=2|2324=24496.5720"),
        SEE(CLIENT, "in 8", "11=A3|41=A2|150=5"),
        TELL(CLIENT, "order T1 USD-TABLE buy 1000000 4.125 ACME"),
        SEE(HUB, "in DF", "2320=0|2324=904.00|2319=$T1"),
        SEE(CLIENT, "in 8", "11=T1|150=0"),
        END_ALL_AGREED,
        RUN("show --journal $DIR/gate.journal", 0, "rates|2       smp |fresh"),
        RUN("show --journal $DIR/gate.journal --format csv", 0,
            "rates,set,made,taken,age,state,digest|2,smp,20"),
        RUN("show --journal $DIR/gate.journal --format json", 0,
            "\"rates\":[{\"rates\":\"2\",\"set\":\"smp\""),
        CHECK(facts_of_two_takes),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* A bad file, half a file, none: each is said, and the old rates stay. */
static void test_gate_reload_bad_file_changes_nothing(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") RATES_SECTION, RATES(FIRST_RATES)),
        SCENE("bad"),
        RATES(BAD_RATES),
        SEE(GATE, "gate", "rates.csv:4: "),
        STAYS("1"),
        BUY("A1", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=41880.7350"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("half"),
        RATES(HALF_OF_SECOND_RATES),
        SEE(GATE, "gate", "the rate of USD_SOFR 5Y is missing"),
        SEE(GATE, "gate", "the rate of USD_SOFR 10Y is missing"),
        SEE(GATE, "gate", "rates.csv is not taken (2 mistakes)"),
        RATES(CUT_IN_THE_LAST_NUMBER),
        SEE(GATE, "gate", "rates.csv:5: the last line has no end"),
        SCENE("none"),
        CHECK(remove_rates),
        SEE(GATE, "gate", "No such file"),
        STAYS("1"),
        BUY("A2", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=837.6147"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        NONE(GATE, "gate", "takes par rates"),
        SCENE("good"),
        RATES(SECOND_RATES),
        TAKEN("2"),
        BUY("A3", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=816.5524"),
        SEE(CLIENT, "in 8", "11=A3|150=0"),
        END_ALL_AGREED,
        CHECK(facts_of_two_takes),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* SIGHUP reads again; the same bytes, touched, are as old as the touch. */
static void test_gate_reload_asked_by_signal(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") AGING_SECTION, RATES(UNDATED_RATES)),
        HANGUP(GATE),
        SEE(GATE, "gate", "told to read the configuration again"),
        SEE(GATE, "gate", "the par rates are unchanged: version 1, made "),
        CHECK(age_an_hour),
        SEE(GATE, "gate", "takes par rates 2, 1h"),
        HANGUP(GATE),
        SEE(GATE, "gate", "the par rates are unchanged: version 2, made "),
        SCENE("killed: what was taken a turn ago is durable"),
        KILL(GATE),
        RUN("show --journal $DIR/gate.journal", 0, "rates|2       smp "),
        END(CLIENT),
        END(HUB),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* A gate that has only a table goes on. */
static void test_gate_reload_asked_without_rates(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        HANGUP(GATE),
        SEE(GATE, "config", "the configuration is unchanged"),
        BUY("A1", "1000000"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        END_ALL_AGREED,
        RUN("show --journal $DIR/gate.journal --format json", 0,
            "\"rates\":[],"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R51: rates that are too old take no new risk, and hold up no cancel. */
static void test_gate_reload_stale_rates_refuse(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") AGING_SECTION, RATES(UNDATED_RATES)),
        BUY("A1", "1000000"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("two days old"),
        CHECK(age_two_days),
        SEE(GATE, "gate", "ALARM: the par rates are 2d"),
        BUY("A2", "1000000"),
        SEE(CLIENT, "in 8", "11=A2|150=8|39=8|58~CG107"),
        TELL(CLIENT, "order T1 USD-TABLE buy 1000000 4.125 ACME"),
        SEE(CLIENT, "in 8", "11=T1|150=0"),
        TELL(CLIENT, "cancel A9 A1"),
        SEE(CLIENT, "in 8", "11=A9|41=A1|150=4"),
        SCENE("killed, and still two days old"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        RUN("show --journal $DIR/gate.journal", 0, "STALE"),
        START_GATE,
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        BUY("A3", "1000000"),
        SEE(CLIENT, "in 8", "11=A3|150=8|39=8|58~CG107"),
        SCENE("of today"),
        RATES(OTHER_UNDATED_RATES),
        TAKEN("3"),
        BUY("A4", "1000000"),
        SEE(CLIENT, "in 8", "11=A4|150=0"),
        END_ALL_AGREED,
        RUN("show --journal $DIR/gate.journal", 0, "fresh"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R45: killed and started again: the version is what it was, with the file
 * unchanged and with a bad one; a new one is the next. */
static void test_gate_reload_killed_keeps_the_version(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") RATES_SECTION, RATES(FIRST_RATES)),
        BUY("A1", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=41880.7350|2319=$A1"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("unchanged"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        START_GATE,
        SEE(GATE, "gate", "the par rates are unchanged: version 1, made "),
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        BUY("A2", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=837.6147"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        SCENE("bad"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        CHECK(facts_of_one_take),
        RATES(BAD_RATES),
        START_GATE,
        SEE(GATE, "gate", "rates.csv:4: "),
        STAYS("1"),
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        BUY("A3", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=837.6147"),
        SEE(CLIENT, "in 8", "11=A3|150=0"),
        NONE(GATE, "gate", "takes par rates"),
        SCENE("new"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        RATES(SECOND_RATES),
        START_GATE,
        TAKEN("2"),
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        TELL(VENUE, "fill A1 50000000 4.125"),
        SEE(HUB, "in DF", "2319=$A1|2321=1|2324=41880.7350"),
        SEE(HUB, "out DG", "2319=$A1|2321=1|2325=0"),
        BUY("A4", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=816.5524"),
        SEE(CLIENT, "in 8", "11=A4|150=0"),
        END_ALL_AGREED,
        CHECK(facts_of_two_takes),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R4: no rates at all: orders that need them are refused, others pass, and the
 * first file that is good ends that. */
static void test_gate_reload_starts_without_rates(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") RATES_SECTION, SET("NO", "RATES")),
        BUY("A1", "1000000"),
        SEE(CLIENT, "in 8", "11=A1|150=8|39=8|58~CG104"),
        TELL(CLIENT, "order T1 USD-TABLE buy 1000000 4.125 ACME"),
        SEE(CLIENT, "in 8", "11=T1|150=0"),
        RATES(FIRST_RATES),
        TAKEN("1"),
        BUY("A2", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=837.6147"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        TELL(CLIENT, "cancel T2 T1"),
        SEE(CLIENT, "in 8", "11=T2|41=T1|150=4"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Told to end while a worker reads: it is waited for, and nothing is left. */
static void test_gate_reload_ends_while_reading(void **state)
{
    static const struct story_step steps[] = {
        START_RATED(SETTINGS("ping") RATES_SECTION, RATES(FIRST_RATES)),
        RATES(SECOND_RATES),
        HANGUP(GATE),
        END_ALL_AGREED,
        SCENE("at once"),
        START_GATE,
        SEE(GATE, "gate", "par rates"),
        HANGUP(GATE),
        END(GATE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* What a start would find is told without one. */
static void test_gate_reload_rates_are_checked_before(void **state)
{
    static const struct story_step steps[] = {
        SET("VENUE_PORT", "1"),
        SET("HUB_PORT", "1"),
        WRITE("gate.cfg", SETTINGS("ping") RATES_SECTION),
        CURVE_INSTRUMENTS,
        RUN("run --check-config --config $DIR/gate.cfg", 2,
            "rates.csv: it cannot be read: No such file|1 mistake"),
        RATES(BAD_RATES),
        RUN("run --check-config --config $DIR/gate.cfg", 2,
            "rates.csv:3: |rates.csv:4: |2 mistakes"),
        WRITE("gate.cfg", SETTINGS("ping") AGING_SECTION),
        RATES(FIRST_RATES),
        RUN("run --check-config --config $DIR/gate.cfg", 0,
            "smp 2026-01-15 rates.csv, digest | old (STALE); stale after 1d"),
        RATES(UNDATED_RATES),
        RUN("run --check-config --config $DIR/gate.cfg", 0, "s old; stale "),
        WRITE("gate.cfg", SETTINGS("ping") RATES_SECTION),
        RATES(FIRST_RATES),
        RUN("run --check-config --config $DIR/gate.cfg", 0,
            "is fine: |smp 2026-01-15 rates.csv|USD_SOFR|EUR_ESTR|"
            "USD-SOFR-10Y|837.6147|USD-SOFR-2Y|192.5502"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_reload_charges_new_orders_only),
        CASE(test_gate_reload_bad_file_changes_nothing),
        CASE(test_gate_reload_asked_by_signal),
        CASE(test_gate_reload_asked_without_rates),
        CASE(test_gate_reload_stale_rates_refuse),
        CASE(test_gate_reload_killed_keeps_the_version),
        CASE(test_gate_reload_starts_without_rates),
        CASE(test_gate_reload_ends_while_reading),
        CASE(test_gate_reload_rates_are_checked_before),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
