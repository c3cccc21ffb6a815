/*
 * Stories that do not hold: each is seen to fail, and says why; whoever was
 * started is ended.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOON_MS 150

static char out[65536];

/* Plays, and keeps what is printed; what story_play() returns. */
static int play(const struct story_step *steps,
                size_t count,
                const struct story_options *options)
{
    FILE *file = tmpfile();
    int kept = dup(1);
    ssize_t len;
    int status;

    assert_non_null(file);
    fflush(stdout);
    assert_true(dup2(fileno(file), 1) >= 0);
    status = story_play(steps, count, options);
    fflush(stdout);
    assert_true(dup2(kept, 1) >= 0);
    close(kept);
    len = pread(fileno(file), out, sizeof(out) - 1, 0);
    assert_true(len >= 0);
    out[len] = '\0';
    fclose(file);
    story_test_none_left();
    return status;
}

static void has(const char *words)
{
    if (strstr(out, words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, out);
    }
}

static struct story_options quiet(void)
{
    return (struct story_options){.program = story_test_program(),
                                  .directory = story_test_directory(),
                                  .quiet = true};
}

static void
fails(const struct story_step *steps, size_t count, const char *words)
{
    struct story_options options = quiet();

    if (play(steps, count, &options) != 1) {
        fail_msg("it should fail with: %s", words);
    }
    has(words);
}

#define FAILS(words, ...)                                                      \
    do {                                                                       \
        static const struct story_step steps[] = {__VA_ARGS__};                \
        fails(steps, sizeof(steps) / sizeof(steps[0]), words);                 \
    } while (0)

#define VENUE_IS_THERE                                                         \
    START(VENUE, "venuesim --listen 0"), SEE(VENUE, "listen", "")

/* --- programs ----------------------------------------------------------------
 */

static void test_stories_fail_by_what_is_run(void **state)
{
    (void)state;
    FAILS("ended with status 0, signal 0", RUN("--version", 1, NULL));
    FAILS("it did not say: a poem",
          RUN("--version", 0, "creditgate|a poem|nothing else"));
    FAILS("run does not end", {.act = STORY_RUN,
                               .text = "venuesim --listen 0",
                               .timeout_ms = SOON_MS});
}

static void test_stories_fail_by_who_ends(void **state)
{
    (void)state;
    FAILS("ended by itself: status 2", START(VENUE, "venuesim --listen x"),
          SEE(VENUE, "listen", ""));
    FAILS("ended with status 0, signal 0", VENUE_IS_THERE,
          {.act = STORY_END, .actor = STORY_VENUE, .status = 3});
    FAILS("is not there", HANGUP(GATE));
}

static void test_stories_fail_without_a_program(void **state)
{
    static const struct story_step start[] = {START(VENUE, "venuesim")};
    static const struct story_step run[] = {RUN("--version", 0, NULL)};
    struct story_options options = quiet();

    (void)state;
    options.program = "/no/such/program";
    assert_int_equal(play(start, 1, &options), 1);
    has("cannot be started");
    assert_int_equal(play(run, 1, &options), 1);
    has("--version cannot be run");
}

/* --- lines -------------------------------------------------------------------
 */

static void test_stories_fail_by_lines(void **state)
{
    (void)state;
    FAILS("did not see: listen nowhere", VENUE_IS_THERE,
          {.act = STORY_SEE,
           .actor = STORY_VENUE,
           .what = "listen",
           .text = "nowhere",
           .timeout_ms = SOON_MS});
    has("(used) listen"); /* its last lines */
    FAILS("did not see: logon ", VENUE_IS_THERE,
          {.act = STORY_SEE,
           .actor = STORY_VENUE,
           .what = "logon",
           .timeout_ms = SOON_MS});
    FAILS("must not see: book end", VENUE_IS_THERE, TELL(VENUE, "book"),
          TELL(VENUE, "orders"), NONE(VENUE, "book", "end"));
    FAILS("does not read: book", START(VENUE, "venuesim --listen 0 --no-input"),
          SEE(VENUE, "listen", ""),
          {.act = STORY_TELL,
           .actor = STORY_VENUE,
           .text = "book",
           .timeout_ms = SOON_MS});
}

/* --- the rest ----------------------------------------------------------------
 */

static const char *say_no(struct story_stage *stage)
{
    (void)stage;
    return "the books differ";
}

static const char *interrupt(struct story_stage *stage)
{
    (void)stage;
    raise(SIGTERM);
    return NULL;
}

static void test_stories_fail_by_checks_and_files(void **state)
{
    (void)state;
    FAILS("the books differ", CHECK(say_no));
    FAILS("none/x cannot be written: No such file", WRITE("none/x", "text"));
    FAILS("interrupted by signal 15", VENUE_IS_THERE, CHECK(interrupt),
          SEE(VENUE, "logon", ""));
}

/* One that holds, as far as it is to be played: the scene that ends it is
 * played in any case, and the raw messages are shown. */
static void test_stories_hold_until(void **state)
{
    static const struct story_step steps[] = {
        SCENE("One"),
        SAY("said"),
        VENUE_IS_THERE,
        SCENE("Two"),
        CHECK(say_no),
        {.act = STORY_SCENE, .text = "Three", .what = "not the end"},
        CHECK(say_no),
        {.act = STORY_SCENE, .text = "The end", .what = "end"},
        END(VENUE),
    };
    struct story_options options = quiet();

    (void)state;
    options.quiet = false;
    options.verbose = true;
    options.until = 1;
    if (play(steps, sizeof(steps) / sizeof(steps[0]), &options) != 0) {
        fail_msg("%s", out);
    }
    has(" 1. One");
    has("said");
    has("The end");
    has("All 1 checks held.");
    assert_null(strstr(out, "Two"));
    assert_null(strstr(out, "Three"));
    options.until = 2;
    assert_int_equal(play(steps, sizeof(steps) / sizeof(steps[0]), &options),
                     1);
    has(" 2. Two");
    has("the books differ");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_stories_fail_by_what_is_run),
        CASE(test_stories_fail_by_who_ends),
        CASE(test_stories_fail_without_a_program),
        CASE(test_stories_fail_by_lines),
        CASE(test_stories_fail_by_checks_and_files),
        CASE(test_stories_hold_until),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
