/*
 * What else connects to a gate's port: noise, half messages, silence,
 * strangers. The gate lives on, and the next client trades.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"
#include "raw_fix.h"

#include <demo_story.h>
#include <stdlib.h>

#define SILENT 50

static struct raw_fix lines[SILENT];

static const char *send_noise(struct story_stage *stage)
{
    const struct cg_slice noises[] = {
        CG_SLICE("GET / HTTP/1.1\r\nHost: gate\r\n\r\n"),
        CG_SLICE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        CG_SLICE("\0\0\0\0\0\0\0\0"),
        CG_SLICE("8=FIX.4.4\0019=99999999999999999999\00135=A\001"),
        CG_SLICE("8=FIX.4.4\0019=-5\00135=A\00134=1\00110=000\001"),
        CG_SLICE("8=FIX.4.4\0019=5\00135=A\00110=000\001"),
        CG_SLICE("8=FIX.4.4\0019=65\00135=A\00134=1\00149=CLI"),
        CG_SLICE("8=FIX.9.9\0019=5\00135=0\00110=163\001"),
        CG_SLICE("8="),
    };
    const char *port = story_variable(stage, "GATE_PORT");
    for (size_t i = 0; i < sizeof(noises) / sizeof(noises[0]); i++) {
        struct raw_fix line;
        if (!raw_fix_connect(&line, port) ||
            !raw_fix_write(&line, noises[i].data, noises[i].len)) {
            return "the gate does not take connections";
        }
        raw_fix_close(&line);
    }
    return NULL;
}

/* A megabyte of one byte: cut before it fills anything. */
static const char *send_much(struct story_stage *stage)
{
    static char block[65536];
    struct raw_fix line;
    memset(block, 'x', sizeof(block));
    if (!raw_fix_connect(&line, story_variable(stage, "GATE_PORT"))) {
        return "the gate does not take connections";
    }
    for (int i = 0; i < 16 && raw_fix_write(&line, block, sizeof(block)); i++) {
    }
    bool closed = raw_fix_closed(&line, 8000);
    raw_fix_close(&line);
    return closed ? NULL : "a line full of noise stays open";
}

static const char *log_on_as(struct story_stage *stage, const char *fields)
{
    struct raw_fix line;
    if (!raw_fix_connect(&line, story_variable(stage, "GATE_PORT")) ||
        !raw_fix_send(&line, "A", fields)) {
        return "the gate does not take connections";
    }
    bool closed = raw_fix_closed(&line, 3000);
    raw_fix_close(&line);
    return closed ? NULL : "the gate keeps the line of a stranger";
}

static const char *log_on_as_stranger(struct story_stage *stage)
{
    return log_on_as(stage, "34=1|49=STRANGER|56=GATE|98=0|108=30|");
}

static const char *log_on_twice(struct story_stage *stage)
{
    return log_on_as(stage, "34=1|49=CLIENT|56=GATE|98=0|108=30|");
}

static const char *order_before_logon(struct story_stage *stage)
{
    struct raw_fix line;
    if (!raw_fix_connect(&line, story_variable(stage, "GATE_PORT")) ||
        !raw_fix_send(&line, "D",
                      "34=1|49=CLIENT|56=GATE|11=X1|1=ACME|55=USD-SOFR-10Y|"
                      "54=1|60=20260105-10:00:00|38=1000000|40=1|")) {
        return "the gate does not take connections";
    }
    bool closed = raw_fix_closed(&line, 3000);
    raw_fix_close(&line);
    return closed ? NULL : "the gate keeps a line that begins with an order";
}

static const char *open_silent(struct story_stage *stage)
{
    const char *port = story_variable(stage, "GATE_PORT");
    for (size_t i = 0; i < SILENT; i++) {
        if (!raw_fix_connect(&lines[i], port)) {
            return "the gate does not take connections";
        }
    }
    return NULL;
}

static const char *silent_are_cut(struct story_stage *stage)
{
    bool all = true;
    (void)stage;
    for (size_t i = 0; i < SILENT; i++) {
        all = raw_fix_closed(&lines[i], 15000) && all;
        raw_fix_close(&lines[i]);
    }
    return all ? NULL : "a line that says nothing stays open";
}

#define TRADES(id)                                                             \
    BUY(id, "1000000"), SEE(VENUE, "in D", "11=" id),                          \
        SEE(CLIENT, "in 8", "11=" id "|150=0")

static void test_gate_strangers_do_no_harm(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        CHECK(send_noise),
        TRADES("A1"),
        CHECK(send_much),
        CHECK(log_on_as_stranger),
        SEE(GATE, "line", "Logon FIX.4.4 49=STRANGER 56=GATE: no such"),
        CHECK(order_before_logon),
        SEE(GATE, "line", "the first message is no Logon but 35=D"),
        CHECK(log_on_twice),
        TRADES("A2"),
        NONE(CLIENT, "logout", ""),
        SCENE("fifty lines that say nothing"),
        CHECK(open_silent),
        TRADES("A3"),
        TELL(CLIENT, "drop"),
        SEE(CLIENT, "logout", ""),
        SEE(CLIENT, "logon", ""),
        TRADES("A4"),
        CHECK(silent_are_cut),
        TRADES("A5"),
        NONE(VENUE, "in D", ""),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_strangers_do_no_harm),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
