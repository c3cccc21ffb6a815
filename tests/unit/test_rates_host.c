/*
 * Par rates as hosts see them: what each instrument is worth and why, whose
 * curve there is, of what day they are, and how old they may be.
 *
 * Rules: R7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <creditgate/rates.h>
#include <gate_rates.h>
#include <stdlib.h>

#define TABLE                                                                  \
    "instrument,currency,dv01_per_million,convention,swap,tenor\n"             \
    "PLAIN,USD,904,,,\nUSD5Y,,,USD_SOFR,5Y,\nSW*,,,USD_SOFR,*,\n"              \
    "DATED,,,USD_SOFR,2027-03-17/2032-03-17,2Y-5Y\n"                           \
    "GONE,,,USD_SOFR,2020-03-18/2025-03-18,0-2Y\n"
#define RATES                                                                  \
    "set,curve,tenor,rate_pct\neod,USD_SOFR,1Y,3.5\neod,USD_SOFR,7Y,3.5\n"
#define OF_DAY                                                                 \
    "set,curve,tenor,rate_pct,valuation_date\n"                                \
    "eod,USD_SOFR,1Y,3.5,2027-01-14\neod,USD_SOFR,7Y,3.5,2027-01-14\n"

static const cg_time now = 1800000000 * CG_SECOND; /* 2027-01-15 08:00 UTC */

static void
read_config(const char *keys, const char *table, struct cg_config *config)
{
    char text[2048];
    const struct cg_config_memory memory = {
        .name = "gate.cfg", .text = text, .instruments = table};

    (void)snprintf(text, sizeof(text), CONFIG_TEXT "%s", keys);
    config_good(&memory, config);
}

static int read_rates(const struct cg_config *config,
                      const char *text,
                      cg_time made_at,
                      struct config_told *told,
                      struct cg_rates **rates)
{
    const struct cg_rates_text bytes = {"rates.csv", text, strlen(text),
                                        made_at};

    memset(told, 0, sizeof(*told));
    *rates = NULL;
    return cg_rates_read(config, &bytes, NULL, config_tell, told, rates);
}

static struct cg_rates *
good_rates(const struct cg_config *config, const char *text, cg_time made_at)
{
    struct config_told told;
    struct cg_rates *rates;

    if (read_rates(config, text, made_at, &told, &rates) != 0) {
        fail_msg("%s:%d: %s", told.file, told.line, told.wrong);
    }
    return rates;
}

/* Each kind of row has its DV01, or the reason why it has none. */
static void test_rates_host_dv01(void **state)
{
    struct cg_config config;
    const char *why;

    (void)state;
    read_config("[RATES]\nMaxAgeMs=5000\n", TABLE, &config);
    struct cg_rates *rates = good_rates(&config, RATES, now);
    assert_true(cg_rates_dv01(rates, 0, &why) == 0);
    assert_string_equal(why, "its DV01 is the table's");
    cg_dv01 five = cg_rates_dv01(rates, 1, &why);
    assert_in_range(five, 400 * CG_DV01_SCALE, 500 * CG_DV01_SCALE);
    assert_null(why);
    assert_true(cg_rates_dv01(rates, 2, &why) == 0);
    assert_string_equal(why, "it is priced when an order names one");
    assert_true(cg_rates_dv01(rates, 3, &why) > 0);
    assert_null(why);
    assert_true(cg_rates_dv01(rates, 4, &why) == 0);
    assert_true(strlen(why) > 0); /* it has begun */
    assert_true(cg_rates_max_age(rates) == 5 * CG_SECOND);
    assert_true(cg_rates_has_curve(rates, "USD_SOFR"));
    assert_false(cg_rates_has_curve(rates, "EUR_ESTR")); /* no rates of it */
    assert_false(cg_rates_has_curve(rates, "NOBODYS"));
    cg_rates_close(rates);
    cg_rates_close(NULL);
    cg_config_deinit(&config);
}

/* Of the day they say, else of the day that their file was made: its own at
 * the gate's place. */
static void test_rates_host_day(void **state)
{
    struct cg_config config;
    struct config_told told;

    (void)state;
    read_config("[RATES]\n", TABLE, &config);
    struct cg_rates *rates = good_rates(&config, RATES, now);
    assert_string_equal(cg_rates_words(rates), "eod 2027-01-15 rates.csv");
    assert_true(cg_rates_made_at(rates) == now);
    cg_rates_close(rates);
    rates = good_rates(&config, OF_DAY, now);
    assert_string_equal(cg_rates_words(rates), "eod 2027-01-14 rates.csv");
    assert_true(cg_rates_made_at(rates) < now); /* they end with their day */
    cg_rates_close(rates);
    rates = good_rates(&config, OF_DAY, 0); /* who has no time says the day */
    assert_true(cg_rates_made_at(rates) == 0);
    cg_rates_close(rates);
    static const cg_time none[] = {0, -1, CG_SECOND, INT64_MAX};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(read_rates(&config, RATES, none[i], &told, &rates),
                         CG_ERR_CONFIG);
        assert_null(rates);
        assert_true(told.count > 0);
        assert_string_equal(told.file, "rates.csv");
        if (none[i] != INT64_MAX) {
            assert_non_null(strstr(told.wrong, "no valuation date"));
            assert_non_null(strstr(told.remedy, "add a column valuation_date"));
        }
    }
    cg_config_deinit(&config);
}

/* A file that is empty, and one without [RATES]. */
static void test_rates_host_nothing(void **state)
{
    struct cg_config with;
    struct cg_config without;
    struct config_told told;
    struct cg_rates *rates;
    struct cg_rates *again = NULL;

    (void)state;
    read_config("[RATES]\n", TABLE, &with);
    read_config("", CONFIG_TABLE, &without);
    assert_int_equal(read_rates(&with, "", now, &told, &rates), CG_ERR_CONFIG);
    assert_null(rates);
    assert_int_equal(read_rates(&without, RATES, now, &told, &rates),
                     CG_ERR_MISUSE);
    rates = good_rates(&with, RATES, now);
    assert_int_equal(
        cg_rates_again(&without, rates, config_tell, &told, &again),
        CG_ERR_MISUSE);
    assert_null(again);
    assert_int_equal(cg_rates_again(&with, rates, config_tell, &told, &again),
                     0);
    assert_string_equal(cg_rates_digest(again), cg_rates_digest(rates));
    assert_string_equal(cg_rates_words(again), cg_rates_words(rates));
    cg_rates_close(again);
    cg_rates_close(rates);
    cg_config_deinit(&with);
    cg_config_deinit(&without);
}

/* A row's hash tells whether its price may be another one. */
static void test_rates_host_hash_of_rows(void **state)
{
    struct cg_config config;
    struct cg_config other;

    (void)state;
    read_config("[RATES]\n", TABLE, &config);
    read_config("", CONFIG_TABLE, &other);
    assert_true(cg_rates_row_hash(&config, &config.instruments[0]) == 0);
    assert_true(cg_rates_row_hash(&config, &config.instruments[1]) != 0);
    assert_true(cg_rates_row_hash(&config, &config.instruments[1]) !=
                cg_rates_row_hash(&config, &config.instruments[3]));
    /* By conventions that are not there it is another one. */
    assert_true(cg_rates_row_hash(&other, &config.instruments[1]) !=
                cg_rates_row_hash(&config, &config.instruments[1]));
    assert_true(cg_rates_row_hash(&other, &other.instruments[0]) == 0);
    cg_config_deinit(&config);
    cg_config_deinit(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_host_dv01),
        cmocka_unit_test(test_rates_host_day),
        cmocka_unit_test(test_rates_host_nothing),
        cmocka_unit_test(test_rates_host_hash_of_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
