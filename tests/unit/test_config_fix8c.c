/*
 * The FIX engine accepts the settings that the configuration hands on, and both
 * agree on the sessions' order and names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <configuration.h>
#include <fix8c/fix8c.h>

#include "mistake_told.h"

static void test_config_fix_settings_open_an_engine(void **state)
{
    const struct fix8c_options options = {0};
    struct fix8c_engine *engine = NULL;
    struct cg_config config;
    char error[512] = "";

    (void)state;
    assert_int_equal(
        cg_config_read(SAMPLES "/gate.cfg", mistake_fail, NULL, &config), 0);
    if (fix8c_engine_open(config.fix_settings, &options, error, sizeof(error),
                          &engine) != 0) {
        fail_msg("%s", error);
    }
    assert_int_equal(fix8c_engine_sessions(engine), config.session_count);
    for (size_t i = 0; i < config.session_count; i++) {
        const struct fix8c_session *session = fix8c_engine_session(engine, i);

        assert_string_equal(fix8c_session_name(session),
                            config.sessions[i].fix_name);
        assert_int_equal(fix8c_session_initiator(session),
                         config.sessions[i].initiator);
        assert_string_equal(fix8c_session_setting(session, "HeartBtInt"), "30");
    }
    fix8c_engine_close(engine);
    cg_config_deinit(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_fix_settings_open_an_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
