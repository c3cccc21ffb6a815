/*
 * What seldom happens: sessions that no reader of the rules needs, each of
 * which takes the gate where no other test does.  They are in tests/seldom/,
 * written as those in sample_sessions/, and stand beside them: include
 * desk.inc.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <dirent.h>
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

static int is_session(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 8 && strcmp(entry->d_name + len - 8, ".session") == 0;
}

static char *text_of(const char *name)
{
    static char text[65536];
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s", SELDOM, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    assert_true(len < sizeof(text) - 1);
    assert_int_equal(fclose(file), 0);
    text[len] = '\0';
    return text;
}

/* True when it is read and passes. */
static bool plays(const char *name)
{
    struct cg_script_run_options options = {.print = print};
    struct cg_script script;
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s", SAMPLES, name);
    if (cg_script_read_text(path, cg_slice_str(text_of(name)), sessions_mistake,
                            NULL, &script) != 0) {
        return false;
    }
    bool passes = cg_script_run(&script, &options) == 0;
    cg_script_deinit(&script);
    return passes;
}

static void test_seldom_all_pass(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(SELDOM, &entries, is_session, alphasort);
    int passed = 0;
    (void)state;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        passed += plays(entries[i]->d_name) ? 1 : 0;
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(passed, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seldom_all_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
