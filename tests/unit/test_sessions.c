/*
 * Every session in sample_sessions/ passes.  The folder is read when the test
 * runs, so that none can be forgotten.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

/* Each file that ends in .session is read and played. */
static void test_sessions_all_pass(void **state)
{
    struct cg_script_run_options options = {.print = print};
    struct sessions sessions;
    size_t passed = 0;
    (void)state;

    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct cg_script script;
        if (cg_script_read(sessions.paths[i], sessions_mistake, NULL,
                           &script) == 0) {
            passed += cg_script_run(&script, &options) == 0 ? 1 : 0;
            cg_script_deinit(&script);
        }
    }
    assert_true(sessions.count > 0);
    assert_int_equal(passed, sessions.count);
    sessions_deinit(&sessions);
}

/* "101_token_granted.session": a number of its own, and words. */
static void test_sessions_names_numbered_once(void **state)
{
    struct sessions sessions;
    (void)state;

    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        const char *name = sessions_name(sessions.paths[i]);
        if (strspn(name, "0123456789") != 3 || name[3] != '_') {
            fail_msg("%s: name it NNN_words.session", name);
        }
        if (i > 0 &&
            strncmp(name, sessions_name(sessions.paths[i - 1]), 3) == 0) {
            fail_msg("%s: the number is taken", name);
        }
    }
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_all_pass),
        cmocka_unit_test(test_sessions_names_numbered_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
