/*
 * Drawing sessions: text that lines up, SVG that is well formed whatever the
 * session says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "mistake_told.h"
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

static void draw(const char *head, const char *steps, bool svg)
{
    struct cg_script script;
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s%s", head, SCRIPT_DESK, steps) > 0);
    drawn_len = 0;
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         mistake_print, NULL, &script),
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

/* Every kind of step has its words, in its actor's lane. */
static void test_script_draw_every_step(void **state)
{
    static const char *const words[] = {"| numbers at 1",
                                        "| skips numbers",
                                        "|<- rejects D 11=A1 -",
                                        "| resend, kept: D 11=A1",
                                        "| resend, dropped: D 11=A1",
                                        "| down",
                                        "| crash",
                                        "| token $T state=live",
                                        "| difference A1 what=price",
                                        "| compared venue differ=0",
                                        "| takes rates USD_SOFR:5Y=3",
                                        "| rates version=1",
                                        "| quiet",
                                        "| asked: Set it up.",
                                        "|-- D same !58",
                                        "| up",
                                        "| stop"};
    (void)state;
    draw("# All.\n",
         "client up\nclient resets\nclient skips\n"
         "hub < DF 2319=$T ...\nvenue < D same !58\n"
         "venue rejects D 11=A1\nvenue resend D 11=A1 kept\n"
         "venue resend D 11=A1 dropped\nvenue down\n"
         "token $T state=live\ndifference A1 what=price\n"
         "compared venue differ=0\ngate takes rates USD_SOFR:5Y=3 refused~x\n"
         "rates version=1\nhub asked up : Set it up.\ngate crash\nquiet\n"
         "gate stop\n",
         false);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(drawn, words[i]) == NULL) {
            fail_msg("'%s' is not drawn:\n%s", words[i], drawn);
        }
    }
}

/* What a certification says over a socket of its own, to its peer. */
static void test_script_draw_wire(void **state)
{
    static const char *const words[] = {
        "wire ",        "peer",    "| connects",    "|-- 8=FIX -",
        "|-- A 98=0 -", "|<- 3 -", "| disconnects", "| is closed by the peer"};
    (void)state;
    draw("# Wire.\n",
         "wire connects\nwire > raw 8=FIX\nwire > A 98=0\nwire < 3\n"
         "wire closed\nwire disconnects\n",
         false);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(drawn, words[i]) == NULL) {
            fail_msg("'%s' is not drawn:\n%s", words[i], drawn);
        }
    }
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
        cmocka_unit_test(test_script_draw_every_step),
        cmocka_unit_test(test_script_draw_wire),
        cmocka_unit_test(test_script_draw_nothing_is_a_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
