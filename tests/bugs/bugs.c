/*
 * The product with bugs planted into it, one at a time, before the tests that
 * must find them.
 *
 *   bugs --list
 *   bugs [--bug N] sim FIRST [COUNT]      seeds of the simulator
 *   bugs [--bug N] session NUMBER...      sessions of sample_sessions/
 *   bugs [--bug N] NAME [CASE]            another test; a pattern of its cases,
 *                                         or a session's number
 *
 * Bug 0, the default, is none.  Returns 0 when all passes and 1 when a test
 * says that something is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../unit/sessions.h"
#include <world.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int cg_bug;

static const struct {
    int number;
    const char *name;
} bugs[] = {
#include "bugs_table.h"
};

/* The tests are the ordinary ones; only their main() has another name. */
#define BUGS_TEST(name) int test_##name##_main(void);
#include "bugs_tests.h"
#undef BUGS_TEST

static const struct {
    const char *name;
    int (*run)(void);
} tests[] = {
#define BUGS_TEST(name) {#name, test_##name##_main},
#include "bugs_tests.h"
#undef BUGS_TEST
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int run_sim(uint64_t first, uint64_t count)
{
    static struct world world;
    struct world_plan plan;
    for (uint64_t seed = first; seed < first + count; seed++) {
        world_plan_draw(&plan, seed);
        bool good = world_run(&world, &plan);
        if (!good) {
            printf("seed %llu: %s\n", (unsigned long long)seed, world.failure);
        }
        world_deinit(&world);
        if (!good) {
            return 1;
        }
    }
    printf("%llu seeds\n", (unsigned long long)count);
    return 0;
}

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stdout);
}

static void mistake(
    void *user, const char *file, int line, const char *what, const char *to)
{
    (void)user;
    printf("%s:%d: %s; %s\n", file, line, what, to);
}

static int play(const char *path)
{
    struct cg_script_run_options options = {.print = print};
    struct cg_script script;
    if (cg_script_read(path, mistake, NULL, &script) != 0) {
        return 1;
    }
    int failed = cg_script_run(&script, &options) == 0 ? 0 : 1;
    cg_script_deinit(&script);
    return failed;
}

static int run_sessions(int count, char **numbers)
{
    struct sessions sessions;
    int failed = 0;
    int played = 0;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        bool wanted = count == 0;
        for (int k = 0; k < count; k++) {
            wanted |= strncmp(sessions_name(sessions.paths[i]), numbers[k],
                              strlen(numbers[k])) == 0;
        }
        if (wanted) {
            failed |= play(sessions.paths[i]);
            played++;
        }
    }
    sessions_deinit(&sessions);
    printf("%d sessions\n", played);
    return played == 0 ? 2 : failed;
}

/* A number is a session's, for the tests that play them. */
static int run_ordinary(const char *name, const char *only)
{
    if (only != NULL && only[0] >= '0' && only[0] <= '9') {
        setenv("CG_TEST_SESSION", only, 1);
        only = NULL;
    }
    for (size_t i = 0; i < COUNT(tests); i++) {
        if (strcmp(name, tests[i].name) == 0) {
            cmocka_set_test_filter(only);
            return tests[i].run() != 0;
        }
    }
    fprintf(stderr, "there is no test %s\n", name);
    return 2;
}

static int list(void)
{
    for (size_t i = 0; i < COUNT(bugs); i++) {
        printf("%2d %s\n", bugs[i].number, bugs[i].name);
    }
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    if (argc > 2 && strcmp(argv[1], "--bug") == 0) {
        cg_bug = atoi(argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (argc > 2 && strcmp(argv[1], "sim") == 0) {
        return run_sim(strtoull(argv[2], NULL, 10),
                       argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
    }
    if (argc > 1 && strcmp(argv[1], "session") == 0) {
        return run_sessions(argc - 2, argv + 2);
    }
    if (argc > 1) {
        return run_ordinary(argv[1], argc > 2 ? argv[2] : NULL);
    }
    fprintf(stderr, "say --list, or what to run: see the top of bugs.c\n");
    return 2;
}
