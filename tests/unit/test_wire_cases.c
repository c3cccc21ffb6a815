/*
 * The cases of the session layer: that each is whole and says what it follows.
 * They are played by the kit, elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <script.h>

#include "mistake_told.h"

#define CASES SAMPLES "/certification/"

/* Or says that there is none. */
static bool refers_to_a_test_case(const struct cg_script_case *kase)
{
    for (size_t i = 0; i < kase->reference_count; i++) {
        struct cg_slice text = kase->references[i];

        if (memmem(text.data, text.len, "FIX session test case", 21) != NULL ||
            memmem(text.data, text.len, "of no test case", 15) != NULL) {
            return true;
        }
    }
    return false;
}

/* How many steps look at what the peer does. */
static size_t looks(const struct cg_script *script)
{
    size_t count = 0;

    for (size_t i = 0; i < script->step_count; i++) {
        count += script->steps[i].act == CG_SCRIPT_EXPECT ||
                         script->steps[i].act == CG_SCRIPT_WIRE_CLOSED
                     ? 1
                     : 0;
    }
    return count;
}

/* The file S301_words.session is the case S-301, and is whole. */
static void check_case(const char *name, size_t seats[2])
{
    char path[512];
    char id[8];
    struct cg_script script;
    const struct cg_script_case *kase = &script.kase;

    (void)snprintf(path, sizeof(path), CASES "%s", name);
    (void)snprintf(id, sizeof(id), "S-%.3s", name + 1);
    assert_int_equal(cg_script_read(path, mistake_print, NULL, &script), 0);
    assert_true(cg_slice_is(kase->id, id));
    assert_true(kase->precondition_count > 0);
    /* S-96x are about credit over one raw session. */
    assert_true(refers_to_a_test_case(kase) || strncmp(id, "S-96", 4) == 0);
    assert_true(script.wire);
    assert_true(looks(&script) > 0);
    seats[0] += kase->certifies_hub ? 1 : 0;
    seats[1] += kase->certifies_gate ? 1 : 0;
    cg_script_deinit(&script);
}

/* Each case of the session layer says what it is and what it follows. */
static void test_wire_cases_are_whole(void **state)
{
    DIR *folder = opendir(CASES);
    size_t seats[2] = {0, 0};
    const struct dirent *entry;

    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == 'S' &&
            strstr(entry->d_name, ".session") != NULL) {
            check_case(entry->d_name, seats);
        }
    }
    closedir(folder);
    assert_true(seats[0] >= 75);
    assert_true(seats[1] >= 75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_cases_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
