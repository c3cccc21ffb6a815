/*
 * Memory that runs out: each allocation of the configuration's reader, of a
 * session and of the journal fails in turn.  Each time the caller is told,
 * nothing leaks (under sanitizers), and nothing half made is handed out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "small_config.h"

#include <calendar.h>
#include <creditgate/gate.h>
#include <creditgate/journal.h>
#include <creditgate/rates.h>
#include <script.h>
#include <shipped.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void count_report(void *user,
                         const char *file,
                         int line,
                         const char *wrong,
                         const char *remedy)
{
    size_t *reports = user;

    assert_true(strlen(file) > 0 && line >= 0);
    assert_true(strlen(wrong) > 0 && strlen(remedy) > 0);
    (*reports)++;
}

/* All that instruments by curve need. */
static const struct cg_config_memory rates_memory = {
    .name = "gate.cfg",
    .text = CONFIG_TEXT "[RATES]\nTenorBuckets=5Y\n",
    .instruments = "instrument,convention,swap\n"
                   "A,MINE,10Y\nS*,MINE,*\nS*,MINE,dates\n",
    .conventions =
        "convention,type,currency,par_curve,discount_convention,"
        "fixed_frequency,fixed_daycount,float_index,float_frequency,"
        "float_daycount,calendar,business_day_adjustment,end_of_month_rule,"
        "spot_lag_days,payment_lag_days\n"
        "MINE,OIS,CHF,SARON,,annual,ACT/360,SARON,annual,ACT/360,DESK,"
        "modified_following,yes,2,2\n",
    .holidays = "calendar,date\nDESK,2026-01-01\n",
};

static int read_one(const char *path, size_t *reports, struct cg_config *config)
{
    return path != NULL ? cg_config_read(path, count_report, reports, config)
                        : cg_config_read_memory(&rates_memory, count_report,
                                                reports, config);
}

/* Reads |path|, or |rates_memory| for NULL, with the n-th allocation failing, n
 * = 1, 2, ... until none does; |result| is what comes out then. */
static void read_without_memory(const char *path, int result)
{
    struct cg_config zero;

    memset(&zero, 0, sizeof(zero));
    for (long n = 1;; n++) {
        struct cg_config config;
        size_t reports = 0;
        int got;

        failures = 0;
        countdown = n;
        got = read_one(path, &reports, &config);
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(got, result);
            cg_config_deinit(&config);
            assert_true(n > 20);
            return;
        }
        assert_int_equal(got, CG_ERR_MEMORY);
        assert_int_equal(reports, 0);
        assert_memory_equal(&config, &zero, sizeof(config));
    }
}

#define PAR_RATES                                                              \
    "set,curve,tenor,rate_pct,valuation_date\neod,USD_SOFR,1Y,3.5,2027-01-"    \
    "15\n"                                                                     \
    "eod,USD_SOFR,5Y,3.5,2027-01-15\n"

/* The same of par rates: |text| ends in |result|. */
static void rates_without_memory(const struct cg_config *config,
                                 const struct cg_rates *before,
                                 const char *text,
                                 int result)
{
    const struct cg_rates_text bytes = {"rates.csv", text, strlen(text),
                                        1800000000 * CG_SECOND};
    for (long n = 1;; n++) {
        struct cg_rates *rates = NULL;
        size_t reports = 0;
        int got;

        failures = 0;
        countdown = n;
        got = cg_rates_read(config, &bytes, before, count_report, &reports,
                            &rates);
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(got, result);
            assert_true((reports > 0) == (result == CG_ERR_CONFIG));
            assert_true((rates != NULL) == (result == 0));
            cg_rates_close(rates);
            assert_true(n > 5);
            return;
        }
        assert_int_equal(got, CG_ERR_MEMORY);
        assert_int_equal(reports, 0);
        assert_null(rates);
    }
}

static void test_rates_no_memory_refused(void **state)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = CONFIG_TEXT "[RATES]\n",
        .instruments = "instrument,convention,swap\nA,USD_SOFR,5Y\n"};
    const struct cg_rates_text bytes = {"rates.csv",
                                        PAR_RATES "eod,USD_SOFR,7Y,4,"
                                                  "2027-01-15\n",
                                        sizeof(PAR_RATES "eod,USD_SOFR,7Y,4,"
                                                         "2027-01-15\n") -
                                            1,
                                        1800000000 * CG_SECOND};
    struct cg_config config;
    struct cg_rates *before = NULL;
    size_t reports = 0;
    (void)state;

    assert_int_equal(
        cg_config_read_memory(&memory, count_report, &reports, &config), 0);
    assert_int_equal(
        cg_rates_read(&config, &bytes, NULL, count_report, &reports, &before),
        0);
    for (int i = 0; i <= 1; i++) {
        for_good = i == 1;
        rates_without_memory(&config, NULL, PAR_RATES, 0);
        rates_without_memory(&config, before, PAR_RATES, CG_ERR_CONFIG);
        rates_without_memory(&config, NULL, "set,curve\n", CG_ERR_CONFIG);
    }
    cg_rates_close(before);
    cg_config_deinit(&config);
}

/* The same rates for a configuration: likewise. */
static void test_rates_again_no_memory_refused(void **state)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = CONFIG_TEXT "[RATES]\n",
        .instruments = "instrument,convention,swap\nA,USD_SOFR,5Y\n"};
    const struct cg_rates_text bytes = {
        "rates.csv", PAR_RATES, strlen(PAR_RATES), 1800000000 * CG_SECOND};
    struct cg_config config;
    struct cg_rates *rates = NULL;
    size_t reports = 0;
    (void)state;

    assert_int_equal(
        cg_config_read_memory(&memory, count_report, &reports, &config), 0);
    assert_int_equal(
        cg_rates_read(&config, &bytes, NULL, count_report, &reports, &rates),
        0);
    for (long n = 1;; n++) {
        struct cg_rates *again = NULL;
        int got;

        failures = 0;
        for_good = n % 2 == 0;
        countdown = n;
        got = cg_rates_again(&config, rates, count_report, &reports, &again);
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(got, 0);
            assert_true(n > 5);
            cg_rates_close(again);
            break;
        }
        assert_int_equal(got, CG_ERR_MEMORY);
        assert_null(again);
    }
    assert_int_equal(reports, 0);
    cg_rates_close(rates);
    cg_config_deinit(&config);
}

static void
count_change(void *user, enum cg_change change, int line, const char *text)
{
    size_t *changes = user;

    (void)line;
    assert_int_equal(change, CG_CHANGE_TAKEN);
    assert_true(strlen(text) > 0);
    (*changes)++;
}

/* A gate that runs takes memory for one text, before anything changes. */
static void test_reconfigure_no_memory_refused(void **state)
{
    const struct cg_config_memory before = {
        .name = "gate.cfg", .text = CONFIG_TEXT, .instruments = CONFIG_TABLE};
    const struct cg_config_memory after = {.name = "gate.cfg",
                                           .text = CONFIG_TEXT "Queue=Y\n",
                                           .instruments = CONFIG_TABLE
                                           "USSW5,USD,450\n"};
    struct cg_config configs[2];
    struct cg_journal journal;
    struct cg_gate *gate;
    size_t reports = 0;
    size_t changes = 0;
    char error[256];
    (void)state;

    assert_int_equal(
        cg_config_read_memory(&before, count_report, &reports, &configs[0]), 0);
    assert_int_equal(
        cg_config_read_memory(&after, count_report, &reports, &configs[1]), 0);
    assert_int_equal(cg_journal_open_memory(&journal), 0);
    const struct cg_gate_options options = {.config = &configs[0],
                                            .journal = &journal,
                                            .now = 1800000000 * CG_SECOND};
    assert_int_equal(cg_gate_open(&options, error, sizeof(error), &gate), 0);
    cg_seq facts = cg_gate_facts(gate);
    countdown = 1;
    assert_int_equal(cg_gate_reconfigure(gate, &configs[1], NULL, options.now,
                                         count_change, &changes),
                     CG_ERR_MEMORY);
    assert_int_equal(cg_gate_facts(gate), facts);
    assert_int_equal(changes, 0);
    failures = 0;
    countdown = 2;
    assert_int_equal(cg_gate_reconfigure(gate, &configs[1], NULL, options.now,
                                         count_change, &changes),
                     0);
    countdown = -1;
    assert_int_equal(failures, 0);
    assert_int_equal(changes, 2);
    cg_gate_close(gate);
    journal.close(journal.user);
    cg_config_deinit(&configs[0]);
    cg_config_deinit(&configs[1]);
}

static void test_config_no_memory_refused(void **state)
{
    (void)state;
    for_good = false;
    read_without_memory(SAMPLES "/gate.cfg", 0);
    for_good = true;
    read_without_memory(SAMPLES "/gate.cfg", 0);
}

static void test_config_no_memory_for_rates_refused(void **state)
{
    (void)state;
    for_good = false;
    read_without_memory(NULL, 0);
    for_good = true;
    read_without_memory(NULL, 0);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* With all the files that a configuration can name, those that the gate writes
 * as well. */
static void test_config_no_memory_for_files_refused(void **state)
{
    static const char *const names[] = {"instruments.csv", "conventions.csv",
                                        "holidays.csv", "rates.csv"};
    const char *const texts[] = {rates_memory.instruments,
                                 rates_memory.conventions,
                                 rates_memory.holidays, PAR_RATES};
    char folder[] = "/tmp/creditgate-memory-XXXXXX";
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        put(path, texts[i]);
    }
    (void)snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    put(path,
        "[GATE]\nMessageLog=messages.log\nTimeZone=Europe/London\n" CONFIG_REST
        "[RATES]\nParRates=rates.csv\nConventions=conventions.csv\n"
        "Holidays=holidays.csv\n");
    for (int i = 0; i <= 1; i++) {
        for_good = i == 1;
        read_without_memory(path, 0);
    }
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

/* With mistakes to report, too: this table is no configuration. */
static void test_config_no_memory_for_mistakes_refused(void **state)
{
    (void)state;
    for_good = false;
    read_without_memory(SAMPLES "/instruments.csv", CG_ERR_CONFIG);
    for_good = true;
    read_without_memory(SAMPLES "/instruments.csv", CG_ERR_CONFIG);
}

/* As above, for a table of holidays; |good| when it is one. */
static void read_calendars_without_memory(const char *text, bool good)
{
    for (long n = 1;; n++) {
        struct cg_calendars calendars = {0};
        struct cg_mistakes mistakes = {0};
        bool got;

        failures = 0;
        countdown = n;
        got = cg_calendars_read(&calendars, "holidays.csv", cg_slice_str(text),
                                &mistakes);
        countdown = -1;
        assert_true(mistakes.no_memory == (failures > 0));
        assert_true(got == (good && failures == 0));
        assert_true(got == (calendars.count > 0));
        cg_calendars_deinit(&calendars);
        cg_mistakes_deinit(&mistakes);
        if (failures == 0) {
            assert_true(n > 5);
            return;
        }
    }
}

static void test_calendars_no_memory_told(void **state)
{
    (void)state;
    for (int i = 0; i <= 1; i++) {
        for_good = i == 1;
        read_calendars_without_memory(cg_shipped_calendars, true);
        read_calendars_without_memory("calendar,date\nA,2026-01-01\n", true);
        read_calendars_without_memory("calendar,date\nA,2026-02-30\n", false);
    }
}

#define SESSION SAMPLES "/338_rates_bad_file.session"

/* As above, for a session. */
static void read_script_without_memory(const char *path)
{
    struct cg_script zero;

    memset(&zero, 0, sizeof(zero));
    for (long n = 1;; n++) {
        struct cg_script script;
        size_t reports = 0;
        int got;

        failures = 0;
        countdown = n;
        got = cg_script_read(path, count_report, &reports, &script);
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(got, 0);
            cg_script_deinit(&script);
            assert_true(n > 20);
            return;
        }
        assert_int_equal(got, CG_ERR_MEMORY);
        assert_int_equal(reports, 0);
        assert_memory_equal(&script, &zero, sizeof(script));
    }
}

static void test_script_no_memory_to_read_refused(void **state)
{
    /* One with rates; captures and views; what a certification needs. */
    static const char *const paths[] = {
        SESSION, SAMPLES "/101_token_granted.session",
        SAMPLES "/certification/A101_level_reached.session"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        for_good = false;
        read_script_without_memory(paths[i]);
        for_good = true;
        read_script_without_memory(paths[i]);
    }
}

/* A session that cannot be played to its end does not pass; the audit has no
 * other word for it than that the books do not hold. */
static void test_script_no_memory_to_run_told(void **state)
{
    struct cg_script_run_options options = {.print = NULL};
    struct cg_script script;
    size_t reports = 0;

    (void)state;
    for_good = false;
    countdown = -1;
    assert_int_equal(cg_script_read(SESSION, count_report, &reports, &script),
                     0);
    for (long n = 1;; n++) {
        int got;

        failures = 0;
        countdown = n;
        got = cg_script_run(&script, &options);
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(got, 0);
            assert_true(n > 50);
            break;
        }
        assert_true(got == CG_ERR_MEMORY || got == 1);
    }
    cg_script_deinit(&script);
}

static void test_journal_no_memory_refused(void **state)
{
    char folder[] = "/tmp/creditgate-memory-XXXXXX";
    char path[64];
    struct cg_journal journal;
    char error[256];
    int next;
    int64_t created = 1;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/journal", folder);
    for_good = false;
    countdown = 1;
    assert_int_equal(
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)),
        CG_ERR_MEMORY);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)), 0);
    countdown = 1;
    assert_int_equal(
        cg_journal_session_load(journal.user, "A", &next, &next, &created),
        CG_ERR_MEMORY);
    assert_int_equal(countdown, -1);
    assert_int_equal(
        cg_journal_session_load(journal.user, "A", &next, &next, &created),
        CG_ERR_MEMORY);
    assert_int_equal(journal.commit(journal.user), CG_ERR_MEMORY);
    journal.close(journal.user);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof(path), "%s/journal-spare", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_no_memory_refused),
        cmocka_unit_test(test_rates_no_memory_refused),
        cmocka_unit_test(test_rates_again_no_memory_refused),
        cmocka_unit_test(test_reconfigure_no_memory_refused),
        cmocka_unit_test(test_config_no_memory_for_rates_refused),
        cmocka_unit_test(test_config_no_memory_for_files_refused),
        cmocka_unit_test(test_config_no_memory_for_mistakes_refused),
        cmocka_unit_test(test_calendars_no_memory_told),
        cmocka_unit_test(test_script_no_memory_to_read_refused),
        cmocka_unit_test(test_script_no_memory_to_run_told),
        cmocka_unit_test(test_journal_no_memory_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
