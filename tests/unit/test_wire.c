/*
 * The wire of a certification: what it makes of a step, byte by byte; two wires
 * that talk with each other over loopback, and a peer that talks nonsense.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above. */
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>

#include "wire_side.h"

#define FLOOD_MAX 20
#define LOGON "default wire > A 98=0 108=30 141=Y\n"

/* --- what is made of a step --------------------------------------------- */

#define MADE_AT 7

static struct wire_made made_of(const char *text, char *bytes, size_t cap)
{
    struct side side;
    struct wire_made made;
    struct wire_making making = {
        .version = CG_FIX44,
        .begin_string = "FIX.4.4",
        .ours = "US",
        .theirs = "THEM",
        .logon = "553=me\001",
        .next_out = MADE_AT,
    };

    side_open(&side, LOGON, text);
    making.now = side.script.start;
    assert_true(wire_compose(&making, &side.runner,
                             &side.script.steps[side.next], &made));
    assert_true(made.len < cap);
    memcpy(bytes, made.bytes, made.len);
    bytes[made.len] = '\0';
    for (char *at = bytes; *at != '\0'; at++) {
        *at = *at == '\001' ? '|' : *at;
    }
    free(made.bytes);
    side_close(&side);
    return made;
}

static void assert_made(const char *text, const char *expected, int seq)
{
    char bytes[2000];
    struct wire_made made = made_of(text, bytes, sizeof(bytes));

    assert_string_equal(bytes, expected);
    assert_int_equal(made.seq, seq);
}

#define TIME "52=20270115-08:00:00.000|"

/* What a step does not say is as it should be. */
static void test_wire_compose_plain_is_right(void **state)
{
    (void)state;
    assert_made("wire > 0",
                "8=FIX.4.4|9=49|35=0|49=US|56=THEM|34=7|" TIME "10=159|", 7);
    assert_made("default wire > H 54=1 11=x\nwire > $PROBE 11=${RUN}A 43=Y",
                "8=FIX.4.4|9=66|35=H|49=US|56=THEM|34=7|" TIME
                "43=Y|11=r1A|54=1|10=016|",
                7);
    assert_made("wire > A 34=*",
                "8=FIX.4.4|9=74|35=A|49=US|56=THEM|34=1|" TIME
                "553=me|98=0|108=30|141=Y|10=155|",
                1);
}

/* What it says stands there, at its place, however wrong. */
static void test_wire_compose_said_is_as_said(void **state)
{
    (void)state;
    assert_made("wire > 0 34=+3 49=X 52=@-5m !56",
                "8=FIX.4.4|9=41|35=0|49=X|34=10|52=20270115-07:55:00.000|"
                "10=163|",
                0);
    assert_made("wire > 0 8=FIX.9 9=+5 10=+1 35=ZZ 34=abc 112=",
                "8=FIX.9|9=62|35=ZZ|49=US|56=THEM|34=abc|" TIME "112=|10=131|",
                0);
    assert_made("wire > 0 9=1 10=7 34=1 34=2 34=3",
                "8=FIX.4.4|9=1|35=0|49=US|56=THEM|34=1|" TIME "34=2|34=3|10=7|",
                0);
    assert_made("wire > 4 123=Y 36=+4",
                "8=FIX.4.4|9=61|35=4|49=US|56=THEM|34=7|" TIME
                "123=Y|36=11|10=211|",
                7);
    assert_made("wire > 0 !9 !10 !34", "8=FIX.4.4|35=0|49=US|56=THEM|" TIME, 0);
}

/* In a raw line only what has a * is made. */
static void test_wire_compose_raw_is_as_it_is(void **state)
{
    char bytes[2000];
    struct wire_made made;

    (void)state;
    assert_made("wire > raw 9=*|8=*|35=0|34=*|49=*|56=*|52=*|112=${RUN}|10=*|",
                "9=66|8=FIX.4.4|35=0|34=7|49=US|56=THEM|" TIME "112=r1|10=019|",
                7);
    assert_made("wire > raw GET / HTTP/1.1", "GET / HTTP/1.1", 0);
    made = made_of("wire > raw 8=*|9=*|/|35=0|34=+2|/|52=@|10=+1|", bytes,
                   sizeof(bytes));
    assert_string_equal(bytes, "8=FIX.4.4|9=35|35=0|34=9|" TIME "10=115|");
    assert_int_equal(made.cut_count, 2);
    assert_int_equal(made.cuts[0], 15);
    assert_int_equal(made.cuts[1], 25);
}

/* --- what comes --------------------------------------------------------- */

/* All that was cut off a stream: messages with a bar behind each, and what was
 * none. */
struct heard {
    char messages[4096];
    char garbled[4096];
    size_t garbled_len;
};

static void
stream_take(struct wire_stream *stream, bool ended, struct heard *heard)
{
    struct cg_slice bytes;
    bool garbled;

    while (wire_stream_cut(stream, ended, &bytes, &garbled)) {
        assert_true(bytes.len > 0 && bytes.len <= stream->len);
        if (garbled) {
            memcpy(heard->garbled + heard->garbled_len, bytes.data, bytes.len);
            heard->garbled_len += bytes.len;
        } else {
            strncat(heard->messages, bytes.data, bytes.len);
            strcat(heard->messages, "|");
        }
        wire_stream_drop(stream, bytes.len);
    }
}

/* Fed in pieces of |step| bytes; 0: of random lengths. */
static void
hear(const char *bytes, size_t len, size_t step, struct heard *heard)
{
    struct wire_stream stream = {0};
    size_t at = 0;

    *heard = (struct heard){.garbled_len = 0};
    while (at < len) {
        size_t piece = step > 0 ? step : 1 + (size_t)rand() % 40;

        piece = piece < len - at ? piece : len - at;
        /* From an allocation of its own: nothing behind it is read. */
        char *copy = malloc(piece);
        assert_non_null(copy);
        memcpy(copy, bytes + at, piece);
        assert_true(wire_stream_feed(&stream, copy, piece));
        free(copy);
        stream_take(&stream, false, heard);
        at += piece;
    }
    stream_take(&stream, true, heard);
    assert_int_equal(stream.len, 0);
    free(stream.bytes);
}

/* However the bytes come, the same messages are heard, and none is lost: what
 * is no message is garbled. */
static void test_wire_stream_cuts_do_not_matter(void **state)
{
    static const char *const lines[] = {
        "wire > 0 112=one",       "wire > raw 8=FIX|",
        "wire > H 11=A1 10=+1",   "wire > H 11=A2",
        "wire > raw noise|10=1|", "wire > H 11=A3 9=+2",
        "wire > H 11=A4",         "wire > 0 112=x 10=07",
        "wire > H 11=A5",         "wire > raw 8=FIX.4.4|9=77|35=0",
    };
    char all[4096];
    char bytes[1000];
    size_t len = 0;
    struct heard whole;
    struct heard other;

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct wire_made made = made_of(lines[i], bytes, sizeof(bytes));

        for (size_t j = 0; j < made.len; j++) {
            all[len++] = bytes[j] == '|' ? '\001' : bytes[j];
        }
    }
    hear(all, len, len, &whole);
    assert_non_null(strstr(whole.messages, "112=one"));
    for (int i = 2; i <= 5; i++) {
        char id[16];

        (void)snprintf(id, sizeof(id), "\00111=A%d\001", i);
        assert_int_equal(strstr(whole.messages, id) != NULL, i != 3);
    }
    assert_int_equal(strlen(whole.messages) - 4 + whole.garbled_len, len);
    for (size_t step = 0; step < 70; step++) {
        hear(all, len, step, &other);
        assert_string_equal(other.messages, whole.messages);
        assert_int_equal(other.garbled_len, whole.garbled_len);
        assert_memory_equal(other.garbled, whole.garbled, whole.garbled_len);
    }
}

/* --- two sides ---------------------------------------------------------- */

struct pair {
    uv_loop_t loop;
    uv_timer_t guard;
    bool late;
    struct side a; /* the gate's peer: connects */
    struct side b; /* the gate: listens */
};

static void on_guard(uv_timer_t *timer)
{
    struct pair *pair = timer->data;

    pair->late = true;
}

static void on_message(void *user, bool to_peer, struct cg_slice bytes)
{
    struct side *side = user;

    (void)to_peer;
    assert_true(bytes.len > 0);
    side->messages++;
}

static void on_note(void *user, const char *text)
{
    struct side *side = user;
    size_t len = strlen(side->notes);

    (void)snprintf(side->notes + len, sizeof(side->notes) - len, "%s; ", text);
}

static void wire_open(struct pair *pair, struct side *side, bool gate, int port)
{
    struct cg_wire_options options = {
        .loop = &pair->loop,
        .script = &side->script,
        .session = &side->script.config.sessions[0],
        .as_gate = gate,
        .listens = gate,
        .port = port,
        .messages_max = FLOOD_MAX,
        .message = on_message,
        .note = on_note,
        .user = side,
    };

    assert_int_equal(
        cg_wire_open(&options, side->error, sizeof(side->error), &side->wire),
        0);
}

static void pair_open(struct pair *pair, const char *a, const char *b)
{
    assert_int_equal(uv_loop_init(&pair->loop), 0);
    assert_int_equal(uv_timer_init(&pair->loop, &pair->guard), 0);
    pair->guard.data = pair;
    pair->late = false;
    uv_timer_start(&pair->guard, on_guard, 10000, 0);
    side_open(&pair->a, LOGON, a);
    side_open(&pair->b, LOGON, b);
    wire_open(pair, &pair->b, true, 0);
    wire_open(pair, &pair->a, false, cg_wire_port(pair->b.wire));
}

static void pair_close(struct pair *pair)
{
    cg_wire_close(pair->a.wire);
    cg_wire_close(pair->b.wire);
    uv_close((uv_handle_t *)&pair->guard, NULL);
    assert_int_equal(uv_run(&pair->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&pair->loop), 0);
    side_close(&pair->a);
    side_close(&pair->b);
}

/* Whether the step is over. */
static bool look(struct side *side, const struct cg_script_step *step)
{
    const struct cg_script_message *came;

    came = cg_wire_next(side->wire, step);
    if (step->act == CG_SCRIPT_WIRE_CLOSED) {
        assert_null(came);
        if (cg_wire_closed(side->wire)) {
            cg_wire_take(side->wire);
            return true;
        }
        return false;
    }
    if (came == NULL) {
        return false;
    }
    assert_true(cg_wire_type_fits(&side->runner, step, came->type));
    assert_true(strcmp(came->type, "garbled") == 0 ||
                cg_script_match(&side->runner, step, came));
    cg_wire_take(side->wire);
    return true;
}

/* Plays steps until one has to wait; true when something was done. */
static bool side_go(struct side *side)
{
    bool moved = false;

    while (side->next < side->script.step_count) {
        const struct cg_script_step *step = &side->script.steps[side->next];

        if (step->act == CG_SCRIPT_EXPECT ||
            step->act == CG_SCRIPT_WIRE_CLOSED) {
            if (!look(side, step)) {
                return moved;
            }
        } else {
            enum cg_wire_done done = cg_wire_do(side->wire, &side->runner, step,
                                                side->error,
                                                sizeof(side->error));

            if (done == CG_WIRE_WAIT) {
                return moved;
            }
            if (done == CG_WIRE_FAILED) {
                side->next = SIZE_MAX;
                return moved;
            }
        }
        moved = true;
        side->next++;
    }
    return moved;
}

static bool is_over(const struct side *side)
{
    return side->next >= side->script.step_count;
}

static void pair_play(struct pair *pair)
{
    while (!is_over(&pair->a) || !is_over(&pair->b)) {
        bool moved = side_go(&pair->a);

        moved |= side_go(&pair->b);
        if (!moved) {
            uv_run(&pair->loop, UV_RUN_ONCE);
        }
        if (pair->late) {
            fail_msg("steps %zu of %zu and %zu of %zu are not over",
                     pair->a.next, pair->a.script.step_count, pair->b.next,
                     pair->b.script.step_count);
        }
    }
}

/* Logons with their numbers, fields of the header, a message in three packets,
 * captures, and a TestRequest that nobody expects is answered. */
static void test_wire_pair_talks(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair,
              "wire connects\n"
              "wire > A\n"
              "wire < A 34=1 49=GATE 56=CLIENT 8=FIX.4.4 9=* 10=* 52=* 98=0 "
              "108=30 141=Y\n"
              "wire > 0 112=x\n"
              "wire > raw 8=*|9=*|35=H|34=*|49=*|/|56=*|52=*|11=A1|/|10=*|\n"
              "wire < 8 34=$N 11=A1 ...\n"
              "wire > 2 7=$N 16=$N\n"
              "wire < 4 34=$N 36=5 123=Y 43=Y\n"
              "wire > 5\n"
              "wire closed\n",
              "wire connects\n"
              "wire > A\n" /* waits for the other */
              "wire < A 34=1 98=0 108=30 141=Y\n"
              "wire < H 34=3 11=A1\n"
              "wire > 1 112=T1\n"
              "wire < 0 112=T1 34=4\n"
              "wire > 0\n"
              "wire > 8 11=A1 37=1\n"
              "wire < 2 34=5 7=4 16=4\n"
              "wire > 4 34=4 43=Y 123=Y 36=+0\n"
              "wire < 5 34=6\n"
              "wire > 3 45=1\n"
              "wire > 5\n"
              "wire disconnects\n");
    pair_play(&pair);
    assert_null(cg_wire_next(pair.a.wire, NULL));
    assert_int_equal(cg_wire_next_out(pair.a.wire), 7);
    assert_int_equal(cg_wire_next_in(pair.b.wire), 7);
    assert_int_equal(cg_wire_next_in(pair.a.wire),
                     cg_wire_next_out(pair.b.wire));
    pair_close(&pair);
}

/* What a case expects itself is not done for it. */
static void test_wire_pair_case_takes_tests_itself(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair,
              "wire connects\n"
              "wire > A\n"
              "wire < A ...\n"
              "wire < 1 112=T\n"
              "wire < 0 !112\n"
              "wire < 0 112=late ...\n"
              "wire > 0 112=T 43=Y 34=7\n",
              "wire connects\n"
              "wire < A ...\n"
              "wire > A\n"
              "wire > 1 112=T\n"
              "wire > 0\n"
              "wire > 0\n" /* nobody asked: passed over */
              "wire > 0 112=late\n"
              "wire < 0 112=T 43=Y 34=7\n");
    pair_play(&pair);
    assert_int_equal(cg_wire_next_out(pair.a.wire), 2);
    assert_int_equal(cg_wire_count(pair.a.wire), 5);
    pair_close(&pair);
}

/* Turns the loop until the line of |side| is closed by its peer. */
static void pair_wait_closed(struct pair *pair, struct side *side)
{
    while (!cg_wire_closed(side->wire) && !pair->late) {
        uv_run(&pair->loop, UV_RUN_ONCE);
    }
    assert_false(pair->late);
}

static void assert_next(struct side *side, const char *type, const char *body)
{
    const struct cg_script_message *came = cg_wire_next(side->wire, NULL);

    assert_non_null(came);
    assert_string_equal(came->type, type);
    assert_true(cg_slice_is(came->body, body));
    cg_wire_take(side->wire);
}

/* Garbled bytes are seen, and what follows them is found; a message that was
 * cut off is no message. */
static void test_wire_pair_garbled_is_seen(void **state)
{
    struct pair pair;
    const struct cg_script_message *came;

    (void)state;
    pair_open(&pair, "wire connects\nwire < j\n",
              "wire connects\n"
              "wire > j\n"
              "wire > j 10=+1 34=9\n"
              "wire > j 379=A1\n"
              "wire > raw hello|\n"
              "wire > raw 8=FIX.4.4|9=99|35=0|34=\n"
              "wire disconnects\n");
    pair_play(&pair);
    pair_wait_closed(&pair, &pair.a);
    came = cg_wire_next(pair.a.wire, NULL);
    assert_non_null(came);
    assert_string_equal(came->type, "garbled");
    assert_true(came->body.len > 60);
    cg_wire_take(pair.a.wire);
    assert_next(&pair.a, "j", "379=A1\001");
    assert_next(&pair.a, "garbled", "hello\001");
    assert_next(&pair.a, "garbled", "8=FIX.4.4\0019=99\00135=0\00134=");
    assert_null(cg_wire_next(pair.a.wire, NULL));
    assert_int_equal(pair.a.messages, 5);
    pair_close(&pair);
}

/* Whether a peer says why it closes is its own affair; what else it says is
 * not. */
static void test_wire_pair_closed_passes_over_farewells(void **state)
{
    static const struct cg_script_step closed = {.act = CG_SCRIPT_WIRE_CLOSED};
    struct pair pair;

    (void)state;
    pair_open(&pair, "wire connects\n",
              "wire connects\n"
              "wire > 3 45=1\n"
              "wire > 0\n"
              "wire > 5 58=bye\n"
              "wire > B\n"
              "wire > j\n"
              "wire disconnects\n");
    pair_play(&pair);
    pair_wait_closed(&pair, &pair.a);
    assert_string_equal(cg_wire_next(pair.a.wire, NULL)->type, "3");
    assert_string_equal(cg_wire_next(pair.a.wire, &closed)->type, "j");
    cg_wire_take(pair.a.wire);
    assert_null(cg_wire_next(pair.a.wire, NULL));
    pair_close(&pair);
}

/* A second line to the same peer, and back to the first. */
static void test_wire_two_lines(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair,
              "wire connects\n"
              "wire > 0 112=one\n"
              "wire < 0 112=heard\n"
              "wire connects\n"
              "wire > 0 112=two\n"
              "wire closed\n"
              "wire > 0 112=three\n"
              "wire closed\n"
              "wire connects\n"
              "wire connects\n"
              "wire connects\n",
              "wire connects\n"
              "wire < 0 112=one\n"
              "wire > 0 112=heard\n"
              "wire connects\n"
              "wire < 0 112=two\n"
              "wire disconnects\n"
              "wire < 0 112=three\n"
              "wire disconnects\n");
    pair_play(&pair);
    assert_int_equal(pair.a.next, SIZE_MAX);
    assert_non_null(strstr(pair.a.error, "two connections are open"));
    assert_non_null(strstr(pair.a.notes, "the peer has closed the line"));
    pair_close(&pair);
}

/* A line that ends, a port where nobody is, a port that is taken. */
static void test_wire_line_failures_are_told(void **state)
{
    struct pair pair;
    struct cg_wire *second = NULL;
    struct cg_wire_options options;
    char error[256] = "";

    (void)state;
    pair_open(&pair, "wire connects\nwire closed\nwire > 0\n",
              "wire connects\nwire disconnects\n");
    pair_play(&pair);
    assert_non_null(strstr(pair.a.error, "the peer has closed the line"));
    options = (struct cg_wire_options){
        .loop = &pair.loop,
        .script = &pair.b.script,
        .session = &pair.b.script.config.sessions[0],
        .listens = true,
        .port = cg_wire_port(pair.b.wire),
    };
    assert_true(cg_wire_open(&options, error, sizeof(error), &second) < 0);
    assert_null(second);
    assert_non_null(strstr(error, "cannot listen at 127.0.0.1:"));
    cg_wire_close(pair.b.wire);
    pair.b.wire = NULL;
    pair.a.next = pair.a.script.step_count - 3;
    while (!is_over(&pair.a) && !pair.late) {
        if (!side_go(&pair.a) && !is_over(&pair.a)) {
            uv_run(&pair.loop, UV_RUN_ONCE);
        }
    }
    assert_non_null(strstr(pair.a.error, "connection refused"));
    pair_close(&pair);
}

/* A peer that never stops is cut off, at the message after the last. */
static void test_wire_flood_ends(void **state)
{
    char text[2048] = "wire connects\n";
    struct pair pair;

    (void)state;
    for (size_t i = 0; i < FLOOD_MAX; i++) {
        strcat(text, "wire > 0\n");
    }
    strcat(text, "wire > j\n");
    pair_open(&pair, "wire connects\n", text);
    pair_play(&pair);
    pair_wait_closed(&pair, &pair.b);
    assert_int_equal(cg_wire_count(pair.a.wire), FLOOD_MAX);
    assert_non_null(strstr(pair.a.notes, "more than 20 messages"));
    pair_close(&pair);
}

/* As many as it may say do no harm. */
static void test_wire_no_flood_stays(void **state)
{
    char text[2048] = "wire connects\n";
    struct pair pair;

    (void)state;
    for (size_t i = 1; i < FLOOD_MAX; i++) {
        strcat(text, "wire > 0\n");
    }
    strcat(text, "wire > j\nwire < j\n");
    pair_open(&pair, "wire connects\nwire < j\nwire > j\n", text);
    pair_play(&pair);
    assert_int_equal(cg_wire_count(pair.a.wire), FLOOD_MAX);
    assert_false(cg_wire_closed(pair.b.wire));
    pair_close(&pair);
}

/* Values by seat. */
static void test_wire_kit_is_told_what_it_must_know(void **state)
{
    struct cg_config_session session = {.begin_string = "FIXT.1.1",
                                        .sender_comp_id = "GATE",
                                        .target_comp_id = "HUB"};
    struct cg_kit_value values[CG_WIRE_VALUES];

    (void)state;
    assert_int_equal(cg_wire_values(&session, true, values), CG_WIRE_VALUES);
    assert_string_equal(values[0].text, "GATE");
    assert_string_equal(values[3].text, "DF");
    assert_int_equal(cg_wire_values(&session, false, values), CG_WIRE_VALUES);
    assert_string_equal(values[0].text, "HUB");
    assert_string_equal(values[4].text, "8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_compose_plain_is_right),
        cmocka_unit_test(test_wire_compose_said_is_as_said),
        cmocka_unit_test(test_wire_compose_raw_is_as_it_is),
        cmocka_unit_test(test_wire_stream_cuts_do_not_matter),
        cmocka_unit_test(test_wire_pair_talks),
        cmocka_unit_test(test_wire_pair_case_takes_tests_itself),
        cmocka_unit_test(test_wire_pair_garbled_is_seen),
        cmocka_unit_test(test_wire_pair_closed_passes_over_farewells),
        cmocka_unit_test(test_wire_two_lines),
        cmocka_unit_test(test_wire_line_failures_are_told),
        cmocka_unit_test(test_wire_flood_ends),
        cmocka_unit_test(test_wire_no_flood_stays),
        cmocka_unit_test(test_wire_kit_is_told_what_it_must_know),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
