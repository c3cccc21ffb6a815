/*
 * Expectations of a certification: what a profile lets pass, which tags differ,
 * what is captured, and steps and messages in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "mistake_told.h"
#include "script_runner.h"
#include "script_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW (1800000000 * CG_SECOND) /* 2027-01-15 08:00 */

static struct cg_script script;
static struct cg_script_runner runner;
static struct cg_script_message came;
static char came_bytes[8192];
static struct cg_script_differing differing;

static void forget(void)
{
    for (size_t i = 0; i < script.capture_count; i++) {
        free(runner.captures[i]);
    }
    cg_script_messages_deinit(&runner.in);
    free(runner.captures);
    free(runner.header);
    cg_script_deinit(&script);
    runner = (struct cg_script_runner){0};
    script = (struct cg_script){0};
}

/* A session whose last steps are |steps|. */
static void say(const char *steps)
{
    char text[8192];
    (void)snprintf(text, sizeof(text), "%s%s\n", SCRIPT_DESK, steps);
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         mistake_print, NULL, &script),
                     0);
    runner.script = &script;
    runner.now = NOW;
    runner.captures = calloc(script.capture_count + 1,
                             sizeof(*runner.captures));
    runner.header = malloc(CG_SCRIPT_BUFFER);
    assert_true(runner.captures != NULL && runner.header != NULL);
    assert_true(cg_script_set_values(&runner));
}

static const struct cg_script_step *last_step(void)
{
    return &script.steps[script.step_count - 1];
}

/* What comes to the client; '|' for SOH. */
static void come(const char *header, const char *body)
{
    int len = snprintf(came_bytes, sizeof(came_bytes), "%s%s", header, body);
    assert_true(len > 0 && (size_t)len < sizeof(came_bytes));
    for (int i = 0; i < len; i++) {
        came_bytes[i] = came_bytes[i] == '|' ? '\001' : came_bytes[i];
    }
    came = (struct cg_script_message){
        .session = last_step()->session,
        .type = "8",
        .header = {came_bytes, strlen(header)},
        .body = {came_bytes + strlen(header), strlen(body)},
        .time = NOW,
    };
}

static bool passes(const struct cg_script_leniency *leniency)
{
    return cg_script_compare(&runner, last_step(), &came, leniency, &differing);
}

static const struct cg_script_leniency none = {0};

/* --- what a profile lets pass -------------------------------------------- */

/* Fields that a step has and that came, each in the one way that matters. */
static void test_script_match_leniency(void **state)
{
    static const uint32_t ignores[] = {20000, 58};
    static const struct cg_script_leniency times = {.time_ns = 5 * CG_SECOND};
    static const struct cg_script_leniency numbers = {.numbers = true};
    static const struct cg_script_leniency waives = {.ignores = ignores,
                                                     .ignore_count = 2};
    static const struct {
        const char *step;
        const char *body;
        const struct cg_script_leniency *leniency;
        bool good;
    } rows[] = {
        /* Times: exact, as near as allowed, a second too far, none. */
        {"60=@", "60=20270115-08:00:00.000|", &none, true},
        {"60=@", "60=20270115-08:00:01.000|", &none, false},
        {"60=@", "60=20270115-08:00:05.000|", &times, true},
        {"60=@", "60=20270115-08:00:06.000|", &times, false},
        {"60=@", "60=20270115-07:59:55.000|", &times, true},
        {"60=@", "60=20270115-07:59:54.000|", &times, false},
        {"60=@+10s", "60=20270115-08:00:12|", &times, true},
        {"60=@", "60=soon|", &times, false},
        /* Numbers, where the field holds one. */
        {"6=9040", "6=9040|", &none, true},
        {"6=9040", "6=9040.00|", &none, false},
        {"6=9040", "6=9040.00|", &times, false},
        {"6=9040", "6=9040.00|", &numbers, true},
        {"6=9040", "6=9040.01|", &numbers, false},
        {"6=9040", "6=much|", &numbers, false},
        {"6=much", "6=9040|", &numbers, false},
        {"58=9040", "58=9040.00|", &numbers, false},
        {"20000=9040", "20000=9040.00|", &numbers, false},
        /* Tags that are waived: otherwise, missing, not expected. */
        {"58=a", "58=b|", &waives, true},
        {"58=a", "", &waives, true},
        {"6=1", "6=1|58=b|20000=c|", &waives, true},
        {"6=1 58=a", "6=2|58=b|", &waives, false},
        {"6=1", "", &waives, false},
        {"6=1", "6=1|58=b|", &none, false},
        /* Parts, none, any, more. */
        {"58~an order", "58=no such an order|", &none, true},
        {"58~an order", "58=no such order|", &none, false},
        {"!58", "58=a|", &none, false},
        {"!58", "", &none, true},
        {"58=*", "58=a|", &none, true},
        {"6=1 ...", "6=1|58=a|", &none, true},
        /* The second of a tag is the second. */
        {"448=A 448=B", "448=A|448=B|", &none, true},
        {"448=A 448=B", "448=B|448=A|", &none, false},
        {"448=A", "448=A|448=B|", &none, false},
        /* Of the header only what is listed. */
        {"50=DESK", "", &none, true},
        {"50=BOOK", "", &none, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char step[256];
        (void)snprintf(step, sizeof(step), "client < 8 %s", rows[i].step);
        say(step);
        come("50=DESK|", rows[i].body);
        if (passes(rows[i].leniency) != rows[i].good) {
            fail_msg("row %zu: %s and %s", i, rows[i].step, rows[i].body);
        }
        assert_int_equal(differing.count > 0, !rows[i].good);
        forget();
    }
}

/* What is as another actor sent it, but for what is waived or listed. */
static void test_script_match_same(void **state)
{
    static const uint32_t ignores[] = {58};
    static const struct cg_script_leniency waives = {.ignores = ignores,
                                                     .ignore_count = 1};
    static const struct {
        const char *sent; /* by the venue; NULL: nothing */
        const char *body;
        bool good;
    } rows[] = {
        {"11=A|58=x|", "11=A|", true},     {"11=A|", "11=A|58=x|", true},
        {"11=A|", "11=A|6=1|", false},     {"11=A|6=1|", "11=A|", false},
        {"11=A|6=1|", "11=A|6=2|", false}, {"11=A|6=1|", "11=A|14=1|", false},
        {"11=B|", "11=A|", false},         {NULL, "11=A|", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        say("venue > 8 11=A\nclient < 8 same");
        if (rows[i].sent != NULL) {
            come("", rows[i].sent);
            assert_non_null(cg_script_message_add(
                &runner, &runner.in,
                script.steps[script.step_count - 2].session, CG_SLICE("8"),
                came.header, came.body));
        }
        come("", rows[i].body);
        if (passes(&waives) != rows[i].good) {
            fail_msg("row %zu", i);
        }
        forget();
    }
}

/* A tag is told once, and no more than there is room for. */
static void test_script_match_differing_tags(void **state)
{
    char body[4096];
    size_t len = 0;
    (void)state;
    say("client < 8 448=A 448=B 6=1 44=2");
    come("", "448=B|448=A|6=1|44=3|");
    assert_false(passes(&none));
    assert_int_equal(differing.count, 2);
    assert_int_equal(differing.tags[0], 448);
    assert_int_equal(differing.tags[1], 44);
    for (unsigned tag = 5001; tag <= 5100; tag++) {
        len += (size_t)snprintf(body + len, sizeof(body) - len, "%u=x|", tag);
    }
    come("", body);
    assert_false(passes(&none));
    assert_int_equal(differing.count, CG_SCRIPT_DIFFERING_MAX);
    forget();
}

/* A name stands for what came first; of a message that is not as expected it
 * stands for nothing. */
static void test_script_match_captures(void **state)
{
    static const struct cg_script_leniency numbers = {.numbers = true};
    (void)state;
    say("value CITY London\nclient < 8 6=$P 44=$P 58=$CITY 11=x${CITY}y");
    come("", "6=4|44=4.0|58=London|11=xLondony|");
    assert_false(passes(&none));
    assert_int_equal(differing.count, 1);
    assert_int_equal(differing.tags[0], 44);
    assert_true(passes(&numbers));
    come("", "6=5|44=5|58=London|11=xLondony|");
    assert_false(passes(&numbers));
    assert_int_equal(differing.count, 2);
    come("", "6=4|44=4|58=Paris|11=xLondony|");
    assert_false(passes(&none));
    come("", "6=4|44=4|58=London|11=xLondony|");
    assert_true(passes(&none));
    forget();
}

/* Without memory it is not as expected, and the runner says why. */
static void test_script_match_no_memory(void **state)
{
    (void)state;
    for (long n = 1; n <= 2; n++) {
        say("client < 8 6=$P");
        come("", "6=4|");
        countdown = n;
        for_good = false;
        bool good = passes(&none);
        countdown = -1;
        assert_int_equal(runner.error, CG_ERR_MEMORY);
        assert_int_equal(good, n == 2);
        forget();
    }
    say("value CITY London\nclient < 8 6=$CITY");
    countdown = 1;
    assert_false(cg_script_set_values(&runner));
    countdown = -1;
    forget();
}

/* --- words ---------------------------------------------------------------- */

static void test_script_match_expected_in_words(void **state)
{
    static const char step[] = "value CITY London\n"
                               "client < 8 same 11=A1 6=$NEW 58=$CITY !44 "
                               "37=* 1=x${CITY} 60=@+1s 15~US ...";
    char text[512];
    (void)state;
    say(step);
    cg_script_expected(&runner, last_step(), true, text, sizeof(text));
    assert_string_equal(text, "8 same 11=A1 6=$NEW 58=$CITY !44 37=* "
                              "1=x${CITY} 60=@+1s 15~US ...");
    cg_script_expected(&runner, last_step(), false, text, sizeof(text));
    assert_string_equal(text, "8 same 11=A1 6=$NEW 58=London !44 37=* "
                              "1=xLondon 60=20270115-08:00:01.000 15~US ...");
    cg_script_expected(&runner, last_step(), false, text, 12);
    assert_string_equal(text, "8 same 11=A");
    forget();
    say("client < 8 11=A1");
    cg_script_expected(&runner, last_step(), false, text, sizeof(text));
    assert_string_equal(text, "8 11=A1");
    forget();
}

/* What stands for more than there is room for is told by its name. */
static void test_script_match_expected_long_by_name(void **state)
{
    char step[6000];
    char text[128];
    (void)state;
    int len = snprintf(step, sizeof(step), "value LONG ");
    memset(step + len, 'x', 3000);
    (void)snprintf(step + len + 3000, 100, "\nclient < 8 58=${LONG}-${LONG}");
    say(step);
    cg_script_expected(&runner, last_step(), false, text, sizeof(text));
    assert_string_equal(text, "8 58=${LONG}-${LONG}");
    forget();
}

static void test_script_match_observed_in_words(void **state)
{
    char text[512];
    (void)state;
    say("client < 8 11=A1");
    come("34=2|49=GATE|52=20270115-08:00:00.000|56=C|50=DESK|", "11=A1|58=|");
    cg_script_observed(&came, false, text, sizeof(text));
    assert_string_equal(text, "8 50=DESK 11=A1 58=");
    cg_script_observed(&came, true, text, sizeof(text));
    assert_string_equal(text, "8 34=2 49=GATE 52=20270115-08:00:00.000 56=C "
                              "50=DESK 11=A1 58=");
    /* Fields that are none, or end early; bytes that no text has. */
    came.header.len = 0;
    came.body = (struct cg_slice){"58=a\0b\00111", 9};
    cg_script_observed(&came, true, text, sizeof(text));
    assert_string_equal(text, "8 58=a|b 11=");
    forget();
}

/* --- as bytes --------------------------------------------------------------
 */

/* What the header says itself is not said again; what is too large is none. */
static void test_script_match_sealed(void **state)
{
    static const char header[] = "49=ME|56=YOU|34=9|52=20270115-09:00:00.000|";
    char bytes[512];
    (void)state;
    say("client < 8 11=A1");
    come(header, "11=A1|");
    size_t len = cg_script_seal(&runner, &came, true, bytes, sizeof(bytes));
    assert_true(len > 0);
    bytes[len] = '\0';
    assert_non_null(strstr(bytes, "\00135=8\00149=ME\00156=YOU\00134=9\00152="
                                  "20270115-09:00:00.000\00111=A1\00110="));
    came.header.len = 0;
    len = cg_script_seal(&runner, &came, true, bytes, sizeof(bytes));
    assert_true(len > 0);
    bytes[len] = '\0';
    assert_non_null(strstr(bytes, "\00149=C\00156=GATE\00134=0\00152="));
    assert_int_equal(cg_script_seal(&runner, &came, false, bytes, 40), 0);
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_match_leniency),
        cmocka_unit_test(test_script_match_same),
        cmocka_unit_test(test_script_match_differing_tags),
        cmocka_unit_test(test_script_match_captures),
        cmocka_unit_test(test_script_match_no_memory),
        cmocka_unit_test(test_script_match_expected_in_words),
        cmocka_unit_test(test_script_match_expected_long_by_name),
        cmocka_unit_test(test_script_match_observed_in_words),
        cmocka_unit_test(test_script_match_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
