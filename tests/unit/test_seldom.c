/*
 * What seldom happens: sessions that no reader of the rules needs, each of
 * which takes the gate where no other test does.  They are in tests/seldom/,
 * written as those in sample_sessions/, and stand beside them: include
 * desk.inc.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

/* True when it is read and passes. */
static bool plays(const char *path)
{
    struct cg_script_run_options options = {.print = print};
    struct cg_script script;
    if (sessions_read(path, &script) != 0) {
        return false;
    }
    bool passes = cg_script_run(&script, &options) == 0;
    cg_script_deinit(&script);
    return passes;
}

static void test_seldom_all_pass(void **state)
{
    struct sessions sessions;
    size_t passed = 0;
    (void)state;
    sessions_open_seldom(&sessions);
    assert_true(sessions.count > 0);
    for (size_t i = 0; i < sessions.count; i++) {
        passed += plays(sessions.paths[i]) ? 1 : 0;
    }
    assert_int_equal(passed, sessions.count);
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seldom_all_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
