/*
 * [RATES]: each key, its bounds and its mistakes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <config_buckets.h>
#include <convention.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST (CONFIG_LINES + 2) /* the line behind [RATES] */

/* One instrument for [RATES] to be used by. */
#define CURVE_TABLE "instrument,convention,swap\nA,USD_SOFR,10Y\n"

static struct cg_config_memory with_rates(char *text, const char *keys)
{
    (void)snprintf(text, 8192, CONFIG_TEXT "[RATES]\n%s", keys);
    return (struct cg_config_memory){
        .name = "gate.cfg", .text = text, .instruments = CURVE_TABLE};
}

static void read_keys(const char *keys, struct cg_config *config)
{
    char text[8192];
    struct cg_config_memory memory = with_rates(text, keys);

    config_good(&memory, config);
}

/* Without the section nothing is given; with an empty one there are defaults.
 */
static void test_config_rates_defaults(void **state)
{
    struct cg_config_memory none = {
        .name = "gate.cfg", .text = CONFIG_TEXT, .instruments = CONFIG_TABLE};
    struct cg_config config;

    (void)state;
    config_good(&none, &config);
    assert_false(config.rates.given);
    assert_null(config.rates.conventions);
    cg_config_deinit(&config);
    read_keys("", &config);
    assert_true(config.rates.given);
    assert_int_equal(config.rates.line, FIRST - 1);
    assert_string_equal(config.rates.par_rates, "");
    assert_string_equal(config.rates.set, "");
    assert_true(config.rates.max_age_ns == 86400 * CG_SECOND);
    assert_true(config.rates.poll_ns == CG_SECOND);
    assert_int_equal(config.rates.max_move_bp, 200);
    assert_false(config.rates.stale_alarms);
    assert_int_equal(config.rates.buckets.count, 4);
    assert_string_equal(config.rates.buckets.labels[0], "0-2Y");
    assert_string_equal(config.rates.buckets.labels[1], "2Y-5Y");
    assert_string_equal(config.rates.buckets.labels[2], "5Y-10Y");
    assert_string_equal(config.rates.buckets.labels[3], "10Y-30Y");
    assert_string_equal(config.rates.buckets.labels[4], "30Y-");
    cg_config_deinit(&config);
}

static void test_config_rates_read_back(void **state)
{
    struct cg_config config;

    (void)state;
    read_keys("Set=smp\nMaxAgeMs=1000\nWhenStale=alarm\n"
              "TenorBuckets=18M, 7Y\n",
              &config);
    assert_string_equal(config.rates.set, "smp");
    assert_true(config.rates.max_age_ns == CG_SECOND);
    assert_true(config.rates.stale_alarms);
    assert_int_equal(config.rates.buckets.count, 2);
    assert_int_equal(config.rates.buckets.edge_months[0], 18);
    assert_int_equal(config.rates.buckets.edge_months[1], 84);
    assert_string_equal(config.rates.buckets.labels[0], "0-18M");
    assert_string_equal(config.rates.buckets.labels[1], "18M-7Y");
    assert_string_equal(config.rates.buckets.labels[2], "7Y-");
    cg_config_deinit(&config);
    read_keys("MaxAgeMs=never\nWhenStale=refuse\nPollMs=10\nMaxMoveBp=10000\n",
              &config);
    assert_int_equal(config.rates.max_move_bp, 10000);
    assert_true(config.rates.poll_ns == 10 * CG_MS);
    assert_true(config.rates.max_age_ns == CG_TIME_NEVER);
    assert_false(config.rates.stale_alarms);
    cg_config_deinit(&config);
    read_keys("MaxAgeMs=31622400000\n"
              "TenorBuckets=1M,2M,3M,4M,5M,6M,7M,8M,9M,10M,11M,1Y,13M,14M,"
              "1200M\n",
              &config);
    assert_int_equal(config.rates.buckets.count, CG_BUCKET_EDGES_MAX);
    assert_string_equal(config.rates.buckets.labels[CG_BUCKET_EDGES_MAX],
                        "1200M-");
    cg_config_deinit(&config);
}

static void test_config_rates_mistakes_told(void **state)
{
    static const struct {
        const char *keys;
        int line;
        const char *wrong;
        const char *remedy;
    } cases[] = {
        {"MaxAgeMs=999\n", FIRST, "is not a whole number from 1000",
         "without unit"},
        {"MaxAgeMs=31622400001\n", FIRST, "to 31622400000", "digits"},
        {"MaxAgeMs=Never\n", FIRST, "not a number of milliseconds", "or never"},
        {"MaxAgeMs=\n", FIRST, "has no value", "remove the line"},
        {"PollMs=9\n", FIRST, "is not a whole number from 10", "digits"},
        {"PollMs=3600001\n", FIRST, "to 3600000", "digits"},
        {"MaxMoveBp=0\n", FIRST, "is not a whole number from 1", "digits"},
        {"MaxMoveBp=10001\n", FIRST, "to 10000", "digits"},
        {"WhenStale=stop\n", FIRST, "is not known", "refuse|alarm"},
        {"WhenStael=alarm\n", FIRST, "not a key of [RATES]",
         "did you mean WhenStale= ?"},
        {"TenorBuckets=\n", FIRST, "has no value", "remove the line"},
        {"TenorBuckets=2Y,,5Y\n", FIRST, "no number of years or months",
         "2Y,5Y,10Y,30Y"},
        {"TenorBuckets=2Y,5\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=2Y,5W\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=-2Y\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=0Y\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=101Y\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=1201M\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=99999M\n", FIRST, "no number of years or months", "2Y"},
        {"TenorBuckets=5Y,2Y\n", FIRST, "does not rise", "rising"},
        {"TenorBuckets=2Y,24M\n", FIRST, "does not rise", "rising"},
        {"TenorBuckets=1M,2M,3M,4M,5M,6M,7M,8M,9M,10M,11M,1Y,13M,14M,15M,"
         "16M\n",
         FIRST, "more than 15 edges", "15"},
        {"[RATES]\n", FIRST, "a second [RATES]", "move its lines"},
        {"[RATE]\n", FIRST, "[RATE] is not a known section", "did you mean"},
    };
    char text[8192];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cg_config_memory memory = with_rates(text, cases[i].keys);

        config_bad(&memory, "gate.cfg", cases[i].line, cases[i].wrong,
                   cases[i].remedy);
    }
}

/* --- files ---------------------------------------------------------------- */

struct folder {
    char path[64];
    char config[96];
    char table[96];
    char rates[96];
    char conventions[96];
    char holidays[96];
};

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int folder_setup(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));

    assert_non_null(folder);
    (void)snprintf(folder->path, sizeof(folder->path), "%s",
                   "/tmp/creditgate-rates-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    (void)snprintf(folder->config, sizeof(folder->config), "%s/gate.cfg",
                   folder->path);
    (void)snprintf(folder->table, sizeof(folder->table), "%s/instruments.csv",
                   folder->path);
    (void)snprintf(folder->rates, sizeof(folder->rates), "%s/rates.csv",
                   folder->path);
    (void)snprintf(folder->conventions, sizeof(folder->conventions),
                   "%s/own.csv", folder->path);
    (void)snprintf(folder->holidays, sizeof(folder->holidays), "%s/days.csv",
                   folder->path);
    put(folder->table, CURVE_TABLE);
    *state = folder;
    return 0;
}

static int folder_teardown(void **state)
{
    struct folder *folder = *state;

    (void)unlink(folder->config);
    (void)unlink(folder->table);
    (void)unlink(folder->rates);
    (void)unlink(folder->conventions);
    (void)unlink(folder->holidays);
    assert_int_equal(rmdir(folder->path), 0);
    free(folder);
    return 0;
}

/* The par rates are not read: a gate without them lets cancels pass. */
static void test_config_rates_file_need_not_be_there(void **state)
{
    struct folder *folder = *state;
    struct config_told told = {0};
    struct cg_config config;

    put(folder->config, CONFIG_TEXT "[RATES]\nParRates=rates.csv\n");
    assert_int_equal(
        cg_config_read(folder->config, config_tell, &told, &config), 0);
    assert_string_equal(config.rates.par_rates, folder->rates);
    cg_config_deinit(&config);
}

static void test_config_rates_without_file_told(void **state)
{
    struct folder *folder = *state;
    struct config_told told = {0};
    struct cg_config config;

    put(folder->config, CONFIG_TEXT "[RATES]\nSet=smp\n");
    assert_int_equal(
        cg_config_read(folder->config, config_tell, &told, &config),
        CG_ERR_CONFIG);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.line, FIRST - 1);
    assert_non_null(strstr(told.wrong, "has no ParRates="));
    assert_non_null(strstr(told.remedy, "add ParRates="));
}

static void expect_in_file(struct folder *folder,
                           const char *file,
                           int line,
                           const char *wrong)
{
    struct config_told told = {0};
    struct cg_config config;

    assert_int_equal(
        cg_config_read(folder->config, config_tell, &told, &config),
        CG_ERR_CONFIG);
    if (told.count != 1 || strcmp(told.file, file) != 0 || told.line != line ||
        strstr(told.wrong, wrong) == NULL) {
        fail_msg("told %zu, %s:%d: %s", told.count, told.file, told.line,
                 told.wrong);
    }
}

/* Files of the desk's own are seen from the configuration's folder, and their
 * mistakes are told by their paths. */
static void test_config_rates_own_files(void **state)
{
    struct folder *folder = *state;
    struct config_told told = {0};
    struct cg_config config;

    put(folder->config, CONFIG_TEXT "[RATES]\nParRates=rates.csv\n"
                                    "Conventions=own.csv\nHolidays=days.csv\n");
    put(folder->conventions,
        "convention,type,currency,par_curve,discount_convention,"
        "fixed_frequency,fixed_daycount,float_index,float_frequency,"
        "float_daycount,calendar,business_day_adjustment,end_of_month_rule,"
        "spot_lag_days,payment_lag_days\n"
        "USD_SOFR,OIS,XTS,P,,annual,ACT/360,I,annual,ACT/360,DESK,"
        "modified_following,yes,2,2\n");
    expect_in_file(folder, folder->holidays, 0, "cannot be read");
    put(folder->holidays, "calendar,date\nDESKTOP,2026-01-01\n");
    expect_in_file(folder, folder->conventions, 2, "DESK");
    put(folder->holidays, "calendar,date\nDESK,2026-01-01\n");
    if (cg_config_read(folder->config, config_tell, &told, &config) != 0) {
        fail_msg("%s:%d: %s", told.file, told.line, told.wrong);
    }
    assert_int_equal(config.rates.conventions->count, 1);
    assert_string_equal(config.instruments[0].currency, "XTS");
    cg_config_deinit(&config);
    (void)unlink(folder->conventions);
    expect_in_file(folder, folder->conventions, 0, "cannot be read");
}

/* All at once: in [RATES], in the files it names, and in the table. */
static void test_config_rates_all_mistakes_at_once(void **state)
{
    char text[8192];
    struct cg_config_memory memory = with_rates(
        text, "MaxAgeMs=soon\nTenorBuckets=5Y,2Y\n");
    struct config_told told = {0};
    struct cg_config config;

    (void)state;
    memory.instruments = "instrument,convention,swap\n"
                         "A,USD_SOFT,10\nB,USD_SOFR,ten\n";
    assert_int_equal(
        cg_config_read_memory(&memory, config_tell, &told, &config),
        CG_ERR_CONFIG);
    assert_int_equal(told.count, 5);
    assert_int_equal(told.line, FIRST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_rates_defaults),
        cmocka_unit_test(test_config_rates_read_back),
        cmocka_unit_test(test_config_rates_mistakes_told),
        cmocka_unit_test_setup_teardown(
            test_config_rates_file_need_not_be_there, folder_setup,
            folder_teardown),
        cmocka_unit_test(test_config_rates_all_mistakes_at_once),
        cmocka_unit_test_setup_teardown(test_config_rates_own_files,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(test_config_rates_without_file_told,
                                        folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
