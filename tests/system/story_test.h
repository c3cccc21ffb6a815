/*
 * Stories as cmocka cases: a directory of their own, and no process left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STORY_TEST_H
#define STORY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <story_table.h>

/* Takes the path of creditgate from the arguments; false without one. */
bool story_test_begin(int argc, char **argv);

/* For cmocka: makes a fresh directory, and removes it with what is in it. */
int story_test_make(void **state);
int story_test_remove(void **state);
const char *story_test_directory(void);
const char *story_test_program(void);

/* Plays; fails when a process is left.  Returns what story_play() does. */
int story_test_play(const struct story_step *steps, size_t count);

/*
 * For a story's CHECK: no Reject (3) or business reject (j) was sent or seen by
 * any simulator.  With DICTIONARIES in its arguments a simulator's session
 * validates each whole message, so every message of the gate was accepted.
 */
const char *story_test_no_rejects(struct story_stage *stage);
#define DICTIONARIES " --dictionaries " FIXSPEC

/* Fails when this process has a descendant, ended or not. */
void story_test_none_left(void);

#define PLAY(steps) story_test_play(steps, sizeof(steps) / sizeof((steps)[0]))
#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, story_test_make, story_test_remove)

#endif
