/*
 * Stories as cmocka cases: a directory of their own, and no process left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_test.h"
#include "../unit/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;
static char directory[PATH_MAX];

bool story_test_begin(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s PATH-OF-CREDITGATE\n", argv[0]);
        return false;
    }
    program = argv[1];
    /* What a child leaves behind becomes ours, so that it can be found. */
    return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0;
}

int story_test_make(void **state)
{
    char here[PATH_MAX - 32];
    (void)state;
    if (getcwd(here, sizeof(here)) == NULL) {
        return -1;
    }
    snprintf(directory, sizeof(directory), "%s/test_story.XXXXXX", here);
    return mkdtemp(directory) != NULL ? 0 : -1;
}

int story_test_remove(void **state)
{
    (void)state;
    return folder_remove(directory);
}

const char *story_test_directory(void)
{
    return directory;
}

const char *story_test_program(void)
{
    return program;
}

void story_test_none_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

int story_test_play(const struct story_step *steps, size_t count)
{
    struct story_options options = {
        .program = program, .directory = directory, .quiet = true};
    int status = story_play(steps, count, &options);
    story_test_none_left();
    return status;
}

const char *story_test_no_rejects(struct story_stage *stage)
{
    static const enum story_actor sims[] = {STORY_HUB, STORY_VENUE,
                                            STORY_CLIENT, STORY_CLIENT2};
    static const char *const kinds[] = {"out 3", "out j", "in 3", "in j"};
    for (size_t i = 0; i < sizeof(sims) / sizeof(sims[0]); i++) {
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            const char *line = story_line(stage, sims[i], kinds[k], 0);
            if (line != NULL) {
                fprintf(stderr, "%s %s\n", kinds[k], line);
                return "a message was rejected";
            }
        }
    }
    return NULL;
}
