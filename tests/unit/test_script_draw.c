/*
 * Drawing sessions: text that lines up, SVG that is well formed whatever the
 * session says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script.h"
#include "script_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char drawn[1 << 20];
static size_t drawn_len;

static void print(void *user, const char *text)
{
    size_t len = strlen(text);
    (void)user;
    assert_true(drawn_len + len < sizeof(drawn));
    memcpy(drawn + drawn_len, text, len + 1);
    drawn_len += len;
}

static void report(void *user,
                   const char *file,
                   int line,
                   const char *wrong,
                   const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static void draw(const char *head, const char *steps, bool svg)
{
    struct cg_script script;
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s%s", head, SCRIPT_DESK, steps) > 0);
    drawn_len = 0;
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         report, NULL, &script),
                     0);
    if (svg) {
        cg_script_draw_svg(&script, print, NULL);
    } else {
        cg_script_draw_text(&script, print, NULL);
    }
    cg_script_deinit(&script);
    free(text);
}

/* Lanes in their order, arrows both ways, notes, and times as they go on. */
static void test_script_draw_text_lines_up(void **state)
{
    (void)state;
    draw("# Two actors.\n",
         "client up\n@1s client > D 11=A1 38=10000000\n"
         "client < 8 11=A1 58~CG301 !44 ...\n@+500 venue > 8 11=A1 "
         "58=a text that is much too long for the arrow\n"
         "limit L used=0\ngate stop\n",
         false);
    assert_string_equal(
        drawn,
        "Two actors.\n\n"
        "          client                            gate                   "
        "           venue\n"
        "@0        | up                              |                      "
        "           |\n"
        "@1s       |-- D 11=A1 38=10000000 --------->|                      "
        "           |\n"
        "          |<- 8 11=A1 58~CG301 !44 ---------|                      "
        "           |\n"
        "@1500     |                                 |<- 8 11=A1 58=a text th"
        "at is.. --|\n"
        "          |                                 | limit L used=0       "
        "           |\n"
        "          |                                 | stop                 "
        "           |\n");
}

#define SCRIPT_CLIENT(n)                                                       \
    "[SESSION]\nName=c" n "\nRole=client\nBeginString=FIX.4.4\n"               \
    "TargetCompID=C" n "\nAccounts=ACME\n"

/* With more lanes they are narrower, so that a page still holds them; a label
 * is cut between characters here, too. */
static void test_script_draw_text_many_lanes(void **state)
{
    (void)state;
    draw("# Six.\n",
         SCRIPT_CLIENT("2")
             SCRIPT_CLIENT("3") "client up\nc2 up\nc3 > B "
                                "148=\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n"
                                "hub up\nvenue > 8 11=A1 58=long enough\n",
         false);
    assert_non_null(strstr(drawn, "client              c2                  c3"
                                  "                  gate                hub"
                                  "                 venue\n"));
    assert_non_null(strstr(drawn, "|-- B 148=\xc3\xa4\xc3\xa4.. "));
    assert_non_null(strstr(drawn, "|<- 8 11=A1 58=long enough ----"));
    draw("# Six.\n",
         SCRIPT_CLIENT("2")
             SCRIPT_CLIENT("3") "client up\nc2 up\nc3 up\nhub up\nvenue up\n",
         true);
    assert_non_null(strstr(drawn, "viewBox=\"0 0 1160 "));
}

/* What XML gives a meaning is escaped, in texts and titles. */
static void test_script_draw_svg_escapes(void **state)
{
    (void)state;
    draw("# A <b> & its end.\n", "client > D 58=<&> 11=1\nhub down\n", true);
    assert_non_null(strstr(drawn, "<title>A &lt;b&gt; &amp; its end.</title>"));
    assert_non_null(strstr(drawn, ">D 58=&lt;&amp;&gt; 11=1<title>"));
    assert_null(strstr(drawn, "<b>"));
    assert_non_null(strstr(drawn, "prefers-color-scheme: dark"));
    assert_string_equal(drawn + drawn_len - 7, "</svg>\n");
}

/* A label is cut between characters, not inside one. */
static void test_script_draw_svg_cuts_characters_whole(void **state)
{
    char steps[400] = "client > D 58=";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(steps, i % 2 == 0 ? "\xc3\xa4" : "x");
    }
    strcat(steps, "\n");
    draw("", steps, true);
    for (size_t i = 0; i + 1 < drawn_len; i++) {
        if ((unsigned char)drawn[i] == 0xc3) {
            assert_int_equal((unsigned char)drawn[i + 1], 0xa4);
        }
    }
    assert_non_null(strstr(drawn, "\xe2\x80\xa6<title>"));
}

/* No steps: a gate alone. */
static void test_script_draw_nothing_is_a_gate(void **state)
{
    (void)state;
    draw("", "", false);
    assert_string_equal(drawn, "t.session\n\n          gate\n");
    draw("", "", true);
    assert_non_null(strstr(drawn, ">gate</text>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_draw_text_lines_up),
        cmocka_unit_test(test_script_draw_text_many_lanes),
        cmocka_unit_test(test_script_draw_svg_escapes),
        cmocka_unit_test(test_script_draw_svg_cuts_characters_whole),
        cmocka_unit_test(test_script_draw_nothing_is_a_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
