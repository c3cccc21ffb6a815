/*
 * The demo, as a user starts it; and that it would tell when the gate was
 * wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_test.h"

#include <demo_story.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All scenes hold, nothing is printed, no process is left. */
static void test_demo_plays_to_its_end(void **state)
{
    static const struct story_step steps[] = {
        {.act = STORY_RUN,
         .text = "demo --quiet --keep $DIR/demo",
         .timeout_ms = 60000},
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* The round trips are printed, whatever they are. */
static void test_demo_prints_round_trips(void **state)
{
    static const struct story_step steps[] = {
        {.act = STORY_RUN,
         .text = "demo --keep $DIR/demo",
         .what = "checks held.|no gate                 300 |"
                 "hub asked, synced to the disk            40 ",
         .timeout_ms = 60000},
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* What is printed can be followed, and names the scenes. */
static void test_demo_until_prints_scenes(void **state)
{
    static const struct story_step steps[] = {
        {.act = STORY_RUN,
         .text = "demo --until 3 --keep $DIR/demo",
         .what = "2. An order gets its token|3. An order above the limit|"
                 "CG101 LIMIT_EXCEEDED req:90400.00 avl:54800.00|"
                 "ACME-USD consumed: hub 45200.00, gate 45200.00|"
                 "checks held.|gate.journal",
         .timeout_ms = 60000},
        RUN("demo --until 3 --keep $DIR/demo", 1,
            "Give --keep a new or an "
            "empty directory"),
        RUN("demo --until 1 --no-timing --keep $DIR/one", 0, "checks held"),
        RUN("demo --untill 3", 2, "--untill is not understood|usage:"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * The same scenes with simulators that validate whole messages, as a plain
 * QuickFIX counterparty does: none of the gate's is rejected.
 */
static void test_demo_every_message_is_valid(void **state)
{
    size_t count = demo_story_len + 1;
    struct story_step *steps = malloc(count * sizeof(*steps));
    char texts[4][300];
    size_t sims = 0;
    (void)state;
    assert_non_null(steps);
    memcpy(steps, demo_story, demo_story_len * sizeof(*steps));
    for (size_t i = 0; i < demo_story_len; i++) {
        if (steps[i].act == STORY_START && steps[i].actor != STORY_GATE) {
            assert_true(sims < 4);
            snprintf(texts[sims], sizeof(texts[0]), "%s" DICTIONARIES,
                     steps[i].text);
            steps[i].text = texts[sims++];
        }
    }
    steps[demo_story_len] = (struct story_step)CHECK(story_test_no_rejects);
    int status = story_test_play(steps, count);
    free(steps);
    assert_int_equal(sims, 3);
    assert_int_equal(status, 0);
}

/* A session that validates would say so: a field that has no place there. */
static void test_demo_invalid_message_is_noticed(void **state)
{
    static const struct story_step steps[] = {
        START(VENUE, "venuesim --listen 0 --target CLIENT" DICTIONARIES),
        SEE(VENUE, "listen", "$PORT"),
        START(CLIENT, "clientsim --connect $PORT --target VENUE"),
        SEE(CLIENT, "logon", ""),
        TELL(CLIENT, "order A X buy 10 98.5 ACME 2324=1"),
        SEE(VENUE, "out 3", "371=2324"),
        CHECK(story_test_no_rejects),
    };
    (void)state;
    assert_int_equal(
        story_test_play(steps, sizeof(steps) / sizeof(steps[0]) - 1), 0);
    assert_int_equal(PLAY(steps), 1);
}

/* The |number|-th expectation (from 0) of |act|; its index, or the length. */
static size_t find_step(enum story_act act, const char *what, size_t number)
{
    for (size_t i = 0; i < demo_story_len; i++) {
        const struct story_step *step = &demo_story[i];
        if (step->act == act && strcmp(step->what, what) == 0 &&
            number-- == 0) {
            return i;
        }
    }
    return demo_story_len;
}

/* Plays the demo with step |at| replaced; it must fail there. */
static void fails_with(size_t at, struct story_step step)
{
    struct story_step *steps = malloc(demo_story_len * sizeof(*steps));
    assert_non_null(steps);
    assert_true(at < demo_story_len);
    memcpy(steps, demo_story, demo_story_len * sizeof(*steps));
    steps[at] = step;
    steps[at].timeout_ms = 300;
    int status = story_test_play(steps, demo_story_len);
    free(steps);
    assert_int_equal(status, 1);
}

/* One wrong expectation: the story fails and leaves no process. */
static void test_demo_wrong_amount_fails(void **state)
{
    struct story_step wrong = SEE(HUB, "in DF", "2320=0|2324=45200.01");
    (void)state;
    fails_with(find_step(STORY_SEE, "in DF", 0), wrong);
}

static void test_demo_refusal_expected_as_accept_fails(void **state)
{
    struct story_step wrong = SEE(CLIENT, "in 8", "11=A2|150=0");
    (void)state;
    fails_with(find_step(STORY_SEE, "in 8", 3), wrong);
}

static void test_demo_forbidden_line_fails(void **state)
{
    struct story_step wrong = NONE(CLIENT, "out D", "11=A2");
    (void)state;
    fails_with(find_step(STORY_NONE, "in D", 0), wrong);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_demo_plays_to_its_end),
        CASE(test_demo_prints_round_trips),
        CASE(test_demo_until_prints_scenes),
        CASE(test_demo_every_message_is_valid),
        CASE(test_demo_invalid_message_is_noticed),
        CASE(test_demo_wrong_amount_fails),
        CASE(test_demo_refusal_expected_as_accept_fails),
        CASE(test_demo_forbidden_line_fails),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
