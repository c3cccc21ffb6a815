/*
 * The configuration as hosts see it: sessions, what is theirs to do, and what
 * there is of everything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <stdlib.h>
#include <unistd.h>

static struct cg_config *open_text(const char *text, const char *table)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg", .text = text, .instruments = table};
    struct cg_config *config = NULL;
    struct config_told told = {0};

    if (cg_config_open_memory(&memory, config_tell, &told, &config) != 0) {
        fail_msg("%s:%d: %s", told.file, told.line, told.wrong);
    }
    return config;
}

/* What cannot be read is not handed out, from a file or from memory. */
static void test_config_host_mistakes_hand_nothing_out(void **state)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg", .text = "[GATE]\n", .instruments = CONFIG_TABLE};
    struct cg_config *config = (struct cg_config *)&memory;
    struct config_told told = {0};

    (void)state;
    assert_int_equal(
        cg_config_open_memory(&memory, config_tell, &told, &config),
        CG_ERR_CONFIG);
    assert_null(config);
    assert_true(told.count > 0);
    told.count = 0;
    config = (struct cg_config *)&memory;
    assert_int_equal(
        cg_config_open("/nowhere/gate.cfg", config_tell, &told, &config),
        CG_ERR_CONFIG);
    assert_null(config);
    assert_string_equal(told.file, "/nowhere/gate.cfg");
    assert_int_equal(told.line, 0);
    cg_config_close(NULL);
}

static void test_config_host_opens_a_file(void **state)
{
    struct cg_config *config = NULL;
    struct config_told told = {0};
    struct cg_config_counts counts;

    (void)state;
    if (cg_config_open(SAMPLES "/gate.cfg", config_tell, &told, &config) != 0) {
        fail_msg("%s:%d: %s", told.file, told.line, told.wrong);
    }
    cg_config_counts(config, &counts);
    assert_true(counts.sessions >= 3 && counts.accounts >= 1);
    assert_true(counts.limits >= 1 && counts.instruments >= 1);
    cg_config_close(config);
}

/* A session is named by all of its three fields. */
static void test_config_host_session_found_by_its_names(void **state)
{
    struct cg_config *config = open_text(CONFIG_TEXT, CONFIG_TABLE);
    struct cg_config_session_view view;

    (void)state;
    assert_int_equal(cg_config_find(config, "FIX.4.4", "CLIENT", "GATE"), 0);
    assert_int_equal(cg_config_find(config, "FIX.4.4", "VENUE", "GATE"), 1);
    assert_int_equal(cg_config_find(config, "FIX.4.2", "VENUE", "GATE"),
                     CG_SESSION_NONE);
    assert_int_equal(cg_config_find(config, "FIX.4.4", "VENUE", "GATE2"),
                     CG_SESSION_NONE);
    assert_int_equal(cg_config_find(config, "FIX.4.4", "GATE", "VENUE"),
                     CG_SESSION_NONE);
    assert_true(cg_config_session(config, 1, &view));
    assert_string_equal(view.name, "VENUE");
    assert_string_equal(view.peer_comp_id, "VENUE");
    assert_string_equal(view.our_comp_id, "GATE");
    assert_string_equal(view.begin_string, "FIX.4.4");
    assert_int_equal(view.role, CG_ROLE_VENUE);
    assert_int_equal(view.version, CG_FIX44);
    assert_false(view.initiator);
    assert_false(cg_config_session(config, 2, &view));
    cg_config_close(config);
}

/* Without [RATES] nothing is priced, and no file of rates is looked at. */
static void test_config_host_without_rates(void **state)
{
    struct cg_config *config = open_text(CONFIG_TEXT, CONFIG_TABLE);
    struct cg_config_counts counts;
    struct cg_config_instrument_view row;
    struct cg_config_convention_view convention;
    struct cg_config_host host;

    (void)state;
    cg_config_counts(config, &counts);
    assert_int_equal(counts.sessions, 2);
    assert_int_equal(counts.accounts, 1);
    assert_int_equal(counts.limits, 1);
    assert_int_equal(counts.instruments, 1);
    assert_int_equal(counts.conventions, 0);
    assert_true(cg_config_instrument(config, 0, &row));
    assert_string_equal(row.symbol, "USSW10");
    assert_string_equal(row.currency, "USD");
    assert_null(row.convention);
    assert_null(row.swap);
    assert_false(cg_config_instrument(config, 1, &row));
    assert_false(cg_config_convention(config, 0, &convention));
    cg_config_host(config, &host);
    assert_string_equal(host.journal, "gate.journal");
    assert_null(host.message_log);
    assert_null(host.par_rates);
    assert_true(host.par_rates_poll_ns == 0);
    cg_config_close(config);
}

static void test_config_host_with_rates(void **state)
{
    struct cg_config *config = open_text(
        CONFIG_TEXT "[RATES]\n", "instrument,convention,swap\nA,USD_SOFR,5Y\n");
    struct cg_config_counts counts;
    struct cg_config_instrument_view row;
    struct cg_config_convention_view convention = {NULL, NULL, NULL, NULL};
    struct cg_config_host host;
    size_t found = 0;

    (void)state;
    cg_config_counts(config, &counts);
    assert_true(counts.conventions > 1);
    assert_true(cg_config_instrument(config, 0, &row));
    assert_string_equal(row.convention, "USD_SOFR");
    assert_string_equal(row.swap, "5Y");
    for (size_t i = 0; cg_config_convention(config, i, &convention); i++) {
        assert_true(i < counts.conventions);
        if (strcmp(convention.name, "USD_SOFR") == 0) {
            found++;
            assert_string_equal(convention.currency, "USD");
            assert_string_equal(convention.par_curve, "USD_SOFR");
            assert_string_equal(convention.discounted_by, "USD_SOFR");
        }
    }
    assert_int_equal(found, 1);
    cg_config_host(config, &host);
    assert_null(host.par_rates); /* the host hands the text in itself */
    cg_config_close(config);
}

/* A stop waits as long as the longer of the two. */
static void test_config_host_grace_of_a_stop(void **state)
{
    static const char *const keys[] = {"PullTimeMs=5000\nSoftDeadlineMs=900\n",
                                       "PullTimeMs=100\nSoftDeadlineMs=5000\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char text[2048];
        struct cg_config_host host;
        (void)snprintf(text, sizeof(text), "[GATE]\n%s" CONFIG_REST, keys[i]);
        struct cg_config *config = open_text(text, CONFIG_TABLE);
        cg_config_host(config, &host);
        assert_true(host.stop_grace_ns == 5 * CG_SECOND);
        cg_config_close(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_host_mistakes_hand_nothing_out),
        cmocka_unit_test(test_config_host_opens_a_file),
        cmocka_unit_test(test_config_host_session_found_by_its_names),
        cmocka_unit_test(test_config_host_without_rates),
        cmocka_unit_test(test_config_host_with_rates),
        cmocka_unit_test(test_config_host_grace_of_a_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
